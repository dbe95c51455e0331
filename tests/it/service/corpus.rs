//! Ways to more power that other systems left open, each as a test under the name of its case.
//!
//! The ids are those of the systems where it happened: CVE and GHSA numbers, or `system_number` of an issue; `edge_…` are
//! ways that nobody has numbered. Without a counterpart as yet:
//!
//! - CVE-2026-17526, a role to impersonate impersonates an administrator: comes with agents.
//! - CVE-2026-12388, a mapper of the directory gives a role: comes with the directory.
//! - Zitadel CVE-2026-105207, an identity linked without a second factor: comes with the directory.
//! - Zitadel GHSA-7j7j, a lock lets the second factor be passed by: comes with second factors.
//! - CVE-2026-3121, scopes of a key: a key has none, it holds what its user holds; see CVE-2026-9795.
//! - A column of roles in a file: comes with import. What a list of people tells: comes with export.
//! - The approval of one's own request, a grant for later, two users made one, a link to a changed address: come with those.

use super::sign_in::outcomes;
use crate::support::engine::Engine;
use crate::support::members::{self, Outcome, change_members};
use crate::support::records::{
    certain, create_role, create_user as create, delete_role, list, role_draft, roles_of, rules,
    update_role, update_user as update, with,
};
use crate::support::refusal::{denied, field, missing, rule, unheld, users};
use crate::support::town::{
    NOON, PASSWORD, Town, UserBuilder, WRONG, a_group, a_role, a_user, attempt, policy,
};
use rstest::rstest;
use wardroom::domain::permission::{Level, Permission, Resource, Verb};
use wardroom::service::jobs::{Direction, Operation, UndoJob};
use wardroom::service::roles::RoleDraft;
use wardroom::service::units::{DeleteUnit, UnitChanges, UpdateUnit};
use wardroom::service::users::{CountUsers, UpdateUser, UserChanges, UserDraft, UserRef};
use wardroom::service::{Consent, Error, Home, ListChange, Origin, Result, Secret, Session};
use wardroom::store::sql::Sql;

fn of_roles(names: &[&str]) -> UserChanges {
    UserChanges {
        roles: Some(list(names)),
        ..UserChanges::default()
    }
}

fn of_profile(name: &'static str, value: &str) -> UserChanges {
    UserChanges {
        profile: vec![(name, value.to_owned())],
        ..UserChanges::default()
    }
}

async fn give_role(town: &Town, session: &Session, role: &str, names: &[&str]) -> Result<Outcome> {
    let change = members::role(role, Direction::Add);
    change_members(town, session, &[change], users(names), certain(1)).await
}

async fn take_role(
    town: &Town,
    session: &Session,
    role: &str,
    names: &[&str],
    number: i64,
) -> Result<Outcome> {
    let change = members::role(role, Direction::Remove);
    change_members(town, session, &[change], users(names), certain(number)).await
}

async fn move_unit(town: &Town, session: &Session, unit: &str, parent: &str) -> Result<()> {
    let update = UpdateUnit {
        unit: unit.into(),
        version: None,
        changes: UnitChanges {
            parent: Some(parent.to_owned()),
            ..UnitChanges::default()
        },
        consent: Consent::default(),
    };
    town.service.perform(session, update).await.map(drop)
}

async fn delete_unit(town: &Town, session: &Session, unit: &str, next: Option<&str>) -> Result<()> {
    let delete = DeleteUnit {
        unit: unit.into(),
        move_records_to: next.map(str::to_owned),
        consent: certain(1),
    };
    town.service.perform(session, delete).await
}

async fn key_session(town: &Town, key: &str) -> Result<Session> {
    let origin = Origin::of("test");
    town.service.sign_in_with_key(key, None, origin).await
}

async fn works(town: &Town, session: &Session) -> Result<()> {
    let asked = town.service.ask(session, CountUsers::default()).await;
    asked.map(drop)
}

/// Why a session is over.
async fn ended(town: &Town, session: &Session) -> String {
    match works(town, session).await {
        Err(Error::NotSignedIn(why)) => why,
        other => panic!("the session goes on: {other:?}"),
    }
}

async fn guess(town: &Town, name: &str) {
    for _ in 0..10 {
        town.try_sign_in(name, WRONG).await.unwrap_err();
    }
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn cve_2026_94000_joining_a_group_needs_all_it_confers(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    a_group()
        .named("Desk")
        .confers("Helpdesk")
        .insert(&town)
        .await;
    a_group()
        .named("Night desk")
        .inside("Desk")
        .insert(&town)
        .await;
    a_group()
        .named("Viewers")
        .allows("view", "audit", Level::Own)
        .insert(&town)
        .await;
    let manu = town.sign_in("manu").await;
    for roles in [
        &["Administrator"][..],
        &["Member", "Helpdesk"],
        &["Auditor"],
        &["Editor"],
    ] {
        let draft = UserDraft {
            roles: list(roles),
            ..UserDraft::default()
        };
        assert!(
            unheld(&town, &manu, create(&town, &manu, "neu", draft).await)
                .await
                .contains("you don't hold yourself")
        );
        let changes = UserChanges {
            roles: Some(list(roles)),
            ..UserChanges::default()
        };
        assert!(
            unheld(&town, &manu, update(&town, &manu, "mem", changes).await)
                .await
                .contains("you don't hold yourself")
        );
    }
    for group in [
        "Administrators",
        "Desk",
        "Night desk",
        "Viewers",
        "Sensitive data",
    ] {
        let draft = UserDraft {
            groups: list(&[group]),
            ..UserDraft::default()
        };
        assert!(
            unheld(&town, &manu, create(&town, &manu, "neu", draft).await)
                .await
                .contains("you don't hold yourself"),
            "{group}"
        );
        let changes = UserChanges {
            groups: Some(list(&[group])),
            ..UserChanges::default()
        };
        assert!(
            unheld(&town, &manu, update(&town, &manu, "mem", changes).await)
                .await
                .contains("you don't hold yourself"),
            "{group}"
        );
    }
    for roles in [&["Manager"][..], &["Member"]] {
        let changes = UserChanges {
            roles: Some(list(roles)),
            ..UserChanges::default()
        };
        assert_eq!(
            update(&town, &manu, "mem", changes).await.unwrap(),
            ["roles"]
        );
    }
    let like = UserDraft {
        like: Some("ada".to_owned()),
        ..UserDraft::default()
    };
    assert!(
        unheld(&town, &manu, create(&town, &manu, "neu", like).await)
            .await
            .contains("you don't hold yourself")
    );
    assert_eq!(
        town.int(Sql::new(
            "select count(*) from users where username = 'neu'"
        ))
        .await,
        0
    );
    town.verify().await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn cve_2026_9099_nothing_moves_under_somebody_more_powerful(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    a_role()
        .named("Builder")
        .allows("*", "unit", Level::Organization)
        .allows("view edit assign", "user", Level::Organization)
        .insert(&town)
        .await;
    a_role()
        .named("Foreman")
        .allows("disable", "user", Level::Division)
        .insert(&town)
        .await;
    a_user()
        .named("bea")
        .with_role("Builder")
        .insert(&town)
        .await;
    a_user()
        .named("fred")
        .with_role("Foreman")
        .assigned_to("Works")
        .insert(&town)
        .await;
    let bea = town.sign_in("bea").await;
    let why = unheld(&town, &bea, move_unit(&town, &bea, "Inside", "Works").await).await;
    assert!(
        why.contains("\"fred\" would reach further with user:disable"),
        "{why}"
    );
    // Nor a person alone.
    let person = |unit: &str| UserChanges {
        unit: Some(unit.to_owned()),
        ..UserChanges::default()
    };
    let why = unheld(
        &town,
        &bea,
        update(&town, &bea, "mem", person("Works")).await,
    )
    .await;
    assert!(
        why.contains("\"fred\" would reach further with user:disable"),
        "{why}"
    );
    update(&town, &bea, "mem", person("Sales")).await.unwrap();
    update(&town, &bea, "mem", person("Inside")).await.unwrap();
    move_unit(&town, &bea, "Inside", "Acme").await.unwrap();
    let ada = town.sign_in("ada").await;
    move_unit(&town, &ada, "Inside", "Works").await.unwrap();
    // Nor do their records: she would hand people over.
    let why = unheld(
        &town,
        &bea,
        delete_unit(&town, &bea, "Inside", Some("Works")).await,
    )
    .await;
    assert!(
        why.contains("\"fred\" would reach further with user:disable"),
        "{why}"
    );
    town.verify().await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn cve_2026_16106_nothing_is_taken_from_the_more_powerful(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    a_role()
        .named("Keeper")
        .allows("view edit delete members", "role", Level::All)
        .allows("view unlock", "user", Level::All)
        .allows("view", "job", Level::Own)
        .insert(&town)
        .await;
    a_role()
        .named("Badge")
        .allows("view", "user", Level::All)
        .insert(&town)
        .await;
    a_role().named("Blank").insert(&town).await;
    a_user()
        .named("kim")
        .with_role("Keeper")
        .insert(&town)
        .await;
    a_user()
        .named("zoe")
        .with_role("Administrator")
        .with_role("Badge")
        .insert(&town)
        .await;
    let kim = town.sign_in("kim").await;
    let why = rule(
        update_role(
            &town,
            &kim,
            "Badge",
            with(rules(&["allow view on user at own"])),
        )
        .await,
    );
    assert!(why.starts_with("\"zoe\" holds "), "{why}");
    let why = unheld(
        &town,
        &kim,
        update_role(&town, &kim, "Badge", with(rules(&["deny view on user"]))).await,
    )
    .await;
    assert!(why.starts_with("\"zoe\" holds "), "{why}");
    let why = unheld(
        &town,
        &kim,
        delete_role(&town, &kim, "Badge", Some("Blank")).await,
    )
    .await;
    assert!(why.starts_with("\"zoe\" holds "), "{why}");
    let taken = take_role(&town, &kim, "Badge", &["zoe"], 0).await.unwrap();
    assert_eq!((taken.changed, taken.refused), (0, 1));
    // What gives and takes nothing may be written.
    update_role(
        &town,
        &kim,
        "Badge",
        with(rules(&["allow view,unlock on user at all"])),
    )
    .await
    .unwrap();
    town.verify().await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn keeper_kc_1435_nobody_writes_a_rule_that_they_do_not_hold(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    let ada = town.sign_in("ada").await;
    a_role()
        .named("Keeper")
        .allows(
            "view create edit delete members",
            "role",
            Level::Organization,
        )
        .allows("view unlock", "user", Level::Organization)
        .allows("view", "job", Level::Own)
        .insert(&town)
        .await;
    a_user()
        .named("kim")
        .with_role("Keeper")
        .insert(&town)
        .await;
    let kim = town.sign_in("kim").await;
    let made = |rules| RoleDraft {
        rules,
        ..role_draft("Rung")
    };
    for (allow, right) in [
        ("allow delete on user at own", "user:delete"),
        ("allow unlock on user at all", "user:unlock at level all"),
        ("allow view on * at organization", "view"),
        ("allow publish on content", "publish on content"),
        ("allow view-sensitive on user at own", "user:view-sensitive"),
    ] {
        let why = unheld(
            &town,
            &kim,
            create_role(&town, &kim, made(rules(&[allow]))).await,
        )
        .await;
        assert!(why.contains(right), "{allow}: {why}");
    }
    let copy = RoleDraft {
        like: Some("Manager".to_owned()),
        ..role_draft("Rung")
    };
    unheld(&town, &kim, create_role(&town, &kim, copy).await).await;
    assert_eq!(
        denied(
            create_role(
                &town,
                &kim,
                RoleDraft {
                    home: Home::SystemWide,
                    ..role_draft("Rung")
                }
            )
            .await
        ),
        "role:create"
    );
    create_role(
        &town,
        &kim,
        made(rules(&[
            "allow unlock on user at organization",
            "allow view,edit on profile at own",
        ])),
    )
    .await
    .unwrap();
    rule(
        update_role(
            &town,
            &kim,
            "Rung",
            with(rules(&["allow unlock on user at all"])),
        )
        .await,
    );
    update_role(
        &town,
        &kim,
        "Rung",
        with(rules(&["allow unlock on user at unit"])),
    )
    .await
    .unwrap();

    // Nor do they give, change or drop what stands above them.
    create_role(
        &town,
        &ada,
        RoleDraft {
            rules: rules(&["allow delete on user at organization"]),
            ..role_draft("High")
        },
    )
    .await
    .unwrap();
    let given = give_role(&town, &kim, "High", &["mem"]).await.unwrap();
    let why = given.reasons().remove(0);
    assert!(why.contains("The role \"High\" gives user:delete"), "{why}");
    rule(
        update_role(
            &town,
            &kim,
            "High",
            with(rules(&["allow delete on user at own"])),
        )
        .await,
    );
    assert_eq!(
        give_role(&town, &kim, "Rung", &["mem"])
            .await
            .unwrap()
            .changed,
        1
    );
    let why = unheld(
        &town,
        &kim,
        delete_role(&town, &kim, "Rung", Some("High")).await,
    )
    .await;
    assert!(why.contains("The role \"High\" gives user:delete"), "{why}");
    town.verify().await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn freeipa_cve_2020_10747_a_helpdesk_unlocks_an_editor_but_nobody_above(
    #[case] engine: Engine,
) {
    let town = Town::new(engine).await;
    town.execute(Sql::new("update user_states set failures = 3"))
        .await;
    let hana = town.sign_in("hana").await;
    for (name, changes) in [
        ("edie", 1),
        ("mem", 1),
        ("manu", 0),
        ("ada", 0),
        ("aude", 0),
    ] {
        let plan = town.plan(&hana, Operation::Unlock, &[name]).await;
        assert_eq!(plan.will_change, changes, "{name}: {:?}", plan.refusals);
    }
    let plan = town.plan(&hana, Operation::Unlock, &["manu"]).await;
    let reason = &plan.refusals[0].reason;
    assert!(
        reason.contains("holds user:") && reason.contains("ask ada"),
        "{reason}"
    );
    let second = a_user().named("hugo").with_role("Helpdesk");
    UserBuilder { ..second }.insert(&town).await;
    town.execute(Sql::new("update user_states set failures = 3"))
        .await;
    let plan = town.plan(&hana, Operation::Unlock, &["hugo"]).await;
    assert_eq!((plan.will_change, plan.privileged, plan.tier), (1, 1, 2));
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn zitadel_ghsa_7h8m_two_hundred_parallel_guesses_count_at_most_the_limit(
    #[case] engine: Engine,
) {
    let town = Town::new(engine).await;
    let other = town.second_service(policy()).await;
    let mut guesses = tokio::task::JoinSet::new();
    for number in 0..200 {
        let service = if number % 2 == 0 {
            &town.service
        } else {
            &other
        };
        let service = service.clone();
        guesses.spawn(async move { service.sign_in(attempt("hana", WRONG)).await });
    }
    while let Some(guess) = guesses.join_next().await {
        let error = guess.unwrap().unwrap_err();
        assert!(matches!(error, Error::SignInRefused), "{error:?}");
    }
    let state = town.state("hana").await;
    assert_eq!((state.failures, state.locked_at), (10, NOON));
    let outcomes = outcomes(&town, "hana").await;
    let counted = |wanted: &str| outcomes.iter().filter(|one| *one == wanted).count();
    assert_eq!((counted("wrong_password"), counted("locked")), (10, 190));
    let right = town.try_sign_in("hana", PASSWORD).await.unwrap_err();
    assert!(matches!(right, Error::SignInRefused));
    assert_eq!(town.audit("authn_login_lock").await.len(), 1);
    town.verify().await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn zitadel_cve_2023_22492_what_is_open_ends_with_the_account(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    let ada = town.sign_in("ada").await;
    for (name, operation) in [
        ("hana", Operation::Disable),
        ("manu", Operation::Delete),
        ("gail", Operation::SignOut),
    ] {
        let session = town.sign_in(name).await;
        works(&town, &session).await.unwrap();
        let job = town.perform(&ada, operation, &[name]).await;
        assert_eq!(job.done, 1);
        let why = ended(&town, &session).await;
        assert_eq!(why, "Your session was ended: ada ended it.");
    }
    assert!(town.try_sign_in("gail", PASSWORD).await.is_ok());
    town.verify().await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn cve_2026_94000_no_plan_joins_more_than_its_maker_holds(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    a_group()
        .named("Desk")
        .of("Acme")
        .confers("Helpdesk")
        .insert(&town)
        .await;
    a_group()
        .named("Night desk")
        .of("Acme")
        .inside("Desk")
        .insert(&town)
        .await;
    a_group().named("Choir").of("Acme").insert(&town).await;
    let manu = town.sign_in("manu").await;
    for (group, part) in [
        ("Desk", "\"Helpdesk\" gives user:sign-out"),
        ("Night desk", "\"Helpdesk\" gives user:sign-out"),
    ] {
        let into = [members::group(group, Direction::Add)];
        let done = change_members(&town, &manu, &into, users(&["mem", "manu"]), certain(1)).await;
        let done = done.unwrap();
        assert_eq!((done.changed, done.refused), (0, 2), "{group}");
        assert!(done.reasons()[1].contains(part), "{:?}", done.reasons());
        assert!(done.reasons()[0].contains("is yourself"));
    }
    // Not even where it gives nothing: nobody joins by themselves.
    let into = [members::group("Choir", Direction::Add)];
    let done = change_members(&town, &manu, &into, users(&["manu"]), certain(1)).await;
    assert_eq!(done.unwrap().changed, 0);
    town.verify().await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn cve_2026_9795_a_key_holds_what_its_user_holds_now(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    let ada = town.sign_in("ada").await;
    let key = town.service.finish_demo("manu", 0).await.unwrap();
    let session = key_session(&town, &key).await.unwrap();
    let held = async |verb| {
        let held = town.service.permissions(&session).await.unwrap();
        held.may(Permission(Resource::User, verb))
    };
    assert!(held(Verb::Disable).await && !held(Verb::SignOut).await);
    update(&town, &ada, "manu", of_roles(&["Helpdesk"]))
        .await
        .unwrap();
    assert!(!held(Verb::Disable).await && held(Verb::SignOut).await);
    let plan = town.try_plan(&session, Operation::Disable, &["mem"]).await;
    assert_eq!(denied(plan), "user:disable");

    let is_over = async || {
        ended(&town, &session).await;
        let again = key_session(&town, &key).await;
        assert!(matches!(again, Err(Error::NotSignedIn(_))), "{again:?}");
    };
    for (off, on) in [
        (Operation::Disable, Operation::Enable),
        (Operation::Delete, Operation::Restore),
    ] {
        town.perform(&ada, off, &["manu"]).await;
        is_over().await;
        town.perform(&ada, on, &["manu"]).await;
        works(&town, &session).await.unwrap();
    }
    guess(&town, "manu").await;
    is_over().await;
    town.perform(&ada, Operation::Unlock, &["manu"]).await;
    works(&town, &session).await.unwrap();
    let bare = "delete from user_roles where user_id = $1";
    let manu = town.id("manu").await;
    town.execute(Sql::new(bare).bind(manu)).await;
    is_over().await;
}

/// Rights are those of the organization worked in, and records are those of their own, whatever is named.
#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn zitadel_cve_2026_105209_the_organization_of_the_target_decides(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    a_role()
        .named("Acme desk")
        .of("Acme")
        .allows("view unlock edit", "user", Level::Organization)
        .insert(&town)
        .await;
    for (name, role) in [("zoe", "Acme desk"), ("hugo", "Helpdesk")] {
        a_user()
            .named(name)
            .with_role(role)
            .with_role("Member")
            .may_enter("Globex")
            .insert(&town)
            .await;
    }
    town.execute(Sql::new("update user_states set failures = 3"))
        .await;
    let unlock = async |session: &Session, name: &str| {
        let plan = town.try_plan(session, Operation::Unlock, &[name]).await;
        plan.map(|plan| plan.will_change)
    };
    let (here, there) = (
        town.sign_in_to("zoe", "Acme").await,
        town.sign_in_to("zoe", "Globex").await,
    );
    assert_eq!(unlock(&here, "mem").await.unwrap(), 1);
    assert_eq!(missing(unlock(&here, "gus").await), "user");
    for name in ["gus", "mem"] {
        assert_eq!(denied(unlock(&there, name).await), "user:unlock");
    }
    let (here, there) = (
        town.sign_in_to("hugo", "Acme").await,
        town.sign_in_to("hugo", "Globex").await,
    );
    assert_eq!(missing(unlock(&here, "gus").await), "user");
    assert_eq!(missing(unlock(&there, "mem").await), "user");
    assert_eq!(unlock(&there, "gus").await.unwrap(), 1);
    // Neither do ids find more than names.
    let gus = UpdateUser {
        user: UserRef::Id(town.id("gus").await),
        version: None,
        changes: of_profile("title", "x"),
        consent: Consent::default(),
    };
    let zoe = town.sign_in_to("zoe", "Acme").await;
    assert_eq!(missing(town.service.perform(&zoe, gus).await), "user");
    town.verify().await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn orocommerce_89_no_level_above_ones_own(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    for &held in Level::ALL {
        let name = format!("k{}", held.as_str());
        a_role()
            .named(&name)
            .allows("view create edit", "role", Level::Organization)
            .allows("unlock", "user", held)
            .insert(&town)
            .await;
        a_user().named(&name).with_role(&name).insert(&town).await;
        let session = town.sign_in(&name).await;
        let rung = format!("Rung of {name}");
        create_role(&town, &session, role_draft(&rung))
            .await
            .unwrap();
        for &wanted in Level::ALL {
            let allow = format!("allow unlock on user at {}", wanted.as_str());
            let set = update_role(&town, &session, &rung, with(rules(&[&allow]))).await;
            if wanted <= held {
                set.unwrap();
            } else {
                let why = rule(set);
                let right = format!("user:unlock at level {}", wanted.as_str());
                assert!(why.contains(&right), "{why}");
            }
        }
    }
    town.verify().await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn freeipa_cve_2020_10747_nobody_does_anything_to_an_administrator(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    a_role()
        .named("All verbs")
        .allows(
            "view edit delete restore purge assign enable disable unlock reset-password sign-out",
            "user",
            Level::All,
        )
        .allows("view", "job", Level::Own)
        .insert(&town)
        .await;
    a_user()
        .named("vera")
        .with_role("All verbs")
        .insert(&town)
        .await;
    for (name, user) in [
        ("boss", a_user()),
        ("boss_off", a_user().disabled()),
        ("boss_bin", a_user().deleted(NOON)),
    ] {
        let boss = user.named(name).with_role("Administrator");
        boss.insert(&town).await;
    }
    let vera = town.sign_in("vera").await;
    town.sign_in("boss").await;
    town.execute(Sql::new("update user_states set failures = 3"))
        .await;
    for &operation in Operation::ALL {
        let name = match operation {
            Operation::Enable => "boss_off",
            Operation::Restore | Operation::Purge => "boss_bin",
            _ => "boss",
        };
        let plan = town.plan(&vera, operation, &[name]).await;
        assert_eq!((plan.will_change, plan.refused), (0, 1), "{operation:?}");
        let why = &plan.refusals[0].reason;
        assert!(why.contains(", which you don't"), "{operation:?}: {why}");
    }
    for changes in [
        of_profile("email", "mine@acme.test"),
        of_roles(&["Member"]),
        UserChanges {
            unit: Some("Sales".to_owned()),
            ..UserChanges::default()
        },
    ] {
        let why = unheld(&town, &vera, update(&town, &vera, "boss", changes).await).await;
        assert!(why.contains(", which you don't"), "{why}");
    }
    town.verify().await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn lldap_227_who_may_only_look_changes_nothing(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    let aude = town.sign_in("aude").await;
    for &operation in Operation::ALL {
        let plan = town.try_plan(&aude, operation, &["mem"]).await;
        assert_eq!(denied(plan), operation.permission().to_string());
    }
    for name in ["mem", "aude"] {
        let edit = update(&town, &aude, name, of_profile("title", "x")).await;
        assert_eq!(denied(edit), "user:edit");
    }
    let give = give_role(&town, &aude, "Member", &["mem"]).await;
    assert_eq!(denied(give), "role:members");
    let reset = Permission(Resource::User, Verb::ResetPassword);
    let held = town.service.permissions(&aude).await.unwrap();
    assert!(!held.may(reset));
    let only = held
        .all()
        .iter()
        .all(|(Permission(_, verb), _)| matches!(verb, Verb::View | Verb::Verify | Verb::Export));
    assert!(only, "{held:?}");
    town.verify().await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn keycloak_cve_2026_9798_a_lock_holds_at_every_door(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    let key = town.service.finish_demo("hana", 0).await.unwrap();
    let (open, by_key) = (
        town.sign_in("hana").await,
        key_session(&town, &key).await.unwrap(),
    );
    guess(&town, "hana").await;
    for name in ["hana", "HANA", "hana@acme.test"] {
        let inside = town.try_sign_in(name, PASSWORD).await;
        assert!(matches!(inside, Err(Error::SignInRefused)), "{name}");
        let known = town.service.authenticate(attempt(name, PASSWORD)).await;
        assert!(matches!(known, Err(Error::SignInRefused)), "{name}");
    }
    let password = Secret::new(PASSWORD.to_owned());
    let again = town.service.reauthenticate(&open, password).await;
    assert!(matches!(again, Err(Error::SignInRefused)), "{again:?}");
    ended(&town, &by_key).await;
    let again = key_session(&town, &key).await;
    assert!(matches!(again, Err(Error::NotSignedIn(_))), "{again:?}");
    // What was open before goes on: whoever guesses must not be able to throw somebody out.
    works(&town, &open).await.unwrap();
    town.verify().await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn edge_an_undo_gives_nothing_that_the_undoer_does_not_hold(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    a_role()
        .named("Undoer")
        .allows("view members", "role", Level::All)
        .allows("view restore", "user", Level::All)
        .allows("view undo", "job", Level::All)
        .insert(&town)
        .await;
    a_user()
        .named("una")
        .with_role("Undoer")
        .insert(&town)
        .await;
    a_user()
        .named("bob")
        .with_role("Member")
        .with_role("Editor")
        .insert(&town)
        .await;
    a_user()
        .named("boss")
        .with_role("Administrator")
        .insert(&town)
        .await;
    let (ada, una) = (town.sign_in("ada").await, town.sign_in("una").await);
    let taking = [members::role("Editor", Direction::Remove)];
    let plan = members::plan_members(&town, &ada, &taking, users(&["bob"])).await;
    let taken = town.run(&ada, &plan.unwrap()).await;
    let undo = UndoJob { job: taken.id };
    let plan = town.service.perform(&una, undo).await.unwrap();
    assert_eq!((plan.will_change, plan.refused), (0, 1));
    let why = &plan.refusals[0].reason;
    assert!(why.contains("\"Editor\" gives view on"), "{why}");
    // Nor does it bring back whose power is above theirs.
    let gone = town.perform(&ada, Operation::Delete, &["boss"]).await;
    let undo = UndoJob { job: gone.id };
    let plan = town.service.perform(&una, undo).await.unwrap();
    assert_eq!((plan.will_change, plan.refused), (0, 1));
    let plan = town.plan(&una, Operation::Restore, &["boss"]).await;
    assert!(plan.refusals[0].reason.contains(", which you don't"));
    town.verify().await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn edge_a_name_that_is_free_again_brings_no_rights(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    let ada = town.sign_in("ada").await;
    create_role(&town, &ada, role_draft("Clerk")).await.unwrap();
    let giving = [members::role("Clerk", Direction::Add)];
    let plan = members::plan_members(&town, &ada, &giving, users(&["mem"])).await;
    let plan = plan.unwrap();
    delete_role(&town, &ada, "Clerk", None).await.unwrap();
    let mightier = RoleDraft {
        rules: rules(&["allow delete on user at organization"]),
        ..role_draft("Clerk")
    };
    create_role(&town, &ada, mightier).await.unwrap();
    let job = town.run(&ada, &plan).await;
    assert_eq!((job.done, job.failed), (0, 1));
    assert_eq!(roles_of(&town, &ada, "mem").await, ["Member"]);
    // The name of somebody in the bin stays theirs, by name and by look.
    let manu = town.sign_in("manu").await;
    for name in ["dell", "DELL", "dеll"] {
        let draft = UserDraft::default();
        assert_eq!(
            field(create(&town, &manu, name, draft).await).0,
            "username",
            "{name}"
        );
        let rename = of_profile("username", name);
        let renamed = update(&town, &manu, "mem", rename).await;
        assert_eq!(field(renamed).0, "username", "{name}");
    }
    // And nothing is called like what is built in.
    let (name, _) = field(create_role(&town, &ada, role_draft("ADMINISTRATOR")).await);
    assert_eq!(name, "name");
    town.verify().await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn edge_what_is_handed_on_never_grows(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    a_role()
        .named("Lead")
        .allows("view create edit members", "role", Level::Organization)
        .allows("view unlock disable", "user", Level::Organization)
        .allows("view", "job", Level::Own)
        .insert(&town)
        .await;
    a_user().named("lea").with_role("Lead").insert(&town).await;
    a_user()
        .named("sam")
        .with_role("Member")
        .insert(&town)
        .await;
    let lea = town.sign_in("lea").await;
    let second = RoleDraft {
        rules: rules(&[
            "allow view,create,edit,members on role at organization",
            "allow view on user at organization",
            "allow unlock on user at unit",
            "allow view on job at own",
        ]),
        ..role_draft("Second")
    };
    create_role(&town, &lea, second).await.unwrap();
    let given = give_role(&town, &lea, "Second", &["sam"]).await.unwrap();
    assert_eq!(given.changed, 1);
    let sam = town.sign_in("sam").await;
    let third = |allow: &str| RoleDraft {
        rules: rules(&[allow]),
        ..role_draft("Third")
    };
    for more in [
        "allow unlock on user at organization",
        "allow disable on user at own",
    ] {
        unheld(&town, &sam, create_role(&town, &sam, third(more)).await).await;
        rule(
            update_role(
                &town,
                &sam,
                "Second",
                with(ListChange::adding(list(&[more]))),
            )
            .await,
        );
    }
    create_role(&town, &sam, third("allow unlock on user at unit"))
        .await
        .unwrap();
    let given = give_role(&town, &sam, "Third", &["mem"]).await.unwrap();
    assert_eq!(given.changed, 1);
    assert_eq!(
        denied(give_role(&town, &sam, "Lead", &["mem"]).await),
        "role:members"
    );
    // Once it is taken from who handed it on, they hand on no more.
    let ada = town.sign_in("ada").await;
    update(&town, &ada, "sam", of_roles(&["Member"]))
        .await
        .unwrap();
    assert_eq!(
        denied(give_role(&town, &sam, "Third", &["lars"]).await),
        "role:members"
    );
    town.verify().await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn edge_no_address_is_somebody_elses_way_in(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    let (manu, hana) = (town.sign_in("manu").await, town.sign_in("hana").await);
    a_user().named("x@acme.test").insert(&town).await;
    for taken in ["ada@acme.test", "ADA@ACME.test", "x@acme.test"] {
        let changed = update(&town, &manu, "mem", of_profile("email", taken)).await;
        assert_eq!(field(changed).0, "email", "{taken}");
    }
    let changed = update(&town, &manu, "mem", of_profile("username", "ada@acme.test")).await;
    assert_eq!(field(changed).0, "username");
    // A link would go to the address that is kept: nobody sets one for whom they may not act on.
    let mine = || of_profile("email", "manu2@acme.test");
    let why = unheld(&town, &manu, update(&town, &manu, "ada", mine()).await).await;
    assert!(why.contains(", which you don't"), "{why}");
    let changed = update(&town, &hana, "mem", mine()).await;
    assert_eq!(denied(changed), "user:edit");
    town.verify().await;
}
