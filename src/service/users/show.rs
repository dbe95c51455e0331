//! One whole user, as people and scripts read it.

use super::{VIEW, VIEW_SENSITIVE};
use crate::domain::permission::Permission;
use crate::domain::status::{Kind, Status};
use crate::domain::user::HIDDEN;
use crate::domain::{Time, UserId};
use crate::service::granular::{entry_texts, start_texts};
use crate::service::names::FullNames;
use crate::service::records::viewing;
use crate::service::{Error, Event, Look, Query, RecordRef, Result, names};
use crate::store::named::{self, Named, NamedKind};
use crate::store::nodes::{self, Keeper};
use crate::store::sessions::{self, SessionRow};
use crate::store::users::{self, Membership, UserRecord};
use crate::store::{Scope, Tx};

pub use crate::store::users::HeldRole;

/// Open sessions that are shown.
const SESSIONS_MAX: i64 = 20;

/// A user, by id or by username.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UserRef {
    Id(UserId),
    Name(String),
}

impl UserRef {
    /// The id, if the user is inside the scope.
    pub(in crate::service) async fn resolve(&self, tx: &mut Tx, scope: &Scope) -> Result<UserId> {
        match self {
            Self::Id(id) => Ok(*id),
            Self::Name(name) => names::user(tx, scope, name).await,
        }
    }

    /// For the audit of a deed that is refused before the user is found.
    pub(in crate::service) fn named(&self) -> (Option<i64>, String) {
        self.record().named()
    }

    pub(in crate::service) fn shown(&self) -> String {
        self.record().shown()
    }

    fn record(&self) -> RecordRef {
        match self {
            Self::Id(id) => RecordRef::Id(id.0),
            Self::Name(name) => RecordRef::Name(name.clone()),
        }
    }
}

/// Everything about a user. Sensitive fields are dots where they aren't asked for or may not be seen.
#[derive(Clone, Debug)]
pub struct ShowUser {
    pub user: UserRef,
    /// Ask for the sensitive fields too: that they were shown is written to the audit.
    pub sensitive: bool,
}

/// The fields of a user under the names that filters, forms and scripts use. Of the manager and of all that the user
/// belongs to, what the asker may not see isn't there.
#[derive(Clone, Debug, Default, serde::Serialize)]
pub struct UserDetail {
    pub id: UserId,
    pub username: String,
    pub status: Status,
    pub name_prefix: String,
    pub first_name: String,
    pub middle_name: String,
    pub last_name: String,
    pub suffix: String,
    pub also_known_as: String,
    pub title: String,
    pub department: String,
    pub employee_number: String,
    pub manager: Option<String>,
    pub birthday: String,
    pub phone: String,
    pub email: String,
    pub other_emails: Vec<String>,
    pub language: String,
    pub time_zone: String,
    pub description: String,
    pub kind: Kind,
    pub enabled: bool,
    pub authentication_status: String,
    pub failed_sign_ins: i64,
    pub locked_since: Time,
    pub locked_until: Time,
    pub last_sign_in: Time,
    pub sign_in_count: i64,
    pub password_date: Time,
    pub expiry_date: Time,
    pub agent: bool,
    pub organization: String,
    pub owner_unit: String,
    pub organizations: Vec<String>,
    /// The units the user is assigned to.
    pub units: Vec<String>,
    pub groups: Vec<String>,
    /// The names of all roles, direct or through a group.
    pub roles: Vec<String>,
    pub role_sources: Vec<HeldRole>,
    /// Own entries on nodes, and own start nodes; those of the groups stand with them.
    pub granular: Vec<String>,
    pub start_nodes: Vec<String>,
    pub custom_fields: serde_json::Value,
    pub external_identity: Option<String>,
    pub sessions: Vec<SessionRow>,
    pub created: Time,
    pub updated: Time,
    pub deleted: Time,
    pub version: i64,
    pub state_version: i64,
    #[serde(skip)]
    pub linked: LinkedRecords,
}

/// A record that a user belongs to, as far as the asker may see it: the name is the one that a command line takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkedRecord {
    pub id: i64,
    pub name: String,
}

/// The memberships that a form edits, and the links of a page. What the asker may not see isn't there.
#[derive(Clone, Debug, Default)]
pub struct LinkedRecords {
    pub owner_unit: Option<LinkedRecord>,
    pub organizations: Vec<LinkedRecord>,
    pub units: Vec<LinkedRecord>,
    pub groups: Vec<LinkedRecord>,
    /// The direct ones.
    pub roles: Vec<LinkedRecord>,
}

impl Query for ShowUser {
    type Output = UserDetail;

    fn needs(&self) -> Permission {
        VIEW
    }

    async fn run(self, look: &mut Look) -> Result<UserDetail> {
        let scope = look.scope(VIEW).await?;
        let id = self.user.resolve(&mut look.tx, &scope).await?;
        let record = users::lookup(&mut look.tx, &scope, id)
            .await?
            .ok_or_else(|| Error::missing("user", self.user.shown()))?;
        let seen = self.sensitive && reaches(look, id).await?;
        let (username, has_sensitive) = (record.profile.username.clone(), has_sensitive(&record));
        let detail = detail(look, record, seen).await?;
        if seen && has_sensitive {
            look.shown
                .push(Event::new("sensitive_read").on("user", id.0, &username));
        }
        Ok(detail)
    }
}

/// Whether the asker's right to see sensitive fields reaches this user.
pub(super) async fn reaches(look: &mut Look, id: UserId) -> Result<bool> {
    Ok(look.rights.may(VIEW_SENSITIVE) && in_reach(look, VIEW_SENSITIVE, id).await?)
}

async fn in_reach(look: &mut Look, permission: Permission, id: UserId) -> Result<bool> {
    let scope = look.rights.scope(permission);
    let mut sql = crate::store::sql::Sql::new("select 1 from users u where u.id = ");
    sql.push_value(id).push(" and ").push_sql(&scope.users());
    Ok(sql.exists(&mut look.tx).await?)
}

fn has_sensitive(record: &UserRecord) -> bool {
    let profile = &record.profile;
    [&profile.birthday, &profile.phone, &profile.employee_number]
        .iter()
        .any(|value| !value.is_empty())
        || !record.other_emails.is_empty()
}

async fn detail(look: &mut Look, record: UserRecord, seen: bool) -> Result<UserDetail> {
    let now = look.now();
    let id = record.id;
    let memberships = Memberships::seen(look, &record).await?;
    let linked = memberships.linked(look).await?;
    let manager = match record.manager {
        Some(manager) if in_reach(look, VIEW, manager).await? => Some(record.manager_name),
        _ => None,
    };
    let scope = |kind| look.rights.scope(viewing(kind));
    let seen_sources = (scope(NamedKind::Role), scope(NamedKind::Group));
    let tx = &mut look.tx;
    let role_sources = users::held_roles(tx, (&seen_sources.0, &seen_sources.1), id).await?;
    let mut roles: Vec<String> = role_sources.iter().map(|held| held.role.clone()).collect();
    roles.dedup();
    let hide = |value: String| {
        if seen || value.is_empty() {
            value
        } else {
            HIDDEN.to_owned()
        }
    };
    let profile = record.profile;
    let state = &record.state;
    Ok(UserDetail {
        id,
        status: state.status(now),
        name_prefix: profile.name_prefix,
        first_name: profile.first_name,
        middle_name: profile.middle_name,
        last_name: profile.last_name,
        suffix: profile.name_suffix,
        also_known_as: profile.also_known_as,
        title: profile.title,
        department: profile.department,
        employee_number: hide(profile.employee_number),
        manager,
        birthday: hide(profile.birthday),
        phone: hide(profile.phone),
        email: profile.email,
        other_emails: record.other_emails.into_iter().map(hide).collect(),
        language: profile.language,
        time_zone: profile.time_zone,
        description: profile.description,
        username: profile.username,
        kind: record.kind,
        enabled: state.enabled,
        authentication_status: state.authentication_status(now).to_owned(),
        failed_sign_ins: state.failures,
        locked_since: if state.is_locked(now) {
            state.locked_at
        } else {
            Time::NEVER
        },
        locked_until: if state.is_locked(now) {
            state.locked_until
        } else {
            Time::NEVER
        },
        last_sign_in: state.last_sign_in_at,
        sign_in_count: state.sign_in_count,
        password_date: record.password_changed_at.unwrap_or_default(),
        expiry_date: state.expires_at,
        agent: record.agent,
        organization: record.organization_name,
        owner_unit: record.owner_unit_name,
        organizations: named::names(&memberships.organizations),
        units: named::names(&memberships.units),
        groups: named::names(&memberships.groups),
        roles,
        role_sources,
        granular: entry_texts(&nodes::entries(tx, Keeper::User(id)).await?),
        start_nodes: start_texts(&nodes::starts(tx, Keeper::User(id)).await?),
        custom_fields: serde_json::from_str(&record.custom_fields).unwrap_or_default(),
        external_identity: Some(record.directory).filter(|directory| !directory.is_empty()),
        sessions: sessions::list_open(tx, id, now, SESSIONS_MAX).await?,
        created: record.created_at,
        updated: record.updated_at,
        deleted: state.deleted_at,
        version: record.version,
        state_version: state.version,
        linked,
    })
}

/// What a user belongs to, as far as the asker may see it.
struct Memberships {
    owner_unit: Vec<Named>,
    organizations: Vec<Named>,
    units: Vec<Named>,
    groups: Vec<Named>,
    roles: Vec<Named>,
}

impl Memberships {
    async fn seen(look: &mut Look, record: &UserRecord) -> Result<Self> {
        let mut lists = Vec::with_capacity(4);
        for (kind, membership) in [
            (NamedKind::Organization, Membership::Organizations),
            (NamedKind::Unit, Membership::Units),
            (NamedKind::Group, Membership::Groups),
            (NamedKind::Role, Membership::Roles),
        ] {
            let ids = users::memberships(&mut look.tx, membership, record.id).await?;
            lists.push(seen(look, kind, &ids).await?);
        }
        let owner_unit = seen(look, NamedKind::Unit, &[record.owner_unit.0]).await?;
        let mut next = || lists.remove(0);
        Ok(Self {
            owner_unit,
            organizations: next(),
            units: next(),
            groups: next(),
            roles: next(),
        })
    }

    async fn linked(&self, look: &mut Look) -> Result<LinkedRecords> {
        let owner_unit = linked(look, NamedKind::Unit, &self.owner_unit).await?;
        Ok(LinkedRecords {
            owner_unit: owner_unit.into_iter().next(),
            organizations: linked(look, NamedKind::Organization, &self.organizations).await?,
            units: linked(look, NamedKind::Unit, &self.units).await?,
            groups: linked(look, NamedKind::Group, &self.groups).await?,
            roles: linked(look, NamedKind::Role, &self.roles).await?,
        })
    }
}

/// Those of these records that the asker may see, by name.
pub(in crate::service) async fn in_sight(
    look: &mut Look,
    kind: NamedKind,
    ids: &[i64],
) -> Result<Vec<LinkedRecord>> {
    let records = seen(look, kind, ids).await?;
    linked(look, kind, &records).await
}

async fn seen(look: &mut Look, kind: NamedKind, ids: &[i64]) -> Result<Vec<Named>> {
    let scope = look.rights.scope(viewing(kind));
    Ok(named::by_ids(&mut look.tx, &scope, kind, ids).await?)
}

async fn linked(look: &mut Look, kind: NamedKind, records: &[Named]) -> Result<Vec<LinkedRecord>> {
    let scope = look.rights.scope(viewing(kind));
    let names = FullNames::of(&mut look.tx, &scope, kind, &named::ids(records)).await?;
    let linked = records.iter().map(|record| LinkedRecord {
        id: record.id,
        name: names.record(record),
    });
    Ok(linked.collect())
}
