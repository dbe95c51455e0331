//! Roles: lists, one role, creating, editing, deleting, and who holds them.

mod create;
mod delete;
mod list;
mod show;
mod update;

pub use create::{CreateRole, CreatedRole, RoleDraft};
pub use delete::{DeleteRole, DeletionOf, Successors};
pub use list::{ListRoles, RoleRow};
pub use show::{RoleDetail, RoleLinks, ShowRole};
pub use update::{RoleChanges, UpdateRole};

use super::records::{RecordRef, place_words, reaches_from, reaches_record};
use super::{Error, Look, Result, Work};
use crate::domain::RoleId;
use crate::domain::built_in::ROLES;
use crate::domain::permission::{Permission, Resource, Verb};
use crate::store::named::NamedKind;
use crate::store::roles::{self as rows, RoleRecord};
use crate::store::{self, Scope};

pub const VIEW: Permission = Permission(Resource::Role, Verb::View);
pub const CREATE: Permission = Permission(Resource::Role, Verb::Create);
pub const EDIT: Permission = Permission(Resource::Role, Verb::Edit);
pub const DELETE: Permission = Permission(Resource::Role, Verb::Delete);
pub const MEMBERS: Permission = Permission(Resource::Role, Verb::Members);

const REACHED: &str = "select 1 from roles r where r.id = ";

/// A role that the operator may see.
async fn seen(work: &mut Work, role: &RecordRef) -> Result<RoleRecord> {
    let id = role.find(work, NamedKind::Role).await?;
    let scope = work.scope(VIEW).await?;
    rows::lookup(&mut work.tx, &scope, RoleId(id))
        .await?
        .ok_or_else(|| Error::missing("role", role.shown()))
}

/// A role that the operator may see and that this right reaches.
pub(super) async fn within(
    work: &mut Work,
    role: &RecordRef,
    permission: Permission,
) -> Result<RoleRecord> {
    let record = seen(work, role).await?;
    let id = record.id.0;
    reaches_record(work, permission, REACHED, id, Scope::roles_changed).await?;
    Ok(record)
}

/// As [`seen`], for a request that only reads.
pub(super) async fn looked(look: &mut Look, role: &RecordRef) -> Result<RoleRecord> {
    let id = role.look(look, NamedKind::Role).await?;
    let scope = look.scope(VIEW).await?;
    rows::lookup(&mut look.tx, &scope, RoleId(id))
        .await?
        .ok_or_else(|| Error::missing("role", role.shown()))
}

/// As [`within`], for a request that only reads.
async fn looked_within(
    look: &mut Look,
    role: &RecordRef,
    permission: Permission,
) -> Result<RoleRecord> {
    let record = looked(look, role).await?;
    let (bench, id) = (&mut look.bench(), record.id.0);
    reaches_from(bench, permission, REACHED, id, Scope::roles_changed).await?;
    Ok(record)
}

fn refuse_built_in(record: &RoleRecord, deed: &str) -> Result<()> {
    why_built_in(record, deed).map_or(Ok(()), |why| Err(Error::Rule(why)))
}

fn why_built_in(record: &RoleRecord, deed: &str) -> Option<String> {
    record.built_in.then(|| {
        format!(
            "The role \"{0}\" is built in and can't be {deed}; make a copy of it with: wardroom role create NAME --like \"{0}\".",
            record.name
        )
    })
}

fn refuse_built_in_name(name: &str) -> Result<()> {
    super::records::refuse_built_in_name("role", ROLES.iter().map(|role| role.name), name)
}

fn taken(error: store::Error, name: &str, organization: Option<&str>) -> Error {
    let place = place_words(organization);
    super::records::taken(error, ("roles_name", "role"), name, Some(&place))
}
