//! Places in a tree of the managed application, and the part of a tree that somebody starts in.

use super::text;

/// Levels of a tree at most, and characters of a whole path.
pub const NODE_DEPTH_MAX: usize = 64;
pub const PATH_CHARACTERS_MAX: usize = 4_000;
const NAME_CHARACTERS_MAX: usize = 255;

/// In the place of a tree's key it stands for all trees, also for those to come.
pub const EVERY_TREE: &str = "*";

/// A node by its names from the root: `/Home/News`; the root itself is `/`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodePath(Vec<String>);

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PathError {
    #[error("\"{0}\" is no place in a tree: write /NAME/NAME, or / for the root")]
    Shape(String),
    #[error("a path has at most {NODE_DEPTH_MAX} names and {PATH_CHARACTERS_MAX} characters")]
    Long,
    #[error("the name \"{name}\" in a path: {error}")]
    Name {
        name: String,
        error: text::TextError,
    },
}

impl NodePath {
    #[must_use]
    pub const fn root() -> Self {
        Self(Vec::new())
    }

    /// A node by names that were checked before.
    #[must_use]
    pub const fn of(names: Vec<String>) -> Self {
        Self(names)
    }

    /// # Errors
    /// Names the part that can't stand in a path.
    pub fn parse(written: &str) -> Result<Self, PathError> {
        let written = written.trim();
        let shape = || PathError::Shape(text::safe(written).into_owned());
        let names = written.strip_prefix('/').ok_or_else(shape)?;
        if written.chars().count() > PATH_CHARACTERS_MAX {
            return Err(PathError::Long);
        }
        if names.is_empty() {
            return Ok(Self::root());
        }
        let names = names
            .strip_suffix('/')
            .unwrap_or(names)
            .split('/')
            .map(|name| {
                text::normalize_within(name, NAME_CHARACTERS_MAX)
                    .map_err(|error| PathError::Name {
                        name: text::safe(name).into_owned(),
                        error,
                    })
                    .and_then(|name| {
                        if name.is_empty() {
                            Err(shape())
                        } else {
                            Ok(name)
                        }
                    })
            })
            .collect::<Result<Vec<_>, _>>()?;
        if names.len() > NODE_DEPTH_MAX {
            return Err(PathError::Long);
        }
        Ok(Self(names))
    }

    #[must_use]
    pub fn names(&self) -> &[String] {
        &self.0
    }

    #[must_use]
    pub fn depth(&self) -> usize {
        self.0.len()
    }

    /// Whether a node is this one or below it.
    #[must_use]
    pub fn contains(&self, node: &Self) -> bool {
        node.0.starts_with(&self.0)
    }

    /// The root, and every node on the way, up to the node itself.
    pub fn way(&self) -> impl Iterator<Item = Self> + '_ {
        (0..=self.0.len()).filter_map(|depth| Some(Self(self.0.get(..depth)?.to_vec())))
    }
}

impl std::fmt::Display for NodePath {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.0.is_empty() {
            return out.write_str("/");
        }
        self.0.iter().try_for_each(|name| write!(out, "/{name}"))
    }
}

/// The nodes that somebody may reach, by those of their groups and their own (Umbraco's rule).
///
/// Of the groups' nodes the highest count, of their own the deepest; an own node takes the place of every group's node
/// above or below it. Nothing on either side is no access.
#[must_use]
pub fn effective_starts(of_groups: &[NodePath], own: &[NodePath]) -> Vec<NodePath> {
    let highest = |node: &&NodePath| {
        !of_groups
            .iter()
            .any(|other| other != *node && other.contains(node))
    };
    let deepest = |node: &&NodePath| {
        !own.iter()
            .any(|other| other != *node && node.contains(other))
    };
    let own: Vec<&NodePath> = own.iter().filter(deepest).collect();
    let mut starts: Vec<NodePath> = of_groups
        .iter()
        .filter(highest)
        .filter(|node| {
            !own.iter()
                .any(|mine| mine.contains(node) || node.contains(mine))
        })
        .chain(own.iter().copied())
        .cloned()
        .collect();
    starts.sort();
    starts.dedup();
    starts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(text: &str) -> NodePath {
        NodePath::parse(text).unwrap()
    }

    fn paths(texts: &[&str]) -> Vec<NodePath> {
        texts.iter().map(|text| path(text)).collect()
    }

    #[test]
    fn a_path_is_read_and_written_back() {
        for (written, read) in [
            ("/", "/"),
            ("/Home/News/", "/Home/News"),
            (" /a b ", "/a b"),
        ] {
            assert_eq!(path(written).to_string(), read);
        }
        for written in ["", "Home", "//", "/a//b", "/a\u{202e}b"] {
            assert!(NodePath::parse(written).is_err(), "{written:?}");
        }
        assert!(NodePath::parse(&"/a".repeat(NODE_DEPTH_MAX + 1)).is_err());
        assert_eq!(
            path("/a/b").way().collect::<Vec<_>>(),
            paths(&["/", "/a", "/a/b"])
        );
    }

    #[test]
    fn a_name_that_another_begins_with_contains_nothing() {
        assert!(path("/").contains(&path("/a")));
        assert!(path("/a").contains(&path("/a/b")));
        assert!(!path("/a").contains(&path("/ab")));
    }

    // spryker-umbraco.md §2.6, the table of effective start nodes.
    #[test]
    fn start_nodes_of_groups_and_own_ones_are_joined_as_umbraco_does() {
        for (groups, own, effective) in [
            (&["/"][..], &[][..], &["/"][..]),
            (&["/A", "/A/B"], &[], &["/A"]),
            (&["/"], &["/A/B"], &["/A/B"]),
            (&["/A/B"], &["/A"], &["/A"]),
            (&["/A"], &["/C"], &["/A", "/C"]),
            (&[], &["/A", "/A/B"], &["/A/B"]),
            (&[], &[], &[]),
        ] {
            let found = effective_starts(&paths(groups), &paths(own));
            assert_eq!(found, paths(effective), "{groups:?} {own:?}");
        }
    }
}
