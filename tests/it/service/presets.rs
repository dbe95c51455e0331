//! What a new database begins with under a preset, and whom a helpdesk serves there.

use crate::support::engine::Engine;
use crate::support::members::{group, plan_members, role};
use crate::support::refusal::users;
use crate::support::town::{Town, a_user};
use rstest::rstest;
use wardroom::domain::GroupId;
use wardroom::domain::catalogue::CatalogueFile;
use wardroom::service::Error;
use wardroom::service::catalogue::Preset;
use wardroom::service::jobs::Direction::Add;
use wardroom::service::jobs::Operation;
use wardroom::store::nodes::{self, Keeper};
use wardroom::store::sql::Sql;

fn written(text: &str) -> Preset {
    Preset {
        name: "test".to_owned(),
        file: CatalogueFile::parse(text).unwrap(),
    }
}

#[rstest]
#[tokio::test]
async fn a_helpdesk_unlocks_members_and_editors_but_nobody_with_more_power(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
    #[values(
        ("oro", "System configuration"),
        ("spryker", "User administration"),
        ("umbraco", "Site builders")
    )]
    (name, privileged): (&str, &str),
) {
    let preset = Preset::find(name).unwrap();
    let file = preset.file.clone();
    let town = Town::begun_with(engine, preset).await.unwrap();
    a_user()
        .named("hana")
        .with_role("Helpdesk")
        .insert(&town)
        .await;
    a_user()
        .named("aude")
        .with_role("Auditor")
        .insert(&town)
        .await;
    a_user().named("mem").insert(&town).await;
    // One who holds each role of the preset, one in each of its groups.
    let mut holders = Vec::new();
    for role in &file.roles {
        let username = format!("holder{}", holders.len());
        let user = a_user().named(&username).with_role(&role.name);
        user.insert(&town).await;
        holders.push((username, role.name.as_str()));
    }
    for group in &file.groups {
        let username = format!("holder{}", holders.len());
        let user = a_user().named(&username).in_group(&group.name);
        user.insert(&town).await;
        holders.push((username, group.name.as_str()));
    }
    town.execute(Sql::new("update user_states set failures = 3"))
        .await;
    let hana = town.sign_in("hana").await;

    let plan = town.plan(&hana, Operation::Unlock, &["mem"]).await;
    assert_eq!(plan.will_change, 1, "{:?}", plan.refusals);
    let plan = town.plan(&hana, Operation::Unlock, &["ada"]).await;
    assert_eq!(plan.will_change, 0);
    let mut refused = Vec::new();
    for (username, holds) in &holders {
        let plan = town.plan(&hana, Operation::Unlock, &[username]).await;
        if let Some(refusal) = plan.refusals.first() {
            assert!(refusal.reason.contains("ask ada"), "{}", refusal.reason);
            refused.push(*holds);
        }
    }
    // A role and the group that confers it bear one name.
    refused.dedup();
    assert_eq!(refused, [privileged]);
    assert_eq!(
        town.audit("system_initialized").await,
        [format!("done ada {{\"preset\":\"{name}\"}}")]
    );
    town.verify().await;
}

#[rstest]
#[tokio::test]
async fn the_first_administrator_can_give_all_that_a_preset_has(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
    #[values("oro", "spryker", "umbraco")] name: &str,
) {
    let preset = Preset::find(name).unwrap();
    let file = preset.file.clone();
    let town = Town::begun_with(engine, preset).await.unwrap();
    a_user().named("mem").insert(&town).await;
    let ada = town.sign_in("ada").await;
    let roles = file.roles.iter().map(|one| role(&one.name, Add));
    let groups = file.groups.iter().map(|one| group(&one.name, Add));
    for change in roles.chain(groups) {
        let change = [change];
        let plan = plan_members(&town, &ada, &change, users(&["mem"])).await;
        let refusals = plan.unwrap().refusals;
        assert!(refusals.is_empty(), "{change:?}: {refusals:?}");
    }
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn groups_begin_with_their_entries_start_nodes_sections_and_languages(
    #[case] engine: Engine,
) {
    let preset = written(
        "[[resource]]\nkey = \"content\"\nactions = [\"read\", \"update\"]\nownership = \"tree\"\n\
         [[node]]\ntree = \"content\"\npath = \"/Home/News\"\n\
         [[section]]\nkey = \"media\"\n[[language]]\nkey = \"en-US\"\n\
         [[group]]\nname = \"News Desk\"\nconfers = [\"Member\"]\nrules = [\"allow read on content\"]\n\
         granular = [\"content:/Home/News=read,update\", \"content:/Home=\"]\n\
         start = [\"content:/Home\", \"*:/\"]\nsections = [\"media\"]\nlanguages = [\"en-US\"]\n",
    );
    let town = Town::begun_with(engine, preset).await.unwrap();
    let group = Sql::new("select id from groups where alias = 'newsDesk'");
    let keeper = Keeper::Group(GroupId(town.int(group).await));
    let mut tx = town.db.read().await.unwrap();
    let entries = nodes::entries(&mut tx, keeper).await.unwrap();
    let starts = nodes::starts(&mut tx, keeper).await.unwrap();
    drop(tx);
    let entries: Vec<String> = entries.iter().map(ToString::to_string).collect();
    assert_eq!(
        entries,
        ["content:/Home=", "content:/Home/News=read,update"]
    );
    let starts: Vec<String> = starts
        .iter()
        .map(|(tree, node)| format!("{tree}:{node}"))
        .collect();
    assert_eq!(starts, ["*:/", "content:/Home"]);
    for (column, kept) in [
        (
            "select sections from groups where alias = 'newsDesk'",
            "[\"media\"]",
        ),
        (
            "select languages from groups where alias = 'newsDesk'",
            "[\"en-US\"]",
        ),
        (
            "select r.name from group_roles m join groups g on g.id = m.group_id join roles r on r.id = m.role_id where g.alias = 'newsDesk'",
            "Member",
        ),
    ] {
        assert_eq!(town.texts(Sql::new(column)).await, [kept]);
    }
}

#[tokio::test]
async fn what_a_preset_names_and_does_not_have_is_told_with_its_line() {
    let content = "[[resource]]\nkey = \"content\"\nactions = [\"read\"]\nownership = \"tree\"\n";
    for (part, said) in [
        (
            "[[role]]\nname = \"Editor\"\nrules = [\n\"allow read on content\",\n\"allow red on content\"]",
            "line 9: there is no action \"red\" on content",
        ),
        (
            "[[group]]\nname = \"G\"\nrules = [\"allow read on contents\"]",
            "line 7: there is no resource \"contents\"",
        ),
        (
            "[[group]]\nname = \"G\"\nconfers = [\"Member\",\n\"Editor\"]",
            "line 8: there is no role \"Editor\"",
        ),
        (
            "[[group]]\nname = \"G\"\ngranular = [\"content:/Home=read\"]",
            "line 7: there is no node content:/Home",
        ),
        (
            "[[group]]\nname = \"G\"\ngranular = [\"content:/=write\"]",
            "line 7: there is no action \"write\" on content",
        ),
        (
            "[[group]]\nname = \"G\"\ngranular = [\"content\"]",
            "line 7: \"content\" is no entry: write TREE:/PATH=ACTION,ACTION",
        ),
        (
            "[[group]]\nname = \"G\"\nstart = [\"media:/\"]",
            "line 7: media is no tree",
        ),
        (
            "[[group]]\nname = \"G\"\nstart = [\"*:/Home\"]",
            "line 7: * is no tree",
        ),
        (
            "[[group]]\nname = \"G\"\nsections = [\"media\"]",
            "line 7: there is no section \"media\"",
        ),
        (
            "[[group]]\nname = \"G\"\nlanguages = [\"en\"]",
            "line 7: there is no language \"en\"",
        ),
        (
            "[[role]]\nname = \"helpdesk\"",
            "line 5: \"helpdesk\" is taken by another role",
        ),
        (
            "[[group]]\nname = \"G\"\n[[group]]\nname = \"H\"\nalias = \"g\"",
            "line 7: \"g\" is taken by another group",
        ),
    ] {
        let preset = written(&format!("{content}{part}"));
        match Town::begun_with(Engine::Sqlite, preset).await {
            Ok(_) => panic!("it was taken: {part}"),
            Err(Error::Invalid(fields)) => {
                let message = &fields[0].message;
                assert!(message.starts_with(said), "{message} | {said}");
            }
            Err(error) => panic!("{error:?}: {part}"),
        }
    }
}
