//! Who would gain or lose what by a change that isn't made yet: new rules of a role, memberships in a plan, or other roles
//! and groups of one user. Entries on nodes and start nodes are left out: of a tree it counts who may act somewhere in it.

use super::question::here;
use super::subject::{Direct, WhatIf, shut_out, subject};
use super::who_can::counting;
use crate::domain::catalogue::Catalogue;
use crate::domain::evaluate::{Question, Subject, evaluate};
use crate::domain::permission::{Level, Permission, Rule, Source, SourceKind, Word};
use crate::domain::{JobId, OrganizationId, UserId};
use crate::service::users::{self, UserRef};
use crate::service::{Error, ListChange, Look, Query, RecordRef, Result, jobs, roles};
use crate::store::impact::{self as rows, Change, Turn};
use crate::store::jobs as plans;
use crate::store::members::{Holding, these};
use crate::store::rules::{self, Owner};
use crate::store::who_can::Granting;
use crate::store::{Scope, access, catalogue, organizations, users as people};

/// Of the holders of a role, if these became its rules.
#[derive(Clone, Debug)]
pub struct RoleImpact {
    pub role: RecordRef,
    pub rules: ListChange,
}

/// Of the users of a plan of memberships, once it is done.
#[derive(Clone, Debug)]
pub struct PlanImpact {
    pub job: JobId,
}

/// Of one user, with other roles and groups.
#[derive(Clone, Debug)]
pub struct UserImpact {
    pub user: UserRef,
    pub what_if: WhatIf,
    /// The organization that is meant; the asker's where none is named.
    pub working: Option<RecordRef>,
}

/// How many people, of those the asker sees, would go from one level of a right to another.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Shift {
    /// Where the right counts.
    pub organization: String,
    pub resource: String,
    pub actions: Vec<String>,
    /// None is no right.
    pub from: Option<Level>,
    pub to: Option<Level>,
    pub users: i64,
    /// The first of them by username.
    pub such_as: String,
    /// The resource has no owner, so that a level says nothing of it.
    #[serde(skip)]
    pub is_nobodys: bool,
}

impl Shift {
    /// The names under which scripts read it, in their order.
    pub const FIELDS: &[&str] = &[
        "resource",
        "actions",
        "from",
        "to",
        "users",
        "such_as",
        "organization",
    ];

    /// Whether it is a right more; else it is one less.
    #[must_use]
    pub fn gains(&self) -> bool {
        self.to > self.from
    }

    /// `5 people, a.b among them, gain edit, delete on user at unit`; with the organization, where it isn't this one.
    #[must_use]
    pub fn sentence(&self, here: &str) -> String {
        let (who, s) = match self.users {
            1 => (self.such_as.clone(), "s"),
            many => (format!("{many} people, {} among them,", self.such_as), ""),
        };
        let right = format!("{} on {}", self.actions.join(", "), self.resource);
        let at = |level: Level| format!(" at {}", level.as_str());
        let place = if self.organization == here {
            String::new()
        } else {
            format!(", in {}", self.organization)
        };
        let what = match (self.from, self.to) {
            (None, Some(_)) if self.is_nobodys => format!("gain{s} {right}"),
            (Some(_), None) if self.is_nobodys => format!("lose{s} {right}"),
            (None, Some(to)) => format!("gain{s} {right}{}", at(to)),
            (Some(from), Some(to)) if to > from => {
                format!("gain{s} {right}{}, until now{}", at(to), at(from))
            }
            (Some(from), Some(to)) => {
                format!("keep{s} {right} only{}, until now{}", at(to), at(from))
            }
            (Some(from), None) => format!("lose{s} {right}{}", at(from)),
            (None, None) => format!("keep{s} {right}"),
        };
        format!("{who} {what}{place}")
    }
}

/// A sentence for each, with a sign for more or less, or one that there is none.
#[must_use]
pub fn sentences(shifts: &[Shift], here: &str) -> Vec<String> {
    if shifts.is_empty() {
        return vec!["Nobody whom you see gains or loses anything.".to_owned()];
    }
    let sign = |shift: &Shift| if shift.gains() { '+' } else { '-' };
    shifts
        .iter()
        .map(|shift| format!("{} {}", sign(shift), shift.sentence(here)))
        .collect()
}

impl Query for RoleImpact {
    type Output = Vec<Shift>;

    fn needs(&self) -> Permission {
        roles::VIEW
    }

    async fn run(self, look: &mut Look) -> Result<Vec<Shift>> {
        let record = roles::looked(look, &self.role).await?;
        let before = rules::list(&mut look.tx, Owner::Role(record.id)).await?;
        let after = self.rules.rules(&mut look.tx, &before).await?;
        let catalogue = catalogue::load(&mut look.tx).await?;
        let place = place(look, record.organization).await?;
        let with = |rules: Vec<Rule>| Source {
            kind: SourceKind::Role,
            id: record.id.0,
            name: record.name.clone(),
            via: None,
            rules,
            entries: Vec::new(),
        };
        let (old, new) = (with(before), with(after));
        let mut others = counting(&mut look.tx, place.0).await?;
        others.retain(|source| (source.kind, source.id) != (SourceKind::Role, record.id.0));
        let weighing = Weighing {
            place,
            change: Change::Role(record.id),
            before: [others.clone(), vec![old.clone()]].concat(),
            after: [others, vec![new.clone()]].concat(),
        };
        weighing
            .weigh(look, &catalogue, |action, resource| {
                let (old, new) = (
                    old.word(action, resource, None),
                    new.word(action, resource, None),
                );
                (old.level(), is_denied(old)) != (new.level(), is_denied(new))
            })
            .await
    }
}

const fn is_denied(word: Word<'_>) -> bool {
    matches!(word, Word::Denied(_))
}

impl Query for PlanImpact {
    type Output = Vec<Shift>;

    fn needs(&self) -> Permission {
        jobs::VIEW
    }

    async fn run(self, look: &mut Look) -> Result<Vec<Shift>> {
        jobs::seen(look, self.job).await?;
        let catalogue = catalogue::load(&mut look.tx).await?;
        let changes = plans::changes(&mut look.tx, self.job).await?;
        let mut homes: Vec<Option<OrganizationId>> = changes
            .iter()
            .map(|change| change.organization.as_ref().map(|(id, _)| *id))
            .collect();
        homes.sort_unstable();
        homes.dedup();
        let mut shifts = Vec::new();
        for home in homes {
            let (mut role_ids, mut group_ids) = (Vec::new(), Vec::new());
            for change in &changes {
                if change.organization.as_ref().map(|(id, _)| *id) == home {
                    match change.holding {
                        Holding::Role(role) => role_ids.push(role.0),
                        Holding::Group(group) => group_ids.push(group.0),
                    }
                }
            }
            let place = place(look, home).await?;
            let given =
                access::sources_of(&mut look.tx, &these(&role_ids), &these(&group_ids), place.0)
                    .await?;
            let all = counting(&mut look.tx, place.0).await?;
            let weighing = Weighing {
                place,
                change: Change::Plan(self.job),
                before: all.clone(),
                after: all,
            };
            shifts.extend(
                weighing
                    .weigh(look, &catalogue, |action, resource| {
                        given
                            .iter()
                            .any(|source| source.word(action, resource, None) != Word::Nothing)
                    })
                    .await?,
            );
        }
        Ok(shifts)
    }
}

impl Query for UserImpact {
    type Output = Vec<Shift>;

    fn needs(&self) -> Permission {
        users::VIEW
    }

    async fn run(self, look: &mut Look) -> Result<Vec<Shift>> {
        let scope = look.scope(users::VIEW).await?;
        let user = self.user.resolve(&mut look.tx, &scope).await?;
        let name = people::lookup(&mut look.tx, &scope, user)
            .await?
            .ok_or_else(|| Error::missing("user", self.user.shown()))?
            .profile
            .username;
        let here = here(look, self.working.as_ref()).await?;
        if shut_out(&mut look.tx, user, here).await?.is_some() {
            return Ok(Vec::new());
        }
        let catalogue = catalogue::load(&mut look.tx).await?;
        let before = held(look, (user, here), &WhatIf::default()).await?;
        let after = held(look, (user, here), &self.what_if).await?;
        let (_, organization) = place(look, Some(here)).await?;
        let mut shifts = Shifts::default();
        for resource in catalogue.all() {
            for action in &resource.actions {
                let level = |subject: &Subject| {
                    let question = Question {
                        action,
                        resource,
                        record: None,
                        node: None,
                    };
                    let answer = evaluate(subject, &question);
                    answer.level.filter(|_| answer.allowed)
                };
                let turn = Turn {
                    from: level(&before),
                    to: level(&after),
                    users: 1,
                    such_as: name.clone(),
                };
                if turn.from != turn.to {
                    shifts.add(
                        &organization,
                        (action, resource),
                        std::slice::from_ref(&turn),
                    );
                }
            }
        }
        Ok(shifts.0)
    }
}

async fn held(
    look: &mut Look,
    here: (UserId, OrganizationId),
    what_if: &WhatIf,
) -> Result<Subject> {
    let direct = Direct::of(look, here.0, what_if).await?;
    subject(&mut look.tx, here, &direct, None).await
}

/// The organization that a role or group counts in, or the one worked in where it counts everywhere; with its name.
async fn place(look: &mut Look, home: Option<OrganizationId>) -> Result<(OrganizationId, String)> {
    let here = home.unwrap_or(look.session.organization);
    let record = organizations::lookup(&mut look.tx, &Scope::system(), here).await?;
    Ok((here, record.map(|record| record.name).unwrap_or_default()))
}

/// What counts in an organization, as it is and as it would be.
struct Weighing {
    place: (OrganizationId, String),
    change: Change,
    before: Vec<Source>,
    after: Vec<Source>,
}

impl Weighing {
    /// Asks of every right that is touched; those that the same sources give are asked for once.
    async fn weigh(
        self,
        look: &mut Look,
        catalogue: &Catalogue,
        is_touched: impl Fn(&str, &str) -> bool,
    ) -> Result<Vec<Shift>> {
        let (_, organization) = &self.place;
        let mut shifts = Shifts::default();
        let mut known: Vec<((Granting, Granting), Vec<Turn>)> = Vec::new();
        for resource in catalogue.all() {
            for action in &resource.actions {
                if !is_touched(action, &resource.key) {
                    continue;
                }
                let of = |sources| Granting::of(sources, (action, &resource.key), None, |_| true);
                let pair = (of(&self.before), of(&self.after));
                let known_turns = known.iter().find(|(known, _)| *known == pair);
                let turns = if let Some((_, turns)) = known_turns {
                    turns.clone()
                } else {
                    let turns = self.turns(look, &pair).await?;
                    known.push((pair, turns.clone()));
                    turns
                };
                shifts.add(organization, (action, resource), &turns);
            }
        }
        Ok(shifts.0)
    }

    async fn turns(
        &self,
        look: &mut Look,
        (before, after): &(Granting, Granting),
    ) -> Result<Vec<Turn>> {
        let (seen, here) = (look.rights.scope(users::VIEW), self.place.0);
        let tx = &mut look.tx;
        let before = before.clone().spread(tx, here).await?;
        let after = after.clone().spread(tx, here).await?;
        Ok(rows::turns(tx, (&seen, here), self.change, (&before, &after)).await?)
    }
}

/// Shifts, with the actions of a resource together to which the same happens.
#[derive(Default)]
struct Shifts(Vec<Shift>);

impl Shifts {
    fn add(
        &mut self,
        organization: &str,
        (action, resource): (&str, &crate::domain::catalogue::ManagedResource),
        turns: &[Turn],
    ) {
        for turn in turns {
            let same = self.0.iter_mut().find(|shift| {
                shift.organization == organization
                    && shift.resource == resource.key
                    && (shift.from, shift.to) == (turn.from, turn.to)
                    && (shift.users, &shift.such_as) == (turn.users, &turn.such_as)
            });
            match same {
                Some(shift) => shift.actions.push(action.to_owned()),
                None => self.0.push(Shift {
                    organization: organization.to_owned(),
                    resource: resource.key.clone(),
                    actions: vec![action.to_owned()],
                    from: turn.from,
                    to: turn.to,
                    users: turn.users,
                    such_as: turn.such_as.clone(),
                    is_nobodys: resource.ownership.is_nobodys(),
                }),
            }
        }
    }
}
