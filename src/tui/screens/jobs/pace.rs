//! How quickly running jobs get on, from what was seen of them.

use crate::domain::{JobId, Time};
use crate::service::jobs::{Job, JobState};
use crate::tui::app::handled_of;
use crate::tui::look::thousands;
use std::collections::BTreeMap;

/// When a running job was first seen, and where it stood then: one that was paused once has no other beginning.
#[derive(Debug, Default)]
pub struct Paces(BTreeMap<JobId, (Time, i64)>);

/// Targets a second, more than none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace(i64);

impl Paces {
    pub fn note(&mut self, jobs: &[Job], now: Time) {
        let running = |id: &JobId| {
            jobs.iter()
                .any(|job| job.id == *id && job.state == JobState::Running)
        };
        self.0.retain(|id, _| running(id));
        for job in jobs.iter().filter(|job| job.state == JobState::Running) {
            self.0.entry(job.id).or_insert((now, handled_of(job)));
        }
    }

    /// Nothing until it was seen to get on.
    #[must_use]
    pub fn of(&self, job: &Job, now: Time) -> Option<Pace> {
        let (since, stood) = self.0.get(&job.id)?;
        let seconds = since.seconds_until(now);
        let moved = handled_of(job) - stood;
        (seconds > 0 && moved >= seconds).then(|| Pace(moved / seconds))
    }
}

impl Pace {
    #[must_use]
    pub fn words(self) -> String {
        format!("{} per s", thousands(self.0))
    }

    /// `4 s left`, `3 min left`.
    #[must_use]
    pub fn left(self, job: &Job) -> String {
        match (job.total - handled_of(job)).max(0) / self.0 {
            seconds @ 0..120 => format!("{seconds} s left"),
            seconds => format!("{} min left", seconds / 60),
        }
    }
}
