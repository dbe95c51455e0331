//! What the audit screen asks the service: pages by sequence, one entry, what is new.

use super::{AuditScreen, Focus, Message};
use crate::service::Result;
use crate::service::audit::{AuditEntry, AuditList, ListAudit, ShowAudit};
use crate::tui::screen::Cx;
use crate::tui::widgets::grid::{PAGE_ROWS, Page, Wish};
use crate::tui::widgets::refusal::Refusal;

/// New entries that are counted while the newest ones are out of sight.
const NEWER_MAX: u32 = 1_000;

impl AuditScreen {
    /// Asks for rows of the list that is shown.
    pub(super) fn ask(&mut self, wish: Wish, cx: &mut Cx<'_, Message>) {
        if self.search.is_asking() {
            self.again |= matches!(wish, Wish::First | Wish::Same);
            return;
        }
        let filter = self.search.applied().to_owned();
        self.ask_rows(wish, filter, cx);
    }

    pub(super) fn ask_rows(&self, wish: Wish, filter: String, cx: &mut Cx<'_, Message>) {
        let rows = self.grid.rows();
        let first = rows.first().map(|row| row.sequence);
        let last = rows.last().map(|row| row.sequence);
        let mut query = ListAudit {
            filter: filter.clone(),
            limit: PAGE_ROWS,
            masked: true,
            ..ListAudit::default()
        };
        match wish {
            Wish::First => {}
            Wish::Last => query.after = Some(0),
            Wish::After => query.before = self.stopped_at.or(last),
            Wish::Before => query.after = first,
            Wish::Same => {
                let as_many = u32::try_from(rows.len()).unwrap_or(PAGE_ROWS);
                query.limit = as_many.max(PAGE_ROWS);
                if self.grid.has_before() {
                    query.before = first.map(|first| first + 1);
                }
            }
        }
        let limit = query.limit as usize;
        cx.ask_latest("rows", query, move |result| Message::Listed {
            wish,
            filter,
            limit,
            result,
        });
    }

    pub(super) fn search_on(&mut self, cx: &mut Cx<'_, Message>) {
        if let Some(filter) = self.search.next_question() {
            self.ask_rows(Wish::First, filter, cx);
        }
    }

    pub(super) fn listed(
        &mut self,
        wish: Wish,
        filter: String,
        limit: usize,
        result: Result<AuditList>,
        cx: &mut Cx<'_, Message>,
    ) {
        match self.search.answered(filter, result) {
            Ok(list) => self.take(wish, limit, list),
            Err(Some(error)) => {
                let is_denied = error.lack().is_some();
                if is_denied || !self.grid.is_loaded() {
                    self.refused = Some(Refusal::of(&error));
                }
                if !is_denied {
                    cx.report(&error);
                } else if self.focus != Focus::Page {
                    self.focus = Focus::Grid;
                }
            }
            Err(None) => {}
        }
        if std::mem::take(&mut self.again) && !self.search.is_asking() {
            self.ask(Wish::Same, cx);
        }
        self.search_on(cx);
    }

    fn take(&mut self, wish: Wish, limit: usize, list: AuditList) {
        self.refused = None;
        self.stopped_at = list.stopped_at;
        let is_full = list.entries.len() >= limit;
        let mut page = Page {
            rows: list.entries,
            more_before: false,
            more_after: is_full || list.stopped_at.is_some(),
        };
        match wish {
            Wish::First | Wish::After => {}
            Wish::Same => page.more_before = self.grid.has_before(),
            Wish::Last | Wish::Before => {
                page.rows.reverse();
                page.more_before = is_full;
                page.more_after = false;
            }
        }
        let was_at_top = self.grid.is_at_top();
        self.grid.take(wish, page);
        if wish == Wish::Same && was_at_top {
            self.grid.show_top();
        }
        if matches!(wish, Wish::First | Wish::Same) && !self.grid.has_before() {
            self.newer = 0;
            self.newest = self.grid.rows().first().map_or(0, |row| row.sequence);
        }
    }

    /// Where the newest entries are in sight, new ones come to them; elsewhere they are counted.
    pub(super) fn look_for_newer(&mut self, cx: &mut Cx<'_, Message>) {
        if self.grid.is_at_top() || !self.grid.is_loaded() {
            self.ask(Wish::Same, cx);
            return;
        }
        let list = ListAudit {
            filter: self.search.applied().to_owned(),
            after: Some(self.newest),
            limit: NEWER_MAX,
            masked: true,
            ..ListAudit::default()
        };
        cx.ask_latest("newer", list, |result| {
            Message::Newer(result.map(|list| list.entries.len()))
        });
    }

    /// What the line above the list says of entries that are not in it yet.
    pub(super) fn newer_words(&self) -> String {
        match self.newer {
            0 => String::new(),
            1 => "1 new entry: g g".to_owned(),
            number if number >= NEWER_MAX as usize => format!("{number} or more new entries: g g"),
            number => format!("{number} new entries: g g"),
        }
    }

    /// Asks for the entry of the page; it never changes, so it is asked for once.
    pub(super) fn load_entry(&mut self, sequence: i64, cx: &mut Cx<'_, Message>) {
        if self
            .entry
            .as_ref()
            .is_none_or(|entry| entry.sequence != sequence)
        {
            self.entry = None;
            cx.ask_latest("entry", ShowAudit { sequence }, |result| {
                Message::Shown(result.map(Box::new))
            });
        }
    }

    pub(super) fn shown(&mut self, result: Result<Box<AuditEntry>>, cx: &mut Cx<'_, Message>) {
        match result {
            Ok(entry) if self.paged == Some(entry.sequence) => self.entry = Some(*entry),
            Ok(_) => {}
            Err(error) => {
                cx.report(&error);
                if self.focus == Focus::Page {
                    self.close_page();
                }
            }
        }
    }
}
