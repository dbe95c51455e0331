//! Editing, enabling and disabling an organization, over the version that was seen.

use super::{DISABLE, EDIT, ENABLE, REACHED, taken, within};
use crate::domain::permission::Permission;
use crate::domain::text::counted;
use crate::service::consent::Weight;
use crate::service::records::{Changes, checked_description, checked_name, reaches_record};
use crate::service::users::Guard;
use crate::service::{
    Action, Asking, Consent, Edited, Error, Event, RecordRef, Result, Work, conferring, names,
};
use crate::store::Scope;
use crate::store::organizations::{self as rows, OrganizationRecord, OrganizationWrite};

/// What is to change; `None` stays as it is.
#[derive(Clone, Debug, Default)]
pub struct OrganizationChanges {
    pub name: Option<String>,
    pub description: Option<String>,
    /// Nobody can sign in to an organization that is disabled.
    pub enabled: Option<bool>,
}

#[derive(Clone, Debug)]
pub struct UpdateOrganization {
    pub organization: RecordRef,
    /// The version that was seen; `None` takes the one of this moment.
    pub version: Option<i64>,
    pub changes: OrganizationChanges,
    /// Disabling shuts everybody out who may sign in to it.
    pub consent: Consent,
}

impl UpdateOrganization {
    /// Enabling and disabling are rights of their own.
    const fn switch(&self) -> Option<Permission> {
        match self.changes.enabled {
            Some(true) => Some(ENABLE),
            Some(false) => Some(DISABLE),
            None => None,
        }
    }
}

impl Action for UpdateOrganization {
    type Output = Edited;

    fn needs(&self) -> Permission {
        match self.switch() {
            Some(switch) if self.changes.name.is_none() && self.changes.description.is_none() => {
                switch
            }
            _ => EDIT,
        }
    }

    fn event(&self) -> Event {
        Event::new("organization_updated").on_named("organization", self.organization.named())
    }

    async fn run(self, work: &mut Work) -> Result<Edited> {
        let record = within(work, &self.organization, self.needs()).await?;
        let conflict = || Error::Conflict {
            kind: "organization",
            name: names::shown(&record.name),
        };
        if self
            .version
            .is_some_and(|version| version != record.version)
        {
            return Err(conflict());
        }
        let enabled = self.changes.enabled.unwrap_or(record.enabled);
        let administered = Guard::has_administrator(work).await?;
        let mut weight = Weight::default();
        if enabled != record.enabled
            && let Some(switch) = self.switch()
        {
            check_switch(work, &record, switch).await?;
            weight = Weight::on(work, &rows::who_may_enter(record.id)).await?;
            weight.takes = !enabled;
        }
        let name = match &self.changes.name {
            Some(name) => checked_name(name)?,
            None => record.name.clone(),
        };
        let write = OrganizationWrite {
            name_key: names::key(&name),
            name,
            description: match &self.changes.description {
                Some(description) => checked_description(description)?,
                None => record.description.clone(),
            },
            enabled,
        };
        let now = work.now();
        if !rows::update(&mut work.tx, record.id, record.version, &write, now)
            .await
            .map_err(|error| taken(error, &write.name))?
        {
            return Err(conflict());
        }
        Guard::keeps_administrator(work, administered).await?;
        let mut noted = Changes::default();
        noted.note("name", &record.name, &write.name);
        noted.note("description", &record.description, &write.description);
        noted.note("enabled", &record.enabled, &write.enabled);
        let mut event =
            Event::new("organization_updated").on("organization", record.id.0, &write.name);
        let verb = if enabled { "enable" } else { "disable" };
        let deed = format!(
            "{verb} the organization \"{}\" for {}",
            write.name,
            counted(weight.number, "user", "users")
        );
        let fields = noted.names();
        let asks = self
            .consent
            .weigh(work, (weight, &fields), (verb, deed), &mut event)
            .await?;
        work.audit(event.changing(noted.json())).await?;
        Ok(Edited { fields, asks })
    }
}

impl Asking for UpdateOrganization {
    fn consent(&mut self) -> &mut Consent {
        &mut self.consent
    }
}

async fn check_switch(
    work: &mut Work,
    record: &OrganizationRecord,
    switch: Permission,
) -> Result<()> {
    reaches_record(work, switch, REACHED, record.id.0, Scope::organizations).await?;
    if switch != DISABLE {
        return Ok(());
    }
    if record.id == work.organization() {
        return Err(Error::Rule(format!(
            "You work in \"{}\", so you can't disable it; work in another organization first.",
            record.name
        )));
    }
    let users = rows::who_may_enter(record.id);
    conferring::takes_from(work, &users, DISABLE).await
}
