//! Running: the next targets of a plan, in one transaction, each only as the plan saw it.

use super::targets::{IMAGES, StateImage, image};
use crate::domain::plan::Operation;
use crate::domain::{JobId, UserId};
use crate::store::sql::Sql;
use crate::store::{Result, Tx};

/// The targets of a chunk that would change, as a subquery of user ids.
#[must_use]
pub fn chunk(job: JobId, from: i64, to: i64) -> Sql {
    let mut sql = super::changing(job);
    sql.push(" and result = '' and position > ")
        .push_value(from);
    sql.push(" and position <= ").push_value(to);
    sql
}

/// Fails targets of a chunk: they aren't changed.
pub async fn fail(
    tx: &mut Tx,
    job: JobId,
    users: &Sql,
    result: &'static str,
    note: &str,
) -> Result<u64> {
    let mut sql = Sql::new("update plan_targets set result = ");
    sql.push_value(result)
        .push(", result_note = ")
        .push_value(note);
    sql.push(" where result = '' and verdict = 'change' and job_id = ")
        .push_value(job);
    sql.push(" and user_id in (").push_sql(users).push(")");
    sql.execute(tx).await
}

/// The targets of a chunk whose version moved since the plan was made: reported, not overwritten.
pub async fn fail_moved(tx: &mut Tx, job: JobId, from: i64, to: i64, purges: bool) -> Result<u64> {
    let mut sql = Sql::new(
        "update plan_targets set result = 'conflict', result_note = 'was changed by somebody else since the plan'
         where job_id = $1 and position > $2 and position <= $3 and verdict = 'change' and result = ''
           and not (
                exists (select 1 from user_states s
                    where s.user_id = plan_targets.user_id and s.version = plan_targets.state_version)",
    )
    .bind(job)
    .bind(from)
    .bind(to);
    if purges {
        sql.push(
            " and exists (select 1 from users u
                where u.id = plan_targets.user_id and u.version = plan_targets.user_version)",
        );
    }
    sql.push(")");
    sql.execute(tx).await
}

/// Gives the targets of a chunk the state that the plan says: one update joined on the plan.
///
/// Only what the operation is about is written: guesses and sign-ins since the plan move no version, and must neither be
/// forgotten nor taken back.
pub async fn apply(
    tx: &mut Tx,
    job: JobId,
    operation: Operation,
    from: i64,
    to: i64,
) -> Result<u64> {
    let mut sql = Sql::new("update user_states set ");
    sql.push(match operation {
        Operation::Enable | Operation::Disable => "enabled = t.after_enabled",
        Operation::Delete | Operation::Restore => "deleted_at = t.after_deleted_at",
        Operation::Unlock | Operation::Relock => {
            "locked_at = t.after_locked_at, locked_until = t.after_locked_until,
                failures = t.after_failures"
        }
        Operation::SignOut | Operation::Purge | Operation::Members => return Ok(0),
    });
    sql.push(
        ", version = user_states.version + 1
         from plan_targets t
         where t.verdict = 'change' and t.result = '' and user_states.user_id = t.user_id
           and user_states.version = t.state_version and t.job_id = ",
    );
    sql.push_value(job)
        .push(" and t.position > ")
        .push_value(from);
    sql.push(" and t.position <= ").push_value(to);
    sql.execute(tx).await
}

/// Reads the locks of a chunk's targets again, so that what is taken away is what the audit says and an undo gives back.
pub async fn refresh_locks(tx: &mut Tx, job: JobId, from: i64, to: i64) -> Result<()> {
    Sql::new(
        "update plan_targets set before_locked_at = s.locked_at, before_locked_until = s.locked_until,
            before_failures = s.failures
         from user_states s
         where plan_targets.job_id = $1 and plan_targets.position > $2 and plan_targets.position <= $3
           and plan_targets.verdict = 'change' and plan_targets.result = ''
           and s.user_id = plan_targets.user_id",
    )
    .bind(job)
    .bind(from)
    .bind(to)
    .execute(tx)
    .await
    .map(drop)
}

/// Removes the targets of a chunk for good, with everything that belongs to them.
pub async fn purge(tx: &mut Tx, job: JobId, from: i64, to: i64) -> Result<u64> {
    let mut sql = Sql::new("delete from users where id in (");
    sql.push_sql(&chunk(job, from, to)).push(")");
    sql.execute(tx).await
}

/// What the audit says of one target of a chunk.
#[derive(Clone, Debug)]
pub struct ChunkTarget {
    pub user: UserId,
    pub username: String,
    pub before: StateImage,
    pub after: StateImage,
}

/// The targets of a chunk that are about to change, in the order of their positions.
pub async fn chunk_targets(
    tx: &mut Tx,
    job: JobId,
    from: i64,
    to: i64,
) -> Result<Vec<ChunkTarget>> {
    let mut sql = Sql::new("select user_id, username, ");
    sql.push(IMAGES)
        .push(" from plan_targets where verdict = 'change' and result = '' and job_id = ");
    sql.push_value(job)
        .push(" and position > ")
        .push_value(from);
    sql.push(" and position <= ")
        .push_value(to)
        .push(" order by position");
    sql.all(tx, |row| {
        Ok(ChunkTarget {
            user: UserId(row.int()?),
            username: row.text()?,
            before: image(row)?,
            after: image(row)?,
        })
    })
    .await
}

/// Marks the targets of a chunk that are left as done.
pub async fn finish_chunk(tx: &mut Tx, job: JobId, from: i64, to: i64) -> Result<()> {
    Sql::new(
        "update plan_targets set result = 'done'
         where job_id = $1 and position > $2 and position <= $3 and verdict = 'change' and result = ''",
    )
    .bind(job)
    .bind(from)
    .bind(to)
    .execute(tx)
    .await
    .map(drop)
}
