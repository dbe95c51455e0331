//! What the demo promises, on its rows before they reach a database.

use super::tables::{At, TABLES};
use super::{ACCOUNTS, DAY, DemoHashes, DemoPlan, MINUTE, write};
use crate::domain::Time;
use crate::domain::text;
use crate::domain::user::Profile;
use crate::store::bulk::gather::{Owned, gather};
use std::collections::{HashMap, HashSet};

const NOW: Time = Time(1_795_000_000_000_000);

struct Made(Vec<Vec<Vec<Owned>>>);

fn make(users: u64, seed: u64) -> Made {
    let plan = DemoPlan {
        users,
        seed,
        now: NOW,
    };
    let hashes = DemoHashes {
        admin: "hash of admin".to_owned(),
        helpdesk: "hash of helpdesk".to_owned(),
        auditor: "hash of auditor".to_owned(),
        manager: "hash of manager".to_owned(),
        people: vec!["hash 1".to_owned(), "hash 2".to_owned()],
    };
    Made(gather(TABLES, move |sink| {
        write(sink, &plan, &hashes).map(drop)
    }))
}

/// A row, its values found by the names of their columns.
#[derive(Clone, Copy)]
struct Row<'a> {
    at: usize,
    values: &'a [Owned],
}

impl<'a> Row<'a> {
    fn value(&self, column: &str) -> &'a Owned {
        let columns = TABLES[self.at].columns;
        let place = columns.iter().position(|name| *name == column);
        &self.values[place.unwrap_or_else(|| panic!("no column {column}"))]
    }

    fn int(&self, column: &str) -> i64 {
        match self.value(column) {
            Owned::Int(value) => *value,
            other => panic!("{column} is {other:?}"),
        }
    }

    fn optional(&self, column: &str) -> Option<i64> {
        match self.value(column) {
            Owned::Null => None,
            _ => Some(self.int(column)),
        }
    }

    fn text(&self, column: &str) -> &'a str {
        match self.value(column) {
            Owned::Text(text) => text,
            other => panic!("{column} is {other:?}"),
        }
    }

    fn is(&self, column: &str) -> bool {
        *self.value(column) == Owned::Bool(true)
    }
}

impl Made {
    fn rows(&self, at: At) -> impl Iterator<Item = Row<'_>> {
        let at = at as usize;
        self.0[at].iter().map(move |values| Row { at, values })
    }

    fn by_id(&self, at: At, id: &str) -> HashMap<i64, Row<'_>> {
        self.rows(at).map(|row| (row.int(id), row)).collect()
    }

    fn user(&self, username: &str) -> Row<'_> {
        self.rows(At::Users)
            .find(|row| row.text("username") == username)
            .unwrap_or_else(|| panic!("no {username}"))
    }

    fn state(&self, username: &str) -> Row<'_> {
        let id = self.user(username).int("id");
        self.by_id(At::UserStates, "user_id")[&id]
    }

    fn pairs(&self, at: At, left: &str, right: &str) -> HashSet<(i64, i64)> {
        self.rows(at)
            .map(|row| (row.int(left), row.int(right)))
            .collect()
    }

    /// User and role, whether given directly or through a group.
    fn effective_roles(&self) -> HashSet<(i64, i64)> {
        let mut roles = self.pairs(At::UserRoles, "user_id", "role_id");
        let conferred = self.pairs(At::GroupRoles, "group_id", "role_id");
        for (group, user) in self.pairs(At::GroupUsers, "group_id", "user_id") {
            let of_group = conferred.iter().filter(|(other, _)| *other == group);
            roles.extend(of_group.map(|(_, role)| (user, *role)));
        }
        roles
    }

    fn role(&self, name: &str) -> i64 {
        self.rows(At::Roles)
            .find(|row| row.text("name") == name)
            .map(|row| row.int("id"))
            .unwrap()
    }

    fn attempts(&self, user: i64) -> Vec<Row<'_>> {
        self.rows(At::SignInAttempts)
            .filter(|row| row.int("user_id") == user)
            .collect()
    }
}

#[test]
fn the_same_seed_makes_the_same_rows() {
    let made = make(1_000, 7);
    assert!(made.0 == make(1_000, 7).0);
    let other = make(1_000, 8);
    assert!(made.0 != other.0);
    let people = |made: &Made| -> Vec<Owned> {
        let rows = made.0[At::Users as usize].iter().skip(8);
        rows.map(|row| row[8].clone()).collect()
    };
    assert_ne!(
        people(&made),
        people(&other),
        "other people have other names"
    );
}

#[test]
fn every_size_has_that_many_users_and_the_accounts() {
    for users in [0, 4, 5, 8, 9, 150] {
        let made = make(users, 1);
        let count = made.rows(At::Users).count() as u64;
        assert_eq!(count, users.max(ACCOUNTS.len() as u64));
        for account in ACCOUNTS {
            made.user(account);
        }
        assert!((4..=8).contains(&made.rows(At::Organizations).count()));
    }
}

#[test]
fn every_text_is_as_the_program_would_store_it() {
    let made = make(6_000, 3);
    let today = jiff::civil::date(2026, 11, 18);
    for row in made.rows(At::Users) {
        let mut profile = Profile::default();
        for field in Profile::FIELDS {
            row.text(field.name)
                .clone_into(profile.field_mut(field.name).unwrap());
        }
        let normal = profile.normalized(today);
        assert_eq!(normal.as_ref(), Ok(&profile));
        let username = text::Username::parse(&profile.username).unwrap();
        assert_eq!(row.text("username_key"), username.canonical());
        assert_eq!(row.text("username_skeleton"), username.skeleton());
        assert_eq!(
            row.text("email_key"),
            text::email(&profile.email).unwrap().key()
        );
        assert_eq!(row.text("name_key"), profile.name_key());
    }
    for row in made.rows(At::UserEmails) {
        let email = text::email(row.text("email")).unwrap();
        assert_eq!(
            (email.as_str(), email.key()),
            (row.text("email"), row.text("email_key"))
        );
    }
    for at in [At::Organizations, At::Units, At::Roles, At::Groups] {
        for row in made.rows(at) {
            assert_eq!(text::name(row.text("name")).unwrap(), row.text("name"));
        }
    }
}

#[test]
fn names_that_must_be_unique_are() {
    let made = make(20_000, 4);
    for column in ["username_key", "email_key"] {
        let mut seen = HashSet::new();
        for row in made.rows(At::Users) {
            assert!(seen.insert(row.text(column)), "{} twice", row.text(column));
        }
    }
    for (at, column) in [
        (At::Units, "name_key"),
        (At::Groups, "name_key"),
        (At::Groups, "alias"),
        (At::Roles, "name_key"),
    ] {
        let mut seen = HashSet::new();
        for row in made.rows(at) {
            let key = (row.optional("organization_id"), row.text(column));
            assert!(seen.insert(key), "{key:?} twice");
        }
    }
    for (at, columns) in [
        (At::UserOrganizations, ["user_id", "organization_id"]),
        (At::UserUnits, ["user_id", "unit_id"]),
        (At::UserRoles, ["user_id", "role_id"]),
        (At::GroupUsers, ["group_id", "user_id"]),
        (At::GroupRoles, ["group_id", "role_id"]),
        (At::UnitClosure, ["ancestor_id", "descendant_id"]),
    ] {
        let count = made.rows(at).count();
        assert_eq!(
            made.pairs(at, columns[0], columns[1]).len(),
            count,
            "{at:?}"
        );
    }
}

#[test]
fn no_username_looks_like_another() {
    let made = make(30_000, 5);
    let mut alike: HashMap<&str, Vec<&str>> = HashMap::new();
    for row in made.rows(At::Users) {
        let skeleton = row.text("username_skeleton");
        alike
            .entry(skeleton)
            .or_default()
            .push(row.text("username"));
    }
    let mut foreign = 0;
    for names in alike.values() {
        if let Some(name) = names.iter().find(|name| !name.is_ascii()) {
            foreign += 1;
            assert_eq!(names.len(), 1, "{name} looks like another of {names:?}");
        }
    }
    assert!(foreign > 300, "only {foreign} usernames in other scripts");
}

#[test]
fn the_company_is_believable() {
    let made = make(20_000, 6);
    let total = 20_000.0;
    let share = |count: usize| 1_000.0 * f64::from(u32::try_from(count).unwrap()) / total;
    let accounts = |wanted: &dyn Fn(Row<'_>) -> bool| {
        share(made.rows(At::UserStates).filter(|&row| wanted(row)).count())
    };
    let status = |name: &'static str| {
        accounts(&move |row: Row<'_>| row.text("authentication_status") == name)
    };
    let near = |found: f64, wanted: f64, what: &str| {
        assert!(
            (wanted * 0.7..wanted * 1.3).contains(&found),
            "{what}: {found} of a thousand instead of {wanted}"
        );
    };
    near(accounts(&|row| row.int("locked_at") > 0), 33.0, "locked");
    near(
        accounts(&|row| row.int("locked_at") > 0 && row.int("locked_until") == 0),
        9.0,
        "locked until unlocked",
    );
    near(
        accounts(&|row| row.int("locked_until") > NOW.0),
        21.0,
        "locked for a while",
    );
    near(accounts(&|row| !row.is("enabled")), 40.0, "disabled");
    near(accounts(&|row| row.int("deleted_at") > 0), 5.0, "deleted");
    near(status("invited"), 25.0, "invited");
    near(status("password_reset"), 15.0, "password reset");
    near(status("expired"), 5.0, "expired");
    let dormant = NOW.0 - 180 * DAY;
    near(
        accounts(&|row| (1..dormant).contains(&row.int("last_sign_in_at"))),
        58.0,
        "dormant",
    );
    let kinds = |kind: &str| {
        let rows = made.rows(At::Users);
        share(rows.filter(|row| row.text("kind") == kind).count())
    };
    near(kinds("service"), 5.0, "service accounts");
    near(kinds("shared"), 8.0, "shared accounts");
    let largest = made
        .rows(At::GroupUsers)
        .fold(HashMap::new(), |mut sizes, row| {
            *sizes.entry(row.int("group_id")).or_insert(0) += 1;
            sizes
        });
    near(
        share(*largest.values().max().unwrap()),
        340.0,
        "the largest group",
    );
    let beyond_latin = made.rows(At::Users).filter(|row| {
        row.text("last_name")
            .chars()
            .any(|letter| letter > '\u{24F}')
    });
    let beyond_latin = share(beyond_latin.count());
    assert!(
        beyond_latin > 200.0,
        "{beyond_latin} of a thousand in other scripts"
    );
}

#[test]
fn accounts_fit_together() {
    let made = make(8_000, 9);
    let states = made.by_id(At::UserStates, "user_id");
    let passwords = made.by_id(At::UserPasswords, "user_id");
    let keys = made.by_id(At::ApiKeys, "user_id");
    let units = made.by_id(At::Units, "id");
    let organizations = made.pairs(At::UserOrganizations, "user_id", "organization_id");
    for user in made.rows(At::Users) {
        let (id, name) = (user.int("id"), user.text("username"));
        let state = states[&id];
        let invited = state.text("authentication_status") == "invited";
        let service = user.text("kind") == "service";
        assert_eq!(!passwords.contains_key(&id), invited || service, "{name}");
        assert_eq!(keys.contains_key(&id), service, "{name}");
        if service {
            assert_eq!(state.int("locked_at"), 0, "{name}");
        }
        let organization = user.int("organization_id");
        assert!(organizations.contains(&(id, organization)), "{name}");
        let unit = units[&user.int("owner_unit_id")];
        assert_eq!(unit.int("organization_id"), organization, "{name}");
        assert!(
            user.optional("manager_id")
                .is_none_or(|manager| manager != id)
        );
        let (created, seen) = (user.int("created_at"), state.int("last_sign_in_at"));
        assert!(
            created <= NOW.0 && created <= user.int("updated_at"),
            "{name}"
        );
        assert!(seen == 0 || (created..=NOW.0).contains(&seen), "{name}");
        assert_eq!(seen > 0, state.int("sign_in_count") > 0, "{name}");
        if let Some(password) = passwords.get(&id) {
            assert!(
                (created..=NOW.0).contains(&password.int("changed_at")),
                "{name}"
            );
        }
    }
}

#[test]
fn everybody_has_a_role_and_none_of_a_strange_organization() {
    let made = make(5_000, 10);
    let roles = made.effective_roles();
    let holders: HashSet<i64> = roles.iter().map(|&(user, _)| user).collect();
    assert_eq!(holders.len(), 5_000);
    let access = made.pairs(At::UserOrganizations, "user_id", "organization_id");
    let of_role = made.by_id(At::Roles, "id");
    for (user, role) in roles {
        let organization = of_role[&role].optional("organization_id");
        assert!(organization.is_none_or(|organization| access.contains(&(user, organization))));
    }
    let of_group = made.by_id(At::Groups, "id");
    for row in made.rows(At::GroupUsers) {
        let organization = of_group[&row.int("group_id")].optional("organization_id");
        let user = row.int("user_id");
        assert!(organization.is_none_or(|organization| access.contains(&(user, organization))));
    }
}

#[test]
fn every_reference_leads_to_an_earlier_row() {
    let made = make(3_000, 11);
    let ids = |at: At| -> HashSet<i64> { made.rows(at).map(|row| row.int("id")).collect() };
    let (organizations, units, users) = (ids(At::Organizations), ids(At::Units), ids(At::Users));
    let (roles, groups) = (ids(At::Roles), ids(At::Groups));
    for table in TABLES.iter().enumerate() {
        for values in &made.0[table.0] {
            let row = Row {
                at: table.0,
                values,
            };
            for column in table.1.columns {
                let known = match *column {
                    "organization_id" => &organizations,
                    "owner_unit_id" | "unit_id" | "parent_id" => &units,
                    "ancestor_id" | "descendant_id" if table.1.name == "unit_closure" => &units,
                    "ancestor_id" | "descendant_id" | "group_id" => &groups,
                    "user_id" | "manager_id" => &users,
                    "role_id" => &roles,
                    _ => continue,
                };
                let reference = row.optional(column);
                assert!(
                    reference.is_none_or(|id| known.contains(&id)),
                    "{}.{column}",
                    table.1.name
                );
                if matches!(*column, "parent_id" | "manager_id") {
                    assert!(reference.is_none_or(|id| id < row.int("id")));
                }
            }
        }
    }
}

#[test]
fn unit_trees_are_closed() {
    let made = make(2_000, 12);
    let units = made.by_id(At::Units, "id");
    let mut expected = HashSet::new();
    for &id in units.keys() {
        let (mut ancestor, mut depth) = (Some(id), 0);
        while let Some(current) = ancestor {
            expected.insert((current, id, depth));
            ancestor = units[&current].optional("parent_id");
            depth += 1;
        }
    }
    let closure: HashSet<_> = made
        .rows(At::UnitClosure)
        .map(|row| {
            (
                row.int("ancestor_id"),
                row.int("descendant_id"),
                row.int("depth"),
            )
        })
        .collect();
    assert_eq!(closure, expected);
    assert!(closure.iter().any(|&(_, _, depth)| depth >= 2));
}

#[test]
fn a_lock_has_the_wrong_passwords_that_led_to_it() {
    let made = make(2_000, 13);
    let mut of_user: HashMap<i64, Vec<Row<'_>>> = HashMap::new();
    for row in made.rows(At::SignInAttempts) {
        of_user.entry(row.int("user_id")).or_default().push(row);
    }
    let mut locked = 0;
    for state in made.rows(At::UserStates) {
        let attempts = of_user.remove(&state.int("user_id")).unwrap_or_default();
        let mut times = attempts.iter().map(|row| row.int("at"));
        assert!(times.clone().is_sorted());
        assert!(times.all(|at| at <= NOW.0));
        let wrong = attempts
            .iter()
            .filter(|row| row.text("outcome") == "wrong_password");
        assert_eq!(i64::try_from(wrong.count()), Ok(state.int("failures")));
        if state.int("locked_at") > 0 {
            locked += 1;
            let last = attempts.last().unwrap();
            assert_eq!(last.int("at"), state.int("locked_at"));
            assert_eq!(state.int("failures"), 10);
            assert!(state.int("last_sign_in_at") < attempts[1].int("at"));
        }
    }
    assert!(locked > 20);
}

#[test]
fn the_story_is_told_in_every_demo() {
    for (users, seed) in [(200, 1), (200, 99), (3_000, 5)] {
        let made = make(users, seed);
        let tanaka = made.user("k.tanaka");
        assert_eq!(
            (
                tanaka.text("last_name"),
                tanaka.text("first_name"),
                tanaka.int("organization_id")
            ),
            ("田中", "恵", 1)
        );
        let state = made.state("k.tanaka");
        assert_eq!(state.int("failures"), 10);
        assert_eq!(state.int("locked_at"), NOW.0 - 5 * MINUTE);
        assert_eq!(state.int("locked_until"), NOW.0 + 25 * MINUTE);
        let attempts = made.attempts(tanaka.int("id"));
        assert_eq!(attempts.len(), 11);
        assert_eq!(attempts[0].text("outcome"), "success");
        assert!(
            attempts[1..]
                .iter()
                .all(|row| row.text("client_address") == "203.0.113.7")
        );

        let roles = made.effective_roles();
        let has =
            |name: &str, role: &str| roles.contains(&(made.user(name).int("id"), made.role(role)));
        assert!(has("k.tanaka", "Editor") && !has("k.tanaka", "Administrator"));
        assert!(has("g.root", "Administrator") && made.state("g.root").int("locked_at") > 0);
        assert!(has("admin", "Administrator") && has("helpdesk", "Helpdesk"));
        assert!(has("auditor", "Auditor") && has("manager", "Manager"));
        let mueller = made.user("d.mueller");
        assert_eq!(
            (mueller.text("first_name"), mueller.text("last_name")),
            ("Dörte", "Müller")
        );
        assert!(!made.state("d.mueller").is("enabled"));
        assert_eq!(made.user("c.obrien").text("last_name"), "O'Brien");
        let fine = made.state("c.obrien");
        assert!(fine.is("enabled") && fine.int("locked_at") == 0 && fine.int("failures") == 0);
        let passwords = made.by_id(At::UserPasswords, "user_id");
        for account in ACCOUNTS {
            let id = made.user(account).int("id");
            assert_eq!(passwords[&id].text("hash"), format!("hash of {account}"));
        }
        let administrators = (1, made.user("admin").int("id"));
        let sensitive = (2, administrators.1);
        let members = made.pairs(At::GroupUsers, "group_id", "user_id");
        assert!(members.contains(&administrators) && members.contains(&sensitive));
    }
}
