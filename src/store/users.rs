//! Users: pages of a list, one whole record, writing the profile.

use super::page::{Cursor, Key, Page};
use super::prepared::Prepared;
use super::sql::{self, Row, Sql};
use super::{Result, Scope, Tx, walk};
use crate::domain::user::{HIDDEN, Profile, UserKind, UserState, display_name};
use crate::domain::{OrganizationId, Time, UnitId, UserId, text};

/// The orders in which users can be listed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum UserSort {
    #[default]
    Username,
    Name,
    Email,
    Organization,
    Status,
    Failures,
    LastSignIn,
    Created,
}

impl UserSort {
    pub const ALL: &[Self] = &[
        Self::Username,
        Self::Name,
        Self::Email,
        Self::Organization,
        Self::Status,
        Self::Failures,
        Self::LastSignIn,
        Self::Created,
    ];

    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Username => "username",
            Self::Name => "name",
            Self::Email => "email",
            Self::Organization => "organization",
            Self::Status => "status",
            Self::Failures => "failures",
            Self::LastSignIn => "last_sign_in",
            Self::Created => "created",
        }
    }

    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.replace('-', "_");
        Self::ALL.iter().copied().find(|sort| sort.as_str() == text)
    }

    pub(super) const fn column(self) -> &'static str {
        match self {
            Self::Username => "u.username_key",
            Self::Name => "u.name_key",
            Self::Email => "u.email_key",
            Self::Organization => "u.organization_id",
            Self::Status => "s.status_rank",
            Self::Failures => "s.failures",
            Self::LastSignIn => "s.last_sign_in_at",
            Self::Created => "u.created_at",
        }
    }

    /// The index that has this order, for SQLite to walk: one that is unique would seem to do, and holds nothing of where a user
    /// belongs.
    pub(super) const fn index(self) -> &'static str {
        match self {
            Self::Username => "{by:users_by_username}",
            Self::Name => "{by:users_by_name}",
            Self::Email => "{by:users_by_email}",
            Self::Organization => "{by:users_by_organization}",
            Self::Status => "{by:user_states_by_status}",
            Self::Failures => "{by:user_states_by_failures}",
            Self::LastSignIn => "{by:user_states_by_last_sign_in}",
            Self::Created => "{by:users_by_created}",
        }
    }

    /// The column as an expression, which no index is in the order of: few matches are to be sorted, not walked to.
    pub(super) const fn expression(self) -> &'static str {
        match self {
            Self::Username => "coalesce(u.username_key, '')",
            Self::Name => "coalesce(u.name_key, '')",
            Self::Email => "coalesce(u.email_key, '')",
            Self::Organization => "coalesce(u.organization_id, 0)",
            Self::Status => "coalesce(s.status_rank, 0)",
            Self::Failures => "coalesce(s.failures, 0)",
            Self::LastSignIn => "coalesce(s.last_sign_in_at, 0)",
            Self::Created => "coalesce(u.created_at, 0)",
        }
    }

    pub(super) const fn is_text(self) -> bool {
        matches!(self, Self::Username | Self::Name | Self::Email)
    }

    /// The table whose index has this order: it is walked first.
    pub(super) const fn is_of_state(self) -> bool {
        matches!(self, Self::Status | Self::Failures | Self::LastSignIn)
    }
}

/// One line of a list.
#[derive(Clone, Debug)]
pub struct UserLine {
    pub cursor: Cursor,
    pub username: String,
    pub display_name: String,
    pub email: String,
    pub organization: String,
    pub unit: String,
    pub kind: UserKind,
    pub title: String,
    pub department: String,
    pub created_at: Time,
    pub version: i64,
    pub state: UserState,
}

/// A page in the wished order. At most `limit` lines; one more is asked for by whoever wants to know of more.
pub async fn list(
    tx: &mut Tx,
    prepared: &Prepared,
    sort: UserSort,
    descending: bool,
    page: &Page,
    limit: u32,
) -> Result<Vec<UserLine>> {
    let mut cursors = walk::cursors(tx, prepared, (sort, descending), page, limit).await?;
    if page.is_backward() {
        cursors.reverse();
    }
    lines(tx, cursors).await
}

/// The lines of these users, in the order of their cursors; who is gone is left out.
pub async fn lines(tx: &mut Tx, cursors: Vec<Cursor>) -> Result<Vec<UserLine>> {
    let mut sql = Sql::new(
        "select u.id, u.username, u.first_name, u.last_name, u.email, o.name, n.name, u.kind,
            u.title, u.department, u.created_at, u.version, ",
    );
    sql.push(STATE);
    sql.push(" from ")
        .push_id_elements(cursors.iter().map(|cursor| cursor.id));
    sql.push(
        " cross join users u
         cross join user_states s
         cross join organizations o
         cross join units n
         where u.id = cast(elements.value as bigint) and s.user_id = u.id
           and o.id = u.organization_id and n.id = u.owner_unit_id",
    );
    let found = sql
        .page(tx, 22, |row| {
            let id = row.int()?;
            let line = UserLine {
                cursor: Cursor {
                    key: Key::Int(0),
                    id,
                },
                username: row.text()?,
                display_name: display_name(&row.text()?, &row.text()?),
                email: row.text()?,
                organization: row.text()?,
                unit: row.text()?,
                kind: UserKind::parse(&row.text()?).unwrap_or_default(),
                title: row.text()?,
                department: row.text()?,
                created_at: row.time()?,
                version: row.int()?,
                state: state(row, UserId(id))?,
            };
            Ok((id, line))
        })
        .await?;
    let mut found: std::collections::HashMap<i64, UserLine> = found.into_iter().collect();
    Ok(cursors
        .into_iter()
        .filter_map(|cursor| {
            found
                .remove(&cursor.id)
                .map(|line| UserLine { cursor, ..line })
        })
        .collect())
}

/// How many match; with a cap the count stops one above it.
pub async fn count(tx: &mut Tx, prepared: &Prepared, cap: Option<u32>) -> Result<i64> {
    let mut sql = Sql::default();
    match cap {
        None => {
            sql.push("select count(*)");
            prepared.push_counted(&mut sql);
        }
        Some(cap) => {
            sql.push("select count(*) from (select 1");
            prepared.push_counted(&mut sql);
            sql.push(" limit ").push_value(i64::from(cap) + 1);
            sql.push(") as counted");
        }
    }
    sql.int(tx).await
}

/// The columns of [`UserState`], over `user_states s`.
pub(super) const STATE: &str = "s.enabled, s.authentication_status, s.failures, s.locked_at,
    s.locked_until, s.last_sign_in_at, s.sign_in_count, s.expires_at, s.deleted_at, s.version";

pub(super) fn state(row: &mut Row<'_>, user: UserId) -> Result<UserState> {
    Ok(UserState {
        user,
        enabled: row.boolean()?,
        authentication_status: row.text()?,
        failures: row.int()?,
        locked_at: row.time()?,
        locked_until: row.time()?,
        last_sign_in_at: row.time()?,
        sign_in_count: row.int()?,
        expires_at: row.time()?,
        deleted_at: row.time()?,
        version: row.int()?,
    })
}

/// One whole user.
#[derive(Clone, Debug)]
pub struct UserRecord {
    pub id: UserId,
    pub organization: OrganizationId,
    pub organization_name: String,
    pub owner_unit: UnitId,
    pub owner_unit_name: String,
    pub profile: Profile,
    pub kind: UserKind,
    pub manager: Option<UserId>,
    pub manager_name: String,
    pub agent: bool,
    pub custom_fields: String,
    pub directory: String,
    pub directory_names: String,
    pub password_changed_at: Option<Time>,
    pub other_emails: Vec<String>,
    pub created_at: Time,
    pub updated_at: Time,
    pub version: i64,
    pub state: UserState,
}

/// The id of a user by the canonical form of the username, inside the scope.
pub async fn find(tx: &mut Tx, scope: &Scope, username_key: &str) -> Result<Option<UserId>> {
    let mut sql = Sql::new("select u.id from users u where u.username_key = ");
    sql.push_value(username_key)
        .push(" and ")
        .push_sql(&scope.users());
    Ok(sql.optional(tx, sql::int).await?.map(UserId))
}

/// The ids of many users by canonical usernames: (key, id) for those that exist in the scope.
pub async fn find_many(
    tx: &mut Tx,
    scope: &Scope,
    username_keys: &[String],
) -> Result<Vec<(String, UserId)>> {
    let mut sql = Sql::new("select u.username_key, u.id from users u where ");
    sql.push_sql(&scope.users())
        .push(" and u.username_key in ")
        .push_texts(username_keys);
    sql.all(tx, |row| Ok((row.text()?, UserId(row.int()?))))
        .await
}

/// The usernames nearest in the alphabet to a name that wasn't found.
pub async fn names_like(tx: &mut Tx, scope: &Scope, username_key: &str) -> Result<Vec<String>> {
    let start: String = username_key.chars().take(1).collect();
    let mut sql = Sql::new("select u.username from users u where ");
    sql.push_sql(&scope.users())
        .push(" and u.username_key >= ")
        .push_value(start.as_str());
    sql.push(" and u.username_key < ")
        .push_value(format!("{start}\u{10ffff}"));
    sql.push(" order by u.username_key limit 500");
    sql.all(tx, sql::text).await
}

pub async fn lookup(tx: &mut Tx, scope: &Scope, id: UserId) -> Result<Option<UserRecord>> {
    let mut sql = Sql::new(
        "select u.organization_id, o.name, u.owner_unit_id, n.name, u.kind, u.manager_id,
            coalesce(m.username, ''), u.agent, u.custom_fields, u.directory, u.directory_names,
            p.changed_at, u.created_at, u.updated_at, u.version,
            u.username, u.name_prefix, u.first_name, u.middle_name, u.last_name, u.name_suffix,
            u.also_known_as, u.title, u.department, u.employee_number, u.birthday, u.phone, u.email,
            u.language, u.time_zone, u.description, ",
    );
    sql.push(STATE);
    sql.push(
        " from users u
         join user_states s on s.user_id = u.id
         join organizations o on o.id = u.organization_id
         join units n on n.id = u.owner_unit_id
         left join users m on m.id = u.manager_id
         left join user_passwords p on p.user_id = u.id
         where u.id = ",
    );
    sql.push_value(id).push(" and ").push_sql(&scope.users());
    let record = sql
        .optional(tx, |row| {
            Ok(UserRecord {
                id,
                organization: OrganizationId(row.int()?),
                organization_name: row.text()?,
                owner_unit: UnitId(row.int()?),
                owner_unit_name: row.text()?,
                kind: UserKind::parse(&row.text()?).unwrap_or_default(),
                manager: row.optional_int()?.map(UserId),
                manager_name: row.text()?,
                agent: row.boolean()?,
                custom_fields: row.text()?,
                directory: row.text()?,
                directory_names: row.text()?,
                password_changed_at: row.optional_int()?.map(Time),
                other_emails: Vec::new(),
                created_at: row.time()?,
                updated_at: row.time()?,
                version: row.int()?,
                profile: profile(row)?,
                state: state(row, id)?,
            })
        })
        .await?;
    let Some(mut record) = record else {
        return Ok(None);
    };
    record.other_emails = other_emails(tx, id).await?;
    Ok(Some(record))
}

fn profile(row: &mut Row<'_>) -> Result<Profile> {
    Ok(Profile {
        username: row.text()?,
        name_prefix: row.text()?,
        first_name: row.text()?,
        middle_name: row.text()?,
        last_name: row.text()?,
        name_suffix: row.text()?,
        also_known_as: row.text()?,
        title: row.text()?,
        department: row.text()?,
        employee_number: row.text()?,
        birthday: row.text()?,
        phone: row.text()?,
        email: row.text()?,
        language: row.text()?,
        time_zone: row.text()?,
        description: row.text()?,
    })
}

async fn other_emails(tx: &mut Tx, id: UserId) -> Result<Vec<String>> {
    Sql::new("select email from user_emails where user_id = $1 order by email_key")
        .bind(id)
        .all(tx, sql::text)
        .await
}

/// What is written of a user beside memberships: the profile with the keys that are computed from it.
#[derive(Clone, Debug)]
pub struct UserWrite {
    pub organization: OrganizationId,
    pub owner_unit: UnitId,
    pub profile: Profile,
    pub username_key: String,
    pub username_skeleton: String,
    pub email_key: String,
    pub kind: UserKind,
    pub manager: Option<UserId>,
    pub agent: bool,
    pub other_emails: Vec<String>,
}

pub async fn add(
    tx: &mut Tx,
    write: &UserWrite,
    enabled: bool,
    authentication_status: &str,
    expires_at: Time,
    now: Time,
) -> Result<UserId> {
    let mut sql = Sql::new(
        "insert into users (organization_id, owner_unit_id, username, username_key, username_skeleton,
            kind, name_prefix, first_name, middle_name, last_name, name_suffix, also_known_as, title,
            department, employee_number, manager_id, birthday, phone, email, email_key, language,
            time_zone, description, agent, name_key, search_text, title_key, department_key,
            employee_number_key, staff_key, phone_key, created_at, updated_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19,
            $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $32) returning id",
    );
    for value in values(write) {
        sql = sql.bind(value);
    }
    let id = UserId(sql.bind(now).int(tx).await?);
    Sql::new(
        "insert into user_states (user_id, owner_unit_id, organization_id, enabled,
            authentication_status, expires_at)
         values ($1, $2, $3, $4, $5, $6)",
    )
    .bind(id)
    .bind(write.owner_unit)
    .bind(write.organization)
    .bind(enabled)
    .bind(authentication_status)
    .bind(expires_at)
    .execute_one(tx)
    .await?;
    write_emails(tx, id, &write.other_emails).await?;
    Ok(id)
}

/// Writes the profile over the version that was seen; `false` where somebody else saved first.
pub async fn update(
    tx: &mut Tx,
    id: UserId,
    version: i64,
    write: &UserWrite,
    now: Time,
) -> Result<bool> {
    let mut sql = Sql::new(
        "update users set organization_id = $1, owner_unit_id = $2, username = $3, username_key = $4,
            username_skeleton = $5, kind = $6, name_prefix = $7, first_name = $8, middle_name = $9,
            last_name = $10, name_suffix = $11, also_known_as = $12, title = $13, department = $14,
            employee_number = $15, manager_id = $16, birthday = $17, phone = $18, email = $19,
            email_key = $20, language = $21, time_zone = $22, description = $23, agent = $24,
            name_key = $25, search_text = $26, title_key = $27, department_key = $28,
            employee_number_key = $29, staff_key = $30, phone_key = $31, updated_at = $32,
            version = version + 1
         where id = $33 and version = $34",
    );
    for value in values(write) {
        sql = sql.bind(value);
    }
    if sql.bind(now).bind(id).bind(version).execute(tx).await? != 1 {
        return Ok(false);
    }
    Sql::new("delete from user_emails where user_id = $1")
        .bind(id)
        .execute(tx)
        .await?;
    write_emails(tx, id, &write.other_emails).await?;
    Ok(true)
}

fn values(write: &UserWrite) -> Vec<super::sql::Value> {
    let profile = &write.profile;
    vec![
        write.organization.into(),
        write.owner_unit.into(),
        (&profile.username).into(),
        (&write.username_key).into(),
        (&write.username_skeleton).into(),
        write.kind.as_str().into(),
        (&profile.name_prefix).into(),
        (&profile.first_name).into(),
        (&profile.middle_name).into(),
        (&profile.last_name).into(),
        (&profile.name_suffix).into(),
        (&profile.also_known_as).into(),
        (&profile.title).into(),
        (&profile.department).into(),
        (&profile.employee_number).into(),
        write.manager.into(),
        (&profile.birthday).into(),
        (&profile.phone).into(),
        (&profile.email).into(),
        (&write.email_key).into(),
        (&profile.language).into(),
        (&profile.time_zone).into(),
        (&profile.description).into(),
        write.agent.into(),
        profile.name_key().into(),
        profile.search_text().into(),
        text::fold(&profile.title).into(),
        text::fold(&profile.department).into(),
        text::fold(&profile.employee_number).into(),
        text::staff_key(&profile.employee_number).into(),
        text::phone_key(&profile.phone).into(),
    ]
}

async fn write_emails(tx: &mut Tx, id: UserId, emails: &[String]) -> Result<()> {
    for email in emails {
        Sql::new("insert into user_emails (user_id, email, email_key) values ($1, $2, $3) on conflict do nothing")
            .bind(id)
            .bind(email)
            .bind(text::canonical(email).unwrap_or_else(|_| email.to_lowercase()))
            .execute(tx)
            .await?;
    }
    Ok(())
}

/// Marks a user as changed where only memberships changed.
pub async fn touch(tx: &mut Tx, id: UserId, now: Time) -> Result<()> {
    Sql::new("update users set version = version + 1, updated_at = $2 where id = $1")
        .bind(id)
        .bind(now)
        .execute_one(tx)
        .await
}

/// The expiry date stands in the state, whose version moves.
pub async fn update_expiry(tx: &mut Tx, id: UserId, expires_at: Time) -> Result<()> {
    Sql::new("update user_states set expires_at = $2, version = version + 1 where user_id = $1")
        .bind(id)
        .bind(expires_at)
        .execute_one(tx)
        .await
}

/// Whether another user has this username as the e-mail.
pub async fn is_email(tx: &mut Tx, key: &str, besides: Option<UserId>) -> Result<bool> {
    Sql::new("select 1 from users where email_key = $1 and id <> $2")
        .bind(key)
        .bind(besides.unwrap_or_default())
        .exists(tx)
        .await
}

/// Whether another user has this e-mail as the username.
pub async fn is_username(tx: &mut Tx, key: &str, besides: Option<UserId>) -> Result<bool> {
    Sql::new("select 1 from users where username_key = $1 and id <> $2")
        .bind(key)
        .bind(besides.unwrap_or_default())
        .exists(tx)
        .await
}

/// Other users whose names look the same: (id, username).
pub async fn look_alike(
    tx: &mut Tx,
    skeleton: &str,
    besides: Option<UserId>,
) -> Result<Vec<(i64, String)>> {
    Sql::new("select id, username from users where username_skeleton = $1 and id <> $2 limit 100")
        .bind(skeleton)
        .bind(besides.unwrap_or_default())
        .all(tx, |row| Ok((row.int()?, row.text()?)))
        .await
}

/// A link between a user and something they belong to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Membership {
    Organizations,
    Units,
    Groups,
    Roles,
}

impl Membership {
    const fn statements(self) -> [&'static str; 3] {
        match self {
            Self::Organizations => [
                "select organization_id from user_organizations where user_id = $1 order by 1",
                "insert into user_organizations (user_id, organization_id) values ($1, $2) on conflict do nothing",
                "delete from user_organizations where user_id = $1 and organization_id = $2",
            ],
            Self::Units => [
                "select unit_id from user_units where user_id = $1 order by 1",
                "insert into user_units (user_id, unit_id) values ($1, $2) on conflict do nothing",
                "delete from user_units where user_id = $1 and unit_id = $2",
            ],
            Self::Groups => [
                "select group_id from group_users where user_id = $1 order by 1",
                "insert into group_users (user_id, group_id) values ($1, $2) on conflict do nothing",
                "delete from group_users where user_id = $1 and group_id = $2",
            ],
            Self::Roles => [
                "select role_id from user_roles where user_id = $1 order by 1",
                "insert into user_roles (user_id, role_id) values ($1, $2) on conflict do nothing",
                "delete from user_roles where user_id = $1 and role_id = $2",
            ],
        }
    }
}

pub async fn memberships(tx: &mut Tx, kind: Membership, user: UserId) -> Result<Vec<i64>> {
    let [select, ..] = kind.statements();
    Sql::new(select).bind(user).ints(tx).await
}

/// Adds one; `false` where it was there already.
pub async fn join(tx: &mut Tx, kind: Membership, user: UserId, id: i64) -> Result<bool> {
    let [_, insert, _] = kind.statements();
    Ok(Sql::new(insert).bind(user).bind(id).execute(tx).await? == 1)
}

/// Takes one away; `false` where it wasn't there.
pub async fn leave(tx: &mut Tx, kind: Membership, user: UserId, id: i64) -> Result<bool> {
    let [_, _, delete] = kind.statements();
    Ok(Sql::new(delete).bind(user).bind(id).execute(tx).await? == 1)
}

/// A role that a user has, and the group that confers it.
#[derive(Clone, Debug, serde::Serialize)]
pub struct HeldRole {
    pub role: String,
    pub via: Option<String>,
}

/// The roles of a user that the first scope sees. A group out of the second one's sight isn't named.
pub async fn held_roles(
    tx: &mut Tx,
    (roles, groups): (&Scope, &Scope),
    user: UserId,
) -> Result<Vec<HeldRole>> {
    let mut sql = Sql::new(
        "select r.name, '' from user_roles m join roles r on r.id = m.role_id where m.user_id = ",
    );
    sql.push_value(user)
        .push(" and ")
        .push_sql(&roles.roles_seen())
        .push(" union select r.name, case when ")
        .push_sql(&groups.groups_seen())
        .push(" then g.name else ")
        .push_value(HIDDEN)
        .push(
            " end from group_users m
             join group_closure c on c.descendant_id = m.group_id
             join group_roles gr on gr.group_id = c.ancestor_id
             join groups g on g.id = c.ancestor_id
             join roles r on r.id = gr.role_id
             where m.user_id = ",
        )
        .push_value(user)
        .push(" and ")
        .push_sql(&roles.roles_seen())
        .push(" order by 1, 2");
    sql.all(tx, |row| {
        Ok(HeldRole {
            role: row.text()?,
            via: Some(row.text()?).filter(|via| !via.is_empty()),
        })
    })
    .await
}
