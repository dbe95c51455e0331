//! What is wrong with a filter, where, and what was probably meant.

use super::{Field, Spanned};
use crate::domain::text::fit;

/// Characters of the person's own text that a message repeats.
const QUOTED_MAX: usize = 40;

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("column {column}: {sentence}{}", question(did_you_mean))]
pub struct FilterError {
    /// In characters, from 1.
    pub column: usize,
    pub sentence: String,
    /// What could stand there instead, the likeliest first.
    pub did_you_mean: Vec<String>,
}

impl FilterError {
    #[must_use]
    pub fn new(column: usize, sentence: impl Into<String>) -> Self {
        Self {
            column,
            sentence: sentence.into(),
            did_you_mean: Vec::new(),
        }
    }

    #[must_use]
    pub fn with_suggestions<'a>(mut self, words: impl IntoIterator<Item = &'a str>) -> Self {
        self.did_you_mean = words.into_iter().map(str::to_owned).collect();
        self
    }

    /// Of a value that stands alone, which has no columns.
    #[must_use]
    pub fn without_column(&self) -> String {
        format!("{}{}", self.sentence, question(&self.did_you_mean))
    }

    /// `column 12: no role named "adm"; did you mean "admin"?`
    #[must_use]
    pub fn unknown_name<'a>(
        what: &str,
        name: &Spanned<String>,
        suggestions: impl IntoIterator<Item = &'a str>,
    ) -> Self {
        Self::new(
            name.column,
            format!("no {what} named {}", quoted(&name.value)),
        )
        .with_suggestions(suggestions)
    }

    /// For whoever has no right to see the field, and so must not learn it by filtering.
    #[must_use]
    pub fn sensitive(field: Spanned<Field>) -> Self {
        Self::new(
            field.column,
            format!(
                "\"{}\" is sensitive: only those who may see it can filter by it",
                field.value
            ),
        )
    }
}

/// The person's own text, cut short and in quotes.
pub(super) fn quoted(text: &str) -> String {
    format!("\"{}\"", fit(text, QUOTED_MAX, "…"))
}

fn question(words: &[String]) -> String {
    let Some((last, others)) = words.split_last() else {
        return String::new();
    };
    let mut question = "; did you mean ".to_owned();
    for (index, word) in others.iter().enumerate() {
        let comma = if index == 0 { "" } else { ", " };
        question.extend([comma, &quoted(word)]);
    }
    let or = if others.is_empty() { "" } else { " or " };
    question.extend([or, &quoted(last), "?"]);
    question
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_where_and_what_was_meant() {
        let name = Spanned {
            value: "adm_".to_owned(),
            column: 62,
        };
        let error = FilterError::unknown_name("role", &name, ["admin", "adm-tools"]);
        assert_eq!(
            error.to_string(),
            "column 62: no role named \"adm_\"; did you mean \"admin\" or \"adm-tools\"?"
        );
        let error = error.with_suggestions(["a", "b", "c"]);
        assert!(
            error
                .to_string()
                .ends_with("did you mean \"a\", \"b\" or \"c\"?")
        );
        assert_eq!(
            FilterError::sensitive(Spanned {
                value: Field::Phone,
                column: 3
            })
            .to_string(),
            "column 3: \"phone\" is sensitive: only those who may see it can filter by it"
        );
    }

    #[test]
    fn repeats_no_more_than_a_line_and_nothing_hostile() {
        let name = Spanned {
            value: "\u{1b}[2J".repeat(1000),
            column: 1,
        };
        let message = FilterError::unknown_name("role", &name, []).to_string();
        assert!(
            message.contains("‹U+001B›[2J") && message.chars().count() < 80,
            "{message}"
        );
    }
}
