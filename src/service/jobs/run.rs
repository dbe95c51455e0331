//! Confirming a plan and running it, chunk by chunk: a killed process leaves a prefix, and resuming finishes it.

use super::plan::{GIVES_BACK, checked};
use super::{
    Caller, DropPlan, Job, JobState, MakePlan, Operation, Plan, STALE_SECONDS, Targets, VIEW,
    caller, locked, member_chunk, missing, refuse_others, require,
};
use crate::domain::permission::Permission;
use crate::domain::{JobId, Time, UserId};
use crate::service::audit::note;
use crate::service::conferring::restored_beyond;
use crate::service::consent::{check_reason, suffices};
use crate::service::users::{indispensable, uncovered};
use crate::service::{Action, Error, Event, Result, Service, Session, Work};
use crate::store::audit::UserChange;
use crate::store::jobs::{self as rows, ChunkTarget, JobRecord, StateImage};
use crate::store::sql::Sql;
use crate::store::{Scope, sessions};
use serde_json::{Map, json};

/// Targets of one transaction.
const CHUNK_TARGETS: i64 = 5_000;

/// What the operator said to a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Confirmation {
    None,
    Yes,
    /// The number of users, or memberships, that will be changed, typed.
    Count(i64),
}

/// Lets a plan run, if what was said is what its tier asks for.
#[derive(Clone, Debug)]
pub struct ConfirmPlan {
    pub job: JobId,
    pub confirmation: Confirmation,
    pub reason: String,
    pub ticket: String,
    /// It is done for a caller whose identity was checked meanwhile.
    pub identified: bool,
}

impl Action for ConfirmPlan {
    type Output = Job;

    fn needs(&self) -> Permission {
        VIEW
    }

    fn event(&self) -> Event {
        Event::new("job_started").on("job", self.job.0, &format!("job {}", self.job.0))
    }

    async fn run(self, work: &mut Work) -> Result<Job> {
        let (record, operation) = locked(work, self.job).await?;
        if record.operator != work.operator() || record.state != "planned" {
            return Err(Error::Rule(format!(
                "Job {} is no plan of yours that waits for a confirmation; make the plan again.",
                self.job.0
            )));
        }
        if record.created_at < work.now().plus_seconds(-STALE_SECONDS) {
            return Err(Error::Rule(format!(
                "Plan {} is more than a day old, so what it shows is out of date; make it again.",
                self.job.0
            )));
        }
        require(work, self.job, operation).await?;
        let reason = checked("reason", or(&self.reason, &record.reason))?;
        let ticket = checked("ticket", or(&self.ticket, &record.ticket))?;
        check(
            work,
            &record,
            operation,
            self.confirmation,
            (&reason, &ticket),
        )?;
        let said = if self.identified {
            Caller::Identified
        } else {
            record.caller
        };
        let desk = &work.service.policy().desk;
        // Only what was done for a caller is taken back again.
        if record.undo_of.is_none() {
            caller::check_identity(desk, operation, said)?;
        }
        caller::check_ticket(desk, said, &ticket)?;
        if said != record.caller {
            rows::set_caller(&mut work.tx, self.job, said).await?;
        }
        rows::set_reason(&mut work.tx, self.job, &reason, &ticket).await?;
        let now = work.now();
        rows::set_state(&mut work.tx, self.job, "running", now).await?;
        let job = reload(work, self.job).await?;
        let event = Event {
            job: Some(self.job),
            reason,
            ticket,
            ..Event::new("job_started")
        };
        work.audit(event.on("job", self.job.0, &job.title)).await?;
        Ok(job)
    }
}

fn or<'a>(said: &'a str, before: &'a str) -> &'a str {
    if said.trim().is_empty() { before } else { said }
}

fn check(
    work: &Work,
    record: &JobRecord,
    operation: Operation,
    confirmation: Confirmation,
    (reason, ticket): (&str, &str),
) -> Result<()> {
    let tiers = &work.service.policy().tiers;
    let number = record.will_change;
    let counted = operation.counted(number);
    if let Confirmation::Count(count) = confirmation
        && count != number
    {
        return Err(Error::NotConfirmed(format!(
            "The plan would change {counted}, not {count}; nothing was changed. Look at the plan and say {number} if you mean it."
        )));
    }
    if !suffices(record.tier, confirmation) {
        return Err(Error::NotConfirmed(format!(
            "The plan would change {counted} and wants to be confirmed; nothing was changed. Say how many with --yes-count {number}."
        )));
    }
    check_reason(tiers, record.tier, reason, ticket)
}

/// Runs the next chunk of a job, in one transaction with its audit rows and its progress.
#[derive(Clone, Debug)]
pub struct RunChunk {
    pub job: JobId,
}

impl Action for RunChunk {
    type Output = Job;

    fn needs(&self) -> Permission {
        VIEW
    }

    fn event(&self) -> Event {
        Event::new("job_chunk").on("job", self.job.0, &format!("job {}", self.job.0))
    }

    async fn run(self, work: &mut Work) -> Result<Job> {
        // The position is read under the lock: whoever comes second goes on from there.
        let (record, operation) = locked(work, self.job).await?;
        refuse_others(work, &record).await?;
        if record.state != "running" {
            return unchanged(work, &record).await;
        }
        let (from, to) = (
            record.position,
            (record.position + CHUNK_TARGETS).min(record.total),
        );
        let failed = match operation {
            Operation::Members => member_chunk::check(work, self.job, from, to).await?,
            _ => fail_refused(work, &record, operation, from, to).await?,
        };
        if matches!(operation, Operation::Unlock | Operation::Relock) {
            rows::refresh_locks(&mut work.tx, self.job, from, to).await?;
        }
        let targets = rows::chunk_targets(&mut work.tx, self.job, from, to).await?;
        let done = i64::try_from(targets.len()).unwrap_or(i64::MAX);
        match operation {
            _ if done == 0 => {}
            Operation::Members => member_chunk::apply(work, &record, from, to).await?,
            _ => apply(work, &record, operation, from, to, &targets).await?,
        }
        rows::advance(&mut work.tx, self.job, to, done, failed).await?;
        if to >= record.total {
            finish(work, &record, record.done + done, record.failed + failed).await?;
        }
        let job = reload(work, self.job).await?;
        if done == 0 || job.is_finished() {
            let event = Event {
                job: Some(self.job),
                ..Event::new("job_progress")
            };
            let event = event.on("job", self.job.0, &job.title);
            work.audit(
                event.changing(
                    json!({ "done": job.done, "failed": job.failed, "state": job.state.as_str() })
                        .to_string(),
                ),
            )
            .await?;
        }
        Ok(job)
    }
}

/// A job that stands still is only looked at, but every transaction leaves a row.
async fn unchanged(work: &mut Work, record: &JobRecord) -> Result<Job> {
    let event = Event {
        job: Some(record.id),
        ..Event::new("job_progress")
    };
    work.audit(
        event
            .on("job", record.id.0, "")
            .changing(note("state", &record.state)),
    )
    .await?;
    Ok(Job::new(record, &work.rights))
}

/// Fails what moved, what is out of reach now, and whose power isn't covered any more.
async fn fail_refused(
    work: &mut Work,
    record: &JobRecord,
    operation: Operation,
    from: i64,
    to: i64,
) -> Result<i64> {
    let job = record.id;
    let mut failed =
        rows::fail_moved(&mut work.tx, job, from, to, operation == Operation::Purge).await?;
    let reach = work.scope(operation.permission()).await?;
    let mut unreached = rows::chunk(job, from, to);
    unreached.push(" and not exists (select 1 from users u where u.id = user_id and ");
    unreached.push_sql(&reach.users()).push(")");
    let ids = unreached.ints(&mut work.tx).await?;
    failed += fail(
        work,
        job,
        &ids,
        "is outside the reach of your right to do this",
    )
    .await?;
    let standings = uncovered(&mut work.tx, &work.rights, &rows::chunk(job, from, to)).await?;
    let ids: Vec<i64> = standings
        .iter()
        .filter(|(_, standing)| standing.uncovered.is_some())
        .map(|(user, _)| user.0)
        .collect();
    failed += fail(work, job, &ids, "holds rights that you don't").await?;
    if operation == Operation::Restore {
        let users = rows::chunk(job, from, to);
        let more = restored_beyond(&mut work.tx, &work.rights, &users).await?;
        let more: Vec<i64> = more.into_iter().map(|user| user.0).collect();
        failed += fail(work, job, &more, GIVES_BACK).await?;
    }
    let own = [work.operator().0];
    failed += fail(
        work,
        job,
        &own,
        "is yourself: another operator has to do it",
    )
    .await?;
    failed += fail_last_administrator(work, job, operation, from, to).await?;
    Ok(i64::try_from(failed).unwrap_or(i64::MAX))
}

async fn fail(work: &mut Work, job: JobId, ids: &[i64], why: &str) -> Result<u64> {
    if ids.is_empty() {
        return Ok(0);
    }
    let mut users = Sql::default();
    users
        .push("select cast(value as bigint) from ")
        .push_id_elements(ids.iter().copied());
    Ok(rows::fail(&mut work.tx, job, &users, "failed", why).await?)
}

async fn fail_last_administrator(
    work: &mut Work,
    job: JobId,
    operation: Operation,
    from: i64,
    to: i64,
) -> Result<u64> {
    if !operation.keeps_out() {
        return Ok(0);
    }
    let now = work.now();
    let chunk = rows::chunk(job, from, to);
    let (last, left) = indispensable(&mut work.tx, now, &chunk).await?;
    let ids: Vec<i64> = last.iter().map(|id| id.0).collect();
    fail(work, job, &ids, &left.note()).await
}

async fn apply(
    work: &mut Work,
    record: &JobRecord,
    operation: Operation,
    from: i64,
    to: i64,
    targets: &[ChunkTarget],
) -> Result<()> {
    let (job, now) = (record.id, work.now());
    let wanted = targets.len() as u64;
    write_audit(work, record, operation, targets).await?;
    if operation.ends_sessions() {
        let reason = format!("{} ended it", record.operator_name);
        sessions::end_of_users(&mut work.tx, &rows::chunk(job, from, to), &reason, now).await?;
    }
    let changed = match operation {
        Operation::SignOut => wanted,
        Operation::Purge => rows::purge(&mut work.tx, job, from, to).await?,
        _ => rows::apply(&mut work.tx, job, operation, from, to).await?,
    };
    if changed != wanted {
        return Err(Error::Unexpected(format!(
            "job {} would have changed {changed} users instead of {wanted}",
            job.0
        )));
    }
    Ok(rows::finish_chunk(&mut work.tx, job, from, to).await?)
}

/// One row a target, inserted as one set.
async fn write_audit(
    work: &mut Work,
    record: &JobRecord,
    operation: Operation,
    targets: &[ChunkTarget],
) -> Result<()> {
    let event = Event {
        job: Some(record.id),
        reason: record.reason.clone(),
        ticket: record.ticket.clone(),
        ..Event::new(operation.event())
    };
    let rows: Vec<UserChange<'_>> = targets
        .iter()
        .map(|target| {
            let changes = changed(&target.before, &target.after, record.caller);
            UserChange(target.user, &target.username, changes.into())
        })
        .collect();
    work.audit_users(event, &rows).await
}

/// What differs between two states, as the audit keeps it, and whether the caller it was done for was identified.
fn changed(before: &StateImage, after: &StateImage, caller: Caller) -> String {
    let mut changes = Map::new();
    if caller != Caller::Nobody {
        changes.insert("identified".to_owned(), json!(caller == Caller::Identified));
    }
    if before.enabled != after.enabled {
        changes.insert("enabled".to_owned(), json!([before.enabled, after.enabled]));
    }
    if before.failures != after.failures {
        changes.insert(
            "failed_sign_ins".to_owned(),
            json!([before.failures, after.failures]),
        );
    }
    let mut time = |name: &str, before: Time, after: Time| {
        if before != after {
            changes.insert(name.to_owned(), json!([before, after]));
        }
    };
    time("locked_since", before.locked_at, after.locked_at);
    time("locked_until", before.locked_until, after.locked_until);
    time("deleted", before.deleted_at, after.deleted_at);
    if changes.is_empty() {
        String::new()
    } else {
        serde_json::Value::Object(changes).to_string()
    }
}

async fn finish(work: &mut Work, record: &JobRecord, done: i64, failed: i64) -> Result<()> {
    let now = work.now();
    let state = if failed > 0 { "partial" } else { "done" };
    rows::set_state(&mut work.tx, record.id, state, now).await?;
    // What was taken back only in part can be taken back again.
    let whole = done > 0 && failed == 0 && record.refused == 0;
    if let (Some(undone), true) = (record.undo_of, whole)
        && !crate::store::replans::leaves_out(&mut work.tx, record.id).await?
    {
        rows::set_undone(&mut work.tx, undone, record.id).await?;
    }
    Ok(())
}

async fn reload(work: &mut Work, job: JobId) -> Result<Job> {
    let record = rows::lookup(&mut work.tx, &Scope::system(), job)
        .await?
        .ok_or_else(|| missing(job))?;
    Ok(Job::new(&record, &work.rights))
}

macro_rules! state_changes {
    ($($(#[$doc:meta])* $name:ident: $event:literal, [$($from:literal)|+] => $to:literal, $why:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug)]
        pub struct $name {
            pub job: JobId,
        }

        impl Action for $name {
            type Output = Job;

            fn needs(&self) -> Permission {
                VIEW
            }

            fn event(&self) -> Event {
                Event::new($event).on("job", self.job.0, &format!("job {}", self.job.0))
            }

            async fn run(self, work: &mut Work) -> Result<Job> {
                let (record, operation) = locked(work, self.job).await?;
                refuse_others(work, &record).await?;
                require(work, self.job, operation).await?;
                if !matches!(record.state.as_str(), $($from)|+) {
                    return Err(Error::Rule(format!(
                        concat!("Job {} is {}, ", $why),
                        self.job.0, record.state
                    )));
                }
                let now = work.now();
                rows::set_state(&mut work.tx, self.job, $to, now).await?;
                let job = reload(work, self.job).await?;
                let event = Event { job: Some(self.job), ..Event::new($event) };
                work.audit(event.on("job", self.job.0, &job.title)).await?;
                Ok(job)
            }
        }
    )*};
}

state_changes! {
    /// Stops a job after the chunk that is running; it can be resumed.
    PauseJob: "job_paused", ["running"] => "paused", "so there is nothing to pause.";
    /// Ends a job where it stands: what is done stays done.
    CancelJob: "job_cancelled", ["running" | "paused" | "planned"] => "cancelled", "so there is nothing to cancel.";
    /// Lets a job go on that was paused, or whose process died.
    ResumeJob: "job_resumed", ["paused" | "running"] => "running", "so there is nothing to resume.";
}

/// Runs a confirmed job to its end, or until somebody pauses or cancels it.
pub async fn run_job(
    service: &Service,
    session: &Session,
    job: JobId,
    mut on_progress: impl FnMut(&Job) + Send,
) -> Result<Job> {
    loop {
        let progress = service.perform(session, RunChunk { job }).await?;
        on_progress(&progress);
        if progress.state != JobState::Running {
            return Ok(progress);
        }
    }
}

/// What became of an action on one user.
#[derive(Clone, Debug)]
pub enum Outcome {
    Done(Job),
    /// Its tier asks for more.
    NeedsConfirmation(Plan),
    /// Nothing to do, or refused: the plan says why.
    Nothing(Plan),
}

/// Does something to one user at once where the tier asks nothing.
pub async fn quick(
    service: &Service,
    session: &Session,
    operation: Operation,
    user: UserId,
) -> Result<Outcome> {
    let make = MakePlan::new(operation, Targets::Users(vec![user]));
    at_once(service, session, make).await
}

/// Makes a plan, and carries it out where its tier asks nothing. A plan that is refused leaves nothing behind.
pub async fn at_once(service: &Service, session: &Session, make: MakePlan) -> Result<Outcome> {
    let plan = service.perform(session, make).await?;
    if plan.will_change == 0 {
        service.perform(session, DropPlan { job: plan.id }).await?;
        return Ok(Outcome::Nothing(plan));
    }
    if plan.tier > 1 {
        return Ok(Outcome::NeedsConfirmation(plan));
    }
    let confirm = ConfirmPlan {
        job: plan.id,
        confirmation: Confirmation::None,
        reason: String::new(),
        ticket: String::new(),
        identified: false,
    };
    if let Err(error) = service.perform(session, confirm).await {
        service.perform(session, DropPlan { job: plan.id }).await?;
        return Err(error);
    }
    run_job(service, session, plan.id, |_| {})
        .await
        .map(Outcome::Done)
}
