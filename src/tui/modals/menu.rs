//! The action menu: what can be done to the targets, to how many, and why not to the rest.

use super::memberships::MembershipPicker;
use super::verdict::VerdictView;
use crate::domain::permission::Permission;
use crate::domain::{UserId, text};
use crate::service::jobs::{HolderKind, MakePlan, Offer, Offers, Operation, Plan, Targets};
use crate::service::users::{Reason, UserRef, WhyNot};
use crate::service::{Lack, Result, groups, roles};
use crate::tui::actions::{ActionId, Offered};
use crate::tui::keys::is_printable;
use crate::tui::look::{Look, indented, row, thousands, wrap};
use crate::tui::notice::Notice;
use crate::tui::screen::{Cx, Screen};
use crate::tui::shared::Aim;
use crate::tui::theme::Role;
use crate::tui::widgets::panel::draw_box;
use crossterm::event::{KeyCode, KeyEvent};
use ratatui::Frame;
use ratatui::layout::Rect;

/// A line that opens something of its own.
#[derive(Clone, Copy, Debug)]
struct Door {
    letter: char,
    label: &'static str,
    kind: HolderKind,
    right: Permission,
}

const DOORS: [Door; 2] = [
    Door {
        letter: 'g',
        label: "Groups: add / remove...",
        kind: HolderKind::Group,
        right: groups::MEMBERS,
    },
    Door {
        letter: 'o',
        label: "Roles: add / remove...",
        kind: HolderKind::Role,
        right: roles::MEMBERS,
    },
];

pub struct ActionMenu {
    aim: Aim,
    /// The row under the cursor, where the marks are aimed at and `1` would narrow to it.
    row: Option<(UserId, String)>,
    offers: Option<Vec<Offer>>,
    /// Who can do what the operator can't, where it is about one user.
    helpers: Vec<String>,
    cursor: usize,
    /// Pressed before the offers were there.
    wanted: Option<char>,
    planning: bool,
    /// Doors that the operator lacks the right for.
    shut: Vec<char>,
}

pub enum Message {
    Offered(Result<Vec<Offer>>),
    Explained(Result<Vec<Reason>>),
    Planned(Result<Plan>),
}

impl ActionMenu {
    #[must_use]
    pub fn new(aim: Aim, row: Option<(UserId, String)>) -> Self {
        Self {
            aim,
            row,
            offers: None,
            helpers: Vec::new(),
            cursor: 0,
            wanted: None,
            planning: false,
            shut: Vec::new(),
        }
    }

    /// Goes on with an operation as soon as it is known whether it applies.
    #[must_use]
    pub const fn choosing(mut self, operation: Operation) -> Self {
        self.wanted = Some(letter_of(operation));
        self
    }

    fn load(&mut self, cx: &mut Cx<'_, Message>) {
        let targets = self.aim.targets.clone();
        if let Targets::Users(users) = &targets
            && let [user] = users.as_slice()
        {
            let why = WhyNot {
                user: UserRef::Id(*user),
            };
            cx.ask_latest("why", why, Message::Explained);
        }
        cx.ask_latest("offers", Offers { targets }, Message::Offered);
    }

    /// Leaves the marks alone and aims at the cursor's row.
    fn narrow_to_row(&mut self, cx: &mut Cx<'_, Message>) {
        if let Some((user, name)) = self.row.take() {
            self.aim = Aim::at(user, name);
            self.offers = None;
            self.load(cx);
        }
    }

    fn letter(&mut self, letter: char, cx: &mut Cx<'_, Message>) {
        let Some(offers) = &self.offers else {
            self.wanted = Some(letter);
            return;
        };
        let door = DOORS.iter().position(|door| door.letter == letter);
        match offers
            .iter()
            .position(|offer| letter_of(offer.operation) == letter)
            .or(door.map(|door| offers.len() + door))
        {
            Some(index) => {
                self.cursor = index;
                self.choose(cx);
            }
            None => cx.notify(Notice::plain(format!(
                "No action here has the letter {letter}."
            ))),
        }
    }

    fn go_through(&self, door: &Door, cx: &mut Cx<'_, Message>) {
        if self.shut.contains(&door.letter) {
            let why = format!("You may not do that: it needs the right {}.", door.right);
            cx.open_modal(VerdictView::of_operator(door.right.into()).refusing(why));
            return;
        }
        cx.close();
        cx.open_modal(MembershipPicker::new(self.aim.clone(), door.kind));
    }

    /// Does what was pressed before the menu knew what applies.
    fn choose_wanted(&mut self, cx: &mut Cx<'_, Message>) {
        if self.offers.is_some()
            && let Some(letter) = self.wanted.take()
        {
            self.letter(letter, cx);
        }
    }

    fn choose(&mut self, cx: &mut Cx<'_, Message>) {
        let offers = self.offers.as_ref().map_or(0, Vec::len);
        if let Some(door) = self.cursor.checked_sub(offers)
            && let Some(door) = DOORS.get(door)
            && offers > 0
        {
            self.go_through(door, cx);
            return;
        }
        let Some(offer) = self
            .offers
            .as_ref()
            .and_then(|offers| offers.get(self.cursor))
        else {
            return;
        };
        if self.planning {
            return;
        }
        if !is_on(offer) {
            let whose = if offer.outranked.is_some() && offer.allowed {
                format!("{} ", self.aim.words)
            } else {
                String::new()
            };
            let (label, why) = (offer.operation.label(), why_off(offer));
            let why = format!("{label}: {whose}{why}.{}", self.who_can_help());
            match self.explanation(offer) {
                Some(view) => cx.open_modal(view.refusing(why)),
                None => cx.notify(Notice::bad(why)),
            }
            return;
        }
        self.planning = true;
        let plan = MakePlan {
            hidden: self.aim.hidden,
            ..offer.plan(self.aim.targets.clone())
        };
        cx.perform(plan, Message::Planned);
    }
}

impl ActionMenu {
    /// What explains a line that is not allowed: the right that is lacking, or the power that stands in its way.
    fn explanation(&self, offer: &Offer) -> Option<VerdictView> {
        let one = match &self.aim.targets {
            Targets::Users(users) if users.len() == 1 => users.first().copied(),
            _ => None,
        };
        let right = offer.operation.permission();
        let lack = match one {
            Some(person) if !offer.allowed || offer.outranked.is_some() => {
                Lack::Over { right, person }
            }
            None if !offer.allowed => Lack::right(right),
            _ => return None,
        };
        Some(VerdictView::of_lack(lack))
    }

    fn who_can_help(&self) -> String {
        if self.helpers.is_empty() {
            String::new()
        } else {
            format!(" Who can help: {}.", self.helpers.join(", "))
        }
    }
}

const fn is_on(offer: &Offer) -> bool {
    offer.allowed && offer.applies > 0
}

fn why_off(offer: &Offer) -> String {
    offer.reason.clone().unwrap_or_else(|| {
        if offer.allowed {
            "it applies to none of them"
        } else {
            "you don't have the right to"
        }
        .to_owned()
    })
}

/// Why it doesn't apply to all.
fn note_of(offer: &Offer) -> Option<String> {
    if is_on(offer) {
        offer.reason.clone()
    } else {
        Some(why_off(offer))
    }
}

/// The letter in the menu; the same for good, so that `a u` becomes a habit.
pub const fn letter_of(operation: Operation) -> char {
    match operation {
        Operation::Unlock => 'u',
        Operation::Enable => 'e',
        Operation::Disable => 'd',
        Operation::SignOut => 'k',
        Operation::Delete => 'x',
        Operation::Restore => 'r',
        Operation::Purge => 'P',
        Operation::Relock => 'l',
        Operation::Members => 'g',
    }
}

impl Screen for ActionMenu {
    type Message = Message;

    fn title(&self) -> &'static str {
        "Actions"
    }

    fn open(&mut self, cx: &mut Cx<'_, Message>) {
        let shut = DOORS.iter().filter(|door| !cx.may(door.right));
        self.shut = shut.map(|door| door.letter).collect();
        self.load(cx);
    }

    fn actions(&self) -> Vec<Offered> {
        vec![
            Offered::on(ActionId::Open)
                .named("or letter: choose")
                .in_footer(),
            Offered::on(ActionId::Back).in_footer(),
            Offered::on(ActionId::Close),
            Offered::on(ActionId::Up),
            Offered::on(ActionId::Down),
        ]
    }

    /// Letters choose, so none of them may mean anything else here.
    fn takes_text(&self) -> bool {
        true
    }

    fn has_field(&self) -> bool {
        false
    }

    fn key(&mut self, key: KeyEvent, cx: &mut Cx<'_, Message>) -> bool {
        match key.code {
            KeyCode::Char('1') => self.narrow_to_row(cx),
            KeyCode::Char('q') => cx.close(),
            KeyCode::Char(letter) if is_printable(key) => {
                self.letter(letter, cx);
            }
            _ => return false,
        }
        true
    }

    fn command(&mut self, action: ActionId, cx: &mut Cx<'_, Message>) {
        let last = self
            .offers
            .as_ref()
            .map_or(0, |offers| (offers.len() + DOORS.len()).saturating_sub(1));
        match action {
            ActionId::Back | ActionId::Close => cx.close(),
            ActionId::Open => self.choose(cx),
            ActionId::Up => self.cursor = self.cursor.saturating_sub(1),
            ActionId::Down => self.cursor = (self.cursor + 1).min(last),
            _ => {}
        }
    }

    fn update(&mut self, message: Message, cx: &mut Cx<'_, Message>) {
        match message {
            Message::Offered(Ok(offers)) => {
                self.offers = Some(offers);
                self.choose_wanted(cx);
            }
            Message::Explained(Ok(reasons)) => {
                for helper in reasons.into_iter().flat_map(|reason| reason.who_can_help) {
                    if !self.helpers.contains(&helper) {
                        self.helpers.push(helper);
                    }
                }
                self.choose_wanted(cx);
            }
            // Without it the menu says a little less.
            Message::Explained(Err(_)) => self.choose_wanted(cx),
            Message::Planned(Ok(plan)) => {
                cx.close();
                cx.carry_out(plan, Some(self.aim.clone()));
            }
            Message::Offered(Err(error)) => {
                cx.report(&error);
                cx.close();
            }
            Message::Planned(Err(error)) => {
                self.planning = false;
                cx.report(&error);
            }
        }
    }

    fn draw(&self, frame: &mut Frame<'_>, area: Rect, look: &Look<'_>) {
        let lines = self.lines(area.width.saturating_sub(2));
        let height = u16::try_from(lines.len() + 5).unwrap_or(u16::MAX);
        // The tabs and the filter line stay in sight where there is room for both.
        let place = Rect {
            y: area.y + area.height.saturating_sub(height).min(2),
            height: height.min(area.height),
            ..area
        };
        let inside = draw_box(frame, place, &format!("Act on {}", self.aim.words), look);
        self.draw_heading(frame, row(inside, 0), look);
        // The heading and the foot have their lines first; between them the list goes with the cursor.
        let last = usize::from(inside.height.saturating_sub(1));
        let room = last.saturating_sub(1);
        let cursor = lines.iter().position(|line| line.role == Role::CursorRow);
        let with_notes = cursor.map_or(0, |cursor| {
            let notes = lines.iter().skip(cursor + 1);
            cursor + 1 + notes.take_while(|line| line.note.is_some()).count()
        });
        let top = with_notes.saturating_sub(room);
        for (index, line) in lines.iter().skip(top).take(room).enumerate() {
            line.draw(frame, row(inside, 1 + index), look);
        }
        let foot = row(inside, last);
        if lines.len() > room {
            let words = " Up, Down: more ";
            look.put_right(frame.buffer_mut(), foot, words, Role::Muted);
        }
        let all_on = self.offers.iter().flatten().all(is_on);
        let text = match &self.row {
            Some((_, name)) => format!(" 1: act on {name} only"),
            None if all_on || self.helpers.is_empty() => {
                " What is small and can be taken back runs at once, the rest shows a plan."
                    .to_owned()
            }
            None => self.who_can_help(),
        };
        look.put(frame.buffer_mut(), foot, &text, Role::Muted);
    }
}

/// One line of the menu, ready to draw.
struct MenuLine {
    letter: char,
    label: String,
    applies: String,
    /// Whether it can be taken back; for what is off, why it is off.
    undo: String,
    role: Role,
    /// A line that explains the one above it.
    note: Option<String>,
}

/// Where the columns begin.
const APPLIES_AT: u16 = 38;
const UNDO_AT: u16 = 52;
const NOTE_AT: u16 = 7;

impl MenuLine {
    fn draw(&self, frame: &mut Frame<'_>, at: Rect, look: &Look<'_>) {
        if self.role == Role::CursorRow {
            look.place_cursor(frame, at.x, at.y);
        }
        let buffer = frame.buffer_mut();
        if let Some(note) = &self.note {
            look.put(buffer, indented(at, NOTE_AT), note, Role::Muted);
            return;
        }
        buffer.set_style(at, look.style(self.role));
        let label = Rect {
            width: at.width.min(APPLIES_AT - 1),
            ..at
        };
        let cursor = if self.role == Role::CursorRow {
            '>'
        } else {
            ' '
        };
        look.put(
            buffer,
            label,
            &format!("{cursor}{}   {}", self.letter, self.label),
            self.role,
        );
        look.put(buffer, indented(at, APPLIES_AT), &self.applies, self.role);
        look.put(buffer, indented(at, UNDO_AT), &self.undo, self.role);
    }
}

impl ActionMenu {
    fn draw_heading(&self, frame: &mut Frame<'_>, at: Rect, look: &Look<'_>) {
        let text = if self.planning {
            " making the plan ..."
        } else if self.offers.is_none() {
            " looking what applies ..."
        } else {
            ""
        };
        look.put(frame.buffer_mut(), at, text, Role::Muted);
        look.put(
            frame.buffer_mut(),
            indented(at, APPLIES_AT),
            "APPLIES TO",
            Role::Heading,
        );
        look.put(
            frame.buffer_mut(),
            indented(at, UNDO_AT),
            "UNDO",
            Role::Heading,
        );
    }

    fn lines(&self, width: u16) -> Vec<MenuLine> {
        let beside = usize::from(width.saturating_sub(UNDO_AT + 1));
        let below = usize::from(width.saturating_sub(NOTE_AT + 1));
        let mut lines = Vec::new();
        let offers = self.offers.as_deref().unwrap_or_default();
        for (index, offer) in offers.iter().enumerate() {
            let note = note_of(offer);
            // Why an action is off stands in its own line where it fits, and a reason that holds for
            // several in a row stands under the last of them: so the list stays short.
            let fits = !is_on(offer) && text::width(note.as_deref().unwrap_or_default()) <= beside;
            let repeated = offers
                .get(index + 1)
                .is_some_and(|next| note_of(next) == note);
            let (own, note) = match note {
                Some(note) if fits => (note, None),
                Some(_) if repeated => (String::new(), None),
                note => (String::new(), note),
            };
            lines.push(self.line(index, offer, own));
            for text in note.iter().flat_map(|note| wrap(note, below)) {
                lines.push(MenuLine {
                    letter: ' ',
                    label: String::new(),
                    applies: String::new(),
                    undo: String::new(),
                    role: Role::Muted,
                    note: Some(text),
                });
            }
        }
        if !offers.is_empty() {
            let doors = DOORS.iter().enumerate();
            lines.extend(doors.map(|(index, door)| self.door_line(offers.len() + index, door)));
        }
        lines
    }

    fn door_line(&self, index: usize, door: &Door) -> MenuLine {
        let shut = self.shut.contains(&door.letter);
        let role = match (index == self.cursor, shut) {
            (true, _) => Role::CursorRow,
            (false, false) => Role::Text,
            (false, true) => Role::Muted,
        };
        let (applies, undo) = if shut {
            ("not allowed".to_owned(), format!("needs {}", door.right))
        } else {
            (String::new(), "yes".to_owned())
        };
        MenuLine {
            letter: if shut { '-' } else { door.letter },
            label: door.label.to_owned(),
            applies,
            undo,
            role,
            note: None,
        }
    }

    fn line(&self, index: usize, offer: &Offer, why_off: String) -> MenuLine {
        let on = is_on(offer);
        let role = match (index == self.cursor, on) {
            (true, _) => Role::CursorRow,
            (false, true) => Role::Text,
            (false, false) => Role::Muted,
        };
        MenuLine {
            letter: if on { letter_of(offer.operation) } else { '-' },
            label: offer.operation.label().to_owned(),
            applies: if !offer.allowed {
                "not allowed".to_owned()
            } else if offer.capped {
                // Only the first are counted: of how many is what the title says.
                format!("{}+", thousands(offer.applies))
            } else {
                format!("{} of {}", thousands(offer.applies), thousands(offer.of))
            },
            undo: match (on, offer.undoable) {
                (false, _) => why_off,
                (true, true) => "yes".to_owned(),
                (true, false) => "no".to_owned(),
            },
            role,
            note: None,
        }
    }
}
