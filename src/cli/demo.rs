//! `wardroom demo`: a made-up company to look around in, thrown away at the end; or one that stays.

use super::exit::{Exit, Failure, Result};
use super::output::say;
use super::{Cx, Run};
use crate::config::{DatabaseAddress, Origin};
use crate::service::demo::Account;
use crate::service::{Entropy, Service};
use std::io::IsTerminal as _;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::PathBuf;

#[derive(clap::Args)]
#[command(
    after_help = "The same seed makes the same company. What you change is gone when you quit.\n\n\
    Examples:\n  wardroom demo\n  wardroom demo --users 1000000\n  \
    wardroom demo --populate-only --users 100000 --database postgres://wardroom@localhost/demo"
)]
pub struct Demo {
    /// How many people the company has
    #[arg(long, value_name = "N", default_value_t = 2_000, value_parser = clap::value_parser!(u64).range(4..=5_000_000))]
    users: u64,
    /// Which company
    #[arg(long, value_name = "S", default_value_t = 1)]
    seed: u64,
    /// Fill the empty database of --database, print its accounts as JSON, and open nothing
    #[arg(long)]
    populate_only: bool,
}

#[derive(serde::Serialize)]
struct Answer<'a> {
    accounts: &'a [Account],
    api_key: &'a str,
    database: String,
    users: u64,
    organizations: u64,
    units: u64,
    groups: u64,
    roles: u64,
}

impl Run for Demo {
    const HOST_ONLY: bool = true;

    async fn run(self, cx: &mut Cx) -> Result<Exit> {
        if self.populate_only {
            return self.populate(cx).await;
        }
        if !std::io::stdin().is_terminal() || !std::io::stdout().is_terminal() {
            return Err(Failure::usage(
                "The demo opens the console, which needs a terminal; without one, fill a database with: wardroom demo --populate-only --database URL",
            ));
        }
        let folder = Folder::make()?;
        let config = &mut cx.config;
        config.database = DatabaseAddress::Sqlite(folder.0.join("demo.db"));
        (config.read_only, config.production, config.environment) = (false, false, None);
        say(&format!("Making a company of {} people…", self.users));
        let (service, demo) = Service::create_demo(&cx.config, self.users, self.seed).await?;
        cx.open_console(service, demo.accounts.to_vec(), Some(folder));
        Ok(Exit::Done)
    }
}

impl Demo {
    async fn populate(self, cx: &mut Cx) -> Result<Exit> {
        let is_default = |entry: &crate::config::Entry| {
            entry.key == "database" && entry.origin == Origin::Default
        };
        if cx.config.entries().iter().any(is_default) {
            return Err(Failure::usage(
                "--populate-only fills a database for good, so it wants to be told which; name it with --database.",
            ));
        }
        if cx.config.read_only {
            return Err(crate::service::Error::ReadOnly.into());
        }
        let (service, demo) = Service::create_demo(&cx.config, self.users, self.seed).await?;
        cx.keep(service);
        let crate::service::demo::Demo {
            accounts,
            api_key,
            summary,
        } = demo;
        cx.output.json(&Answer {
            accounts: &accounts,
            api_key: &api_key,
            database: cx.config.database.to_string(),
            users: summary.users,
            organizations: summary.organizations,
            units: summary.units,
            groups: summary.groups,
            roles: summary.roles,
        })?;
        Ok(Exit::Done)
    }
}

/// A folder that nobody else may enter, gone with its value.
#[derive(Debug)]
pub struct Folder(PathBuf);

impl Folder {
    fn make() -> Result<Self> {
        let number = u64::from_le_bytes(Entropy::System.bytes());
        let path = std::env::temp_dir().join(format!("wardroom-demo.{number:016x}"));
        std::fs::DirBuilder::new()
            .mode(0o700)
            .create(&path)
            .map_err(|error| {
                Failure::usage(format!(
                    "The folder {} for the demo can't be made: {error}; choose another place with TMPDIR.",
                    path.display()
                ))
            })?;
        Ok(Self(path))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What can't be removed is left to whoever empties the temporary folder.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
