//! The mouse, for whoever turns it on: the wheel moves, a click goes to a row or a tab.

use super::{App, Request, focused};
use crate::tui::actions::ActionId;
use crate::tui::frame;
use crate::tui::input::Mouse;
use crate::tui::notice::Notice;
use ratatui::layout::Position;

/// How many rows a notch of the wheel moves.
const WHEEL_ROWS: usize = 3;

impl App {
    pub(super) fn toggle_mouse(&mut self) {
        self.mouse_on = !self.mouse_on;
        self.want(Request::Mouse(self.mouse_on));
        let text = if self.mouse_on {
            "The mouse is on: wheel and clicks move here, Shift selects text."
        } else {
            "The mouse is off: it selects text."
        };
        self.shared.notify(Notice::plain(text));
    }

    pub(super) fn mouse(&mut self, mouse: Mouse) {
        if !self.mouse_on || self.is_too_small() || self.lock.is_some() {
            return;
        }
        match mouse {
            Mouse::WheelUp => self.wheel(ActionId::Up),
            Mouse::WheelDown => self.wheel(ActionId::Down),
            Mouse::Click(x, y) => self.click(Position::new(x, y)),
        }
    }

    fn wheel(&mut self, motion: ActionId) {
        let taken = self.focused_ref().is_some_and(|layer| {
            let actions = layer.actions();
            actions
                .iter()
                .any(|action| action.id == motion && action.is_on())
        });
        if taken {
            for _ in 0..WHEEL_ROWS {
                self.run(motion);
            }
        }
    }

    fn click(&mut self, at: Position) {
        let shared = &self.shared;
        let areas = frame::areas(
            shared.size,
            shared.notice.as_ref(),
            shared.session.is_some(),
        );
        if areas.tabs.contains(at) && self.modals.top_ref().is_none() {
            if let Some(tab) = frame::tab_at(&self.tab_labels(), areas.tabs, at.x) {
                self.go_to_tab(tab);
            }
            return;
        }
        if let Some(layer) = focused(&mut self.lock, &mut self.modals, &mut self.tabs, self.open) {
            layer.click(at, &mut self.shared);
        }
    }
}
