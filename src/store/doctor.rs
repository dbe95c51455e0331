//! Questions that only a broken database answers with rows: the schema's own rules, asked again from the outside.

use super::sql::{Sql, text};
use super::{Result, Tx};
use crate::domain::{Time, UserId};

/// What the engine itself says about its file, a few lines of it; empty on PostgreSQL, which has no such question.
pub async fn damage(tx: &mut Tx) -> Result<Vec<String>> {
    if tx.is_postgres() {
        return Ok(Vec::new());
    }
    let mut lines = Sql::new("select quick_check from pragma_quick_check limit 5")
        .all(tx, text)
        .await?;
    lines.retain(|line| line != "ok");
    Ok(lines)
}

/// Tables with rows that refer to what isn't there, and how many; on PostgreSQL, tables whose references were never
/// checked.
pub async fn dangling(tx: &mut Tx) -> Result<Vec<(String, i64)>> {
    let sql = if tx.is_postgres() {
        Sql::new(
            "select cast(c.relname as text), count(*) from pg_constraint k join pg_class c on c.oid = k.conrelid
             where k.contype = 'f' and not k.convalidated group by c.relname",
        )
    } else {
        Sql::new("select \"table\", count(*) from pragma_foreign_key_check group by \"table\"")
    };
    sql.all(tx, |row| Ok((row.text()?, row.int()?))).await
}

/// A hierarchy and the table that says who lies below whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hierarchy {
    Units,
    Groups,
    Nodes,
}

impl Hierarchy {
    pub const ALL: [Self; 3] = [Self::Units, Self::Groups, Self::Nodes];

    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Units => "the tree of units",
            Self::Groups => "the nesting of groups",
            Self::Nodes => "the trees of nodes",
        }
    }

    /// All pairs of above and below, walked along the edges; a circle ends the walk, for a pair is taken once.
    const fn walk(self) -> &'static str {
        match self {
            Self::Units => {
                "with recursive walk (a, d) as (
                    select id, id from units
                    union select w.a, n.id from walk w join units n on n.parent_id = w.d)"
            }
            Self::Groups => {
                "with recursive walk (a, d) as (
                    select id, id from groups
                    union select w.a, m.member_id from walk w join group_groups m on m.group_id = w.d)"
            }
            Self::Nodes => {
                "with recursive walk (a, d) as (
                    select id, id from nodes
                    union select w.a, n.id from walk w join nodes n on n.parent_id = w.d)"
            }
        }
    }

    const fn stored(self) -> &'static str {
        match self {
            Self::Units => "select ancestor_id, descendant_id from unit_closure",
            Self::Groups => "select ancestor_id, descendant_id from group_closure",
            Self::Nodes => "select ancestor_id, descendant_id from node_closure",
        }
    }

    /// Pairs that the closure lacks, pairs that it has too many, and pairs that lie above each other.
    pub async fn differences(self, tx: &mut Tx) -> Result<(i64, i64, i64)> {
        let count = |body: &[&'static str]| {
            let mut sql = Sql::new(self.walk());
            for part in body {
                sql.push(part);
            }
            sql
        };
        let lacking = count(&[
            " select count(*) from (select a, d from walk except ",
            self.stored(),
            ") as x",
        ]);
        let surplus = count(&[
            " select count(*) from (",
            self.stored(),
            " except select a, d from walk) as x",
        ]);
        let circles = count(&[
            " select count(*) from walk x join walk y on y.a = x.d and y.d = x.a where x.a < x.d",
        ]);
        Ok((
            lacking.int(tx).await?,
            surplus.int(tx).await?,
            circles.int(tx).await?,
        ))
    }
}

/// A user's name and address with the keys that were derived from them.
#[derive(Clone, Debug)]
pub struct UserKeys {
    pub id: UserId,
    pub username: String,
    pub username_key: String,
    pub username_skeleton: String,
    pub email: String,
    pub email_key: String,
}

pub async fn user_keys(tx: &mut Tx, after: UserId, limit: i64) -> Result<Vec<UserKeys>> {
    Sql::new(
        "select id, username, username_key, username_skeleton, email, email_key from users
         where id > $1 order by id limit $2",
    )
    .bind(after)
    .bind(limit)
    .all(tx, |row| {
        Ok(UserKeys {
            id: UserId(row.int()?),
            username: row.text()?,
            username_key: row.text()?,
            username_skeleton: row.text()?,
            email: row.text()?,
            email_key: row.text()?,
        })
    })
    .await
}

/// Every organization, unit, group and role: its kind, id, name and key.
pub async fn named_keys(tx: &mut Tx) -> Result<Vec<(String, i64, String, String)>> {
    Sql::new(
        "select 'organization', id, name, name_key from organizations
         union all select 'unit', id, name, name_key from units
         union all select 'group', id, name, name_key from groups
         union all select 'role', id, name, name_key from roles",
    )
    .all(tx, |row| {
        Ok((row.text()?, row.int()?, row.text()?, row.text()?))
    })
    .await
}

/// A rule about users, and a condition that holds for whoever breaks it.
const BROKEN_RULES: &[(&str, &str)] = &[
    (
        "have no state",
        "select u.id from users u where not exists (select 1 from user_states s where s.user_id = u.id)",
    ),
    (
        "have a status that there is not",
        "select s.user_id from user_states s
         where s.authentication_status not in ('active', 'invited', 'password_reset', 'expired')",
    ),
    (
        "have a lock that ends but never began, or a negative count",
        "select s.user_id from user_states s
         where (s.locked_at = 0 and s.locked_until > 0) or s.failures < 0 or s.sign_in_count < 0",
    ),
    (
        "are service accounts with a password or a lock",
        "select u.id from users u join user_states s on s.user_id = u.id
         where u.kind = 'service'
           and (s.locked_at > 0 or exists (select 1 from user_passwords p where p.user_id = u.id))",
    ),
    (
        "belong to another organization than their unit",
        "select u.id from users u join units n on n.id = u.owner_unit_id
         where n.organization_id <> u.organization_id",
    ),
    (
        "have no role, direct or through a group",
        "select u.id from users u
         where not exists (select 1 from user_roles r where r.user_id = u.id)
           and not exists (
                select 1 from group_users g
                join group_closure c on c.descendant_id = g.group_id
                join group_roles r on r.group_id = c.ancestor_id
                where g.user_id = u.id)",
    ),
    (
        "are their own manager",
        "select u.id from users u where u.manager_id = u.id",
    ),
];

/// The rules that somebody breaks, with the first who do and how many there are.
pub async fn broken_rules(tx: &mut Tx, limit: i64) -> Result<Vec<(&'static str, Vec<i64>, i64)>> {
    let mut found = Vec::new();
    for &(rule, breakers) in BROKEN_RULES {
        let mut count = Sql::new("select count(*) from (");
        count.push(breakers).push(") as x");
        let number = count.int(tx).await?;
        if number > 0 {
            let mut first = Sql::new(breakers);
            first.push(" limit ").push_value(limit);
            found.push((rule, first.ints(tx).await?, number));
        }
    }
    Ok(found)
}

/// Organizations without a unit.
pub async fn without_units(tx: &mut Tx) -> Result<Vec<i64>> {
    Sql::new(
        "select o.id from organizations o
         where not exists (select 1 from units n where n.organization_id = o.id)",
    )
    .ints(tx)
    .await
}

/// Whether somebody can still get in with an API key.
pub async fn has_usable_key(tx: &mut Tx, now: Time) -> Result<bool> {
    Sql::new(
        "select 1 from api_keys k join user_states s on s.user_id = k.user_id
         where k.expires_at > $1 and s.enabled and s.deleted_at = 0 limit 1",
    )
    .bind(now)
    .exists(tx)
    .await
}
