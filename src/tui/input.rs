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
    /// Keys that came faster than anybody types: a paste that the terminal doesn't announce as one.
    Burst(Vec<KeyEvent>),
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
#[derive(Debug, Default)]
pub struct BurstGuard {
    /// When the latest printable keys arrived.
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

    /// Puts together what was pasted among the events that one read of the terminal brought.
    ///
    /// A read is looked at as a whole, so that the first keys of a paste are not obeyed before it is known for one,
    /// and no key that somebody types has to wait.
    pub fn gather(&mut self, arrived: Vec<TerminalEvent>, now: Instant) -> Vec<TerminalEvent> {
        self.recent
            .retain(|&earlier| now.saturating_duration_since(earlier) <= BURST_WINDOW);
        let mut gathered = Vec::with_capacity(arrived.len());
        let mut run = Vec::new();
        for event in arrived {
            match event {
                TerminalEvent::Key(key) if may_be_pasted(&key) => run.push(key),
                other => {
                    self.end_run(&mut run, now, &mut gathered);
                    gathered.push(other);
                }
            }
        }
        self.end_run(&mut run, now, &mut gathered);
        gathered
    }

    fn end_run(&mut self, run: &mut Vec<KeyEvent>, now: Instant, to: &mut Vec<TerminalEvent>) {
        for key in run.iter() {
            // A key held down repeats faster than anybody types, and over a slow link all at once.
            let repeated = self.last.replace(key.code) == Some(key.code);
            if matches!(key.code, KeyCode::Char(_)) && !repeated {
                self.recent.push_back(now);
                if self.recent.len() > BURST_KEYS_MAX + 1 {
                    self.recent.pop_front();
                }
            }
        }
        if self.recent.len() <= BURST_KEYS_MAX {
            to.extend(run.drain(..).map(TerminalEvent::Key));
        } else if !run.is_empty() {
            to.push(TerminalEvent::Burst(std::mem::take(run)));
        }
    }
}

/// Line ends and tabs inside a paste belong to it.
fn may_be_pasted(key: &KeyEvent) -> bool {
    let plain = !key
        .modifiers
        .intersects(KeyModifiers::CONTROL | KeyModifiers::ALT);
    plain && matches!(key.code, KeyCode::Char(_) | KeyCode::Enter | KeyCode::Tab)
}

/// The keys of a burst as the text that was pasted.
#[must_use]
pub fn text_of(keys: &[KeyEvent]) -> String {
    keys.iter()
        .filter_map(|key| match key.code {
            KeyCode::Char(character) => Some(character),
            KeyCode::Enter => Some('\n'),
            KeyCode::Tab => Some('\t'),
            _ => None,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(character: char) -> KeyEvent {
        KeyEvent::new(KeyCode::Char(character), KeyModifiers::NONE)
    }

    fn keys(text: &str) -> Vec<TerminalEvent> {
        let code = |character| match character {
            '\n' => KeyCode::Enter,
            other => KeyCode::Char(other),
        };
        text.chars()
            .map(|character| TerminalEvent::Key(KeyEvent::new(code(character), KeyModifiers::NONE)))
            .collect()
    }

    /// What of the events was taken for a paste.
    fn pasted(events: &[TerminalEvent]) -> String {
        events
            .iter()
            .filter_map(|event| match event {
                TerminalEvent::Burst(keys) => Some(text_of(keys)),
                _ => None,
            })
            .collect()
    }

    /// Types the text with the same pause before each key; tells what counts as pasted.
    fn typed(text: &str, pause: Duration) -> String {
        let mut guard = BurstGuard::new();
        let mut now = Instant::now();
        let mut typed = Vec::new();
        for event in keys(text) {
            now += pause;
            typed.extend(guard.gather(vec![event], now));
        }
        pasted(&typed)
    }

    #[test]
    fn what_arrives_at_once_is_a_paste_from_its_first_key_on() {
        let mut guard = BurstGuard::new();
        let now = Instant::now();
        let arrived = guard.gather(keys("b.tanaka\n 1"), now);
        assert_eq!(pasted(&arrived), "b.tanaka\n 1");
        let rest = guard.gather(keys("\n1"), now + Duration::from_millis(5));
        assert_eq!(
            pasted(&rest),
            "\n1",
            "the rest of it comes with the next read"
        );
        let later = guard.gather(keys("\n1"), now + Duration::from_millis(50));
        assert_eq!(pasted(&later), "");
    }

    #[test]
    fn the_sixth_quick_key_is_a_paste() {
        assert_eq!(typed("abcdefg", Duration::from_millis(1)), "fg");
    }

    #[test]
    fn typing_is_not_a_paste() {
        assert_eq!(typed("the quick brown fox", Duration::from_millis(5)), "");
    }

    #[test]
    fn a_held_key_is_not_a_paste() {
        let held = "jjjjjjjjjjjjjjjjjjjj";
        assert_eq!(typed(held, Duration::ZERO), "");
        let at_once = BurstGuard::new().gather(keys(held), Instant::now());
        assert_eq!(pasted(&at_once), "");
    }

    #[test]
    fn a_key_that_is_no_text_stands_beside_the_paste() {
        let interrupt =
            TerminalEvent::Key(KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL));
        let mut arrived = keys("abcdef");
        arrived.push(interrupt.clone());
        let gathered = BurstGuard::new().gather(arrived, Instant::now());
        assert_eq!(pasted(&gathered), "abcdef");
        assert_eq!(gathered.last(), Some(&interrupt));
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
