//! `wardroom unit …`: the business units of an organization, which form a tree.

use super::exit::{Exit, Result};
use super::records::{self, ListFlags};
use super::sure::SureFlags;
use super::{Cx, Run};
use crate::service::RecordRef;
use crate::service::units::{
    CreateUnit, DeleteUnit, ListUnits, ShowUnit, UnitChanges, UnitDraft, UpdateUnit,
};

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
    /// Change the name itself
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// Move it, with all below it, under this unit
    #[arg(long, value_name = "UNIT")]
    parent: Option<String>,
    #[command(flatten)]
    contact: Contact,
    /// The version that you saw: refuse if somebody saved since
    #[arg(long, value_name = "N")]
    version: Option<i64>,
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
            Verb::Delete {
                name,
                move_records_to,
                sure,
            } => {
                let operator = cx.operator().await?;
                let delete = DeleteUnit {
                    consent: sure.deletion("unit", &name).await?,
                    unit: RecordRef::Name(name.clone()),
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
                name: self.name,
                parent: self.parent,
                phone: contact.phone,
                email: contact.email,
                website: contact.website,
                fax: contact.fax,
                description: contact.description,
            },
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
        let fields = operator.service.perform(&operator.session, update).await?;
        records::updated(cx, &name, &fields)
    }
}
