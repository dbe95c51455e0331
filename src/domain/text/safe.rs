//! Shows what could move a cursor, turn the writing, hide or shift a row as `‹U+202E›`.

use std::borrow::Cow;
use std::fmt::{self, Write};

use unicode_normalization::char::is_combining_mark;
use unicode_width::UnicodeWidthChar;

/// More marks than this on one letter are a tower that climbs over the rows above it; no
/// writing system needs them.
const MARKS_MAX: u8 = 8;

/// Text as any sink may print it; the same text comes back, unallocated, when it is clean.
///
/// Every hazardous character becomes `‹U+XXXX›`. Making safe text safe again changes nothing.
#[must_use]
pub fn safe(text: &str) -> Cow<'_, str> {
    let mut scan = Scan::default();
    let mut shown = String::new();
    let mut copied = 0;
    for (at, character) in text.char_indices() {
        if scan.hazard(character).is_none() {
            continue;
        }
        shown.push_str(&text[copied..at]);
        escape(&mut shown, character);
        copied = at + character.len_utf8();
    }
    if copied == 0 {
        return Cow::Borrowed(text);
    }
    shown.push_str(&text[copied..]);
    Cow::Owned(shown)
}

/// Prints text made safe, for format strings: `format!("no user named {}", Safe(name))`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Safe<'a>(pub &'a str);

impl fmt::Display for Safe<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&safe(self.0))
    }
}

fn escape(shown: &mut String, character: char) {
    let written = write!(shown, "‹U+{:04X}›", u32::from(character));
    debug_assert!(written.is_ok(), "writing to a String can't fail");
}

/// Why a character is not shown as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hazard {
    /// C0, DEL, C1, and the separators of lines and paragraphs.
    Control,
    /// Turns the direction of the writing around it.
    Direction,
    /// Takes no room, so two texts that differ by it look the same.
    Invisible,
    LoneMark,
    MarkTooMany,
    /// Terminals disagree how many cells it takes: parts of emoji, flags, private characters.
    Unmeasurable,
}

/// What the next mark, if one follows, would stand on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Base {
    /// Nothing: the start, a space, or an escape.
    #[default]
    None,
    Letter,
    Symbol,
    Ideograph,
    Hangul,
}

/// Walks a text character by character and finds its hazards.
#[derive(Debug, Default)]
pub(super) struct Scan {
    base: Base,
    marks: u8,
}

impl Scan {
    pub(super) fn hazard(&mut self, character: char) -> Option<Hazard> {
        if matches!(character, '!'..='~') {
            self.stand_on(Base::Letter);
            return None;
        }
        let hazard = self.judge(character);
        if hazard.is_some() {
            self.stand_on(Base::None);
        }
        hazard
    }

    fn judge(&mut self, character: char) -> Option<Hazard> {
        if let Some(hazard) = always(character) {
            return Some(hazard);
        }
        match character {
            // A closing quote like this also ends our escapes, and a mark on one of those would
            // change what it says.
            '›' => self.stand_on(Base::None),
            _ if character.is_whitespace() => self.stand_on(Base::None),
            '\u{FE00}'..='\u{FE0F}' => return Some(self.variation(character)),
            // The variants of an ideograph are how some families write their names.
            '\u{E0100}'..='\u{E01EF}' if self.base == Base::Ideograph => self.base = Base::Letter,
            '\u{E0100}'..='\u{E01EF}' => return Some(Hazard::Invisible),
            '\u{1161}'..='\u{11FF}' | '\u{D7B0}'..='\u{D7FF}' => {
                return self.mark(self.base == Base::Hangul);
            }
            _ if is_combining_mark(character) => return self.mark(self.base != Base::None),
            _ if !matches!(character.width(), Some(1 | 2)) => return Some(Hazard::Unmeasurable),
            _ => self.stand_on(base(character)),
        }
        None
    }

    fn mark(&mut self, has_base: bool) -> Option<Hazard> {
        if !has_base {
            return Some(Hazard::LoneMark);
        }
        if self.marks == MARKS_MAX {
            return Some(Hazard::MarkTooMany);
        }
        self.marks += 1;
        None
    }

    /// After a symbol it asks for an emoji, anywhere else it does nothing that can be seen.
    fn variation(&self, character: char) -> Hazard {
        match (character, self.base) {
            ('\u{FE0E}' | '\u{FE0F}', Base::Symbol) => Hazard::Unmeasurable,
            _ => Hazard::Invisible,
        }
    }

    fn stand_on(&mut self, base: Base) {
        self.base = base;
        self.marks = 0;
    }
}

fn base(character: char) -> Base {
    match character {
        '\u{1100}'..='\u{115E}' | '\u{A960}'..='\u{A97C}' | '\u{AC00}'..='\u{D7A3}' => Base::Hangul,
        '\u{3400}'..='\u{4DBF}'
        | '\u{4E00}'..='\u{9FFF}'
        | '\u{F900}'..='\u{FAFF}'
        | '\u{20000}'..='\u{3FFFD}' => Base::Ideograph,
        _ if character.is_alphanumeric() => Base::Letter,
        _ => Base::Symbol,
    }
}

/// Hazards that don't depend on what stands before them.
fn always(character: char) -> Option<Hazard> {
    match character {
        _ if character.is_control() => Some(Hazard::Control),
        '\u{2028}' | '\u{2029}' => Some(Hazard::Control),
        '\u{61C}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' => {
            Some(Hazard::Direction)
        }
        _ if is_invisible(character) => Some(Hazard::Invisible),
        _ if is_unmeasurable(character) => Some(Hazard::Unmeasurable),
        _ => None,
    }
}

/// What Unicode calls default-ignorable, less the variation selectors; the Hangul fillers;
/// annotation and layout controls; and the code points that will never be characters.
fn is_invisible(character: char) -> bool {
    matches!(character,
        '\u{AD}'
        | '\u{34F}'
        | '\u{115F}'..='\u{1160}'
        | '\u{17B4}'..='\u{17B5}'
        | '\u{180B}'..='\u{180F}'
        | '\u{200B}'..='\u{200D}'
        | '\u{2060}'..='\u{2065}'
        | '\u{206A}'..='\u{206F}'
        | '\u{3164}'
        | '\u{FDD0}'..='\u{FDEF}'
        | '\u{FEFF}'
        | '\u{FFA0}'
        | '\u{FFF0}'..='\u{FFFB}'
        | '\u{13430}'..='\u{1343F}'
        | '\u{1BCA0}'..='\u{1BCA3}'
        | '\u{1D173}'..='\u{1D17A}'
        | '\u{E0000}'..='\u{E00FF}'
        | '\u{E01F0}'..='\u{E0FFF}')
        || u32::from(character) & 0xFFFE == 0xFFFE
}

/// Skin tones and flag letters, which some terminals join and some don't; private characters,
/// which are whatever the font makes of them; number signs that reach under their neighbours.
fn is_unmeasurable(character: char) -> bool {
    matches!(character,
        '\u{600}'..='\u{605}'
        | '\u{6DD}'
        | '\u{70F}'
        | '\u{890}'..='\u{891}'
        | '\u{8E2}'
        | '\u{17A4}'
        | '\u{2D7F}'
        | '\u{E000}'..='\u{F8FF}'
        | '\u{110BD}'
        | '\u{110CD}'
        | '\u{1F1E6}'..='\u{1F1FF}'
        | '\u{1F3FB}'..='\u{1F3FF}'
        | '\u{F0000}'..='\u{10FFFD}')
}

#[cfg(test)]
pub(super) mod tests {
    use proptest::char::range;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn leaves_clean_text_alone_and_unallocated() {
        for text in [
            "",
            "b.tanaka",
            "Dörte Müller",
            "D\u{308}orte",
            "田中 ボブ",
            "김철수",
            "ល្អ ខ្មែរ",
            "नमस्ते",
            "ภาษาไทย",
            "عبد الله",
            "辻\u{E0100}",
            "O’Brien ‹x›",
            "😀",
        ] {
            assert!(
                matches!(safe(text), Cow::Borrowed(_)),
                "{text:?} came back as {}",
                safe(text)
            );
        }
    }

    #[test]
    fn shows_what_could_act_or_hide() {
        for (text, shown) in [
            ("a\u{1b}[2J", "a‹U+001B›[2J"),
            ("\u{9d}52;c;x\u{7}", "‹U+009D›52;c;x‹U+0007›"),
            (
                "a\tb\nc\r\0\u{7f}",
                "a‹U+0009›b‹U+000A›c‹U+000D›‹U+0000›‹U+007F›",
            ),
            ("\u{202E}nimda", "‹U+202E›nimda"),
            (
                "a\u{2066}\u{2069}\u{200F}\u{61C}",
                "a‹U+2066›‹U+2069›‹U+200F›‹U+061C›",
            ),
            (
                "ad\u{200B}min\u{FEFF}\u{AD}",
                "ad‹U+200B›min‹U+FEFF›‹U+00AD›",
            ),
            ("a\u{2028}b\u{2029}", "a‹U+2028›b‹U+2029›"),
            ("x\u{E0041}\u{E007F}", "x‹U+E0041›‹U+E007F›"),
            (
                "\u{115F}\u{1160}\u{3164}\u{FFA0}",
                "‹U+115F›‹U+1160›‹U+3164›‹U+FFA0›",
            ),
            ("\u{301}a \u{301}", "‹U+0301›a ‹U+0301›"),
            ("👩\u{200D}💻", "👩‹U+200D›💻"),
            ("👋🏽", "👋‹U+1F3FD›"),
            ("🇩🇪", "‹U+1F1E9›‹U+1F1EA›"),
            ("❤\u{FE0F}", "❤‹U+FE0F›"),
            ("a\u{FE0F}\u{E0100}", "a‹U+FE0F›‹U+E0100›"),
            ("\u{1161}", "‹U+1161›"),
            ("\u{E000}\u{FFFF}", "‹U+E000›‹U+FFFF›"),
        ] {
            assert_eq!(safe(text), shown);
        }
    }

    #[test]
    fn keeps_eight_marks_on_a_letter_and_shows_the_rest() {
        let tower = format!("o{}x\u{301}", "\u{301}".repeat(10));
        let shown = format!("o{}‹U+0301›‹U+0301›x\u{301}", "\u{301}".repeat(8));
        assert_eq!(safe(&tower), shown);
        let jamo = format!("\u{1100}{}", "\u{1161}".repeat(9));
        assert_eq!(
            safe(&jamo),
            format!("\u{1100}{}‹U+1161›", "\u{1161}".repeat(8))
        );
    }

    #[test]
    fn a_mark_can_not_stand_on_an_escape() {
        assert_eq!(safe("a\u{202E}\u{338}"), "a‹U+202E›‹U+0338›");
        assert_eq!(safe("‹U+202E›\u{338}"), "‹U+202E›‹U+0338›");
    }

    #[test]
    fn judges_every_character_that_exists() {
        for character in '\0'..=char::MAX {
            let text = format!("a{character}");
            let shown = safe(&text).into_owned();
            assert_eq!(safe(&shown), shown, "U+{:04X}", u32::from(character));
            let kept = shown == text;
            assert!(kept || shown == format!("a‹U+{:04X}›", u32::from(character)));
            if character.is_control() || character.width() == Some(0) {
                let is_mark = is_combining_mark(character) && !is_invisible(character);
                assert!(
                    !kept || is_mark,
                    "U+{:04X} got through",
                    u32::from(character)
                );
            }
        }
    }

    #[test]
    fn ten_megabytes_take_one_walk() {
        let hostile = "\u{202E}".repeat(1_000_000) + &"o\u{301}".repeat(2_500_000);
        let shown = safe(&hostile);
        assert_eq!(shown.matches("‹U+202E›").count(), 1_000_000);
        assert!(shown.ends_with("o\u{301}"));
    }

    proptest! {
        #[test]
        fn is_idempotent(text in hostile()) {
            let shown = safe(&text).into_owned();
            prop_assert_eq!(safe(&shown), shown.as_str());
        }

        #[test]
        fn lets_nothing_hazardous_through(text in hostile()) {
            for character in safe(&text).chars() {
                prop_assert_eq!(always(character), None);
            }
        }
    }

    /// Text with far more hazards, marks and joining letters in it than chance would give.
    pub(in crate::domain::text) fn hostile() -> impl Strategy<Value = String> {
        let ranges = prop_oneof![
            3 => any::<char>(),
            2 => range(' ', '~'),
            1 => range('\0', '\u{ad}'),
            2 => range('\u{300}', '\u{36F}'),
            1 => range('\u{900}', '\u{DFF}'),
            1 => range('\u{1780}', '\u{17DF}'),
            1 => range('\u{1100}', '\u{11FF}'),
            1 => range('\u{4E00}', '\u{9FFF}'),
            2 => range('\u{2000}', '\u{206F}'),
            1 => range('\u{FE00}', '\u{FFFF}'),
            1 => range('\u{1F1E6}', '\u{1F64F}'),
            1 => range('\u{E0000}', '\u{E01FF}'),
            1 => Just('›'),
        ];
        proptest::collection::vec(ranges, 0..40).prop_map(String::from_iter)
    }
}
