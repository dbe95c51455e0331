//! Where an operator may work: their open session goes from one of their organizations to another.

use super::audit::{Chain, Event, Outcome};
use super::sign_in::Credential;
use super::{ATTEMPTS_MAX, Error, Purpose, Result, Service, Session, access};
use crate::domain::{OrganizationId, SessionId, Time};
use crate::store::{Tx, access as rows, sessions};
use serde_json::json;

/// An organization that an operator may work in.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Workplace {
    pub id: OrganizationId,
    pub name: String,
    /// It is the one worked in now.
    pub current: bool,
}

impl Service {
    /// The enabled organizations that the operator may sign in to and holds a role in, the one they belong to first.
    /// An API key works in its own alone.
    pub async fn workplaces(&self, session: &Session) -> Result<Vec<Workplace>> {
        let mut tx = self.inner.db.read().await?;
        access::rights(&mut tx, session, self.now()).await?;
        workplaces(&mut tx, session).await
    }

    /// Moves an open session to another organization of its operator, whose rights there count from the next request on.
    /// What was begun by the session as it was goes on where it was begun. Where nothing may be written the operator works
    /// there all the same: who may do what is read by the session given back, not by its row.
    ///
    /// # Errors
    /// An organization that the operator may not work in is missing to them, whether or not there is one.
    pub async fn work_in(
        &self,
        session: &Session,
        organization: OrganizationId,
    ) -> Result<Session> {
        if self.inner.policy.read_only {
            let mut tx = self.inner.db.read().await?;
            let (_, moved) = moved(&mut tx, session, organization, self.now()).await?;
            return Ok(moved);
        }
        let mut attempt = 1;
        loop {
            match self.move_session(session, organization).await {
                Err(error) if error.is_retry() && attempt < ATTEMPTS_MAX => attempt += 1,
                Err(error) => {
                    if error.is_audited() {
                        self.record_refusal(session, event(session), &error, Purpose::Deed)
                            .await?;
                    }
                    return Err(error);
                }
                Ok(moved) => return Ok(moved),
            }
        }
    }

    async fn move_session(
        &self,
        session: &Session,
        organization: OrganizationId,
    ) -> Result<Session> {
        let now = self.now();
        let mut tx = self.inner.db.write().await?;
        let mut chain = Chain::lock(&mut tx).await?;
        let (id, moved) = moved(&mut tx, session, organization, now).await?;
        sessions::move_to(&mut tx, id, organization).await?;
        let sides = [&session.organization_name, &moved.organization_name];
        let event = event(session).changing(json!({ "organization": sides }).to_string());
        chain
            .add(&mut tx, &moved, now, event, Outcome::Done)
            .await?;
        chain.commit(tx).await?;
        Ok(moved)
    }
}

fn event(session: &Session) -> Event {
    Event::new("session_moved").on("user", session.user.0, &session.username)
}

/// The session as it is in another organization that its operator may work in.
async fn moved(
    tx: &mut Tx,
    session: &Session,
    organization: OrganizationId,
    now: Time,
) -> Result<(SessionId, Session)> {
    access::rights(tx, session, now).await?;
    let Credential::Session(id) = session.credential else {
        return Err(Error::rule(
            "An API key works in the organization it was made for; use a key of the other one.",
        ));
    };
    let place = workplaces(tx, session)
        .await?
        .into_iter()
        .find(|place| place.id == organization)
        .ok_or_else(|| Error::missing("organization", format!("number {}", organization.0)))?;
    let moved = Session {
        organization: place.id,
        organization_name: place.name,
        ..session.clone()
    };
    access::rights(tx, &moved, now).await?;
    Ok((id, moved))
}

async fn workplaces(tx: &mut Tx, session: &Session) -> Result<Vec<Workplace>> {
    let is_key = matches!(session.credential, Credential::ApiKey(_));
    let places = rows::workplaces(tx, session.user).await?;
    Ok(places
        .into_iter()
        .map(|(id, name)| Workplace {
            id,
            name,
            current: id == session.organization,
        })
        .filter(|place| place.current || !is_key)
        .collect())
}
