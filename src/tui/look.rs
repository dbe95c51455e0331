//! How things are drawn: styles, glyphs, the operator's time zone, and every text made safe.

use super::keys::KeyMap;
use super::theme::{Glyphs, Role, Theme};
use crate::domain::{Time, text};
use jiff::tz::TimeZone;
use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use std::borrow::Cow;

/// What drawing needs besides the screen's own state.
#[derive(Clone, Debug)]
pub struct Look<'a> {
    pub theme: Theme,
    pub glyphs: Glyphs,
    pub zone: &'a TimeZone,
    pub now: Time,
    /// Whether what is drawn gets the keys: only then it places the hardware cursor.
    pub focused: bool,
    /// The word of the environment, `prod-eu`.
    pub environment: &'a str,
    /// Whether others look on, who are not to read about people.
    pub masked: bool,
    /// The keys in force, for what names one.
    pub keys: &'a KeyMap,
}

impl Look<'_> {
    #[must_use]
    pub fn style(&self, role: Role) -> Style {
        self.theme.style(role)
    }

    /// Puts the hardware cursor, which braille lines and magnifiers follow, on what has the keys.
    pub fn place_cursor(&self, frame: &mut Frame<'_>, x: u16, y: u16) {
        if self.focused {
            frame.set_cursor_position((x, y));
        }
    }

    /// Writes text made safe, cut to the cells there are. Returns the column after it.
    pub fn put(&self, buffer: &mut Buffer, at: Rect, text: &str, role: Role) -> u16 {
        self.put_styled(buffer, at, text, self.style(role))
    }

    pub fn put_styled(&self, buffer: &mut Buffer, at: Rect, text: &str, style: Style) -> u16 {
        if at.is_empty() {
            return at.x;
        }
        let cells = usize::from(at.width);
        let cut = text::fit(text, cells, self.glyphs.ellipsis());
        buffer.set_stringn(at.x, at.y, &cut, cells, style).0
    }

    /// Writes text at the right end of the line. Returns the column where it starts.
    pub fn put_right(&self, buffer: &mut Buffer, at: Rect, text: &str, role: Role) -> u16 {
        let width = u16::try_from(text::width(text))
            .unwrap_or(u16::MAX)
            .min(at.width);
        let x = at.right().saturating_sub(width);
        let place = Rect { x, width, ..at };
        self.put(buffer, place, text, role);
        x
    }

    /// A name, an address or a number of a person, as others may see it: `a•••` while the screen is masked.
    #[must_use]
    pub fn personal<'t>(&self, text: &'t str) -> Cow<'t, str> {
        match text.chars().next() {
            Some(first) if self.masked => Cow::Owned(format!("{first}{}", self.glyphs.masked())),
            _ => Cow::Borrowed(text),
        }
    }

    /// The same for texts that come later, in an answer.
    pub fn mask(&self) -> impl Fn(String) -> String + Clone + Send + use<> {
        let (masked, dots) = (self.masked, self.glyphs.masked());
        move |text| match text.chars().next() {
            Some(first) if masked => format!("{first}{dots}"),
            _ => text,
        }
    }

    /// A line of text and dashes across the area: `-- b.tanaka ------`.
    pub fn rule(&self, buffer: &mut Buffer, at: Rect, heading: &str) {
        let dash = self.glyphs.horizontal();
        self.put(
            buffer,
            at,
            &dash.repeat(usize::from(at.width)),
            Role::Border,
        );
        if !heading.is_empty() {
            let place = Rect {
                x: at.x + 2.min(at.width),
                width: at.width.saturating_sub(4),
                ..at
            };
            let end = self.put(buffer, place, &format!(" {heading}"), Role::Heading);
            if end < at.right() {
                self.put(
                    buffer,
                    Rect {
                        x: end,
                        width: 1,
                        ..at
                    },
                    " ",
                    Role::Border,
                );
            }
        }
    }

    /// `13:41` today, otherwise the date too: in the operator's zone, which the title names.
    #[must_use]
    pub fn time(&self, time: Time) -> String {
        let whole = time.display_in(self.zone);
        let today = self.now.display_in(self.zone);
        match (whole.split_once(' '), today.split_once(' ')) {
            (Some((day, clock)), Some((now, _))) if day == now => clock.to_owned(),
            _ => whole,
        }
    }

    #[must_use]
    pub fn ago(&self, time: Time) -> String {
        time.relative_to(self.now)
    }

    /// The time and how long ago: `13:41Z (12 min ago)`.
    #[must_use]
    pub fn time_and_ago(&self, time: Time) -> String {
        if time.is_never() {
            "never".to_owned()
        } else {
            format!("{} ({})", self.time(time), self.ago(time))
        }
    }
}

/// The line of an area, counted from its top; empty when the area has no such line.
#[must_use]
pub fn row(area: Rect, line: usize) -> Rect {
    match u16::try_from(line) {
        Ok(line) if line < area.height => Rect {
            y: area.y + line,
            height: 1,
            ..area
        },
        _ => Rect::new(area.x, area.y, 0, 0),
    }
}

/// The area without its first cells in every line.
#[must_use]
pub fn indented(area: Rect, cells: u16) -> Rect {
    Rect {
        x: area.x + cells.min(area.width),
        width: area.width.saturating_sub(cells),
        ..area
    }
}

/// Words of a text, safe and broken into lines of at most `cells`; a longer word is broken after its commas, or else cut.
#[must_use]
pub fn wrap(text: &str, cells: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    let text = text::safe(text);
    let pieces = text.split_whitespace().flat_map(|word| {
        let is_long = text::width(word) > cells;
        let end = if is_long { ',' } else { '\0' };
        let pieces = word.split_inclusive(end).enumerate();
        pieces.map(|(index, piece)| (index == 0, piece))
    });
    for (begins, word) in pieces {
        let space = usize::from(begins && !line.is_empty());
        if text::width(&line) + space + text::width(word) > cells && !line.is_empty() {
            lines.push(std::mem::take(&mut line));
        }
        let mut rest = Cow::Borrowed(word);
        while text::width(&rest) > cells && cells > 0 {
            let head = text::fit(&rest, cells, "");
            if head.is_empty() {
                break;
            }
            rest = Cow::Owned(rest.get(head.len()..).unwrap_or_default().to_owned());
            lines.push(head);
        }
        if begins && !line.is_empty() {
            line.push(' ');
        }
        line.push_str(&rest);
    }
    if !line.is_empty() {
        lines.push(line);
    }
    lines
}

/// The first of several ways to say something that fits into the cells; else the last.
#[must_use]
pub fn fitting<'a>(ways: &[&'a str], cells: u16) -> &'a str {
    let mut fits = ways.iter();
    let fits = fits.find(|way| text::width(way) <= usize::from(cells));
    fits.or_else(|| ways.last()).copied().unwrap_or_default()
}

/// `48,213`.
#[must_use]
pub fn thousands(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3 + 1);
    if number < 0 {
        text.push('-');
    }
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `5h`, `411d`, `never`.
#[must_use]
pub fn short_ago(time: Time, now: Time) -> String {
    if time.is_never() {
        return "never".to_owned();
    }
    match time.seconds_until(now).max(0) {
        seconds @ 0..60 => format!("{seconds}s"),
        seconds @ 60..3_600 => format!("{}m", seconds / 60),
        seconds @ 3_600..172_800 => format!("{}h", seconds / 3_600),
        seconds => format!("{}d", seconds / 86_400),
    }
}

/// `1 user`, `5 users`.
#[must_use]
pub fn count_of(number: i64, one: &str, many: &str) -> String {
    format!(
        "{} {}",
        thousands(number),
        if number == 1 { one } else { many }
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_between_words_and_long_words_are_cut() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("abcdefgh ij", 3), ["abc", "def", "gh", "ij"]);
        assert_eq!(wrap("田中 恵", 4), ["田中", "恵"]);
        assert_eq!(wrap("a\u{202E}b", 20), ["a‹U+202E›b"]);
        assert!(wrap("", 5).is_empty());
        // Actions of a rule stand without spaces.
        assert_eq!(
            wrap("allow view,edit,reset-password on user", 16),
            ["allow view,edit,", "reset-password", "on user"]
        );
    }

    #[test]
    fn what_is_too_long_is_said_shorter() {
        let ways = ["one two three", "one two", "one"];
        let said = |cells| fitting(&ways, cells);
        assert_eq!((said(13), said(12)), ("one two three", "one two"));
        assert_eq!((said(3), said(1)), ("one", "one"));
    }

    #[test]
    fn numbers_have_separators() {
        assert_eq!(thousands(0), "0");
        assert_eq!(thousands(999), "999");
        assert_eq!(thousands(48_213), "48,213");
        assert_eq!(thousands(-1_000_000), "-1,000,000");
        assert_eq!(count_of(1, "user", "users"), "1 user");
        assert_eq!(count_of(2, "user", "users"), "2 users");
    }

    #[test]
    fn a_row_outside_its_area_is_empty() {
        let area = Rect::new(0, 2, 10, 3);
        assert_eq!(row(area, 2), Rect::new(0, 4, 10, 1));
        assert!(row(area, 3).is_empty());
    }
}
