//! Rows on their way to the database: values of many rows and tables packed into a few growing buffers.

use super::Table;
use crate::store::{Error, Result};

/// One value of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value<'a> {
    Null,
    Int(i64),
    Bool(bool),
    Text(&'a str),
    Bytes(&'a [u8]),
}

impl From<i64> for Value<'_> {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl From<Option<i64>> for Value<'_> {
    fn from(value: Option<i64>) -> Self {
        value.map_or(Self::Null, Self::Int)
    }
}

impl From<bool> for Value<'_> {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(value: &'a str) -> Self {
        Self::Text(value)
    }
}

impl<'a> From<&'a String> for Value<'a> {
    fn from(value: &'a String) -> Self {
        Self::Text(value)
    }
}

/// A value whose text or bytes lie in the buffer of its rows; it holds where they end.
#[derive(Clone, Copy, Debug)]
enum Cell {
    Null,
    Int(i64),
    Bool(bool),
    Text(usize),
    Bytes(usize),
}

/// The rows of one table.
#[derive(Clone, Debug)]
pub struct Rows {
    pub(super) table: Table,
    cells: Vec<Cell>,
    bytes: Vec<u8>,
}

impl Rows {
    fn new(table: Table, cells: usize, bytes: usize) -> Self {
        Self {
            table,
            cells: Vec::with_capacity(cells),
            bytes: Vec::with_capacity(bytes),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.cells.len() / self.table.columns.len().max(1)
    }

    /// The values of all rows, one after the other, each as [`Packed`] for the engines.
    pub(super) fn values(&self) -> impl Iterator<Item = Packed<'_>> {
        let mut start = 0;
        self.cells.iter().map(move |cell| {
            let mut upto = |end: usize| {
                let slice = self.bytes.get(start..end).unwrap_or_default();
                start = end;
                slice
            };
            match *cell {
                Cell::Null => Packed::Null,
                Cell::Int(value) => Packed::Int(value),
                Cell::Bool(value) => Packed::Bool(value),
                Cell::Text(end) => Packed::Text(upto(end)),
                Cell::Bytes(end) => Packed::Bytes(upto(end)),
            }
        })
    }
}

/// A [`Value`] read back from its buffer; text is UTF-8 because it went in as `str`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Packed<'a> {
    Null,
    Int(i64),
    Bool(bool),
    Text(&'a [u8]),
    Bytes(&'a [u8]),
}

/// The rows of several tables that travel together.
#[derive(Clone, Debug)]
pub struct Chunk {
    tables: Vec<Rows>,
}

impl Chunk {
    pub(super) fn new(tables: &[Table]) -> Self {
        Self {
            tables: tables.iter().map(|&table| Rows::new(table, 0, 0)).collect(),
        }
    }

    /// A chunk for the same tables, with room for as much as this one holds.
    pub(super) fn emptied(&self) -> Self {
        let tables = self
            .tables
            .iter()
            .map(|rows| Rows::new(rows.table, rows.cells.len(), rows.bytes.len()))
            .collect();
        Self { tables }
    }

    pub(super) fn push(&mut self, table: usize, row: &[Value<'_>]) -> Result<()> {
        let Some(rows) = self.tables.get_mut(table) else {
            return Err(Error::Inconsistent(format!("no table at place {table}")));
        };
        if row.len() != rows.table.columns.len() {
            return Err(Error::Inconsistent(format!(
                "a row of {} has {} values for {} columns",
                rows.table.name,
                row.len(),
                rows.table.columns.len()
            )));
        }
        for value in row {
            let cell = match *value {
                Value::Null => Cell::Null,
                Value::Int(value) => Cell::Int(value),
                Value::Bool(value) => Cell::Bool(value),
                Value::Text(text) => {
                    rows.bytes.extend_from_slice(text.as_bytes());
                    Cell::Text(rows.bytes.len())
                }
                Value::Bytes(bytes) => {
                    rows.bytes.extend_from_slice(bytes);
                    Cell::Bytes(rows.bytes.len())
                }
            };
            rows.cells.push(cell);
        }
        Ok(())
    }

    pub(super) fn bytes(&self) -> usize {
        self.tables
            .iter()
            .map(|rows| rows.bytes.len() + rows.cells.len() * size_of::<Cell>())
            .sum()
    }

    /// The tables that have rows, parents first.
    pub(super) fn filled(&self) -> impl Iterator<Item = &Rows> {
        self.tables.iter().filter(|rows| !rows.cells.is_empty())
    }
}
