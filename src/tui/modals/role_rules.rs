//! A role's rules beside what there is to name: what its table, its comparison and its questions begin with.

use crate::domain::RoleId;
use crate::domain::catalogue::Catalogue;
use crate::domain::permission::Rule;
use crate::domain::rule;
use crate::service::catalogue::{self, ShowCatalogue};
use crate::service::roles::{RoleDetail, ShowRole};
use crate::service::{RecordRef, Result, Service, Session};
use crate::tui::screen::Cx;
use std::future::Future;

pub struct RoleRules {
    pub role: RoleDetail,
    pub rules: Vec<Rule>,
    /// With the console's own resources alone, where the operator may not see the rest.
    pub catalogue: Catalogue,
    pub sees_catalogue: bool,
}

/// Reads them. Without a session there is nobody to read for.
pub fn load<M: Send + 'static>(
    role: RecordRef,
    cx: &Cx<'_, M>,
) -> Option<impl Future<Output = Result<RoleRules>> + Send + use<M>> {
    let (service, session) = (cx.service().clone(), cx.session().cloned()?);
    let sees = cx.may(catalogue::VIEW);
    Some(read(service, session, role, sees))
}

async fn read(
    service: Service,
    session: Session,
    role: RecordRef,
    sees_catalogue: bool,
) -> Result<RoleRules> {
    let role = service.ask(&session, ShowRole { role }).await?;
    let catalogue = if sees_catalogue {
        service.ask(&session, ShowCatalogue).await?.catalogue()
    } else {
        Catalogue::default()
    };
    Ok(RoleRules {
        rules: rules(&role.rules),
        role,
        catalogue,
        sees_catalogue,
    })
}

fn rules(texts: &[String]) -> Vec<Rule> {
    let read = texts.iter().filter_map(|text| rule::read(text).ok());
    read.map(rule::Written::as_stored).collect()
}

/// The role of a number.
#[must_use]
pub const fn numbered(id: RoleId) -> RecordRef {
    RecordRef::Id(id.0)
}
