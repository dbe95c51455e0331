//! Rules in their normal form: however the same was written, it comes down to the same list.

use super::permission::{Effect, Level, Rule, names_action, pattern_matches};

/// What a list of rules comes down to: no rule that another one covers, no allow that a deny takes away altogether, the
/// actions of one resource and level together, all in one order.
#[must_use]
pub fn normal<'a>(rules: impl IntoIterator<Item = &'a Rule>) -> Vec<Rule> {
    let mut single: Vec<Rule> = rules.into_iter().flat_map(one_by_one).collect();
    put_in_order(&mut single);
    let is_covered = |rule: &Rule| {
        single
            .iter()
            .any(|other| other != rule && covers(other, rule))
    };
    let mut merged: Vec<Rule> = Vec::new();
    for rule in single.iter().filter(|rule| !is_covered(rule)) {
        match merged.iter_mut().find(|known| is_beside(known, rule)) {
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

/// Whether they differ in nothing but their actions.
fn is_beside(one: &Rule, other: &Rule) -> bool {
    (one.effect, &one.resource, one.level, one.privileged)
        == (other.effect, &other.resource, other.level, other.privileged)
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
