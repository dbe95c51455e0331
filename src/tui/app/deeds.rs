//! What was done in this console and can be taken back, newest last.

use crate::domain::JobId;
use crate::tui::shared::{Aim, Finished};

#[derive(Default)]
pub(super) struct Deeds {
    done: Vec<(JobId, Option<Aim>)>,
    /// The one whose undo is planned or runs without a question.
    pub undoing: Option<JobId>,
}

impl Deeds {
    /// Takes in a job that came to its end. An undo is no deed: to take it back as well is chosen from the list.
    pub fn note(&mut self, finished: &Finished) {
        let job = &finished.job;
        match job.undo_of {
            Some(undone) if job.failed + job.refused == 0 => self.forget(undone),
            None if job.undoable => self.done.push((job.id, finished.aim.clone())),
            _ => {}
        }
    }

    pub fn forget(&mut self, job: JobId) {
        self.done.retain(|(done, _)| *done != job);
    }

    pub fn last(&self) -> Option<JobId> {
        self.done.last().map(|(job, _)| *job)
    }

    /// What a job was done to, where this console did it.
    pub fn aim_of(&self, job: JobId) -> Option<Aim> {
        let deed = self.done.iter().find(|(done, _)| *done == job);
        deed.and_then(|(_, aim)| aim.clone())
    }
}
