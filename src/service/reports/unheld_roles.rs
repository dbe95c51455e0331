//! Roles that nobody holds, neither directly nor through a group, and the groups that would confer them.

use crate::domain::RoleId;
use crate::domain::permission::Permission;
use crate::domain::user::HIDDEN;
use crate::service::{Listed, Look, Query, Result, groups, roles, users};
use crate::store::Scope;
use crate::store::reports as rows;
use std::collections::HashMap;

/// Of the roles that count in the organization worked in, those that nobody has whom the asker may see, by name.
#[derive(Clone, Debug)]
pub struct UnheldRoles {
    pub limit: u32,
}

#[derive(Clone, Debug, serde::Serialize)]
pub struct UnheldRole {
    pub id: RoleId,
    pub name: String,
    /// None where the role is system-wide.
    pub organization: Option<String>,
    pub description: String,
    pub built_in: bool,
    /// The groups that confer it, and have nobody in them.
    pub groups: Vec<String>,
}

impl Query for UnheldRoles {
    type Output = Listed<UnheldRole>;

    fn needs(&self) -> Permission {
        roles::VIEW
    }

    async fn run(self, look: &mut Look) -> Result<Listed<UnheldRole>> {
        let scope = look.scope(roles::VIEW).await?;
        // Who sees nobody would be told that nobody holds anything.
        let seen = look.scope(users::VIEW).await?;
        let here = look.session.organization;
        let wanted = self.limit.clamp(1, crate::service::records::ROWS_MAX);
        let mut found = rows::unheld_roles(&mut look.tx, &scope, &seen, here, wanted + 1).await?;
        let more = found.len() > wanted as usize;
        found.truncate(wanted as usize);
        let ids: Vec<i64> = found.iter().map(|role| role.id.0).collect();
        let mut conferring = conferring(look, &ids).await?;
        let row = |role: rows::UnheldRole| UnheldRole {
            groups: conferring.remove(&role.id).unwrap_or_default(),
            id: role.id,
            name: role.name,
            organization: role.organization,
            description: role.description,
            built_in: role.built_in,
        };
        Ok(Listed {
            rows: found.into_iter().map(row).collect(),
            more,
        })
    }
}

/// The groups by role, or dots where the asker may see no groups at all.
async fn conferring(look: &mut Look, ids: &[i64]) -> Result<HashMap<RoleId, Vec<String>>> {
    let may_see = look.rights.may(groups::VIEW);
    let scope = if may_see {
        look.rights.scope(groups::VIEW)
    } else {
        Scope::system()
    };
    let mut conferring: HashMap<RoleId, Vec<String>> = HashMap::new();
    for (role, group) in rows::conferring(&mut look.tx, &scope, ids).await? {
        let names = conferring.entry(role).or_default();
        if may_see {
            names.push(group.full_name());
        } else {
            *names = vec![HIDDEN.to_owned()];
        }
    }
    Ok(conferring)
}
