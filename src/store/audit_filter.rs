//! Lists of the audit, newest first: every condition has an index, or stops early on a walk along the sequence.
//!
//! As with users, lists **probe, then choose**: of the conditions that have an index, the one with the fewest entries is
//! walked, and the others are compared. Each index ends on the sequence, so that a walk stops after a page.

use super::audit::{COLUMNS, read};
use super::scope::{Deeds, Reach};
use super::sql::{self, Sql};
use super::{Result, Scope, Tx};
use crate::domain::audit::{AuditRow, Hash};
use crate::domain::text::escape_like;
use crate::domain::{JobId, Time, UserId};

/// Entries that an index is asked for to see which has the fewest.
const PROBE_MAX: i64 = 10_000;

/// The sequence is in the order of time but for clocks that were set back: by no more than this.
const CLOCK_SLACK_SECONDS: i64 = 86_400;

/// What an audit list is narrowed to; empty fields don't narrow.
#[derive(Clone, Debug, Default)]
pub struct AuditFilter {
    pub operator: Option<Operator>,
    pub target: Option<Target>,
    /// Any of these; none at all where there is no limit to them.
    pub actions: Vec<String>,
    pub job: Option<JobId>,
    /// Any of these.
    pub outcomes: Vec<&'static str>,
    /// Each word as one of its folded forms in the names of operator and target. Rows with other letters than ASCII ones
    /// are found whatever they say: whoever asks looks at them again.
    pub words: Vec<Vec<String>>,
    pub since: Option<Time>,
    /// Before this time.
    pub until: Option<Time>,
    /// Older than this sequence.
    pub before: Option<i64>,
    /// Newer than this sequence, oldest first.
    pub after: Option<i64>,
    /// Not older than this sequence: where a walk stops early.
    pub floor: Option<i64>,
    pub limit: u32,
}

#[derive(Clone, Debug)]
pub enum Operator {
    Id(UserId),
    /// Of whoever has no account any more, the name in the row.
    Name(String),
}

/// A record that something was done to.
#[derive(Clone, Debug)]
pub struct Target {
    pub kind: &'static str,
    pub ids: Vec<i64>,
    /// Names under which it was asked for where it wasn't found: denied and failed requests have no id.
    pub names: Vec<String>,
}

impl Target {
    #[must_use]
    pub fn record(kind: &'static str, id: i64) -> Self {
        Self {
            kind,
            ids: vec![id],
            names: Vec::new(),
        }
    }
}

/// Newest first, or oldest first where `after` is given.
pub async fn list(
    tx: &mut Tx,
    scope: &Scope,
    filter: &AuditFilter,
) -> Result<Vec<(AuditRow, Hash)>> {
    let walks = fewest(tx, filter.choices(scope)).await?;
    let limits = limits(tx, filter, &walks).await?;
    let mut found = Vec::new();
    for walk in &walks {
        let mut sql = Sql::new(COLUMNS);
        sql.push_sql(&scope.deeds(Deeds::Audit));
        sql.push_sql(&walk.along());
        filter.push_compared(&mut sql);
        limits.push(&mut sql);
        sql.push(if filter.after.is_some() {
            " order by a.sequence limit "
        } else {
            " order by a.sequence desc limit "
        });
        sql.push_value(i64::from(filter.limit));
        found.extend(sql.all(tx, read).await?);
    }
    if walks.len() > 1 {
        found.sort_by_key(|(row, _)| row.sequence);
        found.dedup_by_key(|(row, _)| row.sequence);
        if filter.after.is_none() {
            found.reverse();
        }
        found.truncate(filter.limit as usize);
    }
    Ok(found)
}

/// Whether any entry in reach has this operator in its row, by name.
pub async fn has_operator(tx: &mut Tx, scope: &Scope, name: &str) -> Result<bool> {
    let mut sql = Sql::new("select 1 from audit a where ");
    sql.push_sql(&scope.deeds(Deeds::Audit))
        .push(" and a.operator_name = ")
        .push_value(name)
        .push(" limit 1");
    sql.exists(tx).await
}

/// Whether any entry in reach is about this target.
pub async fn has_target(tx: &mut Tx, scope: &Scope, target: &Target) -> Result<bool> {
    let filter = AuditFilter {
        target: Some(target.clone()),
        limit: 1,
        ..AuditFilter::default()
    };
    Ok(!list(tx, scope, &filter).await?.is_empty())
}

/// The ids of records that were deleted under this name.
pub async fn deleted(
    tx: &mut Tx,
    scope: &Scope,
    action: &'static str,
    name: &str,
) -> Result<Vec<i64>> {
    let mut sql = Sql::new("select distinct a.target_id from audit a where ");
    sql.push_sql(&scope.deeds(Deeds::Audit))
        .push(" and a.target_id is not null and a.action = ")
        .push_value(action)
        .push(" and a.target_name = ")
        .push_value(name);
    sql.ints(tx).await
}

pub async fn lookup(tx: &mut Tx, scope: &Scope, sequence: i64) -> Result<Option<(AuditRow, Hash)>> {
    let mut sql = Sql::new(COLUMNS);
    sql.push_sql(&scope.deeds(Deeds::Audit))
        .push(" and a.sequence = ")
        .push_value(sequence);
    sql.optional(tx, read).await
}

/// One walk along an index, or along the sequence itself.
#[derive(Clone, Debug)]
enum Walk {
    Whole,
    Operator(i64),
    OperatorName(String),
    Target(&'static str, i64),
    TargetName(&'static str, String),
    Action(String),
    Job(i64),
    /// One that is not `done`: of those there are few, and the index has no others.
    Outcome(&'static str),
    Organization(i64),
}

impl Walk {
    /// The condition by which the index is found.
    fn along(&self) -> Sql {
        let mut sql = Sql::default();
        match self {
            Self::Whole => {}
            Self::Operator(id) => {
                sql.push(" and a.operator_id = ").push_value(*id);
            }
            Self::OperatorName(name) => {
                sql.push(" and a.operator_name = ").push_value(name);
            }
            Self::Target(kind, id) => {
                sql.push(" and a.target_kind = ").push_value(*kind);
                sql.push(" and a.target_id = ").push_value(*id);
            }
            Self::TargetName(kind, name) => {
                sql.push(" and a.target_kind = ").push_value(*kind);
                sql.push(" and a.target_id is null and a.target_name = ")
                    .push_value(name);
            }
            Self::Action(action) => {
                sql.push(" and a.action = ").push_value(action);
            }
            Self::Job(id) => {
                sql.push(" and a.job_id = ").push_value(*id);
            }
            Self::Outcome(outcome) => {
                sql.push(" and a.outcome <> 'done' and a.outcome = ")
                    .push_value(*outcome);
            }
            Self::Organization(id) => {
                sql.push(" and a.organization_id = ").push_value(*id);
            }
        }
        sql
    }

    /// Whether it is so short that the bounds of time needn't be known.
    const fn is_short(&self) -> bool {
        matches!(
            self,
            Self::Target(..) | Self::TargetName(..) | Self::Job(..)
        )
    }
}

/// The choice with the fewest entries; the whole sequence where there is none.
async fn fewest(tx: &mut Tx, choices: Vec<Vec<Walk>>) -> Result<Vec<Walk>> {
    let mut best: Option<(i64, Vec<Walk>)> = None;
    let alone = choices.len() == 1;
    for walks in choices {
        let mut number = 0;
        for walk in walks.iter().filter(|_| !alone) {
            let mut sql = Sql::new("select count(*) from (select 1 from audit a where 1 = 1");
            sql.push_sql(&walk.along())
                .push(" limit ")
                .push_value(PROBE_MAX)
                .push(") as probed");
            number += sql.int(tx).await?;
        }
        if best.as_ref().is_none_or(|(least, _)| number < *least) {
            best = Some((number, walks));
        }
    }
    Ok(best.map_or_else(|| vec![Walk::Whole], |(_, walks)| walks))
}

impl AuditFilter {
    /// The conditions that have an index: each is one walk, or several that add up to it.
    fn choices(&self, scope: &Scope) -> Vec<Vec<Walk>> {
        let mut choices = Vec::new();
        if let Some(target) = &self.target {
            let ids = target.ids.iter().map(|id| Walk::Target(target.kind, *id));
            let names = target.names.iter().cloned();
            let names = names.map(|name| Walk::TargetName(target.kind, name));
            choices.push(ids.chain(names).collect());
        }
        if let Some(job) = self.job {
            choices.push(vec![Walk::Job(job.0)]);
        }
        match &self.operator {
            Some(Operator::Id(id)) => choices.push(vec![Walk::Operator(id.0)]),
            Some(Operator::Name(name)) => choices.push(vec![Walk::OperatorName(name.clone())]),
            None => {}
        }
        if !self.actions.is_empty() {
            choices.push(self.actions.iter().cloned().map(Walk::Action).collect());
        }
        if !self.outcomes.is_empty() && !self.outcomes.contains(&"done") {
            choices.push(self.outcomes.iter().copied().map(Walk::Outcome).collect());
        }
        match scope.reach {
            Reach::All => {}
            Reach::Organization => choices.push(vec![Walk::Organization(scope.organization.0)]),
            Reach::Units(_) | Reach::Divisions(_) | Reach::Own => {
                choices.push(vec![Walk::Operator(scope.operator.0)]);
            }
        }
        choices
    }

    /// All conditions, in forms that no index is chosen by.
    fn push_compared(&self, sql: &mut Sql) {
        match &self.operator {
            Some(Operator::Id(id)) => {
                sql.push(" and a.operator_id + 0 = ").push_value(*id);
            }
            Some(Operator::Name(name)) => {
                sql.push(" and a.operator_name || '' = ").push_value(name);
            }
            None => {}
        }
        if let Some(target) = &self.target {
            sql.push(" and a.target_kind || '' = ")
                .push_value(target.kind)
                .push(" and (a.target_id + 0 in ")
                .push_ids(target.ids.iter().copied())
                .push(" or (a.target_id is null and a.target_name in ")
                .push_texts(&target.names)
                .push("))");
        }
        if !self.actions.is_empty() {
            sql.push(" and a.action || '' in ")
                .push_texts(&self.actions);
        }
        if let Some(job) = self.job {
            sql.push(" and a.job_id + 0 = ").push_value(job);
        }
        if !self.outcomes.is_empty() {
            let outcomes: Vec<String> = self.outcomes.iter().map(ToString::to_string).collect();
            sql.push(" and a.outcome || '' in ").push_texts(&outcomes);
        }
        if let Some(since) = self.since {
            sql.push(" and a.at >= ").push_value(since);
        }
        if let Some(until) = self.until {
            sql.push(" and a.at < ").push_value(until);
        }
        for forms in &self.words {
            // Only the program folds other letters than ASCII ones.
            sql.push(
                " and (octet_length(a.operator_name || a.target_name)
                    <> length(a.operator_name || a.target_name)",
            );
            for form in forms {
                sql.push(" or lower(a.operator_name || ' ' || a.target_name) like ")
                    .push_value(format!("%{}%", escape_like(form)))
                    .push(" escape '\\'");
            }
            sql.push(")");
        }
    }
}

/// The sequences between which a walk looks.
#[derive(Clone, Copy, Debug, Default)]
struct Limits {
    /// Greater than this.
    above: Option<i64>,
    /// Less than this.
    below: Option<i64>,
}

impl Limits {
    fn push(self, sql: &mut Sql) {
        if let Some(above) = self.above {
            sql.push(" and a.sequence > ").push_value(above);
        }
        if let Some(below) = self.below {
            sql.push(" and a.sequence < ").push_value(below);
        }
    }
}

async fn limits(tx: &mut Tx, filter: &AuditFilter, walks: &[Walk]) -> Result<Limits> {
    let mut above = filter.after.max(filter.floor.map(|floor| floor - 1));
    let mut below = filter.before;
    if !walks.iter().all(Walk::is_short) {
        if let Some(since) = filter.since {
            let start = turn(tx, since.plus_seconds(-CLOCK_SLACK_SECONDS)).await?;
            above = above.max(Some(start - 1));
        }
        if let Some(until) = filter.until {
            let end = turn(tx, until.plus_seconds(CLOCK_SLACK_SECONDS)).await? + 1;
            below = Some(below.map_or(end, |below| below.min(end)));
        }
    }
    Ok(Limits { above, below })
}

/// The sequence at which the chain passed this time, found by halving: there is no index on the time.
async fn turn(tx: &mut Tx, time: Time) -> Result<i64> {
    let mut earlier = 0;
    let mut last = super::audit::head(tx).await?.sequence;
    while earlier < last {
        let middle = earlier + (last - earlier + 1) / 2;
        let at =
            Sql::new("select at from audit where sequence <= $1 order by sequence desc limit 1")
                .bind(middle)
                .optional(tx, sql::time)
                .await?;
        if at.is_none_or(|at| at < time) {
            earlier = middle;
        } else {
            last = middle - 1;
        }
    }
    Ok(earlier)
}
