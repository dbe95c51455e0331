//! The lists of records that a group leads to: the roles it confers, and the groups in it.

use crate::service::records;
use crate::service::{Error, ListChange, Result, Work};
use crate::store::Scope;
use crate::store::groups::GroupRecord;
use crate::store::named::{self, Named, NamedKind, besides};

/// One of these lists before a change and after it.
pub(super) struct Linked {
    pub before: Vec<Named>,
    pub after: Vec<Named>,
}

impl Linked {
    /// `kind` are roles or groups. What the operator can't see stays, for they can't have named it.
    pub async fn find(
        work: &mut Work,
        record: &GroupRecord,
        kind: NamedKind,
        ids: &[i64],
        change: &ListChange,
    ) -> Result<Self> {
        let system = Scope::system();
        let before = named::by_ids(&mut work.tx, &system, kind, ids).await?;
        if change.is_nothing() {
            let after = before.clone();
            return Ok(Self { before, after });
        }
        let home = record.organization;
        let mut wanted = match &change.all {
            None => before.clone(),
            Some(all) => {
                let mut wanted = records::named(work, kind, all, home).await?;
                let scope = work.scope(records::viewing(kind)).await?;
                let seen = named::by_ids(&mut work.tx, &scope, kind, ids).await?;
                wanted.extend(before.iter().filter(|one| !holds(&seen, one)).cloned());
                wanted
            }
        };
        let gone = records::named(work, kind, &change.remove, home).await?;
        if let Some(stranger) = gone.iter().find(|one| !holds(&wanted, one)) {
            let (field, words) = match kind {
                NamedKind::Role => ("roles", "doesn't confer the role"),
                _ => ("member_groups", "doesn't have the group"),
            };
            return Err(Error::invalid(
                field,
                format!(
                    "the group \"{}\" {words} {}, so it can't be taken out",
                    record.name,
                    stranger.full_name()
                ),
            ));
        }
        wanted.retain(|one| !holds(&gone, one));
        wanted.extend(records::named(work, kind, &change.add, home).await?);
        let after = named::by_ids(&mut work.tx, &system, kind, &named::ids(&wanted)).await?;
        Ok(Self { before, after })
    }

    pub fn fresh(&self) -> Vec<Named> {
        besides(&self.after, &self.before)
    }

    pub fn gone(&self) -> Vec<Named> {
        besides(&self.before, &self.after)
    }

    pub fn changes(&self) -> bool {
        !self.fresh().is_empty() || !self.gone().is_empty()
    }
}

fn holds(some: &[Named], one: &Named) -> bool {
    some.iter().any(|other| other.id == one.id)
}

/// As the audit and the sentences have them.
pub(super) fn full_names(records: &[Named]) -> Vec<String> {
    records.iter().map(Named::full_name).collect()
}
