//! The two schemas: the same tables, columns, keys and indexes, but for what must differ and is counted.

use crate::support::engine::{Engine, TestDatabase};
use crate::support::town::Town;
use rstest::rstest;
use std::collections::BTreeSet;
use wardroom::store::sql::{self, Sql};
use wardroom::store::{Db, Error, Options};

async fn made(engine: Engine) -> (Db, TestDatabase) {
    let database = engine.fresh_database().await;
    let db = Db::create(&Options::new(&database.url)).await.unwrap();
    (db, database)
}

async fn facts(db: &Db, select: &'static str) -> BTreeSet<String> {
    let mut tx = db.read().await.unwrap();
    let rows = Sql::new(select).all(&mut tx, sql::text).await.unwrap();
    let count = rows.len();
    let facts: BTreeSet<String> = rows.into_iter().collect();
    assert_eq!(facts.len(), count, "a fact is told twice");
    facts
}

/// Table, column, class of its type, nullability, default. `place` is another name of the id, and
/// `searched` the text as it is searched, for SQLite's indexes alone.
const SQLITE_COLUMNS: &str = "
    select m.name || ' ' || c.name || ' ' || case lower(c.type)
            when 'integer' then 'number' when 'bigint' then 'number' when 'boolean' then 'boolean'
            when 'text' then 'text' when 'blob' then 'bytes' else c.type end
        || case when c.\"notnull\" or c.pk > 0 or c.hidden > 0 then '' else ' null' end
        || case when c.hidden > 0 then ' generated' else '' end
        || coalesce(' default ' || c.dflt_value, '')
    from sqlite_master m join pragma_table_xinfo(m.name) c
    where m.type = 'table' and m.name not like 'sqlite%' and m.name not like '_sqlx%'
      and m.name not like 'user_search%' and c.name not in ('place', 'searched')";
const POSTGRES_COLUMNS: &str = "
    select cast(table_name || ' ' || column_name || ' ' || case data_type
            when 'bigint' then 'number' when 'boolean' then 'boolean' when 'text' then 'text'
            when 'bytea' then 'bytes' else data_type end
        || case when is_nullable = 'NO' or is_generated = 'ALWAYS' then '' else ' null' end
        || case when is_generated = 'ALWAYS' then ' generated' else '' end
        || coalesce(' default ' || replace(column_default, '::text', ''), '') as text)
    from information_schema.columns
    where table_schema = 'public' and table_name not like '\\_sqlx%'";

const SQLITE_KEYS: &str = "
    select m.name || ' (' || (
        select group_concat(name, ', ') from (
            select c.name from pragma_table_info(m.name) c where c.pk > 0 order by c.pk)) || ')'
    from sqlite_master m
    where m.type = 'table' and m.name not like 'sqlite%' and m.name not like '_sqlx%'
      and m.name not like 'user_search%'";
const POSTGRES_KEYS: &str = "
    select cast(t.relname || ' (' || (
        select string_agg(a.attname, ', ' order by k.place)
        from unnest(i.indkey) with ordinality as k (number, place)
        join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.number) || ')' as text)
    from pg_index i join pg_class t on t.oid = i.indrelid
    join pg_namespace s on s.oid = t.relnamespace
    where i.indisprimary and s.nspname = 'public' and t.relname !~ '^_sqlx'";

const SQLITE_REFERENCES: &str = "
    select m.name || ' ' || f.\"from\" || ' -> ' || f.\"table\" || ' ' || f.\"to\" || ' ' || lower(f.on_delete)
    from sqlite_master m join pragma_foreign_key_list(m.name) f where m.type = 'table'";
const POSTGRES_REFERENCES: &str = "
    select cast(t.relname || ' ' || a.attname || ' -> ' || r.relname || ' ' || b.attname || ' ' || case c.confdeltype
        when 'a' then 'no action' when 'c' then 'cascade' when 'n' then 'set null' else 'other' end as text)
    from pg_constraint c
    join pg_class t on t.oid = c.conrelid join pg_class r on r.oid = c.confrelid
    cross join unnest(c.conkey, c.confkey) as k (one, other)
    join pg_attribute a on a.attrelid = t.oid and a.attnum = k.one
    join pg_attribute b on b.attrelid = r.oid and b.attnum = k.other
    where c.contype = 'f'";

const SQLITE_INDEXES: &str = "
    select replace(sql, ' place,', case tbl_name when 'users' then ' id,' else ' user_id,' end)
    from sqlite_master where type = 'index' and sql is not null";
const POSTGRES_INDEXES: &str = "
    select indexdef from pg_indexes where schemaname = 'public' and indexname !~ '_pkey$'";

#[tokio::test]
async fn both_engines_have_the_same_columns_keys_and_indexes() {
    let (sqlite, _file) = made(Engine::Sqlite).await;
    let (postgres, _server) = made(Engine::Postgres).await;
    for (what, of_sqlite, of_postgres, at_least) in [
        ("columns", SQLITE_COLUMNS, POSTGRES_COLUMNS, 250),
        ("primary keys", SQLITE_KEYS, POSTGRES_KEYS, 33),
        ("references", SQLITE_REFERENCES, POSTGRES_REFERENCES, 45),
    ] {
        let (left, right) = (
            facts(&sqlite, of_sqlite).await,
            facts(&postgres, of_postgres).await,
        );
        assert_eq!(only(&left, &right), [""; 0], "{what} of SQLite alone");
        assert_eq!(only(&right, &left), [""; 0], "{what} of PostgreSQL alone");
        assert!(left.len() >= at_least, "only {} {what}", left.len());
    }
    let left = indexes(&sqlite, SQLITE_INDEXES).await;
    let right = indexes(&postgres, POSTGRES_INDEXES).await;
    assert_eq!(only(&left, &right), [""; 0]);
    assert_eq!(
        only(&right, &left),
        ["users_search on users (organization_id, search_text gin_trgm_ops)"]
    );
    let words = include_str!("../../../assets/migrations/0001_records.sql")
        .lines()
        .filter(|line| !line.starts_with("--"))
        .flat_map(|line| line.match_indices('{'))
        .count();
    println!("{words} words and 1 migration text differ between the engines");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_state_goes_where_its_user_goes(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    let astray = || {
        Sql::new(
            "select count(*) from users u left join user_states s on s.user_id = u.id
                and s.owner_unit_id = u.owner_unit_id and s.organization_id = u.organization_id
             where s.user_id is null",
        )
    };
    let moved = "update users set (owner_unit_id, organization_id) =
            (select id, organization_id from units where name = 'Lab')";
    assert!(town.execute(Sql::new(moved)).await > 5);
    assert_eq!(town.int(astray()).await, 0);
    let strays = town
        .execute(Sql::new("delete from users where id > 3"))
        .await;
    let left = Sql::new("select count(*) from user_states");
    assert!(strays > 0 && town.int(left).await == 3);
}

fn only(these: &BTreeSet<String>, others: &BTreeSet<String>) -> Vec<String> {
    these.difference(others).cloned().collect()
}

async fn indexes(db: &Db, select: &'static str) -> BTreeSet<String> {
    facts(db, select)
        .await
        .iter()
        .map(|text| plain(text))
        .collect()
}

/// An index in the words that both engines share: `unique roles_name on roles (coalesce(organization_id, 0), name_key)`.
fn plain(text: &str) -> String {
    let mut text = text.to_lowercase();
    for (word, plain) in [
        ("create ", ""),
        ("index ", ""),
        ("public.", ""),
        (" using btree", ""),
        (" using gin", ""),
        ("(0)::bigint", "0"),
        ("::text", ""),
        ("'", ""),
        ("(kind <> person)", "kind <> person"),
        ("(outcome <> done)", "outcome <> done"),
        ("(phone_key <> )", "phone_key <> "),
        ("(staff_key <> )", "staff_key <> "),
    ] {
        text = text.replace(word, plain);
    }
    text
}

#[tokio::test]
async fn key_columns_compare_by_bytes_on_postgres() {
    let (db, _database) = made(Engine::Postgres).await;
    let loose = "
        select cast(table_name || '.' || column_name as text) from information_schema.columns
        where table_schema = 'public' and collation_name is null and data_type = 'text'
          and (column_name like '%\\_key' or column_name = 'key') order by 1";
    // These are only compared for equality and by like, in no order.
    let known = [
        "users.department_key",
        "users.employee_number_key",
        "users.title_key",
    ];
    let loose: Vec<String> = facts(&db, loose).await.into_iter().collect();
    assert_eq!(loose, known);
}

#[rstest::rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_database_is_opened_only_with_the_schema_of_this_binary(#[case] engine: Engine) {
    let (db, database) = made(engine).await;
    let options = Options::new(&database.url);
    Db::create(&options).await.unwrap().close().await;
    let mut tx = db.write().await.unwrap();
    Sql::new("update _sqlx_migrations set version = 9000 where version = 3")
        .execute(&mut tx)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    assert!(matches!(Db::open(&options).await, Err(Error::Newer)));
    assert!(matches!(Db::create(&options).await, Err(Error::Newer)));
    let mut tx = db.write().await.unwrap();
    Sql::new("delete from _sqlx_migrations where version = 9000")
        .execute(&mut tx)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    assert!(matches!(Db::open(&options).await, Err(Error::Older)));
    db.close().await;
}

#[rstest::rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn an_empty_and_a_missing_database_are_told_apart(#[case] engine: Engine) {
    use std::os::unix::fs::PermissionsExt as _;
    let database = engine.fresh_database().await;
    let options = Options::new(&database.url);
    let Some(file) = database.file() else {
        assert!(matches!(Db::open(&options).await, Err(Error::Empty)));
        let missing = Options::new(&database.url.replace("wardroom_test", "no_such"));
        assert!(matches!(
            Db::open(&missing).await,
            Err(Error::Unreachable(_))
        ));
        return;
    };
    assert!(matches!(
        Db::open(&options).await,
        Err(Error::NoDatabase(_))
    ));
    assert!(!file.exists());
    std::fs::write(&file, "").unwrap();
    let mode =
        |mode| std::fs::set_permissions(&file, std::fs::Permissions::from_mode(mode)).unwrap();
    mode(0o640);
    assert!(matches!(Db::open(&options).await, Err(Error::OpenFile(_))));
    mode(0o600);
    assert!(matches!(Db::open(&options).await, Err(Error::Empty)));
    std::fs::write(
        &file,
        "this is no database, but a text that is long enough to look at",
    )
    .unwrap();
    assert!(matches!(
        Db::open(&options).await,
        Err(Error::Unreachable(_))
    ));
}

#[tokio::test]
async fn files_of_a_new_database_are_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let (db, database) = made(Engine::Sqlite).await;
    let mut tx = db.write().await.unwrap();
    Sql::new("update audit_head set sequence = 0")
        .execute(&mut tx)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let folder = database.file().unwrap();
    let folder = folder.parent().unwrap();
    let mut files = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let mode = entry.metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{:?} has mode {mode:o}", entry.path());
        files += 1;
    }
    assert!(
        files >= 2,
        "the write-ahead log was not there to be looked at"
    );
}
