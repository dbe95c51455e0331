//! What the doctor finds in databases that somebody has damaged.

use super::Site;
use crate::support::engine::Engine;
use crate::support::server::server;
use rstest::rstest;
use serde_json::Value;

/// Each damage, the check that finds it, and a part of what it says.
const DAMAGES: &[(&str, &str, &str)] = &[
    (
        "delete from unit_closure",
        "hierarchies",
        "the tree of units lacks 1 pairs",
    ),
    (
        "insert into group_groups (group_id, member_id) select a.id, b.id from groups a, groups b where a.id <> b.id",
        "hierarchies",
        "the nesting of groups, 1 pairs lie above each other",
    ),
    (
        "update users set username_key = 'x' where username = 'bob'",
        "keys",
        "key of the username of user 2",
    ),
    (
        "update users set email_key = 'x' where username = 'bob'",
        "keys",
        "key of the e-mail of user 2",
    ),
    ("update units set name_key = 'x'", "keys", "key of unit 1"),
    (
        "update user_states set failures = -1 where user_id = 2",
        "users",
        "1 users have a lock that ends but never began, or a negative count: 2",
    ),
    (
        "delete from user_roles where user_id = 2",
        "users",
        "1 users have no role",
    ),
    (
        "update user_states set enabled = false",
        "administrators",
        "wardroom recover NAME",
    ),
    (
        "update audit set reason = 'x' where sequence = 1",
        "audit",
        "row 1 ",
    ),
];

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn each_damage_is_found_by_its_check(#[case] engine: Engine) {
    let site = Site::new(engine).await;
    site.add("bob");
    site.run("doctor").succeeded();
    for (damage, check, part) in DAMAGES {
        let undo = copy(&site);
        run(&site, damage);
        let answer = site.run("doctor --output json").ended(9).json();
        assert_eq!(answer["ok"], false);
        let checks = answer["checks"].as_array().unwrap();
        let of = |name: &str| checks.iter().find(|one| one["check"] == name).unwrap();
        let found: Vec<&str> = checks
            .iter()
            .filter(|one| one["result"] == "bad")
            .map(|one| one["check"].as_str().unwrap())
            .collect();
        assert!(found.contains(check), "{damage}: {answer:#}");
        assert!(says(of(check), part), "{damage}: {answer:#}");
        undo();
    }
}

#[tokio::test]
async fn a_reference_to_nothing_is_found_where_the_engine_lets_one_in() {
    let site = Site::new(Engine::Sqlite).await;
    run(
        &site,
        "pragma foreign_keys = off; update users set owner_unit_id = 99",
    );
    let found = site.run("doctor").ended(9);
    assert!(
        found
            .stdout
            .contains("In the table users, 1 references are broken"),
        "{found:?}"
    );
}

#[tokio::test]
async fn a_job_that_waits_is_worth_a_note() {
    let site = Site::new(Engine::Sqlite).await;
    site.add("bob");
    site.run("user disable bob --yes-count 1").succeeded();
    run(&site, "update jobs set state = 'paused', position = 0");
    let found = site.run("doctor").succeeded();
    assert!(found.stdout.contains("note  jobs"), "{found:?}");
}

#[tokio::test]
async fn administrators_who_all_have_an_end_are_worth_a_note() {
    let site = Site::new(Engine::Sqlite).await;
    let ada = "user_id in (select id from users where username = 'ada')";
    run(
        &site,
        &format!(
            "insert into user_passwords (user_id, hash, changed_at) select id, 'x', 1 from users where username = 'ada';
             update user_states set expires_at = 4102444800000000 where {ada}"
        ),
    );
    let found = site.run("doctor").succeeded();
    assert!(
        found
            .stdout
            .contains("note  administrators\n      Every administrator's account ends, the last one after 2099-12-31"),
        "{found:?}"
    );
    run(
        &site,
        &format!("update user_states set expires_at = 0 where {ada}"),
    );
    let found = site.run("doctor").succeeded();
    assert!(found.stdout.contains("good  administrators"), "{found:?}");
}

#[tokio::test]
async fn nobody_without_a_password_is_called_lost_who_has_a_key() {
    let site = Site::new(Engine::Sqlite).await;
    let found = site.run("doctor").succeeded();
    assert!(found.stdout.contains("note  administrators"), "{found:?}");
    run(&site, "delete from api_keys");
    site.run("doctor").ended(9);
}

fn says(check: &Value, part: &str) -> bool {
    let findings = check["findings"].as_array().unwrap();
    findings
        .iter()
        .any(|finding| finding.as_str().unwrap().contains(part))
}

fn run(site: &Site, statements: &str) {
    match site.database.file() {
        Some(file) => rusqlite::Connection::open(file)
            .unwrap()
            .execute_batch(statements)
            .unwrap(),
        None => drop(server().run_in(&site.database.url, statements)),
    }
}

/// The tables that are damaged.
const TABLES: [&str; 8] = [
    "unit_closure",
    "group_groups",
    "users",
    "units",
    "user_states",
    "user_roles",
    "audit",
    "groups",
];

/// Keeps what a damage destroys, and gives back how to bring it back.
fn copy(site: &Site) -> Box<dyn FnOnce() + '_> {
    if let Some(file) = site.database.file() {
        let bytes = std::fs::read(&file).unwrap();
        return Box::new(move || {
            for ending in ["-wal", "-shm"] {
                let mut beside = file.clone().into_os_string();
                beside.push(ending);
                let _ = std::fs::remove_file(beside);
            }
            std::fs::write(&file, bytes).unwrap();
        });
    }
    for table in TABLES {
        run(
            site,
            &format!("create table kept_{table} as select * from {table}"),
        );
    }
    Box::new(move || {
        run(
            site,
            "delete from group_groups;
             delete from user_roles; insert into user_roles select * from kept_user_roles;
             delete from unit_closure; insert into unit_closure select * from kept_unit_closure;
             update users u set username_key = k.username_key, email_key = k.email_key from kept_users k where k.id = u.id;
             update units u set name_key = k.name_key from kept_units k where k.id = u.id;
             update user_states s set failures = k.failures, enabled = k.enabled from kept_user_states k where k.user_id = s.user_id;
             update audit a set reason = k.reason from kept_audit k where k.sequence = a.sequence",
        );
        for table in TABLES {
            run(site, &format!("drop table kept_{table}"));
        }
    })
}
