//! Rules as people write them, `allow view,edit on user at organization`, and what a rule gives that its giver may not
//! have.

use super::catalogue::{self, Catalogue, ManagedResource};
use super::filter::suggestions;
use super::permission::{
    Effect, Level, Permission, Resource, Right, Rule, Source, SourceKind, decide, first_uncovered,
    power,
};
use super::text::safe;
use std::collections::BTreeSet;

/// Characters of one rule.
pub const RULE_CHARACTERS_MAX: usize = 1_000;
/// Rules of one role or group.
pub const RULES_MAX: usize = 200;

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RuleError {
    #[error(
        "\"{0}\" is no rule: write allow ACTIONS on RESOURCE at LEVEL, or deny ACTIONS on RESOURCE, as in \"allow view,edit on user at organization\""
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
    #[error("there is no resource \"{resource}\"; {hint}")]
    Resource { resource: String, hint: String },
    #[error(
        "\"{0}\" can't be a resource: \"*\" stands alone or as the last part, as in \"catalog.*\""
    )]
    Pattern(String),
    #[error("there is no level \"{0}\"; write own, unit, division, organization or all")]
    Level(String),
    #[error(
        "how far does it reach? Add a level to \"{0}\": at own, unit, division, organization or all"
    )]
    LevelMissing(String),
    #[error("nobody owns {resource}, so it has no level \"{level}\"; leave the level out")]
    LevelMeaningless {
        resource: String,
        level: &'static str,
    },
    #[error("level \"{level}\" reaches no {resource}; write one of {levels}")]
    LevelReachesNone {
        resource: String,
        level: &'static str,
        levels: String,
    },
    #[error("a deny has no level, it holds everywhere; leave \"at {0}\" out")]
    DenyLevel(String),
    #[error("only what is allowed can be privileged; leave the word out of the deny")]
    DenyPrivileged,
}

impl std::fmt::Display for Rule {
    /// As [`parse`] reads it back.
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let actions: Vec<&str> = self.actions.split_whitespace().collect();
        write!(
            out,
            "{} {} on {}",
            self.effect.as_str(),
            actions.join(","),
            self.resource
        )?;
        if self.effect == Effect::Allow {
            write!(out, " at {}", self.level.as_str())?;
        }
        if self.privileged {
            out.write_str(" privileged")?;
        }
        Ok(())
    }
}

/// A rule as it was written, before it is known what there is to name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    pub effect: Effect,
    pub actions: Vec<String>,
    pub resource: String,
    pub level: Option<Level>,
    pub privileged: bool,
}

/// Reads `allow ACTIONS on RESOURCE [at LEVEL] [privileged]` or `deny ACTIONS on RESOURCE`.
///
/// # Errors
/// Names the part that is wrong and what may have been meant.
pub fn read(text: &str) -> Result<Written, RuleError> {
    if text.chars().count() > RULE_CHARACTERS_MAX {
        return Err(RuleError::TooLong);
    }
    let shape = || RuleError::Shape(safe(text.trim()).into_owned());
    // A comma joins what stands around it, with or without spaces.
    let joined = text.split(',').map(str::trim).collect::<Vec<_>>().join(",");
    let mut words: Vec<&str> = joined.split_whitespace().collect();
    let privileged = words
        .last()
        .is_some_and(|word| word.eq_ignore_ascii_case("privileged"));
    if privileged {
        words.pop();
    }
    let is = |word: &str, wanted: &str| word.eq_ignore_ascii_case(wanted);
    let (effect, actions, resource, level) = match words.as_slice() {
        [effect, actions, on, resource] if is(on, "on") => (effect, actions, resource, None),
        [effect, actions, on, resource, at, level] if is(on, "on") && is(at, "at") => {
            (effect, actions, resource, Some(*level))
        }
        _ => return Err(shape()),
    };
    let effect = match effect.to_lowercase().as_str() {
        "allow" => Effect::Allow,
        "deny" => Effect::Deny,
        _ => return Err(shape()),
    };
    let mut names: Vec<String> = Vec::new();
    for action in actions.split(',') {
        if action.is_empty() {
            return Err(shape());
        }
        if !names.iter().any(|name| name == action) {
            names.push(action.to_owned());
        }
    }
    if resource.contains(',') {
        return Err(shape());
    }
    let level = match (effect, level) {
        (Effect::Deny, Some(level)) => return Err(RuleError::DenyLevel(safe(level).into_owned())),
        (_, None) => None,
        (_, Some(level)) => Some(
            Level::parse(&level.to_lowercase())
                .ok_or_else(|| RuleError::Level(safe(level).into_owned()))?,
        ),
    };
    if privileged && effect == Effect::Deny {
        return Err(RuleError::DenyPrivileged);
    }
    Ok(Written {
        effect,
        actions: names,
        resource: (*resource).to_owned(),
        level,
        privileged,
    })
}

/// Reads a rule that names what the catalogue knows.
///
/// # Errors
/// Names the part that is wrong and what may have been meant.
pub fn parse(text: &str, catalogue: &Catalogue) -> Result<Rule, RuleError> {
    read(text)?.against(catalogue)
}

impl Written {
    /// The rule of a text that the service gave out: whether there is still what it names doesn't matter.
    #[must_use]
    pub fn as_stored(self) -> Rule {
        Rule {
            effect: self.effect,
            actions: self.actions.join(" "),
            resource: self.resource,
            level: self.level.unwrap_or(Level::All),
            privileged: self.privileged,
        }
    }

    /// The rule, where the catalogue knows what it names. Without a level it reaches everywhere, if nobody owns what it
    /// names; else the level must be there.
    ///
    /// # Errors
    /// Names what there isn't and what may have been meant.
    pub fn against(self, catalogue: &Catalogue) -> Result<Rule, RuleError> {
        let resource = known_resource(&self.resource, catalogue)?;
        let mut actions: Vec<String> = Vec::new();
        for action in &self.actions {
            let action = known_action(action, &resource, catalogue)?;
            if !actions.contains(&action) {
                actions.push(action);
            }
        }
        let is_nobodys = catalogue
            .covered(&resource)
            .all(|known| known.ownership.is_nobodys());
        let level = match (self.effect, self.level) {
            (Effect::Deny, _) => Level::All,
            (Effect::Allow, None) if is_nobodys => Level::All,
            (Effect::Allow, None) => {
                let text = format!("allow {} on {resource}", actions.join(","));
                return Err(RuleError::LevelMissing(text));
            }
            (Effect::Allow, Some(level)) if is_nobodys && level != Level::All => {
                return Err(RuleError::LevelMeaningless {
                    resource,
                    level: level.as_str(),
                });
            }
            (Effect::Allow, Some(level)) => {
                let named = |known: &&ManagedResource| {
                    let mut actions = actions.iter();
                    actions.any(|action| action == "*" || known.has(action))
                };
                let levels: BTreeSet<Level> = catalogue
                    .covered(&resource)
                    .filter(named)
                    .flat_map(ManagedResource::levels)
                    .copied()
                    .collect();
                if !levels.contains(&level) {
                    let levels: Vec<&str> = levels.iter().map(|level| level.as_str()).collect();
                    return Err(RuleError::LevelReachesNone {
                        resource,
                        level: level.as_str(),
                        levels: levels.join(", "),
                    });
                }
                level
            }
        };
        Ok(Rule {
            effect: self.effect,
            actions: actions.join(" "),
            resource,
            level,
            privileged: self.privileged,
        })
    }
}

/// The key or pattern as the catalogue spells it.
fn known_resource(name: &str, catalogue: &Catalogue) -> Result<String, RuleError> {
    let segments: Vec<&str> = name.split('.').collect();
    let last = segments.len() - 1;
    let bad = |(index, segment): (usize, &&str)| {
        segment.is_empty() || (segment.contains('*') && (*segment != "*" || index != last))
    };
    if segments.iter().enumerate().any(bad) {
        return Err(RuleError::Pattern(safe(name).into_owned()));
    }
    if catalogue.covered(name).next().is_some() {
        return Ok(name.to_owned());
    }
    let lower = name.to_lowercase();
    if let Some(known) = catalogue
        .all()
        .find(|known| known.key.to_lowercase() == lower)
    {
        return Ok(known.key.clone());
    }
    let keys = || catalogue.all().map(|known| known.key.as_str());
    let near =
        slip_of(&lower, keys()).map_or_else(|| suggestions(&lower, keys(), 3), |near| vec![near]);
    Err(RuleError::Resource {
        resource: safe(name).into_owned(),
        hint: if near.is_empty() {
            "see what there is with: wardroom catalogue show".to_owned()
        } else {
            format!("did you mean {}?", near.join(" or "))
        },
    })
}

pub(super) fn known_action(
    name: &str,
    resource: &str,
    catalogue: &Catalogue,
) -> Result<String, RuleError> {
    let known = || {
        catalogue
            .covered(resource)
            .flat_map(|known| &known.actions)
            .map(String::as_str)
    };
    if name == "*" {
        return Ok(name.to_owned());
    }
    let lower = name.to_lowercase();
    if let Some(action) = known()
        .find(|action| *action == name)
        .or_else(|| known().find(|action| action.to_lowercase() == lower))
    {
        return Ok(action.to_owned());
    }
    let near =
        slip_of(&lower, known()).map_or_else(|| suggestions(&lower, known(), 3), |near| vec![near]);
    let hint = if name.contains('*') {
        "\"*\" stands alone".to_owned()
    } else if near.is_empty() {
        let mut all: Vec<&str> = Vec::new();
        for action in known() {
            if !all.contains(&action) {
                all.push(action);
            }
        }
        format!("the actions are {}", all.join(", "))
    } else {
        format!("did you mean {}?", near.join(" or "))
    };
    Err(RuleError::Action {
        action: safe(name).into_owned(),
        resource: resource.to_owned(),
        hint,
    })
}

fn slip_of<'a>(word: &str, known: impl Iterator<Item = &'a str> + Clone) -> Option<&'a str> {
    super::closest::closest(word, known.clone()).or_else(|| {
        let stem = word.strip_suffix('s')?;
        known.into_iter().find(|name| *name == stem)
    })
}

/// The first thing these rules give that the giver doesn't hold at the same level or wider: `user:delete` or
/// `publish on content`, and its level.
///
/// Over the console's own resources it is compared right by right. Over everything else only the patterns are known: the
/// giver needs a rule that contains the one given, and no deny that touches it.
#[must_use]
pub fn first_unheld(mine: &[Source], given: &[Rule]) -> Option<(Right, Level)> {
    let given_alone = [plain(given.to_vec())];
    let mut own = power(&given_alone, &Catalogue::default());
    // One's own profile is no power, and everybody has it; that of others is given like everything else.
    own.extend(Resource::Profile.verbs().iter().filter_map(|&verb| {
        let right = Right::from(Permission(Resource::Profile, verb));
        let level = decide(&given_alone, &right.action, &right.resource).level()?;
        (level > Level::Own).then_some((right, level))
    }));
    if let Some(unheld) = first_uncovered(mine, &own) {
        return Some(unheld);
    }
    given
        .iter()
        .filter(|rule| rule.effect == Effect::Allow && !catalogue::is_own(&rule.resource))
        .find_map(|rule| {
            let action = rule
                .actions
                .split_whitespace()
                .find(|action| !holds(mine, action, &rule.resource, rule.level))?;
            Some((Right::new(action, &rule.resource), rule.level))
        })
}

/// A source that is nothing but its rules.
#[must_use]
pub fn plain(rules: Vec<Rule>) -> Source {
    Source {
        kind: SourceKind::Role,
        id: 0,
        name: String::new(),
        via: None,
        rules,
        entries: Vec::new(),
    }
}

/// Whether a pattern as a whole is allowed at this level or wider: the pattern is matched as if it were a name.
fn holds(mine: &[Source], action: &str, pattern: &str, level: Level) -> bool {
    let mut rules = mine.iter().flat_map(|source| &source.rules);
    let allowed = rules.any(|rule| {
        rule.effect == Effect::Allow && rule.level >= level && rule.matches(action, pattern)
    });
    let right = Right::new(action, pattern);
    allowed && denies_that_meet(mine, &right).next().is_none()
}

/// The denies that take something of a right over a pattern away.
pub fn denies_that_meet<'a>(
    mine: &'a [Source],
    right: &Right,
) -> impl Iterator<Item = (&'a Source, &'a Rule)> {
    let rules = mine
        .iter()
        .flat_map(|source| source.rules.iter().map(move |rule| (source, rule)));
    rules.filter(|(_, rule)| {
        rule.effect == Effect::Deny
            && names_meet(&rule.actions, &right.action)
            && patterns_meet(&rule.resource, &right.resource)
    })
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

/// The rights that are power and that these rules allow at exactly this level.
#[must_use]
pub fn rights_at(rules: &[Rule], level: Level, catalogue: &Catalogue) -> Vec<(Right, Level)> {
    let at_level = |rule: &&Rule| rule.effect == Effect::Allow && rule.level == level;
    power(
        &[plain(rules.iter().filter(at_level).cloned().collect())],
        catalogue,
    )
}

#[cfg(test)]
mod tests {
    use super::super::catalogue::ManagedResource;
    use super::super::permission::Ownership;
    use super::*;

    fn catalogue() -> Catalogue {
        Catalogue::new(vec![
            ManagedResource::new(
                "catalog.product",
                &["view", "edit", "Publish"],
                Ownership::User,
            ),
            ManagedResource::new("catalog.category", &["view"], Ownership::None),
            ManagedResource::new("content", &["view", "publish"], Ownership::Tree),
            ManagedResource::new("content.blog", &["publish"], Ownership::User),
            ManagedResource::new("content.news", &["publish"], Ownership::User),
        ])
    }

    fn rule(text: &str) -> Rule {
        parse(text, &catalogue()).unwrap()
    }

    fn holder(rules: &[Rule]) -> Vec<Source> {
        vec![plain(rules.to_vec())]
    }

    #[test]
    fn a_rule_is_read_and_written_back() {
        let read = rule("allow view, edit,view on user AT organization");
        assert_eq!(read.actions, "view edit");
        assert_eq!(read.level, Level::Organization);
        for (written, shown) in [
            (
                "allow view,Edit on USER at organization",
                "allow view,edit on user at organization",
            ),
            (
                "allow publish on catalog.product at unit",
                "allow Publish on catalog.product at unit",
            ),
            ("deny * on catalog.*", "deny * on catalog.*"),
            ("allow * on * at all", "allow * on * at all"),
            (
                "allow publish on content",
                "allow publish on content at all",
            ),
            (
                "allow view on catalog.* at own privileged",
                "allow view on catalog.* at own privileged",
            ),
        ] {
            let read = rule(written);
            assert_eq!(read.to_string(), shown);
            assert_eq!(rule(shown), read);
        }
    }

    #[test]
    fn a_wrong_rule_says_what_was_meant() {
        for (text, said) in [
            ("view user", "is no rule"),
            ("allow view user all", "is no rule"),
            ("allow view,,edit on user at all", "is no rule"),
            ("allow view on user at all and more", "is no rule"),
            ("permit view on user", "is no rule"),
            ("allow veiw on user at all", "did you mean view?"),
            ("allow fly on user at all", "the actions are view, create"),
            (
                "allow verify on user at all",
                "no action \"verify\" on user",
            ),
            ("allow view on usr at all", "did you mean user?"),
            ("allow view on users at all", "did you mean user?"),
            ("allow view on ledger at all", "wardroom catalogue show"),
            ("allow veiw on * at all", "did you mean view?"),
            (
                "allow view on user at everywhere",
                "no level \"everywhere\"",
            ),
            ("allow view on *.product at all", "can't be a resource"),
            ("allow view on ledger.* at all", "no resource \"ledger.*\""),
            (
                "allow view on user",
                "Add a level to \"allow view on user\"",
            ),
            ("allow view on content at unit", "leave the level out"),
            ("deny view on user at all", "leave \"at all\" out"),
            ("deny view on user privileged", "leave the word out"),
            (&"a".repeat(2_000), "at most"),
        ] {
            let error = parse(text, &catalogue()).unwrap_err().to_string();
            assert!(error.contains(said), "{text}: {error}");
        }
    }

    #[test]
    fn nobody_gives_what_they_do_not_hold() {
        let manager = holder(&[
            rule("allow view,edit on user at organization"),
            rule("allow publish on content.* at all"),
        ]);
        let unheld =
            |text: &str| first_unheld(&manager, &[rule(text)]).map(|(what, _)| what.to_string());
        assert_eq!(unheld("allow view on user at organization"), None);
        assert_eq!(unheld("allow view on user at all").unwrap(), "user:view");
        assert_eq!(
            unheld("allow delete on user at own").unwrap(),
            "user:delete"
        );
        assert_eq!(unheld("allow publish on content.blog at all"), None);
        assert_eq!(
            unheld("allow publish on content").unwrap(),
            "publish on content"
        );
        assert_eq!(
            unheld("allow * on content.blog at all").unwrap(),
            "* on content.blog"
        );
        assert_eq!(unheld("allow view,edit on profile at own"), None);
        assert_eq!(
            unheld("allow view,edit on profile at all").unwrap(),
            "profile:view"
        );
        assert!(unheld("allow view on * at own").is_some());
        let administrator = holder(&[rule("allow * on * at all")]);
        assert_eq!(
            first_unheld(&administrator, &[rule("allow * on * at all")]),
            None
        );
        let sensitive = rule("allow view-sensitive on user at own");
        assert!(first_unheld(&administrator, &[sensitive]).is_some());
    }

    #[test]
    fn a_deny_that_touches_what_is_given_counts() {
        let mine = holder(&[
            rule("allow * on * at all"),
            rule("deny publish on content.blog"),
        ]);
        assert!(first_unheld(&mine, &[rule("allow publish on content.* at own")]).is_some());
        assert!(first_unheld(&mine, &[rule("allow publish on content.news at own")]).is_none());
    }

    #[test]
    fn a_dropped_deny_frees_what_others_allow() {
        let sources = holder(&[
            rule("allow edit on user at unit"),
            rule("allow view on user at all"),
        ]);
        assert_eq!(
            freed_by(&rule("deny edit on user"), &sources).unwrap(),
            rule("allow edit on user at unit")
        );
        assert_eq!(freed_by(&rule("deny edit on role"), &sources), None);
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
