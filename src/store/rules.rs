//! The rules of a role or of a group, which are always read and written as a whole.

use super::sql::Sql;
use super::{Result, Tx, access};
use crate::domain::permission::Rule;
use crate::domain::{GroupId, RoleId};

/// Whose rules they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner {
    Role(RoleId),
    Group(GroupId),
}

impl Owner {
    const fn id(self) -> i64 {
        match self {
            Self::Role(id) => id.0,
            Self::Group(id) => id.0,
        }
    }

    const fn of(self, role: &'static str, group: &'static str) -> &'static str {
        match self {
            Self::Role(_) => role,
            Self::Group(_) => group,
        }
    }
}

pub async fn list(tx: &mut Tx, owner: Owner) -> Result<Vec<Rule>> {
    Sql::new(owner.of(
        "select effect, actions, resource, level, privileged from rules where role_id = $1 order by position, id",
        "select effect, actions, resource, level, privileged from rules where group_id = $1 order by position, id",
    ))
    .bind(owner.id())
    .all(tx, access::rule)
    .await
    .map(|rules| rules.into_iter().flatten().collect())
}

/// Writes these rules in the place of those that were there.
pub async fn replace(tx: &mut Tx, owner: Owner, rules: &[Rule]) -> Result<()> {
    Sql::new(owner.of(
        "delete from rules where role_id = $1",
        "delete from rules where group_id = $1",
    ))
    .bind(owner.id())
    .execute(tx)
    .await?;
    for (position, rule) in (1_i64..).zip(rules) {
        Sql::new(owner.of(
            "insert into rules (role_id, position, effect, actions, resource, level, privileged) values ($1, $2, $3, $4, $5, $6, $7)",
            "insert into rules (group_id, position, effect, actions, resource, level, privileged) values ($1, $2, $3, $4, $5, $6, $7)",
        ))
        .bind(owner.id())
        .bind(position)
        .bind(rule.effect.as_str())
        .bind(&rule.actions)
        .bind(&rule.resource)
        .bind(rule.level.as_str())
        .bind(rule.privileged)
        .execute(tx)
        .await?;
    }
    Ok(())
}
