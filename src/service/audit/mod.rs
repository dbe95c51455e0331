//! The audit: what is written of a deed, the chain it joins, its lists and its verification.

mod filter;
mod list;
mod sight;
mod verify;

pub use crate::domain::audit::Outcome;
pub use list::{AuditEntry, AuditList, ListAudit, ShowAudit};
pub(super) use sight::{changes_for, hide_names};
pub(super) use verify::verify;
pub use verify::{Verification, VerifyAudit};

use super::{Error, Result, Session};
use crate::domain::audit::AuditRow;
use crate::domain::permission::{Permission, Resource, Verb};
use crate::domain::{JobId, OrganizationId, Time, text};
use crate::store::audit::{Head, UserChange, UserRow};
use crate::store::{Tx, audit as rows};

pub const VIEW: Permission = Permission(Resource::Audit, Verb::View);
pub const VERIFY: Permission = Permission(Resource::Audit, Verb::Verify);

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
    /// The organization of a target that is gone when its row is written.
    pub home: Option<OrganizationId>,
    /// The target is as the operator named it, by its id or by a name, and is to be looked up.
    pub is_named: bool,
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

    /// On a record as the operator named it: should the deed be refused, it is looked up among what they may see.
    #[must_use]
    pub fn on_named(self, kind: &'static str, (id, name): (Option<i64>, String)) -> Self {
        Self {
            is_named: true,
            ..self.on(kind, id, &name)
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

/// The same of a deed that was only rehearsed.
#[must_use]
pub fn note_rehearsed(key: &str, text: &str) -> String {
    serde_json::json!({ key: text, REHEARSED: true }).to_string()
}

/// Why something was refused, in the words that its operator read.
pub(super) const WHY: &str = "why";

/// Marks the changes of a rehearsal, which nobody meant yet.
const REHEARSED: &str = "rehearsed";

/// Whether the changes of a row are those of a rehearsal.
fn is_rehearsed(changes: &serde_json::Value) -> bool {
    changes.get(REHEARSED) == Some(&serde_json::Value::Bool(true))
}

/// Whether a rehearsal found that something is still missing, as each review of a form does. That somebody wasn't allowed
/// is none.
pub(super) fn is_trifle(changes: &serde_json::Value, outcome: &str) -> bool {
    is_rehearsed(changes) && outcome == Outcome::Failed.as_str()
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
        let gone_from = event.home.map(|home| home.0);
        let mut row = self.next_row(session, at, event, outcome);
        let target = (row.target_kind.as_str(), row.target_id);
        row.organization_id = rows::home(tx, target, gone_from.or(row.organization_id)).await?;
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
        let ids = users.iter().map(|UserChange(user, ..)| *user);
        let elsewhere = rows::elsewhere(tx, ids, first.organization_id).await?;
        let mut each = Vec::with_capacity(users.len());
        for UserChange(user, username, changes) in users {
            row.target_id = Some(user.0);
            row.organization_id = elsewhere.get(user).copied().or(first.organization_id);
            each.push(UserRow(*user, username, changes, row.organization_id));
            (*username).clone_into(&mut row.target_name);
            changes.as_ref().clone_into(&mut row.changes);
            hash = row.hash_after(&hash);
            hashes.extend_from_slice(&hash);
            row.sequence += 1;
        }
        let added = rows::add_users(tx, &first, &each, hashes).await?;
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
