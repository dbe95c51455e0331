//! A window over rows that are fetched page by page: keeps some around the cursor, never all.

use super::columns::{Column, Placed, place};
use crate::domain::text;
use crate::service::users::{Cursor, Page as PageRequest};
use crate::tui::actions::ActionId;
use crate::tui::look::{Look, indented, row};
use crate::tui::theme::Role;
use ratatui::Frame;
use ratatui::layout::{Position, Rect};
use std::cell::Cell;
use std::hash::Hash;

/// Rows asked for at a time.
pub const PAGE_ROWS: u32 = 100;

/// More rows than this are not kept.
const WINDOW_ROWS_MAX: usize = 500;

/// Closer to an edge than this, the next page is asked for.
const EDGE_ROWS: usize = 50;

/// Cursor, mark, flag, space.
pub const GUTTER: u16 = 4;

/// What a grid shows in its rows.
pub trait Row {
    type Id: Copy + Eq + Hash;

    fn id(&self) -> Self::Id;

    /// Whether another version of the same record looks different.
    fn differs(&self, other: &Self) -> bool;
}

/// A page that the grid needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    First,
    Last,
    Before,
    After,
    /// The same rows once more, because something changed.
    Same,
}

/// Rows as they come from the service.
#[derive(Clone, Debug)]
pub struct Page<R> {
    pub rows: Vec<R>,
    pub more_before: bool,
    pub more_after: bool,
}

#[derive(Clone, Debug)]
pub struct Grid<R: Row> {
    rows: Vec<R>,
    /// Rows that somebody else changed while they were on the screen.
    news: Vec<R::Id>,
    cursor: usize,
    top: usize,
    more_before: bool,
    more_after: bool,
    /// The column that sorting acts on.
    pub column: usize,
    loaded: bool,
    /// Where the rows were drawn last: what is clicked on is what was seen.
    drawn: Cell<Rect>,
}

impl<R: Row> Default for Grid<R> {
    fn default() -> Self {
        Self {
            rows: Vec::new(),
            news: Vec::new(),
            cursor: 0,
            top: 0,
            more_before: false,
            more_after: false,
            column: 0,
            loaded: false,
            drawn: Cell::default(),
        }
    }
}

impl<R: Row> Grid<R> {
    #[must_use]
    pub fn rows(&self) -> &[R] {
        &self.rows
    }

    #[must_use]
    pub fn current(&self) -> Option<&R> {
        self.rows.get(self.cursor)
    }

    /// Whether there are rows before the window.
    #[must_use]
    pub const fn has_before(&self) -> bool {
        self.more_before
    }

    /// Whether rows ever came.
    #[must_use]
    pub const fn is_loaded(&self) -> bool {
        self.loaded
    }

    /// Whether the very first row is in sight.
    #[must_use]
    pub const fn is_at_top(&self) -> bool {
        !self.more_before && self.top == 0
    }

    /// Brings the first rows of the window into sight, as far as the cursor lets them.
    pub const fn show_top(&mut self) {
        self.top = 0;
    }

    /// Moves the cursor. Returns the page that is needed for it or will be needed soon.
    pub fn go(&mut self, motion: ActionId, height: usize) -> Option<Wish> {
        self.news.clear();
        let last = self.rows.len().saturating_sub(1);
        let page = height.saturating_sub(1).max(1);
        let half = (height / 2).max(1);
        match motion {
            ActionId::Up => self.cursor = self.cursor.saturating_sub(1),
            ActionId::Down => self.cursor = (self.cursor + 1).min(last),
            ActionId::PageUp => self.turn_back(page),
            ActionId::PageDown => self.turn(page, last),
            ActionId::HalfPageUp => self.turn_back(half),
            ActionId::HalfPageDown => self.turn(half, last),
            ActionId::First if self.more_before => return Some(Wish::First),
            ActionId::Last if self.more_after => return Some(Wish::Last),
            ActionId::First => self.cursor = 0,
            ActionId::Last => self.cursor = last,
            _ => return None,
        }
        self.keep_in_sight(height);
        self.wish_near_the_edge()
    }

    /// A page moves the window with the cursor, so that the eye finds it on the same line.
    fn turn(&mut self, step: usize, last: usize) {
        self.cursor = (self.cursor + step).min(last);
        self.top += step;
    }

    fn turn_back(&mut self, step: usize) {
        self.cursor = self.cursor.saturating_sub(step);
        self.top = self.top.saturating_sub(step);
    }

    fn wish_near_the_edge(&self) -> Option<Wish> {
        if self.more_after && self.cursor + EDGE_ROWS >= self.rows.len() {
            Some(Wish::After)
        } else if self.more_before && self.cursor < EDGE_ROWS {
            Some(Wish::Before)
        } else {
            None
        }
    }

    fn keep_in_sight(&mut self, height: usize) {
        self.top = self.visible_top(height);
    }

    /// The first row on the screen: the remembered one, moved only as far as the cursor needs it.
    fn visible_top(&self, height: usize) -> usize {
        let height = height.max(1);
        let lowest = self.rows.len().saturating_sub(height);
        self.top
            .min(lowest)
            .min(self.cursor)
            .max((self.cursor + 1).saturating_sub(height))
    }

    /// What to ask for where the list comes in pages by key, and how many rows.
    pub fn request(&self, wish: Wish, cursor: impl Fn(&R) -> Option<Cursor>) -> (PageRequest, u32) {
        let first = self.rows.first().and_then(&cursor);
        let last = self.rows.last().and_then(&cursor);
        let as_many = u32::try_from(self.rows.len())
            .unwrap_or(PAGE_ROWS)
            .max(PAGE_ROWS);
        match (wish, first, last) {
            (Wish::Last, _, _) => (PageRequest::Last, PAGE_ROWS),
            (Wish::After, _, Some(last)) => (PageRequest::After(last), PAGE_ROWS),
            (Wish::Before, Some(first), _) => (PageRequest::Before(first), PAGE_ROWS),
            (Wish::Same, Some(first), _) if self.more_before => (PageRequest::From(first), as_many),
            (Wish::Same, _, _) => (PageRequest::First, as_many),
            _ => (PageRequest::First, PAGE_ROWS),
        }
    }

    /// Takes a page in. What the cursor stood on it stands on again, if it is still there.
    pub fn take(&mut self, wish: Wish, page: Page<R>) {
        self.loaded = true;
        match wish {
            Wish::First => self.replace(page, 0),
            Wish::Last => {
                let last = page.rows.len().saturating_sub(1);
                self.replace(page, last);
                self.top = last;
            }
            Wish::Same => self.refresh(page),
            Wish::After => self.append(page),
            Wish::Before => self.prepend(page),
        }
    }

    fn replace(&mut self, page: Page<R>, cursor: usize) {
        self.news.clear();
        self.rows = page.rows;
        self.more_before = page.more_before;
        self.more_after = page.more_after;
        self.cursor = cursor.min(self.rows.len().saturating_sub(1));
        self.top = 0;
    }

    fn refresh(&mut self, page: Page<R>) {
        let id = self.current().map(Row::id);
        let line = self.cursor.saturating_sub(self.top);
        let found = id.and_then(|id| page.rows.iter().position(|row| row.id() == id));
        let cursor = found.unwrap_or(self.cursor);
        let news = page
            .rows
            .iter()
            .filter(|new| {
                self.rows
                    .iter()
                    .any(|old| old.id() == new.id() && old.differs(new))
            })
            .map(Row::id)
            .collect();
        self.replace(page, cursor);
        self.news = news;
        self.top = self.cursor.saturating_sub(line);
    }

    fn append(&mut self, page: Page<R>) {
        self.more_after = page.more_after;
        self.rows.extend(page.rows);
        let surplus = self
            .rows
            .len()
            .saturating_sub(WINDOW_ROWS_MAX)
            .min(self.cursor);
        if surplus > 0 {
            self.rows.drain(..surplus);
            self.more_before = true;
            self.cursor -= surplus;
            self.top = self.top.saturating_sub(surplus);
        }
    }

    fn prepend(&mut self, page: Page<R>) {
        let added = page.rows.len();
        self.more_before = page.more_before;
        self.rows.splice(..0, page.rows);
        self.cursor += added;
        self.top += added;
        if self.rows.len() > WINDOW_ROWS_MAX && self.cursor < WINDOW_ROWS_MAX {
            self.rows.truncate(WINDOW_ROWS_MAX);
            self.more_after = true;
        }
    }

    /// Puts the cursor on a record, if it is among the rows.
    pub fn find(&mut self, id: R::Id) -> bool {
        let found = self.rows.iter().position(|row| row.id() == id);
        if let Some(index) = found {
            self.cursor = index;
        }
        found.is_some()
    }

    /// Puts the cursor on the row that was drawn there, if there is one.
    pub fn click(&mut self, at: Position) -> bool {
        let rows = self.drawn.get();
        let line = usize::from(at.y.saturating_sub(rows.y));
        let row = self.visible_top(usize::from(rows.height)) + line;
        let hit = rows.contains(at) && row < self.rows.len();
        if hit {
            self.news.clear();
            self.keep_in_sight(usize::from(rows.height));
            self.cursor = row;
        }
        hit
    }

    /// Draws the heading and the rows.
    pub fn draw(
        &self,
        frame: &mut Frame<'_>,
        area: Rect,
        columns: &[Column],
        drawing: &Drawing<'_, R>,
        look: &Look<'_>,
    ) {
        let room = area.width.saturating_sub(GUTTER);
        let mut columns = columns.to_vec();
        if let Some(column) = columns.get_mut(self.column) {
            // What the column cursor stands on is always in sight.
            column.expendable = 0;
        }
        let columns = columns.as_slice();
        let placed = place(columns, area.x + GUTTER.min(area.width), room);
        self.draw_heading(frame, row(area, 0), columns, &placed, drawing.sort, look);
        let rows = Rect {
            y: area.y + 1,
            height: area.height.saturating_sub(1),
            ..area
        };
        self.drawn.set(rows);
        let height = usize::from(rows.height);
        let top = self.visible_top(height);
        for (line, (index, shown)) in self
            .rows
            .iter()
            .enumerate()
            .skip(top)
            .take(height)
            .enumerate()
        {
            let at = row(rows, line);
            let on_cursor = index == self.cursor;
            if on_cursor && drawing.focused {
                look.place_cursor(frame, at.x, at.y);
            }
            self.draw_row(frame, at, shown, on_cursor, &placed, drawing, look);
        }
    }

    fn draw_heading(
        &self,
        frame: &mut Frame<'_>,
        at: Rect,
        columns: &[Column],
        placed: &[Placed],
        sort: Option<(usize, bool)>,
        look: &Look<'_>,
    ) {
        for place in placed {
            let title = columns.get(place.index).map_or("", |column| column.title);
            let cells = usize::from(place.width);
            let title = match sort {
                Some((index, descending)) if index == place.index => {
                    let arrow = if descending {
                        look.glyphs.descending()
                    } else {
                        look.glyphs.ascending()
                    };
                    // Where the column is as wide as its title the arrow takes its last cell.
                    let gap = if title.len() + 2 <= cells { " " } else { "" };
                    format!(
                        "{}{gap}{arrow}",
                        text::fit(title, cells.saturating_sub(1), "")
                    )
                }
                _ => title.to_owned(),
            };
            let role = if place.index == self.column {
                Role::FieldFocused
            } else {
                Role::Heading
            };
            let cell = Rect {
                x: place.x,
                width: place.width,
                ..at
            };
            look.put(frame.buffer_mut(), cell, &title, role);
        }
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "one row is what all of these say"
    )]
    fn draw_row(
        &self,
        frame: &mut Frame<'_>,
        at: Rect,
        shown: &R,
        on_cursor: bool,
        placed: &[Placed],
        drawing: &Drawing<'_, R>,
        look: &Look<'_>,
    ) {
        let marked = (drawing.marked)(shown);
        let cursor_role = if drawing.focused {
            Role::CursorRow
        } else {
            Role::Heading
        };
        let role = match (on_cursor, marked) {
            (true, _) => cursor_role,
            (false, true) => Role::Marked,
            (false, false) => Role::Text,
        };
        let style = look.style(role);
        let flag = if self.news.contains(&shown.id()) {
            '~'
        } else {
            (drawing.flag)(shown)
        };
        let gutter = format!(
            "{}{}{flag} ",
            if on_cursor { '>' } else { ' ' },
            if marked { 'x' } else { ' ' },
        );
        let buffer = frame.buffer_mut();
        if on_cursor {
            buffer.set_style(at, style);
        }
        look.put_styled(buffer, at, &gutter, style);
        for place in placed {
            let cell = Rect {
                x: place.x,
                width: place.width,
                ..indented(at, GUTTER)
            };
            look.put_styled(buffer, cell, &(drawing.cell)(shown, place.index), style);
        }
    }
}

/// What a screen adds to the rows of its grid.
pub struct Drawing<'a, R> {
    pub cell: &'a dyn Fn(&R, usize) -> String,
    pub marked: &'a dyn Fn(&R) -> bool,
    pub flag: &'a dyn Fn(&R) -> char,
    /// The column that sorts, and whether from large to small.
    pub sort: Option<(usize, bool)>,
    /// Whether the grid has the keys, and not a field or pane beside it.
    pub focused: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Clone, Copy, Debug)]
    struct Number(i64, i64);

    impl Row for Number {
        type Id = i64;

        fn id(&self) -> i64 {
            self.0
        }

        fn differs(&self, other: &Self) -> bool {
            self.1 != other.1
        }
    }

    fn page(numbers: std::ops::Range<i64>, before: bool, after: bool) -> Page<Number> {
        Page {
            rows: numbers.map(|number| Number(number, 0)).collect(),
            more_before: before,
            more_after: after,
        }
    }

    fn at(grid: &Grid<Number>) -> i64 {
        grid.current().unwrap().0
    }

    #[test]
    fn asks_for_more_before_the_edge() {
        let mut grid = Grid::default();
        grid.take(Wish::First, page(0..100, false, true));
        for _ in 0..49 {
            assert_eq!(grid.go(ActionId::Down, 20), None);
        }
        assert_eq!(grid.go(ActionId::Down, 20), Some(Wish::After));
        grid.take(Wish::After, page(100..200, true, true));
        assert_eq!(at(&grid), 50);
        assert_eq!(grid.go(ActionId::Down, 20), None);
    }

    #[test]
    fn the_window_never_grows_beyond_its_limit() {
        let mut grid = Grid::default();
        grid.take(Wish::First, page(0..100, false, true));
        let mut next = 100;
        for _ in 0..2_000 {
            if grid.go(ActionId::Down, 20) == Some(Wish::After) {
                grid.take(Wish::After, page(next..next + 100, true, true));
                next += 100;
            }
        }
        assert_eq!(at(&grid), 2_000);
        assert!(grid.rows().len() <= WINDOW_ROWS_MAX);
        let mut wish = None;
        while wish.is_none() {
            wish = grid.go(ActionId::Up, 20);
        }
        assert_eq!(wish, Some(Wish::Before));
        let first = grid.rows()[0].0;
        let cursor = at(&grid);
        grid.take(Wish::Before, page(first - 100..first, true, true));
        assert_eq!(at(&grid), cursor);
        assert!(grid.rows().len() <= WINDOW_ROWS_MAX);
    }

    #[test]
    fn home_and_end_ask_where_the_window_does_not_reach() {
        let mut grid = Grid::default();
        grid.take(Wish::First, page(0..100, false, true));
        assert_eq!(grid.go(ActionId::Last, 20), Some(Wish::Last));
        grid.take(Wish::Last, page(900..1_000, true, false));
        assert_eq!(at(&grid), 999);
        assert_eq!(grid.visible_top(20), 80);
        assert_eq!(grid.go(ActionId::First, 20), Some(Wish::First));
        grid.take(Wish::First, page(0..100, false, true));
        assert_eq!(at(&grid), 0);
    }

    #[test]
    fn the_cursor_stays_on_its_record_when_rows_come_and_go() {
        let mut grid = Grid::default();
        grid.take(Wish::First, page(0..30, false, false));
        for _ in 0..10 {
            grid.go(ActionId::Down, 20);
        }
        let mut fresh = page(-2..30, false, false);
        fresh.rows[12].1 = 7;
        grid.take(Wish::Same, fresh);
        assert_eq!(at(&grid), 10);
        assert_eq!(grid.news, [10]);
        grid.take(Wish::Same, page(11..30, false, false));
        assert_eq!(at(&grid), 23);
    }

    #[test]
    fn a_page_keeps_the_cursor_on_its_line() {
        let mut grid = Grid::default();
        grid.take(Wish::First, page(0..100, false, false));
        for _ in 0..5 {
            grid.go(ActionId::Down, 20);
        }
        grid.go(ActionId::PageDown, 20);
        assert_eq!((at(&grid), grid.top), (24, 19));
        grid.go(ActionId::PageUp, 20);
        assert_eq!((at(&grid), grid.top), (5, 0));
        grid.go(ActionId::Last, 20);
        assert_eq!((at(&grid), grid.top), (99, 80));
    }

    #[test]
    fn an_empty_list_can_be_walked() {
        let mut grid: Grid<Number> = Grid::default();
        grid.take(Wish::First, page(0..0, false, false));
        for motion in crate::tui::actions::MOVES {
            assert_eq!(grid.go(*motion, 20), None);
        }
        assert!(grid.current().is_none());
    }
}
