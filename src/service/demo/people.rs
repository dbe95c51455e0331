//! The people: who they are, where they work, and how it stands with their accounts.

use super::company::{Company, Desk, Organization, number};
use super::dice::Dice;
use super::handles::{Handle, Handles};
use super::names::{FullName, Language, Names};
use super::person::Person;
use super::roles::{CONTRACTOR, FUNCTIONS, SERVICE_DESK};
use super::{DAY, HOUR};
use crate::domain::built_in::MEMBER;
use crate::domain::user::Profile;

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
        let organization = company
            .organizations
            .get(place)
            .expect("a drawn place lies in the list");
        let desk = *dice.pick(&organization.desks);
        let mut person = match dice.below(1000) {
            0..5 => self.service(dice, organization, desk, created_at),
            5..13 => self.shared(dice, organization, desk, created_at),
            _ => self.person(dice, company, organization, desk, created_at),
        };
        person.id = id;
        person.profile.employee_number = if person.kind == "person" {
            format!("{}{id:06}", organization.name.chars().next().unwrap_or('X'))
        } else {
            String::new()
        };
        if person.kind == "person" {
            Self::report_to(&mut person, company, place, desk);
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
        let profile = Profile {
            username: handle.username,
            name_prefix: if dice.chance(15) { "Dr." } else { "" }.to_owned(),
            first_name: name.first.native.clone(),
            last_name: name.last.native.clone(),
            also_known_as: also_known_as(dice, name),
            title: (*dice.pick(desk.department.titles)).to_owned(),
            department: desk.department.name.to_owned(),
            birthday: birthday(dice, self.now),
            phone: format!("{} 555 {:04}", desk.site.dial, dice.below(10_000)),
            email: format!("{}@{}", handle.mailbox, organization.domain),
            language: desk.site.language.to_owned(),
            time_zone: desk.site.time_zone.to_owned(),
            ..Profile::default()
        };
        let mut person = Person {
            organization: organization.id,
            owner_unit: desk.unit,
            kind: "person",
            profile,
            agent: desk.department.name == "Customer Service" && dice.chance(600),
            created_at,
            updated_at: dice.between(created_at, self.now),
            organizations: vec![organization.id],
            units: vec![desk.unit],
            ..Person::default()
        };
        if matches!(language.code, "en" | "en-IE") {
            Self::western(dice, language, &mut person.profile);
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
    fn western(dice: &mut Dice, language: &Language, profile: &mut Profile) {
        if dice.chance(300) {
            profile
                .middle_name
                .clone_from(&language.full_name(dice).first.native);
        }
        if dice.chance(20) {
            let suffix = if dice.chance(700) { "Jr." } else { "PhD" };
            suffix.clone_into(&mut profile.name_suffix);
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
            "Contractor".clone_into(&mut person.profile.description);
            person.roles.push(company.roles.named(CONTRACTOR));
            person.state.expires_at = self.now + dice.between(20, 400) * DAY;
        }
    }

    /// The first person of a department leads it, and those who come later report to them.
    fn report_to(person: &mut Person, company: &mut Company, place: usize, desk: Desk) {
        let manager = company.roles.named("Manager");
        let Some(organization) = company.organizations.get_mut(place) else {
            return;
        };
        let sound = person.state.enabled && person.state.deleted_at == 0;
        let Some(first) = organization.desks.get_mut(desk.first) else {
            return;
        };
        if first.lead.is_some() {
            person.manager = first.lead;
        } else if sound {
            first.lead = Some(person.id);
            person.profile.title = format!("Head of {}, {}", desk.department.name, desk.site.city);
            if desk.department.name == "People" || desk.department.name == "IT" {
                person.roles.push(manager);
            }
            person.manager = organization.head;
            organization.head = organization.head.or(Some(person.id));
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

/// Ids are given in order, after so many people.
pub fn first_id(named: usize) -> i64 {
    number(named) + 1
}
