//! One entry of the audit in words: who, from where, why, and every field before and after.

use super::columns::target_condition;
use crate::domain::filter::{AuditCondition, AuditQuery};
use crate::domain::{JobId, UserId};
use crate::service::RecordRef;
use crate::service::audit::AuditEntry;
use crate::tui::deeds;
use crate::tui::look::Look;
use crate::tui::shared::Subject;
use crate::tui::theme::Role;
use crate::tui::widgets::detail::{Line, Lines};
use serde_json::Value;

#[must_use]
pub fn lines(entry: &AuditEntry, width: u16, look: &Look<'_>) -> Vec<Line> {
    let mut lines = Lines::of(width);
    deed(&mut lines, entry, look);
    circumstances(&mut lines, entry);
    changes(&mut lines, &entry.changes, look);
    more(&mut lines, entry);
    lines.done()
}

fn deed(lines: &mut Lines, entry: &AuditEntry, look: &Look<'_>) {
    lines.add("When", &look.time_and_ago(entry.at), Role::Text);
    let what = format!("{} ({})", deeds::words(&entry.action), entry.action);
    lines.add("What", &what, Role::Text);
    let role = if entry.outcome == "done" {
        Role::Good
    } else {
        Role::Warning
    };
    let outcome = if entry.is_rehearsed() {
        format!(
            "{}, rehearsed only: nothing was to be saved yet",
            entry.outcome
        )
    } else {
        entry.outcome.clone()
    };
    lines.add("Outcome", &outcome, role);
    match entry.operator_id {
        Some(id) => lines.add_link("Who", &entry.operator, Subject::User(UserId(id))),
        None if entry.operator.is_empty() => lines.add("Who", "nobody", Role::Muted),
        None => lines.add("Who", &entry.operator, Role::Text),
    }
    let name = match entry.target_kind.as_str() {
        "" => return,
        kind if entry.target.is_empty() => kind.to_owned(),
        kind => format!("{kind} {}", entry.target),
    };
    match target(entry) {
        Some(link) => lines.add_link("Target", &name, link),
        None => lines.add("Target", &name, Role::Text),
    }
}

/// Where the record is shown that something was done to.
fn target(entry: &AuditEntry) -> Option<Subject> {
    let id = entry.target_id?;
    Some(match entry.target_kind.as_str() {
        "user" => Subject::User(UserId(id)),
        "group" => Subject::Group(RecordRef::Id(id)),
        "role" => Subject::Role(RecordRef::Id(id)),
        "organization" => Subject::Organization(RecordRef::Id(id)),
        "unit" => Subject::Unit(RecordRef::Id(id)),
        "job" => Subject::Job(JobId(id)),
        _ => return None,
    })
}

fn circumstances(lines: &mut Lines, entry: &AuditEntry) {
    lines.add_known("From", &entry.origin);
    lines.add_known("Reason", &entry.reason);
    lines.add_known("Ticket", &entry.ticket);
    if let Some(job) = entry.job {
        lines.add_link("Job", &format!("job {job}"), Subject::Job(JobId(job)));
    }
    lines.add("Hash", &entry.hash, Role::Text);
}

fn changes(lines: &mut Lines, changes: &Value, look: &Look<'_>) {
    let Some(fields) = changes.as_object().filter(|fields| !fields.is_empty()) else {
        return;
    };
    lines.rule("Before and after");
    for (name, value) in fields {
        let name = name.replace('_', " ");
        match value.as_array().map(Vec::as_slice) {
            Some([before, after]) => {
                lines.add("", &name, Role::Heading);
                lines.add("  before", &look.personal(&shown(before)), Role::Text);
                lines.add("  after", &look.personal(&shown(after)), Role::Text);
            }
            _ => lines.add(
                "",
                &format!("{name}: {}", look.personal(&shown(value))),
                Role::Text,
            ),
        }
    }
}

fn shown(value: &Value) -> String {
    match value {
        Value::Null => "(nothing)".to_owned(),
        Value::String(text) if text.is_empty() => "(nothing)".to_owned(),
        Value::String(text) => text.clone(),
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        Value::Array(list) if list.is_empty() => "(none)".to_owned(),
        Value::Array(list) => list.iter().map(shown).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}

/// The same list, narrowed to what this entry has in common with others.
fn more(lines: &mut Lines, entry: &AuditEntry) {
    let mut narrower = Vec::new();
    if let Some(condition) = target_condition(entry) {
        narrower.push(("what was done to this target", condition));
    }
    if !entry.operator.is_empty() {
        let condition = AuditCondition::operator(&entry.operator);
        narrower.push(("what this operator did", condition));
    }
    if let Some(job) = entry.job {
        narrower.push(("all of this job", AuditCondition::Job(job)));
    }
    if narrower.is_empty() {
        return;
    }
    lines.rule("In the audit");
    for (words, condition) in narrower {
        let filter = AuditQuery::default().with(condition).to_string();
        lines.add_link("", &format!("{words}: {filter}"), Subject::Audit(filter));
    }
}
