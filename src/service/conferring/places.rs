//! What a place gives: whoever comes to a unit reaches further by what they hold, and others reach them.

use super::{called, refuse};
use crate::domain::permission::{
    Effect, Level, Permission, Resource, Right, Rule, Source, SourceKind, Verb, first_uncovered,
};
use crate::domain::rule::{first_unheld, rights_at};
use crate::domain::text::capitalized;
use crate::domain::unheld::Unheld;
use crate::domain::{OrganizationId, UnitId, UserId};
use crate::service::deletion::Bench;
use crate::service::{Against, Lack, Result, Work, sight};
use crate::store::named::NamedKind;
use crate::store::sql::{Row, Sql};
use crate::store::{Reach, Tx, access, catalogue, units};
use std::collections::HashSet;

/// Refuses where users, a subquery of ids, would reach further by where they work than the operator may: everything they
/// hold at these levels must be the operator's too, at the same level or wider.
pub(in crate::service) async fn reaching(
    work: &mut Work,
    users: &Sql,
    levels: &[Level],
) -> Result<()> {
    refuse(reached_further(&mut work.bench(), users, levels).await?)
}

/// As [`reaching`], also for a request that only reads.
pub(in crate::service) async fn reached_further(
    bench: &mut Bench<'_>,
    users: &Sql,
    levels: &[Level],
) -> Result<Option<Against>> {
    let unheld = |mine: &[Source], _: Option<OrganizationId>, rules: &[Rule]| {
        let at_levels = |rule: &&Rule| levels.contains(&rule.level);
        let rules: Vec<Rule> = rules.iter().filter(at_levels).cloned().collect();
        first_unheld(mine, &rules)
    };
    reaching_with(bench, users, unheld).await
}

/// As [`reaching`], where somebody moves to a unit of an organization: counted is what whoever works at the new place may
/// do to people there.
pub(in crate::service) async fn reaching_person(
    work: &mut Work,
    users: &Sql,
    levels: &[Level],
    organization: OrganizationId,
) -> Result<()> {
    let catalogue = catalogue::load(&mut work.tx).await?;
    let person = Resource::User.as_str();
    let unheld = |mine: &[Source], home: Option<OrganizationId>, rules: &[Rule]| {
        if home.is_some_and(|home| home != organization) {
            return None;
        }
        levels.iter().find_map(|level| {
            let mut rights = rights_at(rules, *level, &catalogue);
            rights.retain(|(right, _)| right.resource == person);
            first_uncovered(mine, &rights)
        })
    };
    refuse(reaching_with(&mut work.bench(), users, unheld).await?)
}

/// Refuses where one of the users, a subquery of ids, has a role or group of which the operator doesn't hold everything
/// that counts.
async fn reaching_with(
    bench: &mut Bench<'_>,
    users: &Sql,
    unheld: impl Fn(&[Source], Option<OrganizationId>, &[Rule]) -> Option<(Right, Level)>,
) -> Result<Option<Against>> {
    let sources = access::ruled_sources(bench.tx).await?;
    let mine = bench.rights.sources();
    let theirs: Vec<(&Source, Right, Level)> = sources
        .iter()
        .filter_map(|(source, home)| {
            let (right, level) = unheld(mine, *home, &source.rules)?;
            Some((source, right, level))
        })
        .collect();
    if theirs.is_empty() {
        return Ok(None);
    }
    let held = held_by(bench.tx, users, theirs.iter().map(|(source, ..)| *source)).await?;
    let Some((user, source, right, level)) = held.iter().find_map(|(user, kind, id)| {
        theirs
            .iter()
            .find(|(source, ..)| (source.kind, source.id) == (*kind, *id))
            .map(|(source, right, level)| (*user, *source, right.clone(), *level))
    }) else {
        return Ok(None);
    };
    let who = called(bench, user).await?;
    let unheld = Unheld::new(right, level);
    let one = (source.kind, source.id);
    let from = sight::called(bench.tx, bench.rights, one, &source.name).await?;
    let why = format!(
        "{who} would reach further with {unheld} (from {from}), which you don't hold yourself; ask an administrator."
    );
    Ok(Some(Against::unheld(why, unheld)))
}

/// Who of the users, a subquery of ids, has which of these roles and groups.
pub(in crate::service) async fn held_by<'a>(
    tx: &mut Tx,
    users: &Sql,
    sources: impl Iterator<Item = &'a Source>,
) -> Result<Vec<(UserId, SourceKind, i64)>> {
    let (mut roles, mut groups) = (Vec::new(), Vec::new());
    for source in sources {
        match source.kind {
            SourceKind::Role => roles.push(source.id),
            SourceKind::Group => groups.push(source.id),
            SourceKind::User => {}
        }
    }
    if roles.is_empty() && groups.is_empty() {
        return Ok(Vec::new());
    }
    Ok(access::holders(tx, users, &roles, &groups).await?)
}

/// Refuses to bring people or groups, a subquery of ids, where users, another one, could do to them by rights at these
/// levels what the operator can't do to all of them where they are now: to hold the same right over others isn't enough.
pub(in crate::service) async fn handing(
    work: &mut Work,
    (resource, moved): (Resource, &Sql),
    users: &Sql,
    levels: &[Level],
) -> Result<()> {
    refuse(handed(&mut work.bench(), (resource, moved), users, levels).await?)
}

/// As [`handing`], of all that a unit and those below it own.
pub(in crate::service) async fn handing_unit(
    work: &mut Work,
    unit: UnitId,
    users: &Sql,
    levels: &[Level],
) -> Result<()> {
    refuse(handed_unit(&mut work.bench(), unit, users, levels).await?)
}

/// As [`handing_unit`], also for a request that only reads.
pub(in crate::service) async fn handed_unit(
    bench: &mut Bench<'_>,
    unit: UnitId,
    users: &Sql,
    levels: &[Level],
) -> Result<Option<Against>> {
    let people = (Resource::User, &units::people_below(unit));
    match handed(bench, people, users, levels).await? {
        None => {
            let groups = (Resource::Group, &units::groups_below(unit));
            handed(bench, groups, users, levels).await
        }
        why => Ok(why),
    }
}

/// As [`handing`], also for a request that only reads.
pub(in crate::service) async fn handed(
    bench: &mut Bench<'_>,
    (resource, moved): (Resource, &Sql),
    users: &Sql,
    levels: &[Level],
) -> Result<Option<Against>> {
    let sources = access::ruled_sources(bench.tx).await?;
    let rights_of = |source: &Source| {
        let allowed = Verb::ALL.iter().copied().filter(|verb| {
            source.rules.iter().any(|rule| {
                rule.effect == Effect::Allow
                    && levels.contains(&rule.level)
                    && rule.matches(verb.as_str(), resource.as_str())
            })
        });
        allowed.collect::<Vec<Verb>>()
    };
    let theirs: Vec<(&Source, Vec<Verb>)> = sources
        .iter()
        .map(|(source, _)| (source, rights_of(source)))
        .filter(|(_, verbs)| !verbs.is_empty())
        .collect();
    let held = held_by(bench.tx, users, theirs.iter().map(|(source, _)| *source)).await?;
    let held: HashSet<(SourceKind, i64)> =
        held.into_iter().map(|(_, kind, id)| (kind, id)).collect();
    let mut verbs: Vec<Verb> = theirs
        .into_iter()
        .filter(|(source, _)| held.contains(&(source.kind, source.id)))
        .flat_map(|(_, verbs)| verbs)
        .collect();
    verbs.sort_unstable_by_key(|verb| verb.as_str());
    verbs.dedup();
    let mut reaching: Vec<Reach> = Vec::new();
    for verb in verbs {
        let permission = Permission(resource, verb);
        let scope = bench.rights.scope(permission);
        if reaching.contains(&scope.reach) {
            continue;
        }
        let (select, within) = match resource {
            Resource::Group => (
                "select g.id, g.name from groups g where g.id in (",
                scope.groups_changed(),
            ),
            _ => (
                "select u.id, u.username from users u where u.id in (",
                scope.users(),
            ),
        };
        let mut outside = Sql::new(select);
        outside
            .push_sql(moved)
            .push(") and not (")
            .push_sql(&within)
            .push(") order by 1 limit 1");
        let read = |row: &mut Row<'_>| Ok((row.int()?, row.text()?));
        if let Some((id, name)) = outside.optional(bench.tx, read).await? {
            let (who, lack) = if resource == Resource::User {
                let person = UserId(id);
                let right = permission;
                (called(bench, person).await?, Lack::Over { right, person })
            } else {
                let unheld = Unheld::new(permission.into(), Level::Organization);
                let group = (NamedKind::Group, id);
                let who = sight::called(bench.tx, bench.rights, group, &name).await?;
                (capitalized(&who), Lack::Unheld(unheld))
            };
            let why = format!(
                "{who} would come under others' {permission}, and yours doesn't reach that far now; ask an administrator."
            );
            return Ok(Some(Against { why, lack }));
        }
        reaching.push(scope.reach);
    }
    Ok(None)
}
