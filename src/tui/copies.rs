//! Texts for the clipboard: rows in the shapes of the command line, and command lines a shell takes as they are.

use crate::domain::text::{csv_line, pad, safe_json, width};
use serde::Serialize;
use serde_json::Value;

/// Rows that are copied at once; the command line gives all.
pub const ROWS_MAX: u32 = 1_000;

/// A JSON array with one row a line, as `--output json` writes it.
#[must_use]
pub fn json_of<T: Serialize>(rows: &[T]) -> String {
    if rows.is_empty() {
        return "[]\n".to_owned();
    }
    let rows = rows.iter().map(|row| {
        let text = serde_json::to_string(row).unwrap_or_default();
        format!("  {}", safe_json(&text))
    });
    format!("[\n{}\n]\n", rows.collect::<Vec<_>>().join(",\n"))
}

/// A heading and a line for each row, as `--output csv` writes it.
#[must_use]
pub fn csv_of<T: Serialize>(columns: &[&str], rows: &[T]) -> String {
    let mut text = csv_line(columns);
    for row in rows {
        let row = serde_json::to_value(row).unwrap_or_default();
        let value = |name: &&str| match row.get(*name) {
            None | Some(Value::Null) => String::new(),
            Some(Value::String(text)) => text.clone(),
            Some(other) => other.to_string(),
        };
        text.push_str(&csv_line(columns.iter().map(value)));
    }
    text
}

/// `wardroom` and its words, each quoted where a shell needs it.
#[must_use]
pub fn command_line<'a>(words: impl IntoIterator<Item = &'a str>) -> String {
    let words = std::iter::once("wardroom").chain(words);
    shell_words::join(words)
}

/// Columns of text that line up, with their headings.
#[must_use]
pub fn table_of(headings: &[&str], rows: &[Vec<String>]) -> String {
    let cells = |column: usize| {
        let of_rows = rows.iter().filter_map(|row| row.get(column));
        let widest = of_rows.map(|cell| width(cell)).max().unwrap_or(0);
        widest.max(headings.get(column).map_or(0, |heading| width(heading)))
    };
    let widths: Vec<usize> = (0..headings.len()).map(cells).collect();
    let line = |cells: &mut dyn Iterator<Item = &str>| {
        let padded = cells
            .zip(&widths)
            .map(|(cell, cells)| pad(cell, *cells, ""));
        padded.collect::<Vec<_>>().join("  ").trim_end().to_owned() + "\n"
    };
    let mut text = line(&mut headings.iter().copied());
    for row in rows {
        text.push_str(&line(&mut row.iter().map(String::as_str)));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Serialize)]
    struct Row {
        name: &'static str,
        since: Option<i64>,
    }

    const ROWS: &[Row] = &[
        Row {
            name: "=1+1",
            since: None,
        },
        Row {
            name: "a, \"b\"",
            since: Some(7),
        },
    ];

    #[test]
    fn rows_have_the_shapes_of_the_command_line() {
        assert_eq!(
            json_of(ROWS),
            "[\n  {\"name\":\"=1+1\",\"since\":null},\n  {\"name\":\"a, \\\"b\\\"\",\"since\":7}\n]\n"
        );
        assert_eq!(json_of::<Row>(&[]), "[]\n");
        assert_eq!(
            csv_of(&["since", "name"], ROWS),
            "since,name\n,'=1+1\n7,\"a, \"\"b\"\"\"\n"
        );
    }

    #[test]
    fn a_shell_takes_the_words_back_as_they_were() {
        let words = ["user", "list", "--filter", "name='O''Hara' $(rm) \"x\" -y"];
        let line = command_line(words);
        let read = shell_words::split(&line).unwrap();
        assert_eq!(read.first().unwrap(), "wardroom");
        assert_eq!(read[1..], words);
        assert_eq!(command_line(["whoami"]), "wardroom whoami");
    }

    #[test]
    fn columns_line_up_whatever_is_in_them() {
        let rows = [
            vec!["田中".to_owned(), "x".to_owned()],
            vec!["ab".to_owned(), "y".to_owned()],
        ];
        assert_eq!(table_of(&["A", "B"], &rows), "A     B\n田中  x\nab    y\n");
    }
}
