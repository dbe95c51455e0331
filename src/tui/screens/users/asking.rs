//! What the users screen asks the service, one question of a kind at a time.

use super::detail::{self, Detail};
use super::marking::today;
use super::{Focus, Message, UsersScreen};
use crate::domain::{JobId, UserId};
use crate::service::jobs::{PlanTarget, PlanTargets, TargetChoice, Targets};
use crate::service::users::{Count, CountUsers, ListUsers, Timeline, UserPage};
use crate::service::{Result, Service, Session};
use crate::tui::screen::Cx;
use crate::tui::widgets::grid::{Page, Wish};
use crate::tui::widgets::refusal::Refusal;

/// Up to here the number beside the filter is exact at once; beyond, it is counted in the background.
const COUNT_MAX: u32 = 10_000;

/// Rows that a job failed on or refused, kept marked; more are left unmarked.
const LEFT_MAX: u32 = 5_000;

impl UsersScreen {
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
        let (page, limit) = self.grid.request(wish, |row| Some(row.cursor.clone()));
        let query = ListUsers {
            filter: self.marks.put_into(&filter, today(cx)),
            sort: self.sort,
            descending: self.descending,
            page,
            limit,
        };
        cx.ask_latest("rows", query, move |result| Message::Listed {
            wish,
            filter,
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
        result: Result<UserPage>,
        cx: &mut Cx<'_, Message>,
    ) {
        match self.search.answered(filter, result) {
            Ok(page) => {
                let more_before =
                    page.more_before && (wish != Wish::Same || self.grid.has_before());
                let page = Page {
                    rows: page.rows,
                    more_before,
                    more_after: page.more_after,
                };
                self.refused = None;
                self.grid.take(wish, page);
                if self.restored.is_some_and(|user| self.grid.find(user)) {
                    self.restored = None;
                }
                if matches!(wish, Wish::First | Wish::Same) {
                    self.count(wish, cx);
                    self.count_hidden(cx);
                } else {
                    self.ask_known(cx);
                }
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

    fn count(&mut self, wish: Wish, cx: &mut Cx<'_, Message>) {
        let recount = std::mem::take(&mut self.recount) || wish != Wish::Same;
        // A large number costs much and changes little: only what this console did counts it anew.
        let is_large =
            |count: Option<Count>| count.is_some_and(|count| count.number > i64::from(COUNT_MAX));
        let filter = self.marks.put_into(self.search.applied(), today(cx));
        let everyone = filter.trim().is_empty();
        if recount || !is_large(self.found) {
            let cap = Some(COUNT_MAX);
            cx.ask_latest("found", CountUsers { filter, cap }, Message::Found);
        }
        let changed = wish == Wish::Same && (recount || !is_large(self.all));
        if !everyone && (self.all.is_none() || changed) {
            let all = CountUsers {
                filter: String::new(),
                cap: Some(COUNT_MAX),
            };
            cx.ask_latest("all", all, Message::All);
        }
    }

    /// Counts on what was counted while somebody typed.
    pub(super) fn count_all_on(&self, cx: &mut Cx<'_, Message>) {
        if let Some(found) = self.found {
            self.count_on(found, "found", cx);
        }
        if let Some(all) = self.all
            && !self.search.applied().trim().is_empty()
        {
            self.count_on(all, "all", cx);
        }
    }

    /// Counts on where the first count stopped, once nobody types any more.
    pub(super) fn count_on(&self, count: Count, lane: &'static str, cx: &mut Cx<'_, Message>) {
        if !count.capped || self.focus == Focus::Filter {
            return;
        }
        if lane == "all" {
            let query = CountUsers {
                filter: String::new(),
                cap: None,
            };
            cx.ask_latest(lane, query, Message::All);
        } else {
            let query = CountUsers {
                filter: self.marks.put_into(self.search.applied(), today(cx)),
                cap: None,
            };
            cx.ask_latest(lane, query, Message::Found);
        }
    }

    /// Asks who of a job's targets it did not deal with: they stay marked.
    pub(super) fn ask_left_over(job: JobId, targets: Targets, cx: &mut Cx<'_, Message>) {
        let Some(session) = cx.session().cloned() else {
            return;
        };
        let work = left_over(cx.service().clone(), session, job);
        cx.spawn(work, move |result| Message::Left(targets, result));
    }

    /// Asks for the detail of the current user, one question at a time: while the cursor runs, only
    /// the row where it rests is asked for.
    pub(super) fn load_detail(&mut self, cx: &mut Cx<'_, Message>) {
        if !(self.pane || self.focus == Focus::Page) || self.detail_asked.is_some() {
            return;
        }
        let Some(id) = self.subject() else {
            self.detail = None;
            return;
        };
        let known = self
            .detail
            .as_ref()
            .is_some_and(|detail| detail.user.id == id);
        if !known || self.detail_stale {
            self.ask_detail(id, cx);
        }
    }

    fn ask_detail(&mut self, id: UserId, cx: &mut Cx<'_, Message>) {
        let Some(session) = cx.session().cloned() else {
            return;
        };
        self.detail_asked = Some(id);
        self.detail_stale = false;
        let work = detail::load(cx.service().clone(), session, id);
        cx.spawn(work, move |result| {
            Message::Detailed(id, result.map(Box::new))
        });
    }

    pub(super) fn detailed(
        &mut self,
        id: UserId,
        result: Result<Box<Detail>>,
        cx: &mut Cx<'_, Message>,
    ) {
        self.detail_asked = None;
        match result {
            Ok(detail) if self.subject() == Some(id) => self.detail = Some(*detail),
            Ok(_) => {}
            Err(error) => {
                cx.report(&error);
                return;
            }
        }
        self.load_detail(cx);
    }

    pub(super) fn ask_older(&mut self, cx: &mut Cx<'_, Message>) {
        let Some(detail) = self.detail.as_mut().filter(|detail| detail.more) else {
            return;
        };
        detail.more = false;
        let user = detail.user.id;
        let before = detail.timeline.last().map(|entry| entry.at);
        let query = Timeline {
            user,
            before,
            limit: detail::ENTRIES_PAGE,
        };
        cx.ask(query, move |result| Message::Older(user, result));
    }
}

/// The targets that a job did not deal with: they stay marked.
async fn left_over(service: Service, session: Session, job: JobId) -> Result<Vec<PlanTarget>> {
    let targets = |choice| PlanTargets {
        job,
        choice,
        after: 0,
        limit: LEFT_MAX,
    };
    let mut left = service.ask(&session, targets(TargetChoice::Failed)).await?;
    left.extend(
        service
            .ask(&session, targets(TargetChoice::Refused))
            .await?,
    );
    Ok(left)
}
