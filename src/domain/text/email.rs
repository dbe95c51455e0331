//! E-mail addresses: kept as written, unique regardless of case.

use std::str::FromStr;

use lettre::Address;

use super::input::{TextError, normalize};
use super::names::canonical;

const CHARACTERS_MIN: usize = 6;
const CHARACTERS_MAX: usize = 255;

/// Why a text is not taken as an e-mail address.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EmailError {
    #[error(
        "an e-mail address has {CHARACTERS_MIN} to {CHARACTERS_MAX} characters, this has {length}"
    )]
    Length { length: usize },
    #[error(transparent)]
    Text(#[from] TextError),
    #[error("not an address: {problem}{}", question(meant.as_deref()))]
    Syntax {
        problem: String,
        /// The part to write instead, as short as it can be said.
        meant: Option<String>,
        /// The whole address that was probably meant, to be put into the field.
        suggestion: Option<String>,
    },
}

impl EmailError {
    /// The whole address that was probably meant.
    #[must_use]
    pub fn suggestion(&self) -> Option<&str> {
        match self {
            Self::Syntax { suggestion, .. } => suggestion.as_deref(),
            Self::Length { .. } | Self::Text(_) => None,
        }
    }
}

fn question(meant: Option<&str>) -> String {
    meant.map_or_else(String::new, |meant| format!("; did you mean {meant}?"))
}

/// An address as its owner writes it, for sending, and its key, for comparing.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Email {
    address: String,
    key: String,
}

impl Email {
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.address
    }

    /// The form that is unique: the same folding as for usernames.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.key
    }
}

/// Reads an address of 6 to 255 characters.
///
/// # Errors
/// Says what is wrong and where, and what was probably meant.
pub fn email(text: &str) -> Result<Email, EmailError> {
    let length = text.trim().chars().count();
    if !(CHARACTERS_MIN..=CHARACTERS_MAX).contains(&length) {
        return Err(EmailError::Length { length });
    }
    let address = normalize(text)?;
    if Address::from_str(&address).is_err() {
        return Err(explain(&address));
    }
    let key = canonical(&address).map_err(|_| EmailError::Syntax {
        problem: "upper and lower case of it can't be told apart".to_owned(),
        meant: None,
        suggestion: None,
    })?;
    Ok(Email { address, key })
}

fn explain(address: &str) -> EmailError {
    let suggestion = mend(address);
    let meant =
        suggestion.clone().map(
            |whole| match (whole.split_once('@'), address.split_once('@')) {
                (Some((mended, domain)), Some((local, _))) if mended == local => domain.to_owned(),
                _ => whole,
            },
        );
    EmailError::Syntax {
        problem: problem(address),
        meant,
        suggestion,
    }
}

/// Tries the slips that people make: a comma for a dot, a name around the address, a space.
fn mend(address: &str) -> Option<String> {
    let bare = address.rsplit_once('<').map_or(address, |(_, rest)| rest);
    let bare = bare
        .trim_start_matches("mailto:")
        .trim_end_matches(['>', '.', ',', ';']);
    let mended: String = bare
        .chars()
        .filter(|character| !character.is_whitespace())
        .map(|character| {
            if matches!(character, ',' | ';') {
                '.'
            } else {
                character
            }
        })
        .collect();
    let mended = mended.replace("..", ".").replace("@.", "@");
    (mended != address && Address::from_str(&mended).is_ok()).then_some(mended)
}

fn problem(address: &str) -> String {
    let Some((local, domain)) = address.rsplit_once('@') else {
        return "there is no \"@\" in it".to_owned();
    };
    if local.is_empty() {
        return "there is nothing before \"@\"".to_owned();
    }
    if domain.is_empty() {
        return "there is nothing after \"@\"".to_owned();
    }
    stranger(local, 0)
        .or_else(|| stranger(domain, local.chars().count() + 1))
        .unwrap_or_else(|| {
            let side = if Address::new(local, "acme.test").is_ok() {
                "after"
            } else {
                "before"
            };
            format!("the part {side} \"@\" is not well formed")
        })
}

/// The first character that no part of an address has, and the word before it.
fn stranger(part: &str, columns_before: usize) -> Option<String> {
    let mut word = String::new();
    let mut doubled = false;
    for (index, character) in part.chars().enumerate() {
        let is_separator = matches!(character, '.' | '-');
        let is_known =
            is_separator || character.is_alphanumeric() || "!#$%&'*+/=?^_`{|}~".contains(character);
        if !is_known || (character == '.' && doubled) {
            let shown = if character == ' ' {
                "a space".to_owned()
            } else {
                format!("\"{character}\"")
            };
            return Some(if word.is_empty() {
                format!("{shown} in column {}", columns_before + index + 1)
            } else {
                format!("{shown} after {word}")
            });
        }
        doubled = character == '.';
        if is_separator {
            word.clear();
        } else {
            word.push(character);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_the_address_and_folds_the_key() {
        let address = email("  Bob.Tanaka@Acme.Test ").unwrap();
        assert_eq!(address.as_str(), "Bob.Tanaka@Acme.Test");
        assert_eq!(address.key(), "bob.tanaka@acme.test");
        assert_eq!(email("mıke@acme.test").unwrap().key(), "mike@acme.test");
        for plain in [
            "a@b.cd",
            "d+tag@acme.test",
            "o'brien@acme.test",
            "dörte@müller.test",
        ] {
            assert_eq!(email(plain).unwrap().as_str(), plain);
        }
    }

    #[test]
    fn says_what_is_wrong_and_what_was_meant() {
        for (text, sentence, suggestion) in [
            (
                "b.tanaka@acme,test",
                "not an address: \",\" after acme; did you mean acme.test?",
                Some("b.tanaka@acme.test"),
            ),
            (
                "b,tanaka@acme.test",
                "not an address: \",\" after b; did you mean b.tanaka@acme.test?",
                Some("b.tanaka@acme.test"),
            ),
            (
                "Bob Tanaka <bob@acme.test>",
                "not an address: a space after Bob; did you mean bob@acme.test?",
                Some("bob@acme.test"),
            ),
            (
                "bob@acme .test",
                "not an address: a space after acme; did you mean acme.test?",
                Some("bob@acme.test"),
            ),
            (
                "bob@acme..test",
                "not an address: \".\" in column 10; did you mean acme.test?",
                Some("bob@acme.test"),
            ),
            (
                "bob@acme.test.",
                "not an address: the part after \"@\" is not well formed; did you mean acme.test?",
                Some("bob@acme.test"),
            ),
            (
                "bob.acme.test",
                "not an address: there is no \"@\" in it",
                None,
            ),
            (
                "@acme.test",
                "not an address: there is nothing before \"@\"",
                None,
            ),
            (
                "bob.tanaka@",
                "not an address: there is nothing after \"@\"",
                None,
            ),
            ("bob@@acme.test", "not an address: \"@\" after bob", None),
            (
                "a@b.c",
                "an e-mail address has 6 to 255 characters, this has 5",
                None,
            ),
            (
                "bob@acme\u{202E}.test",
                "column 9: U+202E turns the direction of the writing; delete it",
                None,
            ),
            (
                "bob\r\nBcc: eve@acme.test",
                "column 4: U+000D is a control character; delete it",
                None,
            ),
        ] {
            let error = email(text).unwrap_err();
            assert_eq!(error.to_string(), sentence);
            assert_eq!(error.suggestion(), suggestion);
        }
    }

    #[test]
    fn ten_megabytes_are_refused_by_their_length() {
        let text = "x,".repeat(5_000_000);
        assert_eq!(email(&text), Err(EmailError::Length { length: 10_000_000 }));
    }
}
