//! Entries on nodes and start nodes: nobody gives a place they don't hold, by no path.

use crate::support::engine::Engine;
use crate::support::members::{change_members, group as into};
use crate::support::refusal::{field, rule, users};
use crate::support::town::{Town, a_group, a_role, a_user};
use rstest::rstest;
use wardroom::domain::nodes::NodePath;
use wardroom::domain::permission::Level;
use wardroom::domain::plan::Direction;
use wardroom::service::groups::{CreateGroup, GroupChanges, GroupDraft, ShowGroup, UpdateGroup};
use wardroom::service::users::{UpdateUser, UserChanges, UserRef};
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
        .allows("view edit assign", "user", Level::All)
        .allows("view", "role", Level::All)
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
    };
    town.service.perform(session, update).await.map(drop)
}

async fn settle(town: &Town, session: &Session, user: &str, changes: UserChanges) -> Result<()> {
    let update = UpdateUser {
        user: UserRef::Name(user.to_owned()),
        version: None,
        changes,
    };
    town.service.perform(session, update).await.map(drop)
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn nobody_gives_a_place_that_is_not_theirs(#[case] engine: Engine) {
    let town = town(engine).await;
    let kim = town.sign_in("kim").await;
    let why = rule(create(&town, &kim, "G", at(&[], &["content:/"])).await);
    assert!(
        why.starts_with("You don't start at content:/ yourself"),
        "{why}"
    );
    rule(create(&town, &kim, "G", at(&[], &["*:/"])).await);
    rule(create(&town, &kim, "G", at(&["content:/c=view"], &[])).await);
    let why = rule(create(&town, &kim, "G", at(&["content:/a=publish"], &[])).await);
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
    rule(settle(&town, &kim, "mem", start("content:/c")).await);
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
        why.contains("gives publish on content there (from \"Publisher\")"),
        "{why}"
    );
    let join = UserChanges {
        groups: Some(vec!["G".to_owned()]),
        ..UserChanges::default()
    };
    let why = rule(settle(&town, &kim, "pia", join.clone()).await);
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
    let why = rule(update(&town, &kim, "Press", remove("content:/a/b")).await);
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
