//! Views, columns: what comes with the program, and what an operator keeps.

use super::harness::Harness;
use super::town::{PASSWORD, Town};
use crate::support::engine::Engine;
use insta::assert_snapshot;
use rstest::rstest;
use wardroom::service::jobs::Operation;

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn views_say_how_many_they_hold_and_are_shown(#[case] engine: Engine) {
    let mut h = Harness::signed_in(Town::on(engine).await, "admin").await;
    h.town.somebody_does(Operation::Delete, "e.haddad").await;
    h.press("ctrl-r g v").await;
    assert_snapshot!("views_with_their_counts", h.screen());
    h.type_text("lock").await.press("enter").await;
    h.sees("View: Locked  Filter> status:locked").sees("4 of 9");
    h.press("/")
        .await
        .type_text(" tanaka")
        .await
        .press("enter")
        .await;
    assert_snapshot!("a_view_that_was_changed", h.screen());
    h.press("g v")
        .await
        .type_text("cannot")
        .await
        .press("enter")
        .await;
    h.sees("View: Cannot sign in").sees("4 of 9");
    h.press("g v")
        .await
        .type_text("deleted")
        .await
        .press("enter")
        .await;
    h.sees("View: Deleted").sees(">   e.haddad");
    h.press("a r").await;
    h.sees("done: Restore e.haddad");
    h.press("g v enter").await;
    h.sees_no("View:").sees("10 of 10");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_view_of_ones_own_is_kept_and_forgotten(#[case] engine: Engine) {
    let mut h = Harness::signed_in(Town::on(engine).await, "admin").await;
    h.press("/")
        .await
        .type_text("tanaka")
        .await
        .press("enter")
        .await;
    h.press("right right S g v")
        .await
        .type_text("Callers")
        .await;
    assert_snapshot!("a_name_for_what_is_shown", h.screen());
    h.press("enter").await;
    h.sees("Kept as your view \"Callers\"")
        .sees("View: Callers  Filter> tanaka");
    h.press("g v")
        .await
        .type_text("all")
        .await
        .press("enter")
        .await;
    h.sees("10 of 10").sees("USER ^");
    h.press(":")
        .await
        .type_text("sign out of w")
        .await
        .press("enter")
        .await;
    h.sign_in("admin", PASSWORD).await;
    h.press("g v")
        .await
        .type_text("call")
        .await
        .press("enter")
        .await;
    h.sees("View: Callers").sees("2 of 10").sees("EMAIL v");
    h.press("g v")
        .await
        .type_text("locked")
        .await
        .press("delete")
        .await;
    h.sees("Only views of your own can be forgotten.");
    h.press("ctrl-u").await.type_text("callers").await;
    h.sees("Keep what is shown as \"Callers\" instead");
    h.press("delete").await;
    h.sees("Press Delete again");
    h.press("delete ctrl-u").await;
    h.sees("Deleted").sees_no("Callers");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn columns_are_chosen_ordered_and_kept(#[case] engine: Engine) {
    let mut h = Harness::signed_in(Town::on(engine).await, "admin").await;
    h.press("c down down space").await;
    h.press("end").await;
    for _ in 0..8 {
        h.press("down").await;
    }
    h.press("space - - - - - - -").await;
    assert_snapshot!("choosing_columns", h.screen());
    h.press("enter").await;
    assert_snapshot!("created_instead_of_the_e_mail", h.screen());
    h.press(":")
        .await
        .type_text("sign out of w")
        .await
        .press("enter")
        .await;
    h.sign_in("admin", PASSWORD).await;
    h.sees("CREATED").sees_no("EMAIL");
    h.press("c r enter").await;
    h.sees("EMAIL").sees_no("CREATED");
    h.press("c").await;
    for _ in 0..7 {
        h.press("space down").await;
    }
    h.press("enter").await;
    h.sees("A list has at least one column");
}

#[tokio::test]
async fn views_and_columns_fit_the_smallest_window() {
    let mut h = Harness::signed_in(Town::on(Engine::Sqlite).await, "admin").await;
    h.resize(60, 15).await.press("g v").await;
    assert_snapshot!("views_at_60x15", h.screen());
    h.press("esc c").await;
    assert_snapshot!("columns_at_60x15", h.screen());
    h.press("esc").await;
    h.resize(120, 40).await.press("g v").await;
    assert_snapshot!("views_at_120x40", h.screen());
}
