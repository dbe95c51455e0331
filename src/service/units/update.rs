//! Editing a unit and moving it, with all below it, under another parent.

use super::create::{note_texts, parent};
use super::{EDIT, checked_email, checked_phone, checked_website, full_name, taken, within};
use crate::domain::UnitId;
use crate::domain::permission::{Level, Permission};
use crate::domain::text::counted;
use crate::service::consent::Weight;
use crate::service::records::{Changes, checked_description, checked_name, reaches};
use crate::service::{
    Action, Asking, Consent, Edited, Error, Event, RecordRef, Result, Work, conferring, names,
};
use crate::store::units::{self as rows, UnitRecord, UnitWrite};

/// What is to change; `None` stays as it is.
#[derive(Clone, Debug, Default)]
pub struct UnitChanges {
    pub name: Option<String>,
    /// Empty moves the unit to the top of the tree.
    pub parent: Option<String>,
    pub phone: Option<String>,
    pub email: Option<String>,
    pub website: Option<String>,
    pub fax: Option<String>,
    pub description: Option<String>,
}

#[derive(Clone, Debug)]
pub struct UpdateUnit {
    pub unit: RecordRef,
    /// The version that was seen; `None` takes the one of this moment.
    pub version: Option<i64>,
    pub changes: UnitChanges,
    /// Moving it changes who reaches everybody in it and below.
    pub consent: Consent,
}

impl Action for UpdateUnit {
    type Output = Edited;

    fn needs(&self) -> Permission {
        EDIT
    }

    fn event(&self) -> Event {
        Event::new("unit_updated").on_named("unit", self.unit.named())
    }

    async fn run(self, work: &mut Work) -> Result<Edited> {
        let record = within(work, &self.unit, EDIT).await?;
        let conflict = || Error::Conflict {
            kind: "unit",
            name: names::shown(&record.write.name),
        };
        if self
            .version
            .is_some_and(|version| version != record.version)
        {
            return Err(conflict());
        }
        let changes = self.changes;
        let write = write(&record.write, &changes)?;
        let now = work.now();
        if !rows::update(&mut work.tx, record.id, record.version, &write, now)
            .await
            .map_err(|error| taken(error, &write.name, &record.organization_name))?
        {
            return Err(conflict());
        }
        let mut noted = Changes::default();
        noted.note("name", &record.write.name, &write.name);
        note_texts(&mut noted, &record.write, &write);
        let mut weight = Weight::default();
        if let Some(parent) = &changes.parent {
            weight = move_unit(work, &record, parent, &mut noted).await?;
        }
        let mut event = Event::new("unit_updated").on("unit", record.id.0, &full_name(&record));
        let deed = format!(
            "move the unit \"{}\" with {} in it and below",
            write.name,
            counted(weight.number, "user", "users")
        );
        let fields = noted.names();
        let asks = self
            .consent
            .weigh(work, (weight, &fields), ("move", deed), &mut event)
            .await?;
        work.audit(event.changing(noted.json())).await?;
        Ok(Edited { fields, asks })
    }
}

impl Asking for UpdateUnit {
    fn consent(&mut self) -> &mut Consent {
        &mut self.consent
    }
}

fn write(before: &UnitWrite, changes: &UnitChanges) -> Result<UnitWrite> {
    let or = |new: &Option<String>, old: &String| new.as_ref().unwrap_or(old).clone();
    // What stays as it is was checked when it was written.
    let checked = |new: &Option<String>, old: &String, check: &dyn Fn(&str) -> Result<String>| {
        new.as_ref()
            .map_or_else(|| Ok(old.clone()), |text| check(text))
    };
    let name = match &changes.name {
        Some(name) => checked_name(name)?,
        None => or(&changes.name, &before.name),
    };
    Ok(UnitWrite {
        name_key: names::key(&name),
        name,
        phone: checked(&changes.phone, &before.phone, &|text| {
            checked_phone("phone", text)
        })?,
        email: checked(&changes.email, &before.email, &checked_email)?,
        website: checked(&changes.website, &before.website, &checked_website)?,
        fax: checked(&changes.fax, &before.fax, &|text| {
            checked_phone("fax", text)
        })?,
        description: checked(
            &changes.description,
            &before.description,
            &checked_description,
        )?,
    })
}

/// Moves the unit. Whoever is assigned above its new place reaches it from there, so the mover must hold what they do;
/// whoever is assigned above its old one reaches it no more.
async fn move_unit(
    work: &mut Work,
    record: &UnitRecord,
    name: &str,
    noted: &mut Changes,
) -> Result<Weight> {
    let new = if name.trim().is_empty() {
        None
    } else {
        let place = (record.organization, &*record.organization_name);
        Some(parent(work, place, name, None).await?)
    };
    let new_id = new.as_ref().map(|(id, _)| *id);
    if new_id == record.parent {
        return Ok(Weight::default());
    }
    reaches(work, EDIT, Some(record.organization), new_id).await?;
    if let Some((id, new_name)) = &new {
        refuse_cycle(work, record, *id, new_name).await?;
        let above = rows::assigned_above(*id);
        let levels = [Level::Division];
        conferring::reaching(work, &above, &levels).await?;
        conferring::handing_unit(work, record.id, &above, &levels).await?;
        let held = conferring::near_rules_of(&mut work.tx, &above, &levels).await?;
        conferring::spreading(work, &held, &rows::and_below(record.id)).await?;
    }
    rows::move_under(&mut work.tx, record.id, new_id).await?;
    noted.note("parent", &record.parent_name, &new.map(|(_, name)| name));
    let weight = Weight::on(work, &rows::people_below(record.id)).await?;
    Ok(Weight {
        takes: record.parent.is_some(),
        ..weight
    })
}

async fn refuse_cycle(
    work: &mut Work,
    record: &UnitRecord,
    parent: UnitId,
    parent_name: &str,
) -> Result<()> {
    if rows::is_within(&mut work.tx, parent, record.id).await? {
        let name = &record.write.name;
        let why = if parent == record.id {
            format!("\"{name}\" can't be its own parent")
        } else {
            format!("\"{parent_name}\" lies below \"{name}\"")
        };
        let message = format!("{why}; choose a unit outside of it");
        return Err(Error::unfit("parent", message));
    }
    Ok(())
}
