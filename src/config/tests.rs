//! The configuration's tests: the example, the places and their order, every refusal.

use super::file::ConfigFile;
use super::keys::{KEYS, Key};
use super::load::Assignment;
use super::*;
use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs::{Permissions, set_permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use tempfile::TempDir;

const EXAMPLE: &str = include_str!("../../config.toml.example");

/// The example with the keys that it shows without setting them.
fn complete_example() -> ConfigFile {
    let is_key = |line: &str| line.starts_with('[') || line.split(" = ").nth(1).is_some();
    let lines = EXAMPLE.lines().map(|line| match line.strip_prefix("# ") {
        Some(key) if is_key(key) => key,
        _ => line,
    });
    let text = lines.collect::<Vec<_>>().join("\n");
    ConfigFile::parse(Path::new("config.toml.example"), &text).unwrap()
}

fn names(assignments: &[Assignment]) -> BTreeSet<&'static str> {
    assignments
        .iter()
        .map(|assignment| assignment.key.name)
        .collect()
}

#[test]
fn the_example_shows_every_key_with_its_default() {
    let example = ConfigFile::parse(Path::new("config.toml.example"), EXAMPLE).unwrap();
    let mut config = Config::default();
    config.take_all(&example.assignments).unwrap();
    config.origins.clear();
    assert_eq!(config, Config::default());

    let complete = complete_example();
    assert_eq!(
        names(&complete.assignments),
        KEYS.iter().map(|key| key.name).collect()
    );
    let profile = complete.profiles.get("prod-eu").unwrap();
    assert_eq!(
        names(profile),
        Key::of_profiles().map(|key| key.name).collect()
    );
}

/// The dotted names of the fields, as the pretty debug output nests them.
fn fields_of(config: &Config) -> BTreeSet<String> {
    let mut path: Vec<String> = Vec::new();
    let mut fields = BTreeSet::new();
    for line in format!("{config:#?}").lines() {
        let Some((name, value)) = line.trim().split_once(": ") else {
            continue;
        };
        let depth = (line.len() - line.trim_start().len()) / 4;
        path.truncate(depth - 1);
        path.push(name.to_owned());
        if !value.ends_with('{') {
            fields.insert(path.join("."));
        }
    }
    fields
}

#[test]
fn every_field_has_its_key() {
    let mut fields = fields_of(&Config::default());
    assert!(fields.remove("profile") && fields.remove("origins"));
    assert_eq!(fields, KEYS.iter().map(|key| key.name.to_owned()).collect());
}

#[test]
fn entries_show_what_the_file_would_say() {
    let entries = Config::default().entries();
    let value = |name: &str| {
        entries
            .iter()
            .find(|entry| entry.key == name)
            .unwrap()
            .value
            .as_str()
    };
    assert_eq!(value("lockout.minutes"), "30");
    assert_eq!(value("read_only"), "false");
    assert_eq!(value("theme"), "default");
    assert_eq!(value("password.blocklist_file"), "");
    assert_eq!(value("terminal.time_zone"), "local");
}

/// The files of a host and of a user, and the rest of what decides.
struct Places {
    folder: TempDir,
    variables: Vec<(&'static str, &'static str)>,
    flags: Flags,
}

impl Places {
    fn new() -> Self {
        let folder = TempDir::new().unwrap();
        Self {
            folder,
            variables: vec![("HOME", "/home/ada")],
            flags: Flags::default(),
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn file(&self, name: &str, mode: u32, text: &str) -> PathBuf {
        let path = self.path(name);
        std::fs::write(&path, text).unwrap();
        set_permissions(&path, Permissions::from_mode(mode)).unwrap();
        path
    }

    fn load(&self) -> Result<Config, ConfigError> {
        let environment = Environment::of(
            self.variables
                .iter()
                .map(|(name, value)| (name.into(), value.into())),
        );
        Config::load_from(
            &[self.path("host"), self.path("user")],
            &environment,
            &self.flags,
        )
    }

    /// The refusal, with the temporary folder left out.
    fn refusal(&self) -> String {
        let folder = format!("{}/", self.folder.path().display());
        self.load().unwrap_err().to_string().replace(&folder, "")
    }
}

fn refusal_of(text: &str) -> String {
    let places = Places::new();
    places.file("host", 0o600, text);
    places.refusal()
}

fn refusal_with(variable: (&'static str, &'static str)) -> String {
    let mut places = Places::new();
    places.variables.push(variable);
    places.refusal()
}

#[test]
fn without_anything_the_defaults_hold_and_the_data_folder_is_the_users() {
    let config = Places::new().load().unwrap();
    assert_eq!(
        config.database.to_string(),
        "sqlite:/home/ada/.local/share/wardroom/wardroom.db"
    );
    assert!(
        config
            .entries()
            .iter()
            .all(|entry| entry.origin == Origin::Default)
    );

    let mut nowhere = Places::new();
    nowhere.variables.clear();
    assert!(nowhere.refusal().contains("--database"));
    nowhere.flags.database = Some("/data/w.db".to_owned());
    assert_eq!(
        nowhere.load().unwrap().database.to_string(),
        "sqlite:/data/w.db"
    );
}

#[test]
fn the_nearer_place_counts_and_is_named() {
    let mut places = Places::new();
    places.file(
        "host",
        0o640,
        "color = \"never\"\n\n[lockout]\nfailures = 5\nminutes = 5\n",
    );
    places.file("user", 0o600, "theme = \"light\"\n[lockout]\nminutes = 6\n");
    places
        .variables
        .extend([("WARDROOM_THEME", "dark"), ("WARDROOM_READ_ONLY", "1")]);
    places.flags.color = Some("always".to_owned());
    let config = places.load().unwrap();

    assert_eq!((config.lockout.failures, config.lockout.minutes), (5, 6));
    assert!(config.read_only);
    let entries = config.entries();
    let origin = |key: &str| {
        let entry = entries.iter().find(|entry| entry.key == key).unwrap();
        let folder = format!("{}/", places.folder.path().display());
        format!("{} by {}", entry.value, entry.origin).replace(&folder, "")
    };
    assert_eq!(origin("color"), "always by --color");
    assert_eq!(origin("theme"), "dark by WARDROOM_THEME");
    assert_eq!(origin("lockout.minutes"), "6 by user:3");
    assert_eq!(origin("lockout.failures"), "5 by host:4");
    assert_eq!(origin("session.idle_minutes"), "10 by default");
}

#[test]
fn a_named_file_replaces_the_others() {
    let mut places = Places::new();
    places.file("host", 0o600, "theme = \"light\"\n");
    places.flags.config = Some(places.file("own", 0o600, "color = \"never\"\n"));
    let config = places.load().unwrap();
    assert_eq!(config.theme, Theme::Default);
    assert_eq!(config.color, Color::Never);

    places.flags.config = Some(places.path("missing"));
    assert_eq!(
        places.refusal(),
        "missing: the file can't be read: there is none."
    );
}

const PROFILES: &str = "\
    database = \"/data/main.db\"\n\
    [profile.test]\ndatabase = \"/data/test.db\"\n\
    [profile.prod-eu]\ndatabase = \"/data/prod.db\"\nenvironment = \"prod-eu\"\nproduction = true\n";

#[test]
fn a_profile_counts_where_it_was_picked() {
    let mut places = Places::new();
    places.file("host", 0o600, PROFILES);
    assert_eq!(
        places.load().unwrap().database.to_string(),
        "sqlite:/data/main.db"
    );

    places.variables.push(("WARDROOM_PROFILE", "prod-eu"));
    let by_variable = places.load().unwrap();
    assert_eq!(by_variable.database.to_string(), "sqlite:/data/prod.db");
    assert_eq!(by_variable.profile.as_deref(), Some("prod-eu"));
    assert!(by_variable.production);
    assert_eq!(by_variable.environment.unwrap().to_string(), "prod-eu");

    places
        .variables
        .push(("WARDROOM_DATABASE", "/data/variable.db"));
    assert_eq!(
        places.load().unwrap().database.to_string(),
        "sqlite:/data/variable.db"
    );

    places.flags.profile = Some("test".to_owned());
    let by_flag = places.load().unwrap();
    assert_eq!(by_flag.database.to_string(), "sqlite:/data/test.db");
    assert!(
        !by_flag.production,
        "the profile of the variable must not mix in"
    );

    places.flags.database = Some("/data/flag.db".to_owned());
    assert_eq!(
        places.load().unwrap().database.to_string(),
        "sqlite:/data/flag.db"
    );

    places.flags.profile = Some("prod".to_owned());
    let refusal = "There is no profile `prod` in the configuration; it has prod-eu, test.";
    assert_eq!(places.refusal(), refusal);
}

#[test]
fn a_mistyped_key_is_named_with_its_line_and_the_one_that_was_meant() {
    assert_eq!(
        refusal_of("\n[lockout]\nminuts = 3\n"),
        "host:3: there is no key `lockout.minuts`; did you mean `lockout.minutes`?"
    );
    assert_eq!(
        refusal_of("[terminal]\ncolor = \"never\"\n"),
        "host:2: there is no key `terminal.color`; did you mean `color`?"
    );
    assert_eq!(
        refusal_of("[zebra]\n"),
        "host:1: there is no key `zebra`; take it out."
    );
    assert_eq!(
        refusal_of("[profile.a]\ndatabse = \"/w.db\"\n"),
        "host:2 (profile a): there is no key `profile.a.databse`; did you mean `database`?"
    );
    assert_eq!(
        refusal_with(("WARDROOM_READONLY", "1")),
        "The variable WARDROOM_READONLY is unknown; did you mean `WARDROOM_READ_ONLY`?"
    );
}

#[test]
fn the_first_of_several_mistakes_is_told() {
    assert!(refusal_of("theme = 1\nbogus = 2\n").starts_with("host:1: `theme`"));
    assert!(refusal_of("zzz = 2\ntheme = 1\n").starts_with("host:1: there is no key `zzz`"));
}

#[test]
fn values_outside_their_limits_are_refused_with_the_rule() {
    for (text, refusal) in [
        (
            "lockout.failures = 0",
            "`lockout.failures` must be a whole number from 1 to 1000.",
        ),
        (
            "lockout.failures = -1",
            "`lockout.failures` must be a whole number from 1 to 1000.",
        ),
        (
            "lockout.failures = 99999999999999999999",
            "`lockout.failures` must be a whole number from 1 to 1000.",
        ),
        (
            "lockout.failures = \"5\"",
            "`lockout.failures` must be a whole number without quotes.",
        ),
        (
            "argon2.memory_kib = 19455",
            "`argon2.memory_kib` must be a whole number from 19456 to 1048576.",
        ),
        ("read_only = 1", "`read_only` must be true or false."),
        (
            "theme = \"blue\"",
            "`theme` must be one of default, light, dark, 16, none.",
        ),
        ("theme = [1]", "`theme` must be text."),
        (
            "environment = \"a b\"",
            "`environment` must be at most 16 letters, digits, `-`, `_` or `.`.",
        ),
        (
            "password.blocklist_file = \"x\"",
            "`password.blocklist_file` must be an absolute path.",
        ),
        (
            "terminal.time_zone = \"Mars/Base\"",
            "`terminal.time_zone` must be local, UTC, or a zone such as Europe/Vienna.",
        ),
        (
            "tiers.count_over = 501",
            "`tiers.count_over` must not be more than `tiers.erase_over`, which is 500.",
        ),
    ] {
        assert_eq!(refusal_of(text), format!("host:1: {refusal}"), "{text}");
    }
    assert_eq!(
        refusal_with(("WARDROOM_LOCKOUT_MINUTES", "soon")),
        "WARDROOM_LOCKOUT_MINUTES: `lockout.minutes` must be a whole number from 0 to 525600."
    );
    assert!(refusal_with(("WARDROOM_READ_ONLY", "maybe")).ends_with("must be true or false."));
}

#[test]
fn an_unpicked_profile_is_checked_as_well() {
    let refusal = refusal_of("[profile.a]\nproduction = \"yes\"\n");
    assert_eq!(
        refusal,
        "host:2 (profile a): `production` must be true or false."
    );
}

#[test]
fn what_is_no_toml_is_refused_without_showing_the_line() {
    let refusal = refusal_of("color = \"never\"\ndatabase = postgres://w:hunter2@db/w\n");
    assert!(
        refusal.starts_with("host:2: this is not TOML: "),
        "{refusal}"
    );
    assert!(!refusal.contains("hunter2"), "{refusal}");

    let places = Places::new();
    std::fs::write(places.path("host"), b"# ok\ncolor = \"\xff\"\n").unwrap();
    assert_eq!(
        places.refusal(),
        "host: the file can't be read: line 2 is not UTF-8."
    );
    std::fs::write(places.path("host"), "#".repeat(1024 * 1024 + 1)).unwrap();
    assert_eq!(
        places.refusal(),
        "host: the file can't be read: it is larger than 1 MiB."
    );
    std::fs::remove_file(places.path("host")).unwrap();
    std::fs::create_dir(places.path("host")).unwrap();
    assert_eq!(
        places.refusal(),
        "host: the file can't be read: is a directory."
    );
}

const PASSWORD: &str = "[profile.a]\ndatabase = \"postgres://w:hunter2@db/w\"\n";

#[test]
fn a_file_that_others_can_use_is_refused_with_the_command_that_mends_it() {
    let places = Places::new();
    let host = places.path("host").display().to_string();
    for (mode, text, rule) in [
        (0o604, "", "other people can use"),
        (0o602, "", "other people can use"),
        (0o660, "", "its group can change"),
        (0o640, PASSWORD, "its group can read"),
    ] {
        places.file("host", mode, text);
        let refusal = places.load().unwrap_err().to_string();
        assert_eq!(
            refusal,
            format!("{host}: {rule} this file; run `chmod 600 {host}`.")
        );
    }
    for (mode, text) in [(0o640, ""), (0o600, PASSWORD), (0o400, PASSWORD)] {
        places.file("host", mode, text);
        assert!(places.load().is_ok(), "{mode:o}");
    }
}

#[test]
fn restricted_mode_is_for_good_and_takes_no_database_from_flags() {
    let mut places = Places::new();
    places.file("host", 0o600, "restricted = true\n");
    places.file("user", 0o600, "restricted = false\n");
    places.variables.push(("WARDROOM_RESTRICTED", "0"));
    assert!(places.load().unwrap().restricted);

    places.flags.config = Some(places.file("own", 0o600, "restricted = false\n"));
    assert_eq!(
        places.refusal(),
        "--config is not available in restricted mode."
    );
    places.flags = Flags {
        database: Some("/w.db".to_owned()),
        ..Flags::default()
    };
    assert_eq!(
        places.refusal(),
        "--database is not available in restricted mode."
    );

    let mut by_flag = Places::new();
    by_flag.file("host", 0o600, PROFILES);
    by_flag.flags.restricted = true;
    assert!(by_flag.load().unwrap().restricted);
    by_flag.flags.config = Some(by_flag.path("missing"));
    let refusal = "--config is not available in restricted mode.";
    assert_eq!(
        by_flag.refusal(),
        refusal,
        "whether the file exists must not be told"
    );
    by_flag.flags.config = None;
    by_flag.flags.profile = Some("test".to_owned());
    assert_eq!(
        by_flag.refusal(),
        "--profile is not available in restricted mode."
    );
}

/// The key file that counts among those of the host, the user, and a configuration that was named.
fn key_file(places: &Places, environment: &[(&str, &str)], flags: &Flags) -> Option<String> {
    let variables = environment
        .iter()
        .map(|(name, value)| (OsString::from(name), OsString::from(value)));
    let home = [("HOME".into(), "/home/ada".into())];
    let environment = Environment::of(home.into_iter().chain(variables));
    let files = [
        places.path("etc/config.toml"),
        places.path("home/config.toml"),
    ];
    let keys = Config::load_from(&files, &environment, flags)
        .unwrap()
        .keys?;
    let folder = format!("{}/", places.folder.path().display());
    Some(keys.display().to_string().replace(&folder, ""))
}

#[test]
fn the_keys_stand_beside_the_configuration_that_counts() {
    let places = Places::new();
    for folder in ["etc", "home", "own"] {
        std::fs::create_dir(places.path(folder)).unwrap();
    }
    let named = Flags {
        config: Some(places.file("own/config.toml", 0o600, "")),
        ..Flags::default()
    };
    let standard = |variables: &[(&str, &str)]| key_file(&places, variables, &Flags::default());
    assert_eq!(standard(&[]), None);
    places.file("etc/keys.toml", 0o644, "");
    assert_eq!(standard(&[]).as_deref(), Some("etc/keys.toml"));
    places.file("home/keys.toml", 0o644, "");
    assert_eq!(standard(&[]).as_deref(), Some("home/keys.toml"));
    assert_eq!(key_file(&places, &[], &named), None);
    places.file("own/keys.toml", 0o644, "");
    assert_eq!(
        key_file(&places, &[], &named).as_deref(),
        Some("own/keys.toml")
    );
    places.file("home/config.toml", 0o600, "keys = \"/k.toml\"\n");
    assert_eq!(standard(&[]).as_deref(), Some("/k.toml"));
    let variable = [("WARDROOM_KEYS", "/v.toml")];
    assert_eq!(standard(&variable).as_deref(), Some("/v.toml"));
    assert_eq!(
        standard(&[("WARDROOM_KEYS", "/v.toml"), ("WARDROOM_RESTRICTED", "1")]).as_deref(),
        Some("etc/keys.toml"),
        "restricted mode knows the host's alone"
    );
    places.file("etc/config.toml", 0o600, "keys = \"/host.toml\"\n");
    places.file("home/config.toml", 0o600, "");
    assert_eq!(
        standard(&[("WARDROOM_RESTRICTED", "1")]).as_deref(),
        Some("/host.toml")
    );
}

#[test]
fn a_key_file_may_be_read_by_everybody_and_written_by_its_owner() {
    let places = Places::new();
    let path = places.path("keys.toml");
    assert_eq!(
        read_open(&path).unwrap_err().to_string(),
        format!("{}: the file can't be read: there is none.", path.display())
    );
    places.file("keys.toml", 0o644, "[grids]");
    assert_eq!(read_open(&path).unwrap(), "[grids]");
    for (mode, whom) in [(0o646, "other people"), (0o664, "its group")] {
        places.file("keys.toml", mode, "");
        assert_eq!(
            read_open(&path).unwrap_err().to_string(),
            format!(
                "{0}: {whom} can change this file; run `chmod go-w {0}`.",
                path.display()
            )
        );
    }
}

#[test]
fn numbers_may_be_written_as_toml_allows() {
    let places = Places::new();
    places.file(
        "host",
        0o600,
        "argon2.memory_kib = 0x1_0000\nlockout = { minutes = 1_0 }\n",
    );
    let config = places.load().unwrap();
    assert_eq!(
        (config.argon2.memory_kib, config.lockout.minutes),
        (65_536, 10)
    );
}
