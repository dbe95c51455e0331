//! The one door without a session: name and password, or an API key.
//!
//! The order is fixed: find by username or primary e-mail, hash the password (an unknown or locked user costs the same
//! and gets the same words), status, an enabled organization, a role. Counting, locking and reading the status are one
//! statement of the store.

use super::audit::{Chain, Event, Outcome, note};
use super::password::Secret;
use super::{Error, Result, Service, access, users};
use crate::domain::status::Status;
use crate::domain::text;
use crate::domain::user::UserKind;
use crate::domain::{ApiKeyId, OrganizationId, SessionId, Time, UserId};
use crate::store::sessions::{Attempt, NewSession};
use crate::store::user_states::{self, Candidate};
use crate::store::{Tx, access as rows, members, sessions};
use sha2::{Digest, Sha256};

/// From where somebody speaks: recorded with every attempt and every audit row.
#[derive(Clone, Debug, Default)]
pub struct Origin {
    pub application: String,
    pub client_address: String,
    pub agent: String,
}

impl Origin {
    #[must_use]
    pub fn of(application: &str) -> Self {
        Self {
            application: application.to_owned(),
            ..Self::default()
        }
    }
}

impl std::fmt::Display for Origin {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(&self.application)?;
        if !self.client_address.is_empty() {
            write!(out, " from {}", self.client_address)?;
        }
        Ok(())
    }
}

#[derive(Clone, Debug)]
pub struct SignIn {
    pub name: String,
    pub password: Secret,
    /// The organization to work in; where none is named the first that the user may work in, their own before others.
    pub organization: Option<String>,
    pub origin: Origin,
}

/// How an operator is known. Only this module makes one, so a session can't be forged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Credential {
    Session(SessionId),
    ApiKey(ApiKeyId),
    /// Nobody: setup, recovery and the sign-in door itself, in the audit only.
    System,
}

/// Who is signed in, and where they work. It holds no rights: those are read for every request.
#[derive(Clone, Debug)]
pub struct Session {
    pub user: UserId,
    pub username: String,
    pub display_name: String,
    pub organization: OrganizationId,
    pub organization_name: String,
    pub time_zone: String,
    pub(super) origin: Origin,
    pub(super) credential: Credential,
}

impl Session {
    /// The one in whose name the console itself writes to the audit.
    pub(super) fn system(name: &str, origin: Origin) -> Self {
        Self {
            user: UserId(0),
            username: name.to_owned(),
            display_name: name.to_owned(),
            organization: OrganizationId(0),
            organization_name: String::new(),
            time_zone: String::new(),
            origin,
            credential: Credential::System,
        }
    }
}

/// Whom `authenticate` let in, for the application that asked.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Authenticated {
    pub id: UserId,
    pub username: String,
    pub display_name: String,
    pub status: Status,
    pub organization: String,
    pub organizations: Vec<String>,
}

impl Service {
    /// Signs an operator in for a session of their own.
    pub async fn sign_in(&self, attempt: SignIn) -> Result<Session> {
        let (admitted, origin) = self.admit(attempt, true).await?;
        let mut tx = self.inner.db.write().await?;
        let mut chain = Chain::lock(&mut tx).await?;
        let now = self.now();
        let id = sessions::add(
            &mut tx,
            &NewSession {
                user: admitted.user,
                organization: admitted.organization,
                application: &origin.application,
                client_address: &origin.client_address,
                agent: &origin.agent,
                at: now,
                expires_at: now.plus_seconds(self.inner.policy.session.absolute_hours * 3_600),
            },
        )
        .await?;
        let session = Session {
            credential: Credential::Session(id),
            ..admitted
        };
        let event = Event::new("authn_login_success").on("user", session.user.0, &session.username);
        chain
            .add(&mut tx, &session, now, event, Outcome::Done)
            .await?;
        chain.commit(tx).await?;
        Ok(session)
    }

    /// Checks a password as an application would: counts, locks and records, and opens no session.
    pub async fn authenticate(&self, attempt: SignIn) -> Result<Authenticated> {
        let (admitted, _) = self.admit(attempt, false).await?;
        let mut tx = self.inner.db.read().await?;
        let organizations = rows::organizations(&mut tx, admitted.user).await?;
        Ok(Authenticated {
            id: admitted.user,
            username: admitted.username,
            display_name: admitted.display_name,
            status: Status::Active,
            organization: admitted.organization_name,
            organizations: organizations.into_iter().map(|(_, name)| name).collect(),
        })
    }

    /// Asks the operator of an open session for the password again: the same door, so that wrong ones count, lock and are
    /// recorded as everywhere. The session itself stays as it was.
    pub async fn reauthenticate(&self, session: &Session, password: Secret) -> Result<()> {
        let (candidate, organization) = self.operator(session).await?;
        let attempt = SignIn {
            name: session.username.clone(),
            password,
            organization,
            origin: session.origin.clone(),
        };
        self.admit_candidate(candidate, attempt, true).await?;
        let mut tx = self.inner.db.write().await?;
        let mut chain = Chain::lock(&mut tx).await?;
        let event =
            Event::new("authn_reauthenticated").on("user", session.user.0, &session.username);
        chain
            .add(&mut tx, session, self.now(), event, Outcome::Done)
            .await?;
        chain.commit(tx).await
    }

    /// The operator of a session that is still open, and what their organization is called by now.
    async fn operator(&self, session: &Session) -> Result<(Option<Candidate>, Option<String>)> {
        let mut tx = self.inner.db.read().await?;
        access::rights(&mut tx, session, self.now()).await?;
        let candidate = user_states::candidate(&mut tx, session.user).await?;
        let organizations = rows::organizations(&mut tx, session.user).await?;
        let organization = organizations
            .into_iter()
            .find(|(id, _)| *id == session.organization);
        Ok((candidate, organization.map(|(_, name)| name)))
    }

    /// Signs in with an API key, which works only while its user may sign in.
    pub async fn sign_in_with_key(
        &self,
        key: &str,
        organization: Option<&str>,
        origin: Origin,
    ) -> Result<Session> {
        let refused = || {
            Error::NotSignedIn(
                "The API key is not valid: it is unknown, has run out or was replaced; ask for a new one.".to_owned(),
            )
        };
        let hash = key_hash(key);
        let now = self.now();
        let mut tx = self.inner.db.read().await?;
        let found = sessions::find_key(&mut tx, &hash)
            .await?
            .ok_or_else(refused)?;
        if found.expires_at <= now {
            return Err(refused());
        }
        let standing = rows::standing(&mut tx, found.user, found.organization)
            .await?
            .ok_or_else(refused)?;
        let organizations = rows::organizations(&mut tx, found.user).await?;
        let (id, name) = organizations
            .iter()
            .find(|(id, _)| *id == found.organization)
            .cloned()
            .ok_or_else(refused)?;
        if let Some(wanted) = organization
            && text::fold(wanted) != text::fold(&name)
        {
            return Err(Error::rule(format!(
                "The API key works in the organization {name} alone: leave --in out, or use a key of {wanted}; only can, who-can and what-can ask about others with it."
            )));
        }
        let session = Session {
            user: found.user,
            username: standing.username,
            display_name: standing.display_name,
            organization: id,
            organization_name: name,
            time_zone: standing.time_zone,
            origin,
            credential: Credential::ApiKey(found.id),
        };
        access::rights(&mut tx, &session, now).await?;
        tx.rollback().await?;
        if !self.inner.policy.read_only {
            let mut tx = self.inner.db.write().await?;
            sessions::key_used(&mut tx, found.id, now).await?;
            tx.commit().await?;
        }
        Ok(session)
    }

    /// Ends the operator's own session.
    pub async fn sign_out(&self, session: &Session) -> Result<()> {
        let Credential::Session(id) = session.credential else {
            return Ok(());
        };
        let mut tx = self.inner.db.write().await?;
        let mut chain = Chain::lock(&mut tx).await?;
        sessions::end(&mut tx, id, "you signed out", self.now()).await?;
        let event = Event::new("authn_logout").on("user", session.user.0, &session.username);
        chain
            .add(&mut tx, session, self.now(), event, Outcome::Done)
            .await?;
        chain.commit(tx).await
    }

    /// The steps that the console and `authenticate` share.
    async fn admit(&self, attempt: SignIn, must_hold_role: bool) -> Result<(Session, Origin)> {
        let candidate = self.candidate(&attempt.name).await?;
        self.admit_candidate(candidate, attempt, must_hold_role)
            .await
    }

    async fn admit_candidate(
        &self,
        candidate: Option<Candidate>,
        attempt: SignIn,
        must_hold_role: bool,
    ) -> Result<(Session, Origin)> {
        let SignIn {
            name,
            password,
            organization,
            origin,
        } = attempt;
        // A service account has no password: it costs what a wrong one costs and never counts.
        let hash = candidate
            .as_ref()
            .filter(|candidate| candidate.kind != UserKind::Service)
            .and_then(|candidate| candidate.hash.clone());
        let kept = self.rehash_of(&password, hash.as_deref());
        let matches = self.inner.passwords.verify(password, hash.clone()).await?;
        let Some(candidate) = candidate else {
            self.record_unknown(&name, &origin).await?;
            return Err(Error::SignInRefused);
        };
        let mut tries = 1;
        let admitted = loop {
            match self
                .settle(
                    &candidate,
                    matches,
                    organization.as_deref(),
                    &origin,
                    must_hold_role,
                )
                .await
            {
                Err(error) if error.is_retry() && tries < super::ATTEMPTS_MAX => tries += 1,
                other => break other?,
            }
        };
        if let (Some(old), Some(password)) = (hash, kept) {
            self.rehash(admitted.user, &old, password).await?;
        }
        Ok((admitted, origin))
    }

    async fn candidate(&self, name: &str) -> Result<Option<Candidate>> {
        // A name that could belong to nobody is looked up all the same, so that it costs what others cost.
        let key = text::canonical(name.trim()).unwrap_or_default();
        let mut tx = self.inner.db.read().await?;
        Ok(user_states::find_candidate(&mut tx, &key).await?)
    }

    /// One transaction: count or take, lock, record.
    async fn settle(
        &self,
        candidate: &Candidate,
        matches: bool,
        organization: Option<&str>,
        origin: &Origin,
        must_hold_role: bool,
    ) -> Result<Session> {
        let now = self.now();
        let mut tx = self.inner.db.write().await?;
        if candidate.kind == UserKind::Service {
            self.record(
                &mut tx,
                Some(candidate.id),
                &candidate.username,
                "service_account",
                origin,
            )
            .await?;
            tx.commit().await?;
            return Err(Error::SignInRefused);
        }
        if !matches {
            self.count_failure(tx, candidate, origin, now).await?;
            return Err(Error::SignInRefused);
        }
        match self
            .take(
                &mut tx,
                candidate,
                organization,
                origin,
                now,
                must_hold_role,
            )
            .await?
        {
            Ok(session) => {
                self.record(
                    &mut tx,
                    Some(candidate.id),
                    &candidate.username,
                    "success",
                    origin,
                )
                .await?;
                tx.commit().await?;
                Ok(session)
            }
            Err(refusal) => {
                // What the right password would have changed is not kept.
                tx.rollback().await?;
                let mut tx = self.inner.db.write().await?;
                self.record(
                    &mut tx,
                    Some(candidate.id),
                    &candidate.username,
                    refusal,
                    origin,
                )
                .await?;
                tx.commit().await?;
                Err(Error::SignInRefused)
            }
        }
    }

    /// Counts a wrong password. The guess that would lock is begun again with the head of the audit locked first, as every
    /// other writer has it: whoever held the state and waited for the head would wait for one who holds the head, and two
    /// administrators who are locked at once would each take the other for the last one.
    async fn count_failure(
        &self,
        mut tx: Tx,
        candidate: &Candidate,
        origin: &Origin,
        now: Time,
    ) -> Result<()> {
        let most = self.inner.policy.lockout.failures;
        let counted =
            user_states::count_failure(&mut tx, candidate.id, now, most, Time::NEVER).await?;
        if let Some((_, true)) = counted {
            tx.rollback().await?;
            return self.lock_account(candidate, origin, now).await;
        }
        self.record_guess(&mut tx, candidate, counted.is_some(), origin)
            .await?;
        Ok(tx.commit().await?)
    }

    async fn lock_account(&self, candidate: &Candidate, origin: &Origin, now: Time) -> Result<()> {
        let mut tx = self.inner.db.write().await?;
        let mut chain = Chain::lock(&mut tx).await?;
        let most = self.inner.policy.lockout.failures;
        let until = self.lock_end(&mut tx, candidate.id, now).await?;
        let counted = user_states::count_failure(&mut tx, candidate.id, now, most, until).await?;
        self.record_guess(&mut tx, candidate, counted.is_some(), origin)
            .await?;
        let Some((failures, true)) = counted else {
            return Ok(tx.commit().await?);
        };
        let session = Session::system("sign-in", origin.clone());
        let event = Event::new("authn_login_lock")
            .on("user", candidate.id.0, &candidate.username)
            .changing(note("failures", &failures.to_string()));
        chain
            .add(&mut tx, &session, now, event, Outcome::Done)
            .await?;
        chain.commit(tx).await
    }

    /// What became of a wrong password: it counted, or a lock was in force already.
    async fn record_guess(
        &self,
        tx: &mut Tx,
        candidate: &Candidate,
        counted: bool,
        origin: &Origin,
    ) -> Result<()> {
        let outcome = if counted { "wrong_password" } else { "locked" };
        let (id, name) = (Some(candidate.id), &candidate.username);
        self.record(tx, id, name, outcome, origin).await
    }

    /// When a lock that begins now ends. The last administrator, also the last whose account doesn't end, is never locked
    /// out for long.
    async fn lock_end(&self, tx: &mut Tx, user: UserId, now: Time) -> Result<Time> {
        const LAST_ADMINISTRATOR_MINUTES: i64 = 15;
        let minutes = self.inner.policy.lockout.minutes;
        let administrators = user_states::effective_administrators(tx, now).await?;
        let (last, _) = users::indispensable(tx, now, &members::these(&[user.0])).await?;
        let minutes = if administrators == [user] || !last.is_empty() {
            if minutes == 0 {
                LAST_ADMINISTRATOR_MINUTES
            } else {
                minutes.min(LAST_ADMINISTRATOR_MINUTES)
            }
        } else {
            minutes
        };
        Ok(if minutes == 0 {
            Time::NEVER
        } else {
            now.plus_seconds(minutes * 60)
        })
    }

    /// The right password: status, organization, role, in this order. The inner error is the outcome to record.
    async fn take(
        &self,
        tx: &mut Tx,
        candidate: &Candidate,
        organization: Option<&str>,
        origin: &Origin,
        now: Time,
        must_hold_role: bool,
    ) -> Result<std::result::Result<Session, &'static str>> {
        if !user_states::count_success(tx, candidate.id, now).await? {
            return Ok(Err("status"));
        }
        let organizations = rows::organizations(tx, candidate.id).await?;
        let workplaces = rows::workplaces(tx, candidate.id).await?;
        let chosen = match organization {
            Some(wanted) => organizations
                .iter()
                .find(|(_, name)| text::fold(name) == text::fold(wanted)),
            // Whoever holds no role where they belong goes where they hold one.
            None if must_hold_role => workplaces.first().or(organizations.first()),
            None => organizations.first(),
        };
        let Some((organization, organization_name)) = chosen.cloned() else {
            return Ok(Err("no_organization"));
        };
        let has_role = workplaces
            .iter()
            .any(|(place, _)| !must_hold_role || *place == organization);
        if !has_role {
            return Ok(Err("no_role"));
        }
        let Some(standing) = rows::standing(tx, candidate.id, organization).await? else {
            return Ok(Err("status"));
        };
        Ok(Ok(Session {
            user: candidate.id,
            username: standing.username,
            display_name: standing.display_name,
            organization,
            organization_name,
            time_zone: standing.time_zone,
            origin: origin.clone(),
            credential: Credential::System,
        }))
    }

    async fn record_unknown(&self, name: &str, origin: &Origin) -> Result<()> {
        // What was typed may be a password in the wrong field: of an unknown name only its length is kept.
        let shown = format!(
            "unknown name of {} characters",
            name.chars().count().min(999)
        );
        let mut tx = self.inner.db.write().await?;
        self.record(&mut tx, None, &shown, "unknown", origin)
            .await?;
        Ok(tx.commit().await?)
    }

    async fn record(
        &self,
        tx: &mut Tx,
        user: Option<UserId>,
        name: &str,
        outcome: &str,
        origin: &Origin,
    ) -> Result<()> {
        let attempt = Attempt {
            id: 0,
            at: self.now(),
            outcome: outcome.to_owned(),
            application: cut(&origin.application),
            client_address: cut(&origin.client_address),
            agent: cut(&origin.agent),
        };
        Ok(sessions::add_attempt(tx, user, name, &attempt).await?)
    }

    /// Keeps the password for a moment where its hash has weaker parameters than today's.
    fn rehash_of(&self, password: &Secret, hash: Option<&str>) -> Option<Secret> {
        let outdated = hash.is_some_and(|hash| self.inner.passwords.is_outdated(hash));
        (outdated && !self.inner.policy.read_only).then(|| password.clone())
    }

    async fn rehash(&self, user: UserId, old: &str, password: Secret) -> Result<()> {
        let new = self
            .inner
            .passwords
            .hash(password, &self.inner.entropy)
            .await?;
        let mut tx = self.inner.db.write().await?;
        user_states::rehash_password(&mut tx, user, old, &new).await?;
        Ok(tx.commit().await?)
    }
}

/// An API key is kept as its SHA-256: it has 256 random bits, so nothing slower is needed.
pub(super) fn key_hash(key: &str) -> [u8; 32] {
    Sha256::digest(key.trim().as_bytes()).into()
}

/// What an application says of itself is cut, so that no attempt fills the database.
fn cut(text: &str) -> String {
    text.chars().take(200).collect()
}
