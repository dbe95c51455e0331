//! How the audit is drawn: filter line and grid, or one entry.

use super::columns::{COLUMNS, cell};
use super::{AuditScreen, Focus, entry};
use crate::service::audit::AuditEntry;
use crate::tui::look::{Look, indented, row, thousands};
use crate::tui::screen::Screen as _;
use crate::tui::screens::filter_line::{FilterLine, draw_problem, problem_lines};
use crate::tui::theme::Role;
use crate::tui::widgets::detail::{self, Line};
use crate::tui::widgets::grid::Drawing;
use ratatui::Frame;
use ratatui::layout::Rect;

impl AuditScreen {
    /// The filter line, why it is none, and the grid.
    fn areas(&self, area: Rect) -> (Rect, Rect, Rect) {
        let lines = problem_lines(&self.search, area.width).len();
        let problem = u16::try_from(lines).unwrap_or(0);
        let strip = |y: u16, height: u16| {
            Rect {
                y: area.y + y,
                height,
                ..area
            }
            .intersection(area)
        };
        let rest = area.height.saturating_sub(1 + problem);
        (strip(0, 1), strip(1, problem), strip(1 + problem, rest))
    }

    pub(super) fn grid_height(&self, area: Rect) -> usize {
        usize::from(self.areas(area).2.height.saturating_sub(1))
    }

    pub(super) fn entry_height(area: Rect) -> usize {
        usize::from(detail::inside(area).height)
    }

    pub(super) fn lines_of_entry(&self, area: Rect, look: &Look<'_>) -> Vec<Line> {
        self.entry
            .as_ref()
            .map(|entry| entry::lines(entry, area.width, look))
            .unwrap_or_default()
    }

    pub(super) fn draw_in(&self, frame: &mut Frame<'_>, area: Rect, look: &Look<'_>) {
        if let (Focus::Page, Some(sequence)) = (self.focus, self.paged) {
            self.draw_page(frame, area, sequence, look);
            return;
        }
        if let Some(refusal) = &self.refused {
            refusal.draw(frame, area, self.takes_text(), look);
            return;
        }
        let (line, problem, grid) = self.areas(area);
        let filter = FilterLine {
            search: &self.search,
            focused: self.focus == Focus::Filter,
            all: "all entries, newest first",
            right: &self.newer_words(),
        };
        filter.draw(frame, line, look);
        draw_problem(
            frame,
            problem,
            &problem_lines(&self.search, area.width),
            look,
        );
        self.draw_grid(frame, grid, look);
    }

    fn draw_grid(&self, frame: &mut Frame<'_>, area: Rect, look: &Look<'_>) {
        let drawing = Drawing {
            cell: &|entry: &AuditEntry, column| cell(entry, column, look),
            marked: &|_| false,
            flag: &|entry: &AuditEntry| match entry.outcome.as_str() {
                "done" => ' ',
                _ if entry.is_trifle() => ' ',
                _ => '!',
            },
            sort: None,
            focused: self.focus == Focus::Grid,
        };
        self.grid.draw(frame, area, COLUMNS, &drawing, look);
        if !self.grid.rows().is_empty() {
            return;
        }
        let text = match self.stopped_at {
            _ if !self.grid.is_loaded() => "loading ...".to_owned(),
            Some(sequence) => format!(
                "No entry down to number {} has these words. Down looks further back.",
                thousands(sequence)
            ),
            None if self.search.applied().trim().is_empty() => {
                "Nothing was written down yet that you may see.".to_owned()
            }
            None => {
                "No entry matches this filter.  / changes it, Ctrl-u in it shows all.".to_owned()
            }
        };
        look.put(
            frame.buffer_mut(),
            indented(row(area, 2), 4),
            &text,
            Role::Muted,
        );
    }

    fn draw_page(&self, frame: &mut Frame<'_>, area: Rect, sequence: i64, look: &Look<'_>) {
        let heading = format!("Audit entry {sequence}");
        if self.entry.is_none() {
            detail::draw_loading(frame, area, &heading, look);
            return;
        }
        let lines = self.lines_of_entry(area, look);
        detail::draw(frame, area, &heading, &lines, self.walk, true, look);
    }
}
