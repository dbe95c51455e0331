-- The orders of lists. Each index ends on where a user belongs: whoever sees a part of them passes the others in the index alone.

create index users_by_username on users (username_key, id, owner_unit_id, organization_id);
create index users_by_email on users (email_key, id, owner_unit_id, organization_id);
create index users_by_name on users (name_key, id, owner_unit_id, organization_id);
create index users_by_organization on users (organization_id, id, owner_unit_id);
create index users_by_created on users (created_at, id, owner_unit_id, organization_id);
create index user_states_by_status on user_states (status_rank, user_id, owner_unit_id, organization_id);
create index user_states_by_last_sign_in on user_states (last_sign_in_at, user_id, owner_unit_id, organization_id);
create index user_states_by_failures on user_states (failures, user_id, owner_unit_id, organization_id);
