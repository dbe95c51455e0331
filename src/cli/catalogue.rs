//! `wardroom catalogue …`: what the managed application has, so that rules name what exists.

use super::exit::{Exit, Failure, Result};
use super::operator::Operator;
use super::output::{Format, say};
use super::sure::{SureFlags, say_asks};
use super::{Cx, Run, ask};
use crate::domain::catalogue::CatalogueFile;
use crate::domain::nodes::NodePath;
use crate::domain::text::{counted, list};
use crate::service::Consent;
use crate::service::catalogue::{ImportCatalogue, Imported, ListNodes, ShowCatalogue};
use std::path::PathBuf;

/// Bytes of a catalogue file: a hundred thousand nodes and their comments.
const FILE_BYTES_MAX: u64 = 256 * 1024 * 1024;

const COLUMNS: &[&str] = &["key", "label", "actions", "ownership", "privileged"];

#[derive(clap::Args)]
pub struct Catalogue {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(clap::Subcommand)]
enum Verb {
    /// Take in what a TOML file names; what it doesn't name stays, or goes with --replace
    Import(Import),
    /// Show the resources that rules can name, the trees, sections and languages
    Show(Show),
}

#[derive(clap::Args)]
#[command(after_help = "A catalogue file:\n  \
    [[resource]]\n  key = \"catalog.product\"\n  actions = [\"view\", \"edit\"]\n  \
    ownership = \"user\"          # user, unit, organization, none or tree\n  \
    privileged = false          # true: rights over it are power over others\n\n  \
    [[node]]                    # of a resource with ownership = \"tree\"\n  tree = \"content\"\n  path = \"/Home/News\"\n\n  \
    [[section]]\n  key = \"media\"\n\n  [[language]]\n  key = \"en-US\"")]
struct Import {
    /// The file, or - for standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Make the catalogue equal to the file: take away what it doesn't name
    #[arg(long)]
    replace: bool,
    /// Say what would come and go, and change nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    sure: SureFlags,
}

#[derive(clap::Args)]
struct Show {
    /// Show the nodes of this tree
    #[arg(long, value_name = "TREE")]
    nodes: Option<String>,
    /// Those directly below this one
    #[arg(
        long,
        value_name = "/PATH",
        requires = "nodes",
        default_value = "/",
        hide_default_value = true
    )]
    below: String,
    /// At most so many nodes
    #[arg(long, value_name = "N", default_value_t = 1_000, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    limit: u32,
}

impl Run for Catalogue {
    async fn run(self, cx: &mut Cx) -> Result<Exit> {
        match self.verb {
            Verb::Import(import) => import.run(cx).await,
            Verb::Show(show) => show.run(cx).await,
        }
    }
}

impl Import {
    async fn run(self, cx: &mut Cx) -> Result<Exit> {
        if self.file.as_os_str() != "-" && cx.config.restricted {
            return Err(Failure::usage(
                "Restricted mode reads no files; give the catalogue on standard input, as in: wardroom catalogue import - < catalogue.toml",
            ));
        }
        let text = ask::text_of(&self.file, FILE_BYTES_MAX).await?;
        let file = CatalogueFile::parse(&text).map_err(|error| {
            let shown = ask::shown(&self.file);
            Failure::usage(format!("{shown}, {error}; nothing was imported."))
        })?;
        let operator = cx.operator().await?;
        let (service, session) = (&operator.service, &operator.session);
        let mut import = ImportCatalogue {
            file,
            replace: self.replace,
            consent: Consent::default(),
        };
        let (done, imported) = if self.dry_run {
            (
                service.rehearse(session, import).await?,
                "Would be imported",
            )
        } else {
            import.consent = if self.replace && self.sure.yes_count.is_none() && ask::is_attended()
            {
                confirm(&operator, &import, self.sure).await?
            } else {
                self.sure.said()
            };
            (service.perform(session, import).await?, "Imported")
        };
        say(&format!(
            "{imported}: {} added and {} changed; {} added.",
            several(done.resources_added, "resource"),
            done.resources_changed,
            places(done.nodes_added, done.sections_added, done.languages_added)
        ));
        if self.replace {
            say_removed(&done, self.dry_run);
        }
        if self.dry_run {
            say_asks(&done.asks);
        }
        if cx.output.is_json() {
            cx.output.json(&done)?;
        }
        Ok(Exit::Done)
    }
}

/// Says what goes, and asks whether it may.
async fn confirm(
    operator: &Operator,
    import: &ImportCatalogue,
    sure: SureFlags,
) -> Result<Consent> {
    let (service, session) = (&operator.service, &operator.session);
    let rehearsed = service.rehearse(session, import.clone()).await?;
    if rehearsed.asks.are_asked() {
        say_removed(&rehearsed, true);
    }
    sure.asked(&rehearsed.asks, "parts that will go").await
}

fn several(number: u64, what: &str) -> String {
    let number = i64::try_from(number).unwrap_or(i64::MAX);
    counted(number, what, &format!("{what}s"))
}

/// `2 nodes, 1 section and 0 languages`.
fn places(nodes: u64, sections: u64, languages: u64) -> String {
    let parts = [
        (nodes, "node"),
        (sections, "section"),
        (languages, "language"),
    ];
    list(&parts.map(|(number, what)| several(number, what)), "and")
}

fn say_removed(done: &Imported, dry_run: bool) {
    let removed = if dry_run {
        "Would be removed"
    } else {
        "Removed"
    };
    say(&format!(
        "{removed}: {}, {}.",
        several(done.resources_removed, "resource"),
        places(
            done.nodes_removed,
            done.sections_removed,
            done.languages_removed
        )
    ));
    for name in &done.removed {
        say(&format!("  {name}"));
    }
    if done.gone().iter().map(|(number, ..)| number).sum::<u64>() > done.removed.len() as u64 {
        say("  and more");
    }
}

impl Show {
    async fn run(self, cx: &mut Cx) -> Result<Exit> {
        let operator = cx.operator().await?;
        if let Some(tree) = self.nodes {
            let below = NodePath::parse(&self.below)
                .map_err(|error| Failure::usage(format!("--below: {error}.")))?;
            let list = ListNodes {
                tree,
                below,
                limit: self.limit,
            };
            let listed = operator.service.ask(&operator.session, list).await?;
            cx.output.rows(&["path", "has_more"], &listed.rows)?;
            if listed.more {
                say("There are more; raise --limit, or go down with --below /PATH.");
            }
            return Ok(Exit::Done);
        }
        let view = operator
            .service
            .ask(&operator.session, ShowCatalogue)
            .await?;
        match cx.output.format {
            Format::Json => cx.output.json(&view)?,
            Format::Table | Format::Ndjson | Format::Csv => {
                cx.output.rows(COLUMNS, &view.resources)?;
            }
        }
        if cx.output.format == Format::Table {
            for tree in &view.trees {
                say(&format!(
                    "The tree {} has {} nodes below its root.",
                    tree.tree, tree.nodes
                ));
            }
            for (kind, keys) in [("Sections", &view.sections), ("Languages", &view.languages)] {
                if !keys.is_empty() {
                    let keys: Vec<&str> = keys.iter().map(|one| one.key.as_str()).collect();
                    say(&format!("{kind}: {}", keys.join(", ")));
                }
            }
        }
        Ok(Exit::Done)
    }
}
