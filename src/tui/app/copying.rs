//! Text on its way to the clipboard of the terminal, and kept until the next action for whoever wants to see it.

use super::{App, Request};
use crate::tui::modals::plain::PlainPage;
use crate::tui::notice::Notice;

impl App {
    pub(super) fn copy(&mut self, what: &str, text: String) {
        let notice = match self.shared.options.clipboard.sequence(&text) {
            Ok(bytes) => {
                self.want(Request::Copy(bytes));
                Notice::plain(format!(
                    "{what}: sent to the terminal for its clipboard; Y shows it as a plain page."
                ))
            }
            Err(error) => Notice::bad(format!("{what}: {error}; Y shows it as a plain page.")),
        };
        self.shared.notify(notice);
        self.copied = Some(text);
    }

    pub(super) fn show_copied(&mut self) {
        if let Some(text) = self.copied.take() {
            self.open_modal(PlainPage::new(&text));
        }
    }
}
