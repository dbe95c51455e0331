//! How the users are drawn: filter line, grid, pane or page, mark bar.

use super::columns::{self, cell, column_of};
use super::marking::Deed;
use super::{Focus, UsersScreen};
use crate::service::users::{Count, UserRow};
use crate::tui::look::{Look, count_of, row, thousands, wrap};
use crate::tui::screen::Screen as _;
use crate::tui::theme::Role;
use crate::tui::widgets::detail::{self, Line};
use crate::tui::widgets::grid::Drawing;
use ratatui::Frame;
use ratatui::layout::Rect;

const PROBLEM_LINES_MAX: usize = 3;

/// Where things are.
#[derive(Clone, Copy, Debug)]
pub(super) struct Areas {
    filter: Rect,
    problem: Rect,
    grid: Rect,
    /// Empty where no pane is shown.
    pane: Rect,
    marks: Rect,
}

impl UsersScreen {
    fn areas(&self, area: Rect) -> Areas {
        let problem = u16::try_from(self.problem_lines(area).len()).unwrap_or(0);
        let marks = match &self.mark_line {
            Some(line) => 1 + u16::from(line.problem.is_some()),
            None => u16::from(!self.marks.is_empty() || self.range.is_some()),
        };
        let middle = area.height.saturating_sub(1 + problem + marks);
        let strip = |y: u16, height: u16| {
            Rect {
                y: area.y + y,
                height,
                ..area
            }
            .intersection(area)
        };
        let body = strip(1 + problem, middle);
        let (grid, pane) = detail::split(body, self.pane);
        Areas {
            filter: strip(0, 1),
            problem: strip(1, problem),
            grid,
            pane,
            marks: strip(1 + problem + middle, marks),
        }
    }

    /// Why what is typed is no filter, and what the list shows meanwhile.
    fn problem_lines(&self, area: Rect) -> Vec<String> {
        let Some(problem) = self.search.problem() else {
            return Vec::new();
        };
        let cells = usize::from(area.width.saturating_sub(2));
        let mut lines = wrap(&format!("! {problem}"), cells);
        lines.truncate(PROBLEM_LINES_MAX);
        lines.push("The list below still shows the last filter that worked.".to_owned());
        lines
    }

    pub(super) fn grid_height(&self, area: Rect) -> usize {
        usize::from(self.areas(area).grid.height.saturating_sub(1))
    }

    /// The area in which the detail scrolls: under its heading.
    fn detail_area(&self, area: Rect) -> Rect {
        let whole = if self.focus == Focus::Page {
            area
        } else {
            self.areas(area).pane
        };
        detail::inside(whole)
    }

    pub(super) fn detail_height(&self, area: Rect) -> usize {
        usize::from(self.detail_area(area).height)
    }

    /// The lines of the detail, and at which of them the timeline begins.
    pub(super) fn lines_of_detail(&self, area: Rect, look: &Look<'_>) -> (Vec<Line>, usize) {
        let width = self.detail_area(area).width;
        match &self.detail {
            Some(detail) if self.focus == Focus::Page => detail.long(width, look),
            Some(detail) => (detail.short(width, look), 0),
            None => (Vec::new(), 0),
        }
    }

    pub(super) fn draw_in(&self, frame: &mut Frame<'_>, area: Rect, look: &Look<'_>) {
        if self.focus == Focus::Page {
            self.draw_page(frame, area, look);
            return;
        }
        if let Some(refusal) = &self.refused {
            refusal.draw(frame, area, self.takes_text(), look);
            return;
        }
        let areas = self.areas(area);
        self.draw_filter(frame, areas.filter, look);
        for (index, line) in self.problem_lines(area).iter().enumerate() {
            let at = row(areas.problem, index);
            look.put(frame.buffer_mut(), at, &format!(" {line}"), Role::Error);
        }
        self.draw_grid(frame, areas.grid, look);
        if !areas.pane.is_empty() {
            self.draw_pane(frame, areas.pane, look);
        }
        self.draw_marks(frame, areas.marks, look);
    }

    fn draw_marks(&self, frame: &mut Frame<'_>, at: Rect, look: &Look<'_>) {
        if at.is_empty() {
            return;
        }
        if self.mark_line.is_some() {
            self.draw_mark_line(frame, at, look);
            return;
        }
        let text = match self.range_rows() {
            Some(rows) => {
                let rows = count_of(i64::try_from(rows.len()).unwrap_or(0), "row", "rows");
                format!(" RANGE of {rows}: move on, Esc keeps it marked")
            }
            None if self.range.is_some() => " RANGE: move on, Esc keeps it marked".to_owned(),
            None => format!(" {}", self.marks.words(self.hidden)),
        };
        let hint = "M:only these  U:unmark all ";
        let x = look.put(frame.buffer_mut(), at, &text, Role::Marked);
        let rest = Rect {
            x,
            width: at.right().saturating_sub(x),
            ..at
        };
        if self.range.is_none() && usize::from(rest.width) > hint.len() {
            look.put_right(frame.buffer_mut(), rest, hint, Role::Muted);
        }
    }

    fn draw_mark_line(&self, frame: &mut Frame<'_>, at: Rect, look: &Look<'_>) {
        let Some(line) = &self.mark_line else {
            return;
        };
        if let Some(problem) = &line.problem {
            let text = format!(" ! {problem}");
            look.put(frame.buffer_mut(), row(at, 0), &text, Role::Error);
        }
        let at = row(at, usize::from(at.height.saturating_sub(1)));
        let count = match line.count {
            Some(count) if line.problem.is_none() => format!(" {} match ", words(count)),
            _ => String::new(),
        };
        let start = look.put_right(frame.buffer_mut(), at, &count, Role::Text);
        let prompt = match line.deed {
            Deed::Unmark => " Unmark all that match> ",
            _ => " Mark all that match> ",
        };
        let x = look.put(frame.buffer_mut(), at, prompt, Role::Muted);
        let place = Rect {
            x,
            width: start.saturating_sub(x),
            ..at
        };
        line.field
            .draw_in(frame, place, true, Role::FieldFocused, look);
    }

    fn draw_filter(&self, frame: &mut Frame<'_>, at: Rect, look: &Look<'_>) {
        let count = self.count_words();
        let start = look.put_right(frame.buffer_mut(), at, &format!(" {count} "), Role::Text);
        let mut x = at.x;
        if let Some(view) = self.view_words() {
            x = look.put(frame.buffer_mut(), at, " View: ", Role::Muted);
            let rest = Rect {
                x,
                width: start.saturating_sub(x),
                ..at
            };
            x = look.put(frame.buffer_mut(), rest, &format!("{view} "), Role::Heading);
        }
        let rest = Rect {
            x,
            width: start.saturating_sub(x),
            ..at
        };
        let x = look.put(frame.buffer_mut(), rest, " Filter> ", Role::Muted);
        let place = Rect {
            x,
            width: start.saturating_sub(x),
            ..at
        };
        let focused = self.focus == Focus::Filter;
        let role = if focused {
            Role::FieldFocused
        } else {
            Role::Text
        };
        if !focused && self.search.field.value().is_empty() {
            look.put(frame.buffer_mut(), place, "all users", Role::Muted);
        } else {
            self.search.field.draw_in(frame, place, focused, role, look);
        }
    }

    fn count_words(&self) -> String {
        match (self.found, self.all) {
            (Some(found), Some(all)) => format!("{} of {}", words(found), words(all)),
            (Some(found), None) => words(found),
            (None, _) => String::new(),
        }
    }

    fn draw_grid(&self, frame: &mut Frame<'_>, area: Rect, look: &Look<'_>) {
        let filter = self.search.applied();
        let columns = columns::columns(&self.layout, filter, self.sort);
        let range = self.range_rows().unwrap_or_default();
        let drawing = Drawing {
            cell: &|user: &UserRow, index| match self.layout.get(index) {
                Some(column) => cell(user, *column, &self.organization, look),
                None => String::new(),
            },
            marked: &|user: &UserRow| {
                self.marks.contains(user.id, filter) || range.iter().any(|row| row.id == user.id)
            },
            flag: &|_| ' ',
            sort: column_of(&self.layout, self.sort).map(|column| (column, self.descending)),
            focused: self.focus == Focus::Grid,
        };
        self.grid.draw(frame, area, &columns, &drawing, look);
        if self.grid.rows().is_empty() {
            let text = if !self.grid.is_loaded() {
                "    loading ..."
            } else if filter.trim().is_empty() {
                "    There are no users that you may see."
            } else {
                "    Nobody matches this filter.  / changes it, Ctrl-u in it shows all."
            };
            look.put(frame.buffer_mut(), row(area, 2), text, Role::Muted);
        }
    }

    fn heading(&self) -> String {
        match self.one() {
            Some((_, name)) => name,
            None => self
                .detail
                .as_ref()
                .map(|detail| detail.user.username.clone())
                .unwrap_or_default(),
        }
    }

    fn draw_pane(&self, frame: &mut Frame<'_>, area: Rect, look: &Look<'_>) {
        let current = self.grid.current().map(|row| row.id);
        match self
            .detail
            .as_ref()
            .filter(|detail| Some(detail.user.id) == current)
        {
            Some(detail) => {
                if self.focus == Focus::Pane {
                    look.place_cursor(frame, area.x, area.y + 1);
                }
                let lines = detail.short(area.width, look);
                detail::draw(frame, area, &self.heading(), &lines, self.walk, false, look);
            }
            None if current.is_some() => detail::draw_loading(frame, area, &self.heading(), look),
            None => {}
        }
    }

    fn draw_page(&self, frame: &mut Frame<'_>, area: Rect, look: &Look<'_>) {
        let heading = format!("User {}", self.heading());
        let shown = self.detail.as_ref();
        let Some(detail) = shown.filter(|detail| Some(detail.user.id) == self.paged) else {
            detail::draw_loading(frame, area, &heading, look);
            return;
        };
        let (lines, _) = detail.long(area.width, look);
        detail::draw(frame, area, &heading, &lines, self.walk, true, look);
    }
}

/// `1,204`, `10,000+`.
pub(super) fn words(count: Count) -> String {
    let plus = if count.capped { "+" } else { "" };
    format!("{}{plus}", thousands(count.number))
}
