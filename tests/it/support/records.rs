//! Users and roles as tests make and change them: with little said, and the answer as it comes.

use super::saving::edited;
use super::town::Town;
use wardroom::domain::user::Profile;
use wardroom::service::roles::{
    CreateRole, CreatedRole, DeleteRole, RoleChanges, RoleDraft, UpdateRole,
};
use wardroom::service::users::{CreateUser, ShowUser, UpdateUser, UserChanges, UserDraft, UserRef};
use wardroom::service::{Consent, ListChange, RecordRef, Result, Session};

pub fn list(names: &[&str]) -> Vec<String> {
    names.iter().map(|&name| name.to_owned()).collect()
}

/// Consent to that many, with a reason.
pub fn certain(number: i64) -> Consent {
    Consent {
        reason: "a test".to_owned(),
        ..Consent::count(number)
    }
}

/// Exactly these rules.
pub fn rules(texts: &[&str]) -> ListChange {
    ListChange::to(list(texts))
}

pub fn with(rules: ListChange) -> RoleChanges {
    RoleChanges {
        rules,
        ..RoleChanges::default()
    }
}

pub fn role_draft(name: &str) -> RoleDraft {
    RoleDraft {
        name: name.to_owned(),
        ..RoleDraft::default()
    }
}

pub async fn create_role(town: &Town, session: &Session, draft: RoleDraft) -> Result<CreatedRole> {
    town.service.perform(session, CreateRole { draft }).await
}

pub async fn update_role(
    town: &Town,
    session: &Session,
    role: &str,
    changes: RoleChanges,
) -> Result<Vec<String>> {
    let update = UpdateRole {
        role: role.into(),
        version: None,
        changes,
        consent: Consent::default(),
    };
    edited(&town.service, session, update).await
}

pub async fn delete_role(
    town: &Town,
    session: &Session,
    role: &str,
    next: Option<&str>,
) -> Result<()> {
    let delete = DeleteRole {
        role: role.into(),
        move_holders_to: next.map(RecordRef::from),
        consent: certain(1),
    };
    town.service.perform(session, delete).await
}

/// Somebody new of this username.
pub async fn create_user(
    town: &Town,
    session: &Session,
    name: &str,
    draft: UserDraft,
) -> Result<()> {
    let draft = UserDraft {
        profile: Profile {
            username: name.to_owned(),
            first_name: name.to_owned(),
            last_name: "New".to_owned(),
            email: format!("{name}@acme.test"),
            ..Profile::default()
        },
        ..draft
    };
    let create = CreateUser {
        draft,
        password: None,
    };
    town.service.perform(session, create).await.map(drop)
}

pub async fn update_user(
    town: &Town,
    session: &Session,
    name: &str,
    changes: UserChanges,
) -> Result<Vec<String>> {
    let update = UpdateUser {
        user: UserRef::Name(name.to_owned()),
        version: None,
        changes,
        consent: Consent::default(),
    };
    edited(&town.service, session, update).await
}

pub async fn roles_of(town: &Town, session: &Session, name: &str) -> Vec<String> {
    let user = ShowUser {
        user: UserRef::Name(name.to_owned()),
        sensitive: false,
    };
    town.service.ask(session, user).await.unwrap().roles
}
