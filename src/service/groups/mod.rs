//! Groups: lists, one group, creating, editing, deleting, and who is in them.

mod create;
mod delete;
mod linked;
mod list;
mod nested;
mod opened;
mod show;
mod update;

pub use create::{CreateGroup, CreatedGroup, DefaultOwner, GroupDraft};
pub use delete::{DeleteGroup, DeletionOf};
pub use list::{GroupRow, ListGroups};
use opened::opened;
pub(super) use opened::unopened;
pub use show::{GroupDetail, GroupLinks, ShowGroup};
pub use update::{GroupChanges, UpdateGroup};

use super::records::{RecordRef, reaches_from, reaches_record};
use super::{Error, Look, Result, Work, names};
use crate::domain::built_in::GROUPS;
use crate::domain::permission::{Permission, Resource, Verb};
use crate::domain::{GroupId, OrganizationId};
use crate::store;
use crate::store::Scope;
use crate::store::groups::{self as rows, GroupRecord};
use crate::store::named::{Named, NamedKind};

pub const VIEW: Permission = Permission(Resource::Group, Verb::View);
pub const CREATE: Permission = Permission(Resource::Group, Verb::Create);
pub const EDIT: Permission = Permission(Resource::Group, Verb::Edit);
pub const DELETE: Permission = Permission(Resource::Group, Verb::Delete);
/// The right to give a group to another unit.
pub const ASSIGN: Permission = Permission(Resource::Group, Verb::Assign);
pub const MEMBERS: Permission = Permission(Resource::Group, Verb::Members);

const REACHED: &str = "select 1 from groups g where g.id = ";

/// A group that the operator may see and that this right reaches.
pub(super) async fn within(
    work: &mut Work,
    group: &RecordRef,
    permission: Permission,
) -> Result<GroupRecord> {
    let id = group.find(work, NamedKind::Group).await?;
    let seen = work.scope(VIEW).await?;
    let record = rows::lookup(&mut work.tx, &seen, GroupId(id))
        .await?
        .ok_or_else(|| Error::missing("group", group.shown()))?;
    reaches_record(work, permission, REACHED, id, Scope::groups_changed).await?;
    Ok(record)
}

/// A group that the operator may see, for a request that only reads.
pub(super) async fn looked(look: &mut Look, group: &RecordRef) -> Result<GroupRecord> {
    let id = group.look(look, NamedKind::Group).await?;
    let scope = look.scope(VIEW).await?;
    rows::lookup(&mut look.tx, &scope, GroupId(id))
        .await?
        .ok_or_else(|| Error::missing("group", group.shown()))
}

/// As [`within`], for a request that only reads.
async fn looked_within(
    look: &mut Look,
    group: &RecordRef,
    permission: Permission,
) -> Result<GroupRecord> {
    let record = looked(look, group).await?;
    let (bench, id) = (&mut look.bench(), record.id.0);
    reaches_from(bench, permission, REACHED, id, Scope::groups_changed).await?;
    Ok(record)
}

/// A group confers system-wide roles and those of its own organization, for only there do they count.
fn refuse_foreign_roles(organization: Option<OrganizationId>, roles: &[Named]) -> Result<()> {
    let foreign = roles.iter().find(|role| {
        role.organization.is_some() && role.organization != organization.map(|id| id.0)
    });
    match foreign {
        None => Ok(()),
        Some(role) => Err(Error::Rule(format!(
            "The role {} belongs to an organization, and this group does not belong to it; choose a role of the group's own organization or a system-wide one.",
            role.full_name()
        ))),
    }
}

fn refuse_built_in_name(name: &str) -> Result<()> {
    let built_in = GROUPS.iter().map(|group| group.name);
    super::records::refuse_built_in_name("group", built_in, name)
}

/// A unique index that refused, as the field of the form it belongs to.
pub(super) fn taken(
    error: store::Error,
    name: &str,
    alias: &str,
    organization: Option<&str>,
) -> Error {
    let place = super::records::place_words(organization);
    match &error {
        store::Error::Taken(index) if index == "groups_alias" => Error::unfit(
            "alias",
            format!(
                "\"{}\" is taken by another group {place}; choose another alias",
                names::shown(alias)
            ),
        ),
        _ => super::records::taken(error, ("groups_name", "group"), name, Some(&place)),
    }
}
