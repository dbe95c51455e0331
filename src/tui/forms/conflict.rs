//! Somebody else saved first: field by field, what was, what they saved, what was typed here, and who is right.

use super::Value;
use crate::domain::text;
use crate::tui::actions::{ActionId, Offered};
use crate::tui::look::{Look, count_of, indented, row, wrap};
use crate::tui::modals::yes::Yes;
use crate::tui::notice::Notice;
use crate::tui::screen::{Asker, Cx, Screen};
use crate::tui::theme::Role;
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::widgets::{Clear, Widget as _};

/// A field that either side changed.
#[derive(Clone, Debug)]
pub struct Rival {
    pub name: &'static str,
    pub label: &'static str,
    pub before: Value,
    pub theirs: Value,
    pub mine: Value,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    Mine,
    Theirs,
    /// Both changed it, and differently.
    Undecided,
}

impl Rival {
    /// Who is right where it is clear: the side that changed it, or both where they agree.
    #[must_use]
    pub fn side(&self) -> Side {
        match (self.mine == self.before, self.theirs == self.before) {
            (_, true) => Side::Mine,
            (true, false) => Side::Theirs,
            (false, false) if self.mine == self.theirs => Side::Theirs,
            (false, false) => Side::Undecided,
        }
    }
}

/// What was decided.
#[derive(Clone, Debug)]
pub enum Verdict {
    /// The fields in which theirs stays; the others are saved as they were typed.
    Merge { theirs: Vec<&'static str> },
    /// Theirs stays everywhere.
    DropMine,
    /// The field is to be given another value.
    EditField(&'static str),
}

pub struct Conflict {
    heading: String,
    /// `r.sato saved this user at 14:15`.
    who: String,
    rivals: Vec<(Rival, Side)>,
    cursor: usize,
    /// Lines of the whole values that are scrolled away.
    scroll: usize,
    asker: Option<Asker<Verdict>>,
}

pub enum Message {
    /// What was typed is given up, and that was confirmed.
    Drop,
}

/// Lines below the fields: how much is left to decide, and the letters.
const FOOT: usize = 2;

/// Fields that stay in sight beside whole values, however long these are.
const FIELDS_LEAST: usize = 2;

/// Lines of a whole value that a page skips.
const PAGE_LINES: usize = 3;

const COLUMNS: [&str; 3] = ["WHEN YOU OPENED", "THEY SAVED", "YOURS"];

/// Where the columns begin.
const BEFORE_AT: u16 = 18;

impl Conflict {
    #[must_use]
    pub fn new(heading: String, who: String, rivals: Vec<Rival>, asker: Asker<Verdict>) -> Self {
        let rivals: Vec<(Rival, Side)> = rivals
            .into_iter()
            .map(|rival| {
                let side = rival.side();
                (rival, side)
            })
            .collect();
        let cursor = rivals.iter().position(|(_, side)| *side == Side::Undecided);
        Self {
            heading,
            who,
            rivals,
            cursor: cursor.unwrap_or(0),
            scroll: 0,
            asker: Some(asker),
        }
    }

    fn decide(&mut self, side: Side) {
        if let Some((_, own)) = self.rivals.get_mut(self.cursor) {
            *own = side;
        }
        let next = self
            .rivals
            .iter()
            .position(|(_, side)| *side == Side::Undecided);
        self.go_to(next.unwrap_or(self.cursor));
    }

    fn go_to(&mut self, rival: usize) {
        self.cursor = rival.min(self.rivals.len().saturating_sub(1));
        self.scroll = 0;
    }

    /// Asks before anything is lost that was typed here and isn't saved already.
    fn drop_mine(&mut self, cx: &mut Cx<'_, Message>) {
        let lost = self
            .rivals
            .iter()
            .filter(|(rival, _)| rival.mine != rival.before && rival.mine != rival.theirs);
        let lost: Vec<&str> = lost.map(|(rival, _)| rival.label).collect();
        if lost.is_empty() {
            self.answer(Verdict::DropMine, cx);
            return;
        }
        let facts = vec![
            format!("What you typed is lost: {}.", lost.join(", ")),
            "Undo: NO.".to_owned(),
        ];
        let asker = cx.asker(|()| Message::Drop);
        cx.open_modal(Yes::new("Drop all of mine".to_owned(), facts, asker));
    }

    fn undecided(&self) -> usize {
        self.rivals
            .iter()
            .filter(|(_, side)| *side == Side::Undecided)
            .count()
    }

    fn answer(&mut self, verdict: Verdict, cx: &mut Cx<'_, Message>) {
        cx.close();
        if let Some(asker) = self.asker.take() {
            cx.answer(asker, verdict);
        }
    }

    fn merge(&mut self, cx: &mut Cx<'_, Message>) {
        if self.undecided() > 0 {
            cx.notify(Notice::bad(
                "Decide every ? first: y keeps yours, t takes theirs. Nothing is written until then.",
            ));
            return;
        }
        let theirs = self.rivals.iter().filter(|(_, side)| *side == Side::Theirs);
        let theirs = theirs.map(|(rival, _)| rival.name).collect();
        self.answer(Verdict::Merge { theirs }, cx);
    }
}

impl Screen for Conflict {
    type Message = Message;

    fn title(&self) -> &'static str {
        "Conflict"
    }

    fn actions(&self) -> Vec<Offered> {
        vec![
            Offered::when(
                self.undecided() == 0,
                ActionId::Continue,
                "Decide every ? first: y keeps yours, t takes theirs.",
            )
            .named("save merged")
            .in_footer(),
            Offered::on(ActionId::Back)
                .named("back to the form")
                .in_footer(),
            Offered::on(ActionId::Up),
            Offered::on(ActionId::Down),
            Offered::on(ActionId::PageUp).named("whole values up"),
            Offered::on(ActionId::PageDown).named("whole values down"),
        ]
    }

    /// Letters decide, so none of them may mean anything else here.
    fn takes_text(&self) -> bool {
        true
    }

    fn has_field(&self) -> bool {
        false
    }

    fn key(&mut self, key: KeyEvent, cx: &mut Cx<'_, Message>) -> bool {
        let control = key
            .modifiers
            .intersects(KeyModifiers::CONTROL | KeyModifiers::ALT);
        let KeyCode::Char(letter) = key.code else {
            return false;
        };
        if control {
            return false;
        }
        match letter {
            'y' => self.decide(Side::Mine),
            't' => self.decide(Side::Theirs),
            'd' => self.drop_mine(cx),
            'e' => {
                let name = self.rivals.get(self.cursor).map(|(rival, _)| rival.name);
                if let Some(name) = name {
                    self.answer(Verdict::EditField(name), cx);
                }
            }
            _ => cx.notify(Notice::plain(
                "y keeps yours, t takes theirs, e gives the field another value, d drops all of yours.",
            )),
        }
        true
    }

    fn command(&mut self, action: ActionId, cx: &mut Cx<'_, Message>) {
        match action {
            ActionId::Continue => self.merge(cx),
            ActionId::Up => self.go_to(self.cursor.saturating_sub(1)),
            ActionId::Down => self.go_to(self.cursor + 1),
            ActionId::PageUp => self.scroll = self.scroll.saturating_sub(PAGE_LINES),
            ActionId::PageDown => {
                let last = self.whole_values(cx.modal_area().width).len();
                self.scroll = (self.scroll + PAGE_LINES).min(last.saturating_sub(1));
            }
            _ => cx.close(),
        }
    }

    fn update(&mut self, message: Message, cx: &mut Cx<'_, Message>) {
        match message {
            Message::Drop => self.answer(Verdict::DropMine, cx),
        }
    }

    fn draw(&self, frame: &mut Frame<'_>, area: Rect, look: &Look<'_>) {
        Clear.render(area, frame.buffer_mut());
        let heading = row(area, 0);
        look.put(
            frame.buffer_mut(),
            heading,
            &format!(" {}", self.heading),
            Role::Heading,
        );
        look.rule(frame.buffer_mut(), row(area, 1), "");
        let cells = usize::from(area.width.saturating_sub(2));
        let mut line = 2;
        for text in wrap(&self.who, cells) {
            look.put(
                frame.buffer_mut(),
                row(area, line),
                &format!(" {text}"),
                Role::Warning,
            );
            line += 1;
        }
        let width = column_width(area.width);
        let at = row(area, line);
        look.put(frame.buffer_mut(), indented(at, 4), "FIELD", Role::Heading);
        for (index, title) in (0_u16..).zip(COLUMNS) {
            let place = Rect {
                width: width.saturating_sub(1),
                ..indented(at, BEFORE_AT + index * width)
            };
            look.put(frame.buffer_mut(), place, title, Role::Heading);
        }
        line += 1;
        let whole = self.whole_values(area.width);
        let room = usize::from(area.height).saturating_sub(line + FOOT);
        let visible = room
            .saturating_sub(whole.len())
            .max(FIELDS_LEAST)
            .min(self.rivals.len())
            .min(room);
        let from = (self.cursor + 1).saturating_sub(visible);
        for (index, (rival, side)) in self.rivals.iter().enumerate().skip(from).take(visible) {
            let at = row(area, line);
            line += 1;
            self.draw_rival(frame, at, (index, rival, *side), width, look);
        }
        let room = room - visible;
        // Where there is room for it, an empty line sets things apart.
        let spare = room.saturating_sub(whole.len());
        line += usize::from(spare > 1 && !whole.is_empty());
        let from = self.scroll.min(whole.len().saturating_sub(room));
        for text in whole.iter().skip(from).take(room) {
            look.put(frame.buffer_mut(), row(area, line), text, Role::Muted);
            line += 1;
        }
        line += usize::from(spare > 0);
        let more = whole.len().saturating_sub(from + room);
        let text = format!(" {}", self.outlook(more));
        look.put(frame.buffer_mut(), row(area, line), &text, Role::Text);
        let keys = " y:mine  t:theirs  e:another value  d:drop all of mine";
        look.put(frame.buffer_mut(), row(area, line + 1), keys, Role::Muted);
    }
}

fn column_width(width: u16) -> u16 {
    width.saturating_sub(BEFORE_AT) / 3
}

impl Conflict {
    /// What is left to do, in one line.
    fn outlook(&self, more: usize) -> String {
        if more > 0 {
            let more = i64::try_from(more).unwrap_or(i64::MAX);
            let lines = count_of(more, "more line", "more lines");
            return format!("{lines} of these values: PgDn.");
        }
        let place = format!("Field {} of {}.", self.cursor + 1, self.rivals.len());
        match self.undecided() {
            0 => format!("{place} All is decided: Ctrl-s saves it so."),
            number => format!("{place} {number} to decide; nothing is written until then."),
        }
    }

    /// The values of the field under the cursor in whole lines, where its cells don't hold them.
    fn whole_values(&self, width: u16) -> Vec<String> {
        let Some((rival, _)) = self.rivals.get(self.cursor) else {
            return Vec::new();
        };
        let values = [&rival.before, &rival.theirs, &rival.mine].map(Value::words);
        let cells = usize::from(column_width(width).saturating_sub(1 + KEPT_CELLS));
        if values.iter().all(|value| text::width(value) <= cells) {
            return Vec::new();
        }
        let mut lines = Vec::new();
        for (title, value) in COLUMNS.iter().zip(values) {
            let cells = usize::from(width.saturating_sub(BEFORE_AT + 1));
            let mut label = *title;
            for part in wrap(&value, cells) {
                let column = usize::from(BEFORE_AT - 1);
                lines.push(format!(" {label:<column$}{part}"));
                label = "";
            }
        }
        lines
    }

    fn draw_rival(
        &self,
        frame: &mut Frame<'_>,
        at: Rect,
        (index, rival, side): (usize, &Rival, Side),
        width: u16,
        look: &Look<'_>,
    ) {
        let on_cursor = index == self.cursor;
        let role = if side == Side::Undecided {
            Role::Warning
        } else {
            Role::Text
        };
        let base = if on_cursor { Role::CursorRow } else { role };
        frame.buffer_mut().set_style(at, look.style(base));
        let label = Rect {
            width: BEFORE_AT - 4,
            ..indented(at, 3)
        };
        let cursor = if on_cursor { ">" } else { " " };
        let flag = if side == Side::Undecided { "?" } else { " " };
        look.put(frame.buffer_mut(), at, &format!("{cursor}{flag}"), base);
        look.put(frame.buffer_mut(), label, rival.label, base);
        let same = |value: &Value| {
            if *value == rival.before {
                "(same)".to_owned()
            } else {
                value.words()
            }
        };
        let cells = [
            rival.before.words(),
            kept(&same(&rival.theirs), side == Side::Theirs),
            kept(&same(&rival.mine), side == Side::Mine),
        ];
        for (index, cell) in (0_u16..).zip(cells) {
            let place = Rect {
                width: width.saturating_sub(1),
                ..indented(at, BEFORE_AT + index * width)
            };
            let shown = text::fit(&cell, usize::from(place.width), look.glyphs.ellipsis());
            look.put(frame.buffer_mut(), place, &shown, base);
        }
    }
}

/// Cells of the mark in front of a value.
const KEPT_CELLS: u16 = 2;

/// The value that is going to be kept is marked in front.
fn kept(words: &str, is_kept: bool) -> String {
    if is_kept {
        format!("> {words}")
    } else {
        format!("  {words}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn side(before: &str, theirs: &str, mine: &str) -> Side {
        let value = |text: &str| Value::Text(text.to_owned());
        Rival {
            name: "email",
            label: "E-mail",
            before: value(before),
            theirs: value(theirs),
            mine: value(mine),
        }
        .side()
    }

    #[test]
    fn only_what_both_changed_differently_has_to_be_decided() {
        assert_eq!(side("a", "a", "b"), Side::Mine);
        assert_eq!(side("a", "b", "a"), Side::Theirs);
        assert_eq!(side("a", "b", "b"), Side::Theirs);
        assert_eq!(side("a", "b", "c"), Side::Undecided);
    }
}
