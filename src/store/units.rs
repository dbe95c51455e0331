//! Business units and their tree.

use super::named::Named;
use super::sql::Sql;
use super::{Result, Tx};
use crate::domain::{OrganizationId, Time, UnitId, UserId};

/// The owner unit of a user, or the first unit of the organization where theirs lies elsewhere.
pub async fn owner_of(tx: &mut Tx, user: UserId, organization: OrganizationId) -> Result<Named> {
    Sql::new(
        "select n.id, n.name, o.id, o.name
         from units n
         join organizations o on o.id = n.organization_id
         left join users u on u.owner_unit_id = n.id and u.id = $1
         where n.organization_id = $2
         order by case when u.id is null then 1 else 0 end, n.id limit 1",
    )
    .bind(user)
    .bind(organization)
    .one(tx, |row| {
        Ok(Named {
            id: row.int()?,
            name: row.text()?,
            organization: row.optional_int()?,
            organization_name: row.optional_text()?,
        })
    })
    .await
}

pub struct NewUnit<'a> {
    pub organization: OrganizationId,
    pub parent: Option<UnitId>,
    pub name: &'a str,
    pub name_key: &'a str,
}

/// Adds a unit below its parent, and its place in the closure of the tree.
pub async fn add(tx: &mut Tx, new: &NewUnit<'_>, now: Time) -> Result<UnitId> {
    let id = UnitId(
        Sql::new(
            "insert into units (organization_id, parent_id, name, name_key, created_at, updated_at)
             values ($1, $2, $3, $4, $5, $5) returning id",
        )
        .bind(new.organization)
        .bind(new.parent)
        .bind(new.name)
        .bind(new.name_key)
        .bind(now)
        .int(tx)
        .await?,
    );
    Sql::new(
        "insert into unit_closure (ancestor_id, descendant_id, depth)
         select ancestor_id, $1, depth + 1 from unit_closure where descendant_id = $2
         union all select $1, $1, 0",
    )
    .bind(id)
    .bind(new.parent.unwrap_or_default())
    .execute(tx)
    .await?;
    Ok(id)
}
