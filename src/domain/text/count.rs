//! Numbers with their nouns.

/// Words as a sentence begins: `the role "Clerk"` is `The role "Clerk"`.
#[must_use]
pub fn capitalized(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

/// `1 user`, `5 users`.
#[must_use]
pub fn counted(number: i64, one: &str, several: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { several })
}
