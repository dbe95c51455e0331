//! Making the catalogue equal to a file: what goes, and what stands against it.

use crate::support::engine::Engine;
use crate::support::refusal::{denied, rule};
use crate::support::town::{Town, a_role, a_user};
use rstest::rstest;
use std::fmt::Write as _;
use std::time::{Duration, Instant};
use wardroom::domain::catalogue::CatalogueFile;
use wardroom::domain::nodes::NodePath;
use wardroom::domain::permission::Level;
use wardroom::service::catalogue::{ImportCatalogue, Imported, ListNodes, ShowCatalogue};
use wardroom::service::groups::{CreateGroup, GroupDraft};
use wardroom::service::{Consent, Error, ListChange, NodeChanges, Result, Session};
use wardroom::store::sql::Sql;

/// What the town has, with two sections, a language and a few nodes.
const ALL: &str = "
[[resource]]
key = \"catalog.product\"
actions = [\"view\", \"create\", \"edit\", \"delete\", \"publish\"]
ownership = \"unit\"

[[resource]]
key = \"content\"
actions = [\"view\", \"create\", \"edit\", \"delete\", \"publish\"]
ownership = \"tree\"

[[resource]]
key = \"order\"
actions = [\"view\", \"edit\", \"approve\"]
ownership = \"user\"

[[node]]
tree = \"content\"
path = \"/home/news\"

[[node]]
tree = \"content\"
path = \"/shop\"

[[section]]
key = \"media\"

[[section]]
key = \"members\"

[[language]]
key = \"en-US\"
";

fn import(text: &str, replace: bool) -> ImportCatalogue {
    ImportCatalogue {
        file: CatalogueFile::parse(text).unwrap(),
        replace,
        consent: Consent::default(),
    }
}

/// Makes the catalogue equal to the file, as whoever saw what goes.
async fn replaced(town: &Town, session: &Session, text: &str) -> Result<Imported> {
    let mut import = import(text, true);
    let asks = town.service.rehearse(session, import.clone()).await?.asks;
    if asks.are_asked() {
        import.consent = Consent::count(asks.number);
    }
    town.service.perform(session, import).await
}

/// The file without the parts that have one of these words.
fn without(words: &[&str]) -> String {
    let parts = ALL.split("\n\n").filter(|part| {
        let named = words
            .iter()
            .any(|word| part.contains(&format!("\"{word}\"")));
        !named
    });
    parts.collect::<Vec<_>>().join("\n\n")
}

async fn with_all(engine: Engine) -> (Town, Session) {
    let town = Town::new(engine).await;
    let ada = town.sign_in("ada").await;
    town.service
        .perform(&ada, import(ALL, false))
        .await
        .unwrap();
    (town, ada)
}

async fn nodes(town: &Town, session: &Session, below: &str) -> Vec<String> {
    let list = ListNodes {
        tree: "content".to_owned(),
        below: NodePath::parse(below).unwrap(),
        limit: 100,
    };
    let listed = town.service.ask(session, list).await.unwrap();
    listed.rows.into_iter().map(|row| row.path).collect()
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn what_the_file_leaves_out_goes(#[case] engine: Engine) {
    let (town, ada) = with_all(engine).await;
    assert_eq!(
        replaced(&town, &ada, ALL).await.unwrap(),
        Imported::default()
    );
    let file = without(&["order", "/home/news", "members", "en-US"]);
    // Without the word everything stays.
    town.service
        .perform(&ada, import(&file, false))
        .await
        .unwrap();
    assert_eq!(nodes(&town, &ada, "/home").await, ["/home/news"]);
    let rehearsed = town
        .service
        .rehearse(&ada, import(&file, true))
        .await
        .unwrap();
    assert_eq!(
        rehearsed.removed,
        [
            "resource order",
            "section members",
            "language en-US",
            "node content:/home",
            "node content:/home/news"
        ]
    );
    assert_eq!(nodes(&town, &ada, "/").await, ["/home", "/shop"]);
    let done = replaced(&town, &ada, &file).await.unwrap();
    assert_eq!(done, rehearsed);
    assert_eq!((done.resources_removed, done.nodes_removed), (1, 2));
    assert_eq!((done.sections_removed, done.languages_removed), (1, 1));
    assert_eq!(nodes(&town, &ada, "/").await, ["/shop"]);
    let view = town.service.ask(&ada, ShowCatalogue).await.unwrap();
    let keys: Vec<&str> = view.resources.iter().map(|one| one.key.as_str()).collect();
    assert!(keys.contains(&"user") && keys.contains(&"content"));
    assert!(!keys.contains(&"order"));
    assert_eq!(view.sections.len(), 1);
    assert!(view.languages.is_empty());
    // The nodes of a tree that goes go with it.
    let file = without(&["order", "content", "members", "en-US"]);
    assert_eq!(replaced(&town, &ada, &file).await.unwrap().nodes_removed, 1);
    let left = town.int(Sql::new("select count(*) from nodes")).await;
    let closure = town
        .int(Sql::new("select count(*) from node_closure"))
        .await;
    assert_eq!((left, closure), (0, 0));
    town.verify().await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn what_goes_wants_to_be_confirmed_by_its_number(#[case] engine: Engine) {
    let (town, ada) = with_all(engine).await;
    let file = without(&["order", "/home/news", "members", "en-US"]);
    let refused = |consent: Consent| {
        let import = ImportCatalogue {
            consent,
            ..import(&file, true)
        };
        let (service, ada) = (&town.service, &ada);
        async move {
            match service.perform(ada, import).await {
                Err(Error::NotConfirmed(why)) => why,
                other => panic!("{other:?}"),
            }
        }
    };
    let why = refused(Consent::default()).await;
    assert_eq!(
        why,
        "This would take 1 resource, 2 nodes, 1 section and 1 language out of the catalogue (resource order, section members, language en-US, ...) and wants to be confirmed; \
         nothing was changed. Say how many with --yes-count 5."
    );
    let why = refused(Consent::count(3)).await;
    assert!(why.contains("5, not 3"), "{why}");
    assert_eq!(nodes(&town, &ada, "/").await, ["/home", "/shop"]);
    let confirmed = ImportCatalogue {
        consent: Consent::count(5),
        ..import(&file, true)
    };
    let done = town.service.perform(&ada, confirmed).await.unwrap();
    assert_eq!(done.nodes_removed, 2);
    town.verify().await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn what_somebody_names_stays_and_nothing_changes(#[case] engine: Engine) {
    let (town, ada) = with_all(engine).await;
    let list = |text: &str| ListChange::adding(vec![text.to_owned()]);
    let draft = GroupDraft {
        name: "Writers".to_owned(),
        sections: vec!["media".to_owned()],
        languages: vec!["en-US".to_owned()],
        nodes: NodeChanges {
            entries: list("content:/home/news=view,edit"),
            starts: list("content:/shop"),
        },
        ..GroupDraft::default()
    };
    town.service
        .perform(&ada, CreateGroup { draft })
        .await
        .unwrap();
    let refused = async |words: &[&str]| {
        let why = rule(replaced(&town, &ada, &without(words)).await);
        let (_, named) = why.split_once("still named: ").unwrap();
        named.split_once("; change those").unwrap().0.to_owned()
    };
    assert_eq!(
        refused(&["catalog.product"]).await,
        "catalog.product (by the role \"Editor\")"
    );
    assert_eq!(
        refused(&["media", "en-US"]).await,
        "the section media (by the group \"Writers\"), the language en-US (by the group \"Writers\")"
    );
    assert_eq!(
        refused(&["/home/news"]).await,
        "content:/home/news (by the group \"Writers\")"
    );
    assert_eq!(
        refused(&["/shop"]).await,
        "content:/shop (by the group \"Writers\")"
    );
    assert_eq!(
        refused(&["catalog.product", "content", "media", "en-US"]).await,
        "catalog.product (by the role \"Editor\"), the section media (by the group \"Writers\"), \
         the language en-US (by the group \"Writers\"), and more"
    );
    // An action that an entry allows stays as well, with and without the word.
    let fewer = ALL.replacen(
        "\"edit\", \"delete\", \"publish\"]\nownership = \"tree\"",
        "\"delete\"]\nownership = \"tree\"",
        1,
    );
    assert_ne!(fewer, ALL);
    let why = rule(replaced(&town, &ada, &fewer).await);
    assert!(
        why.contains("the group \"Writers\" has an entry about"),
        "{why}"
    );
    // A pattern counts where it would name nothing any more.
    a_role()
        .named("Order desk")
        .allows("approve", "order.*", Level::All)
        .allows("approve", "ord", Level::All)
        .insert(&town)
        .await;
    replaced(&town, &ada, &without(&["order"])).await.unwrap();
    assert_eq!(nodes(&town, &ada, "/home").await, ["/home/news"]);
    let view = town.service.ask(&ada, ShowCatalogue).await.unwrap();
    assert_eq!((view.sections.len(), view.languages.len()), (2, 1));
    town.verify().await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn only_whoever_holds_it_takes_it_away(#[case] engine: Engine) {
    let (town, ada) = with_all(engine).await;
    a_role()
        .named("Importer")
        .allows("view import", "catalogue", Level::All)
        .allows("*", "content", Level::All)
        .insert(&town)
        .await;
    a_user()
        .named("ivy")
        .with_role("Importer")
        .insert(&town)
        .await;
    let ivy = town.sign_in("ivy").await;
    let why = rule(replaced(&town, &ivy, &without(&["order"])).await);
    assert!(why.starts_with("Without order others could lose"), "{why}");
    let done = replaced(&town, &ivy, &without(&["/shop"])).await.unwrap();
    assert_eq!(done.nodes_removed, 1);
    let mem = town.sign_in("mem").await;
    assert_eq!(denied(replaced(&town, &mem, ALL).await), "catalogue:import");
    assert_eq!(replaced(&town, &ada, ALL).await.unwrap().nodes_added, 1);
    town.verify().await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn many_nodes_go_as_a_set(#[case] engine: Engine) {
    let (town, ada) = with_all(engine).await;
    let mut file = ALL.to_owned();
    for page in 0..20_000 {
        let place = format!("/shop/{}/{page}", page % 100);
        write!(file, "\n[[node]]\ntree = \"content\"\npath = \"{place}\"\n").unwrap();
    }
    replaced(&town, &ada, &file).await.unwrap();
    let started = Instant::now();
    let done = replaced(&town, &ada, ALL).await.unwrap();
    assert_eq!(done.nodes_removed, 20_100);
    assert_eq!(done.removed.len(), 20);
    let took = started.elapsed();
    assert!(took < Duration::from_secs(30), "{took:?}");
    town.verify().await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_level_that_rules_name_stays(#[case] engine: Engine) {
    let (town, ada) = with_all(engine).await;
    a_role()
        .named("Order desk")
        .allows("view", "order", Level::Unit)
        .insert(&town)
        .await;
    let owned_by = |ownership: &str| {
        let text = ALL.replacen("\"user\"", &format!("\"{ownership}\""), 1);
        import(&text, false)
    };
    let why = rule(town.service.perform(&ada, owned_by("none")).await);
    assert_eq!(
        why,
        "With ownership = \"none\" order has no level unit any more, which the role \"Order desk\" names in \"allow view on order at unit\"; change that rule first."
    );
    town.service.perform(&ada, owned_by("unit")).await.unwrap();
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn who_names_it_is_told_where_the_importer_sees_them(#[case] engine: Engine) {
    let (town, ada) = with_all(engine).await;
    a_role()
        .named("Hidden")
        .allows("approve", "order", Level::All)
        .insert(&town)
        .await;
    a_role()
        .named("Importer")
        .allows("view import", "catalogue", Level::All)
        .allows("*", "order", Level::All)
        .allows("*", "content", Level::All)
        .insert(&town)
        .await;
    let ivy = a_user().named("ivy").with_role("Importer");
    ivy.insert(&town).await;
    let entry = "insert into granular_entries (user_id, tree, actions)
         select id, 'content', 'publish' from users where username = 'mem'";
    town.execute(Sql::new(entry)).await;
    let ivy = town.sign_in("ivy").await;
    let refused = async |session: &Session, before: &str, after: &str| {
        let file = ALL.replacen(before, after, 1);
        rule(town.service.perform(session, import(&file, false)).await)
    };
    let approve = ("\"edit\", \"approve\"]", "\"edit\"]");
    let left_out = "The file leaves out an action of order that";
    assert_eq!(
        refused(&ivy, approve.0, approve.1).await,
        format!(
            "{left_out} a role that you may not see names; ask an administrator to change its rule first."
        )
    );
    assert_eq!(
        refused(&ada, approve.0, approve.1).await,
        format!(
            "{left_out} the role \"Hidden\" names in \"allow approve on order at all\"; change that rule first."
        )
    );
    let publish = (
        ", \"publish\"]\nownership = \"tree\"",
        "]\nownership = \"tree\"",
    );
    let why = refused(&ivy, publish.0, publish.1).await;
    assert!(
        why.contains("a user whom you may not see has an entry about"),
        "{why}"
    );
    let why = refused(&ada, publish.0, publish.1).await;
    assert!(why.contains("the user \"mem\" has an entry about"), "{why}");
    let why = rule(replaced(&town, &ivy, &without(&["order", "content"])).await);
    assert!(
        why.contains("(by a role that you may not see)")
            && why.contains("(by a user whom you may not see)"),
        "{why}"
    );
}
