//! Who holds a role.

use super::{MEMBERS, VIEW, within};
use crate::domain::RoleId;
use crate::domain::permission::Permission;
use crate::service::jobs::Targets;
use crate::service::members::{self, Direction, Holder, event};
use crate::service::records::full_name;
use crate::service::{
    Action, Consent, Error, Event, Look, MembersChanged, MembersPlan, Query, RecordRef, Result,
    Work,
};
use crate::store::members::Holding;
use crate::store::named::NamedKind;
use crate::store::roles::{self as rows, RoleRecord};

/// Gives users a role.
#[derive(Clone, Debug)]
pub struct AddMembers {
    pub role: RecordRef,
    pub targets: Targets,
    pub consent: Consent,
}

/// Takes a role from users.
#[derive(Clone, Debug)]
pub struct RemoveMembers {
    pub role: RecordRef,
    pub targets: Targets,
    pub consent: Consent,
}

/// What [`AddMembers`], or with `remove` [`RemoveMembers`], would do now.
#[derive(Clone, Debug)]
pub struct PlanMembers {
    pub role: RecordRef,
    pub targets: Targets,
    pub remove: bool,
}

fn holder(record: RoleRecord) -> Holder {
    Holder {
        holding: Holding::Role(record.id),
        kind: "role",
        id: record.id.0,
        name: full_name(record.organization_name.as_deref(), &record.name),
        organization: record.organization.zip(record.organization_name),
        permission: MEMBERS,
    }
}

impl Action for AddMembers {
    type Output = MembersChanged;

    fn needs(&self) -> Permission {
        MEMBERS
    }

    fn event(&self) -> Event {
        event("role", Direction::Add).on("role", None, &self.role.shown())
    }

    async fn run(self, work: &mut Work) -> Result<MembersChanged> {
        let holder = holder(within(work, &self.role, MEMBERS).await?);
        members::change(work, &holder, Direction::Add, self.targets, &self.consent).await
    }
}

impl Action for RemoveMembers {
    type Output = MembersChanged;

    fn needs(&self) -> Permission {
        MEMBERS
    }

    fn event(&self) -> Event {
        event("role", Direction::Remove).on("role", None, &self.role.shown())
    }

    async fn run(self, work: &mut Work) -> Result<MembersChanged> {
        let holder = holder(within(work, &self.role, MEMBERS).await?);
        members::change(
            work,
            &holder,
            Direction::Remove,
            self.targets,
            &self.consent,
        )
        .await
    }
}

impl Query for PlanMembers {
    type Output = MembersPlan;

    fn needs(&self) -> Permission {
        MEMBERS
    }

    async fn run(self, look: &mut Look) -> Result<MembersPlan> {
        let id = RoleId(self.role.look(look, NamedKind::Role).await?);
        let scope = look.scope(VIEW).await?;
        let record = rows::lookup(&mut look.tx, &scope, id)
            .await?
            .ok_or_else(|| Error::missing("role", self.role.shown()))?;
        let direction = if self.remove {
            Direction::Remove
        } else {
            Direction::Add
        };
        members::plan(look, &holder(record), direction, self.targets).await
    }
}
