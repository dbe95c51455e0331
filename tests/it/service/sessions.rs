//! What ends a session, what doesn't; API keys; the way back in.

use crate::support::engine::Engine;
use crate::support::town::{NOON, PASSWORD, Town, WRONG, a_user, policy};
use rstest::rstest;
use wardroom::clock::Clock;
use wardroom::domain::permission::{Permission, Resource, Verb};
use wardroom::domain::{Status, Time};
use wardroom::service::setup::Init;
use wardroom::service::users::{CountUsers, ListUsers};
use wardroom::service::{Entropy, Error, Origin, Secret, Service, Session};
use wardroom::store::sql::Sql;
use wardroom::store::{Db, Options};

async fn works(town: &Town, session: &Session) -> Result<(), Error> {
    town.service.ask(session, CountUsers::default()).await?;
    Ok(())
}

async fn ended(town: &Town, session: &Session) -> String {
    match works(town, session).await {
        Err(Error::NotSignedIn(why)) => why,
        other => panic!("the session goes on: {other:?}"),
    }
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn end_with_their_ground(#[case] engine: Engine) {
    let changes: [(&str, &'static str); 6] = [
        ("role", "delete from user_roles where user_id = $1"),
        (
            "reset",
            "update user_states set authentication_status = 'password_reset' where user_id = $1",
        ),
        (
            "expiry",
            "update user_states set expires_at = 1 where user_id = $1",
        ),
        (
            "organization",
            "delete from user_organizations where user_id = $1",
        ),
        (
            "closed",
            "update organizations set enabled = false where id in (select organization_id from users where id = $1)",
        ),
        ("account", "delete from users where id = $1"),
    ];
    let town = Town::new(engine).await;
    for (name, change) in changes {
        let person = a_user().named(name).with_role("Helpdesk").of("Globex");
        person.insert(&town).await;
        let session = town.sign_in(name).await;
        works(&town, &session).await.unwrap();
        let id = town.id(name).await;
        assert!(town.execute(Sql::new(change).bind(id)).await > 0);
        ended(&town, &session).await;
        town.execute(Sql::new("update organizations set enabled = true"))
            .await;
    }
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn end_by_themselves_after_twelve_hours(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    let session = town.sign_in("hana").await;
    town.clock.advance(12 * 3_600 - 1);
    works(&town, &session).await.unwrap();
    town.clock.advance(1);
    assert!(ended(&town, &session).await.contains("run out"));
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn end_alone_when_signed_out(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    let (first, second) = (town.sign_in("hana").await, town.sign_in("hana").await);
    town.service.sign_out(&first).await.unwrap();
    ended(&town, &first).await;
    works(&town, &second).await.unwrap();
    assert_eq!(town.audit("authn_logout").await.len(), 1);
    town.service.sign_out(&first).await.unwrap();
    town.verify().await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn survive_a_lock_by_guessing(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    let session = town.sign_in("hana").await;
    for _ in 0..10 {
        town.try_sign_in("hana", WRONG).await.unwrap_err();
    }
    town.try_sign_in("hana", PASSWORD).await.unwrap_err();
    works(&town, &session).await.unwrap();
    let page = ListUsers {
        filter: "username=hana".to_owned(),
        limit: 5,
        ..ListUsers::default()
    };
    let page = town.service.ask(&session, page).await.unwrap();
    assert_eq!(page.rows[0].status, Status::Locked);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn hold_no_rights_of_their_own(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    let session = town.sign_in("manu").await;
    let unlock = Permission(Resource::User, Verb::Unlock);
    let disable = Permission(Resource::User, Verb::Disable);
    assert!(
        town.service
            .permissions(&session)
            .await
            .unwrap()
            .may(disable)
    );
    let id = town.id("manu").await;
    let weaker = "update user_roles set role_id = (select id from roles where name = 'Helpdesk')
        where user_id = $1";
    town.execute(Sql::new(weaker).bind(id)).await;
    let now = town.service.permissions(&session).await.unwrap();
    assert!(now.may(unlock) && !now.may(disable));
}

/// A key of the user, as the service hands it out after a demo was made.
async fn key_of(town: &Town, name: &str) -> Secret {
    town.service.finish_demo(name, 0).await.unwrap()
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn keys_work_while_their_user_may_sign_in(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    let key = key_of(&town, "svc").await;
    assert!(
        key.starts_with("wr_") && key.len() == 46,
        "{}",
        key.as_str()
    );
    let kept = town
        .texts(Sql::new("select name from sign_in_attempts"))
        .await;
    assert!(kept.iter().all(|name| !name.contains(key.as_str())));
    let enter = async || {
        let origin = Origin::of("command line");
        town.service.sign_in_with_key(&key, None, origin).await
    };
    let session = enter().await.unwrap();
    assert_eq!(
        (
            session.username.as_str(),
            session.organization_name.as_str()
        ),
        ("svc", "Acme")
    );
    works(&town, &session).await.unwrap();

    let id = town.id("svc").await;
    for (off, on) in [
        ("enabled = false", "enabled = true"),
        ("deleted_at = 1", "deleted_at = 0"),
        (
            "authentication_status = 'password_reset'",
            "authentication_status = 'active'",
        ),
        ("locked_at = 1", "locked_at = 0"),
        ("expires_at = 1", "expires_at = 0"),
    ] {
        set(&town, off, id.0).await;
        let error = enter().await.unwrap_err();
        assert!(matches!(error, Error::NotSignedIn(_)), "{off}: {error:?}");
        ended(&town, &session).await;
        set(&town, on, id.0).await;
        works(&town, &session).await.unwrap();
    }
    town.clock.advance(24 * 3_600);
    enter().await.unwrap_err();
    assert!(ended(&town, &session).await.contains("run out"));
}

async fn set(town: &Town, change: &'static str, user: i64) {
    let mut sql = Sql::new("update user_states set ");
    sql.push(change).push(" where user_id = ").push_value(user);
    assert_eq!(town.execute(sql).await, 1);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_new_key_replaces_the_one_before(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    let old = key_of(&town, "hana").await;
    let session = town
        .service
        .sign_in_with_key(&old, Some("ACME"), Origin::of("test"))
        .await;
    let session = session.unwrap();
    let new = key_of(&town, "hana").await;
    assert_ne!(old, new);
    ended(&town, &session).await;
    let error = town
        .service
        .sign_in_with_key(&old, None, Origin::of("test"))
        .await;
    assert!(matches!(error.unwrap_err(), Error::NotSignedIn(_)));
    let error = town
        .service
        .sign_in_with_key(&new, Some("Globex"), Origin::of("test"))
        .await;
    assert!(error.unwrap_err().to_string().contains("Acme"));
    town.service
        .sign_in_with_key(&new, None, Origin::of("test"))
        .await
        .unwrap();
    for wrong in ["", "wr_", "wr_%", "a\0b", &new[..45]] {
        let error = town
            .service
            .sign_in_with_key(wrong, None, Origin::of("test"))
            .await;
        assert!(
            matches!(error.unwrap_err(), Error::NotSignedIn(_)),
            "{wrong:?}"
        );
    }
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn the_first_administrator_may_work_with_a_key_alone(#[case] engine: Engine) {
    let database = engine.fresh_database().await;
    let db = Db::create(&Options::new(&database.url)).await.unwrap();
    let service = Service::new(db, Clock::fixed(NOON), Entropy::seeded(1), policy());
    let init = Init {
        admin: "root".to_owned(),
        email: "root@main.test".to_owned(),
        api_key: true,
        ..Init::default()
    };
    assert!(!service.has_users().await.unwrap());
    let made = service.initialize(init.clone()).await.unwrap();
    assert_eq!(made.organization, "Main");
    let key = made.api_key.unwrap();
    let session = service
        .sign_in_with_key(&key, None, Origin::of("test"))
        .await
        .unwrap();
    let count = service.ask(&session, CountUsers::default()).await.unwrap();
    assert_eq!(count.number, 1);
    let again = service.initialize(init).await.unwrap_err();
    assert!(again.to_string().contains("has users already"));
    assert!(service.has_users().await.unwrap());
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn recovery_lets_an_administrator_in_again(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    let stale = town.sign_in("hana").await;
    let id = town.id("hana").await;
    for change in [
        "enabled = false, deleted_at = 1, locked_at = 1, failures = 10",
        "authentication_status = 'invited', expires_at = 1",
    ] {
        set(&town, change, id.0).await;
    }
    town.execute(Sql::new("update organizations set enabled = false"))
        .await;
    let new = "umbrella socket violin";
    let recover = async |name: &str, password: &str| {
        let password = Secret::new(password.to_owned());
        town.service
            .recover(name, password, Origin::of("command line"))
            .await
    };
    let error = recover("hana", "short").await.unwrap_err();
    assert!(error.to_string().contains("at least 12"), "{error}");
    assert!(matches!(
        recover("hanna", new).await.unwrap_err(),
        Error::Missing { .. }
    ));
    assert!(matches!(
        recover("svc", new).await.unwrap_err(),
        Error::Rule(_)
    ));
    recover("Hana", new).await.unwrap();
    ended(&town, &stale).await;
    town.try_sign_in("hana", PASSWORD).await.unwrap_err();
    let session = town.try_sign_in("hana", new).await.unwrap();
    let purge = Permission(Resource::User, Verb::Purge);
    assert!(town.service.permissions(&session).await.unwrap().may(purge));
    assert_eq!(town.audit("authn_account_recovered").await, ["done hana "]);
    assert_eq!(town.state("hana").await.expires_at, Time::NEVER);
    town.verify().await;
}
