//! Which job to take back; choosing one makes the plan that undoes it.

use super::help::picker_actions;
use crate::domain::JobId;
use crate::service::Result;
use crate::service::jobs::{Job, ListJobs};
use crate::tui::actions::{ActionId, Offered};
use crate::tui::look::{Look, row};
use crate::tui::screen::{Cx, Screen};
use crate::tui::theme::Role;
use crate::tui::widgets::field::Edit;
use crate::tui::widgets::panel::draw_box;
use crate::tui::widgets::picker::{Choice, Picker};
use crossterm::event::KeyEvent;
use ratatui::Frame;
use ratatui::layout::Rect;

/// Jobs looked through for some that can be taken back.
const JOBS_MAX: u32 = 200;

const YOURS: &str = " Yours";
const OTHERS: &str = " Of others (with the right job:undo)";

#[derive(Default)]
pub struct UndoList {
    picker: Option<Picker<JobId>>,
}

pub enum Message {
    Listed(Result<Vec<Job>>),
}

impl Screen for UndoList {
    type Message = Message;

    fn title(&self) -> &'static str {
        "Undo"
    }

    fn open(&mut self, cx: &mut Cx<'_, Message>) {
        let query = ListJobs {
            limit: JOBS_MAX,
            unfinished: false,
        };
        cx.ask(query, Message::Listed);
    }

    fn actions(&self) -> Vec<Offered> {
        picker_actions("plan its undo")
    }

    fn takes_text(&self) -> bool {
        true
    }

    fn key(&mut self, key: KeyEvent, _cx: &mut Cx<'_, Message>) -> bool {
        self.picker
            .as_mut()
            .is_some_and(|picker| picker.key(key) != Edit::Ignored)
    }

    fn command(&mut self, action: ActionId, cx: &mut Cx<'_, Message>) {
        match (action, &mut self.picker) {
            (ActionId::Back, _) => cx.close(),
            (ActionId::Open, Some(picker)) => {
                if let Some(choice) = picker.current() {
                    cx.close();
                    cx.undo(choice.value);
                }
            }
            (motion, Some(picker)) => picker.go(motion),
            (_, None) => {}
        }
    }

    fn update(&mut self, Message::Listed(result): Message, cx: &mut Cx<'_, Message>) {
        match result {
            Ok(jobs) => {
                let now = cx.now();
                let own = cx.session().map(|session| session.username.clone());
                let is_own = |job: &Job| Some(&job.operator) == own.as_ref();
                let mut jobs = jobs;
                // Newest first as they come, and one's own before those of others.
                jobs.sort_by_key(|job| !is_own(job));
                let choices = jobs
                    .into_iter()
                    .filter(|job| job.undoable && job.undone_by.is_none())
                    .map(|job| Choice {
                        group: if is_own(&job) { YOURS } else { OTHERS },
                        value: job.id,
                        label: format!("{:>5}  {}", job.id.0, job.title),
                        detail: format!("{}  {}", job.operator, job.finished_at.relative_to(now)),
                        synonyms: String::new(),
                        enabled: true,
                        writes: false,
                    })
                    .collect();
                self.picker = Some(Picker::new(choices));
            }
            Err(error) => {
                cx.report(&error);
                cx.close();
            }
        }
    }

    fn draw(&self, frame: &mut Frame<'_>, area: Rect, look: &Look<'_>) {
        let inside = draw_box(frame, area, "Undo which job? It opens a plan first", look);
        match &self.picker {
            Some(picker) => picker.draw(frame, inside, " type to search: ", look),
            None => {
                look.put(
                    frame.buffer_mut(),
                    row(inside, 0),
                    " loading ...",
                    Role::Muted,
                );
            }
        }
    }
}
