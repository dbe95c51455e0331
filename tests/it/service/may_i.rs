//! Questions about oneself: they need no right, and tell nothing that isn't in sight.

use crate::support::engine::Engine;
use crate::support::members;
use crate::support::refusal::{denied, missing, users};
use crate::support::town::{Town, a_group, a_role, a_user};
use rstest::rstest;
use wardroom::domain::JobId;
use wardroom::domain::permission::{Level, Permission, Resource, Right, Verb};
use wardroom::domain::unheld::Unheld;
use wardroom::service::explain::{Asked, Can, WhatIf};
use wardroom::service::jobs::{Direction, Operation, PlanTargets, TargetChoice};
use wardroom::service::users::UserRef;
use wardroom::service::{Lack, RecordRef};

const EDIT: Permission = Permission(Resource::User, Verb::Edit);
const VIEW: Permission = Permission(Resource::User, Verb::View);

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn whoever_may_see_nobody_may_ask_about_themselves(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    let mem = town.sign_in("mem").await;
    let can = Can {
        user: UserRef::Name("mem".to_owned()),
        asked: EDIT.into(),
        what_if: WhatIf::default(),
    };
    assert_eq!(denied(town.service.ask(&mem, can).await), "user:view");
    let verdict = town.service.may_i(&mem, &EDIT.into()).await.unwrap();
    assert!(!verdict.allowed && verdict.because.is_empty());
    assert_eq!(verdict.missing.unwrap(), "allow edit on user at own");
    assert!(verdict.who_can_grant.is_empty(), "nobody whom they may see");
    let profile = Permission(Resource::Profile, Verb::Edit);
    let verdict = town.service.may_i(&mem, &profile.into()).await.unwrap();
    assert!(verdict.allowed);
    assert_eq!(verdict.because[0].source, "•••", "roles are not in sight");
    assert_eq!(verdict.because[0].rule, "allow view,edit on profile at own");

    let ada = town.sign_in("ada").await;
    let verdict = town.service.may_i(&ada, &EDIT.into()).await.unwrap();
    assert!(verdict.allowed && verdict.because[0].source == "Administrator");
    town.verify().await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_deny_is_named_and_who_could_give_is_as_far_as_seen(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    let group = a_group().named("Careful").denies("unlock", "user");
    group.insert(&town).await;
    let bob = a_user().named("bob").with_role("Helpdesk");
    bob.in_group("Careful").insert(&town).await;
    let bob = town.sign_in("bob").await;
    let unlock = Permission(Resource::User, Verb::Unlock);
    let verdict = town.service.may_i(&bob, &unlock.into()).await.unwrap();
    assert!(!verdict.allowed);
    let deny = verdict.because.iter().find(|why| why.effect == "deny");
    assert_eq!(deny.unwrap().source, "Careful");
    let verdict = town.service.may_i(&bob, &EDIT.into()).await.unwrap();
    assert_eq!(verdict.who_can_grant, ["ada"]);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn what_others_would_be_given_is_asked_as_a_rule_names_it(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    let press = a_role().named("Press").denies("publish", "catalog.product");
    press
        .allows("view publish", "catalog.*", Level::Organization)
        .allows("delete", "user", Level::Unit)
        .insert(&town)
        .await;
    let pia = a_user().named("pia").with_role("Press");
    pia.insert(&town).await;
    let pia = town.sign_in("pia").await;
    let hold = async |action: &str, resource: &str, level| {
        let unheld = Unheld::new(Right::new(action, resource), level);
        town.service.do_i_hold(&pia, &unheld).await.unwrap()
    };
    assert!(hold("delete", "user", Level::Unit).await.allowed);
    let short = hold("delete", "user", Level::Organization).await;
    assert!(!short.allowed);
    assert_eq!(short.level, Some(Level::Unit));
    assert_eq!(
        short.missing.unwrap(),
        "allow delete on user at organization"
    );
    let nothing = hold("edit", "role", Level::All).await;
    assert_eq!(nothing.missing.unwrap(), "allow edit on role at all");
    assert!(hold("view", "catalog.*", Level::Organization).await.allowed);
    // A pattern is held as a whole: what takes a part of it away stands against it.
    let part = hold("publish", "catalog.*", Level::Organization).await;
    assert!(!part.allowed);
    assert_eq!(part.because[0].rule, "deny publish on catalog.product");
    assert!(part.missing.unwrap().contains("a deny wins"));
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_refused_target_keeps_what_was_lacking(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    let bosses = a_group().named("Bosses").of("Acme");
    bosses.confers("Administrator").insert(&town).await;
    let manu = town.sign_in("manu").await;
    let lacks = async |job: JobId| -> Vec<String> {
        let targets = PlanTargets {
            job,
            choice: TargetChoice::Refused,
            after: 0,
            limit: 9,
        };
        let targets = town.service.ask(&manu, targets).await.unwrap();
        let told = targets.into_iter().map(|target| match target.lack {
            Some(Lack::Over { right, .. }) => format!("{}: over, {right}", target.username),
            lack => format!("{}: {}", target.username, lack.unwrap()),
        });
        told.collect()
    };
    let join = [members::group("Bosses", Direction::Add)];
    let plan = members::plan_members(&town, &manu, &join, users(&["mem"])).await;
    let refused = lacks(plan.unwrap().id).await;
    assert_eq!(refused, ["mem: user:view at level all"]);
    let plan = town.plan(&manu, Operation::Disable, &["ada", "mem"]).await;
    assert_eq!(lacks(plan.id).await, ["ada: over, user:disable"]);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn what_a_question_names_has_to_be_in_sight(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    let of = |owner: &str| Asked {
        owner: Some(UserRef::Name(owner.to_owned())),
        ..VIEW.into()
    };
    let mem = town.sign_in("mem").await;
    let refused = town.service.may_i(&mem, &of("hana")).await;
    assert_eq!(denied(refused), "user:view");
    let hana = town.sign_in("hana").await;
    assert_eq!(
        missing(town.service.may_i(&hana, &of("gail")).await),
        "user"
    );
    assert!(town.service.may_i(&hana, &of("mem")).await.unwrap().allowed);
    let there = Asked {
        working: Some(RecordRef::from("Globex")),
        ..VIEW.into()
    };
    assert_eq!(
        missing(town.service.may_i(&hana, &there).await),
        "organization"
    );

    let role = a_role().named("Near");
    role.allows("view", "user", Level::Unit).insert(&town).await;
    let near = a_user()
        .named("near")
        .owned_by("Inside")
        .assigned_to("Inside");
    near.with_role("Near").insert(&town).await;
    let near = town.sign_in("near").await;
    assert_eq!(
        missing(town.service.may_i(&near, &of("hana")).await),
        "user"
    );
    assert!(town.service.may_i(&near, &of("mem")).await.unwrap().allowed);
}
