//! What a change of roles or memberships would do before it is done: who comes to hold a right further, or less far.

use super::jobs::{Part, Stage};
use super::members::Holding;
use super::sql::Sql;
use super::who_can::{Granting, Sources, standing};
use super::{Result, Scope, Tx};
use crate::domain::permission::Level;
use crate::domain::{JobId, OrganizationId, RoleId};

/// What is about to change.
#[derive(Clone, Copy, Debug)]
pub enum Change {
    /// The rules of a role: its holders are looked at.
    Role(RoleId),
    /// The memberships of a plan that would change: its users are looked at.
    Plan(JobId),
}

/// People who would go from one level of a right to another; none is no right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Turn {
    pub from: Option<Level>,
    pub to: Option<Level>,
    pub users: i64,
    /// The first of them by username.
    pub such_as: String,
}

impl Change {
    /// Those whom it can touch, as a subquery of ids.
    fn people(self) -> Sql {
        match self {
            Self::Role(role) => Holding::Role(role).everybody(),
            Self::Plan(job) => planned(job).users(),
        }
    }

    /// Over `users u`: would have one of these.
    fn held(self, sources: &Sources) -> Sql {
        match self {
            Self::Role(_) => sources.held(),
            Self::Plan(job) => held_after(job, sources),
        }
    }
}

const fn planned(job: JobId) -> Part {
    let stage = Stage::Plan;
    Part { job, stage }
}

/// Over `users u`: has one of these, once the plan is done.
fn held_after(job: JobId, sources: &Sources) -> Sql {
    let changing = |direction: &'static str, kind: &'static str| {
        let mut sql = Sql::new(
            "select c.holder_id from plan_targets t
             join plan_changes c on c.job_id = t.job_id and c.number = t.change_number
             where t.user_id = u.id and c.direction = ",
        );
        sql.push_value(direction)
            .push(" and c.holder_kind = ")
            .push_value(kind)
            .push(" and ");
        planned(job).push(&mut sql);
        sql
    };
    let (roles, groups) = (&sources.roles, &sources.groups);
    let mut sql =
        Sql::new("(exists (select 1 from user_roles m where m.user_id = u.id and m.role_id in ");
    sql.push_ids(roles.iter().copied())
        .push(" and m.role_id not in (")
        .push_sql(&changing("remove", "role"))
        .push(")) or exists (select 1 from (")
        .push_sql(&changing("add", "role"))
        .push(") as n where n.holder_id in ")
        .push_ids(roles.iter().copied())
        .push(") or exists (select 1 from group_users m where m.user_id = u.id and m.group_id in ")
        .push_ids(groups.iter().copied())
        .push(" and m.group_id not in (")
        .push_sql(&changing("remove", "group"))
        .push(")) or exists (select 1 from (")
        .push_sql(&changing("add", "group"))
        .push(") as n where n.holder_id in ")
        .push_ids(groups.iter().copied())
        .push("))");
    sql
}

/// Over `users u`: the place of the level among [`Level::ALL`] from 1, and 0 for nothing.
fn rank(granting: &Granting, held: impl Fn(&Sources) -> Sql) -> Sql {
    let mut sql = Sql::new("case");
    if !granting.denied.is_empty() {
        sql.push(" when ")
            .push_sql(&held(&granting.denied))
            .push(" then cast(0 as bigint)");
    }
    for (level, sources) in granting.grants.iter().rev() {
        sql.push(" when ")
            .push_sql(&held(sources))
            .push(" then ")
            .push_value(number(*level));
    }
    // The first arm is for a right that nothing speaks of; the cast, for PostgreSQL, whose plain numbers are narrower.
    sql.push(" when 1 = 0 then cast(0 as bigint) else cast(0 as bigint) end");
    sql
}

fn number(level: Level) -> i64 {
    Level::ALL
        .iter()
        .zip(1..)
        .find_map(|(known, number)| (*known == level).then_some(number))
        .unwrap_or_default()
}

fn level(number: i64) -> Option<Level> {
    let place = usize::try_from(number).ok()?.checked_sub(1)?;
    Level::ALL.get(place).copied()
}

/// The enabled organizations that those may sign in to whom a change can touch, by name.
pub async fn organizations(tx: &mut Tx, change: Change, limit: i64) -> Result<Vec<OrganizationId>> {
    let mut sql = Sql::new(
        "select o.id from organizations o where o.enabled and o.id in (
            select m.organization_id from user_organizations m where m.user_id in (",
    );
    sql.push_sql(&change.people())
        .push(")) order by o.name_key limit ")
        .push_value(limit);
    let ids = sql.ints(tx).await?;
    Ok(ids.into_iter().map(OrganizationId).collect())
}

/// How many of those seen would go from which level of a right to which, in an organization; from the narrowest.
pub async fn turns(
    tx: &mut Tx,
    (seen, organization): (&Scope, OrganizationId),
    change: Change,
    (before, after): (&Granting, &Granting),
) -> Result<Vec<Turn>> {
    let mut sql = Sql::new(
        "select before_rank, after_rank, count(*), min(username) from (select u.username, ",
    );
    sql.push_sql(&rank(before, Sources::held))
        .push(" as before_rank, ")
        .push_sql(&rank(after, |sources| change.held(sources)))
        .push(" as after_rank from users u join user_states s on s.user_id = u.id where ")
        .push_sql(&standing(organization))
        .push(" and ")
        .push_sql(&seen.users())
        .push(" and u.id in (")
        .push_sql(&change.people())
        .push(
            ")) as ranked where before_rank <> after_rank
             group by before_rank, after_rank order by before_rank, after_rank",
        );
    sql.all(tx, |row| {
        Ok(Turn {
            from: level(row.int()?),
            to: level(row.int()?),
            users: row.int()?,
            such_as: row.text()?,
        })
    })
    .await
}
