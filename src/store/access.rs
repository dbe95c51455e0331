//! What a permission check needs: a user's standing, the sources of their rights, the units they work in.

use super::members::Holding;
use super::sql::{Row, Sql};
use super::{Result, Tx};
use crate::domain::nodes::NodePath;
use crate::domain::permission::{Effect, Entry, Level, Rule, Source, SourceKind};
use crate::domain::{OrganizationId, Time, UnitId, UserId};
use std::collections::HashMap;

/// The part of a user that decides whether they have any rights at all.
#[derive(Clone, Debug)]
pub struct Standing {
    pub username: String,
    pub display_name: String,
    pub time_zone: String,
    pub enabled: bool,
    pub deleted: bool,
    pub authentication_status: String,
    pub expires_at: Time,
    pub locked_at: Time,
    pub locked_until: Time,
    /// The user may sign in to the organization, and it is enabled.
    pub member: bool,
}

impl Standing {
    /// Whether an open session may go on: a lock by guessing stops new ones only.
    #[must_use]
    pub fn may_go_on(&self, now: Time) -> bool {
        self.enabled
            && !self.deleted
            && self.authentication_status == "active"
            && (self.expires_at.is_never() || self.expires_at > now)
            && self.member
    }

    /// Whether a new session may begin: an API key is asked this at every use.
    #[must_use]
    pub fn may_begin(&self, now: Time) -> bool {
        let locked =
            !self.locked_at.is_never() && (self.locked_until.is_never() || self.locked_until > now);
        self.may_go_on(now) && !locked
    }
}

pub async fn standing(
    tx: &mut Tx,
    user: UserId,
    organization: OrganizationId,
) -> Result<Option<Standing>> {
    Sql::new(
        "select u.username, u.first_name, u.last_name, u.time_zone, s.enabled, s.deleted_at,
                s.authentication_status, s.expires_at, s.locked_at, s.locked_until,
                exists (
                    select 1 from user_organizations m
                    join organizations o on o.id = m.organization_id
                    where m.user_id = u.id and m.organization_id = $2 and o.enabled
                )
         from users u
         join user_states s on s.user_id = u.id
         where u.id = $1",
    )
    .bind(user)
    .bind(organization)
    .optional(tx, |row| {
        Ok(Standing {
            username: row.text()?,
            display_name: format!("{} {}", row.text()?, row.text()?).trim().to_owned(),
            time_zone: row.text()?,
            enabled: row.boolean()?,
            deleted: row.int()? > 0,
            authentication_status: row.text()?,
            expires_at: row.time()?,
            locked_at: row.time()?,
            locked_until: row.time()?,
            member: row.boolean()?,
        })
    })
    .await
}

/// The sources of a user's rights in an organization: direct roles, the roles of their groups, and the groups themselves.
/// What belongs to another organization is left out. Entries on nodes are asked for apart.
pub async fn sources(
    tx: &mut Tx,
    user: UserId,
    organization: OrganizationId,
) -> Result<Vec<Source>> {
    let roles = Sql::new("select role_id from user_roles where user_id = $1").bind(user);
    let groups = Sql::new("select group_id from group_users where user_id = $1").bind(user);
    sources_of(tx, &roles, &groups, organization).await
}

/// As [`sources`], of whoever has these roles and groups directly: two subqueries of ids.
pub async fn sources_of(
    tx: &mut Tx,
    roles: &Sql,
    groups: &Sql,
    organization: OrganizationId,
) -> Result<Vec<Source>> {
    let mut sql = Sql::new(
        "with counted as (
            select distinct g.id, g.name from group_closure c
            join groups g on g.id = c.ancestor_id
            where (g.organization_id is null or g.organization_id = ",
    );
    sql.push_value(organization)
        .push(") and c.descendant_id in (")
        .push_sql(groups)
        .push(
            "))
         select 'role', r.id, r.name, '', l.effect, l.actions, l.resource, l.level, l.privileged
         from roles r
         left join rules l on l.role_id = r.id
         where (r.organization_id is null or r.organization_id = ",
        )
        .push_value(organization)
        .push(") and r.id in (")
        .push_sql(roles)
        .push(
            ")
         union all
         select 'role', r.id, r.name, counted.name, l.effect, l.actions, l.resource, l.level, l.privileged
         from counted
         join group_roles m on m.group_id = counted.id
         join roles r on r.id = m.role_id
         left join rules l on l.role_id = r.id
         where (r.organization_id is null or r.organization_id = ",
        )
        .push_value(organization)
        .push(
            ")
         union all
         select 'group', counted.id, counted.name, '', l.effect, l.actions, l.resource, l.level, l.privileged
         from counted
         left join rules l on l.group_id = counted.id
         order by 1, 2, 4",
        );
    let rows = sql
        .all(tx, |row| {
            let kind = kind(&row.text()?);
            let (id, name, via) = (row.int()?, row.text()?, row.text()?);
            Ok((kind, id, name, via, rule(row)?))
        })
        .await?;
    let mut sources: Vec<Source> = Vec::new();
    for (kind, id, name, via, rule) in rows {
        let via = Some(via).filter(|via| !via.is_empty());
        match sources.last_mut() {
            Some(last) if last.kind == kind && last.id == id && last.via == via => {
                last.rules.extend(rule);
            }
            _ => {
                sources.push(Source {
                    kind,
                    id,
                    name,
                    via,
                    rules: rule.into_iter().collect(),
                    entries: Vec::new(),
                });
            }
        }
    }
    Ok(sources)
}

fn kind(text: &str) -> SourceKind {
    SourceKind::parse(text).unwrap_or(SourceKind::Role)
}

/// The five columns of a rule; `None` where a source has no rules.
pub(super) fn rule(row: &mut super::sql::Row<'_>) -> Result<Option<Rule>> {
    let (effect, actions, resource, level) = (
        row.optional_text()?,
        row.optional_text()?,
        row.optional_text()?,
        row.optional_text()?,
    );
    let privileged = row.optional_boolean()?;
    let (Some(effect), Some(actions), Some(resource), Some(level), Some(privileged)) =
        (effect, actions, resource, level, privileged)
    else {
        return Ok(None);
    };
    Ok(Some(Rule {
        effect: if effect == "deny" {
            Effect::Deny
        } else {
            Effect::Allow
        },
        actions,
        resource,
        // A level that nobody knows reaches least.
        level: Level::parse(&level).unwrap_or(Level::Own),
        privileged,
    }))
}

/// The roles and groups that a user has directly.
pub async fn direct(tx: &mut Tx, user: UserId) -> Result<(Vec<i64>, Vec<i64>)> {
    let roles = Sql::new("select role_id from user_roles where user_id = $1")
        .bind(user)
        .ints(tx)
        .await?;
    let groups = Sql::new("select group_id from group_users where user_id = $1")
        .bind(user)
        .ints(tx)
        .await?;
    Ok((roles, groups))
}

/// The roles and groups that each of these users has directly, in their order.
pub async fn directly(tx: &mut Tx, users: &[i64]) -> Result<Vec<(UserId, Holding)>> {
    let mut sql = Sql::new("select user_id, 'role', role_id from user_roles where user_id in ");
    sql.push_ids(users.iter().copied())
        .push(" union all select user_id, 'group', group_id from group_users where user_id in ")
        .push_ids(users.iter().copied())
        .push(" order by 1, 2, 3");
    sql.all(tx, |row| {
        let (user, kind, id) = (UserId(row.int()?), row.text()?, row.int()?);
        Ok((user, Holding::of_kind(&kind, id)))
    })
    .await
}

/// For each group that contains one of these, the name of one that it contains.
pub async fn containing(tx: &mut Tx, groups: &[i64]) -> Result<HashMap<i64, String>> {
    let mut sql = Sql::new(
        "select c.ancestor_id, min(g.name) from group_closure c
         join groups g on g.id = c.descendant_id
         where c.depth > 0 and c.descendant_id in ",
    );
    sql.push_ids(groups.iter().copied())
        .push(" group by c.ancestor_id");
    let rows = sql.all(tx, |row| Ok((row.int()?, row.text()?))).await?;
    Ok(rows.into_iter().collect())
}

/// The units a user is assigned to inside an organization.
pub async fn units(tx: &mut Tx, user: UserId, organization: OrganizationId) -> Result<Vec<UnitId>> {
    Sql::new(
        "select n.id from user_units m join units n on n.id = m.unit_id
         where m.user_id = $1 and n.organization_id = $2",
    )
    .bind(user)
    .bind(organization)
    .all(tx, |row| Ok(UnitId(row.int()?)))
    .await
}

/// Those units, and those with all below.
pub async fn units_and_below(
    tx: &mut Tx,
    user: UserId,
    organization: OrganizationId,
) -> Result<(Vec<UnitId>, Vec<UnitId>)> {
    let rows = Sql::new(
        "select c.descendant_id, min(c.depth)
         from user_units m
         join units n on n.id = m.unit_id
         join unit_closure c on c.ancestor_id = m.unit_id
         where m.user_id = $1 and n.organization_id = $2
         group by c.descendant_id",
    )
    .bind(user)
    .bind(organization)
    .all(tx, |row| Ok((UnitId(row.int()?), row.int()?)))
    .await?;
    let units = rows
        .iter()
        .filter(|(_, depth)| *depth == 0)
        .map(|&(id, _)| id)
        .collect();
    Ok((units, rows.into_iter().map(|(id, _)| id).collect()))
}

/// The organizations a user may sign in to that are enabled, by name.
pub async fn organizations(tx: &mut Tx, user: UserId) -> Result<Vec<(OrganizationId, String)>> {
    Sql::new(
        "select o.id, o.name
         from user_organizations m
         join organizations o on o.id = m.organization_id
         join users u on u.id = m.user_id
         where m.user_id = $1 and o.enabled
         order by case when o.id = u.organization_id then 0 else 1 end, o.name_key",
    )
    .bind(user)
    .all(tx, |row| Ok((OrganizationId(row.int()?), row.text()?)))
    .await
}

/// The organizations that each of these users may sign in to, enabled or not, in no order.
pub async fn organizations_of(tx: &mut Tx, users: &[i64]) -> Result<Vec<(UserId, OrganizationId)>> {
    let mut sql = Sql::new(
        "select m.user_id, m.organization_id from user_organizations m where m.user_id in ",
    );
    sql.push_ids(users.iter().copied());
    sql.all(tx, |row| {
        Ok((UserId(row.int()?), OrganizationId(row.int()?)))
    })
    .await
}

/// The organizations of [`organizations`] in which the user has a role that counts there, direct or through a group.
pub async fn workplaces(tx: &mut Tx, user: UserId) -> Result<Vec<(OrganizationId, String)>> {
    Sql::new(
        "select o.id, o.name
         from user_organizations m
         join organizations o on o.id = m.organization_id and o.enabled
         join users u on u.id = m.user_id
         where m.user_id = $1 and (
            exists (
                select 1 from user_roles ur join roles r on r.id = ur.role_id
                where ur.user_id = $1 and (r.organization_id is null or r.organization_id = o.id)
            )
            or exists (
                select 1 from group_users gu
                join group_closure c on c.descendant_id = gu.group_id
                join groups g on g.id = c.ancestor_id
                join group_roles gr on gr.group_id = g.id
                join roles r on r.id = gr.role_id
                where gu.user_id = $1
                  and (g.organization_id is null or g.organization_id = o.id)
                  and (r.organization_id is null or r.organization_id = o.id)
            )
         )
         order by case when o.id = u.organization_id then 0 else 1 end, o.name_key",
    )
    .bind(user)
    .all(tx, |row| Ok((OrganizationId(row.int()?), row.text()?)))
    .await
}

/// The roles and groups that have rules of their own on some resource, with the rules.
/// Everything that can be power over others comes from one of these.
pub async fn ruled_sources(tx: &mut Tx) -> Result<Vec<(Source, Option<OrganizationId>)>> {
    let rows = Sql::new(
        "select 'role', r.id, r.name, r.organization_id, l.effect, l.actions, l.resource, l.level, l.privileged
         from rules l join roles r on r.id = l.role_id
         union all
         select 'group', g.id, g.name, g.organization_id, l.effect, l.actions, l.resource, l.level, l.privileged
         from rules l join groups g on g.id = l.group_id
         order by 1, 2",
    )
    .all(tx, |row| {
        let kind = kind(&row.text()?);
        let (id, name, organization) = (row.int()?, row.text()?, row.optional_int()?);
        Ok((kind, id, name, organization.map(OrganizationId), rule(row)?))
    })
    .await?;
    let mut sources: Vec<(Source, Option<OrganizationId>)> = Vec::new();
    for (kind, id, name, organization, rule) in rows {
        match sources.last_mut() {
            Some((last, _)) if last.kind == kind && last.id == id => last.rules.extend(rule),
            _ => sources.push((
                Source {
                    kind,
                    id,
                    name,
                    via: None,
                    rules: rule.into_iter().collect(),
                    entries: Vec::new(),
                },
                organization,
            )),
        }
    }
    Ok(sources)
}

/// What groups have on nodes of these trees: the group, its name and its organization, and the entry as if it stood at the
/// root.
pub async fn group_entries(
    tx: &mut Tx,
    trees: &[String],
) -> Result<Vec<(i64, String, Option<OrganizationId>, Entry)>> {
    let mut sql = Sql::new(
        "select g.id, g.name, g.organization_id, e.tree, e.actions
         from granular_entries e join groups g on g.id = e.group_id where e.tree in ",
    );
    sql.push_texts(trees).push(" order by 1");
    sql.all(tx, |row| {
        let (id, name) = (row.int()?, row.text()?);
        let home = row.optional_int()?.map(OrganizationId);
        Ok((id, name, home, anywhere(row)?))
    })
    .await
}

/// The same of users among `users`, a subquery of ids: what they have themselves.
pub async fn own_entries(
    tx: &mut Tx,
    users: &Sql,
    trees: &[String],
) -> Result<Vec<(UserId, Entry)>> {
    let mut sql = Sql::new(
        "select e.user_id, e.tree, e.actions from granular_entries e
         where e.user_id is not null and e.tree in ",
    );
    sql.push_texts(trees)
        .push(" and e.user_id in (")
        .push_sql(users)
        .push(")");
    sql.all(tx, |row| Ok((UserId(row.int()?), anywhere(row)?)))
        .await
}

fn anywhere(row: &mut Row<'_>) -> Result<Entry> {
    Ok(Entry {
        tree: row.text()?,
        node: NodePath::default(),
        actions: row.text()?,
    })
}

/// Who, among `users`, holds which of these roles and groups, direct or through a group: (user, kind, id).
/// `users` is a subquery of ids.
pub async fn holders(
    tx: &mut Tx,
    users: &Sql,
    roles: &[i64],
    groups: &[i64],
) -> Result<Vec<(UserId, SourceKind, i64)>> {
    let mut sql =
        Sql::new("select m.user_id, 'role', m.role_id from user_roles m where m.role_id in ");
    sql.push_ids(roles.iter().copied())
        .push(" and m.user_id in (")
        .push_sql(users)
        .push(")");
    sql.push(
        " union
         select m.user_id, 'role', gr.role_id from group_roles gr
         cross join group_closure c
         cross join group_users m
         where c.ancestor_id = gr.group_id and m.group_id = c.descendant_id and gr.role_id in ",
    );
    sql.push_ids(roles.iter().copied())
        .push(" and m.user_id in (")
        .push_sql(users)
        .push(")");
    sql.push(
        " union
         select m.user_id, 'group', c.ancestor_id from group_closure c
         cross join group_users m
         where m.group_id = c.descendant_id and c.ancestor_id in ",
    );
    sql.push_ids(groups.iter().copied())
        .push(" and m.user_id in (")
        .push_sql(users)
        .push(")");
    sql.push(" order by 1");
    sql.all(tx, |row| {
        let user = UserId(row.int()?);
        let kind = kind(&row.text()?);
        Ok((user, kind, row.int()?))
    })
    .await
}
