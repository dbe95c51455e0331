//! Who has a right: users found by what gives it to them, as one set.

use super::members::these;
use super::sql::Sql;
use super::{Result, Scope, Tx};
use crate::domain::nodes::{NodePath, effective_starts};
use crate::domain::permission::Level;
use crate::domain::{OrganizationId, UnitId, UserId};
use std::collections::BTreeMap;

/// Holders looked for before it is decided how to list them: fewer are sorted, more are walked in the order of the list.
const FEW: i64 = 10_000;

/// Roles and groups, by id. A group counts for everybody in it and in the groups inside it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sources {
    pub roles: Vec<i64>,
    pub groups: Vec<i64>,
}

impl Sources {
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.roles.is_empty() && self.groups.is_empty()
    }

    /// With the groups of an organization, or of none, that confer the roles.
    pub async fn with_conferring(
        mut self,
        tx: &mut Tx,
        organization: OrganizationId,
    ) -> Result<Self> {
        let mut sql = Sql::new(
            "select distinct gr.group_id from group_roles gr join groups g on g.id = gr.group_id
             where (g.organization_id is null or g.organization_id = ",
        );
        sql.push_value(organization)
            .push(") and gr.role_id in ")
            .push_ids(self.roles.iter().copied());
        self.groups.extend(sql.ints(tx).await?);
        Ok(self)
    }

    /// Over `users u`: has one of them.
    fn held(&self) -> Sql {
        let mut sql = Sql::new(
            "(exists (select 1 from user_roles m where m.user_id = u.id and m.role_id in ",
        );
        sql.push_ids(self.roles.iter().copied()).push(
            ") or exists (select 1 from group_users m
                join group_closure c on c.descendant_id = m.group_id
                where m.user_id = u.id and c.ancestor_id in ",
        );
        sql.push_ids(self.groups.iter().copied()).push("))");
        sql
    }

    /// The ids of those who have one of them, some more than once.
    fn holders(&self) -> Sql {
        let mut sql = Sql::new("select m.user_id from user_roles m where m.role_id in ");
        sql.push_ids(self.roles.iter().copied()).push(
            " union all select m.user_id from group_closure c
              join group_users m on m.group_id = c.descendant_id where c.ancestor_id in ",
        );
        sql.push_ids(self.groups.iter().copied());
        sql
    }
}

/// Whom a level must reach: the record's owner and units, in the organization worked in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reached {
    pub owner: Option<UserId>,
    pub units: Vec<UnitId>,
}

impl Reached {
    /// Over `users u`: a level of theirs reaches the record. Only units of the organization worked in count.
    fn by(&self, level: Level, organization: OrganizationId) -> Sql {
        let mut sql = Sql::new("(");
        match self.owner {
            Some(owner) => sql.push("u.id = ").push_value(owner),
            None => sql.push("1 = 0"),
        };
        if level == Level::Unit {
            sql.push(
                " or exists (select 1 from user_units m join units n on n.id = m.unit_id
                  where m.user_id = u.id and n.organization_id = ",
            )
            .push_value(organization)
            .push(" and m.unit_id in ")
            .push_ids(self.units.iter().map(|unit| unit.0))
            .push(")");
        }
        if level == Level::Division {
            sql.push(
                " or exists (select 1 from user_units m join units n on n.id = m.unit_id
                  join unit_closure c on c.ancestor_id = m.unit_id
                  where m.user_id = u.id and n.organization_id = ",
            )
            .push_value(organization)
            .push(" and c.descendant_id in ")
            .push_ids(self.units.iter().map(|unit| unit.0))
            .push(")");
        }
        sql.push(")");
        sql
    }
}

/// What makes somebody able.
#[derive(Clone, Debug)]
pub struct Wanted {
    pub organization: OrganizationId,
    /// What gives it, with the highest level of each; levels that can't reach the record are left out.
    pub grants: BTreeMap<Level, Sources>,
    /// Users whose own entries give it.
    pub own: Vec<UserId>,
    pub denied: Sources,
    /// `None` where every level that is left reaches the record, or no record is asked about.
    pub reached: Option<Reached>,
    /// Where in a tree they must start; `None` where it is no tree.
    pub start: Option<Start>,
}

/// Who starts where a node lies.
#[derive(Clone, Debug)]
pub struct Start {
    pub tree: String,
    /// The nodes on the way to it, without the root.
    pub way: Vec<i64>,
    /// Of the users who have own start nodes in the tree, those who start there.
    pub own: Vec<UserId>,
}

impl Wanted {
    fn all_grants(&self) -> Sources {
        let mut all = Sources::default();
        for sources in self.grants.values() {
            all.roles.extend(&sources.roles);
            all.groups.extend(&sources.groups);
        }
        all
    }

    /// Over `users u` and `user_states s`.
    fn condition(&self, seen: &Scope) -> Sql {
        let mut sql = Sql::new(
            "s.enabled and s.deleted_at = 0 and exists (
                select 1 from user_organizations m join organizations o on o.id = m.organization_id
                where m.user_id = u.id and o.enabled and o.id = ",
        );
        sql.push_value(self.organization)
            .push(") and ")
            .push_sql(&seen.users())
            .push(" and (u.id in ")
            .push_ids(self.own.iter().map(|user| user.0));
        for (level, sources) in &self.grants {
            sql.push(" or (").push_sql(&sources.held());
            if let Some(reached) = &self.reached
                && *level < Level::Organization
            {
                sql.push(" and ")
                    .push_sql(&reached.by(*level, self.organization));
            }
            sql.push(")");
        }
        sql.push(")");
        if !self.denied.is_empty() {
            sql.push(" and not ").push_sql(&self.denied.held());
        }
        if let Some(start) = &self.start {
            sql.push(
                " and (u.id in ",
            )
            .push_ids(start.own.iter().map(|user| user.0))
            .push(
                " or (not exists (select 1 from start_nodes n where n.user_id = u.id and n.tree = ",
            )
            .push_value(&start.tree)
            .push(
                ") and exists (select 1 from group_users m
                    join group_closure c on c.descendant_id = m.group_id
                    join groups g on g.id = c.ancestor_id
                    join start_nodes n on n.group_id = c.ancestor_id
                    where m.user_id = u.id and (g.organization_id is null or g.organization_id = ",
            )
            .push_value(self.organization)
            .push(") and n.tree in ('*', ")
            .push_value(&start.tree)
            .push(") and (n.node_id is null or n.node_id in ")
            .push_ids(start.way.iter().copied())
            .push("))))");
        }
        sql
    }
}

/// The first of those who are able, by username, and how many there are: at most one above the cap.
pub async fn able(
    tx: &mut Tx,
    seen: &Scope,
    wanted: &Wanted,
    limit: i64,
    cap: i64,
) -> Result<(Vec<(UserId, String, String)>, i64)> {
    let all = wanted.all_grants();
    let mut probe = Sql::new("select count(*) from (select 1 from (");
    probe
        .push_sql(&all.holders())
        .push(") as h limit ")
        .push_value(FEW + 1)
        .push(") as p");
    let is_few = probe.int(tx).await? <= FEW;
    let own: Vec<i64> = wanted.own.iter().map(|user| user.0).collect();
    let from = |select: &'static str| {
        let mut sql = Sql::new(select);
        sql.push(" from users u join user_states s on s.user_id = u.id where ");
        if is_few {
            sql.push("u.id in (")
                .push_sql(&all.holders())
                .push(" union all ")
                .push_sql(&these(&own))
                .push(") and ");
        }
        sql.push_sql(&wanted.condition(seen));
        sql
    };
    let mut page = from("select u.id, u.username, trim(u.first_name || ' ' || u.last_name)");
    page.push(" order by u.username_key limit ")
        .push_value(limit);
    let rows = page
        .all(tx, |row| Ok((UserId(row.int()?), row.text()?, row.text()?)))
        .await?;
    let mut count = Sql::new("select count(*) from (");
    count
        .push_sql(&from("select 1"))
        .push(" limit ")
        .push_value(cap + 1)
        .push(") as counted");
    Ok((rows, count.int(tx).await?))
}

/// Of the users who have own start nodes in a tree, those whose start nodes contain a node.
pub async fn own_starters(
    tx: &mut Tx,
    organization: OrganizationId,
    tree: &str,
    path: &NodePath,
) -> Result<Vec<UserId>> {
    let own = Sql::new(
        "select user_id, node_id from start_nodes where tree = $1 and user_id is not null",
    )
    .bind(tree)
    .all(tx, |row| Ok((row.int()?, row.optional_int()?)))
    .await?;
    let mut of_groups = Sql::new(
        "select m.user_id, n.node_id from start_nodes n
         join groups g on g.id = n.group_id
         join group_closure c on c.ancestor_id = n.group_id
         join group_users m on m.group_id = c.descendant_id
         where n.tree in ('*', ",
    );
    of_groups
        .push_value(tree)
        .push(") and (g.organization_id is null or g.organization_id = ")
        .push_value(organization)
        .push(") and m.user_id in (select o.user_id from start_nodes o where o.tree = ")
        .push_value(tree)
        .push(" and o.user_id is not null)");
    let of_groups = of_groups
        .all(tx, |row| Ok((row.int()?, row.optional_int()?)))
        .await?;
    let nodes: Vec<i64> = own
        .iter()
        .chain(&of_groups)
        .filter_map(|(_, node)| *node)
        .collect();
    let paths = super::nodes::paths(tx, &nodes).await?;
    let path_of = |node: Option<i64>| {
        node.and_then(|id| paths.get(&id))
            .cloned()
            .unwrap_or_default()
    };
    let mut starts: BTreeMap<i64, (Vec<NodePath>, Vec<NodePath>)> = BTreeMap::new();
    for (user, node) in own {
        starts.entry(user).or_default().1.push(path_of(node));
    }
    for (user, node) in of_groups {
        if let Some(both) = starts.get_mut(&user) {
            both.0.push(path_of(node));
        }
    }
    Ok(starts
        .into_iter()
        .filter(|(_, (of_groups, own))| {
            effective_starts(of_groups, own)
                .iter()
                .any(|start| start.contains(path))
        })
        .map(|(user, _)| UserId(user))
        .collect())
}
