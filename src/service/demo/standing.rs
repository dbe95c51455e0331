//! How it stands with people's accounts: locked, disabled, invited, dormant, and in most cases well.

use super::company::Desk;
use super::dice::Dice;
use super::history;
use super::people::Hiring;
use super::person::{Person, State};
use super::{DAY, HOUR, MINUTE, SECOND};

/// How it stands with an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    Active,
    Locked,
    /// The lock has run out, and nobody has signed in since.
    LockRanOut,
    Disabled,
    Invited,
    PasswordReset,
    Expired,
    NeverSignedIn,
    Dormant,
    Deleted,
}

/// Of a thousand people; the rest are active.
const STANDINGS: &[(usize, Standing)] = &[
    (30, Standing::Locked),
    (3, Standing::LockRanOut),
    (40, Standing::Disabled),
    (25, Standing::Invited),
    (15, Standing::PasswordReset),
    (10, Standing::Expired),
    (40, Standing::NeverSignedIn),
    (60, Standing::Dormant),
    (5, Standing::Deleted),
];

impl Hiring<'_> {
    pub(super) fn give_standing(&self, dice: &mut Dice, desk: Desk, person: &mut Person) {
        let standing = self.draw_standing(dice, person.created_at);
        let hash = dice.pick(self.hashes).clone();
        let state = &mut person.state;
        state.last_sign_in_at = self.last_sign_in(dice, standing, person.created_at);
        if state.last_sign_in_at > 0 {
            let days = (state.last_sign_in_at - person.created_at) / DAY;
            state.sign_in_count = 1 + dice.between(days / 4, days);
        }
        match standing {
            Standing::Disabled => state.enabled = false,
            Standing::Invited => state.authentication_status = "invited",
            Standing::PasswordReset => state.authentication_status = "password_reset",
            Standing::Expired if dice.chance(500) => state.authentication_status = "expired",
            Standing::Expired => state.expires_at = self.now - dice.between(1, 60) * DAY,
            Standing::Deleted => state.deleted_at = self.now - dice.between(1, 60 * 24) * HOUR,
            Standing::Locked => self.lock(dice, state),
            Standing::LockRanOut => {
                state.failures = history::FAILURES_MAX;
                state.locked_at = self.now - dice.between(40, 200) * MINUTE;
                state.locked_until = state.locked_at + 30 * MINUTE;
            }
            Standing::Active if dice.chance(40) => state.failures = dice.between(1, 4),
            _ => {}
        }
        let latest = state
            .locked_at
            .max(state.last_sign_in_at)
            .max(person.created_at);
        if standing != Standing::Invited {
            let age = (latest - person.created_at) / HOUR;
            let changed_at = person.created_at + dice.between(age / 2, age) * HOUR;
            person.password = Some((hash, changed_at));
        }
        person.updated_at = person.updated_at.max(person.state.deleted_at);
        person.attempts = history::attempts(dice, desk.site, &person.state, self.now);
    }

    fn draw_standing(&self, dice: &mut Dice, created_at: i64) -> Standing {
        let age = self.now - created_at;
        let mut place = dice.below(1000);
        for &(share, standing) in STANDINGS {
            if place < share {
                // Who joined this week can be neither dormant nor locked out for lack of a first sign-in.
                let possible = match standing {
                    Standing::Dormant => age > 200 * DAY,
                    Standing::Invited | Standing::NeverSignedIn => true,
                    _ => age > 2 * DAY,
                };
                return if possible { standing } else { Standing::Active };
            }
            place -= share;
        }
        Standing::Active
    }

    /// Half the people were here today; before a lock comes at least one good sign-in.
    fn last_sign_in(&self, dice: &mut Dice, standing: Standing, created_at: i64) -> i64 {
        let minutes = match standing {
            Standing::Invited | Standing::NeverSignedIn => return 0,
            Standing::Dormant => dice.between(181, 1_200) * 24 * 60,
            Standing::Locked | Standing::LockRanOut => dice.between(26 * 60, 9 * 24 * 60),
            Standing::Disabled | Standing::Deleted | Standing::Expired => {
                dice.between(61, 170) * 24 * 60
            }
            _ => match dice.below(100) {
                0..50 => dice.between(3, 12 * 60),
                50..80 => dice.between(12 * 60, 7 * 24 * 60),
                _ => dice.between(7, 120) * 24 * 60,
            },
        };
        let at = self.now - minutes * MINUTE - dice.between(0, MINUTE);
        // The dormant joined at least twenty days before they were last seen.
        at.max(created_at + 5 * MINUTE).min(self.now - MINUTE)
    }

    /// Most are locked for a while yet, some until somebody unlocks them.
    fn lock(&self, dice: &mut Dice, state: &mut State) {
        state.failures = history::FAILURES_MAX;
        match dice.below(100) {
            0..40 => {
                state.locked_at = self.now - dice.between(60, 25 * 60) * SECOND;
                state.locked_until = state.locked_at + 30 * MINUTE;
            }
            40..70 => {
                state.locked_at = self.now - dice.between(30, 12 * 60) * MINUTE;
                state.locked_until = state.locked_at + DAY;
            }
            _ => state.locked_at = self.now - dice.between(30, 24 * 60) * MINUTE,
        }
    }
}
