//! How the table is drawn: the names of the rows stay, the columns scroll, and the cell under the cursor is told in words.

use super::{Loaded, MatrixView, Reach, cell_words, letter};
use crate::domain::matrix::{Cell, Row};
use crate::domain::text;
use crate::service::roles::EDIT;
use crate::tui::look::{Look, indented, row};
use crate::tui::theme::Role;
use crate::tui::widgets::panel::draw_box;
use ratatui::Frame;
use ratatui::layout::Rect;

/// Cells of a column and of the gap behind it.
const COLUMN_LEAST: usize = 4;
const COLUMN_MOST: usize = 14;
const GAP: usize = 1;

/// Cells of the names at the left.
const NAMES_LEAST: usize = 8;

/// Lines that aren't rows: the titles, a line, the cell in words, and the keys.
const OTHER_LINES: usize = 5;

/// What the letters say.
const SIGNS: &str = " o own  u unit  d division  g organization  a all  - deny";

const KEYS: [&str; 2] = [
    SIGNS,
    " + allow what nobody owns  Space blank  R row  C column",
];

/// What a table is not to be taken for: empty.
const OTHERS_HIDDEN: &str = "The rest is hidden: it needs catalogue:view";

/// Rows that fit into a modal of this area.
pub(super) fn rows_in(area: Rect) -> usize {
    usize::from(area.height.saturating_sub(2)).saturating_sub(OTHER_LINES)
}

/// The same, of the area inside its box.
fn rows_within(inside: Rect) -> usize {
    usize::from(inside.height).saturating_sub(OTHER_LINES)
}

fn column_width(title: &str) -> usize {
    text::width(title).clamp(COLUMN_LEAST, COLUMN_MOST)
}

/// Cells of the names, in a window of so many.
fn names_width(loaded: &Loaded, cells: usize) -> usize {
    let keys = loaded.matrix.rows.iter();
    let widest = keys.map(|row| text::width(&row.resource.key)).max();
    widest
        .unwrap_or(0)
        .clamp(NAMES_LEAST, (cells / 3).max(NAMES_LEAST))
}

impl MatrixView {
    /// The first row and column in sight, so that the cursor is.
    pub(super) fn window(&self, area: Rect) -> (usize, usize) {
        let Some(loaded) = &self.loaded else {
            return (0, 0);
        };
        let (row, column) = self.cursor;
        let top = self
            .from
            .0
            .min(row)
            .max((row + 1).saturating_sub(rows_in(area).max(1)));
        let cells = usize::from(area.width.saturating_sub(2));
        let room = cells.saturating_sub(names_width(loaded, cells) + 3);
        let mut left = self.from.1.min(column);
        let needed = |left: usize| -> usize {
            let shown = loaded.matrix.columns.iter().take(column + 1).skip(left);
            shown.map(|title| column_width(title) + GAP).sum()
        };
        while left < column && needed(left) > room {
            left += 1;
        }
        (top, left)
    }

    pub(super) fn draw_in(&self, frame: &mut Frame<'_>, area: Rect, look: &Look<'_>) {
        let state = match self.changes() {
            _ if self.fixed().is_some() => " (only to look at)".to_owned(),
            0 => String::new(),
            changed => format!("   {changed} changed"),
        };
        let heading = format!("Rights of {}{state}", self.name);
        let inside = draw_box(frame, area, &heading, look);
        let Some(loaded) = &self.loaded else {
            look.put(
                frame.buffer_mut(),
                row(inside, 0),
                " loading ...",
                Role::Muted,
            );
            return;
        };
        let (top, left) = self.window(area);
        let rows = rows_in(area);
        let names = names_width(loaded, usize::from(inside.width));
        let columns = columns_in(loaded, left, inside, names);
        self.draw_titles(frame, inside, loaded, &columns, look);
        for (line, index) in (top..loaded.matrix.rows.len()).take(rows).enumerate() {
            self.draw_row(frame, row(inside, 1 + line), index, names, &columns, look);
        }
        let below = loaded.matrix.rows.len().saturating_sub(top);
        if !loaded.sees_catalogue && below < rows {
            let at = indented(row(inside, 1 + below), 3);
            look.put(frame.buffer_mut(), at, OTHERS_HIDDEN, Role::Warning);
        }
        self.draw_foot(frame, inside, loaded, look);
    }

    fn draw_titles(
        &self,
        frame: &mut Frame<'_>,
        inside: Rect,
        loaded: &Loaded,
        columns: &[(usize, Rect)],
        look: &Look<'_>,
    ) {
        let buffer = frame.buffer_mut();
        for (index, place) in columns {
            let title = loaded.matrix.columns.get(*index).map_or("", String::as_str);
            let at = Rect {
                y: inside.y,
                ..*place
            };
            let role = if *index == self.cursor.1 {
                Role::CursorRow
            } else {
                Role::Heading
            };
            look.put(buffer, at, title, role);
        }
        let (first, last) = (columns.first(), columns.last());
        let hidden_left = first.is_some_and(|(index, _)| *index > 0);
        let hidden_right = last.is_some_and(|(index, _)| index + 1 < loaded.matrix.columns.len());
        let at = row(inside, 0);
        if hidden_left {
            look.put(buffer, indented(at, 1), "<", Role::Heading);
        }
        if hidden_right {
            look.put_right(buffer, at, ">", Role::Heading);
        }
    }

    fn draw_row(
        &self,
        frame: &mut Frame<'_>,
        at: Rect,
        index: usize,
        names: usize,
        columns: &[(usize, Rect)],
        look: &Look<'_>,
    ) {
        let Some(loaded) = &self.loaded else { return };
        let Some(shown) = loaded.matrix.rows.get(index) else {
            return;
        };
        let on_row = index == self.cursor.0;
        let role = if on_row { Role::CursorRow } else { Role::Text };
        let mark = if on_row { '>' } else { ' ' };
        let name = text::pad(&shown.resource.key, names, look.glyphs.ellipsis());
        look.put(frame.buffer_mut(), at, &format!("{mark} {name}"), role);
        for (column, place) in columns {
            let action = loaded
                .matrix
                .columns
                .get(*column)
                .map_or("", String::as_str);
            let (words, role) = cell_text(loaded, shown, action);
            let on_cell = on_row && *column == self.cursor.1;
            let place = Rect { y: at.y, ..*place };
            let role = if on_cell { Role::CursorRow } else { role };
            // Where there is no such action, the cursor is to be seen all the same.
            let words = text::pad(&words, COLUMN_LEAST, "");
            look.put(frame.buffer_mut(), place, &words, role);
            if on_cell {
                look.place_cursor(frame, place.x + 1, place.y);
            }
        }
    }

    fn draw_foot(&self, frame: &mut Frame<'_>, inside: Rect, loaded: &Loaded, look: &Look<'_>) {
        let last = usize::from(inside.height);
        let line = |back: usize| row(inside, last.saturating_sub(back));
        let buffer = frame.buffer_mut();
        let fits = loaded.matrix.rows.len() < rows_within(inside);
        let legend = match &loaded.fixed {
            _ if !loaded.sees_catalogue && !fits => OTHERS_HIDDEN,
            Some(_) => "(a) by a wider rule   + allowed   . nothing",
            None => "(a) by a wider rule   * changed   . nothing",
        };
        look.rule(buffer, line(4), legend);
        let words = match self.reach {
            Reach::Cell => self.cell_in_words(loaded),
            Reach::Row => " The whole row: which letter? Esc leaves it.".to_owned(),
            Reach::Column => " The whole column: which letter? Esc leaves it.".to_owned(),
        };
        look.put(buffer, line(3), &words, Role::Heading);
        match &loaded.fixed {
            Some((_, lack)) => {
                look.put(buffer, line(2), SIGNS, Role::Muted);
                let why = match lack {
                    Some(_) => format!(" Only to look at: setting it needs the right {EDIT}."),
                    None => " Only to look at: it is built in. N in the list copies it.".to_owned(),
                };
                look.put(buffer, line(1), &why, Role::Muted);
            }
            None => {
                for (back, keys) in [2, 1].into_iter().zip(KEYS) {
                    look.put(buffer, line(back), keys, Role::Muted);
                }
            }
        }
    }

    /// ` unlock on user: all, by: allow * on * at all`
    fn cell_in_words(&self, loaded: &Loaded) -> String {
        let matrix = &loaded.matrix;
        let shown = matrix.rows.get(self.cursor.0);
        let action = matrix.columns.get(self.cursor.1);
        let (Some(shown), Some(action)) = (shown, action) else {
            return String::new();
        };
        let key = &shown.resource.key;
        let Some(own) = shown.cell(action) else {
            return format!(" There is no {action} on {key}.");
        };
        let is_nobodys = shown.resource.ownership.is_nobodys();
        let effective = cell_words(matrix.effective(shown, action), is_nobodys);
        match matrix.inherited_from(key, action) {
            Some(rule) if matrix.effective(shown, action) != own => {
                let here = match own {
                    Cell::Blank => String::new(),
                    own => format!("; {} here", cell_words(own, is_nobodys)),
                };
                format!(" {action} on {key}: {effective}, by: {rule}{here}")
            }
            _ => format!(" {action} on {key}: {effective}"),
        }
    }
}

/// The columns that fit, from one on, and where they are.
fn columns_in(loaded: &Loaded, left: usize, inside: Rect, names: usize) -> Vec<(usize, Rect)> {
    let mut columns = Vec::new();
    let mut x = names + 3;
    for (index, title) in loaded.matrix.columns.iter().enumerate().skip(left) {
        let width = column_width(title);
        if x + width > usize::from(inside.width).saturating_sub(1) && !columns.is_empty() {
            break;
        }
        let place = indented(inside, u16::try_from(x).unwrap_or(u16::MAX));
        let width = u16::try_from(width).unwrap_or(u16::MAX).min(place.width);
        columns.push((
            index,
            Rect {
                width,
                height: 1,
                ..place
            },
        ));
        x += usize::from(width) + GAP;
    }
    columns
}

/// ` a `, `(a)` where a wider rule says it, and `*` behind what was changed; blank where there is no such action.
fn cell_text(loaded: &Loaded, shown: &Row, action: &str) -> (String, Role) {
    let Some(own) = shown.cell(action) else {
        return (String::new(), Role::Muted);
    };
    let effective = loaded.matrix.effective(shown, action);
    let is_nobodys = shown.resource.ownership.is_nobodys();
    let sign = letter(effective, is_nobodys);
    let is_changed = shown.is_changed(action);
    let star = if is_changed { "*" } else { " " };
    let text = if effective == own {
        format!(" {sign} {star}")
    } else {
        format!("({sign}){star}")
    };
    let role = match effective {
        _ if is_changed => Role::Marked,
        _ if effective != own => Role::Muted,
        Cell::Blank => Role::Muted,
        Cell::Deny => Role::Danger,
        Cell::Allow(_) => Role::Text,
    };
    (text, role)
}
