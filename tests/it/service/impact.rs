//! What a change would do is what it does: who gains and loses is told before, and compared with what everybody may do
//! before and after.

use super::evaluators::{build, world};
use crate::support::dice::Dice;
use crate::support::engine::Engine;
use crate::support::members::{group, role};
use crate::support::naive::World;
use crate::support::saving::edited;
use crate::support::town::{Town, a_group, a_role, a_user};
use rstest::rstest;
use std::collections::{BTreeMap, BTreeSet};
use wardroom::domain::GroupId;
use wardroom::domain::catalogue::ManagedResource;
use wardroom::domain::nodes::NodePath;
use wardroom::domain::permission::{Entry, Level, Ownership};
use wardroom::domain::plan::Direction;
use wardroom::service::Consent;
use wardroom::service::explain::{
    GroupImpact, PlanImpact, RoleImpact, Shift, UserImpact, WhatCan, WhatIf, sentences,
};
use wardroom::service::groups::{GroupChanges, UpdateGroup};
use wardroom::service::jobs::{MemberChange, PlanMembers, Targets};
use wardroom::service::roles::{RoleChanges, UpdateRole};
use wardroom::service::users::UserRef;
use wardroom::service::{Error, ListChange, RecordRef, Session};
use wardroom::store::catalogue;
use wardroom::store::nodes::{self, Keeper};

const RULES: &[&str] = &[
    "allow view on user at all",
    "allow edit on user at unit",
    "allow view,edit on user at organization",
    "allow unlock on user at own",
    "deny edit on user",
    "allow edit,approve on order at division",
    "allow * on order at own",
    "deny approve on order",
    "allow view,publish on content",
    "allow * on catalog.* at organization",
    "deny * on catalog.product",
    "allow view-sensitive on user at unit",
];

/// Level by resource and action.
type Rights = BTreeMap<(String, String), Level>;
/// People by resource, action, level before and level after, with the first of them.
type Counted = BTreeMap<(String, String, Option<Level>, Option<Level>), (i64, String)>;

async fn rights(town: &Town, ada: &Session, world: &World, organization: &str) -> Vec<Rights> {
    let mut all = Vec::new();
    for user in &world.users {
        let what_can = WhatCan {
            user: UserRef::Name(user.name.clone()),
            what_if: WhatIf::default(),
            working: Some(RecordRef::from(organization)),
        };
        let abilities = town.service.ask(ada, what_can).await.unwrap();
        let rights = abilities
            .rights
            .into_iter()
            .map(|right| ((right.resource, right.action), right.level));
        all.push(rights.collect());
    }
    all
}

/// What everybody gained and lost, by looking at each.
fn counted(world: &World, before: &[Rights], after: &[Rights]) -> Counted {
    let mut counted = Counted::new();
    for (user, (before, after)) in world.users.iter().zip(before.iter().zip(after)) {
        let all: BTreeSet<_> = before.keys().chain(after.keys()).collect();
        for right in all {
            let (from, to) = (before.get(right).copied(), after.get(right).copied());
            if from != to {
                let key = (right.0.clone(), right.1.clone(), from, to);
                let first = (0, user.name.clone());
                counted.entry(key).or_insert(first).0 += 1;
            }
        }
    }
    counted
}

fn told(shifts: &[Shift], organization: &str) -> Counted {
    let mut told = Counted::new();
    for shift in shifts
        .iter()
        .filter(|shift| shift.organization == organization && shift.node.is_none())
    {
        for action in &shift.actions {
            let key = (shift.resource.clone(), action.clone(), shift.from, shift.to);
            let value = (shift.users, shift.such_as.clone());
            assert_eq!(told.insert(key, value), None, "{shift:?} is told twice");
        }
    }
    told
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn rules_of_a_role_do_what_was_told(#[case] engine: Engine) {
    let mut turns = 0;
    for seed in 0..4 {
        let mut dice = Dice::new(seed);
        let world = world(&mut dice);
        let town = Town::new(engine).await;
        build(&town, &world).await;
        let ada = town.sign_in("ada").await;
        for _ in 0..4 {
            let (role, rules) = (dice.pick(&world.roles), dice.some(RULES, 3));
            let organization = role.organization.unwrap_or("Acme");
            let rules = ListChange {
                all: Some(rules.iter().map(|&rule| rule.to_owned()).collect()),
                ..ListChange::default()
            };
            let impact = RoleImpact {
                role: RecordRef::from(role.name.as_str()),
                rules: rules.clone(),
            };
            let shifts = town.service.ask(&ada, impact).await.unwrap();
            let before = rights(&town, &ada, &world, organization).await;
            let update = UpdateRole {
                role: RecordRef::from(role.name.as_str()),
                version: None,
                changes: RoleChanges {
                    rules,
                    ..RoleChanges::default()
                },
                consent: Consent::default(),
            };
            // Some hold more than Ada, who may take nothing from them then.
            match edited(&town.service, &ada, update).await {
                Err(Error::Against(_) | Error::Rule(_)) => continue,
                done => done.unwrap(),
            };
            let after = rights(&town, &ada, &world, organization).await;
            let wanted = counted(&world, &before, &after);
            assert_eq!(told(&shifts, organization), wanted, "seed {seed}: {role:?}");
            turns += wanted.len();
        }
    }
    assert!(turns > 15, "{turns}");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn changes_of_a_group_do_what_was_told(#[case] engine: Engine) {
    let (mut turns, mut nested) = (0, 0);
    for seed in 20..25 {
        let mut dice = Dice::new(seed);
        let world = world(&mut dice);
        let town = Town::new(engine).await;
        build(&town, &world).await;
        a_role()
            .named("Sees all")
            .allows("view-sensitive", "*", Level::All)
            .insert(&town)
            .await;
        a_user()
            .named("root")
            .with_role("Administrator")
            .with_role("Sees all")
            .may_enter("Globex")
            .insert(&town)
            .await;
        let ada = town.sign_in("root").await;
        for _ in 0..6 {
            let changes = group_changes(&mut dice, &world);
            let update = UpdateGroup {
                group: RecordRef::from(dice.pick(&world.groups).name.as_str()),
                version: None,
                changes,
                consent: Consent::default(),
            };
            let impact = GroupImpact::of(&update);
            let shifts = town.service.ask(&ada, impact).await;
            let mut before = Vec::new();
            for organization in ["Acme", "Globex"] {
                before.push(rights(&town, &ada, &world, organization).await);
            }
            let asked = format!("seed {seed}: {update:?}");
            // Some hold more than Ada, some groups lie in each other or belong elsewhere.
            match edited(&town.service, &ada, update).await {
                Err(Error::Rule(_)) => continue,
                done => nested += usize::from(done.unwrap().contains(&"member_groups".to_owned())),
            }
            let shifts = shifts.unwrap();
            for (organization, before) in ["Acme", "Globex"].into_iter().zip(before) {
                let after = rights(&town, &ada, &world, organization).await;
                let wanted = counted(&world, &before, &after);
                assert_eq!(told(&shifts, organization), wanted, "{asked}");
                turns += wanted.len();
            }
        }
    }
    assert!(turns > 10 && nested > 1, "{turns}, {nested}");
}

fn group_changes(dice: &mut Dice, world: &World) -> GroupChanges {
    let allowed = dice.some(RULES, 2).into_iter().map(str::to_owned);
    let allowed = ListChange::to(allowed.collect());
    let mut conferred = dice.some(&world.roles, 2);
    conferred.retain(|role| role.organization.is_none());
    let conferred = ListChange::to(conferred.into_iter().map(|role| role.name).collect());
    let inner = vec![dice.pick(&world.groups).name.clone()];
    let inner = match dice.below(3) {
        0 => ListChange::to(inner),
        _ => ListChange::adding(inner),
    };
    match dice.below(4) {
        0 => GroupChanges {
            rules: allowed,
            ..GroupChanges::default()
        },
        1 => GroupChanges {
            roles: conferred,
            ..GroupChanges::default()
        },
        2 => GroupChanges {
            groups: inner,
            ..GroupChanges::default()
        },
        _ => GroupChanges {
            rules: allowed,
            roles: conferred,
            groups: inner,
            ..GroupChanges::default()
        },
    }
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn plans_of_memberships_do_what_was_told(#[case] engine: Engine) {
    let mut turns = 0;
    for seed in 10..13 {
        let mut dice = Dice::new(seed);
        let world = world(&mut dice);
        let town = Town::new(engine).await;
        build(&town, &world).await;
        let ada = town.sign_in("ada").await;
        for _ in 0..4 {
            let people: Vec<String> = dice
                .some(&world.users, 2)
                .into_iter()
                .map(|user| user.name)
                .collect();
            let Some(changes) = changes(&mut dice, &world).filter(|_| !people.is_empty()) else {
                continue;
            };
            let plan = PlanMembers::new(Targets::Names(people), changes);
            let plan = town.service.perform(&ada, plan).await.unwrap();
            let impact = PlanImpact { job: plan.id };
            let shifts = town.service.ask(&ada, impact).await.unwrap();
            let mut before = Vec::new();
            for organization in ["Acme", "Globex"] {
                before.push(rights(&town, &ada, &world, organization).await);
            }
            if plan.will_change > 0 {
                town.run(&ada, &plan).await;
            }
            for (organization, before) in ["Acme", "Globex"].into_iter().zip(before) {
                let after = rights(&town, &ada, &world, organization).await;
                let wanted = counted(&world, &before, &after);
                let told = told(&shifts, organization);
                assert_eq!(told, wanted, "seed {seed} in {organization}");
                turns += wanted.len();
            }
        }
    }
    assert!(turns > 5, "{turns}");
}

/// One or two changes, none twice.
fn changes(dice: &mut Dice, world: &World) -> Option<Vec<MemberChange>> {
    let direction = |dice: &mut Dice| *dice.pick(&[Direction::Add, Direction::Remove]);
    let of_role = role(&dice.pick(&world.roles).name, direction(dice));
    let of_group = group(&dice.pick(&world.groups).name, direction(dice));
    Some(match dice.below(4) {
        0 => vec![of_role],
        1 => vec![of_group],
        2 => vec![of_role, of_group],
        _ => return None,
    })
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn one_user_is_told_apart(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    a_role()
        .named("Clerk")
        .allows("view edit", "order", Level::Unit)
        .insert(&town)
        .await;
    a_role()
        .named("Chief")
        .allows("view edit approve", "order", Level::Division)
        .denies("view", "user")
        .insert(&town)
        .await;
    a_user().named("joe").with_role("Clerk").insert(&town).await;
    let ada = town.sign_in("ada").await;
    let impact = |role: &str| UserImpact {
        user: UserRef::Name("joe".to_owned()),
        roles: Some(vec![role.to_owned()]),
        groups: None,
    };
    let shifts = town.service.ask(&ada, impact("Chief")).await;
    let texts: Vec<String> = shifts
        .unwrap()
        .iter()
        .map(|shift| format!("{} {}", shift.gains(), shift.sentence("Acme")))
        .collect();
    assert_eq!(
        texts,
        [
            "true joe gains view, edit on order at division, until now at unit",
            "true joe gains approve on order at division",
        ]
    );
    let nobody = town.service.ask(&ada, impact("Nobody")).await;
    assert!(matches!(nobody, Err(Error::Missing { .. })), "{nobody:?}");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn what_nothing_gave_before_is_counted_too(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    let mut tx = town.db.write().await.unwrap();
    let member = ManagedResource::new("member", &["view", "view-sensitive"], Ownership::None);
    catalogue::put_resource(&mut tx, &member).await.unwrap();
    tx.commit().await.unwrap();
    a_role()
        .named("Clerk")
        .allows("view", "order", Level::Unit)
        .insert(&town)
        .await;
    a_user().named("joe").with_role("Clerk").insert(&town).await;
    a_user()
        .named("gil")
        .with_role("Clerk")
        .of("Globex")
        .insert(&town)
        .await;
    let ada = town.sign_in("ada").await;
    let impact = |rules: &[&str]| RoleImpact {
        role: RecordRef::from("Clerk"),
        rules: ListChange {
            all: Some(rules.iter().map(|&rule| rule.to_owned()).collect()),
            ..ListChange::default()
        },
    };
    let told = async |rules: &[&str]| {
        let shifts = town.service.ask(&ada, impact(rules)).await.unwrap();
        sentences(&shifts, "Acme")
    };
    let keeps = "allow view on order at unit";
    assert_eq!(
        told(&[keeps, "allow view-sensitive on member"]).await,
        [
            "+ joe gains view-sensitive on member",
            "+ gil gains view-sensitive on member, in Globex",
        ]
    );
    assert_eq!(
        told(&[]).await,
        [
            "- joe loses view on order at unit",
            "- gil loses view on order at unit, in Globex",
        ]
    );
    assert_eq!(
        told(&[keeps]).await,
        ["Nobody whom you see gains or loses anything; where they start in trees isn't counted."]
    );
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn who_comes_to_entries_on_nodes_is_counted(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    let ada = town.sign_in("ada").await;
    let mut tx = town.db.write().await.unwrap();
    let path = |text: &str| NodePath::parse(text).unwrap();
    nodes::add(&mut tx, "content", &[&path("/a"), &path("/a/b")])
        .await
        .unwrap();
    let GroupId(outer) = a_group().named("Press").of("Acme").insert_in(&mut tx).await;
    a_group()
        .named("Writers")
        .of("Acme")
        .inside("Press")
        .insert_in(&mut tx)
        .await;
    let entry = |node: &str, actions: &str| Entry {
        tree: "content".to_owned(),
        node: path(node),
        actions: actions.to_owned(),
    };
    let entries = [entry("/a", "view edit"), entry("/a/b", "view")];
    nodes::replace_entries(&mut tx, Keeper::Group(GroupId(outer)), &entries)
        .await
        .unwrap();
    a_role()
        .named("Reader")
        .allows("view", "content", Level::All)
        .insert_in(&mut tx)
        .await;
    let joining = |name: &str| a_user().named(name);
    joining("joe").insert_in(&mut tx).await;
    joining("kim").with_role("Reader").insert_in(&mut tx).await;
    tx.commit().await.unwrap();
    let texts = |shifts: Vec<Shift>| -> Vec<String> {
        let told = sentences(&shifts, "Acme");
        assert_eq!(told.len(), shifts.len().max(1));
        told
    };
    // By a plan, through the group inside; one of them views everything already.
    let people = Targets::Names(vec!["joe".to_owned(), "kim".to_owned()]);
    let into = group("Acme/Writers", Direction::Add);
    let plan = PlanMembers::new(people, vec![into]);
    let plan = town.service.perform(&ada, plan).await.unwrap();
    let told = town.service.ask(&ada, PlanImpact { job: plan.id }).await;
    assert_eq!(
        texts(told.unwrap()),
        [
            "+ joe gains view on content:/a",
            "+ 2 people, joe among them, gain edit on content:/a",
            "+ joe gains view on content:/a/b",
        ]
    );
    town.run(&ada, &plan).await;
    // By the group that leaves the outer one, and of one user, who starts nowhere: what can't be done isn't lost.
    let nested = GroupImpact {
        group: "Acme/Press".into(),
        roles: ListChange::default(),
        rules: ListChange::default(),
        groups: ListChange::to(Vec::new()),
    };
    let told = town.service.ask(&ada, nested).await.unwrap();
    assert_eq!(
        texts(told),
        [
            "- joe loses view on content:/a",
            "- 2 people, joe among them, lose edit on content:/a",
            "- joe loses view on content:/a/b",
        ]
    );
    let leaving = || UserImpact {
        user: UserRef::Name("joe".to_owned()),
        roles: None,
        groups: Some(Vec::new()),
    };
    let told = town.service.ask(&ada, leaving()).await.unwrap();
    assert!(told.is_empty(), "{told:?}");
    let mut tx = town.db.write().await.unwrap();
    let start = vec![("content".to_owned(), path("/a/b"))];
    let joe = Keeper::User(town.id("joe").await);
    nodes::replace_starts(&mut tx, joe, &start).await.unwrap();
    tx.commit().await.unwrap();
    let told = town.service.ask(&ada, leaving()).await.unwrap();
    assert_eq!(texts(told), ["- joe loses view on content:/a/b"]);
}
