//! The groups or roles that some targets may be put into or taken out of, with counts and reasons, before any plan is made.

use super::Targets;
use super::offers::{COUNTED_MAX, first_ids};
use crate::domain::permission::{Effect, Permission, Rule, Source, SourceKind, power};
use crate::domain::{GroupId, RoleId};
use crate::service::conferring::{administrator, sources, undroppable, undroppable_in_trees};
use crate::service::records::{full_name, in_order, search};
use crate::service::sight::Sight;
use crate::service::users::{self, Count, first_unconferred, ungiven};
use crate::service::{Against, Lack, Look, Query, Result, Rights, groups, roles};
use crate::store::catalogue;
use crate::store::members::{self, Holding};
use crate::store::named::NamedKind;
use crate::store::sql::Sql;
use std::collections::HashMap;

/// Members of one group or role that are counted.
const MEMBERS_COUNTED_MAX: u32 = 10_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HolderKind {
    Group,
    Role,
}

impl HolderKind {
    const fn named(self) -> NamedKind {
        match self {
            Self::Group => NamedKind::Group,
            Self::Role => NamedKind::Role,
        }
    }

    const fn view(self) -> Permission {
        match self {
            Self::Group => groups::VIEW,
            Self::Role => roles::VIEW,
        }
    }

    const fn holding(self, id: i64) -> Holding {
        match self {
            Self::Group => Holding::Group(GroupId(id)),
            Self::Role => Holding::Role(RoleId(id)),
        }
    }

    const fn members(self) -> Permission {
        match self {
            Self::Group => groups::MEMBERS,
            Self::Role => roles::MEMBERS,
        }
    }
}

/// Groups or roles by name, of those that have all words of the search, with how many of the targets are in each.
#[derive(Clone, Debug)]
pub struct Memberships {
    pub targets: Targets,
    pub kind: HolderKind,
    pub search: String,
    pub limit: u32,
}

#[derive(Clone, Debug)]
pub struct MembershipsPage {
    pub rows: Vec<MembershipRow>,
    /// There are more groups or roles.
    pub more: bool,
    /// The targets that were looked at.
    pub of: i64,
    /// There are more targets.
    pub capped: bool,
}

#[derive(Clone, Debug)]
pub struct MembershipRow {
    pub id: i64,
    /// `ORGANIZATION/NAME`, or the name alone where it is system-wide.
    pub name: String,
    pub organization: Option<String>,
    /// Users in it whom the asker may see.
    pub members: Count,
    /// How many of the targets are in it themselves, and not by a group in it.
    pub inside: i64,
    /// `Helpdesk, Editor, 2 rules`: the roles of a group and its own rules; the resources that a role is about.
    pub gives: String,
    /// Whether it makes an administrator.
    pub gives_administration: bool,
    /// Whether it is power over others.
    pub privileged: bool,
    /// Why nobody can be added; `None` where that is the operator's to do.
    pub why_not_add: Option<Against>,
    /// Why nobody can be taken out.
    pub why_not_remove: Option<Against>,
}

impl Query for Memberships {
    type Output = MembershipsPage;

    fn needs(&self) -> Permission {
        self.kind.view()
    }

    async fn run(self, look: &mut Look) -> Result<MembershipsPage> {
        let (scope, named) = (look.scope(self.kind.view()).await?, self.kind.named());
        let mut targets = first_ids(look, self.targets).await?;
        let counted = usize::try_from(COUNTED_MAX).unwrap_or(usize::MAX);
        let capped = targets.len() > counted;
        targets.truncate(counted);
        let wanted = (self.search.as_str(), self.limit);
        let (ids, more) = search(look, named, &scope, wanted, None).await?;
        let inside: HashMap<i64, i64> = members::count_inside(&mut look.tx, named, &ids, &targets)
            .await?
            .into_iter()
            .collect();
        let lines = in_order(&ids, lines(look, self.kind, &ids).await?, |line| line.id);
        let ruled = sources(&mut look.tx).await?;
        let catalogue = catalogue::load(&mut look.tx).await?;
        let mut given = given(look, self.kind, &ids, &ruled).await?;
        let administrator = administrator(&mut look.tx).await?;
        let gate = Gate::new(look, self.kind, &ids, &ruled).await?;
        let mut rows = Vec::with_capacity(lines.len());
        for line in lines {
            let given = given.remove(&line.id).unwrap_or_default();
            let (why_not_add, mut why_not_remove) = gate.reasons(&look.rights, line.id, &given);
            let inside = inside.get(&line.id).copied().unwrap_or(0);
            let denies = given.denies();
            // Few have denies, so few are looked at in trees, and only where somebody would leave them.
            if why_not_remove.is_none() && inside > 0 && !denies.is_empty() {
                let leaving = leaving(self.kind.holding(line.id), &targets);
                let (tx, rights) = (&mut look.tx, &look.rights);
                why_not_remove =
                    undroppable_in_trees(tx, rights, &ruled, (&denies, &leaving)).await?;
            }
            rows.push(MembershipRow {
                inside,
                gives: given.words(self.kind),
                gives_administration: given.roles.iter().any(|(id, _)| *id == administrator),
                privileged: !power(&given.sources, &catalogue).is_empty(),
                why_not_add,
                why_not_remove,
                ..line
            });
        }
        Ok(MembershipsPage {
            rows,
            more,
            of: i64::try_from(targets.len()).unwrap_or(i64::MAX),
            capped,
        })
    }
}

/// Those of the targets who are in it themselves.
fn leaving(holding: Holding, targets: &[i64]) -> Sql {
    let mut sql = Sql::new("select u.id from users u where u.id in (");
    sql.push_sql(&members::these(targets))
        .push(") and u.id in (")
        .push_sql(&holding.members())
        .push(")");
    sql
}

/// Their names and members, by name; the rest is still to be filled in.
async fn lines(look: &mut Look, kind: HolderKind, ids: &[i64]) -> Result<Vec<MembershipRow>> {
    let (seen, cap) = (look.rights.scope(users::VIEW), Some(MEMBERS_COUNTED_MAX));
    let line = |id, name: &str, organization: Option<String>, members| MembershipRow {
        id,
        name: full_name(organization.as_deref(), name),
        organization,
        members: Count::of(members, cap),
        inside: 0,
        gives: String::new(),
        gives_administration: false,
        privileged: false,
        why_not_add: None,
        why_not_remove: None,
    };
    let groups = look.rights.scope(groups::VIEW);
    Ok(match kind {
        HolderKind::Group => crate::store::groups::lines(&mut look.tx, &seen, ids, cap)
            .await?
            .into_iter()
            .map(|group| line(group.id.0, &group.name, group.organization, group.members))
            .collect(),
        HolderKind::Role => crate::store::roles::lines(&mut look.tx, (&seen, &groups), ids, cap)
            .await?
            .into_iter()
            .map(|role| line(role.id.0, &role.name, role.organization, role.holders))
            .collect(),
    })
}

/// What somebody has who is in one of them.
#[derive(Default)]
struct Given {
    /// By name, those of the group itself first.
    roles: Vec<(i64, String)>,
    own_rules: usize,
    sources: Vec<Source>,
}

impl Given {
    fn words(&self, kind: HolderKind) -> String {
        let mut words: Vec<String> = Vec::new();
        match kind {
            HolderKind::Group => words.extend(self.roles.iter().map(|(_, name)| name.clone())),
            HolderKind::Role => {
                let rules = self.sources.iter().flat_map(|source| &source.rules);
                for rule in rules.filter(|rule| rule.effect == Effect::Allow) {
                    if !words.contains(&rule.resource) {
                        words.push(rule.resource.clone());
                    }
                }
            }
        }
        match self.own_rules {
            0 => {}
            1 => words.push("1 rule".to_owned()),
            number => words.push(format!("{number} rules")),
        }
        words.join(", ")
    }

    fn denies(&self) -> Vec<Rule> {
        self.sources
            .iter()
            .flat_map(|source| &source.rules)
            .filter(|rule| rule.effect == Effect::Deny)
            .cloned()
            .collect()
    }
}

async fn given(
    look: &mut Look,
    kind: HolderKind,
    ids: &[i64],
    ruled: &[Source],
) -> Result<HashMap<i64, Given>> {
    let named = |kind: SourceKind, id: i64| {
        ruled
            .iter()
            .find(move |source| source.kind == kind && source.id == id)
    };
    let mut all: HashMap<i64, Given> = HashMap::with_capacity(ids.len());
    if kind == HolderKind::Role {
        for id in ids {
            let given = all.entry(*id).or_default();
            if let Some(role) = named(SourceKind::Role, *id) {
                given.roles.push((*id, role.name.clone()));
                given.sources.push(role.clone());
            }
        }
        return Ok(all);
    }
    for (group, above, role) in members::conferred(&mut look.tx, ids).await? {
        let given = all.entry(group).or_default();
        if let Some(source) = named(SourceKind::Group, above)
            && !given
                .sources
                .iter()
                .any(|known| known.kind == source.kind && known.id == above)
        {
            given.sources.push(source.clone());
            if above == group {
                given.own_rules = source.rules.len();
            }
        }
        if let Some((role, name)) = role
            && !given.roles.iter().any(|(known, _)| *known == role)
        {
            given.sources.extend(named(SourceKind::Role, role).cloned());
            given.roles.push((role, name));
        }
    }
    Ok(all)
}

/// How far the right to change members reaches among them.
struct Gate<'a> {
    right: Permission,
    allowed: bool,
    reached: Vec<i64>,
    ruled: &'a [Source],
    seen: Sight,
}

impl<'a> Gate<'a> {
    async fn new(
        look: &mut Look,
        kind: HolderKind,
        ids: &[i64],
        ruled: &'a [Source],
    ) -> Result<Self> {
        let right = kind.members();
        let reach = look.rights.scope(right);
        Ok(Self {
            right,
            allowed: look.rights.may(right),
            reached: members::reached(&mut look.tx, &reach, kind.named(), ids).await?,
            seen: Sight::of_sources(&mut look.tx, &look.rights, ruled).await?,
            ruled,
        })
    }

    /// Why nobody can be added to one of them, and why nobody can be taken out.
    fn reasons(
        &self,
        rights: &Rights,
        id: i64,
        given: &Given,
    ) -> (Option<Against>, Option<Against>) {
        let (right, is_reached) = (self.right, self.reached.contains(&id));
        if !self.allowed || !is_reached {
            let why = if self.allowed {
                format!("is outside the reach of your {right}")
            } else {
                format!("needs {right}")
            };
            let beyond = self.allowed;
            let lack = Lack::Right { right, beyond };
            let against = Some(Against { why, lack });
            return (against.clone(), against);
        }
        (
            first_unconferred(rights, &given.sources)
                .map(|(source, unheld)| ungiven(source, &self.seen, unheld)),
            undroppable(rights, self.ruled, &given.denies()),
        )
    }
}
