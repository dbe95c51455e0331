//! The roles: what they allow, who has them, and which groups confer them.

use super::records::words::{COUNT_MAX, People, add_home, add_times, count, links, listed, place};
use super::records::{Identity, Kind, Message, Start, rules};
use crate::domain::RoleId;
use crate::domain::permission::Permission;
use crate::service::roles::{self, ListRoles, RoleDetail, RoleRow, ShowRole};
use crate::service::{Listed, Query, RecordRef};
use crate::tui::actions::ActionId;
use crate::tui::forms::FormView;
use crate::tui::forms::role::RoleEditor;
use crate::tui::look::{Look, thousands};
use crate::tui::modals::compare::Compare;
use crate::tui::modals::delete::{DeleteRecord, Doomed};
use crate::tui::modals::matrix::MatrixView;
use crate::tui::modals::members::{MembersOf, Of};
use crate::tui::modals::who_can::AskWho;
use crate::tui::screen::Cx;
use crate::tui::shared::Subject;
use crate::tui::theme::Role;
use crate::tui::widgets::columns::Column;
use crate::tui::widgets::detail::{Line, Lines};
use crate::tui::widgets::grid::Row;
use std::cmp::Ordering;

pub struct Roles;

const COLUMNS: &[Column] = &[
    Column {
        title: "ROLE",
        least: 16,
        most: 30,
        expendable: 0,
    },
    Column {
        title: "ORG",
        least: 8,
        most: 20,
        expendable: 2,
    },
    Column {
        title: "HOLDERS",
        least: 9,
        most: 9,
        expendable: 0,
    },
    Column {
        title: "GROUPS",
        least: 8,
        most: 8,
        expendable: 1,
    },
    Column {
        title: "BUILT-IN",
        least: 10,
        most: 10,
        expendable: 3,
    },
    Column {
        title: "DESCRIPTION",
        least: 16,
        most: 60,
        expendable: 4,
    },
];

impl Row for RoleRow {
    type Id = RoleId;

    fn id(&self) -> RoleId {
        self.id
    }

    fn differs(&self, other: &Self) -> bool {
        (self.version, self.holders, self.groups) != (other.version, other.holders, other.groups)
    }
}

impl Kind for Roles {
    type Row = RoleRow;
    type Detail = RoleDetail;

    const TITLE: &'static str = "Roles";
    const ONE: &'static str = "role";
    const MANY: &'static str = "roles";
    const SEARCHED: &'static str = "words of the name and the description";
    const COLUMNS: &'static [Column] = COLUMNS;
    const CREATE: Permission = roles::CREATE;
    const EDIT: Permission = roles::EDIT;
    const DELETE: Permission = roles::DELETE;
    const MEMBERS: Permission = roles::MEMBERS;

    fn list(search: String, limit: u32) -> impl Query<Output = Listed<RoleRow>> {
        ListRoles {
            search,
            limit,
            cap: Some(COUNT_MAX),
            ..ListRoles::default()
        }
    }

    fn load(role: RecordRef) -> impl Query<Output = RoleDetail> {
        ShowRole { role }
    }

    fn of_row(row: &RoleRow) -> Identity {
        Identity {
            id: row.id.0,
            name: row.name.clone(),
            organization: row.organization.clone(),
            built_in: row.built_in,
        }
    }

    fn of_detail(detail: &RoleDetail) -> Identity {
        Identity {
            id: detail.id.0,
            name: detail.name.clone(),
            organization: detail.organization.clone(),
            built_in: detail.built_in,
        }
    }

    fn cell(row: &RoleRow, column: usize) -> String {
        match column {
            0 => row.name.clone(),
            1 => row
                .organization
                .clone()
                .unwrap_or_else(|| "system".to_owned()),
            2 => count(row.holders),
            3 => thousands(row.groups),
            4 if row.built_in => "yes".to_owned(),
            4 => "-".to_owned(),
            _ => row.description.clone(),
        }
    }

    fn order(one: &RoleRow, other: &RoleRow, column: usize) -> Ordering {
        match column {
            1 => one.organization.cmp(&other.organization),
            2 => one.holders.number.cmp(&other.holders.number),
            3 => one.groups.cmp(&other.groups),
            4 => other.built_in.cmp(&one.built_in),
            _ => one.description.cmp(&other.description),
        }
    }

    fn short(detail: &RoleDetail, width: u16, _look: &Look<'_>) -> Vec<Line> {
        let mut lines = Lines::of(width);
        lines.add_known("About", &detail.description);
        let home = place(detail.organization.as_deref());
        lines.add("Belongs to", &home, Role::Text);
        rules::add(&mut lines, &detail.rules);
        lines.add("Groups", &listed(&detail.groups), Role::Text);
        people(detail).add_short(&mut lines);
        lines.done()
    }

    fn long(detail: &RoleDetail, width: u16, look: &Look<'_>) -> Vec<Line> {
        let mut lines = Lines::of(width);
        let linked = &detail.linked;
        lines.add_known("About", &detail.description);
        add_home(
            &mut lines,
            &linked.organization,
            detail.organization.as_deref(),
        );
        if detail.built_in {
            let text = "it can't be edited or deleted; N makes a copy of it that can";
            lines.add("Built in", text, Role::Text);
        }
        rules::add(&mut lines, &detail.rules);
        lines.add_links("Groups", links(&linked.groups, Subject::Group));
        people(detail).add_linked(&mut lines);
        add_times(&mut lines, detail.created, detail.updated, look);
        lines.done()
    }

    fn subject(record: RecordRef) -> Subject {
        Subject::Role(record)
    }

    fn wanted(subject: &Subject) -> Option<&RecordRef> {
        match subject {
            Subject::Role(record) => Some(record),
            _ => None,
        }
    }

    fn fixed(identity: &Identity) -> Option<String> {
        identity.built_in.then(|| {
            format!(
                "The role \"{}\" is built in and can't be edited; N makes a copy of it that can.",
                identity.name
            )
        })
    }

    fn fill_in(start: Start, cx: &mut Cx<'_, Message<Self>>) {
        let editor = match start {
            Start::New => RoleEditor::New,
            Start::Like(id) => RoleEditor::Like(RoleId(id)),
            Start::Edit(id) => RoleEditor::Edit(RoleId(id)),
        };
        cx.open_modal(FormView::new(editor));
    }

    fn delete(record: &Identity, cx: &mut Cx<'_, Message<Self>>) {
        cx.open_modal(DeleteRecord::new(Doomed::Role(record.id), &record.name));
    }

    fn members(record: &Identity, cx: &mut Cx<'_, Message<Self>>) {
        cx.open_modal(MembersOf::new(Of::Role(record.id), record.full_name()));
    }

    const MORE: &'static [(ActionId, &'static str)] = &[
        (ActionId::Rights, "What it allows, as a table"),
        (ActionId::WhoCan, "Who can do what it allows"),
        (
            ActionId::Compare,
            "Compare with another role, right by right",
        ),
    ];

    fn run_more(action: ActionId, record: &Identity, cx: &mut Cx<'_, Message<Self>>) {
        let (id, name) = (RoleId(record.id), record.full_name());
        match action {
            ActionId::Rights => cx.open_modal(MatrixView::new(id, name)),
            ActionId::WhoCan => cx.open_modal(AskWho::new(id, name)),
            _ => cx.open_modal(Compare::new(id, name)),
        }
    }
}

fn people(detail: &RoleDetail) -> People<'_> {
    People {
        label: "Holders",
        one: "holder",
        several: "holders",
        number: detail.holder_count,
        names: &detail.holders,
        all: Subject::holders_of(&Roles::of_detail(detail).full_name()),
    }
}
