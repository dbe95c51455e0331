//! The alias of a group: how applications name it, made from the name once and then fixed.

use super::text::{NAME_CHARACTERS_MAX, TextError, normalize_within};

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AliasError {
    #[error("an alias is missing: write letters and digits, as in salesTeam")]
    Missing,
    #[error(transparent)]
    Text(#[from] TextError),
    #[error(
        "column {column}: \"{character}\" can't be part of an alias; write letters, digits, \"-\" and \"_\""
    )]
    Character { character: char, column: usize },
}

/// The name in camel case: `Sales Team (EU)` is `salesTeamEu`.
#[must_use]
pub fn alias_of(name: &str) -> String {
    let mut alias = String::with_capacity(name.len());
    for word in name
        .split(|character: char| !character.is_alphanumeric())
        .filter(|word| !word.is_empty())
    {
        let mut letters = word.chars();
        if let Some(first) = letters.next() {
            if alias.is_empty() {
                alias.extend(first.to_lowercase());
            } else {
                alias.extend(first.to_uppercase());
            }
        }
        alias.extend(letters.flat_map(char::to_lowercase));
    }
    if alias.is_empty() {
        alias.push_str("group");
    }
    alias
}

/// An alias as somebody typed it.
///
/// # Errors
/// Names the first character that can't be part of it.
pub fn alias(text: &str) -> Result<String, AliasError> {
    let text = normalize_within(text, NAME_CHARACTERS_MAX)?;
    if text.is_empty() {
        return Err(AliasError::Missing);
    }
    let wrong = text
        .chars()
        .enumerate()
        .find(|(_, character)| !character.is_alphanumeric() && !matches!(character, '-' | '_'));
    match wrong {
        Some((index, character)) => Err(AliasError::Character {
            character,
            column: index + 1,
        }),
        None => Ok(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_alias_is_the_name_in_camel_case() {
        for (name, wanted) in [
            ("Administrators", "administrators"),
            ("Sensitive data", "sensitiveData"),
            ("Sales Team (EU)", "salesTeamEu"),
            ("jp-staff", "jpStaff"),
            ("Ärzte & Pflege", "ärztePflege"),
            ("!!!", "group"),
        ] {
            assert_eq!(alias_of(name), wanted);
            assert!(alias(wanted).is_ok());
        }
    }

    #[test]
    fn a_typed_alias_is_letters_and_digits() {
        assert_eq!(alias(" salesTeam-2 ").unwrap(), "salesTeam-2");
        assert_eq!(
            alias("sales team").unwrap_err(),
            AliasError::Character {
                character: ' ',
                column: 6
            }
        );
        assert_eq!(alias(" ").unwrap_err(), AliasError::Missing);
    }
}
