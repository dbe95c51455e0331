//! `wardroom report …`: who is mighty, who holds nothing, which roles nobody holds, and what gives the same twice.

use super::exit::{Exit, Result};
use super::operator::Operator;
use super::output::{Format, List, Record, say};
use super::{Cx, Run};
use crate::service::reports::{
    Dominant, DominantAccounts, Duplicates, People, Powerless, PowerlessUsers, UnheldRoles,
};
use crate::service::users::{Count, Cursor, Page};
use crate::service::{self, Listed};

/// People who are asked for at once.
const PAGE_ROWS: u32 = 10_000;

#[derive(clap::Args)]
#[command(
    after_help = "Each is of the organization of --in, or your first, and of what you may see of it.\n\n\
    Examples:\n  \
    wardroom report dominant --limit 20\n  \
    wardroom report powerless --in 'Acme Trading' --output csv > nobody.csv\n  \
    wardroom report duplicates --output ndjson"
)]
pub struct Report {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(clap::Subcommand)]
enum Verb {
    /// People with power over Wardroom or privileged rights, the mightiest first, and why
    #[command(
        after_help = "First come the administrators who can sign in now and whom no deny stops, then who holds most rights, of which\n\
        a wide one counts more than a narrow one. An ordinary member has none and isn't listed; a disabled one is.\n\n\
        Example:\n  wardroom report dominant --limit 20"
    )]
    Dominant(Limit),
    /// Roles that nobody holds, neither directly nor through a group
    #[command(
        after_help = "A group that confers such a role has nobody in it whom you may see. Who is deleted doesn't count.\n\n\
        Example:\n  wardroom report unheld-roles --output json"
    )]
    UnheldRoles(Limit),
    /// Users without an effective role or organization: nothing they hold allows anything where they may sign in
    #[command(
        after_help = "What they lack is organization (they may sign in to none that is enabled), role (they hold\n\
        none), role_that_counts (they hold some, and all belong to organizations that they may not sign\n\
        in to), or right (no role or group of theirs has a rule, or an entry in a tree, that allows\n\
        anything there). Member allows something, the own profile. What a deny takes away again isn't\n\
        looked at.\n\n\
        Example:\n  wardroom report powerless --output csv > nobody.csv"
    )]
    Powerless(Limit),
    /// Roles, and groups, which give the same
    #[command(
        after_help = "Rules are compared by what they come down to: their order, lists of actions and rules that another one covers\n\
        make no difference. A group gives its own rules and roles, those of the groups it is in, and what opens\n\
        trees, sections and languages. Equal numbers in the column SET are one set.\n\n\
        Example:\n  wardroom report duplicates"
    )]
    Duplicates(Limit),
}

#[derive(clap::Args)]
struct Limit {
    /// At most so many
    #[arg(long, value_name = "N", default_value_t = 1_000, value_parser = clap::value_parser!(u32).range(1..))]
    limit: u32,
}

impl Run for Report {
    async fn run(self, cx: &mut Cx) -> Result<Exit> {
        let operator = cx.operator().await?;
        match self.verb {
            Verb::Dominant(limit) => dominant(cx, &operator, limit.limit).await,
            Verb::UnheldRoles(limit) => {
                let ask = UnheldRoles { limit: limit.limit };
                let found = operator.service.ask(&operator.session, ask).await?;
                let table = ["name", "organization", "groups", "description"];
                let all = [
                    "id",
                    "name",
                    "organization",
                    "description",
                    "built_in",
                    "groups",
                ];
                listed(cx, &table, &all, &found)
            }
            Verb::Powerless(limit) => powerless(cx, &operator, limit.limit).await,
            Verb::Duplicates(limit) => {
                let ask = Duplicates { limit: limit.limit };
                let found = operator.service.ask(&operator.session, ask).await?;
                let table = ["set", "kind", "name", "organization", "people", "gives"];
                let all = [
                    "set",
                    "kind",
                    "id",
                    "name",
                    "organization",
                    "people",
                    "gives",
                ];
                listed(cx, &table, &all, &found)
            }
        }
    }
}

/// Of the columns of a list, those that a table shows, and all.
fn columns<'a>(cx: &Cx, table: &'a [&'a str], all: &'a [&'a str]) -> &'a [&'a str] {
    match cx.output.format {
        Format::Table => table,
        Format::Json | Format::Ndjson | Format::Csv => all,
    }
}

fn listed<T: serde::Serialize>(
    cx: &Cx,
    table: &[&str],
    all: &[&str],
    found: &Listed<T>,
) -> Result<Exit> {
    cx.output.rows(columns(cx, table, all), &found.rows)?;
    if found.more {
        say("There are more; raise --limit to see them.");
    }
    Ok(Exit::Done)
}

async fn dominant(cx: &Cx, operator: &Operator, limit: u32) -> Result<Exit> {
    let table = [
        "username",
        "name",
        "rights",
        "level",
        "can_sign_in",
        "last_sign_in",
        "because",
    ];
    let all = [
        "id",
        "username",
        "name",
        "kind",
        "status",
        "can_sign_in",
        "last_sign_in",
        "administrator",
        "rights",
        "level",
        "because",
    ];
    let ask = async |page, limit| {
        let ask = DominantAccounts { page, limit };
        operator.service.ask(&operator.session, ask).await
    };
    let is_json = cx.output.is_json();
    let record = |one: &Dominant| {
        let mut record = Record::of(one)?;
        if !is_json {
            let because: Vec<String> = one.because.iter().map(ToString::to_string).collect();
            record.set("because", &because.into());
        }
        Ok(record)
    };
    let list = cx.output.list(columns(cx, &table, &all));
    people(list, limit, ask, record, |one| one.cursor.clone()).await
}

async fn powerless(cx: &Cx, operator: &Operator, limit: u32) -> Result<Exit> {
    let table = ["username", "name", "status", "last_sign_in", "lacks"];
    let all = [
        "id",
        "username",
        "name",
        "email",
        "status",
        "last_sign_in",
        "lacks",
    ];
    let ask = async |page, limit| {
        let ask = PowerlessUsers { page, limit };
        operator.service.ask(&operator.session, ask).await
    };
    let list = cx.output.list(columns(cx, &table, &all));
    let record = |one: &Powerless| Record::of(one);
    people(list, limit, ask, record, |one| one.cursor.clone()).await
}

/// Prints people page by page, and says how many there are where not all are shown.
async fn people<T>(
    mut rows: List,
    limit: u32,
    ask: impl AsyncFn(Page, u32) -> service::Result<People<T>>,
    record: impl Fn(&T) -> Result<Record>,
    cursor: impl Fn(&T) -> Cursor,
) -> Result<Exit> {
    let (mut left, mut page) = (limit, Page::First);
    let rest = loop {
        let found = ask(page, PAGE_ROWS.min(left)).await?;
        for one in &found.rows {
            rows.row(&record(one)?)?;
        }
        left = left.saturating_sub(u32::try_from(found.rows.len()).unwrap_or(u32::MAX));
        match found.rows.last() {
            Some(last) if found.more_after && left > 0 => page = Page::After(cursor(last)),
            _ => break found.more_after.then_some(found.count),
        }
    };
    rows.end()?;
    if let Some(count) = rest {
        say(&format!(
            "{limit} of {}; raise --limit to see more.",
            in_all(count)
        ));
    }
    Ok(Exit::Done)
}

fn in_all(count: Count) -> String {
    let more = if count.capped { "more than " } else { "" };
    format!("{more}{} people", count.number)
}
