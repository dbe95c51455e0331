//! What a change gives and takes: nobody gives what they don't hold, and nobody takes from those whose power they don't
//! cover. Giving a role or a group as it is, is [`Guard::confers`](super::users::Guard::confers).

use super::deletion::Bench;
use super::granular::Beyond;
use super::revealed::Shown;
use super::users::{VIEW, abroad, conferred_by, given_by, outranked, uncovered, ungivable_abroad};
use super::{Against, Error, Lack, Result, Rights, Work, granular};
use crate::domain::permission::{
    Effect, Level, Permission, Resource, Right, Rule, Source, SourceKind, Verb, first_uncovered,
};
use crate::domain::rule::{first_unheld, freed_by, plain, rights_at};
use crate::domain::text::{counted, list};
use crate::domain::unheld::Unheld;
use crate::domain::{GroupId, OrganizationId, UnitId, UserId};
use crate::store::sql::{Row, Sql, text};
use crate::store::{Reach, Tx, access, catalogue, members, units};
use std::collections::HashSet;

/// Refuses rules that would give what the operator doesn't hold.
pub(super) fn rules(work: &Work, rules: &[Rule]) -> Result<()> {
    match first_unheld(work.rights.sources(), rules) {
        None => Ok(()),
        Some((right, level)) => {
            let unheld = Unheld::new(right, level);
            let why = format!(
                "These rules give {unheld}, which you don't hold yourself; leave it out, or ask an administrator."
            );
            Err(Against::unheld(why, unheld).into())
        }
    }
}

/// Refuses to drop denies that users, a subquery of ids, are under, where they would then be able to do what the operator
/// can't.
pub(super) async fn dropping(work: &mut Work, denies: &[Rule], users: &Sql) -> Result<()> {
    refuse(undroppable_from(&mut work.tx, &work.rights, denies, users).await?)
}

/// Refuses rules in the place of others that would let those who have them, a subquery of ids, do in a tree what the
/// operator can't do there.
pub(super) async fn rules_in_trees(
    work: &mut Work,
    before: &[Rule],
    after: &[Rule],
    users: &Sql,
) -> Result<()> {
    let rules = (before, after);
    refuse(granular::ruled_beyond(&mut work.tx, &work.rights, rules, users).await?)
}

/// Refuses rules in the place of others where a role or group of this home would give users, a subquery of ids, in another
/// organization what the operator doesn't hold there.
pub(super) async fn rules_abroad(
    work: &mut Work,
    home: Option<OrganizationId>,
    (before, after): (&[Rule], &[Rule]),
    users: &Sql,
) -> Result<()> {
    let (tx, rights) = (&mut work.tx, &work.rights);
    let given: Vec<Rule> = after
        .iter()
        .filter(|rule| !before.contains(rule))
        .cloned()
        .collect();
    if given.is_empty() {
        return Ok(());
    }
    let places = abroad(tx, rights, home, users).await?;
    refuse(ungivable_abroad(tx, rights, &places, &given).await?)
}

/// Refuses to put users, a subquery of ids, into groups that start where they could then do what the operator can't.
pub(super) async fn starting(work: &mut Work, groups: &[i64], users: &Sql) -> Result<()> {
    refuse(granular::opened_by(&mut work.tx, &work.rights, groups, users).await?)
}

/// Refuses roles and groups that would let users, a subquery of ids, do in a tree what the operator can't do there.
pub(super) async fn in_trees(
    work: &mut Work,
    roles: &[i64],
    groups: &[i64],
    users: &Sql,
) -> Result<()> {
    let given = (roles, groups);
    let found = granular::given_beyond(&mut work.tx, &work.rights, given, users).await?;
    refuse(found.into_iter().find_map(Beyond::first))
}

/// Refuses what was done since where it opens places in trees that the operator can't open.
pub(super) async fn revealing(work: &mut Work, shown: &Shown) -> Result<()> {
    refuse(shown.refuses(&mut work.tx, &work.rights).await?)
}

/// A reason against it is a refusal.
fn refuse(against: Option<Against>) -> Result<()> {
    against.map_or(Ok(()), |against| Err(against.into()))
}

/// Every role and group with its rules.
pub(super) async fn sources(tx: &mut Tx) -> Result<Vec<Source>> {
    let sources = access::ruled_sources(tx).await?;
    Ok(sources.into_iter().map(|(source, _)| source).collect())
}

/// What others could do without these denies. The Administrator's rules allow everything at level all, so nobody drops a
/// deny who doesn't hold all of it everywhere, in other organizations too.
fn freed(sources: &[Source], denies: &[Rule]) -> Vec<Rule> {
    denies
        .iter()
        .filter_map(|deny| freed_by(deny, sources))
        .collect()
}

/// Why the operator may not drop denies: what others could do without them that the operator can't.
pub(super) fn undroppable(rights: &Rights, sources: &[Source], denies: &[Rule]) -> Option<Against> {
    first_unheld(rights.sources(), &freed(sources, denies)).map(|(right, level)| {
        let unheld = Unheld::new(right, level);
        let why = format!(
            "Without this deny others could do {unheld}, which you don't hold yourself; ask an administrator."
        );
        Against::unheld(why, unheld)
    })
}

/// As [`undroppable`], of denies that users, a subquery of ids, are under: those may start in a tree where the operator
/// doesn't.
pub(super) async fn undroppable_from(
    tx: &mut Tx,
    rights: &Rights,
    denies: &[Rule],
    users: &Sql,
) -> Result<Option<Against>> {
    if denies.is_empty() {
        return Ok(None);
    }
    let sources = sources(tx).await?;
    match undroppable(rights, &sources, denies) {
        None => undroppable_in_trees(tx, rights, &sources, (denies, users)).await,
        why => Ok(why),
    }
}

/// The part of [`undroppable_from`] that depends on where users, a subquery of ids, start.
pub(super) async fn undroppable_in_trees(
    tx: &mut Tx,
    rights: &Rights,
    sources: &[Source],
    (denies, users): (&[Rule], &Sql),
) -> Result<Option<Against>> {
    let freed = freed(sources, denies);
    granular::ruled_beyond(tx, rights, (&[], &freed), users).await
}

/// The denies before that no deny after contains.
pub(super) fn dropped_denies(before: &[Rule], after: &[Rule]) -> Vec<Rule> {
    before
        .iter()
        .filter(|rule| rule.effect == Effect::Deny && !is_denied_by(rule, after))
        .cloned()
        .collect()
}

fn is_denied_by(deny: &Rule, rules: &[Rule]) -> bool {
    deny.actions.split_whitespace().all(|action| {
        rules
            .iter()
            .any(|rule| rule.effect == Effect::Deny && rule.matches(action, &deny.resource))
    })
}

/// Whether somebody can do less by the rules after than by those before.
pub(super) fn takes(before: &[Rule], after: &[Rule]) -> bool {
    let new_deny = after
        .iter()
        .any(|rule| rule.effect == Effect::Deny && !is_denied_by(rule, before));
    // What isn't privileged any more protects its holders no longer.
    let unprotected = first_unheld(&[plain(privileged(after))], &privileged(before)).is_some();
    new_deny || unprotected || first_unheld(&[plain(after.to_vec())], before).is_some()
}

fn privileged(rules: &[Rule]) -> Vec<Rule> {
    rules
        .iter()
        .filter(|rule| rule.privileged)
        .cloned()
        .collect()
}

/// The denies that somebody is under who has these roles and groups.
pub(super) async fn denies_of(work: &mut Work, roles: &[i64], groups: &[i64]) -> Result<Vec<Rule>> {
    denies_in(&mut work.tx, roles, groups).await
}

/// As [`denies_of`], also for a request that only reads.
pub(super) async fn denies_in(tx: &mut Tx, roles: &[i64], groups: &[i64]) -> Result<Vec<Rule>> {
    Ok(given_by(tx, roles, groups)
        .await?
        .into_iter()
        .flat_map(|source| source.rules)
        .filter(|rule| rule.effect == Effect::Deny)
        .collect())
}

/// Refuses to take something from users, a subquery of ids, whose power the operator's doesn't cover.
pub(super) async fn takes_from(work: &mut Work, users: &Sql, permission: Permission) -> Result<()> {
    refuse(stronger(&mut work.bench(), users, permission).await?)
}

/// Who of these users holds what the operator doesn't, and who can help.
pub(super) async fn stronger(
    bench: &mut Bench<'_>,
    users: &Sql,
    permission: Permission,
) -> Result<Option<Against>> {
    let standings = uncovered(bench.tx, bench.rights, users).await?;
    let stronger = standings
        .iter()
        .filter(|(user, _)| **user != bench.operator)
        .filter_map(|(user, standing)| Some((*user, standing.uncovered.clone()?)))
        .min_by_key(|(user, _)| *user);
    let Some((user, held)) = stronger else {
        return Ok(None);
    };
    let who = called(bench, user).await?;
    let against = outranked(bench, (user, &who), permission, held).await?;
    Ok(Some(against))
}

/// How a refusal calls somebody: by name only where the operator may know that they are there.
async fn called(bench: &mut Bench<'_>, user: UserId) -> Result<String> {
    let mut sql = Sql::new("select u.username from users u where u.id = ");
    sql.push_value(user)
        .push(" and ")
        .push_sql(&bench.rights.scope(VIEW).users());
    let name = sql.optional(bench.tx, text).await?;
    Ok(name.map_or_else(
        || "Somebody whom you may not see".to_owned(),
        |name| format!("\"{name}\""),
    ))
}

/// Refuses where users, a subquery of ids, would reach further by where they work than the operator may: everything they
/// hold at these levels must be the operator's too, at the same level or wider.
pub(super) async fn reaching(work: &mut Work, users: &Sql, levels: &[Level]) -> Result<()> {
    refuse(reached_further(&mut work.bench(), users, levels).await?)
}

/// As [`reaching`], also for a request that only reads.
pub(super) async fn reached_further(
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
pub(super) async fn reaching_person(
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
            .map(|(source, right, level)| (*user, source.name.clone(), right.clone(), *level))
    }) else {
        return Ok(None);
    };
    let who = called(bench, user).await?;
    let unheld = Unheld::new(right, level);
    let why = format!(
        "{who} would reach further with {unheld} (from \"{source}\"), which you don't hold yourself; ask an administrator."
    );
    Ok(Some(Against::unheld(why, unheld)))
}

/// Who of the users, a subquery of ids, has which of these roles and groups.
async fn held_by(
    tx: &mut Tx,
    users: &Sql,
    sources: impl Iterator<Item = &Source> + Clone,
) -> Result<Vec<(UserId, SourceKind, i64)>> {
    let ids = |kind| {
        let of_kind = sources.clone().filter(|source| source.kind == kind);
        of_kind.map(|source| source.id).collect::<Vec<i64>>()
    };
    let (roles, groups) = (ids(SourceKind::Role), ids(SourceKind::Group));
    Ok(access::holders(tx, users, &roles, &groups).await?)
}

/// Refuses to bring people or groups, a subquery of ids, where users, another one, could do to them by rights at these
/// levels what the operator can't do to all of them where they are now: to hold the same right over others isn't enough.
pub(super) async fn handing(
    work: &mut Work,
    (resource, moved): (Resource, &Sql),
    users: &Sql,
    levels: &[Level],
) -> Result<()> {
    refuse(handed(&mut work.bench(), (resource, moved), users, levels).await?)
}

/// As [`handing`], of all that a unit and those below it own.
pub(super) async fn handing_unit(
    work: &mut Work,
    unit: UnitId,
    users: &Sql,
    levels: &[Level],
) -> Result<()> {
    let people = (Resource::User, &units::people_below(unit));
    handing(work, people, users, levels).await?;
    let groups = (Resource::Group, &units::groups_below(unit));
    handing(work, groups, users, levels).await
}

/// As [`handing`], also for a request that only reads.
pub(super) async fn handed(
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
                (format!("\"{name}\""), Lack::Unheld(unheld))
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

/// Whether these roles and groups make an administrator.
pub(super) async fn gives_administration(
    tx: &mut Tx,
    roles: &[i64],
    groups: &[i64],
) -> Result<bool> {
    let mut all = roles.to_vec();
    all.extend(conferred_by(tx, groups).await?.0);
    Ok(all.contains(&administrator(tx).await?))
}

/// The role that makes an administrator.
pub(super) async fn administrator(tx: &mut Tx) -> Result<i64> {
    let role = Sql::new("select id from roles where built_in and name = $1");
    let role = role.bind(crate::domain::built_in::ADMINISTRATOR);
    Ok(role.int(tx).await?)
}

/// How many names a refusal lists.
const NAMED_MAX: i64 = 3;

/// Refuses where users, a subquery of ids, were left without any role.
pub(super) async fn leaves_role(work: &mut Work, users: &Sql) -> Result<()> {
    let why = roleless(&mut work.bench(), users, None).await?;
    why.map_or(Ok(()), |why| Err(Error::Rule(why)))
}

/// Who of these users has no role, or would have none if that group were gone.
pub(super) async fn roleless(
    bench: &mut Bench<'_>,
    users: &Sql,
    gone: Option<GroupId>,
) -> Result<Option<String>> {
    let seen = (&bench.rights.scope(VIEW), NAMED_MAX);
    let (number, names) = members::roleless(bench.tx, users, gone, seen).await?;
    if number == 0 {
        return Ok(None);
    }
    Ok(Some(format!(
        "{} would be left without any role; give {} another role first.",
        few(number, &names),
        if number == 1 { "them" } else { "each of them" }
    )))
}

/// `"bob"`, `"bob" and "eve"`, `"bob", "eve", "joe" and 12 more`; `12 users` where none may be named.
pub(super) fn few(number: i64, names: &[String]) -> String {
    if names.is_empty() {
        return counted(number, "user", "users");
    }
    let mut parts: Vec<String> = names.iter().map(|name| format!("\"{name}\"")).collect();
    let more = number - i64::try_from(names.len()).unwrap_or(number);
    if more > 0 {
        parts.push(format!("{more} more"));
    }
    list(&parts, "and")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::catalogue::{Catalogue, ManagedResource};
    use crate::domain::permission::Ownership;
    use crate::domain::rule::parse;

    fn rule(text: &str) -> Rule {
        parse(text, &Catalogue::default()).unwrap()
    }

    #[test]
    fn rules_take_where_they_allow_less_or_deny_more() {
        let before = [
            rule("allow view on user at all"),
            rule("deny delete on user"),
        ];
        let takes = |after: &[Rule]| takes(&before, after);
        assert!(!takes(&before));
        assert!(!takes(&[
            rule("allow view,edit on user at all"),
            rule("deny delete on user")
        ]));
        assert!(!takes(&[rule("allow * on user at all")]));
        assert!(takes(&[
            rule("allow view on user at organization"),
            rule("deny delete on user")
        ]));
        assert!(takes(&[
            rule("allow view on user at all"),
            rule("deny delete,edit on user")
        ]));
        assert!(takes(&[]));
    }

    #[test]
    fn a_word_less_takes_protection() {
        let refund = |words: &str| {
            let catalogue = Catalogue::new(vec![ManagedResource::new(
                "order",
                &["view", "refund"],
                Ownership::User,
            )]);
            vec![parse(&format!("allow refund on order at unit{words}"), &catalogue).unwrap()]
        };
        assert!(takes(&refund(" privileged"), &refund("")));
        assert!(!takes(&refund(""), &refund(" privileged")));
        assert!(!takes(&refund(" privileged"), &refund(" privileged")));
    }

    #[test]
    fn a_wider_deny_drops_none() {
        let before = [
            rule("deny delete on user"),
            rule("allow view on user at organization"),
        ];
        let dropped = |after: &[Rule]| dropped_denies(&before, after).len();
        assert_eq!(dropped(&[rule("deny delete,edit on user")]), 0);
        assert_eq!(dropped(&[rule("deny * on *")]), 0);
        assert_eq!(
            dropped(&[
                rule("deny edit on user"),
                rule("allow delete on user at organization")
            ]),
            1
        );
    }

    #[test]
    fn few_names_are_listed_and_the_rest_counted() {
        let names = |list: &[&str]| list.iter().map(|&name| name.to_owned()).collect::<Vec<_>>();
        assert_eq!(few(1, &names(&["bob"])), "\"bob\"");
        assert_eq!(few(2, &names(&["bob", "eve"])), "\"bob\" and \"eve\"");
        assert_eq!(
            few(9, &names(&["bob", "eve"])),
            "\"bob\", \"eve\" and 7 more"
        );
    }
}
