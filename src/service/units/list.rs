//! The units an operator may see.

use super::VIEW;
use crate::domain::UnitId;
use crate::domain::permission::Permission;
use crate::service::records::search;
use crate::service::users::{self, Count};
use crate::service::{Listed, Look, Query, Result};
use crate::store::named::NamedKind;
use crate::store::units as rows;

/// Units by name, of those whose name or description has all words of the search.
#[derive(Clone, Debug, Default)]
pub struct ListUnits {
    pub search: String,
    pub limit: u32,
    /// Users are counted to here; none counts them all.
    pub cap: Option<u32>,
}

#[derive(Clone, Debug, serde::Serialize)]
pub struct UnitRow {
    pub id: UnitId,
    pub name: String,
    pub organization: String,
    /// None at the top of the tree.
    pub parent: Option<String>,
    /// The units above that the asker may see, from the top.
    pub path: Vec<String>,
    pub description: String,
    /// Users it owns and whom the asker may see.
    pub users: Count,
    /// Units directly below.
    pub units: i64,
    pub version: i64,
}

impl Query for ListUnits {
    type Output = Listed<UnitRow>;

    fn needs(&self) -> Permission {
        VIEW
    }

    async fn run(self, look: &mut Look) -> Result<Listed<UnitRow>> {
        let scope = look.scope(VIEW).await?;
        let (ids, more) = search(look, NamedKind::Unit, &scope, &self.search, self.limit).await?;
        let mut paths = rows::paths(&mut look.tx, &scope, &ids).await?;
        let seen = look.rights.scope(users::VIEW);
        let rows = rows::lines(&mut look.tx, &seen, &ids, self.cap)
            .await?
            .into_iter()
            .map(|line| UnitRow {
                path: paths.remove(&line.id).unwrap_or_default(),
                id: line.id,
                name: line.name,
                organization: line.organization,
                parent: line.parent,
                description: line.description,
                users: Count::of(line.users, self.cap),
                units: line.units,
                version: line.version,
            })
            .collect();
        Ok(Listed { rows, more })
    }
}
