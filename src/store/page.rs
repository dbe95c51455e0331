//! Paging by key: a page is asked for by the row beside it, never by its number.

/// The place of a row in a sort order: the value of its key, and its id.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cursor {
    pub key: Key,
    pub id: i64,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Key {
    Text(String),
    Int(i64),
}

/// Which page of a list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Page {
    #[default]
    First,
    Last,
    After(Cursor),
    Before(Cursor),
    /// From this row on, itself included: what a screen asks for to see its rows again.
    From(Cursor),
}

impl Page {
    /// Whether the rows are read against the order and turned round.
    #[must_use]
    pub const fn is_backward(&self) -> bool {
        matches!(self, Self::Last | Self::Before(_))
    }

    #[must_use]
    pub const fn cursor(&self) -> Option<&Cursor> {
        match self {
            Self::First | Self::Last => None,
            Self::After(cursor) | Self::Before(cursor) | Self::From(cursor) => Some(cursor),
        }
    }
}
