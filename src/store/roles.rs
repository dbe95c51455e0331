//! Roles: named sets of rules, system-wide or of one organization.

use super::scope::counts;
use super::sql::Sql;
use super::{Result, Scope, Seen, Tx, members};
use crate::domain::{GroupId, OrganizationId, RoleId, Time};

/// One line of a list. Users are counted to one above the cap, where there is one.
#[derive(Clone, Debug)]
pub struct RoleLine {
    pub id: RoleId,
    pub name: String,
    pub organization: Option<String>,
    pub description: String,
    pub built_in: bool,
    pub version: i64,
    /// Users who were given the role themselves.
    pub holders: i64,
    /// Groups that confer it.
    pub groups: i64,
}

/// The lines of these roles, by name; of their holders and of the groups that confer them those are counted that these
/// scopes see.
pub async fn lines(
    tx: &mut Tx,
    (users, groups): (&Scope, &Scope),
    ids: &[i64],
    cap: Option<u32>,
) -> Result<Vec<RoleLine>> {
    let mut sql = Sql::new(
        "select r.id, r.name, o.name, r.description, r.built_in, r.version, (select count(*) from (
            select 1 from user_roles m where m.role_id = r.id and ",
    );
    members::push_counted(&mut sql, users);
    members::push_cap(&mut sql, cap);
    sql.push(
        ") as counted), (
            select count(*) from group_roles m join groups g on g.id = m.group_id
            where m.role_id = r.id and ",
    )
    .push_sql(&groups.groups_seen())
    .push(
        ") from roles r
         left join organizations o on o.id = r.organization_id
         where r.id in ",
    )
    .push_ids(ids.iter().copied())
    .push(" order by r.name_key, r.id");
    sql.all(tx, |row| {
        Ok(RoleLine {
            id: RoleId(row.int()?),
            name: row.text()?,
            organization: row.optional_text()?,
            description: row.text()?,
            built_in: row.boolean()?,
            version: row.int()?,
            holders: row.int()?,
            groups: row.int()?,
        })
    })
    .await
}

#[derive(Clone, Debug)]
pub struct RoleRecord {
    pub id: RoleId,
    pub name: String,
    pub organization: Option<OrganizationId>,
    pub organization_name: Option<String>,
    pub description: String,
    pub built_in: bool,
    pub created_at: Time,
    pub updated_at: Time,
    pub version: i64,
}

pub async fn lookup(tx: &mut Tx, scope: &Scope, id: RoleId) -> Result<Option<RoleRecord>> {
    let mut sql = Sql::new(
        "select r.name, r.organization_id, o.name, r.description, r.built_in, r.created_at,
            r.updated_at, r.version
         from roles r
         left join organizations o on o.id = r.organization_id
         where r.id = ",
    );
    sql.push_value(id)
        .push(" and ")
        .push_sql(&scope.roles_seen());
    sql.optional(tx, |row| {
        Ok(RoleRecord {
            id,
            name: row.text()?,
            organization: row.optional_int()?.map(OrganizationId),
            organization_name: row.optional_text()?,
            description: row.text()?,
            built_in: row.boolean()?,
            created_at: row.time()?,
            updated_at: row.time()?,
            version: row.int()?,
        })
    })
    .await
}

/// The texts of a role that are written together.
#[derive(Clone, Debug)]
pub struct RoleWrite {
    pub name: String,
    pub name_key: String,
    pub description: String,
}

pub async fn add(
    tx: &mut Tx,
    organization: Option<OrganizationId>,
    write: &RoleWrite,
    now: Time,
) -> Result<RoleId> {
    Sql::new(
        "insert into roles (organization_id, name, name_key, description, created_at, updated_at)
         values ($1, $2, $3, $4, $5, $5) returning id",
    )
    .bind(organization)
    .bind(&write.name)
    .bind(&write.name_key)
    .bind(&write.description)
    .bind(now)
    .int(tx)
    .await
    .map(RoleId)
}

/// Writes over the version that was seen; `false` where somebody else saved first.
pub async fn update(
    tx: &mut Tx,
    id: RoleId,
    version: i64,
    write: &RoleWrite,
    now: Time,
) -> Result<bool> {
    let changed = Sql::new(
        "update roles set name = $3, name_key = $4, description = $5, updated_at = $6,
            version = version + 1
         where id = $1 and version = $2",
    )
    .bind(id)
    .bind(version)
    .bind(&write.name)
    .bind(&write.name_key)
    .bind(&write.description)
    .bind(now)
    .execute(tx)
    .await?;
    Ok(changed == 1)
}

/// Its rules go with it; users and groups that still have it keep it from going.
pub async fn delete(tx: &mut Tx, id: RoleId) -> Result<()> {
    Sql::new("delete from roles where id = $1")
        .bind(id)
        .execute_one(tx)
        .await
}

/// How many users, deleted ones included, and how many groups have it, of those that may be seen.
pub async fn uses(tx: &mut Tx, id: RoleId, seen: &Seen) -> Result<(i64, i64)> {
    let users = "user_roles m join users u on u.id = m.user_id where m.role_id = ";
    let groups = "group_roles m join groups g on g.id = m.group_id where m.role_id = ";
    let columns = [
        (users, seen.users.users()),
        (groups, seen.groups.groups_seen()),
    ];
    let counted = counts(id.0, columns).one(tx, |row| Ok((row.int()?, row.int()?)));
    counted.await
}

/// Gives everybody who has one role, users and groups, another in its place.
pub async fn move_holders(tx: &mut Tx, from: RoleId, to: RoleId) -> Result<()> {
    for statement in [
        "insert into user_roles (user_id, role_id) select user_id, $2 from user_roles where role_id = $1 on conflict do nothing",
        "insert into group_roles (group_id, role_id) select group_id, $2 from group_roles where role_id = $1 on conflict do nothing",
    ] {
        Sql::new(statement).bind(from).bind(to).execute(tx).await?;
    }
    for statement in [
        "delete from user_roles where role_id = $1",
        "delete from group_roles where role_id = $1",
    ] {
        Sql::new(statement).bind(from).execute(tx).await?;
    }
    Ok(())
}

/// The groups that confer it: (id, name, organization).
pub async fn conferring(
    tx: &mut Tx,
    id: RoleId,
) -> Result<Vec<(GroupId, String, Option<OrganizationId>)>> {
    Sql::new(
        "select g.id, g.name, g.organization_id from group_roles m
         join groups g on g.id = m.group_id
         where m.role_id = $1
         order by g.name_key, g.id",
    )
    .bind(id)
    .all(tx, |row| {
        Ok((
            GroupId(row.int()?),
            row.text()?,
            row.optional_int()?.map(OrganizationId),
        ))
    })
    .await
}

/// The roles that a group may confer: system-wide ones and those of its organization.
pub async fn fitting_into(tx: &mut Tx, group: GroupId) -> Result<Vec<i64>> {
    Sql::new(
        "select r.id from roles r join groups g on g.id = $1
         where r.organization_id is null or r.organization_id = g.organization_id",
    )
    .bind(group)
    .ints(tx)
    .await
}

/// The ids of the roles that everybody who has this one, users and groups, may have in its place: a role of an
/// organization goes to those who may sign in there, and to its groups.
pub async fn fitting(tx: &mut Tx, id: RoleId) -> Result<Vec<i64>> {
    Sql::new(
        "select r.id from roles r where r.id <> $1 and (r.organization_id is null or (
            not exists (select 1 from user_roles m where m.role_id = $1 and not exists (
                select 1 from user_organizations h
                where h.user_id = m.user_id and h.organization_id = r.organization_id))
            and not exists (select 1 from group_roles m join groups g on g.id = m.group_id
                where m.role_id = $1 and (g.organization_id is null
                    or g.organization_id <> r.organization_id))))",
    )
    .bind(id)
    .ints(tx)
    .await
}
