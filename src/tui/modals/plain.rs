//! Text alone, from the first cell of each line, so that the terminal's own selection takes nothing else with it.

use crate::domain::text;
use crate::tui::actions::{ActionId, Offered, moves};
use crate::tui::look::{Look, row};
use crate::tui::screen::{Cx, Screen};
use crate::tui::theme::Role;
use crate::tui::widgets::scroll::Scroll;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::widgets::{Clear, Widget as _};

/// What a tab is shown as.
const TAB: &str = "  ";

pub struct PlainPage {
    lines: Vec<String>,
    scroll: Scroll,
}

impl PlainPage {
    #[must_use]
    pub fn new(text: &str) -> Self {
        let shown = |line: &str| text::safe(&line.replace('\t', TAB)).into_owned();
        Self {
            lines: text.lines().map(shown).collect(),
            scroll: Scroll::default(),
        }
    }

    /// The lines as they fit into a width: what is longer goes on in the next one, and nothing is cut.
    fn broken(&self, width: u16) -> Vec<&str> {
        let width = usize::from(width);
        let mut broken = Vec::new();
        for line in &self.lines {
            let mut rest = line.as_str();
            while text::width(rest) > width {
                let head = text::fit(rest, width, "");
                let (fits, after) = rest.split_at_checked(head.len()).unwrap_or((rest, ""));
                if fits.is_empty() {
                    break;
                }
                broken.push(fits);
                rest = after;
            }
            broken.push(rest);
        }
        broken
    }

    fn scroll(&mut self, motion: ActionId, area: Rect) {
        let lines = self.broken(area.width).len();
        self.scroll.go(motion, lines, usize::from(area.height));
    }
}

impl Screen for PlainPage {
    type Message = ();

    fn title(&self) -> &'static str {
        "Plain text"
    }

    fn actions(&self) -> Vec<Offered> {
        let mut offered = vec![
            Offered::on(ActionId::Back).named("close").in_footer(),
            Offered::on(ActionId::PageDown)
                .named("next page")
                .in_footer(),
            Offered::on(ActionId::Close),
        ];
        offered.extend(moves());
        offered
    }

    fn command(&mut self, action: ActionId, cx: &mut Cx<'_, ()>) {
        match action {
            ActionId::Back | ActionId::Close => cx.close(),
            motion => self.scroll(motion, cx.area()),
        }
    }

    fn update(&mut self, (): (), _cx: &mut Cx<'_, ()>) {}

    fn draw(&self, frame: &mut Frame<'_>, area: Rect, look: &Look<'_>) {
        Clear.render(area, frame.buffer_mut());
        let height = usize::from(area.height);
        let lines = self.broken(area.width);
        let top = self.scroll.top(lines.len(), height);
        for (index, line) in lines.iter().skip(top).take(height).enumerate() {
            look.put(frame.buffer_mut(), row(area, index), line, Role::Text);
        }
        look.place_cursor(frame, area.x, area.y);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lines_go_on_and_nothing_is_lost_or_obeyed() {
        let page = PlainPage::new("a\tb\n\n0123456789\n田中田中\n\u{1b}[2J");
        let lines = page.broken(6);
        assert_eq!(
            lines,
            [
                "a  b",
                "",
                "012345",
                "6789",
                "田中田",
                "中",
                "‹U+001",
                "B›[2J"
            ]
        );
        assert_eq!(page.broken(1).concat(), page.lines.concat());
    }
}
