//! One organization or one unit in words, with lines that lead to what belongs to it.

use super::tree::Node;
use crate::domain::filter::{Filter, Spanned, UnitName};
use crate::service::organizations::{OrganizationDetail, ShowOrganization};
use crate::service::units::{ShowUnit, UnitDetail};
use crate::service::{RecordRef, Result, Service, Session};
use crate::tui::look::{Look, count_of};
use crate::tui::shared::Subject;
use crate::tui::theme::Role;
use crate::tui::widgets::detail::{Line, Lines};

#[derive(Clone, Debug)]
pub enum Detail {
    Organization(OrganizationDetail),
    Unit(UnitDetail),
}

/// Asks for what a subject names; nothing for one of another kind.
pub async fn load(service: Service, session: Session, subject: Subject) -> Result<Option<Detail>> {
    Ok(match subject {
        Subject::Organization(organization) => {
            let show = ShowOrganization { organization };
            Some(Detail::Organization(service.ask(&session, show).await?))
        }
        Subject::Unit(unit) => Some(Detail::Unit(
            service.ask(&session, ShowUnit { unit }).await?,
        )),
        _ => None,
    })
}

/// Where a node of the tree is shown.
#[must_use]
pub const fn subject_of(node: Node) -> Subject {
    match node {
        Node::Organization(id) => Subject::Organization(RecordRef::Id(id.0)),
        Node::Unit(id) => Subject::Unit(RecordRef::Id(id.0)),
    }
}

impl Detail {
    #[must_use]
    pub const fn node(&self) -> Node {
        match self {
            Self::Organization(organization) => Node::Organization(organization.id),
            Self::Unit(unit) => Node::Unit(unit.id),
        }
    }

    /// `Acme`, or `Acme/Sales` for a unit.
    #[must_use]
    pub fn full_name(&self) -> String {
        match self {
            Self::Organization(organization) => organization.name.clone(),
            Self::Unit(unit) => format!("{}/{}", unit.organization, unit.name),
        }
    }

    #[must_use]
    pub fn heading(&self) -> String {
        match self {
            Self::Organization(_) => format!("Organization {}", self.full_name()),
            Self::Unit(_) => format!("Unit {}", self.full_name()),
        }
    }

    #[must_use]
    pub fn lines(&self, width: u16, look: &Look<'_>) -> Vec<Line> {
        let mut lines = Lines::of(width);
        match self {
            Self::Organization(organization) => of_organization(&mut lines, organization, look),
            Self::Unit(unit) => of_unit(&mut lines, unit, look),
        }
        lines.done()
    }
}

fn of_organization(lines: &mut Lines, organization: &OrganizationDetail, look: &Look<'_>) {
    let name = &organization.name;
    if organization.enabled {
        lines.add("Status", "enabled: its users may sign in", Role::Good);
    } else {
        let text = "DISABLED: nobody can sign in to it";
        lines.add("Status", text, Role::Warning);
    }
    lines.add_known("About", &organization.description);
    let filter = Filter::Organization(vec![unplaced(name)]);
    users(lines, "Users", organization.users, "belong to it", &filter);
    let link = |kind: fn(RecordRef) -> Subject, names: &[String]| {
        let link = |own: &String| (own.clone(), kind(RecordRef::Name(format!("{name}/{own}"))));
        names.iter().map(link).collect::<Vec<_>>()
    };
    lines.add_links("Units", link(Subject::Unit, &organization.units));
    lines.add_links("Groups", link(Subject::Group, &organization.groups));
    lines.add_links("Roles", link(Subject::Role, &organization.roles));
    lines.add(
        "Created",
        &look.time_and_ago(organization.created),
        Role::Text,
    );
    lines.add(
        "Changed",
        &look.time_and_ago(organization.updated),
        Role::Text,
    );
    lines.add("Number", &organization.id.0.to_string(), Role::Text);
}

fn of_unit(lines: &mut Lines, unit: &UnitDetail, look: &Look<'_>) {
    let organization = &unit.organization;
    let full = |name: &str| RecordRef::Name(format!("{organization}/{name}"));
    lines.add_link(
        "Belongs to",
        organization,
        Subject::Organization(RecordRef::Name(organization.clone())),
    );
    match &unit.parent {
        Some(parent) => {
            lines.add_link("Below", &unit.path.join(" / "), Subject::Unit(full(parent)));
        }
        None => lines.add("Below", "nothing: it stands at the top", Role::Text),
    }
    let whole = format!("{organization}/{}", unit.name);
    let here = |below| {
        Filter::Unit(vec![UnitName {
            name: unplaced(&whole),
            below,
        }])
    };
    users(lines, "Users", unit.users, "owned by it", &here(false));
    let assigned = count_of(unit.assigned, "user", "users");
    let text = format!("{assigned} assigned to it");
    lines.add_link("", &text, Subject::Users(here(false).to_string()));
    let text = "everybody here and in all units below";
    lines.add_link("", text, Subject::Users(here(true).to_string()));
    let hint =
        "Enter on a line of users leads to the list; there e on somebody chooses another unit.";
    lines.add("", hint, Role::Muted);
    let below = unit
        .units
        .iter()
        .map(|name| (name.clone(), Subject::Unit(full(name))));
    lines.add_links("Contains", below.collect::<Vec<_>>());
    lines.add_known("Phone", &unit.phone);
    lines.add_known("E-mail", &unit.email);
    lines.add_known("Website", &unit.website);
    lines.add_known("Fax", &unit.fax);
    lines.add_known("About", &unit.description);
    lines.add("Created", &look.time_and_ago(unit.created), Role::Text);
    lines.add("Changed", &look.time_and_ago(unit.updated), Role::Text);
    lines.add("Number", &unit.id.0.to_string(), Role::Text);
}

/// A line that leads to the list of these users.
fn users(lines: &mut Lines, label: &'static str, number: i64, what: &str, filter: &Filter) {
    let text = format!("{} {what}", count_of(number, "user", "users"));
    lines.add_link(label, &text, Subject::Users(filter.to_string()));
}

fn unplaced(name: &str) -> Spanned<String> {
    Spanned {
        value: name.to_owned(),
        column: 1,
    }
}
