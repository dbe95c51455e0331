//! The form of a business unit: its place in the tree and how to reach it.

use super::organization::{DESCRIPTION_MAX, NAME_MAX, changed_words, name_problem};
use super::{
    Editor, FieldKind, FieldSpec, Pick, Problem, Rehearsed, Saved, Sheet, Value, Values, text_of,
};
use crate::domain::{UnitId, text};
use crate::service::units::{CreateUnit, ShowUnit, UnitChanges, UnitDetail, UnitDraft, UpdateUnit};
use crate::service::{Consent, RecordRef, Result, Service, Session};
use crate::tui::shared::Subject;
use jiff::civil::Date;

const PHONE_MAX: usize = 64;
const ADDRESS_MAX: usize = 255;

#[derive(Clone, Debug)]
pub enum UnitEditor {
    /// A new one in this organization, below this unit where one is given.
    New {
        organization: String,
        /// `ORGANIZATION/NAME`.
        parent: Option<String>,
    },
    Edit(UnitId),
}

impl Editor for UnitEditor {
    const KIND: &'static str = "unit";

    fn record(&self) -> Option<i64> {
        match self {
            Self::Edit(id) => Some(id.0),
            Self::New { .. } => None,
        }
    }

    fn another(&self) -> Self {
        self.clone()
    }

    async fn load(&self, service: Service, session: Session) -> Result<Sheet> {
        match self {
            Self::New {
                organization,
                parent,
            } => {
                let empty = UnitDetail {
                    organization: organization.clone(),
                    ..UnitDetail::default()
                };
                let parent = parent.as_deref().unwrap_or_default();
                Ok(Sheet {
                    heading: format!("NEW UNIT in {organization}"),
                    version: 0,
                    saved_by: None,
                    fields: fields(&empty, parent, None),
                })
            }
            Self::Edit(id) => {
                let unit = RecordRef::Id(id.0);
                let unit = service.ask(&session, ShowUnit { unit }).await?;
                let parent = unit
                    .parent
                    .as_ref()
                    .map(|parent| format!("{}/{parent}", unit.organization));
                let fixed = Some("a unit stays in its organization");
                Ok(Sheet {
                    heading: format!("EDIT UNIT {}/{}", unit.organization, unit.name),
                    version: unit.version,
                    saved_by: None,
                    fields: fields(&unit, parent.as_deref().unwrap_or_default(), fixed),
                })
            }
        }
    }

    fn check(&self, field: &'static str, value: &Value, _today: Date) -> Option<Problem> {
        let typed = value.text();
        if typed.trim().is_empty() && field != "name" {
            return None;
        }
        match field {
            "phone" | "fax" => text::phone(typed)
                .err()
                .map(|error| Problem::new(error.to_string())),
            "email" => {
                let error = text::email(typed).err()?;
                Some(Problem {
                    suggestion: error.suggestion().map(str::to_owned),
                    sentence: error.to_string(),
                })
            }
            _ => name_problem(field, value),
        }
    }

    async fn rehearse(
        &self,
        service: Service,
        session: Session,
        version: i64,
        values: Values,
    ) -> Result<Rehearsed> {
        let mut rehearsed = Rehearsed::default();
        if let Self::Edit(id) = self {
            let update = update_of(*id, version, &values);
            rehearsed.asks = service.rehearse(&session, update).await?.asks;
        } else {
            let draft = draft_of(&values);
            service.rehearse(&session, CreateUnit { draft }).await?;
        }
        Ok(rehearsed)
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
            let draft = draft_of(&values);
            let made = service.perform(&session, CreateUnit { draft }).await?;
            return Ok(Saved {
                notice: format!("The unit {}/{} was created.", made.organization, made.name),
                subject: Some(Subject::Unit(RecordRef::Id(made.id.0))),
            });
        };
        let update = UpdateUnit {
            consent,
            ..update_of(*id, version, &values)
        };
        let changed = service.perform(&session, update).await?.fields;
        Ok(Saved {
            notice: changed_words("The unit", &changed),
            subject: None,
        })
    }
}

fn update_of(id: UnitId, version: i64, values: &Values) -> UpdateUnit {
    UpdateUnit {
        unit: RecordRef::Id(id.0),
        version: Some(version),
        changes: UnitChanges {
            name: text_of(values, "name"),
            parent: text_of(values, "parent"),
            phone: text_of(values, "phone"),
            email: text_of(values, "email"),
            website: text_of(values, "website"),
            fax: text_of(values, "fax"),
            description: text_of(values, "description"),
        },
        consent: Consent::default(),
    }
}

fn draft_of(values: &Values) -> UnitDraft {
    let text = |field| text_of(values, field).unwrap_or_default();
    let given = |field| text_of(values, field).filter(|text| !text.trim().is_empty());
    UnitDraft {
        name: text("name"),
        organization: given("organization"),
        parent: given("parent"),
        phone: text("phone"),
        email: text("email"),
        website: text("website"),
        fax: text("fax"),
        description: text("description"),
    }
}

fn fields(unit: &UnitDetail, parent: &str, fixed: Option<&str>) -> Vec<FieldSpec> {
    let organization = Value::Text(unit.organization.clone());
    let one = |name, label, pick, value| FieldSpec::new(name, label, FieldKind::One(pick), value);
    vec![
        FieldSpec::text("name", "Name", NAME_MAX, &unit.name)
            .required()
            .hinted("Unique in its organization, without / and *."),
        one(
            "organization",
            "Organization",
            Pick::Organization,
            organization,
        )
        .required()
        .fixed(fixed),
        one(
            "parent",
            "Below",
            Pick::Unit,
            Value::Text(parent.to_owned()),
        )
        .hinted("The unit above it, none at the top. All that lies below moves along."),
        FieldSpec::text("phone", "Phone", PHONE_MAX, &unit.phone),
        FieldSpec::text("email", "E-mail", ADDRESS_MAX, &unit.email),
        FieldSpec::text("website", "Website", ADDRESS_MAX, &unit.website)
            .hinted("As https://www.example.com."),
        FieldSpec::text("fax", "Fax", PHONE_MAX, &unit.fax),
        FieldSpec::text(
            "description",
            "Description",
            DESCRIPTION_MAX,
            &unit.description,
        ),
    ]
}
