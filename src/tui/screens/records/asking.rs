//! What a list of records asks the service, one question of a kind at a time.

use super::{Focus, Kind, Message, RecordsScreen};
use crate::service::{Error, Listed, RecordRef, Result};
use crate::tui::notice::Notice;
use crate::tui::screen::Cx;
use crate::tui::widgets::grid::{Page, Wish};
use crate::tui::widgets::refusal::Refusal;

/// Rows of a list at most; whoever has more narrows it by typing.
const ROWS_MAX: u32 = 1_000;

impl<K: Kind> RecordsScreen<K> {
    /// Asks for the list that is shown.
    pub(super) fn ask(&mut self, wish: Wish, cx: &mut Cx<'_, Message<K>>) {
        if self.search.is_asking() {
            self.again = true;
            return;
        }
        let search = self.search.applied().to_owned();
        Self::ask_rows(wish, search, cx);
    }

    pub(super) fn ask_rows(wish: Wish, search: String, cx: &mut Cx<'_, Message<K>>) {
        let query = K::list(search.clone(), ROWS_MAX);
        cx.ask_latest("rows", query, move |result| Message::Listed {
            wish,
            search,
            result,
        });
    }

    pub(super) fn search_on(&mut self, cx: &mut Cx<'_, Message<K>>) {
        if let Some(search) = self.search.next_question() {
            Self::ask_rows(Wish::First, search, cx);
        }
    }

    pub(super) fn listed(
        &mut self,
        wish: Wish,
        search: String,
        result: Result<Listed<K::Row>>,
        cx: &mut Cx<'_, Message<K>>,
    ) {
        match self.search.answered(search, result) {
            Ok(listed) => {
                self.more = listed.more;
                if self.search.applied().trim().is_empty() {
                    self.all = Some(listed.rows.len());
                }
                let page = Page {
                    rows: self.sorted(listed.rows),
                    more_before: false,
                    more_after: false,
                };
                self.refused = None;
                self.grid.take(wish, page);
                self.load_detail(cx);
            }
            Err(Some(error)) if error.lack().is_some() => {
                self.refused = Some(Refusal::of(&error));
                if self.focus != Focus::Page {
                    self.focus = Focus::Grid;
                }
            }
            Err(Some(error)) => cx.report(&error),
            Err(None) => {}
        }
        if std::mem::take(&mut self.again) && !self.search.is_asking() {
            self.ask(Wish::Same, cx);
        }
        self.search_on(cx);
    }

    /// The rows, which come by name, in the order of the column that sorts.
    fn sorted(&self, mut rows: Vec<K::Row>) -> Vec<K::Row> {
        let (column, descending) = self.sort;
        if column > 0 {
            rows.sort_by(|one, other| K::order(one, other, column));
        }
        if descending {
            rows.reverse();
        }
        rows
    }

    /// Asks for the detail of the current record, one question at a time: while the cursor runs, only
    /// the row where it rests is asked for.
    pub(super) fn load_detail(&mut self, cx: &mut Cx<'_, Message<K>>) {
        if !(self.pane || self.focus == Focus::Page) || self.detail_asked.is_some() {
            return;
        }
        let Some(record) = self.subject() else {
            self.detail = None;
            return;
        };
        if self.shown().is_some() && !self.detail_stale {
            return;
        }
        self.detail_asked = Some(record.clone());
        self.detail_stale = false;
        let query = K::load(record.clone());
        cx.ask(query, move |result| Message::Detailed(record, result));
    }

    pub(super) fn detailed(
        &mut self,
        record: &RecordRef,
        result: Result<K::Detail>,
        cx: &mut Cx<'_, Message<K>>,
    ) {
        self.detail_asked = None;
        let is_wanted = self.subject().as_ref() == Some(record);
        match result {
            Ok(detail) if is_wanted => {
                let id = K::of_detail(&detail).id;
                if self.focus == Focus::Page {
                    // A name that was asked for may change; from now on it is this record.
                    self.paged = Some(RecordRef::Id(id));
                    self.find(id);
                }
                self.detail = Some(detail);
            }
            Ok(_) => {}
            Err(error) => {
                self.lost(is_wanted, &error, cx);
                return;
            }
        }
        self.load_detail(cx);
    }

    /// Goes back to the list where the record of the page is gone; a row that is gone leaves the list by itself.
    fn lost(&mut self, is_wanted: bool, error: &Error, cx: &mut Cx<'_, Message<K>>) {
        let is_gone = matches!(error, Error::Missing { .. });
        if is_wanted && is_gone && self.focus == Focus::Page {
            let was_shown = self.shown().map(K::of_detail);
            self.close_page();
            match was_shown {
                Some(one) => cx.notify(Notice::plain(format!(
                    "The {} \"{}\" was deleted; this is the list.",
                    K::ONE,
                    one.full_name()
                ))),
                None => cx.report(error),
            }
            self.detail = None;
        } else if !is_gone {
            cx.report(error);
        }
    }
}
