//! A plan or a job looked at again: those who failed in it, and rows that are left out before it runs.

use super::sql::Sql;
use super::{Result, Tx};
use crate::domain::{JobId, UserId};

/// What is noted of a row that the operator left out of the plan.
pub const LEFT_OUT: &str = "left out of the plan";

/// Those whom a job failed to change.
pub async fn failed_of(tx: &mut Tx, job: JobId) -> Result<Vec<UserId>> {
    let ids = Sql::new(
        "select user_id from plan_targets
         where job_id = $1 and result in ('conflict', 'failed') order by position",
    )
    .bind(job)
    .ints(tx)
    .await?;
    Ok(ids.into_iter().map(UserId).collect())
}

/// Says where the targets of a plan came from.
pub async fn set_selection(tx: &mut Tx, job: JobId, selection: &str) -> Result<()> {
    Sql::new("update jobs set selection = $2 where id = $1")
        .bind(job)
        .bind(selection)
        .execute_one(tx)
        .await
}

/// Takes a row out of a plan. Returns how many rows that was: none where it would not change anyway.
pub async fn leave_out(tx: &mut Tx, job: JobId, position: i64) -> Result<u64> {
    Sql::new(
        "update plan_targets set verdict = 'already', note = $3
         where job_id = $1 and position = $2 and verdict = 'change'",
    )
    .bind(job)
    .bind(position)
    .bind(LEFT_OUT)
    .execute(tx)
    .await
}

/// Takes a row that was left out back in.
pub async fn take_back_in(tx: &mut Tx, job: JobId, position: i64) -> Result<u64> {
    Sql::new(
        "update plan_targets set verdict = 'change', note = ''
         where job_id = $1 and position = $2 and verdict = 'already' and note = $3",
    )
    .bind(job)
    .bind(position)
    .bind(LEFT_OUT)
    .execute(tx)
    .await
}

/// Whether the operator left rows out of a plan.
pub async fn leaves_out(tx: &mut Tx, job: JobId) -> Result<bool> {
    Sql::new("select 1 from plan_targets where job_id = $1 and verdict = 'already' and note = $2 limit 1")
        .bind(job)
        .bind(LEFT_OUT)
        .exists(tx)
        .await
}
