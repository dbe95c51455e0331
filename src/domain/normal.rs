//! Rules in their normal form: however the same was written, it comes down to the same list.

use super::permission::{Effect, Level, Rule, names_action, pattern_matches};
use std::collections::HashMap;

/// What a list of rules comes down to: no rule that another one covers, no allow that a deny takes away altogether, the
/// actions of one resource and level together, all in one order.
#[must_use]
pub fn normal<'a>(rules: impl IntoIterator<Item = &'a Rule>) -> Vec<Rule> {
    let mut single: Vec<Rule> = rules.into_iter().flat_map(one_by_one).collect();
    put_in_order(&mut single);
    let index = Index::of(&single);
    let mut merged: Vec<Rule> = Vec::new();
    // Of what differs in nothing but its actions, the place among those that are merged.
    let mut places = HashMap::new();
    for rule in single.iter().filter(|rule| !index.covers(rule)) {
        let beside = (rule.effect, &rule.resource, rule.level, rule.privileged);
        let place = *places.entry(beside).or_insert(merged.len());
        match merged.get_mut(place) {
            Some(known) => {
                known.actions.push(' ');
                known.actions.push_str(&rule.actions);
            }
            None => merged.push(rule.clone()),
        }
    }
    put_in_order(&mut merged);
    merged
}

/// Rules of one action each, by the action and the resource: those that can cover another one stand under few names.
struct Index<'a>(HashMap<(&'a str, &'a str), Vec<&'a Rule>>);

impl<'a> Index<'a> {
    fn of(rules: &'a [Rule]) -> Self {
        let mut index: HashMap<_, Vec<&Rule>> = HashMap::new();
        for rule in rules {
            let name = (rule.actions.as_str(), rule.resource.as_str());
            index.entry(name).or_default().push(rule);
        }
        Self(index)
    }

    /// Whether a rule says nothing beside another one: of its action or of all, of its resource or of a pattern above it.
    fn covers(&self, rule: &Rule) -> bool {
        let dots = rule.resource.match_indices('.');
        let parts = std::iter::once(0).chain(dots.map(|(dot, _)| dot + 1));
        let above = parts.map(|end| format!("{}*", rule.resource.get(..end).unwrap_or_default()));
        let resources: Vec<String> = above.chain([rule.resource.clone()]).collect();
        let names = resources.iter().flat_map(|resource| {
            [rule.actions.as_str(), "*"].map(|action| (action, resource.as_str()))
        });
        names
            .filter_map(|name| self.0.get(&name))
            .flatten()
            .any(|other| *other != rule && covers(other, rule))
    }
}

/// A rule for each of its actions. A deny reaches everywhere and is no power, whatever is stored with it.
fn one_by_one(rule: &Rule) -> impl Iterator<Item = Rule> {
    let allows = rule.effect == Effect::Allow;
    rule.actions.split_whitespace().map(move |action| Rule {
        effect: rule.effect,
        actions: action.to_owned(),
        resource: rule.resource.clone(),
        level: if allows { rule.level } else { Level::All },
        privileged: allows && rule.privileged,
    })
}

fn put_in_order(rules: &mut Vec<Rule>) {
    rules.sort_by_cached_key(ToString::to_string);
    rules.dedup();
}

/// Whether the second says nothing where the first stands, both of one action.
fn covers(one: &Rule, other: &Rule) -> bool {
    let reaches = match (one.effect, other.effect) {
        (Effect::Allow, Effect::Allow) => {
            one.level >= other.level && one.privileged >= other.privileged
        }
        (Effect::Allow, Effect::Deny) => false,
        (Effect::Deny, _) => true,
    };
    reaches
        && names_action(&one.actions, &other.actions)
        && pattern_matches(&one.resource, &other.resource)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::rule::read;

    fn texts(rules: &[&str]) -> Vec<String> {
        let rules: Vec<Rule> = rules
            .iter()
            .map(|text| read(text).unwrap().as_stored())
            .collect();
        normal(&rules).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn order_and_lists_of_actions_make_no_difference() {
        let one = texts(&["allow view,edit on user at all", "deny delete on user"]);
        let other = [
            "deny delete on user",
            "allow edit on user at all",
            "allow view on user at all",
            "allow edit,view on user at all",
        ];
        assert_eq!(one, texts(&other));
        assert_eq!(
            one,
            ["allow edit,view on user at all", "deny delete on user"]
        );
    }

    #[test]
    fn what_another_rule_covers_is_left_out() {
        for covered in [
            "allow view on user at own",
            "allow view on user at organization",
            "allow * on user at unit",
        ] {
            let whole = "allow * on user at organization";
            assert_eq!(texts(&[whole, covered]), [whole], "{covered}");
        }
        for stays in [
            "allow view-sensitive on user at own",
            "allow view on user at all",
            "allow view on group at own",
            "allow view on user at own privileged",
        ] {
            let both = texts(&["allow * on user at organization", stays]);
            assert_eq!(both.len(), 2, "{stays}");
        }
        assert_eq!(
            texts(&[
                "allow view on catalog.* at all",
                "allow view on catalog.product at all"
            ]),
            ["allow view on catalog.* at all"]
        );
    }

    #[test]
    fn what_covers_is_found_at_any_depth() {
        let deep = "allow view on a.b.c.d at unit";
        for wide in [
            "allow * on * at all",
            "allow view on a.* at unit",
            "allow * on a.b.* at division",
            "allow view on a.b.c.* at organization",
            "allow * on a.b.c.d at unit",
        ] {
            assert_eq!(texts(&[wide, deep]), [wide], "{wide}");
        }
        for beside in ["allow view on a.b at all", "allow view on a.b.x.* at all"] {
            assert_eq!(texts(&[beside, deep]).len(), 2, "{beside}");
        }
    }

    #[test]
    fn an_allow_that_is_denied_altogether_says_nothing() {
        let deny = "deny * on catalog.*";
        assert_eq!(
            texts(&[deny, "allow edit on catalog.product at all"]),
            [deny]
        );
        assert_eq!(texts(&[deny, "deny edit on catalog.product"]), [deny]);
        let partly = texts(&[
            "deny edit on catalog.product",
            "allow edit on catalog.* at all",
        ]);
        assert_eq!(partly.len(), 2);
    }
}
