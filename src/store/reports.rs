//! What the reports about access are read from, each as one set: who holds power, who holds nothing, which roles nobody
//! holds, and what groups confer.

use super::cannot_sign_in::{self, holds_a_role, role_there, somewhere};
use super::members::push_counted;
use super::named::Named;
use super::page::{Cursor, Key, Page};
use super::prepared::{Ids, PROBE_MAX, Prepared};
use super::sql::Sql;
use super::{Result, Scope, Tx, user_states};
use crate::domain::permission::SourceKind;
use crate::domain::{OrganizationId, RoleId, Time, UserId};

/// More than any set of roles and groups weighs: an administrator who can act stands before everybody else.
pub const ADMINISTRATOR: i64 = 1_000_000_000;

/// The holders of some roles and groups in one organization, as far as a scope sees them and they may sign in there. The
/// bin stays out of sight.
#[derive(Clone, Debug)]
pub struct Holders<'a> {
    pub organization: OrganizationId,
    pub seen: &'a Scope,
    pub roles: Vec<i64>,
    pub groups: Vec<i64>,
}

/// What somebody holds of them, written in one order, so that equal sets are equal texts.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct HeldSet(String);

impl HeldSet {
    /// Whether this role or group is in it.
    #[must_use]
    pub fn has(&self, kind: SourceKind, id: i64) -> bool {
        let wanted = match kind {
            SourceKind::Role => format!("r{id}"),
            SourceKind::Group => format!("g{id}"),
            SourceKind::User => return false,
        };
        self.0.split(' ').any(|one| one == wanted)
    }
}

/// One of the holders, in the order of what they hold.
#[derive(Clone, Debug)]
pub struct Holder {
    /// The key is what their set weighs, and [`ADMINISTRATOR`] more where they are one who can act now.
    pub cursor: Cursor,
    pub held: HeldSet,
    pub can_sign_in: bool,
}

/// A role or group that somebody holds, and the group through which: the one that confers the role, or the one inside the
/// group. None where they have it themselves.
pub type Reason = (UserId, SourceKind, i64, Option<i64>);

impl Holders<'_> {
    /// `user_id`, `sources`.
    fn sets(&self) -> Sql {
        let mut sql = Sql::new(
            "select h.user_id, string_agg(h.source, ' ' order by h.source) as sources from (
                select m.user_id, 'r' || cast(m.role_id as text) as source
                from user_roles m where m.role_id in ",
        );
        sql.push_ids(self.roles.iter().copied()).push(
            " union
                select m.user_id, 'r' || cast(gr.role_id as text)
                from group_roles gr
                join groups g on g.id = gr.group_id
                join group_closure c on c.ancestor_id = gr.group_id
                join group_users m on m.group_id = c.descendant_id
                where (g.organization_id is null or g.organization_id = ",
        );
        sql.push_value(self.organization)
            .push(") and gr.role_id in ")
            .push_ids(self.roles.iter().copied())
            .push(
                " union
                select m.user_id, 'g' || cast(c.ancestor_id as text)
                from group_closure c
                join group_users m on m.group_id = c.descendant_id
                where c.ancestor_id in ",
            )
            .push_ids(self.groups.iter().copied())
            .push(") as h group by h.user_id");
        sql
    }

    /// Over `users u` and `user_states s`.
    fn condition(&self) -> Sql {
        let mut sql = Sql::new(
            "s.deleted_at = 0 and exists (
                select 1 from user_organizations m
                where m.user_id = u.id and m.organization_id = ",
        );
        sql.push_value(self.organization)
            .push(") and ")
            .push_sql(&self.seen.users());
        sql
    }

    /// The different sets that people hold, and how many people hold each.
    pub async fn held_sets(&self, tx: &mut Tx) -> Result<Vec<(HeldSet, i64)>> {
        tx.plan_for_values().await?;
        let mut sql = Sql::new("select k.sources, count(*) from (");
        sql.push_sql(&self.sets())
            .push(
                ") as k
                 join users u on u.id = k.user_id
                 join user_states s on s.user_id = k.user_id
                 where ",
            )
            .push_sql(&self.condition())
            .push(" group by k.sources");
        sql.all(tx, |row| Ok((HeldSet(row.text()?), row.int()?)))
            .await
    }

    /// A page of those whose set has a weight: the heaviest first, then by username.
    pub async fn page(
        &self,
        tx: &mut Tx,
        weights: &[(HeldSet, i64)],
        now: Time,
        page: &Page,
        limit: u32,
    ) -> Result<Vec<Holder>> {
        // Asked for apart: as a part of this statement SQLite would go through all users for it.
        let administrators = user_states::administrators(now, Some(self.organization))
            .ints(tx)
            .await?;
        let order = if page.is_backward() {
            " order by p.standing, p.username_key desc"
        } else {
            " order by p.standing desc, p.username_key"
        };
        let mut sql = Sql::new(
            "with w as materialized (
                select {item:0} as sources, cast({item:1} as bigint) as weight from ",
        );
        sql.push_json(json_of(weights))
            .push(
                "), h as (
                    select u.id, u.username_key, k.sources, w.weight + case when u.id in ",
            )
            .push_ids(administrators)
            .push(" then ")
            .push_value(ADMINISTRATOR)
            .push(" else 0 end as standing from (")
            .push_sql(&self.sets())
            .push(
                ") as k
                 join w on w.sources = k.sources
                 join users u on u.id = k.user_id
                 join user_states s on s.user_id = k.user_id
                 where ",
            )
            .push_sql(&self.condition())
            .push(
                "), p as (
                    select p.id, p.username_key, p.sources, p.standing from h as p where 1 = 1",
            );
        push_from_cursor(&mut sql, page);
        sql.push(order)
            .push(" limit ")
            .push_value(i64::from(limit))
            .push(") select p.id, p.standing, p.sources, not ");
        cannot_sign_in::push(&mut sql, now);
        sql.push(" from p join users u on u.id = p.id join user_states s on s.user_id = p.id")
            .push(order);
        let mut holders = sql
            .all(tx, |row| {
                let (id, standing) = (row.int()?, row.int()?);
                Ok(Holder {
                    cursor: Cursor {
                        key: Key::Int(standing),
                        id,
                    },
                    held: HeldSet(row.text()?),
                    can_sign_in: row.boolean()?,
                })
            })
            .await?;
        if page.is_backward() {
            holders.reverse();
        }
        Ok(holders)
    }

    /// Of these users, which of the roles and groups each holds, and through what.
    pub async fn reasons(&self, tx: &mut Tx, users: &[i64]) -> Result<Vec<Reason>> {
        let users = || users.iter().copied();
        let mut sql = Sql::new(
            "select m.user_id, 'role', m.role_id, cast(null as bigint) as via
             from user_roles m where m.user_id in ",
        );
        sql.push_ids(users())
            .push(" and m.role_id in ")
            .push_ids(self.roles.iter().copied())
            .push(
                " union
                 select m.user_id, 'role', gr.role_id, gr.group_id
                 from group_users m
                 join group_closure c on c.descendant_id = m.group_id
                 join group_roles gr on gr.group_id = c.ancestor_id
                 join groups g on g.id = gr.group_id
                 where (g.organization_id is null or g.organization_id = ",
            )
            .push_value(self.organization)
            .push(") and m.user_id in ")
            .push_ids(users())
            .push(" and gr.role_id in ")
            .push_ids(self.roles.iter().copied())
            .push(
                " union
                 select m.user_id, 'group', c.ancestor_id, nullif(m.group_id, c.ancestor_id)
                 from group_users m
                 join group_closure c on c.descendant_id = m.group_id
                 where m.user_id in ",
            )
            .push_ids(users())
            .push(" and c.ancestor_id in ")
            .push_ids(self.groups.iter().copied());
        let mut reasons: Vec<Reason> = sql
            .all(tx, |row| {
                let user = UserId(row.int()?);
                let kind = SourceKind::parse(&row.text()?).unwrap_or(SourceKind::Role);
                Ok((user, kind, row.int()?, row.optional_int()?))
            })
            .await?;
        reasons.sort_unstable();
        Ok(reasons)
    }
}

fn push_from_cursor(sql: &mut Sql, page: &Page) {
    let (Some(cursor), Some(Key::Int(standing))) =
        (page.cursor(), page.cursor().map(|cursor| &cursor.key))
    else {
        return;
    };
    let [beyond, behind] = match page {
        Page::Before(_) => [" > ", " and p.username_key < "],
        Page::From(_) => [" < ", " and p.username_key >= "],
        _ => [" < ", " and p.username_key > "],
    };
    sql.push(" and (p.standing")
        .push(beyond)
        .push_value(*standing)
        .push(" or (p.standing = ")
        .push_value(*standing)
        .push(behind)
        .push("(select username_key from users where id = ")
        .push_value(cursor.id)
        .push(")))");
}

fn json_of(weights: &[(HeldSet, i64)]) -> String {
    let pairs: Vec<(&str, i64)> = weights
        .iter()
        .map(|(held, weight)| (held.0.as_str(), *weight))
        .collect();
    serde_json::to_string(&pairs).unwrap_or_default()
}

/// Over `user_states s`: what they hold allows something where they may sign in, which takes a role there. Rules and entries
/// are looked up for each: SQLite takes twice as long to look into a list of those that have some.
fn may_do_something() -> Sql {
    let such = "exists (select 1 from rules l where l.role_id = r.id and l.effect = 'allow')";
    let mut there = Sql::new("(");
    there
        .push_sql(&role_there(such))
        .push(" or ")
        .push_sql(&role_there("1 = 1"))
        .push(
            " and (exists (select 1 from granular_entries e where e.user_id = s.user_id and e.actions <> '')
            or exists (
                select 1 from group_users gu
                join group_closure c on c.descendant_id = gu.group_id
                join groups g on g.id = c.ancestor_id
                where gu.user_id = s.user_id
                  and (g.organization_id is null or g.organization_id = o.id)
                  and (exists (select 1 from rules l where l.group_id = g.id and l.effect = 'allow')
                    or exists (select 1 from granular_entries e where e.group_id = g.id and e.actions <> '')))))",
        );
    somewhere(&there)
}

/// Those who belong to an organization and may do nothing where they may sign in; the bin stays out of sight.
pub async fn powerless(
    tx: &mut Tx,
    seen: &Scope,
    organization: OrganizationId,
) -> Result<Prepared> {
    let mut condition = seen.users();
    condition
        .push(" and s.deleted_at = 0 and u.organization_id = ")
        .push_value(organization)
        .push(" and not ")
        .push_sql(&may_do_something());
    let mut members = Sql::new("select id from users where organization_id = ");
    members.push_value(organization);
    let mut prepared = Prepared {
        driver: Some((members, i64::MAX)),
        ..Prepared::new(condition, None)
    };
    // Nearly everybody may do something: the few who can't are found once, and not looked for again in every order.
    let mut found = Sql::new("select u.id");
    prepared.push_candidates(&mut found);
    prepared.ids = Ids::found(tx, &found, PROBE_MAX).await?;
    Ok(prepared)
}

/// What somebody has of all that it takes to do something.
#[derive(Clone, Copy, Debug)]
pub struct Standing {
    pub user: UserId,
    /// They may sign in to an enabled organization.
    pub may_enter: bool,
    pub holds_a_role: bool,
    /// One of their roles counts where they may sign in.
    pub role_counts: bool,
}

/// How each of these users stands.
pub async fn standing_of(tx: &mut Tx, users: &[i64]) -> Result<Vec<Standing>> {
    let mut sql = Sql::new(
        "select u.id,
            exists (
                select 1 from user_organizations m
                join organizations o on o.id = m.organization_id and o.enabled
                where m.user_id = u.id),
            exists (select 1 from user_roles m where m.user_id = u.id)
            or exists (
                select 1 from group_users m
                join group_closure c on c.descendant_id = m.group_id
                join group_roles gr on gr.group_id = c.ancestor_id
                where m.user_id = u.id),
            ",
    );
    sql.push_sql(&holds_a_role())
        .push(" from users u join user_states s on s.user_id = u.id where u.id in ")
        .push_ids(users.iter().copied());
    sql.all(tx, |row| {
        Ok(Standing {
            user: UserId(row.int()?),
            may_enter: row.boolean()?,
            holds_a_role: row.boolean()?,
            role_counts: row.boolean()?,
        })
    })
    .await
}

/// A role that nobody holds who may be seen.
#[derive(Clone, Debug)]
pub struct UnheldRole {
    pub id: RoleId,
    pub name: String,
    pub organization: Option<String>,
    pub description: String,
    pub built_in: bool,
}

/// The roles which count in an organization and which none of those who may be seen has, neither directly nor through a
/// group, by name.
pub async fn unheld_roles(
    tx: &mut Tx,
    scope: &Scope,
    seen: &Scope,
    organization: OrganizationId,
    limit: u32,
) -> Result<Vec<UnheldRole>> {
    let mut sql = Sql::new(
        "select r.id, r.name, o.name, r.description, r.built_in from roles r
         left join organizations o on o.id = r.organization_id
         where (r.organization_id is null or r.organization_id = ",
    );
    sql.push_value(organization)
        .push(") and ")
        .push_sql(&scope.roles_seen())
        .push(" and not exists (select 1 from user_roles m where m.role_id = r.id and ");
    push_counted(&mut sql, seen);
    sql.push(
        ") and not exists (
            select 1 from group_roles gr
            join groups g on g.id = gr.group_id
            join group_closure c on c.ancestor_id = gr.group_id
            join group_users m on m.group_id = c.descendant_id
            where gr.role_id = r.id
              and (g.organization_id is null or r.organization_id is null
                or g.organization_id = r.organization_id)
              and ",
    );
    push_counted(&mut sql, seen);
    sql.push(") order by r.name_key, r.id limit ")
        .push_value(i64::from(limit));
    sql.all(tx, |row| {
        Ok(UnheldRole {
            id: RoleId(row.int()?),
            name: row.text()?,
            organization: row.optional_text()?,
            description: row.text()?,
            built_in: row.boolean()?,
        })
    })
    .await
}

/// The groups that confer these roles and may be seen, by name.
pub async fn conferring(tx: &mut Tx, scope: &Scope, roles: &[i64]) -> Result<Vec<(RoleId, Named)>> {
    let mut sql = Sql::new(
        "select gr.role_id, g.id, g.name, o.id, o.name from group_roles gr
         join groups g on g.id = gr.group_id
         left join organizations o on o.id = g.organization_id
         where gr.role_id in ",
    );
    sql.push_ids(roles.iter().copied())
        .push(" and ")
        .push_sql(&scope.groups_seen())
        .push(" order by g.name_key, g.id");
    sql.all(tx, |row| {
        let role = RoleId(row.int()?);
        let group = Named {
            id: row.int()?,
            name: row.text()?,
            organization: row.optional_int()?,
            organization_name: row.optional_text()?,
        };
        Ok((role, group))
    })
    .await
}

/// Which group contains which, itself included, with the roles that the containing one confers and that count in an
/// organization: (group, containing group, role). A containing group of another organization is left out.
pub async fn conferrals(
    tx: &mut Tx,
    organization: OrganizationId,
) -> Result<Vec<(i64, i64, Option<i64>)>> {
    Sql::new(
        "select c.descendant_id, c.ancestor_id, r.id from group_closure c
         join groups g on g.id = c.ancestor_id
         left join group_roles gr on gr.group_id = g.id
         left join roles r on r.id = gr.role_id
            and (r.organization_id is null or r.organization_id = $1)
         where g.organization_id is null or g.organization_id = $1",
    )
    .bind(organization)
    .all(tx, |row| Ok((row.int()?, row.int()?, row.optional_int()?)))
    .await
}

/// The sections and languages that each group opens, as JSON arrays.
pub async fn opened(tx: &mut Tx) -> Result<Vec<(i64, String, String)>> {
    Sql::new(
        "select id, sections, languages from groups where sections <> '[]' or languages <> '[]'",
    )
    .all(tx, |row| Ok((row.int()?, row.text()?, row.text()?)))
    .await
}
