//! What the organizations screen asks and does: the tree, one place, and changes to it.

use super::detail::{self, Detail, subject_of};
use super::tree::Node;
use super::{Focus, Message, OrganizationsScreen};
use crate::domain::OrganizationId;
use crate::service::organizations::{OrganizationChanges, PlaceList, Places, UpdateOrganization};
use crate::service::{Asks, Consent, Error, RecordRef, Result};
use crate::tui::modals::consent::ConsentTo;
use crate::tui::modals::delete::{DeleteRecord, Doomed};
use crate::tui::notice::Notice;
use crate::tui::screen::Cx;
use crate::tui::shared::Subject;
use crate::tui::widgets::refusal::Refusal;

/// Users beside a line of the tree are counted to here; the page of a place counts them all.
const COUNT_MAX: u32 = 1_000;

impl OrganizationsScreen {
    /// Asks for the tree as it is now.
    pub(super) fn ask(&mut self, cx: &mut Cx<'_, Message>) {
        if self.search.is_asking() {
            self.again = true;
            return;
        }
        self.ask_places(self.search.applied().to_owned(), cx);
    }

    pub(super) fn ask_places(&self, search: String, cx: &mut Cx<'_, Message>) {
        let query = Places {
            search: search.clone(),
            open: self.tree.open(),
            cap: Some(COUNT_MAX),
        };
        cx.ask_latest("places", query, move |result| {
            Message::Listed(search, result)
        });
    }

    pub(super) fn search_on(&mut self, cx: &mut Cx<'_, Message>) {
        if let Some(search) = self.search.next_question() {
            self.ask_places(search, cx);
        }
    }

    pub(super) fn listed(
        &mut self,
        search: String,
        result: Result<PlaceList>,
        cx: &mut Cx<'_, Message>,
    ) {
        let searching = !search.trim().is_empty();
        match self.search.answered(search, result) {
            Ok(places) => {
                self.refused = None;
                self.tree.take(places, searching);
                if let Some(node) = self.wanted.take() {
                    self.tree.find(node);
                }
                self.load_detail(cx);
            }
            Err(Some(error)) => {
                let is_denied = error.lack().is_some();
                if is_denied || !self.tree.is_loaded() {
                    self.refused = Some(Refusal::of(&error));
                }
                if !is_denied {
                    cx.report(&error);
                } else if self.focus != Focus::Page {
                    self.focus = Focus::Tree;
                }
            }
            Err(None) => {}
        }
        if std::mem::take(&mut self.again) && !self.search.is_asking() {
            self.ask(cx);
        }
        self.search_on(cx);
    }

    /// Asks for the place that is shown, one question at a time: while the cursor runs, only the line where it rests.
    pub(super) fn load_detail(&mut self, cx: &mut Cx<'_, Message>) {
        if !(self.pane || self.focus == Focus::Page) || self.detail_asked.is_some() {
            return;
        }
        let Some(subject) = self.subject() else {
            self.detail = None;
            return;
        };
        let is_known = self
            .detail
            .as_ref()
            .is_some_and(|detail| subject_of(detail.node()) == subject);
        let Some(session) = cx.session().cloned() else {
            return;
        };
        if !is_known || self.detail_stale {
            self.detail_stale = false;
            self.detail_asked = Some(subject.clone());
            let work = detail::load(cx.service().clone(), session, subject.clone());
            cx.spawn(work, move |result| {
                Message::Detailed(subject, result.map(|detail| detail.map(Box::new)))
            });
        }
    }

    pub(super) fn detailed(
        &mut self,
        subject: &Subject,
        result: Result<Option<Box<Detail>>>,
        cx: &mut Cx<'_, Message>,
    ) {
        self.detail_asked = None;
        let is_wanted = self.subject().as_ref() == Some(subject);
        match result {
            Ok(Some(detail)) if is_wanted => {
                if self.focus == Focus::Page {
                    // It may have been asked for by name.
                    self.paged = Some(subject_of(detail.node()));
                    self.tree.find(detail.node());
                }
                self.detail = Some(*detail);
            }
            Err(Error::Missing { kind, name, .. }) if is_wanted && self.focus == Focus::Page => {
                let shown = self.detail.take().map(|detail| detail.full_name());
                let name = shown.unwrap_or(name);
                self.close_page();
                cx.notify(Notice::plain(format!(
                    "The {kind} {name} was deleted; this is the tree."
                )));
                return;
            }
            // The tree is about to tell that it is gone.
            Err(Error::Missing { .. }) => return,
            Err(error) => {
                cx.report(&error);
                return;
            }
            Ok(_) => {}
        }
        self.load_detail(cx);
    }

    /// Shows what stands in the way before anything is confirmed.
    pub(super) fn ask_deletion(&self, cx: &mut Cx<'_, Message>) {
        let (Some(node), Some((organization, unit))) = (self.node(), self.names()) else {
            return;
        };
        let doomed = match node {
            Node::Organization(id) => Doomed::Organization(id.0),
            Node::Unit(id) => Doomed::Unit(id.0),
        };
        cx.open_modal(DeleteRecord::new(doomed, &unit.unwrap_or(organization)));
    }

    /// Shows what a unit owns, and asks who gets it.
    pub(super) fn ask_move(&self, cx: &mut Cx<'_, Message>) {
        if let (Some(Node::Unit(id)), Some((_, Some(unit)))) = (self.node(), self.names()) {
            cx.open_modal(DeleteRecord::new(Doomed::Owned(id.0), &unit));
        }
    }

    /// Asks the service what the switch of an organization would do, before anybody is asked.
    pub(super) fn rehearse_switch(id: OrganizationId, enabled: bool, cx: &mut Cx<'_, Message>) {
        let Some(session) = cx.session().cloned() else {
            return;
        };
        let (service, update) = (cx.service().clone(), switch(id, enabled));
        let work = async move { Ok(service.rehearse(&session, update).await?.asks) };
        cx.spawn(work, move |result| {
            Message::SwitchRehearsed(id, enabled, result)
        });
    }

    pub(super) fn ask_switch(
        id: OrganizationId,
        enabled: bool,
        asks: Asks,
        cx: &mut Cx<'_, Message>,
    ) {
        let facts: &[&str] = if enabled {
            &["Undo: yes, by disabling it."]
        } else {
            &[
                "Nobody can sign in to it until somebody enables it.",
                "Undo: yes, by enabling it.",
            ]
        };
        // Nobody may be in it, and it is asked all the same: the menu is no review.
        let tier = if enabled { asks.tier } else { asks.tier.max(2) };
        let asks = Asks { tier, ..asks };
        let facts = facts.iter().map(|&fact| fact.to_owned()).collect();
        let asker = cx.asker(move |consent| Message::Switch(id, enabled, consent));
        ConsentTo::open(asks, facts, asker, cx);
    }

    pub(super) fn switch(
        id: OrganizationId,
        enabled: bool,
        consent: Consent,
        cx: &mut Cx<'_, Message>,
    ) {
        let update = UpdateOrganization {
            consent,
            ..switch(id, enabled)
        };
        cx.perform(update, move |result| {
            Message::Switched(enabled, result.map(drop))
        });
    }
}

fn switch(id: OrganizationId, enabled: bool) -> UpdateOrganization {
    UpdateOrganization {
        organization: RecordRef::Id(id.0),
        version: None,
        changes: OrganizationChanges {
            enabled: Some(enabled),
            ..OrganizationChanges::default()
        },
        consent: Consent::default(),
    }
}
