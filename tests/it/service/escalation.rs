//! Whatever people of little power do at random, nobody comes to hold what its giver didn't.

use crate::support::dice::Dice;
use crate::support::engine::Engine;
use crate::support::members;
use crate::support::refusal::rule;
use crate::support::saving::edited;
use crate::support::town::{NOON, Town, a_group, a_role, a_user, confirm};
use rstest::rstest;
use std::collections::BTreeMap;
use wardroom::domain::catalogue::{Catalogue, ManagedResource};
use wardroom::domain::permission::{Level, Right, power};
use wardroom::domain::user::Profile;
use wardroom::domain::{OrganizationId, UserId};
use wardroom::service::jobs::{
    ConfirmPlan, Confirmation, Direction, Holder, MemberChange, Targets, run_job,
};
use wardroom::service::users::{CreateUser, UpdateUser, UserChanges, UserDraft, UserRef};
use wardroom::service::{
    Action, Consent, Error, Home, ListChange, RecordRef, Result, Session, groups, organizations,
    roles, units,
};
use wardroom::store::sql::Sql;
use wardroom::store::{access, catalogue, user_states};

const ALLOWS: &[&str] = &[
    "allow view on user at organization",
    "allow view,unlock on user at organization",
    "allow view,edit,create on user at organization",
    "allow purge on user at unit",
    "allow purge on user at division",
    "allow view,members on group at organization",
    "allow view,edit on role at organization",
    "allow view on audit at all",
    "allow configure on setting at own",
    "allow view-sensitive on user at all",
    "allow view on profile at own",
    "allow * on user at all",
    "allow view,edit on catalog.product at unit",
    "allow * on catalog.* at all",
    "allow publish on content",
    "allow * on * at all",
];
const DENIES: &[&str] = &[
    "deny purge on user",
    "deny publish on *",
    "deny * on user",
    "deny view on audit",
    "deny * on *",
];
const ROLES: &[&str] = &[
    "Member",
    "Editor",
    "Helpdesk",
    "Manager",
    "Administrator",
    "Purger",
    "Blocked",
    "r1",
    "r2",
    "Lab hand",
];
const GROUPS: &[&str] = &[
    "Authors",
    "Administrators",
    "Sensitive data",
    "Outer",
    "Inner",
    "Quiet",
    "g1",
    "g2",
];
const PEOPLE: &[&str] = &[
    "mem", "edie", "hana", "manu", "lena", "max", "lead", "cleo", "wide", "gus", "held", "n1",
    "n2", "ada",
];
const UNITS: &[&str] = &["Acme", "Sales", "Inside", "Works", "Globex", "Lab", "u1"];
const OPERATORS: &[&str] = &[
    "manu", "lead", "cleo", "wide", "max", "lead", "wide", "max", "ada",
];

/// More find more; many thousands were tried by hand.
const ROUNDS: u32 = 150;

async fn town(engine: Engine) -> Town {
    let town = Town::new(engine).await;
    add_small_powers(&town).await;
    a_role()
        .named("Purger")
        .allows("purge", "user", Level::Organization)
        .insert(&town)
        .await;
    a_role()
        .named("Blocked")
        .denies("*", "user")
        .insert(&town)
        .await;
    a_role()
        .named("Lab hand")
        .of("Globex")
        .allows("* ", "unit", Level::Organization)
        .insert(&town)
        .await;
    a_group()
        .named("Outer")
        .confers("Helpdesk")
        .insert(&town)
        .await;
    a_group()
        .named("Inner")
        .inside("Outer")
        .allows("export", "user", Level::Unit)
        .insert(&town)
        .await;
    a_group()
        .named("Quiet")
        .denies("purge", "user")
        .insert(&town)
        .await;
    a_user()
        .named("max")
        .with_role("Manager")
        .with_role("Lead")
        .insert(&town)
        .await;
    a_user()
        .named("lead")
        .with_role("Lead")
        .may_enter("Globex")
        .insert(&town)
        .await;
    a_user()
        .named("wide")
        .with_role("Wide")
        .may_enter("Globex")
        .insert(&town)
        .await;
    a_user()
        .named("cleo")
        .with_role("Clerk")
        .owned_by("Sales")
        .assigned_to("Sales")
        .insert(&town)
        .await;
    a_user()
        .named("held")
        .with_role("Purger")
        .with_role("Blocked")
        .in_group("Quiet")
        .insert(&town)
        .await;
    town
}

/// The roles of those who do things at random.
async fn add_small_powers(town: &Town) {
    let everything = "view create edit delete members";
    a_role()
        .named("Lead")
        .allows(
            "view edit create assign unlock",
            "user",
            Level::Organization,
        )
        .allows(everything, "group", Level::Organization)
        .allows(everything, "role", Level::Organization)
        .allows("view create edit delete", "unit", Level::Organization)
        .allows("view", "organization", Level::Organization)
        .allows("view", "job", Level::Own)
        .insert(town)
        .await;
    a_role()
        .named("Wide")
        .allows("view edit create assign", "user", Level::All)
        .allows(everything, "group", Level::All)
        .allows(everything, "role", Level::All)
        .allows("view create edit delete", "unit", Level::All)
        .allows("view create edit", "organization", Level::All)
        .allows("view", "job", Level::Own)
        .insert(town)
        .await;
    a_role()
        .named("Clerk")
        .allows("view edit create assign", "user", Level::Unit)
        .allows("view members", "group", Level::Organization)
        .allows("view members", "role", Level::Organization)
        .allows("view edit", "unit", Level::Organization)
        .allows("view", "organization", Level::Organization)
        .allows("view", "job", Level::Own)
        .insert(town)
        .await;
}

/// What somebody holds, by organization: all sources together, and what each of them gives if no other one denies it.
type Held = BTreeMap<(i64, bool), Vec<(Right, Level)>>;

async fn held(town: &Town) -> BTreeMap<String, Held> {
    let mut tx = town.db.read().await.unwrap();
    let people = Sql::new(
        "select u.id, u.username, o.id from users u join user_organizations m on m.user_id = u.id
         join organizations o on o.id = m.organization_id",
    )
    .all(&mut tx, |row| Ok((row.int()?, row.text()?, row.int()?)))
    .await
    .unwrap();
    let mut all: BTreeMap<String, Held> = BTreeMap::new();
    // Nobody gives what they don't hold of the managed application either.
    let catalogue = catalogue::load(&mut tx).await.unwrap();
    let privileged = |resource: &ManagedResource| ManagedResource {
        privileged: true,
        ..resource.clone()
    };
    let catalogue = Catalogue::new(catalogue.managed().iter().map(privileged).collect());
    for (user, username, organization) in people {
        let sources = access::sources(&mut tx, UserId(user), OrganizationId(organization))
            .await
            .unwrap();
        let alone = sources
            .iter()
            .flat_map(|source| power(std::slice::from_ref(source), &catalogue));
        let held = all.entry(username).or_default();
        held.insert((organization, true), power(&sources, &catalogue));
        held.insert((organization, false), alone.collect());
    }
    all
}

fn covers(mine: &[(Right, Level)], (right, wanted): (&Right, Level)) -> bool {
    mine.iter()
        .any(|(held, level)| held == right && *level >= wanted)
}

/// Compares what everybody held before and after a deed of one operator, and says what shouldn't be.
fn check(
    before: &BTreeMap<String, Held>,
    after: &BTreeMap<String, Held>,
    operator: &Session,
) -> std::result::Result<(), String> {
    let (here, deputy) = (operator.organization.0, &operator.username);
    let mine = &before[deputy][&(here, true)];
    let nothing = Held::new();
    for (name, now) in after {
        let then = before.get(name).unwrap_or(&nothing);
        for (&(organization, effective), rights) in now {
            let had = then
                .get(&(organization, effective))
                .map_or(&[][..], Vec::as_slice);
            for (right, level) in rights
                .iter()
                .filter(|(right, level)| !covers(had, (right, *level)))
            {
                // What counts in another organization is for those to give who hold it there, or everywhere.
                let (right, level) = (right, *level);
                let there = before[deputy].get(&(organization, true));
                let holds = there.is_some_and(|there| covers(there, (right, level)))
                    || (organization != here && covers(mine, (right, Level::All)))
                    || (organization == here && covers(mine, (right, level)));
                if name == deputy || !holds {
                    return Err(format!(
                        "{deputy} gave {name} {right} at {level:?} in {organization}"
                    ));
                }
            }
        }
    }
    for (name, then) in before.iter().filter(|(name, _)| *name != deputy) {
        let free = then.get(&(here, false)).map_or(&[][..], Vec::as_slice);
        if free
            .iter()
            .all(|(right, level)| covers(mine, (right, *level)))
        {
            continue;
        }
        let left = after.get(name).and_then(|held| held.get(&(here, true)));
        for (right, level) in &then[&(here, true)] {
            if !left.is_some_and(|left| covers(left, (right, *level))) {
                return Err(format!("{deputy} took {right} from the stronger {name}"));
            }
        }
    }
    Ok(())
}

fn texts(list: &[&str]) -> Vec<String> {
    list.iter().map(|&text| text.to_owned()).collect()
}

fn rules(dice: &mut Dice) -> ListChange {
    let mut list = Vec::new();
    if !dice.one_in(3) {
        list.extend(texts(&dice.some(ALLOWS, 5)));
    }
    if dice.one_in(2) {
        list.extend(texts(&dice.some(DENIES, 3)));
    }
    if dice.one_in(3) {
        ListChange::adding(list)
    } else {
        ListChange::to(list)
    }
}

fn one_of(dice: &mut Dice, names: &[&str]) -> RecordRef {
    RecordRef::from(*dice.pick(names))
}

fn person(dice: &mut Dice) -> Targets {
    Targets::Names(vec![(*dice.pick(PEOPLE)).to_owned()])
}

/// Some role, or for odd numbers some group, given or taken.
fn membership(dice: &mut Dice, number: usize) -> MemberChange {
    let holder = if number.is_multiple_of(2) {
        Holder::Role(one_of(dice, ROLES))
    } else {
        Holder::Group(one_of(dice, GROUPS))
    };
    let direction = *dice.pick(&[Direction::Add, Direction::Remove]);
    MemberChange { holder, direction }
}

/// Performs, and says yes as firmly as it is asked for.
async fn insist<A: Action>(
    town: &Town,
    session: &Session,
    mut act: impl FnMut(Consent) -> A,
) -> Result<()> {
    for number in 0..12 {
        let consent = Consent {
            reason: "a test".to_owned(),
            ..Consent::count(number)
        };
        match town.service.perform(session, act(consent)).await {
            Err(Error::NotConfirmed(_)) => {}
            Err(error) => return Err(error),
            Ok(_) => return Ok(()),
        }
    }
    Err(Error::NotConfirmed(
        "not even by the twelfth count".to_owned(),
    ))
}

/// Changes memberships, as far as the plan of it may.
async fn enlist(
    town: &Town,
    session: &Session,
    changes: &[MemberChange],
    targets: Targets,
) -> Result<()> {
    let plan = members::plan_members(town, session, changes, targets).await?;
    if plan.will_change == 0 {
        return Ok(());
    }
    let yes = ConfirmPlan {
        confirmation: Confirmation::Count(plan.will_change),
        ..confirm(plan.id)
    };
    town.service.perform(session, yes).await?;
    run_job(&town.service, session, plan.id, |_| {})
        .await
        .map(drop)
}

/// Does one thing at random; the text says what.
#[expect(
    clippy::too_many_lines,
    reason = "one arm a kind of deed, each of a few lines"
)]
async fn deed(town: &Town, session: &Session, dice: &mut Dice) -> (String, Result<()>) {
    let number = dice.below(14);
    let home = if dice.one_in(2) {
        Home::Here
    } else {
        Home::SystemWide
    };
    match number {
        0 => {
            let name = (*dice.pick(&["r1", "r2"])).to_owned();
            let draft = roles::RoleDraft {
                name,
                home,
                rules: rules(dice),
                ..roles::RoleDraft::default()
            };
            let what = format!("{draft:?}");
            (
                what,
                town.service
                    .perform(session, roles::CreateRole { draft })
                    .await
                    .map(drop),
            )
        }
        1 | 2 => {
            let changes = roles::RoleChanges {
                rules: rules(dice),
                ..roles::RoleChanges::default()
            };
            let update = roles::UpdateRole {
                role: one_of(dice, ROLES),
                version: None,
                changes,
                consent: Consent::default(),
            };
            (
                format!("{update:?}"),
                edited(&town.service, session, update).await.map(drop),
            )
        }
        3 => {
            let (role, to) = (
                one_of(dice, ROLES),
                dice.one_in(2).then(|| one_of(dice, ROLES)),
            );
            let act = |consent| roles::DeleteRole {
                role: role.clone(),
                move_holders_to: to.clone(),
                consent,
            };
            (
                format!("delete role {role:?} for {to:?}"),
                insist(town, session, act).await,
            )
        }
        4 | 5 | 9 | 10 => {
            let mut changes = vec![membership(dice, number)];
            // Two at once: one gives what the other takes.
            if dice.one_in(3) {
                changes.push(membership(dice, number + 1));
            }
            let targets = person(dice);
            (
                format!("{changes:?} {targets:?}"),
                enlist(town, session, &changes, targets).await,
            )
        }
        6 => {
            let name = (*dice.pick(&["g1", "g2"])).to_owned();
            let roles = texts(&dice.some(ROLES, 5));
            let draft = groups::GroupDraft {
                name,
                home,
                roles,
                rules: rules(dice),
                ..groups::GroupDraft::default()
            };
            let what = format!("{draft:?}");
            (
                what,
                town.service
                    .perform(session, groups::CreateGroup { draft })
                    .await
                    .map(drop),
            )
        }
        7 => {
            let changes = groups::GroupChanges {
                roles: if dice.one_in(2) {
                    ListChange::to(texts(&dice.some(ROLES, 5)))
                } else {
                    ListChange::default()
                },
                rules: rules(dice),
                ..groups::GroupChanges::default()
            };
            let update = groups::UpdateGroup {
                group: one_of(dice, GROUPS),
                version: None,
                changes,
                consent: Consent::default(),
            };
            (
                format!("{update:?}"),
                edited(&town.service, session, update).await.map(drop),
            )
        }
        8 => {
            let group = one_of(dice, GROUPS);
            let act = |consent| groups::DeleteGroup {
                group: group.clone(),
                consent,
            };
            (
                format!("delete group {group:?}"),
                insist(town, session, act).await,
            )
        }
        11 => {
            let changes = UserChanges {
                roles: dice.one_in(2).then(|| texts(&dice.some(ROLES, 4))),
                groups: dice.one_in(2).then(|| texts(&dice.some(GROUPS, 4))),
                organizations: dice
                    .one_in(3)
                    .then(|| texts(&dice.some(&["Acme", "Globex"], 2))),
                assigned_units: dice.one_in(3).then(|| texts(&dice.some(UNITS, 3))),
                unit: dice.one_in(4).then(|| (*dice.pick(UNITS)).to_owned()),
                ..UserChanges::default()
            };
            let user = UserRef::Name((*dice.pick(PEOPLE)).to_owned());
            let update = UpdateUser {
                user,
                version: None,
                changes,
                consent: Consent::default(),
            };
            (
                format!("{update:?}"),
                edited(&town.service, session, update).await.map(drop),
            )
        }
        12 => {
            let username = (*dice.pick(&["n1", "n2"])).to_owned();
            let draft = UserDraft {
                profile: Profile {
                    first_name: "New".to_owned(),
                    last_name: "Comer".to_owned(),
                    email: format!("{username}@acme.test"),
                    username,
                    ..Profile::default()
                },
                roles: texts(&dice.some(ROLES, 4)),
                groups: texts(&dice.some(GROUPS, 4)),
                organizations: texts(&dice.some(&["Acme", "Globex"], 2)),
                like: dice.one_in(3).then(|| (*dice.pick(PEOPLE)).to_owned()),
                ..UserDraft::default()
            };
            let what = format!("{draft:?}");
            let create = CreateUser {
                draft,
                password: None,
            };
            (what, town.service.perform(session, create).await.map(drop))
        }
        _ if dice.one_in(2) => {
            let changes = organizations::OrganizationChanges {
                enabled: Some(dice.one_in(2)),
                ..Default::default()
            };
            let update = organizations::UpdateOrganization {
                organization: RecordRef::from("Globex"),
                version: None,
                changes,
                consent: Consent::default(),
            };
            (
                format!("{update:?}"),
                edited(&town.service, session, update).await.map(drop),
            )
        }
        _ => {
            let changes = units::UnitChanges {
                parent: Some((*dice.pick(UNITS)).to_owned()),
                ..Default::default()
            };
            let update = units::UpdateUnit {
                unit: one_of(dice, UNITS),
                version: None,
                changes,
                consent: Consent::default(),
            };
            (
                format!("{update:?}"),
                town.service.perform(session, update).await.map(drop),
            )
        }
    }
}

#[rstest]
#[case::sqlite_1(Engine::Sqlite, 1)]
#[case::sqlite_2(Engine::Sqlite, 2)]
#[case::postgres_4(Engine::Postgres, 4)]
#[tokio::test]
async fn nobody_comes_to_hold_what_its_giver_did_not(#[case] engine: Engine, #[case] seed: u64) {
    let town = town(engine).await;
    let mut dice = Dice::new(seed);
    let (mut done, mut refused) = (0, 0);
    let mut before = held(&town).await;
    for round in 0..ROUNDS {
        let name = *dice.pick(OPERATORS);
        // Some lose their role on the way.
        let Ok(session) = town.try_sign_in(name, crate::support::town::PASSWORD).await else {
            continue;
        };
        let (what, result) = deed(&town, &session, &mut dice).await;
        let what = format!("{what}, seed {seed}, round {round}");
        match result {
            Ok(()) => done += 1,
            Err(Error::Store(_) | Error::Unexpected(_)) => panic!("{what}: {result:?}"),
            Err(_) => refused += 1,
        }
        let after = held(&town).await;
        if result.is_err() {
            assert!(before == after, "a refused deed changed something: {what}");
        }
        if let Err(wrong) = check(&before, &after, &session) {
            panic!("{wrong} by {what}");
        }
        before = after;
        let mut tx = town.db.read().await.unwrap();
        let left = user_states::effective_administrators(&mut tx, NOON)
            .await
            .unwrap();
        assert!(!left.is_empty(), "the last administrator is gone: {what}");
    }
    println!("{done} done, {refused} refused");
    assert!(done > 12 && refused > 50, "{done} done, {refused} refused");
    town.verify().await;
}

#[tokio::test]
async fn the_check_sees_what_it_forbids() {
    let town = town(Engine::Sqlite).await;
    let manu = town.sign_in("manu").await;
    let before = held(&town).await;
    let give = |name: &'static str, role: &'static str| {
        Sql::new(
            "insert into user_roles (user_id, role_id)
             select u.id, r.id from users u cross join roles r where u.username = $1 and r.name = $2",
        )
        .bind(name)
        .bind(role)
    };
    assert_eq!(check(&before, &before, &manu), Ok(()));
    town.execute(give("mem", "Manager")).await;
    let manager = held(&town).await;
    assert_eq!(check(&before, &manager, &manu), Ok(()));
    town.execute(give("mem", "Purger")).await;
    let said = check(&manager, &held(&town).await, &manu);
    assert!(said.unwrap_err().contains("gave mem user:purge"));
    let purger = held(&town).await;
    town.execute(Sql::new(
        "delete from user_roles where user_id = (select id from users where username = 'ada')",
    ))
    .await;
    let said = check(&purger, &held(&town).await, &manu);
    assert!(said.unwrap_err().contains("from the stronger ada"));
}

/// What is system-wide counts in every organization that its holder may enter.
#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn nobody_gives_in_another_organization_what_they_hold_here(#[case] engine: Engine) {
    let town = town(engine).await;
    a_group()
        .named("Managers")
        .confers("Manager")
        .insert(&town)
        .await;
    a_role()
        .named("Acme lead")
        .of("Acme")
        .allows("purge", "user", Level::Own)
        .insert(&town)
        .await;
    a_user()
        .named("both")
        .may_enter("Globex")
        .insert(&town)
        .await;
    let (max, ada) = (town.sign_in("max").await, town.sign_in("ada").await);
    let update = |name: &str, changes: UserChanges| UpdateUser {
        user: UserRef::Name(name.to_owned()),
        version: None,
        changes,
        consent: Consent::default(),
    };
    let roles_of = |names: &[&str]| UserChanges {
        roles: Some(texts(names)),
        ..UserChanges::default()
    };
    let groups_of = |names: &[&str]| UserChanges {
        groups: Some(texts(names)),
        ..UserChanges::default()
    };
    for changes in [roles_of(&["Manager"]), groups_of(&["Managers"])] {
        let said = rule(town.service.perform(&max, update("both", changes)).await);
        assert!(said.contains("in another organization too"), "{said}");
    }
    a_role()
        .named("Giver")
        .allows("view members", "role", Level::All)
        .allows("view members", "group", Level::All)
        .insert(&town)
        .await;
    a_user()
        .named("gina")
        .with_role("Giver")
        .with_role("Manager")
        .insert(&town)
        .await;
    let gina = town.sign_in("gina").await;
    let both = || Targets::Names(vec!["both".to_owned(), "mem".to_owned()]);
    for change in [
        members::role("Manager", Direction::Add),
        members::group("Managers", Direction::Add),
    ] {
        enlist(&town, &gina, &[change], both()).await.unwrap();
    }
    let held = "select count(*) from users u where u.username = 'both' and (
        exists (select 1 from user_roles m join roles r on r.id = m.role_id where m.user_id = u.id and r.name = 'Manager')
        or exists (select 1 from group_users m where m.user_id = u.id))";
    assert_eq!(town.int(Sql::new(held)).await, 0);
    let mem = "select count(*) from group_users m join users u on u.id = m.user_id where u.username = 'mem'";
    assert_eq!(
        town.int(Sql::new(mem)).await,
        1,
        "who works here alone is no matter"
    );
    // Ada holds it everywhere.
    let manager = update("both", roles_of(&["Manager"]));
    edited(&town.service, &ada, manager).await.unwrap();
    // To enter another organization is to begin to count there.
    a_role()
        .named("Doorman")
        .allows("view edit disable", "user", Level::All)
        .allows("view", "organization", Level::All)
        .insert(&town)
        .await;
    a_user()
        .named("dan")
        .with_role("Doorman")
        .with_role("Manager")
        .insert(&town)
        .await;
    a_user()
        .named("mia")
        .with_role("Manager")
        .insert(&town)
        .await;
    let dan = town.sign_in("dan").await;
    let enter = || UserChanges {
        organizations: Some(texts(&["Acme", "Globex"])),
        ..UserChanges::default()
    };
    let said = rule(town.service.perform(&dan, update("mia", enter())).await);
    assert!(said.contains("in Globex too"), "{said}");
    town.service
        .perform(&dan, update("lars", enter()))
        .await
        .unwrap();
    town.verify().await;
}
