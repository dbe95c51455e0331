//! Rules in the words of people: `users in the organization: view, unlock`.

use crate::domain::permission::{Effect, Level, Rule};
use crate::domain::rule;
use crate::tui::theme::Role;
use crate::tui::widgets::detail::Lines;

/// Adds what a role or a group lets people do, and what it forbids.
pub fn add(lines: &mut Lines, allow: &[String], deny: &[String]) {
    for (label, effect, texts) in [
        ("May", Effect::Allow, allow),
        ("May not", Effect::Deny, deny),
    ] {
        for (index, text) in texts.iter().enumerate() {
            let label = if index == 0 { label } else { "" };
            lines.add(label, &words(effect, text), Role::Text);
        }
    }
}

/// One rule in words; one that can't be read stays as it is.
fn words(effect: Effect, text: &str) -> String {
    let Ok(rule) = rule::parse(effect, text) else {
        return text.to_owned();
    };
    let reach = match effect {
        Effect::Allow => format!(" {}", level(rule.level)),
        Effect::Deny => String::new(),
    };
    format!("{}{reach}: {}", resource(&rule.resource), actions(&rule))
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
        Level::Own => "of one's own",
        Level::Unit => "of one's units",
        Level::Division => "of one's units and all below",
        Level::Organization => "in the organization",
        Level::All => "everywhere",
    }
}

fn actions(rule: &Rule) -> String {
    let words: Vec<String> = rule
        .actions
        .split_whitespace()
        .map(|action| match action {
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
        let allow = |text| words(Effect::Allow, text);
        assert_eq!(
            allow("view,reset-password user organization"),
            "users in the organization: view, reset password"
        );
        assert_eq!(allow("* * all"), "everything everywhere: anything");
        assert_eq!(
            allow("publish content division"),
            "content of one's units and all below: publish"
        );
        assert_eq!(words(Effect::Deny, "delete user"), "users: delete");
        assert_eq!(allow("not a rule at all"), "not a rule at all");
    }
}
