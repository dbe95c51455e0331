//! Deleting a group: its members keep their other roles, and each must have one.

use super::{DELETE, looked_within, within};
use crate::domain::GroupId;
use crate::domain::permission::Permission;
use crate::domain::text::capitalized;
use crate::service::consent::DELETE_TIER;
use crate::service::deletion::{Bench, Deletion, NAMED_MAX};
use crate::service::records::{counted, full_name};
use crate::service::revealed::Shown;
use crate::service::sight::with_others;
use crate::service::users::{self, Guard};
use crate::service::{
    Action, Consent, Error, Event, Look, Query, RecordRef, Result, Work, conferring,
};
use crate::store::Scope;
use crate::store::groups::{self as rows, GroupRecord};
use crate::store::members::{self, Holding};
use crate::store::named::NamedKind;
use crate::store::rules::{self, Owner};
use serde_json::json;

#[derive(Clone, Debug)]
pub struct DeleteGroup {
    pub group: RecordRef,
    pub consent: Consent,
}

/// What [`DeleteGroup`] would do, and what stands against it.
#[derive(Clone, Debug)]
pub struct DeletionOf {
    pub group: RecordRef,
}

impl Action for DeleteGroup {
    type Output = ();

    fn needs(&self) -> Permission {
        DELETE
    }

    fn event(&self) -> Event {
        Event::new("group_deleted").on_named("group", self.group.named())
    }

    async fn run(self, work: &mut Work) -> Result<()> {
        let record = within(work, &self.group, DELETE).await?;
        let (id, name) = (record.id, &record.name);
        if let Some(why) = blockers(&mut work.bench(), &record)
            .await?
            .into_iter()
            .next()
        {
            return Err(why);
        }
        let administered = Guard::has_administrator(work).await?;
        let users = Holding::Group(id).everybody().ints(&mut work.tx).await?;
        let now = work.now();
        members::touch(&mut work.tx, &Holding::Group(id).members(), now).await?;
        let shown = Shown::to(&mut work.tx, &members::these(&users)).await?;
        rows::delete(&mut work.tx, id).await?;
        conferring::revealing(work, &shown).await?;
        conferring::leaves_role(work, &members::these(&users)).await?;
        Guard::keeps_administrator(work, administered).await?;
        let everybody = members::these(&users);
        let seen = work.rights.scope(users::VIEW);
        let seen = members::count_seen(&mut work.tx, &seen, &everybody).await?;
        let all = i64::try_from(users.len()).unwrap_or(i64::MAX);
        let members = |number| counted(&[(number, "member", "members")]);
        let deed = match with_others(&members(seen), &members(all)).as_str() {
            "" => format!("delete the group \"{name}\""),
            members => format!("delete the group \"{name}\" with {members}"),
        };
        let (reason, ticket) = self.consent.check(work, DELETE_TIER, 1, &deed)?;
        let full = full_name(record.organization_name.as_deref(), name);
        let event = Event {
            reason,
            ticket,
            home: record.organization,
            ..Event::new("group_deleted")
        };
        let changes = json!({ "name": [full, ""], "members": users.len() });
        work.audit(event.on("group", id.0, &full).changing(changes.to_string()))
            .await
    }
}

/// Everything that stands against deleting a group; the first of it is what a deletion is refused with.
async fn blockers(bench: &mut Bench<'_>, record: &GroupRecord) -> Result<Vec<Error>> {
    let (id, name) = (record.id, &record.name);
    let mut blockers = Vec::new();
    if record.built_in {
        blockers.push(Error::Rule(format!(
            "The group \"{name}\" is built in and can't be deleted; take its members out instead."
        )));
    }
    let everybody = Holding::Group(id).everybody();
    if members::includes(bench.tx, &everybody, bench.operator).await? {
        blockers.push(Error::Rule(format!(
            "You are in the group \"{name}\", and nobody changes their own groups; another administrator has to delete it."
        )));
    }
    let stronger = conferring::stronger(bench, &everybody, DELETE).await?;
    blockers.extend(stronger.map(Error::from));
    let denies = conferring::denies_in(bench.tx, &[], &[id.0]).await?;
    let freed = conferring::undroppable_from(bench.tx, bench.rights, &denies, &everybody);
    blockers.extend(freed.await?.map(Error::from));
    let roleless = conferring::roleless(bench, &everybody, Some(id)).await?;
    blockers.extend(roleless.map(Error::Rule));
    Ok(blockers)
}

impl Query for DeletionOf {
    type Output = Deletion;

    fn needs(&self) -> Permission {
        DELETE
    }

    async fn run(self, look: &mut Look) -> Result<Deletion> {
        let record = looked_within(look, &self.group, DELETE).await?;
        let full = full_name(record.organization_name.as_deref(), &record.name);
        let mut deletion = Deletion::of(look, full);
        deletion.block(&blockers(&mut look.bench(), &record).await?);
        tell_members(look, record.id, &mut deletion).await?;
        tell_rest(look, record.id, &mut deletion).await?;
        Ok(deletion)
    }
}

async fn tell_members(look: &mut Look, id: GroupId, deletion: &mut Deletion) -> Result<()> {
    let seen = look.rights.scope(users::VIEW);
    let holding = Holding::Group(id);
    let number = members::count(&mut look.tx, &seen, holding).await?;
    let names = members::usernames(&mut look.tx, &seen, holding, NAMED_MAX).await?;
    let all = members::count(&mut look.tx, &Scope::system(), holding).await?;
    if all == 0 {
        deletion.tell("Nobody is in it", 0, &[]);
        return Ok(());
    }
    let users = |number| counted(&[(number, "user", "users")]);
    let who = capitalized(&with_others(&users(number), &users(all)));
    let leave = if all == 1 && number == 1 {
        "leaves"
    } else {
        "leave"
    };
    deletion.tell(&format!("{who} {leave} it"), number, &names);
    let (roles, _) = users::conferred_by(&mut look.tx, &[id.0]).await?;
    let roles = linked_names(look, NamedKind::Role, &roles).await?;
    if !roles.is_empty() {
        let number = i64::try_from(roles.len()).unwrap_or(i64::MAX);
        let beginning = "Unless they have them otherwise, they lose the roles";
        deletion.tell(beginning, number, &roles);
    }
    Ok(())
}

/// The names of those in sight.
async fn linked_names(look: &mut Look, kind: NamedKind, ids: &[i64]) -> Result<Vec<String>> {
    let records = users::in_sight(look, kind, ids).await?;
    Ok(records.into_iter().map(|record| record.name).collect())
}

async fn tell_rest(look: &mut Look, id: GroupId, deletion: &mut Deletion) -> Result<()> {
    let own = rules::list(&mut look.tx, Owner::Group(id)).await?.len();
    let own = i64::try_from(own).unwrap_or(i64::MAX);
    if let Some(rules) = counted(&[(own, "rule", "rules")]).pop() {
        deletion.tell(&format!("Its own {rules} end with it"), 0, &[]);
    }
    let (inside, above) = rows::neighbour_ids(&mut look.tx, id).await?;
    for (beginning, groups) in [
        ("It leaves the groups that it is in", above),
        ("The groups in it stay, outside of it", inside),
    ] {
        let names = linked_names(look, NamedKind::Group, &groups).await?;
        if !names.is_empty() {
            let number = i64::try_from(names.len()).unwrap_or(i64::MAX);
            deletion.tell(beginning, number, &names);
        }
    }
    Ok(())
}
