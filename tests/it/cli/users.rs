//! Making, finding, changing and removing people, on both engines.

use super::{PASSWORD, Site};
use crate::support::engine::Engine;
use rstest::rstest;
use serde_json::json;

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_user_is_made_found_changed_disabled_and_brought_back(#[case] engine: Engine) {
    let site = Site::new(engine).await;
    let made = site
        .run("user create jdoe --email J.Doe@example.com --first-name Jo --last-name Doe --title Clerk --phone '+43 1 234' --birthday 1990-12-31 --other-email jo@example.org --role Member --role Helpdesk --output json")
        .succeeded()
        .json();
    assert_eq!(made["username"], "jdoe");

    let listed = site
        .run("user list --filter doe --output json")
        .succeeded()
        .json();
    assert_eq!(listed.as_array().unwrap().len(), 1);
    assert_eq!(listed[0]["status"], "never_signed_in");

    let shown = site.run("user show jdoe --output json").succeeded().json();
    assert_eq!(shown["title"], "Clerk");
    assert_eq!(shown["birthday"], "1990-12-31");
    assert_eq!(shown["roles"], json!(["Helpdesk", "Member"]));
    assert_eq!(shown["organizations"], json!(["Main"]));
    assert_eq!(shown["owner_unit"], "Main");
    assert_eq!(shown["units"], json!([]));

    let version = shown["version"].as_i64().unwrap();
    let changed = site
        .run(&format!("user update jdoe --title 'Head of Sales' --phone '' --other-email '' --role Member --version {version} --output json"))
        .succeeded()
        .json();
    assert_eq!(
        changed["changed"],
        json!(["other_emails", "phone", "roles", "title"])
    );
    let stale = site.run(&format!(
        "user update jdoe --title Clerk --version {version}"
    ));
    insta::allow_duplicates! {
        insta::assert_snapshot!(stale.said(), @r#"5: The user "jdoe" was changed by somebody else meanwhile; look at it again and repeat your change."#);
    }
    let shown = site.run("user show jdoe --output json").succeeded().json();
    assert_eq!(
        (&shown["title"], &shown["phone"]),
        (&json!("Head of Sales"), &json!(""))
    );

    let plan = site
        .run("user disable jdoe --dry-run --output json")
        .succeeded()
        .json();
    assert_eq!(
        (
            &plan["targets"],
            &plan["will_change"],
            &plan["already"],
            &plan["refused"],
            &plan["tier"]
        ),
        (&json!(1), &json!(1), &json!(0), &json!([]), &json!(2))
    );
    assert!(plan["plan"].is_i64());
    insta::allow_duplicates! {
        insta::assert_snapshot!(site.run("user disable jdoe").said(), @"6: Disable 1 user wants to be confirmed and nothing was changed; look at it with --dry-run, and confirm it with --yes-count 1.");
        insta::assert_snapshot!(site.run("user disable jdoe --yes-count 2").said(), @"6: The plan would change 1 user, not 2; nothing was changed. Look at the plan and say 1 if you mean it.");
    }
    assert_eq!(
        site.run("job list --output json").succeeded().json(),
        json!([])
    );

    let job = site
        .run("user disable jdoe --yes-count 1 --reason 'left' --ticket INC-1 --output json")
        .succeeded()
        .json();
    assert_eq!(
        (&job["state"], &job["done"], &job["reason"]),
        (&json!("done"), &json!(1), &json!("left"))
    );
    let why = site
        .run("user why-not jdoe --output json")
        .succeeded()
        .json();
    let reasons: Vec<&str> = why
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["reason"].as_str().unwrap())
        .collect();
    assert_eq!(reasons, ["disabled", "no_password"]);
    assert!(why[0]["since"].is_string() && why[0]["until"].is_null());
    assert_eq!(why[0]["who_can_help"], json!(["ada"]));

    let id = job["id"].as_i64().unwrap();
    site.run(&format!("job undo {id}")).succeeded();
    assert_eq!(
        site.run(&format!("job show {id} --output json"))
            .succeeded()
            .json()["state"],
        "undone"
    );
    assert_eq!(
        site.run("user show jdoe --output json").succeeded().json()["enabled"],
        true
    );

    site.run("user delete jdoe --yes-count 1 --reason gone")
        .succeeded();
    assert_eq!(
        site.run("user show jdoe --output json").succeeded().json()["status"],
        "deleted"
    );
    let taken = "user create JDOE --email other@example.com --first-name Jo --last-name Doe";
    insta::allow_duplicates! {
        insta::assert_snapshot!(site.run(taken).said(), @r#"9: username: "JDOE" is taken by another user, deleted ones included; choose another one."#);
    }
    site.run("user restore jdoe").succeeded();
    assert_eq!(
        site.run("user show jdoe --output json").succeeded().json()["roles"],
        json!(["Member"])
    );
    site.run("user delete jdoe --yes-count 1 --reason gone")
        .succeeded();
    site.run("user purge jdoe --yes-count 1 --reason gone")
        .succeeded();
    site.run("user show jdoe").ended(3);
    site.run("audit verify").succeeded();
    site.run("doctor").succeeded();
}

#[tokio::test]
async fn a_new_user_may_have_a_password_of_their_own_or_a_generated_one() {
    let site = Site::new(Engine::Sqlite).await;
    let create = |name: &str, more: &str| {
        format!(
            "user create {name} --email {name}@example.com --first-name Jo --last-name Doe {more}"
        )
    };
    site.run_with(&create("typed", "--password-stdin"), PASSWORD.as_bytes())
        .succeeded();
    site.run_with("authenticate typed --password-stdin", PASSWORD.as_bytes())
        .succeeded();

    let made = site
        .run(&create("made", "--generate-password --output json"))
        .succeeded()
        .json();
    let password = made["password"].as_str().unwrap().to_owned();
    site.run_with("authenticate made --password-stdin", password.as_bytes())
        .succeeded();

    let alone = site
        .run(&create("alone", "--generate-password"))
        .succeeded();
    insta::assert_snapshot!(alone.said(), @"0: alone was created; the password is shown this once:");
    site.run_with(
        "authenticate alone --password-stdin",
        alone.stdout.as_bytes(),
    )
    .succeeded();

    let weak = site.run_with(&create("weak", "--password-stdin"), b"password1234");
    insta::assert_snapshot!(weak.said(), @"2: password: it is among the first that anybody would guess; choose another one.");
    site.run("user show weak").ended(3);
}

#[tokio::test]
async fn one_user_may_be_made_like_another() {
    let site = Site::new(Engine::Sqlite).await;
    site.run("user create first --email f@example.com --first-name A --last-name B --role Helpdesk --assigned-unit Main --group 'Sensitive data'").succeeded();
    site.run("user create second --email s@example.com --first-name A --last-name B --like first --disabled --kind shared --expires +30d --manager first").succeeded();
    let second = site
        .run("user show second --output json")
        .succeeded()
        .json();
    assert_eq!(second["roles"], json!(["Helpdesk"]));
    assert_eq!(second["groups"], json!(["Sensitive data"]));
    assert_eq!(second["units"], json!(["Main"]));
    assert_eq!(second["status"], "disabled");
    assert_eq!(second["kind"], "shared");
    assert_eq!(second["manager"], "first");
    assert!(second["expiry_date"].is_string());
}

#[tokio::test]
async fn signs_that_search_languages_know_are_only_signs() {
    let site = Site::new(Engine::Sqlite).await;
    site.run("user create per_cent --email p@example.com --first-name '100%' --last-name Doe")
        .succeeded();
    site.add("percent");
    let found = |words: &str| {
        let list = site
            .run(&format!("user list --output json --filter '{words}'"))
            .succeeded()
            .json();
        let names = list
            .as_array()
            .unwrap()
            .iter()
            .map(|user| user["username"].as_str().unwrap().to_owned());
        names.collect::<Vec<_>>()
    };
    assert_eq!(found("per_cent"), ["per_cent"]);
    assert_eq!(found("100%"), ["per_cent"]);
    assert_eq!(found("%"), ["per_cent"]);
    assert_eq!(found("_"), ["per_cent"]);
}
