//! The form of a role: what it is called, where it belongs, what it allows.

use super::{
    Editor, FieldKind, FieldSpec, Pick, Problem, Rehearsed, Saved, Sheet, Value, Values,
    changed_words, rules, text_of,
};
use crate::domain::RoleId;
use crate::domain::text::{self, NAME_CHARACTERS_MAX};
use crate::service::explain::{RoleImpact, sentences};
use crate::service::roles::{CreateRole, RoleChanges, RoleDetail, RoleDraft, ShowRole, UpdateRole};
use crate::service::{
    Consent, DESCRIPTION_CHARACTERS_MAX, Home, RecordRef, Result, Service, Session,
};
use crate::tui::shared::Subject;
use jiff::civil::Date;

#[derive(Clone, Debug)]
pub enum RoleEditor {
    New,
    /// A new one with everything of this one but its name and holders.
    Like(RoleId),
    Edit(RoleId),
}

impl Editor for RoleEditor {
    const KIND: &'static str = "role";

    fn record(&self) -> Option<i64> {
        match self {
            Self::Edit(id) => Some(id.0),
            Self::New | Self::Like(_) => None,
        }
    }

    fn model(&self) -> Option<i64> {
        match self {
            Self::Like(id) => Some(id.0),
            Self::New | Self::Edit(_) => None,
        }
    }

    fn another(&self) -> Self {
        Self::New
    }

    async fn load(&self, service: Service, session: Session) -> Result<Sheet> {
        let (heading, version, fields) = match self {
            Self::New => {
                let here = &session.organization_name;
                let fields = new_fields(here, &RoleDetail::default());
                ("NEW ROLE".to_owned(), 0, fields)
            }
            Self::Like(id) => {
                let model = show(&service, &session, *id).await?;
                let heading = format!("NEW ROLE like {}", model.name);
                // A copy of a built-in role is for the organization worked in, until somebody says otherwise.
                let home = match &model.organization {
                    None if model.built_in => session.organization_name.clone(),
                    home => home.clone().unwrap_or_default(),
                };
                (heading, 0, new_fields(&home, &model))
            }
            Self::Edit(id) => {
                let role = show(&service, &session, *id).await?;
                let heading = format!("EDIT ROLE {}", role.name);
                (heading, role.version, edit_fields(&role))
            }
        };
        Ok(Sheet {
            heading,
            version,
            saved_by: None,
            fields,
        })
    }

    fn check(&self, field: &'static str, value: &Value, _today: Date) -> Option<Problem> {
        match field {
            "name" => text::name(value.text())
                .err()
                .map(|error| Problem::new(error.to_string())),
            "rules" => rules::problem(value),
            _ => None,
        }
    }

    async fn rehearse(
        &self,
        service: Service,
        session: Session,
        version: i64,
        values: Values,
    ) -> Result<Rehearsed> {
        if let Self::Edit(id) = self {
            let update = update_of(*id, version, &values);
            let (role, rules) = (update.role.clone(), update.changes.rules.clone());
            let asks = service.rehearse(&session, update).await?.asks;
            if !rules.is_nothing() {
                let impact = RoleImpact { role, rules };
                let shifts = service.ask(&session, impact).await?;
                return Ok(Rehearsed {
                    rights: sentences(&shifts, &session.organization_name),
                    asks,
                    ..Rehearsed::default()
                });
            }
        } else {
            let draft = draft_of(&values);
            service.rehearse(&session, CreateRole { draft }).await?;
        }
        Ok(Rehearsed::default())
    }

    async fn save(
        &self,
        service: Service,
        session: Session,
        version: i64,
        values: Values,
        consent: Consent,
    ) -> Result<Saved> {
        match self {
            Self::Edit(id) => {
                let update = UpdateRole {
                    consent,
                    ..update_of(*id, version, &values)
                };
                let changed = service.perform(&session, update).await?.fields;
                let role = show(&service, &session, *id).await?;
                Ok(Saved {
                    notice: changed_words(&role.name, &changed),
                    subject: None,
                })
            }
            Self::New | Self::Like(_) => {
                let draft = draft_of(&values);
                let created = service.perform(&session, CreateRole { draft }).await?;
                Ok(Saved {
                    notice: format!("The role {} was created.", created.name),
                    subject: Some(Subject::Role(RecordRef::Id(created.id.0))),
                })
            }
        }
    }
}

async fn show(service: &Service, session: &Session, id: RoleId) -> Result<RoleDetail> {
    let role = RecordRef::Id(id.0);
    service.ask(session, ShowRole { role }).await
}

fn new_fields(organization: &str, model: &RoleDetail) -> Vec<FieldSpec> {
    let home = FieldSpec::new(
        "organization",
        "Organization",
        FieldKind::One(Pick::Organization),
        Value::Text(organization.to_owned()),
    );
    fields(
        "",
        home.hinted("Where it counts; everywhere where none is chosen."),
        model,
    )
}

fn edit_fields(role: &RoleDetail) -> Vec<FieldSpec> {
    let home = role.organization.as_deref().unwrap_or("(system-wide)");
    let home = FieldSpec::text("organization", "Organization", NAME_CHARACTERS_MAX, home);
    fields(
        &role.name,
        home.fixed(Some("a role stays where it was made")),
        role,
    )
}

fn fields(name: &str, home: FieldSpec, role: &RoleDetail) -> Vec<FieldSpec> {
    let mut fields = vec![
        FieldSpec::text("name", "Name", NAME_CHARACTERS_MAX, name).required(),
        home,
        FieldSpec::text(
            "description",
            "Description",
            DESCRIPTION_CHARACTERS_MAX,
            &role.description,
        ),
    ];
    fields.push(rules::field(&role.rules));
    fields
}

fn update_of(id: RoleId, version: i64, values: &Values) -> UpdateRole {
    UpdateRole {
        role: RecordRef::Id(id.0),
        version: Some(version),
        changes: RoleChanges {
            name: text_of(values, "name"),
            description: text_of(values, "description"),
            rules: rules::texts(values),
        },
        consent: Consent::default(),
    }
}

fn draft_of(values: &Values) -> RoleDraft {
    let some = |field| text_of(values, field).filter(|text| !text.trim().is_empty());
    RoleDraft {
        name: some("name").unwrap_or_default(),
        description: some("description"),
        home: some("organization").map_or(Home::SystemWide, Home::Organization),
        like: None,
        rules: rules::texts(values),
    }
}
