//! May somebody do one thing: yes or no, every reason, what is missing, and who could give it.

use super::rights::question_words;
use crate::domain::permission::Level;
use crate::domain::unheld::Unheld;
use crate::service::explain::{Asked, Can, Verdict, WhatIf, Why};
use crate::service::jobs::PlanTarget;
use crate::service::users::UserRef;
use crate::service::{Lack, Result};
use crate::tui::actions::{ActionId, Offered, moves};
use crate::tui::look::{Look, indented, row, wrap};
use crate::tui::screen::{Cx, Screen};
use crate::tui::theme::Role;
use crate::tui::widgets::panel::{centered, draw_box};
use crate::tui::widgets::scroll::Scroll;
use ratatui::Frame;
use ratatui::layout::Rect;

const WIDTH: u16 = 76;
const HEIGHT: u16 = 16;

/// The heading, by which the application knows that an answer is shown already.
pub const WHY: &str = "Why";

pub struct VerdictView {
    question: Question,
    /// What was refused, and how that was put.
    refused: Option<String>,
    /// It was refused to somebody who held the right, which doesn't reach that far.
    beyond: bool,
    heading: String,
    verdict: Option<Verdict>,
    scroll: Scroll,
}

/// About oneself no right is needed.
enum Question {
    MayThey(UserRef, Asked),
    MayI(Asked),
    DoIHold(Unheld),
}

pub enum Message {
    Told(Result<Verdict>),
}

impl VerdictView {
    #[must_use]
    pub fn new(user: UserRef, name: &str, asked: Asked) -> Self {
        Self {
            heading: format!("May {name} {}?", question_words(&asked)),
            ..Self::unasked(Question::MayThey(user, asked))
        }
    }

    /// The same of the operator themselves, to whom it was refused.
    #[must_use]
    pub fn of_operator(asked: Asked) -> Self {
        Self {
            heading: format!("May you {}?", question_words(&asked)),
            ..Self::unasked(Question::MayI(asked))
        }
    }

    /// Explains what the operator lacked: their right to do something, over somebody, or to give it to others.
    #[must_use]
    pub fn of_lack(lack: Lack) -> Self {
        match lack {
            Lack::Right { right, beyond } => Self {
                beyond,
                ..Self::of_operator(right.into())
            },
            Lack::Over { right, person } => Self::of_operator(Asked {
                owner: Some(UserRef::Id(person)),
                ..right.into()
            }),
            Lack::Unheld(unheld) => Self {
                heading: format!("Do you hold {unheld}?"),
                ..Self::unasked(Question::DoIHold(unheld))
            },
        }
    }

    /// Explains why a target of a plan is refused, where that is for what the operator lacks.
    #[must_use]
    pub fn of_target(target: &PlanTarget) -> Option<Self> {
        let sentence = format!("{}: {}.", target.username, target.note);
        let lack = target.lack.clone()?;
        Some(Self::of_lack(lack).refusing(sentence))
    }

    fn unasked(question: Question) -> Self {
        Self {
            question,
            refused: None,
            beyond: false,
            heading: String::new(),
            verdict: None,
            scroll: Scroll::default(),
        }
    }

    /// Begins with how the refusal was put that is explained.
    #[must_use]
    pub fn refusing(mut self, sentence: String) -> Self {
        self.refused = Some(sentence);
        self
    }

    /// The answer in lines of a width.
    fn lines(&self, cells: usize) -> Vec<(String, Role)> {
        let Some(verdict) = &self.verdict else {
            return vec![("loading ...".to_owned(), Role::Muted)];
        };
        let mut lines = Vec::new();
        let mut add = |text: &str, indent: usize, role: Role| {
            for line in wrap(text, cells.saturating_sub(indent)) {
                lines.push((format!("{}{line}", " ".repeat(indent)), role));
            }
        };
        if let Some(sentence) = &self.refused {
            add("Refused", 0, Role::Heading);
            add(sentence, 2, Role::Warning);
            add("The answer", 0, Role::Heading);
        }
        let (answer, role) = match (verdict.allowed, verdict.level) {
            (true, Some(level)) => (format!("YES, at level {}.", level.as_str()), Role::Good),
            (true, None) => ("YES.".to_owned(), Role::Good),
            (false, _) => ("NO.".to_owned(), Role::Warning),
        };
        add(&answer, 0, role);
        if let Some(sentence) = self.hindsight(verdict) {
            add(sentence, 0, Role::Warning);
        }
        if !verdict.because.is_empty() {
            add("Because of", 0, Role::Heading);
        }
        for why in &verdict.because {
            add(&why.rule, 2, Role::Text);
            add(&from(why), 4, Role::Muted);
        }
        if let Some(missing) = &verdict.missing {
            add("What is missing", 0, Role::Heading);
            add(missing, 2, Role::Text);
        }
        if !verdict.allowed {
            add("Who could give it", 0, Role::Heading);
            let who = match verdict.who_can_grant.as_slice() {
                [] => "nobody whom you may see".to_owned(),
                names => names.join(", "),
            };
            add(&who, 2, Role::Text);
        }
        lines
    }

    /// What a right comes to that the operator holds now and that was refused all the same: it didn't reach the record, or
    /// has been given since.
    fn hindsight(&self, verdict: &Verdict) -> Option<&'static str> {
        if matches!(self.question, Question::MayThey(..)) || !verdict.allowed {
            return None;
        }
        let reaches_all = verdict.level.is_none_or(|level| level == Level::All);
        Some(if self.beyond && !reaches_all {
            "What was refused lies beyond what this level reaches."
        } else {
            "You may by now: try again what was refused."
        })
    }

    fn scroll(&mut self, motion: ActionId, area: Rect) {
        let inside = text_area(centered(area, WIDTH, HEIGHT));
        let lines = self.lines(usize::from(inside.width)).len();
        self.scroll.go(motion, lines, usize::from(inside.height));
    }
}

/// `role Helpdesk, via the group Service Desk`.
fn from(why: &Why) -> String {
    let via = why.via.as_ref();
    let via = via.map_or_else(String::new, |via| format!(", via the group {via}"));
    format!("{} {}{via}", why.kind.as_str(), why.source)
}

fn text_area(place: Rect) -> Rect {
    Rect {
        x: place.x + 2,
        y: place.y + 1,
        width: place.width.saturating_sub(4),
        height: place.height.saturating_sub(2),
    }
}

impl Screen for VerdictView {
    type Message = Message;

    fn title(&self) -> &'static str {
        WHY
    }

    fn open(&mut self, cx: &mut Cx<'_, Message>) {
        let Some(session) = cx.session().cloned() else {
            return;
        };
        let service = cx.service().clone();
        match &self.question {
            Question::MayThey(user, asked) => {
                let can = Can {
                    user: user.clone(),
                    asked: asked.clone(),
                    what_if: WhatIf::default(),
                };
                cx.ask(can, Message::Told);
            }
            Question::MayI(asked) => {
                let asked = asked.clone();
                let asking = async move { service.may_i(&session, &asked).await };
                cx.spawn(asking, Message::Told);
            }
            Question::DoIHold(unheld) => {
                let unheld = unheld.clone();
                let asking = async move { service.do_i_hold(&session, &unheld).await };
                cx.spawn(asking, Message::Told);
            }
        }
    }

    fn actions(&self) -> Vec<Offered> {
        let mut offered = vec![
            Offered::on(ActionId::Back).named("back").in_footer(),
            Offered::on(ActionId::Down).named("down").in_footer(),
            Offered::on(ActionId::Close),
            Offered::on(ActionId::Open).named("back"),
        ];
        offered.extend(
            moves()
                .into_iter()
                .filter(|motion| motion.id != ActionId::Down),
        );
        offered
    }

    fn command(&mut self, action: ActionId, cx: &mut Cx<'_, Message>) {
        match action {
            ActionId::Back | ActionId::Close | ActionId::Open => cx.close(),
            motion => self.scroll(motion, cx.modal_area()),
        }
    }

    fn update(&mut self, Message::Told(result): Message, cx: &mut Cx<'_, Message>) {
        match result {
            Ok(verdict) => self.verdict = Some(verdict),
            Err(error) => {
                cx.report(&error);
                cx.close();
            }
        }
    }

    fn draw(&self, frame: &mut Frame<'_>, area: Rect, look: &Look<'_>) {
        let place = centered(area, WIDTH, HEIGHT);
        draw_box(frame, place, &self.heading, look);
        let inside = text_area(place);
        let lines = self.lines(usize::from(inside.width));
        let height = usize::from(inside.height);
        let top = self.scroll.top(lines.len(), height);
        for (index, (line, role)) in lines.iter().skip(top).take(height).enumerate() {
            look.put(frame.buffer_mut(), row(inside, index), line, *role);
        }
        if let Some(below) = self.scroll.below(lines.len(), height) {
            let edge = Rect {
                y: place.bottom().saturating_sub(1),
                height: 1,
                ..inside
            };
            let text = format!(" {below} ");
            look.put_right(frame.buffer_mut(), edge, &text, Role::Heading);
        }
        look.place_cursor(frame, indented(inside, 0).x, inside.y);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::permission::{Permission, Resource, Verb};

    fn said(level: Level, beyond: bool) -> String {
        let right = Permission(Resource::Unit, Verb::Edit);
        let view = VerdictView {
            verdict: Some(Verdict {
                allowed: true,
                level: Some(level),
                because: Vec::new(),
                missing: None,
                who_can_grant: Vec::new(),
            }),
            ..VerdictView::of_lack(Lack::Right { right, beyond })
        };
        let lines = view.lines(70).into_iter().map(|(line, _)| line);
        lines.collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn a_right_that_is_held_and_was_refused_did_not_reach_or_is_new() {
        let beyond = "YES, at level unit.\nWhat was refused lies beyond what this level reaches.";
        assert_eq!(said(Level::Unit, true), beyond);
        let since = "YES, at level unit.\nYou may by now: try again what was refused.";
        assert_eq!(said(Level::Unit, false), since);
        assert!(said(Level::All, true).starts_with("YES, at level all.\nYou may by now"));
    }
}
