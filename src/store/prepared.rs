//! How the matches of a filter over users are found.
//!
//! Lists **probe, then choose**: the indexes that the filter names are asked for up to [`PROBE_MAX`] ids. Fewer: those are
//! sorted. More: the index of the sort order is walked (see `walk`). Whoever reads all matches goes through what the look-ups
//! of up to [`DRIVER_MAX`] ids have in common, and through all users where there is none.

use super::sql::{Sql, json_array};
use super::user_filter::Condition;
use super::users::UserSort;
use super::{Reach, Result, Scope, Tx};
use crate::domain::Time;

/// Ids of an index that are sorted, where a filter names it, before the order of a list is walked.
pub const PROBE_MAX: usize = 10_000;

/// Users in sight who are sorted where no filter is set. Of more, and nothing but the place to be looked at, the walk is
/// shorter: it passes 0.1 microseconds a row, and sorting takes 2.5 (measured among 1,000,000).
const SIGHT_PROBE_MAX: usize = 2_000;

/// Ids of an index that are all looked at instead of all users.
pub const DRIVER_MAX: usize = 100_000;

/// The same where they may be out of sight, which the states say: of so many they lie close together, and each takes 0.5
/// microseconds, and each of all users as they lie 0.35 (measured among 1,000,000).
const SIGHT_DRIVER_MAX: usize = 300_000;

/// So many ids are compared while one user is looked at.
const IDS_PER_USER: i64 = 8;

/// Ids as they travel to the engine: a JSON array, each once.
#[derive(Clone, Debug)]
pub struct Ids {
    json: String,
    number: usize,
}

impl Ids {
    #[must_use]
    pub fn of(mut ids: Vec<i64>) -> Self {
        ids.sort_unstable();
        ids.dedup();
        Self {
            number: ids.len(),
            json: json_array(ids),
        }
    }

    /// What a look-up finds, in one row, unless it is more than so many.
    pub async fn found(tx: &mut Tx, look_up: &Sql, most: usize) -> Result<Option<Self>> {
        let mut sql = Sql::new("with probe (id) as (select * from (");
        sql.push_sql(look_up)
            .push(") as r limit ")
            .push_value(number(most) + 1)
            .push(") select count(*), {ids} from probe");
        let (found, json) = sql.one(tx, |row| Ok((row.int()?, row.text()?))).await?;
        let number = usize::try_from(found).unwrap_or(usize::MAX);
        Ok((number <= most).then_some(Self { json, number }))
    }
}

/// The condition of a list, and how its matches are found.
#[derive(Clone, Debug)]
pub struct Prepared {
    pub scope: Scope,
    /// What is asked beside the scope, over `users u` and `user_states s`.
    pub condition: Sql,
    /// Whether that is more than not to be in the bin.
    pub is_filtered: bool,
    /// Whether those in the bin don't count.
    pub hides_deleted: bool,
    /// The candidates, where they were named or are few.
    pub ids: Option<Ids>,
    /// An index look-up that holds all candidates, some more than once, and how many ids it finds; fewer, where it is in the
    /// time that it takes.
    pub driver: Option<(Sql, i64)>,
    /// Look-ups of the filter that hold all candidates, and that nobody has counted yet.
    pub uncounted: Vec<Sql>,
    /// How many are in sight, once that was counted, where they are at most [`DRIVER_MAX`].
    pub seen: Option<i64>,
}

impl Prepared {
    /// A condition of which nothing is known, or whose candidates are these.
    #[must_use]
    pub const fn new(condition: Sql, ids: Option<Ids>) -> Self {
        Self {
            scope: Scope::system(),
            condition,
            is_filtered: true,
            hides_deleted: false,
            ids,
            driver: None,
            uncounted: Vec::new(),
            seen: None,
        }
    }

    /// The same once it is counted what holds the candidates. What several look-ups hold, where neither has too many, is
    /// looked for in what they have in common: to compare ids costs a tenth of looking at a user.
    pub(super) async fn counted(mut self, tx: &mut Tx) -> Result<Self> {
        if self.driver.is_some() || self.ids.is_some() {
            return Ok(self);
        }
        let (mut found, mut most) = (Vec::new(), DRIVER_MAX);
        if let Some(in_sight) = self.scope.user_ids() {
            found.extend(within(tx, in_sight, DRIVER_MAX).await?);
            self.seen = found.first().map(|(_, ids)| *ids);
            most = SIGHT_DRIVER_MAX;
        }
        for look_up in std::mem::take(&mut self.uncounted) {
            found.extend(within(tx, look_up, most).await?);
        }
        self.driver = common(found);
        Ok(self)
    }

    /// Whether more are in sight than are sorted where nothing is filtered, as a condition; `None` where everybody is.
    pub(super) fn sees_many(&self) -> Option<Sql> {
        self.scope.sees_more_than(number(SIGHT_PROBE_MAX))
    }

    /// The same once those in sight are looked up, where they are not [many](Self::sees_many); whoever asks is one more.
    pub(super) async fn with_sight(mut self, tx: &mut Tx) -> Result<Self> {
        if let Some(in_sight) = self.scope.user_ids() {
            self.driver = within(tx, in_sight, SIGHT_PROBE_MAX + 1).await?;
        }
        Ok(self)
    }

    /// Whether the matches are few: then they are sorted instead of walked to.
    #[must_use]
    pub fn is_few(&self) -> bool {
        let is_few = |ids: i64| ids <= number(PROBE_MAX);
        self.ids.is_some() || self.driver.as_ref().is_some_and(|(_, ids)| is_few(*ids))
    }

    /// Appends ` from … where …` over `users u` and `user_states s` for a walk in the order of one of them.
    ///
    /// SQLite takes the order of a cross join at its word, here and below.
    pub(super) fn push_walk(&self, sql: &mut Sql, sort: UserSort) {
        let scope = if sort.is_of_state() {
            sql.push(" from user_states s")
                .push(sort.index())
                .push(" cross join users u where u.id = s.user_id and ");
            self.scope.states()
        } else {
            sql.push(" from users u")
                .push(sort.index())
                .push(" cross join user_states s where s.user_id = u.id and ");
            self.scope.users()
        };
        sql.push_sql(&scope).push(" and ").push_sql(&self.condition);
    }

    /// The same for whoever only counts: where nothing is filtered, the states say enough.
    pub fn push_counted(&self, sql: &mut Sql) {
        if self.is_filtered || self.ids.is_some() {
            return self.push_candidates(sql);
        }
        sql.push(" from user_states s where ");
        if let Some((driver, _)) = &self.driver {
            sql.push("s.user_id in (").push_sql(driver).push(") and ");
        }
        let scope = self.scope.states();
        sql.push_sql(&scope).push(" and ").push_sql(&self.condition);
    }

    /// The same for whoever reads all matches, in whatever order. Candidates who may be out of sight are looked up in the
    /// states first, which lie closer together than the users and say where these belong.
    pub fn push_candidates(&self, sql: &mut Sql) {
        let (tables, scope) = if self.scope.reach == Reach::All {
            ("users u cross join user_states s", self.scope.users())
        } else {
            ("user_states s cross join users u", self.scope.states())
        };
        match (&self.ids, &self.driver) {
            (Some(ids), _) => {
                sql.push(" from ")
                    .push_json(ids.json.clone())
                    .push(" cross join ")
                    .push(tables)
                    .push(" where s.user_id = cast(elements.value as bigint) and u.id = s.user_id");
            }
            (None, Some((driver, _))) => {
                sql.push(" from ")
                    .push(tables)
                    .push(" where s.user_id in (")
                    .push_sql(driver)
                    .push(") and u.id = s.user_id");
            }
            (None, None) => {
                sql.push(
                    " from users u{unindexed} cross join user_states s where s.user_id = u.id",
                );
            }
        }
        sql.push(" and ").push_sql(&scope).push(" and ");
        sql.push_sql(&self.condition);
    }
}

/// As [`prepare`], for whoever reads all matches.
pub async fn prepare_all(
    tx: &mut Tx,
    scope: &Scope,
    filter: &Condition,
    now: Time,
) -> Result<Prepared> {
    let prepared = prepare(tx, scope, filter, now).await?;
    prepared.counted(tx).await
}

/// Joins scope and filter, and probes the indexes that the filter names, for a page of a list: it is walked to before those in
/// sight would be counted, for most operators see many.
pub async fn prepare(
    tx: &mut Tx,
    scope: &Scope,
    filter: &Condition,
    now: Time,
) -> Result<Prepared> {
    let hides_deleted = !filter.names_deleted();
    let mut condition = Sql::new(if hides_deleted {
        "{walked}s.status_rank > 0"
    } else {
        "1 = 1"
    });
    if let Condition::Users(ids) = filter {
        let ids = Ids::of(ids.iter().map(|id| id.0).collect());
        return Ok(Prepared {
            scope: scope.clone(),
            hides_deleted,
            ..Prepared::new(condition, Some(ids))
        });
    }
    let is_filtered = *filter != Condition::All;
    if is_filtered {
        tx.plan_for_values().await?;
        condition
            .push(" and (")
            .push_sql(&filter.sql(now))
            .push(")");
    }
    let mut prepared = Prepared {
        scope: scope.clone(),
        is_filtered,
        hides_deleted,
        uncounted: filter.drivers(scope.within(), tx.is_postgres()),
        ..Prepared::new(condition, None)
    };
    for look_up in &prepared.uncounted {
        let most = prepared.ids.as_ref().map_or(PROBE_MAX, |ids| ids.number);
        if let Some(ids) = Ids::found(tx, look_up, most).await? {
            prepared.ids = Some(ids);
        }
    }
    Ok(prepared)
}

/// A look-up with the number of its ids, unless they are more than these.
async fn within(tx: &mut Tx, look_up: Sql, most: usize) -> Result<Option<(Sql, i64)>> {
    let ids = look_up.count_to(tx, number(most)).await?;
    Ok((ids <= number(most)).then_some((look_up, ids)))
}

/// The ids that all of these have, and about how many users could be looked at meanwhile.
fn common(mut look_ups: Vec<(Sql, i64)>) -> Option<(Sql, i64)> {
    let first = look_ups.pop()?;
    if look_ups.is_empty() {
        return Some(first);
    }
    let (mut sql, mut all) = (Sql::new("select * from ("), first.1);
    sql.push_sql(&first.0).push(") as r");
    for (look_up, ids) in look_ups {
        sql.push(" intersect select * from (")
            .push_sql(&look_up)
            .push(") as r");
        all += ids;
    }
    Some((sql, all / IDS_PER_USER))
}

fn number(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
