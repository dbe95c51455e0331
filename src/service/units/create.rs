//! Creating a unit, at the top of its organization's tree or below another.

use super::{CREATE, VIEW, checked_email, checked_phone, checked_website, named_in, taken};
use crate::domain::permission::Permission;
use crate::domain::{OrganizationId, UnitId};
use crate::service::records::{Changes, Place, checked_description, full_name, reaches};
use crate::service::{Action, Error, Event, Home, Result, Work, names};
use crate::store::units::{self as rows, UnitWrite};

/// A unit that is to be made. Names are as a person gives them.
#[derive(Clone, Debug, Default)]
pub struct UnitDraft {
    /// `NAME`, or `ORGANIZATION/NAME`.
    pub name: String,
    /// The one worked in where none is named.
    pub organization: Option<String>,
    pub parent: Option<String>,
    pub phone: String,
    pub email: String,
    pub website: String,
    pub fax: String,
    pub description: String,
}

#[derive(Clone, Debug)]
pub struct CreateUnit {
    pub draft: UnitDraft,
}

#[derive(Clone, Debug, serde::Serialize)]
pub struct CreatedUnit {
    pub id: UnitId,
    pub name: String,
    pub organization: String,
    pub parent: Option<String>,
}

impl Action for CreateUnit {
    type Output = CreatedUnit;

    fn needs(&self) -> Permission {
        CREATE
    }

    fn event(&self) -> Event {
        Event::new("unit_created").on("unit", None, &names::shown(&self.draft.name))
    }

    async fn run(self, work: &mut Work) -> Result<CreatedUnit> {
        let draft = self.draft;
        let is_here = draft.organization.is_none() && !draft.name.contains('/');
        let home = draft.organization.map_or(Home::Here, Home::Organization);
        let place = Place::find(work, &home, &draft.name).await?;
        let (Some(organization), Some(organization_name)) =
            (place.organization, place.organization_name)
        else {
            return Err(Error::Unexpected(
                "a unit without an organization".to_owned(),
            ));
        };
        let parent = match &draft.parent {
            Some(name) => {
                let flag = is_here.then_some("--organization");
                let place = (organization, &*organization_name);
                Some(parent(work, place, name, flag).await?)
            }
            None => None,
        };
        let parent_id = parent.as_ref().map(|(id, _)| *id);
        reaches(work, CREATE, Some(organization), parent_id).await?;
        let write = UnitWrite {
            name_key: names::key(&place.name),
            name: place.name,
            phone: checked_phone("phone", &draft.phone)?,
            email: checked_email(&draft.email)?,
            website: checked_website(&draft.website)?,
            fax: checked_phone("fax", &draft.fax)?,
            description: checked_description(&draft.description)?,
        };
        let now = work.now();
        let id = rows::add_whole(&mut work.tx, organization, parent_id, &write, now)
            .await
            .map_err(|error| taken(error, &write.name, &organization_name))?;
        let parent = parent.map(|(_, name)| name);
        let mut changes = Changes::default();
        let full = full_name(Some(&organization_name), &write.name);
        changes.note("name", "", full.as_str());
        changes.note("parent", &None, &parent.as_deref());
        note_texts(&mut changes, &UnitWrite::default(), &write);
        let event = Event::new("unit_created").on("unit", id.0, &full);
        work.audit(event.changing(changes.json())).await?;
        Ok(CreatedUnit {
            id,
            name: write.name,
            organization: organization_name,
            parent,
        })
    }
}

/// A unit of this organization by its name. The flag is what would name another organization for what lies below it.
pub(super) async fn parent(
    work: &mut Work,
    place: (OrganizationId, &str),
    name: &str,
    flag: Option<&str>,
) -> Result<(UnitId, String)> {
    let scope = work.scope(VIEW).await?;
    let unit = named_in(&mut work.tx, &scope, place, name).await?;
    if unit.organization != Some(place.0.0) {
        let other = unit.organization_name.as_deref().unwrap_or_default();
        let hint = flag.map(|flag| format!("; for a unit of {other} add {flag} {other}"));
        return Err(Error::invalid(
            "parent",
            format!(
                "{} belongs to another organization; a unit and its parent belong to the same one, here {}{}",
                unit.full_name(),
                place.1,
                hint.unwrap_or_default()
            ),
        ));
    }
    Ok((UnitId(unit.id), unit.name))
}

pub(super) fn note_texts(changes: &mut Changes, before: &UnitWrite, after: &UnitWrite) {
    for (name, before, after) in [
        ("phone", &before.phone, &after.phone),
        ("email", &before.email, &after.email),
        ("website", &before.website, &after.website),
        ("fax", &before.fax, &after.fax),
        ("description", &before.description, &after.description),
    ] {
        changes.note(name, before, after);
    }
}
