//! The groups: who is in them, and what they confer.

use super::records::words::{COUNT_MAX, People, add_home, add_times, count, links, listed, place};
use super::records::{Identity, Kind, Message, Start, rules};
use crate::domain::GroupId;
use crate::domain::permission::Permission;
use crate::service::groups::{self, GroupDetail, GroupRow, ListGroups, ShowGroup};
use crate::service::{Listed, Query, RecordRef};
use crate::tui::forms::FormView;
use crate::tui::forms::group::GroupEditor;
use crate::tui::look::Look;
use crate::tui::modals::delete::{DeleteRecord, Doomed};
use crate::tui::modals::members::{MembersOf, Of};
use crate::tui::screen::Cx;
use crate::tui::shared::Subject;
use crate::tui::theme::Role;
use crate::tui::widgets::columns::Column;
use crate::tui::widgets::detail::{Line, Lines};
use crate::tui::widgets::grid::Row;
use std::cmp::Ordering;

pub struct Groups;

const COLUMNS: &[Column] = &[
    Column {
        title: "GROUP",
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
        title: "MEMBERS",
        least: 9,
        most: 9,
        expendable: 0,
    },
    Column {
        title: "ROLES",
        least: 14,
        most: 30,
        expendable: 1,
    },
    Column {
        title: "DESCRIPTION",
        least: 16,
        most: 60,
        expendable: 3,
    },
];

impl Row for GroupRow {
    type Id = GroupId;

    fn id(&self) -> GroupId {
        self.id
    }

    fn differs(&self, other: &Self) -> bool {
        (self.version, self.members) != (other.version, other.members)
    }
}

impl Kind for Groups {
    type Row = GroupRow;
    type Detail = GroupDetail;

    const TITLE: &'static str = "Groups";
    const ONE: &'static str = "group";
    const MANY: &'static str = "groups";
    const SEARCHED: &'static str = "words of the name, the alias and the description";
    const COLUMNS: &'static [Column] = COLUMNS;
    const CREATE: Permission = groups::CREATE;
    const EDIT: Permission = groups::EDIT;
    const DELETE: Permission = groups::DELETE;
    const MEMBERS: Permission = groups::MEMBERS;

    fn list(search: String, limit: u32) -> impl Query<Output = Listed<GroupRow>> {
        ListGroups {
            search,
            limit,
            cap: Some(COUNT_MAX),
            ..ListGroups::default()
        }
    }

    fn load(group: RecordRef) -> impl Query<Output = GroupDetail> {
        ShowGroup { group }
    }

    fn of_row(row: &GroupRow) -> Identity {
        Identity {
            id: row.id.0,
            name: row.name.clone(),
            organization: row.organization.clone(),
            built_in: row.built_in,
        }
    }

    fn of_detail(detail: &GroupDetail) -> Identity {
        Identity {
            id: detail.id.0,
            name: detail.name.clone(),
            organization: detail.organization.clone(),
            built_in: detail.built_in,
        }
    }

    fn cell(row: &GroupRow, column: usize) -> String {
        match column {
            0 => row.name.clone(),
            1 => row
                .organization
                .clone()
                .unwrap_or_else(|| "system".to_owned()),
            2 => count(row.members),
            3 if row.roles.is_empty() => "-".to_owned(),
            3 => row.roles.join(", "),
            _ => row.description.clone(),
        }
    }

    fn order(one: &GroupRow, other: &GroupRow, column: usize) -> Ordering {
        match column {
            1 => one.organization.cmp(&other.organization),
            2 => one.members.number.cmp(&other.members.number),
            3 => one.roles.cmp(&other.roles),
            _ => one.description.cmp(&other.description),
        }
    }

    fn short(detail: &GroupDetail, width: u16, _look: &Look<'_>) -> Vec<Line> {
        let mut lines = Lines::of(width);
        lines.add_known("About", &detail.description);
        let home = place(detail.organization.as_deref());
        lines.add("Belongs to", &home, Role::Text);
        let roles = listed(&detail.roles);
        lines.add("Confers", &roles, Role::Text);
        rules::add(&mut lines, &detail.rules);
        if !detail.member_groups.is_empty() {
            lines.add("Contains", &listed(&detail.member_groups), Role::Text);
        }
        if !detail.member_of.is_empty() {
            lines.add("Is in", &listed(&detail.member_of), Role::Text);
        }
        people(detail).add_short(&mut lines);
        lines.done()
    }

    fn long(detail: &GroupDetail, width: u16, look: &Look<'_>) -> Vec<Line> {
        let mut lines = Lines::of(width);
        let linked = &detail.linked;
        lines.add_known("About", &detail.description);
        add_home(
            &mut lines,
            &linked.organization,
            detail.organization.as_deref(),
        );
        if !linked.owner_unit.is_empty() {
            lines.add_links("Owned by", links(&linked.owner_unit, Subject::Unit));
        }
        lines.add("Alias", &detail.alias, Role::Text);
        if detail.built_in {
            lines.add("Built in", "it can't be deleted", Role::Text);
        }
        lines.add_links("Confers", links(&linked.roles, Subject::Role));
        rules::add(&mut lines, &detail.rules);
        lines.add_each("Entries", &detail.granular);
        lines.add_each("Starts at", &detail.start_nodes);
        lines.add_known("Sections", &detail.sections.join(", "));
        lines.add_known("Languages", &detail.languages.join(", "));
        if !linked.member_groups.is_empty() {
            lines.add_links("Contains", links(&linked.member_groups, Subject::Group));
        }
        if !linked.member_of.is_empty() {
            lines.add_links("Is in", links(&linked.member_of, Subject::Group));
        }
        people(detail).add_linked(&mut lines);
        add_times(&mut lines, detail.created, detail.updated, look);
        lines.done()
    }

    fn subject(record: RecordRef) -> Subject {
        Subject::Group(record)
    }

    fn wanted(subject: &Subject) -> Option<&RecordRef> {
        match subject {
            Subject::Group(record) => Some(record),
            _ => None,
        }
    }

    /// A built-in group keeps its name and alias; the rest of it can be edited.
    fn fixed(_identity: &Identity) -> Option<String> {
        None
    }

    fn fill_in(start: Start, cx: &mut Cx<'_, Message<Self>>) {
        let editor = match start {
            Start::New => GroupEditor::New,
            Start::Like(id) => GroupEditor::Like(GroupId(id)),
            Start::Edit(id) => GroupEditor::Edit(GroupId(id)),
        };
        cx.open_modal(FormView::new(editor));
    }

    fn delete(record: &Identity, cx: &mut Cx<'_, Message<Self>>) {
        cx.open_modal(DeleteRecord::new(Doomed::Group(record.id), &record.name));
    }

    fn members(record: &Identity, cx: &mut Cx<'_, Message<Self>>) {
        cx.open_modal(MembersOf::new(Of::Group(record.id), record.full_name()));
    }
}

fn people(detail: &GroupDetail) -> People<'_> {
    People {
        label: "Members",
        one: "member",
        several: "members",
        number: detail.member_count,
        names: &detail.members,
        all: Subject::members_of(&Groups::of_detail(detail).full_name()),
    }
}
