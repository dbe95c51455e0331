//! The part of the table about jobs: whose they are, in each of their states.

use super::{At, Columns, Place, Table, cell, refused, seen, yes};
use crate::support::town::{Town, confirm};
use std::collections::BTreeMap;
use wardroom::domain::JobId;
use wardroom::service::explain::PlanImpact;
use wardroom::service::jobs::{
    CancelJob, ConfirmPlan, Confirmation, DropPlan, Job, LeaveOut, ListJobs, Operation, PauseJob,
    Plan, PlanTargets, ResumeJob, RetryJob, RunChunk, ShowJob, TargetChoice, UndoJob,
};
use wardroom::service::{Action, Session};
use wardroom::store::sql::Sql;

const JOBS: Columns = &[
    (Place::Themselves, "themselves"),
    (Place::Unit, "own unit"),
    (Place::Below, "unit below"),
    (Place::Aside, "other unit"),
    (Place::Abroad, "other org"),
];

/// What jobs there are at each place: state → the job. All of them disable somebody there.
type Jobs = BTreeMap<(&'static str, &'static str), JobId>;

pub async fn fill(table: &mut Table) {
    let mut jobs = Jobs::new();
    let ada = table.town.sign_in("ada").await;
    for place in [Place::Unit, Place::Below, Place::Aside, Place::Abroad] {
        add_jobs(&table.town, &ada, place, &mut jobs).await;
    }
    table.part("jobs_that_somebody_there_began", JOBS);
    looked_at(table, &jobs).await;
    acted_on(table, &jobs).await;
}

async fn add_jobs(town: &Town, ada: &Session, place: Place, jobs: &mut Jobs) {
    let person = place.person();
    let (one, other) = (format!("{person}_job"), format!("{person}_done"));
    let plan = async |name: &str| town.plan(ada, Operation::Disable, &[name]).await;
    let done = plan(&other).await;
    town.run(ada, &done).await;
    let failed = plan(&one).await;
    let moved = Sql::new(
        "update user_states set version = version + 1
         where user_id = (select id from users where username = $1)",
    );
    town.execute(moved.bind(&one)).await;
    town.run(ada, &failed).await;
    let (planned, running, paused) = (plan(&one).await, plan(&one).await, plan(&one).await);
    town.confirm(ada, &running).await;
    town.confirm(ada, &paused).await;
    let pause = PauseJob { job: paused.id };
    town.service.perform(ada, pause).await.unwrap();
    for (state, plan) in [
        ("done", done),
        ("failed", failed),
        ("planned", planned),
        ("running", running),
        ("paused", paused),
    ] {
        jobs.insert((person, state), plan.id);
    }
}

/// The job of this state at the place of a cell, as begun by whoever stands there; one's own is in the own unit.
async fn job(town: &Town, at: &At<'_>, jobs: &Jobs, state: &'static str) -> JobId {
    let place = match at.place {
        Place::Themselves => Place::Unit,
        place => place,
    };
    let job = jobs[&(place.person(), state)];
    let owner = "update jobs set operator_id = $2, organization_id = (
            select organization_id from users where id = $2) where id = $1";
    town.execute(Sql::new(owner).bind(job).bind(at.id())).await;
    job
}

async fn looked_at(table: &mut Table, jobs: &Jobs) {
    table
        .line_up("jobs ListJobs", "", async |town, at| {
            let job = job(town, at, jobs, "done").await;
            let list = ListJobs {
                limit: 200,
                unfinished: false,
            };
            let listed = town.service.ask(&at.operator.session, list).await;
            cell(listed, |list| {
                seen(list.iter().filter(|one| one.id == job).count())
            })
        })
        .await;
    table
        .line_up("jobs ShowJob", "", async |town, at| {
            let show = ShowJob {
                job: job(town, at, jobs, "done").await,
            };
            cell(town.service.ask(&at.operator.session, show).await, yes)
        })
        .await;
    table
        .line_up("explain PlanImpact", "", async |town, at| {
            let impact = PlanImpact {
                job: job(town, at, jobs, "done").await,
            };
            cell(town.service.ask(&at.operator.session, impact).await, yes)
        })
        .await;
    table
        .line_up("jobs PlanTargets", "", async |town, at| {
            let targets = PlanTargets {
                job: job(town, at, jobs, "done").await,
                choice: TargetChoice::All,
                after: 0,
                limit: 5,
            };
            let listed = town.service.ask(&at.operator.session, targets).await;
            cell(listed, |list| {
                // Those whom one may not see are dots.
                match list.first() {
                    Some(target) if target.username.starts_with('•') => "dots".to_owned(),
                    found => seen(found.iter().count()),
                }
            })
        })
        .await;
}

async fn act<A: Action>(
    table: &mut Table,
    jobs: &Jobs,
    (request, state): (&str, &'static str),
    make: impl Fn(JobId) -> A,
    read: impl Fn(&A::Output) -> String,
) {
    table
        .line_up(request, state, async |town, at| {
            let action = make(job(town, at, jobs, state).await);
            cell(
                town.service.rehearse(&at.operator.session, action).await,
                &read,
            )
        })
        .await;
}

fn verdict(plan: &Plan) -> String {
    match plan.refusals.first() {
        _ if plan.will_change > 0 => "yes".to_owned(),
        Some(refusal) => refused(&refusal.reason),
        None => "nothing".to_owned(),
    }
}

async fn acted_on(table: &mut Table, jobs: &Jobs) {
    let confirm = |job| ConfirmPlan {
        confirmation: Confirmation::Count(1),
        ..confirm(job)
    };
    act(table, jobs, ("jobs ConfirmPlan", "planned"), confirm, yes).await;
    let drop = |job| DropPlan { job };
    act(table, jobs, ("jobs DropPlan", "planned"), drop, yes).await;
    let leave_out = |job| LeaveOut {
        job,
        position: 1,
        back_in: false,
    };
    act(table, jobs, ("jobs LeaveOut", "planned"), leave_out, yes).await;
    let run = |job| RunChunk { job };
    // What a chunk may not do fails for good.
    let ran = |job: &Job| if job.done > 0 { "yes" } else { "fails" }.to_owned();
    act(table, jobs, ("jobs RunChunk", "running"), run, ran).await;
    let pause = |job| PauseJob { job };
    act(table, jobs, ("jobs PauseJob", "running"), pause, yes).await;
    let resume = |job| ResumeJob { job };
    act(table, jobs, ("jobs ResumeJob", "paused"), resume, yes).await;
    let cancel = |job| CancelJob { job };
    act(table, jobs, ("jobs CancelJob", "paused"), cancel, yes).await;
    let undo = |job| UndoJob { job };
    act(table, jobs, ("jobs UndoJob", "done"), undo, verdict).await;
    let retry = |job| RetryJob { job };
    act(table, jobs, ("jobs RetryJob", "failed"), retry, verdict).await;
}
