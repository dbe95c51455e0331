//! A user: the fields of the profile, their rules, and the two axes of the status.

use super::status::Status;
use super::text;
use super::{Time, UserId};
use jiff::civil::Date;

pub use super::status::Kind as UserKind;

macro_rules! profile {
    ($($name:ident: $label:literal, $length:literal, $sensitive:literal;)*) => {
        /// The fields of a user that are text, as people edit them. Empty means not given.
        #[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
        pub struct Profile { $(pub $name: String),* }

        impl Profile {
            /// The names of the fields, which are the names of their columns too.
            pub const FIELDS: &[ProfileField] = &[$(ProfileField {
                name: stringify!($name),
                label: $label,
                length_max: $length,
                sensitive: $sensitive,
            }),*];

            #[must_use]
            pub fn field(&self, name: &str) -> Option<&str> {
                match name { $(stringify!($name) => Some(&self.$name),)* _ => None }
            }

            pub fn field_mut(&mut self, name: &str) -> Option<&mut String> {
                match name { $(stringify!($name) => Some(&mut self.$name),)* _ => None }
            }
        }
    };
}

profile! {
    username: "Username", 255, false;
    name_prefix: "Name prefix", 64, false;
    first_name: "First name", 255, false;
    middle_name: "Middle name", 255, false;
    last_name: "Last name", 255, false;
    name_suffix: "Suffix", 64, false;
    also_known_as: "Also known as", 255, false;
    title: "Title", 255, false;
    department: "Department", 255, false;
    employee_number: "Employee number", 64, true;
    birthday: "Birthday", 10, true;
    phone: "Phone", 64, true;
    email: "E-mail", 255, false;
    language: "Language", 35, false;
    time_zone: "Time zone", 64, false;
    description: "Description", 4000, false;
}

/// A field of the profile and its limits. Lengths are in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProfileField {
    pub name: &'static str,
    pub label: &'static str,
    pub length_max: usize,
    /// Shown as `•••` to whoever lacks `user:view-sensitive`.
    pub sensitive: bool,
}

/// What stands for a value that the asker may not see.
pub const HIDDEN: &str = "•••";

#[must_use]
pub fn is_sensitive(field: &str) -> bool {
    field == "other_emails"
        || Profile::FIELDS
            .iter()
            .any(|known| known.sensitive && known.name == field)
}

impl Profile {
    /// Brings every field into the form in which it is stored, or says of each wrong one what is wrong.
    ///
    /// # Errors
    /// One sentence a field: what is wrong with it and what is taken instead.
    pub fn normalized(&self, today: Date) -> Result<Self, Vec<(&'static str, String)>> {
        let mut normal = Self::default();
        let mut wrong = Vec::new();
        for field in Self::FIELDS {
            let value = self.field(field.name).unwrap_or_default();
            match normalize(field, value, today) {
                Ok(value) => {
                    if let Some(place) = normal.field_mut(field.name) {
                        *place = value;
                    }
                }
                Err(sentence) => wrong.push((field.name, sentence)),
            }
        }
        if wrong.is_empty() {
            Ok(normal)
        } else {
            Err(wrong)
        }
    }

    /// Brings one field into the form in which it is stored, or says what is wrong with it; nothing where there is no
    /// such field.
    #[must_use]
    pub fn check_field(name: &str, value: &str, today: Date) -> Option<Result<String, String>> {
        let field = Self::FIELDS.iter().find(|field| field.name == name)?;
        Some(normalize(field, value, today))
    }

    /// First and last name, as a list shows a person.
    #[must_use]
    pub fn display_name(&self) -> String {
        display_name(&self.first_name, &self.last_name)
    }

    /// The sort key of the name: last name first, folded.
    #[must_use]
    pub fn name_key(&self) -> String {
        text::fold(&format!("{} {}", self.last_name, self.first_name))
    }

    /// What a search looks through: username, names, also known as, e-mail. Other e-mails are sensitive, and a search
    /// must not tell of them.
    #[must_use]
    pub fn search_text(&self) -> String {
        let own = [
            &self.username,
            &self.first_name,
            &self.middle_name,
            &self.last_name,
            &self.also_known_as,
            &self.email,
        ];
        // The name as it is read and as it is sorted, so that two words in a row are found either way.
        let names = format!("{} {}", self.first_name, self.last_name);
        let mut found_by = text::search_text(
            own.into_iter()
                .map(String::as_str)
                .chain(std::iter::once(names.as_str()))
                .filter(|part| !part.is_empty()),
        );
        let short = text::short_forms(&format!("{names} {} {}", self.username, self.also_known_as));
        if !short.is_empty() {
            found_by.push('\n');
            found_by.push_str(&short);
        }
        found_by
    }
}

#[must_use]
pub fn display_name(first_name: &str, last_name: &str) -> String {
    format!("{first_name} {last_name}").trim().to_owned()
}

fn normalize(field: &ProfileField, value: &str, today: Date) -> Result<String, String> {
    let plain =
        || text::normalize_within(value, field.length_max).map_err(|error| error.to_string());
    match field.name {
        "username" => text::Username::parse(value)
            .map(|name| name.as_str().to_owned())
            .map_err(|error| error.to_string()),
        "email" => text::email(value)
            .map(|email| email.as_str().to_owned())
            .map_err(|error| error.to_string()),
        "first_name" | "last_name" => {
            let name = plain()?;
            if name.is_empty() {
                return Err("it is missing; every user has a first and a last name".to_owned());
            }
            Ok(name)
        }
        _ if value.trim().is_empty() => Ok(String::new()),
        "birthday" => match text::date(value, today).map_err(|error| error.to_string())? {
            Some(date) if date > today => Err(format!(
                "{date} is in the future; write the day of birth as 1990-12-31"
            )),
            Some(date) if date.year() < 1900 => Err(format!(
                "{date} is too long ago; write the day of birth as 1990-12-31"
            )),
            Some(date) => Ok(date.to_string()),
            None => Ok(String::new()),
        },
        "phone" => text::phone(value).map_err(|error| error.to_string()),
        "language" => text::language(value).map_err(|error| error.to_string()),
        "time_zone" => text::time_zone(value).map_err(|error| error.to_string()),
        _ => plain(),
    }
}

/// The part of a user that a sign-in or a mass action changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserState {
    pub user: UserId,
    pub enabled: bool,
    /// `active`, `invited`, `password_reset` or `expired`; a lock stands beside it.
    pub authentication_status: String,
    pub failures: i64,
    pub locked_at: Time,
    pub locked_until: Time,
    pub last_sign_in_at: Time,
    pub sign_in_count: i64,
    pub expires_at: Time,
    pub deleted_at: Time,
    pub version: i64,
}

impl UserState {
    /// Whether a lock holds at this moment: one without an end holds until somebody unlocks.
    #[must_use]
    pub fn is_locked(&self, now: Time) -> bool {
        !self.locked_at.is_never() && (self.locked_until.is_never() || self.locked_until > now)
    }

    #[must_use]
    pub fn is_expired(&self, now: Time) -> bool {
        self.authentication_status == "expired"
            || (!self.expires_at.is_never() && self.expires_at <= now)
    }

    /// The first of the eight that holds.
    #[must_use]
    pub fn status(&self, now: Time) -> Status {
        if !self.deleted_at.is_never() {
            Status::Deleted
        } else if !self.enabled {
            Status::Disabled
        } else if self.authentication_status == "invited" {
            Status::Invited
        } else if self.is_locked(now) {
            Status::Locked
        } else if self.authentication_status == "password_reset" {
            Status::PasswordReset
        } else if self.is_expired(now) {
            Status::Expired
        } else if self.last_sign_in_at.is_never() {
            Status::NeverSignedIn
        } else {
            Status::Active
        }
    }

    /// The second axis as people read it: a lock in force comes before what stands behind it.
    #[must_use]
    pub fn authentication_status(&self, now: Time) -> &str {
        if self.is_locked(now) {
            "locked"
        } else if self.is_expired(now) {
            "expired"
        } else {
            &self.authentication_status
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn today() -> Date {
        jiff::civil::date(2026, 11, 22)
    }

    fn profile() -> Profile {
        Profile {
            username: "b.tanaka".to_owned(),
            first_name: "ボブ".to_owned(),
            last_name: "田中".to_owned(),
            email: "b.tanaka@acme.test".to_owned(),
            ..Profile::default()
        }
    }

    #[test]
    fn a_good_profile_is_taken_as_it_is() {
        assert_eq!(profile().normalized(today()).unwrap(), profile());
    }

    #[test]
    fn every_wrong_field_is_named_with_its_sentence() {
        let wrong = Profile {
            first_name: " ".to_owned(),
            email: "b.tanaka@acme,test".to_owned(),
            birthday: "2026-11-23".to_owned(),
            time_zone: "Mars/Olympus".to_owned(),
            title: "x".repeat(300),
            ..profile()
        };
        let fields: Vec<_> = wrong
            .normalized(today())
            .unwrap_err()
            .into_iter()
            .map(|(field, _)| field)
            .collect();
        assert_eq!(
            fields,
            ["first_name", "title", "birthday", "email", "time_zone"]
        );
    }

    #[test]
    fn the_status_is_the_first_that_holds() {
        let now = Time(1_000_000_000);
        let mut state = UserState {
            user: UserId(1),
            enabled: true,
            authentication_status: "active".to_owned(),
            failures: 0,
            locked_at: Time::NEVER,
            locked_until: Time::NEVER,
            last_sign_in_at: Time::NEVER,
            sign_in_count: 0,
            expires_at: Time::NEVER,
            deleted_at: Time::NEVER,
            version: 1,
        };
        assert_eq!(state.status(now), Status::NeverSignedIn);
        state.last_sign_in_at = Time(5);
        assert_eq!(state.status(now), Status::Active);
        state.expires_at = now;
        assert_eq!(state.status(now), Status::Expired);
        state.authentication_status = "password_reset".to_owned();
        assert_eq!(state.status(now), Status::PasswordReset);
        state.locked_at = Time(7);
        state.locked_until = now;
        assert_eq!(
            state.status(now),
            Status::PasswordReset,
            "a lock that ran out is none"
        );
        state.locked_until = Time::NEVER;
        assert_eq!(state.status(now), Status::Locked);
        state.authentication_status = "invited".to_owned();
        assert_eq!(state.status(now), Status::Invited);
        state.enabled = false;
        assert_eq!(state.status(now), Status::Disabled);
        state.deleted_at = now;
        assert_eq!(state.status(now), Status::Deleted);
    }
}
