//! Which actions the users screen takes, and why not others.

use super::copies::COPIES;
use super::marking::Deed;
use super::marks::IS_MARKED;
use super::{Focus, UsersScreen};
use crate::tui::actions::{ActionId, MOVES, Offered, moves};
use crate::tui::look::thousands;
use crate::tui::shared::Subject;

/// Queues that everybody needs, and the filters that find them.
const VIEWS: &[(&str, &str)] = &[
    ("All users", ""),
    ("Active", "status:active"),
    ("Disabled", "status:disabled"),
    ("Locked", "status:locked"),
    ("Invited", "status:invited"),
    ("Never signed in", "is:never-signed-in"),
    ("Deleted", "status:deleted"),
];

pub(super) fn views() -> Vec<(&'static str, Subject)> {
    let view =
        |(name, filter): &(&'static str, &str)| (*name, Subject::Users((*filter).to_owned()));
    VIEWS.iter().map(view).collect()
}

/// Whether a range that is being marked stays open: it grows with every motion.
pub(super) fn goes_on_with_a_range(action: ActionId) -> bool {
    MOVES.contains(&action)
        || matches!(
            action,
            ActionId::Range
                | ActionId::RangeUp
                | ActionId::RangeDown
                | ActionId::Back
                | ActionId::Pane
                | ActionId::ColumnLeft
                | ActionId::ColumnRight
        )
}

/// Whether it matters to an action which users are marked.
pub(super) fn acts_on_the_marks(action: ActionId) -> bool {
    COPIES.contains(&action)
        || matches!(
            action,
            ActionId::Act
                | ActionId::ActAgain
                | ActionId::Delete
                | ActionId::Members
                | ActionId::OnlyMarked
        )
}

impl UsersScreen {
    /// What can be done while a second filter is typed.
    pub(super) fn mark_line_actions(&self) -> Vec<Offered> {
        let unmarks = self
            .mark_line
            .as_ref()
            .is_some_and(|line| line.deed == Deed::Unmark);
        let word = if unmarks { "unmark them" } else { "mark them" };
        let mut offered = vec![
            Offered::on(ActionId::Open).named(word).in_footer(),
            Offered::on(ActionId::Back)
                .named("leave the marks")
                .in_footer(),
        ];
        offered.extend(moves());
        offered
    }

    pub(super) fn grid_actions(&self) -> Vec<Offered> {
        let some = self.grid.current().is_some();
        let empty = "The list is empty: there is no row to do that to.";
        let number = self.number_to_act_on();
        let act = format!("act on {}", thousands(number));
        let mut offered = vec![
            Offered::on(ActionId::Filter)
                .labelled("Filter: words, status:, org:, group:, role: ...")
                .in_footer(),
            Offered::when(some || !self.marks.is_empty(), ActionId::Act, empty)
                .named(act)
                .in_footer(),
            Offered::when(some, ActionId::Mark, empty).in_footer(),
            Offered::when(some, ActionId::Open, empty).in_footer(),
            Offered::on(ActionId::Pane)
                .named(if self.pane { "hide details" } else { "details" })
                .in_footer(),
            Offered::when(some, ActionId::Timeline, empty).in_footer(),
            Offered::on(ActionId::New).in_footer(),
            Offered::when(some, ActionId::Edit, empty).in_footer(),
            Offered::when(some, ActionId::Clone, empty),
            rights(some, empty),
            Offered::when(some, ActionId::MarkAll, empty),
            Offered::when(some, ActionId::Range, empty),
            Offered::when(some, ActionId::RangeUp, empty),
            Offered::when(some, ActionId::RangeDown, empty),
            Offered::when(some, ActionId::Invert, empty),
            Offered::on(ActionId::MarkFilter),
            Offered::when(
                !self.marks.is_empty(),
                ActionId::UnmarkFilter,
                "Nothing is marked.",
            ),
            Offered::when(some, ActionId::FilterCell, empty),
            Offered::when(some, ActionId::ExcludeCell, empty),
            self.offered_again(),
            Offered::on(ActionId::Views),
            Offered::on(ActionId::Columns),
            Offered::when(
                !self.marks.is_empty(),
                ActionId::UnmarkAll,
                "Nothing is marked.",
            ),
            Offered::when(
                !self.marks.is_empty() || self.search.applied() == IS_MARKED,
                ActionId::OnlyMarked,
                "Nothing is marked.",
            ),
            Offered::on(ActionId::Sort),
            Offered::on(ActionId::SortDescending),
            Offered::on(ActionId::ColumnLeft),
            Offered::on(ActionId::ColumnRight),
            Offered::when(some || !self.marks.is_empty(), ActionId::Delete, empty),
            members(some || !self.marks.is_empty(), empty),
        ];
        let something = |id: &ActionId| some || *id == ActionId::CopyCommand;
        let copies = COPIES.iter();
        offered.extend(copies.map(|id| Offered::when(something(id), *id, empty)));
        offered.extend(moves());
        if self.pane {
            offered.push(Offered::on(ActionId::NextPane));
            offered.push(Offered::on(ActionId::PreviousPane));
        }
        // With nothing left to step back from, Esc belongs to the application.
        if self.pane || self.focus == Focus::Pane || self.range.is_some() {
            offered.push(Offered::on(ActionId::Back));
        }
        offered
    }

    fn offered_again(&self) -> Offered {
        let again = Offered::when(
            self.last.is_some(),
            ActionId::ActAgain,
            "Nothing was done yet in this console that could be done again.",
        );
        match self.last {
            Some(last) => again.labelled(format!("{} again (opens its plan)", last.label())),
            None => again,
        }
    }

    fn number_to_act_on(&self) -> i64 {
        let rows = self.range_rows().unwrap_or_default().iter();
        let fresh = rows.filter(|row| !self.marks.contains(row.id, self.search.applied()));
        let ranged = i64::try_from(fresh.count()).unwrap_or(0);
        if self.focus == Focus::Page || (self.marks.is_empty() && ranged == 0) {
            1
        } else {
            self.marks.count() + ranged
        }
    }
}

/// What can be done while one user fills the screen.
pub(super) fn page_actions() -> Vec<Offered> {
    let mut offered = vec![
        Offered::on(ActionId::Act).in_footer(),
        Offered::on(ActionId::Open).named("open link").in_footer(),
        Offered::on(ActionId::NextPane)
            .named("next link")
            .in_footer(),
        Offered::on(ActionId::PreviousPane),
        rights(true, "").in_footer(),
        Offered::on(ActionId::Edit).in_footer(),
        Offered::on(ActionId::Clone),
        Offered::on(ActionId::New),
        Offered::on(ActionId::Timeline).in_footer(),
        Offered::on(ActionId::Back).in_footer(),
        Offered::on(ActionId::Close),
        Offered::on(ActionId::Delete),
        members(true, ""),
    ];
    offered.extend(moves());
    offered
}

fn rights(some: bool, empty: &'static str) -> Offered {
    Offered::when(some, ActionId::Rights, empty).labelled("What they may do, and why")
}

/// The groups and roles of the users that an action is about.
fn members(some: bool, empty: &'static str) -> Offered {
    Offered::when(some, ActionId::Members, empty)
        .named("groups and roles")
        .labelled("Groups and roles: add and remove")
}
