//! The door of the console.

use super::harness::{Harness, options};
use super::town::{PASSWORD, Town};
use crate::support::engine::Engine;
use insta::assert_snapshot;
use rstest::rstest;
use wardroom::tui::app::Request;
use wardroom::tui::{DemoAccount, Options};

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn wrong_is_refused_in_neutral_words_and_right_opens_the_tabs(#[case] engine: Engine) {
    let mut h = Harness::new(Town::on(engine).await).await;
    assert_snapshot!("empty", h.screen());
    h.sign_in("mkhan", "not the password").await;
    assert_snapshot!("refused", h.screen());
    h.type_text(PASSWORD).await.press("enter").await;
    h.sees("[1 Users]")
        .sees("op: mkhan (Acme)")
        .sees_no("refused");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn unknown_and_locked_names_get_the_same_words(#[case] engine: Engine) {
    let mut h = Harness::new(Town::on(engine).await).await;
    h.sign_in("nobody", PASSWORD).await;
    let unknown = h.screen().replace("nobody    ", "a.ivanova ");
    let mut h = Harness::new(Town::on(engine).await).await;
    h.sign_in("a.ivanova", PASSWORD).await;
    h.sees("Sign-in failed");
    let lines = |screen: String| {
        screen
            .lines()
            .map(|line| line.trim_end().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(
        lines(h.screen()),
        lines(unknown.replace("nobody", "a.ivanova"))
    );
}

#[tokio::test]
async fn a_demo_says_which_accounts_to_use() {
    let account = |name: &str, purpose: &str| DemoAccount {
        name: name.to_owned(),
        password: PASSWORD.to_owned(),
        purpose: purpose.to_owned(),
    };
    let options = Options {
        environment: "demo".to_owned(),
        demo_accounts: vec![
            account("admin", "administrator: everything"),
            account("mkhan", "helpdesk: finds and unlocks"),
        ],
        ..options()
    };
    let mut h = Harness::with(Town::on(Engine::Sqlite).await, options, 80, 24).await;
    assert_snapshot!("accounts_of_the_demo", h.screen());
    h.resize(60, 15).await;
    assert_snapshot!("60x15", h.screen());
}

#[tokio::test]
async fn fields_are_walked_pasted_into_and_never_show_the_password() {
    let mut h = Harness::new(Town::on(Engine::Sqlite).await).await;
    h.press("enter").await;
    h.sees("Type your username or e-mail address first.");
    h.paste("mkhan\n")
        .await
        .press("tab")
        .await
        .paste(&format!("{PASSWORD}\n"))
        .await;
    h.sees("mkhan")
        .sees(&"*".repeat(PASSWORD.len()))
        .sees_no(PASSWORD);
    h.press("enter").await;
    h.sees("[1 Users]");
}

#[tokio::test]
async fn ctrl_c_quits_where_nobody_is_signed_in() {
    let mut h = Harness::new(Town::on(Engine::Sqlite).await).await;
    h.press("ctrl-c").await;
    assert_eq!(h.request(), Some(Request::Quit(0)));
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_missing_database_is_told_at_the_door_and_tried_again(#[case] engine: Engine) {
    let mut h = Harness::new(Town::on(engine).await).await;
    h.town.sql("alter table users rename to users_gone").await;
    h.sign_in("mkhan", PASSWORD).await;
    h.sees("The database answered with an unexpected error");
    h.town.sql("alter table users_gone rename to users").await;
    h.type_text(PASSWORD).await.press("enter").await;
    h.sees("op: mkhan (Acme)");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_newcomer_is_shown_the_keys_that_matter_once(#[case] engine: Engine) {
    let welcoming = Options {
        first_run_card: true,
        ..options()
    };
    let mut h = Harness::with(Town::on(engine).await, welcoming, 80, 24).await;
    h.sign_in("mkhan", PASSWORD).await;
    assert_snapshot!("card_of_the_first_sign_in", h.screen());
    h.resize(60, 15).await;
    assert_snapshot!("card_of_the_first_sign_in_60x15", h.screen());
    // The key that closes it does nothing else.
    h.press("/").await;
    h.sees_no("Welcome").sees("/:filter");
    h.press(":").await.type_text("sign out of").await;
    h.press("enter").await;
    h.sign_in("mkhan", PASSWORD).await;
    h.sees("[1 Users]").sees_no("Welcome");
    h.press(":").await.type_text("sign out of").await;
    h.press("enter").await;
    h.sign_in("c.obrien", PASSWORD).await;
    h.sees("Welcome to Wardroom: the ten keys that matter");
}
