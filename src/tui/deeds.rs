//! What was done, in the words of a helpdesk: the names of the audit are for programs.

use std::borrow::Cow;

/// `user_unlocked` is *unlocked*.
#[must_use]
pub fn words(action: &str) -> Cow<'_, str> {
    Cow::Borrowed(match action {
        "authn_account_recovered" => "recovered on the host",
        "authn_login_success" => "signed in to Wardroom",
        "authn_login_lock" => "LOCKED after wrong passwords",
        "authn_logout" => "signed out",
        "authn_reauthenticated" => "unlocked the screen of the console",
        "authz_fail" => "was not allowed",
        "job_undo_planned" => "planned to take back",
        "sensitive_read" => "sensitive values seen",
        "session_moved" => "went to work here",
        "user_unlocked" => "unlocked",
        "user_enabled" => "enabled",
        "user_disabled" => "disabled",
        "user_signed_out" => "signed out everywhere",
        "user_archived" => "deleted",
        "user_deleted" => "purged",
        "user_restored" => "restored",
        "user_locked_again" => "locked again",
        "user_created" => "created",
        "user_updated" => "edited",
        other => return Cow::Owned(other.replace('_', " ")),
    })
}
