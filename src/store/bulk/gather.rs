//! A load into memory, for tests that look at the rows of a source.

use super::rows::Packed;
use super::{Chunk, Message, Sink, Table};
use crate::store::Result;
use tokio::sync::mpsc;

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Owned {
    Null,
    Int(i64),
    Bool(bool),
    Text(String),
    Bytes(Vec<u8>),
}

impl From<Packed<'_>> for Owned {
    fn from(value: Packed<'_>) -> Self {
        match value {
            Packed::Null => Self::Null,
            Packed::Int(value) => Self::Int(value),
            Packed::Bool(value) => Self::Bool(value),
            Packed::Text(text) => Self::Text(String::from_utf8(text.to_vec()).unwrap()),
            Packed::Bytes(bytes) => Self::Bytes(bytes.to_vec()),
        }
    }
}

/// The rows of each table, in the order in which they would be written.
pub fn gather(
    tables: &'static [Table],
    fill: impl FnOnce(&mut Sink) -> Result<()> + Send + 'static,
) -> Vec<Vec<Vec<Owned>>> {
    let (sender, mut receiver) = mpsc::channel(1);
    let filling = std::thread::spawn(move || {
        let mut sink = Sink {
            chunk: Chunk::new(tables),
            sender,
        };
        fill(&mut sink).unwrap();
        sink.flush().unwrap();
    });
    let mut gathered = vec![Vec::new(); tables.len()];
    while let Some(Message::Chunk(chunk)) = receiver.blocking_recv() {
        for rows in chunk.filled() {
            let place = tables
                .iter()
                .position(|table| *table == rows.table)
                .unwrap();
            let values: Vec<Owned> = rows.values().map(Owned::from).collect();
            let width = rows.table.columns.len();
            gathered[place].extend(values.chunks_exact(width).map(<[Owned]>::to_vec));
        }
    }
    filling.join().unwrap();
    gathered
}
