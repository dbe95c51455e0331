//! What the audit and the screens show of a user's fields: what changed, and what stays hidden.

use crate::domain::user::{HIDDEN, Profile, is_sensitive};
use serde_json::{Map, Value, json};

/// The fields that differ: name → [before, after].
pub(super) fn changed(before: &Profile, after: &Profile) -> Map<String, Value> {
    Profile::FIELDS
        .iter()
        .filter_map(|field| {
            let (old, new) = (before.field(field.name)?, after.field(field.name)?);
            (old != new).then(|| (field.name.to_owned(), json!([old, new])))
        })
        .collect()
}

/// Adds a list of names that differs.
pub(super) fn add_list(
    changes: &mut Map<String, Value>,
    name: &str,
    before: &[String],
    after: &[String],
) {
    if before != after {
        changes.insert(name.to_owned(), json!([before, after]));
    }
}

/// Whether the changes of an audit row hold sensitive values.
pub(in crate::service) fn has_sensitive(changes: &Value) -> bool {
    changes
        .as_object()
        .is_some_and(|fields| fields.keys().any(|name| is_sensitive(name)))
}

/// Puts dots in the place of sensitive values in the changes of an audit row.
pub(in crate::service) fn hide_sensitive(changes: &mut Value) {
    if let Value::Object(fields) = changes {
        for (name, value) in fields.iter_mut() {
            if is_sensitive(name) {
                *value = json!([HIDDEN, HIDDEN]);
            }
        }
    }
}
