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
use crate::domain::unheld::Unheld;
use crate::domain::{OrganizationId, Time, UserId};
use crate::service::groups::unopened;
use crate::service::{Against, Error, Lack, Look, Result, Rights, Work, access, granular};
use crate::store::named::Named;
use crate::store::sql::Sql;
use crate::store::{Tx, access as rows, catalogue, members, user_filter};
use std::collections::HashMap;

/// Operators looked at for "who can help", and named.
const CANDIDATES_MAX: i64 = 50;
const NAMED_MAX: usize = 3;
/// The right to give people roles.
const GIVES_ROLES: Permission = Permission(Resource::Role, Verb::Members);

/// What a privileged target holds that counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// What the target holds and the operator doesn't; `None` where the operator's power covers it.
    pub uncovered: Option<(Right, Level)>,
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

/// The privileged ones among the users of a subquery, and whether the operator's power covers theirs.
/// A deny among their rules is not counted in the operator's favour.
pub(in crate::service) async fn uncovered(
    tx: &mut Tx,
    rights: &Rights,
    users: &Sql,
) -> Result<HashMap<UserId, Standing>> {
    let standing = |power: &[(Right, Level)]| Standing {
        uncovered: first_uncovered(rights.sources(), power),
    };
    powers(tx, users, standing).await
}

/// What the privileged ones among the users of a subquery hold over others, as it is judged.
pub(in crate::service) async fn powers<T: Clone>(
    tx: &mut Tx,
    users: &Sql,
    judge: impl Fn(&[(Right, Level)]) -> T,
) -> Result<HashMap<UserId, T>> {
    let catalogue = catalogue::load(tx).await?;
    let sources = powerful_sources(tx, &catalogue).await?;
    let (roles, groups) = privileged_sources(&sources, &catalogue);
    let mut held: HashMap<UserId, Vec<(SourceKind, i64)>> = HashMap::new();
    for (user, kind, id) in rows::holders(tx, users, &roles, &groups).await? {
        held.entry(user).or_default().push((kind, id));
    }
    let mut own: HashMap<i64, Source> = HashMap::new();
    let trees = privileged_trees(&catalogue);
    if !trees.is_empty() {
        for (user, entry) in rows::own_entries(tx, users, &trees).await? {
            let source = own.entry(user.0).or_insert_with(|| {
                let set = held.entry(user).or_default();
                set.push((SourceKind::User, user.0));
                plain(Vec::new())
            });
            source.entries.push(entry);
        }
    }
    // A hundred thousand people share a handful of role sets.
    let mut known: HashMap<Vec<(SourceKind, i64)>, T> = HashMap::new();
    let mut judged = HashMap::with_capacity(held.len());
    for (user, mut set) in held {
        set.sort_unstable();
        let one = known.entry(set).or_insert_with_key(|set| {
            let shared = sources.iter().map(|(source, _)| source);
            let theirs: Vec<Source> = shared
                .filter(|source| set.contains(&(source.kind, source.id)))
                .chain(set.iter().filter_map(|(kind, id)| match kind {
                    SourceKind::User => own.get(id),
                    SourceKind::Role | SourceKind::Group => None,
                }))
                .map(without_denies)
                .collect();
            judge(&power(&theirs, &catalogue))
        });
        judged.insert(user, one.clone());
    }
    Ok(judged)
}

/// What somebody holds over others.
pub(in crate::service) async fn power_of(tx: &mut Tx, user: UserId) -> Result<Vec<(Right, Level)>> {
    let one = Sql::new("select cast($1 as bigint)").bind(user);
    let mut all = powers(tx, &one, <[(Right, Level)]>::to_vec).await?;
    Ok(all.remove(&user).unwrap_or_default())
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
pub(in crate::service) fn power_note(held: &Unheld) -> String {
    format!("holds {held}, which you don't")
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
        let one = Sql::new("select cast($1 as bigint)").bind(user);
        let standings = uncovered(&mut work.tx, &work.rights, &one).await?;
        let Some(Standing {
            uncovered: Some((held, level)),
        }) = standings.get(&user)
        else {
            return Ok(());
        };
        let names = who_can(&mut work.tx, &work.rights, permission, user, work.now).await?;
        let held = Unheld::new(held.clone(), *level);
        let username = format!("\"{username}\"");
        Err(outranked((user, &username), permission, held, &names).into())
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
                return Err(unheld_abroad(&abroad.name, unheld).into());
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
    if let Some(why) = first_unconferred(rights, &given) {
        return Ok(Some(why));
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
) -> Option<Against> {
    given.into_iter().find_map(|source| {
        let (right, level) = first_unheld(rights.sources(), &source.rules)?;
        let (unheld, kind) = (Unheld::new(right, level), source.kind.as_str());
        let why = format!(
            "The {kind} \"{}\" gives {unheld}, which you don't hold yourself; ask an administrator to give it.",
            source.name,
        );
        Some(Against::unheld(why, unheld))
    })
}

/// Those among the users of a subquery who have a role or a group that gives what the operator doesn't hold.
pub(in crate::service) async fn holding_more(
    tx: &mut Tx,
    rights: &Rights,
    users: &Sql,
) -> Result<Vec<UserId>> {
    let sources = rows::ruled_sources(tx).await?;
    let ids = |kind| {
        let more = sources.iter().map(|(source, _)| source).filter(|source| {
            source.kind == kind && first_unheld(rights.sources(), &source.rules).is_some()
        });
        more.map(|source| source.id).collect::<Vec<i64>>()
    };
    let (roles, groups) = (ids(SourceKind::Role), ids(SourceKind::Group));
    let held = rows::holders(tx, users, &roles, &groups).await?;
    let mut users: Vec<UserId> = held.into_iter().map(|(user, ..)| user).collect();
    users.dedup();
    Ok(users)
}

/// A refusal for lack of power over somebody to whom this would be done; `who` is how they are called.
pub(in crate::service) fn outranked(
    (person, who): (UserId, &str),
    right: Permission,
    held: Unheld,
    who_can_help: &[String],
) -> Against {
    let ask = match who_can_help {
        [] => "ask an administrator".to_owned(),
        names => format!("ask {}", names.join(" or ")),
    };
    Against {
        why: format!("{who} holds {held}, which you don't: {ask}."),
        lack: if is_power_over(right) {
            Lack::Over { right, person }
        } else {
            Lack::Unheld(held)
        },
    }
}

fn unheld_abroad(organization: &str, unheld: Unheld) -> Against {
    let why = format!(
        "This gives {unheld} in {organization} too, which you don't hold there; ask an administrator to do it."
    );
    Against::unheld(why, unheld)
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
            return Ok(Some(unheld_abroad(&abroad.name, unheld)));
        }
    }
    Ok(None)
}

/// What the operator holds in another organization: what they hold here at a level below all is nothing there.
async fn held_in(
    tx: &mut Tx,
    rights: &Rights,
    organization: OrganizationId,
) -> Result<Vec<Source>> {
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

/// The sources with rules that somebody has who has these roles and groups.
pub(in crate::service) async fn given_by(
    tx: &mut Tx,
    roles: &[i64],
    groups: &[i64],
) -> Result<Vec<Source>> {
    let conferred = conferred_by(tx, groups).await?;
    let sources = rows::ruled_sources(tx).await?;
    Ok(sources
        .into_iter()
        .map(|(source, _)| source)
        .filter(|source| match source.kind {
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
