//! The command line: the same actions as the console, for scripts and for people who know what they want.
//!
//! Invariants: no rule stands here, the service has them all; every answer goes through [`output`]; every ending has a
//! code of [`exit`]; a password is never an argument.
//!
//! To add a noun: a file with its arguments and `impl Run`, its `mod` line, and its line in `commands!` below.

mod ask;
mod audit;
mod authenticate;
mod can;
mod catalogue;
mod completions;
mod config;
mod demo;
mod desk;
mod doctor;
pub mod exit;
mod group;
mod impact;
mod init;
mod job;
mod man;
mod members;
mod operator;
mod organization;
mod output;
mod plan;
mod records;
mod recover;
mod report;
mod restricted;
mod role;
mod signals;
mod sure;
mod table;
mod targets;
mod unit;
mod user;
mod whoami;

use crate::config::{Config, ConfigError, Environment, Flags};
use crate::domain::JobId;
use crate::service::Service;
use crate::service::demo::Account;
use clap::{CommandFactory as _, Parser, Subcommand};
use exit::{Exit, Failure, Result};
use operator::Operator;
use output::{Format, Output, say};
use signals::{Signals, Stop};
use std::ffi::OsString;
use std::path::PathBuf;

#[derive(Parser)]
#[command(
    name = "wardroom",
    version,
    about = "Manage the people who may sign in to a back office",
    long_about = "Manage the people who may sign in to a back office: their accounts, groups, roles, organizations \
        and units.\n\nWithout a command the console opens. Operators sign in with WARDROOM_API_KEY, with \
        --api-key-file, or with name and password, which are asked for on the terminal.",
    after_help = "Examples:\n  \
        wardroom demo                            look around in a made-up company\n  \
        wardroom user list --filter status:locked\n  \
        wardroom user unlock jdoe\n  \
        wardroom user disable --filter 'signed-in.age>180d' --dry-run\n\n\
        Exit codes: 0 done, 1 unexpected, 2 usage, 3 nothing found, 4 not allowed, 5 conflict,\n\
        6 not confirmed, 7 database, 8 partly done, 9 refused by a rule."
)]
struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Option<Command>,
}

/// What every command understands, before it or after it.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "Global options")]
pub struct Global {
    /// Read this configuration file instead of the standard ones
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Use a profile of the configuration
    #[arg(long, global = true, value_name = "NAME")]
    pub profile: Option<String>,
    #[arg(
        long,
        global = true,
        value_name = "URL",
        help = "sqlite:PATH, a path, or postgres://USER@HOST/NAME"
    )]
    pub database: Option<String>,
    /// Work in this organization instead of the first where you have a role
    // The id is not the field's name, which the `--organization` of a command would be taken for.
    #[arg(id = "in", long, global = true, value_name = "ORGANIZATION")]
    pub organization: Option<String>,
    /// Sign in with the API key in this file, which nobody else may read
    #[arg(long, global = true, value_name = "FILE")]
    pub api_key_file: Option<PathBuf>,
    /// No files, no other programs, no choice of the database
    #[arg(long, global = true)]
    pub restricted: bool,
    /// Refuse every change
    #[arg(long, global = true)]
    pub read_only: bool,
    /// The form of the answer
    #[arg(long, global = true, value_enum, value_name = "FORM")]
    pub output: Option<Format>,
    /// auto, always or never
    #[arg(long, global = true, value_name = "WHEN")]
    pub color: Option<String>,
}

/// A command with its arguments.
trait Run {
    /// Whether it belongs to whoever keeps the host, so that restricted mode has no such command.
    const HOST_ONLY: bool = false;
    /// Whether it works where the configuration is broken.
    const WITHOUT_CONFIGURATION: bool = false;

    async fn run(self, cx: &mut Cx) -> Result<Exit>;
}

macro_rules! commands {
    ($($(#[$attribute:meta])* $module:ident::$name:ident;)*) => {
        #[derive(Subcommand)]
        enum Command {
            $($(#[$attribute])* $name($module::$name),)*
        }

        impl Command {
            /// Its name, where restricted mode has no such command.
            fn host_only(&self) -> Option<&'static str> {
                match self {
                    $(Self::$name(_) => <$module::$name as Run>::HOST_ONLY.then_some(stringify!($module)),)*
                }
            }

            const fn works_without_configuration(&self) -> bool {
                match self {
                    $(Self::$name(_) => <$module::$name as Run>::WITHOUT_CONFIGURATION,)*
                }
            }

            async fn run(self, cx: &mut Cx) -> Result<Exit> {
                match self {
                    $(Self::$name(command) => Box::pin(command.run(cx)).await,)*
                }
            }
        }
    };
}

commands! {
    /// Make a new database with its first administrator
    init::Init;
    /// Look around in a made-up company
    demo::Demo;
    /// Help one caller after the other: who it is, why they can't sign in, unlock
    desk::Desk;
    /// Let an administrator in again, on the host
    recover::Recover;
    /// Say who you are here, and what you may do
    whoami::Whoami;
    /// The people, teams and systems that may sign in
    user::User;
    /// Named sets of people, and the roles they get by it
    group::Group;
    /// Named sets of rules, and who holds them
    role::Role;
    /// The tenants
    organization::Organization;
    /// The business units of an organization, which form a tree
    unit::Unit;
    /// What the managed application has, for rules to name
    catalogue::Catalogue;
    /// May somebody do something, and why or why not
    can::Can;
    /// Who may do something
    can::WhoCan;
    /// What somebody may do
    can::WhatCan;
    /// Who is mighty, who holds nothing, which roles nobody holds, what gives the same twice
    report::Report;
    /// Check a password as an application would
    authenticate::Authenticate;
    /// What happened, and whether the record of it is whole
    audit::Audit;
    /// Mass actions: those that ran, and those that wait
    job::Job;
    /// Look for what is wrong with configuration and database
    doctor::Doctor;
    /// Show the configuration and where each value comes from
    config::Config;
    /// Print the completions of a shell
    completions::Completions;
    /// Print the manual page
    man::Man;
}

/// What a command works with.
pub struct Cx {
    pub environment: Environment,
    pub global: Global,
    pub config: Config,
    /// Why `config` holds the defaults only.
    pub config_error: Option<ConfigError>,
    pub output: Output,
    pub stop: Stop,
    /// To be closed at the end.
    service: Option<Service>,
    operator: Option<Operator>,
    /// A plan that nobody has confirmed yet.
    pending: Option<JobId>,
    console: Option<Console>,
}

/// What the console starts with, once a command decided that it shall open.
pub struct Console {
    pub service: Service,
    pub config: Config,
    pub environment: Environment,
    /// Whether the desk opens, and not the tabs.
    pub desk: bool,
    /// The organization to work in.
    pub organization: Option<String>,
    /// The accounts of a demo, which the sign-in screen shows.
    pub accounts: Vec<Account>,
    /// Where the demo's database lies, to be removed when the console is left.
    pub folder: Option<demo::Folder>,
}

/// What `main` does next.
pub enum Ending {
    Exit(Exit),
    Console(Box<Console>),
}

/// Understands the arguments, of which the first is the program's name, and does what they say.
pub async fn run(environment: Environment, arguments: Vec<OsString>) -> Ending {
    match start(environment, arguments).await {
        Ok(ending) => ending,
        Err(failure) => {
            if let Some(sentence) = failure.sentence() {
                say(&sentence);
            }
            Ending::Exit(failure.exit())
        }
    }
}

async fn start(environment: Environment, arguments: Vec<OsString>) -> Result<Ending> {
    let own = match parse(&arguments)? {
        Parsed::Command(cli) => cli,
        Parsed::Exit(exit) => return Ok(Ending::Exit(exit)),
    };
    if own.global.restricted {
        restricted::check(&own)?;
    }
    let config = Config::load(&environment, &flags(&own.global));
    let is_restricted =
        own.global.restricted || config.as_ref().is_ok_and(|config| config.restricted);
    let (cli, config) = match environment.ssh_original_command.as_deref() {
        Some(line) if is_restricted => {
            let arguments = restricted::with_client_command(arguments, line)?;
            match parse(&arguments)? {
                Parsed::Command(cli) => {
                    restricted::check(&cli)?;
                    let config = Config::load(&environment, &flags(&cli.global));
                    (cli, config)
                }
                Parsed::Exit(exit) => return Ok(Ending::Exit(exit)),
            }
        }
        _ => (own, config),
    };
    let needs_config = !cli
        .command
        .as_ref()
        .is_some_and(Command::works_without_configuration);
    let (config, config_error) = match config {
        Ok(config) => (config, None),
        Err(error @ ConfigError::Restricted { .. }) => return Err(error.into()),
        Err(error) if needs_config => return Err(error.into()),
        Err(error) => (Config::default(), Some(error)),
    };
    if config.restricted {
        restricted::check(&cli)?;
    }
    let output = Output::new(
        cli.global.output.unwrap_or_default(),
        config.terminal.time_zone.zone(),
    );
    let mut signals = Signals::listen()?;
    let mut cx = Cx {
        environment,
        global: cli.global,
        config,
        config_error,
        output,
        stop: signals.stop(),
        service: None,
        operator: None,
        pending: None,
        console: None,
    };
    let outcome = tokio::select! {
        outcome = carry_out(cli.command, &mut cx) => outcome,
        exit = signals.ended() => Ok(exit),
    };
    let signed_out = match cx.operator.take() {
        Some(operator) => {
            let forgotten = plan::forget(&mut cx, &operator).await;
            operator.sign_out().await.and(forgotten)
        }
        None => Ok(()),
    };
    if let Some(service) = cx.service.take() {
        service.close().await;
    }
    // The failure of a command matters more than one to sign out behind it.
    let exit = outcome?;
    signed_out?;
    Ok(match cx.console {
        Some(console) => Ending::Console(Box::new(console)),
        None => Ending::Exit(exit),
    })
}

async fn carry_out(command: Option<Command>, cx: &mut Cx) -> Result<Exit> {
    if let Some(command) = command {
        return command.run(cx).await;
    }
    let service = Service::open(&cx.config).await?;
    cx.open_console(service, Vec::new(), None);
    Ok(Exit::Done)
}

impl Cx {
    /// The service over the configured database, for a command that needs no operator.
    async fn service(&mut self) -> Result<Service> {
        let service = Service::open(&self.config).await?;
        Ok(self.keep(service))
    }

    /// The same, where the database may have to be made first.
    async fn new_service(&mut self) -> Result<Service> {
        let service = Service::create(&self.config).await?;
        Ok(self.keep(service))
    }

    /// Remembers to close it.
    fn keep(&mut self, service: Service) -> Service {
        self.service = Some(service.clone());
        service
    }

    /// The operator, signed in once.
    async fn operator(&mut self) -> Result<Operator> {
        if let Some(operator) = &self.operator {
            return Ok(operator.clone());
        }
        let service = self.service().await?;
        let operator = Operator::sign_in(self, service).await?;
        if let Ok(zone) = jiff::tz::TimeZone::get(&operator.session.time_zone) {
            self.output.zone = zone;
        }
        self.operator = Some(operator.clone());
        Ok(operator)
    }

    fn open_console(
        &mut self,
        service: Service,
        accounts: Vec<Account>,
        folder: Option<demo::Folder>,
    ) {
        self.console = Some(Console {
            service,
            config: self.config.clone(),
            environment: self.environment.clone(),
            desk: false,
            organization: self.global.organization.clone(),
            accounts,
            folder,
        });
    }
}

enum Parsed {
    Command(Box<Cli>),
    /// Help, the version, or a mistake: all is said.
    Exit(Exit),
}

fn parse(arguments: &[OsString]) -> Result<Parsed> {
    check_arguments(arguments)?;
    match Cli::try_parse_from(arguments) {
        Ok(cli) => Ok(Parsed::Command(Box::new(cli))),
        Err(error) if error.use_stderr() => {
            say(error.render().to_string().trim_end());
            Ok(Parsed::Exit(Exit::Usage))
        }
        Err(help) => {
            help.print()?;
            Ok(Parsed::Exit(Exit::Done))
        }
    }
}

/// What is wrong with any argument of any command.
fn check_arguments(arguments: &[OsString]) -> Result<()> {
    for (index, argument) in arguments.iter().enumerate().skip(1) {
        let Some(text) = argument.to_str() else {
            return Err(Failure::usage(format!(
                "Argument {index} is not UTF-8 text; type it again in a UTF-8 terminal."
            )));
        };
        if text == "--" {
            break;
        }
        if text == "--password" || text.starts_with("--password=") {
            return Err(Failure::usage(
                "A password is never an argument, for everybody on this host could read it there; send it with --password-stdin, or leave it out to be asked for it.",
            ));
        }
    }
    Ok(())
}

fn flags(global: &Global) -> Flags {
    Flags {
        config: global.config.clone(),
        profile: global.profile.clone(),
        database: global.database.clone(),
        color: global.color.clone(),
        restricted: global.restricted,
        read_only: global.read_only,
    }
}

/// The whole command line as clap knows it, for completions and manual pages.
fn definition() -> clap::Command {
    Cli::command()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_definition_holds_together() {
        definition().debug_assert();
    }
}
