//! What memberships are checked for, when a plan is made and again inside the transaction of every chunk.
//!
//! The order counts: what is refused by one check is no part of the next. At the end stand the checks that take all that
//! is left together.

use super::members::permission;
use crate::domain::UserId;
use crate::domain::permission::Rule;
use crate::domain::plan::Direction;
use crate::domain::unheld::Unheld;
use crate::service::conferring::{
    Far, denies_of, given_rules, gives_administration, undroppable_from,
};
use crate::service::revealed::Shown;
use crate::service::users::{self, Administered, conferred_by, unconferred, uncovered, unheld_in};
use crate::service::{Against, Lack, Result, Work, granular};
use crate::store::jobs::{self as rows, ChangeRecord, Part, Stage, UNREACHED};
use crate::store::members::{self, Holding};
use crate::store::sql::Sql;
use crate::store::user_states;
use std::collections::{HashMap, HashSet};

/// A change with what its group or role gives.
struct Weighed {
    change: ChangeRecord,
    gives: Gives,
}

/// Refuses or fails every target that may not be done, and says how many.
pub(super) async fn check(work: &mut Work, part: Part) -> Result<u64> {
    let mut changes = Vec::new();
    for change in rows::changes(&mut work.tx, part.job).await? {
        let gives = gives(work, change.holding).await?;
        changes.push(Weighed { change, gives });
    }
    let mut struck = match part.stage {
        Stage::Plan => 0,
        Stage::Chunk { .. } => rows::conflict(&mut work.tx, part).await?,
    };
    struck += refuse_users(work, part).await?;
    struck += refuse_powerful(work, part, &changes).await?;
    retain_live(work, part, &mut changes).await?;
    for weighed in &changes {
        struck += refuse_holder(work, part, &weighed.change).await?;
    }
    retain_live(work, part, &mut changes).await?;
    struck += refuse_each(work, part, &changes).await?;
    retain_live(work, part, &mut changes).await?;
    let mut late = refuse_last_administrator(work, part, &changes).await?;
    late += refuse_roleless(work, part, &changes).await?;
    if late > 0 {
        // A group that stays after all may be hidden by one that was weighed as if it were gone.
        retain_live(work, part, &mut changes).await?;
        late += refuse_each(work, part, &changes).await?;
    }
    Ok(struck + late)
}

/// Keeps the changes that have targets left.
async fn retain_live(work: &mut Work, part: Part, changes: &mut Vec<Weighed>) -> Result<()> {
    let counts = rows::count_changing(&mut work.tx, part).await?;
    let numbers: HashSet<i64> = counts.into_iter().map(|(number, _)| number).collect();
    changes.retain(|weighed| numbers.contains(&weighed.change.number));
    Ok(())
}

async fn strike(work: &mut Work, part: Part, condition: &Sql, note: &str) -> Result<u64> {
    let note = note.trim_end_matches('.');
    Ok(rows::strike(&mut work.tx, part, condition, (note, "")).await?)
}

/// Refuses or fails what the operator may not give or take, with what they lack.
async fn strike_against(
    work: &mut Work,
    part: Part,
    condition: &Sql,
    against: &Against,
) -> Result<u64> {
    let note = against.why.trim_end_matches('.');
    let lack = match &against.lack {
        Lack::Unheld(unheld) => unheld.stored(),
        Lack::Right { .. } | Lack::Over { .. } => String::new(),
    };
    Ok(rows::strike(&mut work.tx, part, condition, (note, &lack)).await?)
}

/// Nobody changes their own memberships, those of the deleted, or those of people out of sight.
async fn refuse_users(work: &mut Work, part: Part) -> Result<u64> {
    let own = rows::of_users([work.operator()]);
    let why = "is yourself: another administrator has to do it";
    let mut struck = strike(work, part, &own, why).await?;
    let why = "is deleted: restore the user first";
    struck += strike(work, part, &rows::without_account(), why).await?;
    let seen = work.scope(users::VIEW).await?;
    if let Some(unseen) = rows::unseen(&seen) {
        struck += strike(work, part, &unseen, UNREACHED).await?;
    }
    Ok(struck)
}

/// Marks the privileged targets, and refuses those whose power the operator's doesn't cover.
async fn refuse_powerful(work: &mut Work, part: Part, changes: &[Weighed]) -> Result<u64> {
    let standings = uncovered(&mut work.tx, &work.rights, &part.users()).await?;
    let Some(Weighed { change, .. }) = changes.first().filter(|_| !standings.is_empty()) else {
        return Ok(0);
    };
    if part.stage == Stage::Plan {
        let privileged: Vec<UserId> = standings.keys().copied().collect();
        rows::mark_privileged(&mut work.tx, part.job, &privileged).await?;
    }
    let mut refused: HashMap<Unheld, Vec<UserId>> = HashMap::new();
    for (user, standing) in &standings {
        if let Some(held) = &standing.uncovered {
            refused.entry(held.clone()).or_default().push(*user);
        }
    }
    let mut struck = 0;
    for (held, people) in refused {
        let mut why = users::power_note(&mut work.tx, &work.rights, &held).await?;
        if let [one] = people.as_slice() {
            let helpers = users::who_can(work, permission(change.holding), *one).await?;
            if !helpers.is_empty() {
                why = format!("{why}: ask {}", helpers.join(" or "));
            }
        }
        let against = Against::unheld(why, held);
        struck += strike_against(work, part, &rows::of_users(people), &against).await?;
    }
    Ok(struck)
}

/// The group or role must still be there and within reach, and its organization one that the users may enter.
async fn refuse_holder(work: &mut Work, part: Part, change: &ChangeRecord) -> Result<u64> {
    let all = rows::of_change(change.number);
    if !change.exists {
        let kind = change.holding.kind();
        let why = format!(
            "can't be changed: the {kind} \"{}\" was deleted",
            change.name
        );
        return strike(work, part, &all, &why).await;
    }
    let reach = work.scope(permission(change.holding)).await?;
    if !members::is_reached(&mut work.tx, &reach, change.holding).await? {
        return strike(work, part, &all, UNREACHED).await;
    }
    match (change.direction, &change.organization) {
        (Direction::Add, Some((organization, name))) => {
            let strangers = rows::strangers(change.number, *organization);
            let why = format!("may not sign in to {name}: add the organization first");
            strike(work, part, &strangers, &why).await
        }
        _ => Ok(0),
    }
}

/// Nobody gives or takes what they may not. What may be done is tried out and taken back at the end, so that one change
/// is weighed with those before it, as it would be in a plan of its own: a role and a place to start give more together.
async fn refuse_each(work: &mut Work, part: Part, changes: &[Weighed]) -> Result<u64> {
    let mut struck = 0;
    let mut tried = Vec::new();
    for (at, Weighed { change, gives }) in (1..).zip(changes) {
        let (holding, direction) = (change.holding, change.direction);
        let people = part.users_of(change.number);
        struck += match direction {
            Direction::Add => refuse_given(work, part, change).await?,
            Direction::Remove => refuse_taken(work, part, change, gives).await?,
        };
        let is_tried = match direction {
            Direction::Add => at < changes.len() && try_with(work, holding, &people).await?,
            Direction::Remove => match try_without(work, holding, &people).await? {
                Ok(is_tried) => is_tried,
                Err(why) => {
                    let all = rows::of_change(change.number);
                    struck += strike_against(work, part, &all, &why).await?;
                    false
                }
            },
        };
        if is_tried {
            tried.push((holding, direction.turned(), people));
        }
    }
    for (holding, back, people) in &tried {
        alter(work, *holding, *back, people).await?;
    }
    Ok(struck)
}

/// Nobody gives what they don't hold, neither here nor where else the users may sign in.
async fn refuse_given(work: &mut Work, part: Part, change: &ChangeRecord) -> Result<u64> {
    let (roles, groups) = ids(change.holding);
    if let Some(why) = unconferred(&mut work.tx, &work.rights, &roles, &groups).await? {
        return strike_against(work, part, &rows::of_change(change.number), &why).await;
    }
    let users = part.users_of(change.number);
    if let Some(why) = granular::opened_by(&mut work.tx, &work.rights, &groups, &users).await? {
        return strike_against(work, part, &rows::of_change(change.number), &why).await;
    }
    let mut struck = refuse_beyond(work, part, change, &users).await?;
    let here = work.organization();
    let abroad = rows::abroad(&mut work.tx, part, change.number, here).await?;
    let given = given_rules(&mut work.tx, &roles, &groups).await?;
    for place in [here].iter().chain(&abroad) {
        let Some(far) = Far::at(&mut work.tx, &work.rights, *place, &given).await? else {
            continue;
        };
        let why = format!("works where your {} doesn't reach", far.given);
        let mut condition = rows::of_change(change.number);
        condition
            .push(" and t.user_id in (")
            .push_sql(&far.people())
            .push(")");
        let against = Against::unheld(why, far.unheld);
        struck += strike_against(work, part, &condition, &against).await?;
    }
    for organization in abroad {
        let home = change.organization.as_ref();
        if home.is_some_and(|(home, _)| *home != organization) {
            continue;
        }
        let unheld = unheld_in(&mut work.tx, &work.rights, organization, &roles, &groups).await?;
        if let Some(unheld) = unheld {
            let place = users::place_name(&mut work.tx, &work.rights, organization).await?;
            let why = format!("may sign in to {place} too, where you don't hold {unheld}");
            let entering = rows::entering(change.number, organization);
            let against = Against::unheld(why, unheld);
            struck += strike_against(work, part, &entering, &against).await?;
        }
    }
    Ok(struck)
}

/// Nobody gives in a tree what they don't hold where the users start: who starts within their reach stays.
async fn refuse_beyond(
    work: &mut Work,
    part: Part,
    change: &ChangeRecord,
    users: &Sql,
) -> Result<u64> {
    let (roles, groups) = ids(change.holding);
    let given = (&roles[..], &groups[..]);
    let mut struck = 0;
    for beyond in granular::given_beyond(&mut work.tx, &work.rights, given, users).await? {
        let people = beyond.people(&mut work.tx, users).await?;
        for (why, people) in people.into_iter().filter(|(_, people)| !people.is_empty()) {
            let mut condition = rows::of_users(people);
            condition
                .push(" and ")
                .push_sql(&rows::of_change(change.number));
            struck += strike_against(work, part, &condition, why).await?;
        }
    }
    Ok(struck)
}

/// Gives a role or group for trial, where it matters in a tree; whether it was.
async fn try_with(work: &mut Work, holding: Holding, users: &Sql) -> Result<bool> {
    let (roles, groups) = ids(holding);
    let concerns = granular::concerns(&mut work.tx, &roles, &groups).await?;
    if concerns {
        alter(work, holding, Direction::Add, users).await?;
    }
    Ok(concerns)
}

/// Takes a group away for trial, where it may hide where people start; whether it was, or why it may not be.
async fn try_without(
    work: &mut Work,
    holding: Holding,
    users: &Sql,
) -> Result<std::result::Result<bool, Against>> {
    let (roles, groups) = ids(holding);
    if groups.is_empty() || !granular::concerns(&mut work.tx, &roles, &groups).await? {
        return Ok(Ok(false));
    }
    let shown = Shown::to(&mut work.tx, users).await?;
    if shown.is_nothing() {
        return Ok(Ok(false));
    }
    alter(work, holding, Direction::Remove, users).await?;
    let Some(why) = shown.refuses(&mut work.tx, &work.rights).await? else {
        return Ok(Ok(true));
    };
    alter(work, holding, Direction::Add, users).await?;
    Ok(Err(why))
}

/// Nobody drops a deny where others could then do what they can't do themselves.
async fn refuse_taken(
    work: &mut Work,
    part: Part,
    change: &ChangeRecord,
    gives: &Gives,
) -> Result<u64> {
    let users = part.users_of(change.number);
    match undroppable_from(&mut work.tx, &work.rights, &gives.denies, &users).await? {
        None => Ok(0),
        Some(why) => strike_against(work, part, &rows::of_change(change.number), &why).await,
    }
}

/// What somebody has by a group or role.
pub(super) struct Gives {
    /// Whether it makes an administrator.
    pub administration: bool,
    denies: Vec<Rule>,
    /// Whether it has or confers a role at all.
    role: bool,
}

pub(super) async fn gives(work: &mut Work, holding: Holding) -> Result<Gives> {
    let (roles, groups) = ids(holding);
    let role = match holding {
        Holding::Role(_) => true,
        Holding::Group(_) => !conferred_by(&mut work.tx, &groups).await?.0.is_empty(),
    };
    Ok(Gives {
        administration: gives_administration(&mut work.tx, &roles, &groups).await?,
        denies: denies_of(work, &roles, &groups).await?,
        role,
    })
}

fn ids(holding: Holding) -> (Vec<i64>, Vec<i64>) {
    match holding {
        Holding::Role(id) => (vec![id.0], Vec::new()),
        Holding::Group(id) => (Vec::new(), vec![id.0]),
    }
}

/// Somebody must be left to administer. What would be left is tried out: the memberships that make and
/// unmake administrators are changed, and changed back.
async fn refuse_last_administrator(
    work: &mut Work,
    part: Part,
    changes: &[Weighed],
) -> Result<u64> {
    let risky: Vec<i64> = changes
        .iter()
        .filter(|weighed| match weighed.change.direction {
            Direction::Add => !weighed.gives.denies.is_empty(),
            Direction::Remove => weighed.gives.administration,
        })
        .map(|weighed| weighed.change.number)
        .collect();
    if risky.is_empty() {
        return Ok(0);
    }
    let now = work.now();
    let before = user_states::lasting_administrators(&mut work.tx, now, None).await?;
    if before.is_empty() {
        return Ok(0);
    }
    let mut tried = Vec::new();
    for Weighed { change, gives } in changes {
        let mut people = part.users_of(change.number);
        if !gives.administration {
            people
                .push(" and ")
                .push_sql(&rows::of_users(before.iter().map(|(user, _)| *user)));
        }
        if gives.administration || risky.contains(&change.number) {
            alter(work, change.holding, change.direction, &people).await?;
            tried.push((change.holding, change.direction.turned(), people));
        }
    }
    let after = user_states::lasting_administrators(&mut work.tx, now, None).await?;
    for (holding, back, people) in &tried {
        alter(work, *holding, *back, people).await?;
    }
    let left = Administered::by(&after);
    let last = left.outlasting(&before);
    if last.is_empty() {
        return Ok(0);
    }
    let mut condition = rows::of_users(last);
    condition.push(" and t.change_number in ").push_ids(risky);
    strike(work, part, &condition, &left.note()).await
}

/// Changes the memberships of users, a subquery of ids, and says how many.
pub(super) async fn alter(
    work: &mut Work,
    holding: Holding,
    direction: Direction,
    people: &Sql,
) -> Result<u64> {
    Ok(match direction {
        Direction::Add => members::add(&mut work.tx, holding, people).await?,
        Direction::Remove => members::remove(&mut work.tx, holding, people).await?,
    })
}

/// Everybody keeps at least one role.
async fn refuse_roleless(work: &mut Work, part: Part, changes: &[Weighed]) -> Result<u64> {
    let with_role = |direction: Direction| {
        changes
            .iter()
            .filter(move |weighed| weighed.gives.role && weighed.change.direction == direction)
            .map(|weighed| &weighed.change)
    };
    let (roles, groups): (Vec<&ChangeRecord>, Vec<&ChangeRecord>) =
        with_role(Direction::Remove).partition(|change| change.holding.kind() == "role");
    if roles.is_empty() && groups.is_empty() {
        return Ok(0);
    }
    let giving = numbers(with_role(Direction::Add));
    let taking = (numbers(roles), numbers(groups));
    let lost = rows::roleless(&mut work.tx, part, (&taking.0, &taking.1), &giving).await?;
    if lost.is_empty() {
        return Ok(0);
    }
    let mut condition = rows::of_users(lost);
    condition
        .push(" and t.change_number in ")
        .push_ids(taking.0.into_iter().chain(taking.1));
    let why = "would have no role left: give the user another role first";
    strike(work, part, &condition, why).await
}

fn numbers<'a>(changes: impl IntoIterator<Item = &'a ChangeRecord>) -> Vec<i64> {
    changes.into_iter().map(|change| change.number).collect()
}
