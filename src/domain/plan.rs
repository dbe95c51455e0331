//! A mass action: what it does to one user, and how much it asks before it runs.

use super::permission::{Permission, Resource, Verb};
use super::text;

/// What a plan does to its targets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Operation {
    Enable,
    Disable,
    Unlock,
    SignOut,
    Delete,
    Restore,
    Purge,
    /// Only as the undo of an unlock.
    Relock,
    /// Users are added to groups and roles or taken out of them; the changes stand beside the plan.
    Members,
}

/// Which way a membership changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Direction {
    Add,
    Remove,
}

impl Direction {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Add => "add",
            Self::Remove => "remove",
        }
    }

    /// `added`, as events write it.
    #[must_use]
    pub const fn done(self) -> &'static str {
        match self {
            Self::Add => "added",
            Self::Remove => "removed",
        }
    }

    #[must_use]
    pub const fn turned(self) -> Self {
        match self {
            Self::Add => Self::Remove,
            Self::Remove => Self::Add,
        }
    }

    /// What asks for as much as this does: whoever joins gains access, whoever leaves loses some.
    #[must_use]
    pub const fn like(self) -> Operation {
        match self {
            Self::Add => Operation::Enable,
            Self::Remove => Operation::Disable,
        }
    }
}

impl Operation {
    /// What people choose from.
    pub const ALL: &[Self] = &[
        Self::Unlock,
        Self::Enable,
        Self::Disable,
        Self::SignOut,
        Self::Delete,
        Self::Restore,
        Self::Purge,
    ];

    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Enable => "enable",
            Self::Disable => "disable",
            Self::Unlock => "unlock",
            Self::SignOut => "sign-out",
            Self::Delete => "delete",
            Self::Restore => "restore",
            Self::Purge => "purge",
            Self::Relock => "lock-again",
            Self::Members => "members",
        }
    }

    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .chain([Self::Relock, Self::Members])
            .find(|operation| operation.as_str() == text)
    }

    /// `Disable`, as menus and titles write it.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Enable => "Enable",
            Self::Disable => "Disable",
            Self::Unlock => "Unlock",
            Self::SignOut => "Sign out everywhere",
            Self::Delete => "Delete",
            Self::Restore => "Restore",
            Self::Purge => "Purge",
            Self::Relock => "Lock again",
            Self::Members => "Change memberships",
        }
    }

    /// The right that it needs. Memberships need one for each kind that a plan of them changes; this is the one of groups.
    #[must_use]
    pub const fn permission(self) -> Permission {
        Permission(
            match self {
                Self::Members => Resource::Group,
                _ => Resource::User,
            },
            match self {
                Self::Enable => Verb::Enable,
                Self::Disable => Verb::Disable,
                Self::Unlock | Self::Relock => Verb::Unlock,
                Self::SignOut => Verb::SignOut,
                Self::Delete => Verb::Delete,
                Self::Restore => Verb::Restore,
                Self::Purge => Verb::Purge,
                Self::Members => Verb::Members,
            },
        )
    }

    /// The event in the audit.
    #[must_use]
    pub const fn event(self) -> &'static str {
        match self {
            Self::Enable => "user_enabled",
            Self::Disable => "user_disabled",
            Self::Unlock => "user_unlocked",
            Self::SignOut => "user_signed_out",
            Self::Delete => "user_archived",
            Self::Restore => "user_restored",
            Self::Purge => "user_deleted",
            Self::Relock => "user_locked_again",
            Self::Members => "memberships_changed",
        }
    }

    #[must_use]
    pub const fn is_undoable(self) -> bool {
        !matches!(self, Self::SignOut | Self::Purge)
    }

    /// Whether the target loses access by it.
    #[must_use]
    pub const fn takes_access(self) -> bool {
        matches!(
            self,
            Self::Disable | Self::SignOut | Self::Delete | Self::Purge
        )
    }

    /// Whether the target can't sign in afterwards: nobody does it to the last administrator.
    #[must_use]
    pub const fn keeps_out(self) -> bool {
        matches!(
            self,
            Self::Disable | Self::Delete | Self::Purge | Self::Relock
        )
    }

    /// Whether it ends the target's open sessions.
    #[must_use]
    pub const fn ends_sessions(self) -> bool {
        self.takes_access()
    }

    #[must_use]
    pub const fn erases(self) -> bool {
        matches!(self, Self::Delete | Self::Purge)
    }

    /// Whether it is what people call a helpdesk for.
    #[must_use]
    pub const fn helps_callers(self) -> bool {
        matches!(self, Self::Unlock | Self::SignOut)
    }

    /// `1 user`, `3 memberships`: what a plan of it counts.
    #[must_use]
    pub fn counted(self, number: i64) -> String {
        match self {
            Self::Members => text::counted(number, "membership", "memberships"),
            _ => text::counted(number, "user", "users"),
        }
    }

    /// What takes it back; `None` where nothing does.
    #[must_use]
    pub const fn inverse(self) -> Option<Self> {
        match self {
            Self::Enable => Some(Self::Disable),
            Self::Disable => Some(Self::Enable),
            Self::Unlock => Some(Self::Relock),
            Self::Relock => Some(Self::Unlock),
            Self::Delete => Some(Self::Restore),
            Self::Restore => Some(Self::Delete),
            Self::Members => Some(Self::Members),
            Self::SignOut | Self::Purge => None,
        }
    }
}

/// Whether an action is done for somebody who calls, and whether that is known to be who they say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Caller {
    #[default]
    Nobody,
    Unidentified,
    Identified,
}

impl Caller {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Nobody => "",
            Self::Unidentified => "unidentified",
            Self::Identified => "identified",
        }
    }

    /// What was stored; what is unknown counts as somebody who isn't identified.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        match text {
            "" => Self::Nobody,
            "identified" => Self::Identified,
            _ => Self::Unidentified,
        }
    }
}

/// Where a plan asks for more before it runs; see [`tier`].
#[derive(Clone, Copy, Debug)]
pub struct Thresholds {
    /// More targets than this: the count is typed.
    pub count_over: i64,
    /// More targets than this: deed and count are typed, with a reason.
    pub erase_over: i64,
    /// More than this part of an organization, in per cent: the same.
    pub organization_percent: i64,
    pub production: bool,
}

/// What decides the tier of a plan.
#[derive(Clone, Copy, Debug, Default)]
pub struct Extent {
    pub will_change: i64,
    pub privileged: i64,
    /// Marked targets that the filter of the screen hides.
    pub hidden: i64,
    /// The users of the organization worked in.
    pub organization_users: i64,
    /// Whether it makes administrators.
    pub gives_administration: bool,
}

/// How much a plan asks: 1 runs at once, 2 wants a yes, 3 the count, 4 deed and count and a reason.
///
/// The part of an organization counts only above `count_over`: in one of ten people every single deed is ten per cent.
#[must_use]
pub fn tier(operation: Operation, extent: Extent, thresholds: Thresholds) -> i64 {
    let Extent {
        will_change,
        privileged,
        hidden,
        organization_users,
        gives_administration,
    } = extent;
    let large_part = will_change > thresholds.count_over
        && will_change * 100 > organization_users * thresholds.organization_percent;
    let unlocks_one =
        will_change <= 1 && matches!(operation, Operation::Unlock | Operation::Relock);
    let tier = if operation.erases()
        || (gives_administration && will_change > 0)
        || will_change > thresholds.erase_over
        || large_part
    {
        4
    } else if will_change > thresholds.count_over || hidden > 0 || (privileged > 0 && !unlocks_one)
    {
        3
    } else if will_change > 1 || operation.takes_access() || privileged > 0 {
        2
    } else {
        1
    };
    if tier == 2 && thresholds.production {
        3
    } else {
        tier
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Operation::{Delete, Disable, Enable, Purge, Restore, SignOut, Unlock};

    fn tier_of(operation: Operation, will_change: i64, privileged: i64, hidden: i64) -> i64 {
        let extent = Extent {
            will_change,
            privileged,
            hidden,
            organization_users: 2_000,
            ..Extent::default()
        };
        let thresholds = Thresholds {
            count_over: 25,
            erase_over: 500,
            organization_percent: 5,
            production: false,
        };
        tier(operation, extent, thresholds)
    }

    #[test]
    fn one_unprivileged_target_that_loses_nothing_runs_at_once() {
        assert_eq!(tier_of(Unlock, 1, 0, 0), 1);
        assert_eq!(tier_of(Enable, 1, 0, 0), 1);
        assert_eq!(tier_of(Restore, 1, 0, 0), 1);
    }

    #[test]
    fn whoever_loses_access_and_a_privileged_unlock_want_a_yes() {
        assert_eq!(tier_of(Disable, 1, 0, 0), 2);
        assert_eq!(tier_of(SignOut, 1, 0, 0), 2);
        assert_eq!(tier_of(Unlock, 1, 1, 0), 2);
        assert_eq!(tier_of(Enable, 25, 0, 0), 2);
    }

    #[test]
    fn many_hidden_and_privileged_targets_want_the_count() {
        assert_eq!(tier_of(Enable, 26, 0, 0), 3);
        assert_eq!(tier_of(Unlock, 2, 0, 1), 3);
        assert_eq!(tier_of(Unlock, 2, 1, 0), 3);
        assert_eq!(tier_of(Disable, 1, 1, 0), 3);
    }

    #[test]
    fn erasing_and_a_large_part_want_deed_and_count() {
        assert_eq!(tier_of(Delete, 1, 0, 0), 4);
        assert_eq!(tier_of(Purge, 1, 0, 0), 4);
        assert_eq!(tier_of(Disable, 101, 0, 0), 4);
        assert_eq!(tier_of(Disable, 100, 0, 0), 3);
    }

    #[test]
    fn making_administrators_wants_deed_and_count() {
        let thresholds = Thresholds {
            count_over: 25,
            erase_over: 500,
            organization_percent: 5,
            production: false,
        };
        let of = |will_change| Extent {
            will_change,
            gives_administration: true,
            ..Extent::default()
        };
        assert_eq!(tier(Direction::Add.like(), of(1), thresholds), 4);
        assert_eq!(tier(Direction::Add.like(), of(0), thresholds), 1);
    }

    #[test]
    fn memberships_are_counted_as_what_they_are() {
        assert_eq!(Operation::Members.counted(3), "3 memberships");
        assert_eq!(Disable.counted(1), "1 user");
    }

    #[test]
    fn production_raises_the_second_tier() {
        let extent = Extent {
            will_change: 1,
            organization_users: 100,
            ..Extent::default()
        };
        let thresholds = Thresholds {
            count_over: 25,
            erase_over: 500,
            organization_percent: 5,
            production: true,
        };
        assert_eq!(tier(Disable, extent, thresholds), 3);
        assert_eq!(tier(Unlock, extent, thresholds), 1);
    }
}
