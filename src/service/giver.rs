//! What whoever gives something in a tree holds there themselves: at their own entries and where they start.

use super::{Result, Rights};
use crate::domain::catalogue::ManagedResource;
use crate::domain::nodes::{NodePath, effective_starts};
use crate::domain::permission::{Effect, Level, Rule, Source, SourceKind, decide_at};
use crate::domain::rule::{first_unheld, plain};
use crate::domain::unheld::Unheld;
use crate::store::{Tx, nodes};
use std::collections::BTreeSet;

/// What the operator holds in a tree.
pub(super) struct Giver {
    tree: String,
    sources: Vec<Source>,
    starts: Vec<NodePath>,
}

impl Giver {
    pub(super) async fn load(tx: &mut Tx, rights: &Rights, tree: &str) -> Result<Self> {
        let mut sources = rights.sources().to_vec();
        let groups: Vec<i64> = sources
            .iter()
            .filter(|source| source.kind == SourceKind::Group)
            .map(|source| source.id)
            .collect();
        let whose = (groups.as_slice(), rights.operator());
        let mut own = Vec::new();
        for (kind, id, entry) in nodes::entries_in(tx, whose, tree).await? {
            if kind == SourceKind::User {
                own.push(entry);
                continue;
            }
            for source in &mut sources {
                if (source.kind, source.id) == (kind, id) {
                    source.entries.push(entry.clone());
                }
            }
        }
        sources.push(Source {
            kind: SourceKind::User,
            entries: own,
            ..plain(Vec::new())
        });
        // Whoever holds everything gives every place, or places that nobody starts at could never be given again.
        let everything = Rule {
            effect: Effect::Allow,
            actions: "*".to_owned(),
            resource: "*".to_owned(),
            level: Level::All,
            privileged: false,
        };
        let starts = if first_unheld(rights.sources(), &[everything]).is_none() {
            vec![NodePath::root()]
        } else {
            let (of_groups, own) = nodes::starts_in(tx, whose, tree).await?;
            effective_starts(&of_groups, &own)
        };
        Ok(Self {
            tree: tree.to_owned(),
            sources,
            starts,
        })
    }

    /// The first that a source allows at a node or by an entry below it, and the operator may not do there.
    pub(super) fn lacks(
        &self,
        resource: &ManagedResource,
        source: &Source,
        start: &NodePath,
    ) -> Option<(String, NodePath)> {
        let places: BTreeSet<NodePath> = source
            .entries
            .iter()
            .map(|entry| entry.node.clone())
            .filter(|node| start.contains(node))
            .chain([start.clone()])
            .collect();
        every(resource, &places)
            .into_iter()
            .find(|(action, place)| {
                let word = source.word(action, &self.tree, Some(place));
                word.level().is_some() && !self.holds(action, place)
            })
            .map(|(action, place)| (action.to_owned(), place.clone()))
    }

    /// Whether the operator may do this at a node and everywhere below it.
    pub(super) fn holds(&self, action: &str, place: &NodePath) -> bool {
        self.starts_at(place) && self.hole(action, place).is_none()
    }

    /// Whether the operator starts at a node or above it.
    pub(super) fn starts_at(&self, place: &NodePath) -> bool {
        self.starts.iter().any(|start| start.contains(place))
    }

    /// A node, this one or one below it, where nothing of the operator's allows it.
    pub(super) fn hole<'a>(&'a self, action: &str, place: &'a NodePath) -> Option<&'a NodePath> {
        let below = self
            .sources
            .iter()
            .flat_map(|source| &source.entries)
            .map(|entry| &entry.node)
            .filter(|node| place.contains(node));
        [place].into_iter().chain(below).find(|node| {
            decide_at(&self.sources, action, &self.tree, Some(node))
                .level()
                .is_none()
        })
    }
}

/// Lacking a place to start is told by the first that can be done there.
pub(super) fn unstarted(resource: &ManagedResource, start: &NodePath) -> Unheld {
    let action = resource.actions.first().map_or("*", String::as_str);
    Unheld::at(action, &resource.key, start)
}

/// Each action at each of the places.
pub(super) fn every<'a>(
    resource: &'a ManagedResource,
    places: &'a BTreeSet<NodePath>,
) -> Vec<(&'a str, &'a NodePath)> {
    places
        .iter()
        .flat_map(|place| {
            resource
                .actions
                .iter()
                .map(move |action| (action.as_str(), place))
        })
        .collect()
}
