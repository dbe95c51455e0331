//! What the configuration and the environment mean for the console.

use super::Screen;
use super::backend::Synchronized;
use super::clipboard::Clipboard;
use super::colour::{ColourChoice, ColourLevel};
use super::keys::KeyMap;
use super::shared::Options;
use super::terminal;
use super::theme::{Glyphs, Theme};
use crate::config::{self, Color, Config, Environment, EnvironmentColor, SynchronizedOutput};
use ratatui::style::Color as Ink;

impl Screen {
    /// The terminal that these variables describe, used as the configuration asks for.
    #[must_use]
    pub fn of(config: &Config, environment: &Environment) -> Self {
        let environment = terminal::Environment {
            term: environment.term.clone(),
            colorterm: environment.color_term.clone(),
            tmux: environment.tmux,
            screen: environment.screen,
            no_color: environment.no_color.then(|| "1".to_owned()),
            lc_all: environment.locale.clone(),
            ..terminal::Environment::default()
        };
        let choice = match config.color {
            Color::Auto => ColourChoice::Auto,
            Color::Always => ColourChoice::Always,
            Color::Never => ColourChoice::Never,
        };
        Self {
            colours: match config.theme {
                config::Theme::None => ColourLevel::None,
                _ => ColourLevel::detect(choice, &environment),
            },
            synchronized: match config.terminal.synchronized_output {
                SynchronizedOutput::Auto => Synchronized::Auto,
                SynchronizedOutput::On => Synchronized::On,
                SynchronizedOutput::Off => Synchronized::Off,
            },
            environment,
        }
    }
}

impl Options {
    #[must_use]
    pub fn of(config: &Config, environment: &Environment, screen: &Screen) -> Self {
        let word = config.environment.as_ref().map(ToString::to_string);
        Self {
            environment: word.or_else(|| config.profile.clone()).unwrap_or_default(),
            ink: ink(config.environment_color).filter(|_| screen.colours != ColourLevel::None),
            production: config.production,
            read_only: config.read_only,
            restricted: config.restricted,
            theme: Theme::of(config.theme, screen.colours),
            keys: KeyMap::defaults(),
            first_run_card: true,
            glyphs: Glyphs::detect(&screen.environment),
            zone: config.terminal.time_zone.zone(),
            demo_accounts: Vec::new(),
            organization: None,
            client_address: environment.ssh_client_address.clone().unwrap_or_default(),
            clipboard: Clipboard::detect(config.terminal.clipboard, &screen.environment),
            idle_minutes: config.session.idle_minutes,
            watch: true,
        }
    }
}

/// The colour of the title; none leaves it to the theme, in which production is red.
const fn ink(color: EnvironmentColor) -> Option<Ink> {
    Some(match color {
        EnvironmentColor::Auto => return None,
        EnvironmentColor::Red => Ink::Red,
        EnvironmentColor::Yellow => Ink::Yellow,
        EnvironmentColor::Green => Ink::Green,
        EnvironmentColor::Blue => Ink::Blue,
        EnvironmentColor::Magenta => Ink::Magenta,
        EnvironmentColor::Cyan => Ink::Cyan,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_color_takes_the_colour_of_the_title_too() {
        let mut config = Config::default();
        config.environment_color = EnvironmentColor::Green;
        let mut environment = Environment::default();
        environment.term = Some("xterm".to_owned());
        let screen = Screen::of(&config, &environment);
        let ink = Options::of(&config, &environment, &screen).ink;
        assert_eq!(ink, Some(Ink::Green));
        environment.no_color = true;
        let screen = Screen::of(&config, &environment);
        assert_eq!(screen.colours, ColourLevel::None);
        assert_eq!(Options::of(&config, &environment, &screen).ink, None);
    }
}
