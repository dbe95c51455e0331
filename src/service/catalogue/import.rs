//! Taking a catalogue in: what it names is added or written over; what it doesn't name stays, unless the file takes the place
//! of the catalogue.

use super::{IMPORT, replace};
use crate::domain::OrganizationId;
use crate::domain::catalogue::{Catalogue, CatalogueFile, ManagedResource};
use crate::domain::nodes::NodePath;
use crate::domain::permission::{Effect, Level, Ownership, Permission, Rule, Source, Verb};
use crate::domain::rule::first_unheld;
use crate::domain::unheld::Unheld;
use crate::service::sight::{self, Sight};
use crate::service::{Action, Against, Asks, Consent, Error, Event, Result, Rights, Work};
use crate::store::catalogue::{self as rows, Keys};
use crate::store::{Tx, access, nodes, prune};
use serde_json::json;
use std::collections::BTreeMap;

#[derive(Clone, Debug)]
pub struct ImportCatalogue {
    pub file: CatalogueFile,
    /// What the file doesn't name goes.
    pub replace: bool,
    /// That it may go; where nothing goes, nobody is asked.
    pub consent: Consent,
}

/// What an import did.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Imported {
    pub resources_added: u64,
    pub resources_changed: u64,
    pub nodes_added: u64,
    pub sections_added: u64,
    pub languages_added: u64,
    pub resources_removed: u64,
    pub nodes_removed: u64,
    pub sections_removed: u64,
    pub languages_removed: u64,
    /// The first of what was removed: `resource catalog.product`, `node content:/Home`.
    pub removed: Vec<String>,
    /// What taking that away asks for.
    #[serde(skip)]
    pub asks: Asks,
}

impl Imported {
    /// What went, by the words for one and for several.
    #[must_use]
    pub const fn gone(&self) -> [(u64, &'static str, &'static str); 4] {
        [
            (self.resources_removed, "resource", "resources"),
            (self.nodes_removed, "node", "nodes"),
            (self.sections_removed, "section", "sections"),
            (self.languages_removed, "language", "languages"),
        ]
    }

    pub(super) fn name(&mut self, kind: &str, names: &[String]) {
        let left = replace::GONE_NAMED_MAX.saturating_sub(self.removed.len());
        let names = names.iter().take(left);
        self.removed
            .extend(names.map(|name| format!("{kind} {name}")));
    }
}

/// A file that was taken in.
pub(in crate::service) struct Taken {
    pub imported: Imported,
    /// The nodes that it names, by tree.
    pub kept: BTreeMap<String, Vec<i64>>,
}

impl Action for ImportCatalogue {
    type Output = Imported;

    fn needs(&self) -> Permission {
        IMPORT
    }

    fn event(&self) -> Event {
        Event::new("catalogue_imported")
    }

    async fn run(self, work: &mut Work) -> Result<Imported> {
        if let Some(line) = (self.file.roles.iter().map(|role| role.line))
            .chain(self.file.groups.iter().map(|group| group.line))
            .min()
        {
            return Err(Error::invalid(
                "file",
                format!(
                    "line {line}: roles and groups are no part of a catalogue; make them with wardroom role create and group create"
                ),
            ));
        }
        let known = rows::load(&mut work.tx).await?;
        for resource in changed(&self.file.resources, &known) {
            let before = known.find(&resource.key);
            let is_sensitive = is_sensitive(resource) || before.is_some_and(is_sensitive);
            if let Some(unheld) = unheld(work, &resource.key, is_sensitive) {
                let why = format!(
                    "Importing {} could give others {unheld}, which you don't hold yourself; ask an administrator to import it.",
                    resource.key
                );
                return Err(Against::unheld(why, unheld).into());
            }
            if let Some(before) = before {
                refuse_orphans(work, before, resource).await?;
            }
        }
        let mut taken = take_in(&mut work.tx, &self.file).await?;
        if self.replace {
            replace::leave_out(work, &known, &self.file, &mut taken).await?;
        }
        let mut imported = taken.imported;
        let mut event = Event::new("catalogue_imported").changing(json!(imported).to_string());
        imported.asks = replace::weigh(work, &self.consent, &imported, &mut event)?;
        work.audit(event).await?;
        Ok(imported)
    }
}

pub(super) fn is_sensitive(resource: &ManagedResource) -> bool {
    resource.has(Verb::ViewSensitive.as_str())
}

/// The resources that aren't in the catalogue as the file says.
fn changed<'a>(
    resources: &'a [ManagedResource],
    known: &Catalogue,
) -> impl Iterator<Item = &'a ManagedResource> {
    resources
        .iter()
        .filter(|resource| known.find(&resource.key) != Some(resource))
}

/// What of a resource the operator doesn't hold. A new one comes under patterns that people hold already, a new ownership
/// lets their levels reach further, and one that goes takes power from them: whoever brings that about must hold it all.
///
/// `*` doesn't name the right to see what is sensitive, so it is named.
pub(super) fn unheld(work: &Work, key: &str, is_sensitive: bool) -> Option<Unheld> {
    let everything = Rule {
        effect: Effect::Allow,
        actions: if is_sensitive {
            format!("* {}", Verb::ViewSensitive)
        } else {
            "*".to_owned()
        },
        resource: key.to_owned(),
        level: Level::All,
        privileged: false,
    };
    let (right, level) = first_unheld(work.rights.sources(), &[everything])?;
    Some(Unheld::new(right, level))
}

/// Writes what a file names.
pub(in crate::service) async fn take_in(tx: &mut Tx, file: &CatalogueFile) -> Result<Taken> {
    let known = rows::load(tx).await?;
    let mut imported = Imported::default();
    for resource in changed(&file.resources, &known) {
        match known.find(&resource.key) {
            None => imported.resources_added += 1,
            Some(_) => imported.resources_changed += 1,
        }
        rows::put_resource(tx, resource).await?;
    }
    for (kind, parts, added) in [
        (Keys::Sections, &file.sections, &mut imported.sections_added),
        (
            Keys::Languages,
            &file.languages,
            &mut imported.languages_added,
        ),
    ] {
        let before = rows::keys(tx, kind).await?;
        for part in parts {
            if !before.iter().any(|known| known.key == part.key) {
                *added += 1;
            }
            rows::put_key(tx, kind, part).await?;
        }
    }
    let catalogue = rows::load(tx).await?;
    let mut trees: BTreeMap<&str, Vec<&NodePath>> = BTreeMap::new();
    for node in &file.nodes {
        let is_tree = catalogue
            .find(&node.tree)
            .is_some_and(|resource| resource.ownership == Ownership::Tree);
        if !is_tree {
            return Err(Error::invalid(
                "file",
                format!(
                    "line {}: {} is no tree; add a [[resource]] with this key and ownership = \"tree\"",
                    node.line,
                    crate::domain::text::safe(&node.tree)
                ),
            ));
        }
        trees.entry(&node.tree).or_default().push(&node.path);
    }
    let mut kept = BTreeMap::new();
    for (tree, paths) in trees {
        let put = nodes::put(tx, tree, &paths).await?;
        imported.nodes_added += put.added;
        kept.insert(tree.to_owned(), put.ids);
    }
    Ok(Taken { imported, kept })
}

/// Refuses to take away an action, a level or a tree that rules, entries or start nodes name.
async fn refuse_orphans(
    work: &mut Work,
    before: &ManagedResource,
    after: &ManagedResource,
) -> Result<()> {
    let (tx, rights) = (&mut work.tx, &work.rights);
    let is_tree = |resource: &ManagedResource| resource.ownership == Ownership::Tree;
    if is_tree(before) && !is_tree(after) && nodes::is_used(tx, &before.key).await? {
        return Err(Error::Rule(format!(
            "{} is a tree that groups or users have entries or start nodes in, so it must stay one; take those away first.",
            before.key
        )));
    }
    let sources = access::ruled_sources(tx).await?;
    let levelled = |rule: &Rule| {
        rule.effect == Effect::Allow
            && rule.resource == before.key
            && before.levels().contains(&rule.level)
            && !after.levels().contains(&rule.level)
    };
    if let Some((source, rule)) = first_with(&sources, levelled) {
        return Err(Error::Rule(format!(
            "With ownership = \"{}\" {} has no level {} any more, which {}.",
            after.ownership.as_str(),
            before.key,
            rule.level.as_str(),
            naming(tx, rights, source, rule).await?
        )));
    }
    let is_lost = |actions: &str| {
        actions
            .split_whitespace()
            .any(|name| before.has(name) && !after.has(name))
    };
    let entries = prune::entries_in(tx, &before.key).await?;
    if let Some(entry) = entries.iter().find(|entry| is_lost(&entry.actions)) {
        let whose = sight::called(tx, rights, (entry.kind, entry.id), &entry.name).await?;
        return Err(Error::Rule(format!(
            "The file leaves out an action of {} that {whose} has an entry about; change that entry first.",
            before.key
        )));
    }
    let lost = |rule: &Rule| rule.resource == before.key && is_lost(&rule.actions);
    if let Some((source, rule)) = first_with(&sources, lost) {
        return Err(Error::Rule(format!(
            "The file leaves out an action of {} that {}.",
            before.key,
            naming(tx, rights, source, rule).await?
        )));
    }
    Ok(())
}

fn first_with(
    sources: &[(Source, Option<OrganizationId>)],
    is_meant: impl Fn(&Rule) -> bool,
) -> Option<(&Source, &Rule)> {
    sources.iter().find_map(|(source, _)| {
        let rule = source.rules.iter().find(|rule| is_meant(rule))?;
        Some((source, rule))
    })
}

/// `the role "Clerk" names in "allow view on order at unit"; change that rule first`, of one that may be seen.
async fn naming(tx: &mut Tx, rights: &Rights, source: &Source, rule: &Rule) -> Result<String> {
    let one = (source.kind.into(), source.id);
    let sight = Sight::of(tx, rights, &[one]).await?;
    let called = sight.call(one, &source.name);
    Ok(if sight.sees(one) {
        format!("{called} names in \"{rule}\"; change that rule first")
    } else {
        format!("{called} names; ask an administrator to change its rule first")
    })
}
