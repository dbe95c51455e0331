//! Marking more than one row at a time: a range, the rest, what matches another filter.

use super::marks::{COUNTED_MAX, Hidden, Hiding, IS_MARKED, Marks, Named};
use super::{Focus, Message, UsersScreen};
use crate::domain::UserId;
use crate::domain::filter::{self, Filter};
use crate::service::users::{Count, CountUsers, Cursor, ListUsers, Page, UserRow, UserSort};
use crate::service::{Error, Result, Service, Session};
use crate::tui::actions::ActionId;
use crate::tui::look::thousands;
use crate::tui::notice::Notice;
use crate::tui::screen::Cx;
use crate::tui::widgets::field::Field;
use jiff::civil::Date;
use jiff::tz::TimeZone;

/// Longest filter that can be typed beside the list's own.
const FILTER_MAX: usize = 2_000;

/// Rows of one range; `A` marks all that match.
const RANGE_MAX: u32 = 10_000;

/// Up to here the number beside the second filter is exact.
const COUNT_MAX: u32 = 10_000;

/// Where a range began.
pub(super) struct Range {
    anchor: UserId,
    cursor: Cursor,
}

/// What is done with what another set finds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    Mark,
    Unmark,
    Invert,
}

/// The small line under the list: mark or unmark by another filter.
pub(super) struct MarkLine {
    pub deed: Deed,
    pub field: Field,
    pub count: Option<Count>,
    /// Why what is typed is no filter.
    pub problem: Option<String>,
}

impl UsersScreen {
    /// Begins a range at the cursor, or ends the one there is.
    pub(super) fn toggle_range(&mut self, cx: &mut Cx<'_, Message>) {
        if self.range.is_some() {
            self.end_range(cx);
        } else if let Some(row) = self.grid.current() {
            self.range = Some(Range {
                anchor: row.id,
                cursor: row.cursor.clone(),
            });
        }
    }

    /// Shift and an arrow: begins a range where there is none.
    pub(super) fn stretch_range(&mut self, motion: ActionId, cx: &mut Cx<'_, Message>) {
        if self.range.is_none() {
            self.toggle_range(cx);
        }
        self.move_cursor(motion, cx);
    }

    /// The rows between where the range began and the cursor; nothing where it began beyond the window.
    pub(super) fn range_rows(&self) -> Option<&[UserRow]> {
        let range = self.range.as_ref()?;
        let rows = self.grid.rows();
        let here = self.grid.current()?.id;
        let from = rows.iter().position(|row| row.id == range.anchor)?;
        let to = rows.iter().position(|row| row.id == here)?;
        rows.get(from.min(to)..=from.max(to))
    }

    /// Marks the rows of the range and forgets that there was one.
    pub(super) fn end_range(&mut self, cx: &mut Cx<'_, Message>) {
        let rows = self.range_rows().map(|rows| {
            let named = rows.iter().map(|row| (row.id, row.username.clone()));
            named.collect::<Named>()
        });
        let Some(range) = self.range.take() else {
            return;
        };
        match rows {
            Some(rows) => self.mark_rows(&rows, cx),
            None => self.ask_range(range, cx),
        }
    }

    pub(super) fn mark_rows(&mut self, rows: &Named, cx: &mut Cx<'_, Message>) {
        let all = rows.iter().all(|(id, name)| {
            self.marks.contains(*id, self.search.applied()) || self.marks.add(*id, name)
        });
        if !all {
            cx.notify(Notice::bad(TOO_MANY_EXCEPTIONS));
        }
        self.count_hidden(cx);
    }

    /// The window moved on since the range began: the rows between have to be fetched.
    fn ask_range(&self, range: Range, cx: &mut Cx<'_, Message>) {
        let (Some(session), Some(row)) = (cx.session().cloned(), self.grid.current()) else {
            return;
        };
        let list = ListUsers {
            filter: self.marks.put_into(self.search.applied()),
            sort: self.sort,
            descending: self.descending,
            page: Page::First,
            limit: RANGE_MAX,
        };
        let ends = [(range.anchor, range.cursor), (row.id, row.cursor.clone())];
        let work = between(cx.service().clone(), session, list, ends);
        cx.spawn_latest("range", work, Message::Ranged);
    }

    pub(super) fn invert(&mut self, cx: &mut Cx<'_, Message>) {
        let wanted = self.search.wanted().to_owned();
        self.combine(Deed::Invert, &wanted, cx);
    }

    pub(super) fn open_mark_line(&mut self, deed: Deed) {
        self.mark_line = Some(MarkLine {
            deed,
            field: Field::new(FILTER_MAX),
            count: None,
            problem: None,
        });
        self.focus = Focus::MarkLine;
    }

    pub(super) fn close_mark_line(&mut self) {
        self.mark_line = None;
        self.focus = Focus::Grid;
    }

    /// Counts what the second filter finds, while it is typed.
    pub(super) fn count_mark_line(&mut self, cx: &mut Cx<'_, Message>) {
        let Some(line) = &mut self.mark_line else {
            return;
        };
        line.problem = None;
        if line.field.value().trim().is_empty() {
            line.count = None;
            return;
        }
        let query = CountUsers {
            filter: self.marks.put_into(line.field.value()),
            cap: Some(COUNT_MAX),
        };
        cx.ask_latest("mark line", query, Message::MarkLine);
    }

    pub(super) fn mark_line_counted(&mut self, result: Result<Count>, cx: &mut Cx<'_, Message>) {
        let Some(line) = &mut self.mark_line else {
            return;
        };
        match result {
            Ok(count) => line.count = Some(count),
            Err(Error::Filter(error)) => line.problem = Some(error.to_string()),
            Err(error) => cx.report(&error),
        }
    }

    /// Marks or unmarks what the second filter finds.
    pub(super) fn keep_mark_line(&mut self, cx: &mut Cx<'_, Message>) {
        let Some(line) = &self.mark_line else {
            return;
        };
        if line.problem.is_some() {
            return;
        }
        let (deed, text) = (line.deed, line.field.value().trim().to_owned());
        self.close_mark_line();
        if text.is_empty() {
            cx.notify(Notice::plain(
                "Nothing was typed, so no mark was changed; A marks all, U unmarks all.",
            ));
        } else {
            self.combine(deed, &text, cx);
        }
    }

    fn combine(&mut self, deed: Deed, text: &str, cx: &mut Cx<'_, Message>) {
        if text.contains(IS_MARKED) && deed == Deed::Invert {
            cx.notify(Notice::plain(
                "This filter speaks of the marks themselves: take it off first (/), or unmark all (U).",
            ));
            return;
        }
        let query = match filter::parse(&self.marks.put_into(text), today(cx)) {
            Ok(query) => query,
            Err(error) => {
                cx.notify(Notice::bad(format!("The marks stay as they are: {error}.")));
                return;
            }
        };
        if query.limit.is_some() {
            cx.notify(Notice::bad(LIMITED));
            return;
        }
        let Some(session) = cx.session().cloned() else {
            return;
        };
        let work = combined(
            cx.service().clone(),
            session,
            deed,
            self.marks.clone(),
            query.filter,
        );
        cx.spawn_latest("combine", work, Message::Combined);
    }

    pub(super) fn mark_all(&mut self, cx: &mut Cx<'_, Message>) {
        // Whoever is quicker than the list means the filter they read.
        let shown = self.search.wanted().to_owned();
        if shown.contains(IS_MARKED) {
            cx.notify(Notice::plain(
                "What this filter shows is marked already, or is not to be.",
            ));
            return;
        }
        let Ok(query) = filter::parse(&shown, today(cx)) else {
            return;
        };
        if query.limit.is_some() {
            cx.notify(Notice::bad(LIMITED));
            return;
        }
        let count = CountUsers {
            filter: shown.clone(),
            cap: None,
        };
        cx.ask_latest("mark all", count, move |result| {
            Message::Combined(
                result.map(|count| Marks::matching(&shown, query.filter, count.number)),
            )
        });
    }

    /// Takes other marks than there were.
    pub(super) fn combined(&mut self, marks: Marks, cx: &mut Cx<'_, Message>) {
        let before = std::mem::replace(&mut self.marks, marks).count();
        let now = self.marks.count();
        if self.mark_line.is_none() && before != now {
            cx.notify(Notice::plain(format!(
                "{} are marked now; before it were {}.",
                thousands(now),
                thousands(before)
            )));
        }
        self.count_hidden(cx);
    }

    /// Learns how many marks the list hides, and which of its rows are marked.
    pub(super) fn count_hidden(&mut self, cx: &mut Cx<'_, Message>) {
        let shown = self.search.applied();
        match self.marks.hidden_by(shown, today(cx)) {
            Hiding::Nothing => self.hidden = Hidden::None,
            Hiding::Unknown => self.hidden = Hidden::Unknown,
            Hiding::Ask(filter) => {
                if self.hidden == Hidden::None {
                    self.hidden = Hidden::Unknown;
                }
                cx.ask_latest("shown", CountUsers { filter, cap: None }, Message::Shown);
            }
        }
        self.ask_known(cx);
    }

    /// Where all that match another filter are marked, only the service knows which rows those are.
    pub(super) fn ask_known(&self, cx: &mut Cx<'_, Message>) {
        let rows = self.grid.rows().iter();
        let rows: Named = rows.map(|row| (row.id, row.username.clone())).collect();
        if let Some(filter) = self.marks.rows_question(&rows, self.search.applied()) {
            let list = ListUsers {
                filter,
                limit: u32::try_from(rows.len()).unwrap_or(u32::MAX),
                ..ListUsers::default()
            };
            cx.ask_latest("known", list, Message::Known);
        }
    }
}

const LIMITED: &str = "A filter with limit: marks nothing as a whole; take limit: out of it, or mark rows with Space or v.";

pub(super) const TOO_MANY_EXCEPTIONS: &str = "All that match are marked, with a thousand exceptions: no more are kept. U unmarks all; a narrower filter marks fewer.";

/// The day by which relative dates of a filter count, as the service counts them.
pub(super) fn today(cx: &Cx<'_, Message>) -> Date {
    jiff::Timestamp::from_microsecond(cx.now().0)
        .unwrap_or_default()
        .to_zoned(TimeZone::UTC)
        .date()
}

/// The rows from one end to the other; which of the two comes first nobody knows beforehand.
async fn between(
    service: Service,
    session: Session,
    list: ListUsers,
    ends: [(UserId, Cursor); 2],
) -> Result<Named> {
    let [one, other] = ends;
    for ((_, from), (to, _)) in [(&one, &other), (&other, &one)] {
        let list = ListUsers {
            page: Page::From(from.clone()),
            ..list.clone()
        };
        let rows = service.ask(&session, list).await?.rows;
        if let Some(end) = rows.iter().position(|row| row.id == *to) {
            let rows = rows.into_iter().take(end + 1);
            return Ok(rows.map(|row| (row.id, row.username)).collect());
        }
    }
    Err(Error::rule(format!(
        "A range has at most {} rows, so nothing was marked; A marks all that match the filter.",
        thousands(i64::from(RANGE_MAX))
    )))
}

/// The marks after a deed: as a set of ids where it is small, otherwise as a filter that says it.
async fn combined(
    service: Service,
    session: Session,
    deed: Deed,
    marks: Marks,
    other: Filter,
) -> Result<Marks> {
    let found = few(&service, &session, &other).await?;
    let own = match &marks {
        Marks::Users(users) => Some(users.clone()),
        Marks::Matching(_) => few(&service, &session, &marks.filter()).await?,
    };
    if let (Some(own), Some(found)) = (own, found) {
        return Ok(Marks::Users(deed.of_sets(own, found)));
    }
    let filter = deed.of_filters(&marks, other);
    let count = CountUsers {
        filter: filter.to_string(),
        cap: None,
    };
    let count = service.ask(&session, count).await?;
    Ok(Marks::matching(&filter.to_string(), filter, count.number))
}

/// Those whom a filter finds, where they are few enough to be kept one by one.
async fn few(service: &Service, session: &Session, filter: &Filter) -> Result<Option<Named>> {
    let list = ListUsers {
        filter: filter.to_string(),
        sort: UserSort::Username,
        limit: u32::try_from(COUNTED_MAX).unwrap_or(u32::MAX),
        ..ListUsers::default()
    };
    let page = service.ask(session, list).await?;
    let rows = page.rows.into_iter();
    Ok((!page.more_after).then(|| rows.map(|row| (row.id, row.username)).collect()))
}

impl Deed {
    fn of_sets(self, mut own: Named, found: Named) -> Named {
        for (id, name) in found {
            let was = own.remove(&id).is_some();
            if self == Self::Mark || (self == Self::Invert && !was) {
                own.insert(id, name);
            }
        }
        own
    }

    fn of_filters(self, marks: &Marks, other: Filter) -> Filter {
        let own = marks.filter();
        let without = |one: &Filter, other: &Filter| {
            Filter::and(vec![one.clone(), Filter::not(other.clone())])
        };
        match self {
            Self::Unmark => without(&own, &other),
            _ if marks.is_empty() => other,
            Self::Mark => Filter::or(vec![own, other]),
            Self::Invert => Filter::or(vec![without(&other, &own), without(&own, &other)]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(ids: &[i64]) -> Named {
        ids.iter()
            .map(|&id| (UserId(id), format!("u{id}")))
            .collect()
    }

    #[test]
    fn sets_are_joined_cut_and_turned_round() {
        let (own, found) = (named(&[1, 2]), named(&[2, 3]));
        let of = |deed: Deed| deed.of_sets(own.clone(), found.clone());
        assert_eq!(of(Deed::Mark), named(&[1, 2, 3]));
        assert_eq!(of(Deed::Unmark), named(&[1]));
        assert_eq!(of(Deed::Invert), named(&[1, 3]));
    }

    #[test]
    fn filters_say_the_same_of_sets_too_large_to_keep() {
        let parsed = |text: &str| {
            filter::parse(text, Date::constant(2026, 11, 22))
                .unwrap()
                .filter
        };
        let many = Marks::matching("a", parsed("a"), 5_000);
        let said = |deed: Deed, marks: &Marks| deed.of_filters(marks, parsed("b or c")).to_string();
        assert_eq!(said(Deed::Mark, &many), "a or b or c");
        assert_eq!(said(Deed::Unmark, &many), "a -(b or c)");
        assert_eq!(said(Deed::Invert, &many), "(b or c) -a or a -(b or c)");
        assert_eq!(said(Deed::Invert, &Marks::default()), "b or c");
    }
}
