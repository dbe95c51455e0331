//! Where an operator may work: their open session goes from one of their organizations to another.

use super::audit::{Chain, Event, Outcome, note};
use super::sign_in::Credential;
use super::{Error, Result, Service, Session, access};
use crate::domain::OrganizationId;
use crate::store::{Tx, access as rows, sessions};

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
    /// What was begun by the session as it was goes on where it was begun.
    ///
    /// # Errors
    /// An organization that the operator may not work in is missing to them, whether or not there is one.
    pub async fn work_in(
        &self,
        session: &Session,
        organization: OrganizationId,
    ) -> Result<Session> {
        let moved = self.move_session(session, organization).await;
        if let Err(error) = &moved
            && error.is_audited()
        {
            self.record_refusal(session, event(session), error).await?;
        }
        moved
    }

    async fn move_session(
        &self,
        session: &Session,
        organization: OrganizationId,
    ) -> Result<Session> {
        let now = self.now();
        let mut tx = self.inner.db.write().await?;
        let mut chain = Chain::lock(&mut tx).await?;
        access::rights(&mut tx, session, now).await?;
        let Credential::Session(id) = session.credential else {
            return Err(Error::rule(
                "An API key works in the organization it was made for; use a key of the other one.",
            ));
        };
        let place = workplaces(&mut tx, session)
            .await?
            .into_iter()
            .find(|place| place.id == organization)
            .ok_or_else(|| Error::missing("organization", format!("number {}", organization.0)))?;
        let moved = Session {
            organization: place.id,
            organization_name: place.name,
            ..session.clone()
        };
        access::rights(&mut tx, &moved, now).await?;
        sessions::move_to(&mut tx, id, organization).await?;
        let event = event(session).changing(note("organization", &moved.organization_name));
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
