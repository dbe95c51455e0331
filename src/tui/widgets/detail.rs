//! One record in words: labelled lines that scroll, some of which lead to another record.
//!
//! A screen builds [`Lines`] of the width there is, and keeps a [`Walk`] through them.

use crate::tui::actions::ActionId;
use crate::tui::look::{Look, count_of, indented, row, wrap};
use crate::tui::shared::Subject;
use crate::tui::theme::Role;
use crate::tui::widgets::scroll::moved;
use ratatui::Frame;
use ratatui::layout::Rect;

/// Where the text of a line begins.
const LABEL_CELLS: u16 = 12;

/// From this width on the pane stands at the right.
const PANE_BESIDE: u16 = 110;
const PANE_WIDTH: u16 = 50;

/// Rows of the list that the pane below leaves at least.
const ROWS_LEAST: u16 = 4;
const PANE_HEIGHT: u16 = 13;

/// A line as it is drawn: its label, if it is the first of its kind, and its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    label: &'static str,
    text: String,
    role: Role,
    is_rule: bool,
    /// What Enter opens while the line is chosen.
    link: Option<Subject>,
}

/// Collects lines of a width.
pub struct Lines {
    cells: usize,
    lines: Vec<Line>,
}

impl Lines {
    #[must_use]
    pub fn of(width: u16) -> Self {
        Self {
            cells: usize::from(width.saturating_sub(LABEL_CELLS + 1)),
            lines: Vec::new(),
        }
    }

    #[must_use]
    pub fn done(self) -> Vec<Line> {
        self.lines
    }

    /// How many there are by now.
    #[must_use]
    pub fn count(&self) -> usize {
        self.lines.len()
    }

    pub fn add(&mut self, label: &'static str, text: &str, role: Role) {
        for (index, part) in wrap(text, self.cells).into_iter().enumerate() {
            let label = if index == 0 { label } else { "" };
            self.push(label, part, role, None);
        }
    }

    /// Adds what is there to say, and nothing for an empty text.
    pub fn add_known(&mut self, label: &'static str, text: &str) {
        if !text.is_empty() {
            self.add(label, text, Role::Text);
        }
    }

    /// Adds each text on a line of its own, and nothing where there is none.
    pub fn add_each(&mut self, label: &'static str, texts: &[String]) {
        for (index, text) in texts.iter().enumerate() {
            let label = if index == 0 { label } else { "" };
            self.add(label, text, Role::Text);
        }
    }

    /// Adds one line, cut where it doesn't fit.
    pub fn add_cut(&mut self, label: &'static str, text: &str) {
        self.push(label, text.to_owned(), Role::Text, None);
    }

    /// Adds one line that leads to another record.
    pub fn add_link(&mut self, label: &'static str, text: &str, link: Subject) {
        self.push(label, text.to_owned(), Role::Text, Some(link));
    }

    /// Adds a line for each of these, with the label before the first; `none` where there are none.
    pub fn add_links(
        &mut self,
        label: &'static str,
        links: impl IntoIterator<Item = (String, Subject)>,
    ) {
        let mut next = label;
        for (text, link) in links {
            self.add_link(next, &text, link);
            next = "";
        }
        if next == label && !label.is_empty() {
            self.add(label, "none", Role::Muted);
        }
    }

    pub fn rule(&mut self, heading: &str) {
        self.push("", heading.to_owned(), Role::Heading, None);
        if let Some(line) = self.lines.last_mut() {
            line.is_rule = true;
        }
    }

    fn push(&mut self, label: &'static str, text: String, role: Role, link: Option<Subject>) {
        self.lines.push(Line {
            label,
            text,
            role,
            is_rule: false,
            link,
        });
    }
}

/// How far somebody has scrolled, and which link is chosen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Walk {
    pub scroll: usize,
    /// Counted among the links; the first one until somebody chooses.
    link: usize,
}

impl Walk {
    /// Scrolls through lines of which as many as `height` are in sight.
    pub fn go(&mut self, motion: ActionId, lines: usize, height: usize) {
        self.scroll = moved(self.scroll, motion, lines, height);
    }

    /// Chooses the next link, or the one before, and brings it into sight.
    pub fn next_link(&mut self, forward: bool, lines: &[Line], height: usize) {
        let places = places(lines);
        if places.is_empty() {
            return;
        }
        let step = if forward { 1 } else { places.len() - 1 };
        self.link = (self.link.min(places.len() - 1) + step) % places.len();
        if let Some(place) = places.get(self.link) {
            let lowest = (place + 1).saturating_sub(height);
            self.scroll = self.scroll.clamp(lowest, (*place).max(lowest));
        }
    }

    /// What Enter opens.
    #[must_use]
    pub fn link<'a>(&self, lines: &'a [Line]) -> Option<&'a Subject> {
        let place = self.place(lines)?;
        lines.get(place).and_then(|line| line.link.as_ref())
    }

    fn place(&self, lines: &[Line]) -> Option<usize> {
        let places = places(lines);
        places
            .get(self.link.min(places.len().saturating_sub(1)))
            .copied()
    }
}

/// The lines that lead somewhere.
fn places(lines: &[Line]) -> Vec<usize> {
    let linked = lines
        .iter()
        .enumerate()
        .filter(|(_, line)| line.link.is_some());
    linked.map(|(index, _)| index).collect()
}

/// Draws a heading and the lines under it, from where the walk is. Where the links can't be followed from here, none
/// is shown as chosen.
pub fn draw(
    frame: &mut Frame<'_>,
    area: Rect,
    heading: &str,
    lines: &[Line],
    walk: Walk,
    follows: bool,
    look: &Look<'_>,
) {
    let inside = inside(area);
    let height = usize::from(inside.height);
    let from = walk.scroll.min(lines.len().saturating_sub(1));
    let below = lines.len().saturating_sub(from + height);
    draw_heading(frame, row(area, 0), heading, below, look);
    let chosen = walk.place(lines).filter(|_| follows);
    if follows {
        let line = chosen.map_or(0, |chosen| chosen.saturating_sub(from));
        let at = row(inside, line.min(height.saturating_sub(1)));
        look.place_cursor(frame, at.x, at.y);
    }
    for (place, (index, line)) in lines.iter().enumerate().skip(from).take(height).enumerate() {
        let at = row(inside, place);
        let buffer = frame.buffer_mut();
        if line.is_rule {
            look.rule(buffer, at, &line.text);
            continue;
        }
        look.put(buffer, indented(at, 1), line.label, Role::Muted);
        let role = if chosen == Some(index) {
            Role::CursorRow
        } else {
            line.role
        };
        look.put(buffer, indented(at, LABEL_CELLS), &line.text, role);
    }
}

/// Where list and pane are: side by side in a wide window, otherwise the pane below; empty where it isn't shown.
#[must_use]
pub fn split(body: Rect, is_shown: bool) -> (Rect, Rect) {
    if !is_shown {
        return (body, Rect::new(body.x, body.bottom(), 0, 0));
    }
    if body.width >= PANE_BESIDE {
        let left = body.width - PANE_WIDTH;
        let list = Rect {
            width: left - 1,
            ..body
        };
        let pane = Rect {
            x: body.x + left,
            width: PANE_WIDTH,
            ..body
        };
        return (list, pane);
    }
    let room = body.height.saturating_sub(ROWS_LEAST + 1);
    let height = PANE_HEIGHT.min(room);
    let list = Rect {
        height: body.height - height,
        ..body
    };
    let pane = Rect {
        y: body.y + list.height,
        height,
        ..body
    };
    (list, pane)
}

/// The area in which the lines scroll: under the heading.
#[must_use]
pub fn inside(area: Rect) -> Rect {
    Rect {
        y: area.y + 1,
        height: area.height.saturating_sub(1),
        ..area
    }
}

/// A heading over nothing yet.
pub fn draw_loading(frame: &mut Frame<'_>, area: Rect, heading: &str, look: &Look<'_>) {
    draw_heading(frame, row(area, 0), heading, 0, look);
    let at = row(inside(area), 0);
    look.put(frame.buffer_mut(), at, " loading ...", Role::Muted);
}

/// The heading of the lines, with how many of them are out of sight.
fn draw_heading(frame: &mut Frame<'_>, at: Rect, heading: &str, below: usize, look: &Look<'_>) {
    look.rule(frame.buffer_mut(), at, "");
    let mut beside = at;
    if below > 0 {
        let below = i64::try_from(below).unwrap_or(0);
        let text = format!(" {} below ", count_of(below, "line", "lines"));
        let place = Rect {
            width: at.width.saturating_sub(2),
            ..at
        };
        let start = look.put_right(frame.buffer_mut(), place, &text, Role::Muted);
        beside.width = start.saturating_sub(at.x);
    }
    look.rule(frame.buffer_mut(), beside, heading);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::UserId;

    fn lines() -> Vec<Line> {
        let mut lines = Lines::of(40);
        for number in 0..20 {
            lines.add("", &number.to_string(), Role::Text);
            if number % 8 == 3 {
                lines.add_link("", "leads", Subject::User(UserId(number)));
            }
        }
        lines.done()
    }

    #[test]
    fn the_first_link_is_chosen_until_somebody_chooses() {
        let lines = lines();
        let mut walk = Walk::default();
        assert_eq!(walk.link(&lines), Some(&Subject::User(UserId(3))));
        walk.next_link(true, &lines, 5);
        assert_eq!(walk.link(&lines), Some(&Subject::User(UserId(11))));
        assert_eq!(walk.scroll, 9, "the chosen link is in sight");
        walk.next_link(false, &lines, 5);
        walk.next_link(false, &lines, 5);
        assert_eq!(walk.link(&lines), Some(&Subject::User(UserId(19))));
    }

    #[test]
    fn nobody_scrolls_past_the_end() {
        let mut walk = Walk::default();
        walk.go(ActionId::Last, 20, 5);
        assert_eq!(walk.scroll, 15);
        walk.go(ActionId::Down, 20, 5);
        assert_eq!(walk.scroll, 15);
        walk.go(ActionId::PageUp, 20, 5);
        assert_eq!(walk.scroll, 11);
        walk.go(ActionId::Down, 3, 5);
        assert_eq!(walk.scroll, 0);
    }

    #[test]
    fn a_list_without_members_says_none() {
        let mut lines = Lines::of(40);
        lines.add_links("Groups", []);
        assert_eq!(
            lines.done().first().map(|line| line.text.clone()).unwrap(),
            "none"
        );
    }
}
