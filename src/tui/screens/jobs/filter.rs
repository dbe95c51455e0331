//! The filter of the jobs: words, and `state:`; the list is short enough to be searched here.

use crate::service::jobs::Job;

/// Whether every word is somewhere in the job, and its state begins as `state:` says.
#[must_use]
pub fn matches(job: &Job, filter: &str) -> bool {
    let texts = [
        &job.title,
        &job.operator,
        &job.reason,
        &job.ticket,
        &job.selection,
    ];
    let text = texts.map(|text| text.to_lowercase()).join("\n");
    let number = job.id.0.to_string();
    filter
        .to_lowercase()
        .split_whitespace()
        .all(|word| match word.split_once(':') {
            Some(("state", states)) => states
                .split(',')
                .any(|state| job.state.as_str().starts_with(state)),
            Some(("by", operator)) => job.operator.to_lowercase().contains(operator),
            _ => text.contains(word) || number == word,
        })
}
