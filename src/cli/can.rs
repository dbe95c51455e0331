//! `wardroom can`, `who-can` and `what-can`: who may do what, and why.

use super::exit::{Exit, Result};
use super::output::{Format, say};
use super::{Cx, Run};
use crate::domain::permission::Level;
use crate::domain::status::Status;
use crate::domain::text::safe;
use crate::service::RecordRef;
use crate::service::explain::{self, Asked, Verdict, WhatIf, Why};
use crate::service::users::UserRef;

/// What is asked about: an action on a resource, perhaps on somebody's record or at a node.
#[derive(Clone, Debug, clap::Args)]
struct AskedFlags {
    /// What is done, as the catalogue calls it
    #[arg(value_name = "ACTION")]
    action: String,
    /// What it is done to, as the catalogue calls it
    #[arg(value_name = "RESOURCE")]
    resource: String,
    /// The user who owns the record; of users and profiles, whose it is
    #[arg(long, value_name = "USER", conflicts_with = "owner_unit")]
    owner: Option<String>,
    /// The unit that owns the record
    #[arg(long, value_name = "UNIT")]
    owner_unit: Option<String>,
    /// The organization that the record belongs to [default: the unit's, or the one worked in]
    #[arg(long, value_name = "ORGANIZATION")]
    record_organization: Option<String>,
    /// A place in the resource's tree; / is the root
    #[arg(long, value_name = "/PATH")]
    node: Option<String>,
}

impl AskedFlags {
    fn asked(self, working: Option<RecordRef>) -> Asked {
        Asked {
            action: self.action,
            resource: self.resource,
            owner: self.owner.map(UserRef::Name),
            owner_unit: self.owner_unit.map(RecordRef::Name),
            organization: self.record_organization.map(RecordRef::Name),
            node: self.node,
            working,
        }
    }
}

/// The organization of `--in`, which is the one asked about here: the asker needs only to see it.
fn working(cx: &mut Cx) -> Option<RecordRef> {
    cx.global.organization.take().map(RecordRef::Name)
}

/// Memberships that are thought to be changed.
#[derive(Clone, Debug, Default, clap::Args)]
struct WhatIfFlags {
    /// As if they had this role; may be repeated
    #[arg(long, value_name = "ROLE")]
    with_role: Vec<String>,
    /// As if they didn't have this role directly; may be repeated
    #[arg(long, value_name = "ROLE")]
    without_role: Vec<String>,
    /// As if they were in this group; may be repeated
    #[arg(long, value_name = "GROUP")]
    with_group: Vec<String>,
    /// As if they weren't in this group directly; may be repeated
    #[arg(long, value_name = "GROUP")]
    without_group: Vec<String>,
}

impl WhatIfFlags {
    fn is_nothing(&self) -> bool {
        let lists = [
            &self.with_role,
            &self.without_role,
            &self.with_group,
            &self.without_group,
        ];
        lists.iter().all(|list| list.is_empty())
    }
}

impl From<WhatIfFlags> for WhatIf {
    fn from(flags: WhatIfFlags) -> Self {
        let names = |names: Vec<String>| names.into_iter().map(RecordRef::Name).collect();
        Self {
            with_roles: names(flags.with_role),
            without_roles: names(flags.without_role),
            with_groups: names(flags.with_group),
            without_groups: names(flags.without_group),
        }
    }
}

#[derive(clap::Args)]
#[command(
    after_help = "Exits with 0 for yes and 9 for no. Asked in the organization of --in, or your first.\n\n\
    Examples:\n  wardroom can jdoe unlock user --owner asmith\n  \
    wardroom can jdoe edit content --node /Home/News --with-group Editors"
)]
pub struct Can {
    /// The user who would do it
    #[arg(value_name = "USER")]
    user: String,
    #[command(flatten)]
    asked: AskedFlags,
    #[command(flatten)]
    what_if: WhatIfFlags,
}

#[derive(clap::Args)]
#[command(after_help = "Example:\n  wardroom who-can unlock user --owner jdoe")]
pub struct WhoCan {
    #[command(flatten)]
    asked: AskedFlags,
    /// At most so many
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    limit: u32,
}

#[derive(clap::Args)]
#[command(after_help = "Example:\n  wardroom what-can jdoe --without-role Manager")]
pub struct WhatCan {
    #[arg(value_name = "USER")]
    user: String,
    #[command(flatten)]
    what_if: WhatIfFlags,
}

impl Run for Can {
    async fn run(self, cx: &mut Cx) -> Result<Exit> {
        let working = working(cx);
        let operator = cx.operator().await?;
        let who = self.user.clone();
        let deed = format!("{} on {}", self.asked.action, self.asked.resource);
        let (service, session) = (&operator.service, &operator.session);
        let asked = self.asked.asked(working);
        let verdict = if self.user == session.username && self.what_if.is_nothing() {
            service.may_i(session, &asked).await?
        } else {
            let can = explain::Can {
                user: UserRef::Name(self.user),
                asked,
                what_if: self.what_if.into(),
            };
            service.ask(session, can).await?
        };
        match cx.output.format {
            Format::Table => cx.output.text(&told((&who, &deed), &verdict))?,
            Format::Csv => cx.output.record(&Answer::from(&verdict))?,
            Format::Json | Format::Ndjson => cx.output.json(&verdict)?,
        }
        Ok(if verdict.allowed {
            Exit::Done
        } else {
            Exit::Refused
        })
    }
}

/// An answer in the cells of a spreadsheet.
#[derive(serde::Serialize)]
struct Answer<'a> {
    allowed: bool,
    level: Option<&'static str>,
    because: String,
    missing: Option<&'a str>,
    who_can_grant: &'a [String],
}

impl<'a> From<&'a Verdict> for Answer<'a> {
    fn from(verdict: &'a Verdict) -> Self {
        Self {
            allowed: verdict.allowed,
            level: verdict.level.map(Level::as_str),
            because: because(&verdict.because),
            missing: verdict.missing.as_deref(),
            who_can_grant: &verdict.who_can_grant,
        }
    }
}

/// An answer for a person.
fn told((who, deed): (&str, &str), verdict: &Verdict) -> String {
    let mut lines = vec![match (verdict.allowed, verdict.level) {
        (true, Some(level)) => format!("Yes: {who} may {deed}, at level {}.", level.as_str()),
        (true, None) => format!("Yes: {who} may {deed}."),
        (false, _) => format!("No: {who} may not {deed}."),
    }];
    lines.extend(
        verdict
            .because
            .iter()
            .map(|why| format!("  {}", reason(why))),
    );
    if let Some(missing) = &verdict.missing {
        lines.push(format!("  missing: {missing}"));
    }
    if !verdict.who_can_grant.is_empty() {
        lines.push(format!("  ask {}", verdict.who_can_grant.join(" or ")));
    }
    let lines: Vec<_> = lines.iter().map(|line| safe(line)).collect();
    lines.join("\n")
}

fn reason(why: &Why) -> String {
    let via = why
        .via
        .as_ref()
        .map_or_else(String::new, |via| format!(" via the group {via}"));
    format!("{}   {} {}{via}", why.rule, why.kind.as_str(), why.source)
}

/// A line of a list, for tables.
#[derive(serde::Serialize)]
struct Line {
    username: String,
    name: String,
    status: Status,
    level: Option<&'static str>,
    because: String,
}

impl Run for WhoCan {
    async fn run(self, cx: &mut Cx) -> Result<Exit> {
        let working = working(cx);
        let operator = cx.operator().await?;
        let who_can = explain::WhoCan {
            asked: self.asked.asked(working),
            limit: self.limit,
        };
        let found = operator.service.ask(&operator.session, who_can).await?;
        if cx.output.format == Format::Json {
            cx.output.json(&found)?;
        } else {
            let listed = found.users.len();
            let lines: Vec<Line> = found
                .users
                .into_iter()
                .map(|able| Line {
                    username: able.username,
                    name: able.name,
                    status: able.status,
                    level: able.level.map(Level::as_str),
                    because: because(&able.because),
                })
                .collect();
            cx.output
                .rows(&["username", "name", "status", "level", "because"], &lines)?;
            if found.more {
                let more = if found.capped { "more than " } else { "" };
                say(&format!(
                    "{listed} of {more}{} people; raise --limit to see more.",
                    found.count
                ));
            }
        }
        Ok(if found.count == 0 {
            Exit::Missing
        } else {
            Exit::Done
        })
    }
}

fn because(reasons: &[Why]) -> String {
    let parts: Vec<String> = reasons
        .iter()
        .map(|why| match &why.via {
            Some(via) => format!("{} via {via}", why.source),
            None => why.source.clone(),
        })
        .collect();
    parts.join(", ")
}

#[derive(serde::Serialize)]
struct AbilityLine {
    resource: String,
    action: String,
    level: &'static str,
    because: String,
}

impl Run for WhatCan {
    async fn run(self, cx: &mut Cx) -> Result<Exit> {
        let working = working(cx);
        let operator = cx.operator().await?;
        let what_can = explain::WhatCan {
            user: UserRef::Name(self.user.clone()),
            what_if: self.what_if.into(),
            working,
        };
        let found = operator.service.ask(&operator.session, what_can).await?;
        if cx.output.format == Format::Json {
            cx.output.json(&found)?;
            return Ok(Exit::Done);
        }
        if let Some(why) = found.shut_out {
            say(&format!("{} has no rights here: {why}.", self.user));
        }
        let lines: Vec<AbilityLine> = found
            .rights
            .iter()
            .map(|right| AbilityLine {
                resource: right.resource.clone(),
                action: right.action.clone(),
                level: right.level.as_str(),
                because: match right.remark {
                    Some(remark) => format!("{}; {remark}", because(&right.because)),
                    None => because(&right.because),
                },
            })
            .collect();
        cx.output
            .rows(&["resource", "action", "level", "because"], &lines)?;
        if cx.output.format == Format::Table {
            for tree in &found.trees {
                let starts = if tree.starts.is_empty() {
                    "nowhere, so nothing in it can be reached".to_owned()
                } else {
                    tree.starts.join(", ")
                };
                say(&format!("{} starts at: {starts}", tree.tree));
                for (entry, whose) in &tree.entries {
                    say(&format!("  {entry}   ({whose})"));
                }
            }
            for (kind, keys) in [
                ("Sections", &found.sections),
                ("Languages", &found.languages),
            ] {
                if !keys.is_empty() {
                    say(&format!("{kind}: {}", keys.join(", ")));
                }
            }
        }
        Ok(Exit::Done)
    }
}
