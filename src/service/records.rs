//! What groups, roles, organizations and units have in common: how they are named, searched, placed and confirmed.

use super::deletion::Bench;
use super::{Error, FieldError, Look, Result, Rights, Work, names};
use crate::domain::catalogue::Catalogue;
use crate::domain::permission::{Level, Permission, Resource, Rule, Verb};
use crate::domain::rule::{self, RULES_MAX};
use crate::domain::{OrganizationId, UnitId, text};
use crate::store::named::{self, Named, NamedKind};
use crate::store::sql::Sql;
use crate::store::{self, Scope, catalogue};
use serde_json::{Map, Value, json};
use std::collections::{HashMap, HashSet};

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

    /// For the audit of a deed that is refused before the record is found.
    pub(super) fn named(&self) -> (Option<i64>, String) {
        match self {
            Self::Id(id) => (Some(*id), self.shown()),
            Self::Name(name) => (None, name.clone()),
        }
    }

    /// The id inside what the operator may see; what they may not see doesn't exist.
    pub(super) async fn look(&self, look: &mut Look, kind: NamedKind) -> Result<i64> {
        let scope = look.scope(Permission(resource(kind), Verb::View)).await?;
        let here = look.session.organization;
        self.resolve(&mut look.tx, &scope, kind, here).await
    }

    pub(super) async fn find(&self, work: &mut Work, kind: NamedKind) -> Result<i64> {
        let scope = work.scope(viewing(kind)).await?;
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

/// The ids of those records the asker may see whose name, alias or description has all words of a search: first the one of
/// just that name, then names that begin so, then the rest, each by name; of those that fit, where only some do.
pub(super) async fn search(
    look: &mut Look,
    kind: NamedKind,
    scope: &Scope,
    (search, limit): (&str, u32),
    fitting: Option<Vec<i64>>,
) -> Result<(Vec<i64>, bool)> {
    let words: Vec<Vec<String>> = search.split_whitespace().map(text::search_forms).collect();
    let mut found = named::texts(&mut look.tx, scope, kind, SEARCHED_MAX).await?;
    if let Some(fitting) = fitting {
        let fitting: HashSet<i64> = fitting.into_iter().collect();
        found.retain(|record| fitting.contains(&record.id));
    }
    if !words.is_empty() {
        found.retain(|record| {
            let texts = text::search_text(std::iter::once(record.text.as_str()));
            words
                .iter()
                .all(|forms| forms.iter().any(|form| texts.contains(form)))
        });
        let whole = names::key(search);
        found.sort_by_key(|record| {
            let begins = record.key.starts_with(&whole);
            (record.key != whole, !begins)
        });
    }
    let limit = limit.clamp(1, ROWS_MAX) as usize;
    let more = found.len() > limit;
    found.truncate(limit);
    Ok((found.into_iter().map(|record| record.id).collect(), more))
}

/// Rows that were read by their ids, in the order of the ids.
pub(super) fn in_order<T>(ids: &[i64], mut rows: Vec<T>, id: impl Fn(&T) -> i64) -> Vec<T> {
    let place: HashMap<i64, usize> = ids.iter().copied().zip(0..).collect();
    rows.sort_by_key(|row| place.get(&id(row)).copied());
    rows
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
    let scope = work.scope(viewing(kind)).await?;
    let here = work.organization();
    names::named(&mut work.tx, &scope, kind, name, here).await
}

/// The right to see the records that a name may mean.
pub(super) const fn viewing(kind: NamedKind) -> Permission {
    Permission(resource(kind), Verb::View)
}

/// Roles or other records that the operator may see, by their names, each once. A name that several bear means the one
/// of `home`.
pub(super) async fn named(
    work: &mut Work,
    kind: NamedKind,
    names: &[String],
    home: Option<OrganizationId>,
) -> Result<Vec<Named>> {
    if names.is_empty() {
        return Ok(Vec::new());
    }
    let scope = work.scope(viewing(kind)).await?;
    let home = home.unwrap_or(work.organization());
    let mut found: Vec<Named> = Vec::with_capacity(names.len());
    for name in names {
        let one = names::named(&mut work.tx, &scope, kind, name, home).await?;
        if !found.iter().any(|known| known.id == one.id) {
            found.push(one);
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
    reaches_new(&mut work.bench(), permission, organization, unit).await
}

/// As [`reaches`], also for a request that only reads.
pub(super) async fn reaches_new(
    bench: &mut Bench<'_>,
    permission: Permission,
    organization: Option<OrganizationId>,
    unit: Option<UnitId>,
) -> Result<()> {
    bench.rights.require(bench.tx, permission).await?;
    let scope = bench.rights.scope(permission);
    if scope.covers(bench.tx, organization, unit).await? {
        Ok(())
    } else {
        Err(beyond(bench.rights, bench.tx, permission).await?)
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
        Err(beyond(bench.rights, bench.tx, permission).await?)
    }
}

/// The refusal for a right that doesn't reach far enough, with those who have it everywhere and are in sight.
async fn beyond(rights: &Rights, tx: &mut store::Tx, permission: Permission) -> Result<Error> {
    let givers = rights
        .givers_in_sight(tx, permission, |level, home| {
            level == Some(Level::All) && home.is_none()
        })
        .await?;
    Ok(Error::Denied {
        permission,
        who_can_help: givers
            .into_iter()
            .map(|giver| format!("whoever has the {} {}", giver.kind.as_str(), giver.name))
            .collect(),
        beyond: true,
    })
}

/// A record with the name of a built-in one would be taken for it.
pub(super) fn refuse_built_in_name(
    kind: &str,
    mut built_in: impl Iterator<Item = &'static str>,
    name: &str,
) -> Result<()> {
    let key = names::key(name);
    if built_in.any(|one| names::key(one) == key) {
        let message = format!(
            "\"{}\" is the name of a built-in {kind}; choose another name",
            names::shown(name)
        );
        return Err(Error::unfit("name", message));
    }
    Ok(())
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
        store::Error::Taken(taken) if taken == index => Error::Unfit(vec![FieldError {
            field: "name",
            message: format!(
                "\"{}\" is taken by another {kind}{}; choose another name",
                names::shown(name),
                place.map(|place| format!(" {place}")).unwrap_or_default(),
            ),
        }]),
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
        .map(|(number, one, several)| text::counted(*number, one, several))
        .collect()
}

/// Changes to a list, as people write its parts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ListChange {
    /// Take the place of all that were there.
    pub all: Option<Vec<String>>,
    pub add: Vec<String>,
    pub remove: Vec<String>,
}

impl ListChange {
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        self.all.is_none() && self.add.is_empty() && self.remove.is_empty()
    }

    /// A list that replaces all there was.
    #[must_use]
    pub fn to(all: Vec<String>) -> Self {
        Self {
            all: Some(all),
            ..Self::default()
        }
    }

    /// A list that is made longer.
    #[must_use]
    pub fn adding(add: Vec<String>) -> Self {
        Self {
            add,
            ..Self::default()
        }
    }

    /// The rules after the change.
    pub(super) async fn rules(&self, tx: &mut store::Tx, before: &[Rule]) -> Result<Vec<Rule>> {
        if self.is_nothing() {
            return Ok(before.to_vec());
        }
        let catalogue = catalogue::load(tx).await?;
        self.rules_of(before, &catalogue)
    }

    fn rules_of(&self, before: &[Rule], catalogue: &Catalogue) -> Result<Vec<Rule>> {
        let parse = |text: &String| {
            rule::parse(text, catalogue).map_err(|error| Error::invalid("rules", error))
        };
        let mut rules = Vec::new();
        if let Some(all) = &self.all {
            for text in all.iter().filter(|text| !text.trim().is_empty()) {
                // What stays as it was needs no catalogue: an import may have taken away what it names.
                match before.iter().find(|rule| rule.to_string() == text.trim()) {
                    Some(known) => rules.push(known.clone()),
                    None => rules.push(parse(text)?),
                }
            }
        } else {
            rules.extend_from_slice(before);
        }
        for text in &self.remove {
            let gone = before
                .iter()
                .find(|rule| rule.to_string() == text.trim())
                .cloned()
                .map_or_else(|| parse(text), Ok)?;
            if !rules.contains(&gone) {
                return Err(Error::invalid("rules", no_such_rule(&gone, &rules)));
            }
            rules.retain(|rule| *rule != gone);
        }
        for text in &self.add {
            rules.push(parse(text)?);
        }
        let mut seen = Vec::with_capacity(rules.len());
        for rule in rules {
            if !seen.contains(&rule) {
                seen.push(rule);
            }
        }
        if seen.len() > RULES_MAX {
            return Err(Error::invalid(
                "rules",
                format!("{} rules are too many; keep to {RULES_MAX}", seen.len()),
            ));
        }
        Ok(seen)
    }
}

fn no_such_rule(gone: &Rule, rules: &[Rule]) -> String {
    let known: Vec<String> = rules.iter().map(|rule| format!("\"{rule}\"")).collect();
    if known.is_empty() {
        return format!("there is no rule \"{gone}\" to remove; it has no rules");
    }
    format!(
        "there is no rule \"{gone}\" to remove; it has {}",
        known.join(", ")
    )
}

/// The rules as people write them.
pub(super) fn rule_texts(rules: &[Rule]) -> Vec<String> {
    rules.iter().map(ToString::to_string).collect()
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
        self.note("rules", &rule_texts(before), &rule_texts(after));
    }

    pub(super) fn names(&self) -> Vec<String> {
        self.0.keys().cloned().collect()
    }

    pub(super) fn into_map(self) -> Map<String, Value> {
        self.0
    }

    pub(super) fn json(self) -> String {
        Value::Object(self.0).to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_are_added_removed_or_replaced() {
        let own = Catalogue::default();
        let (view, delete) = ("allow view on user at all", "deny delete on user");
        let list = |texts: &[&str]| {
            texts
                .iter()
                .map(|&text| text.to_owned())
                .collect::<Vec<_>>()
        };
        let change = |all: Option<&[&str]>, add: &[&str], remove: &[&str], before: &[Rule]| {
            ListChange {
                all: all.map(list),
                add: list(add),
                remove: list(remove),
            }
            .rules_of(before, &own)
        };
        let before = change(None, &[view, delete, view], &[], &[]).unwrap();
        assert_eq!(rule_texts(&before), [view, delete]);
        let changed = change(None, &["allow edit on user at own"], &[view], &before).unwrap();
        assert_eq!(rule_texts(&changed), [delete, "allow edit on user at own"]);
        assert!(change(Some(&[""]), &[], &[], &before).unwrap().is_empty());
        assert_eq!(change(None, &[], &[], &before).unwrap(), before);
        let error = change(None, &[], &["deny edit on user"], &before).unwrap_err();
        assert!(
            error
                .to_string()
                .contains("it has \"allow view on user at all\""),
            "{error}"
        );
    }

    #[test]
    fn a_rule_whose_resource_is_gone_can_stay_and_go() {
        let old = Rule {
            effect: crate::domain::permission::Effect::Allow,
            actions: "view".to_owned(),
            resource: "gone".to_owned(),
            level: Level::All,
            privileged: false,
        };
        let text = old.to_string();
        let texts = |all: Option<Vec<String>>, remove: Vec<String>| ListChange {
            all,
            add: Vec::new(),
            remove,
        };
        let own = Catalogue::default();
        let before = [old];
        let kept = texts(Some(vec![text.clone()]), Vec::new()).rules_of(&before, &own);
        assert_eq!(kept.unwrap(), before);
        let removed = texts(None, vec![text]).rules_of(&before, &own);
        assert!(removed.unwrap().is_empty());
    }
}
