//! How a command ends: the code that scripts branch on, and the sentence that goes with it.

use crate::config::ConfigError;
use crate::service::{Error, StoreError};
use std::io;

/// The codes of the process. What each means is part of the interface: scripts branch on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// All done; yes.
    Done = 0,
    Unexpected = 1,
    /// Wrong usage or configuration, or a value that is no value of its field.
    Usage = 2,
    /// Nothing matched, or there is no such record.
    Missing = 3,
    /// Not signed in, or no right.
    Denied = 4,
    /// Changed by somebody else meanwhile.
    Conflict = 5,
    NotConfirmed = 6,
    /// The database can't be reached or used.
    Database = 7,
    /// Partly done: the job says what is left.
    Partly = 8,
    /// Refused by a rule; or a check that found something.
    Refused = 9,
    HungUp = 129,
    Interrupted = 130,
    Terminated = 143,
}

impl From<Exit> for std::process::ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// Why a command ended without its answer.
#[derive(Debug)]
pub enum Failure {
    Service(Error),
    Config(ConfigError),
    /// A wrong argument or input: one sentence with the next step.
    Usage(String),
    /// Any other ending with its own sentence.
    Said(Exit, String),
    /// Standard output can't be written. A reader that went away is no failure.
    Output(io::Error),
}

pub type Result<T> = std::result::Result<T, Failure>;

impl Failure {
    pub fn usage(sentence: impl Into<String>) -> Self {
        Self::Usage(sentence.into())
    }

    #[must_use]
    pub fn exit(&self) -> Exit {
        match self {
            Self::Service(error) => exit_of(error),
            Self::Config(_) | Self::Usage(_) => Exit::Usage,
            Self::Said(exit, _) => *exit,
            Self::Output(error) if error.kind() == io::ErrorKind::BrokenPipe => Exit::Done,
            Self::Output(_) => Exit::Unexpected,
        }
    }

    /// What a person is told; nothing where the reader went away.
    #[must_use]
    pub fn sentence(&self) -> Option<String> {
        match self {
            Self::Service(error) => Some(error.to_string()),
            Self::Config(error) => Some(error.to_string()),
            Self::Usage(sentence) | Self::Said(_, sentence) => Some(sentence.clone()),
            Self::Output(error) if error.kind() == io::ErrorKind::BrokenPipe => None,
            Self::Output(error) => Some(format!(
                "The answer could not be written to standard output: {error}."
            )),
        }
    }
}

fn exit_of(error: &Error) -> Exit {
    match error {
        Error::SignInRefused | Error::NotSignedIn(_) | Error::Denied { .. } => Exit::Denied,
        Error::Missing { .. } => Exit::Missing,
        Error::Ambiguous { .. } | Error::Invalid(_) | Error::Filter(_) => Exit::Usage,
        Error::Unfit(_) | Error::Against(_) | Error::Rule(_) | Error::ReadOnly => Exit::Refused,
        Error::Conflict { .. } => Exit::Conflict,
        Error::NotConfirmed(_) => Exit::NotConfirmed,
        Error::Store(error) => exit_of_store(error),
        Error::Unexpected(_) => Exit::Unexpected,
    }
}

const fn exit_of_store(error: &StoreError) -> Exit {
    match error {
        StoreError::Taken(_) | StoreError::InUse => Exit::Refused,
        StoreError::Missing => Exit::Conflict,
        StoreError::Inconsistent(_) | StoreError::Broken(_) => Exit::Unexpected,
        StoreError::NoDatabase(_)
        | StoreError::OpenFile(_)
        | StoreError::Newer
        | StoreError::Older
        | StoreError::Empty
        | StoreError::ReadOnly
        | StoreError::Locked
        | StoreError::Retry
        | StoreError::Unreachable(_) => Exit::Database,
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Service(error)
    }
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        Self::Config(error)
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}

impl From<serde_json::Error> for Failure {
    fn from(error: serde_json::Error) -> Self {
        Self::Output(error.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::permission::{Permission, Resource, Verb};
    use crate::service::FieldError;

    #[test]
    fn every_error_has_its_code() {
        let permission = Permission(Resource::User, Verb::Unlock);
        let field = FieldError {
            field: "email",
            message: "it is taken".to_owned(),
        };
        let unreachable = StoreError::Unreachable("the server is gone".to_owned());
        for (error, code) in [
            (Error::SignInRefused, 4),
            (
                Error::NotSignedIn("Your session has run out.".to_owned()),
                4,
            ),
            (
                Error::Denied {
                    permission,
                    who_can_help: Vec::new(),
                    beyond: false,
                },
                4,
            ),
            (Error::missing("user", "bob"), 3),
            (
                Error::Ambiguous {
                    kind: "role",
                    name: "Editor".to_owned(),
                    candidates: Vec::new(),
                },
                2,
            ),
            (Error::Invalid(vec![field.clone()]), 2),
            (Error::Unfit(vec![field]), 9),
            (Error::rule("The last administrator stays."), 9),
            (Error::ReadOnly, 9),
            (
                Error::Conflict {
                    kind: "user",
                    name: "bob".to_owned(),
                },
                5,
            ),
            (Error::NotConfirmed("Say how many.".to_owned()), 6),
            (Error::Store(unreachable), 7),
            (Error::Store(StoreError::NoDatabase("here".to_owned())), 7),
            (Error::Store(StoreError::Newer), 7),
            (Error::Store(StoreError::Missing), 5),
            (Error::Unexpected("this".to_owned()), 1),
        ] {
            let failure = Failure::from(error);
            assert_eq!(failure.exit() as u8, code, "{failure:?}");
            assert!(failure.sentence().is_some());
        }
    }

    #[test]
    fn a_reader_that_went_away_is_no_failure() {
        let failure = Failure::from(io::Error::from(io::ErrorKind::BrokenPipe));
        assert_eq!(failure.exit(), Exit::Done);
        assert_eq!(failure.sentence(), None);
    }
}
