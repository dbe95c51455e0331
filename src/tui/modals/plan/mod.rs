//! The plan: what would happen, to whom, and why not to others, before anything is written.

mod draw;

use super::confirm::{Confirm, Said, start};
use super::page::Page as TextPage;
use super::verdict::VerdictView;
use crate::domain::Time;
use crate::service::explain::{PlanImpact, Shift, sentences};
use crate::service::jobs::{
    Confirmation, DropPlan, Job, LEFT_OUT, LeaveOut, Operation, Plan, PlanTarget, PlanTargets,
    TargetChoice,
};
use crate::service::{Result, users};
use crate::tui::actions::{ActionId, MOVES, Offered, moves};
use crate::tui::copies::{ROWS_MAX, command_line};
use crate::tui::look::{Look, count_of};
use crate::tui::notice::Notice;
use crate::tui::screen::{Cx, Screen};
use crate::tui::shared::Aim;
use crate::tui::widgets::field::{Edit, Field};
use crate::tui::widgets::grid::{Grid, PAGE_ROWS, Page, Row, Wish};
use crossterm::event::KeyEvent;
use ratatui::Frame;
use ratatui::layout::Rect;

/// Longest reason and longest ticket.
const REASON_MAX: usize = 500;
const TICKET_MAX: usize = 100;

/// Rows shown of those that need a look; more than a person reads.
const NOTED_MAX: u32 = 1_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Focus {
    Rows,
    Reason,
    Ticket,
    Identity,
}

pub struct PlanView {
    plan: Plan,
    aim: Option<Aim>,
    grid: Grid<PlanTarget>,
    only_noted: bool,
    reason: Field,
    ticket: Field,
    focus: Focus,
    /// The operator says that the caller was identified.
    identified: bool,
    /// Rows that the operator left out.
    left_out: i64,
    /// When the ids were fixed.
    frozen_at: Time,
    /// Who gains or loses what, in a plan of memberships.
    impact: Option<Vec<Shift>>,
}

pub enum Message {
    Listed(Wish, Result<Page<PlanTarget>>),
    Dropped,
    /// The plan with so many rows more or less left out.
    LeftOut(i64, Result<Box<Plan>>),
    /// The targets, to be named in a command line.
    Named(Result<Vec<PlanTarget>>),
    Weighed(Result<Vec<Shift>>),
    Confirmed(Result<Job>),
}

/// What a plan of memberships comes to.
const IMPACT: &str = "Who gains or loses what by this plan";

/// What the plan says of a target.
const CHANGE: &str = "change";
const REFUSED: &str = "refused";

impl Row for PlanTarget {
    type Id = i64;

    fn id(&self) -> i64 {
        self.position
    }

    fn differs(&self, other: &Self) -> bool {
        (&self.result, &self.verdict) != (&other.result, &other.verdict)
    }
}

impl PlanView {
    #[must_use]
    pub fn new(plan: Plan, aim: Option<Aim>) -> Self {
        let focus = if plan.reason_needed && plan.will_change > 0 {
            Focus::Reason
        } else {
            Focus::Rows
        };
        Self {
            plan,
            aim,
            grid: Grid::default(),
            only_noted: false,
            reason: Field::new(REASON_MAX),
            ticket: Field::new(TICKET_MAX),
            focus,
            identified: false,
            left_out: 0,
            frozen_at: Time::NEVER,
            impact: None,
        }
    }

    fn ask(&self, wish: Wish, cx: &mut Cx<'_, Message>) {
        let page = i64::from(PAGE_ROWS);
        let last = self.grid.rows().last().map_or(0, |row| row.position);
        let first = self.grid.rows().first().map_or(1, |row| row.position);
        // Positions run from 1 without gaps, so a page before is a page after an earlier place.
        let after = match wish {
            _ if self.only_noted => 0,
            Wish::First => 0,
            Wish::After => last,
            Wish::Before => (first - 1 - page).max(0),
            Wish::Last => (self.plan.targets - page).max(0),
            Wish::Same => first - 1,
        };
        let limit = match wish {
            _ if self.only_noted => NOTED_MAX,
            Wish::Before => u32::try_from(first - 1 - after).unwrap_or(PAGE_ROWS),
            _ => PAGE_ROWS,
        };
        let query = PlanTargets {
            job: self.plan.id,
            after,
            limit,
            choice: if self.only_noted {
                TargetChoice::Noted
            } else {
                TargetChoice::All
            },
        };
        let (noted, all) = (self.only_noted, self.plan.targets);
        cx.ask_latest("targets", query, move |result| {
            Message::Listed(wish, result.map(|rows| page_of(rows, noted, all)))
        });
    }

    /// Asks who would gain or lose what.
    fn weigh(&self, cx: &mut Cx<'_, Message>) {
        if self.plan.operation == Operation::Members && cx.may(users::VIEW) {
            let query = PlanImpact { job: self.plan.id };
            cx.ask_latest("impact", query, Message::Weighed);
        }
    }

    fn show_impact(&self, cx: &mut Cx<'_, Message>) {
        let here = cx
            .session()
            .map(|session| session.organization_name.clone());
        if let (Some(shifts), Some(here)) = (&self.impact, here) {
            let text = sentences(shifts, &here).join("\n\n");
            cx.open_modal(TextPage::new("Rights", IMPACT.to_owned(), text));
        }
    }

    fn fields(&self) -> Vec<Focus> {
        if self.plan.will_change == 0 {
            return vec![Focus::Rows];
        }
        let mut order = vec![Focus::Rows, Focus::Reason];
        if self.plan.ticket_needed {
            order.push(Focus::Ticket);
        }
        if self.plan.identity_needed {
            order.push(Focus::Identity);
        }
        order
    }

    fn focused_field(&mut self) -> Option<&mut Field> {
        match self.focus {
            Focus::Rows | Focus::Identity => None,
            Focus::Reason => Some(&mut self.reason),
            Focus::Ticket => Some(&mut self.ticket),
        }
    }

    fn go_on(&mut self, cx: &mut Cx<'_, Message>) {
        if self.plan.reason_needed && self.reason.value().trim().is_empty() {
            self.focus = Focus::Reason;
            cx.notify(Notice::bad("This needs a reason; type it, then Ctrl-s."));
            return;
        }
        if self.plan.ticket_needed && self.ticket.value().trim().is_empty() {
            self.focus = Focus::Ticket;
            cx.notify(Notice::bad(
                "This needs a ticket; type its number, then Ctrl-s.",
            ));
            return;
        }
        if self.plan.identity_needed && !self.identified {
            self.focus = Focus::Identity;
            cx.notify(Notice::bad(
                "This needs to know who is calling: ask, press Space when you know, then Ctrl-s.",
            ));
            return;
        }
        let said = Said {
            reason: self.reason.value().trim().to_owned(),
            ticket: self.ticket.value().trim().to_owned(),
            identified: self.identified,
        };
        if self.asks_nothing() {
            let confirm = said.confirm(self.plan.id, Confirmation::None);
            cx.perform(confirm, Message::Confirmed);
            return;
        }
        cx.open_modal(Confirm::new(
            self.plan.clone(),
            self.aim.clone(),
            said,
            cx.id(),
        ));
    }

    /// Whether nothing is asked once the plan was seen.
    const fn asks_nothing(&self) -> bool {
        self.plan.tier <= 1
    }

    /// The row under the cursor, where a right is missing for it.
    fn explained_row(&self) -> Option<&PlanTarget> {
        let current = self.grid.current();
        current.filter(|target| target.lack.is_some())
    }

    /// Leaves the row under the cursor out of the plan, or takes it back in; counts and tier follow.
    fn leave_out(&self, cx: &mut Cx<'_, Message>) {
        if let Some(target) = self.grid.current() {
            let change = LeaveOut {
                job: self.plan.id,
                position: target.position,
                back_in: target.verdict != CHANGE,
            };
            let more = if change.back_in { -1 } else { 1 };
            cx.perform(change, move |result| {
                Message::LeftOut(more, result.map(Box::new))
            });
        }
    }

    /// Copies the command that does the same; the targets are named where no filter finds them.
    fn copy_command(&self, cx: &mut Cx<'_, Message>) {
        let by_filter = self.aim.as_ref().is_some_and(|aim| aim.filter.is_some());
        if self.plan.operation == Operation::Members && self.plan.undo_of.is_none() {
            cx.notify(Notice::plain(
                "A plan of memberships has a command for each group and role: wardroom group add-members NAME ...",
            ));
            return;
        }
        if self.plan.undo_of.is_some() && self.left_out > 0 {
            cx.notify(Notice::bad(
                "Rows were left out, and the command line takes back the whole job: no command does what this plan does.",
            ));
            return;
        }
        if self.plan.undo_of.is_some() || (by_filter && self.left_out == 0) {
            cx.copy("the command line", self.as_command(&[]));
            return;
        }
        if self.plan.targets > i64::from(ROWS_MAX) {
            cx.notify(Notice::bad(
                "More than a thousand names make no command line; mark them by a filter (A), and leave no row out, for one.",
            ));
            return;
        }
        let all = PlanTargets {
            job: self.plan.id,
            choice: TargetChoice::All,
            after: 0,
            limit: ROWS_MAX,
        };
        cx.ask_latest("names", all, Message::Named);
    }

    fn as_command(&self, names: &[&str]) -> String {
        let count = self.plan.will_change.to_string();
        let undone = self.plan.undo_of.map(|job| job.0.to_string());
        let filter = self.aim.as_ref().and_then(|aim| aim.filter.as_ref());
        // A filter would find the rows again that were left out.
        let filter = filter.filter(|_| self.left_out == 0);
        let mut words = match (&undone, filter) {
            (Some(job), _) => vec!["job", "undo", job],
            (None, Some(filter)) => {
                vec!["user", self.plan.operation.as_str(), "--filter", filter]
            }
            (None, _) => [&["user", self.plan.operation.as_str()], names].concat(),
        };
        for (flag, field) in [("--reason", &self.reason), ("--ticket", &self.ticket)] {
            let text = field.value().trim();
            if !text.is_empty() {
                words.extend([flag, text]);
            }
        }
        words.extend(["--yes-count", &count]);
        command_line(words)
    }

    fn height(&self, area: Rect, look: &Look<'_>) -> usize {
        usize::from(self.areas(area, look).rows.height.saturating_sub(1))
    }
}

fn can_be_left_out(target: &PlanTarget) -> bool {
    target.verdict == CHANGE || target.note == LEFT_OUT
}

fn page_of(rows: Vec<PlanTarget>, noted: bool, all: i64) -> Page<PlanTarget> {
    let first = rows.first().map_or(0, |row| row.position);
    let last = rows.last().map_or(0, |row| row.position);
    Page {
        more_before: !noted && first > 1,
        more_after: !noted && last > 0 && last < all,
        rows,
    }
}

impl Screen for PlanView {
    type Message = Message;

    fn title(&self) -> &'static str {
        "Plan"
    }

    fn open(&mut self, cx: &mut Cx<'_, Message>) {
        // What was said before this plan would be read as said of it.
        cx.clear_notice();
        self.frozen_at = cx.now();
        self.ask(Wish::First, cx);
        self.weigh(cx);
    }

    fn actions(&self) -> Vec<Offered> {
        let mut offered = vec![
            Offered::when(
                self.plan.will_change > 0,
                ActionId::Continue,
                "Nothing would change, so there is nothing to confirm; Esc closes the plan.",
            )
            .named(if self.asks_nothing() {
                "RUN IT"
            } else {
                "confirm ..."
            })
            .in_footer(),
            Offered::on(ActionId::NextPane)
                .named("rows, reason")
                .in_footer(),
            Offered::on(ActionId::PreviousPane),
            Offered::on(ActionId::OnlyNoted)
                .named(if self.only_noted {
                    "all rows"
                } else {
                    "only notes"
                })
                .in_footer(),
            Offered::on(ActionId::Back)
                .named("drop the plan")
                .in_footer(),
            Offered::on(ActionId::CopyCommand).labelled("Copy this plan as a command line"),
            Offered::when(
                self.focus == Focus::Identity || self.grid.current().is_some_and(can_be_left_out),
                ActionId::Mark,
                "This row would not change anyway, so there is nothing to leave out.",
            )
            .named(if self.focus == Focus::Identity {
                "identified"
            } else {
                "leave out"
            })
            .labelled("Leave this row out of the plan, or take it back in")
            .in_footer(),
            Offered::on(ActionId::Close),
        ];
        if self.impact.is_some() {
            let rights = Offered::on(ActionId::Rights).labelled(IMPACT);
            offered.push(rights.named("rights").in_footer());
        }
        if self.explained_row().is_some() {
            offered.push(Offered::on(ActionId::Explain).in_footer());
        }
        offered.extend(moves());
        offered
    }

    fn takes_text(&self) -> bool {
        matches!(self.focus, Focus::Reason | Focus::Ticket)
    }

    fn key(&mut self, key: KeyEvent, _cx: &mut Cx<'_, Message>) -> bool {
        self.focused_field()
            .is_some_and(|field| field.key(key) != Edit::Ignored)
    }

    fn paste(&mut self, text: &str, cx: &mut Cx<'_, Message>) {
        if let Some(note) = self.focused_field().and_then(|field| field.paste(text)) {
            cx.notify(Notice::bad(note));
        }
    }

    fn command(&mut self, action: ActionId, cx: &mut Cx<'_, Message>) {
        match action {
            ActionId::Continue => self.go_on(cx),
            ActionId::Mark if self.focus == Focus::Identity => self.identified = !self.identified,
            ActionId::Mark => self.leave_out(cx),
            ActionId::CopyCommand => self.copy_command(cx),
            ActionId::Rights => self.show_impact(cx),
            ActionId::Explain => {
                if let Some(view) = self.explained_row().and_then(VerdictView::of_target) {
                    cx.open_modal(view);
                }
            }
            ActionId::Back if self.focus != Focus::Rows => self.focus = Focus::Rows,
            ActionId::Back | ActionId::Close => {
                cx.close();
                cx.perform(DropPlan { job: self.plan.id }, |_| Message::Dropped);
                cx.notify(Notice::plain("Nothing was changed: the plan was dropped."));
            }
            ActionId::NextPane | ActionId::PreviousPane => {
                let order = self.fields();
                let at = order
                    .iter()
                    .position(|focus| *focus == self.focus)
                    .unwrap_or(0);
                let step = if action == ActionId::NextPane {
                    1
                } else {
                    order.len() - 1
                };
                self.focus = order
                    .get((at + step) % order.len())
                    .copied()
                    .unwrap_or(Focus::Rows);
            }
            ActionId::OnlyNoted => {
                self.only_noted = !self.only_noted;
                self.ask(Wish::First, cx);
            }
            motion if MOVES.contains(&motion) => {
                let height = self.height(cx.area(), &cx.look());
                if let Some(wish) = self.grid.go(motion, height) {
                    self.ask(wish, cx);
                }
            }
            _ => {}
        }
    }

    fn update(&mut self, message: Message, cx: &mut Cx<'_, Message>) {
        match message {
            Message::Listed(wish, Ok(page)) => self.grid.take(wish, page),
            Message::Dropped => {}
            Message::Confirmed(Ok(job)) => {
                cx.close();
                start(&job, self.aim.clone(), cx);
            }
            Message::LeftOut(more, Ok(plan)) => {
                self.left_out += more;
                self.plan = Plan {
                    gone: self.plan.gone,
                    ..*plan
                };
                if !self.fields().contains(&self.focus) {
                    self.focus = Focus::Rows;
                }
                self.ask(Wish::Same, cx);
                self.weigh(cx);
            }
            Message::Weighed(Ok(shifts)) => self.impact = Some(shifts),
            Message::Named(Ok(targets)) => {
                let names: Vec<&str> = targets
                    .iter()
                    .filter(|target| target.note != LEFT_OUT)
                    .map(|target| target.username.as_str())
                    .collect();
                cx.copy("the command line", self.as_command(&names));
            }
            Message::Listed(_, Err(error))
            | Message::Confirmed(Err(error))
            | Message::Named(Err(error))
            | Message::Weighed(Err(error))
            | Message::LeftOut(_, Err(error)) => cx.report(&error),
        }
    }

    fn draw(&self, frame: &mut Frame<'_>, area: Rect, look: &Look<'_>) {
        self.draw_in(frame, area, look);
    }
}

/// `Disable 209 users`, `Disable b.tanaka`: what the confirmation says and its button. Memberships have a title that says
/// of which group or role they are.
#[must_use]
pub fn deed(plan: &Plan) -> String {
    if plan.operation == Operation::Members {
        return named_in(plan, &plan.title);
    }
    let users = count_of(plan.will_change, "user", "users");
    named_in(plan, &format!("{} {users}", plan.operation.label()))
}

/// Words that count, with the name where one user would change: that of the plan, whatever the screen shows.
fn named_in(plan: &Plan, words: &str) -> String {
    match plan.names.as_slice() {
        [one] => words.replace("1 user", one),
        _ => words.to_owned(),
    }
}
