//! Restricted mode: the console and its commands, and nothing of the host.

use super::{Answer, Site, answer};
use crate::support::engine::Engine;

/// As `ForceCommand wardroom --restricted` runs what an SSH client asked for.
fn over_ssh(site: &Site, line: &str) -> Answer {
    let mut command = site.command();
    command
        .arg("--restricted")
        .env("SSH_ORIGINAL_COMMAND", line);
    answer(command, b"")
}

#[tokio::test]
async fn the_clients_command_is_split_and_run() {
    let site = Site::new(Engine::Sqlite).await;
    let who = over_ssh(&site, "whoami --output 'json'").succeeded().json();
    assert_eq!(who["username"], "ada");
    let list = over_ssh(&site, "user list --filter '$(id) `id`' --output json; id").ended(2);
    assert_eq!(list.stdout, "");
    insta::assert_snapshot!(over_ssh(&site, "user show 'ada").said(), @"2: The command has a quote that is never closed; close it and try again.");
}

#[tokio::test]
async fn without_restriction_the_clients_command_means_nothing() {
    let site = Site::new(Engine::Sqlite).await;
    let mut command = site.command();
    command
        .arg("whoami")
        .env("SSH_ORIGINAL_COMMAND", "user list");
    assert!(answer(command, b"").succeeded().stdout.starts_with("ada ("));
}

#[tokio::test]
async fn what_reaches_the_host_is_refused() {
    let site = Site::new(Engine::Sqlite).await;
    let said = |line: &str| over_ssh(&site, line).said();
    insta::assert_snapshot!(said("whoami --config /etc/passwd"), @"2: --config is not available in restricted mode.");
    insta::assert_snapshot!(said("--database /tmp/other.db whoami"), @"2: --database is not available in restricted mode.");
    insta::assert_snapshot!(said("--profile prod whoami"), @"2: --profile is not available in restricted mode.");
    insta::assert_snapshot!(said("whoami --api-key-file /etc/shadow"), @"2: --api-key-file is not available in restricted mode, which reads no files; sign in with name and password.");
    insta::assert_snapshot!(said("init --admin eve --email eve@example.com"), @r#"2: "init" is not available in restricted mode; ask whoever keeps the host."#);
    insta::assert_snapshot!(said("demo"), @r#"2: "demo" is not available in restricted mode; ask whoever keeps the host."#);
    insta::assert_snapshot!(said("recover ada"), @r#"2: "recover" is not available in restricted mode; ask whoever keeps the host."#);
    insta::assert_snapshot!(said("config show"), @r#"2: "config" is not available in restricted mode; ask whoever keeps the host."#);
    over_ssh(&site, "completions bash").succeeded();
    over_ssh(&site, "doctor").succeeded();
    let desk = over_ssh(&site, "desk").said();
    assert!(
        desk.contains("terminal"),
        "it wants no more than a terminal: {desk}"
    );
}

#[tokio::test]
async fn the_configuration_can_restrict_too() {
    let site = Site::new(Engine::Sqlite).await;
    let mut command = site.command();
    command
        .env("WARDROOM_RESTRICTED", "true")
        .env("SSH_ORIGINAL_COMMAND", "whoami");
    assert!(answer(command, b"").succeeded().stdout.starts_with("ada ("));
    let mut command = site.command();
    command
        .env("WARDROOM_RESTRICTED", "true")
        .arg("recover")
        .arg("ada");
    answer(command, b"").ended(2);
}
