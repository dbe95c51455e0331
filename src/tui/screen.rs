//! What a screen is, and what it may do to the world.
//!
//! A screen owns its state and its message type. It is told about keys, replies and changes, and
//! asks for things through [`Cx`]; it never waits. A modal is a screen that lies on top.

use super::actions::{ActionId, Offered};
use super::event::{Answer, Health, Lane, LayerId};
use super::keys::KeyMap;
use super::look::Look;
use super::modals::plain::PlainPage;
use super::modals::verdict::VerdictView;
use super::notice::{Notice, Tone};
use super::shared::{Aim, Effect, Finished, Front, Shared, Subject};
use crate::domain::permission::Permission;
use crate::domain::{JobId, Time};
use crate::service::jobs::Plan;
use crate::service::{Action, Error, Lack, Query, Result, Service, Session};
use crossterm::event::KeyEvent;
use ratatui::Frame;
use ratatui::layout::{Position, Rect};
use std::any::Any;
use std::future::Future;
use std::marker::PhantomData;

/// One screen or modal.
pub trait Screen: 'static {
    /// What comes back to it; nobody else knows this type.
    type Message: Send + 'static;

    /// The word on its tab, or the heading of the modal.
    fn title(&self) -> &'static str;

    /// What the title says of it; mostly nothing.
    fn status(&self) -> String {
        String::new()
    }

    /// What it shows now, so that history can come back to it; nothing where it shows its list.
    fn bookmark(&self) -> Option<Subject> {
        None
    }

    /// It was opened: the moment to ask for what it shows.
    fn open(&mut self, _cx: &mut Cx<'_, Self::Message>) {}

    /// Which actions it takes now; the first ones in the footer are the most important.
    fn actions(&self) -> Vec<Offered>;

    /// The right that an action of this screen wants, where it wants one: without it the action is off
    /// and says why. The service checks again.
    fn needs(&self, _action: ActionId) -> Option<Permission> {
        None
    }

    fn command(&mut self, action: ActionId, cx: &mut Cx<'_, Self::Message>);

    /// Whether a text field has the focus, so that letters are text and not commands.
    fn takes_text(&self) -> bool {
        false
    }

    /// Whether what takes the letters is a field. Where letters choose, the palette and the help still have their keys.
    fn has_field(&self) -> bool {
        self.takes_text()
    }

    /// A raw key, before it is looked up as an action. Returns whether it was used.
    fn key(&mut self, _key: KeyEvent, _cx: &mut Cx<'_, Self::Message>) -> bool {
        false
    }

    fn paste(&mut self, _text: &str, cx: &mut Cx<'_, Self::Message>) {
        cx.notify(Notice::plain(
            "The pasted text was ignored: it can go into a field only, for example after /.",
        ));
    }

    /// The mouse was clicked there, where it is on.
    fn click(&mut self, _at: Position, _cx: &mut Cx<'_, Self::Message>) {}

    fn update(&mut self, message: Self::Message, cx: &mut Cx<'_, Self::Message>);

    /// Something changed in the database, by whomever.
    fn changed(&mut self, _cx: &mut Cx<'_, Self::Message>) {}

    /// A job of this console came to its end.
    fn finished(&mut self, _finished: &Finished, _cx: &mut Cx<'_, Self::Message>) {}

    /// Shows one record, if it is of the kind this screen shows.
    fn show(&mut self, _subject: &Subject, _cx: &mut Cx<'_, Self::Message>) -> bool {
        false
    }

    /// Goes back to its list, where it shows one record.
    fn show_list(&mut self, _cx: &mut Cx<'_, Self::Message>) {}

    /// The users that an action would be aimed at: the marked ones, or the row.
    fn aimed_at(&self) -> Option<Aim> {
        None
    }

    /// Views that have a name, and what they show.
    fn views(&self) -> Vec<(&'static str, Subject)> {
        Vec::new()
    }

    /// The text that its list is filtered by, as far as it can be asked of another organization.
    fn filter(&self) -> String {
        String::new()
    }

    /// Filters its list as if the text had been typed.
    fn filter_by(&mut self, _filter: &str, _cx: &mut Cx<'_, Self::Message>) {}

    /// How many records are marked.
    fn marked(&self) -> i64 {
        0
    }

    /// Takes `area`, which for a modal is all below the title bar.
    fn draw(&self, frame: &mut Frame<'_>, area: Rect, look: &Look<'_>);
}

/// What a screen may do to the world.
pub struct Cx<'a, M> {
    pub(super) shared: &'a mut Shared,
    layer: LayerId,
    message: PhantomData<fn() -> M>,
}

impl<'a, M: Send + 'static> Cx<'a, M> {
    pub(super) fn new(shared: &'a mut Shared, layer: LayerId) -> Self {
        Self {
            shared,
            layer,
            message: PhantomData,
        }
    }

    /// Performs an action; the answer comes back through `update`.
    pub fn perform<A: Action>(
        &mut self,
        action: A,
        wrap: impl FnOnce(Result<A::Output>) -> M + Send + 'static,
    ) {
        if let Some((service, session)) = self.door() {
            let answer = self.shared.expect_answer(self.layer, None).of_a_write();
            answer_with(
                answer,
                async move { service.perform(&session, action).await },
                wrap,
            );
        }
    }

    /// Asks a query; the answer comes back through `update`.
    pub fn ask<Q: Query>(
        &mut self,
        query: Q,
        wrap: impl FnOnce(Result<Q::Output>) -> M + Send + 'static,
    ) {
        if let Some((service, session)) = self.door() {
            self.spawn(async move { service.ask(&session, query).await }, wrap);
        }
    }

    /// Asks a query that replaces every earlier one of its lane: their answers are dropped.
    pub fn ask_latest<Q: Query>(
        &mut self,
        lane: Lane,
        query: Q,
        wrap: impl FnOnce(Result<Q::Output>) -> M + Send + 'static,
    ) {
        if let Some((service, session)) = self.door() {
            self.spawn_latest(
                lane,
                async move { service.ask(&session, query).await },
                wrap,
            );
        }
    }

    /// Runs any request of the service that is neither an action nor a query.
    pub fn spawn<T: Send + 'static>(
        &mut self,
        work: impl Future<Output = Result<T>> + Send + 'static,
        wrap: impl FnOnce(Result<T>) -> M + Send + 'static,
    ) {
        self.start(None, work, wrap);
    }

    /// Runs any request of the service that replaces every earlier one of its lane.
    pub fn spawn_latest<T: Send + 'static>(
        &mut self,
        lane: Lane,
        work: impl Future<Output = Result<T>> + Send + 'static,
        wrap: impl FnOnce(Result<T>) -> M + Send + 'static,
    ) {
        let generation = self.shared.next_of_lane(self.layer, lane);
        self.start(Some((lane, generation)), work, wrap);
    }

    fn start<T: Send + 'static>(
        &mut self,
        lane: Option<(Lane, u64)>,
        work: impl Future<Output = Result<T>> + Send + 'static,
        wrap: impl FnOnce(Result<T>) -> M + Send + 'static,
    ) {
        answer_with(self.shared.expect_answer(self.layer, lane), work, wrap);
    }

    fn door(&self) -> Option<(Service, Session)> {
        let session = self.shared.session.clone()?;
        Some((self.shared.service.clone(), session))
    }

    pub fn open_modal(&mut self, modal: impl Screen) {
        let layer = self.shared.hold(modal);
        self.shared.effects.push_back(Effect::Open(layer));
    }

    /// Closes this modal.
    pub fn close(&mut self) {
        self.shared.effects.push_back(Effect::Close(self.layer));
    }

    /// Closes another modal, such as the one that opened this one.
    pub fn close_other(&mut self, layer: LayerId) {
        self.shared.effects.push_back(Effect::Close(layer));
    }

    /// Explains why the operator may not do something, and who could allow it.
    pub fn explain(&mut self, lack: Option<Lack>) {
        if let Some(lack) = lack {
            self.open_modal(VerdictView::of_lack(lack));
        }
    }

    /// The name by which this screen can be closed by one that it opens.
    #[must_use]
    pub const fn id(&self) -> LayerId {
        self.layer
    }

    /// Runs an action as if its key had been pressed.
    pub fn run(&mut self, action: ActionId) {
        self.shared.effects.push_back(Effect::Run(action));
    }

    /// A handle by which another layer answers this one, such as a picker that this one opens.
    pub fn asker<T>(&self, wrap: impl FnOnce(T) -> M + Send + 'static) -> Asker<T> {
        Asker {
            layer: self.layer,
            wrap: Box::new(move |value| Box::new(wrap(value))),
        }
    }

    /// Gives what was asked for to the layer that asked.
    pub fn answer<T>(&mut self, asker: Asker<T>, value: T) {
        let message = (asker.wrap)(value);
        self.shared
            .effects
            .push_back(Effect::Deliver(asker.layer, message));
    }

    /// Goes to the screen of this record and shows it there.
    pub fn show(&mut self, subject: Subject) {
        self.shared.effects.push_back(Effect::Show(subject));
    }

    /// The session works in another organization now.
    pub fn moved(&mut self, session: Session) {
        self.shared
            .effects
            .push_back(Effect::Moved(Box::new(session)));
    }

    pub fn signed_in(&mut self, session: Session) {
        self.shared
            .effects
            .push_back(Effect::SignedIn(Box::new(session)));
    }

    /// Goes on with a plan: what needs no confirmation runs, the rest is shown first.
    pub fn carry_out(&mut self, plan: Plan, aim: Option<Aim>) {
        self.shared
            .effects
            .push_back(Effect::CarryOut(Box::new(plan), aim));
    }

    /// Runs a confirmed or paused job to its end, without this screen waiting for it.
    pub fn start_job(&mut self, job: JobId, aim: Option<Aim>) {
        self.shared.effects.push_back(Effect::StartJob(job, aim));
    }

    /// A job ended that was run by somebody else than the application.
    pub fn finished(&mut self, finished: Finished) {
        self.shared
            .effects
            .push_back(Effect::Finished(Box::new(finished)));
    }

    /// Makes the plan that takes a job back, and goes on with it.
    pub fn undo(&mut self, job: JobId) {
        self.shared.effects.push_back(Effect::Undo(job));
    }

    /// Something was written by other ways than an action: lists have to be looked at again.
    pub fn wrote(&mut self) {
        self.shared.effects.push_back(Effect::Wrote);
    }

    /// Opens the desk, or all the tabs.
    pub fn enter(&mut self, front: Front) {
        self.shared.effects.push_back(Effect::Enter(front));
    }

    pub fn quit(&mut self) {
        self.shared.effects.push_back(Effect::Quit);
    }

    /// Hands text to the clipboard of the terminal and says so; `what` names it, `2 rows`.
    pub fn copy(&mut self, what: &str, text: String) {
        self.shared.effects.push_back(Effect::Copy {
            what: what.to_owned(),
            text,
        });
    }

    /// Shows text without borders and columns, for the terminal's own selection.
    pub fn open_plain(&mut self, text: &str) {
        self.open_modal(PlainPage::new(text));
    }

    /// The operator gave the password of the locked screen.
    pub fn unlock(&mut self) {
        self.shared.effects.push_back(Effect::Unlock);
    }

    pub fn notify(&mut self, notice: Notice) {
        self.shared.notify(notice);
    }

    /// Says what went wrong and what to do next.
    pub fn report(&mut self, error: &Error) {
        self.shared.notify(Notice::error(error));
    }

    /// Empties the message line.
    pub fn clear_notice(&mut self) {
        self.shared.notice = None;
    }

    /// Takes the message line back if it holds something that went wrong.
    pub fn clear_complaint(&mut self) {
        if self
            .shared
            .notice
            .as_ref()
            .is_some_and(|notice| notice.tone == Tone::Bad)
        {
            self.shared.notice = None;
        }
    }

    /// Whether the operator holds a right, as far as that is known: for what is offered, never for a decision.
    #[must_use]
    pub fn may(&self, permission: Permission) -> bool {
        let held = self.shared.permissions.as_ref();
        held.is_none_or(|held| held.may(permission))
    }

    /// How things are drawn now, for what has to know how many lines it will take.
    #[must_use]
    pub fn look(&self) -> Look<'_> {
        self.shared.look()
    }

    #[must_use]
    pub fn service(&self) -> &Service {
        &self.shared.service
    }

    #[must_use]
    pub fn session(&self) -> Option<&Session> {
        self.shared.session.as_ref()
    }

    #[must_use]
    pub fn now(&self) -> Time {
        self.shared.service.now()
    }

    /// The keys in force.
    #[must_use]
    pub fn keys(&self) -> &KeyMap {
        &self.shared.options.keys
    }

    /// The area that a modal draws in.
    #[must_use]
    pub fn modal_area(&self) -> Rect {
        self.shared.below_title()
    }

    /// The area that this screen draws in.
    #[must_use]
    pub fn area(&self) -> Rect {
        self.shared.body()
    }
}

/// Who is to be told a value that another layer will find out.
pub struct Asker<T> {
    layer: LayerId,
    wrap: Box<dyn FnOnce(T) -> Box<dyn Any + Send> + Send>,
}

/// Works beside the loop and answers when it is done.
pub(super) fn answer_with<T: Send + 'static, M: Send + 'static>(
    answer: Answer,
    work: impl Future<Output = Result<T>> + Send + 'static,
    wrap: impl FnOnce(Result<T>) -> M + Send + 'static,
) {
    tokio::spawn(async move {
        let result = work.await;
        let health = Health::of(&result);
        answer.give(health, wrap(result));
    });
}

/// A screen with its type erased, as the application keeps it.
pub trait Layer {
    fn id(&self) -> LayerId;
    fn title(&self) -> &'static str;
    fn status(&self) -> String;
    fn bookmark(&self) -> Option<Subject>;
    /// Opens it the first time, afterwards tells it that something changed.
    fn refresh(&mut self, shared: &mut Shared);
    fn actions(&self) -> Vec<Offered>;
    fn needs(&self, action: ActionId) -> Option<Permission>;
    fn command(&mut self, action: ActionId, shared: &mut Shared);
    fn takes_text(&self) -> bool;
    fn has_field(&self) -> bool;
    fn key(&mut self, key: KeyEvent, shared: &mut Shared) -> bool;
    fn paste(&mut self, text: &str, shared: &mut Shared);
    fn click(&mut self, at: Position, shared: &mut Shared);
    fn reply(&mut self, message: Box<dyn Any + Send>, shared: &mut Shared);
    fn finished(&mut self, finished: &Finished, shared: &mut Shared);
    fn show(&mut self, subject: &Subject, shared: &mut Shared) -> bool;
    fn show_list(&mut self, shared: &mut Shared);
    fn aimed_at(&self) -> Option<Aim>;
    fn views(&self) -> Vec<(&'static str, Subject)>;
    fn filter(&self) -> String;
    fn filter_by(&mut self, filter: &str, shared: &mut Shared);
    fn marked(&self) -> i64;
    fn draw(&self, frame: &mut Frame<'_>, area: Rect, look: &Look<'_>);
}

/// A screen and the name it is answered by.
pub struct Held<S> {
    id: LayerId,
    screen: S,
    opened: bool,
}

impl<S> Held<S> {
    #[must_use]
    pub const fn new(id: LayerId, screen: S) -> Self {
        Self {
            id,
            screen,
            opened: false,
        }
    }
}

impl<S: Screen> Layer for Held<S> {
    fn id(&self) -> LayerId {
        self.id
    }

    fn title(&self) -> &'static str {
        self.screen.title()
    }

    fn status(&self) -> String {
        self.screen.status()
    }

    fn bookmark(&self) -> Option<Subject> {
        self.screen.bookmark()
    }

    fn refresh(&mut self, shared: &mut Shared) {
        let mut cx = Cx::new(shared, self.id);
        if self.opened {
            self.screen.changed(&mut cx);
        } else {
            self.opened = true;
            self.screen.open(&mut cx);
        }
    }

    fn actions(&self) -> Vec<Offered> {
        self.screen.actions()
    }

    fn needs(&self, action: ActionId) -> Option<Permission> {
        self.screen.needs(action)
    }

    fn command(&mut self, action: ActionId, shared: &mut Shared) {
        self.screen.command(action, &mut Cx::new(shared, self.id));
    }

    fn takes_text(&self) -> bool {
        self.screen.takes_text()
    }

    fn has_field(&self) -> bool {
        self.screen.has_field()
    }

    fn key(&mut self, key: KeyEvent, shared: &mut Shared) -> bool {
        self.screen.key(key, &mut Cx::new(shared, self.id))
    }

    fn paste(&mut self, text: &str, shared: &mut Shared) {
        self.screen.paste(text, &mut Cx::new(shared, self.id));
    }

    fn click(&mut self, at: Position, shared: &mut Shared) {
        self.screen.click(at, &mut Cx::new(shared, self.id));
    }

    fn reply(&mut self, message: Box<dyn Any + Send>, shared: &mut Shared) {
        let message = message
            .downcast::<S::Message>()
            .expect("a reply carries the type of the layer that asked");
        self.screen.update(*message, &mut Cx::new(shared, self.id));
    }

    fn finished(&mut self, finished: &Finished, shared: &mut Shared) {
        self.screen
            .finished(finished, &mut Cx::new(shared, self.id));
    }

    fn show(&mut self, subject: &Subject, shared: &mut Shared) -> bool {
        self.screen.show(subject, &mut Cx::new(shared, self.id))
    }

    fn show_list(&mut self, shared: &mut Shared) {
        self.screen.show_list(&mut Cx::new(shared, self.id));
    }

    fn aimed_at(&self) -> Option<Aim> {
        self.screen.aimed_at()
    }

    fn views(&self) -> Vec<(&'static str, Subject)> {
        self.screen.views()
    }

    fn filter(&self) -> String {
        self.screen.filter()
    }

    fn filter_by(&mut self, filter: &str, shared: &mut Shared) {
        self.screen.filter_by(filter, &mut Cx::new(shared, self.id));
    }

    fn marked(&self) -> i64 {
        self.screen.marked()
    }

    fn draw(&self, frame: &mut Frame<'_>, area: Rect, look: &Look<'_>) {
        self.screen.draw(frame, area, look);
    }
}
