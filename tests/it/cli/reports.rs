//! The reports about access, in the four forms of an answer, on both engines.

use super::Site;
use crate::support::engine::Engine;
use insta::assert_snapshot;
use rstest::rstest;

/// A company with a helpdesk inside a group, an auditor who is disabled, and a clerk's role under two names.
async fn site(engine: Engine) -> Site {
    let site = Site::new(engine).await;
    for line in [
        "role create Clerk --rule 'allow view,edit on user at unit'",
        "role create Clark --rule 'allow edit on user at unit' --rule 'allow view on user at unit'",
        "group create Desk --confers Helpdesk",
        "group create Office --confers Clerk",
        "group create Bureau --confers Clark",
        "user create hana --email hana@example.com --first-name Ha --last-name Na --group Desk",
        "user create aude --email aude@example.com --first-name Au --last-name De --role Auditor",
        "user disable aude --yes-count 1",
    ] {
        site.run(line).succeeded();
    }
    site
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn reports_are_tables_for_people(#[case] engine: Engine) {
    let site = site(engine).await;
    let table = |line: &str| site.run(line).succeeded().stdout;
    assert_snapshot!("report_dominant", table("report dominant"));
    assert_snapshot!("report_unheld_roles", table("report unheld-roles"));
    assert_snapshot!("report_powerless", table("report powerless"));
    assert_snapshot!("report_duplicates", table("report duplicates"));
    let cut = site.run("report dominant --limit 1").succeeded();
    assert_eq!(cut.stdout.lines().count(), 2);
    assert_eq!(
        cut.stderr.trim(),
        "1 of 3 people; raise --limit to see more."
    );
}

#[tokio::test]
async fn reports_are_data_for_scripts() {
    let site = site(Engine::Sqlite).await;
    let run = |line: &str| site.run(line).succeeded();
    let dominant = run("report dominant --output json").json();
    assert_eq!(dominant[2]["username"], "hana");
    assert_eq!(
        dominant[2]["because"],
        serde_json::json!([{"kind": "role", "source": "Helpdesk", "via": "Desk"}])
    );
    let lines = run("report duplicates --output ndjson").stdout;
    let first: serde_json::Value = serde_json::from_str(lines.lines().next().unwrap()).unwrap();
    assert_eq!(first["name"], "Clark");
    assert_eq!(
        first["gives"],
        serde_json::json!(["allow edit,view on user at unit"])
    );
    assert_snapshot!(run("report unheld-roles --output csv").stdout, @r#"
    id,name,organization,description,built_in,groups
    7,Clark,Main,,false,Main/Bureau
    6,Clerk,Main,,false,Main/Office
    2,Manager,,Manages the people and groups of an organization.,true,
    5,Member,,"May sign in, and see and edit the own profile.",true,
    "#);
    assert_snapshot!(run("report powerless --output json").stdout, @"[]");
    assert_snapshot!(run("report dominant --output csv").stdout, @r#"
    id,username,name,kind,status,can_sign_in,last_sign_in,administrator,rights,level,because
    1,ada,ada Administrator,person,never_signed_in,false,,false,60,all,"Administrator, Administrator via Administrators, group Sensitive data"
    3,aude,Au De,person,disabled,false,,false,12,all,Auditor
    2,hana,Ha Na,person,never_signed_in,false,,false,9,organization,Helpdesk via Desk
    "#);
    assert_eq!(site.run("report dominant --limit 0").code, 2);
    assert_eq!(site.run("report").code, 2);
}
