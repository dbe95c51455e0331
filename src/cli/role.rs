//! `wardroom role …`: named sets of rules, and who holds them.

use super::exit::{Exit, Result};
use super::members::MemberFlags;
use super::records::{self, ListFlags, NewRules, RuleFlags};
use super::sure::SureFlags;
use super::{Cx, Run, impact};
use crate::service::explain::RoleImpact;
use crate::service::jobs::{Direction, Holder};
use crate::service::roles::{
    CreateRole, DeleteRole, ListRoles, RoleChanges, RoleDraft, ShowRole, UpdateRole,
};
use crate::service::{Consent, Home, RecordRef, roles};

const TABLE_COLUMNS: &[&str] = &["name", "organization", "holders", "groups", "description"];

const COLUMNS: &[&str] = &[
    "id",
    "name",
    "organization",
    "description",
    "built_in",
    "holders",
    "groups",
    "version",
];

#[derive(clap::Args)]
pub struct Role {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(clap::Subcommand)]
enum Verb {
    /// List roles
    List(ListFlags),
    /// Show everything about a role
    Show {
        #[arg(value_name = "NAME")]
        name: String,
    },
    /// Make a role, perhaps as a copy of another
    Create(Create),
    /// Change fields of a role
    Update(Update),
    /// Delete a role
    Delete {
        #[arg(value_name = "NAME")]
        name: String,
        /// The role that takes its place where it is in use
        #[arg(long, value_name = "ROLE")]
        move_holders_to: Option<String>,
        #[command(flatten)]
        sure: SureFlags,
    },
    /// Give users a role
    AddMembers(Members),
    /// Take a role from users
    RemoveMembers(Members),
}

#[derive(clap::Args)]
#[command(
    after_help = "A name is NAME, ORGANIZATION/NAME, or /NAME of what is system-wide. Where no organization is named, yours is taken.\n\
    A rule is allow ACTIONS on RESOURCE at LEVEL, or deny ACTIONS on RESOURCE. The levels are own, unit,\n\
    division, organization and all; what nobody owns needs none. What there is: wardroom catalogue show\n\n\
    Examples:\n  wardroom role create Desk --like Helpdesk --rule 'deny sign-out on user'\n  \
    wardroom role create Clerk --rule 'allow view,edit on user at unit'"
)]
struct Create {
    #[arg(value_name = "NAME")]
    name: String,
    #[arg(long, value_name = "TEXT")]
    description: Option<String>,
    /// The organization it belongs to
    #[arg(long, value_name = "ORGANIZATION", conflicts_with = "system_wide")]
    organization: Option<String>,
    /// It belongs to no organization
    #[arg(long)]
    system_wide: bool,
    /// Begin with the rules and the description of this role
    #[arg(long, value_name = "ROLE")]
    like: Option<String>,
    #[command(flatten)]
    rules: NewRules,
}

#[derive(clap::Args)]
#[command(
    override_usage = "wardroom role update <NAME> [OPTIONS]",
    after_help = "Only what is given changes.\n\n\
    Example:\n  wardroom role update Clerk --rule 'deny delete on user' --remove-rule 'allow view on unit at all' --dry-run"
)]
struct Update {
    #[arg(value_name = "NAME")]
    role: String,
    /// Another name
    #[arg(long, value_name = "NAME")]
    rename: Option<String>,
    #[arg(long, value_name = "TEXT")]
    description: Option<String>,
    #[command(flatten)]
    rules: RuleFlags,
    /// The version that you saw: refuse if somebody saved since
    #[arg(long, value_name = "N")]
    version: Option<i64>,
    /// Say who would gain or lose what by the rules, and change nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    sure: SureFlags,
}

#[derive(clap::Args)]
#[command(after_help = "Example:\n  wardroom role add-members Helpdesk jdoe asmith")]
struct Members {
    #[arg(value_name = "ROLE")]
    role: String,
    #[command(flatten)]
    members: MemberFlags,
}

impl Run for Role {
    async fn run(self, cx: &mut Cx) -> Result<Exit> {
        match self.verb {
            Verb::List(flags) => {
                let operator = cx.operator().await?;
                let list = ListRoles {
                    search: flags.search,
                    limit: flags.limit,
                    cap: None,
                    ..ListRoles::default()
                };
                let listed = operator.service.ask(&operator.session, list).await?;
                records::list(cx, TABLE_COLUMNS, COLUMNS, &listed)
            }
            Verb::Show { name } => {
                let operator = cx.operator().await?;
                let role = RecordRef::Name(name);
                let role = operator
                    .service
                    .ask(&operator.session, ShowRole { role })
                    .await?;
                cx.output.record(&role)?;
                Ok(Exit::Done)
            }
            Verb::Create(create) => create.run(cx).await,
            Verb::Update(update) => update.run(cx).await,
            Verb::Delete {
                name,
                move_holders_to,
                sure,
            } => {
                let operator = cx.operator().await?;
                let role = RecordRef::Name(name.clone());
                let move_holders_to = move_holders_to.map(RecordRef::Name);
                let foretell = roles::DeletionOf {
                    role: role.clone(),
                    move_holders_to: move_holders_to.clone(),
                };
                let delete = DeleteRole {
                    consent: sure.deletion(&operator, foretell, ("role", &name)).await?,
                    role,
                    move_holders_to,
                };
                operator.service.perform(&operator.session, delete).await?;
                records::deleted(cx, "role", &name)
            }
            Verb::AddMembers(Members { role, members }) => {
                let holder = Holder::Role(RecordRef::Name(role));
                members.run(cx, holder, Direction::Add).await
            }
            Verb::RemoveMembers(Members { role, members }) => {
                let holder = Holder::Role(RecordRef::Name(role));
                members.run(cx, holder, Direction::Remove).await
            }
        }
    }
}

impl Create {
    async fn run(self, cx: &mut Cx) -> Result<Exit> {
        let operator = cx.operator().await?;
        let draft = RoleDraft {
            name: self.name,
            description: self.description,
            home: match self.organization {
                Some(organization) => Home::Organization(organization),
                None if self.system_wide => Home::SystemWide,
                None => Home::Here,
            },
            like: self.like,
            rules: self.rules.into(),
        };
        let create = CreateRole { draft };
        let made = operator.service.perform(&operator.session, create).await?;
        records::created(cx, "role", &made.name, &made)
    }
}

impl Update {
    async fn run(self, cx: &mut Cx) -> Result<Exit> {
        let update = UpdateRole {
            role: RecordRef::Name(self.role.clone()),
            version: self.version,
            changes: RoleChanges {
                name: self.rename,
                description: self.description,
                rules: self.rules.into(),
            },
            consent: Consent::default(),
        };
        let changes = &update.changes;
        records::refuse_nothing(&[
            changes.name.is_some(),
            changes.description.is_some(),
            !changes.rules.is_nothing(),
        ])?;
        let name = changes.name.clone().unwrap_or(self.role);
        let operator = cx.operator().await?;
        if self.dry_run {
            let (role, rules) = (update.role.clone(), update.changes.rules.clone());
            let edited = operator.service.rehearse(&operator.session, update).await?;
            let impact = RoleImpact { role, rules };
            let shifts = operator.service.ask(&operator.session, impact).await?;
            return impact::show(cx, &operator, &shifts, &edited.asks);
        }
        let edited = self.sure.save(&operator, update).await?;
        records::updated(cx, &name, &edited.fields)
    }
}
