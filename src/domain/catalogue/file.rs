//! A catalogue as a TOML file: the managed application's resources, nodes, sections and languages, and, in a preset, the
//! roles and groups that it begins with.

use super::{
    ACTIONS_MAX, KEY_CHARACTERS_MAX, ManagedResource, RESOURCES_MAX, is_key, is_own, is_word,
};
use crate::domain::nodes::NodePath;
use crate::domain::permission::Ownership;
use crate::domain::text;
use serde::Deserialize;
use std::collections::{BTreeSet, HashSet};
use toml::Spanned;

/// Nodes of one file.
pub const NODES_MAX: usize = 1_000_000;
const LABEL_CHARACTERS_MAX: usize = 255;

/// What is wrong, and in which line.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {message}")]
pub struct FileError {
    pub line: usize,
    pub message: String,
}

/// What a file says, checked as far as the file alone can be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CatalogueFile {
    pub resources: Vec<ManagedResource>,
    pub nodes: Vec<NodePart>,
    pub sections: Vec<KeyPart>,
    pub languages: Vec<KeyPart>,
    pub roles: Vec<RolePart>,
    pub groups: Vec<GroupPart>,
}

/// A node of a tree, and where it stands in the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodePart {
    pub tree: String,
    pub path: NodePath,
    pub line: usize,
}

/// A section or a language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyPart {
    pub key: String,
    pub label: String,
}

/// What a role or a group names, checked against the whole catalogue later.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextPart {
    pub text: String,
    pub line: usize,
}

/// A role that a preset begins with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RolePart {
    pub name: String,
    pub description: String,
    pub rules: Vec<TextPart>,
    pub line: usize,
}

/// A group that a preset begins with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupPart {
    pub name: String,
    pub alias: Option<String>,
    pub description: String,
    /// Names of roles.
    pub confers: Vec<TextPart>,
    pub rules: Vec<TextPart>,
    /// `TREE:/PATH=ACTION,ACTION`
    pub granular: Vec<TextPart>,
    /// `TREE:/PATH`
    pub start: Vec<TextPart>,
    pub sections: Vec<TextPart>,
    pub languages: Vec<TextPart>,
    pub line: usize,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    #[serde(default)]
    resource: Vec<Spanned<RawResource>>,
    #[serde(default)]
    node: Vec<Spanned<RawNode>>,
    #[serde(default)]
    section: Vec<Spanned<RawKey>>,
    #[serde(default)]
    language: Vec<Spanned<RawKey>>,
    #[serde(default)]
    role: Vec<Spanned<RawRole>>,
    #[serde(default)]
    group: Vec<Spanned<RawGroup>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawResource {
    key: String,
    #[serde(default)]
    label: String,
    actions: Vec<String>,
    ownership: String,
    #[serde(default)]
    privileged: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawNode {
    tree: String,
    path: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawKey {
    key: String,
    #[serde(default)]
    label: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawRole {
    name: String,
    #[serde(default)]
    description: String,
    #[serde(default)]
    rules: Vec<Spanned<RawRule>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawGroup {
    name: String,
    alias: Option<String>,
    #[serde(default)]
    description: String,
    #[serde(default)]
    confers: Vec<Spanned<String>>,
    #[serde(default)]
    rules: Vec<Spanned<RawRule>>,
    #[serde(default)]
    granular: Vec<Spanned<String>>,
    #[serde(default)]
    start: Vec<Spanned<String>>,
    #[serde(default)]
    sections: Vec<Spanned<String>>,
    #[serde(default)]
    languages: Vec<Spanned<String>>,
}

/// A rule as a text, or as a table that marks it.
#[derive(Deserialize)]
#[serde(untagged)]
enum RawRule {
    Text(String),
    Marked {
        rule: String,
        #[serde(default)]
        privileged: bool,
    },
}

impl RawRule {
    fn text(self) -> String {
        match self {
            Self::Text(text) => text,
            Self::Marked {
                rule,
                privileged: false,
            } => rule,
            Self::Marked { rule, .. } => format!("{rule} privileged"),
        }
    }
}

/// The text of a file, to say in which line something stands.
struct Lines<'a>(&'a str);

impl Lines<'_> {
    fn at(&self, position: usize) -> usize {
        1 + self
            .0
            .bytes()
            .take(position)
            .filter(|byte| *byte == b'\n')
            .count()
    }

    fn text(&self, position: usize, text: String) -> TextPart {
        TextPart {
            text,
            line: self.at(position),
        }
    }

    fn texts(&self, written: Vec<Spanned<String>>) -> Vec<TextPart> {
        written
            .into_iter()
            .map(|text| self.text(text.span().start, text.into_inner()))
            .collect()
    }

    fn rules(&self, written: Vec<Spanned<RawRule>>) -> Vec<TextPart> {
        written
            .into_iter()
            .map(|rule| self.text(rule.span().start, rule.into_inner().text()))
            .collect()
    }

    fn error(&self, position: usize, message: impl Into<String>) -> FileError {
        FileError {
            line: self.at(position),
            message: message.into(),
        }
    }
}

impl CatalogueFile {
    /// # Errors
    /// Names the first line that can't stand.
    pub fn parse(text: &str) -> Result<Self, FileError> {
        let lines = Lines(text);
        let raw: Raw = toml::from_str(text).map_err(|error| {
            let position = error.span().map_or(0, |span| span.start);
            lines.error(position, error.message().trim_end_matches('\n'))
        })?;
        let mut file = Self::default();
        if raw.resource.len() > RESOURCES_MAX || raw.node.len() > NODES_MAX {
            return Err(lines.error(
                0,
                format!("a catalogue has at most {RESOURCES_MAX} resources and {NODES_MAX} nodes"),
            ));
        }
        let mut known = BTreeSet::new();
        for raw in raw.resource {
            let position = raw.span().start;
            let resource = resource(raw.into_inner()).map_err(|why| lines.error(position, why))?;
            if !known.insert(resource.key.clone()) {
                let why = format!("the resource {} is there twice", resource.key);
                return Err(lines.error(position, why));
            }
            file.resources.push(resource);
        }
        // Counting lines from the start for each of 100,000 nodes would take its square.
        let (mut line, mut counted) = (1, 0);
        for raw in raw.node {
            let position = raw.span().start;
            let between = text.get(counted..position).unwrap_or_default();
            line += between.matches('\n').count();
            counted = position;
            let RawNode { tree, path } = raw.into_inner();
            let path = NodePath::parse(&path).map_err(|error| FileError {
                line,
                message: error.to_string(),
            })?;
            file.nodes.push(NodePart { tree, path, line });
        }
        let mut known = HashSet::with_capacity(file.nodes.len());
        for NodePart { tree, path, line } in &file.nodes {
            if !known.insert((tree, path)) {
                return Err(FileError {
                    line: *line,
                    message: format!("the node {}:{path} is there twice", text::safe(tree)),
                });
            }
        }
        file.sections = keys(&lines, "section", raw.section)?;
        file.languages = keys(&lines, "language", raw.language)?;
        for raw in raw.role {
            let line = lines.at(raw.span().start);
            let RawRole {
                name,
                description,
                rules,
            } = raw.into_inner();
            file.roles.push(RolePart {
                name,
                description,
                rules: lines.rules(rules),
                line,
            });
        }
        for raw in raw.group {
            let line = lines.at(raw.span().start);
            let raw = raw.into_inner();
            file.groups.push(GroupPart {
                name: raw.name,
                alias: raw.alias,
                description: raw.description,
                confers: lines.texts(raw.confers),
                rules: lines.rules(raw.rules),
                granular: lines.texts(raw.granular),
                start: lines.texts(raw.start),
                sections: lines.texts(raw.sections),
                languages: lines.texts(raw.languages),
                line,
            });
        }
        Ok(file)
    }
}

fn resource(raw: RawResource) -> Result<ManagedResource, String> {
    let shown = text::safe(&raw.key);
    if !is_key(&raw.key) {
        return Err(format!(
            "\"{shown}\" can't be the key of a resource: letters, digits, - and _, in parts joined by a dot, {KEY_CHARACTERS_MAX} characters at most"
        ));
    }
    if is_own(&raw.key) {
        return Err(format!(
            "{shown} is a resource of Wardroom itself; choose another key"
        ));
    }
    let ownership = Ownership::parse(&raw.ownership).ok_or_else(|| {
        format!(
            "there is no ownership \"{}\"; write user, unit, organization, none or tree",
            text::safe(&raw.ownership)
        )
    })?;
    if raw.actions.is_empty() || raw.actions.len() > ACTIONS_MAX {
        return Err(format!("{shown} needs 1 to {ACTIONS_MAX} actions"));
    }
    for (index, action) in raw.actions.iter().enumerate() {
        if !is_word(action) {
            return Err(format!(
                "\"{}\" can't be an action of {shown}: letters, digits, - and _",
                text::safe(action)
            ));
        }
        if raw.actions.iter().take(index).any(|other| other == action) {
            return Err(format!("{shown} names the action {action} twice"));
        }
    }
    Ok(ManagedResource {
        label: label(&raw.label)?,
        key: raw.key,
        actions: raw.actions,
        ownership,
        privileged: raw.privileged,
    })
}

fn label(written: &str) -> Result<String, String> {
    text::normalize_within(written, LABEL_CHARACTERS_MAX).map_err(|error| format!("label: {error}"))
}

fn keys(
    lines: &Lines<'_>,
    kind: &str,
    raw: Vec<Spanned<RawKey>>,
) -> Result<Vec<KeyPart>, FileError> {
    let mut parts: Vec<KeyPart> = Vec::with_capacity(raw.len());
    for raw in raw {
        let position = raw.span().start;
        let RawKey { key, label: named } = raw.into_inner();
        let why = if !is_key(&key) {
            format!(
                "\"{}\" can't be the key of a {kind}: letters, digits, - and _, in parts joined by a dot",
                text::safe(&key)
            )
        } else if parts.iter().any(|part| part.key == key) {
            format!("the {kind} {key} is there twice")
        } else {
            let label = label(&named).map_err(|why| lines.error(position, why))?;
            parts.push(KeyPart { key, label });
            continue;
        };
        return Err(lines.error(position, why));
    }
    Ok(parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_whole() {
        let file = CatalogueFile::parse(
            "[[resource]]\nkey = \"catalog.product\"\nactions = [\"view\", \"edit\"]\nownership = \"user\"\n\n\
             [[node]]\ntree = \"content\"\npath = \"/Home/News\"\n\n[[section]]\nkey = \"media\"\n\n\
             [[language]]\nkey = \"en-US\"\nlabel = \"English\"\n\n\
             [[role]]\nname = \"Editor\"\nrules = [\"allow view on content\",\n{ rule = \"allow edit on content\", privileged = true }]\n",
        )
        .unwrap();
        assert_eq!(file.resources[0].key, "catalog.product");
        assert_eq!(file.nodes[0].path.to_string(), "/Home/News");
        assert_eq!(file.nodes[0].line, 6);
        assert_eq!(file.languages[0].label, "English");
        let rules: Vec<(&str, usize)> = (file.roles[0].rules.iter())
            .map(|rule| (rule.text.as_str(), rule.line))
            .collect();
        assert_eq!(
            rules,
            [
                ("allow view on content", 19),
                ("allow edit on content privileged", 20)
            ]
        );
    }

    #[test]
    fn a_mistake_is_told_with_its_line() {
        let resource = |key: &str, actions: &str, ownership: &str| {
            format!(
                "\n[[resource]]\nkey = \"{key}\"\nactions = [{actions}]\nownership = \"{ownership}\"\n"
            )
        };
        for (text, said) in [
            ("[[resource]]\nkey = 1", "line 2: invalid type"),
            ("[[thing]]", "line 1: unknown field `thing`"),
            (
                "[[node]]\ntree = \"t\"\npath = \"/a\"\n[[node]]\ntree = \"t\"\npath = \"/a/b\"\n[[node]]\ntree = \"t\"\npath = \"/a/\"",
                "line 7: the node t:/a is there twice",
            ),
            (
                &resource("user", "\"view\"", "none"),
                "line 2: user is a resource of Wardroom itself",
            ),
            (
                &resource("a b", "\"view\"", "none"),
                "line 2: \"a b\" can't be the key",
            ),
            (
                &resource("a", "", "none"),
                "line 2: a needs 1 to 200 actions",
            ),
            (
                &resource("a", "\"*\"", "none"),
                "line 2: \"*\" can't be an action of a",
            ),
            (
                &resource("a", "\"x\"", "team"),
                "line 2: there is no ownership \"team\"",
            ),
            (
                &[
                    resource("a", "\"x\"", "none"),
                    resource("a", "\"x\"", "none"),
                ]
                .concat(),
                "line 7: the resource a is there twice",
            ),
            (
                "\n\n[[node]]\ntree = \"c\"\npath = \"a\"",
                "line 3: \"a\" is no place in a tree",
            ),
        ] {
            let error = CatalogueFile::parse(text).unwrap_err().to_string();
            assert!(error.starts_with(said), "{error} | {said}");
        }
    }
}
