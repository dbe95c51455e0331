//! The roles and groups that every database begins with; they can be cloned, never edited or deleted.

use super::permission::{Effect, Level, Rule};

pub struct BuiltInRole {
    pub name: &'static str,
    pub description: &'static str,
    /// Actions, resource, level; all of them allow.
    rules: &'static [(&'static str, &'static str, Level)],
}

impl BuiltInRole {
    pub fn rules(&self) -> impl Iterator<Item = Rule> {
        self.rules.iter().map(|&(actions, resource, level)| Rule {
            effect: Effect::Allow,
            actions: actions.to_owned(),
            resource: resource.to_owned(),
            level,
            privileged: false,
        })
    }
}

pub const ADMINISTRATOR: &str = "Administrator";
pub const MEMBER: &str = "Member";

pub const ROLES: &[BuiltInRole] = &[
    BuiltInRole {
        name: ADMINISTRATOR,
        description: "Everything, everywhere; sensitive fields only through the group Sensitive data.",
        rules: &[("*", "*", Level::All)],
    },
    BuiltInRole {
        name: "Manager",
        description: "Manages the people and groups of an organization.",
        rules: &[
            (
                "view create edit assign enable disable unlock reset-password invite delete restore export import",
                "user",
                Level::Organization,
            ),
            (
                "view create edit delete members",
                "group",
                Level::Organization,
            ),
            ("view", "role", Level::Organization),
            ("view", "organization", Level::Organization),
            ("view", "unit", Level::Organization),
            ("view", "job", Level::Own),
        ],
    },
    BuiltInRole {
        name: "Helpdesk",
        description: "Finds people, sees why they can't sign in, unlocks and signs them out.",
        rules: &[
            (
                "view unlock reset-password sign-out",
                "user",
                Level::Organization,
            ),
            ("view", "group", Level::Organization),
            ("view", "role", Level::Organization),
            ("view", "organization", Level::Organization),
            ("view", "unit", Level::Organization),
            ("view", "job", Level::Own),
        ],
    },
    BuiltInRole {
        name: "Auditor",
        description: "Sees everything, changes nothing, verifies and exports the audit.",
        rules: &[
            ("view", "*", Level::All),
            ("view verify export", "audit", Level::All),
        ],
    },
    BuiltInRole {
        name: MEMBER,
        description: "May sign in, and see and edit the own profile.",
        rules: &[("view edit", "profile", Level::Own)],
    },
];

pub struct BuiltInGroup {
    pub name: &'static str,
    pub alias: &'static str,
    pub description: &'static str,
    /// Names of built-in roles that the group confers.
    pub roles: &'static [&'static str],
    /// Whether it starts at the root of every tree, also of those imported later.
    pub starts_everywhere: bool,
    rules: &'static [(&'static str, &'static str, Level)],
}

impl BuiltInGroup {
    pub fn rules(&self) -> impl Iterator<Item = Rule> {
        self.rules.iter().map(|&(actions, resource, level)| Rule {
            effect: Effect::Allow,
            actions: actions.to_owned(),
            resource: resource.to_owned(),
            level,
            privileged: false,
        })
    }
}

pub const ADMINISTRATORS: &str = "Administrators";
pub const SENSITIVE_DATA: &str = "Sensitive data";

pub const GROUPS: &[BuiltInGroup] = &[
    BuiltInGroup {
        name: ADMINISTRATORS,
        alias: "administrators",
        description: "Confers Administrator and starts at the root of every tree.",
        roles: &[ADMINISTRATOR],
        starts_everywhere: true,
        rules: &[],
    },
    BuiltInGroup {
        name: SENSITIVE_DATA,
        alias: "sensitiveData",
        description: "Sees birthday, phone, other e-mails, employee number and marked fields.",
        roles: &[],
        starts_everywhere: false,
        // Of every resource: `*` doesn't name the action, so nobody else could ever give what an application keeps so.
        rules: &[("view-sensitive", "*", Level::All)],
    },
];
