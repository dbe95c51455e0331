//! What the policy asks of whoever helps a caller: that they are identified, and a ticket.

use super::{Caller, Operation};
use crate::service::{DeskPolicy, Error, Identification, Result, TicketUse};

/// Refuses to help somebody who may be anybody, where the policy wants to know who it is.
///
/// At the desk that holds for every action but the one that takes an unlock back, which helps nobody in; at other
/// doors for what people call for, if the policy says so.
pub(super) fn check_identity(
    policy: &DeskPolicy,
    operation: Operation,
    caller: Caller,
) -> Result<()> {
    let wanted = match policy.identification {
        Identification::Optional | Identification::Off => false,
        Identification::Required => caller != Caller::Nobody && operation != Operation::Relock,
        Identification::Everywhere => {
            operation.helps_callers()
                || (caller != Caller::Nobody && operation != Operation::Relock)
        }
    };
    if wanted && caller != Caller::Identified {
        return Err(Error::NotConfirmed(format!(
            "\"{}\" wants the caller to be identified first, so nothing was changed: ask who is calling, then say so with Space at the desk, or with --identified.",
            operation.label()
        )));
    }
    Ok(())
}

/// Whether what is done for this caller belongs to a ticket.
pub(super) const fn wants_ticket(policy: &DeskPolicy, caller: Caller) -> bool {
    matches!(policy.ticket, TicketUse::Required) && !matches!(caller, Caller::Nobody)
}

/// Refuses to help a caller without the ticket that the policy wants.
pub(super) fn check_ticket(policy: &DeskPolicy, caller: Caller, ticket: &str) -> Result<()> {
    if wants_ticket(policy, caller) && ticket.is_empty() {
        return Err(Error::NotConfirmed(
            "What is done for a caller wants a ticket, so nothing was changed: type its number at the desk, or give it with --ticket."
                .to_owned(),
        ));
    }
    Ok(())
}
