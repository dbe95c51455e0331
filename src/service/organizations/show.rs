//! One whole organization, as people and scripts read it.

use super::VIEW;
use crate::domain::permission::Permission;
use crate::domain::{OrganizationId, Time};
use crate::service::{Error, Look, Query, RecordRef, Result, groups, roles, units, users};
use crate::store::named::{self, NamedKind};
use crate::store::organizations as rows;
use crate::store::{Reach, Scope};

/// Names of one kind that are listed; more are found by the lists of their own.
const NAMED_MAX: i64 = 1_000;

#[derive(Clone, Debug)]
pub struct ShowOrganization {
    pub organization: RecordRef,
}

#[derive(Clone, Debug, serde::Serialize)]
pub struct OrganizationDetail {
    pub id: OrganizationId,
    pub name: String,
    pub description: String,
    pub enabled: bool,
    /// How many users belong to it whom the asker may see.
    pub users: i64,
    /// What belongs to it, as far as the asker may see it.
    pub units: Vec<String>,
    pub groups: Vec<String>,
    pub roles: Vec<String>,
    pub created: Time,
    pub updated: Time,
    pub version: i64,
}

impl Query for ShowOrganization {
    type Output = OrganizationDetail;

    fn needs(&self) -> Permission {
        VIEW
    }

    async fn run(self, look: &mut Look) -> Result<OrganizationDetail> {
        let kind = NamedKind::Organization;
        let id = OrganizationId(self.organization.look(look, kind).await?);
        let scope = look.scope(VIEW).await?;
        let record = rows::lookup(&mut look.tx, &scope, id)
            .await?
            .ok_or_else(|| Error::missing("organization", self.organization.shown()))?;
        let seen = look.rights.scope(users::VIEW);
        let below = look.rights.scope(units::VIEW);
        let counted = rows::lines(&mut look.tx, (&seen, &below), &[id.0], None).await?;
        Ok(OrganizationDetail {
            id,
            name: record.name,
            description: record.description,
            enabled: record.enabled,
            users: counted.first().map_or(0, |line| line.users),
            units: names(look, NamedKind::Unit, units::VIEW, id).await?,
            groups: names(look, NamedKind::Group, groups::VIEW, id).await?,
            roles: names(look, NamedKind::Role, roles::VIEW, id).await?,
            created: record.created_at,
            updated: record.updated_at,
            version: record.version,
        })
    }
}

/// The names of one kind in the organization, as far as the right to see them reaches.
async fn names(
    look: &mut Look,
    kind: NamedKind,
    permission: Permission,
    id: OrganizationId,
) -> Result<Vec<String>> {
    let scope = look.rights.scope(permission);
    let scope = match scope.reach {
        Reach::All => Scope {
            organization: id,
            reach: Reach::Organization,
            ..scope
        },
        _ => scope,
    };
    let found = named::list(&mut look.tx, &scope, kind, NAMED_MAX).await?;
    Ok(found
        .into_iter()
        .filter(|one| one.organization == Some(id.0))
        .map(|one| one.name)
        .collect())
}
