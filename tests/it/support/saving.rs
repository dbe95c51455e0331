//! Saves as a person makes them: rehearsed, confirmed as the tier asks, done.

use wardroom::service::{Asking, Consent, Edited, Result, Service, Session};

pub async fn confirmed<A: Asking>(
    service: &Service,
    session: &Session,
    mut save: A,
) -> Result<Edited> {
    let rehearsed = service.rehearse(session, save.clone()).await?;
    let asks = &rehearsed.asks;
    if asks.are_asked() {
        *save.consent() = Consent {
            reason: "because".to_owned(),
            ..Consent::count(asks.number)
        };
    }
    service.perform(session, save).await
}

/// The fields that an update changed.
pub async fn edited<A: Asking>(
    service: &Service,
    session: &Session,
    update: A,
) -> Result<Vec<String>> {
    Ok(confirmed(service, session, update).await?.fields)
}
