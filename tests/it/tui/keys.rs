//! The keys: README's table is the one in force, and the operator's file counts from the start or is refused.

use super::harness::{Harness, options};
use super::town::{PASSWORD, Town};
use crate::support::engine::Engine;
use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;
use wardroom::tui::Options;
use wardroom::tui::keys::{KeyMap, markdown};

const BEGIN: &str = "<!-- keys: begin -->\n";
const END: &str = "<!-- keys: end -->\n";

/// Set to write the table into README.md instead of comparing it.
const WRITE: &str = "WARDROOM_WRITE_README";

#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "a switch for whoever runs the tests"
)]
fn the_table_in_the_readme_is_the_one_in_force() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let readme = std::fs::read_to_string(&path).unwrap();
    let (before, rest) = readme.split_once(BEGIN).expect("README.md has the marker");
    let (table, after) = rest.split_once(END).expect("README.md has the marker");
    let fresh = markdown(&KeyMap::defaults());
    if table == fresh {
        return;
    }
    assert!(
        std::env::var_os(WRITE).is_some(),
        "README.md has another table of keys; write it anew with:\n    \
         {WRITE}=1 cargo test --test it the_table_in_the_readme"
    );
    std::fs::write(&path, format!("{before}{BEGIN}{fresh}{END}{after}")).unwrap();
}

fn keys(text: &str) -> KeyMap {
    KeyMap::with_file(Path::new("/home/ada/.config/wardroom/keys.toml"), text).unwrap()
}

#[tokio::test]
async fn keys_of_the_operators_file_count_and_stand_in_footer_and_help() {
    let options = Options {
        keys: keys("[grids]\npane = [\"o\"]\n[anywhere]\ntab-6 = [\"f9\", \"g x\"]\n"),
        ..options()
    };
    let mut h = Harness::with(Town::on(Engine::Sqlite).await, options, 80, 24).await;
    h.sign_in("mkhan", PASSWORD).await;
    h.sees("o:details").sees_no("p:details");
    h.press("o").await;
    h.sees("-- a.ivanova --");
    h.press("p").await;
    h.sees("-- a.ivanova --");
    h.press("g x").await;
    h.sees("[F9 Jobs]");
    h.press("?").await;
    h.sees("Help: Jobs (2 keys changed in /home/ada/.config/wardroom/keys.toml)");
}

#[tokio::test]
async fn a_key_file_with_a_mistake_is_refused_at_start_with_file_and_line() {
    let town = Town::on(Engine::Sqlite).await;
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("wardroom");
    std::fs::create_dir(&folder).unwrap();
    let path = folder.join("keys.toml");
    std::fs::write(&path, "[grids]\nsort = [\"p\"]\n").unwrap();
    std::fs::set_permissions(&path, Permissions::from_mode(0o600)).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_wardroom"))
        .env_clear()
        .env("TERM", "xterm")
        .env("HOME", home.path())
        .env("XDG_CONFIG_HOME", home.path())
        .args(["--database", &town.database.url])
        .output()
        .unwrap();
    assert_eq!(
        String::from_utf8_lossy(&output.stderr),
        format!(
            "{}:2: p is bound to sort and to pane (by default); give one of them another key.\n",
            path.display()
        )
    );
    assert_eq!(output.status.code(), Some(2));
}
