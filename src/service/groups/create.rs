//! Creating a group.

use super::{CREATE, opened, refuse_built_in_name, refuse_foreign_roles, taken};
use crate::domain::group::{alias, alias_of};
use crate::domain::permission::Permission;
use crate::domain::{GroupId, OrganizationId, UnitId};
use crate::service::granular::{self, Whose};
use crate::service::records::{self, Changes, Place, checked_description, full_name, reaches};
use crate::service::users::Guard;
use crate::service::{
    Action, Error, Event, Home, ListChange, Look, NodeChanges, Query, Result, Work, conferring,
    names,
};
use crate::store::groups::{self as rows, GroupWrite};
use crate::store::members::Holding;
use crate::store::named::{Named, NamedKind};
use crate::store::nodes::Keeper;
use crate::store::rules::{self, Owner};
use crate::store::units;

/// A group that is to be made. Names are as a person gives them.
#[derive(Clone, Debug, Default)]
pub struct GroupDraft {
    /// `NAME`, or `ORGANIZATION/NAME`.
    pub name: String,
    /// Made of the name where none is given.
    pub alias: Option<String>,
    pub description: String,
    pub home: Home,
    /// The owner unit; the operator's where none is named.
    pub unit: Option<String>,
    /// The roles it confers.
    pub roles: Vec<String>,
    pub rules: ListChange,
    /// Entries on nodes, and where its members start.
    pub nodes: NodeChanges,
    /// Keys of the catalogue.
    pub sections: Vec<String>,
    pub languages: Vec<String>,
}

#[derive(Clone, Debug)]
pub struct CreateGroup {
    pub draft: GroupDraft,
}

#[derive(Clone, Debug, serde::Serialize)]
pub struct CreatedGroup {
    pub id: GroupId,
    pub name: String,
    pub alias: String,
    pub organization: Option<String>,
    /// By the name that a command line takes; a system-wide group has none.
    #[serde(skip)]
    pub owner_unit: Option<String>,
}

/// The unit that owns a new group where its draft names none, for a form that shows it beforehand.
#[derive(Clone, Copy, Debug)]
pub struct DefaultOwner;

impl Query for DefaultOwner {
    type Output = String;

    fn needs(&self) -> Permission {
        CREATE
    }

    async fn run(self, look: &mut Look) -> Result<String> {
        let (user, here) = (look.session.user, look.session.organization);
        Ok(units::owner_of(&mut look.tx, user, here).await?.full_name())
    }
}

impl Action for CreateGroup {
    type Output = CreatedGroup;

    fn needs(&self) -> Permission {
        CREATE
    }

    fn event(&self) -> Event {
        Event::new("group_created").on("group", None, &names::shown(&self.draft.name))
    }

    async fn run(self, work: &mut Work) -> Result<CreatedGroup> {
        let draft = self.draft;
        let place = Place::find(work, &draft.home, &draft.name).await?;
        refuse_built_in_name(&place.name)?;
        let unit = owner_unit(work, place.organization, draft.unit.as_deref()).await?;
        reaches(
            work,
            CREATE,
            place.organization,
            unit.as_ref().map(|unit| UnitId(unit.id)),
        )
        .await?;
        let description = checked_description(&draft.description)?;
        let roles = records::named(work, NamedKind::Role, &draft.roles, place.organization).await?;
        refuse_foreign_roles(place.organization, &roles)?;
        let role_ids: Vec<i64> = roles.iter().map(|role| role.id).collect();
        Guard::confers(work, &role_ids, &[]).await?;
        let own_rules = draft.rules.rules(&mut work.tx, &[]).await?;
        conferring::rules(work, &own_rules)?;
        let alias = match &draft.alias {
            Some(text) => alias(text).map_err(|error| Error::invalid("alias", error))?,
            None => free_alias(work, place.organization, &place.name).await?,
        };
        let write = GroupWrite {
            name_key: names::key(&place.name),
            name: place.name,
            alias,
            description,
            owner_unit: unit.as_ref().map(|unit| UnitId(unit.id)),
        };
        let now = work.now();
        let organization_name = place.organization_name;
        let id = rows::add(&mut work.tx, place.organization, &write, now)
            .await
            .map_err(|error| {
                taken(
                    error,
                    &write.name,
                    &write.alias,
                    organization_name.as_deref(),
                )
            })?;
        rows::replace_roles(&mut work.tx, id, &role_ids).await?;
        rules::replace(&mut work.tx, Owner::Group(id), &own_rules).await?;

        let mut changes = Changes::default();
        let full = full_name(organization_name.as_deref(), &write.name);
        changes.note("name", "", full.as_str());
        changes.note("alias", "", write.alias.as_str());
        changes.note("description", "", write.description.as_str());
        changes.note(
            "owner_unit",
            "",
            unit.as_ref().map_or("", |unit| unit.name.as_str()),
        );
        let role_names: Vec<String> = roles.iter().map(|role| role.name.clone()).collect();
        changes.note("roles", &Vec::new(), &role_names);
        changes.rules(&[], &own_rules);
        let nobody = Holding::Group(id).everybody();
        let whose = Whose {
            keeper: Keeper::Group(id),
            rules: &own_rules,
            users: &nobody,
            permission: CREATE,
        };
        granular::change(work, &whose, &draft.nodes, &mut changes).await?;
        let opens = [
            ListChange::adding(draft.sections),
            ListChange::adding(draft.languages),
        ];
        opened(work, id, &opens, &mut changes).await?;
        let event = Event::new("group_created").on("group", id.0, &full);
        work.audit(event.changing(changes.json())).await?;
        Ok(CreatedGroup {
            id,
            name: write.name,
            alias: write.alias,
            organization: organization_name,
            owner_unit: unit.as_ref().map(Named::full_name),
        })
    }
}

/// The unit that is named, which must be of the group's organization; the operator's own where none is. A system-wide
/// group has none.
pub(super) async fn owner_unit(
    work: &mut Work,
    organization: Option<OrganizationId>,
    name: Option<&str>,
) -> Result<Option<Named>> {
    match (organization, name) {
        (None, None) => Ok(None),
        (Some(organization), None) => {
            let user = work.operator();
            Ok(Some(
                units::owner_of(&mut work.tx, user, organization).await?,
            ))
        }
        (organization, Some(name)) => {
            let unit = records::one(work, NamedKind::Unit, name).await?;
            if unit.organization != organization.map(|id| id.0) {
                return Err(Error::invalid(
                    "unit",
                    format!(
                        "{} is no unit of the group's organization; choose one of its own",
                        unit.full_name()
                    ),
                ));
            }
            Ok(Some(unit))
        }
    }
}

/// The alias that the name makes, with a number behind it where another group has it.
async fn free_alias(
    work: &mut Work,
    organization: Option<OrganizationId>,
    name: &str,
) -> Result<String> {
    let wanted = alias_of(name);
    let known = rows::aliases(&mut work.tx, organization, &wanted).await?;
    if !known.contains(&wanted) {
        return Ok(wanted);
    }
    let free = (2..=known.len() + 2)
        .map(|number| format!("{wanted}{number}"))
        .find(|alias| !known.contains(alias));
    free.ok_or_else(|| Error::Unexpected("no alias is free".to_owned()))
}
