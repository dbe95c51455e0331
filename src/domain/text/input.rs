//! Text as people, files and directories give it, made ready to be stored: NFC, trimmed, checked.

use unicode_normalization::{UnicodeNormalization, is_nfc};

use super::safe::{Hazard, Scan};

/// Why a text can't be stored.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    #[error("column {column}: U+{:04X} {reason}; delete it", u32::from(*character))]
    Character {
        character: char,
        column: usize,
        reason: &'static str,
    },
    #[error("{length} characters are too many: keep it to {most}")]
    TooLong { length: usize, most: usize },
}

/// The text in NFC and without space around it, as every text field is stored.
///
/// # Errors
/// Names the first character that may not be stored, and its column: controls, whatever turns
/// the direction of the writing or can't be seen, and marks without a letter.
pub fn normalize(text: &str) -> Result<String, TextError> {
    let trimmed = text.trim_start();
    let before = text[..text.len() - trimmed.len()].chars().count();
    let trimmed = trimmed.trim_end();
    check(trimmed, before)?;
    if is_nfc(trimmed) {
        return Ok(trimmed.to_owned());
    }
    let composed: String = trimmed.nfc().collect();
    // A few marks are written as two by NFC, which can make a tower of marks too high.
    check(&composed, before)?;
    Ok(composed)
}

/// As [`normalize`], and not longer than so many characters.
///
/// # Errors
/// As [`normalize`]; a text that is far too long is refused before it is looked at.
pub fn normalize_within(text: &str, most: usize) -> Result<String, TextError> {
    let length = text.trim().chars().count();
    // Composing can make ten characters one: a letter and nine marks at the most.
    if length > most.saturating_mul(10) {
        return Err(TextError::TooLong { length, most });
    }
    let text = normalize(text)?;
    let length = text.chars().count();
    if length > most {
        Err(TextError::TooLong { length, most })
    } else {
        Ok(text)
    }
}

fn check(text: &str, columns_before: usize) -> Result<(), TextError> {
    let mut scan = Scan::default();
    for (index, character) in text.chars().enumerate() {
        let reason = match scan.hazard(character) {
            // Emoji are made of parts that terminals measure differently. They are welcome in
            // a field; only the screen shows them taken apart.
            None | Some(Hazard::Unmeasurable) => continue,
            Some(Hazard::Control) => "is a control character",
            Some(Hazard::Direction) => "turns the direction of the writing",
            Some(Hazard::Invisible) => "can't be seen",
            Some(Hazard::LoneMark) => "is a mark without a letter under it",
            Some(Hazard::MarkTooMany) => "is one mark too many on its letter",
        };
        return Err(TextError::Character {
            character,
            column: columns_before + index + 1,
            reason,
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::safe::tests::hostile;
    use super::*;

    #[test]
    fn composes_and_trims() {
        assert_eq!(
            normalize(" Do\u{308}rte  Mu\u{308}ller\t\n").unwrap(),
            "Dörte  Müller"
        );
        assert_eq!(normalize("\u{3000}田中 ボブ").unwrap(), "田中 ボブ");
        assert_eq!(normalize("  ").unwrap(), "");
        assert_eq!(
            normalize("thanks 👍🏽 ❤\u{FE0F} 🇩🇪").unwrap(),
            "thanks 👍🏽 ❤\u{FE0F} 🇩🇪"
        );
    }

    #[test]
    fn says_which_character_and_where() {
        for (text, sentence) in [
            ("a\0b", "column 2: U+0000 is a control character; delete it"),
            (
                "a\u{9b}b",
                "column 2: U+009B is a control character; delete it",
            ),
            ("a\nb", "column 2: U+000A is a control character; delete it"),
            (
                "  ad\u{202E}",
                "column 5: U+202E turns the direction of the writing; delete it",
            ),
            (
                "a\u{2069}",
                "column 2: U+2069 turns the direction of the writing; delete it",
            ),
            ("田\u{200B}", "column 2: U+200B can't be seen; delete it"),
            ("x\u{E0041}", "column 2: U+E0041 can't be seen; delete it"),
            ("a\u{FE0F}", "column 2: U+FE0F can't be seen; delete it"),
            ("\u{3164}", "column 1: U+3164 can't be seen; delete it"),
            (
                " \u{301}a",
                "column 2: U+0301 is a mark without a letter under it; delete it",
            ),
        ] {
            assert_eq!(normalize(text).unwrap_err().to_string(), sentence);
        }
        let tower = "e\u{301}\u{302}\u{303}\u{304}\u{305}\u{306}\u{307}\u{308}\u{309}";
        assert_eq!(
            normalize(tower).unwrap_err().to_string(),
            "column 10: U+0309 is one mark too many on its letter; delete it"
        );
        let two_in_one = format!("o{}", "\u{344}".repeat(8));
        assert!(normalize(&two_in_one).is_err());
    }

    #[test]
    fn counts_characters_not_bytes() {
        assert_eq!(normalize_within(" 田中恵 ", 3).unwrap(), "田中恵");
        assert_eq!(normalize_within("u\u{308}", 1).unwrap(), "ü");
        assert_eq!(
            normalize_within("abcd", 3),
            Err(TextError::TooLong { length: 4, most: 3 })
        );
    }

    #[test]
    fn ten_megabytes_are_refused_by_their_length() {
        let text = "x\u{202E}".repeat(2_500_000);
        assert_eq!(
            normalize_within(&text, 255).unwrap_err().to_string(),
            "5000000 characters are too many: keep it to 255"
        );
    }

    proptest! {
        #[test]
        fn what_gets_in_is_stable(text in hostile()) {
            if let Ok(stored) = normalize(&text) {
                prop_assert_eq!(normalize(&stored), Ok(stored.clone()));
            }
        }
    }
}
