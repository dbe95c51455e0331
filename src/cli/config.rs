//! `wardroom config show`: what counts, and where it was said.

use super::exit::{Exit, Result};
use super::{Cx, Run};

#[derive(clap::Args)]
pub struct Config {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(clap::Subcommand)]
enum Verb {
    /// Every key with its value; passwords are hidden
    Show {
        /// Say for each key which file and line, variable or flag decided
        #[arg(long)]
        origin: bool,
    },
}

#[derive(serde::Serialize)]
struct Row {
    key: &'static str,
    value: String,
    origin: String,
}

impl Run for Config {
    const HOST_ONLY: bool = true;

    async fn run(self, cx: &mut Cx) -> Result<Exit> {
        let Verb::Show { origin } = self.verb;
        let rows: Vec<Row> = cx
            .config
            .entries()
            .into_iter()
            .map(|entry| Row {
                key: entry.key,
                value: entry.value,
                origin: entry.origin.to_string(),
            })
            .collect();
        let columns: &[&str] = if origin {
            &["key", "value", "origin"]
        } else {
            &["key", "value"]
        };
        cx.output.rows(columns, &rows)?;
        Ok(Exit::Done)
    }
}
