//! Running a chunk of a plan of memberships: checked again, done as sets, written down for everybody it touches.

use super::member_checks::{self, alter};
use super::members::event;
use crate::domain::plan::Direction;
use crate::domain::{JobId, UserId};
use crate::service::users::Guard;
use crate::service::{Error, Event, Result, Work};
use crate::store::audit::UserChange;
use crate::store::jobs::{self as rows, ChangeRecord, JobRecord, Part, Stage};
use crate::store::members;
use serde_json::json;

/// Usernames in the audit row of a group or role.
const NAMED_MAX: usize = 1_000;

const fn part(job: JobId, from: i64, to: i64) -> Part {
    let stage = Stage::Chunk { from, to };
    Part { job, stage }
}

/// Fails what changed since the plan, and what may not be done any more; says how many.
pub(super) async fn check(work: &mut Work, job: JobId, from: i64, to: i64) -> Result<i64> {
    let failed = member_checks::check(work, part(job, from, to)).await?;
    Ok(i64::try_from(failed).unwrap_or(i64::MAX))
}

/// Does what is left of a chunk, change by change.
pub(super) async fn apply(work: &mut Work, record: &JobRecord, from: i64, to: i64) -> Result<()> {
    let (part, now) = (part(record.id, from, to), work.now());
    let administered = Guard::has_administrator(work).await?;
    for change in rows::changes(&mut work.tx, record.id).await? {
        let people = rows::bearers(&mut work.tx, part, change.number).await?;
        if people.is_empty() {
            continue;
        }
        let users = part.users_of(change.number);
        let changed = alter(work, change.holding, change.direction, &users).await?;
        if changed != people.len() as u64 {
            return Err(Error::Unexpected(format!(
                "job {} would have changed {changed} memberships instead of {}",
                record.id.0,
                people.len()
            )));
        }
        write_down(work, record, &change, &people).await?;
    }
    Guard::keeps_administrator(work, administered).await?;
    members::touch(&mut work.tx, &part.users(), now).await?;
    Ok(rows::finish_chunk(&mut work.tx, record.id, from, to).await?)
}

/// One row for the group or role, and one for every user, so that it stands in their timeline.
async fn write_down(
    work: &mut Work,
    record: &JobRecord,
    change: &ChangeRecord,
    people: &[(UserId, String)],
) -> Result<()> {
    let (kind, deed) = (change.holding.kind(), change.direction.done());
    let of_job = |event: Event| Event {
        job: Some(record.id),
        reason: record.reason.clone(),
        ticket: record.ticket.clone(),
        ..event
    };
    let named: Vec<&str> = people
        .iter()
        .take(NAMED_MAX)
        .map(|(_, username)| username.as_str())
        .collect();
    let changes = json!({ deed: named, "changed": people.len() }).to_string();
    let summary = of_job(event(kind, change.direction));
    work.audit(
        summary
            .on(kind, change.holding.id(), &change.name)
            .changing(changes),
    )
    .await?;
    let sides = match change.direction {
        Direction::Add => ["", change.name.as_str()],
        Direction::Remove => [change.name.as_str(), ""],
    };
    let changes = json!({ kind: sides }).to_string();
    let rows: Vec<UserChange<'_>> = people
        .iter()
        .map(|(user, username)| UserChange(*user, username, changes.as_str().into()))
        .collect();
    let each = of_job(Event::new(&format!("user_{kind}_{deed}")));
    work.audit_users(each, &rows).await
}
