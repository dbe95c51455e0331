//! Values: what stands after a field, read as what the field holds.

use jiff::civil::Date;

use super::error::{FilterError, quoted};
use super::{
    DateField, Direction, Field, Filter, Is, Operator, OptionalField, SortKey, Spanned, UnitName,
    suggestions,
};
use crate::domain::status::{Kind, Status};
use crate::domain::text;

/// Suggestions in one message.
const SUGGESTIONS_MAX: usize = 3;
/// A thousand years: longer ages than this are slips.
const AGE_SECONDS_MAX: i64 = 1000 * 365 * DAY;
const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// A value as it stands in the text.
pub(super) struct Value {
    pub text: String,
    pub column: usize,
    pub quoted: bool,
    /// Whether `/*` follows the closing quote.
    pub below: bool,
}

impl Value {
    fn error(&self, sentence: impl Into<String>) -> FilterError {
        FilterError::new(self.column, sentence)
    }
}

/// A text that stands for itself.
pub(super) fn text(value: &Value) -> Result<String, FilterError> {
    if value.below {
        return Err(value.error("\"/*\" goes with units and organizations only"));
    }
    Ok(value.text.clone())
}

/// A name that is looked up in the database.
pub(super) fn name(value: &Value) -> Result<Spanned<String>, FilterError> {
    let column = value.column;
    Ok(Spanned {
        value: text(value)?,
        column,
    })
}

/// A unit, and with `/*` all units below it.
pub(super) fn unit(value: &Value) -> Result<UnitName, FilterError> {
    let stripped = if value.quoted {
        None
    } else {
        value.text.strip_suffix("/*")
    };
    let below = value.below || stripped.is_some();
    let name = stripped.unwrap_or(&value.text);
    if name.is_empty() {
        return Err(value.error("a name is missing before \"/*\""));
    }
    Ok(UnitName {
        name: Spanned {
            value: name.to_owned(),
            column: value.column,
        },
        below,
    })
}

/// One of a few fixed words.
pub(super) fn word<T: Copy + std::fmt::Display>(
    what: Field,
    parse: impl Fn(&str) -> Option<T>,
    all: &[T],
    value: &Value,
) -> Result<T, FilterError> {
    parse(&value.text).ok_or_else(|| {
        let known: Vec<String> = all.iter().map(T::to_string).collect();
        let near = suggestions(
            &value.text,
            known.iter().map(String::as_str),
            SUGGESTIONS_MAX,
        );
        let sentence = format!("no {what} named {}", quoted(&value.text));
        if near.is_empty() {
            return value.error(format!("{sentence}; there are {}", known.join(", ")));
        }
        value.error(sentence).with_suggestions(near)
    })
}

pub(super) fn is(value: &Value) -> Result<Filter, FilterError> {
    if let Some(is) = Is::parse(&value.text) {
        return Ok(Filter::Is(is));
    }
    if let Some(kind) = Kind::parse(&value.text) {
        return Ok(Filter::Kind(vec![kind]));
    }
    let sentence = format!("no \"is:\" named {}", quoted(&value.text));
    if let Some(status) = Status::parse(&value.text) {
        let meant = format!("status:{status}");
        return Err(value.error(sentence).with_suggestions([meant.as_str()]));
    }
    let kinds = Kind::ALL.iter().map(|kind| kind.as_str());
    let known = || Is::ALL.iter().map(|is| is.as_str()).chain(kinds.clone());
    let near = suggestions(&value.text, known(), SUGGESTIONS_MAX);
    if near.is_empty() {
        let known: Vec<&str> = known().collect();
        return Err(value.error(format!("{sentence}; there are {}", known.join(", "))));
    }
    Err(value.error(sentence).with_suggestions(near))
}

/// A field that a user may be without.
pub(super) fn optional(value: &Value) -> Result<Spanned<OptionalField>, FilterError> {
    let field = Field::parse(&value.text);
    if let Some(optional) = field.and_then(OptionalField::of) {
        return Ok(Spanned {
            value: optional,
            column: value.column,
        });
    }
    if let Some(field) = field {
        return Err(value.error(format!("every user has \"{field}\": it can't be missing")));
    }
    let known = OptionalField::ALL.iter().map(|field| field.as_str());
    let near = suggestions(&value.text, known, SUGGESTIONS_MAX);
    let sentence = format!("no filter field named {}", quoted(&value.text));
    Err(value.error(sentence).with_suggestions(near))
}

/// A date, or `None` for never.
pub(super) fn date(
    value: &Value,
    field: DateField,
    today: Date,
) -> Result<Option<Date>, FilterError> {
    text::date(&value.text, today).map_err(|error| {
        if field != DateField::Birthday && age(value).is_ok() {
            let text = quoted(&value.text);
            return value.error(format!(
                "{text} is an age; write {field}.age<{}",
                value.text
            ));
        }
        value.error(error.to_string())
    })
}

/// `expires:never` is `no:expires`.
pub(super) fn never(
    value: &Value,
    field: Spanned<DateField>,
    operator: Operator,
) -> Result<Filter, FilterError> {
    let Some(optional) = OptionalField::of(field.value.field()) else {
        return Err(value.error(format!(
            "every user has \"{}\": it is never \"never\"",
            field.value
        )));
    };
    if operator != Operator::Equal {
        return Err(value.error(format!(
            "\"never\" is no day to compare with; write no:{optional}"
        )));
    }
    Ok(Filter::No(Spanned {
        value: optional,
        column: field.column,
    }))
}

/// Seconds of `30min`, `12h`, `90d`, `2w`, `1y`. A lone `m` could be minutes or months.
pub(super) fn age(value: &Value) -> Result<i64, FilterError> {
    let text = value.text.to_ascii_lowercase();
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let (amount, unit) = text.split_at(digits);
    let unit = match unit {
        "min" => MINUTE,
        "h" => HOUR,
        "d" => DAY,
        "w" => 7 * DAY,
        "y" => 365 * DAY,
        _ => 0,
    };
    if unit == 0 || amount.is_empty() {
        let sentence = format!(
            "{} is no age; write it as 90d, or with min, h, w or y",
            quoted(&value.text)
        );
        return Err(value.error(sentence));
    }
    amount
        .parse::<i64>()
        .ok()
        .and_then(|amount| amount.checked_mul(unit))
        .filter(|seconds| *seconds <= AGE_SECONDS_MAX)
        .ok_or_else(|| value.error(format!("{} is longer than 1000 years", quoted(&value.text))))
}

pub(super) fn number(value: &Value) -> Result<u32, FilterError> {
    let digits = value.text.bytes().all(|byte| byte.is_ascii_digit());
    value.text.parse().ok().filter(|_| digits).ok_or_else(|| {
        let text = quoted(&value.text);
        value.error(format!("{text} is no whole number from 0 to {}", u32::MAX))
    })
}

/// `failures`, or `-failures` for the largest first.
pub(super) fn sort_key(value: &Value) -> Result<Spanned<(SortKey, Direction)>, FilterError> {
    let (text, direction) = match value.text.strip_prefix('-') {
        Some(text) => (text, Direction::Descending),
        None => (value.text.as_str(), Direction::Ascending),
    };
    let known = SortKey::ALL.iter().map(|key| key.as_str());
    match SortKey::parse(text) {
        Some(key) => Ok(Spanned {
            value: (key, direction),
            column: value.column,
        }),
        None => Err(value
            .error(format!("users can't be sorted by {}", quoted(text)))
            .with_suggestions(suggestions(text, known, SUGGESTIONS_MAX))),
    }
}
