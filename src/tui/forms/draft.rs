//! What was typed into a form and not saved yet: kept by operator in the database, without secrets.

use super::fields::FieldState;
use super::{Editor, Value};
use serde_json::{Map, Value as Json};

/// What every draft's key begins with.
pub const PREFIX: &str = "draft:";

/// Where the draft of this record is kept.
#[must_use]
pub fn key<E: Editor>(editor: &E) -> String {
    match editor.record() {
        Some(id) => format!("{PREFIX}{}:{id}", E::KIND),
        None => format!("{PREFIX}{}:new", E::KIND),
    }
}

/// What a key is a draft of: `a new user`, `user number 12`.
#[must_use]
pub fn name(key: &str) -> String {
    let mut parts = key.trim_start_matches(PREFIX).splitn(2, ':');
    match (parts.next(), parts.next()) {
        (Some(kind), Some("new")) => format!("a new {kind}"),
        (Some(kind), Some(id)) => format!("{kind} number {id}"),
        _ => key.to_owned(),
    }
}

/// The fields that changed, as they are kept; nothing where none did.
#[must_use]
pub fn write(fields: &[FieldState]) -> Option<String> {
    let mut kept = Map::new();
    for field in fields.iter().filter(|field| field.is_changed()) {
        let value = match field.value() {
            Value::Text(text) => Json::from(text),
            Value::Flag(flag) => Json::from(flag),
            Value::Names(names) => Json::from(names),
            Value::Secret(_) => continue,
        };
        kept.insert(field.spec.name.to_owned(), value);
    }
    (!kept.is_empty()).then(|| Json::Object(kept).to_string())
}

/// Puts what was kept back into the fields that are still there and can be edited. Returns how many.
pub fn read(draft: &str, fields: &mut [FieldState]) -> usize {
    let Ok(Json::Object(kept)) = serde_json::from_str(draft) else {
        return 0;
    };
    let mut restored = 0;
    for field in fields.iter_mut().filter(|field| field.is_editable()) {
        let value = match kept.get(field.spec.name) {
            Some(Json::String(text)) => Value::Text(text.clone()),
            Some(Json::Bool(flag)) => Value::Flag(*flag),
            Some(Json::Array(names)) => {
                let names = names.iter().filter_map(Json::as_str);
                Value::Names(names.map(str::to_owned).collect())
            }
            _ => continue,
        };
        if std::mem::discriminant(&value) == std::mem::discriminant(&field.value()) {
            field.set(&value);
            restored += 1;
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
        let draft = write(&typed).unwrap();
        assert_eq!(draft, r#"{"agent":true,"title":"Chief"}"#);
        let mut fresh = fields();
        assert_eq!(read(&draft, &mut fresh), 2);
        assert_eq!(fresh[0].value().text(), "Chief");
        assert!(fresh[1].value().flag());
    }

    #[test]
    fn nothing_is_kept_of_nothing_and_nothing_comes_of_what_is_broken() {
        assert_eq!(write(&fields()), None);
        assert_eq!(read("{\"title\": 5, \"gone\": \"x\"}", &mut fields()), 0);
        assert_eq!(read("no JSON", &mut fields()), 0);
    }
}
