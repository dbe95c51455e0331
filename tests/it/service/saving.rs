//! Saves that touch many, or make an administrator, are asked for like a plan.

use crate::support::engine::Engine;
use crate::support::saving::confirmed;
use crate::support::town::{Town, a_group, a_role, a_user};
use rstest::rstest;
use wardroom::domain::permission::Level;
use wardroom::service::groups::{GroupChanges, UpdateGroup};
use wardroom::service::organizations::{OrganizationChanges, UpdateOrganization};
use wardroom::service::roles::{RoleChanges, UpdateRole};
use wardroom::service::units::{UnitChanges, UpdateUnit};
use wardroom::service::users::{UpdateUser, UserChanges, UserRef};
use wardroom::service::{Action, Consent, Error, ListChange, Session};
use wardroom::store::sql::Sql;

async fn refused<A: Action>(town: &Town, session: &Session, save: A) -> String {
    match town.service.perform(session, save).await {
        Err(Error::NotConfirmed(sentence)) => sentence,
        Err(other) => panic!("{other:?}"),
        Ok(_) => panic!("nothing was asked"),
    }
}

fn roles_of(user: &str, roles: &[&str]) -> UpdateUser {
    UpdateUser {
        user: UserRef::Name(user.to_owned()),
        version: None,
        changes: UserChanges {
            roles: Some(roles.iter().map(|&role| role.to_owned()).collect()),
            ..UserChanges::default()
        },
        consent: Consent::default(),
    }
}

fn list(texts: &[&str]) -> ListChange {
    ListChange::to(texts.iter().map(|&text| text.to_owned()).collect())
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn an_administrator_is_made_by_deed_and_number(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    let ada = town.sign_in("ada").await;
    let save = || roles_of("mem", &["Member", "Administrator"]);
    let why = refused(&town, &ada, save()).await;
    assert!(
        why.contains("make \"mem\" an administrator") && why.contains("--yes-count 1"),
        "{why}"
    );
    let without_reason = UpdateUser {
        consent: Consent::count(1),
        ..save()
    };
    let why = refused(&town, &ada, without_reason).await;
    assert!(why.contains("wants a reason"), "{why}");
    let asks = town.service.rehearse(&ada, save()).await.unwrap().asks;
    assert_eq!((asks.tier, asks.number, asks.word), (4, 1, "update"));
    assert!(asks.are_asked() && asks.reason_needed);
    assert_eq!(town.record("mem").await.version, 1, "it was a rehearsal");
    confirmed(&town.service, &ada, save()).await.unwrap();
    // What takes something from one person has its yes by the review.
    let asks = confirmed(&town.service, &ada, roles_of("mem", &["Member"]))
        .await
        .unwrap()
        .asks;
    assert_eq!((asks.tier, asks.are_asked()), (2, false));
    town.service
        .perform(&ada, roles_of("lars", &["Member", "Helpdesk"]))
        .await
        .unwrap();
    town.verify().await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn what_touches_many_wants_their_number(#[case] engine: Engine) {
    let town = Town::with(engine, |policy| policy.tiers.count_over = 3).await;
    a_role()
        .named("Clerk")
        .allows("view", "user", Level::Unit)
        .insert(&town)
        .await;
    a_group().named("Crew").confers("Clerk").insert(&town).await;
    for name in ["one", "two", "three"] {
        a_user().named(name).in_group("Crew").insert(&town).await;
    }
    let ada = town.sign_in("ada").await;
    let rules = |consent: Consent| UpdateRole {
        role: "Clerk".into(),
        version: None,
        changes: RoleChanges {
            rules: list(&["allow view on user at division"]),
            ..RoleChanges::default()
        },
        consent,
    };
    let asks = town
        .service
        .rehearse(&ada, rules(Consent::default()))
        .await
        .unwrap()
        .asks;
    assert_eq!((asks.tier, asks.number), (2, 3), "three are not many");
    a_user()
        .named("four")
        .with_role("Clerk")
        .insert(&town)
        .await;
    a_user()
        .named("gone")
        .with_role("Clerk")
        .deleted(crate::support::town::NOON)
        .insert(&town)
        .await;
    let why = refused(&town, &ada, rules(Consent::default())).await;
    assert!(
        why.contains("change what 4 users may do by the role \"Clerk\""),
        "{why}"
    );
    let why = refused(&town, &ada, rules(Consent::count(3))).await;
    assert!(why.contains("4, not 3"), "{why}");
    // Its name touches nobody.
    let rename = UpdateRole {
        changes: RoleChanges {
            description: Some("sees".to_owned()),
            ..RoleChanges::default()
        },
        ..rules(Consent::default())
    };
    town.service.perform(&ada, rename).await.unwrap();
    town.service
        .perform(
            &ada,
            rules(Consent {
                reason: "they moved".to_owned(),
                ..Consent::count(4)
            }),
        )
        .await
        .unwrap();

    a_user().named("five").in_group("Crew").insert(&town).await;
    let crew = |changes: GroupChanges| UpdateGroup {
        group: "Crew".into(),
        version: None,
        changes,
        consent: Consent::default(),
    };
    let conferring = GroupChanges {
        roles: ListChange::adding(vec!["Editor".to_owned()]),
        ..GroupChanges::default()
    };
    let why = refused(&town, &ada, crew(conferring)).await;
    assert!(
        why.contains("change what 4 users may do by the group \"Crew\""),
        "{why}"
    );
    let described = GroupChanges {
        description: Some("rows".to_owned()),
        ..GroupChanges::default()
    };
    town.service.perform(&ada, crew(described)).await.unwrap();
    town.verify().await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_unit_takes_along_who_belongs_there(#[case] engine: Engine) {
    let town = Town::with(engine, |policy| policy.tiers.count_over = 1).await;
    for (name, unit) in [("one", "Inside"), ("two", "Sales")] {
        a_user().named(name).owned_by(unit).insert(&town).await;
    }
    let ada = town.sign_in("ada").await;
    let save = |changes| UpdateUnit {
        unit: "Sales".into(),
        version: None,
        changes,
        consent: Consent::default(),
    };
    let below = |parent: &str| UnitChanges {
        parent: Some(parent.to_owned()),
        ..UnitChanges::default()
    };
    let why = refused(&town, &ada, save(below("Works"))).await;
    assert!(why.contains("move the unit \"Sales\" with "), "{why}");
    let asks = town.service.rehearse(&ada, save(below("Works"))).await;
    let asks = asks.unwrap().asks;
    let belong = Sql::new(
        "select count(*) from users u join units n on n.id = u.owner_unit_id
            join user_states s on s.user_id = u.id
         where n.name in ('Sales', 'Inside') and s.deleted_at = 0",
    );
    assert_eq!((asks.word, asks.number), ("move", town.int(belong).await));
    assert!(asks.are_asked());
    confirmed(&town.service, &ada, save(below("Works")))
        .await
        .unwrap();
    // Where it is already, and what is only described, moves nobody.
    let again = UnitChanges {
        description: Some("South".to_owned()),
        ..below("Works")
    };
    town.service.perform(&ada, save(again)).await.unwrap();
    town.verify().await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn disabling_an_organization_shuts_its_people_out(#[case] engine: Engine) {
    let town = Town::with(engine, |policy| policy.tiers.count_over = 1).await;
    let ada = town.sign_in("ada").await;
    let save = || UpdateOrganization {
        organization: "Globex".into(),
        version: None,
        changes: OrganizationChanges {
            enabled: Some(false),
            ..OrganizationChanges::default()
        },
        consent: Consent::default(),
    };
    let why = refused(&town, &ada, save()).await;
    assert!(
        why.contains("disable the organization \"Globex\" for 2 users"),
        "{why}"
    );
    confirmed(&town.service, &ada, save()).await.unwrap();
    town.verify().await;
}
