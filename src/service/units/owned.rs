//! Giving what a unit owns to another unit of the same organization: when the unit ends, and when it stays.

use super::list::rows_of;
use super::{DELETE, UnitRow, VIEW, looked, named_in};
use crate::domain::UnitId;
use crate::domain::permission::{Level, Permission, Resource};
use crate::service::deletion::Bench;
use crate::service::records::{counted, reaches_new, search};
use crate::service::{
    Error, Listed, Look, Query, RecordRef, Result, Work, conferring, groups, users,
};
use crate::store::members;
use crate::store::named::{Named, NamedKind};
use crate::store::units::{self as rows, Holdings, UnitRecord};

/// What becomes of the unit that gives away what it owns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnitFate {
    /// It stays, and so do those who are assigned to it.
    Stays,
    /// It is deleted; those assigned to it are assigned to the other unit.
    Ends,
}

/// What a unit owns on its way to another.
pub(super) struct Handover<'a> {
    pub from: &'a UnitRecord,
    pub to: Named,
    pub holdings: Holdings,
    pub fate: UnitFate,
}

impl<'a> Handover<'a> {
    /// To a unit that the operator may see: `NAME`, of the same organization, or `ORGANIZATION/NAME`.
    pub async fn to(
        bench: &mut Bench<'_>,
        from: &'a UnitRecord,
        to: &str,
        holdings: Holdings,
        fate: UnitFate,
    ) -> Result<Self> {
        bench.rights.require(bench.tx, VIEW).await?;
        let scope = bench.rights.scope(VIEW);
        let place = (from.organization, from.organization_name.as_str());
        let to = named_in(bench.tx, &scope, place, to).await?;
        Ok(Self {
            from,
            to,
            holdings,
            fate,
        })
    }

    /// Refuses what the operator may not give or take. Those assigned to either unit may reach further by it, so the
    /// operator must hold what they do.
    pub async fn check(&self, bench: &mut Bench<'_>) -> Result<()> {
        self.check_place()?;
        let (from, to) = (self.from.id, UnitId(self.to.id));
        let organization = Some(self.from.organization);
        if self.fate == UnitFate::Ends {
            reaches_new(bench, DELETE, organization, Some(to)).await?;
        }
        // Whoever gives records to another unit has the right to at both.
        for right in rights(self.holdings) {
            for unit in [from, to] {
                reaches_new(bench, right, organization, Some(unit)).await?;
            }
        }
        let mut against = None;
        let levels = [Level::Unit, Level::Division];
        let people = match self.fate {
            UnitFate::Stays => rows::owned(from),
            UnitFate::Ends => rows::people(from),
        };
        if self.holdings.users > 0 || self.reassigns() {
            against = conferring::stronger(bench, &people, users::ASSIGN).await?;
        }
        let above = rows::assigned_above(to);
        if against.is_none() && self.holdings.users > 0 {
            against = conferring::reached_further(bench, &above, &levels).await?;
        }
        let owned = [
            (Resource::User, rows::owned(from)),
            (Resource::Group, rows::groups_of(from)),
        ];
        for (resource, owned) in owned {
            if against.is_none() {
                against = conferring::handed(bench, (resource, &owned), &above, &levels).await?;
            }
        }
        if against.is_none() && self.reassigns() {
            let assigned = rows::assigned(from);
            against = conferring::reached_further(bench, &assigned, &levels).await?;
            if against.is_none() {
                against = conferring::handed_unit(bench, to, &assigned, &levels).await?;
            }
            if against.is_none() {
                let held = conferring::near_rules_of(bench.tx, &assigned, &levels).await?;
                against = conferring::spread(bench, &held, &members::these(&[to.0])).await?;
            }
        }
        against.map_or(Ok(()), |against| Err(against.into()))
    }

    /// Whether people come to work at the other unit by it.
    const fn reassigns(&self) -> bool {
        matches!(self.fate, UnitFate::Ends) && self.holdings.assigned > 0
    }

    fn check_place(&self) -> Result<()> {
        let (name, organization) = (&self.from.write.name, &self.from.organization_name);
        let why = if self.to.id == self.from.id.0 {
            format!("\"{name}\" is this unit itself")
        } else if self.to.organization != Some(self.from.organization.0) {
            let theirs = self.to.organization_name.as_deref().unwrap_or_default();
            format!("\"{}\" belongs to {theirs}", self.to.name)
        } else {
            return Ok(());
        };
        Err(Error::Rule(format!(
            "The records of \"{name}\" go to another unit of {organization}, and {why}; name another one."
        )))
    }

    /// Why it would be refused, beforehand.
    pub async fn blocker(&self, bench: &mut Bench<'_>) -> Result<Option<Error>> {
        match self.check(bench).await {
            Ok(()) => Ok(None),
            Err(error @ (Error::Rule(_) | Error::Against(_) | Error::Denied { .. })) => {
                Ok(Some(error))
            }
            Err(error) => Err(error),
        }
    }

    pub async fn carry_out(&self, work: &mut Work) -> Result<()> {
        let (from, to, now) = (self.from.id, UnitId(self.to.id), work.now());
        match self.fate {
            UnitFate::Stays => rows::move_owned(&mut work.tx, from, to, now).await?,
            UnitFate::Ends => rows::move_records(&mut work.tx, from, to, now).await?,
        }
        Ok(())
    }
}

/// The rights that whoever moves this needs at both units.
pub(super) fn rights(holdings: Holdings) -> Vec<Permission> {
    let mut rights = Vec::new();
    if holdings.groups > 0 {
        rights.push(groups::ASSIGN);
    }
    if holdings.users > 0 {
        rights.push(users::ASSIGN);
    }
    rights
}

/// What a unit owns, in words; none where it owns nothing.
pub(super) fn owned(holdings: Holdings) -> Vec<String> {
    let living = holdings.users - holdings.deleted_users;
    counted(&[
        (living, "user", "users"),
        (holdings.deleted_users, "deleted user", "deleted users"),
        (holdings.assigned, "assigned user", "assigned users"),
        (holdings.groups, "group", "groups"),
    ])
}

/// The units that may get what a unit owns, as a search finds them: others of the same organization, where the asker may
/// do it. Who is among the records may still stand against it.
#[derive(Clone, Debug)]
pub struct Successors {
    pub unit: RecordRef,
    pub fate: UnitFate,
    pub search: String,
    pub limit: u32,
}

impl Query for Successors {
    type Output = Listed<UnitRow>;

    fn needs(&self) -> Permission {
        match self.fate {
            UnitFate::Stays => VIEW,
            UnitFate::Ends => DELETE,
        }
    }

    async fn run(self, look: &mut Look) -> Result<Listed<UnitRow>> {
        let record = looked(look, &self.unit).await?;
        let holdings = rows::holdings(&mut look.tx, record.id).await?;
        let mut scopes = Vec::new();
        if self.fate == UnitFate::Ends {
            scopes.push(look.scope(DELETE).await?);
        }
        for right in rights(holdings) {
            scopes.push(look.scope(right).await?);
        }
        let others = rows::others_within(&mut look.tx, record.organization, record.id, &scopes);
        let others = others.await?;
        let scope = look.scope(VIEW).await?;
        let wanted = (self.search.as_str(), self.limit);
        let (ids, more) = search(look, NamedKind::Unit, &scope, wanted, Some(others)).await?;
        let rows = rows_of(look, &scope, &ids, Some(0)).await?;
        Ok(Listed { rows, more })
    }
}
