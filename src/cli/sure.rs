//! Saying yes to what is saved or deleted, beforehand by a flag or at the terminal. The tiers are the service's rule.

use super::exit::{Exit, Failure, Result};
use super::operator::Operator;
use super::output::say;
use super::{ask, plan};
use crate::domain::text::safe;
use crate::service::jobs::Confirmation;
use crate::service::{Asking, Asks, Consent, Deletion, Edited, Query};

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
            self.asked(&rehearsed.asks, "users that will change")
                .await?
        } else {
            self.said()
        };
        *save.consent() = consent;
        Ok(service.perform(session, save).await?)
    }

    /// Asks what the tier wants of so many `users that will change`, or whatever else is counted.
    pub async fn asked(mut self, asks: &Asks, counted: &str) -> Result<Consent> {
        if !asks.are_asked() {
            return Ok(self.with(Confirmation::None));
        }
        say(&format!("This would {}.", asks.deed));
        self.explained(asks.reason_needed, asks.ticket_needed)
            .await?;
        let confirmation = plan::proof(asks.tier, (asks.word, asks.number), counted).await?;
        Ok(self.with(confirmation))
    }

    /// The consent to a deletion that was given, or that somebody at the terminal gives now by typing the name again, as they
    /// wrote it or in full, once they read what it would do. What stands against it is said by whoever refuses it.
    pub async fn deletion<Q: Query<Output = Deletion>>(
        mut self,
        operator: &Operator,
        foretell: Q,
        (kind, name): (&str, &str),
    ) -> Result<Consent> {
        if let Some(number) = self.yes_count {
            return Ok(self.with(Confirmation::Count(number)));
        }
        if !ask::is_attended() {
            return Ok(self.with(Confirmation::None));
        }
        let deletion = operator.service.ask(&operator.session, foretell).await?;
        if deletion.needs_successor || !deletion.blockers.is_empty() {
            return Ok(self.with(Confirmation::None));
        }
        for effect in &deletion.effects {
            say(effect);
        }
        self.explained(deletion.reason_needed, deletion.ticket_needed)
            .await?;
        let full = &deletion.name;
        let shown = safe(full);
        let question = format!("Deleting can't be undone. Type the name of the {kind} {shown}: ");
        let typed = ask::line(&question).await?;
        if typed != name.trim() && typed != *full {
            return Err(Failure::Said(
                Exit::NotConfirmed,
                "Not confirmed, so nothing was changed.".to_owned(),
            ));
        }
        Ok(self.with(Confirmation::Count(1)))
    }

    /// Asks for the reason and the ticket that are wanted and weren't given.
    async fn explained(&mut self, reason_needed: bool, ticket_needed: bool) -> Result<()> {
        if reason_needed && self.reason.is_none() {
            self.reason = Some(ask::line(plan::REASON).await?);
        }
        if ticket_needed && self.ticket.is_none() {
            self.ticket = Some(ask::line(plan::TICKET).await?);
        }
        Ok(())
    }

    /// What was said beforehand.
    pub fn said(self) -> Consent {
        let confirmation = self.yes_count.map(Confirmation::Count);
        self.with(confirmation.unwrap_or(Confirmation::None))
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
