//! `wardroom whoami`: the operator, the organization worked in, the others, and the rights held here.

use super::exit::{Exit, Result};
use super::output::Format;
use super::{Cx, Run};
use crate::domain::permission::Verb;
use crate::domain::text::safe;
use std::collections::BTreeMap;

#[derive(clap::Args)]
pub struct Whoami {}

#[derive(serde::Serialize)]
struct Answer {
    username: String,
    name: String,
    organization: String,
    /// All that the operator may work in, by --in.
    organizations: Vec<String>,
    time_zone: String,
    /// Right → the level it reaches.
    rights: BTreeMap<String, &'static str>,
}

impl Run for Whoami {
    async fn run(self, cx: &mut Cx) -> Result<Exit> {
        let operator = cx.operator().await?;
        let permissions = operator.service.permissions(&operator.session).await?;
        let places = operator.service.workplaces(&operator.session).await?;
        let session = operator.session;
        let answer = Answer {
            username: session.username,
            name: session.display_name,
            organization: session.organization_name,
            organizations: places.into_iter().map(|place| place.name).collect(),
            time_zone: session.time_zone,
            rights: permissions
                .all()
                .iter()
                .map(|(permission, level)| (permission.to_string(), level.as_str()))
                .collect(),
        };
        if cx.output.format == Format::Table {
            return print(cx, &answer);
        }
        cx.output.record(&answer)?;
        Ok(Exit::Done)
    }
}

/// The rights in a line for each resource and level: `user     view, unlock  at organization`.
fn print(cx: &Cx, answer: &Answer) -> Result<Exit> {
    let mut grouped: BTreeMap<(&str, &str), Vec<&str>> = BTreeMap::new();
    for (right, level) in &answer.rights {
        if let Some((resource, verb)) = right.split_once(':') {
            grouped.entry((resource, level)).or_default().push(verb);
        }
    }
    cx.output.text(&format!(
        "{} ({}) in {}",
        safe(&answer.username),
        safe(&answer.name),
        safe(&answer.organization)
    ))?;
    let others = answer.organizations.iter();
    let others: Vec<_> = others
        .filter(|name| **name != answer.organization)
        .map(|name| safe(name).into_owned())
        .collect();
    if !others.is_empty() {
        cx.output.text(&format!(
            "  may work in {} too, with --in NAME",
            others.join(", ")
        ))?;
    }
    for ((resource, level), verbs) in grouped {
        let verbs = match Verb::ALL.len() - verbs.len() {
            0 => "everything".to_owned(),
            1 if !verbs.contains(&Verb::ViewSensitive.as_str()) => "everything".to_owned(),
            _ => verbs.join(", "),
        };
        cx.output
            .text(&format!("  {resource}: {verbs}, at {level}"))?;
    }
    Ok(Exit::Done)
}
