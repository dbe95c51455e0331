//! Text that comes where nothing takes it: none of its letters is obeyed as a command.

use super::App;
use crate::tui::input;
use crate::tui::notice::Notice;
use crossterm::event::KeyEvent;

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
}
