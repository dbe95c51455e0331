//! What somebody may do and why, who can, a role as a table, two roles side by side, and what a group opens in trees.

use super::harness::Harness;
use super::records::town;
use super::town::Town;
use crate::support::engine::Engine;
use crate::support::saving::edited;
use insta::assert_snapshot;
use rstest::rstest;
use wardroom::service::Consent;
use wardroom::service::roles::{CreateRole, RoleChanges, RoleDraft, ShowRole, UpdateRole};
use wardroom::service::users::{UpdateUser, UserChanges, UserRef};
use wardroom::service::{ListChange, RecordRef};

async fn on_the_role(town: Town, words: &str) -> Harness {
    let mut h = Harness::signed_in(town, "admin").await;
    h.press("3 /").await.type_text(words).await;
    h.press("enter").await;
    h
}

async fn rules_of(town: &Town, role: &str) -> Vec<String> {
    let admin = town.sign_in("admin").await;
    let role = RecordRef::Name(role.to_owned());
    let show = ShowRole { role };
    town.service.ask(&admin, show).await.unwrap().rules
}

/// What another administrator saves meanwhile.
async fn somebody_adds(town: &Town, role: &str, added: &str) {
    let admin = town.sign_in("admin").await;
    let update = UpdateRole {
        role: RecordRef::Name(role.to_owned()),
        version: None,
        changes: RoleChanges {
            rules: ListChange::adding(vec![added.to_owned()]),
            ..RoleChanges::default()
        },
        consent: Consent::default(),
    };
    edited(&town.service, &admin, update).await.unwrap();
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn what_somebody_may_do_is_listed_and_explained(#[case] engine: Engine) {
    let mut h = Harness::signed_in(town(engine).await, "admin").await;
    h.press("/").await.type_text("d.mueller").await;
    h.press("enter r").await;
    assert_snapshot!("rights_of_a_user", h.screen());
    h.type_text("edit prod").await.press("enter").await;
    assert_snapshot!("why_a_right_is_held", h.screen());
    h.press("esc ctrl-u").await.type_text("unlock user").await;
    h.sees("May they unlock on user?");
    h.press("enter").await;
    assert_snapshot!("why_a_right_is_not_held", h.screen());
    h.press("esc ctrl-u").await.type_text("delete user").await;
    h.press("ctrl-s").await;
    h.sees("deny delete on user").sees("via the group Sales");
    h.press("esc ctrl-u").await.type_text("unlok user").await;
    h.press("ctrl-s").await;
    h.sees("did you mean unlock?");
    h.press("ctrl-u").await.type_text("view").await;
    h.press("ctrl-s").await;
    h.sees("Type what is asked about");
    h.press("esc enter r").await;
    h.sees("What d.mueller may do in Acme, and why");
}

#[tokio::test]
async fn one_who_sees_no_roles_is_told_about_people_all_the_same() {
    let town = town(Engine::Sqlite).await;
    let admin = town.sign_in("admin").await;
    let draft = RoleDraft {
        name: "Phones".to_owned(),
        rules: ListChange::adding(vec!["allow view,unlock on user at organization".to_owned()]),
        ..RoleDraft::default()
    };
    town.service
        .perform(&admin, CreateRole { draft })
        .await
        .unwrap();
    let update = UpdateUser {
        user: UserRef::Name("e.haddad".to_owned()),
        version: None,
        changes: UserChanges {
            roles: Some(vec!["Phones".to_owned()]),
            ..UserChanges::default()
        },
        consent: Consent::default(),
    };
    edited(&town.service, &admin, update).await.unwrap();
    let mut h = Harness::signed_in(town, "e.haddad").await;
    h.press("/").await.type_text("mkhan").await;
    h.press("enter r").await;
    assert_snapshot!("rights_as_one_sees_them_who_sees_no_roles", h.screen());
    h.type_text("purge user").await.press("enter").await;
    h.sees("NO.").sees("allow purge on user at own");
    h.press("esc esc 3").await;
    assert_snapshot!("roles_as_one_sees_them_who_may_not", h.screen());
    h.press("r").await.sees("r (rights) does nothing here");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_role_is_edited_as_a_table(#[case] engine: Engine) {
    let mut h = on_the_role(town(engine).await, "clerk").await;
    h.press("r").await;
    assert_snapshot!("role_as_a_table", h.screen());
    // A cell, a level that makes no difference, a whole row, a whole column, and one taken back.
    h.press("g").await.sees("1 changed");
    h.press("down down down u").await;
    h.sees("role knows the levels organization, all.");
    h.press("R g C -").await;
    h.sees("view on role: denied");
    h.press("C space R space up up up g down down u").await;
    assert_snapshot!("role_as_a_table_changed", h.screen());
    h.resize(60, 15).await;
    h.press("end right right right right right right right right right")
        .await;
    assert_snapshot!("role_as_a_table_60x15", h.screen());
    h.resize(80, 24).await;
    h.press("ctrl-s").await;
    assert_snapshot!("role_as_a_table_reviewed", h.screen());
    h.press("esc").await.sees("changed");
    h.press("ctrl-s ctrl-s").await;
    h.sees("Acme/Clerk: changed rules.");
    assert_eq!(
        rules_of(&h.town, "Clerk").await,
        [
            "allow edit on catalog.product at organization",
            "allow view on user at organization",
            "deny delete on user",
            "allow view on group at unit",
        ]
    );
}

#[tokio::test]
async fn what_wider_rules_say_shows_through_the_table() {
    let mut h = on_the_role(town(Engine::Sqlite).await, "営業部の責任者").await;
    h.press("r").await;
    h.press("end up up u right right right").await;
    assert_snapshot!("role_with_a_pattern_as_a_table", h.screen());
    h.press("left left left").await;
    h.sees("by: allow * on catalog.* at all; unit here");
    h.press("down").await;
    h.sees("view on content: nothing");
    h.press("o").await;
    h.sees("Nobody owns content, so it has no levels: + allows it.");
    h.press("+").await;
    h.sees("view on content: allowed");
    // Nothing is lost without a question.
    h.press("esc")
        .await
        .sees("2 cells were changed and not saved");
    h.press("esc").await.sees("2 changed");
    h.press("esc y enter").await.sees("Nothing was changed.");
}

#[tokio::test]
async fn a_built_in_role_can_be_looked_at_as_a_table() {
    let mut h = on_the_role(town(Engine::Sqlite).await, "administrator").await;
    h.press("r").await;
    assert_snapshot!("table_of_a_built_in_role", h.screen());
    for key in ["a", "R", "ctrl-s"] {
        h.press(key).await;
        h.sees("The role is built in and can't be edited")
            .sees("(a)");
    }
    h.press("esc").await.sees("Filter> administrator");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn changes_of_a_table_lie_on_top_of_what_others_saved(#[case] engine: Engine) {
    let mut h = on_the_role(town(engine).await, "clerk").await;
    h.press("r g").await;
    somebody_adds(&h.town, "Clerk", "allow view on role at all").await;
    h.press("ctrl-s").await;
    h.sees("Somebody else saved this role meanwhile.");
    h.press("ctrl-s").await;
    h.sees("+ allow view on user at organization")
        .sees_no("| - ");
    // And once more while the review is read.
    somebody_adds(&h.town, "Clerk", "allow view on unit at all").await;
    h.press("ctrl-s").await;
    h.sees("Somebody else saved this role meanwhile.");
    h.press("ctrl-s ctrl-s").await;
    h.sees("Acme/Clerk: changed rules.");
    let rules = rules_of(&h.town, "Clerk").await;
    for rule in [
        "allow view on user at organization",
        "allow view on role at all",
        "allow view on unit at all",
        "deny delete on user",
    ] {
        assert!(rules.iter().any(|own| own == rule), "{rule}: {rules:?}");
    }
}

#[tokio::test]
async fn two_roles_are_compared() {
    let mut h = on_the_role(town(Engine::Sqlite).await, "helpdesk").await;
    h.press("=").await.type_text("helpdesk").await;
    h.sees("Nothing that you may see has these words.");
    h.press("ctrl-u").await.type_text("manager").await;
    h.press("enter").await;
    assert_snapshot!("two_roles_compared", h.screen());
    h.press("o").await.sees(" view on user ");
    h.press("enter").await.type_text("clerk").await;
    h.press("enter").await.sees("Clerk");
    h.press("enter").await.type_text("Head").await;
    h.press("enter").await;
    h.resize(60, 15).await;
    assert_snapshot!("long_names_of_two_roles_compared_60x15", h.screen());
}

#[tokio::test]
async fn a_long_username_leaves_room_for_why_the_others_can() {
    let town = town(Engine::Sqlite).await;
    let admin = town.sign_in("admin").await;
    let name = "bartholomew.featherstonehaugh-cholmondeley.the.second.of.marjoribanks";
    let update = UpdateUser {
        user: UserRef::Name("k.tanaka".to_owned()),
        version: None,
        changes: UserChanges {
            profile: vec![("username", name.to_owned())],
            ..UserChanges::default()
        },
        consent: Consent::default(),
    };
    edited(&town.service, &admin, update).await.unwrap();
    let mut h = on_the_role(town, "clerk").await;
    h.press("W enter").await;
    assert_snapshot!("who_can_with_a_long_username", h.screen());
    h.type_text("of.marjoribanks").await.press("enter").await;
    h.sees("YES");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn who_can_do_what_a_role_allows(#[case] engine: Engine) {
    let mut h = on_the_role(town(engine).await, "clerk").await;
    h.press("W").await;
    assert_snapshot!("who_can_of_a_role", h.screen());
    h.press("enter").await;
    assert_snapshot!("who_can_view_products", h.screen());
    h.type_text("tanaka").await.press("enter").await;
    h.sees("May k.tanaka view on catalog.product?").sees("YES");
    h.press("esc esc").await.type_text("verify audit").await;
    h.press("enter").await;
    h.sees("Who can verify on audit").sees("admin");
}

#[tokio::test]
async fn a_role_that_allows_nothing_or_nothing_in_sight_says_so() {
    let town = town(Engine::Sqlite).await;
    let admin = town.sign_in("admin").await;
    let draft = RoleDraft {
        name: "Brake".to_owned(),
        rules: ListChange::adding(vec!["deny delete on user".to_owned()]),
        ..RoleDraft::default()
    };
    let create = CreateRole { draft };
    town.service.perform(&admin, create).await.unwrap();
    let mut h = on_the_role(town, "brake").await;
    h.press("W").await;
    assert_snapshot!("who_can_of_a_role_that_only_denies", h.screen());
    h.type_text("unlock user").await.press("enter").await;
    h.sees("Who can unlock on user").sees("mkhan");
}

#[tokio::test]
async fn a_table_says_what_it_does_not_show() {
    let mut h = Harness::signed_in(town(Engine::Sqlite).await, "mkhan").await;
    h.press("3 /").await.type_text("clerk").await;
    h.press("enter r").await;
    assert_snapshot!("role_as_a_table_without_the_catalogue", h.screen());
    h.resize(60, 15).await;
    h.sees("The rest is hidden: it needs catalogue:view");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_group_opens_trees(#[case] engine: Engine) {
    let mut h = Harness::signed_in(town(engine).await, "admin").await;
    h.press("2 / S a l e s enter e").await;
    h.press("down down down down down down down enter").await;
    h.type_text("content:/=view,edit").await;
    h.press("enter ctrl-s down enter").await;
    h.type_text("content:/").await.press("enter ctrl-s").await;
    assert_snapshot!("group_that_opens_a_tree", h.screen());
    h.press("ctrl-s ctrl-s").await;
    h.sees("changed granular, start nodes");
    h.press("enter").await;
    h.sees("content:/=view,edit").sees("Starts at");
    h.press("1 /").await.type_text("d.mueller").await;
    h.press("enter r").await.type_text("content").await;
    h.sees("content starts at /").sees("content:/=view,edit");
    h.press("esc 2 e").await;
    h.press("down down down down down down down enter").await;
    h.press("down").await;
    h.type_text("content:/Nowhere=fly").await;
    h.press("enter ctrl-s ctrl-s").await;
    h.sees("there is no action \"fly\" on content");
}
