//! The columns of the users grid: what stands in them and how they sort.

use crate::domain::{Status, Time};
use crate::service::users::{UserRow, UserSort};
use crate::tui::look::Look;
use crate::tui::widgets::columns::Column;

const COLUMNS: [Column; 7] = [
    Column {
        title: "USER",
        least: 12,
        most: 20,
        expendable: 0,
    },
    Column {
        title: "NAME",
        least: 14,
        most: 24,
        expendable: 1,
    },
    Column {
        title: "EMAIL",
        least: 20,
        most: 34,
        expendable: 4,
    },
    Column {
        title: "UNIT",
        least: 9,
        most: 24,
        expendable: 3,
    },
    Column {
        title: "STATUS",
        least: 8,
        most: 9,
        expendable: 0,
    },
    Column {
        title: "LOGIN",
        least: 6,
        most: 6,
        expendable: 2,
    },
    Column {
        title: "FAILS",
        least: 6,
        most: 6,
        expendable: 5,
    },
];

/// The order behind each column.
const SORTS: [UserSort; 7] = [
    UserSort::Username,
    UserSort::Name,
    UserSort::Email,
    UserSort::Organization,
    UserSort::Status,
    UserSort::LastSignIn,
    UserSort::Failures,
];

pub const COUNT: usize = COLUMNS.len();

/// The columns; where failures are what one looks for, they stand before the last sign-in.
#[must_use]
pub fn columns(filter: &str, sort: UserSort) -> [Column; COUNT] {
    let mut columns = COLUMNS;
    if sort == UserSort::Failures || filter.contains("locked") || filter.contains("failures") {
        for column in &mut columns {
            match column.title {
                "LOGIN" => column.expendable = 5,
                "FAILS" => column.expendable = 2,
                _ => {}
            }
        }
    }
    columns
}

#[must_use]
pub fn sort_of(column: usize) -> UserSort {
    SORTS.get(column).copied().unwrap_or_default()
}

#[must_use]
pub fn column_of(sort: UserSort) -> Option<usize> {
    SORTS.iter().position(|known| *known == sort)
}

#[must_use]
pub fn cell(row: &UserRow, column: usize, organization: &str, look: &Look<'_>) -> String {
    match column {
        0 => row.username.clone(),
        1 => look.personal(&row.display_name).into_owned(),
        2 => look.personal(&row.email).into_owned(),
        3 if row.unit.is_empty() => row.organization.clone(),
        // In the operator's own organization its name would only hide the unit.
        3 if row.organization == organization => row.unit.clone(),
        3 if row.unit == row.organization => row.organization.clone(),
        3 => format!("{}/{}", row.organization, row.unit),
        4 => status(row),
        5 => short_ago(row.last_sign_in_at, look.now),
        _ if row.failures == 0 => "-".to_owned(),
        _ => row.failures.to_string(),
    }
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

/// `5h`, `411d`, `never`.
fn short_ago(time: Time, now: Time) -> String {
    if time.is_never() {
        return "never".to_owned();
    }
    match time.seconds_until(now).max(0) {
        seconds @ 0..60 => format!("{seconds}s"),
        seconds @ 60..3_600 => format!("{}m", seconds / 60),
        seconds @ 3_600..172_800 => format!("{}h", seconds / 3_600),
        seconds => format!("{}d", seconds / 86_400),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::widgets::columns::place;
    use crate::tui::widgets::grid::GUTTER;

    fn titles(filter: &str, width: u16) -> Vec<&'static str> {
        let columns = columns(filter, UserSort::Username);
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
        assert_eq!(titles("", 120).len(), COUNT);
        assert_eq!(titles("", 60), ["USER", "NAME", "UNIT", "STATUS", "LOGIN"]);
    }

    #[test]
    fn every_column_sorts() {
        for column in 0..COUNT {
            assert_eq!(column_of(sort_of(column)), Some(column));
        }
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
