//! One line of text that is edited: with a limit, and pastes made fit for it.

use crate::domain::text;
use crate::tui::look::Look;
use crate::tui::theme::Role;
use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};
use ratatui::Frame;
use ratatui::layout::Rect;
use tui_input::backend::crossterm::EventHandler;
use tui_input::{Input, InputRequest};

/// What a key did to a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edit {
    /// Not a key of the field.
    Ignored,
    /// The cursor moved, or the key was swallowed because nothing more fits.
    Moved,
    Changed,
}

#[derive(Clone, Debug)]
pub struct Field {
    input: Input,
    most: usize,
}

impl Field {
    /// An empty field that takes at most this many characters.
    #[must_use]
    pub fn new(most: usize) -> Self {
        Self {
            input: Input::default(),
            most,
        }
    }

    #[must_use]
    pub fn value(&self) -> &str {
        self.input.value()
    }

    pub fn set(&mut self, value: &str) {
        self.input = Input::new(value.chars().take(self.most).collect());
    }

    pub fn key(&mut self, key: KeyEvent) -> Edit {
        let plain = !key
            .modifiers
            .intersects(KeyModifiers::CONTROL | KeyModifiers::ALT);
        if matches!(key.code, KeyCode::Char(_)) && plain && self.room() == 0 {
            return Edit::Moved;
        }
        // Ctrl-h arrives where Backspace was pressed in some terminals; the others are moves that
        // the field shares with the shell.
        let before = self.input.value().len();
        match self.input.handle_event(&Event::Key(key)) {
            Some(change) if change.value || self.input.value().len() != before => {
                self.cut();
                Edit::Changed
            }
            Some(_) => Edit::Moved,
            None if is_edit(key) => Edit::Moved,
            None => Edit::Ignored,
        }
    }

    /// Inserts pasted text: line breaks become spaces, control characters are refused, and what is
    /// too long is cut. Says so where the text did not go in as it was.
    pub fn paste(&mut self, pasted: &str) -> Option<String> {
        let room = self.room();
        let plain: String = pasted
            .trim_end_matches(['\r', '\n'])
            .chars()
            .take(room)
            .map(|character| match character {
                '\r' | '\n' | '\t' => ' ',
                other => other,
            })
            .collect();
        if let Err(error) = text::normalize(&plain) {
            return Some(format!("The pasted text was not taken: {error}."));
        }
        for character in plain.chars() {
            self.input.handle(InputRequest::InsertChar(character));
        }
        (pasted.trim_end_matches(['\r', '\n']).len() > plain.len()).then(|| {
            format!(
                "The pasted text was cut: this field takes {} characters.",
                self.most
            )
        })
    }

    fn room(&self) -> usize {
        self.most.saturating_sub(self.input.value().chars().count())
    }

    /// What the killed text brings back may be more than fits.
    fn cut(&mut self) {
        if self.input.value().chars().count() > self.most {
            let value: String = self.input.value().chars().take(self.most).collect();
            self.input = Input::new(value);
        }
    }

    /// Draws the field in one line; with the focus it shows the part around the cursor.
    pub fn draw(&self, frame: &mut Frame<'_>, at: Rect, focused: bool, look: &Look<'_>) {
        let role = if focused {
            Role::FieldFocused
        } else {
            Role::Field
        };
        self.draw_in(frame, at, focused, role, look);
    }

    /// Draws it in any role, for fields that stand in a line of text.
    pub fn draw_in(
        &self,
        frame: &mut Frame<'_>,
        at: Rect,
        focused: bool,
        role: Role,
        look: &Look<'_>,
    ) {
        if at.is_empty() {
            return;
        }
        let (shown, column) = if focused {
            self.around_cursor(usize::from(at.width))
        } else {
            (self.input.value().to_owned(), 0)
        };
        let ellipsis = if focused { "" } else { look.glyphs.ellipsis() };
        let padded = text::pad(&shown, usize::from(at.width), ellipsis);
        look.put(frame.buffer_mut(), at, &padded, role);
        if focused {
            let x = at.x
                + u16::try_from(column)
                    .unwrap_or(0)
                    .min(at.width.saturating_sub(1));
            look.place_cursor(frame, x, at.y);
        }
    }

    /// The text from the first character from which the cursor still fits, and the cursor's column.
    fn around_cursor(&self, cells: usize) -> (String, usize) {
        let value = self.input.value();
        let split = value
            .char_indices()
            .nth(self.input.cursor())
            .map_or(value.len(), |(index, _)| index);
        let (before, _) = value.split_at(split);
        let start = before
            .char_indices()
            .map(|(index, _)| index)
            .find(|&index| text::width(before.get(index..).unwrap_or_default()) < cells)
            .unwrap_or(split);
        let column = text::width(before.get(start..).unwrap_or_default());
        (value.get(start..).unwrap_or_default().to_owned(), column)
    }
}

/// Keys that belong to a field even where they change nothing, so that they don't fall through to
/// an action: the left arrow at the beginning, Backspace in an empty field.
fn is_edit(key: KeyEvent) -> bool {
    matches!(
        key.code,
        KeyCode::Backspace
            | KeyCode::Delete
            | KeyCode::Left
            | KeyCode::Right
            | KeyCode::Home
            | KeyCode::End
    ) || (key.modifiers == KeyModifiers::CONTROL
        && matches!(
            key.code,
            KeyCode::Char('a' | 'e' | 'k' | 'u' | 'w' | 'y' | 'b' | 'f' | 'h')
        ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn press(field: &mut Field, code: KeyCode) -> Edit {
        field.key(KeyEvent::new(code, KeyModifiers::NONE))
    }

    #[test]
    fn takes_no_more_than_its_limit() {
        let mut field = Field::new(3);
        for letter in "abcd".chars() {
            press(&mut field, KeyCode::Char(letter));
        }
        assert_eq!(field.value(), "abc");
        assert_eq!(press(&mut field, KeyCode::Backspace), Edit::Changed);
        assert_eq!(field.value(), "ab");
    }

    #[test]
    fn ten_megabytes_are_cut_with_a_note() {
        let mut field = Field::new(100);
        let note = field.paste(&"x".repeat(10_000_000)).unwrap();
        assert_eq!(field.value().len(), 100);
        assert_eq!(
            note,
            "The pasted text was cut: this field takes 100 characters."
        );
    }

    #[test]
    fn line_breaks_become_spaces_and_controls_are_refused() {
        let mut field = Field::new(100);
        assert_eq!(field.paste("a\nb\tc\n"), None);
        assert_eq!(field.value(), "a b c");
        let note = field.paste("\u{1b}[31m").unwrap();
        assert!(note.starts_with("The pasted text was not taken:"), "{note}");
        assert_eq!(field.value(), "a b c");
    }

    #[test]
    fn keys_of_the_field_never_fall_through() {
        let mut field = Field::new(10);
        assert_eq!(press(&mut field, KeyCode::Backspace), Edit::Moved);
        assert_eq!(press(&mut field, KeyCode::Left), Edit::Moved);
        assert_eq!(press(&mut field, KeyCode::Esc), Edit::Ignored);
        assert_eq!(press(&mut field, KeyCode::Tab), Edit::Ignored);
        assert_eq!(press(&mut field, KeyCode::Down), Edit::Ignored);
    }

    #[test]
    fn ctrl_u_empties() {
        let mut field = Field::new(10);
        field.set("status:");
        let key = KeyEvent::new(KeyCode::Char('u'), KeyModifiers::CONTROL);
        assert_eq!(field.key(key), Edit::Changed);
        assert_eq!(field.value(), "");
    }

    #[test]
    fn the_cursor_stays_in_sight() {
        let mut field = Field::new(100);
        field.set("0123456789");
        assert_eq!(field.around_cursor(5), ("6789".to_owned(), 4));
        assert_eq!(field.around_cursor(20), ("0123456789".to_owned(), 10));
        field.set("田中田中田中");
        assert_eq!(field.around_cursor(5), ("田中".to_owned(), 4));
    }
}
