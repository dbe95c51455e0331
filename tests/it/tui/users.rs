//! The users: found, understood, unlocked.

use super::harness::Harness;
use super::town::{CROWD, PASSWORD, Town, attempt};
use crate::support::engine::Engine;
use insta::assert_snapshot;
use rstest::rstest;
use wardroom::service::jobs::Operation;

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn the_caller_is_found_understood_and_unlocked(#[case] engine: Engine) {
    let mut h = Harness::signed_in(Town::on(engine).await, "mkhan").await;
    assert_snapshot!("all", h.screen());
    h.press("/").await.type_text("ива").await;
    assert_snapshot!("found_by_three_letters_of_another_script", h.screen());
    h.press("enter p").await;
    assert_snapshot!("why_she_cant_sign_in", h.screen());
    h.press("a").await;
    assert_snapshot!("what_a_helpdesk_operator_can_do", h.screen());
    h.press("u").await;
    assert_snapshot!("unlocked_with_an_undo_for_a_minute", h.screen());
    h.press("t").await;
    assert_snapshot!("the_unlock_in_the_timeline", h.screen());
    h.press("esc z").await;
    h.sees("done: Lock again").sees("LOCKED since");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn fingers_may_be_faster_than_the_database(#[case] engine: Engine) {
    let mut h = Harness::signed_in(Town::on(engine).await, "mkhan").await;
    h.press("/")
        .await
        .type_text("tanaka status:locked")
        .await
        .press("enter")
        .await;
    h.press_at_once("a u").await;
    h.sees("done: Unlock b.tanaka (job 1)")
        .sees("Nobody matches this filter.");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_helpdesk_unlocks_an_editor_and_is_told_who_can_unlock_an_administrator(
    #[case] engine: Engine,
) {
    let mut h = Harness::signed_in(Town::on(engine).await, "mkhan").await;
    h.press("/")
        .await
        .type_text("ed.editor")
        .await
        .press("enter a u")
        .await;
    h.sees("done: Unlock ed.editor");
    h.press("/ ctrl-u")
        .await
        .type_text("g.root")
        .await
        .press("enter p")
        .await;
    assert_snapshot!("an_administrator_is_locked", h.screen());
    h.press("a u").await;
    assert_snapshot!("an_administrator_is_beyond_a_helpdesk_operator", h.screen());
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_typo_in_the_filter_keeps_the_list(#[case] engine: Engine) {
    let mut h = Harness::signed_in(Town::on(engine).await, "mkhan").await;
    h.press("/").await.type_text("status:lokced").await;
    assert_snapshot!("a_filter_with_a_typo", h.screen());
    h.press("enter").await;
    h.sees("did you mean");
    h.press("esc").await;
    h.sees("10 of 10").sees_no("did you mean");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn wildcards_mean_themselves_and_nobody_is_a_clear_answer(#[case] engine: Engine) {
    let mut h = Harness::signed_in(Town::on(engine).await, "mkhan").await;
    h.press("/").await.type_text("%").await;
    assert_snapshot!("nobody_matches", h.screen());
    h.press("ctrl-u").await.type_text("_").await;
    h.sees("0 of 10");
    h.press("esc").await;
    h.sees("10 of 10");
}

#[tokio::test]
async fn esc_keeps_the_filter_from_before_and_ctrl_u_empties_it() {
    let mut h = Harness::signed_in(Town::on(Engine::Sqlite).await, "mkhan").await;
    h.press("/")
        .await
        .type_text("tanaka")
        .await
        .press("enter")
        .await;
    h.sees("Filter> tanaka").sees("2 of 10");
    h.press("/").await.type_text(" x").await.press("esc").await;
    h.sees("Filter> tanaka").sees("2 of 10");
    h.press("/ ctrl-u enter").await;
    h.sees("all users").sees("10 of 10");
}

#[tokio::test]
async fn ten_megabytes_pasted_into_the_filter_are_cut_with_a_note() {
    let mut h = Harness::signed_in(Town::on(Engine::Sqlite).await, "mkhan").await;
    h.paste("tanaka").await;
    h.sees("The pasted text was ignored");
    h.press("/").await.paste(&"x".repeat(10_000_000)).await;
    h.sees("The pasted text was cut: this field takes 20000 characters.");
    h.press("ctrl-u").await.paste("tan\u{1b}[2Jaka").await;
    h.sees("The pasted text was not taken").sees("10 of 10");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn marks_survive_the_filter_and_the_hidden_ones_are_counted(#[case] engine: Engine) {
    let mut h = Harness::signed_in(Town::on(engine).await, "admin").await;
    h.press("down down down space space").await;
    h.sees(" x  c.obrien")
        .sees(" x  d.mueller")
        .sees("2 marked");
    h.press("/")
        .await
        .type_text("mü")
        .await
        .press("enter")
        .await;
    assert_snapshot!("one_of_two_marks_is_hidden", h.screen());
    h.press("a").await;
    assert_snapshot!("what_an_administrator_can_do_to_the_marks", h.screen());
    h.press("1").await;
    h.sees("Act on d.mueller").sees("1 of 1");
    h.press("esc U").await;
    h.sees_no("marked");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn all_that_match_are_marked_on_the_server(#[case] engine: Engine) {
    let mut h = Harness::signed_in(Town::on(engine).await, "admin").await;
    h.press("/")
        .await
        .type_text("status:locked")
        .await
        .press("enter A")
        .await;
    h.sees("4 marked: all that match status:locked")
        .sees("act on 4");
    h.press("space").await;
    h.sees("3 marked: all that match status:locked but 1")
        .sees("    a.ivanova")
        .sees(">x  b.tanaka");
    h.press("/ ctrl-u")
        .await
        .type_text("tanaka")
        .await
        .press("enter")
        .await;
    assert_snapshot!("all_that_match_but_one_under_another_filter", h.screen());
    h.press("down space").await;
    h.sees("4 marked: all that match status:locked but 1 and 1 more; 2 shown + 2 HIDDEN");
    h.press("a u").await;
    h.sees("PLAN  Unlock 3 users").sees("Already so");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn what_a_job_refused_stays_marked(#[case] engine: Engine) {
    let mut h = Harness::signed_in(Town::on(engine).await, "mkhan").await;
    h.press("/")
        .await
        .type_text("status:locked")
        .await
        .press("enter")
        .await;
    h.press("space space space space a u").await;
    assert_snapshot!("plan_where_one_of_four_is_refused", h.screen());
    h.press("ctrl-s y enter").await;
    h.sees("partly done: Unlock 3 users; 3 done, 0 failed, 1 refused");
    h.sees("1 marked").sees(">x  g.root");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn every_column_sorts_both_ways(#[case] engine: Engine) {
    let mut h = Harness::signed_in(Town::on(engine).await, "mkhan").await;
    h.press("S").await;
    h.sees("USER v").sees(">   mkhan");
    h.press("s").await;
    h.sees("USER ^").sees(">   a.ivanova");
    for title in ["NAME ^", "EMAIL ^", "UNIT ^", "STATUS ^", "LOGIN^"] {
        h.press("right s").await;
        h.sees(title);
        h.press("s").await;
        h.sees(&title.replace('^', "v"));
    }
    h.press("right s s").await;
    h.sees("FAILSv").sees(">   g.root").sees("LOCKED    10");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_long_list_is_walked_in_pages(#[case] engine: Engine) {
    let mut h = Harness::signed_in(Town::crowd(engine).await, "admin").await;
    h.sees("261 of 261").sees(">   admin");
    h.press("end").await;
    h.sees(&format!(">   user{CROWD}"));
    h.press("home").await;
    h.sees(">   admin");
    for _ in 0..150 {
        h.press("down").await;
    }
    h.sees(">   user150");
    let more = vec!["down"; 60].join(" ");
    h.press_at_once(&more).await;
    h.sees(">   user");
    h.press("end pageup g g").await;
    h.sees(">   admin");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn the_list_shows_what_another_console_changes(#[case] engine: Engine) {
    let mut h = Harness::signed_in(Town::on(engine).await, "mkhan").await;
    h.look_for_changes().await;
    h.press("down down p").await;
    h.sees(">   b.tanaka").sees("LOCKED since");
    h.town.somebody_does(Operation::Unlock, "b.tanaka").await;
    h.town.somebody_does(Operation::Delete, "a.ivanova").await;
    h.sees("LOCKED since");
    h.look_for_changes().await;
    assert_snapshot!("another_console_unlocked_him_and_deleted_her", h.screen());
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn only_the_administrator_is_there_at_first(#[case] engine: Engine) {
    let mut h = Harness::signed_in(Town::empty(engine).await, "admin").await;
    h.sees("1 of 1").sees(">   admin");
    h.press("enter").await;
    h.sees("User admin").sees("Administrator");
    h.press("backspace").await;
    h.sees("1 of 1");
    h.press("a u").await;
    h.sees("is yourself: another operator has to do it");
}

#[tokio::test]
async fn wide_windows_show_more_and_small_ones_the_most_important() {
    let mut h = Harness::signed_in(Town::on(Engine::Sqlite).await, "admin").await;
    h.resize(120, 40).await.press("down down p").await;
    assert_snapshot!("120x40_with_the_pane_at_the_right", h.screen());
    h.resize(60, 15).await;
    assert_snapshot!("60x15_with_the_pane_below", h.screen());
    h.press("tab down down down").await;
    h.sees("lines below");
    h.press("esc esc").await;
    h.sees_no("lines below");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_lock_that_ends_by_itself_is_over_when_the_list_is_asked_again(#[case] engine: Engine) {
    let mut h = Harness::signed_in(Town::on(engine).await, "mkhan").await;
    h.press("p").await;
    h.sees("LOCKED since 13:41Z (20 min ago)")
        .sees("unlocks by itself 14:11Z (in 9 min)");
    h.town.clock.advance(120);
    h.press("ctrl-r").await;
    h.sees("LOCKED since 13:41Z (22 min ago)");
    h.town.clock.advance(600);
    h.press("ctrl-r").await;
    h.sees("nothing stops a sign-in");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_long_timeline_is_fetched_as_one_reads_on(#[case] engine: Engine) {
    let town = Town::on(engine).await;
    for _ in 0..120 {
        town.clock.advance(1);
        let right = attempt("d.mueller", PASSWORD);
        town.service.authenticate(right).await.unwrap();
    }
    let mut h = Harness::signed_in(town, "mkhan").await;
    h.press("/")
        .await
        .type_text("mueller")
        .await
        .press("enter t")
        .await;
    h.sees("signed in x50");
    h.press("down").await;
    h.sees("signed in x100");
    h.press("down").await;
    h.sees("signed in x120").sees("created by admin");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn marks_are_reviewed_and_the_filter_comes_back(#[case] engine: Engine) {
    let mut h = Harness::signed_in(Town::on(engine).await, "admin").await;
    h.press("M").await;
    h.sees("Nothing is marked.");
    h.press("space down space").await;
    h.press("/")
        .await
        .type_text("mü")
        .await
        .press("enter")
        .await;
    h.sees("0 shown + 2 HIDDEN");
    h.press("M").await;
    h.sees("Filter> is:marked")
        .sees("2 of 10")
        .sees("x  a.ivanova")
        .sees("x  b.tanaka");
    h.press("A").await;
    h.sees("is marked already");
    h.press("M").await;
    h.sees("Filter> mü").sees("1 of 10");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_range_grows_with_every_motion_and_esc_keeps_it(#[case] engine: Engine) {
    let mut h = Harness::signed_in(Town::on(engine).await, "admin").await;
    h.press("down v down down").await;
    assert_snapshot!("a_range_of_three", h.screen());
    h.press("esc").await;
    h.sees("3 marked").sees(" x  admin").sees_no("RANGE");
    h.press("end shift-up shift-up").await;
    h.sees("RANGE of 3 rows");
    h.press("space").await;
    h.sees("6 marked");
    h.press("g g v end a").await;
    h.sees("Act on 10 marked users");
    h.press("esc U v v").await;
    h.sees("1 marked");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_range_longer_than_the_window_is_fetched(#[case] engine: Engine) {
    let mut h = Harness::signed_in(Town::crowd(engine).await, "admin").await;
    h.press("down v end esc").await;
    h.sees("260 marked");
    h.press("U v home esc").await;
    h.sees("261 marked");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn marks_are_turned_round_within_the_filter(#[case] engine: Engine) {
    let mut h = Harness::signed_in(Town::on(engine).await, "admin").await;
    h.press("down space space").await;
    h.press("/")
        .await
        .type_text("tanaka")
        .await
        .press("enter I")
        .await;
    h.sees("2 marked: 1 shown + 1 HIDDEN")
        .sees(">   b.tanaka")
        .sees(" x  k.tanaka");
    h.press("I").await;
    h.sees(">x  b.tanaka").sees("    k.tanaka");
    h.press("M I").await;
    h.sees("This filter speaks of the marks themselves");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn another_filter_marks_and_unmarks(#[case] engine: Engine) {
    let mut h = Harness::signed_in(Town::on(engine).await, "admin").await;
    h.press("+").await.type_text("status:locked").await;
    assert_snapshot!("marking_by_another_filter", h.screen());
    h.press("enter").await;
    h.sees("4 marked").sees(" x  g.root");
    h.press("-").await.type_text("role:Adm").await;
    assert_snapshot!("unmarking_by_a_filter_with_a_typo", h.screen());
    h.type_text("inistrator").await.press("enter").await;
    h.sees("3 marked").sees("    g.root");
    h.press("- enter").await;
    h.sees("Nothing was typed").sees("3 marked");
    h.press("+").await.type_text("x").await.press("esc").await;
    h.sees("3 marked");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_cell_is_what_one_filters_by_or_leaves_out(#[case] engine: Engine) {
    let mut h = Harness::signed_in(Town::on(engine).await, "admin").await;
    h.press("right right right right f").await;
    h.sees("Filter> status:locked").sees("4 of 10");
    h.press("left left left F").await;
    h.sees("Filter> status:locked -name=\"Анна Иванова\"")
        .sees("3 of 10");
    h.press("left f").await;
    h.sees("username=b.tanaka").sees("1 of 10");
    h.press("/ ctrl-u enter").await;
    for _ in 0..6 {
        h.press("right f").await;
        h.sees_no("column ").sees_no(" 0 of 10");
        h.press("/ ctrl-u enter").await;
    }
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn the_same_again_always_shows_its_plan(#[case] engine: Engine) {
    let mut h = Harness::signed_in(Town::on(engine).await, "mkhan").await;
    h.press(".").await;
    h.sees("Nothing was done yet");
    h.press("a u").await;
    h.sees("done: Unlock");
    h.press("down down .").await;
    h.sees("PLAN  Unlock b.tanaka")
        .sees("nothing is written yet");
    h.press("ctrl-s y enter").await;
    h.sees("done: Unlock b.tanaka");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn what_is_marked_meanwhile_is_newer_than_a_late_answer(#[case] engine: Engine) {
    let mut h = Harness::signed_in(Town::on(engine).await, "admin").await;
    for slow in ["A", "I"] {
        h.press("U home").await;
        h.press_at_once(&format!("{slow} down space")).await;
        h.sees("1 marked")
            .sees("The marks were changed meanwhile and stay as they are");
        // Until it is known who is marked, nothing is done to anybody.
        h.press("U home space").await;
        h.press_at_once(&format!("{slow} a")).await;
        h.sees_no("Act on");
        h.press("a").await;
        h.sees("Act on");
        h.press("esc").await;
    }
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn nothing_is_done_while_a_range_is_fetched(#[case] engine: Engine) {
    let mut h = Harness::signed_in(Town::crowd(engine).await, "admin").await;
    h.press("space home v end").await;
    h.press_at_once("a").await;
    h.sees("The marks are still being worked out")
        .sees_no("Act on");
    h.press("a").await;
    h.sees("Act on 261 marked users");
}
