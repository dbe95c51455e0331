//! Why a list can't be shown at all, in its place: the sentence, and the key that explains it.

use super::panel::paragraph;
use crate::service::{Error, Lack};
use crate::tui::actions::{ActionId, Offered};
use crate::tui::look::{Look, indented};
use crate::tui::theme::Role;
use ratatui::Frame;
use ratatui::layout::Rect;

#[derive(Clone, Debug)]
pub struct Refusal {
    sentence: String,
    /// What was lacking, where that is why.
    lack: Option<Lack>,
}

impl Refusal {
    #[must_use]
    pub fn of(error: &Error) -> Self {
        Self {
            sentence: error.to_string(),
            lack: error.lack(),
        }
    }

    #[must_use]
    pub fn lack(&self) -> Option<Lack> {
        self.lack.clone()
    }

    /// What is left to do where nothing may be seen.
    #[must_use]
    pub fn actions(&self) -> Vec<Offered> {
        let explain = self
            .lack
            .as_ref()
            .map(|_| Offered::on(ActionId::Explain).in_footer());
        explain.into_iter().collect()
    }

    /// Draws it on a screen whose letters are text, or aren't.
    pub fn draw(&self, frame: &mut Frame<'_>, area: Rect, takes_text: bool, look: &Look<'_>) {
        let text = Rect {
            width: area.width.saturating_sub(8),
            ..indented(area, 4)
        };
        let line = paragraph(frame, text, 2, &self.sentence, Role::Warning, look);
        let way = look.keys.way_in(takes_text, ActionId::Explain);
        if self.lack.is_some() && !way.is_empty() {
            let hint = format!("{way} explains which rule is missing, and who could give it.");
            paragraph(frame, text, line + 1, &hint, Role::Text, look);
        }
    }
}
