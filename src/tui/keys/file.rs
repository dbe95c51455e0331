//! A key file: its preset, its bindings with their lines, and what is wrong with it.

use super::way::{Sequence, parse_key, why_never};
use crate::domain::closest::closest;
use crate::tui::actions::{ActionId, Context};
use std::ops::Range;
use std::path::{Path, PathBuf};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// Keys that come with the program beside the defaults, in the same format.
const PRESETS: &[(&str, &str)] = &[
    ("default", ""),
    (
        "plain-arrows",
        include_str!("../../../assets/keys/plain-arrows.toml"),
    ),
];

/// What is wrong with a key file, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}:{line}: {problem}", .path.display())]
pub struct KeyFileError {
    pub path: PathBuf,
    pub line: usize,
    pub problem: Box<Problem>,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    #[error("this is not TOML: {0}.")]
    Syntax(String),
    #[error("there is no table [{name}]; {}", did_you_mean(.suggestion.as_deref(), "there are [anywhere], [lists], [grids] and [forms]."))]
    UnknownTable {
        name: String,
        suggestion: Option<String>,
    },
    #[error("there is no preset {name}; there are default and plain-arrows.")]
    UnknownPreset { name: String },
    #[error("[{context}] has no action {name}; {}", did_you_mean(.suggestion.as_deref(), "the table of keys in README.md has them all."))]
    UnknownAction {
        context: &'static str,
        name: String,
        suggestion: Option<String>,
    },
    #[error("{name} needs a list of keys, such as [\"ctrl-s\", \"g g\"]; an empty one unbinds it.")]
    NotAList { name: String },
    #[error(
        "\"{text}\" is no key; write s, S, ctrl-s, alt-s, f5, space, enter or pageup, and \"g g\" for one after the other."
    )]
    UnknownKey { text: String },
    #[error("{key} can't be bound to {action}: {reason}.")]
    Never {
        action: &'static str,
        key: String,
        reason: &'static str,
    },
    #[error(
        "{action} is bound to nothing but {keys}, which some terminals keep to themselves; give it another key too."
    )]
    OnlyWay { action: &'static str, keys: String },
    #[error("{action} needs a key that is no letter or sign, for in a field those are text.")]
    Unreachable { action: &'static str },
    #[error(
        "{key} is bound to {action} and to {other} ({where_other}); give one of them another key."
    )]
    Twice {
        key: String,
        action: &'static str,
        other: &'static str,
        where_other: String,
    },
    #[error(
        "{key} for {action} and {other_key} for {other} ({where_other}) begin alike, so the longer one could never be pressed; give one of them another key."
    )]
    Beginning {
        key: String,
        action: &'static str,
        other_key: String,
        other: &'static str,
        where_other: String,
    },
}

fn did_you_mean(suggestion: Option<&str>, otherwise: &str) -> String {
    suggestion.map_or_else(
        || otherwise.to_owned(),
        |suggestion| format!("did you mean {suggestion}?"),
    )
}

/// All ways of one action, and the line that gives them.
#[derive(Clone, Debug)]
pub struct Entry {
    pub action: ActionId,
    pub ways: Vec<Sequence>,
    pub line: usize,
}

/// What a key file says, each entry looked at by itself.
#[derive(Clone, Debug)]
pub struct KeyFile {
    pub preset: &'static str,
    /// In the order of their lines.
    pub entries: Vec<Entry>,
}

impl KeyFile {
    /// # Errors
    /// Names the first entry that can't be.
    pub fn parse(path: &Path, text: &str) -> Result<Self, KeyFileError> {
        Reader { path, text }.file()
    }
}

/// The name and the text of a preset.
#[must_use]
pub fn preset(name: &str) -> Option<(&'static str, &'static str)> {
    PRESETS.iter().copied().find(|(known, _)| *known == name)
}

struct Reader<'a> {
    path: &'a Path,
    text: &'a str,
}

impl Reader<'_> {
    fn error(&self, at: Range<usize>, problem: Problem) -> KeyFileError {
        KeyFileError {
            path: self.path.to_owned(),
            line: self.line_at(at.start),
            problem: Box::new(problem),
        }
    }

    fn line_at(&self, position: usize) -> usize {
        let before = self.text.bytes().take(position);
        1 + before.filter(|byte| *byte == b'\n').count()
    }

    fn file(&self) -> Result<KeyFile, KeyFileError> {
        let table = DeTable::parse(self.text).map_err(|error| {
            let problem = Problem::Syntax(error.message().to_owned());
            self.error(error.span().unwrap_or_default(), problem)
        })?;
        let mut preset = "default";
        let mut entries = Vec::new();
        for (key, value) in table.get_ref() {
            let name = key.get_ref().as_ref();
            match (name, value.get_ref()) {
                ("preset", value_of) => preset = self.preset(value_of, value.span())?,
                (_, DeValue::Table(actions)) => {
                    let context = self.context(name, key.span())?;
                    self.table(context, actions, &mut entries)?;
                }
                _ => {
                    self.context(name, key.span())?;
                    let name = name.to_owned();
                    let suggestion = Some(format!("[{name}]"));
                    return Err(self.error(key.span(), Problem::UnknownTable { name, suggestion }));
                }
            }
        }
        entries.sort_by_key(|entry| entry.line);
        Ok(KeyFile { preset, entries })
    }

    fn preset(&self, value: &DeValue<'_>, at: Range<usize>) -> Result<&'static str, KeyFileError> {
        let name = value.as_str().unwrap_or_default();
        preset(name).map(|(name, _)| name).ok_or_else(|| {
            let name = name.to_owned();
            self.error(at, Problem::UnknownPreset { name })
        })
    }

    fn context(&self, name: &str, at: Range<usize>) -> Result<Context, KeyFileError> {
        let known = |context: &&Context| context.as_str() == name;
        Context::ALL
            .iter()
            .copied()
            .find(|context| known(&context))
            .ok_or_else(|| {
                let names = Context::ALL.iter().map(|context| context.as_str());
                let suggestion = closest(name, names).map(|name| format!("[{name}]"));
                let name = name.to_owned();
                self.error(at, Problem::UnknownTable { name, suggestion })
            })
    }

    fn table(
        &self,
        context: Context,
        actions: &DeTable<'_>,
        entries: &mut Vec<Entry>,
    ) -> Result<(), KeyFileError> {
        for (key, value) in actions {
            let name = key.get_ref().as_ref();
            let action = action(context, name).ok_or_else(|| {
                let problem = Problem::UnknownAction {
                    context: context.as_str(),
                    name: name.to_owned(),
                    suggestion: suggestion(context, name),
                };
                self.error(key.span(), problem)
            })?;
            entries.push(Entry {
                action,
                ways: self.ways(action, value)?,
                line: self.line_at(key.span().start),
            });
        }
        Ok(())
    }

    fn ways(
        &self,
        action: ActionId,
        value: &Spanned<DeValue<'_>>,
    ) -> Result<Vec<Sequence>, KeyFileError> {
        let not_a_list = |at| {
            let name = action.name().to_owned();
            self.error(at, Problem::NotAList { name })
        };
        let list = value
            .get_ref()
            .as_array()
            .ok_or_else(|| not_a_list(value.span()))?;
        let mut ways = Vec::new();
        for way in list {
            let text = way
                .get_ref()
                .as_str()
                .ok_or_else(|| not_a_list(way.span()))?;
            ways.push(sequence(action, text).map_err(|problem| self.error(way.span(), problem))?);
        }
        Ok(ways)
    }
}

fn action(context: Context, name: &str) -> Option<ActionId> {
    let mut all = ActionId::ALL.iter().copied();
    all.find(|id| id.name() == name && id.context() == context)
}

/// The action of that name in another table, or the one here that resembles it.
fn suggestion(context: Context, name: &str) -> Option<String> {
    let mut all = ActionId::ALL.iter();
    if let Some(elsewhere) = all.find(|id| id.name() == name) {
        return Some(format!("[{}]", elsewhere.context().as_str()));
    }
    let here = ActionId::ALL.iter().filter(|id| id.context() == context);
    closest(name, here.map(|id| id.name())).map(str::to_owned)
}

fn sequence(action: ActionId, text: &str) -> Result<Sequence, Problem> {
    let unknown = |text: &str| Problem::UnknownKey {
        text: text.to_owned(),
    };
    let mut sequence = Vec::new();
    for word in text.split_whitespace() {
        let key = parse_key(word).ok_or_else(|| unknown(word))?;
        if let Some(reason) = why_never(&key) {
            return Err(Problem::Never {
                action: action.name(),
                key: word.to_owned(),
                reason,
            });
        }
        sequence.push(key);
    }
    if sequence.is_empty() {
        return Err(unknown(text));
    }
    Ok(sequence)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(text: &str) -> String {
        KeyFile::parse(Path::new("keys.toml"), text)
            .map(|_| ())
            .unwrap_err()
            .to_string()
    }

    #[test]
    fn every_mistake_has_its_sentence_and_its_line() {
        for (text, sentence) in [
            (
                "\n[grid]\nsort = [\"o\"]",
                "keys.toml:2: there is no table [grid]; did you mean [grids]?",
            ),
            (
                "[tables]",
                "keys.toml:1: there is no table [tables]; there are [anywhere], [lists], [grids] and [forms].",
            ),
            (
                "grids = 3",
                "keys.toml:1: there is no table [grids]; did you mean [grids]?",
            ),
            (
                "preset = \"vim\"",
                "keys.toml:1: there is no preset vim; there are default and plain-arrows.",
            ),
            (
                "preset = 3",
                "keys.toml:1: there is no preset ; there are default and plain-arrows.",
            ),
            (
                "[grids]\n\nsrot = [\"o\"]",
                "keys.toml:3: [grids] has no action srot; did you mean sort?",
            ),
            (
                "[grids]\nup = [\"o\"]",
                "keys.toml:2: [grids] has no action up; did you mean [lists]?",
            ),
            (
                "[grids]\nfrobnicate = [\"o\"]",
                "keys.toml:2: [grids] has no action frobnicate; the table of keys in README.md has them all.",
            ),
            (
                "[grids]\nsort = \"o\"",
                "keys.toml:2: sort needs a list of keys, such as [\"ctrl-s\", \"g g\"]; an empty one unbinds it.",
            ),
            (
                "[grids]\nsort = [\n  \"o\",\n  7,\n]",
                "keys.toml:4: sort needs a list of keys, such as [\"ctrl-s\", \"g g\"]; an empty one unbinds it.",
            ),
            (
                "[grids]\nsort = [\n  \"o\",\n  \"hyper\",\n]",
                "keys.toml:4: \"hyper\" is no key; write s, S, ctrl-s, alt-s, f5, space, enter or pageup, and \"g g\" for one after the other.",
            ),
            (
                "[grids]\nsort = [\"\"]",
                "keys.toml:2: \"\" is no key; write s, S, ctrl-s, alt-s, f5, space, enter or pageup, and \"g g\" for one after the other.",
            ),
            (
                "[grids]\nsort = [\"g ctrl-i\"]",
                "keys.toml:2: ctrl-i can't be bound to sort: it is Tab.",
            ),
            (
                "[grids]\nsort = [\"ctrl-enter\"]",
                "keys.toml:2: ctrl-enter can't be bound to sort: terminals send plain Enter.",
            ),
        ] {
            assert_eq!(refusal(text), sentence, "{text}");
        }
        assert!(refusal("[grids\n").starts_with("keys.toml:1: this is not TOML: "));
    }

    #[test]
    fn entries_keep_their_order_and_their_lines() {
        let text = "preset = \"plain-arrows\"\n[grids]\nsort = [\"o\"]\nact = []\n[anywhere]\nhelp = [\"?\", \"g h\"]\n";
        let file = KeyFile::parse(Path::new("keys.toml"), text).unwrap();
        assert_eq!(file.preset, "plain-arrows");
        let lines: Vec<_> = file
            .entries
            .iter()
            .map(|entry| (entry.action, entry.line, entry.ways.len()))
            .collect();
        assert_eq!(
            lines,
            [
                (ActionId::Sort, 3, 1),
                (ActionId::Act, 4, 0),
                (ActionId::Help, 6, 2)
            ]
        );
    }
}
