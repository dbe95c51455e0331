//! Editing a role: the fields that are given change, over the version that was seen.

use super::{EDIT, refuse_built_in, refuse_built_in_name, taken, within};
use crate::domain::permission::Permission;
use crate::domain::text::counted;
use crate::service::consent::Weight;
use crate::service::records::{Changes, checked_description, checked_name, full_name};
use crate::service::users::Guard;
use crate::service::{
    Action, Asking, Consent, Edited, Error, Event, ListChange, RecordRef, Result, Work, conferring,
    names,
};
use crate::store::members::Holding;
use crate::store::roles::{self as rows, RoleWrite};
use crate::store::rules::{self, Owner};

/// What is to change; `None` stays as it is.
#[derive(Clone, Debug, Default)]
pub struct RoleChanges {
    pub name: Option<String>,
    pub description: Option<String>,
    pub rules: ListChange,
}

#[derive(Clone, Debug)]
pub struct UpdateRole {
    pub role: RecordRef,
    /// The version that was seen; `None` takes the one of this moment.
    pub version: Option<i64>,
    pub changes: RoleChanges,
    /// What its holders can do changes with its rules.
    pub consent: Consent,
}

impl Action for UpdateRole {
    type Output = Edited;

    fn needs(&self) -> Permission {
        EDIT
    }

    fn event(&self) -> Event {
        Event::new("role_updated").on_named("role", self.role.named())
    }

    async fn run(self, work: &mut Work) -> Result<Edited> {
        let record = within(work, &self.role, EDIT).await?;
        refuse_built_in(&record, "edited")?;
        let conflict = || Error::Conflict {
            kind: "role",
            name: names::shown(&record.name),
        };
        if self
            .version
            .is_some_and(|version| version != record.version)
        {
            return Err(conflict());
        }
        let changes = self.changes;
        let mut noted = Changes::default();
        let name = match &changes.name {
            Some(name) => checked_name(name)?,
            None => record.name.clone(),
        };
        if names::key(&name) != names::key(&record.name) {
            refuse_built_in_name(&name)?;
        }
        let description = match &changes.description {
            Some(description) => checked_description(description)?,
            None => record.description.clone(),
        };
        noted.note("name", &record.name, &name);
        noted.note("description", &record.description, &description);
        let write = RoleWrite {
            name_key: names::key(&name),
            name,
            description,
        };
        let owner = Owner::Role(record.id);
        let before = rules::list(&mut work.tx, owner).await?;
        let after = changes.rules.rules(&mut work.tx, &before).await?;
        noted.rules(&before, &after);

        let administered = Guard::has_administrator(work).await?;
        let (now, place) = (work.now(), record.organization_name.as_deref());
        if !rows::update(&mut work.tx, record.id, record.version, &write, now)
            .await
            .map_err(|error| taken(error, &write.name, place))?
        {
            return Err(conflict());
        }
        let mut weight = Weight::default();
        if before != after {
            conferring::rules(work, &conferring::fresh(&before, &after))?;
            let holders = Holding::Role(record.id).everybody();
            weight = Weight::on(work, &holders).await?.and_rules(&before, &after);
            let (home, rules) = (record.organization, (&before[..], &after[..]));
            conferring::rules_abroad(work, home, rules, &holders).await?;
            conferring::rules_where_they_are(work, home, rules, &holders).await?;
            let dropped = conferring::dropped_denies(&before, &after);
            conferring::dropping(work, &dropped, &holders).await?;
            if conferring::takes(&before, &after) {
                conferring::takes_from(work, &holders, EDIT).await?;
            }
            rules::replace(&mut work.tx, owner, &after).await?;
        }
        Guard::keeps_administrator(work, administered).await?;
        let full = full_name(place, &write.name);
        let mut event = Event::new("role_updated").on("role", record.id.0, &full);
        let deed = format!(
            "change what {} may do by the role \"{full}\"",
            counted(weight.number, "user", "users")
        );
        let fields = noted.names();
        let asks = self
            .consent
            .weigh(work, (weight, &fields), ("update", deed), &mut event)
            .await?;
        work.audit(event.changing(noted.json())).await?;
        Ok(Edited { fields, asks })
    }
}

impl Asking for UpdateRole {
    fn consent(&mut self) -> &mut Consent {
        &mut self.consent
    }
}
