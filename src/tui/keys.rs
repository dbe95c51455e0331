//! Which keys mean which action: read from a key file, checked, and looked up as keys are pressed.

use super::actions::ActionId;
use crokey::{KeyCombination, OneToThree};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

const DEFAULTS: &str = include_str!("../../assets/keys.toml");

/// Keys that are pressed one after the other; mostly one.
pub type Sequence = Vec<KeyCombination>;

#[derive(Clone, Debug)]
pub struct KeyMap {
    bindings: Vec<(Sequence, ActionId)>,
}

/// What is wrong with a key file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyFileError {
    #[error("{0}")]
    Syntax(String),
    #[error("[{context}] has no action \"{name}\"")]
    UnknownAction { context: String, name: String },
    #[error("{action}: a way to press it is a text like \"ctrl-s\" or \"g g\", in a list")]
    NotAList { action: &'static str },
    #[error("{action}: \"{text}\" is no key")]
    UnknownKey { action: &'static str, text: String },
    #[error("{action}: {key} can't be bound, {reason}")]
    Never {
        action: &'static str,
        key: String,
        reason: &'static str,
    },
    #[error("{action}: many terminals can't send {keys}; give it another way too")]
    OnlyWay { action: &'static str, keys: String },
    #[error("{key} means both {first} and {second}")]
    Twice {
        key: String,
        first: &'static str,
        second: &'static str,
    },
    #[error("{0} is missing")]
    Missing(&'static str),
}

/// What the keys pressed so far mean.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Meaning {
    Action(ActionId),
    /// The beginning of these: what may follow, and what it then means.
    Begins(Vec<(KeyCombination, ActionId)>),
    /// Bound, but to an action that is not taken here.
    Elsewhere(ActionId),
    Nothing,
}

impl KeyMap {
    /// The keys that come with the program.
    ///
    /// # Panics
    /// Never: a test parses the embedded file.
    #[must_use]
    pub fn defaults() -> Self {
        Self::parse(DEFAULTS).expect("a test parses the embedded key file")
    }

    /// # Errors
    /// Names the first entry that can't be, and the other owner of a key that has two.
    pub fn parse(text: &str) -> Result<Self, KeyFileError> {
        let file: toml::Table = text
            .parse()
            .map_err(|error: toml::de::Error| KeyFileError::Syntax(error.to_string()))?;
        let mut bindings = Vec::new();
        for (context, entries) in &file {
            for (name, ways) in entries.as_table().into_iter().flatten() {
                let action = ActionId::ALL
                    .iter()
                    .find(|id| id.name() == name && id.context().as_str() == context)
                    .ok_or_else(|| KeyFileError::UnknownAction {
                        context: context.clone(),
                        name: name.clone(),
                    })?;
                bindings.extend(
                    parse_ways(*action, ways)?
                        .into_iter()
                        .map(|sequence| (sequence, *action)),
                );
            }
        }
        let map = Self { bindings };
        map.check()?;
        for action in ActionId::ALL {
            let listed = file
                .get(action.context().as_str())
                .and_then(|table| table.get(action.name()));
            if listed.is_none() {
                return Err(KeyFileError::Missing(action.name()));
            }
        }
        Ok(map)
    }

    fn check(&self) -> Result<(), KeyFileError> {
        for (index, (sequence, action)) in self.bindings.iter().enumerate() {
            let twice = self.bindings.iter().take(index).find(|(other, owner)| {
                (other.starts_with(sequence) || sequence.starts_with(other))
                    && owner.context().overlaps(action.context())
            });
            if let Some((_, owner)) = twice {
                return Err(KeyFileError::Twice {
                    key: spell(sequence),
                    first: owner.name(),
                    second: action.name(),
                });
            }
        }
        for action in ActionId::ALL {
            let ways: Vec<&Sequence> = self.ways(*action).collect();
            if !ways.is_empty() && ways.iter().all(|way| way.iter().any(is_often_lost)) {
                return Err(KeyFileError::OnlyWay {
                    action: action.name(),
                    keys: ways
                        .iter()
                        .map(|way| spell(way))
                        .collect::<Vec<_>>()
                        .join(", "),
                });
            }
        }
        Ok(())
    }

    fn ways(&self, action: ActionId) -> impl Iterator<Item = &Sequence> {
        self.bindings
            .iter()
            .filter(move |(_, owner)| *owner == action)
            .map(|(sequence, _)| sequence)
    }

    /// The first way to press the action, as people write it; empty where it has none.
    #[must_use]
    pub fn first_way(&self, action: ActionId) -> String {
        self.ways(action)
            .next()
            .map(|way| spell(way))
            .unwrap_or_default()
    }

    /// The first way that a text field doesn't take for itself; empty where there is none.
    #[must_use]
    pub fn first_way_beside_text(&self, action: ActionId) -> String {
        let is_text = |key: &KeyCombination| {
            let control = KeyModifiers::CONTROL | KeyModifiers::ALT;
            matches!(code(key), KeyCode::Char(_)) && !key.modifiers.intersects(control)
        };
        self.ways(action)
            .find(|way| !way.iter().any(is_text))
            .map(|way| spell(way))
            .unwrap_or_default()
    }

    /// All ways, as people write them.
    #[must_use]
    pub fn all_ways(&self, action: ActionId) -> String {
        self.ways(action)
            .map(|way| spell(way))
            .collect::<Vec<_>>()
            .join("  ")
    }

    /// What the keys mean where only some actions are taken.
    pub fn meaning(&self, pressed: &[KeyCombination], taken: impl Fn(ActionId) -> bool) -> Meaning {
        let fits = |sequence: &Sequence| sequence.starts_with(pressed);
        let mut elsewhere = None;
        let mut begins = Vec::new();
        for (sequence, action) in self.bindings.iter().filter(|(sequence, _)| fits(sequence)) {
            match (sequence.get(pressed.len()), taken(*action)) {
                (None, true) => return Meaning::Action(*action),
                (None, false) => elsewhere = Some(*action),
                (Some(next), true) => begins.push((*next, *action)),
                (Some(_), false) => {}
            }
        }
        match (begins.is_empty(), elsewhere) {
            (false, _) => Meaning::Begins(begins),
            (true, Some(action)) => Meaning::Elsewhere(action),
            (true, None) => Meaning::Nothing,
        }
    }
}

fn parse_ways(action: ActionId, ways: &toml::Value) -> Result<Vec<Sequence>, KeyFileError> {
    let wrong = || KeyFileError::NotAList {
        action: action.name(),
    };
    let ways = ways.as_array().ok_or_else(wrong)?;
    ways.iter()
        .map(|way| parse_sequence(action, way.as_str().ok_or_else(wrong)?))
        .collect()
}

fn parse_sequence(action: ActionId, text: &str) -> Result<Sequence, KeyFileError> {
    let unknown = |key: &str| KeyFileError::UnknownKey {
        action: action.name(),
        text: key.to_owned(),
    };
    let mut sequence = Vec::new();
    for word in text.split_whitespace() {
        let key = parse_key(word).ok_or_else(|| unknown(word))?;
        if let Some(reason) = why_never(&key) {
            return Err(KeyFileError::Never {
                action: action.name(),
                key: word.to_owned(),
                reason,
            });
        }
        sequence.push(key);
    }
    if sequence.is_empty() {
        return Err(unknown(text));
    }
    Ok(sequence)
}

/// A capital letter stands for itself with Shift, so the file shows what is on the key.
fn parse_key(word: &str) -> Option<KeyCombination> {
    let mut characters = word.chars();
    match (characters.next(), characters.next()) {
        (Some(letter), None) if letter.is_ascii_uppercase() => Some(KeyCombination::one_key(
            KeyCode::Char(letter),
            KeyModifiers::SHIFT,
        )),
        _ => crokey::parse(word).ok().map(KeyCombination::normalized),
    }
}

fn code(key: &KeyCombination) -> KeyCode {
    match key.codes {
        OneToThree::One(code) | OneToThree::Two(code, _) | OneToThree::Three(code, _, _) => code,
    }
}

fn why_never(key: &KeyCombination) -> Option<&'static str> {
    let control = key.modifiers.contains(KeyModifiers::CONTROL);
    let shift = key.modifiers.contains(KeyModifiers::SHIFT);
    match code(key) {
        _ if !matches!(key.codes, OneToThree::One(_)) => {
            Some("terminals don't tell when two keys are held together")
        }
        KeyCode::Enter if control || shift => Some("terminals send plain Enter"),
        KeyCode::Char(_) if control && shift => Some("terminals send it without Shift"),
        KeyCode::Char('h') if control => Some("it is Backspace"),
        KeyCode::Char('i') if control => Some("it is Tab"),
        KeyCode::Char('j' | 'm') if control => Some("it is Enter"),
        KeyCode::Char('[') if control => Some("it is Esc"),
        _ => None,
    }
}

/// Whether multiplexers, flow control or old terminals swallow the key now and then.
fn is_often_lost(key: &KeyCombination) -> bool {
    let control = key.modifiers.contains(KeyModifiers::CONTROL);
    match code(key) {
        KeyCode::F(_) => true,
        KeyCode::Char(_) if key.modifiers.contains(KeyModifiers::ALT) => true,
        KeyCode::Char('a' | 'b' | 'q' | 's') => control,
        _ => false,
    }
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
    let mut text = String::new();
    for (modifier, prefix) in [
        (KeyModifiers::CONTROL, "Ctrl-"),
        (KeyModifiers::ALT, "Alt-"),
    ] {
        if key.modifiers.contains(modifier) {
            text.push_str(prefix);
        }
    }
    text + &name
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(text: &str) -> KeyCombination {
        parse_key(text).unwrap()
    }

    #[test]
    fn the_embedded_file_is_whole_and_has_no_conflict() {
        assert_eq!(KeyMap::parse(DEFAULTS).map(|_| ()), Ok(()));
    }

    #[test]
    fn a_key_with_two_owners_names_both() {
        let text = DEFAULTS.replace("sort = [\"s\"]", "sort = [\"s\", \"p\"]");
        assert_eq!(
            KeyMap::parse(&text).unwrap_err().to_string(),
            "p means both pane and sort"
        );
        let text = DEFAULTS.replace("sort = [\"s\"]", "sort = [\"g\"]");
        assert!(matches!(
            KeyMap::parse(&text),
            Err(KeyFileError::Twice { .. })
        ));
    }

    #[test]
    fn keys_that_terminals_cannot_send_are_refused() {
        for (text, reason) in [
            (
                "ctrl-enter",
                "sort: ctrl-enter can't be bound, terminals send plain Enter",
            ),
            ("ctrl-i", "sort: ctrl-i can't be bound, it is Tab"),
            ("ctrl-h", "sort: ctrl-h can't be bound, it is Backspace"),
            (
                "ctrl-shift-x",
                "sort: ctrl-shift-x can't be bound, terminals send it without Shift",
            ),
            (
                "alt-v",
                "sort: many terminals can't send Alt-v; give it another way too",
            ),
            (
                "f5",
                "sort: many terminals can't send F5; give it another way too",
            ),
            (
                "ctrl-q",
                "sort: many terminals can't send Ctrl-q; give it another way too",
            ),
            ("hyper", "sort: \"hyper\" is no key"),
        ] {
            let file = DEFAULTS.replace("sort = [\"s\"]", &format!("sort = [\"{text}\"]"));
            assert_eq!(KeyMap::parse(&file).unwrap_err().to_string(), reason);
        }
    }

    #[test]
    fn unknown_and_missing_actions_are_named() {
        let file = DEFAULTS.replace("sort = ", "sorting = ");
        assert_eq!(
            KeyMap::parse(&file).unwrap_err().to_string(),
            "[grids] has no action \"sorting\""
        );
        let file = DEFAULTS.replace("sort = [\"s\"]", "");
        assert_eq!(
            KeyMap::parse(&file).unwrap_err().to_string(),
            "sort is missing"
        );
    }

    #[test]
    fn a_sequence_shows_what_may_follow() {
        let map = KeyMap::defaults();
        let Meaning::Begins(choices) = map.meaning(&[key("g")], |_| true) else {
            panic!("g begins a sequence");
        };
        assert!(choices.contains(&(key("g"), ActionId::First)));
        assert!(choices.contains(&(key("u"), ActionId::Tab1)));
        assert_eq!(
            map.meaning(&[key("g"), key("g")], |_| true),
            Meaning::Action(ActionId::First)
        );
        assert_eq!(
            map.meaning(&[key("g"), key("x")], |_| true),
            Meaning::Nothing
        );
    }

    #[test]
    fn a_key_of_another_place_is_recognised() {
        let map = KeyMap::defaults();
        assert_eq!(
            map.meaning(&[key("s")], |id| id != ActionId::Sort),
            Meaning::Elsewhere(ActionId::Sort)
        );
    }

    #[test]
    fn shift_beside_a_sign_does_not_matter() {
        let typed = |modifiers| key_of(KeyEvent::new(KeyCode::Char('?'), modifiers));
        assert_eq!(typed(KeyModifiers::SHIFT), typed(KeyModifiers::NONE));
        let capital = key_of(KeyEvent::new(KeyCode::Char('G'), KeyModifiers::SHIFT));
        assert_eq!(capital, key("G"));
        assert_ne!(capital, key("g"));
    }

    #[test]
    fn ways_are_spelled_as_people_write_them() {
        let map = KeyMap::defaults();
        assert_eq!(map.first_way(ActionId::Mark), "Space");
        assert_eq!(map.all_ways(ActionId::First), "Home  g g");
        assert_eq!(map.first_way(ActionId::Continue), "Ctrl-s");
        assert_eq!(map.first_way(ActionId::SignOut), "");
        assert_eq!(map.first_way_beside_text(ActionId::Help), "F1");
        assert_eq!(map.first_way_beside_text(ActionId::Mark), "");
    }
}
