//! Pages by key: in every order and direction, together they are the whole list.

use crate::support::engine::Engine;
use crate::support::town::{NOON, Town};
use crate::support::world::{Person, World};
use rstest::rstest;
use wardroom::domain::permission::Level;
use wardroom::domain::{OrganizationId, UnitId, UserId, text};
use wardroom::store::prepared::{self, Ids, PROBE_MAX, Prepared};
use wardroom::store::sql::{Row, Sql, int};
use wardroom::store::user_filter::Condition;
use wardroom::store::users::{self, UserLine, UserSort};
use wardroom::store::{Page, Scope, Tx};

/// What a user is sorted by, as text that compares as the key does; ties are broken by id.
fn key(world: &World, person: &Person, sort: UserSort) -> (String, i64) {
    let (user, state) = (&person.user, &person.user.state);
    let number = |number: i64| format!("{number:020}");
    let key = match sort {
        UserSort::Username => text::canonical(&user.username).unwrap(),
        UserSort::Name => person.profile.name_key(),
        UserSort::Email => text::canonical(&person.profile.email).unwrap(),
        UserSort::Organization => {
            let id = world.organization_of(person);
            let name = world
                .organizations
                .iter()
                .find(|one| *one.1 == id)
                .unwrap()
                .0;
            text::canonical(name).unwrap()
        }
        UserSort::Status => number(rank(person)),
        UserSort::Failures => number(state.failures),
        UserSort::LastSignIn => number(state.last_sign_in_at.0),
        UserSort::Created => number(user.created_at.0),
    };
    (key, person.id)
}

/// The place of a status in every list; whether a lock or a date has run out is left to the reader.
fn rank(person: &Person) -> i64 {
    let state = &person.user.state;
    match state.authentication_status.as_str() {
        _ if !state.deleted_at.is_never() => 0,
        _ if !state.enabled => 1,
        "invited" => 2,
        _ if !state.locked_at.is_never() => 3,
        "password_reset" => 4,
        "expired" => 5,
        _ if state.last_sign_in_at.is_never() => 6,
        _ => 7,
    }
}

fn sorted(world: &World, sort: UserSort, descending: bool) -> Vec<i64> {
    let mut keys: Vec<(String, i64)> = world
        .people
        .iter()
        .map(|person| key(world, person, sort))
        .collect();
    keys.sort();
    if descending {
        keys.reverse();
    }
    keys.into_iter().map(|(_, id)| id).collect()
}

fn ids(lines: &[UserLine]) -> Vec<i64> {
    lines.iter().map(|line| line.state.user.0).collect()
}

async fn everybody(tx: &mut Tx, few: bool) -> Prepared {
    let mut condition = Scope::system().users();
    condition.push(" and (1 = 1)");
    let few = if few {
        let all = Sql::new("select id from users").ints(tx).await.unwrap();
        Some(Ids::of(all))
    } else {
        None
    };
    Prepared::new(condition, few)
}

/// All pages after another, from one end to the other.
async fn pages(
    tx: &mut Tx,
    prepared: &Prepared,
    sort: UserSort,
    descending: bool,
    limit: u32,
    backward: bool,
) -> Vec<i64> {
    let mut page = if backward { Page::Last } else { Page::First };
    let mut all = Vec::new();
    loop {
        let lines = users::list(tx, prepared, sort, descending, &page, limit)
            .await
            .unwrap();
        let next = if backward {
            lines.first()
        } else {
            lines.last()
        };
        let Some(next) = next else { return all };
        let cursor = next.cursor.clone();
        page = if backward {
            Page::Before(cursor)
        } else {
            Page::After(cursor)
        };
        if backward {
            all.splice(0..0, ids(&lines));
        } else {
            all.extend(ids(&lines));
        }
    }
}

#[rstest]
#[case::sqlite(Engine::Sqlite, 11)]
#[case::postgres(Engine::Postgres, 11)]
#[case::sqlite_again(Engine::Sqlite, 12)]
#[case::postgres_again(Engine::Postgres, 12)]
#[tokio::test]
async fn make_up_the_whole_list_in_order(#[case] engine: Engine, #[case] seed: u64) {
    let world = World::new(engine, seed, 70).await;
    let mut tx = world.town.db.read().await.unwrap();
    for &sort in UserSort::ALL {
        for (descending, few) in [(false, false), (false, true), (true, false), (true, true)] {
            let prepared = everybody(&mut tx, few).await;
            let wanted = sorted(&world, sort, descending);
            let what = format!("seed {seed}, {sort:?}, descending {descending}, few {few}");
            for limit in [1, 7, 1_000] {
                let forward = pages(&mut tx, &prepared, sort, descending, limit, false).await;
                assert_eq!(forward, wanted, "{what}, forward by {limit}");
                let backward = pages(&mut tx, &prepared, sort, descending, limit, true).await;
                assert_eq!(backward, wanted, "{what}, backward by {limit}");
            }
            let all = users::list(&mut tx, &prepared, sort, descending, &Page::First, 1_000).await;
            for (place, line) in all.unwrap().iter().enumerate().step_by(9) {
                let from = Page::From(line.cursor.clone());
                let lines = users::list(&mut tx, &prepared, sort, descending, &from, 5).await;
                let end = wanted.len().min(place + 5);
                assert_eq!(
                    ids(&lines.unwrap()),
                    wanted[place..end],
                    "{what}, from {place}"
                );
            }
        }
    }
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn go_on_where_their_row_was_after_it_is_gone(#[case] engine: Engine) {
    let world = World::new(engine, 13, 30).await;
    let mut tx = world.town.db.write().await.unwrap();
    let prepared = everybody(&mut tx, false).await;
    let first = users::list(&mut tx, &prepared, UserSort::Name, false, &Page::First, 10)
        .await
        .unwrap();
    let last = first.last().unwrap();
    wardroom::store::sql::Sql::new("delete from users where id = $1")
        .bind(last.state.user)
        .execute_one(&mut tx)
        .await
        .unwrap();
    let after = Page::After(last.cursor.clone());
    let second = users::list(&mut tx, &prepared, UserSort::Name, false, &after, 100)
        .await
        .unwrap();
    assert_eq!(ids(&second), sorted(&world, UserSort::Name, false)[10..]);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn few_matches_are_sorted_and_many_are_walked(#[case] engine: Engine) {
    let world = World::new(engine, 14, 40).await;
    let mut tx = world.town.db.read().await.unwrap();
    let all = Scope::system();
    for (condition, few) in [
        (Condition::All, false),
        (Condition::Agent, false),
        (Condition::Word("ada".to_owned()), true),
        (Condition::Word("ad".to_owned()), false),
        (
            Condition::Not(Box::new(Condition::Word("ada".to_owned()))),
            false,
        ),
    ] {
        let prepared = prepared::prepare(&mut tx, &all, &condition, NOON)
            .await
            .unwrap();
        assert_eq!(prepared.is_few(), few, "{condition:?}");
    }
    const { assert!(PROBE_MAX > 40) };
}

/// Whether the walk finds a page at a glance, goes on, or is given up for all candidates: the matches and their order are
/// those of a list of ids.
#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn however_far_apart_matches_lie_they_are_found_in_order(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    town.crowd(10_400).await;
    let mut tx = town.db.read().await.unwrap();
    let everybody = Sql::new("select id from users")
        .ints(&mut tx)
        .await
        .unwrap();
    for (ending, number) in [("7", 1_040), ("77", 104), ("777", 10)] {
        // Everybody whose number ends so, and two who come first or last whatever the order.
        let mut driver = Sql::new("select id from users where username like ");
        driver.push_value(format!("%{ending}"));
        driver.push(
            " union all select id from users where username like 'm%' or username like '%777'",
        );
        let mut condition =
            Sql::new("s.deleted_at = 0 and (u.username like 'm%' or u.username like ");
        condition.push_value(format!("crowd%{ending}")).push(")");
        let plain = Prepared::new(condition.clone(), None);
        let led = Prepared {
            driver: Some((driver.clone(), number)),
            ..plain.clone()
        };
        let unseen = Prepared {
            uncounted: vec![Sql::new("select id from users"), driver],
            ..plain.clone()
        };
        let listed = Prepared::new(condition, Some(Ids::of(everybody.clone())));
        for &sort in UserSort::ALL {
            for (descending, backward) in [(false, false), (true, false), (false, true)] {
                let wanted = pages(&mut tx, &listed, sort, descending, 60, backward).await;
                assert_eq!(i64::try_from(wanted.len()).unwrap(), number + 2);
                for prepared in [&plain, &led, &unseen] {
                    let found = pages(&mut tx, prepared, sort, descending, 60, backward).await;
                    assert_eq!(found, wanted, "{ending} {sort:?} {descending} {backward}");
                }
            }
        }
        for prepared in [&plain, &led, &unseen] {
            let counted = users::count(&mut tx, prepared, None).await.unwrap();
            assert_eq!(counted, number + 2);
        }
    }
}

/// Whether those in sight are walked to past all others, or are so few that they are sorted.
#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn whoever_sees_a_part_finds_it_in_order(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    town.crowd(10_400).await;
    for (unit, share, at_least) in [
        ("Works", 2, 4_000),
        ("Sales", 4, 2_100),
        ("Inside", 90, 100),
    ] {
        let mut belong =
            Sql::new("update users set owner_unit_id = (select id from units where name = ");
        belong.push_value(unit);
        belong.push("), organization_id = (select organization_id from units where name = ");
        belong
            .push_value(unit)
            .push(") where username like 'crowd%' and id % ");
        belong.push_value(share).push(" = 1");
        assert!(town.execute(belong).await >= at_least, "{unit}");
    }
    let mut tx = town.db.read().await.unwrap();
    for (unit, level) in [
        ("Works", Level::Unit),
        ("Sales", Level::Division),
        ("Inside", Level::Unit),
        ("Inside", Level::Division),
        ("Sales", Level::Organization),
    ] {
        let mut home = Sql::new("select id, organization_id from units where name = ");
        home.push_value(unit);
        let (unit, organization) = home
            .one(&mut tx, |row| Ok((row.int()?, row.int()?)))
            .await
            .unwrap();
        let (nobody, organization) = (UserId(0), OrganizationId(organization));
        let scope = Scope::new(nobody, organization, level, &[UnitId(unit)]);
        in_order_as_listed(&mut tx, &scope).await;
    }
}

/// As many as are just sorted, and whoever asks, who is in another unit.
#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn whoever_sees_just_so_few_finds_themselves_too(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    town.crowd(2_100).await;
    let mut belong = Sql::new(
        "update users set owner_unit_id = (select id from units where name = 'Works')
         where id in (select id from users where username like 'crowd%' order by id limit ",
    );
    belong.push_value(2_000).push(")");
    assert_eq!(town.execute(belong).await, 2_000);
    let mut tx = town.db.read().await.unwrap();
    let (unit, organization) =
        Sql::new("select id, organization_id from units where name = 'Works'")
            .one(&mut tx, |row| Ok((row.int()?, row.int()?)))
            .await
            .unwrap();
    let operator = Sql::new("select max(id) from users where username like 'crowd%'")
        .int(&mut tx)
        .await
        .unwrap();
    let (operator, organization) = (UserId(operator), OrganizationId(organization));
    let scope = Scope::new(operator, organization, Level::Unit, &[UnitId(unit)]);
    assert_eq!(in_order_as_listed(&mut tx, &scope).await, 2_001);
}

/// All pages of those in sight, in every order, are those of a list of their ids. Returns how many they are.
async fn in_order_as_listed(tx: &mut Tx, scope: &Scope) -> usize {
    let mut inside = Sql::new("select id from users u where ");
    inside.push_sql(&scope.users());
    let inside = inside.ints(tx).await.unwrap();
    let number = inside.len();
    let listed = Prepared::new(Sql::new("s.deleted_at = 0"), Some(Ids::of(inside)));
    let seen = prepared::prepare(tx, scope, &Condition::All, NOON)
        .await
        .unwrap();
    for &sort in UserSort::ALL {
        for (descending, backward) in [(false, false), (true, false), (false, true)] {
            let wanted = pages(tx, &listed, sort, descending, 2_000, backward).await;
            let found = pages(tx, &seen, sort, descending, 2_000, backward).await;
            assert!(
                found == wanted,
                "{scope:?} {sort:?} {descending} {backward}"
            );
        }
    }
    number
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_page_has_what_its_rows_have(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    let name = "say \"\\u0041\" 田中 {json:1} $2 \n";
    let mut named = Sql::new("update users set description = ");
    named.push_value(name).push(" where username = 'mem'");
    town.execute(named).await;
    let mut tx = town.db.read().await.unwrap();
    let sql = || {
        Sql::new(
            "select u.id, u.description, s.enabled, u.manager_id, n.description
             from users u join user_states s on s.user_id = u.id
             left join units n on n.id = u.owner_unit_id and u.username = 'mem'
             where u.id < $1 + 1 order by u.id",
        )
        .bind(i64::MAX - 1)
    };
    let read = |row: &mut Row<'_>| {
        Ok((
            row.int()?,
            row.text()?,
            row.boolean()?,
            row.optional_int()?,
            row.optional_text()?,
        ))
    };
    let rows = sql().all(&mut tx, read).await.unwrap();
    assert!(rows.iter().any(|row| row.1 == name));
    assert!(rows.iter().any(|row| row.4.is_some()) && rows.iter().any(|row| row.4.is_none()));
    assert_eq!(sql().page(&mut tx, 5, read).await.unwrap(), rows);
    // What it doesn't have is no zero.
    let null = Sql::new("select manager_id from users where manager_id is null limit 1");
    assert!(null.page(&mut tx, 1, int).await.is_err());
}
