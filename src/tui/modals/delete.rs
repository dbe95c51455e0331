//! What deleting one record would do and what stands against it, before anything is written; then the question. Moving what
//! a unit owns is asked the same way.

use super::confirm::{Asked, Dialog, Entered, Proof};
use super::record_picker::RecordPicker;
use crate::domain::text::counted;
use crate::service::groups::{self, DeleteGroup};
use crate::service::jobs::Confirmation;
use crate::service::organizations::{self, DeleteOrganization};
use crate::service::roles::{self, DeleteRole};
use crate::service::units::{self, DeleteUnit, MoveOf, MoveOwned, OwnedMove, UnitFate};
use crate::service::{Consent, Deletion, Lack, RecordRef, Result};
use crate::tui::actions::{ActionId, Offered, moves};
use crate::tui::event::LayerId;
use crate::tui::forms::Pick;
use crate::tui::look::{Look, indented, row, wrap};
use crate::tui::notice::Notice;
use crate::tui::screen::{Cx, Screen};
use crate::tui::shared::Subject;
use crate::tui::theme::Role;
use crate::tui::widgets::field::{Edit, Field};
use crate::tui::widgets::panel::{centered, draw_box};
use crate::tui::widgets::scroll::Scroll;
use crossterm::event::KeyEvent;
use ratatui::Frame;
use ratatui::layout::Rect;

/// Cells of the box.
const WIDTH: u16 = 76;

/// Empty lines and the foot, beside what is said and what is filled in.
const AROUND: usize = 4;

/// Longest reason or ticket.
const REASON_MAX: usize = 500;

/// The record that is to be deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doomed {
    Group(i64),
    Role(i64),
    Organization(i64),
    Unit(i64),
    /// Only what this unit owns leaves it, for another; the unit stays.
    Owned(i64),
}

impl Doomed {
    /// `Delete the group Night shift`.
    fn deed(self, name: &str) -> String {
        let kind = match self {
            Self::Group(_) => "group",
            Self::Role(_) => "role",
            Self::Organization(_) => "organization",
            Self::Unit(_) => "unit",
            Self::Owned(_) => return format!("Move what {name} owns"),
        };
        format!("Delete the {kind} {name}")
    }

    /// What is no more true of it.
    const fn done(self) -> &'static str {
        match self {
            Self::Owned(_) => "moved",
            _ => "deleted",
        }
    }

    /// What takes its place where it is in use: a unit's records go to a unit, a role's holders get a role.
    const fn successor(self) -> Option<(Pick, &'static str)> {
        let unit = "Which unit gets what it owns?";
        match self {
            Self::Unit(id) => Some((Pick::UnitAfter(id, UnitFate::Ends), unit)),
            Self::Owned(id) => Some((Pick::UnitAfter(id, UnitFate::Stays), unit)),
            Self::Role(id) => Some((
                Pick::RoleAfter(id),
                "Which role do its holders get in its place?",
            )),
            Self::Group(_) | Self::Organization(_) => None,
        }
    }

    /// Asks for the successor, and names the field that has it.
    const fn wanted(self) -> (&'static str, &'static str) {
        match self {
            Self::Owned(_) => ("Choose the unit that gets it.", "To the unit *"),
            _ => (
                "It is in use: choose what takes its place.",
                "In its place *",
            ),
        }
    }
}

/// What was foretold of it.
#[derive(Clone)]
struct Told {
    /// The name that a command line takes.
    name: String,
    blockers: Vec<String>,
    effects: Vec<String>,
    needs_successor: bool,
    undo: Option<(String, Role)>,
    reason_needed: bool,
    ticket_needed: bool,
    tier: i64,
    /// How many records are deleted or move.
    number: i64,
    /// What the operator lacks, where that is the first of the blockers.
    lack: Option<Lack>,
}

impl From<Deletion> for Told {
    fn from(deletion: Deletion) -> Self {
        let undo = "Undo: NO. This can't be taken back.".to_owned();
        Self {
            name: deletion.name,
            blockers: deletion.blockers,
            effects: deletion.effects,
            needs_successor: deletion.needs_successor,
            undo: Some((undo, Role::Danger)),
            reason_needed: deletion.reason_needed,
            ticket_needed: deletion.ticket_needed,
            tier: 4,
            number: 1,
            lack: deletion.lack,
        }
    }
}

impl From<OwnedMove> for Told {
    fn from(told: OwnedMove) -> Self {
        let (words, number) = (told.words(), told.records);
        let mut effects = Vec::new();
        match &told.to {
            _ if number == 0 => {}
            Some(to) if told.blockers.is_empty() => {
                let go = if number == 1 { "goes" } else { "go" };
                effects.push(format!("{words} {go} to {to}."));
                effects.push(format!("Whoever is assigned to {} stays so.", told.from));
            }
            _ => effects.push(format!("It owns {words}.")),
        }
        let undo = Some(format!("Undo: {}.", told.undo)).filter(|_| !told.undo.is_empty());
        Self {
            needs_successor: told.to.is_none() && told.blockers.is_empty(),
            undo: undo.map(|undo| (undo, Role::Text)),
            name: told.from,
            blockers: told.blockers,
            effects,
            reason_needed: told.reason_needed,
            ticket_needed: told.ticket_needed,
            tier: told.tier,
            number,
            lack: told.lack,
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
    told: Option<Told>,
    /// What takes its place.
    successor: Option<String>,
    /// Whether the record is in use, so that a successor is asked for.
    in_use: bool,
    reason: Field,
    ticket: Field,
    focus: Option<Focus>,
    /// Of what is said, where the window is too small for all of it.
    scroll: Scroll,
}

pub enum Message {
    Examined(Result<Deletion>),
    Foretold(Result<OwnedMove>),
    Chosen(Vec<String>),
}

impl DeleteRecord {
    #[must_use]
    pub fn new(doomed: Doomed, name: &str) -> Self {
        Self {
            doomed,
            name: name.to_owned(),
            told: None,
            successor: None,
            in_use: false,
            reason: Field::new(REASON_MAX),
            ticket: Field::new(REASON_MAX),
            focus: None,
            scroll: Scroll::default(),
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
                let query = units::DeletionOf {
                    unit: RecordRef::Id(id),
                    move_records_to: self.successor.clone(),
                };
                cx.ask_latest("deletion", query, Message::Examined);
            }
            Doomed::Owned(id) => {
                let query = MoveOf {
                    unit: RecordRef::Id(id),
                    to: self.successor.clone(),
                };
                cx.ask_latest("deletion", query, Message::Foretold);
            }
        }
    }

    /// The page that leads to what keeps an organization from being deleted: each of it is moved or deleted by itself.
    fn owner(&self) -> Option<Subject> {
        let told = self.told.as_ref()?;
        match self.doomed {
            Doomed::Organization(id) if !told.blockers.is_empty() => {
                Some(Subject::Organization(RecordRef::Id(id)))
            }
            _ => None,
        }
    }

    /// What can be filled in, in its order.
    fn fields(&self) -> Vec<Focus> {
        let Some(told) = &self.told else {
            return Vec::new();
        };
        let mut fields = Vec::new();
        if self.in_use {
            fields.push(Focus::Successor);
        }
        if self.is_open() {
            if told.reason_needed {
                fields.push(Focus::Reason);
            }
            if told.ticket_needed {
                fields.push(Focus::Ticket);
            }
        }
        fields
    }

    /// Whether nothing stands against it any more.
    fn is_open(&self) -> bool {
        self.told
            .as_ref()
            .is_some_and(|told| told.blockers.is_empty() && !told.needs_successor)
    }

    fn examined(&mut self, told: Told) {
        self.in_use |= told.needs_successor;
        self.told = Some(told);
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

    /// What is said, in lines that fit into a box of this width.
    fn lines(&self, width: u16) -> Vec<(String, Role)> {
        let cells = usize::from(width.saturating_sub(6));
        let facts = self.told.iter().flat_map(|told| facts(self.doomed, told));
        let wrapped = |(text, role): (String, Role)| {
            let lines = wrap(&text, cells).into_iter();
            lines.map(move |line| (line, role)).collect::<Vec<_>>()
        };
        facts.flat_map(wrapped).collect()
    }

    /// The box for so many lines, what is filled in and the foot, with empty lines between them.
    fn place(&self, area: Rect, lines: usize) -> Rect {
        let height = lines + self.fields().len() + AROUND + 2;
        centered(area, WIDTH, u16::try_from(height).unwrap_or(u16::MAX))
    }

    fn scroll(&mut self, motion: ActionId, area: Rect) {
        let lines = self.lines(centered(area, WIDTH, area.height).width).len();
        let inside = usize::from(self.place(area, lines).height).saturating_sub(2);
        let room = inside.saturating_sub(self.fields().len() + 1);
        self.scroll.go(motion, lines, room);
    }

    fn choose_successor(&self, cx: &mut Cx<'_, Message>) {
        let asker = cx.asker(Message::Chosen);
        let chosen = self.successor.clone();
        if let Some((pick, heading)) = self.doomed.successor() {
            cx.open_modal(RecordPicker::one(heading, pick, chosen, true, asker));
        }
    }

    fn go_on(&mut self, cx: &mut Cx<'_, Message>) {
        let Some(told) = &self.told else {
            return;
        };
        let missing = |needed: bool, field: &Field| needed && field.value().trim().is_empty();
        if told.needs_successor {
            self.choose_successor(cx);
        } else if let Some(why) = told.blockers.first() {
            cx.notify(Notice::bad(why).about(told.lack.clone()));
        } else if missing(told.reason_needed, &self.reason) {
            self.focus = Some(Focus::Reason);
            cx.notify(Notice::bad("This needs a reason, which the audit keeps."));
        } else if missing(told.ticket_needed, &self.ticket) {
            self.focus = Some(Focus::Ticket);
            cx.notify(Notice::bad("This needs a ticket, which the audit keeps."));
        } else {
            let proof = self.proof(told);
            let confirmation = match proof {
                Proof::Yes => Confirmation::Yes,
                Proof::Text(_) => Confirmation::Count(told.number),
            };
            let consent = Consent {
                confirmation,
                reason: self.reason.value().to_owned(),
                ticket: self.ticket.value().to_owned(),
            };
            cx.open_modal(ConfirmDelete {
                doomed: self.doomed,
                told: told.clone(),
                successor: self.successor.clone(),
                consent,
                beneath: cx.id(),
                asked: Asked::new(proof),
            });
        }
    }

    fn proof(&self, told: &Told) -> Proof {
        let word = match self.doomed {
            Doomed::Owned(_) => "move",
            _ => "delete",
        };
        match told.tier {
            ..=2 => Proof::Yes,
            3 => Proof::Text(told.number.to_string()),
            _ => Proof::Text(format!("{word} {}", told.number)),
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
        offered.extend(moves());
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
                let done = self.doomed.done();
                cx.notify(Notice::plain(format!("Nothing was {done}.")));
            }
            motion => self.scroll(motion, cx.modal_area()),
        }
    }

    fn update(&mut self, message: Message, cx: &mut Cx<'_, Message>) {
        match message {
            Message::Examined(Ok(deletion)) => self.examined(deletion.into()),
            Message::Foretold(Ok(told)) => self.examined(told.into()),
            Message::Examined(Err(error)) | Message::Foretold(Err(error)) => {
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
        let lines = self.lines(centered(area, WIDTH, area.height).width);
        let place = self.place(area, lines.len());
        let heading = self.doomed.deed(&self.name);
        let inside = draw_box(frame, place, &heading, look);
        let text = Rect {
            width: inside.width.saturating_sub(4),
            ..indented(inside, 2)
        };
        if self.told.is_none() {
            let waiting = "looking what stands against it ...";
            look.put(frame.buffer_mut(), row(text, 1), waiting, Role::Muted);
            return;
        }
        // What is filled in and the foot have their lines first; what is said scrolls above them where it doesn't fit.
        let (height, fields) = (usize::from(inside.height), self.fields().len());
        let foot = height.saturating_sub(1);
        let (first, room, fields_at) = if lines.len() + fields + AROUND <= height {
            (1, lines.len(), lines.len() + 2)
        } else {
            let room = foot.saturating_sub(fields);
            (0, room, room)
        };
        let top = self.scroll.top(lines.len(), room);
        for (index, (line, role)) in lines.iter().skip(top).take(room).enumerate() {
            look.put(frame.buffer_mut(), row(text, first + index), line, *role);
        }
        self.draw_fields(frame, text, fields_at, look);
        let foot = row(text, foot);
        if let Some(more) = self.scroll.below(lines.len(), room) {
            let words = format!("Up, Down: {more}");
            look.put(frame.buffer_mut(), foot, &words, Role::Muted);
        }
        let note = "nothing is written yet";
        look.put_right(frame.buffer_mut(), foot, note, Role::Muted);
    }
}

/// What stands against it, what happens, and whether it can be taken back.
fn facts(doomed: Doomed, told: &Told) -> Vec<(String, Role)> {
    let mut facts = Vec::new();
    if !told.blockers.is_empty() {
        facts.push((format!("It can't be {}:", doomed.done()), Role::Danger));
        let blockers = told.blockers.iter();
        facts.extend(blockers.map(|why| (format!("! {why}"), Role::Warning)));
    }
    let effects = told.effects.iter();
    facts.extend(effects.map(|effect| (effect.clone(), Role::Text)));
    if told.blockers.is_empty() && told.needs_successor {
        facts.push((doomed.wanted().0.to_owned(), Role::Warning));
    } else if told.blockers.is_empty() {
        facts.extend(told.undo.clone());
    }
    facts
}

impl DeleteRecord {
    fn draw_fields(&self, frame: &mut Frame<'_>, area: Rect, from: usize, look: &Look<'_>) {
        for (index, focus) in self.fields().into_iter().enumerate() {
            let at = row(area, from + index);
            let focused = self.focus == Some(focus);
            let (label, field) = match focus {
                Focus::Successor => (self.doomed.wanted().1, None),
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

/// The question before it is done.
pub struct ConfirmDelete {
    doomed: Doomed,
    told: Told,
    successor: Option<String>,
    consent: Consent,
    /// What asked before, which closes with this one.
    beneath: LayerId,
    asked: Asked,
}

pub enum Outcome {
    Done(Result<()>),
}

impl ConfirmDelete {
    fn send(&self, cx: &mut Cx<'_, Outcome>) {
        let consent = self.consent.clone();
        match self.doomed {
            Doomed::Group(id) => {
                let group = RecordRef::Id(id);
                cx.perform(DeleteGroup { group, consent }, Outcome::Done);
            }
            Doomed::Role(id) => {
                let delete = DeleteRole {
                    role: RecordRef::Id(id),
                    move_holders_to: self.successor.clone().map(RecordRef::Name),
                    consent,
                };
                cx.perform(delete, Outcome::Done);
            }
            Doomed::Organization(id) => {
                let organization = RecordRef::Id(id);
                let delete = DeleteOrganization {
                    organization,
                    consent,
                };
                cx.perform(delete, Outcome::Done);
            }
            Doomed::Unit(id) => {
                let delete = DeleteUnit {
                    unit: RecordRef::Id(id),
                    move_records_to: self.successor.clone(),
                    consent,
                };
                cx.perform(delete, Outcome::Done);
            }
            Doomed::Owned(id) => {
                let owned = MoveOwned {
                    unit: RecordRef::Id(id),
                    to: self.successor.clone().unwrap_or_default(),
                    consent,
                };
                cx.perform(owned, |result| Outcome::Done(result.map(drop)));
            }
        }
    }

    /// What is said when it is done.
    fn sentence(&self) -> String {
        let name = &self.told.name;
        match self.doomed {
            Doomed::Group(_) => format!("The group {name} was deleted."),
            Doomed::Role(_) => format!("The role {name} was deleted."),
            Doomed::Organization(_) => format!("The organization {name} was deleted."),
            Doomed::Unit(_) => format!("The unit {name} was deleted."),
            Doomed::Owned(_) => {
                let records = counted(self.told.number, "record", "records");
                let to = self.successor.as_deref().unwrap_or_default();
                format!("{records} went from {name} to {to}.")
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

    fn update(&mut self, Outcome::Done(result): Outcome, cx: &mut Cx<'_, Outcome>) {
        match result {
            Ok(()) => {
                cx.close();
                cx.close_other(self.beneath);
                cx.notify(Notice::good(self.sentence()));
            }
            Err(error) => {
                self.asked.refused();
                cx.report(&error);
            }
        }
    }

    fn draw(&self, frame: &mut Frame<'_>, area: Rect, look: &Look<'_>) {
        let dialog = Dialog {
            deed: self.doomed.deed(&self.told.name),
            button: None,
            facts: facts(self.doomed, &self.told),
            question: (self.told.tier == 3).then_some("Type the number of records that move:"),
        };
        self.asked.draw(frame, area, &dialog, look);
    }
}
