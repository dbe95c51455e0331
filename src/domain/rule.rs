//! Rules as people write them, `view,edit user organization`, and what a rule gives that its giver may not have.

use super::filter::suggestions;
use super::permission::{
    Effect, Level, Permission, Resource, Rule, Source, SourceKind, Verb, first_uncovered, power,
};

/// Characters of one rule.
pub const RULE_CHARACTERS_MAX: usize = 1_000;
/// Rules of one role or group.
pub const RULES_MAX: usize = 200;

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RuleError {
    #[error(
        "\"{0}\" is no rule: write ACTIONS RESOURCE and, to allow, LEVEL, as in \"view,edit user organization\""
    )]
    Shape(String),
    #[error("a rule has at most {RULE_CHARACTERS_MAX} characters; write it as several")]
    TooLong,
    #[error("there is no action \"{action}\" on {resource}; {hint}")]
    Action {
        action: String,
        resource: String,
        hint: String,
    },
    #[error("there is no resource \"{resource}\"; did you mean {near}?")]
    Resource {
        resource: String,
        near: &'static str,
    },
    #[error(
        "\"{0}\" can't be a resource: \"*\" stands alone or as the last part, as in \"catalog.*\""
    )]
    Pattern(String),
    #[error("there is no level \"{0}\"; write own, unit, division, organization or all")]
    Level(String),
    #[error("a deny has no level, it holds everywhere; leave \"{0}\" out")]
    DenyLevel(String),
}

impl std::fmt::Display for Rule {
    /// As [`parse`] reads it back; the effect stands beside it.
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (index, action) in self.actions.split_whitespace().enumerate() {
            if index > 0 {
                out.write_str(",")?;
            }
            out.write_str(action)?;
        }
        write!(out, " {}", self.resource)?;
        match self.effect {
            Effect::Allow => write!(out, " {}", self.level.as_str()),
            Effect::Deny => Ok(()),
        }
    }
}

/// Reads `ACTIONS RESOURCE [LEVEL]`. An allow without a level reaches the organization.
///
/// Names of the console's own resources and of their actions are checked; those of the managed application are not
/// known here, but one that looks like a slip of an own name is refused.
///
/// # Errors
/// Names the part that is wrong and what may have been meant.
pub fn parse(effect: Effect, text: &str) -> Result<Rule, RuleError> {
    if text.chars().count() > RULE_CHARACTERS_MAX {
        return Err(RuleError::TooLong);
    }
    let (actions, resource, level) = parts(text)?;
    let resource = known_resource(&resource)?;
    let mut names: Vec<String> = Vec::new();
    for action in actions {
        let action = known_action(&action, &resource)?;
        if !names.contains(&action) {
            names.push(action);
        }
    }
    let level = match (effect, level) {
        (Effect::Deny, Some(level)) => return Err(RuleError::DenyLevel(level)),
        (Effect::Deny, None) => Level::All,
        (Effect::Allow, None) => Level::Organization,
        (Effect::Allow, Some(level)) => {
            Level::parse(&level.to_lowercase()).ok_or(RuleError::Level(level))?
        }
    };
    Ok(Rule {
        effect,
        actions: names.join(" "),
        resource,
        level,
    })
}

/// Actions, resource, level. A comma joins what stands around it, with or without spaces.
fn parts(text: &str) -> Result<(Vec<String>, String, Option<String>), RuleError> {
    let shape = || RuleError::Shape(text.trim().to_owned());
    let joined = text.split(',').map(str::trim).collect::<Vec<_>>().join(",");
    let mut words = joined.split_whitespace();
    let (Some(actions), Some(resource), level, None) =
        (words.next(), words.next(), words.next(), words.next())
    else {
        return Err(shape());
    };
    let actions: Vec<String> = actions.split(',').map(str::to_owned).collect();
    if actions.iter().any(String::is_empty) || resource.contains(',') {
        return Err(shape());
    }
    Ok((actions, resource.to_owned(), level.map(str::to_owned)))
}

fn known_resource(name: &str) -> Result<String, RuleError> {
    let lower = name.to_lowercase();
    if own_resource(&lower).is_some() {
        return Ok(lower);
    }
    let segments: Vec<&str> = name.split('.').collect();
    let last = segments.len() - 1;
    let bad = |(index, segment): (usize, &&str)| {
        segment.is_empty() || (segment.contains('*') && (*segment != "*" || index != last))
    };
    if segments.iter().enumerate().any(bad) {
        return Err(RuleError::Pattern(name.to_owned()));
    }
    if segments.len() == 1
        && let Some(near) = slip_of(&lower, Resource::ALL.iter().map(|one| one.as_str()))
    {
        return Err(RuleError::Resource {
            resource: name.to_owned(),
            near,
        });
    }
    Ok(name.to_owned())
}

fn known_action(name: &str, resource: &str) -> Result<String, RuleError> {
    let lower = name.to_lowercase();
    let verbs = || Verb::ALL.iter().map(|verb| verb.as_str());
    if lower == "*" || verbs().any(|verb| verb == lower) {
        return Ok(lower);
    }
    let unknown = |hint| RuleError::Action {
        action: name.to_owned(),
        resource: resource.to_owned(),
        hint,
    };
    if own_resource(resource).is_some() {
        let near = suggestions(&lower, verbs(), 3);
        return Err(unknown(if near.is_empty() {
            format!("the actions are {}", verbs().collect::<Vec<_>>().join(", "))
        } else {
            format!("did you mean {}?", near.join(" or "))
        }));
    }
    // "*" covers the console's own resources too.
    if resource == "*"
        && let Some(near) = slip_of(&lower, verbs())
    {
        return Err(unknown(format!("did you mean {near}?")));
    }
    if name.contains('*') {
        return Err(unknown("\"*\" stands alone".to_owned()));
    }
    Ok(name.to_owned())
}

fn slip_of(word: &str, known: impl Iterator<Item = &'static str> + Clone) -> Option<&'static str> {
    super::closest::closest(word, known.clone()).or_else(|| {
        let stem = word.strip_suffix('s')?;
        known.into_iter().find(|name| *name == stem)
    })
}

fn own_resource(name: &str) -> Option<Resource> {
    Resource::ALL
        .iter()
        .copied()
        .find(|resource| resource.as_str() == name)
}

/// The first thing these rules give that the giver doesn't hold at the same level or wider: `user:delete` or
/// `publish on content`, and its level.
///
/// Over the console's own resources it is compared right by right. Over everything else only the patterns are known: the
/// giver needs a rule that contains the one given, and no deny that touches it.
#[must_use]
pub fn first_unheld(mine: &[Source], given: &[Rule]) -> Option<(String, Level)> {
    let source = Source {
        kind: SourceKind::Role,
        id: 0,
        name: String::new(),
        via: None,
        rules: given.to_vec(),
    };
    if let Some((permission, level)) = first_uncovered(&power(mine), &power(&[source])) {
        return Some((permission.to_string(), level));
    }
    given
        .iter()
        .filter(|rule| rule.effect == Effect::Allow && own_resource(&rule.resource).is_none())
        .find_map(|rule| {
            let action = rule
                .actions
                .split_whitespace()
                .find(|action| !holds(mine, action, &rule.resource, rule.level))?;
            Some((format!("{action} on {}", rule.resource), rule.level))
        })
}

/// Whether a pattern as a whole is allowed at this level or wider: the pattern is matched as if it were a name.
fn holds(mine: &[Source], action: &str, pattern: &str, level: Level) -> bool {
    let rules = || mine.iter().flat_map(|source| &source.rules);
    let allowed = rules().any(|rule| {
        rule.effect == Effect::Allow && rule.level >= level && rule.matches(action, pattern)
    });
    let touched = rules().any(|rule| {
        rule.effect == Effect::Deny
            && names_meet(&rule.actions, action)
            && patterns_meet(&rule.resource, pattern)
    });
    allowed && !touched
}

/// What becomes possible when a deny goes: the same as an allow, as far as any source allows it at all.
#[must_use]
pub fn freed_by(dropped: &Rule, sources: &[Source]) -> Option<Rule> {
    let level = sources
        .iter()
        .flat_map(|source| &source.rules)
        .filter(|rule| {
            rule.effect == Effect::Allow
                && names_meet(&rule.actions, &dropped.actions)
                && patterns_meet(&rule.resource, &dropped.resource)
        })
        .map(|rule| rule.level)
        .max()?;
    Some(Rule {
        effect: Effect::Allow,
        level,
        ..dropped.clone()
    })
}

/// Whether two lists of actions have one in common.
fn names_meet(some: &str, others: &str) -> bool {
    some.split_whitespace().any(|one| {
        others
            .split_whitespace()
            .any(|other| one == other || one == "*" || other == "*")
    })
}

/// Whether something can match both patterns.
fn patterns_meet(one: &str, other: &str) -> bool {
    let (mut one, mut other) = (one.split('.'), other.split('.'));
    loop {
        match (one.next(), other.next()) {
            (Some("*"), Some(_)) | (Some(_), Some("*")) | (None, None) => return true,
            (Some(a), Some(b)) if a == b => {}
            _ => return false,
        }
    }
}

/// The rights over the console's own resources that these rules allow at exactly this level.
#[must_use]
pub fn rights_at(rules: &[Rule], level: Level) -> Vec<(Permission, Level)> {
    let source = Source {
        kind: SourceKind::Role,
        id: 0,
        name: String::new(),
        via: None,
        rules: rules
            .iter()
            .filter(|rule| rule.effect == Effect::Allow && rule.level == level)
            .cloned()
            .collect(),
    };
    power(&[source])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allow(text: &str) -> Rule {
        parse(Effect::Allow, text).unwrap()
    }

    fn holder(rules: &[Rule]) -> Vec<Source> {
        vec![Source {
            kind: SourceKind::Role,
            id: 1,
            name: "r".to_owned(),
            via: None,
            rules: rules.to_vec(),
        }]
    }

    #[test]
    fn a_rule_is_read_and_written_back() {
        let rule = allow("view, Edit,view USER organization");
        assert_eq!(rule.actions, "view edit");
        assert_eq!(rule.resource, "user");
        assert_eq!(rule.level, Level::Organization);
        assert_eq!(rule.to_string(), "view,edit user organization");
        assert_eq!(allow(&rule.to_string()), rule);
        assert_eq!(allow("view user").level, Level::Organization);
        let deny = parse(Effect::Deny, "* catalog.*").unwrap();
        assert_eq!(deny.to_string(), "* catalog.*");
    }

    #[test]
    fn a_wrong_rule_says_what_was_meant() {
        let error = |effect, text: &str| parse(effect, text).unwrap_err().to_string();
        let allow = |text| error(Effect::Allow, text);
        assert!(allow("view").contains("ACTIONS RESOURCE"));
        assert!(allow("view user all more").contains("ACTIONS RESOURCE"));
        assert!(allow("view,,edit user all").contains("ACTIONS RESOURCE"));
        assert!(allow("veiw user").contains("did you mean view"));
        assert!(allow("fly user").contains("the actions are view, create"));
        assert!(allow("view usr").contains("did you mean user?"));
        assert!(allow("view users").contains("did you mean user?"));
        assert!(allow("veiw *").contains("did you mean view?"));
        assert!(allow("view user everywhere").contains("no level \"everywhere\""));
        assert!(allow("view *.product").contains("can't be a resource"));
        assert!(error(Effect::Deny, "view user all").contains("leave \"all\" out"));
        assert!(allow(&"a".repeat(2_000)).contains("at most"));
    }

    #[test]
    fn names_of_the_managed_application_are_taken_as_they_are() {
        for text in [
            "publish content organization",
            "view catalog.product all",
            "approve order",
            "sort *",
            "view media own",
        ] {
            assert!(parse(Effect::Allow, text).is_ok(), "{text}");
        }
    }

    #[test]
    fn nobody_gives_what_they_do_not_hold() {
        let manager = holder(&[
            allow("view,edit user organization"),
            allow("publish content.* all"),
        ]);
        let unheld = |rules: &[Rule]| first_unheld(&manager, rules).map(|(what, _)| what);
        assert_eq!(unheld(&[allow("view user organization")]), None);
        assert_eq!(unheld(&[allow("view user all")]).unwrap(), "user:view");
        assert_eq!(unheld(&[allow("delete user own")]).unwrap(), "user:delete");
        assert_eq!(unheld(&[allow("publish content.blog all")]), None);
        assert_eq!(
            unheld(&[allow("publish content all")]).unwrap(),
            "publish on content"
        );
        assert_eq!(
            unheld(&[allow("* content.blog all")]).unwrap(),
            "* on content.blog"
        );
        assert_eq!(unheld(&[allow("view,edit profile all")]), None);
        assert!(unheld(&[allow("view * own")]).is_some());
        let administrator = holder(&[allow("* * all")]);
        assert_eq!(first_unheld(&administrator, &[allow("* * all")]), None);
        assert!(first_unheld(&administrator, &[allow("view-sensitive user own")]).is_some());
    }

    #[test]
    fn a_deny_that_touches_what_is_given_counts() {
        let deny = parse(Effect::Deny, "publish content.blog").unwrap();
        let mine = holder(&[allow("* * all"), deny]);
        assert!(first_unheld(&mine, &[allow("publish content.* own")]).is_some());
        assert!(first_unheld(&mine, &[allow("publish content.news own")]).is_none());
    }

    #[test]
    fn a_dropped_deny_frees_what_others_allow() {
        let sources = holder(&[allow("edit user unit"), allow("view user all")]);
        let deny = parse(Effect::Deny, "edit user").unwrap();
        assert_eq!(freed_by(&deny, &sources).unwrap(), allow("edit user unit"));
        let other = parse(Effect::Deny, "edit role").unwrap();
        assert_eq!(freed_by(&other, &sources), None);
    }

    #[test]
    fn patterns_meet_where_something_matches_both() {
        for (one, other, meet) in [
            ("*", "user", true),
            ("catalog.*", "catalog.product", true),
            ("catalog.*", "catalog.product.*", true),
            ("catalog.*", "content.*", false),
            ("catalog", "catalog.product", false),
            ("catalog.*", "catalog", false),
        ] {
            assert_eq!(patterns_meet(one, other), meet, "{one} {other}");
            assert_eq!(patterns_meet(other, one), meet, "{other} {one}");
        }
    }
}
