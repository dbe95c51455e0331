//! `wardroom user create` and `update`: the same flags, once as what is given and once as what changes.

use crate::cli::exit::{Exit, Failure, Result};
use crate::cli::output::say;
use crate::cli::records::NodeFlags;
use crate::cli::sure::SureFlags;
use crate::cli::{Cx, ask, impact};
use crate::domain::UserId;
use crate::domain::status::Kind;
use crate::domain::user::Profile;
use crate::service::explain::UserImpact;
use crate::service::users::{CreateUser, UpdateUser, UserChanges, UserDraft, UserRef};
use crate::service::{Consent, Secret};

macro_rules! profile_flags {
    ($($(#[$attribute:meta])* $field:ident;)*) => {
        /// The text fields of a user.
        #[derive(clap::Args, Debug)]
        pub struct ProfileFlags {
            $($(#[$attribute])* $field: Option<String>,)*
        }

        impl ProfileFlags {
            fn given(self) -> Vec<(&'static str, String)> {
                let all = [$((stringify!($field), self.$field)),*];
                all.into_iter()
                    .filter_map(|(name, value)| Some((name, value?)))
                    .collect()
            }
        }
    };
}

profile_flags! {
    #[arg(long, value_name = "ADDRESS", help = "Primary e-mail")]
    email;
    #[arg(long, value_name = "NAME")]
    first_name;
    #[arg(long, value_name = "NAME")]
    middle_name;
    #[arg(long, value_name = "NAME")]
    last_name;
    #[arg(long = "prefix", value_name = "TEXT", help = "Before the name: Dr.")]
    name_prefix;
    #[arg(long = "suffix", value_name = "TEXT", help = "Behind the name: jr.")]
    name_suffix;
    #[arg(long, value_name = "TEXT", help = "Another name that people look for")]
    also_known_as;
    #[arg(long, value_name = "TEXT", help = "What the person does")]
    title;
    #[arg(long, value_name = "TEXT")]
    department;
    #[arg(long, value_name = "NUMBER")]
    employee_number;
    #[arg(long, value_name = "DATE", help = "As 1990-12-31")]
    birthday;
    #[arg(long, value_name = "NUMBER")]
    phone;
    #[arg(long, value_name = "TAG", help = "As de or pt-BR")]
    language;
    #[arg(long, value_name = "ZONE", help = "As Europe/Vienna")]
    time_zone;
    #[arg(long, value_name = "TEXT")]
    description;
}

/// Where a user stands, what they hold, and the rest.
#[derive(clap::Args, Debug)]
pub struct OtherFlags {
    #[arg(long, value_name = "KIND", value_parser = kind, help = "person, shared or service")]
    kind: Option<Kind>,
    #[arg(
        long,
        value_name = "UNIT",
        help = "The unit that owns the record [default: yours]"
    )]
    unit: Option<String>,
    #[arg(
        long,
        value_name = "UNIT",
        help = "A unit the user is assigned to; may be repeated"
    )]
    assigned_unit: Option<Vec<String>>,
    #[arg(
        long,
        value_name = "ORGANIZATION",
        help = "An organization to sign in to; may be repeated [default: the one of the unit]"
    )]
    organization: Option<Vec<String>>,
    #[arg(long, value_name = "ROLE", help = "May be repeated")]
    role: Option<Vec<String>>,
    #[arg(long, value_name = "GROUP", help = "May be repeated")]
    group: Option<Vec<String>>,
    #[command(flatten)]
    nodes: NodeFlags,
    #[arg(long, value_name = "ADDRESS", help = "May be repeated")]
    other_email: Option<Vec<String>>,
    #[arg(
        long,
        value_name = "NAME",
        help = "Username of the person they report to"
    )]
    manager: Option<String>,
    #[arg(
        long,
        value_name = "DATE",
        help = "The last day they may sign in: 2027-06-30, +90d or never"
    )]
    expires: Option<String>,
    #[arg(
        long,
        value_name = "BOOL",
        help = "Whether they may act for customers: true or false"
    )]
    agent: Option<bool>,
}

fn kind(text: &str) -> std::result::Result<Kind, String> {
    Kind::parse(text).ok_or_else(|| "it must be person, shared or service".to_owned())
}

/// A list of which an empty name leaves nothing: `--role ''`.
fn list(given: Option<Vec<String>>) -> Option<Vec<String>> {
    given.map(|names| {
        names
            .into_iter()
            .filter(|name| !name.trim().is_empty())
            .collect()
    })
}

#[derive(clap::Args)]
#[command(
    override_usage = "wardroom user create <USERNAME> --email <ADDRESS> --first-name <NAME> --last-name <NAME> [OPTIONS]",
    after_help = "Where no organization and no unit is named, yours are taken. A name is NAME or ORGANIZATION/NAME.\n\n\
    Example:\n  wardroom user create jdoe --email j.doe@example.com --first-name Jo --last-name Doe --role Helpdesk --generate-password"
)]
pub struct Create {
    username: String,
    #[command(flatten)]
    profile: ProfileFlags,
    #[command(flatten)]
    other: OtherFlags,
    /// Take unit, organizations, groups and roles from this user where none are named
    #[arg(long, value_name = "NAME")]
    like: Option<String>,
    /// The user may not sign in before somebody enables them
    #[arg(long)]
    disabled: bool,
    /// Read the password from standard input
    #[arg(long, conflicts_with = "generate_password")]
    password_stdin: bool,
    /// Make a password and print it once
    #[arg(long)]
    generate_password: bool,
}

#[derive(serde::Serialize)]
struct Created<'a> {
    id: UserId,
    username: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    password: Option<&'a str>,
}

impl Create {
    pub async fn run(self, cx: &mut Cx) -> Result<Exit> {
        let typed = if self.password_stdin {
            Some(ask::password_from_stdin().await?)
        } else {
            None
        };
        let wants_password = self.generate_password;
        let draft = self.draft();
        let operator = cx.operator().await?;
        let (service, session) = (&operator.service, &operator.session);
        let generated = wants_password.then(|| service.generate_password());
        let password = match typed.or_else(|| generated.clone()) {
            Some(password) => Some(
                service
                    .new_password(session, &draft.profile, password)
                    .await?,
            ),
            None => None,
        };
        let user = service
            .perform(session, CreateUser { draft, password })
            .await?;
        answer(cx, user.id, &user.username, generated.as_ref())?;
        Ok(Exit::Done)
    }

    fn draft(self) -> UserDraft {
        let mut profile = Profile {
            username: self.username,
            ..Profile::default()
        };
        for (name, value) in self.profile.given() {
            if let Some(field) = profile.field_mut(name) {
                *field = value;
            }
        }
        let other = self.other;
        UserDraft {
            profile,
            kind: other.kind.unwrap_or_default(),
            agent: other.agent.unwrap_or_default(),
            disabled: self.disabled,
            expires: other.expires.unwrap_or_default(),
            manager: other.manager,
            other_emails: list(other.other_email).unwrap_or_default(),
            unit: other.unit,
            assigned_units: list(other.assigned_unit).unwrap_or_default(),
            organizations: list(other.organization).unwrap_or_default(),
            groups: list(other.group).unwrap_or_default(),
            roles: list(other.role).unwrap_or_default(),
            nodes: other.nodes.into(),
            like: self.like,
        }
    }
}

/// A generated password is printed this one time.
fn answer(cx: &Cx, id: UserId, username: &str, password: Option<&Secret>) -> Result<()> {
    if cx.output.is_json() {
        return cx.output.json(&Created {
            id,
            username,
            password: password.map(|password| password.as_str()),
        });
    }
    let Some(password) = password else {
        say(&format!("{username} was created."));
        return Ok(());
    };
    say(&format!(
        "{username} was created; the password is shown this once:"
    ));
    cx.output.text(password)
}

#[derive(clap::Args)]
#[command(
    override_usage = "wardroom user update <NAME> [OPTIONS]",
    after_help = "Only what is given changes. An empty text clears a field: --phone ''. A list replaces what was there.\n\n\
    Example:\n  wardroom user update jdoe --title 'Head of Sales' --role Manager --role Member"
)]
pub struct Update {
    #[arg(value_name = "NAME")]
    user: String,
    /// Change the username itself
    #[arg(long, value_name = "NAME")]
    username: Option<String>,
    #[command(flatten)]
    profile: ProfileFlags,
    #[command(flatten)]
    other: OtherFlags,
    /// The version that you saw: refuse if somebody saved since
    #[arg(long, value_name = "N")]
    version: Option<i64>,
    /// Say what the user would gain and lose, and change nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    sure: SureFlags,
}

#[derive(serde::Serialize)]
struct Updated {
    username: String,
    changed: Vec<String>,
}

impl Update {
    pub async fn run(self, cx: &mut Cx) -> Result<Exit> {
        let name = self.user.clone();
        let new_name = self.username.clone().unwrap_or_else(|| name.clone());
        let (dry_run, sure) = (self.dry_run, self.sure.clone());
        let update = UpdateUser {
            user: UserRef::Name(name),
            version: self.version,
            changes: self.changes()?,
            consent: Consent::default(),
        };
        let operator = cx.operator().await?;
        if dry_run {
            let (service, session) = (&operator.service, &operator.session);
            let impact = UserImpact {
                user: update.user.clone(),
                roles: update.changes.roles.clone(),
                groups: update.changes.groups.clone(),
            };
            let edited = service.rehearse(session, update).await?;
            let shifts = service.ask(session, impact).await?;
            return impact::show(cx, &operator, &shifts, &edited.asks);
        }
        let changed = sure.save(&operator, update).await?.fields;
        if changed.is_empty() {
            say(&format!("{new_name} is so already; nothing was changed."));
        } else {
            say(&format!("{new_name}: changed {}.", changed.join(", ")));
        }
        if cx.output.is_json() {
            cx.output.json(&Updated {
                username: new_name,
                changed,
            })?;
        }
        Ok(Exit::Done)
    }

    fn changes(self) -> Result<UserChanges> {
        let mut profile = self.profile.given();
        profile.extend(self.username.map(|name| ("username", name)));
        let other = self.other;
        let changes = UserChanges {
            profile,
            kind: other.kind,
            agent: other.agent,
            expires: other.expires,
            manager: other.manager,
            other_emails: list(other.other_email),
            unit: other.unit,
            assigned_units: list(other.assigned_unit),
            organizations: list(other.organization),
            groups: list(other.group),
            roles: list(other.role),
            nodes: other.nodes.into(),
        };
        if format!("{changes:?}") == format!("{:?}", UserChanges::default()) {
            return Err(Failure::usage(
                "There is nothing to change; name a field, as in: --title 'Head of Sales'.",
            ));
        }
        Ok(changes)
    }
}
