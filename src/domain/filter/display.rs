//! Writes a filter back as text: the same query in its shortest form, which reads as the same.

use std::fmt::{self, Display, Formatter, Write};

use super::{Direction, Filter, Match, Operator, Query, RoleSource, Spanned, UnitName};

impl Display for Query {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        let mut parts = Vec::new();
        if self.filter != Filter::All {
            parts.push(self.filter.to_string());
        }
        if !self.sort.is_empty() {
            let keys = self.sort.iter().map(|(key, direction)| match direction {
                Direction::Ascending => key.to_string(),
                Direction::Descending => format!("-{key}"),
            });
            parts.push(format!("sort:{}", keys.collect::<Vec<_>>().join(",")));
        }
        parts.extend(self.limit.map(|limit| format!("limit:{limit}")));
        formatter.write_str(&parts.join(" "))
    }
}

impl Display for Filter {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => Ok(()),
            Self::Word(text) => formatter.write_str(&word(text)),
            Self::Status(statuses) => list(formatter, "status:", statuses),
            Self::Kind(kinds) => list(formatter, "kind:", kinds),
            Self::Text { field, how, texts } => {
                let operator = match how {
                    Match::Contains => ':',
                    Match::Whole => '=',
                };
                let texts = texts.iter().map(|text| value(text));
                list(
                    formatter,
                    &format!("{}{operator}", field.value),
                    &texts.collect::<Vec<_>>(),
                )
            }
            Self::Organization(names) => list(formatter, "org:", &all_of(names)),
            Self::Unit(units) => list(formatter, "unit:", units),
            Self::Role {
                source: RoleSource::Effective,
                names,
            } => list(formatter, "role:", &values(names)),
            Self::Role {
                source: RoleSource::Direct,
                names,
            } => list(formatter, "role.direct:", &values(names)),
            Self::RoleVia(groups) => list(formatter, "role.via:", &values(groups)),
            Self::Group(names) => list(formatter, "group:", &values(names)),
            Self::Manager(names) => list(formatter, "manager:", &values(names)),
            Self::Failures { operator, count } => {
                write!(formatter, "failures{}{count}", sign(*operator))
            }
            Self::Date {
                field,
                operator,
                date,
            } => {
                write!(formatter, "{}{}{date}", field.value, sign(*operator))
            }
            Self::Age {
                field,
                operator,
                seconds,
            } => {
                write!(formatter, "{}.age{operator}{}", field.value, age(*seconds))
            }
            Self::Is(is) => write!(formatter, "is:{is}"),
            Self::No(field) => write!(formatter, "no:{}", field.value),
            Self::Has(field) => write!(formatter, "has:{}", field.value),
            Self::UserIn(names) => write!(formatter, "user in ({})", values(names).join(" ")),
            Self::Not(filter) => match filter.as_ref() {
                Self::And(_) | Self::Or(_) => write!(formatter, "-({filter})"),
                _ => write!(formatter, "-{filter}"),
            },
            Self::And(filters) => join(formatter, filters, " ", |part| matches!(part, Self::Or(_))),
            Self::Or(filters) => join(formatter, filters, " or ", |_| false),
        }
    }
}

impl Display for UnitName {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        let below = if self.below { "/*" } else { "" };
        write!(formatter, "{}{below}", tree_value(&self.name.value))
    }
}

fn join(
    formatter: &mut Formatter<'_>,
    filters: &[Filter],
    between: &str,
    needs_parentheses: impl Fn(&Filter) -> bool,
) -> fmt::Result {
    for (index, filter) in filters.iter().enumerate() {
        formatter.write_str(if index == 0 { "" } else { between })?;
        if needs_parentheses(filter) {
            write!(formatter, "({filter})")?;
        } else {
            write!(formatter, "{filter}")?;
        }
    }
    Ok(())
}

fn list<T: Display>(formatter: &mut Formatter<'_>, head: &str, values: &[T]) -> fmt::Result {
    formatter.write_str(head)?;
    for (index, value) in values.iter().enumerate() {
        formatter.write_str(if index == 0 { "" } else { "," })?;
        write!(formatter, "{value}")?;
    }
    Ok(())
}

fn sign(operator: Operator) -> &'static str {
    if operator == Operator::Equal {
        ":"
    } else {
        operator.as_str()
    }
}

fn values(names: &[Spanned<String>]) -> Vec<String> {
    names.iter().map(|name| value(&name.value)).collect()
}

fn all_of(names: &[Spanned<String>]) -> Vec<String> {
    names.iter().map(|name| tree_value(&name.value)).collect()
}

/// A plain word, in quotes where it would be read as something else.
pub(super) fn word(text: &str) -> String {
    let is_keyword = ["or", "and", "not", "user"]
        .iter()
        .any(|keyword| text.eq_ignore_ascii_case(keyword));
    let is_plain =
        !is_keyword && !text.starts_with('-') && !text.contains(super::cursor::ends_word);
    if is_plain && !text.is_empty() {
        text.to_owned()
    } else {
        quote(text)
    }
}

pub(super) fn value(text: &str) -> String {
    let is_plain = !text.is_empty()
        && !text.starts_with([':', '<', '>', '='])
        && !text.contains(super::cursor::ends_value);
    if is_plain {
        text.to_owned()
    } else {
        quote(text)
    }
}

/// A value for which an unquoted `/*` at the end says more.
fn tree_value(text: &str) -> String {
    if text.ends_with("/*") {
        quote(text)
    } else {
        value(text)
    }
}

fn quote(text: &str) -> String {
    let mut quoted = String::from('"');
    for character in text.chars() {
        if matches!(character, '"' | '\\') {
            quoted.push('\\');
        }
        quoted.push(character);
    }
    quoted.push('"');
    quoted
}

/// The largest unit that says it exactly.
fn age(seconds: i64) -> String {
    let mut text = String::new();
    let (amount, unit) = match seconds {
        s if s % 86_400 == 0 => (s / 86_400, "d"),
        s if s % 3_600 == 0 => (s / 3_600, "h"),
        s => (s / 60, "min"),
    };
    let written = write!(text, "{amount}{unit}");
    debug_assert!(written.is_ok(), "writing to a String can't fail");
    text
}
