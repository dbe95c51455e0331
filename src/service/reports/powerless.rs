//! Users who can do nothing: they may sign in nowhere, no role of theirs counts there, or what they hold allows nothing.

use super::{COUNTED_MAX, People};
use crate::domain::permission::Permission;
use crate::domain::status::Status;
use crate::domain::{Time, UserId};
use crate::service::users::{self, Count, Cursor, Page, UserSort, cut};
use crate::service::{Look, Query, Result};
use crate::store::reports::{self, Standing};
use crate::store::users as rows;
use std::collections::HashMap;

/// Those who belong to the organization worked in and have no effective role in any, by username. A role or group is
/// effective where it has a rule, or an entry in a tree, that allows something: Member is, by the own profile. What a deny
/// takes away again isn't looked at.
#[derive(Clone, Debug, Default)]
pub struct PowerlessUsers {
    pub page: Page,
    pub limit: u32,
}

#[derive(Clone, Debug, serde::Serialize)]
pub struct Powerless {
    pub id: UserId,
    pub username: String,
    pub name: String,
    pub email: String,
    pub status: Status,
    pub last_sign_in: Time,
    pub lacks: Vec<Lack>,
    #[serde(skip)]
    pub cursor: Cursor,
}

/// What somebody has not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Lack {
    Organization,
    Role,
    RoleThatCounts,
    Right,
}

impl Lack {
    /// For people.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Organization => "may sign in to no enabled organization",
            Self::Role => "holds no role",
            Self::RoleThatCounts => "holds no role that counts where they may sign in",
            Self::Right => "holds nothing that allows anything where they may sign in",
        }
    }
}

impl Query for PowerlessUsers {
    type Output = People<Powerless>;

    fn needs(&self) -> Permission {
        users::VIEW
    }

    async fn run(self, look: &mut Look) -> Result<People<Powerless>> {
        let seen = look.scope(users::VIEW).await?;
        let (here, now) = (look.session.organization, look.now());
        let tx = &mut look.tx;
        let wanted = self.limit.clamp(1, users::PAGE_ROWS_MAX);
        let prepared = reports::powerless(tx, &seen, here).await?;
        let sort = UserSort::Username;
        let mut lines = rows::list(tx, &prepared, sort, false, &self.page, wanted + 1).await?;
        let (more_before, more_after) = cut(&mut lines, &self.page, wanted);
        let ids: Vec<i64> = lines.iter().map(|line| line.state.user.0).collect();
        let lacks: HashMap<UserId, Vec<Lack>> = reports::standing_of(tx, &ids)
            .await?
            .into_iter()
            .map(|standing| (standing.user, lacks(standing)))
            .collect();
        let count = rows::count(tx, &prepared, Some(COUNTED_MAX)).await?;
        let row = |line: rows::UserLine| Powerless {
            id: line.state.user,
            status: line.state.status(now),
            last_sign_in: line.state.last_sign_in_at,
            lacks: lacks.get(&line.state.user).cloned().unwrap_or_default(),
            username: line.username,
            name: line.display_name,
            email: line.email,
            cursor: line.cursor,
        };
        Ok(People {
            rows: lines.into_iter().map(row).collect(),
            count: Count::of(count, Some(COUNTED_MAX)),
            more_before,
            more_after,
        })
    }
}

fn lacks(standing: Standing) -> Vec<Lack> {
    match (standing.may_enter, standing.holds_a_role) {
        (true, true) if standing.role_counts => vec![Lack::Right],
        (true, true) => vec![Lack::RoleThatCounts],
        (true, false) => vec![Lack::Role],
        (false, true) => vec![Lack::Organization],
        (false, false) => vec![Lack::Organization, Lack::Role],
    }
}
