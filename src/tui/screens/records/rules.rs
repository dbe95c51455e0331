//! Rules in the words of people: `users in the organization: view, unlock`.

use crate::domain::permission::{Effect, Level};
use crate::domain::rule;
use crate::tui::theme::Role;
use crate::tui::widgets::detail::Lines;

/// Adds what a role or a group lets people do, and what it forbids.
pub fn add(lines: &mut Lines, rules: &[String]) {
    for (label, effect) in [("May", Effect::Allow), ("May not", Effect::Deny)] {
        let of_effect = rules.iter().filter(|text| {
            rule::read(text).map_or(effect == Effect::Allow, |rule| rule.effect == effect)
        });
        for (index, text) in of_effect.enumerate() {
            let label = if index == 0 { label } else { "" };
            lines.add(label, &words(text), Role::Text);
        }
    }
}

/// One rule in words; one that can't be read stays as it is.
fn words(text: &str) -> String {
    let Ok(rule) = rule::read(text) else {
        return text.to_owned();
    };
    let reach = rule.level.map_or("", level);
    let mark = if rule.privileged { " (privileged)" } else { "" };
    format!(
        "{}{reach}: {}{mark}",
        resource(&rule.resource),
        actions(&rule.actions)
    )
}

fn resource(name: &str) -> &str {
    match name {
        "*" => "everything",
        "user" => "users",
        "profile" => "profile",
        "group" => "groups",
        "role" => "roles",
        "organization" => "organizations",
        "unit" => "units",
        "customer" => "customers",
        "setting" => "settings",
        "job" => "jobs",
        other => other,
    }
}

const fn level(level: Level) -> &'static str {
    match level {
        Level::Own => " of one's own",
        Level::Unit => " of one's units",
        Level::Division => " of one's units and all below",
        Level::Organization => " in the organization",
        Level::All => " everywhere",
    }
}

fn actions(names: &[String]) -> String {
    let words: Vec<String> = names
        .iter()
        .map(|action| match action.as_str() {
            "*" => "anything".to_owned(),
            action => action.replace('-', " "),
        })
        .collect();
    words.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_are_read_as_sentences_are() {
        assert_eq!(
            words("allow view,reset-password on user at organization"),
            "users in the organization: view, reset password"
        );
        assert_eq!(
            words("allow * on * at all"),
            "everything everywhere: anything"
        );
        assert_eq!(
            words("allow publish on content at division"),
            "content of one's units and all below: publish"
        );
        assert_eq!(words("deny delete on user"), "users: delete");
        assert_eq!(words("not a rule at all"), "not a rule at all");
    }
}
