//! Opens the service that a configuration describes: the one place that maps its keys to the policy and the store.

use super::policy::{Argon2Cost, SessionPolicy};
use super::{
    DeskPolicy, Entropy, Error, Identification, Lockout, PasswordPolicy, Policy, Result, Service,
    TicketUse, Tiers,
};
use crate::clock::Clock;
use crate::config::{self, Config, DeskSettings};
use crate::store::{Db, Options};
use std::path::Path;
use std::time::Duration;

/// A blocklist is a list of words, not a dump of every leak there ever was.
const BLOCKLIST_BYTES_MAX: u64 = 64 * 1024 * 1024;

impl Service {
    /// Opens a database that has its tables.
    pub async fn open(config: &Config) -> Result<Self> {
        let policy = policy(config)?;
        let db = Db::open(&options(config)).await?;
        Ok(Self::new(db, Clock::System, Entropy::System, policy))
    }

    /// Opens a database, making its file and its tables where they are missing.
    pub async fn create(config: &Config) -> Result<Self> {
        let policy = policy(config)?;
        if policy.read_only {
            return Err(Error::ReadOnly);
        }
        let db = Db::create(&options(config)).await?;
        Ok(Self::new(db, Clock::System, Entropy::System, policy))
    }

    /// Closes the connections, so that nothing is left open when the process ends.
    pub async fn close(&self) {
        self.inner.db.close().await;
    }
}

pub(super) fn options(config: &Config) -> Options {
    Options {
        busy_timeout: Duration::from_secs(config.sqlite.busy_timeout_secs.into()),
        readers: config.sqlite.readers,
        pool_max: config.postgres.pool_max,
        ..Options::new(&config.database.url())
    }
}

fn policy(config: &Config) -> Result<Policy> {
    let password = &config.password;
    let blocklist = match &password.blocklist_file {
        Some(path) => blocklist(path)?,
        None => Vec::new(),
    };
    let threads = match config.argon2.threads {
        0 => Argon2Cost::default().threads,
        threads => usize::try_from(threads).unwrap_or(usize::MAX),
    };
    Ok(Policy {
        read_only: config.read_only,
        environment: config
            .environment
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default(),
        production: config.production,
        lockout: Lockout {
            failures: config.lockout.failures.into(),
            minutes: config.lockout.minutes.into(),
        },
        password: PasswordPolicy {
            minimum_length: usize::try_from(password.minimum_length).unwrap_or(usize::MAX),
            require_classes: password.require_classes,
            blocklist,
        },
        argon2: Argon2Cost {
            memory_kib: config.argon2.memory_kib,
            passes: config.argon2.passes,
            parallelism: config.argon2.parallelism,
            threads,
        },
        tiers: Tiers {
            count_over: config.tiers.count_over.into(),
            erase_over: config.tiers.erase_over.into(),
            organization_percent: config.tiers.organization_percent.into(),
            reason_from_tier: config.tiers.reason_required_from_tier.into(),
            ticket_required: config.tiers.ticket_required,
        },
        session: SessionPolicy {
            absolute_hours: config.session.absolute_hours.into(),
        },
        desk: desk(&config.desk),
    })
}

const fn desk(settings: &DeskSettings) -> DeskPolicy {
    DeskPolicy {
        identification: match settings.identification {
            config::Identification::Required => Identification::Required,
            config::Identification::Optional => Identification::Optional,
            config::Identification::Off => Identification::Off,
            config::Identification::Everywhere => Identification::Everywhere,
        },
        ticket: match settings.ticket {
            config::TicketUse::Optional => TicketUse::Optional,
            config::TicketUse::Required => TicketUse::Required,
            config::TicketUse::Off => TicketUse::Off,
        },
    }
}

/// The lines of the blocklist, as the policy compares them.
fn blocklist(path: &Path) -> Result<Vec<String>> {
    let unreadable = |why: String| {
        Error::invalid(
            "password.blocklist_file",
            format!(
                "{} can't be read: {why}; mend it or leave the key out",
                path.display()
            ),
        )
    };
    let size = std::fs::metadata(path)
        .map_err(|error| unreadable(error.to_string()))?
        .len();
    if size > BLOCKLIST_BYTES_MAX {
        return Err(unreadable(format!(
            "it has more than {} MiB",
            BLOCKLIST_BYTES_MAX / 1024 / 1024
        )));
    }
    let text = std::fs::read_to_string(path).map_err(|error| unreadable(error.to_string()))?;
    let mut words: Vec<String> = text
        .lines()
        .map(|line| line.trim().to_lowercase())
        .filter(|word| !word.is_empty())
        .collect();
    words.sort();
    words.dedup();
    Ok(words)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;

    #[test]
    fn the_defaults_of_the_configuration_are_those_of_the_policy() {
        let policy = policy(&Config::default()).unwrap();
        assert_eq!(format!("{policy:?}"), format!("{:?}", Policy::default()));
    }

    #[test]
    fn a_blocklist_is_sorted_lower_case_words() {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(b"Zebra crossing\n\n apple pie \nzebra crossing\n")
            .unwrap();
        assert_eq!(
            blocklist(file.path()).unwrap(),
            ["apple pie", "zebra crossing"]
        );
        let error = blocklist(Path::new("/nowhere/at/all")).unwrap_err();
        assert!(
            error.to_string().starts_with("password.blocklist_file:"),
            "{error}"
        );
    }
}
