//! What a sign-in or a mass action changes of a user.

use super::sql::{Row, Sql};
use super::{Result, Tx};
use crate::domain::user::UserKind;
use crate::domain::{OrganizationId, Time, UserId};

/// What a sign-in needs to know, found by username or primary e-mail.
#[derive(Clone, Debug)]
pub struct Candidate {
    pub id: UserId,
    pub username: String,
    pub kind: UserKind,
    pub hash: Option<String>,
}

/// `key` is the canonical form of what was typed: usernames and addresses have the same one.
pub async fn find_candidate(tx: &mut Tx, key: &str) -> Result<Option<Candidate>> {
    Sql::new(
        "select u.id, u.username, u.kind, p.hash
         from users u
         left join user_passwords p on p.user_id = u.id
         where u.username_key = $1 or u.email_key = $1
         order by case when u.username_key = $1 then 0 else 1 end limit 1",
    )
    .bind(key)
    .optional(tx, read_candidate)
    .await
}

/// The same of somebody who is known already.
pub async fn candidate(tx: &mut Tx, user: UserId) -> Result<Option<Candidate>> {
    Sql::new(
        "select u.id, u.username, u.kind, p.hash
         from users u
         left join user_passwords p on p.user_id = u.id
         where u.id = $1",
    )
    .bind(user)
    .optional(tx, read_candidate)
    .await
}

fn read_candidate(row: &mut Row<'_>) -> Result<Candidate> {
    Ok(Candidate {
        id: UserId(row.int()?),
        username: row.text()?,
        kind: UserKind::parse(&row.text()?).unwrap_or_default(),
        hash: row.optional_text()?,
    })
}

/// Counts a wrong password, reads the lock again and sets it: one statement, so that parallel guesses can't pass it.
///
/// A lock in force counts nothing. A lock that ran out begins the count anew. Returns the count and whether this
/// guess locked the account; `None` where a lock is in force or the account is gone.
pub async fn count_failure(
    tx: &mut Tx,
    user: UserId,
    now: Time,
    failures_max: i64,
    locked_until: Time,
) -> Result<Option<(i64, bool)>> {
    Sql::new(
        "update user_states set
            failures = case when locked_at > 0 then 1 else failures + 1 end,
            locked_at = case
                when $3 > 0 and (case when locked_at > 0 then 1 else failures + 1 end) >= $3 then $2
                else 0 end,
            locked_until = case
                when $3 > 0 and (case when locked_at > 0 then 1 else failures + 1 end) >= $3 then $4
                else 0 end
         where user_id = $1 and not (locked_at > 0 and (locked_until = 0 or locked_until > $2))
         returning failures, locked_at",
    )
    .bind(user)
    .bind(now)
    .bind(failures_max)
    .bind(locked_until)
    .optional(tx, |row| Ok((row.int()?, row.int()? > 0)))
    .await
}

/// Takes the right password where the account may sign in at this moment: clears the counter and the lock that ran out.
/// `false` where the status says no, and then nothing changes.
pub async fn count_success(tx: &mut Tx, user: UserId, now: Time) -> Result<bool> {
    let changed = Sql::new(
        "update user_states set failures = 0, locked_at = 0, locked_until = 0,
            last_sign_in_at = $2, sign_in_count = sign_in_count + 1
         where user_id = $1 and enabled and deleted_at = 0 and authentication_status = 'active'
           and (expires_at = 0 or expires_at > $2)
           and not (locked_at > 0 and (locked_until = 0 or locked_until > $2))",
    )
    .bind(user)
    .bind(now)
    .execute(tx)
    .await?;
    Ok(changed == 1)
}

pub async fn set_password(tx: &mut Tx, user: UserId, hash: &str, now: Time) -> Result<()> {
    Sql::new(
        "insert into user_passwords (user_id, hash, changed_at) values ($1, $2, $3)
         on conflict (user_id) do update set hash = excluded.hash, changed_at = excluded.changed_at",
    )
    .bind(user)
    .bind(hash)
    .bind(now)
    .execute(tx)
    .await
    .map(drop)
}

/// A service account has no password, and one that becomes such loses it.
pub async fn remove_password(tx: &mut Tx, user: UserId) -> Result<()> {
    Sql::new("delete from user_passwords where user_id = $1")
        .bind(user)
        .execute(tx)
        .await
        .map(drop)
}

/// Stores the same password under raised parameters: the date of the password stays.
pub async fn rehash_password(tx: &mut Tx, user: UserId, old: &str, new: &str) -> Result<()> {
    Sql::new("update user_passwords set hash = $3 where user_id = $1 and hash = $2")
        .bind(user)
        .bind(old)
        .bind(new)
        .execute(tx)
        .await
        .map(drop)
}

/// Makes an account able to sign in again, whatever stopped it. Only recovery on the host does this.
pub async fn open_up(tx: &mut Tx, user: UserId) -> Result<()> {
    Sql::new(
        "update user_states set enabled = true, authentication_status = 'active', failures = 0,
            locked_at = 0, locked_until = 0, expires_at = 0, deleted_at = 0, version = version + 1
         where user_id = $1",
    )
    .bind(user)
    .execute_one(tx)
    .await
}

/// Until when an administrator's account lasts; one without an end lasts longest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Lasting(i64);

impl Lasting {
    /// The end, where there is one.
    #[must_use]
    pub fn end(self) -> Option<Time> {
        (self != Self(i64::MAX)).then_some(Time(self.0))
    }
}

/// The administrators who may sign in now: enabled, not deleted, not locked, no service account, with a password, a role
/// Administrator direct or through a group, an enabled organization to sign in to where it counts, and no deny on users
/// or roles.
pub async fn effective_administrators(tx: &mut Tx, now: Time) -> Result<Vec<UserId>> {
    let mut sql = administrators(now, None);
    sql.push(" limit 1000");
    sql.all(tx, |row| Ok(UserId(row.int()?))).await
}

/// Those who can be counted on: as [`effective_administrators`], but as if the locks that end by themselves had ended.
/// Else whoever guesses passwords would for some minutes decide who the last one is. The one who lasts longest comes
/// first.
///
/// `besides` leaves out the users that a subquery names.
pub async fn lasting_administrators(
    tx: &mut Tx,
    now: Time,
    besides: Option<&Sql>,
) -> Result<Vec<(UserId, Lasting)>> {
    let mut sql = Sql::new(
        "select distinct s.user_id,
            case when s.expires_at = 0 then 9223372036854775807 else s.expires_at end as lasts",
    );
    sql.push_sql(&appointed(now, None))
        .push(" and not (s.locked_at > 0 and s.locked_until = 0)");
    if let Some(besides) = besides {
        sql.push(" and s.user_id not in (")
            .push_sql(besides)
            .push(")");
    }
    sql.push(" order by lasts desc, s.user_id limit 1000");
    sql.all(tx, |row| Ok((UserId(row.int()?), Lasting(row.int()?))))
        .await
}

/// [`effective_administrators`] as a statement that gives ids: of those who are administrators in one organization, or in
/// any.
pub(super) fn administrators(now: Time, organization: Option<OrganizationId>) -> Sql {
    let mut sql = Sql::new("select distinct s.user_id");
    sql.push_sql(&appointed(now, organization))
        .push(" and not (s.locked_at > 0 and (s.locked_until = 0 or s.locked_until > ")
        .push_value(now)
        .push("))");
    sql
}

/// Where the administrators stand whose account is open, whatever their lock says.
fn appointed(now: Time, organization: Option<OrganizationId>) -> Sql {
    let mut sql = Sql::new(
        " from user_states s
         join users u on u.id = s.user_id and u.kind <> 'service'
         join user_passwords p on p.user_id = s.user_id
         join (
            select m.user_id, r.organization_id from user_roles m join roles r on r.id = m.role_id
            where r.built_in and r.name = 'Administrator'
            union
            select m.user_id, g.organization_id from group_roles gr
            join groups g on g.id = gr.group_id
            join roles r on r.id = gr.role_id
            join group_closure c on c.ancestor_id = gr.group_id
            join group_users m on m.group_id = c.descendant_id
            where r.built_in and r.name = 'Administrator'
         ) a on a.user_id = s.user_id
         where s.enabled and s.deleted_at = 0 and s.authentication_status = 'active'
           and exists (
                select 1 from user_organizations uo join organizations o on o.id = uo.organization_id
                where uo.user_id = s.user_id and o.enabled
                and (a.organization_id is null or a.organization_id = o.id)",
    );
    if let Some(organization) = organization {
        sql.push(" and o.id = ").push_value(organization);
    }
    sql.push(
        ")
           and not exists (
                select 1 from rules l where l.effect = 'deny'
                and (l.resource = '*' or l.resource = 'user' or l.resource = 'role')
                and (
                    l.role_id in (select ur.role_id from user_roles ur where ur.user_id = s.user_id)
                    or l.role_id in (
                        select gr.role_id from group_users gu
                        join group_closure c on c.descendant_id = gu.group_id
                        join group_roles gr on gr.group_id = c.ancestor_id
                        where gu.user_id = s.user_id)
                    or l.group_id in (
                        select c.ancestor_id from group_users gu
                        join group_closure c on c.descendant_id = gu.group_id
                        where gu.user_id = s.user_id)))",
    );
    sql.push(" and (s.expires_at = 0 or s.expires_at > ")
        .push_value(now);
    sql.push(")");
    sql
}
