//! The terminal is as it was, however the console ends. Each test starts this test program again,
//! in a pseudo-terminal, as a small console of its own.

use std::process::Command;
use std::time::{Duration, Instant};

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::Terminal;
use rustix::process::Signal;
use wardroom::tui::backend::{Capabilities, ScrollBackend, SizeSource, Synchronized};
use wardroom::tui::colour::ColourLevel;
use wardroom::tui::input::{Input, TerminalEvent};
use wardroom::tui::terminal::{
    Environment, Output, Suspending, Suspension, TerminalError, TerminalGuard,
};

use crate::support::pty::{CONSOLE_MODES, Pty, SHELL_MODES};

/// Set for the program that is started again; its value is what that program has to be.
const ROLE: &str = "WARDROOM_TEST_CONSOLE";

fn program(role: &str) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args([
            "--exact",
            "tui::terminal::console_under_test",
            "--nocapture",
            "--test-threads=1",
        ])
        .env(ROLE, role)
        .env("TERM", "xterm")
        .env_remove("RUST_BACKTRACE");
    command
}

fn console(role: &str) -> Pty {
    let mut pty = Pty::spawn(program(role), 100, 15);
    pty.wait_for("console 1");
    assert_eq!(pty.modes(), CONSOLE_MODES);
    pty
}

/// No test of its own: what the others start. Without the variable there is nothing to do.
#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "a process of its own, with an exit code of its own"
)]
fn console_under_test() {
    if let Ok(role) = std::env::var(ROLE) {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()
            .unwrap();
        let code = runtime.block_on(run(&role, std::env::var("TERM").unwrap()));
        std::process::exit(i32::from(code));
    }
}

async fn run(role: &str, term: String) -> u8 {
    let environment = Environment {
        term: Some(term),
        ..Environment::default()
    };
    let suspending = if role == "restricted" {
        Suspending::Refused
    } else {
        Suspending::Allowed
    };
    let (guard, input) = match TerminalGuard::enter(&environment, suspending) {
        Ok(entered) => entered,
        Err(error) => {
            println!("{error}");
            return 2;
        }
    };
    let capabilities = Capabilities::detect(&environment, ColourLevel::Ansi16, Synchronized::Auto);
    let backend = ScrollBackend::new(guard.output(), SizeSource::Window, capabilities).unwrap();
    let mut console = Console {
        terminal: Terminal::new(backend).unwrap(),
        guard,
        frames: 0,
        news: String::new(),
    };
    console.draw();
    if ["stuck", "deaf"].contains(&role) {
        std::thread::park();
    }
    console.live(input).await
}

struct Console {
    terminal: Terminal<ScrollBackend<Output>>,
    guard: TerminalGuard,
    frames: usize,
    news: String,
}

impl Console {
    async fn live(mut self, mut input: Input) -> u8 {
        loop {
            for event in input.wait().await {
                if let Some(code) = event.exit_code() {
                    return code;
                }
                if self.obey(&event).await {
                    return 0;
                }
            }
            self.draw();
        }
    }

    /// Whether that was the end.
    async fn obey(&mut self, event: &TerminalEvent) -> bool {
        match event {
            TerminalEvent::Key(KeyEvent {
                code: KeyCode::Char('q'),
                ..
            }) => return true,
            TerminalEvent::Key(KeyEvent {
                code: KeyCode::Char('p'),
                ..
            }) => {
                panic!("a fault\u{1b}[2J")
            }
            TerminalEvent::Key(KeyEvent {
                code: KeyCode::Char('t'),
                ..
            }) => {
                std::thread::spawn(|| panic!("elsewhere"));
            }
            TerminalEvent::Key(KeyEvent {
                code: KeyCode::Char('z'),
                modifiers,
                ..
            }) if modifiers.contains(KeyModifiers::CONTROL) => {
                self.suspend().await;
            }
            TerminalEvent::Suspend => self.suspend().await,
            // The kernel continues a process whose terminal it takes away, and the hang-up may be told after that.
            TerminalEvent::Continued if self.guard.resume().is_ok() => self.clear(),
            TerminalEvent::Resize(..) => self.clear(),
            _ => {}
        }
        self.news = format!("{event:?}");
        false
    }

    async fn suspend(&mut self) {
        let suspension = self.guard.suspend().await.unwrap();
        if suspension == Suspension::Continued {
            self.clear();
        }
    }

    /// The terminal may be gone between any two calls; an event tells it, here as when drawing.
    fn clear(&mut self) {
        let _ = self.terminal.clear();
    }

    fn draw(&mut self) {
        self.frames += 1;
        let (frames, news) = (self.frames, &self.news);
        // What fails here is told by an event that may come a moment later.
        let _ = self.terminal.draw(|frame| {
            let size = frame.area();
            let text = format!("console {frames} of {}x{}\n{news}", size.width, size.height);
            frame.render_widget(ratatui::widgets::Paragraph::new(text), size);
        });
    }
}

#[test]
fn leaving_restores_the_terminal() {
    let mut pty = console("console");
    pty.type_keys("q");
    assert_eq!(pty.wait_for_end().code(), Some(0));
    assert_eq!(pty.modes(), SHELL_MODES);
}

#[test]
fn keys_pastes_and_resizes_arrive() {
    let mut pty = console("console");
    pty.type_keys("\x1b[A");
    pty.wait_for("code: Up");
    pty.type_keys("\x1b");
    pty.wait_for("code: Esc");
    pty.type_keys("\x1b[200~two\rlines\x1b[201~");
    pty.wait_for(r#"Paste("two\nlines")"#);
    pty.type_keys("\x03");
    pty.wait_for("Char('c'), modifiers: KeyModifiers(CONTROL)");
    pty.resize(70, 20);
    pty.wait_for("of 70x20");
    pty.wait_for("Resize(70, 20)");
    pty.type_keys("q");
    assert_eq!(pty.wait_for_end().code(), Some(0));
}

#[test]
fn signals_restore_the_terminal_and_choose_the_exit_code() {
    for (signal, code) in [(Signal::HUP, 129), (Signal::INT, 130), (Signal::TERM, 143)] {
        let mut pty = console("console");
        pty.signal(signal);
        assert_eq!(pty.wait_for_end().code(), Some(code), "{signal:?}");
        assert_eq!(pty.modes(), SHELL_MODES, "{signal:?}");
    }
}

#[test]
fn a_panic_restores_the_terminal_before_it_is_told() {
    let mut pty = console("console");
    pty.type_keys("p");
    assert_eq!(pty.wait_for_end().code(), Some(101));
    assert_eq!(pty.modes(), SHELL_MODES);
    let screen = pty.screen().contents();
    assert!(screen.contains("a fault"), "{screen}");
    assert!(screen.contains("terminal.rs"), "{screen}");
    assert!(!screen.contains("console 1"), "{screen}");
    let after_leaving = after_last(pty.sent(), b"\x1b[?1049l");
    assert!(
        !after_leaving.contains(&0x1b),
        "{}",
        after_leaving.escape_ascii()
    );
}

#[test]
fn a_panic_on_another_thread_ends_the_console() {
    let mut pty = console("console");
    pty.type_keys("t");
    assert_eq!(pty.wait_for_end().code(), Some(101));
    assert_eq!(pty.modes(), SHELL_MODES);
    assert!(pty.screen().contents().contains("elsewhere"));
}

fn after_last<'a>(bytes: &'a [u8], mark: &[u8]) -> &'a [u8] {
    let start = bytes
        .windows(mark.len())
        .rposition(|window| window == mark)
        .unwrap();
    &bytes[start + mark.len()..]
}

/// Takes the terminal away and checks that the process ends by itself, soon and quietly.
#[track_caller]
fn assert_ends_without_terminal(mut pty: Pty) {
    let closed = Instant::now();
    pty.hang_up();
    let used = pty.time_used_when_ended();
    let took = closed.elapsed();
    assert!(took < Duration::from_secs(2), "{took:?}");
    assert!(
        used < Duration::from_millis(500),
        "{used:?} of processor time"
    );
    assert_eq!(pty.wait_for_end().code(), Some(129));
}

#[test]
fn a_closed_terminal_ends_the_console() {
    assert_ends_without_terminal(console("console"));
}

#[test]
fn a_closed_terminal_ends_a_console_that_is_stuck() {
    assert_ends_without_terminal(console("stuck"));
}

#[test]
fn a_closed_terminal_is_noticed_without_a_signal() {
    assert_ends_without_terminal(console("deaf"));
}

#[test]
fn a_console_that_is_stuck_is_ended_by_a_signal() {
    let mut pty = console("stuck");
    pty.signal(Signal::TERM);
    assert_eq!(pty.wait_for_end().code(), Some(143));
    assert_eq!(pty.modes(), SHELL_MODES);
}

/// A shell with job control that runs the console, and reads a line while that is stopped.
fn console_in_a_shell(role: &str) -> Pty {
    let console = program(role);
    let mut shell = Command::new("sh");
    shell
        .args(["-c", r#"set -m; "$@"; echo "stopped: $?"; read line; echo "read: $line"; fg >/dev/null; echo "ended: $?""#, "sh"])
        .arg(console.get_program())
        .args(console.get_args())
        .envs(console.get_envs().filter_map(|(name, value)| Some((name, value?))))
        .env_remove("RUST_BACKTRACE");
    let mut pty = Pty::spawn(shell, 100, 15);
    pty.wait_for("console 1");
    pty
}

#[test]
fn the_shell_gets_the_terminal_and_gives_it_back() {
    let mut pty = console_in_a_shell("console");
    pty.type_keys("\x1a");
    pty.wait_for("stopped: ");
    assert_eq!(pty.modes(), SHELL_MODES);
    // Longer than the shell's echo takes to show it: the console must not take a key of it.
    pty.type_keys("for the shell\r");
    pty.wait_for("console 2");
    assert_eq!(pty.modes(), CONSOLE_MODES);
    pty.wait_for("Char('z')");
    pty.type_keys("q");
    pty.wait_for("ended: 0");
    assert!(pty.screen().contents().contains("read: for the shell"));
    assert_eq!(pty.modes(), SHELL_MODES);
    pty.wait_for_end();
}

#[test]
fn a_console_stopped_from_outside_takes_the_screen_again() {
    let mut pty = console("console");
    pty.signal(Signal::STOP);
    pty.signal(Signal::CONT);
    pty.wait_for("Continued");
    pty.wait_for("console 2");
    assert_eq!(pty.modes(), CONSOLE_MODES);
    pty.type_keys("q");
    assert_eq!(pty.wait_for_end().code(), Some(0));
}

#[test]
fn nobody_is_sent_to_a_shell_that_is_not_there() {
    // The console leads its session here, so nothing could ever continue it.
    let mut pty = console("console");
    pty.type_keys("\x1a");
    pty.wait_for("console 2");
    assert_eq!(pty.modes(), CONSOLE_MODES);
    pty.type_keys("q");
    assert_eq!(pty.wait_for_end().code(), Some(0));
}

#[test]
fn restricted_mode_never_leaves_for_the_shell() {
    let mut pty = console_in_a_shell("restricted");
    pty.type_keys("\x1a");
    pty.wait_for("console 2");
    pty.type_keys("q");
    pty.wait_for("stopped: 0");
}

#[test]
fn a_dumb_terminal_is_refused_in_a_sentence() {
    let mut command = program("console");
    command.env("TERM", "dumb");
    let mut pty = Pty::spawn(command, 100, 15);
    assert_eq!(pty.wait_for_end().code(), Some(2));
    assert!(
        pty.screen()
            .contents()
            .contains("can't draw on a terminal of type \"dumb\"")
    );
    assert_eq!(pty.modes(), SHELL_MODES);
}

#[test]
fn without_a_terminal_there_is_no_console() {
    let output = program("console")
        .stdin(std::process::Stdio::null())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    let text = String::from_utf8(output.stdout).unwrap();
    let sentence = TerminalError::NotATerminal("input").to_string();
    assert!(text.contains(&sentence), "{text}");
}
