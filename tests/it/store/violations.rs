//! Every unique index, when it refuses, is named alike by both engines.

use crate::support::engine::Engine;
use crate::support::town::Town;
use rstest::rstest;
use wardroom::store::Error;
use wardroom::store::sql::Sql;

/// Each unique index with a row that it takes once. `$1` is another number each time.
const ROWS: &[(&str, &str)] = &[
    (
        "organizations_name",
        "insert into organizations (name, name_key, created_at, updated_at)
         values (cast($1 as text), 'k', 1, 1)",
    ),
    (
        "units_name",
        "insert into units (organization_id, name, name_key, created_at, updated_at)
         values (1, cast($1 as text), 'k', 1, 1)",
    ),
    (
        "users_username",
        "insert into users (organization_id, owner_unit_id, username, username_key, username_skeleton,
            first_name, last_name, email, email_key, name_key, search_text, created_at, updated_at)
         values (1, 1, 'k', 'k', 'k', 'a', 'b', 'c', cast($1 as text), 'a', 'a', 1, 1)",
    ),
    (
        "users_email",
        "insert into users (organization_id, owner_unit_id, username, username_key, username_skeleton,
            first_name, last_name, email, email_key, name_key, search_text, created_at, updated_at)
         values (1, 1, 'k', cast($1 as text), 'k', 'a', 'b', 'c', 'k', 'a', 'a', 1, 1)",
    ),
    (
        "roles_name",
        "insert into roles (name, name_key, created_at, updated_at) values (cast($1 as text), 'k', 1, 1)",
    ),
    (
        "groups_name",
        "insert into groups (organization_id, name, name_key, alias, created_at, updated_at)
         values (1, 'k', 'k', cast($1 as text), 1, 1)",
    ),
    (
        "groups_alias",
        "insert into groups (name, name_key, alias, created_at, updated_at)
         values ('k', cast($1 as text), 'k', 1, 1)",
    ),
    (
        "nodes_name",
        "insert into nodes (tree, name) select 'content', 'k' where $1 > 0",
    ),
    (
        "granular_entries_place",
        "insert into granular_entries (group_id, tree, node_id, actions)
         values (1, 'content', (select id from nodes limit 1), cast($1 as text))",
    ),
    (
        "start_nodes_place",
        "insert into start_nodes (group_id, tree) select 1, 'content' where $1 > 0",
    ),
    (
        "settings_key",
        "insert into settings (key, value, updated_at) values ('k', 'v', $1)",
    ),
    (
        "api_keys_organization",
        "insert into api_keys (user_id, organization_id, hash, created_at, expires_at)
         select 1, 1, hash, $1, 1 from audit where sequence = $1",
    ),
    (
        "api_keys_hash",
        "insert into api_keys (user_id, organization_id, hash, created_at, expires_at)
         select $1, 2, hash, 1, 1 from audit_head",
    ),
    (
        "tokens_hash",
        "insert into tokens (user_id, purpose, address, hash, created_at, expires_at)
         select $1, 'reset', 'a', hash, 1, 1 from audit_head",
    ),
];

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn are_named_by_table_and_column(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    // A second audit row, so that two different hashes are at hand.
    town.sign_in("ada").await;
    town.execute(Sql::new(
        "insert into nodes (tree, name) values ('media', 'm')",
    ))
    .await;
    for &(index, insert) in ROWS {
        assert_eq!(
            town.execute(Sql::new(insert).bind(1_i64)).await,
            1,
            "{index}"
        );
        let mut tx = town.db.write().await.unwrap();
        match Sql::new(insert).bind(2_i64).execute(&mut tx).await {
            Err(Error::Taken(name)) => assert_eq!(name, index),
            other => panic!("{index}: {other:?}"),
        }
        tx.rollback().await.unwrap();
    }
    let mut known: Vec<&str> = ROWS.iter().map(|row| row.0).collect();
    known.sort_unstable();
    let indexes = match engine {
        Engine::Sqlite => {
            "select name from sqlite_master where type = 'index' and sql like 'create unique%' order by name"
        }
        Engine::Postgres => {
            "select cast(c.relname as text) from pg_index i join pg_class c on c.oid = i.indexrelid
             join pg_namespace s on s.oid = c.relnamespace
             where i.indisunique and not i.indisprimary and s.nspname = 'public' and c.relname !~ '^_sqlx'
             order by 1"
        }
    };
    let mut indexes = town.texts(Sql::new(indexes)).await;
    // It ends on the primary key, which is what refuses.
    indexes.retain(|index| index != "users_place");
    assert_eq!(indexes, known, "an index is in no line of ROWS");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn records_in_use_and_records_that_are_gone_have_their_words(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    let mut tx = town.db.write().await.unwrap();
    let used = Sql::new("delete from organizations where id = 1")
        .execute(&mut tx)
        .await;
    assert!(matches!(used, Err(Error::InUse)), "{used:?}");
    tx.rollback().await.unwrap();
    let mut tx = town.db.write().await.unwrap();
    let gone = Sql::new("update users set title = 'x' where id = $1")
        .bind(-1_i64)
        .execute_one(&mut tx)
        .await;
    assert!(matches!(gone, Err(Error::Missing)), "{gone:?}");
    let gone = Sql::new("select id from users where id = $1")
        .bind(-1_i64)
        .int(&mut tx)
        .await;
    assert!(matches!(gone, Err(Error::Missing)), "{gone:?}");
}
