//! May this user do this, and why or why not.

use super::question::{Asked, Settled};
use super::subject::{Direct, WhatIf, shut_out, subject};
use crate::domain::evaluate::{Answer, Because, Missing, Subject, evaluate};
use crate::domain::permission::{Level, Permission, Right, SourceKind};
use crate::domain::unheld::Unheld;
use crate::domain::user::HIDDEN;
use crate::domain::{OrganizationId, UserId};
use crate::service::users::{self, UserRef};
use crate::service::{Error, Look, Query, Result, Rights, Service, Session, groups, roles};
use crate::store::members;
use crate::store::users as rows;

#[derive(Clone, Debug)]
pub struct Can {
    pub user: UserRef,
    pub asked: Asked,
    pub what_if: WhatIf,
}

/// The answer to [`Can`].
#[derive(Clone, Debug, serde::Serialize)]
pub struct Verdict {
    pub allowed: bool,
    /// How far what is granted reaches; where that isn't far enough, `missing` says so.
    pub level: Option<Level>,
    pub because: Vec<Why>,
    /// The nearest thing that would make it a yes.
    pub missing: Option<String>,
    /// Operators who could give what is missing, as far as the asker may see them.
    pub who_can_grant: Vec<String>,
}

/// One source's part in an answer.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Why {
    pub source: String,
    pub kind: SourceKind,
    /// The group that confers it; null where it is direct.
    pub via: Option<String>,
    /// The rule, or the entry on a node.
    pub rule: String,
    pub effect: &'static str,
}

impl Why {
    /// A source's part, with dots for the names that the asker may not see.
    pub(super) fn told(because: Because, asker: &Rights) -> Self {
        let seen = |right: Permission, name: String| {
            if asker.may(right) {
                name
            } else {
                HIDDEN.to_owned()
            }
        };
        Self {
            source: match because.kind {
                SourceKind::Role => seen(roles::VIEW, because.source),
                SourceKind::Group => seen(groups::VIEW, because.source),
                SourceKind::User => because.source,
            },
            kind: because.kind,
            via: because.via.map(|via| seen(groups::VIEW, via)),
            rule: because.rule,
            effect: because.effect.as_str(),
        }
    }
}

impl Query for Can {
    type Output = Verdict;

    fn needs(&self) -> Permission {
        users::VIEW
    }

    async fn run(self, look: &mut Look) -> Result<Verdict> {
        let scope = look.scope(users::VIEW).await?;
        let user = self.user.resolve(&mut look.tx, &scope).await?;
        let name = rows::lookup(&mut look.tx, &scope, user)
            .await?
            .ok_or_else(|| Error::missing("user", self.user.shown()))?
            .profile
            .username;
        verdict(look, (user, &name), &self.asked, &self.what_if).await
    }
}

impl Service {
    /// May the operator themselves do this, and why or why not. A question about oneself needs no right; names that the
    /// operator may not see stay dots all the same, and what the question names has to be in sight.
    pub async fn may_i(&self, session: &Session, asked: &Asked) -> Result<Verdict> {
        let mut look = self.look(session).await?;
        let me = (session.user, session.username.as_str());
        let verdict = verdict(&mut look, me, asked, &WhatIf::default()).await?;
        look.tx.rollback().await?;
        Ok(verdict)
    }
}

async fn verdict(
    look: &mut Look,
    (user, name): (UserId, &str),
    asked: &Asked,
    what_if: &WhatIf,
) -> Result<Verdict> {
    let settled = asked.settle(look).await?;
    let direct = Direct::of(look, user, what_if).await?;
    let subject = load(look, (user, settled.here), &direct, &settled).await?;
    let answer = evaluate(&subject, &settled.question());
    let shut_out = shut_out(&mut look.tx, user, settled.here).await?;
    let mut missing = missing(name, &settled, &answer, shut_out);
    let mut wanted = wanted(&settled, &answer, shut_out);
    let mut here = settled.here;
    let acted_on = settled.acted_on().filter(|_| answer.allowed);
    if acted_on == Some(user) && settled.is_for_others() {
        missing = Some("another operator: nobody does this to their own account".to_owned());
    } else if let Some(target) = acted_on.filter(|on| *on != user)
        && let Some(held) = outranked(look, subject, target).await?
    {
        let place = match held.organization {
            Some(place) => {
                here = place;
                let name = users::place_name(&mut look.tx, &look.rights, place).await?;
                format!(" in {name}")
            }
            None => String::new(),
        };
        missing = Some(format!(
            "power over them: they hold {held}{place}, and whoever acts on somebody must hold as much"
        ));
        wanted = Some((held.right, held.level));
    }
    tell(look, (user, here), answer, missing, wanted).await
}

/// What a target holds over others and the subject doesn't.
async fn outranked(look: &mut Look, subject: Subject, target: UserId) -> Result<Option<Unheld>> {
    let target = members::one(target);
    let standings = users::uncovered(&mut look.tx, &Rights::from(subject), &target).await?;
    let standing = standings.into_values().next();
    Ok(standing.and_then(|standing| standing.uncovered))
}

/// The answer in the asker's words, with who could give what is wanted.
pub(super) async fn tell(
    look: &mut Look,
    here: (UserId, OrganizationId),
    answer: Answer,
    missing: Option<String>,
    wanted: Option<(Right, Level)>,
) -> Result<Verdict> {
    let who_can_grant = match wanted {
        Some((right, level)) => users::who_can_grant(look, (&right, level), here).await?,
        None => Vec::new(),
    };
    Ok(Verdict {
        allowed: missing.is_none(),
        level: answer.level,
        because: answer
            .because
            .into_iter()
            .map(|because| Why::told(because, &look.rights))
            .collect(),
        missing,
        who_can_grant,
    })
}

/// The right that would make it a yes, and how far it would have to reach; none where somebody may not work there at all.
pub(super) fn wanted(
    settled: &Settled,
    answer: &Answer,
    shut_out: Option<&str>,
) -> Option<(Right, Level)> {
    match &answer.missing {
        Some(_) if shut_out.is_some() => None,
        Some(Missing::Level(level)) => Some((settled.right(), *level)),
        Some(_) => Some((settled.right(), settled.resource.narrowest())),
        None => None,
    }
}

pub(super) async fn load(
    look: &mut Look,
    here: (UserId, OrganizationId),
    direct: &Direct,
    settled: &Settled,
) -> Result<crate::domain::evaluate::Subject> {
    let at = settled
        .place
        .as_ref()
        .map(|place| (settled.resource.key.as_str(), place));
    subject(&mut look.tx, here, direct, at).await
}

pub(super) fn missing(
    name: &str,
    settled: &Settled,
    answer: &Answer,
    shut_out: Option<&str>,
) -> Option<String> {
    let (action, key) = (&settled.action, &settled.resource.key);
    let grant = |level: Level| format!("allow {action} on {key} at {}", level.as_str());
    let wanted = answer.missing.as_ref()?;
    Some(match (wanted, shut_out) {
        (_, Some(why)) => format!("{name} has no rights here: {why}"),
        (Missing::Sources, None) => {
            format!("a role or group that counts in this organization; {name} has none")
        }
        (Missing::Grant, None) => grant(settled.resource.narrowest()),
        (Missing::Entry, None) => format!(
            "{action} in the entry that stands in for the rules at {key}:{}",
            settled
                .place
                .as_ref()
                .map_or_else(String::new, |place| place.path.to_string())
        ),
        (Missing::Deny, None) => {
            "the deny would have to go, for a deny wins over every allow".to_owned()
        }
        (Missing::Level(level), None) => grant(*level),
        (Missing::Start, None) => format!(
            "a start node that contains {key}:{}",
            settled
                .place
                .as_ref()
                .map_or_else(String::new, |place| place.path.to_string())
        ),
    })
}
