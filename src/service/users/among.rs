//! Which of some users a filter finds. They are known by their ids: whoever was renamed is still the same.

use super::{VIEW, look_condition};
use crate::domain::permission::Permission;
use crate::domain::{Status, UserId};
use crate::service::{Look, Query, Result};
use crate::store::jobs;
use crate::store::prepared::prepare_all;
use crate::store::user_filter::Condition;

#[derive(Clone, Debug)]
pub struct FindAmong {
    pub users: Vec<UserId>,
    pub filter: String,
}

impl Query for FindAmong {
    type Output = Vec<UserId>;

    fn needs(&self) -> Permission {
        VIEW
    }

    async fn run(self, look: &mut Look) -> Result<Vec<UserId>> {
        let (scope, now) = (look.scope(VIEW).await?, look.now());
        let limit = i64::try_from(self.users.len()).unwrap_or(i64::MAX);
        let mut parts = vec![look_condition(look, &self.filter).await?];
        // To name users brings the bin into sight; a list shows it only where its filter speaks of it.
        if !parts.iter().any(Condition::names_deleted) {
            parts.push(Condition::Not(Box::new(Condition::Status(vec![
                Status::Deleted,
            ]))));
        }
        parts.push(Condition::Users(self.users));
        let condition = Condition::And(parts);
        let prepared = prepare_all(&mut look.tx, &scope, &condition, now).await?;
        let ids = jobs::first_ids(&mut look.tx, &prepared, limit).await?;
        Ok(ids.into_iter().map(UserId).collect())
    }
}
