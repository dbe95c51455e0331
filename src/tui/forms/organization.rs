//! The form of an organization: its name and description. Whether it is enabled is an action of its own.

use super::{Editor, FieldSpec, Problem, Rehearsed, Saved, Sheet, Value, Values, text_of};
use crate::domain::{OrganizationId, text};
use crate::service::organizations::{
    CreateOrganization, OrganizationChanges, ShowOrganization, UpdateOrganization,
};
use crate::service::{Asks, Consent, RecordRef, Result, Service, Session};
use crate::tui::shared::Subject;
use jiff::civil::Date;

pub const NAME_MAX: usize = 255;
pub const DESCRIPTION_MAX: usize = 4_000;

#[derive(Clone, Debug)]
pub enum OrganizationEditor {
    New,
    Edit(OrganizationId),
}

impl Editor for OrganizationEditor {
    const KIND: &'static str = "organization";

    fn record(&self) -> Option<i64> {
        match self {
            Self::Edit(id) => Some(id.0),
            Self::New => None,
        }
    }

    fn another(&self) -> Self {
        Self::New
    }

    async fn load(&self, service: Service, session: Session) -> Result<Sheet> {
        let Self::Edit(id) = self else {
            return Ok(sheet("NEW ORGANIZATION".to_owned(), 0, "", ""));
        };
        let show = ShowOrganization {
            organization: RecordRef::Id(id.0),
        };
        let found = service.ask(&session, show).await?;
        let heading = format!("EDIT ORGANIZATION {}", found.name);
        Ok(sheet(
            heading,
            found.version,
            &found.name,
            &found.description,
        ))
    }

    fn check(&self, field: &'static str, value: &Value, _today: Date) -> Option<Problem> {
        name_problem(field, value)
    }

    async fn rehearse(
        &self,
        service: Service,
        session: Session,
        version: i64,
        values: Values,
    ) -> Result<Rehearsed> {
        let (mut remarks, mut asks) = (Vec::new(), Asks::default());
        if let Self::Edit(id) = self {
            let update = update_of(*id, version, &values);
            asks = service.rehearse(&session, update).await?.asks;
            if *id == session.organization && values.contains_key("name") {
                remarks.push(format!(
                    "You work in this organization. Whatever names it \"{}\", such as a filter, a view or a script, won't find it any more.",
                    session.organization_name
                ));
            }
        } else {
            service.rehearse(&session, create_of(&values)).await?;
            remarks.push("A first unit of the same name is made with it.".to_owned());
        }
        Ok(Rehearsed {
            remarks,
            asks,
            ..Rehearsed::default()
        })
    }

    async fn save(
        &self,
        service: Service,
        session: Session,
        version: i64,
        values: Values,
        consent: Consent,
    ) -> Result<Saved> {
        let Self::Edit(id) = self else {
            let made = service.perform(&session, create_of(&values)).await?;
            return Ok(Saved {
                notice: format!(
                    "The organization {} was created, with a first unit of the same name.",
                    made.name
                ),
                subject: Some(Subject::Organization(RecordRef::Id(made.id.0))),
            });
        };
        let update = UpdateOrganization {
            consent,
            ..update_of(*id, version, &values)
        };
        let changed = service.perform(&session, update).await?.fields;
        Ok(Saved {
            notice: changed_words("The organization", &changed),
            subject: None,
        })
    }
}

fn update_of(id: OrganizationId, version: i64, values: &Values) -> UpdateOrganization {
    UpdateOrganization {
        organization: RecordRef::Id(id.0),
        version: Some(version),
        changes: OrganizationChanges {
            name: text_of(values, "name"),
            description: text_of(values, "description"),
            enabled: None,
        },
        consent: Consent::default(),
    }
}

fn create_of(values: &Values) -> CreateOrganization {
    CreateOrganization {
        name: text_of(values, "name").unwrap_or_default(),
        description: text_of(values, "description").unwrap_or_default(),
    }
}

fn sheet(heading: String, version: i64, name: &str, description: &str) -> Sheet {
    let fields = vec![
        FieldSpec::text("name", "Name", NAME_MAX, name)
            .required()
            .hinted("Unique among the organizations, without / and *."),
        FieldSpec::text("description", "Description", DESCRIPTION_MAX, description),
    ];
    Sheet {
        heading,
        version,
        saved_by: None,
        fields,
    }
}

/// What is wrong with the name of a place.
pub(super) fn name_problem(field: &str, value: &Value) -> Option<Problem> {
    if field != "name" {
        return None;
    }
    let error = text::name(value.text()).err()?;
    Some(Problem::new(error.to_string()))
}

pub(super) fn changed_words(what: &str, changed: &[String]) -> String {
    if changed.is_empty() {
        format!("{what} is so already; nothing was changed.")
    } else {
        format!("{what}: changed {}.", changed.join(", "))
    }
}
