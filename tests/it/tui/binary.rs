//! The real program in a terminal: it starts, shows, shrinks, ends, and leaves the terminal whole.

use super::town::{PASSWORD, Town};
use crate::support::engine::Engine;
use crate::support::pty::{FOCUSED_MODES, Link, Pty, SHELL_MODES};
use rstest::rstest;
use rustix::process::Signal;
use std::process::Command;
use std::time::{Duration, Instant};

fn wardroom(town: &Town) -> Pty {
    Pty::spawn(command(town, &[]), 80, 24)
}

fn command(town: &Town, variables: &[(&str, &str)]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_wardroom"));
    command
        .env_clear()
        .env("TERM", "xterm-256color")
        .env("LANG", "C.UTF-8")
        .env("HOME", "/nonexistent")
        .envs(variables.iter().copied())
        .args(["--database", &town.database.url]);
    command
}

fn signed_in(town: &Town) -> Pty {
    enter(wardroom(town))
}

fn enter(mut pty: Pty) -> Pty {
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
    assert_eq!(pty.modes(), FOCUSED_MODES);
    pty.type_keys("/");
    pty.type_text("tanaka\r");
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
    pty.type_text("obrien\r");
    pty.wait_for("1 of 10");
    pty.type_keys("\r");
    pty.wait_for("a‹U+001B›]52;c;");
    let sent = String::from_utf8_lossy(pty.sent());
    for hostile in ["\u{1b}]52", "\u{7}", "\u{9b}", "\u{202e}"] {
        assert!(!sent.contains(hostile), "{hostile:?} was sent");
    }
}

/// Signs in, filters, marks two, opens their actions, looks at the plan and drops it, looks at the jobs, quits.
fn walk(pty: Pty) -> Pty {
    let mut pty = enter(pty);
    assert_cursor_row(&pty, "a.ivanova");
    pty.type_keys("/");
    pty.type_text("tanaka\r");
    pty.wait_for("2 of 10");
    pty.type_keys("  ");
    pty.wait_for("2 marked");
    assert_cursor_row(&pty, "k.tanaka");
    pty.type_keys("a");
    pty.wait_for("APPLIES TO");
    pty.wait_for("2 of 2");
    pty.type_keys("d");
    pty.wait_for("Will change");
    pty.wait_until("the targets", |screen| {
        cursor_row(screen).is_some_and(|row| row > 4)
    });
    assert_cursor_row(&pty, "b.tanaka");
    pty.type_keys("\x1b");
    pty.wait_for("the plan was dropped");
    pty.type_keys("6");
    pty.wait_for("[6 Jobs]");
    pty.type_keys("Q");
    assert_eq!(pty.wait_for_end().code(), Some(0));
    assert_eq!(pty.modes(), SHELL_MODES);
    pty
}

/// The line on which the hardware cursor stands, if it can be seen.
fn cursor_row(screen: &vt100::Screen) -> Option<u16> {
    (!screen.hide_cursor()).then(|| screen.cursor_position().0)
}

/// The row with the cursor says this, is reversed from end to end, and has the hardware cursor at its beginning.
#[track_caller]
fn assert_cursor_row(pty: &Pty, text: &str) {
    let screen = pty.screen();
    let (row, column) = screen.cursor_position();
    let line = screen.contents_between(row, 0, row, 80);
    assert!(line.starts_with('>') && line.contains(text), "{line}");
    assert!(!screen.hide_cursor() && column == 0);
    for column in 0..80 {
        let cell = screen.cell(row, column).unwrap();
        assert!(cell.inverse() || cell.is_wide_continuation(), "{column}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_colour_everything_is_still_seen() {
    let town = Town::on(Engine::Sqlite).await;
    let pty = walk(Pty::spawn(command(&town, &[("NO_COLOR", "1")]), 80, 24));
    let sent = String::from_utf8_lossy(pty.sent());
    for sequence in sent.split('\u{1b}') {
        let pen = sequence
            .strip_prefix('[')
            .and_then(|rest| rest.split_once('m'));
        let numbers = pen.map_or("", |(numbers, _)| numbers);
        // Below 30 are attributes, from there on colours; other sequences are no numbers.
        for number in numbers
            .split(';')
            .filter_map(|text| text.parse::<u8>().ok())
        {
            assert!(number < 30, "the colour {number} was sent");
        }
    }
}

/// What is sent in this environment while a user is looked at, as text.
fn sent_with(town: &Town, variables: &[(&str, &str)]) -> String {
    let mut pty = enter(Pty::spawn(command(town, variables), 80, 24));
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
async fn the_linux_console_shows_names_as_they_are() {
    let town = Town::on(Engine::Sqlite).await;
    let pty = walk(Pty::spawn(command(&town, &[("TERM", "linux")]), 80, 24));
    let sent = String::from_utf8_lossy(pty.sent());
    assert!(sent.contains("Müller"));
}

#[tokio::test(flavor = "multi_thread")]
async fn where_the_locale_has_no_unicode_only_ascii_is_sent() {
    let town = Town::on(Engine::Sqlite).await;
    let legacy = [("LANG", "de_DE.ISO-8859-1")];
    let pty = walk(Pty::spawn(command(&town, &legacy), 80, 24));
    let beyond = pty.sent().iter().find(|byte| !byte.is_ascii());
    assert_eq!(beyond, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_link_shows_the_same() {
    let town = Town::on(Engine::Sqlite).await;
    let link = Link {
        delay: Duration::from_millis(150),
        bytes_a_second: 32 * 1024,
    };
    walk(wardroom(&town).over(link));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_window_that_is_dragged_is_drawn_a_few_times_and_loses_nothing() {
    let town = Town::on(Engine::Sqlite).await;
    let mut pty = signed_in(&town);
    pty.type_keys("/");
    pty.type_text("tanaka\r");
    pty.wait_for("2 of 10");
    let before = pty.sent().len();
    let began = Instant::now();
    for step in 0..200u16 {
        pty.resize(50 + step % 40, 10 + step % 20);
    }
    pty.resize(80, 24);
    let took = began.elapsed().as_millis();
    pty.wait_until("the list", |screen| {
        cursor_row(screen) == Some(4) && screen.contents().contains("2 of 10")
    });
    pty.type_keys("Q");
    assert_eq!(pty.wait_for_end().code(), Some(0));
    let sent = String::from_utf8_lossy(&pty.sent()[before..]).into_owned();
    let frames = sent.matches("\u{1b}[H\u{1b}[J").count();
    // One of them is the farewell.
    let most = usize::try_from(took / 50).unwrap() + 4;
    assert!(frames > 1 && frames <= most, "{frames} frames in {took} ms");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_pasted_beside_a_field_does_nothing() {
    let town = Town::on(Engine::Sqlite).await;
    let mut pty = signed_in(&town);
    pty.type_keys("\x1b[200~Qadelete\x1b[201~");
    pty.wait_for("The pasted text was ignored");
    pty.type_keys("%");
    pty.wait_for("The mouse is on");
    pty.wait_until("reports of the mouse", |screen| {
        screen.mouse_protocol_mode() != vt100::MouseProtocolMode::None
    });
    pty.type_keys("\x1b[<0;10;7M");
    pty.wait_until("the row that was clicked", |screen| {
        cursor_row(screen) == Some(6)
    });
    pty.type_keys("add\rQjkjk");
    pty.wait_for("taken for a paste and ignored");
    assert_eq!(cursor_row(pty.screen()), Some(6));
    pty.signal(Signal::TERM);
    assert_eq!(pty.wait_for_end().code(), Some(143));
    assert_eq!(pty.modes(), SHELL_MODES);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_pasted_into_the_desk_unannounced_does_nothing() {
    let town = Town::on(Engine::Sqlite).await;
    let mut command = command(&town, &[]);
    command.arg("desk");
    let mut pty = Pty::spawn(command, 80, 24);
    pty.wait_for("Name or e-mail");
    pty.type_keys(&format!("mkhan\r{PASSWORD}\r"));
    pty.wait_for("Who is calling?");
    pty.type_keys("b.tanaka\r 1\r");
    pty.wait_for("faster than anybody types");
    pty.type_keys("\u{15}");
    pty.type_text("b.tanaka\r");
    pty.wait_for("10 wrong passwords in 9 s");
    pty.signal(Signal::TERM);
    assert_eq!(pty.wait_for_end().code(), Some(143));
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

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn the_desk_takes_a_call_from_the_first_letter_to_unlocked(#[case] engine: Engine) {
    let town = Town::on(engine).await;
    let mut command = command(&town, &[]);
    command.arg("desk");
    let mut pty = Pty::spawn(command, 80, 24);
    pty.wait_for("Name or e-mail");
    pty.type_keys("mkhan\r");
    pty.type_keys(&format!("{PASSWORD}\r"));
    pty.wait_for("Who is calling?");
    pty.type_text("b.tanaka\r 1");
    pty.wait_for("done: Unlock b.tanaka");
    pty.type_keys("q");
    pty.wait_for("10 of 10");
    pty.type_keys("Q");
    assert_eq!(pty.wait_for_end().code(), Some(0));
    assert_eq!(pty.modes(), SHELL_MODES);
}
