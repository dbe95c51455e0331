//! A random crowd in the database and in memory, so that what the store answers can be worked out by hand.

use super::dice::Dice;
use super::engine::Engine;
use super::town::{NOON, Town, UserBuilder, a_group, a_role, a_user};
use std::collections::{BTreeMap, BTreeSet};
use wardroom::domain::permission::Level;
use wardroom::domain::user::{Profile, UserKind};
use wardroom::domain::{Time, UserId};
use wardroom::store::Tx;
use wardroom::store::sql::Sql;

/// A user as the tests know them.
pub struct Person {
    pub id: i64,
    pub user: UserBuilder,
    pub profile: Profile,
    /// May sign in to no organization.
    pub lone: bool,
}

pub struct World {
    pub town: Town,
    pub people: Vec<Person>,
    pub organizations: BTreeMap<String, i64>,
    /// Name → id, organization, and the ids of all units above, itself included.
    pub units: BTreeMap<String, (i64, i64, Vec<i64>)>,
    pub roles: BTreeMap<String, i64>,
    pub groups: BTreeMap<String, i64>,
}

/// Each group with those it lies in, itself included, and the roles that it confers.
pub const GROUPS: &[(&str, &[&str], &[&str])] = &[
    ("Authors", &["Authors"], &["Editor"]),
    ("Outer", &["Outer"], &["Helpdesk"]),
    ("Middle", &["Middle", "Outer"], &[]),
    ("Inner", &["Inner", "Middle", "Outer"], &["Clerk"]),
    ("Empty", &["Empty"], &[]),
];
pub const ROLES: &[&str] = &["Member", "Helpdesk", "Editor", "Clerk", "Administrator"];
pub const UNITS: &[&str] = &["Acme", "Sales", "Inside", "Works", "Globex", "Lab"];

const FIRST_NAMES: &[&str] = &[
    "Ada",
    "ada",
    "Bob",
    "Jürgen",
    "Juergen",
    "Ærø",
    "田中",
    "Анна",
    "100%",
    "under_score",
    "back\\slash",
    "O'Brien",
    "Ñandú",
    "İpek",
];
const LAST_NAMES: &[&str] = &[
    "Müller",
    "Mueller",
    "Muller",
    "Doe",
    "山田",
    "Δέλτα",
    "von Ax",
    "Smith-Jones",
];
const TITLES: &[&str] = &["", "", "Lead", "Ärztin", "ÉCOLE chef", "50% lead", "a_b"];

impl World {
    pub async fn new(engine: Engine, seed: u64, size: usize) -> Self {
        let town = Town::new(engine).await;
        town.execute(Sql::new("delete from users")).await;
        a_role()
            .named("Clerk")
            .of("Acme")
            .allows("view", "user", Level::Unit)
            .insert(&town)
            .await;
        a_group()
            .named("Outer")
            .confers("Helpdesk")
            .insert(&town)
            .await;
        a_group()
            .named("Middle")
            .inside("Outer")
            .insert(&town)
            .await;
        a_group()
            .named("Inner")
            .inside("Middle")
            .confers("Clerk")
            .insert(&town)
            .await;
        a_group().named("Empty").insert(&town).await;
        let mut world = Self {
            organizations: names(&town, "select name, id from organizations").await,
            roles: names(&town, "select name, id from roles").await,
            groups: names(&town, "select name, id from groups").await,
            units: units(&town).await,
            people: Vec::new(),
            town,
        };
        world.populate(&mut Dice::new(seed), size).await;
        world
    }

    async fn populate(&mut self, dice: &mut Dice, size: usize) {
        let mut tx = self.town.db.write().await.unwrap();
        for number in 0..size {
            let managers: Vec<i64> = self.people.iter().map(|person| person.id).collect();
            let user = random_user(dice, number, &managers);
            let lone = dice.one_in(8);
            let id = user.clone().insert_in(&mut tx).await.0;
            if lone {
                leave_organizations(&mut tx, id).await;
            }
            let profile = user.profile();
            self.people.push(Person {
                id,
                user,
                profile,
                lone,
            });
        }
        tx.commit().await.unwrap();
    }

    pub fn organization_of(&self, person: &Person) -> i64 {
        self.units[&person.user.unit].1
    }

    pub fn owner_unit(&self, person: &Person) -> i64 {
        self.units[&person.user.unit].0
    }

    /// The ids of the groups that a person is in, directly or through another group.
    pub fn groups_of(&self, person: &Person) -> BTreeSet<i64> {
        let lists = GROUPS
            .iter()
            .filter(|(name, ..)| person.user.groups.iter().any(|group| group == name));
        lists
            .flat_map(|(_, above, _)| above.iter().map(|name| self.groups[*name]))
            .collect()
    }

    pub fn direct_roles(&self, person: &Person) -> BTreeSet<i64> {
        person
            .user
            .roles
            .iter()
            .map(|name| self.roles[name])
            .collect()
    }

    /// The ids of the roles that come through one of these groups.
    pub fn roles_through(&self, groups: &BTreeSet<i64>) -> BTreeSet<i64> {
        let lists = GROUPS
            .iter()
            .filter(|(name, ..)| groups.contains(&self.groups[*name]));
        lists
            .flat_map(|(_, _, roles)| roles.iter().map(|name| self.roles[*name]))
            .collect()
    }
}

async fn leave_organizations(tx: &mut Tx, id: i64) {
    Sql::new("delete from user_organizations where user_id = $1")
        .bind(id)
        .execute(tx)
        .await
        .unwrap();
}

async fn names(town: &Town, select: &'static str) -> BTreeMap<String, i64> {
    let mut tx = town.db.read().await.unwrap();
    let rows = Sql::new(select).all(&mut tx, |row| Ok((row.text()?, row.int()?)));
    rows.await.unwrap().into_iter().collect()
}

async fn units(town: &Town) -> BTreeMap<String, (i64, i64, Vec<i64>)> {
    let mut tx = town.db.read().await.unwrap();
    let rows = Sql::new("select id, organization_id, name, parent_id from units")
        .all(&mut tx, |row| {
            Ok((row.int()?, row.int()?, row.text()?, row.optional_int()?))
        })
        .await
        .unwrap();
    let above = |id: i64| {
        let mut path = vec![id];
        while let Some(parent) = rows
            .iter()
            .find(|row| row.0 == path[path.len() - 1])
            .and_then(|row| row.3)
        {
            path.push(parent);
        }
        path
    };
    rows.iter()
        .map(|row| (row.2.clone(), (row.0, row.1, above(row.0))))
        .collect()
}

fn random_user(dice: &mut Dice, number: usize, managers: &[i64]) -> UserBuilder {
    let mut user = a_user().named(&format!(
        "{}{number}",
        dice.pick(&["u", "U", "ü", "x.", "ж"])
    ));
    (*dice.pick(FIRST_NAMES)).clone_into(&mut user.first_name);
    (*dice.pick(LAST_NAMES)).clone_into(&mut user.last_name);
    (*dice.pick(TITLES)).clone_into(&mut user.title);
    (*dice.pick(&["", "Sales", "SALES", "Überbau"])).clone_into(&mut user.department);
    (*dice.pick(&["", "1990-05-17", "1985-12-31", "2001-01-01"])).clone_into(&mut user.birthday);
    (*dice.pick(&["", "+49 30 5550123", "5550"])).clone_into(&mut user.phone);
    (*dice.pick(&["", "E-4711", "É-1"])).clone_into(&mut user.employee_number);
    if dice.one_in(3) {
        user.other_emails.push(format!("home{number}@Private.test"));
    }
    user.kind = *dice.pick(&UserKind::ALL);
    user.agent = dice.one_in(4);
    user.password = !dice.one_in(4);
    if !managers.is_empty() && dice.one_in(3) {
        user.manager = Some(UserId(*dice.pick(managers)));
    }
    let unit = *dice.pick(UNITS);
    user = user.owned_by(unit);
    user.assigned = owned(&dice.some(UNITS, 4));
    user.roles = owned(&dice.some(ROLES, 4));
    let groups: Vec<&str> = GROUPS.iter().map(|group| group.0).collect();
    user.groups = owned(&dice.some(&groups, 4));
    user.bare = true;
    random_state(dice, &mut user);
    user
}

fn random_state(dice: &mut Dice, user: &mut UserBuilder) {
    let moments = [
        Time::NEVER,
        Time::NEVER,
        NOON.plus_seconds(-90),
        NOON,
        NOON.plus_seconds(90),
    ];
    let state = &mut user.state;
    state.enabled = !dice.one_in(5);
    (*dice.pick(&[
        "active",
        "active",
        "active",
        "invited",
        "password_reset",
        "expired",
    ]))
    .clone_into(&mut state.authentication_status);
    state.failures = *dice.pick(&[0, 0, 1, 5, 10]);
    if dice.one_in(3) {
        state.locked_at = NOON.plus_seconds(-60);
        state.locked_until = *dice.pick(&moments);
    }
    state.last_sign_in_at = *dice.pick(&moments);
    state.sign_in_count = *dice.pick(&[0, 1, 7]);
    state.expires_at = *dice.pick(&moments);
    state.deleted_at = if dice.one_in(6) { NOON } else { Time::NEVER };
    user.created_at = *dice.pick(&[NOON.plus_seconds(-90), NOON.plus_seconds(-60), NOON]);
}

fn owned(names: &[&str]) -> Vec<String> {
    names.iter().map(|&name| name.to_owned()).collect()
}
