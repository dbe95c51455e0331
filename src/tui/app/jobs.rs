//! The jobs that run in this console, and how far they are.

use crate::domain::JobId;
use crate::service::jobs::Job;
use std::collections::BTreeMap;

#[derive(Debug, Default)]
pub struct Jobs {
    running: BTreeMap<JobId, Option<Job>>,
}

impl Jobs {
    pub fn started(&mut self, job: JobId) {
        self.running.insert(job, None);
    }

    pub fn progressed(&mut self, job: Job) {
        if let Some(known) = self.running.get_mut(&job.id) {
            *known = Some(job);
        }
    }

    pub fn ended(&mut self, job: JobId) {
        self.running.remove(&job);
    }

    #[must_use]
    pub fn is_running(&self) -> bool {
        !self.running.is_empty()
    }

    #[must_use]
    pub fn count(&self) -> usize {
        self.running.len()
    }

    pub fn ids(&self) -> impl Iterator<Item = JobId> {
        self.running.keys().copied()
    }

    /// For the title: `jobs 1>62%`, or nothing when none runs.
    #[must_use]
    pub fn summary(&self) -> String {
        if self.running.is_empty() {
            return "jobs 0".to_owned();
        }
        let known = self.running.values().flatten();
        let (handled, total) = known.fold((0, 0), |(handled, total), job| {
            (handled + handled_of(job), total + job.total)
        });
        let percent = if total > 0 { handled * 100 / total } else { 0 };
        format!("jobs {}>{percent}%", self.running.len())
    }
}

/// Targets that need nothing more.
#[must_use]
pub const fn handled_of(job: &Job) -> i64 {
    job.done + job.failed
}
