//! What the commands for groups, roles, organizations and units share: lists, rules and deleting.

use super::Cx;
use super::exit::{Exit, Failure, Result};
use super::output::{Format, say};
use crate::service::{ListChange, Listed, NodeChanges};
use serde::Serialize;

/// Which records are listed.
#[derive(Clone, Debug, clap::Args)]
pub struct ListFlags {
    /// Only those whose name or description has these words
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub search: String,
    /// At most so many
    #[arg(long, value_name = "N", default_value_t = 1_000, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub limit: u32,
}

/// Prints a list; tables leave out what few people look for.
pub fn list<T: Serialize>(
    cx: &Cx,
    table_columns: &[&str],
    columns: &[&str],
    listed: &Listed<T>,
) -> Result<Exit> {
    let columns = match cx.output.format {
        Format::Table => table_columns,
        Format::Json | Format::Ndjson | Format::Csv => columns,
    };
    cx.output.rows(columns, &listed.rows)?;
    if listed.more {
        say("There are more; narrow them with --search, or raise --limit.");
    }
    Ok(Exit::Done)
}

/// The rules of a role or group that is made.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct NewRules {
    /// What it allows or forbids: 'allow view,edit on user at organization', 'deny delete on user'; may be repeated
    #[arg(long = "rule", value_name = "RULE")]
    rules: Vec<String>,
}

impl From<NewRules> for ListChange {
    fn from(flags: NewRules) -> Self {
        Self::adding(flags.rules)
    }
}

/// Changes to the rules of a role or group.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct RuleFlags {
    /// A rule to add: 'allow view,edit on user at organization', 'deny delete on user'; may be repeated
    #[arg(long = "rule", value_name = "RULE")]
    add: Vec<String>,
    /// A rule to take away, as show prints it; may be repeated
    #[arg(long = "remove-rule", value_name = "RULE")]
    remove: Vec<String>,
}

impl From<RuleFlags> for ListChange {
    fn from(flags: RuleFlags) -> Self {
        Self {
            all: None,
            add: flags.add,
            remove: flags.remove,
        }
    }
}

/// Changes to what a group or a user may do on nodes, and where they start.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct NodeFlags {
    #[arg(
        long = "granular",
        value_name = "ENTRY",
        help = "What is allowed on a node and below, in the place of rules: TREE:/PATH=ACTION,ACTION; may be repeated"
    )]
    entries: Vec<String>,
    #[arg(
        long = "remove-granular",
        value_name = "PLACE",
        help = "An entry to take away, by its TREE:/PATH; may be repeated"
    )]
    remove_entries: Vec<String>,
    #[arg(
        long = "start",
        value_name = "PLACE",
        help = "Where they start, as TREE:/PATH; may be repeated"
    )]
    starts: Vec<String>,
    /// Where they start no more; may be repeated
    #[arg(long = "remove-start", value_name = "PLACE")]
    remove_starts: Vec<String>,
}

impl From<NodeFlags> for NodeChanges {
    fn from(flags: NodeFlags) -> Self {
        Self {
            entries: ListChange {
                all: None,
                add: flags.entries,
                remove: flags.remove_entries,
            },
            starts: ListChange {
                all: None,
                add: flags.starts,
                remove: flags.remove_starts,
            },
        }
    }
}

/// Refuses an update that names nothing to change.
pub fn refuse_nothing(given: &[bool]) -> Result<()> {
    if given.contains(&true) {
        Ok(())
    } else {
        Err(Failure::usage(
            "There is nothing to change; name a field, as in: --description 'Sells to the south'.",
        ))
    }
}

/// Says that a record was made, or gives it to a script.
pub fn created(cx: &Cx, kind: &str, name: &str, record: &impl Serialize) -> Result<Exit> {
    say(&format!("The {kind} {name} was created."));
    if cx.output.is_json() {
        cx.output.json(record)?;
    }
    Ok(Exit::Done)
}

#[derive(Serialize)]
struct Updated<'a> {
    name: &'a str,
    changed: &'a [String],
}

/// Says which fields changed.
pub fn updated(cx: &Cx, name: &str, changed: &[String]) -> Result<Exit> {
    if changed.is_empty() {
        say(&format!("{name} is so already; nothing was changed."));
    } else {
        say(&format!("{name}: changed {}.", changed.join(", ")));
    }
    if cx.output.is_json() {
        cx.output.json(&Updated { name, changed })?;
    }
    Ok(Exit::Done)
}

#[derive(Serialize)]
struct Deleted<'a> {
    deleted: &'a str,
}

pub fn deleted(cx: &Cx, kind: &str, name: &str) -> Result<Exit> {
    say(&format!("The {kind} {name} was deleted."));
    if cx.output.is_json() {
        cx.output.json(&Deleted { deleted: name })?;
    }
    Ok(Exit::Done)
}
