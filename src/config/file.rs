//! A configuration file: who may read it, and the keys, lines and values in it.

use super::keys::{KEYS, Key, Value};
use super::load::Assignment;
use super::{ConfigError, Origin};
use crate::domain::closest::closest;
use std::collections::BTreeMap;
use std::fs::{File, Metadata};
use std::io::{ErrorKind, Read as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use toml::de::{DeTable, DeValue};

/// Far more than every key with a page of comments on each.
const FILE_BYTES_MAX: u64 = 1024 * 1024;

const OTHERS_ANY: u32 = 0o007;
const OTHERS_WRITE: u32 = 0o002;
const GROUP_WRITE: u32 = 0o020;
const GROUP_ANY: u32 = 0o070;

/// What a file says, checked key by key.
#[derive(Default)]
pub(super) struct ConfigFile {
    pub assignments: Vec<Assignment>,
    pub profiles: BTreeMap<String, Vec<Assignment>>,
}

impl ConfigFile {
    /// Reads a file that must be there.
    pub fn named(path: &Path) -> Result<Self, ConfigError> {
        Self::read(path)?.ok_or_else(|| unreadable(path, "there is none"))
    }

    /// Reads a file, or says that there is none.
    pub fn read(path: &Path) -> Result<Option<Self>, ConfigError> {
        let Some((text, metadata)) = text_of(path)? else {
            return Ok(None);
        };
        let file = Self::parse(path, &text)?;
        let secrecy = if file.holds_password() {
            Secrecy::Secret
        } else {
            Secrecy::Plain
        };
        refuse_if_exposed(path, &metadata, secrecy)?;
        Ok(Some(file))
    }

    pub fn parse(path: &Path, text: &str) -> Result<Self, ConfigError> {
        let origin_at = |start, profile| Origin::File {
            path: path.into(),
            line: line_at(text, start),
            profile,
        };
        let table = DeTable::parse(text).map_err(|error| ConfigError::Syntax {
            origin: origin_at(error.span().map_or(0, |span| span.start), None),
            message: error.message().to_owned(),
        })?;
        let mut leaves = Vec::new();
        collect_leaves(&[], table.get_ref(), &mut leaves);
        leaves.sort_by_key(|leaf| leaf.start);

        let mut file = Self::default();
        for leaf in leaves {
            match leaf.path.as_slice() {
                ["profile", name, rest @ ..] => {
                    let origin = origin_at(leaf.start, Some((*name).to_owned()));
                    let said = leaf.says(rest, Key::of_profiles(), origin)?;
                    file.profile_mut(name).extend(said);
                }
                whole => {
                    let origin = origin_at(leaf.start, None);
                    file.assignments
                        .extend(leaf.says(whole, KEYS.iter(), origin)?);
                }
            }
        }
        Ok(file)
    }

    fn profile_mut(&mut self, name: &str) -> &mut Vec<Assignment> {
        self.profiles.entry(name.to_owned()).or_default()
    }

    fn holds_password(&self) -> bool {
        self.profiles
            .values()
            .flatten()
            .chain(&self.assignments)
            .any(Assignment::holds_password)
    }
}

/// A value with the path of keys that leads to it; or an empty table, which says nothing.
struct Leaf<'a> {
    path: Vec<&'a str>,
    start: usize,
    value: &'a DeValue<'a>,
}

impl Leaf<'_> {
    /// What this leaf says, if it says something, where `keys` may stand.
    fn says(
        &self,
        path: &[&str],
        keys: impl Iterator<Item = &'static Key> + Clone,
        origin: Origin,
    ) -> Result<Option<Assignment>, ConfigError> {
        let name = path.join(".");
        if self.value.is_table() && is_section(&name, keys.clone()) {
            return Ok(None);
        }
        match keys.clone().find(|key| key.name == name) {
            Some(key) => Assignment::checked(key, written(self.value), origin).map(Some),
            None => Err(ConfigError::UnknownKey {
                origin,
                key: self.path.join("."),
                suggestion: suggestion(&name, keys).map(str::to_owned),
            }),
        }
    }
}

fn is_section(name: &str, mut keys: impl Iterator<Item = &'static Key>) -> bool {
    let begins = |key: &Key| {
        key.name
            .strip_prefix(name)
            .is_some_and(|rest| rest.starts_with('.'))
    };
    name.is_empty() || name == "profile" || keys.any(begins)
}

/// The key that resembles `name`, else the one of the same name in another section.
fn suggestion(
    name: &str,
    keys: impl Iterator<Item = &'static Key> + Clone,
) -> Option<&'static str> {
    let last = |name: &'static str| name.rsplit('.').next();
    closest(name, keys.clone().map(|key| key.name)).or_else(|| {
        let wanted = name.rsplit('.').next();
        keys.map(|key| key.name).find(|key| last(key) == wanted)
    })
}

fn collect_leaves<'a>(above: &[&'a str], table: &'a DeTable<'a>, leaves: &mut Vec<Leaf<'a>>) {
    for (key, value) in table {
        let path = [above, &[key.get_ref().as_ref()]].concat();
        match value.get_ref() {
            DeValue::Table(inner) if !inner.is_empty() => collect_leaves(&path, inner, leaves),
            value => leaves.push(Leaf {
                path,
                start: key.span().start,
                value,
            }),
        }
    }
}

fn written(value: &DeValue<'_>) -> Value {
    match value {
        DeValue::Boolean(value) => Value::Bool(*value),
        DeValue::String(text) => Value::Text(text.clone().into_owned()),
        DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix())
            .map_or(Value::Integer(i64::MAX), Value::Integer),
        _ => Value::Other,
    }
}

fn line_at(text: &str, position: usize) -> usize {
    1 + text
        .bytes()
        .take(position)
        .filter(|byte| *byte == b'\n')
        .count()
}

/// The text of a file and who may read it, asked of the same open file.
fn text_of(path: &Path) -> Result<Option<(String, Metadata)>, ConfigError> {
    let unreadable = |error: &std::io::Error| unreadable(path, error.kind().to_string());
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            return Ok(None);
        }
        Err(error) => return Err(unreadable(&error)),
    };
    let metadata = file.metadata().map_err(|error| unreadable(&error))?;
    let mut bytes = Vec::new();
    file.take(FILE_BYTES_MAX + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| unreadable(&error))?;
    if bytes.len() as u64 > FILE_BYTES_MAX {
        return Err(self::unreadable(path, "it is larger than 1 MiB"));
    }
    let text = String::from_utf8(bytes).map_err(|error| {
        let valid = error.utf8_error().valid_up_to();
        let line = 1 + error
            .as_bytes()
            .iter()
            .take(valid)
            .filter(|byte| **byte == b'\n')
            .count();
        self::unreadable(path, format!("line {line} is not UTF-8"))
    })?;
    Ok(Some((text, metadata)))
}

fn unreadable(path: &Path, reason: impl Into<String>) -> ConfigError {
    ConfigError::Unreadable {
        path: path.into(),
        reason: reason.into(),
    }
}

/// Refuses a file with secrets in it, such as an API key, that anybody but its owner can read.
///
/// # Errors
/// The sentence with the command that mends it, or why the file can't be looked at.
pub fn refuse_if_shared(path: &Path) -> Result<(), ConfigError> {
    let metadata =
        std::fs::metadata(path).map_err(|error| unreadable(path, error.kind().to_string()))?;
    refuse_if_exposed(path, &metadata, Secrecy::Secret)
}

/// Reads a file that everybody may read, such as the keys, unless others could have written it.
///
/// # Errors
/// The sentence with the command that mends it, or why the file can't be read.
pub fn read_open(path: &Path) -> Result<String, ConfigError> {
    let (text, metadata) = text_of(path)?.ok_or_else(|| unreadable(path, "there is none"))?;
    refuse_if_exposed(path, &metadata, Secrecy::Open)?;
    Ok(text)
}

/// Whether a file holds what nobody but its owner may know.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Secrecy {
    Open,
    Plain,
    Secret,
}

fn refuse_if_exposed(
    path: &Path,
    metadata: &Metadata,
    secrecy: Secrecy,
) -> Result<(), ConfigError> {
    let mode = metadata.mode();
    let (whom, what) = match secrecy {
        Secrecy::Open if mode & OTHERS_WRITE != 0 => ("other people", "change"),
        Secrecy::Plain | Secrecy::Secret if mode & OTHERS_ANY != 0 => ("other people", "use"),
        _ if mode & GROUP_WRITE != 0 => ("its group", "change"),
        Secrecy::Secret if mode & GROUP_ANY != 0 => ("its group", "read"),
        Secrecy::Open | Secrecy::Plain | Secrecy::Secret => return Ok(()),
    };
    let is_ours = metadata.uid() == rustix::process::geteuid().as_raw();
    let command = match secrecy {
        // The owner of another's file would lock us out with 600, so the group keeps its right.
        Secrecy::Open => "chmod go-w",
        Secrecy::Plain if !is_ours => "chmod 640",
        _ => "chmod 600",
    };
    Err(ConfigError::Exposed {
        path: path.into(),
        whom,
        what,
        command: format!("{command} {}", shell_words::quote(&path.to_string_lossy())),
    })
}
