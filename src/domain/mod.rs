//! Values and their rules; no input or output.

pub mod built_in;
pub mod closest;
pub mod filter;
pub mod id;
pub mod permission;
pub mod text;
pub mod time;

pub use id::{ApiKeyId, GroupId, JobId, OrganizationId, RoleId, SessionId, UnitId, UserId};
pub use time::Time;
