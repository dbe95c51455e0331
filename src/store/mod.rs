//! The only folder that names sqlx: both engines from one SQL text.
//!
//! Invariants: SQL text comes from the program alone ([`sql`]); every list and lookup takes the operator's [`Scope`];
//! writes begin with `begin immediate` on SQLite and lock the audit head first on both; what a person reads is never a
//! database's text ([`Error`]).
//!
//! To add a record: its table in `assets/migrations`, a file here with `lookup find list add update delete` as free
//! functions over [`Tx`], its `mod` line below.

pub mod access;
pub mod audit;
pub mod audit_filter;
pub mod bulk;
mod cannot_sign_in;
pub mod catalogue;
pub mod desk;
pub mod doctor;
mod error;
pub mod groups;
pub mod impact;
pub mod jobs;
pub mod members;
mod migrate;
pub mod named;
pub mod nodes;
pub mod organizations;
pub mod page;
pub mod preferences;
pub mod prepared;
pub mod prune;
pub mod replans;
pub mod reports;
pub mod roles;
pub mod rules;
pub mod scope;
pub mod sessions;
pub mod setup;
pub mod sql;
pub mod units;
pub mod user_filter;
pub mod user_states;
pub mod users;
mod walk;
mod watch;
pub mod who_can;

pub use error::{Error, Result};
pub use page::{Cursor, Page};
pub use scope::{Reach, Scope, Seen};
pub use watch::FileStamp;

use sqlx::postgres::{PgConnectOptions, PgPoolOptions, PgSslMode};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{
    ConnectOptions as _, Connection as _, PgPool, Postgres, Sqlite, SqlitePool, Transaction,
};
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

/// How to reach the database.
#[derive(Clone, Debug)]
pub struct Options {
    /// `sqlite:PATH`, a bare path, or `postgres://…`.
    pub url: String,
    /// Make the SQLite file when it is missing.
    pub create: bool,
    pub busy_timeout: Duration,
    pub readers: u32,
    pub pool_max: u32,
}

impl Options {
    #[must_use]
    pub fn new(url: &str) -> Self {
        Self {
            url: url.to_owned(),
            create: false,
            busy_timeout: Duration::from_secs(5),
            readers: 4,
            pool_max: 8,
        }
    }

    #[must_use]
    pub fn is_postgres(&self) -> bool {
        self.url.starts_with("postgres:") || self.url.starts_with("postgresql:")
    }

    /// The SQLite file; `None` for PostgreSQL.
    #[must_use]
    pub fn file(&self) -> Option<PathBuf> {
        if self.is_postgres() {
            return None;
        }
        let path = self.url.strip_prefix("sqlite:").unwrap_or(&self.url);
        let path = path.strip_prefix("//").unwrap_or(path);
        Some(PathBuf::from(path.split('?').next().unwrap_or(path)))
    }
}

/// An open database. Cloning it shares the connections.
#[derive(Clone, Debug)]
pub struct Db {
    engine: Engine,
}

#[derive(Clone, Debug)]
enum Engine {
    /// SQLite has one writer at a time: it is one connection, and waiting for it is fair.
    Sqlite {
        writer: SqlitePool,
        readers: SqlitePool,
        file: PathBuf,
    },
    Postgres(PgPool),
}

/// A transaction on either engine.
pub enum Tx {
    Sqlite(Transaction<'static, Sqlite>),
    Postgres(Transaction<'static, Postgres>),
}

impl Db {
    /// Opens a database whose schema is this binary's; see [`Db::create`] for a new one.
    pub async fn open(options: &Options) -> Result<Self> {
        let db = Self::connect(options).await?;
        db.check_schema().await?;
        Ok(db)
    }

    /// Opens a database, making the file where the engine keeps one, and brings its schema up to this binary's.
    pub async fn create(options: &Options) -> Result<Self> {
        let db = Self::connect(&Options {
            create: true,
            ..options.clone()
        })
        .await?;
        db.migrate().await?;
        Ok(db)
    }

    async fn connect(options: &Options) -> Result<Self> {
        let engine = match options.file() {
            None => Engine::Postgres(connect_postgres(options).await?),
            Some(path) => {
                if !options.create && !path.exists() {
                    return Err(Error::NoDatabase(path.display().to_string()));
                }
                refuse_open_file(&path)?;
                let sqlite = SqliteConnectOptions::new()
                    .filename(&path)
                    .create_if_missing(options.create)
                    .journal_mode(SqliteJournalMode::Wal)
                    .synchronous(SqliteSynchronous::Full)
                    .foreign_keys(true)
                    .busy_timeout(options.busy_timeout)
                    .pragma("temp_store", "memory");
                if options.create {
                    create_private(&path)?;
                }
                // A connection to a file is never found dead, so none is tried out before it is used.
                let writer = SqlitePoolOptions::new()
                    .test_before_acquire(false)
                    .max_connections(1)
                    .acquire_timeout(options.busy_timeout + Duration::from_secs(25))
                    .connect_lazy_with(sqlite.clone());
                let readers = SqlitePoolOptions::new()
                    .test_before_acquire(false)
                    .max_connections(options.readers)
                    .acquire_timeout(Duration::from_secs(30))
                    .connect_with(sqlite.read_only(false))
                    .await?;
                Engine::Sqlite {
                    writer,
                    readers,
                    file: path,
                }
            }
        };
        Ok(Self { engine })
    }

    /// A transaction that only reads.
    pub async fn read(&self) -> Result<Tx> {
        Ok(match &self.engine {
            Engine::Sqlite { readers, .. } => Tx::Sqlite(readers.begin().await?),
            Engine::Postgres(pool) => Tx::Postgres(
                pool.begin_with("begin isolation level repeatable read read only")
                    .await?,
            ),
        })
    }

    /// A transaction that writes. On SQLite it holds the write lock from the start, so it waits instead of failing later.
    pub async fn write(&self) -> Result<Tx> {
        Ok(match &self.engine {
            Engine::Sqlite { writer, .. } => {
                Tx::Sqlite(writer.begin_with("begin immediate").await?)
            }
            Engine::Postgres(pool) => Tx::Postgres(pool.begin().await?),
        })
    }

    #[must_use]
    pub const fn is_postgres(&self) -> bool {
        matches!(self.engine, Engine::Postgres(_))
    }

    pub async fn close(&self) {
        match &self.engine {
            Engine::Sqlite {
                writer, readers, ..
            } => {
                readers.close().await;
                writer.close().await;
            }
            Engine::Postgres(pool) => pool.close().await,
        }
    }
}

impl Tx {
    pub async fn commit(self) -> Result<()> {
        match self {
            Self::Sqlite(transaction) => transaction.commit().await?,
            Self::Postgres(transaction) => transaction.commit().await?,
        }
        Ok(())
    }

    pub async fn rollback(self) -> Result<()> {
        match self {
            Self::Sqlite(transaction) => transaction.rollback().await?,
            Self::Postgres(transaction) => transaction.rollback().await?,
        }
        Ok(())
    }

    /// From here on PostgreSQL plans each statement for the values at hand, and for one process. The plan for any value that it
    /// keeps from the sixth run on suits most statements and saves planning them; where many rows are searched, it took three
    /// times as long. Other processes take longer to start than a page takes to find.
    async fn plan_for_values(&mut self) -> Result<()> {
        if self.is_postgres() {
            sql::Sql::new(
                "select set_config('plan_cache_mode', 'force_custom_plan', true),
                    set_config('max_parallel_workers_per_gather', '0', true)",
            )
            .execute(self)
            .await?;
        }
        Ok(())
    }

    #[must_use]
    pub const fn is_postgres(&self) -> bool {
        matches!(self, Self::Postgres(_))
    }
}

fn postgres_options(options: &Options) -> Result<PgConnectOptions> {
    let mut postgres = PgConnectOptions::from_str(&options.url)
        .map_err(|_| {
            Error::Unreachable(
                "the database URL can't be read; it looks like postgres://USER@HOST/DATABASE"
                    .to_owned(),
            )
        })?
        .application_name("wardroom");
    let host = postgres.get_host().to_owned();
    let local = postgres.get_socket().is_some()
        || host.starts_with('/')
        || host == "localhost"
        || host
            .parse::<std::net::IpAddr>()
            .is_ok_and(|address| address.is_loopback());
    // sqlx prefers TLS but takes plain text and any certificate; a host that isn't local gets neither.
    if !local && !matches!(postgres.get_ssl_mode(), PgSslMode::VerifyFull) {
        postgres = postgres.ssl_mode(PgSslMode::VerifyFull);
    }
    Ok(postgres)
}

async fn connect_postgres(options: &Options) -> Result<PgPool> {
    let postgres = postgres_options(options)?;
    let connecting = PgPoolOptions::new()
        .max_connections(options.pool_max)
        .acquire_timeout(Duration::from_secs(10))
        .connect_with(postgres.clone());
    tokio::select! {
        pool = connecting => Ok(pool?),
        error = refusal(&postgres) => Err(error),
    }
}

/// Why the server can't be reached, as soon as that is known: a pool tries again until its time is over, and then
/// knows only that it is.
async fn refusal(postgres: &PgConnectOptions) -> Error {
    match postgres.connect().await {
        Err(error) => error.into(),
        Ok(connection) => {
            // How the second connection ends matters to nobody.
            let _ = connection.close().await;
            std::future::pending().await
        }
    }
}

/// Whether it is one of ours to tighten: nobody shall be told to change the permissions of some other file.
fn is_database(path: &std::path::Path) -> bool {
    use std::io::Read;
    let mut start = Vec::new();
    std::fs::File::open(path)
        .and_then(|file| file.take(15).read_to_end(&mut start))
        // An empty file is a database that holds nothing yet.
        .is_ok_and(|_| start.is_empty() || start == b"SQLite format 3")
}

/// Refuses a database file that others can read.
fn refuse_open_file(path: &std::path::Path) -> Result<()> {
    use std::os::unix::fs::PermissionsExt;
    if let Ok(metadata) = std::fs::metadata(path)
        && metadata.is_file()
        && metadata.permissions().mode() & 0o077 != 0
        && is_database(path)
    {
        return Err(Error::OpenFile(path.display().to_string()));
    }
    Ok(())
}

/// Makes the file, readable by its owner alone, before SQLite opens it with the permissions of the day.
fn create_private(path: &std::path::Path) -> Result<()> {
    use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
    let failed = |error: std::io::Error| {
        Error::Unreachable(format!(
            "the database file {} can't be made: {error}",
            path.display()
        ))
    };
    if let Some(folder) = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty() && !folder.exists())
    {
        std::fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(folder)
            .map_err(failed)?;
    }
    if !path.exists() {
        std::fs::OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(path)
            .map_err(failed)?;
    }
    Ok(())
}
