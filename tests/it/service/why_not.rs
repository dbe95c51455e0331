//! Why somebody can't sign in: every reason, since when, until when, and who can help.

use crate::support::engine::Engine;
use crate::support::town::{NOON, Town, UserBuilder, WRONG, a_group, a_user};
use rstest::rstest;
use wardroom::domain::Time;
use wardroom::service::jobs::Operation;
use wardroom::service::users::{ListUsers, Reason, ReasonKind, UserRef, WhyNot};
use wardroom::service::{Error, Session};
use wardroom::store::sql::Sql;

async fn reasons(town: &Town, session: &Session, name: &str) -> Vec<Reason> {
    let ask = WhyNot {
        user: UserRef::Name(name.to_owned()),
    };
    town.service.ask(session, ask).await.unwrap()
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn names_each_reason_alone(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    a_user().named("bare").without_roles().insert(&town).await;
    a_user().named("lone").insert(&town).await;
    UserBuilder {
        password: false,
        ..a_user().named("mute")
    }
    .insert(&town)
    .await;
    a_user().named("shut").of("Globex").insert(&town).await;
    a_group().named("Empty").insert(&town).await;
    a_user().named("idle").in_group("Empty").insert(&town).await;
    let lone = town.id("lone").await;
    town.execute(Sql::new("delete from user_organizations where user_id = $1").bind(lone))
        .await;
    town.execute(Sql::new(
        "update organizations set enabled = false where name = 'Globex'",
    ))
    .await;
    let ada = town.sign_in("ada").await;
    for (name, reason) in [
        ("dell", ReasonKind::Deleted),
        ("dora", ReasonKind::Disabled),
        ("inva", ReasonKind::Invited),
        ("lars", ReasonKind::Locked),
        ("lena", ReasonKind::Locked),
        ("rese", ReasonKind::PasswordReset),
        ("exun", ReasonKind::Expired),
        ("svc", ReasonKind::ServiceAccount),
        ("lone", ReasonKind::NoOrganization),
        ("shut", ReasonKind::NoOrganization),
        ("bare", ReasonKind::NoRole),
        ("idle", ReasonKind::NoRole),
        ("mute", ReasonKind::NoPassword),
    ] {
        let found: Vec<ReasonKind> = reasons(&town, &ada, name)
            .await
            .iter()
            .map(|one| one.reason)
            .collect();
        assert_eq!(found, [reason], "{name}");
    }
    for name in ["mem", "hana", "edie"] {
        assert!(reasons(&town, &ada, name).await.is_empty(), "{name}");
    }
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn names_all_of_them_at_once(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    let mut user = a_user()
        .named("wreck")
        .without_roles()
        .with_status("password_reset");
    user = user
        .disabled()
        .deleted(NOON)
        .locked(NOON, Time::NEVER)
        .expiring(NOON);
    UserBuilder {
        password: false,
        ..user
    }
    .insert(&town)
    .await;
    let ada = town.sign_in("ada").await;
    let found = reasons(&town, &ada, "wreck").await;
    let kinds: Vec<ReasonKind> = found.iter().map(|one| one.reason).collect();
    assert_eq!(
        kinds,
        [
            ReasonKind::Deleted,
            ReasonKind::Disabled,
            ReasonKind::PasswordReset,
            ReasonKind::Locked,
            ReasonKind::Expired,
            ReasonKind::NoPassword,
            ReasonKind::NoRole,
        ]
    );
    let json = serde_json::to_value(&found[3]).unwrap();
    assert_eq!(
        (json["reason"].as_str(), json["until"].as_str()),
        (Some("locked"), None)
    );
    assert_eq!(json["since"].as_str(), Some("2026-11-22T12:00:00Z"));
    assert!(json.get("sentence").is_none());
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn says_how_a_lock_came_about(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    for _ in 0..10 {
        town.try_sign_in("mem", WRONG).await.unwrap_err();
        town.clock.advance(4);
    }
    town.try_sign_in("mem", WRONG).await.unwrap_err();
    let hana = town.sign_in("hana").await;
    let found = reasons(&town, &hana, "mem").await;
    assert_eq!(found.len(), 1);
    assert_eq!(
        found[0].sentence,
        "10 wrong passwords in 36 s from 203.0.113.7"
    );
    assert_eq!(found[0].since, NOON.plus_seconds(36));
    assert_eq!(found[0].until, NOON.plus_seconds(36 + 1_800));
    town.clock.advance(1_800);
    assert!(reasons(&town, &hana, "mem").await.is_empty());
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn says_since_when_somebody_is_disabled(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    let ada = town.sign_in("ada").await;
    town.clock.advance(60);
    town.perform(&ada, Operation::Disable, &["mem"]).await;
    town.clock.advance(60);
    let found = reasons(&town, &ada, "mem").await;
    assert_eq!(
        (found[0].reason, found[0].since),
        (ReasonKind::Disabled, NOON.plus_seconds(60))
    );
    assert_eq!(
        reasons(&town, &ada, "dora").await[0].since,
        Time::NEVER,
        "nobody knows"
    );
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn names_those_who_can_help_and_may_be_seen(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    let hugo = a_user().named("hugo").with_role("Helpdesk");
    hugo.locked(NOON, Time::NEVER).insert(&town).await;
    let away = a_user().named("away").with_role("Helpdesk").disabled();
    away.insert(&town).await;
    let lock = "update user_states set failures = 10, locked_at = 1 where user_id = $1";
    for name in ["ada", "gus"] {
        let id = town.id(name).await;
        town.execute(Sql::new(lock).bind(id)).await;
    }
    a_user()
        .named("abe")
        .with_role("Administrator")
        .in_group("Sensitive data")
        .insert(&town)
        .await;
    let (abe, hana) = (town.sign_in("abe").await, town.sign_in("hana").await);
    let helpers = async |session: &Session, name: &str| {
        let mut helpers = reasons(&town, session, name).await.remove(0).who_can_help;
        helpers.sort();
        helpers
    };
    // Neither a service account, nor who is locked or away, nor who works elsewhere.
    assert_eq!(helpers(&abe, "lars").await, ["abe", "hana", "manu"]);
    assert_eq!(helpers(&hana, "lars").await, ["abe", "hana", "manu"]);
    assert_eq!(helpers(&abe, "ada").await, ["abe"]);
    assert_eq!(helpers(&abe, "gus").await, ["gail"]);
    assert_eq!(helpers(&abe, "dora").await, ["abe", "manu"]);
    let gail = town.sign_in("gail").await;
    assert_eq!(helpers(&gail, "gus").await, ["gail"]);
    let ask = WhyNot {
        user: UserRef::Name("lars".to_owned()),
    };
    let error = town.service.ask(&gail, ask).await.unwrap_err();
    assert!(matches!(error, Error::Missing { .. }), "{error:?}");
}

async fn found(town: &Town, session: &Session, filter: &str) -> Vec<String> {
    let list = ListUsers {
        filter: filter.to_owned(),
        limit: 1_000,
        ..ListUsers::default()
    };
    let page = town.service.ask(session, list).await.unwrap();
    page.rows.into_iter().map(|row| row.username).collect()
}

/// The filter and the reasons are two texts of one rule.
#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn the_filter_finds_exactly_those_who_have_a_reason(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    a_user().named("bare").without_roles().insert(&town).await;
    a_user().named("lone").insert(&town).await;
    UserBuilder {
        password: false,
        ..a_user().named("mute")
    }
    .insert(&town)
    .await;
    a_user().named("shut").of("Globex").insert(&town).await;
    a_group().named("Empty").insert(&town).await;
    a_user().named("idle").in_group("Empty").insert(&town).await;
    let lone = town.id("lone").await;
    town.execute(Sql::new("delete from user_organizations where user_id = $1").bind(lone))
        .await;
    town.execute(Sql::new(
        "update organizations set enabled = false where name = 'Globex'",
    ))
    .await;
    let over = a_user().named("over").locked(NOON, NOON.plus_seconds(60));
    over.insert(&town).await;
    town.clock.advance(120);
    let ada = town.sign_in("ada").await;
    let everybody = [
        found(&town, &ada, "").await,
        found(&town, &ada, "status:deleted").await,
    ]
    .concat();
    assert!(everybody.len() > 20, "{everybody:?}");
    let bin_too = found(
        &town,
        &ada,
        "is:cannot-sign-in (status:deleted or -status:deleted)",
    )
    .await;
    let outside = found(&town, &ada, "-is:cannot-sign-in").await;
    for name in &everybody {
        let stopped = !reasons(&town, &ada, name).await.is_empty();
        assert_eq!(bin_too.contains(name), stopped, "{name}");
        assert_eq!(outside.contains(name), !stopped, "{name}");
    }
    let listed = found(&town, &ada, "is:cannot-sign-in").await;
    assert!(
        !listed.contains(&"dell".to_owned()),
        "the bin stays out of sight"
    );
    assert_eq!(listed.len() + 1, bin_too.len(), "dell alone lies in it");
}
