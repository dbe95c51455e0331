//! Names that people give, turned into ids: inside what they may see, with suggestions where nothing fits.

use super::records::{full_name, viewing};
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
    let key = user_key(name);
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

fn user_key(name: &str) -> String {
    text::canonical(name.trim()).unwrap_or_default()
}

/// An organization, unit, group or role: `NAME`, `ORGANIZATION/NAME`, or `/NAME` of what is system-wide. Where several bear
/// the name, the one of the organization worked in is meant or the system-wide one; where there are both, neither is: whoever
/// may make a record could otherwise put it in the place of a system-wide one.
pub(super) async fn named(
    tx: &mut Tx,
    scope: &Scope,
    kind: NamedKind,
    name: &str,
    preferred: OrganizationId,
) -> Result<Named> {
    if let Some(found) = find_named(tx, scope, kind, name, preferred).await? {
        return Ok(found);
    }
    let (_, own) = parts(kind, name);
    Err(Error::Missing {
        kind: kind.as_str(),
        name: shown(name),
        suggestions: near(tx, scope, kind, own).await?,
    })
}

/// The organization, where one is named, and the name in it.
fn parts(kind: NamedKind, name: &str) -> (Option<&str>, &str) {
    match (kind, name.split_once('/')) {
        (NamedKind::Organization, _) | (_, None) => (None, name),
        (_, Some((organization, own))) => (Some(organization), own),
    }
}

async fn find_named(
    tx: &mut Tx,
    scope: &Scope,
    kind: NamedKind,
    name: &str,
    preferred: OrganizationId,
) -> Result<Option<Named>> {
    let (organization, own) = parts(kind, name);
    let organization = organization.map(|organization| text::fold(organization.trim()));
    let mut found = named::find(tx, scope, kind, &key(own)).await?;
    if let Some(organization) = &organization {
        found.retain(|one| is_of(one, organization));
    }
    match found.as_slice() {
        [] => Ok(None),
        [one] => Ok(Some(one.clone())),
        several => {
            let here = several
                .iter()
                .find(|one| one.organization == Some(preferred.0));
            let everywhere = several.iter().find(|one| one.organization.is_none());
            match (here, everywhere) {
                (Some(meant), None) | (None, Some(meant)) => Ok(Some(meant.clone())),
                _ => {
                    let mut candidates: Vec<String> = several.iter().map(unmistakable).collect();
                    candidates.sort();
                    Err(Error::Ambiguous {
                        kind: kind.as_str(),
                        name: shown(name),
                        candidates,
                    })
                }
            }
        }
    }
}

/// Whether a record is of the organization of this folded name; of none where that is empty.
pub(super) fn is_of(record: &Named, organization: &str) -> bool {
    let home = record.organization_name.as_deref().unwrap_or_default();
    text::fold(home) == organization
}

/// How records are written so that no others in sight are meant, wherever the names are read back.
pub(super) struct FullNames {
    kind: NamedKind,
    namesakes: Vec<i64>,
}

impl FullNames {
    pub(super) async fn of(
        tx: &mut Tx,
        scope: &Scope,
        kind: NamedKind,
        ids: &[i64],
    ) -> Result<Self> {
        let namesakes = named::namesakes(tx, scope, kind, ids).await?;
        Ok(Self { kind, namesakes })
    }

    /// `ORGANIZATION/NAME`, `NAME` of what is system-wide, or `/NAME` where an organization has one of that name.
    pub(super) fn name(&self, id: i64, organization: Option<&str>, name: &str) -> String {
        match self.kind {
            NamedKind::Organization => name.to_owned(),
            _ if self.namesakes.contains(&id) => format!("/{name}"),
            _ => full_name(organization, name),
        }
    }

    pub(super) fn record(&self, record: &Named) -> String {
        self.name(record.id, record.organization_name.as_deref(), &record.name)
    }
}

/// The name by which no other record is meant.
fn unmistakable(record: &Named) -> String {
    match &record.organization_name {
        Some(_) => record.full_name(),
        None => format!("/{}", record.name),
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
    if let Some((id, name)) = meant(tx, session, now, event).await? {
        event.target_id = Some(id);
        event.target_name = name;
    } else {
        event.target_name = shown(&event.target_name);
    }
    Ok(())
}

async fn meant(
    tx: &mut Tx,
    session: &Session,
    now: Time,
    event: &Event,
) -> Result<Option<(i64, String)>> {
    // Whoever is no longer signed in sees nothing.
    let Ok(rights) = access::rights(tx, session, now).await else {
        return Ok(None);
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
        return Ok(None);
    }
    let scope = rights.scope(viewing);
    Ok(match (kind, event.target_id) {
        (None, id) => {
            let id = match id {
                Some(id) => Some(UserId(id)),
                None => users::find(tx, &scope, &user_key(&event.target_name)).await?,
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
                None => match find_named(tx, &scope, kind, name, here).await {
                    // Which of them was meant, nobody knows.
                    Err(Error::Ambiguous { .. }) => None,
                    found => found?,
                },
            };
            record.map(|record| match kind {
                NamedKind::Organization => (record.id, record.name),
                _ => (record.id, record.full_name()),
            })
        }
    })
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
