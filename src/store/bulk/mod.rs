//! The bulk lane: loads whole tables into a database that nobody else uses yet.
//!
//! One thread makes rows, another writes them; between them travel a few chunks of some megabytes, so memory stays flat
//! whatever the number of rows. Everything happens in one transaction: either all rows are there afterwards, or none.
//! Secondary indexes, foreign keys and triggers are taken from the database's own catalogue, dropped before the load and
//! made again after it, because sorting an index once is several times cheaper than growing it row by row.
//!
//! To load one more table: a [`Table`] constant with its columns, placed after the tables that it refers to.

#[cfg(test)]
pub mod gather;
mod postgres;
mod rows;
mod sqlite;

pub use rows::{Chunk, Value};

use super::{Error, Options, Result};
use tokio::sync::mpsc;

/// A table to load, and the columns that its rows carry; the others take their defaults.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Table {
    pub name: &'static str,
    pub columns: &'static [&'static str],
}

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
    /// Opens a database that has its schema already.
    ///
    /// # Errors
    /// When it isn't there or can't be reached.
    pub async fn open(options: &Options) -> Result<Self> {
        match options.file() {
            None => Ok(Self::Postgres(postgres::open(options).await?)),
            Some(path) if path.exists() => {
                Ok(Self::Sqlite(blocking(move || sqlite::open(&path)).await?))
            }
            Some(path) => Err(Error::NoDatabase(path.display().to_string())),
        }
    }

    /// Loads what `fill` pushes, and counts the rows. `fill` runs on a thread of its own.
    ///
    /// # Errors
    /// When `fill` fails, or the rows break a rule of the schema; nothing stays then.
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
                blocking(move || sqlite::load(&connection, tables, receiver)).await
            }
            Self::Postgres(connection) => postgres::load(connection, tables, receiver).await,
        };
        let filled = filling.await.unwrap_or_else(|_| Err(stopped()));
        // Whichever side broke off by itself has the reason; the other only saw that its partner was gone.
        match (filled, written) {
            (Ok(()), written) => written,
            (Err(seen), Err(reason)) if is_stopped(&seen) => Err(reason),
            (Err(reason), _) => Err(reason),
        }
    }
}

/// What one side of a load sees when the other is gone.
fn stopped() -> Error {
    Error::Inconsistent(STOPPED.to_owned())
}

fn is_stopped(error: &Error) -> bool {
    matches!(error, Error::Inconsistent(text) if text == STOPPED)
}

const STOPPED: &str = "the load was broken off";

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
    ///
    /// # Errors
    /// When there is no such table, or it has another number of columns.
    pub fn push(&mut self, table: usize, row: &[Value<'_>]) -> Result<()> {
        self.chunk.push(table, row)
    }

    /// Hands over what has gathered if it is enough. Rows that refer to each other across tables are pushed in between
    /// two calls, so that no chunk refers to a later one.
    ///
    /// # Errors
    /// When the database has broken the load off.
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
        self.sender.blocking_send(message).map_err(|_| stopped())
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    tokio::task::spawn_blocking(work)
        .await
        .unwrap_or_else(|_| Err(stopped()))
}

#[cfg(test)]
mod tests;
