//! Planning: the targets of an operation frozen in one insert, with the verdict on each.

use crate::domain::plan::Operation;
use crate::domain::{JobId, Time, UserId};
use crate::store::prepared::Prepared;
use crate::store::sql::Sql;
use crate::store::{Result, Scope, Tx};

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
        Operation::SignOut | Operation::Purge | Operation::Relock | Operation::Members => {
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
        Operation::Relock | Operation::Members => vec![],
    }
}

/// Who the targets are, over `users u join user_states s`.
#[derive(Clone, Debug)]
pub enum Targets {
    Found(Box<Prepared>),
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
            prepared.push_candidates(&mut sql);
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
    prepared.push_candidates(&mut sql);
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

/// What a plan notes of a target that the operator's right doesn't reach.
pub const UNREACHED: &str = "is outside the reach of your right to do this";

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
    push_then(sql, column, "refused", UNREACHED);
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

/// The first who would change, each once though several memberships may be about them.
pub async fn first_changing(tx: &mut Tx, job: JobId, limit: i64) -> Result<Vec<String>> {
    Sql::new(
        "select username from plan_targets where job_id = $1 and verdict = 'change'
         group by user_id, username order by min(position) limit $2",
    )
    .bind(job)
    .bind(limit)
    .all(tx, crate::store::sql::text)
    .await
}

/// How many of these users a plan didn't find.
pub async fn count_missing(tx: &mut Tx, job: JobId, users: &[UserId]) -> Result<i64> {
    if users.is_empty() {
        return Ok(0);
    }
    let mut sql = Sql::new("select count(distinct cast(elements.value as bigint)) from ");
    sql.push_id_elements(users.iter().map(|id| id.0));
    sql.push(
        " where not exists (select 1 from plan_targets t
            where t.user_id = cast(elements.value as bigint) and t.job_id = ",
    )
    .push_value(job)
    .push(")");
    sql.int(tx).await
}

/// The targets of a plan that would change, as a subquery of user ids.
#[must_use]
pub fn changing(job: JobId) -> Sql {
    let mut sql =
        Sql::new("select user_id from plan_targets where verdict = 'change' and job_id = ");
    sql.push_value(job);
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
pub async fn refuse(
    tx: &mut Tx,
    job: JobId,
    users: &[UserId],
    (note, lack): (&str, &str),
) -> Result<()> {
    let mut sql = Sql::new("update plan_targets set verdict = 'refused', note = ");
    sql.push_value(note)
        .push(", lack = ")
        .push_value(lack)
        .push(" where verdict = 'change' and job_id = ")
        .push_value(job);
    sql.push(" and user_id in ")
        .push_ids(users.iter().map(|id| id.0));
    sql.execute(tx).await.map(drop)
}
