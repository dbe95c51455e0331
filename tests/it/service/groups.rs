//! Groups: how they are made, changed and deleted, and who gets in and out.

use crate::support::engine::Engine;
use crate::support::members::{self, Outcome, change_members};
use crate::support::refusal::{conflict, denied, field, missing, rule, unconfirmed, users};
use crate::support::saving::edited;
use crate::support::town::{Town, a_group, a_role, a_user};
use rstest::rstest;
use wardroom::domain::permission::Level;
use wardroom::service::groups::{
    CreateGroup, CreatedGroup, DeleteGroup, GroupChanges, GroupDetail, GroupDraft, ListGroups,
    ShowGroup, UpdateGroup,
};
use wardroom::service::jobs::{Confirmation, Direction, Targets};
use wardroom::service::roles::ListRoles;
use wardroom::service::{Consent, Home, ListChange, RecordRef, Result, Session};
use wardroom::store::sql::Sql;

fn draft(name: &str) -> GroupDraft {
    GroupDraft {
        name: name.to_owned(),
        ..GroupDraft::default()
    }
}

fn system_wide(name: &str) -> GroupDraft {
    GroupDraft {
        home: Home::SystemWide,
        ..draft(name)
    }
}

fn rules(list: &[&str]) -> ListChange {
    ListChange::to(list.iter().map(|&text| text.to_owned()).collect())
}

fn certain(number: i64) -> Consent {
    Consent {
        reason: "a test".to_owned(),
        ..Consent::count(number)
    }
}

async fn create(town: &Town, session: &Session, draft: GroupDraft) -> Result<CreatedGroup> {
    town.service.perform(session, CreateGroup { draft }).await
}

async fn update(
    town: &Town,
    session: &Session,
    group: &str,
    changes: GroupChanges,
) -> Result<Vec<String>> {
    let update = UpdateGroup {
        group: group.into(),
        version: None,
        changes,
        consent: Consent::default(),
    };
    edited(&town.service, session, update).await
}

async fn delete(town: &Town, session: &Session, group: &str) -> Result<()> {
    let delete = DeleteGroup {
        group: group.into(),
        consent: certain(1),
    };
    town.service.perform(session, delete).await
}

async fn show(town: &Town, session: &Session, group: &str) -> Result<GroupDetail> {
    let group = RecordRef::from(group);
    town.service.ask(session, ShowGroup { group }).await
}

async fn add(
    town: &Town,
    session: &Session,
    group: &str,
    targets: Targets,
    consent: Consent,
) -> Result<Outcome> {
    let change = members::group(group, Direction::Add);
    change_members(town, session, &[change], targets, consent).await
}

async fn remove(
    town: &Town,
    session: &Session,
    group: &str,
    targets: Targets,
    consent: Consent,
) -> Result<Outcome> {
    let change = members::group(group, Direction::Remove);
    change_members(town, session, &[change], targets, consent).await
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn are_made_listed_and_shown(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    let ada = town.sign_in("ada").await;
    let group = GroupDraft {
        description: "Sells to the south".to_owned(),
        roles: vec!["Helpdesk".to_owned()],
        unit: Some("Sales".to_owned()),
        rules: rules(&[
            "allow view,edit on user at unit",
            "allow publish on content",
            "deny delete on user",
        ]),
        ..draft("Sales Süd")
    };
    let made = create(&town, &ada, group).await.unwrap();
    assert_eq!(made.alias, "salesSüd");
    assert_eq!(made.organization.as_deref(), Some("Acme"));

    let detail = show(&town, &ada, "sales süd").await.unwrap();
    assert_eq!(detail.owner_unit.as_deref(), Some("Sales"));
    assert_eq!(detail.roles, ["Helpdesk"]);
    assert_eq!(
        detail.rules,
        [
            "allow view,edit on user at unit",
            "allow publish on content at all",
            "deny delete on user"
        ]
    );
    assert_eq!((detail.member_count, detail.version), (0, 1));

    let list = ListGroups {
        search: "SUD south".to_owned(),
        limit: 10,
        ..ListGroups::default()
    };
    let list = town.service.ask(&ada, list).await.unwrap();
    assert_eq!(list.rows.len(), 1);
    assert_eq!(list.rows[0].name, "Sales Süd");
    assert!(!list.more);
    let all = ListGroups {
        limit: 2,
        ..ListGroups::default()
    };
    let all = town.service.ask(&ada, all).await.unwrap();
    let names: Vec<&str> = all.rows.iter().map(|row| row.name.as_str()).collect();
    assert_eq!(names, ["Administrators", "Authors"]);
    assert_eq!(all.rows[1].roles, ["Editor"]);
    assert_eq!(all.rows[1].members.number, 1);
    assert!(all.more);

    let audit = town.audit("group_created").await;
    assert_eq!(audit.len(), 1);
    assert!(audit[0].starts_with("done Acme/Sales Süd "), "{audit:?}");
    assert!(
        audit[0].contains(r#""roles":[[],["Helpdesk"]]"#),
        "{audit:?}"
    );
    town.verify().await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn have_names_and_aliases_of_their_own(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    let ada = town.sign_in("ada").await;
    create(&town, &ada, draft("Night Shift")).await.unwrap();
    let (name, message) = field(create(&town, &ada, draft("NIGHT shift")).await);
    assert_eq!(name, "name");
    assert!(
        message.contains("taken by another group in Acme"),
        "{message}"
    );
    // The same words make the same alias: a number tells them apart.
    let made = create(&town, &ada, draft("Night-Shift")).await.unwrap();
    assert_eq!(made.alias, "nightShift2");
    // Another organization, and the system-wide groups, have names of their own.
    let made = create(&town, &ada, draft("globex/Night Shift"))
        .await
        .unwrap();
    assert_eq!(made.organization.as_deref(), Some("Globex"));
    assert_eq!(made.alias, "nightShift");
    // Where several bear a name, the one of the organization worked in is meant.
    let here = show(&town, &ada, "Night Shift").await.unwrap();
    assert_eq!(here.organization.as_deref(), Some("Acme"));
    let made = create(&town, &ada, system_wide("Night Shift"))
        .await
        .unwrap();
    assert_eq!(made.organization, None);
    let there = show(&town, &ada, "Globex/night shift").await.unwrap();
    assert_eq!(there.organization.as_deref(), Some("Globex"));

    let alias = |alias: &str| GroupDraft {
        alias: Some(alias.to_owned()),
        ..draft("Others")
    };
    let (name, message) = field(create(&town, &ada, alias("nightShift")).await);
    assert_eq!(name, "alias");
    assert!(message.contains("choose another alias"), "{message}");
    assert_eq!(field(create(&town, &ada, alias("a b")).await).0, "alias");
    for bad in ["", "a*b", "-x", "line\nbreak"] {
        assert_eq!(field(create(&town, &ada, draft(bad)).await).0, "name");
    }
    // A new name leaves the alias as it is.
    let rename = GroupChanges {
        name: Some("Late Shift".to_owned()),
        ..GroupChanges::default()
    };
    let noted = update(&town, &ada, "Night-Shift", rename).await.unwrap();
    assert_eq!(noted, ["name"]);
    let renamed = show(&town, &ada, "Late Shift").await.unwrap();
    assert_eq!(
        (renamed.alias.as_str(), renamed.version),
        ("nightShift2", 2)
    );
    town.verify().await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn are_made_only_where_a_right_reaches(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    let manu = town.sign_in("manu").await;
    create(&town, &manu, draft("Mine")).await.unwrap();
    assert_eq!(
        denied(create(&town, &manu, system_wide("Ours")).await),
        "group:create"
    );
    assert_eq!(
        missing(create(&town, &manu, draft("Globex/Theirs")).await),
        "organization"
    );
    let hana = town.sign_in("hana").await;
    assert_eq!(
        denied(create(&town, &hana, draft("Hers")).await),
        "group:create"
    );
    let gail = town.sign_in("gail").await;
    assert_eq!(missing(show(&town, &gail, "Acme/Mine").await), "group");
    // A system-wide group is seen at organization and changed only at all.
    assert_eq!(
        show(&town, &manu, "Authors").await.unwrap().organization,
        None
    );
    let describe = GroupChanges {
        description: Some("x".to_owned()),
        ..GroupChanges::default()
    };
    assert_eq!(
        denied(update(&town, &manu, "Authors", describe).await),
        "group:edit"
    );
    assert_eq!(
        denied(delete(&town, &manu, "Authors").await),
        "group:delete"
    );
    let joining = add(&town, &manu, "Authors", users(&["mem"]), Consent::default()).await;
    assert_eq!(denied(joining), "group:members");
    // At the level of a unit, only groups of one's own units.
    a_role()
        .named("Clerk")
        .allows("view create edit", "group", Level::Unit)
        .allows("view", "unit", Level::Organization)
        .insert(&town)
        .await;
    a_user()
        .named("cleo")
        .with_role("Clerk")
        .assigned_to("Works")
        .insert(&town)
        .await;
    let cleo = town.sign_in("cleo").await;
    let of_unit = |unit: &str| GroupDraft {
        unit: Some(unit.to_owned()),
        ..draft("Welders")
    };
    assert_eq!(
        denied(create(&town, &cleo, of_unit("Sales")).await),
        "group:create"
    );
    create(&town, &cleo, of_unit("Works")).await.unwrap();
    assert_eq!(show(&town, &cleo, "Welders").await.unwrap().name, "Welders");
    assert_eq!(missing(show(&town, &cleo, "Mine").await), "group");
    assert_eq!(town.audit("authz_fail").await.len(), 6);
    town.verify().await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn confer_only_what_their_maker_holds(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    let manu = town.sign_in("manu").await;
    let conferring = |role: &str| GroupDraft {
        roles: vec![role.to_owned()],
        ..draft("Climbers")
    };
    let why = rule(create(&town, &manu, conferring("Administrator")).await);
    assert!(why.contains("\"Administrator\" gives user:"), "{why}");
    // The rules of the managed application count as well.
    let why = rule(create(&town, &manu, conferring("Editor")).await);
    assert!(
        why.contains("gives view on catalog.product at level all"),
        "{why}"
    );
    let with = |allow: &str| GroupDraft {
        rules: rules(&[allow]),
        ..draft("Climbers")
    };
    let why = rule(create(&town, &manu, with("allow view on user at all")).await);
    assert!(why.contains("user:view at level all"), "{why}");
    let why = rule(create(&town, &manu, with("allow publish on content")).await);
    assert!(why.contains("publish on content"), "{why}");
    create(
        &town,
        &manu,
        with("allow view,unlock on user at organization"),
    )
    .await
    .unwrap();
    let widen = GroupChanges {
        rules: rules(&["allow configure on setting at organization"]),
        ..GroupChanges::default()
    };
    let why = rule(update(&town, &manu, "Climbers", widen).await);
    assert!(why.contains("setting:configure"), "{why}");
    let widen = GroupChanges {
        roles: ListChange::to(vec!["Auditor".to_owned()]),
        ..GroupChanges::default()
    };
    rule(update(&town, &manu, "Climbers", widen).await);
    let detail = show(&town, &manu, "Climbers").await.unwrap();
    assert_eq!(detail.rules, ["allow view,unlock on user at organization"]);
    assert_eq!(detail.version, 1);
    town.verify().await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn refuse_rules_that_nobody_understands(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    let ada = town.sign_in("ada").await;
    for (text, wanted) in [
        ("allow veiw on user at all", "did you mean view"),
        ("allow view on usr at all", "did you mean user?"),
        (
            "allow view on user at everywhere",
            "no level \"everywhere\"",
        ),
        ("view", "is no rule"),
        ("allow view on user", "Add a level"),
    ] {
        let with = GroupDraft {
            rules: rules(&[text]),
            ..draft("Typos")
        };
        let (name, message) = field(create(&town, &ada, with).await);
        assert_eq!(name, "rules");
        assert!(message.contains(wanted), "{message}");
    }
    let with = GroupDraft {
        rules: rules(&["deny delete on usr"]),
        ..draft("Typos")
    };
    assert_eq!(field(create(&town, &ada, with).await).0, "rules");
    town.verify().await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn change_over_the_version_that_was_seen(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    let ada = town.sign_in("ada").await;
    let full = GroupDraft {
        description: "before".to_owned(),
        rules: rules(&["allow view on user at organization", "deny edit on role"]),
        ..draft("Crew")
    };
    create(&town, &ada, full).await.unwrap();
    let at = |version: i64, changes: GroupChanges| UpdateGroup {
        group: "Crew".into(),
        version: Some(version),
        changes,
        consent: Consent::default(),
    };
    let describe = |text: &str| GroupChanges {
        description: Some(text.to_owned()),
        ..GroupChanges::default()
    };
    let noted = town.service.perform(&ada, at(1, describe("after"))).await;
    assert_eq!(noted.unwrap().fields, ["description"]);
    let stale = town.service.perform(&ada, at(1, describe("late"))).await;
    assert_eq!(conflict(stale), "group");
    let replace = GroupChanges {
        rules: ListChange {
            add: vec!["allow view on group at organization".to_owned()],
            remove: vec!["allow view on user at organization".to_owned()],
            ..ListChange::default()
        },
        ..GroupChanges::default()
    };
    let noted = town.service.perform(&ada, at(2, replace)).await.unwrap();
    assert_eq!(noted.fields, ["rules"]);
    let detail = show(&town, &ada, "Crew").await.unwrap();
    assert_eq!(detail.description, "after");
    assert_eq!(
        detail.rules,
        ["deny edit on role", "allow view on group at organization"]
    );
    let foreign = GroupChanges {
        unit: Some("Globex/Lab".to_owned()),
        ..GroupChanges::default()
    };
    assert_eq!(field(update(&town, &ada, "Crew", foreign).await).0, "unit");
    town.verify().await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn confer_roles_that_count_there(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    let ada = town.sign_in("ada").await;
    a_role().named("Lab rat").of("Globex").insert(&town).await;
    let conferring = |draft: GroupDraft| GroupDraft {
        roles: vec!["Globex/Lab rat".to_owned()],
        ..draft
    };
    let why = rule(create(&town, &ada, conferring(draft("Rats"))).await);
    assert!(
        why.contains("Globex/Lab rat belongs to an organization"),
        "{why}"
    );
    rule(create(&town, &ada, conferring(system_wide("Rats"))).await);
    create(&town, &ada, conferring(draft("Globex/Rats")))
        .await
        .unwrap();
    // A bare name means the role of the group's own organization, wherever one works.
    a_role().named("Fan").of("Acme").insert(&town).await;
    a_role().named("Fan").of("Globex").insert(&town).await;
    let fans = GroupDraft {
        roles: vec!["Fan".to_owned()],
        ..draft("Globex/Fans")
    };
    create(&town, &ada, fans).await.unwrap();
    let choice = GroupChanges {
        roles: ListChange::to(vec!["Lab rat".to_owned(), "fan".to_owned()]),
        ..GroupChanges::default()
    };
    update(&town, &ada, "Globex/Fans", choice).await.unwrap();
    let fans = show(&town, &ada, "Globex/Fans").await.unwrap();
    assert_eq!(fans.roles, ["Fan", "Lab rat"]);
    // Nor are others offered.
    let offered = ListRoles {
        fits_into: Some(fans.id),
        limit: 50,
        ..ListRoles::default()
    };
    let offered = town.service.ask(&ada, offered).await.unwrap().rows;
    let home = |home: Option<&str>| {
        let of = offered
            .iter()
            .filter(|role| role.organization.as_deref() == home);
        of.map(|role| role.name.as_str()).collect::<Vec<_>>()
    };
    assert_eq!(home(Some("Globex")), ["Fan", "Lab rat"]);
    assert!(home(None).contains(&"Administrator"));
    assert_eq!(home(Some("Acme")), [""; 0]);
    town.verify().await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn take_many_users_at_once(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    let manu = town.sign_in("manu").await;
    create(&town, &manu, draft("Crew")).await.unwrap();
    let first = add(&town, &manu, "Crew", users(&["mem"]), Consent::default()).await;
    assert_eq!(first.unwrap().changed, 1);
    let version = town.record("lars").await.version;

    let names = ["mem", "lars", "lena", "manu", "dell", "aude", "nobody"];
    let joining = [members::group("Crew", Direction::Add)];
    let plan = members::plan_members(&town, &manu, &joining, users(&names)).await;
    let plan = plan.unwrap();
    assert_eq!(plan.title, "Add 2 users to the group \"Acme/Crew\"");
    assert_eq!(
        (plan.targets, plan.will_change, plan.already, plan.tier),
        (6, 2, 1, 2)
    );
    assert_eq!(plan.refused, 3);

    let asked = add(&town, &manu, "Crew", users(&names), Consent::default()).await;
    assert!(unconfirmed(asked).contains("--yes-count 2"));
    let asked = add(&town, &manu, "Crew", users(&names), Consent::count(3)).await;
    assert!(unconfirmed(asked).contains("2 memberships, not 3"));
    assert_eq!(town.record("lars").await.version, version);
    let changed = add(&town, &manu, "Crew", users(&names), Consent::count(2))
        .await
        .unwrap();
    assert_eq!(
        (changed.changed, changed.already, changed.refused),
        (2, 1, 3)
    );
    assert_eq!(changed.unknown, ["nobody"]);
    let reasons = changed.reasons();
    assert!(
        reasons[0].starts_with("aude: holds user:view at level all"),
        "{reasons:?}"
    );
    assert!(reasons[1].starts_with("dell: is deleted"), "{reasons:?}");
    assert!(reasons[2].starts_with("manu: is yourself"), "{reasons:?}");

    let detail = show(&town, &manu, "Crew").await.unwrap();
    assert_eq!(detail.members, ["lars", "lena", "mem"]);
    assert_eq!(detail.member_count, 3);
    assert_eq!(town.record("lars").await.version, version + 1);
    // One row each, so that it stands in their timelines.
    assert_eq!(
        town.audit("user_group_added").await,
        [
            r#"done mem {"group":["","Acme/Crew"]}"#,
            r#"done lars {"group":["","Acme/Crew"]}"#,
            r#"done lena {"group":["","Acme/Crew"]}"#
        ]
    );
    // The same again changes nothing.
    let again = add(
        &town,
        &manu,
        "Crew",
        users(&["lars", "lena"]),
        Consent::default(),
    )
    .await;
    let again = again.unwrap();
    assert_eq!((again.changed, again.already), (0, 2));
    assert_eq!(
        missing(add(&town, &manu, "Crew", users(&["larz"]), Consent::default()).await),
        "user"
    );
    town.verify().await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn take_a_filter_and_ask_more_the_more_it_finds(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    let ada = town.sign_in("ada").await;
    for number in 0..30 {
        a_user().named(&format!("p{number:02}")).insert(&town).await;
    }
    create(&town, &ada, draft("Everybody")).await.unwrap();
    let found = || Targets::Filter("username:p kind:person -username:u".to_owned());
    let yes = Consent {
        confirmation: Confirmation::Yes,
        ..Consent::default()
    };
    // Thirty are a large part of the organization: the count and a reason.
    let asked = add(&town, &ada, "Everybody", found(), yes).await;
    assert!(unconfirmed(asked).contains("--yes-count 30"));
    let asked = add(&town, &ada, "Everybody", found(), Consent::count(30)).await;
    assert!(unconfirmed(asked).contains("--reason"));
    let changed = add(&town, &ada, "Everybody", found(), certain(30))
        .await
        .unwrap();
    assert_eq!((changed.changed, changed.refused), (30, 0));
    assert_eq!(town.audit("user_group_added").await.len(), 30);
    let gone = remove(&town, &ada, "Everybody", found(), certain(30)).await;
    assert_eq!(gone.unwrap().changed, 30);
    assert_eq!(
        show(&town, &ada, "Everybody").await.unwrap().member_count,
        0
    );
    town.verify().await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn of_an_organization_take_only_who_may_enter_it(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    let ada = town.sign_in("ada").await;
    create(&town, &ada, draft("Globex/Crew")).await.unwrap();
    a_user()
        .named("bob")
        .may_enter("Globex")
        .insert(&town)
        .await;
    let changed = add(
        &town,
        &ada,
        "Globex/Crew",
        users(&["bob", "gus", "mem"]),
        certain(2),
    )
    .await;
    let changed = changed.unwrap();
    assert_eq!(changed.changed, 2);
    assert_eq!(
        changed.reasons(),
        ["mem: may not sign in to Globex: add the organization first"]
    );
    town.verify().await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn leave_everybody_a_role(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    let ada = town.sign_in("ada").await;
    a_user()
        .named("bob")
        .with_role("Member")
        .in_group("Authors")
        .insert(&town)
        .await;
    let leave = remove(
        &town,
        &ada,
        "Authors",
        users(&["bob", "edie"]),
        Consent::default(),
    )
    .await;
    assert!(unconfirmed(leave).contains("--yes-count 1"));
    let left = remove(&town, &ada, "Authors", users(&["bob", "edie"]), certain(1)).await;
    let left = left.unwrap();
    assert_eq!((left.changed, left.refused), (1, 1));
    assert!(left.reasons()[0].starts_with("edie: would have no role left"));
    // Neither by deleting the group, nor by what it confers.
    let why = rule(delete(&town, &ada, "Authors").await);
    assert!(
        why.starts_with("\"edie\" would be left without any role"),
        "{why}"
    );
    let bare = GroupChanges {
        roles: ListChange::to(Vec::new()),
        ..GroupChanges::default()
    };
    rule(update(&town, &ada, "Authors", bare).await);
    assert_eq!(
        show(&town, &ada, "Authors").await.unwrap().roles,
        ["Editor"]
    );
    // A group that confers nothing lets everybody go.
    a_group().named("Choir").insert(&town).await;
    add(&town, &ada, "Choir", users(&["edie"]), Consent::default())
        .await
        .unwrap();
    let left = remove(&town, &ada, "Choir", users(&["edie"]), certain(1)).await;
    assert_eq!(left.unwrap().changed, 1);
    town.verify().await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn of_administrators_change_only_by_their_like(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    let ada = town.sign_in("ada").await;
    a_user()
        .named("root")
        .with_role("Member")
        .insert(&town)
        .await;
    let join = add(
        &town,
        &ada,
        "Administrators",
        users(&["root"]),
        Consent::count(1),
    )
    .await;
    assert!(unconfirmed(join).contains("--reason"));
    let join = add(&town, &ada, "Administrators", users(&["root"]), certain(1)).await;
    assert_eq!(join.unwrap().changed, 1);

    // Somebody who may change all groups, and no more, neither makes nor unmakes an administrator.
    a_role()
        .named("Gatekeeper")
        .allows("view edit members delete", "group", Level::All)
        .allows("view", "user", Level::All)
        .allows("view", "role", Level::All)
        .allows("view", "job", Level::Own)
        .insert(&town)
        .await;
    a_user()
        .named("gate")
        .with_role("Gatekeeper")
        .insert(&town)
        .await;
    let gate = town.sign_in("gate").await;
    let join = add(&town, &gate, "Administrators", users(&["mem"]), certain(1)).await;
    let why = join.unwrap().reasons().remove(0);
    assert!(why.contains("\"Administrator\" gives"), "{why}");
    let left = remove(&town, &gate, "Administrators", users(&["root"]), certain(1)).await;
    let left = left.unwrap();
    assert_eq!((left.changed, left.refused), (0, 1));
    let reasons = left.reasons();
    assert!(reasons[0].starts_with("root: holds "), "{reasons:?}");
    assert!(
        reasons[0].ends_with("which you don't: ask ada"),
        "{reasons:?}"
    );
    let bare = GroupChanges {
        roles: ListChange::to(Vec::new()),
        ..GroupChanges::default()
    };
    let why = rule(update(&town, &gate, "Administrators", bare).await);
    assert!(why.starts_with("\"root\" holds "), "{why}");
    let left = remove(&town, &ada, "Administrators", users(&["root"]), certain(1)).await;
    assert_eq!(left.unwrap().changed, 1);
    town.verify().await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn never_cost_the_last_administrator(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    // Only ada administers, through the group; root may do everything by a role that is not the built-in one.
    town.execute(Sql::new(
        "delete from user_roles where user_id = (select id from users where username = 'ada')",
    ))
    .await;
    town.execute(Sql::new(
        "insert into group_users (group_id, user_id)
         select g.id, u.id from groups g, users u where g.name = 'Administrators' and u.username = 'ada'",
    ))
    .await;
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
    let root = town.sign_in("root").await;
    town.execute(Sql::new(
        "insert into user_roles (user_id, role_id)
         select u.id, r.id from users u, roles r where u.username = 'ada' and r.name = 'Member'",
    ))
    .await;
    let left = remove(&town, &root, "Administrators", users(&["ada"]), certain(1)).await;
    let why = left.unwrap().reasons().remove(0);
    assert!(why.contains("the last administrator"), "{why}");
    let bare = GroupChanges {
        roles: ListChange::to(Vec::new()),
        ..GroupChanges::default()
    };
    let why = rule(update(&town, &root, "Administrators", bare).await);
    assert!(why.contains("the last administrator"), "{why}");
    // A deny takes administration away as surely.
    let deny = GroupChanges {
        rules: rules(&["deny edit on user"]),
        ..GroupChanges::default()
    };
    let why = rule(update(&town, &root, "Administrators", deny).await);
    assert!(why.contains("the last administrator"), "{why}");
    a_group()
        .named("Watched")
        .denies("*", "role")
        .insert(&town)
        .await;
    let join = add(&town, &root, "Watched", users(&["ada"]), certain(1)).await;
    let why = join.unwrap().reasons().remove(0);
    assert!(why.contains("the last administrator"), "{why}");
    town.verify().await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn keep_their_denies_from_those_under_them(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    let ada = town.sign_in("ada").await;
    let watched = GroupDraft {
        rules: rules(&["deny delete on user"]),
        ..draft("Watched")
    };
    create(&town, &ada, watched).await.unwrap();
    a_user()
        .named("mona")
        .with_role("Manager")
        .in_group("Watched")
        .insert(&town)
        .await;
    let mona = town.sign_in("mona").await;
    let free = || GroupChanges {
        rules: ListChange::to(Vec::new()),
        ..GroupChanges::default()
    };
    let why = rule(update(&town, &mona, "Watched", free()).await);
    assert!(why.contains("user:delete"), "{why}");
    let why = rule(delete(&town, &mona, "Watched").await);
    assert!(why.contains("You are in the group"), "{why}");
    let left = remove(&town, &mona, "Watched", users(&["mona"]), certain(0)).await;
    assert!(left.unwrap().reasons()[0].starts_with("mona: is yourself"));
    let noted = update(&town, &ada, "Watched", free()).await.unwrap();
    assert_eq!(noted, ["rules"]);
    town.verify().await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn are_deleted_when_that_is_meant(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    let ada = town.sign_in("ada").await;
    create(&town, &ada, draft("Crew")).await.unwrap();
    add(&town, &ada, "Crew", users(&["mem"]), Consent::default())
        .await
        .unwrap();
    let version = town.record("mem").await.version;
    let asked = DeleteGroup {
        group: "Crew".into(),
        consent: Consent::default(),
    };
    let asked = unconfirmed(town.service.perform(&ada, asked).await);
    assert!(
        asked.contains("delete the group \"Crew\" with 1 member "),
        "{asked}"
    );
    delete(&town, &ada, "Crew").await.unwrap();
    assert_eq!(missing(show(&town, &ada, "Crew").await), "group");
    assert_eq!(town.record("mem").await.version, version + 1);
    for built_in in ["Administrators", "Sensitive data"] {
        let why = rule(delete(&town, &ada, built_in).await);
        assert!(why.contains("is built in and can't be deleted"), "{why}");
    }
    let rename = GroupChanges {
        name: Some("Bosses".to_owned()),
        ..GroupChanges::default()
    };
    let why = rule(update(&town, &ada, "Administrators", rename).await);
    assert!(why.contains("keeps its name"), "{why}");
    // Nobody changes their own roles, not even through a group.
    let more = GroupChanges {
        roles: ListChange::to(vec!["Auditor".to_owned()]),
        ..GroupChanges::default()
    };
    let why = rule(update(&town, &ada, "Sensitive data", more).await);
    assert!(why.contains("nobody changes their own roles"), "{why}");
    town.verify().await;
}
