//! The keys as the table of README.md, from the registry of actions and the keys in force.

use super::KeyMap;
use crate::tui::actions::{ActionId, Group};
use std::fmt::Write as _;

/// A table in Markdown: every action with its keys, what it does, and its name in the key file.
#[must_use]
pub fn markdown(keys: &KeyMap) -> String {
    let mut text = "| Keys | Does | In `keys.toml` |\n|---|---|---|\n".to_owned();
    for group in Group::ALL {
        // Writing into a String can't fail.
        let _ = writeln!(text, "| **{}** | | |", group.heading());
        for action in ActionId::ALL.iter().filter(|id| id.group() == *group) {
            let ways: Vec<String> = keys
                .ways(*action)
                .map(|way| format!("`{}`", super::spell(way)))
                .collect();
            let _ = writeln!(
                text,
                "| {} | {} | `{}.{}` |",
                ways.join(" "),
                action.label(),
                action.context().as_str(),
                action.name()
            );
        }
    }
    text
}
