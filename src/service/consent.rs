//! Saying yes: what is hard to undo wants to be confirmed, and a reason where the policy asks for one.

use super::jobs::Confirmation;
use super::{Error, Result, Tiers, Work};
use crate::domain::text;

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
