//! Views: a filter, an order and columns under a name; some come with the program, the rest an operator keeps.

use super::column_chooser::ColumnChooser;
use super::columns::{Layout, USUAL, UserColumn};
use super::view_list::ViewList;
use super::{Message, UsersScreen};
use crate::service::Result;
use crate::service::users::UserSort;
use crate::tui::notice::Notice;
use crate::tui::screen::Cx;
use crate::tui::widgets::grid::Wish;
use serde::{Deserialize, Serialize};

/// Where personal views are kept, each under its name.
pub const VIEWS_KEY: &str = "view:users:";
const COLUMNS_KEY: &str = "columns:users";

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct View {
    pub name: String,
    pub filter: String,
    pub sort: UserSort,
    pub descending: bool,
    /// The operator's own columns where it has none.
    pub columns: Option<Layout>,
    /// Kept by the operator, and not one that comes with the program.
    pub own: bool,
}

/// As it is kept among the preferences.
#[derive(Serialize, Deserialize)]
struct Kept {
    filter: String,
    sort: String,
    descending: bool,
    columns: Vec<String>,
}

/// What comes with the program: name and filter.
const BUILT_IN: &[(&str, &str)] = &[
    ("All", ""),
    ("Active", "status:active"),
    ("Disabled", "status:disabled"),
    ("Locked", "status:locked"),
    ("Cannot sign in", "is:cannot-sign-in"),
    ("Invited", "status:invited"),
    ("Never signed in", "is:never-signed-in"),
    ("Deleted", "status:deleted"),
];

impl View {
    #[must_use]
    pub fn built_in() -> Vec<Self> {
        BUILT_IN
            .iter()
            .map(|(name, filter)| Self {
                name: (*name).to_owned(),
                filter: (*filter).to_owned(),
                sort: UserSort::default(),
                descending: false,
                columns: None,
                own: false,
            })
            .collect()
    }

    /// The text under which it is kept.
    #[must_use]
    pub fn kept(&self) -> String {
        let columns = self.columns.iter().flatten();
        let kept = Kept {
            filter: self.filter.clone(),
            sort: self.sort.as_str().to_owned(),
            descending: self.descending,
            columns: columns.map(|column| column.as_str().to_owned()).collect(),
        };
        serde_json::to_string(&kept).unwrap_or_default()
    }

    /// Reads what was kept; nothing where another version of the program kept something else.
    #[must_use]
    pub fn read(name: &str, text: &str) -> Option<Self> {
        let kept: Kept = serde_json::from_str(text).ok()?;
        let columns = layout_of(kept.columns.iter().map(String::as_str));
        Some(Self {
            name: name.to_owned(),
            filter: kept.filter,
            sort: UserSort::parse(&kept.sort).unwrap_or_default(),
            descending: kept.descending,
            columns: Some(columns).filter(|columns| !columns.is_empty()),
            own: true,
        })
    }
}

/// Columns by their names, each once; unknown ones are left out.
fn layout_of<'a>(names: impl Iterator<Item = &'a str>) -> Layout {
    let mut layout = Layout::new();
    for column in names.filter_map(UserColumn::parse) {
        if !layout.contains(&column) {
            layout.push(column);
        }
    }
    layout
}

impl UsersScreen {
    pub(super) fn open_views(&self, cx: &mut Cx<'_, Message>) {
        let present = View {
            name: String::new(),
            filter: self.search.applied().to_owned(),
            sort: self.sort,
            descending: self.descending,
            columns: Some(self.layout.clone()),
            own: true,
        };
        let asker = cx.asker(Message::View);
        cx.open_modal(ViewList::new(present, asker));
    }

    pub(super) fn take_view(&mut self, view: View, cx: &mut Cx<'_, Message>) {
        let columns = view.columns.as_ref().unwrap_or(&self.own_layout);
        self.layout.clone_from(columns);
        self.grid.column = 0;
        (self.sort, self.descending) = (view.sort, view.descending);
        self.search.begin();
        self.search.field.set(&view.filter);
        let same = self.search.applied() == view.filter;
        self.view = Some(view);
        if same {
            self.ask(Wish::First, cx);
        }
        self.search_on(cx);
    }

    /// `Locked`, or `Locked*` where something was changed since; nothing while all users are shown.
    pub(super) fn view_words(&self) -> Option<String> {
        let view = self.view.as_ref()?;
        let changed = self.search.applied() != view.filter
            || (self.sort, self.descending) != (view.sort, view.descending)
            || self.layout != *view.columns.as_ref().unwrap_or(&self.own_layout);
        let is_all = !view.own && view.filter.is_empty();
        match (is_all, changed) {
            (true, _) => None,
            (false, false) => Some(view.name.clone()),
            (false, true) => Some(format!("{}*", view.name)),
        }
    }

    pub(super) fn open_columns(&self, cx: &mut Cx<'_, Message>) {
        let asker = cx.asker(Message::Columns);
        cx.open_modal(ColumnChooser::new(&self.layout, asker));
    }

    /// Shows these columns from now on, also after the next sign-in.
    pub(super) fn take_columns(&mut self, layout: Layout, cx: &mut Cx<'_, Message>) {
        self.grid.column = self.grid.column.min(layout.len().saturating_sub(1));
        let names: Vec<&str> = layout.iter().map(|column| column.as_str()).collect();
        let text = (layout != USUAL).then(|| names.join(","));
        self.own_layout.clone_from(&layout);
        self.layout = layout;
        let Some(session) = cx.session().cloned() else {
            return;
        };
        let service = cx.service().clone();
        let work = async move {
            service
                .save_preference(&session, COLUMNS_KEY, text.as_deref())
                .await
        };
        cx.spawn(work, Message::ColumnsKept);
    }

    pub(super) fn ask_own_columns(cx: &mut Cx<'_, Message>) {
        let Some(session) = cx.session().cloned() else {
            return;
        };
        let service = cx.service().clone();
        let work = async move { service.preference(&session, COLUMNS_KEY).await };
        cx.spawn(work, Message::OwnColumns);
    }

    pub(super) fn own_columns(&mut self, kept: Option<String>) {
        let layout = layout_of(kept.unwrap_or_default().split(','));
        if !layout.is_empty() {
            self.layout.clone_from(&layout);
            self.own_layout = layout;
        }
    }

    pub(super) fn columns_kept(result: &Result<()>, cx: &mut Cx<'_, Message>) {
        if let Err(error) = result {
            cx.notify(Notice::bad(format!(
                "The columns are shown, but not kept for the next time: {error}"
            )));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_reads_as_it_was() {
        let view = View {
            name: "Callers".to_owned(),
            filter: "status:locked org:acme".to_owned(),
            sort: UserSort::Failures,
            descending: true,
            columns: Some(vec![UserColumn::Email, UserColumn::Created]),
            own: true,
        };
        assert_eq!(View::read("Callers", &view.kept()), Some(view));
        assert_eq!(View::read("x", "no json"), None);
        assert_eq!(
            layout_of("email,robot,email,name".split(',')),
            [UserColumn::Email, UserColumn::Name]
        );
    }
}
