//! The filter line: searches while one types, keeps the last good list, and can be taken back.

use crate::service::{Error, Result};
use crate::tui::widgets::field::{Edit, Field};
use crossterm::event::KeyEvent;

/// Longest filter that can be typed; pasted lists of names fit.
const FILTER_MAX: usize = 20_000;

pub struct Search {
    pub field: Field,
    /// What the list shows.
    applied: String,
    /// What was asked last and is not answered yet.
    asked: Option<String>,
    /// What Esc brings back.
    before: String,
    /// A text that is no filter, and why; the list shows the last that was.
    refused: Option<(String, String)>,
}

impl Default for Search {
    fn default() -> Self {
        Self {
            field: Field::new(FILTER_MAX),
            applied: String::new(),
            asked: None,
            before: String::new(),
            refused: None,
        }
    }
}

impl Search {
    #[must_use]
    pub fn applied(&self) -> &str {
        &self.applied
    }

    /// What the filter line says, which the list may still be waiting for; the list's own where it is no filter.
    #[must_use]
    pub fn wanted(&self) -> &str {
        if self.refused.is_some() {
            &self.applied
        } else {
            self.field.value()
        }
    }

    pub fn begin(&mut self) {
        self.before.clone_from(&self.applied);
    }

    /// Why what is typed now is no filter.
    #[must_use]
    pub fn problem(&self) -> Option<&str> {
        self.refused.as_ref().map(|(_, why)| why.as_str())
    }

    /// Whether an answer is awaited; pages of the old list are useless meanwhile.
    #[must_use]
    pub const fn is_asking(&self) -> bool {
        self.asked.is_some()
    }

    /// Takes the typing back; returns the filter to ask again, if the list moved on meanwhile.
    pub fn take_back(&mut self) -> Option<String> {
        self.field.set(&self.before);
        self.next_question()
    }

    pub fn key(&mut self, key: KeyEvent) -> Edit {
        self.field.key(key)
    }

    /// The filter to ask now: none while an answer is awaited, for its arrival asks again, and none
    /// where the answer is known.
    pub fn next_question(&mut self) -> Option<String> {
        let typed = self.field.value();
        if self.asked.is_some() {
            return None;
        }
        if typed == self.applied {
            self.refused = None;
            return None;
        }
        if self.refused.as_ref().is_some_and(|(text, _)| text == typed) {
            return None;
        }
        self.asked = Some(typed.to_owned());
        self.asked.clone()
    }

    /// Takes an answer in. Returns whether its rows are to be shown, or what else went wrong.
    pub fn answered<T>(
        &mut self,
        filter: String,
        result: Result<T>,
    ) -> std::result::Result<T, Option<Error>> {
        let searched = self.asked.as_deref() == Some(filter.as_str());
        if searched {
            self.asked = None;
        }
        match result {
            Ok(rows) => {
                if searched {
                    self.refused = None;
                }
                self.applied = filter;
                Ok(rows)
            }
            Err(Error::Filter(error)) => {
                // Half a word is often no filter yet: it is told, and the list stays.
                self.refused = Some((filter, error.to_string()));
                Err(None)
            }
            Err(error) => Err(Some(error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::filter::FilterError;
    use crossterm::event::{KeyCode, KeyModifiers};

    fn press(search: &mut Search, text: &str) {
        for letter in text.chars() {
            search.key(KeyEvent::new(KeyCode::Char(letter), KeyModifiers::NONE));
        }
    }

    #[test]
    fn asks_once_and_again_when_the_answer_is_old() {
        let mut search = Search::default();
        press(&mut search, "t");
        assert_eq!(search.next_question().unwrap(), "t");
        press(&mut search, "an");
        assert_eq!(search.next_question(), None);
        assert!(search.answered("t".to_owned(), Ok(())).is_ok());
        assert_eq!(search.next_question().unwrap(), "tan");
        assert!(search.answered("tan".to_owned(), Ok(())).is_ok());
        assert_eq!(search.next_question(), None);
        assert_eq!(search.applied(), "tan");
    }

    #[test]
    fn a_typo_keeps_the_last_good_filter() {
        let mut search = Search::default();
        press(&mut search, "x:");
        let asked = search.next_question().unwrap();
        let error = Error::Filter(FilterError::new(1, "no field named \"x\""));
        assert!(search.answered::<()>(asked, Err(error)).is_err());
        assert_eq!(search.applied(), "");
        assert!(search.problem().is_some());
        assert_eq!(search.next_question(), None);
        search.field.set("");
        assert_eq!(search.next_question(), None);
        assert_eq!(search.problem(), None);
    }

    #[test]
    fn taking_back_asks_for_what_was_there() {
        let mut search = Search::default();
        press(&mut search, "a");
        let asked = search.next_question().unwrap();
        assert!(search.answered(asked, Ok(())).is_ok());
        search.begin();
        press(&mut search, "b");
        let asked = search.next_question().unwrap();
        assert!(search.answered(asked, Ok(())).is_ok());
        assert_eq!(search.take_back().unwrap(), "a");
    }
}
