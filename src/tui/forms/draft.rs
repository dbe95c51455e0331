//! What was typed into a form and not saved yet: kept by operator in the database, without secrets.

use super::fields::FieldState;
use super::{Editor, Value};
use serde_json::{Map, Value as Json};

/// What every draft's key begins with.
pub const PREFIX: &str = "draft:";

/// Where the draft of this record is kept.
#[must_use]
pub fn key<E: Editor>(editor: &E) -> String {
    match (editor.record(), editor.model()) {
        (Some(id), _) => format!("{PREFIX}{}:{id}", E::KIND),
        (None, Some(model)) => format!("{PREFIX}{}:like-{model}", E::KIND),
        (None, None) => format!("{PREFIX}{}:new", E::KIND),
    }
}

/// What a key is a draft of: `a new user`, `a copy of user number 12`, `user number 12`.
#[must_use]
pub fn name(key: &str) -> String {
    let mut parts = key.trim_start_matches(PREFIX).splitn(2, ':');
    match (parts.next(), parts.next()) {
        (Some(kind), Some("new")) => format!("a new {kind}"),
        (Some(kind), Some(id)) => match id.strip_prefix("like-") {
            Some(model) => format!("a copy of {kind} number {model}"),
            None => format!("{kind} number {id}"),
        },
        _ => key.to_owned(),
    }
}

/// The fields that changed, each with what it was and what was typed; nothing where none did.
#[must_use]
pub fn write(version: i64, fields: &[FieldState]) -> Option<String> {
    let mut kept = Map::new();
    for field in fields.iter().filter(|field| field.is_changed()) {
        if let (Some(base), Some(mine)) = (json(&field.spec.value), json(&field.value())) {
            kept.insert(field.spec.name.to_owned(), Json::from(vec![base, mine]));
        }
    }
    (!kept.is_empty())
        .then(|| serde_json::json!({ "version": version, "fields": kept }).to_string())
}

/// As it is kept; nothing for a secret.
fn json(value: &Value) -> Option<Json> {
    Some(match value {
        Value::Text(text) => Json::from(text.as_str()),
        Value::Flag(flag) => Json::from(*flag),
        Value::Names(names) => Json::from(names.clone()),
        Value::Secret(_) => return None,
    })
}

/// The value that was kept, if it is of the same sort as the one that stands there now.
fn value(json: &Json, like: &Value) -> Option<Value> {
    match (json, like) {
        (Json::String(text), Value::Text(_)) => Some(Value::Text(text.clone())),
        (Json::Bool(flag), Value::Flag(_)) => Some(Value::Flag(*flag)),
        (Json::Array(names), Value::Names(_)) => {
            let names = names.iter().filter_map(Json::as_str);
            Some(Value::Names(names.map(str::to_owned).collect()))
        }
        _ => None,
    }
}

/// What came back of a draft.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Restored {
    pub fields: i64,
    /// The version that the draft was typed over, where somebody saved one of its fields since.
    pub outdated: Option<i64>,
}

/// Puts what was kept back into the fields that are still there and can be edited. A field that somebody
/// saved since is put back as it stood then, so that it can be compared.
pub fn read(draft: &str, fields: &mut [FieldState]) -> Restored {
    let mut restored = Restored::default();
    let Ok(draft) = serde_json::from_str::<Json>(draft) else {
        return restored;
    };
    for field in fields.iter_mut().filter(|field| field.is_editable()) {
        let kept = draft
            .get("fields")
            .and_then(|kept| kept.get(field.spec.name));
        let Some([base, mine]) = kept.and_then(Json::as_array).map(Vec::as_slice) else {
            continue;
        };
        let like = field.value();
        if let (Some(base), Some(mine)) = (value(base, &like), value(mine, &like)) {
            if base != field.spec.value {
                restored.outdated = draft.get("version").and_then(Json::as_i64);
                field.rebase(base);
            }
            field.set(&mine);
            restored.fields += 1;
        }
    }
    restored
}

#[cfg(test)]
mod tests {
    use super::super::{FieldKind, FieldSpec};
    use super::*;

    fn fields() -> Vec<FieldState> {
        let agent = FieldSpec::new("agent", "Agent", FieldKind::Toggle, Value::Flag(false));
        let password = Value::Secret(crate::service::Secret::default());
        let password = FieldSpec::new("password", "Password", FieldKind::Secret, password);
        [
            FieldSpec::text("title", "Title", 20, "Head"),
            agent,
            password,
        ]
        .map(FieldState::new)
        .into()
    }

    #[test]
    fn what_changed_comes_back_and_a_secret_is_never_kept() {
        let mut typed = fields();
        typed[0].set(&Value::Text("Chief".to_owned()));
        typed[1].set(&Value::Flag(true));
        typed[2].set(&Value::Secret("marble ocean".to_owned().into()));
        let draft = write(4, &typed).unwrap();
        assert_eq!(
            draft,
            r#"{"fields":{"agent":[false,true],"title":["Head","Chief"]},"version":4}"#
        );
        let mut fresh = fields();
        let restored = read(&draft, &mut fresh);
        assert_eq!((restored.fields, restored.outdated), (2, None));
        assert_eq!(fresh[0].value().text(), "Chief");
        assert!(fresh[1].value().flag());
    }

    #[test]
    fn nothing_is_kept_of_nothing_and_nothing_comes_of_what_is_broken() {
        assert_eq!(write(4, &fields()), None);
        let broken =
            r#"{"version": 4, "fields": {"title": 5, "agent": ["x", "y"], "gone": ["x", "y"]}}"#;
        assert_eq!(read(broken, &mut fields()), Restored::default());
        assert_eq!(read("no JSON", &mut fields()), Restored::default());
    }

    #[test]
    fn what_somebody_saved_since_is_not_taken_for_what_was_there() {
        let mut typed = fields();
        typed[0].set(&Value::Text("Chief".to_owned()));
        let draft = write(4, &typed).unwrap();
        let mut fresh = fields();
        fresh[0] = FieldState::new(FieldSpec::text("title", "Title", 20, "Boss"));
        assert_eq!(read(&draft, &mut fresh).outdated, Some(4));
        assert_eq!(fresh[0].spec.value.text(), "Head");
        assert_eq!(fresh[0].value().text(), "Chief");
    }
}
