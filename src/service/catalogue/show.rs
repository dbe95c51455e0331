//! The catalogue as people and scripts read it.

use super::VIEW;
use crate::domain::catalogue::{Catalogue, KeyPart, ManagedResource, is_own};
use crate::domain::nodes::NodePath;
use crate::domain::permission::{Ownership, Permission};
use crate::service::records::Listed;
use crate::service::{Error, Look, Query, Result};
use crate::store::catalogue::{self as rows, Keys};
use crate::store::nodes;

#[derive(Clone, Copy, Debug)]
pub struct ShowCatalogue;

#[derive(Clone, Debug, Default, serde::Serialize)]
pub struct CatalogueView {
    /// The console's own first.
    pub resources: Vec<ResourceView>,
    pub trees: Vec<TreeView>,
    pub sections: Vec<KeyView>,
    pub languages: Vec<KeyView>,
}

impl CatalogueView {
    /// What rules can name, for what thinks about rules without asking.
    #[must_use]
    pub fn catalogue(&self) -> Catalogue {
        let managed = self.resources.iter().filter(|view| !is_own(&view.key));
        let resource = |view: &ResourceView| ManagedResource {
            key: view.key.clone(),
            label: view.label.clone(),
            actions: view.actions.clone(),
            ownership: Ownership::parse(view.ownership).unwrap_or(Ownership::None),
            privileged: view.privileged,
        };
        Catalogue::new(managed.map(resource).collect())
    }
}

#[derive(Clone, Debug, serde::Serialize)]
pub struct ResourceView {
    pub key: String,
    pub label: String,
    pub actions: Vec<String>,
    pub ownership: &'static str,
    /// The levels that a rule about it can have.
    pub levels: Vec<&'static str>,
    pub privileged: bool,
}

#[derive(Clone, Debug, serde::Serialize)]
pub struct TreeView {
    pub tree: String,
    /// The root, which every tree has, isn't counted.
    pub nodes: i64,
}

#[derive(Clone, Debug, serde::Serialize)]
pub struct KeyView {
    pub key: String,
    pub label: String,
}

impl Query for ShowCatalogue {
    type Output = CatalogueView;

    fn needs(&self) -> Permission {
        VIEW
    }

    async fn run(self, look: &mut Look) -> Result<CatalogueView> {
        let catalogue = rows::load(&mut look.tx).await?;
        let mut trees = Vec::new();
        for tree in catalogue.trees() {
            trees.push(TreeView {
                tree: tree.key.clone(),
                nodes: nodes::count(&mut look.tx, &tree.key).await?,
            });
        }
        let resources = catalogue.all().map(|resource| ResourceView {
            key: resource.key.clone(),
            label: resource.label.clone(),
            actions: resource.actions.clone(),
            ownership: resource.ownership.as_str(),
            levels: resource
                .levels()
                .iter()
                .map(|level| level.as_str())
                .collect(),
            privileged: resource.privileged,
        });
        let view = |parts: Vec<KeyPart>| {
            parts
                .into_iter()
                .map(|KeyPart { key, label }| KeyView { key, label })
                .collect()
        };
        Ok(CatalogueView {
            resources: resources.collect(),
            trees,
            sections: view(rows::keys(&mut look.tx, Keys::Sections).await?),
            languages: view(rows::keys(&mut look.tx, Keys::Languages).await?),
        })
    }
}

/// The nodes directly below a place in a tree, by name.
#[derive(Clone, Debug)]
pub struct ListNodes {
    pub tree: String,
    pub below: NodePath,
    pub limit: u32,
}

#[derive(Clone, Debug, serde::Serialize)]
pub struct NodeRow {
    pub path: String,
    /// Whether there are nodes below it.
    pub has_more: bool,
}

impl Query for ListNodes {
    type Output = Listed<NodeRow>;

    fn needs(&self) -> Permission {
        VIEW
    }

    async fn run(self, look: &mut Look) -> Result<Listed<NodeRow>> {
        let catalogue = rows::load(&mut look.tx).await?;
        if !catalogue.trees().any(|tree| tree.key == self.tree) {
            return Err(Error::Missing {
                kind: "tree",
                name: self.tree,
                suggestions: catalogue.trees().map(|tree| tree.key.clone()).collect(),
            });
        }
        let way = nodes::way(&mut look.tx, &self.tree, &self.below)
            .await?
            .ok_or_else(|| Error::missing("node", format!("{}:{}", self.tree, self.below)))?;
        let limit = i64::from(self.limit.max(1));
        let mut found =
            nodes::below(&mut look.tx, &self.tree, way.last().copied(), limit + 1).await?;
        let more = found.len() > self.limit.max(1) as usize;
        if more {
            found.pop();
        }
        let rows = found.into_iter().map(|(_, name, has_more)| {
            let mut names = self.below.names().to_vec();
            names.push(name);
            NodeRow {
                path: NodePath::of(names).to_string(),
                has_more,
            }
        });
        Ok(Listed {
            rows: rows.collect(),
            more,
        })
    }
}
