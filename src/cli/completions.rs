//! `wardroom completions`: what a shell needs to complete our words.

use super::exit::{Exit, Result};
use super::{Cx, Run};
use clap_complete::Shell;

#[derive(clap::Args)]
#[command(
    after_help = "Example:\n  wardroom completions bash > ~/.local/share/bash-completion/completions/wardroom"
)]
pub struct Completions {
    shell: Shell,
}

impl Run for Completions {
    const WITHOUT_CONFIGURATION: bool = true;

    async fn run(self, cx: &mut Cx) -> Result<Exit> {
        let mut script = Vec::new();
        clap_complete::generate(
            self.shell,
            &mut super::definition(),
            "wardroom",
            &mut script,
        );
        cx.output
            .text(String::from_utf8_lossy(&script).trim_end())?;
        Ok(Exit::Done)
    }
}
