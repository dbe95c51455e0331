//! Open sessions, sign-in attempts and API keys.

use super::sql::Sql;
use super::{Result, Tx};
use crate::domain::{ApiKeyId, OrganizationId, SessionId, Time, UserId};

#[derive(Clone, Debug)]
pub struct NewSession<'a> {
    pub user: UserId,
    pub organization: OrganizationId,
    pub application: &'a str,
    pub client_address: &'a str,
    pub agent: &'a str,
    pub at: Time,
    pub expires_at: Time,
}

pub async fn add(tx: &mut Tx, new: &NewSession<'_>) -> Result<SessionId> {
    Sql::new(
        "insert into sessions (user_id, organization_id, application, client_address, agent,
            started_at, last_seen_at, expires_at)
         values ($1, $2, $3, $4, $5, $6, $6, $7) returning id",
    )
    .bind(new.user)
    .bind(new.organization)
    .bind(new.application)
    .bind(new.client_address)
    .bind(new.agent)
    .bind(new.at)
    .bind(new.expires_at)
    .int(tx)
    .await
    .map(SessionId)
}

/// Why a session no longer counts, or that it does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SessionState {
    Open,
    Ended(String),
    Expired,
}

pub async fn state(tx: &mut Tx, id: SessionId, user: UserId, now: Time) -> Result<SessionState> {
    let row = Sql::new(
        "select ended_at, end_reason, expires_at from sessions where id = $1 and user_id = $2",
    )
    .bind(id)
    .bind(user)
    .optional(tx, |row| Ok((row.time()?, row.text()?, row.time()?)))
    .await?;
    Ok(match row {
        None => SessionState::Ended("the account is gone".to_owned()),
        Some((ended_at, reason, _)) if !ended_at.is_never() => SessionState::Ended(reason),
        Some((_, _, expires_at)) if expires_at <= now => SessionState::Expired,
        Some(_) => SessionState::Open,
    })
}

/// From now on the session belongs to another organization.
pub async fn move_to(tx: &mut Tx, id: SessionId, organization: OrganizationId) -> Result<()> {
    Sql::new("update sessions set organization_id = $2 where id = $1 and ended_at = 0")
        .bind(id)
        .bind(organization)
        .execute_one(tx)
        .await
}

pub async fn end(tx: &mut Tx, id: SessionId, reason: &str, now: Time) -> Result<()> {
    Sql::new("update sessions set ended_at = $2, end_reason = $3 where id = $1 and ended_at = 0")
        .bind(id)
        .bind(now)
        .bind(reason)
        .execute(tx)
        .await
        .map(drop)
}

/// Ends every open session of the users that a subquery names.
pub async fn end_of_users(tx: &mut Tx, users: &Sql, reason: &str, now: Time) -> Result<u64> {
    let mut sql = Sql::new("update sessions set ended_at = ");
    sql.push_value(now)
        .push(", end_reason = ")
        .push_value(reason);
    sql.push(" where ended_at = 0 and user_id in (")
        .push_sql(users)
        .push(")");
    sql.execute(tx).await
}

#[derive(Clone, Debug, serde::Serialize)]
pub struct SessionRow {
    pub application: String,
    pub client_address: String,
    pub agent: String,
    pub started_at: Time,
}

pub async fn list_open(
    tx: &mut Tx,
    user: UserId,
    now: Time,
    limit: i64,
) -> Result<Vec<SessionRow>> {
    Sql::new(
        "select application, client_address, agent, started_at from sessions
         where user_id = $1 and ended_at = 0 and expires_at > $2 order by id desc limit $3",
    )
    .bind(user)
    .bind(now)
    .bind(limit)
    .all(tx, |row| {
        Ok(SessionRow {
            application: row.text()?,
            client_address: row.text()?,
            agent: row.text()?,
            started_at: row.time()?,
        })
    })
    .await
}

pub async fn count_open(tx: &mut Tx, user: UserId, now: Time) -> Result<i64> {
    Sql::new(
        "select count(*) from sessions where user_id = $1 and ended_at = 0 and expires_at > $2",
    )
    .bind(user)
    .bind(now)
    .int(tx)
    .await
}

#[derive(Clone, Debug, serde::Serialize)]
pub struct Attempt {
    pub id: i64,
    pub at: Time,
    pub outcome: String,
    pub application: String,
    pub client_address: String,
    pub agent: String,
}

pub async fn add_attempt(
    tx: &mut Tx,
    user: Option<UserId>,
    name: &str,
    attempt: &Attempt,
) -> Result<()> {
    Sql::new(
        "insert into sign_in_attempts (user_id, name, at, outcome, application, client_address, agent)
         values ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(user)
    .bind(name)
    .bind(attempt.at)
    .bind(&attempt.outcome)
    .bind(&attempt.application)
    .bind(&attempt.client_address)
    .bind(&attempt.agent)
    .execute(tx)
    .await
    .map(drop)
}

/// The latest attempts on an account, newest first.
pub async fn list_attempts(
    tx: &mut Tx,
    user: UserId,
    before: Option<Time>,
    limit: i64,
) -> Result<Vec<Attempt>> {
    Sql::new(
        "select id, at, outcome, application, client_address, agent from sign_in_attempts
         where user_id = $1 and at < $2 order by id desc limit $3",
    )
    .bind(user)
    .bind(before.map_or(i64::MAX, |time| time.0))
    .bind(limit)
    .all(tx, |row| {
        Ok(Attempt {
            id: row.int()?,
            at: row.time()?,
            outcome: row.text()?,
            application: row.text()?,
            client_address: row.text()?,
            agent: row.text()?,
        })
    })
    .await
}

pub struct ApiKeyRow {
    pub id: ApiKeyId,
    pub user: UserId,
    pub organization: OrganizationId,
    pub expires_at: Time,
}

pub async fn find_key(tx: &mut Tx, hash: &[u8]) -> Result<Option<ApiKeyRow>> {
    Sql::new("select id, user_id, organization_id, expires_at from api_keys where hash = $1")
        .bind(hash)
        .optional(tx, |row| {
            Ok(ApiKeyRow {
                id: ApiKeyId(row.int()?),
                user: UserId(row.int()?),
                organization: OrganizationId(row.int()?),
                expires_at: row.time()?,
            })
        })
        .await
}

/// Whether the key still exists and hasn't run out.
pub async fn key_is_good(tx: &mut Tx, id: ApiKeyId, now: Time) -> Result<bool> {
    Sql::new("select 1 from api_keys where id = $1 and expires_at > $2")
        .bind(id)
        .bind(now)
        .exists(tx)
        .await
}

/// Generating again replaces the key of this user in this organization.
pub async fn replace_key(
    tx: &mut Tx,
    user: UserId,
    organization: OrganizationId,
    hash: &[u8],
    now: Time,
    expires_at: Time,
) -> Result<()> {
    Sql::new("delete from api_keys where user_id = $1 and organization_id = $2")
        .bind(user)
        .bind(organization)
        .execute(tx)
        .await?;
    Sql::new(
        "insert into api_keys (user_id, organization_id, hash, created_at, expires_at)
         values ($1, $2, $3, $4, $5)",
    )
    .bind(user)
    .bind(organization)
    .bind(hash)
    .bind(now)
    .bind(expires_at)
    .execute(tx)
    .await
    .map(drop)
}

pub async fn key_used(tx: &mut Tx, id: ApiKeyId, now: Time) -> Result<()> {
    Sql::new("update api_keys set last_used_at = $2 where id = $1")
        .bind(id)
        .bind(now)
        .execute(tx)
        .await
        .map(drop)
}
