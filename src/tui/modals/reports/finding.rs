//! What a report found: the lines of its list, what they say in full, and where they lead.

use crate::domain::UserId;
use crate::domain::permission::SourceKind;
use crate::domain::user::{HIDDEN, UserKind};
use crate::service::RecordRef;
use crate::service::reports::{Dominant, Duplicate, Powerless, UnheldRole};
use crate::service::users::Cursor;
use crate::tui::look::{Look, count_of, short_ago, thousands};
use crate::tui::shared::Subject;
use crate::tui::widgets::columns::Column;
use crate::tui::widgets::grid::Row;

const fn column(title: &'static str, least: u16, most: u16, expendable: u8) -> Column {
    Column {
        title,
        least,
        most,
        expendable,
    }
}

pub const DOMINANT: &[Column] = &[
    column("USER", 12, 24, 0),
    column("NAME", 12, 24, 4),
    column("RIGHTS", 6, 6, 2),
    column("LEVEL", 12, 12, 1),
    column("SIGN-IN", 7, 7, 0),
    column("LOGIN", 6, 6, 3),
    column("WHY", 16, 60, 0),
];

pub const UNHELD_ROLES: &[Column] = &[
    column("ROLE", 16, 30, 0),
    column("ORG", 8, 20, 1),
    column("CONFERRED BY", 14, 40, 0),
    column("DESCRIPTION", 14, 60, 2),
];

pub const POWERLESS: &[Column] = &[
    column("USER", 12, 24, 0),
    column("NAME", 12, 24, 3),
    column("STATUS", 14, 14, 1),
    column("LOGIN", 6, 6, 2),
    column("WHY", 20, 60, 0),
];

pub const DUPLICATES: &[Column] = &[
    column("SET", 3, 4, 0),
    column("KIND", 5, 5, 0),
    column("NAME", 16, 30, 0),
    column("ORG", 8, 20, 2),
    column("PEOPLE", 7, 7, 1),
    column("GIVES", 18, 60, 0),
];

/// One line of a report.
#[derive(Clone, Debug)]
pub enum Finding {
    Dominant(Dominant),
    UnheldRole(UnheldRole),
    Powerless(Powerless),
    Duplicate(Duplicate),
}

impl Row for Finding {
    type Id = (SourceKind, i64);

    fn id(&self) -> Self::Id {
        match self {
            Self::Dominant(one) => (SourceKind::User, one.id.0),
            Self::Powerless(one) => (SourceKind::User, one.id.0),
            Self::UnheldRole(role) => (SourceKind::Role, role.id.0),
            Self::Duplicate(one) => (one.kind, one.id),
        }
    }

    fn differs(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Dominant(one), Self::Dominant(other)) => {
                (one.rights, one.level, one.can_sign_in, &one.because)
                    != (other.rights, other.level, other.can_sign_in, &other.because)
            }
            (Self::Powerless(one), Self::Powerless(other)) => {
                (one.status, &one.lacks) != (other.status, &other.lacks)
            }
            (Self::UnheldRole(one), Self::UnheldRole(other)) => one.groups != other.groups,
            (Self::Duplicate(one), Self::Duplicate(other)) => {
                (one.people, &one.gives) != (other.people, &other.gives)
            }
            _ => true,
        }
    }
}

impl Finding {
    /// Its place in the list; of lists that come in pages.
    pub fn cursor(&self) -> Option<Cursor> {
        match self {
            Self::Dominant(one) => Some(one.cursor.clone()),
            Self::Powerless(one) => Some(one.cursor.clone()),
            Self::UnheldRole(_) | Self::Duplicate(_) => None,
        }
    }

    /// Where Enter leads.
    pub fn subject(&self) -> Subject {
        let (kind, id) = self.id();
        match kind {
            SourceKind::User => Subject::User(UserId(id)),
            SourceKind::Role => Subject::Role(RecordRef::Id(id)),
            SourceKind::Group => Subject::Group(RecordRef::Id(id)),
        }
    }

    /// What stands before the line: an administrator who can act is as privileged as one can be.
    pub const fn flag(&self) -> char {
        match self {
            Self::Dominant(one) if one.administrator => '!',
            _ => ' ',
        }
    }

    pub fn cell(&self, column: usize, look: &Look<'_>) -> String {
        match self {
            Self::Dominant(one) => dominant(one, column, look),
            Self::UnheldRole(role) => match column {
                0 => role.name.clone(),
                1 => home(role.organization.as_ref()),
                2 => conferred_by(role),
                _ => role.description.clone(),
            },
            Self::Powerless(one) => match column {
                0 => one.username.clone(),
                1 => look.personal(&one.name).into_owned(),
                2 => one.status.as_str().to_owned(),
                3 => short_ago(one.last_sign_in, look.now),
                _ => lacks(one),
            },
            Self::Duplicate(one) => match column {
                0 => one.set.to_string(),
                1 => one.kind.as_str().to_owned(),
                2 => one.name.clone(),
                3 => home(one.organization.as_ref()),
                4 => one.people.to_string(),
                _ => gives(one),
            },
        }
    }

    /// All that is known of it, in a sentence or two.
    pub fn in_full(&self, look: &Look<'_>) -> String {
        match self {
            Self::Dominant(one) => {
                let role = if one.administrator {
                    "an administrator who can act now; "
                } else {
                    ""
                };
                format!(
                    "{} ({}, {}): {role}{}, the furthest at {}. Last sign-in: {}. By {}.",
                    one.username,
                    look.personal(&one.name),
                    one.status.as_str(),
                    count_of(
                        i64::try_from(one.rights).unwrap_or(i64::MAX),
                        "right",
                        "rights"
                    ),
                    one.level.as_str(),
                    look.time_and_ago(one.last_sign_in),
                    because(one),
                )
            }
            Self::UnheldRole(role) => {
                let built_in = if role.built_in {
                    " It is built in and stays."
                } else {
                    ""
                };
                let groups = match role.groups.as_slice() {
                    [] => "No group confers it.".to_owned(),
                    groups => format!(
                        "Groups without anybody whom you may see confer it: {}.",
                        groups.join(", ")
                    ),
                };
                format!("{}: {groups}{built_in} {}", role.name, role.description)
            }
            Self::Powerless(one) => format!(
                "{} ({}, {}): {}. Last sign-in: {}.",
                one.username,
                look.personal(&one.name),
                one.status.as_str(),
                lacks(one),
                look.time_and_ago(one.last_sign_in)
            ),
            Self::Duplicate(one) => format!("Each of set {} gives: {}.", one.set, gives(one)),
        }
    }
}

fn dominant(one: &Dominant, column: usize, look: &Look<'_>) -> String {
    match column {
        0 => one.username.clone(),
        1 => look.personal(&one.name).into_owned(),
        2 => thousands(i64::try_from(one.rights).unwrap_or(i64::MAX)),
        3 => one.level.as_str().to_owned(),
        4 if one.kind == UserKind::Service => "service".to_owned(),
        4 if one.can_sign_in => "yes".to_owned(),
        4 => "no".to_owned(),
        5 => short_ago(one.last_sign_in, look.now),
        _ => because(one),
    }
}

fn because(one: &Dominant) -> String {
    let because: Vec<String> = one.because.iter().map(ToString::to_string).collect();
    because.join(", ")
}

fn lacks(one: &Powerless) -> String {
    let lacks: Vec<&str> = one.lacks.iter().map(|lack| lack.words()).collect();
    lacks.join(", ")
}

fn conferred_by(role: &UnheldRole) -> String {
    match role.groups.as_slice() {
        [] => "-".to_owned(),
        groups => groups.join(", "),
    }
}

fn gives(one: &Duplicate) -> String {
    match one.gives.as_slice() {
        [] => "nothing".to_owned(),
        [hidden] if hidden == HIDDEN => format!("{HIDDEN} (you may not see all of it)"),
        gives => gives.join("; "),
    }
}

fn home(organization: Option<&String>) -> String {
    organization.map_or("system", String::as_str).to_owned()
}
