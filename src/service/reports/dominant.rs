//! People whose power over Wardroom is more than an ordinary member's, the mightiest first, and why.

use super::{COUNTED_MAX, Names, People};
use crate::domain::catalogue::Catalogue;
use crate::domain::permission::{Effect, Level, Permission, Source, SourceKind, power};
use crate::domain::status::Status;
use crate::domain::user::UserKind;
use crate::domain::{OrganizationId, Time, UserId};
use crate::service::users::{self, Count, Cursor, Page, cut, privileged_sources};
use crate::service::{Look, Query, Result};
use crate::store::page::Key;
use crate::store::reports::{ADMINISTRATOR, HeldSet, Holder, Holders};
use crate::store::users::lines;
use crate::store::{access, catalogue};
use std::collections::HashMap;
use std::fmt;

/// Those who hold rights over Wardroom itself, or privileged ones of the catalogue, in the organization worked in: first
/// who is an administrator and can act now, then by how many rights they hold at what level, then by username.
#[derive(Clone, Debug, Default)]
pub struct DominantAccounts {
    pub page: Page,
    pub limit: u32,
}

#[derive(Clone, Debug, serde::Serialize)]
pub struct Dominant {
    pub id: UserId,
    pub username: String,
    pub name: String,
    /// A service account can't sign in, and may hold a key all the same.
    pub kind: UserKind,
    pub status: Status,
    pub can_sign_in: bool,
    pub last_sign_in: Time,
    /// An administrator who can sign in and whom no deny stops.
    pub administrator: bool,
    /// How many rights they hold that are power over others.
    pub rights: usize,
    /// How far the furthest of them reaches.
    pub level: Level,
    pub because: Vec<Held>,
    #[serde(skip)]
    pub cursor: Cursor,
}

/// A role or group that gives power, and the group through which it is held.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Held {
    pub kind: SourceKind,
    pub source: String,
    /// Null where it is held directly.
    pub via: Option<String>,
}

impl fmt::Display for Held {
    /// `Helpdesk via Service Desk`, `group Keepers`.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.kind == SourceKind::Group {
            out.write_str("group ")?;
        }
        out.write_str(&self.source)?;
        match &self.via {
            Some(via) => write!(out, " via {via}"),
            None => Ok(()),
        }
    }
}

/// What the holders of one set of roles and groups may do.
struct Might {
    rights: usize,
    level: Level,
    /// Each right counts from one, for what is one's own, to five, for all there is.
    weight: i64,
}

impl Query for DominantAccounts {
    type Output = People<Dominant>;

    fn needs(&self) -> Permission {
        users::VIEW
    }

    async fn run(self, look: &mut Look) -> Result<People<Dominant>> {
        let seen = look.scope(users::VIEW).await?;
        let (here, now) = (look.session.organization, look.now());
        let wanted = self.limit.clamp(1, users::PAGE_ROWS_MAX);
        let catalogue = catalogue::load(&mut look.tx).await?;
        let sources = sources(look, here).await?;
        let (roles, groups) = privileged_sources(&sources, &catalogue);
        let (mut asked_roles, mut asked_groups) = (roles.clone(), groups.clone());
        // A deny takes power away, so it belongs to what is held.
        add_denying(&sources, &mut asked_roles, &mut asked_groups);
        let mut holders = Holders {
            organization: here,
            seen: &seen,
            roles: asked_roles,
            groups: asked_groups,
        };
        let (mut mights, mut weights, mut count) = (HashMap::new(), Vec::new(), 0);
        for (held, people) in holders.held_sets(&mut look.tx).await? {
            if let Some(might) = might(&held, &sources, &catalogue) {
                count += people;
                weights.push((held.clone(), might.weight));
                mights.insert(held, might);
            }
        }
        let mut found = holders
            .page(&mut look.tx, &weights, now, &self.page, wanted + 1)
            .await?;
        let (more_before, more_after) = cut(&mut found, &self.page, wanted);
        (holders.roles, holders.groups) = (roles, groups);
        Ok(People {
            rows: rows(look, &holders, found, &mights).await?,
            count: Count::of(count, Some(COUNTED_MAX)),
            more_before,
            more_after,
        })
    }
}

/// The roles and groups with rules that count here.
async fn sources(
    look: &mut Look,
    here: OrganizationId,
) -> Result<Vec<(Source, Option<OrganizationId>)>> {
    let mut sources = access::ruled_sources(&mut look.tx).await?;
    sources.retain(|(_, home)| home.is_none_or(|home| home == here));
    Ok(sources)
}

fn add_denying(
    sources: &[(Source, Option<OrganizationId>)],
    roles: &mut Vec<i64>,
    groups: &mut Vec<i64>,
) {
    for (source, _) in sources {
        let denies = source.rules.iter().any(|rule| rule.effect == Effect::Deny);
        let list = match source.kind {
            SourceKind::Role => &mut *roles,
            SourceKind::Group => &mut *groups,
            SourceKind::User => continue,
        };
        if denies && !list.contains(&source.id) {
            list.push(source.id);
        }
    }
}

/// Nothing where the set gives no power, or where its denies take all of it away.
fn might(
    held: &HeldSet,
    sources: &[(Source, Option<OrganizationId>)],
    catalogue: &Catalogue,
) -> Option<Might> {
    let theirs: Vec<Source> = sources
        .iter()
        .filter(|(source, _)| held.has(source.kind, source.id))
        .map(|(source, _)| source.clone())
        .collect();
    // A wide rule names rights that there are not, such as to unlock the audit: those are no power.
    let levels: Vec<Level> = power(&theirs, catalogue)
        .into_iter()
        .filter(|(right, _)| {
            let resource = catalogue.find(&right.resource);
            resource.is_some_and(|resource| resource.has(&right.action))
        })
        .map(|(_, level)| level)
        .collect();
    Some(Might {
        rights: levels.len(),
        level: levels.iter().copied().max()?,
        weight: levels.iter().map(|&level| weight(level)).sum(),
    })
}

const fn weight(level: Level) -> i64 {
    match level {
        Level::Own => 1,
        Level::Unit => 2,
        Level::Division => 3,
        Level::Organization => 4,
        Level::All => 5,
    }
}

async fn rows(
    look: &mut Look,
    holders: &Holders<'_>,
    found: Vec<Holder>,
    mights: &HashMap<HeldSet, Might>,
) -> Result<Vec<Dominant>> {
    let now = look.now();
    let ids: Vec<i64> = found.iter().map(|holder| holder.cursor.id).collect();
    let mut because = because(look, holders, &ids).await?;
    let cursors = found.iter().map(|holder| holder.cursor.clone()).collect();
    let mut lines: HashMap<i64, _> = lines(&mut look.tx, cursors)
        .await?
        .into_iter()
        .map(|line| (line.cursor.id, line))
        .collect();
    let row = |holder: Holder| {
        let line = lines.remove(&holder.cursor.id)?;
        let might = mights.get(&holder.held)?;
        Some(Dominant {
            id: line.state.user,
            username: line.username,
            name: line.display_name,
            kind: line.kind,
            status: line.state.status(now),
            can_sign_in: holder.can_sign_in,
            last_sign_in: line.state.last_sign_in_at,
            administrator: matches!(holder.cursor.key, Key::Int(standing) if standing >= ADMINISTRATOR),
            rights: might.rights,
            level: might.level,
            because: because.remove(&line.state.user).unwrap_or_default(),
            cursor: line.cursor,
        })
    };
    Ok(found.into_iter().filter_map(row).collect())
}

async fn because(
    look: &mut Look,
    holders: &Holders<'_>,
    ids: &[i64],
) -> Result<HashMap<UserId, Vec<Held>>> {
    let reasons = holders.reasons(&mut look.tx, ids).await?;
    let through = reasons.iter().filter_map(|(.., via)| *via);
    let groups: Vec<i64> = holders.groups.iter().copied().chain(through).collect();
    let names = Names::of(look, &holders.roles, &groups).await?;
    let mut because: HashMap<UserId, Vec<Held>> = HashMap::new();
    for (user, kind, id, via) in reasons {
        let held = Held {
            kind,
            source: match kind {
                SourceKind::Group => names.group(id),
                _ => names.role(id),
            },
            via: via.map(|group| names.group(group)),
        };
        let list = because.entry(user).or_default();
        // Two that the asker may not see are the same dots.
        if !list.contains(&held) {
            list.push(held);
        }
    }
    Ok(because)
}
