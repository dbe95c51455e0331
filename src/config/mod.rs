//! The configuration: what was decided, and where. A flag counts before a `WARDROOM_*` variable,
//! that before the user's file, that before the host's, and that before the default.
//!
//! A profile's values count where the profile was picked: by `--profile` as flags, so that no
//! variable left in a shell turns `--profile test` into production; by `WARDROOM_PROFILE` above
//! the files. `restricted` is the one key that nothing can take back once a place has set it.

mod database;
mod environment;
mod error;
mod file;
mod keys;
mod load;
#[cfg(test)]
mod tests;
mod words;

pub use database::DatabaseAddress;
pub use environment::{Environment, Secret};
pub use error::ConfigError;
pub use file::{read_open, refuse_if_shared};
pub use load::Flags;
pub use words::{
    ClipboardAccess, Color, EnvironmentColor, EnvironmentWord, SynchronizedOutput, Theme,
    TimeZoneName,
};

use keys::KEYS;
use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

/// What counts after every place was asked. `config.toml.example` says what each key is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    pub database: DatabaseAddress,
    pub read_only: bool,
    pub restricted: bool,
    pub environment: Option<EnvironmentWord>,
    pub environment_color: EnvironmentColor,
    pub production: bool,
    pub color: Color,
    pub theme: Theme,
    /// The file that rebinds keys. Where no place names one it is the one beside the configuration, if there is one.
    pub keys: Option<PathBuf>,
    pub password: PasswordPolicy,
    pub lockout: LockoutPolicy,
    pub session: SessionPolicy,
    pub tiers: TierPolicy,
    pub terminal: TerminalSettings,
    pub postgres: PostgresSettings,
    pub sqlite: SqliteSettings,
    pub argon2: Argon2Settings,
    /// The name of the profile that was picked.
    pub profile: Option<String>,
    origins: BTreeMap<&'static str, Origin>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PasswordPolicy {
    pub minimum_length: u32,
    pub require_classes: bool,
    pub blocklist_file: Option<PathBuf>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LockoutPolicy {
    pub failures: u32,
    /// Zero: until somebody unlocks.
    pub minutes: u32,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionPolicy {
    /// Zero: never.
    pub idle_minutes: u32,
    pub absolute_hours: u32,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TierPolicy {
    pub count_over: u32,
    pub erase_over: u32,
    pub organization_percent: u32,
    pub reason_required_from_tier: u32,
    pub ticket_required: bool,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TerminalSettings {
    pub synchronized_output: SynchronizedOutput,
    pub clipboard: ClipboardAccess,
    pub time_zone: TimeZoneName,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PostgresSettings {
    pub pool_max: u32,
    pub statement_timeout_secs: u32,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SqliteSettings {
    pub busy_timeout_secs: u32,
    pub readers: u32,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Argon2Settings {
    pub memory_kib: u32,
    pub passes: u32,
    pub parallelism: u32,
    /// How many passwords are hashed at once; zero: as many as the host has cores.
    pub threads: u32,
}

/// The defaults. The database is a file in the folder where the program was started, until
/// [`Config::load`] knows the folder for data.
impl Default for Config {
    fn default() -> Self {
        Self {
            database: DatabaseAddress::Sqlite("wardroom.db".into()),
            read_only: false,
            restricted: false,
            environment: None,
            environment_color: EnvironmentColor::default(),
            production: false,
            color: Color::default(),
            theme: Theme::default(),
            keys: None,
            password: PasswordPolicy {
                minimum_length: 12,
                require_classes: false,
                blocklist_file: None,
            },
            lockout: LockoutPolicy {
                failures: 10,
                minutes: 30,
            },
            session: SessionPolicy {
                idle_minutes: 10,
                absolute_hours: 12,
            },
            tiers: TierPolicy {
                count_over: 25,
                erase_over: 500,
                organization_percent: 5,
                reason_required_from_tier: 4,
                ticket_required: false,
            },
            terminal: TerminalSettings::default(),
            postgres: PostgresSettings {
                pool_max: 8,
                statement_timeout_secs: 60,
            },
            sqlite: SqliteSettings {
                busy_timeout_secs: 5,
                readers: 4,
            },
            argon2: Argon2Settings {
                memory_kib: 19_456,
                passes: 2,
                parallelism: 1,
                threads: 0,
            },
            profile: None,
            origins: BTreeMap::new(),
        }
    }
}

/// Where a value comes from; printed so that a person finds the place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    Default,
    File {
        path: PathBuf,
        line: usize,
        profile: Option<String>,
    },
    Variable(String),
    Flag(&'static str),
}

/// A line of `config show`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub key: &'static str,
    /// As a person would write it, without quotes; passwords are hidden.
    pub value: String,
    pub origin: Origin,
}

impl Config {
    /// Every key with its value and where it comes from.
    #[must_use]
    pub fn entries(&self) -> Vec<Entry> {
        let entry = |key: &keys::Key| Entry {
            key: key.name,
            value: (key.show)(self),
            origin: self.origin(key.name),
        };
        KEYS.iter().map(entry).collect()
    }

    fn origin(&self, key: &str) -> Origin {
        self.origins.get(key).cloned().unwrap_or(Origin::Default)
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => formatter.write_str("default"),
            Self::File {
                path,
                line,
                profile: None,
            } => write!(formatter, "{}:{line}", path.display()),
            Self::File {
                path,
                line,
                profile: Some(name),
            } => {
                write!(formatter, "{}:{line} (profile {name})", path.display())
            }
            Self::Variable(name) => formatter.write_str(name),
            Self::Flag(name) => formatter.write_str(name),
        }
    }
}
