//! Organizations, units, groups and roles by name: on the command line `NAME` or `ORGANIZATION/NAME`.

use super::sql::Sql;
use super::{Result, Scope, Tx};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NamedKind {
    Organization,
    Unit,
    Group,
    Role,
}

impl NamedKind {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Organization => "organization",
            Self::Unit => "unit",
            Self::Group => "group",
            Self::Role => "role",
        }
    }

    const fn select(self) -> &'static str {
        match self {
            Self::Organization => {
                "select o.id, o.name, o.id, o.name, o.name_key from organizations o where "
            }
            Self::Unit => {
                "select n.id, n.name, o.id, o.name, n.name_key from units n
                 join organizations o on o.id = n.organization_id where "
            }
            Self::Group => {
                "select g.id, g.name, o.id, o.name, g.name_key from groups g
                 left join organizations o on o.id = g.organization_id where "
            }
            Self::Role => {
                "select r.id, r.name, o.id, o.name, r.name_key from roles r
                 left join organizations o on o.id = r.organization_id where "
            }
        }
    }

    fn seen(self, scope: &Scope) -> Sql {
        match self {
            Self::Organization => scope.organizations(),
            Self::Unit => scope.units(),
            Self::Group => scope.groups_seen(),
            Self::Role => scope.roles_seen(),
        }
    }

    const fn key(self) -> &'static str {
        match self {
            Self::Organization => " and o.name_key",
            Self::Unit => " and n.name_key",
            Self::Group => " and g.name_key",
            Self::Role => " and r.name_key",
        }
    }
}

impl NamedKind {
    const fn id(self) -> &'static str {
        match self {
            Self::Organization => " and o.id in ",
            Self::Unit => " and n.id in ",
            Self::Group => " and g.id in ",
            Self::Role => " and r.id in ",
        }
    }
}

/// A record by its name; no organization means system-wide.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Named {
    pub id: i64,
    pub name: String,
    pub organization: Option<i64>,
    pub organization_name: Option<String>,
}

impl Named {
    /// `ORGANIZATION/NAME`, or the name alone where it is system-wide.
    #[must_use]
    pub fn full_name(&self) -> String {
        match &self.organization_name {
            Some(organization) => format!("{organization}/{}", self.name),
            None => self.name.clone(),
        }
    }
}

#[must_use]
pub fn ids(records: &[Named]) -> Vec<i64> {
    records.iter().map(|record| record.id).collect()
}

#[must_use]
pub fn names(records: &[Named]) -> Vec<String> {
    records.iter().map(|record| record.name.clone()).collect()
}

/// Those of the first list that the other doesn't have.
#[must_use]
pub fn besides(some: &[Named], others: &[Named]) -> Vec<Named> {
    let others = ids(others);
    let left = some.iter().filter(|one| !others.contains(&one.id));
    left.cloned().collect()
}

/// Those that have this name, in whatever organization.
pub async fn find(
    tx: &mut Tx,
    scope: &Scope,
    kind: NamedKind,
    name_key: &str,
) -> Result<Vec<Named>> {
    let mut sql = Sql::new(kind.select());
    sql.push_sql(&kind.seen(scope))
        .push(kind.key())
        .push(" = ")
        .push_value(name_key);
    sql.push(" order by 4, 1 limit 50");
    sql.all(tx, read).await
}

/// Those that have one of these names, in whatever organization.
pub async fn by_keys(
    tx: &mut Tx,
    scope: &Scope,
    kind: NamedKind,
    name_keys: &[String],
) -> Result<Vec<Named>> {
    let mut sql = Sql::new(kind.select());
    sql.push_sql(&kind.seen(scope))
        .push(kind.key())
        .push(" in ")
        .push_texts(name_keys);
    sql.all(tx, read).await
}

/// All that the scope sees, by name; for pickers, completion and suggestions.
pub async fn list(tx: &mut Tx, scope: &Scope, kind: NamedKind, limit: i64) -> Result<Vec<Named>> {
    let mut sql = Sql::new(kind.select());
    sql.push_sql(&kind.seen(scope))
        .push(" order by 5, 1 limit ")
        .push_value(limit);
    sql.all(tx, read).await
}

/// A record as a search reads it.
pub struct Searched {
    pub id: i64,
    /// The name in the form in which it is unique.
    pub key: String,
    /// The name, and what else it is found by.
    pub text: String,
}

/// All that the scope sees, by name, with the texts they are searched by.
pub async fn texts(
    tx: &mut Tx,
    scope: &Scope,
    kind: NamedKind,
    limit: i64,
) -> Result<Vec<Searched>> {
    let mut sql = Sql::new(match kind {
        NamedKind::Organization => {
            "select o.id, o.name || ' ' || o.description, o.name_key from organizations o where "
        }
        NamedKind::Unit => {
            "select n.id, n.name || ' ' || n.description, n.name_key from units n where "
        }
        NamedKind::Group => {
            "select g.id, g.name || ' ' || g.alias || ' ' || g.description, g.name_key from groups g where "
        }
        NamedKind::Role => {
            "select r.id, r.name || ' ' || r.description, r.name_key from roles r where "
        }
    });
    sql.push_sql(&kind.seen(scope))
        .push(" order by 3, 1 limit ")
        .push_value(limit);
    sql.all(tx, |row| {
        Ok(Searched {
            id: row.int()?,
            text: row.text()?,
            key: row.text()?,
        })
    })
    .await
}

/// Those with these ids, by name.
pub async fn by_ids(
    tx: &mut Tx,
    scope: &Scope,
    kind: NamedKind,
    ids: &[i64],
) -> Result<Vec<Named>> {
    let mut sql = Sql::new(kind.select());
    sql.push_sql(&kind.seen(scope))
        .push(kind.id())
        .push_ids(ids.iter().copied());
    sql.push(" order by 5, 1");
    sql.all(tx, read).await
}

/// Of these groups or roles, the system-wide ones whose name one of an organization, in sight, bears too.
pub async fn namesakes(
    tx: &mut Tx,
    scope: &Scope,
    kind: NamedKind,
    ids: &[i64],
) -> Result<Vec<i64>> {
    let mut sql = Sql::new(match kind {
        NamedKind::Group => {
            "select w.id from groups w join groups g on g.name_key = w.name_key
             where w.organization_id is null and g.organization_id is not null and w.id in "
        }
        NamedKind::Role => {
            "select w.id from roles w join roles r on r.name_key = w.name_key
             where w.organization_id is null and r.organization_id is not null and w.id in "
        }
        NamedKind::Organization | NamedKind::Unit => return Ok(Vec::new()),
    });
    sql.push_ids(ids.iter().copied())
        .push(" and ")
        .push_sql(&kind.seen(scope));
    sql.ints(tx).await
}

/// A unit and everything below it.
pub async fn division(tx: &mut Tx, unit: i64) -> Result<Vec<i64>> {
    Sql::new("select descendant_id from unit_closure where ancestor_id = $1")
        .bind(unit)
        .ints(tx)
        .await
}

fn read(row: &mut super::sql::Row<'_>) -> Result<Named> {
    Ok(Named {
        id: row.int()?,
        name: row.text()?,
        organization: row.optional_int()?,
        organization_name: row.optional_text()?,
    })
}
