//! Who gives the command: an API key, or name and password asked on the terminal. Nothing of it is kept.

use super::ask;
use super::exit::{Exit, Failure, Result};
use super::{Cx, Global};
use crate::config::{Environment, refuse_if_shared};
use crate::service::{Origin, Secret, Service, Session, SignIn};
use std::io::Read as _;
use std::path::Path;

/// A key has 46 characters; more than this is another file.
const KEY_BYTES_MAX: u64 = 1024;

/// The operator of a command, signed in.
#[derive(Clone)]
pub struct Operator {
    pub service: Service,
    pub session: Session,
    /// Whether a session was made for this command, to be ended with it.
    by_password: bool,
}

impl Operator {
    pub async fn sign_in(cx: &Cx, service: Service) -> Result<Self> {
        let origin = origin(&cx.environment);
        let organization = cx.global.organization.as_deref();
        if let Some(key) = key(&cx.global, &cx.environment)? {
            let session = service.sign_in_with_key(&key, organization, origin);
            return Ok(Self {
                session: session.await?,
                service,
                by_password: false,
            });
        }
        if !ask::has_terminal() {
            return Err(Failure::Said(
                Exit::Denied,
                "Nobody is signed in: set WARDROOM_API_KEY, name a file with --api-key-file, or run this on a terminal to be asked for name and password.".to_owned(),
            ));
        }
        let attempt = SignIn {
            name: ask::line("Username: ").await?,
            password: ask::password("Password: ").await?,
            organization: organization.map(str::to_owned),
            origin,
        };
        Ok(Self {
            session: service.sign_in(attempt).await?,
            service,
            by_password: true,
        })
    }

    pub async fn sign_out(self) -> Result<()> {
        if self.by_password {
            self.service.sign_out(&self.session).await?;
        }
        Ok(())
    }
}

/// From where the command was given.
pub fn origin(environment: &Environment) -> Origin {
    Origin {
        application: "command line".to_owned(),
        client_address: environment.ssh_client_address.clone().unwrap_or_default(),
        agent: environment.user.clone().unwrap_or_default(),
    }
}

fn key(global: &Global, environment: &Environment) -> Result<Option<Secret>> {
    match (&global.api_key_file, &environment.api_key) {
        (Some(path), _) => key_in(path).map(Some),
        (None, Some(key)) => Ok(Some(Secret::new(key.reveal().to_owned()))),
        (None, None) => Ok(None),
    }
}

fn key_in(path: &Path) -> Result<Secret> {
    refuse_if_shared(path)?;
    let unreadable = |why: String| {
        Failure::usage(format!(
            "{}: the API key can't be read: {why}; name a file that holds the key alone.",
            path.display()
        ))
    };
    let file = std::fs::File::open(path).map_err(|error| unreadable(error.to_string()))?;
    let mut key = Secret::new(String::new());
    file.take(KEY_BYTES_MAX + 1)
        .read_to_string(&mut key)
        .map_err(|error| unreadable(error.to_string()))?;
    if key.trim().is_empty() || key.len() as u64 > KEY_BYTES_MAX {
        return Err(unreadable("it is empty or longer than any key".to_owned()));
    }
    Ok(key)
}
