//! The entries of the audit: a list, and one of them.

use super::{VIEW, changes_for, filter, hide_names, is_rehearsed, is_trifle};
use crate::domain::audit::{AuditRow, Hash};
use crate::domain::permission::Permission;
use crate::domain::text;
use crate::domain::{JobId, Time};
use crate::service::{Error, Event, Look, Query, Result, Rights, users};
use crate::store::audit_filter::{self as rows, AuditFilter};
use crate::store::sql::Sql;
use crate::store::{Reach, Scope};
use data_encoding::HEXLOWER;
use serde_json::Value;
use std::collections::HashSet;

/// An audit row as people and scripts read it.
#[derive(Clone, Debug, serde::Serialize)]
pub struct AuditEntry {
    pub sequence: i64,
    pub at: Time,
    pub operator: String,
    pub operator_id: Option<i64>,
    pub origin: String,
    pub action: String,
    pub target_kind: String,
    pub target_id: Option<i64>,
    pub target: String,
    /// Field → [before, after].
    pub changes: Value,
    pub reason: String,
    pub ticket: String,
    pub job: Option<i64>,
    pub outcome: String,
    pub hash: String,
}

impl AuditEntry {
    fn new(row: AuditRow, hash: &Hash, rights: &Rights) -> Self {
        let changes = changes_for(&row, rights, VIEW);
        Self {
            sequence: row.sequence,
            at: Time(row.at),
            operator: row.operator_name,
            operator_id: row.operator_id,
            origin: row.origin,
            action: row.action,
            target_kind: row.target_kind,
            target_id: row.target_id,
            target: row.target_name,
            changes,
            reason: row.reason,
            ticket: row.ticket,
            job: row.job_id,
            outcome: row.outcome,
            hash: HEXLOWER.encode(hash),
        }
    }
}

impl AuditEntry {
    /// Whether it was refused while it was only rehearsed: nobody meant it yet.
    #[must_use]
    pub fn is_rehearsed(&self) -> bool {
        is_rehearsed(&self.changes)
    }

    /// Whether that rehearsal only found that something is still missing, as each review of a form does.
    #[must_use]
    pub fn is_trifle(&self) -> bool {
        is_trifle(&self.changes, &self.outcome)
    }
}

/// Rows that one list holds at most; whoever wants more asks again after the last.
const ROWS_MAX: u32 = 10_000;

/// Entries that one search for words looks through: no index finds them, and a million would take seconds.
const LOOKED_THROUGH_MAX: i64 = 200_000;

/// Audit rows, newest first (oldest first after a sequence).
#[derive(Clone, Debug, Default)]
pub struct ListAudit {
    /// In the language of `domain::filter::AuditQuery`; all of it and of the fields below must hold.
    pub filter: String,
    pub operator: Option<String>,
    /// A user, by name.
    pub target: Option<String>,
    pub action: Option<String>,
    pub job: Option<JobId>,
    pub since: Option<Time>,
    /// Before this time.
    pub until: Option<Time>,
    pub before: Option<i64>,
    pub after: Option<i64>,
    pub limit: u32,
    /// Puts dots over all sensitive values, so that looking at the list is no look at them.
    pub masked: bool,
}

#[derive(Clone, Debug, Default)]
pub struct AuditList {
    pub entries: Vec<AuditEntry>,
    /// A search for words stopped at this sequence; older entries were not looked at.
    pub stopped_at: Option<i64>,
}

impl Query for ListAudit {
    type Output = AuditList;

    fn needs(&self) -> Permission {
        VIEW
    }

    async fn run(self, look: &mut Look) -> Result<AuditList> {
        let scope = look.scope(VIEW).await?;
        let masked = self.masked;
        let filter = filter::resolve(look, &scope, &self).await?;
        let mut list = search(look, &scope, filter).await?;
        hide_out_of_sight(look, &mut list.entries).await?;
        if masked {
            for entry in &mut list.entries {
                users::hide_sensitive(&mut entry.changes);
            }
        } else {
            show_within_reach(look, &mut list.entries, None).await?;
        }
        Ok(list)
    }
}

/// Asks for rows until there are enough that hold the words, or so many were looked through.
async fn search(look: &mut Look, scope: &Scope, mut filter: AuditFilter) -> Result<AuditList> {
    filter.limit = filter.limit.min(ROWS_MAX);
    let wanted = filter.limit as usize;
    let mut entries = Vec::new();
    if filter.words.is_empty() {
        let found = rows::list(&mut look.tx, scope, &filter).await?;
        entries.extend(
            found
                .iter()
                .map(|(row, hash)| AuditEntry::new(row.clone(), hash, &look.rights)),
        );
        return Ok(AuditList {
            entries,
            stopped_at: None,
        });
    }
    let newest = match filter.before {
        Some(before) => before,
        None => crate::store::audit::head(&mut look.tx).await?.sequence + 1,
    };
    let floor = newest - LOOKED_THROUGH_MAX;
    if filter.after.is_none() && floor > 1 {
        filter.floor = Some(floor);
    }
    loop {
        let found = rows::list(&mut look.tx, scope, &filter).await?;
        let is_last = found.len() < wanted;
        for (row, hash) in &found {
            if filter.after.is_some() {
                filter.after = Some(row.sequence);
            } else {
                filter.before = Some(row.sequence);
            }
            if entries.len() < wanted && holds(row, &filter.words) {
                entries.push(AuditEntry::new(row.clone(), hash, &look.rights));
            }
        }
        if entries.len() >= wanted {
            return Ok(AuditList {
                entries,
                stopped_at: None,
            });
        }
        if is_last {
            return Ok(AuditList {
                entries,
                stopped_at: filter.floor,
            });
        }
    }
}

/// Whether the names in a row hold every word.
fn holds(row: &AuditRow, words: &[Vec<String>]) -> bool {
    let names = [row.operator_name.as_str(), row.target_name.as_str()];
    let text = text::search_text(names.into_iter());
    words
        .iter()
        .all(|forms| forms.iter().any(|form| text.contains(form)))
}

/// One entry, whole. A look at sensitive values is written down.
#[derive(Clone, Debug)]
pub struct ShowAudit {
    pub sequence: i64,
}

impl Query for ShowAudit {
    type Output = AuditEntry;

    fn needs(&self) -> Permission {
        VIEW
    }

    async fn run(self, look: &mut Look) -> Result<AuditEntry> {
        let scope = look.scope(VIEW).await?;
        let (row, hash) = rows::lookup(&mut look.tx, &scope, self.sequence)
            .await?
            .ok_or_else(|| Error::missing("audit entry", format!("number {}", self.sequence)))?;
        let mut entries = [AuditEntry::new(row, &hash, &look.rights)];
        hide_out_of_sight(look, &mut entries).await?;
        show_within_reach(look, &mut entries, Some(self.sequence)).await?;
        let [entry] = entries;
        Ok(entry)
    }
}

/// Puts dots over the names of records that the asker may not see.
async fn hide_out_of_sight(look: &mut Look, entries: &mut [AuditEntry]) -> Result<()> {
    let changes = entries.iter_mut().map(|entry| &mut entry.changes);
    hide_names(look, &mut changes.collect::<Vec<_>>()).await
}

/// Hides what is sensitive and beyond the asker's reach, and writes down that the rest was seen.
async fn show_within_reach(
    look: &mut Look,
    entries: &mut [AuditEntry],
    of: Option<i64>,
) -> Result<()> {
    if hide_beyond_reach(look, entries).await? {
        let name = of.map(|sequence| sequence.to_string()).unwrap_or_default();
        look.shown
            .push(Event::new("sensitive_read").on("audit", of, &name));
    }
    Ok(())
}

/// Puts dots over the sensitive values of users whom the right to see them doesn't reach; says whether any are left.
async fn hide_beyond_reach(look: &mut Look, entries: &mut [AuditEntry]) -> Result<bool> {
    // A unit's phone is nobody's own.
    let of_users = |entry: &&mut AuditEntry| {
        entry.target_kind == "user" && users::has_sensitive(&entry.changes)
    };
    let sensitive: Vec<&mut AuditEntry> = entries.iter_mut().filter(of_users).collect();
    let targets: Vec<i64> = sensitive
        .iter()
        .filter_map(|entry| entry.target_id)
        .collect();
    if sensitive.is_empty() {
        return Ok(false);
    }
    let scope = look.rights.scope(users::VIEW_SENSITIVE);
    let mut sql = Sql::new("select u.id from users u where u.id in ");
    sql.push_ids(targets).push(" and ").push_sql(&scope.users());
    let reached: HashSet<i64> = sql.ints(&mut look.tx).await?.into_iter().collect();
    let mut is_any_left = false;
    for entry in sensitive {
        // Of a user who was purged nothing says where they belonged: only who sees everybody sees them.
        let is_seen =
            scope.reach == Reach::All || entry.target_id.is_some_and(|id| reached.contains(&id));
        if look.rights.may(users::VIEW_SENSITIVE) && is_seen {
            is_any_left = true;
        } else {
            users::hide_sensitive(&mut entry.changes);
        }
    }
    Ok(is_any_left)
}
