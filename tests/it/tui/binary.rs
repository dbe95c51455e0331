//! The real program in a terminal: it starts, shows, shrinks, ends, and leaves the terminal whole.

use super::town::{PASSWORD, Town};
use crate::support::engine::Engine;
use crate::support::pty::{CONSOLE_MODES, Pty, SHELL_MODES};
use rstest::rstest;
use rustix::process::Signal;
use std::process::Command;

fn wardroom(town: &Town, variables: &[(&str, &str)]) -> Pty {
    let mut command = Command::new(env!("CARGO_BIN_EXE_wardroom"));
    command
        .env_clear()
        .env("TERM", "xterm-256color")
        .env("LANG", "C.UTF-8")
        .env("HOME", "/nonexistent")
        .envs(variables.iter().copied())
        .args(["--database", &town.database.url]);
    Pty::spawn(command, 80, 24)
}

fn signed_in(town: &Town) -> Pty {
    signed_in_with(town, &[])
}

fn signed_in_with(town: &Town, variables: &[(&str, &str)]) -> Pty {
    let mut pty = wardroom(town, variables);
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

/// What is sent in this environment while a user is looked at, as text.
fn sent_with(town: &Town, variables: &[(&str, &str)]) -> String {
    let mut pty = signed_in_with(town, variables);
    pty.type_keys("p");
    pty.wait_for(" a.ivanova ----");
    String::from_utf8_lossy(pty.sent()).into_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn where_locale_or_terminal_ask_for_it_lines_are_drawn_in_ascii() {
    let town = Town::on(Engine::Sqlite).await;
    for variables in [
        [("TERM", "linux"), ("LANG", "C.UTF-8")],
        [("TERM", "xterm"), ("LANG", "C")],
        [("TERM", "xterm"), ("LC_ALL", "de_DE.ISO-8859-1")],
    ] {
        let sent = sent_with(&town, &variables);
        for glyph in ["─", "│", "↑", "…"] {
            assert!(!sent.contains(glyph), "{glyph} with {variables:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_theme_brings_the_colours_that_the_terminal_has() {
    let town = Town::on(Engine::Sqlite).await;
    let light = ("WARDROOM_THEME", "light");
    let many = sent_with(&town, &[light, ("LANG", "C")]);
    assert!(many.contains("48;5;255m"));
    let sixteen = sent_with(&town, &[light, ("TERM", "linux")]);
    assert!(sixteen.contains("107m") && !sixteen.contains(";5;"));
    for without in [("NO_COLOR", "1"), ("WARDROOM_COLOR", "never")] {
        let none = sent_with(&town, &[light, without, ("LANG", "C")]);
        assert!(
            !none.contains("48;5;") && !none.contains("38;5;"),
            "{without:?}"
        );
    }
}
