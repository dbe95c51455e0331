//! Lists that come whole, such as groups and roles: a search, a grid, and one record in words.
//!
//! To show another kind of record: a file beside this folder with `impl Kind`, and
//! `RecordsScreen::<ThatKind>::default()` in the list of the screens.

mod asking;
mod draw;
mod offered;
pub mod rules;
pub mod words;

use super::filter_line;
use crate::domain::permission::Permission;
use crate::service::{Listed, Query, RecordRef, Result};
use crate::tui::actions::{ActionId, MOVES, Offered};
use crate::tui::look::Look;
use crate::tui::notice::Notice;
use crate::tui::screen::{Cx, Screen};
use crate::tui::shared::Subject;
use crate::tui::widgets::columns::Column;
use crate::tui::widgets::detail::{Line, Walk};
use crate::tui::widgets::field::Edit;
use crate::tui::widgets::grid::{Grid, Row, Wish};
use crate::tui::widgets::refusal::Refusal;
use crate::tui::widgets::search::Search;
use crossterm::event::KeyEvent;
use ratatui::Frame;
use ratatui::layout::{Position, Rect};
use std::cmp::Ordering;

/// One kind of record: what its list and its page show, and what can be done to it.
pub trait Kind: Sized + 'static {
    type Row: Row<Id: Send> + Clone + Send;
    type Detail: Send;

    /// `Groups`.
    const TITLE: &'static str;
    /// `group`, as the audit names it.
    const ONE: &'static str;
    /// `groups`.
    const MANY: &'static str;
    /// Where its filter looks for the words.
    const SEARCHED: &'static str;
    const COLUMNS: &'static [Column];
    const CREATE: Permission;
    const EDIT: Permission;
    const DELETE: Permission;
    const MEMBERS: Permission;

    /// The records that have all words of a search, by name.
    fn list(search: String, limit: u32) -> impl Query<Output = Listed<Self::Row>>;

    fn load(record: RecordRef) -> impl Query<Output = Self::Detail>;

    fn of_row(row: &Self::Row) -> Identity;

    fn of_detail(detail: &Self::Detail) -> Identity;

    fn cell(row: &Self::Row, column: usize) -> String;

    /// How two rows stand by a column; the first column is the name, by which the list comes sorted.
    fn order(one: &Self::Row, other: &Self::Row, column: usize) -> Ordering;

    /// What the pane beside the list shows.
    fn short(detail: &Self::Detail, width: u16, look: &Look<'_>) -> Vec<Line>;

    /// What the whole page shows.
    fn long(detail: &Self::Detail, width: u16, look: &Look<'_>) -> Vec<Line>;

    fn subject(record: RecordRef) -> Subject;

    /// The record, where a subject is one of this kind.
    fn wanted(subject: &Subject) -> Option<&RecordRef>;

    /// Why this record can't be edited, whoever asks.
    fn fixed(identity: &Identity) -> Option<String>;

    /// Why this record can't be deleted, whoever asks.
    fn stays(identity: &Identity) -> Option<String> {
        identity.built_in.then(|| {
            format!(
                "The {} \"{}\" is built in and stays; m takes people out of it.",
                Self::ONE,
                identity.name
            )
        })
    }

    /// Opens the form of a new record, or of one that is there.
    fn fill_in(start: Start, cx: &mut Cx<'_, Message<Self>>);

    /// Opens what asks before a record is deleted.
    fn delete(record: &Identity, cx: &mut Cx<'_, Message<Self>>);

    /// Opens who belongs to it.
    fn members(record: &Identity, cx: &mut Cx<'_, Message<Self>>);

    /// Actions on one record that only this kind has.
    const MORE: &'static [(ActionId, &'static str)] = &[];

    /// Takes one of them.
    fn run_more(_action: ActionId, _record: &Identity, _cx: &mut Cx<'_, Message<Self>>) {}
}

/// Which record it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    pub id: i64,
    pub name: String,
    /// None where it is system-wide.
    pub organization: Option<String>,
    pub built_in: bool,
}

impl Identity {
    /// The name that a command line and a filter take: `ACME/Sales`.
    #[must_use]
    pub fn full_name(&self) -> String {
        match &self.organization {
            Some(organization) => format!("{organization}/{}", self.name),
            None => self.name.clone(),
        }
    }
}

/// What a form begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    New,
    /// Everything of this one but its name.
    Like(i64),
    Edit(i64),
}

/// What is drawn decides what gets the keys.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Focus {
    #[default]
    Grid,
    Filter,
    /// The detail pane beside the grid.
    Pane,
    /// One record on the whole screen.
    Page,
}

#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub struct RecordsScreen<K: Kind> {
    grid: Grid<K::Row>,
    search: Search,
    /// The column that sorts, and whether from large to small.
    sort: (usize, bool),
    /// Whether there are more than the list shows.
    more: bool,
    /// How many there are in all, once the whole list was seen.
    all: Option<usize>,
    focus: Focus,
    pane: bool,
    detail: Option<K::Detail>,
    /// What was asked for and is not there yet.
    detail_asked: Option<RecordRef>,
    /// Something changed since the detail was asked for.
    detail_stale: bool,
    /// The record of the page; the cursor may be elsewhere after coming from another tab.
    paged: Option<RecordRef>,
    walk: Walk,
    /// Why there is no list.
    refused: Option<Refusal>,
    /// Something changed while a search was on its way.
    again: bool,
}

impl<K: Kind> Default for RecordsScreen<K> {
    fn default() -> Self {
        Self {
            grid: Grid::default(),
            search: Search::default(),
            sort: (0, false),
            more: false,
            all: None,
            focus: Focus::default(),
            pane: false,
            detail: None,
            detail_asked: None,
            detail_stale: false,
            paged: None,
            walk: Walk::default(),
            refused: None,
            again: false,
        }
    }
}

pub enum Message<K: Kind> {
    Listed {
        wish: Wish,
        search: String,
        result: Result<Listed<K::Row>>,
    },
    Detailed(RecordRef, Result<K::Detail>),
}

impl<K: Kind> RecordsScreen<K> {
    /// The record that the pane or the page shows.
    fn subject(&self) -> Option<RecordRef> {
        match self.focus {
            Focus::Page => self.paged.clone(),
            _ => self
                .grid
                .current()
                .map(|row| RecordRef::Id(K::of_row(row).id)),
        }
    }

    /// The record that actions are about: that of the page, or the row.
    fn one(&self) -> Option<Identity> {
        match self.focus {
            Focus::Page => self.shown().map(K::of_detail),
            _ => self.grid.current().map(K::of_row),
        }
    }

    /// The detail, if it is that of the record in question.
    fn shown(&self) -> Option<&K::Detail> {
        let subject = self.subject()?;
        let detail = self.detail.as_ref()?;
        (subject == RecordRef::Id(K::of_detail(detail).id)).then_some(detail)
    }

    fn open_page(&mut self, record: RecordRef, cx: &mut Cx<'_, Message<K>>) {
        self.paged = Some(record);
        self.focus = Focus::Page;
        self.walk = Walk::default();
        self.load_detail(cx);
    }

    fn close_page(&mut self) {
        self.focus = Focus::Grid;
        self.walk = Walk::default();
        if let Some(RecordRef::Id(id)) = self.paged.take() {
            self.find(id);
        }
    }

    /// Puts the cursor on a record, if it is listed.
    fn find(&mut self, id: i64) {
        let row = self.grid.rows().iter().find(|row| K::of_row(row).id == id);
        if let Some(id) = row.map(Row::id) {
            self.grid.find(id);
        }
    }

    fn show_timeline(&self, cx: &mut Cx<'_, Message<K>>) {
        if let Some(one) = self.one() {
            cx.show(Subject::audit_of(K::ONE, &one.full_name()));
        }
    }

    fn sort_by_column(&mut self, descending: Option<bool>, cx: &mut Cx<'_, Message<K>>) {
        let column = self.grid.column;
        let again = self.sort == (column, false);
        self.sort = (column, descending.unwrap_or(again));
        self.ask(Wish::Same, cx);
    }

    fn walk_lines(&mut self, motion: ActionId, cx: &Cx<'_, Message<K>>) {
        let lines = self.lines_of_detail(cx.area(), &cx.look()).len();
        let visible = self.detail_height(cx.area());
        self.walk.go(motion, lines, visible);
    }

    fn move_cursor(&mut self, motion: ActionId, cx: &mut Cx<'_, Message<K>>) {
        let height = self.grid_height(cx.area());
        // All rows of the list are there, so no page is ever missing.
        let _ = self.grid.go(motion, height);
        self.load_detail(cx);
    }

    fn follow_link(&self, cx: &mut Cx<'_, Message<K>>) {
        let lines = self.lines_of_detail(cx.area(), &cx.look());
        if let Some(link) = self.walk.link(&lines) {
            cx.show(link.clone());
        }
    }

    fn next_pane(&mut self, forward: bool, cx: &Cx<'_, Message<K>>) {
        if self.focus == Focus::Page {
            let lines = self.lines_of_detail(cx.area(), &cx.look());
            let height = self.detail_height(cx.area());
            self.walk.next_link(forward, &lines, height);
            return;
        }
        self.focus = if self.focus == Focus::Pane {
            Focus::Grid
        } else {
            Focus::Pane
        };
        self.walk = Walk::default();
    }

    fn step_back(&mut self, cx: &mut Cx<'_, Message<K>>) {
        match self.focus {
            Focus::Filter => {
                self.focus = Focus::Grid;
                if let Some(search) = self.search.take_back() {
                    Self::ask_rows(Wish::First, search, cx);
                }
            }
            Focus::Page => self.close_page(),
            Focus::Pane => {
                self.focus = Focus::Grid;
                self.walk = Walk::default();
            }
            Focus::Grid => self.pane = false,
        }
    }

    fn act_on_one(
        &self,
        act: impl FnOnce(&Identity, &mut Cx<'_, Message<K>>),
        cx: &mut Cx<'_, Message<K>>,
    ) {
        if let Some(one) = self.one() {
            act(&one, cx);
        }
    }
}

impl<K: Kind> Screen for RecordsScreen<K> {
    type Message = Message<K>;

    fn title(&self) -> &'static str {
        K::TITLE
    }

    fn bookmark(&self) -> Option<Subject> {
        self.paged.clone().map(K::subject)
    }

    fn open(&mut self, cx: &mut Cx<'_, Message<K>>) {
        self.ask(Wish::First, cx);
        self.load_detail(cx);
    }

    fn actions(&self) -> Vec<Offered> {
        match self.focus {
            Focus::Filter => filter_line::actions(),
            Focus::Page => self.page_actions(),
            Focus::Grid | Focus::Pane => match &self.refused {
                Some(refusal) => refusal.actions(),
                None => self.grid_actions(),
            },
        }
    }

    fn needs(&self, action: ActionId) -> Option<Permission> {
        match action {
            ActionId::New | ActionId::Clone => Some(K::CREATE),
            ActionId::Edit => Some(K::EDIT),
            ActionId::Delete => Some(K::DELETE),
            ActionId::Members => Some(K::MEMBERS),
            _ => None,
        }
    }

    fn takes_text(&self) -> bool {
        self.focus == Focus::Filter
    }

    fn key(&mut self, key: KeyEvent, cx: &mut Cx<'_, Message<K>>) -> bool {
        if self.focus != Focus::Filter {
            return false;
        }
        let edit = self.search.key(key);
        if edit == Edit::Changed {
            self.search_on(cx);
        }
        edit != Edit::Ignored
    }

    fn paste(&mut self, text: &str, cx: &mut Cx<'_, Message<K>>) {
        if self.focus != Focus::Filter {
            cx.notify(Notice::plain(
                "The pasted text was ignored: press / first to filter by it.",
            ));
            return;
        }
        if let Some(note) = self.search.field.paste(text) {
            cx.notify(Notice::bad(note));
        }
        self.search_on(cx);
    }

    fn click(&mut self, at: Position, cx: &mut Cx<'_, Message<K>>) {
        if self.focus != Focus::Page && self.grid.click(at) {
            self.focus = Focus::Grid;
            self.load_detail(cx);
        }
    }

    fn command(&mut self, action: ActionId, cx: &mut Cx<'_, Message<K>>) {
        match action {
            ActionId::Back => self.step_back(cx),
            ActionId::Close if self.focus == Focus::Page => self.close_page(),
            ActionId::Open if self.focus == Focus::Filter => self.focus = Focus::Grid,
            ActionId::Open if self.focus == Focus::Page => self.follow_link(cx),
            ActionId::Open => {
                if let Some(record) = self.subject() {
                    cx.show(K::subject(record));
                }
            }
            ActionId::Timeline => self.show_timeline(cx),
            ActionId::Filter => {
                self.search.begin();
                self.focus = Focus::Filter;
            }
            ActionId::Pane => {
                self.pane = !self.pane;
                self.load_detail(cx);
            }
            ActionId::NextPane => self.next_pane(true, cx),
            ActionId::PreviousPane => self.next_pane(false, cx),
            ActionId::Sort => self.sort_by_column(None, cx),
            ActionId::SortDescending => self.sort_by_column(Some(true), cx),
            ActionId::ColumnLeft => self.grid.column = self.grid.column.saturating_sub(1),
            ActionId::ColumnRight => {
                self.grid.column = (self.grid.column + 1).min(K::COLUMNS.len().saturating_sub(1));
            }
            ActionId::Explain => cx.explain(self.refused.as_ref().and_then(Refusal::lack)),
            ActionId::New => K::fill_in(Start::New, cx),
            ActionId::Edit => self.act_on_one(|one, cx| K::fill_in(Start::Edit(one.id), cx), cx),
            ActionId::Clone => self.act_on_one(|one, cx| K::fill_in(Start::Like(one.id), cx), cx),
            ActionId::Delete => self.act_on_one(K::delete, cx),
            ActionId::Members => self.act_on_one(K::members, cx),
            more if K::MORE.iter().any(|(id, _)| *id == more) => {
                self.act_on_one(|one, cx| K::run_more(more, one, cx), cx);
            }
            motion if MOVES.contains(&motion) => match self.focus {
                Focus::Grid | Focus::Filter => self.move_cursor(motion, cx),
                Focus::Pane | Focus::Page => self.walk_lines(motion, cx),
            },
            _ => {}
        }
    }

    fn update(&mut self, message: Message<K>, cx: &mut Cx<'_, Message<K>>) {
        match message {
            Message::Listed {
                wish,
                search,
                result,
            } => self.listed(wish, search, result, cx),
            Message::Detailed(record, result) => self.detailed(&record, result, cx),
        }
    }

    fn changed(&mut self, cx: &mut Cx<'_, Message<K>>) {
        self.detail_stale = true;
        self.ask(Wish::Same, cx);
        self.load_detail(cx);
    }

    fn show(&mut self, subject: &Subject, cx: &mut Cx<'_, Message<K>>) -> bool {
        let Some(record) = K::wanted(subject) else {
            return false;
        };
        if let RecordRef::Id(id) = record {
            self.find(*id);
        }
        self.open_page(record.clone(), cx);
        true
    }

    fn show_list(&mut self, _cx: &mut Cx<'_, Message<K>>) {
        if self.focus == Focus::Page {
            self.close_page();
        }
    }

    fn filter(&self) -> String {
        self.search.applied().to_owned()
    }

    fn filter_by(&mut self, filter: &str, cx: &mut Cx<'_, Message<K>>) {
        self.search.field.set(filter);
        self.search_on(cx);
    }

    fn draw(&self, frame: &mut Frame<'_>, area: Rect, look: &Look<'_>) {
        self.draw_in(frame, area, look);
    }
}
