//! Every filter, alone and joined at random, finds whom a reader of its words would find.

use crate::support::dice::Dice;
use crate::support::engine::Engine;
use crate::support::town::NOON;
use crate::support::world::{GROUPS, Person, ROLES, UNITS, World};
use rstest::rstest;
use std::collections::BTreeSet;
use wardroom::domain::status::{Kind, Status};
use wardroom::domain::{GroupId, OrganizationId, RoleId, Time, UnitId, UserId, text};
use wardroom::store::prepared::{self, Ids, Prepared};
use wardroom::store::sql::Sql;
use wardroom::store::user_filter::{
    Comparison, Condition, NumberColumn, Possession, RoleOrigin, TextColumn,
};
use wardroom::store::users::{self, UserSort};
use wardroom::store::{Page, Reach, Scope, Tx};

const COMPARISONS: [Comparison; 5] = [
    Comparison::Less,
    Comparison::LessOrEqual,
    Comparison::Equal,
    Comparison::GreaterOrEqual,
    Comparison::Greater,
];
const TEXT_COLUMNS: [TextColumn; 8] = [
    TextColumn::Username,
    TextColumn::Email,
    TextColumn::Name,
    TextColumn::Title,
    TextColumn::Department,
    TextColumn::Phone,
    TextColumn::EmployeeNumber,
    TextColumn::OtherEmail,
];
const NUMBER_COLUMNS: [NumberColumn; 5] = [
    NumberColumn::Failures,
    NumberColumn::LastSignIn,
    NumberColumn::Created,
    NumberColumn::Expires,
    NumberColumn::PasswordChanged,
];
const POSSESSIONS: [Possession; 14] = [
    Possession::Organization,
    Possession::Unit,
    Possession::Role,
    Possession::Group,
    Possession::Manager,
    Possession::SignIn,
    Possession::Expiry,
    Possession::Password,
    Possession::OtherEmail,
    Possession::Birthday,
    Possession::Text(TextColumn::Title),
    Possession::Text(TextColumn::Department),
    Possession::Text(TextColumn::Phone),
    Possession::Text(TextColumn::EmployeeNumber),
];
const NEEDLES: &[&str] = &[
    "a",
    "ad",
    "ada",
    "ÜR",
    "jurgen",
    "juergen",
    "müller",
    "mueller",
    "muller",
    "田",
    "田中",
    "山田",
    "%",
    "_",
    "\\",
    "\"",
    "'",
    "100%",
    "e_s",
    "k\\s",
    "lead",
    "50%",
    "ärztin",
    "école",
    "acme.test",
    "PRIVATE",
    "e-4",
    "é-",
    "555",
    "sales",
    "überbau",
    "jones",
    "doe ada",
    "ada doe",
    "nobody at all",
    "δέλτα",
    "x.1",
];

/// Whom a condition finds, worked out from what was put in.
fn holds(world: &World, person: &Person, condition: &Condition) -> bool {
    let user = &person.user;
    match condition {
        Condition::All => true,
        Condition::Nothing => false,
        Condition::Word(needle) => finds(&person.profile.search_text(), needle),
        Condition::Status(list) => list.contains(&user.state.status(NOON)),
        Condition::Kind(list) => list.contains(&user.kind),
        Condition::Organizations(list) => {
            list.contains(&OrganizationId(world.organization_of(person)))
        }
        Condition::Units(list) => {
            let mut units = vec![world.owner_unit(person)];
            units.extend(user.assigned.iter().map(|name| world.units[name].0));
            list.iter().any(|unit| units.contains(&unit.0))
        }
        Condition::Role { roles, origin } => {
            let mut held = world.direct_roles(person);
            if *origin == RoleOrigin::Any {
                held.extend(world.roles_through(&world.groups_of(person)));
            }
            roles.iter().any(|role| held.contains(&role.0))
        }
        Condition::RoleThrough(groups) => {
            let named = groups.iter().map(|group| group.0).collect();
            let through: BTreeSet<i64> = world
                .groups_of(person)
                .intersection(&named)
                .copied()
                .collect();
            !world.roles_through(&through).is_empty()
        }
        Condition::Groups(groups) => {
            let held = world.groups_of(person);
            groups.iter().any(|group| held.contains(&group.0))
        }
        Condition::Users(list) => list.contains(&UserId(person.id)),
        Condition::Text {
            column,
            text,
            whole,
        } => texts(person, *column)
            .iter()
            .any(|value| is_like(*column, value, text, *whole)),
        Condition::Without(possession) => !has(world, person, *possession),
        Condition::Managers(list) => user.manager.is_some_and(|manager| list.contains(&manager)),
        Condition::Compare(column, comparison, value) => {
            let (number, timed) = number(person, *column);
            (number > 0 || !timed) && compares(&number, *comparison, value)
        }
        Condition::Birthday(comparison, day) => {
            !user.birthday.is_empty() && compares(&user.birthday, *comparison, day)
        }
        Condition::Agent => user.agent,
        Condition::CannotSignIn => unreachable!("it is compared with the reasons themselves"),
        Condition::Privileged { roles, groups } => {
            let held = world.groups_of(person);
            let mut of_groups = world.roles_through(&held);
            of_groups.extend(world.direct_roles(person));
            roles.iter().any(|role| of_groups.contains(role))
                || groups.iter().any(|group| held.contains(group))
        }
        Condition::Not(inner) => !holds(world, person, inner),
        Condition::And(list) => list.iter().all(|one| holds(world, person, one)),
        Condition::Or(list) => list.iter().any(|one| holds(world, person, one)),
    }
}

fn finds(search_text: &str, word: &str) -> bool {
    let forms = text::search_forms(word);
    forms.iter().any(|form| search_text.contains(form.as_str()))
}

fn texts(person: &Person, column: TextColumn) -> Vec<String> {
    let profile = &person.profile;
    let one = match column {
        TextColumn::Username => &profile.username,
        TextColumn::Email => &profile.email,
        TextColumn::Title => &profile.title,
        TextColumn::Department => &profile.department,
        TextColumn::Phone => &profile.phone,
        TextColumn::EmployeeNumber => &profile.employee_number,
        TextColumn::OtherEmail => return person.user.other_emails.clone(),
        TextColumn::Name => {
            return vec![
                format!("{} {}", profile.first_name, profile.last_name),
                format!("{} {}", profile.last_name, profile.first_name),
            ];
        }
    };
    vec![one.clone()]
}

fn is_like(column: TextColumn, value: &str, wanted: &str, whole: bool) -> bool {
    let key = |text: &str| match column {
        TextColumn::Username | TextColumn::Email | TextColumn::OtherEmail => {
            text::canonical(text).unwrap()
        }
        _ => text::fold(text),
    };
    match (column, whole) {
        (_, true) => key(value) == key(wanted),
        (TextColumn::Name, false) => wanted.split(' ').all(|word| {
            let umlaut = |text: &str| {
                key(text)
                    .replace("ue", "u")
                    .replace("ae", "a")
                    .replace("oe", "o")
            };
            key(value).contains(&key(word)) || key(value).contains(&umlaut(word))
        }),
        (_, false) => key(value).contains(&key(wanted)),
    }
}

fn has(world: &World, person: &Person, possession: Possession) -> bool {
    let user = &person.user;
    match possession {
        Possession::Organization => !person.lone,
        Possession::Unit => !user.assigned.is_empty(),
        Possession::Role => {
            let mut roles = world.direct_roles(person);
            roles.extend(world.roles_through(&world.groups_of(person)));
            !roles.is_empty()
        }
        Possession::Group => !user.groups.is_empty(),
        Possession::Manager => user.manager.is_some(),
        Possession::SignIn => !user.state.last_sign_in_at.is_never(),
        Possession::Expiry => !user.state.expires_at.is_never(),
        Possession::Password => user.password,
        Possession::OtherEmail => !user.other_emails.is_empty(),
        Possession::Birthday => !user.birthday.is_empty(),
        Possession::Text(column) => !texts(person, column)[0].is_empty(),
    }
}

fn number(person: &Person, column: NumberColumn) -> (i64, bool) {
    let (user, state) = (&person.user, &person.user.state);
    match column {
        NumberColumn::Failures => (state.failures, false),
        NumberColumn::LastSignIn => (state.last_sign_in_at.0, true),
        NumberColumn::Created => (user.created_at.0, true),
        NumberColumn::Expires => (state.expires_at.0, true),
        NumberColumn::PasswordChanged if user.password => (user.created_at.0, true),
        NumberColumn::PasswordChanged => (0, true),
    }
}

fn compares<T: Ord>(left: &T, comparison: Comparison, right: &T) -> bool {
    match comparison {
        Comparison::Less => left < right,
        Comparison::LessOrEqual => left <= right,
        Comparison::Equal => left == right,
        Comparison::GreaterOrEqual => left >= right,
        Comparison::Greater => left > right,
    }
}

/// One of every kind, with values at random.
fn leaves(world: &World, dice: &mut Dice) -> Vec<Condition> {
    let roles = |dice: &mut Dice| {
        dice.some(ROLES, 2)
            .iter()
            .map(|name| RoleId(world.roles[*name]))
            .collect()
    };
    let groups = |dice: &mut Dice| {
        let names: Vec<&str> = GROUPS.iter().map(|group| group.0).collect();
        let chosen = dice.some(&names, 2);
        chosen
            .iter()
            .map(|name| GroupId(world.groups[*name]))
            .collect::<Vec<_>>()
    };
    let people = |dice: &mut Dice| {
        let ids: Vec<UserId> = world
            .people
            .iter()
            .map(|person| UserId(person.id))
            .collect();
        dice.some(&ids, 4)
    };
    let moments = [
        0,
        1,
        5,
        NOON.0,
        NOON.0 - 60_000_000,
        NOON.0 - 90_000_000,
        i64::MAX,
    ];
    let units = dice.some(UNITS, 2);
    let mut leaves = vec![
        Condition::All,
        Condition::Nothing,
        Condition::Word((*dice.pick(NEEDLES)).to_owned()),
        Condition::Status(dice.some(&Status::ALL, 3)),
        Condition::Kind(dice.some(&Kind::ALL, 2)),
        Condition::Organizations(
            world
                .organizations
                .values()
                .take(1)
                .map(|&id| OrganizationId(id))
                .collect(),
        ),
        Condition::Units(
            units
                .iter()
                .map(|name| UnitId(world.units[*name].0))
                .collect(),
        ),
        Condition::Role {
            roles: roles(dice),
            origin: RoleOrigin::Any,
        },
        Condition::Role {
            roles: roles(dice),
            origin: RoleOrigin::Direct,
        },
        Condition::RoleThrough(groups(dice)),
        Condition::Groups(groups(dice)),
        Condition::Users(people(dice)),
        Condition::Without(*dice.pick(&POSSESSIONS)),
        Condition::Managers(people(dice)),
        Condition::Compare(
            *dice.pick(&NUMBER_COLUMNS),
            *dice.pick(&COMPARISONS),
            *dice.pick(&moments),
        ),
        Condition::Birthday(
            *dice.pick(&COMPARISONS),
            (*dice.pick(&["1990-05-17", "2000-01-01"])).to_owned(),
        ),
        Condition::Agent,
        Condition::Privileged {
            roles: vec![world.roles["Administrator"], world.roles["Helpdesk"]],
            groups: groups(dice).iter().map(|group| group.0).collect(),
        },
    ];
    for whole in [false, true] {
        leaves.push(Condition::Text {
            column: *dice.pick(&TEXT_COLUMNS),
            text: (*dice.pick(NEEDLES)).to_owned(),
            whole,
        });
    }
    leaves
}

fn tree(world: &World, dice: &mut Dice, depth: usize) -> Condition {
    let number = 1 + dice.below(3);
    match dice.below(if depth == 0 { 1 } else { 4 }) {
        0 => {
            let leaves = leaves(world, dice);
            dice.pick(&leaves).clone()
        }
        1 => Condition::Not(Box::new(tree(world, dice, depth - 1))),
        2 => Condition::And((0..number).map(|_| tree(world, dice, depth - 1)).collect()),
        _ => Condition::Or((0..number).map(|_| tree(world, dice, depth - 1)).collect()),
    }
}

/// The ids that the condition finds, by every way there is: as chosen, sorted, walked and counted.
async fn found(tx: &mut Tx, scope: &Scope, condition: &Condition) -> BTreeSet<i64> {
    let chosen = prepared::prepare(tx, scope, condition, NOON).await.unwrap();
    let mut plain = scope.users();
    if !condition.names_deleted() {
        plain.push(" and s.deleted_at = 0");
    }
    plain
        .push(" and (")
        .push_sql(&condition.sql(NOON))
        .push(")");
    let everybody = Sql::new("select id from users").ints(tx).await.unwrap();
    let few = Prepared::new(plain.clone(), Some(Ids::of(everybody)));
    let many = Prepared::new(plain.clone(), None);
    let led = Prepared {
        driver: Some((
            Sql::new("select id from users union all select id from users where id > 3"),
            1,
        )),
        ..Prepared::new(plain, None)
    };
    let mut answers = Vec::new();
    for prepared in [&chosen, &few, &many, &led] {
        let lines = users::list(tx, prepared, UserSort::Username, false, &Page::First, 1_000).await;
        let ids: BTreeSet<i64> = lines
            .unwrap()
            .iter()
            .map(|line| line.state.user.0)
            .collect();
        answers.push(ids);
    }
    let by_status = users::list(tx, &chosen, UserSort::Status, false, &Page::First, 1_000).await;
    let ids: BTreeSet<i64> = by_status
        .unwrap()
        .iter()
        .map(|line| line.state.user.0)
        .collect();
    assert_eq!(answers[0], ids, "by name and by status: {condition:?}");
    assert_eq!(answers[1], answers[2], "sorted and walked: {condition:?}");
    assert_eq!(answers[1], answers[3], "sorted and led: {condition:?}");
    assert_eq!(answers[0], answers[1], "probed and plain: {condition:?}");
    for prepared in [&led, &many] {
        let exact = users::count(tx, prepared, None).await.unwrap();
        assert_eq!(exact, i64::try_from(answers[0].len()).unwrap());
    }
    let exact = users::count(tx, &chosen, None).await.unwrap();
    assert_eq!(exact, i64::try_from(answers[0].len()).unwrap());
    let capped = users::count(tx, &chosen, Some(3)).await.unwrap();
    assert_eq!(capped, exact.min(4), "a count stops one above its cap");
    answers.swap_remove(0)
}

fn expected(world: &World, scope: &Scope, condition: &Condition) -> BTreeSet<i64> {
    let people = world.people.iter().filter(|person| {
        let seen = person.user.state.deleted_at.is_never() || condition.names_deleted();
        seen && reaches(world, scope, person) && holds(world, person, condition)
    });
    people.map(|person| person.id).collect()
}

fn reaches(world: &World, scope: &Scope, person: &Person) -> bool {
    let here = world.organization_of(person) == scope.organization.0;
    let oneself = person.id == scope.operator.0;
    match &scope.reach {
        Reach::All => true,
        Reach::Organization => here,
        Reach::Units(units) => {
            here && (oneself || units.contains(&UnitId(world.owner_unit(person))))
        }
        Reach::Divisions(units) => {
            let above = &world.units[&person.user.unit].2;
            here && (oneself || above.iter().any(|id| units.contains(&UnitId(*id))))
        }
        Reach::Own => here && oneself,
    }
}

fn scopes(world: &World, dice: &mut Dice) -> Vec<Scope> {
    let operator = UserId(dice.pick(&world.people).id);
    let organization = OrganizationId(world.organizations["Acme"]);
    let units = vec![UnitId(world.units["Sales"].0), UnitId(world.units["Lab"].0)];
    [
        Reach::All,
        Reach::Organization,
        Reach::Units(units.clone()),
        Reach::Units(Vec::new()),
        Reach::Divisions(units),
        Reach::Own,
    ]
    .into_iter()
    .map(|reach| Scope {
        operator,
        organization,
        reach,
    })
    .collect()
}

#[rstest]
#[case::sqlite(Engine::Sqlite, 1)]
#[case::postgres(Engine::Postgres, 1)]
#[case::sqlite_again(Engine::Sqlite, 2)]
#[case::postgres_again(Engine::Postgres, 2)]
#[tokio::test]
async fn find_whom_their_words_say(#[case] engine: Engine, #[case] seed: u64) {
    let world = World::new(engine, seed, 120).await;
    let mut dice = Dice::new(seed + 100);
    let scopes = scopes(&world, &mut dice);
    let mut tx = world.town.db.read().await.unwrap();
    let mut hits = 0;
    for round in 0..180 {
        let scope = &scopes[dice.below(scopes.len()).min(dice.below(scopes.len()))];
        let conditions = if round % 9 == 0 {
            leaves(&world, &mut dice)
        } else {
            vec![tree(&world, &mut dice, 3)]
        };
        for condition in conditions {
            let found = found(&mut tx, scope, &condition).await;
            let expected = expected(&world, scope, &condition);
            assert_eq!(
                found, expected,
                "seed {seed}, round {round}: {condition:?} in {scope:?}"
            );
            hits += usize::from(!found.is_empty() && found.len() < world.people.len());
        }
    }
    assert!(hits > 100, "only {hits} filters told anybody from anybody");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn the_bin_is_out_of_sight_unless_it_is_named(#[case] engine: Engine) {
    let world = World::new(engine, 3, 60).await;
    let mut tx = world.town.db.read().await.unwrap();
    let deleted: BTreeSet<i64> = world
        .people
        .iter()
        .filter(|person| person.user.state.deleted_at != Time::NEVER)
        .map(|person| person.id)
        .collect();
    assert!(deleted.len() > 2);
    let one = UserId(*deleted.first().unwrap());
    let named = Condition::Users(vec![one]);
    let bin = Condition::Status(vec![Status::Deleted]);
    for (condition, sees) in [
        (Condition::All, 0),
        (Condition::Not(Box::new(named.clone())), 0),
        (Condition::Or(vec![named.clone(), Condition::Agent]), 0),
        (Condition::Or(vec![]), 0),
        (named.clone(), 1),
        (Condition::Or(vec![named.clone(), named.clone()]), 1),
        (Condition::And(vec![named.clone(), Condition::All]), 1),
        (bin.clone(), deleted.len()),
        (
            Condition::Or(vec![bin.clone(), Condition::Agent]),
            deleted.len(),
        ),
        (Condition::Not(Box::new(bin)), 0),
    ] {
        let found = found(&mut tx, &Scope::system(), &condition).await;
        assert_eq!(found.intersection(&deleted).count(), sees, "{condition:?}");
    }
}
