//! The units an operator may see.

use super::VIEW;
use crate::domain::UnitId;
use crate::domain::permission::Permission;
use crate::service::records::{in_order, search};
use crate::service::users::{self, Count};
use crate::service::{Listed, Look, Query, Result};
use crate::store::Scope;
use crate::store::named::NamedKind;
use crate::store::units::{self as rows, UnitLine};

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
    /// None at the top of what the asker may see of the tree.
    pub parent: Option<String>,
    /// The units above that the asker may see, from the top.
    pub path: Vec<String>,
    pub description: String,
    /// Users it owns and whom the asker may see.
    pub users: Count,
    /// Units directly below that the asker may see.
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
        let wanted = (self.search.as_str(), self.limit);
        let (ids, more) = search(look, NamedKind::Unit, &scope, wanted, None).await?;
        let rows = rows_of(look, &scope, &ids, self.cap).await?;
        Ok(Listed { rows, more })
    }
}

/// The lines of these units, in this order, with what the scope sees above them.
pub(super) async fn rows_of(
    look: &mut Look,
    scope: &Scope,
    ids: &[i64],
    cap: Option<u32>,
) -> Result<Vec<UnitRow>> {
    let mut above = rows::above(&mut look.tx, scope, ids).await?;
    let seen = look.rights.scope(users::VIEW);
    let lines = rows::lines(&mut look.tx, (&seen, scope), ids, cap).await?;
    let row = |line: UnitLine| {
        let above = above.remove(&line.id).unwrap_or_default();
        UnitRow {
            id: line.id,
            name: line.name,
            organization: line.organization,
            parent: above.parent,
            path: above.path,
            description: line.description,
            users: Count::of(line.users, cap),
            units: line.units,
            version: line.version,
        }
    };
    let lines = in_order(ids, lines, |line| line.id.0);
    Ok(lines.into_iter().map(row).collect())
}
