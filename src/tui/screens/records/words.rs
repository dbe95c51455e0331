//! What lists and pages of records say in the same way: where a record belongs, who belongs to it, when it changed.

use crate::domain::Time;
use crate::service::RecordRef;
use crate::service::users::{Count, LinkedRecord};
use crate::tui::look::{Look, count_of, thousands};
use crate::tui::shared::Subject;
use crate::tui::theme::Role;
use crate::tui::widgets::detail::Lines;

/// Users are counted to here in a list.
pub const COUNT_MAX: u32 = 10_000;

/// People whom a page leads to one by one.
const PEOPLE_MAX: usize = 20;

/// Where a record belongs.
#[must_use]
pub fn place(organization: Option<&str>) -> String {
    organization.unwrap_or("system-wide").to_owned()
}

/// `812`, `10,000+`.
#[must_use]
pub fn count(count: Count) -> String {
    let plus = if count.capped { "+" } else { "" };
    format!("{}{plus}", thousands(count.number))
}

/// Names in a row, or `none`.
#[must_use]
pub fn listed(names: &[String]) -> String {
    if names.is_empty() {
        "none".to_owned()
    } else {
        names.join(", ")
    }
}

pub fn links(
    records: &[LinkedRecord],
    subject: fn(RecordRef) -> Subject,
) -> impl Iterator<Item = (String, Subject)> {
    records
        .iter()
        .map(move |record| (record.name.clone(), subject(RecordRef::Id(record.id))))
}

/// Adds where a record belongs, as a link where the organization may be seen.
pub fn add_home(lines: &mut Lines, linked: &[LinkedRecord], organization: Option<&str>) {
    if linked.is_empty() {
        lines.add("Belongs to", &place(organization), Role::Text);
    } else {
        lines.add_links("Belongs to", links(linked, Subject::Organization));
    }
}

/// Those who belong to a record.
pub struct People<'a> {
    /// `Members`.
    pub label: &'static str,
    pub one: &'static str,
    pub several: &'static str,
    pub number: i64,
    /// The first of them.
    pub names: &'a [String],
    /// The list of all of them.
    pub all: Subject,
}

impl People<'_> {
    /// Adds how many there are and the first of them in one line.
    pub fn add_short(&self, lines: &mut Lines) {
        let text = match self.names {
            [] => "none".to_owned(),
            names => format!("{}: {}", thousands(self.number), names.join(", ")),
        };
        lines.add_cut(self.label, &text);
    }

    /// Adds the first of them, each as a link, and a line that leads to all.
    pub fn add_linked(self, lines: &mut Lines) {
        let link = |name: &String| (name.clone(), Subject::UserNamed(name.clone()));
        lines.add_links(self.label, self.names.iter().take(PEOPLE_MAX).map(link));
        if self.number > 0 {
            let text = format!("all {}", count_of(self.number, self.one, self.several));
            lines.add_link("", &text, self.all);
        }
    }
}

pub fn add_times(lines: &mut Lines, created: Time, updated: Time, look: &Look<'_>) {
    let text = format!(
        "{}, changed {}",
        look.time(created),
        look.time_and_ago(updated)
    );
    lines.add("Created", &text, Role::Muted);
}
