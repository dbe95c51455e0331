//! Groups and roles: found, understood, made, edited and deleted.

use super::harness::{Harness, options};
use super::town::{PASSWORD, Town};
use crate::support::engine::Engine;
use crate::support::saving::edited;
use insta::assert_snapshot;
use rstest::rstest;
use wardroom::service::groups::{CreateGroup, DeleteGroup, GroupDraft};
use wardroom::service::roles::{CreateRole, DeleteRole, RoleDraft};
use wardroom::service::users::{UpdateUser, UserChanges, UserRef};
use wardroom::service::{Consent, Home, ListChange, Session};

fn texts(list: &[&str]) -> Vec<String> {
    list.iter().map(|&text| text.to_owned()).collect()
}

async fn role(town: &Town, admin: &Session, name: &str, description: &str, allow: &[&str]) {
    let draft = RoleDraft {
        name: name.to_owned(),
        description: Some(description.to_owned()),
        rules: ListChange::adding([texts(allow), texts(&["deny delete on user"])].concat()),
        ..RoleDraft::default()
    };
    town.service
        .perform(admin, CreateRole { draft })
        .await
        .unwrap();
}

async fn group(town: &Town, admin: &Session, name: &str, description: &str, roles: &[&str]) {
    let draft = GroupDraft {
        name: name.to_owned(),
        description: description.to_owned(),
        roles: texts(roles),
        ..GroupDraft::default()
    };
    town.service
        .perform(admin, CreateGroup { draft })
        .await
        .unwrap();
}

async fn belongs(town: &Town, admin: &Session, user: &str, groups: &[&str], roles: &[&str]) {
    let update = UpdateUser {
        user: UserRef::Name(user.to_owned()),
        version: None,
        changes: UserChanges {
            groups: Some(texts(groups)),
            roles: Some(texts(roles)),
            ..UserChanges::default()
        },
        consent: Consent::default(),
    };
    edited(&town.service, admin, update).await.unwrap();
}

/// The town with a few groups and roles of its own.
pub async fn town(engine: Engine) -> Town {
    let town = Town::on(engine).await;
    let admin = town.sign_in("admin").await;
    let view = "allow view,edit on catalog.product at organization";
    role(&town, &admin, "Clerk", "Works at the desk", &[view]).await;
    role(
        &town,
        &admin,
        "営業部の責任者",
        "Head of sales",
        &["allow * on catalog.* at all"],
    )
    .await;
    group(
        &town,
        &admin,
        "Sales",
        "Who sells what the shop shows",
        &["Clerk"],
    )
    .await;
    group(
        &town,
        &admin,
        "営業部と世界中のすべての支店の人々とその代理人たち",
        "إدارة المبيعات",
        &["営業部の責任者"],
    )
    .await;
    group(&town, &admin, "Night shift", "", &[]).await;
    belongs(&town, &admin, "c.obrien", &["Sales"], &["Member"]).await;
    belongs(&town, &admin, "d.mueller", &["Sales"], &[]).await;
    belongs(&town, &admin, "k.tanaka", &["Sales"], &["Clerk"]).await;
    town
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn groups_are_found_and_lead_to_roles_and_people(#[case] engine: Engine) {
    let mut h = Harness::signed_in(town(engine).await, "admin").await;
    h.press("2").await;
    assert_snapshot!("groups", h.screen());
    h.press("/").await.type_text("sal").await;
    h.sees("1 of 5");
    h.press("enter p").await;
    assert_snapshot!("group_in_the_pane", h.screen());
    h.press("p enter").await;
    assert_snapshot!("group_page", h.screen());
    // From the group to the role it confers, to the list of those who hold it, and back.
    h.press("tab tab enter").await;
    assert_snapshot!("role_page", h.screen());
    h.press("tab tab tab enter").await;
    h.sees("role.direct:\"Acme/Clerk\"").sees("1 of 10");
    h.press("backspace").await;
    h.sees("Role Acme/Clerk");
    h.press("backspace").await;
    h.sees("Group Acme/Sales");
    h.press("backspace").await;
    h.sees("Filter> sal");
}

#[tokio::test]
async fn a_page_leads_to_members_and_to_all_of_them() {
    let mut h = Harness::signed_in(town(Engine::Sqlite).await, "admin").await;
    h.press("2 / S a l e s enter enter").await;
    h.press("tab tab tab tab enter").await;
    h.sees("User d.mueller");
    h.press("backspace tab tab tab tab tab tab enter").await;
    h.sees("group:\"Acme/Sales\"").sees("3 of 10");
}

#[tokio::test]
async fn roles_and_their_words() {
    let mut h = Harness::signed_in(town(Engine::Sqlite).await, "admin").await;
    h.press("3").await;
    assert_snapshot!("roles", h.screen());
    h.press("down p").await;
    assert_snapshot!("role_in_the_pane", h.screen());
    // By holders, the other way round.
    h.press("p right right s S").await;
    h.sees("HOLDERS v");
    h.press("home").await;
    h.sees(">   Member");
    h.press("/").await.type_text("nothing like it").await;
    assert_snapshot!("no_role_has_these_words", h.screen());
    h.press("esc").await;
    h.sees("7 of 7");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn wide_and_small_windows(#[case] engine: Engine) {
    let mut h = Harness::with(town(engine).await, options(), 120, 40).await;
    h.sign_in("admin", PASSWORD).await;
    h.press("2 down down p").await;
    assert_snapshot!("groups_120x40_with_the_pane_at_the_right", h.screen());
    h.resize(60, 15).await;
    assert_snapshot!("groups_60x15_with_the_pane_below", h.screen());
    h.press("p 3").await;
    assert_snapshot!("roles_60x15", h.screen());
}

#[tokio::test]
async fn one_who_may_only_look_is_told_what_it_needs() {
    let mut h = Harness::signed_in(town(Engine::Sqlite).await, "mkhan").await;
    h.press("2 n").await;
    h.sees("needs the right group:create");
    assert_snapshot!("groups_as_a_helpdesk_operator_sees_them", h.screen());
    h.press("e").await;
    h.sees("needs the right group:edit");
    h.press("3 down down delete").await;
    h.sees("needs the right role:delete");
    h.press("m").await;
    h.sees("needs the right role:members");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_group_is_made_and_a_name_that_is_taken_is_told_at_its_field(#[case] engine: Engine) {
    let mut h = Harness::signed_in(town(engine).await, "admin").await;
    h.press("2 n").await.type_text("Sales").await;
    assert_snapshot!("new_group", h.screen());
    h.press("ctrl-s").await;
    assert_snapshot!("new_group_whose_name_is_taken", h.screen());
    h.type_text(" two").await.press("ctrl-s").await;
    assert_snapshot!("new_group_reviewed", h.screen());
    h.press("ctrl-s").await;
    h.sees("The group Sales two was created.")
        .sees("Group Acme/Sales two")
        .sees("salesTwo");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_copy_takes_everything_but_the_name(#[case] engine: Engine) {
    let mut h = Harness::signed_in(town(engine).await, "admin").await;
    h.press("3 / c l e r k enter N").await;
    h.type_text("Clerk of the night").await;
    assert_snapshot!("role_like_another", h.screen());
    h.press("ctrl-s ctrl-s").await;
    h.sees("Role Acme/Clerk of the night")
        .sees("catalog.product in the organization: view, edit")
        .sees("users: delete");
    h.press("2 / S a l e s enter N").await;
    h.type_text("Sales of the night")
        .await
        .press("ctrl-s")
        .await;
    h.press("ctrl-s").await;
    h.sees("Group Acme/Sales of the night").sees("Clerk");
}

#[tokio::test]
async fn a_role_is_edited_unless_it_is_built_in() {
    let mut h = Harness::signed_in(town(Engine::Sqlite).await, "admin").await;
    h.press("3 / c l e r k enter e down down").await;
    h.type_text(" and at the door")
        .await
        .press("ctrl-s ctrl-s")
        .await;
    h.sees("Clerk: changed description.");
    h.press("enter").await;
    h.sees("Works at the desk and at the door");
    h.press("esc / ctrl-u").await.type_text("helpdesk").await;
    h.press("enter e").await;
    h.sees("is built in and can't be edited");
    h.press("delete").await;
    h.sees("The role \"Helpdesk\" is built in and stays; m takes people out of it.")
        .sees("Filter> helpdesk");
}

#[tokio::test]
async fn a_long_name_leaves_room_for_what_became_of_it_and_for_the_counts() {
    let mut h = Harness::signed_in(town(Engine::Sqlite).await, "admin").await;
    h.press("2 n").await.type_text(&"very ".repeat(50)).await;
    h.press("ctrl-s ctrl-s").await;
    h.sees("was created.");
    h.press("e").await;
    h.sees("0 changed  version 1");
    assert_snapshot!("form_of_a_group_with_a_long_name", h.screen());
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn deleting_a_group_lists_what_stands_against_it(#[case] engine: Engine) {
    let mut h = Harness::signed_in(town(engine).await, "admin").await;
    h.press("2 / S a l e s enter delete").await;
    assert_snapshot!("group_that_cant_be_deleted", h.screen());
    h.press("ctrl-s").await;
    h.sees("Something stands against it");
    h.press("esc").await;
    h.sees("Nothing was deleted.");
    h.press("/ ctrl-u").await.type_text("night").await;
    h.press("enter delete").await;
    assert_snapshot!("group_that_nobody_is_in", h.screen());
    h.press("ctrl-s").await.paste("delete 1").await;
    h.sees("A pasted text is not accepted");
    h.type_text("delete 2").await.press("enter").await;
    h.sees("\"delete 2\" is not what is asked for");
    h.press("backspace 1").await;
    assert_snapshot!("confirm_deleting_a_group", h.screen());
    h.press("enter").await;
    h.sees("The group Acme/Night shift was deleted.")
        .sees("No group has these words.");
}

#[tokio::test]
async fn deleting_a_role_in_a_small_window_keeps_what_is_filled_in_in_sight() {
    let town = town(Engine::Sqlite).await;
    let admin = town.sign_in("admin").await;
    for side in ["East", "West", "North"] {
        let name = format!(
            "{side} of the country, where the desks of all shops are kept open by night and all year"
        );
        group(&town, &admin, &name, "", &["Clerk"]).await;
    }
    let mut h = Harness::signed_in(town, "admin").await;
    h.resize(60, 15).await;
    h.press("3 / c l e r k enter delete").await;
    assert_snapshot!("role_in_use_60x15", h.screen());
    h.press("end").await;
    h.sees("It is in use").sees("In its place *");
    h.sees_no("Up, Down");
    h.press("enter").await.type_text("memb").await;
    h.press("enter").await;
    h.sees("In its place *").sees("[Member]");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn deleting_a_role_in_use_asks_where_its_holders_go(#[case] engine: Engine) {
    let mut h = Harness::signed_in(town(engine).await, "admin").await;
    h.press("3 / c l e r k enter delete").await;
    assert_snapshot!("role_in_use", h.screen());
    h.press("enter").await.type_text("memb").await;
    h.press("enter").await;
    assert_snapshot!("role_with_a_successor", h.screen());
    h.press("ctrl-s").await.type_text("delete 1").await;
    h.press("enter").await;
    h.sees("The role Acme/Clerk was deleted.");
    h.press("2 / S a l e s enter enter").await;
    h.sees("Member").sees_no("Clerk");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_role_deleted_while_its_holders_are_open(#[case] engine: Engine) {
    let mut h = Harness::signed_in(town(engine).await, "admin").await;
    h.press("/").await.type_text("k.tanaka").await;
    h.press("enter enter").await;
    h.sees("Acme/Clerk");
    let admin = h.town.sign_in("admin").await;
    let delete = DeleteRole {
        role: "Clerk".into(),
        move_holders_to: Some("Auditor".into()),
        consent: Consent::count(1),
    };
    h.town.service.perform(&admin, delete).await.unwrap();
    // The link still leads to what is gone.
    h.press("tab enter").await;
    h.sees("There is no role").sees("Filter>");
    h.press("backspace").await.look_for_changes().await;
    h.sees("Auditor (via Sales)").sees_no("Clerk (via Sales)");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_group_deleted_while_its_page_is_open(#[case] engine: Engine) {
    let mut h = Harness::signed_in(town(engine).await, "admin").await;
    h.press("2").await.press("/").await.type_text("night").await;
    h.press("enter enter").await;
    h.sees("Group Acme/Night shift");
    let admin = h.town.sign_in("admin").await;
    let delete = DeleteGroup {
        group: "Night shift".into(),
        consent: Consent::count(1),
    };
    h.town.service.perform(&admin, delete).await.unwrap();
    let draft = GroupDraft {
        name: "Night owls".to_owned(),
        home: Home::SystemWide,
        ..GroupDraft::default()
    };
    let create = CreateGroup { draft };
    h.town.service.perform(&admin, create).await.unwrap();
    h.look_for_changes().await;
    h.sees("The group \"Acme/Night shift\" was deleted; this is the list.")
        .sees("Night owls");
}

#[tokio::test]
async fn lists_are_alive_and_the_cursor_stays() {
    let mut h = Harness::signed_in(town(Engine::Sqlite).await, "admin").await;
    h.press("2 down").await;
    h.sees(">   Night shift");
    let admin = h.town.sign_in("admin").await;
    belongs(&h.town, &admin, "e.haddad", &["Sales"], &["Member"]).await;
    group(&h.town, &admin, "Alps", "", &[]).await;
    h.look_for_changes().await;
    h.sees("  ~ Sales             Acme      4")
        .sees("    Alps")
        .sees(">   Night shift")
        .sees("6 of 6");
}

#[tokio::test]
async fn one_row_and_an_empty_town() {
    let mut h = Harness::signed_in(Town::empty(Engine::Sqlite).await, "admin").await;
    h.press("2").await;
    assert_snapshot!("groups_of_a_new_town", h.screen());
    h.press("/").await.type_text("sensitive").await;
    h.sees("1 of 2");
    h.press("enter p").await;
    h.sees("-- Sensitive data");
}
