//! `wardroom unit …`: the business units of an organization, which form a tree.

use super::exit::{Exit, Result};
use super::output::say;
use super::plan::{self, PlanFlags};
use super::records::{self, ListFlags};
use super::sure::SureFlags;
use super::{Cx, Run, ask};
use crate::service::jobs::Confirmation;
use crate::service::units::{
    CreateUnit, DeleteUnit, ListUnits, MoveOf, MoveOwned, OwnedMove, ShowUnit, UnitChanges,
    UnitDraft, UpdateUnit,
};
use crate::service::{Consent, RecordRef, units};

const TABLE_COLUMNS: &[&str] = &[
    "name",
    "organization",
    "parent",
    "users",
    "units",
    "description",
];

const COLUMNS: &[&str] = &[
    "id",
    "name",
    "organization",
    "parent",
    "description",
    "users",
    "units",
    "version",
];

#[derive(clap::Args)]
pub struct Unit {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(clap::Subcommand)]
enum Verb {
    /// List units
    List(ListFlags),
    /// Show everything about a unit
    Show {
        #[arg(value_name = "NAME")]
        name: String,
    },
    /// Make a unit
    Create(Create),
    /// Change fields of a unit, or move it
    Update(Update),
    /// Give the users and groups that a unit owns to another unit; the unit stays
    MoveOwned(MoveRecords),
    /// Delete a unit; those below it move up
    Delete {
        #[arg(value_name = "NAME")]
        name: String,
        /// The unit of the same organization that gets what this one owns
        #[arg(long, value_name = "UNIT")]
        move_records_to: Option<String>,
        #[command(flatten)]
        sure: SureFlags,
    },
}

/// How a unit is reached.
#[derive(clap::Args)]
struct Contact {
    #[arg(long, value_name = "NUMBER")]
    phone: Option<String>,
    #[arg(long, value_name = "ADDRESS")]
    email: Option<String>,
    #[arg(long, value_name = "URL", help = "As https://www.example.com")]
    website: Option<String>,
    #[arg(long, value_name = "NUMBER")]
    fax: Option<String>,
    #[arg(long, value_name = "TEXT")]
    description: Option<String>,
}

#[derive(clap::Args)]
#[command(after_help = "A name is NAME or ORGANIZATION/NAME.\n\n\
    Example:\n  wardroom unit create 'Sales south' --organization Acme --parent Sales")]
struct Create {
    #[arg(value_name = "NAME")]
    name: String,
    /// The organization it belongs to [default: yours]
    #[arg(long, value_name = "ORGANIZATION")]
    organization: Option<String>,
    /// The unit above it [default: none, it stands at the top]
    #[arg(long, value_name = "UNIT")]
    parent: Option<String>,
    #[command(flatten)]
    contact: Contact,
}

#[derive(clap::Args)]
#[command(
    override_usage = "wardroom unit update <NAME> [OPTIONS]",
    after_help = "Only what is given changes. --parent '' moves the unit to the top of the tree."
)]
struct Update {
    #[arg(value_name = "NAME")]
    unit: String,
    /// Another name
    #[arg(long, value_name = "NAME")]
    rename: Option<String>,
    /// Move it, with all below it, under this unit
    #[arg(long, value_name = "UNIT")]
    parent: Option<String>,
    #[command(flatten)]
    contact: Contact,
    /// The version that you saw: refuse if somebody saved since
    #[arg(long, value_name = "N")]
    version: Option<i64>,
    #[command(flatten)]
    sure: SureFlags,
}

#[derive(clap::Args)]
#[command(
    after_help = "Whoever is assigned to the unit stays assigned. --dry-run says how much would move and what stands against it.\n\n\
    Example:\n  wardroom unit move-owned 'Sales south' --to Sales --dry-run"
)]
struct MoveRecords {
    #[arg(value_name = "NAME")]
    name: String,
    /// The unit of the same organization that gets them
    #[arg(long, value_name = "UNIT")]
    to: String,
    #[command(flatten)]
    flags: PlanFlags,
}

impl Run for Unit {
    async fn run(self, cx: &mut Cx) -> Result<Exit> {
        match self.verb {
            Verb::List(flags) => {
                let operator = cx.operator().await?;
                let list = ListUnits {
                    search: flags.search,
                    limit: flags.limit,
                    cap: None,
                };
                let listed = operator.service.ask(&operator.session, list).await?;
                records::list(cx, TABLE_COLUMNS, COLUMNS, &listed)
            }
            Verb::Show { name } => {
                let operator = cx.operator().await?;
                let unit = RecordRef::Name(name);
                let unit = operator
                    .service
                    .ask(&operator.session, ShowUnit { unit })
                    .await?;
                cx.output.record(&unit)?;
                Ok(Exit::Done)
            }
            Verb::Create(create) => create.run(cx).await,
            Verb::Update(update) => update.run(cx).await,
            Verb::MoveOwned(records) => records.run(cx).await,
            Verb::Delete {
                name,
                move_records_to,
                sure,
            } => {
                let operator = cx.operator().await?;
                let unit = RecordRef::Name(name.clone());
                let foretell = units::DeletionOf {
                    unit: unit.clone(),
                    move_records_to: move_records_to.clone(),
                };
                let delete = DeleteUnit {
                    consent: sure.deletion(&operator, foretell, ("unit", &name)).await?,
                    unit,
                    move_records_to,
                };
                operator.service.perform(&operator.session, delete).await?;
                records::deleted(cx, "unit", &name)
            }
        }
    }
}

impl Create {
    async fn run(self, cx: &mut Cx) -> Result<Exit> {
        let operator = cx.operator().await?;
        let contact = self.contact;
        let draft = UnitDraft {
            name: self.name,
            organization: self.organization,
            parent: self.parent,
            phone: contact.phone.unwrap_or_default(),
            email: contact.email.unwrap_or_default(),
            website: contact.website.unwrap_or_default(),
            fax: contact.fax.unwrap_or_default(),
            description: contact.description.unwrap_or_default(),
        };
        let create = CreateUnit { draft };
        let made = operator.service.perform(&operator.session, create).await?;
        records::created(cx, "unit", &made.name, &made)
    }
}

impl Update {
    async fn run(self, cx: &mut Cx) -> Result<Exit> {
        let contact = self.contact;
        let update = UpdateUnit {
            unit: RecordRef::Name(self.unit.clone()),
            version: self.version,
            changes: UnitChanges {
                name: self.rename,
                parent: self.parent,
                phone: contact.phone,
                email: contact.email,
                website: contact.website,
                fax: contact.fax,
                description: contact.description,
            },
            consent: Consent::default(),
        };
        let changes = &update.changes;
        records::refuse_nothing(&[
            changes.name.is_some(),
            changes.parent.is_some(),
            changes.phone.is_some(),
            changes.email.is_some(),
            changes.website.is_some(),
            changes.fax.is_some(),
            changes.description.is_some(),
        ])?;
        let name = changes.name.clone().unwrap_or(self.unit);
        let operator = cx.operator().await?;
        let edited = self.sure.save(&operator, update).await?;
        records::updated(cx, &name, &edited.fields)
    }
}

impl MoveRecords {
    async fn run(self, cx: &mut Cx) -> Result<Exit> {
        let operator = cx.operator().await?;
        let unit = RecordRef::Name(self.name);
        let query = MoveOf {
            unit: unit.clone(),
            to: Some(self.to.clone()),
        };
        let told = operator.service.ask(&operator.session, query).await?;
        if self.flags.dry_run {
            return foretold(cx, &told);
        }
        let owned = MoveOwned {
            unit,
            to: self.to,
            consent: consent(&told, self.flags).await?,
        };
        let moved = operator.service.perform(&operator.session, owned).await?;
        say(&format!(
            "{} went from {} to {}; that is undone {}.",
            told.words(),
            moved.from,
            moved.to,
            moved.undo
        ));
        if cx.output.is_json() {
            cx.output.json(&moved)?;
        }
        Ok(Exit::Done)
    }
}

/// What would move, and what stands against it.
fn foretold(cx: &Cx, told: &OwnedMove) -> Result<Exit> {
    if cx.output.is_json() {
        cx.output.json(told)?;
    }
    if !told.blockers.is_empty() {
        for why in &told.blockers {
            say(why);
        }
        return Ok(Exit::Refused);
    }
    let to = told.to.as_deref().unwrap_or_default();
    say(&format!(
        "{} would go from {} to {to}.",
        told.words(),
        told.from
    ));
    say(&format!("It is undone {}.", told.undo));
    if told.tier >= 2 {
        say(&format!("It wants --yes-count {}.", told.records));
    }
    Ok(Exit::Done)
}

/// What was said beforehand, or is said at the terminal now.
async fn consent(told: &OwnedMove, flags: PlanFlags) -> Result<Consent> {
    let (mut reason, mut ticket) = (
        flags.sure.reason.unwrap_or_default(),
        flags.sure.ticket.unwrap_or_default(),
    );
    let confirmation = match flags.sure.yes_count {
        Some(number) => Confirmation::Count(number),
        // What stands against it is said by whoever refuses it.
        None if told.tier >= 2 && told.blockers.is_empty() && ask::is_attended() => {
            let to = told.to.as_deref().unwrap_or_default();
            say(&format!("{} go from {} to {to}.", told.words(), told.from));
            say(&format!("It is undone {}.", told.undo));
            if told.reason_needed && reason.is_empty() {
                reason = ask::line(plan::REASON).await?;
            }
            if told.ticket_needed && ticket.is_empty() {
                ticket = ask::line(plan::TICKET).await?;
            }
            plan::proof(told.tier, ("move", told.records), "records that will move").await?
        }
        None => Confirmation::None,
    };
    Ok(Consent {
        confirmation,
        reason,
        ticket,
    })
}
