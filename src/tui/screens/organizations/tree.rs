//! The tree: organizations with their units below them, folded and unfolded, the cursor on one of them.

use crate::domain::{OrganizationId, UnitId};
use crate::service::organizations::{PlaceList, UnitPlace};
use crate::service::users::Count;
use crate::tui::actions::ActionId;
use std::collections::{HashMap, HashSet};

/// What a line of the tree stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Node {
    Organization(OrganizationId),
    Unit(UnitId),
}

/// A line of the tree as it is drawn.
#[derive(Clone, Debug)]
pub struct Branch {
    pub node: Node,
    pub depth: usize,
    pub name: String,
    pub users: Count,
    /// How many units an organization has.
    pub units: Option<i64>,
    /// Whether there is anything below, and whether it is shown.
    pub unfolded: Option<bool>,
    pub disabled: bool,
}

#[derive(Default)]
pub struct Tree {
    places: PlaceList,
    branches: Vec<Branch>,
    unfolded: HashSet<Node>,
    /// A search shows everything that it found.
    searching: bool,
    cursor: usize,
    top: usize,
    loaded: bool,
}

impl Tree {
    #[must_use]
    pub fn branches(&self) -> &[Branch] {
        &self.branches
    }

    #[must_use]
    pub fn current(&self) -> Option<&Branch> {
        self.branches.get(self.cursor)
    }

    #[must_use]
    pub const fn cursor(&self) -> usize {
        self.cursor
    }

    #[must_use]
    pub const fn is_loaded(&self) -> bool {
        self.loaded
    }

    #[must_use]
    pub const fn has_more(&self) -> bool {
        self.places.more
    }

    /// The organizations whose units are wanted.
    #[must_use]
    pub fn open(&self) -> Vec<OrganizationId> {
        let mut open: Vec<OrganizationId> = self
            .unfolded
            .iter()
            .filter_map(|node| match node {
                Node::Organization(id) => Some(*id),
                Node::Unit(_) => None,
            })
            .collect();
        open.sort_unstable_by_key(|id| id.0);
        open
    }

    /// The organization in which a unit of the tree lies.
    #[must_use]
    pub fn organization_of(&self, node: Node) -> Option<&str> {
        let id = match node {
            Node::Organization(id) => id,
            Node::Unit(unit) => self.unit(unit)?.organization,
        };
        let organizations = self.places.organizations.iter();
        let found = organizations.clone().find(|one| one.id == id)?;
        Some(found.name.as_str())
    }

    fn unit(&self, id: UnitId) -> Option<&UnitPlace> {
        self.places.units.iter().find(|unit| unit.id == id)
    }

    /// Takes what there is now; the cursor stays on what it stood on, if that is still there.
    pub fn take(&mut self, places: PlaceList, searching: bool) {
        let node = self.current().map(|branch| branch.node);
        self.places = places;
        self.searching = searching;
        self.loaded = true;
        self.grow(node);
    }

    /// Lays the lines out anew, with the cursor on this node.
    fn grow(&mut self, node: Option<Node>) {
        self.branches = self.lines();
        let found = node.and_then(|node| self.place_of(node));
        let last = self.branches.len().saturating_sub(1);
        self.cursor = found.unwrap_or(self.cursor).min(last);
    }

    fn place_of(&self, node: Node) -> Option<usize> {
        self.branches.iter().position(|branch| branch.node == node)
    }

    /// Puts the cursor on a node, if it is in sight.
    pub fn find(&mut self, node: Node) {
        self.cursor = self.place_of(node).unwrap_or(self.cursor);
    }

    fn is_unfolded(&self, node: Node) -> bool {
        self.searching || self.unfolded.contains(&node)
    }

    fn lines(&self) -> Vec<Branch> {
        let mut below: HashMap<Node, Vec<&UnitPlace>> = HashMap::new();
        for unit in &self.places.units {
            let above = match unit.parent {
                Some(parent) => Node::Unit(parent),
                None => Node::Organization(unit.organization),
            };
            below.entry(above).or_default().push(unit);
        }
        let mut lines = Vec::new();
        for organization in &self.places.organizations {
            let node = Node::Organization(organization.id);
            let has_units = if self.searching {
                below.contains_key(&node)
            } else {
                organization.units > 0
            };
            lines.push(Branch {
                node,
                depth: 0,
                name: organization.name.clone(),
                users: organization.users,
                units: Some(organization.units),
                unfolded: has_units.then(|| self.is_unfolded(node)),
                disabled: !organization.enabled,
            });
            self.add_below(node, 1, &below, &mut lines);
        }
        lines
    }

    /// Adds what lies below a node. A tree as deep as a company may be is walked without the program's own stack.
    fn add_below(
        &self,
        node: Node,
        depth: usize,
        below: &HashMap<Node, Vec<&UnitPlace>>,
        lines: &mut Vec<Branch>,
    ) {
        let children = |node: Node, depth: usize| {
            let shown = below.get(&node).filter(|_| self.is_unfolded(node));
            let units = shown.into_iter().flatten().rev();
            units.map(|unit| (*unit, depth)).collect::<Vec<_>>()
        };
        let mut waiting = children(node, depth);
        while let Some((unit, depth)) = waiting.pop() {
            let node = Node::Unit(unit.id);
            lines.push(Branch {
                node,
                depth,
                name: unit.name.clone(),
                users: unit.users,
                units: None,
                unfolded: unit.has_units.then(|| self.is_unfolded(node)),
                disabled: false,
            });
            waiting.extend(children(node, depth + 1));
        }
    }

    /// Unfolds the current line, or goes to the first one below it. Returns whether units are to be asked for.
    pub fn unfold(&mut self) -> bool {
        let Some(branch) = self.current() else {
            return false;
        };
        let node = branch.node;
        match branch.unfolded {
            Some(false) => {
                self.unfolded.insert(node);
                self.grow(Some(node));
                matches!(node, Node::Organization(_))
            }
            Some(true) => {
                let last = self.branches.len().saturating_sub(1);
                self.cursor = (self.cursor + 1).min(last);
                false
            }
            None => false,
        }
    }

    /// Folds the current line, or goes to the one above it.
    pub fn fold(&mut self) {
        let Some(branch) = self.current() else {
            return;
        };
        let (node, depth) = (branch.node, branch.depth);
        if branch.unfolded == Some(true) && !self.searching {
            self.unfolded.remove(&node);
            self.grow(Some(node));
            return;
        }
        let above = self.branches.get(..self.cursor).unwrap_or_default();
        let parent = above.iter().rposition(|other| other.depth < depth);
        self.cursor = parent.unwrap_or(self.cursor);
    }

    /// Puts the cursor on what stands in a line of the screen.
    pub fn choose(&mut self, line: usize, height: usize) {
        let place = self.visible_top(height) + line;
        if place < self.branches.len() {
            self.top = self.visible_top(height);
            self.cursor = place;
        }
    }

    pub fn go(&mut self, motion: ActionId, height: usize) {
        let last = self.branches.len().saturating_sub(1);
        let page = height.saturating_sub(1).max(1);
        let half = (height / 2).max(1);
        self.cursor = match motion {
            ActionId::Up => self.cursor.saturating_sub(1),
            ActionId::Down => self.cursor + 1,
            ActionId::PageUp => self.cursor.saturating_sub(page),
            ActionId::PageDown => self.cursor + page,
            ActionId::HalfPageUp => self.cursor.saturating_sub(half),
            ActionId::HalfPageDown => self.cursor + half,
            ActionId::First => 0,
            _ => last,
        }
        .min(last);
        self.top = self.visible_top(height);
    }

    /// The first line on the screen: the remembered one, moved only as far as the cursor needs it.
    #[must_use]
    pub fn visible_top(&self, height: usize) -> usize {
        let height = height.max(1);
        let lowest = self.branches.len().saturating_sub(height);
        self.top
            .min(lowest)
            .min(self.cursor)
            .max((self.cursor + 1).saturating_sub(height))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::service::organizations::OrganizationRow;

    fn count(number: i64) -> Count {
        Count {
            number,
            capped: false,
        }
    }

    fn unit(id: i64, parent: Option<i64>, name: &str, has_units: bool) -> UnitPlace {
        UnitPlace {
            id: UnitId(id),
            organization: OrganizationId(1),
            parent: parent.map(UnitId),
            name: name.to_owned(),
            users: count(id),
            has_units,
        }
    }

    fn places() -> PlaceList {
        let organization = |id, name: &str, units| OrganizationRow {
            id: OrganizationId(id),
            name: name.to_owned(),
            description: String::new(),
            enabled: true,
            users: count(1),
            units,
            version: 1,
        };
        PlaceList {
            organizations: vec![organization(1, "Acme", 3), organization(2, "Globex", 1)],
            units: vec![
                unit(1, None, "Acme", true),
                unit(3, Some(1), "Sales", true),
                unit(4, Some(3), "Inside", false),
                unit(2, Some(1), "Works", false),
            ],
            more: false,
        }
    }

    fn names(tree: &Tree) -> Vec<String> {
        let line = |branch: &Branch| format!("{}{}", " ".repeat(branch.depth), branch.name);
        tree.branches().iter().map(line).collect()
    }

    #[test]
    fn unfolds_and_folds_step_by_step() {
        let mut tree = Tree::default();
        tree.take(places(), false);
        assert_eq!(names(&tree), ["Acme", "Globex"]);
        assert!(tree.unfold(), "the units of an organization are asked for");
        assert_eq!(names(&tree), ["Acme", " Acme", "Globex"]);
        assert!(!tree.unfold(), "goes down");
        assert!(!tree.unfold());
        assert_eq!(
            names(&tree),
            ["Acme", " Acme", "  Sales", "  Works", "Globex"]
        );
        tree.go(ActionId::Down, 10);
        tree.unfold();
        tree.unfold();
        assert_eq!(tree.current().unwrap().name, "Inside");
        tree.fold();
        assert_eq!(tree.current().unwrap().name, "Sales");
        tree.fold();
        assert_eq!(names(&tree).len(), 5);
    }

    #[test]
    fn the_cursor_stays_on_its_unit_when_the_tree_changes() {
        let mut tree = Tree::default();
        tree.take(places(), true);
        assert_eq!(names(&tree).len(), 6, "a search shows all it found");
        tree.find(Node::Unit(UnitId(2)));
        let mut moved = places();
        moved.units.retain(|unit| unit.name != "Inside");
        tree.take(moved, true);
        assert_eq!(tree.current().unwrap().name, "Works");
        let mut gone = places();
        gone.units.clear();
        tree.take(gone, true);
        assert_eq!(tree.current().unwrap().name, "Globex");
    }
}
