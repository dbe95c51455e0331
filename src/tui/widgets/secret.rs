//! A field for a password: never shown, and wiped when it goes.

use crate::domain::text;
use crate::tui::look::Look;
use crate::tui::theme::Role;
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::Frame;
use ratatui::layout::Rect;
use zeroize::Zeroizing;

/// Longest password in characters.
const CHARACTERS_MAX: usize = 256;

/// Room for the longest password in bytes, so that the text is never moved and no copy is left behind.
const BYTES_MAX: usize = CHARACTERS_MAX * 4;

#[derive(Debug)]
pub struct SecretField {
    value: Zeroizing<String>,
    characters: usize,
    /// Drawn as it is, because somebody asked for it.
    pub shown: bool,
}

impl Default for SecretField {
    fn default() -> Self {
        Self {
            value: Zeroizing::new(String::with_capacity(BYTES_MAX)),
            characters: 0,
            shown: false,
        }
    }
}

impl SecretField {
    /// A copy, for what is saved while the form stays open.
    #[must_use]
    pub fn copy(&self) -> Zeroizing<String> {
        self.value.clone()
    }

    /// Puts another password in, such as a suggested one.
    pub fn set(&mut self, secret: &str) {
        let shown = self.shown;
        self.clear();
        self.shown = shown;
        self.paste(secret);
    }

    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.characters == 0
    }

    /// Hands the password out and leaves the field empty.
    #[must_use]
    pub fn take(&mut self) -> Zeroizing<String> {
        std::mem::take(self).value
    }

    pub fn clear(&mut self) {
        *self = Self::default();
    }

    /// Returns whether the key belonged to the field.
    pub fn key(&mut self, key: KeyEvent) -> bool {
        let control = key.modifiers == KeyModifiers::CONTROL;
        match key.code {
            KeyCode::Char('u') if control => self.clear(),
            KeyCode::Char('h') if control => self.erase(),
            KeyCode::Backspace => self.erase(),
            KeyCode::Char(character)
                if !key
                    .modifiers
                    .intersects(KeyModifiers::CONTROL | KeyModifiers::ALT) =>
            {
                self.add(character);
            }
            _ => return false,
        }
        true
    }

    /// Adds pasted text without the line break at its end.
    pub fn paste(&mut self, pasted: &str) {
        for character in pasted.trim_end_matches(['\r', '\n']).chars() {
            self.add(character);
        }
    }

    fn add(&mut self, character: char) {
        if self.characters < CHARACTERS_MAX && !character.is_control() {
            self.value.push(character);
            self.characters += 1;
        }
    }

    fn erase(&mut self) {
        if self.value.pop().is_some() {
            self.characters -= 1;
        }
    }

    /// Draws a star for each character, as many as fit; or the characters, where it is shown.
    pub fn draw(&self, frame: &mut Frame<'_>, at: Rect, focused: bool, look: &Look<'_>) {
        if at.is_empty() {
            return;
        }
        let room = usize::from(at.width).saturating_sub(1);
        let stars = if self.shown {
            text::fit(&self.value, room, "")
        } else {
            "*".repeat(self.characters.min(room))
        };
        let role = if focused {
            Role::FieldFocused
        } else {
            Role::Field
        };
        let padded = text::pad(&stars, usize::from(at.width), "");
        look.put(frame.buffer_mut(), at, &padded, role);
        if focused {
            let x = at.x + u16::try_from(text::width(&stars)).unwrap_or(0);
            look.place_cursor(frame, x, at.y);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_what_is_typed_and_gives_it_once() {
        let mut field = SecretField::default();
        for letter in "pässx".chars() {
            assert!(field.key(KeyEvent::new(KeyCode::Char(letter), KeyModifiers::NONE)));
        }
        assert!(field.key(KeyEvent::new(KeyCode::Backspace, KeyModifiers::NONE)));
        field.paste("word\n");
        assert_eq!(field.take().as_str(), "pässword");
        assert!(field.is_empty());
    }

    #[test]
    fn never_grows_beyond_its_room() {
        let mut field = SecretField::default();
        let place = field.value.as_ptr();
        field.paste(&"𝓍".repeat(10_000));
        assert_eq!(field.characters, CHARACTERS_MAX);
        assert_eq!(field.value.as_ptr(), place);
    }
}
