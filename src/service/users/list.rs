//! Pages of users and how many there are.

use super::{VIEW, filter};
use crate::domain::permission::Permission;
use crate::domain::status::Status;
use crate::domain::user::UserKind;
use crate::domain::{Time, UserId};
use crate::service::{Look, Query, Result};
use crate::store::page::{Cursor, Page};
use crate::store::prepared::{prepare, prepare_all};
use crate::store::users::{self, UserLine, UserSort};

/// Rows a page may have.
pub const PAGE_ROWS_MAX: u32 = 10_000;

/// A page of the users that a filter finds.
#[derive(Clone, Debug, Default)]
pub struct ListUsers {
    /// The filter language of `domain::filter`; its own `sort:` and `limit:` win over the fields here.
    pub filter: String,
    pub sort: UserSort,
    pub descending: bool,
    pub page: Page,
    pub limit: u32,
}

#[derive(Clone, Debug, Default)]
pub struct UserPage {
    pub rows: Vec<UserRow>,
    pub more_before: bool,
    pub more_after: bool,
}

/// A user in a list; scripts read it under the names that a single user's fields have.
#[derive(Clone, Debug, serde::Serialize)]
pub struct UserRow {
    pub id: UserId,
    pub username: String,
    #[serde(rename = "name")]
    pub display_name: String,
    pub email: String,
    pub organization: String,
    #[serde(rename = "owner_unit")]
    pub unit: String,
    pub kind: UserKind,
    #[serde(skip)]
    pub title: String,
    #[serde(skip)]
    pub department: String,
    pub status: Status,
    #[serde(rename = "failed_sign_ins")]
    pub failures: i64,
    #[serde(rename = "locked_since")]
    pub locked_at: Time,
    pub locked_until: Time,
    #[serde(rename = "last_sign_in")]
    pub last_sign_in_at: Time,
    #[serde(skip)]
    pub expires_at: Time,
    #[serde(skip)]
    pub created_at: Time,
    pub version: i64,
    pub state_version: i64,
    #[serde(skip)]
    pub cursor: Cursor,
}

impl UserRow {
    /// The names under which it is written, in their order.
    pub const FIELDS: &[&str] = &[
        "id",
        "username",
        "name",
        "email",
        "organization",
        "owner_unit",
        "kind",
        "status",
        "failed_sign_ins",
        "locked_since",
        "locked_until",
        "last_sign_in",
        "version",
        "state_version",
    ];

    pub(in crate::service) fn new(line: UserLine, now: Time) -> Self {
        Self {
            id: line.state.user,
            username: line.username,
            display_name: line.display_name,
            email: line.email,
            organization: line.organization,
            unit: line.unit,
            kind: line.kind,
            title: line.title,
            department: line.department,
            status: line.state.status(now),
            failures: line.state.failures,
            locked_at: line.state.locked_at,
            locked_until: line.state.locked_until,
            last_sign_in_at: line.state.last_sign_in_at,
            expires_at: line.state.expires_at,
            created_at: line.created_at,
            version: line.version,
            state_version: line.state.version,
            cursor: line.cursor,
        }
    }
}

impl Query for ListUsers {
    type Output = UserPage;

    fn needs(&self) -> Permission {
        VIEW
    }

    async fn run(self, look: &mut Look) -> Result<UserPage> {
        let scope = look.scope(VIEW).await?;
        let parsed = filter::parse(&self.filter, look.now())?;
        let condition = filter::condition(look, &parsed).await?;
        let (sort, descending) = filter::sort(&parsed)?.unwrap_or((self.sort, self.descending));
        let wanted = parsed
            .limit
            .unwrap_or(self.limit)
            .min(self.limit)
            .clamp(1, PAGE_ROWS_MAX);
        let now = look.now();
        let prepared = prepare(&mut look.tx, &scope, &condition, now).await?;
        let mut lines = users::list(
            &mut look.tx,
            &prepared,
            sort,
            descending,
            &self.page,
            wanted + 1,
        )
        .await?;
        let (more_before, more_after) = cut(&mut lines, &self.page, wanted);
        let rows = lines
            .into_iter()
            .map(|line| UserRow::new(line, now))
            .collect();
        Ok(UserPage {
            rows,
            more_before,
            more_after,
        })
    }
}

/// Takes off the row that was asked for to know of more. Returns whether there are rows before the page, and after it.
pub(in crate::service) fn cut<T>(rows: &mut Vec<T>, page: &Page, wanted: u32) -> (bool, bool) {
    let more = rows.len() > wanted as usize;
    if more && page.is_backward() {
        rows.remove(0);
    } else if more {
        rows.pop();
    }
    match page {
        Page::First => (false, more),
        Page::Last => (more, false),
        Page::Before(_) => (more, true),
        // A page that begins at a row says nothing of the rows before it: assume there are some.
        Page::After(_) | Page::From(_) => (true, more),
    }
}

/// How many users a filter finds: exact to the cap, then capped.
#[derive(Clone, Debug, Default)]
pub struct CountUsers {
    pub filter: String,
    pub cap: Option<u32>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    pub number: i64,
    /// There are more than this.
    pub capped: bool,
}

impl Count {
    /// Of a count that stopped one above the cap, where there is one.
    pub(in crate::service) fn of(counted: i64, cap: Option<u32>) -> Self {
        match cap.map(i64::from) {
            Some(cap) if counted > cap => Self {
                number: cap,
                capped: true,
            },
            _ => Self {
                number: counted,
                capped: false,
            },
        }
    }

    /// What is known of the same users after this count: one that stopped says nothing new where they were counted to the end.
    #[must_use]
    pub fn after(self, before: Option<Self>) -> Self {
        before
            .filter(|before| self.capped && before.number > self.number)
            .unwrap_or(self)
    }
}

impl std::fmt::Display for Count {
    /// `812`, or `10000+`.
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let more = if self.capped { "+" } else { "" };
        write!(out, "{}{more}", self.number)
    }
}

impl serde::Serialize for Count {
    /// A plain number; whoever asked for the cap knows it.
    fn serialize<S: serde::Serializer>(
        &self,
        serializer: S,
    ) -> std::result::Result<S::Ok, S::Error> {
        serializer.serialize_i64(self.number)
    }
}

impl Query for CountUsers {
    type Output = Count;

    fn needs(&self) -> Permission {
        VIEW
    }

    async fn run(self, look: &mut Look) -> Result<Count> {
        let scope = look.scope(VIEW).await?;
        let parsed = filter::parse(&self.filter, look.now())?;
        let condition = filter::condition(look, &parsed).await?;
        let now = look.now();
        let prepared = prepare_all(&mut look.tx, &scope, &condition, now).await?;
        let number = users::count(&mut look.tx, &prepared, self.cap).await?;
        Ok(Count::of(number, self.cap))
    }
}
