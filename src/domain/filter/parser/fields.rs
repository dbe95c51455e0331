//! What may stand after the name of a field, field by field; `sort:` and `limit:` too.

use super::super::{
    DateField, Field, Filter, Match, Operator, RoleSource, Spanned, TextField, suggestions,
};
use super::super::{error::quoted, values};
use super::{FilterError, Head, Parsed, Parser, SUGGESTIONS_MAX, Value};
use crate::domain::status::{Kind, Status};

/// Words that stand before `:` like a field, but are none.
const OTHER_HEADS: [&str; 5] = ["is", "no", "has", "sort", "limit"];

impl Parser<'_> {
    pub(super) fn field(&mut self, head: &Head) -> Parsed<Filter> {
        let (name, suffix) = match head.text.split_once('.') {
            Some((name, suffix)) => (name, Some(suffix.to_ascii_lowercase())),
            None => (head.text, None),
        };
        let Some(field) = Field::parse(name) else {
            return Err(unknown_field(head));
        };
        match (field, suffix.as_deref()) {
            (Field::Role, Some("via")) => self
                .each(head, "role.via:vpn-users", values::name)
                .map(Filter::RoleVia),
            (Field::Role, Some("direct")) => {
                let names = self.each(head, "role.direct:admin", values::name)?;
                Ok(Filter::Role {
                    source: RoleSource::Direct,
                    names,
                })
            }
            (field, Some("age")) if let Some(date) = DateField::of(field) => self.age(
                head,
                Spanned {
                    value: date,
                    column: head.column,
                },
            ),
            (field, Some(_)) => Err(unknown_suffix(head, field)),
            (field, None) => self.plain_field(head, field),
        }
    }

    fn plain_field(&mut self, head: &Head, field: Field) -> Parsed<Filter> {
        let example = field.example();
        if let Some(date) = DateField::of(field) {
            return self.date(
                head,
                Spanned {
                    value: date,
                    column: head.column,
                },
            );
        }
        if let Some(text) = TextField::of(field) {
            return self.text(
                head,
                Spanned {
                    value: text,
                    column: head.column,
                },
            );
        }
        match field {
            Field::Status => {
                let read = |value: &Value| values::word(field, Status::parse, &Status::ALL, value);
                self.each(head, example, read).map(Filter::Status)
            }
            Field::Kind => {
                let read = |value: &Value| values::word(field, Kind::parse, &Kind::ALL, value);
                self.each(head, example, read).map(Filter::Kind)
            }
            // All of an organization is meant with and without `/*`.
            Field::Organization => {
                let read = |value: &Value| values::unit(value).map(|unit| unit.name);
                self.each(head, example, read).map(Filter::Organization)
            }
            Field::Unit => self.each(head, example, values::unit).map(Filter::Unit),
            Field::Role => {
                let names = self.each(head, example, values::name)?;
                Ok(Filter::Role {
                    source: RoleSource::Effective,
                    names,
                })
            }
            Field::Group => self.each(head, example, values::name).map(Filter::Group),
            Field::Manager => self.each(head, example, values::name).map(Filter::Manager),
            Field::Failures => self.failures(head),
            _ => Err(unknown_field(head)),
        }
    }

    fn text(&mut self, head: &Head, field: Spanned<TextField>) -> Parsed<Filter> {
        let how = if head.operator.is_some() {
            Match::Whole
        } else {
            Match::Contains
        };
        let texts = self.each(head, field.value.field().example(), values::text)?;
        Ok(Filter::Text { field, how, texts })
    }

    fn date(&mut self, head: &Head, field: Spanned<DateField>) -> Parsed<Filter> {
        let today = self.today;
        self.compare(
            head,
            field.value.field().example(),
            |operator, value| match values::date(value, field.value, today)? {
                Some(date) => Ok(Filter::Date {
                    field,
                    operator,
                    date,
                }),
                None => values::never(value, field, operator),
            },
        )
    }

    fn age(&mut self, head: &Head, field: Spanned<DateField>) -> Parsed<Filter> {
        let example = format!("{0}.age>90d or {0}.age<12h", field.value);
        if matches!(head.operator, None | Some(Operator::Equal)) {
            let sentence = format!("an age is compared with < or >; write {example}");
            return Err(FilterError::new(head.column, sentence));
        }
        self.compare(head, &example, |operator, value| {
            Ok(Filter::Age {
                field,
                operator,
                seconds: values::age(value)?,
            })
        })
    }

    fn failures(&mut self, head: &Head) -> Parsed<Filter> {
        self.compare(head, Field::Failures.example(), |operator, value| {
            Ok(Filter::Failures {
                operator,
                count: values::number(value)?,
            })
        })
    }

    /// One value after `<` or `>`; after `:` and `=` also alternatives.
    fn compare(
        &mut self,
        head: &Head,
        example: &str,
        read: impl Fn(Operator, &Value) -> Parsed<Filter>,
    ) -> Parsed<Filter> {
        let operator = head.operator.unwrap_or(Operator::Equal);
        let values = self.values(head, example)?;
        if let [_, second, ..] = values.as_slice()
            && operator != Operator::Equal
        {
            let sentence = format!("\"{operator}\" compares with one value only");
            return Err(FilterError::new(second.column, sentence));
        }
        let filters = values.iter().map(|value| read(operator, value));
        Ok(Filter::or(filters.collect::<Parsed<_>>()?))
    }

    pub(super) fn sort(&mut self, head: &Head) -> Parsed<()> {
        for key in self.each(head, "sort:username,-failures", values::sort_key)? {
            let Spanned {
                value: (key, direction),
                column,
            } = key;
            if self.sort.iter().any(|(other, _)| *other == key) {
                let sentence = format!("the list is sorted by \"{key}\" already");
                return Err(FilterError::new(column, sentence));
            }
            self.sort.push((key, direction));
        }
        Ok(())
    }

    pub(super) fn limit(&mut self, head: &Head) -> Parsed<()> {
        let read = |value: &Value| Ok((values::number(value)?, value.column));
        let limits = self.each(head, "limit:500", read)?;
        let &[(limit, column)] = limits.as_slice() else {
            return Err(FilterError::new(
                head.column,
                "a limit is one number, as in limit:500",
            ));
        };
        if self.limit.is_some() {
            return Err(FilterError::new(head.column, "there is a limit already"));
        }
        if limit == 0 {
            return Err(FilterError::new(column, "a limit is 1 or more"));
        }
        self.limit = Some(limit);
        Ok(())
    }
}

fn unknown_field(head: &Head) -> FilterError {
    let known = Field::ALL
        .iter()
        .map(|field| field.as_str())
        .chain(OTHER_HEADS);
    let near = suggestions(head.text, known, SUGGESTIONS_MAX);
    let named = format!("no filter field named {}", quoted(head.text));
    if near.is_empty() {
        let sentence = format!("{named}; to search for the text itself, put it in quotes");
        return FilterError::new(head.column, sentence);
    }
    FilterError::new(head.column, named).with_suggestions(near)
}

fn unknown_suffix(head: &Head, field: Field) -> FilterError {
    let words = match field {
        Field::Role => vec!["role.direct".to_owned(), "role.via".to_owned()],
        _ if DateField::of(field).is_some() => vec![format!("{field}.age")],
        _ => vec![field.to_string()],
    };
    FilterError::new(
        head.column,
        format!("no filter field named {}", quoted(head.text)),
    )
    .with_suggestions(words.iter().map(String::as_str))
}
