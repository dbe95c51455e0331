//! What stands in the way of a deletion, told before anything is written; computed by the code that refuses it.

use super::Look;
use super::consent::{self, DELETE_TIER};

/// What deleting one record would mean.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Deletion {
    /// `ORGANIZATION/NAME`, or the name alone.
    pub name: String,
    /// Why it can't be deleted, a sentence each. None: it can.
    pub blockers: Vec<String>,
    /// What belongs to it and has to be given to another record first, counted.
    pub moves: Vec<String>,
    /// What else happens, a sentence each.
    pub effects: Vec<String>,
    pub reason_needed: bool,
    pub ticket_needed: bool,
}

impl Deletion {
    pub(super) fn of(look: &Look, name: String) -> Self {
        let tiers = &look.service.policy().tiers;
        Self {
            name,
            reason_needed: consent::reason_needed(tiers, DELETE_TIER),
            ticket_needed: consent::ticket_needed(tiers, DELETE_TIER),
            ..Self::default()
        }
    }
}
