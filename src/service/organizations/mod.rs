//! Organizations: lists, one organization, creating, editing, deleting.

mod create;
mod delete;
mod list;
mod places;
mod show;
mod update;

pub use create::{CreateOrganization, CreatedOrganization};
pub use delete::{DeleteOrganization, DeletionOf};
pub use list::{ListOrganizations, OrganizationRow};
pub use places::{PlaceList, Places, UnitPlace};
pub use show::{OrganizationDetail, ShowOrganization};
pub use update::{OrganizationChanges, UpdateOrganization};

use super::records::{RecordRef, reaches_record};
use super::{Error, Result, Work};
use crate::domain::OrganizationId;
use crate::domain::permission::{Permission, Resource, Verb};
use crate::store::named::NamedKind;
use crate::store::organizations::{self as rows, OrganizationRecord};
use crate::store::{self, Scope};

pub const VIEW: Permission = Permission(Resource::Organization, Verb::View);
pub const CREATE: Permission = Permission(Resource::Organization, Verb::Create);
pub const EDIT: Permission = Permission(Resource::Organization, Verb::Edit);
pub const ENABLE: Permission = Permission(Resource::Organization, Verb::Enable);
pub const DISABLE: Permission = Permission(Resource::Organization, Verb::Disable);
pub const DELETE: Permission = Permission(Resource::Organization, Verb::Delete);

const REACHED: &str = "select 1 from organizations o where o.id = ";

/// An organization that the operator may see and that this right reaches.
async fn within(
    work: &mut Work,
    organization: &RecordRef,
    permission: Permission,
) -> Result<OrganizationRecord> {
    let id = organization.find(work, NamedKind::Organization).await?;
    let seen = work.scope(VIEW).await?;
    let record = rows::lookup(&mut work.tx, &seen, OrganizationId(id))
        .await?
        .ok_or_else(|| Error::missing("organization", organization.shown()))?;
    reaches_record(work, permission, REACHED, id, Scope::organizations).await?;
    Ok(record)
}

fn taken(error: store::Error, name: &str) -> Error {
    super::records::taken(error, ("organizations_name", "organization"), name, None)
}
