//! Deleting a role: whoever has it, users and groups, gets another in its place.

use super::{DELETE, refuse_built_in, seen, within};
use crate::domain::permission::Permission;
use crate::service::conferring::few;
use crate::service::consent::DELETE_TIER;
use crate::service::records::{counted, full_name};
use crate::service::users::Guard;
use crate::service::{Action, Consent, Error, Event, RecordRef, Result, Work, conferring};
use crate::store::members::{self, Holding};
use crate::store::roles::{self as rows, RoleRecord};
use crate::store::rules::{self, Owner};
use serde_json::json;

/// Names that a refusal lists.
const NAMED_MAX: i64 = 3;

#[derive(Clone, Debug)]
pub struct DeleteRole {
    pub role: RecordRef,
    /// The role that takes its place, where it is in use.
    pub move_holders_to: Option<RecordRef>,
    pub consent: Consent,
}

impl Action for DeleteRole {
    type Output = ();

    fn needs(&self) -> Permission {
        DELETE
    }

    fn event(&self) -> Event {
        Event::new("role_deleted").on("role", None, &self.role.shown())
    }

    async fn run(self, work: &mut Work) -> Result<()> {
        let record = within(work, &self.role, DELETE).await?;
        refuse_built_in(&record, "deleted")?;
        let (users, groups) = rows::uses(&mut work.tx, record.id).await?;
        let administered = Guard::has_administrator(work).await?;
        let mut moved_to = String::new();
        if users + groups > 0 {
            let Some(next) = &self.move_holders_to else {
                let holders = counted(&[(users, "user", "users"), (groups, "group", "groups")]);
                return Err(Error::Rule(format!(
                    "The role \"{}\" is in use by {}; say where they go with --move-holders-to ROLE.",
                    record.name,
                    holders.join(" and ")
                )));
            };
            let next = seen(work, next).await?;
            move_holders(work, &record, &next).await?;
            moved_to = full_name(next.organization_name.as_deref(), &next.name);
        }
        rows::delete(&mut work.tx, record.id).await?;
        Guard::keeps_administrator(work, administered).await?;
        let deed = format!("delete the role \"{}\"", record.name);
        let (reason, ticket) = self.consent.check(work, DELETE_TIER, 1, &deed)?;
        let full = full_name(record.organization_name.as_deref(), &record.name);
        let event = Event {
            reason,
            ticket,
            ..Event::new("role_deleted")
        };
        let changes =
            json!({ "name": [full, ""], "users": users, "groups": groups, "moved_to": moved_to });
        work.audit(
            event
                .on("role", record.id.0, &full)
                .changing(changes.to_string()),
        )
        .await
    }
}

async fn move_holders(work: &mut Work, from: &RoleRecord, to: &RoleRecord) -> Result<()> {
    if from.id == to.id {
        return Err(Error::Rule(format!(
            "The holders of \"{}\" can't move to the role that is deleted; name another one.",
            from.name
        )));
    }
    let everybody = Holding::Role(from.id).everybody();
    let operator = work.operator();
    if members::includes(&mut work.tx, &everybody, operator).await? {
        return Err(Error::Rule(format!(
            "You have the role \"{}\" yourself, and nobody changes their own roles; another administrator has to delete it.",
            from.name
        )));
    }
    refuse_outsiders(work, from, to).await?;
    Guard::confers(work, &[to.id.0], &[]).await?;
    let denies = conferring::dropped_denies(
        &rules::list(&mut work.tx, Owner::Role(from.id)).await?,
        &rules::list(&mut work.tx, Owner::Role(to.id)).await?,
    );
    conferring::dropping(work, &denies).await?;
    conferring::takes_from(work, &everybody, DELETE).await?;
    let now = work.now();
    members::touch(&mut work.tx, &Holding::Role(from.id).members(), now).await?;
    Ok(rows::move_holders(&mut work.tx, from.id, to.id).await?)
}

/// A role of an organization goes only to users who may sign in there, and to groups of that organization.
async fn refuse_outsiders(work: &mut Work, from: &RoleRecord, to: &RoleRecord) -> Result<()> {
    let Some(organization) = to.organization else {
        return Ok(());
    };
    let place = to.organization_name.clone().unwrap_or_default();
    let holders = Holding::Role(from.id).members();
    let (number, names) =
        members::strangers(&mut work.tx, &holders, organization, NAMED_MAX).await?;
    if number > 0 {
        return Err(Error::Rule(format!(
            "The role {place}/{} goes only to users who may sign in to {place}, and {} may not; choose another role.",
            to.name,
            few(number, &names)
        )));
    }
    let groups = rows::conferring(&mut work.tx, from.id).await?;
    if let Some((_, group, _)) = groups
        .iter()
        .find(|(_, _, home)| *home != Some(organization))
    {
        return Err(Error::Rule(format!(
            "The group \"{group}\" confers \"{}\" and does not belong to {place}, so it can't confer {place}/{}; choose another role.",
            from.name, to.name
        )));
    }
    Ok(())
}
