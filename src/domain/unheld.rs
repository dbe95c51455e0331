//! What somebody doesn't hold, where others would be given it or hold it: a right, its level and where.

use super::OrganizationId;
use super::nodes::NodePath;
use super::permission::{Level, Right};

/// A right that is not held at this level or wider.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Unheld {
    /// Over a resource, or over a pattern of them as a rule names it.
    pub right: Right,
    /// In a tree always the widest: its rules know no other.
    pub level: Level,
    /// In a tree, where it isn't held.
    pub node: Option<NodePath>,
    /// Where another organization is meant than the one worked in.
    pub organization: Option<OrganizationId>,
}

impl Unheld {
    #[must_use]
    pub const fn new(right: Right, level: Level) -> Self {
        Self {
            right,
            level,
            node: None,
            organization: None,
        }
    }

    /// A right at a node of a tree.
    #[must_use]
    pub fn at(action: &str, tree: &str, node: &NodePath) -> Self {
        Self {
            node: Some(node.clone()),
            ..Self::new(Right::new(action, tree), Level::All)
        }
    }

    /// In an organization, which is said where it isn't the one worked in.
    #[must_use]
    pub fn counted_in(self, place: OrganizationId, here: OrganizationId) -> Self {
        if place == here {
            self
        } else {
            self.in_organization(place)
        }
    }

    #[must_use]
    pub const fn in_organization(mut self, organization: OrganizationId) -> Self {
        self.organization = Some(organization);
        self
    }

    /// As [`Self::stored`] wrote it.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut words = text.splitn(5, ' ');
        let (level, organization) = (words.next()?, words.next()?);
        let (action, resource) = (words.next()?, words.next()?);
        Some(Self {
            right: Right::new(action, resource),
            level: Level::parse(level)?,
            node: match words.next() {
                Some(path) => Some(NodePath::parse(path).ok()?),
                None => None,
            },
            organization: match organization {
                HERE => None,
                id => Some(OrganizationId(id.parse().ok()?)),
            },
        })
    }

    /// In words that are kept: `organization - delete user`, `all 7 publish content /news/old times`.
    #[must_use]
    pub fn stored(&self) -> String {
        let Right { action, resource } = &self.right;
        let organization = self.organization;
        let organization = organization.map_or_else(|| HERE.to_owned(), |one| one.0.to_string());
        let node = self.node.as_ref();
        let node = node.map_or_else(String::new, |node| format!(" {node}"));
        format!(
            "{} {organization} {action} {resource}{node}",
            self.level.as_str()
        )
    }
}

const HERE: &str = "-";

/// `user:delete at level organization`, `publish on content:/news`
impl std::fmt::Display for Unheld {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.node {
            Some(node) => write!(out, "{}:{node}", self.right),
            None => write!(out, "{} at level {}", self.right, self.level.as_str()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_stored_is_read_again() {
        let plain = Unheld::new(Right::new("delete", "user"), Level::Organization);
        assert_eq!(plain.stored(), "organization - delete user");
        let path = NodePath::parse("/news/old times").unwrap();
        let abroad = Unheld::at("publish", "content", &path).in_organization(OrganizationId(7));
        assert_eq!(abroad.stored(), "all 7 publish content /news/old times");
        for unheld in [plain, abroad] {
            assert_eq!(Unheld::parse(&unheld.stored()), Some(unheld));
        }
        for strange in ["", "power", "wide - delete user", "all x delete user"] {
            assert_eq!(Unheld::parse(strange), None, "{strange}");
        }
    }
}
