//! Creating a role, perhaps as a copy of another.

use super::{CREATE, refuse_built_in_name, seen, taken};
use crate::domain::RoleId;
use crate::domain::permission::Permission;
use crate::service::records::{Changes, Place, checked_description, full_name, reaches};
use crate::service::{Action, Event, Home, ListChange, RecordRef, Result, Work, conferring, names};
use crate::store::roles::{self as rows, RoleWrite};
use crate::store::rules::{self, Owner};

/// A role that is to be made. Names are as a person gives them.
#[derive(Clone, Debug, Default)]
pub struct RoleDraft {
    /// `NAME`, or `ORGANIZATION/NAME`.
    pub name: String,
    /// That of the role it is like, or none, where nothing is said.
    pub description: Option<String>,
    pub home: Home,
    /// Another role, whose rules and description it begins with.
    pub like: Option<String>,
    pub rules: ListChange,
}

#[derive(Clone, Debug)]
pub struct CreateRole {
    pub draft: RoleDraft,
}

#[derive(Clone, Debug, serde::Serialize)]
pub struct CreatedRole {
    pub id: RoleId,
    pub name: String,
    pub organization: Option<String>,
}

impl Action for CreateRole {
    type Output = CreatedRole;

    fn needs(&self) -> Permission {
        CREATE
    }

    fn event(&self) -> Event {
        Event::new("role_created").on("role", None, &names::shown(&self.draft.name))
    }

    async fn run(self, work: &mut Work) -> Result<CreatedRole> {
        let draft = self.draft;
        let place = Place::find(work, &draft.home, &draft.name).await?;
        reaches(work, CREATE, place.organization, None).await?;
        refuse_built_in_name(&place.name)?;
        let (model, description) = match &draft.like {
            Some(name) => {
                let model = seen(work, &RecordRef::Name(name.clone())).await?;
                let rules = rules::list(&mut work.tx, Owner::Role(model.id)).await?;
                (rules, model.description)
            }
            None => (Vec::new(), String::new()),
        };
        let description = draft.description.unwrap_or(description);
        let rules = draft.rules.rules(&mut work.tx, &model).await?;
        conferring::rules(work, &rules)?;
        let write = RoleWrite {
            name_key: names::key(&place.name),
            name: place.name,
            description: checked_description(&description)?,
        };
        let now = work.now();
        let organization = place.organization_name;
        let id = rows::add(&mut work.tx, place.organization, &write, now)
            .await
            .map_err(|error| taken(error, &write.name, organization.as_deref()))?;
        rules::replace(&mut work.tx, Owner::Role(id), &rules).await?;

        let mut changes = Changes::default();
        let full = full_name(organization.as_deref(), &write.name);
        changes.note("name", "", full.as_str());
        changes.note("description", "", write.description.as_str());
        changes.rules(&[], &rules);
        let event = Event::new("role_created").on("role", id.0, &full);
        work.audit(event.changing(changes.json())).await?;
        Ok(CreatedRole {
            id,
            name: write.name,
            organization,
        })
    }
}
