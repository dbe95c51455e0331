//! What each part of the screen looks like: attributes first, colour second, glyphs by locale.

use ratatui::buffer::Buffer;
use ratatui::style::{Color, Modifier, Style};
use ratatui::symbols::border;

use super::colour::ColourLevel;
use super::terminal::Environment;
use crate::config;

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
}

/// The colours of a theme; an unnamed role has the colour of text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Palette {
    /// Of the whole screen; none where the terminal's own stay.
    ground: Option<Ground>,
    heading: Color,
    /// Marks and warnings.
    warning: Color,
    good: Color,
    danger: Color,
    /// None where it is the dim attribute that tells.
    muted: Option<Color>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Ground {
    foreground: Color,
    background: Color,
}

impl Palette {
    /// Only colours of the sixteen: their values are the operator's own choice.
    const TERMINAL: Self = Self {
        ground: None,
        heading: Color::Cyan,
        warning: Color::Yellow,
        good: Color::Green,
        danger: Color::Red,
        muted: None,
    };

    // Of 256 colours the ones after the sixteen have the same values everywhere, and take fewer bytes
    // than true colours.
    const DARK: Self = Self {
        ground: Some(Ground {
            foreground: Color::Indexed(252),
            background: Color::Indexed(234),
        }),
        heading: Color::Indexed(80),
        warning: Color::Indexed(221),
        good: Color::Indexed(114),
        danger: Color::Indexed(210),
        muted: Some(Color::Indexed(247)),
    };

    const LIGHT: Self = Self {
        ground: Some(Ground {
            foreground: Color::Indexed(235),
            background: Color::Indexed(255),
        }),
        heading: Color::Indexed(24),
        warning: Color::Indexed(94),
        good: Color::Indexed(22),
        danger: Color::Indexed(124),
        muted: Some(Color::Indexed(240)),
    };

    const DARK_OF_16: Self = Self {
        ground: Some(Ground {
            foreground: Color::Gray,
            background: Color::Black,
        }),
        heading: Color::LightCyan,
        warning: Color::LightYellow,
        good: Color::LightGreen,
        danger: Color::LightRed,
        muted: None,
    };

    // Green, yellow and cyan can't be read on white.
    const LIGHT_OF_16: Self = Self {
        ground: Some(Ground {
            foreground: Color::Black,
            background: Color::White,
        }),
        heading: Color::Blue,
        warning: Color::Magenta,
        good: Color::Black,
        danger: Color::Red,
        muted: None,
    };

    fn colour(&self, role: Role) -> Option<Color> {
        match role {
            Role::Heading => Some(self.heading),
            Role::Marked | Role::Warning => Some(self.warning),
            Role::Good => Some(self.good),
            Role::Danger | Role::Error | Role::ProductionTitleBar => Some(self.danger),
            Role::Muted | Role::Border => self.muted,
            _ => None,
        }
    }
}

/// The look of every role in one theme at one colour level.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Theme {
    palette: Option<Palette>,
}

impl Theme {
    /// The theme on the terminal's own colours.
    #[must_use]
    pub const fn new(level: ColourLevel) -> Self {
        Self::of(config::Theme::Default, level)
    }

    #[must_use]
    pub const fn of(name: config::Theme, level: ColourLevel) -> Self {
        use config::Theme as Name;
        let few = matches!(level, ColourLevel::Ansi16);
        let palette = match name {
            _ if matches!(level, ColourLevel::None) => None,
            Name::None => None,
            Name::Default => Some(Palette::TERMINAL),
            Name::Sixteen => Some(Palette::DARK_OF_16),
            Name::Dark if few => Some(Palette::DARK_OF_16),
            Name::Dark => Some(Palette::DARK),
            Name::Light if few => Some(Palette::LIGHT_OF_16),
            Name::Light => Some(Palette::LIGHT),
        };
        Self { palette }
    }

    #[must_use]
    pub fn style(self, role: Role) -> Style {
        let mut modifier = role.modifier();
        let Some(palette) = &self.palette else {
            return Style::new().add_modifier(modifier);
        };
        // Where red says it, the underline is noise.
        if matches!(role, Role::Danger | Role::Error) {
            modifier.remove(Modifier::UNDERLINED);
        }
        let colour = palette.colour(role);
        if palette.muted.is_some() && colour == palette.muted {
            // Chosen to be readable, which dimmed once more it might not be.
            modifier.remove(Modifier::DIM);
        }
        let style = Style::new().add_modifier(modifier);
        colour.map_or(style, |colour| style.fg(colour))
    }

    /// Gives every cell that has no colour of its own those of the whole screen; called when all else is drawn.
    pub fn lay_ground(self, buffer: &mut Buffer) {
        let Some(ground) = self.palette.and_then(|palette| palette.ground) else {
            return;
        };
        for cell in &mut buffer.content {
            if cell.fg == Color::Reset {
                cell.fg = ground.foreground;
            }
            if cell.bg == Color::Reset {
                cell.bg = ground.background;
            }
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
        let locale = environment.locale();
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
    use crate::config::Theme as Name;
    use crate::tui::colour;
    use ratatui::layout::Rect;

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
    fn the_theme_none_is_the_one_without_colours() {
        for level in LEVELS {
            let none = Theme::of(Name::None, level);
            assert_eq!(none, Theme::new(ColourLevel::None));
        }
        for name in NAMES {
            assert_eq!(
                Theme::of(name, ColourLevel::None),
                Theme::new(ColourLevel::None)
            );
        }
    }

    /// Roles that stand side by side and mean different things.
    const TOLD_APART: &[&[Role]] = &[
        // Words of a text and its problems.
        &[Role::Text, Role::Muted, Role::Heading, Role::Error],
        &[Role::Text, Role::Warning, Role::Danger],
        // Rows of a list.
        &[Role::Text, Role::Muted, Role::CursorRow, Role::Marked],
        // Parts of a form.
        &[Role::Text, Role::Heading, Role::Field, Role::FieldFocused],
        &[Role::Field, Role::FieldFocused, Role::Muted],
        // Titles.
        &[Role::TitleBar, Role::ProductionTitleBar],
    ];

    #[test]
    fn no_role_is_told_by_colour_alone() {
        let theme = Theme::new(ColourLevel::None);
        for roles in TOLD_APART {
            for (index, role) in roles.iter().enumerate() {
                for other in &roles[index + 1..] {
                    assert_ne!(
                        theme.style(*role),
                        theme.style(*other),
                        "{role:?} {other:?}"
                    );
                }
            }
        }
    }

    const NAMES: [Name; 5] = [
        Name::Default,
        Name::Light,
        Name::Dark,
        Name::Sixteen,
        Name::None,
    ];

    #[test]
    fn default_and_16_stay_within_the_sixteen() {
        for name in [Name::Default, Name::Sixteen] {
            for role in Role::ALL {
                let colour = Theme::of(name, ColourLevel::True)
                    .style(role)
                    .fg
                    .unwrap_or(Color::Reset);
                assert_eq!(ColourLevel::Ansi16.reduce(colour), colour, "{role:?}");
            }
        }
    }

    #[test]
    fn a_theme_asks_for_no_colour_that_the_terminal_lacks() {
        for name in NAMES {
            for level in LEVELS {
                for role in Role::ALL {
                    let (foreground, background) = drawn(Theme::of(name, level), role);
                    assert_eq!(level.reduce(foreground), foreground, "{name:?} {role:?}");
                    assert_eq!(level.reduce(background), background, "{name:?} {role:?}");
                }
            }
        }
    }

    /// The colours of a cell of that role once the ground is laid.
    fn drawn(theme: Theme, role: Role) -> (Color, Color) {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 1, 1));
        buffer.content[0].set_style(theme.style(role));
        theme.lay_ground(&mut buffer);
        (buffer.content[0].fg, buffer.content[0].bg)
    }

    #[test]
    fn themes_with_a_ground_can_be_read() {
        for name in [Name::Light, Name::Dark, Name::Sixteen] {
            for level in [
                ColourLevel::Ansi16,
                ColourLevel::Indexed256,
                ColourLevel::True,
            ] {
                let theme = Theme::of(name, level);
                for role in Role::ALL {
                    let (foreground, background) = drawn(theme, role);
                    let contrast = contrast(luminance(foreground), luminance(background));
                    assert!(
                        contrast >= 4.5,
                        "{name:?} {level:?} {role:?}: {contrast:.2}"
                    );
                }
            }
        }
    }

    #[test]
    fn themes_on_the_terminals_own_colours_lay_no_ground() {
        for name in [Name::Default, Name::None] {
            let (_, background) = drawn(Theme::of(name, ColourLevel::True), Role::Text);
            assert_eq!(background, Color::Reset);
        }
    }

    /// As WCAG 2 defines them.
    fn luminance(colour: Color) -> f64 {
        let channel = |value: u8| {
            let value = f64::from(value) / 255.0;
            if value <= 0.04045 {
                value / 12.92
            } else {
                ((value + 0.055) / 1.055).powf(2.4)
            }
        };
        let [red, green, blue] = colour::rgb_of(colour).map(channel);
        0.2126 * red + 0.7152 * green + 0.0722 * blue
    }

    fn contrast(one: f64, other: f64) -> f64 {
        (one.max(other) + 0.05) / (one.min(other) + 0.05)
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
