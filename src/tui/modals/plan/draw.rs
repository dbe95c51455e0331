//! How a plan looks: what it comes to, its rows, what is noted of one, and what is asked.

use super::{CHANGE, Focus, PlanView, REFUSED, named_in};
use crate::service::explain::Shift;
use crate::service::jobs::{LEFT_OUT, Operation, PlanTarget};
use crate::tui::actions::ActionId;
use crate::tui::look::{Look, count_of, indented, row, thousands, wrap};
use crate::tui::screen::Screen as _;
use crate::tui::theme::Role;
use crate::tui::widgets::columns::Column;
use crate::tui::widgets::grid::Drawing;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::widgets::{Clear, Widget as _};

/// Lines for the note of one row.
const NOTE_LINES_MAX: usize = 3;

const COLUMNS: &[Column] = &[
    Column {
        title: "USER",
        least: 12,
        most: 20,
        expendable: 0,
    },
    Column {
        title: "NAME",
        least: 14,
        most: 26,
        expendable: 3,
    },
    Column {
        title: "BEFORE",
        least: 14,
        most: 30,
        expendable: 2,
    },
    Column {
        title: "AFTER",
        least: 14,
        most: 30,
        expendable: 1,
    },
    Column {
        title: "NOTE",
        least: 14,
        most: 80,
        expendable: 0,
    },
];

/// Of memberships the group or role says more than the name, and being in or not is short.
const MEMBER_COLUMNS: &[Column] = &[
    Column {
        title: "USER",
        least: 12,
        most: 20,
        expendable: 0,
    },
    Column {
        title: "GROUP OR ROLE",
        least: 24,
        most: 50,
        expendable: 0,
    },
    Column {
        title: "BEFORE",
        least: 7,
        most: 7,
        expendable: 2,
    },
    Column {
        title: "AFTER",
        least: 10,
        most: 10,
        expendable: 1,
    },
    Column {
        title: "NOTE",
        least: 14,
        most: 80,
        expendable: 0,
    },
];

/// Whether somebody is in a group or has a role, in the one word that its column holds.
fn inside(words: &str) -> &'static str {
    if words.starts_with("member") {
        "in"
    } else {
        "not in"
    }
}

pub(super) struct Areas {
    facts: Rect,
    rule: Rect,
    pub rows: Rect,
    /// What is noted of the row under the cursor, in full.
    note: Rect,
    fields: Rect,
}

/// A line of the summary: `Will change   209   active -> disabled`.
struct Fact {
    label: &'static str,
    number: Option<i64>,
    text: String,
    role: Role,
}

impl Fact {
    fn draw(&self, frame: &mut Frame<'_>, at: Rect, look: &Look<'_>) {
        let buffer = frame.buffer_mut();
        look.put(buffer, indented(at, 1), self.label, self.role);
        if let Some(number) = self.number {
            let place = Rect {
                width: at.width.min(22),
                ..at
            };
            look.put_right(buffer, place, &thousands(number), self.role);
        }
        look.put(buffer, indented(at, 25), &self.text, self.role);
    }
}

impl PlanView {
    pub(super) fn draw_in(&self, frame: &mut Frame<'_>, area: Rect, look: &Look<'_>) {
        Clear.render(area, frame.buffer_mut());
        let areas = self.areas(area, look);
        let heading = row(area, 0);
        let title = format!(" PLAN  {}", named_in(&self.plan, &self.plan.title));
        let end = look.put(frame.buffer_mut(), heading, &title, Role::Heading);
        let beside = indented(heading, end.saturating_sub(heading.x) + 1);
        let words = "nothing is written yet ";
        if usize::from(beside.width) >= words.len() {
            look.put_right(frame.buffer_mut(), beside, words, Role::Muted);
        }
        let from = format!(
            "from: {}; {} fixed {}",
            self.plan.selection,
            count_of(self.plan.targets, "id", "ids"),
            look.time(self.frozen_at)
        );
        look.rule(frame.buffer_mut(), row(area, 1), &from);
        for (index, fact) in self.facts().iter().enumerate() {
            fact.draw(frame, row(areas.facts, index), look);
        }
        let rule = if self.only_noted {
            "refused, privileged, with a note"
        } else {
            ""
        };
        look.rule(frame.buffer_mut(), areas.rule, rule);
        self.draw_rows(frame, areas.rows, look);
        for (index, line) in self.note_lines(area.width, look).iter().enumerate() {
            look.put(
                frame.buffer_mut(),
                row(areas.note, index),
                &format!(" {line}"),
                Role::Warning,
            );
        }
        self.draw_fields(frame, areas.fields, look);
    }

    fn facts(&self) -> Vec<Fact> {
        let plan = &self.plan;
        let number = |label, number, text: &str, role| Fact {
            label,
            number: Some(number),
            text: text.to_owned(),
            role,
        };
        let warn_if = |condition: bool| if condition { Role::Warning } else { Role::Text };
        let mut facts = vec![
            number("Will change", plan.will_change, "", Role::Text),
            number("Already so", plan.already, "not written", Role::Text),
            number(
                "Refused",
                plan.refused,
                "marked - below, with the reason",
                warn_if(plan.refused > 0),
            ),
            number(
                "Privileged",
                plan.privileged,
                "marked ! below",
                warn_if(plan.privileged > 0),
            ),
            number(
                "Gone",
                plan.gone,
                "marked, but deleted for good or out of your sight",
                warn_if(plan.gone > 0),
            ),
            number(
                "Hidden marks",
                plan.hidden,
                "not shown by the filter",
                warn_if(plan.hidden > 0),
            ),
        ];
        facts.retain(|fact| fact.number != Some(0) || fact.label == "Will change");
        for effect in plan.side_effects() {
            facts.push(Fact {
                label: "Side effect",
                number: None,
                text: format!("{effect}; NOT undoable"),
                role: Role::Warning,
            });
        }
        facts.extend(self.impact.as_deref().map(|shifts| Fact {
            label: "Rights",
            number: None,
            text: impact_words(shifts),
            role: Role::Text,
        }));
        let undo = if plan.undoable {
            "yes, as a plan of its own"
        } else {
            "NO: this can't be taken back"
        };
        facts.push(Fact {
            label: "Undo",
            number: None,
            text: undo.to_owned(),
            role: warn_if(!plan.undoable),
        });
        facts
    }

    pub(super) fn areas(&self, area: Rect, look: &Look<'_>) -> Areas {
        let facts = u16::try_from(self.facts().len()).unwrap_or(0);
        let fields = u16::try_from(self.fields().len() - 1).unwrap_or(0);
        let strip = |y: u16, height: u16| {
            Rect {
                y: area.y + y,
                height,
                ..area
            }
            .intersection(area)
        };
        let note = u16::try_from(self.note_lines(area.width, look).len()).unwrap_or(0);
        let rows = area.height.saturating_sub(facts + 3 + note + fields);
        Areas {
            facts: strip(2, facts),
            rule: strip(2 + facts, 1),
            rows: strip(3 + facts, rows),
            note: strip(3 + facts + rows, note),
            fields: strip(3 + facts + rows + note, fields),
        }
    }

    fn note_lines(&self, width: u16, look: &Look<'_>) -> Vec<String> {
        let current = self.grid.current();
        let current = current.map(|target| (target, target.remark()));
        let current = current.filter(|(_, remark)| !remark.is_empty());
        let mut lines = current.map_or_else(Vec::new, |(target, remark)| {
            let way = look.keys.way_in(self.takes_text(), ActionId::Explain);
            let why = if target.lack.is_some() && !way.is_empty() {
                format!(" ({way}: why)")
            } else {
                String::new()
            };
            let text = format!("{}: {remark}{why}", target.username);
            wrap(&text, usize::from(width.saturating_sub(2)))
        });
        lines.truncate(NOTE_LINES_MAX);
        lines
    }

    fn draw_rows(&self, frame: &mut Frame<'_>, area: Rect, look: &Look<'_>) {
        let of_members = self.plan.operation == Operation::Members;
        let columns = if of_members { MEMBER_COLUMNS } else { COLUMNS };
        let cell = |target: &PlanTarget, column: usize| match column {
            0 => target.username.clone(),
            1 if of_members => target.membership.clone(),
            2 if of_members => inside(&target.before).to_owned(),
            3 if of_members && target.verdict == CHANGE => inside(&target.after).to_owned(),
            1 => look.personal(&target.name).into_owned(),
            2 => target.before.clone(),
            3 if target.verdict == REFUSED => "REFUSED".to_owned(),
            3 if target.verdict == CHANGE => target.after.clone(),
            3 if target.note == LEFT_OUT => "left out".to_owned(),
            3 => "already so".to_owned(),
            _ => target.note.clone(),
        };
        let flag = |target: &PlanTarget| match target.privileged {
            _ if target.verdict == REFUSED => '-',
            _ if target.note == LEFT_OUT => 'o',
            true => '!',
            false => ' ',
        };
        let drawing = Drawing {
            cell: &cell,
            marked: &|_| false,
            flag: &flag,
            sort: None,
            focused: self.focus == Focus::Rows,
        };
        self.grid.draw(frame, area, columns, &drawing, look);
        if self.grid.is_loaded() && self.grid.rows().is_empty() {
            let text = if self.only_noted {
                "    no row is refused, privileged or has a note"
            } else {
                "    the plan has no targets"
            };
            look.put(frame.buffer_mut(), row(area, 1), text, Role::Muted);
        }
    }

    fn draw_fields(&self, frame: &mut Frame<'_>, area: Rect, look: &Look<'_>) {
        let fields = [
            (
                Focus::Reason,
                "Reason",
                self.plan.reason_needed,
                &self.reason,
            ),
            (
                Focus::Ticket,
                "Ticket",
                self.plan.ticket_needed,
                &self.ticket,
            ),
        ];
        let shown = fields
            .into_iter()
            .filter(|(focus, ..)| self.fields().contains(focus));
        for (index, (focus, label, needed, field)) in shown.enumerate() {
            let at = row(area, index);
            let mark = if needed { "*" } else { " " };
            look.put(
                frame.buffer_mut(),
                at,
                &format!(" {label} {mark}"),
                Role::Text,
            );
            let place = Rect {
                width: at.width.saturating_sub(12),
                ..indented(at, 11)
            };
            field.draw(frame, place, self.focus == focus, look);
        }
        if self.fields().contains(&Focus::Identity) {
            let on = self.focus == Focus::Identity;
            let tick = if self.identified { "[x]" } else { "[ ]" };
            let cursor = if on { '>' } else { ' ' };
            let text = format!("{cursor}Caller * {tick} is identified (Space)");
            let role = if on { Role::CursorRow } else { Role::Text };
            let at = row(area, usize::from(area.height.saturating_sub(1)));
            look.put(frame.buffer_mut(), at, &text, role);
        }
    }
}

/// `3 gained, 1 lost`.
fn impact_words(shifts: &[Shift]) -> String {
    let rights = |gains: bool| -> usize {
        let some = shifts.iter().filter(|shift| shift.gains() == gains);
        some.map(|shift| shift.actions.len()).sum()
    };
    match (rights(true), rights(false)) {
        (0, 0) => "nobody gains or loses any".to_owned(),
        (gained, 0) => format!("{gained} gained"),
        (0, lost) => format!("{lost} lost"),
        (gained, lost) => format!("{gained} gained, {lost} lost"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_leaves_was_in_before() {
        let words = ["member", "not a member of Acme/Crew", "member of Acme/Crew"];
        assert_eq!(words.map(inside), ["in", "not in", "in"]);
    }
}
