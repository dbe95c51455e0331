//! Which actions the users screen takes, and why not others.

use super::marks::IS_MARKED;
use super::{Focus, UsersScreen};
use crate::tui::actions::{ActionId, Offered, moves};
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

/// What can be done while the filter is typed: the arrows still walk the list.
pub(super) fn filter_actions() -> Vec<Offered> {
    let mut offered = vec![
        Offered::on(ActionId::Open)
            .named("keep the filter")
            .in_footer(),
        Offered::on(ActionId::Back)
            .named("the filter from before")
            .in_footer(),
    ];
    offered.extend(moves());
    offered
}

impl UsersScreen {
    pub(super) fn grid_actions(&self) -> Vec<Offered> {
        let some = self.grid.current().is_some();
        let empty = "The list is empty: there is no row to do that to.";
        let number = self.number_to_act_on();
        let act = format!("act on {}", thousands(number));
        let mut offered = vec![
            Offered::on(ActionId::Filter).in_footer(),
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
            Offered::when(some, ActionId::MarkAll, empty),
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
        offered.extend(moves());
        if self.pane {
            offered.push(Offered::on(ActionId::NextPane));
            offered.push(Offered::on(ActionId::PreviousPane));
        }
        // With nothing left to step back from, Esc belongs to the application.
        if self.pane || self.focus == Focus::Pane {
            offered.push(Offered::on(ActionId::Back));
        }
        offered
    }

    fn number_to_act_on(&self) -> i64 {
        if self.focus == Focus::Page || self.marks.is_empty() {
            1
        } else {
            self.marks.count()
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

/// The groups and roles of the users that an action is about.
fn members(some: bool, empty: &'static str) -> Offered {
    Offered::when(some, ActionId::Members, empty)
        .named("groups and roles")
        .labelled("Groups and roles: add and remove")
}
