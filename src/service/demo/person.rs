//! A user on the way into the database: one record, and its rows in ten tables.

use super::tables::At;
use crate::domain::text;
use crate::domain::user::Profile;
use crate::store::Result;
use crate::store::bulk::{Sink, Value};

/// What a sign-in or a mass action changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct State {
    pub enabled: bool,
    pub authentication_status: &'static str,
    pub failures: i64,
    pub locked_at: i64,
    pub locked_until: i64,
    pub last_sign_in_at: i64,
    pub sign_in_count: i64,
    pub expires_at: i64,
    pub deleted_at: i64,
}

impl Default for State {
    fn default() -> Self {
        Self {
            enabled: true,
            authentication_status: "active",
            failures: 0,
            locked_at: 0,
            locked_until: 0,
            last_sign_in_at: 0,
            sign_in_count: 0,
            expires_at: 0,
            deleted_at: 0,
        }
    }
}

/// One try to sign in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    pub at: i64,
    pub outcome: &'static str,
    pub application: &'static str,
    pub client_address: String,
    pub agent: &'static str,
}

/// How the outcome of an attempt is written.
pub const SIGNED_IN: &str = "success";
pub const WRONG_PASSWORD: &str = "wrong_password";

/// An API key that nobody knows: of a service account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiKey {
    pub hash: [u8; 32],
    pub created_at: i64,
    pub expires_at: i64,
    pub last_used_at: i64,
}

/// A user with everything that is written of them.
#[derive(Clone, Debug, Default)]
pub struct Person {
    pub id: i64,
    pub organization: i64,
    pub owner_unit: i64,
    pub kind: &'static str,
    pub profile: Profile,
    pub other_emails: Vec<String>,
    pub manager: Option<i64>,
    pub agent: bool,
    pub created_at: i64,
    pub updated_at: i64,
    pub state: State,
    /// The hash, and when it was set.
    pub password: Option<(String, i64)>,
    pub organizations: Vec<i64>,
    pub units: Vec<i64>,
    pub roles: Vec<i64>,
    pub groups: Vec<i64>,
    pub api_key: Option<ApiKey>,
    pub attempts: Vec<Attempt>,
}

/// Writes people, and numbers their attempts and keys.
#[derive(Debug, Default)]
pub struct Register {
    last_attempt: i64,
    last_key: i64,
}

impl Register {
    pub fn write(&mut self, sink: &mut Sink, person: &Person) -> Result<()> {
        write_profile(sink, person)?;
        write_state(sink, person)?;
        write_memberships(sink, person)?;
        if let Some(key) = &person.api_key {
            self.last_key += 1;
            sink.push(
                At::ApiKeys as usize,
                &[
                    Value::Int(self.last_key),
                    Value::Int(person.id),
                    Value::Int(person.organization),
                    Value::Bytes(&key.hash),
                    Value::Int(key.created_at),
                    Value::Int(key.expires_at),
                    Value::Int(key.last_used_at),
                ],
            )?;
        }
        for attempt in &person.attempts {
            self.last_attempt += 1;
            sink.push(
                At::SignInAttempts as usize,
                &[
                    Value::Int(self.last_attempt),
                    Value::Int(person.id),
                    Value::Text(&person.profile.username),
                    Value::Int(attempt.at),
                    Value::Text(attempt.outcome),
                    Value::Text(attempt.application),
                    Value::Text(&attempt.client_address),
                    Value::Text(attempt.agent),
                ],
            )?;
        }
        sink.settle()
    }
}

fn write_profile(sink: &mut Sink, person: &Person) -> Result<()> {
    let profile = &person.profile;
    sink.push(
        At::Users as usize,
        &[
            Value::Int(person.id),
            Value::Int(person.organization),
            Value::Int(person.owner_unit),
            Value::Text(&profile.username),
            Value::Text(&canonical(&profile.username)),
            Value::Text(&text::skeleton(&profile.username)),
            Value::Text(person.kind),
            Value::Text(&profile.name_prefix),
            Value::Text(&profile.first_name),
            Value::Text(&profile.middle_name),
            Value::Text(&profile.last_name),
            Value::Text(&profile.name_suffix),
            Value::Text(&profile.also_known_as),
            Value::Text(&profile.title),
            Value::Text(&text::fold(&profile.title)),
            Value::Text(&profile.department),
            Value::Text(&text::fold(&profile.department)),
            Value::Text(&profile.employee_number),
            Value::Text(&text::fold(&profile.employee_number)),
            Value::Text(&text::staff_key(&profile.employee_number)),
            Value::from(person.manager),
            Value::Text(&profile.birthday),
            Value::Text(&profile.phone),
            Value::Text(&text::phone_key(&profile.phone)),
            Value::Text(&profile.email),
            Value::Text(&canonical(&profile.email)),
            Value::Text(&profile.language),
            Value::Text(&profile.time_zone),
            Value::Text(&profile.description),
            Value::Bool(person.agent),
            Value::Text(&profile.name_key()),
            Value::Text(&profile.search_text()),
            Value::Int(person.created_at),
            Value::Int(person.updated_at),
        ],
    )?;
    for email in &person.other_emails {
        let key = canonical(email);
        sink.push(
            At::UserEmails as usize,
            &[person.id.into(), email.into(), Value::Text(&key)],
        )?;
    }
    Ok(())
}

/// The names and addresses made here always have a canonical form; without one they would be refused as empty keys.
fn canonical(text: &str) -> String {
    text::canonical(text).unwrap_or_default()
}

fn write_state(sink: &mut Sink, person: &Person) -> Result<()> {
    let state = &person.state;
    sink.push(
        At::UserStates as usize,
        &[
            Value::Int(person.id),
            Value::Int(person.owner_unit),
            Value::Int(person.organization),
            Value::Bool(state.enabled),
            Value::Text(state.authentication_status),
            Value::Int(state.failures),
            Value::Int(state.locked_at),
            Value::Int(state.locked_until),
            Value::Int(state.last_sign_in_at),
            Value::Int(state.sign_in_count),
            Value::Int(state.expires_at),
            Value::Int(state.deleted_at),
        ],
    )?;
    if let Some((hash, changed_at)) = &person.password {
        sink.push(
            At::UserPasswords as usize,
            &[person.id.into(), hash.into(), Value::Int(*changed_at)],
        )?;
    }
    Ok(())
}

fn write_memberships(sink: &mut Sink, person: &Person) -> Result<()> {
    let id = Value::Int(person.id);
    for &organization in &person.organizations {
        sink.push(At::UserOrganizations as usize, &[id, organization.into()])?;
    }
    for &unit in &person.units {
        sink.push(At::UserUnits as usize, &[id, unit.into()])?;
    }
    for &role in &person.roles {
        sink.push(At::UserRoles as usize, &[id, role.into()])?;
    }
    for &group in &person.groups {
        sink.push(At::GroupUsers as usize, &[group.into(), id])?;
    }
    Ok(())
}
