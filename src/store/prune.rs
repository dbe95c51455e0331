//! What trees lose: the nodes that a catalogue no longer names, and whoever has entries or start nodes on them.

use super::sql::{Sql, text};
use super::{Result, Tx};
use crate::domain::permission::SourceKind;
use std::collections::HashMap;

/// The trees that have nodes.
pub async fn trees(tx: &mut Tx) -> Result<Vec<String>> {
    Sql::new("select distinct tree from nodes order by tree")
        .all(tx, text)
        .await
}

/// The nodes of a tree that are none of these.
pub async fn besides(tx: &mut Tx, tree: &str, kept: &[i64]) -> Result<Vec<i64>> {
    let mut sql = Sql::new("select id from nodes where tree = ");
    // Both engines take the difference of two lists in one pass; "not in" they may look up one by one.
    sql.push_value(tree)
        .push(" except select id from (select cast(value as bigint) as id from ")
        .push_id_elements(kept.iter().copied())
        .push(") as kept order by 1");
    sql.ints(tx).await
}

/// The trees of nodes, by their ids.
pub async fn trees_of(tx: &mut Tx, ids: &[i64]) -> Result<HashMap<i64, String>> {
    let mut sql = Sql::new("select id, tree from nodes where id in ");
    sql.push_ids(ids.iter().copied());
    let rows = sql.all(tx, |row| Ok((row.int()?, row.text()?)));
    Ok(rows.await?.into_iter().collect())
}

/// An entry or a start node, and whose it is.
pub struct Hold {
    pub tree: String,
    /// None is the root.
    pub node: Option<i64>,
    pub kind: SourceKind,
    pub id: i64,
    pub name: String,
}

/// The first entries and start nodes on these nodes, or anywhere in these trees.
pub async fn holds(tx: &mut Tx, ids: &[i64], trees: &[String], most: i64) -> Result<Vec<Hold>> {
    let mut sql = Sql::new(
        "select h.tree, h.node_id, h.group_id, coalesce(h.group_id, h.user_id),
            coalesce(g.name, u.username)
         from (
            select tree, node_id, group_id, user_id from granular_entries
            union select tree, node_id, group_id, user_id from start_nodes
         ) as h
         left join groups g on g.id = h.group_id
         left join users u on u.id = h.user_id
         where h.node_id in ",
    );
    sql.push_ids(ids.iter().copied())
        .push(" or h.tree in ")
        .push_texts(trees)
        .push(" order by 1, 2, 5, 4 limit ")
        .push_value(most);
    sql.all(tx, |row| {
        Ok(Hold {
            tree: row.text()?,
            node: row.optional_int()?,
            kind: whose(row.optional_int()?),
            id: row.int()?,
            name: row.text()?,
        })
    })
    .await
}

/// An entry that has a group is the group's.
fn whose(group: Option<i64>) -> SourceKind {
    group.map_or(SourceKind::User, |_| SourceKind::Group)
}

/// What entries in a tree allow, and one group or user who has such an entry.
pub struct Allowed {
    pub actions: String,
    pub kind: SourceKind,
    pub id: i64,
    pub name: String,
}

/// What the entries in a tree allow, each once.
pub async fn entries_in(tx: &mut Tx, tree: &str) -> Result<Vec<Allowed>> {
    Sql::new(
        "select e.actions, e.group_id, coalesce(g.id, u.id), coalesce(g.name, u.username)
         from (
            select actions, min(group_id) as group_id, min(user_id) as user_id
            from granular_entries where tree = $1 group by actions
         ) as e
         left join groups g on g.id = e.group_id
         left join users u on u.id = e.user_id
         order by e.actions",
    )
    .bind(tree)
    .all(tx, |row| {
        Ok(Allowed {
            actions: row.text()?,
            kind: whose(row.optional_int()?),
            id: row.int()?,
            name: row.text()?,
        })
    })
    .await
}

/// Takes nodes away; all that lies below them is among them, and nobody has entries or start nodes there.
pub async fn remove(tx: &mut Tx, ids: &[i64]) -> Result<()> {
    if ids.is_empty() {
        return Ok(());
    }
    let mut sql = Sql::new("delete from node_closure where descendant_id in ");
    sql.push_ids(ids.iter().copied());
    sql.execute(tx).await?;
    let mut sql = Sql::new("delete from nodes where id in ");
    sql.push_ids(ids.iter().copied());
    sql.execute(tx).await.map(drop)
}
