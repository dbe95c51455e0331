//! A filter over users as a condition of SQL, and the index look-ups that hold its matches.

use super::cannot_sign_in;
use super::sql::Sql;
use crate::domain::status::Kind as UserKind;
use crate::domain::status::Status;
use crate::domain::text;
use crate::domain::{GroupId, OrganizationId, RoleId, Time, UnitId, UserId};

/// The id as an expression: SQLite would carry a list of ids over to the other side of the join, and go through the
/// whole list for every row.
const OUTER_ID: &str = "+u.id";

/// A filter whose names have become ids.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Condition {
    All,
    Nothing,
    /// A word of the search, as it was typed.
    Word(String),
    Status(Vec<Status>),
    Kind(Vec<UserKind>),
    Organizations(Vec<OrganizationId>),
    /// Owned by one of these units, or assigned to one.
    Units(Vec<UnitId>),
    Role {
        roles: Vec<RoleId>,
        origin: RoleOrigin,
    },
    /// Holds some role through one of these groups.
    RoleThrough(Vec<GroupId>),
    Groups(Vec<GroupId>),
    Users(Vec<UserId>),
    /// A text of the profile contains this, or is this.
    Text {
        column: TextColumn,
        text: String,
        whole: bool,
    },
    /// The user is without it.
    Without(Possession),
    Managers(Vec<UserId>),
    Compare(NumberColumn, Comparison, i64),
    /// A day of birth as it is stored, `1990-12-31`; who has none never matches.
    Birthday(Comparison, String),
    Agent,
    /// Somebody asks why not, and there is a reason.
    CannotSignIn,
    /// Holds a role or a group with rules on these.
    Privileged {
        roles: Vec<i64>,
        groups: Vec<i64>,
    },
    Not(Box<Condition>),
    And(Vec<Condition>),
    Or(Vec<Condition>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RoleOrigin {
    /// Direct or through a group.
    Any,
    Direct,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextColumn {
    Username,
    Email,
    Name,
    Title,
    Department,
    Phone,
    EmployeeNumber,
    OtherEmail,
}

/// What a user may have or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Possession {
    Organization,
    Unit,
    Role,
    Group,
    Manager,
    SignIn,
    Expiry,
    Password,
    OtherEmail,
    Birthday,
    Text(TextColumn),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NumberColumn {
    Failures,
    LastSignIn,
    Created,
    Expires,
    PasswordChanged,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    Less,
    LessOrEqual,
    Equal,
    GreaterOrEqual,
    Greater,
}

impl Condition {
    /// Whether the filter speaks of deleted users: where it doesn't, the bin stays out of sight.
    ///
    /// Whoever is named is meant, deleted or not; but to leave somebody out, or to name them beside others, says
    /// nothing of the bin.
    #[must_use]
    pub fn names_deleted(&self) -> bool {
        match self {
            Self::Users(_) => true,
            Self::And(list) => list.iter().any(Self::names_deleted),
            Self::Or(list) => {
                self.says_deleted() || (!list.is_empty() && list.iter().all(Self::names_deleted))
            }
            _ => self.says_deleted(),
        }
    }

    /// Whether the word `deleted` is in it.
    fn says_deleted(&self) -> bool {
        match self {
            Self::Status(list) => list.contains(&Status::Deleted),
            Self::Not(inner) => inner.says_deleted(),
            Self::And(list) | Self::Or(list) => list.iter().any(Self::says_deleted),
            _ => false,
        }
    }

    /// Over `users u join user_states s`. What is looked up for each user names them as `s.user_id`, so that SQLite asks what
    /// a state says first.
    #[must_use]
    pub fn sql(&self, now: Time) -> Sql {
        let mut sql = Sql::default();
        self.push(&mut sql, now);
        sql
    }

    fn push(&self, sql: &mut Sql, now: Time) {
        match self {
            Self::All => {
                sql.push("1 = 1");
            }
            Self::Nothing => {
                sql.push("1 = 0");
            }
            Self::Word(word) => push_word(sql, "u.search_text", &text::search_forms(word)),
            Self::Status(list) => push_any(sql, list, |sql, status| push_status(sql, *status, now)),
            Self::Kind(list) => push_any(sql, list, |sql, kind| {
                sql.push("u.kind = ").push_value(kind.as_str());
            }),
            Self::Organizations(ids) => {
                sql.push("u.organization_id in ")
                    .push_ids(ids.iter().map(|id| id.0));
            }
            Self::Units(ids) => {
                sql.push("(u.owner_unit_id in ")
                    .push_ids(ids.iter().map(|id| id.0));
                sql.push(" or exists (select 1 from user_units m where m.user_id = s.user_id and m.unit_id in ");
                sql.push_ids(ids.iter().map(|id| id.0)).push("))");
            }
            Self::Role { roles, origin } => push_role(sql, roles, *origin),
            Self::RoleThrough(groups) => {
                sql.push(
                    "exists (select 1 from group_users gu
                     join group_closure c on c.descendant_id = gu.group_id
                     join group_roles gr on gr.group_id = c.ancestor_id
                     where gu.user_id = s.user_id and c.ancestor_id in ",
                );
                sql.push_ids(groups.iter().map(|id| id.0)).push(")");
            }
            Self::Groups(ids) => {
                sql.push(
                    "exists (select 1 from group_users gu
                     join group_closure c on c.descendant_id = gu.group_id
                     where gu.user_id = s.user_id and c.ancestor_id in ",
                );
                sql.push_ids(ids.iter().map(|id| id.0)).push(")");
            }
            Self::Users(ids) => {
                sql.push(OUTER_ID)
                    .push(" in ")
                    .push_ids(ids.iter().map(|id| id.0));
            }
            Self::Text {
                column,
                text,
                whole,
            } => push_text(sql, *column, text, *whole),
            Self::Without(possession) => {
                sql.push(possession.missing());
            }
            Self::Managers(managers) => {
                // Who has no manager isn't among theirs, and has to be found by the opposite.
                sql.push("coalesce(u.manager_id, 0) in ")
                    .push_ids(managers.iter().map(|id| id.0));
            }
            Self::Compare(column, comparison, value) => {
                push_comparison(sql, *column, *comparison, *value);
            }
            Self::Birthday(comparison, day) => {
                sql.push("(u.birthday <> '' and u.birthday")
                    .push(comparison.sql())
                    .push_value(day)
                    .push(")");
            }
            Self::Agent => {
                sql.push("u.agent");
            }
            Self::CannotSignIn => cannot_sign_in::push(sql, now),
            Self::Privileged { roles, groups } => {
                sql.push(OUTER_ID)
                    .push(" in (")
                    .push_sql(&privileged(roles, groups))
                    .push(")");
            }
            Self::Not(inner) => {
                sql.push("not (");
                inner.push(sql, now);
                sql.push(")");
            }
            Self::And(list) => push_joined(sql, list, " and ", "1 = 1", now),
            Self::Or(list) => push_joined(sql, list, " or ", "1 = 0", now),
        }
    }

    /// Index look-ups that hold every match of this condition among the users of an organization, or among all, where there are
    /// such; some ids more than once.
    pub(super) fn drivers(&self, within: Option<OrganizationId>, postgres: bool) -> Vec<Sql> {
        let mut sql = Sql::default();
        match self {
            Self::And(list) => {
                return list
                    .iter()
                    .flat_map(|condition| condition.drivers(within, postgres))
                    .collect();
            }
            Self::Nothing => {
                sql.push("select id from users where 1 = 0");
            }
            Self::Word(word) => match search(&text::search_forms(word), within, postgres) {
                Some(found) => sql = found,
                None => return Vec::new(),
            },
            // Every word of a name is in the search text too.
            Self::Text {
                column: TextColumn::Name,
                text,
                ..
            } => {
                return name_words(text)
                    .iter()
                    .filter_map(|forms| search(forms, within, postgres))
                    .collect();
            }
            Self::Status(list) => {
                // Most people are active: an index look-up for them would only cost.
                if list.is_empty()
                    || list.contains(&Status::Active)
                    || list.contains(&Status::Expired)
                {
                    return Vec::new();
                }
                for (index, status) in list.iter().enumerate() {
                    sql.push(if index > 0 { " union all " } else { "" });
                    sql.push("select user_id from user_states where status_rank in ");
                    sql.push(candidate_ranks(*status));
                }
            }
            Self::Organizations(ids) => {
                sql.push("select id from users where organization_id in ")
                    .push_ids(ids.iter().map(|id| id.0));
            }
            Self::Units(ids) => {
                sql.push("select id from users where owner_unit_id in ")
                    .push_ids(ids.iter().map(|id| id.0));
                sql.push(" union all select user_id from user_units where unit_id in ");
                sql.push_ids(ids.iter().map(|id| id.0));
            }
            Self::Groups(ids) | Self::RoleThrough(ids) => {
                sql.push(
                    "select gu.user_id from group_closure c
                     join group_users gu on gu.group_id = c.descendant_id where c.ancestor_id in ",
                );
                sql.push_ids(ids.iter().map(|id| id.0));
            }
            Self::Role {
                roles,
                origin: RoleOrigin::Direct,
            } => {
                sql.push("select user_id from user_roles where role_id in ")
                    .push_ids(roles.iter().map(|id| id.0));
            }
            Self::Role { roles, .. } => {
                let roles: Vec<i64> = roles.iter().map(|id| id.0).collect();
                sql = privileged(&roles, &[]);
            }
            Self::Privileged { roles, groups } => sql = privileged(roles, groups),
            Self::Users(ids) => {
                sql.push("select id from users where id in ")
                    .push_ids(ids.iter().map(|id| id.0));
            }
            Self::Managers(managers) => {
                sql.push("select id from users where manager_id in ")
                    .push_ids(managers.iter().map(|id| id.0));
            }
            Self::Kind(list) if !list.contains(&UserKind::Person) => {
                sql.push("select id from users where kind <> 'person'");
            }
            Self::Compare(column, comparison, value) => {
                let Some(table) = column.indexed() else {
                    return Vec::new();
                };
                sql.push(table).push(comparison.sql()).push_value(*value);
                // The times of those who have none are 0, and 0 never matches.
                if *column != NumberColumn::Failures {
                    sql.push(" and ").push(column.plain()).push(" > 0");
                }
            }
            _ => return Vec::new(),
        }
        vec![sql]
    }
}

/// The trigram index, which needs three characters, or fewer of a script in which few say much; of an organization alone where
/// one is named, for a word may be met by very many elsewhere.
fn search(forms: &[String], within: Option<OrganizationId>, postgres: bool) -> Option<Sql> {
    let forms: Vec<String> = forms
        .iter()
        .map(|form| text::index_form(form))
        .collect::<Option<_>>()?;
    if forms.is_empty() {
        return None;
    }
    let mut sql = Sql::default();
    for (index, form) in forms.iter().enumerate() {
        if index > 0 {
            sql.push(" union all ");
        }
        if postgres {
            // By itself, so that PostgreSQL looks it up as if all were wanted: where a few would do, it expects them soon, and
            // reads everybody where it errs.
            sql.push("select id from (with found as materialized (select id from users where search_text like ")
                .push_value(format!("%{}%", text::escape_like(form)))
                .push(" escape '\\'");
            if let Some(organization) = within {
                sql.push(" and organization_id = ").push_value(organization);
            }
            sql.push(") select id from found) as searched");
        } else {
            let mut wanted = format!("\"{}\"", form.replace('"', "\"\""));
            if let Some(organization) = within {
                wanted.extend([" AND \"", &mark(organization), "\""]);
            }
            sql.push("select rowid from user_search where user_search match ")
                .push_value(wanted);
        }
    }
    Some(sql)
}

/// The trigram that SQLite's index has for an organization (see the schema); another that shares it only adds candidates.
fn mark(organization: OrganizationId) -> String {
    const FIRST: u32 = 0x4e00;
    const DIGITS: i64 = 20_000;
    let digit = |number: i64| {
        let digit = u32::try_from(number.rem_euclid(DIGITS)).unwrap_or_default();
        char::from_u32(FIRST + digit).unwrap_or_default()
    };
    ['#', digit(organization.0 / DIGITS), digit(organization.0)]
        .iter()
        .collect()
}

/// Everybody who has one of these roles, direct or through a group, or is in one of these groups; some more than once.
#[must_use]
pub fn privileged(roles: &[i64], groups: &[i64]) -> Sql {
    let mut sql = Sql::new("select user_id from user_roles where role_id in ");
    sql.push_ids(roles.iter().copied());
    sql.push(
        " union all select gu.user_id from group_roles gr
         join group_closure c on c.ancestor_id = gr.group_id
         join group_users gu on gu.group_id = c.descendant_id where gr.role_id in ",
    );
    sql.push_ids(roles.iter().copied());
    if !groups.is_empty() {
        sql.push(
            " union all select gu.user_id from group_closure c
             join group_users gu on gu.group_id = c.descendant_id where c.ancestor_id in ",
        );
        sql.push_ids(groups.iter().copied());
    }
    sql
}

fn push_word(sql: &mut Sql, column: &'static str, forms: &[String]) {
    push_any(sql, forms, |sql, form| {
        sql.push(column).push(" like ");
        sql.push_value(format!("%{}%", text::escape_like(form)));
        sql.push(" escape '\\'");
    });
}

fn push_any<T>(sql: &mut Sql, list: &[T], mut push: impl FnMut(&mut Sql, &T)) {
    sql.push("(");
    for (index, item) in list.iter().enumerate() {
        if index > 0 {
            sql.push(" or ");
        }
        push(sql, item);
    }
    if list.is_empty() {
        sql.push("1 = 0");
    }
    sql.push(")");
}

fn push_joined(
    sql: &mut Sql,
    list: &[Condition],
    word: &'static str,
    empty: &'static str,
    now: Time,
) {
    if list.is_empty() {
        sql.push(empty);
        return;
    }
    sql.push("(");
    for (index, condition) in list.iter().enumerate() {
        if index > 0 {
            sql.push(word);
        }
        condition.push(sql, now);
    }
    sql.push(")");
}

/// The ranks (see the schema) in which a status can be found: a lock or an expiry date may have run out since.
const fn candidate_ranks(status: Status) -> &'static str {
    match status {
        Status::Deleted => "(0)",
        Status::Disabled => "(1)",
        Status::Invited => "(2)",
        Status::Locked => "(3)",
        Status::PasswordReset => "(3, 4)",
        Status::Expired => "(3, 5, 6, 7)",
        Status::NeverSignedIn => "(3, 6)",
        Status::Active => "(3, 7)",
    }
}

fn push_status(sql: &mut Sql, status: Status, now: Time) {
    let unlocked = |sql: &mut Sql| {
        sql.push("not (s.locked_at > 0 and (s.locked_until = 0 or s.locked_until > ");
        sql.push_value(now).push("))");
    };
    let unexpired = |sql: &mut Sql| {
        sql.push(" and (s.expires_at = 0 or s.expires_at > ")
            .push_value(now)
            .push(")");
    };
    sql.push("(s.status_rank in ").push(candidate_ranks(status));
    match status {
        Status::Deleted | Status::Disabled | Status::Invited => {}
        Status::Locked => {
            sql.push(" and (s.locked_until = 0 or s.locked_until > ")
                .push_value(now)
                .push(")");
        }
        Status::PasswordReset => {
            sql.push(" and s.authentication_status = 'password_reset' and ");
            unlocked(sql);
        }
        Status::Expired => {
            sql.push(
                " and (s.authentication_status = 'expired' or (s.authentication_status = 'active'
                 and s.expires_at > 0 and s.expires_at <= ",
            );
            sql.push_value(now).push(")) and ");
            unlocked(sql);
        }
        Status::NeverSignedIn => {
            sql.push(" and s.authentication_status = 'active' and s.last_sign_in_at = 0 and ");
            unlocked(sql);
            unexpired(sql);
        }
        Status::Active => {
            sql.push(" and s.authentication_status = 'active' and s.last_sign_in_at > 0 and ");
            unlocked(sql);
            unexpired(sql);
        }
    }
    sql.push(")");
}

fn push_role(sql: &mut Sql, roles: &[RoleId], origin: RoleOrigin) {
    let ids = || roles.iter().map(|id| id.0);
    let direct = |sql: &mut Sql| {
        sql.push(
            "exists (select 1 from user_roles ur where ur.user_id = s.user_id and ur.role_id in ",
        );
        sql.push_ids(ids()).push(")");
    };
    let through = |sql: &mut Sql| {
        sql.push(
            "exists (select 1 from group_users gu
             join group_closure c on c.descendant_id = gu.group_id
             join group_roles gr on gr.group_id = c.ancestor_id
             where gu.user_id = s.user_id and gr.role_id in ",
        );
        sql.push_ids(ids()).push(")");
    };
    match origin {
        RoleOrigin::Direct => direct(sql),
        RoleOrigin::Any => {
            sql.push("(");
            direct(sql);
            sql.push(" or ");
            through(sql);
            sql.push(")");
        }
    }
}

impl NumberColumn {
    /// The index that holds it, as the start of a look-up.
    const fn indexed(self) -> Option<&'static str> {
        match self {
            Self::Failures => Some("select user_id from user_states where failures"),
            Self::LastSignIn => Some("select user_id from user_states where last_sign_in_at"),
            Self::Expires => Some("select user_id from user_states where expires_at"),
            Self::Created => Some("select id from users where created_at"),
            Self::PasswordChanged => None,
        }
    }

    const fn plain(self) -> &'static str {
        match self {
            Self::Failures => "failures",
            Self::LastSignIn => "last_sign_in_at",
            Self::Expires => "expires_at",
            Self::Created => "created_at",
            Self::PasswordChanged => "changed_at",
        }
    }
}

impl Comparison {
    const fn sql(self) -> &'static str {
        match self {
            Self::Less => " < ",
            Self::LessOrEqual => " <= ",
            Self::Equal => " = ",
            Self::GreaterOrEqual => " >= ",
            Self::Greater => " > ",
        }
    }
}

fn push_comparison(sql: &mut Sql, column: NumberColumn, comparison: Comparison, value: i64) {
    // "Before" a time never means "never": who has no such time doesn't match.
    let (text, timed) = match column {
        NumberColumn::Failures => ("s.failures", false),
        NumberColumn::LastSignIn => ("s.last_sign_in_at", true),
        NumberColumn::Created => ("u.created_at", true),
        NumberColumn::Expires => ("s.expires_at", true),
        NumberColumn::PasswordChanged => (
            "coalesce((select p.changed_at from user_passwords p where p.user_id = s.user_id), 0)",
            true,
        ),
    };
    sql.push("(")
        .push(text)
        .push(comparison.sql())
        .push_value(value);
    if timed {
        sql.push(" and ").push(text).push(" > 0");
    }
    sql.push(")");
}

fn push_text(sql: &mut Sql, column: TextColumn, wanted: &str, whole: bool) {
    if column == TextColumn::Name {
        return push_name(sql, wanted, whole);
    }
    let wanted = match column {
        TextColumn::Username | TextColumn::Email | TextColumn::OtherEmail => {
            text::canonical(wanted).unwrap_or_else(|_| wanted.to_lowercase())
        }
        _ => text::fold(wanted),
    };
    let other = column == TextColumn::OtherEmail;
    if other {
        sql.push("exists (select 1 from user_emails e where e.user_id = s.user_id and ");
    }
    if whole {
        sql.push(column.sql()).push(" = ").push_value(wanted);
    } else {
        push_word(sql, column.sql(), &[wanted]);
    }
    if other {
        sql.push(")");
    }
}

/// A name as it is read and as it is sorted: `ada byron` and `byron ada` are one person's.
fn push_name(sql: &mut Sql, wanted: &str, whole: bool) {
    if whole {
        let folded = text::fold(wanted);
        let mut words: Vec<&str> = folded.split(' ').collect();
        let mut orders = Vec::with_capacity(words.len());
        for _ in 0..words.len() {
            orders.push(words.join(" "));
            words.rotate_left(1);
        }
        sql.push("u.name_key in ").push_texts(&orders);
        return;
    }
    sql.push("(1 = 1");
    for forms in name_words(wanted) {
        sql.push(" and ");
        push_word(sql, "u.name_key", &forms);
    }
    sql.push(")");
}

/// The words of a name, each in the ways it may be stored: a name key has umlauts as plain letters.
fn name_words(name: &str) -> Vec<Vec<String>> {
    name.split_whitespace()
        .map(|word| {
            let folded = text::fold(word);
            let plain = folded
                .replace("ae", "a")
                .replace("oe", "o")
                .replace("ue", "u")
                .replace("aa", "a");
            if plain == folded {
                vec![folded]
            } else {
                vec![folded, plain]
            }
        })
        .collect()
}

impl TextColumn {
    /// The column in the form that the program compares by.
    const fn sql(self) -> &'static str {
        match self {
            Self::Username => "u.username_key",
            Self::Email => "u.email_key",
            Self::Name => "u.name_key",
            Self::Title => "u.title_key",
            Self::Department => "u.department_key",
            Self::Phone => "u.phone",
            Self::EmployeeNumber => "u.employee_number_key",
            Self::OtherEmail => "e.email_key",
        }
    }
}

impl Possession {
    const fn missing(self) -> &'static str {
        match self {
            Self::Organization => {
                "not exists (select 1 from user_organizations m where m.user_id = s.user_id)"
            }
            Self::Unit => "not exists (select 1 from user_units m where m.user_id = s.user_id)",
            Self::Group => "not exists (select 1 from group_users m where m.user_id = s.user_id)",
            Self::Role => {
                "(not exists (select 1 from user_roles m where m.user_id = s.user_id)
                 and not exists (
                    select 1 from group_users m
                    join group_closure c on c.descendant_id = m.group_id
                    join group_roles r on r.group_id = c.ancestor_id
                    where m.user_id = s.user_id))"
            }
            Self::Manager => "u.manager_id is null",
            Self::SignIn => "s.last_sign_in_at = 0",
            Self::Expiry => "s.expires_at = 0",
            Self::Password => {
                "not exists (select 1 from user_passwords p where p.user_id = s.user_id)"
            }
            Self::OtherEmail => {
                "not exists (select 1 from user_emails e where e.user_id = s.user_id)"
            }
            Self::Text(TextColumn::Title) => "u.title = ''",
            Self::Text(TextColumn::Department) => "u.department = ''",
            Self::Text(TextColumn::Phone) => "u.phone = ''",
            Self::Text(TextColumn::EmployeeNumber) => "u.employee_number = ''",
            Self::Birthday => "u.birthday = ''",
            // These are never empty.
            Self::Text(_) => "1 = 0",
        }
    }
}
