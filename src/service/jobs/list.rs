//! Jobs and their targets, to be looked at.

use super::{Job, Operation, VIEW, seen};
use crate::domain::permission::Permission;
use crate::domain::unheld::Unheld;
use crate::domain::{JobId, UserId};
use crate::service::{Lack, Look, Query, Result, groups, roles, users};
use crate::store::jobs::{
    self as rows, MembershipImage, StateImage, TargetChoice, TargetRecord, UNREACHED,
};

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
        let shown = |record| Job::new(record, &look.rights);
        Ok(records.iter().map(shown).collect())
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
        Ok(Job::new(&seen(look, self.job).await?, &look.rights))
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
    /// `group Acme/Sales`, in a plan of memberships.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub membership: String,
    pub before: String,
    pub after: String,
    /// `change`, `already` or `refused`.
    pub verdict: String,
    pub note: String,
    /// What the operator lacked, where that is why it was refused.
    #[serde(skip)]
    pub lack: Option<Lack>,
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

    /// What there is to say of it: the group or role that it is about, and why nothing became of it.
    #[must_use]
    pub fn remark(&self) -> String {
        let note = match self.result_note.as_str() {
            "" => self.note.as_str(),
            note => note,
        };
        match (self.membership.as_str(), note) {
            ("", note) => note.to_owned(),
            (membership, "") => membership.to_owned(),
            (membership, note) => format!("{membership}: {note}"),
        }
    }
}

impl Query for PlanTargets {
    type Output = Vec<PlanTarget>;

    fn needs(&self) -> Permission {
        VIEW
    }

    async fn run(self, look: &mut Look) -> Result<Vec<PlanTarget>> {
        let record = seen(look, self.job).await?;
        let operation = Operation::parse(&record.action);
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
        let shown = |target| shown(operation, target);
        Ok(targets.into_iter().map(shown).collect())
    }
}

/// What is kept of a target that is refused because of what they hold, or because the right doesn't reach them.
pub(super) const OVER: &str = "over";

fn lack(operation: Option<Operation>, target: &TargetRecord) -> Option<Lack> {
    let right = match &target.membership {
        Some(membership) if membership.kind == "role" => roles::MEMBERS,
        Some(_) => groups::MEMBERS,
        None => operation?.permission(),
    };
    match target.lack.as_str() {
        OVER => Some(Lack::Over {
            right,
            person: target.user,
        }),
        "" if target.note != UNREACHED => None,
        "" if target.membership.is_some() => Some(Lack::Right {
            right,
            beyond: true,
        }),
        "" => Some(Lack::Over {
            right,
            person: target.user,
        }),
        unheld => Unheld::parse(unheld).map(Lack::Unheld),
    }
}

fn shown(operation: Option<Operation>, target: TargetRecord) -> PlanTarget {
    let changes = target.verdict == "change";
    let (before, after) = match &target.membership {
        Some(membership) => sides(membership, changes),
        None => (words(&target.before), words(&target.after)),
    };
    PlanTarget {
        lack: lack(operation, &target),
        position: target.position,
        user: target.user,
        username: target.username,
        name: target.display_name,
        membership: target
            .membership
            .map(|of| format!("{} {}", of.kind, of.name))
            .unwrap_or_default(),
        before,
        after: if changes { after } else { String::new() },
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

/// A membership before and after. Where nothing becomes of it, the side before says which one it is about.
fn sides(membership: &MembershipImage, changes: bool) -> (String, String) {
    let name = &membership.name;
    let whole = |member: bool| {
        let not = if member { "" } else { "not a " };
        format!("{not}member of {name}")
    };
    let before = match (changes, membership.before) {
        (false, member) => whole(member),
        (true, true) => "member".to_owned(),
        (true, false) => "not a member".to_owned(),
    };
    (before, whole(membership.adds))
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
