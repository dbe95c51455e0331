//! Chooses records by name: one or several, found as one types, with what a choice confers.

use crate::domain::text;
use crate::service::groups::{ListGroups, ShowGroup};
use crate::service::organizations::ListOrganizations;
use crate::service::roles::{self, ListRoles, RoleRow, ShowRole};
use crate::service::units::{self, ListUnits, UnitRow};
use crate::service::users::ListUsers;
use crate::service::{RecordRef, Result, Service, Session};
use crate::tui::actions::{ActionId, Offered, moves};
use crate::tui::forms::Pick;
use crate::tui::look::{Look, indented, row, wrap};
use crate::tui::notice::Notice;
use crate::tui::screen::{Asker, Cx, Screen};
use crate::tui::theme::Role;
use crate::tui::widgets::field::{Edit, Field};
use crate::tui::widgets::panel::draw_box;
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::Frame;
use ratatui::layout::Rect;

/// Records that one search shows.
const FOUND_MAX: u32 = 100;

/// Units come in the order of their tree, so a limit by name may not cut into it early.
const UNITS_MAX: u32 = 1_000;

/// Members and the like are counted to here.
const COUNT_MAX: u32 = 1_000;

const SEARCH_MAX: usize = 80;

/// Lines that say what the record under the cursor confers.
const PREVIEW_LINES: usize = 3;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    /// Exactly one.
    One,
    /// One or none.
    OneOrNone,
    Many,
}

impl Pick {
    /// The kind of record.
    const fn kind(self) -> Self {
        match self {
            Self::UnitAfter(..) => Self::Unit,
            Self::GroupInto(_) => Self::Group,
            Self::RoleInto(_) | Self::RoleAfter(_) => Self::Role,
            kind => kind,
        }
    }

    /// Where nothing is found.
    const fn nothing(self) -> &'static str {
        match self {
            Self::RoleAfter(_) => "   No role that may take its place has these words.",
            Self::UnitAfter(..) => "   No unit that may get what it owns has these words.",
            Self::GroupInto(_) => "   No group that may be in this one has these words.",
            Self::RoleInto(_) => "   No role that this group may confer has these words.",
            _ => "   Nothing that you may see has these words.",
        }
    }
}

/// A record as it is offered: its name as a command line takes it, and a few words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    name: String,
    /// Where it stands, from the top down to itself; nothing where the name says it.
    path: Vec<String>,
    detail: String,
}

impl Found {
    /// The name in these cells; of a path that is too long, the end that tells it from others.
    fn shown(&self, cells: usize, ellipsis: &str) -> String {
        if self.name.is_empty() {
            return "none".to_owned();
        }
        let whole = self.path.join(" / ");
        if whole.is_empty() {
            return self.name.clone();
        }
        let cut = (1..self.path.len()).map(|from| {
            let rest = self.path.get(from..).unwrap_or_default();
            format!("{ellipsis} / {}", rest.join(" / "))
        });
        let mut ways = std::iter::once(whole).chain(cut);
        let fitting = ways.find(|way| text::width(way) <= cells);
        fitting.unwrap_or_else(|| self.path.last().cloned().unwrap_or_default())
    }
}

pub struct RecordPicker {
    heading: &'static str,
    pick: Pick,
    mode: Mode,
    chosen: Vec<String>,
    /// What was chosen at first: it stays at the top, so that no line moves while one chooses.
    first: Vec<String>,
    search: Field,
    found: Vec<Found>,
    /// One that makes no sense here, by its name.
    without: Option<String>,
    loaded: bool,
    cursor: usize,
    /// What the record of this name confers.
    preview: Option<(String, String)>,
    asker: Option<Asker<Vec<String>>>,
}

pub enum Message {
    Found(Result<Vec<Found>>),
    Previewed(String, Result<String>),
}

impl RecordPicker {
    #[must_use]
    pub fn one(
        heading: &'static str,
        pick: Pick,
        chosen: Option<String>,
        required: bool,
        asker: Asker<Vec<String>>,
    ) -> Self {
        let mode = if required { Mode::One } else { Mode::OneOrNone };
        let chosen = chosen.into_iter().collect();
        Self::new(heading, pick, mode, chosen, asker)
    }

    #[must_use]
    pub fn many(
        heading: &'static str,
        pick: Pick,
        chosen: Vec<String>,
        asker: Asker<Vec<String>>,
    ) -> Self {
        Self::new(heading, pick, Mode::Many, chosen, asker)
    }

    /// Leaves one out, by its name.
    #[must_use]
    pub fn without(mut self, name: String) -> Self {
        self.without = Some(name);
        self
    }

    fn new(
        heading: &'static str,
        pick: Pick,
        mode: Mode,
        chosen: Vec<String>,
        asker: Asker<Vec<String>>,
    ) -> Self {
        Self {
            heading,
            pick,
            mode,
            first: chosen.clone(),
            chosen,
            search: Field::new(SEARCH_MAX),
            found: Vec::new(),
            without: None,
            loaded: false,
            cursor: 0,
            preview: None,
            asker: Some(asker),
        }
    }

    /// Whether it shows what the record under the cursor confers.
    const fn previews(&self) -> bool {
        matches!(self.pick.kind(), Pick::Group | Pick::Role)
    }

    /// The lines that can be chosen: before anything is typed, what was chosen at first comes first.
    fn lines(&self) -> Vec<Found> {
        let nothing = |name: &String| Found {
            name: name.clone(),
            path: Vec::new(),
            detail: String::new(),
        };
        if !self.search.value().trim().is_empty() {
            return self.found.clone();
        }
        let mut lines = Vec::new();
        if self.mode == Mode::OneOrNone {
            lines.push(Found {
                name: String::new(),
                path: Vec::new(),
                detail: "nothing is chosen".to_owned(),
            });
        }
        let known = |name: &String| self.found.iter().find(|found| found.name == *name).cloned();
        let first = self.first.iter();
        lines.extend(first.map(|name| known(name).unwrap_or_else(|| nothing(name))));
        let others = self.found.iter();
        lines.extend(
            others
                .filter(|found| !self.first.contains(&found.name))
                .cloned(),
        );
        lines
    }

    fn current(&self) -> Option<Found> {
        self.lines().get(self.cursor).cloned()
    }

    fn ask(&self, cx: &mut Cx<'_, Message>) {
        let Some(session) = cx.session().cloned() else {
            return;
        };
        let (service, pick) = (cx.service().clone(), self.pick);
        let search = self.search.value().trim().to_owned();
        let work = find(service, session, pick, search, cx.look().mask());
        cx.spawn_latest("found", work, Message::Found);
    }

    /// Asks what the record under the cursor confers, where records of its kind confer something.
    fn ask_preview(&self, cx: &mut Cx<'_, Message>) {
        let Some(name) = self.current().map(|found| found.name) else {
            return;
        };
        let known = self
            .preview
            .as_ref()
            .is_some_and(|(known, _)| *known == name);
        if known || name.is_empty() || !self.previews() {
            return;
        }
        let Some(session) = cx.session().cloned() else {
            return;
        };
        let work = confers(cx.service().clone(), session, self.pick, name.clone());
        cx.spawn_latest("preview", work, move |result| {
            Message::Previewed(name, result)
        });
    }

    fn toggle(&mut self) {
        let Some(name) = self.current().map(|found| found.name) else {
            return;
        };
        match self.chosen.iter().position(|chosen| *chosen == name) {
            Some(index) => {
                self.chosen.remove(index);
            }
            None => self.chosen.push(name),
        }
    }

    fn choose(&mut self, cx: &mut Cx<'_, Message>) {
        if self.mode == Mode::Many {
            self.toggle();
            return;
        }
        if let Some(found) = self.current() {
            self.chosen = Some(found.name)
                .filter(|name| !name.is_empty())
                .into_iter()
                .collect();
            self.leave(cx);
        }
    }

    fn leave(&mut self, cx: &mut Cx<'_, Message>) {
        cx.close();
        if let Some(asker) = self.asker.take() {
            cx.answer(asker, std::mem::take(&mut self.chosen));
        }
    }
}

async fn find(
    service: Service,
    session: Session,
    pick: Pick,
    search: String,
    mask: impl Fn(String) -> String + Send,
) -> Result<Vec<Found>> {
    let (limit, cap) = (FOUND_MAX, Some(COUNT_MAX));
    Ok(match pick {
        Pick::User => {
            let query = ListUsers {
                filter: search,
                limit,
                ..ListUsers::default()
            };
            let page = service.ask(&session, query).await?;
            let found = |user: crate::service::users::UserRow| Found {
                name: user.username,
                path: Vec::new(),
                detail: format!("{}  {}", mask(user.display_name), user.unit),
            };
            page.rows.into_iter().map(found).collect()
        }
        Pick::Organization => {
            let query = ListOrganizations { search, limit, cap };
            let listed = service.ask(&session, query).await?;
            let found = |one: crate::service::organizations::OrganizationRow| Found {
                name: one.name,
                path: Vec::new(),
                detail: one.description,
            };
            listed.rows.into_iter().map(found).collect()
        }
        Pick::Unit => {
            let query = ListUnits {
                search: search.clone(),
                limit: UNITS_MAX,
                cap: Some(0),
            };
            let listed = service.ask(&session, query).await?;
            units_found(listed.rows, &search)
        }
        Pick::UnitAfter(id, fate) => {
            let query = units::Successors {
                unit: RecordRef::Id(id),
                fate,
                search: search.clone(),
                limit: UNITS_MAX,
            };
            let listed = service.ask(&session, query).await?;
            units_found(listed.rows, &search)
        }
        Pick::Group | Pick::GroupInto(_) => {
            let fits_into = match pick {
                Pick::GroupInto(group) => Some(group),
                _ => None,
            };
            let query = ListGroups {
                search,
                fits_into,
                limit,
                cap,
            };
            let listed = service.ask(&session, query).await?;
            let found = |group: crate::service::groups::GroupRow| Found {
                detail: match group.roles.as_slice() {
                    [] => "confers no role".to_owned(),
                    roles => format!("confers {}", roles.join(", ")),
                },
                name: group.full_name,
                path: Vec::new(),
            };
            listed.rows.into_iter().map(found).collect()
        }
        Pick::Role | Pick::RoleInto(_) => {
            let fits_into = match pick {
                Pick::RoleInto(group) => Some(group),
                _ => None,
            };
            let query = ListRoles {
                search,
                fits_into,
                limit,
                cap,
            };
            let listed = service.ask(&session, query).await?;
            listed.rows.into_iter().map(role_found).collect()
        }
        Pick::RoleAfter(id) => {
            let query = roles::Successors {
                role: RecordRef::Id(id),
                search,
                limit,
            };
            let listed = service.ask(&session, query).await?;
            listed.rows.into_iter().map(role_found).collect()
        }
    })
}

fn role_found(role: RoleRow) -> Found {
    Found {
        name: role.full_name,
        path: Vec::new(),
        detail: role.description,
    }
}

/// The units in the order of their tree; those of a search as it found them.
fn units_found(units: Vec<UnitRow>, search: &str) -> Vec<Found> {
    let found = |unit: UnitRow| Found {
        path: [
            vec![unit.organization.clone()],
            unit.path,
            vec![unit.name.clone()],
        ]
        .concat(),
        name: format!("{}/{}", unit.organization, unit.name),
        detail: unit.description,
    };
    let mut found: Vec<Found> = units.into_iter().map(found).collect();
    if search.is_empty() {
        found.sort_by_cached_key(|unit| {
            let names = unit.path.iter().map(|name| name.to_lowercase());
            names.collect::<Vec<_>>()
        });
    }
    found
}

/// What a group or a role gives to whoever has it, in rules.
async fn confers(service: Service, session: Session, pick: Pick, name: String) -> Result<String> {
    let record = RecordRef::Name(name);
    let (conferred, rules) = if pick.kind() == Pick::Group {
        let group = service.ask(&session, ShowGroup { group: record }).await?;
        (group.roles, group.rules)
    } else {
        let role = service.ask(&session, ShowRole { role: record }).await?;
        (Vec::new(), role.rules)
    };
    let mut parts = Vec::new();
    if !conferred.is_empty() {
        parts.push(format!("the roles {}", conferred.join(", ")));
    }
    parts.extend(rules);
    Ok(if parts.is_empty() {
        "Confers nothing.".to_owned()
    } else {
        format!("Confers {}.", parts.join("; "))
    })
}

impl Screen for RecordPicker {
    type Message = Message;

    fn title(&self) -> &'static str {
        self.heading
    }

    fn open(&mut self, cx: &mut Cx<'_, Message>) {
        self.ask(cx);
    }

    fn actions(&self) -> Vec<Offered> {
        let mut offered = if self.mode == Mode::Many {
            vec![
                Offered::on(ActionId::Open)
                    .named("or Space: choose")
                    .in_footer(),
                Offered::on(ActionId::Continue).named("done").in_footer(),
                Offered::on(ActionId::Back).named("done").in_footer(),
            ]
        } else {
            vec![
                Offered::on(ActionId::Open).named("choose").in_footer(),
                Offered::on(ActionId::Back).named("as it was").in_footer(),
            ]
        };
        offered.extend(moves());
        offered
    }

    fn takes_text(&self) -> bool {
        true
    }

    fn key(&mut self, key: KeyEvent, cx: &mut Cx<'_, Message>) -> bool {
        let plain = key.modifiers == KeyModifiers::NONE;
        if self.mode == Mode::Many && plain && key.code == KeyCode::Char(' ') {
            self.toggle();
            self.ask_preview(cx);
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
        let last = self.lines().len().saturating_sub(1);
        match action {
            ActionId::Open => self.choose(cx),
            ActionId::Continue => self.leave(cx),
            ActionId::Back if self.mode == Mode::Many => self.leave(cx),
            ActionId::Back => cx.close(),
            ActionId::Up => self.cursor = self.cursor.saturating_sub(1),
            ActionId::Down => self.cursor = (self.cursor + 1).min(last),
            ActionId::PageUp | ActionId::HalfPageUp => self.cursor = self.cursor.saturating_sub(10),
            ActionId::PageDown | ActionId::HalfPageDown => {
                self.cursor = (self.cursor + 10).min(last);
            }
            ActionId::First => self.cursor = 0,
            _ => self.cursor = last,
        }
        self.ask_preview(cx);
    }

    fn update(&mut self, message: Message, cx: &mut Cx<'_, Message>) {
        match message {
            Message::Found(Ok(found)) => {
                self.found = found;
                let without = self.without.as_ref();
                self.found.retain(|found| without != Some(&found.name));
                self.loaded = true;
                self.cursor = self.cursor.min(self.lines().len().saturating_sub(1));
                self.ask_preview(cx);
            }
            // Half a word may be no filter yet; the last lines stay.
            Message::Found(Err(crate::service::Error::Filter(_))) => {}
            Message::Found(Err(error)) => {
                self.loaded = true;
                cx.report(&error);
            }
            Message::Previewed(name, Ok(text)) => self.preview = Some((name, text)),
            Message::Previewed(name, Err(_)) => self.preview = Some((name, String::new())),
        }
    }

    fn draw(&self, frame: &mut Frame<'_>, area: Rect, look: &Look<'_>) {
        let inside = draw_box(frame, area, self.heading, look);
        let at = row(inside, 0);
        let x = look.put(frame.buffer_mut(), at, " search> ", Role::Muted);
        let count = match self.mode {
            Mode::Many => format!("{} chosen ", self.chosen.len()),
            _ => String::new(),
        };
        let start = look.put_right(frame.buffer_mut(), at, &count, Role::Text);
        let field = Rect {
            x,
            width: start.saturating_sub(x + 1),
            ..at
        };
        self.search.draw(frame, field, true, look);
        let previewing = self.previews();
        let foot = if previewing { PREVIEW_LINES + 1 } else { 0 };
        let visible = usize::from(inside.height).saturating_sub(1 + foot).max(1);
        let lines = self.lines();
        let from = (self.cursor + 1).saturating_sub(visible);
        for (index, line) in lines.iter().enumerate().skip(from).take(visible) {
            self.draw_line(
                frame,
                row(inside, 1 + index - from),
                index == self.cursor,
                line,
                look,
            );
        }
        if lines.is_empty() {
            let text = if self.loaded {
                self.pick.nothing()
            } else {
                "   loading ..."
            };
            look.put(frame.buffer_mut(), row(inside, 1), text, Role::Muted);
        }
        if previewing {
            self.draw_preview(frame, inside, look);
        }
    }
}

impl RecordPicker {
    fn draw_line(
        &self,
        frame: &mut Frame<'_>,
        at: Rect,
        on_cursor: bool,
        line: &Found,
        look: &Look<'_>,
    ) {
        let role = if on_cursor {
            Role::CursorRow
        } else {
            Role::Text
        };
        let chosen =
            self.chosen.contains(&line.name) || (line.name.is_empty() && self.chosen.is_empty());
        let mark = match (self.mode, chosen) {
            (Mode::Many, true) => "[x]",
            (Mode::Many, false) => "[ ]",
            (_, true) => "(o)",
            (_, false) => "( )",
        };
        let buffer = frame.buffer_mut();
        buffer.set_style(at, look.style(role));
        let cursor = if on_cursor { '>' } else { ' ' };
        // A path says more than a description.
        let name_part = if self.pick.kind() == Pick::Unit {
            at.width / 3 * 2
        } else {
            at.width / 2
        };
        let detail_at = name_part.max(30).min(at.width);
        let place = Rect {
            width: detail_at.saturating_sub(1),
            ..at
        };
        let x = look.put(buffer, place, &format!("{cursor} {mark} "), role);
        let place = indented(place, x - place.x);
        let name = line.shown(usize::from(place.width), look.glyphs.ellipsis());
        look.put(buffer, place, &name, role);
        let place = Rect {
            width: at.width.saturating_sub(detail_at + 1),
            ..indented(at, detail_at)
        };
        let role = if on_cursor { role } else { Role::Muted };
        look.put(buffer, place, &line.detail, role);
    }

    fn draw_preview(&self, frame: &mut Frame<'_>, inside: Rect, look: &Look<'_>) {
        let height = usize::from(inside.height);
        look.rule(
            frame.buffer_mut(),
            row(inside, height.saturating_sub(PREVIEW_LINES + 1)),
            "",
        );
        let name = self.current().map(|found| found.name);
        let text = match &self.preview {
            Some((known, text)) if Some(known) == name.as_ref() => text.as_str(),
            _ => "",
        };
        let cells = usize::from(inside.width.saturating_sub(2));
        for (index, line) in wrap(text, cells).iter().take(PREVIEW_LINES).enumerate() {
            let at = row(inside, height.saturating_sub(PREVIEW_LINES) + index);
            look.put(frame.buffer_mut(), indented(at, 1), line, Role::Text);
        }
    }
}
