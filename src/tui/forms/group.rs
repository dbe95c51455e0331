//! The form of a group: what it is called, where it belongs, what it confers.

use super::{
    Editor, FieldKind, FieldSpec, Pick, Problem, Rehearsed, Saved, Sheet, Value, Values,
    changed_words, fill, names_of, needing, rules, text_of,
};
use crate::domain::GroupId;
use crate::domain::group;
use crate::domain::rule::RULE_CHARACTERS_MAX;
use crate::domain::text::{self, NAME_CHARACTERS_MAX};
use crate::service::explain::{GroupImpact, sentences};
use crate::service::groups::{
    ASSIGN, CreateGroup, DefaultOwner, GroupChanges, GroupDetail, GroupDraft, MEMBERS, ShowGroup,
    UpdateGroup,
};
use crate::service::users::LinkedRecord;
use crate::service::{
    Consent, DESCRIPTION_CHARACTERS_MAX, Home, ListChange, NodeChanges, RecordRef, Result, Service,
    Session,
};
use crate::tui::shared::Subject;
use jiff::civil::Date;

#[derive(Clone, Debug)]
pub enum GroupEditor {
    New,
    /// A new one with everything of this one but its name, alias and members.
    Like(GroupId),
    Edit(GroupId),
}

impl Editor for GroupEditor {
    const KIND: &'static str = "group";

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
                let mut fields = new_fields(here, None);
                fill(
                    &mut fields,
                    "unit",
                    &service.ask(&session, DefaultOwner).await?,
                );
                ("NEW GROUP".to_owned(), 0, fields)
            }
            Self::Like(id) => {
                let model = show(&service, &session, *id).await?;
                let heading = format!("NEW GROUP like {}", model.name);
                let home = model.organization.clone().unwrap_or_default();
                (heading, 0, new_fields(&home, Some(&model)))
            }
            Self::Edit(id) => {
                let group = show(&service, &session, *id).await?;
                let heading = format!("EDIT GROUP {}", group.name);
                let mut fields = edit_fields(&group);
                let held = service.permissions(&session).await?;
                needing(&mut fields, "unit", &held, ASSIGN);
                needing(&mut fields, "member_groups", &held, MEMBERS);
                (heading, group.version, fields)
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
            "alias" if value.text().is_empty() && self.record().is_none() => None,
            "alias" => group::alias(value.text())
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
        let mut rehearsed = Rehearsed::default();
        if let Self::Edit(id) = self {
            let update = update_of(*id, version, &values);
            let impact = GroupImpact::of(&update);
            rehearsed.asks = service.rehearse(&session, update).await?.asks;
            if !impact.is_nothing() {
                let shifts = service.ask(&session, impact).await?;
                rehearsed.rights = sentences(&shifts, &session.organization_name);
            }
        } else {
            let draft = draft_of(&values);
            let made = service.rehearse(&session, CreateGroup { draft }).await?;
            let unit = made.owner_unit.unwrap_or_default();
            rehearsed.filled.insert("alias", Value::Text(made.alias));
            rehearsed.filled.insert("unit", Value::Text(unit));
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
        match self {
            Self::Edit(id) => {
                let update = UpdateGroup {
                    consent,
                    ..update_of(*id, version, &values)
                };
                let changed = service.perform(&session, update).await?.fields;
                let group = show(&service, &session, *id).await?;
                Ok(Saved {
                    notice: changed_words(&group.name, &changed),
                    subject: None,
                })
            }
            Self::New | Self::Like(_) => {
                let draft = draft_of(&values);
                let created = service.perform(&session, CreateGroup { draft }).await?;
                Ok(Saved {
                    notice: format!("The group {} was created.", created.name),
                    subject: Some(Subject::Group(RecordRef::Id(created.id.0))),
                })
            }
        }
    }
}

async fn show(service: &Service, session: &Session, id: GroupId) -> Result<GroupDetail> {
    let group = RecordRef::Id(id.0);
    service.ask(session, ShowGroup { group }).await
}

fn new_fields(organization: &str, model: Option<&GroupDetail>) -> Vec<FieldSpec> {
    let none = GroupDetail::default();
    let model = model.unwrap_or(&none);
    let home = FieldSpec::new(
        "organization",
        "Organization",
        FieldKind::One(Pick::Organization),
        Value::Text(organization.to_owned()),
    );
    let mut fields = vec![
        name(""),
        alias("").hinted("What applications call it; made of the name where it is empty."),
        home.hinted("Where it belongs; system-wide where none is chosen."),
    ];
    fields.extend(common_fields(model, Pick::Role));
    fields
}

fn edit_fields(group: &GroupDetail) -> Vec<FieldSpec> {
    let built_in = group.built_in.then_some("built in: it keeps this");
    let home = group.organization.as_deref().unwrap_or("(system-wide)");
    let home = FieldSpec::text("organization", "Organization", NAME_CHARACTERS_MAX, home);
    let mut fields = vec![
        name(&group.name).fixed(built_in),
        alias(&group.alias)
            .required()
            .fixed(built_in)
            .hinted("What applications call it: changing it may break them."),
        home.fixed(Some("a group stays where it was made")),
    ];
    fields.extend(common_fields(group, Pick::RoleInto(group.id)));
    let members = group.linked.member_groups.iter();
    let members = FieldSpec::new(
        "member_groups",
        "Groups in it",
        FieldKind::Many(Pick::GroupInto(group.id)),
        Value::Names(members.map(|record| record.name.clone()).collect()),
    );
    fields.push(members.hinted("Everybody in these groups has what this one gives."));
    fields
}

fn name(value: &str) -> FieldSpec {
    FieldSpec::text("name", "Name", NAME_CHARACTERS_MAX, value).required()
}

fn alias(value: &str) -> FieldSpec {
    FieldSpec::text("alias", "Alias", NAME_CHARACTERS_MAX, value)
}

fn common_fields(group: &GroupDetail, role: Pick) -> Vec<FieldSpec> {
    let names = |records: &[LinkedRecord]| -> Vec<String> {
        records.iter().map(|record| record.name.clone()).collect()
    };
    let unit = names(&group.linked.owner_unit).pop().unwrap_or_default();
    let unit = FieldSpec::new(
        "unit",
        "Owned by",
        FieldKind::One(Pick::Unit),
        Value::Text(unit),
    );
    let roles = FieldSpec::new(
        "roles",
        "Confers roles",
        FieldKind::Many(role),
        Value::Names(names(&group.linked.roles)),
    );
    let mut fields = vec![
        FieldSpec::text(
            "description",
            "Description",
            DESCRIPTION_CHARACTERS_MAX,
            &group.description,
        ),
        unit.hinted("The unit that owns the group; a system-wide group has none."),
        roles.hinted("What everybody in the group has by being in it."),
    ];
    fields.push(rules::field(&group.rules));
    for (name, label, values, hint) in [
        (
            "granular",
            "Entries in trees",
            &group.granular,
            "TREE:/PATH=ACTION,ACTION: stands in for the rules there and below.",
        ),
        (
            "start_nodes",
            "Starts at",
            &group.start_nodes,
            "TREE:/PATH, or TREE:/ for all of it; nothing else in it is reached.",
        ),
        (
            "sections",
            "Sections",
            &group.sections,
            "Parts of the managed application that are open to the group, by their keys.",
        ),
        (
            "languages",
            "Languages",
            &group.languages,
            "Languages that the group may edit, by their keys.",
        ),
    ] {
        let kind = FieldKind::List(RULE_CHARACTERS_MAX);
        let lines = Value::Names(values.clone());
        fields.push(FieldSpec::new(name, label, kind, lines).hinted(hint));
    }
    fields
}

/// All lines of a field, where it changed.
fn lines_of(values: &Values, field: &str) -> ListChange {
    ListChange {
        all: names_of(values, field),
        ..ListChange::default()
    }
}

fn nodes_of(values: &Values) -> NodeChanges {
    NodeChanges {
        entries: lines_of(values, "granular"),
        starts: lines_of(values, "start_nodes"),
    }
}

fn update_of(id: GroupId, version: i64, values: &Values) -> UpdateGroup {
    UpdateGroup {
        group: RecordRef::Id(id.0),
        version: Some(version),
        changes: GroupChanges {
            name: text_of(values, "name"),
            alias: text_of(values, "alias"),
            description: text_of(values, "description"),
            unit: text_of(values, "unit").filter(|unit| !unit.is_empty()),
            roles: lines_of(values, "roles"),
            groups: lines_of(values, "member_groups"),
            rules: rules::texts(values),
            nodes: nodes_of(values),
            sections: lines_of(values, "sections"),
            languages: lines_of(values, "languages"),
        },
        consent: Consent::default(),
    }
}

fn draft_of(values: &Values) -> GroupDraft {
    let some = |field| text_of(values, field).filter(|text| !text.trim().is_empty());
    GroupDraft {
        name: some("name").unwrap_or_default(),
        alias: some("alias"),
        description: some("description").unwrap_or_default(),
        home: some("organization").map_or(Home::SystemWide, Home::Organization),
        unit: some("unit"),
        roles: names_of(values, "roles").unwrap_or_default(),
        rules: rules::texts(values),
        nodes: nodes_of(values),
        sections: names_of(values, "sections").unwrap_or_default(),
        languages: names_of(values, "languages").unwrap_or_default(),
    }
}
