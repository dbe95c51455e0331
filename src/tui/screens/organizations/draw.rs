//! How organizations are drawn: filter line, tree, pane or page.

use super::tree::Branch;
use super::{Focus, OrganizationsScreen};
use crate::tui::look::{Look, indented, row, thousands};
use crate::tui::screen::Screen as _;
use crate::tui::screens::filter_line::FilterLine;
use crate::tui::theme::Role;
use crate::tui::widgets::detail::{self, Line};
use ratatui::Frame;
use ratatui::layout::Rect;

/// From this width on the pane stands at the right.
const PANE_BESIDE: u16 = 110;
const PANE_WIDTH: u16 = 54;

/// Lines of the tree that the pane below leaves at least.
const LINES_LEAST: u16 = 5;
const PANE_HEIGHT: u16 = 12;

/// Cells of the numbers and words at the right.
const USERS_CELLS: u16 = 10;
const UNITS_CELLS: u16 = 8;
const STATE_CELLS: u16 = 10;

/// Cells that a level of the tree is indented by.
const STEP_CELLS: usize = 2;

/// Levels beyond this are not indented any further, so that a name always has room.
const STEPS_MAX: usize = 12;

impl OrganizationsScreen {
    /// The filter line, the tree with its heading, and the pane, which is empty where none is shown.
    fn areas(&self, area: Rect) -> (Rect, Rect, Rect) {
        let line = Rect {
            height: area.height.min(1),
            ..area
        };
        let body = detail::inside(area);
        if !self.pane {
            return (line, body, Rect::new(body.x, body.bottom(), 0, 0));
        }
        if body.width >= PANE_BESIDE {
            let left = body.width - PANE_WIDTH;
            let tree = Rect {
                width: left - 1,
                ..body
            };
            let pane = Rect {
                x: body.x + left,
                width: PANE_WIDTH,
                ..body
            };
            return (line, tree, pane);
        }
        let height = PANE_HEIGHT.min(body.height.saturating_sub(LINES_LEAST + 1));
        let tree = Rect {
            height: body.height - height,
            ..body
        };
        let pane = Rect {
            y: body.y + tree.height,
            height,
            ..body
        };
        (line, tree, pane)
    }

    /// Where the lines of the tree are: under its heading.
    pub(super) fn tree_lines(&self, area: Rect) -> Rect {
        detail::inside(self.areas(area).1)
    }

    pub(super) fn tree_height(&self, area: Rect) -> usize {
        usize::from(self.tree_lines(area).height)
    }

    fn detail_area(&self, area: Rect) -> Rect {
        let whole = if self.focus == Focus::Page {
            area
        } else {
            self.areas(area).2
        };
        detail::inside(whole)
    }

    pub(super) fn detail_height(&self, area: Rect) -> usize {
        usize::from(self.detail_area(area).height)
    }

    pub(super) fn lines_of_detail(&self, area: Rect, look: &Look<'_>) -> Vec<Line> {
        let width = self.detail_area(area).width;
        let shown = self.detail.as_ref();
        shown
            .map(|detail| detail.lines(width, look))
            .unwrap_or_default()
    }

    pub(super) fn draw_in(&self, frame: &mut Frame<'_>, area: Rect, look: &Look<'_>) {
        if self.focus == Focus::Page {
            self.draw_detail(frame, area, true, look);
            return;
        }
        if let Some(refusal) = &self.refused {
            refusal.draw(frame, area, self.takes_text(), look);
            return;
        }
        let (line, tree, pane) = self.areas(area);
        let more = if self.tree.has_more() {
            "more than can be shown: filter with /"
        } else {
            ""
        };
        let filter = FilterLine {
            search: &self.search,
            focused: self.focus == Focus::Filter,
            all: "all organizations",
            right: more,
        };
        filter.draw(frame, line, look);
        self.draw_tree(frame, tree, look);
        if !pane.is_empty() && self.tree.current().is_some() {
            self.draw_detail(frame, pane, false, look);
        }
    }

    fn draw_tree(&self, frame: &mut Frame<'_>, area: Rect, look: &Look<'_>) {
        draw_columns(
            frame,
            row(area, 0),
            ("    NAME", "USERS", "UNITS", "STATE"),
            Role::Heading,
            look,
        );
        let lines = detail::inside(area);
        let height = usize::from(lines.height);
        let top = self.tree.visible_top(height);
        let branches = self.tree.branches().iter().enumerate();
        for (place, (index, branch)) in branches.skip(top).take(height).enumerate() {
            let on_cursor = index == self.tree.cursor();
            self.draw_branch(frame, row(lines, place), branch, on_cursor, look);
        }
        if self.tree.branches().is_empty() {
            let text = if !self.tree.is_loaded() {
                "loading ..."
            } else if self.search.applied().trim().is_empty() {
                "There are no organizations that you may see."
            } else {
                "Nothing has these words.  / changes them, Ctrl-u in it shows all."
            };
            let at = indented(row(lines, 1), 4);
            look.put(frame.buffer_mut(), at, text, Role::Muted);
        }
    }

    fn draw_branch(
        &self,
        frame: &mut Frame<'_>,
        at: Rect,
        branch: &Branch,
        on_cursor: bool,
        look: &Look<'_>,
    ) {
        let role = match (on_cursor, self.focus) {
            (true, Focus::Tree) => Role::CursorRow,
            (true, _) => Role::Heading,
            (false, _) => Role::Text,
        };
        if on_cursor {
            frame.buffer_mut().set_style(at, look.style(role));
        }
        let sign = match branch.unfolded {
            Some(true) => '-',
            Some(false) => '+',
            None => ' ',
        };
        let indent = " ".repeat(branch.depth.min(STEPS_MAX) * STEP_CELLS);
        let cursor = if on_cursor { '>' } else { ' ' };
        let name = format!("{cursor} {indent}{sign} {}", branch.name);
        let more = if branch.users.capped { "+" } else { "" };
        let users = format!("{}{more}", thousands(branch.users.number));
        let units = branch.units.map(thousands).unwrap_or_default();
        let state = if branch.disabled { "DISABLED" } else { "" };
        draw_columns(frame, at, (&name, &users, &units, state), role, look);
    }

    fn draw_detail(&self, frame: &mut Frame<'_>, area: Rect, is_page: bool, look: &Look<'_>) {
        let wanted = self.subject();
        let shown = self
            .detail
            .as_ref()
            .filter(|detail| Some(super::subject_of(detail.node())) == wanted);
        match shown {
            Some(detail) => {
                let lines = detail.lines(area.width, look);
                let heading = detail.heading();
                detail::draw(frame, area, &heading, &lines, self.walk, is_page, look);
            }
            None => detail::draw_loading(frame, area, "", look),
        }
    }
}

/// One line of the tree: the name, and at the right what belongs to it.
fn draw_columns(
    frame: &mut Frame<'_>,
    at: Rect,
    (name, users, units, state): (&str, &str, &str, &str),
    role: Role,
    look: &Look<'_>,
) {
    let numbers = USERS_CELLS + UNITS_CELLS + STATE_CELLS + 1;
    let start = at.x + at.width.saturating_sub(numbers);
    let buffer = frame.buffer_mut();
    let place = Rect {
        width: start.saturating_sub(at.x),
        ..at
    };
    look.put(buffer, place, name, role);
    let column = |x: u16, width: u16| Rect { x, width, ..at }.intersection(at);
    look.put_right(buffer, column(start, USERS_CELLS), users, role);
    let next = start + USERS_CELLS;
    look.put_right(buffer, column(next, UNITS_CELLS), units, role);
    let last = next + UNITS_CELLS + 1;
    look.put(buffer, column(last, STATE_CELLS), state, role);
}
