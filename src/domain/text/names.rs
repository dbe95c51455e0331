//! Names: usernames, which people sign in with, and the names of what they belong to.

use unicode_normalization::UnicodeNormalization;

use super::input::{TextError, normalize_within};

/// Characters a username or another name may have.
pub const NAME_CHARACTERS_MAX: usize = 255;

/// Rounds in which a canonical form has to come to rest.
const CANONICAL_ROUNDS_MAX: usize = 3;

/// Why a name is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    #[error("a name is missing: write 1 to {NAME_CHARACTERS_MAX} characters")]
    Missing,
    #[error(transparent)]
    Text(#[from] TextError),
    #[error("column {column}: \"{character}\" can't be part of a name; {reason}")]
    Character {
        character: char,
        column: usize,
        reason: &'static str,
    },
    #[error("a name can't start with \"-\", which stands for standard input and options")]
    Dash,
    #[error("upper and lower case of this name can't be told apart; choose another name")]
    Unstable,
}

/// A username that keeps the rules, with the two forms it is compared by.
///
/// 1 to 255 characters, trimmed, in NFC. Left out are
/// - `-` at the start: the command line reads it as an option, and alone as standard input;
/// - `"` and `,`, which quote and separate values in filters, lists and CSV;
/// - `/`, which separates organization and name;
/// - `:`, which ends a field in filters and, in basic authentication, the username itself;
/// - the blank of Braille and the like, which look as if nothing were there.
///
/// Spaces inside, `@`, `.`, `+`, `\`, `(` and `)` are allowed: directories have such names, and
/// filters quote them.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Username {
    name: String,
    canonical: String,
}

impl Username {
    /// # Errors
    /// Says which rule the name breaks, and in which column.
    pub fn parse(text: &str) -> Result<Self, NameError> {
        let name = checked(text, |character| match character {
            '"' => Some("it quotes names in filters"),
            ',' => Some("it separates names in lists"),
            ':' => Some("it ends the name of a field in filters"),
            '/' => Some("it separates the organization from the name"),
            '\u{2800}' => Some("it looks like a space"),
            _ => None,
        })?;
        let canonical = canonical(&name)?;
        Ok(Self { name, canonical })
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.name
    }

    /// The key that is unique: see [`canonical`].
    #[must_use]
    pub fn canonical(&self) -> &str {
        &self.canonical
    }

    /// What the name looks like: see [`skeleton`].
    #[must_use]
    pub fn skeleton(&self) -> String {
        skeleton(&self.canonical)
    }
}

/// The name of an organization, unit, group or role: as a username, but only `/` is left out,
/// since it stands between organization and name, and `*`, which stands for all.
///
/// # Errors
/// Says which rule the name breaks, and in which column.
pub fn name(text: &str) -> Result<String, NameError> {
    checked(text, |character| match character {
        '/' => Some("it separates the organization from the name"),
        '*' => Some("it stands for everything below"),
        _ => None,
    })
}

fn checked(text: &str, refuse: impl Fn(char) -> Option<&'static str>) -> Result<String, NameError> {
    let name = normalize_within(text, NAME_CHARACTERS_MAX)?;
    if name.is_empty() {
        return Err(NameError::Missing);
    }
    if name.starts_with('-') {
        return Err(NameError::Dash);
    }
    for (index, character) in name.chars().enumerate() {
        if let Some(reason) = refuse(character) {
            return Err(NameError::Character {
                character,
                column: index + 1,
                reason,
            });
        }
    }
    Ok(name)
}

/// The form in which a username or an e-mail address is unique: without compatibility forms
/// and case (`ß` is `ss`, `ı` is `i`), so that no second account passes for the first.
///
/// # Errors
/// A text that is still changing after three rounds has no such form.
pub fn canonical(text: &str) -> Result<String, NameError> {
    let mut current = text.to_owned();
    for _ in 0..=CANONICAL_ROUNDS_MAX {
        let next = without_case(&current);
        if next == current {
            return Ok(current);
        }
        current = next;
    }
    Err(NameError::Unstable)
}

/// Lower-casing the upper case is as wide as full case folding: `ſ`, `ς` and `ß` fall to what
/// they are capitals of.
fn without_case(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    text.nfkc()
        .flat_map(char::to_uppercase)
        .flat_map(char::to_lowercase)
        .nfkc()
        .collect()
}

/// What a name looks like, by UTS #39, whatever its letters are: `аdmin` with a Cyrillic `а` and
/// `admin` have one skeleton. Only good for comparing: it is not a name.
#[must_use]
pub fn skeleton(name: &str) -> String {
    let lower = canonical(name).unwrap_or_else(|_| name.to_lowercase());
    unicode_security::skeleton(&lower).collect()
}

/// Whether two different names could be taken for each other: equal skeletons, and not both in
/// plain ASCII, where `rn` beside `m` is left to the people who choose the names.
#[must_use]
pub fn confusable(a: &str, b: &str) -> bool {
    !(a.is_ascii() && b.is_ascii()) && skeleton(a) == skeleton(b)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::safe::tests::hostile;
    use super::*;

    #[test]
    fn accepts_what_back_offices_use() {
        for name in [
            "b.tanaka",
            "bob@acme.test",
            "ACME\\bob",
            "田中",
            "José María",
            "svc_payroll+1",
            "o'brien (fin)",
            "a-",
            "_",
            "1",
        ] {
            assert_eq!(Username::parse(name).unwrap().as_str(), name);
        }
        assert_eq!(Username::parse(" Bob ").unwrap().canonical(), "bob");
        assert_eq!(
            name("Payroll: Staff, \"core\"").unwrap(),
            "Payroll: Staff, \"core\""
        );
    }

    #[test]
    fn refuses_what_could_not_be_named() {
        for (text, sentence) in [
            ("", "a name is missing: write 1 to 255 characters"),
            (" \t ", "a name is missing: write 1 to 255 characters"),
            (
                "-rf",
                "a name can't start with \"-\", which stands for standard input and options",
            ),
            (
                "-",
                "a name can't start with \"-\", which stands for standard input and options",
            ),
            (
                "a/b",
                "column 2: \"/\" can't be part of a name; it separates the organization from the name",
            ),
            (
                "a\"b",
                "column 2: \"\"\" can't be part of a name; it quotes names in filters",
            ),
            (
                "a,b",
                "column 2: \",\" can't be part of a name; it separates names in lists",
            ),
            (
                "a:b",
                "column 2: \":\" can't be part of a name; it ends the name of a field in filters",
            ),
            (
                "a\u{1b}[2J",
                "column 2: U+001B is a control character; delete it",
            ),
            ("ad\u{200D}min", "column 3: U+200D can't be seen; delete it"),
        ] {
            assert_eq!(Username::parse(text).unwrap_err().to_string(), sentence);
        }
        assert!(Username::parse("\u{2800}").is_err());
        assert!(Username::parse(&"x".repeat(255)).is_ok());
        assert!(Username::parse(&"x".repeat(256)).is_err());
        assert!(Username::parse(&"x".repeat(10_000_000)).is_err());
        assert!(name("acme/fin").is_err());
        assert!(name("*").is_err());
    }

    #[test]
    fn one_person_has_one_canonical_name() {
        for (text, key) in [
            ("Admin", "admin"),
            ("ＡＤＭＩＮ", "admin"),
            ("mıke", "mike"),
            ("STRASSE", "strasse"),
            ("Straße", "strasse"),
            ("ſam", "sam"),
            ("K\u{212A}", "kk"),
            ("Mu\u{308}ller", "müller"),
            ("ΣΊΣΥΦΟΣ", "σίσυφοσ"),
            ("ᴮᴵᴳᴮᴵᴿᴰ", "bigbird"),
        ] {
            assert_eq!(canonical(text).unwrap(), key);
        }
        assert_ne!(canonical("muller"), canonical("müller"));
    }

    #[test]
    fn look_alikes_are_confusable_unless_both_are_ascii() {
        assert!(confusable("аdmin", "admin"));
        assert!(confusable("Аdmin", "ADMIN"));
        assert!(confusable("раураl", "paypal"));
        assert!(confusable("jan\u{2010}meier", "jan-meier"));
        assert!(!confusable("rnike", "mike"));
        assert!(!confusable("müller", "muller"));
        assert!(!confusable("田中", "田申"));
    }

    #[test]
    fn every_character_has_a_stable_form() {
        for character in '\0'..=char::MAX {
            let text = format!("α\u{345}{character}");
            assert!(canonical(&text).is_ok(), "U+{:04X}", u32::from(character));
        }
    }

    proptest! {
        #[test]
        fn canonical_is_idempotent(text in hostile()) {
            if let Ok(key) = canonical(&text) {
                prop_assert_eq!(canonical(&key), Ok(key.clone()));
            }
        }

        #[test]
        fn a_username_is_its_own_username(text in hostile()) {
            if let Ok(username) = Username::parse(&text) {
                prop_assert_eq!(Username::parse(username.as_str()), Ok(username.clone()));
                prop_assert!(username.as_str().trim() == username.as_str());
            }
        }
    }
}
