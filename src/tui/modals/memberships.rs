//! The groups or roles of one or many users: what they are in now, and what becomes of it in one plan.

use super::yes::Yes;
use crate::service::RecordRef;
use crate::service::Result;
use crate::service::jobs::{
    Direction, Holder, HolderKind, MemberChange, MembershipRow, Memberships, MembershipsPage, Plan,
    PlanMembers,
};
use crate::service::users::Count;
use crate::tui::actions::{ActionId, Offered, moves};
use crate::tui::look::{Look, count_of, fitting, indented, row, thousands, wrap};
use crate::tui::notice::Notice;
use crate::tui::screen::{Cx, Screen};
use crate::tui::shared::Aim;
use crate::tui::theme::Role;
use crate::tui::widgets::field::{Edit, Field};
use crate::tui::widgets::panel::draw_box;
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::Frame;
use ratatui::layout::Rect;

/// Groups or roles that one search shows.
const ROWS_MAX: u32 = 200;

const SEARCH_MAX: usize = 80;

/// Rows that a page skips.
const PAGE_ROWS: usize = 8;

/// Lines at the foot: a rule, the result in two lines, and what the signs mean.
const FOOT_LINES: usize = 4;

/// Where the columns begin.
const NAME_AT: u16 = 13;
const MEMBERS_AT: u16 = 43;
const GIVES_AT: u16 = 53;

/// What is to become of one group or role, kept while the search shows others.
#[derive(Clone, Debug)]
struct Wish {
    kind: HolderKind,
    id: i64,
    name: String,
    direction: Direction,
    /// How many come in or leave.
    number: i64,
}

pub struct MembershipPicker {
    aim: Aim,
    kind: HolderKind,
    search: Field,
    rows: Vec<MembershipRow>,
    /// There are more than are shown.
    more: bool,
    /// The targets that were looked at, and whether there are more of them.
    of: Count,
    loaded: bool,
    cursor: usize,
    wishes: Vec<Wish>,
    planning: bool,
}

pub enum Message {
    Listed(HolderKind, Result<MembershipsPage>),
    Planned(Result<Plan>),
    Drop,
}

impl MembershipPicker {
    #[must_use]
    pub fn new(aim: Aim, kind: HolderKind) -> Self {
        Self {
            aim,
            kind,
            search: Field::new(SEARCH_MAX),
            rows: Vec::new(),
            more: false,
            of: Count::default(),
            loaded: false,
            cursor: 0,
            wishes: Vec::new(),
            planning: false,
        }
    }

    fn ask(&self, cx: &mut Cx<'_, Message>) {
        let kind = self.kind;
        let query = Memberships {
            targets: self.aim.targets.clone(),
            kind,
            search: self.search.value().trim().to_owned(),
            limit: ROWS_MAX,
        };
        cx.ask_latest("memberships", query, move |result| {
            Message::Listed(kind, result)
        });
    }

    fn listed(&mut self, page: MembershipsPage) {
        self.loaded = true;
        self.rows = page.rows;
        self.more = page.more;
        self.of = Count {
            number: page.of,
            capped: page.capped,
        };
        self.cursor = self.cursor.min(self.rows.len().saturating_sub(1));
    }

    fn turn(&mut self, cx: &mut Cx<'_, Message>) {
        self.kind = match self.kind {
            HolderKind::Group => HolderKind::Role,
            HolderKind::Role => HolderKind::Group,
        };
        self.rows.clear();
        self.loaded = false;
        self.cursor = 0;
        self.search.set("");
        self.ask(cx);
    }

    fn wish(&self, row: &MembershipRow) -> Option<&Wish> {
        self.wishes
            .iter()
            .find(|wish| wish.kind == self.kind && wish.id == row.id)
    }

    /// Keep, add, remove, and keep again, as far as each would change something and is the operator's to do.
    fn step(&mut self, cx: &mut Cx<'_, Message>) {
        let Some(row) = self.rows.get(self.cursor).cloned() else {
            return;
        };
        let add = (row.inside < self.of.number && row.why_not_add.is_none()).then_some(Wish {
            kind: self.kind,
            id: row.id,
            name: row.name.clone(),
            direction: Direction::Add,
            number: self.of.number - row.inside,
        });
        let remove = (row.inside > 0 && row.why_not_remove.is_none()).then_some(Wish {
            kind: self.kind,
            id: row.id,
            name: row.name.clone(),
            direction: Direction::Remove,
            number: row.inside,
        });
        let next = match self.wish(&row).map(|wish| wish.direction) {
            None => add.or(remove),
            Some(Direction::Add) => remove,
            Some(Direction::Remove) => None,
        };
        if next.is_none() && self.wish(&row).is_none() {
            let against = row.why_not_add.or(row.why_not_remove);
            let why = against.as_ref().map(|against| against.why.as_str());
            let why = why.unwrap_or("nothing would change").trim_end_matches('.');
            let lack = against.as_ref().map(|against| against.lack.clone());
            cx.notify(Notice::bad(format!("{}: {why}.", row.name)).about(lack));
        }
        self.keep(row.id);
        self.wishes.extend(next);
    }

    /// Takes back what was chosen for one of them.
    fn keep(&mut self, id: i64) {
        let kind = self.kind;
        self.wishes
            .retain(|wish| (wish.kind, wish.id) != (kind, id));
    }

    fn plan(&mut self, cx: &mut Cx<'_, Message>) {
        if self.wishes.is_empty() {
            cx.notify(Notice::plain(
                "Nothing is chosen yet: Space on a row adds, once more removes.",
            ));
            return;
        }
        if self.planning {
            return;
        }
        self.planning = true;
        let change = |wish: &Wish| MemberChange {
            holder: match wish.kind {
                HolderKind::Group => Holder::Group(RecordRef::Id(wish.id)),
                HolderKind::Role => Holder::Role(RecordRef::Id(wish.id)),
            },
            direction: wish.direction,
        };
        let changes = self.wishes.iter().map(change).collect();
        let plan = PlanMembers {
            hidden: self.aim.hidden,
            ..PlanMembers::new(self.aim.targets.clone(), changes)
        };
        cx.perform(plan, Message::Planned);
    }

    /// Esc loses nothing that was chosen without being told to.
    fn leave(&self, cx: &mut Cx<'_, Message>) {
        if self.wishes.is_empty() {
            cx.close();
            cx.notify(Notice::plain("Nothing was changed."));
            return;
        }
        let asker = cx.asker(|()| Message::Drop);
        let number = i64::try_from(self.wishes.len()).unwrap_or(i64::MAX);
        let changes = count_of(number, "change is", "changes are");
        cx.open_modal(Yes::to_drop(&changes, asker));
    }

    /// What Ctrl-s does: to put one person into one group or role asks nothing.
    fn next_step(&self) -> &'static str {
        match self.wishes.as_slice() {
            [wish] if wish.direction == Direction::Add && self.of.number == 1 => match wish.kind {
                HolderKind::Group => "add",
                HolderKind::Role => "give",
            },
            _ => "plan",
        }
    }

    const fn many(&self) -> &'static str {
        match self.kind {
            HolderKind::Group => "groups",
            HolderKind::Role => "roles",
        }
    }
}

impl Screen for MembershipPicker {
    type Message = Message;

    fn title(&self) -> &'static str {
        "Memberships"
    }

    fn open(&mut self, cx: &mut Cx<'_, Message>) {
        self.ask(cx);
    }

    fn changed(&mut self, cx: &mut Cx<'_, Message>) {
        self.ask(cx);
    }

    fn actions(&self) -> Vec<Offered> {
        let other = match self.kind {
            HolderKind::Group => "roles",
            HolderKind::Role => "groups",
        };
        let mut offered = vec![
            Offered::on(ActionId::Open)
                .named("or Space: change")
                .in_footer(),
            Offered::on(ActionId::Continue)
                .named(self.next_step())
                .in_footer(),
            Offered::on(ActionId::NextPane).named(other).in_footer(),
            Offered::on(ActionId::PreviousPane),
            Offered::on(ActionId::Back).named("cancel").in_footer(),
            Offered::on(ActionId::Reload)
                .named("row back")
                .labelled("Take the choice in this row back")
                .in_footer(),
        ];
        offered.extend(moves());
        offered
    }

    fn takes_text(&self) -> bool {
        true
    }

    fn key(&mut self, key: KeyEvent, cx: &mut Cx<'_, Message>) -> bool {
        if key.modifiers == KeyModifiers::NONE && key.code == KeyCode::Char(' ') {
            self.step(cx);
            return true;
        }
        let edit = self.search.key(key);
        if edit == Edit::Changed {
            self.cursor = 0;
            self.ask(cx);
        }
        edit != Edit::Ignored
    }

    fn paste(&mut self, text: &str, cx: &mut Cx<'_, Message>) {
        if let Some(note) = self.search.paste(text) {
            cx.notify(Notice::bad(note));
        }
        self.cursor = 0;
        self.ask(cx);
    }

    fn command(&mut self, action: ActionId, cx: &mut Cx<'_, Message>) {
        let last = self.rows.len().saturating_sub(1);
        match action {
            ActionId::Open => self.step(cx),
            ActionId::Continue => self.plan(cx),
            ActionId::NextPane | ActionId::PreviousPane => self.turn(cx),
            ActionId::Reload => {
                if let Some(id) = self.rows.get(self.cursor).map(|row| row.id) {
                    self.keep(id);
                }
            }
            ActionId::Back => self.leave(cx),
            ActionId::Up => self.cursor = self.cursor.saturating_sub(1),
            ActionId::Down => self.cursor = (self.cursor + 1).min(last),
            ActionId::PageUp | ActionId::HalfPageUp => {
                self.cursor = self.cursor.saturating_sub(PAGE_ROWS);
            }
            ActionId::PageDown | ActionId::HalfPageDown => {
                self.cursor = (self.cursor + PAGE_ROWS).min(last);
            }
            ActionId::First => self.cursor = 0,
            ActionId::Last => self.cursor = last,
            _ => {}
        }
    }

    fn update(&mut self, message: Message, cx: &mut Cx<'_, Message>) {
        match message {
            Message::Listed(kind, Ok(page)) if kind == self.kind => self.listed(page),
            Message::Listed(_, Ok(_)) => {}
            Message::Listed(_, Err(error)) => {
                self.loaded = true;
                cx.report(&error);
            }
            Message::Planned(Ok(plan)) => {
                cx.close();
                cx.carry_out(plan, Some(self.aim.clone()));
            }
            Message::Planned(Err(error)) => {
                self.planning = false;
                cx.report(&error);
            }
            Message::Drop => {
                cx.close();
                cx.notify(Notice::plain("Nothing was changed."));
            }
        }
    }

    fn draw(&self, frame: &mut Frame<'_>, area: Rect, look: &Look<'_>) {
        let kind = match self.kind {
            HolderKind::Group => "Groups",
            HolderKind::Role => "Roles",
        };
        let inside = draw_box(frame, area, &format!("{kind} of {}", self.aim.words), look);
        self.draw_search(frame, row(inside, 0), look);
        self.draw_heading(frame, row(inside, 1), look);
        let height = usize::from(inside.height).saturating_sub(2 + FOOT_LINES);
        let list = Rect {
            y: inside.y + 2,
            height: u16::try_from(height).unwrap_or(0),
            ..inside
        };
        self.draw_rows(frame, list.intersection(inside), look);
        self.draw_foot(frame, inside, look);
    }
}

/// A line of the list: a group or role, or what there is to say of the one above.
enum Line<'a> {
    Row(usize, &'a MembershipRow),
    Note(String, Role),
}

impl MembershipPicker {
    fn draw_search(&self, frame: &mut Frame<'_>, at: Rect, look: &Look<'_>) {
        let plus = if self.more { "+" } else { "" };
        let word = match (self.kind, self.rows.len(), self.more) {
            (HolderKind::Group, 1, false) => "group",
            (HolderKind::Role, 1, false) => "role",
            _ => self.many(),
        };
        let number = thousands(i64::try_from(self.rows.len()).unwrap_or(0));
        let count = format!(" {number}{plus} {word} ");
        let start = look.put_right(frame.buffer_mut(), at, &count, Role::Text);
        let x = look.put(frame.buffer_mut(), at, " search> ", Role::Muted);
        let place = Rect {
            x,
            width: start.saturating_sub(x),
            ..at
        };
        self.search.draw(frame, place, true, look);
    }

    fn draw_heading(&self, frame: &mut Frame<'_>, at: Rect, look: &Look<'_>) {
        let (name, members) = match self.kind {
            HolderKind::Group => ("GROUP", "MEMBERS"),
            HolderKind::Role => ("ROLE", "HOLDERS"),
        };
        for (x, title) in [
            (3, "NOW"),
            (8, "NEW"),
            (NAME_AT, name),
            (MEMBERS_AT, members),
            (GIVES_AT, "GIVES"),
        ] {
            look.put(frame.buffer_mut(), indented(at, x), title, Role::Heading);
        }
    }

    fn draw_rows(&self, frame: &mut Frame<'_>, area: Rect, look: &Look<'_>) {
        if self.rows.is_empty() {
            let text = if self.loaded {
                format!("    No {} that you may see have these words.", self.many())
            } else {
                "    loading ...".to_owned()
            };
            look.put(frame.buffer_mut(), row(area, 0), &text, Role::Muted);
            return;
        }
        let cells = usize::from(area.width.saturating_sub(NAME_AT + 1));
        let mut lines: Vec<Line<'_>> = Vec::new();
        let mut end_of_cursor = 0;
        for (index, shown) in self.rows.iter().enumerate() {
            lines.push(Line::Row(index, shown));
            for (note, role) in self.notes(index, shown) {
                let wrapped = wrap(&note, cells);
                lines.extend(wrapped.into_iter().map(|text| Line::Note(text, role)));
            }
            if index == self.cursor {
                end_of_cursor = lines.len();
            }
        }
        let top = end_of_cursor.saturating_sub(usize::from(area.height));
        let visible = lines.iter().skip(top).take(usize::from(area.height));
        for (place, line) in visible.enumerate() {
            let at = row(area, place);
            match line {
                Line::Row(index, shown) => self.draw_row(frame, at, *index, shown, look),
                Line::Note(text, role) => {
                    look.put(frame.buffer_mut(), indented(at, NAME_AT), text, *role);
                }
            }
        }
    }

    /// What is said under a row: under the cursor how it stands, under a changed one what will become of it, and why it
    /// can't be changed.
    fn notes(&self, index: usize, shown: &MembershipRow) -> Vec<(String, Role)> {
        let mut notes = Vec::new();
        let on_cursor = index == self.cursor;
        let of = thousands(self.of.number);
        let plus = if self.of.capped { "+" } else { "" };
        let inside = thousands(shown.inside);
        let (is_or_are, a_or_none) = match (shown.inside, self.of.number) {
            (1, _) => ("is", "a member"),
            _ => ("are", "members"),
        };
        let now = format!("{inside} of {of}{plus} {is_or_are} {a_or_none}");
        match self.wish(shown) {
            Some(wish) => {
                let done = match wish.direction {
                    Direction::Add => "added",
                    Direction::Remove => "removed",
                };
                let number = thousands(wish.number);
                notes.push((format!("{now}; {number} will be {done}"), Role::Marked));
            }
            None if on_cursor => notes.push((now, Role::Muted)),
            None => {}
        }
        if on_cursor {
            let reasons = [&shown.why_not_add, &shown.why_not_remove];
            let mut told: Vec<&str> = Vec::new();
            for against in reasons.into_iter().flatten() {
                let why = against.why.as_str();
                if !told.contains(&why) {
                    told.push(why);
                    notes.push((why.to_owned(), Role::Warning));
                }
            }
        }
        notes
    }

    fn draw_row(
        &self,
        frame: &mut Frame<'_>,
        at: Rect,
        index: usize,
        shown: &MembershipRow,
        look: &Look<'_>,
    ) {
        let on_cursor = index == self.cursor;
        let wish = self.wish(shown);
        let role = match (on_cursor, wish) {
            (true, _) => Role::CursorRow,
            (false, Some(_)) => Role::Marked,
            (false, None) => Role::Text,
        };
        let now = match shown.inside {
            0 => "[ ]",
            inside if inside >= self.of.number && !self.of.capped => "[x]",
            _ => "[-]",
        };
        let new = match wish.map(|wish| wish.direction) {
            None => now,
            Some(Direction::Add) => "[+]",
            Some(Direction::Remove) => "[ ]",
        };
        let flag = match (&shown.why_not_add, &shown.why_not_remove) {
            (Some(_), Some(_)) => '-',
            _ if shown.privileged || shown.gives_administration => '!',
            _ => ' ',
        };
        let cursor = if on_cursor { '>' } else { ' ' };
        let plus = if shown.members.capped { "+" } else { "" };
        let members = format!("{}{plus}", thousands(shown.members.number));
        let gives = if shown.gives.is_empty() {
            "-"
        } else {
            &shown.gives
        };
        let buffer = frame.buffer_mut();
        if on_cursor {
            buffer.set_style(at, look.style(role));
        }
        look.put(buffer, at, &format!("{cursor}{flag} {now}  {new}"), role);
        let name = Rect {
            width: at.width.min(MEMBERS_AT - NAME_AT - 1),
            ..indented(at, NAME_AT)
        };
        look.put(buffer, name, &shown.name, role);
        look.put(buffer, indented(at, MEMBERS_AT), &members, role);
        look.put(buffer, indented(at, GIVES_AT), gives, role);
    }

    fn draw_foot(&self, frame: &mut Frame<'_>, inside: Rect, look: &Look<'_>) {
        let first = usize::from(inside.height).saturating_sub(FOOT_LINES);
        let steps = "Space: keep > add > remove";
        look.rule(frame.buffer_mut(), row(inside, first), steps);
        let signs = [
            " [x] all   [-] some   [ ] none   [+] add to all   ! power over others",
            " [x] all  [-] some  [ ] none  [+] add to all  ! power",
        ];
        let signs = fitting(&signs, inside.width);
        look.put(
            frame.buffer_mut(),
            row(inside, first + 1),
            signs,
            Role::Muted,
        );
        let cells = usize::from(inside.width.saturating_sub(2));
        let lines = wrap(&self.result_words(), cells);
        for (index, line) in lines.iter().take(2).enumerate() {
            let at = indented(row(inside, first + 2 + index), 1);
            look.put(frame.buffer_mut(), at, line, Role::Text);
        }
    }

    /// `Result: 3 users into vpn-users, 1 out of vpn-legacy`.
    fn result_words(&self) -> String {
        if self.planning {
            return "making the plan ...".to_owned();
        }
        if self.wishes.is_empty() {
            return "Result: nothing is chosen yet.".to_owned();
        }
        let part = |(index, wish): (usize, &Wish)| {
            let number = if index == 0 {
                count_of(wish.number, "user", "users")
            } else {
                thousands(wish.number)
            };
            let way = match wish.direction {
                Direction::Add => "into",
                Direction::Remove => "out of",
            };
            format!("{number} {way} {}", wish.name)
        };
        let parts: Vec<String> = self.wishes.iter().enumerate().map(part).collect();
        format!("Result: {}", parts.join(", "))
    }
}
