//! Makes a demo database and opens it: the accounts to use, their passwords, and a key for scripts.

use super::{ACCOUNTS, DemoHashes, DemoPlan, Summary, populate};
use crate::config::Config;
use crate::domain::Time;
use crate::service::{Error, Result, Secret, Service};

/// An account to sign in with. The passwords are the same in every demo, for everybody reads them here.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Account {
    pub username: &'static str,
    pub password: &'static str,
    /// What it shows.
    pub purpose: &'static str,
}

/// One for each of [`ACCOUNTS`].
const LOGINS: [Account; ACCOUNTS.len()] = [
    Account {
        username: "admin",
        password: "Marble-Ocean-41",
        purpose: "Administrator: everything",
    },
    Account {
        username: "helpdesk",
        password: "Copper-Lantern-52",
        purpose: "Helpdesk: unlocks people",
    },
    Account {
        username: "auditor",
        password: "Velvet-Harbor-63",
        purpose: "Auditor: only looks",
    },
    Account {
        username: "manager",
        password: "Walnut-Comet-74",
        purpose: "Manager: edits people",
    },
];

/// What everybody else signs in with.
const PEOPLE_PASSWORD: &str = "Quiet-River-Signal-85";
/// Hashes that all of them share: a hash each would take hours for a million.
const PEOPLE_HASHES: usize = 4;

/// What a demo database holds, and how to get in.
#[derive(Clone, Debug)]
pub struct Demo {
    pub accounts: [Account; ACCOUNTS.len()],
    /// The administrator's, good for 24 hours.
    pub api_key: Secret,
    pub summary: Summary,
}

impl Service {
    /// Fills the configured database with a company of so many people, and opens it. One that has users is refused.
    pub async fn create_demo(config: &Config, users: u64, seed: u64) -> Result<(Self, Demo)> {
        let service = Self::create(config).await?;
        if service.has_users().await? {
            service.close().await;
            return Err(Error::rule(
                "This database has users already, so it was left as it is; name an empty one with --database.",
            ));
        }
        let hashes = service.demo_hashes().await?;
        let plan = DemoPlan {
            users,
            seed,
            now: whole_seconds(service.now()),
        };
        // The load is faster where nobody else has the database open.
        service.close().await;
        let summary = populate(&config.database.url(), &plan, hashes).await?;
        let service = Self::open(config).await?;
        service.furnish_demo().await?;
        let [administrator, ..] = ACCOUNTS;
        let api_key = service.finish_demo(administrator, summary.users).await?;
        let demo = Demo {
            accounts: LOGINS,
            api_key,
            summary,
        };
        Ok((service, demo))
    }

    async fn demo_hashes(&self) -> Result<DemoHashes> {
        let [admin, helpdesk, auditor, manager] = LOGINS.map(|login| login.password);
        let all = [admin, helpdesk, auditor, manager]
            .into_iter()
            .chain([PEOPLE_PASSWORD; PEOPLE_HASHES]);
        let hashes = all.map(|password| {
            let password = Secret::new(password.to_owned());
            self.inner.passwords.hash(password, &self.inner.entropy)
        });
        let mut hashes = futures_util::future::try_join_all(hashes)
            .await?
            .into_iter();
        let mut next = || hashes.next().unwrap_or_default();
        Ok(DemoHashes {
            admin: next(),
            helpdesk: next(),
            auditor: next(),
            manager: next(),
            people: hashes.collect(),
        })
    }
}

/// Everything in the demo happened at a full second.
const fn whole_seconds(time: Time) -> Time {
    Time(time.0 - time.0 % 1_000_000)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::service::PasswordPolicy;
    use crate::service::password::check;

    #[test]
    fn every_account_has_a_password_that_the_policy_takes() {
        let strict = PasswordPolicy {
            require_classes: true,
            ..PasswordPolicy::default()
        };
        for (login, name) in LOGINS.iter().zip(ACCOUNTS) {
            assert_eq!(login.username, name);
            check(&strict, login.password, &[name]).unwrap();
        }
        check(&strict, PEOPLE_PASSWORD, &[]).unwrap();
    }
}
