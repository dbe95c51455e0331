//! Plans and jobs: an action on targets is frozen as a plan, confirmed, run in chunks, and taken back by another plan.
//!
//! One target takes the same way as a hundred thousand. Rights are read when the plan is made and again for every chunk.

mod caller;
mod list;
mod member_checks;
mod member_chunk;
mod members;
mod memberships;
mod offers;
mod plan;
mod retry;
mod run;

pub use crate::domain::plan::{Caller, Direction, Operation};
pub use list::{ListJobs, PlanTarget, PlanTargets, ShowJob};
pub use members::{ExchangeMembers, Holder, MemberChange, PlanMembers};
pub use memberships::{HolderKind, MembershipRow, Memberships, MembershipsPage};
pub use offers::{Offer, Offers};
pub use plan::{DropPlan, MakePlan, Missing, Plan, Targets, UndoJob};
pub use retry::{LEFT_OUT, LeaveOut, RetryJob};
pub use run::{
    CancelJob, ConfirmPlan, Confirmation, Outcome, PauseJob, ResumeJob, RunChunk, at_once, quick,
    run_job,
};

pub use crate::store::jobs::TargetChoice;

use super::{Error, Look, Result, Rights, Work, users};
use crate::domain::permission::{Permission, Resource, Verb};
use crate::domain::{JobId, Time};
use crate::store::jobs::{self as rows, JobRecord};

pub(super) const VIEW: Permission = Permission(Resource::Job, Verb::View);
/// The right over jobs that others began.
const OTHERS: Permission = Permission(Resource::Job, Verb::Undo);
/// A plan that nobody confirmed for a day shows a state that is gone.
const STALE_SECONDS: i64 = 24 * 3_600;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum JobState {
    /// A plan: nothing has been changed.
    Planned,
    Running,
    Paused,
    Done,
    /// Done, but for the targets that failed.
    Partial,
    Cancelled,
    /// Done, and taken back by another job.
    Undone,
}

impl JobState {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Planned => "planned",
            Self::Running => "running",
            Self::Paused => "paused",
            Self::Done => "done",
            Self::Partial => "partial",
            Self::Cancelled => "cancelled",
            Self::Undone => "undone",
        }
    }

    fn from_stored(text: &str) -> Self {
        [
            Self::Planned,
            Self::Running,
            Self::Paused,
            Self::Done,
            Self::Partial,
            Self::Cancelled,
        ]
        .into_iter()
        .find(|state| state.as_str() == text)
        .unwrap_or(Self::Undone)
    }
}

/// A job as people and scripts read it.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Job {
    pub id: JobId,
    pub action: String,
    pub title: String,
    pub state: JobState,
    pub operator: String,
    /// Targets that were to change.
    pub total: i64,
    pub done: i64,
    pub failed: i64,
    pub already: i64,
    pub refused: i64,
    pub tier: i64,
    pub reason: String,
    pub ticket: String,
    /// Where the targets came from: a filter, names, marks. Empty for whoever may not see all whom it may name.
    pub selection: String,
    pub undoable: bool,
    pub undo_of: Option<JobId>,
    pub undone_by: Option<JobId>,
    pub created_at: Time,
    pub started_at: Time,
    pub finished_at: Time,
}

impl Job {
    fn new(record: &JobRecord, rights: &Rights) -> Self {
        // Filters and names are of its operator's sight: others read them where they see people as far as they see jobs.
        let is_told =
            record.operator == rights.operator() || rights.level(users::VIEW) >= rights.level(VIEW);
        let operation = Operation::parse(&record.action);
        let state = JobState::from_stored(&record.state);
        Self {
            id: record.id,
            action: record.action.clone(),
            title: record.title.clone(),
            state,
            operator: record.operator_name.clone(),
            total: record.will_change,
            done: record.done,
            failed: record.failed,
            already: record.already,
            refused: record.refused,
            tier: record.tier,
            reason: record.reason.clone(),
            ticket: record.ticket.clone(),
            selection: if is_told {
                record.selection.clone()
            } else {
                String::new()
            },
            undoable: operation.is_some_and(Operation::is_undoable)
                && record.done > 0
                && matches!(
                    state,
                    JobState::Done | JobState::Partial | JobState::Cancelled
                ),
            undo_of: record.undo_of,
            undone_by: record.undone_by,
            created_at: record.created_at,
            started_at: record.started_at,
            finished_at: record.finished_at,
        }
    }

    #[must_use]
    pub const fn is_finished(&self) -> bool {
        matches!(
            self.state,
            JobState::Done | JobState::Partial | JobState::Cancelled | JobState::Undone
        )
    }
}

fn missing(job: JobId) -> Error {
    Error::missing("job", job.0.to_string())
}

/// A job that the operator may see.
pub(super) async fn seen(look: &mut Look, id: JobId) -> Result<JobRecord> {
    let scope = look.scope(VIEW).await?;
    rows::lookup(&mut look.tx, &scope, id)
        .await?
        .ok_or_else(|| missing(id))
}

/// A job that the operator may see, locked, and what it does.
async fn locked(work: &mut Work, id: JobId) -> Result<(JobRecord, Operation)> {
    let scope = work.scope(VIEW).await?;
    let record = rows::lock(&mut work.tx, &scope, id)
        .await?
        .ok_or_else(|| missing(id))?;
    let operation = Operation::parse(&record.action)
        .ok_or_else(|| Error::Unexpected(format!("job {} has an unknown action", id.0)))?;
    Ok((record, operation))
}

/// Refuses whoever doesn't hold the rights that a plan or job needs.
async fn require(work: &mut Work, job: JobId, operation: Operation) -> Result<()> {
    if operation == Operation::Members {
        return members::require(work, job).await;
    }
    work.scope(operation.permission()).await.map(drop)
}

/// Nobody stops, goes on with or takes back what another began without the right to: a runner whose rights reach less
/// far would fail the targets for good.
async fn refuse_others(work: &mut Work, record: &JobRecord) -> Result<()> {
    if record.operator != work.operator() {
        work.scope(OTHERS).await?;
    }
    Ok(())
}
