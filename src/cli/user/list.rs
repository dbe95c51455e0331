//! `wardroom user list`: pages by key, so that a million users need no more room than a thousand.

use crate::cli::Cx;
use crate::cli::exit::{Exit, Failure, Result};
use crate::cli::operator::Operator;
use crate::cli::output::{Format, Record};
use crate::domain::closest::closest;
use crate::domain::filter;
use crate::service::users::{ListUsers, Page, ShowUser, UserRef, UserRow, UserSort};
use jiff::tz::TimeZone;

/// Rows that are asked for at once.
const PAGE_ROWS: u32 = 1_000;

const TABLE_COLUMNS: &[&str] = &[
    "username",
    "name",
    "email",
    "organization",
    "status",
    "last_sign_in",
];

const COLUMNS: &[&str] = UserRow::FIELDS;

/// Columns that take a look at every single user: complete, and slower.
const DETAIL_COLUMNS: &[&str] = &[
    "name_prefix",
    "first_name",
    "middle_name",
    "last_name",
    "suffix",
    "also_known_as",
    "title",
    "department",
    "employee_number",
    "manager",
    "birthday",
    "phone",
    "other_emails",
    "language",
    "time_zone",
    "description",
    "enabled",
    "authentication_status",
    "sign_in_count",
    "password_date",
    "expiry_date",
    "agent",
    "organizations",
    "units",
    "groups",
    "roles",
    "external_identity",
    "created",
    "updated",
    "deleted",
];

#[derive(clap::Args)]
#[command(after_help = "Examples:\n  \
    wardroom user list --filter tanaka\n  \
    wardroom user list --filter 'status:locked org:acme' --sort -failures\n  \
    wardroom user list --output csv --columns username,email,groups > people.csv")]
pub struct List {
    /// Words, and fields such as status:locked, org:, unit:, group:, role:
    #[arg(long, value_name = "Q", default_value = "")]
    filter: String,
    #[arg(
        long,
        value_name = "K",
        allow_hyphen_values = true,
        help = "username, name, email, organization, status, failures, last_sign_in or created; - turns it round"
    )]
    sort: Option<String>,
    /// At most so many
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    limit: Option<u32>,
    /// The fields to show, as "user show" names them
    #[arg(long, value_name = "A,B", value_delimiter = ',')]
    columns: Vec<String>,
}

impl List {
    pub async fn run(self, cx: &mut Cx) -> Result<Exit> {
        let columns = self.columns(cx.output.format)?;
        let (sort, descending) = self.order()?;
        let operator = cx.operator().await?;
        let needs_detail = columns.iter().any(|name| DETAIL_COLUMNS.contains(name));
        let mut left = self.limit(&operator)?;
        let mut page = Page::First;
        let mut list = cx.output.list(&columns);
        while left > 0 {
            let ask = ListUsers {
                filter: self.filter.clone(),
                sort,
                descending,
                page,
                limit: PAGE_ROWS.min(left),
            };
            let found = operator.service.ask(&operator.session, ask).await?;
            for user in &found.rows {
                list.row(&record(&operator, user, needs_detail).await?)?;
            }
            left = left.saturating_sub(u32::try_from(found.rows.len()).unwrap_or(u32::MAX));
            match found.rows.last() {
                Some(user) if found.more_after => page = Page::After(user.cursor.clone()),
                _ => break,
            }
        }
        list.end()?;
        Ok(Exit::Done)
    }

    fn columns(&self, format: Format) -> Result<Vec<&'static str>> {
        if self.columns.is_empty() {
            let all = match format {
                Format::Table => TABLE_COLUMNS,
                Format::Json | Format::Ndjson | Format::Csv => COLUMNS,
            };
            return Ok(all.to_vec());
        }
        self.columns.iter().map(|name| column(name)).collect()
    }

    fn order(&self) -> Result<(UserSort, bool)> {
        let Some(sort) = &self.sort else {
            return Ok((UserSort::default(), false));
        };
        let first = sort.split(',').next().unwrap_or_default().trim();
        let (name, descending) = match first.strip_prefix('-') {
            Some(name) => (name, true),
            None => (first, false),
        };
        let sort = UserSort::parse(name).ok_or_else(|| {
            let known = UserSort::ALL.iter().map(|sort| sort.as_str());
            unknown("sort key", name, known)
        })?;
        Ok((sort, descending))
    }

    /// The flag's limit or the filter's own, whichever is less.
    fn limit(&self, operator: &Operator) -> Result<u32> {
        let now = jiff::Timestamp::from_microsecond(operator.service.now().0).unwrap_or_default();
        let today = now.to_zoned(TimeZone::UTC).date();
        let own = filter::parse(&self.filter, today)
            .map_err(crate::service::Error::from)?
            .limit;
        Ok([self.limit, own]
            .into_iter()
            .flatten()
            .min()
            .unwrap_or(u32::MAX))
    }
}

fn column(name: &str) -> Result<&'static str> {
    let wanted = name.trim().replace('-', "_");
    COLUMNS
        .iter()
        .chain(DETAIL_COLUMNS)
        .find(|known| **known == wanted)
        .copied()
        .ok_or_else(|| {
            unknown(
                "column",
                name,
                COLUMNS.iter().chain(DETAIL_COLUMNS).copied(),
            )
        })
}

fn unknown<'a>(what: &str, name: &str, known: impl Iterator<Item = &'a str> + Clone) -> Failure {
    let hint = match closest(name, known.clone()) {
        Some(near) => format!("did you mean \"{near}\"?"),
        None => format!("there are {}.", known.collect::<Vec<_>>().join(", ")),
    };
    Failure::usage(format!("There is no {what} \"{name}\"; {hint}"))
}

async fn record(operator: &Operator, user: &UserRow, needs_detail: bool) -> Result<Record> {
    let mut record = Record::of(user)?;
    if needs_detail {
        let show = ShowUser {
            user: UserRef::Id(user.id),
            sensitive: false,
        };
        let detail = operator.service.ask(&operator.session, show).await?;
        record.extend(Record::of(&detail)?);
    }
    Ok(record)
}
