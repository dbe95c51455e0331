//! Numbers with their nouns.

/// `1 user`, `5 users`.
#[must_use]
pub fn counted(number: i64, one: &str, several: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { several })
}
