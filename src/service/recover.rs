//! The way back in, on the host only: makes an administrator able to sign in again.

use super::audit::{Chain, Event, Outcome};
use super::password::{self, Secret};
use super::sign_in::Origin;
use super::{Error, Result, Service, Session, names};
use crate::domain::UserId;
use crate::domain::built_in::ADMINISTRATOR;
use crate::store::members;
use crate::store::sql::Sql;
use crate::store::users::{self, Membership};
use crate::store::{Scope, sessions, user_states};

impl Service {
    /// Sets a password, takes away whatever stops the user from signing in, and gives the role Administrator back.
    /// Whoever reaches this door has the host and the database already; it is written down loudly.
    pub async fn recover(&self, name: &str, password: Secret, origin: Origin) -> Result<()> {
        self.refuse_read_only()?;
        let words = [name, ADMINISTRATOR];
        password::check(&self.policy().password, &password, &words)?;
        let hash = self
            .inner
            .passwords
            .hash(password, &self.inner.entropy)
            .await?;
        let now = self.now();
        let mut tx = self.inner.db.write().await?;
        let mut chain = Chain::lock(&mut tx).await?;
        let scope = Scope::system();
        let user = names::user(&mut tx, &scope, name).await?;
        let record = users::lookup(&mut tx, &scope, user)
            .await?
            .ok_or_else(|| Error::missing("user", name))?;
        if record.kind == crate::domain::Kind::Service {
            return Err(Error::rule(format!(
                "\"{}\" is a service account and never signs in with a password; name an administrator.",
                names::shown(name)
            )));
        }
        user_states::open_up(&mut tx, user).await?;
        user_states::set_password(&mut tx, user, &hash, now).await?;
        let role = Sql::new("select id from roles where built_in and name = $1")
            .bind(ADMINISTRATOR)
            .int(&mut tx)
            .await?;
        users::join(&mut tx, Membership::Roles, user, role).await?;
        users::join(
            &mut tx,
            Membership::Organizations,
            user,
            record.organization.0,
        )
        .await?;
        Sql::new("update organizations set enabled = true where id = $1")
            .bind(record.organization)
            .execute(&mut tx)
            .await?;
        end_sessions(&mut tx, user, now).await?;
        let session = Session::system("recover", origin);
        let event =
            Event::new("authn_account_recovered").on("user", user.0, &record.profile.username);
        chain
            .add(&mut tx, &session, now, event, Outcome::Done)
            .await?;
        chain.commit(tx).await
    }
}

async fn end_sessions(
    tx: &mut crate::store::Tx,
    user: UserId,
    now: crate::domain::Time,
) -> Result<()> {
    let one = members::one(user);
    sessions::end_of_users(tx, &one, "the account was recovered on the host", now).await?;
    Ok(())
}
