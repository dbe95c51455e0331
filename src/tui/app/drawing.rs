//! The whole screen, drawn from what is known.

use super::App;
use crate::tui::actions::{ActionId, TABS};
use crate::tui::backend::align_wide_cells;
use crate::tui::frame::{self, Title};
use crate::tui::keys::{self, Meaning};
use crate::tui::look::Look;
use crate::tui::notice::Notice;
use crate::tui::screen::Layer;
use ratatui::Frame;
use ratatui::layout::Rect;

impl App {
    /// Draws the whole screen from what is known.
    pub fn draw(&mut self, frame: &mut Frame<'_>) {
        self.dirty = false;
        self.shared.size = frame.area().as_size();
        let look = self.shared.look();
        if self.is_too_small() {
            frame::draw_too_small(frame.buffer_mut(), self.shared.size, &look);
        } else {
            match &self.lock {
                Some(door) => self.draw_locked(frame, door.as_ref(), &look),
                None => self.draw_frame(frame, &look),
            }
        }
        look.theme.lay_ground(frame.buffer_mut());
        align_wide_cells(frame.buffer_mut());
    }

    /// Nothing that is about people: not even what was said last.
    fn draw_locked(&self, frame: &mut Frame<'_>, door: &dyn Layer, look: &Look<'_>) {
        let areas = frame::areas(self.shared.size, None, false);
        let title = Title {
            options: &self.shared.options,
            session: None,
            locked: true,
            masked: false,
            front: self.shared.front,
            status: String::new(),
            jobs: self.jobs.summary(),
            working: String::new(),
        };
        frame::draw_title(frame.buffer_mut(), areas.title, &title, look);
        door.draw(frame, areas.body, look);
        self.draw_footer(frame, areas.footer, look);
    }

    fn draw_frame(&self, frame: &mut Frame<'_>, look: &Look<'_>) {
        let shared = &self.shared;
        let areas = frame::areas(shared.size, shared.notice.as_ref(), shared.has_tabs());
        let title = Title {
            options: &shared.options,
            session: shared.session.as_ref(),
            locked: false,
            masked: shared.masked,
            front: shared.front,
            status: self
                .tabs
                .get(self.open)
                .map(|tab| tab.status())
                .unwrap_or_default(),
            jobs: if shared.session.is_some() {
                self.jobs.summary()
            } else {
                String::new()
            },
            working: self.busy.summary(),
        };
        frame::draw_title(frame.buffer_mut(), areas.title, &title, look);
        if shared.has_tabs() {
            frame::draw_tabs(frame.buffer_mut(), areas.tabs, &self.tab_labels(), look);
        }
        let modals = self.modals.iter().count();
        if let Some(tab) = self.tabs.get(self.open) {
            let beneath = Look {
                focused: modals == 0,
                ..look.clone()
            };
            tab.draw(frame, areas.body, &beneath);
        }
        for (index, modal) in self.modals.iter().enumerate() {
            let beneath = Look {
                focused: index + 1 == modals,
                ..look.clone()
            };
            modal.draw(frame, areas.below_title(), &beneath);
        }
        if let Some(notice) = &shared.notice {
            let hint = self.hint_of(notice);
            let hint = hint.as_deref();
            frame::draw_message(frame.buffer_mut(), areas.message, notice, hint, look);
        }
        self.draw_footer(frame, areas.footer, look);
    }

    /// The key that goes with a message: it takes back what was done, or explains why it was not.
    fn hint_of(&self, notice: &Notice) -> Option<String> {
        let in_text = self.takes_text();
        let (action, word) = if notice.lacks.is_some() {
            (ActionId::Explain, "why")
        } else if notice.offers_undo && self.modals.top_ref().is_none() && !in_text {
            // Under a modal the undo key means nothing, and in a field it is a letter, so it isn't offered.
            (ActionId::Undo, "undo")
        } else {
            return None;
        };
        let way = self.way_of(action);
        (!way.is_empty()).then(|| format!("{way}:{word}"))
    }

    /// A key of an action that counts where the focus is.
    fn way_of(&self, id: ActionId) -> String {
        self.keys.way_in(self.takes_text(), id)
    }

    fn draw_footer(&self, frame: &mut Frame<'_>, at: Rect, look: &Look<'_>) {
        let offered = self.offered();
        let taken = |id| {
            offered
                .iter()
                .any(|action| action.id == id && action.is_on())
        };
        if !self.pressed.is_empty()
            && let Meaning::Begins(choices) = self.keys.meaning(&self.pressed, taken)
        {
            let word = |id| {
                let known = offered.iter().find(|action| action.id == id);
                known.map_or(id.short(), |action| action.word.as_ref())
            };
            let choices: Vec<(String, &str)> = choices
                .into_iter()
                .map(|(key, id)| (keys::spell_key(&key), word(id)))
                .collect();
            let begun = keys::spell(&self.pressed);
            frame::draw_choices(frame.buffer_mut(), at, &begun, &choices, look);
            return;
        }
        let way_of = |id| self.way_of(id);
        frame::draw_footer(frame.buffer_mut(), at, &offered, way_of, look);
    }

    pub(super) fn tab_labels(&self) -> Vec<frame::TabLabel> {
        let label = |(index, tab): (usize, &dyn Layer)| {
            let key = TABS.get(index).map(|tab| self.keys.first_way(*tab));
            (key.unwrap_or_default(), tab.title(), index == self.open)
        };
        self.tabs
            .iter()
            .map(AsRef::as_ref)
            .enumerate()
            .map(label)
            .collect()
    }
}
