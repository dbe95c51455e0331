//! One caller as the desk shows them: why they can't sign in, what to ask them, and what can be done.

use crate::domain::UserId;
use crate::domain::permission::Permission;
use crate::service::jobs::{Offer, Offers, Operation, Targets};
use crate::service::users::{Reason, ShowUser, UserDetail, UserRef, VIEW, WhyNot, WrongPasswords};
use crate::service::{Error, Look, Query, Result};
use crate::store::{desk as rows, sessions, users};

/// Everything about one caller that the desk shows.
#[derive(Clone, Debug)]
pub struct ShowCaller {
    pub user: UserId,
    /// Ask for the sensitive fields too: that they were shown is written to the audit.
    pub sensitive: bool,
}

#[derive(Clone, Debug)]
pub struct CallerCard {
    pub user: UserDetail,
    /// Every reason that stops them from signing in.
    pub reasons: Vec<Reason>,
    pub wrong: Option<WrongPasswords>,
    /// Whether they signed in before from each address that the wrong passwords came from.
    pub usual_addresses: bool,
    pub open_sessions: i64,
    /// What helps callers, in the order in which the desk offers it.
    pub offers: Vec<Offer>,
}

impl Query for ShowCaller {
    type Output = CallerCard;

    fn needs(&self) -> Permission {
        VIEW
    }

    async fn run(self, look: &mut Look) -> Result<CallerCard> {
        let user = ShowUser {
            user: UserRef::Id(self.user),
            sensitive: self.sensitive,
        };
        let user = user.run(look).await?;
        let reasons = WhyNot {
            user: UserRef::Id(self.user),
        };
        let reasons = reasons.run(look).await?;
        let (scope, now) = (look.scope(VIEW).await?, look.now());
        let record = users::lookup(&mut look.tx, &scope, self.user)
            .await?
            .ok_or_else(|| Error::missing("user", format!("number {}", self.user.0)))?;
        let wrong = WrongPasswords::of(&mut look.tx, &record).await?;
        let usual_addresses = are_usual(look, self.user, wrong.as_ref()).await?;
        let open_sessions = sessions::count_open(&mut look.tx, self.user, now).await?;
        let offers = Offers {
            targets: Targets::Users(vec![self.user]),
        };
        let mut offers = offers.run(look).await?;
        offers.retain(|offer| offer.operation.helps_callers());
        offers.sort_by_key(|offer| offer.operation != Operation::Unlock);
        Ok(CallerCard {
            user,
            reasons,
            wrong,
            usual_addresses,
            open_sessions,
            offers,
        })
    }
}

async fn are_usual(look: &mut Look, user: UserId, wrong: Option<&WrongPasswords>) -> Result<bool> {
    let addresses = match wrong {
        Some(wrong) if !wrong.addresses.is_empty() => &wrong.addresses,
        _ => return Ok(false),
    };
    let usual = rows::usual_addresses(&mut look.tx, user, addresses).await?;
    Ok(addresses.iter().all(|address| usual.contains(address)))
}
