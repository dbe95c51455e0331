//! Help for what has the focus: every key in force, searchable, and Enter runs it; and texts that explain.

use super::page::Page;
use super::topics::TOPICS;
use crate::tui::actions::{ActionId, Availability, Group, Offered, moves};
use crate::tui::keys::KeyMap;
use crate::tui::look::{Look, count_of};
use crate::tui::notice::Notice;
use crate::tui::screen::{Cx, Screen};
use crate::tui::widgets::field::Edit;
use crate::tui::widgets::panel::draw_box;
use crate::tui::widgets::picker::{Choice, Picker};
use crossterm::event::KeyEvent;
use ratatui::Frame;
use ratatui::layout::Rect;

/// The heading, by which the application knows that help is shown already.
pub const HELP: &str = "Help";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Entry {
    Action(ActionId),
    /// By its place among the topics.
    Topic(usize),
}

pub struct Help {
    heading: String,
    picker: Picker<Entry>,
}

impl Help {
    #[must_use]
    pub fn new(subject: &str, offered: &[Offered], keys: &KeyMap) -> Self {
        let mut offered: Vec<&Offered> = offered.iter().collect();
        let place = |action: &&Offered| {
            Group::ALL
                .iter()
                .position(|group| *group == action.id.group())
        };
        offered.sort_by_key(place);
        let mut choices: Vec<Choice<Entry>> = offered
            .into_iter()
            .map(|action| choice(action, keys, Entry::Action(action.id)))
            .collect();
        choices.extend(topics(Entry::Topic));
        Self {
            heading: heading(subject, keys),
            picker: Picker::new(choices),
        }
    }
}

/// What has the focus, and whether its keys are those that come with the program.
fn heading(subject: &str, keys: &KeyMap) -> String {
    match keys.changes() {
        Some((path, changed)) if changed > 0 => {
            let number = count_of(i64::try_from(changed).unwrap_or(i64::MAX), "key", "keys");
            format!("Help: {subject} ({number} changed in {})", path.display())
        }
        _ => format!("Help: {subject}"),
    }
}

/// The line of an action in help and palette: what it does, its keys, why it is off.
#[must_use]
pub fn choice<T>(action: &Offered, keys: &KeyMap, value: T) -> Choice<T> {
    let label = match &action.availability {
        Availability::On => action.label.to_string(),
        Availability::Off(reason) => {
            // Beside the name of the action the right is what matters, and the line is short.
            let reason = reason
                .strip_prefix("You may not do that: it ")
                .unwrap_or(reason);
            format!("{} (off: {reason})", action.label)
        }
    };
    Choice {
        value,
        label,
        detail: keys.all_ways(action.id),
        synonyms: format!("{} {}", action.id.synonyms(), action.id.name()),
        enabled: action.is_on(),
        writes: false,
        group: action.id.group().heading(),
    }
}

/// The lines of the texts that explain.
pub fn topics<T>(value: impl Fn(usize) -> T) -> impl Iterator<Item = Choice<T>> {
    TOPICS.iter().enumerate().map(move |(index, topic)| Choice {
        value: value(index),
        label: format!("Help: {}", topic.title),
        detail: "read".to_owned(),
        synonyms: topic.synonyms.to_owned(),
        enabled: true,
        writes: false,
        group: "Read",
    })
}

/// Opens one of the texts.
pub fn open_topic<M: Send + 'static>(index: usize, cx: &mut Cx<'_, M>) {
    if let Some(topic) = TOPICS.get(index) {
        let page = Page::of(topic, cx.keys());
        cx.open_modal(page);
    }
}

/// The actions of a list that is narrowed by typing.
#[must_use]
pub fn picker_actions(run: &'static str) -> Vec<Offered> {
    let mut offered = vec![
        Offered::on(ActionId::Open).named(run).in_footer(),
        Offered::on(ActionId::Back).named("close").in_footer(),
    ];
    offered.extend(moves());
    offered
}

impl Screen for Help {
    type Message = ();

    fn title(&self) -> &'static str {
        HELP
    }

    fn actions(&self) -> Vec<Offered> {
        picker_actions("run or read it")
    }

    fn takes_text(&self) -> bool {
        true
    }

    fn key(&mut self, key: KeyEvent, _cx: &mut Cx<'_, ()>) -> bool {
        self.picker.key(key) != Edit::Ignored
    }

    fn paste(&mut self, text: &str, cx: &mut Cx<'_, ()>) {
        if let Some(note) = self.picker.paste(text) {
            cx.notify(Notice::bad(note));
        }
    }

    fn command(&mut self, action: ActionId, cx: &mut Cx<'_, ()>) {
        match action {
            ActionId::Back => cx.close(),
            ActionId::Open => match self.picker.current().map(|choice| choice.value) {
                Some(Entry::Action(id)) => {
                    cx.close();
                    cx.run(id);
                }
                // The text lies on top, so that closing it leads back to what was searched.
                Some(Entry::Topic(index)) => open_topic(index, cx),
                None => {}
            },
            motion => self.picker.go(motion),
        }
    }

    fn update(&mut self, (): (), _cx: &mut Cx<'_, ()>) {}

    fn draw(&self, frame: &mut Frame<'_>, area: Rect, look: &Look<'_>) {
        let inside = draw_box(frame, area, &self.heading, look);
        self.picker.draw(frame, inside, " type to search: ", look);
    }
}
