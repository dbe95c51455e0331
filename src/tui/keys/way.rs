//! One way to press an action: read from the words of a key file, judged, and written as people write it.

use crokey::{KeyCombination, OneToThree};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// Keys that are pressed one after the other; mostly one.
pub type Sequence = Vec<KeyCombination>;

/// Other names of keys, as they stand on them or in the help.
const ALIASES: &[(&str, &str)] = &[
    ("shift-tab", "backtab"),
    ("pgup", "pageup"),
    ("pgdn", "pagedown"),
    ("del", "delete"),
    ("escape", "esc"),
    ("return", "enter"),
];

/// A capital letter stands for itself with Shift, so the file shows what is on the key.
#[must_use]
pub fn parse_key(word: &str) -> Option<KeyCombination> {
    let mut characters = word.chars();
    match (characters.next(), characters.next()) {
        (Some(letter), None) if letter.is_control() => None,
        (Some(letter), None) => {
            let modifiers = if letter.is_uppercase() {
                KeyModifiers::SHIFT
            } else {
                KeyModifiers::NONE
            };
            Some(KeyCombination::one_key(KeyCode::Char(letter), modifiers))
        }
        _ => {
            let word = word.to_lowercase();
            let alias = ALIASES.iter().find(|(alias, _)| *alias == word);
            let name = alias.map_or(word.as_str(), |(_, name)| name);
            crokey::parse(name).ok().map(KeyCombination::normalized)
        }
    }
}

fn code(key: &KeyCombination) -> KeyCode {
    match key.codes {
        OneToThree::One(code) | OneToThree::Two(code, _) | OneToThree::Three(code, _, _) => code,
    }
}

/// Why no terminal tells that this key was pressed.
#[must_use]
pub fn why_never(key: &KeyCombination) -> Option<&'static str> {
    let control = key.modifiers.contains(KeyModifiers::CONTROL);
    let shift = key.modifiers.contains(KeyModifiers::SHIFT);
    match code(key) {
        _ if !matches!(key.codes, OneToThree::One(_)) => {
            Some("terminals don't tell when two keys are held together")
        }
        _ if key.modifiers.contains(KeyModifiers::SUPER) => Some("terminals keep it to themselves"),
        KeyCode::Enter if control || shift => Some("terminals send plain Enter"),
        KeyCode::Char(_) if control && shift => Some("terminals send it without Shift"),
        KeyCode::Char('h') if control => Some("it is Backspace"),
        KeyCode::Char('i') if control => Some("it is Tab"),
        KeyCode::Char('j' | 'm') if control => Some("it is Enter"),
        KeyCode::Char('[') if control => Some("it is Esc"),
        KeyCode::Char(sign)
            if control && !sign.is_ascii_alphabetic() && !" ]\\^_".contains(sign) =>
        {
            Some("terminals send something else")
        }
        KeyCode::Char(sign) if shift && !sign.is_alphabetic() => {
            Some("terminals send the sign above it, so write that one")
        }
        _ => None,
    }
}

/// Whether multiplexers, flow control or old terminals swallow the key now and then.
#[must_use]
pub fn is_often_lost(key: &KeyCombination) -> bool {
    let control = key.modifiers.contains(KeyModifiers::CONTROL);
    match code(key) {
        KeyCode::F(_) => true,
        KeyCode::Char(_) if key.modifiers.contains(KeyModifiers::ALT) => true,
        KeyCode::Char('a' | 'b' | 'q' | 's') => control,
        _ => false,
    }
}

/// Whether a text field takes the key for a character.
#[must_use]
pub fn is_text(key: &KeyCombination) -> bool {
    let control = KeyModifiers::CONTROL | KeyModifiers::ALT;
    matches!(code(key), KeyCode::Char(_)) && !key.modifiers.intersects(control)
}

/// The key as it is looked up: terminals differ in whether they name Shift beside a sign like `?`.
#[must_use]
pub fn key_of(event: KeyEvent) -> KeyCombination {
    let mut key = KeyCombination::from(event);
    if let OneToThree::One(KeyCode::Char(character)) = key.codes
        && !character.is_alphabetic()
    {
        key.modifiers.remove(KeyModifiers::SHIFT);
    }
    key
}

/// Whether the key writes a character where a text field has the focus.
#[must_use]
pub fn is_printable(event: KeyEvent) -> bool {
    matches!(event.code, KeyCode::Char(_))
        && !event
            .modifiers
            .intersects(KeyModifiers::CONTROL | KeyModifiers::ALT | KeyModifiers::SUPER)
}

/// As people write it: `Ctrl-s`, `g g`, `PgDn`.
#[must_use]
pub fn spell(sequence: &[KeyCombination]) -> String {
    sequence.iter().map(spell_key).collect::<Vec<_>>().join(" ")
}

#[must_use]
pub fn spell_key(key: &KeyCombination) -> String {
    let name = match code(key) {
        KeyCode::Char(' ') => "Space".to_owned(),
        KeyCode::Char(character) => character.to_string(),
        KeyCode::Esc => "Esc".to_owned(),
        KeyCode::Enter => "Enter".to_owned(),
        KeyCode::Backspace => "Backspace".to_owned(),
        KeyCode::Delete => "Del".to_owned(),
        KeyCode::Tab => "Tab".to_owned(),
        KeyCode::BackTab => "Shift-Tab".to_owned(),
        KeyCode::PageUp => "PgUp".to_owned(),
        KeyCode::PageDown => "PgDn".to_owned(),
        KeyCode::F(number) => format!("F{number}"),
        other => format!("{other:?}"),
    };
    let named_with_shift = matches!(code(key), KeyCode::Char(_) | KeyCode::BackTab);
    let mut text = String::new();
    for (modifier, prefix) in [
        (KeyModifiers::CONTROL, "Ctrl-"),
        (KeyModifiers::ALT, "Alt-"),
        (KeyModifiers::SHIFT, "Shift-"),
    ] {
        let told = modifier != KeyModifiers::SHIFT || !named_with_shift;
        if told && key.modifiers.contains(modifier) {
            text.push_str(prefix);
        }
    }
    text + &name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_read_as_they_stand_on_the_keyboard_and_in_the_help() {
        for (written, spelled) in [
            ("g", "g"),
            ("G", "G"),
            ("shift-g", "G"),
            ("ü", "ü"),
            ("?", "?"),
            ("-", "-"),
            ("Ctrl-s", "Ctrl-s"),
            ("ctrl-S", "Ctrl-s"),
            ("PgDn", "PgDn"),
            ("pagedown", "PgDn"),
            ("Shift-Tab", "Shift-Tab"),
            ("backtab", "Shift-Tab"),
            ("shift-up", "Shift-Up"),
            ("alt-right", "Alt-Right"),
            ("Space", "Space"),
            ("Del", "Del"),
            ("F5", "F5"),
        ] {
            let key = parse_key(written).unwrap_or_else(|| panic!("{written} is no key"));
            assert_eq!(spell_key(&key), spelled, "{written}");
            assert_eq!(parse_key(spelled), Some(key), "{spelled}");
        }
        for nonsense in ["", "hyper", "ctrl-", "\u{1b}", "gg"] {
            assert_eq!(parse_key(nonsense), None, "{nonsense:?}");
        }
    }

    #[test]
    fn what_no_terminal_can_send_is_never_bound() {
        for never in [
            "ctrl-enter",
            "shift-enter",
            "ctrl-shift-x",
            "ctrl-h",
            "ctrl-i",
            "ctrl-j",
            "ctrl-m",
            "ctrl-[",
            "ctrl-1",
            "shift-1",
            "cmd-s",
            "a-b",
        ] {
            assert!(why_never(&parse_key(never).unwrap()).is_some(), "{never}");
        }
        for good in [
            "ctrl-]",
            "ctrl-space",
            "shift-tab",
            "G",
            "alt-x",
            "ctrl-a",
            "f5",
        ] {
            assert_eq!(why_never(&parse_key(good).unwrap()), None, "{good}");
        }
    }

    #[test]
    fn what_is_swallowed_now_and_then_is_known() {
        for lost in ["alt-x", "ctrl-a", "ctrl-b", "ctrl-q", "ctrl-s", "f1", "f12"] {
            assert!(is_often_lost(&parse_key(lost).unwrap()), "{lost}");
        }
        for kept in ["a", "ctrl-d", "alt-right", "enter"] {
            assert!(!is_often_lost(&parse_key(kept).unwrap()), "{kept}");
        }
    }

    #[test]
    fn shift_beside_a_sign_does_not_matter() {
        let typed = |modifiers| key_of(KeyEvent::new(KeyCode::Char('?'), modifiers));
        assert_eq!(typed(KeyModifiers::SHIFT), typed(KeyModifiers::NONE));
        let capital = key_of(KeyEvent::new(KeyCode::Char('G'), KeyModifiers::SHIFT));
        assert_eq!(Some(capital), parse_key("G"));
        assert_ne!(Some(capital), parse_key("g"));
    }
}
