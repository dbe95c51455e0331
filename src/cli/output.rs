//! Answers on standard output, in four forms, and sentences on standard error.
//!
//! Invariants: JSON stands on standard output alone, also when the answer is no; whatever a person reads was made safe
//! first; a spreadsheet that opens the CSV runs none of it, and the guard can be taken off again.

use super::exit::Result;
use super::table::{plain_table, terminal_cells, text_of, widen};
use crate::domain::Time;
use crate::domain::text::{csv_line, safe, safe_json};
use jiff::tz::TimeZone;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;
use std::io::{self, BufWriter, IsTerminal as _, Stdout, Write as _};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// Columns for people.
    #[default]
    Table,
    /// One JSON text.
    Json,
    /// One JSON text a line.
    Ndjson,
    /// For spreadsheets: a value that they would run as a formula begins with an apostrophe.
    Csv,
}

/// Where answers go, and in which form.
#[derive(Clone, Debug)]
pub struct Output {
    pub format: Format,
    /// The zone of times that people read; JSON and CSV have UTC.
    pub zone: TimeZone,
}

/// The fields of one row, in the order in which they are shown.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Record(Vec<(String, Value)>);

/// Rows of a table are held back so that their columns line up, so many at a time.
const TABLE_ROWS: usize = 1_000;

impl Output {
    pub fn new(format: Format, zone: TimeZone) -> Self {
        Self { format, zone }
    }

    pub const fn is_json(&self) -> bool {
        matches!(self.format, Format::Json | Format::Ndjson)
    }

    /// One record: an object, or a line for each of its fields.
    pub fn record(&self, value: &impl Serialize) -> Result<()> {
        match self.format {
            Format::Json | Format::Ndjson => self.json(value),
            Format::Csv => {
                let record = Record::of(value)?;
                let mut list = self.list(&record.names());
                list.row(&record)?;
                list.end()
            }
            Format::Table => {
                let mut table = plain_table();
                for (name, value) in Record::of(value)?.0 {
                    table.add_row([heading(&name), self.cell(&value)]);
                }
                self.text(&text_of(table, terminal_cells()))
            }
        }
    }

    /// A list that is written while it is read; see [`List`].
    pub fn list(&self, columns: &[&str]) -> List {
        List {
            output: self.clone(),
            out: BufWriter::new(io::stdout()),
            columns: columns.iter().map(|&name| name.to_owned()).collect(),
            is_terminal: io::stdout().is_terminal(),
            cells: terminal_cells(),
            waiting: Vec::new(),
            widths: Vec::new(),
            rows: 0,
        }
    }

    /// The rows of a list that is small enough to be held.
    pub fn rows<T: Serialize>(&self, columns: &[&str], rows: &[T]) -> Result<()> {
        let mut list = self.list(columns);
        for row in rows {
            list.row(&Record::of(row)?)?;
        }
        list.end()
    }

    /// JSON, whatever form was asked for: pretty unless it is to be one line.
    pub fn json(&self, value: &impl Serialize) -> Result<()> {
        let text = match self.format {
            Format::Ndjson => serde_json::to_string(value)?,
            _ => serde_json::to_string_pretty(value)?,
        };
        self.text(&safe_json(&text))
    }

    /// Text as it is, which the program made itself, and a line's end.
    #[expect(clippy::unused_self, reason = "everything goes out through here")]
    pub fn text(&self, text: &str) -> Result<()> {
        let mut out = io::stdout().lock();
        writeln!(out, "{text}")?;
        Ok(out.flush()?)
    }

    /// Lines for a person.
    pub fn lines(&self, lines: &[String]) -> Result<()> {
        lines.iter().try_for_each(|line| self.text(&safe(line)))
    }

    /// A value as a person reads it.
    fn cell(&self, value: &Value) -> String {
        match value {
            Value::Null => "-".to_owned(),
            Value::Bool(true) => "yes".to_owned(),
            Value::Bool(false) => "no".to_owned(),
            Value::Number(number) => number.to_string(),
            Value::String(text) => match time(text) {
                Some(time) => time.display_in(&self.zone),
                None => safe(text).into_owned(),
            },
            Value::Array(list) => list
                .iter()
                .map(|value| self.cell(value))
                .collect::<Vec<_>>()
                .join(", "),
            Value::Object(fields) => fields
                .iter()
                .map(|(name, value)| format!("{}: {}", safe(name), self.cell(value)))
                .collect::<Vec<_>>()
                .join("; "),
        }
    }
}

/// A sentence for the person, on standard error. It is no failure when nobody reads it.
pub fn say(sentence: &str) {
    let mut out = io::stderr().lock();
    for line in sentence.lines() {
        let _ = writeln!(out, "{}", safe(line));
    }
}

/// A list under way: rows leave as they come, so that a million of them need no room.
pub struct List {
    output: Output,
    out: BufWriter<Stdout>,
    columns: Vec<String>,
    is_terminal: bool,
    /// As [`terminal_cells`].
    cells: Option<u16>,
    waiting: Vec<Vec<String>>,
    /// The widths that the columns of a table had before.
    widths: Vec<u16>,
    rows: u64,
}

impl List {
    /// Adds a row: of its fields, the columns of the list.
    pub fn row(&mut self, record: &Record) -> Result<()> {
        let chosen = record.choose(&self.columns);
        match self.output.format {
            Format::Json => {
                let begin = if self.rows == 0 { "[\n  " } else { ",\n  " };
                write!(
                    self.out,
                    "{begin}{}",
                    safe_json(&serde_json::to_string(&chosen)?)
                )?;
            }
            Format::Ndjson => {
                writeln!(self.out, "{}", safe_json(&serde_json::to_string(&chosen)?))?;
            }
            Format::Csv => {
                if self.rows == 0 {
                    self.csv_header()?;
                }
                let line = csv_line(chosen.0.iter().map(|(_, value)| self.csv_value(value)));
                self.out.write_all(line.as_bytes())?;
            }
            Format::Table => {
                let cells = chosen.0.iter().map(|(_, value)| self.output.cell(value));
                self.waiting.push(cells.collect());
                if self.waiting.len() >= TABLE_ROWS {
                    self.write_table()?;
                }
            }
        }
        self.rows += 1;
        Ok(())
    }

    /// Sends what has gathered, for a reader who waits.
    pub fn flush(&mut self) -> Result<()> {
        if !self.waiting.is_empty() {
            self.write_table()?;
        }
        Ok(self.out.flush()?)
    }

    pub fn end(mut self) -> Result<()> {
        match self.output.format {
            Format::Json if self.rows == 0 => writeln!(self.out, "[]")?,
            Format::Json => writeln!(self.out, "\n]")?,
            Format::Csv if self.rows == 0 => self.csv_header()?,
            Format::Table if self.rows == 0 => self.write_table()?,
            Format::Csv | Format::Ndjson | Format::Table => {}
        }
        self.flush()
    }

    fn csv_header(&mut self) -> Result<()> {
        let line = csv_line(&self.columns);
        Ok(self.out.write_all(line.as_bytes())?)
    }

    fn csv_value(&self, value: &Value) -> String {
        let text = match value {
            Value::Null => String::new(),
            Value::String(text) => text.clone(),
            Value::Array(list) => list
                .iter()
                .map(|value| {
                    value
                        .as_str()
                        .map_or_else(|| value.to_string(), str::to_owned)
                })
                .collect::<Vec<_>>()
                .join(", "),
            other => other.to_string(),
        };
        if self.is_terminal {
            safe(&text).into_owned()
        } else {
            text
        }
    }

    fn write_table(&mut self) -> Result<()> {
        let mut table = plain_table();
        if self.widths.is_empty() {
            table.set_header(self.columns.iter().map(|name| heading(name)));
        }
        for row in self.waiting.drain(..) {
            table.add_row(row);
        }
        widen(&mut table, &self.widths, self.cells);
        self.widths = table
            .column_max_content_widths()
            .into_iter()
            .zip(self.widths.iter().copied().chain(std::iter::repeat(0)))
            .map(|(now, before)| now.max(before))
            .collect();
        writeln!(self.out, "{}", text_of(table, self.cells))?;
        Ok(())
    }
}

fn heading(name: &str) -> String {
    safe(&name.replace('_', " ")).to_uppercase()
}

/// A moment as JSON writes it: `2026-11-22T14:02:00Z`, and nothing else.
fn time(text: &str) -> Option<Time> {
    if text.len() != 20 || !text.ends_with('Z') {
        return None;
    }
    let stamp: jiff::Timestamp = text.parse().ok()?;
    Some(Time(stamp.as_microsecond()))
}

impl Record {
    /// The fields of a value, in the order in which it serializes.
    pub fn of(value: &impl Serialize) -> Result<Self> {
        Ok(serde_json::from_str(&serde_json::to_string(value)?)?)
    }

    pub fn names(&self) -> Vec<&str> {
        self.0.iter().map(|(name, _)| name.as_str()).collect()
    }

    /// Puts another value in the place of a field's.
    pub fn set(&mut self, name: &str, value: &Value) {
        for (_, known) in self.0.iter_mut().filter(|(known, _)| known == name) {
            known.clone_from(value);
        }
    }

    /// Takes another's fields in behind its own; those it has already stay.
    pub fn extend(&mut self, other: Self) {
        for (name, value) in other.0 {
            if !self.0.iter().any(|(known, _)| *known == name) {
                self.0.push((name, value));
            }
        }
    }

    fn choose(&self, columns: &[String]) -> Self {
        let value = |name: &String| {
            let found = self.0.iter().find(|(known, _)| known == name);
            found.map_or(Value::Null, |(_, value)| value.clone())
        };
        Self(
            columns
                .iter()
                .map(|name| (name.clone(), value(name)))
                .collect(),
        )
    }
}

impl Serialize for Record {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name, value)))
    }
}

impl<'de> Deserialize<'de> for Record {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        deserializer.deserialize_map(Fields)
    }
}

struct Fields;

impl<'de> Visitor<'de> for Fields {
    type Value = Record;

    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> std::result::Result<Record, A::Error> {
        let mut fields = Vec::new();
        while let Some(field) = map.next_entry()? {
            fields.push(field);
        }
        Ok(Record(fields))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_record_keeps_the_order_of_its_fields() {
        #[derive(Serialize)]
        struct Row {
            zebra: i32,
            ape: Option<i32>,
        }
        let record = Record::of(&Row {
            zebra: 1,
            ape: None,
        })
        .unwrap();
        assert_eq!(record.names(), ["zebra", "ape"]);
        let chosen = record.choose(&["ape".to_owned(), "bee".to_owned()]);
        assert_eq!(
            serde_json::to_string(&chosen).unwrap(),
            r#"{"ape":null,"bee":null}"#
        );
    }

    #[test]
    fn people_read_words_and_their_own_times() {
        let output = Output::new(Format::Table, TimeZone::get("Europe/Vienna").unwrap());
        for (value, cell) in [
            (json!(null), "-"),
            (json!(true), "yes"),
            (json!(["a", "b"]), "a, b"),
            (json!({"x": [1, 2]}), "x: 1, 2"),
            (json!("2026-11-22T14:02:00Z"), "2026-11-22 15:02 CET"),
            (json!("a\u{1b}[2J"), "a‹U+001B›[2J"),
        ] {
            assert_eq!(output.cell(&value), cell);
        }
    }
}
