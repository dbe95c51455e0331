//! What lies on top: help, palette, plans and their confirmations.

use super::harness::Harness;
use super::town::Town;
use crate::support::engine::Engine;
use insta::assert_snapshot;
use rstest::rstest;

#[tokio::test]
async fn help_lists_the_keys_in_force_and_runs_them() {
    let mut h = Harness::signed_in(Town::on(Engine::Sqlite).await, "mkhan").await;
    h.press("?").await;
    assert_snapshot!("help_for_users", h.screen());
    h.type_text("unmark").await;
    h.sees("Unmark all (off: Nothing is marked.)");
    h.press("enter").await;
    h.sees("Nothing is marked.").sees_no("Help:");
    h.press("?")
        .await
        .type_text("detail pane")
        .await
        .press("enter")
        .await;
    h.sees("-- a.ivanova --");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn the_palette_finds_actions_by_synonym_and_people_by_name(#[case] engine: Engine) {
    let mut h = Harness::signed_in(Town::on(engine).await, "mkhan").await;
    h.press(":").await;
    assert_snapshot!("palette_empty", h.screen());
    h.type_text("ban").await;
    h.sees("> Actions: unlock");
    h.press("ctrl-u").await.type_text("dort").await;
    assert_snapshot!("palette_finds_a_person_without_her_umlaut", h.screen());
    h.press("enter").await;
    h.sees("User d.mueller").sees("Dörte Müller");
    h.press("ctrl-o").await;
    h.sees("Filter>");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn one_who_loses_access_wants_y_and_enter(#[case] engine: Engine) {
    let mut h = Harness::signed_in(Town::on(engine).await, "admin").await;
    h.press("/")
        .await
        .type_text("obrien")
        .await
        .press("enter a d")
        .await;
    assert_snapshot!("plan_to_disable_one", h.screen());
    h.press("ctrl-s").await;
    assert_snapshot!("confirm_by_y_and_enter", h.screen());
    h.press("enter").await;
    h.sees("Nothing was changed.").sees("PLAN");
    h.press("ctrl-s y x enter").await;
    h.sees("PLAN").sees("Nothing was changed.");
    h.press("ctrl-s y").await;
    h.sees("> [ Disable c.obrien ]");
    h.press("enter").await;
    h.sees("done: Disable c.obrien (job 1)").sees("disabled");
    h.press("a e").await;
    h.sees("done: Enable c.obrien (job 2)").sees("active");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn hidden_marks_want_the_count_typed(#[case] engine: Engine) {
    let mut h = Harness::signed_in(Town::on(engine).await, "admin").await;
    h.press("down down down space space").await;
    h.press("/")
        .await
        .type_text("mü")
        .await
        .press("enter a d")
        .await;
    assert_snapshot!("plan_to_disable_two_one_of_them_hidden", h.screen());
    h.press("ctrl-s").await.paste("2").await;
    h.sees("A pasted number is not accepted");
    h.type_text("3").await.press("enter").await;
    assert_snapshot!("confirm_with_the_wrong_count", h.screen());
    h.press("backspace 2").await;
    h.sees("> [ Disable 2 users ]");
    h.press("tab").await;
    h.sees("> [ Cancel ]");
    h.press("tab enter").await;
    h.sees("done: Disable 2 users (job 1)").sees_no("marked");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn deleting_wants_a_reason_the_word_and_the_count(#[case] engine: Engine) {
    let mut h = Harness::signed_in(Town::on(engine).await, "admin").await;
    h.press("/")
        .await
        .type_text("haddad")
        .await
        .press("enter delete")
        .await;
    assert_snapshot!("plan_to_delete_one", h.screen());
    h.press("ctrl-s").await;
    h.sees("This needs a reason");
    h.type_text("left the company").await.press("ctrl-s").await;
    assert_snapshot!("confirm_deleting_one", h.screen());
    h.type_text("delete 1").await.press("enter").await;
    h.sees("done: Delete e.haddad (job 1)")
        .sees("Nobody matches");
    h.press("/ ctrl-u")
        .await
        .type_text("status:deleted")
        .await
        .press("enter a r")
        .await;
    h.sees("done: Restore e.haddad (job 2)");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn undo_is_a_list_once_the_offer_is_gone(#[case] engine: Engine) {
    let mut h = Harness::signed_in(Town::on(engine).await, "mkhan").await;
    h.press("a u").await;
    h.sees("z:undo");
    h.press("6 ? esc z").await;
    h.sees("Lock again 1 user");
    h.press("1 / esc").await;
    h.sees("LOCKED");
}

#[tokio::test]
async fn a_plan_that_changes_nothing_can_only_be_dropped() {
    let mut h = Harness::signed_in(Town::on(Engine::Sqlite).await, "admin").await;
    h.press("down delete").await;
    assert_snapshot!("plan_for_nobody_deletes_themselves", h.screen());
    h.press("?").await.type_text("noted").await;
    h.sees("Show only rows that are refused");
    h.press("enter").await;
    h.sees("refused, privileged, with a note");
    h.press("ctrl-s").await;
    h.sees("Nothing would change");
    h.press("esc").await;
    h.sees("Nothing was changed: the plan was dropped.");
}
