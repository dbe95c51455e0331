//! The sections and languages that a group opens: keys of the catalogue.

use super::EDIT;
use crate::domain::GroupId;
use crate::domain::closest::closest;
use crate::domain::permission::{Level, SourceKind};
use crate::domain::text::safe;
use crate::service::records::Changes;
use crate::service::{Against, Error, ListChange, Result, Rights, Work};
use crate::store::Tx;
use crate::store::catalogue::{self, Keys};
use crate::store::groups as rows;

const KINDS: [(Keys, &str, &str); 2] = [
    (Keys::Sections, "sections", "section"),
    (Keys::Languages, "languages", "language"),
];

/// Changes the sections and the languages of a group. Whoever opens one to others has it, or edits groups everywhere.
pub(super) async fn opened(
    work: &mut Work,
    id: GroupId,
    changes: &[ListChange; 2],
    noted: &mut Changes,
) -> Result<()> {
    let (sections, languages) = rows::opened(&mut work.tx, &[id.0]).await?;
    let mine = groups_of(&work.rights);
    let (own_sections, own_languages) = rows::opened(&mut work.tx, &mine).await?;
    let mut after = Vec::with_capacity(2);
    for ((kind, change), (before, own)) in KINDS
        .iter()
        .zip(changes)
        .zip([(sections, own_sections), (languages, own_languages)])
    {
        let (before, own) = (keys(&before), keys(&own));
        let list = changed(work, *kind, change, &before, &own).await?;
        noted.note(kind.1, &before, &list);
        after.push(list);
    }
    if changes.iter().all(ListChange::is_nothing) {
        return Ok(());
    }
    if let [sections, languages] = after.as_slice() {
        rows::set_opened(&mut work.tx, id, &words(sections), &words(languages)).await?;
    }
    Ok(())
}

/// Why the operator may not put others into groups: a section or language that they open, and that isn't the operator's
/// to open.
pub(in crate::service) async fn unopened(
    tx: &mut Tx,
    rights: &Rights,
    groups: &[i64],
) -> Result<Option<Against>> {
    if rights.level(EDIT) == Some(Level::All) {
        return Ok(None);
    }
    let (sections, languages) = rows::opened(tx, groups).await?;
    let (own_sections, own_languages) = rows::opened(tx, &groups_of(rights)).await?;
    for ((_, _, noun), (given, own)) in KINDS
        .iter()
        .zip([(sections, own_sections), (languages, own_languages)])
    {
        let own = keys(&own);
        if let Some(key) = keys(&given).into_iter().find(|key| !own.contains(key)) {
            let why = format!(
                "This opens the {noun} {key}, which isn't open to you yourself; ask an administrator."
            );
            return Ok(Some(Against::beyond(why, EDIT)));
        }
    }
    Ok(None)
}

/// The groups that somebody is in.
fn groups_of(rights: &Rights) -> Vec<i64> {
    let groups = rights.sources().iter();
    groups
        .filter(|source| source.kind == SourceKind::Group)
        .map(|source| source.id)
        .collect()
}

fn words(list: &[String]) -> Vec<&str> {
    list.iter().map(String::as_str).collect()
}

fn keys(lists: &[String]) -> Vec<String> {
    lists
        .iter()
        .flat_map(|list| serde_json::from_str::<Vec<String>>(list).unwrap_or_default())
        .collect()
}

async fn changed(
    work: &mut Work,
    (kind, field, noun): (Keys, &'static str, &str),
    change: &ListChange,
    before: &[String],
    own: &[String],
) -> Result<Vec<String>> {
    if change.is_nothing() {
        return Ok(before.to_vec());
    }
    let known: Vec<String> = catalogue::keys(&mut work.tx, kind)
        .await?
        .into_iter()
        .map(|part| part.key)
        .collect();
    let mut after: Vec<String> = change.all.clone().unwrap_or_else(|| before.to_vec());
    after.extend(change.add.iter().cloned());
    after.retain(|key| !change.remove.contains(key) && !key.trim().is_empty());
    after.sort();
    after.dedup();
    let everywhere = work.rights.level(EDIT) == Some(Level::All);
    for key in after.iter().filter(|key| !before.contains(key)) {
        if !known.contains(key) {
            let hint = closest(key, known.iter().map(String::as_str)).map_or_else(
                || "see what there is with: wardroom catalogue show".to_owned(),
                |near| format!("did you mean {near}?"),
            );
            return Err(Error::invalid(
                field,
                format!("there is no {noun} \"{}\"; {hint}", safe(key)),
            ));
        }
        if !everywhere && !own.contains(key) {
            return Err(Error::Rule(format!(
                "The {noun} {key} isn't open to you, so you can't open it to others; ask an administrator."
            )));
        }
    }
    Ok(after)
}
