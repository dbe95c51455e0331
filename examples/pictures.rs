//! Takes the pictures of README: `cargo run --example pictures` runs the built program on demo data in a
//! pseudo-terminal, walks to the main screens, and writes each as `docs/NAME.svg`.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "what the tests drive a terminal with"
)]

#[path = "../tests/it/support/pty.rs"]
#[expect(dead_code, reason = "the tests use what the pictures don't")]
mod pty;

use pty::Pty;
use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

const COLUMNS: u16 = 100;
const ROWS: u16 = 28;

/// The size of one cell in the picture.
const CELL_WIDTH: f32 = 8.4;
const CELL_HEIGHT: f32 = 17.0;

const BACKGROUND: &str = "#1b1f24";
const FOREGROUND: &str = "#d7dce2";

/// Keys to press, the text that is waited for then, and the picture to take, if any.
const WALK: &[(&str, &str, &str)] = &[
    (
        "admin\rMarble-Ocean-41\r",
        "ten keys that matter",
        "welcome",
    ),
    ("\r", "Space:mark", ""),
    ("/", "the filter from before", ""),
    ("status:locked\r", "Filter> status:locked", ""),
    ("p", "hide details", "users"),
    ("p/\x15", "the filter from before", ""),
    ("status:active signed-in.age>180d\r", "age>180d", ""),
    ("A", "all that match", ""),
    ("a", "of", ""),
    ("d", "drop the plan", "plan"),
    ("\tq", "the plan was dropped", ""),
    ("U2", "MEMBERS", ""),
    ("p", "hide details", "groups"),
    ("4", "+ Brightwater", ""),
    ("l", "    + Acme", ""),
    ("jl", "Tokyo", "organizations"),
    ("5", "verify the chain", "audit"),
    ("1", "[1 Users]", ""),
    ("e", "Esc:leave", "form"),
    ("\x1b", "[1 Users]", ""),
    (":", "Commands", ""),
    ("desk", "> ", ""),
    ("\r", "Who is calling?", ""),
    ("\x0e", "caller identified", "desk"),
];

fn main() -> std::io::Result<()> {
    let mut command = Command::new(program());
    command
        .args(["demo", "--users", "2000"])
        .env("TERM", "xterm-256color")
        .env("LANG", "C.UTF-8")
        .env_remove("NO_COLOR");
    std::fs::create_dir_all("docs")?;
    let mut pty = Pty::spawn(command, COLUMNS, ROWS);
    pty.wait_for("Name or e-mail");
    for (keys, text, picture) in WALK {
        // What is longer than a few keys goes into fields.
        match keys.chars().count() {
            0..=4 => pty.type_keys(keys),
            _ => pty.type_text(keys),
        }
        pty.wait_for(text);
        if !picture.is_empty() {
            let path = Path::new("docs").join(format!("{picture}.svg"));
            std::fs::write(&path, draw(pty.screen()))?;
            println!("{}", path.display());
        }
    }
    Ok(())
}

/// The program beside this example: `target/debug/wardroom` where this is `target/debug/examples/pictures`.
fn program() -> std::path::PathBuf {
    let own = std::env::current_exe().expect("a running program has a path");
    let folder = own
        .ancestors()
        .nth(2)
        .expect("an example lies in target/PROFILE/examples");
    folder.join("wardroom")
}

/// The screen as SVG: one element for each run of cells that look the same.
fn draw(screen: &vt100::Screen) -> String {
    let (rows, columns) = screen.size();
    let (rows, columns) = (u16::from(rows), u16::from(columns));
    let (width, height) = (
        f32::from(columns) * CELL_WIDTH,
        f32::from(rows) * CELL_HEIGHT,
    );
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width:.1} {height:.1}\" font-family=\"DejaVu Sans Mono, Menlo, Consolas, monospace\" font-size=\"14\">\n<rect width=\"100%\" height=\"100%\" fill=\"{BACKGROUND}\"/>\n"
    );
    for row in 0..rows {
        let mut column = 0;
        while column < columns {
            let Some(first) = screen.cell(row, column) else {
                break;
            };
            let look = Look::of(first);
            let (start, mut text) = (column, String::new());
            while let Some(cell) = screen
                .cell(row, column)
                .filter(|cell| Look::of(cell) == look)
            {
                if !cell.is_wide_continuation() {
                    let contents = cell.contents();
                    text.push_str(if contents.is_empty() { " " } else { contents });
                }
                column += 1;
                // What is two cells wide is placed by itself: no font agrees on its width.
                let next = screen.cell(row, column);
                if cell.is_wide() || next.is_some_and(vt100::Cell::is_wide) {
                    column += u16::from(cell.is_wide());
                    break;
                }
            }
            run(&mut svg, (row, start, column), &text, look);
        }
    }
    svg.push_str("</svg>\n");
    svg
}

#[derive(Clone, Copy, Debug, PartialEq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is an attribute of its own"
)]
struct Look {
    foreground: vt100::Color,
    background: vt100::Color,
    bold: bool,
    dim: bool,
    underline: bool,
    reversed: bool,
}

impl Look {
    fn of(cell: &vt100::Cell) -> Self {
        Self {
            foreground: cell.fgcolor(),
            background: cell.bgcolor(),
            bold: cell.bold(),
            dim: cell.dim(),
            underline: cell.underline(),
            reversed: cell.inverse(),
        }
    }
}

fn run(svg: &mut String, (row, start, end): (u16, u16, u16), text: &str, look: Look) {
    let (mut ink, mut ground) = (
        colour(look.foreground, FOREGROUND),
        colour(look.background, BACKGROUND),
    );
    if look.reversed {
        std::mem::swap(&mut ink, &mut ground);
    }
    let (x, y) = (f32::from(start) * CELL_WIDTH, f32::from(row) * CELL_HEIGHT);
    let width = f32::from(end - start) * CELL_WIDTH;
    if ground != BACKGROUND {
        let _ = writeln!(
            svg,
            "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{CELL_HEIGHT}\" fill=\"{ground}\"/>"
        );
    }
    if text.trim().is_empty() && !look.underline {
        return;
    }
    let mut style = format!("fill=\"{ink}\"");
    if look.bold {
        style.push_str(" font-weight=\"bold\"");
    }
    if look.dim {
        style.push_str(" opacity=\"0.6\"");
    }
    if look.underline {
        style.push_str(" text-decoration=\"underline\"");
    }
    let shown = text
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;");
    let baseline = y + CELL_HEIGHT * 0.77;
    let _ = writeln!(
        svg,
        "<text x=\"{x:.1}\" y=\"{baseline:.1}\" textLength=\"{width:.1}\" lengthAdjust=\"spacingAndGlyphs\" xml:space=\"preserve\" {style}>{shown}</text>"
    );
}

/// The sixteen colours as a dark terminal shows them.
const SIXTEEN: [&str; 16] = [
    "#3b4048", "#e06c75", "#98c379", "#e5c07b", "#61afef", "#c678dd", "#56b6c2", "#abb2bf",
    "#5c6370", "#ff7a85", "#b5e08f", "#ffd78a", "#7cc3ff", "#dd92f3", "#6fd3df", "#ffffff",
];

fn colour(colour: vt100::Color, default: &str) -> String {
    match colour {
        vt100::Color::Default => default.to_owned(),
        vt100::Color::Rgb(red, green, blue) => format!("#{red:02x}{green:02x}{blue:02x}"),
        vt100::Color::Idx(index) => match (SIXTEEN.get(usize::from(index)), index) {
            (Some(known), _) => (*known).to_owned(),
            (None, 232..) => {
                let grey = 8 + (index - 232) * 10;
                format!("#{grey:02x}{grey:02x}{grey:02x}")
            }
            (None, _) => {
                let cube = index - 16;
                let step = |part: u8| if part == 0 { 0 } else { 55 + part * 40 };
                let (red, green, blue) = (step(cube / 36), step(cube / 6 % 6), step(cube % 6));
                format!("#{red:02x}{green:02x}{blue:02x}")
            }
        },
    }
}
