//! Saying yes: what is hard to undo wants to be confirmed, and a reason where the policy asks for one.

use super::conferring::{self, gives_administration};
use super::jobs::Confirmation;
use super::{Action, Ending, Error, Event, Policy, Result, Tiers, Work};
use crate::domain::OrganizationId;
use crate::domain::permission::Rule;
use crate::domain::plan::{Direction, Extent, Operation, tier};
use crate::domain::text;
use crate::store::jobs::count_users;
use crate::store::sql::Sql;
use crate::store::{Tx, members};

const REASON_CHARACTERS_MAX: usize = 500;

/// That the operator means it, and why.
#[derive(Clone, Debug)]
pub struct Consent {
    pub confirmation: Confirmation,
    pub reason: String,
    pub ticket: String,
}

impl Default for Consent {
    fn default() -> Self {
        Self {
            confirmation: Confirmation::None,
            reason: String::new(),
            ticket: String::new(),
        }
    }
}

impl Consent {
    #[must_use]
    pub fn count(number: i64) -> Self {
        Self {
            confirmation: Confirmation::Count(number),
            ..Self::default()
        }
    }

    /// Refuses what wasn't confirmed as its tier asks, and gives back the reason and the ticket as they are kept.
    /// `deed` continues "This would": `delete the group "Sales"`.
    pub(super) fn check(
        &self,
        work: &Work,
        tier: i64,
        number: i64,
        deed: &str,
    ) -> Result<(String, String)> {
        let tiers = &work.service.policy().tiers;
        let kept = |field, text: &str| {
            text::normalize_within(text, REASON_CHARACTERS_MAX)
                .map_err(|error| Error::invalid(field, error))
        };
        let (reason, ticket) = (kept("reason", &self.reason)?, kept("ticket", &self.ticket)?);
        if let Confirmation::Count(count) = self.confirmation
            && count != number
        {
            return Err(Error::NotConfirmed(format!(
                "This would {deed}: {number}, not {count}; nothing was changed. Say {number} if you mean it."
            )));
        }
        if !suffices(tier, self.confirmation) {
            return Err(Error::NotConfirmed(format!(
                "This would {deed} and wants to be confirmed; nothing was changed. Say how many with --yes-count {number}."
            )));
        }
        check_reason(tiers, tier, &reason, &ticket)?;
        Ok((reason, ticket))
    }
}

/// What a save does to people, as far as it counts for what it asks.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Weight {
    /// How many people it touches.
    pub number: i64,
    /// Whether they lose something.
    pub takes: bool,
    pub gives_administration: bool,
}

impl Weight {
    /// What touches the users of a subquery of ids.
    pub async fn on(work: &mut Work, users: &Sql) -> Result<Self> {
        Ok(Self {
            number: members::count_all(&mut work.tx, users).await?,
            ..Self::default()
        })
    }

    /// What puts rules in the place of others.
    pub fn and_rules(self, before: &[Rule], after: &[Rule]) -> Self {
        Self {
            takes: self.takes || conferring::takes(before, after),
            ..self
        }
    }

    /// What gives some roles and groups, and may take others.
    pub async fn and_held(
        self,
        work: &mut Work,
        (roles, groups): (&[i64], &[i64]),
        is_taken: bool,
    ) -> Result<Self> {
        let administers = gives_administration(&mut work.tx, roles, groups).await?;
        Ok(Self {
            takes: self.takes || is_taken,
            gives_administration: self.gives_administration || administers,
            ..self
        })
    }
}

/// The tier from which a save is asked for: what was reviewed, or written out on the command line, has the yes of the
/// second tier.
const ASKED_FROM: i64 = 3;

/// What a save asks before it is done, and of how many.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Asks {
    /// What it does, as the words after "This would": `change what 12 users may do by the role "Clerk"`.
    pub deed: String,
    /// The word that is typed before the number from tier 4 on.
    pub word: &'static str,
    /// As a plan's; 3 wants the number, 4 deed and number.
    pub tier: i64,
    /// The people it touches.
    pub number: i64,
    pub reason_needed: bool,
    pub ticket_needed: bool,
}

impl Asks {
    /// Whether a review alone doesn't cover it.
    #[must_use]
    pub const fn are_asked(&self) -> bool {
        self.tier >= ASKED_FROM
    }
}

/// What was saved, or would be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Edited {
    /// The names of the fields that changed.
    pub fields: Vec<String>,
    pub asks: Asks,
}

/// A save that may ask for consent.
pub trait Asking: Action<Output = Edited> {
    fn consent(&mut self) -> &mut Consent;
}

impl Consent {
    /// Weighs a save as a plan is weighed, and refuses it where it wasn't confirmed as its tier asks; a rehearsal says
    /// what is asked, and refuses nothing. Gives the event its reason and ticket. `fields` are those that change.
    pub(super) async fn weigh(
        &self,
        work: &mut Work,
        (weight, fields): (Weight, &[String]),
        (verb, deed): (&'static str, String),
        event: &mut Event,
    ) -> Result<Asks> {
        let (policy, here) = (work.service.policy().clone(), work.session.organization);
        let like = if weight.takes {
            Direction::Remove.like()
        } else {
            Direction::Add.like()
        };
        let extent = Extent {
            will_change: weight.number,
            gives_administration: weight.gives_administration,
            ..Extent::default()
        };
        let tier = match weight.number {
            0 => 1,
            _ => tier_in(&mut work.tx, &policy, here, (like, extent)).await?,
        };
        let asked = if tier < ASKED_FROM { 1 } else { tier };
        let (reason_needed, ticket_needed) = wants(&policy.tiers, asked);
        if work.ending == Ending::Commit {
            // Of what is so already no number is right or wrong: whoever saves it is told that.
            let number = match self.confirmation {
                Confirmation::Count(count) if fields.is_empty() && weight.number == 0 => count,
                _ => weight.number,
            };
            (event.reason, event.ticket) = self.check(work, asked, number, &deed)?;
        }
        Ok(Asks {
            deed,
            word: verb,
            tier,
            number: weight.number,
            reason_needed,
            ticket_needed,
        })
    }
}

/// The tier of what is done to people of an organization, of whom the extent needs no number.
pub(super) async fn tier_in(
    tx: &mut Tx,
    policy: &Policy,
    organization: OrganizationId,
    (like, extent): (Operation, Extent),
) -> Result<i64> {
    // Up to this number no part of an organization is too large, and counting it takes longer than one unlock.
    let organization_users = if extent.will_change > policy.tiers.count_over {
        count_users(tx, organization).await?
    } else {
        0
    };
    let extent = Extent {
        organization_users,
        ..extent
    };
    Ok(tier(like, extent, policy.thresholds()))
}

/// Whether what was said is what a tier asks for. A count is compared by whoever knows the number.
pub(super) const fn suffices(tier: i64, confirmation: Confirmation) -> bool {
    matches!(
        (tier, confirmation),
        (..=1, _) | (_, Confirmation::Count(_)) | (2, Confirmation::Yes)
    )
}

/// Refuses to go on without the reason and the ticket that a tier wants.
pub(super) fn check_reason(tiers: &Tiers, tier: i64, reason: &str, ticket: &str) -> Result<()> {
    let (reason_needed, ticket_needed) = wants(tiers, tier);
    if reason_needed && reason.is_empty() {
        return Err(Error::NotConfirmed(
            "This wants a reason; nothing was changed. Give one with --reason.".to_owned(),
        ));
    }
    if ticket_needed && ticket.is_empty() {
        return Err(Error::NotConfirmed(
            "This wants a ticket; nothing was changed. Give one with --ticket.".to_owned(),
        ));
    }
    Ok(())
}

/// Whether a tier wants a reason, and whether it wants a ticket.
pub(super) const fn wants(tiers: &Tiers, tier: i64) -> (bool, bool) {
    (
        tier >= tiers.reason_from_tier,
        tiers.ticket_required && tier >= 2,
    )
}

/// Deleting one record can't be undone: the count is asked for.
pub(super) const DELETE_TIER: i64 = 3;
