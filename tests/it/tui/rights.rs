//! What somebody may do and why, who can, a role as a table, two roles side by side, and what a group opens in trees.

use super::harness::Harness;
use super::records::town;
use crate::support::engine::Engine;
use insta::assert_snapshot;
use rstest::rstest;
use wardroom::service::roles::{CreateRole, RoleDraft};
use wardroom::service::users::{UpdateUser, UserChanges, UserRef};
use wardroom::service::ListChange;

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
    };
    town.service.perform(&admin, update).await.unwrap();
    let mut h = Harness::signed_in(town, "e.haddad").await;
    h.press("/").await.type_text("mkhan").await;
    h.press("enter r").await;
    assert_snapshot!("rights_as_one_sees_them_who_sees_no_roles", h.screen());
    h.type_text("purge user").await.press("enter").await;
    h.sees("NO.").sees("allow purge on user at own");
    h.press("esc esc 3").await;
    assert_snapshot!("roles_as_one_sees_them_who_may_not", h.screen());
    h.press("r")
        .await
        .sees("There is no role here to do that to.");
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
