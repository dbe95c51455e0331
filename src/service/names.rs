//! Names that people give, turned into ids: inside what they may see, with suggestions where nothing fits.

use super::records::viewing;
use super::{Error, Event, Result, Session, access};
use crate::domain::filter::suggestions;
use crate::domain::text;
use crate::domain::{OrganizationId, Time, UserId};
use crate::store::named::{self, Named, NamedKind};
use crate::store::{Scope, Tx, users};

/// Names looked through for a suggestion.
const CANDIDATES_MAX: i64 = 2_000;
const SUGGESTIONS_MAX: usize = 3;

/// A user by username.
pub(super) async fn user(tx: &mut Tx, scope: &Scope, name: &str) -> Result<UserId> {
    let key = text::canonical(name.trim()).unwrap_or_default();
    if let Some(id) = users::find(tx, scope, &key).await? {
        return Ok(id);
    }
    let known = users::names_like(tx, scope, &key).await?;
    let near = suggestions(name, known.iter().map(String::as_str), SUGGESTIONS_MAX);
    Err(Error::Missing {
        kind: "user",
        name: shown(name),
        suggestions: near.into_iter().map(str::to_owned).collect(),
    })
}

/// An organization, unit, group or role: `NAME` or `ORGANIZATION/NAME`. Where several bear the name, the one of the
/// organization worked in is meant, then a system-wide one.
pub(super) async fn named(
    tx: &mut Tx,
    scope: &Scope,
    kind: NamedKind,
    name: &str,
    preferred: OrganizationId,
) -> Result<Named> {
    let (organization, own) = match (kind, name.split_once('/')) {
        (NamedKind::Organization, _) | (_, None) => (None, name),
        (_, Some((organization, own))) => (Some(text::fold(organization.trim())), own),
    };
    let mut found = named::find(tx, scope, kind, &key(own)).await?;
    if let Some(organization) = &organization {
        found.retain(|one| {
            one.organization_name
                .as_deref()
                .is_some_and(|name| text::fold(name) == *organization)
        });
    }
    match found.as_slice() {
        [] => Err(Error::Missing {
            kind: kind.as_str(),
            name: shown(name),
            suggestions: near(tx, scope, kind, own).await?,
        }),
        [one] => Ok(one.clone()),
        several => {
            let here = several
                .iter()
                .find(|one| one.organization == Some(preferred.0));
            let everywhere = several.iter().find(|one| one.organization.is_none());
            here.or(everywhere)
                .cloned()
                .ok_or_else(|| Error::Ambiguous {
                    kind: kind.as_str(),
                    name: shown(name),
                    candidates: several.iter().map(Named::full_name).collect(),
                })
        }
    }
}

/// Of a refused deed on a record that was named: its id, and its name as it is written everywhere else. What the operator
/// can't see stays as they named it, for the audit would tell them that it exists.
pub(super) async fn look_up(
    tx: &mut Tx,
    session: &Session,
    now: Time,
    event: &mut Event,
) -> Result<()> {
    // Whoever is no longer signed in sees nothing.
    let Ok(rights) = access::rights(tx, session, now).await else {
        return Ok(());
    };
    let kinds = [
        NamedKind::Organization,
        NamedKind::Unit,
        NamedKind::Group,
        NamedKind::Role,
    ];
    let kind = kinds
        .into_iter()
        .find(|kind| kind.as_str() == event.target_kind);
    let viewing = kind.map_or(super::users::VIEW, viewing);
    if !rights.may(viewing) {
        return Ok(());
    }
    let scope = rights.scope(viewing);
    let found = match (kind, event.target_id) {
        (None, id) => {
            let id = match id {
                Some(id) => Some(UserId(id)),
                None => known(user(tx, &scope, &event.target_name).await)?,
            };
            let record = match id {
                Some(id) => users::lookup(tx, &scope, id).await?,
                None => None,
            };
            record.map(|record| (record.id.0, record.profile.username))
        }
        (Some(kind), id) => {
            let (name, here) = (&event.target_name, session.organization);
            let record = match id {
                Some(id) => named::by_ids(tx, &scope, kind, &[id]).await?.pop(),
                None => known(named(tx, &scope, kind, name, here).await)?,
            };
            record.map(|record| match kind {
                NamedKind::Organization => (record.id, record.name),
                _ => (record.id, record.full_name()),
            })
        }
    };
    if let Some((id, name)) = found {
        event.target_id = Some(id);
        event.target_name = name;
    }
    Ok(())
}

/// What was found, where it is no mistake that nothing was.
fn known<T>(found: Result<T>) -> Result<Option<T>> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(Error::Missing { .. } | Error::Ambiguous { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

/// The form in which the name of an organization, unit, group or role is unique.
pub(super) fn key(name: &str) -> String {
    text::canonical(name.trim()).unwrap_or_else(|_| name.trim().to_lowercase())
}

/// Known names that look like a wrong one.
pub(super) async fn near(
    tx: &mut Tx,
    scope: &Scope,
    kind: NamedKind,
    name: &str,
) -> Result<Vec<String>> {
    let known = named::list(tx, scope, kind, CANDIDATES_MAX).await?;
    Ok(suggestions(
        name,
        known.iter().map(|one| one.name.as_str()),
        SUGGESTIONS_MAX,
    )
    .into_iter()
    .map(str::to_owned)
    .collect())
}

/// A name as it may be repeated in a sentence: not a page of it.
pub(super) fn shown(name: &str) -> String {
    text::fit(&text::safe(name), 60, "…")
}
