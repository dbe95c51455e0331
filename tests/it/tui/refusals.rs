//! From every "not allowed" one key leads to what is missing, and who could give it.

use super::harness::{Harness, options};
use super::records;
use super::town::{PASSWORD, Town};
use crate::support::engine::Engine;
use insta::assert_snapshot;
use rstest::rstest;
use std::path::Path;
use wardroom::service::ListChange;
use wardroom::service::roles::{CreateRole, RoleDraft};
use wardroom::service::users::{UpdateUser, UserChanges, UserRef};
use wardroom::tui::Options;
use wardroom::tui::keys::KeyMap;

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_key_that_is_off_explains_itself(#[case] engine: Engine) {
    let mut h = Harness::signed_in(Town::on(engine).await, "mkhan").await;
    h.press("X").await;
    h.sees("Nothing was refused to you yet");
    h.press("e").await;
    assert_snapshot!("a_message_that_can_be_explained", h.screen());
    h.press("X").await;
    assert_snapshot!("why_a_key_is_off", h.screen());
    h.press("esc down").await;
    h.sees_no("X:why");
    h.press("X").await;
    h.sees("May you edit on user?");
    h.press("esc :").await.type_text("why you may not").await;
    h.sees("Why you may not: user:edit");
    h.press("enter").await;
    h.sees("May you edit on user?");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_line_of_the_action_menu_explains_itself(#[case] engine: Engine) {
    let mut h = Harness::signed_in(Town::on(engine).await, "mkhan").await;
    h.press("/").await.type_text("obrien").await;
    h.press("enter a d").await;
    assert_snapshot!("why_an_action_is_not_allowed", h.screen());
    h.press("esc g").await;
    h.sees("May you members on group?");
    h.press("esc esc / ctrl-u").await.type_text("g.root").await;
    h.press("enter a u").await;
    assert_snapshot!("why_a_target_is_out_of_reach", h.screen());
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_refused_row_of_a_plan_explains_itself(#[case] engine: Engine) {
    let mut h = Harness::signed_in(Town::on(engine).await, "mkhan").await;
    h.press("/").await.type_text("status:locked").await;
    h.press("enter A a u").await;
    h.sees("g.root").sees_no("X: why");
    h.press("end").await;
    assert_snapshot!("a_refused_row_of_a_plan", h.screen());
    h.press("X").await;
    assert_snapshot!("why_a_row_of_a_plan_is_refused", h.screen());
    h.press("esc").await;
    h.sees("PLAN");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_tab_that_may_not_be_seen_says_so_and_nothing_else(#[case] engine: Engine) {
    let mut h = Harness::signed_in(Town::on(engine).await, "c.obrien").await;
    assert_snapshot!("a_tab_that_may_not_be_seen", h.screen());
    for (tab, right) in [
        ("1", "user:view"),
        ("2", "group:view"),
        ("3", "role:view"),
        ("4", "organization:view"),
        ("5", "audit:view"),
        ("6", "job:view"),
    ] {
        h.press(tab).await;
        h.sees(&format!("it needs the right {right}"))
            .sees("X explains which rule is missing")
            .sees_no("loading")
            .sees_no("Filter>");
        h.press("X").await;
        let (resource, verb) = right.split_once(':').unwrap();
        h.sees(&format!("May you {verb} on {resource}?"))
            .sees("NO.")
            .sees(&format!("allow {verb} on {resource} at"));
        h.press("esc").await;
    }
    h.press("/").await;
    h.sees("There is nothing to filter here");
}

#[tokio::test]
async fn it_fits_a_small_window() {
    let town = Town::on(Engine::Sqlite).await;
    let mut h = Harness::with(town, options(), 60, 15).await;
    h.sign_in("c.obrien", PASSWORD).await;
    assert_snapshot!("a_tab_that_may_not_be_seen_in_a_small_window", h.screen());
    h.press("X").await;
    assert_snapshot!("why_in_a_small_window", h.screen());
}

#[tokio::test]
async fn the_key_that_explains_is_the_operators_own() {
    let text = "[anywhere]\nexplain = [\"K\", \"f9\"]\n";
    let options = Options {
        keys: KeyMap::with_file(Path::new("keys.toml"), text).unwrap(),
        ..options()
    };
    let town = Town::on(Engine::Sqlite).await;
    let mut h = Harness::with(town, options, 80, 24).await;
    h.sign_in("c.obrien", PASSWORD).await;
    h.sees("K explains which rule is missing")
        .sees_no("X explains");
    h.press("ctrl-p").await.type_text("sign out").await;
    h.press("enter").await;
    h.sign_in("mkhan", PASSWORD).await;
    h.press("/").await.type_text("status:locked").await;
    h.press("enter A a u end").await;
    h.sees("(K: why)").sees_no("(X: why)");
}

#[tokio::test]
async fn where_letters_are_text_another_key_explains() {
    let mut h = Harness::signed_in(Town::on(Engine::Sqlite).await, "mkhan").await;
    h.press("/").await.type_text("status:locked").await;
    h.press("enter A a u end").await;
    h.sees("(X: why)");
    h.press("tab").await;
    h.sees("(F2: why)").sees_no("(X: why)");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn what_was_given_since_is_not_said_to_lie_beyond(#[case] engine: Engine) {
    let mut h = Harness::signed_in(Town::on(engine).await, "mkhan").await;
    h.press("e").await;
    h.sees("it needs the right user:edit");
    let give = "insert into rules (role_id, position, effect, actions, resource, level)
        select id, 99, 'allow', 'edit', 'user', 'organization' from roles where name = 'Helpdesk'";
    h.town.sql(give).await;
    h.press("X").await;
    h.sees("YES, at level organization.")
        .sees("You may by now: try again what was refused.")
        .sees_no("lies beyond");
}

/// Somebody who writes roles and holds little themselves.
async fn a_writer_of_roles(town: &Town) {
    let admin = town.sign_in("admin").await;
    let rules = [
        "allow view,edit,create on role at organization",
        "allow view on user at organization",
    ];
    let draft = RoleDraft {
        name: "Writer".to_owned(),
        rules: ListChange::adding(rules.map(str::to_owned).to_vec()),
        ..RoleDraft::default()
    };
    let create = CreateRole { draft };
    town.service.perform(&admin, create).await.unwrap();
    let update = UpdateUser {
        user: UserRef::Name("e.haddad".to_owned()),
        version: None,
        changes: UserChanges {
            roles: Some(vec!["Writer".to_owned()]),
            ..UserChanges::default()
        },
        consent: wardroom::service::Consent::default(),
    };
    town.service.perform(&admin, update).await.unwrap();
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn what_is_not_ones_own_to_give_explains_itself(#[case] engine: Engine) {
    let town = records::town(engine).await;
    a_writer_of_roles(&town).await;
    let mut h = Harness::signed_in(town, "e.haddad").await;
    h.press("3 /").await.type_text("clerk").await;
    h.press("enter r a ctrl-s").await;
    h.sees("These rules give user:view at level all");
    assert_snapshot!("a_cell_that_is_not_ones_own_to_give", h.screen());
    h.press("X").await;
    assert_snapshot!("why_a_cell_is_not_ones_own_to_give", h.screen());
    h.press("esc esc y enter e down down down enter").await;
    h.type_text("allow edit on user at unit").await;
    h.press("enter enter ctrl-s").await;
    h.sees("These rules give user:edit at level unit");
    h.press("f2").await;
    h.sees("Do you hold user:edit at level unit?")
        .sees("allow edit on user at unit");
}

#[tokio::test]
async fn a_table_that_can_only_be_looked_at_explains_itself() {
    let town = records::town(Engine::Sqlite).await;
    let mut h = Harness::signed_in(town, "mkhan").await;
    h.press("3 /").await.type_text("clerk").await;
    h.press("enter r").await;
    h.sees("it needs the right role:edit").sees("X:why");
    h.press("X").await;
    h.sees("May you edit on role?").sees("NO.");
    h.press("esc g").await;
    h.sees("X:why");
}
