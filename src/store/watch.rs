//! Whether anything changed: lists that are alive want to know it every other second, so it has to cost next to nothing.

use super::{Db, Engine, Result};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

const CHANGE_MARK: &str = "select (select sequence from audit_head where id = 1)
    + (select coalesce(max(id), 0) from sign_in_attempts)";

/// What a database's files looked like from outside. While they look the same, nobody has written to them, give or
/// take the moment that the file system's clock doesn't tell apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileStamp {
    database: (u64, SystemTime),
    log: Option<(u64, SystemTime)>,
}

impl FileStamp {
    fn of(database: &Path) -> Option<Self> {
        let mut log = database.as_os_str().to_owned();
        log.push("-wal");
        Some(Self {
            database: size_and_time(database)?,
            log: size_and_time(&PathBuf::from(log)),
        })
    }
}

fn size_and_time(path: &Path) -> Option<(u64, SystemTime)> {
    let metadata = std::fs::metadata(path).ok()?;
    Some((metadata.len(), metadata.modified().ok()?))
}

impl Db {
    /// A number that grows with every change anywhere: one statement, without a transaction around it.
    pub async fn change_mark(&self) -> Result<i64> {
        let query = CHANGE_MARK;
        Ok(match &self.engine {
            Engine::Sqlite { readers, .. } => sqlx::query_scalar(query).fetch_one(readers).await?,
            Engine::Postgres(pool) => sqlx::query_scalar(query).fetch_one(pool).await?,
        })
    }

    /// How the database looks from outside; `None` where that can't be seen.
    #[must_use]
    pub fn file_stamp(&self) -> Option<FileStamp> {
        match &self.engine {
            Engine::Sqlite { file, .. } => FileStamp::of(file),
            Engine::Postgres(_) => None,
        }
    }
}
