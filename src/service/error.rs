//! The one error that the console and the command line show: what happened, to what, and what to do next.

use crate::domain::UserId;
use crate::domain::filter::FilterError;
use crate::domain::permission::Permission;
use crate::domain::text;
use crate::domain::unheld::Unheld;
use crate::store;

/// What is wrong with one field of what was entered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldError {
    pub field: &'static str,
    pub message: String,
}

/// What an operator lacks for something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lack {
    /// A right over Wardroom; `beyond` where they hold it, and it doesn't reach that far.
    Right { right: Permission, beyond: bool },
    /// A right over somebody: it doesn't reach them, or their power stands in the way.
    Over { right: Permission, person: UserId },
    /// What others would be given, or hold.
    Unheld(Unheld),
}

impl Lack {
    /// A right that isn't held at all.
    #[must_use]
    pub const fn right(right: Permission) -> Self {
        Self::Right {
            right,
            beyond: false,
        }
    }
}

/// `user:unlock`, or `user:delete at level organization`.
impl std::fmt::Display for Lack {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Right { right, .. } | Self::Over { right, .. } => right.fmt(out),
            Self::Unheld(unheld) => unheld.fmt(out),
        }
    }
}

/// Why something may not be given, taken or done to somebody, and what the operator lacks for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Against {
    pub why: String,
    pub lack: Lack,
}

impl Against {
    pub(super) const fn unheld(why: String, unheld: Unheld) -> Self {
        Self {
            why,
            lack: Lack::Unheld(unheld),
        }
    }

    /// A right that is held, and doesn't reach that far.
    pub(super) const fn beyond(why: String, right: Permission) -> Self {
        let beyond = true;
        Self {
            why,
            lack: Lack::Right { right, beyond },
        }
    }
}

impl From<Against> for Error {
    fn from(against: Against) -> Self {
        Self::Against(Box::new(against))
    }
}

#[derive(Debug)]
pub enum Error {
    /// Unknown, locked, disabled, wrong password: the same words for all of them.
    SignInRefused,
    /// No operator, or their session is over; the text says why.
    NotSignedIn(String),
    Denied {
        permission: Permission,
        who_can_help: Vec<String>,
        /// The right is held, and doesn't reach that far.
        beyond: bool,
    },
    Missing {
        kind: &'static str,
        name: String,
        suggestions: Vec<String>,
    },
    Ambiguous {
        kind: &'static str,
        name: String,
        candidates: Vec<String>,
    },
    Invalid(Vec<FieldError>),
    /// A value that doesn't go with what is there: it is taken, looks like another, or would make a circle.
    Unfit(Vec<FieldError>),
    Filter(FilterError),
    /// Others would be given what the operator doesn't hold, or hold it.
    Against(Box<Against>),
    /// A rule refuses it; the sentence names the thing, the rule and the next step.
    Rule(String),
    /// Somebody else saved first.
    Conflict {
        kind: &'static str,
        name: String,
    },
    NotConfirmed(String),
    ReadOnly,
    Store(store::Error),
    Unexpected(String),
}

pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    #[must_use]
    pub fn missing(kind: &'static str, name: impl Into<String>) -> Self {
        Self::Missing {
            kind,
            name: name.into(),
            suggestions: Vec::new(),
        }
    }

    #[must_use]
    pub fn invalid(field: &'static str, message: impl std::fmt::Display) -> Self {
        Self::Invalid(vec![FieldError {
            field,
            message: message.to_string(),
        }])
    }

    pub(super) fn unfit(field: &'static str, message: String) -> Self {
        Self::Unfit(vec![FieldError { field, message }])
    }

    #[must_use]
    pub fn rule(sentence: impl Into<String>) -> Self {
        Self::Rule(sentence.into())
    }

    /// What was lacking, where that is what refused it.
    #[must_use]
    pub fn lack(&self) -> Option<Lack> {
        match self {
            Self::Denied {
                permission, beyond, ..
            } => Some(Lack::Right {
                right: *permission,
                beyond: *beyond,
            }),
            Self::Against(against) => Some(against.lack.clone()),
            _ => None,
        }
    }

    /// The field errors, where the error belongs to fields of a form.
    #[must_use]
    pub fn fields(&self) -> &[FieldError] {
        match self {
            Self::Invalid(fields) | Self::Unfit(fields) => fields,
            _ => &[],
        }
    }

    /// Both, where both belong to fields of a form, so that all of it can be mended at once; otherwise this one.
    #[must_use]
    pub(crate) fn and(self, other: &Self) -> Self {
        if self.fields().is_empty() || other.fields().is_empty() {
            return self;
        }
        let fields = [self.fields(), other.fields()].concat();
        match (&self, other) {
            (Self::Unfit(_), Self::Unfit(_)) => Self::Unfit(fields),
            _ => Self::Invalid(fields),
        }
    }

    /// Whether the database doesn't answer as it should, whatever was asked.
    #[must_use]
    pub const fn is_database_away(&self) -> bool {
        use store::Error as E;
        matches!(
            self,
            Self::Store(E::Unreachable(_) | E::Locked | E::Retry | E::NoDatabase(_) | E::Broken(_))
        )
    }

    /// Whether the same request may succeed when it is simply made again.
    pub(super) const fn is_retry(&self) -> bool {
        matches!(self, Self::Store(store::Error::Retry))
    }

    /// Whether it is worth an audit row: a broken database is not the operator's deed.
    pub(super) const fn is_audited(&self) -> bool {
        !matches!(
            self,
            Self::Store(_) | Self::Unexpected(_) | Self::ReadOnly | Self::NotSignedIn(_)
        )
    }
}

impl std::fmt::Display for Error {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::SignInRefused => out.write_str(
                "Sign-in failed: the name or the password is wrong, or the account can't sign in now; ask your helpdesk.",
            ),
            Self::NotSignedIn(why) => out.write_str(why),
            Self::Denied { permission, who_can_help, .. } => {
                write!(out, "You may not do that: it needs the right {permission}")?;
                if who_can_help.is_empty() {
                    out.write_str("; ask an administrator for it.")
                } else {
                    write!(out, "; {} can do it or grant it.", text::list(who_can_help, "or"))
                }
            }
            Self::Missing { kind, name, suggestions } => {
                write!(out, "There is no {kind} named \"{name}\"")?;
                if suggestions.is_empty() {
                    let list = match *kind {
                        "node" => "catalogue show --nodes TREE".to_owned(),
                        kind => format!("{kind} list"),
                    };
                    write!(out, " that you may see; list them with: wardroom {list}.")
                } else {
                    write!(out, "; did you mean {}?", suggestions.join(", "))
                }
            }
            Self::Ambiguous { kind, name, candidates } => write!(
                out,
                "More than one {kind} is named \"{name}\": write {}.",
                candidates.join(" or ")
            ),
            Self::Invalid(fields) | Self::Unfit(fields) => {
                for (index, field) in fields.iter().enumerate() {
                    let space = if index == 0 { "" } else { " " };
                    write!(out, "{space}{}: {}", field.field, sentence(&field.message))?;
                }
                Ok(())
            }
            Self::Filter(error) => write!(out, "Filter, {}", sentence(&error.to_string())),
            Self::Against(against) => out.write_str(&against.why),
            Self::Rule(text) | Self::NotConfirmed(text) => out.write_str(text),
            Self::Conflict { kind, name } => write!(
                out,
                "The {kind} \"{name}\" was changed by somebody else meanwhile; look at it again and repeat your change."
            ),
            Self::ReadOnly => out.write_str(
                "This wardroom is read-only, so nothing was changed; start it without --read-only to make changes.",
            ),
            Self::Store(error) => store_sentence(error, out),
            Self::Unexpected(text) => write!(out, "Something went wrong inside wardroom: {text}; please report it."),
        }
    }
}

fn store_sentence(error: &store::Error, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
    use store::Error as E;
    match error {
        E::NoDatabase(path) => write!(
            out,
            "There is no database at {path}; make one with: wardroom init --admin NAME --email ADDRESS, or try: wardroom demo."
        ),
        E::Empty => out.write_str(
            "The database has no Wardroom tables yet; make them with: wardroom init --admin NAME --email ADDRESS.",
        ),
        E::OpenFile(path) => write!(
            out,
            "The database file {path} can be read by others, so it was not opened; mend it with: chmod 600 {path}"
        ),
        E::Newer => out.write_str(
            "The database was written by a newer wardroom than this one; install the newer version on this host.",
        ),
        E::Older => out.write_str(
            "The database was made by another version of wardroom; use that version, or begin a new database with: wardroom init.",
        ),
        E::ReadOnly => out.write_str(
            "The database can only be read, so nothing was changed; check the permissions of its file and folder.",
        ),
        E::Locked | E::Retry => out.write_str(
            "Another program holds the database; nothing was changed, try again in a moment.",
        ),
        E::Unreachable(what) => write!(
            out,
            "The database can't be reached: {what}; nothing was changed, check that it runs and try again."
        ),
        E::Missing => out.write_str(
            "The record changed or went away meanwhile; look at it again and repeat your change.",
        ),
        E::InUse => out.write_str(
            "The record is still in use by others; move or remove those first.",
        ),
        E::Taken(_) => out.write_str("The name is already in use; choose another one."),
        E::Inconsistent(_) | E::Broken(_) => out.write_str(
            "The database answered with an unexpected error, so nothing was changed; run wardroom doctor to check it.",
        ),
    }
}

/// Closes a message with a full stop where it has none.
fn sentence(text: &str) -> String {
    if text.ends_with(['.', '?', '!']) {
        text.to_owned()
    } else {
        format!("{text}.")
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Store(error) => Some(error),
            _ => None,
        }
    }
}

impl From<store::Error> for Error {
    fn from(error: store::Error) -> Self {
        Self::Store(error)
    }
}

impl From<FilterError> for Error {
    fn from(error: FilterError) -> Self {
        Self::Filter(error)
    }
}
