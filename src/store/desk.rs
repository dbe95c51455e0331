//! What the desk looks for: callers by a number, the queue of the locked, and who locked again.

use super::page::Page;
use super::prepared::{Ids, PROBE_MAX, Prepared};
use super::sql::{self, Sql};
use super::users::{self, UserLine, UserSort};
use super::{Result, Scope, Tx};
use crate::domain::{Time, UserId, text};

/// A number that a person is known by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Number {
    Phone,
    Staff,
}

impl Number {
    /// The name of the field that holds it.
    #[must_use]
    pub const fn field(self) -> &'static str {
        match self {
            Self::Phone => "phone",
            Self::Staff => "employee_number",
        }
    }

    const fn search(self) -> &'static str {
        // The indexes hold only those who have a number, and are used where a statement says that too.
        match self {
            Self::Phone => "u.phone_key <> '' and u.phone_key",
            Self::Staff => "u.staff_key <> '' and u.staff_key",
        }
    }
}

/// Those whom all of these scopes reach and whose number is this one, or has it as a part. The scopes come before the
/// limit: who is out of sight takes nobody's place.
pub async fn find_by_number(
    tx: &mut Tx,
    scopes: &[&Scope],
    number: Number,
    key: &str,
    whole: bool,
) -> Result<Vec<i64>> {
    let mut sql = Sql::new(
        "select u.id from users u join user_states s on s.user_id = u.id where s.deleted_at = 0 and ",
    );
    for scope in scopes {
        sql.push_sql(&scope.users()).push(" and ");
    }
    sql.push(number.search());
    if whole {
        sql.push(" = ").push_value(key);
    } else {
        sql.push(" like ");
        sql.push_value(format!("%{}%", text::escape_like(key)));
        sql.push(" escape '\\'");
    }
    sql.push(" limit ")
        .push_value(i64::try_from(PROBE_MAX).unwrap_or(i64::MAX));
    sql.ints(tx).await
}

/// The lines of these users, by username, as far as all of these scopes reach; the bin stays out of sight.
pub async fn lines(
    tx: &mut Tx,
    scopes: &[&Scope],
    ids: Vec<i64>,
    limit: u32,
) -> Result<Vec<UserLine>> {
    let mut condition = Sql::new("s.deleted_at = 0");
    for scope in scopes {
        condition.push(" and ").push_sql(&scope.users());
    }
    let prepared = Prepared::new(condition, Some(Ids::of(ids)));
    users::list(
        tx,
        &prepared,
        UserSort::Username,
        false,
        &Page::First,
        limit,
    )
    .await
}

/// A place in the queue: who locked last comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    pub locked_at: Time,
    pub user: UserId,
}

/// Appends the locks in force that all of these scopes reach. Who is disabled or deleted too isn't helped by unlocking.
fn push_locked(sql: &mut Sql, scopes: &[&Scope], now: Time) {
    sql.push(
        " from user_states s cross join users u
         where s.status_rank = 3 and u.id = s.user_id
           and (s.locked_until = 0 or s.locked_until > ",
    );
    sql.push_value(now).push(")");
    for scope in scopes {
        sql.push(" and ").push_sql(&scope.users());
    }
}

pub async fn count_locked(tx: &mut Tx, scopes: &[&Scope], now: Time, cap: i64) -> Result<i64> {
    let mut sql = Sql::new("select count(*) from (select 1");
    push_locked(&mut sql, scopes, now);
    sql.push(" limit ").push_value(cap).push(") as counted");
    sql.int(tx).await
}

/// The queue from behind a place on.
pub async fn queue(
    tx: &mut Tx,
    scopes: &[&Scope],
    after: Option<Place>,
    now: Time,
    limit: u32,
) -> Result<Vec<Place>> {
    let mut sql = Sql::new("select s.locked_at, s.user_id");
    push_locked(&mut sql, scopes, now);
    if let Some(place) = after {
        sql.push(" and (s.locked_at, s.user_id) < (")
            .push_value(place.locked_at)
            .push(", ")
            .push_value(place.user)
            .push(")");
    }
    sql.push(" order by s.locked_at desc, s.user_id desc limit ")
        .push_value(i64::from(limit));
    sql.all(tx, |row| {
        Ok(Place {
            locked_at: row.time()?,
            user: UserId(row.int()?),
        })
    })
    .await
}

/// Deeds of an operator that are looked through, newest first.
const DEEDS_MAX: i64 = 200;

/// An account that was unlocked for a caller, and when.
#[derive(Clone, Copy, Debug)]
pub struct Unlocked {
    pub user: UserId,
    pub at: Time,
}

/// Those whom this operator unlocked for a caller since then, and who locked again within so many seconds; the latest
/// first.
pub async fn locked_again(
    tx: &mut Tx,
    operator: UserId,
    since: Time,
    within_seconds: i64,
    now: Time,
) -> Result<Vec<Unlocked>> {
    let mut sql = Sql::new(
        "select a.target_id, a.at from (
            select target_id, at, action, outcome, job_id from audit where operator_id = ",
    );
    sql.push_value(operator);
    sql.push(" order by sequence desc limit ")
        .push_value(DEEDS_MAX);
    sql.push(
        ") as a
         join user_states s on s.user_id = a.target_id
         join jobs j on j.id = a.job_id
         where a.action = 'user_unlocked' and a.outcome = 'done' and j.caller <> '' and a.at >= ",
    );
    sql.push_value(since);
    sql.push(" and s.locked_at > a.at and s.locked_at <= a.at + ")
        .push_value(within_seconds.saturating_mul(1_000_000));
    sql.push(" and (s.locked_until = 0 or s.locked_until > ")
        .push_value(now);
    sql.push(") order by s.locked_at desc, a.at desc");
    let found = sql
        .all(tx, |row| {
            Ok(Unlocked {
                user: UserId(row.int()?),
                at: row.time()?,
            })
        })
        .await?;
    // Whoever was unlocked twice locked again after the later one.
    let mut latest: Vec<Unlocked> = Vec::new();
    for unlocked in found {
        if latest.iter().all(|known| known.user != unlocked.user) {
            latest.push(unlocked);
        }
    }
    Ok(latest)
}

/// Those of some addresses from which a user signed in before.
pub async fn usual_addresses(
    tx: &mut Tx,
    user: UserId,
    addresses: &[String],
) -> Result<Vec<String>> {
    let mut sql = Sql::new(
        "select distinct client_address from sign_in_attempts where outcome = 'success' and user_id = ",
    );
    sql.push_value(user)
        .push(" and client_address in ")
        .push_texts(addresses);
    sql.all(tx, sql::text).await
}
