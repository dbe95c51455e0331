//! Help for what has the focus: every key in force, searchable, and Enter runs it.

use crate::tui::actions::{ActionId, Availability, Offered, moves};
use crate::tui::keys::KeyMap;
use crate::tui::look::Look;
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

pub struct Help {
    picker: Picker<ActionId>,
}

impl Help {
    #[must_use]
    pub fn new(offered: &[Offered], keys: &KeyMap) -> Self {
        let mut offered: Vec<&Offered> = offered.iter().collect();
        // What belongs to this screen first, then the moves, then what works everywhere.
        offered.sort_by_key(|action| match action.id.context() {
            crate::tui::actions::Context::Grids | crate::tui::actions::Context::Forms => 0,
            crate::tui::actions::Context::Lists => 1,
            crate::tui::actions::Context::Anywhere => 2,
        });
        let choices = offered
            .into_iter()
            .map(|action| choice(action, keys))
            .collect();
        Self {
            picker: Picker::new(choices),
        }
    }
}

/// The line of an action in help and palette: what it does, its keys, why it is off.
#[must_use]
pub fn choice(action: &Offered, keys: &KeyMap) -> Choice<ActionId> {
    let label = match &action.availability {
        Availability::On => action.label.to_string(),
        Availability::Off(reason) => format!("{} (off: {reason})", action.label),
    };
    Choice {
        value: action.id,
        label,
        detail: keys.all_ways(action.id),
        synonyms: format!("{} {}", action.id.synonyms(), action.id.name()),
        enabled: action.is_on(),
        group: action.id.context().heading(),
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
        picker_actions("run it")
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
            ActionId::Open => {
                if let Some(choice) = self.picker.current() {
                    cx.close();
                    cx.run(choice.value);
                }
            }
            motion => self.picker.go(motion),
        }
    }

    fn update(&mut self, (): (), _cx: &mut Cx<'_, ()>) {}

    fn draw(&self, frame: &mut Frame<'_>, area: Rect, look: &Look<'_>) {
        let inside = draw_box(frame, area, "Help: the keys in force", look);
        self.picker.draw(frame, inside, " type to search: ", look);
    }
}
