//! A console that is left alone shows nothing, loses nothing, and asks who comes back.

use super::harness::{Harness, options};
use super::town::{PASSWORD, Town};
use crate::support::engine::Engine;
use insta::assert_snapshot;
use rstest::rstest;
use wardroom::service::jobs::Operation;
use wardroom::tui::Options;
use wardroom::tui::app::Request;

const TEN_MINUTES: i64 = 10 * 60;

/// A console that is locked after ten minutes, with the list of users on the screen.
async fn ten_minutes(town: Town, name: &str) -> Harness {
    let options = Options {
        idle_minutes: 10,
        ..options()
    };
    let mut h = Harness::with(town, options, 80, 24).await;
    h.sign_in(name, PASSWORD).await;
    h
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn it_hides_everything_and_gives_it_back_to_its_operator(#[case] engine: Engine) {
    let mut h = ten_minutes(Town::on(engine).await, "mkhan").await;
    h.press("/").await.type_text("tanaka").await;
    h.press("enter space").await;
    h.sees("1 marked");
    h.leave_alone(TEN_MINUTES - 1).await;
    h.sees("b.tanaka");
    h.leave_alone(1).await;
    assert_snapshot!("locked", h.screen());
    h.type_text("wrong").await.press("enter").await;
    assert_snapshot!("a_wrong_password_for_the_locked_screen", h.screen());
    h.type_text(PASSWORD).await.press("enter").await;
    h.sees("Filter> tanaka").sees("2 of 10").sees("1 marked");
    h.press("/ ctrl-u").await.type_text("mkhan").await;
    h.press("enter t").await;
    h.sees("unlocked the screen of the console")
        .sees("wrong password");
}

#[tokio::test]
async fn a_key_keeps_it_open_and_the_first_key_after_a_long_sleep_does_not() {
    let mut h = ten_minutes(Town::on(Engine::Sqlite).await, "mkhan").await;
    h.leave_alone(TEN_MINUTES - 1).await.press("down").await;
    h.leave_alone(TEN_MINUTES - 1).await;
    h.sees("b.tanaka");
    h.town.clock.advance(TEN_MINUTES);
    h.press("x").await;
    h.sees("This screen is locked.").sees_no("b.tanaka");
    h.type_text(PASSWORD).await.press("enter").await;
    h.sees("b.tanaka");
}

#[tokio::test]
async fn the_password_is_typed_from_its_first_letter_on() {
    let mut h = ten_minutes(Town::on(Engine::Sqlite).await, "mkhan").await;
    h.leave_alone(TEN_MINUTES).await;
    h.type_text("Q").await;
    assert_eq!(h.request(), None, "a password may begin with a Q");
    h.sees("Password         *");
    h.press("esc down").await;
    h.sees("Password").sees_no("*");
    h.press("esc").await.type_text(PASSWORD).await;
    h.press("enter").await;
    h.sees("b.tanaka");
}

#[tokio::test]
async fn no_minutes_mean_never() {
    let mut h = Harness::signed_in(Town::on(Engine::Sqlite).await, "mkhan").await;
    h.leave_alone(11 * 3_600).await;
    h.sees("b.tanaka");
}

#[tokio::test]
async fn what_is_pasted_or_finished_meanwhile_is_not_shown() {
    let mut h = ten_minutes(Town::on(Engine::Sqlite).await, "admin").await;
    h.press("a").await.press("esc").await;
    h.press(":")
        .await
        .type_text("lock this")
        .await
        .press("enter")
        .await;
    h.sees("This screen is locked.").sees_no("admin");
    h.paste("pasted").await;
    h.sees("******").sees_no("pasted");
    h.town.somebody_does(Operation::Disable, "c.obrien").await;
    h.look_for_changes().await;
    h.sees_no("obrien");
    h.press("esc")
        .await
        .paste(PASSWORD)
        .await
        .press("enter")
        .await;
    h.sees("c.obrien").sees("disabled");
}

#[tokio::test]
async fn it_can_be_quit_and_never_leads_to_the_shell() {
    let mut h = ten_minutes(Town::on(Engine::Sqlite).await, "mkhan").await;
    h.leave_alone(TEN_MINUTES).await;
    h.press("ctrl-z").await;
    assert_eq!(h.request(), None);
    h.press("esc ctrl-c").await;
    assert_eq!(h.request(), None);
    h.press("ctrl-c").await;
    assert_eq!(h.request(), Some(Request::Quit(0)));
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_session_that_ended_meanwhile_leads_to_the_door(#[case] engine: Engine) {
    let mut h = ten_minutes(Town::on(engine).await, "mkhan").await;
    h.leave_alone(TEN_MINUTES).await;
    h.town.somebody_does(Operation::Disable, "mkhan").await;
    h.type_text(PASSWORD).await.press("enter").await;
    h.sees("Name or e-mail").sees("admin ended it");
}
