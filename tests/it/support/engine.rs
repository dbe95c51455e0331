//! Throw-away databases: a SQLite file, or a database on one PostgreSQL server per test process.
//!
//! A test takes an `Engine` as its case and asks it for a database:
//!
//! ```ignore
//! #[rstest]
//! #[case::sqlite(Engine::Sqlite)]
//! #[case::postgres(Engine::Postgres)]
//! #[tokio::test]
//! async fn finds_by_three_letters(#[case] engine: Engine) {
//!     let database = engine.fresh_database().await;
//!     let store = open(&database.url).await;
//! ```

use super::server::server;
use std::collections::HashMap;
use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, LazyLock, Mutex};
use tempfile::TempDir;
use tokio::sync::OnceCell;
use tokio::task::spawn_blocking;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Engine {
    Sqlite,
    Postgres,
}

/// A database of one test; dropping it removes it.
#[derive(Debug)]
pub struct TestDatabase {
    /// `sqlite:/…/test.db` or `postgres://…`, as `--database` takes it.
    pub url: String,
    place: Place,
}

#[derive(Debug)]
enum Place {
    Folder(TempDir),
    Server { name: String },
}

const FILE_NAME: &str = "test.db";

impl Engine {
    /// An empty database: no file yet on SQLite, no tables on PostgreSQL.
    pub async fn fresh_database(self) -> TestDatabase {
        spawn_blocking(move || TestDatabase::empty(self))
            .await
            .unwrap()
    }

    /// A copy of the database that `prepare` filled, which happens once a process for each `name`.
    /// `prepare` gets the URL, and has closed its connections when it returns.
    pub async fn prepared_database<F, P>(self, name: &'static str, prepare: F) -> TestDatabase
    where
        F: FnOnce(String) -> P,
        P: Future<Output = ()>,
    {
        let original = Arc::clone(ORIGINALS.lock().unwrap().entry((self, name)).or_default());
        let original = original
            .get_or_init(async || {
                let database = self.fresh_database().await;
                prepare(database.url.clone()).await;
                Original::of(database)
            })
            .await
            .clone();
        spawn_blocking(move || TestDatabase::copy_of(&original))
            .await
            .unwrap()
    }
}

impl TestDatabase {
    fn empty(engine: Engine) -> Self {
        match engine {
            Engine::Sqlite => Self::in_folder(),
            Engine::Postgres => Self::on_server("template0"),
        }
    }

    fn copy_of(original: &Original) -> Self {
        match original {
            Original::Bytes(bytes) => {
                let copy = Self::in_folder();
                let file = copy.file().unwrap();
                std::fs::write(&file, bytes).unwrap();
                // A file that others can read is refused.
                std::fs::set_permissions(&file, Permissions::from_mode(0o600)).unwrap();
                copy
            }
            Original::Name(name) => Self::on_server(name),
        }
    }

    fn in_folder() -> Self {
        let folder = TempDir::with_prefix("wardroom-test.").unwrap();
        let url = format!("sqlite:{}", folder.path().join(FILE_NAME).display());
        Self {
            url,
            place: Place::Folder(folder),
        }
    }

    fn on_server(template: &str) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("{}{number}", server().prefix);
        server().run(&format!("create database {name} template {template}"));
        Self {
            url: server().url_of(&name),
            place: Place::Server { name },
        }
    }

    /// The file on SQLite, for a test that damages it, looks at its rights or takes it away.
    pub fn file(&self) -> Option<PathBuf> {
        match &self.place {
            Place::Folder(folder) => Some(folder.path().join(FILE_NAME)),
            Place::Server { .. } => None,
        }
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        if let Place::Server { name } = &self.place {
            server().drop_database(name);
        }
    }
}

/// What copies are made of.
#[derive(Clone, Debug)]
enum Original {
    Bytes(Arc<[u8]>),
    Name(String),
}

type Originals = HashMap<(Engine, &'static str), Arc<OnceCell<Original>>>;

static ORIGINALS: LazyLock<Mutex<Originals>> = LazyLock::new(Mutex::default);

impl Original {
    fn of(mut database: TestDatabase) -> Self {
        if let Some(file) = database.file() {
            let log = file.with_extension("db-wal");
            assert!(
                !log.exists(),
                "{} is still open, so a copy would miss changes",
                file.display()
            );
            return Self::Bytes(std::fs::read(&file).unwrap().into());
        }
        match &mut database.place {
            // Without its name the database is left to the end of the server.
            Place::Server { name } => Self::Name(std::mem::take(name)),
            Place::Folder(_) => unreachable!("a folder has a file"),
        }
    }
}

mod tests {
    use super::Engine;
    use crate::support::server::server;
    use std::cell::Cell;

    #[tokio::test]
    async fn sqlite_files_are_gone_with_their_test() {
        let database = Engine::Sqlite.fresh_database().await;
        let file = database.file().unwrap();
        assert!(!file.exists());
        std::fs::write(&file, "").unwrap();
        drop(database);
        assert!(!file.parent().unwrap().exists());
    }

    #[tokio::test]
    async fn postgres_databases_are_empty_apart_and_gone_with_their_test() {
        let first = Engine::Postgres.fresh_database().await;
        let second = Engine::Postgres.fresh_database().await;
        server().run_in(&first.url, "create table people (id bigint)");
        let count = "select count(*) from pg_tables where schemaname = 'public'";
        assert_eq!(server().run_in(&first.url, count), "1");
        assert_eq!(server().run_in(&second.url, count), "0");

        let name = first
            .url
            .split(['/', '?'])
            .rfind(|part| part.starts_with("wardroom_test_"));
        let found = format!(
            "select count(*) from pg_database where datname = '{}'",
            name.unwrap()
        );
        assert_eq!(server().run(&found), "1");
        drop(first);
        assert_eq!(server().run(&found), "0");
    }

    #[tokio::test]
    async fn a_database_is_prepared_once_and_copied() {
        let prepared = Cell::new(0);
        let prepare = async |url: String| {
            server().run_in(&url, "create table people (id bigint)");
            prepared.set(prepared.get() + 1);
        };
        for _ in 0..2 {
            let copy = Engine::Postgres
                .prepared_database("engine test", prepare)
                .await;
            assert_eq!(
                server().run_in(&copy.url, "select count(*) from people"),
                "0"
            );
        }
        let prepare = async |url: String| {
            std::fs::write(url.trim_start_matches("sqlite:"), "people").unwrap();
            prepared.set(prepared.get() + 1);
        };
        for _ in 0..2 {
            let copy = Engine::Sqlite
                .prepared_database("engine test", prepare)
                .await;
            assert_eq!(std::fs::read(copy.file().unwrap()).unwrap(), b"people");
        }
        assert_eq!(prepared.get(), 2);
    }
}
