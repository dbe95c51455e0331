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
    h.sees("> Disable... (off: needs user:disable; ask whoever has the role");
    h.press("ctrl-u").await.type_text("dort").await;
    assert_snapshot!("palette_finds_a_person_without_her_umlaut", h.screen());
    h.press("enter").await;
    h.sees("User d.mueller").sees("Dörte Müller");
    h.press("ctrl-o").await;
    h.sees("Filter>");
}

/// What a person types who never saw the program, and what they are led to.
const WORDS: &[(&str, &str, &str)] = &[
    ("unlock", "> Unlock...", "Actions: unlock"),
    (
        "disable many",
        "> Help: Disable many at once",
        "Help: Disable many at once",
    ),
    (
        "move",
        "Help: Move somebody to another unit",
        "Help: Move somebody to another unit",
    ),
    (
        "transfer",
        "Help: Move somebody to another unit",
        "Help: Move somebody to another unit",
    ),
    (
        "unit",
        "Help: Move somebody to another unit",
        "Help: Move somebody to another unit",
    ),
    (
        "who has",
        "> Help: See who has a role",
        "> Help: See who has a role",
    ),
    (
        "who can",
        "> Help: See who has a role",
        "> Help: See who has a role",
    ),
    ("undo", "> Undo a job", "> Undo a job"),
    ("take back", "Undo a job", "Undo a job"),
    ("block", "> Disable...", "> Actions: unlock"),
    ("ban", "> Disable...", "Actions: unlock"),
    ("suspend", "Disable...", "Actions: unlock"),
    ("reactivate", "> Enable...", "Actions: unlock"),
    ("release", "> Unlock...", "Actions: unlock"),
    (
        "reset",
        "> Help: Reset a password",
        "> Help: Reset a password",
    ),
    (
        "force password change",
        "> Help: Reset a password",
        "> Help: Reset a password",
    ),
    ("log out", "Sign out", "Sign out of Wardroom"),
    ("locked", "View: Locked", "Help: Why is an account locked?"),
    ("ctrl-p", "", "Commands and people"),
    ("lock", "> Lock this screen now", "> Lock this screen now"),
    (
        "sign out",
        "> Sign out of Wardroom",
        "> Sign out of Wardroom",
    ),
    ("inactive", "> View: ", "> Help: Disable many at once"),
    (
        "not signed in",
        "> View: Never signed in",
        "> Help: Disable many at once",
    ),
    (
        "key bindings",
        "> Help for this screen",
        "> Help for this screen",
    ),
    (
        "list of keys",
        "> Help for this screen",
        "> Help for this screen",
    ),
    (
        "who changed",
        "> Help: See who changed something",
        "> Help: See who changed something",
    ),
    (
        "verify",
        "Help: See who changed something",
        "Help: See who changed something",
    ),
    (
        "new unit",
        "> Help: Create a person, a group, a role or a unit",
        "> Help: Create a person, a group, a role or a unit",
    ),
];

#[tokio::test]
async fn the_words_of_a_newcomer_lead_somewhere() {
    let mut h = Harness::signed_in(Town::on(Engine::Sqlite).await, "admin").await;
    for (word, palette, help) in WORDS {
        h.press(":").await.type_text(word).await;
        h.sees(palette);
        h.press("esc ?").await.type_text(word).await;
        h.sees(help);
        h.press("esc").await;
    }
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn the_palette_acts_on_the_marks_and_on_whoever_is_named(#[case] engine: Engine) {
    let mut h = Harness::signed_in(Town::on(engine).await, "admin").await;
    h.press("/").await.type_text("tanaka").await;
    h.press("enter space space :").await;
    h.sees("> Unlock...").sees("2 marked users   a u");
    assert_snapshot!("palette_with_two_marked", h.screen());
    h.type_text("ban").await.press("enter").await;
    h.sees("PLAN  Disable 2 users").sees("k.tanaka");
    h.press("esc U :").await.type_text("unlock ivan").await;
    h.sees("Unlock a.ivanova");
    h.press("enter").await;
    h.sees("done: Unlock a.ivanova (job 2)");
    h.press(":").await.type_text("job 2").await;
    h.sees("> Job 2");
    h.press("esc 2 :").await;
    h.sees("Unlock... (off: nobody is chosen; type: unlock NAME)");
    h.press("enter").await;
    h.sees("Unlock: nobody is chosen; type: unlock NAME.");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn the_palette_knows_records_of_every_kind_and_who_has_a_role(#[case] engine: Engine) {
    let mut h = Harness::signed_in(Town::on(engine).await, "admin").await;
    h.press(":").await.type_text("acme").await;
    h.sees("Organization Acme");
    h.press("ctrl-u").await.type_text("helpdesk").await;
    assert_snapshot!("palette_finds_a_role_and_who_has_it", h.screen());
    h.press("ctrl-u").await.type_text("who has helpdesk").await;
    h.sees("> Who has the role Helpdesk");
    h.press("enter").await;
    h.sees("Filter> role:\"Helpdesk\"").sees("mkhan");
    h.press(":").await.type_text("status:locked").await;
    h.sees("> Filter the users: status:locked");
    h.press("enter").await;
    h.sees("Filter> status:locked").sees_no("mkhan  ");
    h.press(":")
        .await
        .type_text("never signed")
        .await
        .press("enter")
        .await;
    h.sees("Filter> is:never-signed-in");
}

#[tokio::test]
async fn where_nothing_is_filtered_the_text_that_follows_does_nothing() {
    let mut h = Harness::signed_in(Town::on(Engine::Sqlite).await, "admin").await;
    h.press("a /").await.type_text("disable").await;
    h.sees("There is nothing to filter here").sees("Act on");
    h.press("enter").await;
    h.sees("Act on").sees_no("PLAN");
    h.press("d").await;
    h.sees("PLAN  Disable");
    h.press_at_once("/ q").await;
    h.sees("PLAN  Disable").sees("nothing to filter here");
    h.town.clock.advance(5);
    h.press("q").await;
    h.sees("the plan was dropped");
}

#[tokio::test]
async fn a_list_that_is_searched_has_an_end_and_a_tab_its_list() {
    let mut h = Harness::signed_in(Town::on(Engine::Sqlite).await, "admin").await;
    h.press("? end").await;
    h.sees("> Help: Find your way");
    h.press("home").await;
    h.sees_no("> Help: Find your way");
    h.press("esc 5 enter").await;
    h.sees_no("Filter>");
    h.press("1 5").await;
    h.sees_no("Filter>");
    h.press("5").await;
    h.sees("Filter>");
}

#[tokio::test]
async fn over_a_modal_the_palette_offers_what_fits_there() {
    let mut h = Harness::signed_in(Town::on(Engine::Sqlite).await, "admin").await;
    h.press("a :").await;
    h.sees("Commands here, help").sees_no("Disable...");
    h.type_text("tiers").await.press("enter").await;
    h.sees("Help: How plans, confirmation and undo work");
    h.press("esc esc").await;
    h.sees("Act on");
    h.press("d :").await.type_text("go on").await;
    h.sees("> Go on to the confirmation");
    h.press("enter").await;
    h.sees("Confirm");
}

#[tokio::test]
async fn an_action_that_is_off_says_who_may_grant_it() {
    let mut h = Harness::signed_in(Town::on(Engine::Sqlite).await, "mkhan").await;
    h.press(":")
        .await
        .type_text("ban")
        .await
        .press("enter")
        .await;
    h.sees("Disable: needs user:disable; ask whoever has the role Administrator")
        .sees(": ban");
}

#[tokio::test]
async fn texts_explain_in_whole_sentences_and_lead_back_to_the_search() {
    let mut h = Harness::signed_in(Town::on(Engine::Sqlite).await, "mkhan").await;
    h.press("?")
        .await
        .type_text("filter lang")
        .await
        .press("enter")
        .await;
    assert_snapshot!("help_on_the_filter", h.screen());
    h.resize(60, 15).await;
    assert_snapshot!("help_on_the_filter_60x15", h.screen());
    h.press("G").await;
    h.sees("exactly those people.").sees_no("more lines");
    h.press("g g").await;
    h.sees("more lines");
    h.press("esc").await;
    h.sees("type to search: filter lang");
    h.press("esc ?").await;
    assert_snapshot!("help_for_users_60x15", h.screen());
    h.press("esc :").await;
    assert_snapshot!("palette_60x15", h.screen());
    h.type_text("tiers").await;
    h.sees("> Help: How plans, confirmation and undo work");
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
