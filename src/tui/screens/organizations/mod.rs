//! Organizations and their units: a tree, one place in detail, and what can be done to it.

mod asking;
mod detail;
mod draw;
mod tree;

use crate::domain::OrganizationId;
use crate::domain::audit::TargetKind;
use crate::domain::filter::AuditQuery;
use crate::domain::permission::Permission;
use crate::service::organizations::PlaceList;
use crate::service::{Asks, Consent, Result, audit, groups, organizations, units, users};
use crate::tui::actions::{ActionId, MOVES, Offered, moves};
use crate::tui::forms::FormView;
use crate::tui::forms::organization::OrganizationEditor;
use crate::tui::forms::unit::UnitEditor;
use crate::tui::look::Look;
use crate::tui::modals::choose::{Chance, Choose};
use crate::tui::notice::Notice;
use crate::tui::screen::{Cx, Screen};
use crate::tui::shared::Subject;
use crate::tui::widgets::detail::Walk;
use crate::tui::widgets::field::Edit;
use crate::tui::widgets::refusal::Refusal;
use crate::tui::widgets::search::Search;
use crossterm::event::KeyEvent;
use detail::{Detail, subject_of};
use ratatui::Frame;
use ratatui::layout::{Position, Rect};
use tree::{Node, Tree};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Focus {
    #[default]
    Tree,
    Filter,
    /// The detail pane beside the tree.
    Pane,
    /// One place on the whole screen.
    Page,
}

#[derive(Default)]
pub struct OrganizationsScreen {
    tree: Tree,
    search: Search,
    focus: Focus,
    pane: bool,
    detail: Option<Detail>,
    detail_asked: Option<Subject>,
    /// Something changed since the detail was asked for.
    detail_stale: bool,
    /// The place of the page.
    paged: Option<Subject>,
    /// What the cursor is to stand on once the tree has it.
    wanted: Option<Node>,
    walk: Walk,
    /// Why there is no tree.
    refused: Option<Refusal>,
    /// Something changed while a search was on its way.
    again: bool,
}

/// What `n` and `a` let one choose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Chosen {
    NewOrganization,
    NewUnit,
    Enable,
    Disable,
    MoveOwned,
}

pub enum Message {
    Listed(String, Result<PlaceList>),
    Detailed(Subject, Result<Option<Box<Detail>>>),
    Chosen(Chosen),
    /// What enabling or disabling an organization asks for.
    SwitchRehearsed(OrganizationId, bool, Result<Asks>),
    Switch(OrganizationId, bool, Consent),
    Switched(bool, Result<()>),
}

impl OrganizationsScreen {
    /// The place that the pane or the page shows.
    fn subject(&self) -> Option<Subject> {
        match self.focus {
            Focus::Page => self.paged.clone(),
            _ => Some(subject_of(self.tree.current()?.node)),
        }
    }

    /// The same where its number is known.
    fn node(&self) -> Option<Node> {
        match self.focus {
            Focus::Page => {
                let detail = self.detail.as_ref()?;
                (Some(subject_of(detail.node())) == self.paged).then(|| detail.node())
            }
            _ => Some(self.tree.current()?.node),
        }
    }

    /// The organization of the place, and `ORGANIZATION/NAME` for a unit.
    fn names(&self) -> Option<(String, Option<String>)> {
        if self.focus == Focus::Page {
            return Some(match self.detail.as_ref()? {
                Detail::Organization(organization) => (organization.name.clone(), None),
                Detail::Unit(unit) => {
                    let full = format!("{}/{}", unit.organization, unit.name);
                    (unit.organization.clone(), Some(full))
                }
            });
        }
        let branch = self.tree.current()?;
        let organization = self.tree.organization_of(branch.node)?.to_owned();
        Some(match branch.node {
            Node::Organization(_) => (organization, None),
            Node::Unit(_) => {
                let full = format!("{organization}/{}", branch.name);
                (organization, Some(full))
            }
        })
    }

    fn is_enabled(&self) -> bool {
        match (self.focus, &self.detail) {
            (Focus::Page, Some(Detail::Organization(organization))) => organization.enabled,
            _ => self.tree.current().is_none_or(|branch| !branch.disabled),
        }
    }

    fn open_page(&mut self, subject: Subject, cx: &mut Cx<'_, Message>) {
        self.paged = Some(subject);
        self.focus = Focus::Page;
        self.walk = Walk::default();
        self.load_detail(cx);
    }

    fn close_page(&mut self) {
        self.focus = Focus::Tree;
        self.paged = None;
        self.walk = Walk::default();
    }

    fn scroll(&mut self, motion: ActionId, cx: &Cx<'_, Message>) {
        let lines = self.lines_of_detail(cx.area(), &cx.look()).len();
        self.walk.go(motion, lines, self.detail_height(cx.area()));
    }

    fn step_back(&mut self, cx: &mut Cx<'_, Message>) {
        match self.focus {
            Focus::Filter => {
                self.focus = Focus::Tree;
                if let Some(search) = self.search.take_back() {
                    self.ask_places(search, cx);
                }
            }
            Focus::Page => self.close_page(),
            Focus::Pane => {
                self.focus = Focus::Tree;
                self.walk = Walk::default();
            }
            Focus::Tree => self.pane = false,
        }
    }

    fn follow_link(&self, cx: &mut Cx<'_, Message>) {
        let lines = self.lines_of_detail(cx.area(), &cx.look());
        if let Some(link) = self.walk.link(&lines) {
            cx.show(link.clone());
        }
    }

    /// Makes a unit below the place; whoever may make organizations too is asked which.
    fn create(&self, cx: &mut Cx<'_, Message>) {
        if !cx.may(organizations::CREATE) {
            self.create_chosen(Chosen::NewUnit, cx);
            return;
        }
        let below = match self.names() {
            Some((_, Some(unit))) => format!("below {unit}"),
            Some((organization, None)) => format!("at the top of {organization}"),
            None => "there is no organization to put it in".to_owned(),
        };
        let somewhere = match self.names() {
            Some(_) => Chance::Open,
            None => Chance::Off,
        };
        let choices = vec![
            (Chosen::NewUnit, "Unit", below, somewhere),
            (
                Chosen::NewOrganization,
                "Organization",
                "with a first unit of the same name".to_owned(),
                Chance::Open,
            ),
        ];
        let asker = cx.asker(Message::Chosen);
        cx.open_modal(Choose::new("Create", choices, asker));
    }

    fn create_chosen(&self, chosen: Chosen, cx: &mut Cx<'_, Message>) {
        match chosen {
            Chosen::NewOrganization => cx.open_modal(FormView::new(OrganizationEditor::New)),
            _ => {
                if let Some((organization, parent)) = self.names() {
                    let editor = UnitEditor::New {
                        organization,
                        parent,
                    };
                    cx.open_modal(FormView::new(editor));
                }
            }
        }
    }

    fn edit(&self, cx: &mut Cx<'_, Message>) {
        match self.node() {
            Some(Node::Organization(id)) => {
                cx.open_modal(FormView::new(OrganizationEditor::Edit(id)));
            }
            Some(Node::Unit(id)) => cx.open_modal(FormView::new(UnitEditor::Edit(id))),
            None => {}
        }
    }

    /// What can be done to a place beside editing and deleting it.
    fn act(&self, cx: &mut Cx<'_, Message>) {
        match self.names() {
            Some((_, Some(unit))) => Self::act_on_unit(&unit, cx),
            Some((organization, None)) => self.act_on_organization(&organization, cx),
            None => {}
        }
    }

    fn act_on_unit(unit: &str, cx: &mut Cx<'_, Message>) {
        let (detail, chance) = if cx.may(users::ASSIGN) || cx.may(groups::ASSIGN) {
            let detail = "its users and groups go to another unit; it stays";
            (detail.to_owned(), Chance::Open)
        } else {
            let right = users::ASSIGN;
            (format!("needs the right {right}"), Chance::Lacking(right))
        };
        let choices = vec![(Chosen::MoveOwned, "Move what it owns", detail, chance)];
        let asker = cx.asker(Message::Chosen);
        cx.open_modal(Choose::new(format!("Act on {unit}"), choices, asker));
    }

    fn act_on_organization(&self, name: &str, cx: &mut Cx<'_, Message>) {
        let enabled = self.is_enabled();
        let detail = |right: Permission, applies: bool, otherwise: &str, text: &str| {
            if !cx.may(right) {
                (format!("needs the right {right}"), Chance::Lacking(right))
            } else if applies {
                (text.to_owned(), Chance::Open)
            } else {
                (otherwise.to_owned(), Chance::Off)
            }
        };
        let (disable, can_disable) = detail(
            organizations::DISABLE,
            enabled,
            "it is disabled already",
            "nobody can sign in to it then",
        );
        let (enable, can_enable) = detail(
            organizations::ENABLE,
            !enabled,
            "it is enabled already",
            "its users may sign in again",
        );
        let choices = vec![
            (Chosen::Disable, "Disable", disable, can_disable),
            (Chosen::Enable, "Enable", enable, can_enable),
        ];
        let asker = cx.asker(Message::Chosen);
        cx.open_modal(Choose::new(format!("Act on {name}"), choices, asker));
    }

    fn chosen(&self, chosen: Chosen, cx: &mut Cx<'_, Message>) {
        match (chosen, self.node()) {
            (Chosen::NewOrganization | Chosen::NewUnit, _) => self.create_chosen(chosen, cx),
            (Chosen::MoveOwned, _) => self.ask_move(cx),
            (Chosen::Enable | Chosen::Disable, Some(Node::Organization(id))) => {
                Self::rehearse_switch(id, chosen == Chosen::Enable, cx);
            }
            _ => {}
        }
    }

    fn show_audit(&self, cx: &mut Cx<'_, Message>) {
        let query = match self.names() {
            Some((_, Some(unit))) => AuditQuery::of_target(TargetKind::Unit, &unit),
            Some((organization, None)) => {
                AuditQuery::of_target(TargetKind::Organization, &organization)
            }
            None => return,
        };
        cx.show(Subject::Audit(query.to_string()));
    }

    fn tree_actions(&self) -> Vec<Offered> {
        let some = self.tree.current().is_some();
        let empty = "There is nothing here to do that to.";
        let mut offered = vec![
            Offered::on(ActionId::Filter)
                .labelled("Filter the tree by words")
                .in_footer(),
            Offered::when(some, ActionId::Open, empty).in_footer(),
            Offered::when(some, ActionId::ColumnRight, empty)
                .named("unfold")
                .labelled("Unfold what lies below, or go there")
                .in_footer(),
            Offered::when(some, ActionId::ColumnLeft, empty)
                .named("fold")
                .labelled("Fold what lies below, or go to the one above"),
            Offered::on(ActionId::New).in_footer(),
            Offered::when(some, ActionId::Edit, empty).in_footer(),
            Offered::when(some, ActionId::Act, empty)
                .named("actions")
                .labelled("Actions: enable, disable, move what a unit owns")
                .in_footer(),
            Offered::on(ActionId::Pane).named(if self.pane { "hide details" } else { "details" }),
            Offered::when(some, ActionId::Delete, empty).in_footer(),
            Offered::when(some, ActionId::Timeline, empty),
        ];
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
}

fn page_actions() -> Vec<Offered> {
    let mut offered = vec![
        Offered::on(ActionId::Open).named("open link").in_footer(),
        Offered::on(ActionId::NextPane)
            .named("next link")
            .in_footer(),
        Offered::on(ActionId::PreviousPane),
        Offered::on(ActionId::New).named("new unit").in_footer(),
        Offered::on(ActionId::Edit).in_footer(),
        Offered::on(ActionId::Act)
            .named("actions")
            .labelled("Actions: enable, disable, move what a unit owns"),
        Offered::on(ActionId::Timeline).named("audit").in_footer(),
        Offered::on(ActionId::Delete).in_footer(),
        Offered::on(ActionId::Back).in_footer(),
        Offered::on(ActionId::Close),
    ];
    offered.extend(moves());
    offered
}

impl Screen for OrganizationsScreen {
    type Message = Message;

    fn title(&self) -> &'static str {
        "Organizations"
    }

    fn bookmark(&self) -> Option<Subject> {
        self.paged.clone()
    }

    fn open(&mut self, cx: &mut Cx<'_, Message>) {
        self.ask(cx);
    }

    fn actions(&self) -> Vec<Offered> {
        match self.focus {
            Focus::Filter => super::filter_line::actions(),
            Focus::Page => page_actions(),
            Focus::Tree | Focus::Pane => {
                match self.refused.as_ref().filter(|why| why.lack().is_some()) {
                    Some(refusal) => refusal.actions(),
                    None => self.tree_actions(),
                }
            }
        }
    }

    fn needs(&self, action: ActionId) -> Option<Permission> {
        let is_unit = matches!(self.node(), Some(Node::Unit(_)));
        match action {
            ActionId::New => Some(units::CREATE),
            ActionId::Edit if is_unit => Some(units::EDIT),
            ActionId::Edit => Some(organizations::EDIT),
            ActionId::Delete if is_unit => Some(units::DELETE),
            ActionId::Delete => Some(organizations::DELETE),
            ActionId::Timeline => Some(audit::VIEW),
            _ => None,
        }
    }

    fn takes_text(&self) -> bool {
        self.focus == Focus::Filter
    }

    fn key(&mut self, key: KeyEvent, cx: &mut Cx<'_, Message>) -> bool {
        if self.focus != Focus::Filter {
            return false;
        }
        let edit = self.search.key(key);
        if edit == Edit::Changed {
            self.search_on(cx);
        }
        edit != Edit::Ignored
    }

    fn paste(&mut self, text: &str, cx: &mut Cx<'_, Message>) {
        if self.focus != Focus::Filter {
            cx.notify(Notice::plain(
                "The pasted text was ignored: press / first to filter by it.",
            ));
            return;
        }
        if let Some(note) = self.search.field.paste(text) {
            cx.notify(Notice::bad(note));
        }
        self.search_on(cx);
    }

    fn click(&mut self, at: Position, cx: &mut Cx<'_, Message>) {
        let lines = self.tree_lines(cx.area());
        if self.focus != Focus::Page && lines.contains(at) {
            self.focus = Focus::Tree;
            let line = usize::from(at.y - lines.y);
            self.tree.choose(line, usize::from(lines.height));
            self.load_detail(cx);
        }
    }

    fn command(&mut self, action: ActionId, cx: &mut Cx<'_, Message>) {
        match action {
            ActionId::Back => self.step_back(cx),
            ActionId::Close => self.close_page(),
            ActionId::Open => match self.focus {
                Focus::Filter => self.focus = Focus::Tree,
                Focus::Page => self.follow_link(cx),
                Focus::Tree | Focus::Pane => {
                    if let Some(subject) = self.subject() {
                        cx.show(subject);
                    }
                }
            },
            ActionId::Filter => {
                self.search.begin();
                self.focus = Focus::Filter;
            }
            ActionId::ColumnRight => {
                if self.tree.unfold() {
                    self.ask(cx);
                }
                self.load_detail(cx);
            }
            ActionId::ColumnLeft => {
                self.tree.fold();
                self.load_detail(cx);
            }
            ActionId::Explain => cx.explain(self.refused.as_ref().and_then(Refusal::lack)),
            ActionId::New => self.create(cx),
            ActionId::Edit => self.edit(cx),
            ActionId::Act => self.act(cx),
            ActionId::Delete => self.ask_deletion(cx),
            ActionId::Timeline => self.show_audit(cx),
            ActionId::Pane => {
                self.pane = !self.pane;
                self.load_detail(cx);
            }
            ActionId::NextPane | ActionId::PreviousPane if self.focus == Focus::Page => {
                let lines = self.lines_of_detail(cx.area(), &cx.look());
                let height = self.detail_height(cx.area());
                let forward = action == ActionId::NextPane;
                self.walk.next_link(forward, &lines, height);
            }
            ActionId::NextPane | ActionId::PreviousPane => {
                self.focus = if self.focus == Focus::Pane {
                    Focus::Tree
                } else {
                    Focus::Pane
                };
                self.walk = Walk::default();
            }
            motion if MOVES.contains(&motion) => match self.focus {
                Focus::Tree | Focus::Filter => {
                    let height = self.tree_height(cx.area());
                    self.tree.go(motion, height);
                    self.load_detail(cx);
                }
                Focus::Pane | Focus::Page => self.scroll(motion, cx),
            },
            _ => {}
        }
    }

    fn update(&mut self, message: Message, cx: &mut Cx<'_, Message>) {
        match message {
            Message::Listed(search, result) => self.listed(search, result, cx),
            Message::Detailed(subject, result) => self.detailed(&subject, result, cx),
            Message::Chosen(chosen) => self.chosen(chosen, cx),
            Message::SwitchRehearsed(id, enabled, Ok(asks)) => {
                Self::ask_switch(id, enabled, asks, cx);
            }
            Message::Switch(id, enabled, consent) => Self::switch(id, enabled, consent, cx),
            Message::Switched(enabled, Ok(())) => {
                let word = if enabled { "enabled" } else { "disabled" };
                cx.notify(Notice::good(format!("The organization is {word}.")));
            }
            Message::SwitchRehearsed(_, _, Err(error)) | Message::Switched(_, Err(error)) => {
                cx.report(&error);
            }
        }
    }

    fn changed(&mut self, cx: &mut Cx<'_, Message>) {
        self.detail_stale = true;
        self.ask(cx);
        self.load_detail(cx);
    }

    fn show(&mut self, subject: &Subject, cx: &mut Cx<'_, Message>) -> bool {
        match subject {
            Subject::Organization(_) | Subject::Unit(_) => {
                self.open_page(subject.clone(), cx);
                true
            }
            _ => false,
        }
    }

    fn show_list(&mut self, _cx: &mut Cx<'_, Message>) {
        self.close_page();
    }

    fn filter(&self) -> String {
        self.search.applied().to_owned()
    }

    fn filter_by(&mut self, filter: &str, cx: &mut Cx<'_, Message>) {
        self.search.field.set(filter);
        self.search_on(cx);
    }

    fn draw(&self, frame: &mut Frame<'_>, area: Rect, look: &Look<'_>) {
        self.draw_in(frame, area, look);
    }
}
