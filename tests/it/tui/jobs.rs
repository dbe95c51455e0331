//! The jobs: what ran, what became of each target, and what can be done about it.

use super::harness::Harness;
use super::town::{PASSWORD, Town};
use crate::support::engine::Engine;
use insta::assert_snapshot;
use rstest::rstest;
use wardroom::service::Session;
use wardroom::service::jobs::{
    ConfirmPlan, Confirmation, MakePlan, Operation, PauseJob, Plan, Targets, run_job,
};

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
        identified: false,
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

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_job_left_behind_is_told_at_the_door(#[case] engine: Engine) {
    let town = Town::on(engine).await;
    let admin = town.sign_in("admin").await;
    let plan = plan_of(&town, &admin, "status:locked").await;
    let mut h = Harness::signed_in(town, "admin").await;
    h.sees("Job 1 is not finished and stands at 0 of 4: g j, then a and r, resumes it.");
    h.press("g j").await;
    assert_snapshot!("one_that_runs", h.screen());
    h.town
        .service
        .perform(&admin, PauseJob { job: plan.id })
        .await
        .unwrap();
    h.press(":")
        .await
        .type_text("sign out of w")
        .await
        .press("enter")
        .await;
    h.sign_in("admin", PASSWORD).await;
    h.sees("Job 1 is paused at 0 of 4");
    h.press(":")
        .await
        .type_text("sign out of w")
        .await
        .press("enter")
        .await;
    h.sign_in("g.root", PASSWORD).await;
    h.sees_no("Job 1");
}

/// A plan to unlock, confirmed and not run.
async fn plan_of(town: &Town, session: &Session, filter: &str) -> Plan {
    let targets = Targets::Filter(filter.to_owned());
    let plan = town
        .service
        .perform(session, MakePlan::new(Operation::Unlock, targets))
        .await
        .unwrap();
    let confirm = ConfirmPlan {
        job: plan.id,
        confirmation: Confirmation::Count(plan.will_change),
        reason: String::new(),
        ticket: String::new(),
        identified: false,
    };
    town.service.perform(session, confirm).await.unwrap();
    plan
}

/// Of four to unlock, two are changed meanwhile; the job fails on them.
async fn with_two_failures(engine: Engine) -> Harness {
    let town = Town::on(engine).await;
    let admin = town.sign_in("admin").await;
    let plan = plan_of(&town, &admin, "status:locked").await;
    for name in ["a.ivanova", "ed.editor"] {
        town.somebody_does(Operation::Disable, name).await;
    }
    run_job(&town.service, &admin, plan.id, |_| {})
        .await
        .unwrap();
    Harness::signed_in(town, "admin").await
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn the_failed_are_marked_or_tried_again(#[case] engine: Engine) {
    let mut h = with_two_failures(engine).await;
    h.press("g j end").await;
    assert_snapshot!("two_of_four_failed", h.screen());
    h.press("a").await;
    assert_snapshot!("what_can_be_done_about_failures", h.screen());
    h.resize(60, 15).await;
    assert_snapshot!("what_can_be_done_about_failures_at_60x15", h.screen());
    h.resize(80, 24).await;
    h.press("m").await;
    h.sees("Filter> is:marked")
        .sees("2 marked")
        .sees("x  a.ivanova")
        .sees("x  ed.editor");
    h.press("g j end a t").await;
    h.sees("PLAN  Unlock 2 users")
        .sees("from: those who failed in job 1");
    h.press("ctrl-s y enter").await;
    h.sees("done: Unlock 2 users");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn jobs_are_filtered_by_words_and_state(#[case] engine: Engine) {
    let mut h = with_two_failures(engine).await;
    h.press("g j").await;
    h.sees("3 of 3");
    h.press("/").await.type_text("state:partial").await;
    h.sees("1 of 3").sees("> ! 1").sees_no("Disable");
    h.press("ctrl-u")
        .await
        .type_text("disable by:adm")
        .await
        .press("enter")
        .await;
    h.sees("2 of 3").sees("Filter> disable by:adm");
    h.press("/").await.type_text("xyz").await;
    h.sees("No job matches this filter.");
    h.press("esc").await;
    h.sees("2 of 3");
    h.press("/ ctrl-u enter").await;
    h.sees("all jobs");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn yesterdays_job_is_undone_but_for_two_conflicts(#[case] engine: Engine) {
    let mut h = Harness::signed_in(Town::on(engine).await, "admin").await;
    h.press("/")
        .await
        .type_text("status:active -admin -mkhan")
        .await
        .press("enter A a d")
        .await;
    h.sees("PLAN  Disable 4 users");
    h.press("ctrl-s y enter").await;
    h.sees("done: Disable 4 users (job 1)");
    h.town.clock.advance(86_400);
    for name in ["c.obrien", "k.tanaka"] {
        h.town.somebody_does(Operation::Enable, name).await;
    }
    h.press("ctrl-r").await;
    h.sees("Sign in to test-eu");
    h.sign_in("admin", PASSWORD).await;
    h.press("z").await;
    assert_snapshot!("what_can_be_taken_back", h.screen());
    h.resize(60, 15).await;
    assert_snapshot!("what_can_be_taken_back_at_60x15", h.screen());
    h.resize(80, 24).await;
    h.type_text("4 users").await.press("enter").await;
    assert_snapshot!("undo_of_yesterday_with_two_conflicts", h.screen());
    h.resize(60, 15).await;
    assert_snapshot!("undo_of_yesterday_at_60x15", h.screen());
    h.resize(80, 24).await;
    h.press("o").await;
    h.sees("was changed by somebody else");
    h.press("ctrl-s y enter").await;
    h.sees("2 done, 0 failed, 2");
    h.press("g j").await;
    h.sees("Enable 2 users (undo of job 1)");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_row_is_left_out_of_a_plan_and_its_tier_follows(#[case] engine: Engine) {
    let mut h = Harness::signed_in(Town::on(engine).await, "admin").await;
    h.press("/")
        .await
        .type_text("status:active -admin")
        .await
        .press("enter A a x")
        .await;
    h.sees("PLAN  Delete 5 users");
    h.press("tab space").await;
    assert_snapshot!("a_row_was_left_out", h.screen());
    h.press("space").await;
    h.sees("PLAN  Delete 5 users");
    h.press("space down space tab").await;
    h.type_text("gone").await.press("ctrl-s").await;
    h.type_text("delete 3").await.press("enter").await;
    h.sees("done: Delete 3 users");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn forty_are_disabled_with_two_hidden_by_the_filter(#[case] engine: Engine) {
    let mut h = Harness::signed_in(Town::crowd(engine).await, "admin").await;
    h.press("/")
        .await
        .type_text("user00")
        .await
        .press("enter v")
        .await;
    h.press("down esc").await;
    h.press("/ ctrl-u")
        .await
        .type_text("user1")
        .await
        .press("enter v")
        .await;
    for _ in 0..37 {
        h.press("down").await;
    }
    h.press("esc").await;
    assert_snapshot!("forty_marked_two_of_them_hidden", h.screen());
    h.press("a").await;
    h.sees("Act on 40 marked users (38 shown, 2 hidden)");
    h.press("d").await;
    assert_snapshot!("plan_to_disable_forty", h.screen());
    h.type_text("a project ended").await.press("ctrl-s").await;
    assert_snapshot!("confirm_forty_by_their_number", h.screen());
    h.type_text("disable 40").await.press("enter").await;
    assert_snapshot!("forty_are_disabled", h.screen());
    h.resize(120, 40).await.press("g j").await;
    assert_snapshot!("the_job_of_forty_at_120x40", h.screen());
    h.resize(60, 15).await;
    assert_snapshot!("the_job_of_forty_at_60x15", h.screen());
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn z_takes_back_one_deed_after_the_other_and_no_undo(#[case] engine: Engine) {
    let mut h = Harness::signed_in(Town::on(engine).await, "admin").await;
    h.press("/").await.type_text("status:locked").await;
    h.press("enter a u").await;
    h.sees("done: Unlock a.ivanova (job 1)");
    h.press("a u").await;
    h.sees("done: Unlock b.tanaka (job 2)")
        .sees(">   ed.editor");
    // Whatever the message line shows, it is the last deed, and the cursor is on whom it was about.
    h.press("esc z").await;
    h.sees("done: Lock again b.tanaka (undo of job 2)")
        .sees_no("z:undo")
        .sees(">   b.tanaka");
    h.press("z").await;
    h.sees("done: Lock again a.ivanova (undo of job 1)")
        .sees(">   a.ivanova");
    h.press("z").await;
    h.sees("Nothing is left to take back of what was done in this console")
        .sees("Undo which job?");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn what_one_plan_wants_to_know_can_be_said(#[case] engine: Engine) {
    let town = Town::under(engine, |policy| {
        policy.tiers.reason_from_tier = 1;
        policy.desk.identification = wardroom::service::Identification::Everywhere;
    });
    let mut h = Harness::signed_in(town.await, "admin").await;
    h.press("a u").await;
    h.sees("PLAN  Unlock a.ivanova")
        .sees("Caller * [ ] is identified");
    h.type_text("calls").await.press("ctrl-s").await;
    h.sees("This needs to know who is calling");
    h.press("space ctrl-s y enter").await;
    h.sees("done: Unlock a.ivanova");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn the_confirmation_names_those_of_the_plan(#[case] engine: Engine) {
    let mut h = Harness::signed_in(Town::crowd(engine).await, "admin").await;
    h.press("/").await.type_text("user").await;
    h.press("enter A a d").await;
    h.press("esc end").await.resize(60, 15).await;
    h.press("tab")
        .await
        .type_text("moved")
        .await
        .press("ctrl-s")
        .await;
    h.sees("user001, user002, user003 and 257 more");
    assert_snapshot!("confirm_many_at_60x15", h.screen());
    h.press("esc esc esc").await;
    h.press("a").await;
    assert_snapshot!("what_can_be_done_to_many_at_60x15", h.screen());
    h.press("end down down down down down down down down down")
        .await;
    h.sees("Roles: add / remove");
}
