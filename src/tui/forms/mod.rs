//! Forms: one screen that edits any record, and an editor for each kind of record.
//!
//! An [`Editor`] says which fields there are, what is wrong with a value, and how it is saved; the
//! form does the rest: focus, marks for what changed, problems at their fields, drafts, the review
//! before a save, and the field-by-field decision where somebody else saved first.
//!
//! To add one: a file here with `impl Editor`, its `mod` line, and `cx.open_modal(FormView::new(…))`
//! where `n` or `e` is pressed.

mod calendar;
mod conflict;
mod draft;
mod fields;
pub mod group;
mod leave;
mod list;
pub mod organization;
mod review;
pub mod role;
mod rules;
pub mod unit;
pub mod user;
mod view;

pub use draft::{PREFIX as DRAFTS, name as draft_name};
pub use view::FormView;

use super::shared::Subject;
use crate::domain::GroupId;
use crate::domain::permission::Permission;
use crate::service::units::UnitFate;
use crate::service::{Asks, Consent, Permissions, Result, Service, Session};
use fields::FieldState;
use std::collections::BTreeMap;
use std::future::Future;

/// How one kind of record is made and edited.
pub trait Editor: Clone + Send + Sync + 'static {
    /// `user`, `group`: in sentences, and in the key of the draft.
    const KIND: &'static str;

    /// The record that is edited; nothing where a new one is made.
    fn record(&self) -> Option<i64>;

    /// The record that a new one begins as a copy of.
    fn model(&self) -> Option<i64> {
        None
    }

    /// An empty form for another one of the kind, for "save and new".
    fn another(&self) -> Self;

    /// Reads the fields and their values as they are now.
    fn load(
        &self,
        service: Service,
        session: Session,
    ) -> impl Future<Output = Result<Sheet>> + Send;

    /// What is wrong with a value, told when its field is left. The service checks again.
    fn check(
        &self,
        field: &'static str,
        value: &Value,
        today: jiff::civil::Date,
    ) -> Option<Problem>;

    /// What saving would do, without doing it: the service checks all that it would check, and nothing is written.
    fn rehearse(
        &self,
        service: Service,
        session: Session,
        version: i64,
        values: Values,
    ) -> impl Future<Output = Result<Rehearsed>> + Send;

    /// What has to be known about the values as they stand, while the cursor is on this field.
    fn advice(&self, _field: &str, _fields: &[FieldState]) -> Option<String> {
        None
    }

    /// Saves. `values` has every field of a new record, and only the changed ones of an old one.
    fn save(
        &self,
        service: Service,
        session: Session,
        version: i64,
        values: Values,
        consent: Consent,
    ) -> impl Future<Output = Result<Saved>> + Send;
}

/// What saving would do besides what was typed.
#[derive(Clone, Debug, Default)]
pub struct Rehearsed {
    /// What the service fills in where the form left it open.
    pub filled: Values,
    /// What else changes, or has to be known before; a sentence each.
    pub remarks: Vec<String>,
    /// Who gains or loses what; a sentence each.
    pub rights: Vec<String>,
    /// What is asked for before it is saved.
    pub asks: Asks,
}

/// Values by field.
pub type Values = BTreeMap<&'static str, Value>;

/// The fields of a record as they are now.
#[derive(Clone, Debug)]
pub struct Sheet {
    /// `EDIT USER b.tanaka`, `NEW GROUP`.
    pub heading: String,
    /// The version that was read; zero for a new record.
    pub version: i64,
    /// Who saved it last and when, where that is known.
    pub saved_by: Option<String>,
    pub fields: Vec<FieldSpec>,
}

/// One field of a form.
#[derive(Clone, Debug)]
pub struct FieldSpec {
    /// The name by which the service reports what is wrong with it.
    pub name: &'static str,
    pub label: &'static str,
    pub kind: FieldKind,
    /// The value now.
    pub value: Value,
    pub required: bool,
    /// Why it can't be edited, or who owns it.
    pub read_only: Option<String>,
    /// What may be entered, in a few words; shown while it has the focus.
    pub hint: &'static str,
    pub privacy: Privacy,
}

/// Who may read a value over the operator's shoulder.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Privacy {
    #[default]
    Open,
    /// Hidden while the screen is masked.
    Personal,
    /// Hidden until the field has the focus, as it is on the page.
    Sensitive,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldKind {
    /// One line of at most so many characters.
    Text(usize),
    /// A date as people type it; the day it means is echoed.
    Date,
    /// A new password, masked.
    Secret,
    /// Yes or no, changed by Space.
    Toggle,
    /// One of a few: value and label, changed by Space.
    Choice(&'static [(&'static str, &'static str)]),
    /// One record, or none.
    One(Pick),
    /// Any number of records.
    Many(Pick),
    /// Any number of lines of at most so many characters, such as rules or addresses.
    List(usize),
}

/// Which records a picker offers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pick {
    User,
    Organization,
    Unit,
    /// The units that may get what this one owns.
    UnitAfter(i64, UnitFate),
    Group,
    /// The groups that may be put into this one.
    GroupInto(GroupId),
    Role,
    /// The roles that this group may confer.
    RoleInto(GroupId),
    /// The roles that may take the place of this one.
    RoleAfter(i64),
}

#[derive(Clone, PartialEq, Eq)]
pub enum Value {
    /// Also a date, a choice, or the name of one record; empty where there is none.
    Text(String),
    Flag(bool),
    /// The names of records, or lines.
    Names(Vec<String>),
    /// Kept out of drafts, reviews and debug output.
    Secret(crate::service::Secret),
}

impl FieldSpec {
    /// One line of text, as most fields are.
    #[must_use]
    pub fn text(name: &'static str, label: &'static str, most: usize, value: &str) -> Self {
        Self::new(
            name,
            label,
            FieldKind::Text(most),
            Value::Text(value.to_owned()),
        )
    }

    #[must_use]
    pub const fn new(
        name: &'static str,
        label: &'static str,
        kind: FieldKind,
        value: Value,
    ) -> Self {
        Self {
            name,
            label,
            kind,
            value,
            required: false,
            read_only: None,
            hint: "",
            privacy: Privacy::Open,
        }
    }

    #[must_use]
    pub const fn seen_by(mut self, privacy: Privacy) -> Self {
        self.privacy = privacy;
        self
    }

    #[must_use]
    pub const fn required(mut self) -> Self {
        self.required = true;
        self
    }

    #[must_use]
    pub const fn hinted(mut self, hint: &'static str) -> Self {
        self.hint = hint;
        self
    }

    /// Read-only for this reason, where there is one.
    #[must_use]
    pub fn fixed(mut self, reason: Option<&str>) -> Self {
        self.read_only = reason.map(str::to_owned);
        self
    }
}

impl Problem {
    #[must_use]
    pub fn new(sentence: impl Into<String>) -> Self {
        Self {
            sentence: sentence.into(),
            suggestion: None,
        }
    }
}

impl Value {
    /// The text, or nothing for what is no text.
    #[must_use]
    pub fn text(&self) -> &str {
        match self {
            Self::Text(text) => text,
            _ => "",
        }
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        match self {
            Self::Text(text) => text.trim().is_empty(),
            Self::Flag(_) => false,
            Self::Names(names) => names.is_empty(),
            Self::Secret(secret) => secret.is_empty(),
        }
    }

    #[must_use]
    pub fn flag(&self) -> bool {
        matches!(self, Self::Flag(true))
    }

    #[must_use]
    pub fn names(&self) -> &[String] {
        match self {
            Self::Names(names) => names,
            _ => &[],
        }
    }

    /// As the review and the conflict show it.
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Self::Text(text) if text.is_empty() => "(nothing)".to_owned(),
            Self::Text(text) => text.clone(),
            Self::Flag(true) => "yes".to_owned(),
            Self::Flag(false) => "no".to_owned(),
            Self::Names(names) if names.is_empty() => "(none)".to_owned(),
            Self::Names(names) => names.join(", "),
            Self::Secret(_) => "(a new password)".to_owned(),
        }
    }
}

impl std::fmt::Debug for Value {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(&self.words())
    }
}

/// What is wrong with a value, and perhaps what was meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    pub sentence: String,
    /// A value that Ctrl-g puts in its place.
    pub suggestion: Option<String>,
}

/// What became of a save.
#[derive(Clone, Debug)]
pub struct Saved {
    /// `b.tanaka: changed email, phone.`
    pub notice: String,
    /// What is shown afterwards.
    pub subject: Option<Subject>,
}

/// Gives a field that is empty what it begins with.
fn fill(fields: &mut [FieldSpec], name: &str, text: &str) {
    for field in fields.iter_mut().filter(|field| field.name == name) {
        if field.value.text().is_empty() {
            field.value = Value::Text(text.to_owned());
        }
    }
}

/// The same for a field of many.
fn fill_names(fields: &mut [FieldSpec], name: &str, names: &[String]) {
    for field in fields.iter_mut().filter(|field| field.name == name) {
        if field.value.names().is_empty() {
            field.value = Value::Names(names.to_vec());
        }
    }
}

/// Leaves a field as it is for whoever lacks the right to change it.
fn needing(fields: &mut [FieldSpec], name: &str, held: &Permissions, right: Permission) {
    let found = fields.iter_mut().find(|field| field.name == name);
    if let Some(field) = found.filter(|field| field.read_only.is_none() && !held.may(right)) {
        field.read_only = Some(format!("needs the right {right}"));
    }
}

fn text_of(values: &Values, field: &str) -> Option<String> {
    values.get(field).map(|value| value.text().to_owned())
}

fn names_of(values: &Values, field: &str) -> Option<Vec<String>> {
    values.get(field).map(|value| value.names().to_vec())
}

/// `b.tanaka: changed email, phone.`
fn changed_words(name: &str, changed: &[String]) -> String {
    if changed.is_empty() {
        return format!("{name} is so already; nothing was changed.");
    }
    let words = changed.join(", ").replace('_', " ");
    format!("{name}: changed {words}.")
}
