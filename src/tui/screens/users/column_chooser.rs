//! Which columns the users have, and in which order.

use super::columns::{Layout, USUAL, UserColumn};
use crate::tui::actions::{ActionId, Offered};
use crate::tui::look::{Look, row};
use crate::tui::notice::Notice;
use crate::tui::screen::{Asker, Cx, Screen};
use crate::tui::theme::Role;
use crate::tui::widgets::panel::{centered, draw_box};
use crossterm::event::{KeyCode, KeyEvent};
use ratatui::Frame;
use ratatui::layout::Rect;

const WIDTH: u16 = 60;

pub struct ColumnChooser {
    /// All columns: those that are shown in their order, then the rest.
    lines: Vec<(UserColumn, bool)>,
    cursor: usize,
    asker: Option<Asker<Layout>>,
}

impl ColumnChooser {
    #[must_use]
    pub fn new(layout: &[UserColumn], asker: Asker<Layout>) -> Self {
        Self {
            lines: lines_of(layout),
            cursor: 0,
            asker: Some(asker),
        }
    }

    fn toggle(&mut self) {
        if let Some((_, shown)) = self.lines.get_mut(self.cursor) {
            *shown = !*shown;
        }
    }

    /// Moves the column under the cursor, which goes with it.
    fn shift(&mut self, down: bool) {
        let to = if down {
            (self.cursor + 1).min(self.lines.len().saturating_sub(1))
        } else {
            self.cursor.saturating_sub(1)
        };
        self.lines.swap(self.cursor, to);
        self.cursor = to;
    }

    fn use_them(&mut self, cx: &mut Cx<'_, ()>) {
        let shown = self.lines.iter().filter(|(_, shown)| *shown);
        let layout: Layout = shown.map(|(column, _)| *column).collect();
        if layout.is_empty() {
            cx.notify(Notice::bad("A list has at least one column; show one."));
            return;
        }
        if let Some(asker) = self.asker.take() {
            cx.answer(asker, layout);
        }
        cx.close();
    }
}

fn lines_of(layout: &[UserColumn]) -> Vec<(UserColumn, bool)> {
    let rest = UserColumn::ALL
        .iter()
        .filter(|column| !layout.contains(column));
    let shown = layout.iter().map(|column| (*column, true));
    shown.chain(rest.map(|column| (*column, false))).collect()
}

impl Screen for ColumnChooser {
    type Message = ();

    fn title(&self) -> &'static str {
        "Columns"
    }

    fn actions(&self) -> Vec<Offered> {
        vec![
            Offered::on(ActionId::Open).named("use these").in_footer(),
            Offered::on(ActionId::Mark)
                .named("show, hide")
                .labelled("Show or hide this column")
                .in_footer(),
            Offered::on(ActionId::Back).in_footer(),
            Offered::on(ActionId::Up),
            Offered::on(ActionId::Down),
            Offered::on(ActionId::RangeUp).labelled("Move this column to the left"),
            Offered::on(ActionId::RangeDown).labelled("Move this column to the right"),
        ]
    }

    fn key(&mut self, key: KeyEvent, _cx: &mut Cx<'_, ()>) -> bool {
        match key.code {
            KeyCode::Char('-') => self.shift(false),
            KeyCode::Char('+') => self.shift(true),
            KeyCode::Char('r') if key.modifiers.is_empty() => self.lines = lines_of(USUAL),
            _ => return false,
        }
        true
    }

    fn command(&mut self, action: ActionId, cx: &mut Cx<'_, ()>) {
        match action {
            ActionId::Back => cx.close(),
            ActionId::Open => self.use_them(cx),
            ActionId::Mark => self.toggle(),
            ActionId::Up => self.cursor = self.cursor.saturating_sub(1),
            ActionId::Down => {
                self.cursor = (self.cursor + 1).min(self.lines.len().saturating_sub(1));
            }
            ActionId::RangeUp => self.shift(false),
            ActionId::RangeDown => self.shift(true),
            _ => {}
        }
    }

    fn update(&mut self, (): (), _cx: &mut Cx<'_, ()>) {}

    fn draw(&self, frame: &mut Frame<'_>, area: Rect, look: &Look<'_>) {
        let lines = u16::try_from(self.lines.len()).unwrap_or(u16::MAX);
        let place = centered(area, WIDTH, lines.saturating_add(4));
        let inside = draw_box(frame, place, "Columns", look);
        let room = usize::from(inside.height.saturating_sub(2));
        let top = (self.cursor + 1).saturating_sub(room);
        for (place, (column, shown)) in self.lines.iter().skip(top).take(room).enumerate() {
            let on_cursor = top + place == self.cursor;
            let role = match (on_cursor, shown) {
                (true, _) => Role::CursorRow,
                (false, true) => Role::Text,
                (false, false) => Role::Muted,
            };
            let at = row(inside, place);
            let buffer = frame.buffer_mut();
            buffer.set_style(at, look.style(role));
            let mark = if *shown { "x" } else { " " };
            let cursor = if on_cursor { ">" } else { " " };
            let text = format!("{cursor} [{mark}] {}", column.label());
            look.put(buffer, at, &text, role);
        }
        let foot = row(inside, usize::from(inside.height.saturating_sub(1)));
        let text = " + and -: to the right and left   r: as they come";
        look.put(frame.buffer_mut(), foot, text, Role::Muted);
    }
}
