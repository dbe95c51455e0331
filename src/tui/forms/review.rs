//! What a save would change, field by field, before it is written.

use super::Rehearsed;
use crate::tui::actions::{ActionId, Offered, moves};
use crate::tui::look::{Look, indented, row, wrap};
use crate::tui::screen::{Asker, Cx, Screen};
use crate::tui::theme::Role;
use crate::tui::widgets::panel::draw_box;
use ratatui::Frame;
use ratatui::layout::Rect;

/// What somebody decided who saw the changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reviewed {
    Save,
    SaveAndNew,
}

/// One field: what it is called, what it was, what it will be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    pub label: &'static str,
    /// Nothing where the record is new.
    pub before: Option<String>,
    pub after: String,
}

pub struct Review {
    heading: String,
    changes: Vec<Change>,
    /// What else has to be known before the save; a sentence each.
    remarks: Vec<String>,
    /// Who gains or loses what; a sentence each.
    rights: Vec<String>,
    /// Whether another one can be begun after the save.
    is_new: bool,
    /// Whether the save is asked for after this.
    is_asked: bool,
    asker: Option<Asker<Reviewed>>,
    scroll: usize,
}

/// Lines below the changes: that there is no undo, and what to press.
const FOOT: u16 = 2;

/// Where the values begin.
const VALUE_AT: u16 = 19;

impl Review {
    #[must_use]
    pub fn new(
        heading: String,
        changes: Vec<Change>,
        rehearsed: Rehearsed,
        is_new: bool,
        asker: Asker<Reviewed>,
    ) -> Self {
        Self {
            heading,
            changes,
            remarks: rehearsed.remarks,
            rights: rehearsed.rights,
            is_new,
            is_asked: rehearsed.asks.are_asked(),
            asker: Some(asker),
            scroll: 0,
        }
    }

    fn lines(&self, width: u16) -> Vec<(&'static str, String, Role)> {
        let cells = usize::from(width.saturating_sub(VALUE_AT + 1));
        let mut lines = Vec::new();
        for remark in &self.remarks {
            let mut label = "Note";
            for line in wrap(remark, cells) {
                lines.push((std::mem::take(&mut label), line, Role::Warning));
            }
        }
        for change in &self.changes {
            let mut label = change.label;
            let mut add = |text: &str, role| {
                for line in wrap(text, cells) {
                    lines.push((std::mem::take(&mut label), line, role));
                }
            };
            if let Some(before) = &change.before {
                add(&format!("was {before}"), Role::Muted);
            }
            add(&change.after, Role::Text);
        }
        let mut label = "Rights";
        for line in self.rights.iter().flat_map(|right| wrap(right, cells)) {
            lines.push((std::mem::take(&mut label), line, Role::Text));
        }
        lines
    }

    fn scroll(&mut self, motion: ActionId, area: Rect) {
        let lines = self.lines(area.width.saturating_sub(2)).len();
        let height = usize::from(area.height.saturating_sub(2 + FOOT));
        self.scroll = match motion {
            ActionId::Up => self.scroll.saturating_sub(1),
            ActionId::Down => self.scroll + 1,
            ActionId::PageUp | ActionId::HalfPageUp => self.scroll.saturating_sub(height),
            ActionId::PageDown | ActionId::HalfPageDown => self.scroll + height,
            ActionId::First => 0,
            _ => lines,
        }
        .min(lines.saturating_sub(height));
    }

    fn answer(&mut self, reviewed: Reviewed, cx: &mut Cx<'_, ()>) {
        cx.close();
        if let Some(asker) = self.asker.take() {
            cx.answer(asker, reviewed);
        }
    }
}

impl Screen for Review {
    type Message = ();

    fn title(&self) -> &'static str {
        "Review"
    }

    fn actions(&self) -> Vec<Offered> {
        let save = if self.is_asked { "confirm..." } else { "save" };
        let mut offered = vec![Offered::on(ActionId::Continue).named(save).in_footer()];
        if self.is_new {
            offered.push(Offered::on(ActionId::ContinueNew).in_footer());
        }
        offered.push(
            Offered::on(ActionId::Back)
                .named("back to the form")
                .in_footer(),
        );
        offered.extend(moves());
        offered
    }

    fn command(&mut self, action: ActionId, cx: &mut Cx<'_, ()>) {
        match action {
            ActionId::Continue => self.answer(Reviewed::Save, cx),
            ActionId::ContinueNew => self.answer(Reviewed::SaveAndNew, cx),
            ActionId::Back => cx.close(),
            motion => self.scroll(motion, cx.modal_area()),
        }
    }

    fn update(&mut self, (): (), _cx: &mut Cx<'_, ()>) {}

    fn draw(&self, frame: &mut Frame<'_>, area: Rect, look: &Look<'_>) {
        let lines = self.lines(area.width.saturating_sub(2));
        let needed = u16::try_from(lines.len())
            .unwrap_or(u16::MAX)
            .saturating_add(2 + FOOT);
        let height = needed.min(area.height);
        let place = Rect {
            y: area.y + (area.height - height) / 2,
            height,
            ..area
        };
        let inside = draw_box(frame, place, &format!("Review: {}", self.heading), look);
        let visible = usize::from(inside.height.saturating_sub(FOOT));
        let from = self.scroll.min(lines.len().saturating_sub(visible));
        for (index, (label, text, role)) in lines.iter().skip(from).take(visible).enumerate() {
            let at = row(inside, index);
            let name = Rect {
                width: (VALUE_AT - 2).min(at.width),
                ..indented(at, 1)
            };
            look.put(frame.buffer_mut(), name, label, Role::Muted);
            look.put(frame.buffer_mut(), indented(at, VALUE_AT), text, *role);
        }
        let way_back = if self.is_new {
            "delete it"
        } else {
            "edit it again"
        };
        let undo = format!(" Undo: NO. No undo list has it; {way_back} to go back.");
        let foot = row(inside, visible);
        look.put(frame.buffer_mut(), foot, &undo, Role::Warning);
        let below = lines.len().saturating_sub(from + visible);
        let next = if self.is_asked {
            "Ctrl-s goes on to the question."
        } else {
            "Ctrl-s once more saves."
        };
        let text = if below > 0 {
            format!(" {below} lines below. Nothing is written yet; {next}")
        } else {
            format!(" Nothing is written yet; {next}")
        };
        look.put(
            frame.buffer_mut(),
            row(inside, visible + 1),
            &text,
            Role::Muted,
        );
    }
}
