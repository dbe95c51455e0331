//! The hash chain: its head and its rows.

use super::sql::{self, Sql};
use super::{Result, Tx};
use crate::domain::audit::{AuditRow, Hash};
use crate::domain::{Time, UserId};
use std::borrow::Cow;
use std::collections::HashMap;

/// The last link: every write locks it first, so the chain can't fork and checks can't race.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    pub sequence: i64,
    pub hash: Hash,
}

pub async fn lock_head(tx: &mut Tx) -> Result<Head> {
    Sql::new("select sequence, hash from audit_head where id = 1{for_update}")
        .one(tx, |row| {
            Ok(Head {
                sequence: row.int()?,
                hash: hash(row.bytes()?)?,
            })
        })
        .await
}

pub async fn head(tx: &mut Tx) -> Result<Head> {
    Sql::new("select sequence, hash from audit_head where id = 1")
        .one(tx, |row| {
            Ok(Head {
                sequence: row.int()?,
                hash: hash(row.bytes()?)?,
            })
        })
        .await
}

pub async fn move_head(tx: &mut Tx, head: Head) -> Result<()> {
    Sql::new("update audit_head set sequence = $1, hash = $2 where id = 1")
        .bind(head.sequence)
        .bind(&head.hash[..])
        .execute_one(tx)
        .await
}

pub async fn add(tx: &mut Tx, row: &AuditRow, hash: &Hash) -> Result<()> {
    Sql::new(
        "insert into audit (sequence, at, operator_id, operator_name, on_behalf_of, organization_id,
            origin, action, target_kind, target_id, target_name, changes, reason, ticket, job_id,
            outcome, hash)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)",
    )
    .bind(row.sequence)
    .bind(row.at)
    .bind(row.operator_id)
    .bind(&row.operator_name)
    .bind(&row.on_behalf_of)
    .bind(row.organization_id)
    .bind(&row.origin)
    .bind(&row.action)
    .bind(&row.target_kind)
    .bind(row.target_id)
    .bind(&row.target_name)
    .bind(&row.changes)
    .bind(&row.reason)
    .bind(&row.ticket)
    .bind(row.job_id)
    .bind(&row.outcome)
    .bind(&hash[..])
    .execute(tx)
    .await
    .map(drop)
}

/// What the row of one user doesn't share with the others of its set: id, username, changes.
#[derive(Clone, Debug)]
pub struct UserChange<'a>(pub UserId, pub &'a str, pub Cow<'a, str>);

/// As [`UserChange`], with the organization that the row belongs to.
#[derive(Clone, Debug, serde::Serialize)]
pub struct UserRow<'a>(pub UserId, pub &'a str, pub &'a str, pub Option<i64>);

/// The organization that a record belongs to; `None` where what is done to it is seen by whoever sees everything alone. The
/// other one is that of a system-wide record, which is everybody's, and of one that isn't there.
pub async fn home(
    tx: &mut Tx,
    (kind, id): (&str, Option<i64>),
    otherwise: Option<i64>,
) -> Result<Option<i64>> {
    let sql = match kind {
        "user" => "select organization_id from users where id = $1",
        "group" => "select coalesce(organization_id, $2) from groups where id = $1",
        "role" => "select coalesce(organization_id, $2) from roles where id = $1",
        "unit" => "select organization_id from units where id = $1",
        "organization" => "select id from organizations where id = $1",
        "job" => {
            "select case when beyond then null else organization_id end from jobs where id = $1"
        }
        _ => return Ok(otherwise),
    };
    let mut sql = Sql::new(sql).bind(id);
    if matches!(kind, "group" | "role") {
        sql = sql.bind(otherwise);
    }
    let home = sql.optional(tx, sql::optional_int).await?;
    Ok(home.unwrap_or(otherwise))
}

/// Of these users, those who belong to another organization than this one, with theirs. It is read where a change of their
/// states looks as well.
pub async fn elsewhere(
    tx: &mut Tx,
    users: impl Iterator<Item = UserId>,
    organization: Option<i64>,
) -> Result<HashMap<UserId, i64>> {
    let mut sql = Sql::new("select user_id, organization_id from user_states where user_id in ");
    sql.push_ids(users.map(|user| user.0))
        .push(" and organization_id <> ")
        .push_value(organization.unwrap_or_default());
    let rows = sql
        .all(tx, |row| Ok((UserId(row.int()?), row.int()?)))
        .await?;
    Ok(rows.into_iter().collect())
}

/// Adds a row for each of these users as one set: they share everything with `first` but sequence, target, changes and
/// organization.
/// `hashes` has 32 bytes for each. Nothing is joined, for neither engine's planner knows how many rows come.
pub async fn add_users(
    tx: &mut Tx,
    first: &AuditRow,
    rows: &[UserRow<'_>],
    hashes: Vec<u8>,
) -> Result<u64> {
    let rows = serde_json::to_string(rows).unwrap_or_default();
    let mut sql = Sql::new(
        "insert into audit (sequence, at, operator_id, operator_name, on_behalf_of, organization_id,
            origin, action, target_kind, target_id, target_name, changes, reason, ticket, job_id,
            outcome, hash)
         select ",
    );
    sql.push_value(first.sequence - 1)
        .push(" + elements.key, ")
        .push_value(first.at);
    sql.push(", cast(")
        .push_value(first.operator_id)
        .push(" as bigint), ");
    sql.push_value(&first.operator_name)
        .push(", ")
        .push_value(&first.on_behalf_of);
    sql.push(", cast({item:3} as bigint), ");
    sql.push_value(&first.origin)
        .push(", ")
        .push_value(&first.action)
        .push(", ");
    sql.push_value(&first.target_kind)
        .push(", cast({item:0} as bigint), {item:1}, {item:2}, ");
    sql.push_value(&first.reason)
        .push(", ")
        .push_value(&first.ticket)
        .push(", cast(");
    sql.push_value(first.job_id)
        .push(" as bigint), ")
        .push_value(&first.outcome)
        .push(", substr(");
    sql.push_value(hashes)
        .push(", cast(1 + 32 * (elements.key - 1) as integer), 32) from ")
        .push_json(rows);
    sql.execute(tx).await
}

pub(super) const COLUMNS: &str =
    "select a.sequence, a.at, a.operator_id, a.operator_name, a.on_behalf_of,
    a.organization_id, a.origin, a.action, a.target_kind, a.target_id, a.target_name, a.changes,
    a.reason, a.ticket, a.job_id, a.outcome, a.hash from audit a where ";

/// The rows after a sequence, in order, for the walk along the chain.
pub async fn chain_after(tx: &mut Tx, sequence: i64, limit: i64) -> Result<Vec<(AuditRow, Hash)>> {
    let mut sql = Sql::new(COLUMNS);
    sql.push("a.sequence > ")
        .push_value(sequence)
        .push(" order by a.sequence limit ");
    sql.push_value(limit);
    sql.all(tx, read).await
}

/// The last time one of these actions was done to a target.
pub async fn last_done(
    tx: &mut Tx,
    target_kind: &str,
    target_id: i64,
    action: &str,
) -> Result<Option<Time>> {
    Sql::new(
        "select at from audit
         where target_kind = $1 and target_id = $2 and action = $3 and outcome = 'done'
         order by sequence desc limit 1",
    )
    .bind(target_kind)
    .bind(target_id)
    .bind(action)
    .optional(tx, sql::time)
    .await
}

pub(super) fn read(row: &mut super::sql::Row<'_>) -> Result<(AuditRow, Hash)> {
    let audit = AuditRow {
        sequence: row.int()?,
        at: row.int()?,
        operator_id: row.optional_int()?,
        operator_name: row.text()?,
        on_behalf_of: row.text()?,
        organization_id: row.optional_int()?,
        origin: row.text()?,
        action: row.text()?,
        target_kind: row.text()?,
        target_id: row.optional_int()?,
        target_name: row.text()?,
        changes: row.text()?,
        reason: row.text()?,
        ticket: row.text()?,
        job_id: row.optional_int()?,
        outcome: row.text()?,
    };
    Ok((audit, hash(row.bytes()?)?))
}

fn hash(bytes: Vec<u8>) -> Result<Hash> {
    bytes
        .try_into()
        .map_err(|_| super::Error::Inconsistent("an audit hash is not 32 bytes long".to_owned()))
}
