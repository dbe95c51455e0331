//! Marking more than one row at a time: a range, the rest, what matches another filter.

use super::marks::{COUNTED_MAX, Hidden, Hiding, Marks, Named, speaks_of_marks};
use super::{Focus, Message, UsersScreen};
use crate::domain::UserId;
use crate::domain::filter::{self, Filter};
use crate::service::users::{
    Count, CountUsers, Cursor, FindAmong, ListUsers, Page, UserRow, UserSort,
};
use crate::service::{Error, Result, Service, Session};
use crate::tui::actions::ActionId;
use crate::tui::look::thousands;
use crate::tui::notice::Notice;
use crate::tui::screen::Cx;
use crate::tui::widgets::field::Field;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use std::collections::BTreeSet;

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
        self.generation += 1;
        self.count_hidden(cx);
    }

    /// Whether an answer is still to come that changes the marks; says so where it is.
    pub(super) fn waits_for_marks(&self, cx: &mut Cx<'_, Message>) -> bool {
        if self.awaited.is_some() {
            cx.notify(Notice::plain(
                "The marks are still being worked out; press that again when they are shown.",
            ));
        }
        self.awaited.is_some()
    }

    /// Works out other marks. What is marked or unmarked meanwhile is newer than the answer.
    fn work_out<T: Send + 'static>(
        &mut self,
        work: impl Future<Output = Result<T>> + Send + 'static,
        wrap: impl FnOnce(u64, Result<T>) -> Message + Send + 'static,
        cx: &mut Cx<'_, Message>,
    ) {
        let generation = self.generation;
        self.awaited = Some(generation);
        cx.spawn(work, move |result| wrap(generation, result));
    }

    /// Whether an answer still speaks of the marks there are; says so where it doesn't.
    fn still_holds(&mut self, generation: u64, cx: &mut Cx<'_, Message>) -> bool {
        self.awaited = None;
        let holds = generation == self.generation;
        if !holds {
            cx.notify(Notice::plain(
                "The marks were changed meanwhile and stay as they are; what was to be marked or unmarked wasn't.",
            ));
        }
        holds
    }

    /// The rows of a range that was longer than the window.
    pub(super) fn ranged(
        &mut self,
        generation: u64,
        result: Result<Named>,
        cx: &mut Cx<'_, Message>,
    ) {
        match result {
            Ok(rows) if self.still_holds(generation, cx) => self.mark_rows(&rows, cx),
            Ok(_) => {}
            Err(error) => {
                self.awaited = None;
                cx.report(&error);
            }
        }
    }

    /// The window moved on since the range began: the rows between have to be fetched.
    fn ask_range(&mut self, range: Range, cx: &mut Cx<'_, Message>) {
        let (Some(session), Some(row)) = (cx.session().cloned(), self.grid.current()) else {
            return;
        };
        let list = ListUsers {
            filter: self.marks.put_into(self.search.applied(), today(cx)),
            sort: self.sort,
            descending: self.descending,
            page: Page::First,
            limit: RANGE_MAX,
        };
        let ends = [(range.anchor, range.cursor), (row.id, row.cursor.clone())];
        let work = between(cx.service().clone(), session, list, ends);
        self.work_out(work, Message::Ranged, cx);
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
            filter: self.marks.put_into(line.field.value(), today(cx)),
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
        if self.waits_for_marks(cx) {
            return;
        }
        if deed == Deed::Invert && speaks_of_marks(text, today(cx)) {
            cx.notify(Notice::plain(
                "This filter speaks of the marks themselves: take it off first (/), or unmark all (U).",
            ));
            return;
        }
        let query = match filter::parse(&self.marks.put_into(text, today(cx)), today(cx)) {
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
        self.work_out(work, Message::Combined, cx);
    }

    pub(super) fn mark_all(&mut self, cx: &mut Cx<'_, Message>) {
        if self.waits_for_marks(cx) {
            return;
        }
        // Whoever is quicker than the list means the filter they read.
        let shown = self.search.wanted().to_owned();
        if speaks_of_marks(&shown, today(cx)) {
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
        let Some(session) = cx.session().cloned() else {
            return;
        };
        let service = cx.service().clone();
        let counting = async move { service.ask(&session, count).await };
        let wrap = move |generation, result: Result<Count>| {
            let marks = result.map(|count| Marks::matching(&shown, query.filter, count.number));
            Message::Combined(generation, marks)
        };
        self.work_out(counting, wrap, cx);
    }

    /// Takes other marks than there were.
    pub(super) fn combined(
        &mut self,
        generation: u64,
        result: Result<Marks>,
        cx: &mut Cx<'_, Message>,
    ) {
        let marks = match result {
            Ok(marks) if self.still_holds(generation, cx) => marks,
            Ok(_) => return,
            Err(error) => {
                self.awaited = None;
                cx.report(&error);
                return;
            }
        };
        self.generation += 1;
        let before = std::mem::replace(&mut self.marks, marks).count();
        let now = self.marks.count();
        if self.mark_line.is_none() && before != now {
            cx.notify(Notice::plain(format!(
                "Marked now: {}; before: {}.",
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
                let (query, generation) = (CountUsers { filter, cap: None }, self.generation);
                cx.ask_latest("shown", query, move |result| {
                    Message::Shown(generation, result)
                });
            }
        }
        self.ask_known(cx);
    }

    /// Where all that match another filter are marked, only the service knows which rows those are.
    pub(super) fn ask_known(&self, cx: &mut Cx<'_, Message>) {
        let users: Vec<UserId> = self.grid.rows().iter().map(|row| row.id).collect();
        if let Some(filter) = self.marks.elsewhere(self.search.applied()) {
            let (query, generation) = (FindAmong { users, filter }, self.generation);
            cx.ask_latest("known", query, move |result| {
                Message::Known(generation, result)
            });
        }
    }

    /// Which rows are marked, and how many marks are shown: of older marks that is asked again.
    pub(super) fn known(
        &mut self,
        generation: u64,
        result: Result<Vec<UserId>>,
        cx: &mut Cx<'_, Message>,
    ) {
        match result {
            Ok(users) if generation == self.generation => {
                self.marks.set_known(users.into_iter().collect());
            }
            Ok(_) => self.ask_known(cx),
            Err(_) => {}
        }
    }

    pub(super) fn shown(
        &mut self,
        generation: u64,
        result: &Result<Count>,
        cx: &mut Cx<'_, Message>,
    ) {
        match result {
            Ok(shown) if generation == self.generation => {
                self.hidden = Hidden::from(self.marks.count() - shown.number);
            }
            Ok(_) => self.count_hidden(cx),
            Err(_) => {}
        }
    }
}

const LIMITED: &str = "A filter with limit: marks nothing as a whole; take limit: out of it, or mark rows with Space or v.";

pub(super) const TOO_MANY_EXCEPTIONS: &str = "All that match are marked, with a thousand exceptions: no more are kept. U unmarks all; a narrower filter marks fewer.";

/// The day by which relative dates of a filter count, as the service counts them.
pub(super) fn today<M: Send + 'static>(cx: &Cx<'_, M>) -> Date {
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

/// The marks after a deed: as a set of ids where it is small, otherwise as a filter that says it but for some ids.
async fn combined(
    service: Service,
    session: Session,
    deed: Deed,
    marks: Marks,
    other: Filter,
) -> Result<Marks> {
    let found = few(&service, &session, &other).await?;
    let (own_filter, except, also) = match marks {
        Marks::Users(users) => (None, Named::new(), users),
        Marks::Matching(all) => match few(&service, &session, &all.filter).await? {
            Some(mut users) => {
                users.retain(|user, _| !all.except.contains_key(user));
                users.extend(all.also);
                (None, Named::new(), users)
            }
            None => (Some(all.filter), all.except, all.also),
        },
    };
    let other_filter = found.is_none().then_some(other);
    // Of these the filters alone don't say whether they are marked afterwards.
    let mut people = except.clone();
    people.extend(also.clone());
    people.extend(found.clone().unwrap_or_default());
    let among = |filter: Option<Filter>| {
        let users: Vec<UserId> = people.keys().copied().collect();
        let (service, session) = (&service, &session);
        async move {
            let Some(filter) = filter else {
                return Ok(BTreeSet::new());
            };
            let filter = filter.to_string();
            let found = service.ask(session, FindAmong { users, filter }).await?;
            Ok::<_, Error>(found.into_iter().collect())
        }
    };
    let in_own: BTreeSet<UserId> = among(own_filter.clone()).await?;
    let in_other: BTreeSet<UserId> = match &found {
        Some(found) => found.keys().copied().collect(),
        None => among(other_filter.clone()).await?,
    };
    let was = people.keys().filter(|user| {
        also.contains_key(user) || (in_own.contains(user) && !except.contains_key(user))
    });
    let was: BTreeSet<UserId> = was.copied().collect();
    let none = BTreeSet::new();
    let by_filters = (&in_own, if found.is_none() { &in_other } else { &none });
    let (left_out, added) = deed.exceptions(people, (&was, &in_other), by_filters);
    let filter = match (own_filter, other_filter) {
        (Some(own), Some(other)) => deed.of_filters(&own, &other),
        (Some(own), None) => own,
        (None, Some(other)) if deed != Deed::Unmark => other,
        (None, _) => return Ok(Marks::Users(added)),
    };
    let count = CountUsers {
        filter: filter.to_string(),
        cap: None,
    };
    let count = service.ask(&session, count).await?;
    Ok(Marks::matching_but(filter, count.number, left_out, added))
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
    /// Whether somebody is marked afterwards.
    const fn of(self, was: bool, found: bool) -> bool {
        match self {
            Self::Mark => was || found,
            Self::Unmark => was && !found,
            Self::Invert => was != found,
        }
    }

    /// Of these users those who are marked by the filters but not afterwards, and those the other way round. A side is
    /// who was marked, and who was found to be marked or unmarked: in truth, and by the filters alone.
    fn exceptions(
        self,
        users: Named,
        (was, found): (&BTreeSet<UserId>, &BTreeSet<UserId>),
        (filter_was, filter_found): (&BTreeSet<UserId>, &BTreeSet<UserId>),
    ) -> (Named, Named) {
        let (mut except, mut also) = (Named::new(), Named::new());
        for (user, name) in users {
            let wanted = self.of(was.contains(&user), found.contains(&user));
            let said = self.of(filter_was.contains(&user), filter_found.contains(&user));
            match (wanted, said) {
                (true, false) => drop(also.insert(user, name)),
                (false, true) => drop(except.insert(user, name)),
                _ => {}
            }
        }
        (except, also)
    }

    /// Whom it leaves marked of all that `own` finds.
    fn of_filters(self, own: &Filter, other: &Filter) -> Filter {
        let without = |one: &Filter, other: &Filter| {
            Filter::and(vec![one.clone(), Filter::not(other.clone())])
        };
        match self {
            Self::Unmark => without(own, other),
            Self::Mark => Filter::or(vec![own.clone(), other.clone()]),
            Self::Invert => Filter::or(vec![without(other, own), without(own, other)]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_say_what_the_filters_dont() {
        let named = |ids: &[i64]| -> Named {
            ids.iter()
                .map(|&id| (UserId(id), format!("u{id}")))
                .collect()
        };
        let set = |ids: &[i64]| -> BTreeSet<UserId> { ids.iter().copied().map(UserId).collect() };
        // 1 was unmarked one by one, 2 was marked beside the filter, 3 and 4 are found, of whom 3 was marked.
        let (was, found) = (set(&[2, 3]), set(&[3, 4]));
        let (filter_was, none) = (set(&[1, 3]), set(&[]));
        let left = |deed: Deed| {
            deed.exceptions(named(&[1, 2, 3, 4]), (&was, &found), (&filter_was, &none))
        };
        assert_eq!(left(Deed::Mark), (named(&[1]), named(&[2, 4])));
        assert_eq!(left(Deed::Unmark), (named(&[1, 3]), named(&[2])));
        assert_eq!(left(Deed::Invert), (named(&[1, 3]), named(&[2, 4])));
    }

    #[test]
    fn filters_say_whom_a_deed_leaves_marked() {
        let parsed = |text: &str| {
            filter::parse(text, Date::constant(2026, 11, 22))
                .unwrap()
                .filter
        };
        let (own, other) = (parsed("a"), parsed("b or c"));
        let said = |deed: Deed| deed.of_filters(&own, &other).to_string();
        assert_eq!(said(Deed::Mark), "a or b or c");
        assert_eq!(said(Deed::Unmark), "a -(b or c)");
        assert_eq!(said(Deed::Invert), "(b or c) -a or a -(b or c)");
    }
}
