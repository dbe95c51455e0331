//! Moving what a unit owns to another one, while the unit stays.

use super::owned::{Handover, UnitFate, owned, rights};
use super::{VIEW, full_name, looked, seen};
use crate::domain::UnitId;
use crate::domain::permission::Permission;
use crate::domain::plan::{Extent, Operation};
use crate::domain::text::{counted, list};
use crate::service::consent::{tier_in, wants};
use crate::service::{
    Action, Consent, Error, Event, Lack, Look, Policy, Query, RecordRef, Result, Work,
};
use crate::store::Tx;
use crate::store::audit::UserChange;
use crate::store::units::{self as rows, Holdings, UnitRecord};
use serde_json::json;

/// Groups that the audit names.
const GROUPS_NAMED_MAX: i64 = 100;

/// Gives the users and groups that a unit owns to another unit of its organization. Whoever is assigned stays so.
#[derive(Clone, Debug)]
pub struct MoveOwned {
    pub unit: RecordRef,
    pub to: String,
    pub consent: Consent,
}

/// What was moved.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct MovedOwned {
    /// `ACME/Sales`
    pub from: String,
    pub to: String,
    /// Those in the bin too.
    pub users: i64,
    pub groups: i64,
    /// How it is taken back: `by moving what ACME/Works owns to ACME/Sales`.
    pub undo: String,
}

impl Action for MoveOwned {
    type Output = MovedOwned;

    /// Which rights it takes at both units depends on what there is to move.
    fn needs(&self) -> Permission {
        VIEW
    }

    fn event(&self) -> Event {
        Event::new("unit_records_moved").on_named("unit", self.unit.named())
    }

    async fn run(self, work: &mut Work) -> Result<MovedOwned> {
        let record = seen(work, &self.unit).await?;
        let holdings = rows::holdings(&mut work.tx, record.id).await?;
        let (bench, stays) = (&mut work.bench(), UnitFate::Stays);
        let handover = Handover::to(bench, &record, &self.to, holdings, stays).await?;
        if let Some(nothing) = nothing(&record, holdings) {
            return Err(Error::Rule(nothing));
        }
        handover.check(bench).await?;
        let to = handover.to.full_name();
        let undo = undo(&mut work.tx, &record, UnitId(handover.to.id), &to).await?;
        let number = number(holdings);
        let policy = work.service.policy().clone();
        let tier = tier_of(&mut work.tx, &policy, &record, number).await?;
        let deed = format!("move {} to {to}", words(holdings));
        let (reason, ticket) = self.consent.check(work, tier, number, &deed)?;
        let people = rows::owned_users(&mut work.tx, record.id).await?;
        let groups = rows::owned_groups(&mut work.tx, record.id, GROUPS_NAMED_MAX).await?;
        handover.carry_out(work).await?;
        let from = full_name(&record);
        let event = Event {
            reason,
            ticket,
            ..Event::new("unit_records_moved")
        };
        let changes = json!({
            "moved_to": to, "users": holdings.users, "groups": holdings.groups, "named": groups,
        });
        work.audit(
            event
                .clone()
                .on("unit", record.id.0, &from)
                .changing(changes.to_string()),
        )
        .await?;
        let changes = json!({ "owner_unit": [record.write.name, handover.to.name] }).to_string();
        let each: Vec<UserChange<'_>> = people
            .iter()
            .map(|(user, username)| UserChange(*user, username, changes.as_str().into()))
            .collect();
        work.audit_users(event.named("user_updated"), &each).await?;
        Ok(MovedOwned {
            from,
            to,
            users: holdings.users,
            groups: holdings.groups,
            undo,
        })
    }
}

/// What [`MoveOwned`] would do, and what stands against it.
#[derive(Clone, Debug)]
pub struct MoveOf {
    pub unit: RecordRef,
    /// The unit that would get it.
    pub to: Option<String>,
}

/// A move that is foretold.
#[derive(Clone, Debug, serde::Serialize)]
pub struct OwnedMove {
    /// `ACME/Sales`
    pub from: String,
    /// None where nobody said yet where it goes.
    pub to: Option<String>,
    /// Those in the bin too.
    pub users: i64,
    /// How many of those are in the bin.
    pub deleted_users: i64,
    pub groups: i64,
    /// How many records move.
    pub records: i64,
    /// Why it can't be moved, in sentences.
    pub blockers: Vec<String>,
    /// How it is taken back: `by moving what ACME/Works owns to ACME/Sales`.
    pub undo: String,
    /// From 2 on it wants to be confirmed: 2 by a yes, 3 by the number of records, 4 by deed and number.
    pub tier: i64,
    pub reason_needed: bool,
    pub ticket_needed: bool,
    /// What the operator lacks, where that stands against it.
    #[serde(skip)]
    pub lack: Option<Lack>,
}

impl OwnedMove {
    /// `3 users and 1 group`.
    #[must_use]
    pub fn words(&self) -> String {
        words(Holdings {
            users: self.users,
            deleted_users: self.deleted_users,
            groups: self.groups,
            ..Holdings::default()
        })
    }
}

impl Query for MoveOf {
    type Output = OwnedMove;

    fn needs(&self) -> Permission {
        VIEW
    }

    async fn run(self, look: &mut Look) -> Result<OwnedMove> {
        let record = looked(look, &self.unit).await?;
        let holdings = rows::holdings(&mut look.tx, record.id).await?;
        // How much it owns is told to those who may give it away somewhere.
        for right in rights(holdings) {
            look.scope(right).await?;
        }
        let mut blockers: Vec<String> = nothing(&record, holdings).into_iter().collect();
        let (mut to, mut undo, mut lack) = (None, String::new(), None);
        if let Some(name) = &self.to {
            let (bench, stays) = (&mut look.bench(), UnitFate::Stays);
            let handover = Handover::to(bench, &record, name, holdings, stays).await?;
            if blockers.is_empty() {
                let against = handover.blocker(bench).await?;
                lack = against.as_ref().and_then(Error::lack);
                blockers.extend(against.map(|error| error.to_string()));
            }
            let full = handover.to.full_name();
            undo = self::undo(&mut look.tx, &record, UnitId(handover.to.id), &full).await?;
            to = Some(full);
        }
        let policy = look.service.policy().clone();
        let tier = tier_of(&mut look.tx, &policy, &record, number(holdings)).await?;
        let (reason_needed, ticket_needed) = wants(&policy.tiers, tier);
        Ok(OwnedMove {
            from: full_name(&record),
            to,
            users: holdings.users,
            deleted_users: holdings.deleted_users,
            groups: holdings.groups,
            records: number(holdings),
            blockers,
            undo,
            tier,
            reason_needed,
            ticket_needed,
            lack,
        })
    }
}

const fn number(holdings: Holdings) -> i64 {
    holdings.users + holdings.groups
}

fn words(holdings: Holdings) -> String {
    // Who is assigned stays.
    let owned = owned(Holdings {
        assigned: 0,
        ..holdings
    });
    if owned.is_empty() {
        counted(0, "record", "records")
    } else {
        list(&owned, "and")
    }
}

fn nothing(record: &UnitRecord, holdings: Holdings) -> Option<String> {
    (number(holdings) == 0).then(|| {
        format!(
            "The unit \"{}\" owns no users and no groups; there is nothing to move.",
            record.write.name
        )
    })
}

/// A unit that owned nothing before can give everything back at once.
async fn undo(tx: &mut Tx, record: &UnitRecord, target: UnitId, to: &str) -> Result<String> {
    let from = full_name(record);
    let already = number(rows::holdings(tx, target).await?);
    Ok(match already {
        0 => format!("by moving what {to} owns to {from}"),
        _ => format!(
            "one by one, for {to} owns {} already, which would go along",
            counted(already, "record", "records")
        ),
    })
}

/// A move takes nothing from anybody: it asks more only by the number of records.
async fn tier_of(tx: &mut Tx, policy: &Policy, record: &UnitRecord, number: i64) -> Result<i64> {
    let extent = Extent {
        will_change: number,
        ..Extent::default()
    };
    let like = Operation::Enable;
    tier_in(tx, policy, record.organization, (like, extent)).await
}
