//! Creating a user.

use super::power::Guard;
use super::{VIEW, fields};
use crate::domain::built_in::MEMBER;
use crate::domain::permission::{Permission, Resource, Verb};
use crate::domain::status::Kind;
use crate::domain::text;
use crate::domain::user::Profile;
use crate::domain::{OrganizationId, Time, UnitId, UserId};
use crate::service::granular::{self, Whose};
use crate::service::names::FullNames;
use crate::service::password::{self, Secret};
use crate::service::records::{Changes, full_name, named, one, viewing};
use crate::service::sight::{Sight, What};
use crate::service::{
    Action, Against, Error, Event, FieldError, Look, NodeChanges, Query, Result, Service, Session,
    Work, conferring, names, sight,
};
use crate::store::members;
use crate::store::named::{Named, NamedKind, ids};
use crate::store::nodes::Keeper;
use crate::store::users::{self, Membership, UserWrite};
use crate::store::{self, Scope, units, user_states};
use jiff::tz::TimeZone;

pub(super) const CREATE: Permission = Permission(Resource::User, Verb::Create);

/// Other e-mails a user may have.
const OTHER_EMAILS_MAX: usize = 20;

/// A user that is to be made. Names are as a person gives them.
#[derive(Clone, Debug, Default)]
pub struct UserDraft {
    pub profile: Profile,
    pub kind: Kind,
    pub agent: bool,
    pub disabled: bool,
    /// A date as people type it, or empty.
    pub expires: String,
    pub manager: Option<String>,
    pub other_emails: Vec<String>,
    /// The owner unit; the operator's where none is named.
    pub unit: Option<String>,
    pub assigned_units: Vec<String>,
    pub organizations: Vec<String>,
    pub groups: Vec<String>,
    /// Member, where neither a role nor a group that confers one is named.
    pub roles: Vec<String>,
    /// Own entries on nodes, and own start nodes.
    pub nodes: NodeChanges,
    /// Another user whose unit, organizations, groups and roles stand in where none are named.
    pub like: Option<String>,
}

/// A password that the policy took, as its hash. Only [`Service::new_password`] makes one.
#[derive(Clone, Debug)]
pub struct NewPassword {
    username_key: String,
    hash: String,
}

impl Service {
    /// Checks a password against the policy and hashes it, before the transaction that stores it: a hash takes longer
    /// than anybody should hold the database.
    pub async fn new_password(
        &self,
        session: &Session,
        profile: &Profile,
        password: Secret,
    ) -> Result<NewPassword> {
        let words = [
            profile.username.as_str(),
            &profile.first_name,
            &profile.last_name,
            &profile.email,
            &session.organization_name,
        ];
        password::check(&self.policy().password, &password, &words)?;
        self.hashed(&profile.username, password).await
    }

    pub(in crate::service) async fn hashed(
        &self,
        username: &str,
        password: Secret,
    ) -> Result<NewPassword> {
        let hash = self
            .inner
            .passwords
            .hash(password, &self.inner.entropy)
            .await?;
        Ok(NewPassword {
            username_key: text::canonical(username.trim()).unwrap_or_default(),
            hash,
        })
    }

    /// A password that nobody has thought of.
    #[must_use]
    pub fn generate_password(&self) -> Secret {
        password::generate(&self.inner.entropy)
    }
}

#[derive(Clone, Debug)]
pub struct CreateUser {
    pub draft: UserDraft,
    pub password: Option<NewPassword>,
}

#[derive(Clone, Debug, serde::Serialize)]
pub struct CreatedUser {
    pub id: UserId,
    pub username: String,
    /// With what was filled in where the draft named nothing.
    #[serde(skip)]
    pub standing: Standing,
}

impl Action for CreateUser {
    type Output = CreatedUser;

    fn needs(&self) -> Permission {
        CREATE
    }

    fn event(&self) -> Event {
        Event::new("user_created").on("user", None, &names::shown(&self.draft.profile.username))
    }

    async fn run(self, work: &mut Work) -> Result<CreatedUser> {
        let draft = like(work, self.draft).await?;
        let mut problems = Problems::default();
        let profile = problems.keep(checked_profile(&draft.profile, work.now()))?;
        problems.keep(refuse_taken(work, &draft.profile, None).await)?;
        let other_emails = problems.keep(checked_emails(&draft.other_emails))?;
        let expires_at = problems.keep(checked_expiry(&draft.expires, work.now()))?;
        problems.keep(checked_password(draft.kind, self.password.is_some()))?;
        let manager = draft.manager.as_deref().unwrap_or_default();
        let manager = problems.keep(manager_of(work, manager, None).await)?;
        problems.end()?;
        let place = Place::resolve(work, &draft).await?;
        let parts = Parts {
            profile,
            kind: draft.kind,
            agent: draft.agent,
            other_emails,
            manager,
        };
        let write = write(parts, &place)?;
        let hash = match &self.password {
            Some(password) if password.username_key != write.username_key => {
                return Err(Error::Unexpected(
                    "the password was checked for another name".to_owned(),
                ));
            }
            password => password.as_ref().map(|password| password.hash.clone()),
        };
        let now = work.now();
        let id = users::add(
            &mut work.tx,
            &write,
            !draft.disabled,
            "active",
            expires_at,
            now,
        )
        .await
        .map_err(|error| taken(error, &write.profile))?;
        if let Some(hash) = hash {
            user_states::set_password(&mut work.tx, id, &hash, now).await?;
        }
        for (kind, ids) in place.memberships() {
            let kind = *kind;
            for one in ids {
                users::join(&mut work.tx, kind, id, *one).await?;
            }
        }
        let (roles, groups) = (ids(&place.roles), ids(&place.groups));
        conferring::where_they_are(work, &roles, &groups, &members::these(&[id.0])).await?;
        let mut changes = fields::changed(&Profile::default(), &write.profile);
        changes.extend(own_nodes(work, id, &draft.nodes, CREATE).await?);
        for (name, list) in place.names() {
            fields::add_list(&mut changes, name, &[], &list);
        }
        let username = write.profile.username;
        let event = Event::new("user_created").on("user", id.0, &username);
        work.audit(event.changing(serde_json::Value::Object(changes).to_string()))
            .await?;
        Ok(CreatedUser {
            id,
            username,
            standing: place.standing(),
        })
    }
}

/// Where a user stands and what they hold, by the names that a command line takes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    pub unit: String,
    pub organizations: Vec<String>,
    pub roles: Vec<String>,
}

/// What a new user gets where the draft names nothing, for a form that shows it beforehand.
#[derive(Clone, Copy, Debug)]
pub struct DefaultStanding;

impl Query for DefaultStanding {
    type Output = Standing;

    fn needs(&self) -> Permission {
        CREATE
    }

    async fn run(self, look: &mut Look) -> Result<Standing> {
        let (user, here) = (look.session.user, look.session.organization);
        let owner = units::owner_of(&mut look.tx, user, here).await?;
        let organizations = home_of(&mut look.tx, owner.organization.unwrap_or_default()).await?;
        let mut roles = Vec::new();
        if look.rights.may(viewing(NamedKind::Role)) {
            let scope = look.rights.scope(viewing(NamedKind::Role));
            let role = names::named(&mut look.tx, &scope, NamedKind::Role, MEMBER, here).await?;
            roles.push(role.full_name());
        }
        Ok(Standing {
            unit: owner.full_name(),
            organizations: organizations.into_iter().map(|one| one.name).collect(),
            roles,
        })
    }
}

/// Collects what is wrong with fields, so that all of it is told at once.
#[derive(Debug, Default)]
pub(super) struct Problems(Option<Error>);

impl Problems {
    /// The value, or an empty one where its field is wrong: [`Problems::end`] then refuses. Any other error is no
    /// matter of a field and goes on.
    pub(super) fn keep<T: Default>(&mut self, checked: Result<T>) -> Result<T> {
        match checked {
            Err(error) if !error.fields().is_empty() => {
                self.0 = Some(match self.0.take() {
                    Some(known) => known.and(&error),
                    None => error,
                });
                Ok(T::default())
            }
            other => other,
        }
    }

    pub(super) fn end(self) -> Result<()> {
        self.0.map_or(Ok(()), Err)
    }
}

/// Changes a user's own entries and start nodes, and gives what the audit says of it.
pub(super) async fn own_nodes(
    work: &mut Work,
    id: UserId,
    nodes: &NodeChanges,
    permission: Permission,
) -> Result<serde_json::Map<String, serde_json::Value>> {
    let mut noted = Changes::default();
    let whose = Whose {
        keeper: Keeper::User(id),
        rules: &[],
        users: &members::these(&[id.0]),
        permission,
    };
    granular::change(work, &whose, nodes, &mut noted).await?;
    Ok(noted.into_map())
}

/// Fills what the draft leaves open from another user, as far as the operator may see it.
async fn like(work: &mut Work, mut draft: UserDraft) -> Result<UserDraft> {
    let Some(name) = draft.like.take() else {
        return Ok(draft);
    };
    let scope = work.scope(VIEW).await?;
    let id = names::user(&mut work.tx, &scope, &name).await?;
    let record = users::lookup(&mut work.tx, &scope, id)
        .await?
        .ok_or_else(|| Error::missing("user", names::shown(&name)))?;
    if draft.unit.is_none() {
        let owner = seen(work, NamedKind::Unit, &[record.owner_unit.0]).await?;
        draft.unit = owner.first().map(Named::full_name);
    }
    for (kind, membership, list) in [
        (
            NamedKind::Organization,
            Membership::Organizations,
            &mut draft.organizations,
        ),
        (
            NamedKind::Unit,
            Membership::Units,
            &mut draft.assigned_units,
        ),
        (NamedKind::Group, Membership::Groups, &mut draft.groups),
        (NamedKind::Role, Membership::Roles, &mut draft.roles),
    ] {
        if list.is_empty() {
            let ids = users::memberships(&mut work.tx, membership, id).await?;
            let known = seen(work, kind, &ids).await?;
            let scope = work.rights.scope(viewing(kind));
            let names = FullNames::of(&mut work.tx, &scope, kind, &ids).await?;
            *list = known.iter().map(|one| names.record(one)).collect();
        }
    }
    Ok(draft)
}

/// Those of these records that the operator may see.
async fn seen(work: &mut Work, kind: NamedKind, ids: &[i64]) -> Result<Vec<Named>> {
    let scope = work.rights.scope(viewing(kind));
    Ok(store::named::by_ids(&mut work.tx, &scope, kind, ids).await?)
}

pub(in crate::service) fn checked_profile(profile: &Profile, now: Time) -> Result<Profile> {
    profile.normalized(now.date()).map_err(|wrong| {
        Error::Invalid(
            wrong
                .into_iter()
                .map(|(field, message)| FieldError { field, message })
                .collect(),
        )
    })
}

pub(super) fn checked_emails(emails: &[String]) -> Result<Vec<String>> {
    if emails.len() > OTHER_EMAILS_MAX {
        return Err(Error::invalid(
            "other_emails",
            format!("a user has at most {OTHER_EMAILS_MAX} other e-mails"),
        ));
    }
    let mut list = Vec::with_capacity(emails.len());
    for email in emails {
        let email = text::email(email).map_err(|error| Error::invalid("other_emails", error))?;
        list.push(email.as_str().to_owned());
    }
    list.sort();
    list.dedup();
    Ok(list)
}

fn checked_password(kind: Kind, has_password: bool) -> Result<()> {
    if kind == Kind::Service && has_password {
        return Err(Error::invalid(
            "password",
            "a service account has no password; give it an API key",
        ));
    }
    Ok(())
}

/// The end of the day that was given: an account that expires on a day works on that day.
pub(super) fn checked_expiry(date: &str, now: Time) -> Result<Time> {
    if date.trim().is_empty() {
        return Ok(Time::NEVER);
    }
    let date = text::date(date, now.date()).map_err(|error| Error::invalid("expires", error))?;
    let Some(end) = date.and_then(|date| date.tomorrow().ok()) else {
        return Ok(Time::NEVER);
    };
    let zoned = end
        .to_zoned(TimeZone::UTC)
        .map_err(|error| Error::invalid("expires", error))?;
    Ok(Time(zoned.timestamp().as_microsecond()))
}

/// Where a user stands: the owner unit and the memberships, as ids that the operator may give.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub organization: OrganizationId,
    pub owner_unit: UnitId,
    pub owner_unit_name: String,
    pub organizations: Vec<Named>,
    pub units: Vec<Named>,
    pub groups: Vec<Named>,
    pub roles: Vec<Named>,
    ids: [(Membership, Vec<i64>); 4],
}

impl Place {
    async fn resolve(work: &mut Work, draft: &UserDraft) -> Result<Self> {
        let owner = match &draft.unit {
            Some(name) => one(work, NamedKind::Unit, name).await?,
            None => {
                units::owner_of(&mut work.tx, work.session.user, work.session.organization).await?
            }
        };
        let organization = owner
            .organization
            .ok_or_else(|| Error::Unexpected("a unit without an organization".to_owned()))?;
        within_reach(work, CREATE, organization, owner.id).await?;
        let mut organizations =
            named(work, NamedKind::Organization, &draft.organizations, None).await?;
        if !organizations.iter().any(|one| one.id == organization) {
            let own = home_of(&mut work.tx, organization).await?;
            organizations.splice(0..0, own);
        }
        let units = named(work, NamedKind::Unit, &draft.assigned_units, None).await?;
        all_within_reach(work, CREATE, &organizations, &units).await?;
        let groups = named(work, NamedKind::Group, &draft.groups, None).await?;
        let mut roles = named(work, NamedKind::Role, &draft.roles, None).await?;
        if roles.is_empty() && !confers_role(work, &groups).await? {
            roles.push(one(work, NamedKind::Role, MEMBER).await?);
        }
        let place = Self::new(
            organization,
            (owner.id, owner.name),
            organizations,
            units,
            groups,
            roles,
        );
        place
            .check(work, &names::shown(&draft.profile.username))
            .await?;
        let (groups, roles) = (ids(&place.groups), ids(&place.roles));
        Guard::confers(work, &roles, &groups).await?;
        Guard::confers_abroad(work, &place.organizations, &roles, &groups).await?;
        Ok(place)
    }

    pub(super) fn new(
        organization: i64,
        (owner_unit, owner_unit_name): (i64, String),
        organizations: Vec<Named>,
        units: Vec<Named>,
        groups: Vec<Named>,
        roles: Vec<Named>,
    ) -> Self {
        let ids = [
            (Membership::Organizations, ids(&organizations)),
            (Membership::Units, ids(&units)),
            (Membership::Groups, ids(&groups)),
            (Membership::Roles, ids(&roles)),
        ];
        Self {
            organization: OrganizationId(organization),
            owner_unit: UnitId(owner_unit),
            owner_unit_name,
            organizations,
            units,
            groups,
            roles,
            ids,
        }
    }

    /// What belongs to an organization counts only for whoever may sign in to it.
    pub(super) async fn check(&self, work: &mut Work, username: &str) -> Result<()> {
        let may = ids(&self.organizations);
        for (kind, list) in [
            (NamedKind::Role, &self.roles),
            (NamedKind::Group, &self.groups),
            (NamedKind::Unit, &self.units),
        ] {
            if let Some(foreign) = list
                .iter()
                .find(|one| one.organization.is_some_and(|id| !may.contains(&id)))
            {
                let (one, full) = ((kind, foreign.id), foreign.full_name());
                let foreign = sight::called(&mut work.tx, &work.rights, one, &full).await?;
                return Err(Error::Rule(format!(
                    "{} belongs to another organization than \"{username}\" may sign in to; add the organization first.",
                    text::capitalized(&foreign)
                )));
            }
        }
        if self.roles.is_empty() && !confers_role(work, &self.groups).await? {
            return Err(Error::Rule(format!(
                "\"{username}\" would have no role, direct or through a group; name at least one."
            )));
        }
        Ok(())
    }

    fn standing(&self) -> Standing {
        let home = self.organization.0;
        let home = self.organizations.iter().find(|one| one.id == home);
        let home = home.map(|one| one.name.as_str());
        let organizations = self.organizations.iter().map(|one| one.name.clone());
        Standing {
            unit: full_name(home, &self.owner_unit_name),
            organizations: organizations.collect(),
            roles: self.roles.iter().map(Named::full_name).collect(),
        }
    }

    pub(super) const fn memberships(&self) -> &[(Membership, Vec<i64>); 4] {
        &self.ids
    }

    pub(super) fn names(&self) -> [(&'static str, Vec<String>); 4] {
        let names = |list: &[Named]| list.iter().map(|one| one.name.clone()).collect();
        [
            ("organizations", names(&self.organizations)),
            ("units", names(&self.units)),
            ("groups", names(&self.groups)),
            ("roles", names(&self.roles)),
        ]
    }
}

/// The organization that a unit lies in: whoever it owns may sign in there, named or not.
async fn home_of(tx: &mut store::Tx, organization: i64) -> Result<Vec<Named>> {
    let (system, kind) = (Scope::system(), NamedKind::Organization);
    Ok(store::named::by_ids(tx, &system, kind, &[organization]).await?)
}

async fn confers_role(work: &mut Work, groups: &[Named]) -> Result<bool> {
    let mut sql = store::sql::Sql::new(
        "select 1 from group_closure c join group_roles r on r.group_id = c.ancestor_id
         where c.descendant_id in ",
    );
    sql.push_ids(ids(groups)).push(" limit 1");
    Ok(sql.exists(&mut work.tx).await?)
}

/// The unit must lie where the operator's right reaches.
pub(super) async fn within_reach(
    work: &mut Work,
    permission: Permission,
    organization: i64,
    unit: i64,
) -> Result<()> {
    let scope = work.scope(permission).await?;
    let (organization, unit) = (OrganizationId(organization), UnitId(unit));
    let place = (Some(organization), Some(unit));
    if scope.covers(&mut work.tx, place.0, place.1).await? {
        return Ok(());
    }
    let why = format!(
        "Your right {permission} doesn't reach that unit; choose a unit of {} that is yours, or ask an administrator.",
        work.session.organization_name
    );
    Err(Against::beyond(why, permission).into())
}

/// Organizations to sign in to and units to work in must lie where the operator's right reaches: what somebody holds
/// counts there, and to put them there is to give it.
pub(super) async fn all_within_reach(
    work: &mut Work,
    permission: Permission,
    organizations: &[Named],
    units: &[Named],
) -> Result<()> {
    let scope = work.scope(permission).await?;
    if scope.reach == store::Reach::All {
        return Ok(());
    }
    if let Some(foreign) = organizations
        .iter()
        .find(|one| one.id != scope.organization.0)
    {
        let why = format!(
            "Your right {permission} ends at {}, so you can't decide who gets into {}; ask an administrator.",
            work.session.organization_name, foreign.name
        );
        return Err(Against::beyond(why, permission).into());
    }
    for unit in units {
        within_reach(
            work,
            permission,
            unit.organization.unwrap_or_default(),
            unit.id,
        )
        .await?;
    }
    Ok(())
}

/// The parts of a record that don't depend on where the user stands.
pub(super) struct Parts {
    pub profile: Profile,
    pub kind: Kind,
    pub agent: bool,
    pub other_emails: Vec<String>,
    pub manager: Option<UserId>,
}

/// A user's manager by name; an empty name is none.
pub(super) async fn manager_of(
    work: &mut Work,
    name: &str,
    besides: Option<UserId>,
) -> Result<Option<UserId>> {
    if name.trim().is_empty() {
        return Ok(None);
    }
    let scope = work.scope(VIEW).await?;
    let manager = Some(names::user(&mut work.tx, &scope, name).await?);
    if manager == besides {
        return Err(Error::invalid(
            "manager",
            "nobody is their own manager; name another user",
        ));
    }
    Ok(manager)
}

/// Puts together what is written.
pub(super) fn write(parts: Parts, place: &Place) -> Result<UserWrite> {
    let Parts {
        profile,
        kind,
        agent,
        other_emails,
        manager,
    } = parts;
    let username = text::Username::parse(&profile.username)
        .map_err(|error| Error::invalid("username", error))?;
    let email = text::email(&profile.email).map_err(|error| Error::invalid("email", error))?;
    Ok(UserWrite {
        organization: place.organization,
        owner_unit: place.owner_unit,
        username_key: username.canonical().to_owned(),
        username_skeleton: username.skeleton(),
        email_key: email.key().to_owned(),
        profile,
        kind,
        manager,
        agent,
        other_emails,
    })
}

/// Refuses a username and an address that somebody else has, and a name that looks like somebody else's. What is
/// neither name nor address yet is for others to refuse.
pub(super) async fn refuse_taken(
    work: &mut Work,
    profile: &Profile,
    besides: Option<UserId>,
) -> Result<()> {
    let mut problems = Problems::default();
    if let Ok(username) = text::Username::parse(&profile.username) {
        problems.keep(free_username(work, &username, besides).await)?;
    }
    if let Ok(email) = text::email(&profile.email) {
        problems.keep(free_email(work, &email, besides).await)?;
    }
    problems.end()
}

async fn free_username(
    work: &mut Work,
    username: &text::Username,
    besides: Option<UserId>,
) -> Result<()> {
    let (key, name) = (username.canonical(), username.as_str());
    if users::is_username(&mut work.tx, key, besides).await? {
        return Err(taken_by("username", name, TAKEN));
    }
    // People sign in with either, so neither may be somebody else's other one.
    if users::is_email(&mut work.tx, key, besides).await? {
        let why = "is the e-mail of another user, who signs in with it; choose another one";
        return Err(taken_by("username", name, why));
    }
    let alike = users::look_alike(&mut work.tx, &username.skeleton(), besides).await?;
    let other = alike.iter().find(|(_, other)| {
        text::canonical(other).ok().as_deref() != Some(key) && text::confusable(other, name)
    });
    let Some((id, other)) = other else {
        return Ok(());
    };
    let user = (What::User, *id);
    let sight = Sight::of(&mut work.tx, &work.rights, &[user]).await?;
    let alike = if sight.sees(user) {
        format!("the existing \"{}\"", names::shown(other))
    } else {
        "a name that is taken".to_owned()
    };
    let why = format!("looks like {alike}; choose a name that nobody can mistake");
    Err(taken_by("username", name, &why))
}

async fn free_email(work: &mut Work, email: &text::Email, besides: Option<UserId>) -> Result<()> {
    if users::is_email(&mut work.tx, email.key(), besides).await? {
        return Err(taken_by("email", email.as_str(), TAKEN));
    }
    if users::is_username(&mut work.tx, email.key(), besides).await? {
        let why = "is the username of another user, who signs in with it; choose another one";
        return Err(taken_by("email", email.as_str(), why));
    }
    Ok(())
}

const TAKEN: &str = "is taken by another user, deleted ones included; choose another one";

fn taken_by(field: &'static str, value: &str, why: &str) -> Error {
    Error::unfit(field, format!("\"{}\" {why}", names::shown(value)))
}

/// A unique index that refused, as the field of the form it belongs to.
pub(super) fn taken(error: store::Error, profile: &Profile) -> Error {
    let (field, value) = match &error {
        store::Error::Taken(index) if index == "users_username" => ("username", &profile.username),
        store::Error::Taken(index) if index == "users_email" => ("email", &profile.email),
        _ => return Error::Store(error),
    };
    taken_by(field, value, TAKEN)
}
