//! Tables without lines, which fit into the terminal that they go to.

use crate::domain::text;
use comfy_table::presets::NOTHING;
use comfy_table::{ColumnConstraint, ContentArrangement, Table, Width};
use rustix::termios::tcgetwinsize;
use std::io::{self, IsTerminal as _};

/// Blank cells behind a column; those behind the last one are left out.
const PADDING: u16 = 2;

/// No column that has more to say is narrower.
const COLUMN_LEAST: u16 = 8;

/// The cells in a line of the terminal that answers go to. Where they go elsewhere a line has no end, and nothing is
/// broken into several.
pub fn terminal_cells() -> Option<u16> {
    let out = io::stdout();
    let size = out.is_terminal().then(|| tcgetwinsize(&out).ok())??;
    Some(size.ws_col).filter(|cells| *cells > 0)
}

pub fn plain_table() -> Table {
    let mut table = Table::new();
    table.load_style(NOTHING);
    table
}

/// Makes columns as wide as they were in the part of the list before this one, unless they don't fit side by side: then each
/// part is arranged by itself.
pub fn widen(table: &mut Table, before: &[u16], cells: Option<u16>) {
    if !fits(before, cells) {
        return;
    }
    for (index, width) in before.iter().enumerate() {
        at_least(table, index, *width);
    }
}

/// The lines of a table. What is too long for so many cells goes on in the next line of its column.
pub fn text_of(mut table: Table, cells: Option<u16>) -> String {
    for column in table.column_iter_mut() {
        column.set_padding((0, PADDING));
    }
    if let Some(cells) = cells {
        if !fits(&table.column_max_content_widths(), Some(cells)) {
            keep_words(&mut table, cells);
        }
        table.set_content_arrangement(ContentArrangement::Dynamic);
        table.set_width(cells.saturating_add(PADDING));
    }
    table.trim_fmt()
}

fn fits(widths: &[u16], cells: Option<u16>) -> bool {
    let all = widths
        .iter()
        .fold(0, |all: u16, width| all.saturating_add(width + PADDING));
    cells.is_none_or(|cells| all <= cells.saturating_add(PADDING))
}

fn at_least(table: &mut Table, index: usize, width: u16) {
    if let Some(column) = table.column_mut(index) {
        let padded = Width::Fixed(width + PADDING);
        column.set_constraint(ColumnConstraint::LowerBoundary(padded));
    }
}

/// Leaves words whole as far as there is room, those of the narrow columns first: without that all columns get the same,
/// and a date is broken for the sake of a description.
fn keep_words(table: &mut Table, cells: u16) {
    let longest = |index: usize| {
        let texts = table.column_cells_with_header_iter(index).flatten();
        let words = texts.map(|cell| {
            let text = cell.content();
            text.split(' ').map(text::width).max().unwrap_or(0)
        });
        u16::try_from(words.max().unwrap_or(0)).unwrap_or(u16::MAX)
    };
    let number = table.column_iter().count();
    let mut columns: Vec<(usize, u16)> = (0..number).map(|index| (index, longest(index))).collect();
    columns.sort_by_key(|(_, width)| *width);
    let mut left = u16::try_from(number).unwrap_or(u16::MAX);
    let mut room = cells.saturating_sub(left.saturating_sub(1).saturating_mul(PADDING));
    for (index, width) in columns {
        left = left.saturating_sub(1);
        if width.saturating_add(left.saturating_mul(COLUMN_LEAST)) > room {
            break;
        }
        room -= width;
        at_least(table, index, width);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn people() -> Table {
        let mut table = plain_table();
        table.set_header(["USERNAME", "EMAIL", "SINCE"]);
        table.add_row(["bob", "bob.baumeister@example.com", "2026-11-22 15:02 CET"]);
        table
    }

    #[test]
    fn a_table_for_no_terminal_is_as_wide_as_it_is() {
        assert_eq!(
            text_of(people(), None),
            "USERNAME  EMAIL                       SINCE\n\
             bob       bob.baumeister@example.com  2026-11-22 15:02 CET"
        );
        assert_eq!(text_of(people(), Some(58)), text_of(people(), None));
    }

    #[test]
    fn what_does_not_fit_goes_on_below_and_short_words_stay_whole() {
        assert_eq!(
            text_of(people(), Some(40)),
            "USERNAME  EMAIL               SINCE\n\
             bob       bob.baumeister@exa  2026-11-22\n          \
             mple.com            15:02 CET"
        );
    }
}
