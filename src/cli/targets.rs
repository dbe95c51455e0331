//! Whom a command is about: names, a filter, or names on standard input.

use super::ask;
use super::exit::{Failure, Result};
use crate::domain::text::unguarded;
use crate::service::jobs::Targets;
use std::path::Path;

/// A million names of sixty bytes.
const INPUT_BYTES_MAX: u64 = 64 * 1024 * 1024;

#[derive(Clone, Debug, clap::Args)]
pub struct Whom {
    /// Usernames; - reads them from standard input, one a line or the first column of a CSV
    #[arg(value_name = "NAME", required_unless_present = "filter")]
    names: Vec<String>,
    /// Everybody whom this filter finds
    #[arg(long, value_name = "Q", conflicts_with = "names")]
    filter: Option<String>,
}

impl Whom {
    pub async fn targets(self) -> Result<Targets> {
        match self.filter {
            Some(filter) if filter.trim().is_empty() => Err(Failure::usage(
                "The filter is empty, which would mean everybody; say whom you mean.",
            )),
            Some(filter) => Ok(Targets::Filter(filter)),
            None if self.names == ["-"] => names_from_stdin().await.map(Targets::Names),
            None if self.names.iter().any(|name| name.trim().is_empty()) => Err(Failure::usage(
                "One of the names is empty; leave it out or write whom you mean.",
            )),
            None => Ok(Targets::Names(self.names)),
        }
    }
}

async fn names_from_stdin() -> Result<Vec<String>> {
    let bytes = ask::bytes_of(Path::new("-"), INPUT_BYTES_MAX).await?;
    names_of(&bytes).map_err(Failure::Usage)
}

/// The column under the heading `username`, as our own CSV has it; the first column where there is no such heading.
fn names_of(bytes: &[u8]) -> std::result::Result<Vec<String>, String> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let mut names = Vec::new();
    let mut place = 0;
    for (index, line) in bytes.split(|&byte| byte == b'\n').enumerate() {
        let text = std::str::from_utf8(line).map_err(|_| {
            format!(
                "Line {} of standard input is not UTF-8 text, so nothing was changed; send it as UTF-8.",
                index + 1
            )
        })?;
        let columns = columns(text.trim_end_matches('\r'));
        if index == 0
            && let Some(heading) = columns
                .iter()
                .position(|name| name.trim().eq_ignore_ascii_case("username"))
        {
            place = heading;
            continue;
        }
        let name = columns
            .get(place)
            .map(|name| unguarded(name).trim())
            .unwrap_or_default();
        if !name.is_empty() {
            names.push(name.to_owned());
        }
    }
    if names.is_empty() {
        return Err("There are no names on standard input; send one a line.".to_owned());
    }
    Ok(names)
}

/// The texts between the commas of a line, where a comma in quotes separates nothing.
fn columns(line: &str) -> Vec<String> {
    let mut columns = vec![String::new()];
    let mut quoted = false;
    let mut letters = line.chars().peekable();
    while let Some(letter) = letters.next() {
        match (letter, quoted) {
            ('"', true) if letters.next_if_eq(&'"').is_some() => {}
            ('"', _) => {
                quoted = !quoted;
                continue;
            }
            (',', false) => {
                columns.push(String::new());
                continue;
            }
            _ => {}
        }
        if let Some(column) = columns.last_mut() {
            column.push(letter);
        }
    }
    columns
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_come_one_a_line_or_first_in_a_csv() {
        assert_eq!(names_of(b"ada\r\n\n bob \n").unwrap(), ["ada", "bob"]);
        assert_eq!(
            names_of("\u{feff}username,email\nada,ada@x\n\"k, \"\"jr\"\"\",x\n".as_bytes())
                .unwrap(),
            ["ada", "k, \"jr\""]
        );
        assert_eq!(
            names_of(b"id,username\n4,\"j, doe\"\n5,ada\n").unwrap(),
            ["j, doe", "ada"]
        );
        assert_eq!(names_of(b"'=ada\n").unwrap(), ["=ada"]);
    }

    #[test]
    fn what_is_no_text_is_named_by_its_line() {
        let error = names_of(b"ada\nb\xffb\n").unwrap_err();
        assert!(error.starts_with("Line 2 of standard input"), "{error}");
        assert!(names_of(b"\n\n").unwrap_err().contains("no names"));
    }
}
