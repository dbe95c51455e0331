//! How the jobs are drawn: the list, what runs, and one job in detail.

use super::pace::Pace;
use super::{DETAIL_HEIGHT, JobsScreen};
use crate::service::jobs::{Job, JobState, PlanTarget};
use crate::tui::app::handled_of;
use crate::tui::look::{Look, indented, row, thousands};
use crate::tui::screen::Screen as _;
use crate::tui::theme::Role;
use crate::tui::widgets::columns::Column;
use crate::tui::widgets::grid::Drawing;
use crate::tui::widgets::panel::paragraph;
use ratatui::Frame;
use ratatui::layout::Rect;

pub(super) const COLUMNS: &[Column] = &[
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

/// Cells of a bar of progress.
const BAR_CELLS: usize = 36;

pub(super) fn split(area: Rect, strip: u16) -> [Rect; 3] {
    let detail = DETAIL_HEIGHT.min(area.height / 2);
    let list = Rect {
        y: area.y + 1,
        height: area.height.saturating_sub(detail + strip + 1),
        ..area
    };
    let running = Rect {
        y: list.bottom(),
        height: strip,
        ..area
    };
    let below = Rect {
        y: running.bottom(),
        height: detail,
        ..area
    };
    [list, running, below]
}

pub(super) const fn needs_a_look(job: &Job) -> bool {
    matches!(job.state, JobState::Paused | JobState::Partial) || job.failed > 0
}

pub(super) fn cell(job: &Job, column: usize, pace: Option<Pace>, look: &Look<'_>) -> String {
    match column {
        0 => job.id.0.to_string(),
        1 => job.title.clone(),
        2 => job.operator.clone(),
        3 => state(job),
        4 => format!("{}/{}", thousands(handled_of(job)), thousands(job.total)),
        5 => thousands(job.failed + job.refused),
        _ => match (job.state, pace, job.undone_by) {
            (JobState::Running, Some(pace), _) => pace.left(job),
            (JobState::Paused, ..) => "resume: a".to_owned(),
            (_, _, Some(by)) => format!("by {}", by.0),
            _ => look.ago(job.created_at),
        },
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
    pub(super) fn draw_in(&self, frame: &mut Frame<'_>, area: Rect, look: &Look<'_>) {
        if let Some(refusal) = &self.refused {
            refusal.draw(frame, area, self.takes_text(), look);
            return;
        }
        if self.whole {
            self.draw_detail(frame, area, look);
            return;
        }
        self.draw_filter(frame, row(area, 0), look);
        let [list, running, below] = split(area, self.running_lines());
        let drawing = Drawing {
            cell: &|job: &Job, column| cell(job, column, self.paces.of(job, look.now), look),
            marked: &|_| false,
            flag: &|job: &Job| if needs_a_look(job) { '!' } else { ' ' },
            sort: None,
            focused: !self.filtering,
        };
        self.grid.draw(frame, list, COLUMNS, &drawing, look);
        if self.grid.rows().is_empty() {
            let text = if !self.grid.is_loaded() {
                "    loading ..."
            } else if self.all.is_empty() {
                "    No job yet. Actions on users become jobs: g u, then a."
            } else {
                "    No job matches this filter.  / changes it, Ctrl-u in it shows all."
            };
            look.put(frame.buffer_mut(), row(list, 2), text, Role::Muted);
        }
        for (index, job) in self.running().enumerate() {
            self.draw_progress(frame, row(running, index), job, look);
        }
        self.draw_detail(frame, below, look);
    }

    fn draw_filter(&self, frame: &mut Frame<'_>, at: Rect, look: &Look<'_>) {
        let (shown, all) = (self.grid.rows().len(), self.all.len());
        let count = format!(" {shown} of {all} ");
        let start = look.put_right(frame.buffer_mut(), at, &count, Role::Text);
        let x = look.put(frame.buffer_mut(), at, " Filter> ", Role::Muted);
        let place = Rect {
            x,
            width: start.saturating_sub(x),
            ..at
        };
        if !self.filtering && self.filter.value().is_empty() {
            look.put(frame.buffer_mut(), place, "all jobs", Role::Muted);
            return;
        }
        let role = if self.filtering {
            Role::FieldFocused
        } else {
            Role::Text
        };
        self.filter
            .draw_in(frame, place, self.filtering, role, look);
    }

    /// `121 [########--------]  62%  4,310 per s  4 s left`.
    fn draw_progress(&self, frame: &mut Frame<'_>, at: Rect, job: &Job, look: &Look<'_>) {
        let handled = handled_of(job);
        let percent = if job.total > 0 {
            handled * 100 / job.total
        } else {
            0
        };
        let mut text = format!("{percent:>3}%");
        if let Some(pace) = self.paces.of(job, look.now) {
            text.extend(["  ", &pace.words(), "  ", &pace.left(job)]);
        }
        let x = look.put(
            frame.buffer_mut(),
            at,
            &format!("    job {} [", job.id.0),
            Role::Text,
        );
        let cells = BAR_CELLS.min(usize::from(at.width / 2));
        let filled = usize::try_from(percent).unwrap_or(0) * cells / 100;
        let bar = format!(
            "{}{}]  {text}",
            "#".repeat(filled),
            "-".repeat(cells.saturating_sub(filled))
        );
        let rest = Rect {
            x,
            width: at.right().saturating_sub(x),
            ..at
        };
        look.put(frame.buffer_mut(), rest, &bar, Role::Good);
    }

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
        let targets = self.detail.as_ref().filter(|detail| detail.job == job.id);
        let targets = targets.map_or(&[][..], |detail| &detail.targets);
        for target in targets.iter().skip(self.scroll) {
            if line >= usize::from(inside.height) {
                break;
            }
            line = draw_target(frame, inside, line, target, look);
        }
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
    let mut numbers = format!(
        "done {}   failed {}   refused {}   already so {}",
        thousands(job.done),
        thousands(job.failed),
        thousands(job.refused),
        thousands(job.already),
    );
    if !job.selection.is_empty() {
        numbers.extend(["   from: ", &job.selection]);
    }
    facts.push((numbers, Role::Text));
    let why = [("reason: ", &job.reason), ("ticket: ", &job.ticket)];
    let why = why.iter().filter(|(_, text)| !text.is_empty());
    let why: Vec<String> = why.map(|(label, text)| format!("{label}{text}")).collect();
    if !why.is_empty() {
        facts.push((why.join("; "), Role::Text));
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
    let what = match (target.verdict.as_str(), target.result.as_str()) {
        ("refused", _) => "REFUSED",
        ("already", _) => "already so",
        (_, "") => "waits",
        (_, result) => result,
    };
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
    look.put(frame.buffer_mut(), indented(at, 22), what, role);
    paragraph(
        frame,
        indented(area, 34),
        line,
        &target.remark(),
        role,
        look,
    )
    .max(line + 1)
}
