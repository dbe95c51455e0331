//! What can be done to a job: resume, pause, cancel, take back.

use crate::service::Result;
use crate::service::jobs::{
    CancelJob, Job, JobState, PauseJob, Plan, PlanTarget, PlanTargets, ResumeJob, RetryJob,
    TargetChoice,
};
use crate::tui::actions::{ActionId, Offered};
use crate::tui::keys::is_printable;
use crate::tui::look::{Look, indented, row};
use crate::tui::notice::Notice;
use crate::tui::screen::{Cx, Screen};
use crate::tui::shared::Subject;
use crate::tui::theme::Role;
use crate::tui::widgets::panel::{centered, draw_box};
use crossterm::event::{KeyCode, KeyEvent};
use ratatui::Frame;
use ratatui::layout::Rect;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Deed {
    Resume,
    Pause,
    Cancel,
    Retry,
    MarkFailed,
    Undo,
    Audit,
}

impl Deed {
    const ALL: [Self; 7] = [
        Self::Resume,
        Self::Pause,
        Self::Cancel,
        Self::Retry,
        Self::MarkFailed,
        Self::Undo,
        Self::Audit,
    ];

    const fn letter(self) -> char {
        match self {
            Self::Resume => 'r',
            Self::Pause => 'p',
            Self::Cancel => 'c',
            Self::Retry => 't',
            Self::MarkFailed => 'm',
            Self::Undo => 'u',
            Self::Audit => 'l',
        }
    }

    const fn label(self) -> &'static str {
        match self {
            Self::Resume => "Resume where it stopped",
            Self::Pause => "Pause after its current rows",
            Self::Cancel => "Cancel: what is done stays done",
            Self::Retry => "Try the failed again (opens a plan)",
            Self::MarkFailed => "Mark the failed in Users",
            Self::Undo => "Undo (opens its plan)",
            Self::Audit => "What the audit says of it",
        }
    }

    const fn past(self) -> &'static str {
        match self {
            Self::Resume => "resumed",
            Self::Pause => "paused",
            Self::Cancel => "cancelled",
            Self::Retry => "tried again",
            Self::MarkFailed => "marked",
            Self::Undo => "undone",
            Self::Audit => "looked up",
        }
    }

    /// Why it can't be done to the job; nothing where it can.
    fn why_off(self, job: &Job) -> Option<&'static str> {
        let state = job.state;
        match self {
            Self::Resume if matches!(state, JobState::Paused | JobState::Running) => None,
            Self::Resume => Some("it is not paused"),
            Self::Pause if state == JobState::Running => None,
            Self::Pause => Some("it is not running"),
            Self::Cancel
                if matches!(
                    state,
                    JobState::Paused | JobState::Running | JobState::Planned
                ) =>
            {
                None
            }
            Self::Cancel => Some("it has ended already"),
            Self::Retry | Self::MarkFailed if job.failed == 0 => Some("nobody failed in it"),
            Self::Retry if !job.is_finished() => Some("it has not ended yet"),
            Self::Retry if job.undo_of.is_some() => Some("it is an undo: undo again instead"),
            Self::Retry | Self::MarkFailed | Self::Audit => None,
            Self::Undo if job.undone_by.is_some() => Some("it was taken back already"),
            Self::Undo if job.undoable => None,
            Self::Undo => Some("nothing of it can be taken back"),
        }
    }
}

/// Failed users that are marked at once.
const FAILED_MAX: u32 = 5_000;

pub struct JobMenu {
    job: Job,
    cursor: usize,
}

pub enum Message {
    Did(&'static str, Result<Job>),
    Resumed(Result<Job>),
    Planned(Result<Plan>),
    Failed(Result<Vec<PlanTarget>>),
}

impl JobMenu {
    #[must_use]
    pub fn new(job: Job) -> Self {
        let cursor = Deed::ALL
            .iter()
            .position(|deed| deed.why_off(&job).is_none())
            .unwrap_or(0);
        Self { job, cursor }
    }

    fn choose(&self, deed: Deed, cx: &mut Cx<'_, Message>) {
        if let Some(why) = deed.why_off(&self.job) {
            cx.notify(Notice::plain(format!(
                "Job {} can't be {}: {why}.",
                self.job.id.0,
                deed.past()
            )));
            return;
        }
        let job = self.job.id;
        match deed {
            Deed::Resume => cx.perform(ResumeJob { job }, Message::Resumed),
            Deed::Pause => cx.perform(PauseJob { job }, |result| Message::Did("pausing", result)),
            Deed::Cancel => cx.perform(CancelJob { job }, |result| {
                Message::Did("cancelled", result)
            }),
            Deed::Undo => {
                cx.close();
                cx.undo(job);
            }
            Deed::Retry => cx.perform(RetryJob { job }, Message::Planned),
            Deed::MarkFailed => {
                let failed = PlanTargets {
                    job,
                    choice: TargetChoice::Failed,
                    after: 0,
                    limit: FAILED_MAX,
                };
                cx.ask(failed, Message::Failed);
            }
            Deed::Audit => {
                cx.close();
                cx.show(Subject::Audit(format!("job:{}", job.0)));
            }
        }
    }
}

impl Screen for JobMenu {
    type Message = Message;

    fn title(&self) -> &'static str {
        "Job"
    }

    fn actions(&self) -> Vec<Offered> {
        vec![
            Offered::on(ActionId::Open)
                .named("or letter: choose")
                .in_footer(),
            Offered::on(ActionId::Back).in_footer(),
            Offered::on(ActionId::Up),
            Offered::on(ActionId::Down),
        ]
    }

    /// Letters choose, so none of them may mean anything else here.
    fn takes_text(&self) -> bool {
        true
    }

    fn has_field(&self) -> bool {
        false
    }

    fn key(&mut self, key: KeyEvent, cx: &mut Cx<'_, Message>) -> bool {
        let KeyCode::Char(letter) = key.code else {
            return false;
        };
        if !is_printable(key) {
            return false;
        }
        match Deed::ALL.iter().find(|deed| deed.letter() == letter) {
            Some(deed) => self.choose(*deed, cx),
            None if letter == 'q' => cx.close(),
            None => cx.notify(Notice::plain(format!(
                "No action here has the letter {letter}."
            ))),
        }
        true
    }

    fn command(&mut self, action: ActionId, cx: &mut Cx<'_, Message>) {
        match action {
            ActionId::Open => {
                if let Some(deed) = Deed::ALL.get(self.cursor) {
                    self.choose(*deed, cx);
                }
            }
            ActionId::Up => self.cursor = self.cursor.saturating_sub(1),
            ActionId::Down => self.cursor = (self.cursor + 1).min(Deed::ALL.len() - 1),
            _ => cx.close(),
        }
    }

    fn update(&mut self, message: Message, cx: &mut Cx<'_, Message>) {
        match message {
            Message::Resumed(Ok(job)) => {
                cx.notify(Notice::plain(format!(
                    "running: {} (job {})",
                    job.title, job.id.0
                )));
                cx.start_job(job.id, None);
            }
            Message::Did(word, Ok(job)) => {
                cx.notify(Notice::plain(format!(
                    "{word}: {} (job {})",
                    job.title, job.id.0
                )));
            }
            Message::Planned(Ok(plan)) => cx.carry_out(plan, None),
            Message::Failed(Ok(failed)) => {
                let failed = failed
                    .into_iter()
                    .map(|target| (target.user, target.username));
                cx.show(Subject::Marked(failed.collect()));
            }
            Message::Planned(Err(error))
            | Message::Failed(Err(error))
            | Message::Resumed(Err(error))
            | Message::Did(_, Err(error)) => cx.report(&error),
        }
        cx.close();
    }

    fn draw(&self, frame: &mut Frame<'_>, area: Rect, look: &Look<'_>) {
        let heading = format!("Job {}: {}", self.job.id.0, self.job.title);
        let inside = draw_box(frame, centered(area, 76, 9), &heading, look);
        for (index, deed) in Deed::ALL.iter().enumerate() {
            let why = deed.why_off(&self.job);
            let role = match (index == self.cursor, why) {
                (true, _) => Role::CursorRow,
                (false, None) => Role::Text,
                (false, Some(_)) => Role::Muted,
            };
            let at = row(inside, index);
            if index == self.cursor {
                look.place_cursor(frame, at.x, at.y);
            }
            let buffer = frame.buffer_mut();
            buffer.set_style(at, look.style(role));
            let letter = if why.is_none() { deed.letter() } else { '-' };
            look.put(buffer, at, &format!(" {letter}   {}", deed.label()), role);
            look.put(buffer, indented(at, 42), why.unwrap_or_default(), role);
        }
    }
}
