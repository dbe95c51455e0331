//! The groups in a group: everybody in them has what it gives. Whoever puts one in gives all of it to all of them.

use super::linked::Linked;
use super::{MEMBERS, within};
use crate::domain::OrganizationId;
use crate::service::consent::Weight;
use crate::service::revealed::Shown;
use crate::service::users::Guard;
use crate::service::{Error, RecordRef, Result, Work, conferring};
use crate::store::groups::{self as rows, GroupRecord};
use crate::store::members;
use crate::store::named::{Named, ids};
use crate::store::sql::Sql;

/// Everybody in these groups, as a subquery of ids.
pub(super) fn everybody(groups: &[Named]) -> Sql {
    let mut sql = Sql::new(
        "select m.user_id from group_closure c
         join group_users m on m.group_id = c.descendant_id where c.ancestor_id in ",
    );
    sql.push_ids(ids(groups));
    sql
}

/// Puts groups into another and takes them out, where the operator may do that to each member.
pub(super) async fn nest(
    work: &mut Work,
    record: &GroupRecord,
    linked: &Linked,
    weight: Weight,
) -> Result<Weight> {
    let (fresh, gone) = (linked.fresh(), linked.gone());
    within(work, &RecordRef::Id(record.id.0), MEMBERS).await?;
    for one in &fresh {
        refuse_elsewhere(record, one)?;
    }
    refuse_circle(work, record, &fresh).await?;
    for one in fresh.iter().chain(&gone) {
        refuse_own(work, one).await?;
    }
    let (coming, leaving) = (everybody(&fresh), everybody(&gone));
    for people in [&coming, &leaving] {
        conferring::takes_from(work, people, MEMBERS).await?;
    }
    let group = [record.id.0];
    if !fresh.is_empty() {
        Guard::confers(work, &[], &group).await?;
        Guard::confers_wherever(work, (record.organization, &coming), &[], &group).await?;
        conferring::starting(work, &group, &coming).await?;
        conferring::where_they_are(work, &[], &group, &coming).await?;
    }
    let shown = Shown::to(&mut work.tx, &leaving).await?;
    if !gone.is_empty() {
        let freed = conferring::denies_of(work, &[], &group).await?;
        conferring::dropping(work, &freed, &leaving).await?;
    }
    rows::replace_members(&mut work.tx, record.id, &ids(&linked.after)).await?;
    conferring::revealing(work, &shown).await?;
    conferring::leaves_role(work, &leaving).await?;
    let given: &[i64] = if fresh.is_empty() { &[] } else { &group };
    weight.and_held(work, (&[], given), !gone.is_empty()).await
}

/// Who is in a group of an organization may sign in there; of others that isn't known.
fn refuse_elsewhere(record: &GroupRecord, one: &Named) -> Result<()> {
    match record.organization {
        Some(home) if one.organization.map(OrganizationId) != Some(home) => {
            Err(Error::Rule(format!(
                "The group {} is not of {}, so it can't be in \"{}\"; choose a group of that organization.",
                one.full_name(),
                record.organization_name.as_deref().unwrap_or_default(),
                record.name
            )))
        }
        _ => Ok(()),
    }
}

async fn refuse_circle(work: &mut Work, record: &GroupRecord, fresh: &[Named]) -> Result<()> {
    let holding = rows::holding(&mut work.tx, record.id, &ids(fresh)).await?;
    match fresh.iter().find(|one| holding.contains(&one.id)) {
        None => Ok(()),
        Some(one) if one.id == record.id.0 => Err(Error::Rule(format!(
            "The group \"{}\" can't be in itself; choose another one.",
            record.name
        ))),
        Some(one) => Err(Error::Rule(format!(
            "The group \"{}\" is in {} itself, so {} can't be in it; take it out there first.",
            record.name,
            one.full_name(),
            one.full_name()
        ))),
    }
}

async fn refuse_own(work: &mut Work, one: &Named) -> Result<()> {
    let (people, operator) = (everybody(std::slice::from_ref(one)), work.operator());
    if members::includes(&mut work.tx, &people, operator).await? {
        return Err(Error::Rule(format!(
            "You are in the group {}, and nobody changes their own groups; another administrator has to do it.",
            one.full_name()
        )));
    }
    Ok(())
}
