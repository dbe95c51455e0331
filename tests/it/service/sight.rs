//! What an operator may not see isn't named to them, and stays as it is when they save.

use crate::support::engine::Engine;
use crate::support::records::{
    create_role, create_user as create, list, role_draft, update_user as update,
};
use crate::support::refusal::users;
use crate::support::town::{Town, UserBuilder, a_group, a_role, a_user};
use rstest::rstest;
use wardroom::domain::permission::Level;
use wardroom::service::audit::ListAudit;
use wardroom::service::groups::{DeleteGroup, ListGroups, ShowGroup};
use wardroom::service::jobs::{Direction, Holder, ListJobs, MemberChange, Operation, PlanMembers};
use wardroom::service::organizations::{CreateOrganization, DeleteOrganization, ListOrganizations};
use wardroom::service::roles::{ListRoles, RoleDraft};
use wardroom::service::units::{ListUnits, ShowUnit};
use wardroom::service::users::{ShowUser, Timeline, UserChanges, UserDetail, UserDraft, UserRef};
use wardroom::service::{Consent, Error, Home, Result, Session};
use wardroom::store::sql::Sql;

/// vic belongs to records of Acme and of Globex. looker sees people, loner people of Inside and what lies in it.
async fn town(engine: Engine) -> Town {
    let town = Town::new(engine).await;
    for (name, home) in [("Reader", None), ("Lab hand", Some("Globex"))] {
        let role = a_role().named(name);
        match home {
            Some(home) => role.of(home).insert(&town).await,
            None => role.insert(&town).await,
        };
    }
    let readers = a_group().named("Readers").of("Acme").confers("Reader");
    readers.insert(&town).await;
    a_group()
        .named("HiddenGroup")
        .of("Globex")
        .insert(&town)
        .await;
    let own = "update groups set owner_unit_id = (select id from units where name = 'Sales')
         where name = 'Readers'";
    town.execute(Sql::new(own)).await;
    let vic = a_user()
        .named("vic")
        .with_role("Member")
        .with_role("Lab hand")
        .in_group("Readers")
        .in_group("HiddenGroup")
        .owned_by("Sales")
        .assigned_to("Works")
        .may_enter("Globex");
    let vic = UserBuilder {
        manager: Some(town.id("gus").await),
        assigned: list(&["Works", "Lab"]),
        ..vic
    };
    vic.insert(&town).await;
    a_role()
        .named("Looker")
        .allows("view create", "user", Level::Organization)
        .allows("view", "role", Level::Organization)
        .insert(&town)
        .await;
    a_role()
        .named("Loner")
        .allows("view", "user", Level::Unit)
        .allows("view", "unit", Level::Unit)
        .allows("view", "group", Level::Unit)
        .insert(&town)
        .await;
    a_user()
        .named("looker")
        .with_role("Looker")
        .insert(&town)
        .await;
    for (name, unit) in [("loner", "Inside"), ("seller", "Sales")] {
        let user = a_user().named(name).with_role("Loner").owned_by(unit);
        user.assigned_to(unit).insert(&town).await;
    }
    town
}

async fn show(town: &Town, session: &Session, name: &str) -> UserDetail {
    let show = ShowUser {
        user: UserRef::Name(name.to_owned()),
        sensitive: false,
    };
    town.service.ask(session, show).await.unwrap()
}

/// manager, organizations, units, groups, roles with the groups that confer them
fn belongings(user: &UserDetail) -> String {
    let roles = user.role_sources.iter().map(|held| match &held.via {
        Some(via) => format!("{} via {via}", held.role),
        None => held.role.clone(),
    });
    [
        list(&[user.manager.as_deref().unwrap_or("nobody")]),
        user.organizations.clone(),
        user.units.clone(),
        user.groups.clone(),
        roles.collect(),
    ]
    .map(|names| names.join(", "))
    .join("; ")
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_user_is_shown_with_what_the_asker_may_see(#[case] engine: Engine) {
    let town = town(engine).await;
    let ada = town.sign_in("ada").await;
    let all =
        "gus; Acme, Globex; Lab, Works; HiddenGroup, Readers; Lab hand, Member, Reader via Readers";
    assert_eq!(belongings(&show(&town, &ada, "vic").await), all);
    let manu = town.sign_in("manu").await;
    assert_eq!(
        belongings(&show(&town, &manu, "vic").await),
        "nobody; Acme; Works; Readers; Member, Reader via Readers"
    );
    let looker = town.sign_in("looker").await;
    let seen = show(&town, &looker, "vic").await;
    assert_eq!(belongings(&seen), "nobody; ; ; ; Member, Reader via •••");
    assert_eq!(seen.roles, ["Member", "Reader"]);
    let seller = town.sign_in("seller").await;
    let seen = show(&town, &seller, "vic").await;
    assert_eq!(belongings(&seen), "nobody; ; ; Readers; ");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn what_is_out_of_sight_stays_in_a_save(#[case] engine: Engine) {
    let town = town(engine).await;
    let manu = town.sign_in("manu").await;
    let changes = UserChanges {
        profile: vec![("title", "Lead".to_owned())],
        organizations: Some(list(&["Acme"])),
        assigned_units: Some(list(&["Works"])),
        groups: Some(list(&["Readers"])),
        roles: Some(list(&["Member"])),
        ..UserChanges::default()
    };
    let changed = update(&town, &manu, "vic", changes).await.unwrap();
    assert_eq!(changed, ["title"]);
    let ada = town.sign_in("ada").await;
    assert_eq!(
        belongings(&show(&town, &ada, "vic").await),
        "gus; Acme, Globex; Lab, Works; HiddenGroup, Readers; Lab hand, Member, Reader via Readers"
    );
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn groups_and_units_are_shown_with_what_the_asker_may_see(#[case] engine: Engine) {
    let town = town(engine).await;
    let seller = town.sign_in("seller").await;
    let readers = ShowGroup {
        group: "Readers".into(),
    };
    let seen = town.service.ask(&seller, readers.clone()).await.unwrap();
    assert_eq!(
        (seen.owner_unit.as_deref(), seen.roles),
        (Some("Sales"), vec![])
    );
    let looking = ListGroups {
        search: "readers".to_owned(),
        limit: 9,
        ..ListGroups::default()
    };
    let rows = town
        .service
        .ask(&seller, looking.clone())
        .await
        .unwrap()
        .rows;
    assert_eq!(rows[0].roles, [""; 0]);
    let manu = town.sign_in("manu").await;
    let rows = town.service.ask(&manu, looking).await.unwrap().rows;
    assert_eq!(rows[0].roles, ["Reader"]);
    let grouper = a_role()
        .named("Grouper")
        .allows("view", "group", Level::Organization);
    grouper.insert(&town).await;
    let grouper = a_user().named("grouper").with_role("Grouper");
    grouper.insert(&town).await;
    let grouper = town.sign_in("grouper").await;
    let seen = town.service.ask(&grouper, readers).await.unwrap();
    assert_eq!((seen.owner_unit, seen.roles), (None, vec![]));

    let sales = ShowUnit {
        unit: "Sales".into(),
    };
    let seen = town.service.ask(&seller, sales.clone()).await.unwrap();
    assert_eq!((seen.parent, seen.path, seen.units), (None, vec![], vec![]));
    let rows = town.service.ask(
        &seller,
        ListUnits {
            limit: 9,
            ..ListUnits::default()
        },
    );
    let rows = rows.await.unwrap().rows;
    assert_eq!((rows.len(), rows[0].parent.as_deref()), (1, None));
    // Inside lies below and out of sight.
    assert_eq!(rows[0].units, 0);
    let seen = town.service.ask(&manu, sales).await.unwrap();
    assert_eq!(
        (seen.parent.as_deref(), seen.path, seen.units),
        (Some("Acme"), list(&["Acme"]), list(&["Inside"]))
    );
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_copy_takes_what_its_maker_may_see(#[case] engine: Engine) {
    let town = town(engine).await;
    let like = || UserDraft {
        like: Some("vic".to_owned()),
        ..UserDraft::default()
    };
    let manu = town.sign_in("manu").await;
    create(&town, &manu, "vera", like()).await.unwrap();
    let ada = town.sign_in("ada").await;
    let vera = show(&town, &ada, "vera").await;
    assert_eq!(
        belongings(&vera),
        "nobody; Acme; Works; Readers; Member, Reader via Readers"
    );
    assert_eq!(vera.owner_unit, "Sales");
    let looker = town.sign_in("looker").await;
    create(&town, &looker, "vito", like()).await.unwrap();
    let vito = show(&town, &ada, "vito").await;
    assert_eq!(belongings(&vito), "nobody; Acme; ; ; Member");
    assert_eq!(vito.owner_unit, "Acme");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn who_can_help_names_roles_in_sight(#[case] engine: Engine) {
    let town = town(engine).await;
    let secret = a_role()
        .named("TopSecretRole")
        .allows("purge sign-out", "user", Level::All);
    secret.insert(&town).await;
    let help = |denied: Result<wardroom::service::jobs::Plan>| match denied {
        Err(Error::Denied { who_can_help, .. }) => who_can_help,
        other => panic!("not denied: {other:?}"),
    };
    // Whose right doesn't reach far enough reads it in the same words.
    let maker = a_role().named("Maker");
    let maker = maker.allows("view create", "role", Level::Organization);
    maker.insert(&town).await;
    a_user().named("mae").with_role("Maker").insert(&town).await;
    let mae = town.sign_in("mae").await;
    let everywhere = RoleDraft {
        home: Home::SystemWide,
        ..role_draft("Wide")
    };
    match create_role(&town, &mae, everywhere).await {
        Err(Error::Denied { who_can_help, .. }) => {
            assert_eq!(who_can_help, ["whoever has the role Administrator"]);
        }
        other => panic!("not denied: {other:?}"),
    }
    let looker = town.sign_in("looker").await;
    let denied = town.try_plan(&looker, Operation::SignOut, &["mem"]).await;
    let names = help(denied);
    assert!(
        names.contains(&"whoever has the role TopSecretRole".to_owned()),
        "{names:?}"
    );
    for name in ["mem", "loner"] {
        let session = town.sign_in(name).await;
        let denied = town.try_plan(&session, Operation::SignOut, &["mem"]).await;
        let words = denied.as_ref().unwrap_err().to_string();
        assert!(words.ends_with("; ask an administrator for it."), "{words}");
        assert_eq!(help(denied), [""; 0]);
    }
}

/// The names of those to whom something was done, as an auditor reads them.
async fn audited(town: &Town, session: &Session, action: &str) -> Vec<String> {
    let list = ListAudit {
        action: Some(action.to_owned()),
        limit: 100,
        ..ListAudit::default()
    };
    let found = town.service.ask(session, list).await.unwrap();
    let mut names: Vec<String> = found.entries.into_iter().map(|row| row.target).collect();
    names.sort_unstable();
    names
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn what_is_done_is_seen_where_it_is_done_to_somebody(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    a_role()
        .named("Watcher")
        .allows("view", "audit", Level::Organization)
        .allows("view", "job", Level::Organization)
        .insert(&town)
        .await;
    let watcher = |name: &str| a_user().named(name).with_role("Watcher");
    watcher("here").insert(&town).await;
    watcher("there").of("Globex").insert(&town).await;
    a_group().named("Guild").of("Globex").insert(&town).await;
    // Ada works in Acme, and acts on people of both.
    let ada = town.sign_in("ada").await;
    town.perform(&ada, Operation::Disable, &["mem"]).await;
    town.perform(&ada, Operation::Disable, &["edie", "gus"])
        .await;
    let delete = DeleteGroup {
        group: "Globex/Guild".into(),
        consent: Consent::count(1),
    };
    town.service.perform(&ada, delete).await.unwrap();
    let create = CreateOrganization {
        name: "Initech".to_owned(),
        description: String::new(),
    };
    town.service.perform(&ada, create).await.unwrap();
    let delete = DeleteOrganization {
        organization: "Initech".into(),
        consent: Consent::count(1),
    };
    town.service.perform(&ada, delete).await.unwrap();
    let (here, there) = (town.sign_in("here").await, town.sign_in("there").await);
    assert_eq!(
        audited(&town, &here, "user_disabled").await,
        ["edie", "mem"]
    );
    assert_eq!(audited(&town, &there, "user_disabled").await, ["gus"]);
    assert!(audited(&town, &here, "group_deleted").await.is_empty());
    assert_eq!(
        audited(&town, &there, "group_deleted").await,
        ["Globex/Guild"]
    );
    // What is done to an organization stays its own when it is gone.
    for (session, seen) in [(&here, 0), (&there, 0), (&ada, 1)] {
        let rows = audited(&town, session, "organization_deleted").await;
        assert_eq!(rows.len(), seen);
    }
    // A job belongs where it was begun; one that reached others is seen by whoever sees them all.
    let jobs = async |session: &Session| {
        let list = ListJobs {
            limit: 100,
            unfinished: false,
        };
        town.service.ask(session, list).await.unwrap().len()
    };
    assert_eq!((jobs(&here).await, jobs(&there).await), (1, 0));
    assert_eq!(jobs(&ada).await, 2);
    assert_eq!(audited(&town, &here, "job_started").await.len(), 1);
    town.verify().await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn what_is_out_of_sight_is_not_counted(#[case] engine: Engine) {
    let town = town(engine).await;
    a_role()
        .named("Surveyor")
        .allows("view", "organization", Level::Organization)
        .allows("view", "role", Level::Organization)
        .allows("view", "unit", Level::Division)
        .insert(&town)
        .await;
    a_user()
        .named("sue")
        .with_role("Surveyor")
        .assigned_to("Sales")
        .insert(&town)
        .await;
    let counted = async |name: &str| {
        let session = town.sign_in(name).await;
        let organizations = ListOrganizations {
            search: "Acme".to_owned(),
            limit: 9,
            cap: None,
        };
        let roles = ListRoles {
            search: "Reader".to_owned(),
            limit: 9,
            ..ListRoles::default()
        };
        let organizations = town.service.ask(&session, organizations).await.unwrap();
        let roles = town.service.ask(&session, roles).await.unwrap();
        (organizations.rows[0].units, roles.rows[0].groups)
    };
    assert_eq!(counted("sue").await, (2, 0));
    assert_eq!(counted("manu").await, (4, 1));
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_refused_gift_names_no_role_that_is_out_of_sight(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    a_role()
        .named("Secret")
        .allows("purge", "user", Level::Organization)
        .insert(&town)
        .await;
    a_group()
        .named("Band")
        .of("Acme")
        .confers("Secret")
        .insert(&town)
        .await;
    let adder = || {
        a_role().allows("view", "user", Level::Organization).allows(
            "view members",
            "group",
            Level::Organization,
        )
    };
    adder().named("Adder").insert(&town).await;
    let seeing = adder().named("Seer");
    seeing
        .allows("view", "role", Level::Organization)
        .insert(&town)
        .await;
    let refused = async |role: &str| {
        let name = role.to_lowercase();
        a_user().named(&name).with_role(role).insert(&town).await;
        let session = town.sign_in(&name).await;
        let change = MemberChange {
            holder: Holder::Group("Band".into()),
            direction: Direction::Add,
        };
        let plan = PlanMembers::new(users(&["mem"]), vec![change]);
        let plan = town.service.perform(&session, plan).await.unwrap();
        plan.refusals[0].reason.clone()
    };
    assert_eq!(
        refused("Adder").await,
        "A role that you may not see gives user:purge at level organization, which you don't hold yourself; ask an administrator to give it"
    );
    assert_eq!(
        refused("Seer").await,
        "The role \"Secret\" gives user:purge at level organization, which you don't hold yourself; ask an administrator to give it"
    );
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_history_names_nothing_that_is_out_of_sight(#[case] engine: Engine) {
    let town = town(engine).await;
    a_role()
        .named("Chronicler")
        .allows("view", "audit", Level::Organization)
        .allows("view", "user", Level::Organization)
        .allows("view", "role", Level::Organization)
        .allows("view", "group", Level::Organization)
        .insert(&town)
        .await;
    a_user()
        .named("carl")
        .with_role("Chronicler")
        .insert(&town)
        .await;
    let ada = town.sign_in("ada").await;
    let changes = UserChanges {
        roles: Some(list(&["Reader"])),
        groups: Some(list(&["Acme/Readers"])),
        ..UserChanges::default()
    };
    update(&town, &ada, "vic", changes).await.unwrap();
    let carl = town.sign_in("carl").await;
    let asked = ListAudit {
        action: Some("user_updated".to_owned()),
        limit: 9,
        ..ListAudit::default()
    };
    for masked in [false, true] {
        let asked = ListAudit {
            masked,
            ..asked.clone()
        };
        let found = town.service.ask(&carl, asked).await.unwrap();
        let changes = &found.entries[0].changes;
        assert_eq!(
            changes["roles"],
            serde_json::json!([["•••", "Member"], ["Reader"]])
        );
        assert_eq!(
            changes["groups"],
            serde_json::json!([["•••", "Readers"], ["Readers"]])
        );
    }
    let history = Timeline {
        user: town.id("vic").await,
        before: None,
        limit: 9,
    };
    let history = town.service.ask(&carl, history).await.unwrap();
    let told: String = history.iter().map(|entry| entry.text.as_str()).collect();
    assert!(told.contains("•••") && !told.contains("Hidden"), "{told}");
}
