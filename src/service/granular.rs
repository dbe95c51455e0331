//! Entries on nodes and start nodes of groups and users: changing them, and what a change gives and takes.
//!
//! What a source says about a tree changes only at its entries, so a change is weighed at those nodes and at the root, and
//! what its giver holds is looked at there and at their own entries below.

use super::conferring::{self, takes_from};
use super::giver::{Giver, every, unstarted};
use super::records::Changes;
use super::revealed::Shown;
use super::sight::{self, Sight};
use super::users::{conferred_by, ungiven};
use super::{Against, Error, ListChange, Result, Rights, Work};
use crate::domain::UserId;
use crate::domain::catalogue::{Catalogue, ManagedResource};
use crate::domain::granular::{self, ENTRIES_MAX, GranularError};
use crate::domain::nodes::{NodePath, effective_starts};
use crate::domain::permission::{Effect, Entry, Level, Permission, Rule, Source, SourceKind, Word};
use crate::domain::rule::plain;
use crate::domain::unheld::Unheld;
use crate::store::nodes::{self, EVERY_TREE, Keeper, Start, Starters};
use crate::store::sql::Sql;
use crate::store::{Tx, access, catalogue};
use std::collections::{BTreeMap, BTreeSet};

/// For start nodes of groups alone.
const NOBODY: UserId = UserId(0);

/// Changes to entries and start nodes, as people write them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NodeChanges {
    /// `TREE:/PATH=ACTION,ACTION`; removed by `TREE:/PATH`.
    pub entries: ListChange,
    /// `TREE:/PATH`
    pub starts: ListChange,
}

impl NodeChanges {
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        self.entries.is_nothing() && self.starts.is_nothing()
    }
}

/// The start nodes as people write them.
pub(super) fn start_texts(starts: &[Start]) -> Vec<String> {
    starts
        .iter()
        .map(|(tree, node)| format!("{tree}:{node}"))
        .collect()
}

pub(super) fn entry_texts(entries: &[Entry]) -> Vec<String> {
    entries.iter().map(ToString::to_string).collect()
}

/// Whose entries and start nodes change, the rules they stand beside, and the users it concerns: a subquery of ids.
pub(super) struct Whose<'a> {
    pub keeper: Keeper,
    pub rules: &'a [Rule],
    pub users: &'a Sql,
    /// The right that whoever takes something away acts by.
    pub permission: Permission,
}

/// Changes entries and start nodes, where what it gives is the operator's and what it takes theirs to take.
pub(super) async fn change(
    work: &mut Work,
    whose: &Whose<'_>,
    changes: &NodeChanges,
    noted: &mut Changes,
) -> Result<()> {
    if changes.is_nothing() {
        return Ok(());
    }
    let catalogue = catalogue::load(&mut work.tx).await?;
    let before = (
        nodes::entries(&mut work.tx, whose.keeper).await?,
        nodes::starts(&mut work.tx, whose.keeper).await?,
    );
    let after = (
        changed_entries(&before.0, &changes.entries, &catalogue)?,
        changed_starts(&before.1, &changes.starts, &catalogue)?,
    );
    for (tree, node) in after
        .0
        .iter()
        .map(|entry| (&entry.tree, &entry.node))
        .chain(after.1.iter().map(|(tree, node)| (tree, node)))
    {
        if tree != EVERY_TREE && nodes::way(&mut work.tx, tree, node).await?.is_none() {
            return Err(Error::missing("node", format!("{tree}:{node}")));
        }
    }
    let mut takes = false;
    for resource in catalogue.trees() {
        takes |= weigh(work, whose, resource, &before, &after).await?;
    }
    if takes {
        takes_from(work, whose.users, whose.permission).await?;
    }
    noted.note("granular", &entry_texts(&before.0), &entry_texts(&after.0));
    noted.note(
        "start_nodes",
        &start_texts(&before.1),
        &start_texts(&after.1),
    );
    if before.0 != after.0 {
        nodes::replace_entries(&mut work.tx, whose.keeper, &after.0).await?;
    }
    if before.1 != after.1 {
        // What opens for users of their own was weighed; of a group, what it hid from its members wasn't.
        let shown = match whose.keeper {
            Keeper::Group(_) => Some(Shown::to(&mut work.tx, whose.users).await?),
            Keeper::User(_) => None,
        };
        nodes::replace_starts(&mut work.tx, whose.keeper, &after.1).await?;
        if let Some(shown) = shown {
            conferring::revealing(work, &shown).await?;
        }
    }
    Ok(())
}

/// Refuses what gives more than the operator holds in a tree, and says whether something is taken.
async fn weigh(
    work: &mut Work,
    whose: &Whose<'_>,
    resource: &ManagedResource,
    before: &(Vec<Entry>, Vec<Start>),
    after: &(Vec<Entry>, Vec<Start>),
) -> Result<bool> {
    let tree = resource.key.as_str();
    let (old, new) = (within(&before.0, tree), within(&after.0, tree));
    let (old_starts, new_starts) = (starts_at(&before.1, tree), starts_at(&after.1, tree));
    if old == new && old_starts == new_starts {
        return Ok(false);
    }
    let giver = Giver::load(&mut work.tx, &work.rights, tree).await?;
    let source = |entries: &[Entry]| Source {
        entries: entries.to_vec(),
        ..plain(whose.rules.to_vec())
    };
    let places: BTreeSet<NodePath> = old
        .iter()
        .chain(&new)
        .map(|entry| entry.node.clone())
        .chain([NodePath::root()])
        .collect();
    let (old, new) = (source(&old), source(&new));
    let mut takes = false;
    for (action, place) in every(resource, &places) {
        let words = (
            old.word(action, tree, Some(place)),
            new.word(action, tree, Some(place)),
        );
        let is_denied = |word: &Word<'_>| matches!(word, Word::Denied(_));
        let allows = |word: &Word<'_>| word.level().is_some();
        let adds = (allows(&words.1) && !allows(&words.0))
            || (is_denied(&words.0) && !is_denied(&words.1));
        if adds && !giver.holds(action, place) {
            let unheld = Unheld::at(action, tree, place);
            let why = format!(
                "This gives {unheld}, which you don't hold yourself; leave it out, or ask an administrator."
            );
            return Err(Against::unheld(why, unheld).into());
        }
        takes |= (allows(&words.0) && !allows(&words.1))
            || (is_denied(&words.1) && !is_denied(&words.0));
    }
    // Of a user in each organization: what opens in one may stand open in another.
    let (pairs, own) = match whose.keeper {
        Keeper::Group(_) => {
            let own = own_sources(&mut work.tx, whose.users, tree).await?;
            (vec![(old_starts, new_starts)], own)
        }
        Keeper::User(_) => {
            let by_groups = nodes::starts_by_organization(&mut work.tx, whose.users, tree).await?;
            let effective = |of_groups: &Vec<NodePath>| {
                (
                    effective_starts(of_groups, &old_starts),
                    effective_starts(of_groups, &new_starts),
                )
            };
            (by_groups.values().map(effective).collect(), vec![new])
        }
    };
    let covered = |some: &[NodePath], node: &NodePath| some.iter().any(|one| one.contains(node));
    let besides = |some: &[NodePath], others: &[NodePath]| -> BTreeSet<NodePath> {
        let left = some.iter().filter(|node| !covered(others, node));
        left.cloned().collect()
    };
    let opened: BTreeSet<NodePath> = pairs
        .iter()
        .flat_map(|(before, after)| besides(after, before))
        .collect();
    let there = (whose.users, own.as_slice());
    if let Some(against) = opening(
        &mut work.tx,
        (&work.rights, &giver),
        resource,
        &opened,
        there,
    )
    .await?
    {
        return Err(against.into());
    }
    let leaves = pairs
        .iter()
        .any(|(before, after)| !besides(before, after).is_empty());
    Ok(takes || leaves)
}

/// Why the operator may not put these users, a subquery of ids, into groups: what they could then do where the groups
/// start, and the operator can't.
pub(super) async fn opened_by(
    tx: &mut Tx,
    rights: &Rights,
    groups: &[i64],
    users: &Sql,
) -> Result<Option<Against>> {
    if groups.is_empty() {
        return Ok(None);
    }
    let (_, groups) = conferred_by(tx, groups).await?;
    let catalogue = catalogue::load(tx).await?;
    for resource in catalogue.trees() {
        let (starts, _) = nodes::starts_in(tx, (&groups, NOBODY), &resource.key).await?;
        if starts.is_empty() {
            continue;
        }
        let giver = Giver::load(tx, rights, &resource.key).await?;
        let own = own_sources(tx, users, &resource.key).await?;
        let starts = starts.into_iter().collect();
        let against = opening(tx, (rights, &giver), resource, &starts, (users, &own)).await?;
        if against.is_some() {
            return Ok(against);
        }
    }
    Ok(None)
}

/// The entries of their own that users have in a tree, a source for each user.
pub(super) async fn own_sources(tx: &mut Tx, users: &Sql, tree: &str) -> Result<Vec<Source>> {
    let mut sources: BTreeMap<UserId, Vec<Entry>> = BTreeMap::new();
    for (user, entry) in nodes::entries_of_users(tx, users, tree).await? {
        sources.entry(user).or_default().push(entry);
    }
    let source = |entries| Source {
        kind: SourceKind::User,
        entries,
        ..plain(Vec::new())
    };
    Ok(sources.into_values().map(source).collect())
}

/// Why the operator may not let users start at these nodes: they don't start there themselves, or those could then do
/// there, by what they have or by their own entries, what the operator can't.
pub(super) async fn opening(
    tx: &mut Tx,
    (rights, giver): (&Rights, &Giver),
    resource: &ManagedResource,
    starts: &BTreeSet<NodePath>,
    (users, own): (&Sql, &[Source]),
) -> Result<Option<Against>> {
    if starts.is_empty() {
        return Ok(None);
    }
    let tree = resource.key.as_str();
    let sources = tree_sources(tx, tree).await?;
    for start in starts {
        if !giver.starts_at(start) {
            let why = format!(
                "You don't start at {tree}:{start} yourself, so you can't let others start there; ask an administrator."
            );
            return Ok(Some(Against::unheld(why, unstarted(resource, start))));
        }
        let lacks = |source: &Source| {
            let (action, place) = giver.lacks(resource, source, start)?;
            Some(Unheld::at(&action, tree, &place))
        };
        let found = match own.iter().find_map(lacks) {
            Some(unheld) => Some((unheld, "their own entries".to_owned())),
            None => match held_beyond(tx, &sources, users, lacks).await? {
                Some((unheld, source)) => {
                    let one = (source.kind, source.id);
                    Some((unheld, sight::called(tx, rights, one, &source.name).await?))
                }
                None => None,
            },
        };
        if let Some((unheld, from)) = found {
            let why = format!(
                "Starting at {tree}:{start} gives {} there (from {from}), which you don't hold yourself; ask an administrator.",
                unheld.right
            );
            return Ok(Some(Against::unheld(why, unheld)));
        }
    }
    Ok(None)
}

/// The first right that one of the sources gives beyond the operator's, and that one of the users, a subquery of ids, has;
/// and from which source.
async fn held_beyond<'a>(
    tx: &mut Tx,
    sources: &'a [Source],
    users: &Sql,
    lacks: impl Fn(&Source) -> Option<Unheld>,
) -> Result<Option<(Unheld, &'a Source)>> {
    let beyond: Vec<(&Source, Unheld)> = sources
        .iter()
        .filter_map(|source| Some((source, lacks(source)?)))
        .collect();
    let held = conferring::held_by(tx, users, beyond.iter().map(|(source, _)| *source)).await?;
    let found = held.iter().find_map(|(_, kind, id)| {
        beyond
            .iter()
            .find(|(source, _)| (source.kind, source.id) == (*kind, *id))
    });
    Ok(found.map(|(source, unheld)| (unheld.clone(), *source)))
}

/// Why the operator may not put people into these groups: what the groups allow on nodes, or where they start.
pub(super) async fn unheld(
    tx: &mut Tx,
    rights: &Rights,
    groups: &[i64],
) -> Result<Option<Against>> {
    if groups.is_empty() {
        return Ok(None);
    }
    let catalogue = catalogue::load(tx).await?;
    for resource in catalogue.trees() {
        let tree = resource.key.as_str();
        let (starts, _) = nodes::starts_in(tx, (groups, NOBODY), tree).await?;
        let holding: Vec<Source> = tree_sources(tx, tree)
            .await?
            .into_iter()
            .filter(|source| source.kind == SourceKind::Group && groups.contains(&source.id))
            .filter(|source| !source.entries.is_empty())
            .collect();
        if starts.is_empty() && holding.is_empty() {
            continue;
        }
        let giver = Giver::load(tx, rights, tree).await?;
        if let Some(start) = starts.iter().find(|start| !giver.starts_at(start)) {
            let why = format!(
                "It lets people start at {tree}:{start}, where you don't start yourself; ask an administrator."
            );
            return Ok(Some(Against::unheld(why, unstarted(resource, start))));
        }
        for source in &holding {
            let places: BTreeSet<NodePath> = source
                .entries
                .iter()
                .map(|entry| entry.node.clone())
                .collect();
            let lacking = every(resource, &places)
                .into_iter()
                .find(|(action, place)| {
                    source.word(action, tree, Some(place)).level().is_some()
                        && !giver.holds(action, place)
                });
            if let Some((action, place)) = lacking {
                let unheld = Unheld::at(action, tree, place);
                let seen = Sight::of_sources(tx, rights, std::slice::from_ref(source)).await?;
                return Ok(Some(ungiven(source, &seen, unheld)));
            }
        }
    }
    Ok(None)
}

/// What users would be given in a tree where they start, and its giver can't do there.
pub(super) struct Beyond {
    tree: String,
    starters: Starters,
    /// The places, each with what would be given there.
    places: Vec<(NodePath, Against)>,
}

impl Beyond {
    /// What is first said against it.
    pub(super) fn first(self) -> Option<Against> {
        self.places.into_iter().next().map(|(_, against)| against)
    }

    /// Those of the users who start there, by what is said against it.
    pub(super) async fn people(
        &self,
        tx: &mut Tx,
        users: &Sql,
    ) -> Result<Vec<(&Against, Vec<UserId>)>> {
        let (places, against): (Vec<NodePath>, Vec<&Against>) = self
            .places
            .iter()
            .map(|(place, against)| (place.clone(), against))
            .unzip();
        let people = self
            .starters
            .starting_at(tx, users, &self.tree, &places)
            .await?;
        Ok(against.into_iter().zip(people).collect())
    }
}

/// Whether roles and groups, as they are, let people do something in a tree or start there.
pub(super) async fn concerns(tx: &mut Tx, roles: &[i64], groups: &[i64]) -> Result<bool> {
    let is_given = given_with(tx, roles, groups).await?;
    let catalogue = catalogue::load(tx).await?;
    for resource in catalogue.trees() {
        let tree = resource.key.as_str();
        let (starts, _) = nodes::starts_in(tx, (&is_given.groups, NOBODY), tree).await?;
        let sources = tree_sources(tx, tree).await?;
        let mut given = sources.iter().filter(|source| is_given.includes(source));
        if !starts.is_empty() || given.any(|source| says_something(resource, source)) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Roles and groups with all that comes with them.
struct Given {
    roles: Vec<i64>,
    groups: Vec<i64>,
}

async fn given_with(tx: &mut Tx, roles: &[i64], groups: &[i64]) -> Result<Given> {
    let (mut all, groups) = conferred_by(tx, groups).await?;
    all.extend(roles);
    Ok(Given { roles: all, groups })
}

impl Given {
    fn includes(&self, source: &Source) -> bool {
        match source.kind {
            SourceKind::Role => self.roles.contains(&source.id),
            SourceKind::Group => self.groups.contains(&source.id),
            SourceKind::User => false,
        }
    }
}

/// Whether a source allows something in a tree, or has entries there.
fn says_something(resource: &ManagedResource, source: &Source) -> bool {
    let allows = |action: &String| source.word(action, &resource.key, None).level().is_some();
    !source.entries.is_empty() || resource.actions.iter().any(allows)
}

/// Why the operator may not give these roles and groups, as they are, to users, a subquery of ids: what those could then do
/// where they start, and the operator can't; a finding for each tree.
pub(super) async fn given_beyond(
    tx: &mut Tx,
    rights: &Rights,
    (roles, groups): (&[i64], &[i64]),
    users: &Sql,
) -> Result<Vec<Beyond>> {
    if roles.is_empty() && groups.is_empty() {
        return Ok(Vec::new());
    }
    let is_given = given_with(tx, roles, groups).await?;
    let catalogue = catalogue::load(tx).await?;
    let mut all = Vec::new();
    for resource in catalogue.trees() {
        let mut given = tree_sources(tx, &resource.key).await?;
        given.retain(|source| is_given.includes(source));
        let joining = is_given.groups.as_slice();
        all.extend(beyond(tx, rights, resource, &given, (users, joining)).await?);
    }
    Ok(all)
}

/// As [`given_beyond`], of rules that take the place of others for users who have them.
pub(super) async fn ruled_beyond(
    tx: &mut Tx,
    rights: &Rights,
    (before, after): (&[Rule], &[Rule]),
    users: &Sql,
) -> Result<Option<Against>> {
    let (before, after) = (plain(before.to_vec()), plain(after.to_vec()));
    let catalogue = catalogue::load(tx).await?;
    for resource in catalogue.trees() {
        let allows = |source: &Source, action: &str| {
            let word = source.word(action, &resource.key, None);
            word.level().is_some()
        };
        let mut actions = resource.actions.clone();
        actions.retain(|action| allows(&after, action) && !allows(&before, action));
        let fresh = plain(vec![Rule {
            effect: Effect::Allow,
            actions: actions.join(" "),
            resource: resource.key.clone(),
            level: Level::All,
            privileged: false,
        }]);
        if let Some(found) = beyond(tx, rights, resource, &[fresh], (users, &[])).await? {
            return Ok(found.first());
        }
    }
    Ok(None)
}

/// What sources allow in a tree where users start, who come into groups by the same change, and the operator can't do
/// there.
async fn beyond(
    tx: &mut Tx,
    rights: &Rights,
    resource: &ManagedResource,
    gifts: &[Source],
    (users, joining): (&Sql, &[i64]),
) -> Result<Option<Beyond>> {
    let tree = resource.key.as_str();
    if !gifts.iter().any(|source| says_something(resource, source)) {
        return Ok(None);
    }
    let starters = nodes::starts_of(tx, users, joining, tree).await?;
    let starts = starters.places();
    if starts.is_empty() {
        return Ok(None);
    }
    let giver = Giver::load(tx, rights, tree).await?;
    let places: Vec<(NodePath, Against)> = starts
        .into_iter()
        .filter_map(|start| {
            let (action, place) = gifts
                .iter()
                .find_map(|source| giver.lacks(resource, source, &start))?;
            let unheld = Unheld::at(&action, tree, &place);
            let why = format!(
                "This gives {unheld}, where they start and you don't hold it yourself; ask an administrator."
            );
            Some((start, Against::unheld(why, unheld)))
        })
        .collect();
    Ok((!places.is_empty()).then(|| Beyond {
        tree: tree.to_owned(),
        starters,
        places,
    }))
}

/// Every role and group with rules or entries about a tree.
async fn tree_sources(tx: &mut Tx, tree: &str) -> Result<Vec<Source>> {
    let mut sources: BTreeMap<(SourceKind, i64), Source> = access::ruled_sources(tx)
        .await?
        .into_iter()
        .map(|(source, _)| {
            let source = Source {
                entries: Vec::new(),
                ..source
            };
            ((source.kind, source.id), source)
        })
        .collect();
    for (group, name, entry) in nodes::entries_of_groups(tx, tree).await? {
        sources
            .entry((SourceKind::Group, group))
            .or_insert_with(|| Source {
                kind: SourceKind::Group,
                id: group,
                name,
                ..plain(Vec::new())
            })
            .entries
            .push(entry);
    }
    Ok(sources.into_values().collect())
}

fn within(entries: &[Entry], tree: &str) -> Vec<Entry> {
    entries
        .iter()
        .filter(|entry| entry.tree == tree)
        .cloned()
        .collect()
}

fn starts_at(starts: &[Start], tree: &str) -> Vec<NodePath> {
    starts
        .iter()
        .filter(|(of, _)| of == tree || of == EVERY_TREE)
        .map(|(_, node)| node.clone())
        .collect()
}

fn invalid(field: &'static str) -> impl Fn(GranularError) -> Error {
    move |error| Error::invalid(field, error)
}

fn changed_entries(
    before: &[Entry],
    change: &ListChange,
    catalogue: &Catalogue,
) -> Result<Vec<Entry>> {
    let mut after: BTreeMap<(String, NodePath), Entry> = BTreeMap::new();
    let parse = |text: &String| {
        let known = before.iter().find(|entry| entry.to_string() == text.trim());
        known.cloned().map_or_else(
            || granular::entry(text, catalogue).map_err(invalid("granular")),
            Ok,
        )
    };
    if change.all.is_none() {
        let place = |entry: &Entry| (entry.tree.clone(), entry.node.clone());
        after.extend(before.iter().map(|entry| (place(entry), entry.clone())));
    }
    // First what goes, so that an entry may be taken away and given anew at once.
    for text in &change.remove {
        // As it is shown, or its place alone.
        let at = text.rsplit_once('=').map_or(text.as_str(), |(at, _)| at);
        let place = granular::place(at, catalogue).map_err(invalid("granular"))?;
        if after.remove(&place).is_none() {
            return Err(Error::invalid(
                "granular",
                format!("there is no entry on {}:{} to remove", place.0, place.1),
            ));
        }
    }
    let all = change.all.iter().flatten();
    let given = all
        .filter(|text| !text.trim().is_empty())
        .chain(&change.add);
    let mut put: Vec<Entry> = Vec::new();
    for text in given {
        let entry = parse(text)?;
        let is_at = |other: &&Entry| (&other.tree, &other.node) == (&entry.tree, &entry.node);
        // Of two that differ only one could stay, and nobody would be told which.
        if put.iter().find(is_at).is_some_and(|other| *other != entry) {
            return Err(Error::invalid(
                "granular",
                format!(
                    "there are two entries on {0}:{1}; put all its actions into one, as in {0}:{1}=view,edit",
                    entry.tree, entry.node
                ),
            ));
        }
        put.push(entry);
    }
    after.extend(
        put.into_iter()
            .map(|entry| ((entry.tree.clone(), entry.node.clone()), entry)),
    );
    within_limit(after.into_values().collect(), "granular")
}

fn changed_starts(
    before: &[Start],
    change: &ListChange,
    catalogue: &Catalogue,
) -> Result<Vec<Start>> {
    let parse = |text: &String| {
        let known = before
            .iter()
            .find(|(tree, node)| format!("{tree}:{node}") == text.trim());
        known.cloned().map_or_else(
            || granular::start(text, catalogue).map_err(invalid("start_nodes")),
            Ok,
        )
    };
    let mut after: BTreeSet<Start> = match &change.all {
        Some(all) => all
            .iter()
            .filter(|text| !text.trim().is_empty())
            .map(parse)
            .collect::<Result<_>>()?,
        None => before.iter().cloned().collect(),
    };
    for text in &change.remove {
        let place = parse(text)?;
        if !after.remove(&place) {
            return Err(Error::invalid(
                "start_nodes",
                format!("there is no start node {}:{} to remove", place.0, place.1),
            ));
        }
    }
    for text in &change.add {
        after.insert(parse(text)?);
    }
    within_limit(after.into_iter().collect(), "start_nodes")
}

fn within_limit<T>(list: Vec<T>, field: &'static str) -> Result<Vec<T>> {
    if list.len() > ENTRIES_MAX {
        return Err(Error::invalid(
            field,
            format!("{} are too many; keep to {ENTRIES_MAX}", list.len()),
        ));
    }
    Ok(list)
}
