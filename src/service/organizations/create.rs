//! Creating an organization, with its first unit of the same name.

use super::{CREATE, taken};
use crate::domain::OrganizationId;
use crate::domain::permission::Permission;
use crate::service::records::{Changes, checked_description, checked_name, reaches};
use crate::service::{Action, Event, Result, Work, names};
use crate::store::organizations::{self as rows, OrganizationWrite};
use crate::store::units::{self, NewUnit};

/// Only who reaches all organizations makes another one.
#[derive(Clone, Debug, Default)]
pub struct CreateOrganization {
    pub name: String,
    pub description: String,
}

#[derive(Clone, Debug, serde::Serialize)]
pub struct CreatedOrganization {
    pub id: OrganizationId,
    pub name: String,
}

impl Action for CreateOrganization {
    type Output = CreatedOrganization;

    fn needs(&self) -> Permission {
        CREATE
    }

    fn event(&self) -> Event {
        Event::new("organization_created").on("organization", None, &names::shown(&self.name))
    }

    async fn run(self, work: &mut Work) -> Result<CreatedOrganization> {
        reaches(work, CREATE, None, None).await?;
        let name = checked_name(&self.name)?;
        let write = OrganizationWrite {
            name_key: names::key(&name),
            name,
            description: checked_description(&self.description)?,
            enabled: true,
        };
        let now = work.now();
        let id = rows::add(&mut work.tx, &write, now)
            .await
            .map_err(|error| taken(error, &write.name))?;
        let unit = NewUnit {
            organization: id,
            parent: None,
            name: &write.name,
            name_key: &write.name_key,
        };
        units::add(&mut work.tx, &unit, now).await?;
        let mut changes = Changes::default();
        changes.note("name", "", write.name.as_str());
        changes.note("description", "", write.description.as_str());
        let event = Event::new("organization_created").on("organization", id.0, &write.name);
        work.audit(event.changing(changes.json())).await?;
        Ok(CreatedOrganization {
            id,
            name: write.name,
        })
    }
}
