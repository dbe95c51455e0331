//! Who owns a record is decided twice: where it is made, as far as one creates, and later with the right to assign, at the
//! unit that gives it up and at the one that gets it.

use crate::support::engine::Engine;
use crate::support::refusal::{denied, missing, rule};
use crate::support::saving::edited;
use crate::support::town::{Town, a_group, a_role, a_user};
use rstest::rstest;
use wardroom::domain::permission::Level;
use wardroom::domain::user::Profile;
use wardroom::service::groups::{CreateGroup, GroupChanges, GroupDraft, ShowGroup, UpdateGroup};
use wardroom::service::units::DeleteUnit;
use wardroom::service::users::{CreateUser, UpdateUser, UserChanges, UserDraft, UserRef};
use wardroom::service::{Consent, Result, Session};
use wardroom::store::sql::Sql;

/// The town with mo, who edits and creates everywhere in Acme, creates in Sales alone and assigns as far as it is said.
async fn town(engine: Engine, assigns: Option<Level>) -> (Town, Session) {
    let town = Town::new(engine).await;
    let mut mover = a_role()
        .named("Mover")
        .allows("view", "role", Level::Organization)
        .allows("view delete", "unit", Level::Organization)
        .allows("view", "job", Level::Own);
    for resource in ["user", "group"] {
        mover = mover
            .allows("view edit delete", resource, Level::Organization)
            .allows("create", resource, Level::Unit);
        if let Some(level) = assigns {
            mover = mover.allows("assign", resource, level);
        }
    }
    mover.insert(&town).await;
    a_user()
        .named("mo")
        .with_role("Mover")
        .owned_by("Sales")
        .assigned_to("Sales")
        .insert(&town)
        .await;
    for (person, group, unit) in [("sue", "Sellers", "Sales"), ("wes", "Welders", "Works")] {
        a_user().named(person).owned_by(unit).insert(&town).await;
        a_group().named(group).of("Acme").insert(&town).await;
        let own = "update groups set owner_unit_id = (select id from units where name = $2)
            where name = $1";
        town.execute(Sql::new(own).bind(group).bind(unit)).await;
    }
    let mo = town.sign_in("mo").await;
    (town, mo)
}

async fn give_user(town: &Town, session: &Session, name: &str, unit: &str) -> Result<Vec<String>> {
    let update = UpdateUser {
        user: UserRef::Name(name.to_owned()),
        version: None,
        changes: UserChanges {
            unit: Some(unit.to_owned()),
            ..UserChanges::default()
        },
        consent: Consent::default(),
    };
    edited(&town.service, session, update).await
}

async fn give_group(town: &Town, session: &Session, name: &str, unit: &str) -> Result<Vec<String>> {
    let update = UpdateGroup {
        group: name.into(),
        version: None,
        changes: GroupChanges {
            unit: Some(unit.to_owned()),
            ..GroupChanges::default()
        },
        consent: Consent::default(),
    };
    edited(&town.service, session, update).await
}

async fn create_user(town: &Town, session: &Session, unit: &str) -> Result<()> {
    let draft = UserDraft {
        profile: Profile {
            username: "neu".to_owned(),
            first_name: "New".to_owned(),
            last_name: "Comer".to_owned(),
            email: "neu@acme.test".to_owned(),
            ..Profile::default()
        },
        unit: Some(unit.to_owned()),
        ..UserDraft::default()
    };
    let create = CreateUser {
        draft,
        password: None,
    };
    town.service.rehearse(session, create).await.map(drop)
}

async fn create_group(town: &Town, session: &Session, unit: &str) -> Result<()> {
    let draft = GroupDraft {
        name: "New".to_owned(),
        unit: Some(unit.to_owned()),
        ..GroupDraft::default()
    };
    let create = CreateGroup { draft };
    town.service.rehearse(session, create).await.map(drop)
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn of_what_is_new_ends_where_creating_does(#[case] engine: Engine) {
    let (town, mo) = town(engine, None).await;
    create_user(&town, &mo, "Sales").await.unwrap();
    create_group(&town, &mo, "Sales").await.unwrap();
    for unit in ["Works", "Inside", "Acme"] {
        let why = rule(create_user(&town, &mo, unit).await);
        assert!(why.contains("user:create doesn't reach that unit"), "{why}");
        assert_eq!(denied(create_group(&town, &mo, unit).await), "group:create");
    }
    assert_eq!(missing(create_user(&town, &mo, "Globex/Lab").await), "unit");
    town.verify().await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn needs_assign_to_change(#[case] engine: Engine) {
    let (town, mo) = town(engine, None).await;
    assert_eq!(
        denied(give_user(&town, &mo, "sue", "Works").await),
        "user:assign"
    );
    assert_eq!(
        denied(give_group(&town, &mo, "Sellers", "Works").await),
        "group:assign"
    );
    // What is said again is no change.
    assert!(
        give_user(&town, &mo, "sue", "Sales")
            .await
            .unwrap()
            .is_empty()
    );
    let same = give_group(&town, &mo, "Sellers", "Sales").await.unwrap();
    assert!(same.is_empty(), "{same:?}");
    // A Manager gives people to other units, and no groups.
    let manu = town.sign_in("manu").await;
    let noted = give_user(&town, &manu, "sue", "Works").await.unwrap();
    assert_eq!(noted, ["owner_unit"]);
    assert_eq!(
        denied(give_group(&town, &manu, "Sellers", "Works").await),
        "group:assign"
    );
    town.verify().await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn changes_where_assign_reaches_both_units(#[case] engine: Engine) {
    let (town, mo) = town(engine, Some(Level::Division)).await;
    // Given away to where it doesn't reach, and taken from there.
    let why = rule(give_user(&town, &mo, "sue", "Works").await);
    assert!(why.contains("user:assign doesn't reach that unit"), "{why}");
    assert_eq!(
        denied(give_user(&town, &mo, "wes", "Sales").await),
        "user:assign"
    );
    for (group, unit) in [("Sellers", "Works"), ("Welders", "Sales")] {
        assert_eq!(
            denied(give_group(&town, &mo, group, unit).await),
            "group:assign"
        );
    }
    let noted = give_user(&town, &mo, "sue", "Inside").await.unwrap();
    assert_eq!(noted, ["owner_unit"]);
    let noted = give_group(&town, &mo, "Sellers", "Inside").await.unwrap();
    assert_eq!(noted, ["owner_unit"]);
    let group = ShowGroup {
        group: "Sellers".into(),
    };
    let group = town.service.ask(&mo, group).await.unwrap();
    assert_eq!(group.owner_unit.as_deref(), Some("Inside"));
    // Neither does the end of a unit give its records to another.
    let ends = DeleteUnit {
        unit: "Works".into(),
        move_records_to: Some("Sales".to_owned()),
        consent: Consent::count(1),
    };
    assert_eq!(
        denied(town.service.perform(&mo, ends).await),
        "group:assign"
    );
    town.verify().await;
}

/// Whoever works at the new organization reaches the person from there, also at level organization.
#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_person_comes_under_the_rights_of_another_organization(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    for (name, verbs) in [
        ("Carrier", "view edit assign"),
        ("Keeper", "view edit assign unlock reset-password sign-out"),
    ] {
        a_role()
            .named(name)
            .allows(verbs, "user", Level::All)
            .allows("view", "unit", Level::All)
            .allows("view", "organization", Level::All)
            .insert(&town)
            .await;
    }
    for (name, role) in [("cato", "Carrier"), ("kay", "Keeper")] {
        a_user().named(name).with_role(role).insert(&town).await;
    }
    let cato = town.sign_in("cato").await;
    let why = rule(give_user(&town, &cato, "mem", "Globex/Lab").await);
    assert!(
        why.starts_with("\"gail\" would reach further with user:unlock at level organization"),
        "{why}"
    );
    // Within the organization nobody comes to reach the person at that level, and roles of another one are no matter.
    give_user(&town, &cato, "mem", "Works").await.unwrap();
    a_role()
        .named("Purger")
        .of("Acme")
        .allows("purge", "user", Level::Organization)
        .insert(&town)
        .await;
    a_user()
        .named("guest")
        .may_enter("Globex")
        .with_role("Purger")
        .insert(&town)
        .await;
    let kay = town.sign_in("kay").await;
    give_user(&town, &kay, "mem", "Globex/Lab").await.unwrap();
    town.verify().await;
}
