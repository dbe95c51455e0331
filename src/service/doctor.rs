//! Looks for what is wrong with a database: nothing is changed, and nobody has to be signed in.

use super::audit::verify;
use super::users::Administered;
use super::{Result, Service, names};
use crate::domain::text;
use crate::domain::{Time, UserId};
use crate::store::doctor::{self as rows, Hierarchy};
use crate::store::{Scope, Tx, jobs, user_states};

/// Cases of one kind that are named.
const NAMED_MAX: usize = 5;
const NAMED_ROWS: i64 = 5;
/// Users whose keys are computed anew at once.
const PAGE_USERS: i64 = 10_000;

/// One thing that was looked at. It names records by their number, for whoever asks may not be allowed to see them.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Check {
    pub check: &'static str,
    pub result: Health,
    /// What is wrong and what to do about it, one sentence each.
    pub findings: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Health {
    Good,
    /// Worth knowing; nothing is broken.
    Notable,
    Bad,
}

impl Check {
    /// Bad if anything was found.
    #[must_use]
    pub fn of(check: &'static str, findings: Vec<String>) -> Self {
        Self::with(check, Health::Bad, findings)
    }

    fn with(check: &'static str, otherwise: Health, findings: Vec<String>) -> Self {
        let result = if findings.is_empty() {
            Health::Good
        } else {
            otherwise
        };
        Self {
            check,
            result,
            findings,
        }
    }
}

impl Service {
    /// Every check of the database, in one reading transaction, so that they all see the same moment.
    pub async fn check_database(&self) -> Result<Vec<Check>> {
        let now = self.now();
        let mut tx = self.inner.db.read().await?;
        let mut checks = vec![Check::of("database file", rows::damage(&mut tx).await?)];
        checks.push(references(&mut tx).await?);
        checks.push(hierarchies(&mut tx).await?);
        checks.push(keys(&mut tx).await?);
        checks.push(states(&mut tx).await?);
        checks.push(administrators(&mut tx, now).await?);
        checks.push(Check::of(
            "audit",
            verify(&mut tx, None)
                .await?
                .findings
                .into_iter()
                .map(|finding| format!("{finding}."))
                .collect(),
        ));
        checks.push(unfinished_jobs(&mut tx).await?);
        tx.rollback().await?;
        Ok(checks)
    }
}

async fn references(tx: &mut Tx) -> Result<Check> {
    let dangling = rows::dangling(tx).await?;
    let findings = dangling
        .into_iter()
        .map(|(table, number)| {
            format!("In the table {table}, {number} references are broken; restore a backup.")
        })
        .collect();
    Ok(Check::of("references", findings))
}

async fn hierarchies(tx: &mut Tx) -> Result<Check> {
    let mut findings = Vec::new();
    for hierarchy in Hierarchy::ALL {
        let (lacking, surplus, circles) = hierarchy.differences(tx).await?;
        let label = hierarchy.label();
        if circles > 0 {
            findings.push(format!(
                "In {label}, {circles} pairs lie above each other; restore a backup."
            ));
        }
        if lacking + surplus > 0 {
            findings.push(format!(
                "The stored closure of {label} lacks {lacking} pairs and has {surplus} too many, so rights may be decided wrongly; restore a backup."
            ));
        }
    }
    Ok(Check::of("hierarchies", findings))
}

/// Names and addresses are unique by keys that the program derives: another version of Unicode, or another hand, could
/// have derived others.
async fn keys(tx: &mut Tx) -> Result<Check> {
    let mut findings = Findings::default();
    let mut after = UserId(0);
    loop {
        let page = rows::user_keys(tx, after, PAGE_USERS).await?;
        let Some(last) = page.last() else { break };
        after = last.id;
        for user in &page {
            let key = text::canonical(&user.username).unwrap_or_default();
            if key != user.username_key || text::skeleton(&key) != user.username_skeleton {
                findings.add(format!(
                    "The key of the username of user {} is not the one of the name; save the name again.",
                    user.id.0
                ));
            }
            if text::email(&user.email).map_or(true, |email| email.key() != user.email_key) {
                findings.add(format!(
                    "The key of the e-mail of user {} is not the one of the address; save the address again.",
                    user.id.0
                ));
            }
        }
    }
    for (kind, id, name, key) in rows::named_keys(tx).await? {
        if names::key(&name) != key {
            findings.add(format!(
                "The key of {kind} {id} is not the one of its name; save the name again."
            ));
        }
    }
    Ok(Check::of("keys", findings.finish()))
}

async fn states(tx: &mut Tx) -> Result<Check> {
    let mut findings = Vec::new();
    for (rule, first, number) in rows::broken_rules(tx, NAMED_ROWS).await? {
        let list: Vec<String> = first.iter().map(ToString::to_string).collect();
        findings.push(format!(
            "{number} users {rule}: {}{}; edit or purge them.",
            list.join(", "),
            if first.len() < usize::try_from(number).unwrap_or(usize::MAX) {
                ", …"
            } else {
                ""
            }
        ));
    }
    for organization in rows::without_units(tx).await? {
        findings.push(format!(
            "Organization {organization} has no unit, so nobody can be made in it; add one."
        ));
    }
    Ok(Check::of("users", findings))
}

async fn administrators(tx: &mut Tx, now: Time) -> Result<Check> {
    let label = "administrators";
    if user_states::effective_administrators(tx, now)
        .await?
        .is_empty()
    {
        let nobody = "No administrator can sign in with a password now; let one in with: wardroom recover NAME.";
        let otherwise = if rows::has_usable_key(tx, now).await? {
            Health::Notable
        } else {
            Health::Bad
        };
        return Ok(Check::with(label, otherwise, vec![nobody.to_owned()]));
    }
    let lasting = user_states::lasting_administrators(tx, now, None).await?;
    let end = Administered::by(&lasting).end().map(|date| {
        format!(
            "Every administrator's account ends, the last one after {date}, and nobody can administer then; take an end date away with: wardroom user update NAME --expires never."
        )
    });
    Ok(Check::with(
        label,
        Health::Notable,
        end.into_iter().collect(),
    ))
}

async fn unfinished_jobs(tx: &mut Tx) -> Result<Check> {
    let findings = jobs::list_unfinished(tx, &Scope::system())
        .await?
        .iter()
        .map(|job| {
            format!(
                "Job {} is {} at {} of {}; unless somebody runs it now, go on with: wardroom job resume {}.",
                job.id.0, job.state, job.position, job.total, job.id.0
            )
        })
        .collect();
    Ok(Check::with("jobs", Health::Notable, findings))
}

/// The first few findings, and how many more there are.
#[derive(Default)]
struct Findings {
    list: Vec<String>,
    more: u64,
}

impl Findings {
    fn add(&mut self, finding: String) {
        if self.list.len() < NAMED_MAX {
            self.list.push(finding);
        } else {
            self.more += 1;
        }
    }

    fn finish(mut self) -> Vec<String> {
        if self.more > 0 {
            self.list
                .push(format!("There are {} more of these.", self.more));
        }
        self.list
    }
}
