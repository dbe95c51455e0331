//! What is personal to an operator stays with the operator, and costs no audit row.

use crate::support::engine::Engine;
use crate::support::town::Town;
use rstest::rstest;
use wardroom::service::Error;
use wardroom::store::sql::Sql;

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn everybody_keeps_their_own(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    let (hana, aude) = (town.sign_in("hana").await, town.sign_in("aude").await);
    let rows = || Sql::new("select count(*) from audit");
    let before = town.int(rows()).await;
    let service = &town.service;
    for (key, value) in [
        ("draft:user:7", "one"),
        ("draft:user:9", "two"),
        ("views", "x"),
    ] {
        service
            .save_preference(&hana, key, Some(value))
            .await
            .unwrap();
    }
    service
        .save_preference(&hana, "draft:user:7", Some("three"))
        .await
        .unwrap();
    let drafts = service.preferences(&hana, "draft:").await.unwrap();
    let pair = |key: &str, value: &str| (key.to_owned(), value.to_owned());
    assert_eq!(
        drafts,
        [pair("draft:user:7", "three"), pair("draft:user:9", "two")]
    );
    assert_eq!(service.preference(&aude, "views").await.unwrap(), None);
    service.save_preference(&hana, "views", None).await.unwrap();
    assert_eq!(service.preference(&hana, "views").await.unwrap(), None);
    assert_eq!(town.int(rows()).await, before);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn nobody_fills_the_database_with_them(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    let hana = town.sign_in("hana").await;
    let long = "x".repeat(64 * 1_024 + 1);
    let refused = town
        .service
        .save_preference(&hana, "draft", Some(&long))
        .await;
    assert!(matches!(refused, Err(Error::Rule(_))), "{refused:?}");
    for number in 0..500 {
        let key = format!("view:{number}");
        town.service
            .save_preference(&hana, &key, Some("x"))
            .await
            .unwrap();
    }
    let refused = town
        .service
        .save_preference(&hana, "one more", Some("x"))
        .await;
    assert!(matches!(refused, Err(Error::Rule(_))), "{refused:?}");
    town.service
        .save_preference(&hana, "view:3", Some("y"))
        .await
        .unwrap();
}
