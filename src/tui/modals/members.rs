//! Who is in one group, or holds one role: some are taken out, others are found and added.

use super::yes::Yes;
use crate::domain::UserId;
use crate::service::jobs::{ExchangeMembers, Holder, Plan, Targets};
use crate::service::users::{ListUsers, UserRow};
use crate::service::{Error, RecordRef, Result, Service, Session};
use crate::tui::actions::{ActionId, Offered, moves};
use crate::tui::look::{Look, count_of, indented, row};
use crate::tui::notice::Notice;
use crate::tui::screen::{Cx, Screen};
use crate::tui::shared::{Aim, quoted};
use crate::tui::theme::Role;
use crate::tui::widgets::field::{Edit, Field};
use crate::tui::widgets::panel::draw_box;
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::Frame;
use ratatui::layout::Rect;

/// Members that are listed; whoever looks for another one types a part of the name.
const MEMBERS_MAX: u32 = 200;

/// People who are found to be added.
const FOUND_MAX: u32 = 50;

const SEARCH_MAX: usize = 200;

/// Rows that a page skips.
const PAGE_ROWS: usize = 10;

/// The group or role.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Of {
    Group(i64),
    Role(i64),
}

impl Of {
    const fn holder(self) -> Holder {
        match self {
            Self::Group(id) => Holder::Group(RecordRef::Id(id)),
            Self::Role(id) => Holder::Role(RecordRef::Id(id)),
        }
    }

    /// Those who belong to it themselves, as a filter.
    fn filter(self, name: &str) -> String {
        match self {
            Self::Group(_) => format!("group:{}", quoted(name)),
            Self::Role(_) => format!("role.direct:{}", quoted(name)),
        }
    }

    const fn heading(self) -> &'static str {
        match self {
            Self::Group(_) => "Members of",
            Self::Role(_) => "Holders of",
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Person {
    id: UserId,
    username: String,
    name: String,
}

impl From<UserRow> for Person {
    fn from(row: UserRow) -> Self {
        Self {
            id: row.id,
            username: row.username,
            name: row.display_name,
        }
    }
}

/// Members, and others who have the words that were typed.
#[derive(Clone, Debug, Default)]
pub struct People {
    members: Vec<Person>,
    more: bool,
    others: Vec<Person>,
}

pub struct MembersOf {
    of: Of,
    name: String,
    search: Field,
    people: People,
    loaded: bool,
    /// Another search was typed, and what it finds isn't here yet.
    searching: bool,
    cursor: usize,
    /// Who comes in and who leaves, kept while the search shows others.
    incoming: Vec<Person>,
    leaving: Vec<Person>,
    planning: bool,
}

pub enum Message {
    Found(Result<People>),
    Planned(Result<Box<Plan>>, Aim),
    Drop,
}

impl MembersOf {
    /// `name` is the one that a filter takes.
    #[must_use]
    pub fn new(of: Of, name: String) -> Self {
        Self {
            of,
            name,
            search: Field::new(SEARCH_MAX),
            people: People::default(),
            loaded: false,
            searching: false,
            cursor: 0,
            incoming: Vec::new(),
            leaving: Vec::new(),
            planning: false,
        }
    }

    fn ask(&self, cx: &mut Cx<'_, Message>) {
        let Some(session) = cx.session().cloned() else {
            return;
        };
        let typed = self.search.value().trim().to_owned();
        let members = self.of.filter(&self.name);
        let work = find(cx.service().clone(), session, members, typed);
        cx.spawn_latest("people", work, Message::Found);
    }

    /// The lines: who comes in, then the members, then who was found to be added.
    fn lines(&self) -> Vec<&Person> {
        let is_new = |person: &&Person| !self.incoming.contains(person);
        let mut lines: Vec<&Person> = self.incoming.iter().collect();
        lines.extend(self.people.members.iter().filter(is_new));
        lines.extend(self.people.others.iter().filter(is_new));
        lines
    }

    /// The first line that the search found. Those who come in stand above it, and Space there would take them out again
    /// instead of choosing who was looked for; where nobody was found, it is no line at all.
    fn first_found(&self) -> usize {
        let lines = self.lines();
        if self.incoming.len() < lines.len() {
            return self.incoming.len();
        }
        let is_found = |person: &&Person| self.people.others.contains(person);
        lines.iter().position(is_found).unwrap_or(lines.len())
    }

    fn search(&mut self, cx: &mut Cx<'_, Message>) {
        self.searching = true;
        self.cursor = self.incoming.len();
        self.ask(cx);
    }

    fn is_member(&self, person: &Person) -> bool {
        self.people.members.contains(person)
    }

    /// Marks the one under the cursor to leave or to come in, or takes that back.
    fn toggle(&mut self) {
        let Some(person) = self.lines().get(self.cursor).copied().cloned() else {
            return;
        };
        let list = if self.is_member(&person) {
            &mut self.leaving
        } else {
            &mut self.incoming
        };
        match list.iter().position(|one| *one == person) {
            Some(index) => {
                list.remove(index);
            }
            None => list.push(person.clone()),
        }
        // The line stays under the cursor wherever it moves to.
        let place = self.lines().iter().position(|one| **one == person);
        self.cursor = place.unwrap_or(self.cursor);
    }

    fn plan(&mut self, cx: &mut Cx<'_, Message>) {
        if self.incoming.is_empty() && self.leaving.is_empty() {
            cx.notify(Notice::plain(
                "Nothing is chosen yet: Space takes a member out; type a name to find others.",
            ));
            return;
        }
        if self.planning {
            return;
        }
        self.planning = true;
        let ids = |people: &[Person]| people.iter().map(|person| person.id).collect();
        let plan = ExchangeMembers {
            holder: self.of.holder(),
            incoming: ids(&self.incoming),
            leaving: ids(&self.leaving),
        };
        let aim = aim(&[self.incoming.as_slice(), &self.leaving].concat());
        cx.perform(plan, move |result| {
            Message::Planned(result.map(Box::new), aim)
        });
    }

    /// Esc loses nothing that was chosen without being told to.
    fn leave(&self, cx: &mut Cx<'_, Message>) {
        let chosen = self.incoming.len() + self.leaving.len();
        if chosen == 0 {
            cx.close();
            cx.notify(Notice::plain("Nothing was changed."));
            return;
        }
        let asker = cx.asker(|()| Message::Drop);
        let number = i64::try_from(chosen).unwrap_or(i64::MAX);
        let people = count_of(number, "person is", "people are");
        cx.open_modal(Yes::to_drop(&people, asker));
    }

    /// What Ctrl-s does: to put one person in asks nothing.
    const fn next_step(&self) -> &'static str {
        match (self.of, self.incoming.len(), self.leaving.len()) {
            (Of::Group(_), 1, 0) => "add",
            (Of::Role(_), 1, 0) => "give",
            _ => "plan",
        }
    }
}

fn aim(people: &[Person]) -> Aim {
    let words = match people {
        [one] => one.username.clone(),
        _ => count_of(
            i64::try_from(people.len()).unwrap_or(i64::MAX),
            "user",
            "users",
        ),
    };
    Aim {
        targets: Targets::Users(people.iter().map(|person| person.id).collect()),
        words,
        hidden: 0,
        filter: None,
    }
}

async fn find(
    service: Service,
    session: Session,
    members: String,
    typed: String,
) -> Result<People> {
    let words = if typed.is_empty() {
        String::new()
    } else {
        format!("({typed}) ")
    };
    let list = |filter, limit| ListUsers {
        filter,
        limit,
        ..ListUsers::default()
    };
    let query = list(format!("{words}{members}"), MEMBERS_MAX);
    let page = service.ask(&session, query).await?;
    let mut people = People {
        members: page.rows.into_iter().map(Person::from).collect(),
        more: page.more_after,
        others: Vec::new(),
    };
    if !typed.is_empty() {
        let query = list(format!("{words}-{members}"), FOUND_MAX);
        let page = service.ask(&session, query).await?;
        people.others = page.rows.into_iter().map(Person::from).collect();
    }
    Ok(people)
}

impl Screen for MembersOf {
    type Message = Message;

    fn title(&self) -> &'static str {
        "Members"
    }

    fn open(&mut self, cx: &mut Cx<'_, Message>) {
        self.ask(cx);
    }

    fn changed(&mut self, cx: &mut Cx<'_, Message>) {
        self.ask(cx);
    }

    fn actions(&self) -> Vec<Offered> {
        let mut offered = vec![
            Offered::on(ActionId::Open)
                .named("or Space: add, take out")
                .in_footer(),
            Offered::on(ActionId::Continue)
                .named(self.next_step())
                .in_footer(),
            Offered::on(ActionId::Back).named("cancel").in_footer(),
        ];
        offered.extend(moves());
        offered
    }

    fn takes_text(&self) -> bool {
        true
    }

    fn key(&mut self, key: KeyEvent, cx: &mut Cx<'_, Message>) -> bool {
        if key.modifiers == KeyModifiers::NONE && key.code == KeyCode::Char(' ') {
            self.toggle();
            return true;
        }
        let edit = self.search.key(key);
        if edit == Edit::Changed {
            self.search(cx);
        }
        edit != Edit::Ignored
    }

    fn paste(&mut self, text: &str, cx: &mut Cx<'_, Message>) {
        if let Some(note) = self.search.paste(text) {
            cx.notify(Notice::bad(note));
        }
        self.search(cx);
    }

    fn command(&mut self, action: ActionId, cx: &mut Cx<'_, Message>) {
        let last = self.lines().len().saturating_sub(1);
        match action {
            ActionId::Open => self.toggle(),
            ActionId::Continue => self.plan(cx),
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
            Message::Found(Ok(people)) => {
                self.people = people;
                self.loaded = true;
                self.cursor = if std::mem::take(&mut self.searching) {
                    self.first_found()
                } else {
                    self.cursor.min(self.lines().len().saturating_sub(1))
                };
            }
            // Half a word may be no filter yet; the last lines stay.
            Message::Found(Err(Error::Filter(_))) => {}
            Message::Found(Err(error)) => {
                self.loaded = true;
                cx.report(&error);
            }
            Message::Planned(Ok(plan), aim) => {
                cx.close();
                cx.carry_out(*plan, Some(aim));
            }
            Message::Planned(Err(error), _) => {
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
        let heading = format!("{} {}", self.of.heading(), self.name);
        let inside = draw_box(frame, area, &heading, look);
        let at = row(inside, 0);
        let x = look.put(frame.buffer_mut(), at, " search> ", Role::Muted);
        let field = Rect {
            x,
            width: at.right().saturating_sub(x + 1),
            ..at
        };
        self.search.draw(frame, field, true, look);
        let height = usize::from(inside.height).saturating_sub(4);
        let lines = self.lines();
        let from = (self.cursor + 1).saturating_sub(height.max(1));
        for (index, person) in lines.iter().enumerate().skip(from).take(height) {
            let at = row(inside, 2 + index - from);
            self.draw_person(frame, at, index == self.cursor, person, look);
        }
        if lines.is_empty() || (self.cursor == lines.len() && !self.searching) {
            let text = match (self.loaded, self.search.value().trim().is_empty()) {
                (false, _) => "    loading ...",
                (true, true) => "    Nobody yet. Type a name to find people to add.",
                (true, false) => "    Nobody that you may see has these words.",
            };
            let at = row(inside, 2 + lines.len() - from.min(lines.len()));
            look.put(frame.buffer_mut(), at, text, Role::Muted);
        }
        self.draw_foot(frame, inside, look);
    }
}

impl MembersOf {
    fn draw_person(
        &self,
        frame: &mut Frame<'_>,
        at: Rect,
        on_cursor: bool,
        person: &Person,
        look: &Look<'_>,
    ) {
        let changes = self.incoming.contains(person) || self.leaving.contains(person);
        let role = match (on_cursor, changes) {
            (true, _) => Role::CursorRow,
            (false, true) => Role::Marked,
            (false, false) => Role::Text,
        };
        let (sign, word) = if self.incoming.contains(person) {
            ("[+]", "will be added")
        } else if self.leaving.contains(person) {
            ("[-]", "will be taken out")
        } else if self.is_member(person) {
            ("[x]", "")
        } else {
            ("[ ]", "")
        };
        let cursor = if on_cursor { '>' } else { ' ' };
        let buffer = frame.buffer_mut();
        if on_cursor {
            buffer.set_style(at, look.style(role));
        }
        let name = Rect {
            width: at.width.min(29),
            ..at
        };
        let text = format!("{cursor} {sign} {}", person.username);
        look.put(buffer, name, &text, role);
        let room = Rect {
            width: at.width.saturating_sub(30 + 19),
            ..indented(at, 30)
        };
        look.put(buffer, room, &person.name, role);
        look.put_right(buffer, at, &format!("{word} "), role);
    }

    fn draw_foot(&self, frame: &mut Frame<'_>, inside: Rect, look: &Look<'_>) {
        let last = usize::from(inside.height).saturating_sub(1);
        look.rule(
            frame.buffer_mut(),
            row(inside, last.saturating_sub(1)),
            "[x] in now   [+] comes in   [-] leaves   [ ] not in",
        );
        let number = |people: &[Person]| i64::try_from(people.len()).unwrap_or(i64::MAX);
        let text = if self.planning {
            "making the plan ...".to_owned()
        } else if self.people.more {
            format!("The first {MEMBERS_MAX} are shown; type a part of a name to find others.")
        } else {
            format!(
                "Result: {} in, {} out",
                count_of(number(&self.incoming), "user", "users"),
                number(&self.leaving)
            )
        };
        let at = indented(row(inside, last), 1);
        look.put(frame.buffer_mut(), at, &text, Role::Text);
    }
}
