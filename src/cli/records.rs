//! What the commands for groups, roles, organizations and units share: lists, rules, deleting, and members.

use super::exit::{Exit, Failure, Result};
use super::output::{Format, say};
use super::plan::{self, NAMED_MAX, count, say_unknown};
use super::{Cx, ask};
use crate::service::jobs::{Confirmation, Missing};
use crate::service::{Consent, Listed, MembersChanged, MembersPlan, RuleTexts};
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

/// The rules of a role or group.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct RuleFlags {
    /// What it allows, as ACTIONS RESOURCE [LEVEL]: 'view,edit user organization'; may be repeated
    #[arg(long, value_name = "RULE")]
    allow: Option<Vec<String>>,
    /// What it forbids whatever else allows it, as ACTIONS RESOURCE: 'delete user'; may be repeated
    #[arg(long, value_name = "RULE")]
    deny: Option<Vec<String>>,
}

impl From<RuleFlags> for RuleTexts {
    fn from(flags: RuleFlags) -> Self {
        Self {
            allow: flags.allow,
            deny: flags.deny,
        }
    }
}

/// Names in a list, of which an empty one leaves nothing: `--role ''`.
pub fn names(given: Option<Vec<String>>) -> Option<Vec<String>> {
    given.map(|names| {
        names
            .into_iter()
            .filter(|name| !name.trim().is_empty())
            .collect()
    })
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

/// What is said to a deletion beforehand.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct DeleteFlags {
    /// Go ahead; deleting one record is 1
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(i64).range(0..))]
    yes_count: Option<i64>,
    /// Why, for the audit
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
    /// The ticket it belongs to, for the audit
    #[arg(long, value_name = "T")]
    ticket: Option<String>,
}

impl DeleteFlags {
    /// The consent that was given, or that somebody at the terminal gives now by typing the name again.
    pub async fn consent(self, kind: &str, name: &str) -> Result<Consent> {
        let confirmation = match self.yes_count {
            Some(number) => Confirmation::Count(number),
            None if ask::is_attended() => {
                let question = format!("Deleting can't be undone. Type the name of the {kind}: ");
                if ask::line(&question).await? != name.trim() {
                    return Err(not_confirmed());
                }
                Confirmation::Count(1)
            }
            None => Confirmation::None,
        };
        Ok(Consent {
            confirmation,
            reason: self.reason.unwrap_or_default(),
            ticket: self.ticket.unwrap_or_default(),
        })
    }
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

fn not_confirmed() -> Failure {
    Failure::Said(
        Exit::NotConfirmed,
        "Not confirmed, so nothing was changed.".to_owned(),
    )
}

/// Shows a plan of members and drops it; or the consent with which it may be performed.
pub async fn members_consent(
    cx: &Cx,
    plan: &MembersPlan,
    flags: &plan::Consent,
) -> Result<Option<Consent>> {
    if flags.dry_run {
        cx.output.record(plan)?;
        return Ok(None);
    }
    let mut consent = Consent {
        confirmation: Confirmation::None,
        reason: flags.reason.clone().unwrap_or_default(),
        ticket: flags.ticket.clone().unwrap_or_default(),
    };
    match flags.yes_count {
        Some(number) => consent.confirmation = Confirmation::Count(number),
        None if plan.tier <= 1 || plan.will_change == 0 => {}
        None if ask::is_attended() => {
            describe(plan);
            if plan.reason_needed && consent.reason.is_empty() {
                consent.reason = ask::line("Reason, for the audit: ").await?;
            }
            if plan.ticket_needed && consent.ticket.is_empty() {
                consent.ticket = ask::line("Ticket: ").await?;
            }
            consent.confirmation = asked(plan).await?;
        }
        None => {
            if cx.output.is_json() {
                cx.output.record(plan)?;
            }
            return Err(Failure::Said(
                Exit::NotConfirmed,
                format!(
                    "{} wants to be confirmed, so nothing was changed; look at it with --dry-run, and confirm it with --yes-count {}{}.",
                    plan.plan,
                    plan.will_change,
                    if plan.reason_needed && consent.reason.is_empty() {
                        " and --reason TEXT"
                    } else {
                        ""
                    }
                ),
            ));
        }
    }
    Ok(Some(consent))
}

/// A yes, or the number of users where it is more than a little.
async fn asked(plan: &MembersPlan) -> Result<Confirmation> {
    let number = plan.will_change.to_string();
    let (prompt, wanted) = if plan.tier <= 2 {
        ("Type yes to go ahead: ", "yes")
    } else {
        (
            "Type the number of users that will change: ",
            number.as_str(),
        )
    };
    if ask::line(prompt).await? != wanted {
        return Err(not_confirmed());
    }
    Ok(Confirmation::Count(plan.will_change))
}

fn describe(plan: &MembersPlan) {
    say(&format!(
        "{}: {} will change, {} already so, {} refused.",
        plan.plan,
        plan.will_change,
        plan.already,
        plan.refused.len()
    ));
    say_refusals(&plan.refused);
    say_unknown(&plan.unknown);
}

fn say_refusals(refusals: &[Missing]) {
    for refusal in refusals.iter().take(NAMED_MAX) {
        say(&format!("{}: {}.", refusal.name, refusal.reason));
    }
    if refusals.len() > NAMED_MAX {
        say(&format!("and {} more.", refusals.len() - NAMED_MAX));
    }
}

/// Says what became of a change of members, and turns it into the exit code.
pub fn members_changed(cx: &Cx, plan: &MembersPlan, changed: &MembersChanged) -> Result<Exit> {
    say_refusals(&changed.refusals);
    say_unknown(&changed.unknown);
    let exit = if changed.refused == 0 && changed.unknown.is_empty() {
        if changed.changed + changed.already == 0 {
            Exit::Missing
        } else {
            Exit::Done
        }
    } else if changed.changed + changed.already > 0 {
        Exit::Partly
    } else if changed.refused > 0 {
        Exit::Refused
    } else {
        Exit::Missing
    };
    if exit == Exit::Missing && changed.unknown.is_empty() {
        say("Nobody matched, so nothing was changed.");
    } else if changed.changed == 0 && exit == Exit::Done {
        say("Nothing was changed: it is so already.");
    } else {
        say(&format!(
            "{}: {}, {} already so, {} refused.",
            plan.plan,
            count(changed.changed, "change", "changes"),
            changed.already,
            changed.refused
        ));
    }
    if cx.output.is_json() {
        cx.output.json(changed)?;
    }
    Ok(exit)
}
