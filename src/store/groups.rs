//! Groups: named sets of users that confer roles and may carry rules of their own.

use super::sql::{Sql, text};
use super::{Result, Scope, Tx, members};
use crate::domain::{GroupId, OrganizationId, Time, UnitId};

/// One line of a list. Users are counted to one above the cap, where there is one.
#[derive(Clone, Debug)]
pub struct GroupLine {
    pub id: GroupId,
    pub name: String,
    pub alias: String,
    pub organization: Option<String>,
    pub description: String,
    pub built_in: bool,
    pub version: i64,
    pub members: i64,
}

/// The lines of these groups, by name; `seen` is the scope of the users that are counted.
pub async fn lines(
    tx: &mut Tx,
    seen: &Scope,
    ids: &[i64],
    cap: Option<u32>,
) -> Result<Vec<GroupLine>> {
    let mut sql = Sql::new(
        "select g.id, g.name, g.alias, o.name, g.description, g.built_in, g.version,
            (select count(*) from (select 1 from group_users m where m.group_id = g.id and ",
    );
    members::push_counted(&mut sql, seen);
    members::push_cap(&mut sql, cap);
    sql.push(
        ") as counted)
         from groups g
         left join organizations o on o.id = g.organization_id
         where g.id in ",
    );
    sql.push_ids(ids.iter().copied())
        .push(" order by g.name_key, g.id");
    sql.all(tx, |row| {
        Ok(GroupLine {
            id: GroupId(row.int()?),
            name: row.text()?,
            alias: row.text()?,
            organization: row.optional_text()?,
            description: row.text()?,
            built_in: row.boolean()?,
            version: row.int()?,
            members: row.int()?,
        })
    })
    .await
}

/// The names of the roles that these groups confer and that the scope sees: (group, role).
pub async fn role_names(tx: &mut Tx, scope: &Scope, ids: &[i64]) -> Result<Vec<(GroupId, String)>> {
    let mut sql = Sql::new(
        "select m.group_id, r.name from group_roles m
         join roles r on r.id = m.role_id
         where m.group_id in ",
    );
    sql.push_ids(ids.iter().copied())
        .push(" and ")
        .push_sql(&scope.roles_seen())
        .push(" order by r.name_key, r.id");
    sql.all(tx, |row| Ok((GroupId(row.int()?), row.text()?)))
        .await
}

#[derive(Clone, Debug)]
pub struct GroupRecord {
    pub id: GroupId,
    pub name: String,
    pub alias: String,
    pub organization: Option<OrganizationId>,
    pub organization_name: Option<String>,
    pub owner_unit: Option<UnitId>,
    pub owner_unit_name: Option<String>,
    pub description: String,
    pub built_in: bool,
    /// JSON arrays.
    pub sections: String,
    pub languages: String,
    pub created_at: Time,
    pub updated_at: Time,
    pub version: i64,
}

pub async fn lookup(tx: &mut Tx, scope: &Scope, id: GroupId) -> Result<Option<GroupRecord>> {
    let mut sql = Sql::new(
        "select g.name, g.alias, g.organization_id, o.name, g.owner_unit_id, n.name, g.description,
            g.built_in, g.sections, g.languages, g.created_at, g.updated_at, g.version
         from groups g
         left join organizations o on o.id = g.organization_id
         left join units n on n.id = g.owner_unit_id
         where g.id = ",
    );
    sql.push_value(id)
        .push(" and ")
        .push_sql(&scope.groups_seen());
    sql.optional(tx, |row| {
        Ok(GroupRecord {
            id,
            name: row.text()?,
            alias: row.text()?,
            organization: row.optional_int()?.map(OrganizationId),
            organization_name: row.optional_text()?,
            owner_unit: row.optional_int()?.map(UnitId),
            owner_unit_name: row.optional_text()?,
            description: row.text()?,
            built_in: row.boolean()?,
            sections: row.text()?,
            languages: row.text()?,
            created_at: row.time()?,
            updated_at: row.time()?,
            version: row.int()?,
        })
    })
    .await
}

/// What of a group is written together.
#[derive(Clone, Debug)]
pub struct GroupWrite {
    pub name: String,
    pub name_key: String,
    pub alias: String,
    pub description: String,
    pub owner_unit: Option<UnitId>,
}

/// Adds a group, which is its own member in the closure.
pub async fn add(
    tx: &mut Tx,
    organization: Option<OrganizationId>,
    write: &GroupWrite,
    now: Time,
) -> Result<GroupId> {
    let id = Sql::new(
        "insert into groups (organization_id, owner_unit_id, name, name_key, alias, description,
            created_at, updated_at)
         values ($1, $2, $3, $4, $5, $6, $7, $7) returning id",
    )
    .bind(organization)
    .bind(write.owner_unit)
    .bind(&write.name)
    .bind(&write.name_key)
    .bind(&write.alias)
    .bind(&write.description)
    .bind(now)
    .int(tx)
    .await?;
    Sql::new("insert into group_closure (ancestor_id, descendant_id, depth) values ($1, $1, 0)")
        .bind(id)
        .execute_one(tx)
        .await?;
    Ok(GroupId(id))
}

/// Writes over the version that was seen; `false` where somebody else saved first.
pub async fn update(
    tx: &mut Tx,
    id: GroupId,
    version: i64,
    write: &GroupWrite,
    now: Time,
) -> Result<bool> {
    let changed = Sql::new(
        "update groups set name = $3, name_key = $4, alias = $5, description = $6,
            owner_unit_id = $7, updated_at = $8, version = version + 1
         where id = $1 and version = $2",
    )
    .bind(id)
    .bind(version)
    .bind(&write.name)
    .bind(&write.name_key)
    .bind(&write.alias)
    .bind(&write.description)
    .bind(write.owner_unit)
    .bind(now)
    .execute(tx)
    .await?;
    Ok(changed == 1)
}

/// Memberships, rules and conferred roles go with it, and its place among the groups.
pub async fn delete(tx: &mut Tx, id: GroupId) -> Result<()> {
    // What was in it is not in the groups above it any more.
    let above = above(tx, id).await?;
    Sql::new("delete from groups where id = $1")
        .bind(id)
        .execute_one(tx)
        .await?;
    close(tx, &above).await
}

/// A group and all that it is in, however deep.
async fn above(tx: &mut Tx, id: GroupId) -> Result<Vec<i64>> {
    Sql::new("select ancestor_id from group_closure where descendant_id = $1")
        .bind(id)
        .ints(tx)
        .await
}

/// Puts these groups, and no others, into a group. None of them may hold it already.
pub async fn replace_members(tx: &mut Tx, id: GroupId, members: &[i64]) -> Result<()> {
    Sql::new("delete from group_groups where group_id = $1")
        .bind(id)
        .execute(tx)
        .await?;
    let mut add = Sql::new("insert into group_groups (group_id, member_id) select ");
    add.push_value(id)
        .push(", g.id from groups g where g.id in ")
        .push_ids(members.iter().copied());
    add.execute(tx).await?;
    let above = above(tx, id).await?;
    close(tx, &above).await
}

/// Finds anew what lies in these groups; a walk that has come by twice goes on once.
async fn close(tx: &mut Tx, groups: &[i64]) -> Result<()> {
    let mut forget = Sql::new("delete from group_closure where ancestor_id in ");
    forget.push_ids(groups.iter().copied());
    forget.execute(tx).await?;
    let mut walk = Sql::new(
        "with recursive walk (ancestor_id, descendant_id, depth) as (
            select g.id, g.id, cast(0 as bigint) from groups g where g.id in ",
    );
    walk.push_ids(groups.iter().copied()).push(
        " union
            select w.ancestor_id, m.member_id, w.depth + 1
            from walk w join group_groups m on m.group_id = w.descendant_id)
         insert into group_closure (ancestor_id, descendant_id, depth)
         select ancestor_id, descendant_id, min(depth) from walk group by ancestor_id, descendant_id",
    );
    walk.execute(tx).await?;
    Ok(())
}

/// Those of some groups that a group lies in, or that it is itself.
pub async fn holding(tx: &mut Tx, id: GroupId, groups: &[i64]) -> Result<Vec<i64>> {
    let mut sql = Sql::new("select ancestor_id from group_closure where descendant_id = ");
    sql.push_value(id)
        .push(" and ancestor_id in ")
        .push_ids(groups.iter().copied());
    sql.ints(tx).await
}

/// The groups that may be put into a group: those of its organization, of any for a system-wide one, but itself and what it
/// lies in.
pub async fn fitting(tx: &mut Tx, id: GroupId) -> Result<Vec<i64>> {
    Sql::new(
        "select g.id from groups g join groups into_group on into_group.id = $1
         where (into_group.organization_id is null or g.organization_id = into_group.organization_id)
           and g.id not in (select ancestor_id from group_closure where descendant_id = $1)",
    )
    .bind(id)
    .ints(tx)
    .await
}

/// The aliases in an organization (or among the system-wide) that begin like this.
pub async fn aliases(
    tx: &mut Tx,
    organization: Option<OrganizationId>,
    alias: &str,
) -> Result<Vec<String>> {
    let mut sql = Sql::new("select alias from groups where coalesce(organization_id, 0) = ");
    sql.push_value(organization.unwrap_or_default())
        .push(" and alias like ")
        .push_value(format!("{}%", crate::domain::text::escape_like(alias)));
    sql.push(" escape '\\'");
    sql.all(tx, text).await
}

/// The roles that a group confers itself.
pub async fn roles(tx: &mut Tx, id: GroupId) -> Result<Vec<i64>> {
    Sql::new("select role_id from group_roles where group_id = $1 order by role_id")
        .bind(id)
        .ints(tx)
        .await
}

/// Lets a group confer these roles and no others.
pub async fn replace_roles(tx: &mut Tx, id: GroupId, roles: &[i64]) -> Result<()> {
    Sql::new("delete from group_roles where group_id = $1")
        .bind(id)
        .execute(tx)
        .await?;
    for role in roles {
        Sql::new("insert into group_roles (group_id, role_id) values ($1, $2)")
            .bind(id)
            .bind(*role)
            .execute_one(tx)
            .await?;
    }
    Ok(())
}

/// The sections that a group opens and the languages that it works in, in the place of those that were there.
pub async fn set_opened(
    tx: &mut Tx,
    id: GroupId,
    sections: &[&str],
    languages: &[&str],
) -> Result<()> {
    Sql::new("update groups set sections = $2, languages = $3 where id = $1")
        .bind(id)
        .bind(serde_json::json!(sections).to_string())
        .bind(serde_json::json!(languages).to_string())
        .execute_one(tx)
        .await
}

/// The ids of the groups that are members of a group, and of those it is a member of.
pub async fn neighbour_ids(tx: &mut Tx, id: GroupId) -> Result<(Vec<i64>, Vec<i64>)> {
    let members = Sql::new("select member_id from group_groups where group_id = $1")
        .bind(id)
        .ints(tx)
        .await?;
    let above = Sql::new("select group_id from group_groups where member_id = $1")
        .bind(id)
        .ints(tx)
        .await?;
    Ok((members, above))
}

/// The sections and the languages that these groups open: JSON arrays, one a group.
pub async fn opened(tx: &mut Tx, ids: &[i64]) -> Result<(Vec<String>, Vec<String>)> {
    let mut sql = Sql::new("select g.sections, g.languages from groups g where g.id in ");
    sql.push_ids(ids.iter().copied());
    let rows = sql.all(tx, |row| Ok((row.text()?, row.text()?))).await?;
    Ok(rows.into_iter().unzip())
}
