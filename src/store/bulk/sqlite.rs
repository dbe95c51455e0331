//! The bulk lane on SQLite: prepared inserts on a handle of our own.

use super::rows::{Packed, Rows};
use super::{Chunk, Message, Table, stopped};
use crate::store::error::index_name;
use crate::store::{Error, Result};
use rusqlite::types::{ToSql, ToSqlOutput, ValueRef};
use rusqlite::{Connection, ErrorCode, OpenFlags};
use std::fmt::Write as _;
use std::path::Path;
use std::time::Duration;
use tokio::sync::mpsc::Receiver;

/// How long the one transaction of a load waits for somebody who is still writing.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);
/// Pages kept in memory while loading; more is no faster.
const CACHE_KIBIBYTES: i64 = 64 * 1024;
/// How much text the full-text index gathers before it writes a segment; its default of 1 MiB makes a thousand segments
/// that have to be merged again.
const SEARCH_BUFFER_BYTES: i64 = 32 * 1024 * 1024;
const SEARCH_BUFFER_BYTES_DEFAULT: i64 = 1024 * 1024;

pub(super) fn open(path: &Path) -> Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    Ok(connection)
}

pub(super) fn load(
    connection: &Connection,
    tables: &[Table],
    mut chunks: Receiver<Message>,
) -> Result<u64> {
    prepare(connection)?;
    connection.execute_batch("begin immediate")?;
    // A transaction that isn't committed is rolled back when the connection is dropped.
    let dropped = drop_extras(connection, tables)?;
    let rows = receive(connection, &mut chunks)?;
    restore_extras(connection, &dropped)?;
    rebuild_search(connection, tables)?;
    check_references(connection, tables)?;
    connection.execute_batch("commit")?;
    finish(connection)?;
    Ok(rows)
}

/// Asks for a rollback journal for as long as the load takes.
///
/// With one, the new pages go straight into the file: the journal holds only the few pages that were there before, and a
/// crash cuts the file off where it began. That needs the database for ourselves; while somebody else has it open it
/// stays in WAL mode, whose log takes all pages first, and is as safe but slower.
fn prepare(connection: &Connection) -> Result<()> {
    connection.execute_batch(&format!(
        "pragma foreign_keys = off; pragma synchronous = full; pragma threads = 2;
         pragma cache_size = -{CACHE_KIBIBYTES};"
    ))?;
    connection.busy_timeout(Duration::ZERO)?;
    match connection.query_row("pragma journal_mode = truncate", [], |_| Ok(())) {
        Err(error) if error.sqlite_error_code() != Some(ErrorCode::DatabaseBusy) => {
            return Err(error.into());
        }
        _ => {}
    }
    connection.busy_timeout(BUSY_TIMEOUT)?;
    Ok(())
}

fn finish(connection: &Connection) -> Result<()> {
    connection.execute_batch("pragma analysis_limit = 2000; analyze")?;
    connection.query_row("pragma journal_mode = wal", [], |_| Ok(()))?;
    connection.query_row("pragma wal_checkpoint(truncate)", [], |_| Ok(()))?;
    Ok(())
}

/// The statements that make the dropped indexes and triggers again.
type Dropped = Vec<String>;

fn drop_extras(connection: &Connection, tables: &[Table]) -> Result<Dropped> {
    let mut found = connection.prepare(
        "select type, name, sql from sqlite_master
         where type in ('index', 'trigger') and tbl_name = ?1 and sql is not null
         order by type, name",
    )?;
    let mut extras = Vec::new();
    for table in tables {
        let rows = found.query_map([table.name], |row| {
            Ok((
                row.get::<_, String>(0)?,
                row.get::<_, String>(1)?,
                row.get(2)?,
            ))
        })?;
        for row in rows {
            extras.push(row?);
        }
    }
    let mut dropped = Vec::new();
    for (kind, name, sql) in extras {
        connection.execute_batch(&format!("drop {kind} {}", quoted(&name)))?;
        dropped.push(sql);
    }
    Ok(dropped)
}

fn restore_extras(connection: &Connection, dropped: &Dropped) -> Result<()> {
    for sql in dropped {
        connection.execute_batch(sql)?;
    }
    Ok(())
}

/// Fills the full-text indexes whose content is one of the loaded tables; their triggers saw nothing.
fn rebuild_search(connection: &Connection, tables: &[Table]) -> Result<()> {
    for table in tables {
        let mut found = connection.prepare(
            "select name from sqlite_master
             where type = 'table' and sql like 'create virtual table%using fts5%' and sql like ?1 order by name",
        )?;
        let content = format!("%content = '{}'%", table.name);
        let names: Vec<String> = found
            .query_map([content], |row| row.get(0))?
            .collect::<rusqlite::Result<_>>()?;
        for name in names.iter().map(|name| quoted(name)) {
            let column = format!("insert into {name} ({name}, rank) values ('hashsize', ?1)");
            connection.execute(&column, [SEARCH_BUFFER_BYTES])?;
            connection.execute(
                &format!("insert into {name} ({name}) values ('rebuild')"),
                [],
            )?;
            connection.execute(
                &format!("insert into {name} ({name}) values ('optimize')"),
                [],
            )?;
            connection.execute(&column, [SEARCH_BUFFER_BYTES_DEFAULT])?;
        }
    }
    Ok(())
}

/// Foreign keys were off while rows came in.
fn check_references(connection: &Connection, tables: &[Table]) -> Result<()> {
    for table in tables {
        let mut check =
            connection.prepare(&format!("pragma foreign_key_check({})", quoted(table.name)))?;
        if check.exists([])? {
            return Err(Error::Inconsistent(format!(
                "a row of {} refers to a record that isn't there",
                table.name
            )));
        }
    }
    Ok(())
}

fn receive(connection: &Connection, chunks: &mut Receiver<Message>) -> Result<u64> {
    let mut rows = 0;
    loop {
        match chunks.blocking_recv() {
            Some(Message::Chunk(chunk)) => rows += insert(connection, &chunk)?,
            Some(Message::End) => return Ok(rows),
            None => return Err(stopped()),
        }
    }
}

fn insert(connection: &Connection, chunk: &Chunk) -> Result<u64> {
    let mut count = 0;
    for rows in chunk.filled() {
        let mut statement = connection.prepare(&insert_text(&rows.table))?;
        let width = rows.table.columns.len();
        let mut place = 0;
        for value in rows.values() {
            place += 1;
            statement.raw_bind_parameter(place, value)?;
            if place == width {
                statement.raw_execute()?;
                place = 0;
            }
        }
        count += rows_inserted(rows);
    }
    Ok(count)
}

fn rows_inserted(rows: &Rows) -> u64 {
    u64::try_from(rows.len()).unwrap_or(u64::MAX)
}

fn insert_text(table: &Table) -> String {
    let mut text = format!("insert into {} (", quoted(table.name));
    text.push_str(&table.columns.join(", "));
    text.push_str(") values (");
    for place in 1..=table.columns.len() {
        let separator = if place == 1 { "" } else { ", " };
        let _ = write!(text, "{separator}?{place}");
    }
    text.push(')');
    text
}

impl ToSql for Packed<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match *self {
            Self::Null => ValueRef::Null,
            Self::Int(value) => ValueRef::Integer(value),
            Self::Bool(value) => ValueRef::Integer(i64::from(value)),
            Self::Text(text) => ValueRef::Text(text),
            Self::Bytes(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

/// A handle of our own speaks through another crate than the rest of the store; its errors mean the same.
impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Self {
        if let rusqlite::Error::SqliteFailure(failure, Some(message)) = &error
            && failure.code == ErrorCode::ConstraintViolation
            && message.starts_with("UNIQUE")
        {
            return Self::Taken(index_name(None, message));
        }
        match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Locked,
            Some(ErrorCode::ReadOnly) => Self::ReadOnly,
            Some(ErrorCode::CannotOpen) => {
                Self::Unreachable("the database file can't be opened".to_owned())
            }
            Some(ErrorCode::NotADatabase) => {
                Self::Unreachable("the file is not a database".to_owned())
            }
            Some(ErrorCode::DatabaseCorrupt) => {
                Self::Unreachable("the database file is damaged".to_owned())
            }
            Some(ErrorCode::DiskFull | ErrorCode::SystemIoFailure) => {
                Self::Unreachable("the disk of the database is full or failing".to_owned())
            }
            _ => Self::Broken(sqlx::Error::AnyDriverError(Box::new(error))),
        }
    }
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
