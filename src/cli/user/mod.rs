//! `wardroom user …`: find people, look at them, make and change them, and act on one or on thousands.

mod fields;
mod list;

use super::exit::{Exit, Result};
use super::output::say;
use super::plan::{self, PlanFlags};
use super::targets::Whom;
use super::{Cx, Run};
use crate::service::jobs::{Caller, MakePlan, Operation};
use crate::service::users::{Reason, ShowUser, UserRef, WhyNot};

#[derive(clap::Args)]
pub struct User {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(clap::Subcommand)]
enum Verb {
    /// Find users
    List(list::List),
    /// Show everything about a user
    Show {
        #[arg(value_name = "NAME")]
        name: String,
    },
    /// Make a user
    Create(Box<fields::Create>),
    /// Change fields of a user
    Update(Box<fields::Update>),
    /// Let users sign in again that were disabled
    Enable(Act),
    /// Stop users from signing in, and end their sessions
    Disable(Act),
    /// Take away the lock that wrong passwords made
    Unlock(Act),
    /// End the sessions of users
    SignOut(Act),
    /// Put users into the bin
    Delete(Act),
    /// Take users out of the bin
    Restore(Act),
    /// Remove users from the bin for good
    Purge(Act),
    /// Say every reason that stops a user from signing in
    WhyNot {
        #[arg(value_name = "NAME")]
        name: String,
    },
}

/// An action on users.
#[derive(clap::Args)]
#[command(
    after_help = "One user who loses nothing by it is changed at once; anything else is asked about on a terminal,\n\
    and wants --yes-count where there is none.\n\n\
    Examples:\n  \
    wardroom user unlock jdoe\n  \
    wardroom user disable --filter 'signed-in.age>180d' --dry-run\n  \
    wardroom user list --filter unit:sales --output csv | wardroom user sign-out - --yes-count 12"
)]
struct Act {
    #[command(flatten)]
    whom: Whom,
    /// The caller it is done for is identified; stands in the audit
    #[arg(long)]
    identified: bool,
    #[command(flatten)]
    flags: PlanFlags,
}

impl Run for User {
    async fn run(self, cx: &mut Cx) -> Result<Exit> {
        match self.verb {
            Verb::List(list) => list.run(cx).await,
            Verb::Show { name } => show(cx, name).await,
            Verb::Create(create) => create.run(cx).await,
            Verb::Update(update) => update.run(cx).await,
            Verb::Enable(act) => act.run(cx, Operation::Enable).await,
            Verb::Disable(act) => act.run(cx, Operation::Disable).await,
            Verb::Unlock(act) => act.run(cx, Operation::Unlock).await,
            Verb::SignOut(act) => act.run(cx, Operation::SignOut).await,
            Verb::Delete(act) => act.run(cx, Operation::Delete).await,
            Verb::Restore(act) => act.run(cx, Operation::Restore).await,
            Verb::Purge(act) => act.run(cx, Operation::Purge).await,
            Verb::WhyNot { name } => why_not(cx, name).await,
        }
    }
}

impl Act {
    async fn run(self, cx: &mut Cx, operation: Operation) -> Result<Exit> {
        let targets = self.whom.targets().await?;
        let operator = cx.operator().await?;
        let make = MakePlan {
            caller: if self.identified {
                Caller::Identified
            } else {
                Caller::Nobody
            },
            reason: self.flags.sure.reason.clone().unwrap_or_default(),
            ticket: self.flags.sure.ticket.clone().unwrap_or_default(),
            ..MakePlan::new(operation, targets)
        };
        let plan = plan::made(&operator, make, &self.flags).await?;
        plan::settle(cx, &operator, plan, &self.flags).await
    }
}

async fn show(cx: &mut Cx, name: String) -> Result<Exit> {
    let operator = cx.operator().await?;
    // A script reads the fields that its operator may see; that sensitive ones were shown is in the audit.
    let show = ShowUser {
        user: UserRef::Name(name),
        sensitive: true,
    };
    let user = operator.service.ask(&operator.session, show).await?;
    cx.output.record(&user)?;
    Ok(Exit::Done)
}

async fn why_not(cx: &mut Cx, name: String) -> Result<Exit> {
    let operator = cx.operator().await?;
    let why = WhyNot {
        user: UserRef::Name(name.clone()),
    };
    let reasons = operator.service.ask(&operator.session, why).await?;
    if cx.output.format != super::output::Format::Table {
        cx.output
            .rows(&["reason", "since", "until", "who_can_help"], &reasons)?;
    } else if reasons.is_empty() {
        say(&format!("Nothing stops {name} from signing in."));
    } else {
        for reason in &reasons {
            cx.output.text(&sentence(cx, &name, reason))?;
        }
    }
    Ok(Exit::Done)
}

/// `jdoe: 10 wrong passwords in 40 s from 203.0.113.7, since …, until …. Who can help: …`.
fn sentence(cx: &Cx, name: &str, reason: &Reason) -> String {
    let zone = &cx.output.zone;
    let part = |begin: &str, text: String, is_known: bool| {
        if is_known {
            format!("{begin}{text}")
        } else {
            String::new()
        }
    };
    let Reason { since, until, .. } = reason;
    let help = reason.who_can_help.join(", ");
    let text = [
        format!("{name}: {}", reason.sentence),
        part(", since ", since.display_in(zone), !since.is_never()),
        part(", until ", until.display_in(zone), !until.is_never()),
        ".".to_owned(),
        part(" Who can help: ", format!("{help}."), !help.is_empty()),
    ];
    crate::domain::text::safe(&text.concat()).into_owned()
}
