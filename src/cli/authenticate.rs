//! `wardroom authenticate`: checks a password as an application would; it counts, locks and records.

use super::exit::{Exit, Failure, Result};
use super::{Cx, Run, ask, operator};
use crate::service::{Origin, SignIn};

#[derive(clap::Args)]
#[command(
    after_help = "Exit code 0 and the user as JSON, or 4 and the same sentence whatever the reason;\n\
    \"wardroom user why-not\" tells an operator which it was.\n\n\
    Example:\n  wardroom authenticate jdoe --password-stdin --client-ip 203.0.113.7 --application webshop"
)]
pub struct Authenticate {
    /// Username or primary e-mail
    username: String,
    /// Read the password from standard input: the only way to give it
    #[arg(long)]
    password_stdin: bool,
    /// Address of the person's device, for the record
    #[arg(long, value_name = "ADDRESS")]
    client_ip: Option<String>,
    /// What the person's browser calls itself, for the record
    #[arg(long, value_name = "TEXT")]
    user_agent: Option<String>,
    /// Name of the application that asks, for the record
    #[arg(long, value_name = "NAME")]
    application: Option<String>,
}

impl Run for Authenticate {
    async fn run(self, cx: &mut Cx) -> Result<Exit> {
        if !self.password_stdin {
            return Err(Failure::usage(
                "The password comes from standard input; add --password-stdin.",
            ));
        }
        let password = ask::password_from_stdin().await?;
        let service = cx.service().await?;
        let own = operator::origin(&cx.environment);
        let attempt = SignIn {
            name: self.username,
            password,
            organization: cx.global.organization.clone(),
            origin: Origin {
                application: self.application.unwrap_or(own.application),
                client_address: self.client_ip.unwrap_or(own.client_address),
                agent: self.user_agent.unwrap_or_default(),
            },
        };
        let user = service.authenticate(attempt).await?;
        cx.output.json(&user)?;
        Ok(Exit::Done)
    }
}
