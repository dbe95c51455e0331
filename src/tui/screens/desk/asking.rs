//! What the desk asks the service: who calls, why they can't sign in, who waits, who locked again.

use super::{DeskScreen, Focus, Haste, Message, Person};
use crate::domain::UserId;
use crate::domain::status::Status;
use crate::service::desk::{
    CallerCard, CallerQueue, CallerRow, Callers, FindCallers, FoundBy, LockedAgain, Queue,
    ShowCaller,
};
use crate::service::users::UserRow;
use crate::service::{Error, Result};
use crate::tui::notice::Notice;
use crate::tui::screen::Cx;

/// Callers that are found at once: more than these want another word.
const FOUND_MAX: u32 = 50;

/// Those of the queue who are named.
const NEXT_MAX: u32 = 5;

impl DeskScreen {
    /// Searches for what is typed, one question at a time.
    pub(super) fn search_on(&mut self, cx: &mut Cx<'_, Message>) {
        let typed = self.text.value().trim();
        if self.asked.is_some() || typed == self.shown {
            return;
        }
        if typed.is_empty() {
            self.shown.clear();
            self.callers = Callers::default();
            self.cursor = 0;
            return;
        }
        let typed = typed.to_owned();
        self.find(typed, cx);
    }

    fn find(&mut self, text: String, cx: &mut Cx<'_, Message>) {
        self.asked = Some(text.clone());
        let query = FindCallers {
            text: text.clone(),
            limit: FOUND_MAX,
        };
        cx.ask(query, move |result| Message::Found(text, result));
    }

    pub(super) fn found(
        &mut self,
        text: String,
        result: Result<Callers>,
        cx: &mut Cx<'_, Message>,
    ) {
        self.asked = None;
        match result {
            Ok(callers) => {
                let current = self.callers.rows.get(self.cursor).map(|row| row.user.id);
                let same = text == self.shown;
                self.cursor = callers
                    .rows
                    .iter()
                    .position(|row| same && Some(row.user.id) == current)
                    .unwrap_or(0);
                self.callers = callers;
                self.shown = text;
            }
            Err(error) => {
                if self.haste.take().is_some() {
                    self.focus = Focus::Search;
                }
                cx.report(&error);
                return;
            }
        }
        if self.shown == self.text.value().trim() {
            self.pick_in_haste(cx);
        } else {
            self.search_on(cx);
        }
    }

    /// Picks whoever is under the cursor; where they are still being looked for, as soon as they are there.
    pub(super) fn pick(&mut self, cx: &mut Cx<'_, Message>) {
        if self.text.value().trim().is_empty() {
            cx.notify(Notice::plain(
                "Type what the caller says first: a name, an e-mail, a phone or staff number.",
            ));
            return;
        }
        if self.shown != self.text.value().trim() {
            self.person = None;
            self.haste = Some(Haste::default());
            self.focus = Focus::Person;
            self.search_on(cx);
            return;
        }
        match self.callers.rows.get(self.cursor) {
            Some(row) => self.serve(row.user.clone(), Haste::default(), cx),
            None => cx.notify(self.nobody()),
        }
    }

    fn nobody(&self) -> Notice {
        Notice::bad(format!(
            "Nobody whom you may see is found by \"{}\".",
            self.shown
        ))
    }

    /// Picks the only one that is found; of several, one that nobody has looked at is not taken.
    fn pick_in_haste(&mut self, cx: &mut Cx<'_, Message>) {
        let Some(haste) = self.haste.take() else {
            return;
        };
        match self.callers.rows.as_slice() {
            [row] => {
                let user = row.user.clone();
                self.serve(user, haste, cx);
            }
            [] => {
                self.focus = Focus::Search;
                cx.notify(self.nobody());
            }
            rows => {
                self.focus = Focus::Search;
                let more = if self.callers.more { "More than " } else { "" };
                let number = rows.len();
                cx.notify(Notice::plain(format!(
                    "{more}{number} people match \"{}\": pick one with the arrows, then Enter.",
                    self.shown
                )));
            }
        }
    }

    /// Takes somebody's call.
    fn serve(&mut self, row: UserRow, haste: Haste, cx: &mut Cx<'_, Message>) {
        if row.status == Status::Locked {
            self.place = Some(row.place());
            self.ask_queue(cx);
        }
        let user = row.id;
        self.person = Some(Person::new(row, haste));
        self.focus = Focus::Person;
        cx.clear_complaint();
        Self::ask_card(user, true, cx);
    }

    fn ask_card(user: UserId, sensitive: bool, cx: &mut Cx<'_, Message>) {
        let query = ShowCaller { user, sensitive };
        cx.ask_latest("card", query, move |result| {
            Message::Shown(user, result.map(Box::new))
        });
    }

    pub(super) fn shown(
        &mut self,
        user: UserId,
        result: Result<Box<CallerCard>>,
        cx: &mut Cx<'_, Message>,
    ) {
        let Some(person) = self.person.as_mut().filter(|person| person.row.id == user) else {
            return;
        };
        match result {
            Ok(mut card) => {
                // What may be seen was shown once: showing it again would be written down again.
                if let Some(known) = person.card.take() {
                    if known.user.version != card.user.version {
                        // The number may be another one by now, and nobody is identified by an old one.
                        Self::ask_card(user, true, cx);
                        return;
                    }
                    card.user.phone = known.user.phone;
                    card.user.employee_number = known.user.employee_number;
                }
                // What found the row isn't asked again, and shows what the card says.
                let rows = self.callers.rows.iter_mut();
                for row in rows.filter(|row| row.user.id == user) {
                    row.user.status = card.user.status;
                }
                person.card = Some(*card);
                if let Some(wanted) = person.wanted.take() {
                    self.act(wanted, cx);
                }
            }
            Err(error) => {
                if matches!(error, Error::Missing { .. }) {
                    self.person = None;
                    self.focus = Focus::Search;
                }
                cx.report(&error);
            }
        }
    }

    /// The queue, and who locked again.
    pub(super) fn look_around(&self, cx: &mut Cx<'_, Message>) {
        self.ask_queue(cx);
        cx.ask_latest("again", LockedAgain, Message::Again);
    }

    fn ask_queue(&self, cx: &mut Cx<'_, Message>) {
        let query = CallerQueue {
            after: self.place,
            limit: NEXT_MAX,
        };
        cx.ask_latest("queue", query, Message::Queued);
    }

    /// Something changed: all that is shown is asked for again.
    pub(super) fn look_again(&mut self, cx: &mut Cx<'_, Message>) {
        self.look_around(cx);
        if let Some(person) = &self.person {
            // The first answer, with what may be seen, must not be overtaken by one without.
            Self::ask_card(person.row.id, person.card.is_none(), cx);
        }
        // Finding somebody by a number may be written down, and once is enough.
        let by_number = |row: &CallerRow| row.found_by != FoundBy::Name;
        let again = !self.callers.rows.iter().any(by_number);
        if again && self.asked.is_none() && !self.shown.is_empty() {
            self.find(self.shown.clone(), cx);
        }
    }

    pub(super) fn next_caller(&self, cx: &mut Cx<'_, Message>) {
        Self::ask_next(self.place, cx);
    }

    fn ask_next(after: Option<crate::service::desk::Place>, cx: &mut Cx<'_, Message>) {
        let query = CallerQueue { after, limit: 1 };
        let from_the_top = after.is_none();
        cx.ask_latest("next", query, move |result| {
            Message::Next(from_the_top, result)
        });
    }

    pub(super) fn next(
        &mut self,
        from_the_top: bool,
        result: Result<Queue>,
        cx: &mut Cx<'_, Message>,
    ) {
        match result.map(|queue| queue.rows.into_iter().next()) {
            Ok(Some(row)) => {
                self.text.set(&row.username);
                self.shown.clone_from(&row.username);
                let found = CallerRow {
                    user: row.clone(),
                    found_by: FoundBy::Name,
                };
                self.callers = Callers {
                    rows: vec![found],
                    more: false,
                };
                self.cursor = 0;
                self.haste = None;
                self.serve(row, Haste::default(), cx);
            }
            Ok(None) if from_the_top => {
                cx.notify(Notice::plain("Nobody whom you may unlock is locked."));
            }
            Ok(None) => {
                self.place = None;
                cx.notify(Notice::plain(
                    "That was the end of the queue; it begins again with who locked last.",
                ));
                Self::ask_next(None, cx);
            }
            Err(error) => cx.report(&error),
        }
    }
}
