//! Deleting a unit: what it owns goes to another unit, the units below it move up.

use super::{DELETE, VIEW, full_name, within};
use crate::domain::UnitId;
use crate::domain::permission::{Level, Permission};
use crate::service::consent::DELETE_TIER;
use crate::service::records::{self, counted, reaches};
use crate::service::{
    Action, Consent, Deletion, Error, Event, Look, Query, RecordRef, Result, Work, conferring,
    groups, users,
};
use crate::store::Tx;
use crate::store::named::NamedKind;
use crate::store::units::{self as rows, Holdings, UnitRecord};
use serde_json::json;

#[derive(Clone, Debug)]
pub struct DeleteUnit {
    pub unit: RecordRef,
    /// The unit of the same organization that gets what this one owns.
    pub move_records_to: Option<String>,
    pub consent: Consent,
}

impl Action for DeleteUnit {
    type Output = ();

    fn needs(&self) -> Permission {
        DELETE
    }

    fn event(&self) -> Event {
        Event::new("unit_deleted").on("unit", None, &self.unit.shown())
    }

    async fn run(self, work: &mut Work) -> Result<()> {
        let record = within(work, &self.unit, DELETE).await?;
        let name = &record.write.name;
        if let Some(sentence) = last(&mut work.tx, &record).await? {
            return Err(Error::Rule(sentence));
        }
        let holdings = rows::holdings(&mut work.tx, record.id).await?;
        let mut moved_to = None;
        let owned = owned(holdings);
        if !owned.is_empty() {
            let Some(target) = &self.move_records_to else {
                return Err(Error::Rule(format!(
                    "The unit \"{name}\" still has {}; say where they go with --move-records-to UNIT.",
                    owned.join(", ")
                )));
            };
            moved_to = Some(move_records(work, &record, holdings, target).await?);
        }
        // Up, not aside: whoever reaches the unit from above reaches those below it already.
        for below in rows::below(&mut work.tx, record.id).await? {
            rows::move_under(&mut work.tx, below, record.parent).await?;
        }
        rows::delete(&mut work.tx, record.id).await?;
        let deed = match holdings.units {
            0 => format!("delete the unit \"{name}\""),
            1 => format!("delete the unit \"{name}\" and move the unit below it up"),
            number => format!("delete the unit \"{name}\" and move the {number} units below it up"),
        };
        let (reason, ticket) = self.consent.check(work, DELETE_TIER, 1, &deed)?;
        let full = full_name(&record);
        let event = Event {
            reason,
            ticket,
            ..Event::new("unit_deleted")
        };
        let changes = json!({ "name": [full, ""], "moved_to": moved_to, "moved": owned });
        work.audit(
            event
                .on("unit", record.id.0, &full)
                .changing(changes.to_string()),
        )
        .await
    }
}

/// What stands in the way of deleting a unit, and what would have to move.
#[derive(Clone, Debug)]
pub struct DeletionOf {
    pub unit: RecordRef,
}

impl Query for DeletionOf {
    type Output = Deletion;

    fn needs(&self) -> Permission {
        DELETE
    }

    async fn run(self, look: &mut Look) -> Result<Deletion> {
        let id = UnitId(self.unit.look(look, NamedKind::Unit).await?);
        let scope = look.scope(VIEW).await?;
        let record = rows::lookup(&mut look.tx, &scope, id)
            .await?
            .ok_or_else(|| Error::missing("unit", self.unit.shown()))?;
        let holdings = rows::holdings(&mut look.tx, id).await?;
        let mut deletion = Deletion::of(look, full_name(&record));
        deletion.blockers.extend(last(&mut look.tx, &record).await?);
        let owned = owned(holdings);
        if !owned.is_empty() {
            deletion.needs_successor = true;
            let text = format!("It has {}: they go to another unit.", owned.join(", "));
            deletion.effects.push(text);
        }
        match holdings.units {
            0 => {}
            1 => deletion
                .effects
                .push("The unit below it moves up.".to_owned()),
            number => deletion
                .effects
                .push(format!("The {number} units below it move up.")),
        }
        Ok(deletion)
    }
}

/// Why the only unit of an organization stays.
async fn last(tx: &mut Tx, record: &UnitRecord) -> Result<Option<String>> {
    let is_last = rows::count(tx, record.organization).await? <= 1;
    Ok(is_last.then(|| {
        format!(
            "\"{}\" is the last unit of {}, which always has one; delete the organization instead.",
            record.write.name, record.organization_name
        )
    }))
}

fn owned(holdings: Holdings) -> Vec<String> {
    counted(&[
        (
            holdings.users,
            "user (deleted ones included)",
            "users (deleted ones included)",
        ),
        (holdings.assigned, "assigned user", "assigned users"),
        (holdings.groups, "group", "groups"),
    ])
}

/// Gives what the unit owns to another, and returns its name. Those assigned to either may reach further by it, so the
/// operator must hold what they do.
async fn move_records(
    work: &mut Work,
    record: &UnitRecord,
    holdings: Holdings,
    target: &str,
) -> Result<String> {
    let full = if target.contains('/') {
        target.to_owned()
    } else {
        format!("{}/{}", record.organization_name, target.trim())
    };
    let target = records::one(work, NamedKind::Unit, &full).await?;
    if target.organization != Some(record.organization.0) || target.id == record.id.0 {
        return Err(Error::Rule(format!(
            "The records of \"{}\" go to another unit of {}; {} is none.",
            record.write.name,
            record.organization_name,
            target.full_name()
        )));
    }
    let id = UnitId(target.id);
    reaches(work, DELETE, Some(record.organization), Some(id)).await?;
    // Whoever gives records to another unit has the right to at both.
    let both = [record.id, id];
    for unit in both.into_iter().filter(|_| holdings.groups > 0) {
        reaches(work, groups::ASSIGN, Some(record.organization), Some(unit)).await?;
    }
    for unit in both.into_iter().filter(|_| holdings.users > 0) {
        reaches(work, users::ASSIGN, Some(record.organization), Some(unit)).await?;
    }
    if holdings.users > 0 {
        let (people, above) = (rows::people(record.id), rows::assigned_above(id));
        conferring::takes_from(work, &people, users::ASSIGN).await?;
        conferring::reaching(work, &above, &[Level::Unit, Level::Division]).await?;
    }
    if holdings.assigned > 0 {
        let assigned = rows::assigned(record.id);
        conferring::reaching(work, &assigned, &[Level::Unit, Level::Division]).await?;
    }
    let now = work.now();
    rows::move_records(&mut work.tx, record.id, id, now).await?;
    Ok(target.name)
}
