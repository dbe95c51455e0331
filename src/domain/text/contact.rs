//! Phone numbers, languages and time zones: checked for shape, kept as people write them.

use jiff::tz::TimeZoneDatabase;

use super::cells::fit;
use super::fold::fold;
use super::input::{TextError, normalize_within};

const PHONE_CHARACTERS_MAX: usize = 64;
const LANGUAGE_CHARACTERS_MAX: usize = 64;
const TIME_ZONE_CHARACTERS_MAX: usize = 64;

/// Why a text is not taken as a phone number, a language or a time zone.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ContactError {
    #[error(transparent)]
    Text(#[from] TextError),
    #[error(
        "column {column}: \"{character}\" is not part of a phone number; write digits, spaces, + - ( ) . / and x or ext"
    )]
    Phone { character: char, column: usize },
    #[error("a phone number needs a digit")]
    NoDigit,
    #[error("\"{text}\" is not a language tag; {}", meant(suggestion.as_deref()))]
    Language {
        text: String,
        suggestion: Option<String>,
    },
    #[error("there is no time zone \"{text}\"; write one like Europe/Berlin or UTC")]
    TimeZone { text: String },
}

fn meant(suggestion: Option<&str>) -> String {
    match suggestion {
        Some(suggestion) => format!("did you mean {suggestion}?"),
        None => "write one like en, de-AT or zh-Hant-TW".to_owned(),
    }
}

/// A phone number of 1 to 64 characters: `+81 3 5550 0100`, `(030) 1234/56 ext. 7`.
///
/// # Errors
/// Names the first character that no number has.
pub fn phone(text: &str) -> Result<String, ContactError> {
    let number = normalize_within(text, PHONE_CHARACTERS_MAX)?;
    let mut rest = number.as_str();
    let mut column = 1;
    while let Some(character) = rest.chars().next() {
        let extension = rest
            .get(..3)
            .filter(|word| word.eq_ignore_ascii_case("ext"));
        let length = match (extension, character) {
            (Some(word), _) => word.len(),
            (None, '0'..='9' | ' ' | '+' | '-' | '(' | ')' | '.' | '/' | 'x' | 'X') => 1,
            (None, _) => return Err(ContactError::Phone { character, column }),
        };
        rest = rest.get(length..).unwrap_or_default();
        column += length;
    }
    if number.contains(|character: char| character.is_ascii_digit()) {
        Ok(number)
    } else {
        Err(ContactError::NoDigit)
    }
}

/// The digits of a phone number, by which two ways to write it are one; the `00` of a call abroad is a `+`.
#[must_use]
pub fn phone_key(number: &str) -> String {
    let digits: String = fold(number).chars().filter(char::is_ascii_digit).collect();
    match digits.strip_prefix("00") {
        Some(abroad) if !abroad.is_empty() => abroad.to_owned(),
        _ => digits,
    }
}

/// The letters and digits of an employee number, folded: `E-4711` and `e 4711` are one.
#[must_use]
pub fn staff_key(number: &str) -> String {
    fold(number)
        .chars()
        .filter(|character| character.is_alphanumeric())
        .collect()
}

/// A language tag in the shape of BCP 47, with its usual case: `en`, `de-AT`, `zh-Hant-TW`.
///
/// # Errors
/// Suggests the tag that was probably meant, as for `de_AT`.
pub fn language(text: &str) -> Result<String, ContactError> {
    let text = normalize_within(text, LANGUAGE_CHARACTERS_MAX)?;
    tag(&text).ok_or_else(|| {
        let suggestion = text
            .split(['.', '@'])
            .next()
            .and_then(|name| tag(&name.replace('_', "-")));
        ContactError::Language { text, suggestion }
    })
}

fn tag(text: &str) -> Option<String> {
    let parts: Vec<String> = text.split('-').map(str::to_ascii_lowercase).collect();
    let is_subtag = |part: &String| {
        (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric())
    };
    let (language, rest) = parts.split_first()?;
    let is_language = (2..=8).contains(&language.len()) && is_alphabetic(language);
    if !is_language || !parts.iter().all(is_subtag) {
        return None;
    }
    let mut written = vec![language.clone()];
    let mut rest = rest.iter().peekable();
    for _ in 0..3 {
        written.extend(
            rest.next_if(|part| part.len() == 3 && is_alphabetic(part))
                .cloned(),
        );
    }
    if let Some(script) = rest.next_if(|part| part.len() == 4 && is_alphabetic(part)) {
        let (first, others) = script.split_at(1);
        written.push(first.to_ascii_uppercase() + others);
    }
    if let Some(region) = rest.next_if(|part| is_region(part)) {
        written.push(region.to_ascii_uppercase());
    }
    while let Some(variant) = rest.next_if(|part| is_variant(part)) {
        written.push(variant.clone());
    }
    // An extension, and what is agreed privately, is one character and what belongs to it.
    while let Some(singleton) = rest.next() {
        let is_private = singleton == "x";
        if singleton.len() != 1
            || rest
                .peek()
                .is_none_or(|part| part.len() == 1 && !is_private)
        {
            return None;
        }
        written.push(singleton.clone());
        while let Some(part) = rest.next_if(|part| part.len() > 1 || is_private) {
            written.push(part.clone());
        }
    }
    Some(written.join("-"))
}

fn is_alphabetic(part: &str) -> bool {
    part.bytes().all(|byte| byte.is_ascii_alphabetic())
}

fn is_region(part: &str) -> bool {
    (part.len() == 2 && is_alphabetic(part))
        || (part.len() == 3 && part.bytes().all(|byte| byte.is_ascii_digit()))
}

fn is_variant(part: &str) -> bool {
    part.len() >= 5 || (part.len() == 4 && part.starts_with(|first: char| first.is_ascii_digit()))
}

/// The time zone as the time zone database spells it: `europe/berlin` is `Europe/Berlin`.
///
/// # Errors
/// Only zones of the database that comes with the program exist.
pub fn time_zone(text: &str) -> Result<String, ContactError> {
    let text = normalize_within(text, TIME_ZONE_CHARACTERS_MAX)?;
    let zone = TimeZoneDatabase::bundled().get(&text).ok();
    match zone.as_ref().and_then(|zone| zone.iana_name()) {
        Some(name) => Ok(name.to_owned()),
        None => Err(ContactError::TimeZone {
            text: fit(&text, 40, "…"),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_one_however_they_are_written() {
        for number in [
            "+81 3 5550 0100",
            "0081-3-5550-0100",
            "８１ ３ ５５５０ ０１００",
        ] {
            assert_eq!(phone_key(number), "81355500100", "{number}");
        }
        assert_eq!(phone_key("00"), "00");
        assert_eq!(phone_key("tanaka"), "");
        for number in ["E-4711", "e 4711", "É4711"] {
            assert_eq!(staff_key(number), "e4711", "{number}");
        }
    }

    #[test]
    fn phones_are_kept_as_written() {
        for number in [
            "1",
            "+81 3 5550 0100",
            "(030) 1234/56-7",
            "555.0100 ext. 12",
            "5550100 X12",
            "1ext2",
        ] {
            assert_eq!(phone(&format!(" {number} ")).unwrap(), number);
        }
        assert_eq!(
            phone("+81 3a").unwrap_err().to_string(),
            "column 6: \"a\" is not part of a phone number; write digits, spaces, + - ( ) . / and x or ext"
        );
        assert_eq!(
            phone("12 extr 5"),
            Err(ContactError::Phone {
                character: 'r',
                column: 7
            })
        );
        assert_eq!(
            phone("e田"),
            Err(ContactError::Phone {
                character: 'e',
                column: 1
            })
        );
        assert_eq!(
            phone("+ ext").unwrap_err().to_string(),
            "a phone number needs a digit"
        );
        assert!(phone("").is_err());
        assert!(phone(&"1".repeat(65)).is_err());
        assert!(phone(&"1".repeat(10_000_000)).is_err());
    }

    #[test]
    fn languages_get_their_usual_case() {
        for (text, written) in [
            ("en", "en"),
            ("DE-at", "de-AT"),
            ("zh-hant-tw", "zh-Hant-TW"),
            ("es-419", "es-419"),
            ("sl-rozaj-biske", "sl-rozaj-biske"),
            ("de-1996", "de-1996"),
            ("zh-yue-HK", "zh-yue-HK"),
            ("en-u-ca-gregory", "en-u-ca-gregory"),
            ("en-x-a-b", "en-x-a-b"),
        ] {
            assert_eq!(language(text).unwrap(), written);
        }
        assert_eq!(
            language("de_AT.UTF-8").unwrap_err().to_string(),
            "\"de_AT.UTF-8\" is not a language tag; did you mean de-AT?"
        );
        for text in [
            "",
            "e",
            "english language",
            "en-",
            "en-u",
            "en-u-a-bb",
            "de-AT-AT",
            "日本",
            "C",
        ] {
            assert!(language(text).is_err(), "{text}");
        }
    }

    #[test]
    fn time_zones_exist() {
        assert_eq!(time_zone("Europe/Berlin").unwrap(), "Europe/Berlin");
        assert_eq!(time_zone(" asia/tokyo ").unwrap(), "Asia/Tokyo");
        assert_eq!(time_zone("UTC").unwrap(), "UTC");
        assert_eq!(
            time_zone("Mars/Olympus").unwrap_err().to_string(),
            "there is no time zone \"Mars/Olympus\"; write one like Europe/Berlin or UTC"
        );
        assert!(time_zone("").is_err());
        assert!(time_zone("../../etc/passwd").is_err());
    }
}
