//! The users: a window over all of them, a filter, marks, and one user in detail.

mod asking;
mod cells;
mod column_chooser;
pub(super) mod columns;
mod copies;
pub(super) mod detail;
mod draw;
mod marking;
mod marks;
mod offered;
mod view_list;
mod views;

use super::filter_line;
use crate::domain::UserId;
use crate::domain::permission::{Permission, Resource, Verb};
use crate::service::Result;
use crate::service::jobs::{HolderKind, MakePlan, Operation, Plan, PlanTarget, Targets};
use crate::service::users::{Count, ShowUser, TimelineEntry, UserPage, UserRef, UserRow, UserSort};
use crate::tui::actions::{ActionId, MOVES, Offered};
use crate::tui::forms::FormView;
use crate::tui::forms::user::UserEditor;
use crate::tui::look::Look;
use crate::tui::modals::memberships::MembershipPicker;
use crate::tui::modals::menu::ActionMenu;
use crate::tui::modals::plan::PlanView;
use crate::tui::modals::rights::RightsOf;
use crate::tui::notice::Notice;
use crate::tui::screen::{Cx, Screen};
use crate::tui::shared::{Aim, Finished, Subject};
use crate::tui::widgets::detail::Walk;
use crate::tui::widgets::field::Edit;
use crate::tui::widgets::grid::{Grid, Row, Wish};
use crate::tui::widgets::refusal::Refusal;
use crate::tui::widgets::search::Search;
use columns::{Layout, USUAL};
use copies::{COPIES, Form};
use crossterm::event::KeyEvent;
use detail::Detail;
use marking::{Deed, MarkLine, Range, TOO_MANY_EXCEPTIONS};
use marks::{Hidden, IS_MARKED, Marks, Named};
use ratatui::Frame;
use ratatui::layout::{Position, Rect};
use views::View;

/// What is drawn decides what gets the keys.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Focus {
    #[default]
    Grid,
    Filter,
    /// The second filter, by which is marked or unmarked.
    MarkLine,
    /// The detail pane beside the grid.
    Pane,
    /// One user on the whole screen.
    Page,
}

#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub struct UsersScreen {
    grid: Grid<UserRow>,
    /// The columns that are shown.
    layout: Layout,
    /// Those that the operator chose, where no view says others.
    own_layout: Layout,
    /// What was chosen last; the filter may have moved on since.
    view: Option<View>,
    search: Search,
    sort: UserSort,
    descending: bool,
    /// How many the filter finds, and how many there are.
    found: Option<Count>,
    all: Option<Count>,
    marks: Marks,
    /// Grows with each change of the marks: an answer about older ones is of no use.
    generation: u64,
    /// Other marks are being worked out from those of this generation.
    awaited: Option<u64>,
    hidden: Hidden,
    range: Option<Range>,
    mark_line: Option<MarkLine>,
    /// What this console did last, for "the same again".
    last: Option<Operation>,
    /// What the filter was before it showed only the marked.
    before_marked: String,
    /// The one the operator works in.
    organization: String,
    focus: Focus,
    pane: bool,
    detail: Option<Detail>,
    /// Whose detail was asked for and is not there yet.
    detail_asked: Option<UserId>,
    /// Something changed since the detail was asked for.
    detail_stale: bool,
    /// The user of the page; the cursor may be elsewhere after coming from the palette.
    paged: Option<UserId>,
    walk: Walk,
    /// Why there is no list.
    refused: Option<Refusal>,
    /// Something changed while a search was on its way.
    again: bool,
    /// Whom an undo was about: the cursor goes there when the list shows them again.
    restored: Option<UserId>,
    /// This console changed something, so that even a large list is worth counting.
    recount: bool,
}

pub enum Message {
    Listed {
        wish: Wish,
        filter: String,
        result: Result<UserPage>,
    },
    Found(Result<Count>),
    All(Result<Count>),
    /// Other marks than there were.
    Combined(u64, Result<Marks>),
    /// The rows of a range that was longer than the window.
    Ranged(u64, Result<Named>),
    /// What the second filter finds.
    MarkLine(Result<Count>),
    /// Which rows of the list are marked.
    Known(u64, Result<Vec<UserId>>),
    Shown(u64, Result<Count>),
    Detailed(UserId, Result<Box<Detail>>),
    /// Who bears a name that was asked for.
    Named(Result<UserId>),
    Older(UserId, Result<Vec<TimelineEntry>>),
    /// Who of a job's targets was refused or failed.
    Left(Targets, Result<Vec<PlanTarget>>),
    Planned(Result<Plan>, Aim),
    /// Rows to copy, and of how many.
    Copied(Form, i64, Result<UserPage>),
    View(View),
    Columns(Layout),
    ColumnsKept(Result<()>),
    OwnColumns(Result<Option<String>>),
    /// A plan that is shown in any case.
    PlannedAgain(Result<Plan>, Aim),
}

impl Default for UsersScreen {
    fn default() -> Self {
        Self {
            grid: Grid::default(),
            layout: USUAL.to_vec(),
            own_layout: USUAL.to_vec(),
            view: None,
            search: Search::default(),
            sort: UserSort::default(),
            descending: false,
            found: None,
            all: None,
            marks: Marks::default(),
            generation: 0,
            awaited: None,
            hidden: Hidden::None,
            range: None,
            mark_line: None,
            last: None,
            before_marked: String::new(),
            organization: String::new(),
            focus: Focus::Grid,
            pane: false,
            detail: None,
            detail_asked: None,
            detail_stale: false,
            paged: None,
            walk: Walk::default(),
            refused: None,
            again: false,
            restored: None,
            recount: false,
        }
    }
}

impl Row for UserRow {
    type Id = UserId;

    fn id(&self) -> UserId {
        self.id
    }

    fn differs(&self, other: &Self) -> bool {
        (self.version, self.state_version) != (other.version, other.state_version)
    }
}

impl UsersScreen {
    /// The user that the pane or the page shows.
    fn subject(&self) -> Option<UserId> {
        match self.focus {
            Focus::Page => self.paged,
            _ => self.grid.current().map(|row| row.id),
        }
    }

    fn open_page(&mut self, id: UserId, cx: &mut Cx<'_, Message>) {
        self.paged = Some(id);
        self.focus = Focus::Page;
        self.walk = Walk::default();
        self.load_detail(cx);
    }

    fn show_timeline(&mut self, cx: &mut Cx<'_, Message>) {
        if self.focus != Focus::Page
            && let Some(id) = self.subject()
        {
            self.open_page(id, cx);
        }
        self.walk.scroll = self.lines_of_detail(cx.area(), &cx.look()).1;
    }

    fn close_page(&mut self) {
        self.focus = Focus::Grid;
        self.walk = Walk::default();
        if let Some(id) = self.paged.take() {
            self.grid.find(id);
        }
    }

    fn scroll(&mut self, motion: ActionId, cx: &mut Cx<'_, Message>) {
        let lines = self.lines_of_detail(cx.area(), &cx.look()).0.len();
        let visible = self.detail_height(cx.area());
        self.walk.go(motion, lines, visible);
        if self.focus == Focus::Page && self.walk.scroll + 2 * visible >= lines {
            self.ask_older(cx);
        }
    }

    fn move_cursor(&mut self, motion: ActionId, cx: &mut Cx<'_, Message>) {
        self.restored = None;
        let height = self.grid_height(cx.area());
        if let Some(wish) = self.grid.go(motion, height) {
            self.ask(wish, cx);
        }
        self.load_detail(cx);
    }

    fn mark(&mut self, cx: &mut Cx<'_, Message>) {
        let Some(row) = self.grid.current() else {
            return;
        };
        if self
            .marks
            .toggle(row.id, &row.username, self.search.applied())
        {
            self.move_cursor(ActionId::Down, cx);
        } else {
            cx.notify(Notice::bad(TOO_MANY_EXCEPTIONS));
        }
        self.generation += 1;
        // What is on the screen is not hidden, so the number of the hidden stays.
        if self.marks.is_empty() {
            self.hidden = Hidden::None;
        }
    }

    /// Filters by the marks, or goes back to the filter from before.
    fn only_marked(&mut self, cx: &mut Cx<'_, Message>) {
        if self.search.applied() == IS_MARKED {
            self.search.field.set(&self.before_marked);
            self.search_on(cx);
        } else {
            self.review_marks(cx);
        }
    }

    fn review_marks(&mut self, cx: &mut Cx<'_, Message>) {
        if self.search.applied() == IS_MARKED {
            self.ask(Wish::First, cx);
        } else {
            self.search.applied().clone_into(&mut self.before_marked);
            self.search.field.set(IS_MARKED);
            self.search_on(cx);
        }
    }

    fn unmark_all(&mut self) {
        self.marks = Marks::default();
        self.generation += 1;
        self.hidden = Hidden::None;
    }

    /// Forgets the marks of those whom a finished job has dealt with.
    fn settle(&mut self, targets: &Targets, left: &[(UserId, String)], cx: &mut Cx<'_, Message>) {
        self.marks.settle(targets, left);
        self.generation += 1;
        self.count_hidden(cx);
    }

    /// What an action is aimed at: the user of the page, the marks, or the row.
    fn aim(&self) -> Option<Aim> {
        if self.focus != Focus::Page && !self.marks.is_empty() {
            return Some(Aim {
                targets: self.marks.targets(),
                words: self.marks.aim(self.hidden),
                hidden: self.hidden.number(self.marks.count()),
                filter: self.marks.command_filter(),
            });
        }
        let (id, name) = self.one()?;
        Some(Aim::at(id, name))
    }

    /// The user of the page or under the cursor, and the name.
    fn one(&self) -> Option<(UserId, String)> {
        let id = self.subject()?;
        let shown = self.detail.as_ref().filter(|detail| detail.user.id == id);
        if let (Focus::Page, Some(detail)) = (self.focus, shown) {
            return Some((id, detail.user.username.clone()));
        }
        let row = self.grid.rows().iter().find(|row| row.id == id)?;
        Some((id, row.username.clone()))
    }

    fn open_menu(&self, cx: &mut Cx<'_, Message>) {
        if let Some(aim) = self.aim() {
            let marked = self.focus != Focus::Page && !self.marks.is_empty();
            let row = if marked { self.one() } else { None };
            cx.open_modal(ActionMenu::new(aim, row));
        }
    }

    fn plan_delete(&self, cx: &mut Cx<'_, Message>) {
        if let Some(aim) = self.aim() {
            let plan = MakePlan {
                hidden: aim.hidden,
                ..MakePlan::new(Operation::Delete, aim.targets.clone())
            };
            cx.perform(plan, move |result| Message::Planned(result, aim));
        }
    }

    /// Plans what this console did last, on what the marks or the cursor aim at now.
    fn act_again(&self, cx: &mut Cx<'_, Message>) {
        if let (Some(operation), Some(aim)) = (self.last, self.aim()) {
            let plan = MakePlan {
                hidden: aim.hidden,
                ..MakePlan::new(operation, aim.targets.clone())
            };
            cx.perform(plan, move |result| Message::PlannedAgain(result, aim));
        }
    }

    /// Goes back to the list; what is no filter has to be mended or taken back first.
    fn keep_filter(&mut self, cx: &mut Cx<'_, Message>) {
        if self.search.problem().is_none() {
            self.focus = Focus::Grid;
            self.count_all_on(cx);
        }
    }

    fn step_back(&mut self, cx: &mut Cx<'_, Message>) {
        match self.focus {
            Focus::Filter => {
                self.focus = Focus::Grid;
                self.count_all_on(cx);
                if let Some(filter) = self.search.take_back() {
                    self.ask_rows(Wish::First, filter, cx);
                }
            }
            Focus::MarkLine => self.close_mark_line(),
            Focus::Page => self.close_page(),
            _ if self.range.is_some() => self.end_range(cx),
            Focus::Pane => {
                self.focus = Focus::Grid;
                self.walk = Walk::default();
            }
            Focus::Grid => self.pane = false,
        }
    }
}

impl Screen for UsersScreen {
    type Message = Message;

    fn title(&self) -> &'static str {
        "Users"
    }

    fn bookmark(&self) -> Option<Subject> {
        self.paged.map(Subject::User)
    }

    fn open(&mut self, cx: &mut Cx<'_, Message>) {
        if let Some(session) = cx.session() {
            self.organization.clone_from(&session.organization_name);
        }
        Self::ask_own_columns(cx);
        self.ask(Wish::First, cx);
    }

    fn actions(&self) -> Vec<Offered> {
        match self.focus {
            Focus::Filter => filter_line::actions(),
            Focus::MarkLine => self.mark_line_actions(),
            Focus::Page => offered::page_actions(),
            Focus::Grid | Focus::Pane => match &self.refused {
                Some(refusal) => refusal.actions(),
                None => self.grid_actions(),
            },
        }
    }

    fn needs(&self, action: ActionId) -> Option<Permission> {
        let verb = match action {
            ActionId::New | ActionId::Clone => Verb::Create,
            ActionId::Edit => Verb::Edit,
            ActionId::Delete => Verb::Delete,
            _ => return None,
        };
        Some(Permission(Resource::User, verb))
    }

    fn takes_text(&self) -> bool {
        matches!(self.focus, Focus::Filter | Focus::MarkLine)
    }

    fn key(&mut self, key: KeyEvent, cx: &mut Cx<'_, Message>) -> bool {
        if let (Focus::MarkLine, Some(line)) = (self.focus, &mut self.mark_line) {
            let edit = line.field.key(key);
            if edit == Edit::Changed {
                self.count_mark_line(cx);
            }
            return edit != Edit::Ignored;
        }
        if self.focus != Focus::Filter {
            return false;
        }
        let edit = self.search.key(key);
        if edit == Edit::Changed {
            self.search_on(cx);
        }
        edit != Edit::Ignored
    }

    fn paste(&mut self, text: &str, cx: &mut Cx<'_, Message>) {
        if let (Focus::MarkLine, Some(line)) = (self.focus, &mut self.mark_line) {
            if let Some(note) = line.field.paste(text) {
                cx.notify(Notice::bad(note));
            }
            self.count_mark_line(cx);
            return;
        }
        if self.focus != Focus::Filter {
            cx.notify(Notice::plain(
                "The pasted text was ignored: press / first to filter by it.",
            ));
            return;
        }
        let note = self.search.field.paste(text);
        if let Some(note) = note {
            cx.notify(Notice::bad(note));
        }
        self.search_on(cx);
    }

    fn click(&mut self, at: Position, cx: &mut Cx<'_, Message>) {
        if self.focus != Focus::Page && self.grid.click(at) {
            self.keep_filter(cx);
            self.load_detail(cx);
        }
    }

    fn command(&mut self, action: ActionId, cx: &mut Cx<'_, Message>) {
        if self.range.is_some() && !offered::goes_on_with_a_range(action) {
            self.end_range(cx);
            if action == ActionId::Mark {
                // The row under the cursor is in the range.
                return;
            }
        }
        if self.awaited.is_some() && offered::acts_on_the_marks(action) && self.waits_for_marks(cx)
        {
            return;
        }
        match action {
            ActionId::Back => self.step_back(cx),
            ActionId::Close if self.focus == Focus::Page => self.close_page(),
            ActionId::Open if self.focus == Focus::Filter => self.keep_filter(cx),
            ActionId::Open if self.focus == Focus::MarkLine => self.keep_mark_line(cx),
            ActionId::Open if self.focus == Focus::Page => {
                let (lines, _) = self.lines_of_detail(cx.area(), &cx.look());
                if let Some(link) = self.walk.link(&lines) {
                    cx.show(link.clone());
                }
            }
            ActionId::Open => {
                if let Some(id) = self.subject() {
                    cx.show(Subject::User(id));
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
            ActionId::NextPane | ActionId::PreviousPane if self.focus == Focus::Page => {
                let (lines, _) = self.lines_of_detail(cx.area(), &cx.look());
                let height = self.detail_height(cx.area());
                let forward = action == ActionId::NextPane;
                self.walk.next_link(forward, &lines, height);
            }
            ActionId::NextPane | ActionId::PreviousPane => {
                self.focus = if self.focus == Focus::Pane {
                    Focus::Grid
                } else {
                    Focus::Pane
                };
                self.walk = Walk::default();
            }
            ActionId::Sort => self.sort_by_column(None, cx),
            ActionId::SortDescending => self.sort_by_column(Some(true), cx),
            ActionId::ColumnLeft | ActionId::ColumnRight => {
                self.move_column(action == ActionId::ColumnRight);
            }
            ActionId::FilterCell => self.filter_by_cell(false, cx),
            ActionId::ExcludeCell => self.filter_by_cell(true, cx),
            ActionId::Mark => self.mark(cx),
            ActionId::Range => self.toggle_range(cx),
            ActionId::RangeUp => self.stretch_range(ActionId::Up, cx),
            ActionId::RangeDown => self.stretch_range(ActionId::Down, cx),
            ActionId::Invert => self.invert(cx),
            ActionId::MarkFilter => self.open_mark_line(Deed::Mark),
            ActionId::UnmarkFilter => self.open_mark_line(Deed::Unmark),
            ActionId::MarkAll => self.mark_all(cx),
            ActionId::UnmarkAll => self.unmark_all(),
            ActionId::OnlyMarked => self.only_marked(cx),
            ActionId::Act => self.open_menu(cx),
            copy if COPIES.contains(&copy) => self.copy(copy, cx),
            ActionId::Views => self.open_views(cx),
            ActionId::Columns => self.open_columns(cx),
            ActionId::ActAgain => self.act_again(cx),
            ActionId::Delete => self.plan_delete(cx),
            ActionId::Members => {
                if let Some(aim) = self.aim() {
                    cx.open_modal(MembershipPicker::new(aim, HolderKind::Group));
                }
            }
            ActionId::Rights => {
                if let Some((id, name)) = self.one() {
                    cx.open_modal(RightsOf::new(id, name));
                }
            }
            ActionId::Explain => cx.explain(self.refused.as_ref().and_then(Refusal::lack)),
            ActionId::New => cx.open_modal(FormView::new(UserEditor::New)),
            ActionId::Edit => {
                if let Some(id) = self.subject() {
                    cx.open_modal(FormView::new(UserEditor::Edit(id)));
                }
            }
            ActionId::Clone => {
                if let Some(id) = self.subject() {
                    cx.open_modal(FormView::new(UserEditor::Like(id)));
                }
            }
            motion if MOVES.contains(&motion) => match self.focus {
                Focus::Grid | Focus::Filter | Focus::MarkLine => self.move_cursor(motion, cx),
                Focus::Pane | Focus::Page => self.scroll(motion, cx),
            },
            _ => {}
        }
    }

    fn update(&mut self, message: Message, cx: &mut Cx<'_, Message>) {
        match message {
            Message::Listed {
                wish,
                filter,
                result,
            } => self.listed(wish, filter, result, cx),
            Message::Found(Ok(count)) => {
                if self.search.applied().trim().is_empty() {
                    self.all = Some(count.after(self.all));
                    self.found = self.all;
                } else {
                    self.found = Some(count);
                }
                self.count_on(count, "found", cx);
            }
            Message::All(Ok(count)) => {
                self.all = Some(count.after(self.all));
                self.count_on(count, "all", cx);
            }
            Message::Copied(form, of, result) => Self::copied(form, of, result, cx),
            Message::View(view) => self.take_view(view, cx),
            Message::Columns(layout) => self.take_columns(layout, cx),
            Message::ColumnsKept(result) => Self::columns_kept(&result, cx),
            Message::OwnColumns(Ok(kept)) => self.own_columns(kept),
            Message::Combined(generation, result) => self.combined(generation, result, cx),
            Message::Ranged(generation, result) => self.ranged(generation, result, cx),
            Message::MarkLine(result) => self.mark_line_counted(result, cx),
            Message::Known(generation, result) => self.known(generation, result, cx),
            Message::Shown(generation, result) => self.shown(generation, &result, cx),
            Message::Detailed(id, result) => self.detailed(id, result, cx),
            Message::Older(id, Ok(entries)) => {
                if let Some(detail) = self.detail.as_mut().filter(|detail| detail.user.id == id) {
                    detail.more = entries.len() >= detail::ENTRIES_PAGE as usize;
                    detail.timeline.extend(entries);
                }
            }
            Message::Left(targets, Ok(rows)) => {
                let left: Vec<_> = rows
                    .into_iter()
                    .map(|row| (row.user, row.username))
                    .collect();
                self.settle(&targets, &left, cx);
            }
            Message::Planned(Ok(plan), aim) => cx.carry_out(plan, Some(aim)),
            Message::PlannedAgain(Ok(plan), aim) => cx.open_modal(PlanView::new(plan, Some(aim))),
            Message::Named(Ok(id)) => {
                self.grid.find(id);
                self.open_page(id, cx);
            }
            Message::Found(Err(_)) | Message::All(Err(_)) => {}
            Message::OwnColumns(Err(error))
            | Message::PlannedAgain(Err(error), _)
            | Message::Named(Err(error))
            | Message::Older(_, Err(error))
            | Message::Left(_, Err(error))
            | Message::Planned(Err(error), _) => cx.report(&error),
        }
    }

    fn changed(&mut self, cx: &mut Cx<'_, Message>) {
        self.detail_stale = true;
        self.ask(Wish::Same, cx);
        self.load_detail(cx);
    }

    fn finished(&mut self, finished: &Finished, cx: &mut Cx<'_, Message>) {
        self.recount = true;
        let Some(targets) = finished.aim.as_ref().map(|aim| aim.targets.clone()) else {
            return;
        };
        if finished.job.undo_of.is_some() {
            if let Targets::Users(users) = &targets
                && let [one] = users.as_slice()
            {
                self.restored = Some(*one);
            }
            return;
        }
        self.last = Operation::parse(&finished.job.action).or(self.last);
        if self.marks.is_empty() {
            return;
        }
        if finished.job.failed + finished.job.refused == 0 {
            self.settle(&targets, &[], cx);
            return;
        }
        Self::ask_left_over(finished.job.id, targets, cx);
    }

    fn show(&mut self, subject: &Subject, cx: &mut Cx<'_, Message>) -> bool {
        match subject {
            Subject::User(id) => {
                self.grid.find(*id);
                self.open_page(*id, cx);
            }
            Subject::UserNamed(name) => {
                let query = ShowUser {
                    user: UserRef::Name(name.clone()),
                    sensitive: false,
                };
                cx.ask_latest("named", query, |result| {
                    Message::Named(result.map(|user| user.id))
                });
            }
            Subject::Marked(users) => {
                self.show_list(cx);
                self.mark_rows(&users.iter().cloned().collect(), cx);
                self.review_marks(cx);
            }
            Subject::Users(filter) => {
                self.show_list(cx);
                self.filter_by(filter, cx);
            }
            _ => return false,
        }
        true
    }

    fn aimed_at(&self) -> Option<Aim> {
        self.aim()
    }

    fn views(&self) -> Vec<(&'static str, Subject)> {
        offered::views()
    }

    fn filter(&self) -> String {
        match self.search.applied() {
            IS_MARKED => self.before_marked.clone(),
            filter if filter.contains(IS_MARKED) => String::new(),
            filter => filter.to_owned(),
        }
    }

    fn filter_by(&mut self, filter: &str, cx: &mut Cx<'_, Message>) {
        self.search.field.set(filter);
        self.search_on(cx);
    }

    fn marked(&self) -> i64 {
        self.marks.count()
    }

    fn show_list(&mut self, _cx: &mut Cx<'_, Message>) {
        if self.focus == Focus::Page {
            self.close_page();
        }
    }

    fn draw(&self, frame: &mut Frame<'_>, area: Rect, look: &Look<'_>) {
        self.draw_in(frame, area, look);
    }
}
