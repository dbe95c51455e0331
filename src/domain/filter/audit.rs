//! The filter of the audit: conditions that must all hold, read by the same rules as the users' filter.
//!
//! To add a field: a line in `FIELDS`, a variant of [`AuditCondition`], an arm in `Parser::field` and one in its
//! `Display`.

use std::fmt::{self, Display, Formatter};

use jiff::civil::Date;
use unicode_normalization::UnicodeNormalization;

use super::cursor::{Cursor, ends_value, ends_word};
use super::display::{value, word};
use super::error::quoted;
use super::{BYTES_MAX, FilterError, Spanned, suggestions};
use crate::domain::audit::{ACTIONS, Outcome, TargetKind};
use crate::domain::text::{self, TextError, normalize};

/// Words and values that a filter of the audit may have.
const TERMS_MAX: usize = 50;
const SUGGESTIONS_MAX: usize = 3;

/// The fields, and how each is used.
const FIELDS: [(&str, &str); 7] = [
    ("operator", "operator:s.abe"),
    (
        "target",
        "target:b.tanaka or target:\"group/Payroll Staff\"",
    ),
    ("action", "action:user_unlocked or action:user_*"),
    ("job", "job:12"),
    ("since", "since:2026-11-01 or since:-7d"),
    ("until", "until:2026-11-30 or until:-7d"),
    ("outcome", "outcome:denied"),
];

type Parsed<T> = Result<T, FilterError>;

/// What the entries of a list have in common.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditQuery {
    pub conditions: Vec<AuditCondition>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AuditCondition {
    /// Folded, it is somewhere in the name of the operator or of the target.
    Word(String),
    Operator(Spanned<String>),
    Target {
        kind: TargetKind,
        name: Spanned<String>,
    },
    /// Any of these actions.
    Action(Vec<ActionPattern>),
    Job(i64),
    /// Whole days: this one and later.
    Since(Date),
    /// This one and earlier.
    Until(Date),
    Outcome(Vec<Outcome>),
}

/// `user_unlocked`, or `user_*` for all that begin so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActionPattern {
    text: String,
    open: bool,
}

impl ActionPattern {
    /// The known actions that are meant.
    pub fn actions(&self) -> impl Iterator<Item = &'static str> {
        let meant = |action: &&str| {
            if self.open {
                action.starts_with(&self.text)
            } else {
                **action == self.text
            }
        };
        ACTIONS.iter().copied().filter(meant)
    }
}

impl AuditQuery {
    /// Reads a filter of the audit.
    ///
    /// # Errors
    /// The first thing that is not understood, with its column and, where one is near, what was probably meant.
    pub fn parse(text: &str, today: Date) -> Parsed<Self> {
        parse(text, today)
    }

    /// The same with this condition in the place of another one on the same field.
    #[must_use]
    pub fn with(mut self, condition: AuditCondition) -> Self {
        let same = |other: &AuditCondition| {
            std::mem::discriminant(other) == std::mem::discriminant(&condition)
        };
        match self.conditions.iter_mut().find(|other| same(other)) {
            Some(other) => *other = condition,
            None => self.conditions.push(condition),
        }
        self
    }

    /// The entries of one operator.
    #[must_use]
    pub fn of_operator(name: &str) -> Self {
        Self::default().with(AuditCondition::Operator(unplaced(name)))
    }

    /// What was done to one record.
    #[must_use]
    pub fn of_target(kind: TargetKind, name: &str) -> Self {
        Self::default().with(AuditCondition::Target {
            kind,
            name: unplaced(name),
        })
    }
}

impl AuditCondition {
    #[must_use]
    pub fn operator(name: &str) -> Self {
        Self::Operator(unplaced(name))
    }

    #[must_use]
    pub fn target(kind: TargetKind, name: &str) -> Self {
        Self::Target {
            kind,
            name: unplaced(name),
        }
    }

    /// Reads what a record is named by: `b.tanaka` is a user, `group/Payroll Staff` says the kind.
    ///
    /// # Errors
    /// A kind that is nearly one, or no name behind it.
    pub fn read_target(text: &str) -> Parsed<(TargetKind, String)> {
        let (kind, name) = target(&unplaced(text.trim()))?;
        Ok((kind, name.value))
    }

    #[must_use]
    pub fn action(name: &str) -> Self {
        Self::Action(vec![ActionPattern {
            text: name.to_owned(),
            open: false,
        }])
    }
}

fn unplaced(name: &str) -> Spanned<String> {
    Spanned {
        value: name.to_owned(),
        column: 1,
    }
}

fn parse(text: &str, today: Date) -> Parsed<AuditQuery> {
    if text.len() > BYTES_MAX {
        let sentence = format!("a filter has at most {BYTES_MAX} bytes");
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
        query: AuditQuery::default(),
    };
    parser.all()?;
    Ok(parser.query)
}

struct Parser<'a> {
    cursor: Cursor<'a>,
    today: Date,
    terms: usize,
    query: AuditQuery,
}

impl Parser<'_> {
    fn all(&mut self) -> Parsed<()> {
        loop {
            self.cursor.spaces();
            let column = self.cursor.column;
            match self.cursor.peek() {
                None => return Ok(()),
                Some('"') => {
                    let word = self.cursor.quoted()?;
                    self.word(&word, column)?;
                }
                Some(sign @ ('(' | ')' | '<' | '>' | '=' | ':' | '-')) => {
                    let sentence = format!(
                        "a filter of the audit knows no \"{sign}\" here: all of its conditions hold; put text in quotes"
                    );
                    return Err(FilterError::new(column, sentence));
                }
                Some(_) => self.term(column)?,
            }
        }
    }

    fn term(&mut self, column: usize) -> Parsed<()> {
        let head = self.cursor.until(ends_word);
        match self.cursor.peek() {
            Some(':') => {
                self.cursor.next();
                self.field(head, column)
            }
            Some(sign @ ('<' | '>' | '=')) => {
                let sentence = format!("the audit compares nothing by \"{sign}\"; write {head}:");
                Err(FilterError::new(self.cursor.column, sentence))
            }
            Some('"') => Err(FilterError::new(
                self.cursor.column,
                "put the quotes around the whole word",
            )),
            _ => self.word(head, column),
        }
    }

    fn word(&mut self, text: &str, column: usize) -> Parsed<()> {
        self.count(column)?;
        let word = AuditCondition::Word(text.nfc().collect());
        self.query.conditions.push(word);
        Ok(())
    }

    fn field(&mut self, head: &str, column: usize) -> Parsed<()> {
        let name = head.to_ascii_lowercase();
        let Some((field, example)) = FIELDS.iter().find(|(field, _)| *field == name) else {
            return Err(unknown_field(head, column));
        };
        let values = self.values(field, example)?;
        let condition = match *field {
            "action" => AuditCondition::Action(values.iter().map(action).collect::<Parsed<_>>()?),
            "outcome" => {
                AuditCondition::Outcome(values.iter().map(outcome).collect::<Parsed<_>>()?)
            }
            _ => {
                let [value] = values.as_slice() else {
                    let sentence = format!("\"{field}\" takes one value, as in {example}");
                    return Err(FilterError::new(column, sentence));
                };
                match *field {
                    "operator" => AuditCondition::Operator(value.clone()),
                    "target" => {
                        let (kind, name) = target(value)?;
                        AuditCondition::Target { kind, name }
                    }
                    "job" => AuditCondition::Job(number(value)?),
                    "since" => AuditCondition::Since(self.day(value)?),
                    _ => AuditCondition::Until(self.day(value)?),
                }
            }
        };
        let again = |other: &AuditCondition| {
            std::mem::discriminant(other) == std::mem::discriminant(&condition)
        };
        if self.query.conditions.iter().any(again) {
            let sentence = format!("there is a condition on \"{field}\" already");
            return Err(FilterError::new(column, sentence));
        }
        self.query.conditions.push(condition);
        Ok(())
    }

    fn values(&mut self, field: &str, example: &str) -> Parsed<Vec<Spanned<String>>> {
        let mut values = Vec::new();
        loop {
            let column = self.cursor.column;
            self.count(column)?;
            let text: String = if self.cursor.peek() == Some('"') {
                self.cursor.quoted()?.nfc().collect()
            } else {
                self.cursor.until(ends_value).nfc().collect()
            };
            if text.is_empty() {
                let sentence = format!("a value is missing for \"{field}\"; write {example}");
                return Err(FilterError::new(column, sentence));
            }
            if self
                .cursor
                .peek()
                .is_some_and(|next| next == '"' || !ends_value(next))
            {
                return Err(FilterError::new(
                    self.cursor.column,
                    "put the quotes around the whole value",
                ));
            }
            values.push(Spanned {
                value: text,
                column,
            });
            if !self.cursor.eat(",") {
                return Ok(values);
            }
        }
    }

    fn count(&mut self, column: usize) -> Parsed<()> {
        self.terms += 1;
        if self.terms > TERMS_MAX {
            let sentence =
                format!("a filter of the audit has at most {TERMS_MAX} words and values");
            return Err(FilterError::new(column, sentence));
        }
        Ok(())
    }

    fn day(&self, value: &Spanned<String>) -> Parsed<Date> {
        match text::date(&value.value, self.today) {
            Ok(Some(date)) => Ok(date),
            Ok(None) => Err(FilterError::new(value.column, "\"never\" is no day")),
            Err(error) => Err(FilterError::new(value.column, error.to_string())),
        }
    }
}

fn unknown_field(head: &str, column: usize) -> FilterError {
    let known = FIELDS.iter().map(|(field, _)| *field);
    let near = suggestions(head, known.clone(), SUGGESTIONS_MAX);
    let named = format!("the audit has no filter field named {}", quoted(head));
    if near.is_empty() {
        let known: Vec<&str> = known.collect();
        let sentence = format!("{named}; there are {}", known.join(", "));
        return FilterError::new(column, sentence);
    }
    FilterError::new(column, named).with_suggestions(near)
}

/// `NAME` is a user; `group/NAME` and the like say which kind.
fn target(value: &Spanned<String>) -> Parsed<(TargetKind, Spanned<String>)> {
    let user = || (TargetKind::User, value.clone());
    let Some((kind, name)) = value.value.split_once('/') else {
        return Ok(user());
    };
    let Some(found) = TargetKind::parse(kind) else {
        let known = TargetKind::ALL.iter().map(|kind| kind.as_str());
        let near = suggestions(kind, known.clone(), SUGGESTIONS_MAX);
        if near.is_empty() {
            // A user may have a name with a slash.
            return Ok(user());
        }
        let sentence = format!("no kind of target named {}", quoted(kind));
        return Err(FilterError::new(value.column, sentence).with_suggestions(near));
    };
    let name = Spanned {
        value: name.to_owned(),
        column: value.column + kind.chars().count() + 1,
    };
    if name.value.trim().is_empty() {
        let sentence = format!("a name is missing after \"{found}/\"");
        return Err(FilterError::new(name.column, sentence));
    }
    if found == TargetKind::Job {
        number(&name)?;
    }
    Ok((found, name))
}

fn action(value: &Spanned<String>) -> Parsed<ActionPattern> {
    let text = value.value.to_ascii_lowercase();
    let pattern = match text.strip_suffix('*') {
        Some(start) => ActionPattern {
            text: start.to_owned(),
            open: true,
        },
        None => ActionPattern { text, open: false },
    };
    if pattern.actions().next().is_some() {
        return Ok(pattern);
    }
    let near = suggestions(&pattern.text, ACTIONS.iter().copied(), SUGGESTIONS_MAX);
    let sentence = format!("no action named {}", quoted(&value.value));
    Err(FilterError::new(value.column, sentence).with_suggestions(near))
}

fn outcome(value: &Spanned<String>) -> Parsed<Outcome> {
    Outcome::parse(&value.value).ok_or_else(|| {
        let known = Outcome::ALL.iter().map(|outcome| outcome.as_str());
        let near = suggestions(&value.value, known.clone(), SUGGESTIONS_MAX);
        let sentence = format!("no outcome named {}", quoted(&value.value));
        if near.is_empty() {
            let known: Vec<&str> = known.collect();
            let sentence = format!("{sentence}; there are {}", known.join(", "));
            return FilterError::new(value.column, sentence);
        }
        FilterError::new(value.column, sentence).with_suggestions(near)
    })
}

fn number(value: &Spanned<String>) -> Parsed<i64> {
    let digits = value.value.bytes().all(|byte| byte.is_ascii_digit());
    value.value.parse().ok().filter(|_| digits).ok_or_else(|| {
        let sentence = format!("{} is no number of a job", quoted(&value.value));
        FilterError::new(value.column, sentence)
    })
}

impl Display for AuditQuery {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        for (index, condition) in self.conditions.iter().enumerate() {
            let space = if index == 0 { "" } else { " " };
            write!(formatter, "{space}{condition}")?;
        }
        Ok(())
    }
}

impl Display for AuditCondition {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Word(text) => formatter.write_str(&word(text)),
            Self::Operator(name) => write!(formatter, "operator:{}", value(&name.value)),
            Self::Target { kind, name } => {
                // A name with a slash would be taken for a kind and a name.
                let text = if *kind == TargetKind::User && !name.value.contains('/') {
                    name.value.clone()
                } else {
                    format!("{kind}/{}", name.value)
                };
                write!(formatter, "target:{}", value(&text))
            }
            Self::Action(patterns) => {
                let texts = patterns.iter().map(|pattern| {
                    let star = if pattern.open { "*" } else { "" };
                    format!("{}{star}", pattern.text)
                });
                write!(formatter, "action:{}", texts.collect::<Vec<_>>().join(","))
            }
            Self::Job(number) => write!(formatter, "job:{number}"),
            Self::Since(date) => write!(formatter, "since:{date}"),
            Self::Until(date) => write!(formatter, "until:{date}"),
            Self::Outcome(outcomes) => {
                let words: Vec<&str> = outcomes.iter().map(|outcome| outcome.as_str()).collect();
                write!(formatter, "outcome:{}", words.join(","))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn today() -> Date {
        Date::constant(2026, 11, 25)
    }

    fn read(text: &str) -> AuditQuery {
        parse(text, today()).unwrap()
    }

    #[test]
    fn reads_every_field_and_writes_it_back() {
        for (text, written) in [
            ("", ""),
            ("tanaka \"or else\"", "tanaka \"or else\""),
            ("Operator:g.root", "operator:g.root"),
            ("target:b.tanaka", "target:b.tanaka"),
            ("target:user/b.tanaka", "target:b.tanaka"),
            (
                "target:\"group/Payroll Staff\"",
                "target:\"group/Payroll Staff\"",
            ),
            ("target:unit/Acme/Sales", "target:unit/Acme/Sales"),
            ("target:user/a/b", "target:user/a/b"),
            ("target:job/12", "target:job/12"),
            ("action:USER_unlocked", "action:user_unlocked"),
            ("action:user_*,authz_fail", "action:user_*,authz_fail"),
            (
                "job:12 outcome:denied,failed",
                "job:12 outcome:denied,failed",
            ),
            (
                "since:-7d until:yesterday",
                "since:2026-11-18 until:2026-11-24",
            ),
        ] {
            let query = read(text);
            assert_eq!(query.to_string(), written, "{text}");
            assert_eq!(read(written), query, "{text}");
        }
    }

    #[test]
    fn says_where_it_is_wrong_and_what_was_meant() {
        for (text, error) in [
            (
                "oprator:x",
                "column 1: the audit has no filter field named \"oprator\"; did you mean \"operator\"?",
            ),
            (
                "x action:user_unlokced",
                "column 10: no action named \"user_unlokced\"; did you mean \"user_unlocked\"",
            ),
            (
                "target:gruop/Sales",
                "column 8: no kind of target named \"gruop\"; did you mean \"group\"?",
            ),
            (
                "target:group/",
                "column 14: a name is missing after \"group/\"",
            ),
            ("target:job/x", "column 12: \"x\" is no number of a job"),
            (
                "outcome:denid",
                "column 9: no outcome named \"denid\"; did you mean \"denied\"?",
            ),
            ("outcome:x", "there are done, denied, failed"),
            ("job:a", "column 5: \"a\" is no number of a job"),
            (
                "job:",
                "column 5: a value is missing for \"job\"; write job:12",
            ),
            ("since:never", "column 7: \"never\" is no day"),
            ("since:soon", "column 7: \"soon\" is not a date"),
            (
                "job:1 job:2",
                "column 7: there is a condition on \"job\" already",
            ),
            (
                "operator:a,b",
                "column 1: \"operator\" takes one value, as in operator:s.abe",
            ),
            ("job>5", "column 4: the audit compares nothing by \">\""),
            (
                "a -b",
                "column 3: a filter of the audit knows no \"-\" here",
            ),
            ("operator:\"a", "column 10: these quotes are never closed"),
            (
                "operator:a\"b\"",
                "column 11: put the quotes around the whole value",
            ),
        ] {
            let said = parse(text, today()).unwrap_err().to_string();
            assert!(said.contains(error), "{text}: {said}");
        }
        let many = "x ".repeat(TERMS_MAX + 1);
        assert!(parse(&many, today()).is_err());
    }

    #[test]
    fn a_condition_takes_the_place_of_another_on_its_field() {
        let query = read("tanaka job:12").with(AuditCondition::Job(13));
        assert_eq!(query.to_string(), "tanaka job:13");
        let query = query.with(AuditCondition::target(TargetKind::Group, "Payroll Staff"));
        assert_eq!(
            query.to_string(),
            "tanaka job:13 target:\"group/Payroll Staff\""
        );
        assert_eq!(
            AuditQuery::of_operator("o'brien \"x\"").to_string(),
            "operator:\"o'brien \\\"x\\\"\""
        );
    }

    #[test]
    fn a_star_means_every_action_that_begins_so() {
        let query = read("action:unit_*");
        let [AuditCondition::Action(patterns)] = query.conditions.as_slice() else {
            panic!("{query:?}");
        };
        let actions: Vec<&str> = patterns.iter().flat_map(ActionPattern::actions).collect();
        let named = [
            "unit_created",
            "unit_deleted",
            "unit_records_moved",
            "unit_updated",
        ];
        assert_eq!(actions, named);
    }
}
