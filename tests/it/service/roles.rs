//! Roles: how they are made, copied, changed and deleted, and who holds them.

use crate::support::engine::Engine;
use crate::support::members::{self, Outcome, change_members};
use crate::support::records::{
    certain, create_role as create, delete_role as delete, role_draft as draft, roles_of, rules,
    update_role as update, update_user, with,
};
use crate::support::refusal::{conflict, denied, field, missing, rule, unconfirmed, users};
use crate::support::town::{Town, a_group, a_role, a_user};
use rstest::rstest;
use wardroom::domain::permission::Level;
use wardroom::service::groups::ShowGroup;
use wardroom::service::jobs::Direction;
use wardroom::service::roles::{
    DeleteRole, ListRoles, RoleChanges, RoleDetail, RoleDraft, ShowRole, UpdateRole,
};
use wardroom::service::users::{LinkedRecord, ListUsers, ShowUser, UserChanges, UserRef};
use wardroom::service::{Consent, Home, ListChange, RecordRef, Result, Session};
use wardroom::store::sql::Sql;

fn system_wide(name: &str) -> RoleDraft {
    RoleDraft {
        home: Home::SystemWide,
        ..draft(name)
    }
}

async fn show(town: &Town, session: &Session, role: &str) -> Result<RoleDetail> {
    let role = RecordRef::from(role);
    town.service.ask(session, ShowRole { role }).await
}

async fn add(town: &Town, session: &Session, role: &str, names: &[&str]) -> Result<Outcome> {
    give(town, session, role, names, Consent::default()).await
}

async fn remove(
    town: &Town,
    session: &Session,
    role: &str,
    names: &[&str],
    number: i64,
) -> Result<Outcome> {
    let change = members::role(role, Direction::Remove);
    change_members(town, session, &[change], users(names), certain(number)).await
}

async fn give(
    town: &Town,
    session: &Session,
    role: &str,
    names: &[&str],
    consent: Consent,
) -> Result<Outcome> {
    let change = members::role(role, Direction::Add);
    change_members(town, session, &[change], users(names), consent).await
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn are_made_copied_listed_and_shown(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    let ada = town.sign_in("ada").await;
    let clerk = RoleDraft {
        description: Some("Sees people".to_owned()),
        rules: rules(&[
            "allow view on user at unit",
            "allow approve on order at organization",
        ]),
        ..draft("Clerk")
    };
    let made = create(&town, &ada, clerk).await.unwrap();
    assert_eq!(made.organization.as_deref(), Some("Acme"));
    let copy = RoleDraft {
        like: Some("Helpdesk".to_owned()),
        rules: ListChange::adding(vec!["deny sign-out on user".to_owned()]),
        ..system_wide("First line")
    };
    create(&town, &ada, copy).await.unwrap();
    let helpdesk = show(&town, &ada, "helpdesk").await.unwrap();
    let copy = show(&town, &ada, "First line").await.unwrap();
    assert_eq!(
        copy.rules,
        [&helpdesk.rules[..], &["deny sign-out on user".to_owned()]].concat()
    );
    assert_eq!(copy.description, helpdesk.description);
    assert_eq!((copy.organization, copy.built_in), (None, false));
    assert_eq!(helpdesk.holders, ["gail", "hana", "svc"]);
    assert_eq!((helpdesk.holder_count, helpdesk.built_in), (3, true));
    let editor = show(&town, &ada, "Editor").await.unwrap();
    assert_eq!(editor.groups, ["Authors"]);

    let list = ListRoles {
        search: "people".to_owned(),
        limit: 10,
        cap: None,
        ..ListRoles::default()
    };
    let list = town.service.ask(&ada, list).await.unwrap();
    let names: Vec<&str> = list.rows.iter().map(|row| row.name.as_str()).collect();
    assert_eq!(names, ["Clerk", "First line", "Helpdesk", "Manager"]);
    assert_eq!(list.rows[2].holders.number, 3);
    let capped = ListRoles {
        search: "HELP desk".to_owned(),
        limit: 10,
        cap: Some(2),
        ..ListRoles::default()
    };
    let capped = town.service.ask(&ada, capped).await.unwrap();
    assert_eq!(capped.rows[0].holders.to_string(), "2+");
    // Counted are those whom the asker may see.
    let gail = town.sign_in("gail").await;
    let list = ListRoles {
        search: "helpdesk".to_owned(),
        limit: 10,
        cap: None,
        ..ListRoles::default()
    };
    let list = town.service.ask(&gail, list).await.unwrap();
    assert_eq!(list.rows.len(), 1);
    assert_eq!(list.rows[0].holders.number, 1);
    assert_eq!(missing(show(&town, &gail, "Acme/Clerk").await), "role");
    assert_eq!(
        show(&town, &gail, "Helpdesk").await.unwrap().holders,
        ["gail"]
    );
    town.verify().await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn have_names_of_their_own(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    let ada = town.sign_in("ada").await;
    create(&town, &ada, draft("Straße")).await.unwrap();
    let (name, message) = field(create(&town, &ada, draft("STRASSE")).await);
    assert_eq!(name, "name");
    assert!(
        message.contains("taken by another role in Acme"),
        "{message}"
    );
    create(&town, &ada, draft("Globex/Strasse")).await.unwrap();
    let (name, message) = field(create(&town, &ada, draft("administrator")).await);
    assert_eq!(name, "name");
    assert!(message.contains("built-in role"), "{message}");
    create(&town, &ada, draft("Other")).await.unwrap();
    let rename = |name: &str| RoleChanges {
        name: Some(name.to_owned()),
        ..RoleChanges::default()
    };
    assert_eq!(
        field(update(&town, &ada, "Other", rename("straße")).await).0,
        "name"
    );
    assert_eq!(
        field(update(&town, &ada, "Other", rename("Manager")).await).0,
        "name"
    );
    assert_eq!(
        update(&town, &ada, "Other", rename("OTHER")).await.unwrap(),
        ["name"]
    );
    town.verify().await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn that_are_built_in_are_only_copied(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    let ada = town.sign_in("ada").await;
    for name in ["Administrator", "Manager", "Helpdesk", "Auditor", "Member"] {
        let why = rule(
            update(
                &town,
                &ada,
                name,
                with(rules(&["allow view on user at organization"])),
            )
            .await,
        );
        assert!(why.contains("is built in and can't be edited"), "{why}");
        assert!(why.contains(&format!("--like \"{name}\"")), "{why}");
        let why = rule(delete(&town, &ada, name, Some("Member")).await);
        assert!(why.contains("is built in and can't be deleted"), "{why}");
        let copy = RoleDraft {
            like: Some(name.to_owned()),
            ..draft(&format!("My {name}"))
        };
        create(&town, &ada, copy).await.unwrap();
    }
    let copy = RoleDraft {
        like: Some("Amdinistrator".to_owned()),
        ..draft("Mine")
    };
    assert_eq!(missing(create(&town, &ada, copy).await), "role");
    town.verify().await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn change_over_the_version_that_was_seen(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    let ada = town.sign_in("ada").await;
    create(&town, &ada, draft("Clerk")).await.unwrap();
    let at = |version: i64, text: &str| UpdateRole {
        role: "Clerk".into(),
        version: Some(version),
        changes: RoleChanges {
            description: Some(text.to_owned()),
            ..RoleChanges::default()
        },
        consent: Consent::default(),
    };
    town.service.perform(&ada, at(1, "first")).await.unwrap();
    assert_eq!(
        conflict(town.service.perform(&ada, at(1, "second")).await),
        "role"
    );
    let detail = show(&town, &ada, "Clerk").await.unwrap();
    assert_eq!((detail.description.as_str(), detail.version), ("first", 2));
    let manu = town.sign_in("manu").await;
    assert_eq!(
        denied(town.service.perform(&manu, at(2, "third")).await),
        "role:edit"
    );
    town.verify().await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn are_given_and_taken(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    let ada = town.sign_in("ada").await;
    create(&town, &ada, draft("Clerk")).await.unwrap();
    let given = add(&town, &ada, "Clerk", &["mem"]).await.unwrap();
    assert_eq!((given.changed, given.refused), (1, 0));
    assert_eq!(roles_of(&town, &ada, "mem").await, ["Clerk", "Member"]);
    // A role of an organization goes only to those who may enter it; nobody gives themselves one.
    let given = add(&town, &ada, "Clerk", &["gus", "ada"]).await.unwrap();
    assert_eq!((given.changed, given.refused), (0, 2));
    assert!(given.refusals[0].reason.starts_with("is yourself"));
    assert!(
        given.refusals[1]
            .reason
            .starts_with("may not sign in to Acme")
    );

    let taking = [members::role("Member", Direction::Remove)];
    let three = users(&["mem", "lars", "hana"]);
    let plan = members::plan_members(&town, &ada, &taking, three).await;
    let plan = plan.unwrap();
    assert_eq!(plan.title, "Remove 1 user from the role \"Member\"");
    assert_eq!((plan.will_change, plan.already, plan.tier), (1, 1, 2));
    let taken = remove(&town, &ada, "Member", &["mem", "lars", "hana"], 1).await;
    let taken = taken.unwrap();
    assert_eq!((taken.changed, taken.already, taken.refused), (1, 1, 1));
    assert_eq!(taken.refusals[0].name, "lars");
    assert!(
        taken.refusals[0]
            .reason
            .starts_with("would have no role left")
    );
    assert_eq!(roles_of(&town, &ada, "mem").await, ["Clerk"]);
    // A session has the rights of the moment.
    let hana = town.sign_in("hana").await;
    let clerk = add(&town, &ada, "Clerk", &["hana"]).await.unwrap_err();
    assert!(clerk.to_string().contains("--yes-count 1"), "{clerk}");
    give(&town, &ada, "Clerk", &["hana"], certain(1))
        .await
        .unwrap();
    assert_eq!(
        remove(&town, &ada, "Helpdesk", &["hana"], 1)
            .await
            .unwrap()
            .changed,
        1
    );
    assert_eq!(denied(show(&town, &hana, "Clerk").await), "role:view");
    let manu = town.sign_in("manu").await;
    assert_eq!(
        denied(add(&town, &manu, "Member", &["mem"]).await),
        "role:members"
    );
    town.verify().await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn in_use_are_deleted_only_with_a_successor(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    let ada = town.sign_in("ada").await;
    create(&town, &ada, system_wide("Clerk")).await.unwrap();
    a_group().named("Desk").confers("Clerk").insert(&town).await;
    a_user().named("bob").with_role("Clerk").insert(&town).await;
    a_user()
        .named("eve")
        .with_role("Clerk")
        .with_role("Member")
        .insert(&town)
        .await;
    a_user().named("ina").in_group("Desk").insert(&town).await;
    a_user()
        .named("gil")
        .of("Globex")
        .with_role("Clerk")
        .insert(&town)
        .await;

    let why = rule(delete(&town, &ada, "Clerk", None).await);
    assert!(why.contains("in use by 3 users and 1 group;"), "{why}");
    assert!(why.contains("--move-holders-to"), "{why}");
    let why = rule(delete(&town, &ada, "Clerk", Some("clerk")).await);
    assert!(why.contains("name another one"), "{why}");
    assert_eq!(
        missing(delete(&town, &ada, "Clerk", Some("Clark")).await),
        "role"
    );
    create(&town, &ada, draft("Local")).await.unwrap();
    let why = rule(delete(&town, &ada, "Clerk", Some("Local")).await);
    assert!(why.contains("and \"gil\" may not"), "{why}");
    let asked = DeleteRole {
        role: "Clerk".into(),
        move_holders_to: Some("Member".into()),
        consent: Consent::default(),
    };
    unconfirmed(town.service.perform(&ada, asked).await);

    delete(&town, &ada, "Clerk", Some("Member")).await.unwrap();
    assert_eq!(missing(show(&town, &ada, "Clerk").await), "role");
    for name in ["bob", "eve", "ina", "gil"] {
        assert_eq!(roles_of(&town, &ada, name).await, ["Member"], "{name}");
    }
    assert_eq!(town.record("bob").await.version, 2);
    // A role that nobody has goes without a successor.
    delete(&town, &ada, "Local", None).await.unwrap();
    town.verify().await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn of_ones_own_are_somebody_elses_business(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    a_role()
        .named("Everything")
        .allows("*", "*", Level::All)
        .allows("view-sensitive", "*", Level::All)
        .insert(&town)
        .await;
    a_role().named("Spare").insert(&town).await;
    a_user()
        .named("root")
        .with_role("Everything")
        .insert(&town)
        .await;
    let root = town.sign_in("root").await;
    let why = rule(delete(&town, &root, "Everything", Some("Spare")).await);
    assert!(why.contains("nobody changes their own roles"), "{why}");
    let left = remove(&town, &root, "Everything", &["root"], 0)
        .await
        .unwrap();
    assert_eq!((left.changed, left.refused), (0, 1));
    town.verify().await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn never_cost_the_last_administrator(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    a_role()
        .named("Everything")
        .allows("*", "*", Level::All)
        .allows("view-sensitive", "*", Level::All)
        .insert(&town)
        .await;
    a_user()
        .named("root")
        .with_role("Everything")
        .insert(&town)
        .await;
    a_role().named("Spare").insert(&town).await;
    town.execute(Sql::new(
        "insert into user_roles (user_id, role_id)
         select u.id, r.id from users u, roles r where u.username = 'ada' and r.name = 'Spare'",
    ))
    .await;
    let root = town.sign_in("root").await;
    let left = remove(&town, &root, "Administrator", &["ada"], 1).await;
    let why = left.unwrap().reasons().remove(0);
    assert!(why.contains("the last administrator"), "{why}");
    let why = rule(update(&town, &root, "Spare", with(rules(&["deny * on role"]))).await);
    assert!(why.contains("the last administrator"), "{why}");
    assert_eq!(
        update(&town, &root, "Spare", with(rules(&["deny * on job"])))
            .await
            .unwrap(),
        ["rules"]
    );
    // Once somebody else administers too, it may go.
    a_user()
        .named("zoe")
        .with_role("Administrator")
        .insert(&town)
        .await;
    let taken = remove(&town, &root, "Administrator", &["ada"], 1)
        .await
        .unwrap();
    assert_eq!(taken.changed, 1);
    town.verify().await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn what_is_handed_out_for_a_form_is_read_back(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    a_role().named("Clerk").insert(&town).await;
    a_group().named("Office").insert(&town).await;
    a_group()
        .named("Team")
        .inside("Office")
        .confers("Clerk")
        .insert(&town)
        .await;
    a_user()
        .named("bob")
        .with_role("Clerk")
        .in_group("Office")
        .insert(&town)
        .await;
    a_role().named("Clerk").of("Acme").insert(&town).await;
    a_group().named("Office").of("Acme").insert(&town).await;
    let ada = town.sign_in("ada").await;
    let names = |linked: &[LinkedRecord]| -> Vec<String> {
        linked.iter().map(|record| record.name.clone()).collect()
    };
    let user = UserRef::Name("bob".to_owned());
    let show = ShowUser {
        user,
        sensitive: false,
    };
    let bob = town.service.ask(&ada, show).await.unwrap().linked;
    assert_eq!(names(&bob.roles), ["/Clerk"]);
    assert_eq!(names(&bob.groups), ["/Office"]);
    let changes = UserChanges {
        roles: Some([names(&bob.roles), vec!["Member".to_owned()]].concat()),
        groups: Some(names(&bob.groups)),
        ..UserChanges::default()
    };
    let changed = update_user(&town, &ada, "bob", changes).await.unwrap();
    assert_eq!(changed, ["roles"]);
    let office = ShowGroup {
        group: RecordRef::from("/Office"),
    };
    let office = town.service.ask(&ada, office).await.unwrap();
    assert_eq!(names(&office.linked.member_groups), ["Team"]);
    let roles = ListRoles {
        search: "Clerk".to_owned(),
        limit: 10,
        ..ListRoles::default()
    };
    let roles = town.service.ask(&ada, roles).await.unwrap().rows;
    let mut offered: Vec<&str> = roles.iter().map(|role| role.full_name.as_str()).collect();
    offered.sort_unstable();
    assert_eq!(offered, ["/Clerk", "Acme/Clerk"]);
    // A filter takes the same names; the bare one means both.
    for (role, found) in [("/Clerk", 1), ("Acme/Clerk", 0), ("Clerk", 1)] {
        let list = ListUsers {
            filter: format!("role.direct:{role}"),
            ..ListUsers::default()
        };
        let holders = town.service.ask(&ada, list).await.unwrap().rows;
        assert_eq!(holders.len(), found, "{role}");
    }
    // Whoever sees only their own organization is told nothing of the others.
    let gail = town.sign_in("gail").await;
    let roles = ListRoles {
        search: "Clerk".to_owned(),
        limit: 10,
        ..ListRoles::default()
    };
    let roles = town.service.ask(&gail, roles).await.unwrap().rows;
    assert_eq!(roles.len(), 1);
    assert_eq!(roles[0].full_name, "Clerk");
}
