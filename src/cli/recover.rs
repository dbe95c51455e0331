//! `wardroom recover`: the way back in, for whoever keeps the host.

use super::exit::{Exit, Failure, Result};
use super::output::say;
use super::{Cx, Run, ask, operator};

#[derive(clap::Args)]
#[command(
    after_help = "The user gets a new password and the role Administrator, and whatever stopped them from signing in\n\
    is taken away. It is written to the audit.\n\n\
    Example:\n  wardroom recover ada"
)]
pub struct Recover {
    /// Username of the administrator
    name: String,
    /// Read the new password from standard input instead of asking for it
    #[arg(long)]
    password_stdin: bool,
}

impl Run for Recover {
    const HOST_ONLY: bool = true;

    async fn run(self, cx: &mut Cx) -> Result<Exit> {
        let password = if self.password_stdin {
            ask::password_from_stdin().await?
        } else if ask::has_terminal() {
            ask::new_password(&self.name).await?
        } else {
            return Err(Failure::usage(
                "There is no terminal to ask for the new password on; send it with --password-stdin.",
            ));
        };
        let service = cx.service().await?;
        service
            .recover(&self.name, password, operator::origin(&cx.environment))
            .await?;
        say(&format!(
            "{} can sign in again, with the new password and the role Administrator. This was written to the audit.",
            self.name
        ));
        Ok(Exit::Done)
    }
}
