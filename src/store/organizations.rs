//! Organizations: the tenants.

use super::scope::counts;
use super::sql::Sql;
use super::{Result, Scope, Seen, Tx, members};
use crate::domain::{OrganizationId, Time};

/// One line of a list. Users are counted to one above the cap, where there is one.
#[derive(Clone, Debug)]
pub struct OrganizationLine {
    pub id: OrganizationId,
    pub name: String,
    pub description: String,
    pub enabled: bool,
    pub version: i64,
    pub users: i64,
    pub units: i64,
}

/// The lines of these organizations, by name; of the users and the units those are counted that these scopes see.
pub async fn lines(
    tx: &mut Tx,
    (users, units): (&Scope, &Scope),
    ids: &[i64],
    cap: Option<u32>,
) -> Result<Vec<OrganizationLine>> {
    let mut sql = Sql::new(
        "select o.id, o.name, o.description, o.enabled, o.version, (select count(*) from (
            select 1 from users u join user_states s on s.user_id = u.id
            where u.organization_id = o.id and s.deleted_at = 0 and ",
    );
    sql.push_sql(&users.users());
    members::push_cap(&mut sql, cap);
    sql.push(") as counted), (select count(*) from units n where n.organization_id = o.id and ")
        .push_sql(&units.units())
        .push(") from organizations o where o.id in ")
        .push_ids(ids.iter().copied())
        .push(" order by o.name_key, o.id");
    sql.all(tx, |row| {
        Ok(OrganizationLine {
            id: OrganizationId(row.int()?),
            name: row.text()?,
            description: row.text()?,
            enabled: row.boolean()?,
            version: row.int()?,
            users: row.int()?,
            units: row.int()?,
        })
    })
    .await
}

#[derive(Clone, Debug)]
pub struct OrganizationRecord {
    pub id: OrganizationId,
    pub name: String,
    pub description: String,
    pub enabled: bool,
    pub created_at: Time,
    pub updated_at: Time,
    pub version: i64,
}

pub async fn lookup(
    tx: &mut Tx,
    scope: &Scope,
    id: OrganizationId,
) -> Result<Option<OrganizationRecord>> {
    let mut sql = Sql::new(
        "select o.name, o.description, o.enabled, o.created_at, o.updated_at, o.version
         from organizations o where o.id = ",
    );
    sql.push_value(id)
        .push(" and ")
        .push_sql(&scope.organizations());
    sql.optional(tx, |row| {
        Ok(OrganizationRecord {
            id,
            name: row.text()?,
            description: row.text()?,
            enabled: row.boolean()?,
            created_at: row.time()?,
            updated_at: row.time()?,
            version: row.int()?,
        })
    })
    .await
}

/// What of an organization is written together.
#[derive(Clone, Debug)]
pub struct OrganizationWrite {
    pub name: String,
    pub name_key: String,
    pub description: String,
    pub enabled: bool,
}

pub async fn add(tx: &mut Tx, write: &OrganizationWrite, now: Time) -> Result<OrganizationId> {
    Sql::new(
        "insert into organizations (name, name_key, description, enabled, created_at, updated_at)
         values ($1, $2, $3, $4, $5, $5) returning id",
    )
    .bind(&write.name)
    .bind(&write.name_key)
    .bind(&write.description)
    .bind(write.enabled)
    .bind(now)
    .int(tx)
    .await
    .map(OrganizationId)
}

/// Writes over the version that was seen; `false` where somebody else saved first.
pub async fn update(
    tx: &mut Tx,
    id: OrganizationId,
    version: i64,
    write: &OrganizationWrite,
    now: Time,
) -> Result<bool> {
    let changed = Sql::new(
        "update organizations set name = $3, name_key = $4, description = $5, enabled = $6,
            updated_at = $7, version = version + 1
         where id = $1 and version = $2",
    )
    .bind(id)
    .bind(version)
    .bind(&write.name)
    .bind(&write.name_key)
    .bind(&write.description)
    .bind(write.enabled)
    .bind(now)
    .execute(tx)
    .await?;
    Ok(changed == 1)
}

/// How much belongs to an organization. Users count in the bin too.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Belongings {
    pub users: i64,
    /// How many of those are in the bin.
    pub deleted_users: i64,
    /// Users of other organizations who may sign in.
    pub guests: i64,
    pub units: i64,
    pub groups: i64,
    pub roles: i64,
}

pub async fn belongings(tx: &mut Tx, id: OrganizationId) -> Result<Belongings> {
    belongings_seen(tx, id, &Seen::all()).await
}

/// As [`belongings`], of what may be seen.
pub async fn belongings_seen(tx: &mut Tx, id: OrganizationId, seen: &Seen) -> Result<Belongings> {
    let guests = "user_organizations m join users u on u.id = m.user_id
        where u.organization_id <> m.organization_id and m.organization_id = ";
    let columns = [
        ("users u where u.organization_id = ", seen.users.users()),
        (
            "user_states s where s.status_rank = 0 and s.organization_id = ",
            seen.users.states(),
        ),
        (guests, seen.users.users()),
        ("units n where n.organization_id = ", seen.units.units()),
        (
            "groups g where g.organization_id = ",
            seen.groups.groups_seen(),
        ),
        (
            "roles r where r.organization_id = ",
            seen.roles.roles_seen(),
        ),
    ];
    let counted = counts(id.0, columns).one(tx, |row| {
        Ok(Belongings {
            users: row.int()?,
            deleted_users: row.int()?,
            guests: row.int()?,
            units: row.int()?,
            groups: row.int()?,
            roles: row.int()?,
        })
    });
    counted.await
}

/// The users who may sign in to an organization, as a subquery of ids.
#[must_use]
pub fn who_may_enter(id: OrganizationId) -> Sql {
    Sql::new("select user_id from user_organizations where organization_id = $1").bind(id)
}

/// Takes an organization away that nothing belongs to, with its last unit, its keys and its past sessions.
pub async fn delete(tx: &mut Tx, id: OrganizationId) -> Result<()> {
    for statement in [
        "delete from units where organization_id = $1",
        "delete from api_keys where organization_id = $1",
        "delete from sessions where organization_id = $1",
    ] {
        Sql::new(statement).bind(id).execute(tx).await?;
    }
    Sql::new("delete from organizations where id = $1")
        .bind(id)
        .execute_one(tx)
        .await
}
