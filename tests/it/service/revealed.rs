//! A group that goes may open where others start: an own start node took its place, and that of what lies below it.

use crate::support::engine::Engine;
use crate::support::members::{change_members, group as out};
use crate::support::records::update_user as settle;
use crate::support::refusal::{unheld, users};
use crate::support::saving::edited;
use crate::support::town::{Town, a_group, a_role, a_user};
use rstest::rstest;
use wardroom::domain::nodes::NodePath;
use wardroom::domain::permission::Level;
use wardroom::domain::plan::Direction;
use wardroom::service::groups::{DeleteGroup, GroupChanges, UpdateGroup};
use wardroom::service::users::UserChanges;
use wardroom::service::{Consent, ListChange, NodeChanges, Result, Session};
use wardroom::store::nodes;

fn starts(change: ListChange) -> NodeChanges {
    NodeChanges {
        starts: change,
        ..NodeChanges::default()
    }
}

fn listed(texts: &[&str]) -> ListChange {
    ListChange::to(texts.iter().map(|&text| text.to_owned()).collect())
}

async fn start(town: &Town, session: &Session, group: &str, places: &[&str]) -> Result<()> {
    let update = UpdateGroup {
        group: group.into(),
        version: None,
        changes: GroupChanges {
            nodes: starts(listed(places)),
            ..GroupChanges::default()
        },
        consent: Consent::default(),
    };
    edited(&town.service, session, update).await.map(drop)
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn nobody_uncovers_a_place_that_is_not_theirs(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    let mut tx = town.db.write().await.unwrap();
    let paths = ["/c", "/money"].map(|path| NodePath::parse(path).unwrap());
    nodes::add(&mut tx, "content", &paths.iter().collect::<Vec<_>>())
        .await
        .unwrap();
    tx.commit().await.unwrap();
    a_role()
        .named("Keeper")
        .allows("view edit members delete", "group", Level::All)
        .allows("view edit", "user", Level::All)
        .allows("view", "role", Level::All)
        .allows("view", "job", Level::Own)
        .insert(&town)
        .await;
    let ada = town.sign_in("ada").await;
    for (group, place) in [("Wide", "content:/"), ("Money", "content:/money")] {
        a_group().named(group).insert(&town).await;
        start(&town, &ada, group, &[place]).await.unwrap();
    }
    a_user()
        .named("kim")
        .with_role("Keeper")
        .insert(&town)
        .await;
    // Of the group's nodes the root counts, and the own node takes its place: /money isn't reached.
    for name in ["nat", "nia"] {
        a_user()
            .named(name)
            .with_role("Member")
            .in_group("Wide")
            .in_group("Money")
            .insert(&town)
            .await;
    }
    let narrow = UserChanges {
        nodes: starts(listed(&["content:/c"])),
        ..UserChanges::default()
    };
    settle(&town, &ada, "nat", narrow).await.unwrap();
    let kim = town.sign_in("kim").await;
    let said = "You don't start at content:/money yourself";

    let leaves = [out("Wide", Direction::Remove)];
    let left = change_members(&town, &kim, &leaves, users(&["nat"]), Consent::count(1)).await;
    let left = left.unwrap();
    assert_eq!((left.changed, left.refused), (0, 1));
    assert!(left.reasons()[0].contains(said), "{left:?}");
    let stays = |groups: &[&str]| UserChanges {
        groups: Some(groups.iter().map(|&group| group.to_owned()).collect()),
        ..UserChanges::default()
    };
    let why = unheld(
        &town,
        &kim,
        settle(&town, &kim, "nat", stays(&["Money"])).await,
    )
    .await;
    assert!(why.starts_with(said), "{why}");
    let why = unheld(&town, &kim, start(&town, &kim, "Wide", &[]).await).await;
    assert!(why.starts_with(said), "{why}");
    let delete = DeleteGroup {
        group: "Wide".into(),
        consent: Consent::count(1),
    };
    let why = unheld(&town, &kim, town.service.perform(&kim, delete).await).await;
    assert!(why.starts_with(said), "{why}");

    // Where nothing lay hidden nothing opens: for whoever has no own node, and for whoever leaves both.
    let left = change_members(&town, &kim, &leaves, users(&["nia"]), Consent::count(1)).await;
    assert_eq!(left.unwrap().changed, 1);
    let both = [
        out("Money", Direction::Remove),
        out("Wide", Direction::Remove),
    ];
    let left = change_members(&town, &kim, &both, users(&["nat"]), Consent::count(2)).await;
    assert_eq!(left.unwrap().changed, 2);
    town.verify().await;
}
