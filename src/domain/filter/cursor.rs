//! A place in the text of a filter, with its column.

use super::error::FilterError;

/// What ends a word or the name of a field.
pub(super) fn ends_word(character: char) -> bool {
    character.is_whitespace() || matches!(character, '(' | ')' | '"' | ':' | '<' | '>' | '=')
}

/// What ends a value.
pub(super) fn ends_value(character: char) -> bool {
    character.is_whitespace() || matches!(character, '(' | ')' | '"' | ',')
}

pub(super) struct Cursor<'a> {
    rest: &'a str,
    pub(super) column: usize,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self {
            rest: text,
            column: 1,
        }
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.rest.chars().next()
    }

    pub(super) fn next(&mut self) -> Option<char> {
        let character = self.peek()?;
        self.skip(character.len_utf8(), 1);
        Some(character)
    }

    /// Goes past the text if it stands here.
    pub(super) fn eat(&mut self, text: &str) -> bool {
        let stands = self.rest.starts_with(text);
        if stands {
            self.skip(text.len(), text.chars().count());
        }
        stands
    }

    /// Goes past the keyword if it stands here, in any case and as a word of its own.
    pub(super) fn eat_keyword(&mut self, word: &str) -> bool {
        let stands = self.at_keyword(word);
        if stands {
            self.skip(word.len(), word.len());
        }
        stands
    }

    pub(super) fn at_keyword(&self, word: &str) -> bool {
        let Some((start, rest)) = self.rest.split_at_checked(word.len()) else {
            return false;
        };
        let ends = |next: char| next.is_whitespace() || matches!(next, '(' | ')');
        start.eq_ignore_ascii_case(word) && rest.chars().next().is_none_or(ends)
    }

    pub(super) fn spaces(&mut self) {
        self.until(|character| !character.is_whitespace());
    }

    /// What stands before the first such character, or the end.
    pub(super) fn until(&mut self, ends: impl Fn(char) -> bool) -> &'a str {
        let length = self.rest.find(ends).unwrap_or(self.rest.len());
        let text = &self.rest[..length];
        self.skip(length, text.chars().count());
        text
    }

    /// What stands between the quotes that begin here.
    pub(super) fn quoted(&mut self) -> Result<String, FilterError> {
        let start = self.column;
        self.next();
        let mut text = String::new();
        loop {
            let column = self.column;
            match self.next() {
                Some('"') => break,
                Some('\\') => {
                    let Some(escaped @ ('"' | '\\')) = self.next() else {
                        let sentence = r#"in quotes, write \\ for a backslash and \" for a quote"#;
                        return Err(FilterError::new(column, sentence));
                    };
                    text.push(escaped);
                }
                Some(character) => text.push(character),
                None => return Err(FilterError::new(start, "these quotes are never closed")),
            }
        }
        if text.trim().is_empty() {
            return Err(FilterError::new(
                start,
                "there is nothing between these quotes",
            ));
        }
        match self.peek() {
            Some(character) if !ends_value(character) && character != '/' => Err(FilterError::new(
                self.column,
                "leave a space after the closing quote, or put the quotes around all of it",
            )),
            Some('"') => Err(FilterError::new(
                self.column,
                r#"leave a space between quotes, or write \" for a quote inside them"#,
            )),
            _ => Ok(text),
        }
    }

    fn skip(&mut self, bytes: usize, characters: usize) {
        self.rest = self.rest.get(bytes..).unwrap_or_default();
        self.column += characters;
    }
}
