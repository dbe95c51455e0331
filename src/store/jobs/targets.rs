//! The targets of a plan or a job, to be looked at.

use crate::domain::{JobId, Time, UserId};
use crate::store::sql::{Row, Sql};
use crate::store::{Reach, Result, Scope, Tx};

/// The part of a state that a plan changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StateImage {
    pub enabled: bool,
    pub locked_at: Time,
    pub locked_until: Time,
    pub failures: i64,
    pub deleted_at: Time,
}

pub(super) fn image(row: &mut Row<'_>) -> Result<StateImage> {
    Ok(StateImage {
        enabled: row.boolean()?,
        locked_at: row.time()?,
        locked_until: row.time()?,
        failures: row.int()?,
        deleted_at: row.time()?,
    })
}

pub(super) const IMAGES: &str =
    "before_enabled, before_locked_at, before_locked_until, before_failures,
    before_deleted_at, after_enabled, after_locked_at, after_locked_until, after_failures,
    after_deleted_at";

/// The membership that a target of a plan of memberships is about.
#[derive(Clone, Debug)]
pub struct MembershipImage {
    /// Whether the plan adds.
    pub adds: bool,
    /// `group` or `role`.
    pub kind: String,
    pub name: String,
    /// Whether the user was a member when the plan was made.
    pub before: bool,
}

/// One target of a plan or of a job.
#[derive(Clone, Debug)]
pub struct TargetRecord {
    pub position: i64,
    pub user: UserId,
    pub username: String,
    pub display_name: String,
    pub verdict: String,
    pub note: String,
    /// What the operator lacked, as the service keeps it; empty where nothing.
    pub lack: String,
    pub privileged: bool,
    pub sessions: i64,
    pub before: StateImage,
    pub after: StateImage,
    pub membership: Option<MembershipImage>,
    pub result: String,
    pub result_note: String,
}

/// Which targets of a plan are listed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TargetChoice {
    #[default]
    All,
    /// Those of whom there is something to be said.
    Noted,
    /// Refused, privileged or failed ones.
    Troubled,
    Refused,
    Failed,
}

/// The targets of a plan or a job that the asker may see, by position.
pub async fn list_targets(
    tx: &mut Tx,
    seen: &Scope,
    job: JobId,
    choice: TargetChoice,
    after_position: i64,
    limit: i64,
) -> Result<Vec<TargetRecord>> {
    let mut sql = Sql::new(
        "select position, user_id, username, display_name, verdict, note, lack, privileged, sessions, ",
    );
    sql.push(IMAGES)
        .push(
            ", before_member, direction, holder_kind, holder_name, result, result_note
             from plan_targets t
             left join plan_changes c on c.job_id = t.job_id and c.number = t.change_number
             where t.job_id = ",
        )
        .push_value(job);
    sql.push(match choice {
        TargetChoice::All => "",
        TargetChoice::Noted => {
            " and (verdict = 'refused' or privileged or note <> '' or sessions > 0 or result_note <> '')"
        }
        TargetChoice::Troubled => {
            " and (verdict = 'refused' or privileged or result in ('conflict', 'failed'))"
        }
        TargetChoice::Refused => " and verdict = 'refused'",
        TargetChoice::Failed => " and result in ('conflict', 'failed')",
    });
    if seen.reach != Reach::All {
        sql.push(" and not exists (select 1 from users u where u.id = t.user_id and not (")
            .push_sql(&seen.users())
            .push("))");
    }
    sql.push(" and position > ").push_value(after_position);
    sql.push(" order by position limit ").push_value(limit);
    sql.all(tx, |row| {
        Ok(TargetRecord {
            position: row.int()?,
            user: UserId(row.int()?),
            username: row.text()?,
            display_name: row.text()?,
            verdict: row.text()?,
            note: row.text()?,
            lack: row.text()?,
            privileged: row.boolean()?,
            sessions: row.int()?,
            before: image(row)?,
            after: image(row)?,
            membership: membership(row)?,
            result: row.text()?,
            result_note: row.text()?,
        })
    })
    .await
}

fn membership(row: &mut Row<'_>) -> Result<Option<MembershipImage>> {
    let before = row.boolean()?;
    let (direction, kind, name) = (
        row.optional_text()?,
        row.optional_text()?,
        row.optional_text()?,
    );
    Ok(match (direction, kind, name) {
        (Some(direction), Some(kind), Some(name)) => Some(MembershipImage {
            adds: direction == "add",
            kind,
            name,
            before,
        }),
        _ => None,
    })
}
