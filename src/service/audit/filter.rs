//! A filter of the audit as it was typed, turned into one of the store: names become ids, or stay names where nobody and
//! nothing bears them any more.

use super::ListAudit;
use crate::domain::audit::{Outcome, TargetKind};
use crate::domain::filter::{
    ActionPattern, AuditCondition, AuditQuery, FilterError, Spanned, suggestions,
};
use crate::domain::permission::{Permission, Resource, Verb};
use crate::domain::{JobId, Time, UserId, text};
use crate::service::records::full_name;
use crate::service::{Error, Look, Result, names};
use crate::store::Scope;
use crate::store::audit_filter::{self as rows, AuditFilter, Operator, Target};
use crate::store::named::NamedKind;
use crate::store::users;
use jiff::civil::Date;
use jiff::tz::TimeZone;

const SUGGESTIONS_MAX: usize = 3;

/// The filter of a list: its text and its fields together.
pub(super) async fn resolve(
    look: &mut Look,
    scope: &Scope,
    list: &ListAudit,
) -> Result<AuditFilter> {
    let mut resolver = Resolver {
        look,
        scope,
        filter: AuditFilter {
            job: list.job,
            since: list.since,
            until: list.until,
            before: list.before,
            after: list.after,
            limit: list.limit,
            ..AuditFilter::default()
        },
    };
    resolver.fields(list).await?;
    let query = AuditQuery::parse(&list.filter, today(resolver.look.now()))?;
    for condition in query.conditions {
        resolver.condition(condition).await?;
    }
    Ok(resolver.filter)
}

fn today(now: Time) -> Date {
    jiff::Timestamp::from_microsecond(now.0)
        .unwrap_or_default()
        .to_zoned(TimeZone::UTC)
        .date()
}

struct Resolver<'a> {
    look: &'a mut Look,
    scope: &'a Scope,
    filter: AuditFilter,
}

impl Resolver<'_> {
    /// The fields of the command line, whose errors name no column.
    async fn fields(&mut self, list: &ListAudit) -> Result<()> {
        if let Some(name) = &list.operator {
            self.filter.operator = match self.operator(name).await? {
                Some(operator) => Some(operator),
                None => Some(Operator::Id(self.known_user(name).await?)),
            };
        }
        if let Some(text) = &list.target {
            let wrong = |error: FilterError| Error::invalid("target", error.without_column());
            let (kind, name) = AuditCondition::read_target(text).map_err(wrong)?;
            self.filter.target = Some(match kind {
                TargetKind::User => match self.user_target(&name).await? {
                    Some(target) => target,
                    None => Target::record("user", self.known_user(&name).await?.0),
                },
                kind => {
                    let name = Spanned {
                        value: name,
                        column: 1,
                    };
                    match self.found(kind, &name).await? {
                        Some(target) => target,
                        None => return Err(self.no_record(kind, &name).await?),
                    }
                }
            });
        }
        if let Some(action) = &list.action {
            self.filter.actions = vec![action.clone()];
        }
        Ok(())
    }

    async fn condition(&mut self, condition: AuditCondition) -> Result<()> {
        match condition {
            AuditCondition::Word(word) => self.filter.words.push(text::search_forms(&word)),
            AuditCondition::Operator(name) => {
                let Some(found) = self.operator(&name.value).await? else {
                    return Err(self.unknown_user("operator", &name).await?);
                };
                refuse_twice(self.filter.operator.is_some(), "operator")?;
                self.filter.operator = Some(found);
            }
            AuditCondition::Target { kind, name } => {
                refuse_twice(self.filter.target.is_some(), "target")?;
                self.filter.target = Some(self.target(kind, &name).await?);
            }
            AuditCondition::Action(patterns) => {
                refuse_twice(!self.filter.actions.is_empty(), "action")?;
                let actions = patterns.iter().flat_map(ActionPattern::actions);
                self.filter.actions = actions.map(str::to_owned).collect();
            }
            AuditCondition::Job(number) => {
                refuse_twice(self.filter.job.is_some(), "job")?;
                self.filter.job = Some(JobId(number));
            }
            AuditCondition::Since(date) => {
                self.filter.since = self.filter.since.max(Some(start_of(date)));
            }
            AuditCondition::Until(date) => {
                let end = date.tomorrow().map_or(Time(i64::MAX), start_of);
                let until = self.filter.until.map_or(end, |until| until.min(end));
                self.filter.until = Some(until);
            }
            AuditCondition::Outcome(outcomes) => {
                self.filter.outcomes = outcomes.into_iter().map(Outcome::as_str).collect();
            }
        }
        Ok(())
    }

    /// Who bears the name, in the bin too; of somebody purged, the name as it stands in the rows.
    async fn operator(&mut self, name: &str) -> Result<Option<Operator>> {
        if let Some(id) = self.user(name).await? {
            return Ok(Some(Operator::Id(id)));
        }
        let name = name.trim();
        let known = rows::has_operator(&mut self.look.tx, self.scope, name).await?;
        Ok(known.then(|| Operator::Name(name.to_owned())))
    }

    async fn user(&mut self, name: &str) -> Result<Option<UserId>> {
        let seen = self.look.rights.scope(view(Resource::User));
        let key = text::canonical(name.trim()).unwrap_or_default();
        Ok(users::find(&mut self.look.tx, &seen, &key).await?)
    }

    /// The same, or the error that says who was probably meant.
    async fn known_user(&mut self, name: &str) -> Result<UserId> {
        let seen = self.look.rights.scope(view(Resource::User));
        names::user(&mut self.look.tx, &seen, name).await
    }

    async fn user_target(&mut self, name: &str) -> Result<Option<Target>> {
        let id = self.user(name).await?.map(|id| id.0);
        let target = self
            .named_target(TargetKind::User, id, &[name.trim()])
            .await?;
        Ok(target)
    }

    async fn found(&mut self, kind: TargetKind, name: &Spanned<String>) -> Result<Option<Target>> {
        match kind {
            TargetKind::User => self.user_target(&name.value).await,
            TargetKind::Job => {
                let id = name.value.parse().unwrap_or_default();
                Ok(Some(Target::record("job", id)))
            }
            TargetKind::Group => self.record(kind, NamedKind::Group, name).await,
            TargetKind::Role => self.record(kind, NamedKind::Role, name).await,
            TargetKind::Organization => self.record(kind, NamedKind::Organization, name).await,
            TargetKind::Unit => self.record(kind, NamedKind::Unit, name).await,
        }
    }

    async fn target(&mut self, kind: TargetKind, name: &Spanned<String>) -> Result<Target> {
        match self.found(kind, name).await? {
            Some(target) => Ok(target),
            None if kind == TargetKind::User => Err(self.unknown_user("user", name).await?),
            None => Err(self.unknown_record(kind, name).await?),
        }
    }

    async fn record(
        &mut self,
        kind: TargetKind,
        named_kind: NamedKind,
        name: &Spanned<String>,
    ) -> Result<Option<Target>> {
        let seen = self.look.rights.scope(view(resource(named_kind)));
        let here = self.look.session.organization;
        let found = names::named(
            &mut self.look.tx,
            &seen,
            named_kind,
            name.value.trim(),
            here,
        )
        .await;
        let record = match found {
            Ok(record) => Some(record),
            Err(Error::Missing { .. }) => None,
            Err(error @ Error::Ambiguous { .. }) => {
                return Err(Error::Filter(FilterError::new(
                    name.column,
                    error.to_string().trim_end_matches('.'),
                )));
            }
            Err(error) => return Err(error),
        };
        let name = name.value.trim();
        // What is gone is found by its name alone in the organization worked in, as it was while it was there.
        let full = match &record {
            Some(record) => record.full_name(),
            None => full_name(Some(&self.look.session.organization_name), name),
        };
        let names = [name, full.as_str()];
        let id = record.as_ref().map(|record| record.id);
        self.named_target(kind, id, &names).await
    }

    /// The target of this id, or what is gone and had one of these names; none where no entry knows of it.
    async fn named_target(
        &mut self,
        kind: TargetKind,
        id: Option<i64>,
        names: &[&str],
    ) -> Result<Option<Target>> {
        let mut target = Target {
            kind: kind.as_str(),
            ids: id.into_iter().collect(),
            names: names.iter().map(|&name| name.to_owned()).collect(),
        };
        if id.is_some() {
            return Ok(Some(target));
        }
        for name in names {
            let gone =
                rows::deleted(&mut self.look.tx, self.scope, deletion_of(kind), name).await?;
            target.ids.extend(gone);
        }
        let known = rows::has_target(&mut self.look.tx, self.scope, &target).await?;
        Ok(known.then_some(target))
    }

    async fn unknown_user(&mut self, what: &str, name: &Spanned<String>) -> Result<Error> {
        let seen = self.look.rights.scope(view(Resource::User));
        let key = text::canonical(name.value.trim()).unwrap_or_default();
        let known = users::names_like(&mut self.look.tx, &seen, &key).await?;
        let known = known.iter().map(String::as_str);
        let near = suggestions(&name.value, known, SUGGESTIONS_MAX);
        Ok(Error::Filter(FilterError::unknown_name(what, name, near)))
    }

    /// As [`Self::unknown_record`], of a flag.
    async fn no_record(&mut self, kind: TargetKind, name: &Spanned<String>) -> Result<Error> {
        Ok(Error::Missing {
            kind: kind.as_str(),
            name: name.value.clone(),
            suggestions: self.near(kind, name).await?,
        })
    }

    async fn unknown_record(&mut self, kind: TargetKind, name: &Spanned<String>) -> Result<Error> {
        let near = self.near(kind, name).await?;
        let near = near.iter().map(String::as_str);
        Ok(Error::Filter(FilterError::unknown_name(
            kind.as_str(),
            name,
            near,
        )))
    }

    async fn near(&mut self, kind: TargetKind, name: &Spanned<String>) -> Result<Vec<String>> {
        let named_kind = match kind {
            TargetKind::Group => NamedKind::Group,
            TargetKind::Role => NamedKind::Role,
            TargetKind::Organization => NamedKind::Organization,
            _ => NamedKind::Unit,
        };
        let seen = self.look.rights.scope(view(resource(named_kind)));
        names::near(&mut self.look.tx, &seen, named_kind, &name.value).await
    }
}

/// A flag of the command line and the filter can't both say it.
fn refuse_twice(is_said: bool, what: &str) -> Result<()> {
    if is_said {
        return Err(Error::invalid(
            "filter",
            format!("there is a condition on \"{what}\" already; leave one of them out"),
        ));
    }
    Ok(())
}

const fn view(resource: Resource) -> Permission {
    Permission(resource, Verb::View)
}

const fn resource(kind: NamedKind) -> Resource {
    match kind {
        NamedKind::Organization => Resource::Organization,
        NamedKind::Unit => Resource::Unit,
        NamedKind::Group => Resource::Group,
        NamedKind::Role => Resource::Role,
    }
}

const fn deletion_of(kind: TargetKind) -> &'static str {
    match kind {
        TargetKind::User | TargetKind::Job => "user_deleted",
        TargetKind::Group => "group_deleted",
        TargetKind::Role => "role_deleted",
        TargetKind::Organization => "organization_deleted",
        TargetKind::Unit => "unit_deleted",
    }
}

fn start_of(date: Date) -> Time {
    date.to_zoned(TimeZone::UTC)
        .map_or(Time(i64::MAX), |start| {
            Time(start.timestamp().as_microsecond())
        })
}
