//! How far a page of lines is scrolled.

use crate::tui::actions::ActionId;
use crate::tui::look::count_of;

/// The first line in sight, of lines of which as many are shown as there is room for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Scroll(usize);

impl Scroll {
    pub fn go(&mut self, motion: ActionId, lines: usize, height: usize) {
        self.0 = moved(self.0, motion, lines, height);
    }

    /// The first line to draw: a window that grew shows more of the end than was scrolled to.
    #[must_use]
    pub fn top(self, lines: usize, height: usize) -> usize {
        self.0.min(lines.saturating_sub(height))
    }

    /// `12 more lines`; nothing where all are in sight.
    #[must_use]
    pub fn below(self, lines: usize, height: usize) -> Option<String> {
        let below = lines.saturating_sub(self.top(lines, height) + height);
        let number = i64::try_from(below).unwrap_or(i64::MAX);
        (below > 0).then(|| count_of(number, "more line", "more lines"))
    }
}

/// Where a motion leads from a line. A page leaves one line of the last in sight.
#[must_use]
pub fn moved(from: usize, motion: ActionId, lines: usize, height: usize) -> usize {
    let page = height.saturating_sub(1).max(1);
    let half = (height / 2).max(1);
    let to = match motion {
        ActionId::Up => from.saturating_sub(1),
        ActionId::Down => from + 1,
        ActionId::PageUp => from.saturating_sub(page),
        ActionId::PageDown => from + page,
        ActionId::HalfPageUp => from.saturating_sub(half),
        ActionId::HalfPageDown => from + half,
        ActionId::First => 0,
        _ => usize::MAX,
    };
    to.min(lines.saturating_sub(height))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_goes_to_the_end_and_no_further() {
        let mut scroll = Scroll::default();
        let mut go = |motion| {
            scroll.go(motion, 50, 20);
            scroll.0
        };
        assert_eq!(go(ActionId::PageDown), 19);
        assert_eq!(go(ActionId::HalfPageUp), 9);
        assert_eq!(go(ActionId::Last), 30);
        assert_eq!(go(ActionId::Down), 30);
        assert_eq!(go(ActionId::First), 0);
        assert_eq!(go(ActionId::Up), 0);
    }

    #[test]
    fn what_lies_below_is_counted() {
        let scroll = Scroll(9);
        assert_eq!(scroll.below(30, 20), Some("1 more line".to_owned()));
        assert_eq!(scroll.below(20, 20), None);
        assert_eq!((scroll.top(30, 20), scroll.top(25, 20)), (9, 5));
    }
}
