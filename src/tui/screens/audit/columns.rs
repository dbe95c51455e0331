//! The columns of the audit: what stands in them, and the filter that a cell stands for.

use crate::domain::Time;
use crate::domain::audit::{Outcome, TargetKind};
use crate::domain::filter::AuditCondition;
use crate::service::audit::AuditEntry;
use crate::tui::deeds;
use crate::tui::look::Look;
use crate::tui::widgets::columns::Column;
use jiff::civil::Date;
use jiff::tz::TimeZone;

pub const COLUMNS: &[Column] = &[
    Column {
        title: "SEQ",
        least: 7,
        most: 10,
        expendable: 5,
    },
    Column {
        title: "WHEN",
        least: 10,
        most: 14,
        expendable: 1,
    },
    Column {
        title: "WHO",
        least: 9,
        most: 20,
        expendable: 0,
    },
    Column {
        title: "WHAT",
        least: 21,
        most: 28,
        expendable: 0,
    },
    Column {
        title: "TARGET",
        least: 13,
        most: 40,
        expendable: 0,
    },
    Column {
        title: "OUTCOME",
        least: 7,
        most: 7,
        expendable: 3,
    },
    Column {
        title: "JOB",
        least: 3,
        most: 8,
        expendable: 4,
    },
];

#[must_use]
pub fn cell(entry: &AuditEntry, column: usize, look: &Look<'_>) -> String {
    match column {
        0 => entry.sequence.to_string(),
        1 => look.ago(entry.at),
        2 if entry.operator.is_empty() => "-".to_owned(),
        2 => entry.operator.clone(),
        3 => deeds::words(&entry.action).into_owned(),
        4 => target(entry),
        5 if entry.is_trifle() => "tried".to_owned(),
        5 if entry.outcome == Outcome::Done.as_str() => entry.outcome.clone(),
        // What was refused or went wrong is what one looks for.
        5 => entry.outcome.to_uppercase(),
        _ => entry
            .job
            .map_or_else(|| "-".to_owned(), |job| job.to_string()),
    }
}

/// A user by name alone; everything else with its kind before it, as in a filter, where the deed doesn't say it.
#[must_use]
pub fn target(entry: &AuditEntry) -> String {
    match (entry.target_kind.as_str(), entry.target.as_str()) {
        ("", "") => "-".to_owned(),
        ("user", name) => name.to_owned(),
        ("job", _) => match entry.target_id {
            Some(number) => format!("job/{number}"),
            None => "job".to_owned(),
        },
        (kind, "") => kind.to_owned(),
        // *Group edited* says which kind it is.
        (kind, name) if entry.action.starts_with(kind) => name.to_owned(),
        (kind, name) => format!("{kind}/{name}"),
    }
}

/// The conditions that a cell stands for: none for the number, which is that of one entry.
#[must_use]
pub fn conditions(entry: &AuditEntry, column: usize) -> Vec<AuditCondition> {
    match column {
        1 => {
            let day = day_of(entry.at);
            vec![AuditCondition::Since(day), AuditCondition::Until(day)]
        }
        2 if !entry.operator.is_empty() => vec![AuditCondition::operator(&entry.operator)],
        3 => vec![AuditCondition::action(&entry.action)],
        4 => target_condition(entry).into_iter().collect(),
        5 => Outcome::parse(&entry.outcome)
            .map(|outcome| AuditCondition::Outcome(vec![outcome]))
            .into_iter()
            .collect(),
        6 => entry.job.map(AuditCondition::Job).into_iter().collect(),
        _ => Vec::new(),
    }
}

/// What was done to the same record.
#[must_use]
pub fn target_condition(entry: &AuditEntry) -> Option<AuditCondition> {
    let kind = TargetKind::parse(&entry.target_kind)?;
    if kind == TargetKind::Job {
        let number = entry.target_id?.to_string();
        return Some(AuditCondition::target(kind, &number));
    }
    (!entry.target.is_empty()).then(|| AuditCondition::target(kind, &entry.target))
}

/// The day of a filter begins at midnight UTC.
pub fn day_of(time: Time) -> Date {
    jiff::Timestamp::from_microsecond(time.0)
        .unwrap_or_default()
        .to_zoned(TimeZone::UTC)
        .date()
}
