//! What a new database begins with.

use super::organizations::{self, OrganizationWrite};
use super::rules::{self, Owner};
use super::sql::Sql;
use super::{Result, Tx, nodes};
use crate::domain::built_in::{BuiltInGroup, BuiltInRole};
use crate::domain::permission::Rule;
use crate::domain::{GroupId, OrganizationId, RoleId, Time};

pub async fn has_users(tx: &mut Tx) -> Result<bool> {
    Sql::new("select 1 from users limit 1").exists(tx).await
}

pub async fn add_organization(
    tx: &mut Tx,
    name: &str,
    name_key: &str,
    now: Time,
) -> Result<OrganizationId> {
    let write = OrganizationWrite {
        name: name.to_owned(),
        name_key: name_key.to_owned(),
        description: String::new(),
        enabled: true,
    };
    organizations::add(tx, &write, now).await
}

pub async fn add_built_in_role(
    tx: &mut Tx,
    role: &BuiltInRole,
    name_key: &str,
    now: Time,
) -> Result<RoleId> {
    let id = Sql::new(
        "insert into roles (name, name_key, description, built_in, created_at, updated_at)
         values ($1, $2, $3, true, $4, $4) returning id",
    )
    .bind(role.name)
    .bind(name_key)
    .bind(role.description)
    .bind(now)
    .int(tx)
    .await?;
    let rules: Vec<Rule> = role.rules().collect();
    rules::replace(tx, Owner::Role(RoleId(id)), &rules).await?;
    Ok(RoleId(id))
}

pub async fn add_built_in_group(
    tx: &mut Tx,
    group: &BuiltInGroup,
    name_key: &str,
    now: Time,
) -> Result<GroupId> {
    let id = Sql::new(
        "insert into groups (name, name_key, alias, description, built_in, created_at, updated_at)
         values ($1, $2, $3, $4, true, $5, $5) returning id",
    )
    .bind(group.name)
    .bind(name_key)
    .bind(group.alias)
    .bind(group.description)
    .bind(now)
    .int(tx)
    .await?;
    Sql::new("insert into group_closure (ancestor_id, descendant_id, depth) values ($1, $1, 0)")
        .bind(id)
        .execute(tx)
        .await?;
    let rules: Vec<Rule> = group.rules().collect();
    rules::replace(tx, Owner::Group(GroupId(id)), &rules).await?;
    if group.starts_everywhere {
        nodes::start_at_root(tx, group.name, nodes::EVERY_TREE).await?;
    }
    Ok(GroupId(id))
}

pub async fn give_group_role(tx: &mut Tx, group: GroupId, role: RoleId) -> Result<()> {
    Sql::new("insert into group_roles (group_id, role_id) values ($1, $2)")
        .bind(group)
        .bind(role)
        .execute(tx)
        .await
        .map(drop)
}
