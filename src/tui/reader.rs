//! The thread that reads the terminal, notices when it is gone, and sees to it that the process
//! ends when it has to.
//!
//! One `poll` without a timeout waits for all of it, so an idle console never wakes up. crossterm
//! could read as well, but its reader blocks within a sequence that arrives in pieces, forgets
//! what is left of a long burst until the next key, and spins when the terminal goes away.

use std::io::{self, PipeReader, PipeWriter, Read, Write};
use std::sync::Arc;
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::stdio::stdin;

use super::decode::Decoder;
use super::input::{BurstGuard, EventSender, TerminalEvent};
use super::terminal::{EXIT_GRACE, Modes};

/// How long the rest of an escape sequence may take before its start counts as the Esc key.
const ESCAPE_WAIT: Duration = Duration::from_millis(25);

/// What others may tell the thread; any other byte is the exit code of an end that is due.
const PAUSE: u8 = 1;
const RESUME: u8 = 2;
const STOP: u8 = 3;

/// The thread, as seen from outside. It starts paused.
#[derive(Debug)]
pub(super) struct Reader {
    control: PipeWriter,
    acknowledged: mpsc::Receiver<()>,
}

/// Lets others than the reader's owner announce the end.
#[derive(Debug)]
pub(super) struct ReaderControl(PipeWriter);

impl ReaderControl {
    /// Gives the process [`EXIT_GRACE`] if the event is one after which it has to end.
    pub(super) fn end_soon(&self, event: &TerminalEvent) {
        if let Some(code) = event.exit_code() {
            let _ = (&self.0).write_all(&[code]);
        }
    }
}

impl Reader {
    pub(super) fn start(events: EventSender, modes: Arc<Modes>) -> io::Result<Self> {
        let (commands, control) = io::pipe()?;
        let (acknowledge, acknowledged) = mpsc::channel();
        let thread = ReaderThread {
            commands,
            acknowledge,
            events,
            modes,
            decoder: Decoder::new(),
            bursts: BurstGuard::new(),
            state: State::Paused,
            end: None,
        };
        thread::Builder::new()
            .name("terminal".to_owned())
            .spawn(move || thread.run())?;
        Ok(Self {
            control,
            acknowledged,
        })
    }

    pub(super) fn control(&self) -> io::Result<ReaderControl> {
        self.control.try_clone().map(ReaderControl)
    }

    /// Returns once nothing is read any more. A thread that has ended reads nothing either.
    pub(super) fn pause(&self) {
        if self.tell(PAUSE).is_ok() {
            let _ = self.acknowledged.recv();
        }
    }

    pub(super) fn resume(&self) -> io::Result<()> {
        self.tell(RESUME)
    }

    pub(super) fn stop(&self) {
        let _ = self.tell(STOP);
    }

    fn tell(&self, command: u8) -> io::Result<()> {
        (&self.control).write_all(&[command])
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Paused,
    Reading,
    /// The terminal is gone; asking it again would return at once, for ever.
    Gone,
}

/// When the process has to be over, and with which code.
#[derive(Debug, Clone, Copy)]
struct End {
    deadline: Instant,
    code: u8,
}

struct ReaderThread {
    commands: PipeReader,
    acknowledge: mpsc::Sender<()>,
    events: EventSender,
    modes: Arc<Modes>,
    decoder: Decoder,
    bursts: BurstGuard,
    state: State,
    end: Option<End>,
}

/// What the wait was ended by.
#[derive(Debug, Default, Clone, Copy)]
struct Wake {
    command: bool,
    input: bool,
    gone: bool,
}

impl ReaderThread {
    fn run(mut self) {
        loop {
            let wake = self.wait();
            if wake.command && self.obey() {
                return;
            }
            if wake.gone {
                self.lose();
            } else if wake.input && self.state == State::Reading {
                self.read();
            } else if !wake.command && self.decoder.is_waiting() {
                // The rest of the sequence didn't come.
                self.decoder
                    .give_up(&mut |event| drop(self.events.send(event)));
            }
            if let Some(end) = self.end.filter(|end| end.deadline <= Instant::now()) {
                self.end_process(end.code);
            }
        }
    }

    fn wait(&self) -> Wake {
        let input = stdin();
        let wanted = match self.state {
            State::Reading => PollFlags::IN,
            // A hang-up is reported unasked.
            State::Paused | State::Gone => PollFlags::empty(),
        };
        let mut descriptors = vec![PollFd::new(&self.commands, PollFlags::IN)];
        if self.state != State::Gone {
            descriptors.push(PollFd::new(&input, wanted));
        }
        let _ = poll(&mut descriptors, self.timeout().as_ref());
        let flags = |position: usize| {
            descriptors
                .get(position)
                .map_or(PollFlags::empty(), PollFd::revents)
        };
        Wake {
            command: !flags(0).is_empty(),
            input: flags(1).contains(PollFlags::IN),
            gone: flags(1).intersects(PollFlags::HUP | PollFlags::ERR | PollFlags::NVAL),
        }
    }

    fn timeout(&self) -> Option<Timespec> {
        let rest_of_sequence = self.decoder.is_waiting().then_some(ESCAPE_WAIT);
        let rest_of_grace = self
            .end
            .map(|end| end.deadline.saturating_duration_since(Instant::now()));
        let shorter = rest_of_sequence.into_iter().chain(rest_of_grace).min()?;
        Timespec::try_from(shorter).ok()
    }

    /// Whether the thread has to stop. With an end that is due it stays, to see it through.
    fn obey(&mut self) -> bool {
        let mut commands = [0; 16];
        let Ok(count) = self.commands.read(&mut commands) else {
            return false;
        };
        if count == 0 {
            return true;
        }
        for &command in commands.iter().take(count) {
            match command {
                PAUSE => {
                    if self.state == State::Reading {
                        self.state = State::Paused;
                    }
                    let _ = self.acknowledge.send(());
                }
                RESUME => {
                    if self.state == State::Paused {
                        self.state = State::Reading;
                    }
                }
                STOP => return self.end.is_none(),
                code => self.end_within_grace(code),
            }
        }
        false
    }

    fn read(&mut self) {
        let mut bytes = [0; 4096];
        match rustix::io::read(stdin(), &mut bytes) {
            Ok(0) => self.lose(),
            Ok(count) => {
                let arrived = bytes.get(..count).unwrap_or_default();
                let mut events = Vec::new();
                self.decoder.feed(arrived, &mut |event| events.push(event));
                for event in self.bursts.gather(events, Instant::now()) {
                    let _ = self.events.send(event);
                }
            }
            Err(Errno::INTR | Errno::AGAIN) => {}
            Err(_) => self.lose(),
        }
    }

    fn lose(&mut self) {
        self.state = State::Gone;
        let _ = self.events.send(TerminalEvent::Hangup);
        if let Some(code) = TerminalEvent::Hangup.exit_code() {
            self.end_within_grace(code);
        }
    }

    fn end_within_grace(&mut self, code: u8) {
        self.end.get_or_insert(End {
            deadline: Instant::now() + EXIT_GRACE,
            code,
        });
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "the console didn't end in time; the guard's work is done right before"
    )]
    fn end_process(&self, code: u8) -> ! {
        self.modes.restore();
        std::process::exit(i32::from(code))
    }
}
