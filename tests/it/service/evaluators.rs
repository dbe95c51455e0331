//! The evaluator, the one written twice and the sets of people that are asked of the database say the same, in random
//! worlds.

use crate::support::dice::Dice;
use crate::support::engine::Engine;
use crate::support::naive::{Asked, Group, Role, Rule, UNITS, User, World, organization_of};
use crate::support::town::{Town, a_group, a_role, a_user};
use rstest::rstest;
use std::collections::BTreeSet;
use wardroom::domain::nodes::NodePath;
use wardroom::domain::permission::{Entry, Level};
use wardroom::domain::{GroupId, UserId};
use wardroom::service::explain::{self, Can, WhatCan, WhatIf, WhoCan};
use wardroom::service::users::{ListUsers, UserRef};
use wardroom::service::{RecordRef, Session};
use wardroom::store::nodes::{self, Keeper, Start};

const LEVELS: [Level; 5] = [
    Level::Own,
    Level::Unit,
    Level::Division,
    Level::Organization,
    Level::All,
];
const RESOURCES: &[(&str, &[&str])] = &[
    ("user", &["view", "edit", "unlock", "view-sensitive"]),
    ("catalog.product", &["view", "edit", "publish"]),
    ("order", &["view", "edit", "approve"]),
    ("content", &["view", "edit", "publish"]),
];
const PATTERNS: &[&str] = &[
    "*",
    "catalog.*",
    "user",
    "catalog.product",
    "order",
    "content",
];
const ACTIONS: &[&str] = &[
    "*",
    "view",
    "edit",
    "publish",
    "approve",
    "unlock",
    "view-sensitive",
];
const NODES: &[&str] = &["/", "/a", "/a/b", "/a/b/c", "/a/x", "/ab", "/d"];
const ORGANIZATIONS: &[&str] = &["Acme", "Globex"];
const HOMES: &[Option<&str>] = &[None, None, Some("Acme"), Some("Globex")];

pub(super) fn rules(dice: &mut Dice) -> Vec<Rule> {
    let number = dice.below(4);
    let rule = |dice: &mut Dice| {
        let mut actions = dice.some(ACTIONS, 3);
        if actions.is_empty() {
            actions.push("view");
        }
        Rule {
            allows: !dice.one_in(6),
            actions,
            resource: dice.pick::<&str>(PATTERNS),
            level: dice.below(5),
        }
    };
    (0..number).map(|_| rule(dice)).collect()
}

fn entries(dice: &mut Dice) -> Vec<(&'static str, Vec<&'static str>)> {
    let places = dice.some(NODES, 5);
    places
        .into_iter()
        .map(|node| (node, dice.some(&["view", "edit", "publish", "*"], 4)))
        .collect()
}

fn places(list: &[usize], dice: &mut Dice) -> Vec<usize> {
    dice.some(list, 3)
}

pub(super) fn world(dice: &mut Dice) -> World {
    let mut world = World::default();
    for number in 0..6 {
        world.roles.push(Role {
            name: format!("role {number}"),
            organization: *dice.pick(HOMES),
            rules: rules(dice),
        });
    }
    let roles: Vec<usize> = (0..world.roles.len()).collect();
    for number in 0..6 {
        let organization = *dice.pick(HOMES);
        let known: Vec<usize> = (0..number).collect();
        world.groups.push(Group {
            name: format!("group {number}"),
            organization,
            confers: places(&roles, dice),
            rules: rules(dice),
            entries: entries(dice),
            starts: dice.some(NODES, 5),
            inside: dice.some(&known, 3),
        });
    }
    let groups: Vec<usize> = (0..world.groups.len()).collect();
    for number in 0..8 {
        let unit = dice.pick(&UNITS).0;
        let home = organization_of(unit);
        let mut organizations = vec![home];
        if dice.one_in(2) {
            organizations.push(if home == "Acme" { "Globex" } else { "Acme" });
        }
        let units: Vec<&str> = UNITS.iter().map(|(name, ..)| *name).collect();
        world.users.push(User {
            name: format!("user{number}"),
            unit,
            organizations,
            assigned: dice.some(&units, 3),
            roles: places(&roles, dice),
            groups: places(&groups, dice),
            entries: if dice.one_in(3) {
                entries(dice)
            } else {
                Vec::new()
            },
            starts: if dice.one_in(3) {
                dice.some(NODES, 3)
            } else {
                Vec::new()
            },
            is_disabled: dice.one_in(8),
        });
    }
    world
}

pub(super) async fn build(town: &Town, world: &World) {
    let mut tx = town.db.write().await.unwrap();
    let all: Vec<NodePath> = NODES
        .iter()
        .map(|node| NodePath::parse(node).unwrap())
        .collect();
    nodes::add(&mut tx, "content", &all.iter().collect::<Vec<_>>())
        .await
        .unwrap();
    for role in &world.roles {
        let mut builder = a_role().named(&role.name);
        if let Some(organization) = role.organization {
            builder = builder.of(organization);
        }
        for rule in &role.rules {
            let actions = rule.actions.join(" ");
            builder = if rule.allows {
                builder.allows(&actions, rule.resource, LEVELS[rule.level])
            } else {
                builder.denies(&actions, rule.resource)
            };
        }
        builder.insert_in(&mut tx).await;
    }
    for group in &world.groups {
        let mut builder = a_group().named(&group.name);
        if let Some(organization) = group.organization {
            builder = builder.of(organization);
        }
        for role in &group.confers {
            builder = builder.confers(&world.roles[*role].name);
        }
        for parent in &group.inside {
            builder = builder.inside(&world.groups[*parent].name);
        }
        for rule in &group.rules {
            let actions = rule.actions.join(" ");
            builder = if rule.allows {
                builder.allows(&actions, rule.resource, LEVELS[rule.level])
            } else {
                builder.denies(&actions, rule.resource)
            };
        }
        let GroupId(id) = builder.insert_in(&mut tx).await;
        let keeper = Keeper::Group(GroupId(id));
        place(&mut tx, keeper, &group.entries, &group.starts).await;
    }
    for user in &world.users {
        let mut builder = a_user()
            .named(&user.name)
            .owned_by(user.unit)
            .without_roles();
        for organization in &user.organizations {
            if *organization != organization_of(user.unit) {
                builder = builder.may_enter(organization);
            }
        }
        for unit in &user.assigned {
            builder = builder.assigned_to(unit);
        }
        for role in &user.roles {
            builder = builder.with_role(&world.roles[*role].name);
        }
        for group in &user.groups {
            builder = builder.in_group(&world.groups[*group].name);
        }
        if user.is_disabled {
            builder = builder.disabled();
        }
        let UserId(id) = builder.insert_in(&mut tx).await;
        let keeper = Keeper::User(UserId(id));
        place(&mut tx, keeper, &user.entries, &user.starts).await;
    }
    tx.commit().await.unwrap();
}

async fn place(
    tx: &mut wardroom::store::Tx,
    keeper: Keeper,
    entries: &[(&'static str, Vec<&'static str>)],
    starts: &[&'static str],
) {
    let entries: Vec<Entry> = entries
        .iter()
        .map(|(node, actions)| Entry {
            tree: "content".to_owned(),
            node: NodePath::parse(node).unwrap(),
            actions: actions.join(" "),
        })
        .collect();
    let starts: Vec<Start> = starts
        .iter()
        .map(|node| ("content".to_owned(), NodePath::parse(node).unwrap()))
        .collect();
    nodes::replace_entries(tx, keeper, &entries).await.unwrap();
    nodes::replace_starts(tx, keeper, &starts).await.unwrap();
}

fn question(dice: &mut Dice) -> Asked<'static> {
    let (resource, actions) = *dice.pick(RESOURCES);
    let mut asked = Asked {
        working: dice.pick::<&str>(ORGANIZATIONS),
        action: dice.pick::<&str>(actions),
        resource,
        owner: None,
        unit: None,
        organization: dice.pick::<&str>(ORGANIZATIONS),
        node: None,
    };
    if resource == "content" {
        asked.node = Some(*dice.pick(NODES));
        return asked;
    }
    match dice.below(5) {
        0 => {}
        1 if resource != "user" => asked.unit = Some(dice.pick(&UNITS).0),
        _ => asked.owner = Some(dice.below(8)),
    }
    asked
}

fn asked(world: &World, question: &Asked<'_>) -> explain::Asked {
    let is_owned = question.owner.is_some() && question.resource != "user";
    explain::Asked {
        action: question.action.to_owned(),
        resource: question.resource.to_owned(),
        owner: question
            .owner
            .map(|owner| UserRef::Name(world.users[owner].name.clone())),
        owner_unit: question.unit.map(RecordRef::from),
        organization: is_owned.then(|| RecordRef::from(question.organization)),
        node: question.node.map(str::to_owned),
        working: Some(RecordRef::from(question.working)),
    }
}

async fn may(town: &Town, ada: &Session, world: &World, who: usize, question: &Asked<'_>) -> bool {
    let can = Can {
        user: UserRef::Name(world.users[who].name.clone()),
        asked: asked(world, question),
        what_if: WhatIf::default(),
    };
    let verdict = town.service.ask(ada, can).await.unwrap();
    assert_eq!(verdict.allowed, verdict.missing.is_none());
    assert!(!verdict.allowed || !verdict.because.is_empty());
    verdict.allowed
}

async fn all_able(town: &Town, ada: &Session, world: &World, question: &Asked<'_>) -> Vec<bool> {
    let who_can = WhoCan {
        asked: asked(world, question),
        limit: 1_000,
    };
    let found = town.service.ask(ada, who_can).await.unwrap();
    let names: BTreeSet<String> = found.users.into_iter().map(|able| able.username).collect();
    let is_able = |user: &User| names.contains(&user.name);
    world.users.iter().map(is_able).collect()
}

/// Whom somebody sees in a list, of those in the world; `None` where they can't sign in to look.
async fn listed(town: &Town, world: &World, who: usize, organization: &str) -> Option<Vec<bool>> {
    let attempt = wardroom::service::SignIn {
        organization: Some(organization.to_owned()),
        ..crate::support::town::attempt(&world.users[who].name, crate::support::town::PASSWORD)
    };
    let session = town.service.sign_in(attempt).await.ok()?;
    let list = ListUsers {
        limit: 1_000,
        ..ListUsers::default()
    };
    let rows = match town.service.ask(&session, list).await {
        Ok(page) => page.rows,
        Err(_) => Vec::new(),
    };
    let is_listed = |user: &User| rows.iter().any(|row| row.username == user.name);
    Some(world.users.iter().map(is_listed).collect())
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn agree_on_random_worlds(#[case] engine: Engine) {
    let (mut allowed, mut lists) = (0, 0);
    for seed in 0..6 {
        let mut dice = Dice::new(seed);
        let world = world(&mut dice);
        let town = Town::new(engine).await;
        build(&town, &world).await;
        let ada = town.sign_in("ada").await;
        for _ in 0..25 {
            let question = question(&mut dice);
            let wanted: Vec<bool> = (0..world.users.len())
                .map(|who| world.can(who, &question))
                .collect();
            let found = all_able(&town, &ada, &world, &question).await;
            assert_eq!(found, wanted, "seed {seed}: {question:?} in {world:#?}");
            for (who, wanted) in wanted.iter().enumerate() {
                let decided = may(&town, &ada, &world, who, &question).await;
                assert_eq!(
                    decided, *wanted,
                    "seed {seed}: user{who} {question:?} in {world:#?}"
                );
                allowed += usize::from(*wanted);
            }
        }
        for who in 0..world.users.len() {
            for working in ["Acme", "Globex"] {
                let Some(seen) = listed(&town, &world, who, working).await else {
                    continue;
                };
                let wanted: Vec<bool> = (0..world.users.len())
                    .map(|other| {
                        let question = Asked {
                            working,
                            action: "view",
                            resource: "user",
                            owner: Some(other),
                            unit: None,
                            organization: working,
                            node: None,
                        };
                        world.can(who, &question)
                    })
                    .collect();
                assert_eq!(
                    seen, wanted,
                    "seed {seed}: user{who} in {working} of {world:#?}"
                );
                lists += 1;
            }
        }
    }
    // Worlds in which nobody may do anything would prove nothing.
    assert!(allowed > 100 && lists > 20, "{allowed} {lists}");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn what_comes_to_nothing_now_is_remarked(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    let press = a_role().named("Press");
    press
        .allows("publish", "content", Level::All)
        .allows("approve", "order", Level::Organization)
        .insert(&town)
        .await;
    let now = town.clock.now();
    let writer = |name: &str| a_user().named(name).with_role("Press");
    writer("pat").insert(&town).await;
    let locked = writer("pia").locked(now, now.plus_seconds(60));
    locked.insert(&town).await;
    writer("pim").with_status("invited").insert(&town).await;
    let ada = town.sign_in("ada").await;
    let approve = explain::Asked {
        action: "approve".to_owned(),
        resource: "order".to_owned(),
        ..explain::Asked::default()
    };
    let who_can = WhoCan {
        asked: approve,
        limit: 9,
    };
    let found = town.service.ask(&ada, who_can).await.unwrap();
    let told = found.users.iter().filter(|able| able.username != "ada");
    let told: Vec<(&str, &str)> = told
        .map(|able| (able.username.as_str(), able.status.as_str()))
        .collect();
    let wanted = [
        ("pat", "never_signed_in"),
        ("pia", "locked"),
        ("pim", "invited"),
    ];
    assert_eq!(told, wanted);

    let remark = async |resource: &str| {
        let what_can = WhatCan {
            user: UserRef::Name("pat".to_owned()),
            what_if: WhatIf::default(),
            working: None,
        };
        let found = town.service.ask(&ada, what_can).await.unwrap();
        let mut rights = found.rights.into_iter();
        let right = rights.find(|right| right.resource == resource);
        right.unwrap().remark
    };
    assert_eq!(remark("order").await, None);
    assert_eq!(remark("content").await, Some("starts nowhere in this tree"));
}
