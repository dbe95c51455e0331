//! Rights at the levels of units reach the units that whoever has them is assigned to: they are given to those alone who
//! work where the giver's own reach, in every organization where they count.

use super::places::held_by;
use super::{homed, refuse};
use crate::domain::permission::{Effect, Level, Right, Rule, Source};
use crate::domain::rule::first_unheld;
use crate::domain::unheld::Unheld;
use crate::domain::{OrganizationId, UnitId};
use crate::service::deletion::Bench;
use crate::service::users::held_in;
use crate::service::{Against, Result, Rights, Work, sight};
use crate::store::named::NamedKind;
use crate::store::sql::{Sql, int};
use crate::store::{Tx, access};

const LEVELS: [Level; 2] = [Level::Unit, Level::Division];

/// A rule, and the organization of the role or group that it belongs to.
pub(in crate::service) type Homed = (Rule, Option<OrganizationId>);

/// Whether a rule allows something as far as units go.
pub(super) fn is_near(rule: &Rule) -> bool {
    rule.effect == Effect::Allow && LEVELS.contains(&rule.level)
}

/// The rules at these levels that users, a subquery of ids, have.
pub(in crate::service) async fn near_rules_of(
    tx: &mut Tx,
    users: &Sql,
    levels: &[Level],
) -> Result<Vec<Homed>> {
    let mut sources = access::ruled_sources(tx).await?;
    for (source, _) in &mut sources {
        let at_levels = |rule: &Rule| rule.effect == Effect::Allow && levels.contains(&rule.level);
        source.rules.retain(at_levels);
    }
    sources.retain(|(source, _)| !source.rules.is_empty());
    let held = held_by(tx, users, sources.iter().map(|(source, _)| source)).await?;
    sources.retain(|(source, _)| {
        let mut held = held.iter();
        held.any(|(_, kind, id)| (*kind, *id) == (source.kind, source.id))
    });
    let each = sources.into_iter();
    Ok(each
        .flat_map(|(source, home)| homed(home, source.rules))
        .collect())
}

/// Refuses rules that would count, at the levels of units, in units, a subquery of ids, where the operator's own don't.
pub(in crate::service) async fn spreading(
    work: &mut Work,
    rules: &[Homed],
    units: &Sql,
) -> Result<()> {
    refuse(spread(&mut work.bench(), rules, units).await?)
}

/// As [`spreading`], also for a request that only reads.
pub(in crate::service) async fn spread(
    bench: &mut Bench<'_>,
    rules: &[Homed],
    units: &Sql,
) -> Result<Option<Against>> {
    if !rules.iter().any(|(rule, _)| is_near(rule)) {
        return Ok(None);
    }
    let mut sql = Sql::new("select distinct n.organization_id from units n where n.id in (");
    sql.push_sql(units).push(")");
    for place in sql.ints(bench.tx).await? {
        let place = OrganizationId(place);
        let Some(far) = Far::at(bench.tx, bench.rights, place, rules).await? else {
            continue;
        };
        let mut sql = Sql::new("select n.id from units n where n.id in (");
        sql.push_sql(units)
            .push(") and ")
            .push_sql(&far.units())
            .push(" order by 1 limit 1");
        let Some(unit) = sql.optional(bench.tx, int).await? else {
            continue;
        };
        let name = sight::name(bench.tx, bench.rights, NamedKind::Unit, unit).await?;
        let place = name.unwrap_or_else(|| "another unit".to_owned());
        let why = format!(
            "This gives {} in {place} too, where yours doesn't reach; ask an administrator.",
            far.given
        );
        return Ok(Some(Against::unheld(why, far.unheld)));
    }
    Ok(None)
}

/// The units of an organization that the operator's rights don't reach, of those that are given and are theirs there at the
/// levels of units at most.
pub(in crate::service) struct Far {
    pub given: Unheld,
    /// What would reach everywhere.
    pub unheld: Unheld,
    place: OrganizationId,
    mine: Vec<UnitId>,
    pub(super) with_below: bool,
}

impl Far {
    /// `None` where everything that the rules give at the levels of units is the operator's in the whole organization.
    pub async fn at(
        tx: &mut Tx,
        rights: &Rights,
        place: OrganizationId,
        rules: &[Homed],
    ) -> Result<Option<Self>> {
        let near: Vec<&Rule> = rules
            .iter()
            .filter(|(rule, home)| is_near(rule) && home.is_none_or(|home| home == place))
            .map(|(rule, _)| rule)
            .collect();
        if near.is_empty() {
            return Ok(None);
        }
        let held = held_in(tx, rights, place).await?;
        let mine = units_in(tx, rights, place).await?;
        let far = Self::of(&held, (place, &mine), near.into_iter());
        Ok(far.map(|far| Self {
            unheld: far.unheld.counted_in(place, rights.organization()),
            ..far
        }))
    }

    /// As [`Self::at`], by what the operator holds there and where they work there.
    pub(super) fn of<'a>(
        held: &[Source],
        (place, mine): (OrganizationId, &[UnitId]),
        rules: impl Iterator<Item = &'a Rule>,
    ) -> Option<Self> {
        let lacks = |rule: &Rule, level| {
            let wider = Rule {
                level,
                ..rule.clone()
            };
            first_unheld(held, &[wider])
        };
        let near: Vec<(&Rule, Right)> = rules
            .filter_map(|rule| Some((rule, lacks(rule, Level::Organization)?.0)))
            .collect();
        let (rule, right) = near.first()?;
        Some(Self {
            given: Unheld::new(right.clone(), rule.level),
            unheld: Unheld::new(right.clone(), Level::Organization),
            place,
            mine: mine.to_vec(),
            with_below: near
                .iter()
                .all(|(rule, _)| lacks(rule, Level::Division).is_none()),
        })
    }

    /// Over `units n`.
    fn units(&self) -> Sql {
        let mut sql = Sql::new("n.organization_id = ");
        sql.push_value(self.place)
            .push(if self.with_below {
                " and not exists (select 1 from unit_closure c where c.descendant_id = n.id and c.ancestor_id in "
            } else {
                " and not (n.id in "
            })
            .push_ids(self.mine.iter().map(|unit| unit.0))
            .push(")");
        sql
    }

    /// Whoever is assigned to one of them, as a subquery of ids.
    pub fn people(&self) -> Sql {
        let mut sql =
            Sql::new("select m.user_id from user_units m join units n on n.id = m.unit_id where ");
        sql.push_sql(&self.units());
        sql
    }
}

/// The units of an organization that the operator is assigned to.
pub(super) async fn units_in(
    tx: &mut Tx,
    rights: &Rights,
    place: OrganizationId,
) -> Result<Vec<UnitId>> {
    if place == rights.organization() {
        return Ok(rights.units().to_vec());
    }
    Ok(access::units(tx, rights.operator(), place).await?)
}
