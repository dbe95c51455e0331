//! Whether what was typed is given up, kept as a draft, or edited further.

use crate::tui::actions::{ActionId, Offered};
use crate::tui::keys::is_printable;
use crate::tui::look::{Look, row};
use crate::tui::screen::{Asker, Cx, Screen};
use crate::tui::theme::Role;
use crate::tui::widgets::panel::{centered, draw_box};
use crossterm::event::{KeyCode, KeyEvent};
use ratatui::Frame;
use ratatui::layout::Rect;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Leaving {
    Stay,
    KeepDraft,
    Discard,
}

const CHOICES: [(char, &str, Leaving); 3] = [
    ('k', "Keep editing", Leaving::Stay),
    (
        'd',
        "Close it and keep a draft: opening the form again brings it back",
        Leaving::KeepDraft,
    ),
    ('x', "Discard what was changed here", Leaving::Discard),
];

pub struct Leave {
    changed: String,
    cursor: usize,
    asker: Option<Asker<Leaving>>,
}

impl Leave {
    /// `changed` is how much would be lost: `2 changes`.
    #[must_use]
    pub fn new(changed: String, asker: Asker<Leaving>) -> Self {
        Self {
            changed,
            cursor: 0,
            asker: Some(asker),
        }
    }

    fn choose(&mut self, leaving: Leaving, cx: &mut Cx<'_, ()>) {
        cx.close();
        if let Some(asker) = self.asker.take() {
            cx.answer(asker, leaving);
        }
    }
}

impl Screen for Leave {
    type Message = ();

    fn title(&self) -> &'static str {
        "Leave"
    }

    fn actions(&self) -> Vec<Offered> {
        vec![
            Offered::on(ActionId::Open)
                .named("or letter: choose")
                .in_footer(),
            Offered::on(ActionId::Back)
                .named("keep editing")
                .in_footer(),
            Offered::on(ActionId::Up),
            Offered::on(ActionId::Down),
        ]
    }

    /// Letters choose, so none of them may mean anything else here.
    fn takes_text(&self) -> bool {
        true
    }

    fn has_field(&self) -> bool {
        false
    }

    fn key(&mut self, key: KeyEvent, cx: &mut Cx<'_, ()>) -> bool {
        let KeyCode::Char(letter) = key.code else {
            return false;
        };
        if let Some((_, _, leaving)) = CHOICES.iter().find(|(known, ..)| *known == letter) {
            self.choose(*leaving, cx);
        }
        is_printable(key)
    }

    fn command(&mut self, action: ActionId, cx: &mut Cx<'_, ()>) {
        match action {
            ActionId::Open => {
                if let Some((_, _, leaving)) = CHOICES.get(self.cursor) {
                    self.choose(*leaving, cx);
                }
            }
            ActionId::Up => self.cursor = self.cursor.saturating_sub(1),
            ActionId::Down => self.cursor = (self.cursor + 1).min(CHOICES.len() - 1),
            _ => self.choose(Leaving::Stay, cx),
        }
    }

    fn update(&mut self, (): (), _cx: &mut Cx<'_, ()>) {}

    fn draw(&self, frame: &mut Frame<'_>, area: Rect, look: &Look<'_>) {
        let heading = format!("{} not saved yet", self.changed);
        let inside = draw_box(frame, centered(area, 74, 5), &heading, look);
        for (index, (letter, label, _)) in CHOICES.iter().enumerate() {
            let role = if index == self.cursor {
                Role::CursorRow
            } else {
                Role::Text
            };
            let at = row(inside, index);
            frame.buffer_mut().set_style(at, look.style(role));
            look.put(
                frame.buffer_mut(),
                at,
                &format!(" {letter}   {label}"),
                role,
            );
        }
    }
}
