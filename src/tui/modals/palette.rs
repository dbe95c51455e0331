//! The palette: every action by name, synonym or key, what can be done to the chosen users, views, texts that explain,
//! and records by name.

use super::help::{choice, open_topic, picker_actions, topics};
use super::menu::{ActionMenu, letter_of};
use super::records::{self, Wanted};
use crate::domain::UserId;
use crate::service::Result;
use crate::service::jobs::{Offer, Offers, Operation};
use crate::tui::actions::{ActionId, MOVES, Offered};
use crate::tui::event::Lane;
use crate::tui::keys::KeyMap;
use crate::tui::look::{Look, row};
use crate::tui::notice::Notice;
use crate::tui::screen::{Cx, Screen};
use crate::tui::shared::{Aim, Subject};
use crate::tui::theme::Role;
use crate::tui::widgets::field::Edit;
use crate::tui::widgets::panel::draw_box;
use crate::tui::widgets::picker::{Choice, Picker};
use crossterm::event::KeyEvent;
use ratatui::Frame;
use ratatui::layout::Rect;
use std::collections::BTreeMap;

/// What a line leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    Action(ActionId),
    /// On the marked users or the row of the open tab.
    Operation(Operation),
    /// On one user who was found by name.
    OperationOn(Operation, UserId, String),
    Show(Subject),
    /// By its place among the topics.
    Topic(usize),
}

/// What the open tab has to offer beside its actions.
#[derive(Default)]
pub struct Surroundings {
    /// The users that an action would be aimed at.
    pub aim: Option<Aim>,
    /// Named views, and what they show.
    pub views: Vec<(&'static str, Subject)>,
}

/// The heading, by which the application knows that the palette is open already.
pub const COMMANDS: &str = "Commands";

/// What may be typed besides a part of a line.
const FORMS: &str = " u NAME, group NAME, who has ROLE, unlock NAME, job 12";

pub struct Palette {
    picker: Picker<Target>,
    aim: Option<Aim>,
    /// Over a modal there are only its own actions and the texts.
    over_modal: bool,
    /// What is searched by name, by the lane it was asked in.
    found: BTreeMap<Lane, Vec<Choice<Target>>>,
    /// Everything else that can be found.
    fixed: Vec<Choice<Target>>,
    /// What follows the name of an action on users that is off, where it is known.
    reasons: Vec<(Operation, String)>,
    /// How the menu of actions is opened.
    act: String,
}

pub enum Message {
    Offered(Result<Vec<Offer>>),
    Found(Lane, Vec<Choice<Target>>),
}

impl Palette {
    #[must_use]
    pub fn new(offered: &[Offered], around: Option<Surroundings>, keys: &KeyMap) -> Self {
        let over_modal = around.is_none();
        let around = around.unwrap_or_default();
        let mut fixed: Vec<Choice<Target>> = around.views.into_iter().map(view).collect();
        let is_listed =
            |action: &&Offered| action.id != ActionId::Palette && !MOVES.contains(&action.id);
        fixed.extend(offered.iter().filter(is_listed).map(|action| Choice {
            group: "Actions",
            ..choice(action, keys, Target::Action(action.id))
        }));
        fixed.extend(topics(Target::Topic));
        let mut palette = Self {
            picker: Picker::new(Vec::new()),
            aim: around.aim,
            over_modal,
            found: BTreeMap::new(),
            fixed,
            reasons: Vec::new(),
            act: keys.first_way(ActionId::Act),
        };
        palette.reasons = palette.reasons_without_offers();
        palette.gather();
        palette
    }

    /// Puts the lines together anew, once more is known of them.
    fn gather(&mut self) {
        let operations = if self.over_modal { &[] } else { Operation::ALL };
        let mut choices: Vec<Choice<Target>> = operations
            .iter()
            .map(|operation| self.operation(*operation))
            .collect();
        choices.sort_by_key(|choice| !choice.enabled);
        choices.extend(self.fixed.iter().cloned());
        self.picker.set_choices(choices);
    }

    fn operation(&self, operation: Operation) -> Choice<Target> {
        let reason = self.reason(operation);
        let label = match reason {
            Some(reason) => format!("{}... (off: {reason})", operation.label()),
            None => format!("{}...", operation.label()),
        };
        let detail = match (&self.aim, reason) {
            (Some(aim), None) => format!("{}   {} {}", aim.words, self.act, letter_of(operation)),
            _ => String::new(),
        };
        Choice {
            value: Target::Operation(operation),
            label,
            detail,
            synonyms: format!("{} {}", synonyms(operation), operation.as_str()),
            enabled: reason.is_none(),
            writes: true,
            group: "On the marked users, or the row",
        }
    }

    fn reason(&self, operation: Operation) -> Option<&str> {
        let mut reasons = self.reasons.iter();
        let (_, reason) = reasons.find(|(known, _)| *known == operation)?;
        Some(reason)
    }

    /// Where nobody is chosen nothing can be done; the words that follow in the palette can.
    fn reasons_without_offers(&self) -> Vec<(Operation, String)> {
        if self.aim.is_some() {
            return Vec::new();
        }
        let reason = |operation: &Operation| {
            let word = operation.as_str();
            (*operation, format!("nobody is chosen; type: {word} NAME"))
        };
        Operation::ALL.iter().map(reason).collect()
    }

    /// Asks for the records that what is typed may name.
    fn search(&mut self, cx: &mut Cx<'_, Message>) {
        if self.over_modal {
            return;
        }
        let typed = self.picker.field.value().trim().to_owned();
        let wanted = Wanted::of(&typed);
        let asked = records::ask(&wanted, cx, Message::Found);
        self.found.retain(|lane, _| asked.contains(lane));
        self.show_found(&typed, &wanted);
    }

    fn show_found(&mut self, typed: &str, wanted: &Wanted<'_>) {
        let mut extra = records::without_asking(typed, wanted);
        let found = self.found.values().flatten().cloned();
        // What is written as a filter is probably meant as one.
        let at = if typed.contains([':', '<', '>', '=']) {
            extra.len()
        } else {
            0
        };
        extra.splice(at..at, found);
        self.picker.set_extra(extra);
    }

    fn choose(&mut self, cx: &mut Cx<'_, Message>) {
        let Some(choice) = self.picker.current() else {
            return;
        };
        match choice.value.clone() {
            Target::Action(id) => {
                cx.close();
                cx.run(id);
            }
            Target::Operation(operation) => self.operate(operation, cx),
            Target::OperationOn(operation, user, name) => {
                cx.close();
                cx.open_modal(ActionMenu::new(Aim::at(user, name), None).choosing(operation));
            }
            Target::Show(subject) => {
                cx.close();
                cx.show(subject);
            }
            // The text lies on top, so that closing it leads back to what was searched.
            Target::Topic(index) => open_topic(index, cx),
        }
    }

    fn operate(&self, operation: Operation, cx: &mut Cx<'_, Message>) {
        match (self.reason(operation), &self.aim) {
            (None, Some(aim)) => {
                cx.close();
                cx.open_modal(ActionMenu::new(aim.clone(), None).choosing(operation));
            }
            (reason, _) => {
                let reason = reason.unwrap_or("nobody is chosen");
                cx.notify(Notice::plain(format!("{}: {reason}.", operation.label())));
            }
        }
    }
}

fn view((name, subject): (&'static str, Subject)) -> Choice<Target> {
    Choice {
        value: Target::Show(subject),
        label: format!("View: {name}"),
        detail: String::new(),
        synonyms: format!("list filter queue show {}", synonyms_of_view(name)),
        enabled: true,
        writes: false,
        group: "Views",
    }
}

fn synonyms_of_view(name: &str) -> &'static str {
    match name {
        "Disabled" => "inactive",
        "Never signed in" => "inactive not signed in unused dormant",
        _ => "",
    }
}

/// Other words people look for an action on users by.
const SYNONYMS: &[(Operation, &str)] = &[
    (
        Operation::Unlock,
        "release free unblock let in again locked out",
    ),
    (
        Operation::Enable,
        "reactivate activate unban unsuspend let in again",
    ),
    (
        Operation::Disable,
        "ban block suspend deactivate stop lock out leaver",
    ),
    (Operation::SignOut, "log out logout kick end sessions force"),
    (Operation::Delete, "remove archive bin leaver"),
    (Operation::Restore, "undelete recover bring back bin"),
    (Operation::Purge, "erase destroy forget for good"),
];

fn synonyms(operation: Operation) -> &'static str {
    let known = SYNONYMS.iter().find(|(known, _)| *known == operation);
    known.map_or("", |(_, synonyms)| synonyms)
}

/// Why an action is off, and who can help.
fn why_off(offer: &Offer) -> Option<(Operation, String)> {
    if offer.allowed && offer.applies > 0 {
        return None;
    }
    let reason = offer.reason.clone();
    let mut reason = reason.unwrap_or_else(|| "it applies to none of them".to_owned());
    if !offer.who_can_help.is_empty() {
        reason = format!("{reason}; ask {}", offer.who_can_help.join(" or "));
    }
    Some((offer.operation, reason))
}

impl Screen for Palette {
    type Message = Message;

    fn title(&self) -> &'static str {
        COMMANDS
    }

    fn open(&mut self, cx: &mut Cx<'_, Message>) {
        if let Some(aim) = &self.aim {
            let targets = aim.targets.clone();
            cx.ask_latest("offers", Offers { targets }, Message::Offered);
        }
    }

    fn actions(&self) -> Vec<Offered> {
        picker_actions("run or open it")
    }

    fn takes_text(&self) -> bool {
        true
    }

    fn key(&mut self, key: KeyEvent, cx: &mut Cx<'_, Message>) -> bool {
        let edit = self.picker.key(key);
        if edit == Edit::Changed {
            self.search(cx);
        }
        edit != Edit::Ignored
    }

    fn paste(&mut self, text: &str, cx: &mut Cx<'_, Message>) {
        if let Some(note) = self.picker.paste(text) {
            cx.notify(Notice::bad(note));
        }
        self.search(cx);
    }

    fn command(&mut self, action: ActionId, cx: &mut Cx<'_, Message>) {
        match action {
            ActionId::Back => cx.close(),
            ActionId::Open => self.choose(cx),
            motion => self.picker.go(motion),
        }
    }

    fn update(&mut self, message: Message, _cx: &mut Cx<'_, Message>) {
        match message {
            Message::Offered(Ok(offers)) => {
                self.reasons = offers.iter().filter_map(why_off).collect();
                self.gather();
            }
            // Without it the lines say a little less, and the menu they open says it all.
            Message::Offered(Err(_)) => {}
            Message::Found(lane, choices) => {
                self.found.insert(lane, choices);
                let typed = self.picker.field.value().trim().to_owned();
                self.show_found(&typed, &Wanted::of(&typed));
            }
        }
    }

    fn draw(&self, frame: &mut Frame<'_>, area: Rect, look: &Look<'_>) {
        let heading = if self.over_modal {
            "Commands here, help"
        } else {
            "Commands, people, views, help"
        };
        let inside = draw_box(frame, area, heading, look);
        let list = Rect {
            height: inside.height.saturating_sub(1),
            ..inside
        };
        self.picker.draw(frame, list, ": ", look);
        if !self.over_modal {
            let foot = row(inside, usize::from(list.height));
            look.put(frame.buffer_mut(), foot, FORMS, Role::Muted);
        }
    }
}
