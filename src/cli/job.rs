//! `wardroom job …`: what ran, what waits, and taking it back.

use super::exit::{Exit, Result};
use super::operator::Operator;
use super::output::{Format, say};
use super::plan::{self, PlanFlags};
use super::{Cx, Run};
use crate::domain::JobId;
use crate::service::jobs::{
    CancelJob, Job as Record, ListJobs, PauseJob, PlanTarget, PlanTargets, ResumeJob, ShowJob,
    TargetChoice, UndoJob,
};

const LIST_DEFAULT: u32 = 50;
/// Targets that are asked for at once.
const PAGE_TARGETS: u32 = 1_000;

const TABLE_COLUMNS: &[&str] = &[
    "id",
    "title",
    "operator",
    "state",
    "done",
    "total",
    "failed",
    "created_at",
];

const COLUMNS: &[&str] = &[
    "id",
    "action",
    "title",
    "state",
    "operator",
    "done",
    "total",
    "failed",
    "already",
    "refused",
    "tier",
    "reason",
    "ticket",
    "selection",
    "undoable",
    "undo_of",
    "undone_by",
    "created_at",
    "started_at",
    "finished_at",
];

const TARGET_COLUMNS: &[&str] = PlanTarget::FIELDS;

#[derive(clap::Args)]
pub struct Job {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(clap::Subcommand)]
enum Verb {
    /// Jobs and plans, newest first
    List {
        /// At most so many
        #[arg(long, value_name = "N", default_value_t = LIST_DEFAULT, value_parser = clap::value_parser!(u32).range(1..=10_000))]
        limit: u32,
        /// Only those that somebody has to go on with
        #[arg(long)]
        unfinished: bool,
    },
    /// Show a job, with those it could not change
    Show {
        #[arg(value_name = "JOB")]
        job: i64,
        /// List every target of the job instead
        #[arg(long)]
        targets: bool,
    },
    /// Go on with a job that was paused, or whose process died
    Resume {
        #[arg(value_name = "JOB")]
        job: i64,
    },
    /// Take a job back, by a plan of its own
    Undo {
        #[arg(value_name = "JOB")]
        job: i64,
        #[command(flatten)]
        flags: PlanFlags,
    },
    /// Stop a job after the part that is running; it can be resumed
    Pause {
        #[arg(value_name = "JOB")]
        job: i64,
    },
    /// End a job where it stands: what is done stays done
    Cancel {
        #[arg(value_name = "JOB")]
        job: i64,
    },
}

impl Run for Job {
    async fn run(self, cx: &mut Cx) -> Result<Exit> {
        let operator = cx.operator().await?;
        let (service, session) = (&operator.service, &operator.session);
        match self.verb {
            Verb::List { limit, unfinished } => {
                let jobs = service.ask(session, ListJobs { limit, unfinished }).await?;
                let columns = match cx.output.format {
                    Format::Table => TABLE_COLUMNS,
                    Format::Json | Format::Ndjson | Format::Csv => COLUMNS,
                };
                cx.output.rows(columns, &jobs)?;
                Ok(Exit::Done)
            }
            Verb::Show { job, targets: true } => targets(cx, &operator, JobId(job)).await,
            Verb::Show { job, .. } => show(cx, &operator, JobId(job)).await,
            Verb::Resume { job } => {
                let job = service
                    .perform(session, ResumeJob { job: JobId(job) })
                    .await?;
                let (job, stopped) = plan::run(cx, &operator, job).await?;
                plan::report(cx, &operator, &job, None, stopped).await
            }
            Verb::Undo { job, flags } => {
                let undo = UndoJob { job: JobId(job) };
                let plan = plan::made(&operator, undo, &flags).await?;
                plan::settle(cx, &operator, plan, &flags).await
            }
            Verb::Pause { job } => {
                let job = service
                    .perform(session, PauseJob { job: JobId(job) })
                    .await?;
                changed(cx, &job)
            }
            Verb::Cancel { job } => {
                let job = service
                    .perform(session, CancelJob { job: JobId(job) })
                    .await?;
                changed(cx, &job)
            }
        }
    }
}

fn changed(cx: &Cx, job: &Record) -> Result<Exit> {
    say(&format!("Job {} is {} now.", job.id.0, job.state.as_str()));
    if cx.output.is_json() {
        cx.output.json(job)?;
    }
    Ok(Exit::Done)
}

#[derive(serde::Serialize)]
struct Detail {
    #[serde(flatten)]
    job: Record,
    /// Refused, privileged and failed targets.
    noted: Vec<PlanTarget>,
}

async fn show(cx: &Cx, operator: &Operator, id: JobId) -> Result<Exit> {
    let (service, session) = (&operator.service, &operator.session);
    let job = service.ask(session, ShowJob { job: id }).await?;
    let noted = PlanTargets {
        job: id,
        choice: TargetChoice::Troubled,
        after: 0,
        limit: PAGE_TARGETS,
    };
    let noted = service.ask(session, noted).await?;
    if cx.output.is_json() {
        cx.output.json(&Detail { job, noted })?;
        return Ok(Exit::Done);
    }
    cx.output.record(&job)?;
    if !noted.is_empty() && cx.output.format == Format::Table {
        cx.output.text("")?;
        cx.output.rows(TARGET_COLUMNS, &noted)?;
    }
    Ok(Exit::Done)
}

async fn targets(cx: &Cx, operator: &Operator, job: JobId) -> Result<Exit> {
    let mut list = cx.output.list(TARGET_COLUMNS);
    let mut after = 0;
    loop {
        let page = PlanTargets {
            job,
            choice: TargetChoice::All,
            after,
            limit: PAGE_TARGETS,
        };
        let page = operator.service.ask(&operator.session, page).await?;
        for target in &page {
            list.row(&super::output::Record::of(target)?)?;
        }
        match page.last() {
            Some(target) => after = target.position,
            None => break,
        }
    }
    list.end()?;
    Ok(Exit::Done)
}
