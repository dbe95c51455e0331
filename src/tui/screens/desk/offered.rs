//! Which actions the desk takes now.

use super::{DeskScreen, Focus};
use crate::tui::actions::{ActionId, Offered, moves};

impl DeskScreen {
    pub(super) fn offered(&self) -> Vec<Offered> {
        let mut offered = match self.focus {
            Focus::Search => self.search_actions(),
            Focus::Person => self.person_actions(),
            Focus::Ticket => vec![
                Offered::on(ActionId::Open).named("done").in_footer(),
                Offered::on(ActionId::NextPane).named("actions").in_footer(),
                Offered::on(ActionId::PreviousPane),
            ],
        };
        offered.extend([
            Offered::on(ActionId::ContinueNew)
                .named("next caller")
                .labelled("Take the next caller of the queue")
                .in_footer(),
            Offered::on(ActionId::Back).named("back").in_footer(),
            Offered::on(ActionId::Close)
                .named("full console")
                .labelled("Go to the full console")
                .in_footer(),
        ]);
        offered
    }

    fn search_actions(&self) -> Vec<Offered> {
        let mut offered = vec![
            Offered::on(ActionId::Open)
                .named("pick")
                .labelled("Pick this caller")
                .in_footer(),
        ];
        offered.extend(moves());
        if self.person.is_some() {
            offered.push(Offered::on(ActionId::NextPane));
            offered.push(Offered::on(ActionId::PreviousPane));
        }
        offered
    }

    fn person_actions(&self) -> Vec<Offered> {
        const NOBODY: &str = "Pick the caller first: / searches for one.";
        let picked = self.person.is_some();
        let mut offered = vec![
            Offered::on(ActionId::Filter)
                .named("search")
                .labelled("Search for another caller")
                .in_footer(),
        ];
        if self.asks_identity() {
            offered.push(
                Offered::when(picked || self.haste.is_some(), ActionId::Mark, NOBODY)
                    .named("identified")
                    .labelled("The caller is identified, or isn't")
                    .in_footer(),
            );
        }
        if self.asks_ticket() {
            offered.push(
                Offered::when(picked, ActionId::NextPane, NOBODY)
                    .named("ticket")
                    .labelled("Type the ticket")
                    .in_footer(),
            );
            offered.push(Offered::when(picked, ActionId::PreviousPane, NOBODY));
        }
        offered.push(
            Offered::when(picked, ActionId::Timeline, NOBODY)
                .labelled("The caller in the full console, with all that happened"),
        );
        offered
    }
}
