//! The groups an operator may see.

use super::VIEW;
use crate::domain::GroupId;
use crate::domain::permission::Permission;
use crate::service::names::FullNames;
use crate::service::records::{in_order, search};
use crate::service::users::{self, Count};
use crate::service::{Listed, Look, Query, Result, roles};
use crate::store::groups as rows;
use crate::store::named::NamedKind;
use std::collections::HashMap;

/// Groups by name, of those whose name, alias or description has all words of the search.
#[derive(Clone, Debug, Default)]
pub struct ListGroups {
    pub search: String,
    /// Only those that may be put into this group.
    pub fits_into: Option<GroupId>,
    pub limit: u32,
    /// Users are counted to here; none counts them all.
    pub cap: Option<u32>,
}

#[derive(Clone, Debug, serde::Serialize)]
pub struct GroupRow {
    pub id: GroupId,
    pub name: String,
    pub alias: String,
    /// None where the group is system-wide.
    pub organization: Option<String>,
    pub description: String,
    pub built_in: bool,
    /// The roles it confers and that the asker may see.
    pub roles: Vec<String>,
    /// Users in it whom the asker may see.
    pub members: Count,
    pub version: i64,
    /// The name by which no other group in sight is meant.
    #[serde(skip)]
    pub full_name: String,
}

impl Query for ListGroups {
    type Output = Listed<GroupRow>;

    fn needs(&self) -> Permission {
        VIEW
    }

    async fn run(self, look: &mut Look) -> Result<Listed<GroupRow>> {
        let scope = look.scope(VIEW).await?;
        let fitting = match self.fits_into {
            Some(group) => Some(rows::fitting(&mut look.tx, group).await?),
            None => None,
        };
        let wanted = (self.search.as_str(), self.limit);
        let (ids, more) = search(look, NamedKind::Group, &scope, wanted, fitting).await?;
        let seen = look.rights.scope(users::VIEW);
        let lines = rows::lines(&mut look.tx, &seen, &ids, self.cap).await?;
        let mut conferred: HashMap<GroupId, Vec<String>> = HashMap::new();
        let seen_roles = look.rights.scope(roles::VIEW);
        let names = rows::role_names(&mut look.tx, &seen_roles, &ids).await?;
        for (group, role) in names {
            conferred.entry(group).or_default().push(role);
        }
        let full = FullNames::of(&mut look.tx, &scope, NamedKind::Group, &ids).await?;
        let rows = in_order(&ids, lines, |line| line.id.0)
            .into_iter()
            .map(|line| GroupRow {
                full_name: full.name(line.id.0, line.organization.as_deref(), &line.name),
                id: line.id,
                name: line.name,
                alias: line.alias,
                organization: line.organization,
                description: line.description,
                built_in: line.built_in,
                roles: conferred.remove(&line.id).unwrap_or_default(),
                members: Count::of(line.members, self.cap),
                version: line.version,
            })
            .collect();
        Ok(Listed { rows, more })
    }
}
