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
    /// How many ids that is.
    pub driver_ids: i64,
    /// What nobody has counted yet: look-ups that hold all candidates, those in sight last.
    pub unmeasured: Vec<Sql>,
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
            driver_ids: 0,
            unmeasured: Vec::new(),
        }
    }

    /// The same once it is counted what holds the candidates: the smallest of it leads to them, and few in all of it are
    /// sorted. Ids are asked for only where they are few, for most operators see many, whose ids nobody wants.
    pub(super) async fn measured(mut self, tx: &mut Tx) -> Result<Self> {
        let look_ups = std::mem::take(&mut self.unmeasured);
        let several = look_ups.len() > 1;
        let mut smallest = number(DRIVER_MAX);
        for look_up in look_ups {
            let ids = look_up.count_to(tx, smallest).await?;
            if ids <= smallest {
                smallest = ids;
                self.driver = Some(look_up);
            }
        }
        let Some(driver) = &self.driver else {
            return Ok(self);
        };
        self.driver_ids = smallest;
        if smallest <= number(PROBE_MAX) {
            self.few = Some(unique(driver.clone().ints(tx).await?));
        } else if several {
            let mut matches = Sql::new("select u.id");
            self.push_from_candidates(&mut matches);
            self.few = at_most(tx, &matches, PROBE_MAX).await?;
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
    let unmeasured = match few {
        Some(_) => Vec::new(),
        None => drivers.into_iter().chain(scope.user_ids()).collect(),
    };
    Ok(Prepared {
        unmeasured,
        ..Prepared::new(condition, few)
    })
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
