//! `wardroom group …`: named sets of people, what they confer, and who is in them.

use super::exit::{Exit, Result};
use super::members::MemberFlags;
use super::records::{self, ListFlags, NewRules, NodeFlags, RuleFlags};
use super::sure::SureFlags;
use super::{Cx, Run, impact};
use crate::service::explain::GroupImpact;
use crate::service::groups::{
    CreateGroup, DeleteGroup, GroupChanges, GroupDraft, ListGroups, ShowGroup, UpdateGroup,
};
use crate::service::jobs::{Direction, Holder};
use crate::service::{Consent, Home, ListChange, NodeChanges, RecordRef, groups};

const TABLE_COLUMNS: &[&str] = &["name", "organization", "roles", "members", "description"];

const COLUMNS: &[&str] = &[
    "id",
    "name",
    "alias",
    "organization",
    "description",
    "built_in",
    "roles",
    "members",
    "version",
];

#[derive(clap::Args)]
pub struct Group {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(clap::Subcommand)]
enum Verb {
    /// List groups
    List(ListFlags),
    /// Show everything about a group
    Show {
        #[arg(value_name = "NAME")]
        name: String,
    },
    /// Make a group
    Create(Create),
    /// Change fields of a group
    Update(Box<Update>),
    /// Delete a group; its members keep their other roles
    Delete {
        #[arg(value_name = "NAME")]
        name: String,
        #[command(flatten)]
        sure: SureFlags,
    },
    /// Put users into a group
    AddMembers(Members),
    /// Take users out of a group
    RemoveMembers(Members),
}

#[derive(clap::Args)]
#[command(
    after_help = "A name is NAME, ORGANIZATION/NAME, or /NAME of what is system-wide. Where no organization is named, yours is taken.\n\n\
    Example:\n  wardroom group create 'Night shift' --confers Helpdesk --rule 'allow view on user at division'"
)]
struct Create {
    #[arg(value_name = "NAME")]
    name: String,
    /// How applications call it [default: the name in camel case]
    #[arg(long, value_name = "ALIAS")]
    alias: Option<String>,
    #[arg(
        long,
        value_name = "TEXT",
        default_value = "",
        hide_default_value = true
    )]
    description: String,
    /// The organization it belongs to
    #[arg(long, value_name = "ORGANIZATION", conflicts_with = "system_wide")]
    organization: Option<String>,
    /// It belongs to no organization
    #[arg(long)]
    system_wide: bool,
    /// The unit that owns it [default: yours]
    #[arg(long, value_name = "UNIT")]
    unit: Option<String>,
    /// A role its members get; may be repeated
    #[arg(long, value_name = "ROLE")]
    confers: Vec<String>,
    #[command(flatten)]
    rules: NewRules,
    #[arg(
        long,
        value_name = "ENTRY",
        help = "What it allows on a node and below, in the place of its rules: TREE:/PATH=ACTION,ACTION; may be repeated"
    )]
    granular: Vec<String>,
    #[arg(
        long,
        value_name = "PLACE",
        help = "Where its members start, as TREE:/PATH; may be repeated"
    )]
    start: Vec<String>,
    /// A section that it opens; may be repeated
    #[arg(long, value_name = "KEY")]
    section: Vec<String>,
    /// A language its members work in; may be repeated
    #[arg(long, value_name = "KEY")]
    language: Vec<String>,
}

#[derive(clap::Args)]
#[command(
    override_usage = "wardroom group update <NAME> [OPTIONS]",
    after_help = "Only what is given changes.\n\n\
    Example:\n  wardroom group update Europe --member-group Vienna --member-group Rome --dry-run"
)]
struct Update {
    #[arg(value_name = "NAME")]
    group: String,
    /// Another name
    #[arg(long, value_name = "NAME")]
    rename: Option<String>,
    #[arg(long, value_name = "ALIAS")]
    alias: Option<String>,
    #[arg(long, value_name = "TEXT")]
    description: Option<String>,
    /// The unit that owns it
    #[arg(long, value_name = "UNIT")]
    unit: Option<String>,
    /// A role its members get from now on; may be repeated
    #[arg(long, value_name = "ROLE")]
    confers: Vec<String>,
    /// A role it confers no more; may be repeated
    #[arg(long, value_name = "ROLE")]
    remove_confers: Vec<String>,
    /// A group that is in it from now on, with everybody in it; may be repeated
    #[arg(long, value_name = "GROUP")]
    member_group: Vec<String>,
    /// A group that is in it no more; may be repeated
    #[arg(long, value_name = "GROUP")]
    remove_member_group: Vec<String>,
    #[command(flatten)]
    rules: RuleFlags,
    #[command(flatten)]
    nodes: NodeFlags,
    /// A section that it opens; may be repeated
    #[arg(long, value_name = "KEY")]
    section: Vec<String>,
    /// A section that it opens no more; may be repeated
    #[arg(long, value_name = "KEY")]
    remove_section: Vec<String>,
    /// A language its members work in; may be repeated
    #[arg(long, value_name = "KEY")]
    language: Vec<String>,
    /// A language its members work in no more; may be repeated
    #[arg(long, value_name = "KEY")]
    remove_language: Vec<String>,
    /// The version that you saw: refuse if somebody saved since
    #[arg(long, value_name = "N")]
    version: Option<i64>,
    /// Say who would gain or lose what by it, and change nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    sure: SureFlags,
}

#[derive(clap::Args)]
#[command(
    after_help = "Example:\n  wardroom group add-members 'Night shift' jdoe asmith\n  \
    wardroom group remove-members 'Night shift' --filter status:disabled --dry-run"
)]
struct Members {
    #[arg(value_name = "GROUP")]
    group: String,
    #[command(flatten)]
    members: MemberFlags,
}

impl Run for Group {
    async fn run(self, cx: &mut Cx) -> Result<Exit> {
        match self.verb {
            Verb::List(flags) => {
                let operator = cx.operator().await?;
                let list = ListGroups {
                    search: flags.search,
                    limit: flags.limit,
                    ..ListGroups::default()
                };
                let listed = operator.service.ask(&operator.session, list).await?;
                records::list(cx, TABLE_COLUMNS, COLUMNS, &listed)
            }
            Verb::Show { name } => {
                let operator = cx.operator().await?;
                let group = RecordRef::Name(name);
                let group = operator
                    .service
                    .ask(&operator.session, ShowGroup { group })
                    .await?;
                cx.output.record(&group)?;
                Ok(Exit::Done)
            }
            Verb::Create(create) => create.run(cx).await,
            Verb::Update(update) => update.run(cx).await,
            Verb::Delete { name, sure } => {
                let operator = cx.operator().await?;
                let group = RecordRef::Name(name.clone());
                let foretell = groups::DeletionOf {
                    group: group.clone(),
                };
                let consent = sure.deletion(&operator, foretell, ("group", &name)).await?;
                let delete = DeleteGroup { group, consent };
                operator.service.perform(&operator.session, delete).await?;
                records::deleted(cx, "group", &name)
            }
            Verb::AddMembers(Members { group, members }) => {
                let holder = Holder::Group(RecordRef::Name(group));
                members.run(cx, holder, Direction::Add).await
            }
            Verb::RemoveMembers(Members { group, members }) => {
                let holder = Holder::Group(RecordRef::Name(group));
                members.run(cx, holder, Direction::Remove).await
            }
        }
    }
}

impl Create {
    async fn run(self, cx: &mut Cx) -> Result<Exit> {
        let operator = cx.operator().await?;
        let draft = GroupDraft {
            name: self.name,
            alias: self.alias,
            description: self.description,
            home: match self.organization {
                Some(organization) => Home::Organization(organization),
                None if self.system_wide => Home::SystemWide,
                None => Home::Here,
            },
            unit: self.unit,
            roles: self.confers,
            rules: self.rules.into(),
            nodes: NodeChanges {
                entries: ListChange::adding(self.granular),
                starts: ListChange::adding(self.start),
            },
            sections: self.section,
            languages: self.language,
        };
        let create = CreateGroup { draft };
        let made = operator.service.perform(&operator.session, create).await?;
        records::created(cx, "group", &made.name, &made)
    }
}

impl Update {
    async fn run(self, cx: &mut Cx) -> Result<Exit> {
        let update = UpdateGroup {
            group: RecordRef::Name(self.group.clone()),
            version: self.version,
            changes: GroupChanges {
                name: self.rename,
                alias: self.alias,
                description: self.description,
                unit: self.unit,
                roles: ListChange {
                    all: None,
                    add: self.confers,
                    remove: self.remove_confers,
                },
                groups: ListChange {
                    all: None,
                    add: self.member_group,
                    remove: self.remove_member_group,
                },
                rules: self.rules.into(),
                nodes: self.nodes.into(),
                sections: ListChange {
                    all: None,
                    add: self.section,
                    remove: self.remove_section,
                },
                languages: ListChange {
                    all: None,
                    add: self.language,
                    remove: self.remove_language,
                },
            },
            consent: Consent::default(),
        };
        let changes = &update.changes;
        records::refuse_nothing(&[
            changes.name.is_some(),
            changes.alias.is_some(),
            changes.description.is_some(),
            changes.unit.is_some(),
            !changes.roles.is_nothing(),
            !changes.groups.is_nothing(),
            !changes.rules.is_nothing(),
            !changes.nodes.is_nothing(),
            !changes.sections.is_nothing(),
            !changes.languages.is_nothing(),
        ])?;
        let name = changes.name.clone().unwrap_or(self.group);
        let operator = cx.operator().await?;
        if self.dry_run {
            let (service, session) = (&operator.service, &operator.session);
            let impact = GroupImpact::of(&update);
            let edited = service.rehearse(session, update).await?;
            let shifts = service.ask(session, impact).await?;
            return impact::show(cx, &operator, &shifts, &edited.asks);
        }
        let edited = self.sure.save(&operator, update).await?;
        records::updated(cx, &name, &edited.fields)
    }
}
