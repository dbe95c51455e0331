//! One report as a list.

use super::Report;
use super::finding::Finding;
use crate::domain::text;
use crate::service::reports::{DominantAccounts, Duplicates, People, PowerlessUsers, UnheldRoles};
use crate::service::users::Count;
use crate::service::{Listed, Result};
use crate::tui::actions::{ActionId, MOVES, Offered, moves};
use crate::tui::copies::command_line;
use crate::tui::event::LayerId;
use crate::tui::look::{Look, count_of, row, wrap};
use crate::tui::screen::{Cx, Screen};
use crate::tui::theme::Role;
use crate::tui::widgets::grid::{Drawing, Grid, Page, Wish};
use crate::tui::widgets::panel::draw_box;
use ratatui::Frame;
use ratatui::layout::{Position, Rect};

/// Roles and groups that are listed; the command line lists more.
const RECORDS_MAX: u32 = 1_000;

/// Lines beneath the list: the line under the cursor in full, and how many there are.
const NOTE_LINES: u16 = 3;
const FOOT_LINES: u16 = 1;

pub struct ReportView {
    report: Report,
    /// The choice of reports that lies beneath.
    beneath: LayerId,
    grid: Grid<Finding>,
    /// The organization worked in.
    place: String,
    /// How many there are in all, in words.
    count: String,
}

/// What came back: lines of a list, and how many there are in all.
pub struct Found {
    page: Page<Finding>,
    count: String,
}

pub struct Message {
    wish: Wish,
    result: Result<Found>,
}

impl ReportView {
    pub fn new(report: Report, beneath: LayerId) -> Self {
        Self {
            report,
            beneath,
            grid: Grid::default(),
            place: String::new(),
            count: String::new(),
        }
    }

    fn ask(&self, wish: Wish, cx: &mut Cx<'_, Message>) {
        let (page, limit) = self.grid.request(wish, Finding::cursor);
        match self.report {
            Report::Dominant => {
                let ask = DominantAccounts { page, limit };
                cx.ask_latest("rows", ask, move |result| Message {
                    wish,
                    result: result.map(|found| people(found, Finding::Dominant)),
                });
            }
            Report::Powerless => {
                let ask = PowerlessUsers { page, limit };
                cx.ask_latest("rows", ask, move |result| Message {
                    wish,
                    result: result.map(|found| people(found, Finding::Powerless)),
                });
            }
            Report::UnheldRoles => {
                let limit = RECORDS_MAX;
                cx.ask_latest("rows", UnheldRoles { limit }, move |result| Message {
                    wish,
                    result: result
                        .map(|found| records(found, Finding::UnheldRole, "role", "roles")),
                });
            }
            Report::Duplicates => {
                let limit = RECORDS_MAX;
                cx.ask_latest("rows", Duplicates { limit }, move |result| Message {
                    wish,
                    result: result.map(|found| {
                        let sets = found.rows.last().map_or(0, |last| last.set);
                        let found = records(
                            found,
                            Finding::Duplicate,
                            "role or group",
                            "roles and groups",
                        );
                        let sets = i64::try_from(sets).unwrap_or(i64::MAX);
                        Found {
                            count: format!("{} in {}", found.count, count_of(sets, "set", "sets")),
                            ..found
                        }
                    }),
                });
            }
        }
    }

    /// Goes to the record under the cursor, in its tab.
    fn go_there(&self, cx: &mut Cx<'_, Message>) {
        if let Some(finding) = self.grid.current() {
            cx.close();
            cx.close_other(self.beneath);
            cx.show(finding.subject());
        }
    }

    fn copy_command(&self, cx: &mut Cx<'_, Message>) {
        let words = ["report", self.report.word(), "--in", &self.place];
        let command = command_line(words);
        cx.copy("the command line", command);
    }

    fn areas(inside: Rect) -> [Rect; 3] {
        let list = inside.height.saturating_sub(NOTE_LINES + FOOT_LINES + 1);
        let strip = |y: u16, height: u16| {
            let strip = Rect {
                y: inside.y + y,
                height,
                ..inside
            };
            strip.intersection(inside)
        };
        [
            strip(0, list),
            strip(list, NOTE_LINES + 1),
            strip(list + NOTE_LINES + 1, FOOT_LINES),
        ]
    }

    fn draw_note(&self, frame: &mut Frame<'_>, area: Rect, look: &Look<'_>) {
        look.rule(frame.buffer_mut(), row(area, 0), "");
        let Some(finding) = self.grid.current() else {
            return;
        };
        let text = finding.in_full(look);
        let cells = usize::from(area.width.saturating_sub(2));
        let mut lines = wrap(&text, cells);
        if lines.len() > usize::from(NOTE_LINES) {
            lines.truncate(usize::from(NOTE_LINES));
            if let Some(last) = lines.last_mut() {
                let ellipsis = look.glyphs.ellipsis();
                *last = text::fit(&format!("{last} {ellipsis}"), cells, ellipsis);
            }
        }
        for (index, line) in lines.iter().enumerate() {
            let at = row(area, index + 1);
            look.put(frame.buffer_mut(), at, &format!(" {line}"), Role::Text);
        }
    }
}

fn people<T>(found: People<T>, finding: impl Fn(T) -> Finding) -> Found {
    let Count { number, capped } = found.count;
    let more = if capped { "+" } else { "" };
    Found {
        count: format!("{}{more}", count_of(number, "person", "people")),
        page: Page {
            rows: found.rows.into_iter().map(finding).collect(),
            more_before: found.more_before,
            more_after: found.more_after,
        },
    }
}

fn records<T>(found: Listed<T>, finding: impl Fn(T) -> Finding, one: &str, many: &str) -> Found {
    let number = i64::try_from(found.rows.len()).unwrap_or(i64::MAX);
    let more = if found.more {
        "; there are more, see the command line"
    } else {
        ""
    };
    Found {
        count: format!("{}{more}", count_of(number, one, many)),
        page: Page {
            rows: found.rows.into_iter().map(finding).collect(),
            more_before: false,
            more_after: false,
        },
    }
}

impl Screen for ReportView {
    type Message = Message;

    fn title(&self) -> &'static str {
        self.report.title()
    }

    fn open(&mut self, cx: &mut Cx<'_, Message>) {
        if let Some(session) = cx.session() {
            self.place.clone_from(&session.organization_name);
        }
        self.ask(Wish::First, cx);
    }

    fn changed(&mut self, cx: &mut Cx<'_, Message>) {
        self.ask(Wish::Same, cx);
    }

    fn actions(&self) -> Vec<Offered> {
        let mut offered = vec![
            Offered::when(
                self.grid.current().is_some(),
                ActionId::Open,
                "There is nothing here to go to.",
            )
            .named("go there")
            .labelled("Go to it in its tab")
            .in_footer(),
            Offered::on(ActionId::CopyCommand)
                .labelled("Copy the command line of this report")
                .in_footer(),
            Offered::on(ActionId::Back).named("back").in_footer(),
            Offered::on(ActionId::Close),
        ];
        offered.extend(moves());
        offered
    }

    fn command(&mut self, action: ActionId, cx: &mut Cx<'_, Message>) {
        match action {
            ActionId::Open => self.go_there(cx),
            ActionId::CopyCommand => self.copy_command(cx),
            ActionId::Back | ActionId::Close => cx.close(),
            motion if MOVES.contains(&motion) => {
                let height = cx
                    .modal_area()
                    .height
                    .saturating_sub(2 + NOTE_LINES + FOOT_LINES + 2);
                if let Some(wish) = self.grid.go(motion, usize::from(height)) {
                    self.ask(wish, cx);
                }
            }
            _ => {}
        }
    }

    fn click(&mut self, at: Position, _cx: &mut Cx<'_, Message>) {
        self.grid.click(at);
    }

    fn update(&mut self, Message { wish, result }: Message, cx: &mut Cx<'_, Message>) {
        match result {
            Ok(found) => {
                self.count = found.count;
                self.grid.take(wish, found.page);
            }
            Err(error) => {
                cx.report(&error);
                if !self.grid.is_loaded() {
                    cx.close();
                }
            }
        }
    }

    fn draw(&self, frame: &mut Frame<'_>, area: Rect, look: &Look<'_>) {
        let heading = format!("{} in {}", self.report.title(), self.place);
        let inside = draw_box(frame, area, &heading, look);
        let [list, note, foot] = Self::areas(inside);
        if !self.grid.is_loaded() {
            look.put(
                frame.buffer_mut(),
                row(list, 0),
                " loading ...",
                Role::Muted,
            );
            return;
        }
        if self.grid.rows().is_empty() {
            let text = format!(" {}", self.report.nothing());
            look.put(frame.buffer_mut(), row(list, 0), &text, Role::Text);
            return;
        }
        let drawing = Drawing {
            cell: &|finding: &Finding, column| finding.cell(column, look),
            marked: &|_| false,
            flag: &Finding::flag,
            sort: None,
            focused: true,
        };
        self.grid
            .draw(frame, list, self.report.columns(), &drawing, look);
        self.draw_note(frame, note, look);
        let text = match self.report {
            Report::Dominant => format!(" {}   ! an administrator who can act now", self.count),
            _ => format!(" {}", self.count),
        };
        look.put(frame.buffer_mut(), row(foot, 0), &text, Role::Muted);
    }
}
