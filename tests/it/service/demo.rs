//! The demo in a real database: both engines take the same rows, and go on from there.

#![expect(
    clippy::redundant_closure_for_method_calls,
    reason = "the path of a method of `Row` holds for one lifetime only, and a reader must hold for all"
)]

use crate::support::engine::{Engine, TestDatabase};
use rstest::rstest;
use wardroom::domain::Time;
use wardroom::service::demo::{DemoHashes, DemoPlan, Summary, populate};
use wardroom::store::sql::Sql;
use wardroom::store::{Db, Error, Options, Result};

const PLAN: DemoPlan = DemoPlan {
    users: 2_000,
    seed: 42,
    now: Time(1_795_000_000_000_000),
};

/// Every column that the demo gives, and the one that the database makes of them.
const DUMPS: &[&str] = &[
    "select cast(id as text) || '|' || name || '|' || name_key || '|' || description from organizations order by id",
    "select cast(id as text) || '|' || cast(coalesce(parent_id, 0) as text) || '|' || name || '|' || email || '|' || phone
     from units order by id",
    "select cast(ancestor_id as text) || '|' || cast(descendant_id as text) || '|' || cast(depth as text)
     from unit_closure order by ancestor_id, descendant_id",
    "select cast(id as text) || '|' || name || '|' || cast(coalesce(organization_id, 0) as text) from roles order by id",
    "select cast(id as text) || '|' || name || '|' || alias || '|' || cast(coalesce(owner_unit_id, 0) as text)
     from groups order by id",
    "select cast(id as text) || effect || '|' || actions || '|' || resource || '|' || level from rules order by id",
    "select cast(id as text) || '|' || username || '|' || username_key || '|' || username_skeleton || '|' || kind || '|'
     || name_prefix || '|' || first_name || '|' || middle_name || '|' || last_name || '|' || name_suffix || '|'
     || also_known_as || '|' || title || '|' || department || '|' || employee_number || '|'
     || cast(coalesce(manager_id, 0) as text) || '|' || birthday || '|' || phone || '|' || email || '|' || email_key || '|'
     || language || '|' || time_zone || '|' || description || '|' || case when agent then 'agent' else '' end || '|'
     || name_key || '|' || search_text || '|' || cast(created_at as text) || '|' || custom_fields from users order by id",
    "select cast(user_id as text) || '|' || case when enabled then 'enabled' else '' end || '|' || authentication_status
     || '|' || cast(failures as text) || '|' || cast(locked_until as text) || '|' || cast(last_sign_in_at as text) || '|'
     || cast(status_rank as text) from user_states order by user_id",
    "select cast(user_id as text) || '|' || hash from user_passwords order by user_id",
    "select email from user_emails order by user_id, email_key",
    "select cast(group_id as text) || '|' || cast(user_id as text) from group_users order by group_id, user_id",
    "select cast(role_id as text) || '|' || cast(user_id as text) from user_roles order by role_id, user_id",
    "select cast(id as text) || name || '|' || outcome || '|' || client_address || '|' || cast(at as text)
     from sign_in_attempts order by id",
];

async fn empty(engine: Engine) -> TestDatabase {
    let database = engine.fresh_database().await;
    let db = Db::create(&Options::new(&database.url)).await.unwrap();
    db.close().await;
    database
}

async fn fill(database: &TestDatabase) -> Result<Summary> {
    let hashes = DemoHashes {
        admin: "hash\\of\tadmin".to_owned(),
        helpdesk: "helpdesk".to_owned(),
        auditor: "auditor".to_owned(),
        manager: "manager".to_owned(),
        people: vec!["people".to_owned()],
    };
    populate(&database.url, &PLAN, hashes).await
}

async fn texts(db: &Db, query: &'static str) -> Vec<String> {
    let mut tx = db.read().await.unwrap();
    Sql::new(query)
        .all(&mut tx, |row| row.text())
        .await
        .unwrap()
}

async fn keys(db: &Db) -> Vec<Vec<u8>> {
    let mut tx = db.read().await.unwrap();
    Sql::new("select hash from api_keys order by id")
        .all(&mut tx, |row| row.bytes())
        .await
        .unwrap()
}

async fn number(db: &Db, query: &'static str) -> i64 {
    let mut tx = db.read().await.unwrap();
    Sql::new(query).one(&mut tx, |row| row.int()).await.unwrap()
}

#[tokio::test]
async fn both_engines_take_the_same_rows() {
    let (sqlite, postgres) = (empty(Engine::Sqlite).await, empty(Engine::Postgres).await);
    let summary = fill(&sqlite).await.unwrap();
    assert_eq!(summary, fill(&postgres).await.unwrap());
    assert_eq!(summary.users, PLAN.users);
    let one = Db::open(&Options::new(&sqlite.url)).await.unwrap();
    let other = Db::open(&Options::new(&postgres.url)).await.unwrap();
    for query in DUMPS {
        let rows = texts(&one, query).await;
        assert!(!rows.is_empty(), "nothing from: {query}");
        assert!(
            rows == texts(&other, query).await,
            "the engines differ in: {query}"
        );
    }
    let hashes = keys(&one).await;
    assert!(!hashes.is_empty());
    assert_eq!(hashes, keys(&other).await);
    one.close().await;
    other.close().await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_database_with_people_is_refused_and_stays_as_it_was(#[case] engine: Engine) {
    let database = empty(engine).await;
    let summary = fill(&database).await.unwrap();
    let refused = fill(&database).await.unwrap_err();
    assert!(matches!(refused, Error::Taken(_)), "{refused:?}");
    let db = Db::open(&Options::new(&database.url)).await.unwrap();
    let users = number(&db, "select count(*) from users").await;
    assert_eq!(u64::try_from(users), Ok(summary.users));
    assert_eq!(number(&db, "select count(*) from audit").await, 0);
    db.close().await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn ids_and_rules_go_on_after_the_load(#[case] engine: Engine) {
    let database = empty(engine).await;
    let summary = fill(&database).await.unwrap();
    let db = Db::open(&Options::new(&database.url)).await.unwrap();
    let mut tx = db.write().await.unwrap();
    let insert = |name: &'static str| {
        Sql::new(
            "insert into organizations (name, name_key, created_at, updated_at) values ($1, $2, 1, 1) returning id",
        )
        .bind(name)
        .bind(name.to_lowercase())
    };
    let id = insert("Later").int(&mut tx).await.unwrap();
    assert_eq!(u64::try_from(id), Ok(summary.organizations + 1));
    let taken = insert("Acme Trading").int(&mut tx).await.unwrap_err();
    assert!(
        matches!(&taken, Error::Taken(index) if index == "organizations_name"),
        "{taken:?}"
    );
    tx.rollback().await.unwrap();

    let mut tx = db.write().await.unwrap();
    let join = Sql::new("insert into user_roles (user_id, role_id) values (1, 999)");
    let dangling = join.execute(&mut tx).await.unwrap_err();
    assert!(matches!(dangling, Error::InUse), "{dangling:?}");
    tx.rollback().await.unwrap();
    db.close().await;
}
