//! Going to work in another organization: everything is of the new one, and nothing of the old one stays.

use super::harness::{Harness, options};
use super::town::{PASSWORD, Town};
use crate::support::engine::Engine;
use crate::support::saving::edited;
use insta::assert_snapshot;
use rstest::rstest;
use wardroom::domain::user::Profile;
use wardroom::service::Consent;
use wardroom::service::audit::ListAudit;
use wardroom::service::organizations::CreateOrganization;
use wardroom::service::users::{CreateUser, UpdateUser, UserChanges, UserDraft, UserRef};
use wardroom::tui::event::Event;
use wardroom::tui::{Front, Options};

/// The town with a second organization, of which mkhan is too and in which one more person is.
async fn with_two_organizations(engine: Engine) -> Town {
    let town = Town::on(engine).await;
    let admin = town.sign_in("admin").await;
    let create = CreateOrganization {
        name: "Globex".to_owned(),
        description: String::new(),
    };
    town.service.perform(&admin, create).await.unwrap();
    let update = UpdateUser {
        user: UserRef::Name("mkhan".to_owned()),
        version: None,
        changes: UserChanges {
            organizations: Some(vec!["Acme".to_owned(), "Globex".to_owned()]),
            ..UserChanges::default()
        },
        consent: Consent::default(),
    };
    edited(&town.service, &admin, update).await.unwrap();
    let profile = Profile {
        username: "z.tanaka".to_owned(),
        first_name: "Zoe".to_owned(),
        last_name: "Tanaka".to_owned(),
        email: "z.tanaka@globex.test".to_owned(),
        ..Profile::default()
    };
    let draft = UserDraft {
        profile,
        unit: Some("Globex/Globex".to_owned()),
        ..UserDraft::default()
    };
    let create = CreateUser {
        draft,
        password: None,
    };
    town.service.perform(&admin, create).await.unwrap();
    town
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn lists_details_and_marks_are_of_the_organization_worked_in(#[case] engine: Engine) {
    let mut h = Harness::signed_in(with_two_organizations(engine).await, "mkhan").await;
    h.press("/").await.type_text("tanaka").await;
    h.press("enter p space").await;
    h.sees("b.tanaka").sees("1 marked").sees("(Acme)");
    h.press("g w").await;
    assert_snapshot!("where_to_work", h.screen());
    h.press("down enter").await;
    assert_snapshot!("working_elsewhere_with_the_same_filter", h.screen());
    h.sees_no("Acme").sees_no("b.tanaka").sees("z.tanaka");
    h.press("backspace").await;
    h.sees("This is where you began");
    h.press("4").await;
    h.sees("Globex").sees_no("Acme");
    h.press("g w enter").await;
    h.sees("You work in Acme now.").sees("(Acme)");
    h.press("1").await;
    h.sees("b.tanaka").sees_no("z.tanaka").sees_no("marked");
    h.press("g w enter").await;
    h.sees("You work in Acme already.");
}

#[tokio::test]
async fn whoever_has_one_organization_is_told_so() {
    let mut h = Harness::signed_in(Town::on(Engine::Sqlite).await, "mkhan").await;
    h.press("g w").await;
    h.sees("You may work in Acme alone.").sees("b.tanaka");
}

#[tokio::test]
async fn a_form_is_left_first() {
    let town = with_two_organizations(Engine::Sqlite).await;
    let mut h = Harness::signed_in(town, "admin").await;
    h.press("n").await.type_text("new.one").await;
    h.press("ctrl-p").await.type_text("work in another").await;
    h.sees("Work in another organization ... (off: What is open here");
    h.press("enter").await;
    h.sees("belongs to the organization you work in: save or leave it")
        .sees("new.one");
}

#[tokio::test]
async fn what_was_done_there_is_not_taken_back_from_here() {
    let town = with_two_organizations(Engine::Sqlite).await;
    let mut h = Harness::signed_in(town, "mkhan").await;
    h.press("/").await.type_text("ivanova").await;
    h.press("enter a u").await;
    h.sees("done: Unlock a.ivanova");
    h.press("g w down enter z").await;
    h.sees("Nothing is left to take back").sees_no("ivanova");
}

#[tokio::test]
async fn the_desk_and_the_locked_screen_follow() {
    let town = with_two_organizations(Engine::Sqlite).await;
    let options = Options {
        start: Front::Desk,
        idle_minutes: 10,
        ..options()
    };
    let mut h = Harness::with(town, options, 60, 15).await;
    h.sign_in("mkhan", PASSWORD).await;
    h.type_text("tanaka").await;
    h.sees("b.tanaka");
    h.press("ctrl-p").await.type_text("work in another").await;
    h.press("enter").await;
    assert_snapshot!("where_to_work_in_a_small_window", h.screen());
    h.press("down enter").await;
    h.sees("You work in Globex now.").sees_no("b.tanaka");
    h.type_text("tanaka").await;
    h.sees("z.tanaka").sees_no("b.tanaka");
    h.leave_alone(600).await;
    h.sees("This screen is locked.").sees_no("Globex");
    h.type_text(PASSWORD).await.press("enter").await;
    h.sees("z.tanaka").sees_no("b.tanaka");
}

/// Goes to Globex while a change that needs no question is being confirmed in Acme; what was answered meanwhile.
async fn gone_while_confirming(h: &mut Harness) -> Vec<Event> {
    h.press("/").await.type_text("ivanova").await;
    h.press("enter a").await;
    let mut kept = Vec::new();
    // That something changed, and that the plan is confirmed.
    h.press_until("u", &mut kept, |_, count| count == 2).await;
    h.press_until("g w", &mut kept, |h, _| h.shows("you work here"))
        .await;
    let moved = |h: &Harness, _: usize| h.shows("You work in Globex now.");
    h.press_until("down enter", &mut kept, moved).await;
    kept
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn what_was_confirmed_runs_where_it_was_confirmed(#[case] engine: Engine) {
    let mut h = Harness::signed_in(with_two_organizations(engine).await, "mkhan").await;
    let kept = gone_while_confirming(&mut h).await;
    h.go_on_with(kept).await;
    h.sees("In Acme: done: Unlock a.ivanova").sees("(Globex)");
    h.press("g w enter").await;
    h.sees("You work in Acme now.").sees("jobs 0");
}

#[tokio::test]
async fn whoever_is_put_out_of_one_organization_works_on_in_the_other() {
    let town = with_two_organizations(Engine::Sqlite).await;
    let mut h = Harness::signed_in(town, "mkhan").await;
    let kept = gone_while_confirming(&mut h).await;
    let leave = "delete from user_organizations
        where organization_id = (select id from organizations where name = 'Acme')
          and user_id = (select id from users where username = 'mkhan')";
    h.town.sql(leave).await;
    h.go_on_with(kept).await;
    h.sees("In Acme: Job ")
        .sees(" stopped: Your account can't be used")
        .sees("(Globex)");
    h.press("/ ctrl-u").await.type_text("tanaka").await;
    h.sees("z.tanaka");
}

#[tokio::test]
async fn a_session_that_is_over_is_over_everywhere() {
    let town = with_two_organizations(Engine::Sqlite).await;
    let mut h = Harness::signed_in(town, "mkhan").await;
    let kept = gone_while_confirming(&mut h).await;
    let end = "update sessions set ended_at = 1, end_reason = 'it was ended'";
    h.town.sql(end).await;
    h.go_on_with(kept).await;
    h.sees("Your session was ended: it was ended.")
        .sees_no("Globex");
}

#[tokio::test]
async fn whoever_is_on_the_way_stays_on_it() {
    let town = with_two_organizations(Engine::Sqlite).await;
    let mut h = Harness::signed_in(town, "mkhan").await;
    h.press("g w down").await;
    let on_the_way = |h: &Harness, _: usize| h.shows("going to Globex ...");
    h.press_until("enter enter up x esc", &mut Vec::new(), on_the_way)
        .await;
    assert_snapshot!("on_the_way_to_another_organization", h.screen());
    h.settle().await;
    h.sees("You work in Globex now.").sees("(Globex)");
    let admin = h.town.sign_in("admin").await;
    let moves = ListAudit {
        action: Some("session_moved".to_owned()),
        limit: 10,
        ..ListAudit::default()
    };
    let moves = h.town.service.ask(&admin, moves).await.unwrap();
    assert_eq!(moves.entries.len(), 1);
}
