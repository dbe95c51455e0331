//! How a form is drawn: its heading, as many fields as fit, and the hint of the one with the focus.

use super::{FormView, Stage};
use crate::domain::text;
use crate::tui::forms::fields::FieldState;
use crate::tui::forms::{Editor, FieldKind};
use crate::tui::look::{Look, count_of, row};
use crate::tui::theme::Role;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::widgets::{Clear, Widget as _};

impl<E: Editor> FormView<E> {
    pub(super) fn draw_in(&self, frame: &mut Frame<'_>, area: Rect, look: &Look<'_>) {
        Clear.render(area, frame.buffer_mut());
        self.draw_heading(frame, area, look);
        let body = Rect {
            y: area.y + 2,
            height: area.height.saturating_sub(3),
            ..area
        };
        if self.stage == Stage::Loading {
            look.put(
                frame.buffer_mut(),
                row(body, 0),
                "   loading ...",
                Role::Muted,
            );
            return;
        }
        let mut line = 0;
        let shown = self.fields.iter().enumerate().skip(self.first_shown(body));
        for (index, field) in shown {
            if line >= usize::from(body.height) {
                break;
            }
            let place = below(body, line);
            let focused = index == self.focus;
            field.draw(frame, place, focused, &self.note(field, focused), look);
            line += field.height(body);
        }
        let last = row(area, usize::from(area.height.saturating_sub(1)));
        look.put(
            frame.buffer_mut(),
            last,
            &format!(" {}", self.hint()),
            Role::Muted,
        );
    }

    fn draw_heading(&self, frame: &mut Frame<'_>, area: Rect, look: &Look<'_>) {
        let heading = row(area, 0);
        let mut parts = vec![format!("{} changed", self.changes())];
        if self.problems() > 0 {
            parts.push(count_of(self.problems(), "problem", "problems"));
        }
        match self.stage {
            Stage::Checking => parts.push("checking ...".to_owned()),
            Stage::Saving => parts.push("saving ...".to_owned()),
            _ if self.sheet.version > 0 => parts.push(format!("version {}", self.sheet.version)),
            _ => {}
        }
        let right = format!("{} ", parts.join("  "));
        let start = look.put_right(frame.buffer_mut(), heading, &right, Role::Text);
        let beside = Rect {
            width: start.saturating_sub(heading.x + 2),
            ..heading
        };
        let words = format!(" {}", self.sheet.heading);
        look.put(frame.buffer_mut(), beside, &words, Role::Heading);
        look.rule(frame.buffer_mut(), row(area, 1), "");
    }

    /// The first field that is drawn, so that the one with the focus is whole.
    fn first_shown(&self, body: Rect) -> usize {
        let height = usize::from(body.height);
        let mut used = 0;
        let mut from = self.focus;
        for index in (0..=self.focus).rev() {
            used += self.fields.get(index).map_or(0, |field| field.height(body));
            if used > height {
                break;
            }
            from = index;
        }
        from
    }

    /// What stands beside the value: how it is filled, or the day that is meant.
    fn note(&self, field: &FieldState, focused: bool) -> String {
        match field.spec.kind {
            FieldKind::Date => self.day_words(field.value().text(), focused),
            FieldKind::Toggle | FieldKind::Choice(_) if focused => "Space changes it".to_owned(),
            _ if focused && field.opens() && field.is_editable() => "Enter chooses".to_owned(),
            _ => String::new(),
        }
    }

    fn day_words(&self, typed: &str, focused: bool) -> String {
        match text::date(typed, self.today) {
            _ if typed.trim().is_empty() && focused => "Enter: calendar".to_owned(),
            Ok(Some(day)) => {
                let days = (day - self.today).get_days();
                let when = match days {
                    0 => "today".to_owned(),
                    1.. => format!("in {}", count_of(i64::from(days), "day", "days")),
                    _ => format!("{} ago", count_of(i64::from(-days), "day", "days")),
                };
                format!("{} ({when})", day.strftime("%a %Y-%m-%d"))
            }
            _ => String::new(),
        }
    }

    fn hint(&self) -> String {
        let field = self.fields.get(self.focus);
        let (name, hint) = field.map_or(("", ""), |field| (field.spec.name, field.spec.hint));
        if let Some(advice) = self.editor.advice(name, &self.fields) {
            advice
        } else if hint.is_empty() {
            "*:required   ~:changed   !:problem".to_owned()
        } else {
            hint.to_owned()
        }
    }
}

/// The area from one of its lines on.
fn below(area: Rect, line: usize) -> Rect {
    let skipped = u16::try_from(line).unwrap_or(u16::MAX).min(area.height);
    Rect {
        y: area.y + skipped,
        height: area.height - skipped,
        ..area
    }
}
