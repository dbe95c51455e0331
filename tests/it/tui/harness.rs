//! The whole application on a test terminal: keys in, a screen out, and no waiting but for idleness.

use super::town::{PASSWORD, Town};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use jiff::tz::TimeZone;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::layout::Size;
use wardroom::config::ClipboardAccess;
use wardroom::tui::app::Request;
use wardroom::tui::clipboard::Clipboard;
use wardroom::tui::colour::ColourLevel;
use wardroom::tui::event::{Event, LayerId};
use wardroom::tui::input::{Mouse, TerminalEvent};
use wardroom::tui::keys::KeyMap;
use wardroom::tui::terminal::Environment;
use wardroom::tui::theme::{Glyphs, Theme};
use wardroom::tui::{App, Front, Options};

pub struct Harness {
    pub app: App,
    pub town: Town,
    terminal: Terminal<TestBackend>,
}

pub fn options() -> Options {
    Options {
        environment: "test-eu".to_owned(),
        ink: None,
        production: false,
        read_only: false,
        restricted: false,
        theme: Theme::new(ColourLevel::Ansi16),
        glyphs: Glyphs::Ascii,
        keys: KeyMap::defaults(),
        first_run_card: false,
        zone: TimeZone::UTC,
        demo_accounts: Vec::new(),
        organization: None,
        client_address: "192.0.2.1".to_owned(),
        clipboard: Clipboard::detect(ClipboardAccess::Osc52, &terminal("xterm")),
        idle_minutes: 0,
        watch: false,
        start: Front::Console,
    }
}

/// The environment of a terminal by this name.
pub fn terminal(term: &str) -> Environment {
    Environment {
        term: Some(term.to_owned()),
        ..Environment::default()
    }
}

impl Harness {
    pub async fn new(town: Town) -> Self {
        Self::with(town, options(), 80, 24).await
    }

    pub async fn with(town: Town, options: Options, width: u16, height: u16) -> Self {
        let app = App::new(town.service.clone(), options, Size::new(width, height));
        let terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
        let mut harness = Self {
            app,
            town,
            terminal,
        };
        harness.settle().await;
        harness
    }

    /// Signed in, with the list of users on the screen.
    pub async fn signed_in(town: Town, name: &str) -> Self {
        let mut harness = Self::new(town).await;
        harness.sign_in(name, PASSWORD).await;
        harness
    }

    /// Signed in, with the desk on the screen.
    pub async fn at_desk(town: Town, name: &str, width: u16, height: u16) -> Self {
        let options = Options {
            start: Front::Desk,
            ..options()
        };
        let mut harness = Self::with(town, options, width, height).await;
        harness.sign_in(name, PASSWORD).await;
        harness
    }

    pub async fn sign_in(&mut self, name: &str, password: &str) {
        self.type_text(name).await;
        self.press("enter").await;
        self.type_text(password).await;
        self.press("enter").await;
    }

    /// Presses keys one after the other, each when everything before it was answered.
    pub async fn press(&mut self, keys: &str) -> &mut Self {
        for key in keys.split(' ') {
            self.send(TerminalEvent::Key(parse(key)));
            self.settle().await;
        }
        self
    }

    /// Presses keys so fast that nothing is answered in between.
    pub async fn press_at_once(&mut self, keys: &str) -> &mut Self {
        for key in keys.split(' ') {
            self.send(TerminalEvent::Key(parse(key)));
        }
        self.settle().await;
        self
    }

    /// Presses keys and handles replies until that is so, keeping back those to the application itself.
    pub async fn press_until(
        &mut self,
        keys: &str,
        kept: &mut Vec<Event>,
        is_so: impl Fn(&Self, usize) -> bool,
    ) {
        for key in keys.split(' ') {
            self.send(TerminalEvent::Key(parse(key)));
        }
        loop {
            self.draw();
            if is_so(self, kept.len()) {
                return;
            }
            assert!(!self.app.is_idle(), "never so:\n{}", self.screen());
            match self.app.next().await.unwrap() {
                Event::Reply(reply) if reply.to == LayerId::ROOT => kept.push(Event::Reply(reply)),
                event => self.app.handle(event),
            }
        }
    }

    /// Handles replies that were kept back, and all that follow from them.
    pub async fn go_on_with(&mut self, kept: Vec<Event>) -> &mut Self {
        for event in kept {
            self.app.handle(event);
        }
        self.settle().await;
        self
    }

    pub async fn type_text(&mut self, text: &str) -> &mut Self {
        for character in text.chars() {
            self.send(TerminalEvent::Key(letter(character)));
        }
        self.settle().await;
        self
    }

    pub async fn paste(&mut self, text: &str) -> &mut Self {
        self.send(TerminalEvent::Paste(text.to_owned()));
        self.settle().await;
        self
    }

    pub async fn resize(&mut self, width: u16, height: u16) -> &mut Self {
        self.terminal.backend_mut().resize(width, height);
        self.send(TerminalEvent::Resize(width, height));
        self.settle().await;
        self
    }

    pub async fn mouse(&mut self, mouse: Mouse) -> &mut Self {
        self.send(TerminalEvent::Mouse(mouse));
        self.settle().await;
        self
    }

    /// Lets so much time go by, and then what waits for it happen.
    pub async fn leave_alone(&mut self, seconds: i64) -> &mut Self {
        self.town.clock.advance(seconds);
        self.app.look_whether_idle();
        self.settle().await;
        self
    }

    /// Looks once for what others changed, as the timer does every two seconds.
    pub async fn look_for_changes(&mut self) -> &mut Self {
        self.app.look_for_changes();
        self.settle().await;
        self
    }

    fn send(&mut self, event: TerminalEvent) {
        self.app.handle(Event::Terminal(event));
    }

    /// Handles replies until nothing is in flight, then draws.
    pub async fn settle(&mut self) {
        while !self.app.is_idle() {
            let event = self.app.next().await.unwrap();
            self.app.handle(event);
        }
        self.draw();
    }

    fn draw(&mut self) {
        // The test terminal keeps what lay under the right half of a wide character; a real one doesn't.
        self.terminal.clear().unwrap();
        self.terminal.draw(|frame| self.app.draw(frame)).unwrap();
    }

    pub fn request(&mut self) -> Option<Request> {
        self.app.take_request()
    }

    /// The screen as text, its lines without the blanks at their ends.
    pub fn screen(&self) -> String {
        let buffer = self.terminal.backend().buffer();
        let mut text = String::new();
        for y in 0..buffer.area.height {
            let mut line = String::new();
            let mut covered = 0;
            for x in 0..buffer.area.width {
                let symbol = buffer[(x, y)].symbol();
                if covered > 0 {
                    covered -= 1;
                    continue;
                }
                line.push_str(symbol);
                covered = wardroom::domain::text::width(symbol).saturating_sub(1);
            }
            text.push_str(line.trim_end());
            text.push('\n');
        }
        text
    }

    /// Where the hardware cursor is, if it can be seen.
    pub fn cursor(&self) -> Option<(u16, u16)> {
        let backend = self.terminal.backend();
        backend
            .cursor_visible()
            .then(|| backend.cursor_position().into())
    }

    pub fn shows(&self, text: &str) -> bool {
        self.screen().contains(text)
    }

    /// Asserts that the screen says this somewhere.
    #[track_caller]
    pub fn sees(&self, text: &str) -> &Self {
        let screen = self.screen();
        assert!(self.shows(text), "no \"{text}\" on the screen:\n{screen}");
        self
    }

    #[track_caller]
    pub fn sees_no(&self, text: &str) -> &Self {
        let screen = self.screen();
        assert!(
            !screen.contains(text),
            "\"{text}\" on the screen:\n{screen}"
        );
        self
    }
}

fn parse(key: &str) -> KeyEvent {
    let named = |code| KeyEvent::new(code, KeyModifiers::NONE);
    match key {
        "enter" => named(KeyCode::Enter),
        "esc" => named(KeyCode::Esc),
        "tab" => named(KeyCode::Tab),
        "up" => named(KeyCode::Up),
        "down" => named(KeyCode::Down),
        "left" => named(KeyCode::Left),
        "right" => named(KeyCode::Right),
        "home" => named(KeyCode::Home),
        "end" => named(KeyCode::End),
        "pageup" => named(KeyCode::PageUp),
        "pagedown" => named(KeyCode::PageDown),
        "backspace" => named(KeyCode::Backspace),
        "delete" => named(KeyCode::Delete),
        "space" => named(KeyCode::Char(' ')),
        "f2" => named(KeyCode::F(2)),
        _ if key.len() > 6 && key.starts_with("shift-") => KeyEvent {
            modifiers: KeyModifiers::SHIFT,
            ..parse(key.trim_start_matches("shift-"))
        },
        _ if key.len() > 5 && key.starts_with("ctrl-") => {
            let letter = key.chars().last().unwrap();
            KeyEvent::new(KeyCode::Char(letter), KeyModifiers::CONTROL)
        }
        _ => letter(key.chars().next().unwrap()),
    }
}

fn letter(character: char) -> KeyEvent {
    let capital = character.is_uppercase();
    let modifiers = if capital {
        KeyModifiers::SHIFT
    } else {
        KeyModifiers::NONE
    };
    KeyEvent::new(KeyCode::Char(character), modifiers)
}
