//! The confirmation of a plan: `y` and Enter, or the count, or the word and the count. The default is Cancel.
//!
//! [`Asked`] is what other questions of this weight share with it.

use super::plan::deed;
use crate::domain::{JobId, text};
use crate::service::Result;
use crate::service::jobs::{ConfirmPlan, Confirmation, Job, Operation, Plan};
use crate::tui::actions::{ActionId, Offered};
use crate::tui::event::LayerId;
use crate::tui::look::{Look, indented, row, thousands, wrap};
use crate::tui::notice::Notice;
use crate::tui::screen::{Cx, Screen};
use crate::tui::shared::Aim;
use crate::tui::theme::Role;
use crate::tui::widgets::field::{Edit, Field};
use crate::tui::widgets::panel::{centered, draw_box};
use crossterm::event::{KeyCode, KeyEvent};
use ratatui::Frame;
use ratatui::layout::Rect;
use std::cell::Cell;

/// Longest text to type: a word and a count.
const TYPED_MAX: usize = 24;

/// What has to be done before it may run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Proof {
    /// Press `y`, a key that opened nothing.
    Yes,
    /// Type this.
    Text(String),
}

/// A question that is answered by Cancel unless somebody proves that they read it.
pub struct Asked {
    proof: Proof,
    typed: Field,
    /// Whether the button that runs has the focus; it can only once the proof is given.
    ready: bool,
    sent: bool,
    /// Lines of what is said that are scrolled away.
    scroll: Cell<usize>,
}

/// What Enter means now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entered {
    Run,
    Cancel,
    /// What was typed is not what is asked for; the sentence says so.
    Wrong(String),
    /// It was sent already.
    Waits,
}

impl Asked {
    #[must_use]
    pub fn new(proof: Proof) -> Self {
        Self {
            proof,
            typed: Field::new(TYPED_MAX),
            ready: false,
            sent: false,
            scroll: Cell::default(),
        }
    }

    fn is_proven(&self) -> bool {
        match &self.proof {
            Proof::Yes => self.ready,
            Proof::Text(text) => self.typed.value().trim() == text,
        }
    }

    /// The keys of both buttons.
    #[must_use]
    pub fn actions(&self) -> Vec<Offered> {
        let enter = if self.ready { "RUN IT" } else { "cancel" };
        vec![
            Offered::on(ActionId::Open).named(enter).in_footer(),
            Offered::on(ActionId::Back).named("cancel").in_footer(),
            Offered::when(
                self.is_proven(),
                ActionId::NextPane,
                "The other button opens when what is asked for was typed.",
            )
            .named("other button")
            .in_footer(),
            Offered::when(
                self.is_proven(),
                ActionId::PreviousPane,
                "There is one button only.",
            ),
        ]
    }

    pub fn key(&mut self, key: KeyEvent) -> bool {
        match key.code {
            KeyCode::Up => {
                self.scroll.set(self.scroll.get().saturating_sub(1));
                return true;
            }
            KeyCode::Down => {
                self.scroll.set(self.scroll.get() + 1);
                return true;
            }
            _ => {}
        }
        if self.sent {
            return matches!(key.code, KeyCode::Char(_) | KeyCode::Backspace);
        }
        if self.proof == Proof::Yes {
            // Any other key goes back to Cancel, so that a word typed by mistake can't end on yes.
            if let KeyCode::Char(letter) = key.code {
                self.ready = letter == 'y';
            }
            return matches!(key.code, KeyCode::Char(_));
        }
        let edit = self.typed.key(key);
        if edit == Edit::Changed {
            self.ready = self.is_proven();
        }
        edit != Edit::Ignored
    }

    /// Takes Enter; what is to run is sent from now on.
    pub fn enter(&mut self) -> Entered {
        if self.sent {
            return Entered::Waits;
        }
        let typed = self.typed.value().trim();
        if self.ready {
            self.sent = true;
            Entered::Run
        } else if typed.is_empty() {
            Entered::Cancel
        } else {
            Entered::Wrong(format!(
                "\"{typed}\" is not what is asked for; nothing was changed."
            ))
        }
    }

    /// Goes to the other button, once there is one.
    pub const fn turn(&mut self) {
        self.ready = !self.ready;
    }

    /// What was sent came back refused: it is asked again.
    pub const fn refused(&mut self) {
        self.sent = false;
        self.ready = false;
    }

    #[must_use]
    pub const fn is_sent(&self) -> bool {
        self.sent
    }
}

/// What the operator said beside the plan.
pub struct Said {
    pub reason: String,
    pub ticket: String,
    pub identified: bool,
}

impl Said {
    pub fn confirm(&self, job: JobId, confirmation: Confirmation) -> ConfirmPlan {
        ConfirmPlan {
            job,
            confirmation,
            reason: self.reason.clone(),
            ticket: self.ticket.clone(),
            identified: self.identified,
        }
    }
}

/// Starts what was confirmed.
pub fn start<M: Send + 'static>(job: &Job, aim: Option<Aim>, cx: &mut Cx<'_, M>) {
    cx.notify(Notice::plain(format!(
        "running: {} (job {})",
        job.title, job.id.0
    )));
    cx.start_job(job.id, aim);
}

pub struct Confirm {
    plan: Plan,
    aim: Option<Aim>,
    said: Said,
    /// The plan's own screen, which closes with this one when the job starts.
    beneath: LayerId,
    asked: Asked,
}

pub enum Message {
    Confirmed(Result<Job>),
}

impl Confirm {
    #[must_use]
    pub fn new(plan: Plan, aim: Option<Aim>, said: Said, beneath: LayerId) -> Self {
        let proof = match plan.tier {
            ..=2 => Proof::Yes,
            3 => Proof::Text(plan.will_change.to_string()),
            _ => Proof::Text(format!("{} {}", plan.operation.as_str(), plan.will_change)),
        };
        Self {
            plan,
            aim,
            said,
            beneath,
            asked: Asked::new(proof),
        }
    }

    fn enter(&mut self, cx: &mut Cx<'_, Message>) {
        match self.asked.enter() {
            Entered::Run => self.send(cx),
            Entered::Cancel => Self::cancel(cx),
            Entered::Wrong(text) => cx.notify(Notice::bad(text)),
            Entered::Waits => {}
        }
    }

    fn cancel(cx: &mut Cx<'_, Message>) {
        cx.close();
        cx.notify(Notice::plain(
            "Nothing was changed. The plan is still open; Esc drops it.",
        ));
    }

    fn send(&self, cx: &mut Cx<'_, Message>) {
        let confirmation = match self.asked.proof {
            Proof::Yes => Confirmation::Yes,
            Proof::Text(_) => Confirmation::Count(self.plan.will_change),
        };
        let confirm = self.said.confirm(self.plan.id, confirmation);
        cx.perform(confirm, Message::Confirmed);
    }
}

impl Screen for Confirm {
    type Message = Message;

    fn title(&self) -> &'static str {
        "Confirm"
    }

    fn actions(&self) -> Vec<Offered> {
        self.asked.actions()
    }

    fn takes_text(&self) -> bool {
        true
    }

    fn has_field(&self) -> bool {
        false
    }

    fn key(&mut self, key: KeyEvent, _cx: &mut Cx<'_, Message>) -> bool {
        self.asked.key(key)
    }

    fn paste(&mut self, _text: &str, cx: &mut Cx<'_, Message>) {
        cx.notify(Notice::bad(
            "A pasted number is not accepted: reading it is the point. Type it.",
        ));
    }

    fn command(&mut self, action: ActionId, cx: &mut Cx<'_, Message>) {
        match action {
            ActionId::Open => self.enter(cx),
            ActionId::Back if !self.asked.is_sent() => Self::cancel(cx),
            ActionId::NextPane | ActionId::PreviousPane => self.asked.turn(),
            _ => {}
        }
    }

    fn update(&mut self, Message::Confirmed(result): Message, cx: &mut Cx<'_, Message>) {
        match result {
            Ok(job) => {
                cx.close();
                cx.close_other(self.beneath);
                start(&job, self.aim.clone(), cx);
            }
            Err(error) => {
                self.asked.refused();
                cx.report(&error);
            }
        }
    }

    fn draw(&self, frame: &mut Frame<'_>, area: Rect, look: &Look<'_>) {
        let question = "Type the number of users that will be changed:";
        let dialog = Dialog {
            deed: deed(&self.plan),
            button: None,
            facts: self.facts(),
            question: (self.plan.tier == 3).then_some(question),
        };
        self.asked.draw(frame, area, &dialog, look);
    }
}

impl Confirm {
    fn facts(&self) -> Vec<(String, Role)> {
        let plan = &self.plan;
        let mut facts = Vec::new();
        // One who is named in the headline is not named again.
        if plan.will_change > 1 && !plan.names.is_empty() {
            let more = plan.will_change - i64::try_from(plan.names.len()).unwrap_or(0);
            let names = plan.names.join(", ");
            let text = match plan.operation {
                _ if more <= 0 => names,
                Operation::Members => format!("{names} and more"),
                _ => format!("{names} and {} more", thousands(more)),
            };
            facts.push((text, Role::Text));
        }
        if plan.privileged > 0 {
            facts.push((
                format!("Includes {} PRIVILEGED.", thousands(plan.privileged)),
                Role::Warning,
            ));
        }
        if plan.hidden > 0 {
            facts.push((
                format!("Includes {} HIDDEN by the filter.", thousands(plan.hidden)),
                Role::Warning,
            ));
        }
        for effect in plan.side_effects() {
            facts.push((
                format!("Side effect: {effect}; NOT undoable."),
                Role::Warning,
            ));
        }
        let undo = if plan.undoable {
            "Undo: yes."
        } else {
            "Undo: NO."
        };
        facts.push((
            undo.to_owned(),
            if plan.undoable {
                Role::Text
            } else {
                Role::Danger
            },
        ));
        facts
    }
}

/// What a question of this weight says.
pub struct Dialog<'a> {
    /// `Disable 40 users`: the headline.
    pub deed: String,
    /// The button that does it, where that isn't the headline.
    pub button: Option<String>,
    pub facts: Vec<(String, Role)>,
    /// Asks in these words for what is to be typed.
    pub question: Option<&'a str>,
}

impl Asked {
    /// Draws the question in a box. Its buttons and what is typed have their lines first; what is said scrolls above them
    /// where it doesn't fit.
    pub fn draw(&self, frame: &mut Frame<'_>, area: Rect, dialog: &Dialog<'_>, look: &Look<'_>) {
        let inside = draw_box(frame, centered(area, 72, 16), "Confirm", look);
        let text = Rect {
            width: inside.width.saturating_sub(4),
            ..indented(inside, 2)
        };
        let cells = usize::from(text.width);
        let mut headline = dialog.deed.clone();
        if !look.environment.is_empty() {
            headline.extend([" in ", look.environment]);
        }
        let mut lines: Vec<(String, Role)> = Vec::new();
        let headline = wrap(&headline, cells);
        lines.extend(headline.into_iter().map(|line| (line, Role::Danger)));
        let told = lines.len();
        for (fact, role) in &dialog.facts {
            lines.extend(wrap(fact, cells).into_iter().map(|line| (line, *role)));
        }
        let asks = if self.proof == Proof::Yes { 1 } else { 2 };
        let height = usize::from(text.height);
        // With an empty line above, between and below the parts, where there is room for all of them.
        let (question, buttons) = if lines.len() + asks + 6 <= height {
            let put = |index: usize| 1 + index + usize::from(index >= told);
            for (index, (line, role)) in lines.iter().enumerate() {
                look.put(frame.buffer_mut(), row(text, put(index)), line, *role);
            }
            (lines.len() + 3, height - 2)
        } else {
            let room = height.saturating_sub(asks + 1);
            let most = lines.len().saturating_sub(room);
            self.scroll.set(self.scroll.get().min(most));
            let shown = lines.iter().skip(self.scroll.get()).take(room);
            for (index, (line, role)) in shown.enumerate() {
                look.put(frame.buffer_mut(), row(text, index), line, *role);
            }
            if most > 0 && room > 0 {
                let words = " Up, Down: more ";
                let last = row(text, room - 1);
                look.put_right(frame.buffer_mut(), last, words, Role::Muted);
            }
            (room, height.saturating_sub(1))
        };
        self.draw_question(frame, text, question, dialog.question, look);
        let run = dialog.button.as_ref().unwrap_or(&dialog.deed);
        self.draw_buttons(frame, row(text, buttons), run, look);
    }

    /// Says what to type; a text of its own asks for it in other words.
    fn draw_question(
        &self,
        frame: &mut Frame<'_>,
        area: Rect,
        line: usize,
        question: Option<&str>,
        look: &Look<'_>,
    ) {
        match &self.proof {
            Proof::Yes => {
                look.put(
                    frame.buffer_mut(),
                    row(area, line),
                    "Press y, then Enter.",
                    Role::Text,
                );
            }
            Proof::Text(text) => {
                let question =
                    question.map_or_else(|| format!("Type \"{text}\" to go on:"), str::to_owned);
                look.put(frame.buffer_mut(), row(area, line), &question, Role::Text);
                let at = indented(row(area, line + 1), 4);
                look.put(frame.buffer_mut(), at, "> ", Role::Text);
                let place = Rect {
                    width: at.width.min(26),
                    ..indented(at, 2)
                };
                self.typed.draw(frame, place, true, look);
            }
        }
    }

    fn draw_buttons(&self, frame: &mut Frame<'_>, at: Rect, run: &str, look: &Look<'_>) {
        if self.sent {
            look.put(frame.buffer_mut(), at, "starting ...", Role::Muted);
            return;
        }
        let (cancel_role, run_role) = match (self.ready, self.is_proven()) {
            (true, _) => (Role::Text, Role::CursorRow),
            (false, true) => (Role::CursorRow, Role::Text),
            (false, false) => (Role::CursorRow, Role::Muted),
        };
        let mark = |on: bool| if on { ">" } else { " " };
        let cancel = format!("{} [ Cancel ]", mark(!self.ready));
        let x = look.put(frame.buffer_mut(), at, &cancel, cancel_role);
        let place = indented(at, x.saturating_sub(at.x) + 4);
        let cells = usize::from(place.width).saturating_sub(6);
        let run = format!("{} [ {} ]", mark(self.ready), text::fit(run, cells, "~"));
        look.put(frame.buffer_mut(), place, &run, run_role);
        // While something is typed the cursor is there.
        match &self.proof {
            _ if self.ready => look.place_cursor(frame, place.x, place.y),
            Proof::Yes => look.place_cursor(frame, at.x, at.y),
            Proof::Text(_) => {}
        }
    }
}
