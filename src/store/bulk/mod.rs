//! The bulk lane: loads whole tables into a database that nobody else uses yet.
//!
//! One thread makes rows, another writes them; between them travel a few chunks of some megabytes, so memory stays flat
//! whatever the number of rows. Everything happens in one transaction: either all rows are there afterwards, or none.
//! Secondary indexes, foreign keys and triggers are taken from the database's own catalogue, dropped before the load and
//! made again after it, because sorting an index once is several times cheaper than growing it row by row.
//!
//! To load one more table: a [`Table`] constant with its columns, placed after the tables that it refers to.

mod postgres;
mod rows;
mod sqlite;

pub use rows::{Chunk, Value};

use std::path::PathBuf;
use std::str::FromStr;
use tokio::sync::mpsc;

/// A table to load, and the columns that its rows carry; the others take their defaults.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Table {
    pub name: &'static str,
    pub columns: &'static [&'static str],
}

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("the database URL can't be read")]
    Url(#[source] sqlx::Error),
    #[error("the database answered with an error")]
    Postgres(#[from] sqlx::Error),
    #[error("the database answered with an error")]
    Sqlite(#[from] rusqlite::Error),
    /// A row of this table refers to a record that isn't there.
    #[error("a row of {0} refers to a record that isn't there")]
    Dangling(String),
    #[error("a row of {table} has {found} values for {wanted} columns")]
    Width {
        table: &'static str,
        found: usize,
        wanted: usize,
    },
    /// The other side of the load ended; its own error says why.
    #[error("the load was broken off")]
    Stopped,
}

pub type Result<T> = std::result::Result<T, Error>;

/// How many filled chunks may wait for the database.
const CHUNKS_WAITING_MAX: usize = 2;
/// A chunk travels when it is about this large.
const CHUNK_BYTES: usize = 2 * 1024 * 1024;

/// A database that is open for loading.
#[derive(Debug)]
pub enum Bulk {
    Sqlite(rusqlite::Connection),
    Postgres(sqlx::PgConnection),
}

impl Bulk {
    /// Opens the database at `sqlite:PATH`, a bare path, or `postgres://…`; it must have its schema already.
    pub async fn open(url: &str) -> Result<Self> {
        if url.starts_with("postgres:") || url.starts_with("postgresql:") {
            let options = sqlx::postgres::PgConnectOptions::from_str(url).map_err(Error::Url)?;
            return Self::open_postgres(&options).await;
        }
        let path = url.strip_prefix("sqlite:").unwrap_or(url);
        let path = path.strip_prefix("//").unwrap_or(path);
        Self::open_sqlite(PathBuf::from(path.split('?').next().unwrap_or(path))).await
    }

    pub async fn open_postgres(options: &sqlx::postgres::PgConnectOptions) -> Result<Self> {
        Ok(Self::Postgres(postgres::open(options).await?))
    }

    pub async fn open_sqlite(path: PathBuf) -> Result<Self> {
        Ok(Self::Sqlite(blocking(move || sqlite::open(&path)).await?))
    }

    /// Loads what `fill` pushes, and counts the rows. `fill` runs on a thread of its own; when it fails, nothing stays.
    pub async fn load<F>(self, tables: &'static [Table], fill: F) -> Result<u64>
    where
        F: FnOnce(&mut Sink) -> Result<()> + Send + 'static,
    {
        let (sender, receiver) = mpsc::channel(CHUNKS_WAITING_MAX);
        let filling = tokio::task::spawn_blocking(move || {
            let mut sink = Sink {
                chunk: Chunk::new(tables),
                sender,
            };
            match fill(&mut sink) {
                Ok(()) => sink.flush().and_then(|()| sink.send(Message::End)),
                // Dropping the sender without an end tells the writer to roll back.
                Err(error) => Err(error),
            }
        });
        let written = match self {
            Self::Sqlite(connection) => {
                blocking(move || sqlite::load(connection, tables, receiver)).await
            }
            Self::Postgres(connection) => postgres::load(connection, tables, receiver).await,
        };
        let filled = filling.await.unwrap_or(Err(Error::Stopped));
        // Whichever side broke off by itself has the reason; the other only saw that its partner was gone.
        match (filled, written) {
            (Err(Error::Stopped), Err(error)) | (Err(error), _) | (Ok(()), Err(error)) => {
                Err(error)
            }
            (Ok(()), Ok(rows)) => Ok(rows),
        }
    }
}

/// What travels from the thread that makes rows to the one that writes them.
enum Message {
    Chunk(Chunk),
    End,
}

/// Where the rows of a load go in.
pub struct Sink {
    chunk: Chunk,
    sender: mpsc::Sender<Message>,
}

impl Sink {
    /// Adds a row to the table at this place of the load's tables.
    pub fn push(&mut self, table: usize, row: &[Value<'_>]) -> Result<()> {
        self.chunk.push(table, row)
    }

    /// Hands over what has gathered if it is enough. Rows that refer to each other across tables are pushed in between
    /// two calls, so that no chunk refers to a later one.
    pub fn settle(&mut self) -> Result<()> {
        if self.chunk.bytes() < CHUNK_BYTES {
            return Ok(());
        }
        self.flush()
    }

    fn flush(&mut self) -> Result<()> {
        let empty = self.chunk.emptied();
        let full = std::mem::replace(&mut self.chunk, empty);
        self.send(Message::Chunk(full))
    }

    fn send(&self, message: Message) -> Result<()> {
        self.sender
            .blocking_send(message)
            .map_err(|_| Error::Stopped)
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    tokio::task::spawn_blocking(work)
        .await
        .unwrap_or(Err(Error::Stopped))
}

#[cfg(test)]
mod tests;
