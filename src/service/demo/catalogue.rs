//! What the company sells and publishes, and where in it people start.

use crate::domain::built_in::ADMINISTRATORS;
use crate::domain::catalogue::CatalogueFile;
use crate::service::{Error, Result, catalogue};
use crate::store::{Tx, nodes};

const CATALOGUE: &str = include_str!("../../../assets/demo/catalogue.toml");

/// Groups, and the tree they start at the root of.
const STARTS: &[(&str, &str)] = &[
    (ADMINISTRATORS, nodes::EVERY_TREE),
    ("Editors", "content"),
    ("Editors", "media"),
    ("Writers", "content"),
    ("Writers", "media"),
    ("Translators", "content"),
];

/// Takes the catalogue in, and lets those start who work in its trees.
pub async fn furnish(tx: &mut Tx) -> Result<()> {
    let file =
        CatalogueFile::parse(CATALOGUE).map_err(|error| Error::Unexpected(error.to_string()))?;
    catalogue::take_in(tx, &file).await?;
    for (group, tree) in STARTS {
        nodes::start_at_root(tx, group, tree).await?;
    }
    Ok(())
}
