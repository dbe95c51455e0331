//! A ratatui backend that sends as little as it can: it remembers what the terminal shows, moves
//! scrolled lines instead of repainting them, and writes each frame at once.

use std::io::{self, Write};

use ratatui::backend::{Backend, ClearType, WindowSize};
use ratatui::buffer::{Buffer, Cell, CellWidth};
use ratatui::layout::{Position, Size};

use unicode_width::UnicodeWidthStr;

use super::ascii::ascii;
pub use super::capabilities::{Capabilities, Synchronized};
use super::colour::{Pen, is_blank};
use super::painter::Painter;
use super::scroll::{self, Outline, Shift};
use super::terminal;

/// Below this many changed rows a scroll can't pay.
const SCROLLED_ROWS_MIN: usize = 3;

/// A frame this long may be shown half drawn, so the terminal is asked to wait for its end.
const SYNCHRONIZED_BYTES_MIN: usize = 1024;

/// Ending a line with fewer blanks than this is cheaper by printing them.
const ERASED_CELLS_MIN: usize = 4;

/// An unchanged gap up to this long is printed again instead of jumped over.
const REPRINTED_CELLS_MAX: usize = 4;

/// Where the size of the screen comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SizeSource {
    /// Asked anew before each frame, so that no resize is missed.
    Window,
    Fixed(Size),
}

/// The backend; `writer` should not be buffered, for every frame is a single write.
#[derive(Debug)]
pub struct ScrollBackend<W: Write> {
    writer: W,
    size_source: SizeSource,
    capabilities: Capabilities,
    width: usize,
    height: usize,
    wanted: Vec<Cell>,
    /// `None` where it is unknown and under the right half of a wide character.
    shown: Vec<Option<Cell>>,
    touched: Vec<bool>,
    /// Nothing is known of the screen: empty it and paint everything.
    repaint: bool,
    cursor_position: Position,
    cursor_wanted: bool,
    cursor_shown: Option<Position>,
}

impl<W: Write> ScrollBackend<W> {
    /// # Errors
    ///
    /// Fails when the window has no size to ask for.
    pub fn new(writer: W, size_source: SizeSource, capabilities: Capabilities) -> io::Result<Self> {
        let mut backend = Self {
            writer,
            size_source,
            capabilities,
            width: 0,
            height: 0,
            wanted: Vec::new(),
            shown: Vec::new(),
            touched: Vec::new(),
            repaint: true,
            cursor_position: Position::ORIGIN,
            cursor_wanted: false,
            cursor_shown: None,
        };
        backend.forget()?;
        Ok(backend)
    }

    pub fn writer(&self) -> &W {
        &self.writer
    }

    pub fn writer_mut(&mut self) -> &mut W {
        &mut self.writer
    }

    /// Takes effect at the next frame, as a resize of the window does.
    pub fn set_size_source(&mut self, size_source: SizeSource) {
        self.size_source = size_source;
    }

    fn forget(&mut self) -> io::Result<()> {
        let size = self.size()?;
        self.width = usize::from(size.width);
        self.height = usize::from(size.height);
        self.wanted = vec![Cell::EMPTY; self.width * self.height];
        self.shown = vec![None; self.width * self.height];
        self.touched = vec![false; self.height];
        self.repaint = true;
        Ok(())
    }

    /// Takes a cell over as the terminal will show it.
    fn want(&mut self, x: usize, y: usize, cell: &Cell) {
        if x >= self.width || y >= self.height {
            return;
        }
        let mut cell = cell.clone();
        if cell.symbol().is_empty() || x + covered(&cell) > self.width {
            cell.set_symbol(" ");
        } else if is_harmful(cell.symbol()) {
            cell.set_symbol("?");
        } else if self.capabilities.ascii && !cell.symbol().is_ascii() {
            self.want_ascii(x, y, &cell);
            return;
        }
        cell.fg = self.capabilities.colours.reduce(cell.fg);
        cell.bg = self.capabilities.colours.reduce(cell.bg);
        let covered = covered(&cell);
        let start = y * self.width + x;
        // ratatui doesn't mention what a wide character covers, neither now nor when it leaves.
        let mut hidden = cell.clone();
        hidden.set_symbol(" ");
        let mut cells = self.wanted.iter_mut().skip(start).take(covered);
        if let Some(first) = cells.next() {
            *first = cell;
        }
        cells.for_each(|cell| *cell = hidden.clone());
        if let Some(touched) = self.touched.get_mut(y) {
            *touched = true;
        }
    }

    /// Each cell of a wide character becomes one of its own, so that the row keeps its place.
    fn want_ascii(&mut self, x: usize, y: usize, cell: &Cell) {
        let mut plain = cell.clone();
        plain.set_char(ascii(cell.symbol()));
        for offset in 0..covered(cell) {
            self.want(x + offset, y, &plain);
        }
    }

    fn row(&self, y: usize) -> std::ops::Range<usize> {
        y * self.width..(y + 1) * self.width
    }

    fn wanted_row(&self, y: usize) -> &[Cell] {
        self.wanted.get(self.row(y)).unwrap_or_default()
    }

    fn shown_row(&self, y: usize) -> &[Option<Cell>] {
        self.shown.get(self.row(y)).unwrap_or_default()
    }

    fn find_shift(&self) -> Option<Shift> {
        let touched = self.touched.iter().filter(|touched| **touched).count();
        if !self.capabilities.scroll_regions || touched < SCROLLED_ROWS_MIN {
            return None;
        }
        let wanted: Vec<_> = (0..self.height)
            .map(|y| Outline::of(visible(self.wanted_row(y))))
            .collect();
        let shown: Vec<_> = (0..self.height)
            .map(|y| Outline::of(self.shown_row(y).iter().map(Option::as_ref)))
            .collect();
        scroll::find(&wanted, &shown)
    }

    fn shift_shown(&mut self, shift: &Shift) {
        let before = self.shown.clone();
        for y in shift.top..=shift.bottom {
            let target = self.row(y);
            let source = shift
                .source(y)
                .and_then(|source| before.get(self.row(source)));
            let Some(target) = self.shown.get_mut(target) else {
                continue;
            };
            match source {
                Some(source) => target.clone_from_slice(source),
                None => target.fill(Some(Cell::EMPTY)),
            }
            if let Some(touched) = self.touched.get_mut(y) {
                *touched = true;
            }
        }
    }

    fn paint_row(&mut self, y: usize, painter: &mut Painter) {
        let range = self.row(y);
        let (Some(wanted), Some(shown)) =
            (self.wanted.get(range.clone()), self.shown.get_mut(range))
        else {
            return;
        };
        let blank_from = wanted
            .iter()
            .rposition(|cell| !is_blank(cell))
            .map_or(0, |last| last + 1);
        let mut x = 0;
        while let Some(cell) = wanted.get(x) {
            let covered = covered(cell);
            if !is_shown(cell, shown.get(x)) {
                let rest = shown.get_mut(x..).unwrap_or_default();
                let worth_erasing = || {
                    let stale = rest
                        .iter()
                        .filter(|shown| !is_shown(&Cell::EMPTY, Some(shown)));
                    stale.count() >= ERASED_CELLS_MIN
                };
                if x >= blank_from && worth_erasing() {
                    painter.move_to(x, y);
                    painter.erase_line_end();
                    rest.fill(Some(Cell::EMPTY));
                    return;
                }
                bridge_gap(wanted, (x, y), painter);
                painter.move_to(x, y);
                painter.print(cell, covered);
                for (offset, shown) in rest.iter_mut().take(covered).enumerate() {
                    *shown = (offset == 0).then(|| cell.clone());
                }
            }
            x += covered;
        }
    }

    fn paint(&mut self) -> Painter {
        let mut painter = Painter::new(self.width);
        if self.repaint {
            painter.clear();
            self.shown.fill(Some(Cell::EMPTY));
            self.touched.fill(true);
        } else if let Some(shift) = self.find_shift() {
            painter.scroll(&shift, self.height);
            self.shift_shown(&shift);
        }
        for y in 0..self.height {
            if self.touched.get(y) == Some(&true) {
                self.paint_row(y, &mut painter);
            }
        }
        self.touched.fill(false);
        painter
    }

    /// Adds the cursor to a painted frame: hidden while the frame is written, then where the
    /// focus is, for braille lines and input methods follow it.
    fn place_cursor(&mut self, mut painter: Painter) -> String {
        let wanted = self.cursor_wanted.then_some(self.cursor_position);
        let unchanged = painter.is_empty();
        if unchanged && wanted == self.cursor_shown {
            return String::new();
        }
        // After a repaint nobody knows whether the cursor can be seen.
        let may_be_visible = self.cursor_shown.is_some() || self.repaint;
        let hide = may_be_visible && (!unchanged || wanted.is_none());
        if let Some(position) = wanted {
            painter.move_to(usize::from(position.x), usize::from(position.y));
            if hide || !may_be_visible {
                painter.push("\x1b[?25h");
            }
        }
        self.cursor_shown = wanted;
        let frame = painter.finish();
        if hide {
            format!("\x1b[?25l{frame}")
        } else {
            frame
        }
    }

    fn synchronizes(&self, frame: &str) -> bool {
        match self.capabilities.synchronized {
            Synchronized::Auto => frame.len() >= SYNCHRONIZED_BYTES_MIN,
            Synchronized::On => true,
            Synchronized::Off => false,
        }
    }
}

/// The last line of defence, for texts were made safe long before: a control character would be
/// obeyed, and a character without a width would join the one before it.
fn is_harmful(symbol: &str) -> bool {
    symbol.chars().any(char::is_control) || symbol.width() == 0
}

/// How many cells a symbol takes, as ratatui counts.
fn covered(cell: &Cell) -> usize {
    // Shorter than asking, for nearly all symbols; control characters have no width to ask for.
    if cell.symbol().len() == 1 {
        1
    } else {
        usize::from(cell.cell_width()).max(1)
    }
}

/// The row with `None` for cells under the right half of a wide character.
fn visible(row: &[Cell]) -> impl Iterator<Item = Option<&Cell>> {
    row.iter().scan(0, |hidden, cell| {
        if *hidden > 0 {
            *hidden -= 1;
            return Some(None);
        }
        *hidden = covered(cell) - 1;
        Some(Some(cell))
    })
}

fn is_shown(cell: &Cell, shown: Option<&Option<Cell>>) -> bool {
    let Some(Some(shown)) = shown else {
        return false;
    };
    (is_blank(cell) && is_blank(shown))
        || (cell.symbol() == shown.symbol() && Pen::of(cell) == Pen::of(shown))
}

/// Prints a short unchanged gap before `x` again where that is no longer than jumping over it.
fn bridge_gap(wanted: &[Cell], (x, y): (usize, usize), painter: &mut Painter) {
    let Some((start, row)) = painter.at() else {
        return;
    };
    if row != y || start >= x || x - start > REPRINTED_CELLS_MAX {
        return;
    }
    let Some(gap) = wanted.get(start..x) else {
        return;
    };
    if gap
        .iter()
        .all(|cell| cell.symbol().len() == 1 && painter.pen().paints(cell))
    {
        for cell in gap {
            painter.print(cell, 1);
        }
    }
}

/// Gives the cells under the right halves of wide characters the style of the left ones.
///
/// To be called at the end of every draw. ratatui compares these cells with what is drawn there
/// later, but leaves them any style: without this, a blank that appears where a wide character
/// was can keep the character's underline.
pub fn align_wide_cells(buffer: &mut Buffer) {
    let width = usize::from(buffer.area.width).max(1);
    for row in buffer.content.chunks_mut(width) {
        let mut cells = row.iter_mut();
        while let Some(cell) = cells.next() {
            let style = cell.style();
            for hidden in cells.by_ref().take(covered(cell) - 1) {
                hidden.set_style(style);
                hidden.modifier = cell.modifier;
            }
        }
    }
}

impl<W: Write> Backend for ScrollBackend<W> {
    type Error = io::Error;

    fn draw<'a, I>(&mut self, content: I) -> io::Result<()>
    where
        I: Iterator<Item = (u16, u16, &'a Cell)>,
    {
        for (x, y, cell) in content {
            self.want(usize::from(x), usize::from(y), cell);
        }
        Ok(())
    }

    fn hide_cursor(&mut self) -> io::Result<()> {
        self.cursor_wanted = false;
        Ok(())
    }

    fn show_cursor(&mut self) -> io::Result<()> {
        self.cursor_wanted = true;
        Ok(())
    }

    /// Answers from memory: asking the terminal would wait for a reply.
    fn get_cursor_position(&mut self) -> io::Result<Position> {
        Ok(self.cursor_position)
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> io::Result<()> {
        self.cursor_position = position.into();
        Ok(())
    }

    fn clear(&mut self) -> io::Result<()> {
        self.forget()
    }

    /// Only the whole screen is ever cleared: the console has no inline viewport.
    fn clear_region(&mut self, _region: ClearType) -> io::Result<()> {
        self.forget()
    }

    fn size(&self) -> io::Result<Size> {
        match self.size_source {
            SizeSource::Window => terminal::window_size(),
            SizeSource::Fixed(size) => Ok(size),
        }
    }

    fn window_size(&mut self) -> io::Result<WindowSize> {
        Ok(WindowSize {
            columns_rows: self.size()?,
            pixels: Size::ZERO,
        })
    }

    fn flush(&mut self) -> io::Result<()> {
        let painter = self.paint();
        let mut frame = self.place_cursor(painter);
        if frame.is_empty() {
            return Ok(());
        }
        if self.synchronizes(&frame) {
            frame.insert_str(0, "\x1b[?2026h");
            frame.push_str("\x1b[?2026l");
        }
        // Whatever arrived of a frame that failed, the next one starts from nothing.
        self.repaint = true;
        self.writer.write_all(frame.as_bytes())?;
        self.writer.flush()?;
        self.repaint = false;
        Ok(())
    }
}

#[cfg(test)]
mod tests;
