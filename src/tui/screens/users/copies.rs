//! What can be copied of the users: a cell, a row, the marked as JSON or CSV, the command for this view.

use super::marking::today;
use super::marks::{Marks, Named, named};
use super::{Message, UsersScreen};
use crate::domain::text::tsv_line;
use crate::service::Result;
use crate::service::users::{ListUsers, UserPage, UserRow};
use crate::tui::actions::ActionId;
use crate::tui::copies::{ROWS_MAX, command_line, csv_of, json_of, table_of};
use crate::tui::look::{count_of, thousands};
use crate::tui::screen::Cx;
use jiff::civil::Date;

/// What is copied from the grid.
pub const COPIES: &[ActionId] = &[
    ActionId::CopyCell,
    ActionId::CopyId,
    ActionId::CopyEmail,
    ActionId::CopyRow,
    ActionId::CopyJson,
    ActionId::CopyCsv,
    ActionId::CopyCommand,
    ActionId::Plain,
];

/// The form in which rows are copied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    Json,
    Csv,
}

impl Form {
    const fn word(self) -> &'static str {
        match self {
            Self::Json => "JSON",
            Self::Csv => "CSV",
        }
    }
}

impl UsersScreen {
    pub(super) fn copy(&self, action: ActionId, cx: &mut Cx<'_, Message>) {
        let row = self.grid.current();
        match action {
            ActionId::CopyJson => self.copy_rows(Form::Json, cx),
            ActionId::CopyCsv => self.copy_rows(Form::Csv, cx),
            ActionId::CopyCommand => cx.copy("the command line", self.as_command(today(cx))),
            ActionId::Plain => cx.open_plain(&self.table(cx)),
            ActionId::CopyCell => {
                if let Some(text) = self.cell_text(cx) {
                    cx.copy("the cell", text);
                }
            }
            ActionId::CopyId => {
                if let Some(row) = row {
                    cx.copy("the number", row.id.0.to_string());
                }
            }
            ActionId::CopyEmail => {
                if let Some(row) = row {
                    cx.copy("the e-mail", row.email.clone());
                }
            }
            ActionId::CopyRow => {
                if let Some(row) = row {
                    cx.copy("the row", tsv_line(self.cells(row, cx)));
                }
            }
            _ => {}
        }
    }

    fn cells(&self, row: &UserRow, cx: &Cx<'_, Message>) -> Vec<String> {
        self.layout
            .iter()
            .map(|column| self.cell_of(row, *column, cx))
            .collect()
    }

    /// The rows that are loaded, as a page of text.
    fn table(&self, cx: &Cx<'_, Message>) -> String {
        let headings: Vec<&str> = self.layout.iter().map(|column| column.title()).collect();
        let rows = self.grid.rows().iter();
        let rows: Vec<Vec<String>> = rows.map(|row| self.cells(row, cx)).collect();
        table_of(&headings, &rows)
    }

    /// The command that lists what is shown here.
    pub(super) fn as_command(&self, today: Date) -> String {
        let filter = self.search.applied().trim();
        let filter = self.marks.put_into(filter, today);
        let sort = self.sort.as_str();
        let sort = if self.descending {
            format!("-{sort}")
        } else {
            sort.to_owned()
        };
        let mut words = vec!["user", "list"];
        if !filter.is_empty() {
            words.extend(["--filter", &filter]);
        }
        words.extend(["--sort", &sort]);
        command_line(words)
    }

    /// The marked, or the row under the cursor; of many the service is asked anew.
    fn copy_rows(&self, form: Form, cx: &mut Cx<'_, Message>) {
        if self.marks.is_empty() {
            if let Some(row) = self.grid.current() {
                let what = format!("{} as {}", row.username, form.word());
                cx.copy(&what, text_of(form, std::slice::from_ref(row)));
            }
            return;
        }
        let filter = match &self.marks {
            // A filter of more names would be too long, and the rest would not be copied anyway.
            Marks::Users(users) => {
                let most = usize::try_from(ROWS_MAX).unwrap_or(usize::MAX);
                let first: Named = users
                    .iter()
                    .take(most)
                    .map(|(id, name)| (*id, name.clone()))
                    .collect();
                named(&first)
            }
            Marks::Matching(_) => self.marks.filter(),
        };
        let list = ListUsers {
            filter: filter.to_string(),
            sort: self.sort,
            descending: self.descending,
            limit: ROWS_MAX,
            ..ListUsers::default()
        };
        let of = self.marks.count();
        cx.ask_latest("copy", list, move |result| {
            Message::Copied(form, of, result)
        });
    }

    pub(super) fn copied(form: Form, of: i64, result: Result<UserPage>, cx: &mut Cx<'_, Message>) {
        match result {
            Ok(page) => {
                let number = i64::try_from(page.rows.len()).unwrap_or(i64::MAX);
                let what = if number < of {
                    format!(
                        "the first {} of {} as {} (user list --output gives all)",
                        thousands(number),
                        count_of(of, "user", "users"),
                        form.word()
                    )
                } else {
                    format!("{} as {}", count_of(number, "user", "users"), form.word())
                };
                cx.copy(&what, text_of(form, &page.rows));
            }
            Err(error) => cx.report(&error),
        }
    }
}

fn text_of(form: Form, rows: &[UserRow]) -> String {
    match form {
        Form::Json => json_of(rows),
        Form::Csv => csv_of(UserRow::FIELDS, rows),
    }
}
