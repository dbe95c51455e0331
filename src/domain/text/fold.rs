//! Keys to search and sort by: without case, accents and the difference between look-alike dashes.

use std::iter;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::{canonical_combining_class, is_combining_mark};

/// The text as both engines search and sort it: compatibility forms and accents off, lower
/// case, `ł ß ø đ ı æ œ þ` and their kin in plain letters. Folding folded text changes nothing.
#[must_use]
pub fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text
            .chars()
            .map(plain_space)
            .map(|c| c.to_ascii_lowercase())
            .collect();
    }
    text.nfkd()
        .filter(|c| !is_accent(*c))
        .flat_map(char::to_lowercase)
        .flat_map(spelled_plainly)
        // Lower-casing and spelling can bring back what has to be decomposed.
        .nfkd()
        .filter(|c| !is_accent(*c))
        .nfc()
        .collect()
}

/// What a person is found by: every part folded, one a line, and where a part is spelled with
/// umlauts a second line spells them out, so that `mull` and `muell` both find `Müller`.
pub fn search_text<'a>(parts: impl Iterator<Item = &'a str>) -> String {
    let mut lines = String::new();
    for form in parts.flat_map(search_forms) {
        if !lines.is_empty() && !form.is_empty() {
            lines.push('\n');
        }
        lines.push_str(&form);
    }
    lines
}

/// The one or two ways to look for a word in [`search_text`]: `müller` is looked for as
/// `muller` and as `mueller`, so that it also finds those who write their name without umlaut.
#[must_use]
pub fn search_forms(word: &str) -> Vec<String> {
    let folded = fold(word);
    if word.is_ascii() {
        return vec![folded];
    }
    let spelled: String = word
        .nfc()
        .flat_map(char::to_lowercase)
        .flat_map(without_umlaut)
        .collect();
    let spelled = fold(&spelled);
    if spelled == folded {
        vec![folded]
    } else {
        vec![folded, spelled]
    }
}

/// Fills a short form up to the three characters of a trigram: a letter, for engines index nothing else, and one that
/// hardly anybody's name is written with.
const FILLER: char = '\u{a4d0}';

/// Characters of a trigram index.
const TRIGRAM: usize = 3;

/// Every syllable and ideograph of a text alone and with its neighbour, filled up to three characters: in scripts in which
/// one or two characters are a name, these are looked up and not walked to.
#[must_use]
pub fn short_forms(text: &str) -> String {
    let folded = fold(text);
    let mut forms = String::new();
    let mut previous = None;
    for character in folded.chars() {
        let current = is_dense(character).then_some(character);
        if let Some(character) = current {
            forms.extend([character, FILLER, FILLER]);
            if let Some(previous) = previous {
                forms.extend([previous, character, FILLER]);
            }
        }
        previous = current;
    }
    forms
}

/// What a trigram index finds a folded form by; `None` where it can't.
#[must_use]
pub fn index_form(form: &str) -> Option<String> {
    let length = form.chars().count();
    if length >= TRIGRAM {
        return Some(form.to_owned());
    }
    if length == 0 || !form.chars().all(is_dense) {
        return None;
    }
    Some(
        form.chars()
            .chain(iter::repeat(FILLER))
            .take(TRIGRAM)
            .collect(),
    )
}

/// Kana, Han and Hangul: scripts with thousands of characters, so that one of them says much.
const fn is_dense(character: char) -> bool {
    matches!(character,
        '\u{3041}'..='\u{30ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}'
        | '\u{ac00}'..='\u{d7a3}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{323af}')
}

/// The text for a `like … escape '\'` pattern, so that its own `%` and `_` mean themselves.
#[must_use]
pub fn escape_like(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        if matches!(character, '%' | '_' | '\\') {
            escaped.push('\\');
        }
        escaped.push(character);
    }
    escaped
}

/// Accents, and what can't be seen. Marks that make another letter (the signs of Indic vowels,
/// the voicing of kana, Hangul) stay: without them words would fall together.
fn is_accent(character: char) -> bool {
    let class = canonical_combining_class(character);
    let makes_a_letter = class == 0 || (7..=9).contains(&class);
    (is_combining_mark(character) && !makes_a_letter) || is_left_out(character)
}

/// Circles around letters, and what takes no room.
fn is_left_out(character: char) -> bool {
    matches!(character,
        '\u{AD}'
        | '\u{34F}'
        | '\u{488}'..='\u{489}'
        | '\u{61C}'
        | '\u{180B}'..='\u{180F}'
        | '\u{200B}'..='\u{200F}'
        | '\u{202A}'..='\u{202E}'
        | '\u{2060}'..='\u{206F}'
        | '\u{20DD}'..='\u{20E4}'
        | '\u{FE00}'..='\u{FE0F}'
        | '\u{FEFF}'
        | '\u{E0000}'..='\u{E0FFF}')
}

fn spelled_plainly(character: char) -> impl Iterator<Item = char> {
    let (first, second) = match character {
        'ł' | 'ƚ' | 'ɫ' => ('l', None),
        'ß' => ('s', Some('s')),
        'ø' | 'ɵ' => ('o', None),
        'đ' | 'ð' => ('d', None),
        'ı' | 'ɨ' => ('i', None),
        'æ' => ('a', Some('e')),
        'œ' => ('o', Some('e')),
        'þ' => ('t', Some('h')),
        'ħ' => ('h', None),
        'ŧ' => ('t', None),
        'ŋ' => ('n', None),
        'ĸ' => ('k', None),
        'ƀ' => ('b', None),
        'ǥ' => ('g', None),
        'ƶ' => ('z', None),
        'ς' => ('σ', None),
        '‘' | '’' | 'ʻ' | 'ʼ' | 'ʹ' | '′' => ('\'', None),
        '‐'..='―' | '−' => ('-', None),
        other => (plain_space(other), None),
    };
    iter::once(first).chain(second)
}

/// Lines separate the parts of a search text, so no part may bring a line break of its own.
fn plain_space(character: char) -> char {
    if character.is_control() || character.is_whitespace() {
        ' '
    } else {
        character
    }
}

fn without_umlaut(character: char) -> impl Iterator<Item = char> {
    let (first, second) = match character {
        'ä' => ('a', Some('e')),
        'ö' | 'ø' => ('o', Some('e')),
        'ü' => ('u', Some('e')),
        'å' => ('a', Some('a')),
        other => (other, None),
    };
    iter::once(first).chain(second)
}

#[cfg(test)]
mod short_form_tests {
    use super::*;

    #[test]
    fn one_and_two_characters_of_a_dense_script_are_in_the_index() {
        let forms = short_forms("田中 恵, 김");
        for word in ["田", "中", "田中", "恵", "김"] {
            let wanted = index_form(word).unwrap();
            assert_eq!(wanted.chars().count(), TRIGRAM);
            assert!(forms.contains(&wanted), "{word} in {forms}");
        }
        assert!(
            !forms.contains(&index_form("中恵").unwrap()),
            "they are no neighbours"
        );
    }

    #[test]
    fn short_words_of_an_alphabet_are_not() {
        assert_eq!(index_form("ан"), None);
        assert_eq!(index_form("a田"), None);
        assert_eq!(index_form(""), None);
        assert_eq!(index_form("анн").as_deref(), Some("анн"));
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::safe::tests::hostile;
    use super::*;

    #[test]
    fn takes_off_case_and_accents() {
        for (text, folded) in [
            ("Jérôme", "jerome"),
            ("Je\u{301}ro\u{302}me", "jerome"),
            ("DÖRTE MÜLLER", "dorte muller"),
            ("Wójcik-Łoś", "wojcik-los"),
            ("Straße STRASSE", "strasse strasse"),
            ("Ørsted Þór Đặng", "orsted thor dang"),
            ("Œuvre Ærø", "oeuvre aero"),
            ("İstanbul ISPARTA ılıca", "istanbul isparta ilica"),
            ("Ğ ğ Ş ş Ħ Ŧ", "g g s s h t"),
            ("Σίσυφος ΣΊΣΥΦΟΣ", "σισυφοσ σισυφοσ"),
            ("Андрей Ёлкин", "андреи елкин"),
            ("ﬁ Ａｄａ №", "fi ada no"),
            ("O’Brien–Smith", "o'brien-smith"),
            ("田中 ガク", "田中 ガク"),
            ("ｶﾞｸ", "ガク"),
            ("김철수", "김철수"),
            ("हिन्दी", "हिन्दी"),
            ("ad\u{200B}min\u{FE0F}", "admin"),
            ("مُحَمَّد", "محمد"),
            ("a\u{a0}b\tc", "a b c"),
        ] {
            assert_eq!(fold(text), folded);
        }
    }

    #[test]
    fn umlauts_are_found_by_both_spellings() {
        let text = search_text(["Dörte", "Müller", "dm@acme.test", "", "Åsa Øye"].into_iter());
        assert_eq!(
            text,
            "dorte\ndoerte\nmuller\nmueller\ndm@acme.test\nasa oye\naasa oeye"
        );
        assert_eq!(search_text([].into_iter()), "");
        assert_eq!(short_forms("Ann Ba"), "");
        assert_eq!(
            search_text(["", "Mu\u{308}ller", ""].into_iter()),
            "muller\nmueller"
        );
        assert_eq!(search_text(["a\nb"].into_iter()), "a b");
        assert_eq!(search_forms("Müller"), ["muller", "mueller"]);
        assert_eq!(search_forms("mueller"), ["mueller"]);
        assert_eq!(search_forms("Jérôme"), ["jerome"]);
    }

    #[test]
    fn like_wildcards_mean_themselves() {
        assert_eq!(escape_like(r"a_b%c\d"), r"a\_b\%c\\d");
        assert_eq!(escape_like("plain"), "plain");
    }

    #[test]
    fn every_character_folds_to_what_stays() {
        for character in '\0'..=char::MAX {
            let text = format!("a{character}o");
            let folded = fold(&text);
            assert_eq!(fold(&folded), folded, "U+{:04X}", u32::from(character));
            assert!(!folded.contains('\n'));
        }
    }

    #[test]
    fn ten_megabytes_take_one_walk() {
        assert_eq!(fold(&"Ü".repeat(1_000_000)).len(), 1_000_000);
        assert_eq!(fold(&"\u{301}".repeat(5_000_000)), "");
    }

    proptest! {
        #[test]
        fn folding_twice_is_folding_once(text in hostile()) {
            let folded = fold(&text);
            prop_assert_eq!(fold(&folded), folded);
        }

        #[test]
        fn case_never_matters_to_a_search(text in "[a-zà-öø-ÿĀ-ſα-ωа-я ]{0,20}") {
            prop_assert_eq!(fold(&text.to_uppercase()), fold(&text));
        }

        #[test]
        fn escaped_patterns_say_the_same(text in any::<String>()) {
            let mut plain = String::new();
            let mut characters = escape_like(&text).chars().collect::<Vec<_>>().into_iter();
            while let Some(character) = characters.next() {
                plain.push(if character == '\\' { characters.next().unwrap() } else { character });
            }
            prop_assert_eq!(plain, text);
        }
    }
}
