//! Deleting a unit: what it owns goes to another unit, the units below it move up.

use super::owned::{Handover, UnitFate, owned};
use super::{DELETE, full_name, looked, within};
use crate::domain::permission::Permission;
use crate::domain::text::{capitalized, counted, list};
use crate::service::consent::DELETE_TIER;
use crate::service::sight::with_others;
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
        let seen = rows::holdings_seen(&mut work.tx, record.id, &work.rights.seen()).await?;
        let mut moved_to = None;
        let all = owned(holdings);
        let told = with_others(&owned(seen), &all);
        if !all.is_empty() {
            let Some(target) = &self.move_records_to else {
                return Err(Error::Rule(format!(
                    "The unit \"{name}\" still has {told}; say where they go with --move-records-to UNIT."
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
        let deed = deed(name, &told, below(seen, holdings), moved_to.as_deref());
        let (reason, ticket) = self.consent.check(work, DELETE_TIER, 1, &deed)?;
        let full = full_name(&record);
        let event = Event {
            reason,
            ticket,
            home: Some(record.organization),
            ..Event::new("unit_deleted")
        };
        let changes = json!({ "name": [full, ""], "moved_to": moved_to, "moved": all });
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
        let seen = rows::holdings_seen(&mut look.tx, record.id, &look.rights.seen()).await?;
        let mut deletion = Deletion::of(look, full_name(&record));
        deletion.blockers.extend(last(&mut look.tx, &record).await?);
        let all = owned(holdings);
        if !all.is_empty() {
            let mut next = "another unit".to_owned();
            deletion.needs_successor = self.move_records_to.is_none();
            if let Some(target) = &self.move_records_to {
                let bench = &mut look.bench();
                let ends = UnitFate::Ends;
                let handover = Handover::to(bench, &record, target, holdings, ends).await?;
                deletion.and_block(handover.blocker(bench).await?);
                next = handover.to.full_name();
            }
            deletion.effects.push(goes_to(seen, &all, &next));
        }
        if let Some((units, moves)) = below(seen, holdings) {
            let units = capitalized(&units);
            deletion.effects.push(format!("{units} {moves} up."));
        }
        Ok(deletion)
    }
}

/// `delete the unit "Sales", give 2 users and 1 group to the unit "Works" and move the unit below it up`
fn deed(name: &str, owned: &str, below: Option<(String, &str)>, moved_to: Option<&str>) -> String {
    let mut deeds = vec![format!("delete the unit \"{name}\"")];
    deeds.extend(moved_to.map(|to| format!("give {owned} to the unit \"{to}\"")));
    deeds.extend(below.map(|(units, _)| format!("move {units} up")));
    list(&deeds, "and")
}

/// What lies below a unit, as far as it is seen, and that it `moves` or `move`.
fn below(seen: Holdings, all: Holdings) -> Option<(String, &'static str)> {
    let units = match (seen.units, all.units) {
        (_, 0) => return None,
        (1, 1) => return Some(("the unit below it".to_owned(), "moves")),
        (0, _) => "units below it that you may not see".to_owned(),
        (number, all) if number == all => format!("the {number} units below it"),
        (number, _) => format!(
            "{} below it and others that you may not see",
            counted(number, "unit", "units")
        ),
    };
    Some((units, "move"))
}

/// `2 users, 1 deleted user and 1 group go to Acme/Works.`
fn goes_to(seen: Holdings, all: &[String], next: &str) -> String {
    let words = owned(seen);
    let number = seen.users + seen.assigned + seen.groups;
    let goes = if number == 1 && words == all {
        "goes"
    } else {
        "go"
    };
    format!(
        "{} {goes} to {next}.",
        capitalized(&with_others(&words, all))
    )
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
