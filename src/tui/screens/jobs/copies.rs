//! What can be copied of a job: its row, its results as JSON or CSV, the command that shows it.

use super::draw::{COLUMNS, cell};
use super::{JobsScreen, Message};
use crate::domain::text::tsv_line;
use crate::service::Result;
use crate::service::jobs::{Job, PlanTarget, PlanTargets, TargetChoice};
use crate::tui::actions::{ActionId, Offered};
use crate::tui::copies::{ROWS_MAX, command_line, csv_of, json_of, table_of};
use crate::tui::look::{count_of, thousands};
use crate::tui::screen::Cx;

pub(super) fn offered(some: bool, empty: &'static str) -> Vec<Offered> {
    let offer = |id| Offered::when(some, id, empty);
    vec![
        offer(ActionId::CopyId),
        offer(ActionId::CopyRow),
        offer(ActionId::CopyJson).labelled("Copy the results of the job as JSON"),
        offer(ActionId::CopyCsv).labelled("Copy the results of the job as CSV"),
        offer(ActionId::CopyCommand).labelled("Copy the command line that shows this job"),
        offer(ActionId::Plain).labelled("The results of the job as plain text"),
    ]
}

impl JobsScreen {
    pub(super) fn copy(&self, action: ActionId, cx: &mut Cx<'_, Message>) {
        let Some(job) = self.grid.current() else {
            return;
        };
        let number = job.id.0.to_string();
        match action {
            ActionId::CopyId => cx.copy("the number", number),
            ActionId::CopyCommand => {
                let command = command_line(["job", "show", &number]);
                cx.copy("the command line", command);
            }
            ActionId::CopyRow => {
                let look = cx.look();
                let pace = self.paces.of(job, look.now);
                let cells = (0..COLUMNS.len()).map(|column| cell(job, column, pace, &look));
                let line = tsv_line(cells);
                cx.copy("the row", line);
            }
            _ => {
                let results = PlanTargets {
                    job: job.id,
                    choice: TargetChoice::All,
                    after: 0,
                    limit: ROWS_MAX,
                };
                let job = job.clone();
                cx.ask_latest("results", results, move |result| {
                    Message::Results(action, Box::new(job), result)
                });
            }
        }
    }

    pub(super) fn results(
        action: ActionId,
        job: &Job,
        result: Result<Vec<PlanTarget>>,
        cx: &mut Cx<'_, Message>,
    ) {
        let targets = match result {
            Ok(targets) => targets,
            Err(error) => {
                cx.report(&error);
                return;
            }
        };
        let number = i64::try_from(targets.len()).unwrap_or(i64::MAX);
        let of = job.total + job.already + job.refused;
        let what = if number < of {
            format!(
                "the first {} of {} results",
                thousands(number),
                thousands(of)
            )
        } else {
            count_of(number, "result", "results")
        };
        match action {
            ActionId::CopyJson => cx.copy(&format!("{what} as JSON"), json_of(&targets)),
            ActionId::CopyCsv => {
                cx.copy(
                    &format!("{what} as CSV"),
                    csv_of(PlanTarget::FIELDS, &targets),
                );
            }
            _ => cx.open_plain(&page_of(job, &what, &targets)),
        }
    }
}

fn page_of(job: &Job, what: &str, targets: &[PlanTarget]) -> String {
    let rows: Vec<Vec<String>> = targets
        .iter()
        .map(|target| {
            let note = target.remark();
            let texts = [
                &target.username,
                &target.before,
                &target.after,
                &target.verdict,
                &target.result,
                &note,
            ];
            texts.map(Clone::clone).to_vec()
        })
        .collect();
    let headings = ["USER", "BEFORE", "AFTER", "PLAN", "RESULT", "NOTE"];
    format!(
        "Job {}: {}. {what}.\n\n{}",
        job.id.0,
        job.title,
        table_of(&headings, &rows)
    )
}
