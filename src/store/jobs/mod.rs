//! Plans and jobs: what a mass action will do, target by target, and what became of it.
//!
//! Everything is a set: a plan is one insert over the targets, a chunk of a job one update joined on the plan's versions.

mod chunk;
mod members;
mod plan;
mod targets;

pub use chunk::{
    ChunkTarget, apply, chunk, chunk_targets, fail, fail_moved, finish_chunk, purge, refresh_locks,
};
pub use members::{
    ChangeRecord, MemberTargets, NewChange, Part, Stage, abroad, add_changes, bearers, changes,
    conflict, count_changing, count_users_changing, entering, holdings, of_change, of_users,
    plan_members, repeat_changes, roleless, strangers, strike, turn_changes, unseen,
    without_account,
};
pub use plan::{
    Judge, Planning, Targets, UNREACHED, changing, count_missing, first_changing, first_ids,
    mark_privileged, plan, refuse, verdict_counts,
};
pub use targets::{MembershipImage, StateImage, TargetChoice, TargetRecord, list_targets};

use super::scope::Deeds;
use super::sql::{Row, Sql};
use super::{Result, Scope, Tx};
use crate::domain::plan::{Caller, Operation};
use crate::domain::{JobId, OrganizationId, Time, UserId};

/// A job, or a plan that waits for its confirmation.
#[derive(Clone, Debug)]
pub struct JobRecord {
    pub id: JobId,
    pub action: String,
    pub organization: OrganizationId,
    pub operator: UserId,
    pub operator_name: String,
    pub selection: String,
    pub state: String,
    pub tier: i64,
    pub total: i64,
    pub will_change: i64,
    pub already: i64,
    pub refused: i64,
    pub privileged: i64,
    pub sessions: i64,
    pub hidden: i64,
    pub caller: Caller,
    pub position: i64,
    pub done: i64,
    pub failed: i64,
    pub reason: String,
    pub ticket: String,
    pub title: String,
    pub undo_of: Option<JobId>,
    pub undone_by: Option<JobId>,
    pub created_at: Time,
    pub started_at: Time,
    pub finished_at: Time,
}

const COLUMNS: &str = "select j.id, j.action, j.organization_id, j.operator_id, j.operator_name,
    j.selection, j.state, j.tier, j.total, j.will_change, j.already, j.refused, j.privileged,
    j.sessions, j.hidden, j.caller, j.position, j.done, j.failed, j.reason, j.ticket, j.title,
    j.undo_of, j.undone_by, j.created_at, j.started_at, j.finished_at from jobs j where ";

fn read(row: &mut Row<'_>) -> Result<JobRecord> {
    Ok(JobRecord {
        id: JobId(row.int()?),
        action: row.text()?,
        organization: OrganizationId(row.int()?),
        operator: UserId(row.int()?),
        operator_name: row.text()?,
        selection: row.text()?,
        state: row.text()?,
        tier: row.int()?,
        total: row.int()?,
        will_change: row.int()?,
        already: row.int()?,
        refused: row.int()?,
        privileged: row.int()?,
        sessions: row.int()?,
        hidden: row.int()?,
        caller: Caller::parse(&row.text()?),
        position: row.int()?,
        done: row.int()?,
        failed: row.int()?,
        reason: row.text()?,
        ticket: row.text()?,
        title: row.text()?,
        undo_of: row.optional_int()?.map(JobId),
        undone_by: row.optional_int()?.map(JobId),
        created_at: row.time()?,
        started_at: row.time()?,
        finished_at: row.time()?,
    })
}

pub struct NewJob<'a> {
    pub operation: Operation,
    pub organization: OrganizationId,
    pub operator: UserId,
    pub operator_name: &'a str,
    pub origin: &'a str,
    pub selection: &'a str,
    pub hidden: i64,
    pub caller: Caller,
    pub reason: &'a str,
    pub ticket: &'a str,
    pub undo_of: Option<JobId>,
}

pub async fn add(tx: &mut Tx, new: &NewJob<'_>, now: Time) -> Result<JobId> {
    Sql::new(
        "insert into jobs (action, organization_id, operator_id, operator_name, origin, selection,
            tier, hidden, caller, reason, ticket, undo_of, created_at)
         values ($1, $2, $3, $4, $5, $6, 0, $7, $8, $9, $10, $11, $12) returning id",
    )
    .bind(new.operation.as_str())
    .bind(new.organization)
    .bind(new.operator)
    .bind(new.operator_name)
    .bind(new.origin)
    .bind(new.selection)
    .bind(new.hidden)
    .bind(new.caller.as_str())
    .bind(new.reason)
    .bind(new.ticket)
    .bind(new.undo_of)
    .bind(now)
    .int(tx)
    .await
    .map(JobId)
}

pub async fn lookup(tx: &mut Tx, scope: &Scope, id: JobId) -> Result<Option<JobRecord>> {
    let mut sql = Sql::new(COLUMNS);
    sql.push("j.id = ")
        .push_value(id)
        .push(" and ")
        .push_sql(&scope.deeds(Deeds::Jobs));
    sql.optional(tx, read).await
}

/// Locks the row, so that a second runner waits and then sees where the first one stands.
pub async fn lock(tx: &mut Tx, scope: &Scope, id: JobId) -> Result<Option<JobRecord>> {
    let mut sql = Sql::new(COLUMNS);
    sql.push("j.id = ")
        .push_value(id)
        .push(" and ")
        .push_sql(&scope.deeds(Deeds::Jobs));
    sql.push("{for_update}");
    sql.optional(tx, read).await
}

/// Newest first. Plans that nobody confirmed are left out.
pub async fn list(tx: &mut Tx, scope: &Scope, limit: i64) -> Result<Vec<JobRecord>> {
    let mut sql = Sql::new(COLUMNS);
    sql.push_sql(&scope.deeds(Deeds::Jobs));
    sql.push(" and j.state <> 'planned' order by j.id desc limit ")
        .push_value(limit);
    sql.all(tx, read).await
}

/// Jobs that somebody has to go on with: running ones whose runner may be gone, and paused ones.
pub async fn list_unfinished(tx: &mut Tx, scope: &Scope) -> Result<Vec<JobRecord>> {
    let mut sql = Sql::new(COLUMNS);
    sql.push_sql(&scope.deeds(Deeds::Jobs));
    sql.push(" and j.state in ('running', 'paused') order by j.id desc limit 100");
    sql.all(tx, read).await
}

/// Forgets a plan that was only asked for what it would do.
pub async fn delete(tx: &mut Tx, id: JobId) -> Result<()> {
    Sql::new("delete from jobs where id = $1 and state = 'planned'")
        .bind(id)
        .execute(tx)
        .await
        .map(drop)
}

/// Targets of a forgotten plan that go at once: whoever waits for the head of the audit waits for this too.
const FORGOTTEN_MAX: u64 = 20_000;

/// Forgets a plan that nobody confirmed in time, a part at a time; gives its number back once it is gone.
pub async fn forget_stale(tx: &mut Tx, before: Time) -> Result<Option<JobId>> {
    let stale =
        Sql::new("select id, created_at from jobs where state = 'planned' order by id limit 1")
            .optional(tx, |row| Ok((JobId(row.int()?), row.time()?)))
            .await?;
    let Some((job, _)) = stale.filter(|(_, created_at)| *created_at < before) else {
        return Ok(None);
    };
    let gone = Sql::new(
        "delete from plan_targets where job_id = $1 and position in (
            select position from plan_targets where job_id = $1 order by position limit $2)",
    )
    .bind(job)
    .bind(FORGOTTEN_MAX.cast_signed())
    .execute(tx)
    .await?;
    if gone == FORGOTTEN_MAX {
        return Ok(None);
    }
    delete(tx, job).await?;
    Ok(Some(job))
}

/// Writes the counts of a plan into its job.
pub async fn sum_up(tx: &mut Tx, job: JobId) -> Result<()> {
    Sql::new(
        "update jobs set (total, will_change, already, refused, privileged, sessions) = (
            select count(*),
                count(case when verdict = 'change' then 1 end),
                count(case when verdict = 'already' then 1 end),
                count(case when verdict = 'refused' then 1 end),
                count(case when verdict = 'change' and privileged then 1 end),
                cast(coalesce(sum(case when verdict = 'change' then sessions end), 0) as bigint)
            from plan_targets where job_id = $1),
            beyond = exists (
                select 1 from plan_targets t join users u on u.id = t.user_id
                where t.job_id = $1 and u.organization_id <> jobs.organization_id)
              or exists (
                select 1 from plan_changes c join roles r on r.id = c.holder_id
                where c.job_id = $1 and c.holder_kind = 'role' and r.organization_id <> jobs.organization_id)
              or exists (
                select 1 from plan_changes c join groups g on g.id = c.holder_id
                where c.job_id = $1 and c.holder_kind = 'group' and g.organization_id <> jobs.organization_id)
         where id = $1",
    )
    .bind(job)
    .execute_one(tx)
    .await
}

/// Writes what a plan asks for and what it is called, once its counts are known.
pub async fn settle(tx: &mut Tx, job: JobId, tier: i64, title: &str) -> Result<()> {
    Sql::new("update jobs set tier = $2, title = $3 where id = $1")
        .bind(job)
        .bind(tier)
        .bind(title)
        .execute_one(tx)
        .await
}

/// The users of an organization that aren't deleted.
pub async fn count_users(tx: &mut Tx, organization: OrganizationId) -> Result<i64> {
    Sql::new(
        "select count(*) from users u join user_states s on s.user_id = u.id
         where u.organization_id = $1 and s.deleted_at = 0",
    )
    .bind(organization)
    .int(tx)
    .await
}

pub async fn set_state(tx: &mut Tx, job: JobId, state: &str, now: Time) -> Result<()> {
    Sql::new(
        "update jobs set state = $2,
            started_at = case when started_at = 0 and $2 = 'running' then $3 else started_at end,
            finished_at = case when $2 in ('done', 'partial', 'cancelled') then $3 else finished_at end,
            version = version + 1
         where id = $1",
    )
    .bind(job)
    .bind(state)
    .bind(now)
    .execute_one(tx)
    .await
}

/// Says for whom a plan is carried out.
pub async fn set_caller(tx: &mut Tx, job: JobId, caller: Caller) -> Result<()> {
    Sql::new("update jobs set caller = $2 where id = $1")
        .bind(job)
        .bind(caller.as_str())
        .execute_one(tx)
        .await
}

pub async fn set_reason(tx: &mut Tx, job: JobId, reason: &str, ticket: &str) -> Result<()> {
    Sql::new("update jobs set reason = $2, ticket = $3 where id = $1")
        .bind(job)
        .bind(reason)
        .bind(ticket)
        .execute_one(tx)
        .await
}

pub async fn set_undone(tx: &mut Tx, job: JobId, by: JobId) -> Result<()> {
    Sql::new("update jobs set state = 'undone', undone_by = $2 where id = $1")
        .bind(job)
        .bind(by)
        .execute_one(tx)
        .await
}

/// Moves the job on.
pub async fn advance(tx: &mut Tx, job: JobId, to: i64, done: i64, failed: i64) -> Result<()> {
    Sql::new(
        "update jobs set position = $2, done = done + $3, failed = failed + $4, version = version + 1
         where id = $1",
    )
    .bind(job)
    .bind(to)
    .bind(done)
    .bind(failed)
    .execute_one(tx)
    .await
}
