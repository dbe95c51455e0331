//! Adding users to a group or role and taking them out: a plan like every other, for `group` and `role` alike.

use super::Cx;
use super::exit::{Exit, Result};
use super::plan::{self, PlanFlags};
use super::targets::Whom;
use crate::service::jobs::{Direction, Holder, MemberChange, PlanMembers};

/// Whose membership changes, and what is said to it beforehand.
#[derive(clap::Args)]
pub struct MemberFlags {
    #[command(flatten)]
    whom: Whom,
    #[command(flatten)]
    flags: PlanFlags,
}

impl MemberFlags {
    pub async fn run(self, cx: &mut Cx, holder: Holder, direction: Direction) -> Result<Exit> {
        let targets = self.whom.targets().await?;
        let operator = cx.operator().await?;
        let change = MemberChange { holder, direction };
        let make = PlanMembers {
            reason: self.flags.sure.reason.clone().unwrap_or_default(),
            ticket: self.flags.sure.ticket.clone().unwrap_or_default(),
            ..PlanMembers::new(targets, vec![change])
        };
        let plan = plan::made(&operator, make, &self.flags).await?;
        plan::settle(cx, &operator, plan, &self.flags).await
    }
}
