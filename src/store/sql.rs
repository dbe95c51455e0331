//! The one builder of SQL: a text for both engines, its values, and rows that are read in column order.
//!
//! Text comes only from the program (`&'static str`), values only as `$n`. What must differ between the engines is a
//! token that is replaced when the statement runs: `{for_update}` (a row lock where the engine has one), `{json:N}` (the
//! elements of the JSON array in `$N`, as the table `elements` with the columns `value` and `key`, which counts from 1),
//! `{item:N}` (where the elements are arrays themselves: the text at place N of each, counted from 0), `{few:N}` behind `in`
//! (the few ids of the JSON array in `$N`), `{walked}` before a column (SQLite finds it by no index, so that a list is walked
//! in its order; PostgreSQL has statistics and decides itself), `{unindexed}` and `{by:INDEX}` behind a table (SQLite reads it
//! as it lies, or in the order of that index), `{postgres:TEXT}` (a text for that engine alone), `{ids}` (a JSON array of the
//! column `id` over all rows), and `{u.id}` and `{s.user_id}` (the id as the indexes of orders hold it, for SQLite compares two
//! columns with an index only where neither is the row's own number).

use super::{Error, Result, Tx};
use crate::domain::Time;
use futures_util::TryStreamExt;
use sqlx::{AssertSqlSafe, Row as _};
use std::borrow::Cow;

#[derive(Clone, Debug)]
pub enum Value {
    Int(i64),
    OptionalInt(Option<i64>),
    Bool(bool),
    Text(String),
    Bytes(Vec<u8>),
}

macro_rules! values {
    ($($type:ty => |$value:ident| $body:expr;)*) => {$(
        impl From<$type> for Value {
            fn from($value: $type) -> Self { $body }
        }
    )*};
}

values! {
    i64 => |value| Self::Int(value);
    Option<i64> => |value| Self::OptionalInt(value);
    bool => |value| Self::Bool(value);
    String => |value| text_value(value);
    &str => |value| text_value(value.to_owned());
    &String => |value| text_value(value.clone());
    Vec<u8> => |value| Self::Bytes(value);
    &[u8] => |value| Self::Bytes(value.to_vec());
    Time => |value| Self::Int(value.0);
    crate::domain::UserId => |value| Self::Int(value.0);
    crate::domain::OrganizationId => |value| Self::Int(value.0);
    crate::domain::UnitId => |value| Self::Int(value.0);
    crate::domain::GroupId => |value| Self::Int(value.0);
    crate::domain::RoleId => |value| Self::Int(value.0);
    crate::domain::JobId => |value| Self::Int(value.0);
    crate::domain::SessionId => |value| Self::Int(value.0);
    crate::domain::ApiKeyId => |value| Self::Int(value.0);
    Option<crate::domain::UserId> => |value| Self::OptionalInt(value.map(|id| id.0));
    Option<crate::domain::OrganizationId> => |value| Self::OptionalInt(value.map(|id| id.0));
    Option<crate::domain::UnitId> => |value| Self::OptionalInt(value.map(|id| id.0));
    Option<crate::domain::JobId> => |value| Self::OptionalInt(value.map(|id| id.0));
}

/// PostgreSQL takes no U+0000 and SQLite does. No text that is stored has one, so to look for one is to find nothing.
fn text_value(text: String) -> Value {
    if text.contains('\0') {
        Value::Text(text.replace('\0', "\u{fffd}"))
    } else {
        Value::Text(text)
    }
}

/// A statement under construction.
#[derive(Clone, Debug, Default)]
pub struct Sql {
    text: Cow<'static, str>,
    values: Vec<Value>,
}

impl Sql {
    #[must_use]
    pub fn new(text: &'static str) -> Self {
        Self {
            text: Cow::Borrowed(text),
            values: Vec::new(),
        }
    }

    /// Adds the value of the next `$n`.
    #[must_use]
    pub fn bind(mut self, value: impl Into<Value>) -> Self {
        self.values.push(value.into());
        self
    }

    pub fn push(&mut self, text: &'static str) -> &mut Self {
        self.text.to_mut().push_str(text);
        self
    }

    /// Appends `$n` and its value.
    pub fn push_value(&mut self, value: impl Into<Value>) -> &mut Self {
        self.values.push(value.into());
        let place = format!("${}", self.values.len());
        self.text.to_mut().push_str(&place);
        self
    }

    /// Appends `(select … )` over a list of ids, which travels as one text value; it stands behind `in`.
    pub fn push_ids(&mut self, ids: impl IntoIterator<Item = i64>) -> &mut Self {
        let ids: Vec<i64> = ids.into_iter().collect();
        let is_few = ids.len() <= ARRAY_MAX;
        self.values.push(Value::Text(json_array(ids)));
        let number = self.values.len();
        let place = if is_few {
            format!("{{few:{number}}}")
        } else {
            unpacked(&format!("{{json:{number}}}"))
        };
        self.text.to_mut().push_str(&place);
        self
    }

    /// Appends `(select … )` over a list of texts, which travels as one text value.
    pub fn push_texts(&mut self, texts: &[String]) -> &mut Self {
        self.values.push(Value::Text(json_texts(texts)));
        let place = format!("(select value from {{json:{}}})", self.values.len());
        self.text.to_mut().push_str(&place);
        self
    }

    /// Appends a JSON array as the table `elements` with the columns `value` and `key`, which counts from 1.
    pub fn push_json(&mut self, json: String) -> &mut Self {
        self.values.push(Value::Text(json));
        let place = format!("{{json:{}}}", self.values.len());
        self.text.to_mut().push_str(&place);
        self
    }

    /// Appends a list of ids as the table `elements`, for the front of a join.
    pub fn push_id_elements(&mut self, ids: impl IntoIterator<Item = i64>) -> &mut Self {
        self.push_json(json_array(ids))
    }

    /// Appends another statement's text, with its values numbered on.
    pub fn push_sql(&mut self, other: &Self) -> &mut Self {
        let offset = self.values.len();
        let text = self.text.to_mut();
        let mut rest: &str = &other.text;
        while let Some(at) = rest.find(['$', '{']) {
            let (before, tail) = rest.split_at(at);
            text.push_str(before);
            // `$12`, `{json:12}` and `{few:12}` carry a number; every other brace is copied.
            let numbered = ["$", "{json:", "{few:"];
            let lead = numbered.into_iter().find(|lead| tail.starts_with(lead));
            let (head, number) = tail.split_at(lead.map_or(1, str::len));
            text.push_str(head);
            let digits = number.bytes().take_while(u8::is_ascii_digit).count();
            if digits > 0 && lead.is_some() {
                let place: usize = number
                    .get(..digits)
                    .and_then(|n| n.parse().ok())
                    .unwrap_or(0);
                text.push_str(&(place + offset).to_string());
                rest = number.get(digits..).unwrap_or_default();
            } else {
                rest = number;
            }
        }
        text.push_str(rest);
        self.values.extend(other.values.iter().cloned());
        self
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// Runs it and counts the rows it changed.
    pub async fn execute(self, tx: &mut Tx) -> Result<u64> {
        dispatch!(self, tx, |query, connection| {
            query
                .execute(connection)
                .await
                .map(|done| done.rows_affected())
                .map_err(Error::from)
        })
    }

    /// Runs it and asserts that exactly one row changed.
    pub async fn execute_one(self, tx: &mut Tx) -> Result<()> {
        match self.execute(tx).await? {
            1 => Ok(()),
            _ => Err(Error::Missing),
        }
    }

    pub async fn all<T>(
        self,
        tx: &mut Tx,
        mut read: impl FnMut(&mut Row<'_>) -> Result<T>,
    ) -> Result<Vec<T>> {
        dispatch!(self, tx, |query, connection| {
            let mut rows = query.fetch(connection);
            let mut list = Vec::new();
            while let Some(row) = rows.try_next().await? {
                list.push(read(&mut Row {
                    row: AnyRow::from(&row),
                    next: 0,
                })?);
            }
            Ok(list)
        })
    }

    /// As [`Sql::all`], for a page: SQLite hands over each row by itself and from another thread, which takes longer than to find
    /// it, so all come as one. They have so many columns, none of bytes, and come in any order.
    pub async fn page<T>(
        mut self,
        tx: &mut Tx,
        columns: usize,
        mut read: impl FnMut(&mut Row<'_>) -> Result<T>,
    ) -> Result<Vec<T>> {
        if tx.is_postgres() {
            return self.all(tx, read).await;
        }
        let names: Vec<String> = (0..columns).map(|column| format!("c{column}")).collect();
        let (names, text) = (names.join(", "), &self.text);
        let text = format!(
            "with page ({names}) as ({text}) select json_group_array(json_array({names})) from page"
        );
        self.text = Cow::Owned(text);
        let rows = self.one(tx, self::text).await?;
        let rows: Vec<Vec<serde_json::Value>> = serde_json::from_str(&rows).map_err(unread)?;
        rows.iter()
            .map(|row| {
                read(&mut Row {
                    row: AnyRow::Json(row),
                    next: 0,
                })
            })
            .collect()
    }

    pub async fn optional<T>(
        self,
        tx: &mut Tx,
        read: impl FnOnce(&mut Row<'_>) -> Result<T>,
    ) -> Result<Option<T>> {
        dispatch!(self, tx, |query, connection| {
            match query.fetch_optional(connection).await? {
                Some(row) => read(&mut Row {
                    row: AnyRow::from(&row),
                    next: 0,
                })
                .map(Some),
                None => Ok(None),
            }
        })
    }

    /// The first row; its absence breaks our own rules.
    pub async fn one<T>(
        self,
        tx: &mut Tx,
        read: impl FnOnce(&mut Row<'_>) -> Result<T>,
    ) -> Result<T> {
        self.optional(tx, read).await?.ok_or(Error::Missing)
    }

    pub async fn int(self, tx: &mut Tx) -> Result<i64> {
        self.one(tx, int).await
    }

    pub async fn ints(self, tx: &mut Tx) -> Result<Vec<i64>> {
        self.all(tx, int).await
    }

    pub async fn exists(self, tx: &mut Tx) -> Result<bool> {
        Ok(self.optional(tx, |_| Ok(())).await?.is_some())
    }

    /// How many rows it has, up to one more than these.
    pub async fn count_to(&self, tx: &mut Tx, most: i64) -> Result<i64> {
        let mut sql = Self::new("select count(*) from (select 1 from (");
        sql.push_sql(self)
            .push(") as r limit ")
            .push_value(most + 1)
            .push(") as probe");
        sql.int(tx).await
    }

    /// Whether it has at most so many rows.
    pub async fn is_at_most(&self, tx: &mut Tx, most: i64) -> Result<bool> {
        Ok(self.count_to(tx, most).await? <= most)
    }

    /// The text for one engine, its tokens replaced.
    pub(super) fn text_for(&self, postgres: bool) -> Cow<'static, str> {
        if !self.text.contains('{') {
            return self.text.clone();
        }
        let mut text = String::with_capacity(self.text.len() * 2);
        let mut rest: &str = &self.text;
        while let Some((before, tail)) = rest.split_once('{') {
            text.push_str(before);
            let (token, after) = tail.split_once('}').unwrap_or((tail, ""));
            let (token, of) = token.split_once(':').unwrap_or((token, ""));
            let replaced = match (token, postgres) {
                ("json", _) => elements(of, postgres),
                ("few", true) => array(&mut text, of),
                ("few", false) => unpacked(&elements(of, postgres)),
                ("item", true) => format!("(cast(value as json) ->> {of})"),
                ("item", false) => format!("(value ->> {of})"),
                ("ids", true) => "coalesce(cast(json_agg(distinct id) as text), '[]')".to_owned(),
                ("ids", false) => "json_group_array(distinct id)".to_owned(),
                ("postgres", true) => of.to_owned(),
                ("by", false) => format!(" indexed by {of}"),
                ("u.id", false) => "u.place".to_owned(),
                ("s.user_id", false) => "s.place".to_owned(),
                ("u.id" | "s.user_id", true) => token.to_owned(),
                ("unindexed", false) => " not indexed".to_owned(),
                ("for_update", true) => " for update".to_owned(),
                ("walked", false) => "+".to_owned(),
                ("for_update" | "postgres", false) | ("walked" | "unindexed" | "by", true) => {
                    String::new()
                }
                // A brace of the statement itself.
                _ => {
                    text.push('{');
                    rest = tail;
                    continue;
                }
            };
            text.push_str(&replaced);
            rest = after;
        }
        text.push_str(rest);
        Cow::Owned(text)
    }
}

fn elements(number: &str, postgres: bool) -> String {
    if postgres {
        let unpacked = format!("json_array_elements_text(cast(${number} as json))");
        format!("(select value, key from {unpacked} with ordinality as e (value, key)) as elements")
    } else {
        format!("(select value, key + 1 as key from json_each(${number})) as elements")
    }
}

fn unpacked(elements: &str) -> String {
    format!("(select cast(value as bigint) as id from {elements})")
}

/// Ids up to which PostgreSQL is given an array, of which it sees how few it has: of a list that is unpacked it believes that
/// everything is in it. A longer one would be searched from end to end for each row, once a statement is planned for any value.
const ARRAY_MAX: usize = 64;

/// A list of ids as an array, compared by the operator at the end of the text before it, which goes.
fn array(before: &mut String, number: &str) -> String {
    let array = format!("(cast(translate(${number}, '[]', '{{}}') as bigint[]))");
    for (operator, compared) in [(" not in ", " <> all"), (" in ", " = any")] {
        if let Some(rest) = before.strip_suffix(operator) {
            before.truncate(rest.len());
            return format!("{compared}{array}");
        }
    }
    format!("(select unnest{array})")
}

/// Texts as a JSON array; U+0000 is replaced as in every other value.
fn json_texts(texts: &[String]) -> String {
    let shown: Vec<Cow<'_, str>> = texts
        .iter()
        .map(|text| {
            if text.contains('\0') {
                Cow::Owned(text.replace('\0', "\u{fffd}"))
            } else {
                Cow::Borrowed(text.as_str())
            }
        })
        .collect();
    serde_json::to_string(&shown).unwrap_or_default()
}

pub(super) fn json_array(ids: impl IntoIterator<Item = i64>) -> String {
    let mut text = String::from("[");
    for (index, id) in ids.into_iter().enumerate() {
        if index > 0 {
            text.push(',');
        }
        text.push_str(&id.to_string());
    }
    text.push(']');
    text
}

/// Expands one body for each engine: the statement is written once, the types are checked twice.
macro_rules! dispatch {
    ($sql:ident, $tx:ident, |$query:ident, $connection:ident| $body:expr) => {{
        match $tx {
            Tx::Sqlite(transaction) => {
                let $query = bound!($sql, false, sqlx::Sqlite);
                let $connection = &mut **transaction;
                $body
            }
            Tx::Postgres(transaction) => {
                let $query = bound!($sql, true, sqlx::Postgres);
                let $connection = &mut **transaction;
                $body
            }
        }
    }};
}

macro_rules! bound {
    ($sql:ident, $postgres:literal, $engine:ty) => {{
        let mut query = match $sql.text_for($postgres) {
            Cow::Borrowed(text) => sqlx::query::<$engine>(text),
            Cow::Owned(text) => sqlx::query::<$engine>(AssertSqlSafe(text)),
        };
        for value in $sql.values {
            query = match value {
                Value::Int(value) => query.bind(value),
                Value::OptionalInt(value) => query.bind(value),
                Value::Bool(value) => query.bind(value),
                Value::Text(value) => query.bind(value),
                Value::Bytes(value) => query.bind(value),
            };
        }
        query
    }};
}

use {bound, dispatch};

enum AnyRow<'r> {
    Sqlite(&'r sqlx::sqlite::SqliteRow),
    Postgres(&'r sqlx::postgres::PgRow),
    /// A row of SQLite among others: booleans are numbers.
    Json(&'r [serde_json::Value]),
}

/// The column of a row that came as JSON.
fn of_json<T: OfJson>(row: &[serde_json::Value], column: usize) -> Result<T> {
    row.get(column)
        .and_then(T::of_json)
        .ok_or_else(|| unread(format!("column {column} is of another kind")))
}

fn unread(why: impl std::fmt::Display) -> Error {
    Error::Inconsistent(format!("a page can't be read: {why}"))
}

trait OfJson: Sized {
    fn of_json(value: &serde_json::Value) -> Option<Self>;
}

impl OfJson for i64 {
    fn of_json(value: &serde_json::Value) -> Option<Self> {
        value.as_i64()
    }
}

impl OfJson for bool {
    fn of_json(value: &serde_json::Value) -> Option<Self> {
        value.as_i64().map(|number| number != 0)
    }
}

impl OfJson for String {
    fn of_json(value: &serde_json::Value) -> Option<Self> {
        value.as_str().map(str::to_owned)
    }
}

impl OfJson for Vec<u8> {
    fn of_json(_: &serde_json::Value) -> Option<Self> {
        None
    }
}

impl<T: OfJson> OfJson for Option<T> {
    fn of_json(value: &serde_json::Value) -> Option<Self> {
        match value {
            serde_json::Value::Null => Some(None),
            value => T::of_json(value).map(Some),
        }
    }
}

impl<'r> From<&'r sqlx::sqlite::SqliteRow> for AnyRow<'r> {
    fn from(row: &'r sqlx::sqlite::SqliteRow) -> Self {
        Self::Sqlite(row)
    }
}

impl<'r> From<&'r sqlx::postgres::PgRow> for AnyRow<'r> {
    fn from(row: &'r sqlx::postgres::PgRow) -> Self {
        Self::Postgres(row)
    }
}

/// A row, read column after column.
pub struct Row<'r> {
    row: AnyRow<'r>,
    next: usize,
}

macro_rules! columns {
    ($($(#[$doc:meta])* $name:ident -> $type:ty;)*) => {$(
        $(#[$doc])*
        pub fn $name(&mut self) -> Result<$type> {
            let column = self.next;
            self.next += 1;
            Ok(match self.row {
                AnyRow::Sqlite(row) => row.try_get(column)?,
                AnyRow::Postgres(row) => row.try_get(column)?,
                AnyRow::Json(row) => of_json(row, column)?,
            })
        }
    )*};
}

impl Row<'_> {
    columns! {
        int -> i64;
        optional_int -> Option<i64>;
        boolean -> bool;
        optional_boolean -> Option<bool>;
        text -> String;
        optional_text -> Option<String>;
        bytes -> Vec<u8>;
    }

    pub fn time(&mut self) -> Result<Time> {
        self.int().map(Time)
    }
}

/// The first column as a number. A function of its own, for a method of a borrowed row fits no closure's lifetimes.
pub fn int(row: &mut Row<'_>) -> Result<i64> {
    row.int()
}

/// The first column as a number, or none.
pub fn optional_int(row: &mut Row<'_>) -> Result<Option<i64>> {
    row.optional_int()
}

/// The first column as a text.
pub fn text(row: &mut Row<'_>) -> Result<String> {
    row.text()
}

/// The first column as a time.
pub fn time(row: &mut Row<'_>) -> Result<Time> {
    row.time()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pushed_statement_is_numbered_on() {
        let mut inner = Sql::new("id = $1 or name = $2 or id in ");
        inner.values = vec![Value::Int(1), Value::Text("x".to_owned())];
        inner.push_ids([7, 8]);
        let mut outer = Sql::new("select 1 from users where a = ");
        outer
            .push_value(5)
            .push(" and (")
            .push_sql(&inner)
            .push(")");
        assert_eq!(
            outer.text,
            "select 1 from users where a = $1 and (id = $2 or name = $3 or id in {few:4})"
        );
        assert_eq!(outer.values.len(), 4);
        assert!(outer.text_for(false).contains("json_each($4)"));
        let array = "id = any(cast(translate($4, '[]', '{}') as bigint[])))";
        assert!(outer.text_for(true).ends_with(array));
    }

    #[test]
    fn short_lists_alone_are_arrays() {
        let of = |number: i64| {
            let mut sql = Sql::new("a not in ");
            sql.push_ids(1..=number).push(" and b in ").push_ids([1]);
            sql.text_for(true).into_owned()
        };
        let array = |operator: &str, value: i64| {
            format!("{operator}(cast(translate(${value}, '[]', '{{}}') as bigint[]))")
        };
        let both = format!("a <> {} and b = {}", array("all", 1), array("any", 2));
        assert_eq!(of(64), both);
        assert!(of(65).starts_with("a not in (select cast(value as bigint) as id from (select"));
        assert!(of(65).ends_with(&array("any", 2)));
    }
}
