//! Asks before quitting while a job runs.

use crate::tui::actions::{ActionId, Offered};
use crate::tui::look::{Look, row};
use crate::tui::screen::{Cx, Screen};
use crate::tui::theme::Role;
use crate::tui::widgets::panel::{centered, draw_box, paragraph};
use crossterm::event::{KeyCode, KeyEvent};
use ratatui::Frame;
use ratatui::layout::Rect;

pub struct ConfirmQuit;

impl Screen for ConfirmQuit {
    type Message = ();

    fn title(&self) -> &'static str {
        "Quit"
    }

    fn actions(&self) -> Vec<Offered> {
        vec![
            Offered::on(ActionId::Back).named("stay").in_footer(),
            Offered::on(ActionId::Open),
        ]
    }

    fn takes_text(&self) -> bool {
        true
    }

    fn has_field(&self) -> bool {
        false
    }

    fn key(&mut self, key: KeyEvent, cx: &mut Cx<'_, ()>) -> bool {
        if key.code == KeyCode::Char('y') {
            cx.quit();
        }
        matches!(key.code, KeyCode::Char(_))
    }

    fn command(&mut self, _action: ActionId, cx: &mut Cx<'_, ()>) {
        cx.close();
    }

    fn update(&mut self, (): (), _cx: &mut Cx<'_, ()>) {}

    fn draw(&self, frame: &mut Frame<'_>, area: Rect, look: &Look<'_>) {
        let inside = draw_box(frame, centered(area, 58, 8), "Quit Wardroom", look);
        let text = "A job is running. It stops after its current rows and can be resumed here \
                    or with: wardroom job resume.";
        let next = paragraph(frame, inside, 1, text, Role::Text, look);
        let line = "> [ Stay ]    y: quit";
        let at = row(inside, next + 1);
        look.put(frame.buffer_mut(), at, line, Role::Heading);
        look.place_cursor(frame, at.x, at.y);
    }
}
