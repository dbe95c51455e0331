//! One whole role, as people and scripts read it.

use super::VIEW;
use crate::domain::permission::Permission;
use crate::domain::{RoleId, Time};
use crate::service::records::rule_texts;
use crate::service::{Error, Look, Query, RecordRef, Result, groups, users};
use crate::store::members::{self, Holding};
use crate::store::named::{self, Named, NamedKind};
use crate::store::roles as rows;
use crate::store::rules::{self, Owner};

/// Holders that are named; the rest are found with the filter `role:`.
const NAMED_MAX: i64 = 200;

#[derive(Clone, Debug)]
pub struct ShowRole {
    pub role: RecordRef,
}

#[derive(Clone, Debug, serde::Serialize)]
pub struct RoleDetail {
    pub id: RoleId,
    pub name: String,
    pub description: String,
    /// None where the role is system-wide.
    pub organization: Option<String>,
    pub built_in: bool,
    /// The rules, as they are typed.
    pub allow: Vec<String>,
    pub deny: Vec<String>,
    /// The first two hundred users who were given it and whom the asker may see.
    pub holders: Vec<String>,
    pub holder_count: i64,
    /// The groups that confer it, as far as the asker may see them.
    pub groups: Vec<String>,
    pub created: Time,
    pub updated: Time,
    pub version: i64,
}

impl Query for ShowRole {
    type Output = RoleDetail;

    fn needs(&self) -> Permission {
        VIEW
    }

    async fn run(self, look: &mut Look) -> Result<RoleDetail> {
        let id = RoleId(self.role.look(look, NamedKind::Role).await?);
        let scope = look.scope(VIEW).await?;
        let seen = look.rights.scope(users::VIEW);
        let groups_seen = look.rights.scope(groups::VIEW);
        let tx = &mut look.tx;
        let record = rows::lookup(tx, &scope, id)
            .await?
            .ok_or_else(|| Error::missing("role", self.role.shown()))?;
        let (allow, deny) = rule_texts(&rules::list(tx, Owner::Role(id)).await?);
        let conferring: Vec<i64> = rows::conferring(tx, id)
            .await?
            .into_iter()
            .map(|(group, ..)| group.0)
            .collect();
        let groups = named::by_ids(tx, &groups_seen, NamedKind::Group, &conferring).await?;
        Ok(RoleDetail {
            id,
            name: record.name,
            description: record.description,
            organization: record.organization_name,
            built_in: record.built_in,
            allow,
            deny,
            holders: members::usernames(tx, &seen, Holding::Role(id), NAMED_MAX).await?,
            holder_count: members::count(tx, &seen, Holding::Role(id)).await?,
            groups: groups.iter().map(Named::full_name).collect(),
            created: record.created_at,
            updated: record.updated_at,
            version: record.version,
        })
    }
}
