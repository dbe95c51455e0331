//! May somebody do something, who may, what may somebody, and what if: the evaluator's answers, with their reasons.
//!
//! The asker needs to see whom and what they ask about; an answer names only what they may see of it.

mod can;
mod held;
mod impact;
mod question;
mod subject;
mod what_can;
mod who_can;

pub use can::{Can, Verdict, Why};
pub use impact::{GroupImpact, PlanImpact, RoleImpact, Shift, UserImpact, sentences};
pub use question::Asked;
pub use subject::WhatIf;
pub use what_can::{Abilities, Ability, TreeAccess, WhatCan};
pub use who_can::{Able, Ables, WhoCan};
