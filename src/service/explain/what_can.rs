//! What may somebody do: every right they have, how far it reaches and from where.

use super::can::Why;
use super::question::here;
use super::subject::{Direct, WhatIf, shut_out, subject};
use crate::domain::evaluate::{Question, evaluate};
use crate::domain::nodes::effective_starts;
use crate::domain::permission::{Level, Permission, SourceKind};
use crate::domain::user::HIDDEN;
use crate::domain::{GroupId, UserId};
use crate::service::users::{self, UserRef};
use crate::service::{Error, Look, Query, RecordRef, Result};
use crate::store::nodes::{self, Keeper};
use crate::store::{catalogue, groups, users as rows};
use std::collections::BTreeSet;

#[derive(Clone, Debug)]
pub struct WhatCan {
    pub user: UserRef,
    pub what_if: WhatIf,
    /// The organization that is meant; the asker's where none is named.
    pub working: Option<RecordRef>,
}

/// Everything that somebody may do in the organization worked in.
#[derive(Clone, Debug, Default, serde::Serialize)]
pub struct Abilities {
    /// Why they have no rights here at all.
    pub shut_out: Option<&'static str>,
    /// By resource and action; what nothing allows is left out.
    pub rights: Vec<Ability>,
    pub trees: Vec<TreeAccess>,
    pub sections: Vec<String>,
    pub languages: Vec<String>,
}

#[derive(Clone, Debug, serde::Serialize)]
pub struct Ability {
    pub resource: String,
    pub action: String,
    pub level: Level,
    pub because: Vec<Why>,
    /// Why it comes to nothing all the same.
    pub remark: Option<&'static str>,
}

/// Where somebody starts in a tree, and the entries that stand in for rules there.
#[derive(Clone, Debug, serde::Serialize)]
pub struct TreeAccess {
    pub tree: String,
    pub starts: Vec<String>,
    /// `TREE:/PATH=ACTION,ACTION`, with whose they are.
    pub entries: Vec<(String, String)>,
}

/// Rules alone open no tree.
const STARTS_NOWHERE: &str = "starts nowhere in this tree";

impl Abilities {
    fn remark(&mut self, resource: &str, remark: &'static str) {
        let rights = self.rights.iter_mut();
        for right in rights.filter(|right| right.resource == resource) {
            right.remark = Some(remark);
        }
    }
}

impl Query for WhatCan {
    type Output = Abilities;

    fn needs(&self) -> Permission {
        users::VIEW
    }

    async fn run(self, look: &mut Look) -> Result<Abilities> {
        let scope = look.scope(users::VIEW).await?;
        let user = self.user.resolve(&mut look.tx, &scope).await?;
        rows::lookup(&mut look.tx, &scope, user)
            .await?
            .ok_or_else(|| Error::missing("user", self.user.shown()))?;
        let direct = Direct::of(look, user, &self.what_if).await?;
        let here = here(look, self.working.as_ref()).await?;
        let catalogue = catalogue::load(&mut look.tx).await?;
        let subject = subject(&mut look.tx, (user, here), &direct, None).await?;
        let mut abilities = Abilities {
            shut_out: shut_out(&mut look.tx, user, here).await?,
            ..Abilities::default()
        };
        for resource in catalogue.all() {
            for action in &resource.actions {
                let answer = evaluate(
                    &subject,
                    &Question {
                        action,
                        resource,
                        record: None,
                        node: None,
                    },
                );
                if let (true, Some(level)) = (answer.allowed, answer.level) {
                    abilities.rights.push(Ability {
                        resource: resource.key.clone(),
                        action: action.clone(),
                        level,
                        because: answer
                            .because
                            .into_iter()
                            .map(|because| Why::told(because, &look.rights))
                            .collect(),
                        remark: None,
                    });
                }
            }
        }
        let named: Vec<(GroupId, String)> = subject
            .sources
            .iter()
            .filter(|source| source.kind == SourceKind::Group)
            .map(|source| (GroupId(source.id), source.name.clone()))
            .collect();
        let ids: Vec<i64> = named.iter().map(|(id, _)| id.0).collect();
        for tree in catalogue.trees() {
            if abilities.shut_out.is_none() {
                let access = tree_access(look, &tree.key, user, &ids, &named).await?;
                if access.starts.is_empty() {
                    abilities.remark(&tree.key, STARTS_NOWHERE);
                }
                abilities.trees.push(access);
            }
        }
        let (sections, languages) = groups::opened(&mut look.tx, &ids).await?;
        abilities.sections = merged(&sections);
        abilities.languages = merged(&languages);
        Ok(abilities)
    }
}

/// The keys of several JSON lists, each once.
fn merged(lists: &[String]) -> Vec<String> {
    let all: BTreeSet<String> = lists
        .iter()
        .flat_map(|list| serde_json::from_str::<Vec<String>>(list).unwrap_or_default())
        .collect();
    all.into_iter().collect()
}

async fn tree_access(
    look: &mut Look,
    tree: &str,
    user: UserId,
    ids: &[i64],
    named: &[(GroupId, String)],
) -> Result<TreeAccess> {
    let (of_groups, own) = nodes::starts_in(&mut look.tx, (ids, user), tree).await?;
    let mut entries = Vec::new();
    for (id, name) in named {
        for entry in nodes::entries(&mut look.tx, Keeper::Group(*id)).await? {
            if entry.tree == tree {
                let whose = if look.rights.may(crate::service::groups::VIEW) {
                    name.clone()
                } else {
                    HIDDEN.to_owned()
                };
                entries.push((entry.to_string(), whose));
            }
        }
    }
    for entry in nodes::entries(&mut look.tx, Keeper::User(user)).await? {
        if entry.tree == tree {
            entries.push((entry.to_string(), "their own".to_owned()));
        }
    }
    Ok(TreeAccess {
        tree: tree.to_owned(),
        starts: effective_starts(&of_groups, &own)
            .iter()
            .map(ToString::to_string)
            .collect(),
        entries,
    })
}
