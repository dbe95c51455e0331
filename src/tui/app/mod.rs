//! The application without its terminal: events in, a frame out. It never waits for the database.

mod astray;
mod background;
mod commands;
mod copying;
mod deeds;
mod drawing;
mod jobs;
mod locking;
mod mouse;
mod moving;

use super::actions::ActionId;
use super::event::{Event, Health, LayerId, Reply};
use super::frame;
use super::input::TerminalEvent;
use super::keys::{self, KeyMap, Meaning};
use super::modal::Stack;
use super::notice::Notice;
use super::screen::Layer;
use super::shared::{Options, Shared, Subject};
use crate::domain::{OrganizationId, Time};
use crate::service::Service;
use background::{Busy, Watcher};
use crokey::KeyCombination;
use crossterm::event::{KeyEvent, KeyEventKind};
use deeds::Deeds;
use jobs::Jobs;
use locking::Attendance;
use ratatui::layout::Size;
use std::any::Any;
use std::collections::VecDeque;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

pub use jobs::handled_of;

/// What the loop has to do for the application: things only the terminal can.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Request {
    Quit(u8),
    Suspend,
    Repaint,
    /// Send these bytes as they are, in one piece.
    Copy(Vec<u8>),
    /// Have the mouse reported, or not.
    Mouse(bool),
}

/// A place that history can come back to.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Place {
    tab: usize,
    /// The record that was shown there; nothing where it was the list.
    subject: Option<Subject>,
}

/// Steps that can be gone back.
const HISTORY_MAX: usize = 100;

pub struct App {
    shared: Shared,
    tabs: Vec<Box<dyn Layer>>,
    /// Which tabs show what was true before something changed.
    stale: Vec<LayerId>,
    open: usize,
    /// The other front, with the tab that was open there, where the operator was there too.
    parked: Option<(Vec<Box<dyn Layer>>, usize)>,
    /// Where the operator came from, and where they went back from.
    history: Vec<Place>,
    future: Vec<Place>,
    modals: Stack,
    /// Lies over everything while the screen is locked.
    lock: Option<Box<dyn Layer>>,
    attendance: Attendance,
    mouse_on: bool,
    /// What was copied last, until another action is run.
    copied: Option<String>,
    jobs: Jobs,
    deeds: Deeds,
    busy: Busy,
    watcher: Option<Watcher>,
    mark: Option<i64>,
    away: bool,
    keys: KeyMap,
    pressed: Vec<KeyCombination>,
    /// When text was typed last that nothing takes.
    astray: Option<Time>,
    stopped_at: Option<Time>,
    events: UnboundedReceiver<Event>,
    requests: VecDeque<Request>,
    dirty: bool,
}

impl App {
    #[must_use]
    pub fn new(service: Service, options: Options, size: Size) -> Self {
        let (sender, events) = unbounded_channel();
        let keys = options.keys.clone();
        let mut shared = Shared::new(service, options, sender);
        shared.size = size;
        let mut app = Self {
            shared,
            tabs: Vec::new(),
            stale: Vec::new(),
            open: 0,
            parked: None,
            history: Vec::new(),
            future: Vec::new(),
            modals: Stack::default(),
            lock: None,
            attendance: Attendance::default(),
            mouse_on: false,
            copied: None,
            jobs: Jobs::default(),
            deeds: Deeds::default(),
            busy: Busy::default(),
            watcher: None,
            mark: None,
            away: false,
            keys,
            pressed: Vec::new(),
            astray: None,
            stopped_at: None,
            events,
            requests: VecDeque::new(),
            dirty: true,
        };
        app.sign_out(None);
        app.carry_out_effects();
        app
    }

    /// Whether nothing is in flight and nothing waits: what is drawn now is the last word.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.shared.in_flight == 0 && self.events.is_empty()
    }

    /// The next reply.
    pub async fn next(&mut self) -> Option<Event> {
        self.events.recv().await
    }

    /// A reply that waits already.
    pub fn try_next(&mut self) -> Option<Event> {
        self.events.try_recv().ok()
    }

    /// Whether the screen shows something that is no longer so.
    #[must_use]
    pub const fn is_dirty(&self) -> bool {
        self.dirty
    }

    /// The terminal lost what was drawn.
    pub const fn mark_dirty(&mut self) {
        self.dirty = true;
    }

    /// Shows something that the loop has to say.
    pub fn complain(&mut self, notice: Notice) {
        self.shared.notify(notice);
        self.dirty = true;
    }

    #[must_use]
    pub fn has_jobs(&self) -> bool {
        self.jobs.is_running()
    }

    /// Lets what runs stop after its current rows, before the process ends.
    pub fn pause_everything(&mut self) {
        self.pause_jobs();
    }

    /// What the loop has to do, each once.
    pub fn take_request(&mut self) -> Option<Request> {
        self.requests.pop_front()
    }

    fn want(&mut self, request: Request) {
        if !self.requests.contains(&request) {
            self.requests.push_back(request);
        }
    }

    pub fn handle(&mut self, event: Event) {
        match event {
            Event::Terminal(event) => self.terminal_event(event),
            Event::Reply(reply) => self.reply(reply),
        }
        self.carry_out_effects();
        self.note_busy();
    }

    fn terminal_event(&mut self, event: TerminalEvent) {
        match event {
            TerminalEvent::Key(key) if key.kind != KeyEventKind::Release => self.key(key),
            TerminalEvent::Key(_) | TerminalEvent::FocusLost => return,
            TerminalEvent::Mouse(mouse) => {
                if !self.attend() {
                    self.mouse(mouse);
                }
            }
            TerminalEvent::Burst(keys) => self.burst(keys),
            TerminalEvent::Paste(text) => self.paste(&text),
            TerminalEvent::PasteTooLong => self.shared.notify(Notice::bad(
                "The pasted text is longer than a megabyte, so nothing of it was taken.",
            )),
            TerminalEvent::Resize(width, height) => self.shared.size = Size::new(width, height),
            TerminalEvent::FocusGained | TerminalEvent::Continued => {
                self.want(Request::Repaint);
            }
            TerminalEvent::Suspend => self.suspend(),
            ref ending => {
                if let Some(code) = ending.exit_code() {
                    self.want(Request::Quit(code));
                }
            }
        }
        self.dirty = true;
    }

    fn reply(&mut self, reply: Reply) {
        if reply.counted {
            self.shared.in_flight = self.shared.in_flight.saturating_sub(1);
        }
        if reply.session != self.shared.session_number {
            return;
        }
        self.dirty = true;
        if self.heed(&reply.health, reply.organization) {
            return;
        }
        if reply.writes && reply.health == Health::Well {
            self.look_for_changes();
        }
        let Some(message) = reply.message else { return };
        if !self.shared.is_latest(reply.to, reply.lane) {
            return;
        }
        self.deliver(reply.to, message);
    }

    /// Gives a message to the layer it is for, if that is still open.
    fn deliver(&mut self, to: LayerId, message: Box<dyn Any + Send>) {
        if to == LayerId::ROOT {
            self.root_message(message);
            return;
        }
        let lock = self.lock.as_mut().filter(|lock| lock.id() == to);
        let parked = self.parked.iter_mut().flat_map(|(tabs, _)| tabs);
        let mut tabs = self.tabs.iter_mut().chain(parked);
        let tab = tabs.find(|tab| tab.id() == to);
        if let Some(layer) = lock.or(tab).or_else(|| self.modals.find(to)) {
            layer.reply(message, &mut self.shared);
        }
    }

    /// What an answer says about database and session. Returns whether the answer ends with that.
    fn heed(&mut self, health: &Health, asked_in: Option<OrganizationId>) -> bool {
        match health {
            Health::Well if self.away => {
                self.away = false;
                self.shared
                    .notify(Notice::good("The database answers again."));
                self.changed_everywhere();
                false
            }
            Health::Away(sentence) => {
                self.away = true;
                self.shared.notify(Notice::bad(sentence));
                false
            }
            // The operator has gone on from there; whether they may still work here is another question.
            Health::Ended(_) if asked_in.is_some_and(|place| self.works_elsewhere(place)) => {
                self.ask_permissions();
                false
            }
            Health::Ended(why) => {
                self.sign_out(Some(Notice::bad(why)));
                true
            }
            Health::Well | Health::Unknown => false,
        }
    }

    fn paste(&mut self, text: &str) {
        if self.attend() || self.is_too_small() {
            return;
        }
        if let Some(layer) = focused(&mut self.lock, &mut self.modals, &mut self.tabs, self.open) {
            layer.paste(text, &mut self.shared);
        }
    }

    fn is_too_small(&self) -> bool {
        frame::is_too_small(self.shared.size)
    }

    fn key(&mut self, key: KeyEvent) {
        // Who comes too late finds a locked screen; the key was meant for what was there before.
        if self.attend() {
            return;
        }
        let combination = keys::key_of(key);
        if self.lock.is_some() && !self.is_too_small() {
            self.key_while_locked(key, combination);
            return;
        }
        if self.went_astray(key) {
            return;
        }
        // What was said has been read by whoever goes on; an offer to undo and a missing database stay.
        if !self.away
            && self
                .shared
                .notice
                .as_ref()
                .is_some_and(|notice| !notice.offers_undo)
        {
            self.shared.notice = None;
        }
        if self.is_too_small() {
            self.key_in_too_small_window(combination);
            return;
        }
        let is_free = self.is_reserved(combination) || self.begins_text(combination);
        if self.pressed.is_empty() && !is_free {
            let layer = focused(&mut self.lock, &mut self.modals, &mut self.tabs, self.open);
            if layer.is_some_and(|layer| layer.key(key, &mut self.shared)) {
                return;
            }
            if keys::is_printable(key) && self.takes_text() {
                return;
            }
        }
        self.pressed.push(combination);
        let offered = self.offered();
        let taken = |id| offered.iter().any(|action| action.id == id);
        match self.keys.meaning(&self.pressed, taken) {
            Meaning::Begins(_) => {}
            Meaning::Action(id) => {
                self.pressed.clear();
                self.run(id);
            }
            Meaning::Elsewhere(ActionId::Filter) => {
                self.pressed.clear();
                self.nothing_to_filter();
            }
            Meaning::Elsewhere(id) => {
                let keys = keys::spell(&self.pressed);
                self.pressed.clear();
                let text = format!(
                    "{keys} ({}) does nothing here; {} shows what does.",
                    id.short(),
                    self.keys.first_way(ActionId::Help)
                );
                self.shared.notify(Notice::plain(text));
            }
            Meaning::Nothing => self.pressed.clear(),
        }
    }

    /// Keys that no field may swallow.
    fn is_reserved(&self, combination: KeyCombination) -> bool {
        let always = |id| matches!(id, ActionId::Stop | ActionId::Suspend | ActionId::Redraw);
        matches!(
            self.keys.meaning(&[combination], always),
            Meaning::Action(_)
        )
    }

    fn key_in_too_small_window(&mut self, combination: KeyCombination) {
        let quitting = |id| matches!(id, ActionId::Close | ActionId::Quit | ActionId::Stop);
        if let Meaning::Action(_) = self.keys.meaning(&[combination], quitting) {
            self.want(Request::Quit(0));
        }
    }

    /// Whether letters are text now, and not commands.
    #[must_use]
    pub fn takes_text(&self) -> bool {
        self.focused_ref().is_some_and(Layer::takes_text)
    }

    /// The title of what has the focus.
    fn focus_name(&self) -> &'static str {
        self.focused_ref().map_or("", Layer::title)
    }

    fn focused_ref(&self) -> Option<&dyn Layer> {
        self.lock
            .as_deref()
            .or_else(|| self.modals.top_ref())
            .or_else(|| self.tabs.get(self.open).map(AsRef::as_ref))
    }
}

/// The layer that gets the keys: the lock, the top modal, or the open tab.
fn focused<'a>(
    lock: &'a mut Option<Box<dyn Layer>>,
    modals: &'a mut Stack,
    tabs: &'a mut [Box<dyn Layer>],
    open: usize,
) -> Option<&'a mut Box<dyn Layer>> {
    if let Some(lock) = lock {
        return Some(lock);
    }
    match modals.top() {
        Some(modal) => Some(modal),
        None => tabs.get_mut(open),
    }
}
