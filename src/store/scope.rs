//! How far an operator's right reaches, as a condition of SQL: the same decision for one record and for a list.

use super::sql::Sql;
use super::{Result, Tx};
use crate::domain::permission::Level;
use crate::domain::{OrganizationId, UnitId, UserId};

/// Whom a request speaks for and where: every list and lookup takes one.
#[derive(Clone, Debug)]
pub struct Scope {
    pub operator: UserId,
    pub organization: OrganizationId,
    pub reach: Reach,
}

/// A level with what it needs to be decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reach {
    Own,
    Units(Vec<UnitId>),
    /// These units and everything below them.
    Divisions(Vec<UnitId>),
    Organization,
    All,
}

impl Reach {
    /// Appends the units behind `in`.
    fn push_units(&self, sql: &mut Sql) {
        match self {
            Self::Units(units) => {
                sql.push_ids(units.iter().map(|id| id.0));
            }
            Self::Divisions(units) => {
                sql.push("(select descendant_id from unit_closure where ancestor_id in ")
                    .push_ids(units.iter().map(|id| id.0))
                    .push(")");
            }
            Self::Own | Self::Organization | Self::All => {
                sql.push_ids([]);
            }
        }
    }
}

impl Scope {
    #[must_use]
    pub fn new(
        operator: UserId,
        organization: OrganizationId,
        level: Level,
        units: &[UnitId],
    ) -> Self {
        let reach = match level {
            Level::Own => Reach::Own,
            Level::Unit => Reach::Units(units.to_vec()),
            Level::Division => Reach::Divisions(units.to_vec()),
            Level::Organization => Reach::Organization,
            Level::All => Reach::All,
        };
        Self {
            operator,
            organization,
            reach,
        }
    }

    /// The console's own work, which no operator asked for: sign-in, setup, checks.
    #[must_use]
    pub const fn system() -> Self {
        Self {
            operator: UserId(0),
            organization: OrganizationId(0),
            reach: Reach::All,
        }
    }

    /// The organization that all of those belong to, where it is one.
    #[must_use]
    pub fn within(&self) -> Option<OrganizationId> {
        (self.reach != Reach::All).then_some(self.organization)
    }

    /// Over `users u`. Own is oneself; a unit's users are those it owns, and oneself.
    #[must_use]
    pub fn users(&self) -> Sql {
        self.people([
            "{walked}u.organization_id = ",
            "u.id = ",
            "{walked}u.owner_unit_id in ",
        ])
    }

    /// The same users over `user_states s`, which says where its user belongs.
    #[must_use]
    pub fn states(&self) -> Sql {
        self.people([
            "s.organization_id = ",
            "s.user_id = ",
            "s.owner_unit_id in ",
        ])
    }

    fn people(&self, [organization, id, unit]: [&'static str; 3]) -> Sql {
        let mut sql = Sql::default();
        if self.reach == Reach::All {
            sql.push("1 = 1");
            return sql;
        }
        sql.push(organization).push_value(self.organization);
        match &self.reach {
            Reach::All | Reach::Organization => {}
            Reach::Units(_) | Reach::Divisions(_) => {
                sql.push(" and (")
                    .push(id)
                    .push_value(self.operator)
                    .push(" or ")
                    .push(unit);
                self.reach.push_units(&mut sql);
                sql.push(")");
            }
            Reach::Own => {
                sql.push(" and ").push(id).push_value(self.operator);
            }
        }
        sql
    }

    /// Whether more users than these are reached through a unit or the organization, as a condition that looks no further;
    /// who is reached through two units may count twice. `None` where everybody is reached.
    #[must_use]
    pub fn sees_more_than(&self, most: i64) -> Option<Sql> {
        let mut sql = Sql::new("exists (select 1 from ");
        match &self.reach {
            Reach::All => return None,
            Reach::Own => return Some(Sql::new("(1 = 0)")),
            Reach::Organization => sql
                .push("users x where x.organization_id = ")
                .push_value(self.organization),
            Reach::Units(units) => sql
                .push("users x where x.owner_unit_id in ")
                .push_ids(units.iter().map(|id| id.0)),
            Reach::Divisions(units) => sql
                .push(
                    "unit_closure c cross join users x
                     where x.owner_unit_id = c.descendant_id and c.ancestor_id in ",
                )
                .push_ids(units.iter().map(|id| id.0)),
        };
        sql.push(" limit 1 offset ").push_value(most).push(")");
        Some(sql)
    }

    /// The ids of those users and perhaps of more, found by an index; `None` where they are all.
    #[must_use]
    pub fn user_ids(&self) -> Option<Sql> {
        let mut sql = Sql::default();
        match &self.reach {
            Reach::All => return None,
            Reach::Organization => {
                sql.push("select id from users where organization_id = ")
                    .push_value(self.organization);
            }
            Reach::Units(_) | Reach::Divisions(_) => {
                sql.push("select id from users where owner_unit_id in ");
                self.reach.push_units(&mut sql);
                sql.push(" union all select id from users where id = ")
                    .push_value(self.operator);
            }
            Reach::Own => {
                sql.push("select id from users where id = ")
                    .push_value(self.operator);
            }
        }
        Some(sql)
    }

    /// Whether a record of this organization that this unit owns is one of those.
    pub async fn covers(
        &self,
        tx: &mut Tx,
        organization: Option<OrganizationId>,
        unit: Option<UnitId>,
    ) -> Result<bool> {
        let is_here = organization == Some(self.organization);
        match (&self.reach, unit) {
            (Reach::All, _) => Ok(true),
            (Reach::Organization, _) => Ok(is_here),
            (Reach::Units(_) | Reach::Divisions(_), Some(unit)) if is_here => {
                let mut sql = Sql::new("select 1 from units where id = ");
                sql.push_value(unit).push(" and id in ");
                self.reach.push_units(&mut sql);
                sql.exists(tx).await
            }
            _ => Ok(false),
        }
    }

    /// Over `groups g`: a unit's groups are those it owns. System-wide ones are seen at organization.
    #[must_use]
    pub fn groups_seen(&self) -> Sql {
        let mut sql = Sql::default();
        match &self.reach {
            Reach::All => {
                sql.push("1 = 1");
            }
            Reach::Organization => {
                sql.push("(g.organization_id is null or g.organization_id = ")
                    .push_value(self.organization)
                    .push(")");
            }
            Reach::Units(_) | Reach::Divisions(_) => {
                sql.push("g.organization_id = ")
                    .push_value(self.organization)
                    .push(" and g.owner_unit_id in ");
                self.reach.push_units(&mut sql);
            }
            Reach::Own => {
                sql.push("1 = 0");
            }
        }
        sql
    }

    /// Over `roles r`, which have no owner: seen at organization and wider.
    #[must_use]
    pub fn roles_seen(&self) -> Sql {
        let mut sql = Sql::default();
        match &self.reach {
            Reach::All => {
                sql.push("1 = 1");
            }
            Reach::Organization => {
                sql.push("(r.organization_id is null or r.organization_id = ")
                    .push_value(self.organization)
                    .push(")");
            }
            Reach::Units(_) | Reach::Divisions(_) | Reach::Own => {
                sql.push("1 = 0");
            }
        }
        sql
    }

    /// Over `groups g`: as far as they may be changed. System-wide ones are changed only at all.
    #[must_use]
    pub fn groups_changed(&self) -> Sql {
        let mut sql = self.groups_seen();
        if self.reach == Reach::Organization {
            sql.push(" and g.organization_id is not null");
        }
        sql
    }

    /// Over `roles r`: as far as they may be changed. System-wide ones are changed only at all.
    #[must_use]
    pub fn roles_changed(&self) -> Sql {
        let mut sql = self.roles_seen();
        if self.reach == Reach::Organization {
            sql.push(" and r.organization_id is not null");
        }
        sql
    }

    /// Over `organizations o`: the one worked in, or all.
    #[must_use]
    pub fn organizations(&self) -> Sql {
        let mut sql = Sql::default();
        match &self.reach {
            Reach::All => {
                sql.push("1 = 1");
            }
            Reach::Organization => {
                sql.push("o.id = ").push_value(self.organization);
            }
            Reach::Units(_) | Reach::Divisions(_) | Reach::Own => {
                sql.push("1 = 0");
            }
        }
        sql
    }

    /// Over `units n`.
    #[must_use]
    pub fn units(&self) -> Sql {
        let mut sql = Sql::default();
        match &self.reach {
            Reach::All => {
                sql.push("1 = 1");
            }
            Reach::Organization => {
                sql.push("n.organization_id = ")
                    .push_value(self.organization);
            }
            Reach::Units(_) | Reach::Divisions(_) => {
                sql.push("n.organization_id = ")
                    .push_value(self.organization)
                    .push(" and n.id in ");
                self.reach.push_units(&mut sql);
            }
            Reach::Own => {
                sql.push("1 = 0");
            }
        }
        sql
    }

    /// Over `jobs j` and `audit a`: own is what the operator did; a unit's level sees no more. A job that reaches people of
    /// others is seen by whoever sees all, and by its operator.
    #[must_use]
    pub fn deeds(&self, alias: Deeds) -> Sql {
        let (organization, operator) = match alias {
            Deeds::Jobs => ("j.organization_id = ", "j.operator_id = "),
            // In forms that no index is chosen by: a list of the audit chooses its own.
            Deeds::Audit => ("a.organization_id + 0 = ", "a.operator_id + 0 = "),
        };
        let mut sql = Sql::default();
        match &self.reach {
            Reach::All => {
                sql.push("1 = 1");
            }
            Reach::Organization => {
                sql.push(organization).push_value(self.organization);
                if matches!(alias, Deeds::Jobs) {
                    sql.push(" and (not j.beyond or j.operator_id = ")
                        .push_value(self.operator)
                        .push(")");
                }
            }
            Reach::Units(_) | Reach::Divisions(_) | Reach::Own => {
                sql.push(organization)
                    .push_value(self.organization)
                    .push(" and ")
                    .push(operator)
                    .push_value(self.operator);
            }
        }
        sql
    }
}

/// What may be seen of each kind of record.
pub struct Seen {
    pub users: Scope,
    pub groups: Scope,
    pub units: Scope,
    pub roles: Scope,
}

impl Seen {
    #[must_use]
    pub const fn all() -> Self {
        Self {
            users: Scope::system(),
            groups: Scope::system(),
            units: Scope::system(),
            roles: Scope::system(),
        }
    }
}

/// Counts records, a column each: the tables up to the id of what they belong to, and which of them are meant.
pub(super) fn counts<const N: usize>(id: i64, parts: [(&'static str, Sql); N]) -> Sql {
    let mut sql = Sql::new("select ");
    for (place, (tables, meant)) in parts.into_iter().enumerate() {
        if place > 0 {
            sql.push(", ");
        }
        sql.push("(select count(*) from ")
            .push(tables)
            .push_value(id)
            .push(" and ")
            .push_sql(&meant)
            .push(")");
    }
    sql
}

#[derive(Clone, Copy, Debug)]
pub enum Deeds {
    Jobs,
    Audit,
}
