//! Substring search: short and long words, wildcards that mean themselves, umlauts, other scripts.

use crate::support::engine::Engine;
use crate::support::town::{NOON, Town, UserBuilder, a_user};
use rstest::rstest;
use wardroom::domain::{OrganizationId, UserId};
use wardroom::store::prepared;
use wardroom::store::sql::Sql;
use wardroom::store::user_filter::Condition;
use wardroom::store::users::{self, UserSort};
use wardroom::store::{Page, Reach, Scope};

const PEOPLE: &[(&str, &str, &str)] = &[
    ("j.mueller", "Jürgen", "Müller"),
    ("muller", "Jean", "Muller"),
    ("k.tanaka", "恵", "田中"),
    ("i.petrova", "Ирина", "Петрова"),
    ("percent", "100% sure", "Doe"),
    ("under", "a_b", "Doe"),
    ("axb", "axb", "Doe"),
    ("slash", "a\\b", "Doe"),
    ("quote", "Ann \"Q\" O'Hara", "Doe"),
    ("strasse", "Groß", "Weißstraße"),
    ("ostrom", "Åsa", "Øye"),
];

async fn crowd(engine: Engine) -> Town {
    let town = Town::new(engine).await;
    town.execute(Sql::new("delete from users")).await;
    let mut tx = town.db.write().await.unwrap();
    for &(username, first_name, last_name) in PEOPLE {
        let user = UserBuilder {
            first_name: first_name.to_owned(),
            last_name: last_name.to_owned(),
            other_emails: vec![format!("{username}@hidden.example")],
            ..a_user().named(username)
        };
        user.insert_in(&mut tx).await;
    }
    tx.commit().await.unwrap();
    town
}

async fn search(town: &Town, words: &str) -> Vec<String> {
    search_in(town, &Scope::system(), words).await
}

async fn search_in(town: &Town, scope: &Scope, words: &str) -> Vec<String> {
    let words = words
        .split(' ')
        .map(|word| Condition::Word(word.to_owned()));
    let condition = Condition::And(words.collect());
    let mut tx = town.db.read().await.unwrap();
    let prepared = prepared::prepare(&mut tx, scope, &condition, NOON)
        .await
        .unwrap();
    let lines = users::list(
        &mut tx,
        &prepared,
        UserSort::Username,
        false,
        &Page::First,
        50,
    )
    .await;
    lines
        .unwrap()
        .into_iter()
        .map(|line| line.username)
        .collect()
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn finds_parts_of_names_in_any_script(#[case] engine: Engine) {
    let town = crowd(engine).await;
    for (words, found) in [
        (
            "ü",
            &["j.mueller", "muller", "percent", "quote", "under"][..],
        ),
        ("mü", &["j.mueller", "muller"]),
        ("mue", &["j.mueller"]),
        ("mul", &["j.mueller", "muller"]),
        ("müller", &["j.mueller", "muller"]),
        ("MUELLER", &["j.mueller"]),
        ("jürgen müller", &["j.mueller"]),
        ("müller jür", &["j.mueller"]),
        ("田", &["k.tanaka"]),
        ("田中", &["k.tanaka"]),
        ("恵", &["k.tanaka"]),
        ("恵 田中", &["k.tanaka"]),
        ("中田", &[]),
        ("петр", &["i.petrova"]),
        ("ПЕТР ирина", &["i.petrova"]),
        ("strass", &["strasse"]),
        ("straße", &["strasse"]),
        ("oye", &["ostrom"]),
        ("øye", &["ostrom"]),
        ("oeye", &["ostrom"]),
        ("aasa", &["ostrom"]),
        ("acme.test xyz", &[]),
        ("tanaka@", &["k.tanaka"]),
    ] {
        assert_eq!(search(&town, words).await, found, "{words}");
    }
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn wildcards_and_quotes_mean_themselves(#[case] engine: Engine) {
    let town = crowd(engine).await;
    for (words, found) in [
        ("%", &["percent"][..]),
        ("0%", &["percent"]),
        ("100%", &["percent"]),
        ("100", &["percent"]),
        ("1%0", &[]),
        ("_", &["under"]),
        ("a_b", &["under"]),
        ("a_", &["under"]),
        ("\\", &["slash"]),
        ("a\\b", &["slash"]),
        ("\\\\", &[]),
        ("\"", &["quote"]),
        ("\"q\"", &["quote"]),
        ("o'h", &["quote"]),
        ("o'hara", &["quote"]),
        ("a*b", &[]),
        ("axb OR", &[]),
        ("a\0b", &[]),
    ] {
        assert_eq!(search(&town, words).await, found, "{words:?}");
    }
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn tells_nothing_of_other_addresses(#[case] engine: Engine) {
    let town = crowd(engine).await;
    assert_eq!(search(&town, "hidden").await, [""; 0]);
    assert_eq!(search(&town, "acme.test").await.len(), PEOPLE.len());
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn follows_a_name_that_changes_and_goes(#[case] engine: Engine) {
    let town = crowd(engine).await;
    let rename = "update users set search_text = 'renamed' where username = 'k.tanaka'";
    town.execute(Sql::new(rename)).await;
    assert_eq!(search(&town, "renamed").await, ["k.tanaka"]);
    assert_eq!(search(&town, "tanaka").await, [""; 0]);
    town.execute(Sql::new(
        "update users set title = 'x' where username = 'k.tanaka'",
    ))
    .await;
    assert_eq!(search(&town, "renamed").await, ["k.tanaka"]);
    town.execute(Sql::new("delete from users where username = 'k.tanaka'"))
        .await;
    assert_eq!(search(&town, "renamed").await, [""; 0]);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn follows_whoever_moves_to_another_organization(#[case] engine: Engine) {
    let town = crowd(engine).await;
    // Beyond the first of the two digits that mark an organization in SQLite's index.
    let beyond = match engine {
        Engine::Sqlite => "update sqlite_sequence set seq = 40000122 where name = 'organizations'",
        Engine::Postgres => "alter table organizations alter id restart with 40000123",
    };
    for sql in [
        beyond,
        "insert into organizations (name, name_key, created_at, updated_at) values ('Far', 'far', 1, 1)",
        "insert into units (organization_id, name, name_key, created_at, updated_at)
         values (40000123, 'Far', 'far', 1, 1)",
        "update users set organization_id = 40000123, owner_unit_id = (select max(id) from units)
         where username = 'k.tanaka'",
    ] {
        town.execute(Sql::new(sql)).await;
    }
    let home = Sql::new("select min(organization_id) from users");
    let (home, far) = (town.int(home).await, 40_000_123);
    let within = |organization| Scope {
        operator: UserId(0),
        organization: OrganizationId(organization),
        reach: Reach::Organization,
    };
    for (words, here, there) in [
        ("tanaka", &[][..], &["k.tanaka"][..]),
        ("田", &[], &["k.tanaka"]),
        ("müller", &["j.mueller", "muller"], &[]),
    ] {
        assert_eq!(search_in(&town, &within(home), words).await, here);
        assert_eq!(search_in(&town, &within(far), words).await, there);
    }
}
