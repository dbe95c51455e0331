//! Lines for spreadsheets, in which no value runs as a formula.

/// What a spreadsheet would take for a formula, in its narrow and its wide form.
const FORMULA_STARTS: &[char] = &['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠'];

/// Puts an apostrophe before what would run as a formula, and before one that stands there already: taking one off
/// again always gives back what was there. See [`unguarded`].
fn guarded(text: &str) -> String {
    if text.starts_with(FORMULA_STARTS) || text.starts_with('\'') {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

/// Takes the apostrophe off that [`csv_line`] put before a value.
#[must_use]
pub fn unguarded(text: &str) -> &str {
    match text.strip_prefix('\'') {
        Some(rest) if rest.starts_with(FORMULA_STARTS) || rest.starts_with('\'') => rest,
        _ => text,
    }
}

/// A line of CSV with its end: quoted where it must be, guarded against formulas.
pub fn csv_line(fields: impl IntoIterator<Item = impl AsRef<str>>) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    // Writing to memory can't fail, and an empty line is what would be left if it did.
    let _ = writer.write_record(fields.into_iter().map(|field| guarded(field.as_ref())));
    let line = writer.into_inner().unwrap_or_default();
    String::from_utf8(line).unwrap_or_default()
}

/// A line as spreadsheets take it from the clipboard: tabs between the values, and none in them.
pub fn tsv_line(fields: impl IntoIterator<Item = impl AsRef<str>>) -> String {
    let fields: Vec<String> = fields
        .into_iter()
        .map(|field| guarded(&field.as_ref().replace(['\t', '\r', '\n'], " ")))
        .collect();
    fields.join("\t") + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_formula_is_guarded_and_comes_back() {
        for text in [
            "=1+1", "+43 1", "-x", "@cmd", "\t=1", "＝1", "'=1", "'", "plain", "",
        ] {
            let guard = guarded(text);
            assert!(!guard.starts_with(FORMULA_STARTS), "{text}");
            assert_eq!(unguarded(&guard), text);
        }
        assert_eq!(guarded("O'Hara"), "O'Hara");
        assert_eq!(
            unguarded("'quoted"),
            "'quoted",
            "what we did not write stays"
        );
    }

    #[test]
    fn csv_quotes_what_would_break_a_line() {
        let line = csv_line(["a\nb", "say \"hi\"", "1,2", "=1"]);
        assert_eq!(line, "\"a\nb\",\"say \"\"hi\"\"\",\"1,2\",'=1\n");
    }

    #[test]
    fn a_value_can_neither_break_a_line_of_the_clipboard_nor_run() {
        assert_eq!(tsv_line(["a\tb", "c\r\nd", "=1"]), "a b\tc  d\t'=1\n");
    }
}
