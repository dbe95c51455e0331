//! The four forms of an answer.

use super::Site;
use crate::support::engine::Engine;
use std::io::Read as _;
use std::process::Stdio;

async fn site() -> Site {
    let site = Site::new(Engine::Sqlite).await;
    site.run("user create eve --email eve@example.com --first-name '=1+1' --last-name 'Doe, \"jr\"' --also-known-as '田中'").succeeded();
    site
}

#[tokio::test]
async fn a_table_for_people() {
    let site = site().await;
    insta::assert_snapshot!(site.run("user list").succeeded().stdout, @r#"
    USERNAME  NAME               EMAIL            ORGANIZATION  STATUS           LAST SIGN IN
    ada       ada Administrator  ada@example.com  Main          never_signed_in  -
    eve       =1+1 Doe, "jr"     eve@example.com  Main          never_signed_in  -
    "#);
    insta::assert_snapshot!(site.run("user list --filter nobody").succeeded().stdout, @"USERNAME  NAME  EMAIL  ORGANIZATION  STATUS  LAST SIGN IN");
    insta::assert_snapshot!(site.run("user list --sort -username --columns username,also_known_as,roles --limit 1").succeeded().stdout, @r"
    USERNAME  ALSO KNOWN AS  ROLES
    eve       田中           Member
    ");
}

#[tokio::test]
async fn json_and_json_lines_for_scripts() {
    let site = site().await;
    insta::assert_snapshot!(site.run("user list --columns username,name --output json").succeeded().stdout, @r#"
    [
      {"username":"ada","name":"ada Administrator"},
      {"username":"eve","name":"=1+1 Doe, \"jr\""}
    ]
    "#);
    insta::assert_snapshot!(site.run("user list --columns username,name --output ndjson").succeeded().stdout, @r#"
    {"username":"ada","name":"ada Administrator"}
    {"username":"eve","name":"=1+1 Doe, \"jr\""}
    "#);
    insta::assert_snapshot!(site.run("user list --filter nobody --output json").succeeded().stdout, @"[]");
    insta::assert_snapshot!(site.run("user list --filter nobody --output ndjson").succeeded().stdout, @"");
}

#[tokio::test]
async fn csv_that_no_spreadsheet_runs() {
    let site = site().await;
    insta::assert_snapshot!(site.run("user list --columns username,name,failed_sign_ins,locked_since --output csv").succeeded().stdout, @r#"
    username,name,failed_sign_ins,locked_since
    ada,ada Administrator,0,
    eve,"'=1+1 Doe, ""jr""",0,
    "#);
    insta::assert_snapshot!(site.run("user list --filter nobody --columns username --output csv").succeeded().stdout, @"username");
}

#[tokio::test]
async fn the_same_keys_in_a_list_and_in_one() {
    let site = site().await;
    let list = site
        .run("user list --filter eve --output json")
        .succeeded()
        .json();
    let one = site.run("user show eve --output json").succeeded().json();
    for (key, value) in list[0].as_object().unwrap() {
        if key != "name" {
            assert_eq!(&one[key], value, "{key}");
        }
    }
}

#[tokio::test]
async fn configuration_shows_values_and_where_they_come_from() {
    let site = site().await;
    let shown = site
        .run("config show --origin --read-only --output json")
        .succeeded()
        .json();
    let entry = |key: &str| {
        shown
            .as_array()
            .unwrap()
            .iter()
            .find(|entry| entry["key"] == key)
            .unwrap()
            .clone()
    };
    assert_eq!(entry("read_only")["origin"], "--read-only");
    assert_eq!(entry("database")["origin"], "WARDROOM_DATABASE");
    assert_eq!(entry("lockout.failures")["value"], "10");
    let plain = site.run("config show").succeeded().stdout;
    assert!(
        plain.starts_with("KEY") && !plain.contains("ORIGIN"),
        "{plain}"
    );
}

#[tokio::test]
async fn a_reader_that_goes_away_is_no_complaint() {
    let site = site().await;
    let mut command = site.command();
    let mut child = command
        .args(["completions", "bash"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let mut said = String::new();
    child
        .stderr
        .take()
        .unwrap()
        .read_to_string(&mut said)
        .unwrap();
    assert_eq!((child.wait().unwrap().code(), said.as_str()), (Some(0), ""));
}
