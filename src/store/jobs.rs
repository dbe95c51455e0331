//! Plans and jobs: what a mass action will do, target by target, and what became of it.
//!
//! Everything is a set: a plan is one insert over the targets, a chunk of a job one update joined on the plan's versions.

use super::scope::Deeds;
use super::sql::{Row, Sql};
use super::user_filter::{Prepared, Walk};
use super::{Reach, Result, Scope, Tx};
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
    pub undo_of: Option<JobId>,
    pub undone_by: Option<JobId>,
    pub created_at: Time,
    pub started_at: Time,
    pub finished_at: Time,
}

const COLUMNS: &str = "select j.id, j.action, j.organization_id, j.operator_id, j.operator_name,
    j.selection, j.state, j.tier, j.total, j.will_change, j.already, j.refused, j.privileged,
    j.sessions, j.hidden, j.caller, j.position, j.done, j.failed, j.reason, j.ticket, j.undo_of, j.undone_by,
    j.created_at, j.started_at, j.finished_at from jobs j where ";

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

/// The state a target would be in afterwards, in the order of the columns `after_…`.
fn push_after(sql: &mut Sql, operation: Operation, now: Time) {
    match operation {
        Operation::Enable => {
            sql.push("true, s.locked_at, s.locked_until, s.failures, s.deleted_at")
        }
        Operation::Disable => {
            sql.push("false, s.locked_at, s.locked_until, s.failures, s.deleted_at")
        }
        Operation::Unlock => sql.push("s.enabled, 0, 0, 0, s.deleted_at"),
        Operation::Delete => sql
            .push("s.enabled, s.locked_at, s.locked_until, s.failures, ")
            .push_value(now),
        Operation::Restore => sql.push("s.enabled, s.locked_at, s.locked_until, s.failures, 0"),
        Operation::SignOut | Operation::Purge | Operation::Relock => {
            sql.push("s.enabled, s.locked_at, s.locked_until, s.failures, s.deleted_at")
        }
    };
}

/// The open sessions of a user, over `users u`.
fn push_sessions(sql: &mut Sql, now: Time) {
    sql.push("(select count(*) from sessions e where e.user_id = u.id and e.ended_at = 0 and e.expires_at > ");
    sql.push_value(now).push(")");
}

/// What a state says to an operation; the first condition that holds decides.
struct Judgement {
    /// Over `user_states s`; empty stands for "no open session".
    condition: &'static str,
    verdict: &'static str,
    note: &'static str,
}

fn judgements(operation: Operation) -> Vec<Judgement> {
    const fn refused(condition: &'static str, note: &'static str) -> Judgement {
        Judgement {
            condition,
            verdict: "refused",
            note,
        }
    }
    const fn already(condition: &'static str, note: &'static str) -> Judgement {
        Judgement {
            condition,
            verdict: "already",
            note,
        }
    }
    let deleted = refused("s.deleted_at > 0", "is deleted: restore it first");
    match operation {
        Operation::Enable => vec![deleted, already("s.enabled", "is enabled already")],
        Operation::Disable => vec![deleted, already("not s.enabled", "is disabled already")],
        Operation::Unlock => vec![
            deleted,
            already("s.locked_at = 0 and s.failures = 0", "is not locked"),
        ],
        Operation::SignOut => vec![deleted, already("", "has no open session")],
        Operation::Delete => vec![already("s.deleted_at > 0", "is deleted already")],
        Operation::Restore => vec![already("s.deleted_at = 0", "is not deleted")],
        Operation::Purge => vec![refused(
            "s.deleted_at = 0",
            "is not deleted: only what lies in the bin is purged",
        )],
        Operation::Relock => vec![],
    }
}

/// Who the targets are, over `users u join user_states s`.
#[derive(Clone, Debug)]
pub enum Targets {
    Found(Prepared),
    /// Those that a job changed: their state goes back to what it was.
    UndoOf(JobId),
}

pub struct Planning<'a> {
    pub job: JobId,
    pub targets: &'a Targets,
    pub judge: Judge<'a>,
}

/// What decides whether an operation may be done to somebody.
#[derive(Clone, Copy)]
pub struct Judge<'a> {
    pub operation: Operation,
    /// How far the right to this operation reaches.
    pub reach: &'a Scope,
    pub operator: UserId,
    pub now: Time,
}

/// Freezes the targets: one row each with the state before, the state after and the verdict of its own state.
pub async fn plan(tx: &mut Tx, planning: &Planning<'_>) -> Result<u64> {
    let Planning {
        job,
        targets,
        judge,
    } = planning;
    let Judge { operation, now, .. } = judge;
    let undo = matches!(targets, Targets::UndoOf(_));
    let mut sql = Sql::new(
        "insert into plan_targets (job_id, position, user_id, username, display_name, user_version,
            state_version, verdict, note, privileged, sessions,
            before_enabled, before_locked_at, before_locked_until, before_failures, before_deleted_at,
            after_enabled, after_locked_at, after_locked_until, after_failures, after_deleted_at)
         select ",
    );
    sql.push_value(*job);
    sql.push(
        ", row_number() over (order by u.username_key), u.id, u.username,
            trim(u.first_name || ' ' || u.last_name), u.version, s.version, ",
    );
    push_verdict(&mut sql, judge, undo, Column::Verdict);
    sql.push(", ");
    push_verdict(&mut sql, judge, undo, Column::Note);
    sql.push(", false, ");
    push_sessions(&mut sql, *now);
    sql.push(", s.enabled, s.locked_at, s.locked_until, s.failures, s.deleted_at, ");
    match targets {
        Targets::Found(prepared) => {
            push_after(&mut sql, *operation, *now);
            prepared.push_from(&mut sql, Walk::Users);
        }
        Targets::UndoOf(undone) => {
            sql.push(
                "t.before_enabled, t.before_locked_at, t.before_locked_until, t.before_failures,
                 t.before_deleted_at
                 from plan_targets t cross join users u cross join user_states s
                 where u.id = t.user_id and s.user_id = t.user_id and t.result = 'done' and t.job_id = ",
            );
            sql.push_value(*undone);
        }
    }
    sql.execute(tx).await
}

/// The first ids that a condition finds.
pub async fn first_ids(tx: &mut Tx, prepared: &Prepared, limit: i64) -> Result<Vec<i64>> {
    let mut sql = Sql::new("select u.id");
    prepared.push_from(&mut sql, Walk::Users);
    sql.push(" limit ").push_value(limit);
    sql.ints(tx).await
}

/// How many of these users an operation would change, and why not the others: (verdict, note, number), most first.
pub async fn verdict_counts(
    tx: &mut Tx,
    judge: &Judge<'_>,
    users: &[i64],
    too_powerful: &[i64],
) -> Result<Vec<(String, String, i64)>> {
    let mut sql = Sql::new("select verdict, note, count(*) from (select case when u.id in ");
    sql.push_ids(too_powerful.iter().copied())
        .push(" then 'refused' else ");
    push_verdict(&mut sql, judge, false, Column::Verdict);
    sql.push(" end as verdict, case when u.id in ");
    sql.push_ids(too_powerful.iter().copied())
        .push(" then 'holds rights that you don''t' else ");
    push_verdict(&mut sql, judge, false, Column::Note);
    sql.push(" end as note from ")
        .push_id_elements(users.iter().copied());
    sql.push(
        " cross join users u cross join user_states s
          where u.id = cast(elements.value as bigint) and s.user_id = u.id",
    );
    sql.push(") as judged group by verdict, note order by 3 desc, 1, 2");
    sql.all(tx, |row| Ok((row.text()?, row.text()?, row.int()?)))
        .await
}

#[derive(Clone, Copy)]
enum Column {
    Verdict,
    Note,
}

fn push_verdict(sql: &mut Sql, judge: &Judge<'_>, undo: bool, column: Column) {
    sql.push("case when u.id = ").push_value(judge.operator);
    push_then(
        sql,
        column,
        "refused",
        "is yourself: another operator has to do it",
    );
    sql.push(" when not (")
        .push_sql(&judge.reach.users())
        .push(")");
    push_then(
        sql,
        column,
        "refused",
        "is outside the reach of your right to do this",
    );
    if undo {
        sql.push(" when s.version <> t.state_version + 1");
        push_then(sql, column, "refused", "was changed by somebody else since");
    } else {
        for judgement in judgements(judge.operation) {
            sql.push(" when ");
            if judgement.condition.is_empty() {
                push_sessions(sql, judge.now);
                sql.push(" = 0");
            } else {
                sql.push(judgement.condition);
            }
            push_then(sql, column, judgement.verdict, judgement.note);
        }
    }
    sql.push(match column {
        Column::Verdict => " else 'change' end",
        Column::Note => " else '' end",
    });
}

fn push_then(sql: &mut Sql, column: Column, verdict: &'static str, note: &'static str) {
    sql.push(" then ").push_value(match column {
        Column::Verdict => verdict,
        Column::Note => note,
    });
}

/// The targets of a plan that would change, as a subquery of user ids.
#[must_use]
pub fn changing(job: JobId) -> Sql {
    let mut sql =
        Sql::new("select user_id from plan_targets where verdict = 'change' and job_id = ");
    sql.push_value(job);
    sql
}

/// The targets of a chunk that would change, as a subquery of user ids.
#[must_use]
pub fn chunk(job: JobId, from: i64, to: i64) -> Sql {
    let mut sql = changing(job);
    sql.push(" and result = '' and position > ")
        .push_value(from);
    sql.push(" and position <= ").push_value(to);
    sql
}

pub async fn mark_privileged(tx: &mut Tx, job: JobId, users: &[UserId]) -> Result<()> {
    let mut sql = Sql::new("update plan_targets set privileged = true where job_id = ");
    sql.push_value(job)
        .push(" and user_id in ")
        .push_ids(users.iter().map(|id| id.0));
    sql.execute(tx).await.map(drop)
}

/// Refuses targets of a plan that would have changed.
pub async fn refuse(tx: &mut Tx, job: JobId, users: &[UserId], note: &str) -> Result<()> {
    let mut sql = Sql::new("update plan_targets set verdict = 'refused', note = ");
    sql.push_value(note)
        .push(" where verdict = 'change' and job_id = ")
        .push_value(job);
    sql.push(" and user_id in ")
        .push_ids(users.iter().map(|id| id.0));
    sql.execute(tx).await.map(drop)
}

/// Writes the counts of a plan into its job, and gives them back with the tier still to be set.
pub async fn sum_up(tx: &mut Tx, job: JobId) -> Result<()> {
    Sql::new(
        "update jobs set (total, will_change, already, refused, privileged, sessions) = (
            select count(*),
                count(case when verdict = 'change' then 1 end),
                count(case when verdict = 'already' then 1 end),
                count(case when verdict = 'refused' then 1 end),
                count(case when verdict = 'change' and privileged then 1 end),
                cast(coalesce(sum(case when verdict = 'change' then sessions end), 0) as bigint)
            from plan_targets where job_id = $1)
         where id = $1",
    )
    .bind(job)
    .execute_one(tx)
    .await
}

pub async fn set_tier(tx: &mut Tx, job: JobId, tier: i64) -> Result<()> {
    Sql::new("update jobs set tier = $2 where id = $1")
        .bind(job)
        .bind(tier)
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
        Operation::SignOut | Operation::Purge => return Ok(0),
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

/// The part of a state that a plan changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StateImage {
    pub enabled: bool,
    pub locked_at: Time,
    pub locked_until: Time,
    pub failures: i64,
    pub deleted_at: Time,
}

fn image(row: &mut Row<'_>) -> Result<StateImage> {
    Ok(StateImage {
        enabled: row.boolean()?,
        locked_at: row.time()?,
        locked_until: row.time()?,
        failures: row.int()?,
        deleted_at: row.time()?,
    })
}

const IMAGES: &str = "before_enabled, before_locked_at, before_locked_until, before_failures,
    before_deleted_at, after_enabled, after_locked_at, after_locked_until, after_failures,
    after_deleted_at";

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

/// One target of a plan or of a job.
#[derive(Clone, Debug)]
pub struct TargetRecord {
    pub position: i64,
    pub user: UserId,
    pub username: String,
    pub display_name: String,
    pub verdict: String,
    pub note: String,
    pub privileged: bool,
    pub sessions: i64,
    pub before: StateImage,
    pub after: StateImage,
    pub result: String,
    pub result_note: String,
}

/// Which targets of a plan are listed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TargetChoice {
    #[default]
    All,
    /// Refused, privileged or failed ones.
    Noted,
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
        "select position, user_id, username, display_name, verdict, note, privileged, sessions, ",
    );
    sql.push(IMAGES)
        .push(", result, result_note from plan_targets where job_id = ")
        .push_value(job);
    sql.push(match choice {
        TargetChoice::All => "",
        TargetChoice::Noted => {
            " and (verdict = 'refused' or privileged or result in ('conflict', 'failed'))"
        }
        TargetChoice::Refused => " and verdict = 'refused'",
        TargetChoice::Failed => " and result in ('conflict', 'failed')",
    });
    if seen.reach != Reach::All {
        sql.push(
            " and not exists (select 1 from users u where u.id = plan_targets.user_id and not (",
        )
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
            privileged: row.boolean()?,
            sessions: row.int()?,
            before: image(row)?,
            after: image(row)?,
            result: row.text()?,
            result_note: row.text()?,
        })
    })
    .await
}
