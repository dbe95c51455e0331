//! What a change gives and takes: nobody gives what they don't hold, and nobody takes from those whose power they don't
//! cover. Giving a role or a group as it is, is [`Guard::confers`](super::users::Guard::confers).

mod places;
mod restored;
mod units;

pub(super) use places::{
    handed, handed_unit, handing, handing_unit, held_by, reached_further, reaching, reaching_person,
};
pub(super) use restored::restored_beyond;
pub(super) use units::{Far, Homed, near_rules_of, spread, spreading};

use super::deletion::Bench;
use super::granular::Beyond;
use super::revealed::Shown;
use super::users::{VIEW, abroad, conferred_by, given_by, outranked, uncovered, ungivable_abroad};
use super::{Against, Error, Result, Rights, Work, granular};
use crate::domain::permission::{Effect, Permission, Rule, Source};
use crate::domain::rule::{first_unheld, freed_by, plain};
use crate::domain::text::{counted, list};
use crate::domain::unheld::Unheld;
use crate::domain::{GroupId, OrganizationId, UserId};
use crate::store::sql::{Sql, text};
use crate::store::{Tx, access, members, units as rows};

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

/// Refuses rules in the place of others that would let those who have them, a subquery of ids, do what the operator can't
/// where they are: where they start in a tree, and in the units that they are assigned to.
pub(super) async fn rules_where_they_are(
    work: &mut Work,
    home: Option<OrganizationId>,
    (before, after): (&[Rule], &[Rule]),
    users: &Sql,
) -> Result<()> {
    let found = granular::ruled_beyond(&mut work.tx, &work.rights, (before, after), users).await?;
    refuse(found)?;
    let fresh = homed(home, fresh(before, after));
    spreading(work, &fresh, &rows::assigned_to(users)).await
}

/// The rules after that weren't there before.
pub(super) fn fresh(before: &[Rule], after: &[Rule]) -> Vec<Rule> {
    let fresh = after.iter().filter(|rule| !before.contains(rule));
    fresh.cloned().collect()
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
    let given = fresh(before, after);
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

/// Refuses roles and groups that would let users, a subquery of ids, do what the operator can't where they are: where they
/// start in a tree, and in the units that they are assigned to.
pub(super) async fn where_they_are(
    work: &mut Work,
    roles: &[i64],
    groups: &[i64],
    users: &Sql,
) -> Result<()> {
    let given = (roles, groups);
    let found = granular::given_beyond(&mut work.tx, &work.rights, given, users).await?;
    refuse(found.into_iter().find_map(Beyond::first))?;
    let given = given_rules(&mut work.tx, roles, groups).await?;
    spreading(work, &given, &rows::assigned_to(users)).await
}

/// The rules of everything that somebody has who has these roles and groups.
pub(super) async fn given_rules(tx: &mut Tx, roles: &[i64], groups: &[i64]) -> Result<Vec<Homed>> {
    let given = given_by(tx, roles, groups).await?;
    let each = given.into_iter();
    Ok(each
        .flat_map(|(source, home)| homed(home, source.rules))
        .collect())
}

/// Rules of a role or group of this home.
pub(super) fn homed(home: Option<OrganizationId>, rules: Vec<Rule>) -> Vec<Homed> {
    rules.into_iter().map(|rule| (rule, home)).collect()
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
    let given = given_rules(tx, roles, groups).await?;
    let denies = given.into_iter().map(|(rule, _)| rule);
    Ok(denies.filter(|rule| rule.effect == Effect::Deny).collect())
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
