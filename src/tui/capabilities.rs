//! What a terminal can do besides colours, by its name.

use super::colour::ColourLevel;
use super::terminal::Environment;

/// Whether frames are bracketed by synchronized output (private mode 2026).
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub enum Synchronized {
    /// Around large frames only, where the 16 bytes don't matter and tearing can be seen.
    #[default]
    Auto,
    On,
    Off,
}

/// What the terminal can do, and what the operator wants of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Capabilities {
    pub colours: ColourLevel,
    pub scroll_regions: bool,
    pub synchronized: Synchronized,
    /// Nothing beyond ASCII may be sent.
    pub ascii: bool,
}

/// Terminals known to scroll inside margins and to ignore modes they don't have.
const MODERN_TERMINALS: [&str; 18] = [
    "xterm",
    "screen",
    "tmux",
    "putty",
    "rxvt",
    "alacritty",
    "kitty",
    "foot",
    "wezterm",
    "ghostty",
    "konsole",
    "gnome",
    "vte",
    "st",
    "iterm",
    "mintty",
    "contour",
    "rio",
];

impl Capabilities {
    #[must_use]
    pub fn detect(
        environment: &Environment,
        colours: ColourLevel,
        synchronized: Synchronized,
    ) -> Self {
        let term = environment.term();
        let family = term.split(['-', '.']).next().unwrap_or_default();
        let modern = MODERN_TERMINALS.contains(&family);
        Self {
            colours,
            scroll_regions: modern || family == "linux",
            synchronized: if modern {
                synchronized
            } else {
                Synchronized::Off
            },
            ascii: environment.has_legacy_charset() || family.starts_with("vt"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn capabilities_follow_term() {
        let detected = |term: &str| {
            let environment = Environment {
                term: Some(term.to_owned()),
                ..Environment::default()
            };
            let found = Capabilities::detect(&environment, ColourLevel::None, Synchronized::On);
            (found.scroll_regions, found.synchronized == Synchronized::On)
        };
        for term in [
            "xterm",
            "xterm-256color",
            "screen",
            "screen.xterm-256color",
            "tmux-256color",
            "putty",
            "rxvt-unicode-256color",
            "alacritty",
            "xterm-kitty",
        ] {
            assert_eq!(detected(term), (true, true), "{term}");
        }
        assert_eq!(detected("linux"), (true, false));
        for term in ["vt100", "vt220", "dumb", "", "ansi", "wyse60"] {
            assert_eq!(detected(term), (false, false), "{term}");
        }
    }
}
