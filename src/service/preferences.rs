//! What is personal to an operator: views, columns, drafts. Everybody signed in keeps their own, and nobody sees those of others, so
//! it needs no right and leaves no audit row.

use super::{Error, Result, Service, Session, access};
use crate::store::{Tx, preferences as rows};

/// Longest key and longest value, in bytes.
const KEY_BYTES_MAX: usize = 100;
const VALUE_BYTES_MAX: usize = 64 * 1_024;

/// Preferences one operator may have.
const COUNT_MAX: i64 = 500;

impl Service {
    /// One of the operator's own preferences.
    pub async fn preference(&self, session: &Session, key: &str) -> Result<Option<String>> {
        let mut tx = self.preferences_of(session).await?;
        Ok(rows::lookup(&mut tx, session.user, key).await?)
    }

    /// Those of the operator's own preferences whose key begins like this, by key.
    pub async fn preferences(
        &self,
        session: &Session,
        prefix: &str,
    ) -> Result<Vec<(String, String)>> {
        let mut tx = self.preferences_of(session).await?;
        Ok(rows::list(&mut tx, session.user, prefix).await?)
    }

    /// Keeps one of the operator's own preferences, or forgets it where there is no value.
    ///
    /// # Errors
    /// Refuses values above 64 KiB and more than 500 preferences.
    pub async fn save_preference(
        &self,
        session: &Session,
        key: &str,
        value: Option<&str>,
    ) -> Result<()> {
        self.refuse_read_only()?;
        if key.len() > KEY_BYTES_MAX || value.is_some_and(|value| value.len() > VALUE_BYTES_MAX) {
            return Err(Error::rule(
                "That is too much to keep as a preference; keep it to 64 KiB.",
            ));
        }
        let mut tx = self.inner.db.write().await?;
        access::rights(&mut tx, session, self.now()).await?;
        match value {
            None => rows::delete(&mut tx, session.user, key).await?,
            Some(value) => {
                let is_new = rows::lookup(&mut tx, session.user, key).await?.is_none();
                if is_new && rows::count(&mut tx, session.user).await? >= COUNT_MAX {
                    return Err(Error::rule(format!(
                        "You keep {COUNT_MAX} views, drafts and other preferences already; delete some first."
                    )));
                }
                rows::save(&mut tx, session.user, key, value, self.now()).await?;
            }
        }
        Ok(tx.commit().await?)
    }

    async fn preferences_of(&self, session: &Session) -> Result<Tx> {
        let mut tx = self.inner.db.read().await?;
        access::rights(&mut tx, session, self.now()).await?;
        Ok(tx)
    }
}
