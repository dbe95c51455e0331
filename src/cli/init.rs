//! `wardroom init`: a new database with an organization, the built-in roles and groups, and an administrator.

use super::exit::{Exit, Failure, Result};
use super::output::say;
use super::{Cx, Run, ask, operator};
use crate::config::DatabaseAddress;
use crate::service::Secret;
use crate::service::catalogue::Preset;
use crate::service::setup;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

#[derive(clap::Args)]
#[command(after_help = "Examples:\n  \
    wardroom init --admin ada --email ada@example.com\n  \
    wardroom init --admin ada --email ada@example.com --preset umbraco\n  \
    WARDROOM_API_KEY=$(wardroom init --admin ada --email ada@example.com --api-key-stdout)")]
pub struct Init {
    /// Username of the first administrator
    #[arg(long, value_name = "NAME")]
    admin: String,
    /// E-mail of the first administrator
    #[arg(long, value_name = "ADDRESS")]
    email: String,
    #[arg(long, value_name = "NAME", help = "First name [default: the username]")]
    first_name: Option<String>,
    #[arg(long, value_name = "NAME", help = "Last name [default: Administrator]")]
    last_name: Option<String>,
    /// Name of the first organization
    #[arg(long, value_name = "NAME", default_value = "Main")]
    organization: String,
    /// Begin with the resources, roles and groups of an application: oro, spryker or umbraco
    #[arg(long, value_name = "NAME")]
    preset: Option<String>,
    /// Read the password from standard input instead of asking for it
    #[arg(long)]
    password_stdin: bool,
    /// Print an API key that is good for 24 hours, alone on standard output; no password is asked for
    #[arg(long)]
    api_key_stdout: bool,
}

#[derive(serde::Serialize)]
struct Answer<'a> {
    username: &'a str,
    organization: &'a str,
    database: String,
}

impl Run for Init {
    const HOST_ONLY: bool = true;

    async fn run(self, cx: &mut Cx) -> Result<Exit> {
        let preset = self.preset.as_deref().map(Preset::find).transpose()?;
        let password = self.password().await?;
        let file = new_file(&cx.config.database);
        let service = cx.new_service().await?;
        let has_password = password.is_some();
        let init = setup::Init {
            admin: self.admin.clone(),
            email: self.email,
            first_name: self.first_name.unwrap_or_default(),
            last_name: self.last_name.unwrap_or_default(),
            password,
            organization: self.organization,
            preset,
            api_key: self.api_key_stdout,
            origin: operator::origin(&cx.environment),
        };
        let made = match service.initialize(init).await {
            Ok(made) => made,
            Err(error) => {
                // Nothing is half-made: a file that this command began goes with it, but not one that another command
                // has filled meanwhile.
                let is_filled = service.has_users().await.unwrap_or(true);
                service.close().await;
                if let Some(file) = file.filter(|_| !is_filled) {
                    remove(&file);
                }
                return Err(error.into());
            }
        };
        say(&format!(
            "The database {} is ready; its administrator is {}.",
            cx.config.database, self.admin
        ));
        if !has_password {
            say(&format!(
                "No password was set, so only the API key lets {} in; set one with: wardroom recover {}",
                self.admin, self.admin
            ));
        }
        match made.api_key {
            Some(key) => cx.output.text(&key)?,
            None if cx.output.is_json() => cx.output.json(&Answer {
                username: &self.admin,
                organization: &made.organization,
                database: cx.config.database.to_string(),
            })?,
            None => {}
        }
        Ok(Exit::Done)
    }
}

impl Init {
    async fn password(&self) -> Result<Option<Secret>> {
        if self.password_stdin {
            return ask::password_from_stdin().await.map(Some);
        }
        if self.api_key_stdout {
            return Ok(None);
        }
        if !ask::has_terminal() {
            return Err(Failure::usage(
                "The administrator needs a password or an API key; add --password-stdin or --api-key-stdout, or run this on a terminal.",
            ));
        }
        ask::new_password(&self.admin).await.map(Some)
    }
}

/// The file of the database, if this command is about to make it.
fn new_file(database: &DatabaseAddress) -> Option<PathBuf> {
    match database {
        DatabaseAddress::Sqlite(path) if !path.exists() => Some(path.clone()),
        DatabaseAddress::Sqlite(_) | DatabaseAddress::Postgres(_) => None,
    }
}

/// Removes a database file and what SQLite keeps beside it.
fn remove(file: &Path) {
    for ending in ["", "-wal", "-shm"] {
        let mut name = OsString::from(file);
        name.push(ending);
        // What was not made, or is gone, needs no removal.
        let _ = std::fs::remove_file(name);
    }
}
