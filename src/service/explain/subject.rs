//! Who is asked about: what they have in the organization worked in, as it is or as it would be.

use super::question::Place;
use crate::domain::evaluate::Subject;
use crate::domain::nodes::effective_starts;
use crate::domain::permission::{Source, SourceKind};
use crate::domain::{OrganizationId, UserId};
use crate::service::{Look, RecordRef, Result};
use crate::store::members::these;
use crate::store::named::NamedKind;
use crate::store::{Tx, access, nodes};

/// Memberships that are thought to be changed.
#[derive(Clone, Debug, Default)]
pub struct WhatIf {
    pub with_roles: Vec<RecordRef>,
    pub without_roles: Vec<RecordRef>,
    pub with_groups: Vec<RecordRef>,
    pub without_groups: Vec<RecordRef>,
}

/// The roles and groups that somebody has directly.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Direct {
    pub roles: Vec<i64>,
    pub groups: Vec<i64>,
}

impl Direct {
    /// What a user has, changed as asked.
    pub async fn of(look: &mut Look, user: UserId, what_if: &WhatIf) -> Result<Self> {
        let (mut roles, mut groups) = access::direct(&mut look.tx, user).await?;
        for (list, with, without, kind) in [
            (
                &mut roles,
                &what_if.with_roles,
                &what_if.without_roles,
                NamedKind::Role,
            ),
            (
                &mut groups,
                &what_if.with_groups,
                &what_if.without_groups,
                NamedKind::Group,
            ),
        ] {
            for gone in without {
                let gone = gone.look(look, kind).await?;
                list.retain(|id| *id != gone);
            }
            for fresh in with {
                let fresh = fresh.look(look, kind).await?;
                if !list.contains(&fresh) {
                    list.push(fresh);
                }
            }
        }
        Ok(Self { roles, groups })
    }
}

/// Why somebody has no sources in an organization at all; `None` where they have.
pub(super) async fn shut_out(
    tx: &mut Tx,
    user: UserId,
    organization: OrganizationId,
) -> Result<Option<&'static str>> {
    let standing = access::standing(tx, user, organization).await?;
    Ok(match standing {
        None => Some("there is no such account"),
        Some(standing) if standing.deleted => Some("the account is deleted"),
        Some(standing) if !standing.enabled => Some("the account is disabled"),
        Some(standing) if !standing.member => {
            Some("the account may not sign in to this organization")
        }
        Some(_) => None,
    })
}

/// What somebody has, with the entries and start nodes that count at a place.
pub(super) async fn subject(
    tx: &mut Tx,
    (user, organization): (UserId, OrganizationId),
    direct: &Direct,
    at: Option<(&str, &Place)>,
) -> Result<Subject> {
    let (units, division) = access::units_and_below(tx, user, organization).await?;
    let mut subject = Subject {
        user,
        organization,
        sources: Vec::new(),
        units,
        division,
        starts: Vec::new(),
    };
    if shut_out(tx, user, organization).await?.is_some() {
        return Ok(subject);
    }
    subject.sources = sources(tx, direct, organization).await?;
    if let Some((tree, place)) = at {
        go_to(tx, &mut subject, tree, place).await?;
    }
    Ok(subject)
}

/// What roles and groups come to in an organization, each with the group it comes through.
pub(super) async fn sources(
    tx: &mut Tx,
    direct: &Direct,
    organization: OrganizationId,
) -> Result<Vec<Source>> {
    let (roles, groups) = (these(&direct.roles), these(&direct.groups));
    let mut sources = access::sources_of(tx, &roles, &groups, organization).await?;
    let containing = access::containing(tx, &direct.groups).await?;
    for source in &mut sources {
        if source.kind == SourceKind::Group && !direct.groups.contains(&source.id) {
            source.via = containing.get(&source.id).cloned();
        }
    }
    Ok(sources)
}

/// Adds what counts at a node: entries of the groups and the user's own, and where they start.
pub(super) async fn go_to(
    tx: &mut Tx,
    subject: &mut Subject,
    tree: &str,
    place: &Place,
) -> Result<()> {
    let groups: Vec<i64> = subject
        .sources
        .iter()
        .filter(|source| source.kind == SourceKind::Group)
        .map(|source| source.id)
        .collect();
    let whose = (groups.as_slice(), subject.user);
    let entries = nodes::entries_on_way(tx, whose, tree, &place.path, &place.way).await?;
    let mut own = Vec::new();
    for (kind, id, entry) in entries {
        match kind {
            SourceKind::User => own.push(entry),
            _ => {
                for source in &mut subject.sources {
                    if (source.kind, source.id) == (kind, id) {
                        source.entries.push(entry.clone());
                    }
                }
            }
        }
    }
    if !own.is_empty() {
        subject.sources.push(Source {
            kind: SourceKind::User,
            id: subject.user.0,
            name: "their own entries".to_owned(),
            via: None,
            rules: Vec::new(),
            entries: own,
        });
    }
    let (of_groups, own) = nodes::starts_in(tx, whose, tree).await?;
    subject.starts = effective_starts(&of_groups, &own);
    Ok(())
}
