//! A short choice: one of a few lines, each perhaps off with its reason.

use super::help::picker_actions;
use super::verdict::VerdictView;
use crate::domain::permission::Permission;
use crate::tui::actions::{ActionId, Offered};
use crate::tui::look::Look;
use crate::tui::notice::Notice;
use crate::tui::screen::{Asker, Cx, Screen};
use crate::tui::widgets::field::Edit;
use crate::tui::widgets::panel::{centered, draw_box};
use crate::tui::widgets::picker::{Choice, Picker};
use crossterm::event::KeyEvent;
use ratatui::Frame;
use ratatui::layout::Rect;

/// Whether a line can be chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Chance {
    Open,
    Off,
    /// The operator lacks the right.
    Lacking(Permission),
}

pub struct Choose<T> {
    heading: String,
    picker: Picker<(T, Chance)>,
    lines: usize,
    asker: Option<Asker<T>>,
}

impl<T: Clone + Send + 'static> Choose<T> {
    /// Each with its word, what it means, and whether it can be chosen.
    #[must_use]
    pub fn new(
        heading: impl Into<String>,
        choices: Vec<(T, &'static str, String, Chance)>,
        asker: Asker<T>,
    ) -> Self {
        let lines = choices.len();
        let choice = |(value, label, detail, chance): (T, &str, String, Chance)| Choice {
            value: (value, chance),
            label: label.to_owned(),
            detail,
            synonyms: String::new(),
            enabled: chance == Chance::Open,
            writes: false,
            group: "",
        };
        Self {
            heading: heading.into(),
            picker: Picker::new(choices.into_iter().map(choice).collect()),
            lines,
            asker: Some(asker),
        }
    }

    fn choose(&mut self, cx: &mut Cx<'_, ()>) {
        let Some(choice) = self.picker.current() else {
            return;
        };
        let (value, chance) = choice.value.clone();
        match chance {
            Chance::Open => {}
            Chance::Off => {
                cx.notify(Notice::plain(choice.detail.clone()));
                return;
            }
            Chance::Lacking(right) => {
                let why = format!("{}: {}.", choice.label, choice.detail);
                cx.open_modal(VerdictView::of_operator(right.into()).refusing(why));
                return;
            }
        }
        cx.close();
        if let Some(asker) = self.asker.take() {
            cx.answer(asker, value);
        }
    }
}

impl<T: Clone + Send + 'static> Screen for Choose<T> {
    type Message = ();

    fn title(&self) -> &'static str {
        "Choose"
    }

    fn actions(&self) -> Vec<Offered> {
        picker_actions("choose")
    }

    fn takes_text(&self) -> bool {
        true
    }

    fn key(&mut self, key: KeyEvent, _cx: &mut Cx<'_, ()>) -> bool {
        self.picker.key(key) != Edit::Ignored
    }

    fn command(&mut self, action: ActionId, cx: &mut Cx<'_, ()>) {
        match action {
            ActionId::Back => cx.close(),
            ActionId::Open => self.choose(cx),
            motion => self.picker.go(motion),
        }
    }

    fn update(&mut self, (): (), _cx: &mut Cx<'_, ()>) {}

    fn draw(&self, frame: &mut Frame<'_>, area: Rect, look: &Look<'_>) {
        draw_choices(frame, area, &self.heading, &self.picker, self.lines, look);
    }
}

/// A box in the middle that is as high as its few lines need.
pub fn draw_choices<T>(
    frame: &mut Frame<'_>,
    area: Rect,
    heading: &str,
    picker: &Picker<T>,
    lines: usize,
    look: &Look<'_>,
) {
    let height = u16::try_from(lines).unwrap_or(4) + 4;
    let place = centered(area, 72, height);
    let inside = draw_box(frame, place, heading, look);
    let inside = Rect {
        width: inside.width.saturating_sub(1),
        ..inside
    };
    picker.draw(frame, inside, " type to search: ", look);
}
