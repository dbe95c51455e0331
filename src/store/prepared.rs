//! How the matches of a filter over users are found.
//!
//! Lists **probe, then choose**: the most selective index that the filter and the scope name is asked for up to
//! [`PROBE_MAX`] ids. Fewer: those are sorted. More: the index of the sort order is walked, and the walk stops after a
//! page. Two conditions of which each is met by many are met together by few: they are looked for in the smaller of
//! their indexes, as long as that has at most [`DRIVER_MAX`] ids.

use super::sql::Sql;
use super::user_filter::Condition;
use super::{Result, Scope, Tx};
use crate::domain::Time;

/// Ids an index is asked for before the walk in sort order is the better way.
pub const PROBE_MAX: usize = 10_000;

/// Ids of an index that are all looked at where a walk in sort order finds too little.
pub const DRIVER_MAX: usize = 100_000;

/// The condition of a list, and how its matches are found.
#[derive(Clone, Debug)]
pub struct Prepared {
    pub condition: Sql,
    /// The candidates, where they are few: the condition is asked of these alone.
    pub few: Option<Vec<i64>>,
    /// Where they aren't: an index look-up that holds them all and not many more, some more than once.
    pub driver: Option<Sql>,
    /// The ids in sight, which nobody has counted yet.
    pub sight: Option<Sql>,
}

/// The table whose index is in the order of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Walk {
    Users,
    States,
}

impl Prepared {
    /// A condition of which nothing is known, or whose candidates are these.
    #[must_use]
    pub const fn new(condition: Sql, few: Option<Vec<i64>>) -> Self {
        Self {
            condition,
            few,
            driver: None,
            sight: None,
        }
    }

    /// The same once those in sight are counted. Whoever sees few people has them sorted; their ids are asked for only then,
    /// for most see many, whose ids nobody wants.
    pub(super) async fn measured(mut self, tx: &mut Tx) -> Result<Self> {
        if let Some(sight) = self.sight.take()
            && sight.is_at_most(tx, number(PROBE_MAX)).await?
        {
            self.few = Some(unique(sight.ints(tx).await?));
        }
        Ok(self)
    }

    /// Whether the matches are few: then they are sorted instead of walked to.
    #[must_use]
    pub const fn is_few(&self) -> bool {
        self.few.is_some()
    }

    /// The same, inside one organization.
    #[must_use]
    pub fn inside(&self, organization: i64) -> Self {
        let mut condition = Sql::new("u.organization_id = ");
        condition
            .push_value(organization)
            .push(" and ")
            .push_sql(&self.condition);
        Self {
            condition,
            ..self.clone()
        }
    }

    /// Appends ` from … where …` over `users u` and `user_states s`.
    ///
    /// SQLite takes the order of a cross join at its word, so the candidates, or the table that is walked, come first.
    pub fn push_from(&self, sql: &mut Sql, walk: Walk) {
        match (&self.few, walk) {
            (Some(ids), _) => {
                sql.push(" from ").push_id_elements(ids.iter().copied());
                sql.push(
                    " cross join users u cross join user_states s
                     where u.id = cast(elements.value as bigint) and s.user_id = u.id and ",
                );
            }
            (None, Walk::Users) => {
                sql.push(" from users u cross join user_states s where s.user_id = u.id and ");
            }
            (None, Walk::States) => {
                sql.push(" from user_states s cross join users u where u.id = s.user_id and ");
            }
        }
        sql.push_sql(&self.condition);
    }

    /// The same by what holds the candidates, where that is known: for whoever reads all matches, in whatever order.
    pub fn push_from_candidates(&self, sql: &mut Sql) {
        match (&self.few, &self.driver) {
            (None, Some(driver)) => {
                sql.push(" from users u cross join user_states s where u.id in (")
                    .push_sql(driver)
                    .push(") and s.user_id = u.id and ")
                    .push_sql(&self.condition);
            }
            _ => self.push_from(sql, Walk::Users),
        }
    }
}

/// Joins scope and filter, probes the indexes that they name, and chooses.
pub async fn prepare(
    tx: &mut Tx,
    scope: &Scope,
    filter: &Condition,
    now: Time,
) -> Result<Prepared> {
    let prepared = prepare_page(tx, scope, filter, now).await?;
    prepared.measured(tx).await
}

/// As [`prepare`], for a page of a list: most operators see many, and a page is walked to before those in sight would be
/// counted.
pub async fn prepare_page(
    tx: &mut Tx,
    scope: &Scope,
    filter: &Condition,
    now: Time,
) -> Result<Prepared> {
    let mut condition = scope.users();
    if !filter.names_deleted() {
        condition.push(" and s.deleted_at = 0");
    }
    if let Condition::Users(ids) = filter {
        let few = Some(unique(ids.iter().map(|id| id.0).collect()));
        return Ok(Prepared::new(condition, few));
    }
    if *filter != Condition::All {
        condition
            .push(" and (")
            .push_sql(&filter.sql(now))
            .push(")");
    }
    let drivers = filter.drivers(tx.is_postgres());
    let mut few: Option<Vec<i64>> = None;
    for driver in &drivers {
        let most = few.as_ref().map_or(PROBE_MAX, Vec::len);
        if let Some(ids) = at_most(tx, driver, most).await? {
            few = Some(unique(ids));
        }
    }
    let mut prepared = Prepared::new(condition, few);
    if prepared.few.is_none() {
        prepared.sight = scope.user_ids();
    }
    if prepared.few.is_none() && !drivers.is_empty() {
        prepared = prepared.measured(tx).await?;
        meet(tx, scope, drivers, &mut prepared).await?;
    }
    Ok(prepared)
}

/// Finds the smallest of several look-ups of which none has few, and whether few are in all of them.
async fn meet(
    tx: &mut Tx,
    scope: &Scope,
    mut drivers: Vec<Sql>,
    prepared: &mut Prepared,
) -> Result<()> {
    if prepared.is_few() {
        return Ok(());
    }
    drivers.extend(scope.user_ids());
    let several = drivers.len() > 1;
    let mut smallest = number(DRIVER_MAX);
    for driver in drivers {
        let mut count = Sql::new("select count(*) from (select 1 from (");
        count
            .push_sql(&driver)
            .push(") as r limit ")
            .push_value(smallest + 1)
            .push(") as probe");
        let ids = count.int(tx).await?;
        if ids <= smallest {
            smallest = ids;
            prepared.driver = Some(driver);
        }
    }
    if several && prepared.driver.is_some() {
        let mut matches = Sql::new("select u.id");
        prepared.push_from_candidates(&mut matches);
        prepared.few = at_most(tx, &matches, PROBE_MAX).await?;
    }
    Ok(())
}

/// The ids that a look-up finds, unless they are more than these.
async fn at_most(tx: &mut Tx, look_up: &Sql, most: usize) -> Result<Option<Vec<i64>>> {
    let mut probe = Sql::new("select * from (");
    probe
        .push_sql(look_up)
        .push(") as found limit ")
        .push_value(number(most + 1));
    let ids = probe.ints(tx).await?;
    Ok((ids.len() <= most).then_some(ids))
}

fn number(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// Somebody can be in two groups, and is one match all the same.
fn unique(mut ids: Vec<i64>) -> Vec<i64> {
    ids.sort_unstable();
    ids.dedup();
    ids
}
