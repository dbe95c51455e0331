//! The rules of a role as a table: a row for each resource, a column for each action, a letter for each level.

mod draw;
mod review;

use super::consent::ConsentTo;
use super::role_rules::{self, RoleRules};
use super::yes::Yes;
use crate::domain::RoleId;
use crate::domain::matrix::{Cell, Matrix, Row};
use crate::domain::permission::{Level, Permission, Verb};
use crate::service::explain::{RoleImpact, sentences};
use crate::service::roles::{EDIT, RoleChanges, RoleDetail, UpdateRole};
use crate::service::{Asks, Consent, Edited, Error, Lack, ListChange, Result};
use crate::tui::actions::{ActionId, Offered, moves};
use crate::tui::look::{Look, count_of};
use crate::tui::notice::Notice;
use crate::tui::screen::{Cx, Screen};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::Frame;
use ratatui::layout::Rect;
use review::Review;

pub struct MatrixView {
    role: RoleId,
    name: String,
    loaded: Option<Loaded>,
    /// The row and the column under the cursor.
    cursor: (usize, usize),
    /// The first row and the first column in sight.
    from: (usize, usize),
    reach: Reach,
    busy: bool,
}

struct Loaded {
    detail: RoleDetail,
    matrix: Matrix,
    /// Why nothing can be changed here, and the right that is lacking where it is for that.
    fixed: Option<(String, Option<Lack>)>,
    sees_catalogue: bool,
}

/// What the next letter is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Reach {
    #[default]
    Cell,
    Row,
    Column,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wish {
    Blank,
    Deny,
    Level(Level),
    /// Allowed, where nobody owns what it is about.
    Nobodys,
}

pub enum Message {
    Loaded(Box<Result<RoleRules>>),
    /// Somebody else saved first; what they saved.
    Overtaken(Box<Result<RoleRules>>),
    /// Who would gain or lose what, and what the save asks for.
    Rehearsed(Result<(Vec<String>, Asks)>),
    /// The review was confirmed.
    Reviewed(Asks),
    Consented(Consent),
    Saved(Result<Edited>),
    Drop,
}

impl Wish {
    const fn of(letter: char) -> Option<Self> {
        Some(match letter {
            'o' => Self::Level(Level::Own),
            'u' => Self::Level(Level::Unit),
            'd' => Self::Level(Level::Division),
            'g' => Self::Level(Level::Organization),
            'a' => Self::Level(Level::All),
            '+' => Self::Nobodys,
            '-' => Self::Deny,
            ' ' => Self::Blank,
            _ => return None,
        })
    }

    /// What a cell of this row becomes; nothing where its records know no such level.
    fn cell(self, row: &Row) -> Option<Cell> {
        let ownership = row.resource.ownership;
        match self {
            Self::Blank => Some(Cell::Blank),
            Self::Deny => Some(Cell::Deny),
            Self::Nobodys => ownership.is_nobodys().then_some(Cell::Allow(Level::All)),
            Self::Level(level) => row
                .resource
                .levels()
                .contains(&level)
                .then_some(Cell::Allow(level)),
        }
    }
}

/// `o`, `u`, `d`, `g`, `a`, and `+` for what nobody owns.
fn letter(cell: Cell, is_nobodys: bool) -> char {
    match cell {
        Cell::Blank => '.',
        Cell::Deny => '-',
        Cell::Allow(_) if is_nobodys => '+',
        Cell::Allow(Level::Own) => 'o',
        Cell::Allow(Level::Unit) => 'u',
        Cell::Allow(Level::Division) => 'd',
        Cell::Allow(Level::Organization) => 'g',
        Cell::Allow(Level::All) => 'a',
    }
}

/// `nothing`, `denied`, `allowed`, or the level.
pub(super) const fn cell_words(cell: Cell, is_nobodys: bool) -> &'static str {
    match cell {
        Cell::Blank => "nothing",
        Cell::Deny => "denied",
        Cell::Allow(_) if is_nobodys => "allowed",
        Cell::Allow(level) => level.as_str(),
    }
}

impl MatrixView {
    #[must_use]
    pub fn new(role: RoleId, name: String) -> Self {
        Self {
            role,
            name,
            loaded: None,
            cursor: (0, 0),
            from: (0, 0),
            reach: Reach::Cell,
            busy: false,
        }
    }

    fn load(&self, cx: &mut Cx<'_, Message>, wrap: fn(Box<Result<RoleRules>>) -> Message) {
        if let Some(work) = role_rules::load(role_rules::numbered(self.role), cx) {
            cx.spawn(work, move |result| wrap(Box::new(result)));
        }
    }

    /// Why the table can only be looked at.
    fn fixed(&self) -> Option<&(String, Option<Lack>)> {
        self.loaded.as_ref()?.fixed.as_ref()
    }

    /// The right for want of which it can.
    fn lack(&self) -> Option<Lack> {
        let (_, lack) = self.fixed()?;
        lack.clone()
    }

    /// The next letter is for a row or a column, where letters set anything.
    fn reach_for(&mut self, reach: Reach, cx: &mut Cx<'_, Message>) {
        match self.fixed() {
            Some((why, lack)) => cx.notify(Notice::plain(why.clone()).about(lack.clone())),
            None => self.reach = reach,
        }
    }

    fn changes(&self) -> usize {
        self.loaded
            .as_ref()
            .map_or(0, |loaded| loaded.matrix.changes())
    }

    fn take(&mut self, role: RoleRules, cx: &mut Cx<'_, Message>) {
        let mut matrix = Matrix::new(&role.rules, &role.catalogue);
        if let Some(before) = &self.loaded {
            matrix = before.matrix.over(&role.rules, &role.catalogue);
        }
        let fixed = if role.role.built_in {
            let why = "The role is built in and can't be edited; N on the list makes a copy of it that can.";
            Some((why.to_owned(), None))
        } else {
            let why = || format!("You may not change it: it needs the right {EDIT}.");
            (!cx.may(EDIT)).then(|| (why(), Some(Lack::right(EDIT))))
        };
        if !role.sees_catalogue {
            cx.notify(Notice::plain(
                "Only Wardroom's own resources are shown; the others need the right catalogue:view.",
            ));
        }
        self.loaded = Some(Loaded {
            detail: role.role,
            matrix,
            fixed,
            sees_catalogue: role.sees_catalogue,
        });
    }

    fn go(&mut self, motion: ActionId, area: Rect) {
        let Some(loaded) = &self.loaded else { return };
        let (rows, columns) = (loaded.matrix.rows.len(), loaded.matrix.columns.len());
        let page = draw::rows_in(area).max(1);
        let (row, column) = &mut self.cursor;
        match motion {
            ActionId::Up => *row = row.saturating_sub(1),
            ActionId::Down => *row += 1,
            ActionId::PageUp => *row = row.saturating_sub(page),
            ActionId::PageDown => *row += page,
            ActionId::HalfPageUp => *row = row.saturating_sub(page.div_ceil(2)),
            ActionId::HalfPageDown => *row += page.div_ceil(2),
            ActionId::First => *row = 0,
            ActionId::Last => *row = rows,
            ActionId::ColumnLeft => *column = column.saturating_sub(1),
            ActionId::ColumnRight => *column += 1,
            _ => {}
        }
        *row = (*row).min(rows.saturating_sub(1));
        *column = (*column).min(columns.saturating_sub(1));
        self.from = self.window(area);
    }

    /// Sets the cell, the row or the column.
    fn set(&mut self, wish: Wish, cx: &mut Cx<'_, Message>) {
        let reach = std::mem::take(&mut self.reach);
        let (at_row, at_column) = self.cursor;
        let Some(loaded) = &mut self.loaded else {
            return;
        };
        if let Some((why, lack)) = &loaded.fixed {
            cx.notify(Notice::plain(why.clone()).about(lack.clone()));
            return;
        }
        let matrix = &mut loaded.matrix;
        let Some(column) = matrix.columns.get(at_column).cloned() else {
            return;
        };
        match reach {
            Reach::Cell => {
                let Some(row) = matrix.rows.get_mut(at_row) else {
                    return;
                };
                if let Some(why) = refused(row, &column, wish) {
                    cx.notify(Notice::plain(why));
                }
            }
            Reach::Row => {
                let Some(row) = matrix.rows.get_mut(at_row) else {
                    return;
                };
                for action in row.resource.actions.clone() {
                    // As with `*`: it has to be meant.
                    let is_meant = action != Verb::ViewSensitive.as_str()
                        || matches!(wish, Wish::Blank | Wish::Deny);
                    if is_meant && let Some(why) = refused(row, &action, wish) {
                        cx.notify(Notice::plain(why));
                        return;
                    }
                }
            }
            Reach::Column => {
                let has = |row: &&mut Row| row.cell(&column).is_some();
                let left = matrix
                    .rows
                    .iter_mut()
                    .filter(has)
                    .filter_map(|row| refused(row, &column, wish))
                    .count();
                if left > 0 {
                    let rows = count_of(i64::try_from(left).unwrap_or(0), "row", "rows");
                    let text = format!("{rows} stayed as they were: they know no such level.");
                    cx.notify(Notice::plain(text));
                }
            }
        }
    }

    fn update_of(&self) -> Option<UpdateRole> {
        let loaded = self.loaded.as_ref()?;
        let rules = loaded.matrix.rules();
        Some(UpdateRole {
            role: role_rules::numbered(self.role),
            version: Some(loaded.detail.version),
            changes: RoleChanges {
                rules: ListChange {
                    all: Some(rules.iter().map(ToString::to_string).collect()),
                    ..ListChange::default()
                },
                ..RoleChanges::default()
            },
            consent: Consent::default(),
        })
    }

    /// Asks the service whether it would take it, before anybody is asked.
    fn rehearse(&mut self, cx: &mut Cx<'_, Message>) {
        if self.changes() == 0 {
            cx.notify(Notice::plain(
                "Nothing is changed yet: a letter sets the cell.",
            ));
            return;
        }
        let session = cx.session().cloned();
        if let (Some(update), Some(session), false) = (self.update_of(), session, self.busy) {
            self.busy = true;
            let service = cx.service().clone();
            let work = async move {
                let impact = RoleImpact {
                    role: update.role.clone(),
                    rules: update.changes.rules.clone(),
                };
                let asks = service.rehearse(&session, update).await?.asks;
                let shifts = service.ask(&session, impact).await?;
                Ok((sentences(&shifts, &session.organization_name), asks))
            };
            cx.spawn(work, Message::Rehearsed);
        }
    }

    fn review(&self, people: Vec<String>, asks: Asks, cx: &mut Cx<'_, Message>) {
        if let Some(loaded) = &self.loaded {
            let after: Vec<String> = loaded
                .matrix
                .rules()
                .iter()
                .map(ToString::to_string)
                .collect();
            let is_asked = asks.are_asked();
            let asker = cx.asker(|()| Message::Reviewed(asks));
            let rules = (loaded.detail.rules.as_slice(), after.as_slice());
            let review = Review::new(&self.name, rules, people, is_asked, asker);
            cx.open_modal(review);
        }
    }

    /// Says what went wrong; a conflict is met by what the others saved, with the changes made here on top.
    fn failed(&mut self, error: &Error, cx: &mut Cx<'_, Message>) {
        self.busy = false;
        if matches!(error, Error::Conflict { .. }) {
            self.load(cx, Message::Overtaken);
        } else {
            cx.report(error);
        }
    }

    fn leave(&self, cx: &mut Cx<'_, Message>) {
        let changed = i64::try_from(self.changes()).unwrap_or(i64::MAX);
        if changed == 0 {
            cx.close();
            return;
        }
        let cells = count_of(changed, "cell was", "cells were");
        let facts = vec![format!(
            "{cells} changed and not saved; Ctrl-s shows what it comes to."
        )];
        let asker = cx.asker(|()| Message::Drop);
        cx.open_modal(Yes::new("Drop the changes".to_owned(), facts, asker));
    }
}

/// Sets one cell, or says why not.
fn refused(row: &mut Row, action: &str, wish: Wish) -> Option<String> {
    let key = &row.resource.key;
    if row.cell(action).is_none() {
        return Some(format!("There is no {action} on {key}."));
    }
    let Some(cell) = wish.cell(row) else {
        let levels: Vec<&str> = row
            .resource
            .levels()
            .iter()
            .map(|level| level.as_str())
            .collect();
        return Some(if row.resource.ownership.is_nobodys() {
            format!("Nobody owns {key}, so it has no levels: + allows it.")
        } else {
            format!("{key} knows the levels {}.", levels.join(", "))
        });
    };
    row.set(action, cell);
    None
}

impl Screen for MatrixView {
    type Message = Message;

    fn title(&self) -> &'static str {
        "Rights of a role"
    }

    fn open(&mut self, cx: &mut Cx<'_, Message>) {
        self.load(cx, Message::Loaded);
    }

    fn changed(&mut self, cx: &mut Cx<'_, Message>) {
        // What is changed here is put on top of what others saved when it is saved.
        if self.changes() == 0 {
            self.load(cx, Message::Loaded);
        }
    }

    fn actions(&self) -> Vec<Offered> {
        let review = match self.fixed() {
            Some((why, _)) => Offered::off(ActionId::Continue, why.clone()),
            None => Offered::on(ActionId::Continue).named("review").in_footer(),
        };
        let mut offered = vec![
            review,
            Offered::on(ActionId::Back).named("close").in_footer(),
            Offered::on(ActionId::Close),
            Offered::on(ActionId::ColumnLeft),
            Offered::on(ActionId::ColumnRight),
        ];
        if self.lack().is_some() {
            offered.push(Offered::on(ActionId::Explain).in_footer());
        }
        offered.extend(moves());
        offered
    }

    fn needs(&self, action: ActionId) -> Option<Permission> {
        (action == ActionId::Continue).then_some(EDIT)
    }

    fn key(&mut self, key: KeyEvent, cx: &mut Cx<'_, Message>) -> bool {
        if !(key.modifiers - KeyModifiers::SHIFT).is_empty() {
            return false;
        }
        let wish = match key.code {
            KeyCode::Char('R') => {
                self.reach_for(Reach::Row, cx);
                return true;
            }
            KeyCode::Char('C') => {
                self.reach_for(Reach::Column, cx);
                return true;
            }
            KeyCode::Esc if self.reach != Reach::Cell => {
                self.reach = Reach::Cell;
                return true;
            }
            KeyCode::Char(letter) => Wish::of(letter),
            KeyCode::Delete | KeyCode::Backspace => Some(Wish::Blank),
            _ => None,
        };
        if let Some(wish) = wish {
            self.set(wish, cx);
        }
        wish.is_some()
    }

    fn command(&mut self, action: ActionId, cx: &mut Cx<'_, Message>) {
        self.reach = Reach::Cell;
        match action {
            ActionId::Back | ActionId::Close => self.leave(cx),
            ActionId::Continue => self.rehearse(cx),
            ActionId::Explain => cx.explain(self.lack()),
            motion => self.go(motion, cx.modal_area()),
        }
    }

    fn update(&mut self, message: Message, cx: &mut Cx<'_, Message>) {
        match message {
            Message::Loaded(result) => match *result {
                Ok(role) => self.take(role, cx),
                Err(error) => {
                    cx.report(&error);
                    cx.close();
                }
            },
            Message::Overtaken(result) => match *result {
                Ok(role) => {
                    self.take(role, cx);
                    cx.notify(Notice::bad(
                        "Somebody else saved this role meanwhile. Your changes now lie on top of theirs; review them again.",
                    ));
                }
                Err(error) => cx.report(&error),
            },
            Message::Rehearsed(Ok((people, asks))) => {
                self.busy = false;
                self.review(people, asks, cx);
            }
            Message::Reviewed(asks) => {
                let undo = vec!["Undo: NO. Edit the role again to go back.".to_owned()];
                let asker = cx.asker(Message::Consented);
                ConsentTo::after_review(asks, undo, asker, cx);
            }
            Message::Consented(consent) => {
                if let (Some(update), false) = (self.update_of(), self.busy) {
                    self.busy = true;
                    cx.perform(UpdateRole { consent, ..update }, Message::Saved);
                }
            }
            Message::Saved(Ok(_)) => {
                cx.close();
                cx.notify(Notice::plain(format!("{}: changed rules.", self.name)));
            }
            Message::Rehearsed(Err(error)) | Message::Saved(Err(error)) => self.failed(&error, cx),
            Message::Drop => {
                cx.close();
                cx.notify(Notice::plain("Nothing was changed."));
            }
        }
    }

    fn draw(&self, frame: &mut Frame<'_>, area: Rect, look: &Look<'_>) {
        self.draw_in(frame, area, look);
    }
}
