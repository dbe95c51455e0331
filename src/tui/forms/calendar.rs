//! A month to choose a day from.

use crate::tui::actions::{ActionId, MOVES, Offered, moves};
use crate::tui::look::{Look, indented, row};
use crate::tui::screen::{Asker, Cx, Screen};
use crate::tui::theme::Role;
use crate::tui::widgets::panel::{centered, draw_box};
use jiff::ToSpan as _;
use jiff::civil::{Date, Weekday};
use ratatui::Frame;
use ratatui::layout::Rect;

pub struct Calendar {
    heading: &'static str,
    day: Date,
    today: Date,
    asker: Option<Asker<String>>,
}

impl Calendar {
    #[must_use]
    pub fn new(
        heading: &'static str,
        day: Option<Date>,
        today: Date,
        asker: Asker<String>,
    ) -> Self {
        Self {
            heading,
            day: day.unwrap_or(today),
            today,
            asker: Some(asker),
        }
    }

    fn go(&mut self, action: ActionId) {
        let moved = match action {
            ActionId::ColumnLeft => self.day.checked_sub(1.day()),
            ActionId::ColumnRight => self.day.checked_add(1.day()),
            ActionId::Up => self.day.checked_sub(1.week()),
            ActionId::Down => self.day.checked_add(1.week()),
            ActionId::PageUp => self.day.checked_sub(1.month()),
            ActionId::PageDown => self.day.checked_add(1.month()),
            ActionId::HalfPageUp => self.day.checked_sub(1.year()),
            ActionId::HalfPageDown => self.day.checked_add(1.year()),
            _ => Ok(self.today),
        };
        self.day = moved.unwrap_or(self.day);
    }

    /// The Monday on or before the first of the month.
    fn first_monday(&self) -> Date {
        let first = self.day.first_of_month();
        let back = i64::from(first.weekday().since(Weekday::Monday));
        first.checked_sub(back.days()).unwrap_or(first)
    }
}

impl Screen for Calendar {
    type Message = ();

    fn title(&self) -> &'static str {
        "Calendar"
    }

    fn actions(&self) -> Vec<Offered> {
        let mut offered = vec![
            Offered::on(ActionId::Open)
                .named("take this day")
                .in_footer(),
            Offered::on(ActionId::Back).in_footer(),
            Offered::on(ActionId::ColumnLeft).named("day").in_footer(),
            Offered::on(ActionId::ColumnRight).named("day").in_footer(),
        ];
        for mut action in moves() {
            let word = match action.id {
                ActionId::Up | ActionId::Down => "week",
                ActionId::PageUp | ActionId::PageDown => "month",
                ActionId::HalfPageUp | ActionId::HalfPageDown => "year",
                _ => "today",
            };
            action.in_footer = action.id != ActionId::Last;
            offered.push(action.named(word));
        }
        offered
    }

    fn command(&mut self, action: ActionId, cx: &mut Cx<'_, ()>) {
        match action {
            ActionId::Open => {
                cx.close();
                if let Some(asker) = self.asker.take() {
                    cx.answer(asker, self.day.to_string());
                }
            }
            ActionId::ColumnLeft | ActionId::ColumnRight => self.go(action),
            motion if MOVES.contains(&motion) => self.go(motion),
            _ => cx.close(),
        }
    }

    fn update(&mut self, (): (), _cx: &mut Cx<'_, ()>) {}

    fn draw(&self, frame: &mut Frame<'_>, area: Rect, look: &Look<'_>) {
        let inside = draw_box(frame, centered(area, 34, 12), self.heading, look);
        let month = self.day.strftime("%B %Y").to_string();
        look.put(
            frame.buffer_mut(),
            indented(row(inside, 0), 2),
            &month,
            Role::Heading,
        );
        let head = "Mo  Tu  We  Th  Fr  Sa  Su";
        look.put(
            frame.buffer_mut(),
            indented(row(inside, 1), 2),
            head,
            Role::Muted,
        );
        let mut day = self.first_monday();
        for week in 0..6 {
            for column in 0..7_u16 {
                let at = Rect {
                    width: 4,
                    ..indented(row(inside, 2 + week), 1 + column * 4)
                };
                let role = match (day == self.day, day.month() == self.day.month()) {
                    (true, _) => Role::CursorRow,
                    (false, true) => Role::Text,
                    (false, false) => Role::Muted,
                };
                let mark = if day == self.today { '*' } else { ' ' };
                let text = format!("{mark}{:>2} ", day.day());
                look.put(frame.buffer_mut(), at, &text, role);
                if day == self.day {
                    look.place_cursor(frame, at.x + 1, at.y);
                }
                day = day.tomorrow().unwrap_or(day);
            }
        }
        let foot = format!("{}   * today", self.day.strftime("%a %Y-%m-%d"));
        look.put(
            frame.buffer_mut(),
            indented(row(inside, 9), 2),
            &foot,
            Role::Text,
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_begins_with_the_monday_before_its_first() {
        let calendar = |day: &str| Calendar {
            heading: "",
            day: day.parse().unwrap(),
            today: "2026-11-25".parse().unwrap(),
            asker: None,
        };
        assert_eq!(
            calendar("2026-11-25").first_monday().to_string(),
            "2026-10-26"
        );
        assert_eq!(
            calendar("2026-06-01").first_monday().to_string(),
            "2026-06-01"
        );
    }

    #[test]
    fn a_month_later_stays_in_the_month() {
        let mut calendar = Calendar {
            heading: "",
            day: "2027-01-31".parse().unwrap(),
            today: "2026-11-25".parse().unwrap(),
            asker: None,
        };
        calendar.go(ActionId::PageDown);
        assert_eq!(calendar.day.to_string(), "2027-02-28");
        calendar.go(ActionId::First);
        assert_eq!(calendar.day.to_string(), "2026-11-25");
    }
}
