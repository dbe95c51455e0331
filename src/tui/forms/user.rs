//! The form of a user: every field that is stored, memberships and, for a new one, the password.

use super::fields::FieldState;
use super::{
    Editor, FieldKind, FieldSpec, Pick, Privacy, Problem, Rehearsed, Saved, Sheet, Value, Values,
    changed_words, fill, fill_names, names_of, needing, text_of,
};
use crate::domain::status::Kind;
use crate::domain::user::{HIDDEN, Profile};
use crate::domain::{Time, UserId, text};
use crate::service::explain::{UserImpact, sentences};
use crate::service::users::{
    ASSIGN, CreateUser, DefaultStanding, LinkedRecord, NewPassword, ShowUser, Standing, Timeline,
    UpdateUser, UserChanges, UserDetail, UserDraft, UserRef,
};
use crate::service::{Consent, Result, Service, Session};
use crate::tui::shared::Subject;
use jiff::civil::Date;

/// Longest address.
const EMAIL_MAX: usize = 255;

/// Entries of the timeline among which the last save is looked for.
const ENTRIES: u32 = 20;

/// The units that a user works in; the one that owns them stands apart.
const ASSIGNED: &str = "Assigned to";

const KINDS: FieldKind = FieldKind::Choice(&[
    ("person", "a person"),
    ("shared", "shared by several people"),
    ("service", "a system: no password, never locks"),
]);

#[derive(Clone, Debug)]
pub enum UserEditor {
    New,
    /// A new one with unit, organizations, groups and roles of this one.
    Like(UserId),
    Edit(UserId),
}

impl Editor for UserEditor {
    const KIND: &'static str = "user";

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
        match self {
            Self::New => {
                let standing = service.ask(&session, DefaultStanding).await?;
                let nobody = UserDetail::default();
                Ok(new_sheet("NEW USER".to_owned(), &nobody, &standing))
            }
            Self::Like(id) => {
                let model = show(&service, &session, *id, false).await?;
                let standing = service.ask(&session, DefaultStanding).await?;
                let heading = format!("NEW USER like {}", model.username);
                Ok(new_sheet(heading, &model, &standing))
            }
            Self::Edit(id) => {
                let sensitive = !service.policy().read_only;
                let user = show(&service, &session, *id, sensitive).await?;
                let saved_by = saved_by(&service, &session, *id).await?;
                let mut fields = fields(&user, session.user == user.id);
                let held = service.permissions(&session).await?;
                needing(&mut fields, "unit", &held, ASSIGN);
                Ok(Sheet {
                    heading: format!("EDIT USER {}", user.username),
                    version: user.version,
                    saved_by,
                    fields,
                })
            }
        }
    }

    fn check(&self, field: &'static str, value: &Value, today: Date) -> Option<Problem> {
        let text = value.text();
        match field {
            "email" => address_problem(text),
            "other_emails" => value.names().iter().find_map(|line| address_problem(line)),
            "expires" if text.trim().is_empty() => None,
            "expires" => text::date(text, today)
                .err()
                .map(|error| Problem::new(error.to_string())),
            _ => {
                let checked = Profile::check_field(field, text, today)?;
                checked.err().map(Problem::new)
            }
        }
    }

    async fn rehearse(
        &self,
        service: Service,
        session: Session,
        version: i64,
        values: Values,
    ) -> Result<Rehearsed> {
        let Self::Edit(id) = self else {
            return rehearse_new(&service, &session, &values).await;
        };
        let update = update_of(*id, version, &values);
        let edited = service.rehearse(&session, update).await?;
        let mut rehearsed = Rehearsed {
            asks: edited.asks,
            ..Rehearsed::default()
        };
        let enters = edited.fields.iter().any(|field| field == "organizations");
        if enters && !values.contains_key("organizations") {
            let remark = "They may also sign in to the organization of that unit from now on.";
            rehearsed.remarks.push(remark.to_owned());
        }
        rehearsed.rights = rights(&service, &session, *id, &values).await?;
        Ok(rehearsed)
    }

    fn advice(&self, field: &str, fields: &[FieldState]) -> Option<String> {
        if !matches!(field, "unit" | "assigned_units") {
            return None;
        }
        let field = |name| fields.iter().find(|field| field.spec.name == name);
        let (owner, assigned) = (field("unit")?, field("assigned_units")?);
        let before = owner.spec.value.text();
        let stays = assigned.value().names().iter().any(|unit| unit == before);
        (owner.is_changed() && stays).then(|| {
            format!("They stay assigned to {before}; change \"{ASSIGNED}\" if they should move.")
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
        match self {
            Self::Edit(id) => {
                let update = UpdateUser {
                    consent,
                    ..update_of(*id, version, &values)
                };
                let changed = service.perform(&session, update).await?.fields;
                let user = show(&service, &session, *id, false).await?;
                Ok(Saved {
                    notice: changed_words(&user.username, &changed),
                    subject: None,
                })
            }
            Self::New | Self::Like(_) => create(&service, &session, &values).await,
        }
    }
}

async fn show(
    service: &Service,
    session: &Session,
    id: UserId,
    sensitive: bool,
) -> Result<UserDetail> {
    let user = UserRef::Id(id);
    service.ask(session, ShowUser { user, sensitive }).await
}

/// What the user gains and loses by other groups and roles.
async fn rights(
    service: &Service,
    session: &Session,
    id: UserId,
    values: &Values,
) -> Result<Vec<String>> {
    let (groups, roles) = (names_of(values, "groups"), names_of(values, "roles"));
    if groups.is_none() && roles.is_none() {
        return Ok(Vec::new());
    }
    let user = UserRef::Id(id);
    let impact = UserImpact {
        user,
        roles,
        groups,
    };
    let shifts = service.ask(session, impact).await?;
    Ok(sentences(&shifts, &session.organization_name))
}

/// Who edited the user last, where the timeline tells.
async fn saved_by(service: &Service, session: &Session, user: UserId) -> Result<Option<String>> {
    let query = Timeline {
        user,
        before: None,
        limit: ENTRIES,
    };
    let entries = service.ask(session, query).await?;
    let edit = entries
        .into_iter()
        .find(|entry| entry.event == "user_updated");
    Ok(edit.map(|entry| entry.by).filter(|by| !by.is_empty()))
}

fn address_problem(address: &str) -> Option<Problem> {
    let error = text::email(address).err()?;
    Some(Problem {
        suggestion: error.suggestion().map(str::to_owned),
        sentence: error.to_string(),
    })
}

/// A new one like the model, standing where the service would put it as far as the model says nothing.
fn new_sheet(heading: String, model: &UserDetail, standing: &Standing) -> Sheet {
    let mut fields = fields(model, false);
    for field in &mut fields {
        // Of the model only what people have in common is taken over.
        let shared = [
            "unit",
            "assigned_units",
            "organizations",
            "groups",
            "roles",
            "department",
            "title",
            "language",
            "time_zone",
            "kind",
            "manager",
        ];
        if !shared.contains(&field.name) {
            field.value = match field.value {
                Value::Flag(_) => Value::Flag(false),
                Value::Names(_) => Value::Names(Vec::new()),
                _ => Value::Text(String::new()),
            };
            field.read_only = None;
        }
        if field.name == "unit" {
            field.hint = "The unit that owns the user: it decides who may manage them.";
        }
    }
    fill(&mut fields, "unit", &standing.unit);
    fill_names(&mut fields, "organizations", &standing.organizations);
    if model.groups.is_empty() {
        fill_names(&mut fields, "roles", &standing.roles);
    }
    let password = FieldSpec::new(
        "password",
        "Password",
        FieldKind::Secret,
        Value::Secret(crate::service::Secret::default()),
    );
    let at = fields
        .iter()
        .position(|field| field.name == "unit")
        .unwrap_or(0);
    fields.insert(
        at,
        password
            .hinted("Ctrl-y suggests one, Ctrl-t shows it. Without one nobody can sign in yet."),
    );
    let disabled = FieldSpec::new(
        "disabled",
        "Disabled",
        FieldKind::Toggle,
        Value::Flag(false),
    );
    fields.insert(
        at + 1,
        disabled.hinted("A disabled user can't sign in until somebody enables them."),
    );
    Sheet {
        heading,
        version: 0,
        saved_by: None,
        fields,
    }
}

/// The fields with their values. Nobody changes their own roles, groups and places.
fn fields(user: &UserDetail, is_self: bool) -> Vec<FieldSpec> {
    let own = is_self.then_some("not by yourself: ask another operator");
    let hidden = |value: &str| (value == HIDDEN).then_some("needs the right user:view-sensitive");
    let profile = |name: &'static str, label, value: &str| {
        let known = Profile::FIELDS.iter().find(|field| field.name == name);
        let most = known.map_or(EMAIL_MAX, |field| field.length_max);
        let privacy = match name {
            "birthday" | "phone" | "employee_number" => Privacy::Sensitive,
            "first_name" | "middle_name" | "last_name" | "also_known_as" | "email" => {
                Privacy::Personal
            }
            _ => Privacy::Open,
        };
        FieldSpec::text(name, label, most, value)
            .fixed(hidden(value))
            .seen_by(privacy)
    };
    let one = |name, label, pick, value: &str| {
        FieldSpec::new(
            name,
            label,
            FieldKind::One(pick),
            Value::Text(value.to_owned()),
        )
    };
    let many = |name, label, pick, records: &[LinkedRecord]| {
        let names = records.iter().map(|record| record.name.clone()).collect();
        FieldSpec::new(name, label, FieldKind::Many(pick), Value::Names(names)).fixed(own)
    };
    let linked = &user.linked;
    let unit = linked
        .owner_unit
        .as_ref()
        .map_or("", |unit| unit.name.as_str());
    let mut fields = vec![
        profile("username", "Username", &user.username).required(),
        profile("first_name", "First name", &user.first_name).required(),
        profile("last_name", "Last name", &user.last_name).required(),
        profile("email", "E-mail", &user.email).required(),
        one("unit", "Owned by", Pick::Unit, unit)
            .fixed(own)
            .hinted("The unit that owns the user: to move somebody, choose another one."),
        many(
            "organizations",
            "May sign in to",
            Pick::Organization,
            &linked.organizations,
        ),
        many("assigned_units", ASSIGNED, Pick::Unit, &linked.units)
            .hinted("The units that the user works in: rights of unit and division reach there."),
        many("groups", "Groups", Pick::Group, &linked.groups),
        many("roles", "Roles", Pick::Role, &linked.roles)
            .hinted("Direct roles; more come through groups."),
        expiry(user).fixed(own),
        one(
            "manager",
            "Manager",
            Pick::User,
            user.manager.as_deref().unwrap_or(""),
        ),
        profile("title", "Title", &user.title),
        profile("department", "Department", &user.department),
        profile("phone", "Phone", &user.phone),
        profile("employee_number", "Employee no.", &user.employee_number),
        profile("birthday", "Birthday", &user.birthday).hinted("As 1990-12-31."),
        profile("name_prefix", "Prefix", &user.name_prefix),
        profile("middle_name", "Middle name", &user.middle_name),
        profile("name_suffix", "Suffix", &user.suffix),
        profile("also_known_as", "Also known as", &user.also_known_as),
        profile("language", "Language", &user.language).hinted("As de or pt-BR."),
        profile("time_zone", "Time zone", &user.time_zone).hinted("As Europe/Vienna."),
    ];
    let emails = Value::Names(user.other_emails.clone());
    let are_hidden = user.other_emails.iter().any(|email| email == HIDDEN);
    let others = FieldSpec::new(
        "other_emails",
        "Other e-mails",
        FieldKind::List(EMAIL_MAX),
        emails,
    );
    fields.push(
        others
            .fixed(are_hidden.then_some("needs the right user:view-sensitive"))
            .hinted("One address a line.")
            .seen_by(Privacy::Sensitive),
    );
    let kind = Value::Text(user.kind.as_str().to_owned());
    fields.push(FieldSpec::new("kind", "Kind", KINDS, kind).fixed(own));
    let agent = Value::Flag(user.agent);
    fields.push(FieldSpec::new("agent", "Agent", FieldKind::Toggle, agent).fixed(own));
    fields.push(profile("description", "Description", &user.description));
    fields
}

/// The last day on which the user may sign in: what is stored is its end.
fn expiry(user: &UserDetail) -> FieldSpec {
    let day = if user.expiry_date.is_never() {
        String::new()
    } else {
        Time(user.expiry_date.0 - 1).date().to_string()
    };
    FieldSpec::new("expires", "Expires", FieldKind::Date, Value::Text(day))
        .hinted("The last day: 2027-06-30, +90d, fri; empty or never for no end.")
}

fn update_of(id: UserId, version: i64, values: &Values) -> UpdateUser {
    let profile = Profile::FIELDS
        .iter()
        .filter_map(|field| Some((field.name, text_of(values, field.name)?)));
    UpdateUser {
        user: UserRef::Id(id),
        version: Some(version),
        changes: UserChanges {
            profile: profile.collect(),
            kind: text_of(values, "kind").and_then(|kind| Kind::parse(&kind)),
            agent: values.get("agent").map(Value::flag),
            expires: text_of(values, "expires"),
            manager: text_of(values, "manager"),
            other_emails: names_of(values, "other_emails"),
            unit: text_of(values, "unit"),
            assigned_units: names_of(values, "assigned_units"),
            organizations: names_of(values, "organizations"),
            groups: names_of(values, "groups"),
            roles: names_of(values, "roles"),
            ..UserChanges::default()
        },
        consent: Consent::default(),
    }
}

fn draft_of(values: &Values) -> UserDraft {
    let mut profile = Profile::default();
    for field in Profile::FIELDS {
        if let (Some(place), Some(text)) =
            (profile.field_mut(field.name), text_of(values, field.name))
        {
            *place = text;
        }
    }
    let some = |field| text_of(values, field).filter(|text| !text.is_empty());
    let list = |field| names_of(values, field).unwrap_or_default();
    UserDraft {
        profile,
        kind: some("kind")
            .and_then(|kind| Kind::parse(&kind))
            .unwrap_or_default(),
        agent: values.get("agent").is_some_and(Value::flag),
        disabled: values.get("disabled").is_some_and(Value::flag),
        expires: some("expires").unwrap_or_default(),
        manager: some("manager"),
        other_emails: list("other_emails"),
        unit: some("unit"),
        assigned_units: list("assigned_units"),
        organizations: list("organizations"),
        groups: list("groups"),
        roles: list("roles"),
        ..UserDraft::default()
    }
}

/// The password that was typed, if one was.
async fn password_of(
    service: &Service,
    session: &Session,
    profile: &Profile,
    values: &Values,
) -> Result<Option<NewPassword>> {
    match values.get("password") {
        Some(Value::Secret(secret)) if !secret.is_empty() => {
            let password = service.new_password(session, profile, secret.clone());
            password.await.map(Some)
        }
        _ => Ok(None),
    }
}

async fn rehearse_new(service: &Service, session: &Session, values: &Values) -> Result<Rehearsed> {
    let draft = draft_of(values);
    let password = password_of(service, session, &draft.profile, values).await;
    let (password, refused) = match password {
        Ok(password) => (password, None),
        Err(error) => (None, Some(error)),
    };
    let made = service
        .rehearse(session, CreateUser { draft, password })
        .await;
    let standing = match (refused, made) {
        (None, made) => made?.standing,
        (Some(refused), Ok(_)) => return Err(refused),
        // A password that is too short hides no name that is taken.
        (Some(refused), Err(error)) => return Err(refused.and(&error)),
    };
    Ok(Rehearsed {
        filled: Values::from([
            ("unit", Value::Text(standing.unit)),
            ("organizations", Value::Names(standing.organizations)),
            ("roles", Value::Names(standing.roles)),
        ]),
        ..Rehearsed::default()
    })
}

async fn create(service: &Service, session: &Session, values: &Values) -> Result<Saved> {
    let draft = draft_of(values);
    let password = password_of(service, session, &draft.profile, values).await?;
    let created = service
        .perform(session, CreateUser { draft, password })
        .await?;
    Ok(Saved {
        notice: format!("{} was created.", created.username),
        subject: Some(Subject::User(created.id)),
    })
}
