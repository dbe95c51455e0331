//! Memberships changed as a person does it: planned, confirmed, run.

use super::town::{Town, confirm};
use wardroom::service::jobs::{
    ConfirmPlan, Direction, DropPlan, Holder, MemberChange, Missing, Plan, PlanMembers, Targets,
    run_job,
};
use wardroom::service::{Consent, Result, Session};

/// What became of a plan of memberships.
#[derive(Debug)]
pub struct Outcome {
    pub changed: i64,
    pub already: i64,
    pub refused: i64,
    pub refusals: Vec<Missing>,
    pub unknown: Vec<String>,
}

impl Outcome {
    /// `bob: is yourself`, in the order of the plan.
    pub fn reasons(&self) -> Vec<String> {
        reasons(&self.refusals)
    }
}

pub fn reasons(refusals: &[Missing]) -> Vec<String> {
    refusals
        .iter()
        .map(|refused| format!("{}: {}", refused.name, refused.reason))
        .collect()
}

pub fn group(name: &str, direction: Direction) -> MemberChange {
    let holder = Holder::Group(name.into());
    MemberChange { holder, direction }
}

pub fn role(name: &str, direction: Direction) -> MemberChange {
    let holder = Holder::Role(name.into());
    MemberChange { holder, direction }
}

pub async fn plan_members(
    town: &Town,
    session: &Session,
    changes: &[MemberChange],
    targets: Targets,
) -> Result<Plan> {
    let plan = PlanMembers::new(targets, changes.to_vec());
    town.service.perform(session, plan).await
}

/// Plans the changes, confirms them with what is said, and runs them to the end.
pub async fn change_members(
    town: &Town,
    session: &Session,
    changes: &[MemberChange],
    targets: Targets,
    consent: Consent,
) -> Result<Outcome> {
    let plan = plan_members(town, session, changes, targets).await?;
    let confirmed = ConfirmPlan {
        confirmation: consent.confirmation,
        reason: consent.reason,
        ticket: consent.ticket,
        ..confirm(plan.id)
    };
    let drop = DropPlan { job: plan.id };
    let done = if plan.will_change == 0 {
        town.service.perform(session, drop).await?;
        0
    } else {
        if let Err(error) = town.service.perform(session, confirmed).await {
            town.service.perform(session, drop).await?;
            return Err(error);
        }
        run_job(&town.service, session, plan.id, |_| {}).await?.done
    };
    Ok(Outcome {
        changed: done,
        already: plan.already,
        refused: plan.refused,
        refusals: plan.refusals,
        unknown: plan.unknown,
    })
}
