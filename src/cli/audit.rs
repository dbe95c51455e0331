//! `wardroom audit …`: the record of what was done, and whether it is whole.

use super::exit::{Exit, Failure, Result};
use super::operator::Operator;
use super::output::{Format, List, Record, say};
use super::{Cx, Run};
use crate::domain::{JobId, Time, text};
use crate::service::audit::{AuditList, ListAudit, VerifyAudit};
use jiff::ToSpan as _;
use jiff::tz::TimeZone;
use std::time::Duration;

const LIST_DEFAULT: u32 = 100;
/// Rows that are asked for at once.
const PAGE_ROWS: u32 = 1_000;
/// How often a follower looks for new rows.
const FOLLOW_EVERY: Duration = Duration::from_secs(1);

const TABLE_COLUMNS: &[&str] = &[
    "sequence", "at", "operator", "action", "target", "outcome", "changes", "reason",
];

const COLUMNS: &[&str] = &[
    "sequence",
    "at",
    "operator",
    "origin",
    "action",
    "target_kind",
    "target_id",
    "target",
    "changes",
    "reason",
    "ticket",
    "job",
    "outcome",
    "hash",
];

#[derive(clap::Args)]
pub struct Audit {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(clap::Subcommand)]
enum Verb {
    /// What was done, newest first
    List(ListArguments),
    /// Check that no row was changed, removed, added or moved
    Verify {
        /// The last head that you noted elsewhere: it must still be there
        #[arg(long, value_name = "HASH")]
        head: Option<String>,
    },
}

#[derive(clap::Args)]
#[command(after_help = "Examples:\n  \
    wardroom audit list --target jdoe --since -30d\n  \
    wardroom audit list --target 'role/Clerk'\n  \
    wardroom audit list --filter 'target:\"group/Payroll Staff\" outcome:denied'\n  \
    wardroom audit list --follow --output ndjson")]
struct ListArguments {
    /// Only entries of this kind: words, operator:, target:, action:, job:, since:, until:, outcome:
    #[arg(
        long,
        value_name = "FILTER",
        default_value = "",
        hide_default_value = true
    )]
    filter: String,
    /// What this operator did
    #[arg(long, value_name = "NAME")]
    operator: Option<String>,
    /// What was done to this user, or to group/NAME, role/NAME, organization/NAME, unit/NAME or job/NUMBER
    #[arg(long, value_name = "NAME")]
    target: Option<String>,
    #[arg(
        long,
        value_name = "ACTION",
        help = "Only this action, such as user_unlocked"
    )]
    action: Option<String>,
    /// Only this job
    #[arg(long, value_name = "JOB")]
    job: Option<i64>,
    /// From this day on: 2026-11-01, today or -30d
    #[arg(long, value_name = "DATE", allow_hyphen_values = true)]
    since: Option<String>,
    /// To this day, all of it: 2026-11-30, yesterday or -7d
    #[arg(long, value_name = "DATE", allow_hyphen_values = true)]
    until: Option<String>,
    /// At most so many
    #[arg(long, value_name = "N", default_value_t = LIST_DEFAULT, value_parser = clap::value_parser!(u32).range(1..))]
    limit: u32,
    /// Go on with what is done from now on, until interrupted
    #[arg(long)]
    follow: bool,
}

impl Run for Audit {
    async fn run(self, cx: &mut Cx) -> Result<Exit> {
        match self.verb {
            Verb::List(arguments) => arguments.run(cx).await,
            Verb::Verify { head } => verify(cx, head).await,
        }
    }
}

async fn verify(cx: &mut Cx, known_head: Option<String>) -> Result<Exit> {
    let operator = cx.operator().await?;
    let verify = VerifyAudit { known_head };
    let found = operator.service.ask(&operator.session, verify).await?;
    cx.output.record(&found)?;
    if found.findings.is_empty() {
        say(&format!("The audit is whole: {} rows.", found.rows));
        return Ok(Exit::Done);
    }
    for finding in &found.findings {
        say(&format!("{finding}."));
    }
    say(
        "The audit is not as it was written; keep a copy of the database and find out who could write to it.",
    );
    Ok(Exit::Refused)
}

impl ListArguments {
    async fn run(self, cx: &mut Cx) -> Result<Exit> {
        let operator = cx.operator().await?;
        let now = operator.service.now();
        let since = start_of("--since", self.since.as_deref(), now, 0)?;
        let until = start_of("--until", self.until.as_deref(), now, 1)?;
        let query = ListAudit {
            filter: self.filter,
            operator: self.operator,
            target: self.target,
            action: self.action,
            job: self.job.map(JobId),
            since,
            until,
            before: None,
            after: None,
            limit: self.limit,
            masked: false,
        };
        let columns = match cx.output.format {
            Format::Table => TABLE_COLUMNS,
            Format::Json | Format::Ndjson | Format::Csv => COLUMNS,
        };
        if self.follow && cx.output.format == Format::Json {
            return Err(Failure::usage(
                "A list that never ends is no JSON text; take --output ndjson with --follow.",
            ));
        }
        let list = cx.output.list(columns);
        if self.follow {
            follow(&operator, query, list).await
        } else {
            newest(&operator, query, list).await
        }
    }
}

/// When the day that a flag names begins, or so many days later.
fn start_of(flag: &str, text: Option<&str>, now: Time, days: i64) -> Result<Option<Time>> {
    let Some(text) = text else {
        return Ok(None);
    };
    let now = jiff::Timestamp::from_microsecond(now.0).unwrap_or_default();
    let today = now.to_zoned(TimeZone::UTC).date();
    let wrong = |error: &dyn std::fmt::Display| Failure::usage(format!("{flag}: {error}."));
    let Some(date) = text::date(text, today).map_err(|error| wrong(&error))? else {
        return Ok(None);
    };
    let start = date
        .checked_add(days.days())
        .and_then(|date| date.to_zoned(TimeZone::UTC))
        .map_err(|error| wrong(&error))?;
    Ok(Some(Time(start.timestamp().as_microsecond())))
}

async fn newest(operator: &Operator, mut query: ListAudit, mut list: List) -> Result<Exit> {
    let mut left = query.limit;
    while left > 0 {
        query.limit = left.min(PAGE_ROWS);
        let page = ask(operator, &query).await?;
        for entry in &page.entries {
            list.row(&Record::of(entry)?)?;
        }
        left = left.saturating_sub(u32::try_from(page.entries.len()).unwrap_or(left));
        // A search for words stops now and then; here it goes on to the first entry.
        let oldest = page.entries.last().map(|oldest| oldest.sequence);
        match page.stopped_at.or(oldest) {
            Some(before) => query.before = Some(before),
            None => break,
        }
    }
    list.end()?;
    Ok(Exit::Done)
}

/// Shows the last rows, oldest first, and then every new one.
async fn follow(operator: &Operator, mut query: ListAudit, mut list: List) -> Result<Exit> {
    let mut page = ask(operator, &query).await?.entries;
    page.reverse();
    let mut seen = page.last().map_or(0, |entry| entry.sequence);
    loop {
        for entry in &page {
            list.row(&Record::of(entry)?)?;
            seen = entry.sequence;
        }
        list.flush()?;
        if page.is_empty() {
            tokio::time::sleep(FOLLOW_EVERY).await;
        }
        query.after = Some(seen);
        query.limit = PAGE_ROWS;
        page = ask(operator, &query).await?.entries;
    }
}

async fn ask(operator: &Operator, query: &ListAudit) -> Result<AuditList> {
    Ok(operator
        .service
        .ask(&operator.session, query.clone())
        .await?)
}
