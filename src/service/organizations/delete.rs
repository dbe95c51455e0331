//! Deleting an organization that nothing belongs to.

use super::{DELETE, within};
use crate::domain::permission::Permission;
use crate::service::consent::DELETE_TIER;
use crate::service::records::counted;
use crate::service::{Action, Consent, Error, Event, RecordRef, Result, Work};
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
        Event::new("organization_deleted").on("organization", None, &self.organization.shown())
    }

    async fn run(self, work: &mut Work) -> Result<()> {
        let record = within(work, &self.organization, DELETE).await?;
        let name = &record.name;
        if record.id == work.organization() {
            return Err(Error::Rule(format!(
                "You work in \"{name}\", so you can't delete it; sign in to another organization first."
            )));
        }
        let belongings = rows::belongings(&mut work.tx, record.id).await?;
        let owned = owned(belongings);
        if !owned.is_empty() {
            return Err(Error::Rule(format!(
                "The organization \"{name}\" still owns {}; move or delete them first, or disable the organization.",
                owned.join(", ")
            )));
        }
        let deed = format!("delete the organization \"{name}\"");
        let (reason, ticket) = self.consent.check(work, DELETE_TIER, 1, &deed)?;
        rows::delete(&mut work.tx, record.id).await?;
        let event = Event {
            reason,
            ticket,
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

/// What keeps an organization from being deleted, counted. Its last unit goes with it: nobody belongs there.
fn owned(belongings: Belongings) -> Vec<String> {
    counted(&[
        (
            belongings.users,
            "user (deleted ones included)",
            "users (deleted ones included)",
        ),
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
