//! Records that the palette finds by name, whatever tab is open.

use super::palette::Target;
use crate::domain::{JobId, UserId};
use crate::service::groups::ListGroups;
use crate::service::jobs::Operation;
use crate::service::organizations::ListOrganizations;
use crate::service::roles::{ListRoles, RoleRow};
use crate::service::units::ListUnits;
use crate::service::users::{ListUsers, UserRow};
use crate::service::{Listed, Query, RecordRef, Result};
use crate::tui::event::Lane;
use crate::tui::screen::Cx;
use crate::tui::shared::{Subject, quoted};
use crate::tui::widgets::picker::Choice;

/// People shown for what is typed.
const PEOPLE_MAX: u32 = 8;

/// Records of each other kind.
const RECORDS_MAX: u32 = 4;

/// Nobody waits for counts here.
const COUNTED_MAX: Option<u32> = Some(0);

/// What is typed may begin with what it is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted<'a> {
    Nothing,
    /// Any record of that name.
    Any(&'a str),
    User(&'a str),
    Operation(Operation, &'a str),
    Group(&'a str),
    Role(&'a str),
    /// The people who have a role.
    Holders(&'a str),
    Organization(&'a str),
    Unit(&'a str),
    Job(JobId),
}

impl<'a> Wanted<'a> {
    #[must_use]
    pub fn of(typed: &'a str) -> Self {
        if typed.is_empty() {
            return Self::Nothing;
        }
        if let Some(role) = typed
            .strip_prefix("who has ")
            .or_else(|| typed.strip_prefix("who is "))
        {
            return Self::Holders(role.trim());
        }
        let Some((word, name)) = typed.split_once(' ') else {
            return Self::Any(typed);
        };
        let name = name.trim();
        let operation = Operation::ALL
            .iter()
            .find(|operation| operation.as_str() == word);
        match (word, operation) {
            (_, Some(operation)) => Self::Operation(*operation, name),
            ("u" | "user", _) => Self::User(name),
            ("group", _) => Self::Group(name),
            ("role", _) => Self::Role(name),
            ("org" | "organization", _) => Self::Organization(name),
            ("unit", _) => Self::Unit(name),
            ("job", _) => name
                .parse()
                .map_or(Self::Any(typed), |number| Self::Job(JobId(number))),
            _ => Self::Any(typed),
        }
    }
}

/// Asks for what may be meant. Returns the lanes of the questions; what the operator may not see is simply not found.
pub fn ask<M: Send + 'static>(
    wanted: &Wanted<'_>,
    cx: &mut Cx<'_, M>,
    found: fn(Lane, Vec<Choice<Target>>) -> M,
) -> Vec<Lane> {
    let mut asking = Asking {
        cx,
        found,
        lanes: Vec::new(),
    };
    match *wanted {
        Wanted::Nothing | Wanted::Job(_) => {}
        Wanted::Any(name) => {
            asking.users(name, user);
            asking.groups(name);
            asking.roles(name, |row| vec![role(&row), holders(&row)]);
            asking.organizations(name);
            asking.units(name);
        }
        Wanted::User(name) => asking.users(name, user),
        Wanted::Operation(operation, name) => {
            asking.users(name, move |row| operate(operation, row));
        }
        Wanted::Group(name) => asking.groups(name),
        Wanted::Role(name) => asking.roles(name, |row| vec![role(&row)]),
        Wanted::Holders(name) => asking.roles(name, |row| vec![holders(&row)]),
        Wanted::Organization(name) => asking.organizations(name),
        Wanted::Unit(name) => asking.units(name),
    }
    asking.lanes
}

/// What can be offered for what is typed without asking the database.
#[must_use]
pub fn without_asking(typed: &str, wanted: &Wanted<'_>) -> Vec<Choice<Target>> {
    match wanted {
        Wanted::Job(job) => vec![line(
            Target::Show(Subject::Job(*job)),
            format!("Job {}", job.0),
            String::new(),
        )],
        Wanted::Any(_) => vec![line(
            Target::Show(Subject::Users(typed.to_owned())),
            format!("Filter the users: {typed}"),
            String::new(),
        )],
        _ => Vec::new(),
    }
}

struct Asking<'a, 'b, M> {
    cx: &'a mut Cx<'b, M>,
    found: fn(Lane, Vec<Choice<Target>>) -> M,
    lanes: Vec<Lane>,
}

impl<M: Send + 'static> Asking<'_, '_, M> {
    fn ask<Q: Query>(
        &mut self,
        lane: Lane,
        query: Q,
        lines: impl FnOnce(Q::Output) -> Vec<Choice<Target>> + Send + 'static,
    ) {
        self.lanes.push(lane);
        let found = self.found;
        self.cx
            .ask_latest(lane, query, move |result: Result<Q::Output>| {
                // Half a word may be no filter, and what may not be seen is no reason to complain here.
                found(lane, result.map(lines).unwrap_or_default())
            });
    }

    // The names of the lanes put people first and the rest in the order of the tabs.

    fn users(&mut self, name: &str, of: impl Fn(UserRow) -> Choice<Target> + Send + 'static) {
        let query = ListUsers {
            filter: name.to_owned(),
            limit: PEOPLE_MAX,
            ..ListUsers::default()
        };
        let mask = self.cx.look().mask();
        self.ask("1 people", query, move |page| {
            let masked = |row: UserRow| UserRow {
                display_name: mask(row.display_name),
                ..row
            };
            page.rows.into_iter().map(masked).map(of).collect()
        });
    }

    fn groups(&mut self, name: &str) {
        let query = ListGroups {
            search: name.to_owned(),
            limit: RECORDS_MAX,
            cap: COUNTED_MAX,
            ..ListGroups::default()
        };
        self.ask("2 groups", query, |listed: Listed<_>| {
            let rows = listed.rows.into_iter();
            rows.map(|row| {
                let group = Subject::Group(RecordRef::Id(row.id.0));
                line(
                    Target::Show(group),
                    format!("Group {}", row.name),
                    of_whom(row.organization),
                )
            })
            .collect()
        });
    }

    fn roles(&mut self, name: &str, of: impl Fn(RoleRow) -> Vec<Choice<Target>> + Send + 'static) {
        let query = ListRoles {
            search: name.to_owned(),
            limit: RECORDS_MAX,
            cap: COUNTED_MAX,
            ..ListRoles::default()
        };
        self.ask("3 roles", query, move |listed| {
            listed.rows.into_iter().flat_map(of).collect()
        });
    }

    fn organizations(&mut self, name: &str) {
        let query = ListOrganizations {
            search: name.to_owned(),
            limit: RECORDS_MAX,
            cap: COUNTED_MAX,
        };
        self.ask("4 organizations", query, |listed| {
            let rows = listed.rows.into_iter();
            rows.map(|row| {
                let organization = Subject::Organization(RecordRef::Id(row.id.0));
                line(
                    Target::Show(organization),
                    format!("Organization {}", row.name),
                    String::new(),
                )
            })
            .collect()
        });
    }

    fn units(&mut self, name: &str) {
        let query = ListUnits {
            search: name.to_owned(),
            limit: RECORDS_MAX,
            cap: COUNTED_MAX,
        };
        self.ask("5 units", query, |listed| {
            let rows = listed.rows.into_iter();
            rows.map(|row| {
                let unit = Subject::Unit(RecordRef::Id(row.id.0));
                line(
                    Target::Show(unit),
                    format!("Unit {}", row.name),
                    row.organization,
                )
            })
            .collect()
        });
    }
}

fn user(row: UserRow) -> Choice<Target> {
    let label = names_of(&row);
    line(Target::Show(Subject::User(row.id)), label, row.organization)
}

fn operate(operation: Operation, row: UserRow) -> Choice<Target> {
    let label = format!("{} {}", operation.label(), names_of(&row));
    let target = on(operation, row.id, row.username);
    line(target, label, row.organization)
}

const fn on(operation: Operation, user: UserId, name: String) -> Target {
    Target::OperationOn(operation, user, name)
}

fn names_of(row: &UserRow) -> String {
    format!("{}  {}", row.username, row.display_name)
}

fn role(row: &RoleRow) -> Choice<Target> {
    let role = Subject::Role(RecordRef::Id(row.id.0));
    line(
        Target::Show(role),
        format!("Role {}", row.name),
        of_whom(row.organization.clone()),
    )
}

fn holders(row: &RoleRow) -> Choice<Target> {
    line(
        Target::Show(Subject::Users(format!("role:{}", quoted(&row.full_name)))),
        format!("Who has the role {}", row.name),
        of_whom(row.organization.clone()),
    )
}

fn of_whom(organization: Option<String>) -> String {
    organization.unwrap_or_else(|| "system-wide".to_owned())
}

fn line(value: Target, label: String, detail: String) -> Choice<Target> {
    Choice {
        writes: matches!(value, Target::OperationOn(..)),
        value,
        label,
        detail,
        synonyms: String::new(),
        enabled: true,
        group: "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_may_say_what_it_is_about() {
        for (typed, wanted) in [
            ("", Wanted::Nothing),
            ("tanaka", Wanted::Any("tanaka")),
            ("bob tanaka", Wanted::Any("bob tanaka")),
            ("u bob tanaka", Wanted::User("bob tanaka")),
            ("unlock bob", Wanted::Operation(Operation::Unlock, "bob")),
            ("group vpn users", Wanted::Group("vpn users")),
            ("role admin", Wanted::Role("admin")),
            ("who has admin", Wanted::Holders("admin")),
            ("org acme", Wanted::Organization("acme")),
            ("unit sales", Wanted::Unit("sales")),
            ("job 12", Wanted::Job(JobId(12))),
            ("job twelve", Wanted::Any("job twelve")),
        ] {
            assert_eq!(Wanted::of(typed), wanted, "{typed}");
        }
    }
}
