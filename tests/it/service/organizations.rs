//! Organizations: how they are made, switched off and deleted.

use crate::support::engine::Engine;
use crate::support::refusal::{conflict, denied, field, missing, rule, unconfirmed};
use crate::support::saving::edited;
use crate::support::town::{PASSWORD, Town, a_group, a_role, a_user};
use rstest::rstest;
use wardroom::domain::permission::Level;
use wardroom::service::organizations::{
    CreateOrganization, CreatedOrganization, DeleteOrganization, ListOrganizations,
    OrganizationChanges, OrganizationDetail, ShowOrganization, UpdateOrganization,
};
use wardroom::service::units::{CreateUnit, ShowUnit, UnitDraft};
use wardroom::service::{Consent, Error, Lack, RecordRef, Result, Session};
use wardroom::store::sql::Sql;

async fn create(town: &Town, session: &Session, name: &str) -> Result<CreatedOrganization> {
    let create = CreateOrganization {
        name: name.to_owned(),
        description: "made in a test".to_owned(),
    };
    town.service.perform(session, create).await
}

async fn update(
    town: &Town,
    session: &Session,
    organization: &str,
    changes: OrganizationChanges,
) -> Result<Vec<String>> {
    let update = UpdateOrganization {
        organization: organization.into(),
        version: None,
        changes,
        consent: Consent::default(),
    };
    edited(&town.service, session, update).await
}

async fn delete(town: &Town, session: &Session, organization: &str) -> Result<()> {
    let delete = DeleteOrganization {
        organization: organization.into(),
        consent: Consent::count(1),
    };
    town.service.perform(session, delete).await
}

async fn show(town: &Town, session: &Session, organization: &str) -> Result<OrganizationDetail> {
    let organization = RecordRef::from(organization);
    town.service
        .ask(session, ShowOrganization { organization })
        .await
}

fn switched(enabled: bool) -> OrganizationChanges {
    OrganizationChanges {
        enabled: Some(enabled),
        ..OrganizationChanges::default()
    }
}

fn renamed(name: &str) -> OrganizationChanges {
    OrganizationChanges {
        name: Some(name.to_owned()),
        ..OrganizationChanges::default()
    }
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn are_made_with_a_first_unit(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    let ada = town.sign_in("ada").await;
    create(&town, &ada, "Initech").await.unwrap();
    let detail = show(&town, &ada, "initech").await.unwrap();
    assert_eq!(detail.units, ["Initech"]);
    assert_eq!((detail.users, detail.enabled, detail.version), (0, true, 1));
    assert_eq!(detail.description, "made in a test");
    let unit = ShowUnit {
        unit: "Initech/Initech".into(),
    };
    let unit = town.service.ask(&ada, unit).await.unwrap();
    assert_eq!((unit.organization.as_str(), unit.parent), ("Initech", None));

    let (name, message) = field(create(&town, &ada, "INITECH").await);
    assert_eq!(name, "name");
    assert!(
        message.contains("taken by another organization"),
        "{message}"
    );
    assert_eq!(field(create(&town, &ada, "a/b").await).0, "name");
    assert_eq!(
        field(update(&town, &ada, "Initech", renamed("globex")).await).0,
        "name"
    );

    let list = ListOrganizations {
        search: String::new(),
        limit: 10,
        cap: None,
    };
    let rows = town.service.ask(&ada, list.clone()).await.unwrap().rows;
    let names: Vec<&str> = rows.iter().map(|row| row.name.as_str()).collect();
    assert_eq!(names, ["Acme", "Globex", "Initech"]);
    // The bin is not counted.
    let acme = town
        .int(Sql::new(
            "select count(*) from users u join user_states s on s.user_id = u.id
             join organizations o on o.id = u.organization_id
             where o.name = 'Acme' and s.deleted_at = 0",
        ))
        .await;
    assert_eq!((rows[0].users.number, rows[0].units), (acme, 4));
    // At the level of an organization only one's own is seen.
    let gail = town.sign_in("gail").await;
    let rows = town.service.ask(&gail, list).await.unwrap().rows;
    assert_eq!(rows.len(), 1);
    assert_eq!((rows[0].name.as_str(), rows[0].users.number), ("Globex", 2));
    assert_eq!(missing(show(&town, &gail, "Acme").await), "organization");
    town.verify().await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn are_made_only_by_those_who_reach_all(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    a_role()
        .named("Local")
        .allows("*", "organization", Level::Organization)
        .insert(&town)
        .await;
    a_user().named("lou").with_role("Local").insert(&town).await;
    let lou = town.sign_in("lou").await;
    let refused = create(&town, &lou, "Initech").await;
    let error = refused.as_ref().unwrap_err();
    let sentence = error.to_string();
    assert!(
        sentence.ends_with("; ask an administrator for it."),
        "she sees no roles: {sentence}"
    );
    let looker = a_role()
        .named("Looker")
        .allows("view", "role", Level::Organization);
    looker.insert(&town).await;
    let lea = a_user().named("lea").with_role("Local").with_role("Looker");
    lea.insert(&town).await;
    let lea = town.sign_in("lea").await;
    let sentence = create(&town, &lea, "Initech")
        .await
        .unwrap_err()
        .to_string();
    assert!(sentence.contains("the role Administrator"), "{sentence}");
    let beyond = |lack| matches!(lack, Some(Lack::Right { beyond: true, .. }));
    assert!(beyond(error.lack()), "she creates in her own");
    assert_eq!(denied(refused), "organization:create");
    update(&town, &lou, "Acme", renamed("Acme Trading"))
        .await
        .unwrap();
    assert_eq!(
        missing(update(&town, &lou, "Globex", renamed("x")).await),
        "organization"
    );
    let manu = town.sign_in("manu").await;
    let refused = update(&town, &manu, "Acme", renamed("x")).await;
    let lack = refused.as_ref().unwrap_err().lack();
    assert!(!beyond(lack), "he edits none");
    assert_eq!(denied(refused), "organization:edit");
    assert_eq!(
        denied(update(&town, &manu, "Acme", switched(false)).await),
        "organization:disable"
    );
    town.verify().await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn change_over_the_version_that_was_seen(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    let ada = town.sign_in("ada").await;
    let at = |version: i64, text: &str| UpdateOrganization {
        organization: "Globex".into(),
        version: Some(version),
        changes: OrganizationChanges {
            description: Some(text.to_owned()),
            ..OrganizationChanges::default()
        },
        consent: Consent::default(),
    };
    let noted = town.service.perform(&ada, at(1, "first")).await.unwrap();
    assert_eq!(noted.fields, ["description"]);
    let stale = town.service.perform(&ada, at(1, "second")).await;
    assert_eq!(conflict(stale), "organization");
    let detail = show(&town, &ada, "Globex").await.unwrap();
    assert_eq!((detail.description.as_str(), detail.version), ("first", 2));
    town.verify().await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn that_are_disabled_let_nobody_in(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    let ada = town.sign_in("ada").await;
    let gail = town.sign_in("gail").await;
    let why = rule(update(&town, &ada, "Acme", switched(false)).await);
    assert!(why.contains("You work in \"Acme\""), "{why}");
    assert_eq!(
        update(&town, &ada, "Globex", switched(false))
            .await
            .unwrap(),
        ["enabled"]
    );
    assert!(town.try_sign_in("gail", PASSWORD).await.is_err());
    let over = show(&town, &gail, "Globex").await;
    assert!(matches!(over, Err(Error::NotSignedIn(_))), "{over:?}");
    let audit = town.audit("organization_updated").await;
    assert!(audit[0].starts_with("failed Acme "), "{audit:?}");
    assert_eq!(audit[1], r#"done Globex {"enabled":[true,false]}"#);
    update(&town, &ada, "Globex", switched(true)).await.unwrap();
    town.sign_in("gail").await;
    town.verify().await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn are_not_disabled_over_the_heads_of_administrators(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    a_role()
        .named("Switch")
        .allows("*", "organization", Level::All)
        .allows("view", "user", Level::All)
        .insert(&town)
        .await;
    a_user()
        .named("swen")
        .with_role("Switch")
        .of("Globex")
        .insert(&town)
        .await;
    let swen = town.sign_in("swen").await;
    let why = rule(update(&town, &swen, "Acme", switched(false)).await);
    assert!(why.starts_with("\"ada\" holds "), "{why}");
    // Whoever covers them may still not switch the last administrator off.
    a_role()
        .named("Everything")
        .allows("*", "*", Level::All)
        .allows("view-sensitive", "*", Level::All)
        .insert(&town)
        .await;
    a_user()
        .named("root")
        .with_role("Everything")
        .of("Globex")
        .insert(&town)
        .await;
    let root = town.sign_in("root").await;
    let why = rule(update(&town, &root, "Acme", switched(false)).await);
    assert!(why.contains("the last administrator"), "{why}");
    town.verify().await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn that_own_anything_are_not_deleted(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    let ada = town.sign_in("ada").await;
    let why = rule(delete(&town, &ada, "Acme").await);
    assert!(why.contains("You work in \"Acme\""), "{why}");
    a_role().named("Lab rat").of("Globex").insert(&town).await;
    a_group().named("Rats").of("Globex").insert(&town).await;
    a_user()
        .named("guest")
        .may_enter("Globex")
        .insert(&town)
        .await;
    let why = rule(delete(&town, &ada, "Globex").await);
    assert_eq!(
        why,
        "The organization \"Globex\" still owns 2 users, \
         1 user of another organization who may sign in to it, 1 unit besides its last, \
         1 group and 1 role; move or delete them first, or disable the organization."
    );

    create(&town, &ada, "Initech").await.unwrap();
    let draft = UnitDraft {
        name: "Initech/Basement".to_owned(),
        ..UnitDraft::default()
    };
    town.service
        .perform(&ada, CreateUnit { draft })
        .await
        .unwrap();
    let why = rule(delete(&town, &ada, "Initech").await);
    assert!(why.contains("still owns 1 unit besides its last;"), "{why}");
    create(&town, &ada, "Hooli").await.unwrap();
    let asked = DeleteOrganization {
        organization: "Hooli".into(),
        consent: Consent::default(),
    };
    unconfirmed(town.service.perform(&ada, asked).await);
    delete(&town, &ada, "Hooli").await.unwrap();
    assert_eq!(missing(show(&town, &ada, "Hooli").await), "organization");
    let units = Sql::new("select count(*) from units where name = 'Hooli'");
    assert_eq!(town.int(units).await, 0);
    assert_eq!(town.audit("organization_deleted").await.len(), 5);
    town.verify().await;
}
