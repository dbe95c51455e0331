//! What an operator may do now: read anew for every request, never kept in a session.

use super::sight::Sight;
use super::sign_in::Credential;
use super::{Error, Result, Session};
use crate::domain::catalogue;
use crate::domain::evaluate::Subject;
use crate::domain::permission::{
    Decision, Effect, Level, Permission, Resource, Source, SourceKind, decide,
};
use crate::domain::{OrganizationId, Time, UnitId, UserId};
use crate::store::sessions::SessionState;
use crate::store::{Scope, Tx, access as rows, sessions};

/// The rights of one operator in the organization they work in.
#[derive(Clone, Debug)]
pub struct Rights {
    user: UserId,
    organization: OrganizationId,
    sources: Vec<Source>,
    units: Vec<UnitId>,
}

/// What an operator holds, for menus: no decision is made from it.
#[derive(Clone, Debug, Default)]
pub struct Permissions(Vec<(Permission, Level)>);

impl Permissions {
    /// Every right that is held, and how far it reaches.
    #[must_use]
    pub fn all(&self) -> &[(Permission, Level)] {
        &self.0
    }

    #[must_use]
    pub fn may(&self, permission: Permission) -> bool {
        self.0.iter().any(|&(held, _)| held == permission)
    }
}

/// Reads the rights of a session's operator, or says why the session is over.
pub(super) async fn rights(tx: &mut Tx, session: &Session, now: Time) -> Result<Rights> {
    match session.credential {
        Credential::Session(id) => match sessions::state(tx, id, session.user, now).await? {
            SessionState::Open => {}
            SessionState::Ended(reason) => {
                return Err(Error::NotSignedIn(format!(
                    "Your session was ended: {reason}."
                )));
            }
            SessionState::Expired => {
                return Err(Error::NotSignedIn(
                    "Your session has run out; sign in again.".to_owned(),
                ));
            }
        },
        Credential::ApiKey(id) => {
            if !sessions::key_is_good(tx, id, now).await? {
                return Err(Error::NotSignedIn(
                    "The API key has run out or was replaced; ask for a new one.".to_owned(),
                ));
            }
        }
        Credential::System => {
            return Err(Error::Unexpected("the system is no operator".to_owned()));
        }
    }
    let standing = rows::standing(tx, session.user, session.organization).await?;
    let may_work = standing.is_some_and(|standing| match session.credential {
        Credential::ApiKey(_) => standing.may_begin(now),
        _ => standing.may_go_on(now),
    });
    if !may_work {
        return Err(Error::NotSignedIn(
            "Your account can't be used any more here; ask an administrator.".to_owned(),
        ));
    }
    let rights = load(tx, session.user, session.organization).await?;
    if !rights
        .sources
        .iter()
        .any(|source| source.kind == SourceKind::Role)
    {
        return Err(Error::NotSignedIn(
            "You no longer have a role in this organization; ask an administrator.".to_owned(),
        ));
    }
    Ok(rights)
}

/// The rights that somebody's sources add up to, whether or not they may sign in.
pub(super) async fn load(
    tx: &mut Tx,
    user: UserId,
    organization: OrganizationId,
) -> Result<Rights> {
    let sources = rows::sources(tx, user, organization).await?;
    let units = rows::units(tx, user, organization).await?;
    Ok(Rights {
        user,
        organization,
        sources,
        units,
    })
}

impl From<Subject> for Rights {
    fn from(subject: Subject) -> Self {
        Self {
            user: subject.user,
            organization: subject.organization,
            sources: subject.sources,
            units: subject.units,
        }
    }
}

impl Rights {
    /// How far a right reaches; what reaches nothing is none.
    #[must_use]
    pub fn level(&self, permission: Permission) -> Option<Level> {
        let level = self.decide(permission).level()?;
        catalogue::is_own_reached_at(permission.0, level).then_some(level)
    }

    #[must_use]
    pub fn may(&self, permission: Permission) -> bool {
        self.level(permission).is_some()
    }

    fn decide(&self, permission: Permission) -> Decision<'_> {
        decide(&self.sources, permission.1.as_str(), permission.0.as_str())
    }

    pub(super) const fn operator(&self) -> UserId {
        self.user
    }

    pub(super) const fn organization(&self) -> OrganizationId {
        self.organization
    }

    pub(super) fn units(&self) -> &[UnitId] {
        &self.units
    }

    pub(super) fn sources(&self) -> &[Source] {
        &self.sources
    }

    /// What of the sources counts in every organization: allows at the level all, and all denies.
    pub(super) fn everywhere(&self) -> Vec<Source> {
        let mut sources = self.sources.clone();
        for source in &mut sources {
            source
                .rules
                .retain(|rule| rule.effect == Effect::Deny || rule.level == Level::All);
        }
        sources
    }

    pub(super) fn permissions(&self) -> Permissions {
        let all = Resource::ALL.iter().flat_map(|&resource| {
            let verbs = resource.verbs().iter();
            verbs.map(move |&verb| Permission(resource, verb))
        });
        Permissions(
            all.filter_map(|permission| Some((permission, self.level(permission)?)))
                .collect(),
        )
    }

    /// Refuses what isn't held, and names the roles that would give it.
    pub(super) async fn require(&self, tx: &mut Tx, permission: Permission) -> Result<()> {
        if self.may(permission) {
            return Ok(());
        }
        Err(Error::Denied {
            permission,
            who_can_help: self.who_can_help(tx, permission).await?,
            beyond: false,
        })
    }

    /// The roles and groups that would give a right in this organization, as far as the operator may see them.
    pub(super) async fn who_can_help(
        &self,
        tx: &mut Tx,
        permission: Permission,
    ) -> Result<Vec<String>> {
        let givers = self
            .givers_in_sight(tx, permission, |level, home| {
                level.is_some() && home.is_none_or(|home| home == self.organization)
            })
            .await?;
        Ok(givers
            .into_iter()
            .map(|giver| format!("whoever has the {} {}", giver.kind.as_str(), giver.name))
            .collect())
    }

    /// The first few roles and groups that give a right as it is wanted, by the level at which they do and the
    /// organization that they belong to. The operator isn't told of those out of their sight.
    pub(super) async fn givers_in_sight(
        &self,
        tx: &mut Tx,
        permission: Permission,
        is_wanted: impl Fn(Option<Level>, Option<OrganizationId>) -> bool,
    ) -> Result<Vec<Source>> {
        const NAMED_MAX: usize = 3;
        let (action, resource) = (permission.1.as_str(), permission.0.as_str());
        let mut givers: Vec<Source> = rows::ruled_sources(tx)
            .await?
            .into_iter()
            .filter(|(source, home)| {
                let given = decide(std::slice::from_ref(source), action, resource).level();
                let given =
                    given.filter(|level| catalogue::is_own_reached_at(permission.0, *level));
                is_wanted(given, *home)
            })
            .map(|(source, _)| source)
            .collect();
        let seen = Sight::of_sources(tx, self, &givers).await?;
        givers.retain(|giver| seen.sees_source(giver));
        givers.truncate(NAMED_MAX);
        Ok(givers)
    }

    /// How far a right reaches. Whoever doesn't hold it reaches nothing.
    pub(super) fn scope(&self, permission: Permission) -> Scope {
        match self.level(permission) {
            Some(level) => Scope::new(self.user, self.organization, level, &self.units),
            None => Scope {
                operator: self.user,
                organization: self.organization,
                reach: crate::store::Reach::Units(Vec::new()),
            },
        }
    }
}
