//! The tables that the demo fills, parents first, with the columns it gives.

use crate::store::bulk::Table;

macro_rules! tables {
    ($($variant:ident = $name:literal [$($column:literal)*])*) => {
        /// A table's place in [`TABLES`].
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum At { $($variant),* }

        pub const TABLES: &[Table] = &[$(Table { name: $name, columns: &[$($column),*] }),*];
    };
}

tables! {
    Organizations = "organizations" [
        "id" "name" "name_key" "description" "created_at" "updated_at"
    ]
    Units = "units" [
        "id" "organization_id" "parent_id" "name" "name_key" "phone" "email" "website" "description"
        "created_at" "updated_at"
    ]
    UnitClosure = "unit_closure" ["ancestor_id" "descendant_id" "depth"]
    Roles = "roles" [
        "id" "organization_id" "name" "name_key" "description" "built_in" "created_at" "updated_at"
    ]
    Groups = "groups" [
        "id" "organization_id" "owner_unit_id" "name" "name_key" "alias" "description" "built_in"
        "created_at" "updated_at"
    ]
    Rules = "rules" ["id" "role_id" "group_id" "position" "effect" "actions" "resource" "level"]
    GroupRoles = "group_roles" ["group_id" "role_id"]
    GroupClosure = "group_closure" ["ancestor_id" "descendant_id" "depth"]
    Users = "users" [
        "id" "organization_id" "owner_unit_id" "username" "username_key" "username_skeleton" "kind"
        "name_prefix" "first_name" "middle_name" "last_name" "name_suffix" "also_known_as" "title"
        "title_key" "department" "department_key" "employee_number" "employee_number_key"
        "staff_key" "manager_id" "birthday" "phone" "phone_key" "email" "email_key" "language" "time_zone"
        "description" "agent" "name_key" "search_text" "created_at" "updated_at"
    ]
    UserStates = "user_states" [
        "user_id" "owner_unit_id" "organization_id" "enabled" "authentication_status" "failures" "locked_at" "locked_until"
        "last_sign_in_at" "sign_in_count" "expires_at" "deleted_at"
    ]
    UserPasswords = "user_passwords" ["user_id" "hash" "changed_at"]
    UserEmails = "user_emails" ["user_id" "email" "email_key"]
    UserOrganizations = "user_organizations" ["user_id" "organization_id"]
    UserUnits = "user_units" ["user_id" "unit_id"]
    UserRoles = "user_roles" ["user_id" "role_id"]
    GroupUsers = "group_users" ["group_id" "user_id"]
    ApiKeys = "api_keys" [
        "id" "user_id" "organization_id" "hash" "created_at" "expires_at" "last_used_at"
    ]
    SignInAttempts = "sign_in_attempts" [
        "id" "user_id" "name" "at" "outcome" "application" "client_address" "agent"
    ]
}
