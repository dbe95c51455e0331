//! One deed that takes access away: what it means, and `y` and Enter, of which neither opened it.

use crate::tui::actions::{ActionId, Offered};
use crate::tui::look::{Look, indented, row};
use crate::tui::notice::Notice;
use crate::tui::screen::{Asker, Cx, Screen};
use crate::tui::theme::Role;
use crate::tui::widgets::panel::{centered, draw_box, paragraph};
use crossterm::event::{KeyCode, KeyEvent};
use ratatui::Frame;
use ratatui::layout::Rect;

pub struct Yes {
    /// `Disable Globex`.
    deed: String,
    /// What it means, a sentence each.
    facts: Vec<String>,
    ready: bool,
    asker: Option<Asker<()>>,
}

impl Yes {
    #[must_use]
    pub fn new(deed: String, facts: Vec<String>, asker: Asker<()>) -> Self {
        Self {
            deed,
            facts,
            ready: false,
            asker: Some(asker),
        }
    }

    /// Whether what was chosen in a picker is given up; `chosen` is how much: `2 people are`.
    #[must_use]
    pub fn to_drop(chosen: &str, asker: Asker<()>) -> Self {
        let fact =
            format!("{chosen} chosen and nothing is written yet; Esc goes back to the choice.");
        Self::new("Drop the choice".to_owned(), vec![fact], asker)
    }
}

impl Screen for Yes {
    type Message = ();

    fn title(&self) -> &'static str {
        "Confirm"
    }

    fn actions(&self) -> Vec<Offered> {
        let enter = if self.ready { "DO IT" } else { "cancel" };
        vec![
            Offered::on(ActionId::Open).named(enter).in_footer(),
            Offered::on(ActionId::Back).named("cancel").in_footer(),
        ]
    }

    fn takes_text(&self) -> bool {
        true
    }

    fn has_field(&self) -> bool {
        false
    }

    fn key(&mut self, key: KeyEvent, _cx: &mut Cx<'_, ()>) -> bool {
        // Any other key goes back to Cancel, so that a word typed by mistake can't end on yes.
        if let KeyCode::Char(letter) = key.code {
            self.ready = letter == 'y';
        }
        matches!(key.code, KeyCode::Char(_))
    }

    fn command(&mut self, action: ActionId, cx: &mut Cx<'_, ()>) {
        let wanted = action == ActionId::Open && self.ready;
        cx.close();
        match self.asker.take().filter(|_| wanted) {
            Some(asker) => cx.answer(asker, ()),
            None => cx.notify(Notice::plain("Nothing was changed.")),
        }
    }

    fn update(&mut self, (): (), _cx: &mut Cx<'_, ()>) {}

    fn draw(&self, frame: &mut Frame<'_>, area: Rect, look: &Look<'_>) {
        let place = centered(area, 72, 12);
        let inside = draw_box(frame, place, "Confirm", look);
        let text = indented(inside, 2);
        let text = Rect {
            width: text.width.saturating_sub(2),
            ..text
        };
        look.put(frame.buffer_mut(), row(text, 1), &self.deed, Role::Danger);
        let mut line = 3;
        for fact in &self.facts {
            line = paragraph(frame, text, line, fact, Role::Text, look);
        }
        paragraph(
            frame,
            text,
            line + 1,
            "Press y, then Enter.",
            Role::Text,
            look,
        );
        let (cancel, deed) = if self.ready {
            ("  [ Cancel ]", format!("> [ {} ]", self.deed))
        } else {
            ("> [ Cancel ]", format!("  [ {} ]", self.deed))
        };
        let at = row(text, usize::from(inside.height.saturating_sub(2)));
        let x = look.put(frame.buffer_mut(), at, cancel, Role::Text);
        let place = indented(at, x.saturating_sub(at.x) + 4);
        let role = if self.ready {
            Role::CursorRow
        } else {
            Role::Muted
        };
        look.put(frame.buffer_mut(), place, &deed, role);
    }
}
