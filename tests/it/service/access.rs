//! Who may do what to whom: levels, denies, organizations, groups; and that lists and checks say the same.

use crate::support::dice::Dice;
use crate::support::engine::Engine;
use crate::support::town::{Town, a_group, a_role, a_user};
use rstest::rstest;
use wardroom::domain::permission::{Level, Permission, Resource, Verb};
use wardroom::service::jobs::Operation;
use wardroom::service::users::{CountUsers, ListUsers, ShowUser, UserRef};
use wardroom::service::{Error, Session};

async fn seen(town: &Town, session: &Session) -> Vec<String> {
    let list = ListUsers {
        limit: 1_000,
        ..ListUsers::default()
    };
    let page = town.service.ask(session, list).await.unwrap();
    page.rows.into_iter().map(|row| row.username).collect()
}

/// A user with one role that views users as far as `level`, and otherwise only their own profile.
async fn viewer(town: &Town, name: &str, level: Level) {
    a_role()
        .named(name)
        .allows("view disable", "user", level)
        .allows("view", "job", Level::Own)
        .insert(town)
        .await;
    let user = a_user().named(name).with_role(name).may_enter("Globex");
    user.owned_by("Works")
        .assigned_to("Sales")
        .insert(town)
        .await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn each_level_reaches_as_far_as_it_says(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    a_user().named("s1").owned_by("Sales").insert(&town).await;
    a_user().named("w1").owned_by("Works").insert(&town).await;
    a_user().named("l1").owned_by("Lab").insert(&town).await;
    for (level, others) in [
        (Level::Own, &[][..]),
        (Level::Unit, &["s1"]),
        (Level::Division, &["mem", "s1"]),
    ] {
        let name = format!("v-{}", level.as_str());
        viewer(&town, &name, level).await;
        let session = town.sign_in(&name).await;
        let mut wanted: Vec<&str> = others.to_vec();
        wanted.push(&name);
        wanted.sort_unstable();
        assert_eq!(seen(&town, &session).await, wanted, "{level:?}");
        // In the other organization, where none of their units lies and their own record doesn't, there is nobody.
        let session = town.sign_in_to(&name, "Globex").await;
        assert_eq!(seen(&town, &session).await, [""; 0], "{level:?}");
    }
    viewer(&town, "v-organization", Level::Organization).await;
    viewer(&town, "v-all", Level::All).await;
    let here = town.sign_in("v-organization").await;
    let everywhere = town.sign_in("v-all").await;
    let (acme, all) = (seen(&town, &here).await, seen(&town, &everywhere).await);
    assert!(acme.contains(&"w1".to_owned()) && !acme.contains(&"l1".to_owned()));
    let there = town.sign_in_to("v-organization", "Globex").await;
    assert_eq!(seen(&town, &there).await, ["gail", "gus", "l1"]);
    assert_eq!(all.len(), acme.len() + 3);
    let there = town.sign_in_to("v-all", "Globex").await;
    assert_eq!(seen(&town, &there).await, all);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn the_highest_level_wins_and_any_deny_over_it(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    viewer(&town, "narrow", Level::Own).await;
    a_role()
        .named("wide")
        .allows("view", "user", Level::All)
        .insert(&town)
        .await;
    a_role()
        .named("blind")
        .denies("view", "*")
        .insert(&town)
        .await;
    a_group()
        .named("Blinded")
        .confers("blind")
        .insert(&town)
        .await;
    a_group()
        .named("Dazzled")
        .denies("view", "user")
        .insert(&town)
        .await;
    let both = a_user().named("both").with_role("narrow").with_role("wide");
    both.insert(&town).await;
    let session = town.sign_in("both").await;
    assert!(seen(&town, &session).await.len() > 10);
    for (name, group) in [("via", "Blinded"), ("own", "Dazzled")] {
        let user = a_user().named(name).with_role("wide").with_role("narrow");
        user.in_group(group).insert(&town).await;
        let session = town.sign_in(name).await;
        let error = town.service.ask(&session, CountUsers::default()).await;
        assert!(
            matches!(error, Err(Error::Denied { .. })),
            "{name}: {error:?}"
        );
    }
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn roles_and_groups_count_in_their_own_organization(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    a_role()
        .named("Lab eyes")
        .of("Globex")
        .allows("view", "user", Level::All)
        .insert(&town)
        .await;
    a_role()
        .named("Eyes")
        .allows("view", "user", Level::All)
        .insert(&town)
        .await;
    a_group()
        .named("Lab crew")
        .of("Globex")
        .confers("Eyes")
        .insert(&town)
        .await;
    for (name, user) in [
        (
            "by-role",
            a_user().with_role("Member").with_role("Lab eyes"),
        ),
        (
            "by-group",
            a_user().with_role("Member").in_group("Lab crew"),
        ),
    ] {
        user.named(name).may_enter("Globex").insert(&town).await;
        let here = town.sign_in_to(name, "Acme").await;
        let error = town.service.ask(&here, CountUsers::default()).await;
        assert!(
            matches!(error, Err(Error::Denied { .. })),
            "{name}: {error:?}"
        );
        let there = town.sign_in_to(name, "Globex").await;
        assert!(
            town.service
                .ask(&there, CountUsers::default())
                .await
                .unwrap()
                .number
                > 10
        );
    }
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn roles_come_through_groups_in_groups(#[case] engine: Engine) {
    let town = Town::new(engine).await;
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
        .insert(&town)
        .await;
    let deep = a_user().named("deep").in_group("Inner");
    deep.insert(&town).await;
    let above = a_user()
        .named("above")
        .with_role("Member")
        .in_group("Outer");
    above.insert(&town).await;
    let session = town.sign_in("deep").await;
    let unlock = Permission(Resource::User, Verb::Unlock);
    assert!(
        town.service
            .permissions(&session)
            .await
            .unwrap()
            .may(unlock)
    );
    let detail = ShowUser {
        user: UserRef::Name("deep".to_owned()),
        sensitive: false,
    };
    let detail = town.service.ask(&session, detail).await.unwrap();
    assert_eq!(detail.roles, ["Helpdesk"]);
    assert_eq!(detail.role_sources[0].via.as_deref(), Some("Outer"));
    town.verify().await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_star_gives_everything_but_sensitive_fields(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    let second = a_user().named("abe").with_role("Administrator");
    second.insert(&town).await;
    let session = town.sign_in("abe").await;
    let permissions = town.service.permissions(&session).await.unwrap();
    for &verb in Resource::User.verbs() {
        let held = permissions.may(Permission(Resource::User, verb));
        assert_eq!(held, verb != Verb::ViewSensitive, "{verb}");
    }
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn what_may_not_be_seen_does_not_exist(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    let hana = town.sign_in("hana").await;
    let gus = town.id("gus").await;
    for user in [UserRef::Id(gus), UserRef::Name("gus".to_owned())] {
        let show = ShowUser {
            user,
            sensitive: false,
        };
        let error = town.service.ask(&hana, show).await.unwrap_err();
        assert!(matches!(error, Error::Missing { .. }), "{error:?}");
    }
    let typo = ShowUser {
        user: UserRef::Name("hanna".to_owned()),
        sensitive: false,
    };
    let error = town.service.ask(&hana, typo).await.unwrap_err();
    assert!(error.to_string().contains("did you mean hana?"), "{error}");
    let error = town.try_plan(&hana, Operation::Unlock, &["gus"]).await;
    assert!(matches!(error, Err(Error::Missing { .. })), "{error:?}");
    let plan = town
        .plan(&hana, Operation::Unlock, &["gus", "lars", "nobody"])
        .await;
    assert_eq!((plan.targets, plan.will_change), (1, 1));
    assert_eq!(plan.unknown, ["gus", "nobody"]);
}

/// Random rights: for each person the list holds exactly those whom a single look finds.
#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn lists_and_single_checks_agree(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    let mut dice = Dice::new(21);
    let units = ["Acme", "Sales", "Inside", "Works", "Globex", "Lab"];
    let roles: Vec<String> = (0..6).map(|number| format!("role {number}")).collect();
    for (name, level) in roles.iter().zip([
        Level::Own,
        Level::Unit,
        Level::Division,
        Level::Organization,
        Level::All,
        Level::Own,
    ]) {
        let role = a_role().named(name).allows("view", "profile", Level::Own);
        let role = match name.as_str() {
            "role 5" => role.denies("view", "user"),
            _ => role.allows("view", "user", level),
        };
        role.insert(&town).await;
    }
    let mut names = Vec::new();
    for number in 0..24 {
        let name = format!("p{number}");
        let unit = *dice.pick(&units);
        let mut user = a_user().named(&name).owned_by(unit);
        user = user.may_enter("Acme").may_enter("Globex");
        user.assigned = dice
            .some(&units, 3)
            .iter()
            .map(|&unit| unit.to_owned())
            .collect();
        user.roles = dice.some(&roles, 3);
        user.roles.push("Member".to_owned());
        user.insert(&town).await;
        names.push(name);
    }
    let (mut checks, mut answers) = (0, 0);
    for name in &names {
        let organization = *dice.pick(&["Acme", "Globex"]);
        let session = town.sign_in_to(name, organization).await;
        let list = match town.service.ask(&session, CountUsers::default()).await {
            Ok(_) => seen(&town, &session).await,
            Err(Error::Denied { .. }) => continue,
            Err(error) => panic!("{error:?}"),
        };
        answers += 1;
        for other in &names {
            let show = ShowUser {
                user: UserRef::Id(town.id(other).await),
                sensitive: false,
            };
            let found = town.service.ask(&session, show).await.is_ok();
            assert_eq!(
                found,
                list.contains(other),
                "{name} in {organization} looks at {other}"
            );
            checks += 1;
        }
    }
    assert!(
        answers > 5 && checks > 100,
        "{answers} answers, {checks} checks"
    );
}

/// The reach of a right to act may be narrower than the right to see.
#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn acting_reaches_as_far_as_its_own_right(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    a_role()
        .named("Shift lead")
        .allows("view", "user", Level::Organization)
        .allows("disable", "user", Level::Division)
        .allows("view", "job", Level::Own)
        .insert(&town)
        .await;
    let lead = a_user().named("lea").with_role("Shift lead");
    lead.assigned_to("Sales").insert(&town).await;
    a_user().named("w1").owned_by("Works").insert(&town).await;
    let lea = town.sign_in("lea").await;
    let plan = town
        .plan(&lea, Operation::Disable, &["mem", "w1", "lea"])
        .await;
    assert_eq!((plan.will_change, plan.refused), (1, 2));
    let job = town.run(&lea, &plan).await;
    assert_eq!(job.done, 1);
    assert!(!town.state("mem").await.enabled);
    assert!(town.state("w1").await.enabled);
    town.verify().await;
}
