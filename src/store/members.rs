//! The users in a group and the holders of a role, added and removed as sets.

use super::named::{self, Named, NamedKind};
use super::sql::{Sql, text};
use super::{Reach, Result, Scope, Tx};
use crate::domain::{GroupId, OrganizationId, RoleId, Time, UserId};

/// What users belong to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holding {
    Group(GroupId),
    Role(RoleId),
}

impl Holding {
    /// As [`kind`](Self::kind) names it.
    #[must_use]
    pub fn of_kind(kind: &str, id: i64) -> Self {
        if kind == "role" {
            Self::Role(RoleId(id))
        } else {
            Self::Group(GroupId(id))
        }
    }

    /// `group` or `role`.
    #[must_use]
    pub const fn kind(self) -> &'static str {
        self.of("group", "role")
    }

    #[must_use]
    pub const fn id(self) -> i64 {
        match self {
            Self::Group(id) => id.0,
            Self::Role(id) => id.0,
        }
    }

    const fn of(self, group: &'static str, role: &'static str) -> &'static str {
        match self {
            Self::Group(_) => group,
            Self::Role(_) => role,
        }
    }

    /// The users who belong to it directly, as a subquery of ids.
    #[must_use]
    pub fn members(self) -> Sql {
        Sql::new(self.of(
            "select user_id from group_users where group_id = $1",
            "select user_id from user_roles where role_id = $1",
        ))
        .bind(self.id())
    }

    /// Everybody who has it, through (nested) groups too, as a subquery of ids.
    #[must_use]
    pub fn everybody(self) -> Sql {
        Sql::new(self.of(
            "select m.user_id from group_closure c
             join group_users m on m.group_id = c.descendant_id where c.ancestor_id = $1",
            "select user_id from user_roles where role_id = $1
             union
             select m.user_id from group_roles gr
             join group_closure c on c.ancestor_id = gr.group_id
             join group_users m on m.group_id = c.descendant_id where gr.role_id = $1",
        ))
        .bind(self.id())
    }
}

/// A user alone, as a subquery of ids.
#[must_use]
pub fn one(user: UserId) -> Sql {
    Sql::new("select cast($1 as bigint)").bind(user)
}

/// A list of ids as a subquery.
#[must_use]
pub fn these(ids: &[i64]) -> Sql {
    let mut sql = Sql::new("select listed.id from (select cast(value as bigint) as id from ");
    sql.push_json(super::sql::json_array(ids.iter().copied()))
        .push(") as listed");
    sql
}

/// Over a membership `m`: its user is not in the bin and may be seen.
pub(super) fn push_counted(sql: &mut Sql, seen: &Scope) {
    sql.push(
        "exists (select 1 from user_states s where s.user_id = m.user_id and s.deleted_at = 0)",
    );
    if seen.reach != Reach::All {
        sql.push(" and exists (select 1 from users u where u.id = m.user_id and ")
            .push_sql(&seen.users())
            .push(")");
    }
}

/// Ends the counting of a subquery one above the cap.
pub(super) fn push_cap(sql: &mut Sql, cap: Option<u32>) {
    if let Some(cap) = cap {
        sql.push(" limit ").push_value(i64::from(cap) + 1);
    }
}

/// The usernames of those who belong to it and may be seen, by name.
pub async fn usernames(
    tx: &mut Tx,
    seen: &Scope,
    holding: Holding,
    limit: i64,
) -> Result<Vec<String>> {
    let mut sql = Sql::new(
        "select u.username from users u join user_states s on s.user_id = u.id
         where s.deleted_at = 0 and u.id in (",
    );
    sql.push_sql(&holding.members())
        .push(") and ")
        .push_sql(&seen.users())
        .push(" order by u.username_key limit ")
        .push_value(limit);
    sql.all(tx, text).await
}

/// How many of these users, a subquery of ids, may be seen, those in the bin too.
pub async fn count_seen(tx: &mut Tx, seen: &Scope, users: &Sql) -> Result<i64> {
    let mut sql = Sql::new("select count(*) from users u where u.id in (");
    sql.push_sql(users).push(") and ").push_sql(&seen.users());
    sql.int(tx).await
}

/// How many belong to it who may be seen.
pub async fn count(tx: &mut Tx, seen: &Scope, holding: Holding) -> Result<i64> {
    let mut sql = Sql::new("select count(*) from (");
    sql.push_sql(&holding.members()).push(") as m where ");
    push_counted(&mut sql, seen);
    sql.int(tx).await
}

/// The enabled organizations that users of a subquery may sign in to.
pub async fn organizations(tx: &mut Tx, users: &Sql) -> Result<Vec<Named>> {
    let mut sql = Sql::new(
        "select distinct m.organization_id from user_organizations m
         join organizations o on o.id = m.organization_id where o.enabled and m.user_id in (",
    );
    sql.push_sql(users).push(")");
    let ids = sql.ints(tx).await?;
    named::by_ids(tx, &Scope::system(), NamedKind::Organization, &ids).await
}

/// How many users a subquery of ids has that aren't deleted.
pub async fn count_all(tx: &mut Tx, users: &Sql) -> Result<i64> {
    let mut sql =
        Sql::new("select count(*) from user_states where deleted_at = 0 and user_id in (");
    sql.push_sql(users).push(")");
    sql.int(tx).await
}

/// How many users of a subquery have no role at all, or would have none if a group were gone, and the first of them by
/// name that are seen.
pub async fn roleless(
    tx: &mut Tx,
    users: &Sql,
    gone: Option<GroupId>,
    seen: (&Scope, i64),
) -> Result<(i64, Vec<String>)> {
    let mut condition = Sql::new(" from users u where u.id in (");
    condition.push_sql(users).push(
        ") and not exists (select 1 from user_roles r where r.user_id = u.id)
           and not exists (select 1 from group_users m
            join group_closure c on c.descendant_id = m.group_id
            join group_roles r on r.group_id = c.ancestor_id
            where m.user_id = u.id",
    );
    if let Some(group) = gone {
        condition
            .push(" and m.group_id <> ")
            .push_value(group)
            .push(" and c.ancestor_id <> ")
            .push_value(group);
    }
    condition.push(")");
    counted(tx, &condition, seen).await
}

/// How many users of a subquery may not sign in to an organization, and the first of them by name that are seen.
pub async fn strangers(
    tx: &mut Tx,
    users: &Sql,
    organization: OrganizationId,
    seen: (&Scope, i64),
) -> Result<(i64, Vec<String>)> {
    let mut condition = Sql::new(" from users u where u.id in (");
    condition.push_sql(users).push(
        ") and not exists (select 1 from user_organizations h
            where h.user_id = u.id and h.organization_id = ",
    );
    condition.push_value(organization).push(")");
    counted(tx, &condition, seen).await
}

async fn counted(
    tx: &mut Tx,
    condition: &Sql,
    (seen, names): (&Scope, i64),
) -> Result<(i64, Vec<String>)> {
    let mut sql = Sql::new("select count(*)");
    sql.push_sql(condition);
    let number = sql.int(tx).await?;
    if number == 0 {
        return Ok((0, Vec::new()));
    }
    let mut sql = Sql::new("select u.username");
    sql.push_sql(condition)
        .push(" and ")
        .push_sql(&seen.users())
        .push(" order by u.username_key limit ")
        .push_value(names);
    Ok((number, sql.all(tx, text).await?))
}

/// Adds the users of a subquery of ids, which is named `id`, and returns how many weren't there yet.
pub async fn add(tx: &mut Tx, holding: Holding, users: &Sql) -> Result<u64> {
    let mut sql = Sql::new(holding.of(
        "insert into group_users (group_id, user_id) select ",
        "insert into user_roles (role_id, user_id) select ",
    ));
    // SQLite reads "on conflict" after a select as part of its join, unless a condition stands between.
    sql.push_value(holding.id())
        .push(", listed.id from (")
        .push_sql(users)
        .push(") as listed where true on conflict do nothing");
    sql.execute(tx).await
}

/// Takes the users of a subquery of ids away, and returns how many were there.
pub async fn remove(tx: &mut Tx, holding: Holding, users: &Sql) -> Result<u64> {
    let mut sql = Sql::new(holding.of(
        "delete from group_users where group_id = ",
        "delete from user_roles where role_id = ",
    ));
    sql.push_value(holding.id())
        .push(" and user_id in (")
        .push_sql(users)
        .push(")");
    sql.execute(tx).await
}

/// Whether a right to change members reaches it.
pub async fn is_reached(tx: &mut Tx, reach: &Scope, holding: Holding) -> Result<bool> {
    let mut sql = Sql::new(holding.of(
        "select 1 from groups g where g.id = ",
        "select 1 from roles r where r.id = ",
    ));
    sql.push_value(holding.id()).push(" and ");
    match holding {
        Holding::Group(_) => sql.push_sql(&reach.groups_changed()),
        Holding::Role(_) => sql.push_sql(&reach.roles_changed()),
    };
    sql.exists(tx).await
}

/// Those among these groups or roles whose members a right may change.
pub async fn reached(tx: &mut Tx, reach: &Scope, kind: NamedKind, ids: &[i64]) -> Result<Vec<i64>> {
    let (text, condition) = match kind {
        NamedKind::Role => ("select r.id from roles r where ", reach.roles_changed()),
        _ => ("select g.id from groups g where ", reach.groups_changed()),
    };
    let mut sql = Sql::new(text);
    sql.push_sql(&condition)
        .push(match kind {
            NamedKind::Role => " and r.id in ",
            _ => " and g.id in ",
        })
        .push_ids(ids.iter().copied());
    sql.ints(tx).await
}

/// How many of these users belong directly to each of these groups or roles: (group or role, users).
pub async fn count_inside(
    tx: &mut Tx,
    kind: NamedKind,
    ids: &[i64],
    users: &[i64],
) -> Result<Vec<(i64, i64)>> {
    // The users lead, for each belongs to few: one group may have a hundred thousand.
    let mut sql = Sql::new(match kind {
        NamedKind::Role => "select m.role_id, count(*) from ",
        _ => "select m.group_id, count(*) from ",
    });
    sql.push_id_elements(users.iter().copied());
    sql.push(match kind {
        NamedKind::Role => {
            " cross join user_roles m where m.user_id = cast(elements.value as bigint)
              and m.role_id in "
        }
        _ => {
            " cross join group_users m where m.user_id = cast(elements.value as bigint)
              and m.group_id in "
        }
    });
    sql.push_ids(ids.iter().copied()).push(" group by 1");
    sql.all(tx, |row| Ok((row.int()?, row.int()?))).await
}

/// What groups confer by themselves and by those they are nested in: (group, the group that it is or is nested in,
/// a role of that one).
pub async fn conferred(
    tx: &mut Tx,
    groups: &[i64],
) -> Result<Vec<(i64, i64, Option<(i64, String)>)>> {
    let mut sql = Sql::new(
        "select c.descendant_id, c.ancestor_id, r.id, r.name from group_closure c
         left join group_roles m on m.group_id = c.ancestor_id
         left join roles r on r.id = m.role_id
         where c.descendant_id in ",
    );
    sql.push_ids(groups.iter().copied())
        .push(" order by 1, c.depth, r.name_key, 3");
    sql.all(tx, |row| {
        Ok((
            row.int()?,
            row.int()?,
            row.optional_int()?.zip(row.optional_text()?),
        ))
    })
    .await
}

/// Marks the users of a subquery as changed where their memberships changed.
pub async fn touch(tx: &mut Tx, users: &Sql, now: Time) -> Result<u64> {
    let mut sql = Sql::new("update users set version = version + 1, updated_at = ");
    sql.push_value(now)
        .push(" where id in (")
        .push_sql(users)
        .push(")");
    sql.execute(tx).await
}

/// Whether a user is among those of a subquery.
pub async fn includes(tx: &mut Tx, users: &Sql, user: UserId) -> Result<bool> {
    let mut sql = Sql::new("select 1 from users u where u.id = ");
    sql.push_value(user)
        .push(" and u.id in (")
        .push_sql(users)
        .push(")");
    sql.exists(tx).await
}
