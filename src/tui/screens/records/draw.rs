//! How a list of records is drawn: filter line, grid, pane or page.

use super::{Focus, Kind, RecordsScreen};
use crate::tui::look::{Look, row, thousands};
use crate::tui::screen::Screen as _;
use crate::tui::theme::Role;
use crate::tui::widgets::detail::{self, Line};
use crate::tui::widgets::grid::Drawing;
use ratatui::Frame;
use ratatui::layout::Rect;

/// Where things are.
#[derive(Clone, Copy, Debug)]
struct Areas {
    filter: Rect,
    grid: Rect,
    /// Empty where no pane is shown.
    pane: Rect,
}

impl<K: Kind> RecordsScreen<K> {
    fn areas(&self, area: Rect) -> Areas {
        let body = Rect {
            y: area.y + 1,
            height: area.height.saturating_sub(1),
            ..area
        };
        let (grid, pane) = detail::split(body, self.pane);
        Areas {
            filter: row(area, 0),
            grid,
            pane,
        }
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

    pub(super) fn lines_of_detail(&self, area: Rect, look: &Look<'_>) -> Vec<Line> {
        let width = self.detail_area(area).width;
        match self.shown() {
            Some(detail) if self.focus == Focus::Page => K::long(detail, width, look),
            Some(detail) => K::short(detail, width, look),
            None => Vec::new(),
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
        self.draw_grid(frame, areas.grid, look);
        if !areas.pane.is_empty() {
            self.draw_pane(frame, areas.pane, look);
        }
    }

    fn draw_filter(&self, frame: &mut Frame<'_>, at: Rect, look: &Look<'_>) {
        let count = format!(" {} ", self.count_words());
        let start = look.put_right(frame.buffer_mut(), at, &count, Role::Text);
        let x = look.put(frame.buffer_mut(), at, " Filter> ", Role::Muted);
        let place = Rect {
            x,
            width: start.saturating_sub(x),
            ..at
        };
        let focused = self.focus == Focus::Filter;
        if !focused && self.search.field.value().is_empty() {
            let all = format!("all {}", K::MANY);
            look.put(frame.buffer_mut(), place, &all, Role::Muted);
            return;
        }
        let role = if focused {
            Role::FieldFocused
        } else {
            Role::Text
        };
        self.search.field.draw_in(frame, place, focused, role, look);
    }

    fn count_words(&self) -> String {
        if !self.grid.is_loaded() {
            return String::new();
        }
        let number = |number: usize| thousands(i64::try_from(number).unwrap_or(i64::MAX));
        let plus = if self.more { "+" } else { "" };
        let shown = format!("{}{plus}", number(self.grid.rows().len()));
        match self.all {
            Some(all) if !self.more => format!("{shown} of {}", number(all)),
            _ => shown,
        }
    }

    fn draw_grid(&self, frame: &mut Frame<'_>, area: Rect, look: &Look<'_>) {
        let drawing = Drawing {
            cell: &K::cell,
            marked: &|_| false,
            flag: &|_| ' ',
            sort: Some(self.sort),
            focused: self.focus == Focus::Grid,
        };
        self.grid.draw(frame, area, K::COLUMNS, &drawing, look);
        if !self.grid.rows().is_empty() {
            return;
        }
        let text = if !self.grid.is_loaded() {
            "    loading ...".to_owned()
        } else if self.search.applied().trim().is_empty() {
            format!("    There are no {} that you may see.", K::MANY)
        } else {
            format!(
                "    No {} has these words.  / changes them, Ctrl-u in it shows all.",
                K::ONE
            )
        };
        look.put(frame.buffer_mut(), row(area, 2), &text, Role::Muted);
    }

    fn draw_pane(&self, frame: &mut Frame<'_>, area: Rect, look: &Look<'_>) {
        let Some(one) = self.grid.current().map(K::of_row) else {
            return;
        };
        match self.shown() {
            Some(detail) => {
                if self.focus == Focus::Pane {
                    look.place_cursor(frame, area.x, area.y + 1);
                }
                let lines = K::short(detail, area.width, look);
                detail::draw(frame, area, &one.name, &lines, self.walk, false, look);
            }
            None => detail::draw_loading(frame, area, &one.name, look),
        }
    }

    fn draw_page(&self, frame: &mut Frame<'_>, area: Rect, look: &Look<'_>) {
        let mut letters = K::ONE.chars();
        let first = letters.next().map(|letter| letter.to_ascii_uppercase());
        let word: String = first.into_iter().chain(letters).collect();
        let Some(detail) = self.shown() else {
            detail::draw_loading(frame, area, &word, look);
            return;
        };
        let heading = format!("{word} {}", K::of_detail(detail).full_name());
        let lines = K::long(detail, area.width, look);
        detail::draw(frame, area, &heading, &lines, self.walk, true, look);
    }
}
