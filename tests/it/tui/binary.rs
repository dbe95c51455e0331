//! The real program in a terminal: it starts, shows, shrinks, ends, and leaves the terminal whole.

use super::town::{PASSWORD, Town};
use crate::support::engine::Engine;
use crate::support::pty::{CONSOLE_MODES, Pty, SHELL_MODES};
use rstest::rstest;
use rustix::process::Signal;
use std::process::Command;
use wardroom::service::jobs::ListJobs;
use wardroom::store::sql::Sql;

fn wardroom(town: &Town) -> Pty {
    console(&town.database.url)
}

fn console(url: &str) -> Pty {
    let mut command = Command::new(env!("CARGO_BIN_EXE_wardroom"));
    command
        .env_clear()
        .env("TERM", "xterm-256color")
        .env("LANG", "C.UTF-8")
        .env("HOME", "/nonexistent")
        .args(["--database", url]);
    Pty::spawn(command, 80, 24)
}

fn signed_in(town: &Town) -> Pty {
    let mut pty = wardroom(town);
    pty.wait_for("Name or e-mail");
    pty.type_keys("admin\r");
    pty.type_keys(&format!("{PASSWORD}\r"));
    pty.wait_for("10 of 10");
    pty
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn it_starts_walks_shrinks_and_quits(#[case] engine: Engine) {
    let town = Town::on(engine).await;
    let mut pty = signed_in(&town);
    assert_eq!(pty.modes(), CONSOLE_MODES);
    pty.type_keys("/");
    pty.type_keys("tanaka\r");
    pty.wait_for("2 of 10");
    pty.type_keys("pau");
    pty.wait_for("done: Unlock b.tanaka");
    pty.resize(60, 15);
    pty.wait_for("lines below");
    pty.resize(40, 10);
    pty.wait_for("wardroom needs 60x15");
    pty.resize(80, 24);
    pty.wait_for("done: Unlock b.tanaka");
    pty.type_keys("Q");
    assert_eq!(pty.wait_for_end().code(), Some(0));
    assert_eq!(pty.modes(), SHELL_MODES);
}

#[rstest]
#[case::terminate(Signal::TERM, 143)]
#[case::interrupt(Signal::INT, 130)]
#[case::hang_up(Signal::HUP, 129)]
#[tokio::test(flavor = "multi_thread")]
async fn a_signal_ends_it_with_its_code_and_a_whole_terminal(
    #[case] signal: Signal,
    #[case] code: i32,
) {
    let town = Town::on(Engine::Sqlite).await;
    let mut pty = signed_in(&town);
    pty.signal(signal);
    assert_eq!(pty.wait_for_end().code(), Some(code));
    assert_eq!(pty.modes(), SHELL_MODES);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_byte_of_a_hostile_name_reaches_the_terminal() {
    let town = Town::on(Engine::Sqlite).await;
    town.sql("update users set first_name = 'a\u{1b}]52;c;ZXZpbA==\u{7}\u{9b}2J\u{202e}' where username = 'c.obrien'")
        .await;
    let mut pty = signed_in(&town);
    pty.type_keys("/");
    pty.type_keys("obrien\r");
    pty.wait_for("1 of 10");
    pty.type_keys("\r");
    pty.wait_for("a‹U+001B›]52;c;");
    let sent = String::from_utf8_lossy(pty.sent());
    for hostile in ["\u{1b}]52", "\u{7}", "\u{9b}", "\u{202e}"] {
        assert!(!sent.contains(hostile), "{hostile:?} was sent");
    }
}

/// Users of the large job: several chunks, so that a console can be killed between two.
const CROWD: i64 = 20_000;

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn a_job_whose_terminal_is_killed_is_resumed_in_another(#[case] engine: Engine) {
    let town = crate::support::town::Town::new(engine).await;
    town.crowd(u32::try_from(CROWD).unwrap()).await;
    let signed_in = || {
        let mut pty = console(&town.database.url);
        pty.wait_for("Name or e-mail");
        pty.type_keys("ada\r");
        pty.type_keys(&format!("{}\r", crate::support::town::PASSWORD));
        pty.wait_for("USER ^");
        pty
    };
    let mut first = signed_in();
    first.type_keys("/");
    first.type_keys("crowd\r");
    first.wait_for("Filter> crowd");
    first.type_keys("A");
    first.wait_for("20,000 marked");
    first.type_keys("a");
    first.wait_for("APPLIES TO");
    first.type_keys("d");
    first.wait_for("Disable 20000 users");
    first.type_keys("left the company");
    first.type_keys("\u{13}");
    first.wait_for("Confirm");
    first.type_keys("disable 20000");
    first.type_keys("\r");
    first.wait_for("running:");
    first.signal(Signal::KILL);
    first.wait_for_end();

    let ada = town.sign_in("ada").await;
    let unfinished = ListJobs {
        limit: 5,
        unfinished: true,
    };
    let jobs = town.service.ask(&ada, unfinished).await.unwrap();
    let [job] = jobs.as_slice() else {
        panic!("one job is left behind: {jobs:?}");
    };
    assert!(job.done < CROWD, "the console was quicker than its killer");
    let stood = job.done;

    let mut second = signed_in();
    second.wait_for("is not finished and stands at");
    second.type_keys("gj");
    second.wait_for("[6 Jobs]");
    second.type_keys("ar");
    second.wait_for("done: Disable 20000 users");
    second.type_keys("Q");
    assert_eq!(second.wait_for_end().code(), Some(0));
    let done = "select count(*) from user_states s join users u on u.id = s.user_id
        where u.username like 'crowd%' and not s.enabled and s.version = 2";
    assert_eq!(town.int(Sql::new(done)).await, CROWD, "stood at {stood}");
    town.verify().await;
}
