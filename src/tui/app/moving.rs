//! What changes when the operator goes to work in another organization: everything that is on the screen is of the old one.

use super::{App, Deeds};
use crate::service::Session;
use crate::tui::look::count_of;
use crate::tui::notice::Notice;
use crate::tui::screens;

impl App {
    /// Shows everything anew for a session that works elsewhere now. The screens are new ones, so that no answer about the
    /// old organization finds anybody who would show it. Jobs that run go on in theirs.
    pub(super) fn moved(&mut self, session: Session) {
        let parked = self.parked.take().into_iter().flat_map(|(tabs, _)| tabs);
        let marked = parked.chain(std::mem::take(&mut self.tabs));
        let (filters, marked) = marked.fold((Vec::new(), 0), |(mut filters, marked), tab| {
            filters.push((tab.title(), tab.filter()));
            (filters, marked + tab.marked())
        });
        self.shared
            .notify(Notice::good(sentence(&session.organization_name, marked)));
        self.shared.session = Some(session);
        self.shared.permissions = None;
        self.shared.lacks = None;
        self.modals.clear();
        self.copied = None;
        self.deeds = Deeds::default();
        self.pressed.clear();
        self.history.clear();
        self.future.clear();
        self.tabs = screens::of(self.shared.front, &mut self.shared);
        self.stale = self.tabs.iter().map(|tab| tab.id()).collect();
        for tab in &mut self.tabs {
            let before = filters.iter().find(|(title, _)| *title == tab.title());
            if let Some((_, filter)) = before.filter(|(_, filter)| !filter.is_empty()) {
                tab.filter_by(filter, &mut self.shared);
            }
        }
        self.ask_permissions();
        self.go_to_tab(self.open);
    }
}

fn sentence(organization: &str, marked: i64) -> String {
    let now = format!("You work in {organization} now.");
    if marked == 0 {
        return now;
    }
    let marks = count_of(marked, "mark", "marks");
    format!("{now} Dropped: {marks}, made where you came from.")
}
