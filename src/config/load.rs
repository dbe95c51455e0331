//! Asks every place that may say something about the configuration, in the order in which they count.

use super::file::ConfigFile;
use super::keys::{KEYS, Key, Value};
use super::{Config, ConfigError, DatabaseAddress, Environment, Origin, Secret, TierPolicy};
use crate::domain::closest::closest;
use std::path::{Path, PathBuf};

const HOST_FILE: &str = "/etc/wardroom/config.toml";
const USER_FILE: &str = "wardroom/config.toml";
const KEY_FILE: &str = "keys.toml";
const DATABASE_FILE: &str = "wardroom/wardroom.db";

/// The variables that are no key of the configuration.
const OTHER_VARIABLES: &[&str] = &["WARDROOM_API_KEY", "WARDROOM_CONFIG", "WARDROOM_PROFILE"];

/// The flags that decide about the configuration, as the command line understood them.
#[derive(Clone, Default)]
pub struct Flags {
    pub config: Option<PathBuf>,
    pub profile: Option<String>,
    pub database: Option<String>,
    pub color: Option<String>,
    pub restricted: bool,
    pub read_only: bool,
}

/// A value that a place gives a key. Like the flags it may hold a password, so neither is `Debug`.
#[derive(Clone)]
pub(super) struct Assignment {
    pub key: &'static Key,
    value: Value,
    origin: Origin,
}

impl Config {
    /// Asks every place.
    ///
    /// # Errors
    /// The first thing that is wrong, also in a place that another overrules.
    pub fn load(environment: &Environment, flags: &Flags) -> Result<Self, ConfigError> {
        let mut standard_files = vec![PathBuf::from(HOST_FILE)];
        standard_files.extend(
            environment
                .config_home
                .as_ref()
                .map(|home| home.join(USER_FILE)),
        );
        Self::load_from(&standard_files, environment, flags)
    }

    /// `standard_files` begin with the one that counts least.
    pub(super) fn load_from(
        standard_files: &[PathBuf],
        environment: &Environment,
        flags: &Flags,
    ) -> Result<Self, ConfigError> {
        let mut config = Self::default();
        if let Some(folder) = &environment.data_home {
            config.database = DatabaseAddress::Sqlite(folder.join(DATABASE_FILE));
        }
        let variables = environment.assignments()?;
        let given = flags.assignments();
        let chosen = flags.config.as_ref().or(environment.config_file.as_ref());
        let files = match chosen {
            Some(path) => {
                let standard = assignments_of(standard_files);
                config.take_restrictions(standard.iter().chain(&variables).chain(&given))?;
                flags.check_restriction(&config)?;
                vec![ConfigFile::named(path)?]
            }
            None => read_files(standard_files)?,
        };
        for file in &files {
            config.take_all(&file.assignments)?;
        }
        if let Some(name) = &flags.profile {
            config.take_all(&variables)?;
            config.take_profile(name, &files)?;
        } else {
            if let Some(name) = &environment.profile {
                config.take_profile(name, &files)?;
            }
            config.take_all(&variables)?;
        }
        config.take_all(&given)?;
        config.check_as_a_whole(environment)?;
        flags.check_restriction(&config)?;
        config.settle_keys(standard_files, chosen.map(PathBuf::as_path));
        Ok(config)
    }

    pub(super) fn take_all<'a>(
        &mut self,
        assignments: impl IntoIterator<Item = &'a Assignment>,
    ) -> Result<(), ConfigError> {
        for assignment in assignments {
            if assignment.restricts() && self.restricted {
                continue;
            }
            assignment.apply(self)?;
            self.origins
                .insert(assignment.key.name, assignment.origin.clone());
        }
        Ok(())
    }

    /// Learns whether we are restricted before a file is opened that a restricted person named. The
    /// standard files count here even where `--config` replaces them.
    fn take_restrictions<'a>(
        &mut self,
        assignments: impl Iterator<Item = &'a Assignment>,
    ) -> Result<(), ConfigError> {
        self.take_all(assignments.filter(|assignment| assignment.restricts()))
    }

    fn take_profile(&mut self, name: &str, files: &[ConfigFile]) -> Result<(), ConfigError> {
        let mut found = false;
        for profile in files.iter().filter_map(|file| file.profiles.get(name)) {
            found = true;
            self.take_all(profile)?;
        }
        if !found {
            let mut known: Vec<String> = files
                .iter()
                .flat_map(|file| file.profiles.keys().cloned())
                .collect();
            known.sort();
            known.dedup();
            return Err(ConfigError::UnknownProfile {
                name: name.to_owned(),
                known,
            });
        }
        self.profile = Some(name.to_owned());
        Ok(())
    }

    /// Finds the key file beside the configuration where no place names one. Restricted mode takes the host's alone,
    /// so that nobody has a file read by naming it.
    fn settle_keys(&mut self, standard_files: &[PathBuf], chosen: Option<&Path>) {
        let host = standard_files.first().map(PathBuf::as_path);
        let is_hosts = matches!((self.origin("keys"), host), (Origin::File { path, .. }, Some(host)) if path == host);
        if self.restricted && !is_hosts {
            self.keys = None;
            self.origins.remove("keys");
        }
        if self.keys.is_some() {
            return;
        }
        let beside: Vec<&Path> = match chosen {
            _ if self.restricted => host.into_iter().collect(),
            Some(path) => vec![path],
            None => standard_files.iter().rev().map(PathBuf::as_path).collect(),
        };
        self.keys = beside
            .into_iter()
            .map(|path| path.with_file_name(KEY_FILE))
            .find(|path| path.try_exists().unwrap_or(true));
    }

    /// The rules that more than one key, or none, has a part in.
    fn check_as_a_whole(&self, environment: &Environment) -> Result<(), ConfigError> {
        if self.origin("database") == Origin::Default && environment.data_home.is_none() {
            return Err(ConfigError::NoDataFolder);
        }
        let TierPolicy {
            count_over,
            erase_over,
            ..
        } = self.tiers;
        if count_over > erase_over {
            return Err(ConfigError::Value {
                origin: self.origin("tiers.count_over"),
                key: "tiers.count_over",
                rule: format!("must not be more than `tiers.erase_over`, which is {erase_over}"),
            });
        }
        Ok(())
    }
}

fn read_files(paths: &[PathBuf]) -> Result<Vec<ConfigFile>, ConfigError> {
    paths
        .iter()
        .filter_map(|path| ConfigFile::read(path).transpose())
        .collect()
}

/// What the files say that can be read. One that is broken restricts nobody, for it lets nobody in.
fn assignments_of(paths: &[PathBuf]) -> Vec<Assignment> {
    let files = paths
        .iter()
        .filter_map(|path| ConfigFile::read(path).ok().flatten());
    files.flat_map(|file| file.assignments).collect()
}

impl Environment {
    fn assignments(&self) -> Result<Vec<Assignment>, ConfigError> {
        let assignment = |(name, value): (&String, &Option<Secret>)| {
            let key = KEYS
                .iter()
                .find(|key| key.variable() == *name)
                .ok_or_else(|| unknown_variable(name))?;
            let value = value.as_ref().map_or(Value::Other, |value| {
                Value::Untyped(value.reveal().to_owned())
            });
            Ok(Assignment {
                key,
                value,
                origin: Origin::Variable(name.clone()),
            })
        };
        self.settings.iter().map(assignment).collect()
    }
}

fn unknown_variable(name: &str) -> ConfigError {
    let variables: Vec<String> = KEYS.iter().map(Key::variable).collect();
    let known = variables
        .iter()
        .map(String::as_str)
        .chain(OTHER_VARIABLES.iter().copied());
    let suggestion = closest(name, known).map(str::to_owned);
    ConfigError::UnknownVariable {
        name: name.to_owned(),
        suggestion,
    }
}

impl Flags {
    fn assignments(&self) -> Vec<Assignment> {
        let text = |value: &String| Value::Untyped(value.clone());
        let switch = |on: bool| on.then_some(Value::Bool(true));
        let given = [
            ("--database", "database", self.database.as_ref().map(text)),
            ("--color", "color", self.color.as_ref().map(text)),
            ("--read-only", "read_only", switch(self.read_only)),
            ("--restricted", "restricted", switch(self.restricted)),
        ];
        given
            .into_iter()
            .filter_map(|(flag, name, value)| {
                let key = KEYS.iter().find(|key| key.name == name)?;
                Some(Assignment {
                    key,
                    value: value?,
                    origin: Origin::Flag(flag),
                })
            })
            .collect()
    }

    /// Restricted mode takes its database from the host, so that nobody chooses another.
    fn check_restriction(&self, config: &Config) -> Result<(), ConfigError> {
        let forbidden = [
            ("--config", self.config.is_some()),
            ("--profile", self.profile.is_some()),
            ("--database", self.database.is_some()),
        ];
        match forbidden
            .into_iter()
            .find(|(_, is_given)| config.restricted && *is_given)
        {
            Some((flag, _)) => Err(ConfigError::Restricted { flag }),
            None => Ok(()),
        }
    }
}

impl Assignment {
    /// Keeps only a value that the key takes.
    pub fn checked(key: &'static Key, value: Value, origin: Origin) -> Result<Self, ConfigError> {
        let assignment = Self { key, value, origin };
        assignment.apply(&mut Config::default())?;
        Ok(assignment)
    }

    pub fn holds_password(&self) -> bool {
        let address = self
            .value
            .text()
            .ok()
            .and_then(|text| DatabaseAddress::parse(text).ok());
        self.key.name == "database" && address.is_some_and(|address| address.has_password())
    }

    fn restricts(&self) -> bool {
        self.key.name == "restricted"
    }

    fn apply(&self, config: &mut Config) -> Result<(), ConfigError> {
        (self.key.set)(config, &self.value).map_err(|rule| ConfigError::Value {
            origin: self.origin.clone(),
            key: self.key.name,
            rule,
        })
    }
}
