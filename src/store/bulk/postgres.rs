//! The bulk lane on PostgreSQL: `copy … from stdin`, one statement a table and chunk.

use super::rows::{Packed, Rows};
use super::{Message, Table, stopped};
use crate::store::{Options, Result, postgres_options};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, Executor as _, PgConnection};
use std::io::Write as _;
use tokio::sync::mpsc::Receiver;

pub(super) async fn open(options: &Options) -> Result<PgConnection> {
    Ok(postgres_options(options)?.connect().await?)
}

pub(super) async fn load(
    mut connection: PgConnection,
    tables: &[Table],
    mut chunks: Receiver<Message>,
) -> Result<u64> {
    connection.execute("begin").await?;
    match within(&mut connection, tables, &mut chunks).await {
        Ok(rows) => {
            connection.execute("commit").await?;
            // Marks the new pages as all-visible, without which index-only scans go to the table for every row.
            run(&mut connection, format!("vacuum {}", names(tables))).await?;
            connection.close().await?;
            Ok(rows)
        }
        Err(error) => {
            // The server rolls back by itself when the connection goes; its first error is the one worth telling.
            let _ = connection.close().await;
            Err(error)
        }
    }
}

async fn within(
    connection: &mut PgConnection,
    tables: &[Table],
    chunks: &mut Receiver<Message>,
) -> Result<u64> {
    connection
        .execute("set local maintenance_work_mem = '256MB'")
        .await?;
    let restore = drop_extras(connection, tables).await?;
    let rows = receive(connection, chunks).await?;
    for statement in restore {
        run(connection, statement).await?;
    }
    set_sequences(connection, tables).await?;
    run(connection, format!("analyze {}", names(tables))).await?;
    Ok(rows)
}

/// Runs a statement whose text comes from the program and from the database's own catalogue, quoted by the server.
async fn run(connection: &mut PgConnection, statement: String) -> Result<()> {
    connection.execute(AssertSqlSafe(statement)).await?;
    Ok(())
}

fn names(tables: &[Table]) -> String {
    tables
        .iter()
        .map(|table| table.name)
        .collect::<Vec<_>>()
        .join(", ")
}

fn name_list(tables: &[Table]) -> Vec<String> {
    tables.iter().map(|table| table.name.to_owned()).collect()
}

/// Drops foreign keys, then what is unique by constraint and referred to by nobody any more, then the other indexes; and
/// returns what makes them again, in reverse. The foreign keys are then checked by one join each instead of one look-up
/// a row.
async fn drop_extras(connection: &mut PgConnection, tables: &[Table]) -> Result<Vec<String>> {
    let mut restore = drop_constraints(
        connection,
        tables,
        "select c.conrelid::regclass::text, quote_ident(c.conname), pg_get_constraintdef(c.oid)
         from pg_constraint c
         join pg_class t on t.oid = c.conrelid
         where c.contype = 'f' and t.relnamespace = current_schema()::regnamespace and t.relname = any($1)
         order by t.relname desc, c.conname desc",
    )
    .await?;
    restore.extend(
        drop_constraints(
            connection,
            tables,
            "select c.conrelid::regclass::text, quote_ident(c.conname), pg_get_constraintdef(c.oid)
             from pg_constraint c
             join pg_class t on t.oid = c.conrelid
             where c.contype in ('p', 'u') and t.relnamespace = current_schema()::regnamespace and t.relname = any($1)
             and not exists (select 1 from pg_constraint f where f.contype = 'f' and f.conindid = c.conindid)
             order by t.relname desc, c.conname desc",
        )
        .await?,
    );
    let indexes: Vec<(String, String)> = sqlx::query_as(
        "select i.oid::regclass::text, pg_get_indexdef(i.oid)
         from pg_index x
         join pg_class i on i.oid = x.indexrelid
         join pg_class t on t.oid = x.indrelid
         where t.relnamespace = current_schema()::regnamespace and t.relname = any($1)
         and not exists (select 1 from pg_constraint c where c.conindid = i.oid and c.contype in ('p', 'u', 'x'))
         order by t.relname desc, i.relname desc",
    )
    .bind(name_list(tables))
    .fetch_all(&mut *connection)
    .await?;
    for (index, definition) in indexes {
        run(connection, format!("drop index {index}")).await?;
        restore.push(definition);
    }
    restore.reverse();
    Ok(restore)
}

async fn drop_constraints(
    connection: &mut PgConnection,
    tables: &[Table],
    select: &'static str,
) -> Result<Vec<String>> {
    let found: Vec<(String, String, String)> = sqlx::query_as(select)
        .bind(name_list(tables))
        .fetch_all(&mut *connection)
        .await?;
    let mut restore = Vec::with_capacity(found.len());
    for (table, name, definition) in found {
        run(
            connection,
            format!("alter table {table} drop constraint {name}"),
        )
        .await?;
        restore.push(format!(
            "alter table {table} add constraint {name} {definition}"
        ));
    }
    Ok(restore)
}

/// Moves every identity sequence past the ids that came with the rows.
async fn set_sequences(connection: &mut PgConnection, tables: &[Table]) -> Result<()> {
    let columns: Vec<(String, String, String)> = sqlx::query_as(
        "select t.oid::regclass::text, quote_ident(a.attname), pg_get_serial_sequence(t.oid::regclass::text, a.attname)
         from pg_attribute a
         join pg_class t on t.oid = a.attrelid
         where a.attidentity <> '' and t.relnamespace = current_schema()::regnamespace and t.relname = any($1)",
    )
    .bind(name_list(tables))
    .fetch_all(&mut *connection)
    .await?;
    for (table, column, sequence) in columns {
        let sequence = sequence.replace('\'', "''");
        run(
            connection,
            format!(
                "select setval('{sequence}', coalesce(max({column}), 0) + 1, false) from {table}"
            ),
        )
        .await?;
    }
    Ok(())
}

async fn receive(connection: &mut PgConnection, chunks: &mut Receiver<Message>) -> Result<u64> {
    let mut count = 0;
    let mut buffer = Vec::new();
    loop {
        match chunks.recv().await {
            Some(Message::Chunk(chunk)) => {
                for rows in chunk.filled() {
                    count += copy(connection, rows, &mut buffer).await?;
                }
            }
            Some(Message::End) => return Ok(count),
            None => return Err(stopped()),
        }
    }
}

async fn copy(connection: &mut PgConnection, rows: &Rows, buffer: &mut Vec<u8>) -> Result<u64> {
    buffer.clear();
    encode(rows, buffer);
    let statement = format!(
        "copy {} ({}) from stdin",
        rows.table.name,
        rows.table.columns.join(", ")
    );
    let mut copy = connection.copy_in_raw(&statement).await?;
    copy.send(buffer.as_slice()).await?;
    Ok(copy.finish().await?)
}

/// The text format of `copy`: tabs between values, a line a row, backslashes before what would be read as either.
fn encode(rows: &Rows, buffer: &mut Vec<u8>) {
    let width = rows.table.columns.len();
    let mut place = 0;
    for value in rows.values() {
        match value {
            Packed::Null => buffer.extend_from_slice(b"\\N"),
            // Writing to a vector can't fail.
            Packed::Int(value) => drop(write!(buffer, "{value}")),
            Packed::Bool(value) => buffer.push(if value { b't' } else { b'f' }),
            Packed::Text(text) => encode_text(text, buffer),
            Packed::Bytes(bytes) => {
                buffer.extend_from_slice(b"\\\\x");
                buffer.extend_from_slice(data_encoding::HEXLOWER.encode(bytes).as_bytes());
            }
        }
        place += 1;
        if place == width {
            buffer.push(b'\n');
            place = 0;
        } else {
            buffer.push(b'\t');
        }
    }
}

fn encode_text(text: &[u8], buffer: &mut Vec<u8>) {
    for &byte in text {
        match byte {
            b'\\' => buffer.extend_from_slice(b"\\\\"),
            b'\t' => buffer.extend_from_slice(b"\\t"),
            b'\n' => buffer.extend_from_slice(b"\\n"),
            b'\r' => buffer.extend_from_slice(b"\\r"),
            byte => buffer.push(byte),
        }
    }
}
