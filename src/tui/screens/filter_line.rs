//! The line above a list in which its filter is typed, and why what is typed is no filter.

use crate::tui::actions::{ActionId, Offered, moves};
use crate::tui::look::{Look, row, wrap};
use crate::tui::theme::Role;
use crate::tui::widgets::search::Search;
use ratatui::Frame;
use ratatui::layout::Rect;

const PROBLEM_LINES_MAX: usize = 3;

/// What stands in the line.
pub struct FilterLine<'a> {
    pub search: &'a Search,
    pub focused: bool,
    /// Where nothing is typed: `all entries`.
    pub all: &'static str,
    /// At the right end, such as how many were found.
    pub right: &'a str,
}

impl FilterLine<'_> {
    pub fn draw(&self, frame: &mut Frame<'_>, at: Rect, look: &Look<'_>) {
        let right = format!(" {} ", self.right);
        let start = look.put_right(frame.buffer_mut(), at, &right, Role::Text);
        let x = look.put(frame.buffer_mut(), at, " Filter> ", Role::Muted);
        let place = Rect {
            x,
            width: start.saturating_sub(x),
            ..at
        };
        let role = if self.focused {
            Role::FieldFocused
        } else {
            Role::Text
        };
        let field = &self.search.field;
        if !self.focused && field.value().is_empty() {
            look.put(frame.buffer_mut(), place, self.all, Role::Muted);
        } else {
            field.draw_in(frame, place, self.focused, role, look);
        }
    }
}

/// Why what is typed is no filter, and what the list shows meanwhile.
#[must_use]
pub fn problem_lines(search: &Search, width: u16) -> Vec<String> {
    let Some(problem) = search.problem() else {
        return Vec::new();
    };
    let cells = usize::from(width.saturating_sub(2));
    let mut lines = wrap(&format!("! {problem}"), cells);
    lines.truncate(PROBLEM_LINES_MAX);
    lines.push("The list below still shows the last filter that worked.".to_owned());
    lines
}

pub fn draw_problem(frame: &mut Frame<'_>, area: Rect, lines: &[String], look: &Look<'_>) {
    for (index, line) in lines.iter().enumerate() {
        let at = row(area, index);
        look.put(frame.buffer_mut(), at, &format!(" {line}"), Role::Error);
    }
}

/// What can be done while a filter is typed: the arrows still walk the list.
#[must_use]
pub fn actions() -> Vec<Offered> {
    let mut offered = vec![
        Offered::on(ActionId::Open)
            .named("keep the filter")
            .in_footer(),
        Offered::on(ActionId::Back)
            .named("the filter from before")
            .in_footer(),
    ];
    offered.extend(moves());
    offered
}
