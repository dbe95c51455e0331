//! Deleting a role: whoever has it, users and groups, gets another in its place.

use super::list::rows_of;
use super::{DELETE, RoleRow, VIEW, looked, looked_within, seen, why_built_in, within};
use crate::domain::RoleId;
use crate::domain::permission::{Permission, SourceKind};
use crate::domain::text::capitalized;
use crate::service::conferring::few;
use crate::service::consent::DELETE_TIER;
use crate::service::deletion::{Bench, Deletion, NAMED_MAX};
use crate::service::names::FullNames;
use crate::service::records::{counted, full_name, search};
use crate::service::sight::with_others;
use crate::service::users::{self, Guard, LinkedRecord};
use crate::service::{
    Action, Consent, Error, Event, Listed, Look, Query, RecordRef, Result, Rights, Work,
    conferring, granular, sight,
};
use crate::store::members::{self, Holding};
use crate::store::named::NamedKind;
use crate::store::roles::{self as rows, RoleRecord};
use crate::store::rules::{self, Owner};
use crate::store::units;
use crate::store::{Seen, Tx, access};
use serde_json::json;
use std::collections::HashSet;

#[derive(Clone, Debug)]
pub struct DeleteRole {
    pub role: RecordRef,
    /// The role that takes its place, where it is in use.
    pub move_holders_to: Option<RecordRef>,
    pub consent: Consent,
}

/// What [`DeleteRole`] would do, and what stands against it.
#[derive(Clone, Debug)]
pub struct DeletionOf {
    pub role: RecordRef,
    /// The role that would take its place.
    pub move_holders_to: Option<RecordRef>,
}

impl Action for DeleteRole {
    type Output = ();

    fn needs(&self) -> Permission {
        DELETE
    }

    fn event(&self) -> Event {
        Event::new("role_deleted").on_named("role", self.role.named())
    }

    async fn run(self, work: &mut Work) -> Result<()> {
        let record = within(work, &self.role, DELETE).await?;
        let (users, groups) = rows::uses(&mut work.tx, record.id, &Seen::all()).await?;
        let told = uses_words(&mut work.tx, &work.rights, record.id).await?;
        let next = match &self.move_holders_to {
            Some(next) if users + groups > 0 => Some(seen(work, next).await?),
            _ => None,
        };
        let in_use = users + groups > 0;
        let why = blockers(&mut work.bench(), &record, in_use, next.as_ref()).await?;
        if let Some(why) = why.into_iter().next() {
            return Err(why);
        }
        let administered = Guard::has_administrator(work).await?;
        let gone = unmistakable(&mut work.tx, &work.rights, &record).await?;
        let mut deed = format!("delete the role \"{gone}\"");
        let mut moved_to = String::new();
        if in_use {
            let Some(next) = next else {
                return Err(Error::Rule(format!(
                    "The role \"{}\" is in use by {told}; say where they go with --move-holders-to ROLE.",
                    record.name
                )));
            };
            let now = work.now();
            members::touch(&mut work.tx, &Holding::Role(record.id).members(), now).await?;
            rows::move_holders(&mut work.tx, record.id, next.id).await?;
            moved_to = unmistakable(&mut work.tx, &work.rights, &next).await?;
            deed.extend([" and give \"", &moved_to, "\" in its place to ", &told]);
        }
        rows::delete(&mut work.tx, record.id).await?;
        Guard::keeps_administrator(work, administered).await?;
        let (reason, ticket) = self.consent.check(work, DELETE_TIER, 1, &deed)?;
        let full = full_name(record.organization_name.as_deref(), &record.name);
        let event = Event {
            reason,
            ticket,
            home: record.organization,
            ..Event::new("role_deleted")
        };
        let changes =
            json!({ "name": [full, ""], "users": users, "groups": groups, "moved_to": moved_to });
        work.audit(
            event
                .on("role", record.id.0, &full)
                .changing(changes.to_string()),
        )
        .await
    }
}

/// The name by which a role isn't taken for another.
async fn unmistakable(tx: &mut Tx, rights: &Rights, role: &RoleRecord) -> Result<String> {
    let (seen, id) = (rights.scope(VIEW), role.id.0);
    let names = FullNames::of(tx, &seen, NamedKind::Role, &[id]).await?;
    Ok(names.name(id, role.organization_name.as_deref(), &role.name))
}

/// Who has a role, counted as far as the operator sees them.
async fn uses_words(tx: &mut Tx, rights: &Rights, role: RoleId) -> Result<String> {
    let words = |(users, groups)| counted(&[(users, "user", "users"), (groups, "group", "groups")]);
    let seen = rows::uses(tx, role, &rights.seen()).await?;
    let all = rows::uses(tx, role, &Seen::all()).await?;
    Ok(with_others(&words(seen), &words(all)))
}

/// Everything that stands against deleting a role, with another in its place where one is named; the first of it is what
/// a deletion is refused with.
async fn blockers(
    bench: &mut Bench<'_>,
    record: &RoleRecord,
    in_use: bool,
    next: Option<&RoleRecord>,
) -> Result<Vec<Error>> {
    let built_in = why_built_in(record, "deleted").map(Error::Rule);
    let mut blockers: Vec<Error> = built_in.into_iter().collect();
    if !in_use {
        return Ok(blockers);
    }
    if next.is_some_and(|next| next.id == record.id) {
        blockers.push(Error::Rule(format!(
            "The holders of \"{}\" can't move to the role that is deleted; name another one.",
            record.name
        )));
        return Ok(blockers);
    }
    let everybody = Holding::Role(record.id).everybody();
    if members::includes(bench.tx, &everybody, bench.operator).await? {
        blockers.push(Error::Rule(format!(
            "You have the role \"{}\" yourself, and nobody changes their own roles; another administrator has to delete it.",
            record.name
        )));
    }
    if let Some(next) = next {
        if conferring::gives_administration(bench.tx, &[next.id.0], &[]).await? {
            blockers.push(Error::Rule(format!(
                "Nobody becomes an administrator because a role is deleted. Choose another role, and give \"{}\" to whoever needs it.",
                next.name
            )));
        }
        blockers.extend(outsiders(bench, record, next).await?.map(Error::Rule));
        let given = &[next.id.0];
        let unconferred = users::unconferred(bench.tx, bench.rights, given, &[]).await?;
        blockers.extend(unconferred.map(Error::from));
        let rules = rules::list(bench.tx, Owner::Role(next.id)).await?;
        let home = next.organization;
        let abroad = users::abroad(bench.tx, bench.rights, home, &everybody).await?;
        let ungivable = users::ungivable_abroad(bench.tx, bench.rights, &abroad, &rules);
        blockers.extend(ungivable.await?.map(Error::from));
        let given = (&given[..], &[][..]);
        let beyond = granular::given_beyond(bench.tx, bench.rights, given, &everybody).await?;
        let beyond = beyond.into_iter().find_map(granular::Beyond::first);
        blockers.extend(beyond.map(Error::from));
        let work_in = units::assigned_to(&everybody);
        let homed = conferring::homed(home, rules.clone());
        let spread = conferring::spread(bench, &homed, &work_in).await?;
        blockers.extend(spread.map(Error::from));
        let denies = conferring::dropped_denies(
            &rules::list(bench.tx, Owner::Role(record.id)).await?,
            &rules,
        );
        let freed = conferring::undroppable_from(bench.tx, bench.rights, &denies, &everybody);
        blockers.extend(freed.await?.map(Error::from));
    }
    let stronger = conferring::stronger(bench, &everybody, DELETE).await?;
    blockers.extend(stronger.map(Error::from));
    Ok(blockers)
}

/// A role of an organization goes only to users who may sign in there, and to groups of that organization.
async fn outsiders(
    bench: &mut Bench<'_>,
    from: &RoleRecord,
    to: &RoleRecord,
) -> Result<Option<String>> {
    let Some(organization) = to.organization else {
        return Ok(None);
    };
    let place = to.organization_name.clone().unwrap_or_default();
    let holders = Holding::Role(from.id).members();
    let seen = (&bench.rights.scope(users::VIEW), NAMED_MAX);
    let (number, names) = members::strangers(bench.tx, &holders, organization, seen).await?;
    if number > 0 {
        return Ok(Some(format!(
            "The role {place}/{} goes only to users who may sign in to {place}, and {} may not; choose another role.",
            to.name,
            few(number, &names)
        )));
    }
    let groups = rows::conferring(bench.tx, from.id).await?;
    let stranger = groups
        .iter()
        .find(|(_, _, home)| *home != Some(organization));
    let Some((id, name, _)) = stranger else {
        return Ok(None);
    };
    let group = (NamedKind::Group, id.0);
    let group = sight::called(bench.tx, bench.rights, group, name).await?;
    Ok(Some(format!(
        "{} confers \"{}\" and does not belong to {place}, so it can't confer {place}/{}; choose another role.",
        capitalized(&group),
        from.name,
        to.name
    )))
}

impl Query for DeletionOf {
    type Output = Deletion;

    fn needs(&self) -> Permission {
        DELETE
    }

    async fn run(self, look: &mut Look) -> Result<Deletion> {
        let record = looked_within(look, &self.role, DELETE).await?;
        let (users, groups) = rows::uses(&mut look.tx, record.id, &Seen::all()).await?;
        let next = match &self.move_holders_to {
            Some(next) if users + groups > 0 => Some(looked(look, next).await?),
            _ => None,
        };
        let full = full_name(record.organization_name.as_deref(), &record.name);
        let mut deletion = Deletion::of(look, full);
        let in_use = users + groups > 0;
        deletion.needs_successor = in_use && next.is_none();
        let blockers = blockers(&mut look.bench(), &record, in_use, next.as_ref()).await?;
        deletion.block(&blockers);
        tell(look, &record, next.as_ref(), (users, groups), &mut deletion).await?;
        Ok(deletion)
    }
}

async fn tell(
    look: &mut Look,
    record: &RoleRecord,
    next: Option<&RoleRecord>,
    (users, groups): (i64, i64),
    deletion: &mut Deletion,
) -> Result<()> {
    let seen = look.rights.scope(users::VIEW);
    let holding = Holding::Role(record.id);
    let names = members::usernames(&mut look.tx, &seen, holding, NAMED_MAX).await?;
    let conferring: Vec<i64> = rows::conferring(&mut look.tx, record.id)
        .await?
        .into_iter()
        .map(|(group, ..)| group.0)
        .collect();
    let conferring = users::in_sight(look, NamedKind::Group, &conferring).await?;
    let conferring: Vec<String> = conferring
        .into_iter()
        .map(|LinkedRecord { name, .. }| name)
        .collect();
    let instead = match next {
        Some(next) => {
            let next = unmistakable(&mut look.tx, &look.rights, next).await?;
            format!(" and get {next} in its place")
        }
        None => String::new(),
    };
    let seen = rows::uses(&mut look.tx, record.id, &look.rights.seen()).await?;
    for ((number, all), (one, several), verbs, names) in [
        ((seen.0, users), ("user", "users"), ("has", "have"), names),
        (
            (seen.1, groups),
            ("group", "groups"),
            ("confers", "confer"),
            conferring,
        ),
    ] {
        if all == 0 {
            continue;
        }
        let holders = |number| counted(&[(number, one, several)]);
        let holders = capitalized(&with_others(&holders(number), &holders(all)));
        let is_one = number == 1 && all == 1;
        let verb = if is_one { verbs.0 } else { verbs.1 };
        let instead = if is_one {
            instead.replace(" and get ", " and gets ")
        } else {
            instead.clone()
        };
        let beginning = format!("{holders} {verb} it{instead}");
        deletion.tell(&beginning, number, &names);
    }
    if users + groups == 0 {
        deletion.tell("Nobody has it, and no group confers it", 0, &[]);
    }
    Ok(())
}

/// The roles that may take the place of one that is deleted, as a search finds them: those that all of its holders may
/// have and that the asker may give, but Administrator. Start nodes and what holders are denied may still stand against one.
#[derive(Clone, Debug)]
pub struct Successors {
    pub role: RecordRef,
    pub search: String,
    pub limit: u32,
}

impl Query for Successors {
    type Output = Listed<RoleRow>;

    fn needs(&self) -> Permission {
        DELETE
    }

    async fn run(self, look: &mut Look) -> Result<Listed<RoleRow>> {
        let record = looked_within(look, &self.role, DELETE).await?;
        let mut fitting = rows::fitting(&mut look.tx, record.id).await?;
        let sources = access::ruled_sources(&mut look.tx).await?;
        let administrator = conferring::administrator(&mut look.tx).await?;
        let ungivable: HashSet<i64> = sources
            .iter()
            .filter(|(source, _)| source.kind == SourceKind::Role)
            .filter(|(source, _)| {
                source.id == administrator
                    || users::first_unconferred(&look.rights, [source]).is_some()
            })
            .map(|(source, _)| source.id)
            .collect();
        let scope = look.scope(VIEW).await?;
        let wanted = (self.search.as_str(), self.limit);
        fitting.retain(|role| !ungivable.contains(role));
        let (ids, more) = search(look, NamedKind::Role, &scope, wanted, Some(fitting)).await?;
        let rows = rows_of(look, &ids, Some(0)).await?;
        Ok(Listed { rows, more })
    }
}
