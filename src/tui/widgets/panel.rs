//! The box of a modal, and paragraphs in it.

use crate::tui::look::{Look, row, wrap};
use crate::tui::theme::Role;
use ratatui::Frame;
use ratatui::layout::{Constraint, Rect};
use ratatui::widgets::{Block, Clear, Widget as _};

/// Draws a box with a heading over what is there. Returns the area inside.
pub fn draw_box(frame: &mut Frame<'_>, area: Rect, heading: &str, look: &Look<'_>) -> Rect {
    Clear.render(area, frame.buffer_mut());
    let block = Block::bordered()
        .border_set(look.glyphs.border())
        .border_style(look.style(Role::Border));
    let inside = block.inner(area);
    block.render(area, frame.buffer_mut());
    let place = Rect {
        x: area.x + 2.min(area.width),
        width: area.width.saturating_sub(4),
        height: area.height.min(1),
        ..area
    };
    look.put(
        frame.buffer_mut(),
        place,
        &format!(" {heading} "),
        Role::Heading,
    );
    inside
}

/// Beside a box this many cells of what lies beneath are left to be seen, or none.
const BESIDE_LEAST: u16 = 8;

/// An area of this size in the middle, or as much of it as fits.
#[must_use]
pub fn centered(area: Rect, width: u16, height: u16) -> Rect {
    let width = if area.width.saturating_sub(width) < BESIDE_LEAST {
        area.width
    } else {
        width
    };
    area.centered(
        Constraint::Length(width),
        Constraint::Length(height.min(area.height)),
    )
}

/// Draws wrapped text from a line of the area on. Returns the line after it.
pub fn paragraph(
    frame: &mut Frame<'_>,
    area: Rect,
    from: usize,
    text: &str,
    role: Role,
    look: &Look<'_>,
) -> usize {
    let lines = wrap(text, usize::from(area.width));
    for (index, line) in lines.iter().enumerate() {
        look.put(frame.buffer_mut(), row(area, from + index), line, role);
    }
    from + lines.len()
}
