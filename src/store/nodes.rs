//! The trees of the managed application, what groups and users may do on single nodes, and where they start.

use super::sql::Sql;
use super::{Result, Tx};
pub use crate::domain::nodes::EVERY_TREE;
use crate::domain::nodes::{NodePath, effective_starts};
use crate::domain::permission::{Entry, SourceKind};
use crate::domain::{GroupId, OrganizationId, UserId};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Nodes of one statement.
const CHUNK: usize = 10_000;

/// The ids on the way to a node, from the top to the node itself; none for the root. `None` where there is no such node.
pub async fn way(tx: &mut Tx, tree: &str, path: &NodePath) -> Result<Option<Vec<i64>>> {
    if path.depth() == 0 {
        return Ok(Some(Vec::new()));
    }
    let mut sql = Sql::new("with recursive names as (select value, key from ");
    sql.push_json(serde_json::to_string(path.names()).unwrap_or_default())
        // The cross joins and the sum, as in [`add_chunk`], lead to one node a step by its place and name.
        .push(
            "), walk (id, depth) as (
                select cast(0 as bigint), cast(0 as bigint)
                union all
                select n.id, w.depth + 1 from walk w cross join names cross join nodes n
                where names.key = w.depth + 1 and n.name = names.value
                    and coalesce(n.parent_id, 0) = w.id + 0 and n.tree = ",
        )
        .push_value(tree)
        .push(
            ")
             select id from walk where depth > 0 order by depth",
        );
    let ids = sql.ints(tx).await?;
    Ok((ids.len() == path.depth()).then_some(ids))
}

/// The paths of nodes by their ids.
pub async fn paths(tx: &mut Tx, ids: &[i64]) -> Result<HashMap<i64, NodePath>> {
    let mut sql = Sql::new(
        "select c.descendant_id, n.name from node_closure c
         join nodes n on n.id = c.ancestor_id
         where c.descendant_id in ",
    );
    sql.push_ids(ids.iter().copied())
        .push(" order by c.descendant_id, c.depth desc");
    let mut paths: HashMap<i64, Vec<String>> = HashMap::new();
    for (id, name) in sql.all(tx, |row| Ok((row.int()?, row.text()?))).await? {
        paths.entry(id).or_default().push(name);
    }
    Ok(paths
        .into_iter()
        .map(|(id, names)| (id, NodePath::of(names)))
        .collect())
}

/// Adds the nodes of a tree that aren't there yet, with everything on the way to them; how many were added.
pub async fn add(tx: &mut Tx, tree: &str, paths: &[&NodePath]) -> Result<u64> {
    Ok(put(tx, tree, paths).await?.added)
}

/// Nodes that are in a tree now.
pub struct Put {
    pub added: u64,
    /// All of them, with everything on the way to them.
    pub ids: Vec<i64>,
}

/// As [`add`], with the ids.
pub async fn put(tx: &mut Tx, tree: &str, paths: &[&NodePath]) -> Result<Put> {
    let mut wanted: BTreeMap<usize, BTreeSet<NodePath>> = BTreeMap::new();
    for path in paths {
        for step in path.way().skip(1) {
            wanted.entry(step.depth()).or_default().insert(step);
        }
    }
    let mut above: HashMap<NodePath, i64> = HashMap::new();
    let (mut added, mut ids) = (0, Vec::new());
    for nodes in wanted.into_values() {
        let mut level = HashMap::with_capacity(nodes.len());
        let nodes: Vec<NodePath> = nodes.into_iter().collect();
        for chunk in nodes.chunks(CHUNK) {
            added += add_chunk(tx, tree, chunk, &above, &mut level).await?;
        }
        ids.extend(level.values());
        above = level;
    }
    Ok(Put { added, ids })
}

/// Adds nodes of one depth, and notes the ids of all of them.
async fn add_chunk(
    tx: &mut Tx,
    tree: &str,
    nodes: &[NodePath],
    above: &HashMap<NodePath, i64>,
    level: &mut HashMap<NodePath, i64>,
) -> Result<u64> {
    let rows: Vec<(String, &str)> = nodes
        .iter()
        .filter_map(|path| {
            let (name, parent) = path.names().split_last()?;
            let parent = above.get(&NodePath::of(parent.to_vec())).copied();
            Some((parent.unwrap_or(0).to_string(), name.as_str()))
        })
        .collect();
    let json = serde_json::to_string(&rows).unwrap_or_default();
    let mut insert = Sql::new("insert into nodes (tree, parent_id, name) select ");
    insert
        .push_value(tree)
        .push(", nullif(cast({item:0} as bigint), 0), {item:1} from ")
        .push_json(json.clone())
        .push(" where true on conflict do nothing returning id");
    let fresh = insert.ints(tx).await?;
    let mut closure = Sql::new(
        "insert into node_closure (ancestor_id, descendant_id, depth)
         select c.ancestor_id, n.id, c.depth + 1 from nodes n
         join node_closure c on c.descendant_id = n.parent_id
         where n.id in ",
    );
    closure
        .push_ids(fresh.iter().copied())
        .push(" union all select id, id, 0 from nodes where id in ")
        .push_ids(fresh.iter().copied());
    closure.execute(tx).await?;
    let mut known = Sql::new("select n.id, coalesce(n.parent_id, 0), n.name from ");
    known
        .push_json(json)
        // What keeps SQLite from reading the whole tree for each node: the cross join, which begins with the list, and the
        // sum, without which a cast value is no key of an index on an expression.
        .push(
            " cross join nodes n where n.name = {item:1}
                and coalesce(n.parent_id, 0) = cast({item:0} as bigint) + 0 and n.tree = ",
        )
        .push_value(tree);
    let places: HashMap<i64, &NodePath> = above.iter().map(|(path, id)| (*id, path)).collect();
    for (id, parent, name) in known
        .all(tx, |row| Ok((row.int()?, row.int()?, row.text()?)))
        .await?
    {
        let mut names = places
            .get(&parent)
            .map_or_else(Vec::new, |path| path.names().to_vec());
        names.push(name);
        level.insert(NodePath::of(names), id);
    }
    Ok(u64::try_from(fresh.len()).unwrap_or(u64::MAX))
}

/// How many nodes a tree has.
pub async fn count(tx: &mut Tx, tree: &str) -> Result<i64> {
    Sql::new("select count(*) from nodes where tree = $1")
        .bind(tree)
        .int(tx)
        .await
}

/// The nodes directly below one, by name: (id, name, whether there are nodes below).
pub async fn below(
    tx: &mut Tx,
    tree: &str,
    parent: Option<i64>,
    most: i64,
) -> Result<Vec<(i64, String, bool)>> {
    Sql::new(
        "select n.id, n.name, exists (select 1 from nodes b where b.parent_id = n.id)
         from nodes n where n.tree = $1 and coalesce(n.parent_id, 0) = $2
         order by n.name limit $3",
    )
    .bind(tree)
    .bind(parent.unwrap_or(0))
    .bind(most)
    .all(tx, |row| Ok((row.int()?, row.text()?, row.boolean()?)))
    .await
}

/// Whether groups or users have entries or start nodes in a tree.
pub async fn is_used(tx: &mut Tx, tree: &str) -> Result<bool> {
    Sql::new(
        "select 1 from granular_entries where tree = $1
         union all select 1 from start_nodes where tree = $1
         limit 1",
    )
    .bind(tree)
    .exists(tx)
    .await
}

/// Lets all groups of this name start at the root of a tree.
pub async fn start_at_root(tx: &mut Tx, group: &str, tree: &str) -> Result<()> {
    Sql::new("insert into start_nodes (group_id, tree) select id, $2 from groups where name = $1")
        .bind(group)
        .bind(tree)
        .execute(tx)
        .await
        .map(drop)
}

/// Whose entries and start nodes they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keeper {
    Group(GroupId),
    User(UserId),
}

impl Keeper {
    const fn id(self) -> i64 {
        match self {
            Self::Group(id) => id.0,
            Self::User(id) => id.0,
        }
    }

    const fn of(self, group: &'static str, user: &'static str) -> &'static str {
        match self {
            Self::Group(_) => group,
            Self::User(_) => user,
        }
    }
}

/// All entries of a group or a user, by tree and path.
pub async fn entries(tx: &mut Tx, keeper: Keeper) -> Result<Vec<Entry>> {
    let rows = Sql::new(keeper.of(
        "select tree, node_id, actions from granular_entries where group_id = $1",
        "select tree, node_id, actions from granular_entries where user_id = $1",
    ))
    .bind(keeper.id())
    .all(tx, |row| {
        Ok((row.text()?, row.optional_int()?, row.text()?))
    })
    .await?;
    let ids: Vec<i64> = rows.iter().filter_map(|(_, node, _)| *node).collect();
    let paths = paths(tx, &ids).await?;
    let mut entries: Vec<Entry> = rows
        .into_iter()
        .map(|(tree, node, actions)| Entry {
            tree,
            node: path_of(node, &paths),
            actions,
        })
        .collect();
    entries.sort_by(|one, other| (&one.tree, &one.node).cmp(&(&other.tree, &other.node)));
    Ok(entries)
}

fn path_of(node: Option<i64>, paths: &HashMap<i64, NodePath>) -> NodePath {
    node.and_then(|id| paths.get(&id))
        .cloned()
        .unwrap_or_default()
}

/// Writes these entries in the place of those that were there; every node must exist.
pub async fn replace_entries(tx: &mut Tx, keeper: Keeper, entries: &[Entry]) -> Result<()> {
    Sql::new(keeper.of(
        "delete from granular_entries where group_id = $1",
        "delete from granular_entries where user_id = $1",
    ))
    .bind(keeper.id())
    .execute(tx)
    .await?;
    for entry in entries {
        let node = id_of(tx, &entry.tree, &entry.node).await?;
        Sql::new(keeper.of(
            "insert into granular_entries (group_id, tree, node_id, actions) values ($1, $2, $3, $4)",
            "insert into granular_entries (user_id, tree, node_id, actions) values ($1, $2, $3, $4)",
        ))
        .bind(keeper.id())
        .bind(&entry.tree)
        .bind(node)
        .bind(&entry.actions)
        .execute_one(tx)
        .await?;
    }
    Ok(())
}

/// The id of a node that is there; `None` is the root.
async fn id_of(tx: &mut Tx, tree: &str, path: &NodePath) -> Result<Option<i64>> {
    let way = way(tx, tree, path).await?.ok_or(super::Error::Missing)?;
    Ok(way.last().copied())
}

/// A place to start in: a tree, or `*` for every one, and a node of it.
pub type Start = (String, NodePath);

/// All start nodes of a group or a user, by tree and path.
pub async fn starts(tx: &mut Tx, keeper: Keeper) -> Result<Vec<Start>> {
    let rows = Sql::new(keeper.of(
        "select tree, node_id from start_nodes where group_id = $1",
        "select tree, node_id from start_nodes where user_id = $1",
    ))
    .bind(keeper.id())
    .all(tx, |row| Ok((row.text()?, row.optional_int()?)))
    .await?;
    let ids: Vec<i64> = rows.iter().filter_map(|(_, node)| *node).collect();
    let paths = paths(tx, &ids).await?;
    let mut starts: Vec<Start> = rows
        .into_iter()
        .map(|(tree, node)| (tree, path_of(node, &paths)))
        .collect();
    starts.sort();
    Ok(starts)
}

/// All start nodes of groups: (group, start).
pub async fn starts_of_groups(tx: &mut Tx) -> Result<Vec<(i64, Start)>> {
    let rows =
        Sql::new("select group_id, tree, node_id from start_nodes where group_id is not null")
            .all(tx, |row| Ok((row.int()?, row.text()?, row.optional_int()?)))
            .await?;
    let ids: Vec<i64> = rows.iter().filter_map(|(_, _, node)| *node).collect();
    let paths = paths(tx, &ids).await?;
    Ok(rows
        .into_iter()
        .map(|(group, tree, node)| (group, (tree, path_of(node, &paths))))
        .collect())
}

/// Writes these start nodes in the place of those that were there; every node must exist.
pub async fn replace_starts(tx: &mut Tx, keeper: Keeper, starts: &[Start]) -> Result<()> {
    Sql::new(keeper.of(
        "delete from start_nodes where group_id = $1",
        "delete from start_nodes where user_id = $1",
    ))
    .bind(keeper.id())
    .execute(tx)
    .await?;
    for (tree, path) in starts {
        let node = id_of(tx, tree, path).await?;
        Sql::new(keeper.of(
            "insert into start_nodes (group_id, tree, node_id) values ($1, $2, $3)",
            "insert into start_nodes (user_id, tree, node_id) values ($1, $2, $3)",
        ))
        .bind(keeper.id())
        .bind(tree)
        .bind(node)
        .execute_one(tx)
        .await?;
    }
    Ok(())
}

/// The entries that groups and a user have on the way to a node, and so on the node itself: (whose, their id, entry).
pub async fn entries_on_way(
    tx: &mut Tx,
    (groups, user): (&[i64], UserId),
    tree: &str,
    path: &NodePath,
    way: &[i64],
) -> Result<Vec<(SourceKind, i64, Entry)>> {
    let mut whose = Sql::new("e.group_id in ");
    whose
        .push_ids(groups.iter().copied())
        .push(" or e.user_id = ")
        .push_value(user);
    on_way(tx, &whose, tree, path, way).await
}

/// As [`entries_on_way`], of all users, and of all groups that count in an organization.
pub async fn all_entries_on_way(
    tx: &mut Tx,
    organization: OrganizationId,
    tree: &str,
    path: &NodePath,
    way: &[i64],
) -> Result<Vec<(SourceKind, i64, Entry)>> {
    let mut whose = Sql::new(
        "e.user_id is not null or exists (select 1 from groups g where g.id = e.group_id
            and (g.organization_id is null or g.organization_id = ",
    );
    whose.push_value(organization).push("))");
    on_way(tx, &whose, tree, path, way).await
}

/// An entry as it is stored: whose it is, its node, and what it allows.
struct Kept {
    kind: SourceKind,
    id: i64,
    node: Option<i64>,
    actions: String,
}

/// Reads the group, the user, the node and the actions.
fn kept(row: &mut super::sql::Row<'_>) -> Result<Kept> {
    let (group, user) = (row.optional_int()?, row.optional_int()?);
    let (kind, id) = match group {
        Some(group) => (SourceKind::Group, group),
        None => (SourceKind::User, user.unwrap_or(0)),
    };
    Ok(Kept {
        kind,
        id,
        node: row.optional_int()?,
        actions: row.text()?,
    })
}

impl Kept {
    fn at(self, tree: &str, node: NodePath) -> (SourceKind, i64, Entry) {
        let entry = Entry {
            tree: tree.to_owned(),
            node,
            actions: self.actions,
        };
        (self.kind, self.id, entry)
    }
}

async fn on_way(
    tx: &mut Tx,
    whose: &Sql,
    tree: &str,
    path: &NodePath,
    way: &[i64],
) -> Result<Vec<(SourceKind, i64, Entry)>> {
    let mut sql = Sql::new(
        "select e.group_id, e.user_id, e.node_id, e.actions from granular_entries e where (",
    );
    sql.push_sql(whose)
        .push(") and e.tree = ")
        .push_value(tree)
        .push(" and (e.node_id is null or e.node_id in ")
        .push_ids(way.iter().copied())
        .push(")");
    let rows = sql.all(tx, kept).await?;
    let steps: Vec<NodePath> = path.way().collect();
    Ok(rows
        .into_iter()
        .map(|row| {
            let depth = row.node.map_or(0, |node| {
                way.iter().position(|id| *id == node).map_or(0, |at| at + 1)
            });
            let node = steps.get(depth).cloned().unwrap_or_default();
            row.at(tree, node)
        })
        .collect())
}

/// The entries that groups and a user have in a tree: (whose, their id, entry).
pub async fn entries_in(
    tx: &mut Tx,
    (groups, user): (&[i64], UserId),
    tree: &str,
) -> Result<Vec<(SourceKind, i64, Entry)>> {
    let mut sql = Sql::new(
        "select group_id, user_id, node_id, actions from granular_entries where (group_id in ",
    );
    sql.push_ids(groups.iter().copied())
        .push(" or user_id = ")
        .push_value(user)
        .push(") and tree = ")
        .push_value(tree);
    let rows = sql.all(tx, kept).await?;
    let ids: Vec<i64> = rows.iter().filter_map(|row| row.node).collect();
    let paths = paths(tx, &ids).await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let node = path_of(row.node, &paths);
            row.at(tree, node)
        })
        .collect())
}

/// The entries of all groups in a tree: (group, its name, entry).
pub async fn entries_of_groups(tx: &mut Tx, tree: &str) -> Result<Vec<(i64, String, Entry)>> {
    let rows = Sql::new(
        "select g.id, g.name, e.node_id, e.actions from granular_entries e
         join groups g on g.id = e.group_id where e.tree = $1",
    )
    .bind(tree)
    .all(tx, |row| {
        Ok((row.int()?, row.text()?, row.optional_int()?, row.text()?))
    })
    .await?;
    let ids: Vec<i64> = rows.iter().filter_map(|(_, _, node, _)| *node).collect();
    let paths = paths(tx, &ids).await?;
    Ok(rows
        .into_iter()
        .map(|(group, name, node, actions)| {
            let entry = Entry {
                tree: tree.to_owned(),
                node: path_of(node, &paths),
                actions,
            };
            (group, name, entry)
        })
        .collect())
}

/// The entries of their own that users, a subquery of ids, have in a tree.
pub async fn entries_of_users(
    tx: &mut Tx,
    users: &Sql,
    tree: &str,
) -> Result<Vec<(UserId, Entry)>> {
    let mut sql = Sql::new(
        "select e.group_id, e.user_id, e.node_id, e.actions from granular_entries e where e.tree = ",
    );
    sql.push_value(tree)
        .push(" and e.user_id in (")
        .push_sql(users)
        .push(")");
    let rows = sql.all(tx, kept).await?;
    let ids: Vec<i64> = rows.iter().filter_map(|row| row.node).collect();
    let paths = paths(tx, &ids).await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let node = path_of(row.node, &paths);
            let (_, user, entry) = row.at(tree, node);
            (UserId(user), entry)
        })
        .collect())
}

/// Where groups and a user start in a tree: of the groups, and the user's own.
pub async fn starts_in(
    tx: &mut Tx,
    (groups, user): (&[i64], UserId),
    tree: &str,
) -> Result<(Vec<NodePath>, Vec<NodePath>)> {
    let mut sql = Sql::new("select user_id, node_id from start_nodes where (group_id in ");
    sql.push_ids(groups.iter().copied())
        .push(" or user_id = ")
        .push_value(user)
        .push(") and tree in ('*', ")
        .push_value(tree)
        .push(")");
    let rows = sql
        .all(tx, |row| Ok((row.optional_int()?, row.optional_int()?)))
        .await?;
    let ids: Vec<i64> = rows.iter().filter_map(|(_, node)| *node).collect();
    let paths = paths(tx, &ids).await?;
    let (own, of_groups): (Vec<_>, Vec<_>) = rows.into_iter().partition(|(user, _)| user.is_some());
    let paths_of = |rows: Vec<(Option<i64>, Option<i64>)>| {
        rows.into_iter()
            .map(|(_, node)| path_of(node, &paths))
            .collect()
    };
    Ok((paths_of(of_groups), paths_of(own)))
}

/// Where users start in a tree, once they are in certain groups too.
#[derive(Debug)]
pub struct Starters {
    /// Of those without start nodes of their own: by the groups that they are in, with the node's id, and by those that
    /// they come into.
    by_groups: BTreeMap<NodePath, i64>,
    joined: BTreeSet<NodePath>,
    /// Of the others, wherever they may sign in.
    own: BTreeMap<i64, BTreeSet<NodePath>>,
}

impl Starters {
    /// Each place once, whoever it is that starts there.
    #[must_use]
    pub fn places(&self) -> BTreeSet<NodePath> {
        let places = self.by_groups.keys().chain(&self.joined);
        places.chain(self.own.values().flatten()).cloned().collect()
    }

    /// Who of the users, the same subquery of ids, starts at which of some places: everybody at the first of theirs.
    pub async fn starting_at(
        &self,
        tx: &mut Tx,
        users: &Sql,
        tree: &str,
        places: &[NodePath],
    ) -> Result<Vec<Vec<UserId>>> {
        let mut first: BTreeMap<i64, usize> = BTreeMap::new();
        let mut note = |user: i64, place: usize| {
            let known = first.entry(user).or_insert(place);
            *known = place.min(*known);
        };
        for (user, starts) in &self.own {
            if let Some(place) = places.iter().position(|place| starts.contains(place)) {
                note(*user, place);
            }
        }
        let ids: HashMap<i64, usize> = places
            .iter()
            .enumerate()
            .filter_map(|(at, place)| Some((*self.by_groups.get(place)?, at)))
            .collect();
        let mut sql = Sql::new(
            "select distinct m.user_id, coalesce(s.node_id, 0) from start_nodes s
             join group_closure c on c.ancestor_id = s.group_id
             join group_users m on m.group_id = c.descendant_id
             where coalesce(s.node_id, 0) in ",
        );
        sql.push_ids(ids.keys().copied()).push(" and ");
        push_tree(&mut sql, "s.tree", tree);
        push_without_own(&mut sql, users, tree);
        for (user, id) in sql.all(tx, |row| Ok((row.int()?, row.int()?))).await? {
            if let Some(place) = ids.get(&id) {
                note(user, *place);
            }
        }
        if let Some(place) = places.iter().position(|place| self.joined.contains(place)) {
            let mut sql = Sql::new(
                "select m.user_id from (select id as user_id from users) as m where 1 = 1",
            );
            push_without_own(&mut sql, users, tree);
            for user in sql.ints(tx).await? {
                note(user, place);
            }
        }
        let mut people = vec![Vec::new(); places.len()];
        for (user, place) in first {
            if let Some(list) = people.get_mut(place) {
                list.push(UserId(user));
            }
        }
        Ok(people)
    }
}

/// Where users, a subquery of ids, start in a tree once they are in these groups too.
pub async fn starts_of(tx: &mut Tx, users: &Sql, joining: &[i64], tree: &str) -> Result<Starters> {
    let joined = starts_with_home(tx, joining, tree).await?;
    let mut own: BTreeMap<i64, BTreeSet<NodePath>> = BTreeMap::new();
    for ((user, _), starts) in starts_of_keepers(tx, users, &joined, tree).await? {
        own.entry(user.0).or_default().extend(starts);
    }
    Ok(Starters {
        by_groups: group_starts(tx, users, tree).await?,
        joined: joined.into_iter().map(|(_, node)| node).collect(),
        own,
    })
}

/// Where those of users, a subquery of ids, who have start nodes of their own in a tree start in each organization that
/// they may sign in to, once certain places of groups count for them too.
pub async fn starts_of_keepers(
    tx: &mut Tx,
    users: &Sql,
    joined: &[(Option<OrganizationId>, NodePath)],
    tree: &str,
) -> Result<BTreeMap<(UserId, OrganizationId), Vec<NodePath>>> {
    let own = own_starts(tx, users, tree).await?;
    if own.is_empty() {
        return Ok(BTreeMap::new());
    }
    let keepers = super::members::these(&own.keys().copied().collect::<Vec<_>>());
    let mut starts = starts_by_organization(tx, &keepers, tree).await?;
    for ((user, organization), list) in &mut starts {
        let counted = joined
            .iter()
            .filter(|(home, _)| home.is_none_or(|home| home == *organization));
        list.extend(counted.map(|(_, node)| node.clone()));
        let own = own.get(&user.0).map_or(&[][..], Vec::as_slice);
        *list = effective_starts(list, own);
    }
    Ok(starts)
}

/// Where groups start in a tree, each with the organization that it counts in: none is every one.
async fn starts_with_home(
    tx: &mut Tx,
    groups: &[i64],
    tree: &str,
) -> Result<Vec<(Option<OrganizationId>, NodePath)>> {
    let mut sql = Sql::new(
        "select g.organization_id, s.node_id from start_nodes s join groups g on g.id = s.group_id
         where ",
    );
    push_tree(&mut sql, "s.tree", tree);
    sql.push(" and s.group_id in ")
        .push_ids(groups.iter().copied());
    let rows = sql
        .all(tx, |row| Ok((row.optional_int()?, row.optional_int()?)))
        .await?;
    let ids: Vec<i64> = rows.iter().filter_map(|(_, node)| *node).collect();
    let paths = paths(tx, &ids).await?;
    Ok(rows
        .into_iter()
        .map(|(home, node)| (home.map(OrganizationId), path_of(node, &paths)))
        .collect())
}

/// Where users, a subquery of ids, start by their groups in a tree, in each organization that they may sign in to: the
/// groups of other organizations don't count there.
pub async fn starts_by_organization(
    tx: &mut Tx,
    users: &Sql,
    tree: &str,
) -> Result<BTreeMap<(UserId, OrganizationId), Vec<NodePath>>> {
    // A place where no group starts stands there all the same, under an id that no node has.
    let mut sql = Sql::new(
        "select o.user_id, o.organization_id, -1 from user_organizations o where o.user_id in (",
    );
    sql.push_sql(users).push(
        ") union all
            select m.user_id, o.organization_id, coalesce(s.node_id, 0) from start_nodes s
            join groups g on g.id = s.group_id
            join group_closure c on c.ancestor_id = s.group_id
            join group_users m on m.group_id = c.descendant_id
            join user_organizations o on o.user_id = m.user_id
                and (g.organization_id is null or g.organization_id = o.organization_id)
            where ",
    );
    push_tree(&mut sql, "s.tree", tree);
    sql.push(" and m.user_id in (").push_sql(users).push(")");
    let rows = sql
        .all(tx, |row| Ok((row.int()?, row.int()?, row.int()?)))
        .await?;
    let ids: Vec<i64> = rows.iter().map(|(_, _, node)| *node).collect();
    let paths = paths(tx, &ids).await?;
    let mut starts: BTreeMap<(UserId, OrganizationId), Vec<NodePath>> = BTreeMap::new();
    for (user, organization, node) in rows {
        let list = starts
            .entry((UserId(user), OrganizationId(organization)))
            .or_default();
        if node >= 0 {
            list.push(path_of(Some(node), &paths));
        }
    }
    Ok(starts)
}

/// The start nodes of their own that users, a subquery of ids, have in a tree.
async fn own_starts(tx: &mut Tx, users: &Sql, tree: &str) -> Result<BTreeMap<i64, Vec<NodePath>>> {
    let mut sql = Sql::new("select s.user_id, s.node_id from start_nodes s where ");
    push_tree(&mut sql, "s.tree", tree);
    sql.push(" and s.user_id in (").push_sql(users).push(")");
    let rows = sql
        .all(tx, |row| Ok((row.int()?, row.optional_int()?)))
        .await?;
    let ids: Vec<i64> = rows.iter().filter_map(|(_, node)| *node).collect();
    let paths = paths(tx, &ids).await?;
    let mut starts: BTreeMap<i64, Vec<NodePath>> = BTreeMap::new();
    for (user, node) in rows {
        let list = starts.entry(user).or_default();
        list.push(path_of(node, &paths));
    }
    Ok(starts)
}

/// Over memberships `m`: of users who have no start nodes of their own in a tree.
fn push_without_own(sql: &mut Sql, users: &Sql, tree: &str) {
    sql.push(" and m.user_id in (")
        .push_sql(users)
        .push(") and not exists (select 1 from start_nodes o where o.user_id = m.user_id and ");
    push_tree(sql, "o.tree", tree);
    sql.push(")");
}

/// Start nodes of a tree, as a condition over `start_nodes` under this name.
fn push_tree(sql: &mut Sql, column: &'static str, tree: &str) {
    sql.push(column)
        .push(" in ('*', ")
        .push_value(tree)
        .push(")");
}

/// Where those start by their groups who have no start nodes of their own.
async fn group_starts(tx: &mut Tx, users: &Sql, tree: &str) -> Result<BTreeMap<NodePath, i64>> {
    // The root has no id, and no node has this one.
    let mut sql = Sql::new("select distinct coalesce(s.node_id, 0) from start_nodes s where ");
    push_tree(&mut sql, "s.tree", tree);
    sql.push(
        " and s.group_id in (
            select c.ancestor_id from group_users m
            join group_closure c on c.descendant_id = m.group_id where 1 = 1",
    );
    push_without_own(&mut sql, users, tree);
    sql.push(")");
    let ids = sql.ints(tx).await?;
    let paths = paths(tx, &ids).await?;
    Ok(ids
        .into_iter()
        .map(|id| (path_of(Some(id), &paths), id))
        .collect())
}
