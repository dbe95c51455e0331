-- The orders of lists. Each index ends on where a user belongs: whoever sees a part of them passes the others in the index alone.
-- Who comes behind a row is found by its key and its id in one comparison, and SQLite looks for both in an index only where neither
-- is the row's own number: so the id has another name there.

alter table users add column place integer generated always as (id) virtual;
alter table user_states add column place integer generated always as (user_id) virtual;
create index users_by_username on users (username_key, place, owner_unit_id, organization_id);
create index users_by_email on users (email_key, place, owner_unit_id, organization_id);
create index users_by_name on users (name_key, place, owner_unit_id, organization_id);
create index users_by_organization on users (organization_id, place, owner_unit_id);
create index users_by_created on users (created_at, place, owner_unit_id, organization_id);
create index user_states_by_status on user_states (status_rank, place, owner_unit_id, organization_id);
create index user_states_by_last_sign_in on user_states (last_sign_in_at, place, owner_unit_id, organization_id);
create index user_states_by_failures on user_states (failures, place, owner_unit_id, organization_id);
