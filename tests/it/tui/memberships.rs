//! Who belongs to what: from a group or role, and from marked users.

use super::harness::Harness;
use super::records::town;
use super::town::Town;
use crate::support::engine::Engine;
use insta::assert_snapshot;
use rstest::rstest;

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn people_are_found_and_added_to_a_group(#[case] engine: Engine) {
    let mut h = Harness::signed_in(town(engine).await, "admin").await;
    h.press("2 / s a l e s enter m").await;
    assert_snapshot!("members_of_a_group", h.screen());
    h.type_text("hadd").await.press("space").await;
    assert_snapshot!("somebody_found_and_chosen", h.screen());
    h.press("ctrl-s").await;
    h.sees("PLAN  Add e.haddad").sees("2 gained");
    h.press("ctrl-s").await;
    h.sees("done: Add e.haddad to the group \"Acme/Sales\"");
    h.press("m").await;
    h.sees("e.haddad");
    // One comes in and one leaves, by one plan.
    h.press("space")
        .await
        .type_text("ed.ed")
        .await
        .press("space")
        .await;
    h.sees("1 user in, 1 out");
    h.press("ctrl-s").await;
    h.sees("PLAN  Add 1 to the group \"Acme/Sales\", remove 1");
    h.press("ctrl-s y enter").await;
    h.sees("done: Add 1 to the group \"Acme/Sales\", remove 1");
    h.press("enter").await;
    h.sees("ed.editor").sees("all 4 members");
}

#[tokio::test]
async fn whoever_was_chosen_stays_chosen_over_another_search() {
    let mut h = Harness::signed_in(town(Engine::Sqlite).await, "admin").await;
    h.press("2 / s a l e s enter m").await;
    h.type_text("hadd").await.press("space").await;
    h.press("ctrl-u").await.type_text("ed.ed").await;
    h.press("space").await;
    h.sees("2 users in, 0 out");
    // Who is chosen already and found again stands under the cursor; where nobody is found, nobody does.
    h.press("ctrl-u").await.type_text("zzz").await;
    h.sees("Nobody that you may see has these words.");
    h.press("space").await;
    h.sees("2 users in, 0 out");
    h.press("ctrl-u").await.type_text("ed.ed").await;
    h.press("space").await;
    h.sees("1 user in, 0 out");
}

#[tokio::test]
async fn leaving_a_picker_asks_before_the_choice_is_dropped() {
    let mut h = Harness::signed_in(town(Engine::Sqlite).await, "admin").await;
    h.press("2 / s a l e s enter m").await;
    h.type_text("hadd").await.press("space esc").await;
    h.sees("1 person is chosen and nothing is written yet");
    h.press("esc").await;
    h.sees("1 user in, 0 out");
    h.press("esc y enter").await;
    h.sees_no("Members of").sees("Nothing was changed.");
    h.press("1 g g m").await;
    h.sees("Groups of");
    h.press("down space esc").await;
    h.sees("1 change is chosen and nothing is written yet");
    h.press("esc").await;
    h.sees("Groups of");
    h.press("esc y enter").await;
    h.sees_no("Groups of").sees("Nothing was changed.");
}

#[tokio::test]
async fn a_group_that_nobody_is_in_and_words_that_nobody_has() {
    let mut h = Harness::signed_in(town(Engine::Sqlite).await, "admin").await;
    h.press("2 / n i g h t enter m ctrl-s").await;
    h.sees("Nothing is chosen yet");
    assert_snapshot!("a_group_that_nobody_is_in", h.screen());
    h.type_text("zzz").await;
    h.sees("Nobody that you may see has these words.");
    h.press("esc").await;
    h.sees("Nothing was changed.");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn the_groups_of_marked_users_in_three_states(#[case] engine: Engine) {
    let mut h = Harness::signed_in(town(engine).await, "admin").await;
    h.press("/")
        .await
        .type_text("user in (c.obrien d.mueller e.haddad)")
        .await;
    h.press("enter space space space m").await;
    h.press("down down").await;
    assert_snapshot!("groups_of_three_marked_users", h.screen());
    h.press("space").await;
    h.sees("2 of 3 are members; 1 will be added");
    h.press("up space down space").await;
    assert_snapshot!("groups_to_be_added_and_removed", h.screen());
    h.press("ctrl-r").await;
    h.sees_no("out of Acme/Sales");
    h.press("space ctrl-s").await;
    assert_snapshot!("plan_of_memberships", h.screen());
    h.press("ctrl-s y enter").await;
    h.sees("done: Change 4 memberships of 3 users");
}

#[tokio::test]
async fn the_roles_of_a_row_and_what_the_operator_may_not_give() {
    let mut h = Harness::signed_in(town(Engine::Sqlite).await, "admin").await;
    h.press("/")
        .await
        .type_text("haddad")
        .await
        .press("enter a o")
        .await;
    assert_snapshot!("roles_of_one_user", h.screen());
    h.type_text("audit").await.press("space").await;
    h.sees("Result: 1 user into Auditor");
    h.press("ctrl-s").await;
    h.sees("Add e.haddad to the role \"Auditor\"");
}

#[tokio::test]
async fn a_helpdesk_operator_looks_and_is_told_why_not() {
    let mut h = Harness::signed_in(Town::on(Engine::Sqlite).await, "mkhan").await;
    h.press("a").await;
    assert_snapshot!("menu_without_the_right_to_memberships", h.screen());
    h.press("g").await;
    h.sees("it needs the right group:members");
    h.press("esc esc m").await;
    h.press("space").await;
    h.sees("needs group:members");
    assert_snapshot!("groups_that_a_helpdesk_operator_cant_give", h.screen());
}
