//! Business units and their tree.

use super::named::Named;
use super::scope::counts;
use super::sql::{Sql, text};
use super::{Result, Scope, Seen, Tx, members};
use crate::domain::{OrganizationId, Time, UnitId, UserId};
use std::collections::HashMap;

/// The owner unit of a user, or the first unit of the organization where theirs lies elsewhere.
pub async fn owner_of(tx: &mut Tx, user: UserId, organization: OrganizationId) -> Result<Named> {
    Sql::new(
        "select n.id, n.name, o.id, o.name
         from units n
         join organizations o on o.id = n.organization_id
         left join users u on u.owner_unit_id = n.id and u.id = $1
         where n.organization_id = $2
         order by case when u.id is null then 1 else 0 end, n.id limit 1",
    )
    .bind(user)
    .bind(organization)
    .one(tx, |row| {
        Ok(Named {
            id: row.int()?,
            name: row.text()?,
            organization: row.optional_int()?,
            organization_name: row.optional_text()?,
        })
    })
    .await
}

/// A unit with a name and no more.
pub struct NewUnit<'a> {
    pub organization: OrganizationId,
    pub parent: Option<UnitId>,
    pub name: &'a str,
    pub name_key: &'a str,
}

pub async fn add(tx: &mut Tx, new: &NewUnit<'_>, now: Time) -> Result<UnitId> {
    let write = UnitWrite {
        name: new.name.to_owned(),
        name_key: new.name_key.to_owned(),
        ..UnitWrite::default()
    };
    add_whole(tx, new.organization, new.parent, &write, now).await
}

/// Adds a unit below its parent, and its place in the closure of the tree.
pub async fn add_whole(
    tx: &mut Tx,
    organization: OrganizationId,
    parent: Option<UnitId>,
    write: &UnitWrite,
    now: Time,
) -> Result<UnitId> {
    let id = UnitId(
        Sql::new(
            "insert into units (organization_id, parent_id, name, name_key, phone, email, website,
                fax, description, created_at, updated_at)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10) returning id",
        )
        .bind(organization)
        .bind(parent)
        .bind(&write.name)
        .bind(&write.name_key)
        .bind(&write.phone)
        .bind(&write.email)
        .bind(&write.website)
        .bind(&write.fax)
        .bind(&write.description)
        .bind(now)
        .int(tx)
        .await?,
    );
    Sql::new(
        "insert into unit_closure (ancestor_id, descendant_id, depth)
         select ancestor_id, $1, depth + 1 from unit_closure where descendant_id = $2
         union all select $1, $1, 0",
    )
    .bind(id)
    .bind(parent.unwrap_or_default())
    .execute(tx)
    .await?;
    Ok(id)
}

/// The texts of a unit that are written together.
#[derive(Clone, Debug, Default)]
pub struct UnitWrite {
    pub name: String,
    pub name_key: String,
    pub phone: String,
    pub email: String,
    pub website: String,
    pub fax: String,
    pub description: String,
}

/// One line of a list. Users are counted to one above the cap, where there is one.
#[derive(Clone, Debug)]
pub struct UnitLine {
    pub id: UnitId,
    pub name: String,
    pub organization: String,
    pub description: String,
    pub version: i64,
    /// Users that the unit owns.
    pub users: i64,
    /// Units directly below.
    pub units: i64,
}

/// The lines of these units, by name; of the users and of the units below those are counted that these scopes see.
pub async fn lines(
    tx: &mut Tx,
    (users, units): (&Scope, &Scope),
    ids: &[i64],
    cap: Option<u32>,
) -> Result<Vec<UnitLine>> {
    let mut sql = Sql::new(
        "select l.id, l.name, o.name, l.description, l.version, (select count(*) from (
            select 1 from users u join user_states s on s.user_id = u.id
            where u.owner_unit_id = l.id and s.deleted_at = 0 and ",
    );
    sql.push_sql(&users.users());
    members::push_cap(&mut sql, cap);
    sql.push(") as counted), (select count(*) from units n where n.parent_id = l.id and ")
        .push_sql(&units.units())
        .push(
            ") from units l
             join organizations o on o.id = l.organization_id
             where l.id in ",
        )
        .push_ids(ids.iter().copied())
        .push(" order by l.name_key, l.id");
    sql.all(tx, |row| {
        Ok(UnitLine {
            id: UnitId(row.int()?),
            name: row.text()?,
            organization: row.text()?,
            description: row.text()?,
            version: row.int()?,
            users: row.int()?,
            units: row.int()?,
        })
    })
    .await
}

/// One node of a tree. Users are counted to one above the cap, where there is one.
#[derive(Clone, Debug)]
pub struct UnitNode {
    pub id: UnitId,
    pub organization: OrganizationId,
    pub parent: Option<UnitId>,
    pub name: String,
    /// Users that the unit owns.
    pub users: i64,
}

/// Which units are meant.
#[derive(Clone, Debug)]
pub enum Within {
    Organizations(Vec<i64>),
    These(Vec<i64>),
}

/// Those units that the scope sees, by name; `counted` is the scope of the users that are counted.
pub async fn nodes(
    tx: &mut Tx,
    scope: &Scope,
    counted: &Scope,
    within: Within,
    cap: Option<u32>,
) -> Result<Vec<UnitNode>> {
    let mut sql = Sql::new(
        "select n.id, n.organization_id, n.parent_id, n.name, (select count(*) from (
            select 1 from users u join user_states s on s.user_id = u.id
            where u.owner_unit_id = n.id and s.deleted_at = 0 and ",
    );
    sql.push_sql(&counted.users());
    members::push_cap(&mut sql, cap);
    sql.push(") as counted) from units n where ")
        .push_sql(&scope.units());
    match within {
        Within::Organizations(ids) => sql.push(" and n.organization_id in ").push_ids(ids),
        Within::These(ids) => sql.push(" and n.id in ").push_ids(ids),
    };
    sql.push(" order by n.name_key, n.id");
    sql.all(tx, |row| {
        Ok(UnitNode {
            id: UnitId(row.int()?),
            organization: OrganizationId(row.int()?),
            parent: row.optional_int()?.map(UnitId),
            name: row.text()?,
            users: row.int()?,
        })
    })
    .await
}

/// The ids of these units and of all above them.
pub async fn with_above(tx: &mut Tx, ids: &[i64]) -> Result<Vec<i64>> {
    let mut sql = Sql::new("select distinct ancestor_id from unit_closure where descendant_id in ");
    sql.push_ids(ids.iter().copied());
    sql.ints(tx).await
}

/// How many of the users that the scope sees are assigned to a unit.
pub async fn count_assigned(tx: &mut Tx, scope: &Scope, id: UnitId) -> Result<i64> {
    let mut sql = Sql::new(
        "select count(*) from user_units m
         join users u on u.id = m.user_id
         join user_states s on s.user_id = u.id
         where s.deleted_at = 0 and m.unit_id = ",
    );
    sql.push_value(id).push(" and ").push_sql(&scope.users());
    sql.int(tx).await
}

#[derive(Clone, Debug)]
pub struct UnitRecord {
    pub id: UnitId,
    pub organization: OrganizationId,
    pub organization_name: String,
    pub parent: Option<UnitId>,
    pub parent_name: Option<String>,
    pub write: UnitWrite,
    pub created_at: Time,
    pub updated_at: Time,
    pub version: i64,
}

pub async fn lookup(tx: &mut Tx, scope: &Scope, id: UnitId) -> Result<Option<UnitRecord>> {
    let mut sql = Sql::new(
        "select n.organization_id, o.name, n.parent_id, p.name, n.name, n.name_key, n.phone, n.email,
            n.website, n.fax, n.description, n.created_at, n.updated_at, n.version
         from units n
         join organizations o on o.id = n.organization_id
         left join units p on p.id = n.parent_id
         where n.id = ",
    );
    sql.push_value(id).push(" and ").push_sql(&scope.units());
    sql.optional(tx, |row| {
        Ok(UnitRecord {
            id,
            organization: OrganizationId(row.int()?),
            organization_name: row.text()?,
            parent: row.optional_int()?.map(UnitId),
            parent_name: row.optional_text()?,
            write: UnitWrite {
                name: row.text()?,
                name_key: row.text()?,
                phone: row.text()?,
                email: row.text()?,
                website: row.text()?,
                fax: row.text()?,
                description: row.text()?,
            },
            created_at: row.time()?,
            updated_at: row.time()?,
            version: row.int()?,
        })
    })
    .await
}

/// Writes the texts over the version that was seen; `false` where somebody else saved first.
pub async fn update(
    tx: &mut Tx,
    id: UnitId,
    version: i64,
    write: &UnitWrite,
    now: Time,
) -> Result<bool> {
    let changed = Sql::new(
        "update units set name = $3, name_key = $4, phone = $5, email = $6, website = $7, fax = $8,
            description = $9, updated_at = $10, version = version + 1
         where id = $1 and version = $2",
    )
    .bind(id)
    .bind(version)
    .bind(&write.name)
    .bind(&write.name_key)
    .bind(&write.phone)
    .bind(&write.email)
    .bind(&write.website)
    .bind(&write.fax)
    .bind(&write.description)
    .bind(now)
    .execute(tx)
    .await?;
    Ok(changed == 1)
}

/// Moves a unit, with all below it, under another parent, or to the top. The caller has refused a cycle.
pub async fn move_under(tx: &mut Tx, id: UnitId, parent: Option<UnitId>) -> Result<()> {
    Sql::new("update units set parent_id = $2 where id = $1")
        .bind(id)
        .bind(parent)
        .execute_one(tx)
        .await?;
    Sql::new(
        "delete from unit_closure
         where descendant_id in (select descendant_id from unit_closure where ancestor_id = $1)
           and ancestor_id not in (select descendant_id from unit_closure where ancestor_id = $1)",
    )
    .bind(id)
    .execute(tx)
    .await?;
    Sql::new(
        "insert into unit_closure (ancestor_id, descendant_id, depth)
         select above.ancestor_id, below.descendant_id, above.depth + below.depth + 1
         from unit_closure above
         cross join unit_closure below
         where above.descendant_id = $2 and below.ancestor_id = $1",
    )
    .bind(id)
    .bind(parent.unwrap_or_default())
    .execute(tx)
    .await
    .map(drop)
}

/// Whether a unit is another one or lies below it.
pub async fn is_within(tx: &mut Tx, id: UnitId, ancestor: UnitId) -> Result<bool> {
    Sql::new("select 1 from unit_closure where ancestor_id = $2 and descendant_id = $1")
        .bind(id)
        .bind(ancestor)
        .exists(tx)
        .await
}

/// What stands above a unit, by name.
#[derive(Clone, Debug, Default)]
pub struct Above {
    /// The one directly above.
    pub parent: Option<String>,
    /// From the top.
    pub path: Vec<String>,
}

/// What stands above each of these units, as far as the scope sees it.
pub async fn above(tx: &mut Tx, scope: &Scope, ids: &[i64]) -> Result<HashMap<UnitId, Above>> {
    let mut sql = Sql::new(
        "select c.descendant_id, c.depth, n.name
         from unit_closure c join units n on n.id = c.ancestor_id
         where c.depth > 0 and ",
    );
    sql.push_sql(&scope.units())
        .push(" and c.descendant_id in ")
        .push_ids(ids.iter().copied())
        .push(" order by c.descendant_id, c.depth desc");
    let steps = sql.all(tx, |row| Ok((UnitId(row.int()?), row.int()?, row.text()?)));
    let mut all: HashMap<UnitId, Above> = HashMap::new();
    for (unit, depth, name) in steps.await? {
        let above = all.entry(unit).or_default();
        above.path.push(name.clone());
        above.parent = (depth == 1).then_some(name);
    }
    Ok(all)
}

/// The names of the units directly below one that the scope sees.
pub async fn names_below(tx: &mut Tx, scope: &Scope, id: UnitId) -> Result<Vec<String>> {
    let mut sql = Sql::new("select n.name from units n where n.parent_id = ");
    sql.push_value(id)
        .push(" and ")
        .push_sql(&scope.units())
        .push(" order by n.name_key");
    sql.all(tx, text).await
}

/// The users assigned to one of the units above and including this one, as a subquery of ids.
#[must_use]
pub fn assigned_above(id: UnitId) -> Sql {
    Sql::new(
        "select m.user_id from unit_closure c join user_units m on m.unit_id = c.ancestor_id
         where c.descendant_id = $1",
    )
    .bind(id)
}

/// The users assigned to a unit, as a subquery of ids.
#[must_use]
pub fn assigned(id: UnitId) -> Sql {
    Sql::new("select user_id from user_units where unit_id = $1").bind(id)
}

/// The units that users, a subquery of ids, are assigned to, as a subquery of ids.
#[must_use]
pub fn assigned_to(users: &Sql) -> Sql {
    let mut sql = Sql::new("select m.unit_id from user_units m where m.user_id in (");
    sql.push_sql(users).push(")");
    sql
}

/// The users that a unit owns, as a subquery of ids.
#[must_use]
pub fn owned(id: UnitId) -> Sql {
    Sql::new("select id from users where owner_unit_id = $1").bind(id)
}

/// The groups that a unit owns, as a subquery of ids.
#[must_use]
pub fn groups_of(id: UnitId) -> Sql {
    Sql::new("select id from groups where owner_unit_id = $1").bind(id)
}

/// A unit and those below it, as a subquery of ids.
#[must_use]
pub fn and_below(id: UnitId) -> Sql {
    Sql::new("select descendant_id from unit_closure where ancestor_id = $1").bind(id)
}

fn owned_below(select: &'static str, id: UnitId) -> Sql {
    let mut sql = Sql::new(select);
    sql.push_sql(&and_below(id)).push(")");
    sql
}

/// The users that a unit and those below it own, as a subquery of ids.
#[must_use]
pub fn people_below(id: UnitId) -> Sql {
    owned_below("select id from users where owner_unit_id in (", id)
}

/// The groups that a unit and those below it own, as a subquery of ids.
#[must_use]
pub fn groups_below(id: UnitId) -> Sql {
    owned_below("select id from groups where owner_unit_id in (", id)
}

/// The users that a unit owns or that are assigned to it, as a subquery of ids.
#[must_use]
pub fn people(id: UnitId) -> Sql {
    Sql::new(
        "select id from users where owner_unit_id = $1
         union select user_id from user_units where unit_id = $1",
    )
    .bind(id)
}

/// What a unit owns and who is assigned to it. Users count in the bin too.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Holdings {
    pub users: i64,
    /// How many of those are in the bin.
    pub deleted_users: i64,
    pub assigned: i64,
    pub units: i64,
    pub groups: i64,
}

pub async fn holdings(tx: &mut Tx, id: UnitId) -> Result<Holdings> {
    holdings_seen(tx, id, &Seen::all()).await
}

/// As [`holdings`], of what may be seen.
pub async fn holdings_seen(tx: &mut Tx, id: UnitId, seen: &Seen) -> Result<Holdings> {
    let assigned = "user_units m join users u on u.id = m.user_id where m.unit_id = ";
    let columns = [
        ("users u where u.owner_unit_id = ", seen.users.users()),
        (
            "user_states s where s.status_rank = 0 and s.owner_unit_id = ",
            seen.users.states(),
        ),
        (assigned, seen.users.users()),
        ("units n where n.parent_id = ", seen.units.units()),
        (
            "groups g where g.owner_unit_id = ",
            seen.groups.groups_seen(),
        ),
    ];
    let counted = counts(id.0, columns).one(tx, |row| {
        Ok(Holdings {
            users: row.int()?,
            deleted_users: row.int()?,
            assigned: row.int()?,
            units: row.int()?,
            groups: row.int()?,
        })
    });
    counted.await
}

/// Gives everything that one unit owns to another, and assigns its users there. The units below stay where they are.
pub async fn move_records(tx: &mut Tx, from: UnitId, to: UnitId, now: Time) -> Result<()> {
    members::touch(tx, &people(from), now).await?;
    give_owned(tx, from, to, now).await?;
    Sql::new(
        "insert into user_units (user_id, unit_id)
         select user_id, $2 from user_units where unit_id = $1 on conflict do nothing",
    )
    .bind(from)
    .bind(to)
    .execute(tx)
    .await?;
    Sql::new("delete from user_units where unit_id = $1")
        .bind(from)
        .execute(tx)
        .await
        .map(drop)
}

/// Gives the users and groups that one unit owns to another. Whoever is assigned stays so.
pub async fn move_owned(tx: &mut Tx, from: UnitId, to: UnitId, now: Time) -> Result<()> {
    members::touch(tx, &owned(from), now).await?;
    give_owned(tx, from, to, now).await
}

/// Writes the new owner of users, who are marked as changed already, and of groups.
async fn give_owned(tx: &mut Tx, from: UnitId, to: UnitId, now: Time) -> Result<()> {
    Sql::new("update users set owner_unit_id = $2 where owner_unit_id = $1")
        .bind(from)
        .bind(to)
        .execute(tx)
        .await?;
    Sql::new(
        "update groups set owner_unit_id = $2, version = version + 1, updated_at = $3
         where owner_unit_id = $1",
    )
    .bind(from)
    .bind(to)
    .bind(now)
    .execute(tx)
    .await
    .map(drop)
}

/// The users that a unit owns, by id.
pub async fn owned_users(tx: &mut Tx, id: UnitId) -> Result<Vec<(UserId, String)>> {
    Sql::new("select id, username from users where owner_unit_id = $1 order by id")
        .bind(id)
        .all(tx, |row| Ok((UserId(row.int()?), row.text()?)))
        .await
}

/// The names of the first groups that a unit owns.
pub async fn owned_groups(tx: &mut Tx, id: UnitId, limit: i64) -> Result<Vec<String>> {
    Sql::new("select name from groups where owner_unit_id = $1 order by name_key, id limit $2")
        .bind(id)
        .bind(limit)
        .all(tx, text)
        .await
}

/// The ids of an organization's units, without one, that lie within all of these scopes.
pub async fn others_within(
    tx: &mut Tx,
    organization: OrganizationId,
    without: UnitId,
    scopes: &[Scope],
) -> Result<Vec<i64>> {
    let mut sql = Sql::new("select n.id from units n where n.organization_id = ");
    sql.push_value(organization)
        .push(" and n.id <> ")
        .push_value(without);
    for scope in scopes {
        sql.push(" and ").push_sql(&scope.units());
    }
    sql.ints(tx).await
}

/// The units directly below one.
pub async fn below(tx: &mut Tx, id: UnitId) -> Result<Vec<UnitId>> {
    Ok(
        Sql::new("select id from units where parent_id = $1 order by id")
            .bind(id)
            .ints(tx)
            .await?
            .into_iter()
            .map(UnitId)
            .collect(),
    )
}

pub async fn count(tx: &mut Tx, organization: OrganizationId) -> Result<i64> {
    Sql::new("select count(*) from units where organization_id = $1")
        .bind(organization)
        .int(tx)
        .await
}

/// Takes an empty unit away, with its place in the tree.
pub async fn delete(tx: &mut Tx, id: UnitId) -> Result<()> {
    Sql::new("delete from units where id = $1")
        .bind(id)
        .execute_one(tx)
        .await
}
