//! Accounts that are nobody's own: of a counter, a mailbox, a program.

use super::company::{Desk, Organization};
use super::dice::Dice;
use super::handles::Handle;
use super::history;
use super::people::Hiring;
use super::person::{ApiKey, Person};
use super::{DAY, HOUR, MINUTE};
use crate::domain::user::Profile;

impl Hiring<'_> {
    /// An account of several people: a shop's counter, a mailbox.
    pub(super) fn shared(
        &mut self,
        dice: &mut Dice,
        organization: &Organization,
        desk: Desk,
        created_at: i64,
    ) -> Person {
        let (first, beginning) = *dice.pick(SHARED);
        let city = super::handles::plain(desk.site.city);
        let handle = self.handles.other(&format!("{beginning}-{city}"));
        let mut person = Person {
            kind: "shared",
            ..account(organization, desk, created_at, handle)
        };
        first.clone_into(&mut person.profile.first_name);
        desk.site.city.clone_into(&mut person.profile.last_name);
        "Used by several people.".clone_into(&mut person.profile.description);
        let seen = self.now - dice.between(5, 3 * 24 * 60) * MINUTE;
        person.state.last_sign_in_at = seen.max(created_at + HOUR).min(self.now - MINUTE);
        person.state.sign_in_count = dice.between(20, 4_000);
        person.password = Some((dice.pick(self.hashes).clone(), created_at));
        person.attempts = history::attempts(dice, desk.site, &person.state, self.now);
        person
    }

    /// An account of a program: no password, never locked, an API key that is in use.
    pub(super) fn service(
        &mut self,
        dice: &mut Dice,
        organization: &Organization,
        desk: Desk,
        created_at: i64,
    ) -> Person {
        let (beginning, purpose) = *dice.pick(SERVICES);
        let handle = self.handles.other(&format!("svc-{beginning}"));
        let mut person = Person {
            kind: "service",
            ..account(organization, desk, created_at, handle)
        };
        purpose.clone_into(&mut person.profile.first_name);
        "Service".clone_into(&mut person.profile.last_name);
        "Signs in by its API key.".clone_into(&mut person.profile.description);
        let mut hash = [0; 32];
        for part in hash.chunks_exact_mut(8) {
            part.copy_from_slice(&dice.throw().to_le_bytes());
        }
        let last_used_at = (self.now - dice.between(0, 90) * MINUTE).max(created_at + MINUTE);
        person.api_key = Some(ApiKey {
            hash,
            created_at,
            expires_at: self.now + dice.between(10, 360) * DAY,
            last_used_at: last_used_at.min(self.now),
        });
        person
    }
}

/// What they have in common.
fn account(organization: &Organization, desk: Desk, created_at: i64, handle: Handle) -> Person {
    Person {
        organization: organization.id,
        owner_unit: desk.unit,
        profile: Profile {
            email: format!("{}@{}", handle.mailbox, organization.domain),
            username: handle.username,
            department: desk.department.name.to_owned(),
            language: desk.site.language.to_owned(),
            time_zone: desk.site.time_zone.to_owned(),
            ..Profile::default()
        },
        created_at,
        updated_at: created_at,
        organizations: vec![organization.id],
        units: vec![desk.unit],
        roles: vec![organization.member],
        ..Person::default()
    }
}

/// First name, and the beginning of the username.
const SHARED: &[(&str, &str)] = &[
    ("Counter", "counter"),
    ("Front Desk", "frontdesk"),
    ("Order Desk", "orders"),
    ("Shift Lead", "shift"),
    ("Training", "training"),
];

const SERVICES: &[(&str, &str)] = &[
    ("payroll", "Payroll"),
    ("backup", "Backup"),
    ("webshop", "Web Shop"),
    ("stock-sync", "Stock Sync"),
    ("reporting", "Reporting"),
    ("label-printer", "Label Printer"),
    ("price-feed", "Price Feed"),
    ("monitoring", "Monitoring"),
];
