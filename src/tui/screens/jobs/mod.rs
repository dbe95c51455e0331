//! The jobs: what runs, what ran, and what became of each target.

mod copies;
mod draw;
mod filter;
mod pace;

use super::filter_line;
use crate::domain::JobId;
use crate::service::Result;
use crate::service::jobs::{
    Job, JobState, ListJobs, PlanTarget, PlanTargets, ShowJob, TargetChoice,
};
use crate::tui::actions::{ActionId, MOVES, Offered, moves};
use crate::tui::look::Look;
use crate::tui::modals::job_menu::JobMenu;
use crate::tui::notice::Notice;
use crate::tui::screen::{Cx, Screen};
use crate::tui::shared::{Finished, Subject};
use crate::tui::widgets::field::{Edit, Field};
use crate::tui::widgets::grid::{Grid, Page, Row, Wish};
use crate::tui::widgets::refusal::Refusal;
use crossterm::event::KeyEvent;
use pace::Paces;
use ratatui::Frame;
use ratatui::layout::{Position, Rect};

/// Jobs shown, the newest.
const JOBS_MAX: u32 = 500;

/// Targets shown below the list: those that need a look first.
const TARGETS_MAX: u32 = 200;

/// Running jobs that have a line of their own.
const RUNNING_MAX: usize = 2;

/// Longest filter.
const FILTER_MAX: usize = 200;

/// Lines of the detail under the list.
const DETAIL_HEIGHT: u16 = 9;

pub struct JobsScreen {
    /// The newest, of which the grid shows those that match.
    all: Vec<Job>,
    grid: Grid<Job>,
    filter: Field,
    filtering: bool,
    /// The filter that Esc brings back.
    before: String,
    paces: Paces,
    detail: Option<Detail>,
    detail_asked: Option<JobId>,
    /// Opened by Enter: the detail takes the whole screen.
    whole: bool,
    scroll: usize,
    /// Why there is no list.
    refused: Option<Refusal>,
}

impl Default for JobsScreen {
    fn default() -> Self {
        Self {
            all: Vec::new(),
            grid: Grid::default(),
            filter: Field::new(FILTER_MAX),
            filtering: false,
            before: String::new(),
            paces: Paces::default(),
            detail: None,
            detail_asked: None,
            whole: false,
            scroll: 0,
            refused: None,
        }
    }
}

struct Detail {
    job: JobId,
    /// Failed and refused first, then the others.
    targets: Vec<PlanTarget>,
}

pub enum Message {
    Listed(Result<Vec<Job>>),
    Detailed(JobId, Result<Vec<PlanTarget>>),
    Shown(Result<Job>),
    /// What became of the targets, to be copied as the action says.
    Results(ActionId, Box<Job>, Result<Vec<PlanTarget>>),
}

impl Row for Job {
    type Id = JobId;

    fn id(&self) -> JobId {
        self.id
    }

    fn differs(&self, other: &Self) -> bool {
        (self.state, self.done, self.failed) != (other.state, other.done, other.failed)
    }
}

impl JobsScreen {
    fn list(cx: &mut Cx<'_, Message>) {
        let query = ListJobs {
            limit: JOBS_MAX,
            unfinished: false,
        };
        cx.ask_latest("jobs", query, Message::Listed);
    }

    fn listed(&mut self, jobs: Vec<Job>, cx: &mut Cx<'_, Message>) {
        self.refused = None;
        self.paces.note(&jobs, cx.now());
        self.all = jobs;
        self.narrow(cx);
    }

    /// Shows those of the jobs that match the filter.
    fn narrow(&mut self, cx: &mut Cx<'_, Message>) {
        let wish = if self.grid.is_loaded() {
            Wish::Same
        } else {
            Wish::First
        };
        let matching = self.all.iter();
        let matching = matching.filter(|job| filter::matches(job, self.filter.value()));
        let page = Page {
            rows: matching.cloned().collect(),
            more_before: false,
            more_after: false,
        };
        self.grid.take(wish, page);
        self.reload_detail(cx);
    }

    fn load_detail(&mut self, cx: &mut Cx<'_, Message>) {
        let current = self.grid.current().map(|job| job.id);
        if self.detail.as_ref().map(|detail| detail.job) != current {
            self.reload_detail(cx);
        }
    }

    /// Asks for the targets of the current job; one question at a time.
    fn reload_detail(&mut self, cx: &mut Cx<'_, Message>) {
        let Some(job) = self.grid.current().map(|job| job.id) else {
            return;
        };
        if self.detail_asked.is_some() {
            return;
        }
        let Some(session) = cx.session().cloned() else {
            return;
        };
        self.detail_asked = Some(job);
        let service = cx.service().clone();
        let work = async move {
            let targets = |choice| PlanTargets {
                job,
                choice,
                after: 0,
                limit: TARGETS_MAX,
            };
            let mut found = service.ask(&session, targets(TargetChoice::Failed)).await?;
            found.extend(
                service
                    .ask(&session, targets(TargetChoice::Refused))
                    .await?,
            );
            for target in service.ask(&session, targets(TargetChoice::All)).await? {
                if !found.iter().any(|known| known.position == target.position) {
                    found.push(target);
                }
            }
            Ok(found)
        };
        cx.spawn(work, move |result| Message::Detailed(job, result));
    }

    fn detailed(&mut self, job: JobId, result: Result<Vec<PlanTarget>>, cx: &mut Cx<'_, Message>) {
        self.detail_asked = None;
        match result {
            Ok(targets) => self.detail = Some(Detail { job, targets }),
            Err(error) => {
                cx.report(&error);
                return;
            }
        }
        self.load_detail(cx);
    }

    fn height(&self, area: Rect) -> usize {
        let [list, ..] = draw::split(area, self.running_lines());
        usize::from(list.height.saturating_sub(1))
    }

    /// What runs now, here or elsewhere; no more than there are lines for.
    fn running(&self) -> impl Iterator<Item = &Job> {
        let running = self.all.iter();
        running
            .filter(|job| job.state == JobState::Running)
            .take(RUNNING_MAX)
    }

    fn running_lines(&self) -> u16 {
        u16::try_from(self.running().count()).unwrap_or(0)
    }

    fn menu(&self, cx: &mut Cx<'_, Message>) {
        if let Some(job) = self.grid.current() {
            cx.open_modal(JobMenu::new(job.clone()));
        }
    }

    fn scroll(&mut self, motion: ActionId, cx: &Cx<'_, Message>) {
        let page = usize::from(cx.area().height).saturating_sub(2).max(1);
        let last = self
            .detail
            .as_ref()
            .map_or(0, |detail| detail.targets.len());
        self.scroll = match motion {
            ActionId::Up => self.scroll.saturating_sub(1),
            ActionId::Down => self.scroll + 1,
            ActionId::PageUp => self.scroll.saturating_sub(page),
            ActionId::PageDown => self.scroll + page,
            ActionId::HalfPageUp => self.scroll.saturating_sub(page / 2),
            ActionId::HalfPageDown => self.scroll + page / 2,
            ActionId::First => 0,
            _ => last,
        }
        .min(last.saturating_sub(1));
    }
}

impl Screen for JobsScreen {
    type Message = Message;

    fn title(&self) -> &'static str {
        "Jobs"
    }

    fn open(&mut self, cx: &mut Cx<'_, Message>) {
        Self::list(cx);
    }

    fn actions(&self) -> Vec<Offered> {
        if let Some(refusal) = &self.refused {
            return refusal.actions();
        }
        if self.filtering {
            return filter_line::actions();
        }
        let some = self.grid.current().is_some();
        let empty = "There is no job yet: actions on users become jobs.";
        let mut offered = vec![
            Offered::when(some, ActionId::Act, empty)
                .named("pause, retry, undo")
                .in_footer(),
            Offered::when(some, ActionId::Open, empty)
                .named("all targets")
                .in_footer(),
        ];
        offered.extend(moves());
        let filter = Offered::on(ActionId::Filter).labelled("Filter: words, a number, state:, by:");
        offered.push(filter.in_footer());
        offered.push(
            Offered::when(some, ActionId::Timeline, empty)
                .named("audit")
                .labelled("What the audit says of this job"),
        );
        offered.extend(copies::offered(some, empty));
        if self.whole {
            offered.push(Offered::on(ActionId::Back).in_footer());
            offered.push(Offered::on(ActionId::Close));
        }
        offered
    }

    fn command(&mut self, action: ActionId, cx: &mut Cx<'_, Message>) {
        match action {
            ActionId::Act => self.menu(cx),
            ActionId::Explain => cx.explain(self.refused.as_ref().and_then(Refusal::lack)),
            ActionId::CopyId
            | ActionId::CopyRow
            | ActionId::CopyJson
            | ActionId::CopyCsv
            | ActionId::CopyCommand
            | ActionId::Plain => self.copy(action, cx),
            ActionId::Filter => {
                self.whole = false;
                self.filtering = true;
                self.filter.value().clone_into(&mut self.before);
            }
            ActionId::Open if self.filtering => self.filtering = false,
            ActionId::Back if self.filtering => {
                self.filtering = false;
                let before = std::mem::take(&mut self.before);
                self.filter.set(&before);
                self.narrow(cx);
            }
            ActionId::Timeline => {
                if let Some(job) = self.grid.current() {
                    cx.show(Subject::Audit(format!("job:{}", job.id.0)));
                }
            }
            ActionId::Open => {
                self.whole = true;
                self.scroll = 0;
            }
            ActionId::Back | ActionId::Close => {
                self.whole = false;
                self.scroll = 0;
            }
            motion if MOVES.contains(&motion) && self.whole => self.scroll(motion, cx),
            motion if MOVES.contains(&motion) => {
                let height = self.height(cx.area());
                // All jobs that are shown are there, so no page is ever missing.
                let _ = self.grid.go(motion, height);
                self.load_detail(cx);
            }
            _ => {}
        }
    }

    fn takes_text(&self) -> bool {
        self.filtering
    }

    fn key(&mut self, key: KeyEvent, cx: &mut Cx<'_, Message>) -> bool {
        if !self.filtering {
            return false;
        }
        let edit = self.filter.key(key);
        if edit == Edit::Changed {
            self.narrow(cx);
        }
        edit != Edit::Ignored
    }

    fn click(&mut self, at: Position, cx: &mut Cx<'_, Message>) {
        if !self.whole && self.grid.click(at) {
            self.load_detail(cx);
        }
    }

    fn update(&mut self, message: Message, cx: &mut Cx<'_, Message>) {
        match message {
            Message::Listed(Ok(jobs)) => self.listed(jobs, cx),
            Message::Listed(Err(error)) if error.lack().is_some() => {
                self.refused = Some(Refusal::of(&error));
                self.filtering = false;
            }
            Message::Detailed(job, result) => self.detailed(job, result, cx),
            Message::Shown(Ok(job)) => {
                self.filter.set("");
                self.narrow(cx);
                if !self.grid.find(job.id) {
                    cx.notify(Notice::plain(
                        "That job is older than the ones listed here.",
                    ));
                }
                self.load_detail(cx);
            }
            Message::Results(action, job, result) => Self::results(action, &job, result, cx),
            Message::Listed(Err(error)) | Message::Shown(Err(error)) => {
                cx.report(&error);
            }
        }
    }

    fn changed(&mut self, cx: &mut Cx<'_, Message>) {
        Self::list(cx);
    }

    fn finished(&mut self, _finished: &Finished, cx: &mut Cx<'_, Message>) {
        if self.grid.is_loaded() {
            Self::list(cx);
        }
    }

    fn show(&mut self, subject: &Subject, cx: &mut Cx<'_, Message>) -> bool {
        let Subject::Job(job) = subject else {
            return false;
        };
        cx.ask(ShowJob { job: *job }, Message::Shown);
        true
    }

    fn filter(&self) -> String {
        self.filter.value().to_owned()
    }

    fn filter_by(&mut self, filter: &str, _cx: &mut Cx<'_, Message>) {
        self.filter.set(filter);
    }

    fn draw(&self, frame: &mut Frame<'_>, area: Rect, look: &Look<'_>) {
        self.draw_in(frame, area, look);
    }
}
