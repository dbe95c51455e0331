//! The people: who they are, where they work, and how it stands with their accounts.

use super::company::{Company, Desk, Organization, number};
use super::dice::Dice;
use super::handles::{Handle, Handles};
use super::history;
use super::names::{FullName, Language, Names};
use super::person::{ApiKey, Person, State};
use super::roles::{CONTRACTOR, FUNCTIONS, SERVICE_DESK};
use super::{DAY, HOUR, MINUTE};
use crate::domain::built_in::MEMBER;

/// How it stands with an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    Active,
    Locked,
    /// The lock has run out, and nobody has signed in since.
    LockRanOut,
    Disabled,
    Invited,
    PasswordReset,
    Expired,
    NeverSignedIn,
    Dormant,
    Deleted,
}

/// Of a thousand people; the rest are active.
const STANDINGS: &[(usize, Standing)] = &[
    (30, Standing::Locked),
    (3, Standing::LockRanOut),
    (40, Standing::Disabled),
    (25, Standing::Invited),
    (15, Standing::PasswordReset),
    (10, Standing::Expired),
    (40, Standing::NeverSignedIn),
    (60, Standing::Dormant),
    (5, Standing::Deleted),
];

/// Makes one person after the other.
pub struct Hiring<'a> {
    pub names: &'a Names,
    pub hashes: &'a [String],
    pub handles: Handles,
    pub now: i64,
    /// How many users there will be, to spread the dates of joining.
    pub total: i64,
}

impl Hiring<'_> {
    /// Somebody who joins the company as the user of this id.
    pub fn hire(&mut self, dice: &mut Dice, company: &mut Company, id: i64) -> Person {
        let place = company.draw(dice);
        let created_at = self.joined(dice, id);
        let Some(organization) = company.organizations.get(place) else {
            return Person::default();
        };
        let desk_place = dice.below(organization.desks.len());
        let Some(&desk) = organization.desks.get(desk_place) else {
            return Person::default();
        };
        let mut person = match dice.below(1000) {
            0..5 => self.service(dice, organization, desk, created_at),
            5..13 => self.shared(dice, organization, desk, created_at),
            _ => self.person(dice, company, organization, desk, created_at),
        };
        person.id = id;
        person.employee_number = if person.kind == "person" {
            format!("{}{id:06}", organization.name.chars().next().unwrap_or('X'))
        } else {
            String::new()
        };
        if person.kind == "person" {
            self.report_to(&mut person, company, place, desk);
        }
        person
    }

    /// Ids follow the dates of joining: the company grew for nine years, faster of late.
    fn joined(&self, dice: &mut Dice, id: i64) -> i64 {
        let span = 3_285 * DAY;
        let left = (self.total - id).max(0);
        let age = span / self.total.max(1) * left;
        let noon = age - age % DAY;
        (self.now - noon - dice.between(2 * HOUR, 9 * HOUR)).max(self.now - span)
    }

    fn person(
        &mut self,
        dice: &mut Dice,
        company: &Company,
        organization: &Organization,
        desk: Desk,
        created_at: i64,
    ) -> Person {
        let (language, name) = self.names.local(desk.site.names, dice);
        let handle = self.handle(dice, name);
        let mut person = Person {
            organization: organization.id,
            owner_unit: desk.unit,
            kind: "person",
            name_prefix: if dice.chance(15) { "Dr." } else { "" },
            first_name: name.first.native.clone(),
            last_name: name.last.native.clone(),
            also_known_as: also_known_as(dice, name),
            title: (*dice.pick(desk.department.titles)).to_owned(),
            department: desk.department.name,
            birthday: birthday(dice, self.now),
            phone: format!("{} 555 {:04}", desk.site.dial, dice.below(10_000)),
            email: format!("{}@{}", handle.mailbox, organization.domain),
            language: desk.site.language,
            time_zone: desk.site.time_zone,
            agent: desk.department.name == "Customer Service" && dice.chance(600),
            created_at,
            updated_at: dice.between(created_at, self.now),
            organizations: vec![organization.id],
            units: vec![desk.unit],
            username: handle.username,
            ..Person::default()
        };
        if matches!(language.code, "en" | "en-IE") {
            self.western(dice, language, &mut person);
        }
        if dice.chance(80) {
            let address = format!("{}@mail{}.example", handle.mailbox, dice.between(1, 9));
            person.other_emails.push(address);
        }
        if dice.chance(80) {
            let other = dice.pick(&company.organizations);
            if other.id != organization.id {
                person.organizations.push(other.id);
            }
        }
        self.give_work(dice, company, organization, desk, &mut person);
        self.give_standing(dice, desk, &mut person);
        person
    }

    fn handle(&mut self, dice: &mut Dice, name: FullName<'_>) -> Handle {
        let long = dice.chance(333);
        let mut handle = self.handles.person(name, long);
        if dice.chance(30)
            && let Some(native) = self.handles.native(name)
        {
            handle.username = native;
        }
        handle
    }

    /// Middle names and suffixes, where they are usual.
    fn western(&self, dice: &mut Dice, language: &Language, person: &mut Person) {
        if dice.chance(300) {
            person
                .middle_name
                .clone_from(&language.full_name(dice).first.native);
        }
        if dice.chance(20) {
            person.name_suffix = if dice.chance(700) { "Jr." } else { "PhD" };
        }
    }

    /// Everybody has Member, directly or through the intranet; most have the function of their department as well.
    fn give_work(
        &self,
        dice: &mut Dice,
        company: &Company,
        organization: &Organization,
        desk: Desk,
        person: &mut Person,
    ) {
        if dice.chance(340) {
            person.groups.push(company.intranet);
        } else {
            person.roles.push(company.roles.named(MEMBER));
        }
        if !desk.department.functions.is_empty() {
            let wanted = dice.pick(desk.department.functions);
            give_function(dice, company, organization, wanted, person);
        } else if desk.department.name == "IT" && dice.chance(60) {
            give_function(dice, company, organization, SERVICE_DESK, person);
        }
        if desk.department.name == "Sales" && dice.chance(50) {
            person.roles.push(organization.store_manager);
        }
        if dice.chance(20) {
            person.groups.push(company.beta_testers);
        }
        while dice.chance(380) && person.groups.len() < 6 {
            // The product of two throws makes some groups much larger than others.
            let count = organization.small_groups.len();
            let place = dice.below(count) * dice.below(count) / count.max(1);
            if let Some(&group) = organization.small_groups.get(place)
                && !person.groups.contains(&group)
            {
                person.groups.push(group);
            }
        }
        if dice.chance(60) {
            let other = dice.pick(&organization.desks).unit;
            if other != desk.unit {
                person.units.push(other);
            }
        }
        if dice.chance(30) {
            person.description = "Contractor";
            person.roles.push(company.roles.named(CONTRACTOR));
            person.state.expires_at = self.now + dice.between(20, 400) * DAY;
        }
    }

    fn give_standing(&self, dice: &mut Dice, desk: Desk, person: &mut Person) {
        let standing = self.draw_standing(dice, person.created_at);
        let hash = dice.pick(self.hashes).clone();
        let state = &mut person.state;
        state.last_sign_in_at = self.last_sign_in(dice, standing, person.created_at);
        if state.last_sign_in_at > 0 {
            let days = (state.last_sign_in_at - person.created_at) / DAY;
            state.sign_in_count = 1 + dice.between(days / 4, days);
        }
        match standing {
            Standing::Disabled => state.enabled = false,
            Standing::Invited => state.authentication_status = "invited",
            Standing::PasswordReset => state.authentication_status = "password_reset",
            Standing::Expired if dice.chance(500) => state.authentication_status = "expired",
            Standing::Expired => state.expires_at = self.now - dice.between(1, 60) * DAY,
            Standing::Deleted => state.deleted_at = self.now - dice.between(1, 60 * 24) * HOUR,
            Standing::Locked => self.lock(dice, state),
            Standing::LockRanOut => {
                state.failures = history::FAILURES_MAX;
                state.locked_at = self.now - dice.between(40, 200) * MINUTE;
                state.locked_until = state.locked_at + 30 * MINUTE;
            }
            Standing::Active if dice.chance(40) => state.failures = dice.between(1, 4),
            _ => {}
        }
        let latest = state
            .locked_at
            .max(state.last_sign_in_at)
            .max(person.created_at);
        if standing != Standing::Invited {
            let age = (latest - person.created_at) / HOUR;
            let changed_at = person.created_at + dice.between(age / 2, age) * HOUR;
            person.password = Some((hash, changed_at));
        }
        person.updated_at = person.updated_at.max(person.state.deleted_at);
        person.attempts = history::attempts(dice, desk.site, &person.state, self.now);
    }

    fn draw_standing(&self, dice: &mut Dice, created_at: i64) -> Standing {
        let age = self.now - created_at;
        let mut place = dice.below(1000);
        for &(share, standing) in STANDINGS {
            if place < share {
                // Who joined this week can be neither dormant nor locked out for lack of a first sign-in.
                let possible = match standing {
                    Standing::Dormant => age > 200 * DAY,
                    Standing::Invited | Standing::NeverSignedIn => true,
                    _ => age > 2 * DAY,
                };
                return if possible { standing } else { Standing::Active };
            }
            place -= share;
        }
        Standing::Active
    }

    /// Half the people were here today; before a lock comes at least one good sign-in.
    fn last_sign_in(&self, dice: &mut Dice, standing: Standing, created_at: i64) -> i64 {
        let minutes = match standing {
            Standing::Invited | Standing::NeverSignedIn => return 0,
            Standing::Dormant => dice.between(181, 1_200) * 24 * 60,
            Standing::Locked | Standing::LockRanOut => dice.between(26 * 60, 9 * 24 * 60),
            Standing::Disabled | Standing::Deleted | Standing::Expired => {
                dice.between(61, 170) * 24 * 60
            }
            _ => match dice.below(100) {
                0..50 => dice.between(3, 12 * 60),
                50..80 => dice.between(12 * 60, 7 * 24 * 60),
                _ => dice.between(7, 120) * 24 * 60,
            },
        };
        let at = self.now - minutes * MINUTE - dice.between(0, MINUTE);
        // The dormant joined at least twenty days before they were last seen.
        at.max(created_at + 5 * MINUTE).min(self.now - MINUTE)
    }

    /// Most are locked for a while yet, some until somebody unlocks them.
    fn lock(&self, dice: &mut Dice, state: &mut State) {
        state.failures = history::FAILURES_MAX;
        match dice.below(100) {
            0..40 => {
                state.locked_at = self.now - dice.between(60, 25 * 60) * 1_000_000;
                state.locked_until = state.locked_at + 30 * MINUTE;
            }
            40..70 => {
                state.locked_at = self.now - dice.between(30, 12 * 60) * MINUTE;
                state.locked_until = state.locked_at + DAY;
            }
            _ => state.locked_at = self.now - dice.between(30, 24 * 60) * MINUTE,
        }
    }

    /// An account of several people: a shop's counter, a mailbox.
    fn shared(
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
            first_name: first.to_owned(),
            last_name: desk.site.city.to_owned(),
            title: first.to_owned(),
            description: "Used by several people.",
            ..self.account(organization, desk, created_at, handle)
        };
        let seen = self.now - dice.between(5, 3 * 24 * 60) * MINUTE;
        person.state.last_sign_in_at = seen.max(created_at + HOUR).min(self.now - MINUTE);
        person.state.sign_in_count = dice.between(20, 4_000);
        person.password = Some((dice.pick(self.hashes).clone(), created_at));
        person.attempts = history::attempts(dice, desk.site, &person.state, self.now);
        person
    }

    /// An account of a program: no password, never locked, an API key that is in use.
    fn service(
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
            first_name: purpose.to_owned(),
            last_name: "Service".to_owned(),
            description: "Signs in by its API key.",
            ..self.account(organization, desk, created_at, handle)
        };
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

    /// What shared and service accounts have in common.
    fn account(
        &self,
        organization: &Organization,
        desk: Desk,
        created_at: i64,
        handle: Handle,
    ) -> Person {
        Person {
            organization: organization.id,
            owner_unit: desk.unit,
            email: format!("{}@{}", handle.mailbox, organization.domain),
            username: handle.username,
            department: desk.department.name,
            language: desk.site.language,
            time_zone: desk.site.time_zone,
            created_at,
            updated_at: created_at,
            organizations: vec![organization.id],
            units: vec![desk.unit],
            roles: vec![organization.member],
            ..Person::default()
        }
    }

    /// The first person of a department leads it, and those who come later report to them.
    fn report_to(&self, person: &mut Person, company: &mut Company, place: usize, desk: Desk) {
        let manager = company.roles.named("Manager");
        let Some(organization) = company.organizations.get_mut(place) else {
            return;
        };
        let sound = person.state.enabled && person.state.deleted_at == 0;
        if let Some(first) = organization.desks.get_mut(desk.first) {
            match first.lead {
                Some(lead) => person.manager = Some(lead),
                None if sound => {
                    first.lead = Some(person.id);
                    person.title = format!("Head of {}, {}", desk.department.name, desk.site.city);
                    if desk.department.name == "People" || desk.department.name == "IT" {
                        person.roles.push(manager);
                    }
                    person.manager = organization.head;
                    organization.head = organization.head.or(Some(person.id));
                }
                None => {}
            }
        }
    }
}

fn give_function(
    dice: &mut Dice,
    company: &Company,
    organization: &Organization,
    wanted: &str,
    person: &mut Person,
) {
    let Some((place, function)) = FUNCTIONS
        .iter()
        .enumerate()
        .find(|(_, function)| function.group == wanted)
    else {
        return;
    };
    match organization.function_groups.get(place) {
        Some(&group) if dice.chance(800) => person.groups.push(group),
        _ => person.roles.push(company.roles.named(function.role)),
    }
}

/// People from elsewhere are also known by the Latin spelling of their name.
fn also_known_as(dice: &mut Dice, name: FullName<'_>) -> String {
    let foreign = name.last.native.chars().any(|letter| letter > '\u{24F}');
    if foreign && dice.chance(700) {
        format!("{} {}", name.first.ascii, name.last.ascii)
    } else {
        String::new()
    }
}

/// A day between 18 and 66 years ago.
fn birthday(dice: &mut Dice, now: i64) -> String {
    if !dice.chance(900) {
        return String::new();
    }
    let moment = now - dice.between(18 * 366, 66 * 365) * DAY;
    let date = jiff::Timestamp::from_microsecond(moment)
        .map(|moment| moment.to_zoned(jiff::tz::TimeZone::UTC).date());
    date.map_or_else(|_| String::new(), |date| date.to_string())
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

/// Ids are given in order, after so many people.
pub fn first_id(named: usize) -> i64 {
    number(named) + 1
}
