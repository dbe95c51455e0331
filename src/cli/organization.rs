//! `wardroom organization …`: the tenants.

use super::exit::{Exit, Result};
use super::records::{self, ListFlags};
use super::sure::SureFlags;
use super::{Cx, Run};
use crate::service::organizations::{
    CreateOrganization, DeleteOrganization, ListOrganizations, OrganizationChanges,
    ShowOrganization, UpdateOrganization,
};
use crate::service::{Consent, RecordRef, organizations};

const TABLE_COLUMNS: &[&str] = &["name", "enabled", "users", "units", "description"];

const COLUMNS: &[&str] = &[
    "id",
    "name",
    "description",
    "enabled",
    "users",
    "units",
    "version",
];

#[derive(clap::Args)]
pub struct Organization {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(clap::Subcommand)]
enum Verb {
    /// List organizations
    List(ListFlags),
    /// Show everything about an organization
    Show {
        #[arg(value_name = "NAME")]
        name: String,
    },
    /// Make an organization, with its first unit of the same name
    Create {
        #[arg(value_name = "NAME")]
        name: String,
        #[arg(
            long,
            value_name = "TEXT",
            default_value = "",
            hide_default_value = true
        )]
        description: String,
    },
    /// Change fields of an organization, or disable it
    Update(Update),
    /// Delete an organization that owns nothing
    Delete {
        #[arg(value_name = "NAME")]
        name: String,
        #[command(flatten)]
        sure: SureFlags,
    },
}

#[derive(clap::Args)]
#[command(
    override_usage = "wardroom organization update <NAME> [OPTIONS]",
    after_help = "Only what is given changes.\n\n\
    Example:\n  wardroom organization update Globex --enabled false"
)]
struct Update {
    #[arg(value_name = "NAME")]
    organization: String,
    /// Another name
    #[arg(long, value_name = "NAME")]
    rename: Option<String>,
    #[arg(long, value_name = "TEXT")]
    description: Option<String>,
    /// Whether anybody may sign in to it: true or false
    #[arg(long, value_name = "BOOL")]
    enabled: Option<bool>,
    /// The version that you saw: refuse if somebody saved since
    #[arg(long, value_name = "N")]
    version: Option<i64>,
    #[command(flatten)]
    sure: SureFlags,
}

impl Run for Organization {
    async fn run(self, cx: &mut Cx) -> Result<Exit> {
        let kind = "organization";
        match self.verb {
            Verb::List(flags) => {
                let operator = cx.operator().await?;
                let list = ListOrganizations {
                    search: flags.search,
                    limit: flags.limit,
                    cap: None,
                };
                let listed = operator.service.ask(&operator.session, list).await?;
                records::list(cx, TABLE_COLUMNS, COLUMNS, &listed)
            }
            Verb::Show { name } => {
                let operator = cx.operator().await?;
                let show = ShowOrganization {
                    organization: RecordRef::Name(name),
                };
                let organization = operator.service.ask(&operator.session, show).await?;
                cx.output.record(&organization)?;
                Ok(Exit::Done)
            }
            Verb::Create { name, description } => {
                let operator = cx.operator().await?;
                let create = CreateOrganization { name, description };
                let made = operator.service.perform(&operator.session, create).await?;
                records::created(cx, kind, &made.name, &made)
            }
            Verb::Update(update) => update.run(cx).await,
            Verb::Delete { name, sure } => {
                let operator = cx.operator().await?;
                let organization = RecordRef::Name(name.clone());
                let foretell = organizations::DeletionOf {
                    organization: organization.clone(),
                };
                let delete = DeleteOrganization {
                    consent: sure.deletion(&operator, foretell, (kind, &name)).await?,
                    organization,
                };
                operator.service.perform(&operator.session, delete).await?;
                records::deleted(cx, kind, &name)
            }
        }
    }
}

impl Update {
    async fn run(self, cx: &mut Cx) -> Result<Exit> {
        let update = UpdateOrganization {
            organization: RecordRef::Name(self.organization.clone()),
            version: self.version,
            changes: OrganizationChanges {
                name: self.rename,
                description: self.description,
                enabled: self.enabled,
            },
            consent: Consent::default(),
        };
        let changes = &update.changes;
        records::refuse_nothing(&[
            changes.name.is_some(),
            changes.description.is_some(),
            changes.enabled.is_some(),
        ])?;
        let name = changes.name.clone().unwrap_or(self.organization);
        let operator = cx.operator().await?;
        let edited = self.sure.save(&operator, update).await?;
        records::updated(cx, &name, &edited.fields)
    }
}
