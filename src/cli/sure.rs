//! Saying yes to what is saved or deleted, beforehand by a flag or at the terminal. The tiers are the service's rule.

use super::exit::{Exit, Failure, Result};
use super::operator::Operator;
use super::output::say;
use super::{ask, plan};
use crate::service::jobs::Confirmation;
use crate::service::{Asking, Asks, Consent, Edited};

/// What is said beforehand.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct SureFlags {
    /// Go ahead if exactly so many would change; deleting one record is 1
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(i64).range(0..))]
    pub yes_count: Option<i64>,
    /// Why, for the audit
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
    /// The ticket it belongs to, for the audit
    #[arg(long, value_name = "T")]
    pub ticket: Option<String>,
}

impl SureFlags {
    /// Saves with the consent that was given, or that somebody at the terminal gives now.
    pub async fn save<A: Asking>(self, operator: &Operator, mut save: A) -> Result<Edited> {
        let (service, session) = (&operator.service, &operator.session);
        let consent = if self.yes_count.is_none() && ask::is_attended() {
            let rehearsed = service.rehearse(session, save.clone()).await?;
            self.asked(&rehearsed.asks).await?
        } else {
            let confirmation = self.yes_count.map(Confirmation::Count);
            self.with(confirmation.unwrap_or(Confirmation::None))
        };
        *save.consent() = consent;
        Ok(service.perform(session, save).await?)
    }

    /// Asks what the tier wants.
    async fn asked(mut self, asks: &Asks) -> Result<Consent> {
        if !asks.are_asked() {
            return Ok(self.with(Confirmation::None));
        }
        say(&format!("This would {}.", asks.deed));
        if asks.reason_needed && self.reason.is_none() {
            self.reason = Some(ask::line(plan::REASON).await?);
        }
        if asks.ticket_needed && self.ticket.is_none() {
            self.ticket = Some(ask::line(plan::TICKET).await?);
        }
        let confirmation = plan::proof(asks.tier, (asks.word, asks.number), "users").await?;
        Ok(self.with(confirmation))
    }

    /// The consent to a deletion that was given, or that somebody at the terminal gives now by typing the name again.
    pub async fn deletion(self, kind: &str, name: &str) -> Result<Consent> {
        let confirmation = match self.yes_count {
            Some(number) => Confirmation::Count(number),
            None if ask::is_attended() => {
                let question = format!("Deleting can't be undone. Type the name of the {kind}: ");
                if ask::line(&question).await? != name.trim() {
                    return Err(Failure::Said(
                        Exit::NotConfirmed,
                        "Not confirmed, so nothing was changed.".to_owned(),
                    ));
                }
                Confirmation::Count(1)
            }
            None => Confirmation::None,
        };
        Ok(self.with(confirmation))
    }

    fn with(self, confirmation: Confirmation) -> Consent {
        Consent {
            confirmation,
            reason: self.reason.unwrap_or_default(),
            ticket: self.ticket.unwrap_or_default(),
        }
    }
}

/// What a save would ask for, beside what it would do.
pub fn say_asks(asks: &Asks) {
    if asks.are_asked() {
        let reason = if asks.reason_needed {
            " and --reason TEXT"
        } else {
            ""
        };
        let ticket = if asks.ticket_needed {
            " and --ticket T"
        } else {
            ""
        };
        say(&format!(
            "It would {}, and wants --yes-count {}{reason}{ticket}.",
            asks.deed, asks.number
        ));
    }
}
