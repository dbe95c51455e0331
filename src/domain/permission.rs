//! Permissions, rules, levels, and the decision they add up to (one algorithm for every door).

use super::catalogue::{Catalogue, is_own_reached_at};
use super::nodes::NodePath;
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

impl Resource {
    /// What can be done to it.
    #[must_use]
    pub const fn verbs(self) -> &'static [Verb] {
        use Verb::{
            ApiKey, Assign, Configure, Create, Delete, Disable, Edit, Enable, Export, Impersonate,
            Import, Invite, Members, Purge, ResetPassword, Restore, SetPassword, SignOut, Undo,
            Unlock, Verify, View, ViewSensitive,
        };
        match self {
            Self::User => &[
                View,
                Create,
                Edit,
                Delete,
                Restore,
                Purge,
                Assign,
                Enable,
                Disable,
                Unlock,
                ResetPassword,
                SetPassword,
                SignOut,
                Invite,
                Impersonate,
                ViewSensitive,
                Export,
                Import,
                Configure,
                ApiKey,
            ],
            Self::Profile => &[View, Edit],
            Self::Group | Self::Unit => &[View, Create, Edit, Delete, Members, Assign],
            Self::Role => &[View, Create, Edit, Delete, Members],
            Self::Organization => &[View, Create, Edit, Delete, Enable, Disable, Configure],
            Self::Customer => &[View, Create, Edit, Delete, Assign, Impersonate],
            Self::Setting => &[View, Edit, Configure],
            Self::Audit => &[View, Verify, Export],
            Self::Job => &[View, Undo],
            Self::Catalogue => &[View, Import],
        }
    }

    /// What its records belong to.
    #[must_use]
    pub const fn ownership(self) -> Ownership {
        match self {
            Self::User | Self::Group | Self::Unit => Ownership::Unit,
            Self::Profile | Self::Customer | Self::Audit | Self::Job => Ownership::User,
            Self::Role | Self::Organization | Self::Setting => Ownership::Organization,
            Self::Catalogue => Ownership::None,
        }
    }

    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|resource| resource.as_str() == name)
    }
}

names! {
    /// What the records of a resource belong to, and so which levels make a difference.
    Ownership {
        User = "user",
        Unit = "unit",
        Organization = "organization",
        None = "none",
        Tree = "tree",
    }
}

impl Ownership {
    /// Whether its records have no owner, so that every level reaches all of them.
    #[must_use]
    pub const fn is_nobodys(self) -> bool {
        matches!(self, Self::None | Self::Tree)
    }

    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|ownership| ownership.as_str() == name)
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
    /// It is power over others: whoever acts on its holder must hold as much.
    #[serde(default)]
    pub privileged: bool,
}

impl Rule {
    /// Whether the rule speaks about this action on this resource. `view-sensitive` must be named: `*` doesn't match it.
    #[must_use]
    pub fn matches(&self, action: &str, resource: &str) -> bool {
        pattern_matches(&self.resource, resource) && names_action(&self.actions, action)
    }
}

/// Whether a list of actions names this one. `view-sensitive` must be named: `*` doesn't match it.
#[must_use]
pub fn names_action(actions: &str, action: &str) -> bool {
    actions
        .split_whitespace()
        .any(|name| name == action || (name == "*" && action != Verb::ViewSensitive.as_str()))
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

/// Where a rule comes from: a role, a group itself, or the user's own entries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SourceKind {
    Role,
    Group,
    User,
}

impl SourceKind {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Role => "role",
            Self::Group => "group",
            Self::User => "user",
        }
    }

    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Role, Self::Group, Self::User]
            .into_iter()
            .find(|kind| kind.as_str() == text)
    }
}

/// What a group or a user may do on a node and below it: there it takes the place of that source's own rules. Without
/// actions it takes everything away that this source gives.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Entry {
    /// The key of the tree's resource.
    pub tree: String,
    pub node: NodePath,
    /// Names separated by spaces, or `*`.
    pub actions: String,
}

impl std::fmt::Display for Entry {
    /// As [`granular::entry`](super::granular::entry) reads it back.
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let actions: Vec<&str> = self.actions.split_whitespace().collect();
        write!(out, "{}:{}={}", self.tree, self.node, actions.join(","))
    }
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
    pub entries: Vec<Entry>,
}

/// What one source says to an action on a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Word<'a> {
    Nothing,
    Denied(&'a Rule),
    /// The rule that reaches furthest.
    Allowed(&'a Rule),
    /// An entry on the nearest node, which stands in for the rules; without the action it allows nothing.
    Entry(&'a Entry, bool),
}

impl Word<'_> {
    #[must_use]
    pub const fn level(&self) -> Option<Level> {
        match self {
            Self::Allowed(rule) => Some(rule.level),
            Self::Entry(_, true) => Some(Level::All),
            _ => None,
        }
    }
}

impl Source {
    /// Deny if one of its denies matches, else its allow that reaches furthest. On a node its nearest entry says all.
    #[must_use]
    pub fn word(&self, action: &str, resource: &str, node: Option<&NodePath>) -> Word<'_> {
        let nearest = node.and_then(|node| {
            self.entries
                .iter()
                .filter(|entry| entry.tree == resource && entry.node.contains(node))
                .max_by_key(|entry| entry.node.depth())
        });
        if let Some(entry) = nearest {
            return Word::Entry(entry, names_action(&entry.actions, action));
        }
        let mut word = Word::Nothing;
        for rule in self
            .rules
            .iter()
            .filter(|rule| rule.matches(action, resource))
        {
            match rule.effect {
                Effect::Deny => return Word::Denied(rule),
                Effect::Allow if Some(rule.level) > word.level() => word = Word::Allowed(rule),
                Effect::Allow => {}
            }
        }
        word
    }
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

/// Any deny → denied; otherwise the highest level wins; no allow → not granted.
#[must_use]
pub fn decide<'a>(sources: &'a [Source], action: &str, resource: &str) -> Decision<'a> {
    decide_at(sources, action, resource, None)
}

/// As [`decide`], on a node of a tree.
#[must_use]
pub fn decide_at<'a>(
    sources: &'a [Source],
    action: &str,
    resource: &str,
    node: Option<&NodePath>,
) -> Decision<'a> {
    let mut highest = None;
    for source in sources {
        match source.word(action, resource, node) {
            Word::Denied(_) => return Decision::Denied(source),
            word => highest = highest.max(word.level()),
        }
    }
    highest.map_or(Decision::NotGranted, Decision::Allowed)
}

/// A right over any resource: `user:view` of Wardroom's own, `publish on content` of the managed application.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Right {
    pub action: String,
    pub resource: String,
}

impl Right {
    #[must_use]
    pub fn new(action: &str, resource: &str) -> Self {
        Self {
            action: action.to_owned(),
            resource: resource.to_owned(),
        }
    }

    /// The same as a right over Wardroom itself, where it is one.
    #[must_use]
    pub fn own(&self) -> Option<Permission> {
        let resource = Resource::parse(&self.resource)?;
        let verb = Verb::ALL.iter().find(|verb| verb.as_str() == self.action)?;
        Some(Permission(resource, *verb))
    }
}

impl From<Permission> for Right {
    fn from(Permission(resource, verb): Permission) -> Self {
        Self::new(verb.as_str(), resource.as_str())
    }
}

impl std::fmt::Display for Right {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if Resource::parse(&self.resource).is_some() {
            write!(out, "{}:{}", self.resource, self.action)
        } else {
            write!(out, "{} on {}", self.action, self.resource)
        }
    }
}

/// The rights of these sources that are power over others, with their levels: all over the console's own resources but
/// one's own profile, all over privileged resources of the catalogue, and what privileged rules allow.
#[must_use]
pub fn power(sources: &[Source], catalogue: &Catalogue) -> Vec<(Right, Level)> {
    let mut power = Vec::new();
    for &resource in Resource::ALL
        .iter()
        .filter(|&&resource| resource != Resource::Profile)
    {
        for &verb in resource.verbs() {
            if let Some(level) = decide(sources, verb.as_str(), resource.as_str()).level()
                && is_own_reached_at(resource, level)
            {
                power.push((Permission(resource, verb).into(), level));
            }
        }
    }
    let has_privileged_rules = sources
        .iter()
        .any(|source| source.rules.iter().any(|rule| rule.privileged));
    for resource in catalogue.managed() {
        if !resource.privileged && !has_privileged_rules {
            continue;
        }
        for action in &resource.actions {
            let level = if resource.privileged {
                anywhere(sources, action, &resource.key)
            } else {
                decide(sources, action, &resource.key)
                    .level()
                    .and_then(|_| privileged_level(sources, action, &resource.key))
            };
            if let Some(level) = level.filter(|level| resource.is_reached_at(*level)) {
                power.push((Right::new(action, &resource.key), level));
            }
        }
    }
    power
}

/// The highest level on any node: what an entry allows counts as everywhere.
fn anywhere(sources: &[Source], action: &str, resource: &str) -> Option<Level> {
    let by_entry = sources
        .iter()
        .flat_map(|source| &source.entries)
        .any(|entry| entry.tree == resource && names_action(&entry.actions, action));
    decide(sources, action, resource)
        .level()
        .max(by_entry.then_some(Level::All))
}

fn privileged_level(sources: &[Source], action: &str, resource: &str) -> Option<Level> {
    sources
        .iter()
        .flat_map(|source| &source.rules)
        .filter(|rule| rule.privileged && rule.effect == Effect::Allow)
        .filter(|rule| rule.matches(action, resource))
        .map(|rule| rule.level)
        .max()
}

/// The first right of `theirs` that the sources of `mine` don't give at the same level or wider.
#[must_use]
pub fn first_uncovered(mine: &[Source], theirs: &[(Right, Level)]) -> Option<(Right, Level)> {
    theirs
        .iter()
        .find(|(right, level)| decide(mine, &right.action, &right.resource).level() < Some(*level))
        .cloned()
}

#[cfg(test)]
mod tests {
    use super::super::catalogue::ManagedResource;
    use super::*;

    fn source(rules: &[(Effect, &str, &str, Level)]) -> Source {
        Source {
            kind: SourceKind::Role,
            id: 1,
            name: "r".to_owned(),
            via: None,
            entries: Vec::new(),
            rules: rules
                .iter()
                .map(|&(effect, actions, resource, level)| Rule {
                    effect,
                    actions: actions.to_owned(),
                    resource: resource.to_owned(),
                    level,
                    privileged: false,
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
        let own = Catalogue::default();
        let helpdesk = [source(&[(
            Effect::Allow,
            "view unlock",
            "user",
            Level::Organization,
        )])];
        let member = [source(&[(
            Effect::Allow,
            "view edit",
            "profile",
            Level::Own,
        )])];
        let administrator = [source(&[(Effect::Allow, "*", "*", Level::All)])];
        assert_eq!(first_uncovered(&helpdesk, &power(&member, &own)), None);
        assert_eq!(
            first_uncovered(&administrator, &power(&helpdesk, &own)),
            None
        );
        assert!(first_uncovered(&helpdesk, &power(&administrator, &own)).is_some());
    }

    #[test]
    fn privileged_resources_and_rules_of_the_catalogue_are_power_too() {
        let catalogue = Catalogue::new(vec![
            ManagedResource {
                privileged: true,
                ..ManagedResource::new("shop.settings", &["edit"], Ownership::None)
            },
            ManagedResource::new("content", &["edit", "publish"], Ownership::Tree),
        ]);
        let power = |sources: &[Source]| {
            power(sources, &catalogue)
                .into_iter()
                .map(|(right, _)| right.to_string())
                .collect::<Vec<_>>()
        };
        let mut editor = source(&[(Effect::Allow, "edit publish", "content", Level::All)]);
        assert!(power(&[editor.clone()]).is_empty());
        editor.rules[0].privileged = true;
        assert_eq!(power(&[editor]), ["edit on content", "publish on content"]);
        let keeper = source(&[(Effect::Allow, "*", "shop.*", Level::All)]);
        assert_eq!(power(&[keeper]), ["edit on shop.settings"]);
    }

    #[test]
    fn the_nearest_entry_stands_in_for_the_rules_of_its_source() {
        let at = |text: &str| NodePath::parse(text).unwrap();
        let mut writers = source(&[
            (Effect::Allow, "view edit", "content", Level::All),
            (Effect::Deny, "delete", "content", Level::All),
        ]);
        writers.entries = [("/a", "view"), ("/a/b", ""), ("/a/b/c", "*")]
            .map(|(node, actions)| Entry {
                tree: "content".to_owned(),
                node: at(node),
                actions: actions.to_owned(),
            })
            .to_vec();
        let level = |action, node: &str| {
            decide_at(&[writers.clone()], action, "content", Some(&at(node))).level()
        };
        assert_eq!(level("edit", "/"), Some(Level::All));
        assert_eq!(level("edit", "/a/x"), None);
        assert_eq!(level("view", "/a/x"), Some(Level::All));
        assert_eq!(level("view", "/a/b"), None);
        assert_eq!(level("delete", "/a/b/c/d"), Some(Level::All));
        assert_eq!(level("view-sensitive", "/a/b/c/d"), None);
    }
}
