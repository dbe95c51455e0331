//! JSON that any sink may print, and any reader still reads as what it was.

use super::safe;
use std::borrow::Cow;
use std::fmt::Write as _;

/// JSON in which what a terminal would obey, or nobody would see, is written as `\u`.
#[must_use]
pub fn safe_json(json: &str) -> String {
    let is_plain = |letter: char| {
        // After a letter, so that an accent isn't taken for one that stands alone.
        let mut after_letter = String::from("a");
        after_letter.push(letter);
        matches!(safe(&after_letter), Cow::Borrowed(_))
    };
    let mut text = String::with_capacity(json.len());
    for letter in json.chars() {
        if letter <= '~' || is_plain(letter) {
            text.push(letter);
        } else {
            for unit in letter.encode_utf16(&mut [0; 2]) {
                let written = write!(text, "\\u{unit:04x}");
                debug_assert!(written.is_ok(), "writing to a String can't fail");
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_has_nothing_that_a_terminal_obeys() {
        let name = "\u{1b}[2J\u{9b}2J\u{202e}evil\u{200b} é e\u{301} 田中 \u{e0041}";
        let text = safe_json(&serde_json::to_string(name).unwrap());
        assert_eq!(
            text,
            "\"\\u001b[2J\\u009b2J\\u202eevil\\u200b é e\u{301} 田中 \\udb40\\udc41\""
        );
        assert_eq!(serde_json::from_str::<String>(&text).unwrap(), name);
    }
}
