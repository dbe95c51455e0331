//! The audit: filtered, opened, followed from link to link, verified.

use super::harness::{Harness, options};
use super::town::{PASSWORD, Town};
use crate::support::engine::Engine;
use crate::support::saving::edited;
use insta::assert_snapshot;
use rstest::rstest;
use wardroom::service::Consent;
use wardroom::service::jobs::Operation;
use wardroom::service::users::{UpdateUser, UserChanges, UserRef};

/// A town in which a helpdesk operator and an administrator did something this morning.
async fn eventful(engine: Engine) -> Town {
    let town = Town::on(engine).await;
    town.somebody_does(Operation::Unlock, "b.tanaka").await;
    town.somebody_does(Operation::Disable, "e.haddad").await;
    let admin = town.sign_in("admin").await;
    let update = UpdateUser {
        user: UserRef::Name("b.tanaka".to_owned()),
        version: None,
        changes: UserChanges {
            profile: vec![
                ("title", "Lead of the long names department".to_owned()),
                ("phone", "+81 3 5550 0100".to_owned()),
            ],
            ..UserChanges::default()
        },
        consent: Consent::default(),
    };
    edited(&town.service, &admin, update).await.unwrap();
    let mkhan = town.sign_in("mkhan").await;
    let plan = wardroom::service::jobs::MakePlan::new(
        Operation::Delete,
        wardroom::service::jobs::Targets::Names(vec!["c.obrien".to_owned()]),
    );
    town.service.perform(&mkhan, plan).await.unwrap_err();
    town
}

async fn opened(town: Town, name: &str) -> Harness {
    let mut h = Harness::signed_in(town, name).await;
    h.press("g a").await;
    h
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn what_was_done_is_listed_opened_and_followed(#[case] engine: Engine) {
    let mut h = opened(eventful(engine).await, "admin").await;
    assert_snapshot!("newest_first", h.screen());
    h.press("/")
        .await
        .type_text("tanaka action:user_*")
        .await
        .press("enter")
        .await;
    assert_snapshot!("filtered", h.screen());
    h.press("enter").await;
    assert_snapshot!("one_entry_before_and_after", h.screen());
    h.press("tab enter").await;
    h.sees("User b.tanaka").sees_no("Audit entry");
    h.press("backspace").await;
    h.sees("Audit entry");
    h.press("enter").await;
    h.sees("User admin");
    h.press("backspace backspace").await;
    h.sees("Filter> tanaka action:user_*");
    h.press("backspace").await;
    h.sees("Filter> tanaka action:user_*");
}

#[tokio::test]
async fn what_was_only_rehearsed_says_so() {
    let town = eventful(Engine::Sqlite).await;
    let mkhan = town.sign_in("mkhan").await;
    let update = UpdateUser {
        user: UserRef::Name("b.tanaka".to_owned()),
        version: None,
        changes: UserChanges {
            profile: vec![("title", "Nobody".to_owned())],
            ..UserChanges::default()
        },
        consent: Consent::default(),
    };
    town.service.rehearse(&mkhan, update).await.unwrap_err();
    let mut h = opened(town, "admin").await;
    h.press("/")
        .await
        .type_text("outcome:denied operator:mkhan")
        .await
        .press("enter enter")
        .await;
    assert_snapshot!("only_rehearsed", h.screen());
}

#[tokio::test]
async fn wide_and_small_screens_show_what_fits() {
    let town = eventful(Engine::Sqlite).await;
    let mut h = Harness::with(town, options(), 120, 40).await;
    h.sign_in("admin", PASSWORD).await;
    h.press("5").await;
    assert_snapshot!("wide", h.screen());
    h.press("down down enter").await;
    assert_snapshot!("an_entry_on_a_wide_screen", h.screen());
    h.press("esc").await.resize(60, 15).await;
    assert_snapshot!("small", h.screen());
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_cell_becomes_a_filter(#[case] engine: Engine) {
    let mut h = opened(eventful(engine).await, "admin").await;
    h.press("f").await;
    h.sees("There is nothing in this cell to filter by");
    h.press("right right f").await;
    h.sees("Filter> operator:admin");
    h.press("right down down f").await;
    h.sees("Filter> operator:admin action:");
    h.press("left left f").await;
    h.sees("since:2026-").sees("until:202");
    h.press("/ ctrl-u")
        .await
        .type_text("outcome:denied")
        .await
        .press("enter")
        .await;
    h.sees("c.obrien").sees("DENIED");
    h.press("right right right f").await;
    h.sees("outcome:denied target:c.obrien");
}

#[tokio::test]
async fn a_typo_keeps_the_list_and_nothing_found_is_a_clear_answer() {
    let mut h = opened(eventful(Engine::Sqlite).await, "admin").await;
    h.press("/").await.type_text("action:user_unlokced").await;
    assert_snapshot!("a_filter_with_a_typo", h.screen());
    h.press("enter").await;
    h.sees("did you mean");
    h.press("ctrl-u").await.type_text("nobody at all").await;
    assert_snapshot!("nothing_matches", h.screen());
    h.press("esc").await;
    h.sees("all entries, newest first");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn without_the_right_there_is_no_list_and_no_verification(#[case] engine: Engine) {
    let mut h = opened(Town::on(engine).await, "mkhan").await;
    assert_snapshot!("refused", h.screen());
    h.press("V").await;
    h.sees("V (verify) does nothing here");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn the_chain_is_verified_from_the_screen(#[case] engine: Engine) {
    let mut h = opened(Town::on(engine).await, "admin").await;
    h.press("V").await;
    h.sees("WHOLE: all ").sees("wardroom audit verify --head");
    h.press("esc").await;
    h.town
        .sql("update audit set reason = 'because' where sequence = 3")
        .await;
    h.press("V").await;
    assert_snapshot!("a_row_was_changed", h.screen());
}

#[tokio::test]
async fn a_database_that_is_gone_is_said() {
    let mut h = Harness::signed_in(Town::on(Engine::Sqlite).await, "admin").await;
    h.town.sql("alter table audit rename to hidden").await;
    h.press("5").await;
    assert_snapshot!("an_error", h.screen());
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn new_entries_come_to_the_top_or_are_counted(#[case] engine: Engine) {
    let mut h = opened(Town::crowd(engine).await, "admin").await;
    h.look_for_changes().await;
    h.sees(">   263").sees_no("new entr");
    h.town.somebody_does(Operation::Disable, "user001").await;
    h.look_for_changes().await;
    h.sees("disabled              user001").sees(">   263");
    h.press("end").await;
    h.sees(">   1 ").sees_no("disabled  ");
    h.town.somebody_does(Operation::Enable, "user001").await;
    h.look_for_changes().await;
    assert_snapshot!("new_entries_are_counted", h.screen());
    h.press("g g").await;
    h.sees_no("new entr").sees("enabled               user001");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_long_audit_is_walked_in_pages(#[case] engine: Engine) {
    let mut h = opened(Town::crowd(engine).await, "admin").await;
    let more = ["pagedown"; 10].join(" ");
    h.press(&more).await;
    h.sees_no(">   263").sees("created");
    h.press("end").await;
    h.sees(">   1 ");
    let back = ["pageup"; 20].join(" ");
    h.press(&back).await;
    h.sees(">   263");
}
