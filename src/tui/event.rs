//! What wakes the loop: the terminal, or a reply to something a screen asked for.

use super::input::TerminalEvent;
use crate::domain::OrganizationId;
use crate::service::{Error, Result, Session};
use std::any::Any;
use tokio::sync::mpsc::UnboundedSender;

/// Everything that can wake the loop. It has no variant per screen.
pub enum Event {
    Terminal(TerminalEvent),
    Reply(Reply),
}

/// Names one open screen or modal for as long as it is open; an answer to one that closed is dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LayerId(pub u64);

impl LayerId {
    /// The application itself.
    pub const ROOT: Self = Self(0);
}

/// An answer, erased: only the layer that asked knows its type.
pub struct Reply {
    pub to: LayerId,
    /// Nothing when the task ended without an answer.
    pub message: Option<Box<dyn Any + Send>>,
    pub health: Health,
    /// Which request of its lane it answers.
    pub lane: Option<(Lane, u64)>,
    /// Whether this ends something that was counted as in flight.
    pub counted: bool,
    /// Whether something may have been written, so that lists have to be looked at again.
    pub writes: bool,
    /// The session in which it was asked; what belongs to one that is over is dropped.
    pub session: u64,
    /// The organization in which it was asked; nothing before the sign-in, and for what was asked by nobody.
    pub organization: Option<OrganizationId>,
}

/// Requests of one layer of which only the newest counts, such as search-as-you-type.
pub type Lane = &'static str;

/// What an answer says about the database and the session, whatever else it says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Health {
    Well,
    /// The database can't be reached; the sentence says what to do.
    Away(String),
    /// The operator is no longer signed in.
    Ended(String),
    /// It says nothing about either.
    Unknown,
}

impl Health {
    pub fn of<T>(result: &Result<T>) -> Self {
        match result {
            Ok(_) => Self::Well,
            Err(error) if error.is_database_away() => Self::Away(error.to_string()),
            Err(Error::NotSignedIn(why)) => Self::Ended(why.clone()),
            Err(_) => Self::Unknown,
        }
    }
}

/// Sends the answer of a task, or, when the task dies without one, the news that there is none:
/// otherwise the application would wait for it forever.
pub struct Answer {
    events: UnboundedSender<Event>,
    reply: Option<Reply>,
}

impl Answer {
    #[must_use]
    pub fn new(
        events: UnboundedSender<Event>,
        to: LayerId,
        lane: Option<(Lane, u64)>,
        session: u64,
    ) -> Self {
        let reply = Reply {
            to,
            message: None,
            health: Health::Unknown,
            lane,
            counted: true,
            writes: false,
            session,
            organization: None,
        };
        Self {
            events,
            reply: Some(reply),
        }
    }

    /// Says in which organization it is asked: what ends there doesn't end the work elsewhere.
    #[must_use]
    pub fn asked_in(mut self, session: Option<&Session>) -> Self {
        if let Some(reply) = &mut self.reply {
            reply.organization = session.map(|session| session.organization);
        }
        self
    }

    /// Says that the task writes.
    #[must_use]
    pub fn of_a_write(mut self) -> Self {
        if let Some(reply) = &mut self.reply {
            reply.writes = true;
        }
        self
    }

    /// Keeps the answer to send it when the task ends.
    pub fn give(mut self, health: Health, message: impl Any + Send) {
        if let Some(reply) = &mut self.reply {
            reply.health = health;
            reply.message = Some(Box::new(message));
        }
    }
}

impl Drop for Answer {
    fn drop(&mut self) {
        if let Some(reply) = self.reply.take() {
            // The loop may be gone already; then nobody waits for the answer either.
            let _ = self.events.send(Event::Reply(reply));
        }
    }
}
