//! The reports about access: chosen, read, and left for what they name.

use super::harness::Harness;
use super::records::town;
use super::town::Town;
use crate::support::engine::Engine;
use insta::assert_snapshot;
use rstest::rstest;
use wardroom::service::ListChange;
use wardroom::service::roles::{CreateRole, RoleDraft};

/// The town with somebody who holds nothing, and a role that says what another one says.
async fn a_town_to_report_on(engine: Engine) -> Town {
    let town = town(engine).await;
    let admin = town.sign_in("admin").await;
    let view = "allow view on catalog.product at organization";
    let edit = "allow edit on catalog.product at organization";
    for (name, rules) in [
        ("Clark", vec!["deny delete on user", edit, view]),
        ("Phones", vec!["allow view,unlock on user at organization"]),
    ] {
        let draft = RoleDraft {
            name: name.to_owned(),
            description: Some("As it was before the merger".to_owned()),
            rules: ListChange::adding(rules.into_iter().map(str::to_owned).collect()),
            ..RoleDraft::default()
        };
        let create = CreateRole { draft };
        town.service.perform(&admin, create).await.unwrap();
    }
    town.sql(
        "delete from user_roles where user_id = (select id from users where username = 'e.haddad')",
    )
    .await;
    town
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn reports_are_chosen_read_and_lead_on(#[case] engine: Engine) {
    let mut h = Harness::signed_in(a_town_to_report_on(engine).await, "admin").await;
    h.press("R").await;
    assert_snapshot!("reports_to_choose_from", h.screen());
    h.press("enter").await;
    assert_snapshot!("report_of_dominant_accounts", h.screen());
    h.press("y l").await.sees("the command line");
    h.press("Y").await;
    h.sees("wardroom report dominant --in Acme");
    h.press("esc down enter").await;
    h.sees("g.root").sees_no("Dominant accounts");
    h.press("R down enter").await;
    assert_snapshot!("report_of_roles_that_nobody_holds", h.screen());
    h.press("esc").await.sees("Reports about access");
    h.press("down enter").await;
    assert_snapshot!("report_of_users_who_can_do_nothing", h.screen());
    h.press("enter").await;
    h.sees("e.haddad").sees_no("Users who can do nothing");
    h.press("R").await.type_text("twins").await;
    h.press("enter").await;
    assert_snapshot!("report_of_what_gives_the_same", h.screen());
    h.press("enter").await;
    h.sees("Clark").sees("As it was before the merger");
}

#[tokio::test]
async fn a_report_fits_the_smallest_screen_and_a_wide_one() {
    let mut h = Harness::signed_in(a_town_to_report_on(Engine::Sqlite).await, "admin").await;
    h.press("R enter").await;
    h.resize(60, 15).await;
    assert_snapshot!("report_at_60x15", h.screen());
    h.resize(120, 40).await;
    assert_snapshot!("report_at_120x40", h.screen());
}

#[tokio::test]
async fn a_report_is_found_in_the_palette_and_may_be_empty() {
    let mut h = Harness::signed_in(town(Engine::Sqlite).await, "admin").await;
    h.press(":").await.type_text("unheld").await;
    h.press("enter").await.sees("Reports about access");
    h.type_text("powerless").await.press("enter").await;
    h.sees("Everybody holds something that allows something.");
    h.press("enter")
        .await
        .sees("There is nothing here to go to.");
}

#[tokio::test]
async fn a_report_that_one_may_not_see_says_why() {
    let town = a_town_to_report_on(Engine::Sqlite).await;
    town.sql(
        "insert into user_roles (user_id, role_id)
         select u.id, r.id from users u, roles r
         where u.username = 'e.haddad' and r.name = 'Phones'",
    )
    .await;
    let mut h = Harness::signed_in(town, "e.haddad").await;
    h.press("R").await.sees("needs role:view");
    h.press("down enter").await;
    h.sees("You may not do that: it needs the right role:view.");
    h.press("up enter").await;
    // Whoever sees no roles is not told their names.
    h.sees("mkhan").sees("•••").sees_no("Helpdesk");
}
