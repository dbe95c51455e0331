//! What is done for a caller: at once where the tier asks nothing, by its plan where it does.

use super::{DeskScreen, Focus, Message};
use crate::domain::UserId;
use crate::service::jobs::{Caller, MakePlan, Operation, Outcome, Plan, at_once};
use crate::service::{Lack, Result};
use crate::tui::notice::Notice;
use crate::tui::screen::Cx;
use crate::tui::shared::{Aim, Finished};

impl DeskScreen {
    /// Takes the action of this number, now or as soon as whoever was picked is there.
    pub(super) fn act(&mut self, number: usize, cx: &mut Cx<'_, Message>) {
        if let Some(haste) = &mut self.haste {
            haste.wanted = Some(number);
            return;
        }
        let (wants_identity, wants_ticket) = (self.wants_identity(), self.wants_ticket());
        let Some(person) = &mut self.person else {
            cx.notify(Notice::plain(
                "Pick the caller first: / searches, Ctrl-n takes the next of the queue.",
            ));
            return;
        };
        let Some(card) = &person.card else {
            person.wanted = Some(number);
            return;
        };
        let Some(offer) = card.offers.get(number.saturating_sub(1)) else {
            return;
        };
        if self.acting.contains(&person.row.id) {
            return;
        }
        let operation = offer.operation;
        if !offer.allowed {
            let right = operation.permission();
            let helpers = super::card::helpers(card);
            let helpers = if helpers.is_empty() {
                "an administrator".to_owned()
            } else {
                helpers.join(" or ")
            };
            let text = format!(
                "\"{}\" needs the right {right}, which you don't have: ask {helpers}.",
                operation.label()
            );
            cx.notify(Notice::bad(text).about(Some(Lack::right(right))));
            return;
        }
        if wants_identity && !person.identified {
            cx.notify(Notice::bad(format!(
                "Ask who is calling and tick it with Space before \"{}\"; nothing was changed.",
                operation.label()
            )));
            return;
        }
        if wants_ticket && person.ticket.value().trim().is_empty() {
            self.focus = Focus::Ticket;
            cx.notify(Notice::bad(
                "This wants a ticket; type its number, then Enter.",
            ));
            return;
        }
        self.help(operation, cx);
    }

    fn help(&mut self, operation: Operation, cx: &mut Cx<'_, Message>) {
        let (Some(person), Some(session)) = (self.person.as_mut(), cx.session().cloned()) else {
            return;
        };
        self.acting.push(person.row.id);
        let aim = person.aim();
        let make = MakePlan {
            caller: if person.identified {
                Caller::Identified
            } else {
                Caller::Unidentified
            },
            ticket: person.ticket.value().trim().to_owned(),
            ..MakePlan::new(operation, aim.targets.clone())
        };
        let service = cx.service().clone();
        let work = async move { at_once(&service, &session, make).await };
        let user = person.row.id;
        cx.spawn(work, move |result| {
            Message::Acted(user, aim, result.map(Box::new))
        });
    }

    pub(super) fn acted(
        &mut self,
        user: UserId,
        aim: Aim,
        result: Result<Box<Outcome>>,
        cx: &mut Cx<'_, Message>,
    ) {
        self.acting.retain(|other| *other != user);
        match result.map(|outcome| *outcome) {
            Ok(Outcome::Done(job)) => cx.finished(Finished {
                job,
                aim: Some(aim),
            }),
            Ok(Outcome::NeedsConfirmation(plan)) => cx.carry_out(plan, Some(aim)),
            Ok(Outcome::Nothing(plan)) => cx.notify(why_nothing(&plan, &aim)),
            Err(error) => cx.report(&error),
        }
    }
}

/// Why a plan for one person would change nothing: what refuses it, and who can help.
fn why_nothing(plan: &Plan, aim: &Aim) -> Notice {
    let deed = plan.operation.label();
    match plan.refusals.first() {
        Some(refusal) => Notice::bad(format!(
            "{deed} is refused: {} {}.",
            refusal.name, refusal.reason
        )),
        None => Notice::plain(format!(
            "{deed}: there is nothing to do for {}, it is so already.",
            aim.words
        )),
    }
}
