//! Demo data: a believable company of any size, the same for the same seed.
//!
//! Invariants: every reference points to a record that was written before; everybody has a role, directly or through a
//! group; addresses belong to domains and networks that are kept for examples; the audit stays empty.
//!
//! To add a person that tests can rely on: a `Part` in `stories.rs`. To add a kind of record: its table in `tables.rs`,
//! and rows where its owner is written.

mod accounts;
mod catalogue;
mod company;
mod dice;
mod door;
mod handles;
mod history;
mod names;
mod people;
mod person;
mod places;
mod roles;
mod standing;
mod stories;
mod tables;

pub(super) use catalogue::furnish;
pub use door::{Account, Demo};
pub use stories::ACCOUNTS;

use crate::domain::Time;
use crate::store::bulk::{Bulk, Sink};
use crate::store::{Error, Options, Result};
use company::Company;
use dice::Dice;
use handles::Handles;
use names::Names;
use people::Hiring;
use person::Register;
use tables::TABLES;

const SECOND: i64 = 1_000_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// How large a company, and which one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DemoPlan {
    /// All users, named accounts and those in the bin included; at least the named accounts are made.
    pub users: u64,
    pub seed: u64,
    /// What "locked five minutes ago" counts from.
    pub now: Time,
}

/// Password hashes: one for each account to sign in with, and a few that all others share.
#[derive(Clone, Debug)]
pub struct DemoHashes {
    pub admin: String,
    pub helpdesk: String,
    pub auditor: String,
    pub manager: String,
    /// At least one.
    pub people: Vec<String>,
}

/// What was made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    pub users: u64,
    pub organizations: u64,
    pub units: u64,
    pub groups: u64,
    pub roles: u64,
}

/// Fills a database that has its schema and nothing else, in one transaction.
///
/// # Errors
/// When the database can't be reached or written, or isn't empty; nothing stays in it then.
pub async fn populate(url: &str, plan: &DemoPlan, hashes: DemoHashes) -> Result<Summary> {
    let plan = *plan;
    let (report, summary) = tokio::sync::oneshot::channel();
    let bulk = Bulk::open(&Options::new(url)).await?;
    bulk.load(TABLES, move |sink| {
        let made = write(sink, &plan, &hashes)?;
        // Nobody listens only when the load was broken off, and then nobody asks.
        let _ = report.send(made);
        Ok(())
    })
    .await?;
    summary
        .await
        .map_err(|_| Error::Inconsistent("the demo ended without a summary".to_owned()))
}

fn write(sink: &mut Sink, plan: &DemoPlan, hashes: &DemoHashes) -> Result<Summary> {
    let now = plan.now.0;
    let total = plan.users.max(ACCOUNTS.len() as u64);
    let mut dice = Dice::new(plan.seed);
    let names = Names::new();
    let mut handles = Handles::default();
    let mut company = Company::found(sink, &mut dice, total, now)?;
    let cast = stories::cast(&company, &mut handles, hashes, total, now);
    stories::appoint(&mut company);
    let mut register = Register::default();
    for person in &cast {
        register.write(sink, person)?;
    }
    let people = if hashes.people.is_empty() {
        std::slice::from_ref(&hashes.manager)
    } else {
        &hashes.people
    };
    let mut hiring = Hiring {
        names: &names,
        hashes: people,
        handles,
        now,
        total: i64::try_from(total).unwrap_or(i64::MAX),
    };
    for id in people::first_id(cast.len())..=hiring.total {
        let person = hiring.hire(&mut dice, &mut company, id);
        register.write(sink, &person)?;
    }
    Ok(Summary {
        users: total,
        organizations: company.organizations.len() as u64,
        units: company.units.unsigned_abs(),
        groups: company.groups.unsigned_abs(),
        roles: company.roles.roles.unsigned_abs(),
    })
}

#[cfg(test)]
mod tests;
