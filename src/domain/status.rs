//! The status of a user as people see it, and what kind of account it is.

use serde::{Deserialize, Serialize};

/// What people see, filter by and read in JSON: of all that holds, the first in this order.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    Deleted,
    Disabled,
    Invited,
    Locked,
    PasswordReset,
    Expired,
    #[default]
    NeverSignedIn,
    Active,
}

impl Status {
    /// In the order in which they are looked for.
    pub const ALL: [Self; 8] = [
        Self::Deleted,
        Self::Disabled,
        Self::Invited,
        Self::Locked,
        Self::PasswordReset,
        Self::Expired,
        Self::NeverSignedIn,
        Self::Active,
    ];

    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Deleted => "deleted",
            Self::Disabled => "disabled",
            Self::Invited => "invited",
            Self::Locked => "locked",
            Self::PasswordReset => "password_reset",
            Self::Expired => "expired",
            Self::NeverSignedIn => "never_signed_in",
            Self::Active => "active",
        }
    }

    /// Reads a status as people type it: `password_reset`, `password-reset`, `Locked`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let word = text.to_ascii_lowercase().replace('-', "_");
        Self::ALL.into_iter().find(|status| status.as_str() == word)
    }
}

impl std::fmt::Display for Status {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.pad(self.as_str())
    }
}

/// Whom an account is for.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    #[default]
    Person,
    /// A group of people who use one account.
    Shared,
    /// A system: it has no password and never locks.
    Service,
}

impl Kind {
    pub const ALL: [Self; 3] = [Self::Person, Self::Shared, Self::Service];

    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Shared => "shared",
            Self::Service => "service",
        }
    }

    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.as_str().eq_ignore_ascii_case(text))
    }
}

impl std::fmt::Display for Kind {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.pad(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_reads_as_it_is_written() {
        for status in Status::ALL {
            assert_eq!(Status::parse(status.as_str()), Some(status));
            assert_eq!(
                Status::parse(&status.as_str().to_uppercase().replace('_', "-")),
                Some(status)
            );
            assert_eq!(serde_json::to_value(status).unwrap(), status.as_str());
        }
        assert_eq!(Status::parse("lock"), None);
        assert!(Status::ALL.is_sorted());
    }

    #[test]
    fn a_kind_reads_as_it_is_written() {
        for kind in Kind::ALL {
            assert_eq!(Kind::parse(&kind.to_string()), Some(kind));
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.as_str());
        }
        assert_eq!(Kind::parse("robot"), None);
    }
}
