//! What people get wrong: each with its code and one sentence that names the thing, the rule and the next step.

use super::{Site, answer};
use crate::support::engine::Engine;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::PermissionsExt as _;

fn create(more: &str) -> String {
    format!("user create bob --email bob@example.com --first-name Bob --last-name Tanaka {more}")
}

#[tokio::test]
async fn fields() {
    let site = Site::new(Engine::Sqlite).await;
    let said = |line: &str| site.run(line).said();
    site.run(&create("")).succeeded();
    insta::assert_snapshot!(said("user create BOB --email b@example.com --first-name B --last-name T"), @r#"9: username: "BOB" is taken by another user, deleted ones included; choose another one."#);
    insta::assert_snapshot!(said("user create 'b\u{43e}b' --email b@example.com --first-name B --last-name T".replace("\\u{43e}", "\u{43e}").as_str()), @r#"9: username: "bоb" looks like the existing "bob"; choose a name that nobody can mistake."#);
    insta::assert_snapshot!(said("user create eve --email BOB@example.com --first-name B --last-name T"), @r#"9: email: "BOB@example.com" is taken by another user, deleted ones included; choose another one."#);
    insta::assert_snapshot!(said("user create eve --email 'eve@example,com' --first-name B --last-name T"), @r#"2: email: not an address: "," after example; did you mean example.com?"#);
    insta::assert_snapshot!(said("user create eve"), @"2: first_name: it is missing; every user has a first and a last name. last_name: it is missing; every user has a first and a last name. email: an e-mail address has 6 to 255 characters, this has 0.");
    insta::assert_snapshot!(said("user update bob --birthday 31.12.1990"), @r#"2: birthday: "31.12.1990" is not a date; write it as 2026-12-31, +90d, fri or never."#);
    insta::assert_snapshot!(said("user update bob --birthday 2190-01-01"), @"2: birthday: 2190-01-01 is in the future; write the day of birth as 1990-12-31.");
    insta::assert_snapshot!(said("user update bob --expires someday"), @r#"2: expires: "someday" is not a date; write it as 2026-12-31, +90d, fri or never."#);
    insta::assert_snapshot!(said("user update bob --role Helpdisk"), @r#"3: There is no role named "Helpdisk"; did you mean Helpdesk?"#);
    insta::assert_snapshot!(said("user update bob --organization Elsewhere"), @r#"3: There is no organization named "Elsewhere" that you may see; list them with: wardroom organization list."#);
    insta::assert_snapshot!(said("user update bob --manager bob"), @"2: manager: nobody is their own manager; name another user.");
    insta::assert_snapshot!(said("user update bob --kind robot"), @r"
    2: error: invalid value 'robot' for '--kind <KIND>': it must be person, shared or service

    For more information, try '--help'.
    ");
    insta::assert_snapshot!(said("user update bob"), @"2: There is nothing to change; name a field, as in: --title 'Head of Sales'.");
    insta::assert_snapshot!(said("user update ada --role Member"), @"9: You can't change the roles, groups and organizations of your own account; another administrator has to do it.");
    insta::assert_snapshot!(said("user update bob --title 'a\u{202e}b'".replace("\\u{202e}", "\u{202e}").as_str()), @"2: title: column 2: U+202E turns the direction of the writing; delete it.");
    let long = "x".repeat(100_000);
    insta::assert_snapshot!(said(&format!("user update bob --title {long}")), @"2: title: 100000 characters are too many: keep it to 255.");
}

#[tokio::test]
async fn words() {
    let site = Site::new(Engine::Sqlite).await;
    let said = |line: &str| site.run(line).said();
    insta::assert_snapshot!(said("user lits"), @r"
    2: error: unrecognized subcommand 'lits'

      tip: a similar subcommand exists: 'list'

    Usage: wardroom user [OPTIONS] <COMMAND>

    For more information, try '--help'.
    ");
    insta::assert_snapshot!(said("user list --fliter x"), @r"
    2: error: unexpected argument '--fliter' found

      tip: a similar argument exists: '--filter'

    Usage: wardroom user list --filter <Q>

    For more information, try '--help'.
    ");
    insta::assert_snapshot!(said("user list --filter 'stauts:locked'"), @r#"2: Filter, column 1: no filter field named "stauts"; did you mean "status"?"#);
    insta::assert_snapshot!(said("user list --filter 'status:lokced'"), @r#"2: Filter, column 8: no status named "lokced"; did you mean "locked"?"#);
    insta::assert_snapshot!(said("user list --filter '(bob'"), @r#"2: Filter, column 1: this "(" is never closed."#);
    insta::assert_snapshot!(said("user list --sort fialures"), @r#"2: There is no sort key "fialures"; did you mean "failures"?"#);
    insta::assert_snapshot!(said("user list --columns username,emial"), @r#"2: There is no column "emial"; did you mean "email"?"#);
    insta::assert_snapshot!(said("user list --limit 0"), @r"
    2: error: invalid value '0' for '--limit <N>': 0 is not in 1..=4294967295

    For more information, try '--help'.
    ");
    insta::assert_snapshot!(said("user disable"), @r"
    2: error: the following required arguments were not provided:
      <NAME>...

    Usage: wardroom user disable <NAME>...

    For more information, try '--help'.
    ");
    insta::assert_snapshot!(said("user disable --filter ''"), @"2: The filter is empty, which would mean everybody; say whom you mean.");
    insta::assert_snapshot!(said("user disable bob --filter status:locked"), @r"
    2: error: the argument '[NAME]...' cannot be used with '--filter <Q>'

    Usage: wardroom user disable <NAME>...

    For more information, try '--help'.
    ");
    insta::assert_snapshot!(said("user create bob --password hunter2"), @"2: A password is never an argument, for everybody on this host could read it there; send it with --password-stdin, or leave it out to be asked for it.");
    insta::assert_snapshot!(said("user create bob --password=hunter2"), @"2: A password is never an argument, for everybody on this host could read it there; send it with --password-stdin, or leave it out to be asked for it.");
    insta::assert_snapshot!(said("audit list --since 9999-12-31"), @"2: --since: 9999-12-31 lies too far ahead; write a date like 2026-12-31, +90d, fri or never.");
    insta::assert_snapshot!(said("audit list --since yesterdoy"), @r#"2: --since: "yesterdoy" is not a date; write it as 2026-12-31, +90d, fri or never."#);
    insta::assert_snapshot!(said("audit list --until yesterdoy"), @r#"2: --until: "yesterdoy" is not a date; write it as 2026-12-31, +90d, fri or never."#);
    insta::assert_snapshot!(said("audit list --filter 'action:user_unlokced'"), @r#"2: Filter, column 8: no action named "user_unlokced"; did you mean "user_unlocked"?"#);
    insta::assert_snapshot!(said("audit list --follow --output json"), @"2: A list that never ends is no JSON text; take --output ndjson with --follow.");
}

#[tokio::test]
async fn bytes_that_are_no_text() {
    let site = Site::new(Engine::Sqlite).await;
    let mut command = site.command();
    command
        .args(["user", "show"])
        .arg(OsStr::from_bytes(b"b\xffb"));
    insta::assert_snapshot!(answer(command, b"").said(), @"2: Argument 3 is not UTF-8 text; type it again in a UTF-8 terminal.");
    insta::assert_snapshot!(site.run_with("user disable -", b"bob\nb\xffb\n").said(), @"2: Line 2 of standard input is not UTF-8 text, so nothing was changed; send it as UTF-8.");
    insta::assert_snapshot!(site.run_with("user disable -", b"\n").said(), @"2: There are no names on standard input; send one a line.");
}

#[tokio::test]
async fn configuration() {
    let site = Site::new(Engine::Sqlite).await;
    let file = site.path().join("c.toml");
    let said = |text: &str, mode| {
        std::fs::write(&file, text).unwrap();
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(mode)).unwrap();
        site.run("--config c.toml whoami").said()
    };
    insta::assert_snapshot!(said("reed_only = true\n", 0o600), @"2: c.toml:1: there is no key `reed_only`; did you mean `read_only`?");
    insta::assert_snapshot!(said("# first\nread_only = 7\n", 0o600), @"2: c.toml:2: `read_only` must be true or false.");
    insta::assert_snapshot!(said("read_only\n", 0o600), @"2: c.toml:1: this is not TOML: key with no value, expected `=`.");
    insta::assert_snapshot!(said("read_only = false\n", 0o644), @"2: c.toml: other people can use this file; run `chmod 600 c.toml`.");
    insta::assert_snapshot!(site.run("--config none.toml whoami").said(), @"2: none.toml: the file can't be read: there is none.");
    insta::assert_snapshot!(site.run("--profile prod whoami").said(), @"2: There is no profile `prod` in the configuration; it has none.");
    let mut command = site.command();
    command.env("WARDROOM_REED_ONLY", "1").arg("whoami");
    insta::assert_snapshot!(answer(command, b"").said(), @"2: The variable WARDROOM_REED_ONLY is unknown; did you mean `WARDROOM_READ_ONLY`?");
}
