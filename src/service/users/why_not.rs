//! Why somebody can't sign in: every reason, not only the first, each with who can help.

use super::power::who_can;
use super::{UserRef, VIEW};
use crate::domain::permission::{Permission, Resource, Verb};
use crate::domain::status::Kind;
use crate::domain::{Time, UserId, text};
use crate::service::{Error, Look, Query, Result};
use crate::store::users::UserRecord;
use crate::store::{Tx, access, audit, sessions, users};

#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ReasonKind {
    Deleted,
    Disabled,
    Invited,
    Locked,
    PasswordReset,
    Expired,
    ServiceAccount,
    NoOrganization,
    NoRole,
    NoPassword,
}

impl ReasonKind {
    /// The right that takes the reason away.
    const fn remedy(self) -> Verb {
        match self {
            Self::Deleted => Verb::Restore,
            Self::Disabled => Verb::Enable,
            Self::Invited => Verb::Invite,
            Self::Locked => Verb::Unlock,
            Self::PasswordReset | Self::NoPassword => Verb::ResetPassword,
            Self::Expired | Self::NoOrganization | Self::NoRole => Verb::Edit,
            Self::ServiceAccount => Verb::ApiKey,
        }
    }
}

/// One reason. `since` and `until` are null where nobody knows or nothing ends it.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Reason {
    pub reason: ReasonKind,
    pub since: Time,
    pub until: Time,
    pub who_can_help: Vec<String>,
    /// The same for a person; times stand beside it.
    #[serde(skip)]
    pub sentence: String,
}

/// Every reason that stops a user from signing in now. Empty: nothing does.
#[derive(Clone, Debug)]
pub struct WhyNot {
    pub user: UserRef,
}

impl Query for WhyNot {
    type Output = Vec<Reason>;

    fn needs(&self) -> Permission {
        VIEW
    }

    async fn run(self, look: &mut Look) -> Result<Vec<Reason>> {
        let scope = look.scope(VIEW).await?;
        let id = self.user.resolve(&mut look.tx, &scope).await?;
        let record = users::lookup(&mut look.tx, &scope, id)
            .await?
            .ok_or_else(|| Error::missing("user", self.user.shown()))?;
        let mut reasons = reasons(look, &record).await?;
        for reason in &mut reasons {
            let remedy = Permission(Resource::User, reason.reason.remedy());
            let now = look.now;
            reason.who_can_help = who_can(&mut look.tx, &look.rights, remedy, id, now).await?;
        }
        Ok(reasons)
    }
}

async fn reasons(look: &mut Look, record: &UserRecord) -> Result<Vec<Reason>> {
    let (now, state, id) = (look.now, &record.state, record.id);
    let mut found = Vec::new();
    let mut add = |reason, since, until, sentence: String| {
        found.push(Reason {
            reason,
            since,
            until,
            sentence,
            who_can_help: Vec::new(),
        });
    };
    if !state.deleted_at.is_never() {
        add(
            ReasonKind::Deleted,
            state.deleted_at,
            Time::NEVER,
            "deleted; it lies in the bin".to_owned(),
        );
    }
    if !state.enabled {
        let since = audit::last_done(&mut look.tx, "user", id.0, "user_disabled").await?;
        add(
            ReasonKind::Disabled,
            since.unwrap_or_default(),
            Time::NEVER,
            "disabled".to_owned(),
        );
    }
    match state.authentication_status.as_str() {
        "invited" => add(
            ReasonKind::Invited,
            record.created_at,
            Time::NEVER,
            "invited, and has not accepted yet".to_owned(),
        ),
        "password_reset" => add(
            ReasonKind::PasswordReset,
            Time::NEVER,
            Time::NEVER,
            "the password was reset, and no new one is set yet".to_owned(),
        ),
        _ => {}
    }
    if state.is_locked(now) {
        let sentence = lock_sentence(look, record).await?;
        add(
            ReasonKind::Locked,
            state.locked_at,
            state.locked_until,
            sentence,
        );
    }
    if state.is_expired(now) {
        add(
            ReasonKind::Expired,
            state.expires_at,
            Time::NEVER,
            "expired".to_owned(),
        );
    }
    if record.kind == Kind::Service {
        add(
            ReasonKind::ServiceAccount,
            record.created_at,
            Time::NEVER,
            "a service account: it has no password and uses an API key".to_owned(),
        );
    } else if record.password_changed_at.is_none() {
        add(
            ReasonKind::NoPassword,
            Time::NEVER,
            Time::NEVER,
            "no password is set".to_owned(),
        );
    }
    if access::organizations(&mut look.tx, id).await?.is_empty() {
        add(
            ReasonKind::NoOrganization,
            Time::NEVER,
            Time::NEVER,
            "no enabled organization to sign in to".to_owned(),
        );
    } else if access::workplaces(&mut look.tx, id).await?.is_empty() {
        add(
            ReasonKind::NoRole,
            Time::NEVER,
            Time::NEVER,
            "no role".to_owned(),
        );
    }
    Ok(found)
}

/// The wrong passwords that an account counts: how often, how fast and from where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrongPasswords {
    pub number: i64,
    /// From the first to the last, where more than one is on record.
    pub seconds: Option<i64>,
    /// In order, each once; none where nobody knows.
    pub addresses: Vec<String>,
}

impl WrongPasswords {
    /// The ones that stand against an account now, if any do.
    pub(in crate::service) async fn of(tx: &mut Tx, record: &UserRecord) -> Result<Option<Self>> {
        let number = record.state.failures;
        if number == 0 {
            return Ok(None);
        }
        let wrong = wrong_attempts(tx, record.id, number).await?;
        let seconds = match (wrong.first(), wrong.last()) {
            (Some(last), Some(first)) if wrong.len() > 1 => Some(first.at.seconds_until(last.at)),
            _ => None,
        };
        let mut addresses: Vec<String> = wrong
            .into_iter()
            .map(|attempt| attempt.client_address)
            .filter(|address| !address.is_empty())
            .collect();
        addresses.sort_unstable();
        addresses.dedup();
        Ok(Some(Self {
            number,
            seconds,
            addresses,
        }))
    }
}

impl std::fmt::Display for WrongPasswords {
    /// `10 wrong passwords in 40 s from 203.0.113.7`.
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(&text::counted(
            self.number,
            "wrong password",
            "wrong passwords",
        ))?;
        match self.seconds {
            None => {}
            Some(seconds @ ..=119) => write!(out, " in {seconds} s")?,
            Some(seconds @ 120..=7_199) => write!(out, " in {} min", seconds / 60)?,
            Some(seconds) => write!(out, " in {} h", seconds / 3_600)?,
        }
        match self.addresses.as_slice() {
            [] => Ok(()),
            [one] => write!(out, " from {one}"),
            several => write!(out, " from {} addresses", several.len()),
        }
    }
}

async fn lock_sentence(look: &mut Look, record: &UserRecord) -> Result<String> {
    let wrong = WrongPasswords::of(&mut look.tx, record).await?;
    Ok(wrong.map_or_else(|| "locked".to_owned(), |wrong| wrong.to_string()))
}

async fn wrong_attempts(tx: &mut Tx, user: UserId, limit: i64) -> Result<Vec<sessions::Attempt>> {
    let mut list = sessions::list_attempts(tx, user, None, limit.clamp(1, 100) * 2).await?;
    list.retain(|attempt| attempt.outcome == "wrong_password");
    list.truncate(usize::try_from(limit).unwrap_or(100));
    Ok(list)
}
