//! What reaches the console from outside: keys, pastes, resizes and signals, in one queue.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

/// What the mouse did; its cells are counted from the upper left one, which is 0, 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mouse {
    /// The left button was pressed there.
    Click(u16, u16),
    WheelUp,
    WheelDown,
}

/// Something the console must react to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TerminalEvent {
    Key(KeyEvent),
    /// Only while the guard was told that the mouse is wanted.
    Mouse(Mouse),
    /// A bracketed paste. Line ends are `\n`; control characters are still in it.
    Paste(String),
    /// A paste longer than [`PASTE_BYTES_MAX`]; nothing of it is kept.
    PasteTooLong,
    /// The window has, or had for a moment, another size. Clear the screen even if this is the
    /// size it had: what was cut off meanwhile is lost.
    Resize(u16, u16),
    /// Somebody may have attached to a multiplexer: the screen is worth painting anew.
    FocusGained,
    FocusLost,
    /// Someone asked for a stop (`kill -TSTP`); the key Ctrl-Z arrives as a key.
    Suspend,
    /// The process was stopped and continued from outside: the screen must be taken again.
    Continued,
    /// The terminal is gone.
    Hangup,
    Interrupt,
    Terminate,
    /// A thread panicked. The screen has been left already and the console has to end.
    Panicked,
}

impl TerminalEvent {
    /// The exit code of an event after which the console ends by itself.
    #[must_use]
    pub const fn exit_code(&self) -> Option<u8> {
        match self {
            Self::Hangup => Some(129),
            Self::Interrupt => Some(130),
            Self::Terminate => Some(143),
            Self::Panicked => Some(101),
            _ => None,
        }
    }
}

/// The longest paste that is taken at all.
pub const PASTE_BYTES_MAX: usize = 1024 * 1024;

pub type EventSender = UnboundedSender<TerminalEvent>;

/// The receiving end of the queue.
#[derive(Debug)]
pub struct Input {
    events: UnboundedReceiver<TerminalEvent>,
}

impl Input {
    /// A queue that is fed by hand, as tests do; the guard feeds its own from the terminal.
    #[must_use]
    pub fn channel() -> (EventSender, Self) {
        let (sender, events) = unbounded_channel();
        (sender, Self { events })
    }

    /// Waits for the next event, then returns all that wait with it. Empty once nothing can
    /// come any more. Nothing is lost when the future is dropped.
    pub async fn wait(&mut self) -> Vec<TerminalEvent> {
        match self.events.recv().await {
            Some(first) => {
                let mut waiting = vec![first];
                self.take_waiting(&mut waiting);
                waiting
            }
            None => Vec::new(),
        }
    }

    /// Everything that waits, so that all of it is handled before one draw.
    pub fn drain(&mut self) -> Vec<TerminalEvent> {
        let mut waiting = Vec::new();
        self.take_waiting(&mut waiting);
        waiting
    }

    fn take_waiting(&mut self, waiting: &mut Vec<TerminalEvent>) {
        while let Ok(event) = self.events.try_recv() {
            match (waiting.last_mut(), &event) {
                // Of consecutive resizes only the last is still true.
                (Some(last @ TerminalEvent::Resize(..)), TerminalEvent::Resize(..)) => {
                    *last = event;
                }
                _ => waiting.push(event),
            }
        }
    }
}

/// Recognises text that is pasted into a terminal without bracketed paste: more printable keys
/// than a person can type in that time.
///
/// Ask it for the keys that arrive outside a field, and for no others.
#[derive(Debug, Default)]
pub struct BurstGuard {
    recent: VecDeque<Instant>,
    last: Option<KeyCode>,
}

/// More printable keys than this within [`BURST_WINDOW`] are a paste.
pub const BURST_KEYS_MAX: usize = 5;
pub const BURST_WINDOW: Duration = Duration::from_millis(20);

impl BurstGuard {
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether the key, arriving now, is part of a paste and must not be obeyed.
    pub fn is_paste(&mut self, key: &KeyEvent, now: Instant) -> bool {
        self.recent
            .retain(|&earlier| now.saturating_duration_since(earlier) <= BURST_WINDOW);
        if key
            .modifiers
            .intersects(KeyModifiers::CONTROL | KeyModifiers::ALT)
        {
            return false;
        }
        // A key held down repeats faster than anybody types, and over a slow link all at once.
        let repeated = self.last == Some(key.code);
        self.last = Some(key.code);
        match key.code {
            KeyCode::Char(_) if !repeated => {
                self.recent.push_back(now);
                if self.recent.len() > BURST_KEYS_MAX + 1 {
                    self.recent.pop_front();
                }
            }
            // Line ends and tabs inside a paste belong to it.
            KeyCode::Char(_) | KeyCode::Enter | KeyCode::Tab => {}
            _ => return false,
        }
        self.recent.len() > BURST_KEYS_MAX
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(character: char) -> KeyEvent {
        KeyEvent::new(KeyCode::Char(character), KeyModifiers::NONE)
    }

    /// Types the text with the same pause before each key; tells which keys count as pasted.
    fn typed(text: &str, pause: Duration) -> Vec<bool> {
        let mut guard = BurstGuard::new();
        let mut now = Instant::now();
        text.chars()
            .map(|character| {
                now += pause;
                guard.is_paste(&key(character), now)
            })
            .collect()
    }

    #[test]
    fn the_sixth_quick_key_is_a_paste() {
        let quick = Duration::from_millis(1);
        assert_eq!(
            typed("abcdefg", quick),
            [false, false, false, false, false, true, true]
        );
    }

    #[test]
    fn typing_is_not_a_paste() {
        assert!(
            typed("the quick brown fox", Duration::from_millis(5))
                .iter()
                .all(|paste| !paste)
        );
    }

    #[test]
    fn a_held_key_is_not_a_paste() {
        assert!(
            typed("jjjjjjjjjjjjjjjjjjjj", Duration::ZERO)
                .iter()
                .all(|paste| !paste)
        );
    }

    #[test]
    fn a_line_end_inside_a_paste_belongs_to_it() {
        let mut guard = BurstGuard::new();
        let now = Instant::now();
        for character in "abcdef".chars() {
            guard.is_paste(&key(character), now);
        }
        let enter = KeyEvent::new(KeyCode::Enter, KeyModifiers::NONE);
        assert!(guard.is_paste(&enter, now));
        assert!(guard.is_paste(&key('f'), now), "a letter that is doubled");
        let interrupt = KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL);
        assert!(!guard.is_paste(&interrupt, now));
        assert!(!guard.is_paste(&enter, now + Duration::from_millis(50)));
    }

    #[test]
    fn waiting_events_come_at_once_and_resizes_are_one() {
        let (sender, mut input) = Input::channel();
        for event in [
            TerminalEvent::Resize(80, 24),
            TerminalEvent::Resize(81, 24),
            TerminalEvent::Key(key('a')),
            TerminalEvent::Resize(82, 24),
            TerminalEvent::Resize(83, 24),
        ] {
            sender.send(event).unwrap();
        }
        let expected = [
            TerminalEvent::Resize(81, 24),
            TerminalEvent::Key(key('a')),
            TerminalEvent::Resize(83, 24),
        ];
        assert_eq!(input.drain(), expected);
        assert_eq!(input.drain(), []);
    }

    #[tokio::test]
    async fn the_end_of_the_queue_is_no_event() {
        let (sender, mut input) = Input::channel();
        sender.send(TerminalEvent::FocusGained).unwrap();
        sender.send(TerminalEvent::Hangup).unwrap();
        drop(sender);
        assert_eq!(
            input.wait().await,
            [TerminalEvent::FocusGained, TerminalEvent::Hangup]
        );
        assert_eq!(input.wait().await, []);
    }
}
