//! An open session that goes to work in another organization of its operator.

use crate::support::engine::Engine;
use crate::support::refusal::{missing, rule};
use crate::support::town::{Town, a_group, a_role, a_user};
use rstest::rstest;
use wardroom::domain::OrganizationId;
use wardroom::domain::permission::{Level, Permission, Resource, Verb};
use wardroom::service::users::ListUsers;
use wardroom::service::{Error, Origin, Session, Workplace};
use wardroom::store::sql::Sql;

const OPEN: &str = "select o.name from sessions s join organizations o on o.id = s.organization_id
    join users u on u.id = s.user_id where u.username = 'hop' and s.ended_at = 0";

async fn organization(town: &Town, name: &str) -> OrganizationId {
    let sql = Sql::new("select id from organizations where name = $1").bind(name);
    OrganizationId(town.int(sql).await)
}

/// The names of where they may work, the one they work in with a star.
async fn places(town: &Town, session: &Session) -> Vec<String> {
    let places = town.service.workplaces(session).await.unwrap();
    let shown =
        |place: Workplace| format!("{}{}", place.name, if place.current { "*" } else { "" });
    places.into_iter().map(shown).collect()
}

async fn sees(town: &Town, session: &Session, username: &str) -> bool {
    let list = ListUsers {
        filter: format!("username={username}"),
        limit: 5,
        ..ListUsers::default()
    };
    !town
        .service
        .ask(session, list)
        .await
        .unwrap()
        .rows
        .is_empty()
}

/// Somebody of Acme who may also sign in to Globex, and what they hold.
async fn hop(town: &Town, role: &str) -> Session {
    let hop = a_user().named("hop").with_role(role).owned_by("Acme");
    hop.may_enter("Acme").may_enter("Globex").insert(town).await;
    town.sign_in("hop").await
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn it_sees_and_may_do_there_what_it_may_there(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    let role = a_role().named("Acme desk").of("Acme");
    role.allows("view unlock", "user", Level::Organization)
        .insert(&town)
        .await;
    let role = a_role().named("Globex reader").of("Globex");
    role.allows("view", "user", Level::Organization)
        .insert(&town)
        .await;
    let hop = a_user().named("hop").owned_by("Acme");
    let hop = hop.with_role("Acme desk").with_role("Globex reader");
    hop.may_enter("Acme")
        .may_enter("Globex")
        .insert(&town)
        .await;
    let here = town.sign_in("hop").await;
    assert_eq!(places(&town, &here).await, ["Acme*", "Globex"]);
    assert!(sees(&town, &here, "hana").await && !sees(&town, &here, "gail").await);

    let globex = organization(&town, "Globex").await;
    let there = town.service.work_in(&here, globex).await.unwrap();
    assert_eq!(there.organization_name, "Globex");
    assert_eq!(places(&town, &there).await, ["Acme", "Globex*"]);
    assert!(!sees(&town, &there, "hana").await && sees(&town, &there, "gail").await);
    let unlock = Permission(Resource::User, Verb::Unlock);
    let may = town.service.permissions(&there).await.unwrap();
    assert!(!may.may(unlock));
    // What was begun before goes on where it was begun.
    assert!(sees(&town, &here, "hana").await);
    assert_eq!(town.texts(Sql::new(OPEN)).await, ["Globex"]);
    assert_eq!(
        town.audit("session_moved").await,
        [r#"done hop {"organization":["Acme","Globex"]}"#]
    );
    let acme = organization(&town, "Acme").await;
    let back = town.service.work_in(&there, acme).await.unwrap();
    assert!(town.service.permissions(&back).await.unwrap().may(unlock));
    town.service.sign_out(&back).await.unwrap();
    let error = town.service.work_in(&there, globex).await.unwrap_err();
    assert!(matches!(error, Error::NotSignedIn(_)), "{error:?}");
    town.verify().await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn elsewhere_there_is_no_such_organization(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    let globex = organization(&town, "Globex").await;
    let hana = town.sign_in("hana").await;
    assert_eq!(places(&town, &hana).await, ["Acme*"]);
    let refused = town.service.work_in(&hana, globex).await;
    assert_eq!(missing(refused), "organization", "no member of it");
    let refused = town.service.work_in(&hana, OrganizationId(4_711)).await;
    assert_eq!(missing(refused), "organization", "there is none");

    let role = a_role().named("Acme desk").of("Acme");
    role.allows("view", "user", Level::Organization)
        .insert(&town)
        .await;
    let hop = hop(&town, "Acme desk").await;
    assert_eq!(places(&town, &hop).await, ["Acme*"]);
    let refused = town.service.work_in(&hop, globex).await;
    assert_eq!(missing(refused), "organization", "no role there");

    // A role through a group counts, one of a group of another organization doesn't.
    let group = a_group().named("Globex people").of("Globex");
    group.confers("Helpdesk").insert(&town).await;
    let join = "insert into group_users (group_id, user_id)
        select g.id, u.id from groups g, users u where g.name = 'Globex people' and u.username = 'hop'";
    town.execute(Sql::new(join)).await;
    assert_eq!(places(&town, &hop).await, ["Acme*", "Globex"]);
    let close = Sql::new("update organizations set enabled = false where name = 'Globex'");
    town.execute(close).await;
    assert_eq!(places(&town, &hop).await, ["Acme*"]);
    let refused = town.service.work_in(&hop, globex).await;
    assert_eq!(missing(refused), "organization", "it is closed");
    assert_eq!(town.audit("session_moved").await.len(), 4, "all refused");
    assert!(
        sees(&town, &hop, "hana").await,
        "they work on where they were"
    );
    town.verify().await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_key_stays_in_its_organization(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    hop(&town, "Helpdesk").await;
    let key = town.service.finish_demo("hop", 0).await.unwrap();
    let origin = Origin::of("command line");
    let session = town.service.sign_in_with_key(&key, None, origin).await;
    let session = session.unwrap();
    assert_eq!(places(&town, &session).await, ["Acme*"]);
    let globex = organization(&town, "Globex").await;
    let sentence = rule(town.service.work_in(&session, globex).await);
    assert!(sentence.starts_with("An API key works in"), "{sentence}");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn the_rights_there_are_read_at_every_request(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    let hop = hop(&town, "Helpdesk").await;
    let globex = organization(&town, "Globex").await;
    let there = town.service.work_in(&hop, globex).await.unwrap();
    let leave = "delete from user_organizations where organization_id = $1
        and user_id = (select id from users where username = 'hop')";
    town.execute(Sql::new(leave).bind(globex)).await;
    let error = town.service.workplaces(&there).await.unwrap_err();
    assert!(matches!(error, Error::NotSignedIn(_)), "{error:?}");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn where_nothing_may_be_written_it_goes_there_by_reading(#[case] engine: Engine) {
    let town = Town::with(engine, |policy| policy.read_only = true).await;
    let here = hop(&town, "Helpdesk").await;
    let globex = organization(&town, "Globex").await;
    let there = town.service.work_in(&here, globex).await.unwrap();
    assert!(!sees(&town, &there, "hana").await && sees(&town, &there, "gail").await);
    let hana = town.sign_in("hana").await;
    missing(town.service.work_in(&hana, globex).await);
    assert_eq!(town.texts(Sql::new(OPEN)).await, ["Acme"]);
    assert!(town.audit("session_moved").await.is_empty());
}

/// Whoever has the session's row and waits for the head of the audit, which the move has, is in each other's way with it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_move_that_is_in_the_way_of_another_is_made_again() {
    let town = Town::new(Engine::Postgres).await;
    let here = hop(&town, "Helpdesk").await;
    let globex = organization(&town, "Globex").await;
    let mut other = town.db.write().await.unwrap();
    let touch = Sql::new("update sessions set agent = agent");
    touch.execute(&mut other).await.unwrap();
    let service = town.service.clone();
    let moving = tokio::spawn(async move { service.work_in(&here, globex).await });
    // Once it waits it is the first to be told that nobody can go on.
    let waiting = "select count(*) from pg_stat_activity
        where datname = current_database() and wait_event_type = 'Lock'";
    while town.int(Sql::new(waiting)).await == 0 {
        tokio::task::yield_now().await;
    }
    let head = Sql::new("select sequence from audit_head for update");
    head.execute(&mut other).await.unwrap();
    other.rollback().await.unwrap();
    let there = moving.await.unwrap().unwrap();
    assert_eq!(there.organization_name, "Globex");
    town.verify().await;
}
