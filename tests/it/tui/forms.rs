//! Forms: users made and edited, problems at their fields, drafts, and somebody else who saved first.

use super::harness::{Harness, options};
use super::town::{PASSWORD, Town};
use crate::support::engine::Engine;
use crate::support::saving::edited;
use insta::assert_snapshot;
use rstest::rstest;
use wardroom::service::Consent;
use wardroom::service::ListChange;
use wardroom::service::groups::{CreateGroup, GroupDraft};
use wardroom::service::roles::{CreateRole, RoleDraft};
use wardroom::service::users::{ShowUser, UpdateUser, UserChanges, UserDetail, UserRef};

async fn administrator(engine: Engine) -> Harness {
    Harness::signed_in(Town::on(engine).await, "admin").await
}

/// What the database says of a user by now.
async fn user(h: &Harness, name: &str) -> UserDetail {
    let session = h.town.sign_in("admin").await;
    let user = UserRef::Name(name.to_owned());
    let query = ShowUser {
        user,
        sensitive: true,
    };
    h.town.service.ask(&session, query).await.unwrap()
}

/// What another operator saves meanwhile.
async fn somebody_saves(h: &Harness, name: &str, changes: UserChanges) {
    let session = h.town.sign_in("admin").await;
    let update = UpdateUser {
        user: UserRef::Name(name.to_owned()),
        version: None,
        changes,
        consent: Consent::default(),
    };
    edited(&h.town.service, &session, update).await.unwrap();
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_user_is_made_after_three_errors_were_told_at_once(#[case] engine: Engine) {
    let mut h = administrator(engine).await;
    h.press("n").await;
    assert_snapshot!("new_user", h.screen());
    h.type_text("B.TANAKA").await.press("tab").await;
    h.press("tab").await.type_text("Tanaka").await;
    h.press("tab").await.type_text("new@acme,test").await;
    h.press("tab").await;
    h.sees("Ctrl-g puts in: new@acme.test");
    h.press("ctrl-s").await;
    assert_snapshot!("three_problems_at_once", h.screen());
    h.press("ctrl-u").await.type_text("be.tanaka").await;
    h.press("ctrl-g").await.type_text("Beatriz").await;
    h.press("ctrl-g ctrl-g ctrl-s").await;
    assert_snapshot!("review_of_a_new_user", h.screen());
    h.press("ctrl-s").await;
    h.sees("be.tanaka was created.").sees("User be.tanaka");
    assert_eq!(user(&h, "be.tanaka").await.email, "new@acme.test");
}

#[tokio::test]
async fn one_after_the_other_is_made_without_leaving_the_form() {
    let mut h = administrator(Engine::Sqlite).await;
    for name in ["one", "two"] {
        if name == "one" {
            h.press("n").await;
        }
        h.type_text(name).await.press("tab").await;
        h.type_text("Some").await.press("tab").await;
        h.type_text("Body").await.press("tab").await;
        h.type_text(&format!("{name}@acme.test")).await;
        h.press("ctrl-s ctrl-n").await;
        h.sees(&format!("{name} was created."))
            .sees("NEW USER")
            .sees("0 changed");
    }
    h.press("esc").await;
    h.sees("[1 Users]").sees(" one").sees(" two");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_user_is_edited_with_pickers_and_moves_to_groups(#[case] engine: Engine) {
    let mut h = administrator(engine).await;
    h.press("/")
        .await
        .type_text("c.obrien")
        .await
        .press("enter e")
        .await;
    assert_snapshot!("edit_user", h.screen());
    h.press("tab tab tab tab tab tab tab enter").await;
    h.sees("search>").sees("0 chosen");
    h.type_text("sens").await.press("space").await;
    assert_snapshot!("picker_of_groups_says_what_one_confers", h.screen());
    h.press("esc tab tab").await;
    h.sees("Enter: calendar");
    h.press("enter").await;
    assert_snapshot!("calendar", h.screen());
    h.press("down down enter").await;
    h.sees("2026-12-06").sees("Sun 2026-12-06 (in 14 days)");
    h.press("ctrl-s").await;
    assert_snapshot!("review_of_an_edit", h.screen());
    h.press("esc").await.press("ctrl-r").await;
    h.sees("1 changed");
    h.press("ctrl-s ctrl-s").await;
    h.sees("c.obrien: changed groups.");
    let saved = user(&h, "c.obrien").await;
    assert_eq!(saved.groups, ["Sensitive data"]);
    assert!(saved.expiry_date.is_never());
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn two_operators_edit_the_same_user_and_no_save_is_lost(#[case] engine: Engine) {
    let mut h = administrator(engine).await;
    h.press("/")
        .await
        .type_text("b.tanaka")
        .await
        .press("enter e")
        .await;
    h.press("tab tab tab ctrl-u")
        .await
        .type_text("bob@acme.test")
        .await;
    h.press("tab tab tab tab tab tab tab tab").await;
    h.type_text("Head").await;
    let changes = UserChanges {
        profile: vec![
            ("title", "Chief".to_owned()),
            ("department", "Sales".to_owned()),
        ],
        ..UserChanges::default()
    };
    somebody_saves(&h, "b.tanaka", changes).await;
    h.press("ctrl-s").await;
    assert_snapshot!("somebody_else_saved_first", h.screen());
    h.press("ctrl-s").await;
    h.sees("Decide every ?");
    h.press("y").await;
    assert_snapshot!("all_is_decided", h.screen());
    h.press("ctrl-s").await;
    h.sees("b.tanaka: changed email, title.");
    let saved = user(&h, "b.tanaka").await;
    assert_eq!(saved.email, "bob@acme.test");
    assert_eq!(
        (saved.title.as_str(), saved.department.as_str()),
        ("Head", "Sales")
    );
}

#[tokio::test]
async fn theirs_may_stay_or_another_value_be_given() {
    let mut h = administrator(Engine::Sqlite).await;
    h.press("/")
        .await
        .type_text("b.tanaka")
        .await
        .press("enter")
        .await;
    let title = |title: &str| UserChanges {
        profile: vec![("title", title.to_owned())],
        ..UserChanges::default()
    };
    let mine = "tab tab tab tab tab tab tab tab tab tab tab";
    h.press("e").await.press(mine).await.type_text("Mine").await;
    somebody_saves(&h, "b.tanaka", title("Theirs")).await;
    h.press("ctrl-s d").await;
    h.sees("What you typed is lost: Title.");
    h.press("enter").await;
    h.sees("Nothing was changed.").sees("1 to decide");
    h.press("d y enter").await;
    h.sees("What the other operator saved stays");
    assert_eq!(user(&h, "b.tanaka").await.title, "Theirs");
    h.press("e")
        .await
        .press(mine)
        .await
        .press("ctrl-u")
        .await
        .type_text("Mine")
        .await;
    somebody_saves(&h, "b.tanaka", title("Others")).await;
    h.press("ctrl-s e").await;
    h.sees("Title            Mine");
    h.press("ctrl-u")
        .await
        .type_text("Ours")
        .await
        .press("ctrl-s")
        .await;
    h.sees("was Others");
    h.press("ctrl-s").await;
    assert_eq!(user(&h, "b.tanaka").await.title, "Ours");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_draft_survives_the_end_of_the_console_without_its_password(#[case] engine: Engine) {
    let mut h = administrator(engine).await;
    h.press("n")
        .await
        .type_text("halfdone")
        .await
        .press("tab")
        .await;
    h.press("tab tab tab")
        .await
        .type_text("correct horse battery")
        .await;
    h.press("tab").await;
    // The console dies here; another one opens on the same database.
    let mut h = Harness::with(h.town, options(), 80, 24).await;
    h.sign_in("admin", PASSWORD).await;
    h.sees("Drafts are kept of: a new user");
    h.press("n").await;
    h.sees("Your draft was put back: 1 field changed.")
        .sees("halfdone")
        .sees("1 changed");
    h.press("esc").await;
    assert_snapshot!("leaving_a_form_asks", h.screen());
    h.press("x n").await;
    h.sees("0 changed").sees_no("halfdone");
}

#[tokio::test]
async fn a_password_is_suggested_shown_and_checked() {
    let mut h = administrator(Engine::Sqlite).await;
    h.press("n").await.type_text("zoe").await;
    h.press("tab").await.type_text("Zoe").await;
    h.press("tab").await.type_text("Zed").await;
    h.press("tab").await.type_text("zoe@acme.test").await;
    h.press("tab").await.type_text("short").await;
    h.sees("*****").sees_no("short");
    h.press("ctrl-t").await;
    h.sees("short");
    h.press("ctrl-s").await;
    assert_snapshot!("the_password_is_too_short", h.screen());
    h.press("ctrl-y").await;
    h.sees("Suggested: note it now");
    h.press("ctrl-s ctrl-s").await;
    h.sees("zoe was created.");
}

#[tokio::test]
async fn whoever_may_not_edit_is_told_which_right_is_missing() {
    let mut h = Harness::signed_in(Town::on(Engine::Sqlite).await, "mkhan").await;
    h.press("e").await;
    h.sees("You may not do that: it needs the right user:edit.");
    h.press("n").await;
    h.sees("it needs the right user:create");
}

#[tokio::test]
async fn nobody_changes_their_own_power_and_small_windows_hold_the_form() {
    let mut h = administrator(Engine::Sqlite).await;
    h.press("/")
        .await
        .type_text("admin")
        .await
        .press("enter e")
        .await;
    h.resize(60, 15).await;
    assert_snapshot!("own_form_at_60x15", h.screen());
    h.press("pagedown").await;
    h.sees("not by yourself");
    h.resize(120, 40).await;
    assert_snapshot!("own_form_at_120x40", h.screen());
}

#[tokio::test]
async fn a_draft_over_which_somebody_saved_is_compared_and_never_laid_over_it() {
    let mut h = administrator(Engine::Sqlite).await;
    h.press("/")
        .await
        .type_text("b.tanaka")
        .await
        .press("enter e")
        .await;
    let title = "tab tab tab tab tab tab tab tab tab tab tab";
    h.press(title)
        .await
        .type_text("Mine")
        .await
        .press("esc d")
        .await;
    let changes = UserChanges {
        profile: vec![("title", "Theirs".to_owned())],
        ..UserChanges::default()
    };
    somebody_saves(&h, "b.tanaka", changes).await;
    h.press("e").await;
    h.sees("WHEN YOU OPENED").sees("1 to decide");
    h.press("y ctrl-s").await;
    h.sees("b.tanaka: changed title.");
    assert_eq!(user(&h, "b.tanaka").await.title, "Mine");
}

#[tokio::test]
async fn what_only_the_other_operator_changed_can_be_taken_back_too() {
    let mut h = administrator(Engine::Sqlite).await;
    h.press("/")
        .await
        .type_text("b.tanaka")
        .await
        .press("enter e")
        .await;
    let title = "tab tab tab tab tab tab tab tab tab tab tab";
    h.press(title).await.type_text("Mine").await;
    let changes = UserChanges {
        profile: vec![("department", "Sales".to_owned())],
        ..UserChanges::default()
    };
    somebody_saves(&h, "b.tanaka", changes).await;
    h.press("ctrl-s down y ctrl-s").await;
    h.sees("b.tanaka: changed department, title.");
    assert_eq!(user(&h, "b.tanaka").await.department, "");
}

#[tokio::test]
async fn a_copy_does_not_take_the_draft_of_another_new_user() {
    let mut h = administrator(Engine::Sqlite).await;
    h.press("n")
        .await
        .type_text("halfdone")
        .await
        .press("esc d")
        .await;
    h.press("N").await;
    h.sees("NEW USER like")
        .sees("0 changed")
        .sees_no("halfdone");
}

#[tokio::test]
async fn a_short_password_hides_no_name_that_is_taken() {
    let mut h = administrator(Engine::Sqlite).await;
    h.press("n").await.type_text("b.tanaka").await;
    h.press("tab").await.type_text("Zoe").await;
    h.press("tab").await.type_text("Zed").await;
    h.press("tab").await.type_text("admin@acme.test").await;
    h.press("tab").await.type_text("short").await;
    h.press("ctrl-s").await;
    h.sees("3 problems")
        .sees("\"b.tanaka\" is taken by another user")
        .sees("\"admin@acme.test\" is taken by another user")
        .sees_no("Review:");
}

#[tokio::test]
async fn what_is_filled_in_for_a_new_user_is_shown_and_can_be_changed() {
    let mut h = administrator(Engine::Sqlite).await;
    h.press("n").await.type_text("zoe").await;
    h.sees("Acme/Acme").sees("Member");
    h.press("tab").await.type_text("Zoe").await;
    h.press("tab").await.type_text("Zed").await;
    h.press("tab").await.type_text("zoe@acme.test").await;
    h.press("ctrl-s").await;
    h.sees("Review:")
        .sees("Owned by          Acme/Acme")
        .sees("May sign in to    Acme")
        .sees("Roles             Member")
        .sees("Undo: NO.");
    h.press("ctrl-s").await;
    let made = user(&h, "zoe").await;
    assert_eq!(
        (made.owner_unit.as_str(), made.organizations, made.roles),
        ("Acme", vec!["Acme".to_owned()], vec!["Member".to_owned()])
    );
}

#[tokio::test]
async fn what_was_only_rehearsed_is_not_there() {
    let mut h = administrator(Engine::Sqlite).await;
    h.press("/")
        .await
        .type_text("b.tanaka")
        .await
        .press("enter e")
        .await;
    h.press("tab tab tab tab tab tab tab tab tab tab tab")
        .await
        .type_text("Head")
        .await
        .press("ctrl-s")
        .await;
    h.sees("Review:");
    assert_eq!(user(&h, "b.tanaka").await.title, "");
}

#[tokio::test]
async fn many_fields_that_differ_scroll_and_long_values_are_whole() {
    let mut h = administrator(Engine::Sqlite).await;
    h.press("/")
        .await
        .type_text("b.tanaka")
        .await
        .press("enter e")
        .await;
    h.press("tab tab tab tab tab tab tab tab tab tab tab").await;
    let fields = [
        "title",
        "department",
        "phone",
        "employee_number",
        "birthday",
        "name_prefix",
        "middle_name",
        "name_suffix",
        "also_known_as",
    ];
    let mut profile: Vec<(&'static str, String)> = Vec::new();
    for field in fields {
        let (mine, theirs) = match field {
            "birthday" => ("1990-01-01".to_owned(), "1991-02-02".to_owned()),
            "phone" => ("+43 1 5550100".to_owned(), "+43 1 5550199".to_owned()),
            "title" => (
                "Head of the department that looks after mine".to_owned(),
                "Head of the department that looks after theirs".to_owned(),
            ),
            name => (format!("m {name}"), format!("t {name}")),
        };
        h.press("ctrl-u")
            .await
            .type_text(&mine)
            .await
            .press("tab")
            .await;
        profile.push((field, theirs));
    }
    let changes = UserChanges {
        profile,
        ..UserChanges::default()
    };
    somebody_saves(&h, "b.tanaka", changes).await;
    h.press("ctrl-s").await;
    assert_snapshot!("many_differ_and_the_first_is_long", h.screen());
    h.resize(60, 15).await;
    assert_snapshot!("many_differ_at_60x15", h.screen());
    for _ in fields {
        h.press("down").await;
    }
    h.sees("Also known as").sees("Field 9 of 9");
    for _ in fields {
        h.press("up").await;
    }
    h.press("pagedown").await;
    h.sees("                  mine").sees(">? Title");
}

#[tokio::test]
async fn a_sensitive_value_is_dots_until_its_field_has_the_cursor() {
    let mut h = administrator(Engine::Sqlite).await;
    let phone = UserChanges {
        profile: vec![("phone", "+43 1 5550100".to_owned())],
        other_emails: Some(vec!["other@acme.test".to_owned()]),
        ..UserChanges::default()
    };
    somebody_saves(&h, "b.tanaka", phone).await;
    h.press("/")
        .await
        .type_text("b.tanaka")
        .await
        .press("enter e")
        .await;
    h.press("tab tab tab tab tab tab tab tab tab tab tab").await;
    h.sees("Phone            ***").sees_no("5550100");
    h.type_text("Head").await.press("tab tab").await;
    h.sees("+43 1 5550100");
    h.press("tab").await;
    h.sees("Phone            ***").sees("1 changed");
    h.press("ctrl-s ctrl-s").await;
    h.sees("b.tanaka: changed title.");
    let saved = user(&h, "b.tanaka").await;
    assert_eq!(saved.phone, "+43 1 5550100");
    assert_eq!(saved.other_emails, ["other@acme.test"]);
    h.press("e").await;
    h.press("tab tab tab tab tab tab tab tab tab tab tab tab tab ctrl-u")
        .await
        .type_text("+43 1 5550199")
        .await;
    h.press("ctrl-s").await;
    h.sees("was ***").sees("+43 1 5550199").sees_no("5550100");
    h.press("ctrl-s").await;
    assert_eq!(user(&h, "b.tanaka").await.phone, "+43 1 5550199");
}

#[tokio::test]
async fn a_masked_screen_masks_the_form_too() {
    let mut h = administrator(Engine::Sqlite).await;
    h.press("/")
        .await
        .type_text("c.obrien")
        .await
        .press("enter P e")
        .await;
    h.sees("EDIT USER c.obrien").sees("C***").sees_no("Cathal");
    h.press("tab").await;
    h.sees("Cathal").sees_no("O'Brien");
}

#[tokio::test]
async fn whoever_may_not_move_records_is_told_at_the_field() {
    let town = Town::on(Engine::Sqlite).await;
    let admin = town.sign_in("admin").await;
    let draft = RoleDraft {
        name: "Clerk".to_owned(),
        rules: ListChange::to(vec![
            "allow edit on user at organization".to_owned(),
            "allow edit on group at organization".to_owned(),
        ]),
        ..RoleDraft::default()
    };
    let clerk = CreateRole { draft };
    town.service.perform(&admin, clerk).await.unwrap();
    let roles = UpdateUser {
        user: UserRef::Name("mkhan".to_owned()),
        version: None,
        changes: UserChanges {
            roles: Some(vec!["Helpdesk".to_owned(), "Clerk".to_owned()]),
            ..UserChanges::default()
        },
        consent: Consent::default(),
    };
    town.service.perform(&admin, roles).await.unwrap();
    let draft = GroupDraft {
        name: "Clerks".to_owned(),
        ..GroupDraft::default()
    };
    let clerks = CreateGroup { draft };
    town.service.perform(&admin, clerks).await.unwrap();
    let mut h = Harness::signed_in(town, "mkhan").await;
    h.press("/")
        .await
        .type_text("c.obrien")
        .await
        .press("enter e")
        .await;
    h.sees("Owned by         Acme/Acme         needs the right user:assign");
    h.press("esc 2 /").await.type_text("clerks").await;
    h.press("enter e").await;
    h.sees("EDIT GROUP Clerks")
        .sees("needs the right group:assign");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn an_administrator_is_made_with_a_reason_and_deed_and_number(#[case] engine: Engine) {
    let mut h = administrator(engine).await;
    h.press("/").await.type_text("b.tanaka").await;
    h.press("enter e").await;
    h.press("down down down down down down down down enter")
        .await;
    h.type_text("administrator").await.press("space esc").await;
    h.press("ctrl-s").await;
    h.sees("Review: EDIT USER b.tanaka")
        .sees("Ctrl-s goes on to the question.")
        .sees("Rights");
    h.press("ctrl-s").await;
    assert_snapshot!("a_reason_before_an_administrator_is_made", h.screen());
    h.press("ctrl-s").await;
    h.sees("This needs a reason, which the audit keeps.");
    h.type_text("stands in for Gail").await;
    h.press("ctrl-s").await;
    h.type_text("update 2").await.press("enter").await;
    h.sees("\"update 2\" is not what is asked for; nothing was changed.");
    h.press("backspace 1").await;
    assert_snapshot!("an_administrator_is_made_by_deed_and_number", h.screen());
    h.press("enter").await;
    h.sees("b.tanaka: changed roles.");
    let roles = user(&h, "b.tanaka").await.roles;
    assert!(
        roles.iter().any(|role| role == "Administrator"),
        "{roles:?}"
    );
}
