//! Permissions, rules, levels, and the decision they add up to (one algorithm for every door).

use serde::{Deserialize, Serialize};

macro_rules! names {
    ($(#[$doc:meta])* $type:ident { $($variant:ident = $name:literal),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum $type { $($variant),* }

        impl $type {
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name),* }
            }
        }

        impl std::fmt::Display for $type {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str(self.as_str())
            }
        }
    };
}

names! {
    /// What the console's own rules can name.
    Resource {
        User = "user",
        Profile = "profile",
        Group = "group",
        Role = "role",
        Organization = "organization",
        Unit = "unit",
        Customer = "customer",
        Setting = "setting",
        Audit = "audit",
        Job = "job",
        Catalogue = "catalogue",
    }
}

names! {
    /// What can be done to a resource; each a right of its own.
    Verb {
        View = "view",
        Create = "create",
        Edit = "edit",
        Delete = "delete",
        Restore = "restore",
        Purge = "purge",
        Assign = "assign",
        Enable = "enable",
        Disable = "disable",
        Unlock = "unlock",
        ResetPassword = "reset-password",
        SetPassword = "set-password",
        SignOut = "sign-out",
        Invite = "invite",
        Impersonate = "impersonate",
        ViewSensitive = "view-sensitive",
        Export = "export",
        Import = "import",
        Configure = "configure",
        ApiKey = "api-key",
        Members = "members",
        Verify = "verify",
        Undo = "undo",
    }
}

/// A right: a verb on a resource, written `user:unlock`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Permission(pub Resource, pub Verb);

impl std::fmt::Display for Permission {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}:{}", self.0, self.1)
    }
}

/// How far an allow reaches, from the narrowest to the widest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    Own,
    Unit,
    Division,
    Organization,
    All,
}

impl Level {
    pub const ALL: &[Self] = &[
        Self::Own,
        Self::Unit,
        Self::Division,
        Self::Organization,
        Self::All,
    ];

    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Own => "own",
            Self::Unit => "unit",
            Self::Division => "division",
            Self::Organization => "organization",
            Self::All => "all",
        }
    }

    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|level| level.as_str() == text)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    Allow,
    Deny,
}

impl Effect {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::Deny => "deny",
        }
    }
}

/// Allow or deny × actions × resource, an allow with a level.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Rule {
    pub effect: Effect,
    /// Names separated by spaces, or `*`.
    pub actions: String,
    /// A pattern: segments separated by `.`, `*` matches anything from there on.
    pub resource: String,
    pub level: Level,
}

impl Rule {
    /// Whether the rule speaks about this action on this resource. `view-sensitive` must be named: `*` doesn't match it.
    #[must_use]
    pub fn matches(&self, action: &str, resource: &str) -> bool {
        let named = self
            .actions
            .split_whitespace()
            .any(|name| name == action || (name == "*" && action != Verb::ViewSensitive.as_str()));
        named && pattern_matches(&self.resource, resource)
    }
}

/// Matches segment by segment; `*` matches anything from there on.
#[must_use]
pub fn pattern_matches(pattern: &str, name: &str) -> bool {
    let mut wanted = name.split('.');
    for segment in pattern.split('.') {
        match (segment, wanted.next()) {
            ("*", Some(_)) => return true,
            (segment, Some(part)) if segment == part => {}
            _ => return false,
        }
    }
    wanted.next().is_none()
}

/// Where a rule comes from: a role, a group itself, or (later) the user's own granular entries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SourceKind {
    Role,
    Group,
}

/// A named set of rules that a user has, and through which group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    pub kind: SourceKind,
    pub id: i64,
    pub name: String,
    /// The group that confers it; `None` when it is given directly.
    pub via: Option<String>,
    pub rules: Vec<Rule>,
}

/// The answer of all sources together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision<'a> {
    /// A deny rule of this source matched; any deny wins.
    Denied(&'a Source),
    Allowed(Level),
    NotGranted,
}

impl Decision<'_> {
    #[must_use]
    pub const fn level(&self) -> Option<Level> {
        match self {
            Self::Allowed(level) => Some(*level),
            _ => None,
        }
    }
}

/// Any deny → denied; otherwise the highest matching level wins; no allow → not granted.
#[must_use]
pub fn decide<'a>(sources: &'a [Source], action: &str, resource: &str) -> Decision<'a> {
    let mut highest = None;
    for source in sources {
        for rule in source
            .rules
            .iter()
            .filter(|rule| rule.matches(action, resource))
        {
            match rule.effect {
                Effect::Deny => return Decision::Denied(source),
                Effect::Allow => highest = highest.max(Some(rule.level)),
            }
        }
    }
    highest.map_or(Decision::NotGranted, Decision::Allowed)
}

/// Every right over the console's own resources that these sources add up to, with its level.
///
/// One's own profile is no power over others and is left out.
#[must_use]
pub fn power(sources: &[Source]) -> Vec<(Permission, Level)> {
    let mut power = Vec::new();
    for &resource in Resource::ALL
        .iter()
        .filter(|&&resource| resource != Resource::Profile)
    {
        for &verb in Verb::ALL {
            if let Some(level) = decide(sources, verb.as_str(), resource.as_str()).level() {
                power.push((Permission(resource, verb), level));
            }
        }
    }
    power
}

/// The first right of `theirs` that `mine` doesn't hold at the same level or wider.
#[must_use]
pub fn first_uncovered(
    mine: &[(Permission, Level)],
    theirs: &[(Permission, Level)],
) -> Option<(Permission, Level)> {
    theirs.iter().copied().find(|&(permission, level)| {
        !mine
            .iter()
            .any(|&(held, held_level)| held == permission && held_level >= level)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(rules: &[(Effect, &str, &str, Level)]) -> Source {
        Source {
            kind: SourceKind::Role,
            id: 1,
            name: "r".to_owned(),
            via: None,
            rules: rules
                .iter()
                .map(|&(effect, actions, resource, level)| Rule {
                    effect,
                    actions: actions.to_owned(),
                    resource: resource.to_owned(),
                    level,
                })
                .collect(),
        }
    }

    #[test]
    fn patterns_match_segment_by_segment() {
        assert!(pattern_matches("*", "user"));
        assert!(pattern_matches("*", "catalog.product"));
        assert!(pattern_matches("catalog.*", "catalog.product"));
        assert!(pattern_matches("catalog.*", "catalog.product.price"));
        assert!(!pattern_matches("catalog.*", "catalog"));
        assert!(!pattern_matches("catalog", "catalog.product"));
        assert!(!pattern_matches("cat*", "catalog"));
    }

    #[test]
    fn the_highest_level_wins_and_any_deny_wins_over_it() {
        let own = source(&[(Effect::Allow, "view edit", "user", Level::Own)]);
        let all = source(&[(Effect::Allow, "*", "*", Level::All)]);
        let deny = source(&[(Effect::Deny, "edit", "user", Level::All)]);
        let both = [own.clone(), all.clone()];
        assert_eq!(decide(&both, "view", "user"), Decision::Allowed(Level::All));
        assert_eq!(decide(&[own], "delete", "user"), Decision::NotGranted);
        let three = [all, deny.clone()];
        assert_eq!(decide(&three, "edit", "user"), Decision::Denied(&deny));
    }

    #[test]
    fn the_star_does_not_name_view_sensitive() {
        let all = [source(&[(Effect::Allow, "*", "*", Level::All)])];
        assert_eq!(decide(&all, "view-sensitive", "user"), Decision::NotGranted);
        let named = [source(&[(
            Effect::Allow,
            "view-sensitive",
            "user",
            Level::Organization,
        )])];
        assert_eq!(
            decide(&named, "view-sensitive", "user"),
            Decision::Allowed(Level::Organization)
        );
    }

    #[test]
    fn power_is_covered_at_the_same_level_or_wider() {
        let helpdesk = power(&[source(&[(
            Effect::Allow,
            "view unlock",
            "user",
            Level::Organization,
        )])]);
        let member = power(&[source(&[(
            Effect::Allow,
            "view edit",
            "profile",
            Level::Own,
        )])]);
        let administrator = power(&[source(&[(Effect::Allow, "*", "*", Level::All)])]);
        assert_eq!(first_uncovered(&helpdesk, &member), None);
        assert_eq!(first_uncovered(&administrator, &helpdesk), None);
        assert!(first_uncovered(&helpdesk, &administrator).is_some());
    }
}
