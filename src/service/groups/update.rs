//! Editing a group: the fields that are given change, over the version that was seen.

use super::create::owner_unit;
use super::linked::{Linked, full_names};
use super::nested::{self, nest};
use super::{
    ASSIGN, EDIT, MEMBERS, opened, refuse_built_in_name, refuse_foreign_roles, taken, within,
};
use crate::domain::UnitId;
use crate::domain::group::alias;
use crate::domain::permission::{Level, Permission, Resource, Rule};
use crate::domain::text::counted;
use crate::service::consent::Weight;
use crate::service::granular::{self, Whose};
use crate::service::records::{Changes, checked_description, checked_name, full_name, reaches};
use crate::service::users::Guard;
use crate::service::{
    Action, Asking, Consent, Edited, Error, Event, ListChange, NodeChanges, RecordRef, Result,
    Work, conferring, names,
};
use crate::store::groups::{self as rows, GroupRecord, GroupWrite};
use crate::store::members::{self, Holding};
use crate::store::named::{NamedKind, ids};
use crate::store::nodes::Keeper;
use crate::store::rules::{self, Owner};
use crate::store::sql::Sql;
use crate::store::units;

/// The fields that decide what members may do.
const POWER: &[&str] = &[
    "roles",
    "member_groups",
    "rules",
    "granular",
    "start_nodes",
    "sections",
    "languages",
];

/// What is to change; `None` stays as it is. Lists replace what was there.
#[derive(Clone, Debug, Default)]
pub struct GroupChanges {
    pub name: Option<String>,
    pub alias: Option<String>,
    pub description: Option<String>,
    pub unit: Option<String>,
    /// The roles it confers.
    pub roles: ListChange,
    /// The groups in it: everybody in them has what it gives.
    pub groups: ListChange,
    pub rules: ListChange,
    /// Entries on nodes, and where its members start.
    pub nodes: NodeChanges,
    /// Keys of the catalogue.
    pub sections: ListChange,
    pub languages: ListChange,
}

impl GroupChanges {
    /// Whether what members may do can change.
    fn give_or_take(&self) -> bool {
        let lists = [
            &self.roles,
            &self.groups,
            &self.rules,
            &self.sections,
            &self.languages,
        ];
        !self.nodes.is_nothing() || lists.into_iter().any(|list| !list.is_nothing())
    }

    /// Whether nothing but the groups in it changes.
    fn are_of_members(&self) -> bool {
        let Self {
            name,
            alias,
            description,
            unit,
            roles,
            groups,
            rules,
            nodes,
            sections,
            languages,
        } = self;
        let texts = [name, alias, description, unit];
        let lists = [roles, rules, sections, languages];
        !groups.is_nothing()
            && nodes.is_nothing()
            && texts.into_iter().all(Option::is_none)
            && lists.into_iter().all(ListChange::is_nothing)
    }
}

#[derive(Clone, Debug)]
pub struct UpdateGroup {
    pub group: RecordRef,
    /// The version that was seen; `None` takes the one of this moment.
    pub version: Option<i64>,
    pub changes: GroupChanges,
    /// What its members can do changes with what it gives.
    pub consent: Consent,
}

impl Action for UpdateGroup {
    type Output = Edited;

    /// Who is in it is a right of its own.
    fn needs(&self) -> Permission {
        if self.changes.are_of_members() {
            MEMBERS
        } else {
            EDIT
        }
    }

    fn event(&self) -> Event {
        Event::new("group_updated").on_named("group", self.group.named())
    }

    async fn run(self, work: &mut Work) -> Result<Edited> {
        let record = within(work, &self.group, self.needs()).await?;
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
        let (conferred, held) = (
            rows::roles(&mut work.tx, record.id).await?,
            rows::neighbour_ids(&mut work.tx, record.id).await?.0,
        );
        let (role, group) = (NamedKind::Role, NamedKind::Group);
        let roles = Linked::find(work, &record, role, &conferred, &changes.roles).await?;
        let groups = Linked::find(work, &record, group, &held, &changes.groups).await?;
        let members = Holding::Group(record.id).everybody();
        let mut weight = Weight::default();
        if changes.give_or_take() {
            weight = Weight::on(work, &touched(&changes, &members, &groups)).await?;
        }
        let mut noted = Changes::default();
        let write = write(work, &record, &changes, &mut noted).await?;
        let before = rules::list(&mut work.tx, Owner::Group(record.id)).await?;
        let after = changes.rules.rules(&mut work.tx, &before).await?;
        for (field, linked) in [("roles", &roles), ("member_groups", &groups)] {
            let (before, after) = (full_names(&linked.before), full_names(&linked.after));
            noted.note(field, &before, &after);
        }
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
            weight = weight.and_rules(&before, &after);
            rules::replace(&mut work.tx, Owner::Group(record.id), &after).await?;
        }
        let whose = Whose {
            keeper: Keeper::Group(record.id),
            rules: &after,
            users: &members,
            permission: EDIT,
        };
        granular::change(work, &whose, &changes.nodes, &mut noted).await?;
        let opens = [changes.sections, changes.languages];
        opened(work, record.id, &opens, &mut noted).await?;
        if roles.changes() {
            weight = check_roles(work, &record, &roles, weight).await?;
            rows::replace_roles(&mut work.tx, record.id, &ids(&roles.after)).await?;
            conferring::leaves_role(work, &members).await?;
        }
        if groups.changes() {
            weight = nest(work, &record, &groups, weight).await?;
        }
        Guard::keeps_administrator(work, administered).await?;
        let fields = noted.names();
        if !fields.iter().any(|field| POWER.contains(&field.as_str())) {
            weight.number = 0;
        }
        let full = full_name(record.organization_name.as_deref(), &write.name);
        let mut event = Event::new("group_updated").on("group", record.id.0, &full);
        let deed = format!(
            "change what {} may do by the group \"{full}\"",
            counted(weight.number, "user", "users")
        );
        let asks = self
            .consent
            .weigh(work, (weight, &fields), ("update", deed), &mut event)
            .await?;
        work.audit(event.changing(noted.json())).await?;
        Ok(Edited { fields, asks })
    }
}

impl Asking for UpdateGroup {
    fn consent(&mut self) -> &mut Consent {
        &mut self.consent
    }
}

/// Whom a change can touch: the members, and those of the groups that come and go.
fn touched(changes: &GroupChanges, members: &Sql, groups: &Linked) -> Sql {
    let mut moved = groups.fresh();
    moved.extend(groups.gone());
    let mut people = nested::everybody(&moved);
    if !changes.are_of_members() {
        people.push(" union all ").push_sql(members);
    }
    people
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
    if names::key(&name) != names::key(&record.name) {
        refuse_built_in_name(&name)?;
    }
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
            if let Some(there) = owner {
                let above = units::assigned_above(there);
                let group = (Resource::Group, &members::these(&[record.id.0]));
                let levels = [Level::Unit, Level::Division];
                conferring::handing(work, group, &above, &levels).await?;
            }
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

async fn check_rules(
    work: &mut Work,
    record: &GroupRecord,
    before: &[Rule],
    after: &[Rule],
) -> Result<()> {
    conferring::rules(work, &conferring::fresh(before, after))?;
    let members = Holding::Group(record.id).everybody();
    conferring::rules_abroad(work, record.organization, (before, after), &members).await?;
    conferring::rules_where_they_are(work, record.organization, (before, after), &members).await?;
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
    roles: &Linked,
    weight: Weight,
) -> Result<Weight> {
    refuse_foreign_roles(record.organization, &roles.after)?;
    let members = Holding::Group(record.id).everybody();
    let operator = work.operator();
    if members::includes(&mut work.tx, &members, operator).await? {
        return Err(Error::Rule(format!(
            "You are in the group \"{}\", and nobody changes their own roles; another administrator has to do it.",
            record.name
        )));
    }
    let (fresh, gone) = (ids(&roles.fresh()), ids(&roles.gone()));
    Guard::confers(work, &fresh, &[]).await?;
    Guard::confers_wherever(work, (record.organization, &members), &fresh, &[]).await?;
    conferring::where_they_are(work, &fresh, &[], &members).await?;
    let takes_more = !conferring::denies_of(work, &fresh, &[]).await?.is_empty();
    let freed = conferring::denies_of(work, &gone, &[]).await?;
    conferring::dropping(work, &freed, &members).await?;
    if takes_more || !gone.is_empty() {
        conferring::takes_from(work, &members, EDIT).await?;
    }
    weight
        .and_held(work, (&fresh, &[]), takes_more || !gone.is_empty())
        .await
}
