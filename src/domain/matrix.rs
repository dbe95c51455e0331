//! Rules as a table of resources and actions, and the table as the fewest rules again.
//!
//! A cell holds what the rules that name just this resource say. Rules with patterns or `*`, privileged ones, and those
//! that name what the catalogue doesn't know are kept as they are; what they say shows through the cells.

use super::catalogue::{Catalogue, ManagedResource};
use super::permission::{Effect, Level, Rule, Verb};

/// What the rules that name just this resource say about one action.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Cell {
    #[default]
    Blank,
    Deny,
    Allow(Level),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    pub resource: ManagedResource,
    /// By the resource's actions.
    cells: Vec<Cell>,
    /// As it was loaded.
    before: Vec<Cell>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Matrix {
    pub rows: Vec<Row>,
    /// The actions of all resources, the usual ones first.
    pub columns: Vec<String>,
    before: Vec<Rule>,
    /// Those that no cell can show.
    kept: Vec<Rule>,
}

/// The actions that come first.
const USUAL: [Verb; 5] = [
    Verb::View,
    Verb::Create,
    Verb::Edit,
    Verb::Delete,
    Verb::Assign,
];

impl Row {
    fn place(&self, action: &str) -> Option<usize> {
        self.resource
            .actions
            .iter()
            .position(|known| known == action)
    }

    /// Nothing where the resource has no such action.
    #[must_use]
    pub fn cell(&self, action: &str) -> Option<Cell> {
        self.cells.get(self.place(action)?).copied()
    }

    #[must_use]
    pub fn is_changed(&self, action: &str) -> bool {
        self.place(action)
            .is_some_and(|place| self.cells.get(place) != self.before.get(place))
    }

    /// Sets a cell; not where there is no such action, or where its records know no such level.
    pub fn set(&mut self, action: &str, cell: Cell) -> bool {
        if let Cell::Allow(level) = cell
            && !self.resource.levels().contains(&level)
        {
            return false;
        }
        let place = self.place(action);
        match place.and_then(|place| self.cells.get_mut(place)) {
            Some(own) => {
                *own = cell;
                true
            }
            None => false,
        }
    }

    /// The rules of this row, as few as say it: one for each effect and level.
    fn rules(&self) -> Vec<Rule> {
        let levels = Level::ALL.iter().rev().map(|level| Cell::Allow(*level));
        levels
            .chain([Cell::Deny])
            .filter_map(|wanted| {
                let actions = self.resource.actions.iter().zip(&self.cells);
                let named: Vec<&str> = actions
                    .filter(|(_, cell)| **cell == wanted)
                    .map(|(action, _)| action.as_str())
                    .collect();
                let (effect, level) = match wanted {
                    Cell::Allow(level) => (Effect::Allow, level),
                    _ => (Effect::Deny, Level::All),
                };
                (!named.is_empty()).then(|| Rule {
                    effect,
                    actions: named.join(" "),
                    resource: self.resource.key.clone(),
                    level,
                    privileged: false,
                })
            })
            .collect()
    }
}

impl Matrix {
    #[must_use]
    pub fn new(rules: &[Rule], catalogue: &Catalogue) -> Self {
        let mut rows: Vec<Row> = catalogue
            .all()
            .map(|resource| {
                let cells = vec![Cell::Blank; resource.actions.len()];
                Row {
                    resource: resource.clone(),
                    before: cells.clone(),
                    cells,
                }
            })
            .collect();
        let mut kept = Vec::new();
        for rule in rules {
            match rows.iter_mut().find(|row| is_shown(rule, &row.resource)) {
                Some(row) => add(row, rule),
                None => kept.push(rule.clone()),
            }
        }
        for row in &mut rows {
            row.before.clone_from(&row.cells);
        }
        Self {
            columns: columns(&rows),
            rows,
            before: rules.to_vec(),
            kept,
        }
    }

    /// What the kept rules say about a cell.
    #[must_use]
    pub fn inherited(&self, resource: &str, action: &str) -> Cell {
        said(&self.kept, resource, action)
    }

    /// The kept rule that decides about a cell, where one does.
    #[must_use]
    pub fn inherited_from(&self, resource: &str, action: &str) -> Option<&Rule> {
        let inherited = self.inherited(resource, action);
        self.kept
            .iter()
            .find(|rule| rule.matches(action, resource) && cell_of(rule) == inherited)
    }

    /// What holds in the end: a deny beats every allow, else the wider level counts.
    #[must_use]
    pub fn effective(&self, row: &Row, action: &str) -> Cell {
        let own = row.cell(action).unwrap_or_default();
        stronger(own, self.inherited(&row.resource.key, action))
    }

    /// The rules as the cells are now. Of a resource whose cells stayed as they were the rules stay as they were written.
    #[must_use]
    pub fn rules(&self) -> Vec<Rule> {
        let mut rules = Vec::new();
        let mut written: Vec<&str> = Vec::new();
        for rule in &self.before {
            let row = self.rows.iter().find(|row| is_shown(rule, &row.resource));
            match row {
                Some(row) if row.cells != row.before => {
                    if !written.contains(&row.resource.key.as_str()) {
                        written.push(&row.resource.key);
                        rules.extend(row.rules());
                    }
                }
                _ => rules.push(rule.clone()),
            }
        }
        for row in &self.rows {
            if row.cells != row.before && !written.contains(&row.resource.key.as_str()) {
                rules.extend(row.rules());
            }
        }
        rules
    }

    /// Cells that differ from what was loaded.
    #[must_use]
    pub fn changes(&self) -> usize {
        let changed = |row: &Row| {
            let pairs = row.cells.iter().zip(&row.before);
            pairs.filter(|(now, before)| now != before).count()
        };
        self.rows.iter().map(changed).sum()
    }

    /// The changes made here, on top of rules that somebody else saved meanwhile.
    #[must_use]
    pub fn over(&self, rules: &[Rule], catalogue: &Catalogue) -> Self {
        let mut fresh = Self::new(rules, catalogue);
        for row in &self.rows {
            let own = fresh
                .rows
                .iter_mut()
                .find(|own| own.resource.key == row.resource.key);
            let Some(own) = own else { continue };
            for (action, cell) in row.resource.actions.iter().zip(&row.cells) {
                if row.is_changed(action) {
                    own.set(action, *cell);
                }
            }
        }
        fresh
    }
}

/// Whether the cells of a resource can say what a rule says.
fn is_shown(rule: &Rule, resource: &ManagedResource) -> bool {
    rule.resource == resource.key
        && !rule.privileged
        && rule
            .actions
            .split_whitespace()
            .all(|name| resource.has(name))
        && (rule.effect == Effect::Deny || resource.levels().contains(&rule.level))
}

fn add(row: &mut Row, rule: &Rule) {
    for action in rule.actions.split_whitespace() {
        let place = row.place(action);
        if let Some(cell) = place.and_then(|place| row.cells.get_mut(place)) {
            *cell = stronger(*cell, cell_of(rule));
        }
    }
}

fn cell_of(rule: &Rule) -> Cell {
    match rule.effect {
        Effect::Deny => Cell::Deny,
        Effect::Allow => Cell::Allow(rule.level),
    }
}

/// What two together come to.
#[must_use]
pub fn stronger(one: Cell, other: Cell) -> Cell {
    match (one, other) {
        (Cell::Deny, _) | (_, Cell::Deny) => Cell::Deny,
        (Cell::Allow(one), Cell::Allow(other)) => Cell::Allow(one.max(other)),
        (Cell::Blank, cell) | (cell, Cell::Blank) => cell,
    }
}

/// What rules together say about an action on a resource.
#[must_use]
pub fn said(rules: &[Rule], resource: &str, action: &str) -> Cell {
    let speaking = rules.iter().filter(|rule| rule.matches(action, resource));
    speaking.map(cell_of).fold(Cell::Blank, stronger)
}

fn columns(rows: &[Row]) -> Vec<String> {
    let mut columns: Vec<String> = USUAL.iter().map(|verb| verb.as_str().to_owned()).collect();
    for action in rows.iter().flat_map(|row| &row.resource.actions) {
        if !columns.contains(action) {
            columns.push(action.clone());
        }
    }
    columns
}

#[cfg(test)]
mod tests {
    use super::super::permission::{Ownership, Word};
    use super::super::rule::{self, plain};
    use super::*;
    use proptest::prelude::*;

    fn catalogue() -> Catalogue {
        Catalogue::new(vec![
            ManagedResource::new(
                "catalog.product",
                &["view", "edit", "publish"],
                Ownership::Unit,
            ),
            ManagedResource::new("catalog.price", &["view", "edit"], Ownership::Organization),
            ManagedResource::new("content", &["view", "publish"], Ownership::Tree),
        ])
    }

    fn rules(texts: &[&str]) -> Vec<Rule> {
        let catalogue = catalogue();
        let parsed = texts
            .iter()
            .map(|text| rule::parse(text, &catalogue).unwrap());
        parsed.collect()
    }

    fn row<'a>(matrix: &'a mut Matrix, key: &str) -> &'a mut Row {
        let found = matrix.rows.iter_mut().find(|row| row.resource.key == key);
        found.unwrap()
    }

    fn texts(rules: &[Rule]) -> Vec<String> {
        rules.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn the_usual_actions_come_first() {
        let matrix = Matrix::new(&[], &catalogue());
        assert_eq!(
            matrix.columns[..5],
            ["view", "create", "edit", "delete", "assign"]
        );
        assert!(matrix.columns.contains(&"publish".to_owned()));
        assert_eq!(matrix.rows[0].resource.key, "user");
    }

    #[test]
    fn what_patterns_say_shows_through_and_is_kept() {
        let before = rules(&[
            "allow * on * at unit",
            "allow edit on catalog.product at all",
            "deny publish on catalog.*",
            "allow view on user at own privileged",
        ]);
        let mut matrix = Matrix::new(&before, &catalogue());
        let product = row(&mut matrix, "catalog.product").clone();
        assert_eq!(product.cell("view"), Some(Cell::Blank));
        assert_eq!(matrix.effective(&product, "view"), Cell::Allow(Level::Unit));
        assert_eq!(matrix.effective(&product, "edit"), Cell::Allow(Level::All));
        assert_eq!(matrix.effective(&product, "publish"), Cell::Deny);
        let from = matrix.inherited_from("catalog.product", "publish").unwrap();
        assert_eq!(from.to_string(), "deny publish on catalog.*");
        assert_eq!(matrix.inherited("user", "view-sensitive"), Cell::Blank);
        assert_eq!(matrix.rules(), before);
        row(&mut matrix, "catalog.product").set("edit", Cell::Blank);
        assert_eq!(
            texts(&matrix.rules()),
            [
                "allow * on * at unit",
                "deny publish on catalog.*",
                "allow view on user at own privileged",
            ]
        );
    }

    #[test]
    fn only_the_rules_of_a_changed_resource_are_written_anew() {
        let before = rules(&[
            "allow view on user at unit",
            "allow edit,view on catalog.price at organization",
            "allow view on user at organization",
        ]);
        let mut matrix = Matrix::new(&before, &catalogue());
        row(&mut matrix, "user").set("edit", Cell::Allow(Level::Organization));
        row(&mut matrix, "user").set("delete", Cell::Deny);
        assert_eq!(
            texts(&matrix.rules()),
            [
                "allow view,edit on user at organization",
                "deny delete on user",
                "allow edit,view on catalog.price at organization",
            ]
        );
        assert_eq!(matrix.changes(), 2);
    }

    #[test]
    fn a_level_that_makes_no_difference_is_refused() {
        let mut matrix = Matrix::new(&[], &catalogue());
        assert!(!row(&mut matrix, "content").set("view", Cell::Allow(Level::Unit)));
        assert!(!row(&mut matrix, "catalog.price").set("view", Cell::Allow(Level::Unit)));
        assert!(!row(&mut matrix, "content").set("edit", Cell::Deny));
        assert!(row(&mut matrix, "content").set("view", Cell::Allow(Level::All)));
    }

    #[test]
    fn changes_are_put_on_top_of_what_others_saved() {
        let catalogue = catalogue();
        let mut mine = Matrix::new(&rules(&["allow view on user at own"]), &catalogue);
        row(&mut mine, "user").set("edit", Cell::Allow(Level::Own));
        let theirs = rules(&["allow view on user at all", "allow view on role at all"]);
        let merged = mine.over(&theirs, &catalogue);
        assert_eq!(
            texts(&merged.rules()),
            [
                "allow view on user at all",
                "allow edit on user at own",
                "allow view on role at all",
            ]
        );
        assert_eq!(merged.changes(), 1);
    }

    /// As the evaluator reads them.
    fn decided(rules: &[Rule], resource: &str, action: &str) -> Cell {
        match plain(rules.to_vec()).word(action, resource, None) {
            Word::Denied(_) => Cell::Deny,
            Word::Allowed(rule) => Cell::Allow(rule.level),
            Word::Nothing | Word::Entry(..) => Cell::Blank,
        }
    }

    fn some_cell() -> impl Strategy<Value = Cell> {
        prop_oneof![
            3 => Just(Cell::Blank),
            1 => Just(Cell::Deny),
            4 => proptest::sample::select(Level::ALL).prop_map(Cell::Allow),
        ]
    }

    fn some_rule() -> impl Strategy<Value = Rule> {
        let texts = [
            "allow * on * at all",
            "allow view,edit on catalog.* at organization",
            "deny publish on catalog.*",
            "allow view on user at own privileged",
            "allow * on role at organization",
            "allow view on user at unit",
            "deny view,edit on catalog.price",
            "allow publish on content at all",
        ];
        proptest::sample::select(rules(&texts))
    }

    proptest! {
        #[test]
        fn cells_become_rules_and_the_same_cells_again(
            kept in proptest::collection::vec(some_rule(), 0..6),
            cells in proptest::collection::vec(some_cell(), 0..80),
        ) {
            let catalogue = catalogue();
            let mut matrix = Matrix::new(&kept, &catalogue);
            let mut cells = cells.into_iter();
            for row in &mut matrix.rows {
                for action in row.resource.actions.clone() {
                    if let Some(cell) = cells.next() {
                        row.set(&action, cell);
                    }
                }
            }
            let after = matrix.rules();
            let again = Matrix::new(&after, &catalogue);
            for (one, other) in matrix.rows.iter().zip(&again.rows) {
                prop_assert_eq!(&one.cells, &other.cells);
                for action in &one.resource.actions {
                    let key = &one.resource.key;
                    prop_assert_eq!(decided(&after, key, action), matrix.effective(one, action));
                }
            }
            prop_assert_eq!(&matrix.kept, &again.kept);
        }

        #[test]
        fn what_nobody_touched_is_written_as_it_was(
            before in proptest::collection::vec(some_rule(), 0..8),
        ) {
            prop_assert_eq!(Matrix::new(&before, &catalogue()).rules(), before);
        }

        #[test]
        fn no_row_needs_more_rules_than_it_has_different_cells(
            cells in proptest::collection::vec(some_cell(), 30),
        ) {
            let mut matrix = Matrix::new(&[], &catalogue());
            let user = row(&mut matrix, "user");
            for (action, cell) in user.resource.actions.clone().iter().zip(cells) {
                user.set(action, cell);
            }
            let mut different: Vec<Cell> = user.cells.clone();
            different.retain(|cell| *cell != Cell::Blank);
            different.sort_by_key(|cell| format!("{cell:?}"));
            different.dedup();
            prop_assert_eq!(matrix.rules().len(), different.len());
        }
    }
}
