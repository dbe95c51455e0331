//! Editing a group: the fields that are given change, over the version that was seen.

use super::create::owner_unit;
use super::{ASSIGN, EDIT, opened, refuse_foreign_roles, taken, within};
use crate::domain::UnitId;
use crate::domain::group::alias;
use crate::domain::permission::{Permission, Rule};
use crate::service::granular::{self, Whose};
use crate::service::records::{
    self, Changes, checked_description, checked_name, full_name, reaches,
};
use crate::service::users::Guard;
use crate::service::{
    Action, Error, Event, ListChange, NodeChanges, RecordRef, Result, Work, conferring, names,
};
use crate::store::Scope;
use crate::store::groups::{self as rows, GroupRecord, GroupWrite};
use crate::store::members::{self, Holding};
use crate::store::named::{self, Named, NamedKind};
use crate::store::nodes::Keeper;
use crate::store::rules::{self, Owner};

/// What is to change; `None` stays as it is. Lists replace what was there.
#[derive(Clone, Debug, Default)]
pub struct GroupChanges {
    pub name: Option<String>,
    pub alias: Option<String>,
    pub description: Option<String>,
    pub unit: Option<String>,
    /// The roles it confers.
    pub roles: ListChange,
    pub rules: ListChange,
    /// Entries on nodes, and where its members start.
    pub nodes: NodeChanges,
    /// Keys of the catalogue.
    pub sections: ListChange,
    pub languages: ListChange,
}

#[derive(Clone, Debug)]
pub struct UpdateGroup {
    pub group: RecordRef,
    /// The version that was seen; `None` takes the one of this moment.
    pub version: Option<i64>,
    pub changes: GroupChanges,
}

impl Action for UpdateGroup {
    /// The names of the fields that changed.
    type Output = Vec<String>;

    fn needs(&self) -> Permission {
        EDIT
    }

    fn event(&self) -> Event {
        Event::new("group_updated").on("group", None, &self.group.shown())
    }

    async fn run(self, work: &mut Work) -> Result<Vec<String>> {
        let record = within(work, &self.group, EDIT).await?;
        let conflict = || Error::Conflict {
            kind: "group",
            name: names::shown(&record.name),
        };
        if self
            .version
            .is_some_and(|version| version != record.version)
        {
            return Err(conflict());
        }
        let administered = Guard::has_administrator(work).await?;
        let changes = self.changes;
        let mut noted = Changes::default();
        let write = write(work, &record, &changes, &mut noted).await?;
        let (roles_before, roles) = roles(work, &record, &changes).await?;
        let before = rules::list(&mut work.tx, Owner::Group(record.id)).await?;
        let after = changes.rules.rules(&mut work.tx, &before).await?;
        noted.note("roles", &role_names(&roles_before), &role_names(&roles));
        noted.rules(&before, &after);

        let now = work.now();
        if !rows::update(&mut work.tx, record.id, record.version, &write, now)
            .await
            .map_err(|error| {
                let place = record.organization_name.as_deref();
                taken(error, &write.name, &write.alias, place)
            })?
        {
            return Err(conflict());
        }
        if before != after {
            check_rules(work, &record, &before, &after).await?;
            rules::replace(&mut work.tx, Owner::Group(record.id), &after).await?;
        }
        let members = Holding::Group(record.id).everybody();
        let whose = Whose {
            keeper: Keeper::Group(record.id),
            rules: &after,
            users: &members,
            permission: EDIT,
        };
        granular::change(work, &whose, &changes.nodes, &mut noted).await?;
        let opens = [changes.sections, changes.languages];
        opened(work, record.id, &opens, &mut noted).await?;
        if roles_before != roles {
            check_roles(work, &record, &roles_before, &roles).await?;
            let ids: Vec<i64> = roles.iter().map(|role| role.id).collect();
            rows::replace_roles(&mut work.tx, record.id, &ids).await?;
            conferring::leaves_role(work, &members).await?;
        }
        Guard::keeps_administrator(work, administered).await?;
        let names = noted.names();
        let full = full_name(record.organization_name.as_deref(), &write.name);
        let event = Event::new("group_updated").on("group", record.id.0, &full);
        work.audit(event.changing(noted.json())).await?;
        Ok(names)
    }
}

async fn write(
    work: &mut Work,
    record: &GroupRecord,
    changes: &GroupChanges,
    noted: &mut Changes,
) -> Result<GroupWrite> {
    let name = match &changes.name {
        Some(name) => checked_name(name)?,
        None => record.name.clone(),
    };
    let alias = match &changes.alias {
        Some(text) => alias(text).map_err(|error| Error::invalid("alias", error))?,
        None => record.alias.clone(),
    };
    if record.built_in && (name != record.name || alias != record.alias) {
        return Err(Error::Rule(format!(
            "The group \"{}\" is built in and keeps its name and alias.",
            record.name
        )));
    }
    let description = match &changes.description {
        Some(description) => checked_description(description)?,
        None => record.description.clone(),
    };
    let mut owner = record.owner_unit;
    if let Some(unit) = &changes.unit {
        let unit = owner_unit(work, record.organization, Some(unit)).await?;
        owner = unit.as_ref().map(|unit| UnitId(unit.id));
        if owner != record.owner_unit {
            within(work, &RecordRef::Id(record.id.0), ASSIGN).await?;
            reaches(work, ASSIGN, record.organization, owner).await?;
        }
        let before = record.owner_unit_name.as_deref().unwrap_or_default();
        noted.note(
            "owner_unit",
            before,
            unit.as_ref().map_or("", |unit| unit.name.as_str()),
        );
    }
    noted.note("name", &record.name, &name);
    noted.note("alias", &record.alias, &alias);
    noted.note("description", &record.description, &description);
    Ok(GroupWrite {
        name_key: names::key(&name),
        name,
        alias,
        description,
        owner_unit: owner,
    })
}

/// The roles conferred before and after, by name.
async fn roles(
    work: &mut Work,
    record: &GroupRecord,
    changes: &GroupChanges,
) -> Result<(Vec<Named>, Vec<Named>)> {
    let (system, role) = (Scope::system(), NamedKind::Role);
    let ids = rows::roles(&mut work.tx, record.id).await?;
    let before = named::by_ids(&mut work.tx, &system, role, &ids).await?;
    if changes.roles.is_nothing() {
        return Ok((before.clone(), before));
    }
    let home = record.organization;
    let mut wanted = match &changes.roles.all {
        Some(all) => records::roles(work, all, home).await?,
        None => before.clone(),
    };
    let gone = records::roles(work, &changes.roles.remove, home).await?;
    if let Some(stranger) = gone
        .iter()
        .find(|role| !wanted.iter().any(|one| one.id == role.id))
    {
        return Err(Error::invalid(
            "roles",
            format!(
                "the group \"{}\" doesn't confer the role {}, so it can't stop to",
                record.name,
                stranger.full_name()
            ),
        ));
    }
    wanted.retain(|role| !gone.iter().any(|one| one.id == role.id));
    for role in records::roles(work, &changes.roles.add, home).await? {
        if !wanted.iter().any(|one| one.id == role.id) {
            wanted.push(role);
        }
    }
    refuse_foreign_roles(home, &wanted)?;
    let ids: Vec<i64> = wanted.iter().map(|role| role.id).collect();
    let after = named::by_ids(&mut work.tx, &system, role, &ids).await?;
    Ok((before, after))
}

fn role_names(roles: &[Named]) -> Vec<String> {
    roles.iter().map(Named::full_name).collect()
}

async fn check_rules(
    work: &mut Work,
    record: &GroupRecord,
    before: &[Rule],
    after: &[Rule],
) -> Result<()> {
    conferring::rules(work, after)?;
    let members = Holding::Group(record.id).everybody();
    conferring::rules_in_trees(work, before, after, &members).await?;
    let dropped = conferring::dropped_denies(before, after);
    conferring::dropping(work, &dropped, &members).await?;
    if conferring::takes(before, after) {
        conferring::takes_from(work, &members, EDIT).await?;
    }
    Ok(())
}

async fn check_roles(
    work: &mut Work,
    record: &GroupRecord,
    before: &[Named],
    after: &[Named],
) -> Result<()> {
    let members = Holding::Group(record.id).everybody();
    let operator = work.operator();
    if members::includes(&mut work.tx, &members, operator).await? {
        return Err(Error::Rule(format!(
            "You are in the group \"{}\", and nobody changes their own roles; another administrator has to do it.",
            record.name
        )));
    }
    let missing_in = |some: &[Named], others: &[Named]| -> Vec<i64> {
        some.iter()
            .filter(|role| !others.contains(role))
            .map(|role| role.id)
            .collect()
    };
    let (fresh, gone) = (missing_in(after, before), missing_in(before, after));
    Guard::confers(work, &fresh, &[]).await?;
    conferring::in_trees(work, &fresh, &[], &members).await?;
    let takes_more = !conferring::denies_of(work, &fresh, &[]).await?.is_empty();
    let freed = conferring::denies_of(work, &gone, &[]).await?;
    conferring::dropping(work, &freed, &members).await?;
    if takes_more || !gone.is_empty() {
        conferring::takes_from(work, &members, EDIT).await?;
    }
    Ok(())
}
