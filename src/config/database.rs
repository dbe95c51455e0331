//! Where the database is: an embedded SQLite file or a PostgreSQL server.

use super::keys::{Setting, Value};
use std::fmt;
use std::path::PathBuf;
use zeroize::Zeroizing;

/// The address of a database. Printing it hides the password.
#[derive(Clone, PartialEq, Eq)]
pub enum DatabaseAddress {
    Sqlite(PathBuf),
    Postgres(Zeroizing<String>),
}

impl DatabaseAddress {
    /// Reads `sqlite:PATH`, `sqlite://PATH`, a plain path, or `postgres://…`.
    ///
    /// # Errors
    /// The rule that the text breaks. It never repeats the text, which may hold a password.
    pub fn parse(text: &str) -> Result<Self, String> {
        let rule = "must be `sqlite:PATH`, a path, or `postgres://USER@HOST/NAME`";
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            return Ok(Self::Postgres(Zeroizing::new(text.to_owned())));
        }
        let path = match text.strip_prefix("sqlite:") {
            Some(rest) => rest.strip_prefix("//").unwrap_or(rest),
            None if is_other_address(text) => return Err(rule.to_owned()),
            None => text,
        };
        if path.is_empty() {
            return Err(rule.to_owned());
        }
        if path.starts_with(':') {
            return Err(
                "must be a file: a database in memory would end with the program".to_owned(),
            );
        }
        if path.contains(['?', '\0']) {
            return Err("must be a path without `?`: SQLite takes no parameters here".to_owned());
        }
        Ok(Self::Sqlite(path.into()))
    }

    /// The address as the store takes it, password included.
    #[must_use]
    pub fn url(&self) -> Zeroizing<String> {
        match self {
            Self::Sqlite(path) => Zeroizing::new(format!("sqlite:{}", path.display())),
            Self::Postgres(url) => url.clone(),
        }
    }

    #[must_use]
    pub fn has_password(&self) -> bool {
        match self {
            Self::Sqlite(_) => false,
            Self::Postgres(url) => masked(url) != **url,
        }
    }
}

/// Whether this is no path but another engine's URL, or the words of a libpq connection: as a path
/// either would make a file whose name holds a password.
fn is_other_address(text: &str) -> bool {
    text.split('/')
        .next()
        .is_some_and(|start| start.contains(':'))
        || text.contains("password=")
}

/// Hides the password before the host, and those among the parameters.
fn masked(url: &str) -> String {
    let (address, parameters) = url.split_at(url.find('?').unwrap_or(url.len()));
    let mut shown = address.to_owned();
    // A password with an unescaped `/` would end the host too early, so the last `@` decides.
    if let (Some(scheme), Some(at)) = (address.find("://"), address.rfind('@')) {
        let begin = scheme + "://".len();
        if let Some(colon) = address.get(begin..at).and_then(|account| account.find(':')) {
            shown.replace_range(begin + colon + 1..at, "•••");
        }
    }
    for (index, parameter) in parameters.split('&').enumerate() {
        if index > 0 {
            shown.push('&');
        }
        match parameter.split_once('=') {
            Some((name, value)) if name.contains("password") && !value.is_empty() => {
                shown.push_str(name);
                shown.push_str("=•••");
            }
            _ => shown.push_str(parameter),
        }
    }
    shown
}

impl fmt::Display for DatabaseAddress {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => write!(formatter, "sqlite:{}", path.display()),
            Self::Postgres(url) => formatter.write_str(&masked(url)),
        }
    }
}

impl fmt::Debug for DatabaseAddress {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{self}")
    }
}

impl Setting for DatabaseAddress {
    fn read(value: &Value) -> Result<Self, String> {
        Self::parse(value.text()?)
    }

    fn show(&self) -> String {
        self.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sqlite_is_a_path_with_or_without_its_scheme() {
        for text in ["/data/w.db", "sqlite:/data/w.db", "sqlite:///data/w.db"] {
            let address = DatabaseAddress::parse(text).unwrap();
            assert_eq!(*address.url(), "sqlite:/data/w.db", "{text}");
        }
        assert_eq!(
            *DatabaseAddress::parse("w.db").unwrap().url(),
            "sqlite:w.db"
        );
    }

    #[test]
    fn other_addresses_are_refused_without_being_repeated() {
        for text in [
            "",
            "sqlite:",
            "sqlite::memory:",
            ":memory:",
            "sqlite:w.db?mode=ro",
            "mysql://root:hunter2@db/wardroom",
            "host=db user=wardroom password=hunter2",
        ] {
            let refusal = DatabaseAddress::parse(text).unwrap_err();
            assert!(!refusal.contains("hunter2"), "{refusal}");
        }
    }

    #[test]
    fn passwords_are_hidden_wherever_they_stand() {
        let shown = |url: &str| DatabaseAddress::parse(url).unwrap().to_string();
        assert_eq!(
            shown("postgres://w:a@b/c@db:5432/x"),
            "postgres://w:•••@db:5432/x"
        );
        assert_eq!(shown("postgres://w@db:5432/x"), "postgres://w@db:5432/x");
        assert_eq!(
            shown("postgresql://db/x?user=w&password=hunter2&sslmode=disable"),
            "postgresql://db/x?user=w&password=•••&sslmode=disable"
        );
        assert!(
            DatabaseAddress::parse("postgres://w:p@db/x")
                .unwrap()
                .has_password()
        );
        assert!(
            !DatabaseAddress::parse("postgres://w@db/x?host=/run")
                .unwrap()
                .has_password()
        );
    }
}
