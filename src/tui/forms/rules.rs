//! The rules of a role or of a group, as a form edits them: one a line.

use super::{FieldKind, FieldSpec, Problem, Value, Values, names_of};
use crate::domain::permission::Effect;
use crate::domain::rule::{self, RULE_CHARACTERS_MAX};
use crate::service::RuleTexts;

#[must_use]
pub fn fields(allow: &[String], deny: &[String]) -> [FieldSpec; 2] {
    let field = |name, label, rules: &[String]| {
        let kind = FieldKind::List(RULE_CHARACTERS_MAX);
        FieldSpec::new(name, label, kind, Value::Names(rules.to_vec()))
    };
    [
        field("allow", "Allows", allow)
            .hinted("ACTIONS RESOURCE LEVEL, as in: view,edit user organization"),
        field("deny", "Denies", deny)
            .hinted("ACTIONS RESOURCE, as in: delete user. A deny beats every allow."),
    ]
}

/// What is wrong with the rules of a field.
#[must_use]
pub fn problem(field: &str, value: &Value) -> Option<Problem> {
    let effect = if field == "deny" {
        Effect::Deny
    } else {
        Effect::Allow
    };
    let error = value
        .names()
        .iter()
        .find_map(|line| rule::parse(effect, line).err())?;
    Some(Problem::new(error.to_string()))
}

#[must_use]
pub fn texts(values: &Values) -> RuleTexts {
    RuleTexts {
        allow: names_of(values, "allow"),
        deny: names_of(values, "deny"),
    }
}
