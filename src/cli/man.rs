//! `wardroom man`: the manual page, or the one of a command.

use super::exit::{Exit, Failure, Result};
use super::{Cx, Run};

#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  wardroom man | man -l -\n  wardroom man user create | man -l -"
)]
pub struct Man {
    /// The command, such as: user create
    command: Vec<String>,
}

impl Run for Man {
    const WITHOUT_CONFIGURATION: bool = true;

    async fn run(self, cx: &mut Cx) -> Result<Exit> {
        let mut whole = super::definition();
        whole.build();
        let mut page = &whole;
        for word in &self.command {
            page = page.find_subcommand(word).ok_or_else(|| {
                Failure::usage(format!(
                    "There is no command \"{word}\" here; list them with: wardroom --help."
                ))
            })?;
        }
        let mut text = Vec::new();
        clap_mangen::Man::new(page.clone()).render(&mut text)?;
        cx.output.text(String::from_utf8_lossy(&text).trim_end())?;
        Ok(Exit::Done)
    }
}
