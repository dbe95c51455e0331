//! One whole role, as people and scripts read it.

use super::VIEW;
use crate::domain::permission::Permission;
use crate::domain::{RoleId, Time};
use crate::service::records::rule_texts;
use crate::service::users::{LinkedRecord, in_sight};
use crate::service::{Error, Look, Query, RecordRef, Result, users};
use crate::store::members::{self, Holding};
use crate::store::named::NamedKind;
use crate::store::roles::{self as rows, RoleRecord};
use crate::store::rules::{self, Owner};

/// Holders that are named; the rest are found with the filter `role:`.
const NAMED_MAX: i64 = 200;

#[derive(Clone, Debug)]
pub struct ShowRole {
    pub role: RecordRef,
}

#[derive(Clone, Debug, Default, serde::Serialize)]
pub struct RoleDetail {
    pub id: RoleId,
    pub name: String,
    pub description: String,
    /// None where the role is system-wide.
    pub organization: Option<String>,
    pub built_in: bool,
    /// The rules, as they are typed.
    pub rules: Vec<String>,
    /// The first two hundred users who were given it and whom the asker may see.
    pub holders: Vec<String>,
    pub holder_count: i64,
    /// The groups that confer it, as far as the asker may see them.
    pub groups: Vec<String>,
    pub created: Time,
    pub updated: Time,
    pub version: i64,
    #[serde(skip)]
    pub linked: RoleLinks,
}

/// What a page leads to. What the asker may not see isn't there.
#[derive(Clone, Debug, Default)]
pub struct RoleLinks {
    pub organization: Vec<LinkedRecord>,
    /// The groups that confer it.
    pub groups: Vec<LinkedRecord>,
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
        let record = rows::lookup(&mut look.tx, &scope, id)
            .await?
            .ok_or_else(|| Error::missing("role", self.role.shown()))?;
        let linked = linked(look, &record).await?;
        let tx = &mut look.tx;
        let rules = rule_texts(&rules::list(tx, Owner::Role(id)).await?);
        Ok(RoleDetail {
            id,
            name: record.name,
            description: record.description,
            organization: record.organization_name,
            built_in: record.built_in,
            rules,
            holders: members::usernames(tx, &seen, Holding::Role(id), NAMED_MAX).await?,
            holder_count: members::count(tx, &seen, Holding::Role(id)).await?,
            groups: linked
                .groups
                .iter()
                .map(|group| group.name.clone())
                .collect(),
            created: record.created_at,
            updated: record.updated_at,
            version: record.version,
            linked,
        })
    }
}

async fn linked(look: &mut Look, record: &RoleRecord) -> Result<RoleLinks> {
    let organization: Vec<i64> = record.organization.iter().map(|id| id.0).collect();
    let conferring: Vec<i64> = rows::conferring(&mut look.tx, record.id)
        .await?
        .into_iter()
        .map(|(group, ..)| group.0)
        .collect();
    Ok(RoleLinks {
        organization: in_sight(look, NamedKind::Organization, &organization).await?,
        groups: in_sight(look, NamedKind::Group, &conferring).await?,
    })
}
