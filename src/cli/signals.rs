//! Interrupt, terminate and hang-up: at once outside of a job, after the running chunk inside one.

use super::exit::Exit;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use tokio::signal::unix::{Signal, SignalKind, signal};

/// The signals that end a command, listened to from its start to its end.
pub struct Signals {
    interrupt: Signal,
    terminate: Signal,
    hang_up: Signal,
    stop: Stop,
}

/// What a job asks between two chunks. Cloning it shares the answer.
#[derive(Clone, Debug, Default)]
pub struct Stop(Arc<State>);

#[derive(Debug, Default)]
struct State {
    /// Whether somebody stops by themselves.
    held: AtomicBool,
    /// The exit code of the signal that came; zero: none.
    asked: AtomicU8,
}

/// While it lives, a signal is only noted.
pub struct Hold(Stop);

impl Signals {
    pub fn listen() -> io::Result<Self> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            hang_up: signal(SignalKind::hangup())?,
            stop: Stop::default(),
        })
    }

    pub fn stop(&self) -> Stop {
        self.stop.clone()
    }

    /// Waits for a signal that nobody holds back.
    pub async fn ended(&mut self) -> Exit {
        loop {
            let exit = tokio::select! {
                _ = self.interrupt.recv() => Exit::Interrupted,
                _ = self.terminate.recv() => Exit::Terminated,
                _ = self.hang_up.recv() => Exit::HungUp,
            };
            self.stop.0.asked.store(exit as u8, Ordering::Relaxed);
            if !self.stop.0.held.load(Ordering::Relaxed) {
                return exit;
            }
        }
    }
}

impl Stop {
    /// From now on the holder asks by itself.
    pub fn hold(&self) -> Hold {
        self.0.held.store(true, Ordering::Relaxed);
        Hold(self.clone())
    }

    /// How to end, if somebody wants that.
    pub fn asked(&self) -> Option<Exit> {
        let code = self.0.asked.load(Ordering::Relaxed);
        [Exit::Interrupted, Exit::Terminated, Exit::HungUp]
            .into_iter()
            .find(|exit| *exit as u8 == code)
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        self.0.0.held.store(false, Ordering::Relaxed);
    }
}
