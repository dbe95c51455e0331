//! What deleting a record would do and what stands against it, found by the code that deletes, before anything is written.

use super::consent::{DELETE_TIER, wants};
use super::{Error, Lack, Look, Rights, Work};
use crate::domain::{Time, UserId};
use crate::service::conferring::few;
use crate::store::Tx;

/// Names that a sentence about a deletion lists.
pub(super) const NAMED_MAX: i64 = 3;

/// What deleting one record would do now.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Deletion {
    /// The name that a command line takes: `ACME/Sales`.
    pub name: String,
    /// Why it can't be deleted, in sentences.
    pub blockers: Vec<String>,
    /// What happens besides, in sentences.
    pub effects: Vec<String>,
    /// It is in use, and nobody said yet which record takes its place.
    pub needs_successor: bool,
    pub reason_needed: bool,
    pub ticket_needed: bool,
    /// What the operator lacks, where that is the first of the blockers.
    #[serde(skip)]
    pub lack: Option<Lack>,
}

impl Deletion {
    pub(super) fn of(look: &Look, name: String) -> Self {
        let (reason_needed, ticket_needed) = wants(&look.service.policy().tiers, DELETE_TIER);
        Self {
            name,
            blockers: Vec::new(),
            effects: Vec::new(),
            needs_successor: false,
            reason_needed,
            ticket_needed,
            lack: None,
        }
    }

    pub(super) fn block(&mut self, errors: &[Error]) {
        self.blockers = errors.iter().map(ToString::to_string).collect();
        self.lack = errors.first().and_then(Error::lack);
    }

    /// Adds what stands against it too, behind what does already.
    pub(super) fn and_block(&mut self, error: Option<Error>) {
        if self.blockers.is_empty() {
            self.lack = error.as_ref().and_then(Error::lack);
        }
        self.blockers.extend(error.map(|error| error.to_string()));
    }

    /// Adds the sentence `BEGINNING: "a", "b" and 3 more.`, naming those whose names are known.
    pub(super) fn tell(&mut self, beginning: &str, number: i64, names: &[String]) {
        self.effects.push(if names.is_empty() {
            format!("{beginning}.")
        } else {
            format!("{beginning}: {}.", few(number, names))
        });
    }
}

/// What a verdict is spoken from: a request that reads, or one that writes.
pub(super) struct Bench<'a> {
    pub tx: &'a mut Tx,
    pub rights: &'a Rights,
    pub operator: UserId,
    pub now: Time,
}

impl Work {
    pub(super) const fn bench(&mut self) -> Bench<'_> {
        Bench {
            tx: &mut self.tx,
            rights: &self.rights,
            operator: self.session.user,
            now: self.now,
        }
    }
}

impl Look {
    pub(super) const fn bench(&mut self) -> Bench<'_> {
        Bench {
            tx: &mut self.tx,
            rights: &self.rights,
            operator: self.session.user,
            now: self.now,
        }
    }
}
