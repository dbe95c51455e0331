//! Turns moves, styles and characters into the fewest bytes a terminal needs.

use std::fmt::Write as _;

use ratatui::buffer::Cell;
use unicode_width::UnicodeWidthChar;

use super::colour::Pen;
use super::scroll::{Direction, Shift};

/// The bytes of one frame, and where they leave the terminal's pen and cursor.
#[derive(Debug)]
pub(super) struct Painter {
    bytes: String,
    pen: Pen,
    /// Where the next character would go, as far as that is certain.
    at: Option<(usize, usize)>,
    width: usize,
}

impl Painter {
    /// Nothing is taken for granted about the cursor: between two frames others may have written.
    pub(super) fn new(width: usize) -> Self {
        Self {
            bytes: String::new(),
            pen: Pen::PLAIN,
            at: None,
            width,
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    pub(super) fn pen(&self) -> Pen {
        self.pen
    }

    pub(super) fn at(&self) -> Option<(usize, usize)> {
        self.at
    }

    /// The frame, with the pen put back.
    pub(super) fn finish(mut self) -> String {
        self.set_pen(Pen::PLAIN);
        self.bytes
    }

    pub(super) fn push(&mut self, sequence: &str) {
        self.bytes.push_str(sequence);
    }

    /// Empties a screen of which nothing is known: margins and pen are put back as well.
    pub(super) fn clear(&mut self) {
        // Erasing from the top, because some terminals keep what "erase all" erases as history.
        self.push("\x1b[r\x1b[m\x1b[H\x1b[J");
        self.at = Some((0, 0));
    }

    pub(super) fn move_to(&mut self, x: usize, y: usize) {
        if self.at == Some((x, y)) {
            return;
        }
        let absolute = match (x, y) {
            (0, 0) => "\x1b[H".to_owned(),
            (0, _) => format!("\x1b[{}H", y + 1),
            _ => format!("\x1b[{};{}H", y + 1, x + 1),
        };
        let relative = self.at.and_then(|from| relative_move(from, (x, y)));
        let shortest = relative.filter(|relative| relative.len() <= absolute.len());
        self.push(&shortest.unwrap_or(absolute));
        self.at = Some((x, y));
    }

    pub(super) fn set_pen(&mut self, wanted: Pen) {
        self.pen.change_to(wanted, &mut self.bytes);
        self.pen = wanted;
    }

    /// Prints a cell at the cursor, which must be known.
    pub(super) fn print(&mut self, cell: &Cell, cell_width: usize) {
        if !self.pen.paints(cell) {
            self.set_pen(Pen::of(cell));
        }
        self.push(cell.symbol());
        // At the right edge terminals differ about where the cursor waits.
        self.at = self
            .at
            .map(|(x, y)| (x + cell_width, y))
            .filter(|&(x, _)| x < self.width && has_agreed_width(cell.symbol(), cell_width));
    }

    pub(super) fn erase_line_end(&mut self) {
        self.set_pen(Pen::PLAIN);
        self.push("\x1b[K");
    }

    /// Scrolls by line feeds at the bottom margin, or reverse ones at the top: every terminal
    /// with margins has these two, while the Linux console lacks the sequences made for it.
    pub(super) fn scroll(&mut self, shift: &Shift, height: usize) {
        self.set_pen(Pen::PLAIN);
        let whole_screen = shift.top == 0 && shift.bottom + 1 == height;
        if !whole_screen {
            let _ = write!(self.bytes, "\x1b[{};{}r", shift.top + 1, shift.bottom + 1);
            // Setting the margins sends the cursor home; what doesn't know that must not be misled.
            self.at = None;
        }
        let (edge, feed) = match shift.direction {
            Direction::Up => (shift.bottom, "\n"),
            Direction::Down => (shift.top, "\x1bM"),
        };
        self.move_to_edge(edge);
        self.push(&feed.repeat(shift.lines));
        if !whole_screen {
            self.push("\x1b[r");
            // Dropping the margins sends the cursor home too, but not in every emulator.
            self.at = None;
        }
    }

    /// A line feed would be the shortest way to the next line, but not on the way to a margin.
    fn move_to_edge(&mut self, y: usize) {
        if self.at != Some((0, y)) {
            self.at = None;
        }
        self.move_to(0, y);
    }
}

fn relative_move(from: (usize, usize), to: (usize, usize)) -> Option<String> {
    let ((from_x, from_y), (x, y)) = (from, to);
    if y == from_y && x == from_x + 1 {
        Some("\x1b[C".to_owned())
    } else if y == from_y && x > from_x {
        Some(format!("\x1b[{}C", x - from_x))
    } else if y == from_y && x == 0 {
        Some("\r".to_owned())
    } else if y == from_y + 1 && x == 0 {
        Some("\r\n".to_owned())
    } else {
        None
    }
}

/// Whether terminals can be trusted to advance as far as ratatui thinks. Many add up the widths
/// of the characters, which is something else for joined emoji and variation selectors.
fn has_agreed_width(symbol: &str, cell_width: usize) -> bool {
    symbol.len() == 1
        || cell_width
            == symbol
                .chars()
                .map(|c| c.width().unwrap_or_default())
                .sum::<usize>()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moved(from: (usize, usize), to: (usize, usize)) -> String {
        let mut painter = Painter::new(80);
        painter.at = Some(from);
        painter.move_to(to.0, to.1);
        painter.finish()
    }

    #[test]
    fn the_shortest_move_is_taken() {
        assert_eq!(moved((5, 5), (5, 5)), "");
        assert_eq!(moved((5, 5), (6, 5)), "\x1b[C");
        assert_eq!(moved((5, 5), (30, 5)), "\x1b[25C");
        assert_eq!(moved((5, 5), (0, 5)), "\r");
        assert_eq!(moved((5, 5), (0, 6)), "\r\n");
        assert_eq!(moved((5, 5), (0, 9)), "\x1b[10H");
        assert_eq!(moved((5, 5), (2, 2)), "\x1b[3;3H");
        assert_eq!(moved((5, 5), (0, 0)), "\x1b[H");
    }

    #[test]
    fn the_cursor_is_uncertain_after_the_right_edge_and_after_joined_emoji() {
        let mut painter = Painter::new(10);
        painter.move_to(8, 0);
        painter.print(&Cell::new("a"), 1);
        assert_eq!(painter.at(), Some((9, 0)));
        painter.print(&Cell::new("b"), 1);
        assert_eq!(painter.at(), None);
        painter.move_to(0, 1);
        painter.print(&Cell::new("👨‍👩‍👧"), 2);
        assert_eq!(painter.at(), None);
        painter.move_to(0, 1);
        painter.print(&Cell::new("e\u{301}"), 1);
        assert_eq!(painter.at(), Some((1, 1)));
    }

    #[test]
    fn a_scroll_sets_and_resets_the_margins() {
        let shift = Shift {
            top: 3,
            bottom: 19,
            lines: 2,
            direction: Direction::Up,
        };
        let mut painter = Painter::new(80);
        painter.scroll(&shift, 24);
        assert_eq!(painter.finish(), "\x1b[4;20r\x1b[20H\n\n\x1b[r");
        let mut painter = Painter::new(80);
        painter.scroll(
            &Shift {
                direction: Direction::Down,
                lines: 1,
                ..shift
            },
            24,
        );
        assert_eq!(painter.finish(), "\x1b[4;20r\x1b[4H\x1bM\x1b[r");
        let mut painter = Painter::new(80);
        painter.scroll(
            &Shift {
                top: 0,
                bottom: 23,
                lines: 1,
                direction: Direction::Up,
            },
            24,
        );
        assert_eq!(painter.finish(), "\x1b[24H\n");
    }
}
