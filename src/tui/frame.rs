//! What stands around every screen: title, tabs, message line, footer.

use super::actions::{ActionId, Offered};
use super::look::{Look, row, wrap};
use super::notice::{Notice, Tone};
use super::shared::{Front, Options};
use super::theme::Role;
use crate::domain::text;
use crate::service::Session;
use ratatui::buffer::Buffer;
use ratatui::layout::{Rect, Size};

pub const LEAST_WIDTH: u16 = 60;
pub const LEAST_HEIGHT: u16 = 15;

/// A message may take this many lines before it is cut.
const MESSAGE_LINES_MAX: usize = 3;

/// The parts of the terminal, top to bottom.
#[derive(Clone, Copy, Debug)]
pub struct Areas {
    pub title: Rect,
    pub tabs: Rect,
    pub body: Rect,
    pub message: Rect,
    pub footer: Rect,
}

impl Areas {
    /// All that a modal may cover.
    #[must_use]
    pub fn below_title(&self) -> Rect {
        self.tabs.union(self.body)
    }
}

#[must_use]
pub fn areas(size: Size, notice: Option<&Notice>, has_tabs: bool) -> Areas {
    let whole = Rect::new(0, 0, size.width, size.height);
    let lines = notice.map_or(1, |notice| message_lines(notice, whole.width).len().max(1));
    let message_height = u16::try_from(lines).unwrap_or(1);
    let tabs_height = u16::from(has_tabs);
    let body_height = whole
        .height
        .saturating_sub(2 + tabs_height + message_height);
    let strip = |y: u16, height: u16| Rect { y, height, ..whole }.intersection(whole);
    Areas {
        title: strip(0, 1),
        tabs: strip(1, tabs_height),
        body: strip(1 + tabs_height, body_height),
        message: strip(1 + tabs_height + body_height, message_height),
        footer: strip(whole.height.saturating_sub(1), 1),
    }
}

fn message_lines(notice: &Notice, width: u16) -> Vec<String> {
    let has_hint = notice.offers_undo || notice.lacks.is_some();
    let hint = if has_hint { HINT_CELLS } else { 0 };
    let cells = usize::from(width).saturating_sub(2 + hint);
    let mut lines = wrap(&notice.text, cells);
    if lines.len() <= MESSAGE_LINES_MAX {
        return lines;
    }
    // What was done, or is to be done next, stands at the end, behind names that may be long.
    lines.truncate(MESSAGE_LINES_MAX - 1);
    if let Some(last) = lines.last_mut() {
        let cut = text::fit(last, cells.saturating_sub(GAP.len()), "");
        *last = format!("{cut}{GAP}");
    }
    lines.push(end_of(&notice.text, cells));
    lines
}

/// What stands for the middle of a message that is too long.
const GAP: &str = " ...";

/// The last words that fit into a line.
fn end_of(message: &str, cells: usize) -> String {
    let mut end = String::new();
    for word in message.split_whitespace().rev() {
        let longer = format!("{word} {end}");
        if text::width(longer.trim_end()) > cells {
            break;
        }
        end = longer;
    }
    end.trim_end().to_owned()
}

/// What the key beside a message takes: `  z:undo`.
const HINT_CELLS: usize = 8;

#[must_use]
pub fn is_too_small(size: Size) -> bool {
    size.width < LEAST_WIDTH || size.height < LEAST_HEIGHT
}

/// The one sentence of a window in which nothing fits; the state is kept meanwhile.
pub fn draw_too_small(buffer: &mut Buffer, size: Size, look: &Look<'_>) {
    let text = format!(
        "wardroom needs {LEAST_WIDTH}x{LEAST_HEIGHT}, this window is {}x{}. Enlarge it. q quits.",
        size.width, size.height
    );
    let area = Rect::new(0, 0, size.width, size.height);
    let lines = wrap(&text, usize::from(size.width));
    let above = usize::from(size.height).saturating_sub(lines.len()) / 2;
    for (index, line) in lines.iter().enumerate() {
        look.put(buffer, row(area, above + index), line, Role::Text);
    }
}

/// What the title says besides the environment.
pub struct Title<'a> {
    pub options: &'a Options,
    pub session: Option<&'a Session>,
    pub locked: bool,
    pub masked: bool,
    pub front: Front,
    /// What the open screen says of itself: `queue: 7 locked`.
    pub status: String,
    /// `1>62%` while jobs run.
    pub jobs: String,
    /// `working 3 s` while something takes long.
    pub working: String,
}

pub fn draw_title(buffer: &mut Buffer, at: Rect, title: &Title<'_>, look: &Look<'_>) {
    let role = if title.options.production {
        Role::ProductionTitleBar
    } else {
        Role::TitleBar
    };
    let mut style = look.style(role);
    if let Some(ink) = title.options.ink {
        style = style.fg(ink);
    }
    look.put_styled(buffer, at, &" ".repeat(usize::from(at.width)), style);
    let production = if title.options.production {
        "  PROD"
    } else {
        ""
    };
    let masked = if title.masked { "  MASKED" } else { "" };
    let access = match (title.front, title.options.read_only) {
        (Front::Console, false) => "RW",
        (Front::Console, true) => "RO",
        (Front::Desk, false) => "DESK",
        (Front::Desk, true) => "DESK RO",
    };
    let operator = match title.session {
        _ if title.locked => "  locked".to_owned(),
        Some(session) => format!(
            "  {access}   op: {} ({})",
            session.username, session.organization_name
        ),
        None => String::new(),
    };
    let right = [&title.working, &title.status, &title.jobs]
        .into_iter()
        .filter(|part| !part.is_empty())
        .map(String::as_str)
        .collect::<Vec<_>>()
        .join("   ");
    let start = look.put_right(buffer, at, &format!("{right} "), role);
    buffer.set_style(at, style);
    let left = format!(
        " wardroom  {}{production}{masked}{operator}",
        title.options.environment
    );
    let room = Rect {
        width: start.saturating_sub(at.x + 1),
        ..at
    };
    look.put_styled(buffer, room, &left, style);
}

/// One tab: its key, its title, whether it is the open one.
pub type TabLabel = (String, &'static str, bool);

pub fn draw_tabs(buffer: &mut Buffer, at: Rect, tabs: &[TabLabel], look: &Look<'_>) {
    let tabs = fitting(tabs, usize::from(at.width));
    let most = title_cells(&tabs, usize::from(at.width));
    let mut x = at.x;
    for tab in &tabs {
        let text = tab_text(tab, most, look.glyphs.ellipsis());
        let role = if tab.2 { Role::Heading } else { Role::Text };
        let place = Rect {
            x,
            width: at.right().saturating_sub(x),
            ..at
        };
        x = look.put(buffer, place, &text, role);
    }
}

fn tab_text((key, title, open): &TabLabel, most: usize, ellipsis: &str) -> String {
    let title = text::fit(title, most, ellipsis);
    if *open {
        format!(" [{key} {title}]")
    } else {
        format!("  {key} {title} ")
    }
}

/// The tab that is drawn in this column.
#[must_use]
pub fn tab_at(tabs: &[TabLabel], at: Rect, column: u16) -> Option<usize> {
    let tabs = fitting(tabs, usize::from(at.width));
    let most = title_cells(&tabs, usize::from(at.width));
    let mut end = usize::from(at.x);
    tabs.iter().position(|tab| {
        // Every glyph that ends a cut title is one cell wide.
        end += text::width(&tab_text(tab, most, "~"));
        usize::from(column) < end
    })
}

/// What long titles are called where there is no room for them.
const SHORT_TITLES: &[(&str, &str)] = &[("Organizations", "Orgs")];

/// The tabs under names that fit, as far as there are any.
fn fitting(tabs: &[TabLabel], width: usize) -> Vec<TabLabel> {
    let mut tabs = tabs.to_vec();
    if cells(&tabs, usize::MAX) > width {
        for (_, title, _) in &mut tabs {
            let short = SHORT_TITLES.iter().find(|(long, _)| long == title);
            *title = short.map_or(*title, |(_, short)| short);
        }
    }
    tabs
}

/// What the tabs take, with titles of at most so many cells.
fn cells(tabs: &[TabLabel], most: usize) -> usize {
    let one = |(key, title, _): &TabLabel| text::width(key) + text::width(title).min(most) + 4;
    tabs.iter().map(one).sum()
}

/// How long a title may be so that all tabs have room: the longest are cut first.
fn title_cells(tabs: &[TabLabel], width: usize) -> usize {
    let longest = tabs.iter().map(|(_, title, _)| text::width(title)).max();
    (1..=longest.unwrap_or(1))
        .rev()
        .find(|most| cells(tabs, *most) <= width)
        .unwrap_or(1)
}

pub fn draw_message(
    buffer: &mut Buffer,
    at: Rect,
    notice: &Notice,
    hint: Option<&str>,
    look: &Look<'_>,
) {
    let role = match notice.tone {
        Tone::Plain => Role::Text,
        Tone::Good => Role::Good,
        Tone::Bad => Role::Error,
    };
    for (index, line) in message_lines(notice, at.width).iter().enumerate() {
        look.put(buffer, row(at, index), &format!(" {line}"), role);
    }
    if let Some(hint) = hint {
        look.put_right(buffer, row(at, 0), &format!("  {hint} "), Role::Heading);
    }
}

/// As many of the offered actions as fit, the most important first.
pub fn draw_footer(
    buffer: &mut Buffer,
    at: Rect,
    offered: &[Offered],
    way_of: impl Fn(ActionId) -> String,
    look: &Look<'_>,
) {
    let mut line = String::new();
    let (help, others): (Vec<&Offered>, Vec<&Offered>) = offered
        .iter()
        .filter(|action| action.in_footer && action.is_on())
        .partition(|action| action.id == ActionId::Help);
    for action in help.into_iter().chain(others) {
        let way = way_of(action.id);
        let part = format!("  {way}:{}", action.word);
        if way.is_empty() || text::width(&line) + text::width(&part) > usize::from(at.width) {
            continue;
        }
        line.push_str(&part);
    }
    let line = line.strip_prefix(' ').unwrap_or(&line);
    look.put(buffer, at, line, Role::Muted);
}

/// What may follow the keys pressed so far; it stays until one of them or Esc is pressed.
pub fn draw_choices(
    buffer: &mut Buffer,
    at: Rect,
    begun: &str,
    choices: &[(String, &str)],
    look: &Look<'_>,
) {
    let mut line = String::new();
    for (key, label) in choices {
        line.extend(["  ", key, ":", label]);
    }
    look.put(buffer, at, &" ".repeat(usize::from(at.width)), Role::Text);
    look.put(
        buffer,
        at,
        &format!(" {begun} then{line}  Esc:nothing"),
        Role::Heading,
    );
}
