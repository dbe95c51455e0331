//! Organizations and units: unfolded, followed, made, moved, deleted.

use super::harness::{Harness, options};
use super::town::{PASSWORD, Town};
use crate::support::engine::Engine;
use crate::support::saving::edited;
use insta::assert_snapshot;
use rstest::rstest;
use wardroom::service::organizations::{CreateOrganization, DeleteOrganization};
use wardroom::service::units::{CreateUnit, DeleteUnit, UnitDraft};
use wardroom::service::users::{UpdateUser, UserChanges, UserRef};
use wardroom::service::{Consent, Session};

async fn unit(town: &Town, admin: &Session, place: &str, parent: Option<&str>) {
    let draft = UnitDraft {
        name: place.to_owned(),
        parent: parent.map(str::to_owned),
        phone: "+49 30 5550100".to_owned(),
        website: "https://acme.test".to_owned(),
        description: "Keeps things going".to_owned(),
        ..UnitDraft::default()
    };
    town.service
        .perform(admin, CreateUnit { draft })
        .await
        .unwrap();
}

/// The town with a small tree, and an organization without people.
async fn with_tree(engine: Engine) -> Town {
    let town = Town::on(engine).await;
    let admin = town.sign_in("admin").await;
    for (name, parent) in [
        ("Sales", Some("Acme")),
        ("Inside", Some("Sales")),
        ("東京営業所", Some("Sales")),
        ("Works", Some("Acme")),
        (
            "The department of very long names that no column of any terminal can hold",
            None,
        ),
    ] {
        unit(&town, &admin, name, parent).await;
    }
    let create = CreateOrganization {
        name: "Globex".to_owned(),
        description: "Bought last year".to_owned(),
    };
    town.service.perform(&admin, create).await.unwrap();
    for (name, unit) in [("b.tanaka", "Inside"), ("c.obrien", "Sales")] {
        let update = UpdateUser {
            user: UserRef::Name(name.to_owned()),
            version: None,
            changes: UserChanges {
                unit: Some(unit.to_owned()),
                ..UserChanges::default()
            },
            consent: Consent::default(),
        };
        edited(&town.service, &admin, update).await.unwrap();
    }
    town
}

async fn opened(town: Town, name: &str) -> Harness {
    let mut h = Harness::signed_in(town, name).await;
    h.press("g o").await;
    h
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn the_tree_is_unfolded_and_followed_to_users_and_back(#[case] engine: Engine) {
    let mut h = opened(with_tree(engine).await, "admin").await;
    assert_snapshot!("folded", h.screen());
    h.press("l l l l l").await;
    assert_snapshot!("unfolded_step_by_step", h.screen());
    h.press("l l").await;
    h.sees(">         Inside").sees("東京営業所");
    h.press("p").await;
    assert_snapshot!("with_the_pane", h.screen());
    h.press("p enter").await;
    assert_snapshot!("one_unit", h.screen());
    h.press("tab tab enter").await;
    h.sees("Filter> unit:Acme/Inside")
        .sees("b.tanaka")
        .sees("1 of 10");
    h.press("backspace enter").await;
    h.sees("Organization Acme");
    assert_snapshot!("one_organization", h.screen());
    h.press("enter").await;
    h.sees("Filter> org:Acme").sees("10 of 10");
    h.press("backspace backspace backspace h h h").await;
    h.sees(">   - Acme");
}

#[tokio::test]
async fn wide_and_small_screens_show_what_fits() {
    let town = with_tree(Engine::Sqlite).await;
    let mut h = Harness::with(town, options(), 120, 40).await;
    h.sign_in("admin", PASSWORD).await;
    h.press("4 l l l l l p").await;
    assert_snapshot!("wide_with_the_pane", h.screen());
    h.resize(60, 15).await;
    assert_snapshot!("small_with_the_pane", h.screen());
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn words_find_units_with_what_is_above_them(#[case] engine: Engine) {
    let mut h = opened(with_tree(engine).await, "admin").await;
    h.press("/").await.type_text("東京").await;
    assert_snapshot!("found_with_what_is_above", h.screen());
    h.press("ctrl-u").await.type_text("bought").await;
    h.sees("Globex").sees_no("Acme ");
    h.press("ctrl-u").await.type_text("nowhere").await;
    h.sees("Nothing has these words.");
    h.press("esc").await;
    h.sees("all organizations").sees("Globex");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_helpdesk_operator_sees_their_own_and_changes_nothing(#[case] engine: Engine) {
    let mut h = opened(with_tree(engine).await, "mkhan").await;
    h.sees("Acme").sees_no("Globex");
    h.press("n").await;
    h.sees("it needs the right unit:create");
    h.press("e").await;
    h.sees("it needs the right organization:edit");
    h.press("t").await;
    h.sees("it needs the right audit:view");
    h.press("a").await;
    assert_snapshot!("actions_that_are_off", h.screen());
    h.press("enter").await;
    h.sees("needs the right organization:disable");
}

#[tokio::test]
async fn without_the_right_there_is_no_tree() {
    let town = Town::on(Engine::Sqlite).await;
    town.sql(
        "delete from rules where resource = 'organization' or resource = 'unit'
            or resource = '*'",
    )
    .await;
    let h = opened(town, "mkhan").await;
    assert_snapshot!("refused", h.screen());
}

#[tokio::test]
async fn one_organization_is_all_there_is_at_first() {
    let h = opened(Town::empty(Engine::Sqlite).await, "admin").await;
    assert_snapshot!("one_row", h.screen());
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn units_and_organizations_are_made_below_the_cursor(#[case] engine: Engine) {
    let mut h = opened(with_tree(engine).await, "admin").await;
    h.press("n").await;
    assert_snapshot!("unit_or_organization", h.screen());
    h.press("enter").await.type_text("North").await;
    assert_snapshot!("a_new_unit", h.screen());
    h.press("ctrl-s ctrl-s").await;
    h.sees("The unit Acme/North was created.")
        .sees("Unit Acme/North");
    h.press("n down enter").await.type_text("Initech").await;
    h.press("ctrl-s ctrl-s").await;
    h.sees("The organization Initech was created")
        .sees("Organization Initech");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_unit_moves_in_the_tree_but_never_below_itself(#[case] engine: Engine) {
    let mut h = opened(with_tree(engine).await, "admin").await;
    h.press("/")
        .await
        .type_text("sales")
        .await
        .press("enter down down e tab tab enter")
        .await;
    h.type_text("inside")
        .await
        .press("enter ctrl-s ctrl-s")
        .await;
    assert_snapshot!("no_unit_below_itself", h.screen());
    h.press("enter").await;
    h.press("ctrl-u")
        .await
        .type_text("works")
        .await
        .press("enter ctrl-s ctrl-s")
        .await;
    h.sees("changed parent");
    h.press("/ ctrl-u").await.type_text("inside").await;
    assert_snapshot!("moved_with_all_below_it", h.screen());
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_unit_with_people_is_deleted_when_they_go_elsewhere(#[case] engine: Engine) {
    let mut h = opened(with_tree(engine).await, "admin").await;
    h.press("/")
        .await
        .type_text("sales")
        .await
        .press("enter down down enter delete")
        .await;
    assert_snapshot!("deleting_asks_where_they_go", h.screen());
    h.press("enter").await;
    assert_snapshot!("units_that_may_get_it", h.screen());
    h.type_text("works").await.press("enter").await;
    h.sees("Acme/Works");
    h.press("ctrl-s").await;
    h.type_text("delete").await.press("enter").await;
    h.sees("is not what is asked for");
    h.paste(" 1").await;
    h.sees("A pasted text is not accepted");
    h.type_text(" 1").await;
    h.sees("1 user goes to Acme/Works.");
    assert_snapshot!("all_is_given", h.screen());
    h.press("enter").await;
    h.sees("Acme/Sales was deleted");
    h.press("/ ctrl-u")
        .await
        .type_text("works")
        .await
        .press("enter")
        .await;
    assert_snapshot!("they_are_elsewhere", h.screen());
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn what_a_unit_owns_moves_while_it_stays(#[case] engine: Engine) {
    let mut h = opened(with_tree(engine).await, "admin").await;
    h.press("/")
        .await
        .type_text("sales")
        .await
        .press("enter down down a")
        .await;
    assert_snapshot!("what_can_be_done_to_a_unit", h.screen());
    h.press("enter").await;
    assert_snapshot!("moving_asks_who_gets_it", h.screen());
    h.press("enter").await.type_text("works").await;
    h.press("enter").await;
    assert_snapshot!("what_moves_is_foretold", h.screen());
    h.press("ctrl-s").await;
    assert_snapshot!("the_move_is_confirmed", h.screen());
    h.press("y enter").await;
    h.sees("went from Acme/Sales to Acme/Works.");
    h.press("a enter").await;
    h.sees("there is nothing to move").sees("It can't be moved");
    h.press("esc").await;
    h.sees("Nothing was moved.");
}

#[tokio::test]
async fn what_keeps_an_organization_is_one_key_away() {
    let mut h = opened(with_tree(Engine::Sqlite).await, "admin").await;
    h.press("delete").await;
    h.sees("Enter:what it owns");
    h.press("enter").await;
    h.sees("Organization Acme").sees("belong to it");
}

#[tokio::test]
async fn what_may_not_be_done_to_an_organization_is_explained() {
    let mut h = opened(with_tree(Engine::Sqlite).await, "mkhan").await;
    h.press("a").await;
    h.sees("needs the right organization:disable");
    h.press("enter").await;
    h.sees("May you disable on organization?").sees("NO.");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn what_stands_in_the_way_is_told_before_anything_is_asked(#[case] engine: Engine) {
    let mut h = opened(with_tree(engine).await, "admin").await;
    h.press("delete").await;
    assert_snapshot!("blockers_of_an_organization", h.screen());
    h.press("esc down delete ctrl-s")
        .await
        .type_text("delete 1")
        .await
        .press("enter")
        .await;
    h.sees("Globex was deleted.").sees_no("+ Globex");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn an_organization_is_disabled_and_enabled(#[case] engine: Engine) {
    let mut h = opened(with_tree(engine).await, "admin").await;
    h.press("down a").await;
    assert_snapshot!("what_can_be_done_to_an_organization", h.screen());
    h.press("enter").await;
    assert_snapshot!("disabling_wants_y_and_enter", h.screen());
    h.press("enter").await;
    h.sees("Nothing was changed.");
    h.press("a enter y enter").await;
    h.sees("The organization is disabled.").sees("DISABLED");
    h.press("a down enter").await;
    h.sees("The organization is enabled.").sees_no("DISABLED");
    h.press("t").await;
    h.sees("Filter> target:organization/Globex")
        .sees("organization updated");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_page_that_somebody_deletes_ends_well(#[case] engine: Engine) {
    let mut h = opened(with_tree(engine).await, "admin").await;
    h.look_for_changes().await;
    h.press("down enter").await;
    h.sees("Organization Globex");
    let admin = h.town.sign_in("admin").await;
    let delete = DeleteOrganization {
        organization: "Globex".into(),
        consent: Consent::count(1),
    };
    h.town.service.perform(&admin, delete).await.unwrap();
    h.look_for_changes().await;
    h.sees("The organization Globex was deleted; this is the tree.")
        .sees("all organizations");
    h.press("/")
        .await
        .type_text("works")
        .await
        .press("enter down down enter")
        .await;
    h.sees("Unit Acme/Works");
    let delete = DeleteUnit {
        unit: "Works".into(),
        move_records_to: None,
        consent: Consent::count(1),
    };
    h.town.service.perform(&admin, delete).await.unwrap();
    h.look_for_changes().await;
    h.sees("The unit Acme/Works was deleted; this is the tree.");
}

#[tokio::test]
async fn five_thousand_units_are_one_list() {
    let town = Town::on(Engine::Sqlite).await;
    town.sql(
        "with recursive n (i) as (select 1 union all select i + 1 from n where i < 5000)
         insert into units (organization_id, parent_id, name, name_key, phone, email, website, fax,
            description, created_at, updated_at)
         select 1, 1, 'Unit ' || i, 'unit ' || i, '', '', '', '', '', 0, 0 from n;
         insert into unit_closure (ancestor_id, descendant_id, depth)
         select id, id, 0 from units where id <> 1;
         insert into unit_closure (ancestor_id, descendant_id, depth)
         select 1, id, 1 from units where id <> 1;",
    )
    .await;
    let mut h = opened(town, "admin").await;
    h.press("l l l").await;
    h.sees("5,001");
    h.press("end").await;
    h.sees(">       Unit 999");
    h.press("h h").await;
    h.sees(">   + Acme").sees_no("Unit 1");
}

#[tokio::test]
async fn units_are_chosen_from_their_tree_and_long_paths_keep_their_end() {
    let town = with_tree(Engine::Sqlite).await;
    let admin = town.sign_in("admin").await;
    for (name, parent) in [
        ("Business customers", "Inside"),
        ("Chemical industry", "Business customers"),
    ] {
        unit(&town, &admin, name, Some(parent)).await;
    }
    let mut h = opened(town, "admin").await;
    h.press("/")
        .await
        .type_text("works")
        .await
        .press("enter down down e tab tab enter")
        .await;
    assert_snapshot!("units_to_choose_from", h.screen());
}

#[tokio::test]
async fn whoever_moves_is_told_where_they_stay_assigned() {
    let town = with_tree(Engine::Sqlite).await;
    let admin = town.sign_in("admin").await;
    let update = UpdateUser {
        user: UserRef::Name("c.obrien".to_owned()),
        version: None,
        changes: UserChanges {
            assigned_units: Some(vec!["Sales".to_owned()]),
            ..UserChanges::default()
        },
        consent: Consent::default(),
    };
    edited(&town.service, &admin, update).await.unwrap();
    let mut h = Harness::signed_in(town, "admin").await;
    h.press("/")
        .await
        .type_text("c.obrien")
        .await
        .press("enter e tab tab tab tab")
        .await;
    h.sees("Assigned to      Acme/Sales").sees_no("They stay");
    h.press("enter").await.type_text("works").await;
    h.press("enter").await;
    let advice = "They stay assigned to Acme/Sales; change \"Assigned to\" if they should move.";
    h.sees(advice);
    h.press("ctrl-s").await;
    h.sees("They stay assigned to Acme/Sales;");
}

#[tokio::test]
async fn renaming_the_organization_one_works_in_warns() {
    let mut h = opened(with_tree(Engine::Sqlite).await, "admin").await;
    h.press("e ctrl-u").await.type_text("Apex").await;
    h.press("ctrl-s").await;
    assert_snapshot!("renaming_the_organization_one_works_in", h.screen());
}
