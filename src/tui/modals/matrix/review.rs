//! What a table of rights comes to: the rules that go and those that come, before they are saved.

use crate::tui::actions::{ActionId, Offered, moves};
use crate::tui::look::{Look, indented, row, wrap};
use crate::tui::screen::{Asker, Cx, Screen};
use crate::tui::theme::Role;
use crate::tui::widgets::panel::draw_box;
use crate::tui::widgets::scroll::Scroll;
use ratatui::Frame;
use ratatui::layout::Rect;

pub struct Review {
    heading: String,
    removed: Vec<String>,
    added: Vec<String>,
    /// Who gains or loses what; a sentence each.
    people: Vec<String>,
    scroll: Scroll,
    /// Whether the save is asked for after this.
    is_asked: bool,
    asker: Option<Asker<()>>,
}

impl Review {
    #[must_use]
    pub fn new(
        name: &str,
        (before, after): (&[String], &[String]),
        people: Vec<String>,
        is_asked: bool,
        asker: Asker<()>,
    ) -> Self {
        Self {
            heading: format!("Save the rules of {name}"),
            removed: without(before, after),
            added: without(after, before),
            people,
            scroll: Scroll::default(),
            is_asked,
            asker: Some(asker),
        }
    }

    fn lines(&self, cells: usize) -> Vec<(String, Role)> {
        let mut lines = Vec::new();
        for (sign, rules, role) in [
            ("-", &self.removed, Role::Danger),
            ("+", &self.added, Role::Good),
        ] {
            for rule in rules {
                for (index, part) in wrap(rule, cells.saturating_sub(2)).iter().enumerate() {
                    let sign = if index == 0 { sign } else { " " };
                    lines.push((format!("{sign} {part}"), role));
                }
            }
        }
        lines.push((String::new(), Role::Text));
        lines.push(("Who gains or loses by it:".to_owned(), Role::Heading));
        for sentence in &self.people {
            for (index, part) in wrap(sentence, cells.saturating_sub(2)).iter().enumerate() {
                let indent = if index == 0 { "" } else { "  " };
                lines.push((format!("{indent}{part}"), Role::Text));
            }
        }
        lines
    }

    fn scroll(&mut self, motion: ActionId, area: Rect) {
        let lines = self.lines(usize::from(area.width).saturating_sub(4)).len();
        let height = usize::from(area.height).saturating_sub(FOOT + 2);
        self.scroll.go(motion, lines, height);
    }
}

/// Lines below the rules.
const FOOT: usize = 2;

/// Those of the first list that the other doesn't have as often.
fn without(some: &[String], others: &[String]) -> Vec<String> {
    let mut others: Vec<&String> = others.iter().collect();
    let mut left = Vec::new();
    for text in some {
        match others.iter().position(|other| *other == text) {
            Some(place) => {
                others.swap_remove(place);
            }
            None => left.push(text.clone()),
        }
    }
    left
}

impl Screen for Review {
    type Message = ();

    fn title(&self) -> &'static str {
        "Review"
    }

    fn actions(&self) -> Vec<Offered> {
        let save = if self.is_asked { "confirm..." } else { "save" };
        let mut offered = vec![
            Offered::on(ActionId::Continue).named(save).in_footer(),
            Offered::on(ActionId::Back)
                .named("go on editing")
                .in_footer(),
        ];
        offered.extend(moves());
        offered
    }

    fn command(&mut self, action: ActionId, cx: &mut Cx<'_, ()>) {
        match action {
            ActionId::Back => cx.close(),
            ActionId::Continue => {
                cx.close();
                if let Some(asker) = self.asker.take() {
                    cx.answer(asker, ());
                }
            }
            motion => self.scroll(motion, cx.modal_area()),
        }
    }

    fn update(&mut self, (): (), _cx: &mut Cx<'_, ()>) {}

    fn draw(&self, frame: &mut Frame<'_>, area: Rect, look: &Look<'_>) {
        let inside = draw_box(frame, area, &self.heading, look);
        let lines = self.lines(usize::from(inside.width).saturating_sub(2));
        let height = usize::from(inside.height).saturating_sub(FOOT);
        let top = self.scroll.top(lines.len(), height);
        let text = indented(inside, 1);
        for (index, (line, role)) in lines.iter().skip(top).take(height).enumerate() {
            look.put(frame.buffer_mut(), row(text, index), line, *role);
        }
        let more = self.scroll.below(lines.len(), height).unwrap_or_default();
        let buffer = frame.buffer_mut();
        look.rule(buffer, row(inside, height), &more);
        let text = " Nothing is written yet. Undo: NO; edit the role again to go back.";
        look.put(buffer, row(inside, height + 1), text, Role::Muted);
        look.place_cursor(frame, inside.x, inside.y);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_the_same_before_and_after_is_not_told() {
        let texts =
            |list: &[&str]| -> Vec<String> { list.iter().map(|&text| text.into()).collect() };
        let (before, after) = (texts(&["a", "a", "b"]), texts(&["b", "a", "c"]));
        assert_eq!(without(&before, &after), ["a"]);
        assert_eq!(without(&after, &before), ["c"]);
    }
}
