//! Jobs and their targets, to be looked at.

use super::{Job, VIEW, seen};
use crate::domain::permission::Permission;
use crate::domain::{JobId, UserId};
use crate::service::{Look, Query, Result, users};
use crate::store::jobs::{self as rows, StateImage, TargetChoice, TargetRecord};

/// Jobs, newest first.
#[derive(Clone, Debug)]
pub struct ListJobs {
    pub limit: u32,
    /// Only those that somebody has to go on with.
    pub unfinished: bool,
}

impl Query for ListJobs {
    type Output = Vec<Job>;

    fn needs(&self) -> Permission {
        VIEW
    }

    async fn run(self, look: &mut Look) -> Result<Vec<Job>> {
        let scope = look.scope(VIEW).await?;
        let records = if self.unfinished {
            rows::list_unfinished(&mut look.tx, &scope).await?
        } else {
            rows::list(&mut look.tx, &scope, i64::from(self.limit)).await?
        };
        Ok(records.iter().map(Job::new).collect())
    }
}

#[derive(Clone, Debug)]
pub struct ShowJob {
    pub job: JobId,
}

impl Query for ShowJob {
    type Output = Job;

    fn needs(&self) -> Permission {
        VIEW
    }

    async fn run(self, look: &mut Look) -> Result<Job> {
        Ok(Job::new(&seen(look, self.job).await?))
    }
}

/// The targets of a plan or a job, by position.
#[derive(Clone, Debug)]
pub struct PlanTargets {
    pub job: JobId,
    pub choice: TargetChoice,
    pub after: i64,
    pub limit: u32,
}

#[derive(Clone, Debug, serde::Serialize)]
pub struct PlanTarget {
    pub position: i64,
    #[serde(skip)]
    pub user: UserId,
    pub username: String,
    pub name: String,
    pub before: String,
    pub after: String,
    /// `change`, `already` or `refused`.
    pub verdict: String,
    pub note: String,
    pub privileged: bool,
    /// Empty before it ran; then `done`, `conflict` or `failed`.
    pub result: String,
    pub result_note: String,
}

impl PlanTarget {
    /// The names under which scripts read it, in their order.
    pub const FIELDS: &[&str] = &[
        "username",
        "name",
        "before",
        "after",
        "verdict",
        "note",
        "result",
        "result_note",
    ];
}

impl Query for PlanTargets {
    type Output = Vec<PlanTarget>;

    fn needs(&self) -> Permission {
        VIEW
    }

    async fn run(self, look: &mut Look) -> Result<Vec<PlanTarget>> {
        seen(look, self.job).await?;
        // A job may reach further than the right to see people of whoever looks at it.
        let people = look.rights.scope(users::VIEW);
        let targets = rows::list_targets(
            &mut look.tx,
            &people,
            self.job,
            self.choice,
            self.after,
            i64::from(self.limit),
        )
        .await?;
        Ok(targets.into_iter().map(shown).collect())
    }
}

fn shown(target: TargetRecord) -> PlanTarget {
    let changes = target.verdict == "change";
    PlanTarget {
        position: target.position,
        user: target.user,
        username: target.username,
        name: target.display_name,
        before: words(&target.before),
        after: if changes {
            words(&target.after)
        } else {
            String::new()
        },
        verdict: target.verdict,
        note: match (target.note.is_empty(), target.sessions) {
            (true, 1) => "1 session".to_owned(),
            (true, sessions) if sessions > 1 => format!("{sessions} sessions"),
            _ => target.note,
        },
        privileged: target.privileged,
        result: target.result,
        result_note: target.result_note,
    }
}

/// A state in the words of the status.
fn words(state: &StateImage) -> String {
    let word = if !state.deleted_at.is_never() {
        "deleted"
    } else if !state.enabled {
        "disabled"
    } else if !state.locked_at.is_never() {
        "locked"
    } else {
        "enabled"
    };
    if state.failures > 0 {
        format!("{word}, {} failures", state.failures)
    } else {
        word.to_owned()
    }
}
