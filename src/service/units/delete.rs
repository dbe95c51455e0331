//! Deleting a unit: what it owns goes to another unit, the units below it move up.

use super::owned::{Handover, UnitFate, owned};
use super::{DELETE, full_name, looked, within};
use crate::domain::permission::Permission;
use crate::domain::text::list;
use crate::service::consent::DELETE_TIER;
use crate::service::{
    Action, Consent, Deletion, Error, Event, Look, Query, RecordRef, Result, Work,
};
use crate::store::Tx;
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
        Event::new("unit_deleted").on_named("unit", self.unit.named())
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
            let bench = &mut work.bench();
            let handover = Handover::to(bench, &record, target, holdings, UnitFate::Ends).await?;
            handover.check(bench).await?;
            handover.carry_out(work).await?;
            moved_to = Some(handover.to.name);
        }
        // Up, not aside: whoever reaches the unit from above reaches those below it already.
        for below in rows::below(&mut work.tx, record.id).await? {
            rows::move_under(&mut work.tx, below, record.parent).await?;
        }
        rows::delete(&mut work.tx, record.id).await?;
        let deed = deed(name, holdings, moved_to.as_deref());
        let (reason, ticket) = self.consent.check(work, DELETE_TIER, 1, &deed)?;
        let full = full_name(&record);
        let event = Event {
            reason,
            ticket,
            home: Some(record.organization),
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
    /// The unit that would get what this one owns.
    pub move_records_to: Option<String>,
}

impl Query for DeletionOf {
    type Output = Deletion;

    fn needs(&self) -> Permission {
        DELETE
    }

    async fn run(self, look: &mut Look) -> Result<Deletion> {
        let record = looked(look, &self.unit).await?;
        let holdings = rows::holdings(&mut look.tx, record.id).await?;
        let mut deletion = Deletion::of(look, full_name(&record));
        deletion.blockers.extend(last(&mut look.tx, &record).await?);
        let owned = owned(holdings);
        if !owned.is_empty() {
            let mut next = "another unit".to_owned();
            deletion.needs_successor = self.move_records_to.is_none();
            if let Some(target) = &self.move_records_to {
                let bench = &mut look.bench();
                let ends = UnitFate::Ends;
                let handover = Handover::to(bench, &record, target, holdings, ends).await?;
                deletion.and_block(handover.blocker(bench).await?);
                next = handover.to.full_name();
            }
            deletion.effects.push(goes_to(holdings, &next));
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

/// `delete the unit "Sales", give 2 users, 1 group to the unit "Works" and move the unit below it up`
fn deed(name: &str, holdings: Holdings, moved_to: Option<&str>) -> String {
    let mut deeds = vec![format!("delete the unit \"{name}\"")];
    if let Some(to) = moved_to {
        let owned = owned(holdings).join(", ");
        deeds.push(format!("give {owned} to the unit \"{to}\""));
    }
    match holdings.units {
        0 => {}
        1 => deeds.push("move the unit below it up".to_owned()),
        number => deeds.push(format!("move the {number} units below it up")),
    }
    list(&deeds, "and")
}

/// `2 users, 1 deleted user, 1 group go to Acme/Works.`
fn goes_to(holdings: Holdings, next: &str) -> String {
    let goes = match holdings.users + holdings.assigned + holdings.groups {
        1 => "goes",
        _ => "go",
    };
    format!("{} {goes} to {next}.", owned(holdings).join(", "))
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
