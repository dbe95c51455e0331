//! What no compiler checks: which way imports run, which names stay in which folder, how files begin.
//!
//! The sources are read as text. A rule is one line of a table here; a file that breaks one is named
//! with its line.

use std::path::{Path, PathBuf};

/// Longer than this, a file holds more than one thought.
const FILE_LINES_MAX: usize = 800;

/// Names that stand in one place only: the words, and the paths under `src` that may hold them.
const CONFINED: &[(&[&str], &[&str])] = &[
    (&["sqlx", "rusqlite"], &["store/"]),
    (&["ratatui", "crossterm", "tui_input"], &["tui/"]),
    (&["argon2"], &["service/password.rs"]),
    (
        &["csv::"],
        &["domain/text/spreadsheet.rs", "service/csv.rs"],
    ),
    (
        &["AssertSqlSafe"],
        &["store/sql.rs", "store/migrate.rs", "store/bulk/postgres.rs"],
    ),
    (
        &["eyre", "color_eyre"],
        &["main.rs", "cli/", "tui/terminal.rs"],
    ),
    (
        &["env::var", "env::var_os", "env::vars", "env::vars_os"],
        &["config/"],
    ),
];

/// Which of our own modules each may import; `main` and `lib` may import all of them.
const LAYERS: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("clock", &["domain"]),
    ("config", &["domain"]),
    ("store", &["domain", "clock"]),
    ("service", &["store", "domain", "clock", "config"]),
    ("cli", &["service", "domain", "clock", "config"]),
    ("tui", &["service", "domain", "clock", "config"]),
];

#[test]
fn names_stay_in_their_places() {
    let broken = findings(|source, line| {
        let (words, places) = CONFINED.iter().find(|(words, places)| {
            words.iter().any(|word| names(line, word))
                && !places.iter().any(|place| source.name.starts_with(place))
        })?;
        Some(format!(
            "names {}, which stands only in {}",
            words.join(" or "),
            places.join(", ")
        ))
    });
    assert!(broken.is_empty(), "\n{}", broken.join("\n"));
}

#[test]
fn imports_run_one_way() {
    let broken = findings(|source, line| {
        let (module, allowed) = LAYERS.iter().find(|(module, _)| source.is_in(module))?;
        let others = LAYERS.iter().map(|(other, _)| other);
        let imported = others
            .filter(|other| *other != module && !allowed.contains(other))
            .find(|other| imports(line, other))?;
        Some(format!("{module} imports {imported}"))
    });
    assert!(broken.is_empty(), "\n{}", broken.join("\n"));
}

#[test]
fn every_module_has_its_layer() {
    for source in sources() {
        let top = ["main.rs", "lib.rs"].contains(&source.name.as_str());
        let known = top || LAYERS.iter().any(|(module, _)| source.is_in(module));
        assert!(known, "src/{} is in no line of LAYERS", source.name);
    }
}

#[test]
fn every_file_says_what_it_is_for() {
    let silent: Vec<String> = sources()
        .into_iter()
        .filter(|source| !source.text.starts_with("//! "))
        .map(|source| format!("src/{} does not begin with a `//!` sentence", source.name))
        .collect();
    assert!(silent.is_empty(), "\n{}", silent.join("\n"));
}

#[test]
fn files_are_short_enough_to_read() {
    let long: Vec<String> = sources()
        .into_iter()
        .filter(|source| source.text.lines().count() > FILE_LINES_MAX)
        .map(|source| format!("src/{} has more than {FILE_LINES_MAX} lines", source.name))
        .collect();
    assert!(long.is_empty(), "\n{}", long.join("\n"));
}

#[test]
fn migrations_that_differ_come_in_pairs() {
    let folder = root().join("assets/migrations");
    let files: Vec<String> = files_under(&folder, "sql")
        .iter()
        .map(|file| file.file_name().unwrap().to_str().unwrap().to_owned())
        .collect();
    let of_engine = |engine: &str| -> Vec<&str> {
        files
            .iter()
            .filter_map(|file| file.strip_suffix(&format!(".{engine}.sql")))
            .collect()
    };
    let (sqlite, postgres) = (of_engine("sqlite"), of_engine("postgres"));
    println!(
        "{} of {} migrations differ by engine",
        sqlite.len(),
        files.len() - sqlite.len()
    );
    assert_eq!(sqlite, postgres, "a migration of one engine lacks its twin");
}

struct Source {
    /// The path under `src`.
    name: String,
    text: String,
}

impl Source {
    fn is_in(&self, module: &str) -> bool {
        self.name
            .strip_prefix(module)
            .is_some_and(|rest| rest.starts_with('/') || rest == ".rs")
    }
}

/// Asks about every line of code and names the file and line of each answer.
fn findings(ask: impl Fn(&Source, &str) -> Option<String>) -> Vec<String> {
    let mut found = Vec::new();
    for source in sources() {
        for (number, line) in code_lines(&source.text) {
            if let Some(answer) = ask(&source, &line) {
                found.push(format!(
                    "src/{}:{number} {answer}: {}",
                    source.name,
                    line.trim()
                ));
            }
        }
    }
    found
}

/// The numbered lines without comments, which may speak of anything; a group of imports that
/// rustfmt broke over several lines counts as its first.
fn code_lines(text: &str) -> Vec<(usize, String)> {
    let mut lines: Vec<(usize, String)> = Vec::new();
    for (index, line) in text.lines().enumerate() {
        match lines.last_mut() {
            _ if line.trim_start().starts_with("//") => {}
            Some((_, open)) if is_import(open) && !open.contains(';') => open.push_str(line.trim()),
            _ => lines.push((index + 1, line.to_owned())),
        }
    }
    lines
}

fn is_import(line: &str) -> bool {
    let line = line.trim_start();
    ["use ", "pub use ", "pub(crate) use "]
        .iter()
        .any(|start| line.starts_with(start))
}

/// Whether a line holds `name` as a path: a whole word next to `::`, or after `use`.
fn names(line: &str, name: &str) -> bool {
    line.match_indices(name).any(|(start, _)| {
        let before = line[..start].chars().next_back();
        let after = &line[start + name.len()..];
        let begins = before.is_none_or(|character| !is_in_word(character));
        let ends = name.ends_with("::") || !after.starts_with(is_in_word);
        let is_path = name.contains("::")
            || name.starts_with(char::is_uppercase)
            || after.starts_with("::")
            || line.trim_start().starts_with(&format!("use {name}"));
        begins && ends && is_path
    })
}

/// Whether a line reaches one of our own modules: `crate::store`, or `store` in `use crate::{…}`.
fn imports(line: &str, module: &str) -> bool {
    let direct =
        names(line, &format!("crate::{module}")) || names(line, &format!("wardroom::{module}"));
    let grouped = line
        .trim_start()
        .strip_prefix("use crate::{")
        .is_some_and(|group| {
            group
                .split([',', '{', '}', ' ', ':'])
                .any(|word| word == module)
        });
    direct || grouped
}

fn is_in_word(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

fn sources() -> Vec<Source> {
    let folder = root().join("src");
    let read = |path: PathBuf| Source {
        name: path
            .strip_prefix(&folder)
            .unwrap()
            .to_str()
            .unwrap()
            .to_owned(),
        text: std::fs::read_to_string(&path).unwrap(),
    };
    files_under(&folder, "rs").into_iter().map(read).collect()
}

fn files_under(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.append(&mut files_under(&path, extension));
        } else if path.extension().is_some_and(|found| found == extension) {
            files.push(path);
        }
    }
    files.sort();
    files
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn the_rules_see_what_they_forbid() {
    assert!(names("use sqlx::Row;", "sqlx"));
    assert!(names("    let row: sqlx::Row = row;", "sqlx"));
    assert!(names("use argon2;", "argon2"));
    assert!(names("let writer = csv::Writer::new();", "csv::"));
    assert!(!names("let argon2 = config.argon2;", "argon2"));
    assert!(!names("mycsv::Writer", "csv::"));
    assert!(imports("use crate::store::Db;", "store"));
    assert!(imports("use crate::{domain::Time, store::Db};", "store"));
    assert!(imports("fn open() -> crate::store::Db {", "store"));
    assert!(!imports("use crate::storekeeper::Db;", "store"));
    assert!(!imports("use crate::service::store;", "store"));
    let broken = "// sqlx\nuse crate::{\n    domain::Time,\n    store::Db,\n};\nfn open() {}\n";
    let lines = code_lines(broken);
    assert_eq!(
        lines.iter().map(|(number, _)| *number).collect::<Vec<_>>(),
        [2, 6]
    );
    assert!(imports(&lines[0].1, "store"));
}
