//! Databases that are missing, foreign, open to others, newer, read-only or full of people already.

use super::{PASSWORD, Site, answer};
use crate::support::engine::Engine;
use crate::support::server::server;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Stdio;

#[tokio::test]
async fn init_makes_a_file_that_only_its_owner_can_use() {
    let mut site = Site::empty(Engine::Sqlite).await;
    let folder = site.path().join("new/folder");
    let file = folder.join("w.db");
    let init = format!(
        "init --admin ada --email ada@example.com --password-stdin --organization Acme --database {}",
        file.display()
    );
    let said = site.run_with(&init, PASSWORD.as_bytes()).succeeded();
    assert_eq!(said.stdout, "");
    let mode =
        |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&file), mode(&folder)), (0o600, 0o700));
    let line = format!(
        "authenticate ada --password-stdin --database {}",
        file.display()
    );
    let user = site.run_with(&line, PASSWORD.as_bytes()).succeeded().json();
    assert_eq!(user["organization"], "Acme");
    site.key.clear();
}

#[tokio::test]
async fn init_prints_the_key_alone() {
    let site = Site::empty(Engine::Sqlite).await;
    let said = site
        .run("init --admin ada --email ada@example.com --api-key-stdout")
        .succeeded();
    assert!(
        said.stdout.starts_with("wr_") && said.stdout.trim_end().len() == 46,
        "{said:?}"
    );
    assert_eq!(said.stdout.lines().count(), 1);
}

#[tokio::test]
async fn an_init_that_fails_leaves_nothing() {
    let site = Site::empty(Engine::Sqlite).await;
    let said = site.run("init --admin ada --email nonsense --api-key-stdout");
    insta::assert_snapshot!(said.said(), @r#"2: email: not an address: there is no "@" in it."#);
    let weak = site.run_with(
        "init --admin ada --email ada@example.com --password-stdin",
        b"short",
    );
    insta::assert_snapshot!(weak.said(), @"2: password: it has 5 characters, and at least 12 are needed; a few unrelated words are easy to keep in mind.");
    insta::assert_snapshot!(site.run("init --admin ada --email ada@example.com").said(), @"2: The administrator needs a password or an API key; add --password-stdin or --api-key-stdout, or run this on a terminal.");
    let file = site.database.file().unwrap();
    assert_eq!(
        std::fs::read_dir(file.parent().unwrap()).unwrap().count(),
        0
    );
}

#[tokio::test]
async fn a_database_with_people_in_it_is_left_as_it_is() {
    let site = Site::new(Engine::Sqlite).await;
    insta::assert_snapshot!(site.run("init --admin eve --email eve@example.com --api-key-stdout").said(), @"9: This database has users already, so it was left as it is; name another one with --database, or use wardroom recover to get back in.");
    insta::assert_snapshot!(site.run("demo --populate-only").said(), @"9: This database has users already, so it was left as it is; name an empty one with --database.");
    site.run("whoami").succeeded();
}

#[tokio::test]
async fn one_that_is_missing_foreign_or_open_to_others_is_named() {
    let site = Site::new(Engine::Sqlite).await;
    let said = |line: &str| {
        let folder = site
            .database
            .file()
            .unwrap()
            .parent()
            .unwrap()
            .display()
            .to_string();
        site.run(line).said().replace(&folder, "…")
    };
    insta::assert_snapshot!(said("whoami --database none.db"), @"7: There is no database at none.db; make one with: wardroom init --admin NAME --email ADDRESS, or try: wardroom demo.");
    std::fs::write(
        site.path().join("text.db"),
        "This is no database, but a text that is long enough to be one.",
    )
    .unwrap();
    std::fs::set_permissions(
        site.path().join("text.db"),
        std::fs::Permissions::from_mode(0o600),
    )
    .unwrap();
    insta::assert_snapshot!(said("whoami --database text.db"), @"7: The database can't be reached: the file is not a database; nothing was changed, check that it runs and try again.");
    insta::assert_snapshot!(said("doctor --database none.db"), @"9: Something is wrong; see above.");
    let file = site.database.file().unwrap();
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o640)).unwrap();
    insta::assert_snapshot!(said("whoami"), @"7: The database file …/test.db can be read by others, so it was not opened; mend it with: chmod 600 …/test.db");
    let found = site.run("doctor").ended(9);
    assert!(found.stdout.contains("BAD   permissions"), "{found:?}");
}

#[tokio::test]
async fn of_several_inits_at_once_one_makes_it_and_none_takes_it_away() {
    let site = Site::empty(Engine::Sqlite).await;
    let file = site.path().join("race.db");
    let init = |name: usize| {
        let mut command = site.command();
        command.env("WARDROOM_DATABASE", &file).args([
            "init",
            "--admin",
            &format!("ada{name}"),
            "--email",
            "ada@example.com",
            "--api-key-stdout",
        ]);
        command.stdout(Stdio::piped()).stderr(Stdio::null());
        command.spawn().unwrap()
    };
    let all: Vec<_> = (0..4).map(init).collect();
    let keys: Vec<String> = all
        .into_iter()
        .map(|child| child.wait_with_output().unwrap())
        .filter(|output| output.status.success())
        .map(|output| String::from_utf8(output.stdout).unwrap())
        .collect();
    assert_eq!(keys.len(), 1, "{keys:?}");
    let mut whoami = site.command();
    whoami
        .env("WARDROOM_DATABASE", &file)
        .env("WARDROOM_API_KEY", keys[0].trim())
        .arg("whoami");
    answer(whoami, b"").succeeded();
}

#[tokio::test]
async fn one_of_a_newer_version_is_not_touched() {
    let site = Site::new(Engine::Postgres).await;
    server().run_in(&site.database.url, "update _sqlx_migrations set version = 9999 where version = (select max(version) from _sqlx_migrations)");
    insta::assert_snapshot!(site.run("whoami").said(), @"7: The database was written by a newer wardroom than this one; install the newer version on this host.");
    insta::assert_snapshot!(site.run("init --admin eve --email eve@example.com --api-key-stdout").said(), @"7: The database was written by a newer wardroom than this one; install the newer version on this host.");
}

#[tokio::test]
async fn one_that_can_only_be_read_is_read_and_says_so() {
    let site = Site::new(Engine::Postgres).await;
    let name = site
        .database
        .url
        .split(['/', '?'])
        .rfind(|part| part.starts_with("wardroom_test_"))
        .unwrap()
        .to_owned();
    server().run(&format!(
        "alter database {name} set default_transaction_read_only = on"
    ));
    insta::assert_snapshot!(site.run("user enable ada").said(), @"7: The database can only be read, so nothing was changed; check the permissions of its file and folder.");
}

#[tokio::test]
async fn a_server_that_is_not_there_is_no_riddle() {
    let site = Site::empty(Engine::Sqlite).await;
    insta::assert_snapshot!(site.run("whoami --database postgres://nobody@127.0.0.1:1/none").said(), @"7: The database can't be reached: the connection to the database failed; nothing was changed, check that it runs and try again.");
}

#[tokio::test]
async fn read_only_is_a_choice_too() {
    let site = Site::new(Engine::Sqlite).await;
    site.add("bob");
    site.run("user list --read-only").succeeded();
    let init =
        "init --read-only --database other.db --admin ada --email ada@example.com --api-key-stdout";
    site.run(init).ended(9);
    assert!(!site.path().join("other.db").exists());
    insta::assert_snapshot!(site.run("user enable bob --read-only").said(), @"9: This wardroom is read-only, so nothing was changed; start it without --read-only to make changes.");
}
