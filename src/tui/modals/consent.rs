//! Saying yes to a save that a review alone doesn't cover: the reason and the ticket where they are wanted, then the
//! question that its tier asks.

use super::confirm::{Asked, Dialog, Entered, Proof};
use crate::domain::text::capitalized;
use crate::service::jobs::Confirmation;
use crate::service::{Asks, Consent};
use crate::tui::actions::{ActionId, Offered};
use crate::tui::look::{Look, indented, row};
use crate::tui::notice::Notice;
use crate::tui::screen::{Asker, Cx, Screen};
use crate::tui::theme::Role;
use crate::tui::widgets::field::{Edit, Field};
use crate::tui::widgets::panel::{centered, draw_box, paragraph};
use crossterm::event::KeyEvent;
use ratatui::Frame;
use ratatui::layout::Rect;

/// Longest reason or ticket.
const SAID_MAX: usize = 500;
/// Where what is said begins.
const FIELD_AT: u16 = 10;

pub struct ConsentTo {
    asks: Asks,
    /// What has to be known beside the deed, a sentence each.
    facts: Vec<String>,
    /// `Reason` and `Ticket`, where they are wanted.
    said: Vec<(&'static str, Field)>,
    focus: usize,
    /// The question, once all is said that is wanted.
    asked: Option<Asked>,
    asker: Option<Asker<Consent>>,
}

impl ConsentTo {
    /// Asks for what a reviewed save wants beside the review; nothing where it wants nothing.
    pub fn after_review<M: Send + 'static>(
        asks: Asks,
        facts: Vec<String>,
        asker: Asker<Consent>,
        cx: &mut Cx<'_, M>,
    ) {
        if asks.are_asked() {
            Self::open(asks, facts, asker, cx);
        } else {
            cx.answer(asker, Consent::default());
        }
    }

    /// Asks for what a deed wants that nobody has reviewed.
    pub fn open<M: Send + 'static>(
        asks: Asks,
        facts: Vec<String>,
        asker: Asker<Consent>,
        cx: &mut Cx<'_, M>,
    ) {
        if asks.tier < 2 {
            cx.answer(asker, Consent::default());
            return;
        }
        let mut said = Vec::new();
        for (label, wanted) in [
            ("Reason", asks.reason_needed),
            ("Ticket", asks.ticket_needed),
        ] {
            if wanted {
                said.push((label, Field::new(SAID_MAX)));
            }
        }
        let mut modal = Self {
            asks,
            facts,
            said,
            focus: 0,
            asked: None,
            asker: Some(asker),
        };
        if modal.said.is_empty() {
            modal.ask();
        }
        cx.open_modal(modal);
    }

    fn ask(&mut self) {
        let number = self.asks.number;
        self.asked = Some(Asked::new(match self.asks.tier {
            ..=2 => Proof::Yes,
            3 => Proof::Text(number.to_string()),
            _ => Proof::Text(format!("{} {number}", self.asks.word)),
        }));
    }

    fn said(&self, label: &str) -> String {
        let field = self.said.iter().find(|(known, _)| *known == label);
        field.map_or_else(String::new, |(_, field)| field.value().trim().to_owned())
    }

    fn go_on(&mut self, cx: &mut Cx<'_, ()>) {
        let missing = self
            .said
            .iter()
            .position(|(_, field)| field.value().trim().is_empty());
        match missing {
            None => self.ask(),
            Some(place) => {
                self.focus = place;
                let label = self.said.get(place).map_or("", |(label, _)| label);
                let label = label.to_lowercase();
                cx.notify(Notice::bad(format!(
                    "This needs a {label}, which the audit keeps."
                )));
            }
        }
    }

    fn enter(&mut self, cx: &mut Cx<'_, ()>) {
        let Some(asked) = &mut self.asked else {
            self.go_on(cx);
            return;
        };
        match asked.enter() {
            Entered::Run => {
                let consent = Consent {
                    confirmation: match self.asks.tier {
                        ..=2 => Confirmation::Yes,
                        _ => Confirmation::Count(self.asks.number),
                    },
                    reason: self.said("Reason"),
                    ticket: self.said("Ticket"),
                };
                cx.close();
                if let Some(asker) = self.asker.take() {
                    cx.answer(asker, consent);
                }
            }
            Entered::Cancel => Self::cancel(cx),
            Entered::Wrong(text) => cx.notify(Notice::bad(text)),
            Entered::Waits => {}
        }
    }

    fn cancel(cx: &mut Cx<'_, ()>) {
        cx.close();
        cx.notify(Notice::plain("Nothing was changed."));
    }

    fn field(&mut self) -> Option<&mut Field> {
        let focus = self.focus;
        self.said.get_mut(focus).map(|(_, field)| field)
    }

    fn draw_said(&self, frame: &mut Frame<'_>, area: Rect, look: &Look<'_>) {
        let place = centered(area, 72, 12);
        let inside = draw_box(frame, place, "Before it is saved", look);
        let text = Rect {
            width: inside.width.saturating_sub(4),
            ..indented(inside, 2)
        };
        let first = paragraph(
            frame,
            text,
            1,
            &capitalized(&self.asks.deed),
            Role::Danger,
            look,
        ) + 1;
        for (index, (label, field)) in self.said.iter().enumerate() {
            let at = row(text, first + index);
            look.put(frame.buffer_mut(), at, &format!("{label} *"), Role::Text);
            field.draw(frame, indented(at, FIELD_AT), index == self.focus, look);
        }
        let foot = row(text, usize::from(inside.height.saturating_sub(1)));
        look.put_right(
            frame.buffer_mut(),
            foot,
            "nothing is written yet",
            Role::Muted,
        );
    }
}

impl Screen for ConsentTo {
    type Message = ();

    fn title(&self) -> &'static str {
        "Confirm"
    }

    fn actions(&self) -> Vec<Offered> {
        if let Some(asked) = &self.asked {
            return asked.actions();
        }
        vec![
            Offered::on(ActionId::Continue)
                .named("confirm...")
                .in_footer(),
            Offered::on(ActionId::Open).named("confirm..."),
            Offered::when(
                self.said.len() > 1,
                ActionId::NextPane,
                "There is one field only.",
            )
            .named("field")
            .in_footer(),
            Offered::when(
                self.said.len() > 1,
                ActionId::PreviousPane,
                "There is one field only.",
            ),
            Offered::on(ActionId::Back).named("cancel").in_footer(),
        ]
    }

    fn takes_text(&self) -> bool {
        true
    }

    fn has_field(&self) -> bool {
        self.asked.is_none()
    }

    fn key(&mut self, key: KeyEvent, _cx: &mut Cx<'_, ()>) -> bool {
        match &mut self.asked {
            Some(asked) => asked.key(key),
            None => self
                .field()
                .is_some_and(|field| field.key(key) != Edit::Ignored),
        }
    }

    fn paste(&mut self, text: &str, cx: &mut Cx<'_, ()>) {
        let note = match &self.asked {
            Some(_) => {
                Some("A pasted text is not accepted: reading it is the point. Type it.".to_owned())
            }
            None => self.field().and_then(|field| field.paste(text)),
        };
        if let Some(note) = note {
            cx.notify(Notice::bad(note));
        }
    }

    fn command(&mut self, action: ActionId, cx: &mut Cx<'_, ()>) {
        match (action, &mut self.asked) {
            (ActionId::Back, _) => Self::cancel(cx),
            (ActionId::Open, _) => self.enter(cx),
            (ActionId::Continue, None) => self.go_on(cx),
            (ActionId::NextPane | ActionId::PreviousPane, Some(asked)) => asked.turn(),
            (ActionId::NextPane | ActionId::PreviousPane, None) => {
                self.focus = (self.focus + 1) % self.said.len().max(1);
            }
            _ => {}
        }
    }

    fn update(&mut self, (): (), _cx: &mut Cx<'_, ()>) {}

    fn draw(&self, frame: &mut Frame<'_>, area: Rect, look: &Look<'_>) {
        let Some(asked) = &self.asked else {
            self.draw_said(frame, area, look);
            return;
        };
        let facts = self.facts.iter().map(|fact| (fact.clone(), Role::Text));
        let dialog = Dialog {
            deed: capitalized(&self.asks.deed),
            button: Some(capitalized(self.asks.word)),
            facts: facts.collect(),
            question: (self.asks.tier == 3).then_some("Type the number of users it touches:"),
        };
        asked.draw(frame, area, &dialog, look);
    }
}
