//! Which actions a list of records takes, and why not others.

use super::{Focus, Kind, RecordsScreen};
use crate::tui::actions::{ActionId, Offered, moves};

impl<K: Kind> RecordsScreen<K> {
    pub(super) fn grid_actions(&self) -> Vec<Offered> {
        let some = self.grid.current().is_some();
        let empty = "The list is empty: there is no row to do that to.";
        let mut offered = vec![
            Offered::on(ActionId::Filter)
                .labelled(format!("Filter by {}", K::SEARCHED))
                .in_footer(),
            Offered::when(some, ActionId::Open, empty).in_footer(),
            Offered::on(ActionId::Pane)
                .named(if self.pane { "hide details" } else { "details" })
                .in_footer(),
        ];
        offered.extend(self.deeds());
        offered.extend([
            self.sortable(ActionId::Sort),
            self.sortable(ActionId::SortDescending),
            Offered::on(ActionId::ColumnLeft),
            Offered::on(ActionId::ColumnRight),
        ]);
        offered.extend(moves());
        if self.pane {
            offered.push(Offered::on(ActionId::NextPane));
            offered.push(Offered::on(ActionId::PreviousPane));
        }
        // With nothing left to step back from, Esc belongs to the application.
        if self.pane || self.focus == Focus::Pane {
            offered.push(Offered::on(ActionId::Back));
        }
        offered
    }

    /// What can be done while one record fills the screen.
    pub(super) fn page_actions(&self) -> Vec<Offered> {
        let mut offered = vec![
            Offered::on(ActionId::Open).named("open link").in_footer(),
            Offered::on(ActionId::NextPane)
                .named("next link")
                .in_footer(),
            Offered::on(ActionId::PreviousPane),
        ];
        offered.extend(self.deeds());
        offered.extend([
            Offered::on(ActionId::Back).in_footer(),
            Offered::on(ActionId::Close),
        ]);
        offered.extend(moves());
        offered
    }

    fn sortable(&self, action: ActionId) -> Offered {
        let why = format!(
            "There are more {} than the list shows; filter them first (/).",
            K::MANY
        );
        Offered::when(!self.more, action, why)
    }

    fn deeds(&self) -> Vec<Offered> {
        let one = self.one();
        let nothing = format!("There is no {} here to do that to.", K::ONE);
        let deed = |action| Offered::when(one.is_some(), action, nothing.clone());
        let unless = |why: Option<String>, action| match why {
            Some(why) => Offered::off(action, why),
            None => deed(action),
        };
        let edit = unless(one.as_ref().and_then(K::fixed), ActionId::Edit);
        let delete = unless(one.as_ref().and_then(K::stays), ActionId::Delete);
        let mut deeds = vec![
            edit.labelled(format!("Edit this {}", K::ONE)).in_footer(),
            deed(ActionId::Members).in_footer(),
            Offered::on(ActionId::New)
                .labelled(format!("Create a {}", K::ONE))
                .in_footer(),
            deed(ActionId::Clone).labelled(format!("Create a {} like this one", K::ONE)),
            delete.labelled(format!("Delete this {}", K::ONE)),
            deed(ActionId::Timeline).in_footer(),
        ];
        let more = K::MORE.iter();
        deeds.extend(more.map(|(id, label)| deed(*id).labelled(*label).in_footer()));
        deeds
    }
}
