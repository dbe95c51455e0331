//! Text for terminals that show no more than ASCII: letters lose their accents, what has no letter is a question mark.

use unicode_normalization::UnicodeNormalization as _;

/// What stands for the content of a cell.
#[must_use]
pub fn ascii(symbol: &str) -> char {
    let first = symbol.nfkd().next().unwrap_or(' ');
    match first {
        ' '..='~' => first,
        '‹' => '<',
        '›' | '→' => '>',
        '•' => '*',
        '‘' | '’' => '\'',
        '‐'..='—' => '-',
        _ => '?',
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_lose_their_accents_only() {
        let shown = |text: &str| -> String {
            let cells: Vec<String> = text.chars().map(String::from).collect();
            cells.iter().map(|cell| ascii(cell)).collect()
        };
        assert_eq!(shown("Dörte Müller"), "Dorte Muller");
        assert_eq!(ascii("e\u{301}"), 'e');
        assert_eq!(shown("‹U+202E› O’Brien"), "<U+202E> O'Brien");
        assert_eq!(shown("田中 Анна"), "?? ????");
    }
}
