//! The last administrator can't be lost. What counts is how long somebody will be able to administer: whoever has a date
//! to go is no last one while somebody stays without, and a lock that ends by itself takes nobody away.

use super::power::Guard;
use crate::domain::{Time, UserId};
use crate::service::{Error, Result, Work};
use crate::store::Tx;
use crate::store::sql::Sql;
use crate::store::user_states::{Lasting, lasting_administrators};

/// Until when there is somebody to administer; `None` where there is nobody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::service) struct Administered(Option<Lasting>);

impl Administered {
    /// By administrators of whom the one who lasts longest comes first.
    pub fn by(administrators: &[(UserId, Lasting)]) -> Self {
        Self(administrators.first().map(|(_, lasting)| *lasting))
    }

    /// Those who last longer than this: without them it would be all that is left.
    pub fn outlasting(self, administrators: &[(UserId, Lasting)]) -> Vec<UserId> {
        administrators
            .iter()
            .filter(|(_, lasting)| Some(*lasting) > self.0)
            .map(|(user, _)| *user)
            .collect()
    }

    /// What a plan notes of a target without whom this would be left.
    pub fn note(self) -> String {
        let who = match self.end() {
            None => "who can sign in".to_owned(),
            Some(date) => format!("whose account doesn't end by {date}"),
        };
        format!(
            "is the last administrator {who}: give the role Administrator to somebody else first"
        )
    }

    /// The last day.
    pub fn end(self) -> Option<jiff::civil::Date> {
        let end = self.0?.end()?;
        Some(Time(end.0 - 1).date())
    }
}

impl Guard {
    /// Refuses a change after which there is nobody to administer, or not for as long as before it.
    pub async fn keeps_administrator(work: &mut Work, before: Administered) -> Result<()> {
        let after = Self::has_administrator(work).await?;
        if after >= before {
            return Ok(());
        }
        Err(Error::Rule(match after.end() {
            None => "Nobody could administer Wardroom any more: this is the last administrator who can sign in; give the role Administrator to somebody else first.".to_owned(),
            Some(date) => format!(
                "Nobody could administer Wardroom after {date}: this is the last administrator whose account doesn't end by then; give the role Administrator to somebody else first."
            ),
        }))
    }

    pub async fn has_administrator(work: &mut Work) -> Result<Administered> {
        let now = work.now;
        Ok(Administered::by(
            &lasting_administrators(&mut work.tx, now, None).await?,
        ))
    }
}

/// Those of the users of a subquery who can't all go, for without them nobody could administer for as long as before;
/// and what would be left.
pub(in crate::service) async fn indispensable(
    tx: &mut Tx,
    now: Time,
    users: &Sql,
) -> Result<(Vec<UserId>, Administered)> {
    let left = Administered::by(&lasting_administrators(tx, now, Some(users)).await?);
    let all = lasting_administrators(tx, now, None).await?;
    Ok((left.outlasting(&all), left))
}
