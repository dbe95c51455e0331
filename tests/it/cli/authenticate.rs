//! Checking a password as an application would.

use super::{Answer, PASSWORD, Site, answer};
use crate::support::engine::Engine;
use rstest::rstest;

fn authenticate(site: &Site, name: &str, password: &str) -> Answer {
    let mut command = site.command();
    command
        .env_remove("WARDROOM_API_KEY")
        .env("WARDROOM_LOCKOUT_FAILURES", "3")
        .args(["authenticate", name, "--password-stdin"])
        .args([
            "--client-ip",
            "203.0.113.7",
            "--user-agent",
            "Firefox",
            "--application",
            "shop",
        ]);
    answer(command, password.as_bytes())
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn right_wrong_unknown_and_locked(#[case] engine: Engine) {
    let site = Site::new(engine).await;
    site.run_with(
        "user create bob --email bob@example.com --first-name Bob --last-name Tanaka --password-stdin",
        PASSWORD.as_bytes(),
    )
    .succeeded();
    let user = authenticate(&site, "bob", PASSWORD).succeeded().json();
    assert_eq!(user["username"], "bob");
    assert_eq!(user["organization"], "Main");
    authenticate(&site, "BOB@example.com", PASSWORD).succeeded();

    let refused = "4: Sign-in failed: the name or the password is wrong, or the account can't sign in now; ask your helpdesk.";
    for (name, password) in [
        ("nobody", PASSWORD),
        ("bob", "wrong"),
        ("bob", "wrong"),
        ("bob", "wrong"),
        ("bob", PASSWORD),
    ] {
        let said = authenticate(&site, name, password);
        assert_eq!(said.said(), refused, "{name} {password}");
        assert_eq!(said.stdout, "");
    }
    let why = site.run("user why-not bob").succeeded().stdout;
    assert!(why.starts_with("bob: 3 wrong passwords in "), "{why}");
    assert!(why.contains("from 203.0.113.7, since "), "{why}");
    assert!(why.contains("Who can help: ada."), "{why}");
    let why = site
        .run("user why-not bob --output json")
        .succeeded()
        .json();
    assert_eq!(why[0]["reason"], "locked");
    assert!(why[0]["since"].is_string() && why[0]["until"].is_string());
}

#[tokio::test]
async fn the_password_comes_from_standard_input_alone() {
    let site = Site::new(Engine::Sqlite).await;
    insta::assert_snapshot!(site.run("authenticate bob").said(), @"2: The password comes from standard input; add --password-stdin.");
    let input = |bytes: &[u8]| {
        site.run_with("authenticate bob --password-stdin", bytes)
            .said()
    };
    insta::assert_snapshot!(input(b""), @"2: There is no password on standard input; send it as one line.");
    insta::assert_snapshot!(input(b"one\ntwo\n"), @"2: Standard input has more than one line; send the password alone.");
    insta::assert_snapshot!(input(&[b'x'; 2000]), @"2: Standard input has more than 1 KiB, so it is no password; send the password alone.");
    insta::assert_snapshot!(input(b"\xff\xfe"), @"2: The password on standard input is not UTF-8 text; send it as UTF-8.");
}
