//! Roles whose rules come down to the same, and groups that confer the same.

use crate::domain::OrganizationId;
use crate::domain::normal::normal;
use crate::domain::permission::{Permission, Rule, SourceKind};
use crate::domain::user::HIDDEN;
use crate::service::users::{self, Count};
use crate::service::{Listed, Look, Query, Result, groups, roles};
use crate::store::named::{self, Named, NamedKind};
use crate::store::{access, catalogue, nodes, reports};
use std::collections::{BTreeSet, HashMap, HashSet};

/// Roles and groups looked through.
const SEARCHED_MAX: i64 = 100_000;

/// Sets of two and more that give the same in the organization worked in: first of roles, then of groups, by the name of
/// their first. A group gives its own rules and roles, those of the groups it is in, and what opens trees, sections and
/// languages. Groups that give nothing are lists of people, and no set.
#[derive(Clone, Debug)]
pub struct Duplicates {
    /// Roles and groups at most; a set is listed whole or not at all.
    pub limit: u32,
}

/// One member of a set.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Duplicate {
    /// The number of the set, counted from 1.
    pub set: usize,
    pub kind: SourceKind,
    pub id: i64,
    pub name: String,
    /// None where it is system-wide.
    pub organization: Option<String>,
    /// Users who were given the role, or are in the group, as far as the asker may see them.
    pub people: Count,
    /// What each of the set gives, in its normal form. Dots where the asker may not see all that it comes from.
    pub gives: Vec<String>,
}

/// What a role or group gives, so that equal ones give the same.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
struct Gift {
    gives: Vec<String>,
    /// Rules that entries stand in for: of groups with the same entries they make a difference.
    replaced: Vec<String>,
}

/// One that is compared.
struct Given {
    record: Named,
    gift: Gift,
    /// Whether the asker sees all that it comes from.
    is_seen: bool,
}

impl Query for Duplicates {
    type Output = Listed<Duplicate>;

    fn needs(&self) -> Permission {
        roles::VIEW
    }

    async fn run(self, look: &mut Look) -> Result<Listed<Duplicate>> {
        let (roles, groups) = records(look).await?;
        let said = rules(look).await?;
        let given_roles = roles.iter().map(|role| Given {
            record: role.clone(),
            gift: Gift {
                gives: texts(said.get(&(SourceKind::Role, role.id)).into_iter().flatten()),
                replaced: Vec::new(),
            },
            is_seen: true,
        });
        let role_sets = sets_of(SourceKind::Role, given_roles.collect());
        let given_groups = Conferred::load(look, said, &roles, &groups)
            .await?
            .of_all(&groups);
        let group_sets = sets_of(SourceKind::Group, given_groups);
        let sets = role_sets.into_iter().chain(group_sets);
        listed(look, sets, self.limit as usize).await
    }
}

/// The roles and groups that count here, as far as they are seen.
async fn records(look: &mut Look) -> Result<(Vec<Named>, Vec<Named>)> {
    let here = look.session.organization.0;
    let counts = |one: &Named| one.organization.is_none_or(|home| home == here);
    let mut found = Vec::with_capacity(2);
    for (kind, right) in [
        (NamedKind::Role, roles::VIEW),
        (NamedKind::Group, groups::VIEW),
    ] {
        let scope = look.scope(right).await?;
        let mut records = named::list(&mut look.tx, &scope, kind, SEARCHED_MAX).await?;
        records.retain(counts);
        found.push(records);
    }
    let groups = found.pop().unwrap_or_default();
    Ok((found.pop().unwrap_or_default(), groups))
}

type Rules = HashMap<(SourceKind, i64), Vec<Rule>>;

async fn rules(look: &mut Look) -> Result<Rules> {
    let sources = access::ruled_sources(&mut look.tx).await?;
    Ok(sources
        .into_iter()
        .map(|(source, _)| ((source.kind, source.id), source.rules))
        .collect())
}

fn texts<'a>(rules: impl IntoIterator<Item = &'a Rule>) -> Vec<String> {
    normal(rules).iter().map(ToString::to_string).collect()
}

/// What groups confer, from one reading of each table.
struct Conferred {
    rules: Rules,
    /// Of each group, those that contain it with the roles they confer.
    chains: HashMap<i64, Vec<(i64, Option<i64>)>>,
    /// Of each group by itself: entries, start nodes, sections and languages, as texts.
    opens: HashMap<i64, Vec<String>>,
    with_entries: HashSet<i64>,
    seen_roles: HashSet<i64>,
    seen_groups: HashSet<i64>,
}

impl Conferred {
    async fn load(look: &mut Look, said: Rules, roles: &[Named], groups: &[Named]) -> Result<Self> {
        let here = look.session.organization;
        let mut conferred = Self {
            rules: said,
            chains: chains(look, here).await?,
            opens: HashMap::new(),
            with_entries: HashSet::new(),
            seen_roles: roles.iter().map(|role| role.id).collect(),
            seen_groups: groups.iter().map(|group| group.id).collect(),
        };
        let tx = &mut look.tx;
        for tree in catalogue::load(tx).await?.trees() {
            for (group, _, entry) in nodes::entries_of_groups(tx, &tree.key).await? {
                conferred.with_entries.insert(group);
                conferred.opens(group, entry.to_string());
            }
        }
        for (group, (tree, path)) in nodes::starts_of_groups(tx).await? {
            conferred.opens(group, format!("start at {tree}:{path}"));
        }
        for (group, sections, languages) in reports::opened(tx).await? {
            for (kind, keys) in [("section", sections), ("language", languages)] {
                for key in serde_json::from_str::<Vec<String>>(&keys).unwrap_or_default() {
                    conferred.opens(group, format!("{kind} {key}"));
                }
            }
        }
        Ok(conferred)
    }

    fn opens(&mut self, group: i64, text: String) {
        self.opens.entry(group).or_default().push(text);
    }

    /// Those of the groups that confer anything.
    fn of_all(&self, groups: &[Named]) -> Vec<Given> {
        groups
            .iter()
            .map(|group| self.of(group))
            .filter(|given| !given.gift.gives.is_empty())
            .collect()
    }

    fn of(&self, group: &Named) -> Given {
        let chain = self.chains.get(&group.id).map_or(&[][..], Vec::as_slice);
        let containing: BTreeSet<i64> = chain.iter().map(|(group, _)| *group).collect();
        let conferred: BTreeSet<i64> = chain.iter().filter_map(|(_, role)| *role).collect();
        let sources = containing
            .iter()
            .map(|id| (SourceKind::Group, *id))
            .chain(conferred.iter().map(|id| (SourceKind::Role, *id)));
        let rules = sources
            .filter_map(|source| self.rules.get(&source))
            .flatten();
        let mut gives = texts(rules);
        let opened: BTreeSet<&String> = containing
            .iter()
            .filter_map(|id| self.opens.get(id))
            .flatten()
            .collect();
        gives.extend(opened.into_iter().cloned());
        let replaced = containing
            .iter()
            .filter(|id| self.with_entries.contains(id))
            .filter_map(|id| self.rules.get(&(SourceKind::Group, *id)))
            .flatten();
        Given {
            record: group.clone(),
            gift: Gift {
                gives,
                replaced: texts(replaced),
            },
            is_seen: containing.iter().all(|id| self.seen_groups.contains(id))
                && conferred.iter().all(|id| self.seen_roles.contains(id)),
        }
    }
}

async fn chains(
    look: &mut Look,
    here: OrganizationId,
) -> Result<HashMap<i64, Vec<(i64, Option<i64>)>>> {
    let mut chains: HashMap<i64, Vec<(i64, Option<i64>)>> = HashMap::new();
    for (group, containing, role) in reports::conferrals(&mut look.tx, here).await? {
        chains.entry(group).or_default().push((containing, role));
    }
    Ok(chains)
}

/// Those that give the same, in the order in which they come.
fn sets_of(kind: SourceKind, given: Vec<Given>) -> Vec<(SourceKind, Vec<Given>)> {
    let mut places: HashMap<Gift, usize> = HashMap::new();
    let mut sets: Vec<(SourceKind, Vec<Given>)> = Vec::new();
    for one in given {
        let place = *places.entry(one.gift.clone()).or_insert(sets.len());
        match sets.get_mut(place) {
            Some((_, set)) => set.push(one),
            None => sets.push((kind, vec![one])),
        }
    }
    sets.retain(|(_, set)| set.len() > 1);
    sets
}

async fn listed(
    look: &mut Look,
    sets: impl Iterator<Item = (SourceKind, Vec<Given>)>,
    limit: usize,
) -> Result<Listed<Duplicate>> {
    let mut rows = Vec::new();
    let mut more = false;
    for (index, (kind, set)) in sets.enumerate() {
        // The first set is shown however large it is: a list without it would say that there is none.
        if index > 0 && rows.len() + set.len() > limit {
            more = true;
            break;
        }
        rows.extend(set.into_iter().map(|one| Duplicate {
            set: index + 1,
            kind,
            id: one.record.id,
            name: one.record.name,
            organization: one.record.organization_name,
            people: Count::default(),
            gives: if one.is_seen {
                one.gift.gives
            } else {
                vec![HIDDEN.to_owned()]
            },
        }));
    }
    count(look, &mut rows).await?;
    Ok(Listed { rows, more })
}

/// Fills in how many people hold each role and are in each group.
async fn count(look: &mut Look, rows: &mut [Duplicate]) -> Result<()> {
    let seen = look.rights.scope(users::VIEW);
    let conferring = look.rights.scope(groups::VIEW);
    let cap = Some(super::COUNTED_MAX);
    let ids = |kind| {
        let of_kind = rows.iter().filter(move |row| row.kind == kind);
        of_kind.map(|row| row.id).collect::<Vec<i64>>()
    };
    let (roles, groups) = (ids(SourceKind::Role), ids(SourceKind::Group));
    let tx = &mut look.tx;
    let mut counts: HashMap<(SourceKind, i64), i64> = HashMap::new();
    for line in crate::store::roles::lines(tx, (&seen, &conferring), &roles, cap).await? {
        counts.insert((SourceKind::Role, line.id.0), line.holders);
    }
    for line in crate::store::groups::lines(tx, &seen, &groups, cap).await? {
        counts.insert((SourceKind::Group, line.id.0), line.members);
    }
    for row in rows {
        let counted = counts.get(&(row.kind, row.id)).copied();
        row.people = Count::of(counted.unwrap_or_default(), cap);
    }
    Ok(())
}
