//! The process's environment, read once, so that everything else takes values as arguments.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fmt;
use std::path::PathBuf;
use zeroize::Zeroizing;

/// What Wardroom wants to know of the environment. An empty variable counts as one that is not set.
#[derive(Clone, Debug, Default)]
pub struct Environment {
    pub no_color: bool,
    pub term: Option<String>,
    pub color_term: Option<String>,
    /// Whether the terminal is one of tmux, and of GNU screen.
    pub tmux: bool,
    pub screen: bool,
    /// The locale that decides how characters are written: `LC_ALL`, else `LC_CTYPE`, else `LANG`.
    pub locale: Option<String>,
    /// What an SSH client asked to run where `ForceCommand` put us in its place.
    pub ssh_original_command: Option<OsString>,
    /// The address of the SSH client, from `SSH_CONNECTION` or `SSH_CLIENT`.
    pub ssh_client_address: Option<String>,
    /// The name of the system account.
    pub user: Option<String>,
    /// `XDG_CONFIG_HOME`, else `~/.config`.
    pub config_home: Option<PathBuf>,
    /// `XDG_DATA_HOME`, else `~/.local/share`.
    pub data_home: Option<PathBuf>,
    pub api_key: Option<Secret>,
    pub(super) config_file: Option<PathBuf>,
    pub(super) profile: Option<String>,
    /// The other variables that begin with `WARDROOM_`, each a key of the configuration; `None` is
    /// a value that is not UTF-8. The database's may hold a password.
    pub(super) settings: BTreeMap<String, Option<Secret>>,
}

/// A value that may be a secret and is shown to nobody.
#[derive(Clone)]
pub struct Secret(Zeroizing<String>);

impl Environment {
    /// Reads the environment of this process; `main` does so once.
    #[must_use]
    pub fn read() -> Self {
        #[expect(
            clippy::disallowed_methods,
            reason = "the one place that reads the environment"
        )]
        Self::of(std::env::vars_os())
    }

    /// The environment that these variables make.
    pub fn of(variables: impl IntoIterator<Item = (OsString, OsString)>) -> Self {
        let mut variables: BTreeMap<OsString, OsString> = variables
            .into_iter()
            .filter(|(_, value)| !value.is_empty())
            .collect();
        let mut take = |name: &str| variables.remove(OsStr::new(name));
        let text =
            |value: Option<OsString>| value.map(|value| value.to_string_lossy().into_owned());
        // The standard of these folders says that a relative one is to be ignored.
        let folder =
            |value: Option<OsString>| value.map(PathBuf::from).filter(|path| path.is_absolute());

        let home = folder(take("HOME"));
        let below_home = |path: &str| home.as_ref().map(|home| home.join(path));
        let locales = [take("LC_ALL"), take("LC_CTYPE"), take("LANG")];
        let connection = text(take("SSH_CONNECTION").or_else(|| take("SSH_CLIENT")));
        Self {
            no_color: take("NO_COLOR").is_some(),
            term: text(take("TERM")),
            color_term: text(take("COLORTERM")),
            tmux: take("TMUX").is_some(),
            screen: take("STY").is_some(),
            locale: text(locales.into_iter().flatten().next()),
            ssh_original_command: take("SSH_ORIGINAL_COMMAND"),
            ssh_client_address: connection
                .and_then(|line| line.split_whitespace().next().map(str::to_owned)),
            user: text(take("USER")),
            config_home: folder(take("XDG_CONFIG_HOME")).or_else(|| below_home(".config")),
            data_home: folder(take("XDG_DATA_HOME")).or_else(|| below_home(".local/share")),
            api_key: text(take("WARDROOM_API_KEY")).map(Secret::new),
            config_file: take("WARDROOM_CONFIG").map(PathBuf::from),
            profile: text(take("WARDROOM_PROFILE")),
            settings: variables
                .into_iter()
                .map(|(name, value)| (name.to_string_lossy().into_owned(), value))
                .filter(|(name, _)| is_setting(name))
                .map(|(name, value)| (name, value.into_string().ok().map(Secret::new)))
                .collect(),
        }
    }

    /// Whether the terminal expects UTF-8; where it doesn't, only ASCII may be drawn.
    #[must_use]
    pub fn is_utf8(&self) -> bool {
        self.locale.as_deref().is_some_and(|locale| {
            let locale = locale.to_ascii_lowercase();
            locale.contains("utf-8") || locale.contains("utf8")
        })
    }
}

/// The variables that steer the tests are none of the program's business.
fn is_setting(name: &str) -> bool {
    name.starts_with("WARDROOM_") && !name.starts_with("WARDROOM_TEST_")
}

impl Secret {
    #[must_use]
    pub fn new(secret: String) -> Self {
        Self(Zeroizing::new(secret))
    }

    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("•••")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(variables: &[(&str, &str)]) -> Environment {
        Environment::of(
            variables
                .iter()
                .map(|(name, value)| (name.into(), value.into())),
        )
    }

    #[test]
    fn the_most_specific_locale_counts() {
        let utf8 = |variables: &[(&str, &str)]| environment(variables).is_utf8();
        assert!(utf8(&[("LANG", "de_DE.UTF-8")]));
        assert!(utf8(&[("LANG", "C"), ("LC_CTYPE", "C.utf8")]));
        assert!(!utf8(&[("LANG", "de_DE.UTF-8"), ("LC_ALL", "C")]));
        assert!(utf8(&[("LANG", "de_DE.UTF-8"), ("LC_ALL", "")]));
        assert!(!utf8(&[]));
    }

    #[test]
    fn folders_follow_home_unless_they_are_named() {
        let plain = environment(&[("HOME", "/home/ada"), ("XDG_DATA_HOME", "relative")]);
        assert_eq!(plain.config_home, Some("/home/ada/.config".into()));
        assert_eq!(plain.data_home, Some("/home/ada/.local/share".into()));
        let named = environment(&[("HOME", "/home/ada"), ("XDG_DATA_HOME", "/data")]);
        assert_eq!(named.data_home, Some("/data".into()));
        assert_eq!(environment(&[]).data_home, None);
    }

    #[test]
    fn the_client_address_is_the_first_word_of_either_variable() {
        let by_connection = environment(&[("SSH_CONNECTION", "203.0.113.7 50312 192.0.2.1 22")]);
        assert_eq!(
            by_connection.ssh_client_address.as_deref(),
            Some("203.0.113.7")
        );
        let by_client = environment(&[("SSH_CLIENT", "2001:db8::1 50312 22")]);
        assert_eq!(by_client.ssh_client_address.as_deref(), Some("2001:db8::1"));
    }

    #[test]
    fn secrets_stay_out_of_debug_output() {
        let environment = environment(&[
            ("WARDROOM_API_KEY", "wr_secret"),
            (
                "WARDROOM_DATABASE",
                "postgres://wardroom:secret@db/wardroom",
            ),
            ("WARDROOM_TEST_POSTGRES", "postgres://postgres@db"),
        ]);
        assert_eq!(environment.api_key.as_ref().unwrap().reveal(), "wr_secret");
        assert_eq!(environment.settings.len(), 1);
        assert!(!format!("{environment:?}").contains("secret"));
    }
}
