//! Organizations with their trees of units, as far as they are open or found.

use super::list::rows_of;
use super::{OrganizationRow, VIEW};
use crate::domain::permission::Permission;
use crate::domain::{OrganizationId, UnitId};
use crate::service::records::{ROWS_MAX, search};
use crate::service::users::{self, Count};
use crate::service::{Look, Query, Result, units};
use crate::store::Scope;
use crate::store::named::{self, NamedKind};
use crate::store::units::{self as rows, UnitNode, Within};
use std::collections::BTreeSet;

/// Units that one search finds at most.
const FOUND_MAX: u32 = 1_000;

/// All organizations, and the units of those that are open; in a search, what has its words, with the units above.
#[derive(Clone, Debug, Default)]
pub struct Places {
    pub search: String,
    pub open: Vec<OrganizationId>,
    /// Users are counted to here; none counts them all.
    pub cap: Option<u32>,
}

#[derive(Clone, Debug, Default)]
pub struct PlaceList {
    pub organizations: Vec<OrganizationRow>,
    /// By name; a parent that the asker may not see is none.
    pub units: Vec<UnitPlace>,
    /// There is more than is listed.
    pub more: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnitPlace {
    pub id: UnitId,
    pub organization: OrganizationId,
    pub parent: Option<UnitId>,
    pub name: String,
    /// Users it owns and whom the asker may see.
    pub users: Count,
    /// Whether any unit lies below it.
    pub has_units: bool,
}

impl Query for Places {
    type Output = PlaceList;

    fn needs(&self) -> Permission {
        VIEW
    }

    async fn run(self, look: &mut Look) -> Result<PlaceList> {
        let scope = look.scope(VIEW).await?;
        if self.search.trim().is_empty() {
            self.all(look, &scope).await
        } else {
            self.found(look, &scope).await
        }
    }
}

impl Places {
    async fn all(self, look: &mut Look, scope: &Scope) -> Result<PlaceList> {
        let (ids, more) =
            search(look, NamedKind::Organization, scope, ("", ROWS_MAX), None).await?;
        let open: Vec<i64> = self.open.iter().map(|id| id.0).collect();
        let open: Vec<i64> = open.into_iter().filter(|id| ids.contains(id)).collect();
        let units = if open.is_empty() {
            Vec::new()
        } else {
            self.units(look, Within::Organizations(open)).await?
        };
        Ok(PlaceList {
            organizations: rows_of(look, &ids, self.cap).await?,
            units,
            more,
        })
    }

    async fn found(self, look: &mut Look, scope: &Scope) -> Result<PlaceList> {
        let text = self.search.as_str();
        let kind = NamedKind::Organization;
        let (organizations, more) = search(look, kind, scope, (text, ROWS_MAX), None).await?;
        let seen = look.rights.scope(units::VIEW);
        let (found, more_units) =
            search(look, NamedKind::Unit, &seen, (text, FOUND_MAX), None).await?;
        let above = rows::with_above(&mut look.tx, &found).await?;
        let units = self.units(look, Within::These(above)).await?;
        let mut ids: BTreeSet<i64> = organizations.into_iter().collect();
        ids.extend(units.iter().map(|unit| unit.organization.0));
        let ids: Vec<i64> = ids.into_iter().collect();
        let seen = named::by_ids(&mut look.tx, scope, kind, &ids).await?;
        let ids: Vec<i64> = seen.iter().map(|one| one.id).collect();
        Ok(PlaceList {
            organizations: rows_of(look, &ids, self.cap).await?,
            units,
            more: more || more_units,
        })
    }

    async fn units(&self, look: &mut Look, within: Within) -> Result<Vec<UnitPlace>> {
        let scope = look.rights.scope(units::VIEW);
        let counted = look.rights.scope(users::VIEW);
        let nodes = rows::nodes(&mut look.tx, &scope, &counted, within, self.cap).await?;
        let ids: BTreeSet<i64> = nodes.iter().map(|node| node.id.0).collect();
        let parents: BTreeSet<i64> = nodes
            .iter()
            .filter_map(|node| Some(node.parent?.0))
            .collect();
        let place = |node: UnitNode| UnitPlace {
            id: node.id,
            organization: node.organization,
            parent: node.parent.filter(|parent| ids.contains(&parent.0)),
            users: Count::of(node.users, self.cap),
            has_units: parents.contains(&node.id.0),
            name: node.name,
        };
        Ok(nodes.into_iter().map(place).collect())
    }
}
