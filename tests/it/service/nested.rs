//! Groups in groups: everybody in the inner one has what the outer one gives.

use crate::support::engine::Engine;
use crate::support::refusal::{denied, field, rule};
use crate::support::saving::edited;
use crate::support::town::{Town, a_group, a_role, a_user};
use rstest::rstest;
use wardroom::domain::GroupId;
use wardroom::domain::permission::Level;
use wardroom::service::explain::{Asked, Can, WhatIf};
use wardroom::service::groups::{
    DeleteGroup, GroupChanges, GroupDetail, ListGroups, ShowGroup, UpdateGroup,
};
use wardroom::service::users::UserRef;
use wardroom::service::{Consent, ListChange, RecordRef, Result, Session};
use wardroom::store::sql::Sql;

fn update(group: &str, groups: ListChange) -> UpdateGroup {
    UpdateGroup {
        group: group.into(),
        version: None,
        changes: GroupChanges {
            groups,
            ..GroupChanges::default()
        },
        consent: Consent::default(),
    }
}

fn list(names: &[&str]) -> Vec<String> {
    names.iter().map(|&name| name.to_owned()).collect()
}

async fn put(town: &Town, session: &Session, group: &str, inner: &[&str]) -> Result<Vec<String>> {
    let update = update(group, ListChange::adding(list(inner)));
    edited(&town.service, session, update).await
}

async fn take(town: &Town, session: &Session, group: &str, inner: &[&str]) -> Result<Vec<String>> {
    let change = ListChange {
        remove: list(inner),
        ..ListChange::default()
    };
    edited(&town.service, session, update(group, change)).await
}

async fn show(town: &Town, session: &Session, group: &str) -> GroupDetail {
    let group = RecordRef::from(group);
    town.service
        .ask(session, ShowGroup { group })
        .await
        .unwrap()
}

async fn may(town: &Town, session: &Session, user: &str, action: &str, resource: &str) -> bool {
    let can = Can {
        user: UserRef::Name(user.to_owned()),
        asked: Asked {
            action: action.to_owned(),
            resource: resource.to_owned(),
            ..Asked::default()
        },
        what_if: WhatIf::default(),
    };
    town.service.ask(session, can).await.unwrap().allowed
}

/// Outer confers a role that publishes; joe is in Inner, kit in Core, which lies in nothing yet.
async fn town(engine: Engine) -> Town {
    let town = Town::new(engine).await;
    a_role()
        .named("Publisher")
        .allows("publish", "catalog.product", Level::Organization)
        .insert(&town)
        .await;
    a_group()
        .named("Outer")
        .of("Acme")
        .confers("Publisher")
        .insert(&town)
        .await;
    for name in ["Inner", "Core"] {
        a_group().named(name).of("Acme").insert(&town).await;
    }
    for (user, group) in [("joe", "Inner"), ("kit", "Core")] {
        let user = a_user().named(user).with_role("Member");
        user.in_group(group).insert(&town).await;
    }
    town
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn whoever_is_inside_has_what_the_outer_group_gives(#[case] engine: Engine) {
    let town = town(engine).await;
    let ada = town.sign_in("ada").await;
    let publishes = async |user: &str| may(&town, &ada, user, "publish", "catalog.product").await;
    assert!(!publishes("joe").await);
    let fields = put(&town, &ada, "Outer", &["Inner"]).await.unwrap();
    assert_eq!(fields, ["member_groups"]);
    assert_eq!(put(&town, &ada, "Inner", &["Core"]).await.unwrap().len(), 1);
    assert!(publishes("joe").await && publishes("kit").await);
    let outer = show(&town, &ada, "Outer").await;
    assert_eq!(
        (outer.member_groups, outer.version),
        (list(&["Acme/Inner"]), 2)
    );
    assert_eq!(show(&town, &ada, "Core").await.member_of, ["Acme/Inner"]);

    // The way goes through the middle: without it, both are outside.
    let delete = DeleteGroup {
        group: "Inner".into(),
        consent: Consent::count(1),
    };
    town.service.perform(&ada, delete).await.unwrap();
    assert!(!publishes("kit").await);
    town.verify().await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_group_is_taken_out_and_can_be_reached_on_two_ways(#[case] engine: Engine) {
    let town = town(engine).await;
    let ada = town.sign_in("ada").await;
    a_group().named("Beside").of("Acme").insert(&town).await;
    put(&town, &ada, "Outer", &["Inner", "Beside"])
        .await
        .unwrap();
    put(&town, &ada, "Inner", &["Core"]).await.unwrap();
    put(&town, &ada, "Beside", &["Core"]).await.unwrap();
    take(&town, &ada, "Inner", &["Core"]).await.unwrap();
    assert!(may(&town, &ada, "kit", "publish", "catalog.product").await);
    take(&town, &ada, "Beside", &["Core"]).await.unwrap();
    assert!(!may(&town, &ada, "kit", "publish", "catalog.product").await);
    let (name, why) = field(take(&town, &ada, "Beside", &["Core"]).await);
    assert_eq!(name, "member_groups");
    assert!(why.contains("doesn't have the group Acme/Core"), "{why}");
    town.verify().await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn nobody_goes_round_in_a_circle_or_to_another_organization(#[case] engine: Engine) {
    let town = town(engine).await;
    let ada = town.sign_in("ada").await;
    put(&town, &ada, "Outer", &["Inner"]).await.unwrap();
    put(&town, &ada, "Inner", &["Core"]).await.unwrap();
    let why = rule(put(&town, &ada, "Core", &["Outer"]).await);
    assert!(
        why.starts_with("The group \"Core\" is in Acme/Outer itself"),
        "{why}"
    );
    let why = rule(put(&town, &ada, "Core", &["Core"]).await);
    assert!(why.contains("can't be in itself"), "{why}");
    let why = rule(put(&town, &ada, "Outer", &["Authors"]).await);
    assert!(why.contains("is not of Acme"), "{why}");
    a_group().named("Far").of("Globex").insert(&town).await;
    let why = rule(put(&town, &ada, "Outer", &["Globex/Far"]).await);
    assert!(why.contains("is not of Acme"), "{why}");
    // Nor is it offered.
    let offered = async |group: GroupId| {
        let list = ListGroups {
            fits_into: Some(group),
            limit: 50,
            ..ListGroups::default()
        };
        let listed = town.service.ask(&ada, list).await.unwrap();
        let names = listed.rows.into_iter().map(|row| row.name);
        names.collect::<Vec<_>>()
    };
    let outer = show(&town, &ada, "Outer").await.id;
    assert_eq!(offered(outer).await, ["Core", "Inner"]);
    let core = show(&town, &ada, "Core").await.id;
    assert!(offered(core).await.is_empty());
    let authors = offered(show(&town, &ada, "Authors").await.id).await;
    assert!(authors.contains(&"Far".to_owned()) && authors.contains(&"Core".to_owned()));
    town.verify().await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn nobody_nests_to_give_or_take_what_is_not_theirs(#[case] engine: Engine) {
    let town = town(engine).await;
    let (ada, manu) = (town.sign_in("ada").await, town.sign_in("manu").await);
    // Who is in it is a right of its own, and the manager has it.
    a_group().named("Plain").of("Acme").insert(&town).await;
    put(&town, &manu, "Plain", &["Inner"]).await.unwrap();
    let hana = town.sign_in("hana").await;
    assert_eq!(
        denied(put(&town, &hana, "Plain", &["Core"]).await),
        "group:members"
    );
    let why = rule(put(&town, &manu, "Outer", &["Core"]).await);
    assert!(why.contains("publish on catalog.product"), "{why}");
    // Through a group that isn't named: what lies above gives too.
    a_group()
        .named("Middle")
        .of("Acme")
        .inside("Outer")
        .insert(&town)
        .await;
    let why = rule(put(&town, &manu, "Middle", &["Core"]).await);
    assert!(why.contains("publish on catalog.product"), "{why}");
    // A system-wide group is changed by who may that everywhere.
    assert_eq!(
        denied(put(&town, &manu, "Authors", &["Core"]).await),
        "group:members"
    );
    // Their own groups, in and out.
    a_group().named("Mine").of("Acme").insert(&town).await;
    a_user()
        .named("max")
        .with_role("Manager")
        .in_group("Mine")
        .insert(&town)
        .await;
    let max = town.sign_in("max").await;
    let why = rule(put(&town, &max, "Plain", &["Mine"]).await);
    assert!(why.contains("nobody changes their own groups"), "{why}");
    put(&town, &ada, "Plain", &["Mine"]).await.unwrap();
    assert_eq!(
        show(&town, &ada, "Plain").await.member_groups,
        ["Acme/Inner", "Acme/Mine"]
    );
    let why = rule(take(&town, &max, "Plain", &["Mine"]).await);
    assert!(why.contains("nobody changes their own groups"), "{why}");
    // Whoever holds more is left alone.
    a_group().named("Chiefs").of("Acme").insert(&town).await;
    a_user()
        .named("boss")
        .with_role("Administrator")
        .in_group("Chiefs")
        .insert(&town)
        .await;
    let why = rule(put(&town, &manu, "Plain", &["Chiefs"]).await);
    assert!(why.contains("boss"), "{why}");
    // And nobody is left without a role.
    a_role().named("Only").insert(&town).await;
    a_group()
        .named("Sole")
        .of("Acme")
        .confers("Only")
        .insert(&town)
        .await;
    a_group()
        .named("Leaf")
        .of("Acme")
        .inside("Sole")
        .insert(&town)
        .await;
    a_user()
        .named("lone")
        .without_roles()
        .in_group("Leaf")
        .insert(&town)
        .await;
    let why = rule(take(&town, &ada, "Sole", &["Leaf"]).await);
    assert!(
        why.starts_with("\"lone\" would be left without any role"),
        "{why}"
    );
    town.verify().await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn the_last_administrator_stays_one_when_a_group_is_taken_out(#[case] engine: Engine) {
    let town = town(engine).await;
    a_group().named("Board").insert(&town).await;
    let ada = town.sign_in("ada").await;
    put(&town, &ada, "Administrators", &["Board"])
        .await
        .unwrap();
    a_user()
        .named("bo")
        .with_role("Member")
        .in_group("Board")
        .insert(&town)
        .await;
    let bo = town.sign_in("bo").await;
    let sql = "delete from user_roles where user_id = (select id from users where username = 'ada')
        and role_id = (select id from roles where name = 'Administrator')";
    town.execute(Sql::new(sql)).await;
    let why = rule(take(&town, &bo, "Administrators", &["Board"]).await);
    assert!(why.contains("nobody changes their own groups"), "{why}");
    // Everything, but by a role that isn't the Administrator's.
    a_role()
        .named("Root")
        .allows("*", "*", Level::All)
        .insert(&town)
        .await;
    a_user().named("ro").with_role("Root").insert(&town).await;
    let ro = town.sign_in("ro").await;
    let why = rule(take(&town, &ro, "Administrators", &["Board"]).await);
    assert!(
        why.starts_with("Nobody could administer Wardroom any more"),
        "{why}"
    );
    town.verify().await;
}
