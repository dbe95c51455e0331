//! What can be wrong with the configuration: one sentence each, with the place to mend it.

use super::Origin;
use std::path::PathBuf;

/// None of them holds a value from the configuration, which may be a secret.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("{origin}: there is no key `{key}`{}", ending(.suggestion.as_deref(), "take it out"))]
    UnknownKey {
        origin: Origin,
        key: String,
        suggestion: Option<String>,
    },
    #[error("The variable {name} is unknown{}", ending(.suggestion.as_deref(), "unset it"))]
    UnknownVariable {
        name: String,
        suggestion: Option<String>,
    },
    #[error("{origin}: `{key}` {rule}.")]
    Value {
        origin: Origin,
        key: &'static str,
        rule: String,
    },
    #[error("{origin}: this is not TOML: {message}.")]
    Syntax { origin: Origin, message: String },
    #[error("There is no profile `{name}` in the configuration{}.", known_profiles(.known))]
    UnknownProfile { name: String, known: Vec<String> },
    #[error("{}: the file can't be read: {reason}.", .path.display())]
    Unreadable { path: PathBuf, reason: String },
    #[error("{}: {whom} can {what} this file; run `{command}`.", .path.display())]
    Exposed {
        path: PathBuf,
        whom: &'static str,
        what: &'static str,
        command: String,
    },
    #[error("{flag} is not available in restricted mode.")]
    Restricted { flag: &'static str },
    #[error(
        "Neither XDG_DATA_HOME nor HOME says where the database belongs: name one with --database."
    )]
    NoDataFolder,
}

fn ending(suggestion: Option<&str>, otherwise: &str) -> String {
    suggestion.map_or_else(
        || format!("; {otherwise}."),
        |word| format!("; did you mean `{word}`?"),
    )
}

fn known_profiles(known: &[String]) -> String {
    if known.is_empty() {
        return "; it has none".to_owned();
    }
    format!("; it has {}", known.join(", "))
}
