//! The message line: what was done, what went wrong and what to do next.

use crate::service::{Error, Lack};

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
    /// Whether it says that the undo key takes it back.
    pub offers_undo: bool,
    /// What it says is lacking: a key explains that.
    pub lacks: Option<Lack>,
}

impl Notice {
    #[must_use]
    pub fn plain(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            tone: Tone::Plain,
            offers_undo: false,
            lacks: None,
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
        Self::bad(error.to_string()).about(error.lack())
    }

    /// Says what is lacking, where something is.
    #[must_use]
    pub fn about(mut self, lacks: Option<Lack>) -> Self {
        self.lacks = lacks;
        self
    }

    #[must_use]
    pub const fn with_undo(mut self) -> Self {
        self.offers_undo = true;
        self
    }
}
