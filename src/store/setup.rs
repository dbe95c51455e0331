//! What a new database begins with.

use super::sql::Sql;
use super::{Result, Tx};
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
    Sql::new(
        "insert into organizations (name, name_key, created_at, updated_at) values ($1, $2, $3, $3)
         returning id",
    )
    .bind(name)
    .bind(name_key)
    .bind(now)
    .int(tx)
    .await
    .map(OrganizationId)
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
    for (position, rule) in (1..).zip(role.rules()) {
        add_rule(tx, "insert into rules (role_id, position, effect, actions, resource, level) values ($1, $2, $3, $4, $5, $6)", id, position, &rule).await?;
    }
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
    for (position, rule) in (1..).zip(group.rules()) {
        add_rule(tx, "insert into rules (group_id, position, effect, actions, resource, level) values ($1, $2, $3, $4, $5, $6)", id, position, &rule).await?;
    }
    Ok(GroupId(id))
}

async fn add_rule(
    tx: &mut Tx,
    insert: &'static str,
    owner: i64,
    position: i64,
    rule: &Rule,
) -> Result<()> {
    Sql::new(insert)
        .bind(owner)
        .bind(position)
        .bind(rule.effect.as_str())
        .bind(&rule.actions)
        .bind(&rule.resource)
        .bind(rule.level.as_str())
        .execute(tx)
        .await
        .map(drop)
}

pub async fn give_group_role(tx: &mut Tx, group: GroupId, role: RoleId) -> Result<()> {
    Sql::new("insert into group_roles (group_id, role_id) values ($1, $2)")
        .bind(group)
        .bind(role)
        .execute(tx)
        .await
        .map(drop)
}
