//! Who may do this, of those the asker may see.

use super::can::Why;
use super::question::{Asked, Place, Settled};
use super::subject::{Direct, go_to, sources};
use crate::domain::evaluate::{Answer, Subject, evaluate};
use crate::domain::permission::{Level, Permission, Source, SourceKind, Verb};
use crate::domain::status::Status;
use crate::domain::{OrganizationId, UserId};
use crate::service::{Look, Query, Result, users};
use crate::store::members::Holding;
use crate::store::who_can::{self as rows, Covering, Granting, Reached, Start, Wanted};
use crate::store::{Tx, access, nodes};
use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};

/// People are counted to this many.
const COUNTED_MAX: i64 = 10_000;

#[derive(Clone, Debug)]
pub struct WhoCan {
    pub asked: Asked,
    pub limit: u32,
}

/// Who is able, by username.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Ables {
    pub users: Vec<Able>,
    pub count: i64,
    /// The count stopped there: there are more than were counted.
    pub capped: bool,
    /// There are more than are in `users`.
    pub more: bool,
}

#[derive(Clone, Debug, serde::Serialize)]
pub struct Able {
    pub username: String,
    pub name: String,
    /// Some who are able can't sign in now.
    pub status: Status,
    pub level: Option<Level>,
    pub because: Vec<Why>,
}

impl Query for WhoCan {
    type Output = Ables;

    fn needs(&self) -> Permission {
        users::VIEW
    }

    async fn run(self, look: &mut Look) -> Result<Ables> {
        let settled = self.asked.settle(look).await?;
        let seen = look.scope(users::VIEW).await?;
        let wanted = wanted(look, &settled).await?;
        let limit = i64::from(self.limit.max(1));
        let (found, count) = rows::able(&mut look.tx, &seen, &wanted, limit, COUNTED_MAX).await?;
        let mut reasons = Reasons::of(look, &settled, found.iter().map(|able| able.user)).await?;
        let mut ables = Vec::with_capacity(found.len());
        let now = look.now();
        for able in found {
            let answer = reasons.answer(look, able.user).await?;
            ables.push(Able {
                username: able.username,
                name: able.name,
                status: able.state.status(now),
                level: answer.level,
                because: answer
                    .because
                    .into_iter()
                    .map(|because| Why::told(because, &look.rights))
                    .collect(),
            });
        }
        Ok(Ables {
            more: count > i64::try_from(ables.len()).unwrap_or(i64::MAX),
            users: ables,
            count: count.min(COUNTED_MAX),
            capped: count > COUNTED_MAX,
        })
    }
}

/// Why those are able who were found: what the same roles and groups come to is read once.
struct Reasons<'a> {
    settled: &'a Settled,
    direct: HashMap<UserId, Direct>,
    sources: HashMap<Direct, Vec<Source>>,
}

impl<'a> Reasons<'a> {
    async fn of(
        look: &mut Look,
        settled: &'a Settled,
        users: impl Iterator<Item = UserId>,
    ) -> Result<Self> {
        let users: Vec<i64> = users.map(|user| user.0).collect();
        let mut direct: HashMap<UserId, Direct> = HashMap::new();
        for (user, holding) in access::directly(&mut look.tx, &users).await? {
            let direct = direct.entry(user).or_default();
            match holding {
                Holding::Role(role) => direct.roles.push(role.0),
                Holding::Group(group) => direct.groups.push(group.0),
            }
        }
        Ok(Self {
            settled,
            direct,
            sources: HashMap::new(),
        })
    }

    async fn answer(&mut self, look: &mut Look, user: UserId) -> Result<Answer> {
        let (settled, here) = (self.settled, self.settled.here);
        let tx = &mut look.tx;
        let direct = self.direct.remove(&user).unwrap_or_default();
        let sources = match self.sources.get(&direct) {
            Some(sources) => sources.clone(),
            None => sources(tx, &direct, here).await?,
        };
        self.sources
            .entry(direct)
            .or_insert_with(|| sources.clone());
        let (units, division) = match settled.record {
            Some(_) => access::units_and_below(tx, user, here).await?,
            None => (Vec::new(), Vec::new()),
        };
        let mut subject = Subject {
            user,
            organization: here,
            sources,
            units,
            division,
            starts: Vec::new(),
        };
        if let Some(place) = &settled.place {
            go_to(tx, &mut subject, &settled.resource.key, place).await?;
        }
        Ok(evaluate(&subject, &settled.question()))
    }
}

/// What gives the right and what takes it, over all roles and groups that count here.
async fn wanted(look: &mut Look, settled: &Settled) -> Result<Wanted> {
    let here = settled.here;
    let tx = &mut look.tx;
    let mut sources = counting(tx, here).await?;
    let (key, node) = (&settled.resource.key, settled.place.as_ref());
    let own = match node {
        Some(place) => with_entries(tx, (here, key), place, &mut sources).await?,
        None => Vec::new(),
    };
    let path = node.map(|place| &place.path);
    let granting = Granting::of(&sources, (&settled.action, key), path, |level| {
        can_reach(here, settled, level)
    });
    let own = own
        .into_iter()
        .filter(|source| source.word(&settled.action, key, path).level().is_some())
        .map(|source| UserId(source.id))
        .collect();
    let covering = match settled.acted_on() {
        Some(target) => covering(tx, target, here, &sources).await?,
        None => Vec::new(),
    };
    let start = match node {
        Some(place) => Some(Start {
            tree: key.clone(),
            groups: rows::starting_groups(tx, here, key, &place.way).await?,
            own: rows::own_starters(tx, here, key, &place.path).await?,
        }),
        None => None,
    };
    Ok(Wanted {
        organization: here,
        granting: granting.spread(tx, here).await?,
        own,
        reached: reached(settled),
        acted_on: settled.acted_on(),
        is_for_others: settled.is_for_others(),
        covering,
        start,
    })
}

/// Adds to sources what groups that count in an organization have on the way to a node of a tree, and gives back what users
/// have there themselves, a source for each.
pub(super) async fn with_entries(
    tx: &mut Tx,
    (here, tree): (OrganizationId, &str),
    place: &Place,
    sources: &mut Vec<Source>,
) -> Result<Vec<Source>> {
    for source in sources.iter_mut() {
        source.entries.clear();
    }
    let mut own: BTreeMap<i64, Source> = BTreeMap::new();
    for (kind, id, entry) in
        nodes::all_entries_on_way(tx, here, tree, &place.path, &place.way).await?
    {
        let known = sources
            .iter_mut()
            .find(|source| (source.kind, source.id) == (kind, id));
        match (kind, known) {
            (_, Some(source)) => source.entries.push(entry),
            (SourceKind::User, None) => own
                .entry(id)
                .or_insert_with(|| entries_of(kind, id))
                .entries
                .push(entry),
            (_, None) => {
                let mut source = entries_of(kind, id);
                source.entries.push(entry);
                sources.push(source);
            }
        }
    }
    Ok(own.into_values().collect())
}

/// What whoever acts on the target must hold, by all roles and groups that count here: as much as the target does, here
/// and wherever else that counts.
async fn covering(
    tx: &mut Tx,
    target: UserId,
    here: OrganizationId,
    sources: &[Source],
) -> Result<Vec<Covering>> {
    let mut all: Vec<Covering> = Vec::new();
    let mut places: HashMap<OrganizationId, Vec<Source>> = HashMap::new();
    for held in users::power_of(tx, target, here).await? {
        let right = (held.right.action.as_str(), held.right.resource.as_str());
        let enough = |mine| mine >= held.level;
        let covering = match held.organization {
            None => Covering {
                here: Granting::of(sources, right, None, enough),
                elsewhere: None,
            },
            Some(place) => {
                let there = match places.entry(place) {
                    Entry::Occupied(known) => known.into_mut(),
                    Entry::Vacant(unknown) => unknown.insert(counting(tx, place).await?),
                };
                let there = Granting::of(there, right, None, enough);
                Covering {
                    // Of what counts here, only what reaches everywhere is held there.
                    here: Granting::of(sources, right, None, |mine| mine == Level::All),
                    elsewhere: Some((place, there)),
                }
            }
        };
        if !all.contains(&covering) {
            all.push(covering);
        }
    }
    for covering in &mut all {
        *covering = covering.clone().spread(tx, here).await?;
    }
    Ok(all)
}

/// The roles and groups with rules that count in an organization.
pub(super) async fn counting(tx: &mut Tx, here: OrganizationId) -> Result<Vec<Source>> {
    Ok(access::ruled_sources(tx)
        .await?
        .into_iter()
        .filter(|(_, home)| home.is_none_or(|home| home == here))
        .map(|(source, _)| source)
        .collect())
}

fn entries_of(kind: SourceKind, id: i64) -> Source {
    Source {
        kind,
        id,
        name: String::new(),
        via: None,
        rules: Vec::new(),
        entries: Vec::new(),
    }
}

/// Whether a level can reach the record at all, whoever has it.
fn can_reach(here: OrganizationId, settled: &Settled, level: Level) -> bool {
    let Some(record) = &settled.record else {
        return settled.resource.is_reached_at(level);
    };
    if level == Level::All || settled.resource.ownership.is_nobodys() {
        return true;
    }
    match record.organization {
        Some(organization) => organization == here,
        None => level == Level::Organization && settled.action == Verb::View.as_str(),
    }
}

fn reached(settled: &Settled) -> Option<Reached> {
    let record = settled.record.as_ref()?;
    (!settled.resource.ownership.is_nobodys()).then(|| Reached {
        owner: record.owner,
        units: record.units.clone(),
    })
}
