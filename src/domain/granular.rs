//! Entries on nodes and start nodes as people write them: `content:/Home/News=view,edit` and `content:/Home`.

use super::catalogue::Catalogue;
use super::nodes::{EVERY_TREE, NodePath, PathError};
use super::permission::{Entry, Ownership};
use super::rule::{RuleError, known_action};
use super::text::safe;

/// Entries, or start nodes, of one group or user.
pub const ENTRIES_MAX: usize = 1_000;

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GranularError {
    #[error(
        "\"{0}\" is no place: write TREE:/PATH, as in \"content:/Home/News\"; TREE:/ is the root"
    )]
    Place(String),
    #[error(
        "\"{0}\" is no entry: write TREE:/PATH=ACTION,ACTION, as in \"content:/Home=view,edit\"; nothing behind the = allows nothing there"
    )]
    Entry(String),
    #[error("{tree} is no tree; {hint}")]
    Tree { tree: String, hint: String },
    #[error(transparent)]
    Path(#[from] PathError),
    #[error(transparent)]
    Action(#[from] RuleError),
}

/// Reads `TREE:/PATH`.
///
/// # Errors
/// Names what is no place, or a tree that the catalogue doesn't know.
pub fn place(text: &str, catalogue: &Catalogue) -> Result<(String, NodePath), GranularError> {
    let shape = || GranularError::Place(safe(text.trim()).into_owned());
    let (tree, path) = text.trim().split_once(':').ok_or_else(shape)?;
    let known = catalogue
        .managed()
        .iter()
        .find(|resource| resource.key == tree && resource.ownership == Ownership::Tree);
    let Some(resource) = known else {
        let trees: Vec<&str> = catalogue.trees().map(|tree| tree.key.as_str()).collect();
        return Err(GranularError::Tree {
            tree: safe(tree).into_owned(),
            hint: if trees.is_empty() {
                "the catalogue has none: import one with wardroom catalogue import".to_owned()
            } else {
                format!("there are {}", trees.join(", "))
            },
        });
    };
    Ok((resource.key.clone(), NodePath::parse(path)?))
}

/// Reads a start node: `TREE:/PATH`, or `*:/` for the root of every tree.
///
/// # Errors
/// As [`place`].
pub fn start(text: &str, catalogue: &Catalogue) -> Result<(String, NodePath), GranularError> {
    match text.trim().split_once(':') {
        Some((EVERY_TREE, "/")) => Ok((EVERY_TREE.to_owned(), NodePath::root())),
        _ => place(text, catalogue),
    }
}

/// Reads `TREE:/PATH=ACTION,ACTION`; without actions it takes everything away there.
///
/// # Errors
/// Names the part that is wrong.
pub fn entry(text: &str, catalogue: &Catalogue) -> Result<Entry, GranularError> {
    let shape = || GranularError::Entry(safe(text.trim()).into_owned());
    // A name may have a "=", an action none.
    let (at, actions) = text.rsplit_once('=').ok_or_else(shape)?;
    let (tree, node) = place(at, catalogue)?;
    let mut names: Vec<String> = Vec::new();
    for action in actions.split(',').map(str::trim) {
        if action.is_empty() {
            if actions.trim().is_empty() {
                continue;
            }
            return Err(shape());
        }
        let action = known_action(action, &tree, catalogue)?;
        if !names.contains(&action) {
            names.push(action);
        }
    }
    Ok(Entry {
        tree,
        node,
        actions: names.join(" "),
    })
}

#[cfg(test)]
mod tests {
    use super::super::catalogue::ManagedResource;
    use super::*;

    fn catalogue() -> Catalogue {
        Catalogue::new(vec![
            ManagedResource::new("content", &["view", "edit"], Ownership::Tree),
            ManagedResource::new("order", &["view"], Ownership::User),
        ])
    }

    #[test]
    fn an_entry_is_read_and_written_back() {
        for (text, shown) in [
            (
                "content:/Home/News = view, Edit",
                "content:/Home/News=view,edit",
            ),
            ("content:/=", "content:/="),
            ("content:/a=b=view", "content:/a=b=view"),
            ("content:/x=*", "content:/x=*"),
        ] {
            let read = entry(text, &catalogue()).unwrap();
            assert_eq!(read.to_string(), shown);
            assert_eq!(entry(shown, &catalogue()).unwrap(), read);
        }
    }

    #[test]
    fn a_wrong_entry_says_what_was_meant() {
        for (text, said) in [
            ("content:/Home", "is no entry"),
            ("content=view", "is no place"),
            ("order:/=view", "order is no tree; there are content"),
            ("content:Home=view", "is no place in a tree"),
            ("content:/=veiw", "did you mean view?"),
            ("content:/=view,", "is no entry"),
        ] {
            let error = entry(text, &catalogue()).unwrap_err().to_string();
            assert!(error.contains(said), "{text}: {error}");
        }
    }
}
