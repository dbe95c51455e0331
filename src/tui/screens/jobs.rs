//! The jobs: what runs, what ran, and what became of each target.

use crate::domain::JobId;
use crate::domain::text::{safe_json, tsv_line};
use crate::service::Result;
use crate::service::jobs::{
    Job, JobState, ListJobs, PlanTarget, PlanTargets, ShowJob, TargetChoice,
};
use crate::tui::actions::{ActionId, MOVES, Offered, moves};
use crate::tui::app::handled_of;
use crate::tui::look::{Look, indented, row, thousands};
use crate::tui::modals::job_menu::JobMenu;
use crate::tui::notice::Notice;
use crate::tui::screen::{Cx, Screen};
use crate::tui::shared::{Finished, Subject};
use crate::tui::theme::Role;
use crate::tui::widgets::columns::Column;
use crate::tui::widgets::grid::{Drawing, Grid, Page, Row, Wish};
use crate::tui::widgets::panel::paragraph;
use ratatui::Frame;
use ratatui::layout::{Position, Rect};

/// Jobs shown, the newest.
const JOBS_MAX: u32 = 500;

/// Targets shown below the list: those that need a look first.
const TARGETS_MAX: u32 = 200;

/// Lines of the detail under the list.
const DETAIL_HEIGHT: u16 = 9;

#[derive(Default)]
pub struct JobsScreen {
    grid: Grid<Job>,
    detail: Option<Detail>,
    detail_asked: Option<JobId>,
    /// Opened by Enter: the detail takes the whole screen.
    whole: bool,
    scroll: usize,
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

const COLUMNS: &[Column] = &[
    Column {
        title: "JOB",
        least: 4,
        most: 8,
        expendable: 0,
    },
    Column {
        title: "WHAT",
        least: 24,
        most: 50,
        expendable: 0,
    },
    Column {
        title: "BY",
        least: 7,
        most: 16,
        expendable: 2,
    },
    Column {
        title: "STATE",
        least: 9,
        most: 9,
        expendable: 0,
    },
    Column {
        title: "DONE",
        least: 9,
        most: 17,
        expendable: 1,
    },
    Column {
        title: "FAIL",
        least: 4,
        most: 7,
        expendable: 1,
    },
    Column {
        title: "WHEN",
        least: 10,
        most: 12,
        expendable: 3,
    },
];

impl JobsScreen {
    fn list(cx: &mut Cx<'_, Message>) {
        let query = ListJobs {
            limit: JOBS_MAX,
            unfinished: false,
        };
        cx.ask_latest("jobs", query, Message::Listed);
    }

    fn listed(&mut self, jobs: Vec<Job>, cx: &mut Cx<'_, Message>) {
        let wish = if self.grid.is_loaded() {
            Wish::Same
        } else {
            Wish::First
        };
        let page = Page {
            rows: jobs,
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

    fn height(area: Rect) -> usize {
        usize::from(split(area).0.height.saturating_sub(1))
    }

    fn menu(&self, cx: &mut Cx<'_, Message>) {
        if let Some(job) = self.grid.current() {
            cx.open_modal(JobMenu::new(job.clone()));
        }
    }

    fn copy(&self, action: ActionId, cx: &mut Cx<'_, Message>) {
        let Some(job) = self.grid.current() else {
            return;
        };
        let (what, text) = match action {
            ActionId::CopyId => ("the number", job.id.0.to_string()),
            ActionId::CopyRow => {
                let look = cx.look();
                let cells = (0..COLUMNS.len()).map(|column| cell(job, column, &look));
                ("1 row", tsv_line(cells))
            }
            ActionId::CopyJson => {
                let json = serde_json::to_string_pretty(job).unwrap_or_default();
                ("JSON", safe_json(&json))
            }
            _ => (
                "the command line",
                format!("wardroom job show {}", job.id.0),
            ),
        };
        cx.copy(what, text);
    }

    /// A job and its targets as text, as far as they are shown.
    fn plain(&self, job: &Job, look: &Look<'_>) -> String {
        let mut text = format!("job {}  {}\n", job.id.0, job.title);
        for (fact, _) in facts(job, look) {
            text.extend([&fact, "\n"]);
        }
        for target in self.targets_of(job) {
            let note = target.remark();
            text.push_str(&tsv_line([&target.username, what_became(target), note]));
        }
        text
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
        let some = self.grid.current().is_some();
        let empty = "There is no job yet: actions on users become jobs.";
        let mut offered = vec![
            Offered::when(some, ActionId::Act, empty)
                .named("pause, resume, undo")
                .in_footer(),
            Offered::when(some, ActionId::Open, empty)
                .named("all targets")
                .in_footer(),
        ];
        let copies = [
            ActionId::CopyId,
            ActionId::CopyRow,
            ActionId::CopyJson,
            ActionId::CopyCommand,
            ActionId::Plain,
        ];
        offered.extend(copies.map(|id| Offered::when(some, id, empty)));
        offered.extend(moves());
        if self.whole {
            offered.push(Offered::on(ActionId::Back).in_footer());
            offered.push(Offered::on(ActionId::Close));
        }
        offered
    }

    fn command(&mut self, action: ActionId, cx: &mut Cx<'_, Message>) {
        match action {
            ActionId::Act => self.menu(cx),
            ActionId::CopyId | ActionId::CopyRow | ActionId::CopyJson | ActionId::CopyCommand => {
                self.copy(action, cx);
            }
            ActionId::Plain => {
                if let Some(job) = self.grid.current() {
                    cx.open_plain(&self.plain(job, &cx.look()));
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
                let height = Self::height(cx.area());
                // All jobs that are shown are there, so no page is ever missing.
                let _ = self.grid.go(motion, height);
                self.load_detail(cx);
            }
            _ => {}
        }
    }

    fn click(&mut self, at: Position, cx: &mut Cx<'_, Message>) {
        if !self.whole && self.grid.click(at) {
            self.load_detail(cx);
        }
    }

    fn update(&mut self, message: Message, cx: &mut Cx<'_, Message>) {
        match message {
            Message::Listed(Ok(jobs)) => self.listed(jobs, cx),
            Message::Detailed(job, result) => self.detailed(job, result, cx),
            Message::Shown(Ok(job)) => {
                if !self.grid.find(job.id) {
                    cx.notify(Notice::plain(
                        "That job is older than the ones listed here.",
                    ));
                }
                self.load_detail(cx);
            }
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

    fn draw(&self, frame: &mut Frame<'_>, area: Rect, look: &Look<'_>) {
        if self.whole {
            self.draw_detail(frame, area, look);
            return;
        }
        let (list, below) = split(area);
        let drawing = Drawing {
            cell: &|job: &Job, column| cell(job, column, look),
            marked: &|_| false,
            flag: &|job: &Job| if needs_a_look(job) { '!' } else { ' ' },
            sort: None,
            focused: true,
        };
        self.grid.draw(frame, list, COLUMNS, &drawing, look);
        if self.grid.rows().is_empty() {
            let text = if self.grid.is_loaded() {
                "    No job yet. Actions on users become jobs: g u, then a."
            } else {
                "    loading ..."
            };
            look.put(frame.buffer_mut(), row(list, 2), text, Role::Muted);
        }
        self.draw_detail(frame, below, look);
    }
}

fn split(area: Rect) -> (Rect, Rect) {
    let detail = DETAIL_HEIGHT.min(area.height / 2);
    let list = Rect {
        height: area.height - detail,
        ..area
    };
    (
        list,
        Rect {
            y: area.y + list.height,
            height: detail,
            ..area
        },
    )
}

const fn needs_a_look(job: &Job) -> bool {
    matches!(job.state, JobState::Paused | JobState::Partial) || job.failed > 0
}

fn cell(job: &Job, column: usize, look: &Look<'_>) -> String {
    match column {
        0 => job.id.0.to_string(),
        1 => job.title.clone(),
        2 => job.operator.clone(),
        3 => state(job),
        4 => format!("{}/{}", thousands(handled_of(job)), thousands(job.total)),
        5 => thousands(job.failed + job.refused),
        _ => look.ago(job.created_at),
    }
}

/// What needs somebody is written in capitals.
fn state(job: &Job) -> String {
    match job.state {
        JobState::Partial | JobState::Paused | JobState::Undone => {
            job.state.as_str().to_uppercase()
        }
        state => state.as_str().to_owned(),
    }
}

impl JobsScreen {
    fn draw_detail(&self, frame: &mut Frame<'_>, area: Rect, look: &Look<'_>) {
        let Some(job) = self.grid.current() else {
            return;
        };
        look.rule(
            frame.buffer_mut(),
            row(area, 0),
            &format!("job {}  {}", job.id.0, job.title),
        );
        let inside = indented(
            Rect {
                y: area.y + 1,
                height: area.height.saturating_sub(1),
                ..area
            },
            1,
        );
        if self.whole {
            look.place_cursor(frame, inside.x, inside.y);
        }
        let mut line = 0;
        for (text, role) in facts(job, look) {
            line = paragraph(frame, inside, line, &text, role, look);
        }
        for target in self.targets_of(job).iter().skip(self.scroll) {
            if line >= usize::from(inside.height) {
                break;
            }
            line = draw_target(frame, inside, line, target, look);
        }
    }

    fn targets_of(&self, job: &Job) -> &[PlanTarget] {
        let detail = self.detail.as_ref().filter(|detail| detail.job == job.id);
        detail.map_or(&[], |detail| &detail.targets)
    }
}

fn facts(job: &Job, look: &Look<'_>) -> Vec<(String, Role)> {
    let mut facts = Vec::new();
    let mut when = format!("planned {}", look.time_and_ago(job.created_at));
    if !job.finished_at.is_never() {
        let seconds = job.started_at.seconds_until(job.finished_at);
        when.extend([
            ", ended ",
            &look.time(job.finished_at),
            &format!(", took {seconds} s"),
        ]);
    }
    facts.push((when, Role::Text));
    let numbers = format!(
        "done {}   failed {}   refused {}   already so {}   from: {}",
        thousands(job.done),
        thousands(job.failed),
        thousands(job.refused),
        thousands(job.already),
        job.selection
    );
    facts.push((numbers, Role::Text));
    let mut why = String::new();
    if !job.reason.is_empty() {
        why.extend(["reason: ", &job.reason, "; "]);
    }
    if !job.ticket.is_empty() {
        why.extend(["ticket: ", &job.ticket]);
    }
    if !why.is_empty() {
        facts.push((why, Role::Text));
    }
    if job.state == JobState::Paused {
        let text = format!(
            "Paused: a, then r, resumes it; or: wardroom job resume {}",
            job.id.0
        );
        facts.push((text, Role::Warning));
    }
    if let Some(by) = job.undone_by {
        facts.push((format!("taken back by job {}", by.0), Role::Warning));
    }
    facts
}

/// Draws one target and its note, which may take more lines. Returns the line after it.
fn draw_target(
    frame: &mut Frame<'_>,
    area: Rect,
    line: usize,
    target: &PlanTarget,
    look: &Look<'_>,
) -> usize {
    let failed = matches!(target.result.as_str(), "failed" | "conflict");
    let bad = failed || target.verdict == "refused";
    let mark = if bad { 'x' } else { ' ' };
    let role = if bad { Role::Warning } else { Role::Text };
    let at = row(area, line);
    let name = Rect {
        width: at.width.min(20),
        ..at
    };
    look.put(
        frame.buffer_mut(),
        name,
        &format!("{mark} {}", target.username),
        role,
    );
    look.put(
        frame.buffer_mut(),
        indented(at, 22),
        what_became(target),
        role,
    );
    paragraph(frame, indented(area, 34), line, &target.remark(), role, look).max(line + 1)
}

fn what_became(target: &PlanTarget) -> &str {
    match (target.verdict.as_str(), target.result.as_str()) {
        ("refused", _) => "REFUSED",
        ("already", _) => "already so",
        (_, "") => "waits",
        (_, result) => result,
    }
}
