//! Width in terminal cells, and text cut or padded to it.

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthChar;

use super::safe::safe;

/// Cells the text takes once it is safe to show.
///
/// Each character counts for itself, as terminals do it, not each cluster: `safe` has already
/// taken apart the sequences for which the two differ.
#[must_use]
pub fn width(text: &str) -> usize {
    cells_of(&safe(text))
}

/// The text made safe and cut on a grapheme to at most `cells`, with the ellipsis (`…` or `~`)
/// where something is missing. It is not padded: see [`pad`].
#[must_use]
pub fn fit(text: &str, cells: usize, ellipsis: &str) -> String {
    // A character of safe text stands with at most eight of no width, so more characters than
    // this can't fit, and a text of megabytes costs no more than a long name.
    let enough = (cells.saturating_add(1)).saturating_mul(9);
    let text = text
        .char_indices()
        .nth(enough)
        .map_or(text, |(end, _)| &text[..end]);
    let text = safe(text);
    if cells_of(&text) <= cells {
        return text.into_owned();
    }
    let ellipsis = if cells_of(ellipsis) <= cells {
        ellipsis
    } else {
        ""
    };
    let mut room = cells - cells_of(ellipsis);
    let mut kept = 0;
    for grapheme in text.graphemes(true) {
        let Some(rest) = room.checked_sub(cells_of(grapheme)) else {
            break;
        };
        room = rest;
        kept += grapheme.len();
    }
    format!("{}{ellipsis}", &text[..kept])
}

/// The text in exactly `cells` cells: cut as by [`fit`], or filled up with spaces. A wide
/// character that would stick out is left off whole.
#[must_use]
pub fn pad(text: &str, cells: usize, ellipsis: &str) -> String {
    let mut text = fit(text, cells, ellipsis);
    let missing = cells.saturating_sub(cells_of(&text));
    text.extend(std::iter::repeat_n(' ', missing));
    text
}

fn cells_of(safe_text: &str) -> usize {
    if safe_text.is_ascii() {
        return safe_text.len();
    }
    safe_text
        .chars()
        .map(|character| character.width().unwrap_or(0))
        .sum()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::safe::tests::hostile;
    use super::*;

    #[test]
    fn counts_cells_as_terminals_do() {
        for (text, cells) in [
            ("", 0),
            ("b.tanaka", 8),
            ("田中 ボブ", 9),
            ("Mu\u{308}ller", 6),
            ("😀", 2),
            ("👩\u{200D}💻", 2 + 8 + 2),
            ("\u{1b}x", 9),
            ("ｶﾞ", 2),
            ("លក្ខ", 3),
            ("لا", 2),
        ] {
            assert_eq!(width(text), cells, "{text}");
        }
    }

    #[test]
    fn cuts_on_graphemes() {
        for (text, cells, cut) in [
            ("b.tanaka", 8, "b.tanaka"),
            ("b.tanaka", 7, "b.tana…"),
            ("田中恵", 6, "田中恵"),
            ("田中恵", 5, "田中…"),
            ("田中恵", 4, "田…"),
            ("e\u{301}e\u{301}e\u{301}", 2, "e\u{301}…"),
            ("\u{202E}x", 4, "‹U+…"),
            ("abc", 1, "…"),
            ("abc", 0, ""),
            ("田", 1, "…"),
        ] {
            assert_eq!(fit(text, cells, "…"), cut);
        }
        assert_eq!(fit("abcdef", 2, "..."), "ab");
    }

    #[test]
    fn pads_to_the_cell() {
        assert_eq!(pad("ab", 4, "…"), "ab  ");
        assert_eq!(pad("田中恵", 4, "~"), "田~ ");
        assert_eq!(pad("田", 1, ""), " ");
    }

    #[test]
    fn megabytes_are_cut_without_being_read() {
        let long = "o\u{301}".repeat(3_000_000);
        assert_eq!(fit(&long, 3, "…"), "o\u{301}o\u{301}…");
        assert_eq!(fit(&"\u{202E}".repeat(3_000_000), 9, ""), "‹U+202E›‹");
    }

    proptest! {
        #[test]
        fn pad_takes_exactly_the_cells(text in hostile(), cells in 0_usize..50) {
            for ellipsis in ["…", "~", "...", ""] {
                let padded = pad(&text, cells, ellipsis);
                prop_assert_eq!(width(&padded), cells);
                prop_assert_eq!(safe(&padded), padded.as_str());
            }
        }

        #[test]
        fn fit_never_widens(text in hostile(), cells in 0_usize..50) {
            let cut = fit(&text, cells, "…");
            prop_assert!(width(&cut) <= cells);
            prop_assert!(cut == safe(&text) || cut.ends_with('…') || cells == 0);
        }
    }
}
