//! The jobs: what ran, what became of each target, and what can be done about it.

use super::harness::Harness;
use super::town::Town;
use crate::support::engine::Engine;
use insta::assert_snapshot;
use rstest::rstest;
use wardroom::service::jobs::{ConfirmPlan, Confirmation, MakePlan, Operation, PauseJob, Targets};

#[tokio::test]
async fn an_empty_list_says_how_jobs_come_to_be() {
    let mut h = Harness::signed_in(Town::on(Engine::Sqlite).await, "admin").await;
    h.press("g j").await;
    assert_snapshot!("none_yet", h.screen());
    h.press("a").await;
    h.sees("There is no job yet");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_job_shows_who_was_refused_and_why(#[case] engine: Engine) {
    let mut h = Harness::signed_in(Town::on(engine).await, "mkhan").await;
    h.press("/")
        .await
        .type_text("status:locked")
        .await
        .press("enter")
        .await;
    h.press("space space space space a u ctrl-s y enter g j")
        .await;
    assert_snapshot!("three_unlocked_one_refused", h.screen());
    h.press("enter").await;
    assert_snapshot!("every_target", h.screen());
    h.press("esc a").await;
    assert_snapshot!("what_can_be_done", h.screen());
    h.press("u").await;
    h.sees("PLAN  Lock again 3 users (undo of job 1)");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_paused_job_is_resumed(#[case] engine: Engine) {
    let mut h = Harness::signed_in(Town::on(engine).await, "admin").await;
    let admin = h.town.sign_in("admin").await;
    let service = &h.town.service;
    let targets = Targets::Filter("status:locked".to_owned());
    let plan = service
        .perform(&admin, MakePlan::new(Operation::Unlock, targets))
        .await
        .unwrap();
    let confirm = ConfirmPlan {
        job: plan.id,
        confirmation: Confirmation::Count(plan.will_change),
        reason: String::new(),
        ticket: String::new(),
    };
    service.perform(&admin, confirm).await.unwrap();
    service
        .perform(&admin, PauseJob { job: plan.id })
        .await
        .unwrap();
    h.press("g j").await;
    assert_snapshot!("paused", h.screen());
    h.press("a r").await;
    h.sees("done: Unlock 4 users (job 1)").sees("4/4");
}
