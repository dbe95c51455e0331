//! Reads the text of a filter by recursive descent: either, all of, one.

mod fields;
#[cfg(test)]
mod tests;

use jiff::civil::Date;
use unicode_normalization::UnicodeNormalization;

use super::cursor::{Cursor, ends_value, ends_word};
use super::error::FilterError;
use super::values::{self, Value};
use super::{BYTES_MAX, DEPTH_MAX, Direction, Filter, Operator, Query, SortKey, TERMS_MAX};
use crate::domain::text::{TextError, normalize};

/// Suggestions in one message.
const SUGGESTIONS_MAX: usize = 3;

type Parsed<T> = Result<T, FilterError>;

pub(super) fn parse(text: &str, today: Date) -> Parsed<Query> {
    if text.len() > BYTES_MAX {
        let sentence = format!(
            "a filter has at most {BYTES_MAX} bytes, this one has {}",
            text.len()
        );
        return Err(FilterError::new(1, sentence));
    }
    let text: String = text
        .chars()
        .map(|c| if c.is_whitespace() { ' ' } else { c })
        .collect();
    if let Err(TextError::Character {
        character,
        column,
        reason,
    }) = normalize(&text)
    {
        let sentence = format!("U+{:04X} {reason}; delete it", u32::from(character));
        return Err(FilterError::new(column, sentence));
    }
    let mut parser = Parser {
        cursor: Cursor::new(&text),
        today,
        terms: 0,
        sort: Vec::new(),
        limit: None,
    };
    let filter = parser.either(0)?.unwrap_or_default();
    if parser.cursor.peek().is_some() {
        return Err(parser.error("there is no \"(\" before this \")\""));
    }
    Ok(Query {
        filter,
        sort: parser.sort,
        limit: parser.limit,
    })
}

struct Parser<'a> {
    cursor: Cursor<'a>,
    today: Date,
    terms: usize,
    sort: Vec<(SortKey, Direction)>,
    limit: Option<u32>,
}

/// The words before an operator, `role.via`, and the operator; `None` is the colon.
struct Head<'a> {
    text: &'a str,
    column: usize,
    operator: Option<Operator>,
}

impl Parser<'_> {
    fn error(&self, sentence: impl Into<String>) -> FilterError {
        FilterError::new(self.cursor.column, sentence)
    }

    /// Alternatives, or nothing where only `sort:` and `limit:` stand.
    fn either(&mut self, depth: usize) -> Parsed<Option<Filter>> {
        let Some(first) = self.all_of(depth)? else {
            if self.cursor.at_keyword("or") {
                return Err(self.error("there is nothing before \"or\""));
            }
            return Ok(None);
        };
        let mut branches = vec![first];
        while self.cursor.eat_keyword("or") {
            match self.all_of(depth)? {
                Some(branch) => branches.push(branch),
                None => return Err(self.error("there is nothing after \"or\"")),
            }
        }
        Ok(Some(Filter::or(branches)))
    }

    fn all_of(&mut self, depth: usize) -> Parsed<Option<Filter>> {
        let mut parts = Vec::new();
        let mut and_before = false;
        loop {
            self.cursor.spaces();
            let at_end = matches!(self.cursor.peek(), None | Some(')'));
            if at_end || self.cursor.at_keyword("or") {
                break;
            }
            let column = self.cursor.column;
            if self.cursor.eat_keyword("and") {
                if parts.is_empty() || and_before {
                    return Err(FilterError::new(column, "there is nothing before \"and\""));
                }
                and_before = true;
                continue;
            }
            parts.extend(self.one(depth)?);
            and_before = false;
        }
        if and_before {
            return Err(self.error("there is nothing after \"and\""));
        }
        Ok((!parts.is_empty()).then(|| Filter::and(parts)))
    }

    /// One condition, or nothing for `sort:` and `limit:`.
    fn one(&mut self, depth: usize) -> Parsed<Option<Filter>> {
        let start = self.cursor.column;
        match self.cursor.peek() {
            Some('-') => {
                self.cursor.next();
                self.negated("-", start, depth)
            }
            Some('(') => {
                self.cursor.next();
                let inner = self.either(deeper(depth, start)?)?;
                if !self.cursor.eat(")") {
                    return Err(FilterError::new(start, "this \"(\" is never closed"));
                }
                let empty = || FilterError::new(start, "there is nothing between the parentheses");
                inner.ok_or_else(empty).map(Some)
            }
            Some('"') => {
                let word = self.cursor.quoted()?;
                self.word(&word, start)
            }
            Some(operator @ (':' | '<' | '>' | '=')) => {
                let sentence = format!("the name of a field is missing before \"{operator}\"");
                Err(FilterError::new(start, sentence))
            }
            _ if self.cursor.eat_keyword("not") => {
                self.cursor.spaces();
                self.negated("not", start, depth)
            }
            _ if self.cursor.at_keyword("user") => self.user(start),
            _ => self.term(depth, start),
        }
    }

    fn negated(&mut self, sign: &str, start: usize, depth: usize) -> Parsed<Option<Filter>> {
        let depth = deeper(depth, start)?;
        if self
            .cursor
            .peek()
            .is_none_or(|next| next.is_whitespace() || next == ')')
        {
            return Err(FilterError::new(
                start,
                format!("there is nothing after \"{sign}\""),
            ));
        }
        Ok(self.one(depth)?.map(Filter::not))
    }

    fn count_term(&mut self, column: usize) -> Parsed<()> {
        self.terms += 1;
        if self.terms > TERMS_MAX {
            let sentence = format!("a filter has at most {TERMS_MAX} words and values");
            return Err(FilterError::new(column, sentence));
        }
        Ok(())
    }

    fn word(&mut self, text: &str, column: usize) -> Parsed<Option<Filter>> {
        self.count_term(column)?;
        Ok(Some(Filter::Word(text.nfc().collect())))
    }

    /// `user in (a b)`, or the word.
    fn user(&mut self, start: usize) -> Parsed<Option<Filter>> {
        self.cursor.eat_keyword("user");
        self.cursor.spaces();
        if !self.cursor.eat_keyword("in") {
            return self.word("user", start);
        }
        self.cursor.spaces();
        if !self.cursor.eat("(") {
            return Err(self.error(
                "a list like (a.young b.zhang) is missing after \"user in\"; to search for the \
                 words, put them in quotes",
            ));
        }
        let mut names = Vec::new();
        loop {
            self.cursor
                .until(|character| !character.is_whitespace() && character != ',');
            match self.cursor.peek() {
                None => {
                    return Err(FilterError::new(
                        start,
                        "this list is never closed by \")\"",
                    ));
                }
                Some('(') => return Err(self.error("\"(\" can't stand in a list of names")),
                Some(')') => break,
                Some(_) => names.push(values::name(&self.value()?)?),
            }
        }
        self.cursor.next();
        if names.is_empty() {
            return Err(FilterError::new(
                start,
                "there is no name between the parentheses",
            ));
        }
        Ok(Some(Filter::UserIn(names)))
    }

    /// A plain word, or a field and its values.
    fn term(&mut self, depth: usize, column: usize) -> Parsed<Option<Filter>> {
        let text = self.cursor.until(ends_word);
        let operator = match self.cursor.peek() {
            Some(':' | '<' | '>' | '=') => self.operator(),
            Some('"') => return Err(self.error("put the quotes around the whole word")),
            _ => return self.word(text, column),
        };
        let head = Head {
            text,
            column,
            operator,
        };
        match text.to_ascii_lowercase().as_str() {
            "sort" | "limit" if depth > 0 => {
                let sentence = format!("\"{text}:\" stands outside parentheses and negations");
                Err(FilterError::new(column, sentence))
            }
            "sort" => self.sort(&head).map(|()| None),
            "limit" => self.limit(&head).map(|()| None),
            "is" => Ok(Some(Filter::or(self.each(
                &head,
                "is:privileged",
                values::is,
            )?))),
            "no" => {
                let read = |value: &Value| values::optional(value).map(Filter::No);
                Ok(Some(Filter::or(self.each(&head, "no:manager", read)?)))
            }
            "has" => {
                let read = |value: &Value| values::optional(value).map(Filter::Has);
                Ok(Some(Filter::or(self.each(&head, "has:manager", read)?)))
            }
            _ => self.field(&head).map(Some),
        }
    }

    /// Goes past `:`, an operator, or both as in `created:>2026-06-01`.
    fn operator(&mut self) -> Option<Operator> {
        self.cursor.eat(":");
        [
            Operator::LessOrEqual,
            Operator::GreaterOrEqual,
            Operator::Less,
            Operator::Greater,
            Operator::Equal,
        ]
        .into_iter()
        .find(|operator| self.cursor.eat(operator.as_str()))
    }

    /// The values of a field that knows no more and no less, each read.
    fn each<T>(
        &mut self,
        head: &Head,
        example: &str,
        read: impl Fn(&Value) -> Parsed<T>,
    ) -> Parsed<Vec<T>> {
        match head.operator {
            None | Some(Operator::Equal) => self.values(head, example)?.iter().map(read).collect(),
            Some(operator) => {
                let sentence =
                    format!("\"{}\" knows no \"{operator}\"; write {example}", head.text);
                Err(FilterError::new(head.column, sentence))
            }
        }
    }

    fn values(&mut self, head: &Head, example: &str) -> Parsed<Vec<Value>> {
        let mut values = Vec::new();
        loop {
            let next = self.cursor.peek();
            if next.is_none_or(|next| next != '"' && ends_value(next)) {
                let sentence = format!("a value is missing for \"{}\"; write {example}", head.text);
                return Err(self.error(sentence));
            }
            values.push(self.value()?);
            if !self.cursor.eat(",") {
                return Ok(values);
            }
        }
    }

    fn value(&mut self) -> Parsed<Value> {
        let column = self.cursor.column;
        self.count_term(column)?;
        if self.cursor.peek() == Some('"') {
            let text = self.cursor.quoted()?.nfc().collect();
            let below = self.cursor.eat("/*");
            if self
                .cursor
                .peek()
                .is_some_and(|next| next == '"' || !ends_value(next))
            {
                return Err(self.error("leave a space after the closing quote"));
            }
            return Ok(Value {
                text,
                column,
                quoted: true,
                below,
            });
        }
        let text = self.cursor.until(ends_value).nfc().collect();
        if self.cursor.peek() == Some('"') {
            return Err(self.error("put the quotes around the whole value"));
        }
        Ok(Value {
            text,
            column,
            quoted: false,
            below: false,
        })
    }
}

fn deeper(depth: usize, column: usize) -> Parsed<usize> {
    if depth == DEPTH_MAX {
        let sentence = format!("more than {DEPTH_MAX} parentheses and negations are nested");
        return Err(FilterError::new(column, sentence));
    }
    Ok(depth + 1)
}
