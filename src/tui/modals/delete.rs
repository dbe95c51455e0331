//! What deleting one record would do and what stands against it, before anything is written; then the question.

use super::confirm::{Asked, Dialog, Entered, Proof};
use super::record_picker::RecordPicker;
use crate::service::groups::{self, DeleteGroup};
use crate::service::jobs::Confirmation;
use crate::service::organizations::{self, DeleteOrganization};
use crate::service::roles::{self, DeleteRole};
use crate::service::units::{self, DeleteUnit};
use crate::service::{Consent, Deletion, RecordRef, Result};
use crate::tui::actions::{ActionId, Offered};
use crate::tui::event::LayerId;
use crate::tui::forms::Pick;
use crate::tui::look::{Look, indented, row, wrap};
use crate::tui::notice::Notice;
use crate::tui::screen::{Cx, Screen};
use crate::tui::shared::Subject;
use crate::tui::theme::Role;
use crate::tui::widgets::field::{Edit, Field};
use crate::tui::widgets::panel::{centered, draw_box, paragraph};
use crossterm::event::KeyEvent;
use ratatui::Frame;
use ratatui::layout::Rect;

/// Cells of the box.
const WIDTH: u16 = 76;

/// Longest reason or ticket.
const REASON_MAX: usize = 500;

/// The record that is to be deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doomed {
    Group(i64),
    Role(i64),
    Organization(i64),
    Unit(i64),
}

impl Doomed {
    /// `group`.
    const fn kind(self) -> &'static str {
        match self {
            Self::Group(_) => "group",
            Self::Role(_) => "role",
            Self::Organization(_) => "organization",
            Self::Unit(_) => "unit",
        }
    }

    /// What takes its place where it is in use: a unit's records go to a unit, a role's holders get a role.
    const fn successor(self) -> (Pick, &'static str) {
        match self {
            Self::Unit(_) => (Pick::Unit, "Which unit gets what it owns?"),
            _ => (Pick::Role, "Which role do its holders get in its place?"),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Focus {
    Successor,
    Reason,
    Ticket,
}

pub struct DeleteRecord {
    doomed: Doomed,
    name: String,
    deletion: Option<Deletion>,
    /// What takes its place.
    successor: Option<String>,
    /// Whether the record is in use, so that a successor is asked for.
    in_use: bool,
    reason: Field,
    ticket: Field,
    focus: Option<Focus>,
}

pub enum Message {
    Examined(Result<Deletion>),
    Chosen(Vec<String>),
}

impl DeleteRecord {
    #[must_use]
    pub fn new(doomed: Doomed, name: &str) -> Self {
        Self {
            doomed,
            name: name.to_owned(),
            deletion: None,
            successor: None,
            in_use: false,
            reason: Field::new(REASON_MAX),
            ticket: Field::new(REASON_MAX),
            focus: None,
        }
    }

    fn examine(&self, cx: &mut Cx<'_, Message>) {
        match self.doomed {
            Doomed::Group(id) => {
                let group = RecordRef::Id(id);
                cx.ask_latest("deletion", groups::DeletionOf { group }, Message::Examined);
            }
            Doomed::Role(id) => {
                let query = roles::DeletionOf {
                    role: RecordRef::Id(id),
                    move_holders_to: self.successor.clone().map(RecordRef::Name),
                };
                cx.ask_latest("deletion", query, Message::Examined);
            }
            Doomed::Organization(id) => {
                let organization = RecordRef::Id(id);
                let query = organizations::DeletionOf { organization };
                cx.ask_latest("deletion", query, Message::Examined);
            }
            Doomed::Unit(id) => {
                let unit = RecordRef::Id(id);
                cx.ask_latest("deletion", units::DeletionOf { unit }, Message::Examined);
            }
        }
    }

    /// The page that leads to what keeps an organization from being deleted: each of it is moved or deleted by itself.
    fn owner(&self) -> Option<Subject> {
        let deletion = self.deletion.as_ref()?;
        match self.doomed {
            Doomed::Organization(id) if !deletion.blockers.is_empty() => {
                Some(Subject::Organization(RecordRef::Id(id)))
            }
            _ => None,
        }
    }

    /// What can be filled in, in its order.
    fn fields(&self) -> Vec<Focus> {
        let Some(deletion) = &self.deletion else {
            return Vec::new();
        };
        let mut fields = Vec::new();
        if self.in_use {
            fields.push(Focus::Successor);
        }
        if self.is_open() {
            if deletion.reason_needed {
                fields.push(Focus::Reason);
            }
            if deletion.ticket_needed {
                fields.push(Focus::Ticket);
            }
        }
        fields
    }

    /// Whether nothing stands against it any more.
    fn is_open(&self) -> bool {
        self.deletion
            .as_ref()
            .is_some_and(|deletion| deletion.blockers.is_empty() && !deletion.needs_successor)
    }

    fn examined(&mut self, mut deletion: Deletion) {
        self.in_use |= deletion.needs_successor;
        if let (Doomed::Unit(_), Some(unit)) = (self.doomed, &self.successor) {
            deletion.needs_successor = false;
            deletion.effects.push(format!("In its place: {unit}."));
        }
        self.deletion = Some(deletion);
        let fields = self.fields();
        if !self.focus.is_some_and(|focus| fields.contains(&focus)) {
            self.focus = fields.first().copied();
        }
    }

    fn focused_field(&mut self) -> Option<&mut Field> {
        match self.focus? {
            Focus::Reason => Some(&mut self.reason),
            Focus::Ticket => Some(&mut self.ticket),
            Focus::Successor => None,
        }
    }

    fn next_field(&mut self, forward: bool) {
        let fields = self.fields();
        let count = fields.len().max(1);
        let at = fields.iter().position(|field| Some(*field) == self.focus);
        let step = if forward { 1 } else { count - 1 };
        let next = at.map_or(0, |at| (at + step) % count);
        self.focus = fields.get(next).copied();
    }

    /// Lines of the box: what is said, what is filled in, and its frame.
    fn height(&self) -> u16 {
        let cells = usize::from(WIDTH - 6);
        let facts = self
            .deletion
            .as_ref()
            .map_or(Vec::new(), |deletion| facts(deletion, self.in_use));
        let said: usize = facts
            .iter()
            .map(|(text, _)| wrap(text, cells).len().max(1))
            .sum();
        u16::try_from(said + self.fields().len() + 6).unwrap_or(u16::MAX)
    }

    fn choose_successor(&self, cx: &mut Cx<'_, Message>) {
        let asker = cx.asker(Message::Chosen);
        let chosen = self.successor.clone();
        let (pick, heading) = self.doomed.successor();
        cx.open_modal(RecordPicker::one(heading, pick, chosen, true, asker));
    }

    fn go_on(&mut self, cx: &mut Cx<'_, Message>) {
        let Some(deletion) = &self.deletion else {
            return;
        };
        let missing = |needed: bool, field: &Field| needed && field.value().trim().is_empty();
        if deletion.needs_successor {
            self.choose_successor(cx);
        } else if let Some(why) = deletion.blockers.first() {
            cx.notify(Notice::bad(why).about(deletion.lack.clone()));
        } else if missing(deletion.reason_needed, &self.reason) {
            self.focus = Some(Focus::Reason);
            cx.notify(Notice::bad("This needs a reason, which the audit keeps."));
        } else if missing(deletion.ticket_needed, &self.ticket) {
            self.focus = Some(Focus::Ticket);
            cx.notify(Notice::bad("This needs a ticket, which the audit keeps."));
        } else {
            let consent = Consent {
                confirmation: Confirmation::Count(1),
                reason: self.reason.value().to_owned(),
                ticket: self.ticket.value().to_owned(),
            };
            cx.open_modal(ConfirmDelete {
                doomed: self.doomed,
                deletion: deletion.clone(),
                successor: self.successor.clone(),
                consent,
                beneath: cx.id(),
                asked: Asked::new(Proof::Text("delete 1".to_owned())),
            });
        }
    }
}

impl Screen for DeleteRecord {
    type Message = Message;

    fn title(&self) -> &'static str {
        "Delete"
    }

    fn open(&mut self, cx: &mut Cx<'_, Message>) {
        self.examine(cx);
    }

    fn changed(&mut self, cx: &mut Cx<'_, Message>) {
        self.examine(cx);
    }

    fn actions(&self) -> Vec<Offered> {
        let mut offered = Vec::new();
        if self.focus == Some(Focus::Successor) {
            offered.push(Offered::on(ActionId::Open).named("choose").in_footer());
        } else if self.owner().is_some() {
            let open = Offered::on(ActionId::Open).named("what it owns");
            offered.push(open.labelled("Go to what it owns").in_footer());
        }
        let stands = "Something stands against it; it is listed above.";
        offered.push(
            Offered::when(self.is_open(), ActionId::Continue, stands)
                .named("confirm...")
                .in_footer(),
        );
        if self.fields().len() > 1 {
            offered.push(Offered::on(ActionId::NextPane).named("field").in_footer());
            offered.push(Offered::on(ActionId::PreviousPane));
        }
        offered.push(Offered::on(ActionId::Back).named("cancel").in_footer());
        offered.push(Offered::on(ActionId::Close));
        offered
    }

    fn takes_text(&self) -> bool {
        matches!(self.focus, Some(Focus::Reason | Focus::Ticket))
    }

    fn key(&mut self, key: KeyEvent, _cx: &mut Cx<'_, Message>) -> bool {
        self.focused_field()
            .is_some_and(|field| field.key(key) != Edit::Ignored)
    }

    fn paste(&mut self, text: &str, cx: &mut Cx<'_, Message>) {
        if let Some(note) = self.focused_field().and_then(|field| field.paste(text)) {
            cx.notify(Notice::bad(note));
        }
    }

    fn command(&mut self, action: ActionId, cx: &mut Cx<'_, Message>) {
        match action {
            ActionId::Open => match self.owner() {
                Some(subject) => {
                    cx.close();
                    cx.show(subject);
                }
                None => self.choose_successor(cx),
            },
            ActionId::Continue => self.go_on(cx),
            ActionId::NextPane => self.next_field(true),
            ActionId::PreviousPane => self.next_field(false),
            ActionId::Back | ActionId::Close => {
                cx.close();
                cx.notify(Notice::plain("Nothing was deleted."));
            }
            _ => {}
        }
    }

    fn update(&mut self, message: Message, cx: &mut Cx<'_, Message>) {
        match message {
            Message::Examined(Ok(deletion)) => self.examined(deletion),
            Message::Examined(Err(error)) => {
                cx.report(&error);
                cx.close();
            }
            Message::Chosen(names) => {
                self.successor = names.into_iter().next();
                self.examine(cx);
            }
        }
    }

    fn draw(&self, frame: &mut Frame<'_>, area: Rect, look: &Look<'_>) {
        let place = centered(area, WIDTH, self.height());
        let heading = format!("Delete the {} {}", self.doomed.kind(), self.name);
        let inside = draw_box(frame, place, &heading, look);
        let text = Rect {
            width: inside.width.saturating_sub(4),
            ..indented(inside, 2)
        };
        let Some(deletion) = &self.deletion else {
            let waiting = "looking what stands against it ...";
            look.put(frame.buffer_mut(), row(text, 1), waiting, Role::Muted);
            return;
        };
        let mut line = 1;
        for (fact, role) in facts(deletion, self.in_use) {
            line = paragraph(frame, text, line, &fact, role, look);
        }
        self.draw_fields(frame, text, line + 1, look);
        let foot = row(text, usize::from(inside.height.saturating_sub(1)));
        let note = "nothing is written yet";
        look.put_right(frame.buffer_mut(), foot, note, Role::Muted);
    }
}

/// What stands against it, what happens, and whether it can be taken back.
fn facts(deletion: &Deletion, in_use: bool) -> Vec<(String, Role)> {
    let mut facts = Vec::new();
    if !deletion.blockers.is_empty() {
        facts.push(("It can't be deleted:".to_owned(), Role::Danger));
        let blockers = deletion.blockers.iter();
        facts.extend(blockers.map(|why| (format!("! {why}"), Role::Warning)));
    }
    let effects = deletion.effects.iter();
    facts.extend(effects.map(|effect| (effect.clone(), Role::Text)));
    if deletion.needs_successor && deletion.blockers.is_empty() {
        let text = "It is in use: choose what takes its place.";
        facts.push((text.to_owned(), Role::Warning));
    }
    if deletion.blockers.is_empty() && !(in_use && deletion.needs_successor) {
        facts.push((
            "Undo: NO. This can't be taken back.".to_owned(),
            Role::Danger,
        ));
    }
    facts
}

impl DeleteRecord {
    fn draw_fields(&self, frame: &mut Frame<'_>, area: Rect, from: usize, look: &Look<'_>) {
        for (index, focus) in self.fields().into_iter().enumerate() {
            let at = row(area, from + index);
            let focused = self.focus == Some(focus);
            let (label, field) = match focus {
                Focus::Successor => ("In its place *", None),
                Focus::Reason => ("Reason *", Some(&self.reason)),
                Focus::Ticket => ("Ticket *", Some(&self.ticket)),
            };
            look.put(frame.buffer_mut(), at, label, Role::Text);
            let place = indented(at, 16);
            if let Some(field) = field {
                field.draw(frame, place, focused, look);
                continue;
            }
            if focused {
                look.place_cursor(frame, place.x, place.y);
            }
            let role = if focused { Role::CursorRow } else { Role::Text };
            let chosen = self.successor.as_deref().unwrap_or("none yet: Enter");
            look.put(frame.buffer_mut(), place, &format!("[{chosen}]"), role);
        }
    }
}

/// The question before one record is deleted for good.
pub struct ConfirmDelete {
    doomed: Doomed,
    deletion: Deletion,
    successor: Option<String>,
    consent: Consent,
    /// What asked before, which closes with this one.
    beneath: LayerId,
    asked: Asked,
}

pub enum Outcome {
    Deleted(Result<()>),
}

impl ConfirmDelete {
    fn headline(&self) -> String {
        format!("Delete the {} {}", self.doomed.kind(), self.deletion.name)
    }

    fn send(&self, cx: &mut Cx<'_, Outcome>) {
        let consent = self.consent.clone();
        match self.doomed {
            Doomed::Group(id) => {
                let group = RecordRef::Id(id);
                cx.perform(DeleteGroup { group, consent }, Outcome::Deleted);
            }
            Doomed::Role(id) => {
                let delete = DeleteRole {
                    role: RecordRef::Id(id),
                    move_holders_to: self.successor.clone().map(RecordRef::Name),
                    consent,
                };
                cx.perform(delete, Outcome::Deleted);
            }
            Doomed::Organization(id) => {
                let organization = RecordRef::Id(id);
                let delete = DeleteOrganization {
                    organization,
                    consent,
                };
                cx.perform(delete, Outcome::Deleted);
            }
            Doomed::Unit(id) => {
                let delete = DeleteUnit {
                    unit: RecordRef::Id(id),
                    move_records_to: self.successor.clone(),
                    consent,
                };
                cx.perform(delete, Outcome::Deleted);
            }
        }
    }
}

impl Screen for ConfirmDelete {
    type Message = Outcome;

    fn title(&self) -> &'static str {
        "Confirm"
    }

    fn actions(&self) -> Vec<Offered> {
        self.asked.actions()
    }

    fn takes_text(&self) -> bool {
        true
    }

    fn has_field(&self) -> bool {
        false
    }

    fn key(&mut self, key: KeyEvent, _cx: &mut Cx<'_, Outcome>) -> bool {
        self.asked.key(key)
    }

    fn paste(&mut self, _text: &str, cx: &mut Cx<'_, Outcome>) {
        cx.notify(Notice::bad(
            "A pasted text is not accepted: reading it is the point. Type it.",
        ));
    }

    fn command(&mut self, action: ActionId, cx: &mut Cx<'_, Outcome>) {
        match action {
            ActionId::Open => match self.asked.enter() {
                Entered::Run => self.send(cx),
                Entered::Cancel => cx.close(),
                Entered::Wrong(text) => cx.notify(Notice::bad(text)),
                Entered::Waits => {}
            },
            ActionId::Back if !self.asked.is_sent() => cx.close(),
            ActionId::NextPane | ActionId::PreviousPane => self.asked.turn(),
            _ => {}
        }
    }

    fn update(&mut self, Outcome::Deleted(result): Outcome, cx: &mut Cx<'_, Outcome>) {
        match result {
            Ok(()) => {
                cx.close();
                cx.close_other(self.beneath);
                cx.notify(Notice::good(format!(
                    "The {} {} was deleted.",
                    self.doomed.kind(),
                    self.deletion.name
                )));
            }
            Err(error) => {
                self.asked.refused();
                cx.report(&error);
            }
        }
    }

    fn draw(&self, frame: &mut Frame<'_>, area: Rect, look: &Look<'_>) {
        let dialog = Dialog {
            deed: self.headline(),
            facts: facts(&self.deletion, false),
            question: None,
        };
        self.asked.draw(frame, area, &dialog, look);
    }
}
