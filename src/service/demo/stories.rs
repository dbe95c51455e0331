//! The people whom documentation and tests know by name; they are the same in every demo, whatever its seed.

use super::company::{Company, HOME_SITES, Organization};
use super::handles::Handles;
use super::history::{self, FAILURES_MAX};
use super::person::{Attempt, Person, SIGNED_IN, State};
use super::roles::EDITOR;
use super::{DAY, DemoHashes, HOUR, MINUTE, SECOND};
use crate::domain::built_in;
use crate::domain::user::Profile;

/// The accounts to sign in with: they come first, and have a password of their own.
pub const ACCOUNTS: [&str; 4] = ["admin", "helpdesk", "auditor", "manager"];

const ADMIN_ID: i64 = 1;
const MANAGER_ID: i64 = 4;

/// Below this many users there are only the accounts.
const STORIES_MIN: u64 = 8;

/// What is written of somebody by hand.
struct Part {
    username: &'static str,
    first_name: &'static str,
    last_name: &'static str,
    also_known_as: &'static str,
    title: &'static str,
    /// Of [`HOME_SITES`].
    city: &'static str,
    department: &'static str,
}

/// The cast, in the order of their ids.
pub fn cast(
    company: &Company,
    handles: &mut Handles,
    hashes: &DemoHashes,
    total: u64,
    now: i64,
) -> Vec<Person> {
    let Some(home) = company.organizations.first() else {
        return Vec::new();
    };
    let stage = Stage { company, home, now };
    let mut cast = vec![
        stage.administrator(&hashes.admin),
        stage.operator(&HELPDESK, "Helpdesk", &hashes.helpdesk),
        stage.operator(&AUDITOR, "Auditor", &hashes.auditor),
        stage.operator(&MANAGER, "Manager", &hashes.manager),
    ];
    if total >= STORIES_MIN {
        let hash = hashes.people.first().unwrap_or(&hashes.manager);
        cast.extend(stage.stories(hash));
    }
    for (place, person) in cast.iter_mut().enumerate() {
        handles.reserve(&person.profile.username);
        person.id = super::people::first_id(place);
        person.profile.employee_number = format!("A{:06}", person.id);
    }
    cast
}

/// Gives two departments their heads, to whom those who are hired later report.
pub fn appoint(company: &mut Company) {
    if let Some(home) = company.organizations.first_mut() {
        for (id, part) in [(ADMIN_ID, &ADMIN), (MANAGER_ID, &MANAGER)] {
            let desk = home.desk(part.city, part.department);
            if let Some(desk) = home.desks.get_mut(desk) {
                desk.lead = Some(id);
            }
        }
    }
}

struct Stage<'a> {
    company: &'a Company,
    home: &'a Organization,
    now: i64,
}

impl Stage<'_> {
    /// Somebody with a role of everybody and nothing special about them.
    fn person(&self, part: &Part, hash: &str) -> Person {
        let desk = self
            .home
            .desks
            .get(self.home.desk(part.city, part.department));
        let site = desk.map(|desk| desk.site);
        let unit = desk.map_or(self.home.root_unit, |desk| desk.unit);
        let created_at = self.now - 900 * DAY;
        let profile = Profile {
            username: part.username.to_owned(),
            first_name: part.first_name.to_owned(),
            last_name: part.last_name.to_owned(),
            also_known_as: part.also_known_as.to_owned(),
            title: part.title.to_owned(),
            department: part.department.to_owned(),
            birthday: "1984-05-17".to_owned(),
            phone: site.map_or_else(String::new, |site| format!("{} 555 0100", site.dial)),
            email: format!("{}@{}", part.username, self.home.domain),
            language: site.map_or("en", |site| site.language).to_owned(),
            time_zone: site.map_or("UTC", |site| site.time_zone).to_owned(),
            ..Profile::default()
        };
        Person {
            organization: self.home.id,
            owner_unit: unit,
            kind: "person",
            profile,
            created_at,
            updated_at: self.now - 30 * DAY,
            state: State {
                last_sign_in_at: self.now - 2 * HOUR,
                sign_in_count: 412,
                ..State::default()
            },
            password: Some((hash.to_owned(), self.now - 40 * DAY)),
            organizations: vec![self.home.id],
            units: vec![unit],
            roles: vec![self.home.member],
            attempts: vec![signed_in(self.now - 2 * HOUR)],
            ..Person::default()
        }
    }

    /// Administrator through the group, sees sensitive fields, and may sign in everywhere.
    fn administrator(&self, hash: &str) -> Person {
        let mut admin = self.person(&ADMIN, hash);
        admin.groups = built_in::GROUPS.iter().zip(1..).map(|(_, id)| id).collect();
        admin.organizations = self
            .company
            .organizations
            .iter()
            .map(|organization| organization.id)
            .collect();
        admin
    }

    fn operator(&self, part: &Part, role: &str, hash: &str) -> Person {
        let mut operator = self.person(part, hash);
        operator.roles.push(self.company.roles.named(role));
        operator
    }

    fn stories(&self, hash: &str) -> Vec<Person> {
        let mut tanaka = self.person(&TANAKA, hash);
        tanaka.roles.push(self.company.roles.named(EDITOR));
        let morning = self.this_morning();
        self.lock(
            &mut tanaka,
            5 * MINUTE,
            Some(30 * MINUTE),
            "203.0.113.7",
            morning,
        );

        let mut root = self.person(&ROOT, hash);
        root.roles
            .push(self.company.roles.named(built_in::ADMINISTRATOR));
        self.lock(
            &mut root,
            12 * MINUTE,
            None,
            "198.51.100.23",
            self.now - 20 * HOUR,
        );

        root.manager = Some(ADMIN_ID);

        let mut mueller = self.person(&MUELLER, hash);
        mueller.state.enabled = false;
        mueller.state.last_sign_in_at = self.now - 75 * DAY;
        "Left the company.".clone_into(&mut mueller.profile.description);
        mueller.attempts.clear();

        let mut obrien = self.person(&OBRIEN, hash);
        obrien.manager = Some(MANAGER_ID);

        vec![tanaka, root, mueller, obrien]
    }

    /// Ten wrong passwords from one address, after a good sign-in.
    fn lock(
        &self,
        person: &mut Person,
        ago: i64,
        lasts: Option<i64>,
        address: &str,
        last_sign_in_at: i64,
    ) {
        let state = &mut person.state;
        state.failures = FAILURES_MAX;
        state.locked_at = self.now - ago;
        state.locked_until = lasts.map_or(0, |lasts| state.locked_at + lasts);
        state.last_sign_in_at = last_sign_in_at;
        person.attempts = vec![signed_in(last_sign_in_at)];
        let guesses = history::guesses(state, "back-office", address, "curl 8.16", 4 * SECOND);
        person.attempts.extend(guesses);
    }

    /// 07:42 in UTC, or some hours ago where the day is too young for it.
    fn this_morning(&self) -> i64 {
        let morning = self.now - self.now.rem_euclid(DAY) + 7 * HOUR + 42 * MINUTE;
        if morning < self.now - HOUR {
            morning
        } else {
            self.now - 3 * HOUR
        }
    }
}

fn signed_in(at: i64) -> Attempt {
    Attempt {
        at,
        outcome: SIGNED_IN,
        application: "back-office",
        client_address: "10.20.4.17".to_owned(),
        agent: "Firefox 145 on Linux",
    }
}

const BERLIN: &str = HOME_SITES[0];
const TOKYO: &str = HOME_SITES[1];
const DUBLIN: &str = HOME_SITES[2];

const ADMIN: Part = Part {
    username: "admin",
    first_name: "Alex",
    last_name: "Winter",
    also_known_as: "",
    title: "Head of Systems",
    city: BERLIN,
    department: "IT",
};

const HELPDESK: Part = Part {
    username: "helpdesk",
    first_name: "Mona",
    last_name: "Khan",
    also_known_as: "",
    title: "Service Desk Agent",
    city: DUBLIN,
    department: "IT",
};

const AUDITOR: Part = Part {
    username: "auditor",
    first_name: "Ingrid",
    last_name: "Solberg",
    also_known_as: "",
    title: "Internal Auditor",
    city: BERLIN,
    department: "Finance",
};

const MANAGER: Part = Part {
    username: "manager",
    first_name: "Paula",
    last_name: "Marsh",
    also_known_as: "",
    title: "Head of Sales",
    city: DUBLIN,
    department: "Sales",
};

const TANAKA: Part = Part {
    username: "k.tanaka",
    first_name: "恵",
    last_name: "田中",
    also_known_as: "Kei Tanaka",
    title: "Senior Editor",
    city: TOKYO,
    department: "Content",
};

const ROOT: Part = Part {
    username: "g.root",
    first_name: "Gail",
    last_name: "Root",
    also_known_as: "",
    title: "Systems Engineer",
    city: BERLIN,
    department: "IT",
};

const MUELLER: Part = Part {
    username: "d.mueller",
    first_name: "Dörte",
    last_name: "Müller",
    also_known_as: "",
    title: "Accountant",
    city: BERLIN,
    department: "Finance",
};

const OBRIEN: Part = Part {
    username: "c.obrien",
    first_name: "Cathal",
    last_name: "O'Brien",
    also_known_as: "",
    title: "Key Account Manager",
    city: DUBLIN,
    department: "Sales",
};
