//! What actions and wishes of screens do to the application.

use super::{App, Deeds, HISTORY_MAX, Jobs, Place, Request, focused};
use crate::domain::permission::{Permission, Verb};
use crate::service::{Lack, Session};
use crate::tui::actions::{ActionId, Availability, Offered, TABS};
use crate::tui::modals::help::{HELP, Help};
use crate::tui::modals::palette::{COMMANDS, Palette, Surroundings};
use crate::tui::modals::quit::ConfirmQuit;
use crate::tui::modals::reports::Reports;
use crate::tui::modals::verdict::{VerdictView, WHY};
use crate::tui::modals::welcome::Welcome;
use crate::tui::modals::workplaces::Workplaces;
use crate::tui::notice::Notice;
use crate::tui::screen::{Layer, Screen};
use crate::tui::screens;
use crate::tui::shared::{Effect, Front, Subject};
use jiff::tz::TimeZone;

impl App {
    /// Everything that can be done now: what the focused screen takes, then what works anywhere.
    pub(super) fn offered(&self) -> Vec<Offered> {
        let mut offered = self.offered_here();
        for action in self.offered_anywhere() {
            if !offered.iter().any(|known| known.id == action.id) {
                offered.push(action);
            }
        }
        offered
    }

    /// What the focused screen takes; what the operator lacks the right for is off.
    fn offered_here(&self) -> Vec<Offered> {
        let Some(layer) = self.focused_ref() else {
            return Vec::new();
        };
        let mut offered = layer.actions();
        for action in &mut offered {
            if let Some(permission) = layer.needs(action.id).filter(|_| action.is_on())
                && let Some(reason) = self.why_not(permission)
            {
                action.availability = Availability::Off(reason.into());
            }
        }
        offered
    }

    /// Why the operator can't use a right; nothing where they can, or where that isn't known yet.
    fn why_not(&self, permission: Permission) -> Option<String> {
        if self.shared.options.read_only && permission.1 != Verb::View {
            return Some("This wardroom is read-only; start it without --read-only.".to_owned());
        }
        let held = self.shared.permissions.as_ref()?;
        (!held.may(permission))
            .then(|| format!("You may not do that: it needs the right {permission}."))
    }

    /// What the operator lacks for an action, where that is why it is off.
    fn lacking(&self, id: ActionId, reason: &str) -> Option<Lack> {
        let right = self.focused_ref()?.needs(id)?;
        let held = self.shared.permissions.as_ref()?;
        let is_why = self.why_not(right).is_some_and(|why| why == reason);
        (is_why && !held.may(right)).then_some(Lack::right(right))
    }

    fn offered_anywhere(&self) -> Vec<Offered> {
        let mut offered: Vec<Offered> = [ActionId::Stop, ActionId::Redraw]
            .into_iter()
            .map(Offered::on)
            .collect();
        if self.lock.is_some() {
            let quits = Offered::on(ActionId::Stop).named("twice quits");
            return vec![quits.in_footer(), Offered::on(ActionId::Redraw)];
        }
        offered.push(Offered::when(
            !self.shared.options.restricted,
            ActionId::Suspend,
            "There is no shell behind this console to suspend to.",
        ));
        offered.push(Offered::on(ActionId::Mouse));
        if self.shared.session.is_none() {
            return offered;
        }
        let on_top = self.modals.top_ref().map(Layer::title);
        if on_top != Some(HELP) {
            offered.push(Offered::on(ActionId::Help).in_footer());
        }
        if on_top.is_some_and(|title| title != HELP && title != COMMANDS) {
            offered.push(Offered::on(ActionId::Palette));
        }
        if self.modals.top_ref().is_none() {
            offered.extend([ActionId::Back, ActionId::Close].map(Offered::on));
            if self.shared.front == Front::Console {
                offered.extend(self.offered_in_console());
            }
            offered.extend([ActionId::Undo, ActionId::SignOut].map(Offered::on));
            offered.push(Offered::on(ActionId::Palette).in_footer());
        }
        if on_top != Some(WHY) {
            let explain = Offered::when(
                self.shared.lacks.is_some(),
                ActionId::Explain,
                "Nothing was refused to you yet in this console.",
            );
            offered.push(match &self.shared.lacks {
                Some(lack) => explain.labelled(format!("Why you may not: {lack}")),
                None => explain,
            });
        }
        offered.push(Offered::when(
            self.modals.top_ref().is_none(),
            ActionId::WorkIn,
            "What is open here belongs to the organization you work in: save or leave it first.",
        ));
        if self.copied.is_some() {
            offered.push(Offered::on(ActionId::Plain));
        }
        offered.extend(
            [
                ActionId::Reload,
                ActionId::Mask,
                ActionId::Lock,
                ActionId::Quit,
            ]
            .map(Offered::on),
        );
        offered
    }

    /// The ways between the tabs, and to the desk.
    fn offered_in_console(&self) -> Vec<Offered> {
        let mut offered = vec![
            Offered::when(
                !self.history.is_empty(),
                ActionId::HistoryBack,
                "This is where you began: there is no way back.",
            ),
            Offered::when(
                !self.future.is_empty(),
                ActionId::HistoryForward,
                "There is nothing to go forward to.",
            ),
        ];
        let tabs = TABS.iter().zip(&self.tabs);
        offered.extend(tabs.map(|(id, tab)| {
            Offered::on(*id)
                .named(tab.title())
                .labelled(format!("Go to {}", tab.title()))
        }));
        offered.extend(
            [
                ActionId::NextTab,
                ActionId::PreviousTab,
                ActionId::Desk,
                ActionId::Reports,
            ]
            .map(Offered::on),
        );
        offered
    }

    /// Takes an action: by the focused screen if it takes it, otherwise by the application.
    pub(super) fn run(&mut self, id: ActionId) {
        if id == ActionId::Plain && self.copied.is_some() {
            self.show_copied();
            return;
        }
        self.copied = None;
        let own = self.offered_here();
        let own = own.into_iter().find(|action| action.id == id);
        let offered = own.clone().or_else(|| {
            self.offered_anywhere()
                .into_iter()
                .find(|action| action.id == id)
        });
        match (offered.map(|action| action.availability), own) {
            (Some(Availability::Off(reason)), _) => {
                let lacks = self.lacking(id, &reason);
                self.shared.notify(Notice::plain(reason).about(lacks));
            }
            (Some(Availability::On), Some(_)) => {
                let layer = focused(&mut self.lock, &mut self.modals, &mut self.tabs, self.open);
                if let Some(layer) = layer {
                    layer.command(id, &mut self.shared);
                }
            }
            (Some(Availability::On), None) => self.run_anywhere(id),
            (None, _) => {
                let text = format!("\"{}\" does not apply here.", id.label());
                self.shared.notify(Notice::plain(text));
            }
        }
    }

    fn run_anywhere(&mut self, id: ActionId) {
        match id {
            ActionId::Help => {
                let help = Help::new(self.focus_name(), &self.offered(), &self.keys);
                self.open_modal(help);
            }
            ActionId::Palette => {
                let around = self.surroundings();
                let palette = Palette::new(&self.offered(), around, &self.keys);
                self.open_modal(palette);
            }
            ActionId::Back => self.shared.notice = None,
            ActionId::HistoryBack => self.go_back(),
            ActionId::HistoryForward => self.go_forward(),
            ActionId::Close => self.shared.notify(Notice::plain("Q quits Wardroom.")),
            ActionId::Quit => self.quit(),
            ActionId::Stop => self.stop(),
            ActionId::Suspend => self.suspend(),
            ActionId::Redraw => self.want(Request::Repaint),
            ActionId::Reload => self.changed_everywhere(),
            ActionId::NextTab => self.go_to_tab((self.open + 1) % self.tabs.len().max(1)),
            ActionId::PreviousTab => {
                let count = self.tabs.len().max(1);
                self.go_to_tab((self.open + count - 1) % count);
            }
            ActionId::Undo => self.undo_last(),
            ActionId::Mouse => self.toggle_mouse(),
            ActionId::Mask => self.mask(),
            ActionId::Lock => self.lock(),
            ActionId::SignOut => self.sign_out_for_good(),
            ActionId::Desk => self.enter(Front::Desk),
            ActionId::Reports => self.open_modal(Reports::default()),
            ActionId::Explain => {
                if let Some(lack) = self.shared.lacks.clone() {
                    self.open_modal(VerdictView::of_lack(lack));
                }
            }
            ActionId::WorkIn => self.open_modal(Workplaces::default()),
            other => {
                let tab = TABS.iter().position(|tab| *tab == other);
                if let Some(tab) = tab.filter(|tab| *tab < self.tabs.len()) {
                    let is_here = tab == self.open;
                    if let Some(layer) = self.tabs.get_mut(tab).filter(|_| is_here) {
                        layer.show_list(&mut self.shared);
                    }
                    self.go_to_tab(tab);
                }
            }
        }
    }

    fn mask(&mut self) {
        self.shared.masked = !self.shared.masked;
        let text = if self.shared.masked {
            "Names, e-mails and phones are masked on the screen; exports and copies are not."
        } else {
            "Names, e-mails and phones are shown again."
        };
        self.shared.notify(Notice::plain(text));
    }

    /// Nothing while a modal lies over the tab: what is begun there is finished or left first.
    fn surroundings(&self) -> Option<Surroundings> {
        if self.modals.top_ref().is_some() {
            return None;
        }
        let tab = self.tabs.get(self.open);
        Some(Surroundings {
            aim: tab.and_then(|tab| tab.aimed_at()),
            views: self.tabs.iter().flat_map(|tab| tab.views()).collect(),
        })
    }

    /// Shows the keys that matter, once, to an operator who is new.
    pub(super) fn welcome(&mut self) {
        // Whoever works already finds out by themselves, and the desk says its keys; the card comes at the next sign-in.
        let works = self.modals.top_ref().is_some() || self.takes_text();
        if self.shared.front == Front::Console && !works {
            let card = Welcome::new(|action| self.keys.first_way(action));
            self.open_modal(card);
        }
    }

    pub(super) fn open_modal(&mut self, modal: impl Screen) {
        let layer = self.shared.hold(modal);
        self.modals.open(layer, &mut self.shared);
    }

    pub(super) fn suspend(&mut self) {
        // Who doesn't know the password must not get at the shell either.
        if !self.shared.options.restricted && self.lock.is_none() {
            self.want(Request::Suspend);
        }
    }

    fn quit(&mut self) {
        if self.jobs.is_running() {
            self.open_modal(ConfirmQuit);
        } else {
            self.want(Request::Quit(0));
        }
    }

    /// Pauses the running job; with nothing running the second press within two seconds quits.
    fn stop(&mut self) {
        let now = self.shared.service.now();
        let again = self
            .stopped_at
            .is_some_and(|before| before.seconds_until(now) < 2);
        self.stopped_at = Some(now);
        let nothing_runs = !self.jobs.is_running() || self.lock.is_some();
        if self.shared.session.is_none() || (again && nothing_runs) {
            self.want(Request::Quit(0));
        } else if self.lock.is_some() {
            // The lock says itself how to quit; the jobs of its operator are nobody else's to pause.
        } else if self.jobs.is_running() {
            self.pause_jobs();
        } else {
            self.shared.notify(Notice::plain(
                "Nothing is running. Press Ctrl-c again, or Q, to quit.",
            ));
        }
    }

    pub(super) fn go_to_tab(&mut self, tab: usize) {
        self.open = tab;
        if let Some(layer) = self.tabs.get_mut(tab)
            && self.stale.contains(&layer.id())
        {
            let id = layer.id();
            self.stale.retain(|stale| *stale != id);
            layer.refresh(&mut self.shared);
        }
    }

    pub(super) fn carry_out_effects(&mut self) {
        while let Some(effect) = self.shared.effects.pop_front() {
            self.carry_out(effect);
        }
    }

    fn carry_out(&mut self, effect: Effect) {
        match effect {
            Effect::Open(layer) => self.modals.open(layer, &mut self.shared),
            Effect::Close(id) => {
                self.modals.close(id);
                self.shared.forget_lanes(id);
            }
            Effect::Run(id) => self.run(id),
            Effect::Show(subject) => self.show(&subject),
            Effect::Deliver(to, message) => self.deliver(to, message),
            Effect::SignedIn(session) => self.signed_in(*session),
            Effect::Moved(session) => self.moved(*session),
            Effect::CarryOut(plan, aim) => {
                self.carry_out_plan(*plan, aim);
            }
            Effect::StartJob(job, aim) => {
                if let Some(session) = self.shared.session.clone() {
                    self.start_job(job, session, aim);
                }
            }
            Effect::Finished(finished) => self.finished(&finished),
            Effect::Undo(job) => self.plan_undo(job),
            Effect::Wrote => self.look_for_changes(),
            Effect::Copy { what, text } => self.copy(&what, text),
            Effect::Unlock => self.unlock(),
            Effect::Enter(front) => self.enter(front),
            Effect::Quit => self.want(Request::Quit(0)),
        }
    }

    /// Goes where a record is shown; history knows the way back.
    fn show(&mut self, subject: &Subject) {
        let here = self.here();
        let shared = &mut self.shared;
        let tab = self
            .tabs
            .iter_mut()
            .position(|tab| tab.show(subject, shared));
        if let Some(tab) = tab {
            self.history.push(here);
            self.history
                .drain(..self.history.len().saturating_sub(HISTORY_MAX));
            self.future.clear();
            self.go_to_tab(tab);
        }
    }

    fn here(&self) -> Place {
        Place {
            tab: self.open,
            subject: self.tabs.get(self.open).and_then(|tab| tab.bookmark()),
        }
    }

    fn go_back(&mut self) {
        let here = self.here();
        while let Some(place) = self.history.pop() {
            // Esc may have led there already.
            if place != here {
                self.future.push(here);
                self.go_to_place(&place);
                return;
            }
        }
    }

    fn go_forward(&mut self) {
        let here = self.here();
        if let Some(place) = self.future.pop() {
            self.history.push(here);
            self.go_to_place(&place);
        }
    }

    fn go_to_place(&mut self, place: &Place) {
        if let Some(tab) = self.tabs.get_mut(place.tab) {
            match &place.subject {
                Some(subject) => {
                    tab.show(subject, &mut self.shared);
                }
                None => tab.show_list(&mut self.shared),
            }
        }
        self.go_to_tab(place.tab);
    }

    fn signed_in(&mut self, session: Session) {
        let zone = TimeZone::get(&session.time_zone);
        self.shared.zone = zone.unwrap_or_else(|_| self.shared.options.zone.clone());
        self.shared.session = Some(session);
        self.shared.notice = None;
        self.shared.front = self.shared.options.start;
        self.tabs = screens::of(self.shared.front, &mut self.shared);
        self.stale = self.tabs.iter().map(|tab| tab.id()).collect();
        self.begin_session();
        self.go_to_tab(0);
    }

    /// Goes between the desk and the tabs; what was done there is as it was left.
    fn enter(&mut self, front: Front) {
        if front == self.shared.front {
            return;
        }
        self.shared.front = front;
        let (tabs, open) = self.parked.take().unwrap_or_else(|| {
            let tabs = screens::of(front, &mut self.shared);
            self.stale.extend(tabs.iter().map(|tab| tab.id()));
            (tabs, 0)
        });
        self.parked = Some((std::mem::replace(&mut self.tabs, tabs), self.open));
        self.history.clear();
        self.future.clear();
        self.go_to_tab(open);
    }

    /// Shows the sign-in screen and forgets everything of the operator.
    pub(super) fn sign_out(&mut self, notice: Option<Notice>) {
        self.shared.session = None;
        self.shared.permissions = None;
        self.shared.lacks = None;
        self.shared.session_number += 1;
        self.shared.notice = notice;
        self.modals.clear();
        self.lock = None;
        self.copied = None;
        self.jobs = Jobs::default();
        self.deeds = Deeds::default();
        self.watcher = None;
        self.mark = None;
        self.pressed.clear();
        self.stale.clear();
        self.shared.zone = TimeZone::UTC;
        self.open = 0;
        self.parked = None;
        self.history.clear();
        self.future.clear();
        self.tabs = vec![screens::sign_in(&mut self.shared)];
    }
}
