//! `wardroom doctor`: what is wrong with configuration and database, and what to do about it.

use super::exit::{Exit, Failure, Result};
use super::output::{Format, say};
use super::{Cx, Run};
use crate::config::{DatabaseAddress, refuse_if_shared};
use crate::domain::text::safe;
use crate::service::doctor::{Check, Health};
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

const OTHERS_WRITE: u32 = 0o022;
const STICKY: u32 = 0o1000;

#[derive(clap::Args)]
#[command(after_help = "Exit code 0: nothing is wrong; 9: something is. Nothing is changed.")]
pub struct Doctor {}

#[derive(serde::Serialize)]
struct Answer<'a> {
    ok: bool,
    checks: &'a [Check],
}

impl Run for Doctor {
    const WITHOUT_CONFIGURATION: bool = true;

    async fn run(self, cx: &mut Cx) -> Result<Exit> {
        let checks = checks(cx).await?;
        let ok = checks.iter().all(|check| check.result != Health::Bad);
        match cx.output.format {
            Format::Table => print(cx, &checks)?,
            Format::Json => cx.output.json(&Answer {
                ok,
                checks: &checks,
            })?,
            Format::Ndjson | Format::Csv => {
                cx.output.rows(&["check", "result", "findings"], &checks)?;
            }
        }
        if ok {
            say("Nothing is wrong.");
            Ok(Exit::Done)
        } else {
            say("Something is wrong; see above.");
            Ok(Exit::Refused)
        }
    }
}

async fn checks(cx: &mut Cx) -> Result<Vec<Check>> {
    let wrong: Vec<String> = cx.config_error.iter().map(ToString::to_string).collect();
    let is_configured = wrong.is_empty();
    let mut checks = vec![Check::of("configuration", wrong)];
    if !is_configured {
        return Ok(checks);
    }
    if let DatabaseAddress::Sqlite(path) = &cx.config.database {
        checks.push(Check::of("permissions", permissions(path)));
    }
    match cx.service().await {
        Ok(service) => {
            checks.push(Check::of("database", Vec::new()));
            match service.check_database().await {
                Ok(found) => checks.extend(found),
                Err(error) => checks.push(Check::of("database file", vec![error.to_string()])),
            }
        }
        Err(Failure::Service(error)) => {
            checks.push(Check::of("database", vec![error.to_string()]));
        }
        Err(other) => return Err(other),
    }
    Ok(checks)
}

/// Whether anybody else can read the file or put another in its place.
fn permissions(file: &Path) -> Vec<String> {
    let mut findings = Vec::new();
    if file.exists()
        && let Err(error) = refuse_if_shared(file)
    {
        findings.push(error.to_string());
    }
    let folder = file
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    if let Ok(metadata) = folder.metadata()
        && metadata.mode() & OTHERS_WRITE != 0
        && metadata.mode() & STICKY == 0
    {
        findings.push(format!(
            "{}: others can put another file in the place of the database; run `chmod 700 {}`.",
            folder.display(),
            shell_words::quote(&folder.to_string_lossy())
        ));
    }
    findings
}

fn print(cx: &Cx, checks: &[Check]) -> Result<()> {
    for check in checks {
        let word = match check.result {
            Health::Good => "good",
            Health::Notable => "note",
            Health::Bad => "BAD ",
        };
        cx.output.text(&format!("{word}  {}", check.check))?;
        for finding in &check.findings {
            cx.output.text(&format!("      {}", safe(finding)))?;
        }
    }
    Ok(())
}
