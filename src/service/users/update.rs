//! Editing a user: the fields that are given change, over the version that was seen.

use super::create::{
    Place, checked_emails, checked_expiry, checked_profile, find, find_all, ids, taken,
    within_reach, write,
};
use super::power::Guard;
use super::{UserRef, VIEW, fields};
use crate::domain::permission::{Permission, Resource, Verb};
use crate::domain::status::Kind;
use crate::service::{Action, Error, Event, Result, Work, names};
use crate::store::named::{self, Named, NamedKind};
use crate::store::users::{self, Membership, UserRecord};
use crate::store::{Scope, sql::Sql};

const EDIT: Permission = Permission(Resource::User, Verb::Edit);
const ASSIGN: Permission = Permission(Resource::User, Verb::Assign);

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
}

#[derive(Clone, Debug)]
pub struct UpdateUser {
    pub user: UserRef,
    /// The version that was seen; `None` takes the one of this moment.
    pub version: Option<i64>,
    pub changes: UserChanges,
}

impl Action for UpdateUser {
    /// The names of the fields that changed.
    type Output = Vec<String>;

    fn needs(&self) -> Permission {
        EDIT
    }

    fn event(&self) -> Event {
        Event::new("user_updated").on("user", None, &self.user.shown())
    }

    async fn run(self, work: &mut Work) -> Result<Vec<String>> {
        let record = editable(work, &self.user).await?;
        let id = record.id;
        let username = record.profile.username.clone();
        if self
            .version
            .is_some_and(|version| version != record.version)
        {
            return Err(Error::Conflict {
                kind: "user",
                name: names::shown(&username),
            });
        }
        Guard::covers(work, id, &username, EDIT).await?;
        let changes = self.changes;
        refuse_own_power(work, &record, &changes)?;
        let administered = Guard::has_administrator(work).await?;

        let mut profile = record.profile.clone();
        for (field, value) in &changes.profile {
            if let Some(place) = profile.field_mut(field) {
                value.clone_into(place);
            }
        }
        let profile = checked_profile(&profile, work.now())?;
        let other_emails = match &changes.other_emails {
            Some(list) => checked_emails(list)?,
            None => record.other_emails.clone(),
        };
        let (before, after) = places(work, &record, &changes).await?;
        let manager = changes
            .manager
            .clone()
            .or_else(|| record.manager.map(|_| record.manager_name.clone()));
        let kind = changes.kind.unwrap_or(record.kind);
        let agent = changes.agent.unwrap_or(record.agent);
        let write = write(
            work,
            profile,
            kind,
            agent,
            other_emails,
            &manager,
            &after,
            Some(id),
        )
        .await?;

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
        let mut note = |name: &str, old: String, new: String| {
            if old != new {
                changed.insert(name.to_owned(), serde_json::json!([old, new]));
            }
        };
        note("kind", record.kind.to_string(), kind.to_string());
        note("agent", record.agent.to_string(), agent.to_string());
        note(
            "manager",
            record.manager_name.clone(),
            manager.unwrap_or_default(),
        );
        if record.owner_unit != after.owner_unit {
            note(
                "owner_unit",
                record.owner_unit_name.clone(),
                changes.unit.clone().unwrap_or_default(),
            );
        }
        if let Some(expires) = &changes.expires {
            let expires_at = checked_expiry(expires, work.now())?;
            if expires_at != record.state.expires_at {
                let shown = |time: crate::domain::Time| time.to_rfc3339().unwrap_or_default();
                note(
                    "expiry_date",
                    shown(record.state.expires_at),
                    shown(expires_at),
                );
                users::update_state(&mut work.tx, id, expires_at).await?;
            }
        }
        let names: Vec<String> = changed.keys().cloned().collect();
        let now = work.now();
        if !users::update(&mut work.tx, id, record.version, &write, now)
            .await
            .map_err(|error| taken(error, &write.profile))?
        {
            return Err(Error::Conflict {
                kind: "user",
                name: names::shown(&username),
            });
        }
        for ((kind, old), (_, new)) in before.memberships().iter().zip(after.memberships()) {
            for gone in old.iter().filter(|one| !new.contains(one)) {
                users::leave(&mut work.tx, *kind, id, *gone).await?;
            }
            for fresh in new.iter().filter(|one| !old.contains(one)) {
                users::join(&mut work.tx, *kind, id, *fresh).await?;
            }
        }
        Guard::keeps_administrator(work, administered).await?;
        let event = Event::new("user_updated").on("user", id.0, &username);
        work.audit(event.changing(serde_json::Value::Object(changed).to_string()))
            .await?;
        Ok(names)
    }
}

/// The user, where the right to edit reaches; what may not be seen doesn't exist.
async fn editable(work: &mut Work, user: &UserRef) -> Result<UserRecord> {
    let seen = work.scope(VIEW).await?;
    let id = user.resolve(&mut work.tx, &seen).await?;
    let record = users::lookup(&mut work.tx, &seen, id)
        .await?
        .ok_or_else(|| Error::missing("user", user.shown()))?;
    let scope = work.scope(EDIT).await?;
    let mut reached = Sql::new("select 1 from users u where u.id = ");
    reached
        .push_value(id)
        .push(" and ")
        .push_sql(&scope.users());
    if !reached.exists(&mut work.tx).await? {
        return Err(Error::Denied {
            permission: EDIT,
            who_can_help: Vec::new(),
        });
    }
    Ok(record)
}

fn refuse_own_power(work: &Work, record: &UserRecord, changes: &UserChanges) -> Result<()> {
    if changes.roles.is_some() || changes.groups.is_some() || changes.organizations.is_some() {
        Guard::not_oneself(
            work,
            record.id,
            "change the roles, groups and organizations of",
        )?;
    }
    if changes.expires.is_some() {
        Guard::not_oneself(work, record.id, "change the expiry date of")?;
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
        record.owner_unit.0,
        next(),
        next(),
        next(),
        next(),
    );

    let (organization, owner_unit) = match &changes.unit {
        None => (record.organization.0, record.owner_unit.0),
        Some(name) => {
            let unit = find(work, NamedKind::Unit, name).await?;
            let organization = unit.organization.unwrap_or_default();
            within_reach(work, ASSIGN, organization, unit.id).await?;
            (organization, unit.id)
        }
    };
    let mut organizations = list(
        work,
        NamedKind::Organization,
        &changes.organizations,
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
        &changes.assigned_units,
        &before.units,
    )
    .await?;
    let groups = list(work, NamedKind::Group, &changes.groups, &before.groups).await?;
    let roles = list(work, NamedKind::Role, &changes.roles, &before.roles).await?;
    let after = Place::new(
        organization,
        owner_unit,
        organizations,
        units,
        groups,
        roles,
    );
    after.check(work, &record.profile.username).await?;
    let fresh = |new: &[Named], old: &[Named]| {
        let old = ids(old);
        ids(new)
            .into_iter()
            .filter(|id| !old.contains(id))
            .collect::<Vec<_>>()
    };
    let (roles, groups) = (
        fresh(&after.roles, &before.roles),
        fresh(&after.groups, &before.groups),
    );
    Guard::confers(work, &roles, &groups).await?;
    Ok((before, after))
}

async fn list(
    work: &mut Work,
    kind: NamedKind,
    wanted: &Option<Vec<String>>,
    before: &[Named],
) -> Result<Vec<Named>> {
    match wanted {
        Some(names) => find_all(work, kind, names).await,
        None => Ok(before.to_vec()),
    }
}
