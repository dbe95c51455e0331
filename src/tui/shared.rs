//! What all screens stand on: the service, the session, what is in flight, and wishes to the root.

use super::actions::ActionId;
use super::clipboard::Clipboard;
use super::event::{Answer, Event, Lane, LayerId};
use super::frame;
use super::keys::KeyMap;
use super::look::Look;
use super::notice::Notice;
use super::screen::{Held, Layer, Screen};
use super::theme::{Glyphs, Theme};
use crate::domain::{JobId, UserId};
use crate::service::jobs::{Job, Plan, Targets};
use crate::service::{Lack, Permissions, RecordRef, Service, Session};
use jiff::tz::TimeZone;
use ratatui::layout::{Rect, Size};
use ratatui::style::Color;
use std::any::Any;
use std::collections::{HashMap, VecDeque};
use tokio::sync::mpsc::UnboundedSender;

/// How the console looks and what it may do; from configuration, environment and flags.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub struct Options {
    /// The word of the environment, `prod-eu`, shown in the title; may be empty.
    pub environment: String,
    /// The colour of the title, where one is configured.
    pub ink: Option<Color>,
    pub production: bool,
    pub read_only: bool,
    /// Nothing that reaches the host: no suspend.
    pub restricted: bool,
    pub theme: Theme,
    pub glyphs: Glyphs,
    pub keys: KeyMap,
    /// Whether an operator who signs in for the first time is shown the keys that matter.
    pub first_run_card: bool,
    /// For operators who chose no time zone.
    pub zone: TimeZone,
    /// Accounts the sign-in screen offers; only a demo has them.
    pub demo_accounts: Vec<DemoAccount>,
    /// The organization to work in; where there is none the first that the operator may work in.
    pub organization: Option<String>,
    /// The client's address, where the console is reached over SSH.
    pub client_address: String,
    pub clipboard: Clipboard,
    /// After so long without a key the screen is locked; zero: never.
    pub idle_minutes: u32,
    /// Whether to look every two seconds for what others changed.
    pub watch: bool,
    /// What opens after the sign-in.
    pub start: Front,
}

/// What stands beneath the title.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Front {
    /// Every screen, behind tabs.
    #[default]
    Console,
    /// The desk alone.
    Desk,
}

/// An account of the demo, its password, and what it is good for.
#[derive(Clone, Debug)]
pub struct DemoAccount {
    pub name: String,
    pub password: String,
    pub purpose: String,
}

/// A record that one of the screens can show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    User(UserId),
    UserNamed(String),
    /// The list of users, filtered.
    Users(String),
    /// These users, marked.
    Marked(Vec<(UserId, String)>),
    Group(RecordRef),
    Role(RecordRef),
    Organization(RecordRef),
    Unit(RecordRef),
    Job(JobId),
    /// What the audit knows, filtered.
    Audit(String),
    AuditEntry(i64),
}

impl Subject {
    /// The users in a group.
    #[must_use]
    pub fn members_of(group: &str) -> Self {
        Self::Users(format!("group:{}", quoted(group)))
    }

    /// The users who were given a role themselves.
    #[must_use]
    pub fn holders_of(role: &str) -> Self {
        Self::Users(format!("role.direct:{}", quoted(role)))
    }

    /// What happened to a record of a kind that the audit knows.
    #[must_use]
    pub fn audit_of(kind: &str, name: &str) -> Self {
        Self::Audit(format!("target:{}", quoted(&format!("{kind}/{name}"))))
    }
}

/// A text as one word of the filter language.
#[must_use]
pub fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// What an action is aimed at.
#[derive(Clone, Debug)]
pub struct Aim {
    pub targets: Targets,
    /// `5 marked users (3 shown, 2 hidden)`, `b.tanaka`.
    pub words: String,
    /// Marked users that the filter hides.
    pub hidden: i64,
    /// The filter that finds them, for a command line: there they have names.
    pub filter: Option<String>,
}

impl Aim {
    /// One user.
    #[must_use]
    pub fn at(user: UserId, name: String) -> Self {
        Self {
            targets: Targets::Users(vec![user]),
            words: name,
            hidden: 0,
            filter: None,
        }
    }

    /// Words for a title that counts: the name, where it is about one user.
    #[must_use]
    pub fn name_in(aim: Option<&Self>, title: &str) -> String {
        match aim {
            Some(Self {
                targets: Targets::Users(users),
                words,
                ..
            }) if users.len() == 1 => title.replace("1 user", words),
            _ => title.to_owned(),
        }
    }
}

/// A job that came to its end in this console.
#[derive(Clone, Debug)]
pub struct Finished {
    pub job: Job,
    /// What it was planned for, where this console planned it.
    pub aim: Option<Aim>,
}

/// What a screen wishes the root to do, once the screen has returned.
pub enum Effect {
    Open(Box<dyn Layer>),
    Close(LayerId),
    Run(ActionId),
    Show(Subject),
    /// What a layer asked another one for.
    Deliver(LayerId, Box<dyn Any + Send>),
    SignedIn(Box<Session>),
    Moved(Box<Session>),
    CarryOut(Box<Plan>, Option<Aim>),
    StartJob(JobId, Option<Aim>),
    Finished(Box<Finished>),
    Undo(JobId),
    Wrote,
    Copy {
        what: String,
        text: String,
    },
    Unlock,
    Enter(Front),
    Quit,
}

pub struct Shared {
    pub service: Service,
    pub session: Option<Session>,
    /// Grows with each sign-out.
    pub session_number: u64,
    /// What the operator holds, once it is known: for the reasons why something is off, never for a decision.
    pub permissions: Option<Permissions>,
    pub front: Front,
    pub options: Options,
    /// Whether names, e-mails and phones are masked on the screen.
    pub masked: bool,
    pub events: UnboundedSender<Event>,
    pub effects: VecDeque<Effect>,
    pub notice: Option<Notice>,
    /// What was said last to be lacking: it can be explained after the message is gone.
    pub lacks: Option<Lack>,
    /// Grows with each notice, so that a timer takes back only its own.
    pub notices: u64,
    pub in_flight: usize,
    pub size: Size,
    /// The operator's.
    pub zone: TimeZone,
    lanes: HashMap<(LayerId, Lane), u64>,
    layers: u64,
}

impl Shared {
    #[must_use]
    pub fn new(service: Service, options: Options, events: UnboundedSender<Event>) -> Self {
        Self {
            service,
            session: None,
            session_number: 0,
            permissions: None,
            front: options.start,
            options,
            masked: false,
            events,
            effects: VecDeque::new(),
            notice: None,
            lacks: None,
            notices: 0,
            in_flight: 0,
            size: Size::new(80, 24),
            zone: TimeZone::UTC,
            lanes: HashMap::new(),
            layers: 0,
        }
    }

    /// Gives a screen the name by which it is answered.
    pub fn hold<S: Screen>(&mut self, screen: S) -> Box<dyn Layer> {
        self.layers += 1;
        Box::new(Held::new(LayerId(self.layers), screen))
    }

    pub fn next_of_lane(&mut self, layer: LayerId, lane: Lane) -> u64 {
        let generation = self.lanes.entry((layer, lane)).or_default();
        *generation += 1;
        *generation
    }

    /// Whether nothing newer was asked in the lane.
    #[must_use]
    pub fn is_latest(&self, layer: LayerId, lane: Option<(Lane, u64)>) -> bool {
        lane.is_none_or(|(lane, generation)| self.lanes.get(&(layer, lane)) == Some(&generation))
    }

    pub fn forget_lanes(&mut self, layer: LayerId) {
        self.lanes.retain(|(owner, _), _| *owner != layer);
    }

    pub fn expect_answer(&mut self, to: LayerId, lane: Option<(Lane, u64)>) -> Answer {
        self.in_flight += 1;
        let answer = Answer::new(self.events.clone(), to, lane, self.session_number);
        answer.asked_in(self.session.as_ref())
    }

    pub fn notify(&mut self, notice: Notice) {
        self.notices += 1;
        self.lacks = notice.lacks.clone().or_else(|| self.lacks.take());
        self.notice = Some(notice);
    }

    /// How things are drawn now.
    #[must_use]
    pub fn look(&self) -> Look<'_> {
        Look {
            theme: self.options.theme,
            glyphs: self.options.glyphs,
            zone: &self.zone,
            now: self.service.now(),
            focused: true,
            environment: &self.options.environment,
            masked: self.masked,
            keys: &self.options.keys,
        }
    }

    /// All that a modal may cover.
    #[must_use]
    pub fn below_title(&self) -> Rect {
        frame::areas(self.size, self.notice.as_ref(), self.session.is_some()).below_title()
    }

    /// The area of the open tab.
    #[must_use]
    pub fn body(&self) -> Rect {
        frame::areas(self.size, self.notice.as_ref(), self.has_tabs()).body
    }

    /// Whether a line of tabs is shown.
    #[must_use]
    pub fn has_tabs(&self) -> bool {
        self.session.is_some() && self.front == Front::Console
    }
}
