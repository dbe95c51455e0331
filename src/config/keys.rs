//! Every key of the configuration, one line each, and how its values are read and shown.
//!
//! To add a key: a field with its default in `mod.rs`, its line in the table below, and its lines
//! in `config.toml.example`; a test compares the three.

use super::Config;
use std::path::PathBuf;

/// A key: how a value gets into the configuration, and how it is shown.
pub(super) struct Key {
    pub name: &'static str,
    /// Sets the value, or says the rule that it breaks, as "must be …".
    pub set: fn(&mut Config, &Value) -> Result<(), String>,
    pub show: fn(&Config) -> String,
}

/// A value as it was written.
#[derive(Clone)]
pub(super) enum Value {
    Bool(bool),
    Integer(i64),
    Text(String),
    /// From a variable or a flag, where everything is text.
    Untyped(String),
    /// A list, a date, a fraction: no key takes one.
    Other,
}

/// A type that a key can have.
pub(super) trait Setting: Sized {
    fn read(value: &Value) -> Result<Self, String>;
    fn show(&self) -> String;
}

/// `section.key`, with the numbers it may have.
macro_rules! keys {
    ($($first:ident $(. $rest:ident)* $(in $least:literal ..= $most:literal)?;)*) => {
        pub(super) static KEYS: &[Key] = &[$(Key {
            name: concat!(stringify!($first) $(, ".", stringify!($rest))*),
            set: |config, value| {
                config.$first $(.$rest)* = Setting::read(value)
                    $(.and_then(|number| within(number, $least, $most)))??;
                Ok(())
            },
            show: |config| config.$first $(.$rest)*.show(),
        },)*];
    };
}

keys! {
    database;
    read_only;
    restricted;
    environment;
    environment_color;
    production;
    color;
    theme;
    keys;
    password.minimum_length in 8..=256;
    password.require_classes;
    password.blocklist_file;
    lockout.failures in 1..=1000;
    lockout.minutes in 0..=525_600;
    session.idle_minutes in 0..=1440;
    session.absolute_hours in 1..=168;
    tiers.count_over in 1..=100_000;
    tiers.erase_over in 1..=1_000_000;
    tiers.organization_percent in 1..=100;
    tiers.reason_required_from_tier in 1..=4;
    tiers.ticket_required;
    terminal.synchronized_output;
    terminal.clipboard;
    terminal.time_zone;
    postgres.pool_max in 2..=100;
    postgres.statement_timeout_secs in 1..=3600;
    sqlite.busy_timeout_secs in 1..=60;
    sqlite.readers in 1..=64;
    argon2.memory_kib in 19_456..=1_048_576;
    argon2.passes in 2..=16;
    argon2.parallelism in 1..=16;
    argon2.threads in 0..=256;
}

/// What a profile may say: which database it is, and how the console warns of it.
const PROFILE_KEYS: &[&str] = &[
    "database",
    "environment",
    "environment_color",
    "production",
    "read_only",
];

impl Key {
    pub fn of_profiles() -> impl Iterator<Item = &'static Self> + Clone {
        KEYS.iter().filter(|key| PROFILE_KEYS.contains(&key.name))
    }

    /// `lockout.minutes` is `WARDROOM_LOCKOUT_MINUTES` in the environment.
    pub fn variable(&self) -> String {
        format!(
            "WARDROOM_{}",
            self.name.replace('.', "_").to_ascii_uppercase()
        )
    }
}

impl Value {
    pub fn text(&self) -> Result<&str, String> {
        match self {
            Self::Text(text) | Self::Untyped(text) => Ok(text),
            Self::Bool(_) | Self::Integer(_) | Self::Other => Err("must be text".to_owned()),
        }
    }
}

fn within(number: u32, least: u32, most: u32) -> Result<u32, String> {
    if (least..=most).contains(&number) {
        return Ok(number);
    }
    Err(format!("must be a whole number from {least} to {most}"))
}

impl Setting for u32 {
    fn read(value: &Value) -> Result<Self, String> {
        let number = match value {
            Value::Integer(number) => Self::try_from(*number).ok(),
            Value::Untyped(text) => text.parse().ok(),
            Value::Bool(_) | Value::Text(_) | Value::Other => {
                return Err("must be a whole number without quotes".to_owned());
            }
        };
        // Numbers that fit no key get the message of the key's own limits.
        Ok(number.unwrap_or(Self::MAX))
    }

    fn show(&self) -> String {
        self.to_string()
    }
}

impl Setting for bool {
    fn read(value: &Value) -> Result<Self, String> {
        let untyped = match value {
            Value::Bool(value) => return Ok(*value),
            Value::Untyped(text) => text.to_ascii_lowercase(),
            Value::Integer(_) | Value::Text(_) | Value::Other => String::new(),
        };
        match untyped.as_str() {
            "true" | "yes" | "on" | "1" => Ok(true),
            "false" | "no" | "off" | "0" => Ok(false),
            _ => Err("must be true or false".to_owned()),
        }
    }

    fn show(&self) -> String {
        self.to_string()
    }
}

/// Empty text says that there is none.
impl<T: Setting> Setting for Option<T> {
    fn read(value: &Value) -> Result<Self, String> {
        match value {
            Value::Text(text) | Value::Untyped(text) if text.is_empty() => Ok(None),
            _ => T::read(value).map(Some),
        }
    }

    fn show(&self) -> String {
        self.as_ref().map(Setting::show).unwrap_or_default()
    }
}

impl Setting for PathBuf {
    fn read(value: &Value) -> Result<Self, String> {
        let path = Self::from(value.text()?);
        if path.is_absolute() {
            Ok(path)
        } else {
            Err("must be an absolute path".to_owned())
        }
    }

    fn show(&self) -> String {
        self.display().to_string()
    }
}
