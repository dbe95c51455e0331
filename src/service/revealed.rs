//! Places that open where a group goes: an own start node takes the place of an outer node of a group, and with it of all
//! nodes of other groups below. Without that group these count.

use super::giver::Giver;
use super::granular::{opening, own_sources};
use super::{Against, Result, Rights};
use crate::domain::catalogue::ManagedResource;
use crate::domain::nodes::NodePath;
use crate::domain::{OrganizationId, UserId};
use crate::store::sql::Sql;
use crate::store::{Tx, catalogue, members, nodes};
use std::collections::{BTreeMap, BTreeSet};

type Starts = BTreeMap<(UserId, OrganizationId), Vec<NodePath>>;

/// Where people started before a change, those who have start nodes of their own: with others nothing is hidden.
pub(super) struct Shown {
    users: Sql,
    trees: Vec<(ManagedResource, Starts)>,
}

impl Shown {
    /// Of users, a subquery of ids that holds after the change too.
    pub(super) async fn to(tx: &mut Tx, users: &Sql) -> Result<Self> {
        let catalogue = catalogue::load(tx).await?;
        let mut trees = Vec::new();
        for resource in catalogue.trees() {
            let starts = nodes::starts_of_keepers(tx, users, &[], &resource.key).await?;
            if !starts.is_empty() {
                trees.push((resource.clone(), starts));
            }
        }
        Ok(Self {
            users: users.clone(),
            trees,
        })
    }

    /// Whether nothing can be hidden from them.
    pub(super) const fn is_nothing(&self) -> bool {
        self.trees.is_empty()
    }

    /// Why the operator may not do what was done since: it opens places that aren't theirs to give.
    pub(super) async fn refuses(&self, tx: &mut Tx, rights: &Rights) -> Result<Option<Against>> {
        for (resource, before) in &self.trees {
            let tree = resource.key.as_str();
            let after = nodes::starts_of_keepers(tx, &self.users, &[], tree).await?;
            let mut opened = BTreeSet::new();
            let mut people = BTreeSet::new();
            for ((user, organization), starts) in after {
                for start in starts {
                    if !is_open(before, (user, organization), &start) {
                        opened.insert(start);
                        people.insert(user.0);
                    }
                }
            }
            if opened.is_empty() {
                continue;
            }
            let users = members::these(&people.into_iter().collect::<Vec<_>>());
            let giver = Giver::load(tx, rights, tree).await?;
            let own = own_sources(tx, &users, tree).await?;
            let against = opening(tx, (rights, &giver), resource, &opened, (&users, &own)).await?;
            if against.is_some() {
                return Ok(against);
            }
        }
        Ok(None)
    }
}

/// Whether somebody could start at a node before; in an organization that is new to them, whether they could in any.
fn is_open(before: &Starts, place: (UserId, OrganizationId), node: &NodePath) -> bool {
    let open = |starts: &Vec<NodePath>| starts.iter().any(|start| start.contains(node));
    match before.get(&place) {
        Some(starts) => open(starts),
        None => before
            .iter()
            .any(|((user, _), starts)| *user == place.0 && open(starts)),
    }
}
