//! How many colours the terminal has, and the escape codes that ask for them.

use std::fmt::Write as _;

use ratatui::buffer::Cell;
use ratatui::style::{Color, Modifier};

use super::terminal::Environment;

/// What the operator asked for with `--color` or the configuration.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub enum ColourChoice {
    #[default]
    Auto,
    Always,
    Never,
}

/// The colours a terminal can show; each level includes the one before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ColourLevel {
    /// Attributes only.
    None,
    Ansi16,
    Indexed256,
    True,
}

impl ColourLevel {
    /// Decides from the flag and the environment alone: the terminal is asked nothing.
    #[must_use]
    pub fn detect(choice: ColourChoice, environment: &Environment) -> Self {
        let refused = environment
            .no_color
            .as_deref()
            .is_some_and(|value| !value.is_empty());
        match choice {
            ColourChoice::Never => Self::None,
            ColourChoice::Auto if refused => Self::None,
            ColourChoice::Auto => Self::of_terminal(environment),
            ColourChoice::Always => Self::of_terminal(environment).max(Self::Ansi16),
        }
    }

    fn of_terminal(environment: &Environment) -> Self {
        let term = environment.term();
        if matches!(
            environment.colorterm.as_deref(),
            Some("truecolor" | "24bit")
        ) || term.ends_with("-direct")
        {
            Self::True
        } else if term.contains("256color")
            || [
                "xterm-kitty",
                "xterm-ghostty",
                "alacritty",
                "wezterm",
                "foot",
            ]
            .contains(&term)
        {
            Self::Indexed256
        } else if term.is_empty()
            || term == "dumb"
            || term.starts_with("vt")
            || term.ends_with("-m")
        {
            Self::None
        } else {
            Self::Ansi16
        }
    }

    /// The nearest colour this level has.
    #[must_use]
    pub fn reduce(self, colour: Color) -> Color {
        match (self, colour) {
            (Self::None, _) | (_, Color::Reset) => Color::Reset,
            (Self::Ansi16, Color::Rgb(red, green, blue)) => nearest_named([red, green, blue]),
            (Self::Ansi16, Color::Indexed(index)) => match NAMED.get(usize::from(index)) {
                Some(&(named, _)) => named,
                None => nearest_named(rgb_of_index(index)),
            },
            (Self::Indexed256, Color::Rgb(red, green, blue)) => nearest_index([red, green, blue]),
            // The first sixteen are one colour under two names; the name is the shorter code.
            (_, Color::Indexed(index)) => NAMED
                .get(usize::from(index))
                .map_or(colour, |&(named, _)| named),
            _ => colour,
        }
    }
}

/// The sixteen colours in the order of their codes, with the values xterm gives them.
const NAMED: [(Color, [u8; 3]); 16] = [
    (Color::Black, [0, 0, 0]),
    (Color::Red, [205, 0, 0]),
    (Color::Green, [0, 205, 0]),
    (Color::Yellow, [205, 205, 0]),
    (Color::Blue, [0, 0, 238]),
    (Color::Magenta, [205, 0, 205]),
    (Color::Cyan, [0, 205, 205]),
    (Color::Gray, [229, 229, 229]),
    (Color::DarkGray, [127, 127, 127]),
    (Color::LightRed, [255, 0, 0]),
    (Color::LightGreen, [0, 255, 0]),
    (Color::LightYellow, [255, 255, 0]),
    (Color::LightBlue, [92, 92, 255]),
    (Color::LightMagenta, [255, 0, 255]),
    (Color::LightCyan, [0, 255, 255]),
    (Color::White, [255, 255, 255]),
];

/// The six steps of each axis of the colour cube.
const CUBE_STEPS: [u8; 6] = [0, 95, 135, 175, 215, 255];

fn distance(left: [u8; 3], right: [u8; 3]) -> u32 {
    left.iter()
        .zip(right)
        .map(|(a, b)| u32::from(a.abs_diff(b)).pow(2))
        .sum()
}

fn nearest_named(wanted: [u8; 3]) -> Color {
    NAMED
        .iter()
        .min_by_key(|(_, value)| distance(*value, wanted))
        .map_or(Color::Reset, |&(named, _)| named)
}

fn nearest_index(wanted: [u8; 3]) -> Color {
    (16..=u8::MAX)
        .min_by_key(|&index| distance(rgb_of_index(index), wanted))
        .map_or(Color::Reset, Color::Indexed)
}

fn rgb_of_index(index: u8) -> [u8; 3] {
    match index {
        0..=15 => NAMED
            .get(usize::from(index))
            .map_or([0; 3], |&(_, value)| value),
        16..=231 => {
            let step = |divisor: u8| {
                let position = usize::from((index - 16) / divisor % 6);
                CUBE_STEPS.get(position).copied().unwrap_or_default()
            };
            [step(36), step(6), step(1)]
        }
        232..=255 => [8 + (index - 232) * 10; 3],
    }
}

/// The value of a colour, as xterm has it where it is one of the sixteen.
#[cfg(test)]
pub(super) fn rgb_of(colour: Color) -> [u8; 3] {
    match colour {
        Color::Rgb(red, green, blue) => [red, green, blue],
        Color::Indexed(index) => rgb_of_index(index),
        named => NAMED
            .iter()
            .find(|(known, _)| *known == named)
            .map_or([0; 3], |&(_, value)| value),
    }
}

/// Whether the cell shows nothing, whatever its style says.
pub(super) fn is_blank(cell: &Cell) -> bool {
    Pen::PLAIN.paints(cell) && cell.symbol() == " "
}

/// Everything an SGR sequence sets: what the next printed character will look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Pen {
    foreground: Color,
    background: Color,
    modifier: Modifier,
}

/// Attributes that can be seen on a space.
const SEEN_ON_BLANK: Modifier = Modifier::REVERSED
    .union(Modifier::UNDERLINED)
    .union(Modifier::CROSSED_OUT);

const MODIFIER_CODES: [(Modifier, u8); 9] = [
    (Modifier::BOLD, 1),
    (Modifier::DIM, 2),
    (Modifier::ITALIC, 3),
    (Modifier::UNDERLINED, 4),
    (Modifier::SLOW_BLINK, 5),
    (Modifier::RAPID_BLINK, 6),
    (Modifier::REVERSED, 7),
    (Modifier::HIDDEN, 8),
    (Modifier::CROSSED_OUT, 9),
];

impl Pen {
    pub(super) const PLAIN: Self = Self {
        foreground: Color::Reset,
        background: Color::Reset,
        modifier: Modifier::empty(),
    };

    pub(super) fn of(cell: &Cell) -> Self {
        Self {
            foreground: cell.fg,
            background: cell.bg,
            modifier: cell.modifier,
        }
    }

    /// Whether this pen paints the cell as it should look. On a space most of a style is
    /// invisible, and leaving the pen alone there saves a sequence at each word.
    pub(super) fn paints(self, cell: &Cell) -> bool {
        let wanted = Self::of(cell);
        let seen = |pen: Self| pen.modifier.intersection(SEEN_ON_BLANK);
        self == wanted
            || (cell.symbol() == " "
                && self.background == wanted.background
                && seen(self).is_empty()
                && seen(wanted).is_empty())
    }

    /// Writes the shortest sequence that turns `self` into `wanted`.
    ///
    /// Attributes are only ever added or all reset: the codes that end a single one are missing
    /// on old terminals, and the reset is shorter anyway.
    pub(super) fn change_to(self, wanted: Self, out: &mut String) {
        if self == wanted {
            return;
        }
        if wanted == Self::PLAIN {
            out.push_str("\x1b[m");
            return;
        }
        let lost = |old: Color, new: Color| old != Color::Reset && new == Color::Reset;
        let from_reset = !wanted.modifier.contains(self.modifier)
            || lost(self.foreground, wanted.foreground)
            || lost(self.background, wanted.background);
        let start = if from_reset { Self::PLAIN } else { self };
        let mut codes = String::with_capacity(24);
        if from_reset {
            codes.push_str("0;");
        }
        for (modifier, code) in MODIFIER_CODES {
            if wanted.modifier.contains(modifier) && !start.modifier.contains(modifier) {
                push_code(&mut codes, format_args!("{code}"));
            }
        }
        if wanted.foreground != start.foreground {
            push_colour(&mut codes, wanted.foreground, 30);
        }
        if wanted.background != start.background {
            push_colour(&mut codes, wanted.background, 40);
        }
        out.push_str("\x1b[");
        out.push_str(codes.trim_end_matches(';'));
        out.push('m');
    }
}

fn push_code(codes: &mut String, code: std::fmt::Arguments<'_>) {
    // Writing into a String can't fail.
    let _ = write!(codes, "{code};");
}

fn push_colour(codes: &mut String, colour: Color, base: u8) {
    match colour {
        Color::Reset => push_code(codes, format_args!("{}", base + 9)),
        Color::Indexed(index) => push_code(codes, format_args!("{};5;{index}", base + 8)),
        Color::Rgb(red, green, blue) => {
            push_code(codes, format_args!("{};2;{red};{green};{blue}", base + 8));
        }
        named => {
            let position = NAMED.iter().position(|(colour, _)| *colour == named);
            let offset = position
                .and_then(|position| u8::try_from(position).ok())
                .unwrap_or(7);
            // Codes 30-37 and 40-47, then 90-97 and 100-107 for the bright half.
            let code = if offset < 8 {
                base + offset
            } else {
                base + 52 + offset
            };
            push_code(codes, format_args!("{code}"));
        }
    }
}

#[cfg(test)]
mod tests {
    use ratatui::style::Style;

    use super::*;

    fn environment(term: &str) -> Environment {
        Environment {
            term: Some(term.to_owned()),
            ..Environment::default()
        }
    }

    fn detected(term: &str) -> ColourLevel {
        ColourLevel::detect(ColourChoice::Auto, &environment(term))
    }

    #[test]
    fn the_level_follows_term() {
        for (term, level) in [
            ("dumb", ColourLevel::None),
            ("", ColourLevel::None),
            ("vt100", ColourLevel::None),
            ("linux", ColourLevel::Ansi16),
            ("screen", ColourLevel::Ansi16),
            ("xterm", ColourLevel::Ansi16),
            ("putty", ColourLevel::Ansi16),
            ("xterm-256color", ColourLevel::Indexed256),
            ("screen-256color", ColourLevel::Indexed256),
            ("tmux-256color", ColourLevel::Indexed256),
            ("alacritty", ColourLevel::Indexed256),
            ("xterm-direct", ColourLevel::True),
        ] {
            assert_eq!(detected(term), level, "TERM={term}");
        }
    }

    #[test]
    fn colorterm_raises_the_level() {
        let truecolor = Environment {
            colorterm: Some("truecolor".to_owned()),
            ..environment("xterm-256color")
        };
        assert_eq!(
            ColourLevel::detect(ColourChoice::Auto, &truecolor),
            ColourLevel::True
        );
    }

    #[test]
    fn no_color_and_the_flag_win() {
        let refusing = Environment {
            no_color: Some("1".to_owned()),
            ..environment("xterm-256color")
        };
        assert_eq!(
            ColourLevel::detect(ColourChoice::Auto, &refusing),
            ColourLevel::None
        );
        assert_eq!(
            ColourLevel::detect(ColourChoice::Always, &refusing),
            ColourLevel::Indexed256
        );
        let empty = Environment {
            no_color: Some(String::new()),
            ..environment("xterm-256color")
        };
        assert_eq!(
            ColourLevel::detect(ColourChoice::Auto, &empty),
            ColourLevel::Indexed256
        );
        assert_eq!(
            ColourLevel::detect(ColourChoice::Never, &environment("xterm")),
            ColourLevel::None
        );
        assert_eq!(
            ColourLevel::detect(ColourChoice::Always, &environment("vt100")),
            ColourLevel::Ansi16
        );
    }

    #[test]
    fn colours_are_reduced_to_what_the_level_has() {
        let red = Color::Rgb(250, 10, 5);
        assert_eq!(ColourLevel::None.reduce(Color::Red), Color::Reset);
        assert_eq!(ColourLevel::Ansi16.reduce(red), Color::LightRed);
        assert_eq!(ColourLevel::Ansi16.reduce(Color::Indexed(1)), Color::Red);
        assert_eq!(
            ColourLevel::Ansi16.reduce(Color::Indexed(196)),
            Color::LightRed
        );
        assert_eq!(ColourLevel::Indexed256.reduce(red), Color::Indexed(196));
        assert_eq!(
            ColourLevel::Indexed256.reduce(Color::Rgb(8, 8, 8)),
            Color::Indexed(232)
        );
        assert_eq!(ColourLevel::True.reduce(red), red);
    }

    fn sequence(from: Style, to: Style) -> String {
        let pen = |style: Style| Pen::of(Cell::EMPTY.clone().set_style(style));
        let mut out = String::new();
        pen(from).change_to(pen(to), &mut out);
        out
    }

    #[test]
    fn named_colours_never_use_the_256_colour_codes() {
        let plain = Style::new();
        assert_eq!(sequence(plain, plain.fg(Color::Blue)), "\x1b[34m");
        assert_eq!(sequence(plain, plain.bg(Color::White)), "\x1b[107m");
        assert_eq!(
            sequence(plain, plain.fg(Color::DarkGray).bg(Color::Red)),
            "\x1b[90;41m"
        );
        assert_eq!(
            sequence(plain, plain.fg(Color::Indexed(99))),
            "\x1b[38;5;99m"
        );
        assert_eq!(
            sequence(plain, plain.bg(Color::Rgb(1, 2, 3))),
            "\x1b[48;2;1;2;3m"
        );
    }

    #[test]
    fn a_style_is_reached_by_adding_or_by_a_reset() {
        let plain = Style::new();
        let reversed = plain.add_modifier(Modifier::REVERSED);
        let loud = reversed.add_modifier(Modifier::BOLD).fg(Color::Red);
        assert_eq!(sequence(reversed, reversed), "");
        assert_eq!(sequence(reversed, loud), "\x1b[1;31m");
        assert_eq!(sequence(loud, reversed), "\x1b[0;7m");
        assert_eq!(sequence(loud, plain), "\x1b[m");
    }

    #[test]
    fn a_space_keeps_the_pen_unless_the_style_shows() {
        let bold = Pen::of(
            Cell::EMPTY
                .clone()
                .set_style(Style::new().bold().fg(Color::Red)),
        );
        assert!(bold.paints(&Cell::EMPTY));
        let mut reversed = Cell::EMPTY;
        reversed.set_style(Style::new().reversed());
        assert!(!bold.paints(&reversed));
        assert!(!Pen::of(&reversed).paints(&Cell::EMPTY));
    }
}
