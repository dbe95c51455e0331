//! Plans of memberships: a target is a user and a change; all of them are frozen, checked and done as sets.

use crate::domain::plan::Direction;
use crate::domain::{JobId, OrganizationId, UserId};
use crate::store::members::Holding;
use crate::store::prepared::Prepared;
use crate::store::sql::Sql;
use crate::store::{Reach, Result, Scope, Tx};

/// One change of a plan: a group or role, and which way.
#[derive(Clone, Debug)]
pub struct NewChange {
    pub direction: Direction,
    pub holding: Holding,
    /// `ORGANIZATION/NAME`, as titles and the audit write it.
    pub name: String,
}

/// A change as it stands now: its group or role may be gone, or belong elsewhere.
#[derive(Clone, Debug)]
pub struct ChangeRecord {
    pub number: i64,
    pub direction: Direction,
    pub holding: Holding,
    pub name: String,
    /// Whose members must be able to sign in there; none where it is system-wide.
    pub organization: Option<(OrganizationId, String)>,
    pub exists: bool,
}

/// Adds the changes of a plan, which are numbered from one.
pub async fn add_changes(tx: &mut Tx, job: JobId, changes: &[NewChange]) -> Result<()> {
    for (number, change) in (1_i64..).zip(changes) {
        Sql::new(
            "insert into plan_changes (job_id, number, direction, holder_kind, holder_id, holder_name)
             values ($1, $2, $3, $4, $5, $6)",
        )
        .bind(job)
        .bind(number)
        .bind(change.direction.as_str())
        .bind(change.holding.kind())
        .bind(change.holding.id())
        .bind(&change.name)
        .execute(tx)
        .await?;
    }
    Ok(())
}

/// Gives a plan the changes of a job, each turned round; what gives comes first again.
pub async fn turn_changes(tx: &mut Tx, job: JobId, undone: JobId) -> Result<()> {
    Sql::new(
        "insert into plan_changes (job_id, number, direction, holder_kind, holder_id, holder_name)
         select $1, row_number() over (order by direction desc, number),
            case direction when 'add' then 'remove' else 'add' end,
            holder_kind, holder_id, holder_name
         from plan_changes where job_id = $2",
    )
    .bind(job)
    .bind(undone)
    .execute(tx)
    .await
    .map(drop)
}

/// Gives a plan the changes of a job once more.
pub async fn repeat_changes(tx: &mut Tx, job: JobId, from: JobId) -> Result<()> {
    Sql::new(
        "insert into plan_changes (job_id, number, direction, holder_kind, holder_id, holder_name)
         select $1, number, direction, holder_kind, holder_id, holder_name
         from plan_changes where job_id = $2",
    )
    .bind(job)
    .bind(from)
    .execute(tx)
    .await
    .map(drop)
}

/// The changes of a plan, by number.
pub async fn changes(tx: &mut Tx, job: JobId) -> Result<Vec<ChangeRecord>> {
    Sql::new(
        "select c.number, c.direction, c.holder_kind, c.holder_id, c.holder_name, o.id, o.name,
            g.id is not null or r.id is not null
         from plan_changes c
         left join groups g on c.holder_kind = 'group' and g.id = c.holder_id
         left join roles r on c.holder_kind = 'role' and r.id = c.holder_id
         left join organizations o on o.id = coalesce(g.organization_id, r.organization_id)
         where c.job_id = $1 order by c.number",
    )
    .bind(job)
    .all(tx, |row| {
        Ok(ChangeRecord {
            number: row.int()?,
            direction: if row.text()? == "add" {
                Direction::Add
            } else {
                Direction::Remove
            },
            holding: Holding::of_kind(&row.text()?, row.int()?),
            name: row.text()?,
            organization: row
                .optional_int()?
                .map(OrganizationId)
                .zip(row.optional_text()?),
            exists: row.boolean()?,
        })
    })
    .await
}

/// One group or role for each kind that a plan changes.
pub async fn holdings(tx: &mut Tx, job: JobId) -> Result<Vec<Holding>> {
    Sql::new(
        "select holder_kind, min(holder_id) from plan_changes where job_id = $1
         group by holder_kind order by holder_kind",
    )
    .bind(job)
    .all(tx, |row| Ok(Holding::of_kind(&row.text()?, row.int()?)))
    .await
}

/// Who the targets of a plan of memberships are.
#[derive(Clone, Debug)]
pub enum MemberTargets {
    /// Each of these users, for each change.
    Found(Prepared),
    /// These users, of whom some come in and the rest leaves.
    Exchange {
        found: Prepared,
        incoming: Vec<UserId>,
    },
    /// The users and changes that a job failed to do.
    FailedOf(JobId),
    /// The users and changes that a job did.
    UndoOf(JobId),
}

/// Freezes the targets: one row for each user and change, with what the membership itself says to it.
///
/// The rows of a user stand together, and what gives comes before what takes.
pub async fn plan_members(tx: &mut Tx, job: JobId, targets: &MemberTargets) -> Result<u64> {
    let mut sql = Sql::new(
        "insert into plan_targets (job_id, position, user_id, change_number, username, display_name,
            user_version, state_version, verdict, note,
            before_enabled, before_locked_at, before_locked_until, before_failures,
            before_deleted_at, before_member,
            after_enabled, after_locked_at, after_locked_until, after_failures, after_deleted_at,
            after_member)
         select ",
    );
    sql.push_value(job).push(
        ", row_number() over (order by u.username_key, c.number), u.id, c.number, u.username,
            trim(u.first_name || ' ' || u.last_name), u.version, s.version, case when ",
    );
    push_member(&mut sql, "u.id");
    sql.push(" <> (c.direction = 'add') then 'change' else ");
    let (verdict, if_in, if_out) = match targets {
        MemberTargets::Found(_) | MemberTargets::Exchange { .. } | MemberTargets::FailedOf(_) => {
            ("already", "is a member already", "is not a member")
        }
        MemberTargets::UndoOf(_) => ("refused", CHANGED_SINCE, CHANGED_SINCE),
    };
    sql.push_value(verdict).push(" end, case when ");
    push_member(&mut sql, "u.id");
    sql.push(" <> (c.direction = 'add') then '' when c.direction = 'add' then ")
        .push_value(if_in)
        .push(" else ")
        .push_value(if_out)
        .push(" end, s.enabled, s.locked_at, s.locked_until, s.failures, s.deleted_at, ");
    push_member(&mut sql, "u.id");
    sql.push(
        ", s.enabled, s.locked_at, s.locked_until, s.failures, s.deleted_at, c.direction = 'add'
         from (select ",
    );
    match targets {
        MemberTargets::Found(prepared) => {
            sql.push("u.id as user_id");
            prepared.push_candidates(&mut sql);
            sql.push(") as found cross join plan_changes c");
        }
        MemberTargets::Exchange { found, incoming } => {
            sql.push("u.id as user_id, case when u.id in ")
                .push_ids(incoming.iter().map(|user| user.0))
                .push(" then 'add' else 'remove' end as direction");
            found.push_candidates(&mut sql);
            sql.push(") as found join plan_changes c on c.direction = found.direction");
        }
        MemberTargets::FailedOf(failed) => {
            sql.push(
                "t.user_id, t.change_number from plan_targets t
                 where t.result in ('conflict', 'failed') and t.job_id = ",
            )
            .push_value(*failed)
            .push(") as found join plan_changes c on c.number = found.change_number");
        }
        MemberTargets::UndoOf(undone) => {
            sql.push(
                "t.user_id, p.holder_kind, p.holder_id, p.direction from plan_targets t
                 join plan_changes p on p.job_id = t.job_id and p.number = t.change_number
                 where t.result = 'done' and t.job_id = ",
            )
            .push_value(*undone)
            .push(
                ") as found join plan_changes c
                 on c.holder_kind = found.holder_kind and c.holder_id = found.holder_id
                 and c.direction <> found.direction",
            );
        }
    }
    sql.push(
        " cross join users u cross join user_states s
         where u.id = found.user_id and s.user_id = u.id and c.job_id = ",
    )
    .push_value(job);
    sql.execute(tx).await
}

const CHANGED_SINCE: &str = "was changed by somebody else since";

/// Whether a user belongs to the group or role of a change `c` now.
fn push_member(sql: &mut Sql, user: &'static str) {
    sql.push(
        "case c.holder_kind
            when 'group' then exists (
                select 1 from group_users m where m.group_id = c.holder_id and m.user_id = ",
    )
    .push(user)
    .push(
        ") else exists (
            select 1 from user_roles m where m.role_id = c.holder_id and m.user_id = ",
    )
    .push(user)
    .push(") end");
}

/// How far a plan has come: it is being made, or a chunk of it runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    Plan,
    Chunk { from: i64, to: i64 },
}

/// The targets of a plan, or of the chunk that runs, that would still change.
#[derive(Clone, Copy, Debug)]
pub struct Part {
    pub job: JobId,
    pub stage: Stage,
}

impl Part {
    /// Over `plan_targets t`.
    pub(in crate::store) fn push(self, sql: &mut Sql) {
        sql.push("t.verdict = 'change' and t.result = '' and t.job_id = ")
            .push_value(self.job);
        if let Stage::Chunk { from, to } = self.stage {
            sql.push(" and t.position > ").push_value(from);
            sql.push(" and t.position <= ").push_value(to);
        }
    }

    /// Their users, as a subquery of ids.
    #[must_use]
    pub fn users(self) -> Sql {
        let mut sql = Sql::new("select t.user_id as id from plan_targets t where ");
        self.push(&mut sql);
        sql
    }

    /// The users of one change, as a subquery of ids.
    #[must_use]
    pub fn users_of(self, change: i64) -> Sql {
        let mut sql = self.users();
        sql.push(" and t.change_number = ").push_value(change);
        sql
    }
}

/// How many targets each change has: (number of the change, targets).
pub async fn count_changing(tx: &mut Tx, part: Part) -> Result<Vec<(i64, i64)>> {
    let mut sql = Sql::new("select t.change_number, count(*) from plan_targets t where ");
    part.push(&mut sql);
    sql.push(" group by t.change_number order by t.change_number");
    sql.all(tx, |row| Ok((row.int()?, row.int()?))).await
}

/// How many users would change.
pub async fn count_users_changing(tx: &mut Tx, job: JobId) -> Result<i64> {
    Sql::new(
        "select count(distinct user_id) from plan_targets where job_id = $1 and verdict = 'change'",
    )
    .bind(job)
    .int(tx)
    .await
}

/// The users of one change, for the audit.
pub async fn bearers(tx: &mut Tx, part: Part, change: i64) -> Result<Vec<(UserId, String)>> {
    let mut sql = Sql::new("select t.user_id, t.username from plan_targets t where ");
    part.push(&mut sql);
    sql.push(" and t.change_number = ")
        .push_value(change)
        .push(" order by t.position");
    sql.all(tx, |row| Ok((UserId(row.int()?), row.text()?)))
        .await
}

/// Refuses those targets of a plan, or fails those of a chunk, that a condition over `plan_targets t` finds.
pub async fn strike(
    tx: &mut Tx,
    part: Part,
    condition: &Sql,
    (note, lack): (&str, &str),
) -> Result<u64> {
    let mut sql = Sql::new("update plan_targets as t set ");
    sql.push(match part.stage {
        Stage::Plan => "verdict = 'refused', note = ",
        Stage::Chunk { .. } => "result = 'failed', result_note = ",
    })
    .push_value(note)
    .push(", lack = ")
    .push_value(lack)
    .push(" where ");
    part.push(&mut sql);
    sql.push(" and (").push_sql(condition).push(")");
    sql.execute(tx).await
}

/// The targets of a chunk whose membership isn't any more what it was when the plan was made.
pub async fn conflict(tx: &mut Tx, part: Part) -> Result<u64> {
    let mut sql = Sql::new(
        "update plan_targets as t set result = 'conflict',
            result_note = 'was changed by somebody else since the plan' where ",
    );
    part.push(&mut sql);
    sql.push(
        " and exists (select 1 from plan_changes c
            where c.job_id = t.job_id and c.number = t.change_number and t.before_member <> ",
    );
    push_member(&mut sql, "t.user_id");
    sql.push(")");
    sql.execute(tx).await
}

/// The targets of a change.
#[must_use]
pub fn of_change(change: i64) -> Sql {
    let mut sql = Sql::new("t.change_number = ");
    sql.push_value(change);
    sql
}

/// The targets of these users.
#[must_use]
pub fn of_users(users: impl IntoIterator<Item = UserId>) -> Sql {
    let mut sql = Sql::new("t.user_id in ");
    sql.push_ids(users.into_iter().map(|id| id.0));
    sql
}

/// Targets whose user is deleted, or gone.
#[must_use]
pub fn without_account() -> Sql {
    Sql::new(
        "not exists (select 1 from user_states s where s.user_id = t.user_id and s.deleted_at = 0)",
    )
}

/// Targets whose user can't be seen; `None` where everybody can.
#[must_use]
pub fn unseen(seen: &Scope) -> Option<Sql> {
    (seen.reach != Reach::All).then(|| {
        let mut sql = Sql::new("not exists (select 1 from users u where u.id = t.user_id and (");
        sql.push_sql(&seen.users()).push("))");
        sql
    })
}

/// Targets of a change whose user may not sign in to an organization.
#[must_use]
pub fn strangers(change: i64, organization: OrganizationId) -> Sql {
    let mut sql = of_change(change);
    sql.push(
        " and not exists (select 1 from user_organizations h
            where h.user_id = t.user_id and h.organization_id = ",
    )
    .push_value(organization)
    .push(")");
    sql
}

/// Targets of a change whose user may sign in to an organization.
#[must_use]
pub fn entering(change: i64, organization: OrganizationId) -> Sql {
    let mut sql = of_change(change);
    sql.push(
        " and exists (select 1 from user_organizations h
            where h.user_id = t.user_id and h.organization_id = ",
    )
    .push_value(organization)
    .push(")");
    sql
}

/// The other organizations that users of a change may sign in to, by id.
pub async fn abroad(
    tx: &mut Tx,
    part: Part,
    change: i64,
    here: OrganizationId,
) -> Result<Vec<OrganizationId>> {
    let mut sql = Sql::new("select o.id from organizations o where o.id <> ");
    sql.push_value(here).push(
        " and exists (select 1 from user_organizations h where h.organization_id = o.id
            and h.user_id in (",
    );
    sql.push_sql(&part.users_of(change))
        .push(")) order by o.id");
    sql.all(tx, |row| Ok(OrganizationId(row.int()?))).await
}

/// Those users who would have no role left. All that their targets do is taken together: `taking_roles` are the numbers
/// of the changes that take a role, `taking_groups` of those that take a group with one, and `giving` of those that give
/// any.
///
/// What is taken is there, so it is enough to count: neither engine's planner knows how many targets there are, and both
/// would compare every target with every other.
pub async fn roleless(
    tx: &mut Tx,
    part: Part,
    (taking_roles, taking_groups): (&[i64], &[i64]),
    giving: &[i64],
) -> Result<Vec<UserId>> {
    let mut sql = Sql::new("select lost.user_id from (select t.user_id");
    for (numbers, name) in [
        (taking_roles, " as taken_roles"),
        (taking_groups, " as taken_groups"),
        (giving, " as given"),
    ] {
        sql.push(", count(case when t.change_number in ")
            .push_ids(numbers.iter().copied())
            .push(" then 1 end)")
            .push(name);
    }
    sql.push(" from plan_targets t where ");
    part.push(&mut sql);
    sql.push(
        " group by t.user_id) as lost
         where lost.given = 0 and lost.taken_roles + lost.taken_groups > 0
           and lost.taken_roles = (select count(*) from user_roles m where m.user_id = lost.user_id)
           and lost.taken_groups = (
                select count(*) from group_users m where m.user_id = lost.user_id and exists (
                    select 1 from group_closure c join group_roles r on r.group_id = c.ancestor_id
                    where c.descendant_id = m.group_id))",
    );
    sql.all(tx, |row| Ok(UserId(row.int()?))).await
}
