//! Business units: lists, one unit, creating, editing, moving, deleting.

mod create;
mod delete;
mod list;
mod moving;
mod owned;
mod show;
mod update;

pub use create::{CreateUnit, CreatedUnit, UnitDraft};
pub use delete::{DeleteUnit, DeletionOf};
pub use list::{ListUnits, UnitRow};
pub use moving::{MoveOf, MoveOwned, MovedOwned, OwnedMove};
pub use owned::{Successors, UnitFate};
pub use show::{ShowUnit, UnitDetail};
pub use update::{UnitChanges, UpdateUnit};

use super::records::{RecordRef, reaches_record};
use super::{Error, Look, Result, Work, names};
use crate::domain::permission::{Permission, Resource, Verb};
use crate::domain::{OrganizationId, UnitId, text};
use crate::store::named::{Named, NamedKind};
use crate::store::units::{self as rows, UnitRecord};
use crate::store::{self, Scope, Tx};

pub const VIEW: Permission = Permission(Resource::Unit, Verb::View);
pub const CREATE: Permission = Permission(Resource::Unit, Verb::Create);
pub const EDIT: Permission = Permission(Resource::Unit, Verb::Edit);
pub const DELETE: Permission = Permission(Resource::Unit, Verb::Delete);

const WEBSITE_CHARACTERS_MAX: usize = 255;

/// A unit that the operator may see.
async fn seen(work: &mut Work, unit: &RecordRef) -> Result<UnitRecord> {
    let id = unit.find(work, NamedKind::Unit).await?;
    let seen = work.scope(VIEW).await?;
    rows::lookup(&mut work.tx, &seen, UnitId(id))
        .await?
        .ok_or_else(|| Error::missing("unit", unit.shown()))
}

/// A unit that the operator may see and that this right reaches.
async fn within(work: &mut Work, unit: &RecordRef, permission: Permission) -> Result<UnitRecord> {
    let record = seen(work, unit).await?;
    let (select, id) = ("select 1 from units n where n.id = ", record.id.0);
    reaches_record(work, permission, select, id, Scope::units).await?;
    Ok(record)
}

/// As [`seen`], for a request that only reads.
async fn looked(look: &mut Look, unit: &RecordRef) -> Result<UnitRecord> {
    let id = UnitId(unit.look(look, NamedKind::Unit).await?);
    let scope = look.scope(VIEW).await?;
    rows::lookup(&mut look.tx, &scope, id)
        .await?
        .ok_or_else(|| Error::missing("unit", unit.shown()))
}

/// A unit by its name, for another of this organization: a bare name means one of the same organization, wherever the
/// operator works. Where only another organization has it, it is that one, so that whoever can't take it says why.
async fn named_in(
    tx: &mut Tx,
    scope: &Scope,
    (organization, organization_name): (OrganizationId, &str),
    name: &str,
) -> Result<Named> {
    let kind = NamedKind::Unit;
    if name.contains('/') {
        return names::named(tx, scope, kind, name, organization).await;
    }
    let full = super::records::full_name(Some(organization_name), name.trim());
    match names::named(tx, scope, kind, &full, organization).await {
        Err(missing @ Error::Missing { .. }) => {
            let elsewhere = names::named(tx, scope, kind, name, organization).await;
            elsewhere.map_err(|_| missing)
        }
        found => found,
    }
}

fn full_name(record: &UnitRecord) -> String {
    format!("{}/{}", record.organization_name, record.write.name)
}

fn checked_phone(field: &'static str, phone: &str) -> Result<String> {
    if phone.trim().is_empty() {
        return Ok(String::new());
    }
    text::phone(phone).map_err(|error| Error::invalid(field, error))
}

fn checked_email(email: &str) -> Result<String> {
    if email.trim().is_empty() {
        return Ok(String::new());
    }
    let email = text::email(email).map_err(|error| Error::invalid("email", error))?;
    Ok(email.as_str().to_owned())
}

fn checked_website(website: &str) -> Result<String> {
    let website = text::normalize_within(website, WEBSITE_CHARACTERS_MAX)
        .map_err(|error| Error::invalid("website", error))?;
    let address = ["https://", "http://"]
        .iter()
        .find_map(|scheme| website.strip_prefix(scheme));
    let good = address.is_some_and(|rest| !rest.is_empty() && !rest.contains(char::is_whitespace));
    if website.is_empty() || good {
        return Ok(website);
    }
    Err(Error::invalid(
        "website",
        format!(
            "\"{}\" is no address of a website; write it as https://www.example.com",
            names::shown(&website)
        ),
    ))
}

fn taken(error: store::Error, name: &str, organization: &str) -> Error {
    let place = super::records::place_words(Some(organization));
    super::records::taken(error, ("units_name", "unit"), name, Some(&place))
}
