//! How the desk is drawn: what is typed, who is found, who was picked and why, what can be done, who waits.

use super::{DeskScreen, Focus, Person, card};
use crate::domain::text;
use crate::service::desk::{CallerRow, FoundBy};
use crate::tui::look::{Look, count_of, indented, row, wrap};
use crate::tui::screens::users::columns::{UserColumn, cell};
use crate::tui::theme::Role;
use crate::tui::widgets::columns::{Column, place};
use ratatui::Frame;
use ratatui::layout::{Position, Rect};

/// From this height on the question has a line of its own, and more than the picked caller is listed.
const TALL: u16 = 18;

/// Rows of the list that stay beside a picked caller.
const ROWS_BESIDE_MAX: u16 = 3;
const ROWS_BESIDE_SMALL: u16 = 1;

/// Lines of accounts that locked again.
const AGAIN_MAX: usize = 2;

const GUTTER: u16 = 3;
const LABEL_CELLS: usize = 24;
const TICKET_CELLS: u16 = 22;

const COLUMNS: [Column; 5] = [
    Column {
        title: "USER",
        least: 12,
        most: 20,
        expendable: 0,
    },
    Column {
        title: "NAME",
        least: 14,
        most: 26,
        expendable: 0,
    },
    Column {
        title: "UNIT",
        least: 12,
        most: 24,
        expendable: 2,
    },
    Column {
        title: "STATUS",
        least: 8,
        most: 9,
        expendable: 0,
    },
    Column {
        title: "FOUND BY",
        least: 18,
        most: 34,
        expendable: 1,
    },
];

/// Where things are, top to bottom.
struct Areas {
    question: Rect,
    field: Rect,
    list: Rect,
    /// What is known of the caller, or what to do where nobody is picked.
    middle: Rect,
    bottom: Rect,
}

impl DeskScreen {
    fn areas(&self, area: Rect, bottom: usize) -> Areas {
        let question = u16::from(area.height >= TALL);
        let found = u16::try_from(self.callers.rows.len()).unwrap_or(u16::MAX);
        let bottom = u16::try_from(bottom).unwrap_or(0);
        // Two rules stand above and below the list.
        let room = area.height.saturating_sub(question + 3 + bottom);
        let most = match (self.person.is_some(), area.height >= TALL) {
            (true, true) => ROWS_BESIDE_MAX,
            (true, false) => ROWS_BESIDE_SMALL,
            (false, _) => room,
        };
        let list = found.min(most).min(room);
        let strip = |y: u16, height: u16| {
            Rect {
                y: area.y + y,
                height,
                ..area
            }
            .intersection(area)
        };
        let middle = question + 3 + list;
        Areas {
            question: strip(0, question),
            field: strip(question, 1),
            list: strip(question + 1, list + 2),
            middle: strip(middle, area.height.saturating_sub(middle + bottom)),
            bottom: strip(area.height.saturating_sub(bottom), bottom),
        }
    }

    pub(super) fn draw_in(&self, frame: &mut Frame<'_>, area: Rect, look: &Look<'_>) {
        let bottom = self.bottom_lines(area);
        let areas = self.areas(area, bottom.len());
        self.draw_search(frame, &areas, look);
        self.draw_list(frame, areas.list, look);
        match &self.person {
            Some(person) => self.draw_person(frame, areas.middle, person, look),
            None => self.draw_hint(frame, areas.middle, look),
        }
        for (index, (line, role)) in bottom.iter().enumerate() {
            let at = indented(row(areas.bottom, index), 1);
            look.put(frame.buffer_mut(), at, line, *role);
        }
    }

    fn draw_search(&self, frame: &mut Frame<'_>, areas: &Areas, look: &Look<'_>) {
        let question = "Who is calling?  username, name, e-mail, phone or staff number";
        let at = indented(areas.question, 1);
        look.put(frame.buffer_mut(), at, question, Role::Heading);
        let prompt = if areas.question.is_empty() {
            "Caller> "
        } else {
            "> "
        };
        let at = indented(areas.field, 1);
        let start = look.put(frame.buffer_mut(), at, prompt, Role::Heading);
        let count = self.count();
        let cells = u16::try_from(text::width(&count)).unwrap_or(0) + 2;
        let place = Rect {
            x: start,
            width: at.right().saturating_sub(start + cells),
            ..at
        };
        self.text
            .draw(frame, place, self.focus == Focus::Search, look);
        look.put_right(frame.buffer_mut(), at, &format!("{count} "), Role::Muted);
    }

    fn count(&self) -> String {
        if self.shown.is_empty() {
            return String::new();
        }
        let number = i64::try_from(self.callers.rows.len()).unwrap_or(i64::MAX);
        let more = if self.callers.more { "+" } else { "" };
        format!("{number}{more} found")
    }

    fn draw_list(&self, frame: &mut Frame<'_>, area: Rect, look: &Look<'_>) {
        look.rule(frame.buffer_mut(), row(area, 0), "");
        let height = usize::from(area.height.saturating_sub(2));
        // The row of the cursor is always in sight.
        let first = (self.cursor + 1).saturating_sub(height);
        let rows = self.callers.rows.iter().enumerate().skip(first);
        for (line, (index, caller)) in rows.take(height).enumerate() {
            self.draw_caller(frame, row(area, line + 1), caller, index, look);
        }
        look.rule(frame.buffer_mut(), row(area, height + 1), "");
    }

    fn draw_caller(
        &self,
        frame: &mut Frame<'_>,
        at: Rect,
        caller: &CallerRow,
        index: usize,
        look: &Look<'_>,
    ) {
        let current = index == self.cursor;
        let picked = self
            .person
            .as_ref()
            .is_some_and(|person| person.row.id == caller.user.id);
        let role = match (current && self.focus == Focus::Search, picked) {
            (true, _) => Role::CursorRow,
            (false, true) => Role::Marked,
            (false, false) => Role::Text,
        };
        let buffer = frame.buffer_mut();
        look.put(buffer, at, &" ".repeat(usize::from(at.width)), role);
        if current {
            look.put(buffer, indented(at, 1), ">", role);
        }
        let room = at.width.saturating_sub(GUTTER);
        for placed in place(&COLUMNS, at.x + GUTTER, room) {
            let value = match placed.index {
                0 => cell(&caller.user, UserColumn::Username, "", look),
                1 => cell(&caller.user, UserColumn::Name, "", look),
                2 => cell(&caller.user, UserColumn::Unit, "", look),
                3 => cell(&caller.user, UserColumn::Status, "", look),
                _ => found_by(caller),
            };
            let place = Rect {
                x: placed.x,
                width: placed.width,
                ..at
            };
            look.put(buffer, place, &value, role);
        }
    }

    fn draw_hint(&self, frame: &mut Frame<'_>, area: Rect, look: &Look<'_>) {
        let hint = if self.haste.is_some() {
            "Looking for the caller ..."
        } else if self.shown.is_empty() {
            "Type what the caller says: a name, an e-mail, the whole phone or staff number. Ctrl-n takes the next of the queue."
        } else if self.callers.rows.is_empty() {
            "Nobody whom you may see is found by that. A number has to be the whole one, unless you may see numbers."
        } else {
            "Up and Down choose, Enter picks."
        };
        let lines = wrap(hint, usize::from(area.width.saturating_sub(2)));
        for (index, line) in lines.iter().enumerate() {
            let at = indented(row(area, index), 1);
            look.put(frame.buffer_mut(), at, line, Role::Muted);
        }
    }

    fn draw_person(&self, frame: &mut Frame<'_>, area: Rect, person: &Person, look: &Look<'_>) {
        let Some(card) = &person.card else {
            let text = format!("Reading {} ...", person.row.username);
            look.put(frame.buffer_mut(), indented(area, 1), &text, Role::Muted);
            return;
        };
        let cells = usize::from(area.width.saturating_sub(2));
        let lines = card::lines(card, cells, look);
        let asks = u16::from(self.asks_identity() || self.asks_ticket());
        let offers = u16::try_from(card.offers.len()).unwrap_or(0);
        // What the keys do is always in sight; what is known gives way.
        let room = usize::from(area.height.saturating_sub(asks + offers));
        let spare = room.saturating_sub(lines.len());
        let gap = spare.min(1);
        let known = lines.len().min(room);
        for (index, (line, role)) in lines.iter().take(known).enumerate() {
            let at = indented(row(area, index), 1);
            look.put(frame.buffer_mut(), at, line, *role);
        }
        let mut next = known + gap;
        if asks > 0 {
            self.draw_identity(frame, row(area, next), person, look);
            next += 1 + spare.saturating_sub(1).min(1);
        }
        for (index, offer) in card.offers.iter().enumerate() {
            let at = indented(row(area, next + index), 3);
            let label = text::pad(offer.operation.label(), LABEL_CELLS, look.glyphs.ellipsis());
            let line = format!("{}  {label}{}", index + 1, card::effect(card, offer));
            let role = if offer.allowed && offer.applies > 0 {
                Role::Text
            } else {
                Role::Muted
            };
            look.put(frame.buffer_mut(), at, &line, role);
        }
    }

    /// The tick, and the ticket.
    fn draw_identity(&self, frame: &mut Frame<'_>, at: Rect, person: &Person, look: &Look<'_>) {
        let mut at = indented(at, 1);
        if self.asks_identity() {
            let tick = if person.identified { "x" } else { " " };
            let wanted = if self.wants_identity() { " *" } else { "" };
            let text = format!("[{tick}] caller identified{wanted}");
            let role = if person.identified {
                Role::Good
            } else {
                Role::Text
            };
            let end = look.put(frame.buffer_mut(), at, &text, role);
            if self.focus == Focus::Person && look.focused && !at.is_empty() {
                frame.set_cursor_position(Position::new(at.x + 1, at.y));
            }
            at = indented(at, end.saturating_sub(at.x) + 4);
        }
        if self.asks_ticket() {
            let wanted = if self.wants_ticket() { " *" } else { "" };
            let label = format!("Ticket{wanted} [");
            let start = look.put(frame.buffer_mut(), at, &label, Role::Text);
            let place = Rect {
                x: start,
                width: at.right().saturating_sub(start + 2).min(TICKET_CELLS),
                ..at
            };
            let end = indented(at, place.right().saturating_sub(at.x));
            look.put(frame.buffer_mut(), end, "]", Role::Text);
            person
                .ticket
                .draw(frame, place, self.focus == Focus::Ticket, look);
        }
    }

    /// Who locked again, and who is next.
    fn bottom_lines(&self, area: Rect) -> Vec<card::Line> {
        let cells = usize::from(area.width.saturating_sub(2));
        let mut lines = Vec::new();
        for again in self.again.iter().take(AGAIN_MAX) {
            let told = wrap(&format!("{again}."), cells);
            lines.extend(told.into_iter().map(|line| (line, Role::Warning)));
        }
        if area.height < TALL && !lines.is_empty() {
            return lines;
        }
        let next = self.next_in_queue(cells);
        if !next.is_empty() {
            lines.push((next, Role::Text));
        }
        lines
    }

    /// As many of those who are next as have room.
    fn next_in_queue(&self, cells: usize) -> String {
        let mut line = String::new();
        for row in &self.queue.rows {
            let begin = if line.is_empty() {
                "Next in queue: "
            } else {
                ", "
            };
            let fails = count_of(row.failures, "fail", "fails");
            let next = format!("{begin}{} {fails}", row.username);
            if text::width(&line) + text::width(&next) > cells {
                break;
            }
            line.push_str(&next);
        }
        line
    }
}

/// The e-mail; or the number that was said, which is not shown again.
fn found_by(caller: &CallerRow) -> String {
    match caller.found_by {
        FoundBy::Name => caller.user.email.clone(),
        FoundBy::Phone => "by this phone".to_owned(),
        FoundBy::EmployeeNumber => "by this staff number".to_owned(),
    }
}
