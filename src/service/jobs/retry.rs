//! Once more: a plan over those whom a job failed to change, and a plan with some of its rows left out.

use super::plan::{Request, add, finish};
use super::{MakePlan, Operation, Plan, Targets, VIEW, locked, members, missing, require};
use crate::domain::JobId;
use crate::domain::permission::Permission;
use crate::service::{Action, Error, Event, Result, Work};
use crate::store::replans as rows;

pub use crate::store::replans::LEFT_OUT;

/// How the audit calls the plans that are made or changed here.
const RETRIED: &str = "job_retry_planned";
const NARROWED: &str = "plan_narrowed";

/// Plans the same operation for those whom a job failed to change.
#[derive(Clone, Debug)]
pub struct RetryJob {
    pub job: JobId,
}

impl Action for RetryJob {
    type Output = Plan;

    fn needs(&self) -> Permission {
        VIEW
    }

    fn event(&self) -> Event {
        Event::new(RETRIED).on("job", self.job.0, &format!("job {}", self.job.0))
    }

    async fn run(self, work: &mut Work) -> Result<Plan> {
        let (record, operation) = locked(work, self.job).await?;
        if let Some(undone) = record.undo_of {
            return Err(Error::rule(format!(
                "Job {} took job {} back; to try again what failed, undo job {} once more.",
                self.job.0, undone.0, undone.0
            )));
        }
        if matches!(record.state.as_str(), "planned" | "running" | "paused") {
            return Err(Error::rule(format!(
                "Job {} is {}; let it end before what failed is tried again.",
                self.job.0, record.state
            )));
        }
        let failed = rows::failed_of(&mut work.tx, self.job).await?;
        if failed.is_empty() {
            return Err(Error::rule(format!(
                "Nobody failed in job {}, so there is nothing to try again.",
                self.job.0
            )));
        }
        let selection = format!("those who failed in job {}", self.job.0);
        if operation == Operation::Members {
            require(work, self.job, operation).await?;
            let request = Request {
                operation,
                selection: &selection,
                hidden: 0,
                caller: record.caller,
                reason: &record.reason,
                ticket: &record.ticket,
                undo_of: None,
            };
            let job = add(work, &request).await?;
            members::freeze_failed(work, job, self.job).await?;
            return finish(work, job, operation, RETRIED).await;
        }
        let again = MakePlan {
            caller: record.caller,
            reason: record.reason,
            ticket: record.ticket,
            ..MakePlan::new(operation, Targets::Users(failed))
        };
        let mut plan = again.make(work, RETRIED).await?;
        rows::set_selection(&mut work.tx, plan.id, &selection).await?;
        plan.selection = selection;
        Ok(plan)
    }
}

/// Leaves a row out of a plan that waits for its confirmation, or takes it back in; counts and tier follow.
#[derive(Clone, Debug)]
pub struct LeaveOut {
    pub job: JobId,
    pub position: i64,
    /// Takes the row back in instead.
    pub back_in: bool,
}

impl Action for LeaveOut {
    type Output = Plan;

    fn needs(&self) -> Permission {
        VIEW
    }

    fn event(&self) -> Event {
        Event::new(NARROWED).on("job", self.job.0, &format!("job {}", self.job.0))
    }

    async fn run(self, work: &mut Work) -> Result<Plan> {
        let (record, operation) = locked(work, self.job).await?;
        if record.operator != work.operator() || record.state != "planned" {
            return Err(missing(self.job));
        }
        let changed = if self.back_in {
            rows::take_back_in(&mut work.tx, self.job, self.position).await?
        } else {
            rows::leave_out(&mut work.tx, self.job, self.position).await?
        };
        if changed == 0 {
            return Err(Error::rule(
                "That row would not change anyway, so there is nothing to leave out.",
            ));
        }
        finish(work, self.job, operation, NARROWED).await
    }
}
