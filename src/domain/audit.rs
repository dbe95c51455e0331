//! An audit row and its place in the hash chain: `hash = SHA-256(previous hash ‖ length-prefixed canonical row)`.

use sha2::{Digest, Sha256};

pub type Hash = [u8; 32];

/// The hash before the first row.
pub const GENESIS: Hash = [0; 32];

/// Every action that is written down, by name.
pub const ACTIONS: &[&str] = &[
    "authn_account_recovered",
    "authn_login_lock",
    "authn_login_success",
    "authn_logout",
    "authn_reauthenticated",
    "authz_fail",
    "catalogue_imported",
    "demo_populated",
    "group_created",
    "group_deleted",
    "group_members_added",
    "group_members_removed",
    "group_updated",
    "job_cancelled",
    "job_chunk",
    "job_paused",
    "job_progress",
    "job_resumed",
    "job_retry_planned",
    "job_started",
    "job_undo_planned",
    "organization_created",
    "organization_deleted",
    "organization_updated",
    "plan_created",
    "plan_dropped",
    "plan_narrowed",
    "role_created",
    "role_deleted",
    "role_members_added",
    "role_members_removed",
    "role_updated",
    "sensitive_read",
    "session_moved",
    "system_initialized",
    "unit_created",
    "unit_deleted",
    "unit_records_moved",
    "unit_updated",
    "user_archived",
    "user_created",
    "user_deleted",
    "user_disabled",
    "user_enabled",
    "user_group_added",
    "user_group_removed",
    "user_locked_again",
    "user_restored",
    "user_role_added",
    "user_role_removed",
    "user_signed_out",
    "user_unlocked",
    "user_updated",
];

/// How a deed ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Done,
    Denied,
    Failed,
}

impl Outcome {
    pub const ALL: &[Self] = &[Self::Done, Self::Denied, Self::Failed];

    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Denied => "denied",
            Self::Failed => "failed",
        }
    }

    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let known = |outcome: &&Self| outcome.as_str().eq_ignore_ascii_case(text);
        Self::ALL.iter().find(known).copied()
    }
}

/// What a deed can be done to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TargetKind {
    User,
    Group,
    Role,
    Organization,
    Unit,
    Job,
}

impl TargetKind {
    pub const ALL: &[Self] = &[
        Self::User,
        Self::Group,
        Self::Role,
        Self::Organization,
        Self::Unit,
        Self::Job,
    ];

    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Group => "group",
            Self::Role => "role",
            Self::Organization => "organization",
            Self::Unit => "unit",
            Self::Job => "job",
        }
    }

    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let known = |kind: &&Self| kind.as_str().eq_ignore_ascii_case(text);
        Self::ALL.iter().find(known).copied()
    }
}

impl std::fmt::Display for TargetKind {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(self.as_str())
    }
}

/// One event, as it is stored and hashed. Times are microseconds since 1970.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct AuditRow {
    pub sequence: i64,
    pub at: i64,
    pub operator_id: Option<i64>,
    pub operator_name: String,
    pub on_behalf_of: String,
    pub organization_id: Option<i64>,
    pub origin: String,
    pub action: String,
    pub target_kind: String,
    pub target_id: Option<i64>,
    pub target_name: String,
    /// A JSON object: field → [before, after]; secrets as "changed". Empty where nothing changed.
    pub changes: String,
    pub reason: String,
    pub ticket: String,
    pub job_id: Option<i64>,
    pub outcome: String,
}

impl AuditRow {
    /// Every field carries its length, so no two rows share an encoding.
    #[must_use]
    pub fn hash_after(&self, previous: &Hash) -> Hash {
        let mut hasher = Sha256::new();
        hasher.update(previous);
        for number in [
            Some(self.sequence),
            Some(self.at),
            self.operator_id,
            self.organization_id,
            self.target_id,
            self.job_id,
        ] {
            match number {
                Some(number) => {
                    hasher.update([8]);
                    hasher.update(number.to_be_bytes());
                }
                None => hasher.update([0]),
            }
        }
        for text in [
            &self.operator_name,
            &self.on_behalf_of,
            &self.origin,
            &self.action,
            &self.target_kind,
            &self.target_name,
            &self.changes,
            &self.reason,
            &self.ticket,
            &self.outcome,
        ] {
            hasher.update((text.len() as u64).to_be_bytes());
            hasher.update(text.as_bytes());
        }
        hasher.finalize().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn row(name: &str, target: &str) -> AuditRow {
        AuditRow {
            sequence: 1,
            operator_name: name.to_owned(),
            target_name: target.to_owned(),
            ..AuditRow::default()
        }
    }

    #[test]
    fn the_hash_depends_on_the_one_before() {
        let row = row("ann", "bob");
        assert_ne!(row.hash_after(&GENESIS), row.hash_after(&[1; 32]));
        assert_eq!(row.hash_after(&GENESIS), row.hash_after(&GENESIS));
    }

    proptest! {
        #[test]
        fn text_can_not_move_between_fields(a in ".{0,8}", b in ".{0,8}", c in ".{0,8}", d in ".{0,8}") {
            prop_assume!((&a, &b) != (&c, &d));
            prop_assert_ne!(row(&a, &b).hash_after(&GENESIS), row(&c, &d).hash_after(&GENESIS));
        }
    }
}
