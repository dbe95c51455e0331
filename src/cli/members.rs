//! Adding users to a group or role and taking them out: a plan like every other, for `group` and `role` alike.

use super::Cx;
use super::exit::{Exit, Result};
use super::plan::{self, Consent};
use super::targets::Whom;
use crate::service::jobs::{Direction, Holder, MemberChange, PlanMembers};

/// Whose membership changes, and what is said to it beforehand.
#[derive(clap::Args)]
pub struct MemberFlags {
    #[command(flatten)]
    whom: Whom,
    #[command(flatten)]
    consent: Consent,
}

impl MemberFlags {
    pub async fn run(self, cx: &mut Cx, holder: Holder, direction: Direction) -> Result<Exit> {
        let targets = self.whom.targets().await?;
        let operator = cx.operator().await?;
        let change = MemberChange { holder, direction };
        let make = PlanMembers {
            reason: self.consent.reason.clone().unwrap_or_default(),
            ticket: self.consent.ticket.clone().unwrap_or_default(),
            ..PlanMembers::new(targets, vec![change])
        };
        let plan = plan::made(&operator, make, &self.consent).await?;
        plan::settle(cx, &operator, plan, &self.consent).await
    }
}
