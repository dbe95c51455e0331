//! Power over others: whoever acts on somebody must hold, at the same level or wider, what they hold over Wardroom
//! itself. Compared are only rules on Wardroom's own resources, so a helpdesk operator unlocks an editor but not an
//! administrator; one's own profile is no power.

use super::VIEW;
use crate::domain::catalogue::Catalogue;
use crate::domain::permission::{
    Effect, Level, Ownership, Permission, Resource, Right, Rule, Source, SourceKind, Verb, decide,
    first_uncovered, power,
};
use crate::domain::rule::{first_unheld, plain};
use crate::domain::text::capitalized;
use crate::domain::unheld::Unheld;
use crate::domain::{OrganizationId, Time, UserId};
use crate::service::conferring::held_by;
use crate::service::deletion::Bench;
use crate::service::groups::unopened;
use crate::service::sight::{self, Sight};
use crate::service::{Against, Error, Lack, Look, Result, Rights, Work, access, granular};
use crate::store::named::{Named, NamedKind};
use crate::store::sql::Sql;
use crate::store::{Tx, access as rows, catalogue, members, user_filter};
use std::collections::{BTreeMap, HashMap, HashSet};

/// Operators looked at for "who can help", and named.
const CANDIDATES_MAX: i64 = 50;
const NAMED_MAX: usize = 3;
/// The right to give people roles.
const GIVES_ROLES: Permission = Permission(Resource::Role, Verb::Members);

/// What a privileged target holds that counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// What the target holds and the operator doesn't; `None` where the operator's power covers it.
    pub uncovered: Option<Unheld>,
}

/// The roles and groups whose rules are power over others by themselves.
pub(in crate::service) fn privileged_sources(
    sources: &[(Source, Option<OrganizationId>)],
    catalogue: &Catalogue,
) -> (Vec<i64>, Vec<i64>) {
    let ids = |kind| {
        sources
            .iter()
            .filter(|(source, _)| {
                source.kind == kind && !power(std::slice::from_ref(source), catalogue).is_empty()
            })
            .map(|(source, _)| source.id)
            .collect()
    };
    (ids(SourceKind::Role), ids(SourceKind::Group))
}

/// The trees in which every right is power over others.
fn privileged_trees(catalogue: &Catalogue) -> Vec<String> {
    let privileged = catalogue.managed().iter();
    privileged
        .filter(|resource| resource.privileged && resource.ownership == Ownership::Tree)
        .map(|resource| resource.key.clone())
        .collect()
}

/// The roles and groups from which power over others comes: by their rules, and by what groups have in privileged trees.
pub(in crate::service) async fn powerful_sources(
    tx: &mut Tx,
    catalogue: &Catalogue,
) -> Result<Vec<(Source, Option<OrganizationId>)>> {
    let mut sources = rows::ruled_sources(tx).await?;
    let trees = privileged_trees(catalogue);
    if trees.is_empty() {
        return Ok(sources);
    }
    for (id, name, home, entry) in rows::group_entries(tx, &trees).await? {
        let known = sources
            .iter_mut()
            .find(|(source, _)| (source.kind, source.id) == (SourceKind::Group, id));
        if let Some((source, _)) = known {
            source.entries.push(entry);
        } else {
            let source = Source {
                kind: SourceKind::Group,
                id,
                name,
                entries: vec![entry],
                ..plain(Vec::new())
            };
            sources.push((source, home));
        }
    }
    Ok(sources)
}

/// The privileged ones among the users of a subquery, and whether the operator's power covers theirs: what they hold over
/// others in each organization where it counts, by what the operator holds there.
/// A deny among their rules is not counted in the operator's favour.
pub(in crate::service) async fn uncovered(
    tx: &mut Tx,
    rights: &Rights,
    users: &Sql,
) -> Result<HashMap<UserId, Standing>> {
    let powers = Powers::among(tx, users).await?;
    let here = rights.organization();
    let everywhere = powers.everywhere(tx, rights).await?;
    let mut standings = HashMap::new();
    let mut unclear: HashMap<UserId, &[Held]> = HashMap::new();
    for (set, people) in &powers.sets {
        if first_uncovered(&everywhere, &powers.of(set, None)).is_some() {
            unclear.extend(people.iter().map(|user| (*user, set.as_slice())));
        }
        let covered = Standing { uncovered: None };
        standings.extend(people.iter().map(|user| (*user, covered.clone())));
    }
    // What the operator doesn't hold everywhere is compared in each organization.
    for (place, people) in powers.places(tx, &unclear, here).await? {
        let mine = held_in(tx, rights, place).await?;
        let mut known: HashMap<&[Held], Option<Unheld>> = HashMap::new();
        for (user, set) in people {
            let uncovered = known.entry(set).or_insert_with(|| {
                let (right, level) = first_uncovered(&mine, &powers.of(set, Some(place)))?;
                Some(Unheld::new(right, level).counted_in(place, here))
            });
            if let (Some(unheld), Some(standing)) = (uncovered, standings.get_mut(&user)) {
                standing.uncovered.get_or_insert_with(|| unheld.clone());
            }
        }
    }
    Ok(standings)
}

/// A role, a group, or a user for their own entries.
type Held = (SourceKind, i64);

/// What the privileged ones among some users hold over others.
struct Powers {
    catalogue: Catalogue,
    sources: HashMap<Held, (Source, Option<OrganizationId>)>,
    /// A hundred thousand people share a handful of sets.
    sets: HashMap<Vec<Held>, Vec<UserId>>,
}

impl Powers {
    async fn among(tx: &mut Tx, users: &Sql) -> Result<Self> {
        let catalogue = catalogue::load(tx).await?;
        let sources = powerful_sources(tx, &catalogue).await?;
        let (roles, groups) = privileged_sources(&sources, &catalogue);
        let mut held: BTreeMap<UserId, Vec<Held>> = BTreeMap::new();
        for (user, kind, id) in rows::holders(tx, users, &roles, &groups).await? {
            held.entry(user).or_default().push((kind, id));
        }
        let mut sources: HashMap<Held, (Source, Option<OrganizationId>)> = sources
            .into_iter()
            .map(|(source, home)| ((source.kind, source.id), (source, home)))
            .collect();
        let trees = privileged_trees(&catalogue);
        if !trees.is_empty() {
            for (user, entry) in rows::own_entries(tx, users, &trees).await? {
                let own = (SourceKind::User, user.0);
                let (source, _) = sources.entry(own).or_insert_with(|| {
                    held.entry(user).or_default().push(own);
                    (plain(Vec::new()), None)
                });
                source.entries.push(entry);
            }
        }
        let mut sets: HashMap<Vec<Held>, Vec<UserId>> = HashMap::new();
        for (user, mut set) in held {
            set.sort_unstable();
            sets.entry(set).or_default().push(user);
        }
        Ok(Self {
            catalogue,
            sources,
            sets,
        })
    }

    /// What a set comes to in an organization, where those of others don't count; or wherever it counts.
    fn of(&self, set: &[Held], place: Option<OrganizationId>) -> Vec<(Right, Level)> {
        let counting: Vec<Source> = set
            .iter()
            .filter_map(|held| self.sources.get(held))
            .filter(|(_, home)| home.is_none() || place.is_none() || *home == place)
            .map(|(source, _)| without_denies(source))
            .collect();
        power(&counting, &self.catalogue)
    }

    /// What the operator holds in every organization: nothing that can be told at once where a deny of another one holds
    /// them back there.
    async fn everywhere(&self, tx: &mut Tx, rights: &Rights) -> Result<Vec<Source>> {
        let denies = |source: &Source| {
            let mut rules = source.rules.iter();
            rules.any(|rule| rule.effect == Effect::Deny)
        };
        let denying = self
            .sources
            .values()
            .filter(|(source, home)| {
                home.is_some_and(|home| home != rights.organization()) && denies(source)
            })
            .map(|(source, _)| source);
        let operator = members::one(rights.operator());
        Ok(match held_by(tx, &operator, denying).await?.as_slice() {
            [] => rights.everywhere(),
            _ => Vec::new(),
        })
    }

    /// The organizations where what these users have counts, with whom it does: where they may sign in, and where it belongs.
    /// Of somebody without any, this one.
    async fn places<'a>(
        &self,
        tx: &mut Tx,
        people: &HashMap<UserId, &'a [Held]>,
        here: OrganizationId,
    ) -> Result<BTreeMap<OrganizationId, BTreeMap<UserId, &'a [Held]>>> {
        let mut places: BTreeMap<OrganizationId, BTreeMap<UserId, &'a [Held]>> = BTreeMap::new();
        if people.is_empty() {
            return Ok(places);
        }
        let ids: Vec<i64> = people.keys().map(|user| user.0).collect();
        let mut counts: Vec<(UserId, OrganizationId)> = rows::organizations_of(tx, &ids).await?;
        for (user, set) in people {
            let homes = set.iter().filter_map(|held| self.sources.get(held)?.1);
            counts.extend(homes.map(|home| (*user, home)));
        }
        let somewhere: HashSet<UserId> = counts.iter().map(|(user, _)| *user).collect();
        let nowhere = people.keys().filter(|user| !somewhere.contains(user));
        counts.extend(nowhere.map(|user| (*user, here)));
        for (user, place) in counts {
            if let Some(set) = people.get(&user) {
                places.entry(place).or_default().insert(user, set);
            }
        }
        Ok(places)
    }
}

/// What somebody holds over others, in the organization worked in and in each other where it counts.
pub(in crate::service) async fn power_of(
    tx: &mut Tx,
    user: UserId,
    here: OrganizationId,
) -> Result<Vec<Unheld>> {
    let one = members::one(user);
    let powers = Powers::among(tx, &one).await?;
    let Some(set) = powers.sets.keys().next() else {
        return Ok(Vec::new());
    };
    let mut all = Vec::new();
    let people = HashMap::from([(user, set.as_slice())]);
    for place in powers.places(tx, &people, here).await?.into_keys() {
        let there = powers.of(set, Some(place)).into_iter();
        all.extend(there.map(|(right, level)| Unheld::new(right, level).counted_in(place, here)));
    }
    Ok(all)
}

/// Whether whoever does this to a user must hold what the user holds over others.
#[must_use]
pub(in crate::service) fn is_power_over(permission: Permission) -> bool {
    use Verb::{Create, Export, Import, View, ViewSensitive};
    permission.0 == Resource::User
        && !matches!(
            permission.1,
            View | ViewSensitive | Create | Import | Export
        )
}

/// What a plan notes of a target who holds what the operator doesn't.
pub(in crate::service) async fn power_note(
    tx: &mut Tx,
    rights: &Rights,
    held: &Unheld,
) -> Result<String> {
    Ok(match held.organization {
        None => format!("holds {held}, which you don't"),
        Some(place) => {
            let place = place_name(tx, rights, place).await?;
            format!("holds {held} in {place}, which you don't hold there")
        }
    })
}

/// What an organization is called, where the operator may know of it.
pub(in crate::service) async fn place_name(
    tx: &mut Tx,
    rights: &Rights,
    place: OrganizationId,
) -> Result<String> {
    let name = sight::name(tx, rights, NamedKind::Organization, place.0).await?;
    Ok(name.unwrap_or_else(|| "another organization".to_owned()))
}

/// What a source would give if nothing took it away.
fn without_denies(source: &Source) -> Source {
    let mut source = source.clone();
    source.rules.retain(|rule| rule.effect == Effect::Allow);
    source
}

/// Checks of one target inside a transaction that writes.
pub(in crate::service) struct Guard;

impl Guard {
    /// Refuses where the target holds what the operator doesn't, and names who can.
    pub async fn covers(
        work: &mut Work,
        user: UserId,
        username: &str,
        permission: Permission,
    ) -> Result<()> {
        let one = members::one(user);
        let standings = uncovered(&mut work.tx, &work.rights, &one).await?;
        let standing = standings.into_values().next();
        let Some(held) = standing.and_then(|standing| standing.uncovered) else {
            return Ok(());
        };
        let username = format!("\"{username}\"");
        let against = outranked(&mut work.bench(), (user, &username), permission, held).await?;
        Err(against.into())
    }

    /// Refuses to give what the operator doesn't hold: the roles and groups must confer nothing wider than theirs.
    pub async fn confers(work: &mut Work, roles: &[i64], groups: &[i64]) -> Result<()> {
        match unconferred(&mut work.tx, &work.rights, roles, groups).await? {
            None => Ok(()),
            Some(against) => Err(against.into()),
        }
    }

    /// Refuses to give in other organizations, where the target may sign in too, what the operator doesn't hold there.
    pub async fn confers_abroad(
        work: &mut Work,
        organizations: &[Named],
        roles: &[i64],
        groups: &[i64],
    ) -> Result<()> {
        let here = work.organization().0;
        for abroad in organizations.iter().filter(|one| one.id != here) {
            let place = OrganizationId(abroad.id);
            let unheld = unheld_in(&mut work.tx, &work.rights, place, roles, groups).await?;
            if let Some(unheld) = unheld {
                return Err(unheld_abroad(&mut work.tx, &work.rights, unheld)
                    .await?
                    .into());
            }
        }
        Ok(())
    }

    /// As [`Self::confers_abroad`], of what a role or group of this home gives to users, a subquery of ids.
    pub async fn confers_wherever(
        work: &mut Work,
        (home, users): (Option<OrganizationId>, &Sql),
        roles: &[i64],
        groups: &[i64],
    ) -> Result<()> {
        let abroad = abroad(&mut work.tx, &work.rights, home, users).await?;
        Self::confers_abroad(work, &abroad, roles, groups).await
    }

    /// Nobody changes their own roles, groups or lock.
    pub fn not_oneself(work: &Work, user: UserId, deed: &str) -> Result<()> {
        if user == work.operator() {
            return Err(Error::Rule(format!(
                "You can't {deed} your own account; another administrator has to do it."
            )));
        }
        Ok(())
    }
}

/// Why the operator may not give these roles and groups: what they confer that isn't the operator's.
pub(in crate::service) async fn unconferred(
    tx: &mut Tx,
    rights: &Rights,
    roles: &[i64],
    groups: &[i64],
) -> Result<Option<Against>> {
    let given = given_by(tx, roles, groups).await?;
    let sources = given.iter().map(|(source, _)| source);
    if let Some((source, unheld)) = first_unconferred(rights, sources) {
        let seen = Sight::of_sources(tx, rights, std::slice::from_ref(source)).await?;
        return Ok(Some(ungiven(source, &seen, unheld)));
    }
    let (_, with_containing) = conferred_by(tx, groups).await?;
    match granular::unheld(tx, rights, &with_containing).await? {
        None => unopened(tx, rights, &with_containing).await,
        why => Ok(why),
    }
}

/// As [`unconferred`], of sources that are known.
pub(in crate::service) fn first_unconferred<'a>(
    rights: &Rights,
    given: impl IntoIterator<Item = &'a Source>,
) -> Option<(&'a Source, Unheld)> {
    given.into_iter().find_map(|source| {
        let (right, level) = first_unheld(rights.sources(), &source.rules)?;
        Some((source, Unheld::new(right, level)))
    })
}

/// A refusal to give a role or group, for what it gives.
pub(in crate::service) fn ungiven(source: &Source, seen: &Sight, unheld: Unheld) -> Against {
    let which = capitalized(&seen.call_source(source));
    let why = format!(
        "{which} gives {unheld}, which you don't hold yourself; ask an administrator to give it."
    );
    Against::unheld(why, unheld)
}

/// A refusal for lack of power over somebody to whom this would be done, and who can help; `who` is how they are called.
pub(in crate::service) async fn outranked(
    bench: &mut Bench<'_>,
    (person, who): (UserId, &str),
    right: Permission,
    held: Unheld,
) -> Result<Against> {
    let helpers = who_can(bench.tx, bench.rights, right, person, bench.now).await?;
    let ask = match helpers.as_slice() {
        [] => "ask an administrator".to_owned(),
        names => format!("ask {}", names.join(" or ")),
    };
    let holds = power_note(bench.tx, bench.rights, &held).await?;
    Ok(Against {
        why: format!("{who} {holds}: {ask}."),
        lack: if is_power_over(right) {
            Lack::Over { right, person }
        } else {
            Lack::Unheld(held)
        },
    })
}

/// A refusal for lack of what would be given in another organization.
async fn unheld_abroad(tx: &mut Tx, rights: &Rights, unheld: Unheld) -> Result<Against> {
    let place = unheld.organization.unwrap_or(rights.organization());
    let place = place_name(tx, rights, place).await?;
    let why = format!(
        "This gives {unheld} in {place} too, which you don't hold there; ask an administrator to do it."
    );
    Ok(Against::unheld(why, unheld))
}

/// The organizations but the one worked in where a role or group of this home counts for users, a subquery of ids.
pub(in crate::service) async fn abroad(
    tx: &mut Tx,
    rights: &Rights,
    home: Option<OrganizationId>,
    users: &Sql,
) -> Result<Vec<Named>> {
    // What counts here alone isn't looked for elsewhere: its holders may be very many.
    if home == Some(rights.organization()) {
        return Ok(Vec::new());
    }
    let mut abroad = members::organizations(tx, users).await?;
    let here = rights.organization().0;
    abroad.retain(|one| one.id != here && home.is_none_or(|home| home.0 == one.id));
    Ok(abroad)
}

/// Why the operator may not let these rules count in other organizations: what they give there that isn't the operator's there.
pub(in crate::service) async fn ungivable_abroad(
    tx: &mut Tx,
    rights: &Rights,
    organizations: &[Named],
    rules: &[Rule],
) -> Result<Option<Against>> {
    for abroad in organizations {
        let organization = OrganizationId(abroad.id);
        let mine = held_in(tx, rights, organization).await?;
        if let Some((right, level)) = first_unheld(&mine, rules) {
            let unheld = Unheld::new(right, level).in_organization(organization);
            return unheld_abroad(tx, rights, unheld).await.map(Some);
        }
    }
    Ok(None)
}

/// What the operator holds in an organization: in another one, what they hold here at a level below all is nothing.
pub(in crate::service) async fn held_in(
    tx: &mut Tx,
    rights: &Rights,
    organization: OrganizationId,
) -> Result<Vec<Source>> {
    if organization == rights.organization() {
        return Ok(rights.sources().to_vec());
    }
    let (mut mine, operator) = (rights.everywhere(), rights.operator());
    let standing = rows::standing(tx, operator, organization).await?;
    if standing.is_some_and(|standing| standing.member) {
        mine.extend(rows::sources(tx, operator, organization).await?);
    }
    Ok(mine)
}

/// The first right that roles and groups give in another organization, where they count too, and where the operator
/// doesn't hold it.
pub(in crate::service) async fn unheld_in(
    tx: &mut Tx,
    rights: &Rights,
    organization: OrganizationId,
    roles: &[i64],
    groups: &[i64],
) -> Result<Option<Unheld>> {
    let mine = held_in(tx, rights, organization).await?;
    let given = conferred_by(tx, groups).await?;
    for (source, home) in rows::ruled_sources(tx).await? {
        let counts = home.is_none_or(|home| home == organization);
        let is_given = match source.kind {
            SourceKind::Role => roles.contains(&source.id) || given.0.contains(&source.id),
            SourceKind::Group => given.1.contains(&source.id),
            SourceKind::User => false,
        };
        if counts
            && is_given
            && let Some((right, level)) = first_unheld(&mine, &source.rules)
        {
            return Ok(Some(
                Unheld::new(right, level).in_organization(organization),
            ));
        }
    }
    Ok(None)
}

/// The sources with rules that somebody has who has these roles and groups, with the organization that each belongs to.
pub(in crate::service) async fn given_by(
    tx: &mut Tx,
    roles: &[i64],
    groups: &[i64],
) -> Result<Vec<(Source, Option<OrganizationId>)>> {
    let conferred = conferred_by(tx, groups).await?;
    let sources = rows::ruled_sources(tx).await?;
    Ok(sources
        .into_iter()
        .filter(|(source, _)| match source.kind {
            SourceKind::Role => roles.contains(&source.id) || conferred.0.contains(&source.id),
            SourceKind::Group => conferred.1.contains(&source.id),
            SourceKind::User => false,
        })
        .collect())
}

/// The roles that groups confer, with those of the groups they are nested in, and all these groups.
pub(in crate::service) async fn conferred_by(
    tx: &mut Tx,
    groups: &[i64],
) -> Result<(Vec<i64>, Vec<i64>)> {
    let mut sql =
        Sql::new("select distinct ancestor_id from group_closure where descendant_id in ");
    sql.push_ids(groups.iter().copied());
    let all = sql.ints(tx).await?;
    let mut sql = Sql::new("select distinct role_id from group_roles where group_id in ");
    sql.push_ids(all.iter().copied());
    Ok((sql.ints(tx).await?, all))
}

/// As [`who_can`], inside a transaction that writes.
pub(in crate::service) async fn who_can_help(
    work: &mut Work,
    permission: Permission,
    target: UserId,
) -> Result<Vec<String>> {
    let now = work.now;
    who_can(&mut work.tx, &work.rights, permission, target, now).await
}

/// Operators who could do this to the target now, as far as the asker may see them.
pub(in crate::service) async fn who_can(
    tx: &mut Tx,
    asker: &Rights,
    permission: Permission,
    target: UserId,
    now: Time,
) -> Result<Vec<String>> {
    let organization = home(tx, target).await?;
    let mut names = Vec::new();
    for (candidate, username) in
        operators_with(tx, asker, permission, (target, organization), now).await?
    {
        if names.len() == NAMED_MAX {
            break;
        }
        let rights = access::load(tx, candidate, organization).await?;
        if rights.may(permission) && reaches_and_covers(tx, &rights, permission, target).await? {
            names.push(username);
        }
    }
    Ok(names)
}

/// Operators who could give the target a right in an organization, as far as the asker may see them: whoever gives roles, and holds it
/// themselves.
pub(in crate::service) async fn who_can_grant(
    look: &mut Look,
    (right, level): (&Right, Level),
    (target, organization): (UserId, OrganizationId),
) -> Result<Vec<String>> {
    let (tx, asker, now) = (&mut look.tx, &look.rights, look.now);
    let mut names = Vec::new();
    for (candidate, username) in
        operators_with(tx, asker, GIVES_ROLES, (target, organization), now).await?
    {
        if names.len() == NAMED_MAX {
            break;
        }
        let rights = access::load(tx, candidate, organization).await?;
        let held = decide(rights.sources(), &right.action, &right.resource).level();
        if rights.may(GIVES_ROLES)
            && held >= Some(level)
            && reaches_and_covers(tx, &rights, VIEW, target).await?
        {
            names.push(username);
        }
    }
    Ok(names)
}

async fn home(tx: &mut Tx, user: UserId) -> Result<OrganizationId> {
    Ok(OrganizationId(
        Sql::new("select organization_id from users where id = $1")
            .bind(user)
            .int(tx)
            .await?,
    ))
}

/// Whether somebody's right reaches the target, and their power covers the target's.
async fn reaches_and_covers(
    tx: &mut Tx,
    rights: &Rights,
    permission: Permission,
    target: UserId,
) -> Result<bool> {
    let mut reach = Sql::new("select u.id from users u where u.id = ");
    reach
        .push_value(target)
        .push(" and ")
        .push_sql(&rights.scope(permission).users());
    Ok(reach.clone().exists(tx).await?
        && uncovered(tx, rights, &reach)
            .await?
            .values()
            .all(|one| one.uncovered.is_none()))
}

/// Those who may sign in now and have a role or group with this right, but the target; who was here last comes first.
async fn operators_with(
    tx: &mut Tx,
    asker: &Rights,
    permission: Permission,
    (target, organization): (UserId, OrganizationId),
    now: Time,
) -> Result<Vec<(UserId, String)>> {
    let (mut roles, mut groups) = (Vec::new(), Vec::new());
    for (source, _) in rows::ruled_sources(tx).await? {
        let one = std::slice::from_ref(&source);
        if decide(one, permission.1.as_str(), permission.0.as_str())
            .level()
            .is_some()
        {
            match source.kind {
                SourceKind::Role => roles.push(source.id),
                SourceKind::Group => groups.push(source.id),
                SourceKind::User => {}
            }
        }
    }
    let mut sql = Sql::new(
        "select u.id, u.username from users u join user_states s on s.user_id = u.id
         where s.enabled and s.deleted_at = 0 and s.authentication_status = 'active'
           and u.kind <> 'service' and exists (
                select 1 from user_organizations m join organizations o on o.id = m.organization_id
                where m.user_id = u.id and o.enabled and o.id = ",
    );
    sql.push_value(organization)
        .push(") and (s.expires_at = 0 or s.expires_at > ")
        .push_value(now)
        .push(") and u.id <> ");
    sql.push_value(target)
        .push(" and not (s.locked_at > 0 and (s.locked_until = 0 or s.locked_until > ");
    sql.push_value(now)
        .push(")) and ")
        .push_sql(&asker.scope(VIEW).users());
    sql.push(" and u.id in (")
        .push_sql(&user_filter::privileged(&roles, &groups))
        .push(")");
    sql.push(" order by s.last_sign_in_at desc, u.id limit ")
        .push_value(CANDIDATES_MAX);
    Ok(sql
        .all(tx, |row| Ok((UserId(row.int()?), row.text()?)))
        .await?)
}
