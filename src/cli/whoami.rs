//! `wardroom whoami`: the operator, the organization worked in, and the rights held there.

use super::exit::{Exit, Result};
use super::{Cx, Run};
use std::collections::BTreeMap;

#[derive(clap::Args)]
pub struct Whoami {}

#[derive(serde::Serialize)]
struct Answer {
    username: String,
    name: String,
    organization: String,
    time_zone: String,
    /// Right → the level it reaches.
    rights: BTreeMap<String, &'static str>,
}

impl Run for Whoami {
    async fn run(self, cx: &mut Cx) -> Result<Exit> {
        let operator = cx.operator().await?;
        let permissions = operator.service.permissions(&operator.session).await?;
        let session = operator.session;
        let answer = Answer {
            username: session.username,
            name: session.display_name,
            organization: session.organization_name,
            time_zone: session.time_zone,
            rights: permissions
                .all()
                .iter()
                .map(|(permission, level)| (permission.to_string(), level.as_str()))
                .collect(),
        };
        cx.output.record(&answer)?;
        Ok(Exit::Done)
    }
}
