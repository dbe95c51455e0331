//! What happened to a user: the audit of the record and the attempts to sign in, newest first.

use super::VIEW;
use super::fields::hide_sensitive;
use super::show::reaches;
use crate::domain::permission::Permission;
use crate::domain::{Time, UserId};
use crate::service::audit::{changes_for, hide_names, is_trifle};
use crate::service::{Error, Look, Query, Result};
use crate::store::audit_filter::{self, AuditFilter, Target};
use crate::store::{Scope, sessions, users};
use serde_json::Value;

/// A page of a user's timeline.
#[derive(Clone, Debug)]
pub struct Timeline {
    pub user: UserId,
    /// Older than this.
    pub before: Option<Time>,
    pub limit: u32,
}

#[derive(Clone, Debug, serde::Serialize)]
pub struct TimelineEntry {
    pub at: Time,
    /// What happened, in the words of the audit: `user_unlocked`, `wrong_password`.
    pub event: String,
    pub by: String,
    pub outcome: String,
    /// From where it was done.
    pub origin: String,
    /// What changed, and the reason that was given.
    pub text: String,
}

impl Query for Timeline {
    type Output = Vec<TimelineEntry>;

    fn needs(&self) -> Permission {
        VIEW
    }

    async fn run(self, look: &mut Look) -> Result<Vec<TimelineEntry>> {
        let scope = look.scope(VIEW).await?;
        if users::lookup(&mut look.tx, &scope, self.user)
            .await?
            .is_none()
        {
            return Err(Error::missing("user", format!("number {}", self.user.0)));
        }
        let sensitive = reaches(look, self.user).await?;
        // Whoever may see the user may see what was done to them: the scope of the audit is not asked.
        let filter = AuditFilter {
            target: Some(Target::record("user", self.user.0)),
            until: self.before,
            limit: self.limit,
            ..AuditFilter::default()
        };
        let mut entries: Vec<TimelineEntry> = Vec::new();
        let rows = audit_filter::list(&mut look.tx, &Scope::system(), &filter).await?;
        let told = |row| changes_for(row, &look.rights, VIEW);
        let mut changes: Vec<Value> = rows.iter().map(|(row, _)| told(row)).collect();
        hide_names(look, &mut changes.iter_mut().collect::<Vec<_>>()).await?;
        for ((row, _), mut changes) in rows.into_iter().zip(changes) {
            if is_trifle(&changes, &row.outcome) {
                continue;
            }
            if !sensitive {
                hide_sensitive(&mut changes);
            }
            entries.push(TimelineEntry {
                at: Time(row.at),
                event: row.action,
                by: row.operator_name,
                outcome: row.outcome,
                origin: row.origin,
                text: text(&changes, &row.reason, &row.ticket),
            });
        }
        let attempts =
            sessions::list_attempts(&mut look.tx, self.user, self.before, i64::from(self.limit))
                .await?;
        entries.extend(attempts.into_iter().map(|attempt| {
            TimelineEntry {
                at: attempt.at,
                event: "sign_in".to_owned(),
                by: String::new(),
                outcome: attempt.outcome,
                origin: [
                    attempt.application.as_str(),
                    attempt.client_address.as_str(),
                ]
                .iter()
                .filter(|part| !part.is_empty())
                .copied()
                .collect::<Vec<_>>()
                .join(" from "),
                text: attempt.agent,
            }
        }));
        entries.sort_by_key(|entry| std::cmp::Reverse(entry.at));
        entries.truncate(self.limit as usize);
        Ok(entries)
    }
}

/// `enabled: true → false; reason; ticket`.
fn text(changes: &serde_json::Value, reason: &str, ticket: &str) -> String {
    let shown = |value: &serde_json::Value| match value {
        serde_json::Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let mut parts: Vec<String> = changes
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, value)| match value.as_array().map(Vec::as_slice) {
            Some([before, after]) => format!("{name}: {} → {}", shown(before), shown(after)),
            _ => format!("{name}: {}", shown(value)),
        })
        .collect();
    parts.extend(
        [reason, ticket]
            .iter()
            .filter(|text| !text.is_empty())
            .map(|&text| text.to_owned()),
    );
    parts.join("; ")
}
