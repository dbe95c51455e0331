//! Demo databases that stay: who is in them, and what a job on many of them does when it is stopped.

use super::{Site, answer};
use crate::support::engine::Engine;
use crate::support::pty::{Pty, SHELL_MODES};
use rstest::rstest;
use rustix::process::Signal;
use std::os::unix::fs::PermissionsExt as _;

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn its_accounts_sign_in_and_the_database_is_healthy(#[case] engine: Engine) {
    let mut site = Site::empty(engine).await;
    let demo = site
        .run("demo --populate-only --users 300 --seed 7")
        .succeeded()
        .json();
    assert_eq!(demo["users"], 300);
    for account in demo["accounts"].as_array().unwrap() {
        let name = account["username"].as_str().unwrap();
        let password = account["password"].as_str().unwrap();
        site.run_with(
            &format!("authenticate {name} --password-stdin"),
            password.as_bytes(),
        )
        .succeeded();
    }
    demo["api_key"].as_str().unwrap().clone_into(&mut site.key);
    assert_eq!(
        site.run("whoami --output json").succeeded().json()["username"],
        "admin"
    );
    let all = site.run("user list --output ndjson").succeeded().stdout;
    assert!(all.lines().count() > 100, "{}", all.lines().count());
    let sorted = site
        .run("user list --columns username --sort -username --output csv")
        .succeeded()
        .stdout;
    let names: Vec<&str> = sorted.lines().skip(1).collect();
    assert!(names.windows(2).all(|pair| pair[0] > pair[1]));
    site.run("doctor").succeeded();
    site.run("demo --populate-only").ended(9);
}

#[tokio::test]
async fn an_interrupted_job_pauses_and_is_resumed() {
    let mut site = Site::empty(Engine::Sqlite).await;
    let demo = site
        .run("demo --populate-only --users 30000")
        .succeeded()
        .json();
    demo["api_key"].as_str().unwrap().clone_into(&mut site.key);
    let plan = site
        .run("user disable --filter status:active --dry-run --output json")
        .succeeded()
        .json();
    let number = plan["will_change"].as_i64().unwrap();
    assert!(number > 10_000, "{plan}");

    let mut command = site.command();
    command.args([
        "user",
        "disable",
        "--filter",
        "status:active",
        "--reason",
        "drill",
    ]);
    command.arg(format!("--yes-count={number}"));
    let mut terminal = Pty::spawn(command, 100, 30);
    terminal.wait_for("of");
    terminal.signal(Signal::INT);
    assert_eq!(terminal.wait_for_end().code(), Some(130));
    assert!(
        terminal.screen().contents().contains("wardroom job resume"),
        "{}",
        terminal.screen().contents()
    );

    let job = site.run("job list --output json").succeeded().json()[0].clone();
    assert_eq!(job["state"], "paused");
    let done = job["done"].as_i64().unwrap();
    assert!(0 < done && done < number, "{job}");
    let resumed = site
        .run(&format!("job resume {} --output json", job["id"]))
        .succeeded()
        .json();
    assert_eq!(
        (resumed["state"].as_str(), resumed["done"].as_i64()),
        (Some("done"), Some(number))
    );
    site.run("audit verify").succeeded();
}

#[tokio::test]
async fn the_console_of_a_demo_needs_a_terminal() {
    let site = Site::empty(Engine::Sqlite).await;
    insta::assert_snapshot!(site.run("demo").said(), @"2: The demo opens the console, which needs a terminal; without one, fill a database with: wardroom demo --populate-only --database URL");
    let mut command = site.command();
    command
        .env_remove("WARDROOM_DATABASE")
        .args(["demo", "--populate-only"]);
    insta::assert_snapshot!(answer(command, b"").said(), @"2: --populate-only fills a database for good, so it wants to be told which; name it with --database.");
}

#[tokio::test]
async fn the_database_of_a_demo_is_gone_with_its_console() {
    let site = Site::empty(Engine::Sqlite).await;
    let folders = || -> Vec<std::path::PathBuf> {
        let entries = std::fs::read_dir(site.path()).unwrap();
        let paths = entries.map(|entry| entry.unwrap().path());
        paths
            .filter(|path| path.to_string_lossy().contains("wardroom-demo."))
            .collect()
    };
    let mut command = site.command();
    command
        .args(["demo", "--users", "100"])
        .env("TMPDIR", site.path())
        .env("TERM", "xterm-256color")
        .env("LANG", "C.UTF-8");
    let mut terminal = Pty::spawn(command, 80, 24);
    terminal.wait_for("Marble-Ocean-41");
    let [folder] = folders().try_into().unwrap();
    let mode = std::fs::metadata(&folder).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode, 0o700);
    terminal.type_keys("admin\r");
    terminal.type_keys("Marble-Ocean-41\r");
    terminal.wait_for("op: admin");
    terminal.signal(Signal::TERM);
    assert_eq!(terminal.wait_for_end().code(), Some(143));
    assert_eq!(terminal.modes(), SHELL_MODES);
    assert!(folders().is_empty());
}
