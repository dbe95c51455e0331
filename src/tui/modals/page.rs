//! A text on a page of its own, which scrolls.

use super::help::HELP;
use super::topics::Topic;
use crate::tui::actions::{ActionId, Offered, moves};
use crate::tui::keys::KeyMap;
use crate::tui::look::{Look, row, wrap};
use crate::tui::screen::{Cx, Screen};
use crate::tui::theme::Role;
use crate::tui::widgets::panel::draw_box;
use crate::tui::widgets::scroll::Scroll;
use ratatui::Frame;
use ratatui::layout::{Margin, Rect};

pub struct Page {
    title: &'static str,
    heading: String,
    text: String,
    scroll: Scroll,
}

impl Page {
    #[must_use]
    pub fn of(topic: &Topic, keys: &KeyMap) -> Self {
        let heading = format!("{HELP}: {}", topic.title);
        Self::new(HELP, heading, topic.text(keys))
    }

    /// Paragraphs of the text are parted by an empty line.
    #[must_use]
    pub fn new(title: &'static str, heading: String, text: String) -> Self {
        Self {
            title,
            heading,
            text,
            scroll: Scroll::default(),
        }
    }

    /// The text in lines of a width; lines that begin with a space stay as they are.
    fn lines(&self, cells: usize) -> Vec<String> {
        let mut lines = Vec::new();
        for paragraph in self.text.split("\n\n") {
            if !lines.is_empty() {
                lines.push(String::new());
            }
            if paragraph.starts_with(' ') {
                lines.extend(paragraph.lines().map(str::to_owned));
            } else {
                lines.extend(wrap(paragraph, cells));
            }
        }
        lines
    }

    fn scroll(&mut self, motion: ActionId, width: u16, height: u16) {
        let lines = self.lines(usize::from(width)).len();
        self.scroll.go(motion, lines, usize::from(height));
    }
}

/// What a box leaves for its text.
const INSIDE: Margin = Margin::new(2, 1);

impl Screen for Page {
    type Message = ();

    fn title(&self) -> &'static str {
        self.title
    }

    fn actions(&self) -> Vec<Offered> {
        let mut offered = vec![
            Offered::on(ActionId::Down).named("down").in_footer(),
            Offered::on(ActionId::PageDown).named("page").in_footer(),
            Offered::on(ActionId::Back).named("close").in_footer(),
            Offered::on(ActionId::Close),
        ];
        offered.extend(
            moves()
                .into_iter()
                .filter(|motion| !matches!(motion.id, ActionId::Down | ActionId::PageDown)),
        );
        offered
    }

    fn command(&mut self, action: ActionId, cx: &mut Cx<'_, ()>) {
        match action {
            ActionId::Back | ActionId::Close => cx.close(),
            motion => {
                let inside = cx.modal_area().inner(INSIDE);
                self.scroll(motion, inside.width, inside.height);
            }
        }
    }

    fn update(&mut self, (): (), _cx: &mut Cx<'_, ()>) {}

    fn draw(&self, frame: &mut Frame<'_>, area: Rect, look: &Look<'_>) {
        draw_box(frame, area, &self.heading, look);
        let inside = area.inner(INSIDE);
        let lines = self.lines(usize::from(inside.width));
        let height = usize::from(inside.height);
        let top = self.scroll.top(lines.len(), height);
        let buffer = frame.buffer_mut();
        for (index, line) in lines.iter().skip(top).take(height).enumerate() {
            look.put(buffer, row(inside, index), line, Role::Text);
        }
        if let Some(below) = self.scroll.below(lines.len(), height) {
            let edge = Rect {
                y: area.bottom().saturating_sub(1),
                height: 1,
                ..inside
            };
            look.put_right(buffer, edge, &format!(" {below} "), Role::Heading);
        }
    }
}
