//! Text that comes where nothing takes it: none of its letters is obeyed as a command.

use super::App;
use crate::tui::actions::ActionId;
use crate::tui::input;
use crate::tui::keys::{self, Meaning};
use crate::tui::notice::Notice;
use crate::tui::screen::Layer;
use crokey::KeyCombination;
use crossterm::event::{KeyCode, KeyEvent};

/// After so many seconds without a key whoever typed has looked up.
const PAUSE_SECONDS: i64 = 2;

impl App {
    /// Keys that nobody typed: no line end in them acts, and beside a field none of them is a command.
    pub(super) fn burst(&mut self, keys: Vec<KeyEvent>) {
        // At the door they are what fills in a name and a password, and there is nothing to be done by mistake.
        if self.shared.session.is_none() || self.lock.is_some() {
            for key in keys {
                self.key(key);
            }
            return;
        }
        self.pressed.clear();
        if !self.takes_text() {
            if !self.attend() {
                self.shared.notify(Notice::plain(
                    "That came faster than anybody types, so it was taken for a paste and ignored.",
                ));
            }
            return;
        }
        let text = input::text_of(&keys);
        let said = self.shared.notices;
        self.paste(&text);
        if text.contains(['\n', '\t']) && self.shared.notices == said {
            self.shared.notify(Notice::plain(
                "That came faster than anybody types, so it was taken for pasted text; no Enter in it counts.",
            ));
        }
    }

    /// A filter was begun where there is none, and its text will follow.
    pub(super) fn nothing_to_filter(&mut self) {
        self.shared.notify(Notice::plain(
            "There is nothing to filter here; what is typed now does nothing, up to Enter or Esc.",
        ));
        self.astray = Some(self.shared.service.now());
    }

    /// Whether the key belongs to a text that nothing takes.
    pub(super) fn went_astray(&mut self, key: KeyEvent) -> bool {
        let now = self.shared.service.now();
        let last = self.astray.take();
        if last.is_none_or(|last| last.seconds_until(now) >= PAUSE_SECONDS) {
            return false;
        }
        let is_text = keys::is_printable(key) || key.code == KeyCode::Backspace;
        if is_text {
            self.astray = Some(now);
        }
        is_text || matches!(key.code, KeyCode::Enter | KeyCode::Esc)
    }

    /// Whether the key asks for a line of text, or for help, where letters choose and nothing is typed.
    pub(super) fn begins_text(&self, combination: KeyCombination) -> bool {
        let begins = |id| matches!(id, ActionId::Palette | ActionId::Filter | ActionId::Help);
        let letters_choose = |layer: &dyn Layer| layer.takes_text() && !layer.has_field();
        self.focused_ref().is_some_and(letters_choose)
            && matches!(
                self.keys.meaning(&[combination], begins),
                Meaning::Action(_)
            )
    }
}
