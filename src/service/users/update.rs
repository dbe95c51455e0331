//! Editing a user: the fields that are given change, over the version that was seen.

use super::create::{
    Parts, Place, Problems, all_within_reach, checked_emails, checked_expiry, checked_profile,
    manager_of, own_nodes, refuse_taken, taken, within_reach, write,
};
use super::power::Guard;
use super::{ASSIGN, UserRef, VIEW, fields};
use crate::domain::permission::{Level, Permission, Resource, Verb};
use crate::domain::status::Kind;
use crate::domain::{Time, UnitId, UserId};
use crate::service::consent::Weight;
use crate::service::records;
use crate::service::revealed::Shown;
use crate::service::{
    Action, Asking, Consent, Edited, Error, Event, NodeChanges, Result, Work, conferring, names,
};
use crate::store::members;
use crate::store::named::{self, Named, NamedKind, besides, ids};
use crate::store::users::{self, Membership, UserRecord, UserWrite};
use crate::store::{Scope, organizations, sql::Sql, units, user_states};
use serde_json::{Map, Value, json};

const EDIT: Permission = Permission(Resource::User, Verb::Edit);
const ENABLE: Permission = Permission(Resource::User, Verb::Enable);
const DAY_SECONDS: i64 = 86_400;
const DISABLE: Permission = Permission(Resource::User, Verb::Disable);

/// What is to change; `None` and absent fields stay as they are. Lists replace what was there.
#[derive(Clone, Debug, Default)]
pub struct UserChanges {
    /// Field of the profile → new value.
    pub profile: Vec<(&'static str, String)>,
    pub kind: Option<Kind>,
    pub agent: Option<bool>,
    pub expires: Option<String>,
    /// Empty takes the manager away.
    pub manager: Option<String>,
    pub other_emails: Option<Vec<String>>,
    pub unit: Option<String>,
    pub assigned_units: Option<Vec<String>>,
    pub organizations: Option<Vec<String>>,
    pub groups: Option<Vec<String>>,
    pub roles: Option<Vec<String>>,
    /// Own entries on nodes, and own start nodes.
    pub nodes: NodeChanges,
}

#[derive(Clone, Debug)]
pub struct UpdateUser {
    pub user: UserRef,
    /// The version that was seen; `None` takes the one of this moment.
    pub version: Option<i64>,
    pub changes: UserChanges,
    /// What makes an administrator is asked for.
    pub consent: Consent,
}

impl Action for UpdateUser {
    type Output = Edited;

    fn needs(&self) -> Permission {
        EDIT
    }

    fn event(&self) -> Event {
        Event::new("user_updated").on_named("user", self.user.named())
    }

    async fn run(self, work: &mut Work) -> Result<Edited> {
        let record = editable(work, &self.user).await?;
        let (id, username) = (record.id, record.profile.username.clone());
        let conflict = || Error::Conflict {
            kind: "user",
            name: names::shown(&username),
        };
        if self
            .version
            .is_some_and(|version| version != record.version)
        {
            return Err(conflict());
        }
        Guard::covers(work, id, &username, EDIT).await?;
        refuse_own_power(work, &record, &self.changes)?;
        let administered = Guard::has_administrator(work).await?;

        let (parts, expires_at) = checked(work, &record, &self.changes).await?;
        let (before, after) = places(work, &record, &self.changes).await?;
        let write = write(parts, &after)?;
        check_switch(work, &record, (write.kind, expires_at)).await?;
        let mut changed = difference(&record, &write, &before, &after, expires_at);
        let weight = weight(work, &before, &after).await?;

        let now = work.now();
        if !users::update(&mut work.tx, id, record.version, &write, now)
            .await
            .map_err(|error| taken(error, &write.profile))?
        {
            return Err(conflict());
        }
        if expires_at != record.state.expires_at {
            users::update_expiry(&mut work.tx, id, expires_at).await?;
        }
        if write.kind == Kind::Service && record.kind != Kind::Service {
            user_states::remove_password(&mut work.tx, id).await?;
        }
        let shown = Shown::to(&mut work.tx, &members::these(&[id.0])).await?;
        move_memberships(work, id, &before, &after).await?;
        conferring::revealing(work, &shown).await?;
        changed.extend(own_nodes(work, id, &self.changes.nodes, EDIT).await?);
        Guard::keeps_administrator(work, administered).await?;
        let fields: Vec<String> = changed.keys().cloned().collect();
        let mut event = Event::new("user_updated").on("user", id.0, &username);
        let deed = if weight.gives_administration {
            format!("make \"{username}\" an administrator")
        } else {
            format!("change the access of \"{username}\"")
        };
        let asks = self
            .consent
            .weigh(work, (weight, &fields), ("update", deed), &mut event)
            .await?;
        work.audit(event.changing(Value::Object(changed).to_string()))
            .await?;
        Ok(Edited { fields, asks })
    }
}

impl Asking for UpdateUser {
    fn consent(&mut self) -> &mut Consent {
        &mut self.consent
    }
}

/// What a change of roles, groups and organizations does to somebody.
async fn weight(work: &mut Work, before: &Place, after: &Place) -> Result<Weight> {
    let (roles, groups) = (
        ids(&besides(&after.roles, &before.roles)),
        ids(&besides(&after.groups, &before.groups)),
    );
    let is_taken = !besides(&before.roles, &after.roles).is_empty()
        || !besides(&before.groups, &after.groups).is_empty()
        || !besides(&before.organizations, &after.organizations).is_empty();
    let one = Weight {
        number: 1,
        ..Weight::default()
    };
    one.and_held(work, (&roles, &groups), is_taken).await
}

/// What will be written besides the user's place, and the end of the account.
async fn checked(
    work: &mut Work,
    record: &UserRecord,
    changes: &UserChanges,
) -> Result<(Parts, Time)> {
    let mut profile = record.profile.clone();
    for (field, value) in &changes.profile {
        if let Some(place) = profile.field_mut(field) {
            value.clone_into(place);
        }
    }
    let mut problems = Problems::default();
    problems.keep(refuse_taken(work, &profile, Some(record.id)).await)?;
    let profile = problems.keep(checked_profile(&profile, work.now()))?;
    let other_emails = match &changes.other_emails {
        Some(list) => problems.keep(checked_emails(list))?,
        None => record.other_emails.clone(),
    };
    let manager = match &changes.manager {
        Some(name) => problems.keep(manager_of(work, name, Some(record.id)).await)?,
        None => record.manager,
    };
    let expires_at = match &changes.expires {
        Some(date) => problems.keep(checked_expiry(date, work.now()))?,
        None => record.state.expires_at,
    };
    problems.end()?;
    let parts = Parts {
        profile,
        kind: changes.kind.unwrap_or(record.kind),
        agent: changes.agent.unwrap_or(record.agent),
        other_emails,
        manager,
    };
    Ok((parts, expires_at))
}

/// What the audit says: field → [before, after].
fn difference(
    record: &UserRecord,
    write: &UserWrite,
    before: &Place,
    after: &Place,
    expires_at: Time,
) -> Map<String, Value> {
    let mut changed = fields::changed(&record.profile, &write.profile);
    for ((name, old), (_, new)) in before.names().iter().zip(after.names()) {
        fields::add_list(&mut changed, name, old, &new);
    }
    fields::add_list(
        &mut changed,
        "other_emails",
        &record.other_emails,
        &write.other_emails,
    );
    let mut note = |name: &str, old: Value, new: Value| {
        if old != new {
            changed.insert(name.to_owned(), json!([old, new]));
        }
    };
    note("kind", json!(record.kind), json!(write.kind));
    note("agent", json!(record.agent), json!(write.agent));
    note("manager", json!(record.manager), json!(write.manager));
    note(
        "owner_unit",
        json!(record.owner_unit_name),
        json!(after.owner_unit_name),
    );
    note(
        "expiry_date",
        json!(record.state.expires_at),
        json!(expires_at),
    );
    changed
}

async fn move_memberships(
    work: &mut Work,
    id: UserId,
    before: &Place,
    after: &Place,
) -> Result<()> {
    for ((kind, old), (_, new)) in before.memberships().iter().zip(after.memberships()) {
        for gone in old.iter().filter(|one| !new.contains(one)) {
            users::leave(&mut work.tx, *kind, id, *gone).await?;
        }
        for fresh in new.iter().filter(|one| !old.contains(one)) {
            users::join(&mut work.tx, *kind, id, *fresh).await?;
        }
    }
    Ok(())
}

/// The user, where the right to edit reaches; what may not be seen doesn't exist.
async fn editable(work: &mut Work, user: &UserRef) -> Result<UserRecord> {
    let seen = work.scope(VIEW).await?;
    let id = user.resolve(&mut work.tx, &seen).await?;
    let record = users::lookup(&mut work.tx, &seen, id)
        .await?
        .ok_or_else(|| Error::missing("user", user.shown()))?;
    reaches(work, EDIT, id).await?;
    if !record.state.deleted_at.is_never() {
        return Err(Error::rule(format!(
            "\"{}\" is deleted, so it can't be edited; restore it first.",
            names::shown(&record.profile.username)
        )));
    }
    Ok(record)
}

/// Refuses where a right doesn't reach this user.
async fn reaches(work: &mut Work, permission: Permission, id: UserId) -> Result<()> {
    let scope = work.scope(permission).await?;
    let mut reached = Sql::new("select 1 from users u where u.id = ");
    reached
        .push_value(id)
        .push(" and ")
        .push_sql(&scope.users());
    if reached.exists(&mut work.tx).await? {
        return Ok(());
    }
    Err(Error::Denied {
        permission,
        who_can_help: Vec::new(),
        beyond: true,
    })
}

/// An expiry date that shuts an account within a day disables it, and one that opens it again enables it: the right to edit
/// is neither. So does a kind that has no password: it loses the one that there was.
async fn check_switch(
    work: &mut Work,
    record: &UserRecord,
    (kind, expires_at): (Kind, Time),
) -> Result<()> {
    let (now, before) = (work.now(), record.state.expires_at);
    let is_over = |end: Time, by: Time| !end.is_never() && end <= by;
    let is_sooner = !expires_at.is_never() && (before.is_never() || expires_at < before);
    let is_shut = is_sooner && is_over(expires_at, now.plus_seconds(DAY_SECONDS));
    if (is_shut && !is_over(before, now)) || (kind == Kind::Service && record.kind != kind) {
        reaches(work, DISABLE, record.id).await?;
    }
    if is_over(before, now) && !is_over(expires_at, now) {
        reaches(work, ENABLE, record.id).await?;
    }
    Ok(())
}

fn refuse_own_power(work: &Work, record: &UserRecord, changes: &UserChanges) -> Result<()> {
    if changes.roles.is_some() || changes.groups.is_some() || changes.organizations.is_some() {
        Guard::not_oneself(
            work,
            record.id,
            "change the roles, groups and organizations of",
        )?;
    }
    if !changes.nodes.is_nothing() {
        Guard::not_oneself(work, record.id, "change the entries and start nodes of")?;
    }
    if changes.unit.is_some() || changes.assigned_units.is_some() {
        Guard::not_oneself(work, record.id, "change the units of")?;
    }
    if changes.expires.is_some() || changes.kind.is_some() || changes.agent.is_some() {
        Guard::not_oneself(
            work,
            record.id,
            "change the kind, the agent mark and the expiry date of",
        )?;
    }
    Ok(())
}

/// Where the user stands now, and where they will.
async fn places(
    work: &mut Work,
    record: &UserRecord,
    changes: &UserChanges,
) -> Result<(Place, Place)> {
    let (id, system) = (record.id, Scope::system());
    let mut lists: Vec<Vec<Named>> = Vec::with_capacity(4);
    for (kind, membership) in [
        (NamedKind::Organization, Membership::Organizations),
        (NamedKind::Unit, Membership::Units),
        (NamedKind::Group, Membership::Groups),
        (NamedKind::Role, Membership::Roles),
    ] {
        let ids = users::memberships(&mut work.tx, membership, id).await?;
        lists.push(named::by_ids(&mut work.tx, &system, kind, &ids).await?);
    }
    let mut next = || lists.remove(0);
    let before = Place::new(
        record.organization.0,
        (record.owner_unit.0, record.owner_unit_name.clone()),
        next(),
        next(),
        next(),
        next(),
    );

    let (organization, owner_unit) = match &changes.unit {
        None => (
            record.organization.0,
            (record.owner_unit.0, record.owner_unit_name.clone()),
        ),
        Some(name) => {
            let unit = records::one(work, NamedKind::Unit, name).await?;
            let organization = unit.organization.unwrap_or_default();
            if unit.id != record.owner_unit.0 {
                reaches(work, ASSIGN, id).await?;
                within_reach(work, ASSIGN, organization, unit.id).await?;
            }
            (organization, (unit.id, unit.name))
        }
    };
    let mut organizations = list(
        work,
        NamedKind::Organization,
        changes.organizations.as_ref(),
        &before.organizations,
    )
    .await?;
    if !organizations.iter().any(|one| one.id == organization) {
        organizations.extend(
            named::by_ids(
                &mut work.tx,
                &system,
                NamedKind::Organization,
                &[organization],
            )
            .await?,
        );
    }
    let units = list(
        work,
        NamedKind::Unit,
        changes.assigned_units.as_ref(),
        &before.units,
    )
    .await?;
    let groups = list(
        work,
        NamedKind::Group,
        changes.groups.as_ref(),
        &before.groups,
    )
    .await?;
    let roles = list(work, NamedKind::Role, changes.roles.as_ref(), &before.roles).await?;
    let after = Place::new(
        organization,
        owner_unit,
        organizations,
        units,
        groups,
        roles,
    );
    after.check(work, &record.profile.username).await?;
    check_moves(work, &members::these(&[id.0]), &before, &after).await?;
    Ok((before, after))
}

/// What is given must be the operator's to give, and what is taken theirs to take.
async fn check_moves(work: &mut Work, user: &Sql, before: &Place, after: &Place) -> Result<()> {
    // Whoever is let into a place and whoever is shut out of it, both are moves there.
    let differing = |some: &[Named], others: &[Named]| {
        let mut differing = besides(some, others);
        differing.extend(besides(others, some));
        differing
    };
    let enterable = differing(&after.organizations, &before.organizations);
    let assigned = differing(&after.units, &before.units);
    all_within_reach(work, EDIT, &enterable, &assigned).await?;
    let levels = [Level::Unit, Level::Division];
    if after.owner_unit != before.owner_unit {
        let (above, there) = (units::assigned_above(after.owner_unit), after.organization);
        conferring::reaching_person(work, &above, &levels, there).await?;
        conferring::handing(work, (Resource::User, user), &above, &levels).await?;
        if there != before.organization {
            let all = organizations::who_may_enter(there);
            conferring::reaching_person(work, &all, &[Level::Organization], there).await?;
        }
    }
    let works_in = besides(&after.units, &before.units);
    if !works_in.is_empty() {
        conferring::reaching(work, user, &levels).await?;
        for unit in &works_in {
            conferring::handing_unit(work, UnitId(unit.id), user, &levels).await?;
        }
        let (roles, groups) = (ids(&after.roles), ids(&after.groups));
        let held = conferring::given_rules(&mut work.tx, &roles, &groups).await?;
        conferring::spreading(work, &held, &members::these(&ids(&works_in))).await?;
    }
    let given = (
        ids(&besides(&after.roles, &before.roles)),
        ids(&besides(&after.groups, &before.groups)),
    );
    Guard::confers(work, &given.0, &given.1).await?;
    Guard::confers_abroad(work, &after.organizations, &given.0, &given.1).await?;
    // In a place that is new to them, everything that they have begins to count.
    let entered = besides(&after.organizations, &before.organizations);
    let (roles, groups) = (ids(&after.roles), ids(&after.groups));
    Guard::confers_abroad(work, &entered, &roles, &groups).await?;
    let taken = (
        ids(&besides(&before.roles, &after.roles)),
        ids(&besides(&before.groups, &after.groups)),
    );
    let freed = conferring::denies_of(work, &taken.0, &taken.1).await?;
    conferring::dropping(work, &freed, user).await?;
    conferring::starting(work, &given.1, user).await?;
    conferring::where_they_are(work, &given.0, &given.1, user).await
}

/// A list that replaces the one before, but for what the operator can't see and therefore can't have named.
async fn list(
    work: &mut Work,
    kind: NamedKind,
    wanted: Option<&Vec<String>>,
    before: &[Named],
) -> Result<Vec<Named>> {
    let Some(names) = wanted else {
        return Ok(before.to_vec());
    };
    let mut after = ids(&records::named(work, kind, names, None).await?);
    let scope = work.scope(records::viewing(kind)).await?;
    let seen = ids(&named::by_ids(&mut work.tx, &scope, kind, &ids(before)).await?);
    after.extend(ids(before).iter().filter(|id| !seen.contains(id)));
    Ok(named::by_ids(&mut work.tx, &Scope::system(), kind, &after).await?)
}
