//! A refusal, and what is kept of it, names nothing that its reader may not see.

use crate::support::engine::Engine;
use crate::support::records::{create_user, delete_role, list, update_user};
use crate::support::refusal::{field, rule};
use crate::support::town::{Town, a_group, a_role, a_user};
use rstest::rstest;
use wardroom::domain::permission::Level;
use wardroom::service::audit::{ListAudit, ShowAudit};
use wardroom::service::jobs::{ListJobs, Operation, ShowJob};
use wardroom::service::units::{UnitChanges, UpdateUnit};
use wardroom::service::users::{UserChanges, UserDraft};
use wardroom::service::{Consent, groups, organizations, roles, units};
use wardroom::store::sql::Sql;

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_role_that_stays_behind_is_not_named(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    a_role().named("Secret").of("Globex").insert(&town).await;
    let abe = a_user().named("abe").with_role("Member");
    let abe = abe.with_role("Secret").may_enter("Globex");
    abe.insert(&town).await;
    let mover = || {
        a_role()
            .allows("view edit assign", "user", Level::All)
            .allows("view", "organization", Level::All)
    };
    mover().named("Mover").insert(&town).await;
    let seer = mover().named("Seer").allows("view", "role", Level::All);
    seer.insert(&town).await;
    let refused = async |role: &str| {
        let name = role.to_lowercase();
        a_user().named(&name).with_role(role).insert(&town).await;
        let session = town.sign_in(&name).await;
        let changes = UserChanges {
            organizations: Some(list(&["Acme"])),
            ..UserChanges::default()
        };
        rule(update_user(&town, &session, "abe", changes).await)
    };
    let rest =
        "belongs to another organization than \"abe\" may sign in to; add the organization first.";
    assert_eq!(
        refused("Mover").await,
        format!("A role that you may not see {rest}")
    );
    assert_eq!(
        refused("Seer").await,
        format!("The role \"Globex/Secret\" {rest}")
    );
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_group_that_comes_under_others_is_not_named(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    let grouper = |name: &str| {
        let role = a_role().named(name).of("Acme");
        role.allows("view delete", "group", Level::Division)
    };
    grouper("Grouper").insert(&town).await;
    let mover = grouper("Mover").allows("view edit", "unit", Level::Organization);
    mover.insert(&town).await;
    for (name, role) in [("mia", "Mover"), ("gina", "Grouper")] {
        let user = a_user().named(name).with_role(role).owned_by("Inside");
        user.assigned_to("Inside").insert(&town).await;
    }
    a_group().named("Hidden").of("Acme").insert(&town).await;
    let own = "update groups set owner_unit_id = (select id from units where name = 'Works')
         where name = 'Hidden'";
    town.execute(Sql::new(own)).await;
    let mia = town.sign_in("mia").await;
    let moving = UpdateUnit {
        unit: "Works".into(),
        version: None,
        changes: UnitChanges {
            parent: Some("Inside".to_owned()),
            ..UnitChanges::default()
        },
        consent: Consent::default(),
    };
    let why = rule(town.service.perform(&mia, moving).await);
    assert!(
        why.starts_with("A group that you may not see would come under others' group:"),
        "{why}"
    );
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_group_that_keeps_a_role_is_not_named(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    a_role().named("Everywhere").insert(&town).await;
    a_role().named("Here").of("Acme").insert(&town).await;
    let hidden = a_group().named("Hidden").of("Globex");
    hidden.confers("Everywhere").insert(&town).await;
    a_role()
        .named("Deleter")
        .allows("view delete", "role", Level::All)
        .allows("view", "group", Level::Organization)
        .insert(&town)
        .await;
    let dee = a_user().named("dee").with_role("Deleter");
    dee.insert(&town).await;
    let dee = town.sign_in("dee").await;
    assert_eq!(
        rule(delete_role(&town, &dee, "Everywhere", Some("Here")).await),
        "A group that you may not see confers \"Everywhere\" and does not belong to Acme, so it can't confer Acme/Here; choose another role."
    );
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn nobody_out_of_sight_is_found_by_a_name_like_theirs(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    let create =
        |role: &'static str, level| a_role().named(role).allows("view create", "user", level);
    create("Far", Level::All).insert(&town).await;
    create("Near", Level::Organization).insert(&town).await;
    let refused = async |role: &str| {
        let name = role.to_lowercase();
        a_user().named(&name).with_role(role).insert(&town).await;
        let session = town.sign_in(&name).await;
        // Gail of Globex, with a Cyrillic letter.
        let made = create_user(&town, &session, "g\u{430}il", UserDraft::default()).await;
        field(made).1
    };
    let rest = "; choose a name that nobody can mistake";
    assert_eq!(
        refused("Near").await,
        format!("\"g\u{430}il\" looks like a name that is taken{rest}")
    );
    assert_eq!(
        refused("Far").await,
        format!("\"g\u{430}il\" looks like the existing \"gail\"{rest}")
    );
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn whom_a_job_was_for_is_told_to_who_sees_people(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    let watcher = |name: &str| {
        let role = a_role().named(name);
        role.allows("view", "job", Level::Organization)
    };
    watcher("Watcher").insert(&town).await;
    let near = watcher("Near").allows("view", "user", Level::Unit);
    near.insert(&town).await;
    let seer = watcher("Seer").allows("view", "user", Level::Organization);
    seer.insert(&town).await;
    let ada = town.sign_in("ada").await;
    let job = town.perform(&ada, Operation::Disable, &["mem"]).await.id;
    for (role, told) in [("Watcher", ""), ("Near", ""), ("Seer", "mem")] {
        let name = role.to_lowercase();
        a_user().named(&name).with_role(role).insert(&town).await;
        let session = town.sign_in(&name).await;
        let listed = ListJobs {
            limit: 9,
            unfinished: false,
        };
        let listed = town.service.ask(&session, listed).await.unwrap();
        let shown = town.service.ask(&session, ShowJob { job }).await.unwrap();
        assert_eq!((&*listed[0].selection, &*shown.selection), (told, told));
    }
    let own = town.service.ask(&ada, ShowJob { job }).await.unwrap();
    assert_eq!(own.selection, "mem");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn why_a_deed_was_refused_is_told_to_its_operator_and_to_who_sees_all(
    #[case] engine: Engine,
) {
    let town = Town::new(engine).await;
    a_role().named("Secret").of("Globex").insert(&town).await;
    let abe = a_user().named("abe").with_role("Member");
    let abe = abe.with_role("Secret").may_enter("Globex");
    abe.insert(&town).await;
    let watcher = |name: &str| {
        let role = a_role().named(name);
        role.allows("view", "audit", Level::Organization)
    };
    watcher("Watcher").insert(&town).await;
    watcher("Mover")
        .allows("view edit assign", "user", Level::All)
        .allows("view", "organization", Level::All)
        .allows("view", "role", Level::All)
        .insert(&town)
        .await;
    for (name, role) in [("wanda", "Watcher"), ("mia", "Mover")] {
        a_user().named(name).with_role(role).insert(&town).await;
    }
    let mia = town.sign_in("mia").await;
    let changes = UserChanges {
        organizations: Some(list(&["Acme"])),
        ..UserChanges::default()
    };
    let why = rule(update_user(&town, &mia, "abe", changes).await);
    assert!(why.contains("Globex/Secret"), "{why}");
    for (name, is_told) in [("wanda", false), ("mia", true), ("aude", true)] {
        let session = town.sign_in(name).await;
        let refused = ListAudit {
            filter: "outcome:failed".to_owned(),
            limit: 9,
            ..ListAudit::default()
        };
        let listed = town.service.ask(&session, refused).await.unwrap().entries;
        let [entry] = listed.as_slice() else {
            panic!("{listed:?}");
        };
        assert_eq!(entry.target, "abe");
        let sequence = entry.sequence;
        let shown = ShowAudit { sequence };
        let shown = town.service.ask(&session, shown).await.unwrap();
        for entry in [entry, &shown] {
            assert_eq!(
                entry.changes.to_string().contains("Globex"),
                is_told,
                "{name}"
            );
        }
    }
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn deletions_count_who_is_in_sight_and_say_that_there_are_others(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    a_role().named("Held").insert(&town).await;
    a_group().named("Band").insert(&town).await;
    let hidden = a_group().named("Hidden").of("Globex");
    hidden.confers("Held").insert(&town).await;
    for (name, unit) in [("pia", "Works"), ("pat", "Lab")] {
        let user = a_user().named(name).with_role("Held").in_group("Band");
        user.owned_by(unit).insert(&town).await;
    }
    let deleter = a_role()
        .named("Deleter")
        .allows("view delete", "role", Level::All)
        .allows("view delete", "group", Level::All)
        .allows("view delete", "unit", Level::All)
        .allows("view delete", "organization", Level::All)
        .allows("view", "user", Level::Organization);
    deleter.insert(&town).await;
    let dee = a_user().named("dee").with_role("Deleter");
    dee.insert(&town).await;
    let told = async |name: &str| {
        let session = town.sign_in(name).await;
        let role = roles::DeletionOf {
            role: "Held".into(),
            move_holders_to: None,
        };
        let group = groups::DeletionOf {
            group: "Band".into(),
        };
        let unit = units::DeletionOf {
            unit: "Globex/Lab".into(),
            move_records_to: None,
        };
        let organization = organizations::DeletionOf {
            organization: "Globex".into(),
        };
        let role = town.service.ask(&session, role).await.unwrap();
        let group = town.service.ask(&session, group).await.unwrap();
        let unit = town.service.ask(&session, unit).await.unwrap();
        let organization = town.service.ask(&session, organization).await.unwrap();
        [
            role.effects.join(" "),
            group.effects[0].clone(),
            unit.effects.join(" "),
            organization.blockers.join(" "),
        ]
    };
    assert_eq!(
        told("ada").await,
        [
            "2 users have it: \"pat\" and \"pia\". 1 group confers it: \"Globex/Hidden\".",
            "2 users leave it: \"pat\" and \"pia\".",
            "1 user goes to another unit.",
            "It still owns 3 users, 1 unit besides its last and 1 group; move or delete them first.",
        ]
    );
    assert_eq!(
        told("dee").await,
        [
            "1 user and others whom you may not see have it: \"pia\". 1 group confers it: \"Globex/Hidden\".",
            "1 user and others whom you may not see leave it: \"pia\".",
            "Others whom you may not see go to another unit.",
            "It still owns 1 unit besides its last, 1 group and others whom you may not see; move or delete them first.",
        ]
    );
    let dee = town.sign_in("dee").await;
    let why = rule(delete_role(&town, &dee, "Held", None).await);
    assert_eq!(
        why,
        "The role \"Held\" is in use by 1 user, 1 group and others whom you may not see; say where they go with --move-holders-to ROLE."
    );
}
