//! What can be done to some targets, with counts and reasons, before any plan is made.

use super::plan::with_exceptions;
use super::{MakePlan, Operation, Targets};
use crate::domain::UserId;
use crate::domain::permission::Permission;
use crate::service::users::{self, few_users};
use crate::service::{Look, Query, Result, users::uncovered};
use crate::store::jobs as rows;
use crate::store::prepared::prepare_all;
use crate::store::user_filter::Condition;

/// Targets that are looked at one by one; of more, only the first are counted.
pub(super) const COUNTED_MAX: i64 = 10_000;

/// One line of the action menu.
#[derive(Clone, Debug)]
pub struct Offer {
    pub operation: Operation,
    pub applies: i64,
    pub of: i64,
    /// More targets than are counted.
    pub capped: bool,
    /// Whether the operator holds the right at all.
    pub allowed: bool,
    /// Why it doesn't apply to some, or to any.
    pub reason: Option<String>,
    pub undoable: bool,
    /// Who holds the right that the operator lacks.
    pub who_can_help: Vec<String>,
    /// The one target, where they hold what the operator doesn't, so that it applies to nobody.
    pub outranked: Option<UserId>,
}

/// The actions on some targets.
#[derive(Clone, Debug)]
pub struct Offers {
    pub targets: Targets,
}

impl Query for Offers {
    type Output = Vec<Offer>;

    fn needs(&self) -> Permission {
        users::VIEW
    }

    async fn run(self, look: &mut Look) -> Result<Vec<Offer>> {
        let now = look.now();
        let ids = first_ids(look, self.targets).await?;
        let of = i64::try_from(ids.len()).unwrap_or(i64::MAX);
        let capped = of > COUNTED_MAX;
        let mut chosen = crate::store::sql::Sql::default();
        chosen.push("select cast(value as bigint) from ");
        chosen.push_id_elements(ids.iter().copied());
        let standings = uncovered(&mut look.tx, &look.rights, &chosen).await?;
        let too_powerful: Vec<i64> = standings
            .iter()
            .filter(|(_, standing)| standing.uncovered.is_some())
            .map(|(user, _)| user.0)
            .collect();
        let outranked = match (ids.as_slice(), too_powerful.as_slice()) {
            ([_], [one]) => Some(UserId(*one)),
            _ => None,
        };
        let mut offers = Vec::with_capacity(Operation::ALL.len());
        for &operation in Operation::ALL {
            let permission = operation.permission();
            let mut offer = Offer {
                operation,
                applies: 0,
                of,
                capped,
                allowed: look.rights.may(permission),
                reason: None,
                undoable: operation.is_undoable(),
                who_can_help: Vec::new(),
                outranked,
            };
            if offer.allowed {
                let reach = look.rights.scope(permission);
                let judge = rows::Judge {
                    operation,
                    reach: &reach,
                    operator: look.session.user,
                    now,
                };
                let verdicts =
                    rows::verdict_counts(&mut look.tx, &judge, &ids, &too_powerful).await?;
                for (verdict, note, number) in verdicts {
                    if verdict == "change" {
                        offer.applies += number;
                    } else if offer.reason.is_none() {
                        offer.reason = Some(note);
                    }
                }
            } else {
                offer.reason = Some(format!("needs {permission}"));
                offer.who_can_help = look.rights.who_can_help(&mut look.tx, permission).await?;
            }
            offers.push(offer);
        }
        Ok(offers)
    }
}

/// The targets that are counted, and one more where there are more.
pub(super) async fn first_ids(look: &mut Look, targets: Targets) -> Result<Vec<i64>> {
    let (scope, now) = (look.scope(users::VIEW).await?, look.now());
    let condition = match targets {
        Targets::Users(ids) => Condition::Users(ids),
        Targets::Names(names) => {
            Condition::Users(few_users(&mut look.tx, &look.rights, &names).await?.0)
        }
        Targets::Filter(filter) => users::look_condition(look, &filter).await?,
        Targets::Matching {
            filter,
            except,
            also,
        } => with_exceptions(users::look_condition(look, &filter).await?, except, also),
    };
    let prepared = prepare_all(&mut look.tx, &scope, &condition, now).await?;
    Ok(rows::first_ids(&mut look.tx, &prepared, COUNTED_MAX + 1).await?)
}

impl Offer {
    /// The plan that this line opens.
    #[must_use]
    pub fn plan(&self, targets: Targets) -> MakePlan {
        MakePlan::new(self.operation, targets)
    }
}
