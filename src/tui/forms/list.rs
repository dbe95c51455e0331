//! Lines of text, such as rules or addresses: added, changed and taken out one by one.

use super::Problem;
use crate::tui::actions::{ActionId, Offered};
use crate::tui::look::{Look, indented, row, wrap};
use crate::tui::notice::Notice;
use crate::tui::screen::{Asker, Cx, Screen};
use crate::tui::theme::Role;
use crate::tui::widgets::field::{Edit, Field};
use crate::tui::widgets::panel::draw_box;
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::Frame;
use ratatui::layout::Rect;

/// What is wrong with the list as it would be with this line.
pub type Check = Box<dyn Fn(&str) -> Option<Problem> + Send>;

pub struct ListEditor {
    heading: &'static str,
    hint: &'static str,
    lines: Vec<String>,
    /// The line that the field edits; behind the last one it adds.
    cursor: usize,
    field: Field,
    check: Check,
    problem: Option<Problem>,
    asker: Option<Asker<Vec<String>>>,
}

impl ListEditor {
    #[must_use]
    pub fn new(
        (heading, hint): (&'static str, &'static str),
        lines: Vec<String>,
        most: usize,
        check: Check,
        asker: Asker<Vec<String>>,
    ) -> Self {
        Self {
            heading,
            hint,
            cursor: lines.len(),
            lines,
            field: Field::new(most),
            check,
            problem: None,
            asker: Some(asker),
        }
    }

    fn go_to(&mut self, line: usize) {
        self.cursor = line.min(self.lines.len());
        let text = self.lines.get(self.cursor).cloned().unwrap_or_default();
        self.field.set(&text);
    }

    /// Takes what stands in the field over. Returns whether that went well.
    fn take(&mut self) -> bool {
        let text = self.field.value().trim().to_owned();
        if text.is_empty() {
            if self.cursor < self.lines.len() {
                self.lines.remove(self.cursor);
            }
            self.problem = None;
            return true;
        }
        self.problem = (self.check)(&text);
        if self.problem.is_some() {
            return false;
        }
        let is_known = self.lines.contains(&text);
        match self.lines.get_mut(self.cursor) {
            Some(line) => *line = text,
            None if is_known => {}
            None => self.lines.push(text),
        }
        true
    }

    fn leave(&mut self, cx: &mut Cx<'_, ()>) {
        if !self.take() {
            cx.notify(Notice::bad(
                "The line is not right yet; mend it, or empty it with Ctrl-u.",
            ));
            return;
        }
        cx.close();
        if let Some(asker) = self.asker.take() {
            cx.answer(asker, std::mem::take(&mut self.lines));
        }
    }
}

impl Screen for ListEditor {
    type Message = ();

    fn title(&self) -> &'static str {
        self.heading
    }

    fn actions(&self) -> Vec<Offered> {
        vec![
            Offered::on(ActionId::Open)
                .named("take the line")
                .in_footer(),
            Offered::on(ActionId::NextProblem).named("take the suggestion"),
            Offered::on(ActionId::Continue)
                .named("back to the form")
                .in_footer(),
            Offered::on(ActionId::Back)
                .named("back to the form")
                .in_footer(),
            Offered::on(ActionId::Up),
            Offered::on(ActionId::Down),
        ]
    }

    fn takes_text(&self) -> bool {
        true
    }

    fn key(&mut self, key: KeyEvent, _cx: &mut Cx<'_, ()>) -> bool {
        if key.code == KeyCode::Delete && key.modifiers == KeyModifiers::NONE {
            self.field.set("");
            let kept = self.take();
            self.go_to(self.cursor);
            return kept;
        }
        self.field.key(key) != Edit::Ignored
    }

    /// Several lines come in as several lines.
    fn paste(&mut self, text: &str, cx: &mut Cx<'_, ()>) {
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
            if let Some(note) = self.field.paste(line) {
                cx.notify(Notice::bad(note));
            }
            if !self.take() {
                return;
            }
            self.go_to(self.lines.len());
        }
    }

    fn command(&mut self, action: ActionId, cx: &mut Cx<'_, ()>) {
        match action {
            ActionId::Open if self.field.value().trim().is_empty() => self.leave(cx),
            ActionId::Open => {
                if self.take() {
                    self.go_to(self.lines.len());
                }
            }
            ActionId::NextProblem => {
                let problem = self.problem.take();
                if let Some(suggestion) = problem.and_then(|problem| problem.suggestion) {
                    self.field.set(&suggestion);
                }
            }
            ActionId::Up if self.take() => self.go_to(self.cursor.saturating_sub(1)),
            ActionId::Down if self.take() => self.go_to(self.cursor + 1),
            ActionId::Up | ActionId::Down => {}
            _ => self.leave(cx),
        }
    }

    fn update(&mut self, (): (), _cx: &mut Cx<'_, ()>) {}

    fn draw(&self, frame: &mut Frame<'_>, area: Rect, look: &Look<'_>) {
        let problem = self.problem.as_ref().map_or_else(Vec::new, |problem| {
            let mut text = problem.sentence.clone();
            if let Some(suggestion) = &problem.suggestion {
                text.extend(["  Ctrl-g puts in: ", suggestion]);
            }
            wrap(&text, usize::from(area.width.saturating_sub(6)))
        });
        let needed = self.lines.len() + problem.len() + 5;
        let height = u16::try_from(needed).unwrap_or(u16::MAX).min(area.height);
        let place = Rect {
            y: area.y + (area.height - height) / 2,
            height,
            ..area
        };
        let inside = draw_box(frame, place, self.heading, look);
        look.put(
            frame.buffer_mut(),
            row(inside, 0),
            &format!(" {}", self.hint),
            Role::Muted,
        );
        let visible = usize::from(inside.height)
            .saturating_sub(2 + problem.len())
            .max(1);
        let from = (self.cursor + 1).saturating_sub(visible);
        let mut line = 1;
        for index in (from..=self.lines.len()).take(visible) {
            let at = row(inside, line);
            line += 1;
            if index != self.cursor {
                let text = self.lines.get(index).map_or("", String::as_str);
                look.put(frame.buffer_mut(), indented(at, 3), text, Role::Text);
                continue;
            }
            look.put(frame.buffer_mut(), at, " > ", Role::Text);
            let place = Rect {
                width: at.width.saturating_sub(5),
                ..indented(at, 3)
            };
            self.field.draw(frame, place, true, look);
            for text in &problem {
                look.put(
                    frame.buffer_mut(),
                    indented(row(inside, line), 3),
                    text,
                    Role::Error,
                );
                line += 1;
            }
        }
        let foot = " Enter takes a line over, an empty one goes away, Del takes it out.";
        let last = usize::from(inside.height.saturating_sub(1));
        look.put(frame.buffer_mut(), row(inside, last), foot, Role::Muted);
    }
}
