//! Making a plan: who the targets are, what becomes of each, how much is asked before it runs.

use super::list::OVER;
use super::{
    Caller, Operation, STALE_SECONDS, VIEW, caller, locked, members, refuse_others, require,
};
use crate::domain::permission::Permission;
use crate::domain::plan::Extent;
use crate::domain::unheld::Unheld;
use crate::domain::{JobId, UserId, text};
use crate::service::conferring::restored_beyond;
use crate::service::consent::tier_in;
use crate::service::users::{self, UserRef, few_users, resolve, uncovered};
use crate::service::{Action, Error, Event, Result, Work, names};
use crate::store::Scope;
use crate::store::jobs::{self as rows, JobRecord, NewJob, Planning, TargetChoice};
use crate::store::prepared::prepare_all;
use crate::store::user_filter::Condition;
use std::collections::HashMap;

/// Ids or names that a plan takes at once.
const TARGETS_MAX: usize = 1_000_000;
const REASON_CHARACTERS_MAX: usize = 500;
/// Users whom a plan names of those who will change.
const NAMES_MAX: i64 = 3;
/// How the audit calls a plan that was made.
pub(super) const PLANNED: &str = "plan_created";
const UNDO_PLANNED: &str = "job_undo_planned";
/// Refusals that a plan names.
const REFUSALS_MAX: i64 = 1_000;

/// Whom an action is done to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Targets {
    Users(Vec<UserId>),
    Names(Vec<String>),
    /// A filter, evaluated when the plan is made.
    Filter(String),
    /// All that a filter finds when the plan is made, but for some and with others. Those are ids: a name may be
    /// somebody else's by then.
    Matching {
        filter: String,
        except: Vec<UserId>,
        also: Vec<UserId>,
    },
}

impl Targets {
    /// Where the targets came from, for the job's list.
    pub(super) fn selection(&self) -> String {
        match self {
            Self::Users(ids) => format!("{} marked", ids.len()),
            Self::Names(names) if names.len() == 1 => names
                .first()
                .map(|name| names::shown(name))
                .unwrap_or_default(),
            Self::Names(names) => format!("{} names", names.len()),
            Self::Filter(filter) => shown(filter),
            Self::Matching {
                filter,
                except,
                also,
            } => {
                let mut text = match filter.trim() {
                    "" => "all users".to_owned(),
                    _ => shown(filter),
                };
                if !except.is_empty() {
                    text.extend([" but ", &except.len().to_string()]);
                }
                if !also.is_empty() {
                    text.extend([" and ", &also.len().to_string(), " more"]);
                }
                text
            }
        }
    }

    /// Those who are meant by their id: a plan that doesn't find them says so.
    pub(super) fn ids(&self) -> Vec<UserId> {
        match self {
            Self::Users(ids) | Self::Matching { also: ids, .. } => ids.clone(),
            Self::Names(_) | Self::Filter(_) => Vec::new(),
        }
    }

    /// Them as a condition over users, and the names that nobody bears.
    async fn condition(self, work: &mut Work) -> Result<(Condition, Vec<String>)> {
        let too_many = |number: usize| {
            Error::Rule(format!(
                "{number} targets are too many for one plan; take at most {TARGETS_MAX} at a time."
            ))
        };
        match self {
            Self::Users(ids) | Self::Matching { also: ids, .. } if ids.len() > TARGETS_MAX => {
                Err(too_many(ids.len()))
            }
            Self::Matching { except, .. } if except.len() > TARGETS_MAX => {
                Err(too_many(except.len()))
            }
            Self::Users(ids) => Ok((Condition::Users(ids), Vec::new())),
            Self::Names(names) if names.len() > TARGETS_MAX => Err(too_many(names.len())),
            Self::Names(names) => {
                let (ids, missing) = few_users(&mut work.tx, &work.rights, &names).await?;
                Ok((Condition::Users(ids), missing))
            }
            Self::Filter(filter) => Ok((resolve(work, &filter).await?, Vec::new())),
            Self::Matching {
                filter,
                except,
                also,
            } => {
                let found = resolve(work, &filter).await?;
                Ok((with_exceptions(found, except, also), Vec::new()))
            }
        }
    }
}

fn shown(filter: &str) -> String {
    text::fit(&text::safe(filter), 500, "…")
}

/// What a condition finds, but for some and with others.
pub(super) fn with_exceptions(
    found: Condition,
    except: Vec<UserId>,
    also: Vec<UserId>,
) -> Condition {
    let mut condition = found;
    if !except.is_empty() {
        let spared = Condition::Not(Box::new(Condition::Users(except)));
        condition = Condition::And(vec![condition, spared]);
    }
    if !also.is_empty() {
        condition = Condition::Or(vec![condition, Condition::Users(also)]);
    }
    condition
}

/// A plan as it is shown before it runs.
#[derive(Clone, Debug, serde::Serialize)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub struct Plan {
    pub id: JobId,
    #[serde(skip)]
    pub operation: Operation,
    pub title: String,
    pub selection: String,
    pub tier: i64,
    pub targets: i64,
    pub will_change: i64,
    pub already: i64,
    pub refused: i64,
    pub privileged: i64,
    pub sessions: i64,
    pub hidden: i64,
    pub undoable: bool,
    /// The first few who will change.
    #[serde(skip)]
    pub names: Vec<String>,
    pub reason: String,
    pub ticket: String,
    pub reason_needed: bool,
    pub ticket_needed: bool,
    /// The policy wants to know who is calling, and nobody said so yet.
    #[serde(skip)]
    pub identity_needed: bool,
    /// Refused targets and why, the first thousand.
    pub refusals: Vec<Missing>,
    /// Names that nobody bears whom the operator may see.
    pub unknown: Vec<String>,
    /// Marked users who aren't there any more, or not in sight.
    pub gone: i64,
    pub undo_of: Option<JobId>,
}

#[derive(Clone, Debug, serde::Serialize)]
pub struct Missing {
    pub name: String,
    pub reason: String,
}

impl Plan {
    /// What happens besides, and can't be taken back.
    #[must_use]
    pub fn side_effects(&self) -> Vec<String> {
        let mut effects = Vec::new();
        if self.operation.ends_sessions() && self.sessions > 0 {
            let sessions = text::counted(self.sessions, "open session", "open sessions");
            effects.push(format!("ends {sessions}"));
        }
        if self.operation == Operation::Purge {
            effects.push("removes the users and everything that is kept of them".to_owned());
        }
        effects
    }
}

/// Freezes the targets of an action and what it will do to each.
#[derive(Clone, Debug)]
pub struct MakePlan {
    pub operation: Operation,
    pub targets: Targets,
    /// Marked targets that the filter of the screen hides.
    pub hidden: i64,
    /// For whom it is done, where somebody calls.
    pub caller: Caller,
    pub reason: String,
    pub ticket: String,
}

impl MakePlan {
    #[must_use]
    pub fn new(operation: Operation, targets: Targets) -> Self {
        Self {
            operation,
            targets,
            hidden: 0,
            caller: Caller::Nobody,
            reason: String::new(),
            ticket: String::new(),
        }
    }
}

impl Action for MakePlan {
    type Output = Plan;

    fn needs(&self) -> Permission {
        self.operation.permission()
    }

    fn event(&self) -> Event {
        let event = Event::new(self.operation.event());
        match &self.targets {
            Targets::Users(ids) if let [id] = ids.as_slice() => {
                event.on_named("user", UserRef::Id(*id).named())
            }
            Targets::Names(names) if let [name] = names.as_slice() => {
                event.on_named("user", UserRef::Name(name.clone()).named())
            }
            targets => event.on("user", None, &targets.selection()),
        }
    }

    async fn run(self, work: &mut Work) -> Result<Plan> {
        self.make(work, PLANNED).await
    }
}

impl MakePlan {
    /// Makes the plan under the name that the audit has for how it came to be.
    pub(super) async fn make(self, work: &mut Work, event: &'static str) -> Result<Plan> {
        let operation = self.operation;
        if operation == Operation::Members {
            members::refuse_number(0)?;
        }
        if self.caller != Caller::Nobody {
            caller::check_identity(&work.service.policy().desk, operation, self.caller)?;
        }
        let (selection, ids) = (self.targets.selection(), self.targets.ids());
        let (condition, unknown) = found(work, self.targets).await?;
        let request = Request {
            operation,
            selection: &selection,
            hidden: self.hidden,
            caller: self.caller,
            reason: &self.reason,
            ticket: &self.ticket,
            undo_of: None,
        };
        let job = add(work, &request).await?;
        let (seen, now) = (work.scope(users::VIEW).await?, work.now());
        // The bin is in sight for those who act on it.
        let condition = match operation {
            Operation::Restore | Operation::Purge if !condition.names_deleted() => {
                Condition::And(vec![
                    condition,
                    Condition::Status(vec![crate::domain::Status::Deleted]),
                ])
            }
            _ => condition,
        };
        let prepared = prepare_all(&mut work.tx, &seen, &condition, now).await?;
        let targets = rows::Targets::Found(Box::new(prepared));
        freeze(work, job, operation, &targets).await?;
        let mut plan = finish(work, job, operation, event).await?;
        plan.unknown = unknown;
        plan.gone = rows::count_missing(&mut work.tx, job, &ids).await?;
        Ok(plan)
    }
}

/// Whom targets mean, and the names that nobody bears.
pub(super) async fn found(work: &mut Work, targets: Targets) -> Result<(Condition, Vec<String>)> {
    let one_name = match &targets {
        Targets::Names(names) if names.len() == 1 => names.first().cloned(),
        _ => None,
    };
    let (condition, unknown) = targets.condition(work).await?;
    if let (Some(name), false) = (one_name, unknown.is_empty()) {
        // One name that nobody bears: the same answer as everywhere, with suggestions.
        let scope = work.scope(users::VIEW).await?;
        names::user(&mut work.tx, &scope, &name).await?;
    }
    Ok((condition, unknown))
}

/// Makes the plan that takes a job back: targets that changed since are refused and shown.
#[derive(Clone, Debug)]
pub struct UndoJob {
    pub job: JobId,
}

impl Action for UndoJob {
    type Output = Plan;

    fn needs(&self) -> Permission {
        VIEW
    }

    fn event(&self) -> Event {
        Event::new(UNDO_PLANNED).on("job", self.job.0, &format!("job {}", self.job.0))
    }

    async fn run(self, work: &mut Work) -> Result<Plan> {
        let (record, operation) = locked(work, self.job).await?;
        let Some(inverse) = operation.inverse() else {
            return Err(Error::Rule(format!(
                "Job {} can't be taken back: {} has no undo.",
                self.job.0,
                operation.label().to_lowercase()
            )));
        };
        if let Some(by) = record.undone_by {
            return Err(Error::Rule(format!(
                "Job {} was taken back already, by job {}.",
                self.job.0, by.0
            )));
        }
        if record.done == 0 || record.state == "running" {
            return Err(Error::Rule(format!(
                "Job {} has nothing to take back yet; it is {}.",
                self.job.0, record.state
            )));
        }
        refuse_others(work, &record).await?;
        require(work, self.job, inverse).await?;
        let selection = format!("undo of job {}", self.job.0);
        let request = Request {
            operation: inverse,
            selection: &selection,
            hidden: 0,
            caller: Caller::Nobody,
            reason: "",
            ticket: "",
            undo_of: Some(self.job),
        };
        let job = add(work, &request).await?;
        if inverse == Operation::Members {
            members::freeze_undo(work, job, self.job).await?;
        } else {
            freeze(work, job, inverse, &rows::Targets::UndoOf(self.job)).await?;
        }
        finish(work, job, inverse, UNDO_PLANNED).await
    }
}

/// Forgets a plan that isn't going to run: a dry run, or a dialog that was cancelled.
#[derive(Clone, Debug)]
pub struct DropPlan {
    pub job: JobId,
}

impl Action for DropPlan {
    type Output = ();

    fn needs(&self) -> Permission {
        VIEW
    }

    fn event(&self) -> Event {
        Event::new("plan_dropped").on("job", self.job.0, &format!("job {}", self.job.0))
    }

    async fn run(self, work: &mut Work) -> Result<()> {
        let (record, _) = locked(work, self.job).await?;
        if record.operator != work.operator() || record.state != "planned" {
            return Err(super::missing(self.job));
        }
        rows::delete(&mut work.tx, self.job).await?;
        work.audit(self.event()).await
    }
}

/// Plans that were only looked at would pile up, with all their targets: each new one takes an old one away.
async fn forget_stale(work: &mut Work) -> Result<()> {
    let before = work.now().plus_seconds(-STALE_SECONDS);
    if let Some(job) = rows::forget_stale(&mut work.tx, before).await? {
        let name = format!("job {}", job.0);
        work.audit(Event::new("plan_dropped").on("job", job.0, &name))
            .await?;
    }
    Ok(())
}

/// What a new plan begins with.
pub(super) struct Request<'a> {
    pub operation: Operation,
    pub selection: &'a str,
    pub hidden: i64,
    pub caller: Caller,
    pub reason: &'a str,
    pub ticket: &'a str,
    pub undo_of: Option<JobId>,
}

pub(super) async fn add(work: &mut Work, request: &Request<'_>) -> Result<JobId> {
    let (session, now) = (work.session.clone(), work.now());
    forget_stale(work).await?;
    let reason = &checked("reason", request.reason)?;
    let ticket = &checked("ticket", request.ticket)?;
    let new = NewJob {
        operation: request.operation,
        organization: session.organization,
        operator: session.user,
        operator_name: &session.username,
        origin: &session.origin.to_string(),
        selection: request.selection,
        hidden: request.hidden,
        caller: request.caller,
        reason,
        ticket,
        undo_of: request.undo_of,
    };
    Ok(rows::add(&mut work.tx, &new, now).await?)
}

/// A reason or a ticket as it is kept.
pub(super) fn checked(field: &'static str, text: &str) -> Result<String> {
    text::normalize_within(text, REASON_CHARACTERS_MAX)
        .map_err(|error| Error::invalid(field, error))
}

async fn freeze(
    work: &mut Work,
    job: JobId,
    operation: Operation,
    targets: &rows::Targets,
) -> Result<()> {
    let reach = work.scope(operation.permission()).await?;
    let (operator, now) = (work.operator(), work.now());
    let judge = rows::Judge {
        operation,
        reach: &reach,
        operator,
        now,
    };
    let planning = Planning {
        job,
        targets,
        judge,
    };
    rows::plan(&mut work.tx, &planning).await?;
    refuse_powerful(work, job, operation).await?;
    if operation == Operation::Restore {
        let users = rows::changing(job);
        let more = restored_beyond(&mut work.tx, &work.rights, &users).await?;
        rows::refuse(&mut work.tx, job, &more, (GIVES_BACK, OVER)).await?;
    }
    refuse_last_administrator(work, job, operation).await
}

/// Whoever is restored has again all that they had.
pub(super) const GIVES_BACK: &str = "would have rights again that you don't hold";

/// Marks the privileged targets, and refuses those whose power the operator's doesn't cover.
async fn refuse_powerful(work: &mut Work, job: JobId, operation: Operation) -> Result<()> {
    let standings = uncovered(&mut work.tx, &work.rights, &rows::changing(job)).await?;
    if standings.is_empty() {
        return Ok(());
    }
    let privileged: Vec<UserId> = standings.keys().copied().collect();
    rows::mark_privileged(&mut work.tx, job, &privileged).await?;
    let mut refused: HashMap<Unheld, Vec<UserId>> = HashMap::new();
    for (user, standing) in &standings {
        if let Some(held) = &standing.uncovered {
            refused.entry(held.clone()).or_default().push(*user);
        }
    }
    for (held, targets) in refused {
        let mut note = users::power_note(&mut work.tx, &work.rights, &held).await?;
        if let [one] = targets.as_slice() {
            let helpers = users::who_can(work, operation.permission(), *one).await?;
            if !helpers.is_empty() {
                note = format!("{note}: ask {}", helpers.join(" or "));
            }
        }
        rows::refuse(&mut work.tx, job, &targets, (&note, OVER)).await?;
    }
    Ok(())
}

/// Nobody takes the last administrator away.
async fn refuse_last_administrator(
    work: &mut Work,
    job: JobId,
    operation: Operation,
) -> Result<()> {
    if !operation.keeps_out() {
        return Ok(());
    }
    let now = work.now();
    let (last, left) = users::indispensable(&mut work.tx, now, &rows::changing(job)).await?;
    if !last.is_empty() {
        rows::refuse(&mut work.tx, job, &last, (&left.note(), "")).await?;
    }
    Ok(())
}

/// Sums a plan up, writes down how it came to be, and says what it would do.
pub(super) async fn finish(
    work: &mut Work,
    job: JobId,
    operation: Operation,
    event: &'static str,
) -> Result<Plan> {
    rows::sum_up(&mut work.tx, job).await?;
    let record = load(work, job).await?;
    let tier = tier_of(work, &record, operation).await?;
    let title = title(work, &record, operation).await?;
    rows::settle(&mut work.tx, job, tier, &title).await?;
    let refusals = refusals(work, job).await?;
    let event = Event {
        job: Some(job),
        ..Event::new(event)
    };
    work.audit(event.on("job", job.0, &title)).await?;
    let policy = work.service.policy();
    let (tiers, desk, ticketless) = (&policy.tiers, &policy.desk, record.ticket.is_empty());
    Ok(Plan {
        id: job,
        operation,
        title,
        selection: record.selection,
        tier,
        targets: record.total,
        will_change: record.will_change,
        already: record.already,
        refused: record.refused,
        privileged: record.privileged,
        sessions: record.sessions,
        hidden: record.hidden,
        undoable: operation.is_undoable(),
        names: rows::first_changing(&mut work.tx, job, NAMES_MAX).await?,
        reason: record.reason,
        ticket: record.ticket,
        reason_needed: tier >= tiers.reason_from_tier,
        ticket_needed: (tiers.ticket_required && tier >= 2)
            || (caller::wants_ticket(desk, record.caller) && ticketless),
        identity_needed: record.undo_of.is_none()
            && caller::check_identity(desk, operation, record.caller).is_err(),
        refusals,
        unknown: Vec::new(),
        gone: 0,
        undo_of: record.undo_of,
    })
}

/// The refused targets. Where a plan changes several memberships, the reason says which one.
async fn refusals(work: &mut Work, job: JobId) -> Result<Vec<Missing>> {
    let people = work.rights.scope(users::VIEW);
    let choice = TargetChoice::Refused;
    let refused = rows::list_targets(&mut work.tx, &people, job, choice, 0, REFUSALS_MAX).await?;
    let several = rows::changes(&mut work.tx, job).await?.len() > 1;
    Ok(refused
        .into_iter()
        .map(|target| Missing {
            name: target.username,
            reason: match target.membership.filter(|_| several) {
                Some(of) => format!("{} (the {} \"{}\")", target.note, of.kind, of.name),
                None => target.note,
            },
        })
        .collect())
}

async fn tier_of(work: &mut Work, record: &JobRecord, operation: Operation) -> Result<i64> {
    let (policy, here) = (work.service.policy().clone(), work.organization());
    let extent = Extent {
        will_change: record.will_change,
        privileged: record.privileged,
        hidden: record.hidden,
        ..Extent::default()
    };
    let weight = match operation {
        Operation::Members => members::weight(work, record.id, extent).await?,
        _ => (operation, extent),
    };
    tier_in(&mut work.tx, &policy, here, weight).await
}

/// `Disable 209 users`, `Enable 1 user (undo of job 12)`.
async fn title(work: &mut Work, record: &JobRecord, operation: Operation) -> Result<String> {
    let number = record.will_change;
    let title = match operation {
        Operation::Members => members::title(work, record.id, number).await?,
        _ => format!("{} {}", operation.label(), operation.counted(number)),
    };
    Ok(match record.undo_of {
        Some(job) => format!("{title} (undo of job {})", job.0),
        None => title,
    })
}

async fn load(work: &mut Work, job: JobId) -> Result<JobRecord> {
    rows::lookup(&mut work.tx, &Scope::system(), job)
        .await?
        .ok_or_else(|| super::missing(job))
}
