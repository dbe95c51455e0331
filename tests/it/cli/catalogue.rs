//! `init --preset`, `catalogue import` and `catalogue show`.

use super::{Answer, Site, answer};
use crate::support::engine::Engine;

const SHOP: &str = "[[resource]]
key = \"catalog.product\"
label = \"Products\"
actions = [\"view\", \"edit\"]
ownership = \"unit\"

[[resource]]
key = \"content\"
actions = [\"view\"]
ownership = \"tree\"

[[node]]
tree = \"content\"
path = \"/Home/News\"

[[section]]
key = \"media\"
";

#[tokio::test]
async fn init_begins_with_a_preset() {
    let mut site = Site::empty(Engine::Sqlite).await;
    let key = site
        .run("init --admin ada --email ada@example.com --api-key-stdout --preset umbraco")
        .succeeded()
        .stdout;
    key.trim().clone_into(&mut site.key);
    let shown = site.run("catalogue show --output json").succeeded().json();
    let keys: Vec<&str> = (shown["resources"].as_array().unwrap().iter())
        .filter_map(|resource| resource["key"].as_str())
        .collect();
    assert!(keys.contains(&"content") && keys.contains(&"section.settings"));
    let writers = site
        .run("group show Writers --output json")
        .succeeded()
        .json();
    assert_eq!(writers["alias"], "writer");
    assert_eq!(writers["sections"][0], "content");
}

#[tokio::test]
async fn a_preset_that_is_not_there_is_told_before_anything_is_made() {
    let site = Site::empty(Engine::Sqlite).await;
    let said =
        site.run("init --admin ada --email ada@example.com --api-key-stdout --preset orocrm");
    insta::assert_snapshot!(said.said(), @r#"2: preset: there is no preset "orocrm"; choose one of oro, spryker, umbraco."#);
    assert!(!site.database.file().unwrap().exists());
}

#[tokio::test]
async fn a_catalogue_is_imported_twice_and_shown() {
    let site = Site::new(Engine::Sqlite).await;
    std::fs::write(site.path().join("shop.toml"), SHOP).unwrap();
    let said = site.run("catalogue import shop.toml").succeeded();
    insta::assert_snapshot!(said.said(), @"0: Imported: 2 resources added and 0 changed; 2 nodes, 1 section and 0 languages added.");
    let again = site
        .run_with("catalogue import - --output json", SHOP.as_bytes())
        .succeeded()
        .json();
    assert_eq!(again["resources_changed"], 0);
    assert_eq!(again["nodes_added"], 0);
    let nodes = site
        .run("catalogue show --nodes content --below /Home --output csv")
        .succeeded();
    assert_eq!(nodes.stdout, "path,has_more\n/Home/News,false\n");
    let shown = site.run("catalogue show").succeeded();
    assert!(shown.stdout.contains("catalog.product"), "{shown:?}");
    assert!(
        shown.stderr.contains("The tree content has 2 nodes"),
        "{shown:?}"
    );
    site.run("role create Buyer --rule 'allow edit on catalog.product at unit'")
        .succeeded();
    insta::assert_snapshot!(site.run("catalogue show --nodes media").said(), @r#"3: There is no tree named "media"; did you mean content?"#);
}

#[tokio::test]
async fn a_catalogue_is_made_equal_to_a_file() {
    let site = Site::new(Engine::Sqlite).await;
    site.run_with("catalogue import -", SHOP.as_bytes())
        .succeeded();
    site.run("role create Buyer --rule 'allow edit on catalog.product at unit'")
        .succeeded();
    let left = "[[resource]]\nkey = \"content\"\nactions = [\"view\"]\nownership = \"tree\"\n";
    let replace = |flags: &str, text: &str| {
        site.run_with(
            &format!("catalogue import - --replace {flags}"),
            text.as_bytes(),
        )
    };
    insta::assert_snapshot!(replace("", left).said(), @r#"9: The file leaves out what is still named: catalog.product (by the role "Buyer"); change those first, or import without --replace."#);
    replace("--dry-run", left).ended(9);
    site.run("role delete Buyer --yes-count 1").succeeded();
    insta::assert_snapshot!(replace("--dry-run", left).said(), @r"
    0: Would be imported: 0 resources added and 0 changed; 0 nodes, 0 sections and 0 languages added.
    Would be removed: 1 resource, 2 nodes, 1 section and 0 languages.
      resource catalog.product
      section media
      node content:/Home
      node content:/Home/News
    It would take 1 resource, 2 nodes and 1 section out of the catalogue, and wants --yes-count 4.
    ");
    insta::assert_snapshot!(replace("", left).said(), @"6: This would take 1 resource, 2 nodes and 1 section out of the catalogue (resource catalog.product, section media, node content:/Home, ...) and wants to be confirmed; nothing was changed. Say how many with --yes-count 4.");
    let done = replace("--yes-count 4 --output json", left)
        .succeeded()
        .json();
    assert_eq!(done["nodes_removed"], 2);
    assert_eq!(done["removed"][0], "resource catalog.product");
    let rows = site.run("audit list --action catalogue_imported --output json");
    let rows = rows.succeeded().json();
    let marked = |row: &&serde_json::Value| row["changes"]["rehearsed"] == true;
    assert_eq!(rows.as_array().unwrap().iter().filter(marked).count(), 1);
}

#[tokio::test]
async fn a_mistake_in_a_file_is_told_with_its_line_and_nothing_is_imported() {
    let site = Site::new(Engine::Sqlite).await;
    let import = |text: &str| site.run_with("catalogue import -", text.as_bytes()).said();
    insta::assert_snapshot!(import("[[resource]]\nkey = \"a\"\nactons = []\n"), @"2: Standard input, line 3: unknown field `actons`, expected one of `key`, `label`, `actions`, `ownership`, `privileged`; nothing was imported.");
    insta::assert_snapshot!(import("[[section]]\nkey = \"a\"\n\n[[resource]]\nkey = \"user\"\nactions = [\"view\"]\nownership = \"none\"\n"), @"2: Standard input, line 4: user is a resource of Wardroom itself; choose another key; nothing was imported.");
    insta::assert_snapshot!(import("[[node]]\ntree = \"content\"\npath = \"/Home\"\n"), @r#"2: file: line 1: content is no tree; add a [[resource]] with this key and ownership = "tree"."#);
    insta::assert_snapshot!(import("[[role]]\nname = \"Editor\"\n"), @"2: file: line 1: roles and groups are no part of a catalogue; make them with wardroom role create and group create.");
    let shown = site.run("catalogue show --output json").succeeded().json();
    assert_eq!(shown["sections"].as_array().unwrap().len(), 0);
}

#[tokio::test]
async fn a_restricted_operator_gives_the_catalogue_on_standard_input() {
    let site = Site::new(Engine::Sqlite).await;
    std::fs::write(site.path().join("shop.toml"), SHOP).unwrap();
    let over_ssh = |line: &str| -> Answer {
        let mut command = site.command();
        command
            .arg("--restricted")
            .env("SSH_ORIGINAL_COMMAND", line);
        answer(command, SHOP.as_bytes())
    };
    insta::assert_snapshot!(over_ssh("catalogue import shop.toml").said(), @"2: Restricted mode reads no files; give the catalogue on standard input, as in: wardroom catalogue import - < catalogue.toml");
    over_ssh("catalogue import -").succeeded();
}
