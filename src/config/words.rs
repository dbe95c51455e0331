//! The values that are one of a few words, and two that are a word of a certain form.

use super::keys::{Setting, Value};
use jiff::tz::TimeZone;
use std::fmt;

/// An enum whose first word is its default.
macro_rules! words {
    ($($(#[$doc:meta])* $name:ident { $first:ident = $first_word:literal $(, $other:ident = $other_word:literal)* })*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        pub enum $name {
            #[default]
            $first,
            $($other,)*
        }

        impl Setting for $name {
            fn read(value: &Value) -> Result<Self, String> {
                match value.text()? {
                    $first_word => Ok(Self::$first),
                    $($other_word => Ok(Self::$other),)*
                    _ => Err(format!("must be one of {}", [$first_word $(, $other_word)*].join(", "))),
                }
            }

            fn show(&self) -> String {
                match self {
                    Self::$first => $first_word,
                    $(Self::$other => $other_word,)*
                }
                .to_owned()
            }
        }
    )*};
}

words! {
    /// Whether output is coloured; `Auto` asks the terminal and `NO_COLOR`.
    Color { Auto = "auto", Always = "always", Never = "never" }
    /// `Default` keeps the terminal's own foreground and background, as `Sixteen` and `None` do.
    Theme { Default = "default", Light = "light", Dark = "dark", Sixteen = "16", None = "none" }
    /// The colour of the environment word; `Auto` is red in production and plain elsewhere.
    EnvironmentColor {
        Auto = "auto", Red = "red", Yellow = "yellow", Green = "green", Blue = "blue",
        Magenta = "magenta", Cyan = "cyan"
    }
    /// Whether frames are wrapped in mode 2026; `Auto` does it where the terminal is known for it.
    SynchronizedOutput { Auto = "auto", On = "on", Off = "off" }
    /// How text is handed to the terminal's clipboard; the sequence ends with BEL, or with ST.
    ClipboardAccess { Osc52 = "osc52", Osc52St = "osc52-st", Off = "off" }
}

/// The longest environment word: the title has 80 columns for everything.
const ENVIRONMENT_LENGTH_MAX: usize = 16;

/// The word for an environment in the title, such as `prod-eu`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnvironmentWord(String);

impl fmt::Display for EnvironmentWord {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl Setting for EnvironmentWord {
    fn read(value: &Value) -> Result<Self, String> {
        let word = value.text()?;
        let plain = word
            .chars()
            .all(|letter| letter.is_ascii_alphanumeric() || "-_.".contains(letter));
        if plain && word.len() <= ENVIRONMENT_LENGTH_MAX {
            return Ok(Self(word.to_owned()));
        }
        Err(format!(
            "must be at most {ENVIRONMENT_LENGTH_MAX} letters, digits, `-`, `_` or `.`"
        ))
    }

    fn show(&self) -> String {
        self.0.clone()
    }
}

/// The time zone that times are shown in where the operator has none of their own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum TimeZoneName {
    /// The one of the host.
    #[default]
    Local,
    Utc,
    Named(String),
}

impl TimeZoneName {
    /// The zone itself; the name was looked up when it was read, so it is known.
    #[must_use]
    pub fn zone(&self) -> TimeZone {
        match self {
            Self::Local => TimeZone::system(),
            Self::Utc => TimeZone::UTC,
            Self::Named(name) => TimeZone::get(name).unwrap_or(TimeZone::UTC),
        }
    }
}

impl Setting for TimeZoneName {
    fn read(value: &Value) -> Result<Self, String> {
        match value.text()? {
            "local" => Ok(Self::Local),
            "UTC" => Ok(Self::Utc),
            name if TimeZone::get(name).is_ok() => Ok(Self::Named(name.to_owned())),
            _ => Err("must be local, UTC, or a zone such as Europe/Vienna".to_owned()),
        }
    }

    fn show(&self) -> String {
        match self {
            Self::Local => "local".to_owned(),
            Self::Utc => "UTC".to_owned(),
            Self::Named(name) => name.clone(),
        }
    }
}
