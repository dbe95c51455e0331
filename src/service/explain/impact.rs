//! Who would gain or lose what by a change that isn't made yet: new rules of a role, memberships in a plan, or other roles
//! and groups of one user. Of a tree it counts who may act somewhere in it by rules, and, where people come into groups or
//! leave them, who may act at the nodes that these have entries on. Where people start is left out.

use super::question::Place;
use super::subject::{Direct, shut_out, subject};
use super::who_can::{counting, with_entries};
use crate::domain::catalogue::{Catalogue, ManagedResource};
use crate::domain::evaluate::{Question, Subject, evaluate};
use crate::domain::nodes::NodePath;
use crate::domain::permission::{Level, Permission, Rule, Source, SourceKind, Word};
use crate::domain::{JobId, OrganizationId};
use crate::service::groups::UpdateGroup;
use crate::service::records::viewing;
use crate::service::users::{self, UserRef};
use crate::service::{
    Error, ListChange, Look, Query, RecordRef, Result, groups, jobs, organizations, roles,
};
use crate::store::groups as group_rows;
use crate::store::impact::{self as rows, Change, Nesting, Turn};
use crate::store::jobs as plans;
use crate::store::members::{Holding, these};
use crate::store::named::{self, NamedKind};
use crate::store::organizations::lookup;
use crate::store::rules::{self, Owner};
use crate::store::who_can::Granting;
use crate::store::{Tx, access, catalogue, nodes, users as people};
use std::collections::BTreeSet;

/// Of more nodes with entries the first are looked at.
const NODES_MAX: usize = 20;

/// A change that touches people of more organizations is weighed in the first of these by name.
const ORGANIZATIONS_MAX: i64 = 50;

/// Of the holders of a role, if these became its rules.
#[derive(Clone, Debug)]
pub struct RoleImpact {
    pub role: RecordRef,
    pub rules: ListChange,
}

/// Of everybody in a group, if it conferred these roles, had these rules and these groups in it.
#[derive(Clone, Debug)]
pub struct GroupImpact {
    pub group: RecordRef,
    pub roles: ListChange,
    pub rules: ListChange,
    pub groups: ListChange,
}

/// Of the users of a plan of memberships, once it is done.
#[derive(Clone, Debug)]
pub struct PlanImpact {
    pub job: JobId,
}

/// Of one user, with other roles and groups; `None` stays. Those that the asker can't see stay too.
#[derive(Clone, Debug)]
pub struct UserImpact {
    pub user: UserRef,
    pub roles: Option<Vec<String>>,
    pub groups: Option<Vec<String>>,
}

/// How many people, of those the asker sees, would go from one level of a right to another.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Shift {
    /// Where the right counts.
    pub organization: String,
    pub resource: String,
    pub actions: Vec<String>,
    /// None is no right.
    pub from: Option<Level>,
    pub to: Option<Level>,
    pub users: i64,
    /// The first of them by username.
    pub such_as: String,
    /// In a tree, the node that it is about; none where it is by rules.
    pub node: Option<String>,
    /// The resource has no owner, so that a level says nothing of it.
    #[serde(skip)]
    pub is_nobodys: bool,
    /// Shifts of the same number and the same levels are of the same people.
    #[serde(skip)]
    people: usize,
}

impl Shift {
    /// The names under which scripts read it, in their order.
    pub const FIELDS: &[&str] = &[
        "resource",
        "actions",
        "from",
        "to",
        "users",
        "such_as",
        "node",
        "organization",
    ];

    /// Whether it is a right more; else it is one less.
    #[must_use]
    pub fn gains(&self) -> bool {
        self.to > self.from
    }

    /// `5 people, a.b among them, gain edit, delete on user at unit`; with the organization, where it isn't this one.
    #[must_use]
    pub fn sentence(&self, here: &str) -> String {
        let (who, s) = match self.users {
            1 => (self.such_as.clone(), "s"),
            many => (format!("{many} people, {} among them,", self.such_as), ""),
        };
        let node = self.node.as_ref();
        let node = node.map_or_else(String::new, |node| format!(":{node}"));
        let right = format!("{} on {}{node}", self.actions.join(", "), self.resource);
        let at = |level: Level| format!(" at {}", level.as_str());
        let place = if self.organization == here {
            String::new()
        } else {
            format!(", in {}", self.organization)
        };
        let what = match (self.from, self.to) {
            (None, Some(_)) if self.is_nobodys => format!("gain{s} {right}"),
            (Some(_), None) if self.is_nobodys => format!("lose{s} {right}"),
            (None, Some(to)) => format!("gain{s} {right}{}", at(to)),
            (Some(from), Some(to)) if to > from => {
                format!("gain{s} {right}{}, until now{}", at(to), at(from))
            }
            (Some(from), Some(to)) => {
                format!("keep{s} {right} only{}, until now{}", at(to), at(from))
            }
            (Some(from), None) => format!("lose{s} {right}{}", at(from)),
            (None, None) => format!("keep{s} {right}"),
        };
        format!("{who} {what}{place}")
    }
}

/// A sentence for each, with a sign for more or less, or one that there is none.
#[must_use]
pub fn sentences(shifts: &[Shift], here: &str) -> Vec<String> {
    if shifts.is_empty() {
        return vec![
            "Nobody whom you see gains or loses anything; where they start in trees isn't counted."
                .to_owned(),
        ];
    }
    let sign = |shift: &Shift| if shift.gains() { '+' } else { '-' };
    shifts
        .iter()
        .map(|shift| format!("{} {}", sign(shift), shift.sentence(here)))
        .collect()
}

impl Query for RoleImpact {
    type Output = Vec<Shift>;

    fn needs(&self) -> Permission {
        roles::VIEW
    }

    async fn run(self, look: &mut Look) -> Result<Vec<Shift>> {
        let record = roles::looked(look, &self.role).await?;
        let before = rules::list(&mut look.tx, Owner::Role(record.id)).await?;
        let after = self.rules.rules(&mut look.tx, &before).await?;
        let catalogue = catalogue::load(&mut look.tx).await?;
        let named = (SourceKind::Role, record.id.0, record.name.as_str());
        let (old, new) = (source(named, before), source(named, after));
        let change = Change::Role(record.id);
        let mut shifts = Shifts::default();
        for place in places(look, &change, record.organization).await? {
            Weighing::of(look, place, &change, (&old, &new))
                .await?
                .weigh(look, &catalogue, &mut shifts, |action, resource| {
                    differs(&old, &new, action, resource)
                })
                .await?;
        }
        Ok(shifts.0)
    }
}

/// A role or group with these rules.
fn source((kind, id, name): (SourceKind, i64, &str), rules: Vec<Rule>) -> Source {
    Source {
        kind,
        id,
        name: name.to_owned(),
        via: None,
        rules,
        entries: Vec::new(),
    }
}

/// Whether two sources say something else of a right.
fn differs(old: &Source, new: &Source, action: &str, resource: &str) -> bool {
    let (old, new) = (
        old.word(action, resource, None),
        new.word(action, resource, None),
    );
    let is_denied = |word| matches!(word, Word::Denied(_));
    (old.level(), is_denied(old)) != (new.level(), is_denied(new))
}

/// Whether one of these says anything of a right.
fn speaks(sources: &[Source], action: &str, resource: &str) -> bool {
    sources
        .iter()
        .any(|source| source.word(action, resource, None) != Word::Nothing)
}

impl GroupImpact {
    /// What an update would do.
    #[must_use]
    pub fn of(update: &UpdateGroup) -> Self {
        let changes = &update.changes;
        Self {
            group: update.group.clone(),
            roles: changes.roles.clone(),
            rules: changes.rules.clone(),
            groups: changes.groups.clone(),
        }
    }

    /// Whether nothing that is counted changes.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        let lists = [&self.roles, &self.rules, &self.groups];
        lists.into_iter().all(ListChange::is_nothing)
    }
}

impl Query for GroupImpact {
    type Output = Vec<Shift>;

    fn needs(&self) -> Permission {
        groups::VIEW
    }

    async fn run(self, look: &mut Look) -> Result<Vec<Shift>> {
        let record = groups::looked(look, &self.group).await?;
        let id = record.id;
        let before = rules::list(&mut look.tx, Owner::Group(id)).await?;
        let after = self.rules.rules(&mut look.tx, &before).await?;
        let named = (SourceKind::Group, id.0, record.name.as_str());
        let (old, new) = (source(named, before), source(named, after));
        let old_roles = group_rows::roles(&mut look.tx, id).await?;
        let (old_groups, above) = group_rows::neighbour_ids(&mut look.tx, id).await?;
        let roles = listed(look, NamedKind::Role, &self.roles, &old_roles).await?;
        let groups = listed(look, NamedKind::Group, &self.groups, &old_groups).await?;
        // What comes and goes by other roles, and, for whoever comes and goes with a group, by this group and those above.
        let given_groups = if one_sided(&old_groups, &groups).is_empty() {
            Vec::new()
        } else {
            [above, vec![id.0]].concat()
        };
        let given_roles = one_sided(&old_roles, &roles);
        let catalogue = catalogue::load(&mut look.tx).await?;
        let (old_nesting, new_nesting) = {
            let mut nesting = Nesting::load(&mut look.tx, look.session.organization).await?;
            let old = nesting.clone();
            nesting.nest(id.0, &groups);
            (old, nesting)
        };
        let people = [old_nesting.inside([id.0]), new_nesting.inside([id.0])].concat();
        let change = Change::Groups(people);
        let mut shifts = Shifts::default();
        for place in places(look, &change, record.organization).await? {
            let given = {
                let (roles, groups) = (these(&given_roles), these(&given_groups));
                access::sources_of(&mut look.tx, &roles, &groups, place.0).await?
            };
            let mut weighing = Weighing::of(look, place, &change, (&old, &new)).await?;
            weighing.after.nesting.confer(id.0, &roles);
            weighing.after.nesting.nest(id.0, &groups);
            weighing
                .weigh(look, &catalogue, &mut shifts, |action, resource| {
                    differs(&old, &new, action, resource)
                        || speaks(&given, action, resource)
                        || (!given_groups.is_empty()
                            && speaks(&[old.clone(), new.clone()], action, resource))
                })
                .await?;
            weighing
                .weigh_nodes(look, &catalogue, &mut shifts, &given_groups)
                .await?;
        }
        Ok(shifts.0)
    }
}

impl Query for PlanImpact {
    type Output = Vec<Shift>;

    fn needs(&self) -> Permission {
        jobs::VIEW
    }

    async fn run(self, look: &mut Look) -> Result<Vec<Shift>> {
        jobs::seen(look, self.job).await?;
        let catalogue = catalogue::load(&mut look.tx).await?;
        let changes = plans::changes(&mut look.tx, self.job).await?;
        let (mut role_ids, mut group_ids) = (Vec::new(), Vec::new());
        for change in &changes {
            match change.holding {
                Holding::Role(role) => role_ids.push(role.0),
                Holding::Group(group) => group_ids.push(group.0),
            }
        }
        let change = Change::Plan(self.job);
        let (_, with_containing) = users::conferred_by(&mut look.tx, &group_ids).await?;
        let mut shifts = Shifts::default();
        for place in places(look, &change, None).await? {
            let (roles, groups) = (these(&role_ids), these(&group_ids));
            let given = access::sources_of(&mut look.tx, &roles, &groups, place.0).await?;
            let world = World::load(look, place.0).await?;
            let weighing = Weighing {
                place,
                change: change.clone(),
                before: world.clone(),
                after: world,
            };
            weighing
                .weigh(look, &catalogue, &mut shifts, |action, resource| {
                    speaks(&given, action, resource)
                })
                .await?;
            weighing
                .weigh_nodes(look, &catalogue, &mut shifts, &with_containing)
                .await?;
        }
        Ok(shifts.0)
    }
}

impl Query for UserImpact {
    type Output = Vec<Shift>;

    fn needs(&self) -> Permission {
        users::VIEW
    }

    async fn run(self, look: &mut Look) -> Result<Vec<Shift>> {
        let scope = look.scope(users::VIEW).await?;
        let user = self.user.resolve(&mut look.tx, &scope).await?;
        let name = people::lookup(&mut look.tx, &scope, user)
            .await?
            .ok_or_else(|| Error::missing("user", self.user.shown()))?
            .profile
            .username;
        let all = access::organizations(&mut look.tx, user).await?;
        let ids: Vec<OrganizationId> = all.into_iter().map(|(id, _)| id).collect();
        let (roles, groups) = access::direct(&mut look.tx, user).await?;
        let list = |names: Option<Vec<String>>| names.map(ListChange::to).unwrap_or_default();
        let before = Direct {
            roles: roles.clone(),
            groups: groups.clone(),
        };
        let after = Direct {
            roles: listed(look, NamedKind::Role, &list(self.roles), &roles).await?,
            groups: listed(look, NamedKind::Group, &list(self.groups), &groups).await?,
        };
        let moved: Vec<i64> = one_sided(&before.groups, &after.groups);
        let (_, with_containing) = users::conferred_by(&mut look.tx, &moved).await?;
        let catalogue = catalogue::load(&mut look.tx).await?;
        let mut shifts = Shifts::default();
        for (place, organization) in in_sight(look, &ids).await? {
            if shut_out(&mut look.tx, user, place).await?.is_some() {
                continue;
            }
            let who = (user, place);
            let mut told = Told {
                organization: &organization,
                name: &name,
                shifts: &mut shifts,
            };
            let old = subject(&mut look.tx, who, &before, None).await?;
            let new = subject(&mut look.tx, who, &after, None).await?;
            for resource in catalogue.all() {
                told.tell(resource, None, (&old, &new));
            }
            for (resource, node) in
                touched_nodes(&mut look.tx, &catalogue, &with_containing).await?
            {
                let at = Some((resource.key.as_str(), &node));
                let old = subject(&mut look.tx, who, &before, at).await?;
                let new = subject(&mut look.tx, who, &after, at).await?;
                told.tell(resource, Some(&node.path), (&old, &new));
            }
        }
        Ok(shifts.0)
    }
}

/// What is on one list alone.
fn one_sided(some: &[i64], others: &[i64]) -> Vec<i64> {
    let left = |some: &[i64], others: &[i64]| -> Vec<i64> {
        let left = some.iter().filter(|id| !others.contains(id));
        left.copied().collect()
    };
    [left(some, others), left(others, some)].concat()
}

/// The nodes on which these groups have entries, by their trees; of very many the first.
async fn touched_nodes<'a>(
    tx: &mut Tx,
    catalogue: &'a Catalogue,
    groups: &[i64],
) -> Result<Vec<(&'a ManagedResource, Place)>> {
    let mut found = Vec::new();
    if groups.is_empty() {
        return Ok(found);
    }
    for resource in catalogue.trees() {
        let entries = nodes::entries_of_groups(tx, &resource.key).await?;
        let of_groups = entries
            .into_iter()
            .filter(|(group, ..)| groups.contains(group));
        let paths: BTreeSet<NodePath> = of_groups.map(|(_, _, entry)| entry.node).collect();
        for path in paths {
            if found.len() == NODES_MAX {
                return Ok(found);
            }
            if let Some(way) = nodes::way(tx, &resource.key, &path).await? {
                found.push((resource, Place { path, way }));
            }
        }
    }
    Ok(found)
}

/// What one user gains and loses in an organization.
struct Told<'a> {
    organization: &'a str,
    name: &'a str,
    shifts: &'a mut Shifts,
}

impl Told<'_> {
    fn tell(
        &mut self,
        resource: &ManagedResource,
        node: Option<&NodePath>,
        (before, after): (&Subject, &Subject),
    ) {
        for action in &resource.actions {
            let turn = Turn {
                from: level(before, resource, (action, node)),
                to: level(after, resource, (action, node)),
                users: 1,
                such_as: self.name.to_owned(),
            };
            if turn.from != turn.to {
                let turns = std::slice::from_ref(&turn);
                let right = (action.as_str(), resource, node);
                self.shifts.add(self.organization, right, (0, turns));
            }
        }
    }
}

/// How far somebody's right reaches.
fn level(
    subject: &Subject,
    resource: &ManagedResource,
    (action, node): (&str, Option<&NodePath>),
) -> Option<Level> {
    let question = Question {
        action,
        resource,
        record: None,
        node,
    };
    let answer = evaluate(subject, &question);
    answer.level.filter(|_| answer.allowed)
}

/// The roles or groups once a list is changed; those that the asker can't see stay.
async fn listed(
    look: &mut Look,
    kind: NamedKind,
    change: &ListChange,
    before: &[i64],
) -> Result<Vec<i64>> {
    let mut after = before.to_vec();
    if let Some(names) = &change.all {
        let scope = look.rights.scope(viewing(kind));
        let seen = named::by_ids(&mut look.tx, &scope, kind, before).await?;
        after.retain(|id| !seen.iter().any(|one| one.id == *id));
        for name in names {
            after.push(RecordRef::from(name.as_str()).look(look, kind).await?);
        }
    }
    for name in &change.remove {
        let gone = RecordRef::from(name.as_str()).look(look, kind).await?;
        after.retain(|id| *id != gone);
    }
    for name in &change.add {
        after.push(RecordRef::from(name.as_str()).look(look, kind).await?);
    }
    after.sort_unstable();
    after.dedup();
    Ok(after)
}

/// The organizations in which a change counts: its own, or those that the people may sign in to whom it touches. People of
/// other organizations are counted by those alone who see everybody.
async fn places(
    look: &mut Look,
    change: &Change,
    home: Option<OrganizationId>,
) -> Result<Vec<(OrganizationId, String)>> {
    let sees_all = look.rights.level(users::VIEW) == Some(Level::All);
    let ids = match home {
        Some(home) => vec![home],
        None if sees_all => rows::organizations(&mut look.tx, change, ORGANIZATIONS_MAX).await?,
        None => vec![look.session.organization],
    };
    in_sight(look, &ids).await
}

/// Those of these organizations that the asker sees, with their names; the one worked in always.
async fn in_sight(
    look: &mut Look,
    ids: &[OrganizationId],
) -> Result<Vec<(OrganizationId, String)>> {
    let seen = look.rights.scope(organizations::VIEW);
    let mut named = Vec::with_capacity(ids.len());
    for &id in ids {
        if id == look.session.organization {
            named.push((id, look.session.organization_name.clone()));
        } else if let Some(record) = lookup(&mut look.tx, &seen, id).await? {
            named.push((id, record.name));
        }
    }
    Ok(named)
}

/// What counts in an organization, and who has it through which groups.
#[derive(Clone)]
struct World {
    sources: Vec<Source>,
    nesting: Nesting,
}

impl World {
    async fn load(look: &mut Look, organization: OrganizationId) -> Result<Self> {
        Ok(Self {
            sources: counting(&mut look.tx, organization).await?,
            nesting: Nesting::load(&mut look.tx, organization).await?,
        })
    }

    /// Puts a source in the place of what it was.
    fn put(&mut self, source: Source) {
        let is_other = |other: &Source| (other.kind, other.id) != (source.kind, source.id);
        self.sources.retain(is_other);
        self.sources.push(source);
    }

    /// As it is at a node of a tree.
    async fn at(
        &self,
        tx: &mut Tx,
        here: OrganizationId,
        tree: &str,
        node: &Place,
    ) -> Result<Self> {
        let mut there = self.clone();
        with_entries(tx, (here, tree), node, &mut there.sources).await?;
        Ok(there)
    }

    fn granting(
        &self,
        action: &str,
        resource: &ManagedResource,
        node: Option<&NodePath>,
    ) -> Granting {
        let right = (action, resource.key.as_str());
        let granting = Granting::of(&self.sources, right, node, |level| {
            resource.is_reached_at(level)
        });
        self.nesting.spread(granting)
    }
}

/// What gives a right, and what would.
type Pair = (Granting, Granting);

/// An organization as it is and as it would be.
struct Weighing {
    place: (OrganizationId, String),
    change: Change,
    before: World,
    after: World,
}

impl Weighing {
    /// One role or group becomes another.
    async fn of(
        look: &mut Look,
        place: (OrganizationId, String),
        change: &Change,
        (old, new): (&Source, &Source),
    ) -> Result<Self> {
        let mut before = World::load(look, place.0).await?;
        let mut after = before.clone();
        before.put(old.clone());
        after.put(new.clone());
        Ok(Self {
            place,
            change: change.clone(),
            before,
            after,
        })
    }

    /// Asks of every right that is touched; those that the same sources give are asked for once.
    async fn weigh(
        &self,
        look: &mut Look,
        catalogue: &Catalogue,
        shifts: &mut Shifts,
        is_touched: impl Fn(&str, &str) -> bool,
    ) -> Result<()> {
        let mut known = Vec::new();
        for resource in catalogue.all() {
            for action in &resource.actions {
                if is_touched(action, &resource.key) {
                    let pair = (
                        self.before.granting(action, resource, None),
                        self.after.granting(action, resource, None),
                    );
                    let right = (action.as_str(), resource, None);
                    self.tell(look, shifts, right, (pair, &mut known)).await?;
                }
            }
        }
        Ok(())
    }

    /// Asks of what may be done at the nodes on which groups that people come into or leave have entries. What users have
    /// there themselves isn't looked at: who has it already gains it once more.
    async fn weigh_nodes(
        &self,
        look: &mut Look,
        catalogue: &Catalogue,
        shifts: &mut Shifts,
        groups: &[i64],
    ) -> Result<()> {
        for (resource, node) in touched_nodes(&mut look.tx, catalogue, groups).await? {
            let (here, tree) = (self.place.0, resource.key.as_str());
            let before = self.before.at(&mut look.tx, here, tree, &node).await?;
            let after = self.after.at(&mut look.tx, here, tree, &node).await?;
            let mut known = Vec::new();
            for action in &resource.actions {
                let path = Some(&node.path);
                let pair = (
                    before.granting(action, resource, path),
                    after.granting(action, resource, path),
                );
                let right = (action.as_str(), resource, path);
                self.tell(look, shifts, right, (pair, &mut known)).await?;
            }
        }
        Ok(())
    }

    /// Adds who gains or loses a right; what the same sources give is asked for once.
    async fn tell(
        &self,
        look: &mut Look,
        shifts: &mut Shifts,
        right: (&str, &ManagedResource, Option<&NodePath>),
        (pair, known): (Pair, &mut Vec<(Pair, Vec<Turn>)>),
    ) -> Result<()> {
        let place = known.iter().position(|(known, _)| *known == pair);
        let place = if let Some(place) = place {
            place
        } else {
            let turns = self.turns(look, &pair).await?;
            known.push((pair, turns));
            known.len() - 1
        };
        if let Some((_, turns)) = known.get(place) {
            shifts.add(&self.place.1, right, (place, turns));
        }
        Ok(())
    }

    async fn turns(&self, look: &mut Look, (before, after): &Pair) -> Result<Vec<Turn>> {
        let (seen, here) = (look.rights.scope(users::VIEW), self.place.0);
        let pair = (before, after);
        Ok(rows::turns(&mut look.tx, (&seen, here), &self.change, pair).await?)
    }
}

/// Shifts, with the actions of a resource together to which the same happens.
#[derive(Default)]
struct Shifts(Vec<Shift>);

impl Shifts {
    /// `people` tells sets of people apart within an organization.
    fn add(
        &mut self,
        organization: &str,
        (action, resource, node): (&str, &ManagedResource, Option<&NodePath>),
        (people, turns): (usize, &[Turn]),
    ) {
        let node = node.map(ToString::to_string);
        for turn in turns {
            let same = self.0.iter_mut().find(|shift| {
                shift.organization == organization
                    && shift.resource == resource.key
                    && shift.node == node
                    && (shift.people, shift.from, shift.to) == (people, turn.from, turn.to)
            });
            match same {
                Some(shift) => shift.actions.push(action.to_owned()),
                None => self.0.push(Shift {
                    organization: organization.to_owned(),
                    resource: resource.key.clone(),
                    actions: vec![action.to_owned()],
                    from: turn.from,
                    to: turn.to,
                    users: turn.users,
                    such_as: turn.such_as.clone(),
                    node: node.clone(),
                    is_nobodys: resource.ownership.is_nobodys(),
                    people,
                }),
            }
        }
    }
}
