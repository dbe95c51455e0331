//! The columns of the users grid: what stands in them, how they sort, and which filter means a cell.

use crate::domain::filter::{self, Filter};
use crate::domain::{Status, Time};
use crate::service::users::{UserRow, UserSort};
use crate::tui::look::{Look, short_ago};
use crate::tui::widgets::columns::Column;
use jiff::civil::Date;
use jiff::tz::TimeZone;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UserColumn {
    Username,
    Name,
    Email,
    Unit,
    Status,
    SignedIn,
    Failures,
    Kind,
    Title,
    Department,
    Created,
    Expires,
}

/// Columns in the order in which they stand.
pub type Layout = Vec<UserColumn>;

/// What is shown until the operator chooses.
pub const USUAL: &[UserColumn] = &[
    UserColumn::Username,
    UserColumn::Name,
    UserColumn::Email,
    UserColumn::Unit,
    UserColumn::Status,
    UserColumn::SignedIn,
    UserColumn::Failures,
];

impl UserColumn {
    pub const ALL: &[Self] = &[
        Self::Username,
        Self::Name,
        Self::Email,
        Self::Unit,
        Self::Status,
        Self::SignedIn,
        Self::Failures,
        Self::Kind,
        Self::Title,
        Self::Department,
        Self::Created,
        Self::Expires,
    ];

    /// The name by which a choice of columns is kept.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Username => "username",
            Self::Name => "name",
            Self::Email => "email",
            Self::Unit => "unit",
            Self::Status => "status",
            Self::SignedIn => "signed-in",
            Self::Failures => "failures",
            Self::Kind => "kind",
            Self::Title => "title",
            Self::Department => "department",
            Self::Created => "created",
            Self::Expires => "expires",
        }
    }

    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|column| column.as_str() == text)
    }

    /// The line in the list of columns to choose from.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Username => "Username",
            Self::Name => "Name",
            Self::Email => "E-mail",
            Self::Unit => "Organization and unit that own them",
            Self::Status => "Status",
            Self::SignedIn => "Last sign-in",
            Self::Failures => "Failed sign-ins",
            Self::Kind => "Person, shared or service",
            Self::Title => "Title",
            Self::Department => "Department",
            Self::Created => "Created",
            Self::Expires => "Expires",
        }
    }

    const fn column(self) -> Column {
        let (title, least, most, expendable) = match self {
            Self::Username => ("USER", 12, 20, 0),
            Self::Name => ("NAME", 14, 24, 1),
            Self::Email => ("EMAIL", 20, 34, 4),
            Self::Unit => ("UNIT", 9, 24, 3),
            Self::Status => ("STATUS", 8, 9, 0),
            Self::SignedIn => ("LOGIN", 6, 6, 2),
            Self::Failures => ("FAILS", 6, 6, 5),
            Self::Kind => ("KIND", 7, 7, 4),
            Self::Title => ("TITLE", 10, 24, 3),
            Self::Department => ("DEPARTMENT", 10, 24, 3),
            Self::Created => ("CREATED", 10, 10, 3),
            Self::Expires => ("EXPIRES", 10, 10, 3),
        };
        Column {
            title,
            least,
            most,
            expendable,
        }
    }

    #[must_use]
    pub const fn title(self) -> &'static str {
        self.column().title
    }

    /// The order behind the column, where the list has it.
    #[must_use]
    pub const fn sort(self) -> Option<UserSort> {
        match self {
            Self::Username => Some(UserSort::Username),
            Self::Name => Some(UserSort::Name),
            Self::Email => Some(UserSort::Email),
            Self::Unit => Some(UserSort::Organization),
            Self::Status => Some(UserSort::Status),
            Self::SignedIn => Some(UserSort::LastSignIn),
            Self::Failures => Some(UserSort::Failures),
            Self::Created => Some(UserSort::Created),
            Self::Kind | Self::Title | Self::Department | Self::Expires => None,
        }
    }
}

/// The columns; where failures are what one looks for, they stand before the last sign-in.
#[must_use]
pub fn columns(layout: &[UserColumn], filter: &str, sort: UserSort) -> Vec<Column> {
    let failures = sort == UserSort::Failures
        || ["locked", "failures"]
            .iter()
            .any(|word| filter.contains(word));
    layout
        .iter()
        .map(|column| match column {
            UserColumn::SignedIn if failures => Column {
                expendable: 5,
                ..column.column()
            },
            UserColumn::Failures if failures => Column {
                expendable: 2,
                ..column.column()
            },
            _ => column.column(),
        })
        .collect()
}

/// Where the column stands that is behind an order.
#[must_use]
pub fn column_of(layout: &[UserColumn], sort: UserSort) -> Option<usize> {
    layout.iter().position(|column| column.sort() == Some(sort))
}

#[must_use]
pub fn cell(row: &UserRow, column: UserColumn, organization: &str, look: &Look<'_>) -> String {
    match column {
        UserColumn::Username => row.username.clone(),
        UserColumn::Name => look.personal(&row.display_name).into_owned(),
        UserColumn::Email => look.personal(&row.email).into_owned(),
        UserColumn::Unit if row.unit.is_empty() => row.organization.clone(),
        // In the operator's own organization its name would only hide the unit.
        UserColumn::Unit if row.organization == organization => row.unit.clone(),
        UserColumn::Unit if row.unit == row.organization => row.organization.clone(),
        UserColumn::Unit => format!("{}/{}", row.organization, row.unit),
        UserColumn::Status => status(row),
        UserColumn::SignedIn => short_ago(row.last_sign_in_at, look.now),
        UserColumn::Failures if row.failures == 0 => "-".to_owned(),
        UserColumn::Failures => row.failures.to_string(),
        UserColumn::Kind => row.kind.as_str().to_owned(),
        UserColumn::Title => row.title.clone(),
        UserColumn::Department => row.department.clone(),
        UserColumn::Created => day(row.created_at, look.zone).unwrap_or_default(),
        UserColumn::Expires => day(row.expires_at, look.zone).unwrap_or("never".to_owned()),
    }
}

/// The filter that finds who has the same in this column.
#[must_use]
pub fn filter_of(row: &UserRow, column: UserColumn, zone: &TimeZone) -> String {
    let whole = |field: &str, text: &str| match text {
        "" => format!("no:{field}"),
        text => format!("{field}={}", quoted(text)),
    };
    let dated = |field: &str, time: Time| match day(time, zone) {
        None => format!("no:{field}"),
        Some(day) => format!("{field}:{day}"),
    };
    match column {
        UserColumn::Username => whole("username", &row.username),
        UserColumn::Name => whole("name", &row.display_name),
        UserColumn::Email => whole("email", &row.email),
        UserColumn::Unit if row.unit.is_empty() => format!("org:{}", quoted(&row.organization)),
        UserColumn::Unit => format!(
            "unit:{}",
            quoted(&format!("{}/{}", row.organization, row.unit))
        ),
        UserColumn::Status => format!("status:{}", row.status.as_str()),
        UserColumn::SignedIn => dated("signed-in", row.last_sign_in_at),
        UserColumn::Failures => format!("failures:{}", row.failures),
        UserColumn::Kind => format!("kind:{}", row.kind.as_str()),
        UserColumn::Title => whole("title", &row.title),
        UserColumn::Department => whole("department", &row.department),
        UserColumn::Created => dated("created", row.created_at),
        UserColumn::Expires => dated("expires", row.expires_at),
    }
}

/// A filter narrowed by one more term; alternatives in it are kept together.
#[must_use]
pub fn narrowed(filter: &str, term: &str, today: Date) -> String {
    let alternatives = filter::parse(filter, today)
        .ok()
        .filter(|query| matches!(query.filter, Filter::Or(_)));
    match alternatives {
        Some(query) => {
            let mut text = format!("({}) {term}", query.filter);
            let rest = filter::Query {
                filter: Filter::All,
                ..query
            };
            if rest != filter::Query::default() {
                text.extend([" ", &rest.to_string()]);
            }
            text
        }
        None if filter.trim().is_empty() => term.to_owned(),
        None => format!("{} {term}", filter.trim()),
    }
}

/// A text as one value of the filter language.
fn quoted(text: &str) -> String {
    Filter::users(std::iter::once(text))
        .to_string()
        .trim_start_matches("user in (")
        .trim_end_matches(')')
        .to_owned()
}

/// A lock is written in capitals: it is what helpdesks look for. Long words are cut to what a
/// column of 80 holds.
fn status(row: &UserRow) -> String {
    match row.status {
        Status::Locked => "LOCKED",
        Status::NeverSignedIn => "never in",
        Status::PasswordReset => "reset",
        status => status.as_str(),
    }
    .to_owned()
}

fn day(time: Time, zone: &TimeZone) -> Option<String> {
    if time.is_never() {
        return None;
    }
    let stamp = jiff::Timestamp::from_microsecond(time.0).ok()?;
    Some(stamp.to_zoned(zone.clone()).date().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::widgets::columns::place;
    use crate::tui::widgets::grid::GUTTER;

    const TODAY: Date = Date::constant(2026, 11, 22);

    fn titles(filter: &str, width: u16) -> Vec<&'static str> {
        let columns = columns(USUAL, filter, UserSort::Username);
        place(&columns, 0, width - GUTTER)
            .iter()
            .map(|placed| columns[placed.index].title)
            .collect()
    }

    #[test]
    fn what_is_shown_follows_width_and_filter() {
        let usual = ["USER", "NAME", "EMAIL", "UNIT", "STATUS", "LOGIN"];
        assert_eq!(titles("", 80), usual);
        let locked = ["USER", "NAME", "EMAIL", "UNIT", "STATUS", "FAILS"];
        assert_eq!(titles("status:locked", 80), locked);
        assert_eq!(titles("", 120).len(), USUAL.len());
        assert_eq!(titles("", 60), ["USER", "NAME", "UNIT", "STATUS", "LOGIN"]);
    }

    #[test]
    fn every_usual_column_sorts_and_every_column_has_a_name() {
        for (index, column) in USUAL.iter().enumerate() {
            assert_eq!(column_of(USUAL, column.sort().unwrap()), Some(index));
        }
        for column in UserColumn::ALL {
            assert_eq!(UserColumn::parse(column.as_str()), Some(*column));
        }
    }

    #[test]
    fn a_term_narrows_alternatives_too() {
        assert_eq!(narrowed("", "status:locked", TODAY), "status:locked");
        assert_eq!(narrowed("a b", "org:x", TODAY), "a b org:x");
        assert_eq!(narrowed("a or b", "org:x", TODAY), "(a or b) org:x");
        assert_eq!(
            narrowed("a or b limit:5", "org:x", TODAY),
            "(a or b) org:x limit:5"
        );
    }

    #[test]
    fn values_are_quoted_where_they_need_it() {
        assert_eq!(quoted("plain"), "plain");
        assert_eq!(quoted("two words"), "\"two words\"");
        assert_eq!(quoted("a)b"), "\"a)b\"");
        assert_eq!(quoted("say \"hi\""), "\"say \\\"hi\\\"\"");
    }

    #[test]
    fn times_are_short() {
        let now = Time(0).plus_seconds(1_000_000);
        let ago = |seconds: i64| short_ago(now.plus_seconds(-seconds), now);
        assert_eq!(ago(5), "5s");
        assert_eq!(ago(600), "10m");
        assert_eq!(ago(5 * 3_600), "5h");
        assert_eq!(ago(5 * 86_400), "5d");
        assert_eq!(short_ago(Time::NEVER, now), "never");
    }
}
