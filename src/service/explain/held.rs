//! Does the operator hold what others would be given or hold, and why not: what a refusal to confer is explained by.

use super::can::{Verdict, load, missing, tell, wanted};
use super::question::{Place, Settled};
use super::subject::{Direct, WhatIf, shut_out};
use crate::domain::UserId;
use crate::domain::catalogue::ManagedResource;
use crate::domain::evaluate::{Answer, Because, Missing, Subject, evaluate};
use crate::domain::permission::Ownership;
use crate::domain::rule::denies_that_meet;
use crate::domain::unheld::Unheld;
use crate::service::giver::Giver;
use crate::service::{Look, Result, Service, Session};
use crate::store::{catalogue, nodes};

impl Service {
    /// Whether the operator holds a right at a level or wider, at a node and all below, and why not. A question about oneself
    /// needs no right; names that the operator may not see stay dots all the same.
    pub async fn do_i_hold(&self, session: &Session, unheld: &Unheld) -> Result<Verdict> {
        let mut look = self.look(session).await?;
        let me = (session.user, session.username.as_str());
        let verdict = held(&mut look, me, unheld).await?;
        look.tx.rollback().await?;
        Ok(verdict)
    }
}

async fn held(look: &mut Look, (me, name): (UserId, &str), unheld: &Unheld) -> Result<Verdict> {
    let here = unheld.organization.unwrap_or(look.session.organization);
    let (place, is_start) = place(look, unheld).await?;
    let settled = Settled {
        action: unheld.right.action.clone(),
        resource: resource(look, unheld).await?,
        record: None,
        place,
        here,
    };
    let direct = Direct::of(look, me, &WhatIf::default()).await?;
    let mut subject = load(look, (me, here), &direct, &settled).await?;
    let mut outside = shut_out(&mut look.tx, me, here).await?;
    if outside.is_some() {
        // What reaches everywhere is held there too.
        subject.sources = look.rights.everywhere();
        outside = None;
    }
    let answer = weigh(unheld, &subject, &settled, is_start);
    let missing = missing(name, &settled, &answer, outside);
    let wanted = wanted(&settled, &answer, outside);
    tell(look, (me, here), answer, missing, wanted).await
}

fn weigh(unheld: &Unheld, subject: &Subject, settled: &Settled, is_start: bool) -> Answer {
    let answer = evaluate(subject, &settled.question());
    let refused = |missing, because| Answer {
        allowed: false,
        level: answer.level,
        because,
        missing: Some(missing),
    };
    if is_start {
        return refused(Missing::Start, answer.because.clone());
    }
    match &answer.missing {
        None if settled.place.is_some() => answer,
        None if answer.level < Some(unheld.level) => {
            refused(Missing::Level(unheld.level), answer.because.clone())
        }
        // A pattern is held as a whole: a deny of a part stands against it.
        None => match denies(unheld, subject) {
            denies if denies.is_empty() => answer,
            denies => refused(Missing::Deny, denies),
        },
        Some(Missing::Grant) => refused(Missing::Level(unheld.level), answer.because.clone()),
        Some(_) => answer,
    }
}

fn denies(unheld: &Unheld, subject: &Subject) -> Vec<Because> {
    denies_that_meet(&subject.sources, &unheld.right)
        .map(|(source, rule)| Because {
            source: source.name.clone(),
            kind: source.kind,
            via: source.via.clone(),
            rule: rule.to_string(),
            effect: rule.effect,
        })
        .collect()
}

/// A resource of the catalogue, or a pattern of them.
async fn resource(look: &mut Look, unheld: &Unheld) -> Result<ManagedResource> {
    let key = &unheld.right.resource;
    let catalogue = catalogue::load(&mut look.tx).await?;
    let known = catalogue.find(key).cloned();
    Ok(known.unwrap_or_else(|| ManagedResource::new(key, &[], Ownership::User)))
}

/// The node where it isn't held, and whether the operator doesn't start there.
async fn place(look: &mut Look, unheld: &Unheld) -> Result<(Option<Place>, bool)> {
    let Some(node) = &unheld.node else {
        return Ok((None, false));
    };
    let tree = &unheld.right.resource;
    let giver = Giver::load(&mut look.tx, &look.rights, tree).await?;
    let path = giver.hole(&unheld.right.action, node).unwrap_or(node);
    let Some(way) = nodes::way(&mut look.tx, tree, path).await? else {
        return Ok((None, false));
    };
    let path = path.clone();
    Ok((Some(Place { path, way }), !giver.starts_at(node)))
}
