//! A list that is narrowed by typing: the heart of help, palette and other choices.

use super::field::{Edit, Field};
use crate::domain::text;
use crate::tui::actions::ActionId;
use crate::tui::look::{Look, row};
use crate::tui::theme::Role;
use crossterm::event::{KeyCode, KeyEvent};
use nucleo_matcher::pattern::{AtomKind, CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};
use ratatui::Frame;
use ratatui::layout::Rect;
use std::cmp::Reverse;

/// Longest text to search by.
const SEARCH_MAX: usize = 80;

/// One line of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice<T> {
    pub value: T,
    pub label: String,
    /// Stands at the right: the keys, or why it is off.
    pub detail: String,
    /// Searched as well, never shown.
    pub synonyms: String,
    pub enabled: bool,
    /// Whether it leads to a change of records: of two lines that fit as well, the one that doesn't comes first.
    pub writes: bool,
    /// Headings between groups of lines; equal ones are drawn once.
    pub group: &'static str,
}

#[derive(Debug)]
pub struct Picker<T> {
    choices: Vec<Choice<T>>,
    /// Found elsewhere; they stand between what holds the typed words and what holds their letters.
    extra: Vec<Choice<T>>,
    shown: Vec<usize>,
    strewn: Vec<usize>,
    pub field: Field,
    cursor: usize,
}

impl<T> Picker<T> {
    #[must_use]
    pub fn new(choices: Vec<Choice<T>>) -> Self {
        let mut picker = Self {
            choices,
            extra: Vec::new(),
            shown: Vec::new(),
            strewn: Vec::new(),
            field: Field::new(SEARCH_MAX),
            cursor: 0,
        };
        picker.narrow();
        picker
    }

    /// Takes other lines instead of those it has; the cursor stays where it is.
    pub fn set_choices(&mut self, choices: Vec<Choice<T>>) {
        let cursor = self.cursor;
        self.choices = choices;
        self.narrow();
        self.cursor = cursor.min(self.len().saturating_sub(1));
    }

    /// Lines found elsewhere for what is typed now.
    pub fn set_extra(&mut self, extra: Vec<Choice<T>>) {
        self.extra = extra;
        self.cursor = self.cursor.min(self.len().saturating_sub(1));
    }

    #[must_use]
    pub fn current(&self) -> Option<&Choice<T>> {
        self.lines().nth(self.cursor)
    }

    fn lines(&self) -> impl Iterator<Item = &Choice<T>> {
        let of = |indexes: &[usize]| -> Vec<&Choice<T>> {
            indexes
                .iter()
                .filter_map(|&index| self.choices.get(index))
                .collect()
        };
        of(&self.shown)
            .into_iter()
            .chain(&self.extra)
            .chain(of(&self.strewn))
    }

    fn len(&self) -> usize {
        self.shown.len() + self.extra.len() + self.strewn.len()
    }

    pub fn key(&mut self, key: KeyEvent) -> Edit {
        // They go to the ends of the list: what is typed is short, and has Ctrl-a and Ctrl-e.
        if matches!(key.code, KeyCode::Home | KeyCode::End) {
            return Edit::Ignored;
        }
        let edit = self.field.key(key);
        if edit == Edit::Changed {
            self.narrow();
        }
        edit
    }

    pub fn paste(&mut self, text: &str) -> Option<String> {
        let note = self.field.paste(text);
        self.narrow();
        note
    }

    pub fn go(&mut self, motion: ActionId) {
        let last = self.len().saturating_sub(1);
        self.cursor = match motion {
            ActionId::Up => self.cursor.saturating_sub(1),
            ActionId::Down => (self.cursor + 1).min(last),
            ActionId::PageUp => self.cursor.saturating_sub(10),
            ActionId::PageDown => (self.cursor + 10).min(last),
            ActionId::First => 0,
            ActionId::Last => last,
            _ => self.cursor,
        };
    }

    fn narrow(&mut self) {
        self.cursor = 0;
        let typed = self.field.value().trim();
        self.strewn.clear();
        if typed.is_empty() {
            self.shown = (0..self.choices.len()).collect();
            return;
        }
        let (whole, loose) = (
            pattern(typed, AtomKind::Substring),
            pattern(typed, AtomKind::Fuzzy),
        );
        let mut matcher = Matcher::new(Config::DEFAULT);
        let mut held = Vec::new();
        let mut strewn = Vec::new();
        for (index, choice) in self.choices.iter().enumerate() {
            if let Some(score) = score(typed, &whole, &mut matcher, choice) {
                // A synonym says less of what is meant: there the narrower line comes first, which is the one that writes.
                let writes = choice.writes && score.0 >= IN_NAME;
                held.push((Reverse(score), writes, index));
            } else if let Some(score) = score_of(&loose, &mut matcher, name_of(choice)) {
                strewn.push((Reverse(score), index));
            }
        }
        held.sort_unstable();
        strewn.sort_unstable();
        self.shown = held.into_iter().map(|(.., index)| index).collect();
        self.strewn = strewn.into_iter().map(|(_, index)| index).collect();
    }

    /// Draws the field and the lines under it.
    pub fn draw(&self, frame: &mut Frame<'_>, area: Rect, prompt: &str, look: &Look<'_>) {
        let first = row(area, 0);
        let x = look.put(frame.buffer_mut(), first, prompt, Role::Muted);
        let field = Rect {
            x,
            width: first.right().saturating_sub(x),
            ..first
        };
        self.field.draw(frame, field, true, look);
        let list = Rect {
            y: area.y + 1,
            height: area.height.saturating_sub(1),
            ..area
        };
        self.draw_lines(frame, list, look);
    }

    fn draw_lines(&self, frame: &mut Frame<'_>, area: Rect, look: &Look<'_>) {
        let grouped = self.field.value().trim().is_empty();
        let mut lines: Vec<Line<'_, T>> = Vec::new();
        let mut group = "";
        for (index, choice) in self.lines().enumerate() {
            if grouped && choice.group != group {
                group = choice.group;
                lines.push(Line::Heading(group));
            }
            lines.push(Line::Choice(index, choice));
        }
        if lines.is_empty() {
            look.put(
                frame.buffer_mut(),
                row(area, 0),
                "  nothing matches",
                Role::Muted,
            );
        }
        let height = usize::from(area.height);
        let on = lines
            .iter()
            .position(|line| matches!(line, Line::Choice(index, _) if *index == self.cursor))
            .unwrap_or(0);
        let top = (on + 2)
            .saturating_sub(height)
            .min(lines.len().saturating_sub(height));
        for (place, line) in lines.iter().skip(top).take(height).enumerate() {
            line.draw(frame, row(area, place), self.cursor, look);
        }
    }
}

enum Line<'a, T> {
    Heading(&'static str),
    Choice(usize, &'a Choice<T>),
}

impl<T> Line<'_, T> {
    fn draw(&self, frame: &mut Frame<'_>, at: Rect, cursor: usize, look: &Look<'_>) {
        let buffer = frame.buffer_mut();
        match self {
            Line::Heading(text) => {
                look.put(buffer, at, text, Role::Heading);
            }
            Line::Choice(index, choice) => {
                let on_cursor = *index == cursor;
                let role = match (on_cursor, choice.enabled) {
                    (true, _) => Role::CursorRow,
                    (false, true) => Role::Text,
                    (false, false) => Role::Muted,
                };
                buffer.set_style(at, look.style(role));
                let start = look.put_right(buffer, at, &choice.detail, role);
                let room = Rect {
                    width: start.saturating_sub(at.x + 1),
                    ..at
                };
                let mark = if on_cursor { '>' } else { ' ' };
                look.put(buffer, room, &format!("{mark} {}", choice.label), role);
            }
        }
    }
}

fn pattern(typed: &str, kind: AtomKind) -> Pattern {
    Pattern::new(typed, CaseMatching::Ignore, Normalization::Smart, kind)
}

/// The rank of a line that has what is typed in its name.
const IN_NAME: u8 = 3;

/// How well a line holds the words as typed: that its name begins so counts more than that it has them, then comes a
/// synonym, then the key.
fn score<T>(
    typed: &str,
    pattern: &Pattern,
    matcher: &mut Matcher,
    choice: &Choice<T>,
) -> Option<(u8, u32)> {
    let name = name_of(choice);
    let begins = text::fold(name).starts_with(&text::fold(typed));
    [name, &choice.synonyms, &choice.detail]
        .into_iter()
        .zip([IN_NAME + u8::from(begins), 2, 1])
        .find_map(|(text, rank)| Some((rank, score_of(pattern, matcher, text)?)))
}

/// The label without the reason why it is off: nobody looks for that.
fn name_of<T>(choice: &Choice<T>) -> &str {
    let label = choice.label.as_str();
    label.split_once(" (off: ").map_or(label, |(name, _)| name)
}

fn score_of(pattern: &Pattern, matcher: &mut Matcher, text: &str) -> Option<u32> {
    let mut buffer = Vec::new();
    pattern.score(Utf32Str::new(text, &mut buffer), matcher)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crossterm::event::KeyModifiers;

    fn choice(label: &str, synonyms: &str) -> Choice<u8> {
        Choice {
            value: 0,
            label: label.to_owned(),
            detail: String::new(),
            synonyms: synonyms.to_owned(),
            enabled: true,
            writes: false,
            group: "",
        }
    }

    fn typed(picker: &mut Picker<u8>, text: &str) -> Vec<String> {
        for letter in text.chars() {
            picker.key(KeyEvent::new(KeyCode::Char(letter), KeyModifiers::NONE));
        }
        picker.lines().map(|choice| choice.label.clone()).collect()
    }

    #[test]
    fn finds_by_synonym_and_puts_the_label_first() {
        let choices = vec![
            choice("Disable", "ban suspend"),
            choice("Suspend to the shell", "background"),
            choice("Quit", "exit"),
        ];
        let mut picker = Picker::new(choices);
        assert_eq!(
            typed(&mut picker, "susp"),
            ["Suspend to the shell", "Disable"]
        );
        picker.field.set("");
        assert_eq!(typed(&mut picker, "ban")[0], "Disable");
        assert!(typed(&mut picker, "zzz").is_empty());
    }

    #[test]
    fn of_two_that_fit_as_well_the_one_that_writes_comes_later() {
        let writes = Choice {
            writes: true,
            ..choice("Sign out everywhere", "")
        };
        let mut picker = Picker::new(vec![writes, choice("Sign out of Wardroom", "")]);
        assert_eq!(typed(&mut picker, "sign out")[0], "Sign out of Wardroom");
    }

    #[test]
    fn the_cursor_stays_within_the_lines() {
        let mut picker = Picker::new(vec![choice("One", ""), choice("Two", "")]);
        for _ in 0..5 {
            picker.go(ActionId::Down);
        }
        assert_eq!(picker.current().unwrap().label, "Two");
        typed(&mut picker, "one");
        assert_eq!(picker.current().unwrap().label, "One");
    }
}
