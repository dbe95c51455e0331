//! Who locked again soon after they were unlocked: something still sends the old password, or somebody guesses.

use crate::domain::permission::Permission;
use crate::domain::{Time, UserId};
use crate::service::users::{VIEW, WrongPasswords};
use crate::service::{Look, Query, Result};
use crate::store::{desk as rows, users};

/// How soon a lock counts as the same trouble.
const SOON_SECONDS: i64 = 10 * 60;
/// How long it is told of.
const TOLD_SECONDS: i64 = 60 * 60;

/// The accounts that the operator unlocked for a caller and that locked again within ten minutes, the latest first;
/// told for an hour, as long as the lock holds.
#[derive(Clone, Copy, Debug, Default)]
pub struct LockedAgain;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Relocked {
    pub user: UserId,
    pub username: String,
    pub unlocked_at: Time,
    pub locked_at: Time,
    pub wrong: Option<WrongPasswords>,
}

impl Query for LockedAgain {
    type Output = Vec<Relocked>;

    fn needs(&self) -> Permission {
        VIEW
    }

    async fn run(self, look: &mut Look) -> Result<Vec<Relocked>> {
        let (scope, now) = (look.scope(VIEW).await?, look.now());
        let since = now.plus_seconds(-TOLD_SECONDS);
        let operator = look.session.user;
        let found = rows::locked_again(&mut look.tx, operator, since, SOON_SECONDS, now).await?;
        let mut relocked = Vec::with_capacity(found.len());
        for unlocked in found {
            let Some(record) = users::lookup(&mut look.tx, &scope, unlocked.user).await? else {
                continue;
            };
            let wrong = WrongPasswords::of(&mut look.tx, &record).await?;
            relocked.push(Relocked {
                user: unlocked.user,
                username: record.profile.username,
                unlocked_at: unlocked.at,
                locked_at: record.state.locked_at,
                wrong,
            });
        }
        Ok(relocked)
    }
}

impl std::fmt::Display for Relocked {
    /// `b.tanaka locked again after 3 min: 10 wrong passwords in 9 s from 203.0.113.7`.
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{} locked again after ", self.username)?;
        match self.unlocked_at.seconds_until(self.locked_at) {
            seconds @ ..60 => write!(out, "{seconds} s")?,
            seconds => write!(out, "{} min", seconds / 60)?,
        }
        match &self.wrong {
            Some(wrong) => write!(out, ": {wrong}"),
            None => Ok(()),
        }
    }
}
