//! What a request was refused with, for tests that say why.

use super::town::Town;
use std::fmt::Debug;
use wardroom::service::explain::Asked;
use wardroom::service::jobs::Targets;
use wardroom::service::users::UserRef;
use wardroom::service::{Error, Lack, Result, Session};

/// Users by name.
pub fn users(names: &[&str]) -> Targets {
    Targets::Names(names.iter().map(|&name| name.to_owned()).collect())
}

/// The sentence of a rule.
pub fn rule<T: Debug>(result: Result<T>) -> String {
    match result {
        Err(Error::Rule(sentence)) => sentence,
        Err(Error::Against(against)) => against.why,
        other => panic!("no rule refused it: {other:?}"),
    }
}

/// The sentence of a refusal of what others would be given or hold: its explanation says no too, and what is missing.
pub async fn unheld<T: Debug>(town: &Town, session: &Session, result: Result<T>) -> String {
    let against = match result {
        Err(Error::Against(against)) => against,
        other => panic!("nothing was lacking: {other:?}"),
    };
    let verdict = match &against.lack {
        Lack::Unheld(unheld) => town.service.do_i_hold(session, unheld).await,
        Lack::Over { right, person } => {
            let asked = Asked {
                owner: Some(UserRef::Id(*person)),
                ..(*right).into()
            };
            town.service.may_i(session, &asked).await
        }
        Lack::Right { right, .. } => panic!("{right} is no power"),
    };
    let verdict = verdict.unwrap();
    assert!(!verdict.allowed, "{against:?}: {verdict:?}");
    assert!(verdict.missing.is_some(), "{against:?}: {verdict:?}");
    against.why
}

/// The field and its message.
pub fn field<T: Debug>(result: Result<T>) -> (&'static str, String) {
    match result {
        Err(Error::Invalid(fields)) => (fields[0].field, fields[0].message.clone()),
        Err(Error::Unfit(mut fields)) => {
            let field = fields.remove(0);
            (field.field, field.message)
        }
        other => panic!("no field refused it: {other:?}"),
    }
}

/// The right that was missing.
pub fn denied<T: Debug>(result: Result<T>) -> String {
    match result {
        Err(Error::Denied { permission, .. }) => permission.to_string(),
        other => panic!("it was not denied: {other:?}"),
    }
}

/// The kind of what there is none of, as far as the asker may see.
pub fn missing<T: Debug>(result: Result<T>) -> &'static str {
    match result {
        Err(Error::Missing { kind, .. }) => kind,
        other => panic!("nothing was missing: {other:?}"),
    }
}

/// The kind of what somebody else changed.
pub fn conflict<T: Debug>(result: Result<T>) -> &'static str {
    match result {
        Err(Error::Conflict { kind, .. }) => kind,
        other => panic!("there was no conflict: {other:?}"),
    }
}

/// What wanted to be confirmed.
pub fn unconfirmed<T: Debug>(result: Result<T>) -> String {
    match result {
        Err(Error::NotConfirmed(sentence)) => sentence,
        other => panic!("it wanted no confirmation: {other:?}"),
    }
}
