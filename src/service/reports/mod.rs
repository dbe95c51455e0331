//! Reports about access: who is mighty, who holds nothing, which roles nobody holds, and what confers the same twice.
//!
//! Each is of the organization worked in, and of what the asker may see of it: the rest is neither named nor counted. A
//! role or group through which somebody they see holds something, and which they don't, is dots.
//!
//! To add one: a file with its query here, its set in `store::reports`, its line in `cli::report` and in
//! `tui::modals::reports`.

mod dominant;
mod duplicates;
mod powerless;
mod unheld_roles;

pub use dominant::{Dominant, DominantAccounts, Held};
pub use duplicates::{Duplicate, Duplicates};
pub use powerless::{Lack, Powerless, PowerlessUsers};
pub use unheld_roles::{UnheldRole, UnheldRoles};

use super::users::Count;
use super::{Look, Result, groups, roles};
use crate::domain::user::HIDDEN;
use crate::store::named::{self, NamedKind};
use std::collections::HashMap;

/// People are counted to this many.
pub const COUNTED_MAX: u32 = 10_000;

/// A page of people, and how many there are in all.
#[derive(Clone, Debug)]
pub struct People<T> {
    pub rows: Vec<T>,
    pub count: Count,
    pub more_before: bool,
    pub more_after: bool,
}

/// The names of roles and groups, as far as the asker may see them.
struct Names {
    roles: HashMap<i64, String>,
    groups: HashMap<i64, String>,
}

impl Names {
    async fn of(look: &mut Look, role_ids: &[i64], group_ids: &[i64]) -> Result<Self> {
        let mut found = [HashMap::new(), HashMap::new()];
        let wanted = [
            (NamedKind::Role, roles::VIEW, role_ids),
            (NamedKind::Group, groups::VIEW, group_ids),
        ];
        for (names, (kind, right, ids)) in found.iter_mut().zip(wanted) {
            let scope = look.rights.scope(right);
            let seen = named::by_ids(&mut look.tx, &scope, kind, ids).await?;
            names.extend(seen.into_iter().map(|one| (one.id, one.name)));
        }
        let [roles, groups] = found;
        Ok(Self { roles, groups })
    }

    fn role(&self, id: i64) -> String {
        told(&self.roles, id)
    }

    fn group(&self, id: i64) -> String {
        told(&self.groups, id)
    }
}

fn told(names: &HashMap<i64, String>, id: i64) -> String {
    names.get(&id).map_or(HIDDEN, String::as_str).to_owned()
}
