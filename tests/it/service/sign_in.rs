//! The door without a session: its order, its words, its counting, its lock.

use crate::support::engine::Engine;
use crate::support::town::{NOON, PASSWORD, Town, WRONG, a_role, a_user, attempt, policy};
use rstest::rstest;
use wardroom::domain::Time;
use wardroom::service::jobs::Operation;
use wardroom::service::{Error, Policy, Secret, SignIn};
use wardroom::store::sql::Sql;

const MINUTE: i64 = 60;

/// The outcomes recorded for a user, oldest first.
pub async fn outcomes(town: &Town, username: &str) -> Vec<String> {
    let id = town.id(username).await;
    let sql = Sql::new("select outcome from sign_in_attempts where user_id = $1 order by id");
    town.texts(sql.bind(id)).await
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn takes_a_username_or_an_address_in_any_case(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    for name in [
        "hana",
        "HANA",
        " Hana ",
        "hana@acme.test",
        "HANA@Acme.Test",
        "ｈａｎａ",
    ] {
        let session = town.try_sign_in(name, PASSWORD).await.unwrap();
        assert_eq!(session.username, "hana", "{name}");
        assert_eq!(session.organization_name, "Acme");
    }
    assert_eq!(town.state("hana").await.sign_in_count, 6);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn refuses_everybody_in_the_same_words(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    let bare = a_user().named("bare").without_roles();
    bare.insert(&town).await;
    a_user().named("lone").insert(&town).await;
    let lone = town.id("lone").await;
    let leave = Sql::new("delete from user_organizations where user_id = $1");
    town.execute(leave.bind(lone)).await;
    let refused = Error::SignInRefused.to_string();
    let right = [
        "lars", "lena", "dora", "dell", "inva", "rese", "exun", "svc", "bare", "lone", "nobody",
        "", "a\0b", "%",
    ];
    for name in right {
        let error = town.try_sign_in(name, PASSWORD).await.unwrap_err();
        assert_eq!(error.to_string(), refused, "{name:?}");
    }
    for name in ["hana", "lars", "dora", "svc", "nobody", "a\0b"] {
        for password in [WRONG, "", "a\0b"] {
            let error = town.try_sign_in(name, password).await.unwrap_err();
            assert_eq!(error.to_string(), refused, "{name:?}");
        }
    }
    let elsewhere = SignIn {
        organization: Some("Globex".to_owned()),
        ..attempt("hana", PASSWORD)
    };
    let error = town.service.sign_in(elsewhere).await.unwrap_err();
    assert_eq!(error.to_string(), refused);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn records_every_attempt_with_its_origin(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    let bare = a_user().named("bare").without_roles();
    bare.insert(&town).await;
    for (name, password, outcome) in [
        ("hana", PASSWORD, "success"),
        ("hana", WRONG, "wrong_password"),
        ("lars", PASSWORD, "status"),
        ("lars", WRONG, "locked"),
        ("dora", PASSWORD, "status"),
        ("svc", PASSWORD, "service_account"),
        ("bare", PASSWORD, "no_role"),
    ] {
        // What comes out is told by the other tests.
        let _ = town.try_sign_in(name, password).await;
        let last = outcomes(&town, name).await.pop();
        assert_eq!(last.as_deref(), Some(outcome), "{name} {password}");
    }
    let elsewhere = SignIn {
        organization: Some("Globex".to_owned()),
        ..attempt("manu", PASSWORD)
    };
    town.service.sign_in(elsewhere).await.unwrap_err();
    assert_eq!(outcomes(&town, "manu").await, ["no_organization"]);
    assert_eq!(town.state("manu").await.sign_in_count, 0);
    let origin = Sql::new(
        "select application || ' ' || client_address || ' ' || agent from sign_in_attempts
         where outcome = 'success'",
    );
    assert_eq!(town.texts(origin).await, ["test 203.0.113.7 tester"]);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn keeps_no_unknown_name_for_it_may_be_a_password(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    let typed = "correct horse battery";
    town.try_sign_in(typed, PASSWORD).await.unwrap_err();
    let kept = town
        .texts(Sql::new(
            "select name from sign_in_attempts where outcome = 'unknown'",
        ))
        .await;
    assert_eq!(kept, ["unknown name of 21 characters"]);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn locks_at_the_limit_and_lets_go_after_it(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    for count in 1..=9 {
        town.try_sign_in("mem", WRONG).await.unwrap_err();
        let state = town.state("mem").await;
        assert_eq!((state.failures, state.locked_at), (count, Time::NEVER));
    }
    town.try_sign_in("mem", WRONG).await.unwrap_err();
    let state = town.state("mem").await;
    assert_eq!((state.failures, state.locked_at), (10, NOON));
    assert_eq!(state.locked_until, NOON.plus_seconds(30 * MINUTE));
    assert_eq!(state.version, 1, "a lock by guessing is no edit");
    assert_eq!(town.audit("authn_login_lock").await.len(), 1);

    town.clock.advance(30 * MINUTE - 1);
    town.try_sign_in("mem", PASSWORD).await.unwrap_err();
    town.try_sign_in("mem", WRONG).await.unwrap_err();
    assert_eq!(
        town.state("mem").await,
        state,
        "a lock in force counts nothing"
    );

    town.clock.advance(1);
    town.try_sign_in("mem", WRONG).await.unwrap_err();
    let state = town.state("mem").await;
    assert_eq!(
        (state.failures, state.locked_at, state.locked_until),
        (1, Time::NEVER, Time::NEVER)
    );
    town.try_sign_in("mem", PASSWORD).await.unwrap();
    let state = town.state("mem").await;
    assert_eq!((state.failures, state.sign_in_count), (0, 1));
    assert_eq!(state.last_sign_in_at, NOON.plus_seconds(30 * MINUTE));
    town.verify().await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn the_right_password_takes_a_lock_that_ran_out_away(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    town.try_sign_in("lars", PASSWORD).await.unwrap_err();
    town.clock.advance(25 * MINUTE);
    town.try_sign_in("lars", PASSWORD).await.unwrap();
    let state = town.state("lars").await;
    assert_eq!(
        (state.failures, state.locked_at, state.locked_until),
        (0, Time::NEVER, Time::NEVER)
    );
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_lock_without_minutes_has_no_end(#[case] engine: Engine) {
    let town = Town::with(engine, |policy| {
        policy.lockout.failures = 3;
        policy.lockout.minutes = 0;
    })
    .await;
    for _ in 0..3 {
        town.try_sign_in("mem", WRONG).await.unwrap_err();
    }
    let state = town.state("mem").await;
    assert_eq!((state.locked_at, state.locked_until), (NOON, Time::NEVER));
    town.clock.advance(10 * 365 * 24 * 60 * MINUTE);
    town.try_sign_in("mem", PASSWORD).await.unwrap_err();
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn no_limit_never_locks(#[case] engine: Engine) {
    let town = Town::with(engine, |policy| policy.lockout.failures = 0).await;
    for _ in 0..12 {
        town.try_sign_in("mem", WRONG).await.unwrap_err();
    }
    let state = town.state("mem").await;
    assert_eq!((state.failures, state.locked_at), (12, Time::NEVER));
    town.try_sign_in("mem", PASSWORD).await.unwrap();
}

#[rstest]
#[case::sqlite(Engine::Sqlite, 30, 15)]
#[case::postgres(Engine::Postgres, 30, 15)]
#[case::sqlite_without_end(Engine::Sqlite, 0, 15)]
#[case::postgres_without_end(Engine::Postgres, 0, 15)]
#[case::sqlite_shorter(Engine::Sqlite, 5, 5)]
#[case::postgres_shorter(Engine::Postgres, 5, 5)]
#[tokio::test]
async fn the_last_administrator_is_locked_for_a_quarter_of_an_hour(
    #[case] engine: Engine,
    #[case] minutes: i64,
    #[case] locked: i64,
) {
    let town = Town::with(engine, |policy| policy.lockout.minutes = minutes).await;
    for _ in 0..10 {
        town.try_sign_in("ada", WRONG).await.unwrap_err();
    }
    let until = town.state("ada").await.locked_until;
    assert_eq!(until, NOON.plus_seconds(locked * MINUTE));
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn one_administrator_of_two_is_locked_as_everybody_is(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    let second = a_user().named("abe").in_group("Administrators");
    second.insert(&town).await;
    // Neither a locked administrator nor one who is denied the users stands in.
    let locked = a_user().named("alf").with_role("Administrator");
    locked.locked(NOON, Time::NEVER).insert(&town).await;
    a_role()
        .named("Bystander")
        .denies("edit", "user")
        .insert(&town)
        .await;
    let denied = a_user().named("amy").with_role("Administrator");
    denied.with_role("Bystander").insert(&town).await;
    for (name, minutes) in [("abe", 30), ("ada", 15)] {
        for _ in 0..10 {
            town.try_sign_in(name, WRONG).await.unwrap_err();
        }
        let until = town.state(name).await.locked_until;
        assert_eq!(until, NOON.plus_seconds(minutes * MINUTE), "{name}");
    }
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_service_account_never_counts_or_locks(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    for _ in 0..12 {
        town.try_sign_in("svc", WRONG).await.unwrap_err();
    }
    let state = town.state("svc").await;
    assert_eq!((state.failures, state.locked_at), (0, Time::NEVER));
    assert_eq!(outcomes(&town, "svc").await, ["service_account"; 12]);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn guesses_at_everybody_never_deadlock_with_each_other(#[case] engine: Engine) {
    let town = Town::with(engine, |policy| policy.lockout.failures = 2).await;
    let names = ["hana", "manu", "edie", "mem", "gus", "gail"];
    let mut guesses = tokio::task::JoinSet::new();
    for number in 0..90 {
        let service = town.service.clone();
        let name = names[number % names.len()];
        let password = if number % 5 == 0 { PASSWORD } else { WRONG };
        guesses.spawn(async move { service.sign_in(attempt(name, password)).await });
    }
    while let Some(guess) = guesses.join_next().await {
        if let Err(error) = guess.unwrap() {
            assert!(matches!(error, Error::SignInRefused), "{error:?}");
        }
    }
    town.verify().await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_raised_cost_is_paid_at_the_next_sign_in(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    let hash = Sql::new(
        "select p.hash from user_passwords p join users u on u.id = p.user_id where u.username = 'hana'",
    );
    let before = town.texts(hash.clone()).await.pop().unwrap();
    let changed_at = town.record("hana").await.password_changed_at;
    let mut raised: Policy = policy();
    raised.argon2.memory_kib = 128;
    let other = town.second_service(raised).await;
    other.sign_in(attempt("hana", WRONG)).await.unwrap_err();
    assert_eq!(
        town.texts(hash.clone()).await,
        std::slice::from_ref(&before)
    );
    other.sign_in(attempt("hana", PASSWORD)).await.unwrap();
    let after = town.texts(hash.clone()).await.pop().unwrap();
    assert!(after.contains("m=128"), "{after}");
    assert_eq!(town.record("hana").await.password_changed_at, changed_at);
    town.try_sign_in("hana", PASSWORD).await.unwrap();
    assert_eq!(town.texts(hash).await, [after], "never made weaker again");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn authenticate_takes_the_same_way_and_opens_nothing(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    let in_globex = a_user().named("otto").may_enter("Globex");
    in_globex.insert(&town).await;
    let found = town.service.authenticate(attempt("otto", PASSWORD)).await;
    let found = found.unwrap();
    assert_eq!(
        (found.username.as_str(), found.id),
        ("otto", town.id("otto").await)
    );
    assert_eq!(found.organizations, ["Acme", "Globex"]);
    assert_eq!(town.int(Sql::new("select count(*) from sessions")).await, 0);
    for _ in 0..10 {
        town.service
            .authenticate(attempt("otto", WRONG))
            .await
            .unwrap_err();
    }
    let error = town.service.authenticate(attempt("otto", PASSWORD)).await;
    assert!(matches!(error.unwrap_err(), Error::SignInRefused));
    assert_eq!(town.state("otto").await.failures, 10);
    town.try_sign_in("otto", PASSWORD).await.unwrap_err();
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_role_of_another_organization_opens_no_door_here(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    let role = a_role().named("Lab hand").of("Globex");
    role.allows("view", "user", wardroom::domain::permission::Level::Own)
        .insert(&town)
        .await;
    let person = a_user()
        .named("olga")
        .with_role("Lab hand")
        .may_enter("Globex");
    person.insert(&town).await;
    let here = SignIn {
        organization: Some("Acme".to_owned()),
        ..attempt("olga", PASSWORD)
    };
    town.service.sign_in(here).await.unwrap_err();
    let session = town.sign_in_to("olga", "globex").await;
    assert_eq!(session.organization_name, "Globex");
    // Where none is named she goes where she may work, though she belongs elsewhere.
    let session = town.sign_in("olga").await;
    assert_eq!(session.organization_name, "Globex");
    assert_eq!(
        outcomes(&town, "olga").await,
        ["no_role", "success", "success"]
    );
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_administrators_locked_at_once_the_last_is_soon_back(#[case] engine: Engine) {
    let town = Town::with(engine, |policy| policy.lockout.failures = 1).await;
    let mut guesses = tokio::task::JoinSet::new();
    let mut names = vec!["ada".to_owned()];
    for number in 0..5 {
        let name = format!("admin{number}");
        a_user()
            .named(&name)
            .with_role("Administrator")
            .insert(&town)
            .await;
        names.push(name);
    }
    for name in names.clone() {
        let service = town.service.clone();
        guesses.spawn(async move { service.sign_in(attempt(&name, WRONG)).await });
    }
    while let Some(guess) = guesses.join_next().await {
        guess.unwrap().unwrap_err();
    }
    let mut soon = 0;
    for name in &names {
        let until = town.state(name).await.locked_until;
        soon += i32::from(until == NOON.plus_seconds(15 * MINUTE));
    }
    assert_eq!(soon, 1, "one of them was the last");
    town.verify().await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn asks_an_operator_again_without_a_new_session(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    let session = town.sign_in("hana").await;
    let again = async |password: &str| {
        let password = Secret::new(password.to_owned());
        town.service.reauthenticate(&session, password).await
    };
    again(WRONG).await.unwrap_err();
    assert_eq!(town.state("hana").await.failures, 1);
    again(PASSWORD).await.unwrap();
    assert_eq!(town.state("hana").await.failures, 0);
    assert_eq!(
        outcomes(&town, "hana").await,
        ["success", "wrong_password", "success"]
    );
    assert_eq!(town.audit("authn_reauthenticated").await.len(), 1);
    assert_eq!(town.audit("authn_login_success").await.len(), 1);
    let sessions = Sql::new("select count(*) from sessions");
    assert_eq!(town.int(sessions).await, 1);
    town.verify().await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn locks_an_operator_who_guesses_again_and_knows_an_ended_session(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    let session = town.sign_in("hana").await;
    let again = async |password: &str| {
        let password = Secret::new(password.to_owned());
        town.service.reauthenticate(&session, password).await
    };
    for _ in 0..10 {
        assert!(matches!(again(WRONG).await, Err(Error::SignInRefused)));
    }
    assert_eq!(town.audit("authn_login_lock").await.len(), 1);
    assert!(matches!(again(PASSWORD).await, Err(Error::SignInRefused)));
    let ada = town.sign_in("ada").await;
    town.perform(&ada, Operation::SignOut, &["hana"]).await;
    let Err(Error::NotSignedIn(why)) = again(PASSWORD).await else {
        panic!("the session goes on");
    };
    assert_eq!(why, "Your session was ended: ada ended it.");
    town.verify().await;
}
