//! What becomes of a plan: shown and dropped, confirmed and run, or refused. The tiers are the service's rule; here it
//! is asked for what they want.

use super::exit::{Exit, Failure, Result};
use super::operator::Operator;
use super::output::{Format, say};
use super::sure::SureFlags;
use super::{Cx, ask, impact};
use crate::domain::{JobId, text};
use crate::service::Action;
use crate::service::explain::{PlanImpact, Shift};
use crate::service::jobs::{
    ConfirmPlan, Confirmation, DropPlan, Job, JobState, Missing, Operation, PauseJob, Plan,
    PlanTargets, RunChunk, TargetChoice,
};
use serde::Serialize;
use std::io::{IsTerminal as _, Write as _};

/// Refused and failed targets that are named to a person.
const NAMED_MAX: usize = 10;
/// What is asked beside the confirmation.
pub const REASON: &str = "Reason, for the audit: ";
pub const TICKET: &str = "Ticket: ";
/// Failed targets that are named to a script.
const FAILED_MAX: u32 = 1_000;

/// What is said to a plan beforehand.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct PlanFlags {
    /// Show what would happen, and change nothing
    #[arg(long)]
    pub dry_run: bool,
    #[command(flatten)]
    pub sure: SureFlags,
}

#[derive(Serialize)]
struct PlanAnswer<'a> {
    plan: JobId,
    action: &'static str,
    title: &'a str,
    targets: i64,
    will_change: i64,
    already: i64,
    refused: Listed<'a, Missing>,
    /// Names that nobody bears whom the operator may see.
    unknown: Listed<'a, String>,
    tier: i64,
    privileged: i64,
    sessions: i64,
    undoable: bool,
    /// Who would gain or lose what, in a plan of memberships.
    #[serde(skip_serializing_if = "Option::is_none")]
    impact: Option<Vec<Shift>>,
}

/// All of them for a script; for a person, whom a list in one cell tells nothing, how many.
#[derive(Serialize)]
#[serde(untagged)]
enum Listed<'a, T: Serialize> {
    All(&'a [T]),
    Number(i64),
}

#[derive(Serialize)]
struct JobAnswer<'a> {
    #[serde(flatten)]
    job: &'a Job,
    /// Who was refused or failed, and why.
    problems: Vec<Missing>,
    unknown: &'a [String],
}

/// Takes a fresh plan to its end.
pub async fn settle(
    cx: &mut Cx,
    operator: &Operator,
    plan: Plan,
    flags: &PlanFlags,
) -> Result<Exit> {
    cx.pending = Some(plan.id);
    if flags.dry_run {
        let shifts = shifts(operator, &plan).await?;
        forget(cx, operator).await?;
        show(cx, &plan, shifts.clone())?;
        if cx.output.format == Format::Table {
            cx.output.lines(&refusals(&plan))?;
        }
        if let Some(shifts) = shifts.filter(|_| cx.output.format == Format::Table) {
            impact::lines(cx, operator, &shifts)?;
        }
        say_unknown(&plan.unknown);
        if plan.targets == 0 {
            say_nobody(&plan);
        }
        return Ok(Exit::Done);
    }
    if plan.will_change == 0 {
        forget(cx, operator).await?;
        if cx.output.is_json() {
            show(cx, &plan, None)?;
        }
        return Ok(say_why_nothing(&plan));
    }
    let job = match confirm(operator, &plan, &flags.sure).await {
        Ok(job) => job,
        Err(failure) => {
            forget(cx, operator).await?;
            if cx.output.is_json() && failure.exit() == Exit::NotConfirmed {
                show(cx, &plan, None)?;
            }
            return Err(failure);
        }
    };
    cx.pending = None;
    let (job, stopped) = run(cx, operator, job).await?;
    report(cx, operator, &job, Some(&plan), stopped).await
}

/// Makes a plan. Where it is only to be shown, the audit says so of a refusal.
pub async fn made<A>(operator: &Operator, make: A, flags: &PlanFlags) -> Result<Plan>
where
    A: Action<Output = Plan>,
{
    let (service, session) = (&operator.service, &operator.session);
    Ok(if flags.dry_run {
        service.draft(session, make).await?
    } else {
        service.perform(session, make).await?
    })
}

/// Drops a plan that isn't going to run.
pub async fn forget(cx: &mut Cx, operator: &Operator) -> Result<()> {
    if let Some(job) = cx.pending.take() {
        let drop = DropPlan { job };
        operator.service.perform(&operator.session, drop).await?;
    }
    Ok(())
}

/// Who would gain or lose what by a plan of memberships.
async fn shifts(operator: &Operator, plan: &Plan) -> Result<Option<Vec<Shift>>> {
    if plan.operation != Operation::Members {
        return Ok(None);
    }
    let impact = PlanImpact { job: plan.id };
    Ok(Some(operator.service.ask(&operator.session, impact).await?))
}

/// A line for each of the first that are refused, and how many more there are.
fn refusals(plan: &Plan) -> Vec<String> {
    let refusals = plan.refusals.iter().take(NAMED_MAX);
    let line = |refusal: &Missing| format!("refused: {}: {}", refusal.name, refusal.reason);
    let mut lines: Vec<String> = refusals.map(line).collect();
    let more = plan.refused - i64::try_from(lines.len()).unwrap_or(i64::MAX);
    if more > 0 {
        lines.push(format!("and {more} more; --output json names them"));
    }
    lines
}

fn show(cx: &Cx, plan: &Plan, impact: Option<Vec<Shift>>) -> Result<()> {
    let is_table = cx.output.format == Format::Table;
    let answer = PlanAnswer {
        plan: plan.id,
        action: plan.operation.as_str(),
        title: &plan.title,
        targets: plan.targets,
        will_change: plan.will_change,
        already: plan.already,
        refused: if is_table {
            Listed::Number(plan.refused)
        } else {
            Listed::All(&plan.refusals)
        },
        unknown: if is_table {
            Listed::Number(i64::try_from(plan.unknown.len()).unwrap_or(i64::MAX))
        } else {
            Listed::All(&plan.unknown)
        },
        tier: plan.tier,
        privileged: plan.privileged,
        sessions: plan.sessions,
        undoable: plan.undoable,
        impact: impact.filter(|_| !is_table),
    };
    cx.output.record(&answer)
}

/// Whether somebody is missing from the targets that was named.
fn unknown_words(unknown: &[String]) -> Option<String> {
    (!unknown.is_empty()).then(|| {
        format!(
            "{}: {}.",
            count(unknown.len(), "name is unknown", "names are unknown"),
            names(unknown.iter().map(String::as_str))
        )
    })
}

fn say_unknown(unknown: &[String]) {
    if let Some(words) = unknown_words(unknown) {
        say(&words);
    }
}

fn say_nobody(plan: &Plan) {
    if plan.unknown.is_empty() {
        say("Nobody matched, so nothing was changed.");
    }
}

fn say_why_nothing(plan: &Plan) -> Exit {
    say_unknown(&plan.unknown);
    if plan.targets == 0 {
        say_nobody(plan);
        return Exit::Missing;
    }
    for refusal in plan.refusals.iter().take(NAMED_MAX) {
        say(&format!("{}: {}.", refusal.name, refusal.reason));
    }
    if plan.refused > 0 {
        say(&format!(
            "{} refused, so nothing was changed.",
            count(plan.refused, "user was", "users were")
        ));
        return if plan.already > 0 {
            Exit::Partly
        } else {
            Exit::Refused
        };
    }
    say("Nothing was changed: it is so already.");
    if plan.unknown.is_empty() {
        Exit::Done
    } else {
        Exit::Partly
    }
}

async fn confirm(operator: &Operator, plan: &Plan, sure: &SureFlags) -> Result<Job> {
    let mut answer = ConfirmPlan {
        job: plan.id,
        confirmation: Confirmation::None,
        reason: sure.reason.clone().unwrap_or_default(),
        ticket: sure.ticket.clone().unwrap_or_default(),
        identified: false,
    };
    match sure.yes_count {
        Some(number) => answer.confirmation = Confirmation::Count(number),
        None if plan.tier <= 1 => {}
        None if ask::is_attended() => {
            describe(plan);
            if plan.reason_needed && answer.reason.is_empty() {
                answer.reason = ask::line(REASON).await?;
            }
            if plan.ticket_needed && answer.ticket.is_empty() {
                answer.ticket = ask::line(TICKET).await?;
            }
            let deed = (plan.operation.as_str(), plan.will_change);
            answer.confirmation = proof(plan.tier, deed, counts(plan)).await?;
        }
        None => {
            return Err(Failure::Said(
                Exit::NotConfirmed,
                format!(
                    "{} wants to be confirmed and nothing was changed; look at it with --dry-run, and confirm it with --yes-count {}{}.{}",
                    plan.title,
                    plan.will_change,
                    if plan.reason_needed && answer.reason.is_empty() {
                        " and --reason TEXT"
                    } else {
                        ""
                    },
                    // Whoever confirms the rest should know who is left out.
                    unknown_words(&plan.unknown)
                        .map_or_else(String::new, |words| format!(" {words}"))
                ),
            ));
        }
    }
    Ok(operator.service.perform(&operator.session, answer).await?)
}

/// The question that a tier asks: a yes, the count of what will change, or the deed and the count.
pub async fn proof(tier: i64, (deed, count): (&str, i64), counted: &str) -> Result<Confirmation> {
    let number = count.to_string();
    let deed = format!("{deed} {number}");
    let (prompt, wanted) = match tier {
        ..=2 => ("Type yes to go ahead: ".to_owned(), "yes"),
        3 => (format!("Type the number of {counted}: "), number.as_str()),
        _ => (format!("Type \"{deed}\" to go ahead: "), deed.as_str()),
    };
    if ask::line(&prompt).await? != wanted {
        return Err(Failure::Said(
            Exit::NotConfirmed,
            "Not confirmed, so nothing was changed.".to_owned(),
        ));
    }
    Ok(if tier <= 2 {
        Confirmation::Yes
    } else {
        Confirmation::Count(count)
    })
}

/// What the plan counts.
fn counts(plan: &Plan) -> &'static str {
    match plan.operation {
        Operation::Members => "memberships that will change",
        _ => "users that will change",
    }
}

/// The plan in a few lines, before the question.
fn describe(plan: &Plan) {
    say(&format!(
        "{}: {} will change, {} already so, {} refused.",
        plan.title, plan.will_change, plan.already, plan.refused
    ));
    for refusal in plan.refusals.iter().take(NAMED_MAX) {
        say(&format!("  refused: {}: {}", refusal.name, refusal.reason));
    }
    say_unknown(&plan.unknown);
    if plan.privileged > 0 {
        say(&format!(
            "  {} privileged.",
            count(plan.privileged, "of them is", "of them are")
        ));
    }
    for effect in plan.side_effects() {
        say(&format!("  It also {effect}, which can't be undone."));
    }
    if !plan.undoable {
        say("  This can't be undone.");
    }
}

/// Runs a confirmed job, chunk by chunk. A signal pauses it between two of them.
pub async fn run(cx: &Cx, operator: &Operator, mut job: Job) -> Result<(Job, Option<Exit>)> {
    let hold = cx.stop.hold();
    let (service, session) = (&operator.service, &operator.session);
    let mut progress = Progress::default();
    while job.state == JobState::Running {
        if let Some(exit) = cx.stop.asked() {
            job = service.perform(session, PauseJob { job: job.id }).await?;
            progress.end();
            return Ok((job, Some(exit)));
        }
        job = service.perform(session, RunChunk { job: job.id }).await?;
        progress.show(&job);
    }
    progress.end();
    drop(hold);
    Ok((job, None))
}

/// One line that counts on, for a person who watches.
#[derive(Default)]
struct Progress {
    shown: bool,
}

impl Progress {
    fn show(&mut self, job: &Job) {
        let mut out = std::io::stderr();
        if job.is_finished() && !self.shown || !out.is_terminal() {
            return;
        }
        self.shown = true;
        let _ = write!(out, "\r{} of {} done", job.done + job.failed, job.total);
        let _ = out.flush();
    }

    fn end(&self) {
        if self.shown {
            let _ = writeln!(std::io::stderr());
        }
    }
}

/// Says how a job ended, and turns it into the exit code.
pub async fn report(
    cx: &Cx,
    operator: &Operator,
    job: &Job,
    plan: Option<&Plan>,
    stopped: Option<Exit>,
) -> Result<Exit> {
    let mut problems: Vec<Missing> = plan.map(|plan| plan.refusals.clone()).unwrap_or_default();
    if job.failed > 0 {
        let failed = PlanTargets {
            job: job.id,
            choice: TargetChoice::Failed,
            after: 0,
            limit: FAILED_MAX,
        };
        let failed = operator.service.ask(&operator.session, failed).await?;
        problems.extend(failed.into_iter().map(|target| Missing {
            name: target.username,
            reason: target.result_note,
        }));
    }
    let unknown = plan.map(|plan| plan.unknown.as_slice()).unwrap_or_default();
    for problem in problems.iter().take(NAMED_MAX) {
        say(&format!("{}: {}.", problem.name, problem.reason));
    }
    if problems.len() > NAMED_MAX {
        say(&format!(
            "and {} more: wardroom job show {}",
            problems.len() - NAMED_MAX,
            job.id.0
        ));
    }
    say_unknown(unknown);
    say(&outcome(job));
    // Who was refused is no part of the job: only the command that made the plan answers for them.
    let left_out = plan.is_some_and(|plan| plan.refused > 0 || !plan.unknown.is_empty());
    if cx.output.is_json() {
        cx.output.json(&JobAnswer {
            job,
            problems,
            unknown,
        })?;
    }
    Ok(match stopped {
        Some(exit) => exit,
        None if left_out || job.state != JobState::Done => Exit::Partly,
        None => Exit::Done,
    })
}

fn outcome(job: &Job) -> String {
    let id = job.id.0;
    let done = format!("{} of {} done", job.done, job.total);
    match job.state {
        JobState::Paused => format!(
            "Paused: {}, {done}; go on with: wardroom job resume {id}",
            job.title
        ),
        JobState::Cancelled => format!("Cancelled: {}, {done} (job {id}).", job.title),
        _ if job.undoable => format!(
            "{}: {done} (job {id}); take it back with: wardroom job undo {id}",
            job.title
        ),
        _ => format!("{}: {done} (job {id}).", job.title),
    }
}

fn count(number: impl TryInto<i64>, one: &str, several: &str) -> String {
    let number = number.try_into().unwrap_or(i64::MAX);
    text::counted(number, one, several)
}

fn names<'a>(names: impl ExactSizeIterator<Item = &'a str>) -> String {
    let more = names.len().saturating_sub(NAMED_MAX);
    let text = names.take(NAMED_MAX).collect::<Vec<_>>().join(", ");
    if more > 0 {
        format!("{text} and {more} more")
    } else {
        text
    }
}
