//! The audit: what was done, newest first, filtered; one entry with its before and after; the chain verified.

mod asking;
mod columns;
mod draw;
mod entry;

use crate::domain::filter::AuditQuery;
use crate::domain::permission::Permission;
use crate::service::Result;
use crate::service::audit::{AuditEntry, AuditList, VERIFY};
use crate::tui::actions::{ActionId, MOVES, Offered, moves};
use crate::tui::look::Look;
use crate::tui::modals::verify::VerifyView;
use crate::tui::notice::Notice;
use crate::tui::screen::{Cx, Screen};
use crate::tui::shared::Subject;
use crate::tui::widgets::detail::Walk;
use crate::tui::widgets::field::Edit;
use crate::tui::widgets::grid::{Grid, Row, Wish};
use crate::tui::widgets::refusal::Refusal;
use crate::tui::widgets::search::Search;
use crossterm::event::KeyEvent;
use ratatui::Frame;
use ratatui::layout::{Position, Rect};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Focus {
    #[default]
    Grid,
    Filter,
    /// One entry on the whole screen.
    Page,
}

#[derive(Default)]
pub struct AuditScreen {
    grid: Grid<AuditEntry>,
    search: Search,
    focus: Focus,
    /// A search for words was broken off at this sequence.
    stopped_at: Option<i64>,
    /// The newest sequence of the list as it was last seen, and how many came since.
    newest: i64,
    newer: usize,
    /// The entry of the page.
    paged: Option<i64>,
    entry: Option<AuditEntry>,
    walk: Walk,
    /// Why there is no list.
    refused: Option<Refusal>,
    /// Something changed while a search was on its way.
    again: bool,
}

pub enum Message {
    Listed {
        wish: Wish,
        filter: String,
        limit: usize,
        result: Result<AuditList>,
    },
    Newer(Result<usize>),
    Shown(Result<Box<AuditEntry>>),
}

impl Row for AuditEntry {
    type Id = i64;

    fn id(&self) -> i64 {
        self.sequence
    }

    fn differs(&self, _other: &Self) -> bool {
        false
    }
}

impl AuditScreen {
    fn open_page(&mut self, sequence: i64, cx: &mut Cx<'_, Message>) {
        self.grid.find(sequence);
        self.paged = Some(sequence);
        self.focus = Focus::Page;
        self.walk = Walk::default();
        self.load_entry(sequence, cx);
    }

    fn close_page(&mut self) {
        self.focus = Focus::Grid;
        self.paged = None;
    }

    fn move_cursor(&mut self, motion: ActionId, cx: &mut Cx<'_, Message>) {
        let height = self.grid_height(cx.area());
        if motion == ActionId::First && self.newer > 0 {
            self.ask(Wish::First, cx);
        } else if let Some(wish) = self.grid.go(motion, height) {
            self.ask(wish, cx);
        } else if self.newer > 0 && self.grid.is_at_top() {
            self.ask(Wish::Same, cx);
        }
    }

    fn scroll(&mut self, motion: ActionId, cx: &Cx<'_, Message>) {
        let lines = self.lines_of_entry(cx.area(), &cx.look()).len();
        self.walk.go(motion, lines, Self::entry_height(cx.area()));
    }

    fn filter_by_cell(&mut self, cx: &mut Cx<'_, Message>) {
        let Some(entry) = self.grid.current() else {
            return;
        };
        let conditions = columns::conditions(entry, self.grid.column);
        if conditions.is_empty() {
            cx.notify(Notice::plain(
                "There is nothing in this cell to filter by; Left and Right go to another column.",
            ));
            return;
        }
        let today = columns::day_of(cx.now());
        let before = AuditQuery::parse(self.search.applied(), today).unwrap_or_default();
        let query = conditions.into_iter().fold(before, AuditQuery::with);
        self.search.begin();
        self.search.field.set(&query.to_string());
        self.search_on(cx);
    }

    /// Goes back to the list; what is no filter has to be mended or taken back first.
    fn keep_filter(&mut self) {
        if self.search.problem().is_none() {
            self.focus = Focus::Grid;
        }
    }

    fn step_back(&mut self, cx: &mut Cx<'_, Message>) {
        match self.focus {
            Focus::Filter => {
                self.focus = Focus::Grid;
                if let Some(filter) = self.search.take_back() {
                    self.ask_rows(Wish::First, filter, cx);
                }
            }
            Focus::Page => self.close_page(),
            Focus::Grid => {}
        }
    }

    fn follow_link(&self, cx: &mut Cx<'_, Message>) {
        let lines = self.lines_of_entry(cx.area(), &cx.look());
        if let Some(link) = self.walk.link(&lines) {
            cx.show(link.clone());
        }
    }

    fn grid_actions(&self) -> Vec<Offered> {
        let some = self.grid.current().is_some();
        let empty = "The list is empty: there is no entry to do that to.";
        let mut offered = vec![
            Offered::on(ActionId::Filter)
                .labelled(
                    "Filter: words, operator:, target:, action:, job:, since:, until:, outcome:",
                )
                .in_footer(),
            Offered::when(some, ActionId::Open, empty).in_footer(),
            Offered::when(some, ActionId::FilterCell, empty).in_footer(),
            Offered::on(ActionId::Verify)
                .named("verify the chain")
                .in_footer(),
            Offered::on(ActionId::ColumnLeft),
            Offered::on(ActionId::ColumnRight),
        ];
        offered.extend(moves());
        offered
    }
}

fn page_actions() -> Vec<Offered> {
    let mut offered = vec![
        Offered::on(ActionId::Open).named("open link").in_footer(),
        Offered::on(ActionId::NextPane)
            .named("next link")
            .in_footer(),
        Offered::on(ActionId::PreviousPane),
        Offered::on(ActionId::Back).in_footer(),
        Offered::on(ActionId::Close),
        Offered::on(ActionId::Verify)
            .named("verify the chain")
            .in_footer(),
    ];
    offered.extend(moves());
    offered
}

impl Screen for AuditScreen {
    type Message = Message;

    fn title(&self) -> &'static str {
        "Audit"
    }

    fn bookmark(&self) -> Option<Subject> {
        // The list is a place of its own too: its filter belongs to it.
        Some(match self.paged {
            Some(sequence) => Subject::AuditEntry(sequence),
            None => Subject::Audit(self.search.applied().to_owned()),
        })
    }

    fn open(&mut self, cx: &mut Cx<'_, Message>) {
        self.ask(Wish::First, cx);
    }

    fn actions(&self) -> Vec<Offered> {
        match self.focus {
            Focus::Filter => super::filter_line::actions(),
            Focus::Page => page_actions(),
            Focus::Grid => match self.refused.as_ref().filter(|why| why.lack().is_some()) {
                Some(refusal) => refusal.actions(),
                None => self.grid_actions(),
            },
        }
    }

    fn needs(&self, action: ActionId) -> Option<Permission> {
        (action == ActionId::Verify).then_some(VERIFY)
    }

    fn takes_text(&self) -> bool {
        self.focus == Focus::Filter
    }

    fn key(&mut self, key: KeyEvent, cx: &mut Cx<'_, Message>) -> bool {
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

    fn click(&mut self, at: Position, _cx: &mut Cx<'_, Message>) {
        if self.focus != Focus::Page && self.grid.click(at) {
            self.keep_filter();
        }
    }

    fn command(&mut self, action: ActionId, cx: &mut Cx<'_, Message>) {
        match action {
            ActionId::Back => self.step_back(cx),
            ActionId::Explain => cx.explain(self.refused.as_ref().and_then(Refusal::lack)),
            ActionId::Close => self.close_page(),
            ActionId::Open => match self.focus {
                Focus::Filter => self.keep_filter(),
                Focus::Page => self.follow_link(cx),
                Focus::Grid => {
                    if let Some(entry) = self.grid.current() {
                        cx.show(Subject::AuditEntry(entry.sequence));
                    }
                }
            },
            ActionId::Filter => {
                self.search.begin();
                self.focus = Focus::Filter;
            }
            ActionId::FilterCell => self.filter_by_cell(cx),
            ActionId::Verify => cx.open_modal(VerifyView::default()),
            ActionId::NextPane | ActionId::PreviousPane => {
                let lines = self.lines_of_entry(cx.area(), &cx.look());
                let height = Self::entry_height(cx.area());
                let forward = action == ActionId::NextPane;
                self.walk.next_link(forward, &lines, height);
            }
            ActionId::ColumnLeft => self.grid.column = self.grid.column.saturating_sub(1),
            ActionId::ColumnRight => {
                self.grid.column = (self.grid.column + 1).min(columns::COLUMNS.len() - 1);
            }
            motion if MOVES.contains(&motion) => match self.focus {
                Focus::Grid | Focus::Filter => self.move_cursor(motion, cx),
                Focus::Page => self.scroll(motion, cx),
            },
            _ => {}
        }
    }

    fn update(&mut self, message: Message, cx: &mut Cx<'_, Message>) {
        match message {
            Message::Listed {
                wish,
                filter,
                limit,
                result,
            } => self.listed(wish, filter, limit, result, cx),
            Message::Newer(Ok(number)) => self.newer = number,
            Message::Shown(result) => self.shown(result, cx),
            Message::Newer(Err(error)) => cx.report(&error),
        }
    }

    fn changed(&mut self, cx: &mut Cx<'_, Message>) {
        self.look_for_newer(cx);
    }

    fn show(&mut self, subject: &Subject, cx: &mut Cx<'_, Message>) -> bool {
        match subject {
            Subject::AuditEntry(sequence) => self.open_page(*sequence, cx),
            Subject::Audit(filter) => {
                self.close_page();
                self.filter_by(filter, cx);
            }
            _ => return false,
        }
        true
    }

    fn show_list(&mut self, _cx: &mut Cx<'_, Message>) {
        self.close_page();
    }

    fn filter(&self) -> String {
        self.search.applied().to_owned()
    }

    fn filter_by(&mut self, filter: &str, cx: &mut Cx<'_, Message>) {
        self.search.field.set(filter);
        self.search_on(cx);
    }

    fn draw(&self, frame: &mut Frame<'_>, area: Rect, look: &Look<'_>) {
        self.draw_in(frame, area, look);
    }
}
