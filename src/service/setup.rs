//! The first records of a new database: the built-in roles and groups, an organization, an administrator.

use super::audit::{Chain, Event, Outcome};
use super::catalogue::{self, Preset};
use super::password::{self, Secret};
use super::sign_in::{Origin, key_hash};
use super::{Error, Result, Service, Session, demo, names};
use crate::domain::built_in::{ADMINISTRATOR, ADMINISTRATORS, GROUPS, ROLES, SENSITIVE_DATA};
use crate::domain::user::Profile;
use crate::domain::{OrganizationId, Time, UserId, text};
use crate::store::users::{self, Membership, UserWrite};
use crate::store::{Tx, sessions, setup as rows, units, user_states};

/// How long the first administrator's API key is good for.
const FIRST_KEY_SECONDS: i64 = 24 * 3_600;

/// What `init` is told.
#[derive(Clone, Debug, Default)]
pub struct Init {
    pub admin: String,
    pub email: String,
    pub first_name: String,
    pub last_name: String,
    /// None where the administrator shall set one with `recover` later, or works with the key alone.
    pub password: Option<Secret>,
    pub organization: String,
    /// What the managed application has.
    pub preset: Option<Preset>,
    pub api_key: bool,
    pub origin: Origin,
}

#[derive(Clone, Debug)]
pub struct Initialized {
    pub user: UserId,
    pub organization: String,
    pub api_key: Option<Secret>,
}

impl Service {
    /// Fills an empty database. A database that has users is refused.
    pub async fn initialize(&self, init: Init) -> Result<Initialized> {
        self.refuse_read_only()?;
        let now = self.now();
        let organization = text::name(if init.organization.trim().is_empty() {
            "Main"
        } else {
            &init.organization
        })
        .map_err(|error| Error::invalid("organization", error))?;
        let or = |text: &str, other: &str| {
            if text.trim().is_empty() {
                other.to_owned()
            } else {
                text.to_owned()
            }
        };
        let profile = Profile {
            username: init.admin.clone(),
            first_name: or(&init.first_name, &init.admin),
            last_name: or(&init.last_name, ADMINISTRATOR),
            email: init.email.clone(),
            ..Profile::default()
        };
        let profile = super::users::checked_profile(&profile, now)?;
        let hash = match init.password {
            Some(password) => {
                let words = [profile.username.as_str(), &profile.email, &organization];
                password::check(&self.policy().password, &password, &words)?;
                Some(
                    self.inner
                        .passwords
                        .hash(password, &self.inner.entropy)
                        .await?,
                )
            }
            None => None,
        };
        let mut tx = self.inner.db.write().await?;
        let mut chain = Chain::lock(&mut tx).await?;
        if rows::has_users(&mut tx).await? {
            return Err(Error::rule(
                "This database has users already, so it was left as it is; name another one with --database, or use wardroom recover to get back in.",
            ));
        }
        let user = first_records(&mut tx, &profile, &organization, now).await?;
        if let Some(hash) = hash {
            user_states::set_password(&mut tx, user.0, &hash, now).await?;
        }
        let api_key = if init.api_key {
            Some(self.api_key(&mut tx, user, now).await?)
        } else {
            None
        };
        let session = Session::system("init", init.origin);
        let mut event = Event::new("system_initialized").on("user", user.0.0, &profile.username);
        if let Some(preset) = &init.preset {
            catalogue::furnish(&mut tx, &preset.file, now).await?;
            event = event.changing(super::audit::note("preset", &preset.name));
        }
        chain
            .add(&mut tx, &session, now, event, Outcome::Done)
            .await?;
        chain.commit(tx).await?;
        Ok(Initialized {
            user: user.0,
            organization,
            api_key,
        })
    }

    /// Makes the key of a user in an organization, which replaces the one before. It is shown once and kept as its hash.
    pub(super) async fn api_key(
        &self,
        tx: &mut Tx,
        (user, organization): (UserId, OrganizationId),
        now: Time,
    ) -> Result<Secret> {
        let bytes: [u8; 32] = self.inner.entropy.bytes();
        let key = Secret::new(format!(
            "wr_{}",
            data_encoding::BASE64URL_NOPAD.encode(&bytes)
        ));
        let end = now.plus_seconds(FIRST_KEY_SECONDS);
        sessions::replace_key(tx, user, organization, &key_hash(&key), now, end).await?;
        Ok(key)
    }

    /// After a demo database was filled: the key of its administrator, and the one row in the audit that says so.
    pub async fn finish_demo(&self, administrator: &str, users: u64) -> Result<Secret> {
        let now = self.now();
        let mut tx = self.inner.db.write().await?;
        let mut chain = Chain::lock(&mut tx).await?;
        let scope = crate::store::Scope::system();
        let user = names::user(&mut tx, &scope, administrator).await?;
        let organization = crate::store::access::organizations(&mut tx, user)
            .await?
            .first()
            .map(|(id, _)| *id)
            .ok_or_else(|| {
                Error::Unexpected("the demo administrator has no organization".to_owned())
            })?;
        let key = self.api_key(&mut tx, (user, organization), now).await?;
        let session = Session::system("demo", Origin::of("command line"));
        let event =
            Event::new("demo_populated").changing(super::audit::note("users", &users.to_string()));
        chain
            .add(&mut tx, &session, now, event, Outcome::Done)
            .await?;
        chain.commit(tx).await?;
        Ok(key)
    }

    /// Gives a demo database the catalogue of the application that its people work with.
    pub(super) async fn furnish_demo(&self) -> Result<()> {
        let mut tx = self.inner.db.write().await?;
        let mut chain = Chain::lock(&mut tx).await?;
        demo::furnish(&mut tx).await?;
        let session = Session::system("demo", Origin::of("command line"));
        let event = Event::new("catalogue_imported");
        chain
            .add(&mut tx, &session, self.now(), event, Outcome::Done)
            .await?;
        chain.commit(tx).await
    }

    /// Whether anybody is in the database at all.
    pub async fn has_users(&self) -> Result<bool> {
        let mut tx = self.inner.db.read().await?;
        Ok(rows::has_users(&mut tx).await?)
    }
}

async fn first_records(
    tx: &mut Tx,
    profile: &Profile,
    organization: &str,
    now: Time,
) -> Result<(UserId, OrganizationId)> {
    let key = names::key(organization);
    let organization_id = rows::add_organization(tx, organization, &key, now).await?;
    let unit = units::NewUnit {
        organization: organization_id,
        parent: None,
        name: organization,
        name_key: &key,
    };
    let unit = units::add(tx, &unit, now).await?;
    let mut roles = Vec::new();
    for role in ROLES {
        let id = rows::add_built_in_role(tx, role, &names::key(role.name), now).await?;
        roles.push((role.name, id));
    }
    let mut groups = Vec::new();
    for group in GROUPS {
        let id = rows::add_built_in_group(tx, group, &names::key(group.name), now).await?;
        for (_, role) in roles.iter().filter(|(name, _)| group.roles.contains(name)) {
            rows::give_group_role(tx, id, *role).await?;
        }
        groups.push((group.name, id));
    }
    let username = text::Username::parse(&profile.username)
        .map_err(|error| Error::invalid("username", error))?;
    let email = text::email(&profile.email).map_err(|error| Error::invalid("email", error))?;
    let write = UserWrite {
        organization: organization_id,
        owner_unit: unit,
        profile: profile.clone(),
        username_key: username.canonical().to_owned(),
        username_skeleton: username.skeleton(),
        email_key: email.key().to_owned(),
        kind: crate::domain::Kind::Person,
        manager: None,
        agent: false,
        other_emails: Vec::new(),
    };
    let user = users::add(tx, &write, true, "active", Time::NEVER, now).await?;
    users::join(tx, Membership::Organizations, user, organization_id.0).await?;
    users::join(tx, Membership::Units, user, unit.0).await?;
    for (name, id) in &roles {
        if *name == ADMINISTRATOR {
            users::join(tx, Membership::Roles, user, id.0).await?;
        }
    }
    for (name, id) in &groups {
        if [ADMINISTRATORS, SENSITIVE_DATA].contains(name) {
            users::join(tx, Membership::Groups, user, id.0).await?;
        }
    }
    Ok((user, organization_id))
}
