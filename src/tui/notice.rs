//! The message line: what was done, what went wrong and what to do next.

use crate::domain::JobId;
use crate::service::Error;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    Plain,
    Good,
    Bad,
}

/// One message; it stays until another replaces it or a key makes it stale.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    pub text: String,
    pub tone: Tone,
    /// The job that the undo key takes back while this is shown.
    pub undo: Option<JobId>,
}

impl Notice {
    #[must_use]
    pub fn plain(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            tone: Tone::Plain,
            undo: None,
        }
    }

    #[must_use]
    pub fn good(text: impl Into<String>) -> Self {
        Self {
            tone: Tone::Good,
            ..Self::plain(text)
        }
    }

    #[must_use]
    pub fn bad(text: impl Into<String>) -> Self {
        Self {
            tone: Tone::Bad,
            ..Self::plain(text)
        }
    }

    #[must_use]
    pub fn error(error: &Error) -> Self {
        Self::bad(error.to_string())
    }

    #[must_use]
    pub fn with_undo(mut self, job: JobId) -> Self {
        self.undo = Some(job);
        self
    }
}
