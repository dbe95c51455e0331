//! The door: name and password, and in a demo the accounts to try.

use crate::service::{Error, Origin, Result, Session, SignIn};
use crate::tui::actions::{ActionId, Offered};
use crate::tui::look::{Look, row, wrap};
use crate::tui::notice::Notice;
use crate::tui::screen::{Cx, Screen};
use crate::tui::shared::DemoAccount;
use crate::tui::theme::Role;
use crate::tui::widgets::field::{Edit, Field};
use crate::tui::widgets::panel::centered;
use crate::tui::widgets::secret::SecretField;
use crossterm::event::{KeyCode, KeyEvent};
use ratatui::Frame;
use ratatui::layout::Rect;

/// The fields alone, and with what the accounts of a demo are good for.
const FORM_WIDTH: u16 = 58;
const DEMO_WIDTH: u16 = 78;

/// Longest name or address.
const NAME_MAX: usize = 255;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Focus {
    Name,
    Password,
}

pub struct SignInScreen {
    name: Field,
    password: SecretField,
    focus: Focus,
    checking: bool,
    accounts: Vec<DemoAccount>,
}

pub enum Message {
    SignedIn(Result<Session>),
}

impl SignInScreen {
    #[must_use]
    pub fn new(accounts: Vec<DemoAccount>) -> Self {
        Self {
            name: Field::new(NAME_MAX),
            password: SecretField::default(),
            focus: Focus::Name,
            checking: false,
            accounts,
        }
    }

    fn enter(&mut self, cx: &mut Cx<'_, Message>) {
        if self.checking {
            return;
        }
        if self.name.value().trim().is_empty() {
            self.focus = Focus::Name;
            cx.notify(Notice::bad("Type your username or e-mail address first."));
        } else if self.password.is_empty() {
            self.focus = Focus::Password;
        } else {
            self.sign_in(cx);
        }
    }

    fn sign_in(&mut self, cx: &mut Cx<'_, Message>) {
        let options = &cx.shared.options;
        let attempt = SignIn {
            name: self.name.value().trim().to_owned(),
            password: self.password.take(),
            organization: options.organization.clone(),
            origin: Origin {
                application: "console".to_owned(),
                client_address: options.client_address.clone(),
                agent: String::new(),
            },
        };
        let service = cx.service().clone();
        self.checking = true;
        cx.clear_complaint();
        cx.spawn(
            async move { service.sign_in(attempt).await },
            Message::SignedIn,
        );
    }

    fn switch(&mut self) {
        self.focus = match self.focus {
            Focus::Name => Focus::Password,
            Focus::Password => Focus::Name,
        };
    }
}

impl Screen for SignInScreen {
    type Message = Message;

    fn title(&self) -> &'static str {
        "Sign in"
    }

    fn actions(&self) -> Vec<Offered> {
        vec![
            Offered::on(ActionId::Open).named("sign in").in_footer(),
            Offered::on(ActionId::NextPane)
                .named("next field")
                .in_footer(),
            Offered::on(ActionId::PreviousPane),
            Offered::on(ActionId::Stop).named("quit").in_footer(),
        ]
    }

    fn command(&mut self, action: ActionId, cx: &mut Cx<'_, Message>) {
        match action {
            ActionId::Open => self.enter(cx),
            ActionId::NextPane | ActionId::PreviousPane => self.switch(),
            ActionId::Stop => cx.quit(),
            _ => {}
        }
    }

    fn takes_text(&self) -> bool {
        true
    }

    fn key(&mut self, key: KeyEvent, _cx: &mut Cx<'_, Message>) -> bool {
        match (key.code, self.focus) {
            (KeyCode::Up, _) => {
                self.focus = Focus::Name;
                true
            }
            (KeyCode::Down, _) => {
                self.focus = Focus::Password;
                true
            }
            (_, Focus::Name) => self.name.key(key) != Edit::Ignored,
            (_, Focus::Password) => self.password.key(key),
        }
    }

    fn paste(&mut self, text: &str, cx: &mut Cx<'_, Message>) {
        match self.focus {
            Focus::Name => {
                if let Some(note) = self.name.paste(text) {
                    cx.notify(Notice::bad(note));
                }
            }
            Focus::Password => self.password.paste(text),
        }
    }

    fn update(&mut self, message: Message, cx: &mut Cx<'_, Message>) {
        let Message::SignedIn(result) = message;
        self.checking = false;
        match result {
            Ok(session) => cx.signed_in(session),
            Err(error) => {
                self.focus = if matches!(error, Error::SignInRefused) {
                    Focus::Password
                } else {
                    self.focus
                };
                cx.report(&error);
            }
        }
    }

    fn draw(&self, frame: &mut Frame<'_>, area: Rect, look: &Look<'_>) {
        let width = if self.accounts.is_empty() {
            FORM_WIDTH
        } else {
            DEMO_WIDTH
        };
        let lines = self.account_lines(area.width.min(width));
        let accounts = u16::try_from(lines.len()).unwrap_or(0);
        let height = 6 + if accounts > 0 { accounts + 2 } else { 0 };
        let place = centered(area, width, height);
        self.draw_fields(frame, place, look);
        if !lines.is_empty() {
            look.rule(frame.buffer_mut(), row(place, 6), "accounts of this demo");
        }
        for (index, line) in lines.iter().enumerate() {
            look.put(frame.buffer_mut(), row(place, 7 + index), line, Role::Text);
        }
    }
}

impl SignInScreen {
    fn draw_fields(&self, frame: &mut Frame<'_>, area: Rect, look: &Look<'_>) {
        let buffer = frame.buffer_mut();
        look.put(
            buffer,
            row(area, 0),
            &match look.environment {
                "" => "Sign in to Wardroom".to_owned(),
                environment => format!("Sign in to {environment}"),
            },
            Role::Heading,
        );
        look.put(buffer, row(area, 2), "Name or e-mail", Role::Text);
        look.put(buffer, row(area, 3), "Password", Role::Text);
        let field = |line| {
            let at = row(area, line);
            Rect {
                x: at.x + 16.min(at.width),
                width: at.width.saturating_sub(16).min(40),
                ..at
            }
        };
        self.name
            .draw(frame, field(2), self.focus == Focus::Name, look);
        self.password
            .draw(frame, field(3), self.focus == Focus::Password, look);
        if self.checking {
            look.put(frame.buffer_mut(), field(4), "checking ...", Role::Muted);
        }
    }

    /// The accounts in columns, what they are good for in as many lines as it takes.
    fn account_lines(&self, width: u16) -> Vec<String> {
        let widest = |text: fn(&DemoAccount) -> &str| {
            self.accounts
                .iter()
                .map(|account| text(account).len())
                .max()
                .unwrap_or(0)
        };
        let name = widest(|account| &account.name);
        let password = widest(|account| &account.password);
        let left = name + password + 4;
        let mut lines = Vec::new();
        for account in &self.accounts {
            let mut start = format!("{:<name$}  {:<password$}  ", account.name, account.password);
            for part in wrap(&account.purpose, usize::from(width).saturating_sub(left)) {
                lines.push(format!("{start}{part}"));
                start = " ".repeat(left);
            }
        }
        lines
    }
}
