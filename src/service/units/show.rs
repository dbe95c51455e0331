//! One whole unit, as people and scripts read it.

use super::VIEW;
use crate::domain::permission::Permission;
use crate::domain::{Time, UnitId};
use crate::service::{Error, Look, Query, RecordRef, Result, users};
use crate::store::named::NamedKind;
use crate::store::units as rows;

#[derive(Clone, Debug)]
pub struct ShowUnit {
    pub unit: RecordRef,
}

#[derive(Clone, Debug, Default, serde::Serialize)]
pub struct UnitDetail {
    pub id: UnitId,
    pub name: String,
    pub organization: String,
    /// None at the top of what the asker may see of the tree.
    pub parent: Option<String>,
    /// The units above that the asker may see, from the top.
    pub path: Vec<String>,
    /// Those directly below that the asker may see.
    pub units: Vec<String>,
    pub phone: String,
    pub email: String,
    pub website: String,
    pub fax: String,
    pub description: String,
    /// How many users it owns whom the asker may see.
    pub users: i64,
    /// How many are assigned to it whom the asker may see.
    pub assigned: i64,
    pub created: Time,
    pub updated: Time,
    pub version: i64,
}

impl Query for ShowUnit {
    type Output = UnitDetail;

    fn needs(&self) -> Permission {
        VIEW
    }

    async fn run(self, look: &mut Look) -> Result<UnitDetail> {
        let id = UnitId(self.unit.look(look, NamedKind::Unit).await?);
        let scope = look.scope(VIEW).await?;
        let seen = look.rights.scope(users::VIEW);
        let tx = &mut look.tx;
        let record = rows::lookup(tx, &scope, id)
            .await?
            .ok_or_else(|| Error::missing("unit", self.unit.shown()))?;
        let counted = rows::lines(tx, (&seen, &scope), &[id.0], None).await?;
        let above = rows::above(tx, &scope, &[id.0]).await?.remove(&id);
        let above = above.unwrap_or_default();
        let assigned = rows::count_assigned(tx, &seen, id).await?;
        Ok(UnitDetail {
            id,
            name: record.write.name,
            organization: record.organization_name,
            parent: above.parent,
            path: above.path,
            units: rows::names_below(tx, &scope, id).await?,
            phone: record.write.phone,
            email: record.write.email,
            website: record.write.website,
            fax: record.write.fax,
            description: record.write.description,
            users: counted.first().map_or(0, |line| line.users),
            assigned,
            created: record.created_at,
            updated: record.updated_at,
            version: record.version,
        })
    }
}
