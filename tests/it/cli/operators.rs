//! Who gives the command: keys, key files, and name and password on the terminal.

use super::{PASSWORD, Site, answer};
use crate::support::engine::Engine;
use crate::support::pty::Pty;
use std::os::unix::fs::PermissionsExt as _;

#[tokio::test]
async fn a_key_says_who_you_are() {
    let site = Site::new(Engine::Sqlite).await;
    let who = site.run("whoami --output json").succeeded().json();
    assert_eq!(who["username"], "ada");
    assert_eq!(who["organization"], "Main");
    assert_eq!(who["rights"]["user:unlock"], "all");
    // A key works in its own organization, also where its operator may sign in to more.
    assert_eq!(who["organizations"], serde_json::json!(["Main"]));
    let plain = site.run("whoami").succeeded().stdout;
    assert!(
        plain.starts_with("ada (ada Administrator) in Main\n"),
        "{plain}"
    );
}

#[tokio::test]
async fn nobody_does_nothing() {
    let mut site = Site::new(Engine::Sqlite).await;
    site.key = String::new();
    insta::assert_snapshot!(site.run("user list").said(), @"4: Nobody is signed in: set WARDROOM_API_KEY, name a file with --api-key-file, or run this on a terminal to be asked for name and password.");
    site.key = "wr_not-a-key".to_owned();
    insta::assert_snapshot!(site.run("user list").said(), @"4: The API key is not valid: it is unknown, has run out or was replaced; ask for a new one.");
}

#[tokio::test]
async fn a_key_file_is_for_its_owner_alone() {
    let mut site = Site::new(Engine::Sqlite).await;
    let key = std::mem::take(&mut site.key);
    let file = site.path().join("key");
    std::fs::write(&file, format!("{key}\n")).unwrap();
    let allow =
        |mode| std::fs::set_permissions(&file, std::fs::Permissions::from_mode(mode)).unwrap();

    allow(0o644);
    let refused = site.run("whoami --api-key-file key").ended(2);
    assert!(
        refused.stderr.contains("run `chmod 600 key`"),
        "{refused:?}"
    );
    allow(0o600);
    site.run("whoami --api-key-file key").succeeded();

    std::fs::write(&file, "").unwrap();
    insta::assert_snapshot!(site.run("whoami --api-key-file key").said(), @"2: key: the API key can't be read: it is empty or longer than any key; name a file that holds the key alone.");
    insta::assert_snapshot!(site.run("whoami --api-key-file none").said(), @"2: none: the file can't be read: entity not found.");
}

#[tokio::test]
async fn whoami_says_where_else_one_may_work() {
    let site = Site::new(Engine::Sqlite).await;
    site.run("organization create Branch").succeeded();
    let create =
        "user create jo --email jo@example.com --first-name Jo --last-name Doe --role Helpdesk
        --organization Main --organization Branch --password-stdin";
    site.run_with(create, PASSWORD.as_bytes()).succeeded();
    for (place, other) in [("Main", "Branch"), ("Branch", "Main")] {
        let mut command = site.command();
        command
            .env_remove("WARDROOM_API_KEY")
            .args(["whoami", "--in", place]);
        let mut terminal = Pty::spawn(command, 100, 30);
        terminal.wait_for("Username: ");
        terminal.type_keys("jo\r");
        terminal.wait_for("Password: ");
        terminal.type_keys(PASSWORD);
        terminal.type_keys("\r");
        terminal.wait_for(&format!("jo (Jo Doe) in {place}"));
        terminal.wait_for(&format!("may work in {other} too, with --in NAME"));
        assert!(terminal.wait_for_end().success());
    }
}

#[tokio::test]
async fn name_and_password_are_asked_for_and_the_session_ends_with_the_command() {
    let site = Site::new(Engine::Sqlite).await;
    site.run_with("recover ada --password-stdin", PASSWORD.as_bytes())
        .succeeded();
    let mut command = site.command();
    command.env_remove("WARDROOM_API_KEY").arg("whoami");
    let mut terminal = Pty::spawn(command, 100, 30);
    terminal.wait_for("Username: ");
    terminal.type_keys("ada\r");
    terminal.wait_for("Password: ");
    terminal.type_keys(PASSWORD);
    terminal.type_keys("\r");
    terminal.wait_for("ada (ada Administrator) in Main");
    assert!(terminal.wait_for_end().success());
    assert!(!terminal.screen().contents().contains("marble"));

    let audit = site.run("audit list --limit 2 --output ndjson").succeeded();
    let last: Vec<&str> = audit.stdout.lines().collect();
    assert!(
        last[0].contains("authn_logout") && last[1].contains("authn_login_success"),
        "{last:?}"
    );
}

#[tokio::test]
async fn an_interrupted_question_leaves_the_terminal_as_it_was() {
    let site = Site::new(Engine::Sqlite).await;
    let mut command = site.command();
    command.env_remove("WARDROOM_API_KEY").arg("whoami");
    let mut terminal = Pty::spawn(command, 100, 30);
    terminal.wait_for("Username: ");
    terminal.type_keys("ada\r");
    terminal.wait_for("Password: ");
    terminal.signal(rustix::process::Signal::TERM);
    assert_eq!(terminal.wait_for_end().code(), Some(143));
    assert_eq!(terminal.modes(), crate::support::pty::SHELL_MODES);
}

#[tokio::test]
async fn the_organization_worked_in_is_one_of_yours() {
    let site = Site::new(Engine::Sqlite).await;
    site.run("--in main whoami").succeeded();
    insta::assert_snapshot!(site.run("whoami --in Elsewhere").said(), @"9: The API key works in the organization Main alone: leave --in out, or use a key of Elsewhere; only can, who-can and what-can ask about others with it.");
}

#[tokio::test]
async fn help_and_words_for_shells_need_nobody_and_no_configuration() {
    let site = Site::empty(Engine::Sqlite).await;
    for line in [
        "--help",
        "--version",
        "user create --help",
        "completions bash",
        "completions zsh",
        "man",
        "man user create",
    ] {
        let mut command = site.command();
        command
            .env("WARDROOM_CONFIG", "/nowhere/at/all.toml")
            .args(shell_words::split(line).unwrap());
        let said = answer(command, b"").succeeded();
        assert!(!said.stdout.is_empty() && said.stderr.is_empty(), "{line}");
    }
    insta::assert_snapshot!(site.run("man user fly").said(), @r#"2: There is no command "fly" here; list them with: wardroom --help."#);
}
