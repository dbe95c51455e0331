//! Who can't sign in, for whatever reason, as one condition: the same reasons that are told one by one for one user.

use super::sql::Sql;
use crate::domain::Time;

/// Over `users u join user_states s`. What is cheap to see stands first.
pub(super) fn push(sql: &mut Sql, now: Time) {
    sql.push(
        "(s.deleted_at > 0 or not s.enabled or s.authentication_status <> 'active'
          or u.kind = 'service'
          or (s.locked_at > 0 and (s.locked_until = 0 or s.locked_until > ",
    );
    sql.push_value(now);
    sql.push(")) or (s.expires_at > 0 and s.expires_at <= ")
        .push_value(now);
    sql.push(
        ") or not exists (select 1 from user_passwords p where p.user_id = s.user_id)
          or not ",
    )
    .push_sql(&holds_a_role())
    .push(")");
}

/// Over `user_states s`: some role of theirs counts in an enabled organization that they may sign in to.
pub(super) fn holds_a_role() -> Sql {
    somewhere(&role_there("1 = 1"))
}

/// Over `user_states s`: this holds of some enabled organization `o` that they may sign in to.
pub(super) fn somewhere(condition: &Sql) -> Sql {
    let mut sql = Sql::new(
        "exists (
            select 1
            from user_organizations m
            join organizations o on o.id = m.organization_id and o.enabled
            where m.user_id = s.user_id and ",
    );
    sql.push_sql(condition).push(")");
    sql
}

/// Over `user_states s` and `organizations o`: they hold such a role `r`, direct or through a group, and it counts there.
pub(super) fn role_there(such: &'static str) -> Sql {
    let mut sql = Sql::new(
        "(exists (
            select 1 from user_roles ur join roles r on r.id = ur.role_id
            where ur.user_id = s.user_id
              and (r.organization_id is null or r.organization_id = o.id)
              and ",
    );
    sql.push(such)
        .push(
            ") or exists (
            select 1 from group_users gu
            join group_closure c on c.descendant_id = gu.group_id
            join groups g on g.id = c.ancestor_id
            join group_roles gr on gr.group_id = g.id
            join roles r on r.id = gr.role_id
            where gu.user_id = s.user_id
              and (g.organization_id is null or g.organization_id = o.id)
              and (r.organization_id is null or r.organization_id = o.id)
              and ",
        )
        .push(such)
        .push("))");
    sql
}
