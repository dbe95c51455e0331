//! Turns signals into events of the same queue as the keys.

use std::io;

use rustix::process::Signal as Number;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender};
use tokio::sync::oneshot;

use super::input::{EventSender, TerminalEvent};
use super::reader::ReaderControl;
use super::terminal;

/// Carries whoever waits for the process to be continued.
pub(super) type SuspensionSender = UnboundedSender<oneshot::Sender<()>>;

/// The signals the console knows. From the moment they are registered none of them has its
/// default effect any more.
pub(super) struct Signals {
    hangup: Signal,
    interrupt: Signal,
    terminate: Signal,
    stop: Signal,
    continued: Signal,
    resize: Signal,
}

impl Signals {
    pub(super) fn register() -> io::Result<Self> {
        let by_number = |number: Number| signal(SignalKind::from_raw(number.as_raw()));
        Ok(Self {
            hangup: signal(SignalKind::hangup())?,
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            stop: by_number(Number::TSTP)?,
            continued: by_number(Number::CONT)?,
            resize: signal(SignalKind::window_change())?,
        })
    }

    /// Forwards until the task is aborted.
    pub(super) async fn forward(
        mut self,
        events: EventSender,
        reader: ReaderControl,
        mut suspensions: UnboundedReceiver<oneshot::Sender<()>>,
    ) {
        let mut suspended: Option<oneshot::Sender<()>> = None;
        loop {
            let event = tokio::select! {
                // First the suspension, then the signal that ends it.
                biased;
                Some(waiting) = suspensions.recv() => {
                    suspended = Some(waiting);
                    continue;
                }
                _ = self.continued.recv() => match suspended.take() {
                    Some(waiting) => {
                        let _ = waiting.send(());
                        continue;
                    }
                    None => TerminalEvent::Continued,
                },
                _ = self.hangup.recv() => TerminalEvent::Hangup,
                _ = self.interrupt.recv() => TerminalEvent::Interrupt,
                _ = self.terminate.recv() => TerminalEvent::Terminate,
                _ = self.stop.recv() => TerminalEvent::Suspend,
                _ = self.resize.recv() => match terminal::window_size() {
                    Ok(size) => TerminalEvent::Resize(size.width, size.height),
                    // A terminal that has no size any more is about to hang up.
                    Err(_) => continue,
                },
            };
            reader.end_soon(&event);
            let _ = events.send(event);
        }
    }
}
