//! The chain of the audit, verified: how many rows, the head to note elsewhere, and what was found.

use crate::service::Result;
use crate::service::audit::{Verification, VerifyAudit};
use crate::tui::actions::{ActionId, MOVES, Offered, moves};
use crate::tui::look::{Look, indented, thousands};
use crate::tui::screen::{Cx, Screen};
use crate::tui::theme::Role;
use crate::tui::widgets::panel::{centered, draw_box, paragraph};
use ratatui::Frame;
use ratatui::layout::Rect;

#[derive(Default)]
pub struct VerifyView {
    found: Option<Verification>,
    /// The first finding that is shown.
    scroll: usize,
}

pub enum Message {
    Verified(Result<Verification>),
}

impl Screen for VerifyView {
    type Message = Message;

    fn title(&self) -> &'static str {
        "Verify the audit"
    }

    fn open(&mut self, cx: &mut Cx<'_, Message>) {
        cx.ask(VerifyAudit::default(), Message::Verified);
    }

    fn actions(&self) -> Vec<Offered> {
        let mut offered = vec![
            Offered::on(ActionId::Back).named("close").in_footer(),
            Offered::on(ActionId::Close),
            Offered::on(ActionId::Open).named("close"),
        ];
        offered.extend(moves());
        offered
    }

    fn command(&mut self, action: ActionId, cx: &mut Cx<'_, Message>) {
        let last = self.found.as_ref().map_or(0, |found| found.findings.len());
        match action {
            ActionId::Back | ActionId::Close | ActionId::Open => cx.close(),
            ActionId::Up | ActionId::PageUp | ActionId::HalfPageUp => {
                self.scroll = self.scroll.saturating_sub(1);
            }
            ActionId::First => self.scroll = 0,
            motion if MOVES.contains(&motion) => {
                self.scroll = (self.scroll + 1).min(last.saturating_sub(1));
            }
            _ => {}
        }
    }

    fn update(&mut self, Message::Verified(result): Message, cx: &mut Cx<'_, Message>) {
        match result {
            Ok(found) => self.found = Some(found),
            Err(error) => {
                cx.report(&error);
                cx.close();
            }
        }
    }

    fn draw(&self, frame: &mut Frame<'_>, area: Rect, look: &Look<'_>) {
        let place = centered(area, 76, 16);
        let inside = draw_box(frame, place, "Verify the audit", look);
        let text = indented(inside, 2);
        let text = Rect {
            width: text.width.saturating_sub(2),
            ..text
        };
        match &self.found {
            None => {
                let wait = "Every row is checked against the row before it. This takes a second for some hundred thousand rows; the title says how long it has been working. Esc leaves it.";
                paragraph(frame, text, 1, wait, Role::Text, look);
            }
            Some(found) => self.draw_result(frame, text, found, look),
        }
    }
}

impl VerifyView {
    fn draw_result(
        &self,
        frame: &mut Frame<'_>,
        area: Rect,
        found: &Verification,
        look: &Look<'_>,
    ) {
        let rows = thousands(found.rows);
        let (verdict, role) = if found.findings.is_empty() {
            (
                format!("WHOLE: all {rows} rows are as they were written."),
                Role::Good,
            )
        } else {
            (
                format!("NOT WHOLE: {rows} rows were read, and not all are as they were written."),
                Role::Danger,
            )
        };
        let line = paragraph(frame, area, 1, &verdict, role, look);
        let last = format!(
            "Last row {}. Its hash is the head:",
            thousands(found.sequence)
        );
        let line = paragraph(frame, area, line + 1, &last, Role::Text, look);
        let line = paragraph(frame, area, line, &found.head, Role::Text, look);
        let note = "Note it elsewhere: wardroom audit verify --head HASH finds an end that was cut off since.";
        let line = paragraph(frame, area, line, note, Role::Muted, look);
        if found.findings.is_empty() {
            return;
        }
        let next = "Keep a copy of the database and find out who could write to it.";
        let mut line = paragraph(frame, area, line + 1, next, Role::Text, look);
        for finding in found.findings.iter().skip(self.scroll) {
            line = paragraph(
                frame,
                area,
                line,
                &format!("- {finding}"),
                Role::Warning,
                look,
            );
        }
    }
}
