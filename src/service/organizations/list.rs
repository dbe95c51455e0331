//! The organizations an operator may see.

use super::VIEW;
use crate::domain::OrganizationId;
use crate::domain::permission::Permission;
use crate::service::records::{in_order, search};
use crate::service::users::{self, Count};
use crate::service::{Listed, Look, Query, Result, units};
use crate::store::named::NamedKind;
use crate::store::organizations::{self as rows, OrganizationLine};

/// Organizations by name, of those whose name or description has all words of the search.
#[derive(Clone, Debug, Default)]
pub struct ListOrganizations {
    pub search: String,
    pub limit: u32,
    /// Users are counted to here; none counts them all.
    pub cap: Option<u32>,
}

#[derive(Clone, Debug, serde::Serialize)]
pub struct OrganizationRow {
    pub id: OrganizationId,
    pub name: String,
    pub description: String,
    pub enabled: bool,
    /// Users who belong to it and whom the asker may see.
    pub users: Count,
    /// Those that the asker may see.
    pub units: i64,
    pub version: i64,
}

impl Query for ListOrganizations {
    type Output = Listed<OrganizationRow>;

    fn needs(&self) -> Permission {
        VIEW
    }

    async fn run(self, look: &mut Look) -> Result<Listed<OrganizationRow>> {
        let scope = look.scope(VIEW).await?;
        let kind = NamedKind::Organization;
        let wanted = (self.search.as_str(), self.limit);
        let (ids, more) = search(look, kind, &scope, wanted, None).await?;
        let rows = rows_of(look, &ids, self.cap).await?;
        Ok(Listed { rows, more })
    }
}

/// The lines of these organizations, in this order.
pub(super) async fn rows_of(
    look: &mut Look,
    ids: &[i64],
    cap: Option<u32>,
) -> Result<Vec<OrganizationRow>> {
    let seen = look.rights.scope(users::VIEW);
    let units = look.rights.scope(units::VIEW);
    let lines = rows::lines(&mut look.tx, (&seen, &units), ids, cap).await?;
    let lines = in_order(ids, lines, |line| line.id.0);
    let row = |line: OrganizationLine| OrganizationRow {
        id: line.id,
        name: line.name,
        description: line.description,
        enabled: line.enabled,
        users: Count::of(line.users, cap),
        units: line.units,
        version: line.version,
    };
    Ok(lines.into_iter().map(row).collect())
}
