//! How soon the next frame may follow. A link that has fallen behind first gets the time to catch up: else what a held
//! key sent long ago would still scroll by after its release.

use std::time::{Duration, Instant};

/// A write that takes this long has waited for the terminal.
const WAITED: Duration = Duration::from_millis(20);

/// What the kernel keeps between a program and its terminal when it makes the program wait.
const KEPT_BYTES: u32 = 12 * 1024;

/// A program that waits is woken once the terminal has taken about this much, however little it writes.
const WOKEN_AFTER: u32 = 4 * 1024;

/// Less than this, sent in a row, can't have made the kernel wait: the machine was busy.
const WAITED_FOR_BYTES: usize = 8 * 1024;

/// Frames this far apart are no longer in a row.
const ROW_ENDS: Duration = Duration::from_millis(250);

const PAUSE_MAX: Duration = Duration::from_millis(250);

/// A link counts as slow for so long after it had to be waited for.
const SLOW_FOR: Duration = Duration::from_secs(10);

#[derive(Debug, Clone, Default)]
pub(super) struct Pace {
    in_a_row: usize,
    last: Option<Instant>,
    slow: Option<Slow>,
    held_until: Option<Instant>,
}

#[derive(Debug, Clone, Copy)]
struct Slow {
    per_byte: Duration,
    until: Instant,
}

impl Pace {
    /// Learns from a write of so many bytes.
    pub(super) fn sent(&mut self, bytes: usize, began: Instant, ended: Instant) {
        let far = |last| began.saturating_duration_since(last) >= ROW_ENDS;
        if self.last.is_none_or(far) {
            self.in_a_row = 0;
        }
        self.last = Some(ended);
        self.in_a_row += bytes;
        self.slow = self.slow.filter(|slow| ended < slow.until);
        let took = ended.saturating_duration_since(began);
        let count = u32::try_from(bytes).unwrap_or(u32::MAX).max(1);
        let to_send = if took >= WAITED && self.in_a_row >= WAITED_FOR_BYTES {
            // The start of a write may have found room, so that it looks faster than the link is.
            let known = self.slow.map_or(Duration::ZERO, |slow| slow.per_byte);
            self.slow = Some(Slow {
                per_byte: known.max(took / count.max(WOKEN_AFTER)),
                until: ended + SLOW_FOR,
            });
            KEPT_BYTES
        } else {
            count
        };
        self.held_until = self
            .slow
            .map(|slow| ended + (slow.per_byte * to_send).min(PAUSE_MAX));
    }

    /// When the next frame may leave, if that isn't now.
    pub(super) fn held_until(&self, now: Instant) -> Option<Instant> {
        self.held_until.filter(|&until| now < until)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);

    /// A link of 32 bytes a millisecond that has been sent enough to be full, then a small frame that waits.
    fn slow(start: Instant) -> (Pace, Instant) {
        let mut pace = Pace::default();
        pace.sent(8 * 1024, start, start + MS);
        let ended = start + MS * 129;
        pace.sent(200, start + MS, ended);
        (pace, ended)
    }

    #[test]
    fn a_link_that_keeps_up_is_never_held() {
        let start = Instant::now();
        let mut pace = Pace::default();
        for frame in 0..100 {
            let began = start + MS * frame * 10;
            pace.sent(3_000, began, began + MS * 5);
            assert_eq!(pace.held_until(began + MS * 5), None);
        }
    }

    #[test]
    fn a_busy_machine_is_not_taken_for_a_slow_link() {
        let start = Instant::now();
        let mut pace = Pace::default();
        pace.sent(300, start, start + MS * 80);
        assert_eq!(pace.held_until(start + MS * 80), None);
    }

    #[test]
    fn a_slow_link_empties_first_and_then_gets_each_frame_as_it_can_take_it() {
        let (mut pace, ended) = slow(Instant::now());
        let empty = pace.held_until(ended).unwrap();
        assert_eq!(empty, ended + PAUSE_MAX);
        assert_eq!(pace.held_until(empty), None);
        pace.sent(1_600, empty, empty + MS);
        let next = pace.held_until(empty + MS).unwrap() - empty;
        assert!(next > MS * 50 && next < MS * 53, "{next:?}");
    }

    #[test]
    fn a_link_is_not_slow_for_ever() {
        let (mut pace, ended) = slow(Instant::now());
        let later = ended + SLOW_FOR;
        pace.sent(3_000, later, later + MS);
        assert_eq!(pace.held_until(later + MS), None);
    }
}
