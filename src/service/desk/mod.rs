//! The desk: who calls, why they can't sign in, who waits, and who locked again.
//!
//! What is done for a caller is a plan like every other, with a [`Caller`](super::jobs::Caller) in it: that the policy
//! wants them identified is checked where plans are made and confirmed.

mod again;
mod find;
mod queue;
mod show;

pub use again::{LockedAgain, Relocked};
pub use find::{CallerRow, Callers, FindCallers, FoundBy};
pub use queue::{CallerQueue, Queue};
pub use show::{CallerCard, ShowCaller};

pub use crate::store::desk::Place;

use super::users::UserRow;
use super::{Look, Result};
use crate::domain::UserId;
use crate::domain::permission::{Permission, Resource, Verb};
use crate::store::{Scope, desk as rows};

const UNLOCK: Permission = Permission(Resource::User, Verb::Unlock);

/// The rows of these users in this order, as far as all of these scopes reach.
async fn rows_in_order(
    look: &mut Look,
    scopes: &[&Scope],
    users: &[UserId],
) -> Result<Vec<UserRow>> {
    let ids = users.iter().map(|user| user.0).collect();
    let limit = u32::try_from(users.len()).unwrap_or(u32::MAX);
    let now = look.now();
    let lines = rows::lines(&mut look.tx, scopes, ids, limit.max(1)).await?;
    let mut found: Vec<UserRow> = lines
        .into_iter()
        .map(|line| UserRow::new(line, now))
        .collect();
    found.sort_by_key(|row| users.iter().position(|user| *user == row.id));
    Ok(found)
}
