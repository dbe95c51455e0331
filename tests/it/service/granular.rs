//! Entries on nodes and start nodes: nobody gives a place they don't hold, by no path.

use crate::support::engine::Engine;
use crate::support::members::{Outcome, change_members, group as into, role};
use crate::support::records::update_user as settle;
use crate::support::refusal::{field, rule, unheld, users};
use crate::support::saving::edited;
use crate::support::town::{Town, a_group, a_role, a_user};
use rstest::rstest;
use wardroom::domain::nodes::NodePath;
use wardroom::domain::permission::Level;
use wardroom::domain::plan::Direction;
use wardroom::domain::user::Profile;
use wardroom::service::groups::{
    CreateGroup, DeleteGroup, GroupChanges, GroupDraft, ShowGroup, UpdateGroup,
};
use wardroom::service::jobs::{HolderKind, MemberChange, Memberships};
use wardroom::service::roles::{DeleteRole, RoleChanges, UpdateRole};
use wardroom::service::users::{CreateUser, UserChanges, UserDraft};
use wardroom::service::{Consent, ListChange, NodeChanges, Result, Session};
use wardroom::store::nodes;

fn list(texts: &[&str]) -> ListChange {
    ListChange::adding(texts.iter().map(|&text| text.to_owned()).collect())
}

fn at(entries: &[&str], starts: &[&str]) -> NodeChanges {
    NodeChanges {
        entries: list(entries),
        starts: list(starts),
    }
}

/// The town with the nodes /a/b and /c of content, and kim, who edits content below /a and keeps all groups and people.
async fn town(engine: Engine) -> Town {
    let town = Town::new(engine).await;
    let mut tx = town.db.write().await.unwrap();
    let paths = ["/a/b", "/c"].map(|path| NodePath::parse(path).unwrap());
    nodes::add(&mut tx, "content", &paths.iter().collect::<Vec<_>>())
        .await
        .unwrap();
    tx.commit().await.unwrap();
    a_role()
        .named("Keeper")
        .allows(
            "view create edit members assign delete",
            "group",
            Level::All,
        )
        .allows("view create edit assign", "user", Level::All)
        .allows("view edit delete members", "role", Level::All)
        .allows("view", "unit", Level::All)
        .allows("view", "job", Level::Own)
        .allows("view edit", "content", Level::All)
        .insert(&town)
        .await;
    a_group().named("Starters").insert(&town).await;
    a_user()
        .named("kim")
        .with_role("Keeper")
        .in_group("Starters")
        .insert(&town)
        .await;
    let ada = town.sign_in("ada").await;
    let changes = GroupChanges {
        nodes: at(&[], &["content:/a"]),
        ..GroupChanges::default()
    };
    update(&town, &ada, "Starters", changes).await.unwrap();
    town
}

async fn create(town: &Town, session: &Session, name: &str, nodes: NodeChanges) -> Result<()> {
    let draft = GroupDraft {
        name: name.to_owned(),
        nodes,
        ..GroupDraft::default()
    };
    town.service
        .perform(session, CreateGroup { draft })
        .await
        .map(drop)
}

async fn update(town: &Town, session: &Session, group: &str, changes: GroupChanges) -> Result<()> {
    let update = UpdateGroup {
        group: group.into(),
        version: None,
        changes,
        consent: Consent::default(),
    };
    edited(&town.service, session, update).await.map(drop)
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn nobody_gives_a_place_that_is_not_theirs(#[case] engine: Engine) {
    let town = town(engine).await;
    let kim = town.sign_in("kim").await;
    let why = unheld(
        &town,
        &kim,
        create(&town, &kim, "G", at(&[], &["content:/"])).await,
    )
    .await;
    assert!(
        why.starts_with("You don't start at content:/ yourself"),
        "{why}"
    );
    unheld(
        &town,
        &kim,
        create(&town, &kim, "G", at(&[], &["*:/"])).await,
    )
    .await;
    unheld(
        &town,
        &kim,
        create(&town, &kim, "G", at(&["content:/c=view"], &[])).await,
    )
    .await;
    let why = unheld(
        &town,
        &kim,
        create(&town, &kim, "G", at(&["content:/a=publish"], &[])).await,
    )
    .await;
    assert!(why.starts_with("This gives publish on content:/a"), "{why}");
    create(
        &town,
        &kim,
        "G",
        at(&["content:/a/b=view,edit"], &["content:/a/b"]),
    )
    .await
    .unwrap();
    let group = town
        .service
        .ask(&kim, ShowGroup { group: "G".into() })
        .await
        .unwrap();
    assert_eq!(group.granular, ["content:/a/b=view,edit"]);
    assert_eq!(group.start_nodes, ["content:/a/b"]);

    // An own start node, a group that starts elsewhere, and a group that opens a place to who may do more there.
    let start = |place: &str| UserChanges {
        nodes: at(&[], &[place]),
        ..UserChanges::default()
    };
    unheld(
        &town,
        &kim,
        settle(&town, &kim, "mem", start("content:/c")).await,
    )
    .await;
    settle(&town, &kim, "mem", start("content:/a"))
        .await
        .unwrap();
    rule(settle(&town, &kim, "kim", start("content:/a/b")).await);
    a_role()
        .named("Publisher")
        .allows("publish", "content", Level::All)
        .insert(&town)
        .await;
    a_user()
        .named("pia")
        .with_role("Publisher")
        .insert(&town)
        .await;
    let into_g = [into("G", Direction::Add)];
    let joined = change_members(&town, &kim, &into_g, users(&["pia"]), Consent::count(1)).await;
    let why = joined.unwrap().reasons().remove(0);
    assert!(
        why.contains("gives publish on content there (from the role \"Publisher\")"),
        "{why}"
    );
    let join = UserChanges {
        groups: Some(vec!["G".to_owned()]),
        ..UserChanges::default()
    };
    let why = unheld(&town, &kim, settle(&town, &kim, "pia", join.clone()).await).await;
    assert!(why.contains("gives publish on content there"), "{why}");
    settle(&town, &kim, "lars", join).await.unwrap();
    town.verify().await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn an_entry_that_goes_gives_what_it_took(#[case] engine: Engine) {
    let town = town(engine).await;
    let (ada, kim) = (town.sign_in("ada").await, town.sign_in("kim").await);
    let rules = GroupChanges {
        rules: list(&["allow view,publish on content"]),
        nodes: at(&["content:/a/b="], &[]),
        ..GroupChanges::default()
    };
    create(&town, &ada, "Press", NodeChanges::default())
        .await
        .unwrap();
    update(&town, &ada, "Press", rules).await.unwrap();
    let remove = |place: &str| GroupChanges {
        nodes: NodeChanges {
            entries: ListChange {
                remove: vec![place.to_owned()],
                ..ListChange::default()
            },
            ..NodeChanges::default()
        },
        ..GroupChanges::default()
    };
    let why = unheld(
        &town,
        &kim,
        update(&town, &kim, "Press", remove("content:/a/b")).await,
    )
    .await;
    assert!(
        why.starts_with("This gives publish on content:/a/b"),
        "{why}"
    );
    let (name, why) = field(update(&town, &ada, "Press", remove("content:/c")).await);
    assert_eq!(
        (name, why.as_str()),
        ("granular", "there is no entry on content:/c to remove")
    );
    update(&town, &ada, "Press", remove("content:/a/b"))
        .await
        .unwrap();
    town.verify().await;
}

#[tokio::test]
async fn an_entry_is_taken_away_before_another_is_put_there() {
    let town = town(Engine::Sqlite).await;
    let ada = town.sign_in("ada").await;
    let first = at(&["content:/a=view"], &["content:/a"]);
    create(&town, &ada, "Press", first).await.unwrap();
    let exchange = |list: &str, place: &str| ListChange {
        add: vec![list.to_owned()],
        remove: vec![place.to_owned()],
        ..ListChange::default()
    };
    let changes = GroupChanges {
        nodes: NodeChanges {
            entries: exchange("content:/a=view,edit", "content:/a"),
            starts: exchange("content:/a", "content:/a"),
        },
        ..GroupChanges::default()
    };
    update(&town, &ada, "Press", changes).await.unwrap();
    let group = "Press".into();
    let group = town.service.ask(&ada, ShowGroup { group }).await.unwrap();
    assert_eq!(group.granular, ["content:/a=view,edit"]);
    assert_eq!(group.start_nodes, ["content:/a"]);
}

#[tokio::test]
async fn two_entries_on_one_place_are_refused() {
    let town = town(Engine::Sqlite).await;
    let ada = town.sign_in("ada").await;
    let two = at(&["content:/a=view", "content:/a=edit"], &[]);
    let (name, why) = field(create(&town, &ada, "Press", two.clone()).await);
    assert_eq!(name, "granular");
    insta::assert_snapshot!(why, @"there are two entries on content:/a; put all its actions into one, as in content:/a=view,edit");
    // The same one twice loses nothing, and neither does one in the place of another.
    let same = at(&["content:/a=view", "content:/a=view"], &[]);
    create(&town, &ada, "Press", same).await.unwrap();
    let nodes = at(&["content:/a=edit"], &[]);
    let changes = GroupChanges {
        nodes,
        ..GroupChanges::default()
    };
    update(&town, &ada, "Press", changes).await.unwrap();
    let nodes = two;
    let changes = GroupChanges {
        nodes,
        ..GroupChanges::default()
    };
    field(update(&town, &ada, "Press", changes).await);
}

/// The town with wim, who starts at the root of content and may do nothing there, and low, who starts where kim does.
/// There are a role that writes content, and what has them as members.
async fn starters(engine: Engine) -> Town {
    let town = town(engine).await;
    a_role()
        .named("Writer")
        .allows("edit", "content", Level::All)
        .insert(&town)
        .await;
    for name in ["Wide badge", "Low badge"] {
        a_role().named(name).insert(&town).await;
    }
    for name in ["Wide", "Wide crew", "Low crew"] {
        a_group().named(name).insert(&town).await;
    }
    a_group()
        .named("Muzzle")
        .denies("edit", "content")
        .insert(&town)
        .await;
    let ada = town.sign_in("ada").await;
    let changes = GroupChanges {
        nodes: at(&[], &["content:/"]),
        ..GroupChanges::default()
    };
    update(&town, &ada, "Wide", changes).await.unwrap();
    for (name, start, crew, badge) in [
        ("wim", "Wide", "Wide crew", "Wide badge"),
        ("low", "Starters", "Low crew", "Low badge"),
    ] {
        a_user()
            .named(name)
            .with_role("Member")
            .with_role(badge)
            .in_group(start)
            .in_group(crew)
            .insert(&town)
            .await;
    }
    town
}

async fn change(town: &Town, session: &Session, change: MemberChange, name: &str) -> Outcome {
    change_members(town, session, &[change], users(&[name]), Consent::count(1))
        .await
        .unwrap()
}

fn refused_beyond(outcome: &Outcome, action: &str) {
    assert_eq!((outcome.changed, outcome.refused), (0, 1));
    let why = &outcome.reasons()[0];
    let part = format!("This gives {action} on content:/, where they start");
    assert!(why.contains(&part), "{why}");
}

fn beyond<T: std::fmt::Debug>(result: Result<T>) {
    let why = rule(result);
    assert!(
        why.starts_with("This gives edit on content:/, where they start"),
        "{why}"
    );
}

fn of_roles(names: &[&str]) -> UserChanges {
    UserChanges {
        roles: Some(names.iter().map(|&name| name.to_owned()).collect()),
        ..UserChanges::default()
    }
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_gift_counts_where_its_receiver_starts(#[case] engine: Engine) {
    let town = starters(engine).await;
    let (ada, kim) = (town.sign_in("ada").await, town.sign_in("kim").await);
    a_group()
        .named("Pens")
        .confers("Writer")
        .insert(&town)
        .await;
    // A role, and a group that confers it; as a plan and as an edit.
    let writer = || role("Writer", Direction::Add);
    refused_beyond(&change(&town, &kim, writer(), "wim").await, "edit");
    let pens = || into("Pens", Direction::Add);
    refused_beyond(&change(&town, &kim, pens(), "wim").await, "edit");
    let wide = &["Member", "Wide badge", "Writer"];
    beyond(settle(&town, &kim, "wim", of_roles(wide)).await);
    let into_pens = |groups: &[&str]| UserChanges {
        groups: Some(groups.iter().map(|&group| group.to_owned()).collect()),
        ..UserChanges::default()
    };
    let groups = ["Wide", "Wide crew", "Pens"];
    beyond(settle(&town, &kim, "wim", into_pens(&groups)).await);
    // Of several the one who starts too far up stays without.
    let both = users(&["wim", "low"]);
    let given = change_members(&town, &kim, &[writer()], both, Consent::count(1)).await;
    let given = given.unwrap();
    assert_eq!((given.changed, given.refused), (1, 1));
    assert_eq!(given.refusals[0].name, "wim");
    assert_eq!(change(&town, &kim, pens(), "low").await.changed, 1);
    // Who starts nowhere is given nothing there.
    settle(&town, &kim, "mem", of_roles(&["Member", "Writer"]))
        .await
        .unwrap();

    // An own start node takes the place of those of the groups.
    let narrow = |place: &str| UserChanges {
        nodes: at(&[], &[place]),
        ..UserChanges::default()
    };
    settle(&town, &ada, "wim", narrow("content:/c"))
        .await
        .unwrap();
    let given = change(&town, &kim, writer(), "wim").await;
    assert!(given.reasons()[0].contains("This gives edit on content:/c"));
    let within = UserChanges {
        nodes: NodeChanges {
            starts: ListChange::to(vec!["content:/a/b".to_owned()]),
            ..NodeChanges::default()
        },
        ..UserChanges::default()
    };
    settle(&town, &ada, "wim", within).await.unwrap();
    assert_eq!(change(&town, &kim, writer(), "wim").await.changed, 1);
    // And whoever holds everything gives everywhere.
    let widen = UserChanges {
        nodes: NodeChanges {
            starts: ListChange::to(Vec::new()),
            ..NodeChanges::default()
        },
        ..UserChanges::default()
    };
    unheld(&town, &kim, settle(&town, &kim, "wim", widen.clone()).await).await;
    settle(&town, &ada, "wim", widen).await.unwrap();
    assert_eq!(change(&town, &ada, pens(), "wim").await.changed, 1);
    town.verify().await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn what_many_have_counts_where_each_of_them_starts(#[case] engine: Engine) {
    let town = starters(engine).await;
    let kim = town.sign_in("kim").await;
    let writes = || list(&["allow edit on content"]);
    // The rules of a role and of a group, and what a group confers.
    let edit = |role: &str| UpdateRole {
        role: role.into(),
        version: None,
        changes: RoleChanges {
            rules: writes(),
            ..RoleChanges::default()
        },
        consent: Consent::default(),
    };
    beyond(town.service.perform(&kim, edit("Wide badge")).await);
    edited(&town.service, &kim, edit("Low badge"))
        .await
        .unwrap();
    let own = || GroupChanges {
        rules: writes(),
        ..GroupChanges::default()
    };
    beyond(update(&town, &kim, "Wide crew", own()).await);
    update(&town, &kim, "Low crew", own()).await.unwrap();
    let confers = || GroupChanges {
        roles: list(&["Writer"]),
        ..GroupChanges::default()
    };
    beyond(update(&town, &kim, "Wide crew", confers()).await);
    update(&town, &kim, "Low crew", confers()).await.unwrap();
    // What takes the place of a role that goes.
    let delete = |role: &str| DeleteRole {
        role: role.into(),
        move_holders_to: Some("Writer".into()),
        consent: Consent::count(1),
    };
    beyond(town.service.perform(&kim, delete("Wide badge")).await);
    town.service
        .perform(&kim, delete("Low badge"))
        .await
        .unwrap();
    // What was there before is no gift.
    let describe = GroupChanges {
        description: Some("x".to_owned()),
        rules: list(&["allow view on profile at own"]),
        ..GroupChanges::default()
    };
    update(&town, &kim, "Wide crew", describe).await.unwrap();
    town.verify().await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_deny_that_goes_frees_where_its_bearers_start(#[case] engine: Engine) {
    let town = starters(engine).await;
    let (ada, kim) = (town.sign_in("ada").await, town.sign_in("kim").await);
    for name in ["wim", "low"] {
        let muzzled = change(&town, &ada, into("Muzzle", Direction::Add), name).await;
        assert_eq!(muzzled.changed, 1);
    }
    let freed = || into("Muzzle", Direction::Remove);
    // What is advised before is what the plan says.
    for (name, is_advised) in [("wim", false), ("low", true)] {
        let list = Memberships {
            targets: users(&[name]),
            kind: HolderKind::Group,
            search: "muzzle".to_owned(),
            limit: 9,
        };
        let page = town.service.ask(&kim, list).await.unwrap();
        assert_eq!(page.rows[0].why_not_remove.is_none(), is_advised, "{name}");
    }
    refused_beyond(&change(&town, &kim, freed(), "wim").await, "edit");
    assert_eq!(change(&town, &kim, freed(), "low").await.changed, 1);
    let silent = GroupChanges {
        rules: ListChange::to(Vec::new()),
        ..GroupChanges::default()
    };
    beyond(update(&town, &kim, "Muzzle", silent).await);
    let delete = DeleteGroup {
        group: "Muzzle".into(),
        consent: Consent::count(1),
    };
    beyond(town.service.perform(&kim, delete).await);
    let left = UserChanges {
        groups: Some(vec!["Wide".to_owned(), "Wide crew".to_owned()]),
        ..UserChanges::default()
    };
    beyond(settle(&town, &kim, "wim", left).await);
    town.verify().await;
}

/// Where the giver's group allows nothing, its other members, or those of other groups, may be allowed more.
#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_gift_ends_where_an_entry_ends_its_giver(#[case] engine: Engine) {
    let town = starters(engine).await;
    let ada = town.sign_in("ada").await;
    a_role()
        .named("Hirer")
        .allows("view create", "user", Level::Organization)
        .allows("view", "group", Level::Organization)
        .allows("view", "role", Level::Organization)
        .allows("view", "unit", Level::Organization)
        .allows("view", "organization", Level::Organization)
        .insert(&town)
        .await;
    a_group().named("Fenced").insert(&town).await;
    let fence = |entries: &[&str]| GroupChanges {
        rules: list(&["allow view,edit on content"]),
        nodes: at(entries, &["content:/a"]),
        ..GroupChanges::default()
    };
    update(&town, &ada, "Fenced", fence(&[])).await.unwrap();
    a_user()
        .named("ken")
        .with_role("Hirer")
        .in_group("Fenced")
        .insert(&town)
        .await;
    let ken = town.sign_in("ken").await;
    let hire = || CreateUser {
        draft: UserDraft {
            profile: Profile {
                username: "neu".to_owned(),
                first_name: "New".to_owned(),
                last_name: "Comer".to_owned(),
                email: "neu@acme.test".to_owned(),
                ..Profile::default()
            },
            groups: vec!["Starters".to_owned()],
            roles: vec!["Writer".to_owned()],
            ..UserDraft::default()
        },
        password: None,
    };
    town.service.rehearse(&ken, hire()).await.unwrap();
    let entry = GroupChanges {
        nodes: at(&["content:/a/b="], &[]),
        ..GroupChanges::default()
    };
    update(&town, &ada, "Fenced", entry).await.unwrap();
    let why = unheld(&town, &ken, town.service.rehearse(&ken, hire()).await).await;
    assert!(
        why.starts_with("This gives edit on content:/a, where they start"),
        "{why}"
    );
    town.verify().await;
}

/// A group that starts at a place, made by ada.
async fn starting(town: &Town, session: &Session, name: &str, place: &str) {
    let changes = GroupChanges {
        nodes: at(&[], &[place]),
        ..GroupChanges::default()
    };
    update(town, session, name, changes).await.unwrap();
}

fn own(entries: &[&str], starts: &[&str]) -> UserChanges {
    UserChanges {
        nodes: at(entries, starts),
        ..UserChanges::default()
    }
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_start_counts_where_its_group_does(#[case] engine: Engine) {
    let town = starters(engine).await;
    let (ada, kim) = (town.sign_in("ada").await, town.sign_in("kim").await);
    for (name, home, place) in [
        ("Nearby", "Acme", "content:/a/b"),
        ("Abroad", "Globex", "content:/"),
    ] {
        a_group().named(name).of(home).insert(&town).await;
        starting(&town, &ada, &format!("{home}/{name}"), place).await;
    }
    // Where the group of another organization doesn't count, the own start node opens what was closed.
    a_user()
        .named("xen")
        .may_enter("Globex")
        .with_role("Member")
        .in_group("Abroad")
        .insert(&town)
        .await;
    let why = unheld(
        &town,
        &kim,
        settle(&town, &kim, "xen", own(&[], &["content:/c"])).await,
    )
    .await;
    assert!(why.starts_with("You don't start at content:/c"), "{why}");
    settle(&town, &kim, "xen", own(&[], &["content:/a"]))
        .await
        .unwrap();

    // Nor does it hide there where a group of this one starts.
    a_user()
        .named("kay")
        .with_role("Keeper")
        .insert(&town)
        .await;
    settle(&town, &ada, "kay", own(&[], &["content:/c"]))
        .await
        .unwrap();
    a_user()
        .named("rex")
        .may_enter("Globex")
        .with_role("Member")
        .in_group("Nearby")
        .in_group("Abroad")
        .insert(&town)
        .await;
    settle(&town, &ada, "rex", own(&[], &["content:/c"]))
        .await
        .unwrap();
    let kay = town.sign_in("kay").await;
    let given = change(&town, &kay, role("Writer", Direction::Add), "rex").await;
    let part = "This gives edit on content:/a/b, where they start";
    assert!(given.reasons()[0].contains(part), "{:?}", given.reasons());
    let roles = of_roles(&["Member", "Writer"]);
    let why = unheld(&town, &kay, settle(&town, &kay, "rex", roles).await).await;
    assert!(why.starts_with(part), "{why}");
    // Whoever is in the group of the other organization alone starts at their own node there and here.
    a_user()
        .named("ron")
        .may_enter("Globex")
        .with_role("Member")
        .in_group("Abroad")
        .insert(&town)
        .await;
    settle(&town, &ada, "ron", own(&[], &["content:/c"]))
        .await
        .unwrap();
    let given = change(&town, &kay, role("Writer", Direction::Add), "ron").await;
    assert_eq!(given.changed, 1);
    town.verify().await;
}

/// Without the own node, they start where a group does that theirs is in.
#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn an_own_start_that_goes_opens_what_groups_open(#[case] engine: Engine) {
    let town = starters(engine).await;
    let (ada, kim) = (town.sign_in("ada").await, town.sign_in("kim").await);
    a_group().named("Inner").inside("Wide").insert(&town).await;
    a_user()
        .named("ian")
        .with_role("Member")
        .in_group("Inner")
        .insert(&town)
        .await;
    settle(&town, &ada, "ian", own(&[], &["content:/a"]))
        .await
        .unwrap();
    let widen = UserChanges {
        nodes: NodeChanges {
            starts: ListChange::to(Vec::new()),
            ..NodeChanges::default()
        },
        ..UserChanges::default()
    };
    let why = unheld(&town, &kim, settle(&town, &kim, "ian", widen).await).await;
    assert!(why.starts_with("You don't start at content:/ "), "{why}");
    town.verify().await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn own_entries_count_where_a_start_opens_them(#[case] engine: Engine) {
    let town = starters(engine).await;
    let (ada, kim) = (town.sign_in("ada").await, town.sign_in("kim").await);
    a_group().named("Low").insert(&town).await;
    starting(&town, &ada, "Low", "content:/a").await;
    for (name, entry) in [
        ("carol", "content:/a/b=publish"),
        ("cleo", "content:/a/b=view"),
    ] {
        a_user()
            .named(name)
            .with_role("Member")
            .in_group("Low crew")
            .insert(&town)
            .await;
        settle(&town, &ada, name, own(&[entry], &[])).await.unwrap();
    }
    let publishes = |why: &str, place: &str| {
        let part = format!("Starting at {place} gives publish on content there");
        assert!(why.contains(&part), "{why}");
    };
    // An own start node, a group that starts there, and a group that comes to.
    for place in ["content:/a", "content:/a/b"] {
        let why = unheld(
            &town,
            &kim,
            settle(&town, &kim, "carol", own(&[], &[place])).await,
        )
        .await;
        publishes(&why, place);
    }
    let join = || UserChanges {
        groups: Some(vec!["Low crew".to_owned(), "Low".to_owned()]),
        ..UserChanges::default()
    };
    publishes(
        &unheld(&town, &kim, settle(&town, &kim, "carol", join()).await).await,
        "content:/a",
    );
    let low = || into("Low", Direction::Add);
    let joined = change(&town, &kim, low(), "carol").await;
    publishes(&joined.reasons()[0], "content:/a");
    let opens = GroupChanges {
        nodes: at(&[], &["content:/a/b"]),
        ..GroupChanges::default()
    };
    let why = unheld(&town, &kim, update(&town, &kim, "Low crew", opens).await).await;
    publishes(&why, "content:/a/b");
    // Who may do there no more than kim starts there, and the entry may go in the same breath.
    assert_eq!(change(&town, &kim, low(), "cleo").await.changed, 1);
    let instead = UserChanges {
        nodes: NodeChanges {
            entries: ListChange::to(Vec::new()),
            starts: list(&["content:/a"]),
        },
        ..UserChanges::default()
    };
    settle(&town, &kim, "carol", instead).await.unwrap();
    town.verify().await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn what_one_plan_gives_is_weighed_together(#[case] engine: Engine) {
    let town = starters(engine).await;
    let ada = town.sign_in("ada").await;
    a_role()
        .named("Clerk")
        .allows("view", "user", Level::All)
        .allows("view members", "group", Level::All)
        .allows("view members", "role", Level::All)
        .allows("view", "job", Level::Own)
        .insert(&town)
        .await;
    for name in ["Fenced", "Low"] {
        a_group().named(name).insert(&town).await;
    }
    starting(&town, &ada, "Low", "content:/a/b").await;
    let fence = GroupChanges {
        rules: list(&["allow edit on content"]),
        nodes: at(&["content:/a/b="], &["content:/a"]),
        ..GroupChanges::default()
    };
    update(&town, &ada, "Fenced", fence).await.unwrap();
    a_user()
        .named("ken")
        .with_role("Clerk")
        .in_group("Fenced")
        .insert(&town)
        .await;
    let ken = town.sign_in("ken").await;
    let both = [role("Writer", Direction::Add), into("Low", Direction::Add)];
    let turned = [both[1].clone(), both[0].clone()];
    for (changes, name, why) in [
        (
            &both,
            "mem",
            "Starting at content:/a/b gives edit on content there (from the role \"Writer\")",
        ),
        (
            &turned,
            "lars",
            "This gives edit on content:/a/b, where they start",
        ),
    ] {
        let given = change_members(&town, &ken, changes, users(&[name]), Consent::count(1))
            .await
            .unwrap();
        assert_eq!((given.changed, given.refused), (1, 1), "{given:?}");
        assert!(given.reasons()[0].contains(why), "{given:?}");
    }
    // What was tried out is taken back: neither has both, and who has none keeps none.
    let held = "select (select count(*) from group_users m join groups g on g.id = m.group_id where g.name = 'Low')
        + (select count(*) from user_roles m join roles r on r.id = m.role_id where r.name = 'Writer')";
    let held = wardroom::store::sql::Sql::new(held);
    assert_eq!(town.int(held).await, 2);
    // Whoever holds both everywhere gives both.
    let given = change_members(&town, &ada, &both, users(&["lena"]), Consent::count(2)).await;
    assert_eq!(given.unwrap().changed, 2);
    town.verify().await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn everybody_is_told_the_place_where_they_start(#[case] engine: Engine) {
    let town = starters(engine).await;
    let (ada, kim) = (town.sign_in("ada").await, town.sign_in("kim").await);
    for (name, groups) in [
        ("cara", &["Wide crew"][..]),
        ("both", &["Wide", "Wide crew"]),
    ] {
        let mut person = a_user().named(name).with_role("Member");
        for group in groups {
            person = person.in_group(group);
        }
        person.insert(&town).await;
    }
    settle(&town, &ada, "cara", own(&[], &["content:/c"]))
        .await
        .unwrap();
    settle(&town, &ada, "both", own(&[], &["content:/a"]))
        .await
        .unwrap();
    let writer = [role("Writer", Direction::Add)];
    let people = users(&["wim", "cara", "both", "low", "mem"]);
    let given = change_members(&town, &kim, &writer, people, Consent::count(3))
        .await
        .unwrap();
    assert_eq!((given.changed, given.refused), (3, 2), "{given:?}");
    let reasons = given.reasons();
    assert!(reasons[0].starts_with("cara: This gives edit on content:/c, "));
    assert!(reasons[1].starts_with("wim: This gives edit on content:/, "));
    town.verify().await;
}
