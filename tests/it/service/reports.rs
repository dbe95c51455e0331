//! The reports about access, against worlds made by hand: who is mighty, who holds nothing, what nobody holds, and what
//! gives the same twice.

use crate::support::engine::Engine;
use crate::support::town::{NOON, Town, a_group, a_role, a_user};
use rstest::rstest;
use wardroom::domain::permission::Level;
use wardroom::service::reports::{
    Dominant, DominantAccounts, Duplicate, Duplicates, Lack, Powerless, PowerlessUsers, UnheldRole,
    UnheldRoles,
};
use wardroom::service::users::Page;
use wardroom::service::{Error, Session};
use wardroom::store::sql::Sql;

const LIMIT: u32 = 100;

/// Besides who lives in the town: people with power through groups, without it by a deny, and of other organizations.
async fn a_mighty_town(engine: Engine) -> Town {
    let town = Town::new(engine).await;
    a_group()
        .named("Service Desk")
        .confers("Helpdesk")
        .insert(&town)
        .await;
    a_group()
        .named("Night Shift")
        .inside("Service Desk")
        .insert(&town)
        .await;
    a_group()
        .named("Keepers")
        .allows("edit", "role", Level::Organization)
        .insert(&town)
        .await;
    a_role().named("Mute").denies("*", "*").insert(&town).await;
    a_role()
        .named("Boss")
        .of("Globex")
        .allows("*", "*", Level::All)
        .insert(&town)
        .await;
    let person = |name: &str| a_user().named(name);
    for user in [
        person("nora").in_group("Night Shift").with_role("Member"),
        person("olga").with_role("Administrator").disabled(),
        person("dead").with_role("Administrator").deleted(NOON),
        person("mona").with_role("Helpdesk").with_role("Mute"),
        person("kim")
            .in_group("Keepers")
            .with_role("Member")
            .owned_by("Sales"),
        person("bo").with_role("Boss").may_enter("Globex"),
        person("gero")
            .of("Globex")
            .with_role("Manager")
            .may_enter("Acme"),
        person("pia").with_role("Administrator").owned_by("Inside"),
    ] {
        user.insert(&town).await;
    }
    town
}

async fn dominant(town: &Town, asker: &Session) -> Vec<Dominant> {
    let ask = DominantAccounts {
        page: Page::First,
        limit: LIMIT,
    };
    let found = town.service.ask(asker, ask).await.unwrap();
    assert_eq!(found.count.number, i64::try_from(found.rows.len()).unwrap());
    assert!(!found.more_before && !found.more_after);
    found.rows
}

fn told(dominant: &[Dominant]) -> Vec<String> {
    let line = |one: &Dominant| {
        let because: Vec<String> = one.because.iter().map(ToString::to_string).collect();
        let can = if one.can_sign_in { "" } else { " can't" };
        format!(
            "{}{can} {}: {}",
            one.username,
            one.level.as_str(),
            because.join(", ")
        )
    };
    dominant.iter().map(line).collect()
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn the_mightiest_come_first_and_it_is_said_why(#[case] engine: Engine) {
    let town = a_mighty_town(engine).await;
    let ada = town.sign_in("ada").await;
    let found = dominant(&town, &ada).await;
    assert_eq!(
        told(&found),
        [
            "ada all: Administrator, group Sensitive data",
            "pia all: Administrator",
            "olga can't all: Administrator",
            "gero organization: Manager",
            "manu organization: Manager",
            "aude all: Auditor",
            "hana organization: Helpdesk",
            "nora organization: Helpdesk via Service Desk",
            "svc can't organization: Helpdesk",
            "kim organization: group Keepers",
        ]
    );
    let administrators: Vec<&str> = found
        .iter()
        .filter(|one| one.administrator)
        .map(|one| one.username.as_str())
        .collect();
    assert_eq!(administrators, ["ada", "pia"]);
    // What is no right at all, such as to unlock the audit, isn't counted.
    let by_name = |name: &str| found.iter().find(|one| one.username == name).unwrap();
    assert_eq!(by_name("kim").rights, 1);
    assert_eq!(by_name("hana").rights, 9);
    assert_eq!(by_name("ada").last_sign_in, NOON);
    assert!(by_name("manu").last_sign_in.is_never());
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn who_sees_less_is_told_of_less(#[case] engine: Engine) {
    let town = a_mighty_town(engine).await;
    let manu = town.sign_in("manu").await;
    let seen = told(&dominant(&town, &manu).await);
    assert!(
        !seen.iter().any(|line| line.starts_with("gero")),
        "{seen:?}"
    );
    assert_eq!(seen.len(), 9);
    a_role()
        .named("Porter")
        .allows("view", "user", Level::Unit)
        .insert(&town)
        .await;
    a_user()
        .named("port")
        .with_role("Porter")
        .owned_by("Sales")
        .assigned_to("Sales")
        .insert(&town)
        .await;
    let port = town.sign_in("port").await;
    assert_eq!(
        told(&dominant(&town, &port).await),
        ["kim organization: group •••", "port unit: •••"]
    );
    // Neither the roles nor who holds nothing are theirs to ask about.
    let denied = town.service.ask(&port, UnheldRoles { limit: LIMIT }).await;
    assert!(matches!(denied, Err(Error::Denied { .. })));
    let denied = town.service.ask(&port, Duplicates { limit: LIMIT }).await;
    assert!(matches!(denied, Err(Error::Denied { .. })));
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn power_is_that_of_the_organization_worked_in(#[case] engine: Engine) {
    let town = a_mighty_town(engine).await;
    let gail = town.sign_in("gail").await;
    assert_eq!(
        told(&dominant(&town, &gail).await),
        ["gero organization: Manager", "gail organization: Helpdesk"]
    );
    a_user()
        .named("otto")
        .with_role("Administrator")
        .may_enter("Globex")
        .insert(&town)
        .await;
    let otto = town.sign_in_to("otto", "Globex").await;
    assert_eq!(
        told(&dominant(&town, &otto).await),
        [
            "otto all: Administrator",
            "bo all: Boss",
            "gero organization: Manager",
            "gail organization: Helpdesk",
        ]
    );
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn the_mighty_come_in_pages_from_either_end(#[case] engine: Engine) {
    let town = a_mighty_town(engine).await;
    let ada = town.sign_in("ada").await;
    let whole: Vec<String> = names(&dominant(&town, &ada).await);
    let ask = |page| DominantAccounts { page, limit: 3 };
    let (mut forward, mut page) = (Vec::new(), Page::First);
    loop {
        let found = town.service.ask(&ada, ask(page)).await.unwrap();
        assert_eq!(found.more_before, !forward.is_empty());
        forward.extend(names(&found.rows));
        match found.rows.last() {
            Some(last) if found.more_after => page = Page::After(last.cursor.clone()),
            _ => break,
        }
    }
    assert_eq!(forward, whole);
    let (mut backward, mut page) = (Vec::new(), Page::Last);
    loop {
        let found = town.service.ask(&ada, ask(page)).await.unwrap();
        backward.splice(..0, names(&found.rows));
        match found.rows.first() {
            Some(first) if found.more_before => page = Page::Before(first.cursor.clone()),
            _ => break,
        }
    }
    assert_eq!(backward, whole);
    let found = town.service.ask(&ada, ask(Page::First)).await.unwrap();
    let from = Page::From(found.rows[1].cursor.clone());
    let again = town.service.ask(&ada, ask(from)).await.unwrap();
    assert_eq!(names(&again.rows), whole[1..4]);
}

fn names(dominant: &[Dominant]) -> Vec<String> {
    dominant.iter().map(|one| one.username.clone()).collect()
}

async fn unheld(town: &Town, asker: &Session) -> Vec<UnheldRole> {
    let ask = UnheldRoles { limit: LIMIT };
    let found = town.service.ask(asker, ask).await.unwrap();
    assert!(!found.more);
    found.rows
}

fn with_groups(roles: &[UnheldRole]) -> Vec<String> {
    let line = |role: &UnheldRole| format!("{}: {}", role.name, role.groups.join(", "));
    roles.iter().map(line).collect()
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn roles_that_nobody_holds(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    for name in ["Spare", "Ghost", "Nightly", "Deep", "Tail", "Abroad"] {
        a_role().named(name).insert(&town).await;
    }
    a_role().named("Theirs").of("Globex").insert(&town).await;
    a_role().named("Ours").of("Acme").insert(&town).await;
    for (group, role) in [("Empty", "Nightly"), ("Outer", "Deep"), ("Leavers", "Tail")] {
        a_group().named(group).confers(role).insert(&town).await;
    }
    a_group()
        .named("Crew")
        .of("Acme")
        .confers("Nightly")
        .confers("Spare")
        .insert(&town)
        .await;
    a_group().named("Inner").inside("Outer").insert(&town).await;
    let person = |name: &str| a_user().named(name);
    for user in [
        person("gone").with_role("Ghost").deleted(NOON),
        person("deep").in_group("Inner"),
        person("tail").in_group("Leavers").deleted(NOON),
        // A disabled one holds it still, and has it back with the account.
        person("off").with_role("Ours").disabled(),
        person("gabe").of("Globex").with_role("Abroad"),
    ] {
        user.insert(&town).await;
    }
    let ada = town.sign_in("ada").await;
    assert_eq!(
        with_groups(&unheld(&town, &ada).await),
        [
            "Ghost: ",
            "Nightly: Acme/Crew, Empty",
            "Spare: Acme/Crew",
            "Tail: Leavers"
        ]
    );
    // Who is out of sight holds nothing that can be seen.
    let manu = town.sign_in("manu").await;
    assert_eq!(unheld(&town, &manu).await[0].name, "Abroad");
    a_role()
        .named("Reader")
        .allows("view", "role", Level::All)
        .allows("view", "user", Level::All)
        .insert(&town)
        .await;
    a_user()
        .named("rita")
        .with_role("Reader")
        .insert(&town)
        .await;
    let rita = town.sign_in("rita").await;
    assert_eq!(with_groups(&unheld(&town, &rita).await)[1], "Nightly: •••");
    let first = UnheldRoles { limit: 1 };
    let found = town.service.ask(&ada, first).await.unwrap();
    assert!(found.more);
    assert_eq!(found.rows.len(), 1);
}

async fn powerless(town: &Town, asker: &Session) -> Vec<Powerless> {
    let ask = PowerlessUsers {
        page: Page::First,
        limit: LIMIT,
    };
    let found = town.service.ask(asker, ask).await.unwrap();
    assert_eq!(found.count.number, i64::try_from(found.rows.len()).unwrap());
    found.rows
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn users_who_can_do_nothing(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    a_role()
        .named("Theirs")
        .of("Globex")
        .allows("view", "user", Level::Own)
        .insert(&town)
        .await;
    a_group()
        .named("Visitors")
        .of("Globex")
        .confers("Member")
        .insert(&town)
        .await;
    a_group()
        .named("Outer")
        .confers("Member")
        .insert(&town)
        .await;
    a_group().named("Inner").inside("Outer").insert(&town).await;
    a_group().named("Friends").insert(&town).await;
    a_role().named("Hollow").insert(&town).await;
    a_role().named("Mute").denies("*", "*").insert(&town).await;
    a_group()
        .named("Outer readers")
        .allows("view", "catalog.product", Level::Own)
        .insert(&town)
        .await;
    a_group()
        .named("Readers")
        .inside("Outer readers")
        .insert(&town)
        .await;
    a_group()
        .named("Readers abroad")
        .of("Globex")
        .allows("view", "catalog.product", Level::Own)
        .insert(&town)
        .await;
    a_group().named("Writers").insert(&town).await;
    let person = |name: &str| a_user().named(name);
    let hollow = |name: &str| a_user().named(name).with_role("Hollow");
    for user in [
        hollow("hollow").with_role("Mute"),
        hollow("reader").in_group("Readers"),
        hollow("visiting").in_group("Readers abroad"),
        hollow("welcome")
            .in_group("Readers abroad")
            .may_enter("Globex"),
        hollow("writer").in_group("Writers"),
        hollow("muzzled"),
        hollow("entered"),
        person("roleless").without_roles().in_group("Readers"),
        person("bare").without_roles(),
        person("friend").in_group("Friends").disabled(),
        person("far").with_role("Theirs"),
        person("visitor").in_group("Visitors"),
        person("nested").in_group("Inner"),
        person("nowhere"),
        person("lost").without_roles(),
        person("binned").without_roles().deleted(NOON),
        person("abroad").with_role("Theirs").may_enter("Globex"),
        person("gregor").of("Globex").without_roles(),
        person("inside").owned_by("Inside").without_roles(),
    ] {
        user.insert(&town).await;
    }
    let entries = "insert into granular_entries (user_id, group_id, tree, actions)
        select id, null, 'content', case username when 'entered' then 'view' else '' end
        from users where username in ('muzzled', 'entered')
        union all
        select null, id, 'content', 'view' from groups where name = 'Writers'";
    assert_eq!(town.execute(Sql::new(entries)).await, 3);
    for name in ["nowhere", "lost"] {
        let leave = "delete from user_organizations where user_id = $1";
        town.execute(Sql::new(leave).bind(town.id(name).await))
            .await;
    }
    let ada = town.sign_in("ada").await;
    let told = |found: &[Powerless]| -> Vec<(String, Vec<Lack>)> {
        let line = |one: &Powerless| (one.username.clone(), one.lacks.clone());
        found.iter().map(line).collect()
    };
    let expected: Vec<(String, Vec<Lack>)> = [
        ("bare", vec![Lack::Role]),
        ("far", vec![Lack::RoleThatCounts]),
        ("friend", vec![Lack::Role]),
        ("hollow", vec![Lack::Right]),
        ("inside", vec![Lack::Role]),
        ("lost", vec![Lack::Organization, Lack::Role]),
        ("muzzled", vec![Lack::Right]),
        ("nowhere", vec![Lack::Organization]),
        ("roleless", vec![Lack::Role]),
        ("visiting", vec![Lack::Right]),
        ("visitor", vec![Lack::RoleThatCounts]),
    ]
    .map(|(name, lacks)| (name.to_owned(), lacks))
    .to_vec();
    assert_eq!(told(&powerless(&town, &ada).await), expected);
    a_role()
        .named("Porter")
        .allows("view", "user", Level::Division)
        .insert(&town)
        .await;
    a_user()
        .named("port")
        .with_role("Porter")
        .assigned_to("Sales")
        .insert(&town)
        .await;
    let port = town.sign_in("port").await;
    assert_eq!(told(&powerless(&town, &port).await), [expected[4].clone()]);
    // Where the other organization is closed, what counts there counts no more.
    town.execute(Sql::new(
        "update organizations set enabled = false where name = 'Globex'",
    ))
    .await;
    let closed = powerless(&town, &ada).await;
    assert!(closed.iter().any(|one| one.username == "abroad"));
    let last = PowerlessUsers {
        page: Page::Last,
        limit: 2,
    };
    let found = town.service.ask(&ada, last).await.unwrap();
    assert!(found.more_before);
    assert_eq!(found.rows[1].username, "welcome");
}

/// Lines `set kind name people: what it gives`.
async fn duplicates(town: &Town, asker: &Session) -> Vec<String> {
    let ask = Duplicates { limit: LIMIT };
    let found = town.service.ask(asker, ask).await.unwrap();
    let line = |one: &Duplicate| {
        format!(
            "{} {} {} {}: {}",
            one.set,
            one.kind.as_str(),
            one.name,
            one.people,
            one.gives.join("; ")
        )
    };
    found.rows.iter().map(line).collect()
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn what_gives_the_same_stands_in_one_set(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    let here = Level::Organization;
    let clerk = |name: &str| a_role().named(name).allows("view edit", "user", here);
    clerk("Clerk").insert(&town).await;
    a_role()
        .named("Clark")
        .of("Acme")
        .allows("edit", "user", here)
        .allows("view", "user", Level::Own)
        .allows("view", "user", here)
        .insert(&town)
        .await;
    clerk("Clerk of Globex").of("Globex").insert(&town).await;
    clerk("Careful clerk")
        .denies("delete", "user")
        .insert(&town)
        .await;
    let group = |name: &str| a_group().named(name);
    group("Office").confers("Clerk").insert(&town).await;
    group("Bureau")
        .allows("edit", "user", here)
        .allows("view", "user", here)
        .insert(&town)
        .await;
    group("Desk two").inside("Office").insert(&town).await;
    // These give more, less, elsewhere, or nothing.
    group("Careful")
        .confers("Careful clerk")
        .insert(&town)
        .await;
    group("Both")
        .confers("Clerk")
        .confers("Editor")
        .inside("Office")
        .insert(&town)
        .await;
    group("Theirs")
        .of("Globex")
        .confers("Clerk")
        .insert(&town)
        .await;
    group("Friends").insert(&town).await;
    group("Family").insert(&town).await;
    group("Starters").confers("Clerk").insert(&town).await;
    town.execute(Sql::new(
        "insert into start_nodes (group_id, tree) select id, 'content' from groups where name = 'Starters'",
    ))
    .await;
    a_user()
        .named("bea")
        .with_role("Clark")
        .in_group("Bureau")
        .insert(&town)
        .await;
    let ada = town.sign_in("ada").await;
    let gives = "allow edit,view on user at organization";
    assert_eq!(
        duplicates(&town, &ada).await,
        [
            format!("1 role Clark 1: {gives}"),
            format!("1 role Clerk 0: {gives}"),
            format!("2 group Bureau 1: {gives}"),
            format!("2 group Desk two 0: {gives}"),
            format!("2 group Office 0: {gives}"),
        ]
    );
    let first = Duplicates { limit: 3 };
    let found = town.service.ask(&ada, first).await.unwrap();
    assert!(found.more);
    assert_eq!(found.rows.len(), 2);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn of_groups_out_of_sight_nothing_is_said(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    a_role()
        .named("Librarian")
        .allows("view", "role", Level::Organization)
        .allows("view", "group", Level::Unit)
        .insert(&town)
        .await;
    a_user()
        .named("lib")
        .with_role("Librarian")
        .assigned_to("Sales")
        .insert(&town)
        .await;
    let group = |name: &str| a_group().named(name).of("Acme");
    group("Above").confers("Editor").insert(&town).await;
    group("One").inside("Above").insert(&town).await;
    group("Two").inside("Above").insert(&town).await;
    town.execute(Sql::new(
        "update groups set owner_unit_id = (select id from units where name = 'Sales')
         where name in ('One', 'Two')",
    ))
    .await;
    let lib = town.sign_in("lib").await;
    assert_eq!(
        duplicates(&town, &lib).await,
        ["1 group One 0: •••", "1 group Two 0: •••"]
    );
    let ada = town.sign_in("ada").await;
    assert_eq!(duplicates(&town, &ada).await.len(), 4);
}
