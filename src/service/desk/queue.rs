//! The queue: who is locked within reach of whoever may unlock them.

use super::{UNLOCK, rows_in_order};
use crate::domain::UserId;
use crate::domain::permission::Permission;
use crate::service::users::{Count, UserRow, VIEW};
use crate::service::{Look, Query, Result};
use crate::store::desk::{self as rows, Place};

/// Up to here the queue is counted.
const COUNT_MAX: u32 = 10_000;
const ROWS_MAX: u32 = 200;

/// The locked accounts from behind a place of the queue on.
///
/// Who locked last comes first: they are at the keyboard now and about to call, while an account that has been locked
/// for weeks is nobody's call.
#[derive(Clone, Debug, Default)]
pub struct CallerQueue {
    pub after: Option<Place>,
    pub limit: u32,
}

#[derive(Clone, Debug, Default)]
pub struct Queue {
    /// All that are locked, whatever the place.
    pub locked: Count,
    pub rows: Vec<UserRow>,
}

impl Query for CallerQueue {
    type Output = Queue;

    fn needs(&self) -> Permission {
        UNLOCK
    }

    async fn run(self, look: &mut Look) -> Result<Queue> {
        let (unlocked, seen) = (look.scope(UNLOCK).await?, look.scope(VIEW).await?);
        let (scopes, now) = ([&unlocked, &seen], look.now());
        let cap = i64::from(COUNT_MAX) + 1;
        let number = rows::count_locked(&mut look.tx, &scopes, now, cap).await?;
        let limit = self.limit.clamp(1, ROWS_MAX);
        let places = rows::queue(&mut look.tx, &scopes, self.after, now, limit).await?;
        let users: Vec<UserId> = places.iter().map(|place| place.user).collect();
        Ok(Queue {
            locked: Count::of(number, Some(COUNT_MAX)),
            rows: rows_in_order(look, &scopes, &users).await?,
        })
    }
}

impl UserRow {
    /// The place in the queue, as long as the lock holds.
    #[must_use]
    pub const fn place(&self) -> Place {
        Place {
            locked_at: self.locked_at,
            user: self.id,
        }
    }
}
