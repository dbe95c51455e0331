//! What is personal to an operator, as texts by key.

use super::sql::Sql;
use super::{Result, Tx};
use crate::domain::{Time, UserId};

pub async fn lookup(tx: &mut Tx, user: UserId, key: &str) -> Result<Option<String>> {
    Sql::new("select value from preferences where user_id = $1 and key = $2")
        .bind(user)
        .bind(key)
        .optional(tx, super::sql::text)
        .await
}

/// Key and value of those whose key begins like this, by key.
pub async fn list(tx: &mut Tx, user: UserId, prefix: &str) -> Result<Vec<(String, String)>> {
    let length = i64::try_from(prefix.chars().count()).unwrap_or(i64::MAX);
    Sql::new(
        "select key, value from preferences
         where user_id = $1 and substr(key, 1, cast($3 as integer)) = $2
         order by key",
    )
    .bind(user)
    .bind(prefix)
    .bind(length)
    .all(tx, |row| Ok((row.text()?, row.text()?)))
    .await
}

pub async fn count(tx: &mut Tx, user: UserId) -> Result<i64> {
    Sql::new("select count(*) from preferences where user_id = $1")
        .bind(user)
        .int(tx)
        .await
}

pub async fn save(tx: &mut Tx, user: UserId, key: &str, value: &str, now: Time) -> Result<()> {
    Sql::new(
        "insert into preferences (user_id, key, value, updated_at) values ($1, $2, $3, $4)
         on conflict (user_id, key) do update set value = excluded.value, updated_at = excluded.updated_at",
    )
    .bind(user)
    .bind(key)
    .bind(value)
    .bind(now)
    .execute_one(tx)
    .await
}

pub async fn delete(tx: &mut Tx, user: UserId, key: &str) -> Result<()> {
    Sql::new("delete from preferences where user_id = $1 and key = $2")
        .bind(user)
        .bind(key)
        .execute(tx)
        .await?;
    Ok(())
}
