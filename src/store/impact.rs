//! What a change of roles or memberships would do before it is done: who comes to hold a right further, or less far.

use super::jobs::{Part, Stage};
use super::members::Holding;
use super::sql::{Row, Sql};
use super::who_can::{Granting, Sources, standing};
use super::{Result, Scope, Tx};
use crate::domain::permission::Level;
use crate::domain::{JobId, OrganizationId, RoleId};
use std::collections::{BTreeMap, BTreeSet};

/// What is about to change.
#[derive(Clone, Debug)]
pub enum Change {
    /// The rules of a role: its holders are looked at.
    Role(RoleId),
    /// What groups give: whoever is directly in one of these is looked at.
    Groups(Vec<i64>),
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
    fn people(&self) -> Sql {
        match self {
            Self::Role(role) => Holding::Role(*role).everybody(),
            Self::Groups(groups) => {
                let mut sql = Sql::new("select user_id from group_users where group_id in ");
                sql.push_ids(groups.iter().copied());
                sql
            }
            Self::Plan(job) => planned(*job).users(),
        }
    }

    /// Over `users u`: would have one of these.
    fn held(&self, sources: &Sources) -> Sql {
        match self {
            Self::Role(_) | Self::Groups(_) => sources.held("u.id"),
            Self::Plan(job) => held_after(*job, sources),
        }
    }
}

/// What lies in which group, and which groups confer a role in an organization: as it is, or as it would be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Nesting {
    inside: BTreeMap<i64, BTreeSet<i64>>,
    conferring: BTreeMap<i64, BTreeSet<i64>>,
}

impl Nesting {
    pub async fn load(tx: &mut Tx, organization: OrganizationId) -> Result<Self> {
        let mut nesting = Self::default();
        let pair = |row: &mut Row<'_>| Ok((row.int()?, row.int()?));
        let members = Sql::new("select group_id, member_id from group_groups");
        for (group, member) in members.all(tx, pair).await? {
            nesting.inside.entry(group).or_default().insert(member);
        }
        let roles = Sql::new(
            "select gr.role_id, gr.group_id from group_roles gr join groups g on g.id = gr.group_id
             where g.organization_id is null or g.organization_id = $1",
        )
        .bind(organization);
        for (role, group) in roles.all(tx, pair).await? {
            nesting.conferring.entry(role).or_default().insert(group);
        }
        Ok(nesting)
    }

    /// Lets a group confer these roles and no others.
    pub fn confer(&mut self, group: i64, roles: &[i64]) {
        for groups in self.conferring.values_mut() {
            groups.remove(&group);
        }
        for role in roles {
            self.conferring.entry(*role).or_default().insert(group);
        }
    }

    /// Puts these groups and no others into a group.
    pub fn nest(&mut self, group: i64, members: &[i64]) {
        self.inside.insert(group, members.iter().copied().collect());
    }

    /// These groups and all that lies in them, by id.
    #[must_use]
    pub fn inside(&self, groups: impl IntoIterator<Item = i64>) -> Vec<i64> {
        let mut found = BTreeSet::new();
        let mut left: Vec<i64> = groups.into_iter().collect();
        while let Some(group) = left.pop() {
            if found.insert(group) {
                left.extend(self.inside.get(&group).into_iter().flatten());
            }
        }
        found.into_iter().collect()
    }

    /// As [`Granting::spread`], over these groups.
    #[must_use]
    pub fn spread(&self, granting: Granting) -> Granting {
        let grants = granting.grants.into_iter();
        Granting {
            grants: grants
                .map(|(level, sources)| (level, self.spread_one(sources)))
                .collect(),
            denied: self.spread_one(granting.denied),
        }
    }

    fn spread_one(&self, sources: Sources) -> Sources {
        let conferring = sources
            .roles
            .iter()
            .filter_map(|role| self.conferring.get(role))
            .flatten();
        let groups = self.inside(sources.groups.iter().chain(conferring).copied());
        Sources { groups, ..sources }
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
pub async fn organizations(
    tx: &mut Tx,
    change: &Change,
    limit: i64,
) -> Result<Vec<OrganizationId>> {
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
    change: &Change,
    (before, after): (&Granting, &Granting),
) -> Result<Vec<Turn>> {
    tx.plan_for_values().await?;
    let mut sql = Sql::new(
        "select before_rank, after_rank, count(*), min(username) from (select u.username, ",
    );
    sql.push_sql(&rank(before, |sources| sources.held("u.id")))
        .push(" as before_rank, ")
        .push_sql(&rank(after, |sources| change.held(sources)))
        .push(" as after_rank from users u join user_states s on s.user_id = u.id where ")
        .push_sql(&standing("u.id", organization))
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
