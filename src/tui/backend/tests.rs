//! Proves that the terminal shows what was wanted, and counts what it costs.

use std::num::NonZeroU16;

use proptest::prelude::*;
use ratatui::Terminal;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier, Style};
use unicode_width::UnicodeWidthStr;

use super::*;
use crate::config::Theme as Name;
use crate::tui::colour::ColourLevel;
use crate::tui::terminal::Environment;
use crate::tui::theme::Theme;

/// Keeps the bytes and counts the writes.
#[derive(Debug, Default)]
struct Wire {
    bytes: Vec<u8>,
    writes: usize,
}

impl Write for Wire {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.bytes.extend_from_slice(bytes);
        self.writes += 1;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A console's end of the wire and a terminal emulator at the other.
struct Rig {
    terminal: Terminal<ScrollBackend<Wire>>,
    emulator: vt100::Parser,
}

fn cells(count: u16) -> NonZeroU16 {
    NonZeroU16::new(count).unwrap()
}

impl Rig {
    fn new(width: u16, height: u16) -> Self {
        Self::with(
            width,
            height,
            Capabilities {
                colours: ColourLevel::True,
                scroll_regions: true,
                synchronized: Synchronized::Off,
                ascii: false,
            },
        )
    }

    fn with(width: u16, height: u16, capabilities: Capabilities) -> Self {
        let size = SizeSource::Fixed(Size::new(width, height));
        let backend = ScrollBackend::new(Wire::default(), size, capabilities).unwrap();
        Self {
            terminal: Terminal::new(backend).unwrap(),
            emulator: vt100::Parser::new(cells(height), cells(width), 0),
        }
    }

    fn resize(&mut self, width: u16, height: u16) {
        let size = SizeSource::Fixed(Size::new(width, height));
        self.terminal.backend_mut().set_size_source(size);
        self.emulator
            .screen_mut()
            .set_size(cells(height), cells(width));
    }

    /// Draws, checks that the terminal shows it, and returns what was sent.
    fn draw(&mut self, draw: impl Fn(&mut Buffer), cursor: Option<(u16, u16)>) -> Wire {
        let frame = self.terminal.draw(|frame| {
            draw(frame.buffer_mut());
            align_wide_cells(frame.buffer_mut());
            if let Some(cursor) = cursor {
                frame.set_cursor_position(cursor);
            }
        });
        let wanted = frame.unwrap().buffer.clone();
        let wire = std::mem::take(self.terminal.backend_mut().writer_mut());
        self.emulator.process(&wire.bytes);
        assert_shows(self.emulator.screen(), &wanted, &wire);
        assert_eq!(self.emulator.screen().hide_cursor(), cursor.is_none());
        if let Some((x, y)) = cursor {
            assert_eq!(self.emulator.screen().cursor_position(), (y, x));
        }
        assert!(wire.writes <= 1, "a frame in {} writes", wire.writes);
        wire
    }
}

#[track_caller]
fn assert_shows(screen: &vt100::Screen, wanted: &Buffer, wire: &Wire) {
    for y in 0..wanted.area.height {
        let mut covered_until = 0;
        for x in 0..wanted.area.width {
            let shown = screen.cell(y, x).unwrap();
            let cell = &wanted[(x, y)];
            let place = || format!("at {x},{y} after {}", wire.bytes.escape_ascii());
            if x < covered_until {
                assert!(shown.is_wide_continuation(), "{}", place());
                continue;
            }
            covered_until = x + cell.cell_width();
            let contents = if shown.has_contents() {
                shown.contents()
            } else {
                " "
            };
            assert_eq!(contents, cell.symbol(), "{}", place());
            if contents == " " {
                assert_eq!(
                    blank_look(&look_of(shown)),
                    blank_look(&look_wanted(cell)),
                    "{}",
                    place()
                );
            } else {
                assert_eq!(look_of(shown), look_wanted(cell), "{}", place());
            }
        }
    }
}

#[derive(Debug, Clone, PartialEq)]
struct Look {
    colours: [vt100::Color; 2],
    modifier: Modifier,
}

fn look_of(cell: &vt100::Cell) -> Look {
    let mut modifier = Modifier::empty();
    for (set, flag) in [
        (cell.bold(), Modifier::BOLD),
        (cell.italic(), Modifier::ITALIC),
        (cell.underline(), Modifier::UNDERLINED),
        (cell.inverse(), Modifier::REVERSED),
    ] {
        modifier.set(flag, set);
    }
    Look {
        colours: [cell.fgcolor(), cell.bgcolor()],
        modifier,
    }
}

fn look_wanted(cell: &Cell) -> Look {
    let colour = |colour: Color| match colour {
        Color::Reset => vt100::Color::Default,
        Color::Black => vt100::Color::Idx(0),
        Color::Red => vt100::Color::Idx(1),
        Color::Cyan => vt100::Color::Idx(6),
        Color::Gray => vt100::Color::Idx(7),
        Color::DarkGray => vt100::Color::Idx(8),
        Color::Indexed(index) => vt100::Color::Idx(index),
        Color::Rgb(red, green, blue) => vt100::Color::Rgb(red, green, blue),
        other => panic!("{other} is not in the vocabulary"),
    };
    Look {
        colours: [colour(cell.fg), colour(cell.bg)],
        modifier: cell.modifier,
    }
}

/// What can be seen of a style on a space; on a reversed one that includes all of it.
fn blank_look(look: &Look) -> Look {
    let seen = look.modifier & (Modifier::REVERSED | Modifier::UNDERLINED);
    if seen.is_empty() {
        Look {
            colours: [vt100::Color::Default, look.colours[1]],
            modifier: seen,
        }
    } else {
        look.clone()
    }
}

#[derive(Debug, Clone)]
struct Line {
    words: Vec<(&'static str, Style)>,
    style: Style,
}

#[derive(Debug, Clone)]
enum Change {
    Nothing,
    Rotate {
        top: usize,
        rows: usize,
        lines: usize,
    },
    Replace {
        row: usize,
        line: Line,
    },
    Style {
        row: usize,
        style: Style,
    },
    Resize {
        width: u16,
        height: u16,
    },
    Clear,
    Cursor(Option<(u16, u16)>),
}

fn style() -> impl Strategy<Value = Style> {
    let colour = prop::sample::select(vec![
        None,
        None,
        Some(Color::Red),
        Some(Color::Cyan),
        Some(Color::DarkGray),
        Some(Color::Indexed(99)),
        Some(Color::Rgb(1, 2, 3)),
    ]);
    // Not DIM: the emulator can't hold it together with BOLD.
    let modifier = prop::sample::select(vec![
        Modifier::empty(),
        Modifier::empty(),
        Modifier::BOLD,
        Modifier::ITALIC,
        Modifier::UNDERLINED,
        Modifier::REVERSED,
        Modifier::BOLD | Modifier::REVERSED,
    ]);
    (colour.clone(), colour, modifier).prop_map(|(foreground, background, modifier)| {
        let mut style = Style::new().add_modifier(modifier);
        style.fg = foreground;
        style.bg = background;
        style
    })
}

fn line() -> impl Strategy<Value = Line> {
    let word = prop::sample::select(vec![
        "a",
        "anna",
        "o'brien",
        " ",
        "   ",
        "          ",
        "田中",
        "ボブ",
        "e\u{301}e\u{301}",
        "Dörte",
        "สมชาย",
        "กิ่ง",
        "x田y",
        "-",
    ]);
    let words = prop::collection::vec((word, style()), 0..8);
    (words, style(), 0..4u8).prop_map(|(mut words, mut style, kind)| {
        // Most lines are plain, as most of a screen is.
        if kind != 0 {
            style = Style::new();
        }
        if kind > 1 {
            for (_, style) in &mut words {
                *style = Style::new();
            }
        }
        Line { words, style }
    })
}

const HEIGHT_MAX: usize = 14;

fn change() -> impl Strategy<Value = Change> {
    let row = 0..HEIGHT_MAX;
    prop_oneof![
        1 => Just(Change::Nothing),
        6 => (row.clone(), 2..HEIGHT_MAX, 1..4usize)
            .prop_map(|(top, rows, lines)| Change::Rotate { top, rows, lines }),
        4 => (row.clone(), line()).prop_map(|(row, line)| Change::Replace { row, line }),
        2 => (row, style()).prop_map(|(row, style)| Change::Style { row, style }),
        1 => (1..40u16, 1..14u16).prop_map(|(width, height)| Change::Resize { width, height }),
        1 => Just(Change::Clear),
        1 => prop::option::of((0..40u16, 0..14u16)).prop_map(Change::Cursor),
    ]
}

fn draw_lines(lines: &[Line], buffer: &mut Buffer) {
    let area = buffer.area;
    for (y, line) in (0..area.height).zip(lines) {
        let mut x = 0;
        for (word, style) in &line.words {
            x = buffer
                .set_stringn(x, y, word, usize::from(area.width - x), *style)
                .0;
        }
        buffer.set_style(Rect::new(0, y, area.width, 1), line.style);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_terminal_shows_every_frame(
        mut lines in prop::collection::vec(line(), HEIGHT_MAX),
        steps in prop::collection::vec(prop::collection::vec(change(), 1..4), 1..12),
        scroll_regions in any::<bool>(),
    ) {
        let (mut width, mut height) = (30, 12);
        let mut cursor = None;
        let mut rig = Rig::with(width, height, Capabilities {
            colours: ColourLevel::True,
            scroll_regions,
            synchronized: Synchronized::Auto,
            ascii: false,
        });
        rig.draw(|buffer| draw_lines(&lines, buffer), None);
        for changes in steps {
            let idle = changes.iter().all(|change| matches!(change, Change::Nothing));
            for change in changes {
                match change {
                    Change::Nothing => {}
                    Change::Rotate { top, rows, lines: count } => {
                        let region = &mut lines[top..(top + rows).min(HEIGHT_MAX)];
                        let count = count % region.len();
                        region.rotate_left(count);
                    }
                    Change::Replace { row, line } => lines[row] = line,
                    Change::Style { row, style } => lines[row].style = style,
                    Change::Resize { width: new_width, height: new_height } => {
                        (width, height) = (new_width, new_height);
                        rig.resize(width, height);
                        // As the console does: a window that came back to its size has lost text.
                        rig.terminal.clear().unwrap();
                    }
                    Change::Clear => rig.terminal.clear().unwrap(),
                    Change::Cursor(position) => cursor = position,
                }
            }
            let cursor = cursor.map(|(x, y): (u16, u16)| (x.min(width - 1), y.min(height - 1)));
            let wire = rig.draw(|buffer| draw_lines(&lines, buffer), cursor);
            if idle {
                prop_assert_eq!(wire.writes, 0);
            }
        }
    }
}

const NAMES: [(&str, &str); 8] = [
    ("a.ivanova", "Anna Ivanova"),
    ("b.tanaka", "田中 ボブ"),
    ("c.obrien", "Cathal O'Brien"),
    ("d.mueller", "Dörte Müller"),
    ("e.haddad", "Eman Haddad"),
    ("f.silva", "Fernanda da Silva"),
    ("g.root", "Gail Root"),
    ("h.nakamura", "Haruki Nakamura"),
];

/// The users' grid: title, tabs, filter, header, a whole reversed row, message and footer.
struct Grid {
    first: usize,
    cursor: usize,
    theme: Theme,
}

impl Grid {
    fn draw(&self, buffer: &mut Buffer) {
        let Rect { width, height, .. } = buffer.area;
        let bold = Style::new().add_modifier(Modifier::BOLD);
        let plain = Style::new();
        let mut put = |y: u16, text: &str, style| {
            buffer.set_stringn(0, y, text, usize::from(width), style);
        };
        put(
            0,
            " wardroom  prod-eu  RW   op: mkhan (helpdesk-2)      jobs 0   14:02Z",
            bold,
        );
        put(1, " [1 Users]  2 Jobs", plain);
        put(
            2,
            " View: All users   Filter>                          48,213 people",
            plain,
        );
        put(
            3,
            "    USER ^1        NAME                 ORG           STATUS      SIGNED IN",
            bold,
        );
        for y in 4..height - 2 {
            let row = self.first + usize::from(y - 4);
            put(y, &row_text(row, usize::from(width)), plain);
        }
        put(
            height - 1,
            " ?:help  /:filter  Space:mark  Enter:open  a:actions  ::commands",
            plain,
        );
        let cursor_row = Rect::new(
            0,
            4 + u16::try_from(self.cursor - self.first).unwrap(),
            width,
            1,
        );
        buffer.set_style(cursor_row, Style::new().add_modifier(Modifier::REVERSED));
        self.theme.lay_ground(buffer);
    }
}

fn row_text(row: usize, width: usize) -> String {
    let (login, name) = NAMES[row % NAMES.len()];
    let padding = 20usize.saturating_sub(name.width());
    let status = if row.is_multiple_of(5) {
        "LOCKED"
    } else {
        "active"
    };
    let mut text = format!(
        "    {:<14} {name}{:padding$} acme/{:<8} {status:<11} {}h",
        format!("{login}{row}"),
        "",
        ["fin", "jp", "ie"][row % 3],
        row % 90
    );
    if width > 100 {
        text += "   ";
        text += login;
        text += "@acme.test   +81 3 5550 0100";
    }
    text
}

fn sent(rig: &mut Rig, grid: &Grid) -> usize {
    let row = 4 + u16::try_from(grid.cursor - grid.first).unwrap();
    rig.draw(|buffer| grid.draw(buffer), Some((0, row)))
        .bytes
        .len()
}

/// The theme on the terminal's own colours.
const OWN: Theme = Theme::new(ColourLevel::True);

/// Bytes of: first paint, idle, cursor move, scroll down, scroll up, page.
fn costs(width: u16, height: u16, theme: Theme) -> [usize; 6] {
    let mut rig = Rig::new(width, height);
    let page = usize::from(height) - 6;
    let mut grid = Grid {
        first: 100,
        cursor: 105,
        theme,
    };
    let first_paint = sent(&mut rig, &grid);
    let idle = sent(&mut rig, &grid);
    grid.cursor += 1;
    let moved = sent(&mut rig, &grid);
    grid.cursor = grid.first + page - 1;
    sent(&mut rig, &grid);
    (grid.first, grid.cursor) = (grid.first + 1, grid.cursor + 1);
    let down = sent(&mut rig, &grid);
    grid.cursor = grid.first;
    sent(&mut rig, &grid);
    (grid.first, grid.cursor) = (grid.first - 1, grid.cursor - 1);
    let up = sent(&mut rig, &grid);
    (grid.first, grid.cursor) = (grid.first + page, grid.cursor + page);
    let paged = sent(&mut rig, &grid);
    [first_paint, idle, moved, down, up, paged]
}

#[test]
fn a_small_window_costs_little() {
    let [first_paint, idle, moved, down, up, page] = costs(80, 24, OWN);
    println!("80x24: {first_paint} {idle} {moved} {down} {up} {page}");
    assert!(first_paint <= 3500, "{first_paint}");
    assert_eq!(idle, 0);
    assert!(moved.max(down).max(up) <= 300, "{moved} {down} {up}");
    assert!(page <= 4000, "{page}");
}

#[test]
fn a_large_window_costs_little() {
    let [first_paint, idle, moved, down, up, page] = costs(120, 40, OWN);
    println!("120x40: {first_paint} {idle} {moved} {down} {up} {page}");
    assert!(first_paint <= 6500, "{first_paint}");
    assert_eq!(idle, 0);
    assert!(moved.max(down).max(up) <= 300, "{moved} {down} {up}");
    assert!(page <= 4000, "{page}");
}

#[test]
fn colours_for_the_whole_screen_cost_little_more() {
    for name in [Name::Light, Name::Dark, Name::Sixteen] {
        let theme = Theme::of(name, ColourLevel::Indexed256);
        for (width, height) in [(80, 24), (120, 40)] {
            let [first_paint, idle, moved, down, up, page] = costs(width, height, theme);
            println!("{name:?} {width}x{height}: {first_paint} {idle} {moved} {down} {up} {page}");
            assert_eq!(idle, 0);
            assert!(moved.max(down).max(up) <= 300, "{moved} {down} {up}");
        }
    }
}

#[test]
fn a_frame_is_one_write_and_an_idle_one_none() {
    let mut rig = Rig::new(80, 24);
    let grid = Grid {
        first: 0,
        cursor: 3,
        theme: OWN,
    };
    let draw = |buffer: &mut Buffer| grid.draw(buffer);
    assert_eq!(rig.draw(draw, Some((3, 3))).writes, 1);
    assert_eq!(rig.draw(draw, Some((3, 3))).writes, 0);
    assert_eq!(rig.draw(draw, Some((4, 3))).bytes, b"\x1b[4;5H");
    assert_eq!(rig.draw(draw, None).bytes, b"\x1b[?25l");
    assert_eq!(rig.draw(draw, None).writes, 0);
    assert_eq!(rig.draw(draw, Some((0, 0))).bytes, b"\x1b[H\x1b[?25h");
}

#[test]
fn the_cursor_is_hidden_while_a_frame_is_written() {
    let mut rig = Rig::new(20, 2);
    rig.draw(|_| {}, Some((0, 1)));
    let wire = rig.draw(
        |buffer| buffer.set_string(0, 0, "x", Style::new()),
        Some((0, 1)),
    );
    assert_eq!(wire.bytes, b"\x1b[?25l\x1b[Hx\r\n\x1b[?25h");
}

#[test]
fn without_colours_the_cursor_row_is_still_reversed() {
    let capabilities = Capabilities {
        colours: ColourLevel::None,
        scroll_regions: true,
        synchronized: Synchronized::Off,
        ascii: false,
    };
    let backend = ScrollBackend::new(
        Wire::default(),
        SizeSource::Fixed(Size::new(10, 1)),
        capabilities,
    );
    let mut terminal = Terminal::new(backend.unwrap()).unwrap();
    let style = Style::new()
        .fg(Color::White)
        .bg(Color::Blue)
        .bold()
        .reversed();
    terminal
        .draw(|frame| frame.buffer_mut().set_string(0, 0, "row", style))
        .unwrap();
    let bytes = &terminal.backend().writer().bytes;
    assert!(
        bytes.ends_with(b"\x1b[1;7mrow\x1b[m"),
        "{}",
        bytes.escape_ascii()
    );
}

#[test]
fn control_characters_in_a_cell_never_reach_the_terminal() {
    let mut rig = Rig::new(10, 1);
    let backend = rig.terminal.backend_mut();
    for hostile in [
        "\u{1b}[2J",
        "\u{7}",
        "\u{9b}2J",
        "\r",
        "\u{200b}",
        "\u{301}",
    ] {
        let mut cell = Cell::EMPTY;
        cell.set_symbol(hostile);
        backend.draw([(0, 0, &cell)].into_iter()).unwrap();
        backend.flush().unwrap();
    }
    let sent = String::from_utf8(std::mem::take(&mut backend.writer_mut().bytes)).unwrap();
    assert_eq!(sent, "\x1b[?25l\x1b[r\x1b[m\x1b[H\x1b[J?");
}

#[test]
fn only_long_frames_are_synchronized_by_default() {
    let capabilities = Capabilities {
        colours: ColourLevel::True,
        scroll_regions: true,
        synchronized: Synchronized::Auto,
        ascii: false,
    };
    let mut rig = Rig::with(80, 24, capabilities);
    let mut grid = Grid {
        first: 0,
        cursor: 3,
        theme: OWN,
    };
    let first = rig.draw(|buffer| grid.draw(buffer), None).bytes;
    assert!(first.starts_with(b"\x1b[?2026h") && first.ends_with(b"\x1b[?2026l"));
    grid.cursor = 4;
    let moved = rig.draw(|buffer| grid.draw(buffer), None).bytes;
    assert!(!moved.escape_ascii().to_string().contains("2026"));
}

#[test]
fn a_failed_frame_is_followed_by_a_full_one() {
    struct Failing(bool, Vec<u8>);
    impl Write for Failing {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            if self.0 {
                return Err(io::ErrorKind::BrokenPipe.into());
            }
            self.1.extend_from_slice(bytes);
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let capabilities = Capabilities::detect(
        &Environment {
            term: Some("xterm".to_owned()),
            ..Environment::default()
        },
        ColourLevel::None,
        Synchronized::Off,
    );
    let size = SizeSource::Fixed(Size::new(10, 2));
    let backend = ScrollBackend::new(Failing(false, Vec::new()), size, capabilities).unwrap();
    let mut terminal = Terminal::new(backend).unwrap();
    let draw = |frame: &mut ratatui::Frame, text| {
        frame.buffer_mut().set_string(0, 0, "title", Style::new());
        frame.buffer_mut().set_string(0, 1, text, Style::new());
    };
    terminal.draw(|frame| draw(frame, "one")).unwrap();
    terminal.backend_mut().writer_mut().0 = true;
    assert!(terminal.draw(|frame| draw(frame, "two")).is_err());
    let writer = terminal.backend_mut().writer_mut();
    writer.0 = false;
    writer.1.clear();
    terminal.draw(|frame| draw(frame, "three")).unwrap();
    let sent = String::from_utf8_lossy(&terminal.backend().writer().1).into_owned();
    assert!(
        sent.contains("\x1b[J") && sent.contains("title") && sent.contains("three"),
        "{sent:?}"
    );
}

#[test]
fn a_terminal_without_unicode_gets_ascii_in_the_same_cells() {
    let capabilities = Capabilities {
        colours: ColourLevel::None,
        scroll_regions: true,
        synchronized: Synchronized::Off,
        ascii: true,
    };
    let size = SizeSource::Fixed(Size::new(20, 1));
    let backend = ScrollBackend::new(Wire::default(), size, capabilities).unwrap();
    let mut terminal = Terminal::new(backend).unwrap();
    terminal
        .draw(|frame| {
            let buffer = frame.buffer_mut();
            buffer.set_string(0, 0, "Mül 田中 e\u{301} ‹x", Style::new());
        })
        .unwrap();
    let sent = String::from_utf8_lossy(&terminal.backend().writer().bytes).into_owned();
    assert!(sent.ends_with("Mul ???? e <x"), "{sent:?}");
}
