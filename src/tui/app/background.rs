//! What the application itself asks and is told: changes by others, jobs and their progress, timers.

use super::{App, handled_of};
use crate::domain::{JobId, OrganizationId};
use crate::service::jobs::{
    self, ConfirmPlan, Confirmation, Job, JobState, ListJobs, Operation, PauseJob, Plan, UndoJob,
};
use crate::service::{Error, Permissions, Result, Service, Session};
use crate::tui::event::{Event, Health, LayerId, Reply};
use crate::tui::forms;
use crate::tui::look::thousands;
use crate::tui::modals::plan::PlanView;
use crate::tui::modals::undo::UndoList;
use crate::tui::modals::welcome;
use crate::tui::notice::Notice;
use crate::tui::screen::answer_with;
use crate::tui::shared::{Aim, Finished};
use std::any::Any;
use std::future::Future;
use std::time::{Duration, Instant};
use tokio::sync::mpsc::UnboundedSender;
use tokio::task::JoinHandle;

/// How often to look for what others changed.
const WATCH_EVERY: Duration = Duration::from_secs(2);

/// How long the message line offers to take a change back.
const UNDO_OFFERED: Duration = Duration::from_mins(1);

/// Unfinished jobs that are looked through for the operator's own.
const UNFINISHED_MAX: u32 = 100;

/// Progress is shown at most this often.
const PROGRESS_EVERY: Duration = Duration::from_secs(1);

pub(super) enum Message {
    Marked(Result<i64>),
    /// What the operator may do in the organization that it was asked for.
    Permitted(OrganizationId, Result<Permissions>),
    /// What the operator began and never saved.
    Drafted(Result<Vec<(String, String)>>),
    UndoPlanned(JobId, Result<Plan>),
    /// With the session that confirmed it: the job runs where it was confirmed.
    Confirmed(Session, Result<Job>, Option<Aim>),
    Progressed(Job),
    Ran(JobId, Result<Job>, Option<Aim>),
    Paused(Session, Result<Job>),
    /// Jobs that somebody has to go on with.
    Unfinished(Result<Vec<Job>>),
    SignedOut,
    /// Whether the operator has seen the card of the first sign-in.
    Card(Result<Option<String>>),
    /// The offer to undo in this notice is over.
    OfferEnded(u64),
    /// A second went by in this busy time.
    Second(u64),
    /// Somebody may have left the console alone; the number is the timer's.
    Idle(u64),
}

/// Where uncounted messages go, and the session they belong to.
pub(super) type Sender = (UnboundedSender<Event>, u64);

/// Ends its task when it goes.
pub struct Watcher(JoinHandle<()>);

impl Drop for Watcher {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// How long the application has been waiting for answers, in seconds told by a timer that runs
/// only meanwhile.
#[derive(Debug, Default)]
pub struct Busy {
    /// Grows with each busy time, so that a late timer is recognised.
    time: u64,
    seconds: Option<u64>,
}

impl Busy {
    #[must_use]
    pub fn summary(&self) -> String {
        match self.seconds {
            Some(seconds) if seconds > 0 => format!("working {seconds} s"),
            _ => String::new(),
        }
    }
}

impl App {
    pub(super) fn root_message(&mut self, message: Box<dyn Any + Send>) {
        let Ok(message) = message.downcast::<Message>() else {
            return;
        };
        match *message {
            Message::Marked(Ok(mark)) => self.marked(mark),
            Message::Card(Ok(None)) => self.welcome(),
            Message::Permitted(organization, Ok(permissions)) => {
                self.permitted(organization, permissions);
            }
            Message::Drafted(Ok(drafts)) => self.tell_drafts(&drafts),
            Message::Unfinished(Ok(jobs)) => self.unfinished(&jobs),
            Message::Marked(Err(_))
            | Message::Permitted(_, Err(_))
            | Message::Drafted(Err(_))
            | Message::Unfinished(Err(_))
            | Message::Card(_)
            | Message::SignedOut => {}
            Message::UndoPlanned(job, result) => self.undo_planned(job, result),
            Message::Confirmed(session, Ok(job), aim) => self.start_job(job.id, session, aim),
            Message::Confirmed(session, Err(error), _) => {
                if !self.works_elsewhere(session.organization) {
                    self.deeds.undoing = None;
                }
                self.tell_of(&session, Notice::error(&error));
            }
            Message::Paused(session, Err(error)) => self.tell_of(&session, Notice::error(&error)),
            Message::Paused(session, Ok(job)) => {
                let text = format!(
                    "Pausing \"{}\" after its current rows; a in Jobs resumes it.",
                    job.title
                );
                self.tell_of(&session, Notice::plain(text));
            }
            Message::Progressed(job) => self.jobs.progressed(job),
            Message::Ran(id, result, aim) => self.ran(id, result, aim),
            Message::OfferEnded(notice) => {
                if self.shared.notices == notice {
                    self.shared.notice = None;
                }
            }
            Message::Second(time) => self.second_passed(time),
            Message::Idle(timer) => self.timer_fired(timer),
        }
    }

    pub(super) fn sender(&self) -> Sender {
        (self.shared.events.clone(), self.shared.session_number)
    }

    /// Asks a counted question on behalf of the application itself.
    fn ask_as_root<T: Send + 'static>(
        &mut self,
        work: impl Future<Output = Result<T>> + Send + 'static,
        wrap: impl FnOnce(Result<T>) -> Message + Send + 'static,
    ) {
        answer_with(self.shared.expect_answer(LayerId::ROOT, None), work, wrap);
    }

    /// The same in the name of a session that may work elsewhere than the operator does now.
    fn ask_in<T: Send + 'static>(
        &mut self,
        session: &Session,
        work: impl Future<Output = Result<T>> + Send + 'static,
        wrap: impl FnOnce(Result<T>) -> Message + Send + 'static,
    ) {
        let answer = self.shared.expect_answer(LayerId::ROOT, None);
        answer_with(answer.asked_in(Some(session)), work, wrap);
    }

    /// Says something of what a session did, and in which organization where that isn't the one worked in: there nothing can
    /// be undone or explained from here.
    fn tell_of(&mut self, session: &Session, mut notice: Notice) {
        if self.works_elsewhere(session.organization) {
            let text = format!("In {}: {}", session.organization_name, notice.text);
            notice = Notice {
                tone: notice.tone,
                ..Notice::plain(text)
            };
        }
        self.shared.notify(notice);
    }

    pub(super) fn begin_session(&mut self) {
        self.ask_permissions();
        self.ask_drafts();
        self.begin_attendance();
        self.look_for_changes();
        self.ask_unfinished();
        self.ask_whether_new();
        if self.shared.options.watch {
            self.watcher = Some(watch(self.shared.service.clone(), self.sender()));
        }
    }

    /// Asks for jobs of the operator that a lost terminal left behind.
    fn ask_unfinished(&mut self) {
        let Some(session) = self.shared.session.clone() else {
            return;
        };
        let service = self.shared.service.clone();
        let query = ListJobs {
            limit: UNFINISHED_MAX,
            unfinished: true,
        };
        let asking = async move { service.ask(&session, query).await };
        self.ask_as_root(asking, Message::Unfinished);
    }

    fn unfinished(&mut self, jobs: &[Job]) {
        let operator = self
            .shared
            .session
            .as_ref()
            .map(|session| &session.username);
        let own = |job: &&Job| Some(&job.operator) == operator;
        let Some(job) = jobs.iter().find(own) else {
            return;
        };
        let stands = match job.state {
            JobState::Paused => "is paused",
            // Whether its console is still there nobody can see; a second runner does no harm.
            _ => "is not finished and stands",
        };
        let text = format!(
            "Job {} {stands} at {} of {}: g j, then a and r, resumes it.",
            job.id.0,
            thousands(handled_of(job)),
            thousands(job.total)
        );
        self.shared.notify(Notice::bad(text));
    }

    fn ask_whether_new(&mut self) {
        if let Some(session) = self
            .shared
            .session
            .clone()
            .filter(|_| self.shared.options.first_run_card)
        {
            let service = self.shared.service.clone();
            let asking = async move { service.preference(&session, welcome::SEEN).await };
            self.ask_as_root(asking, Message::Card);
        }
    }

    /// Asks once whether anything changed.
    pub fn look_for_changes(&mut self) {
        let service = self.shared.service.clone();
        self.ask_as_root(async move { service.change_mark().await }, Message::Marked);
    }

    /// Asks what the operator may do now.
    pub(super) fn ask_permissions(&mut self) {
        if let Some(session) = self.shared.session.clone() {
            let service = self.shared.service.clone();
            let organization = session.organization;
            let asking = async move { service.permissions(&session).await };
            self.ask_as_root(asking, move |result| {
                Message::Permitted(organization, result)
            });
        }
    }

    fn permitted(&mut self, organization: OrganizationId, permissions: Permissions) {
        // An answer may come after the operator has gone on to another organization.
        if !self.works_elsewhere(organization) {
            self.shared.permissions = Some(permissions);
        }
    }

    /// Whether the operator is signed in, and not to this organization.
    pub(super) fn works_elsewhere(&self, organization: OrganizationId) -> bool {
        let session = self.shared.session.as_ref();
        session.is_some_and(|session| session.organization != organization)
    }

    fn ask_drafts(&mut self) {
        if let Some(session) = self.shared.session.clone() {
            let service = self.shared.service.clone();
            let asking = async move { service.preferences(&session, forms::DRAFTS).await };
            self.ask_as_root(asking, Message::Drafted);
        }
    }

    fn tell_drafts(&mut self, drafts: &[(String, String)]) {
        let names: Vec<String> = drafts
            .iter()
            .map(|(key, _)| forms::draft_name(key))
            .collect();
        // A job that waits for somebody is the weightier news.
        if !names.is_empty() && self.shared.notice.is_none() {
            self.shared.notify(Notice::plain(format!(
                "Drafts are kept of: {}; opening the form again brings one back.",
                names.join(", ")
            )));
        }
    }

    fn marked(&mut self, mark: i64) {
        let before = self.mark.replace(mark);
        if before.is_some_and(|before| before != mark) {
            self.changed_everywhere();
            self.ask_permissions();
        }
    }

    /// Tells what is on the screen that something changed; the other tabs learn it when they are opened.
    pub(super) fn changed_everywhere(&mut self) {
        let parked = self.parked.iter().flat_map(|(tabs, _)| tabs);
        self.stale = self.tabs.iter().chain(parked).map(|tab| tab.id()).collect();
        self.go_to_tab(self.open);
    }

    /// Goes on with a plan: what needs no confirmation runs, the rest is shown first. Says whether it runs.
    pub(super) fn carry_out_plan(&mut self, plan: Plan, aim: Option<Aim>) -> bool {
        let asks = plan.reason_needed || plan.ticket_needed || plan.identity_needed;
        // Who gains or loses what is seen before; of what is taken back it was.
        let gives = plan.operation == Operation::Members && plan.undo_of.is_none();
        if plan.tier > 1 || plan.will_change == 0 || asks || gives {
            let view = self.shared.hold(PlanView::new(plan, aim));
            self.modals.open(view, &mut self.shared);
            return false;
        }
        let Some(session) = self.shared.session.clone() else {
            return false;
        };
        let service = self.shared.service.clone();
        let confirm = ConfirmPlan {
            job: plan.id,
            confirmation: Confirmation::None,
            reason: String::new(),
            ticket: String::new(),
            identified: false,
        };
        let confirmed_by = session.clone();
        let confirming = async move { service.perform(&session, confirm).await };
        self.ask_as_root(confirming, move |result| {
            Message::Confirmed(confirmed_by, result, aim)
        });
        true
    }

    /// Takes back what was done last in this console; where nothing is left of that, asks which job.
    pub(super) fn undo_last(&mut self) {
        if self.deeds.undoing.is_some() {
            self.shared.notify(Notice::plain(
                "The last change is being taken back; press z again when that is done.",
            ));
        } else if let Some(job) = self.deeds.last() {
            self.plan_undo(job);
        } else {
            self.shared.notify(Notice::plain(
                "Nothing is left to take back of what was done in this console; choose a job.",
            ));
            self.open_modal(UndoList::default());
        }
    }

    pub(super) fn plan_undo(&mut self, job: JobId) {
        let Some(session) = self.shared.session.clone() else {
            return;
        };
        self.deeds.undoing = Some(job);
        let service = self.shared.service.clone();
        let planning = async move { service.perform(&session, UndoJob { job }).await };
        self.ask_as_root(planning, move |result| Message::UndoPlanned(job, result));
    }

    fn undo_planned(&mut self, job: JobId, result: Result<Plan>) {
        // Whoever went to another organization meanwhile has left this behind.
        if self.deeds.undoing != Some(job) {
            return;
        }
        match result {
            Ok(plan) => {
                // A plan that is shown can be dropped, and then the undo is still to come.
                let aim = self.deeds.aim_of(job);
                if plan.will_change == 0 {
                    self.deeds.forget(job);
                }
                if !self.carry_out_plan(plan, aim) {
                    self.deeds.undoing = None;
                }
            }
            Err(error) => {
                self.deeds.undoing = None;
                if matches!(
                    error,
                    Error::Against(_) | Error::Rule(_) | Error::Missing { .. }
                ) {
                    self.deeds.forget(job);
                }
                self.shared.notify(Notice::error(&error));
            }
        }
    }

    /// Runs a job to its end in the session that it was confirmed in; keys and screens go on meanwhile, and the operator may
    /// go to work elsewhere.
    pub(super) fn start_job(&mut self, job: JobId, session: Session, aim: Option<Aim>) {
        let (service, events) = (self.shared.service.clone(), self.sender());
        self.jobs.started(job, session.clone());
        let place = session.clone();
        let running = async move {
            let mut last: Option<Instant> = None;
            jobs::run_job(&service, &session, job, move |job| {
                if last.is_none_or(|last| last.elapsed() >= PROGRESS_EVERY) {
                    last = Some(Instant::now());
                    tell(&events, Message::Progressed(job.clone()));
                }
            })
            .await
        };
        self.ask_in(&place, running, move |result| {
            Message::Ran(job, result, aim)
        });
    }

    pub(super) fn pause_jobs(&mut self) {
        let running = self.jobs.all().map(|(job, session)| (job, session.clone()));
        for (job, session) in running.collect::<Vec<_>>() {
            let service = self.shared.service.clone();
            let place = session.clone();
            let pausing = async move { service.perform(&session, PauseJob { job }).await };
            self.ask_in(&place.clone(), pausing, move |result| {
                Message::Paused(place, result)
            });
        }
    }

    fn ran(&mut self, id: JobId, result: Result<Job>, aim: Option<Aim>) {
        let session = self.jobs.ended(id);
        if let Some(session) = session.filter(|session| self.works_elsewhere(session.organization))
        {
            let notice = match result {
                Ok(job) => result_of(&Finished { job, aim }),
                Err(error) => stopped(id, &error),
            };
            self.tell_of(&session, notice);
            return;
        }
        self.deeds.undoing = None;
        match result {
            Ok(job) => self.finished(&Finished { job, aim }),
            Err(error) => self.shared.notify(stopped(id, &error)),
        }
    }

    /// Says how a job ended and tells every screen.
    pub(super) fn finished(&mut self, finished: &Finished) {
        self.deeds.note(finished);
        let notice = result_of(finished);
        let offers = notice.offers_undo;
        self.shared.notify(notice);
        if offers {
            tell_later(
                &self.sender(),
                UNDO_OFFERED,
                Message::OfferEnded(self.shared.notices),
            );
        }
        let parked = self.parked.iter_mut().flat_map(|(tabs, _)| tabs);
        for tab in self.tabs.iter_mut().chain(parked) {
            tab.finished(finished, &mut self.shared);
        }
        self.look_for_changes();
    }

    /// Ends the session in the service too, then shows the sign-in screen.
    pub(super) fn sign_out_for_good(&mut self) {
        if let Some(session) = self.shared.session.clone() {
            let service = self.shared.service.clone();
            let leaving = async move { service.sign_out(&session).await };
            self.ask_as_root(leaving, |_| Message::SignedOut);
        }
        self.sign_out(Some(Notice::plain("You are signed out.")));
    }

    /// Starts the timer of a busy time, or forgets it when everything was answered.
    pub(super) fn note_busy(&mut self) {
        // A running job has its own place in the title.
        let waiting = self.shared.in_flight.saturating_sub(self.jobs.count());
        match (waiting, self.busy.seconds) {
            (0, Some(_)) => self.busy.seconds = None,
            (1.., None) => {
                self.busy.time += 1;
                self.busy.seconds = Some(0);
                tell_later(
                    &self.sender(),
                    Duration::from_secs(1),
                    Message::Second(self.busy.time),
                );
            }
            _ => {}
        }
    }

    fn second_passed(&mut self, time: u64) {
        if self.busy.time == time
            && let Some(seconds) = &mut self.busy.seconds
        {
            *seconds += 1;
            tell_later(
                &self.sender(),
                Duration::from_secs(1),
                Message::Second(time),
            );
        }
    }
}

fn stopped(id: JobId, error: &Error) -> Notice {
    let number = id.0;
    Notice::bad(format!(
        "Job {number} stopped: {error} It can be resumed in Jobs (g j)."
    ))
}

/// One sentence on how a job ended, with the way back where there is one.
fn result_of(finished: &Finished) -> Notice {
    let job = &finished.job;
    let number = job.id.0;
    let title = Aim::name_in(finished.aim.as_ref(), &job.title);
    let notice = match job.state {
        JobState::Done if job.failed + job.refused == 0 => {
            Notice::good(format!("done: {title} (job {number})"))
        }
        JobState::Done | JobState::Partial => Notice::bad(format!(
            "partly done: {title}; {} done, {} failed, {} refused; g j shows which and why (job {number}).",
            job.done, job.failed, job.refused
        )),
        state => Notice::plain(format!("{}: {title} (job {number})", state.as_str())),
    };
    if job.undoable && job.undo_of.is_none() {
        notice.with_undo()
    } else {
        notice
    }
}

fn watch(service: Service, events: Sender) -> Watcher {
    Watcher(tokio::spawn(async move {
        let mut known = None;
        let mut stamp = None;
        let mut quiet_looks = 0;
        loop {
            tokio::time::sleep(WATCH_EVERY).await;
            // A look at the files wakes nobody else; a question wakes the database's thread many times.
            let seen = service.file_stamp();
            quiet_looks = if seen.is_some() && seen == stamp {
                quiet_looks + 1
            } else {
                0
            };
            stamp = seen;
            // The first quiet look may be too close behind a write for the clock of the files.
            if quiet_looks > 1 && matches!(known, Some((Some(_), _))) {
                continue;
            }
            let result = service.change_mark().await;
            let health = Health::of(&result);
            let news = (result.as_ref().ok().copied(), health.clone());
            if known.as_ref() == Some(&news) {
                continue;
            }
            known = Some(news);
            if send(&events, health, Message::Marked(result)).is_none() {
                return;
            }
        }
    }))
}

fn tell(events: &Sender, message: Message) {
    let _ = send(events, Health::Unknown, message);
}

pub(super) fn tell_later(events: &Sender, after: Duration, message: Message) {
    let events = events.clone();
    tokio::spawn(async move {
        tokio::time::sleep(after).await;
        tell(&events, message);
    });
}

/// Sends what nobody waits for; nothing when the application is gone.
fn send((events, session): &Sender, health: Health, message: Message) -> Option<()> {
    let reply = Reply {
        to: LayerId::ROOT,
        message: Some(Box::new(message)),
        health,
        lane: None,
        counted: false,
        writes: false,
        session: *session,
        organization: None,
    };
    events.send(Event::Reply(reply)).ok()
}
