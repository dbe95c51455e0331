//! The catalogue: what the managed application has, so that a rule names what exists.

mod import;
mod preset;
mod replace;
mod show;

pub(super) use import::take_in;
pub use import::{ImportCatalogue, Imported};
pub use preset::Preset;
pub(super) use preset::furnish;
pub use show::{CatalogueView, KeyView, ListNodes, NodeRow, ResourceView, ShowCatalogue, TreeView};

use crate::domain::permission::{Permission, Resource, Verb};

pub const VIEW: Permission = Permission(Resource::Catalogue, Verb::View);
pub const IMPORT: Permission = Permission(Resource::Catalogue, Verb::Import);
