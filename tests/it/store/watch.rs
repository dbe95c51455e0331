//! What tells that something changed.

use crate::support::engine::Engine;
use crate::support::town::Town;
use rstest::rstest;
use wardroom::store::audit;

/// Somebody else's change, as far as the marks go.
async fn change(town: &Town) {
    let mut tx = town.db.write().await.unwrap();
    let mut head = audit::head(&mut tx).await.unwrap();
    head.sequence += 1;
    audit::move_head(&mut tx, head).await.unwrap();
    tx.commit().await.unwrap();
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn the_mark_moves_with_every_change_and_only_then(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    let before = town.db.change_mark().await.unwrap();
    assert_eq!(town.db.change_mark().await.unwrap(), before);
    change(&town).await;
    assert!(town.db.change_mark().await.unwrap() > before);
}

#[tokio::test]
async fn the_files_look_the_same_until_something_is_written() {
    let town = Town::new(Engine::Sqlite).await;
    change(&town).await;
    let before = town.db.file_stamp();
    assert!(before.is_some());
    town.db.change_mark().await.unwrap();
    assert_eq!(town.db.file_stamp(), before);
    // The log of the first change grows with the second, whatever the clock says.
    change(&town).await;
    assert_ne!(town.db.file_stamp(), before);
}

#[tokio::test]
async fn a_server_has_no_files_to_look_at() {
    let town = Town::new(Engine::Postgres).await;
    assert_eq!(town.db.file_stamp(), None);
}
