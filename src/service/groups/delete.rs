//! Deleting a group: its members keep their other roles, and each must have one.

use super::{DELETE, within};
use crate::domain::permission::Permission;
use crate::service::consent::DELETE_TIER;
use crate::service::records::full_name;
use crate::service::users::Guard;
use crate::service::{Action, Consent, Error, Event, RecordRef, Result, Work, conferring};
use crate::store::groups as rows;
use crate::store::members::{self, Holding};
use serde_json::json;

#[derive(Clone, Debug)]
pub struct DeleteGroup {
    pub group: RecordRef,
    pub consent: Consent,
}

impl Action for DeleteGroup {
    type Output = ();

    fn needs(&self) -> Permission {
        DELETE
    }

    fn event(&self) -> Event {
        Event::new("group_deleted").on("group", None, &self.group.shown())
    }

    async fn run(self, work: &mut Work) -> Result<()> {
        let record = within(work, &self.group, DELETE).await?;
        let (id, name) = (record.id, &record.name);
        if record.built_in {
            return Err(Error::Rule(format!(
                "The group \"{name}\" is built in and can't be deleted; take its members out instead."
            )));
        }
        let everybody = Holding::Group(id).everybody();
        let operator = work.operator();
        if members::includes(&mut work.tx, &everybody, operator).await? {
            return Err(Error::Rule(format!(
                "You are in the group \"{name}\", and nobody changes their own groups; another administrator has to delete it."
            )));
        }
        conferring::takes_from(work, &everybody, DELETE).await?;
        let denies = conferring::denies_of(work, &[], &[id.0]).await?;
        conferring::dropping(work, &denies).await?;
        let administered = Guard::has_administrator(work).await?;
        // Listed before the group is gone, and looked at after.
        let users = everybody.ints(&mut work.tx).await?;
        let now = work.now();
        members::touch(&mut work.tx, &Holding::Group(id).members(), now).await?;
        rows::delete(&mut work.tx, id).await?;
        conferring::leaves_role(work, &members::these(&users)).await?;
        Guard::keeps_administrator(work, administered).await?;
        let members = match users.len() {
            1 => "1 member".to_owned(),
            number => format!("{number} members"),
        };
        let deed = format!("delete the group \"{name}\" with {members}");
        let (reason, ticket) = self.consent.check(work, DELETE_TIER, 1, &deed)?;
        let full = full_name(record.organization_name.as_deref(), name);
        let event = Event {
            reason,
            ticket,
            ..Event::new("group_deleted")
        };
        let changes = json!({ "name": [full, ""], "members": users.len() });
        work.audit(event.on("group", id.0, &full).changing(changes.to_string()))
            .await
    }
}
