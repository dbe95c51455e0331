//! What the cell under the column cursor is good for: filtering by it and leaving it out.

use super::columns::{UserColumn, cell, filter_of, narrowed};
use super::marking::today;
use super::{Message, UsersScreen};
use crate::service::users::UserRow;
use crate::tui::notice::Notice;
use crate::tui::screen::Cx;
use crate::tui::widgets::grid::Wish;

impl UsersScreen {
    pub(super) fn filter_by_cell(&mut self, leave_out: bool, cx: &mut Cx<'_, Message>) {
        let Some(row) = self.grid.current() else {
            return;
        };
        let column = self.layout.get(self.grid.column).copied();
        let Some(column) = column else {
            return;
        };
        let term = filter_of(row, column, &cx.look().zone.clone());
        let term = if leave_out { format!("-{term}") } else { term };
        let filter = narrowed(self.search.applied(), &term, today(cx));
        self.search.begin();
        self.search.field.set(&filter);
        self.search_on(cx);
    }

    /// Sorts by the column under the column cursor; again turns the order round.
    pub(super) fn sort_by_column(&mut self, descending: Option<bool>, cx: &mut Cx<'_, Message>) {
        let Some(column) = self.layout.get(self.grid.column) else {
            return;
        };
        let Some(sort) = column.sort() else {
            let text = format!(
                "A list can't be sorted by \"{}\": no index is in that order. f filters by a cell.",
                column.label()
            );
            cx.notify(Notice::plain(text));
            return;
        };
        self.descending = match descending {
            Some(descending) => descending,
            None => self.sort == sort && !self.descending,
        };
        self.sort = sort;
        self.ask(Wish::First, cx);
    }

    pub(super) fn move_column(&mut self, right: bool) {
        let last = self.layout.len().saturating_sub(1);
        self.grid.column = if right {
            (self.grid.column + 1).min(last)
        } else {
            self.grid.column.saturating_sub(1)
        };
    }

    /// What stands in the cell under the column cursor, as it is shown.
    pub(super) fn cell_text(&self, cx: &Cx<'_, Message>) -> Option<String> {
        let column = *self.layout.get(self.grid.column)?;
        Some(self.cell_of(self.grid.current()?, column, cx))
    }

    pub(super) fn cell_of(
        &self,
        row: &UserRow,
        column: UserColumn,
        cx: &Cx<'_, Message>,
    ) -> String {
        cell(row, column, &self.organization, &cx.look())
    }
}
