//! The resources of the managed application, beside the console's own: what rules can name.

mod file;

pub use file::{CatalogueFile, FileError, GroupPart, KeyPart, NodePart, RolePart, TextPart};

use super::permission::{Level, Ownership, Resource, Rule, Verb, pattern_matches};
use std::sync::LazyLock;

/// Resources of a catalogue at most, and actions of one.
pub const RESOURCES_MAX: usize = 5_000;
pub const ACTIONS_MAX: usize = 200;
/// Characters of a key.
pub const KEY_CHARACTERS_MAX: usize = 120;

/// A resource that rules can name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ManagedResource {
    pub key: String,
    /// As people call it.
    pub label: String,
    pub actions: Vec<String>,
    pub ownership: Ownership,
    /// Rights over it are power over others.
    pub privileged: bool,
}

impl ManagedResource {
    #[must_use]
    pub fn new(key: &str, actions: &[&str], ownership: Ownership) -> Self {
        Self {
            key: key.to_owned(),
            label: String::new(),
            actions: actions.iter().map(|&action| action.to_owned()).collect(),
            ownership,
            privileged: false,
        }
    }

    #[must_use]
    pub fn has(&self, action: &str) -> bool {
        self.actions.iter().any(|known| known == action)
    }

    /// The levels that reach any of its records, from the narrowest.
    #[must_use]
    pub fn levels(&self) -> &'static [Level] {
        use Level::{All, Division, Organization, Own, Unit};
        match self.ownership {
            // Of what units own, a person's record is their own.
            Ownership::Unit if self.key != Resource::User.as_str() => {
                &[Unit, Division, Organization, All]
            }
            Ownership::User | Ownership::Unit => &[Own, Unit, Division, Organization, All],
            Ownership::Organization => &[Organization, All],
            Ownership::None | Ownership::Tree => &[All],
        }
    }

    #[must_use]
    pub fn narrowest(&self) -> Level {
        self.levels().first().copied().unwrap_or(Level::All)
    }

    /// Whether a level reaches any of its records; every level reaches what nobody owns.
    #[must_use]
    pub fn is_reached_at(&self, level: Level) -> bool {
        self.ownership.is_nobodys() || level >= self.narrowest()
    }
}

/// The console's own resources, as rules name them.
static OWN: LazyLock<Vec<ManagedResource>> = LazyLock::new(|| {
    Resource::ALL
        .iter()
        .map(|&resource| {
            let actions: Vec<&str> = resource.verbs().iter().map(|verb| verb.as_str()).collect();
            ManagedResource::new(resource.as_str(), &actions, resource.ownership())
        })
        .collect()
});

/// Everything that a rule can name. The default one has the console's own resources alone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Catalogue {
    managed: Vec<ManagedResource>,
}

impl Catalogue {
    #[must_use]
    pub const fn new(managed: Vec<ManagedResource>) -> Self {
        Self { managed }
    }

    /// The resources of the managed application.
    #[must_use]
    pub fn managed(&self) -> &[ManagedResource] {
        &self.managed
    }

    /// The console's own resources, then those of the managed application.
    pub fn all(&self) -> impl Iterator<Item = &ManagedResource> + Clone {
        OWN.iter().chain(&self.managed)
    }

    #[must_use]
    pub fn find(&self, key: &str) -> Option<&ManagedResource> {
        self.all().find(|resource| resource.key == key)
    }

    /// The resources that a pattern covers.
    pub fn covered<'a>(
        &'a self,
        pattern: &'a str,
    ) -> impl Iterator<Item = &'a ManagedResource> + Clone {
        self.all()
            .filter(move |resource| pattern_matches(pattern, &resource.key))
    }

    /// The trees, by the keys of their resources.
    pub fn trees(&self) -> impl Iterator<Item = &ManagedResource> + Clone {
        self.managed
            .iter()
            .filter(|resource| resource.ownership == Ownership::Tree)
    }

    /// Whether a rule names anything: a resource, and of each action one that has it.
    #[must_use]
    pub fn knows(&self, rule: &Rule) -> bool {
        let covered = self.covered(&rule.resource);
        covered.clone().next().is_some()
            && rule
                .actions
                .split_whitespace()
                .all(|action| action == "*" || covered.clone().any(|known| known.has(action)))
    }
}

/// Whether a text can be the key of a resource, a section or a language: letters, digits, `-`, `_`, in segments joined
/// by `.`.
#[must_use]
pub fn is_key(text: &str) -> bool {
    text.chars().count() <= KEY_CHARACTERS_MAX && text.split('.').all(is_word)
}

/// Whether a text can be an action.
#[must_use]
pub fn is_word(text: &str) -> bool {
    let inside =
        |character: char| character.is_ascii_alphanumeric() || character == '-' || character == '_';
    !text.is_empty()
        && text.len() <= KEY_CHARACTERS_MAX
        && text.chars().all(inside)
        && text.starts_with(|first: char| first.is_ascii_alphanumeric())
}

/// Whether a key is one of the console's own, which no file can change.
#[must_use]
pub fn is_own(key: &str) -> bool {
    Resource::parse(key).is_some()
}

/// Whether a level reaches any record of one of the console's own.
#[must_use]
pub fn is_own_reached_at(resource: Resource, level: Level) -> bool {
    let mut own = OWN.iter();
    own.any(|known| known.key == resource.as_str() && known.is_reached_at(level))
}

/// Every action that the console's own resources know.
#[must_use]
pub fn own_actions() -> Vec<&'static str> {
    Verb::ALL.iter().map(|verb| verb.as_str()).collect()
}
