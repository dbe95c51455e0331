//! What an insider of little power tried, to come to more: by other organizations, by places, by trees, by the bin.

use crate::support::engine::Engine;
use crate::support::refusal::{denied, field, rule, unheld, users};
use crate::support::town::{NOON, Town, a_group, a_role, a_user};
use rstest::rstest;
use wardroom::domain::catalogue::CatalogueFile;
use wardroom::domain::permission::Level;
use wardroom::domain::plan::{Direction, Operation};
use wardroom::domain::status::Kind;
use wardroom::service::catalogue::ImportCatalogue;
use wardroom::service::groups::{
    CreateGroup, GroupChanges, GroupDetail, GroupDraft, ShowGroup, UpdateGroup,
};
use wardroom::service::jobs::{Holder, MemberChange, PlanMembers};
use wardroom::service::roles::{DeleteRole, RoleChanges, UpdateRole};
use wardroom::service::units::{DeleteUnit, UnitChanges, UpdateUnit};
use wardroom::service::users::{UpdateUser, UserChanges, UserRef};
use wardroom::service::{Consent, ListChange, NodeChanges, Result, Session};

fn texts(list: &[&str]) -> Vec<String> {
    list.iter().map(|&text| text.to_owned()).collect()
}

fn adding(list: &[&str]) -> ListChange {
    ListChange {
        add: texts(list),
        ..ListChange::default()
    }
}

async fn update_user(
    town: &Town,
    session: &Session,
    name: &str,
    changes: UserChanges,
) -> Result<()> {
    let update = UpdateUser {
        user: UserRef::Name(name.to_owned()),
        version: None,
        changes,
        consent: Consent::count(1),
    };
    town.service.perform(session, update).await.map(drop)
}

async fn update_role(town: &Town, session: &Session, role: &str, rules: &[&str]) -> Result<()> {
    let update = UpdateRole {
        role: role.into(),
        version: None,
        changes: RoleChanges {
            rules: adding(rules),
            ..RoleChanges::default()
        },
        consent: Consent::default(),
    };
    town.service.perform(session, update).await.map(drop)
}

async fn update_group(
    town: &Town,
    session: &Session,
    group: &str,
    changes: GroupChanges,
    consent: Consent,
) -> Result<()> {
    let update = UpdateGroup {
        group: group.into(),
        version: None,
        changes,
        consent,
    };
    town.service.perform(session, update).await.map(drop)
}

async fn move_unit(town: &Town, session: &Session, unit: &str, parent: &str) -> Result<()> {
    let update = UpdateUnit {
        unit: unit.into(),
        version: None,
        changes: UnitChanges {
            parent: Some(parent.to_owned()),
            ..UnitChanges::default()
        },
        consent: Consent::count(1),
    };
    town.service.perform(session, update).await.map(drop)
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn what_counts_everywhere_is_weighed_wherever_its_holders_work(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    a_role().named("Clerk").insert(&town).await;
    a_role()
        .named("Boss")
        .allows("view edit disable", "user", Level::Organization)
        .insert(&town)
        .await;
    a_role()
        .named("Role editor")
        .of("Acme")
        .allows("view edit delete", "role", Level::All)
        .allows("view edit", "group", Level::All)
        .allows("view edit disable", "user", Level::Organization)
        .insert(&town)
        .await;
    a_group().named("Club").insert(&town).await;
    a_user()
        .named("pal")
        .of("Globex")
        .with_role("Clerk")
        .in_group("Club")
        .insert(&town)
        .await;
    a_user()
        .named("eve")
        .with_role("Role editor")
        .insert(&town)
        .await;
    let eve = town.sign_in("eve").await;
    let rules = &["allow view,edit,disable on user at organization"];
    let by_role = update_role(&town, &eve, "Clerk", rules).await;
    let why = unheld(&town, &eve, by_role).await;
    assert!(why.contains("in another organization too"), "{why}");
    let own_rules = GroupChanges {
        rules: adding(rules),
        ..GroupChanges::default()
    };
    let why = rule(update_group(&town, &eve, "Club", own_rules, Consent::count(1)).await);
    assert!(why.contains("in another organization too"), "{why}");
    let conferring = GroupChanges {
        roles: adding(&["Boss"]),
        ..GroupChanges::default()
    };
    let why = rule(update_group(&town, &eve, "Club", conferring, Consent::count(1)).await);
    assert!(why.contains("in another organization too"), "{why}");
    let delete = DeleteRole {
        role: "Clerk".into(),
        move_holders_to: Some("Boss".into()),
        consent: Consent::count(1),
    };
    let why = rule(town.service.perform(&eve, delete).await);
    assert!(why.contains("in another organization too"), "{why}");
    // Where nobody works abroad there is nothing to weigh.
    a_role().named("Local").insert(&town).await;
    update_role(&town, &eve, "Local", rules).await.unwrap();
    town.verify().await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn nobody_is_brought_under_a_power_that_did_not_reach_them(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    a_role()
        .named("Division")
        .of("Acme")
        .allows("view delete disable", "user", Level::Division)
        .allows("view edit delete", "unit", Level::Organization)
        .insert(&town)
        .await;
    a_role()
        .named("Mover")
        .of("Acme")
        .allows("view edit assign", "user", Level::Organization)
        .allows("disable", "user", Level::Unit)
        .allows("view edit assign", "group", Level::Organization)
        .allows("delete", "group", Level::Unit)
        .allows("view", "unit", Level::Organization)
        .insert(&town)
        .await;
    for (name, role, unit) in [("eve", "Division", "Inside"), ("mia", "Mover", "Sales")] {
        a_user()
            .named(name)
            .with_role(role)
            .owned_by(unit)
            .assigned_to(unit)
            .insert(&town)
            .await;
    }
    a_user().named("vic").owned_by("Works").insert(&town).await;
    let group = a_group().named("Vault keys").of("Acme").insert(&town).await;
    let mut owned = wardroom::store::sql::Sql::new(
        "update groups set owner_unit_id = (select id from units where name = 'Works') where id = ",
    );
    owned.push_value(group);
    town.execute(owned).await;

    // A whole unit, under one's own, with people who weren't even seen.
    let eve = town.sign_in("eve").await;
    let why = rule(move_unit(&town, &eve, "Works", "Inside").await);
    assert!(
        why.starts_with("Somebody whom you may not see would come under others' user:"),
        "{why}"
    );
    // One person, and one group.
    let mia = town.sign_in("mia").await;
    let there = UserChanges {
        unit: Some("Sales".to_owned()),
        ..UserChanges::default()
    };
    let moved = update_user(&town, &mia, "vic", there).await;
    let why = unheld(&town, &mia, moved).await;
    assert!(
        why.starts_with("\"vic\" would come under others' user:d"),
        "{why}"
    );
    let there = GroupChanges {
        unit: Some("Sales".to_owned()),
        ..GroupChanges::default()
    };
    let moved = update_group(&town, &mia, "Vault keys", there, Consent::count(1)).await;
    let why = unheld(&town, &mia, moved).await;
    assert!(why.contains("others' group:delete"), "{why}");
    // Whoever comes to work in a unit reaches those in it.
    a_user()
        .named("pal")
        .with_role("Mover")
        .owned_by("Sales")
        .insert(&town)
        .await;
    let works = UserChanges {
        assigned_units: Some(texts(&["Works"])),
        ..UserChanges::default()
    };
    let why = rule(update_user(&town, &mia, "pal", works).await);
    assert!(why.contains("would come under others' user:d"), "{why}");
    town.verify().await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn rights_over_the_application_reach_no_further_by_a_place(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    a_role()
        .named("Stock")
        .of("Acme")
        .allows("view edit", "catalog.product", Level::Unit)
        .allows("view edit", "catalog.product", Level::Division)
        .insert(&town)
        .await;
    a_role()
        .named("Planner")
        .of("Acme")
        .allows("view edit assign", "user", Level::Organization)
        .allows("view edit delete", "unit", Level::Organization)
        .insert(&town)
        .await;
    a_user()
        .named("pal")
        .with_role("Stock")
        .owned_by("Sales")
        .assigned_to("Sales")
        .insert(&town)
        .await;
    a_user()
        .named("eve")
        .with_role("Planner")
        .insert(&town)
        .await;
    let eve = town.sign_in("eve").await;
    let works = UserChanges {
        assigned_units: Some(texts(&["Sales", "Works"])),
        ..UserChanges::default()
    };
    let assigned = update_user(&town, &eve, "pal", works).await;
    let why = unheld(&town, &eve, assigned).await;
    assert!(why.contains("view on catalog.product"), "{why}");
    let why = rule(move_unit(&town, &eve, "Works", "Sales").await);
    assert!(why.contains("view on catalog.product"), "{why}");
    let delete = DeleteUnit {
        unit: "Sales".into(),
        move_records_to: Some("Works".to_owned()),
        consent: Consent::count(1),
    };
    let why = rule(town.service.perform(&eve, delete).await);
    assert!(why.contains("view on catalog.product"), "{why}");
    town.verify().await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn what_a_privileged_tree_gives_is_power(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    let ada = town.sign_in("ada").await;
    let file = CatalogueFile::parse(
        "[[resource]]\nkey = \"vault\"\nlabel = \"Vault\"\nactions = [\"view\", \"publish\"]\nownership = \"tree\"\nprivileged = true\n",
    )
    .unwrap();
    let import = ImportCatalogue {
        file,
        replace: false,
        consent: Consent::default(),
    };
    town.service.perform(&ada, import).await.unwrap();
    a_group().named("Keepers").of("Acme").insert(&town).await;
    a_user()
        .named("kim")
        .in_group("Keepers")
        .insert(&town)
        .await;
    a_user().named("own").insert(&town).await;
    let nodes = || NodeChanges {
        entries: adding(&["vault:/=publish"]),
        starts: adding(&["vault:/"]),
    };
    let keepers = GroupChanges {
        nodes: nodes(),
        ..GroupChanges::default()
    };
    update_group(&town, &ada, "Keepers", keepers, Consent::count(1))
        .await
        .unwrap();
    let own = UserChanges {
        nodes: nodes(),
        ..UserChanges::default()
    };
    update_user(&town, &ada, "own", own).await.unwrap();
    let manu = town.sign_in("manu").await;
    for name in ["kim", "own"] {
        let plan = town.plan(&manu, Operation::Disable, &[name]).await;
        assert_eq!((plan.will_change, plan.refused), (0, 1), "{name}");
        let renamed = UserChanges {
            profile: vec![("first_name", "Evil".to_owned())],
            ..UserChanges::default()
        };
        let why = rule(update_user(&town, &manu, name, renamed).await);
        assert!(why.contains("holds publish on vault"), "{name}: {why}");
    }
    town.verify().await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn the_bin_gives_nothing_back_that_its_keeper_lacks(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    a_role()
        .named("Money")
        .of("Acme")
        .allows("approve", "order", Level::Organization)
        .insert(&town)
        .await;
    for (name, role) in [("rich", "Money"), ("poor", "Member")] {
        a_user()
            .named(name)
            .with_role(role)
            .deleted(NOON)
            .insert(&town)
            .await;
    }
    let manu = town.sign_in("manu").await;
    let plan = town
        .plan(&manu, Operation::Restore, &["rich", "poor"])
        .await;
    assert_eq!((plan.will_change, plan.refused), (1, 1));
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn others_profiles_are_given_only_by_who_has_them(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    a_role()
        .named("Role editor")
        .allows("view edit", "role", Level::All)
        .insert(&town)
        .await;
    a_role().named("Target").insert(&town).await;
    a_user()
        .named("eve")
        .with_role("Role editor")
        .insert(&town)
        .await;
    let eve = town.sign_in("eve").await;
    let everybody = &["allow view,edit on profile at all"];
    let given = update_role(&town, &eve, "Target", everybody).await;
    let why = unheld(&town, &eve, given).await;
    assert!(why.contains("profile:"), "{why}");
    let own = &["allow view on profile at own"];
    update_role(&town, &eve, "Target", own).await.unwrap();
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn sections_open_only_to_whom_their_giver_may_open_them(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    let ada = town.sign_in("ada").await;
    let file = CatalogueFile::parse("[[section]]\nkey = \"media\"\n").unwrap();
    let import = ImportCatalogue {
        file,
        replace: false,
        consent: Consent::default(),
    };
    town.service.perform(&ada, import).await.unwrap();
    a_group().named("Press").of("Acme").insert(&town).await;
    let media = GroupChanges {
        sections: adding(&["media"]),
        ..GroupChanges::default()
    };
    update_group(&town, &ada, "Press", media, Consent::default())
        .await
        .unwrap();
    let press = || UserChanges {
        groups: Some(texts(&["Press"])),
        ..UserChanges::default()
    };
    let manu = town.sign_in("manu").await;
    let why = rule(update_user(&town, &manu, "mem", press()).await);
    assert!(why.contains("This opens the section media"), "{why}");
    // Whoever edits groups everywhere opens what they like.
    update_user(&town, &ada, "mem", press()).await.unwrap();
    town.verify().await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn nobody_puts_a_record_in_the_place_of_a_system_wide_one(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    a_group().named("Desk crew").insert(&town).await;
    let manu = town.sign_in("manu").await;
    let create = |name: &str| CreateGroup {
        draft: GroupDraft {
            name: name.to_owned(),
            ..GroupDraft::default()
        },
    };
    let taken = town.service.perform(&manu, create("administrators")).await;
    let (_, why) = field(taken);
    assert!(why.contains("the name of a built-in group"), "{why}");
    let own = town.service.perform(&manu, create("Desk Crew")).await;
    own.unwrap();
    // From now on the bare name means neither.
    let ada = town.sign_in("ada").await;
    let crew = async |name: &str| {
        let group = name.into();
        town.service.ask(&ada, ShowGroup { group }).await
    };
    let said = crew("Desk crew").await.unwrap_err().to_string();
    assert_eq!(
        said,
        "More than one group is named \"Desk crew\": write /Desk crew or Acme/Desk Crew."
    );
    let home = |group: GroupDetail| group.organization;
    assert_eq!(home(crew("/Desk crew").await.unwrap()), None);
    let own = home(crew("Acme/Desk crew").await.unwrap());
    assert_eq!(own.as_deref(), Some("Acme"));
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn whoever_only_edits_shuts_nobody_out(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    a_role()
        .named("Scribe")
        .of("Acme")
        .allows("view edit", "user", Level::Organization)
        .insert(&town)
        .await;
    a_user()
        .named("eve")
        .with_role("Scribe")
        .insert(&town)
        .await;
    let eve = town.sign_in("eve").await;
    let ending = |day: &str| UserChanges {
        expires: Some(day.to_owned()),
        ..UserChanges::default()
    };
    let shut = update_user(&town, &eve, "mem", ending("today")).await;
    assert_eq!(denied(shut), "user:disable");
    let service = UserChanges {
        kind: Some(Kind::Service),
        ..UserChanges::default()
    };
    let shut = update_user(&town, &eve, "mem", service).await;
    assert_eq!(denied(shut), "user:disable");
    update_user(&town, &eve, "mem", ending("2099-12-31"))
        .await
        .unwrap();
    town.verify().await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn power_is_measured_where_it_counts(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    a_role()
        .named("Chief")
        .of("Globex")
        .allows("view edit disable", "user", Level::Organization)
        .insert(&town)
        .await;
    // Each of them holds no more than a manager does; but not where a manager of Acme does.
    let there = |name: &str| a_user().named(name).may_enter("Globex");
    there("chief").with_role("Chief").insert(&town).await;
    there("mate").with_role("Manager").insert(&town).await;
    a_user()
        .named("peer")
        .with_role("Manager")
        .insert(&town)
        .await;
    let manu = town.sign_in("manu").await;
    let people = ["chief", "mate", "peer"];
    let plan = town.plan(&manu, Operation::Disable, &people).await;
    let refused = plan.refusals.iter().map(|one| one.name.as_str());
    assert_eq!(refused.collect::<Vec<_>>(), ["chief", "mate"]);
    let rename = || UserChanges {
        profile: vec![("title", "Lead".to_owned())],
        ..UserChanges::default()
    };
    let why = rule(update_user(&town, &manu, "chief", rename()).await);
    assert!(
        why.contains("in another organization, which you don't hold there: ask"),
        "{why}"
    );
    // Whoever holds as much in both acts on them, from either.
    a_user()
        .named("both")
        .may_enter("Globex")
        .with_role("Manager")
        .insert(&town)
        .await;
    let both = town.sign_in("both").await;
    let plan = town.plan(&both, Operation::Disable, &people).await;
    assert_eq!((plan.will_change, plan.refused), (3, 0));
    update_user(&town, &both, "chief", rename()).await.unwrap();
    town.verify().await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn nothing_is_given_for_units_that_its_giver_does_not_reach(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    a_role()
        .named("Refunds")
        .of("Acme")
        .allows("approve", "order", Level::Unit)
        .insert(&town)
        .await;
    a_role().named("Idle").of("Acme").insert(&town).await;
    a_group()
        .named("Crew")
        .of("Acme")
        .allows("approve", "order", Level::Unit)
        .insert(&town)
        .await;
    a_group().named("Club").of("Acme").insert(&town).await;
    a_role()
        .named("Foreman")
        .of("Acme")
        .allows("view create edit", "user", Level::Organization)
        .allows("view edit members", "role", Level::Organization)
        .allows("view edit members", "group", Level::Organization)
        .allows("view", "unit", Level::Organization)
        .allows("approve", "order", Level::Division)
        .insert(&town)
        .await;
    let worker = |name: &str, unit: &str| a_user().named(name).assigned_to(unit);
    worker("ina", "Inside")
        .with_role("Idle")
        .insert(&town)
        .await;
    worker("walt", "Works")
        .with_role("Idle")
        .in_group("Club")
        .insert(&town)
        .await;
    worker("eve", "Sales")
        .with_role("Foreman")
        .insert(&town)
        .await;
    let eve = town.sign_in("eve").await;
    let beyond = "This gives approve on order at level unit in Works too, where yours doesn't reach; ask an administrator.";
    // To who works in or below her unit, yes; to who works elsewhere, no, by no way.
    let roles = || UserChanges {
        roles: Some(texts(&["Refunds"])),
        ..UserChanges::default()
    };
    update_user(&town, &eve, "ina", roles()).await.unwrap();
    let refused = update_user(&town, &eve, "walt", roles()).await;
    assert_eq!(unheld(&town, &eve, refused).await, beyond);
    let groups = UserChanges {
        groups: Some(texts(&["Crew"])),
        ..UserChanges::default()
    };
    let refused = update_user(&town, &eve, "walt", groups).await;
    assert_eq!(unheld(&town, &eve, refused).await, beyond);
    let own_rules = GroupChanges {
        rules: adding(&["allow approve on order at unit"]),
        ..GroupChanges::default()
    };
    let refused = update_group(&town, &eve, "Club", own_rules, Consent::count(1)).await;
    assert_eq!(unheld(&town, &eve, refused).await, beyond);
    let conferring = GroupChanges {
        roles: adding(&["Refunds"]),
        ..GroupChanges::default()
    };
    let refused = update_group(&town, &eve, "Club", conferring, Consent::count(1)).await;
    assert_eq!(unheld(&town, &eve, refused).await, beyond);
    let nesting = GroupChanges {
        groups: adding(&["Club"]),
        ..GroupChanges::default()
    };
    let refused = update_group(&town, &eve, "Crew", nesting, Consent::count(1)).await;
    assert_eq!(unheld(&town, &eve, refused).await, beyond);
    // Nor by a unit that somebody comes to with what they have.
    let works = UserChanges {
        assigned_units: Some(texts(&["Inside", "Works"])),
        ..UserChanges::default()
    };
    let refused = update_user(&town, &eve, "ina", works).await;
    assert_eq!(unheld(&town, &eve, refused).await, beyond);
    // A plan leaves out whom it concerns.
    let change = MemberChange {
        holder: Holder::Group("Crew".into()),
        direction: Direction::Add,
    };
    let plan = PlanMembers::new(users(&["ina", "walt"]), vec![change]);
    let plan = town.service.perform(&eve, plan).await.unwrap();
    assert_eq!((plan.will_change, plan.refused), (1, 1));
    assert_eq!(
        plan.refusals.first().map(|one| one.reason.as_str()),
        Some("works where your approve on order at level unit doesn't reach")
    );
    town.verify().await;
}
