//! The roles: the built-in ones, and those of a shop and its content, whose resources are not Wardroom's own.

use super::DAY;
use super::company::{Organization, number};
use super::tables::At;
use crate::domain::built_in;
use crate::domain::permission::{Effect, Level, Rule};
use crate::service::names;
use crate::store::Result;
use crate::store::bulk::{Sink, Value};

/// What a group of an organization does, and by which role.
#[derive(Debug)]
pub struct Function {
    pub group: &'static str,
    pub role: &'static str,
    pub description: &'static str,
}

pub const FUNCTIONS: &[Function] = &[
    function("Editors", EDITOR, "Edits and publishes what others write."),
    function("Writers", "Writer", "Writes drafts."),
    function(
        "Translators",
        "Translator",
        "Brings texts into other languages.",
    ),
    function(
        "Catalog Team",
        "Catalog Manager",
        "Keeps products and prices.",
    ),
    function(
        "Sales Agents",
        "Sales Agent",
        "Takes orders, on the phone and in the shops.",
    ),
    function("Warehouse Crew", "Warehouse", "Picks, packs and sends."),
    function("Accounting", "Accountant", "Books and bills."),
    function(
        SERVICE_DESK,
        "Helpdesk",
        "Answers the phone when somebody can't sign in.",
    ),
];

pub const SERVICE_DESK: &str = "Service Desk";
pub const EDITOR: &str = "Editor";
pub const CONTRACTOR: &str = "Contractor";

const fn function(group: &'static str, role: &'static str, description: &'static str) -> Function {
    Function {
        group,
        role,
        description,
    }
}

struct ShopRole {
    name: &'static str,
    description: &'static str,
    rules: &'static [(Effect, &'static str, &'static str, Level)],
}

const SHOP_ROLES: &[ShopRole] = &[
    ShopRole {
        name: EDITOR,
        description: "Edits and publishes content.",
        rules: &[
            (
                Effect::Allow,
                "view create edit delete publish unpublish",
                "content",
                Level::All,
            ),
            (Effect::Allow, "view create edit", "media", Level::All),
        ],
    },
    ShopRole {
        name: "Writer",
        description: "Writes content that an editor publishes.",
        rules: &[
            (Effect::Allow, "view create edit", "content", Level::All),
            (Effect::Allow, "view", "media", Level::All),
            (Effect::Deny, "publish", "content", Level::All),
        ],
    },
    ShopRole {
        name: "Translator",
        description: "Translates content and the catalog.",
        rules: &[
            (Effect::Allow, "view edit", "translation.*", Level::All),
            (Effect::Allow, "view", "content", Level::All),
            (Effect::Allow, "view", "catalog.*", Level::Organization),
        ],
    },
    ShopRole {
        name: "Catalog Manager",
        description: "Keeps products, categories and prices.",
        rules: &[
            (
                Effect::Allow,
                "view create edit delete",
                "catalog.*",
                Level::Organization,
            ),
            (Effect::Allow, "view", "sales.order", Level::Organization),
        ],
    },
    ShopRole {
        name: "Sales Agent",
        description: "Takes orders and makes offers.",
        rules: &[
            (
                Effect::Allow,
                "view create edit",
                "sales.order",
                Level::Division,
            ),
            (Effect::Allow, "view create edit", "sales.offer", Level::Own),
            (Effect::Allow, "view", "catalog.*", Level::Organization),
        ],
    },
    ShopRole {
        name: "Warehouse",
        description: "Moves stock and sends orders.",
        rules: &[
            (Effect::Allow, "view edit", "stock.*", Level::Unit),
            (
                Effect::Allow,
                "view ship",
                "sales.order",
                Level::Organization,
            ),
        ],
    },
    ShopRole {
        name: "Accountant",
        description: "Books, bills and pays back.",
        rules: &[
            (
                Effect::Allow,
                "view create edit",
                "finance.*",
                Level::Organization,
            ),
            (
                Effect::Allow,
                "view refund",
                "sales.order",
                Level::Organization,
            ),
        ],
    },
    ShopRole {
        name: CONTRACTOR,
        description: "Keeps people from outside away from what can't be taken back.",
        rules: &[
            (Effect::Deny, "delete", "catalog.*", Level::All),
            (Effect::Deny, "delete publish", "content", Level::All),
            (Effect::Deny, "refund", "sales.order", Level::All),
        ],
    },
];

/// Whose rule it is.
#[derive(Clone, Copy, Debug)]
pub enum Holder {
    Role(i64),
    Group(i64),
}

/// The ids of the roles by name, and the next id of a rule.
#[derive(Debug, Default)]
pub struct RoleBook {
    names: Vec<(&'static str, i64)>,
    last_rule: i64,
    pub roles: i64,
}

impl RoleBook {
    /// Writes all roles with their rules: the system-wide ones, and a store manager for each organization.
    pub fn write(
        sink: &mut Sink,
        organizations: &mut [Organization],
        created_at: i64,
    ) -> Result<Self> {
        let mut book = Self::default();
        for role in built_in::ROLES {
            let id = book.role(sink, None, (role.name, role.description), true, created_at)?;
            book.names.push((role.name, id));
            for (place, rule) in role.rules().enumerate() {
                book.rule(sink, Holder::Role(id), place, &rule)?;
            }
        }
        for role in SHOP_ROLES {
            let created_at = created_at + 30 * DAY;
            let id = book.role(sink, None, (role.name, role.description), false, created_at)?;
            book.names.push((role.name, id));
            for (place, &(effect, actions, resource, level)) in role.rules.iter().enumerate() {
                let rule = Rule {
                    effect,
                    actions: actions.to_owned(),
                    resource: resource.to_owned(),
                    level,
                    privileged: false,
                };
                book.rule(sink, Holder::Role(id), place, &rule)?;
            }
        }
        for organization in organizations {
            let words = ("Store Manager", "Runs a shop of this organization.");
            let created_at = created_at + 60 * DAY;
            let id = book.role(sink, Some(organization.id), words, false, created_at)?;
            organization.store_manager = id;
            organization.member = book.named(built_in::MEMBER);
            let rule = Rule {
                effect: Effect::Allow,
                actions: "view create edit cancel".to_owned(),
                resource: "sales.*".to_owned(),
                level: Level::Division,
                privileged: false,
            };
            book.rule(sink, Holder::Role(id), 0, &rule)?;
        }
        Ok(book)
    }

    /// The role of this name; every name asked for stands in the lists above or among the built-in ones.
    pub fn named(&self, name: &str) -> i64 {
        self.names
            .iter()
            .find(|(other, _)| *other == name)
            .map_or(0, |&(_, id)| id)
    }

    fn role(
        &mut self,
        sink: &mut Sink,
        organization: Option<i64>,
        (name, description): (&str, &str),
        built_in: bool,
        created_at: i64,
    ) -> Result<i64> {
        self.roles += 1;
        sink.push(
            At::Roles as usize,
            &[
                Value::Int(self.roles),
                Value::from(organization),
                Value::Text(name),
                Value::Text(&names::key(name)),
                Value::Text(description),
                Value::Bool(built_in),
                Value::Int(created_at),
                Value::Int(created_at),
            ],
        )?;
        Ok(self.roles)
    }

    /// Writes a rule of a role or of a group.
    pub fn rule(
        &mut self,
        sink: &mut Sink,
        holder: Holder,
        place: usize,
        rule: &Rule,
    ) -> Result<()> {
        self.last_rule += 1;
        let (of_role, of_group) = match holder {
            Holder::Role(id) => (Some(id), None),
            Holder::Group(id) => (None, Some(id)),
        };
        sink.push(
            At::Rules as usize,
            &[
                Value::Int(self.last_rule),
                Value::from(of_role),
                Value::from(of_group),
                Value::Int(number(place)),
                Value::Text(rule.effect.as_str()),
                Value::Text(&rule.actions),
                Value::Text(&rule.resource),
                Value::Text(rule.level.as_str()),
            ],
        )
    }
}
