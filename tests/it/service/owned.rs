//! What units own and roles are held by: which record may get it when they go.

use crate::support::engine::Engine;
use crate::support::refusal::{denied, rule};
use crate::support::town::{Town, a_group, a_role, a_user};
use rstest::rstest;
use wardroom::domain::permission::Level;
use wardroom::service::units::{
    self, CreateUnit, DeleteUnit, DeletionOf, ListUnits, UnitDraft, UnitFate,
};
use wardroom::service::{Consent, Deletion, Result, Session, roles};

async fn a_unit(town: &Town, session: &Session, name: &str, description: &str) {
    let draft = UnitDraft {
        name: name.to_owned(),
        description: description.to_owned(),
        ..UnitDraft::default()
    };
    let create = CreateUnit { draft };
    town.service.perform(session, create).await.unwrap();
}

async fn after_unit(
    town: &Town,
    session: &Session,
    unit: &str,
    fate: UnitFate,
    search: &str,
) -> Result<Vec<String>> {
    let query = units::Successors {
        unit: unit.into(),
        fate,
        search: search.to_owned(),
        limit: 50,
    };
    let listed = town.service.ask(session, query).await?;
    Ok(listed.rows.into_iter().map(|row| row.name).collect())
}

async fn after_role(town: &Town, session: &Session, role: &str) -> Result<Vec<String>> {
    let query = roles::Successors {
        role: role.into(),
        search: String::new(),
        limit: 50,
    };
    let listed = town.service.ask(session, query).await?;
    Ok(listed.rows.into_iter().map(|row| row.name).collect())
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_search_puts_the_whole_name_first(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    let ada = town.sign_in("ada").await;
    for (name, description) in [
        ("Dublin", "Our first office"),
        ("Annex", "Behind Dublin"),
        ("Content Dublin", ""),
        ("Dublin Content", ""),
        ("Dublin Care", ""),
    ] {
        a_unit(&town, &ada, name, description).await;
    }
    let list = async |search: &str, limit| {
        let list = ListUnits {
            search: search.to_owned(),
            limit,
            cap: None,
        };
        let listed = town.service.ask(&ada, list).await.unwrap();
        let names = listed.rows.into_iter().map(|row| row.name);
        (names.collect::<Vec<_>>(), listed.more)
    };
    let (names, more) = list("dublin", 10).await;
    assert_eq!(
        names,
        [
            "Dublin",
            "Dublin Care",
            "Dublin Content",
            "Annex",
            "Content Dublin"
        ]
    );
    assert!(!more);
    assert_eq!(list("dublin", 1).await, (vec!["Dublin".to_owned()], true));
    let (names, _) = list("Dublin con", 10).await;
    assert_eq!(names, ["Dublin Content", "Content Dublin"]);
    let (names, _) = list("content DUBLIN", 10).await;
    assert_eq!(names, ["Content Dublin", "Dublin Content"]);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn units_that_may_get_it_are_others_of_the_organization(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    let ada = town.sign_in("ada").await;
    let after = async |session, fate| after_unit(&town, session, "Sales", fate, "").await;
    let all = ["Acme", "Inside", "Works"];
    assert_eq!(after(&ada, UnitFate::Ends).await.unwrap(), all);
    assert_eq!(after(&ada, UnitFate::Stays).await.unwrap(), all);
    let found = after_unit(&town, &ada, "Sales", UnitFate::Ends, "works").await;
    assert_eq!(found.unwrap(), ["Works"]);
    // Only where the asker may give it.
    a_user().named("sue").owned_by("Sales").insert(&town).await;
    a_role()
        .named("Mover")
        .allows("view delete", "unit", Level::Organization)
        .allows("view assign", "user", Level::Division)
        .insert(&town)
        .await;
    let mo = a_user().named("mo").with_role("Mover");
    mo.assigned_to("Sales").insert(&town).await;
    let mo = town.sign_in("mo").await;
    assert_eq!(after(&mo, UnitFate::Ends).await.unwrap(), ["Inside"]);
    let gail = town.sign_in("gail").await;
    assert!(after(&gail, UnitFate::Ends).await.is_err());
    town.verify().await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_deletion_names_who_gets_it_and_how_much(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    let ada = town.sign_in("ada").await;
    a_user().named("sue").owned_by("Works").insert(&town).await;
    a_user().named("sam").owned_by("Works").insert(&town).await;
    let of = async |session: &Session, next: Option<&str>| -> Result<Deletion> {
        let query = DeletionOf {
            unit: "Works".into(),
            move_records_to: next.map(str::to_owned),
        };
        town.service.ask(session, query).await
    };
    let deletion = of(&ada, None).await.unwrap();
    assert!(deletion.needs_successor);
    let deletion = of(&ada, Some("Acme/Sales")).await.unwrap();
    assert!(!deletion.needs_successor && deletion.blockers.is_empty());
    assert_eq!(
        deletion.effects,
        ["It has 2 users (deleted ones included): 2 records go to Acme/Sales."]
    );
    for (next, why) in [
        ("Works", "that is this unit itself"),
        ("Globex/Lab", "Globex/Lab is none of it"),
    ] {
        let sentence = format!(
            "The records of \"Works\" go to another unit of Acme, and {why}; name another one."
        );
        assert_eq!(
            of(&ada, Some(next)).await.unwrap().blockers,
            std::slice::from_ref(&sentence)
        );
        let delete = DeleteUnit {
            unit: "Works".into(),
            move_records_to: Some(next.to_owned()),
            consent: Consent::count(1),
        };
        assert_eq!(rule(town.service.perform(&ada, delete).await), sentence);
    }
    // Who may delete there, but not give away whom it owns, reads so before anything is confirmed.
    a_role()
        .named("Clearer")
        .allows("*", "unit", Level::Organization)
        .insert(&town)
        .await;
    a_user()
        .named("cleo")
        .with_role("Clearer")
        .insert(&town)
        .await;
    let cleo = town.sign_in("cleo").await;
    let deletion = of(&cleo, Some("Sales")).await.unwrap();
    assert!(deletion.blockers[0].contains("user:assign"), "{deletion:?}");
    town.verify().await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn roles_that_may_take_its_place_fit_all_who_have_it(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    let ada = town.sign_in("ada").await;
    a_role().named("Clerk").insert(&town).await;
    a_role().named("Local").of("Acme").insert(&town).await;
    a_role().named("Abroad").of("Globex").insert(&town).await;
    a_user().named("bob").with_role("Clerk").insert(&town).await;
    let names = after_role(&town, &ada, "Clerk").await.unwrap();
    assert!(names.iter().any(|name| name == "Local"), "{names:?}");
    assert!(names.iter().any(|name| name == "Member"), "{names:?}");
    assert!(!names.iter().any(|name| name == "Abroad" || name == "Clerk"));
    // A group that is system-wide confers no role of an organization.
    a_group().named("Desk").confers("Clerk").insert(&town).await;
    let names = after_role(&town, &ada, "Clerk").await.unwrap();
    assert!(!names.iter().any(|name| name == "Local"), "{names:?}");
    // Nor is offered what the asker couldn't give.
    a_role()
        .named("Tidier")
        .allows("view delete", "role", Level::All)
        .insert(&town)
        .await;
    a_user()
        .named("tim")
        .with_role("Tidier")
        .insert(&town)
        .await;
    let tim = town.sign_in("tim").await;
    let names = after_role(&town, &tim, "Clerk").await.unwrap();
    assert!(names.iter().any(|name| name == "Tidier"), "{names:?}");
    assert!(
        !names.iter().any(|name| name == "Administrator"),
        "{names:?}"
    );
    assert_eq!(
        denied(after_role(&town, &town.sign_in("gail").await, "Clerk").await),
        "role:delete"
    );
    town.verify().await;
}
