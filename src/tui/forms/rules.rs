//! The rules of a role or of a group, as a form edits them: one a line.

use super::{FieldKind, FieldSpec, Problem, Value, Values, names_of};
use crate::domain::rule::{self, RULE_CHARACTERS_MAX};
use crate::service::ListChange;

#[must_use]
pub fn field(rules: &[String]) -> FieldSpec {
    let kind = FieldKind::List(RULE_CHARACTERS_MAX);
    FieldSpec::new("rules", "Rules", kind, Value::Names(rules.to_vec()))
        .hinted("As allow view,edit on user at unit or deny delete on user: a deny wins.")
}

/// What is wrong with how the rules are written; whether there is what they name, the service knows.
#[must_use]
pub fn problem(value: &Value) -> Option<Problem> {
    let error = value
        .names()
        .iter()
        .find_map(|line| rule::read(line).err())?;
    Some(Problem::new(error.to_string()))
}

#[must_use]
pub fn texts(values: &Values) -> ListChange {
    ListChange {
        all: names_of(values, "rules"),
        ..ListChange::default()
    }
}
