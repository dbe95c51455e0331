//! A question as people ask it, by names, turned into what the evaluator decides.

use crate::domain::catalogue::{Catalogue, ManagedResource};
use crate::domain::evaluate::{Question, Record};
use crate::domain::filter::suggestions;
use crate::domain::nodes::NodePath;
use crate::domain::permission::{Ownership, Permission, Resource, Right, Verb};
use crate::domain::plan::Operation;
use crate::domain::text::safe;
use crate::domain::{OrganizationId, UnitId, UserId};
use crate::service::users::{UserRef, VIEW, is_power_over};
use crate::service::{Error, Look, RecordRef, Result};
use crate::store::named::{self, NamedKind};
use crate::store::users::{self, Membership};
use crate::store::{Scope, catalogue, nodes};

const NEAR_MAX: usize = 3;
/// Known names that are listed where none is near.
const LISTED_MAX: usize = 20;

/// An action on a resource, perhaps on a record that somebody owns or at a node.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    pub action: String,
    pub resource: String,
    /// The user who owns the record; of users and profiles, whose it is.
    pub owner: Option<UserRef>,
    /// The unit that owns it.
    pub owner_unit: Option<RecordRef>,
    /// The organization it belongs to; that of its unit, or the one worked in, where none is named.
    pub organization: Option<RecordRef>,
    /// `/PATH` in the resource's tree.
    pub node: Option<String>,
    /// The organization that it would be done in; the asker's where none is named.
    pub working: Option<RecordRef>,
}

/// What the evaluator is asked.
pub(super) struct Settled {
    pub action: String,
    pub resource: ManagedResource,
    pub record: Option<Record>,
    pub place: Option<Place>,
    /// Where it would be done.
    pub here: OrganizationId,
}

/// A node with the ids on the way to it.
pub(super) struct Place {
    pub path: NodePath,
    pub way: Vec<i64>,
}

impl From<Permission> for Asked {
    /// Whether a right over Wardroom itself is held at all.
    fn from(Permission(resource, verb): Permission) -> Self {
        Self {
            action: verb.as_str().to_owned(),
            resource: resource.as_str().to_owned(),
            ..Self::default()
        }
    }
}

impl Settled {
    /// The user whose power must be covered by whoever does this to them.
    pub fn acted_on(&self) -> Option<UserId> {
        let owner = self.record.as_ref()?.owner?;
        self.right()
            .own()
            .is_some_and(is_power_over)
            .then_some(owner)
    }

    /// Whether nobody does this to their own account, whatever they hold.
    pub fn is_for_others(&self) -> bool {
        let own = self.right().own();
        own.is_some_and(|right| Operation::ALL.iter().any(|one| one.permission() == right))
    }

    pub fn right(&self) -> Right {
        Right::new(&self.action, &self.resource.key)
    }

    pub fn question(&self) -> Question<'_> {
        Question {
            action: &self.action,
            resource: &self.resource,
            record: self.record.as_ref(),
            node: self.place.as_ref().map(|place| &place.path),
        }
    }
}

impl Asked {
    pub(super) async fn settle(&self, look: &mut Look) -> Result<Settled> {
        let catalogue = catalogue::load(&mut look.tx).await?;
        // Whoever asks about themselves alone is told nothing of the catalogue.
        let tells = look.rights.may(VIEW);
        let resource = resource(&catalogue, &self.resource, tells)?;
        let action = action(resource, &self.action, tells)?;
        let place = self.place(look, resource).await?;
        let here = here(look, self.working.as_ref()).await?;
        Ok(Settled {
            action,
            here,
            record: self.record(look, resource, here).await?,
            resource: resource.clone(),
            place,
        })
    }

    async fn place(&self, look: &mut Look, resource: &ManagedResource) -> Result<Option<Place>> {
        let is_tree = resource.ownership == Ownership::Tree;
        let Some(node) = &self.node else {
            if is_tree {
                return Err(Error::invalid(
                    "node",
                    format!(
                        "{} is a tree, so say where: --node /PATH, or --node / for its root",
                        resource.key
                    ),
                ));
            }
            return Ok(None);
        };
        if !is_tree {
            return Err(Error::invalid(
                "node",
                format!("{} is no tree, so it has no nodes", resource.key),
            ));
        }
        let path = NodePath::parse(node).map_err(|error| Error::invalid("node", error))?;
        let way = nodes::way(&mut look.tx, &resource.key, &path)
            .await?
            .ok_or_else(|| Error::missing("node", format!("{}:{path}", resource.key)))?;
        Ok(Some(Place { path, way }))
    }

    async fn record(
        &self,
        look: &mut Look,
        resource: &ManagedResource,
        here: OrganizationId,
    ) -> Result<Option<Record>> {
        if self.owner.is_some() && self.owner_unit.is_some() {
            return Err(Error::invalid(
                "owner",
                "a record is owned by a user or by a unit, not by both",
            ));
        }
        if resource.ownership == Ownership::Organization
            && (self.owner.is_some() || self.owner_unit.is_some())
        {
            return Err(Error::invalid(
                "owner",
                format!(
                    "{} belongs to organizations, not to users or units; say whose it is with --record-organization",
                    resource.key
                ),
            ));
        }
        let named = match &self.organization {
            Some(organization) => Some(OrganizationId(
                organization.look(look, NamedKind::Organization).await?,
            )),
            None => None,
        };
        if let Some(owner) = &self.owner {
            return self
                .owned_by(look, resource, owner, (named, here))
                .await
                .map(Some);
        }
        if let Some(unit) = &self.owner_unit {
            let id = unit.look(look, NamedKind::Unit).await?;
            let scope = Scope::system();
            let unit = named::by_ids(&mut look.tx, &scope, NamedKind::Unit, &[id])
                .await?
                .pop()
                .ok_or_else(|| Error::missing("unit", unit.shown()))?;
            let home = unit.organization.map(OrganizationId);
            if named.is_some() && named != home {
                return Err(Error::invalid(
                    "record-organization",
                    format!("the unit {} belongs to another one", unit.full_name()),
                ));
            }
            return Ok(Some(Record {
                organization: home,
                owner: None,
                units: vec![UnitId(id)],
            }));
        }
        Ok(named.map(|organization| Record {
            organization: Some(organization),
            ..Record::default()
        }))
    }

    async fn owned_by(
        &self,
        look: &mut Look,
        resource: &ManagedResource,
        owner: &UserRef,
        (named, here): (Option<OrganizationId>, OrganizationId),
    ) -> Result<Record> {
        let scope = look.scope(Permission(Resource::User, Verb::View)).await?;
        let id = owner.resolve(&mut look.tx, &scope).await?;
        let is_person =
            [Resource::User.as_str(), Resource::Profile.as_str()].contains(&resource.key.as_str());
        if !is_person {
            return Ok(Record {
                organization: Some(named.unwrap_or(here)),
                owner: Some(id),
                units: users::memberships(&mut look.tx, Membership::Units, id)
                    .await?
                    .into_iter()
                    .map(UnitId)
                    .collect(),
            });
        }
        let record = person(look, id).await?;
        if named.is_some() && named != record.organization {
            return Err(Error::invalid(
                "record-organization",
                format!(
                    "{} belongs to another one, and so does their record; leave it out, or name theirs",
                    owner.shown()
                ),
            ));
        }
        Ok(record)
    }
}

/// The organization that is meant: the asker's own, or one that they see.
pub(super) async fn here(look: &mut Look, working: Option<&RecordRef>) -> Result<OrganizationId> {
    match working {
        Some(named) => Ok(OrganizationId(
            named.look(look, NamedKind::Organization).await?,
        )),
        None => Ok(look.session.organization),
    }
}

/// The record of a user, whose own it is.
async fn person(look: &mut Look, id: UserId) -> Result<Record> {
    let record = users::lookup(&mut look.tx, &Scope::system(), id)
        .await?
        .ok_or_else(|| Error::missing("user", format!("number {}", id.0)))?;
    Ok(Record {
        organization: Some(record.organization),
        owner: Some(id),
        units: vec![record.owner_unit],
    })
}

fn resource<'a>(catalogue: &'a Catalogue, name: &str, tells: bool) -> Result<&'a ManagedResource> {
    let lower = name.to_lowercase();
    catalogue
        .find(name)
        .or_else(|| {
            catalogue
                .all()
                .find(|known| known.key.to_lowercase() == lower)
        })
        .ok_or_else(|| {
            let keys = catalogue.all().map(|known| known.key.as_str());
            Error::invalid("resource", unknown("resource", name, keys, tells))
        })
}

fn action(resource: &ManagedResource, name: &str, tells: bool) -> Result<String> {
    let lower = name.to_lowercase();
    resource
        .actions
        .iter()
        .find(|known| *known == name || known.to_lowercase() == lower)
        .cloned()
        .ok_or_else(|| {
            let known = resource.actions.iter().map(String::as_str);
            Error::invalid(
                "action",
                unknown(&format!("action on {}", resource.key), name, known, tells),
            )
        })
}

fn unknown<'a>(
    kind: &str,
    name: &str,
    known: impl Iterator<Item = &'a str> + Clone,
    tells: bool,
) -> String {
    let near = suggestions(name, known.clone(), NEAR_MAX);
    let hint = if !tells {
        String::new()
    } else if near.is_empty() {
        let number = known.clone().count();
        let listed: Vec<&str> = known.take(LISTED_MAX).collect();
        let more = match number.saturating_sub(listed.len()) {
            0 => String::new(),
            more => format!(" and {more} more; wardroom catalogue show lists them"),
        };
        format!("; there are {}{more}", listed.join(", "))
    } else {
        format!("; did you mean {}?", near.join(" or "))
    };
    format!("there is no {kind} \"{}\"{hint}", safe(name))
}
