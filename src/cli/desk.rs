//! `wardroom desk`: the console with the desk in front, for whoever answers the phone.

use super::exit::{Exit, Result};
use super::{Cx, Run};
use crate::service::Service;

#[derive(clap::Args)]
#[command(
    after_help = "Letters find the caller, Enter picks, Space says that they are identified, 1 unlocks.\n\
    q goes on to the full console. What is asked of callers is policy: [desk] in the configuration.\n\n\
    Examples:\n  wardroom desk\n  ssh -t wardroom@host wardroom desk"
)]
pub struct Desk {}

impl Run for Desk {
    async fn run(self, cx: &mut Cx) -> Result<Exit> {
        let service = Service::open(&cx.config).await?;
        cx.open_console(service, Vec::new(), None);
        if let Some(console) = &mut cx.console {
            console.desk = true;
        }
        Ok(Exit::Done)
    }
}
