//! What an insider tried by places: units and organizations where others work, and where they hold nothing themselves.

use crate::support::engine::Engine;
use crate::support::members::plan_members;
use crate::support::records::{list, update_role, update_user, with};
use crate::support::refusal::{rule, unheld, users};
use crate::support::town::{Town, a_group, a_role, a_user};
use rstest::rstest;
use wardroom::domain::permission::Level;
use wardroom::domain::plan::Operation;
use wardroom::service::catalogue::ImportCatalogue;
use wardroom::service::jobs::{Direction, Holder, ListJobs, MemberChange};
use wardroom::service::units::{DeleteUnit, UnitChanges, UpdateUnit};
use wardroom::service::users::UserChanges;
use wardroom::service::{Consent, ListChange, Session};

/// Who may add people to roles and groups of both organizations, works in Sales and in Globex, and approves orders there.
async fn eve(town: &Town) -> Session {
    a_role()
        .named("Approver")
        .allows("approve", "order", Level::Unit)
        .insert(town)
        .await;
    a_role()
        .named("Giver")
        .allows("view edit", "user", Level::Organization)
        .allows("view members", "role", Level::All)
        .allows("view", "unit", Level::All)
        .insert(town)
        .await;
    a_user()
        .named("eve")
        .may_enter("Globex")
        .assigned_to("Sales")
        .assigned_to("Globex")
        .with_role("Approver")
        .with_role("Giver")
        .insert(town)
        .await;
    town.sign_in("eve").await
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn units_of_another_organization_count_as_well(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    let eve = eve(&town).await;
    let worker = |name: &str, there: &str| {
        let user = a_user().named(name).may_enter("Globex");
        user.assigned_to("Sales").assigned_to(there)
    };
    worker("near", "Globex").insert(&town).await;
    worker("far", "Lab").insert(&town).await;
    let roles = || UserChanges {
        roles: Some(list(&["Member", "Approver"])),
        ..UserChanges::default()
    };
    update_user(&town, &eve, "near", roles()).await.unwrap();
    let refused = update_user(&town, &eve, "far", roles()).await;
    assert_eq!(
        unheld(&town, &eve, refused).await,
        "This gives approve on order at level unit in Lab too, where yours doesn't reach; ask an administrator."
    );
    let change = MemberChange {
        holder: Holder::Role("Approver".into()),
        direction: Direction::Add,
    };
    let plan = plan_members(&town, &eve, &[change], users(&["far"])).await;
    assert_eq!(
        plan.unwrap().refusals[0].reason,
        "works where your approve on order at level unit doesn't reach"
    );
    town.verify().await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_restore_is_weighed_where_people_work(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    a_role()
        .named("Clerk")
        .allows("approve", "order", Level::Unit)
        .insert(&town)
        .await;
    a_role()
        .named("Boss")
        .allows("approve", "order", Level::Organization)
        .insert(&town)
        .await;
    a_role()
        .named("Restorer")
        .of("Acme")
        .allows("view delete restore", "user", Level::Organization)
        .allows("approve", "order", Level::Organization)
        .insert(&town)
        .await;
    a_role()
        .named("Unit restorer")
        .of("Acme")
        .allows("view delete restore", "user", Level::Organization)
        .allows("approve", "order", Level::Unit)
        .insert(&town)
        .await;
    let worker = |name: &str, unit: &str| a_user().named(name).assigned_to(unit);
    worker("ina", "Sales")
        .with_role("Clerk")
        .insert(&town)
        .await;
    worker("walt", "Works")
        .with_role("Clerk")
        .insert(&town)
        .await;
    a_user()
        .named("abroad")
        .may_enter("Globex")
        .with_role("Boss")
        .insert(&town)
        .await;
    worker("rest", "Sales")
        .with_role("Restorer")
        .insert(&town)
        .await;
    let unit_rest = worker("urs", "Sales").with_role("Unit restorer");
    unit_rest.insert(&town).await;
    let ada = town.sign_in("ada").await;
    let people = ["ina", "walt", "abroad"];
    town.perform(&ada, Operation::Delete, &people).await;
    let (rest, urs) = (town.sign_in("rest").await, town.sign_in("urs").await);
    let refused = async |session: &Session| {
        let plan = town.plan(session, Operation::Restore, &people).await;
        let refused = plan.refusals.iter().map(|one| one.name.clone());
        refused.collect::<Vec<_>>()
    };
    // One holds it in all of Acme and nowhere else, the other in Sales alone.
    assert_eq!(refused(&rest).await, ["abroad"]);
    assert_eq!(refused(&urs).await, ["abroad", "walt"]);
    town.verify().await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_unit_brings_nobody_to_others_by_going_or_moving(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    a_role()
        .named("Clerk")
        .of("Acme")
        .allows("approve", "order", Level::Division)
        .insert(&town)
        .await;
    a_role()
        .named("Planner")
        .of("Acme")
        .allows("view edit delete assign", "unit", Level::Organization)
        .allows("view edit assign", "user", Level::Organization)
        .allows("approve", "order", Level::Division)
        .insert(&town)
        .await;
    let worker = |name: &str, unit: &str| a_user().named(name).assigned_to(unit);
    worker("walt", "Works")
        .with_role("Clerk")
        .insert(&town)
        .await;
    worker("pia", "Works")
        .with_role("Planner")
        .insert(&town)
        .await;
    let pia = town.sign_in("pia").await;
    // Walt would approve what Inside owns, where Pia can't.
    let delete = |to: &str| DeleteUnit {
        unit: "Acme/Works".into(),
        move_records_to: Some(to.into()),
        consent: Consent::count(1),
    };
    let gone = town.service.perform(&pia, delete("Acme/Inside")).await;
    let why = unheld(&town, &pia, gone).await;
    assert!(
        why.starts_with("This gives approve on order at level division in Inside too"),
        "{why}"
    );
    // And both would approve what is in a unit that comes to lie below theirs.
    let update = UpdateUnit {
        unit: "Acme/Inside".into(),
        version: None,
        changes: UnitChanges {
            parent: Some("Acme/Works".to_owned()),
            ..UnitChanges::default()
        },
        consent: Consent::count(1),
    };
    let moved = town.service.perform(&pia, update).await;
    let why = unheld(&town, &pia, moved).await;
    assert!(
        why.starts_with("This gives approve on order at level division in Inside too"),
        "{why}"
    );
    town.verify().await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn only_what_changes_in_a_role_is_weighed(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    a_role()
        .named("Mixed")
        .of("Acme")
        .allows("view", "user", Level::Organization)
        .allows("approve", "order", Level::Organization)
        .insert(&town)
        .await;
    a_role()
        .named("Editor of roles")
        .of("Acme")
        .allows("view edit", "user", Level::Organization)
        .allows("view edit", "role", Level::Organization)
        .insert(&town)
        .await;
    a_user()
        .named("rose")
        .with_role("Editor of roles")
        .insert(&town)
        .await;
    let rose = town.sign_in("rose").await;
    let update = async |text: &str| {
        let changes = with(ListChange::adding(list(&[text])));
        update_role(&town, &rose, "Acme/Mixed", changes).await
    };
    update("allow edit on user at organization").await.unwrap();
    let why = rule(update("allow edit on order at unit").await);
    assert!(why.contains("edit on order at level unit"), "{why}");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn an_import_opens_nothing_sensitive_to_others(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    a_role()
        .named("Importer")
        .allows("view import", "catalogue", Level::All)
        .allows("*", "crm.*", Level::All)
        .insert(&town)
        .await;
    a_user()
        .named("imp")
        .with_role("Importer")
        .insert(&town)
        .await;
    let imp = town.sign_in("imp").await;
    let file = |actions: &str| ImportCatalogue {
        file: wardroom::domain::catalogue::CatalogueFile::parse(&format!(
            "[[resource]]\nkey = \"crm.member\"\nactions = [{actions}]\nownership = \"user\"\n"
        ))
        .unwrap(),
        replace: false,
        consent: Consent::default(),
    };
    let all = "\"view\", \"view-sensitive\"";
    let why = rule(town.service.perform(&imp, file(all)).await);
    assert!(why.contains("view-sensitive on crm.member"), "{why}");
    town.service.perform(&imp, file("\"view\"")).await.unwrap();
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_job_about_another_organizations_group_is_out_of_sight(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    a_group().named("Guild").of("Globex").insert(&town).await;
    a_role()
        .named("Watcher")
        .allows("view", "job", Level::Organization)
        .insert(&town)
        .await;
    a_user()
        .named("wanda")
        .with_role("Watcher")
        .insert(&town)
        .await;
    a_user()
        .named("abe")
        .may_enter("Globex")
        .insert(&town)
        .await;
    let ada = town.sign_in("ada").await;
    let change = MemberChange {
        holder: Holder::Group("Globex/Guild".into()),
        direction: Direction::Add,
    };
    let plan = plan_members(&town, &ada, &[change], users(&["abe"])).await;
    town.run(&ada, &plan.unwrap()).await;
    let wanda = town.sign_in("wanda").await;
    let list = ListJobs {
        limit: 9,
        unfinished: false,
    };
    assert!(town.service.ask(&wanda, list).await.unwrap().is_empty());
}
