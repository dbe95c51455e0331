//! Making the catalogue equal to a file: what the file doesn't name goes, unless somebody still names it.

use super::import::{Imported, Taken, is_sensitive, unheld};
use crate::domain::catalogue::{Catalogue, CatalogueFile};
use crate::domain::nodes::NodePath;
use crate::domain::permission::SourceKind;
use crate::domain::text::list;
use crate::service::conferring::sources;
use crate::service::consent::{DELETE_TIER, wants};
use crate::service::records::counted;
use crate::service::sight::{Sight, What};
use crate::service::{Against, Asks, Consent, Ending, Error, Event, Result, Work};
use crate::store::catalogue::{self as rows, Keys};
use crate::store::{Tx, nodes, prune};
use std::collections::BTreeMap;

/// What a refusal names, and who names it.
const NAMED_MAX: usize = 3;
/// What goes is named so far, for people and for the audit.
pub const GONE_NAMED_MAX: usize = 20;

/// Takes away what a file, which was taken in, doesn't name; `before` is the catalogue as it was.
pub(super) async fn leave_out(
    work: &mut Work,
    before: &Catalogue,
    file: &CatalogueFile,
    Taken { imported, kept }: &mut Taken,
) -> Result<()> {
    let gone: Vec<String> = before
        .managed()
        .iter()
        .map(|resource| resource.key.clone())
        .filter(|key| !file.resources.iter().any(|resource| resource.key == *key))
        .collect();
    for key in &gone {
        let is_sensitive = before.find(key).is_some_and(is_sensitive);
        if let Some(unheld) = unheld(work, key, is_sensitive) {
            let why = format!(
                "Without {key} others could lose {unheld}, which you don't hold yourself; ask an administrator to import it."
            );
            return Err(Against::unheld(why, unheld).into());
        }
    }
    let tx = &mut work.tx;
    let mut named = Vec::new();
    rows::remove_resources(tx, &gone).await?;
    named.extend(ruled(tx, before).await?);
    imported.resources_removed = count(gone.len());
    imported.name("resource", &gone);
    for (kind, word, parts) in [
        (Keys::Sections, "section", &file.sections),
        (Keys::Languages, "language", &file.languages),
    ] {
        let known = rows::keys(tx, kind).await?.into_iter().map(|part| part.key);
        let gone: Vec<String> = known
            .filter(|key| !parts.iter().any(|part| part.key == *key))
            .collect();
        for key in &gone {
            let group = rows::group_with(tx, kind, key).await?;
            named.extend(group.map(|(id, name)| Still {
                named: format!("the {word} {key}"),
                by: (SourceKind::Group.into(), id),
                name,
            }));
        }
        rows::remove_keys(tx, kind, &gone).await?;
        match kind {
            Keys::Sections => imported.sections_removed = count(gone.len()),
            Keys::Languages => imported.languages_removed = count(gone.len()),
        }
        imported.name(word, &gone);
    }
    named.extend(nodes_gone(tx, &gone, kept, imported).await?);
    refuse(work, &named).await
}

/// Something that somebody still names.
struct Still {
    named: String,
    /// Who names it.
    by: (What, i64),
    name: String,
}

/// What taking away asks for, and that it was given: it can't be undone, for roles and people may come to name what is made
/// anew otherwise. A rehearsal refuses nothing.
pub(super) fn weigh(
    work: &Work,
    consent: &Consent,
    imported: &Imported,
    event: &mut Event,
) -> Result<Asks> {
    let gone = imported
        .gone()
        .map(|(number, one, several)| (number.try_into().unwrap_or(i64::MAX), one, several));
    let number = gone.iter().map(|(number, ..)| number).sum();
    if number == 0 {
        return Ok(Asks::default());
    }
    let deed = format!("take {} out of the catalogue", list(&counted(&gone), "and"));
    let (reason_needed, ticket_needed) = wants(&work.service.policy().tiers, DELETE_TIER);
    if work.ending == Ending::Commit {
        let first = imported
            .removed
            .get(..NAMED_MAX)
            .unwrap_or(&imported.removed);
        let more = if number > first.len().try_into().unwrap_or(i64::MAX) {
            ", ..."
        } else {
            ""
        };
        let named = format!("{deed} ({}{more})", first.join(", "));
        (event.reason, event.ticket) = consent.check(work, DELETE_TIER, number, &named)?;
    }
    Ok(Asks {
        deed,
        word: "remove",
        tier: DELETE_TIER,
        number,
        reason_needed,
        ticket_needed,
    })
}

fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}

/// The rules that named something before and don't any more.
async fn ruled(tx: &mut Tx, before: &Catalogue) -> Result<Vec<Still>> {
    let after = rows::load(tx).await?;
    let mut named = Vec::new();
    for source in sources(tx).await? {
        let lost = |rule: &&_| before.knows(rule) && !after.knows(rule);
        if let Some(rule) = source.rules.iter().find(lost) {
            named.push(Still {
                named: rule.resource.clone(),
                by: (source.kind.into(), source.id),
                name: source.name.clone(),
            });
        }
    }
    Ok(named)
}

/// Takes away the nodes of trees that aren't kept, and says which of them, or of the trees that are gone, somebody has
/// entries or start nodes on.
async fn nodes_gone(
    tx: &mut Tx,
    trees: &[String],
    kept: &BTreeMap<String, Vec<i64>>,
    imported: &mut Imported,
) -> Result<Vec<Still>> {
    let mut gone = Vec::new();
    for tree in prune::trees(tx).await? {
        let kept = kept.get(&tree).map_or(&[][..], Vec::as_slice);
        gone.extend(prune::besides(tx, &tree, kept).await?);
    }
    let most = i64::try_from(NAMED_MAX + 1).unwrap_or(i64::MAX);
    let holds = prune::holds(tx, &gone, trees, most).await?;
    let first: Vec<i64> = gone.iter().copied().take(GONE_NAMED_MAX).collect();
    let mut shown = first.clone();
    shown.extend(holds.iter().filter_map(|hold| hold.node));
    let paths = nodes::paths(tx, &shown).await?;
    let place = |tree: &str, node: Option<i64>| {
        let path = node.and_then(|id| paths.get(&id)).cloned();
        format!("{tree}:{}", path.unwrap_or_else(NodePath::default))
    };
    let named = holds
        .iter()
        .map(|hold| Still {
            named: place(&hold.tree, hold.node),
            by: (hold.kind.into(), hold.id),
            name: hold.name.clone(),
        })
        .collect();
    let trees = prune::trees_of(tx, &first).await?;
    let removed: Vec<String> = first
        .iter()
        .filter_map(|id| Some(place(trees.get(id)?, Some(*id))))
        .collect();
    imported.name("node", &removed);
    imported.nodes_removed = count(gone.len());
    if holds.is_empty() {
        prune::remove(tx, &gone).await?;
    }
    Ok(named)
}

/// What is named can't go.
async fn refuse(work: &mut Work, named: &[Still]) -> Result<()> {
    if named.is_empty() {
        return Ok(());
    }
    let first = named.get(..NAMED_MAX).unwrap_or(named);
    let by: Vec<(What, i64)> = first.iter().map(|still| still.by).collect();
    let sight = Sight::of(&mut work.tx, &work.rights, &by).await?;
    let first: Vec<String> = first
        .iter()
        .map(|still| format!("{} (by {})", still.named, sight.call(still.by, &still.name)))
        .collect();
    let more = if named.len() > NAMED_MAX {
        ", and more"
    } else {
        ""
    };
    Err(Error::Rule(format!(
        "The file leaves out what is still named: {}{more}; change those first, or import without --replace.",
        first.join(", ")
    )))
}
