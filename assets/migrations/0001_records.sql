-- All records of Wardroom. One text for both engines; what must differ is a word in braces:
--   {id}     an id that is never reused        {bytes}  raw bytes
--   {key}    the primary key, a number that the program gives
--   {c}      byte-wise order for key columns   {zero_hash}  32 zero bytes, the hash before the first audit row
-- Times are microseconds since 1970, UTC; 0 stands for "never". Unique indexes are named table_column.

create table organizations (
    id {id},
    name text not null,
    name_key text {c} not null,
    enabled boolean not null default true,
    description text not null default '',
    created_at bigint not null,
    updated_at bigint not null,
    version bigint not null default 1
);
create unique index organizations_name on organizations (name_key);

create table units (
    id {id},
    organization_id bigint not null references organizations (id),
    parent_id bigint references units (id),
    name text not null,
    name_key text {c} not null,
    phone text not null default '',
    email text not null default '',
    website text not null default '',
    fax text not null default '',
    description text not null default '',
    created_at bigint not null,
    updated_at bigint not null,
    version bigint not null default 1
);
create unique index units_name on units (organization_id, name_key);
create index units_parent on units (parent_id);

-- Every unit is its own descendant at depth 0.
create table unit_closure (
    ancestor_id bigint not null references units (id) on delete cascade,
    descendant_id bigint not null references units (id) on delete cascade,
    depth bigint not null,
    primary key (ancestor_id, descendant_id)
);
create index unit_closure_descendant on unit_closure (descendant_id);

create table users (
    id {id},
    organization_id bigint not null references organizations (id),
    owner_unit_id bigint not null references units (id),
    username text not null,
    username_key text {c} not null,
    username_skeleton text {c} not null,
    kind text not null default 'person',
    name_prefix text not null default '',
    first_name text not null,
    middle_name text not null default '',
    last_name text not null,
    name_suffix text not null default '',
    also_known_as text not null default '',
    title text not null default '',
    title_key text not null default '',
    department text not null default '',
    department_key text not null default '',
    employee_number text not null default '',
    employee_number_key text not null default '',
    -- What a caller is found by: letters and digits alone.
    staff_key text {c} not null default '',
    manager_id bigint references users (id) on delete set null,
    birthday text not null default '',
    phone text not null default '',
    phone_key text {c} not null default '',
    email text not null,
    email_key text {c} not null,
    language text not null default '',
    time_zone text not null default '',
    description text not null default '',
    agent boolean not null default false,
    custom_fields text not null default '{}',
    directory text not null default '',
    directory_names text not null default '[]',
    name_key text {c} not null,
    search_text text not null,
    created_at bigint not null,
    updated_at bigint not null,
    version bigint not null default 1
);
create unique index users_username on users (username_key);
create unique index users_email on users (email_key);
create index users_skeleton on users (username_skeleton);
create unique index users_place on users (owner_unit_id, organization_id, id);
create index users_manager on users (manager_id);
create index users_kind on users (kind, id) where kind <> 'person';
create index users_phone on users (phone_key) where phone_key <> '';
create index users_staff on users (staff_key) where staff_key <> '';

-- What a sign-in or a mass action changes, apart from the profile: updates stay cheap.
-- A lock stands beside the authentication status, so that unlocking gives back what was there before.
create table user_states (
    user_id {key},
    -- Where the user belongs, for the orders of lists; the database itself keeps it equal.
    owner_unit_id bigint not null,
    organization_id bigint not null,
    enabled boolean not null default true,
    authentication_status text not null default 'active',
    failures bigint not null default 0,
    locked_at bigint not null default 0,
    locked_until bigint not null default 0,
    last_sign_in_at bigint not null default 0,
    sign_in_count bigint not null default 0,
    expires_at bigint not null default 0,
    deleted_at bigint not null default 0,
    version bigint not null default 1,
    -- The place of the status in every list; a lock or an expiry date that ran out is read from the times.
    status_rank bigint generated always as (
        case
            when deleted_at > 0 then 0
            when not enabled then 1
            when authentication_status = 'invited' then 2
            when locked_at > 0 then 3
            when authentication_status = 'password_reset' then 4
            when authentication_status = 'expired' then 5
            when last_sign_in_at = 0 then 6
            else 7
        end
    ) stored,
    foreign key (owner_unit_id, organization_id, user_id)
        references users (owner_unit_id, organization_id, id) on update cascade on delete cascade
);
create index user_states_expires on user_states (expires_at, user_id);

create table user_passwords (
    user_id {key} references users (id) on delete cascade,
    hash text not null,
    changed_at bigint not null,
    previous text not null default '[]'
);

create table user_emails (
    user_id bigint not null references users (id) on delete cascade,
    email text not null,
    email_key text {c} not null,
    primary key (user_id, email_key)
);

create table user_avatars (
    user_id {key} references users (id) on delete cascade,
    original {bytes} not null,
    small {bytes} not null
);

create table user_organizations (
    user_id bigint not null references users (id) on delete cascade,
    organization_id bigint not null references organizations (id),
    primary key (user_id, organization_id)
);
create index user_organizations_organization on user_organizations (organization_id, user_id);

create table user_units (
    user_id bigint not null references users (id) on delete cascade,
    unit_id bigint not null references units (id),
    primary key (user_id, unit_id)
);
create index user_units_unit on user_units (unit_id, user_id);

create table roles (
    id {id},
    organization_id bigint references organizations (id),
    name text not null,
    name_key text {c} not null,
    description text not null default '',
    built_in boolean not null default false,
    created_at bigint not null,
    updated_at bigint not null,
    version bigint not null default 1
);
create unique index roles_name on roles (coalesce(organization_id, 0), name_key);

create table groups (
    id {id},
    organization_id bigint references organizations (id),
    owner_unit_id bigint references units (id),
    name text not null,
    name_key text {c} not null,
    alias text not null,
    description text not null default '',
    built_in boolean not null default false,
    sections text not null default '[]',
    languages text not null default '[]',
    created_at bigint not null,
    updated_at bigint not null,
    version bigint not null default 1
);
create unique index groups_name on groups (coalesce(organization_id, 0), name_key);
create unique index groups_alias on groups (coalesce(organization_id, 0), alias);

-- A rule belongs to a role or to a group. actions: names separated by spaces, or *.
create table rules (
    id {id},
    role_id bigint references roles (id) on delete cascade,
    group_id bigint references groups (id) on delete cascade,
    position bigint not null,
    effect text not null,
    actions text not null,
    resource text not null,
    level text not null default 'all',
    privileged boolean not null default false
);
create index rules_role on rules (role_id);
create index rules_group on rules (group_id);

create table user_roles (
    user_id bigint not null references users (id) on delete cascade,
    role_id bigint not null references roles (id),
    primary key (user_id, role_id)
);
create index user_roles_role on user_roles (role_id, user_id);

create table group_roles (
    group_id bigint not null references groups (id) on delete cascade,
    role_id bigint not null references roles (id),
    primary key (group_id, role_id)
);
create index group_roles_role on group_roles (role_id, group_id);

create table group_users (
    group_id bigint not null references groups (id) on delete cascade,
    user_id bigint not null references users (id) on delete cascade,
    primary key (group_id, user_id)
);
create index group_users_user on group_users (user_id, group_id);

create table group_groups (
    group_id bigint not null references groups (id) on delete cascade,
    member_id bigint not null references groups (id) on delete cascade,
    primary key (group_id, member_id)
);
create index group_groups_member on group_groups (member_id);

-- Every group is its own member at depth 0; the members of a descendant are members of its ancestors.
create table group_closure (
    ancestor_id bigint not null references groups (id) on delete cascade,
    descendant_id bigint not null references groups (id) on delete cascade,
    depth bigint not null,
    primary key (ancestor_id, descendant_id)
);
create index group_closure_descendant on group_closure (descendant_id);

-- The managed application: what rules and nodes may name.
create table catalogue_resources (
    key text {c} not null primary key,
    label text not null default '',
    -- Names separated by spaces.
    actions text not null,
    ownership text not null,
    privileged boolean not null default false
);

create table catalogue_sections (
    key text {c} not null primary key,
    label text not null default ''
);

create table catalogue_languages (
    key text {c} not null primary key,
    label text not null default ''
);

-- The root of a tree has no row of its own.
create table nodes (
    id {id},
    tree text {c} not null,
    parent_id bigint references nodes (id),
    name text {c} not null
);
create unique index nodes_name on nodes (tree, coalesce(parent_id, 0), name);
create index nodes_parent on nodes (parent_id);

create table node_closure (
    ancestor_id bigint not null references nodes (id) on delete cascade,
    descendant_id bigint not null references nodes (id) on delete cascade,
    depth bigint not null,
    primary key (ancestor_id, descendant_id)
);
create index node_closure_descendant on node_closure (descendant_id);

-- Entries of a group or of a user, on a node: they replace that source's own rules there.
create table granular_entries (
    id {id},
    group_id bigint references groups (id) on delete cascade,
    user_id bigint references users (id) on delete cascade,
    tree text {c} not null,
    -- None is the root.
    node_id bigint references nodes (id) on delete cascade,
    actions text not null
);
create unique index granular_entries_place on granular_entries (coalesce(group_id, 0), coalesce(user_id, 0), tree, coalesce(node_id, 0));
create index granular_entries_group on granular_entries (group_id);
create index granular_entries_user on granular_entries (user_id);
create index granular_entries_node on granular_entries (node_id);

create table start_nodes (
    id {id},
    group_id bigint references groups (id) on delete cascade,
    user_id bigint references users (id) on delete cascade,
    -- A tree, or * for every one.
    tree text {c} not null,
    node_id bigint references nodes (id) on delete cascade
);
create unique index start_nodes_place on start_nodes (coalesce(group_id, 0), coalesce(user_id, 0), tree, coalesce(node_id, 0));
create index start_nodes_group on start_nodes (group_id);
create index start_nodes_user on start_nodes (user_id);
create index start_nodes_node on start_nodes (node_id);

create table settings (
    id {id},
    key text {c} not null,
    organization_id bigint references organizations (id) on delete cascade,
    user_id bigint references users (id) on delete cascade,
    value text not null,
    updated_at bigint not null,
    version bigint not null default 1
);
create unique index settings_key on settings (key, coalesce(organization_id, 0), coalesce(user_id, 0));

-- What is personal to an operator: views, history, drafts, key bindings, preferences.
create table preferences (
    user_id bigint not null references users (id) on delete cascade,
    key text {c} not null,
    value text not null,
    updated_at bigint not null,
    primary key (user_id, key)
);

create table api_keys (
    id {id},
    user_id bigint not null references users (id) on delete cascade,
    organization_id bigint not null references organizations (id),
    hash {bytes} not null,
    created_at bigint not null,
    expires_at bigint not null,
    last_used_at bigint not null default 0
);
create unique index api_keys_organization on api_keys (user_id, organization_id);
create unique index api_keys_hash on api_keys (hash);

create table tokens (
    id {id},
    user_id bigint not null references users (id) on delete cascade,
    purpose text not null,
    address text not null,
    hash {bytes} not null,
    created_at bigint not null,
    expires_at bigint not null,
    used_at bigint not null default 0
);
create unique index tokens_hash on tokens (hash);
create index tokens_user on tokens (user_id);

create table outbox (
    id {id},
    user_id bigint references users (id) on delete set null,
    address text not null,
    template text not null,
    parameters text not null,
    state text not null default 'waiting',
    attempts bigint not null default 0,
    next_attempt_at bigint not null,
    last_error text not null default '',
    created_at bigint not null,
    sent_at bigint not null default 0
);
create index outbox_state on outbox (state, next_attempt_at);

create table sessions (
    id {id},
    user_id bigint not null references users (id) on delete cascade,
    organization_id bigint not null references organizations (id),
    application text not null,
    client_address text not null default '',
    agent text not null default '',
    started_at bigint not null,
    last_seen_at bigint not null,
    expires_at bigint not null,
    ended_at bigint not null default 0,
    end_reason text not null default ''
);
create index sessions_user on sessions (user_id, ended_at);

create table sign_in_attempts (
    id {id},
    user_id bigint references users (id) on delete cascade,
    name text not null,
    at bigint not null,
    outcome text not null,
    application text not null default '',
    client_address text not null default '',
    agent text not null default ''
);
create index sign_in_attempts_user on sign_in_attempts (user_id, id);

-- The hash chain: sequence without gaps, hash = SHA-256(previous hash || length-prefixed row).
-- The organization is that of the record, and where it has none, the one worked in.
create table audit (
    sequence {key},
    at bigint not null,
    operator_id bigint,
    operator_name text not null,
    on_behalf_of text not null default '',
    organization_id bigint,
    origin text not null,
    action text not null,
    target_kind text not null default '',
    target_id bigint,
    target_name text not null default '',
    changes text not null default '',
    reason text not null default '',
    ticket text not null default '',
    job_id bigint,
    outcome text not null,
    hash {bytes} not null
);
create index audit_target on audit (target_kind, target_id, sequence);
create index audit_operator on audit (operator_id, sequence);
create index audit_job on audit (job_id, sequence);
create index audit_action on audit (action, sequence);
create index audit_organization on audit (organization_id, sequence);
create index audit_operator_name on audit (operator_name, sequence);
create index audit_outcome on audit (outcome, sequence) where outcome <> 'done';

create table audit_head (
    id {key},
    sequence bigint not null,
    hash {bytes} not null
);

-- A plan is a job that has not begun: the frozen list of what an action will do.
create table jobs (
    id {id},
    action text not null,
    organization_id bigint not null,
    operator_id bigint not null,
    operator_name text not null,
    origin text not null,
    selection text not null default '',
    state text not null default 'planned',
    tier bigint not null,
    total bigint not null default 0,
    will_change bigint not null default 0,
    already bigint not null default 0,
    refused bigint not null default 0,
    privileged bigint not null default 0,
    sessions bigint not null default 0,
    hidden bigint not null default 0,
    -- Whether it reaches somebody who doesn't belong to its organization.
    beyond boolean not null default false,
    -- Whether it is done for somebody who calls: empty, unidentified or identified.
    caller text not null default '',
    position bigint not null default 0,
    done bigint not null default 0,
    failed bigint not null default 0,
    reason text not null default '',
    ticket text not null default '',
    title text not null default '',
    undo_of bigint,
    undone_by bigint,
    created_at bigint not null,
    started_at bigint not null default 0,
    finished_at bigint not null default 0,
    version bigint not null default 1
);
create index jobs_operator on jobs (operator_id, id);
create index jobs_state on jobs (state, id);

-- What a plan of memberships changes, by number; what gives comes before what takes.
create table plan_changes (
    job_id bigint not null references jobs (id) on delete cascade,
    number bigint not null,
    direction text not null,
    holder_kind text not null,
    holder_id bigint not null,
    holder_name text not null,
    primary key (job_id, number)
);

-- One row a target: the state before, the state after, and what became of it. In a plan of memberships a target is a
-- user and a change, and the state stays as it was.
create table plan_targets (
    job_id bigint not null references jobs (id) on delete cascade,
    position bigint not null,
    user_id bigint not null,
    change_number bigint not null default 0,
    username text not null,
    display_name text not null,
    user_version bigint not null,
    state_version bigint not null,
    verdict text not null,
    note text not null default '',
    lack text not null default '',
    privileged boolean not null default false,
    sessions bigint not null default 0,
    before_enabled boolean not null,
    before_locked_at bigint not null,
    before_locked_until bigint not null,
    before_failures bigint not null,
    before_deleted_at bigint not null,
    before_member boolean not null default false,
    after_enabled boolean not null,
    after_locked_at bigint not null,
    after_locked_until bigint not null,
    after_failures bigint not null,
    after_deleted_at bigint not null,
    after_member boolean not null default false,
    result text not null default '',
    result_note text not null default '',
    primary key (job_id, position)
);
create index plan_targets_user on plan_targets (job_id, user_id);

insert into audit_head (id, sequence, hash) values (1, 0, {zero_hash});
