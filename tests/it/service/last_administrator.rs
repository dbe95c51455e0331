//! The last administrator can't be lost, neither to a date nor while a lock runs.

use crate::support::engine::Engine;
use crate::support::members;
use crate::support::records::{list, update_user as update};
use crate::support::refusal::{rule as said, users};
use crate::support::town::{NOON, PASSWORD, Town, UserBuilder, WRONG, a_role, a_user, attempt};
use rstest::rstest;
use wardroom::domain::permission::Level;
use wardroom::service::Session;
use wardroom::service::jobs::{Direction, Operation};
use wardroom::service::users::UserChanges;
use wardroom::store::sql::Sql;

const DAY: i64 = 24 * 60 * 60;

/// Somebody who holds all that an administrator holds and is none.
async fn peer(town: &Town) -> Session {
    a_role()
        .named("Everything")
        .allows("*", "*", Level::All)
        .allows("view-sensitive", "*", Level::All)
        .insert(town)
        .await;
    a_user()
        .named("root")
        .with_role("Everything")
        .insert(town)
        .await;
    town.sign_in("root").await
}

/// An administrator whose account ends after so many days; none without an end.
fn an_administrator(name: &str, days: i64) -> UserBuilder {
    let mut user = a_user().named(name).with_role("Administrator");
    if days > 0 {
        user.state.expires_at = NOON.plus_seconds(days * DAY);
    }
    user
}

fn ending(date: &str) -> UserChanges {
    UserChanges {
        expires: Some(date.to_owned()),
        ..UserChanges::default()
    }
}

fn demoted() -> UserChanges {
    UserChanges {
        roles: Some(list(&["Member"])),
        ..UserChanges::default()
    }
}

/// Whether it is refused because everybody else ends by that date.
fn ends(why: &str, date: &str) {
    let words = "the last administrator whose account doesn't end by";
    assert!(why.contains(words) && why.contains(date), "{why}");
}

async fn refused(town: &Town, session: &Session, name: &str) -> Vec<String> {
    let mut reasons = Vec::new();
    for operation in [Operation::Disable, Operation::Delete] {
        let plan = town.plan(session, operation, &[name]).await;
        assert_eq!(plan.will_change, 0, "{operation:?}");
        reasons.push(plan.refusals[0].reason.clone());
    }
    let leaving = [members::role("Administrator", Direction::Remove)];
    let plan = members::plan_members(town, session, &leaving, users(&[name]))
        .await
        .unwrap();
    assert_eq!(plan.will_change, 0);
    reasons.push(plan.refusals[0].reason.clone());
    reasons.push(said(update(town, session, name, demoted()).await));
    reasons
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn stands_without_an_end_in_sight(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    let root = peer(&town).await;
    for date in ["today", "2040-01-01"] {
        let why = said(update(&town, &root, "ada", ending(date)).await);
        assert!(
            why.contains("the last administrator whose account doesn't end"),
            "{why}"
        );
    }
    an_administrator("abe", 30).insert(&town).await;
    let why = said(update(&town, &root, "ada", ending("2040-01-01")).await);
    assert!(why.contains("doesn't end"), "{why}");
    for why in refused(&town, &root, "ada").await {
        ends(&why, "2026-12-22");
    }
    // Who has a date to go may go before it.
    assert_eq!(
        town.perform(&root, Operation::Disable, &["abe"]).await.done,
        1
    );
    // Of two without a date, one may get it.
    an_administrator("zoe", 0).insert(&town).await;
    let plan = town.plan(&root, Operation::Disable, &["zoe"]).await;
    update(&town, &root, "ada", ending("2040-01-01"))
        .await
        .unwrap();
    let why = said(update(&town, &root, "zoe", ending("2039-01-01")).await);
    assert!(why.contains("after 2040-01-01"), "{why}");
    let job = town.run(&root, &plan).await;
    assert_eq!((job.done, job.failed), (0, 1));
    assert!(town.state("zoe").await.enabled);
    town.verify().await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn among_those_who_all_end_lasts_longest(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    let root = peer(&town).await;
    an_administrator("abe", 30).insert(&town).await;
    an_administrator("zoe", 60).insert(&town).await;
    let ada = town.id("ada").await;
    let sql = Sql::new("update user_states set enabled = false where user_id = $1");
    town.execute(sql.bind(ada)).await;
    for why in refused(&town, &root, "zoe").await {
        ends(&why, "2026-12-22");
    }
    said(update(&town, &root, "zoe", ending("2027-01-01")).await);
    update(&town, &root, "zoe", ending("2027-02-01"))
        .await
        .unwrap();
    update(&town, &root, "abe", ending("2027-03-01"))
        .await
        .unwrap();
    update(&town, &root, "abe", ending("")).await.unwrap();
    assert_eq!(
        town.perform(&root, Operation::Disable, &["zoe"]).await.done,
        1
    );
    town.verify().await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn is_no_other_while_a_lock_runs(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    let root = peer(&town).await;
    an_administrator("abe", 0).insert(&town).await;
    let plan = town.plan(&root, Operation::Disable, &["ada"]).await;
    assert_eq!(
        town.perform(&root, Operation::Disable, &["abe"]).await.done,
        1
    );
    for _ in 0..10 {
        town.service
            .sign_in(attempt("ada", WRONG))
            .await
            .unwrap_err();
    }
    let until = town.state("ada").await.locked_until;
    assert!(until > NOON, "locked");
    for why in refused(&town, &root, "ada").await {
        assert!(why.contains("the last administrator"), "{why}");
    }
    said(update(&town, &root, "ada", ending("today")).await);
    let job = town.run(&root, &plan).await;
    assert_eq!((job.done, job.failed), (0, 1));
    town.clock.advance(NOON.seconds_until(until));
    town.try_sign_in("ada", PASSWORD).await.unwrap();
    town.verify().await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn without_an_end_is_never_locked_for_good(#[case] engine: Engine) {
    let town = Town::with(engine, |policy| policy.lockout.minutes = 0).await;
    an_administrator("abe", 30).insert(&town).await;
    let soon = NOON.plus_seconds(15 * 60);
    for name in ["ada", "abe"] {
        for _ in 0..10 {
            town.service
                .sign_in(attempt(name, WRONG))
                .await
                .unwrap_err();
        }
        let state = town.state(name).await;
        assert_eq!(
            (state.locked_at, state.locked_until),
            (NOON, soon),
            "{name}"
        );
    }
}
