//! The lock of a console that was left alone: what is on the screen goes, everything else stays and goes on.

use super::App;
use super::Request;
use super::background::{Message, tell_later};
use crate::domain::Time;
use crate::tui::actions::ActionId;
use crate::tui::keys::{self, Meaning};
use crate::tui::screens::lock::LockScreen;
use crokey::KeyCombination;
use crossterm::event::KeyEvent;
use std::time::Duration;

/// When somebody was there last, and the timer that asks for it. No key sets a timer: one that fires too early only
/// sets the next.
#[derive(Debug, Default)]
pub struct Attendance {
    last: Time,
    /// Grows with each timer, so that one of an earlier session or before a lock is recognised.
    timer: u64,
}

impl App {
    /// Somebody is there. Returns whether they came too late, so that the screen is locked now: a machine that slept
    /// wakes up before its timers do.
    pub(super) fn attend(&mut self) -> bool {
        let came_late = self.seconds_left().is_some_and(|left| left <= 0);
        if came_late {
            self.lock();
        }
        self.attendance.last = self.shared.service.now();
        came_late
    }

    pub(super) fn begin_attendance(&mut self) {
        self.attendance.last = self.shared.service.now();
        self.watch_attendance();
    }

    /// Locks the screen if nobody was there for too long; otherwise asks again when that could be.
    pub fn look_whether_idle(&mut self) {
        match self.seconds_left() {
            Some(left) if left <= 0 => self.lock(),
            _ => self.watch_attendance(),
        }
    }

    /// What the timer says.
    pub(super) fn timer_fired(&mut self, timer: u64) {
        if timer == self.attendance.timer {
            self.look_whether_idle();
        }
    }

    fn watch_attendance(&mut self) {
        let seconds = self
            .seconds_left()
            .and_then(|left| u64::try_from(left).ok());
        if let Some(seconds) = seconds {
            self.attendance.timer += 1;
            tell_later(
                &self.sender(),
                Duration::from_secs(seconds.max(1)),
                Message::Idle(self.attendance.timer),
            );
        }
    }

    /// How long nobody may still come; nothing where the screen is not to be locked, or is.
    fn seconds_left(&self) -> Option<i64> {
        let minutes = i64::from(self.shared.options.idle_minutes);
        if minutes == 0 || self.shared.session.is_none() || self.lock.is_some() {
            return None;
        }
        let away = self
            .attendance
            .last
            .seconds_until(self.shared.service.now());
        Some(minutes * 60 - away)
    }

    pub(super) fn lock(&mut self) {
        if let Some(session) = &self.shared.session {
            let screen = LockScreen::new(session.username.clone());
            self.pressed.clear();
            self.lock = Some(self.shared.hold(screen));
        }
    }

    pub(super) fn unlock(&mut self) {
        self.lock = None;
        self.begin_attendance();
    }

    /// A key while the screen is locked: it quits, or it is for the one who asks for the password.
    pub(super) fn key_while_locked(&mut self, key: KeyEvent, combination: KeyCombination) {
        let still = |id| matches!(id, ActionId::Quit | ActionId::Stop | ActionId::Redraw);
        let is_text = keys::is_printable(key) && self.takes_text();
        match self.keys.meaning(&[combination], still) {
            Meaning::Action(ActionId::Quit) if !is_text => self.want(Request::Quit(0)),
            Meaning::Action(id) if !is_text => self.run(id),
            _ => {
                if let Some(lock) = &mut self.lock {
                    lock.key(key, &mut self.shared);
                }
            }
        }
    }
}
