//! The card of an operator's first sign-in: the keys that matter. Any key closes it, and it comes once.

use super::help::HELP;
use crate::service::Result;
use crate::tui::actions::{ActionId, Offered};
use crate::tui::look::{Look, indented, row};
use crate::tui::screen::{Cx, Screen};
use crate::tui::theme::Role;
use crate::tui::widgets::panel::{centered, draw_box, paragraph};
use crossterm::event::KeyEvent;
use ratatui::Frame;
use ratatui::layout::Rect;

/// The preference that says that an operator has seen the card.
pub const SEEN: &str = "first-run-card";

/// The actions a newcomer needs, and what they are good for.
const MATTER: &[(ActionId, &str)] = &[
    (ActionId::Help, "help for what you look at; Enter runs it"),
    (ActionId::Palette, "find anything: actions, people, views"),
    (ActionId::Filter, "filter the list by a few letters"),
    (ActionId::Open, "open what the cursor is on"),
    (ActionId::Pane, "details: why somebody can't sign in"),
    (ActionId::Mark, "mark; actions then take all the marked"),
    (ActionId::Act, "what can be done: unlock, disable, ..."),
    (ActionId::Undo, "take back an action (a saved form: never)"),
    (ActionId::Back, "one step back; never loses anything"),
    (ActionId::Quit, "quit"),
];

const WIDTH: u16 = 58;

/// Where the explanations begin.
const TEXT_AT: u16 = 10;

/// Lines under the keys, where there is room for them.
const CLOSING: &str = "Nothing is changed by a single key: what matters shows its plan first. \
    Any key closes this card; it comes only once.";

pub struct Welcome {
    /// The key of each action that matters.
    keys: Vec<String>,
}

impl Welcome {
    #[must_use]
    pub fn new(way_of: impl Fn(ActionId) -> String) -> Self {
        Self {
            keys: MATTER.iter().map(|(action, _)| way_of(*action)).collect(),
        }
    }
}

impl Screen for Welcome {
    type Message = Result<()>;

    fn title(&self) -> &'static str {
        HELP
    }

    fn actions(&self) -> Vec<Offered> {
        vec![
            Offered::on(ActionId::Back)
                .named("or any other key closes this card")
                .in_footer(),
        ]
    }

    fn takes_text(&self) -> bool {
        true
    }

    fn key(&mut self, _key: KeyEvent, cx: &mut Cx<'_, Result<()>>) -> bool {
        cx.close();
        if let Some(session) = cx.session().cloned() {
            let service = cx.service().clone();
            let seen = async move { service.save_preference(&session, SEEN, Some("seen")).await };
            // Where it can't be kept, as in a read-only console, the card comes once more.
            cx.spawn(seen, |result| result);
        }
        true
    }

    fn command(&mut self, _action: ActionId, cx: &mut Cx<'_, Result<()>>) {
        cx.close();
    }

    fn update(&mut self, _seen: Result<()>, _cx: &mut Cx<'_, Result<()>>) {}

    fn draw(&self, frame: &mut Frame<'_>, area: Rect, look: &Look<'_>) {
        let lines = u16::try_from(MATTER.len()).unwrap_or(u16::MAX);
        // Frame, and where there is room an empty line and the closing words.
        let place = centered(area, WIDTH, lines + 6);
        let inside = draw_box(
            frame,
            place,
            "Welcome to Wardroom: the ten keys that matter",
            look,
        );
        for (index, ((_, text), key)) in MATTER.iter().zip(&self.keys).enumerate() {
            let at = row(inside, index);
            look.put(frame.buffer_mut(), at, &format!(" {key}"), Role::Heading);
            look.put(frame.buffer_mut(), indented(at, TEXT_AT), text, Role::Text);
        }
        if inside.height > lines + 1 {
            let text = indented(inside, 1);
            let under = usize::from(lines) + 1;
            paragraph(frame, text, under, CLOSING, Role::Muted, look);
        }
    }
}
