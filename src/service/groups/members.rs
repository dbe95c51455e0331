//! Who is in a group.

use super::{MEMBERS, VIEW, within};
use crate::domain::GroupId;
use crate::domain::permission::Permission;
use crate::service::jobs::Targets;
use crate::service::members::{self, Direction, Holder, event};
use crate::service::records::full_name;
use crate::service::{
    Action, Consent, Error, Event, Look, MembersChanged, MembersPlan, Query, RecordRef, Result,
    Work,
};
use crate::store::groups::{self as rows, GroupRecord};
use crate::store::members::Holding;
use crate::store::named::NamedKind;

/// Puts users into a group.
#[derive(Clone, Debug)]
pub struct AddMembers {
    pub group: RecordRef,
    pub targets: Targets,
    pub consent: Consent,
}

/// Takes users out of a group.
#[derive(Clone, Debug)]
pub struct RemoveMembers {
    pub group: RecordRef,
    pub targets: Targets,
    pub consent: Consent,
}

/// What [`AddMembers`], or with `remove` [`RemoveMembers`], would do now.
#[derive(Clone, Debug)]
pub struct PlanMembers {
    pub group: RecordRef,
    pub targets: Targets,
    pub remove: bool,
}

fn holder(record: GroupRecord) -> Holder {
    Holder {
        holding: Holding::Group(record.id),
        kind: "group",
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
        event("group", Direction::Add).on("group", None, &self.group.shown())
    }

    async fn run(self, work: &mut Work) -> Result<MembersChanged> {
        let holder = holder(within(work, &self.group, MEMBERS).await?);
        members::change(work, &holder, Direction::Add, self.targets, &self.consent).await
    }
}

impl Action for RemoveMembers {
    type Output = MembersChanged;

    fn needs(&self) -> Permission {
        MEMBERS
    }

    fn event(&self) -> Event {
        event("group", Direction::Remove).on("group", None, &self.group.shown())
    }

    async fn run(self, work: &mut Work) -> Result<MembersChanged> {
        let holder = holder(within(work, &self.group, MEMBERS).await?);
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
        let id = GroupId(self.group.look(look, NamedKind::Group).await?);
        let scope = look.scope(VIEW).await?;
        let record = rows::lookup(&mut look.tx, &scope, id)
            .await?
            .ok_or_else(|| Error::missing("group", self.group.shown()))?;
        let direction = if self.remove {
            Direction::Remove
        } else {
            Direction::Add
        };
        members::plan(look, &holder(record), direction, self.targets).await
    }
}
