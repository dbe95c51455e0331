//! A program in a terminal of its own: a pseudo-terminal with an emulator at the other end.
//!
//! Waiting is reading: nothing sleeps, and every wait ends at [`DEADLINE`] with what is on screen.

use std::io::{Read, Write};
use std::num::NonZeroU16;
use std::os::fd::OwnedFd;
use std::process::{Child, Command, ExitStatus};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, PidfdFlags, Signal, kill_process, pidfd_open};
use rustix::termios::{LocalModes, tcgetattr};

/// Generous, for the machine may be busy; only a failing test waits this long.
const DEADLINE: Duration = Duration::from_secs(20);

/// What quick fingers need for a key; the program takes what comes faster for a paste.
const KEY_TAKES: Duration = Duration::from_millis(6);
/// Longer than the time in which many keys are a paste.
const THOUGHT_TAKES: Duration = Duration::from_millis(40);

/// The program and its terminal. Dropping it closes the terminal and kills the program.
pub struct Pty {
    master: Option<pty_process::blocking::Pty>,
    child: Child,
    ended: OwnedFd,
    emulator: vt100::Parser,
    sent: Vec<u8>,
    link: Option<Link>,
}

/// A line that takes its time: so long for each byte, and a while for the first.
#[derive(Clone, Copy)]
pub struct Link {
    pub delay: Duration,
    pub bytes_a_second: u32,
}

impl Link {
    /// Lets the time pass that so many bytes take.
    fn carry(self, bytes: usize) {
        let bytes = u32::try_from(bytes).unwrap();
        pass(self.delay + Duration::from_secs(1) * bytes / self.bytes_a_second);
    }
}

fn pass(time: Duration) {
    poll(&mut [], Some(&Timespec::try_from(time).unwrap())).unwrap();
}

/// The modes of a terminal with a shell in it.
pub const SHELL_MODES: [&str; 0] = [];

/// The modes of a terminal with the console in it, once its cursor is where the focus is.
pub const FOCUSED_MODES: [&str; 4] = [
    "alternate screen",
    "bracketed paste",
    "focus reports",
    "raw",
];

/// The same while nothing has the focus.
pub const CONSOLE_MODES: [&str; 5] = [
    "alternate screen",
    "bracketed paste",
    "focus reports",
    "hidden cursor",
    "raw",
];

fn cells(count: u16) -> NonZeroU16 {
    NonZeroU16::new(count).unwrap()
}

impl Pty {
    /// Starts the command as the leader of a session whose terminal has this size.
    pub fn spawn(command: Command, columns: u16, rows: u16) -> Self {
        let (master, terminal) = pty_process::blocking::open().unwrap();
        master
            .resize(pty_process::Size::new(rows, columns))
            .unwrap();
        let child = pty_process::blocking::Command::from(command)
            .spawn(terminal)
            .unwrap();
        let ended = pidfd_open(Pid::from_child(&child), PidfdFlags::empty()).unwrap();
        Self {
            master: Some(master),
            child,
            ended,
            emulator: vt100::Parser::new(cells(rows), cells(columns), 0),
            sent: Vec::new(),
            link: None,
        }
    }

    /// From here on everything goes over a line like this.
    pub fn over(mut self, link: Link) -> Self {
        self.link = Some(link);
        self
    }

    pub fn type_keys(&mut self, keys: &str) {
        self.master
            .as_mut()
            .unwrap()
            .write_all(keys.as_bytes())
            .unwrap();
    }

    /// Types into a field as people do: each letter once the one before stands there, and no faster than fingers are.
    #[track_caller]
    pub fn type_text(&mut self, text: &str) {
        for character in text.chars() {
            let before = self.screen().cursor_position();
            self.type_keys(character.encode_utf8(&mut [0; 4]));
            if !character.is_control() {
                self.wait_until("the letter", |screen| screen.cursor_position() != before);
            }
            pass(KEY_TAKES);
        }
        // What is typed next is another thought: keys on the heels of these would be taken for a paste with them.
        pass(THOUGHT_TAKES);
    }

    pub fn resize(&mut self, columns: u16, rows: u16) {
        self.emulator
            .screen_mut()
            .set_size(cells(rows), cells(columns));
        let size = pty_process::Size::new(rows, columns);
        self.master.as_ref().unwrap().resize(size).unwrap();
    }

    pub fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
    }

    pub fn screen(&self) -> &vt100::Screen {
        self.emulator.screen()
    }

    /// Everything the program has sent up to now.
    pub fn sent(&self) -> &[u8] {
        &self.sent
    }

    #[track_caller]
    pub fn wait_for(&mut self, text: &str) {
        self.wait_until(text, |screen| screen.contents().contains(text));
    }

    #[track_caller]
    pub fn wait_until(&mut self, what: &str, is_so: impl Fn(&vt100::Screen) -> bool) {
        let deadline = Instant::now() + DEADLINE;
        while !is_so(self.screen()) {
            let arrived = self.read_before(deadline);
            assert!(
                arrived,
                "waited for {what}, but the screen is\n{}",
                self.screen().contents()
            );
        }
    }

    /// Reads what the program sends until it ends.
    #[track_caller]
    pub fn wait_for_end(&mut self) -> ExitStatus {
        let deadline = Instant::now() + DEADLINE;
        while self.read_before(deadline) {}
        let over = readable(&self.ended, deadline);
        assert!(
            over,
            "waited for the end, but the screen is\n{}",
            self.screen().contents()
        );
        self.child.wait().unwrap()
    }

    /// Takes the terminal away, as a lost connection does.
    pub fn hang_up(&mut self) {
        self.master = None;
    }

    /// The processor time the program has used, once it has ended and before that is asked for.
    #[track_caller]
    pub fn time_used_when_ended(&self) -> Duration {
        assert!(
            readable(&self.ended, Instant::now() + DEADLINE),
            "the program goes on"
        );
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id())).unwrap();
        // The name may hold anything but ends with the last parenthesis; then come the state and
        // ten numbers before the two times, in hundredths of a second.
        let fields = stat
            .rsplit_once(')')
            .unwrap()
            .1
            .split_whitespace()
            .skip(11)
            .take(2);
        let hundredths: u64 = fields.map(|field| field.parse::<u64>().unwrap()).sum();
        Duration::from_millis(hundredths * 10)
    }

    /// What a shell's user would have to clean up.
    pub fn modes(&self) -> Vec<&'static str> {
        let screen = self.screen();
        let local = tcgetattr(self.master.as_ref().unwrap())
            .unwrap()
            .local_modes;
        let cooked = LocalModes::ICANON | LocalModes::ECHO | LocalModes::ISIG;
        let focus_reports = b"\x1b[?1004";
        let last_change = self
            .sent
            .windows(focus_reports.len() + 1)
            .rfind(|window| window.starts_with(focus_reports));
        [
            ("alternate screen", screen.alternate_screen()),
            ("bracketed paste", screen.bracketed_paste()),
            (
                "focus reports",
                last_change.is_some_and(|change| change.ends_with(b"h")),
            ),
            ("hidden cursor", screen.hide_cursor()),
            (
                "mouse reports",
                screen.mouse_protocol_mode() != vt100::MouseProtocolMode::None,
            ),
            ("raw", !local.contains(cooked)),
        ]
        .into_iter()
        .filter_map(|(name, set)| set.then_some(name))
        .collect()
    }

    /// Whether something arrived; not at the deadline, and not once nobody can send any more.
    fn read_before(&mut self, deadline: Instant) -> bool {
        let Some(master) = self.master.as_mut() else {
            return false;
        };
        if !readable(master, deadline) {
            return false;
        }
        let mut bytes = [0; 4096];
        // Linux reports an error once the last program has closed the terminal.
        let count = master.read(&mut bytes).unwrap_or(0);
        if let Some(link) = self.link {
            link.carry(count);
        }
        self.emulator.process(&bytes[..count]);
        self.sent.extend_from_slice(&bytes[..count]);
        count > 0
    }
}

fn readable(descriptor: &impl std::os::fd::AsFd, deadline: Instant) -> bool {
    let left = deadline.saturating_duration_since(Instant::now());
    let timeout = Timespec::try_from(left).unwrap();
    let mut waiting = [PollFd::new(descriptor, PollFlags::IN)];
    poll(&mut waiting, Some(&timeout)).unwrap() > 0
}

impl Drop for Pty {
    fn drop(&mut self) {
        self.master = None;
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
