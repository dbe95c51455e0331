//! What groups, roles, organizations and units have in common: how they are named, searched, placed and confirmed.

use super::deletion::Bench;
use super::{Error, FieldError, Look, Result, Work, names};
use crate::domain::permission::{Effect, Level, Permission, Resource, Rule, Verb, decide};
use crate::domain::rule::{self, RULES_MAX};
use crate::domain::{OrganizationId, UnitId, text};
use crate::store::named::{self, Named, NamedKind};
use crate::store::sql::Sql;
use crate::store::{self, Reach, Scope, access};
use serde_json::{Map, Value, json};

/// Rows of a list at most.
pub const ROWS_MAX: u32 = 10_000;
/// Records that a search looks through.
const SEARCHED_MAX: i64 = 100_000;
pub const DESCRIPTION_CHARACTERS_MAX: usize = 4_000;

/// A record, by id or by name: `NAME`, or `ORGANIZATION/NAME` where it belongs to one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RecordRef {
    Id(i64),
    Name(String),
}

impl From<&str> for RecordRef {
    fn from(name: &str) -> Self {
        Self::Name(name.to_owned())
    }
}

impl RecordRef {
    pub(super) fn shown(&self) -> String {
        match self {
            Self::Id(id) => format!("number {id}"),
            Self::Name(name) => names::shown(name),
        }
    }

    /// The id inside what the operator may see; what they may not see doesn't exist.
    pub(super) async fn look(&self, look: &mut Look, kind: NamedKind) -> Result<i64> {
        let scope = look.scope(Permission(resource(kind), Verb::View)).await?;
        let here = look.session.organization;
        self.resolve(&mut look.tx, &scope, kind, here).await
    }

    pub(super) async fn find(&self, work: &mut Work, kind: NamedKind) -> Result<i64> {
        let scope = work.scope(Permission(resource(kind), Verb::View)).await?;
        let here = work.organization();
        self.resolve(&mut work.tx, &scope, kind, here).await
    }

    async fn resolve(
        &self,
        tx: &mut store::Tx,
        scope: &Scope,
        kind: NamedKind,
        here: OrganizationId,
    ) -> Result<i64> {
        match self {
            Self::Id(id) => Ok(*id),
            Self::Name(name) => Ok(names::named(tx, scope, kind, name, here).await?.id),
        }
    }
}

const fn resource(kind: NamedKind) -> Resource {
    match kind {
        NamedKind::Organization => Resource::Organization,
        NamedKind::Unit => Resource::Unit,
        NamedKind::Group => Resource::Group,
        NamedKind::Role => Resource::Role,
    }
}

/// The first rows of a list, and whether there are more.
#[derive(Clone, Debug)]
pub struct Listed<T> {
    pub rows: Vec<T>,
    pub more: bool,
}

/// The ids of those records the asker may see whose name, alias or description has all words of a search, by name.
pub(super) async fn search(
    look: &mut Look,
    kind: NamedKind,
    scope: &Scope,
    search: &str,
    limit: u32,
) -> Result<(Vec<i64>, bool)> {
    let limit = limit.clamp(1, ROWS_MAX) as usize;
    let words: Vec<Vec<String>> = search.split_whitespace().map(text::search_forms).collect();
    let mut found: Vec<i64> = named::texts(&mut look.tx, scope, kind, SEARCHED_MAX)
        .await?
        .into_iter()
        .filter(|(_, texts)| {
            if words.is_empty() {
                return true;
            }
            let texts = text::search_text(std::iter::once(texts.as_str()));
            words
                .iter()
                .all(|forms| forms.iter().any(|form| texts.contains(form)))
        })
        .map(|(id, _)| id)
        .take(limit + 1)
        .collect();
    let more = found.len() > limit;
    found.truncate(limit);
    Ok((found, more))
}

/// Where a new group or role belongs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Home {
    /// The organization worked in.
    #[default]
    Here,
    Organization(String),
    SystemWide,
}

/// Where a new record goes, and its own name.
pub(super) struct Place {
    pub organization: Option<OrganizationId>,
    pub organization_name: Option<String>,
    pub name: String,
}

impl Place {
    /// Finds the place of a new record that is named `NAME` or `ORGANIZATION/NAME`.
    pub(super) async fn find(work: &mut Work, home: &Home, name: &str) -> Result<Self> {
        let (home, name) = match (home, name.split_once('/')) {
            (Home::Here, Some((organization, name))) => {
                (Home::Organization(organization.to_owned()), name)
            }
            (home, _) => (home.clone(), name),
        };
        let name = checked_name(name)?;
        Ok(match home {
            Home::SystemWide => Self {
                organization: None,
                organization_name: None,
                name,
            },
            Home::Here => Self {
                organization: Some(work.organization()),
                organization_name: Some(work.session.organization_name.clone()),
                name,
            },
            Home::Organization(organization) => {
                let found = one(work, NamedKind::Organization, &organization).await?;
                Self {
                    organization: Some(OrganizationId(found.id)),
                    organization_name: Some(found.name),
                    name,
                }
            }
        })
    }
}

/// A record that the operator may see, by its name.
pub(super) async fn one(work: &mut Work, kind: NamedKind, name: &str) -> Result<Named> {
    let scope = work.scope(Permission(resource(kind), Verb::View)).await?;
    let here = work.organization();
    names::named(&mut work.tx, &scope, kind, name, here).await
}

/// Roles that the operator may see, by their names, each once. A name that several bear means the role of `home`.
pub(super) async fn roles(
    work: &mut Work,
    names: &[String],
    home: Option<OrganizationId>,
) -> Result<Vec<Named>> {
    if names.is_empty() {
        return Ok(Vec::new());
    }
    let scope = work.scope(Permission(Resource::Role, Verb::View)).await?;
    let home = home.unwrap_or(work.organization());
    let mut found: Vec<Named> = Vec::with_capacity(names.len());
    for name in names {
        let role = names::named(&mut work.tx, &scope, NamedKind::Role, name, home).await?;
        if !found.iter().any(|known| known.id == role.id) {
            found.push(role);
        }
    }
    Ok(found)
}

/// Refuses where a right, which the operator holds, doesn't reach a new record of this organization and unit.
pub(super) async fn reaches(
    work: &mut Work,
    permission: Permission,
    organization: Option<OrganizationId>,
    unit: Option<UnitId>,
) -> Result<()> {
    let scope = work.scope(permission).await?;
    let reached = match &scope.reach {
        Reach::All => true,
        Reach::Organization => organization == Some(scope.organization),
        Reach::Units(units) => {
            organization == Some(scope.organization) && unit.is_some_and(|id| units.contains(&id))
        }
        Reach::Own => false,
    };
    if reached {
        Ok(())
    } else {
        Err(beyond(&mut work.tx, permission).await?)
    }
}

/// Refuses where a right doesn't reach a record: `condition` says what it reaches, over the table in `select`.
pub(super) async fn reaches_record(
    work: &mut Work,
    permission: Permission,
    select: &'static str,
    id: i64,
    condition: impl Fn(&Scope) -> Sql,
) -> Result<()> {
    reaches_from(&mut work.bench(), permission, select, id, condition).await
}

/// As [`reaches_record`], also for a request that only reads.
pub(super) async fn reaches_from(
    bench: &mut Bench<'_>,
    permission: Permission,
    select: &'static str,
    id: i64,
    condition: impl Fn(&Scope) -> Sql,
) -> Result<()> {
    bench.rights.require(bench.tx, permission).await?;
    let scope = bench.rights.scope(permission);
    let mut sql = Sql::new(select);
    sql.push_value(id)
        .push(" and ")
        .push_sql(&condition(&scope));
    if sql.exists(bench.tx).await? {
        Ok(())
    } else {
        Err(beyond(bench.tx, permission).await?)
    }
}

/// The refusal for a right that doesn't reach far enough, with those who have it everywhere.
async fn beyond(tx: &mut store::Tx, permission: Permission) -> Result<Error> {
    let mut who_can_help: Vec<String> = access::ruled_sources(tx)
        .await?
        .into_iter()
        .filter(|(source, organization)| {
            let (action, resource) = (permission.1.as_str(), permission.0.as_str());
            organization.is_none()
                && decide(std::slice::from_ref(source), action, resource).level()
                    == Some(Level::All)
        })
        .map(|(source, _)| format!("whoever has \"{}\"", source.name))
        .collect();
    who_can_help.truncate(3);
    Ok(Error::Denied {
        permission,
        who_can_help,
    })
}

pub(super) fn checked_name(name: &str) -> Result<String> {
    text::name(name).map_err(|error| Error::invalid("name", error))
}

pub(super) fn checked_description(description: &str) -> Result<String> {
    text::normalize_within(description, DESCRIPTION_CHARACTERS_MAX)
        .map_err(|error| Error::invalid("description", error))
}

/// A name that the unique index refused, as an error of its field.
pub(super) fn taken(
    error: store::Error,
    (index, kind): (&str, &str),
    name: &str,
    place: Option<&str>,
) -> Error {
    match &error {
        store::Error::Taken(taken) if taken == index => Error::Taken(FieldError {
            field: "name",
            message: format!(
                "\"{}\" is taken by another {kind}{}; choose another name",
                names::shown(name),
                place.map(|place| format!(" {place}")).unwrap_or_default(),
            ),
        }),
        _ => Error::Store(error),
    }
}

/// `in Acme`, or `among the system-wide ones`.
pub(super) fn place_words(organization: Option<&str>) -> String {
    organization.map_or_else(
        || "among the system-wide ones".to_owned(),
        |organization| format!("in {organization}"),
    )
}

/// `ACME/Editors`, or the name alone where it is system-wide.
pub(super) fn full_name(organization: Option<&str>, name: &str) -> String {
    organization.map_or_else(
        || name.to_owned(),
        |organization| format!("{organization}/{name}"),
    )
}

/// `1 group`, `12 groups`, for those that are there at all.
pub(super) fn counted(parts: &[(i64, &str, &str)]) -> Vec<String> {
    parts
        .iter()
        .filter(|(number, ..)| *number > 0)
        .map(|(number, one, several)| {
            format!("{number} {}", if *number == 1 { one } else { several })
        })
        .collect()
}

/// Rules as people write them: `view,edit user organization`. A list that is given takes the place of the one before.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RuleTexts {
    pub allow: Option<Vec<String>>,
    /// Without a level.
    pub deny: Option<Vec<String>>,
}

impl RuleTexts {
    pub(super) fn apply(&self, before: &[Rule]) -> Result<Vec<Rule>> {
        let mut rules = Vec::new();
        for (effect, field, texts) in [
            (Effect::Allow, "allow", &self.allow),
            (Effect::Deny, "deny", &self.deny),
        ] {
            match texts {
                None => rules.extend(before.iter().filter(|rule| rule.effect == effect).cloned()),
                Some(texts) => {
                    for text in texts.iter().filter(|text| !text.trim().is_empty()) {
                        let rule = rule::parse(effect, text)
                            .map_err(|error| Error::invalid(field, error))?;
                        if !rules.contains(&rule) {
                            rules.push(rule);
                        }
                    }
                }
            }
        }
        if rules.len() > RULES_MAX {
            return Err(Error::invalid(
                "allow",
                format!("{} rules are too many; keep to {RULES_MAX}", rules.len()),
            ));
        }
        Ok(rules)
    }
}

/// The rules as texts, allows and denies apart.
pub(super) fn rule_texts(rules: &[Rule]) -> (Vec<String>, Vec<String>) {
    let texts = |effect| {
        rules
            .iter()
            .filter(|rule| rule.effect == effect)
            .map(ToString::to_string)
            .collect()
    };
    (texts(Effect::Allow), texts(Effect::Deny))
}

/// The fields that change: name → [before, after].
#[derive(Clone, Debug, Default)]
pub(super) struct Changes(Map<String, Value>);

impl Changes {
    pub(super) fn note<T: PartialEq + serde::Serialize + ?Sized>(
        &mut self,
        name: &str,
        before: &T,
        after: &T,
    ) {
        if before != after {
            self.0.insert(name.to_owned(), json!([before, after]));
        }
    }

    pub(super) fn rules(&mut self, before: &[Rule], after: &[Rule]) {
        let (before, after) = (rule_texts(before), rule_texts(after));
        self.note("allow", &before.0, &after.0);
        self.note("deny", &before.1, &after.1);
    }

    pub(super) fn names(&self) -> Vec<String> {
        self.0.keys().cloned().collect()
    }

    pub(super) fn json(self) -> String {
        Value::Object(self.0).to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_of_rules_that_is_given_replaces_its_own_kind() {
        let before = RuleTexts {
            allow: Some(vec!["view user all".to_owned()]),
            deny: Some(vec!["delete user".to_owned()]),
        }
        .apply(&[])
        .unwrap();
        let texts = |changes: &RuleTexts| rule_texts(&changes.apply(&before).unwrap());
        let changes = RuleTexts {
            allow: Some(vec![
                "edit user own".to_owned(),
                "edit user own".to_owned(),
                " ".to_owned(),
            ]),
            deny: None,
        };
        assert_eq!(
            texts(&changes),
            (
                vec!["edit user own".to_owned()],
                vec!["delete user".to_owned()]
            )
        );
        let cleared = RuleTexts {
            allow: None,
            deny: Some(vec![String::new()]),
        };
        assert_eq!(
            texts(&cleared),
            (vec!["view user all".to_owned()], Vec::new())
        );
        assert_eq!(RuleTexts::default().apply(&before).unwrap(), before);
    }
}
