//! Actions on many: where the targets come from, and how a plan may end.

use super::Site;
use crate::support::engine::Engine;
use serde_json::json;

async fn site_with(names: &[&str]) -> Site {
    let site = Site::new(Engine::Sqlite).await;
    for name in names {
        site.add(name);
    }
    site
}

#[tokio::test]
async fn targets_are_names_a_filter_or_lines_of_input() {
    let site = site_with(&["bob", "eve", "kim"]).await;
    site.run("user disable bob eve --yes-count 2").succeeded();
    site.run("user enable --filter status:disabled --yes-count 2")
        .succeeded();
    site.run_with(
        "user disable - --yes-count 2",
        b"username,email\nbob,b@x\n\"kim\",k@x\r\n",
    )
    .succeeded();
    let csv = site
        .run("user list --filter status:disabled --output csv --columns username")
        .succeeded();
    assert_eq!(csv.stdout, "username\nbob\nkim\n");
    site.run_with("user enable - --yes-count 2", csv.stdout.as_bytes())
        .succeeded();
}

#[tokio::test]
async fn each_ending_has_its_code() {
    let site = site_with(&["bob", "eve"]).await;
    // Nobody matched.
    insta::assert_snapshot!(site.run("user disable --filter status:locked").said(), @"3: Nobody matched, so nothing was changed.");
    insta::assert_snapshot!(site.run("user disable bib").said(), @r#"3: There is no user named "bib"; did you mean bob?"#);
    insta::assert_snapshot!(site.run("user disable nobody noone").said(), @"3: 2 names are unknown: nobody, noone.");
    // It is so already.
    insta::assert_snapshot!(site.run("user enable bob").said(), @"0: Nothing was changed: it is so already.");
    // Refused, all of them.
    insta::assert_snapshot!(site.run("user disable ada").said(), @r"
    9: ada: is yourself: another operator has to do it.
    1 user was refused, so nothing was changed.
    ");
    // Some of them.
    insta::assert_snapshot!(site.run("user disable ada bob --yes-count 1").said(), @r"
    8: ada: is yourself: another operator has to do it.
    Disable 1 user: 1 of 1 done (job 5); take it back with: wardroom job undo 5
    ");
    insta::assert_snapshot!(site.run("user disable nobody eve").said(), @"6: Disable 1 user wants to be confirmed and nothing was changed; look at it with --dry-run, and confirm it with --yes-count 1. 1 name is unknown: nobody.");
    insta::assert_snapshot!(site.run("user disable nobody eve --yes-count 1").said(), @r"
    8: 1 name is unknown: nobody.
    Disable 1 user: 1 of 1 done (job 7); take it back with: wardroom job undo 7
    ");
}

#[tokio::test]
async fn the_answer_of_a_script_says_who_was_refused_or_unknown() {
    let site = site_with(&["bob"]).await;
    let refused = site.run("user disable ada --output json").ended(9).json();
    assert_eq!(
        refused["refused"],
        json!([{"name": "ada", "reason": "is yourself: another operator has to do it"}])
    );
    let unconfirmed = site.run("user disable bob --output json").ended(6).json();
    assert_eq!(unconfirmed["will_change"], 1);
    let partly = site
        .run("user disable ada bob nobody --yes-count 1 --output json")
        .ended(8)
        .json();
    assert_eq!(partly["problems"][0]["name"], "ada");
    assert_eq!(partly["unknown"], json!(["nobody"]));
    assert_eq!(partly["state"], "done");
}

#[tokio::test]
async fn a_dry_run_leaves_nothing_behind() {
    let site = site_with(&["bob", "eve"]).await;
    let plan = site
        .run("user delete bob eve ada --dry-run --output json")
        .succeeded()
        .json();
    assert_eq!(plan["targets"], 3);
    assert_eq!(plan["will_change"], 2);
    assert_eq!(plan["tier"], 4);
    assert_eq!(
        site.run("job list --output json").succeeded().json(),
        json!([])
    );
    assert_eq!(
        site.run("user show bob --output json").succeeded().json()["status"],
        "never_signed_in"
    );
}

#[tokio::test]
async fn a_dry_run_is_read_by_people() {
    let site = site_with(&["bob"]).await;
    let nobody = site.run("user disable --filter name:zzz --dry-run --output json");
    let plan = nobody.succeeded().json();
    assert_eq!(plan["targets"], 0);
    insta::assert_snapshot!(site.run("user disable nobody neither --dry-run").succeeded().stderr, @"2 names are unknown: nobody, neither.");
    let said = site.run("user disable bob ada --dry-run").succeeded();
    let lines: Vec<&str> = said.stdout.lines().collect();
    let figures = ["TARGETS      2", "WILL CHANGE  1", "REFUSED      1"];
    assert!(
        figures.iter().all(|figure| lines.contains(figure)),
        "{lines:?}"
    );
    let refused = "refused: ada: is yourself: another operator has to do it";
    assert_eq!(lines.last(), Some(&refused));
}

#[tokio::test]
async fn the_audit_is_asked_about_any_record() {
    let site = site_with(&["bob"]).await;
    site.run("role create 'Front Clerk'").succeeded();
    site.run("role update 'Front Clerk' --description x")
        .succeeded();
    site.run("role delete 'Front Clerk' --yes-count 1")
        .succeeded();
    let list = "audit list --target 'role/Front Clerk' --output json";
    let found = site.run(list).succeeded().json();
    let actions: Vec<&str> = found
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| entry["action"].as_str().unwrap())
        .collect();
    assert_eq!(actions, ["role_deleted", "role_updated", "role_created"]);
    insta::assert_snapshot!(site.run("audit list --target rol/Clerk").said(), @r#"2: target: no kind of target named "rol"; did you mean "role"?"#);
    insta::assert_snapshot!(site.run("audit list --target role/Menager").said(), @r#"3: There is no role named "Menager"; did you mean Manager?"#);
    insta::assert_snapshot!(site.run("audit list --target role/").said(), @r#"2: target: a name is missing after "role/"."#);
}

#[tokio::test]
async fn erasing_wants_a_reason() {
    let site = site_with(&["bob"]).await;
    insta::assert_snapshot!(site.run("user delete bob").said(), @"6: Delete 1 user wants to be confirmed and nothing was changed; look at it with --dry-run, and confirm it with --yes-count 1 and --reason TEXT.");
    insta::assert_snapshot!(site.run("user delete bob --yes-count 1").said(), @"6: This wants a reason; nothing was changed. Give one with --reason.");
    site.run("user delete bob --yes-count 1 --reason left")
        .succeeded();
}

#[tokio::test]
async fn one_who_loses_nothing_is_helped_at_once() {
    let site = site_with(&["bob"]).await;
    for _ in 0..3 {
        let mut command = site.command();
        command.env("WARDROOM_LOCKOUT_FAILURES", "3").args([
            "authenticate",
            "bob",
            "--password-stdin",
        ]);
        super::answer(command, b"wrong").ended(4);
    }
    // Without a password nobody can guess it, but bob's account counts all the same.
    let status = site.run("user show bob --output json").succeeded().json();
    assert_eq!(status["status"], "locked");
    site.run("user unlock bob").succeeded();
    assert_eq!(
        site.run("user show bob --output json").succeeded().json()["failed_sign_ins"],
        0
    );
}

#[tokio::test]
async fn jobs_are_listed_shown_and_no_more_than_there_are() {
    let site = site_with(&["bob"]).await;
    let id = site
        .run("user disable bob --yes-count 1 --output json")
        .succeeded()
        .json()["id"]
        .as_i64()
        .unwrap();
    let jobs = site.run("job list --output json").succeeded().json();
    assert_eq!(jobs.as_array().unwrap().len(), 1);
    for key in ["id", "action", "state", "done", "total", "failed"] {
        assert!(!jobs[0][key].is_null(), "{key}");
    }
    let targets = site
        .run(&format!("job show {id} --targets --output ndjson"))
        .succeeded()
        .stdout;
    assert!(
        targets.contains(r#""username":"bob""#) && targets.contains(r#""result":"done""#),
        "{targets}"
    );
    insta::assert_snapshot!(site.run("job show 999").said(), @r#"3: There is no job named "999" that you may see; list them with: wardroom job list."#);
    insta::assert_snapshot!(site.run(&format!("job resume {id}")).said(), @"9: Job 1 is done, so there is nothing to resume.");
}

#[tokio::test]
async fn where_every_door_wants_callers_identified_a_flag_says_so() {
    let site = site_with(&["bob"]).await;
    site.run_with("authenticate bob --password-stdin", b"wrong\n")
        .ended(4);
    let unlock = |flag: &str| {
        let mut command = site.command();
        command
            .env("WARDROOM_DESK_IDENTIFICATION", "everywhere")
            .args(["user", "unlock", "bob"])
            .args(shell_words::split(flag).unwrap());
        super::answer(command, b"")
    };
    let refused = unlock("").ended(6);
    assert!(
        refused.stderr.contains("--identified"),
        "{}",
        refused.stderr
    );
    unlock("--identified").succeeded();
    let audit = site
        .run("audit list --action user_unlocked --output json")
        .succeeded();
    assert!(audit.stdout.contains("identified"), "{}", audit.stdout);
}
