//! Power over others, and what nobody can give who doesn't hold it.

use crate::support::engine::Engine;
use crate::support::records::{create_user as create, list, update_user as update};
use crate::support::refusal::{denied, rule as said};
use crate::support::town::{Town, UserBuilder, a_group, a_role, a_user};
use rstest::rstest;
use wardroom::domain::permission::Level;
use wardroom::domain::user::UserKind;
use wardroom::service::jobs::Operation;
use wardroom::service::users::{UserChanges, UserDraft};
use wardroom::service::{Error, Result, Session};
use wardroom::store::sql::Sql;

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_manager_is_not_a_helpdesk(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    let manu = town.sign_in("manu").await;
    // The helpdesk may sign people out, and a manager may not.
    let plan = town
        .plan(&manu, Operation::Disable, &["hana", "edie", "mem", "ada"])
        .await;
    assert_eq!((plan.will_change, plan.refused), (2, 2));
    let refused: Vec<&str> = plan
        .refusals
        .iter()
        .map(|refusal| refusal.name.as_str())
        .collect();
    assert_eq!(refused, ["ada", "hana"]);
    let error = town.try_plan(&manu, Operation::SignOut, &["mem"]).await;
    assert!(matches!(error, Err(Error::Denied { .. })), "{error:?}");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn power_through_groups_counts_and_a_deny_hides_none(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    a_role()
        .named("Purger")
        .allows("purge", "user", Level::Organization)
        .insert(&town)
        .await;
    a_role()
        .named("Denier")
        .denies("*", "*")
        .insert(&town)
        .await;
    a_group()
        .named("Outer")
        .allows("configure", "setting", Level::Organization)
        .insert(&town)
        .await;
    a_group().named("Inner").inside("Outer").insert(&town).await;
    let locked = |name: &str| {
        let mut user = a_user().named(name).with_role("Member");
        user.state.failures = 1;
        user
    };
    locked("direct").with_role("Purger").insert(&town).await;
    locked("denied")
        .with_role("Purger")
        .with_role("Denier")
        .insert(&town)
        .await;
    locked("nested").in_group("Inner").insert(&town).await;
    locked("wide").with_role("Member").insert(&town).await;
    let hana = town.sign_in("hana").await;
    let plan = town
        .plan(
            &hana,
            Operation::Unlock,
            &["direct", "denied", "nested", "wide"],
        )
        .await;
    let refused: Vec<&str> = plan
        .refusals
        .iter()
        .map(|refusal| refusal.name.as_str())
        .collect();
    assert_eq!(
        (plan.will_change, refused),
        (1, vec!["denied", "direct", "nested"])
    );
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn editing_needs_the_same_power(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    let manu = town.sign_in("manu").await;
    let rename = || UserChanges {
        profile: vec![("title", "Lead".to_owned())],
        ..UserChanges::default()
    };
    assert_eq!(
        update(&town, &manu, "mem", rename()).await.unwrap(),
        ["title"]
    );
    for name in ["ada", "hana", "aude"] {
        let sentence = said(update(&town, &manu, name, rename()).await);
        assert!(
            sentence.contains("holds") && sentence.contains(name),
            "{sentence}"
        );
    }
    let hana = town.sign_in("hana").await;
    let error = update(&town, &hana, "mem", rename()).await;
    assert!(matches!(error, Err(Error::Denied { .. })), "{error:?}");
    let error = update(&town, &manu, "dell", rename()).await;
    assert!(said(error).contains("restore it first"));
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn nobody_changes_their_own_standing(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    let ada = town.sign_in("ada").await;
    for changes in [
        UserChanges {
            roles: Some(list(&["Administrator", "Manager"])),
            ..UserChanges::default()
        },
        UserChanges {
            groups: Some(list(&[])),
            ..UserChanges::default()
        },
        UserChanges {
            organizations: Some(list(&["Acme", "Globex"])),
            ..UserChanges::default()
        },
        UserChanges {
            unit: Some("Sales".to_owned()),
            ..UserChanges::default()
        },
        UserChanges {
            assigned_units: Some(list(&["Sales"])),
            ..UserChanges::default()
        },
        UserChanges {
            expires: Some("2027-01-01".to_owned()),
            ..UserChanges::default()
        },
        UserChanges {
            kind: Some(UserKind::Service),
            ..UserChanges::default()
        },
    ] {
        let sentence = said(update(&town, &ada, "ada", changes).await);
        assert!(sentence.contains("your own account"), "{sentence}");
    }
    let changes = UserChanges {
        profile: vec![("title", "Chief".to_owned())],
        ..UserChanges::default()
    };
    assert_eq!(
        update(&town, &ada, "ada", changes).await.unwrap(),
        ["title"]
    );
    for &operation in Operation::ALL {
        let plan = town.plan(&ada, operation, &["ada"]).await;
        assert_eq!(plan.will_change, 0, "{operation:?}");
        if !matches!(operation, Operation::Restore) {
            assert!(
                plan.refusals[0].reason.contains("yourself"),
                "{operation:?}"
            );
        }
    }
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn nobody_is_let_in_where_the_right_ends(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    a_role()
        .named("Looker")
        .allows("view", "organization", Level::All)
        .allows("view", "unit", Level::All)
        .insert(&town)
        .await;
    a_role()
        .named("Clerk")
        .allows("view edit create assign", "user", Level::Unit)
        .allows("view", "role", Level::Organization)
        .allows("view", "unit", Level::Organization)
        .allows("view", "organization", Level::Organization)
        .insert(&town)
        .await;
    let manager = a_user()
        .named("max")
        .with_role("Manager")
        .with_role("Looker");
    manager.insert(&town).await;
    let clerk = a_user().named("cleo").with_role("Clerk").owned_by("Sales");
    clerk.assigned_to("Sales").insert(&town).await;
    let colleague = a_user().named("carl").with_role("Clerk").owned_by("Sales");
    colleague.assigned_to("Sales").insert(&town).await;
    let (max, cleo) = (town.sign_in("max").await, town.sign_in("cleo").await);
    let abroad = || UserChanges {
        organizations: Some(list(&["Acme", "Globex"])),
        ..UserChanges::default()
    };
    assert!(said(update(&town, &max, "mem", abroad()).await).contains("Globex"));
    let draft = UserDraft {
        roles: list(&["Manager"]),
        organizations: list(&["Globex"]),
        ..UserDraft::default()
    };
    assert!(said(create(&town, &max, "neu", draft).await).contains("Globex"));
    let draft = UserDraft {
        unit: Some("Lab".to_owned()),
        ..UserDraft::default()
    };
    assert!(said(create(&town, &max, "neu", draft).await).contains("doesn't reach that unit"));
    let wider = || UserChanges {
        assigned_units: Some(list(&["Sales", "Works"])),
        ..UserChanges::default()
    };
    assert!(said(update(&town, &cleo, "carl", wider()).await).contains("doesn't reach that unit"));
    let moved = || UserChanges {
        unit: Some("Works".to_owned()),
        ..UserChanges::default()
    };
    assert!(said(update(&town, &cleo, "carl", moved()).await).contains("doesn't reach that unit"));
    let ada = town.sign_in("ada").await;
    assert_eq!(
        update(&town, &ada, "mem", abroad()).await.unwrap(),
        ["organizations"]
    );
    assert_eq!(
        update(&town, &ada, "carl", wider()).await.unwrap(),
        ["units"]
    );
    town.verify().await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn what_an_editor_can_not_see_stays(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    a_role()
        .named("Lab hand")
        .of("Globex")
        .allows("view", "profile", Level::Own)
        .insert(&town)
        .await;
    a_group().named("Lab crew").of("Globex").insert(&town).await;
    let both = a_user()
        .named("olga")
        .with_role("Member")
        .with_role("Lab hand");
    both.in_group("Lab crew")
        .may_enter("Globex")
        .assigned_to("Lab")
        .insert(&town)
        .await;
    a_group().named("Plain").insert(&town).await;
    a_role()
        .named("Reader")
        .allows("view", "profile", Level::Own)
        .insert(&town)
        .await;
    let manu = town.sign_in("manu").await;
    let changes = UserChanges {
        roles: Some(list(&["Reader"])),
        groups: Some(list(&["Plain"])),
        organizations: Some(list(&["Acme"])),
        assigned_units: Some(list(&["Sales"])),
        ..UserChanges::default()
    };
    update(&town, &manu, "olga", changes).await.unwrap();
    let names = |table: &'static str| {
        let mut sql = Sql::new("select t.name from ");
        sql.push(table);
        sql
    };
    let id = town.id("olga").await;
    for (table, wanted) in [
        (
            "user_roles m join roles t on t.id = m.role_id",
            ["Lab hand", "Reader"],
        ),
        (
            "group_users m join groups t on t.id = m.group_id",
            ["Lab crew", "Plain"],
        ),
        (
            "user_organizations m join organizations t on t.id = m.organization_id",
            ["Acme", "Globex"],
        ),
        (
            "user_units m join units t on t.id = m.unit_id",
            ["Lab", "Sales"],
        ),
    ] {
        let mut sql = names(table);
        sql.push(" where m.user_id = ")
            .push_value(id)
            .push(" order by t.name");
        assert_eq!(town.texts(sql).await, wanted);
    }
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn the_last_administrator_stays_by_every_path(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    // Administrators who don't count: no password, locked for good, a service account, nowhere to sign in to.
    let with_key = UserBuilder {
        password: false,
        ..a_user()
            .named("keyed")
            .with_role("Administrator")
            .in_group("Sensitive data")
    };
    with_key.insert(&town).await;
    let robot = UserBuilder {
        kind: UserKind::Service,
        ..a_user().named("robot").with_role("Administrator")
    };
    robot.insert(&town).await;
    a_group()
        .named("Globex admins")
        .of("Globex")
        .confers("Administrator")
        .insert(&town)
        .await;
    a_user()
        .named("gabe")
        .with_role("Member")
        .in_group("Globex admins")
        .insert(&town)
        .await;
    let key = town.service.finish_demo("keyed", 0).await.unwrap();
    let origin = wardroom::service::Origin::of("test");
    let keyed = town
        .service
        .sign_in_with_key(&key, None, origin)
        .await
        .unwrap();
    for operation in [Operation::Disable, Operation::Delete] {
        let plan = town.plan(&keyed, operation, &["ada"]).await;
        assert_eq!(plan.will_change, 0, "{operation:?}");
        assert!(
            plan.refusals[0].reason.contains("last administrator"),
            "{operation:?}"
        );
    }
    for changes in [
        UserChanges {
            roles: Some(list(&["Member"])),
            ..UserChanges::default()
        },
        UserChanges {
            kind: Some(UserKind::Service),
            ..UserChanges::default()
        },
        UserChanges {
            expires: Some("2020-01-01".to_owned()),
            ..UserChanges::default()
        },
    ] {
        let sentence = said(update(&town, &keyed, "ada", changes).await);
        assert!(sentence.contains("last administrator"), "{sentence}");
    }
    // To take back an unlock locks again.
    let lock = "update user_states set failures = 10, locked_at = 1 where user_id = $1";
    let ada = town.id("ada").await;
    town.execute(Sql::new(lock).bind(ada)).await;
    let job = town.perform(&keyed, Operation::Unlock, &["ada"]).await;
    let undo = wardroom::service::jobs::UndoJob { job: job.id };
    let undo = town.service.perform(&keyed, undo).await.unwrap();
    assert_eq!((undo.will_change, undo.refused), (0, 1));
    town.verify().await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_service_account_keeps_no_password(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    let ada = town.sign_in("ada").await;
    let changes = UserChanges {
        kind: Some(UserKind::Service),
        ..UserChanges::default()
    };
    assert_eq!(update(&town, &ada, "mem", changes).await.unwrap(), ["kind"]);
    assert_eq!(town.record("mem").await.password_changed_at, None);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_administrators_can_not_disable_each_other(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    a_user()
        .named("abe")
        .with_role("Administrator")
        .insert(&town)
        .await;
    for round in 0..4 {
        let (ada, abe) = (town.sign_in("ada").await, town.sign_in("abe").await);
        let at_abe = town.plan(&ada, Operation::Disable, &["abe"]).await;
        let at_ada = town.plan(&abe, Operation::Disable, &["ada"]).await;
        let run = async |session: Session, plan: wardroom::service::jobs::Plan| {
            let confirm = wardroom::service::jobs::ConfirmPlan {
                confirmation: wardroom::service::jobs::Confirmation::Count(1),
                ..crate::support::town::confirm(plan.id)
            };
            town.service.perform(&session, confirm).await?;
            wardroom::service::jobs::run_job(&town.service, &session, plan.id, |_| {}).await
        };
        let (first, second) = tokio::join!(run(ada, at_abe), run(abe, at_ada));
        let done = |job: &Result<wardroom::service::jobs::Job>| {
            job.as_ref().is_ok_and(|job| job.done == 1)
        };
        assert!(
            done(&first) != done(&second),
            "round {round}: {first:?} {second:?}"
        );
        let enabled = Sql::new(
            "select count(*) from user_states s join users u on u.id = s.user_id
             where s.enabled and u.username in ('ada', 'abe')",
        );
        assert_eq!(town.int(enabled).await, 1);
        town.execute(Sql::new("update user_states set enabled = true"))
            .await;
    }
    town.verify().await;
}

/// Somebody who edits users and holds little else, and whom they edit: bound by a deny, and at home in two places.
async fn desk(town: &Town) -> Session {
    a_role()
        .named("Desk")
        .allows("view edit", "user", Level::Organization)
        .allows("view", "role", Level::Organization)
        .allows("view", "organization", Level::All)
        .insert(town)
        .await;
    a_role()
        .named("Bound")
        .allows("view", "profile", Level::Own)
        .denies("delete", "user")
        .insert(town)
        .await;
    a_user().named("ed").with_role("Desk").insert(town).await;
    let tom = a_user().named("tom").with_role("Bound").with_role("Member");
    tom.may_enter("Globex").insert(town).await;
    town.sign_in("ed").await
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn an_edit_takes_no_more_than_it_could_give(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    let (ed, ada) = (desk(&town).await, town.sign_in("ada").await);
    let unbound = || UserChanges {
        roles: Some(list(&["Member"])),
        ..UserChanges::default()
    };
    let why = said(update(&town, &ed, "tom", unbound()).await);
    assert!(
        why.contains("Without this deny others could do user:delete"),
        "{why}"
    );
    let shut_out = || UserChanges {
        organizations: Some(list(&["Acme"])),
        ..UserChanges::default()
    };
    let why = said(update(&town, &ed, "tom", shut_out()).await);
    assert!(
        why.contains("you can't decide who gets into Globex"),
        "{why}"
    );
    assert_eq!(
        update(&town, &ada, "tom", unbound()).await.unwrap(),
        ["roles"]
    );
    assert_eq!(
        update(&town, &ada, "tom", shut_out()).await.unwrap(),
        ["organizations"]
    );
    town.verify().await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn an_expiry_date_is_no_way_to_disable_or_enable(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    let (ed, ada) = (desk(&town).await, town.sign_in("ada").await);
    let ends = |date: &str| UserChanges {
        expires: Some(date.to_owned()),
        ..UserChanges::default()
    };
    assert_eq!(
        update(&town, &ed, "tom", ends("2099-01-01")).await.unwrap(),
        ["expiry_date"]
    );
    assert_eq!(
        denied(update(&town, &ed, "tom", ends("2001-01-01")).await),
        "user:disable"
    );
    update(&town, &ada, "tom", ends("2001-01-01"))
        .await
        .unwrap();
    for date in ["", "2099-01-01"] {
        assert_eq!(
            denied(update(&town, &ed, "tom", ends(date)).await),
            "user:enable"
        );
    }
    update(&town, &ada, "tom", ends("")).await.unwrap();
    let agent = UserChanges {
        agent: Some(true),
        ..UserChanges::default()
    };
    assert!(said(update(&town, &ed, "ed", agent).await).contains("the agent mark"));
}
