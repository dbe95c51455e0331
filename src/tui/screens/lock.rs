//! What a console that was left alone shows: nothing, until its operator gives the password again.

use crate::service::{Error, Result};
use crate::tui::actions::{ActionId, Offered};
use crate::tui::look::{Look, row, wrap};
use crate::tui::screen::{Cx, Screen};
use crate::tui::theme::Role;
use crate::tui::widgets::panel::centered;
use crate::tui::widgets::secret::SecretField;
use crossterm::event::{KeyCode, KeyEvent};
use ratatui::Frame;
use ratatui::layout::Rect;

const WIDTH: u16 = 58;

/// Lines of the form, and of a refusal below it.
const HEIGHT: u16 = 8;

const REFUSED: &str = "The password is wrong, or the account can't sign in now; ask your helpdesk.";

pub struct LockScreen {
    username: String,
    password: SecretField,
    /// Whether somebody came and is asked who they are.
    asking: bool,
    checking: bool,
    /// Grows each time that nobody is asked any more.
    attempt: u64,
    refusal: String,
}

pub enum Message {
    Checked(u64, Result<()>),
}

impl LockScreen {
    #[must_use]
    pub fn new(username: String) -> Self {
        Self {
            username,
            password: SecretField::default(),
            asking: false,
            checking: false,
            attempt: 0,
            refusal: String::new(),
        }
    }

    fn check(&mut self, cx: &mut Cx<'_, Message>) {
        let Some(session) = cx.session().cloned() else {
            return;
        };
        if self.checking || self.password.is_empty() {
            return;
        }
        let (service, password) = (cx.service().clone(), self.password.take());
        let attempt = self.attempt;
        self.checking = true;
        self.refusal.clear();
        cx.spawn(
            async move { service.reauthenticate(&session, password).await },
            move |result| Message::Checked(attempt, result),
        );
    }

    fn go_blank(&mut self) {
        self.asking = false;
        self.password.clear();
        self.refusal.clear();
        // Whoever leaves it locked is not let in by an answer that was on its way.
        self.attempt += 1;
        self.checking = false;
    }
}

impl Screen for LockScreen {
    type Message = Message;

    fn title(&self) -> &'static str {
        "Locked"
    }

    /// Its keys are its own: here only the footer reads what can be done.
    fn actions(&self) -> Vec<Offered> {
        if self.asking {
            vec![
                Offered::on(ActionId::Open).named("unlock").in_footer(),
                Offered::on(ActionId::Back)
                    .named("leave it locked")
                    .in_footer(),
            ]
        } else {
            Vec::new()
        }
    }

    fn command(&mut self, _action: ActionId, _cx: &mut Cx<'_, Message>) {}

    /// Also while nobody is asked: a password is typed without a look at the screen, from its first letter on.
    fn takes_text(&self) -> bool {
        true
    }

    fn key(&mut self, key: KeyEvent, cx: &mut Cx<'_, Message>) -> bool {
        let was_asking = std::mem::replace(&mut self.asking, true);
        match key.code {
            KeyCode::Esc if was_asking => self.go_blank(),
            KeyCode::Enter => self.check(cx),
            _ => {
                self.password.key(key);
            }
        }
        true
    }

    fn paste(&mut self, text: &str, _cx: &mut Cx<'_, Message>) {
        self.asking = true;
        self.password.paste(text);
    }

    fn update(&mut self, Message::Checked(attempt, result): Message, cx: &mut Cx<'_, Message>) {
        if attempt != self.attempt {
            return;
        }
        self.checking = false;
        match result {
            Ok(()) => cx.unlock(),
            // Nobody typed a name here.
            Err(Error::SignInRefused) => REFUSED.clone_into(&mut self.refusal),
            Err(error) => self.refusal = error.to_string(),
        }
    }

    fn draw(&self, frame: &mut Frame<'_>, area: Rect, look: &Look<'_>) {
        let place = centered(area, WIDTH, HEIGHT);
        let buffer = frame.buffer_mut();
        look.put(
            buffer,
            row(place, 0),
            "This screen is locked.",
            Role::Heading,
        );
        if !self.asking {
            let text = "Type your password and press Enter to unlock it.";
            look.put(buffer, row(place, 2), text, Role::Text);
            look.place_cursor(frame, place.x, place.y);
            return;
        }
        let text = format!("Operator         {}", self.username);
        look.put(buffer, row(place, 2), &text, Role::Text);
        look.put(buffer, row(place, 3), "Password", Role::Text);
        let at = row(place, 3);
        let field = Rect {
            x: at.x + 17.min(at.width),
            width: at.width.saturating_sub(17),
            ..at
        };
        self.password.draw(frame, field, true, look);
        let (text, role) = if self.checking {
            ("checking ...", Role::Muted)
        } else {
            (self.refusal.as_str(), Role::Error)
        };
        for (index, line) in wrap(text, usize::from(place.width)).iter().enumerate() {
            look.put(frame.buffer_mut(), row(place, 5 + index), line, role);
        }
    }
}
