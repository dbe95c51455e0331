//! A filter as it was typed, turned into a condition of the store: names become ids inside what the asker may see.

use super::power::{powerful_sources, privileged_sources};
use super::{VIEW, VIEW_SENSITIVE};
use crate::domain::filter::{
    DateField, Direction, Filter, FilterError, Is, Match, Operator, OptionalField, Query,
    RoleSource, SortKey, Spanned, TextField, UnitName,
};
use crate::domain::permission::{Permission, Resource, Verb};
use crate::domain::status::Status;
use crate::domain::text;
use crate::domain::{GroupId, OrganizationId, RoleId, Time, UnitId, UserId};
use crate::service::{Error, Look, Result, Rights, Session, Work, names};
use crate::store::named::{self, NamedKind};
use crate::store::page::Page;
use crate::store::prepared::prepare;
use crate::store::user_filter::{
    Comparison, Condition, NumberColumn, Possession, RoleOrigin, TextColumn,
};
use crate::store::users::{self, UserSort};
use crate::store::{Tx, catalogue};
use jiff::civil::Date;
use jiff::tz::TimeZone;

const SUGGESTIONS_MAX: usize = 3;

/// Conditions of one filter: the engines take only so deep an expression. The names of a list count as one.
const CONDITIONS_MAX: usize = 400;

pub(super) fn parse(text: &str, now: Time) -> Result<Query> {
    Ok(crate::domain::filter::parse(text, now.date())?)
}

/// The order that the filter itself asks for.
pub(super) fn sort(query: &Query) -> Result<Option<(UserSort, bool)>> {
    let &[(key, direction)] = query.sort.as_slice() else {
        return match query.sort.first() {
            None => Ok(None),
            Some((key, _)) => Err(Error::Filter(FilterError::new(
                1,
                format!("a list is sorted by one column; write sort:{key} alone"),
            ))),
        };
    };
    let sort = match key {
        SortKey::Username => UserSort::Username,
        SortKey::Name => UserSort::Name,
        SortKey::Email => UserSort::Email,
        SortKey::Organization => UserSort::Organization,
        SortKey::Status => UserSort::Status,
        SortKey::SignedIn => UserSort::LastSignIn,
        SortKey::Created => UserSort::Created,
        SortKey::Failures => UserSort::Failures,
        other => {
            return Err(Error::Filter(FilterError::new(
                1,
                format!(
                    "a list can't be sorted by \"{other}\"; sort it by username, name, email, org, status, failures, signed-in or created"
                ),
            )));
        }
    };
    Ok(Some((sort, direction == Direction::Descending)))
}

pub(super) async fn condition(look: &mut Look, query: &Query) -> Result<Condition> {
    Resolver {
        tx: &mut look.tx,
        rights: &look.rights,
        session: &look.session,
        now: look.now,
        negated: false,
    }
    .query(query)
    .await
}

/// The targets that a filter text means, for a request that reads.
pub(in crate::service) async fn look_condition(look: &mut Look, text: &str) -> Result<Condition> {
    let query = parse(text, look.now)?;
    let condition = condition(look, &query).await?;
    limited(&mut look.tx, &look.rights, &query, condition, look.now).await
}

/// Narrows a condition to the first users of a list where the filter has a `limit:`, so that what is done is done to
/// those who are listed.
async fn limited(
    tx: &mut Tx,
    rights: &Rights,
    query: &Query,
    condition: Condition,
    now: Time,
) -> Result<Condition> {
    let Some(limit) = query.limit else {
        return Ok(condition);
    };
    let (sort, descending) = sort(query)?.unwrap_or_default();
    let prepared = prepare(tx, &rights.scope(VIEW), &condition, now).await?;
    let lines = users::list(tx, &prepared, sort, descending, &Page::First, limit).await?;
    Ok(Condition::Users(
        lines.iter().map(|line| line.state.user).collect(),
    ))
}

/// The targets that a filter text means, for a request that writes.
pub(in crate::service) async fn resolve(work: &mut Work, text: &str) -> Result<Condition> {
    let query = parse(text, work.now)?;
    let condition = Resolver {
        tx: &mut work.tx,
        rights: &work.rights,
        session: &work.session,
        now: work.now,
        negated: false,
    }
    .query(&query)
    .await?;
    limited(&mut work.tx, &work.rights, &query, condition, work.now).await
}

/// Many usernames at once: the ids of those that exist, and the names of those that don't.
pub(in crate::service) async fn few_users(
    tx: &mut Tx,
    rights: &Rights,
    names: &[String],
) -> Result<(Vec<UserId>, Vec<String>)> {
    let keys: Vec<String> = names
        .iter()
        .map(|name| text::canonical(name.trim()).unwrap_or_default())
        .collect();
    let found: std::collections::HashMap<String, UserId> =
        users::find_many(tx, &rights.scope(VIEW), &keys)
            .await?
            .into_iter()
            .collect();
    let mut ids = Vec::new();
    let mut missing = Vec::new();
    for (name, key) in names.iter().zip(&keys) {
        match found.get(key) {
            Some(id) => ids.push(*id),
            None => missing.push(name.clone()),
        }
    }
    Ok((ids, missing))
}

struct Resolver<'a> {
    tx: &'a mut Tx,
    rights: &'a Rights,
    session: &'a Session,
    now: Time,
    /// Inside a `not`: there a name that nobody bears leaves nobody out, which is not what was asked for.
    negated: bool,
}

impl Resolver<'_> {
    async fn query(&mut self, query: &Query) -> Result<Condition> {
        let conditions = count(&query.filter);
        if conditions > CONDITIONS_MAX {
            return Err(Error::Filter(FilterError::new(
                1,
                format!(
                    "{conditions} conditions are too many for one filter; keep it to {CONDITIONS_MAX}, or list users as: user in (a b c)"
                ),
            )));
        }
        // Who is found tells what the field holds: the right must reach as far as the list does.
        let sensitive = self.rights.level(VIEW_SENSITIVE);
        if let Some(field) = query.sensitive_field()
            && (sensitive.is_none() || sensitive < self.rights.level(VIEW))
        {
            return Err(Error::Filter(FilterError::sensitive(field)));
        }
        Box::pin(self.filter(&query.filter)).await
    }

    async fn filter(&mut self, filter: &Filter) -> Result<Condition> {
        Ok(match filter {
            Filter::All => Condition::All,
            Filter::Word(word) => Condition::Word(word.clone()),
            Filter::Status(list) => Condition::Status(list.clone()),
            Filter::Kind(list) => Condition::Kind(list.clone()),
            Filter::Text { field, how, texts } => texts_condition(field.value, *how, texts),
            Filter::Organization(names) => Condition::Organizations(
                self.ids(NamedKind::Organization, names)
                    .await?
                    .into_iter()
                    .map(OrganizationId)
                    .collect(),
            ),
            Filter::Unit(units) => Condition::Units(self.units(units).await?),
            Filter::Role { source, names } => Condition::Role {
                roles: self
                    .ids(NamedKind::Role, names)
                    .await?
                    .into_iter()
                    .map(RoleId)
                    .collect(),
                origin: match source {
                    RoleSource::Effective => RoleOrigin::Any,
                    RoleSource::Direct => RoleOrigin::Direct,
                },
            },
            Filter::RoleVia(names) => Condition::RoleThrough(
                self.ids(NamedKind::Group, names)
                    .await?
                    .into_iter()
                    .map(GroupId)
                    .collect(),
            ),
            Filter::Group(names) => Condition::Groups(
                self.ids(NamedKind::Group, names)
                    .await?
                    .into_iter()
                    .map(GroupId)
                    .collect(),
            ),
            Filter::Manager(names) => Condition::Managers(self.users(names).await?),
            Filter::UserIn(names) if self.negated => Condition::Users(self.users(names).await?),
            Filter::UserIn(names) => self.user_list(names).await?,
            Filter::Failures { operator, count } => Condition::Compare(
                NumberColumn::Failures,
                comparison(*operator),
                i64::from(*count),
            ),
            Filter::Date {
                field,
                operator,
                date,
            } => self.date(field, *operator, *date),
            Filter::Age {
                field,
                operator,
                seconds,
            } => self.age(field, *operator, *seconds),
            Filter::Is(is) => self.is(*is).await?,
            Filter::No(field) => Condition::Without(possession(field.value)),
            Filter::Has(field) => {
                Condition::Not(Box::new(Condition::Without(possession(field.value))))
            }
            Filter::Not(inner) => {
                let around = std::mem::replace(&mut self.negated, true);
                let condition = Box::pin(self.filter(inner)).await;
                self.negated = around;
                Condition::Not(Box::new(condition?))
            }
            Filter::And(list) => Condition::And(self.filters(list).await?),
            Filter::Or(list) => Condition::Or(self.filters(list).await?),
        })
    }

    async fn filters(&mut self, list: &[Filter]) -> Result<Vec<Condition>> {
        let mut conditions = Vec::with_capacity(list.len());
        for filter in list {
            conditions.push(Box::pin(self.filter(filter)).await?);
        }
        Ok(conditions)
    }

    /// All records of that name that the asker may see: two organizations may have a group of one name.
    async fn ids(&mut self, kind: NamedKind, names: &[Spanned<String>]) -> Result<Vec<i64>> {
        let resource = match kind {
            NamedKind::Organization => Resource::Organization,
            NamedKind::Unit => Resource::Unit,
            NamedKind::Group => Resource::Group,
            NamedKind::Role => Resource::Role,
        };
        let scope = self.rights.scope(Permission(resource, Verb::View));
        let mut ids = Vec::new();
        for name in names {
            let (organization, own) = match name.value.split_once('/') {
                Some((organization, own)) if kind != NamedKind::Organization => {
                    (Some(text::fold(organization)), own)
                }
                _ => (None, name.value.as_str()),
            };
            let found = named::find(self.tx, &scope, kind, &names::key(own)).await?;
            let before = ids.len();
            ids.extend(
                found
                    .iter()
                    .filter(|one| {
                        let organization = organization.as_deref();
                        organization.is_none_or(|home| names::is_of(one, home))
                    })
                    .map(|one| one.id),
            );
            if ids.len() == before {
                let near = names::near(self.tx, &scope, kind, own).await?;
                return Err(Error::Filter(FilterError::unknown_name(
                    kind.as_str(),
                    name,
                    near.iter().map(String::as_str),
                )));
            }
        }
        Ok(ids)
    }

    async fn units(&mut self, units: &[UnitName]) -> Result<Vec<UnitId>> {
        let mut ids = Vec::new();
        for unit in units {
            for id in self
                .ids(NamedKind::Unit, std::slice::from_ref(&unit.name))
                .await?
            {
                if unit.below {
                    ids.extend(named::division(self.tx, id).await?.into_iter().map(UnitId));
                } else {
                    ids.push(UnitId(id));
                }
            }
        }
        Ok(ids)
    }

    async fn users(&mut self, names: &[Spanned<String>]) -> Result<Vec<UserId>> {
        let texts: Vec<String> = names.iter().map(|name| name.value.clone()).collect();
        let (ids, missing) = few_users(self.tx, self.rights, &texts).await?;
        if let Some(name) = names.iter().find(|name| missing.contains(&name.value)) {
            let scope = self.rights.scope(VIEW);
            let known = users::names_like(
                self.tx,
                &scope,
                &text::canonical(&name.value).unwrap_or_default(),
            )
            .await?;
            let near = crate::domain::filter::suggestions(
                &name.value,
                known.iter().map(String::as_str),
                SUGGESTIONS_MAX,
            );
            return Err(Error::Filter(FilterError::unknown_name("user", name, near)));
        }
        Ok(ids)
    }

    /// A pasted list finds those it can; nobody is found for a name that doesn't exist.
    async fn user_list(&mut self, names: &[Spanned<String>]) -> Result<Condition> {
        let texts: Vec<String> = names.iter().map(|name| name.value.clone()).collect();
        let (ids, _) = few_users(self.tx, self.rights, &texts).await?;
        Ok(Condition::Users(ids))
    }

    async fn is(&mut self, is: Is) -> Result<Condition> {
        Ok(match is {
            Is::NeverSignedIn => Condition::Status(vec![Status::NeverSignedIn]),
            Is::Oneself => Condition::Users(vec![self.session.user]),
            Is::Agent => Condition::Agent,
            Is::CannotSignIn => Condition::CannotSignIn,
            Is::Privileged => {
                let catalogue = catalogue::load(self.tx).await?;
                let sources = powerful_sources(self.tx, &catalogue).await?;
                let (roles, groups) = privileged_sources(&sources, &catalogue);
                Condition::Privileged { roles, groups }
            }
            Is::Marked => {
                return Err(Error::Filter(FilterError::new(
                    1,
                    "marks live on the screen: \"is:marked\" works in the console only",
                )));
            }
        })
    }

    /// Whole days in the operator's time zone.
    fn date(&self, field: &Spanned<DateField>, operator: Operator, date: Date) -> Condition {
        if field.value == DateField::Birthday {
            return Condition::Birthday(comparison(operator), date.to_string());
        }
        let zone = TimeZone::get(&self.session.time_zone).unwrap_or(TimeZone::UTC);
        let midnight = |date: Date| {
            date.to_zoned(zone.clone())
                .map_or(0, |zoned| zoned.timestamp().as_microsecond())
        };
        let (start, end) = (midnight(date), date.tomorrow().map_or(i64::MAX, midnight));
        let column = number_column(field.value);
        let compare = |comparison, value| Condition::Compare(column, comparison, value);
        match operator {
            Operator::Less => compare(Comparison::Less, start),
            Operator::LessOrEqual => compare(Comparison::Less, end),
            Operator::Greater => compare(Comparison::GreaterOrEqual, end),
            Operator::GreaterOrEqual => compare(Comparison::GreaterOrEqual, start),
            Operator::Equal => Condition::And(vec![
                compare(Comparison::GreaterOrEqual, start),
                compare(Comparison::Less, end),
            ]),
        }
    }

    /// How long ago: older means an earlier time.
    fn age(&self, field: &Spanned<DateField>, operator: Operator, seconds: i64) -> Condition {
        let moment = self.now.plus_seconds(-seconds).0;
        let comparison = match operator {
            Operator::Less => Comparison::Greater,
            Operator::LessOrEqual => Comparison::GreaterOrEqual,
            Operator::Equal => Comparison::Equal,
            Operator::GreaterOrEqual => Comparison::LessOrEqual,
            Operator::Greater => Comparison::Less,
        };
        if field.value == DateField::Birthday {
            return Condition::Birthday(comparison, Time(moment).date().to_string());
        }
        Condition::Compare(number_column(field.value), comparison, moment)
    }
}

fn count(filter: &Filter) -> usize {
    match filter {
        Filter::Not(inner) => count(inner),
        Filter::And(list) | Filter::Or(list) => list.iter().map(count).sum(),
        Filter::Text { texts, .. } => texts.len(),
        _ => 1,
    }
}

fn texts_condition(field: TextField, how: Match, texts: &[String]) -> Condition {
    let column = text_column(field);
    let mut conditions: Vec<Condition> = texts
        .iter()
        .map(|text| Condition::Text {
            column,
            text: text.clone(),
            whole: how == Match::Whole,
        })
        .collect();
    if conditions.len() == 1 {
        conditions.swap_remove(0)
    } else {
        Condition::Or(conditions)
    }
}

const fn text_column(field: TextField) -> TextColumn {
    match field {
        TextField::Username => TextColumn::Username,
        TextField::Email => TextColumn::Email,
        TextField::Name => TextColumn::Name,
        TextField::Title => TextColumn::Title,
        TextField::Department => TextColumn::Department,
        TextField::Phone => TextColumn::Phone,
        TextField::OtherEmail => TextColumn::OtherEmail,
        TextField::EmployeeNumber => TextColumn::EmployeeNumber,
    }
}

const fn number_column(field: DateField) -> NumberColumn {
    match field {
        // A birthday is a text and never comes here.
        DateField::Created | DateField::Birthday => NumberColumn::Created,
        DateField::SignedIn => NumberColumn::LastSignIn,
        DateField::Expires => NumberColumn::Expires,
        DateField::Password => NumberColumn::PasswordChanged,
    }
}

const fn possession(field: OptionalField) -> Possession {
    match field {
        OptionalField::Organization => Possession::Organization,
        OptionalField::Unit => Possession::Unit,
        OptionalField::Role => Possession::Role,
        OptionalField::Group => Possession::Group,
        OptionalField::Manager => Possession::Manager,
        OptionalField::SignedIn => Possession::SignIn,
        OptionalField::Expires => Possession::Expiry,
        OptionalField::Password => Possession::Password,
        OptionalField::OtherEmail => Possession::OtherEmail,
        OptionalField::Title => Possession::Text(TextColumn::Title),
        OptionalField::Department => Possession::Text(TextColumn::Department),
        OptionalField::Phone => Possession::Text(TextColumn::Phone),
        OptionalField::Birthday => Possession::Birthday,
        OptionalField::EmployeeNumber => Possession::Text(TextColumn::EmployeeNumber),
    }
}

const fn comparison(operator: Operator) -> Comparison {
    match operator {
        Operator::Equal => Comparison::Equal,
        Operator::Less => Comparison::Less,
        Operator::LessOrEqual => Comparison::LessOrEqual,
        Operator::Greater => Comparison::Greater,
        Operator::GreaterOrEqual => Comparison::GreaterOrEqual,
    }
}
