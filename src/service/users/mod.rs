//! Users: lists, one user, reasons, timeline, creating and editing. Mass actions are plans: see `service::jobs`.

mod among;
mod create;
mod fields;
mod filter;
mod last;
mod list;
mod power;
mod show;
mod timeline;
mod update;
mod why_not;

pub use among::FindAmong;
pub use create::{CreateUser, CreatedUser, DefaultStanding, NewPassword, Standing, UserDraft};
pub use list::{Count, CountUsers, ListUsers, PAGE_ROWS_MAX, UserPage, UserRow};
pub use show::{HeldRole, LinkedRecord, LinkedRecords, ShowUser, UserDetail, UserRef};
pub use timeline::{Timeline, TimelineEntry};
pub use update::{UpdateUser, UserChanges};
pub use why_not::{Reason, ReasonKind, WhyNot, WrongPasswords};

pub(super) use create::checked_profile;
pub(super) use fields::{has_sensitive, hide_sensitive};
pub(super) use filter::{few_users, look_condition, resolve};
pub(super) use last::{Administered, indispensable};
pub(super) use list::cut;
pub(super) use power::{
    Guard, abroad, conferred_by, first_unconferred, given_by, held_in, is_power_over, outranked,
    place_name, power_note, power_of, privileged_sources, unconferred, uncovered, ungivable_abroad,
    ungiven, unheld_in, who_can_grant, who_can_help as who_can,
};
pub(super) use show::in_sight;

pub use crate::store::page::{Cursor, Page};
pub use crate::store::users::UserSort;

use crate::domain::permission::{Permission, Resource, Verb};

pub const VIEW: Permission = Permission(Resource::User, Verb::View);
/// To move a user to another owner unit.
pub const ASSIGN: Permission = Permission(Resource::User, Verb::Assign);
pub const VIEW_SENSITIVE: Permission = Permission(Resource::User, Verb::ViewSensitive);
