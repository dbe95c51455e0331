//! The filter language: what people type to choose users, read into a typed tree.
//!
//! Every value of the tree goes to the database as a bound parameter. What has to be looked up
//! there (organizations, units, roles, groups, users) keeps its column, so that the answer can
//! say where a name is wrong.
//!
//! To add a field: a line in [`Field`] and in the narrower enum it belongs to. One that is
//! neither text nor a date also takes a variant of [`Filter`], an arm in `parser/fields.rs` and
//! one in `display.rs`, and the round-trip test generates it.

mod audit;
mod cursor;
mod display;
mod error;
mod field;
mod parser;
mod suggest;
mod values;

use jiff::civil::Date;

use super::status::{Kind, Status};
pub use audit::{ActionPattern, AuditCondition, AuditQuery};
pub use error::FilterError;
pub use field::{DateField, Direction, Field, Is, Operator, OptionalField, SortKey, TextField};
pub use suggest::suggestions;

/// Bytes a filter may have.
pub const BYTES_MAX: usize = 65_536;
/// How deep parentheses and negations may nest.
pub const DEPTH_MAX: usize = 32;
/// Words and values a filter may have, names in a list included.
pub const TERMS_MAX: usize = 10_000;

/// Reads a filter.
///
/// # Errors
/// The first thing that is not understood, with its column and, where one is near, what was
/// probably meant.
pub fn parse(text: &str, today: Date) -> Result<Query, FilterError> {
    parser::parse(text, today)
}

/// A filter, and how its matches are to be listed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query {
    pub filter: Filter,
    pub sort: Vec<(SortKey, Direction)>,
    pub limit: Option<u32>,
}

impl Query {
    /// The first field that only somebody with the right to see it may filter by.
    #[must_use]
    pub fn sensitive_field(&self) -> Option<Spanned<Field>> {
        self.filter.sensitive_field()
    }

    /// The same with these users where it says `is:marked`; nothing where it doesn't speak of marks.
    #[must_use]
    pub fn with_marks(&self, marked: &Filter) -> Option<Self> {
        self.filter.names_marks().then(|| Self {
            filter: self.filter.clone().with_marks(marked),
            ..self.clone()
        })
    }
}

/// Which users are meant.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Filter {
    #[default]
    All,
    /// A plain word: folded, it is somewhere in the username, a name or an e-mail address.
    Word(String),
    Status(Vec<Status>),
    Kind(Vec<Kind>),
    Text {
        field: Spanned<TextField>,
        how: Match,
        texts: Vec<String>,
    },
    /// Users whose record belongs to one of these.
    Organization(Vec<Spanned<String>>),
    Unit(Vec<UnitName>),
    /// Users who hold one of these roles.
    Role {
        source: RoleSource,
        names: Vec<Spanned<String>>,
    },
    /// Users who hold some role through one of these groups.
    RoleVia(Vec<Spanned<String>>),
    Group(Vec<Spanned<String>>),
    Manager(Vec<Spanned<String>>),
    Failures {
        operator: Operator,
        count: u32,
    },
    /// Whole days in the time zone of the operator: `=` is any time of that day, `>` a later
    /// day. A user without such a date never matches.
    Date {
        field: Spanned<DateField>,
        operator: Operator,
        date: Date,
    },
    /// How long ago. A user without such a date has no age and never matches.
    Age {
        field: Spanned<DateField>,
        operator: Operator,
        seconds: i64,
    },
    Is(Is),
    No(Spanned<OptionalField>),
    Has(Spanned<OptionalField>),
    /// Usernames, as in `user in (a.young b.zhang)`.
    UserIn(Vec<Spanned<String>>),
    Not(Box<Filter>),
    And(Vec<Filter>),
    Or(Vec<Filter>),
}

/// How a text field is compared; folded either way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Match {
    /// `title:lead`: somewhere in it.
    Contains,
    /// `title=lead`: all of it.
    Whole,
}

/// How a role came to its holder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RoleSource {
    /// `role:`, directly or through a group.
    Effective,
    /// `role.direct:`
    Direct,
}

/// A unit that owns users or that they are assigned to: `fin`, or `fin/*` with everything below.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnitName {
    pub name: Spanned<String>,
    pub below: bool,
}

/// A value and where it stands in the text: the column, in characters, of the first is 1.
///
/// Two are equal when their values are: the column only says where to point.
#[derive(Clone, Copy, Debug, Eq)]
pub struct Spanned<T> {
    pub value: T,
    pub column: usize,
}

impl<T: PartialEq> PartialEq for Spanned<T> {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

impl Filter {
    /// All of these; nothing is left out of, and nested in, the result that needn't be.
    #[must_use]
    pub fn and(filters: Vec<Self>) -> Self {
        let mut parts = Vec::with_capacity(filters.len());
        for filter in filters {
            match filter {
                Self::All => {}
                Self::And(inner) => parts.extend(inner),
                other => parts.push(other),
            }
        }
        match parts.len() {
            0 => Self::All,
            1 => parts.swap_remove(0),
            _ => Self::And(parts),
        }
    }

    /// Any of these, of which there must be one.
    #[must_use]
    pub fn or(filters: Vec<Self>) -> Self {
        let mut parts = Vec::with_capacity(filters.len());
        for filter in filters {
            match filter {
                Self::All => return Self::All,
                Self::Or(inner) => parts.extend(inner),
                other => parts.push(other),
            }
        }
        match parts.len() {
            1 => parts.swap_remove(0),
            _ => Self::Or(parts),
        }
    }

    #[must_use]
    #[expect(
        clippy::should_implement_trait,
        reason = "beside `and` and `or` it reads as one"
    )]
    pub fn not(filter: Self) -> Self {
        match filter {
            Self::Not(inner) => *inner,
            other => Self::Not(Box::new(other)),
        }
    }

    /// The users of a pasted list, as `user in (…)`; its text goes into the filter line.
    #[must_use]
    pub fn users<'a>(names: impl Iterator<Item = &'a str>) -> Self {
        Self::UserIn(
            names
                .map(|name| Spanned {
                    value: name.to_owned(),
                    column: 1,
                })
                .collect(),
        )
    }

    /// Whether it speaks of the marks, which only the console knows.
    #[must_use]
    pub fn names_marks(&self) -> bool {
        match self {
            Self::Is(Is::Marked) => true,
            Self::Not(filter) => filter.names_marks(),
            Self::And(filters) | Self::Or(filters) => filters.iter().any(Self::names_marks),
            _ => false,
        }
    }

    fn with_marks(self, marked: &Self) -> Self {
        let all = |filters: Vec<Self>| {
            let replaced = filters.into_iter().map(|filter| filter.with_marks(marked));
            replaced.collect()
        };
        match self {
            Self::Is(Is::Marked) => marked.clone(),
            Self::Not(filter) => Self::not(filter.with_marks(marked)),
            Self::And(filters) => Self::and(all(filters)),
            Self::Or(filters) => Self::or(all(filters)),
            other => other,
        }
    }

    fn sensitive_field(&self) -> Option<Spanned<Field>> {
        let field = match self {
            Self::Text { field, .. } => field.map(TextField::field),
            Self::Date { field, .. } | Self::Age { field, .. } => field.map(DateField::field),
            Self::No(field) | Self::Has(field) => field.map(OptionalField::field),
            Self::Not(filter) => return filter.sensitive_field(),
            Self::And(filters) | Self::Or(filters) => {
                return filters.iter().find_map(Self::sensitive_field);
            }
            _ => return None,
        };
        field.value.is_sensitive().then_some(field)
    }
}

impl<T: Copy> Spanned<T> {
    fn map<U>(&self, change: impl FnOnce(T) -> U) -> Spanned<U> {
        Spanned {
            value: change(self.value),
            column: self.column,
        }
    }
}
