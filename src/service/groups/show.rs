//! One whole group, as people and scripts read it.

use super::{VIEW, looked};
use crate::domain::permission::Permission;
use crate::domain::{GroupId, Time};
use crate::service::granular::{entry_texts, start_texts};
use crate::service::records::rule_texts;
use crate::service::users::{LinkedRecord, in_sight};
use crate::service::{Look, Query, RecordRef, Result, roles, users};
use crate::store::groups::{self as rows, GroupRecord};
use crate::store::members::{self, Holding};
use crate::store::named::NamedKind;
use crate::store::nodes::{self, Keeper};
use crate::store::rules::{self, Owner};

/// Members that are named; the rest are found with the filter `group:`.
const NAMED_MAX: i64 = 200;

#[derive(Clone, Debug)]
pub struct ShowGroup {
    pub group: RecordRef,
}

/// Of the unit, the roles, the groups and the people that belong to it, what the asker may not see isn't there.
#[derive(Clone, Debug, Default, serde::Serialize)]
pub struct GroupDetail {
    pub id: GroupId,
    pub name: String,
    pub alias: String,
    pub description: String,
    /// None where the group is system-wide.
    pub organization: Option<String>,
    pub owner_unit: Option<String>,
    pub built_in: bool,
    /// The roles it confers.
    pub roles: Vec<String>,
    /// Its own rules, as they are typed.
    pub rules: Vec<String>,
    /// `TREE:/PATH=ACTION,ACTION`: they stand in for its rules there.
    pub granular: Vec<String>,
    /// `TREE:/PATH`
    pub start_nodes: Vec<String>,
    pub sections: Vec<String>,
    pub languages: Vec<String>,
    /// The first two hundred users in it whom the asker may see.
    pub members: Vec<String>,
    pub member_count: i64,
    /// The groups in it, and the groups it is in.
    pub member_groups: Vec<String>,
    pub member_of: Vec<String>,
    pub created: Time,
    pub updated: Time,
    pub version: i64,
    #[serde(skip)]
    pub linked: GroupLinks,
}

/// What a page leads to and a form edits. What the asker may not see isn't there.
#[derive(Clone, Debug, Default)]
pub struct GroupLinks {
    pub organization: Vec<LinkedRecord>,
    pub owner_unit: Vec<LinkedRecord>,
    pub roles: Vec<LinkedRecord>,
    pub member_groups: Vec<LinkedRecord>,
    pub member_of: Vec<LinkedRecord>,
}

impl Query for ShowGroup {
    type Output = GroupDetail;

    fn needs(&self) -> Permission {
        VIEW
    }

    async fn run(self, look: &mut Look) -> Result<GroupDetail> {
        let record = looked(look, &self.group).await?;
        let (id, seen) = (record.id, look.rights.scope(users::VIEW));
        let seen_roles = look.rights.scope(roles::VIEW);
        let linked = linked(look, &record).await?;
        let tx = &mut look.tx;
        let rules = rule_texts(&rules::list(tx, Owner::Group(id)).await?);
        let keeper = Keeper::Group(id);
        let granular = entry_texts(&nodes::entries(tx, keeper).await?);
        let start_nodes = start_texts(&nodes::starts(tx, keeper).await?);
        let names =
            |groups: &[LinkedRecord]| groups.iter().map(|group| group.name.clone()).collect();
        let list = |json: &str| serde_json::from_str(json).unwrap_or_default();
        Ok(GroupDetail {
            id,
            alias: record.alias,
            description: record.description,
            organization: record.organization_name,
            owner_unit: record
                .owner_unit_name
                .filter(|_| !linked.owner_unit.is_empty()),
            built_in: record.built_in,
            roles: rows::role_names(tx, &seen_roles, &[id.0])
                .await?
                .into_iter()
                .map(|(_, role)| role)
                .collect(),
            rules,
            granular,
            start_nodes,
            sections: list(&record.sections),
            languages: list(&record.languages),
            members: members::usernames(tx, &seen, Holding::Group(id), NAMED_MAX).await?,
            member_count: members::count(tx, &seen, Holding::Group(id)).await?,
            member_groups: names(&linked.member_groups),
            member_of: names(&linked.member_of),
            created: record.created_at,
            updated: record.updated_at,
            version: record.version,
            name: record.name,
            linked,
        })
    }
}

async fn linked(look: &mut Look, record: &GroupRecord) -> Result<GroupLinks> {
    let organization: Vec<i64> = record.organization.iter().map(|id| id.0).collect();
    let unit: Vec<i64> = record.owner_unit.iter().map(|id| id.0).collect();
    let roles = rows::roles(&mut look.tx, record.id).await?;
    let (member_groups, member_of) = rows::neighbour_ids(&mut look.tx, record.id).await?;
    Ok(GroupLinks {
        organization: in_sight(look, NamedKind::Organization, &organization).await?,
        owner_unit: in_sight(look, NamedKind::Unit, &unit).await?,
        roles: in_sight(look, NamedKind::Role, &roles).await?,
        member_groups: in_sight(look, NamedKind::Group, &member_groups).await?,
        member_of: in_sight(look, NamedKind::Group, &member_of).await?,
    })
}
