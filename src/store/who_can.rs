//! Who has a right: users found by what gives it to them, as one set.

use super::members::these;
use super::sql::Sql;
use super::{Result, Scope, Tx, users};
use crate::domain::nodes::{NodePath, effective_starts};
use crate::domain::permission::{Level, Source, SourceKind, Word};
use crate::domain::user::UserState;
use crate::domain::{OrganizationId, UnitId, UserId};
use std::collections::BTreeMap;

/// So many candidates are sorted to be listed; where there are more, all users are walked in the order of the list.
const FEW: i64 = 10_000;
/// So many candidates are looked at to be counted; where there are more, all users are, for most of them count.
const SOME: i64 = 100_000;

/// Roles and groups, by id. Once they are [spread](Self::spread), a group counts for those who are directly in it.
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

    /// With every group whose members have one of them: those of an organization, or of none, that confer the roles, and
    /// all that are inside.
    pub async fn spread(mut self, tx: &mut Tx, organization: OrganizationId) -> Result<Self> {
        if self.is_empty() {
            return Ok(self);
        }
        let mut sql = Sql::new(
            "select distinct c.descendant_id from group_closure c where c.ancestor_id in ",
        );
        sql.push_ids(self.groups.iter().copied())
            .push(
                " or c.ancestor_id in (select gr.group_id from group_roles gr
                    join groups g on g.id = gr.group_id
                    where (g.organization_id is null or g.organization_id = ",
            )
            .push_value(organization)
            .push(") and gr.role_id in ")
            .push_ids(self.roles.iter().copied())
            .push(")");
        self.groups = sql.ints(tx).await?;
        Ok(self)
    }

    fn push(&mut self, source: &Source) {
        match source.kind {
            SourceKind::Role => self.roles.push(source.id),
            SourceKind::Group => self.groups.push(source.id),
            SourceKind::User => {}
        }
    }

    /// The memberships `m` in them, as a table and the column that is among the ids; only of kinds that there are.
    fn memberships(&self) -> impl Iterator<Item = (&'static str, &[i64])> {
        [
            ("user_roles m where m.role_id in ", self.roles.as_slice()),
            ("group_users m where m.group_id in ", self.groups.as_slice()),
        ]
        .into_iter()
        .filter(|(_, ids)| !ids.is_empty())
    }

    /// Whether the user of this column has one of them.
    pub(super) fn held(&self, user: &'static str) -> Sql {
        let mut sql = Sql::new("(1 = 0");
        for (membership, ids) in self.memberships() {
            sql.push(" or exists (select 1 from ")
                .push(membership)
                .push_ids(ids.iter().copied())
                .push(" and m.user_id = ")
                .push(user)
                .push(")");
        }
        sql.push(")");
        sql
    }

    /// Those users and whoever has one of them, as a subquery of ids, some more than once.
    fn holders(&self, besides: &[UserId]) -> Sql {
        let mut sql = these(&besides.iter().map(|user| user.0).collect::<Vec<_>>());
        for (membership, ids) in self.memberships() {
            sql.push(" union all select m.user_id from ")
                .push(membership)
                .push_ids(ids.iter().copied());
        }
        sql
    }
}

/// What gives a right, with the highest level of each, and what denies it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Granting {
    pub grants: BTreeMap<Level, Sources>,
    pub denied: Sources,
}

impl Granting {
    /// What roles and groups say to an action on a resource, at a node of it; levels that don't count are left out.
    #[must_use]
    pub fn of(
        sources: &[Source],
        (action, resource): (&str, &str),
        node: Option<&NodePath>,
        counts: impl Fn(Level) -> bool,
    ) -> Self {
        let mut granting = Self::default();
        for source in sources {
            let word = source.word(action, resource, node);
            match (word, word.level()) {
                (Word::Denied(_), _) => granting.denied.push(source),
                (_, Some(level)) if counts(level) => {
                    granting.grants.entry(level).or_default().push(source);
                }
                _ => {}
            }
        }
        granting
    }

    /// Whether something gives it to the user of this column, denied or not.
    fn given(&self, user: &'static str) -> Sql {
        let mut sql = Sql::new("(1 = 0");
        for sources in self.grants.values() {
            sql.push(" or ").push_sql(&sources.held(user));
        }
        sql.push(")");
        sql
    }

    /// As [`Sources::spread`].
    pub async fn spread(self, tx: &mut Tx, organization: OrganizationId) -> Result<Self> {
        let mut grants = BTreeMap::new();
        for (level, sources) in self.grants {
            grants.insert(level, sources.spread(tx, organization).await?);
        }
        Ok(Self {
            grants,
            denied: self.denied.spread(tx, organization).await?,
        })
    }
}

/// What whoever acts on somebody must hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Covering {
    pub here: Granting,
    /// Besides, for whoever may sign in to another organization: what counts there.
    pub elsewhere: Option<(OrganizationId, Granting)>,
}

impl Covering {
    /// As [`Sources::spread`].
    pub async fn spread(self, tx: &mut Tx, organization: OrganizationId) -> Result<Self> {
        let elsewhere = match self.elsewhere {
            Some((place, there)) => Some((place, there.spread(tx, place).await?)),
            None => None,
        };
        Ok(Self {
            here: self.here.spread(tx, organization).await?,
            elsewhere,
        })
    }

    /// Over `user_states s`, whose user this column names: has it, and nothing denies it.
    fn held(&self, user: &'static str) -> Sql {
        let mut sql = Sql::new("((");
        sql.push_sql(&self.here.given(user));
        if let Some((place, there)) = &self.elsewhere {
            let enters = standing(user, *place);
            sql.push(" or ")
                .push_sql(&there.given(user))
                .push(" and ")
                .push_sql(&enters)
                .push(") and not (")
                .push_sql(&there.denied.held(user))
                .push(" and ")
                .push_sql(&enters);
        }
        sql.push(") and not ")
            .push_sql(&self.here.denied.held(user))
            .push(")");
        sql
    }
}

/// Over `user_states s`, whose user this column names: has rights in an organization at all.
pub(super) fn standing(user: &'static str, organization: OrganizationId) -> Sql {
    let mut sql = Sql::new(
        "s.enabled and s.deleted_at = 0 and exists (select 1 from organizations o where o.enabled and o.id = ",
    );
    // With an offset PostgreSQL asks for each candidate, and doesn't collect everybody of the organization beforehand.
    sql.push_value(organization)
        .push(") and exists (select 1 from user_organizations m where m.user_id = ")
        .push(user)
        .push(" and m.organization_id = ")
        .push_value(organization)
        .push(" limit 1 offset 0)");
    sql
}

/// Whom a level must reach: the record's owner and units, in the organization worked in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reached {
    pub owner: Option<UserId>,
    pub units: Vec<UnitId>,
}

impl Reached {
    /// Whom [`by`](Self::by) finds, as a subquery of ids.
    fn people(&self, level: Level, organization: OrganizationId) -> Sql {
        let mut sql = Sources::default().holders(self.owner.as_slice());
        let units = || self.units.iter().map(|unit| unit.0);
        let by_unit = match level {
            Level::Unit => {
                " union all select m.user_id from user_units m join units n on n.id = m.unit_id
                  where m.unit_id in "
            }
            Level::Division => {
                " union all select m.user_id from unit_closure c
                  join user_units m on m.unit_id = c.ancestor_id
                  join units n on n.id = m.unit_id where c.descendant_id in "
            }
            _ => return sql,
        };
        sql.push(by_unit)
            .push_ids(units())
            .push(" and n.organization_id = ")
            .push_value(organization);
        sql
    }

    /// Whether a level of the user of this column reaches the record. Only units of the organization worked in count.
    fn by(&self, level: Level, user: &'static str, organization: OrganizationId) -> Sql {
        let mut sql = Sql::new("(");
        match self.owner {
            Some(owner) => sql.push(user).push(" = ").push_value(owner),
            None => sql.push("1 = 0"),
        };
        let (join, unit) = match level {
            Level::Unit => ("", " and m.unit_id in "),
            Level::Division => (
                " join unit_closure c on c.ancestor_id = m.unit_id",
                " and c.descendant_id in ",
            ),
            _ => {
                sql.push(")");
                return sql;
            }
        };
        sql.push(" or exists (select 1 from user_units m join units n on n.id = m.unit_id")
            .push(join)
            .push(" where m.user_id = ")
            .push(user)
            .push(" and n.organization_id = ")
            .push_value(organization)
            .push(unit)
            .push_ids(self.units.iter().map(|unit| unit.0))
            .push("))");
        sql
    }
}

/// What makes somebody able.
#[derive(Clone, Debug)]
pub struct Wanted {
    pub organization: OrganizationId,
    /// What gives it; levels that can't reach the record are left out.
    pub granting: Granting,
    /// Users whose own entries give it.
    pub own: Vec<UserId>,
    /// `None` where every level that is left reaches the record, or no record is asked about.
    pub reached: Option<Reached>,
    /// On whom it is done: nobody needs power over themselves.
    pub acted_on: Option<UserId>,
    /// But nobody does it to themselves.
    pub is_for_others: bool,
    /// What everybody else must hold besides: as much as is held over others by whom it is done to.
    pub covering: Vec<Covering>,
    /// Where in a tree they must start; `None` where it is no tree.
    pub start: Option<Start>,
}

/// Who starts where a node lies.
#[derive(Clone, Debug)]
pub struct Start {
    pub tree: String,
    /// The groups whose members start there.
    pub groups: Sources,
    /// Of the users who have own start nodes in the tree, those who start there.
    pub own: Vec<UserId>,
}

/// Those among whom all are who are able.
struct Candidates {
    /// A subquery of ids, some more than once.
    ids: Sql,
    /// Each was given the right, at a level that reaches the record.
    were_given: bool,
    /// Each starts where the node lies, unless by a group while own start nodes count.
    start: bool,
}

impl Wanted {
    /// `None` where they are more than so many.
    async fn candidates(&self, tx: &mut Tx, most: i64) -> Result<Option<Candidates>> {
        let mut ids = Sources::default().holders(&self.own);
        let mut were_given = true;
        for (level, sources) in &self.granting.grants {
            let holders = sources.holders(&[]);
            let near = self
                .reached
                .as_ref()
                .filter(|_| *level < Level::Organization);
            were_given = were_given && near.is_none();
            let part = match near.map(|reached| reached.people(*level, self.organization)) {
                _ if holders.is_at_most(tx, most).await? => holders,
                Some(near) if near.is_at_most(tx, most).await? => near,
                _ => return Ok(None),
            };
            ids.push(" union all ").push_sql(&part);
        }
        let starters = match &self.start {
            Some(start) => {
                let starters = start.groups.holders(&start.own);
                starters.is_at_most(tx, most).await?.then_some(starters)
            }
            None => None,
        };
        let start = starters.is_some();
        if let Some(starters) = starters {
            let mut both = Sql::new("select given.id from (");
            both.push_sql(&ids)
                .push(") as given intersect select starting.id from (")
                .push_sql(&starters)
                .push(") as starting");
            ids = both;
        }
        Ok(Some(Candidates {
            ids,
            were_given,
            start,
        }))
    }

    /// Over `user_states s`, and of the user of this column; of candidates only what isn't known of them.
    fn condition(&self, seen: &Scope, user: &'static str, candidates: Option<&Candidates>) -> Sql {
        let mut sql = seen.states();
        if let Some(candidates) = candidates {
            sql.push(" and ")
                .push(user)
                .push(" in (")
                .push_sql(&candidates.ids)
                .push(")");
        }
        if !candidates.is_some_and(|candidates| candidates.were_given) {
            self.push_given(&mut sql, user);
        }
        if !self.granting.denied.is_empty() {
            sql.push(" and not ")
                .push_sql(&self.granting.denied.held(user));
        }
        if self.is_for_others && self.acted_on.is_some() {
            sql.push(" and ")
                .push(user)
                .push(" <> ")
                .push_value(self.acted_on);
        }
        for held in &self.covering {
            sql.push(" and (")
                .push(user)
                .push(" = ")
                .push_value(self.acted_on)
                .push(" or (")
                .push_sql(&held.held(user))
                .push("))");
        }
        if let Some(start) = &self.start {
            sql.push(" and (")
                .push(user)
                .push(" in ")
                .push_ids(start.own.iter().map(|own| own.0))
                .push(" or (not exists (select 1 from start_nodes n where n.user_id = ")
                .push(user)
                .push(" and n.tree in ('*', ")
                .push_value(&start.tree)
                .push("))");
            if !candidates.is_some_and(|candidates| candidates.start) {
                sql.push(" and ").push_sql(&start.groups.held(user));
            }
            sql.push("))");
        }
        // At the end, for PostgreSQL tests in this order what it takes to cost the same.
        sql.push(" and ")
            .push_sql(&standing(user, self.organization));
        sql
    }

    fn push_given(&self, sql: &mut Sql, user: &'static str) {
        sql.push(" and (")
            .push(user)
            .push(" in ")
            .push_ids(self.own.iter().map(|own| own.0));
        for (level, sources) in &self.granting.grants {
            sql.push(" or (").push_sql(&sources.held(user));
            if let Some(reached) = &self.reached
                && *level < Level::Organization
            {
                sql.push(" and ")
                    .push_sql(&reached.by(*level, user, self.organization));
            }
            sql.push(")");
        }
        sql.push(")");
    }
}

/// One who is able.
#[derive(Clone, Debug)]
pub struct AbleRecord {
    pub user: UserId,
    pub username: String,
    pub name: String,
    pub state: UserState,
}

/// The first of those who are able, by username, and how many there are: at most one above the cap.
pub async fn able(
    tx: &mut Tx,
    seen: &Scope,
    wanted: &Wanted,
    limit: i64,
    cap: i64,
) -> Result<(Vec<AbleRecord>, i64)> {
    tx.plan_for_values().await?;
    let few = wanted.candidates(tx, FEW).await?;
    let mut page = Sql::new("select u.id, u.username, trim(u.first_name || ' ' || u.last_name), ");
    page.push(users::STATE)
        .push(" from users u join user_states s on s.user_id = u.id where ")
        .push_sql(&wanted.condition(seen, "u.id", few.as_ref()))
        .push(" order by u.username_key limit ")
        .push_value(limit);
    let rows = page
        .all(tx, |row| {
            let user = UserId(row.int()?);
            Ok(AbleRecord {
                user,
                username: row.text()?,
                name: row.text()?,
                state: users::state(row, user)?,
            })
        })
        .await?;
    let some = match few {
        Some(few) => Some(few),
        None => wanted.candidates(tx, SOME).await?,
    };
    let mut count = Sql::new("select count(*) from (select 1 from user_states s where ");
    count
        .push_sql(&wanted.condition(seen, "s.user_id", some.as_ref()))
        .push(" limit ")
        .push_value(cap + 1)
        .push(") as counted");
    Ok((rows, count.int(tx).await?))
}

/// The groups whose members start where a node lies, by the ids on the way to it.
pub async fn starting_groups(
    tx: &mut Tx,
    organization: OrganizationId,
    tree: &str,
    way: &[i64],
) -> Result<Sources> {
    let mut sql = Sql::new(
        "select distinct c.descendant_id from start_nodes n
         join groups g on g.id = n.group_id
         join group_closure c on c.ancestor_id = g.id
         where (g.organization_id is null or g.organization_id = ",
    );
    sql.push_value(organization)
        .push(") and n.tree in ('*', ")
        .push_value(tree)
        .push(") and (n.node_id is null or n.node_id in ")
        .push_ids(way.iter().copied())
        .push(")");
    Ok(Sources {
        roles: Vec::new(),
        groups: sql.ints(tx).await?,
    })
}

/// Of the users who have own start nodes in a tree, those whose start nodes contain a node.
pub async fn own_starters(
    tx: &mut Tx,
    organization: OrganizationId,
    tree: &str,
    path: &NodePath,
) -> Result<Vec<UserId>> {
    let own = Sql::new(
        "select user_id, node_id from start_nodes where tree in ('*', $1) and user_id is not null",
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
        .push(") and m.user_id in (select o.user_id from start_nodes o where o.tree in ('*', ")
        .push_value(tree)
        .push(") and o.user_id is not null)");
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
