//! The one place that reads the time.

use crate::domain::Time;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

/// Tells the time: the system's, or one that a test sets.
#[derive(Clone, Debug, Default)]
pub enum Clock {
    #[default]
    System,
    Fixed(Arc<AtomicI64>),
}

impl Clock {
    /// A clock that stands still until [`Clock::advance`] moves it.
    #[must_use]
    pub fn fixed(time: Time) -> Self {
        Self::Fixed(Arc::new(AtomicI64::new(time.0)))
    }

    #[must_use]
    pub fn now(&self) -> Time {
        match self {
            #[expect(
                clippy::disallowed_methods,
                reason = "the one place that reads the time"
            )]
            Self::System => Time(jiff::Timestamp::now().as_microsecond()),
            Self::Fixed(micros) => Time(micros.load(Ordering::Relaxed)),
        }
    }

    /// Moves a fixed clock on; the system's clock stays as it is.
    pub fn advance(&self, seconds: i64) {
        if let Self::Fixed(micros) = self {
            micros.fetch_add(seconds * 1_000_000, Ordering::Relaxed);
        }
    }
}
