//! The roles an operator may see.

use super::VIEW;
use crate::domain::permission::Permission;
use crate::domain::{GroupId, RoleId};
use crate::service::names::FullNames;
use crate::service::records::{in_order, search};
use crate::service::users::{self, Count};
use crate::service::{Listed, Look, Query, Result, groups};
use crate::store::named::NamedKind;
use crate::store::roles::{self as rows, RoleLine};

/// Roles by name, of those whose name or description has all words of the search.
#[derive(Clone, Debug, Default)]
pub struct ListRoles {
    pub search: String,
    /// Only those that this group may confer.
    pub fits_into: Option<GroupId>,
    pub limit: u32,
    /// Users are counted to here; none counts them all.
    pub cap: Option<u32>,
}

#[derive(Clone, Debug, serde::Serialize)]
pub struct RoleRow {
    pub id: RoleId,
    pub name: String,
    /// None where the role is system-wide.
    pub organization: Option<String>,
    pub description: String,
    pub built_in: bool,
    /// Users who were given it and whom the asker may see.
    pub holders: Count,
    /// Groups that confer it and that the asker may see.
    pub groups: i64,
    pub version: i64,
    /// The name by which no other role in sight is meant.
    #[serde(skip)]
    pub full_name: String,
}

impl Query for ListRoles {
    type Output = Listed<RoleRow>;

    fn needs(&self) -> Permission {
        VIEW
    }

    async fn run(self, look: &mut Look) -> Result<Listed<RoleRow>> {
        let scope = look.scope(VIEW).await?;
        let fitting = match self.fits_into {
            Some(group) => Some(rows::fitting_into(&mut look.tx, group).await?),
            None => None,
        };
        let wanted = (self.search.as_str(), self.limit);
        let (ids, more) = search(look, NamedKind::Role, &scope, wanted, fitting).await?;
        let rows = rows_of(look, &ids, self.cap).await?;
        Ok(Listed { rows, more })
    }
}

/// The lines of these roles, in this order.
pub(super) async fn rows_of(
    look: &mut Look,
    ids: &[i64],
    cap: Option<u32>,
) -> Result<Vec<RoleRow>> {
    let seen = look.rights.scope(users::VIEW);
    let groups = look.rights.scope(groups::VIEW);
    let lines = rows::lines(&mut look.tx, (&seen, &groups), ids, cap).await?;
    let scope = look.rights.scope(VIEW);
    let names = FullNames::of(&mut look.tx, &scope, NamedKind::Role, ids).await?;
    let row = |line: RoleLine| RoleRow {
        full_name: names.name(line.id.0, line.organization.as_deref(), &line.name),
        id: line.id,
        name: line.name,
        organization: line.organization,
        description: line.description,
        built_in: line.built_in,
        holders: Count::of(line.holders, cap),
        groups: line.groups,
        version: line.version,
    };
    let lines = in_order(ids, lines, |line| line.id.0);
    Ok(lines.into_iter().map(row).collect())
}
