//! Several words in a row.

/// `a`, `a and b`, `a, b and c`, with the word between the last two.
#[must_use]
pub fn list(parts: &[String], word: &str) -> String {
    match parts {
        [first @ .., last] if !first.is_empty() => format!("{} {word} {last}", first.join(", ")),
        parts => parts.concat(),
    }
}

#[cfg(test)]
mod tests {
    use super::list;

    #[test]
    fn only_the_last_two_stand_apart() {
        let parts = ["a", "b", "c"].map(str::to_owned);
        let shown: Vec<String> = (0..=3).map(|n| list(&parts[..n], "or")).collect();
        assert_eq!(shown, ["", "a", "a or b", "a, b or c"]);
    }
}
