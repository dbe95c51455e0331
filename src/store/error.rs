//! What can go wrong in the database, in our own words: the one place that reads either engine's errors.

#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A unique index, by its name `table_column`, already has this value.
    #[error("the value is taken ({0})")]
    Taken(String),
    /// Another record still refers to this one.
    #[error("the record is still in use")]
    InUse,
    /// A row that should have been there wasn't.
    #[error("the record is gone")]
    Missing,
    #[error("there is no database at {0}")]
    NoDatabase(String),
    #[error("the database file {0} can be read by others")]
    OpenFile(String),
    #[error("the database was written by a newer version of wardroom")]
    Newer,
    #[error("the database was made by another version of wardroom")]
    Older,
    #[error("the database has no tables yet")]
    Empty,
    #[error("the database can only be read")]
    ReadOnly,
    #[error("the database is locked by another program")]
    Locked,
    /// Two transactions got in each other's way; the same request may well succeed.
    #[error("the transaction has to be tried again")]
    Retry,
    #[error("{0}")]
    Unreachable(String),
    #[error("the database broke one of our own rules: {0}")]
    Inconsistent(String),
    #[error("the database answered with an error")]
    Broken(#[source] sqlx::Error),
}

pub type Result<T> = std::result::Result<T, Error>;

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::Database(database) => {
                let code = database.code().unwrap_or_default();
                if database.is_unique_violation() {
                    return Self::Taken(index_name(database.constraint(), database.message()));
                }
                if database.is_foreign_key_violation() {
                    return Self::InUse;
                }
                match code.as_ref() {
                    "40001" | "40P01" => Self::Retry,
                    // SQLITE_BUSY and its kin; lock_not_available and query_canceled in PostgreSQL.
                    "5" | "261" | "517" | "6" | "55P03" | "57014" => Self::Locked,
                    "8" | "264" | "520" | "776" | "1032" | "1544" | "25006" => Self::ReadOnly,
                    "14" | "270" | "526" | "782" => {
                        Self::Unreachable("the database file can't be opened".to_owned())
                    }
                    "26" => Self::Unreachable("the file is not a database".to_owned()),
                    "10" | "13" | "266" | "522" | "778" | "1034" | "1290" | "4874" | "53100" => {
                        Self::Unreachable("the disk of the database is full or failing".to_owned())
                    }
                    "11" | "267" => Self::Unreachable("the database file is damaged".to_owned()),
                    "57P01" | "57P02" | "57P03" | "53300" | "3D000" | "28000" | "28P01" => {
                        Self::Unreachable("the database server refused the connection".to_owned())
                    }
                    _ => Self::Broken(error),
                }
            }
            sqlx::Error::Io(_)
            | sqlx::Error::Tls(_)
            | sqlx::Error::Protocol(_)
            | sqlx::Error::WorkerCrashed => {
                Self::Unreachable("the connection to the database failed".to_owned())
            }
            sqlx::Error::PoolTimedOut => {
                Self::Unreachable("the database did not answer in time".to_owned())
            }
            sqlx::Error::PoolClosed => Self::Unreachable("the database was closed".to_owned()),
            sqlx::Error::RowNotFound => Self::Missing,
            _ => Self::Broken(error),
        }
    }
}

/// PostgreSQL names the index; SQLite says `UNIQUE constraint failed: users.email_key` or `index 'roles_name'`.
pub(super) fn index_name(constraint: Option<&str>, message: &str) -> String {
    if let Some(name) = constraint {
        return name.to_owned();
    }
    let place = message.rsplit(": ").next().unwrap_or(message);
    if let Some(name) = place.strip_prefix("index '") {
        return name.trim_end_matches('\'').to_owned();
    }
    let last = place.rsplit(", ").next().unwrap_or(place);
    let (table, column) = last.split_once('.').unwrap_or(("", last));
    let name = ["_key", "_id"]
        .iter()
        .find_map(|end| column.strip_suffix(end))
        .unwrap_or(column);
    format!("{table}_{name}")
}

#[cfg(test)]
mod tests {
    use super::index_name;

    #[test]
    fn either_engine_names_the_same_index() {
        assert_eq!(index_name(Some("users_email"), ""), "users_email");
        assert_eq!(
            index_name(None, "UNIQUE constraint failed: users.email_key"),
            "users_email"
        );
        assert_eq!(
            index_name(
                None,
                "UNIQUE constraint failed: units.organization_id, units.name_key"
            ),
            "units_name"
        );
        assert_eq!(
            index_name(None, "UNIQUE constraint failed: index 'roles_name'"),
            "roles_name"
        );
    }
}
