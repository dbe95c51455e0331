//! Presets: what a well-known application has, with the roles and groups that it begins with, for a new database.

use super::import::take_in;
use crate::domain::catalogue::{Catalogue, CatalogueFile, GroupPart, RolePart, TextPart};
use crate::domain::group::{alias, alias_of};
use crate::domain::nodes::{EVERY_TREE, NodePath};
use crate::domain::permission::{Entry, Rule};
use crate::domain::{Time, granular, rule, text};
use crate::service::records::{checked_description, place_words, taken};
use crate::service::{Error, Result, groups, names};
use crate::store::catalogue::{self as rows, Keys};
use crate::store::groups::{self as group_rows, GroupWrite};
use crate::store::named::{self, NamedKind};
use crate::store::nodes::{self, Keeper, Start};
use crate::store::roles::{self as role_rows, RoleWrite};
use crate::store::rules::{self, Owner};
use crate::store::{Scope, Tx};

/// The presets that are built in, by name.
const BUILT_IN: &[(&str, &str)] = &[
    ("oro", include_str!("../../../assets/presets/oro.toml")),
    (
        "spryker",
        include_str!("../../../assets/presets/spryker.toml"),
    ),
    (
        "umbraco",
        include_str!("../../../assets/presets/umbraco.toml"),
    ),
];

#[derive(Clone, Debug)]
pub struct Preset {
    pub name: String,
    pub file: CatalogueFile,
}

impl Preset {
    pub fn names() -> impl Iterator<Item = &'static str> {
        BUILT_IN.iter().map(|(name, _)| *name)
    }

    /// A built-in preset.
    pub fn find(name: &str) -> Result<Self> {
        let Some((name, text)) = BUILT_IN.iter().find(|(known, _)| *known == name) else {
            let known: Vec<&str> = Self::names().collect();
            return Err(Error::invalid(
                "preset",
                format!(
                    "there is no preset \"{}\"; choose one of {}",
                    names::shown(name),
                    known.join(", ")
                ),
            ));
        };
        let file =
            CatalogueFile::parse(text).map_err(|error| Error::Unexpected(error.to_string()))?;
        Ok(Self {
            name: (*name).to_owned(),
            file,
        })
    }
}

/// Writes a preset's catalogue, and its roles and groups system-wide, beside the built-in ones.
pub(in crate::service) async fn furnish(
    tx: &mut Tx,
    file: &CatalogueFile,
    now: Time,
) -> Result<()> {
    take_in(tx, file).await?;
    let known = Known {
        catalogue: rows::load(tx).await?,
        sections: keys(tx, Keys::Sections).await?,
        languages: keys(tx, Keys::Languages).await?,
    };
    for role in &file.roles {
        known.add_role(tx, role, now).await?;
    }
    for group in &file.groups {
        known.add_group(tx, group, now).await?;
    }
    Ok(())
}

async fn keys(tx: &mut Tx, kind: Keys) -> Result<Vec<String>> {
    let parts = rows::keys(tx, kind).await?;
    Ok(parts.into_iter().map(|part| part.key).collect())
}

fn wrong(line: usize, why: impl std::fmt::Display) -> Error {
    Error::invalid("preset", format!("line {line}: {why}"))
}

/// The same for what a field of a form would say.
fn wrong_field(line: usize, error: &Error) -> Error {
    match error.fields().first() {
        Some(field) => wrong(line, &field.message),
        None => wrong(line, error),
    }
}

/// What roles and groups can name.
struct Known {
    catalogue: Catalogue,
    sections: Vec<String>,
    languages: Vec<String>,
}

impl Known {
    async fn add_role(&self, tx: &mut Tx, part: &RolePart, now: Time) -> Result<()> {
        let name = text::name(&part.name).map_err(|error| wrong(part.line, error))?;
        let write = RoleWrite {
            name_key: names::key(&name),
            name,
            description: checked_description(&part.description)
                .map_err(|error| wrong_field(part.line, &error))?,
        };
        let rules = self.rules(&part.rules)?;
        let id = role_rows::add(tx, None, &write, now)
            .await
            .map_err(|error| {
                let place = place_words(None);
                taken(error, ("roles_name", "role"), &write.name, Some(&place))
            })
            .map_err(|error| wrong_field(part.line, &error))?;
        rules::replace(tx, Owner::Role(id), &rules).await?;
        Ok(())
    }

    async fn add_group(&self, tx: &mut Tx, part: &GroupPart, now: Time) -> Result<()> {
        let name = text::name(&part.name).map_err(|error| wrong(part.line, error))?;
        let alias = match &part.alias {
            Some(written) => alias(written).map_err(|error| wrong(part.line, error))?,
            None => alias_of(&name),
        };
        let write = GroupWrite {
            name_key: names::key(&name),
            name,
            alias,
            description: checked_description(&part.description)
                .map_err(|error| wrong_field(part.line, &error))?,
            owner_unit: None,
        };
        let rules = self.rules(&part.rules)?;
        let sections = known_keys("section", &part.sections, &self.sections)?;
        let languages = known_keys("language", &part.languages, &self.languages)?;
        let mut conferred = Vec::new();
        for role in &part.confers {
            conferred.push(role_of(tx, role).await?);
        }
        let mut entries = Vec::new();
        for entry in &part.granular {
            entries.push(self.entry(tx, entry).await?);
        }
        let mut starts = Vec::new();
        for start in &part.start {
            starts.push(self.start(tx, start).await?);
        }
        let id = group_rows::add(tx, None, &write, now)
            .await
            .map_err(|error| groups::taken(error, &write.name, &write.alias, None))
            .map_err(|error| wrong_field(part.line, &error))?;
        group_rows::replace_roles(tx, id, &conferred).await?;
        rules::replace(tx, Owner::Group(id), &rules).await?;
        nodes::replace_entries(tx, Keeper::Group(id), &entries).await?;
        nodes::replace_starts(tx, Keeper::Group(id), &starts).await?;
        group_rows::set_opened(tx, id, &sections, &languages).await?;
        Ok(())
    }

    fn rules(&self, parts: &[TextPart]) -> Result<Vec<Rule>> {
        parts
            .iter()
            .map(|part| {
                rule::parse(&part.text, &self.catalogue).map_err(|error| wrong(part.line, error))
            })
            .collect()
    }

    async fn entry(&self, tx: &mut Tx, part: &TextPart) -> Result<Entry> {
        let entry = granular::entry(&part.text, &self.catalogue)
            .map_err(|error| wrong(part.line, error))?;
        must_be_there(tx, (&entry.tree, &entry.node), part.line).await?;
        Ok(entry)
    }

    async fn start(&self, tx: &mut Tx, part: &TextPart) -> Result<Start> {
        let (tree, node) = granular::start(&part.text, &self.catalogue)
            .map_err(|error| wrong(part.line, error))?;
        if tree == EVERY_TREE {
            return Ok((tree, node));
        }
        must_be_there(tx, (&tree, &node), part.line).await?;
        Ok((tree, node))
    }
}

async fn must_be_there(tx: &mut Tx, (tree, node): (&str, &NodePath), line: usize) -> Result<()> {
    match nodes::way(tx, tree, node).await? {
        Some(_) => Ok(()),
        None => Err(wrong(line, format!("there is no node {tree}:{node}"))),
    }
}

/// Sections or languages, each of which must be in the catalogue.
fn known_keys<'a>(kind: &str, parts: &'a [TextPart], known: &[String]) -> Result<Vec<&'a str>> {
    parts
        .iter()
        .map(|part| {
            if known.contains(&part.text) {
                Ok(part.text.as_str())
            } else {
                let key = names::shown(&part.text);
                Err(wrong(part.line, format!("there is no {kind} \"{key}\"")))
            }
        })
        .collect()
}

async fn role_of(tx: &mut Tx, part: &TextPart) -> Result<i64> {
    let key = names::key(&part.text);
    let found = named::find(tx, &Scope::system(), NamedKind::Role, &key).await?;
    found.first().map(|role| role.id).ok_or_else(|| {
        let name = names::shown(&part.text);
        wrong(part.line, format!("there is no role \"{name}\""))
    })
}
