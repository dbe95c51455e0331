//! The jobs that run in this console, and how far they are.

use crate::domain::JobId;
use crate::service::Session;
use crate::service::jobs::Job;
use std::collections::BTreeMap;

#[derive(Debug, Default)]
pub struct Jobs {
    running: BTreeMap<JobId, Running>,
}

#[derive(Debug)]
struct Running {
    /// As it was when the job was started: the operator may work in another organization by now.
    session: Session,
    /// What it last said of itself.
    known: Option<Job>,
}

impl Jobs {
    pub fn started(&mut self, job: JobId, session: Session) {
        let known = None;
        self.running.insert(job, Running { session, known });
    }

    pub fn progressed(&mut self, job: Job) {
        if let Some(running) = self.running.get_mut(&job.id) {
            running.known = Some(job);
        }
    }

    /// Forgets a job, and returns the session that it ran in.
    pub fn ended(&mut self, job: JobId) -> Option<Session> {
        self.running.remove(&job).map(|running| running.session)
    }

    #[must_use]
    pub fn is_running(&self) -> bool {
        !self.running.is_empty()
    }

    #[must_use]
    pub fn count(&self) -> usize {
        self.running.len()
    }

    /// What runs, each with the session that it runs in.
    pub fn all(&self) -> impl Iterator<Item = (JobId, &Session)> {
        self.running
            .iter()
            .map(|(job, running)| (*job, &running.session))
    }

    /// For the title: `jobs 1>62%`, or nothing when none runs.
    #[must_use]
    pub fn summary(&self) -> String {
        if self.running.is_empty() {
            return "jobs 0".to_owned();
        }
        let known = self.running.values();
        let known = known.filter_map(|running| running.known.as_ref());
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
