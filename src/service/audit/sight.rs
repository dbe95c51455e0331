//! What of a row its reader may not see: the names of groups, roles, units and organizations that are out of their sight.

use super::WHY;
use crate::domain::audit::AuditRow;
use crate::domain::permission::{Level, Permission};
use crate::domain::user::HIDDEN;
use crate::service::records::viewing;
use crate::service::{Look, Result, Rights, names};
use crate::store::Scope;
use crate::store::named::{self, Named, NamedKind};
use serde_json::Value;
use std::collections::{BTreeMap, HashSet};

/// The fields that hold names of records.
const FIELDS: [(&str, NamedKind); 8] = [
    ("group", NamedKind::Group),
    ("groups", NamedKind::Group),
    ("role", NamedKind::Role),
    ("roles", NamedKind::Role),
    ("organizations", NamedKind::Organization),
    ("owner_unit", NamedKind::Unit),
    ("unit", NamedKind::Unit),
    ("units", NamedKind::Unit),
];

/// Puts dots over the names of records that are there and that the reader can't see. What is gone or has another name now
/// stays: nobody learns from it that it is there.
pub(in crate::service) async fn hide_names(
    look: &mut Look,
    changes: &mut [&mut Value],
) -> Result<()> {
    let mut asked: BTreeMap<NamedKind, HashSet<String>> = BTreeMap::new();
    for one in changes.iter_mut() {
        each_name(one, |kind, name| {
            asked.entry(kind).or_default().insert(name.clone());
        });
    }
    let mut hidden: HashSet<(NamedKind, String)> = HashSet::new();
    for (kind, asked) in asked {
        let keys: Vec<String> = asked
            .iter()
            .map(|name| names::key(name.rsplit('/').next().unwrap_or(name)))
            .collect();
        let tx = &mut look.tx;
        let all = named::by_keys(tx, &Scope::system(), kind, &keys).await?;
        let seen = look.rights.scope(viewing(kind));
        let seen = named::by_ids(tx, &seen, kind, &named::ids(&all)).await?;
        let bears = |name: &str| {
            let name = name.to_owned();
            move |one: &Named| one.name == name || one.full_name() == name
        };
        let out_of_sight =
            |name: &String| all.iter().any(bears(name)) && !seen.iter().any(bears(name));
        hidden.extend(
            asked
                .into_iter()
                .filter(out_of_sight)
                .map(|name| (kind, name)),
        );
    }
    if hidden.is_empty() {
        return Ok(());
    }
    for one in changes.iter_mut() {
        each_name(one, |kind, name| {
            if hidden.contains(&(kind, name.clone())) {
                HIDDEN.clone_into(name);
            }
        });
    }
    Ok(())
}

/// The names in the fields of a row's changes, before and after.
fn each_name(changes: &mut Value, mut found: impl FnMut(NamedKind, &mut String)) {
    let Value::Object(fields) = changes else {
        return;
    };
    for (field, kind) in FIELDS {
        let mut values: Vec<&mut Value> = fields.get_mut(field).into_iter().collect();
        while let Some(value) = values.pop() {
            match value {
                Value::String(name) if !name.is_empty() => found(kind, name),
                Value::Array(list) => values.extend(list),
                _ => {}
            }
        }
    }
}

/// What a row says has changed, for somebody who reads it by a right. Why it was refused is told to its own operator, and to
/// whoever sees everything: it names what the operator sees, which may lie beyond what others see who read the row.
pub(in crate::service) fn changes_for(row: &AuditRow, rights: &Rights, by: Permission) -> Value {
    let mut changes = serde_json::from_str(&row.changes).unwrap_or(Value::Null);
    let is_own = row.operator_id == Some(rights.operator().0);
    if !is_own
        && rights.level(by) != Some(Level::All)
        && let Some(fields) = changes.as_object_mut()
    {
        fields.remove(WHY);
    }
    changes
}
