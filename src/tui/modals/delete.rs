//! Deleting one record: what stands in the way, what else happens, where its belongings go, and the word to type.

use super::record_picker::RecordPicker;
use crate::service::{Consent, Deletion};
use crate::tui::actions::{ActionId, Offered};
use crate::tui::forms::Pick;
use crate::tui::look::{Look, indented, row};
use crate::tui::notice::Notice;
use crate::tui::screen::{Asker, Cx, Screen};
use crate::tui::theme::Role;
use crate::tui::widgets::field::{Edit, Field};
use crate::tui::widgets::panel::{centered, draw_box, paragraph};
use crossterm::event::KeyEvent;
use ratatui::Frame;
use ratatui::layout::Rect;

/// What has to be typed: the word and how many records go.
const PROOF: &str = "delete 1";

const REASON_MAX: usize = 500;

/// That the operator means it, and which record gets what belonged to the deleted one.
#[derive(Clone, Debug)]
pub struct Sure {
    pub consent: Consent,
    pub move_to: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    MoveTo,
    Reason,
    Ticket,
    Proof,
}

pub struct DeleteView {
    /// `unit`.
    kind: &'static str,
    deletion: Deletion,
    /// Which records can be given what belongs to it.
    pick: Option<Pick>,
    move_to: Option<String>,
    reason: Field,
    ticket: Field,
    proof: Field,
    focus: Part,
    asker: Option<Asker<Sure>>,
}

pub enum Message {
    Picked(Vec<String>),
}

impl DeleteView {
    #[must_use]
    pub fn new(kind: &'static str, deletion: Deletion, asker: Asker<Sure>) -> Self {
        let mut view = Self {
            kind,
            deletion,
            pick: None,
            move_to: None,
            reason: Field::new(REASON_MAX),
            ticket: Field::new(REASON_MAX),
            proof: Field::new(PROOF.len() + 8),
            focus: Part::Proof,
            asker: Some(asker),
        };
        view.begin();
        view
    }

    /// Lets the operator say which record gets what belongs to this one.
    #[must_use]
    pub fn moving_to(mut self, pick: Pick) -> Self {
        self.pick = Some(pick);
        self.begin();
        self
    }

    fn begin(&mut self) {
        self.focus = self.parts().first().copied().unwrap_or(Part::Proof);
    }

    fn is_blocked(&self) -> bool {
        !self.deletion.blockers.is_empty()
    }

    /// What is asked for, in its order.
    fn parts(&self) -> Vec<Part> {
        let mut parts = Vec::new();
        if self.pick.is_some() && !self.deletion.moves.is_empty() {
            parts.push(Part::MoveTo);
        }
        if self.deletion.reason_needed {
            parts.push(Part::Reason);
        }
        if self.deletion.ticket_needed {
            parts.push(Part::Ticket);
        }
        parts.push(Part::Proof);
        parts
    }

    fn is_given(&self, part: Part) -> bool {
        match part {
            Part::MoveTo => self.move_to.is_some(),
            Part::Reason => !self.reason.value().trim().is_empty(),
            Part::Ticket => !self.ticket.value().trim().is_empty(),
            Part::Proof => self.proof.value().trim() == PROOF,
        }
    }

    fn is_complete(&self) -> bool {
        self.parts().into_iter().all(|part| self.is_given(part))
    }

    fn step(&mut self, forward: bool) {
        let parts = self.parts();
        let place = parts.iter().position(|part| *part == self.focus);
        let step = if forward { 1 } else { parts.len() - 1 };
        let next = (place.unwrap_or(0) + step) % parts.len();
        self.focus = parts.get(next).copied().unwrap_or(Part::Proof);
    }

    fn enter(&mut self, cx: &mut Cx<'_, Message>) {
        if self.is_blocked() {
            cx.close();
        } else if self.is_complete() {
            self.send(cx);
        } else if self.focus == Part::MoveTo && self.move_to.is_none() {
            self.pick(cx);
        } else if self.focus != Part::Proof {
            self.step(true);
        } else if self.proof.value().trim().is_empty() {
            Self::cancel(cx);
        } else {
            let text = if self.is_given(Part::Proof) {
                "Something above is still missing; nothing was changed. Tab goes there.".to_owned()
            } else {
                format!(
                    "\"{}\" is not what is asked for; nothing was changed.",
                    self.proof.value().trim()
                )
            };
            cx.notify(Notice::bad(text));
        }
    }

    fn pick(&self, cx: &mut Cx<'_, Message>) {
        if let Some(pick) = self.pick {
            let asker = cx.asker(Message::Picked);
            let chosen = self.move_to.clone();
            let heading = "Which one gets what belongs to it?";
            cx.open_modal(RecordPicker::one(heading, pick, chosen, true, asker));
        }
    }

    fn cancel(cx: &mut Cx<'_, Message>) {
        cx.close();
        cx.notify(Notice::plain("Nothing was deleted."));
    }

    fn send(&mut self, cx: &mut Cx<'_, Message>) {
        let sure = Sure {
            consent: Consent {
                reason: self.reason.value().trim().to_owned(),
                ticket: self.ticket.value().trim().to_owned(),
                ..Consent::count(1)
            },
            move_to: self.move_to.clone(),
        };
        cx.close();
        if let Some(asker) = self.asker.take() {
            cx.answer(asker, sure);
        }
    }

    fn field(&mut self) -> Option<&mut Field> {
        match self.focus {
            Part::MoveTo => None,
            Part::Reason => Some(&mut self.reason),
            Part::Ticket => Some(&mut self.ticket),
            Part::Proof => Some(&mut self.proof),
        }
    }
}

impl Screen for DeleteView {
    type Message = Message;

    fn title(&self) -> &'static str {
        "Delete"
    }

    fn actions(&self) -> Vec<Offered> {
        if self.is_blocked() {
            return vec![
                Offered::on(ActionId::Back).named("close").in_footer(),
                Offered::on(ActionId::Open).named("close"),
            ];
        }
        let enter = match self.focus {
            _ if self.is_complete() => "DELETE IT",
            Part::MoveTo if self.move_to.is_none() => "choose",
            Part::Proof => "cancel",
            _ => "next",
        };
        vec![
            Offered::on(ActionId::Open).named(enter).in_footer(),
            Offered::on(ActionId::NextPane).named("next").in_footer(),
            Offered::on(ActionId::PreviousPane),
            Offered::on(ActionId::Back).named("cancel").in_footer(),
        ]
    }

    fn takes_text(&self) -> bool {
        !self.is_blocked()
    }

    fn key(&mut self, key: KeyEvent, cx: &mut Cx<'_, Message>) -> bool {
        if self.is_blocked() {
            return false;
        }
        if self.focus == Part::MoveTo && matches!(key.code, crossterm::event::KeyCode::Char(' ')) {
            self.pick(cx);
            return true;
        }
        self.field()
            .is_some_and(|field| field.key(key) != Edit::Ignored)
    }

    fn paste(&mut self, text: &str, cx: &mut Cx<'_, Message>) {
        let note = match self.focus {
            Part::Reason => self.reason.paste(text),
            Part::Ticket => self.ticket.paste(text),
            Part::MoveTo | Part::Proof => {
                Some("Nothing is pasted here: reading it is the point. Type it.".to_owned())
            }
        };
        if let Some(note) = note {
            cx.notify(Notice::bad(note));
        }
    }

    fn command(&mut self, action: ActionId, cx: &mut Cx<'_, Message>) {
        match action {
            ActionId::Open => self.enter(cx),
            ActionId::Back if self.is_blocked() => cx.close(),
            ActionId::Back => Self::cancel(cx),
            ActionId::NextPane => self.step(true),
            ActionId::PreviousPane => self.step(false),
            _ => {}
        }
    }

    fn update(&mut self, Message::Picked(names): Message, _cx: &mut Cx<'_, Message>) {
        if let Some(name) = names.into_iter().next() {
            self.move_to = Some(name);
            self.step(true);
        }
    }

    fn draw(&self, frame: &mut Frame<'_>, area: Rect, look: &Look<'_>) {
        let place = centered(area, 72, 18);
        let heading = format!("Delete the {}", self.kind);
        let inside = draw_box(frame, place, &heading, look);
        let text = indented(inside, 2);
        let text = Rect {
            width: text.width.saturating_sub(2),
            ..text
        };
        let name = format!("Delete {}", self.deletion.name);
        look.put(frame.buffer_mut(), row(text, 0), &name, Role::Danger);
        if self.is_blocked() {
            self.draw_blockers(frame, text, look);
        } else {
            self.draw_question(frame, text, look);
        }
    }
}

impl DeleteView {
    fn draw_blockers(&self, frame: &mut Frame<'_>, area: Rect, look: &Look<'_>) {
        let text = "It can't be deleted now:";
        let mut line = paragraph(frame, area, 2, text, Role::Text, look) + 1;
        for blocker in &self.deletion.blockers {
            line = paragraph(
                frame,
                area,
                line,
                &format!("- {blocker}"),
                Role::Warning,
                look,
            );
        }
        paragraph(
            frame,
            area,
            line + 1,
            "Nothing was changed.",
            Role::Muted,
            look,
        );
    }

    fn draw_question(&self, frame: &mut Frame<'_>, area: Rect, look: &Look<'_>) {
        let mut line = 2;
        if !self.deletion.moves.is_empty() {
            let owned = self.deletion.moves.join(", ");
            let text = format!("It has {owned}: they go to another {}.", self.kind);
            line = paragraph(frame, area, line, &text, Role::Warning, look);
        }
        for effect in &self.deletion.effects {
            line = paragraph(frame, area, line, effect, Role::Text, look);
        }
        line = paragraph(frame, area, line, "Undo: NO.", Role::Danger, look) + 1;
        for part in self.parts() {
            line = self.draw_part(frame, area, line, part, look);
        }
    }

    /// Draws what is asked for. Returns the line after it.
    fn draw_part(
        &self,
        frame: &mut Frame<'_>,
        area: Rect,
        line: usize,
        part: Part,
        look: &Look<'_>,
    ) -> usize {
        let focused = part == self.focus;
        let (label, field) = match part {
            Part::MoveTo => ("They go to", None),
            Part::Reason => ("Reason *", Some(&self.reason)),
            Part::Ticket => ("Ticket *", Some(&self.ticket)),
            Part::Proof => {
                let text = format!("Type \"{PROOF}\" to go on:");
                let line = paragraph(frame, area, line + 1, &text, Role::Text, look);
                let at = indented(row(area, line), 4);
                look.put(frame.buffer_mut(), at, "> ", Role::Text);
                let place = Rect {
                    width: at.width.min(20),
                    ..indented(at, 2)
                };
                self.proof.draw(frame, place, focused, look);
                return line + 1;
            }
        };
        let at = row(area, line);
        look.put(frame.buffer_mut(), at, label, Role::Muted);
        let place = indented(at, 12);
        if let Some(field) = field {
            field.draw(frame, place, focused, look);
        } else {
            let role = if focused {
                Role::FieldFocused
            } else {
                Role::Field
            };
            let name = self.move_to.as_deref().unwrap_or("(Enter chooses)");
            look.put(frame.buffer_mut(), place, name, role);
        }
        line + 1
    }
}
