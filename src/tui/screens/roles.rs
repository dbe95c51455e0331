//! The roles.

use crate::tui::actions::{ActionId, Offered};
use crate::tui::look::Look;
use crate::tui::screen::{Cx, Screen};
use ratatui::Frame;
use ratatui::layout::Rect;

#[derive(Default)]
pub struct RolesScreen;

impl Screen for RolesScreen {
    type Message = ();

    fn title(&self) -> &'static str {
        "Roles"
    }

    fn actions(&self) -> Vec<Offered> {
        Vec::new()
    }

    fn command(&mut self, _action: ActionId, _cx: &mut Cx<'_, ()>) {}

    fn update(&mut self, (): (), _cx: &mut Cx<'_, ()>) {}

    fn draw(&self, _frame: &mut Frame<'_>, _area: Rect, _look: &Look<'_>) {}
}
