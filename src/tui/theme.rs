//! What each part of the screen looks like: attributes first, colour second, glyphs by locale.

use ratatui::style::{Color, Modifier, Style};
use ratatui::symbols::border;

use super::colour::ColourLevel;
use super::terminal::Environment;

/// The parts of a screen that have a look of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    Text,
    Muted,
    Heading,
    CursorRow,
    Marked,
    Good,
    Warning,
    Danger,
    Border,
    TitleBar,
    ProductionTitleBar,
    Field,
    FieldFocused,
    Error,
}

impl Role {
    pub const ALL: [Self; 14] = [
        Self::Text,
        Self::Muted,
        Self::Heading,
        Self::CursorRow,
        Self::Marked,
        Self::Good,
        Self::Warning,
        Self::Danger,
        Self::Border,
        Self::TitleBar,
        Self::ProductionTitleBar,
        Self::Field,
        Self::FieldFocused,
        Self::Error,
    ];

    fn modifier(self) -> Modifier {
        match self {
            Self::Text | Self::Good => Modifier::empty(),
            Self::Muted | Self::Border => Modifier::DIM,
            Self::Heading | Self::Marked | Self::Warning | Self::TitleBar => Modifier::BOLD,
            Self::CursorRow => Modifier::REVERSED,
            Self::Danger | Self::Error | Self::FieldFocused => {
                Modifier::BOLD.union(Modifier::UNDERLINED)
            }
            Self::Field => Modifier::UNDERLINED,
            Self::ProductionTitleBar => Modifier::BOLD.union(Modifier::REVERSED),
        }
    }

    /// Only colours of the sixteen: their values are the operator's own choice.
    fn colour(self) -> Option<Color> {
        match self {
            Self::Heading => Some(Color::Cyan),
            Self::Marked | Self::Warning => Some(Color::Yellow),
            Self::Good => Some(Color::Green),
            Self::Danger | Self::Error | Self::ProductionTitleBar => Some(Color::Red),
            _ => None,
        }
    }
}

/// The look of every role at one colour level.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Theme {
    level: ColourLevel,
}

impl Theme {
    #[must_use]
    pub const fn new(level: ColourLevel) -> Self {
        Self { level }
    }

    #[must_use]
    pub fn style(self, role: Role) -> Style {
        let colourless = self.level == ColourLevel::None;
        let underline = Modifier::UNDERLINED;
        let mut modifier = role.modifier();
        // Where red says it, the underline is noise.
        if !colourless && matches!(role, Role::Danger | Role::Error) {
            modifier.remove(underline);
        }
        let style = Style::new().add_modifier(modifier);
        match role.colour() {
            Some(colour) if !colourless => style.fg(colour),
            _ => style,
        }
    }
}

/// The characters the console draws with besides text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Glyphs {
    Unicode,
    Ascii,
}

impl Glyphs {
    /// Unicode only where the locale is UTF-8 and the terminal is more than a console font.
    #[must_use]
    pub fn detect(environment: &Environment) -> Self {
        // POSIX: the first of these that is set and not empty decides.
        let locale = [
            &environment.lc_all,
            &environment.lc_ctype,
            &environment.lang,
        ]
        .into_iter()
        .flatten()
        .find(|value| !value.is_empty())
        .map(|value| value.to_ascii_lowercase())
        .unwrap_or_default();
        let term = environment.term();
        let limited = term == "linux" || term.starts_with("vt");
        if (locale.contains("utf-8") || locale.contains("utf8")) && !limited {
            Self::Unicode
        } else {
            Self::Ascii
        }
    }

    /// Ends a text that was cut; one cell wide.
    #[must_use]
    pub const fn ellipsis(self) -> &'static str {
        self.choose("…", "~")
    }

    /// Stands for what is not to be read.
    #[must_use]
    pub const fn masked(self) -> &'static str {
        self.choose("•••", "***")
    }

    #[must_use]
    pub const fn horizontal(self) -> &'static str {
        self.choose("─", "-")
    }

    #[must_use]
    pub const fn vertical(self) -> &'static str {
        self.choose("│", "|")
    }

    #[must_use]
    pub const fn ascending(self) -> &'static str {
        self.choose("↑", "^")
    }

    #[must_use]
    pub const fn descending(self) -> &'static str {
        self.choose("↓", "v")
    }

    #[must_use]
    pub const fn border(self) -> border::Set<'static> {
        match self {
            Self::Unicode => border::PLAIN,
            Self::Ascii => border::Set {
                top_left: "+",
                top_right: "+",
                bottom_left: "+",
                bottom_right: "+",
                vertical_left: "|",
                vertical_right: "|",
                horizontal_top: "-",
                horizontal_bottom: "-",
            },
        }
    }

    const fn choose(self, unicode: &'static str, ascii: &'static str) -> &'static str {
        match self {
            Self::Unicode => unicode,
            Self::Ascii => ascii,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEVELS: [ColourLevel; 4] = [
        ColourLevel::None,
        ColourLevel::Ansi16,
        ColourLevel::Indexed256,
        ColourLevel::True,
    ];

    #[test]
    fn without_colour_no_role_has_one() {
        let theme = Theme::new(ColourLevel::None);
        for role in Role::ALL {
            let style = theme.style(role);
            assert_eq!((style.fg, style.bg), (None, None), "{role:?}");
        }
    }

    #[test]
    fn the_cursor_row_and_a_production_title_are_reversed_at_every_level() {
        for level in LEVELS {
            let theme = Theme::new(level);
            for role in [Role::CursorRow, Role::ProductionTitleBar] {
                assert!(
                    theme.style(role).add_modifier.contains(Modifier::REVERSED),
                    "{level:?}"
                );
            }
            assert!(
                !theme
                    .style(Role::TitleBar)
                    .add_modifier
                    .contains(Modifier::REVERSED)
            );
        }
    }

    #[test]
    fn a_problem_differs_from_text_without_colour() {
        let theme = Theme::new(ColourLevel::None);
        for role in [
            Role::Warning,
            Role::Danger,
            Role::Error,
            Role::FieldFocused,
            Role::Marked,
        ] {
            assert_ne!(theme.style(role), theme.style(Role::Text), "{role:?}");
        }
        assert_ne!(theme.style(Role::Field), theme.style(Role::FieldFocused));
    }

    #[test]
    fn colours_stay_within_the_sixteen() {
        for role in Role::ALL {
            let colour = Theme::new(ColourLevel::True)
                .style(role)
                .fg
                .unwrap_or(Color::Reset);
            assert_eq!(ColourLevel::Ansi16.reduce(colour), colour, "{role:?}");
        }
    }

    fn detected(lc_all: &str, lc_ctype: &str, lang: &str, term: &str) -> Glyphs {
        Glyphs::detect(&Environment {
            term: Some(term.to_owned()),
            lc_all: Some(lc_all.to_owned()),
            lc_ctype: Some(lc_ctype.to_owned()),
            lang: Some(lang.to_owned()),
            ..Environment::default()
        })
    }

    #[test]
    fn unicode_needs_a_utf8_locale() {
        assert_eq!(detected("", "", "de_DE.UTF-8", "xterm"), Glyphs::Unicode);
        assert_eq!(detected("", "C.utf8", "C", "screen"), Glyphs::Unicode);
        assert_eq!(detected("C", "", "de_DE.UTF-8", "xterm"), Glyphs::Ascii);
        assert_eq!(detected("", "", "", "xterm"), Glyphs::Ascii);
        assert_eq!(detected("", "", "ja_JP.eucJP", "xterm"), Glyphs::Ascii);
        assert_eq!(Glyphs::detect(&Environment::default()), Glyphs::Ascii);
    }

    #[test]
    fn a_console_font_gets_ascii_in_any_locale() {
        assert_eq!(detected("", "", "en_US.UTF-8", "linux"), Glyphs::Ascii);
        assert_eq!(detected("", "", "en_US.UTF-8", "vt220"), Glyphs::Ascii);
    }

    #[test]
    fn ascii_glyphs_are_ascii() {
        let border = Glyphs::Ascii.border();
        let drawn = [
            Glyphs::Ascii.ellipsis(),
            Glyphs::Ascii.horizontal(),
            Glyphs::Ascii.vertical(),
            Glyphs::Ascii.ascending(),
            Glyphs::Ascii.descending(),
            border.top_left,
            border.horizontal_bottom,
            border.vertical_left,
        ];
        assert!(
            drawn
                .iter()
                .all(|glyph| glyph.len() == 1 && glyph.is_ascii())
        );
    }
}
