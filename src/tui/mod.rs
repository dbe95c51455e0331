//! The console: the only folder that knows ratatui and crossterm.
//!
//! The terminal layer at its bottom: `terminal` owns the modes, `input` reads what is typed,
//! `backend` writes what changed, `colour` and `theme` decide how things look. Screens stand on it.
//!
//! On top of it an [`App`] that knows no terminal: events go in, a frame comes out. A key is looked up
//! in `keys` and becomes an action of `actions`, which the top modal or the open tab takes; a screen
//! asks the service through [`Cx`](screen::Cx) and is told the answer later. The loop below handles
//! everything that waits, then draws once, and only if something changed. There is no tick.
//!
//! - To add a screen: see `screens`.
//! - To add a modal: see `modals`.
//! - To add an action: a line in `actions`, its keys in `assets/keys.toml`, and an arm in `command` of
//!   the screens that take it. Footer, help, palette and the reasons why it is off follow by themselves.

pub mod actions;
pub mod app;
mod ascii;
pub mod backend;
mod capabilities;
pub mod clipboard;
pub mod colour;
mod copies;
mod decode;
mod deeds;
pub mod event;
mod forms;
mod frame;
pub mod input;

pub mod keys;
pub mod look;
mod modal;
mod modals;
pub mod notice;
mod pace;
mod painter;
mod reader;

pub mod screen;
mod screens;
mod scroll;
mod setup;
pub mod shared;
mod signals;
pub mod terminal;
pub mod theme;
mod widgets;

pub use app::App;
pub use shared::{DemoAccount, Front, Options};

use app::Request;
use backend::{Capabilities, ScrollBackend, SizeSource, Synchronized};
use colour::ColourLevel;
use event::Event;
use input::{Input, TerminalEvent};
use notice::Notice;
use ratatui::Terminal;
use std::io::{self, Write as _};
use std::time::{Duration, Instant};
use terminal::{Environment, Output, Suspending, Suspension, TerminalError, TerminalGuard};

/// How long a quitting console waits for its jobs to pause; what runs then is resumed later.
const PAUSE_WAIT: Duration = Duration::from_millis(1_200);

/// A window that is dragged changes its size hundreds of times: it is drawn this often meanwhile.
const RESIZED_DRAW_EVERY: Duration = Duration::from_millis(50);

/// The terminal as the caller found it.
#[derive(Clone, Debug)]
pub struct Screen {
    pub environment: Environment,
    pub colours: ColourLevel,
    pub synchronized: Synchronized,
}

/// Runs the console until it is quit; returns the exit code of the process.
///
/// # Errors
/// Fails where there is no terminal to draw on.
pub async fn run(
    service: crate::service::Service,
    options: Options,
    screen: Screen,
) -> Result<u8, TerminalError> {
    let suspending = if options.restricted {
        Suspending::Refused
    } else {
        Suspending::Allowed
    };
    let (guard, input) = TerminalGuard::enter(&screen.environment, suspending)?;
    let capabilities =
        Capabilities::detect(&screen.environment, screen.colours, screen.synchronized);
    let backend = ScrollBackend::new(guard.output(), SizeSource::Window, capabilities)?;
    let terminal = Terminal::new(backend)?;
    let mut app = App::new(service, options, terminal.size()?);
    let mut console = Console {
        guard,
        input,
        terminal,
        resized: None,
    };
    // Output fails only when the terminal is gone; the signal that says so may come a moment later.
    let hangup = TerminalEvent::Hangup.exit_code().unwrap_or_default();
    let code = console.live(&mut app).await.unwrap_or(hangup);
    app.pause_everything();
    let _ = tokio::time::timeout(PAUSE_WAIT, settle(&mut app)).await;
    Ok(code)
}

/// The terminal, entered, and what comes from it.
struct Console {
    guard: TerminalGuard,
    input: Input,
    terminal: Terminal<ScrollBackend<Output>>,
    /// When the window was first resized since the last frame.
    resized: Option<Instant>,
}

impl Console {
    async fn live(&mut self, app: &mut App) -> io::Result<u8> {
        loop {
            let held_until = self.held_until().filter(|_| app.is_dirty());
            if app.is_dirty() && held_until.is_none() {
                if self.resized.take().is_some() {
                    // A window that has its old size again has lost what was cut off meanwhile.
                    self.terminal.clear()?;
                }
                self.terminal.draw(|frame| app.draw(frame))?;
            }
            self.wait(app, held_until).await;
            while let Some(request) = app.take_request() {
                if let Request::Quit(code) = request {
                    return Ok(code);
                }
                self.obey(request, app).await?;
            }
        }
    }

    async fn obey(&mut self, request: Request, app: &mut App) -> io::Result<()> {
        match request {
            Request::Quit(_) => {}
            Request::Repaint => {
                self.guard.resume()?;
                self.repaint(app)?;
            }
            Request::Suspend => self.suspend(app).await?,
            Request::Copy(bytes) => {
                let writer = self.terminal.backend_mut().writer_mut();
                writer.write_all(&bytes)?;
            }
            Request::Mouse(wanted) => self.guard.set_mouse(wanted)?,
        }
        Ok(())
    }

    fn held_until(&self) -> Option<Instant> {
        let now = Instant::now();
        let settled = self.resized.map(|resized| resized + RESIZED_DRAW_EVERY);
        let link_ready = self.terminal.backend().writer().held_until(now);
        settled.filter(|&settled| now < settled).max(link_ready)
    }

    /// Waits for something or until that moment, then handles everything that waits by then.
    async fn wait(&mut self, app: &mut App, until: Option<Instant>) {
        tokio::select! {
            () = reach(until) => {}
            typed = self.input.wait() => {
                if typed.is_empty() {
                    app.handle(Event::Terminal(TerminalEvent::Hangup));
                }
                self.take(app, typed);
            }
            reply = app.next() => {
                if let Some(reply) = reply {
                    app.handle(reply);
                }
            }
        }
        let typed = self.input.drain();
        self.take(app, typed);
        while let Some(reply) = app.try_next() {
            app.handle(reply);
        }
    }

    fn take(&mut self, app: &mut App, events: Vec<TerminalEvent>) {
        for event in events {
            if matches!(event, TerminalEvent::Resize(..)) {
                self.resized.get_or_insert_with(Instant::now);
            }
            app.handle(Event::Terminal(event));
        }
    }

    fn repaint(&mut self, app: &mut App) -> io::Result<()> {
        self.terminal.clear()?;
        app.mark_dirty();
        Ok(())
    }

    async fn suspend(&mut self, app: &mut App) -> io::Result<()> {
        match self.guard.suspend().await? {
            Suspension::Continued => self.repaint(app)?,
            Suspension::RefusedByMode | Suspension::NoShell => app.complain(Notice::plain(
                "There is no shell behind this console to suspend to.",
            )),
        }
        Ok(())
    }
}

/// Waits for that moment, or for ever.
async fn reach(moment: Option<Instant>) {
    match moment {
        Some(moment) => tokio::time::sleep_until(moment.into()).await,
        None => std::future::pending().await,
    }
}

async fn settle(app: &mut App) {
    while app.has_jobs() {
        match app.next().await {
            Some(reply) => app.handle(reply),
            None => return,
        }
    }
}
