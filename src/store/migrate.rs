//! The schema: numbered texts, the same for both engines but for a few words, applied once each.

use super::{Db, Engine, Error, Result};
use sqlx::migrate::{MigrateError, Migration, MigrationType, Migrator};
use sqlx::{AssertSqlSafe, SqlSafeStr};
use std::borrow::Cow;

/// Number, name, the text for SQLite, the text for PostgreSQL. A text that truly must differ is a pair of files.
const MIGRATIONS: &[(i64, &str, &str, &str)] = &[
    {
        const RECORDS: &str = include_str!("../../assets/migrations/0001_records.sql");
        (1, "records", RECORDS, RECORDS)
    },
    (
        2,
        "search",
        include_str!("../../assets/migrations/0002_search.sqlite.sql"),
        include_str!("../../assets/migrations/0002_search.postgres.sql"),
    ),
    (
        3,
        "orders",
        include_str!("../../assets/migrations/0003_orders.sqlite.sql"),
        include_str!("../../assets/migrations/0003_orders.postgres.sql"),
    ),
];

impl Db {
    /// Brings the schema up to this binary's.
    pub async fn migrate(&self) -> Result<()> {
        let migrator = migrator(self.is_postgres());
        let outcome = match &self.engine {
            Engine::Sqlite { writer, .. } => migrator.run(writer).await,
            Engine::Postgres(pool) => migrator.run(pool).await,
        };
        outcome.map_err(|error| match error {
            MigrateError::VersionMissing(_) => Error::Newer,
            MigrateError::VersionMismatch(_) | MigrateError::Dirty(_) => Error::Older,
            MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => error.into(),
            other => Error::Inconsistent(other.to_string()),
        })
    }

    /// Whether the schema is exactly this binary's.
    pub(super) async fn check_schema(&self) -> Result<()> {
        let text = "select version from _sqlx_migrations order by version";
        let applied: std::result::Result<Vec<(i64,)>, sqlx::Error> = match &self.engine {
            Engine::Sqlite { readers, .. } => sqlx::query_as(text).fetch_all(readers).await,
            Engine::Postgres(pool) => sqlx::query_as(text).fetch_all(pool).await,
        };
        let applied = match applied {
            Ok(applied) => applied,
            // No such table, on either engine: nobody has run `init` here.
            Err(sqlx::Error::Database(error))
                if error
                    .code()
                    .is_some_and(|code| code == "1" || code == "42P01") =>
            {
                return Err(Error::Empty);
            }
            Err(error) => return Err(error.into()),
        };
        let last = applied.last().map_or(0, |&(version,)| version);
        let wanted = MIGRATIONS.last().map_or(0, |migration| migration.0);
        match last.cmp(&wanted) {
            std::cmp::Ordering::Equal => Ok(()),
            std::cmp::Ordering::Greater => Err(Error::Newer),
            std::cmp::Ordering::Less if applied.is_empty() => Err(Error::Empty),
            std::cmp::Ordering::Less => Err(Error::Older),
        }
    }
}

fn migrator(postgres: bool) -> Migrator {
    let migrations = MIGRATIONS
        .iter()
        .map(|&(number, name, sqlite, on_postgres)| {
            let text = if postgres { on_postgres } else { sqlite };
            Migration::new(
                number,
                Cow::Borrowed(name),
                MigrationType::Simple,
                AssertSqlSafe(engine_text(text, postgres)).into_sql_str(),
                false,
            )
        })
        .collect();
    Migrator::with_migrations(migrations)
}

/// Replaces the words in braces that `assets/migrations/0001_records.sql` explains.
fn engine_text(text: &str, postgres: bool) -> String {
    let words: [(&str, &str); 5] = if postgres {
        [
            ("{id}", "bigint generated always as identity primary key"),
            ("{key}", "bigint not null primary key"),
            ("{bytes}", "bytea"),
            ("{c}", "collate \"C\""),
            ("{zero_hash}", "decode(repeat('00', 32), 'hex')"),
        ]
    } else {
        [
            ("{id}", "integer primary key autoincrement"),
            // By this word the key is the row's own number, and is found in one step.
            ("{key}", "integer not null primary key"),
            ("{bytes}", "blob"),
            ("{c}", ""),
            ("{zero_hash}", "zeroblob(32)"),
        ]
    };
    words.iter().fold(text.to_owned(), |text, (word, meaning)| {
        text.replace(word, meaning)
    })
}
