//! The terminal's modes: entered once, and restored however the console ends.
//!
//! What stands on it keeps four rules. An event with an exit code ends the loop, and a frame that
//! can't be written does too, after such an event was looked for. [`TerminalEvent::Resize`] and
//! [`TerminalEvent::FocusGained`] clear the screen; [`TerminalEvent::Continued`] resumes the guard
//! first. Every draw ends with [`super::backend::align_wide_cells`]. The guard outlives the loop.

use std::io::{self, IsTerminal, Write};
use std::panic::{self, PanicHookInfo};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use ratatui::layout::Size;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Signal, getpgrp, getsid, kill_current_process_group};
use rustix::stdio::{stdin, stdout};
use rustix::termios::{OptionalActions, Termios, tcgetattr, tcgetwinsize, tcsetattr};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

use super::input::{EventSender, Input, TerminalEvent};
use super::pace::Pace;
use super::reader::{Reader, ReaderControl};
use super::signals::{Signals, SuspensionSender};
use crate::domain::text::safe;

/// The variables that say what the terminal can do, as the caller read them.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Environment {
    pub term: Option<String>,
    pub colorterm: Option<String>,
    /// Whether the terminal is one of tmux, and of GNU screen.
    pub tmux: bool,
    pub screen: bool,
    pub no_color: Option<String>,
    pub lc_all: Option<String>,
    pub lc_ctype: Option<String>,
    pub lang: Option<String>,
}

impl Environment {
    #[must_use]
    pub fn term(&self) -> &str {
        self.term.as_deref().unwrap_or_default()
    }

    /// The locale that counts, in lower case. POSIX: the first of these that is set and not empty decides.
    #[must_use]
    pub fn locale(&self) -> String {
        let set = [&self.lc_all, &self.lc_ctype, &self.lang];
        let mut set = set.into_iter().flatten().filter(|value| !value.is_empty());
        set.next()
            .map(|value| value.to_ascii_lowercase())
            .unwrap_or_default()
    }

    /// Whether the locale names another encoding than UTF-8. Most of those that name none are UTF-8 all the same.
    #[must_use]
    pub fn has_legacy_charset(&self) -> bool {
        let locale = self.locale();
        locale.contains('.') && !locale.contains("utf-8") && !locale.contains("utf8")
    }
}

/// Why there can be no console here.
#[derive(Debug, thiserror::Error)]
pub enum TerminalError {
    #[error(
        "The console needs a terminal, but standard {0} is not one; \
         without a terminal use the commands listed by wardroom --help."
    )]
    NotATerminal(&'static str),
    #[error(
        "The console can't draw on a terminal of type \"{0}\"; \
         set TERM to the terminal's real type, or use the commands listed by wardroom --help."
    )]
    Dumb(String),
    #[error("The terminal can't be prepared for the console: {0}.")]
    Io(#[from] io::Error),
}

/// Whether the operator may leave for the shell; never in restricted mode.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Suspending {
    Allowed,
    Refused,
}

/// How a wish to suspend ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Suspension {
    /// The shell had the terminal; the screen must be painted anew.
    Continued,
    RefusedByMode,
    /// Nobody could ever continue the process.
    NoShell,
}

/// How long the console may take to end by itself after it had to.
pub const EXIT_GRACE: Duration = Duration::from_millis(1200);

/// Serial lines report no size; this is what they have had for fifty years.
const SIZE_UNKNOWN: Size = Size::new(80, 24);

/// Asks the kernel, never the terminal and never another program.
///
/// # Errors
///
/// Fails when standard output is no terminal, or its terminal is gone.
pub fn window_size() -> io::Result<Size> {
    let size = tcgetwinsize(stdout())?;
    Ok(match (size.ws_col, size.ws_row) {
        (0, _) | (_, 0) => SIZE_UNKNOWN,
        (columns, rows) => Size::new(columns, rows),
    })
}

/// Alternate screen, bracketed paste, focus reports, hidden cursor.
const ENTER: &[u8] = b"\x1b[?1049h\x1b[?2004h\x1b[?1004h\x1b[?25l";

/// Presses and the wheel of the mouse, in the form that has room for large windows.
const MOUSE_ON: &[u8] = b"\x1b[?1000h\x1b[?1006h";
const MOUSE_OFF: &[u8] = b"\x1b[?1006l\x1b[?1000l";

/// Undoes it, and whatever a frame cut short left behind: a synchronized update, margins, a pen.
/// The screen is emptied first, for terminals without an alternate one.
const LEAVE: &[u8] =
    b"\x1b[?2026l\x1b[r\x1b[m\x1b[H\x1b[J\x1b[?25h\x1b[?1006l\x1b[?1000l\x1b[?1004l\x1b[?2004l\x1b[?1049l";

/// How long the restore waits for a terminal that takes no output.
const RESTORE_WAIT: Timespec = Timespec {
    tv_sec: 0,
    tv_nsec: 300_000_000,
};

/// What the terminal was before, and whether it is ours now. Shared by all who may restore it.
#[derive(Debug)]
pub(super) struct Modes {
    before: Termios,
    entered: AtomicBool,
    /// Whether the mouse is wanted: it is taken anew with the terminal.
    mouse: AtomicBool,
}

impl Modes {
    /// Sets everything again even if it is set: others may have changed it meanwhile.
    fn enter(&self) -> io::Result<()> {
        let mut raw = self.before.clone();
        raw.make_raw();
        self.entered.store(true, Ordering::SeqCst);
        // This comes first, for it stops a process that was continued in the background.
        tcsetattr(stdin(), OptionalActions::Now, &raw)?;
        write_all(ENTER)?;
        if self.mouse.load(Ordering::SeqCst) {
            write_all(MOUSE_ON)?;
        }
        Ok(())
    }

    fn set_mouse(&self, wanted: bool) -> io::Result<()> {
        self.mouse.store(wanted, Ordering::SeqCst);
        write_all(if wanted { MOUSE_ON } else { MOUSE_OFF })
    }

    /// Restores the terminal once; failures are ignored, for there is nothing else to try.
    ///
    /// Goes past the standard streams, whose locks a panicking or blocked thread may hold.
    pub(super) fn restore(&self) {
        if !self.entered.swap(false, Ordering::SeqCst) {
            return;
        }
        let _ = tcsetattr(stdin(), OptionalActions::Now, &self.before);
        let output = stdout();
        let mut ready = [PollFd::new(&output, PollFlags::OUT)];
        // A terminal that was stopped or is gone must not keep the process from ending.
        if poll(&mut ready, Some(&RESTORE_WAIT)).is_ok_and(|count| count > 0) {
            let _ = write_all(LEAVE);
        }
    }

    fn is_entered(&self) -> bool {
        self.entered.load(Ordering::SeqCst)
    }
}

fn write_all(bytes: &[u8]) -> io::Result<()> {
    let mut rest = bytes;
    while !rest.is_empty() {
        let written = write_once(rest)?;
        rest = rest.get(written..).unwrap_or_default();
    }
    Ok(())
}

fn write_once(bytes: &[u8]) -> io::Result<usize> {
    let output = stdout();
    loop {
        match rustix::io::write(output, bytes) {
            Err(rustix::io::Errno::INTR) => {}
            // Another process may have made the shared terminal non-blocking.
            Err(rustix::io::Errno::AGAIN) => {
                poll(&mut [PollFd::new(&output, PollFlags::OUT)], None)?;
            }
            other => return Ok(other?),
        }
    }
}

/// Standard output without a buffer, as long as the terminal is ours: what is drawn after a panic
/// elsewhere has restored the terminal goes nowhere.
#[derive(Debug, Clone)]
pub struct Output {
    modes: Arc<Modes>,
    pace: Pace,
}

impl Output {
    /// When the next frame may be written, if a slow terminal needs time until then.
    #[must_use]
    pub fn held_until(&self, now: Instant) -> Option<Instant> {
        self.pace.held_until(now)
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if !self.modes.is_entered() {
            return Ok(bytes.len());
        }
        let began = Instant::now();
        let written = write_once(bytes)?;
        self.pace.sent(written, began, Instant::now());
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Holds the terminal while the console runs, and restores it when dropped.
#[derive(Debug)]
pub struct TerminalGuard {
    modes: Arc<Modes>,
    reader: Reader,
    signals: JoinHandle<()>,
    suspensions: SuspensionSender,
    suspending: Suspending,
}

impl TerminalGuard {
    /// Takes the terminal and starts to read from it; needs a tokio runtime.
    ///
    /// After a hang-up, a signal to end or a panic the console has [`EXIT_GRACE`] to end by
    /// itself; then the process is ended.
    ///
    /// # Errors
    ///
    /// Fails without a terminal that can be drawn on. The terminal is then as it was.
    pub fn enter(
        environment: &Environment,
        suspending: Suspending,
    ) -> Result<(Self, Input), TerminalError> {
        check(environment)?;
        let modes = Arc::new(Modes {
            before: tcgetattr(stdin()).map_err(io::Error::from)?,
            entered: AtomicBool::new(false),
            mouse: AtomicBool::new(false),
        });
        let (events, input) = Input::channel();
        let reader = Reader::start(events.clone(), Arc::clone(&modes))?;
        let (suspensions, waiting) = mpsc::unbounded_channel();
        let signals = Signals::register()?;
        let signals = tokio::spawn(signals.forward(events.clone(), reader.control()?, waiting));
        let guard = Self {
            modes,
            reader,
            signals,
            suspensions,
            suspending,
        };
        install_panic_hook(Arc::clone(&guard.modes), events, guard.reader.control()?);
        guard.modes.enter()?;
        guard.reader.resume()?;
        Ok((guard, input))
    }

    /// Where the backend writes.
    #[must_use]
    pub fn output(&self) -> Output {
        Output {
            modes: Arc::clone(&self.modes),
            pace: Pace::default(),
        }
    }

    /// Gives the terminal back for a while, to an editor for example; nothing is read meanwhile.
    pub fn pause(&mut self) {
        self.reader.pause();
        self.modes.restore();
    }

    /// Takes the terminal again, after [`Self::pause`] or [`TerminalEvent::Continued`]. The
    /// caller then clears the screen.
    ///
    /// # Errors
    ///
    /// Fails when the terminal is gone, which an event will tell as well.
    pub fn resume(&mut self) -> io::Result<()> {
        let entered = self.modes.enter();
        self.reader.resume()?;
        entered
    }

    /// Has the terminal report the mouse, or leaves the mouse to it. It stays so until it is said otherwise; while
    /// others have the terminal they have the mouse as well.
    ///
    /// # Errors
    ///
    /// Fails when the terminal is gone, which an event will tell as well.
    pub fn set_mouse(&self, wanted: bool) -> io::Result<()> {
        self.modes.set_mouse(wanted)
    }

    /// Gives the terminal to the shell until the process is continued.
    ///
    /// # Errors
    ///
    /// Fails when the terminal is gone, which an event will tell as well.
    pub async fn suspend(&mut self) -> io::Result<Suspension> {
        if self.suspending == Suspending::Refused {
            return Ok(Suspension::RefusedByMode);
        }
        // The group of a session's leader has no parent that could wait for it: started by a
        // login or as a window's only program, it would stay stopped for ever.
        if getsid(None)? == getpgrp() {
            return Ok(Suspension::NoShell);
        }
        let (waiting, continued) = oneshot::channel();
        let registered = self.suspensions.send(waiting).is_ok();
        self.pause();
        // The whole group, so that a script around the console stops as well.
        kill_current_process_group(Signal::STOP)?;
        // The stop may come a moment after the call returns; only the signal tells it is over.
        if registered {
            let _ = continued.await;
        }
        self.resume()?;
        Ok(Suspension::Continued)
    }
}

impl Drop for TerminalGuard {
    fn drop(&mut self) {
        self.signals.abort();
        self.reader.pause();
        self.modes.restore();
        self.reader.stop();
    }
}

fn check(environment: &Environment) -> Result<(), TerminalError> {
    if !io::stdin().is_terminal() {
        return Err(TerminalError::NotATerminal("input"));
    }
    if !io::stdout().is_terminal() {
        return Err(TerminalError::NotATerminal("output"));
    }
    match environment.term() {
        term @ ("" | "dumb" | "unknown") => Err(TerminalError::Dumb(term.to_owned())),
        _ => Ok(()),
    }
}

/// Restores before it prints; a panic with the terminal in no-one's hands is left to the hook
/// that was there.
fn install_panic_hook(modes: Arc<Modes>, events: EventSender, control: ReaderControl) {
    let previous = panic::take_hook();
    panic::set_hook(Box::new(move |information| {
        if !modes.is_entered() {
            return previous(information);
        }
        modes.restore();
        report(information);
        // On another thread than the console's, the console would go on without a screen.
        let _ = events.send(TerminalEvent::Panicked);
        control.end_soon(&TerminalEvent::Panicked);
    }));
}

/// A failing standard error must not panic within the hook, so failures are ignored.
fn report(information: &PanicHookInfo<'_>) {
    let message = information.payload_as_str().unwrap_or("(no message)");
    let place = information
        .location()
        .map(ToString::to_string)
        .unwrap_or_default();
    let mut errors = io::stderr().lock();
    let _ = writeln!(
        errors,
        "wardroom ended because of a fault of its own, at {place}:"
    );
    for line in message.lines() {
        let _ = writeln!(errors, "  {}", safe(line));
    }
    let backtrace = std::backtrace::Backtrace::capture();
    if backtrace.status() == std::backtrace::BacktraceStatus::Captured {
        let _ = writeln!(errors, "{backtrace}");
    } else {
        let _ = writeln!(
            errors,
            "Run it with RUST_BACKTRACE=1 to see more, and please report it."
        );
    }
}
