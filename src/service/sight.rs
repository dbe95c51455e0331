//! How a sentence calls a role, a group, a unit or a user: by name only where its reader may know that they are there.

use super::records::viewing;
use super::users::VIEW;
use super::{Result, Rights};
use crate::domain::permission::{Source, SourceKind};
use crate::domain::text::list;
use crate::store::named::{self, NamedKind};
use crate::store::sql::Sql;
use crate::store::{Seen, Tx};
use std::collections::HashSet;

/// What a sentence may be about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum What {
    User,
    Record(NamedKind),
}

impl What {
    const fn as_str(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Record(kind) => kind.as_str(),
        }
    }
}

impl From<NamedKind> for What {
    fn from(kind: NamedKind) -> Self {
        Self::Record(kind)
    }
}

impl From<SourceKind> for What {
    fn from(kind: SourceKind) -> Self {
        match kind {
            SourceKind::Role => Self::Record(NamedKind::Role),
            SourceKind::Group => Self::Record(NamedKind::Group),
            SourceKind::User => Self::User,
        }
    }
}

impl Rights {
    /// What the operator may see of each kind of record.
    pub(super) fn seen(&self) -> Seen {
        Seen {
            users: self.scope(VIEW),
            groups: self.scope(viewing(NamedKind::Group)),
            units: self.scope(viewing(NamedKind::Unit)),
            roles: self.scope(viewing(NamedKind::Role)),
        }
    }
}

/// `2 users and 1 group` where those are all; otherwise that there are others, but not how many.
pub(super) fn with_others(seen: &[String], all: &[String]) -> String {
    let mut words = seen.to_vec();
    if seen != all {
        words.push("others whom you may not see".to_owned());
    }
    list(&words, "and")
}

/// Those of some records that the operator may see.
pub(super) struct Sight(HashSet<(What, i64)>);

impl Sight {
    pub(super) async fn of(tx: &mut Tx, rights: &Rights, all: &[(What, i64)]) -> Result<Self> {
        let mut kinds: Vec<What> = Vec::new();
        for (kind, _) in all {
            if !kinds.contains(kind) {
                kinds.push(*kind);
            }
        }
        let mut seen = HashSet::new();
        for kind in kinds {
            let of_kind = all.iter().filter(|(other, _)| *other == kind);
            let ids: Vec<i64> = of_kind.map(|(_, id)| *id).collect();
            let found = match kind {
                What::Record(of) => {
                    let scope = rights.scope(viewing(of));
                    named::ids(&named::by_ids(tx, &scope, of, &ids).await?)
                }
                What::User => {
                    let mut sql = Sql::new("select u.id from users u where u.id in ");
                    sql.push_ids(ids).push(" and ");
                    sql.push_sql(&rights.scope(VIEW).users());
                    sql.ints(tx).await?
                }
            };
            seen.extend(found.into_iter().map(|id| (kind, id)));
        }
        Ok(Self(seen))
    }

    /// As [`Self::of`], of roles and groups.
    pub(super) async fn of_sources(
        tx: &mut Tx,
        rights: &Rights,
        sources: &[Source],
    ) -> Result<Self> {
        let all: Vec<(What, i64)> = sources.iter().map(which).collect();
        Self::of(tx, rights, &all).await
    }

    pub(super) fn sees(&self, one: (What, i64)) -> bool {
        self.0.contains(&one)
    }

    pub(super) fn sees_source(&self, source: &Source) -> bool {
        self.sees(which(source))
    }

    pub(super) fn call_source(&self, source: &Source) -> String {
        self.call(which(source), &source.name)
    }

    /// `the role "Clerk"`, or `a role that you may not see`.
    pub(super) fn call(&self, one: (What, i64), name: &str) -> String {
        let kind = one.0.as_str();
        match one.0 {
            _ if self.sees(one) => format!("the {kind} \"{name}\""),
            What::User => format!("a {kind} whom you may not see"),
            What::Record(_) => format!("a {kind} that you may not see"),
        }
    }
}

fn which(source: &Source) -> (What, i64) {
    (source.kind.into(), source.id)
}

/// The name of a record, where the operator may see it.
pub(super) async fn name(
    tx: &mut Tx,
    rights: &Rights,
    kind: NamedKind,
    id: i64,
) -> Result<Option<String>> {
    let seen = named::by_ids(tx, &rights.scope(viewing(kind)), kind, &[id]).await?;
    Ok(seen.into_iter().next().map(|record| record.name))
}

/// As [`Sight::call`], of one that is asked about alone.
pub(super) async fn called(
    tx: &mut Tx,
    rights: &Rights,
    (what, id): (impl Into<What>, i64),
    name: &str,
) -> Result<String> {
    let one = (what.into(), id);
    Ok(Sight::of(tx, rights, &[one]).await?.call(one, name))
}
