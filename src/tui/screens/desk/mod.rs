//! The desk: one caller and few keys. Letters find, Enter picks, Space says that the caller is identified, `1` helps.
//!
//! It is the only screen on which a single printable key writes, and only once somebody is picked; that the policy
//! wants them identified first is the service's rule, which is only said earlier here.

mod acting;
mod asking;
mod card;
mod draw;
mod offered;

use crate::domain::UserId;
use crate::service::desk::{CallerCard, Callers, Place, Queue, Relocked};
use crate::service::jobs::Outcome;
use crate::service::users::UserRow;
use crate::service::{DeskPolicy, Identification, Result, TicketUse};
use crate::tui::actions::{ActionId, MOVES, Offered};
use crate::tui::look::{Look, thousands};
use crate::tui::notice::Notice;
use crate::tui::screen::{Cx, Screen};
use crate::tui::shared::{Aim, Finished, Front, Subject};
use crate::tui::widgets::field::{Edit, Field};
use crossterm::event::{KeyCode, KeyEvent};
use ratatui::Frame;
use ratatui::layout::Rect;

/// Longest text that is searched for, and longest ticket.
const TEXT_MAX: usize = 200;
const TICKET_MAX: usize = 100;

/// What gets the keys.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Focus {
    #[default]
    Search,
    /// Whoever is picked, and what can be done for them.
    Person,
    Ticket,
}

/// What was said of somebody before they were there.
#[derive(Clone, Copy, Debug, Default)]
struct Haste {
    identified: bool,
    /// The number of an action.
    wanted: Option<usize>,
}

/// Whoever was picked.
struct Person {
    row: UserRow,
    card: Option<CallerCard>,
    identified: bool,
    ticket: Field,
    /// The number of an action that was asked for before the card was there.
    wanted: Option<usize>,
}

impl Person {
    fn new(row: UserRow, haste: Haste) -> Self {
        Self {
            row,
            card: None,
            identified: haste.identified,
            ticket: Field::new(TICKET_MAX),
            wanted: haste.wanted,
        }
    }

    fn aim(&self) -> Aim {
        Aim::at(self.row.id, self.row.username.clone())
    }
}

pub struct DeskScreen {
    text: Field,
    /// The text whose callers are shown, and the one that was asked for and isn't answered.
    shown: String,
    asked: Option<String>,
    callers: Callers,
    cursor: usize,
    /// Enter was pressed before the callers were there.
    haste: Option<Haste>,
    focus: Focus,
    person: Option<Person>,
    /// For whom an action is on its way, also where somebody else calls by now.
    acting: Vec<UserId>,
    queue: Queue,
    /// Where the operator is in the queue.
    place: Option<Place>,
    again: Vec<Relocked>,
    policy: DeskPolicy,
}

impl Default for DeskScreen {
    fn default() -> Self {
        Self {
            text: Field::new(TEXT_MAX),
            shown: String::new(),
            asked: None,
            callers: Callers::default(),
            cursor: 0,
            haste: None,
            focus: Focus::default(),
            person: None,
            acting: Vec::new(),
            queue: Queue::default(),
            place: None,
            again: Vec::new(),
            policy: DeskPolicy::default(),
        }
    }
}

pub enum Message {
    Found(String, Result<Callers>),
    Shown(UserId, Result<Box<CallerCard>>),
    Queued(Result<Queue>),
    /// The next of the queue, and whether it was asked for from the top.
    Next(bool, Result<Queue>),
    Again(Result<Vec<Relocked>>),
    Acted(UserId, Aim, Result<Box<Outcome>>),
}

impl DeskScreen {
    const fn asks_identity(&self) -> bool {
        !matches!(self.policy.identification, Identification::Off)
    }

    const fn wants_identity(&self) -> bool {
        matches!(
            self.policy.identification,
            Identification::Required | Identification::Everywhere
        )
    }

    const fn asks_ticket(&self) -> bool {
        !matches!(self.policy.ticket, TicketUse::Off)
    }

    const fn wants_ticket(&self) -> bool {
        matches!(self.policy.ticket, TicketUse::Required)
    }

    /// The field that gets the letters.
    fn field(&mut self) -> Option<&mut Field> {
        match self.focus {
            Focus::Search => Some(&mut self.text),
            Focus::Ticket => self.person.as_mut().map(|person| &mut person.ticket),
            Focus::Person => None,
        }
    }

    /// Somebody else calls: nothing of the one before is left in the way.
    fn begin_search(&mut self, cx: &mut Cx<'_, Message>) {
        self.focus = Focus::Search;
        self.haste = None;
        self.person = None;
        self.text.set("");
        self.search_on(cx);
    }

    fn move_cursor(&mut self, motion: ActionId) {
        let last = self.callers.rows.len().saturating_sub(1);
        self.cursor = match motion {
            ActionId::Up => self.cursor.saturating_sub(1),
            ActionId::Down => (self.cursor + 1).min(last),
            ActionId::First | ActionId::PageUp | ActionId::HalfPageUp => 0,
            _ => last,
        };
    }

    fn step_back(&mut self) {
        self.haste = None;
        self.focus = match self.focus {
            Focus::Ticket | Focus::Search => Focus::Person,
            Focus::Person => Focus::Search,
        };
    }

    fn switch(&mut self) {
        self.focus = match self.focus {
            Focus::Person if self.asks_ticket() && self.person.is_some() => Focus::Ticket,
            Focus::Ticket => Focus::Person,
            Focus::Search if self.person.is_some() => Focus::Person,
            other => other,
        };
    }

    /// Says that the caller is identified, or takes it back.
    fn tick(&mut self) {
        if let Some(haste) = &mut self.haste {
            haste.identified = !haste.identified;
        } else if let Some(person) = &mut self.person {
            person.identified = !person.identified;
        }
    }
}

impl Screen for DeskScreen {
    type Message = Message;

    fn title(&self) -> &'static str {
        "Desk"
    }

    fn status(&self) -> String {
        match self.queue.locked.number {
            0 => String::new(),
            number => {
                let more = if self.queue.locked.capped { "+" } else { "" };
                format!("queue: {}{more} locked", thousands(number))
            }
        }
    }

    fn open(&mut self, cx: &mut Cx<'_, Message>) {
        self.policy = cx.service().policy().desk.clone();
        self.look_around(cx);
    }

    fn actions(&self) -> Vec<Offered> {
        self.offered()
    }

    fn takes_text(&self) -> bool {
        self.focus != Focus::Person
    }

    fn key(&mut self, key: KeyEvent, cx: &mut Cx<'_, Message>) -> bool {
        if self.focus == Focus::Person {
            return match key.code {
                KeyCode::Char(digit @ '1'..='9') => {
                    self.act(digit as usize - '0' as usize, cx);
                    true
                }
                _ => false,
            };
        }
        let Some(edit) = self.field().map(|field| field.key(key)) else {
            return false;
        };
        if edit == Edit::Changed && self.focus == Focus::Search {
            self.search_on(cx);
        }
        edit != Edit::Ignored
    }

    fn paste(&mut self, text: &str, cx: &mut Cx<'_, Message>) {
        let Some(field) = self.field() else {
            cx.notify(Notice::plain(
                "The pasted text was ignored: press / first to search for it.",
            ));
            return;
        };
        if let Some(note) = field.paste(text) {
            cx.notify(Notice::bad(note));
        }
        if self.focus == Focus::Search {
            self.search_on(cx);
        }
    }

    fn command(&mut self, action: ActionId, cx: &mut Cx<'_, Message>) {
        match action {
            ActionId::Open if self.focus == Focus::Search => self.pick(cx),
            ActionId::Open => self.focus = Focus::Person,
            ActionId::Mark => self.tick(),
            ActionId::Filter => self.begin_search(cx),
            ActionId::ContinueNew => self.next_caller(cx),
            ActionId::NextPane | ActionId::PreviousPane => self.switch(),
            ActionId::Back => self.step_back(),
            ActionId::Close => cx.enter(Front::Console),
            ActionId::Timeline => {
                if let Some(person) = &self.person {
                    cx.enter(Front::Console);
                    cx.show(Subject::User(person.row.id));
                }
            }
            motion if MOVES.contains(&motion) => self.move_cursor(motion),
            _ => {}
        }
    }

    fn update(&mut self, message: Message, cx: &mut Cx<'_, Message>) {
        match message {
            Message::Found(text, result) => self.found(text, result, cx),
            Message::Shown(user, result) => self.shown(user, result, cx),
            Message::Queued(Ok(queue)) => self.queue = queue,
            // Whoever may unlock nobody has no queue.
            Message::Queued(Err(_)) => self.queue = Queue::default(),
            Message::Next(from_the_top, result) => self.next(from_the_top, result, cx),
            Message::Again(Ok(again)) => self.again = again,
            Message::Again(Err(error)) => cx.report(&error),
            Message::Acted(user, aim, result) => self.acted(user, aim, result, cx),
        }
    }

    fn changed(&mut self, cx: &mut Cx<'_, Message>) {
        self.look_again(cx);
    }

    fn finished(&mut self, _finished: &Finished, cx: &mut Cx<'_, Message>) {
        self.look_again(cx);
    }

    fn draw(&self, frame: &mut Frame<'_>, area: Rect, look: &Look<'_>) {
        self.draw_in(frame, area, look);
    }
}
