//! Plans of memberships: who comes into which groups and roles and who leaves them, all in one plan.

use super::member_checks::{check, gives};
use super::plan::{PLANNED, Request, add, finish, found};
use super::{Caller, JobId, Operation, Plan, Targets};
use crate::domain::permission::Permission;
use crate::domain::plan::{Direction, Extent};
use crate::domain::{UserId, text};
use crate::service::records::full_name;
use crate::service::{Action, Error, Event, RecordRef, Result, Work, groups, roles, users};
use crate::store::jobs::{self as rows, ChangeRecord, MemberTargets, NewChange, Part, Stage};
use crate::store::members::Holding;
use crate::store::prepared::prepare_all;
use crate::store::user_filter::Condition;

/// Groups and roles of one plan.
const CHANGES_MAX: usize = 50;
/// Targets of one plan: each user counts once for each change.
const TARGETS_MAX: u64 = 1_000_000;

/// What users belong to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Holder {
    Group(RecordRef),
    Role(RecordRef),
}

impl Holder {
    const fn permission(&self) -> Permission {
        match self {
            Self::Group(_) => groups::MEMBERS,
            Self::Role(_) => roles::MEMBERS,
        }
    }

    const fn kind(&self) -> &'static str {
        match self {
            Self::Group(_) => "group",
            Self::Role(_) => "role",
        }
    }

    fn named(&self) -> (Option<i64>, String) {
        match self {
            Self::Group(record) | Self::Role(record) => record.named(),
        }
    }
}

/// One group or role of a plan, and whether the users come into it or leave it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemberChange {
    pub holder: Holder,
    pub direction: Direction,
}

/// Freezes who comes into which groups and roles and who leaves them: a target for each user and change.
#[derive(Clone, Debug)]
pub struct PlanMembers {
    pub targets: Targets,
    pub changes: Vec<MemberChange>,
    /// Marked targets that the filter of the screen hides.
    pub hidden: i64,
    pub reason: String,
    pub ticket: String,
}

impl PlanMembers {
    #[must_use]
    pub const fn new(targets: Targets, changes: Vec<MemberChange>) -> Self {
        Self {
            targets,
            changes,
            hidden: 0,
            reason: String::new(),
            ticket: String::new(),
        }
    }
}

impl Action for PlanMembers {
    type Output = Plan;

    /// That of the first change; the others are asked for theirs when they are looked up.
    fn needs(&self) -> Permission {
        self.changes
            .first()
            .map_or(Operation::Members.permission(), |change| {
                change.holder.permission()
            })
    }

    fn event(&self) -> Event {
        match self.changes.first() {
            None => Event::new(Operation::Members.event()),
            Some(MemberChange { holder, direction }) => {
                event(holder.kind(), *direction).on_named(holder.kind(), holder.named())
            }
        }
    }

    async fn run(self, work: &mut Work) -> Result<Plan> {
        let changes = resolve(work, &self.changes).await?;
        let (selection, ids) = (self.targets.selection(), self.targets.ids());
        let (condition, unknown) = found(work, self.targets).await?;
        let request = Request {
            operation: Operation::Members,
            selection: &selection,
            hidden: self.hidden,
            caller: Caller::Nobody,
            reason: &self.reason,
            ticket: &self.ticket,
            undo_of: None,
        };
        let job = add(work, &request).await?;
        rows::add_changes(&mut work.tx, job, &changes).await?;
        let (seen, now) = (work.scope(users::VIEW).await?, work.now());
        let prepared = prepare_all(&mut work.tx, &seen, &condition, now).await?;
        freeze(work, job, &MemberTargets::Found(prepared)).await?;
        let mut plan = finish(work, job, Operation::Members, PLANNED).await?;
        plan.unknown = unknown;
        plan.gone = rows::count_missing(&mut work.tx, job, &ids).await?;
        Ok(plan)
    }
}

/// Freezes who comes into one group or role and who leaves it.
#[derive(Clone, Debug)]
pub struct ExchangeMembers {
    pub holder: Holder,
    pub incoming: Vec<UserId>,
    pub leaving: Vec<UserId>,
}

impl Action for ExchangeMembers {
    type Output = Plan;

    fn needs(&self) -> Permission {
        self.holder.permission()
    }

    fn event(&self) -> Event {
        let direction = if self.incoming.is_empty() {
            Direction::Remove
        } else {
            Direction::Add
        };
        let kind = self.holder.kind();
        event(kind, direction).on_named(kind, self.holder.named())
    }

    async fn run(self, work: &mut Work) -> Result<Plan> {
        let Self {
            holder,
            incoming,
            leaving,
        } = self;
        let mut changes = Vec::new();
        for (people, direction) in [(&incoming, Direction::Add), (&leaving, Direction::Remove)] {
            if !people.is_empty() {
                let holder = holder.clone();
                changes.extend(resolve(work, &[MemberChange { holder, direction }]).await?);
            }
        }
        refuse_number(changes.len())?;
        let selection = format!("{} in, {} out", incoming.len(), leaving.len());
        let everybody = [incoming.clone(), leaving].concat();
        let request = Request {
            operation: Operation::Members,
            selection: &selection,
            hidden: 0,
            caller: Caller::Nobody,
            reason: "",
            ticket: "",
            undo_of: None,
        };
        let job = add(work, &request).await?;
        rows::add_changes(&mut work.tx, job, &changes).await?;
        let (seen, now) = (work.scope(users::VIEW).await?, work.now());
        let condition = Condition::Users(everybody.clone());
        let found = prepare_all(&mut work.tx, &seen, &condition, now).await?;
        freeze(work, job, &MemberTargets::Exchange { found, incoming }).await?;
        let mut plan = finish(work, job, Operation::Members, PLANNED).await?;
        plan.gone = rows::count_missing(&mut work.tx, job, &everybody).await?;
        Ok(plan)
    }
}

/// The groups and roles within reach of the right to change their members; what gives comes before what takes.
async fn resolve(work: &mut Work, changes: &[MemberChange]) -> Result<Vec<NewChange>> {
    refuse_number(changes.len())?;
    let mut resolved: Vec<NewChange> = Vec::with_capacity(changes.len());
    for MemberChange { holder, direction } in changes {
        let (holding, name) = match holder {
            Holder::Group(group) => {
                let record = groups::within(work, group, groups::MEMBERS).await?;
                let name = full_name(record.organization_name.as_deref(), &record.name);
                (Holding::Group(record.id), name)
            }
            Holder::Role(role) => {
                let record = roles::within(work, role, roles::MEMBERS).await?;
                let name = full_name(record.organization_name.as_deref(), &record.name);
                (Holding::Role(record.id), name)
            }
        };
        if resolved.iter().any(|known| known.holding == holding) {
            return Err(Error::Rule(format!(
                "The {} \"{name}\" stands twice in this plan; say once what becomes of its members.",
                holding.kind()
            )));
        }
        resolved.push(NewChange {
            direction: *direction,
            holding,
            name,
        });
    }
    resolved.sort_by_key(|change| change.direction == Direction::Remove);
    Ok(resolved)
}

/// Refuses a plan that changes no group and no role, or too many.
pub(super) fn refuse_number(number: usize) -> Result<()> {
    match number {
        0 => Err(Error::Rule(
            "This plan names no group and no role; choose at least one.".to_owned(),
        )),
        1..=CHANGES_MAX => Ok(()),
        _ => Err(Error::Rule(format!(
            "{number} groups and roles are too many for one plan; take at most {CHANGES_MAX} at a time."
        ))),
    }
}

/// Makes the targets of the plan that takes a job back.
pub(super) async fn freeze_undo(work: &mut Work, job: JobId, undone: JobId) -> Result<()> {
    rows::turn_changes(&mut work.tx, job, undone).await?;
    freeze(work, job, &MemberTargets::UndoOf(undone)).await
}

/// Makes the targets of the plan that tries again what a job failed to do, and nothing else of it.
pub(super) async fn freeze_failed(work: &mut Work, job: JobId, failed: JobId) -> Result<()> {
    rows::repeat_changes(&mut work.tx, job, failed).await?;
    freeze(work, job, &MemberTargets::FailedOf(failed)).await
}

async fn freeze(work: &mut Work, job: JobId, targets: &MemberTargets) -> Result<()> {
    let number = rows::plan_members(&mut work.tx, job, targets).await?;
    if number > TARGETS_MAX {
        return Err(Error::Rule(format!(
            "This plan would have {number} targets, one for each user and change; keep it to {TARGETS_MAX}, and do it in parts."
        )));
    }
    let stage = Stage::Plan;
    check(work, Part { job, stage }).await?;
    Ok(())
}

/// Refuses where a right is missing that the changes of a plan need.
pub(super) async fn require(work: &mut Work, job: JobId) -> Result<()> {
    for holding in rows::holdings(&mut work.tx, job).await? {
        work.scope(permission(holding)).await?;
    }
    Ok(())
}

pub(super) const fn permission(holding: Holding) -> Permission {
    match holding {
        Holding::Group(_) => groups::MEMBERS,
        Holding::Role(_) => roles::MEMBERS,
    }
}

/// What a plan asks for as much as, and its extent with what it gives.
pub(super) async fn weight(
    work: &mut Work,
    job: JobId,
    mut extent: Extent,
) -> Result<(Operation, Extent)> {
    let stage = Stage::Plan;
    let counts = rows::count_changing(&mut work.tx, Part { job, stage }).await?;
    let mut like = Direction::Add.like();
    for change in rows::changes(&mut work.tx, job).await? {
        if !counts.iter().any(|(number, _)| *number == change.number) {
            continue;
        }
        match change.direction {
            Direction::Add => {
                extent.gives_administration |= gives(work, change.holding).await?.administration;
            }
            Direction::Remove => like = Direction::Remove.like(),
        }
    }
    Ok((like, extent))
}

/// `Add 3 users to the group "Sales"`, `Change 4 memberships of 3 users`.
pub(super) async fn title(work: &mut Work, job: JobId, number: i64) -> Result<String> {
    let changes = rows::changes(&mut work.tx, job).await?;
    let users = rows::count_users_changing(&mut work.tx, job).await?;
    let users = text::counted(users, "user", "users");
    if let [come, leave] = changes.as_slice()
        && come.holding == leave.holding
    {
        let stage = Stage::Plan;
        let counts = rows::count_changing(&mut work.tx, Part { job, stage }).await?;
        let of = |change: &ChangeRecord| {
            let count = counts.iter().find(|(number, _)| *number == change.number);
            count.map_or(0, |(_, count)| *count)
        };
        return Ok(format!(
            "Add {} to the {} \"{}\", remove {}",
            of(come),
            come.holding.kind(),
            come.name,
            of(leave)
        ));
    }
    let [
        ChangeRecord {
            direction,
            holding,
            name,
            ..
        },
    ] = changes.as_slice()
    else {
        let counted = Operation::Members.counted(number);
        return Ok(format!("Change {counted} of {users}"));
    };
    let (verb, preposition) = match direction {
        Direction::Add => ("Add", "to"),
        Direction::Remove => ("Remove", "from"),
    };
    let kind = holding.kind();
    Ok(format!(
        "{verb} {users} {preposition} the {kind} \"{name}\""
    ))
}

/// `group_members_added`.
pub(super) fn event(kind: &str, direction: Direction) -> Event {
    Event::new(&format!("{kind}_members_{}", direction.done()))
}
