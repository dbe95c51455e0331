//! Which keys mean which action: the defaults with a preset and the operator's file over them, checked,
//! and looked up as keys are pressed.

mod file;
mod table;
mod way;

pub use file::{KeyFileError, Problem};
pub use table::markdown;
pub use way::{Sequence, is_printable, key_of, spell, spell_key};

use super::actions::ActionId;
use crate::config::{Config, ConfigError};
use crokey::KeyCombination;
use file::{Entry, KeyFile};
use std::path::{Path, PathBuf};
use way::{is_often_lost, is_text};

const DEFAULTS: &str = include_str!("../../../assets/keys.toml");

/// The name of the embedded file where something is wrong with it.
const DEFAULTS_NAME: &str = "assets/keys.toml";

/// What nobody can do without, not even while a text field takes the letters.
const NEEDED: &[ActionId] = &[
    ActionId::Back,
    ActionId::Open,
    ActionId::Stop,
    ActionId::Up,
    ActionId::Down,
    ActionId::NextPane,
    ActionId::Continue,
];

#[derive(Clone, Debug)]
pub struct KeyMap {
    bindings: Vec<Binding>,
    /// The operator's file, and how many actions have other keys by it.
    changes: Option<(PathBuf, usize)>,
}

#[derive(Clone, Debug)]
struct Binding {
    sequence: Sequence,
    action: ActionId,
    place: Place,
}

/// Where a binding was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Default,
    Preset(&'static str),
    Line(usize),
}

impl Place {
    fn words(self) -> String {
        match self {
            Self::Default => "by default".to_owned(),
            Self::Preset(name) => format!("by the preset {name}"),
            Self::Line(line) => format!("line {line}"),
        }
    }

    const fn line(self) -> usize {
        match self {
            Self::Line(line) => line,
            Self::Default | Self::Preset(_) => 0,
        }
    }
}

/// Why the keys of a configuration can't be used.
#[derive(Debug, thiserror::Error)]
pub enum KeysError {
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error(transparent)]
    File(#[from] KeyFileError),
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
        let path = Path::new(DEFAULTS_NAME);
        let file = KeyFile::parse(path, DEFAULTS).expect("a test parses the embedded key file");
        let mut map = Self {
            bindings: Vec::new(),
            changes: None,
        };
        map.overlay(&file.entries, |_| Place::Default);
        map
    }

    /// The keys that a configuration asks for.
    ///
    /// # Errors
    /// The key file can't be read, or says what can't be.
    pub fn of(config: &Config) -> Result<Self, KeysError> {
        match &config.keys {
            Some(path) => Ok(Self::with_file(path, &crate::config::read_open(path)?)?),
            None => Ok(Self::defaults()),
        }
    }

    /// The defaults with a file over them.
    ///
    /// # Errors
    /// Names the first entry that can't be, and the other owner of a key that has two.
    pub fn with_file(path: &Path, text: &str) -> Result<Self, KeyFileError> {
        let file = KeyFile::parse(path, text)?;
        let defaults = Self::defaults();
        let mut map = defaults.clone();
        if let Some((name, text)) = file::preset(file.preset) {
            let preset = KeyFile::parse(Path::new(name), text)?;
            map.overlay(&preset.entries, |_| Place::Preset(name));
        }
        map.overlay(&file.entries, Place::Line);
        map.check(path, &file.entries)?;
        let changed = |id: &&ActionId| !map.ways(**id).eq(defaults.ways(**id));
        let changed = ActionId::ALL.iter().filter(changed).count();
        map.changes = Some((path.to_owned(), changed));
        Ok(map)
    }

    /// Gives each action of the entries its ways anew.
    fn overlay(&mut self, entries: &[Entry], place: impl Fn(usize) -> Place) {
        for entry in entries {
            let taken = self
                .bindings
                .iter()
                .position(|old| old.action == entry.action);
            self.bindings.retain(|old| old.action != entry.action);
            let at = taken.unwrap_or(self.bindings.len());
            let new = entry.ways.iter().map(|sequence| Binding {
                sequence: sequence.clone(),
                action: entry.action,
                place: place(entry.line),
            });
            self.bindings.splice(at..at, new);
        }
    }

    fn check(&self, path: &Path, entries: &[Entry]) -> Result<(), KeyFileError> {
        let problem = |line, problem| KeyFileError {
            path: path.to_owned(),
            line,
            problem: Box::new(problem),
        };
        // The later line is the one to mend: it came to what was there.
        let mut bindings: Vec<&Binding> = self.bindings.iter().collect();
        bindings.sort_by_key(|binding| binding.place.line());
        for (index, binding) in bindings.iter().enumerate() {
            let earlier = bindings.iter().take(index);
            let context = binding.action.context();
            let mut owners = earlier.filter(|other| other.action.context().overlaps(context));
            if let Some(clash) = owners.find_map(|other| clash(binding, other)) {
                return Err(problem(binding.place.line(), clash));
            }
        }
        for entry in entries {
            if let Some(lost) = self.out_of_reach(entry.action) {
                return Err(problem(entry.line, lost));
            }
        }
        Ok(())
    }

    /// Why an action that is bound or needed can't be pressed by everybody.
    fn out_of_reach(&self, action: ActionId) -> Option<Problem> {
        let ways: Vec<&Sequence> = self.ways(action).collect();
        let is_lost = |way: &&Sequence| way.iter().any(is_often_lost);
        if !ways.is_empty() && ways.iter().all(is_lost) {
            return Some(Problem::OnlyWay {
                action: action.name(),
                keys: self.all_ways(action).replace("  ", ", "),
            });
        }
        let beside_text = ways.iter().any(|way| !way.iter().any(is_text));
        (NEEDED.contains(&action) && !beside_text).then_some(Problem::Unreachable {
            action: action.name(),
        })
    }

    /// The operator's file, and how many actions have other keys by it.
    #[must_use]
    pub fn changes(&self) -> Option<(&Path, usize)> {
        let (path, changed) = self.changes.as_ref()?;
        Some((path, *changed))
    }

    fn ways(&self, action: ActionId) -> impl Iterator<Item = &Sequence> {
        self.bindings
            .iter()
            .filter(move |binding| binding.action == action)
            .map(|binding| &binding.sequence)
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
        self.ways(action)
            .find(|way| !way.iter().any(is_text))
            .map(|way| spell(way))
            .unwrap_or_default()
    }

    /// The way that counts where letters are text, or aren't: in a field a letter is a letter.
    #[must_use]
    pub fn way_in(&self, takes_text: bool, action: ActionId) -> String {
        if takes_text {
            self.first_way_beside_text(action)
        } else {
            self.first_way(action)
        }
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
        let mut elsewhere = None;
        let mut begins = Vec::new();
        let fits = |binding: &&Binding| binding.sequence.starts_with(pressed);
        for Binding {
            sequence, action, ..
        } in self.bindings.iter().filter(fits)
        {
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

/// What is wrong with two bindings of actions that meet on a screen.
fn clash(binding: &Binding, other: &Binding) -> Option<Problem> {
    let (key, other_key) = (spell(&binding.sequence), spell(&other.sequence));
    let (action, other_name) = (binding.action.name(), other.action.name());
    let where_other = other.place.words();
    if binding.sequence == other.sequence {
        return Some(Problem::Twice {
            key,
            action,
            other: other_name,
            where_other,
        });
    }
    let alike = binding.sequence.starts_with(&other.sequence)
        || other.sequence.starts_with(&binding.sequence);
    alike.then_some(Problem::Beginning {
        key,
        action,
        other_key,
        other: other_name,
        where_other,
    })
}

#[cfg(test)]
mod tests {
    use super::way::parse_key;
    use super::*;

    fn key(text: &str) -> KeyCombination {
        parse_key(text).unwrap()
    }

    fn with(text: &str) -> Result<KeyMap, String> {
        KeyMap::with_file(Path::new("keys.toml"), text).map_err(|error| error.to_string())
    }

    fn refusal(text: &str) -> String {
        with(text).unwrap_err()
    }

    #[test]
    fn the_embedded_files_are_whole_and_have_no_conflict() {
        let file = KeyFile::parse(Path::new(DEFAULTS_NAME), DEFAULTS).unwrap();
        for action in ActionId::ALL {
            assert!(
                file.entries.iter().any(|entry| entry.action == *action),
                "{} is missing",
                action.name()
            );
        }
        let map = KeyMap::defaults();
        assert_eq!(map.check(Path::new(DEFAULTS_NAME), &file.entries), Ok(()));
        // The format of the user's file is the same.
        assert_eq!(with(DEFAULTS).unwrap().changes().unwrap().1, 0);
        with("preset = \"plain-arrows\"").unwrap();
    }

    #[test]
    fn a_file_changes_what_it_names_and_nothing_else() {
        let map = with("[grids]\nsort = [\"o\", \"g s\"]\npane = []\n").unwrap();
        assert_eq!(map.all_ways(ActionId::Sort), "o  g s");
        assert_eq!(map.all_ways(ActionId::Pane), "");
        assert_eq!(map.all_ways(ActionId::Mark), "Space");
        assert_eq!(map.changes(), Some((Path::new("keys.toml"), 2)));
        assert_eq!(KeyMap::defaults().changes(), None);
    }

    #[test]
    fn plain_arrows_leave_the_letters_free() {
        let map =
            with("preset = \"plain-arrows\"\n[grids]\nsort = [\"j\"]\npane = [\"h\"]\n").unwrap();
        assert_eq!(map.all_ways(ActionId::Down), "Down");
        assert_eq!(map.all_ways(ActionId::Sort), "j");
        assert_eq!(map.meaning(&[key("k")], |_| true), Meaning::Nothing);
        assert_eq!(
            refusal("preset = \"plain-arrows\"\n[grids]\nsort = [\"left\"]\n"),
            "keys.toml:3: Left is bound to sort and to column-left (by the preset plain-arrows); give one of them another key."
        );
    }

    #[test]
    fn a_key_with_two_owners_names_both_and_where_the_other_is_bound() {
        for (text, sentence) in [
            (
                "[grids]\nsort = [\"s\", \"p\"]",
                "keys.toml:2: p is bound to sort and to pane (by default); give one of them another key.",
            ),
            (
                "[grids]\nsort = [\"o\"]\npane = [\"o\"]",
                "keys.toml:3: o is bound to pane and to sort (line 2); give one of them another key.",
            ),
            (
                "[lists]\nrange = [\"p\"]",
                "keys.toml:2: p is bound to range and to pane (by default); give one of them another key.",
            ),
            (
                "[grids]\nsort = [\"o\", \"o\"]",
                "keys.toml:2: o is bound to sort and to sort (line 2); give one of them another key.",
            ),
            (
                "[grids]\nsort = [\"g\"]",
                "keys.toml:2: g for sort and g u for tab-1 (by default) begin alike, so the longer one could never be pressed; give one of them another key.",
            ),
            (
                "[grids]\nsort = [\"s x\"]\nsort-descending = [\"s\"]",
                "keys.toml:3: s for sort-descending and s x for sort (line 2) begin alike, so the longer one could never be pressed; give one of them another key.",
            ),
        ] {
            assert_eq!(refusal(text), sentence, "{text}");
        }
    }

    #[test]
    fn forms_and_grids_never_meet() {
        with("[forms]\nsuggest = [\"s\"]\n").unwrap();
    }

    #[test]
    fn an_action_keeps_a_key_that_every_terminal_sends() {
        for (ways, keys) in [
            ("\"alt-v\"", "Alt-v"),
            ("\"f5\"", "F5"),
            ("\"ctrl-q\"", "Ctrl-q"),
            ("\"ctrl-b\", \"f6\"", "Ctrl-b, F6"),
        ] {
            assert_eq!(
                refusal(&format!("[grids]\nsort = [{ways}]")),
                format!(
                    "keys.toml:2: sort is bound to nothing but {keys}, which some terminals keep to themselves; give it another key too."
                )
            );
        }
        with("[grids]\nsort = [\"f5\", \"s\"]").unwrap();
    }

    #[test]
    fn what_is_needed_in_a_field_keeps_a_key_there() {
        for text in ["[anywhere]\nback = []", "[anywhere]\nback = [\"b\"]"] {
            assert_eq!(
                refusal(text),
                "keys.toml:2: back needs a key that is no letter or sign, for in a field those are text."
            );
        }
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
