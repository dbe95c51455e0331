//! The folded columns, as the store searches, sorts and compares by them.

use crate::domain::text;

/// The key that names of organizations, units, roles and groups are unique and sorted by.
pub fn name(name: &str) -> String {
    canonical(name)
}

/// What a filter compares titles, departments and employee numbers by.
pub fn folded(text: &str) -> String {
    text::fold(text)
}

/// The key that people are sorted by: the family name first.
pub fn person(first: &str, last: &str) -> String {
    text::fold(&format!("{last} {first}"))
}

pub fn search_text(parts: &[&str]) -> String {
    text::search_text(parts.iter().copied())
}

/// The form in which usernames and e-mails are unique. The names made here always have one; a name that had none would
/// stand for itself.
pub fn canonical(name: &str) -> String {
    text::canonical(name).unwrap_or_else(|_| name.to_owned())
}

/// Two names with the same skeleton look alike.
pub fn skeleton(name: &str) -> String {
    text::skeleton(name)
}
