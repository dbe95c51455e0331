//! Finds the vertical scroll that turns most of the shown screen into the wanted one.

use std::hash::{Hash, Hasher};

use ratatui::buffer::Cell;

use super::colour::{Pen, is_blank};

/// Rows are compared in pieces of this many cells, so that a list still counts as scrolled when
/// something beside it changed.
const SEGMENT_CELLS: usize = 16;

/// What setting and resetting a scroll region costs, about, in bytes.
const REGION_BYTES: i32 = 16;

/// Lines of a region that move together; both bounds belong to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Shift {
    pub(super) top: usize,
    pub(super) bottom: usize,
    pub(super) lines: usize,
    pub(super) direction: Direction,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Direction {
    /// The text moves up and empty lines appear at the bottom.
    Up,
    Down,
}

impl Shift {
    /// Which line comes to stand at `row`, or none where an empty one appears.
    pub(super) fn source(&self, row: usize) -> Option<usize> {
        let source = match self.direction {
            Direction::Up => row.checked_add(self.lines),
            Direction::Down => row.checked_sub(self.lines),
        };
        source.filter(|source| (self.top..=self.bottom).contains(source))
    }
}

/// One piece of a row: what it looks like, and about how many bytes it takes to print.
#[derive(Debug, Clone, Copy)]
struct Segment {
    fingerprint: u64,
    bytes: i32,
}

/// A row reduced to what the search needs.
#[derive(Debug, Clone)]
pub(super) struct Outline(Vec<Segment>);

impl Outline {
    /// Cells that aren't known, such as the right half of a wide character, are `None`.
    pub(super) fn of<'a>(cells: impl Iterator<Item = Option<&'a Cell>>) -> Self {
        let mut segments = Vec::new();
        let mut hash = Fnv::new();
        let mut bytes = 0;
        let mut filled = 0;
        for cell in cells {
            match cell {
                Some(cell) if is_blank(cell) => hash.write_u8(0),
                Some(cell) => {
                    (cell.symbol(), Pen::of(cell)).hash(&mut hash);
                    bytes += 1;
                }
                None => hash.write_u8(1),
            }
            filled += 1;
            if filled == SEGMENT_CELLS {
                segments.push(Segment {
                    fingerprint: hash.finish(),
                    bytes,
                });
                (hash, bytes, filled) = (Fnv::new(), 0, 0);
            }
        }
        if filled > 0 {
            segments.push(Segment {
                fingerprint: hash.finish(),
                bytes,
            });
        }
        Self(segments)
    }

    /// How many bytes needn't be sent when `self` is wanted where `shown` stands.
    fn saved_by(&self, shown: &Self) -> i32 {
        self.0
            .iter()
            .zip(&shown.0)
            .filter(|(wanted, shown)| wanted.fingerprint == shown.fingerprint)
            .map(|(wanted, _)| wanted.bytes.max(1))
            .sum()
    }

    /// The same where an empty line stands.
    fn saved_by_blank(&self) -> i32 {
        let blank = self.0.iter().filter(|segment| segment.bytes == 0).count();
        i32::try_from(blank).unwrap_or(i32::MAX)
    }
}

/// The shift that saves the most bytes, if any is worth its own sequence.
pub(super) fn find(wanted: &[Outline], shown: &[Outline]) -> Option<Shift> {
    let rows = wanted.len().min(shown.len());
    let search = Search {
        wanted,
        shown,
        saved_in_place: wanted
            .iter()
            .zip(shown)
            .map(|(row, shown)| row.saved_by(shown))
            .collect(),
    };
    (1..rows)
        .flat_map(|lines| [(lines, Direction::Up), (lines, Direction::Down)])
        .filter_map(|(lines, direction)| search.best_region(lines, direction))
        .max_by_key(|(gain, shift)| (*gain, std::cmp::Reverse(shift.lines)))
        .map(|(_, shift)| shift)
}

struct Search<'a> {
    wanted: &'a [Outline],
    shown: &'a [Outline],
    saved_in_place: Vec<i32>,
}

impl Search<'_> {
    /// The region in which moving by `lines` gains most: the run of rows with the largest sum.
    fn best_region(&self, lines: usize, direction: Direction) -> Option<(i32, Shift)> {
        let mut best = (0, 0, 0);
        let mut run = (0, 0);
        for (target, gain) in self.gains(lines, direction) {
            if run.0 <= 0 {
                run = (0, target);
            }
            run.0 += gain;
            if run.0 > best.0 {
                best = (run.0, run.1, target);
            }
        }
        let (gain, first, last) = best;
        let (top, bottom, exposed) = match direction {
            Direction::Up => (first, last + lines, last + 1..=last + lines),
            Direction::Down => (first.checked_sub(lines)?, last, first - lines..=first - 1),
        };
        let spoilt: i32 = exposed.map(|row| self.spoilt_when_blank(row)).sum();
        let sequence = REGION_BYTES + i32::try_from(lines).unwrap_or(i32::MAX);
        let net = gain.saturating_sub(spoilt).saturating_sub(sequence);
        (net > 0).then_some((
            net,
            Shift {
                top,
                bottom,
                lines,
                direction,
            },
        ))
    }

    /// For each row that can be reached by the move: what moving saves beyond staying.
    fn gains(&self, lines: usize, direction: Direction) -> impl Iterator<Item = (usize, i32)> {
        let (targets_skipped, sources_skipped) = match direction {
            Direction::Up => (0, lines),
            Direction::Down => (lines, 0),
        };
        let targets = self.wanted.iter().zip(&self.saved_in_place).enumerate();
        let sources = self.shown.iter().skip(sources_skipped);
        targets
            .skip(targets_skipped)
            .zip(sources)
            .map(|((target, (wanted, in_place)), source)| {
                (target, wanted.saved_by(source) - in_place)
            })
    }

    fn spoilt_when_blank(&self, row: usize) -> i32 {
        match (self.saved_in_place.get(row), self.wanted.get(row)) {
            (Some(saved), Some(wanted)) => saved - wanted.saved_by_blank(),
            _ => 0,
        }
    }
}

/// The FNV-1a hash: good enough to tell rows apart, and several times faster on short texts than
/// the standard one, which runs over every cell of a frame. A collision costs bytes, never
/// correctness: cells are compared one by one before they are left alone.
struct Fnv(u64);

impl Fnv {
    const fn new() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Hasher for Fnv {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }
}

#[cfg(test)]
mod tests {
    use ratatui::buffer::Buffer;

    use super::*;

    fn outlines(lines: &[&str]) -> Vec<Outline> {
        let buffer = Buffer::with_lines(lines.iter().copied());
        let width = usize::from(buffer.area.width);
        buffer
            .content
            .chunks(width)
            .map(|row| Outline::of(row.iter().map(Some)))
            .collect()
    }

    const ROWS: [&str; 8] = [
        "title of the whole screen, unchanged",
        "a.ivanova   Anna Ivanova   acme/fin ",
        "b.tanaka    Bob Tanaka     acme/jp  ",
        "c.obrien    Cathal O'Brien acme/ie  ",
        "d.mueller   Doerte Mueller acme/de  ",
        "e.haddad    Eman Haddad    acme/ae  ",
        "g.root      Gail Root      acme/it  ",
        "footer with the keys, also unchanged",
    ];

    #[test]
    fn a_list_that_moved_up_is_found_without_the_title_and_the_footer() {
        let mut wanted = ROWS;
        wanted[1..7].rotate_left(1);
        wanted[6] = "h.new       Hans Neu       acme/de  ";
        let shift = find(&outlines(&wanted), &outlines(&ROWS));
        let expected = Shift {
            top: 1,
            bottom: 6,
            lines: 1,
            direction: Direction::Up,
        };
        assert_eq!(shift, Some(expected));
        assert_eq!(expected.source(1), Some(2));
        assert_eq!(expected.source(6), None);
    }

    #[test]
    fn a_list_that_moved_down_is_found() {
        let mut wanted = ROWS;
        wanted[1..7].rotate_right(2);
        wanted[1] = "";
        wanted[2] = "";
        let shift = find(&outlines(&wanted), &outlines(&ROWS));
        let expected = Shift {
            top: 1,
            bottom: 6,
            lines: 2,
            direction: Direction::Down,
        };
        assert_eq!(shift, Some(expected));
        assert_eq!(expected.source(3), Some(1));
        assert_eq!(expected.source(2), None);
    }

    #[test]
    fn an_edit_is_no_scroll() {
        let mut wanted = ROWS;
        wanted[3] = "c.obrien    Cathal O'Brien LOCKED   ";
        assert_eq!(find(&outlines(&wanted), &outlines(&ROWS)), None);
        assert_eq!(find(&outlines(&ROWS), &outlines(&ROWS)), None);
    }

    #[test]
    fn empty_lines_are_not_worth_moving() {
        let blank = ["   "; 6];
        let mut wanted = blank;
        wanted[0] = "one";
        assert_eq!(find(&outlines(&wanted), &outlines(&blank)), None);
    }
}
