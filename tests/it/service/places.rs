//! The tree of organizations and units, and what stands in the way of deleting them.

use crate::support::engine::Engine;
use crate::support::refusal::rule;
use crate::support::town::{Town, a_role, a_user};
use rstest::rstest;
use wardroom::domain::permission::Level;
use wardroom::domain::{OrganizationId, UnitId};
use wardroom::service::organizations::{self, DeleteOrganization, PlaceList, Places};
use wardroom::service::units::{self, DeleteUnit, ShowUnit};
use wardroom::service::{Consent, Deletion, Session};

async fn places(
    town: &Town,
    session: &Session,
    search: &str,
    open: &[OrganizationId],
) -> PlaceList {
    let places = Places {
        search: search.to_owned(),
        open: open.to_vec(),
        cap: Some(2),
    };
    town.service.ask(session, places).await.unwrap()
}

/// `Acme: Acme, Sales < Inside`: the units with the one above each.
fn words(list: &PlaceList) -> (Vec<&str>, Vec<String>) {
    let name = |id: UnitId| {
        let unit = list.units.iter().find(|unit| unit.id == id).unwrap();
        unit.name.as_str()
    };
    let units = list.units.iter().map(|unit| match unit.parent {
        Some(parent) => format!("{} < {}", unit.name, name(parent)),
        None => unit.name.clone(),
    });
    let organizations = list.organizations.iter().map(|one| one.name.as_str());
    (organizations.collect(), units.collect())
}

async fn organization_deletion(town: &Town, session: &Session, name: &str) -> Deletion {
    let organization = name.into();
    let query = organizations::DeletionOf { organization };
    town.service.ask(session, query).await.unwrap()
}

async fn unit_deletion(town: &Town, session: &Session, name: &str) -> Deletion {
    let unit = name.into();
    town.service
        .ask(
            session,
            units::DeletionOf {
                unit,
                move_records_to: None,
            },
        )
        .await
        .unwrap()
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn units_come_with_the_organizations_that_are_open(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    let ada = town.sign_in("ada").await;
    let folded = places(&town, &ada, "", &[]).await;
    assert_eq!(words(&folded), (vec!["Acme", "Globex"], vec![]));
    assert!(folded.organizations[0].users.capped);
    let acme = folded.organizations[0].id;
    let open = places(&town, &ada, "", &[acme, OrganizationId(999)]).await;
    assert_eq!(
        words(&open).1,
        ["Acme", "Inside < Sales", "Sales < Acme", "Works < Acme"]
    );
    let has_units: Vec<bool> = open.units.iter().map(|unit| unit.has_units).collect();
    assert_eq!(has_units, [true, false, true, false]);
    let inside = open
        .units
        .iter()
        .find(|unit| unit.name == "Inside")
        .unwrap();
    assert_eq!(
        (inside.users.number, inside.users.capped),
        (1, false),
        "mem"
    );
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn words_find_places_with_what_is_above_them(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    let (ada, hana) = (town.sign_in("ada").await, town.sign_in("hana").await);
    let found = places(&town, &ada, "insi", &[]).await;
    assert_eq!(
        words(&found),
        (
            vec!["Acme"],
            vec![
                "Acme".to_owned(),
                "Inside < Sales".to_owned(),
                "Sales < Acme".to_owned()
            ]
        )
    );
    let found = places(&town, &ada, "globex", &[]).await;
    assert_eq!(words(&found).0, ["Globex"]);
    assert_eq!(
        words(&places(&town, &ada, "a%", &[]).await),
        (vec![], vec![])
    );
    // What somebody may not see is not found.
    assert_eq!(
        words(&places(&town, &hana, "lab", &[]).await),
        (vec![], vec![])
    );
    assert_eq!(words(&places(&town, &hana, "", &[]).await).0, ["Acme"]);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_unit_whose_parent_is_out_of_reach_stands_at_the_top(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    a_role()
        .named("Local")
        .allows("view", "unit", Level::Division)
        .allows("view", "organization", Level::Organization)
        .insert(&town)
        .await;
    a_user()
        .named("loc")
        .with_role("Local")
        .assigned_to("Sales")
        .insert(&town)
        .await;
    let loc = town.sign_in("loc").await;
    let all = places(&town, &loc, "", &[]).await;
    let open = places(&town, &loc, "", &[all.organizations[0].id]).await;
    assert_eq!(words(&open).1, ["Inside < Sales", "Sales"]);
    assert!(open.units.iter().all(|unit| unit.users.number == 0));
    let found = places(&town, &loc, "inside", &[]).await;
    assert_eq!(words(&found).1, ["Inside < Sales", "Sales"]);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn what_is_told_before_is_what_refuses_afterwards(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    let ada = town.sign_in("ada").await;
    let told = organization_deletion(&town, &ada, "Acme").await;
    let delete = DeleteOrganization {
        organization: "Acme".into(),
        consent: Consent::count(1),
    };
    let refused = rule(town.service.perform(&ada, delete).await);
    assert_eq!(told.blockers[0], refused);
    assert!(told.blockers[1].starts_with("It still owns "), "{told:?}");
    let told = organization_deletion(&town, &ada, "Globex").await;
    let delete = DeleteOrganization {
        organization: "Globex".into(),
        consent: Consent::count(1),
    };
    let refused = rule(town.service.perform(&ada, delete).await);
    for blocker in &told.blockers {
        let owned = blocker.trim_start_matches("It still owns ");
        let owned = owned.split(';').next().unwrap();
        assert!(refused.contains(owned), "{refused}: {owned}");
    }
    assert!(!told.reason_needed && !told.ticket_needed);
    let told = unit_deletion(&town, &ada, "Sales").await;
    assert_eq!((told.name.as_str(), told.blockers.len()), ("Acme/Sales", 0));
    assert_eq!(told.effects, ["The unit below it moves up."]);
    assert!(!told.needs_successor);
    let told = unit_deletion(&town, &ada, "Inside").await;
    assert!(told.needs_successor);
    let moved = "1 user goes to another unit.";
    assert_eq!(told.effects, [moved]);
    let told = unit_deletion(&town, &ada, "Lab").await;
    let delete = DeleteUnit {
        unit: "Globex/Lab".into(),
        move_records_to: None,
        consent: Consent::count(1),
    };
    let done = town.service.perform(&ada, delete).await;
    assert_eq!(told.needs_successor, done.is_err(), "{told:?} {done:?}");
    town.verify().await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_reason_is_asked_for_where_the_policy_wants_one(#[case] engine: Engine) {
    let town = Town::with(engine, |policy| {
        policy.tiers.reason_from_tier = 3;
        policy.tiers.ticket_required = true;
    })
    .await;
    let ada = town.sign_in("ada").await;
    let told = unit_deletion(&town, &ada, "Works").await;
    assert!(told.reason_needed && told.ticket_needed);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn the_assigned_are_counted_as_far_as_the_asker_sees_them(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    for name in ["one", "two"] {
        a_user()
            .named(name)
            .assigned_to("Works")
            .insert(&town)
            .await;
    }
    a_role()
        .named("Blind")
        .allows("view", "unit", Level::All)
        .insert(&town)
        .await;
    a_user().named("bly").with_role("Blind").insert(&town).await;
    for (name, count) in [("ada", 2), ("bly", 0)] {
        let session = town.sign_in(name).await;
        let unit = "Works".into();
        let shown = town.service.ask(&session, ShowUnit { unit }).await.unwrap();
        assert_eq!(shown.assigned, count, "{name}");
    }
}
