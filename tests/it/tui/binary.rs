//! The real program in a terminal: it starts, shows, shrinks, ends, and leaves the terminal whole.

use super::town::{PASSWORD, Town};
use crate::support::engine::Engine;
use crate::support::pty::{CONSOLE_MODES, Pty, SHELL_MODES};
use rstest::rstest;
use rustix::process::Signal;
use std::process::Command;

fn wardroom(town: &Town) -> Pty {
    wardroom_with(town, &[])
}

fn wardroom_with(town: &Town, arguments: &[&str]) -> Pty {
    let mut command = Command::new(env!("CARGO_BIN_EXE_wardroom"));
    command
        .env_clear()
        .env("TERM", "xterm-256color")
        .env("LANG", "C.UTF-8")
        .env("HOME", "/nonexistent")
        .args(["--database", &town.database.url])
        .args(arguments);
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

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn the_desk_takes_a_call_from_the_first_letter_to_unlocked(#[case] engine: Engine) {
    let town = Town::on(engine).await;
    let mut pty = wardroom_with(&town, &["desk"]);
    pty.wait_for("Name or e-mail");
    pty.type_keys("mkhan\r");
    pty.type_keys(&format!("{PASSWORD}\r"));
    pty.wait_for("Who is calling?");
    pty.type_keys("b.tanaka\r 1");
    pty.wait_for("done: Unlock b.tanaka");
    pty.type_keys("q");
    pty.wait_for("10 of 10");
    pty.type_keys("Q");
    assert_eq!(pty.wait_for_end().code(), Some(0));
    assert_eq!(pty.modes(), SHELL_MODES);
}
