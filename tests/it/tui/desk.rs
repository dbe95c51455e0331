//! The desk: from the first letter to unlocked, and what is said where it isn't so simple.

use super::harness::Harness;
use super::town::{Town, attempt};
use crate::support::engine::Engine;
use insta::assert_snapshot;
use rstest::rstest;
use wardroom::service::jobs::Operation;
use wardroom::service::{Identification, TicketUse};

async fn desk(engine: Engine) -> Harness {
    Harness::at_desk(Town::on(engine).await, "mkhan", 80, 24).await
}

async fn guess(h: &Harness, name: &str) {
    for _ in 0..10 {
        h.town.clock.advance(1);
        let wrong = attempt(name, "not the password");
        assert!(h.town.service.authenticate(wrong).await.is_err());
    }
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn letters_enter_space_and_1_unlock_the_caller(#[case] engine: Engine) {
    let mut h = desk(engine).await;
    assert_snapshot!("nobody_calls_yet", h.screen());
    h.type_text("tanaka").await;
    assert_snapshot!("two_may_be_meant_the_locked_one_first", h.screen());
    h.press("enter").await;
    assert_snapshot!("why_the_caller_cant_sign_in", h.screen());
    h.press("1").await;
    assert_snapshot!("refused_without_the_tick", h.screen());
    h.press("space 1").await;
    assert_snapshot!("unlocked", h.screen());
    let audit = h.town.sign_in("admin").await;
    let unlocks = wardroom::service::audit::ListAudit {
        action: Some("user_unlocked".to_owned()),
        limit: 5,
        ..Default::default()
    };
    let unlocks = h.town.service.ask(&audit, unlocks).await.unwrap();
    assert_eq!(unlocks.entries.len(), 1);
    assert!(format!("{:?}", unlocks.entries[0]).contains("identified"));
    h.press("z").await;
    h.sees("done: Lock again").sees("LOCKED since");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn fingers_may_be_faster_than_the_database(#[case] engine: Engine) {
    let mut h = desk(engine).await;
    h.press_at_once("b . t a n a k a enter space 1").await;
    h.sees("done: Unlock b.tanaka")
        .sees("[x] caller identified");
    h.press_at_once("/ t a n a k a enter space 1").await;
    h.sees("2 people match \"tanaka\": pick one")
        .sees_no("caller identified");
    h.press_at_once("x enter space 1").await;
    h.sees("Nobody whom you may see is found by \"tanakax\"");
    h.press("ctrl-u").await;
    h.sees_no("0 found").sees("Type what the caller says");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn the_queue_is_worked_off_from_who_locked_last(#[case] engine: Engine) {
    let mut h = desk(engine).await;
    h.sees("queue: 4 locked");
    h.press("ctrl-n").await;
    assert_snapshot!("an_administrator_is_next", h.screen());
    h.press("space 1").await;
    assert_snapshot!("beyond_the_power_of_a_helpdesk", h.screen());
    h.press("ctrl-n").await;
    h.sees("ed.editor");
    h.press("space 1").await;
    h.sees("done: Unlock ed.editor").sees("queue: 3 locked");
    h.press("ctrl-n ctrl-n").await;
    h.sees("a.ivanova").sees_no("Next in queue");
    h.press("ctrl-n").await;
    h.sees("g.root").sees("That was the end of the queue");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn who_locks_again_is_told(#[case] engine: Engine) {
    let mut h = desk(engine).await;
    h.type_text("b.tanaka").await.press("enter space 1").await;
    h.sees("done: Unlock b.tanaka");
    h.press("/").await;
    h.town.clock.advance(180);
    guess(&h, "b.tanaka").await;
    h.look_for_changes().await;
    assert_snapshot!("b_tanaka_locked_again", h.screen());
    h.resize(60, 15).await;
    h.sees("b.tanaka locked again after 3 min");
}

/// What changes is looked at again, and an audit row is a change: it would never end.
#[tokio::test]
async fn whoever_was_found_by_a_number_is_not_found_by_it_again() {
    let town = Town::on(Engine::Sqlite).await;
    town.sql("update users set phone = '+81 3 5550 0100', phone_key = '81355500100' where username = 'b.tanaka'")
        .await;
    let mut h = Harness::at_desk(town, "mkhan", 80, 24).await;
    h.type_text("+81 3 5550 0100").await;
    h.sees("by this phone");
    for _ in 0..3 {
        h.look_for_changes().await;
    }
    h.press("enter space 1").await;
    h.sees("done: Unlock b.tanaka").sees("by this phone");
    let auditor = h.town.sign_in("admin").await;
    let read = wardroom::service::audit::ListAudit {
        action: Some("sensitive_read".to_owned()),
        limit: 5,
        ..Default::default()
    };
    let read = h.town.service.ask(&auditor, read).await.unwrap();
    assert_eq!(read.entries.len(), 1);
}

#[tokio::test]
async fn a_number_is_found_whole_and_a_name_of_any_length_and_script() {
    let h = Town::on(Engine::Sqlite).await;
    h.sql(
        "update users set phone = '+81 3 5550 0100', phone_key = '81355500100',
            employee_number = 'E-88121', staff_key = 'e88121',
            manager_id = (select id from users where username = 'c.obrien'),
            first_name = 'Wolfeschlegelsteinhausenbergerdorff Maximilian', title = 'Käuferin für Übersee und Sonstiges',
            last_name = '田中田中田中田中田中田中田中田中'
         where username = 'b.tanaka'",
    )
    .await;
    let mut h = Harness::at_desk(h, "mkhan", 80, 24).await;
    h.type_text("5550 0100").await;
    assert_snapshot!("nobody_is_found_by_a_part", h.screen());
    h.press("enter").await;
    h.sees("is found by \"5550 0100\".");
    h.press("ctrl-u").await.type_text("0081 3-5550-0100").await;
    h.sees("by this phone");
    h.press("enter").await;
    assert_snapshot!("found_by_the_whole_number", h.screen());
    h.press("/")
        .await
        .type_text("حداد")
        .await
        .press("enter")
        .await;
    assert_snapshot!("another_script_and_nothing_wrong", h.screen());
    h.press("space 1").await;
    h.sees("Unlock: there is nothing to do for e.haddad");
}

#[rstest]
#[case::small(60, 15)]
#[case::large(120, 40)]
#[tokio::test]
async fn it_fits(#[case] width: u16, #[case] height: u16) {
    let mut h = Harness::at_desk(Town::on(Engine::Sqlite).await, "mkhan", width, height).await;
    h.type_text("a").await;
    assert_snapshot!(format!("searching_at_{width}x{height}"), h.screen());
    h.press("ctrl-u").await.type_text("tanaka").await;
    h.press("enter space").await;
    assert_snapshot!(format!("picked_at_{width}x{height}"), h.screen());
    h.press("1").await;
    h.sees("done: Unlock b.tanaka");
}

#[tokio::test]
async fn a_ticket_is_asked_for_as_the_policy_says() {
    let strict = Town::under(Engine::Sqlite, |policy| {
        policy.desk.ticket = TicketUse::Required;
    });
    let mut h = Harness::at_desk(strict.await, "mkhan", 80, 24).await;
    h.type_text("b.tanaka").await.press("enter space 1").await;
    h.sees("This wants a ticket");
    h.type_text("INC-20431").await;
    assert_snapshot!("the_ticket_is_typed", h.screen());
    h.press("enter 1").await;
    h.sees("done: Unlock b.tanaka");

    let lax = Town::under(Engine::Sqlite, |policy| {
        policy.desk.ticket = TicketUse::Off;
        policy.desk.identification = Identification::Off;
    });
    let mut h = Harness::at_desk(lax.await, "mkhan", 80, 24).await;
    h.type_text("b.tanaka").await.press("enter").await;
    h.sees_no("identified").sees_no("Ticket");
    h.press("1").await;
    h.sees("done: Unlock b.tanaka");
}

#[tokio::test]
async fn what_takes_access_away_shows_its_plan_first() {
    let mut h = desk(Engine::Sqlite).await;
    h.town.sign_in("c.obrien").await;
    h.type_text("obrien").await.press("enter 2").await;
    h.sees("tick it with Space before \"Sign out everywhere\"");
    h.press("space 2").await;
    h.sees("PLAN  Sign out everywhere c.obrien");
    h.press("ctrl-s y enter").await;
    h.sees("done: Sign out everywhere c.obrien")
        .sees("has no open session");
}

#[tokio::test]
async fn the_full_console_and_the_desk_are_one_key_apart() {
    let mut h = desk(Engine::Sqlite).await;
    h.type_text("b.tanaka").await.press("enter space q").await;
    h.sees("[1 Users]").sees("RW   op: mkhan").sees("10 of 10");
    h.press(":").await.type_text("the desk").await;
    h.press("enter").await;
    h.sees("DESK   op: mkhan").sees("[x] caller identified");
    h.press("t").await;
    h.sees("[1 Users]")
        .sees("Timeline, newest first")
        .sees("b.tanaka");
    h.press(":")
        .await
        .type_text("caller")
        .await
        .press("enter")
        .await;
    h.sees("DESK   op: mkhan");
    h.press("esc").await;
    h.sees("Enter:pick");
    h.press("esc ?").await;
    h.sees("The caller is identified");
}

#[tokio::test]
async fn whoever_may_not_unlock_is_told_who_may() {
    let mut h = desk(Engine::Sqlite).await;
    h.town.somebody_does(Operation::Disable, "c.obrien").await;
    h.type_text("obrien").await.press("enter").await;
    assert_snapshot!("a_disabled_caller", h.screen());
    let town = Town::on(Engine::Sqlite).await;
    town.sql(
        "update user_roles set role_id = (select id from roles where name = 'Auditor')
         where user_id = (select id from users where username = 'c.obrien')",
    )
    .await;
    let mut h = Harness::at_desk(town, "c.obrien", 80, 24).await;
    h.type_text("b.tanaka").await.press("enter space 1").await;
    assert_snapshot!("an_auditor_unlocks_nobody", h.screen());
}
