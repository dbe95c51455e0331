//! Adding users to a group or a role and taking them out, as one set: who changes, who is refused and why.

use super::conferring::{denies_of, dropping, gives_administration};
use super::consent::Consent;
use super::jobs::{Missing, Targets};
use super::users::{Guard, few_users, look_condition, refusal, uncovered, unheld_in, who_can_to};
use super::{Error, Event, Look, Result, Rights, Work, names, users};
use crate::domain::permission::Permission;
use crate::domain::plan::{Extent, Operation, Thresholds, tier};
use crate::domain::{OrganizationId, Time, UserId};
use crate::store::audit::UserChange;
use crate::store::members::{self, Holding};
use crate::store::user_filter::{self, Condition};
use crate::store::{Tx, jobs};
use serde_json::json;
use std::collections::HashMap;
use std::collections::hash_map::Entry;

/// Users that one request adds or takes: it is one transaction, which nobody should wait for long.
const TARGETS_MAX: i64 = 100_000;
/// Refusals, and usernames in the audit row of the group or role, that are named.
const NAMED_MAX: usize = 1_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Direction {
    Add,
    Remove,
}

/// The group or role that users are added to or taken out of.
#[derive(Clone, Debug)]
pub(super) struct Holder {
    pub holding: Holding,
    /// `group` or `role`.
    pub kind: &'static str,
    pub id: i64,
    pub name: String,
    /// Whose members must be able to sign in there; none where it is system-wide.
    pub organization: Option<(OrganizationId, String)>,
    pub permission: Permission,
}

impl Holder {
    fn ids(&self) -> (Vec<i64>, Vec<i64>) {
        match self.holding {
            Holding::Role(id) => (vec![id.0], Vec::new()),
            Holding::Group(id) => (Vec::new(), vec![id.0]),
        }
    }
}

/// What a change of members did.
#[derive(Clone, Debug, serde::Serialize)]
pub struct MembersChanged {
    pub changed: i64,
    /// Were members before, or weren't.
    pub already: i64,
    pub refused: i64,
    /// Refused users and why, the first thousand.
    pub refusals: Vec<Missing>,
    /// Names that nobody bears whom the operator may see.
    pub unknown: Vec<String>,
}

/// What a change of members would do.
#[derive(Clone, Debug, serde::Serialize)]
pub struct MembersPlan {
    /// `Add 3 users to the group "Sales"`.
    pub plan: String,
    pub targets: i64,
    pub will_change: i64,
    pub already: i64,
    pub refused: Vec<Missing>,
    pub unknown: Vec<String>,
    pub privileged: i64,
    pub tier: i64,
    pub reason_needed: bool,
    pub ticket_needed: bool,
}

/// The verdict on every target.
struct Verdicts {
    change: Vec<(UserId, String)>,
    already: i64,
    refused: Vec<Missing>,
    privileged: i64,
    unknown: Vec<String>,
    tier: i64,
}

/// What a verdict is spoken from: a request that reads or one that writes.
struct Court<'a> {
    tx: &'a mut Tx,
    rights: &'a Rights,
    operator: UserId,
    here: OrganizationId,
    thresholds: Thresholds,
    now: Time,
}

pub(super) async fn plan(
    look: &mut Look,
    holder: &Holder,
    direction: Direction,
    targets: Targets,
) -> Result<MembersPlan> {
    let (condition, unknown) = match targets {
        Targets::Users(ids) => (Condition::Users(ids), Vec::new()),
        Targets::Names(list) => {
            let (ids, missing) = few_users(&mut look.tx, &look.rights, &list).await?;
            (Condition::Users(ids), missing)
        }
        Targets::Filter(filter) => (look_condition(look, &filter).await?, Vec::new()),
    };
    let tiers = look.service.policy().tiers.clone();
    let court = Court {
        thresholds: thresholds(look.service.policy()),
        tx: &mut look.tx,
        rights: &look.rights,
        operator: look.session.user,
        here: look.session.organization,
        now: look.now,
    };
    let verdicts = court.judge(holder, direction, &condition, unknown).await?;
    let number = count(verdicts.change.len());
    Ok(MembersPlan {
        plan: capital(&deed(holder, direction, number)),
        targets: number + verdicts.already + count(verdicts.refused.len()),
        will_change: number,
        already: verdicts.already,
        refused: verdicts.refused,
        unknown: verdicts.unknown,
        privileged: verdicts.privileged,
        tier: verdicts.tier,
        reason_needed: verdicts.tier >= tiers.reason_from_tier,
        ticket_needed: tiers.ticket_required && verdicts.tier >= 2,
    })
}

pub(super) async fn change(
    work: &mut Work,
    holder: &Holder,
    direction: Direction,
    targets: Targets,
    consent: &Consent,
) -> Result<MembersChanged> {
    let one_name = match &targets {
        Targets::Names(list) if list.len() == 1 => list.first().cloned(),
        _ => None,
    };
    let (condition, unknown) = targets.condition(work).await?;
    if let (Some(name), false) = (one_name, unknown.is_empty()) {
        // One name that nobody bears: the same answer as everywhere, with suggestions.
        let scope = work.scope(users::VIEW).await?;
        names::user(&mut work.tx, &scope, &name).await?;
    }
    let administered = Guard::has_administrator(work).await?;
    let court = Court {
        thresholds: thresholds(work.service.policy()),
        tx: &mut work.tx,
        rights: &work.rights,
        operator: work.session.user,
        here: work.session.organization,
        now: work.now,
    };
    let verdicts = court.judge(holder, direction, &condition, unknown).await?;
    let number = count(verdicts.change.len());
    let deed = deed(holder, direction, number);
    let (reason, ticket) = if number == 0 {
        (String::new(), String::new())
    } else {
        consent.check(work, verdicts.tier, number, &deed)?
    };
    if number > 0 {
        apply(work, holder, direction, &verdicts.change).await?;
        Guard::keeps_administrator(work, administered).await?;
    }
    write_down(work, holder, direction, &verdicts, (reason, ticket)).await?;
    let refused = count(verdicts.refused.len());
    let mut refusals = verdicts.refused;
    refusals.truncate(NAMED_MAX);
    Ok(MembersChanged {
        changed: number,
        already: verdicts.already,
        refused,
        refusals,
        unknown: verdicts.unknown,
    })
}

impl Court<'_> {
    async fn judge(
        mut self,
        holder: &Holder,
        direction: Direction,
        condition: &Condition,
        unknown: Vec<String>,
    ) -> Result<Verdicts> {
        let seen = self.rights.scope(users::VIEW);
        let prepared = user_filter::prepare(self.tx, &seen, condition, self.now).await?;
        let home = match direction {
            Direction::Add => holder.organization.as_ref().map(|(id, _)| *id),
            Direction::Remove => None,
        };
        let targets =
            members::targets(self.tx, &prepared, holder.holding, home, TARGETS_MAX + 1).await?;
        if count(targets.len()) > TARGETS_MAX {
            return Err(Error::Rule(format!(
                "These are more than {TARGETS_MAX} users, too many at once; narrow the filter and do it in parts."
            )));
        }
        let mut verdicts = Verdicts {
            change: Vec::new(),
            already: 0,
            refused: Vec::new(),
            privileged: 0,
            unknown,
            tier: 1,
        };
        for target in targets {
            let why = if (direction == Direction::Add) == target.member {
                verdicts.already += 1;
                continue;
            } else if target.user == self.operator {
                "is yourself: another administrator has to do it".to_owned()
            } else if target.deleted {
                "is deleted: restore the user first".to_owned()
            } else if target.at_home {
                verdicts.change.push((target.user, target.username));
                continue;
            } else {
                let (_, organization) = holder.organization.clone().unwrap_or_default();
                format!("may not sign in to {organization}: add the organization first")
            };
            verdicts.refused.push(refused(target.username, why));
        }
        self.refuse_powerful(holder, &mut verdicts).await?;
        if direction == Direction::Add && holder.organization.is_none() {
            self.refuse_abroad(holder, &mut verdicts).await?;
        }
        if direction == Direction::Remove {
            self.refuse_roleless(holder, &mut verdicts).await?;
        }
        verdicts.tier = self.tier(holder, direction, &verdicts).await?;
        Ok(verdicts)
    }

    /// Refuses those whose power the operator's doesn't cover.
    async fn refuse_powerful(&mut self, holder: &Holder, verdicts: &mut Verdicts) -> Result<()> {
        let users = members::these(&ids(&verdicts.change));
        let standings = uncovered(self.tx, self.rights, &users).await?;
        let stronger = standings
            .values()
            .filter(|standing| standing.uncovered.is_some())
            .count();
        let mut kept = Vec::with_capacity(verdicts.change.len());
        for (user, username) in std::mem::take(&mut verdicts.change) {
            match standings.get(&user) {
                Some(standing) => {
                    let Some((held, level)) = standing.uncovered else {
                        verdicts.privileged += 1;
                        kept.push((user, username));
                        continue;
                    };
                    let helpers = if stronger == 1 {
                        who_can_to(self.tx, self.rights, holder.permission, user, self.now).await?
                    } else {
                        Vec::new()
                    };
                    let sentence = refusal(&username, held, level, &helpers);
                    let why = sentence.trim_start_matches(&format!("\"{username}\" "));
                    let why = why.trim_end_matches('.').to_owned();
                    verdicts.refused.push(refused(username, why));
                }
                None => kept.push((user, username)),
            }
        }
        verdicts.change = kept;
        Ok(())
    }

    /// Refuses those who may sign in elsewhere too, where the operator doesn't hold what would count there.
    async fn refuse_abroad(&mut self, holder: &Holder, verdicts: &mut Verdicts) -> Result<()> {
        let (roles, groups) = holder.ids();
        let abroad = members::abroad(self.tx, &ids(&verdicts.change), self.here).await?;
        let mut whys: HashMap<OrganizationId, Option<String>> = HashMap::new();
        let mut refused_users: HashMap<UserId, String> = HashMap::new();
        for (user, organization, name) in abroad {
            if let Entry::Vacant(vacant) = whys.entry(organization) {
                let place = (self.operator, organization);
                let unheld = unheld_in(self.tx, self.rights, place, &roles, &groups).await?;
                vacant.insert(unheld.map(|(right, level)| {
                    let level = level.as_str();
                    format!(
                        "may sign in to {name} too, where you don't hold {right} at level {level}"
                    )
                }));
            }
            if let Some(Some(why)) = whys.get(&organization) {
                refused_users.entry(user).or_insert_with(|| why.clone());
            }
        }
        for (user, username) in std::mem::take(&mut verdicts.change) {
            match refused_users.remove(&user) {
                Some(why) => verdicts.refused.push(refused(username, why)),
                None => verdicts.change.push((user, username)),
            }
        }
        Ok(())
    }

    /// Everybody keeps at least one role.
    async fn refuse_roleless(&mut self, holder: &Holder, verdicts: &mut Verdicts) -> Result<()> {
        let gives_none = match holder.holding {
            Holding::Role(_) => false,
            Holding::Group(id) => users::conferred_by(self.tx, &[id.0]).await?.0.is_empty(),
        };
        if gives_none || verdicts.change.is_empty() {
            return Ok(());
        }
        let left = members::roleless_without(self.tx, holder.holding, &ids(&verdicts.change))
            .await?
            .into_iter()
            .collect::<std::collections::HashSet<i64>>();
        let (lost, kept): (Vec<_>, Vec<_>) = std::mem::take(&mut verdicts.change)
            .into_iter()
            .partition(|(user, _)| left.contains(&user.0));
        verdicts.change = kept;
        verdicts
            .refused
            .extend(lost.into_iter().map(|(_, username)| {
                let why = "would have no role left: give the user another role first";
                refused(username, why.to_owned())
            }));
        Ok(())
    }

    async fn tier(
        &mut self,
        holder: &Holder,
        direction: Direction,
        verdicts: &Verdicts,
    ) -> Result<i64> {
        let extent = Extent {
            will_change: count(verdicts.change.len()),
            privileged: verdicts.privileged,
            hidden: 0,
            organization_users: jobs::count_users(self.tx, self.here).await?,
        };
        // Joining is like enabling, leaving like disabling: whoever leaves loses access.
        let like = match direction {
            Direction::Add => Operation::Enable,
            Direction::Remove => Operation::Disable,
        };
        let (roles, groups) = holder.ids();
        if direction == Direction::Add
            && extent.will_change > 0
            && gives_administration(self.tx, &roles, &groups).await?
        {
            return Ok(4);
        }
        Ok(tier(like, extent, self.thresholds))
    }
}

async fn apply(
    work: &mut Work,
    holder: &Holder,
    direction: Direction,
    change: &[(UserId, String)],
) -> Result<()> {
    let (roles, groups) = holder.ids();
    let users = ids(change);
    let changed = match direction {
        Direction::Add => {
            Guard::confers(work, &roles, &groups).await?;
            members::add(&mut work.tx, holder.holding, &users).await?
        }
        Direction::Remove => {
            let denies = denies_of(work, &roles, &groups).await?;
            dropping(work, &denies).await?;
            members::remove(&mut work.tx, holder.holding, &users).await?
        }
    };
    if changed != users.len() as u64 {
        return Err(Error::Unexpected(format!(
            "{changed} members changed instead of {}",
            users.len()
        )));
    }
    let now = work.now();
    members::touch(&mut work.tx, &members::these(&users), now).await?;
    Ok(())
}

/// One row for the group or role, and one for every user, so that it stands in their timeline.
async fn write_down(
    work: &mut Work,
    holder: &Holder,
    direction: Direction,
    verdicts: &Verdicts,
    (reason, ticket): (String, String),
) -> Result<()> {
    let named: Vec<&str> = verdicts
        .change
        .iter()
        .take(NAMED_MAX)
        .map(|(_, username)| username.as_str())
        .collect();
    let deed = match direction {
        Direction::Add => "added",
        Direction::Remove => "removed",
    };
    let event = Event {
        reason: reason.clone(),
        ticket: ticket.clone(),
        ..event(holder.kind, direction)
    };
    let changes = json!({
        deed: named,
        "changed": verdicts.change.len(),
        "already": verdicts.already,
        "refused": verdicts.refused.len(),
    });
    work.audit(
        event
            .on(holder.kind, holder.id, &holder.name)
            .changing(changes.to_string()),
    )
    .await?;
    let changes = match direction {
        Direction::Add => json!({ holder.kind: ["", holder.name] }),
        Direction::Remove => json!({ holder.kind: [holder.name, ""] }),
    };
    let each = Event {
        reason,
        ticket,
        ..Event::new(&format!("user_{}_{deed}", holder.kind))
    };
    let changes = changes.to_string();
    let rows: Vec<UserChange<'_>> = verdicts
        .change
        .iter()
        .map(|(user, username)| UserChange(*user, username, changes.as_str().into()))
        .collect();
    work.audit_users(each, &rows).await
}

/// `group_members_added`.
pub(super) fn event(kind: &str, direction: Direction) -> Event {
    let word = match direction {
        Direction::Add => "added",
        Direction::Remove => "removed",
    };
    Event::new(&format!("{kind}_members_{word}"))
}

/// `add 3 users to the group "Sales"`.
fn deed(holder: &Holder, direction: Direction, number: i64) -> String {
    let (verb, preposition) = match direction {
        Direction::Add => ("add", "to"),
        Direction::Remove => ("remove", "from"),
    };
    let users = if number == 1 { "user" } else { "users" };
    format!(
        "{verb} {number} {users} {preposition} the {} \"{}\"",
        holder.kind, holder.name
    )
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters
        .next()
        .map(|first| first.to_uppercase().chain(letters).collect())
        .unwrap_or_default()
}

fn thresholds(policy: &super::Policy) -> Thresholds {
    Thresholds {
        count_over: policy.tiers.count_over,
        erase_over: policy.tiers.erase_over,
        organization_percent: policy.tiers.organization_percent,
        production: policy.production,
    }
}

fn refused(name: String, reason: String) -> Missing {
    Missing { name, reason }
}

fn ids(users: &[(UserId, String)]) -> Vec<i64> {
    users.iter().map(|(id, _)| id.0).collect()
}

fn count(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
