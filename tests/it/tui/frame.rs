//! What stands around the screens, and what may happen to all of them.

use super::harness::{Harness, options};
use super::town::{PASSWORD, Town};
use crate::support::engine::Engine;
use insta::assert_snapshot;
use rstest::rstest;
use wardroom::service::jobs::Operation;
use wardroom::tui::Options;
use wardroom::tui::app::Request;

#[tokio::test]
async fn a_window_too_small_keeps_everything_until_it_grows() {
    let mut h = Harness::signed_in(Town::on(Engine::Sqlite).await, "mkhan").await;
    h.press("/").await.type_text("tanaka").await;
    h.resize(48, 12).await;
    assert_snapshot!("too_small", h.screen());
    h.press("x").await;
    assert_eq!(h.request(), None);
    h.resize(80, 24).await;
    h.sees("Filter> tanaka").sees("2 of 10");
    h.resize(59, 24).await.press("q").await;
    assert_eq!(h.request(), Some(Request::Quit(0)));
}

#[tokio::test]
async fn a_sequence_shows_its_choices_and_waits() {
    let mut h = Harness::signed_in(Town::on(Engine::Sqlite).await, "mkhan").await;
    h.press("g").await;
    assert_snapshot!("g_was_pressed", h.screen());
    h.press("esc j").await;
    h.sees(">   admin");
    h.press("g j").await;
    h.sees("[6 Jobs]");
    h.press("s").await;
    h.sees("s (sort) does nothing here; ? shows what does.");
    h.press("]").await;
    h.sees("[1 Users]");
}

#[tokio::test]
async fn production_is_a_word() {
    let options = Options {
        environment: "prod-eu".to_owned(),
        production: true,
        read_only: true,
        ..options()
    };
    let mut h = Harness::with(Town::on(Engine::Sqlite).await, options, 80, 24).await;
    h.sign_in("admin", PASSWORD).await;
    h.sees("wardroom  prod-eu  PROD  RO   op: admin (Acme)");
}

#[tokio::test]
async fn esc_never_quits_and_two_ways_to_quit_are_told() {
    let mut h = Harness::signed_in(Town::on(Engine::Sqlite).await, "mkhan").await;
    h.press("esc esc esc").await;
    assert_eq!(h.request(), None);
    h.press("q").await;
    h.sees("Q quits Wardroom.");
    h.press("ctrl-c").await;
    h.sees("Press Ctrl-c again");
    assert_eq!(h.request(), None);
    h.press("ctrl-c").await;
    assert_eq!(h.request(), Some(Request::Quit(0)));
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn hostile_and_endless_names_are_shown_as_what_they_are(#[case] engine: Engine) {
    let town = Town::on(engine).await;
    town.sql(
        "update users set first_name = 'a\u{202e}b\u{200b}c\u{1b}[2J' where username = 'c.obrien'",
    )
    .await;
    town.sql("update users set last_name = '👩\u{200d}💻 田中田中田中田中田中田中田中田中田中' where username = 'd.mueller'")
        .await;
    town.sql("update users set first_name = 'Z\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}algo' where username = 'e.haddad'")
        .await;
    let mut h = Harness::signed_in(town, "admin").await;
    assert_snapshot!("hostile_names_in_the_list", h.screen());
    h.press("down down down enter").await;
    h.sees("a‹U+202E›b‹U+200B›c‹U+001B›[2J");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_database_that_goes_away_is_told_and_one_that_comes_back_is_used(#[case] engine: Engine) {
    let mut h = Harness::signed_in(Town::on(engine).await, "mkhan").await;
    h.town.sql("alter table users rename to users_gone").await;
    h.press("ctrl-r").await;
    assert_snapshot!("the_database_is_away", h.screen());
    h.press("down down").await;
    h.sees(">   b.tanaka").sees("database");
    h.press("a").await;
    h.sees(">   b.tanaka").sees("database");
    h.town.sql("alter table users_gone rename to users").await;
    h.press("ctrl-r").await;
    h.sees("The database answers again.").sees(">   b.tanaka");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn who_is_disabled_meanwhile_is_back_at_the_door(#[case] engine: Engine) {
    let mut h = Harness::signed_in(Town::on(engine).await, "mkhan").await;
    h.press("?").await;
    h.town.somebody_does(Operation::Disable, "mkhan").await;
    h.press("esc ctrl-r").await;
    assert_snapshot!("the_session_ended", h.screen());
    h.sign_in("admin", PASSWORD).await;
    h.sees("op: admin (Acme)");
}
