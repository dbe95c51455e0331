//! Deleting an organization that nothing belongs to.

use super::{DELETE, VIEW, within};
use crate::domain::OrganizationId;
use crate::domain::permission::Permission;
use crate::service::consent::DELETE_TIER;
use crate::service::records::counted;
use crate::service::sight::with_others;
use crate::service::{
    Action, Consent, Deletion, Error, Event, Look, Query, RecordRef, Result, Rights, Work,
};
use crate::store::Tx;
use crate::store::named::NamedKind;
use crate::store::organizations::{self as rows, Belongings};
use serde_json::json;

#[derive(Clone, Debug)]
pub struct DeleteOrganization {
    pub organization: RecordRef,
    pub consent: Consent,
}

impl Action for DeleteOrganization {
    type Output = ();

    fn needs(&self) -> Permission {
        DELETE
    }

    fn event(&self) -> Event {
        Event::new("organization_deleted").on_named("organization", self.organization.named())
    }

    async fn run(self, work: &mut Work) -> Result<()> {
        let record = within(work, &self.organization, DELETE).await?;
        let name = &record.name;
        if let Some(sentence) = worked_in(name, record.id == work.organization()) {
            return Err(Error::Rule(sentence));
        }
        if let Some(owned) = owned(&mut work.tx, &work.rights, record.id).await? {
            return Err(Error::Rule(format!(
                "The organization \"{name}\" still owns {owned}; move or delete them first, or disable the organization."
            )));
        }
        let deed = format!("delete the organization \"{name}\"");
        let (reason, ticket) = self.consent.check(work, DELETE_TIER, 1, &deed)?;
        rows::delete(&mut work.tx, record.id).await?;
        let event = Event {
            reason,
            ticket,
            home: Some(record.id),
            ..Event::new("organization_deleted")
        };
        work.audit(
            event
                .on("organization", record.id.0, name)
                .changing(json!({ "name": [name, ""] }).to_string()),
        )
        .await
    }
}

/// What stands in the way of deleting an organization.
#[derive(Clone, Debug)]
pub struct DeletionOf {
    pub organization: RecordRef,
}

impl Query for DeletionOf {
    type Output = Deletion;

    fn needs(&self) -> Permission {
        DELETE
    }

    async fn run(self, look: &mut Look) -> Result<Deletion> {
        let id = OrganizationId(
            self.organization
                .look(look, NamedKind::Organization)
                .await?,
        );
        let scope = look.scope(VIEW).await?;
        let record = rows::lookup(&mut look.tx, &scope, id)
            .await?
            .ok_or_else(|| Error::missing("organization", self.organization.shown()))?;
        let here = look.session.organization == id;
        let owned = owned(&mut look.tx, &look.rights, id).await?;
        let owned = owned.map(|owned| format!("It still owns {owned}; move or delete them first."));
        Ok(Deletion {
            blockers: worked_in(&record.name, here)
                .into_iter()
                .chain(owned)
                .collect(),
            effects: vec!["Its last unit goes with it.".to_owned()],
            ..Deletion::of(look, record.name)
        })
    }
}

/// Why nobody deletes the organization they work in.
fn worked_in(name: &str, is_here: bool) -> Option<String> {
    is_here.then(|| {
        format!(
            "You work in \"{name}\", so you can't delete it; work in another organization first."
        )
    })
}

/// What keeps an organization from being deleted, counted as far as the operator sees it.
async fn owned(tx: &mut Tx, rights: &Rights, id: OrganizationId) -> Result<Option<String>> {
    let all = words(rows::belongings(tx, id).await?);
    if all.is_empty() {
        return Ok(None);
    }
    let seen = rows::belongings_seen(tx, id, &rights.seen()).await?;
    Ok(Some(with_others(&words(seen), &all)))
}

/// What an organization has, but for its last unit, which goes with it: nobody belongs there.
fn words(belongings: Belongings) -> Vec<String> {
    counted(&[
        (belongings.users - belongings.deleted_users, "user", "users"),
        (belongings.deleted_users, "deleted user", "deleted users"),
        (
            belongings.guests,
            "user of another organization who may sign in to it",
            "users of other organizations who may sign in to it",
        ),
        (
            belongings.units - 1,
            "unit besides its last",
            "units besides its last",
        ),
        (belongings.groups, "group", "groups"),
        (belongings.roles, "role", "roles"),
    ])
}
