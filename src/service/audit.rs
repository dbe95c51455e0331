//! The audit: what is written of a deed, the chain it joins, its lists and its verification.

use super::{Error, Look, Query, Result, Session, users};
use crate::domain::audit::{AuditRow, GENESIS, Hash};
use crate::domain::permission::{Permission, Resource, Verb};
use crate::domain::{JobId, Time, UserId, text};
use crate::store::audit::{AuditFilter, Head, UserChange};
use crate::store::sql::Sql;
use crate::store::{Reach, Tx, audit as rows};
use data_encoding::{HEXLOWER, HEXLOWER_PERMISSIVE};
use std::collections::HashSet;

/// What an audit row says of a deed, beside who did it and when. Names follow the OWASP logging vocabulary.
#[derive(Clone, Debug, Default)]
pub struct Event {
    pub action: String,
    pub target_kind: &'static str,
    pub target_id: Option<i64>,
    pub target_name: String,
    /// A JSON object: field → [before, after]; secrets as "changed".
    pub changes: String,
    pub reason: String,
    pub ticket: String,
    pub job: Option<JobId>,
}

impl Event {
    #[must_use]
    pub fn new(action: &str) -> Self {
        Self {
            action: action.to_owned(),
            ..Self::default()
        }
    }

    #[must_use]
    pub fn on(self, kind: &'static str, id: impl Into<Option<i64>>, name: &str) -> Self {
        Self {
            target_kind: kind,
            target_id: id.into(),
            target_name: name.to_owned(),
            ..self
        }
    }

    #[must_use]
    pub fn named(self, action: &str) -> Self {
        Self {
            action: action.to_owned(),
            ..self
        }
    }

    #[must_use]
    pub fn changing(self, changes: String) -> Self {
        Self { changes, ..self }
    }
}

/// A JSON object of one field with a text.
#[must_use]
pub fn note(key: &str, text: &str) -> String {
    serde_json::json!({ key: text }).to_string()
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Done,
    Denied,
    Failed,
}

impl Outcome {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Denied => "denied",
            Self::Failed => "failed",
        }
    }
}

/// What an application says of itself is cut, so that no request fills the database.
const ORIGIN_WIDTH_MAX: usize = 200;

/// The chain's end, locked for this transaction.
pub struct Chain {
    head: Head,
    added: bool,
}

impl Chain {
    pub(super) async fn lock(tx: &mut Tx) -> Result<Self> {
        Ok(Self {
            head: rows::lock_head(tx).await?,
            added: false,
        })
    }

    pub(super) async fn add(
        &mut self,
        tx: &mut Tx,
        session: &Session,
        at: Time,
        event: Event,
        outcome: Outcome,
    ) -> Result<()> {
        let row = self.next_row(session, at, event, outcome);
        self.add_row(tx, &row).await
    }

    async fn add_row(&mut self, tx: &mut Tx, row: &AuditRow) -> Result<()> {
        let hash = row.hash_after(&self.head.hash);
        rows::add(tx, row, &hash).await?;
        self.head = Head {
            sequence: row.sequence,
            hash,
        };
        self.added = true;
        Ok(())
    }

    /// Writes the event for each of these users, as one set; each row has the changes of its user.
    pub(super) async fn add_users(
        &mut self,
        tx: &mut Tx,
        session: &Session,
        at: Time,
        event: Event,
        users: &[UserChange<'_>],
    ) -> Result<()> {
        if users.is_empty() {
            return Ok(());
        }
        let first = self.next_row(session, at, event.on("user", None, ""), Outcome::Done);
        let (mut row, mut hash) = (first.clone(), self.head.hash);
        let mut hashes = Vec::with_capacity(users.len() * hash.len());
        for UserChange(user, username, changes) in users {
            row.target_id = Some(user.0);
            (*username).clone_into(&mut row.target_name);
            changes.as_ref().clone_into(&mut row.changes);
            hash = row.hash_after(&hash);
            hashes.extend_from_slice(&hash);
            row.sequence += 1;
        }
        let added = rows::add_users(tx, &first, users, hashes).await?;
        if added != users.len() as u64 {
            return Err(Error::Unexpected(format!(
                "{added} audit rows would have stood for {} changes",
                users.len()
            )));
        }
        self.head = Head {
            sequence: row.sequence - 1,
            hash,
        };
        self.added = true;
        Ok(())
    }

    fn next_row(&self, session: &Session, at: Time, event: Event, outcome: Outcome) -> AuditRow {
        AuditRow {
            sequence: self.head.sequence + 1,
            at: at.0,
            operator_id: (session.user.0 != 0).then_some(session.user.0),
            operator_name: session.username.clone(),
            on_behalf_of: String::new(),
            organization_id: (session.organization.0 != 0).then_some(session.organization.0),
            origin: text::fit(
                &text::safe(&session.origin.to_string()),
                ORIGIN_WIDTH_MAX,
                "…",
            ),
            action: event.action,
            target_kind: event.target_kind.to_owned(),
            target_id: event.target_id,
            target_name: event.target_name,
            changes: event.changes,
            reason: event.reason,
            ticket: event.ticket,
            job_id: event.job.map(|job| job.0),
            outcome: outcome.as_str().to_owned(),
        }
    }

    /// Moves the stored head and commits; a transaction that wrote no audit row may not change anything.
    pub(super) async fn commit(self, mut tx: Tx) -> Result<()> {
        if !self.added {
            tx.rollback().await?;
            return Err(Error::Unexpected(
                "a change would have left no audit row".to_owned(),
            ));
        }
        rows::move_head(&mut tx, self.head).await?;
        Ok(tx.commit().await?)
    }
}

/// An audit row as people and scripts read it.
#[derive(Clone, Debug, serde::Serialize)]
pub struct AuditEntry {
    pub sequence: i64,
    pub at: Time,
    pub operator: String,
    pub origin: String,
    pub action: String,
    pub target_kind: String,
    pub target_id: Option<i64>,
    pub target: String,
    /// Field → [before, after].
    pub changes: serde_json::Value,
    pub reason: String,
    pub ticket: String,
    pub job: Option<i64>,
    pub outcome: String,
    pub hash: String,
}

impl AuditEntry {
    fn new(row: AuditRow, hash: &Hash) -> Self {
        Self {
            sequence: row.sequence,
            at: Time(row.at),
            operator: row.operator_name,
            origin: row.origin,
            action: row.action,
            target_kind: row.target_kind,
            target_id: row.target_id,
            target: row.target_name,
            changes: serde_json::from_str(&row.changes).unwrap_or(serde_json::Value::Null),
            reason: row.reason,
            ticket: row.ticket,
            job: row.job_id,
            outcome: row.outcome,
            hash: HEXLOWER.encode(hash),
        }
    }
}

/// Rows that one list holds at most; whoever wants more asks again after the last.
const ROWS_MAX: u32 = 10_000;

/// Audit rows, newest first (oldest first after a sequence).
#[derive(Clone, Debug, Default)]
pub struct ListAudit {
    pub operator: Option<String>,
    /// A user, by name.
    pub target: Option<String>,
    pub action: Option<String>,
    pub job: Option<JobId>,
    pub since: Option<Time>,
    pub before: Option<i64>,
    pub after: Option<i64>,
    pub limit: u32,
}

impl Query for ListAudit {
    type Output = Vec<AuditEntry>;

    fn needs(&self) -> Permission {
        Permission(Resource::Audit, Verb::View)
    }

    async fn run(self, look: &mut Look) -> Result<Vec<AuditEntry>> {
        let scope = look.scope(Permission(Resource::Audit, Verb::View)).await?;
        let operator = match &self.operator {
            Some(name) => Some(user_named(look, name).await?),
            None => None,
        };
        let target = match &self.target {
            Some(name) => Some(("user".to_owned(), user_named(look, name).await?.0)),
            None => None,
        };
        let filter = AuditFilter {
            operator,
            target,
            action: self.action,
            job: self.job,
            since: self.since,
            until: None,
            before: self.before,
            after: self.after,
            limit: self.limit.min(ROWS_MAX),
        };
        let list = rows::list(&mut look.tx, &scope, &filter).await?;
        let mut entries: Vec<AuditEntry> = list
            .into_iter()
            .map(|(row, hash)| AuditEntry::new(row, &hash))
            .collect();
        if hide_beyond_reach(look, &mut entries).await? {
            look.shown
                .push(Event::new("sensitive_read").on("audit", None, ""));
        }
        Ok(entries)
    }
}

/// Puts dots over the sensitive values of users whom the right to see them doesn't reach; says whether any are left.
async fn hide_beyond_reach(look: &mut Look, entries: &mut [AuditEntry]) -> Result<bool> {
    let targets: Vec<i64> = entries
        .iter()
        .filter(|entry| entry.target_kind == "user" && users::has_sensitive(&entry.changes))
        .filter_map(|entry| entry.target_id)
        .collect();
    if targets.is_empty() {
        return Ok(false);
    }
    let scope = look.rights.scope(users::VIEW_SENSITIVE);
    let mut sql = Sql::new("select u.id from users u where u.id in ");
    sql.push_ids(targets).push(" and ").push_sql(&scope.users());
    let reached: HashSet<i64> = sql.ints(&mut look.tx).await?.into_iter().collect();
    let mut is_any_left = false;
    for entry in entries {
        // Of a user who was purged nothing says where they belonged: only who sees everybody sees them.
        let is_seen = scope.reach == Reach::All
            || entry.target_kind != "user"
            || entry.target_id.is_some_and(|id| reached.contains(&id));
        if look.rights.may(users::VIEW_SENSITIVE) && is_seen {
            is_any_left |= users::has_sensitive(&entry.changes);
        } else {
            users::hide_sensitive(&mut entry.changes);
        }
    }
    Ok(is_any_left)
}

async fn user_named(look: &mut Look, name: &str) -> Result<UserId> {
    let scope = look.scope(Permission(Resource::User, Verb::View)).await?;
    super::names::user(&mut look.tx, &scope, name).await
}

/// What a walk along the chain found.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Verification {
    pub rows: i64,
    /// The last sequence and its hash: note it elsewhere, and a cut-off end can be found.
    pub sequence: i64,
    pub head: String,
    /// Empty: every row is as it was written.
    pub findings: Vec<String>,
}

/// Walks the chain from the first row to the last.
#[derive(Clone, Debug, Default)]
pub struct VerifyAudit {
    /// The last head that is known from elsewhere: it must still be in the chain.
    pub known_head: Option<String>,
}

/// Findings after which the walk says no more: one edit breaks every row behind it.
const FINDINGS_MAX: usize = 20;
const WALK_ROWS: i64 = 10_000;

impl Query for VerifyAudit {
    type Output = Verification;

    fn needs(&self) -> Permission {
        Permission(Resource::Audit, Verb::Verify)
    }

    async fn run(self, look: &mut Look) -> Result<Verification> {
        if let Some(head) = &self.known_head
            && !HEXLOWER_PERMISSIVE
                .decode(head.trim().as_bytes())
                .is_ok_and(|hash| hash.len() == GENESIS.len())
        {
            return Err(Error::invalid(
                "head",
                "a head is 64 hexadecimal digits, as audit verify prints it; copy it whole",
            ));
        }
        verify(&mut look.tx, self.known_head.as_deref()).await
    }
}

pub(super) async fn verify(tx: &mut Tx, known_head: Option<&str>) -> Result<Verification> {
    let known = known_head.map(|text| text.trim().to_ascii_lowercase());
    // What stands before the first place is read too: it would be shown, and it isn't of the chain.
    let mut place = i64::MIN;
    let (mut previous, mut sequence, mut rows_read) = (GENESIS, 0, 0);
    let mut findings = Vec::new();
    let mut known_seen = known
        .as_deref()
        .is_none_or(|known| known == HEXLOWER.encode(&GENESIS));
    loop {
        let list = rows::chain_after(tx, place, WALK_ROWS).await?;
        let Some(end) = list.last().map(|(row, _)| row.sequence) else {
            break;
        };
        for (row, hash) in &list {
            rows_read += 1;
            if row.sequence < 1 {
                findings.push(format!(
                    "row {} ({} on {}) was put before the first row",
                    row.sequence, row.action, row.target_name
                ));
                continue;
            }
            if row.sequence != sequence + 1 {
                findings.push(format!(
                    "rows {} to {} are missing",
                    sequence + 1,
                    row.sequence - 1
                ));
            }
            if row.hash_after(&previous) != *hash {
                findings.push(format!(
                    "row {} ({} on {}) doesn't follow from the row before it: it or its predecessor was changed",
                    row.sequence, row.action, row.target_name
                ));
            }
            known_seen = known_seen || known.as_deref() == Some(HEXLOWER.encode(hash).as_str());
            previous = *hash;
            sequence = row.sequence;
            if findings.len() >= FINDINGS_MAX {
                return finish(tx, rows_read, sequence, previous, findings).await;
            }
        }
        place = end;
    }
    if !known_seen {
        findings.push(
            "the known head is not in the chain: its end was cut off or written anew".to_owned(),
        );
    }
    finish(tx, rows_read, sequence, previous, findings).await
}

async fn finish(
    tx: &mut Tx,
    rows: i64,
    sequence: i64,
    hash: Hash,
    mut findings: Vec<String>,
) -> Result<Verification> {
    let head = rows::head(tx).await?;
    if findings.is_empty() && (head.sequence, head.hash) != (sequence, hash) {
        findings.push(format!(
            "the head says {} rows but the chain ends at {sequence}: its end was cut off",
            head.sequence
        ));
    }
    Ok(Verification {
        rows,
        sequence,
        head: HEXLOWER.encode(&hash),
        findings,
    })
}
