//! What the configuration decides for everybody: the service enforces it under every door.

use crate::domain::plan::Thresholds;

#[derive(Clone, Debug, Default)]
pub struct Policy {
    pub read_only: bool,
    /// The word of the profile in use, as in `prod-eu`; empty where there is none.
    pub environment: String,
    pub production: bool,
    pub lockout: Lockout,
    pub password: PasswordPolicy,
    pub argon2: Argon2Cost,
    pub tiers: Tiers,
    pub session: SessionPolicy,
    pub desk: DeskPolicy,
}

#[derive(Clone, Debug)]
pub struct Lockout {
    /// Wrong passwords in a row that lock an account; 0 never locks.
    pub failures: i64,
    /// How long a lock lasts; 0 means until somebody unlocks.
    pub minutes: i64,
}

impl Default for Lockout {
    fn default() -> Self {
        Self {
            failures: 10,
            minutes: 30,
        }
    }
}

#[derive(Clone, Debug)]
pub struct PasswordPolicy {
    pub minimum_length: usize,
    /// Lower case, upper case, digit and sign, all of them.
    pub require_classes: bool,
    /// Passwords that are refused beyond the built-in list, lower case, sorted.
    pub blocklist: Vec<String>,
}

impl Default for PasswordPolicy {
    fn default() -> Self {
        Self {
            minimum_length: 12,
            require_classes: false,
            blocklist: Vec::new(),
        }
    }
}

#[derive(Clone, Debug)]
pub struct Argon2Cost {
    pub memory_kib: u32,
    pub passes: u32,
    pub parallelism: u32,
    /// Passwords hashed at once.
    pub threads: usize,
}

impl Default for Argon2Cost {
    fn default() -> Self {
        let threads = std::thread::available_parallelism().map_or(2, usize::from);
        Self {
            memory_kib: 19_456,
            passes: 2,
            parallelism: 1,
            threads,
        }
    }
}

/// Where an action asks for more before it runs.
#[derive(Clone, Debug)]
pub struct Tiers {
    /// More targets than this: the count is typed.
    pub count_over: i64,
    /// More targets than this: the deed and the count are typed, with a reason.
    pub erase_over: i64,
    /// More than this part of an organization: the same.
    pub organization_percent: i64,
    /// A reason is asked for from this tier on.
    pub reason_from_tier: i64,
    pub ticket_required: bool,
}

impl Default for Tiers {
    fn default() -> Self {
        Self {
            count_over: 25,
            erase_over: 500,
            organization_percent: 5,
            reason_from_tier: 4,
            ticket_required: false,
        }
    }
}

impl Policy {
    /// Where plans and saves ask for more.
    #[must_use]
    pub const fn thresholds(&self) -> Thresholds {
        Thresholds {
            count_over: self.tiers.count_over,
            erase_over: self.tiers.erase_over,
            organization_percent: self.tiers.organization_percent,
            production: self.production,
        }
    }
}

#[derive(Clone, Debug)]
pub struct SessionPolicy {
    /// A session ends after this long whatever it does.
    pub absolute_hours: i64,
}

impl Default for SessionPolicy {
    fn default() -> Self {
        Self { absolute_hours: 12 }
    }
}

/// What the desk asks of whoever helps a caller.
#[derive(Clone, Debug, Default)]
pub struct DeskPolicy {
    pub identification: Identification,
    pub ticket: TicketUse,
}

/// Whether callers are identified before something is done for them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Identification {
    #[default]
    Required,
    Optional,
    /// The desk doesn't ask.
    Off,
    /// Required also where the console or the command line does what callers ask for.
    Everywhere,
}

/// Whether what is done for a caller belongs to a ticket.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TicketUse {
    #[default]
    Optional,
    Required,
    /// The desk doesn't ask.
    Off,
}
