//! Whoever is restored has again all that they had, where they had it.

use super::places::held_by;
use super::units::{Far, is_near, units_in};
use crate::domain::permission::Source;
use crate::domain::rule::first_unheld;
use crate::domain::{OrganizationId, UserId};
use crate::service::users::held_in;
use crate::service::{Result, Rights};
use crate::store::sql::Sql;
use crate::store::{Tx, access, members};
use std::collections::BTreeSet;

/// Those among the users of a subquery who would have again what the operator doesn't hold: here, in another organization
/// that they may sign in to, or in the units that they work in.
pub(in crate::service) async fn restored_beyond(
    tx: &mut Tx,
    rights: &Rights,
    users: &Sql,
) -> Result<Vec<UserId>> {
    let all = access::ruled_sources(tx).await?;
    let mut places: BTreeSet<OrganizationId> = members::organizations(tx, users)
        .await?
        .iter()
        .map(|one| OrganizationId(one.id))
        .collect();
    places.insert(rights.organization());
    let mut found = BTreeSet::new();
    for place in places {
        let held = held_in(tx, rights, place).await?;
        let mine = units_in(tx, rights, place).await?;
        let counting: Vec<&Source> = all
            .iter()
            .filter(|(_, home)| home.is_none_or(|home| home == place))
            .map(|(source, _)| source)
            .collect();
        let mut people = users.clone();
        if place != rights.organization() {
            people =
                Sql::new("select m.user_id from user_organizations m where m.organization_id = ");
            people
                .push_value(place)
                .push(" and m.user_id in (")
                .push_sql(users)
                .push(")");
        }
        let more = counting
            .iter()
            .copied()
            .filter(|source| first_unheld(&held, &source.rules).is_some());
        let holders = held_by(tx, &people, more).await?;
        found.extend(holders.into_iter().map(|(user, ..)| user));
        let fars: Vec<(&Source, Far)> = counting
            .iter()
            .filter_map(|source| {
                let near = source.rules.iter().filter(|rule| is_near(rule));
                Some((*source, Far::of(&held, (place, &mine), near)?))
            })
            .collect();
        for with_below in [false, true] {
            let alike = || fars.iter().filter(|(_, far)| far.with_below == with_below);
            let Some((_, far)) = alike().next() else {
                continue;
            };
            let mut there = far.people();
            there
                .push(" and m.user_id in (")
                .push_sql(&people)
                .push(")");
            let holders = held_by(tx, &there, alike().map(|(source, _)| *source)).await?;
            found.extend(holders.into_iter().map(|(user, ..)| user));
        }
    }
    Ok(found.into_iter().collect())
}
