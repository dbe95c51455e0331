//! Two roles side by side, right by right: what they say differently, or everything.

use super::matrix::cell_words;
use super::role_rules::{self, RoleRules};
use crate::domain::RoleId;
use crate::domain::matrix::{Cell, said};
use crate::domain::text;
use crate::service::{RecordRef, Result};
use crate::tui::actions::{ActionId, Offered, moves};
use crate::tui::forms::Pick;
use crate::tui::look::{Look, count_of, fitting, indented, row};
use crate::tui::modals::record_picker::RecordPicker;
use crate::tui::screen::{Cx, Screen};
use crate::tui::theme::Role;
use crate::tui::widgets::panel::draw_box;
use crate::tui::widgets::scroll::Scroll;
use ratatui::Frame;
use ratatui::layout::Rect;

pub struct Compare {
    /// The role that was under the cursor.
    role: RoleId,
    names: [String; 2],
    roles: [Option<RoleRules>; 2],
    rights: Vec<Right>,
    only_differing: bool,
    scroll: Scroll,
}

/// What both say about one right.
struct Right {
    resource: String,
    action: String,
    cells: [Cell; 2],
    is_nobodys: bool,
}

pub enum Message {
    /// The other one was chosen, or none was.
    Chosen(Vec<String>),
    Loaded(usize, Box<Result<RoleRules>>),
}

/// Cells of the box at its sides, and its lines.
const BORDERS: u16 = 2;

impl Compare {
    #[must_use]
    pub fn new(role: RoleId, name: String) -> Self {
        Self {
            role,
            names: [name, String::new()],
            roles: [None, None],
            rights: Vec::new(),
            only_differing: true,
            scroll: Scroll::default(),
        }
    }

    fn load(place: usize, role: RecordRef, cx: &mut Cx<'_, Message>) {
        if let Some(work) = role_rules::load(role, cx) {
            cx.spawn(work, move |result| Message::Loaded(place, Box::new(result)));
        }
    }

    fn choose(&self, cx: &mut Cx<'_, Message>) {
        let asker = cx.asker(Message::Chosen);
        let picker = RecordPicker::one("Compare with", Pick::Role, None, true, asker);
        cx.open_modal(picker.without(self.names[0].clone()));
    }

    fn compare(&mut self) {
        let [Some(one), Some(other)] = &self.roles else {
            return;
        };
        self.rights = one
            .catalogue
            .all()
            .flat_map(|resource| {
                resource
                    .actions
                    .iter()
                    .map(move |action| (resource, action))
            })
            .map(|(resource, action)| Right {
                cells: [one, other].map(|role| said(&role.rules, &resource.key, action)),
                resource: resource.key.clone(),
                action: action.clone(),
                is_nobodys: resource.ownership.is_nobodys(),
            })
            .filter(|right| right.cells != [Cell::Blank; 2])
            .collect();
    }

    fn shown(&self) -> Vec<&Right> {
        let differs = |right: &&Right| !self.only_differing || right.cells[0] != right.cells[1];
        self.rights.iter().filter(differs).collect()
    }

    fn scroll(&mut self, motion: ActionId, area: Rect) {
        let lines = self.shown().len();
        self.scroll.go(motion, lines, self.rows_in(area));
    }

    /// Cells of the names of the rights, and of each role's column, in a box so wide inside.
    fn columns(&self, cells: usize) -> (usize, usize) {
        let widest = self.rights.iter().map(|right| {
            let words = [&right.resource, &right.action];
            words.iter().map(|word| text::width(word)).sum::<usize>() + " on ".len() + 3
        });
        let half = cells / 2;
        let first = widest.max().unwrap_or(0).clamp(half.min(20), half);
        (first, (cells - first) / 2)
    }

    /// The names over the columns: where one doesn't fit, each stands below its organization.
    fn headings(&self, column: usize) -> Vec<[&str; 2]> {
        let fits = self.names.iter().all(|name| text::width(name) < column);
        let names = self.names.iter().map(|name| match name.split_once('/') {
            Some((organization, own)) if !fits => [own, organization],
            _ => [name, ""],
        });
        names.collect()
    }

    /// Lines of the headings.
    fn head(&self, column: usize) -> usize {
        let is_two = self
            .headings(column)
            .iter()
            .any(|[_, above]| !above.is_empty());
        1 + usize::from(is_two)
    }

    fn rows_in(&self, area: Rect) -> usize {
        let (_, column) = self.columns(usize::from(area.width.saturating_sub(BORDERS)));
        let inside = usize::from(area.height.saturating_sub(BORDERS));
        inside.saturating_sub(self.head(column) + 1)
    }
}

impl Screen for Compare {
    type Message = Message;

    fn title(&self) -> &'static str {
        "Compare roles"
    }

    fn open(&mut self, cx: &mut Cx<'_, Message>) {
        Self::load(0, role_rules::numbered(self.role), cx);
        self.choose(cx);
    }

    fn actions(&self) -> Vec<Offered> {
        let other = if self.only_differing {
            "show all"
        } else {
            "only what differs"
        };
        let mut offered = vec![
            Offered::on(ActionId::OnlyNoted)
                .named(other)
                .labelled("Show only rights that differ, or all")
                .in_footer(),
            Offered::on(ActionId::Open)
                .named("another role")
                .in_footer(),
            Offered::on(ActionId::Back).named("close").in_footer(),
            Offered::on(ActionId::Close),
        ];
        offered.extend(moves());
        offered
    }

    fn command(&mut self, action: ActionId, cx: &mut Cx<'_, Message>) {
        match action {
            ActionId::Back | ActionId::Close => cx.close(),
            ActionId::Open => self.choose(cx),
            ActionId::OnlyNoted => {
                self.only_differing = !self.only_differing;
                self.scroll = Scroll::default();
            }
            motion => self.scroll(motion, cx.modal_area()),
        }
    }

    fn update(&mut self, message: Message, cx: &mut Cx<'_, Message>) {
        match message {
            Message::Chosen(names) => {
                if let Some(name) = names.into_iter().next() {
                    self.names[1].clone_from(&name);
                    Self::load(1, RecordRef::Name(name), cx);
                }
            }
            Message::Loaded(place, result) => match *result {
                Ok(role) => {
                    if let Some(own) = self.roles.get_mut(place) {
                        *own = Some(role);
                    }
                    self.compare();
                }
                Err(error) => {
                    cx.report(&error);
                    cx.close();
                }
            },
        }
    }

    fn draw(&self, frame: &mut Frame<'_>, area: Rect, look: &Look<'_>) {
        let inside = draw_box(frame, area, "Two roles, right by right", look);
        let shown = self.shown();
        let (first, column) = self.columns(usize::from(inside.width));
        let cells = |number: usize| u16::try_from(number).unwrap_or(u16::MAX);
        let put = |frame: &mut Frame<'_>, at: Rect, place: usize, words: &str, role: Role| {
            let from = indented(at, cells(first + place * column));
            // A gap behind the first; the box is behind the other.
            let gap = usize::from(place == 0);
            let width = from.width.min(cells(column.saturating_sub(gap)));
            look.put(frame.buffer_mut(), Rect { width, ..from }, words, role);
        };
        let head = self.head(column);
        for (place, [name, above]) in self.headings(column).into_iter().enumerate() {
            put(frame, row(inside, 0), place, above, Role::Heading);
            put(frame, row(inside, head - 1), place, name, Role::Heading);
        }
        let height = self.rows_in(area);
        let top = self.scroll.top(shown.len(), height);
        for (line, right) in shown.iter().skip(top).take(height).enumerate() {
            let at = row(inside, head + line);
            let name = format!(" {} on {}", right.action, right.resource);
            let place = Rect {
                width: at.width.min(cells(first.saturating_sub(1))),
                ..at
            };
            look.put(frame.buffer_mut(), place, &name, Role::Text);
            for (place, cell) in right.cells.iter().enumerate() {
                let role = match cell {
                    Cell::Blank => Role::Muted,
                    Cell::Deny => Role::Danger,
                    Cell::Allow(_) => Role::Text,
                };
                put(frame, at, place, cell_words(*cell, right.is_nobodys), role);
            }
        }
        let last = row(inside, usize::from(inside.height).saturating_sub(1));
        let differ = self
            .rights
            .iter()
            .filter(|right| right.cells[0] != right.cells[1]);
        let number = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
        let text = if self.names[1].is_empty() {
            " Enter chooses the role to compare with.".to_owned()
        } else if self.roles.iter().any(Option::is_none) {
            " loading ...".to_owned()
        } else {
            let alike = number(self.rights.len() - differ.clone().count());
            let differ = count_of(number(differ.count()), "right differs", "rights differ");
            let short = format!(" {differ}, {alike} alike.");
            let long = format!(" {differ}, {alike} alike; what neither names is left out.");
            fitting(&[&long, &short], last.width).to_owned()
        };
        look.put(frame.buffer_mut(), last, &text, Role::Muted);
        look.place_cursor(frame, inside.x, inside.y);
    }
}
